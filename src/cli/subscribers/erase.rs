//! `roundup subscribers erase`: deletes what names a person, and says what stays and which copies it cannot reach.
//! Shell: the ledger, the list's files, the folder of the project.

use std::fs;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::subscribers::addresses::{HeldAddress, addresses_of};
use crate::cli::subscribers::edit::address;
use crate::cli::subscribers::writing::{agreed, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, save};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::count::counted;
use crate::ledger::list_store::{ErasedRows, ListStore};
use crate::project::{Project, ProjectError};
use crate::rfc::csv::CsvShape;

/// A larger file is not looked through: pages and messages are far smaller.
const LONGEST_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Files that still name somebody; more are not listed.
const MOST_FILES: usize = 50;

#[derive(Debug, Args)]
pub(super) struct EraseArguments {
    address: String,
    /// Show what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Delete it without a question
    #[arg(long, short)]
    yes: bool,
}

/// What an erasure comes to.
#[derive(Debug, Serialize)]
struct EraseOutcome {
    schema: &'static str,
    address: String,
    /// Those that they had before, or have now.
    other_addresses: Vec<String>,
    dry_run: bool,
    /// In the database.
    rows: ErasedRows,
    /// Rows of files in `subscribers/`, by file.
    rows_of_files: Vec<(String, usize)>,
    /// Files of the project that name them, and that were not changed.
    still_in: Vec<String>,
    stays: [&'static str; 4],
    out_of_reach: [&'static str; 4],
}

pub(super) async fn erase(arguments: &EraseArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let address = address(&arguments.address)?;
    let ledger = existing_ledger(&project, false).await?;
    let own_keys = keys_for(&project, ledger.as_ref()).await?;
    let held = addresses_of(&address, ledger.as_ref(), &own_keys).await?;
    drop(ledger);
    // What names an address that is somebody else's now may name them.
    let own = held.iter().filter(|held| !held.is_taken);
    let keys: Vec<String> = own.filter_map(|held| held.key.clone()).collect();
    let files = files_with(&project, &keys)?;
    let mut rows = ErasedRows::default();
    if !arguments.dry_run {
        let named = keys.join(" and ");
        let question = format!("Delete everything that names {named}? It cannot be taken back.");
        if !agreed(&question, arguments.yes, screen)? {
            screen.say("Nothing was changed.");
            return Ok(Exit::Done);
        }
        let list = open_list(&project).await?;
        // The do-not-mail list first: whatever fails afterwards, nobody mails them again.
        // Where only the hash of an old address is left, its messages are found by that.
        let addresses = held.iter().map(HeldAddress::erased).collect();
        rows = list.ledger.erase(addresses, system::now()).await?;
        for (name, text, _) in &files {
            save(&project, name, text)?;
        }
    }
    let edited: Vec<&str> = files.iter().map(|(name, ..)| name.as_str()).collect();
    let mut still_in = Vec::new();
    look_through(&project.root, &project.root, &keys, &mut still_in);
    still_in.retain(|name| !arguments.dry_run || !edited.contains(&name.as_str()));
    let outcome = EraseOutcome {
        schema: "roundup.erase/1",
        address: address.to_string(),
        other_addresses: keys[1..].to_vec(),
        dry_run: arguments.dry_run,
        rows,
        rows_of_files: files.iter().map(|(name, _, rows)| (name.clone(), *rows)).collect(),
        still_in,
        stays: [
            "a keyed hash of the address on the do-not-mail list, so that no import brings them back",
            "the number of messages of old editions, without address, name or reply",
            "the record of changes to the do-not-mail list, by the same hash",
            "what came back of their copies, by the same hash: edition, kind, day and code, without words",
        ],
        out_of_reach: [
            "backups, and copies of the project on other computers",
            "the history of a version control system such as git",
            "messages that were sent, and the logs of the mail server",
            "the system that the list was imported from",
        ],
    };
    screen.outcome(&outcome)?;
    Ok(Exit::Done)
}

impl Outcome for EraseOutcome {
    fn text(&self, text: &mut Text) {
        if self.dry_run {
            text.line(format!("Nothing was deleted: this is what names {}.", self.address));
        } else {
            let ErasedRows { people, messages, left_out, notes } = self.rows;
            text.line(format!("{} was erased.", self.address));
            text.line(format!(
                "  In the database: {} of the list, {}, {}, {}",
                counted(people, "row", "rows"),
                counted(messages, "message", "messages"),
                counted(left_out, "edition that left them out", "editions that left them out"),
                counted(notes, "note", "notes")
            ));
        }
        if !self.other_addresses.is_empty() {
            let others = self.other_addresses.join(", ");
            text.line(format!("  Their other addresses too: {others}"));
        }
        for (name, rows) in &self.rows_of_files {
            text.line(format!("  {name}: {}", counted(*rows, "row", "rows")));
        }
        if !self.still_in.is_empty() {
            text.line("Still named in these files, which you can delete or edit:");
            self.still_in.iter().for_each(|name| text.line(format!("  {name}")));
        }
        text.line("What stays, and why:");
        self.stays.iter().for_each(|what| text.line(format!("  {what}")));
        text.line("What roundup cannot reach:");
        self.out_of_reach.iter().for_each(|what| text.line(format!("  {what}")));
        text.line("Searched: the ledger, and every file of the project up to 64 MB.");
    }
}

/// The files of the list that have rows of the person: each with its name, its text without them, and their number.
fn files_with(project: &Project, keys: &[String]) -> Result<Vec<(String, String, usize)>, Failure> {
    let files = match project.list_files() {
        Ok(files) => files,
        Err(ProjectError::NoList) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for (name, input) in files {
        let bytes = fs::read(project.path(&name)).map_err(|error| cannot_write(&name, &error))?;
        // A file in another encoding is edited by hand: it is named among those that still name the person.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let Ok(shape) = CsvShape::of(&name, &*input) else { continue };
        let Ok(mut rows) = shape.rows(&*input) else { continue };
        let mut begins: Vec<(usize, bool)> = Vec::new();
        while let Ok(Some(line)) = rows.advance() {
            begins.push((line, rows.record().iter().any(|cell| names(cell, keys))));
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut kept = String::new();
        let first = begins.first().map_or(lines.len() + 1, |(line, _)| *line);
        kept.extend(lines.iter().take(first - 1).copied());
        for (at, (line, is_theirs)) in begins.iter().enumerate() {
            let next = begins.get(at + 1).map_or(lines.len() + 1, |(line, _)| *line);
            if !is_theirs {
                kept.extend(lines[line - 1..(next - 1).min(lines.len())].iter().copied());
            }
        }
        let count = begins.iter().filter(|(_, is_theirs)| *is_theirs).count();
        if count > 0 {
            found.push((name, kept, count));
        }
    }
    Ok(found)
}

/// Whether a cell holds one of the addresses, in any spelling, by itself or among others.
fn names(cell: &str, keys: &[String]) -> bool {
    let addresses = crate::audience::addresses_in_cell(cell);
    keys.iter().any(|key| addresses.contains(key))
}

/// Names of files below a folder that have one of the addresses in them.
fn look_through(root: &Path, folder: &Path, keys: &[String], found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if name != ".git" && name != "target" && name != "node_modules" {
                look_through(root, &path, keys, found);
            }
            continue;
        }
        let is_small = entry.metadata().is_ok_and(|data| data.len() <= LONGEST_FILE_BYTES);
        if !kind.is_file() || !is_small || found.len() >= MOST_FILES {
            continue;
        }
        let Ok(bytes) = fs::read(&path) else { continue };
        let bytes = bytes.to_ascii_lowercase();
        if keys.iter().any(|key| memchr::memmem::find(&bytes, key.as_bytes()).is_some()) {
            let below = path.strip_prefix(root).unwrap_or(&path);
            found.push(below.display().to_string());
        }
    }
}
