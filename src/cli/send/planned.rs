//! Editions that were planned: finding them, and holding one while something is done to it.
//! Shell: ledgers and lock files.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::time::Duration;

use crate::cli::steps::ledgers;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::database::private;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, PlannedEdition};
use crate::project::Project;

/// Keeps other processes of this computer from sending the edition while the value lives. Where a ledger is shared, its
/// leases say who has what, and nothing is held.
pub fn hold(
    project: &Project,
    ledger: &impl Ledger,
    edition: &str,
    practice: bool,
) -> Result<Option<File>, Failure> {
    if ledger.lease().is_some() { Ok(None) } else { lock(project, edition, practice).map(Some) }
}

/// Held while the run lives. The operating system lets go of it even when the process is killed.
fn lock(project: &Project, edition: &str, practice: bool) -> Result<File, Failure> {
    let path = project.lock_path(edition, practice);
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{} cannot be locked: {error}", path.display()))
    };
    let mut file = private::open(&path).map_err(cannot)?;
    match patient_lock(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            // It is empty for a moment, before its holder has written their number.
            let holder = match holder.trim().parse::<u32>() {
                Ok(process) => format!(" (process {process})"),
                Err(_) => String::new(),
            };
            return Err(Failure::new(
                Exit::Failed,
                format!("the edition `{edition}` is being sent now{holder}"),
            )
            .help("let it finish; `roundup status` shows its progress"));
        }
        Err(TryLockError::Error(error)) => return Err(cannot(error)),
    }
    file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(cannot)?;
    Ok(file)
}

/// Whoever only looks whether an edition is being sent holds it for less than this.
const LOOKS: Duration = Duration::from_millis(20);

fn patient_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..4 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOKS),
            locked => return locked,
        }
    }
    file.try_lock()
}

/// Whether somebody sends an edition at this moment.
pub async fn is_sending(
    project: &Project,
    ledger: &impl Ledger,
    edition: &str,
    practice: bool,
) -> Result<bool, Failure> {
    if ledger.lease().is_some() {
        return Ok(ledger.edition_state(edition).await?.senders > 0);
    }
    Ok(match File::open(project.lock_path(edition, practice)) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    })
}

/// What `status` and `resolve` need of an edition: its ledger, and whether it was practice.
pub async fn find_planned(
    project: &Project,
    name: &str,
) -> Result<(AnyLedger, PlannedEdition, bool), Failure> {
    let name = name.trim_start_matches("editions/").trim_end_matches(".md");
    let (mut known, mut stopped) = (BTreeSet::new(), None);
    let mut prepared: BTreeSet<String> = project.drafts()?.into_iter().collect();
    for practice in [false, true] {
        let Some(ledger) = ledgers::existing_ledger(project, practice).await? else { continue };
        if let Some(planned) = ledger.edition(name).await? {
            return Ok((ledger, planned, practice));
        }
        let decisions = ledger.decisions_of(name).await?;
        stopped = stopped.or(decisions.stop_without_approval().cloned());
        known.extend(ledger.summaries().await?.into_iter().map(|edition| edition.name));
        prepared.extend(ledger.approvals().await?.into_iter().map(|approval| approval.edition));
    }
    if let Some(stop) = stopped {
        let words = stop.words(project.settings.time_zone);
        return Err(Failure::new(Exit::Usage, format!("`{name}` was {words}: it was never sent"))
            .help(format!("to let it go out after all: roundup approve {name}")));
    }
    let shown: String = name.escape_debug().take(60).collect();
    let failure = Failure::new(Exit::Usage, format!("the edition `{shown}` has never been sent"));
    prepared.retain(|edition| !known.contains(edition));
    let mut help = match listed_in_full(&known) {
        Some(known) => format!("the editions sent are {known}"),
        None => "no edition has been sent yet".to_owned(),
    };
    match listed_in_full(&prepared) {
        Some(prepared) => help.push_str(&format!("; not sent yet: {prepared}")),
        None if known.is_empty() => help.push_str("; to see what comes next: roundup"),
        None => {}
    }
    Err(failure.help(help))
}

fn listed_in_full(names: &BTreeSet<String>) -> Option<String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
