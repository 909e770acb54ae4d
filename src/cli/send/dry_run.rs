//! `roundup send --dry-run`: everything but connecting and recording.
//! Shell: writes the preview's folder.

use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::audience::Person;
use crate::check::Finding;
use crate::cli::preview::pages;
use crate::cli::preview::pages::Pages;
use crate::cli::preview::summary::EmailSummary;
use crate::cli::send::announce::{
    LeftOutPeople, UnusualGreeting, checks_words, greeting_lines, unusual_greetings,
};
use crate::cli::send::arguments::Arguments;
use crate::cli::send::confirm::{confirm, refuse_nobody};
use crate::cli::send::gate::{HoldNote, hold_note};
use crate::cli::send::run_config::orders;
use crate::cli::steps::chosen_edition::ChosenEdition;
use crate::cli::steps::corrections::{first_name, refuse_unchanged};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::prepare::{PreparedEdition, prepare};
use crate::cli::steps::run_checks::Reach;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::findings::findings;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::{Screen, grouped, json_text, people};
use crate::cli::terminal::system;
use crate::database::private;
use crate::ledger::{Counts, PlannedEdition};
use crate::message::MessageTemplate;
use crate::project::Project;
use crate::report::{EditionPhase, Report};

/// Everything but the sending: the preview, one message a person, and what the report would be.
pub async fn dry_run(
    project: &Project,
    chosen: &ChosenEdition,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Exit, Failure> {
    orders(project, &chosen.name, destination, arguments)?;
    let list = mailing_list(project, destination.is_practice(), &chosen.audience).await?;
    screen.problems(&list.problems);
    let examples = destination.takes_examples();
    let prepared = prepare(project, chosen, Some(list), examples, Reach::Project, screen).await?;
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
    let now = system::now();
    Pages::to_keep(&prepared, prepared.skeleton(project, now)?).write(&folder, screen)?;
    let skeleton = prepared.skeleton(project, now)?;
    let messages = write_messages(&prepared, &skeleton, arguments.sample, &folder)?;
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
    screen.outcome(&DryRunOutcome {
        schema: "roundup.send/1",
        edition: &chosen.name,
        argument: &chosen.argument,
        dry_run: true,
        people: number,
        segment: chosen.audience.segment.as_ref().map(ToString::to_string),
        messages,
        hash: prepared.composition.hash(),
        summary: EmailSummary::of(&prepared),
        folder: folder.display().to_string(),
        preview: folder.join("index.html").display().to_string(),
        messages_folder: folder.join("messages").display().to_string(),
        report_file: path.display().to_string(),
        unusual: unusual_greetings(&prepared),
        not_to: LeftOutPeople::of(&prepared, screen.verbose)?,
        checked: checks_words(project, &prepared),
        is_held: prepared.is_held(),
        hold: hold_note(project, &chosen.name, destination.is_practice()).await?,
        findings: &prepared.findings,
        report: &report,
    })?;
    Ok(if prepared.is_held() { Exit::Findings } else { Exit::Done })
}

/// `roundup.send/1`: what a dry run has made.
#[derive(Serialize)]
struct DryRunOutcome<'a> {
    schema: &'static str,
    edition: &'a str,
    /// What `send` is given for it.
    argument: &'a str,
    dry_run: bool,
    people: u64,
    /// Whom it is for, where it is not for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    /// How many are written: one for each person, or the sample.
    messages: u64,
    hash: String,
    #[serde(flatten)]
    summary: EmailSummary,
    folder: String,
    preview: String,
    messages_folder: String,
    report_file: String,
    unusual: Vec<UnusualGreeting>,
    not_to: LeftOutPeople,
    /// When it was checked and what was found, in words.
    checked: String,
    /// Something must be fixed before it can be sent.
    is_held: bool,
    /// It is planned already, or somebody has stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldNote>,
    findings: &'a [Finding],
    /// What the report would be, as in the file.
    report: &'a Report,
}

impl Outcome for DryRunOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let Self { edition, argument, .. } = self;
        let count = people(self.people);
        text.line(format!("Dry run of {edition}: nothing was sent. {count} would get it."));
        self.summary.lines(text);
        text.line(format!("  Preview   {}", self.preview));
        let how_many = if self.messages == self.people {
            "one per person".to_owned()
        } else {
            format!("{} of {}", grouped(self.messages), grouped(self.people))
        };
        text.line(format!("  Messages  {} ({how_many})", self.messages_folder));
        text.line(format!("  Report    {}", self.report_file));
        greeting_lines(&self.unusual, text);
        self.not_to.lines(text);
        text.say(format!("  Checks    {}", self.checked));
        if self.is_held {
            findings(self.findings, text);
            text.say(format!(
                "The edition cannot be sent until this is fixed. Check again with: roundup check {}",
                first_name(edition)
            ));
        } else if let Some(HoldNote { sentence, next, .. }) = &self.hold {
            text.say(sentence.clone());
            text.say(format!("Next: open the preview in a browser, then {next}"));
        } else {
            text.say(format!("Next: open the preview in a browser, then roundup send {argument}"));
        }
    }
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

/// One file a person, in the order of the list, or of a sample of them: as far apart as they can be. How many there are. An
/// earlier dry run's files are cleared away first.
fn write_messages(
    prepared: &PreparedEdition,
    skeleton: &MessageTemplate,
    sample: Option<NonZeroUsize>,
    folder: &Path,
) -> Result<u64, Failure> {
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
    let all = prepared.audience.mailed;
    let wanted = sample.map_or(all, |sample| all.min(sample.get() as u64));
    let width = all.to_string().len();
    let (mut number, mut written): (u64, u64) = (0, 0);
    for person in prepared.everybody() {
        let Person::Mailed(recipient) = person? else { continue };
        number += 1;
        if !is_in_sample(number, wanted, all) {
            continue;
        }
        written += 1;
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
    Ok(written)
}

/// Whether the person of this number, counted from 1, is in a sample of `wanted` of `all`.
fn is_in_sample(number: u64, wanted: u64, all: u64) -> bool {
    let before = |number: u64| u128::from(number) * u128::from(wanted) / u128::from(all.max(1));
    before(number) > before(number - 1)
}

#[cfg(test)]
mod tests {
    use super::is_in_sample;

    #[test]
    fn a_sample_has_its_number_and_comes_from_all_over_the_list() {
        for all in 1..40u64 {
            for wanted in 1..=all {
                let found: Vec<u64> =
                    (1..=all).filter(|number| is_in_sample(*number, wanted, all)).collect();
                assert_eq!(found.len() as u64, wanted, "{wanted} of {all}");
                let apart = found.windows(2).map(|pair| pair[1] - pair[0]);
                assert!(apart.into_iter().all(|gap| gap.abs_diff(all / wanted) <= 1));
            }
        }
    }
}
