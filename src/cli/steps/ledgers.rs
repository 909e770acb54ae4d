//! Which ledger a command means: the project's own file, the file or server that `ROUNDUP_LEDGER` names, or the one of practice.
//! Shell: opens them.

use crate::audience::Keys;
use crate::cli::leaving::spooled::{COMMAND_PATIENCE, spool};
use crate::cli::steps::destination::Destination;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::ListStore;
use crate::ledger::shared_list::SharedList;
use crate::ledger::{
    AnyLedger, EditionSummary, Ledger, Nature, PlannedEdition, PostgresLedger, SqliteLedger,
};
use crate::people::drain;
use crate::project::{Project, ProjectError, Variable};
use crate::window::Window;

/// The ledgers that count, the first that has anything: what was practised with is over once a mail server is set.
fn counted_ledgers(practice: bool) -> impl Iterator<Item = bool> {
    [Some(false), practice.then_some(true)].into_iter().flatten()
}

/// Whether nobody is mailed from here. A relay that cannot be read is reported by the commands that use it.
pub fn is_practice(project: &Project) -> bool {
    Destination::of(project, None).is_ok_and(|destination| destination.is_practice())
}

/// The editions that were planned: for real, or in practice else for practice. A correction is not counted as an edition: its stories went
/// out with the edition that it corrects.
pub async fn planned(project: &Project) -> Result<Vec<PlannedEdition>, Failure> {
    for practice in counted_ledgers(is_practice(project)) {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        let mut editions = ledger.editions().await?;
        editions.retain(|edition| edition.corrects.is_none());
        if !editions.is_empty() {
            return Ok(editions);
        }
    }
    Ok(Vec::new())
}

/// The window of the last edition that was planned.
pub async fn last_window(project: &Project, practice: bool) -> Result<Option<Window>, Failure> {
    for practice in counted_ledgers(practice) {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if let Some(last) = last_of(project, &ledger.summaries().await?) {
            return Ok(Some(last));
        }
    }
    Ok(None)
}

/// The window of the last of some editions. A correction has none of its own.
pub fn last_of(project: &Project, editions: &[EditionSummary]) -> Option<Window> {
    let whole = editions.iter().filter(|edition| edition.corrects.is_none());
    whole.max_by_key(|edition| edition.window_end).map(|last| window_of(project, last))
}

/// The window of an edition of the ledger.
pub fn window_of(project: &Project, edition: &EditionSummary) -> Window {
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
    // Taken for a file, its password would be a file's name.
    if let Some((scheme, _)) = text.split_once("://") {
        let scheme: String = scheme.escape_debug().take(20).collect();
        return Err(Failure::new(Exit::Usage, format!("ROUNDUP_LEDGER begins with `{scheme}://`"))
            .help("write postgres://user:password@host/database, or the path of a file"));
    }
    Ok(Where::File(project.path(text.strip_prefix("sqlite:").unwrap_or(text))))
}

/// The file of the real ledger, which may not exist yet; `None` where it is on a server.
pub fn file_of(project: &Project) -> Result<Option<std::path::PathBuf>, Failure> {
    Ok(match ledger_place(project, false)? {
        Where::File(path) => Some(path),
        Where::Server(_) => None,
    })
}

/// Whose addresses are somebody else's, by this ledger: the project's keys distinguish them from now on.
async fn learn_taken(project: &Project, ledger: &AnyLedger) -> Result<(), LedgerError> {
    project.taken.learn(ledger.taken_addresses().await?);
    Ok(())
}

/// The project's keys, when they are those that a ledger was made with. Beside a ledger no secret is made.
pub async fn keys_for(project: &Project, ledger: Option<&AnyLedger>) -> Result<Keys, Failure> {
    let known = match ledger {
        Some(ledger) => ledger.nature().await?,
        None => Nature::default(),
    };
    let has_names = known.secret_check.is_some() || known.somebody.is_some();
    if has_names && project.secret_source()?.is_none() {
        return Err(ProjectError::LostSecret.into());
    }
    let keys = project.keys(system::random)?;
    let is_right = match (&known.secret_check, &known.somebody) {
        (Some(check), _) => *check == keys.check(),
        // An earlier version kept no check value: the last person in it has a name of the secret.
        (None, Some((key, person))) => keys.owners_of_key(key).contains(person),
        (None, None) => true,
    };
    if is_right { Ok(keys) } else { Err(LedgerError::OtherSecret.into()) }
}

