//! An edition that had begun and was cancelled: that is for good, and whoever wants something of it reads who did it.
//! Shell: reads the ledger.

use chrono_tz::Tz;

use crate::approval::StopKind;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, RunControl};

/// Refuses what would let a cancelled run go on: some have the edition already, and nobody counts on the rest any more.
///
/// # Errors
/// When the edition is planned and cancelled, or the ledger cannot be read.
pub async fn refuse_cancelled(ledger: &AnyLedger, edition: &str, zone: Tz) -> Result<(), Failure> {
    let state = ledger.edition_state(edition).await?;
    if state.control != RunControl::Cancel {
        return Ok(());
    }
    let stops = ledger.decisions_of(edition).await?.stops;
    let words = match (stops.iter().rfind(|stop| stop.kind == StopKind::Cancelled), state) {
        (Some(stop), _) => stop.words(zone),
        // Earlier versions did not write down who did it.
        (None, state) => state.controlled_at.map_or("cancelled".to_owned(), |at| {
            format!("cancelled on {}", at.with_timezone(&zone).format("%-d %B %Y at %H:%M"))
        }),
    };
    Err(Failure::new(
        Exit::Usage,
        format!("`{edition}` was {words} when it had begun: nobody else gets it"),
    )
    .help(format!(
        "`roundup report {edition}` shows who got it; corrected, it goes to the others too: \
             `roundup send --correction {edition}`"
    )))
}
