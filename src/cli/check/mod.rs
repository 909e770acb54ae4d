//! `roundup check`: every rule about an edition.
//! Shell: reads the project, asks the links.

pub mod diagnoses;
pub mod doctor;
pub mod explain;
mod ledger_health;
mod secrets_health;

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use crate::check::clients::{self, Score};
use crate::check::link_results::LinkOutcome;
use crate::check::{Finding, Severity, SilencedRule, rules, tally};
use crate::cli::globals::Globals;
use crate::cli::steps::prepare::{Prepared, prepare_to_look};
use crate::cli::steps::run_checks::Asking;
use crate::cli::steps::story_sizes::{of_each_story, of_the_largest};
use crate::cli::steps::window_args::Which;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, ago, kilobytes, links};
use crate::cli::terminal::world;
use crate::project::{LastCheck, Project};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
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
struct Report<'a> {
    schema: &'static str,
    edition: &'a str,
    hash: String,
    findings: &'a [Finding],
    silenced: &'a [SilencedRule],
    /// Links that were checked, now or within the last hour.
    links: usize,
    bytes_largest: usize,
    stories: Vec<Story<'a>>,
    programs: &'a [Score],
}

/// What one story takes of the mail.
#[derive(Serialize)]
struct Story<'a> {
    id: &'a str,
    title: &'a str,
    bytes: usize,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let asking = if arguments.offline { Asking::Nobody } else { Asking::World };
    let prepared = prepare_to_look(&project, &arguments.which, asking, screen).await?;
    let name = &prepared.edition.name;
    let findings = &prepared.findings;
    let asked = if arguments.offline { 0 } else { prepared.answers.len() };
    keep(&project, &prepared, asked)?;
    let worst = findings.iter().map(|finding| finding.severity).min();
    let held = match worst {
        Some(Severity::Must) => true,
        Some(Severity::Should) => arguments.strict,
        Some(Severity::Note) | None => false,
    };
    let exit = if held { Exit::Findings } else { Exit::Done };
    if screen.json {
        screen.object(&Report {
            schema: "roundup.check/1",
            edition: name,
            hash: prepared.composition.hash(),
            findings,
            silenced: &prepared.silenced,
            links: asked,
            bytes_largest: prepared.largest,
            stories: sizes_of(&project, &prepared)?,
            programs: &prepared.scores,
        })?;
        return Ok(exit);
    }
    if let Some(line) = prepared.segment_line() {
        screen.say(&line);
    }
    screen.findings(findings)?;
    show_silenced(&prepared.silenced, screen)?;
    if arguments.programs {
        show_programs(&prepared.scores, screen)?;
    }
    if arguments.sizes {
        let mut stories = sizes_of(&project, &prepared)?;
        stories.sort_by_key(|story| std::cmp::Reverse(story.bytes));
        screen.print("Size of each story:")?;
        for story in &stories {
            screen.print(&format!("  {:>8}  {}", kilobytes(story.bytes), story.title))?;
        }
    }
    let [must, should, note] = tally(findings);
    let failed: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    screen.print(&screen.strong(&format!(
        "{name}: {must} must fix, {should} should fix, {note} good to know; {} of {} rules found nothing.",
        rules().count() - failed.len() - prepared.silenced.len(),
        rules().count(),
    )))?;
    tell_rest(&prepared, of_the_largest(&project, &prepared)?, arguments.offline, screen);
    if let Some(finding) = findings.first() {
        screen.say(&format!("Why a rule exists: roundup explain {}", finding.rule));
    }
    Ok(exit)
}

/// What each story takes of the mail, in its order.
fn sizes_of<'a>(project: &Project, prepared: &'a Prepared) -> Result<Vec<Story<'a>>, Failure> {
    let sizes = of_each_story(project, prepared)?;
    let stories = prepared.edition.shown().zip(sizes);
    Ok(stories.map(|(item, bytes)| Story { id: &item.id, title: &item.title, bytes }).collect())
}

/// What rules found that are silent, and where, and why.
fn show_silenced(silenced: &[SilencedRule], screen: &Screen) -> Result<(), Failure> {
    for SilencedRule { rule, findings, reason, edition, story } in silenced {
        let only = match (edition, story) {
            (_, Some(story)) => format!(", for the story `{story}`"),
            (Some(_), None) => ", in this edition".to_owned(),
            (None, None) => String::new(),
        };
        screen
            .print(&screen.faint(&format!("ignored [{rule}] {findings} found{only} ({reason})")))?;
    }
    Ok(())
}

/// Keeps when this email was checked. What its links answered is kept by whoever asks.
pub fn keep(project: &Project, prepared: &Prepared, asked: usize) -> Result<(), Failure> {
    let now = world::now();
    let mut before = project.checked_before(now);
    let last = LastCheck { hash: prepared.composition.hash(), at: now, links: asked };
    before.editions.insert(prepared.edition.name.clone(), last);
    Ok(project.keep_checked(&before)?)
}

/// What there is to know beside the findings: size, the heaviest stories, the common programs, the links.
fn tell_rest(prepared: &Prepared, largest_story: usize, offline: bool, screen: &Screen) {
    screen.say(&format!(
        "  Size      {} of 102 KB before Gmail cuts it; the largest story takes {} (--sizes)",
        kilobytes(prepared.largest),
        kilobytes(largest_story)
    ));
    let common: Vec<String> = prepared
        .scores
        .iter()
        .take(5)
        .map(|score| format!("{} {} %", score.family, score.percent))
        .collect();
    screen.say(&format!("  Programs  {} (--programs)", common.join(", ")));
    let links = if offline { "not checked".to_owned() } else { checked_links(prepared) };
    screen.say(&format!("  Links     {links}"));
}

/// How many links were checked and when, and of how many nothing is known: the same words in `check` and `send`.
pub fn checked_links(prepared: &Prepared) -> String {
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
    let when = ago(world::now() - oldest);
    if checked < all {
        format!("{checked} of {} checked {when}", links(all))
    } else {
        format!("{} checked {when}", links(checked))
    }
}

/// One line for each family: how much of the email it shows, and what it leaves out.
fn show_programs(scores: &[Score], screen: &Screen) -> Result<(), Failure> {
    screen.print(&format!("How mail programs show it (Can I email, {}):", clients::data_of()))?;
    for score in scores {
        let mut lacking: Vec<String> = score
            .lacking
            .iter()
            .map(|lacking| format!("{} ({})", lacking.feature, lacking.programs.join(", ")))
            .collect();
        let more = lacking.len().saturating_sub(if screen.verbose { usize::MAX } else { 6 });
        lacking.truncate(lacking.len() - more);
        if more > 0 {
            lacking.push(format!("{more} more (-v)"));
        }
        let without = if lacking.is_empty() {
            String::new()
        } else {
            format!(": without {}", lacking.join(", "))
        };
        screen.print(&format!("  {:>3} %  {}{without}", score.percent, score.family))?;
    }
    Ok(())
}