/// The ledger, made if there is none, for a number of connections at a time.
pub async fn ledger_for(
    project: &Project,
    practice: bool,
    connections: usize,
) -> Result<AnyLedger, Failure> {
    if !practice {
        secret_first(project)?;
    }
    let mut ledger = open(ledger_place(project, practice)?, connections).await?;
    if !practice {
        ledger = beside_shared(project, ledger)?;
        learn_taken(project, &ledger).await?;
        // Who left while the ledger was away is known before anybody looks into it.
        Box::pin(drain(&spool(project), &ledger, COMMAND_PATIENCE)).await?;
    }
    Ok(ledger)
}

/// The do-not-mail list that several newsletters share, where the settings name one.
pub fn shared_list(project: &Project) -> Result<Option<SharedList>, Failure> {
    let named = project.settings.people.do_not_mail.as_deref().map(str::trim);
    let Some(name) = named.filter(|name| !name.is_empty()) else { return Ok(None) };
    let keys = project.keys(system::random)?;
    let newsletter = &project.settings.sender.name;
    Ok(Some(SharedList::new(project.path(name), newsletter, keys)))
}

/// The ledger with the list that it shares with others.
fn beside_shared(project: &Project, ledger: AnyLedger) -> Result<AnyLedger, Failure> {
    Ok(match shared_list(project)? {
        Some(shared) => ledger.sharing(shared),
        None => ledger,
    })
}

/// A new ledger gets its secret before it is made: beside a ledger no secret is made any more.
fn secret_first(project: &Project) -> Result<(), Failure> {
    let is_new_file = file_of(project)?.is_some_and(|path| !path.exists());
    if is_new_file && project.secret_source()?.is_none() {
        project.keys(system::random)?;
    }
    Ok(())
}

async fn open(place: Where, connections: usize) -> Result<AnyLedger, LedgerError> {
    Ok(match place {
        Where::File(path) => SqliteLedger::open_for(&path, connections)?.into(),
        Where::Server(address) => {
            use secrecy::ExposeSecret;
            PostgresLedger::open(address.expose_secret(), connections).await?.into()
        }
    })
}

/// The real ledger, or what is wrong with it while it is away: its server is down, or another program holds the file.
pub async fn ledger_or_away(
    project: &Project,
    connections: usize,
) -> Result<Result<AnyLedger, LedgerError>, Failure> {
    secret_first(project)?;
    match open(ledger_place(project, false)?, connections).await {
        Err(error) if !error.passes() => Err(error.into()),
        Err(error) => Ok(Err(error)),
        Ok(ledger) => match learn_taken(project, &ledger).await {
            Err(error) if !error.passes() => Err(error.into()),
            Err(error) => Ok(Err(error)),
            Ok(()) => Ok(Ok(beside_shared(project, ledger)?)),
        },
    }
}

/// The real ledger as it is, for somebody who changes nothing: without what waits, and `None` where it is not there or would
/// have to be brought to this version first.
pub async fn ledger_unchanged(project: &Project) -> Result<Option<AnyLedger>, Failure> {
    match ledger_place(project, false)? {
        Where::File(path) if !SqliteLedger::is_newest(&path) => Ok(None),
        Where::Server(address) if !is_newest_server(&address).await? => Ok(None),
        place => {
            let ledger = open(place, 1).await?;
            learn_taken(project, &ledger).await?;
            Ok(Some(beside_shared(project, ledger)?))
        }
    }
}

async fn is_newest_server(address: &secrecy::SecretString) -> Result<bool, Failure> {
    use secrecy::ExposeSecret;
    Ok(PostgresLedger::is_newest(address.expose_secret()).await?)
}

/// A ledger that is there already.
pub async fn existing_ledger(
    project: &Project,
    practice: bool,
) -> Result<Option<AnyLedger>, Failure> {
    match ledger_place(project, practice)? {
        Where::File(path) if !path.exists() => Ok(None),
        Where::File(_) | Where::Server(_) => ledger_for(project, practice, 1).await.map(Some),
    }
}
