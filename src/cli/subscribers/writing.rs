//! Writing the list: an import, one person, or an import taken back.
//! Shell: the ledger, `roundup.toml`.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::audience::import::{Difference, ImportedPerson, StoredPerson};
use crate::audience::settings::ListPlace;
use crate::audience::{ChangeOrigin, Keys, NoMailChange, NoMailStep};
use crate::cli::steps::ledgers::{keys_for, ledger_for};
use crate::cli::steps::settings_file::with_people_setting;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::save;
use crate::cli::terminal::prompt;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::list_store::{ListChange, ListChangeKind, ListStore, Moves, RemovedPerson};
use crate::ledger::{AnyLedger, Ledger};
use crate::project::{Project, SETTINGS_FILE};

/// The ledger with the list in it, and the keys that name people in it.
pub(super) struct OpenList {
    pub ledger: AnyLedger,
    pub keys: Keys,
}

pub(super) async fn open_list(project: &Project) -> Result<OpenList, Failure> {
    project.own_folder(false)?;
    let ledger = ledger_for(project, false, 1).await?;
    let keys = keys_for(project, Some(&ledger)).await?;
    ledger.bind_secret(&keys.check()).await?;
    Ok(OpenList { ledger, keys })
}

/// Asks whether to go on; `--yes` answers.
pub(super) fn agreed(question: &str, yes: bool, screen: &Screen) -> Result<bool, Failure> {
    if yes {
        return Ok(true);
    }
    if !screen.asks {
        return Err(Failure::new(Exit::Usage, "nobody can be asked here: nothing was changed")
            .help("look at it with --dry-run, then add --yes"));
    }
    let answer = prompt::word(
        &format!("{question} [y/N] "),
        &mut std::io::stdin().lock(),
        &mut std::io::stderr().lock(),
    )?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

impl OpenList {
    /// Writes what an import changes. False when somebody else changed the list in between.
    pub async fn import(
        &self,
        seen: i64,
        summary: String,
        difference: &Difference,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        let people: Vec<&ImportedPerson> =
            difference.new.iter().chain(&difference.changed).collect();
        self.write(seen, ListChangeKind::Import, summary, &people, Vec::new(), at).await
    }

    /// Somebody who comes off the list, by their folded address.
    pub fn removed(&self, key: String) -> RemovedPerson {
        RemovedPerson { person: self.keys.address_hash_of_key(&key), key }
    }

    /// The keyed hash of each person, and those of people who have left their address, to which one of these comes. An import
    /// takes an old address for the person who has left it.
    async fn hashes(
        &self,
        kind: ListChangeKind,
        people: &[&ImportedPerson],
    ) -> Result<(Vec<String>, Vec<String>), Failure> {
        let moves = match kind {
            ListChangeKind::Edit => self.ledger.moves().await?,
            ListChangeKind::Import | ListChangeKind::Undo | ListChangeKind::Join => {
                Moves::default()
            }
        };
        let arrivals = people.iter().map(|person| moves.arrival(&self.keys, &person.key));
        let (hashes, left): (Vec<_>, Vec<_>) = arrivals.unzip();
        Ok((hashes, left.into_iter().flatten().collect()))
    }

    /// Writes people, and puts those who said no onto the do-not-mail list.
    pub async fn write(
        &self,
        seen: i64,
        kind: ListChangeKind,
        summary: String,
        people: &[&ImportedPerson],
        removed: Vec<String>,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        let (hashes, taken) = self.hashes(kind, people).await?;
        let no = |(person, hash): (&&ImportedPerson, &String)| {
            let reason = person.state.no_mail_reason()?;
            // They said no when the file says so, and not when it was read.
            let at = person.no_since().unwrap_or(at);
            let change = NoMailChange::new(hash, NoMailStep::Add(reason), ChangeOrigin::Import, at);
            Some(change.of_key(&person.key))
        };
        let change = ListChange {
            seen,
            at,
            kind,
            summary,
            people: people.iter().map(|person| StoredPerson::from(*person)).collect(),
            removed: removed.into_iter().map(|key| self.removed(key)).collect(),
            moved: None,
            taken: taken.clone(),
            no_mail: people.iter().zip(&hashes).filter_map(no).collect(),
        };
        let is_written = self.ledger.write_list(change).await?;
        if is_written {
            self.keys.learn_taken(taken);
        }
        Ok(is_written)
    }
}

/// Moves the list from its files into the database, and says so in the settings. The files stay where they are.
pub(super) async fn move_into_database(
    project: &Project,
    list: &OpenList,
    people: &[ImportedPerson],
) -> Result<(), Failure> {
    let seen = list.ledger.stored_list().await?.version;
    let people: Vec<&ImportedPerson> = people.iter().collect();
    let summary = json!({ "moved": people.len() }).to_string();
    if !people.is_empty()
        && !list
            .write(seen, ListChangeKind::Edit, summary, &people, Vec::new(), system::now())
            .await?
    {
        return Err(changed_meanwhile());
    }
    let text = with_people_setting(&project.settings.text, "keep", "database")?;
    save(project, SETTINGS_FILE, &text)
}

pub(super) fn changed_meanwhile() -> Failure {
    Failure::new(Exit::Later, "somebody else changed the list in between: nothing was written")
        .help("run the same command again: it shows what is different now")
}

/// Commands that write people need the database.
pub(super) fn need_database(project: &Project, command: &str) -> Result<(), Failure> {
    if project.settings.people.keep == ListPlace::Database {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!("this newsletter keeps its list in subscribers/: `{command}` needs the database"),
    )
    .help(
        "edit the file, or move the list: roundup subscribers import subscribers/people.csv --yes",
    ))
}
