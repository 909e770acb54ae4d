//! `roundup inbox --events`: what a mail service reports in a file.
//! Shell: a file, the ledger.

use std::fs::File;
use std::path::Path;

use crate::bounces::{EventBatch, read_events};
use crate::cli::globals::Globals;
use crate::cli::leaving::keeping::keeping;
use crate::cli::leaving::settling::{settle_emails, summarise};
use crate::cli::leaving::verdicts::{ReadEmail, of_event};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::whole_up_to;
use crate::cli::terminal::screen::{Screen, counted};
use crate::inbox::mailbox::StoredEmail;
use crate::project::Project;

/// A month's events of a large list have a few megabytes.
const LONGEST_EVENTS_BYTES: u64 = 64 * 1024 * 1024;

/// Keeps what the events of a file say.
pub async fn settle_events(
    project: &Project,
    path: &Path,
    dry_run: bool,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let name = path.display().to_string();
    let shown = format!("`{name}`");
    let Some(bytes) = whole_up_to(LONGEST_EVENTS_BYTES, &shown, File::open(path))? else {
        return Err(Failure::new(Exit::Usage, format!("{shown} is longer than 64 MB"))
            .help("cut it into several files"));
    };
    let batch = read_events(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        Failure::new(Exit::Usage, format!("`{name}`: {error}"))
            .help("give the file as the mail service writes it: one event, a list of them, or one on each line")
    })?;
    let mut emails: Vec<(StoredEmail, ReadEmail)> = Vec::new();
    let mut others = 0;
    let has_broken_lines = !batch.broken_lines.is_empty();
    announce(&batch, &shown, &globals.screen);
    for (number, event) in (1..).zip(batch.events) {
        if event.notice.people.is_empty() {
            others += 1;
        }
        if event.notice.is_empty() {
            continue;
        }
        emails.push((StoredEmail::named(format!("{name}:{number}")), of_event(event)));
    }
    let (keeping, keys) = keeping(project, dry_run, globals).await?;
    let settled = settle_emails(project, dry_run, &mut emails, (&keeping, &keys), globals).await?;
    let mut counts = settled.counts;
    counts.other += others;
    globals.screen.for_people(|text| summarise(&counts, dry_run, text))?;
    let is_about_nobody = emails.iter().all(|(_, read)| read.verdicts.is_empty());
    Ok(if has_broken_lines {
        Exit::Partly
    } else if is_about_nobody {
        Exit::Nothing
    } else {
        Exit::Done
    })
}

/// What people must know of a batch before it is settled.
pub fn announce(batch: &EventBatch, name: &str, screen: &Screen) {
    for link in &batch.confirmations {
        screen.warn(&format!("Amazon asks whether it may send events. To say yes, open {link}"));
    }
    if let Some(first) = batch.broken_lines.first() {
        let broken = counted(batch.broken_lines.len(), "line is", "lines are");
        screen.warn(&format!(
            "{name}: {broken} not JSON and left out (the first is line {first}); the others were read. Correct it, and run \
             the same command again: what has been settled counts once"
        ));
    }
    if let Some(first) = batch.strange.first() {
        let strange = counted(batch.strange.len(), "event", "events");
        screen.warn(&format!(
            "{name}: {strange} of no known kind left out (the first is number {first}); the others were read"
        ));
    }
}
