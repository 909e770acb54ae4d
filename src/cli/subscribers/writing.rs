//! Writing the list: an import, one person, or an import taken back.
//! Shell: the ledger, `roundup.toml`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::audience::import::{ImportedPerson, ListState, StoredPerson};
use crate::audience::settings::ListPlace;
use crate::audience::{
    ChangeOrigin, ExclusionReason, Keys, NoMailChange, NoMailReason, NoMailStep,
};
use crate::cli::steps::ledgers::{keys_for, ledger_for};
use crate::cli::steps::settings_file::with_people_setting;
use crate::cli::subscribers::comparing::not_kept;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::save;
use crate::cli::terminal::prompt;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::{
    ListChange, ListChangeKind, ListStore, ListedPerson, Moves, PeoplePortions, RemovedPerson,
};
use crate::ledger::{AnyLedger, Ledger};
use crate::people::ImportSpool;
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
        spool: &ImportSpool,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        let (spool, keys) = (spool.clone(), self.keys.clone());
        let portions = PeoplePortions(Arc::new(
            move |portion: u64| -> Result<Vec<ListedPerson>, LedgerError> {
                let people = spool.changed(portion)?;
                Ok(people
                    .into_iter()
                    .map(|person| with_reason(listed(person, &keys, &Moves::default(), at)))
                    .collect())
            },
        ));
        let change = many(seen, ListChangeKind::Import, summary, at);
        Ok(self.ledger.write_many(change, portions).await?)
    }

    /// Writes the list that was in files.
    async fn move_in(
        &self,
        seen: i64,
        summary: String,
        spool: &ImportSpool,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        let moves = self.ledger.moves().await?;
        let mut taken = Vec::new();
        for portion in 0.. {
            let people = spool.listed(portion).map_err(|error| not_kept(&error))?;
            if people.is_empty() || moves.left.is_empty() {
                break;
            }
            let left = people.iter().map(|person| moves.arrival(&self.keys, &person.key).1);
            taken.extend(left.flatten());
        }
        let (spool, keys) = (spool.clone(), self.keys.clone());
        let portions = PeoplePortions(Arc::new(
            move |portion: u64| -> Result<Vec<ListedPerson>, LedgerError> {
                let people = spool.listed(portion)?;
                let listed = people.into_iter().map(|person| listed(person, &keys, &moves, at));
                Ok(listed.map(with_reason).collect())
            },
        ));
        let change =
            ListChange { taken: taken.clone(), ..many(seen, ListChangeKind::Edit, summary, at) };
        let is_written = self.ledger.write_many(change, portions).await?;
        if is_written {
            self.keys.learn_taken(taken);
        }
        Ok(is_written)
    }

    /// Somebody who comes off the list, by their folded address.
    pub fn removed(&self, key: String) -> RemovedPerson {
        RemovedPerson { person: self.keys.address_hash_of_key(&key), key }
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
        let moves = self.ledger.moves().await?;
        let left = people.iter().map(|person| moves.arrival(&self.keys, &person.key).1);
        let taken: Vec<String> = left.flatten().collect();
        let people = people.iter().map(|person| StoredPerson::from(*person));
        let people: Vec<ListedPerson> =
            people.map(|person| listed(person, &self.keys, &moves, at)).collect();
        let (people, noes): (Vec<_>, Vec<_>) =
            people.into_iter().map(|one| (one.person, one.no)).unzip();
        let change = ListChange {
            people,
            removed: removed.into_iter().map(|key| self.removed(key)).collect(),
            taken: taken.clone(),
            no_mail: noes.into_iter().flatten().collect(),
            ..many(seen, kind, summary, at)
        };
        let is_written = self.ledger.write_list(change).await?;
        if is_written {
            self.keys.learn_taken(taken);
        }
        Ok(is_written)
    }
}

/// A change without anybody in it yet.
fn many(seen: i64, kind: ListChangeKind, summary: String, at: DateTime<Utc>) -> ListChange {
    ListChange {
        seen,
        at,
        kind,
        summary,
        people: Vec::new(),
        removed: Vec::new(),
        moved: None,
        taken: Vec::new(),
        no_mail: Vec::new(),
    }
}

/// Somebody with the no that their file has of them. An import takes an old address for the person who has left it; to every
/// other change whoever comes to it is somebody else, and `moves` says who has left which.
fn listed(person: StoredPerson, keys: &Keys, moves: &Moves, at: DateTime<Utc>) -> ListedPerson {
    let reason = ListState::parse(&person.state).and_then(ListState::no_mail_reason);
    let no = reason.map(|reason| {
        let (hash, _) = moves.arrival(keys, &person.key);
        let known = ImportedPerson::from(person.clone());
        // An export of a list says to whom they said it.
        let is_plain = reason == NoMailReason::Unsubscribed;
        let said = NoMailReason::in_words(&known.why).filter(|_| is_plain);
        let reason = said.unwrap_or(reason);
        // They said no when the file says so, and not when it was read.
        let at = known.no_since().unwrap_or(at);
        let step = NoMailStep::Add(reason);
        NoMailChange::new(&hash, step, ChangeOrigin::Import, at).of_key(&person.key)
    });
    ListedPerson { person, no }
}

/// The same with what the file says, where that is more than the reason: they have died, another system has deleted them, or
/// another newsletter has recorded when and how they said no.
fn with_reason(listed: ListedPerson) -> ListedPerson {
    let no = listed.no.map(|no| {
        let why = ImportedPerson::from(listed.person.clone()).why;
        if says_more(&why, no.step) { no.with_note(&why) } else { no }
    });
    ListedPerson { no, ..listed }
}

/// Whether words are more than the name of a no, with the column in which it stands perhaps.
fn says_more(why: &str, step: NoMailStep) -> bool {
    let NoMailStep::Add(reason) = step else { return false };
    let plain = [
        ExclusionReason::Unsubscribed,
        ExclusionReason::Bounced,
        ExclusionReason::OnHold,
        ExclusionReason::Complained,
    ];
    let mut plain = plain.iter().map(ToString::to_string).chain([reason.word().to_owned()]);
    let is_plain = |word: String| {
        why.strip_prefix(&word).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
    };
    !plain.any(is_plain)
}

/// Moves the list from its files into the database, and says so in the settings. The files stay where they are.
pub(super) async fn move_into_database(
    project: &Project,
    list: &OpenList,
    files: &ImportSpool,
) -> Result<(), Failure> {
    let seen = list.ledger.list_version().await?;
    let count = files.count_listed().map_err(|error| not_kept(&error))?;
    let summary = json!({ "moved": count }).to_string();
    if count > 0 && !list.move_in(seen, summary, files, system::now()).await? {
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
