//! What `doctor` says of the ledger: whether it is whole, the right one, and has room.
//! Shell: the ledger, the disk.

use chrono::{DateTime, Utc};

use crate::cli::send::ledger_trust::{doubts, lost_ledger, synced_folder};
use crate::cli::steps::ledgers::{existing_ledger, file_of};
use crate::cli::terminal::failure::Failure;
use crate::count::{counted, grouped};
use crate::database::sqlite::read_text;
use crate::doctor::Diagnosis;
use crate::ledger::{AnyLedger, Ledger};
use crate::project::{Project, disk};

const ABOUT: &str = "Ledger";
const FIND_IT: &str = "find the ledger that knows who was mailed, or restore a backup: `roundup restore FILE`; `send \
                       --trust-ledger` goes on without it";
/// With less a sending may stop in its middle: a copy of a large list, its plan and its previews.
const LITTLE_BYTES: u64 = 200_000_000;
/// With less it will.
const TOO_LITTLE_BYTES: u64 = 20_000_000;

/// All there is to say, and the time of the latest plan.
pub async fn ledger(
    project: &Project,
    newsletter: &str,
    practice: bool,
) -> (Vec<Diagnosis>, Option<DateTime<Utc>>) {
    let mut found = Vec::new();
    // A ledger in a folder that a service copies is copied in the middle of its writing.
    if let Some((what, cure)) = synced_folder(project) {
        found.push(Diagnosis::doubtful("Folder", what, cure));
    }
    found.extend(room(project));
    let (one, latest) = match existing_ledger(project, practice).await {
        Ok(None) => match lost_ledger(project, newsletter, None).filter(|_| !practice) {
            Some(what) => (Diagnosis::bad(ABOUT, what, FIND_IT), None),
            None => (Diagnosis::good(ABOUT, "there is none yet: the first send creates it"), None),
        },
        Ok(Some(ledger)) => match look(project, newsletter, &ledger, practice).await {
            Ok(looked) => looked,
            Err(failure) => (failure.diagnosis(ABOUT), None),
        },
        Err(failure) => (failure.diagnosis(ABOUT), None),
    };
    found.push(one);
    (found, latest)
}

async fn look(
    project: &Project,
    newsletter: &str,
    ledger: &AnyLedger,
    practice: bool,
) -> Result<(Diagnosis, Option<DateTime<Utc>>), Failure> {
    let editions = ledger.summaries().await?;
    let latest = editions.iter().map(|edition| edition.planned_at).max();
    // A small one was read through when it was opened; the doctor takes its time with a large one.
    if let Some(file) = file_of(project)?.filter(|_| !practice)
        && let Some(health) = read_text(&file, "PRAGMA integrity_check(1)")
        && health != "ok"
    {
        let what = "it is damaged: some of it cannot be read";
        return Ok((
            Diagnosis::bad(ABOUT, what, "restore the last backup: `roundup restore FILE`"),
            latest,
        ));
    }
    let mut strange = Vec::new();
    if !practice {
        strange.extend(lost_ledger(project, newsletter, Some(&ledger.age().await?)));
        strange.extend(doubts(project, ledger).await?);
    }
    let one = if strange.is_empty() {
        let editions = counted(editions.len(), "edition", "editions");
        Diagnosis::good(ABOUT, format!("it can be opened, is whole and holds {editions}"))
    } else {
        Diagnosis::bad(ABOUT, strange.join("; "), FIND_IT)
    };
    Ok((one, latest))
}

fn room(project: &Project) -> Option<Diagnosis> {
    const ABOUT: &str = "Disk";
    let free = disk::free_bytes(&project.root)?;
    let what = format!("there is room for {} MB more", grouped(free / 1_000_000));
    let cure = "free some space: each message is written down before it is sent";
    Some(if free < TOO_LITTLE_BYTES {
        Diagnosis::bad(ABOUT, what, cure)
    } else if free < LITTLE_BYTES {
        Diagnosis::doubtful(ABOUT, what, cure)
    } else {
        Diagnosis::good(ABOUT, what)
    })
}
