//! `roundup check`: every rule about an edition.
//! Shell: reads the project, fetches the links.

pub mod diagnoses;
pub mod doctor;
pub mod explain;
mod ledger_health;
mod secrets_health;

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use crate::check::rules::clients::{self, Score};
use crate::check::rules::link_results::LinkOutcome;
use crate::check::{Finding, Severity, SilencedRule, rules, tally};
use crate::cli::globals::Globals;
use crate::cli::steps::prepare::{PreparedEdition, prepare_to_look};
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::story_sizes::{of_each_story, of_the_largest};
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::findings::findings;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::{ago, kilobytes, links};
use crate::cli::terminal::system;
use crate::count::grouped;
use crate::project::{LastCheck, Project};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: EditionArguments,
    /// Exit with 3 for "should fix" as well
    #[arg(long)]
    strict: bool,
    /// Check no links and run no other program
    #[arg(long)]
    offline: bool,
    /// Show what each mail program leaves out
    #[arg(long)]
    programs: bool,
    /// Show how much of the email each story takes
    #[arg(long)]
    sizes: bool,
}

/// `roundup.check/1`.
#[derive(Serialize)]
struct CheckOutcome<'a> {
    schema: &'static str,
    edition: &'a str,
    hash: String,
    /// Whom it is for, where that is not everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    findings: &'a [Finding],
    silenced: &'a [SilencedRule],
    /// All rules, and those that found nothing.
    rules: usize,
    rules_without_findings: usize,
    /// Links that were checked, now or within the last hour.
    links: usize,
    /// How many were checked and when, in words.
    links_checked: String,
    bytes_largest: usize,
    bytes_largest_story: usize,
    /// In the order of the email.
    stories: Vec<StorySize<'a>>,
    programs: &'a [Score],
    #[serde(skip)]
    asked_for: AskedFor,
}

/// Tables that people get only with an option.
struct AskedFor {
    programs: bool,
    sizes: bool,
}

/// What one story takes of the email.
#[derive(Serialize)]
struct StorySize<'a> {
    id: &'a str,
    title: &'a str,
    bytes: usize,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let asking = if arguments.offline { Reach::Project } else { Reach::Network };
    let prepared = prepare_to_look(&project, &arguments.which, asking, screen).await?;
    let findings = &prepared.findings;
    let asked = if arguments.offline { 0 } else { prepared.answers.len() };
    keep(&project, &prepared, asked)?;
    let worst = findings.iter().map(|finding| finding.severity).min();
    let held = match worst {
        Some(Severity::Must) => true,
        Some(Severity::Should) => arguments.strict,
        Some(Severity::Note) | None => false,
    };
    let failed: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    // Each story's size costs a rendering: only the longest are rendered unless all are wanted.
    let stories = if screen.is_for_programs() || arguments.sizes {
        sizes_of(&project, &prepared)?
    } else {
        Vec::new()
    };
    let bytes_largest_story = match stories.iter().map(|story| story.bytes).max() {
        Some(bytes) => bytes,
        None => of_the_largest(&project, &prepared)?,
    };
    screen.outcome(&CheckOutcome {
        schema: "roundup.check/1",
        edition: &prepared.edition.name,
        hash: prepared.composition.hash(),
        segment: prepared.segment_words(),
        findings,
        silenced: &prepared.silenced,
        rules: rules().count(),
        rules_without_findings: rules().count() - failed.len() - prepared.silenced.len(),
        links: asked,
        links_checked: if arguments.offline {
            "not checked".to_owned()
        } else {
            checked_links(&prepared)
        },
        bytes_largest: prepared.largest,
        bytes_largest_story,
        stories,
        programs: &prepared.scores,
        asked_for: AskedFor { programs: arguments.programs, sizes: arguments.sizes },
    })?;
    Ok(if held { Exit::Findings } else { Exit::Done })
}

