//! The rows of a plan, made of a list that is read again whenever they are needed.
//! Shell: threads, one for each core.

use std::sync::Arc;

use super::PlannedEdition;
use super::plan::{Plan, PlannedRows, RowBuilder};
use crate::audience::{List, on_all_cores};

impl Plan {
    /// One row for each person of the list who is mailed: `people` of them.
    pub fn new(
        edition: PlannedEdition,
        list: Arc<List>,
        examples: bool,
        namer: RowBuilder,
        people: u64,
    ) -> Self {
        let namer = Arc::new(namer);
        let rows = move || -> PlannedRows {
            let namer = Arc::clone(&namer);
            Box::new(on_all_cores(&list, move |list, portion| {
                list.people(&portion, examples).map(|person| namer.planned(&person)).collect()
            }))
        };
        Self { edition, people, stops_seen: 0, rows: Arc::new(rows) }
    }
}
