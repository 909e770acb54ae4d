//! `roundup subscribers export`: the list as a file, all that is kept about one person, or who left since an edition.
//! Shell: the ledger, files, the screen.

use std::collections::HashMap;
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use crate::audience::frequency::{self, Frequency};
use crate::audience::import::{ImportedPerson, as_table};
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::subscribers::addresses::{HeldAddress, addresses_of};
use crate::cli::subscribers::edit::address;
use crate::cli::subscribers::import_text::state_words;
use crate::cli::subscribers::known::{KnownList, known};
use crate::cli::subscribers::returned::returned;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, write_new};
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::screen::json_text;
use crate::count::people;
use crate::ledger::Ledger;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::{JoinRecord, JoinStore};
use crate::ledger::single_store::{SingleRecord, SingleStore};
use crate::project::Project;
use crate::report::ReportedDelivery;
use crate::report::person::{ConsentProof, NoMailEntry, ReturnEntry};

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The file to write (default: the screen)
    file: Option<PathBuf>,
    /// All that is kept about one person, for them to have
    #[arg(long, value_name = "ADDRESS", conflicts_with = "left_since")]
    person: Option<String>,
    /// People of the list who said no since an edition was planned, for another system to know
    #[arg(long, value_name = "EDITION")]
    left_since: Option<String>,
}

/// All that is kept about somebody.
#[derive(Debug, Serialize)]
struct PersonExport {
    schema: &'static str,
    address: String,
    /// Those that they had before, or have now.
    other_addresses: Vec<String>,
    on_the_list: Option<ImportedPerson>,
    language: Option<String>,
    consent: Option<ConsentProof>,
    messages: Vec<ReportedDelivery>,
    do_not_mail: Vec<NoMailEntry>,
    joining: Vec<JoinRecord>,
    /// How often they want the email, where they have chosen.
    frequency: Option<&'static str>,
    /// Messages about signing up.
    single_messages: Vec<SingleRecord>,
    /// What came back of their copies.
    returns: Vec<ReturnEntry>,
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
}

pub(super) async fn export(
    arguments: &ExportArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    if let Some(text) = &arguments.person {
        let found = person(&project, text).await?;
        if arguments.file.is_some() {
            return write(arguments, &json_text(&found)?, 1, globals);
        }
        globals.screen.outcome(&found)?;
        return Ok(Exit::Done);
    }
    let mut known = known(&project).await?;
    put_frequencies(&mut known, &project).await?;
    for known in known.people.values_mut() {
        if let Some(words) = known.said_elsewhere.take() {
            known.person.why = words;
        }
    }
    let mut everybody: Vec<&ImportedPerson> = known.in_order().collect();
    if let Some(edition) = &arguments.left_since {
        let since = planned_on(&project, edition).await?;
        everybody
            .retain(|person| person.state.is_no() && person.since.is_some_and(|day| day >= since));
    }
    let table = as_table(everybody.iter().copied());
    let table = String::from_utf8_lossy(&table);
    if arguments.file.is_some() {
        return write(arguments, table.trim_end(), everybody.len(), globals);
    }
    globals.screen.outcome(&ExportedList {
        schema: "roundup.subscribers/1",
        people: everybody,
        table: table.trim_end(),
    })?;
    Ok(Exit::Done)
}

/// How often people want the email, where they have chosen, as a cell of the column that every list has for it.
async fn put_frequencies(list: &mut KnownList, project: &Project) -> Result<(), Failure> {
    let Some(ledger) = existing_ledger(project, false).await? else { return Ok(()) };
    let choices: HashMap<String, String> = ledger.frequencies().await?.into_iter().collect();
    if choices.is_empty() {
        return Ok(());
    }
    let keys = keys_for(project, Some(&ledger)).await?;
    for (key, known) in &mut list.people {
        if let Some(word) = choices.get(&keys.address_hash_of_key(key)) {
            known.person.columns.insert(frequency::COLUMN.to_owned(), word.clone());
        }
    }
    Ok(())
}

/// The list: people have it as CSV, programs as `roundup.subscribers/1`.
#[derive(Debug, Serialize)]
struct ExportedList<'a> {
    schema: &'static str,
    people: Vec<&'a ImportedPerson>,
    #[serde(skip)]
    table: &'a str,
}

impl Outcome for ExportedList<'_> {
    fn text(&self, text: &mut Text) {
        text.document(self.table);
    }
}

/// `roundup.export/1`: what was written, and where.
#[derive(Debug, Serialize)]
struct WrittenFile<'a> {
    schema: &'static str,
    file: &'a str,
    people: usize,
}

impl Outcome for WrittenFile<'_> {
    fn text(&self, text: &mut Text) {
        let count = people(u64::try_from(self.people).unwrap_or(u64::MAX));
        text.say(format!("{count} written to {}.", self.file));
    }
}

fn write(
    arguments: &ExportArguments,
    text: &str,
    people: usize,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let Some(path) = &arguments.file else { return Ok(Exit::Done) };
    let file = &path.display().to_string();
    write_new(path, format!("{text}\n")).map_err(|error| cannot_write(file, &error))?;
    globals.screen.outcome(&WrittenFile { schema: "roundup.export/1", file, people })?;
    Ok(Exit::Done)
}

