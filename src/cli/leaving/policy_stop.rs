//! A provider that refuses many copies for a reason of ours: the edition waits until somebody has looked.
//! Shell: the ledger.

use std::collections::BTreeMap;

use crate::approval::{EditionStop, StopKind};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::notices::notify;
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::count::people;
use crate::ledger::aftermath::AftermathStore;
use crate::ledger::returns::ReturnedKind;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::project::Project;
use crate::providers::mailbox_hosts::mailbox_host;

/// This number of refusals at one provider is not an accident any more.
const MOST_REFUSALS: u64 = 10;

/// Pauses each edition that is not finished and that one provider refuses. An edition that somebody has paused or resumed
/// before is theirs to judge.
pub async fn stop_what_is_refused(
    project: &Project,
    ledger: &AnyLedger,
    screen: &Screen,
) -> Result<(), Failure> {
    for planned in ledger.summaries().await? {
        let name = &planned.name;
        if ledger.progress(name).await?.open == 0
            || ledger.edition_state(name).await?.control_number > 0
        {
            continue;
        }
        let mut hosts: BTreeMap<String, u64> = BTreeMap::new();
        for one in ledger.returns_of_edition(name).await? {
            if one.kind == ReturnedKind::Policy {
                *hosts.entry(mailbox_host(&one.key)).or_default() += 1;
            }
        }
        let most = hosts.into_iter().max_by_key(|(_, count)| *count);
        let Some((host, count)) = most.filter(|(_, count)| *count >= MOST_REFUSALS) else {
            continue;
        };
        let row = stop_row(project, name, StopKind::Paused);
        ledger.stop_run(EditionStop { who: "roundup".to_owned(), ..row }, None).await?;
        screen.warn(&format!(
            "{host} refused the copies of {} because of us: {name} is paused. `roundup report {name}` says what to do; then \
             roundup send {name} --unpause",
            people(count)
        ));
        let notice = OperatorNotice::new(
            NoticeTopic::Paused,
            &format!("{name} is paused"),
            &format!("{host} refused the copies of {} because of us.", people(count)),
            &format!("roundup report {name}, then roundup send {name} --unpause"),
        );
        notify(project, ledger, &Destination::of(project, None)?, Some(notice), screen).await;
    }
    Ok(())
}
