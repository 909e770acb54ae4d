//! `roundup subscribers erase`: deletes what names a person, and says what stays and which copies it cannot reach.
//! Shell: the ledger, the list's files, the folder of the project.

use std::fs;

use clap::Args;
use serde::Serialize;

use crate::audience::{WithoutPerson, without_person};
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::subscribers::addresses::{HeldAddress, addresses_of};
use crate::cli::subscribers::edit::address;
use crate::cli::subscribers::mentions::Mentions;
use crate::cli::subscribers::writing::{agreed, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, write_whole};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::count::counted;
use crate::ledger::list_store::{ErasedRows, ListStore};
use crate::project::{Project, ProjectError};

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
    /// Files of the project that still name them, with the line where it is a row of somebody else.
    still_in: Vec<String>,
    /// Files that could not be looked into.
    not_read: Vec<String>,
    stays: [&'static str; 4],
    out_of_reach: Vec<&'static str>,
}

/// A file of the list, by its name, as it is without the person.
struct ListFile {
    name: String,
    without: WithoutPerson,
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
        for ListFile { name, without } in files.iter().filter(|file| file.without.rows > 0) {
            write_whole(&project.path(name), &without.bytes)
                .map_err(|error| cannot_write(name, &error))?;
        }
    }
    let Mentions { named, unread } = mentions(&project, &files, &keys);
    let mut out_of_reach = OUT_OF_REACH.to_vec();
    if project.settings.people.do_not_mail.is_some() {
        out_of_reach.push(
            "the lists of other newsletters that share the do-not-mail list: erase them there too",
        );
    }
    let outcome = EraseOutcome {
        schema: "roundup.erase/1",
        address: address.to_string(),
        other_addresses: keys[1..].to_vec(),
        dry_run: arguments.dry_run,
        rows,
        rows_of_files: files
            .iter()
            .filter(|file| file.without.rows > 0)
            .map(|file| (file.name.clone(), file.without.rows))
            .collect(),
        still_in: named,
        not_read: unread,
        stays: [
            "a keyed hash of the address on the do-not-mail list, so that no import brings them back",
            "the number of messages of old editions, without address, name or reply",
            "the record of changes to the do-not-mail list, by the same hash",
            "what came back of their copies, by the same hash: edition, kind, day and code, without words",
        ],
        out_of_reach,
    };
    screen.outcome(&outcome)?;
    Ok(Exit::Done)
}

const OUT_OF_REACH: [&str; 4] = [
    "backups, and copies of the project on other computers",
    "the history of a version control system such as git",
    "messages that were sent, and the logs of the mail server",
    "the system that the list was imported from",
];

/// Where the person is named, though all of their own rows are gone. The ledger was seen to.
fn mentions(project: &Project, files: &[ListFile], keys: &[String]) -> Mentions {
    let ledger = project.ledger_path(false);
    let beside = |end: &str| {
        let mut name = ledger.clone().into_os_string();
        name.push(end);
        name.into()
    };
    let mut known = vec![beside("-wal"), beside("-shm"), ledger.clone()];
    known.extend(files.iter().map(|file| project.path(&file.name)));
    let mut mentions = Mentions::in_folder(&project.root, &known, keys);
    for ListFile { name, without } in files {
        mentions.named.extend(without.named_at.iter().map(|line| format!("{name}:{line}")));
    }
    mentions
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
        if !self.not_read.is_empty() {
            text.line("Not looked into, as they are larger than 64 MB, damaged or locked:");
            self.not_read.iter().for_each(|name| text.line(format!("  {name}")));
        }
        text.line("What stays, and why:");
        self.stays.iter().for_each(|what| text.line(format!("  {what}")));
        text.line("What roundup cannot reach:");
        self.out_of_reach.iter().for_each(|what| text.line(format!("  {what}")));
        text.line(
            "Searched: the ledger, and every file of the project, also in ZIPs and workbooks.",
        );
    }
}

/// The files of the list that have rows of the person.
fn files_with(project: &Project, keys: &[String]) -> Result<Vec<ListFile>, Failure> {
    let files = match project.list_files() {
        Ok(files) => files,
        Err(ProjectError::NoList) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for (name, _) in files {
        let bytes = fs::read(project.path(&name)).map_err(|error| cannot_write(&name, &error))?;
        // A file that cannot be cut is edited by hand: it is listed among those that still name the person.
        let without = without_person(&name, &bytes.into(), keys);
        found.extend(without.map(|without| ListFile { name, without }));
    }
    Ok(found)
}
