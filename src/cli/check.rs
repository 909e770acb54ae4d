//! `roundup check`: every rule about an edition.
//! Shell: reads the project.

use clap::Args;
use serde::Serialize;

use super::Desk;
use super::failure::{Exit, Failure};
use super::prepare::prepare_to_look;
use super::which::Which;
use crate::check::{Finding, Severity, rules, tally};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// End with 3 for "should fix" as well
    #[arg(long)]
    strict: bool,
}

/// `roundup.check/1`.
#[derive(Serialize)]
struct Checked<'a> {
    schema: &'static str,
    edition: &'a str,
    hash: String,
    findings: &'a [Finding],
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let prepared = prepare_to_look(&project, &arguments.which, screen).await?;
    let name = &prepared.edition.name;
    let findings = &prepared.findings;
    let worst = findings.iter().map(|finding| finding.severity).min();
    let held = match worst {
        Some(Severity::Must) => true,
        Some(Severity::Should) => arguments.strict,
        Some(Severity::Note) | None => false,
    };
    let exit = if held { Exit::Findings } else { Exit::Done };
    if screen.json {
        screen.object(&Checked {
            schema: "roundup.check/1",
            edition: name,
            hash: prepared.composition.hash(),
            findings,
        })?;
        return Ok(exit);
    }
    screen.findings(findings)?;
    let [must, should, note] = tally(findings);
    let failed: std::collections::BTreeSet<&str> =
        findings.iter().map(|finding| finding.rule).collect();
    screen.print(&screen.strong(&format!(
        "{name}: {must} must fix, {should} should fix, {note} good to know; {} of {} rules found nothing.",
        rules().count() - failed.len(),
        rules().count(),
    )))?;
    if let Some(finding) = findings.first() {
        screen.say(&format!("Why a rule exists: roundup explain {}", finding.rule));
    }
    Ok(exit)
}
