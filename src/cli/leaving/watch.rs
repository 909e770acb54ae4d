//! Takes in who leaves while a run goes on.
//! Shell: tasks beside the run.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

use super::drop_box::DropReader;
use super::spooled::{COMMAND_PATIENCE, spool};
use crate::audience::Keys;
use crate::ledger::AnyLedger;
use crate::people::{Spool, drain};
use crate::project::Project;

/// How often the spool is looked at while a run goes on: two questions to the file system.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What takes in who leaves during a run, so that the next claim knows of it: from the spool, and from the drop box. It ends
/// with this value.
pub struct LeavingWatch(Vec<AbortHandle>);

impl LeavingWatch {
    pub fn start(project: &Project, ledger: &Arc<AnyLedger>, keys: &Keys) -> Self {
        let draining = tokio::spawn(keep_draining(spool(project), Arc::clone(ledger)));
        let reading = DropReader::of_settings(project, keys)
            .map(|reader| tokio::spawn(reader.keep_reading()).abort_handle());
        Self([draining.abort_handle()].into_iter().chain(reading).collect())
    }
}

impl Drop for LeavingWatch {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

async fn keep_draining(spool: Spool, ledger: Arc<AnyLedger>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        // What cannot be taken now stays in the spool, and is tried again.
        let _ = drain(&spool, &*ledger, COMMAND_PATIENCE).await;
    }
}
