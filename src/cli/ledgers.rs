//! Which ledger a command means: the project's own file, the file or server that `ROUNDUP_LEDGER` names, or the one of practice.
//! Shell: opens them.

use super::failure::Failure;
use super::which::WindowArguments;
use super::world;
use crate::ledger::{KeptLedger, Ledger, PlannedEdition, PostgresLedger, SqliteLedger};
use crate::project::{Project, Variable};
use crate::window::Window;

/// The editions that were planned: for real, or else for practice.
pub async fn planned(project: &Project) -> Result<Vec<PlannedEdition>, Failure> {
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        let editions = ledger.editions().await?;
        if !editions.is_empty() {
            return Ok(editions);
        }
    }
    Ok(Vec::new())
}

/// The window of the last edition that was planned.
pub async fn last_window(project: &Project) -> Result<Option<Window>, Failure> {
    let editions = planned(project).await?;
    let last = editions.iter().max_by_key(|edition| edition.window_end);
    Ok(last.map(|last| window_of(project, last)))
}

/// The window that arguments mean. The ledger is asked only where it begins at the last edition.
pub async fn window_for(project: &Project, wanted: &WindowArguments) -> Result<Window, Failure> {
    let last = if wanted.begins_at_last() { last_window(project).await? } else { None };
    let zone = project.settings.time_zone;
    wanted.window(zone, world::today(zone), last.as_ref())
}

/// The window of an edition of the ledger.
pub fn window_of(project: &Project, edition: &PlannedEdition) -> Window {
    Window {
        start: edition.window_start,
        end: edition.window_end,
        zone: project.settings.time_zone,
    }
}

/// Where the ledger is: the project's own file, the file that `ROUNDUP_LEDGER` names, or its server. Practice has its own.
enum Where {
    File(std::path::PathBuf),
    Server(secrecy::SecretString),
}

fn ledger_place(project: &Project, practice: bool) -> Result<Where, Failure> {
    use secrecy::ExposeSecret;
    let named = project.secret(Variable::Ledger)?;
    let Some(named) = named.filter(|_| !practice) else {
        return Ok(Where::File(project.ledger_path(practice)));
    };
    let text = named.expose_secret();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Where::Server(named));
    }
    Ok(Where::File(project.path(text.strip_prefix("sqlite:").unwrap_or(text))))
}

/// The ledger, made if there is none, for so many connections at a time.
pub async fn ledger_for(
    project: &Project,
    practice: bool,
    connections: usize,
) -> Result<KeptLedger, Failure> {
    Ok(match ledger_place(project, practice)? {
        Where::File(path) => KeptLedger::File(SqliteLedger::open_for(&path, connections)?),
        Where::Server(address) => {
            use secrecy::ExposeSecret;
            KeptLedger::Server(PostgresLedger::open(address.expose_secret(), connections).await?)
        }
    })
}

/// A ledger that is there already.
pub async fn existing_ledger(
    project: &Project,
    practice: bool,
) -> Result<Option<KeptLedger>, Failure> {
    match ledger_place(project, practice)? {
        Where::File(path) if !path.exists() => Ok(None),
        Where::File(_) | Where::Server(_) => ledger_for(project, practice, 1).await.map(Some),
    }
}
