//! `roundup subscribers move`: somebody has a new address.
//! Shell: the ledger, the screen.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::audience::import::ImportedPerson;
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
use crate::cli::globals::Globals;
use crate::cli::subscribers::edit::address;
use crate::cli::subscribers::writing::{changed_meanwhile, need_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::world;
use crate::ledger::Ledger;
use crate::ledger::list_store::{ListChange, ListChangeKind, ListStore};

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
    /// Why they are not mailed under the new address either, if they said no under the old one.
    not_mailed: Option<&'a str>,
}

/// Names and evidence move with the person, and so does a no: of either address it holds for both.
pub(super) async fn move_person(
    arguments: &MoveArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    need_database(&project, "move")?;
    let (old, new) = (address(&arguments.old)?, address(&arguments.new)?);
    let list = open_list(&project).await?;
    let stored = list.ledger.stored_list().await?;
    let has = |key: &str| stored.people.iter().find(|person| person.key == key);
    let Some(person) = has(&old.key()) else {
        return Err(Failure::new(Exit::Nothing, format!("{old} is not on the list")));
    };
    if old.key() != new.key() && has(&new.key()).is_some() {
        return Err(Failure::new(Exit::Usage, format!("{new} is on the list already"))
            .help(format!("take the old address off: roundup subscribers remove {old}")));
    }
    let there = list.ledger.suppression(&list.keys.address_hash(&new)).await?;
    if there.is_some_and(|entry| entry.reason == NoMailReason::Erased) {
        return Err(Failure::new(Exit::Usage, format!("{new} was erased, and stays so"))
            .help("only the person can come back, by signing up themself"));
    }
    let now = world::now();
    let mut moved = person.clone();
    (moved.key, moved.address) = (new.key(), new.to_string());
    let entry = list.ledger.suppression(&list.keys.address_hash(&old)).await?;
    let carried = entry.as_ref().map(|entry| {
        let step = NoMailStep::Add(entry.reason);
        NoMailChange::new(&list.keys.address_hash(&new), step, ChangeOrigin::Operator, now)
    });
    let change = ListChange {
        seen: stored.version,
        at: now,
        kind: ListChangeKind::Edit,
        summary: json!({ "moved": 1 }).to_string(),
        people: vec![moved.clone()],
        removed: if old.key() == new.key() { Vec::new() } else { vec![old.key()] },
        no_mail: carried.into_iter().collect(),
    };
    if !list.ledger.write_list(change).await? {
        return Err(changed_meanwhile());
    }
    let not_mailed = list.ledger.suppression(&list.keys.address_hash(&new)).await?;
    let not_mailed = not_mailed.map(|entry| entry.words());
    let screen = &globals.screen;
    if screen.json {
        screen.object(&MoveOutcome {
            schema: "roundup.move/1",
            from: old.to_string(),
            to: new.to_string(),
            not_mailed: not_mailed.as_deref(),
        })?;
        return Ok(Exit::Done);
    }
    let person = ImportedPerson::from(moved);
    screen.print(&match &not_mailed {
        None => format!("{old} is {new} now ({}).", person.why),
        Some(why) => format!("{old} is {new} now, and is not mailed: {why}."),
    })?;
    Ok(Exit::Done)
}