impl Outcome for CheckOutcome<'_> {
    fn text(&self, text: &mut Text) {
        if let Some(segment) = &self.segment {
            text.say(format!("  Segment   {segment}"));
        }
        findings(self.findings, text);
        silenced(self.silenced, text);
        if self.asked_for.programs {
            programs(self.programs, text);
        }
        if self.asked_for.sizes {
            sizes(&self.stories, text);
        }
        let [must, should, note] = tally(self.findings);
        text.line(text.strong(&format!(
            "{}: {} must fix, {} should fix, {} good to know; {} of {} rules found nothing.",
            self.edition,
            grouped(must),
            grouped(should),
            grouped(note),
            self.rules_without_findings,
            self.rules,
        )));
        text.say(format!(
            "  Size      {} of 102 KB before Gmail cuts it; the largest story takes {} (--sizes)",
            kilobytes(self.bytes_largest),
            kilobytes(self.bytes_largest_story)
        ));
        let common = self.programs.iter().take(5);
        let common: Vec<String> =
            common.map(|score| format!("{} {} %", score.family, score.percent)).collect();
        text.say(format!("  Programs  {} (--programs)", common.join(", ")));
        text.say(format!("  Links     {}", self.links_checked));
        if let Some(finding) = self.findings.first() {
            text.say(format!("Why a rule exists: roundup explain {}", finding.rule));
        }
    }
}

/// What each story takes of the email, in its order.
fn sizes_of<'a>(
    project: &Project,
    prepared: &'a PreparedEdition,
) -> Result<Vec<StorySize<'a>>, Failure> {
    let sizes = of_each_story(project, prepared)?;
    let stories = prepared.edition.shown().zip(sizes);
    let sized = stories.map(|(item, bytes)| StorySize { id: &item.id, title: &item.title, bytes });
    Ok(sized.collect())
}

/// The largest first.
fn sizes(stories: &[StorySize<'_>], text: &mut Text) {
    text.line("Size of each story:");
    let mut stories: Vec<&StorySize<'_>> = stories.iter().collect();
    stories.sort_by_key(|story| std::cmp::Reverse(story.bytes));
    for story in stories {
        text.line(format!("  {:>8}  {}", kilobytes(story.bytes), story.title));
    }
}

/// What rules found that are silent, and where, and why.
fn silenced(silenced: &[SilencedRule], text: &mut Text) {
    for SilencedRule { rule, findings, reason, edition, story } in silenced {
        let only = match (edition, story) {
            (_, Some(story)) => format!(", for the story `{story}`"),
            (Some(_), None) => ", in this edition".to_owned(),
            (None, None) => String::new(),
        };
        text.line(text.faint(&format!("ignored [{rule}] {findings} found{only} ({reason})")));
    }
}

/// Keeps when this email was checked. What its links answered is kept by the function that fetched them.
pub fn keep(project: &Project, prepared: &PreparedEdition, asked: usize) -> Result<(), Failure> {
    let now = system::now();
    let mut before = project.checked_before(now);
    let last = LastCheck { hash: prepared.composition.hash(), at: now, links: asked };
    before.editions.insert(prepared.edition.name.clone(), last);
    Ok(project.keep_checked(&before)?)
}

/// How many links were checked and when, and of how many nothing is known: the same words in `check` and `send`.
pub fn checked_links(prepared: &PreparedEdition) -> String {
    let known =
        || prepared.answers.values().filter(|answer| answer.outcome != LinkOutcome::NoConnection);
    let (checked, all) = (known().count(), prepared.links);
    let Some(oldest) = known().map(|answer| answer.at).min() else {
        return match (all, prepared.answers.is_empty()) {
            (0, _) => "none".to_owned(),
            (_, true) => "not checked".to_owned(),
            (_, false) => "could not be checked: no connection".to_owned(),
        };
    };
    let when = ago(system::now() - oldest);
    if checked < all {
        format!("{checked} of {} checked {when}", links(all))
    } else {
        format!("{} checked {when}", links(checked))
    }
}

/// One line for each family: how much of the email it shows, and what it leaves out.
fn programs(scores: &[Score], text: &mut Text) {
    text.line(format!("How mail programs show it (Can I email, {}):", clients::data_of()));
    for score in scores {
        let mut lacking: Vec<String> = score
            .lacking
            .iter()
            .map(|lacking| format!("{} ({})", lacking.feature, lacking.programs.join(", ")))
            .collect();
        let more = lacking.len().saturating_sub(if text.verbose { usize::MAX } else { 6 });
        lacking.truncate(lacking.len() - more);
        if more > 0 {
            lacking.push(format!("{more} more (-v)"));
        }
        let without = if lacking.is_empty() {
            String::new()
        } else {
            format!(": without {}", lacking.join(", "))
        };
        text.line(format!("  {:>3} %  {}{without}", score.percent, score.family));
    }
}