/// The day on which an edition was planned.
async fn planned_on(project: &Project, edition: &str) -> Result<chrono::NaiveDate, Failure> {
    let planned = match existing_ledger(project, false).await? {
        Some(ledger) => ledger.edition(edition).await?,
        None => None,
    };
    let planned = planned.ok_or_else(|| {
        Failure::new(Exit::Usage, format!("no edition `{edition}` was sent"))
            .help("`roundup status` lists the editions")
    })?;
    Ok(planned.planned_at.with_timezone(&project.settings.time_zone).date_naive())
}

async fn person(project: &Project, text: &str) -> Result<PersonExport, Failure> {
    let address = address(text)?;
    let known = known(project).await?;
    let ledger = existing_ledger(project, false).await?;
    let keys = keys_for(project, ledger.as_ref()).await?;
    let held = addresses_of(&address, ledger.as_ref(), &keys).await?;
    let mut of_list = held.iter().filter_map(|held| known.find(held.key.as_deref()?));
    let mut found = PersonExport {
        schema: "roundup.person/1",
        address: address.to_string(),
        other_addresses: held.iter().skip(1).filter_map(|held| held.key.clone()).collect(),
        on_the_list: of_list.next().cloned(),
        language: None,
        consent: None,
        messages: Vec::new(),
        do_not_mail: Vec::new(),
        joining: Vec::new(),
        frequency: None,
        single_messages: Vec::new(),
        returns: Vec::new(),
        time_zone: project.settings.time_zone,
    };
    if let Some(person) = &found.on_the_list {
        found.language = Some(person.language.clone()).filter(|language| !language.is_empty());
        found.consent = ConsentProof::of(person);
    }
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        for held in &held {
            let person = &held.person;
            let (rows, left_out) = held.history(&ledger).await?;
            let rows = rows.into_iter().map(|row| ReportedDelivery::of_row(row, practice));
            found.messages.extend(rows);
            let left_out = left_out.into_iter();
            found.messages.extend(left_out.map(|row| ReportedDelivery::of_left_out(row, practice)));
            if !practice {
                let changes = ledger.no_mail_changes(person).await?;
                found.do_not_mail.extend(changes.into_iter().map(NoMailEntry::from));
                found.joining.extend(ledger.join_record(person).await?);
                found.single_messages.extend(ledger.single_messages_of(person).await?);
            }
        }
        if !practice && let Some(HeldAddress { person, .. }) = held.first() {
            found.frequency = ledger.frequency_of(person).await?.map(Frequency::words);
            found.returns = returned(&ledger, &held).await?;
        }
    }
    Ok(found)
}

impl Outcome for PersonExport {
    fn text(&self, text: &mut Text) {
        lines_of(self, text);
    }
}

fn lines_of(found: &PersonExport, text: &mut Text) {
    let zone = found.time_zone;
    let mut line = |words: String| text.line(words.trim_end());
    line(format!("What is kept about {}", found.address));
    if !found.other_addresses.is_empty() {
        line(format!("  Other addresses: {}", found.other_addresses.join(", ")));
    }
    match &found.on_the_list {
        None => line("  On the list: no".to_owned()),
        Some(person) => {
            let name = format!("{} {}", person.first_name, person.last_name);
            line(format!("  Name: {}", name.trim()));
            line(format!("  On the list: {} ({})", state_words(person.state), person.why));
            if let Some(consent) = &found.consent {
                consent.lines().into_iter().for_each(|words| line(format!("  {words}")));
            }
            if let Some(joined) = person.joined {
                line(format!("  Joined: {}", joined.format("%-d %B %Y")));
            }
            if !person.tags.is_empty() {
                line(format!("  Tags: {}", person.tags.join(", ")));
            }
            if let Some(language) = &found.language {
                line(format!("  Language: {language}"));
            }
            for (name, cell) in &person.columns {
                line(format!("  {name}: {cell}"));
            }
        }
    }
    for message in &found.messages {
        let at = message.at.map_or_else(String::new, |at| {
            at.with_timezone(&zone).format(", %-d %B %Y").to_string()
        });
        line(format!("  Edition {}: {}{at} {}", message.edition, message.state, message.reply));
    }
    for copy in &found.returns {
        let day = copy.at.with_timezone(&zone).format("%-d %B %Y");
        line(format!("  Came back, {day}: {}", copy.words));
    }
    for entry in &found.do_not_mail {
        let day = entry.at.with_timezone(&zone).format("%-d %B %Y");
        let reason = entry.reason.unwrap_or_default().replace('_', " ");
        let note = entry.note.as_deref().unwrap_or_default();
        line(format!("  Do-not-mail list, {day}: {} {reason} {note}", entry.step));
    }
    if let Some(frequency) = found.frequency {
        line(format!("  Has chosen: {frequency}"));
    }
    for record in &found.joining {
        let day = record.at.with_timezone(&zone).format("%-d %B %Y");
        line(format!("  Sign-up, {day}: {}", record.event.word()));
    }
    for single in &found.single_messages {
        let day = single.at.with_timezone(&zone).format("%-d %B %Y");
        line(format!("  Email about signing up, {day}: {}, {}", single.purpose, single.status));
    }
}
