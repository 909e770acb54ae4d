//! `roundup preview`: the email as pages and files to look at.
//! Shell: reads the project, writes a folder.

pub mod pages;
pub mod summary;
pub mod templates;

use crate::cli::preview::pages::{Pages, default_folder};
use crate::cli::preview::summary::EmailSummary;
use crate::cli::terminal::number;
use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::check::Finding;
use crate::cli::globals::Globals;
use crate::cli::steps::prepare::prepare_to_look;
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::studio::{self, StudioOptions};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::locale::language_code;
use crate::project::Project;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: EditionArguments,
    /// Write pages to this folder instead of opening the studio
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write pages to a folder that you can give to somebody else, such as a trustee
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    share: Option<PathBuf>,
    /// The studio's port on this computer; any free one if not given
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, value_parser = number::port, conflicts_with_all = ["out", "share"])]
    port: Option<u16>,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Show the edition in this language, as in cy
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

/// `roundup.preview/1`.
#[derive(Serialize)]
struct PreviewOutcome<'a> {
    schema: &'static str,
    edition: &'a str,
    /// As `send` takes it.
    argument: &'a str,
    hash: String,
    page: String,
    #[serde(flatten)]
    summary: EmailSummary,
    findings: &'a [Finding],
}

impl Outcome for PreviewOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let Self { edition, argument, .. } = self;
        text.line(format!("Open {}", self.page));
        self.summary.lines(text);
        text.say(format!("Next: roundup check {edition}, then roundup send {argument} --dry-run"));
    }
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let writes =
        arguments.out.is_some() || arguments.share.is_some() || arguments.language.is_some();
    // Without a terminal nobody is there to look: pages are written.
    let is_seen = std::io::stdout().is_terminal() && !screen.is_for_programs();
    if !writes && (arguments.port.is_some() || is_seen) {
        let how = StudioOptions {
            port: arguments.port.unwrap_or(0),
            opens_browser: is_seen && !arguments.no_open,
        };
        return Box::pin(studio::run(&arguments.which, how, globals)).await;
    }
    let prepared = prepare_to_look(&project, &arguments.which, Reach::Project, screen).await?;
    let name = &prepared.edition.name;
    if let Some(language) = &arguments.language {
        refuse_unspoken(&project, language)?;
    }
    let pages = if arguments.share.is_some() {
        Pages::to_share(&project, &prepared)?
    } else {
        Pages::to_keep(&prepared, prepared.skeleton(&project, system::now())?)
    };
    let folder =
        arguments.out.or(arguments.share).unwrap_or_else(|| default_folder(&project, name));
    let pages = pages.in_language(arguments.language.as_deref());
    pages.write(&folder, screen)?;
    let findings = pages.findings;
    let page = folder.join("index.html");
    screen.outcome(&PreviewOutcome {
        schema: "roundup.preview/1",
        edition: name,
        argument: &prepared.argument,
        hash: prepared.composition.hash(),
        page: page.display().to_string(),
        summary: EmailSummary::of(&prepared),
        findings: &findings,
    })?;
    Ok(Exit::Done)
}

/// A language that the newsletter does not speak would be shown as its own, and nobody would notice.
fn refuse_unspoken(project: &Project, language: &str) -> Result<(), Failure> {
    let settings = &project.settings;
    let mut spoken = vec![language_code(&settings.theme.language)];
    spoken.extend(settings.translations.keys().cloned());
    if spoken.contains(&language_code(language)) {
        return Ok(());
    }
    let code = language.escape_debug();
    Err(Failure::new(Exit::Usage, format!("this newsletter has no language `{code}`")).help(
        format!("it has {}; add Welsh with [translations.cy] in roundup.toml", spoken.join(", ")),
    ))
}
