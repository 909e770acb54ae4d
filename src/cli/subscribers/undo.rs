//! `roundup subscribers import --undo`: takes the last import back.
//! Shell: the ledger, the screen.

use chrono::DateTime;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::subscribers::writing::{agreed, changed_meanwhile, need_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::world;
use crate::count::people;
use crate::ledger::list_store::ListStore;
use crate::project::Project;

/// People of a kind who are shown.
const MOST_SHOWN: usize = 10;

#[derive(Debug, Serialize)]
struct UndoOutcome<'a> {
    schema: &'static str,
    dry_run: bool,
    removed: &'a [String],
    restored: &'a [String],
    kept: u64,
}

pub(super) async fn undo(
    project: &Project,
    dry_run: bool,
    yes: bool,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let screen = &globals.screen;
    need_database(project, "import --undo")?;
    let list = open_list(project).await?;
    let seen = list.ledger.stored_list().await?.version;
    let Some(undone) = list.ledger.undo_of_last_import().await? else {
        return Err(Failure::new(Exit::Nothing, "there is no import to take back"));
    };
    let outcome = UndoOutcome {
        schema: "roundup.undo/1",
        dry_run,
        removed: &undone.removed,
        restored: &undone.restored,
        kept: undone.kept,
    };
    if !screen.json {
        let at = DateTime::from_timestamp_millis(undone.at_millis).unwrap_or_default();
        let at = at.with_timezone(&project.settings.time_zone);
        screen.print(&format!("The import of {}:", at.format("%-d %B %Y, %H:%M")))?;
        for (title, keys) in [
            ("come off the list again", &undone.removed),
            ("as before the import", &undone.restored),
        ] {
            let count = people(u64::try_from(keys.len()).unwrap_or(u64::MAX));
            screen.print(&format!("  {count}: {title}"))?;
            for key in keys.iter().take(MOST_SHOWN) {
                screen.print(&format!("    {key}"))?;
            }
        }
        if undone.kept > 0 {
            screen.print(&format!("  {}: changed since, and stay", people(undone.kept)))?;
        }
        screen.print("  Whoever said no stays on the do-not-mail list.")?;
    }
    if dry_run {
        screen.say("Nothing was changed: this was a dry run.");
    } else if !agreed("Take it back?", yes, screen)? {
        screen.say("Nothing was changed.");
        return Ok(Exit::Done);
    } else if list.ledger.undo_import(undone.import, seen, world::now()).await? {
        screen.say("The import was taken back.");
    } else {
        return Err(changed_meanwhile());
    }
    if screen.json {
        screen.object(&outcome)?;
    }
    Ok(Exit::Done)
}
