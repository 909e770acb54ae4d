//! `roundup subscribers import --undo`: takes the last import back.
//! Shell: the ledger, the screen.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::subscribers::writing::{agreed, changed_meanwhile, need_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::system;
use crate::count::{and_more, people};
use crate::ledger::Ledger;
use crate::ledger::list_store::ListStore;
use crate::project::Project;

/// People of a kind who are shown.
const MOST_SHOWN: usize = 10;

/// `roundup.undo/1`.
#[derive(Debug, Serialize)]
struct UndoOutcome<'a> {
    schema: &'static str,
    dry_run: bool,
    /// When the import was.
    imported_at: DateTime<Utc>,
    removed: &'a [String],
    restored: Vec<String>,
    /// People who get their earlier fields back, and stay on the do-not-mail list.
    still_no: Vec<String>,
    kept: &'a [String],
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
}

impl UndoOutcome<'_> {
    /// What it would change.
    fn change_lines(&self, text: &mut Text) {
        let at = self.imported_at.with_timezone(&self.time_zone);
        text.line(format!("The import of {}:", at.format("%-d %B %Y, %H:%M")));
        for (title, keys) in [
            ("come off the list again", self.removed),
            ("as before the import", &self.restored),
            ("get their earlier details back, and are still not mailed", &self.still_no),
            ("changed since, and stay", self.kept),
        ] {
            if keys.is_empty() {
                continue;
            }
            let count = people(u64::try_from(keys.len()).unwrap_or(u64::MAX));
            text.line(format!("  {count}: {title}"));
            for key in keys.iter().take(MOST_SHOWN) {
                text.line(format!("    {key}"));
            }
            if keys.len() > MOST_SHOWN {
                text.line(format!("    {}", and_more(keys.len() - MOST_SHOWN)));
            }
        }
        text.line("  Whoever said no stays on the do-not-mail list.");
    }
}

impl Outcome for UndoOutcome<'_> {
    fn text(&self, text: &mut Text) {
        text.say(if self.dry_run {
            "Nothing was changed: this was a dry run."
        } else {
            "The import was taken back."
        });
    }
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
    let seen = list.ledger.list_version().await?;
    let Some(undone) = list.ledger.undo_of_last_import().await? else {
        return Err(Failure::new(Exit::Nothing, "there is no import to take back"));
    };
    let nos = list.ledger.suppressions().await?;
    let nos: HashSet<String> = nos.into_iter().map(|(person, _)| person).collect();
    let is_no = |key: &String| nos.contains(&list.keys.address_hash_of_key(key));
    let (still_no, restored) = undone.restored.iter().cloned().partition(is_no);
    let outcome = UndoOutcome {
        schema: "roundup.undo/1",
        dry_run,
        imported_at: DateTime::from_timestamp_millis(undone.at_millis).unwrap_or_default(),
        removed: &undone.removed,
        restored,
        still_no,
        kept: &undone.kept,
        time_zone: project.settings.time_zone,
    };
    // People read it before the question; programs read all of it when it is done.
    screen.for_people(|text| outcome.change_lines(text))?;
    if !dry_run {
        if !agreed("Take it back?", yes, screen)? {
            screen.say("Nothing was changed.");
            return Ok(Exit::Done);
        }
        if !list.ledger.undo_import(undone.import, seen, system::now()).await? {
            return Err(changed_meanwhile());
        }
    }
    screen.outcome(&outcome)?;
    Ok(Exit::Done)
}
