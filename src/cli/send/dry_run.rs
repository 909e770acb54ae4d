//! `roundup send --dry-run`: everything but connecting and recording.
//! Shell: writes the preview's folder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::audience::Person;
use crate::cli::preview::pages;
use crate::cli::preview::pages::Pages;
use crate::cli::send::announce::{SendReport, tell_checks, tell_left_out, tell_strangest};
use crate::cli::send::arguments::Arguments;
use crate::cli::send::confirm::{confirm, refuse_nobody};
use crate::cli::send::run_config::orders;
use crate::cli::steps::chosen::Chosen;
use crate::cli::steps::corrections::refuse_unchanged;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::prepare::{Prepared, prepare};
use crate::cli::steps::run_checks::Asking;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::private_folder;
use crate::cli::terminal::screen::{Screen, json_text, people};
use crate::cli::terminal::world;
use crate::database::private;
use crate::ledger::{Counts, PlannedEdition};
use crate::message::MessageTemplate;
use crate::project::Project;
use crate::report::{EditionPhase, Report};

/// Everything but the sending: the preview, one message a person, and what the report would be.
pub async fn dry_run(
    project: &Project,
    chosen: &Chosen,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Exit, Failure> {
    orders(project, &chosen.name, destination, arguments)?;
    let list = mailing_list(project, destination.is_practice(), &chosen.audience).await?;
    screen.problems(&list.problems);
    let examples = destination.takes_examples();
    let prepared = prepare(project, chosen, Some(list), examples, Asking::Nobody, screen).await?;
    let corrected = chosen.audience.correction.as_deref();
    let practice = destination.is_practice();
    refuse_unchanged(project, corrected, &prepared.composition, practice).await?;
    refuse_nobody(&prepared)?;
    let number = prepared.audience.mailed;
    if let Some(flag) = arguments.confirm {
        confirm(number, Some(flag), screen)?;
    }
    let folder =
        arguments.out.clone().unwrap_or_else(|| pages::default_folder(project, &chosen.name));
    let now = world::now();
    let skeleton = prepared.skeleton(project, now)?;
    private_folder(&folder, screen)?;
    write_messages(&prepared, &skeleton, &folder)?;
    Pages::to_keep(&prepared, skeleton).write(&folder, screen)?;
    let planned =
        PlannedEdition::new(prepared.composition.clone(), &prepared.edition.window, None, now);
    let counts = Counts { planned: number, ..Counts::default() };
    let report = Report::new(
        &planned,
        counts,
        Vec::new(),
        prepared.audience.left_out,
        destination.is_practice(),
        EditionPhase::Unfinished,
    );
    let path = write_report(&report, &folder)?;
    let exit = if prepared.is_held() { Exit::Findings } else { Exit::Done };
    if screen.json {
        screen.object(&SendReport {
            schema: "roundup.send/1",
            edition: &chosen.name,
            dry_run: true,
            people: number,
            segment: chosen.audience.segment.as_ref().map(ToString::to_string),
            messages: number,
            hash: &prepared.composition.hash(),
            bytes_largest: Some(prepared.largest),
            folder: Some(folder.display().to_string()),
            report: Some(&report),
        })?;
        return Ok(exit);
    }
    tell(project, &prepared, &folder, &path, screen)?;
    Ok(exit)
}

/// What the report would be, as a file.
fn write_report(report: &Report, folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("report.json");
    let text = json_text(report)?;
    private::write(&path, text.as_bytes()).map_err(|error| {
        Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
    })?;
    Ok(path)
}

/// What a dry run has made, for people.
fn tell(
    project: &Project,
    prepared: &Prepared,
    folder: &Path,
    report: &Path,
    screen: &Screen,
) -> Result<(), Failure> {
    let edition = &prepared.edition.name;
    screen.print(&format!(
        "Dry run of {}: nothing was sent. {} would get it.",
        edition,
        people(prepared.audience.mailed)
    ))?;
    pages::summarise(prepared, screen)?;
    screen.print(&format!("  Preview   {}", folder.join("index.html").display()))?;
    screen.print(&format!("  Messages  {} (one per person)", folder.join("messages").display()))?;
    screen.print(&format!("  Report    {}", report.display()))?;
    tell_strangest(prepared, screen);
    tell_left_out(prepared, screen)?;
    tell_checks(project, prepared, screen);
    if prepared.is_held() {
        screen.findings(&prepared.findings)?;
        screen.say(&format!(
            "The edition cannot be sent until this is fixed. Check again with: roundup check {edition}"
        ));
    } else {
        screen.say(&format!("Next: open the preview in a browser, then roundup send {edition}"));
    }
    Ok(())
}

/// One file a person, in the order of the list. An earlier dry run's files are cleared away first.
fn write_messages(
    prepared: &Prepared,
    skeleton: &MessageTemplate,
    folder: &Path,
) -> Result<(), Failure> {
    let messages = folder.join("messages");
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{} cannot be written: {error}", messages.display()))
    };
    private::folder(&messages).map_err(cannot)?;
    private::tighten(&messages).map_err(cannot)?;
    for entry in fs::read_dir(&messages).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            fs::remove_file(path).map_err(cannot)?;
        }
    }
    let width = prepared.audience.mailed.to_string().len();
    let mut number = 0;
    for person in prepared.everybody() {
        let Person::Mailed(recipient) = person? else { continue };
        number += 1;
        let name: String = recipient
            .address
            .to_string()
            .chars()
            .map(
                |c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@') { c } else { '_' },
            )
            .take(100)
            .collect();
        let path = messages.join(format!("{number:0width$}-{name}.eml"));
        let mut file = private::fresh_file(&path).map_err(cannot)?;
        file.write_all(&skeleton.personalise(&recipient).bytes).map_err(cannot)?;
    }
    Ok(())
}
