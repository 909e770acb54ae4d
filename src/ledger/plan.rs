//! From an audience and a composition to the rows of a ledger.
//! Pure: values in, a plan out.

use chrono::{DateTime, Utc};

use super::{LeftOutRow, PlannedEdition, PlannedRow, left_out_row};
use crate::audience::{Audience, Keys};
use crate::compose::Composition;
use crate::window::Window;

/// All that is written when a run is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub edition: PlannedEdition,
    pub rows: Vec<PlannedRow>,
    pub left_out: Vec<LeftOutRow>,
}

impl Plan {
    /// One row for each recipient; `domain` is the right part of the Message-IDs.
    pub fn new(
        composition: Composition,
        window: &Window,
        audience: Audience,
        keys: &Keys,
        domain: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let name = composition.edition.clone();
        let left_out = audience.left_out.iter().map(|left| left_out_row(&name, left)).collect();
        let rows = audience
            .recipients
            .into_iter()
            .map(|recipient| PlannedRow {
                person: keys.person_name(&recipient.address),
                message_id: format!("{}@{domain}", keys.message_id(&name, &recipient.address)),
                recipient,
            })
            .collect();
        let edition = PlannedEdition {
            subject: composition.shown(&composition.subject),
            window_start: window.start,
            window_end: window.end,
            hash: composition.hash(),
            planned_at: now,
            composition,
            name,
        };
        Self { edition, rows, left_out }
    }
}
