//! `roundup subscribers move`: somebody has a new address.
//! Shell: the ledger, the screen.

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::audience::import::{ImportedPerson, ListState, StoredPerson};
use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailReason, NoMailStep};
use crate::cli::globals::{Globals, warn_of_slip};
use crate::cli::subscribers::edit::address;
use crate::cli::subscribers::writing::{OpenList, changed_meanwhile, need_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::ledger::Ledger;
use crate::ledger::list_store::{ListChange, ListChangeKind, ListStore, MovedPerson, Moves};
use crate::rfc::address::EmailAddress;
use crate::shell_words::{all_for_shell, for_shell};

#[derive(Debug, Args)]
pub(super) struct MoveArguments {
    /// The address that is on the list
    old: String,
    /// The one that takes its place
    new: String,
}

#[derive(Debug, Serialize)]
struct MoveOutcome<'a> {
    schema: &'static str,
    from: String,
    to: String,
    /// Why they are on the list.
    why: String,
    /// Why they are not mailed under the new address either, if they said no under the old one.
    not_mailed: Option<&'a str>,
}

/// Names, evidence and how often they want the email move with the person, and so does a no: of either address it holds for
/// both, also when they leave later by a link in an email to the old one.
pub(super) async fn move_person(
    arguments: &MoveArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    need_database(&project, "move")?;
    let (old, new) = (address(&arguments.old)?, address(&arguments.new)?);
    let cure = |meant: &str| {
        let words = all_for_shell([new.to_string().as_str(), meant]);
        format!(" If so: `roundup subscribers move {words}`")
    };
    warn_of_slip(&new, cure, &globals.screen);
    let list = open_list(&project).await?;
    let stored = list.ledger.stored_list().await?;
    let has = |key: &str| stored.people.iter().find(|person| person.key == key);
    let Some(person) = has(&old.key()) else {
        return Err(Failure::new(Exit::Nothing, format!("{old} is not on the list")));
    };
    if old.key() != new.key() && has(&new.key()).is_some() {
        let word = for_shell(&old.to_string());
        return Err(Failure::new(Exit::Usage, format!("{new} is on the list already"))
            .help(format!("take the old address off: roundup subscribers remove {word}")));
    }
    let moves = list.ledger.moves().await?;
    let (there, entry) = (list.said_at(&new).await?, list.said_at(&old).await?);
    for (address, entry) in [(&new, &there), (&old, &entry)] {
        if entry.as_ref().is_some_and(|entry| entry.reason == NoMailReason::Erased) {
            return Err(Failure::new(Exit::Usage, format!("{address} was erased, and stays so"))
                .help("only the person can come back, by signing up themself"));
        }
    }
    let mut change =
        list.moving(stored.version, person, (&new, &moves), entry.as_ref(), system::now());
    change.no_mail.extend(there.and_then(|entry| list.said_elsewhere(&person.key, &entry)));
    let taken = change.taken.clone();
    if !list.ledger.write_list(change).await? {
        return Err(changed_meanwhile());
    }
    list.keys.learn_taken(taken);
    let moved = ImportedPerson::from(person.clone()).moved_to(&new);
    let entry = list.said_at(&new).await?;
    let not_mailed = match entry {
        Some(entry) => Some(entry.words()),
        None => (moved.state != ListState::Subscribed).then(|| moved.why.clone()),
    };
    globals.screen.outcome(&MoveOutcome {
        schema: "roundup.move/1",
        from: old.to_string(),
        to: new.to_string(),
        why: moved.why,
        not_mailed: not_mailed.as_deref(),
    })?;
    Ok(Exit::Done)
}

impl Outcome for MoveOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let Self { from, to, why, .. } = self;
        text.line(match &self.not_mailed {
            None => format!("{from} is {to} now ({why})."),
            Some(not) => format!("{from} is {to} now, and is not mailed: {not}."),
        });
    }
}

impl OpenList {
    /// The stronger of what was said at an address to this newsletter and to those that share its do-not-mail list.
    async fn said_at(&self, address: &EmailAddress) -> Result<Option<NoMail>, Failure> {
        let own = self.ledger.suppression(&self.keys.address_hash(address)).await?;
        Ok(match self.ledger.shared_no(address).await? {
            Some(shared) => shared.applied_to(own),
            None => own,
        })
    }

    /// What was said to every newsletter at the new address, as a no at the old one, by which others may have the person.
    fn said_elsewhere(&self, old_key: &str, entry: &NoMail) -> Option<NoMailChange> {
        let (step, origin) = (NoMailStep::Add(entry.reason), ChangeOrigin::Operator);
        let person = self.keys.address_hash_of_key(old_key);
        let said = NoMailChange::new(&person, step, origin, entry.at).of_key(old_key);
        entry.reason.is_of_all().then_some(said)
    }

    /// What happens to the list when somebody on it has a new address. `entry` is their place on the do-not-mail list.
    pub(super) fn moving(
        &self,
        seen: i64,
        person: &StoredPerson,
        (new, moves): (&EmailAddress, &Moves),
        entry: Option<&NoMail>,
        at: DateTime<Utc>,
    ) -> ListChange {
        let from = self.removed(person.key.clone());
        // A person who comes back is who they were; to an address that somebody else has left comes somebody new.
        let own = self.keys.address_hash(new);
        let is_back = person.key == new.key() || moves.to(&own) == Some(from.person.as_str());
        let (to, left) = if is_back { (own, None) } else { moves.arrival(&self.keys, &new.key()) };
        let carried = entry.and_then(|entry| {
            let (step, origin) = match entry.origin {
                // A no from another newsletter is written for this address too.
                ChangeOrigin::Shared => (NoMailStep::Add(entry.reason), ChangeOrigin::Operator),
                origin => (NoMailStep::Add(entry.reason), origin),
            };
            let said = NoMailChange::new(&person.key, step, origin, entry.at).carried_to(&to)?;
            let (detail, note) = (entry.detail.clone(), entry.note.clone());
            Some(NoMailChange { detail, note, ..said.of_key(&new.key()) })
        });
        // Another spelling is the same person.
        let moved = (person.key != new.key()).then(|| MovedPerson {
            from,
            to: to.clone(),
            address: new.clone(),
        });
        ListChange {
            seen,
            at,
            kind: ListChangeKind::Edit,
            summary: json!({ "moved": 1 }).to_string(),
            people: vec![StoredPerson::from(&ImportedPerson::from(person.clone()).moved_to(new))],
            removed: Vec::new(),
            moved,
            taken: left.into_iter().collect(),
            no_mail: carried.into_iter().collect(),
        }
    }
}
