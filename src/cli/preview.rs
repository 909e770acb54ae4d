//! `roundup preview`: the mail as pages and files to look at.
//! Shell: reads the project, writes a folder.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::files::{private_folder, write_whole};
use super::prepare::{Prepared, made, prepare_to_look};
use super::run_checks::Asking;
use super::screen::{Screen, counted, kilobytes, stories};
use super::studio::{self, How};
use super::window_args::Which;
use super::{Globals, number, world};
use crate::audience::{Keys, Recipient};
use crate::check::{Finding, tally};
use crate::compose::language_code;
use crate::database::private;
use crate::message::MessageTemplate;
use crate::project::Project;
use crate::web::PageView;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Write pages into this folder instead of opening the studio
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write pages into a folder to give to somebody else, such as a trustee
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    share: Option<PathBuf>,
    /// The studio's port on this computer; any that is free when not given
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, value_parser = number::port, conflicts_with_all = ["out", "share"])]
    port: Option<u16>,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Show it as readers of this language get it, as in cy
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

/// `roundup.preview/1`.
#[derive(Serialize)]
struct Previewed<'a> {
    schema: &'static str,
    edition: &'a str,
    hash: String,
    page: String,
    stories: usize,
    bytes_largest: usize,
    findings: &'a [Finding],
}

pub async fn run(arguments: Arguments, desk: &Globals) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let writes =
        arguments.out.is_some() || arguments.share.is_some() || arguments.language.is_some();
    // Without a terminal nobody is there to look: pages are written.
    let is_seen = std::io::stdout().is_terminal() && !screen.json;
    if !writes && (arguments.port.is_some() || is_seen) {
        let how =
            How { port: arguments.port.unwrap_or(0), opens_browser: is_seen && !arguments.no_open };
        return Box::pin(studio::run(&arguments.which, how, desk)).await;
    }
    let prepared = prepare_to_look(&project, &arguments.which, Asking::Nobody, screen).await?;
    let name = &prepared.edition.name;
    if let Some(language) = &arguments.language {
        refuse_unspoken(&project, language)?;
    }
    let pages = if arguments.share.is_some() {
        Pages::to_share(&project, &prepared)?
    } else {
        Pages::to_keep(&prepared, prepared.skeleton(&project, world::now())?)
    };
    let folder =
        arguments.out.or(arguments.share).unwrap_or_else(|| default_folder(&project, name));
    let pages = pages.in_language(arguments.language.as_deref());
    pages.write(&folder, screen)?;
    let findings = pages.findings;
    let page = folder.join("index.html");
    if screen.json {
        screen.object(&Previewed {
            schema: "roundup.preview/1",
            edition: name,
            hash: prepared.composition.hash(),
            page: page.display().to_string(),
            stories: prepared.edition.shown().count(),
            bytes_largest: prepared.largest,
            findings: &findings,
        })?;
        return Ok(Exit::Done);
    }
    screen.print(&format!("Open {}", page.display()))?;
    summarise(&prepared, screen)?;
    screen.say(&format!("Next: roundup check {name}, then roundup send {name} --dry-run"));
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
        format!("it has {}; [translations.cy] in roundup.toml adds Welsh", spoken.join(", ")),
    ))
}

/// Where previews go when nobody says where.
pub fn default_folder(project: &Project, edition: &str) -> PathBuf {
    let folder = project.path("preview").join(edition);
    // A shorter way to it, where there is one: people copy it.
    match std::env::current_dir() {
        Ok(here) => folder.strip_prefix(&here).map(Path::to_owned).unwrap_or(folder),
        Err(_) => folder,
    }
}

/// The mail in a few lines.
pub fn summarise(prepared: &Prepared, screen: &Screen) -> Result<(), Failure> {
    let subject = prepared.composition.shown(&prepared.composition.subject);
    screen.print(&format!(
        "  Subject   {subject} {}",
        screen.faint(&format!(
            "({})",
            counted(subject.chars().count() as u64, "character", "characters")
        ))
    ))?;
    screen.print(&format!(
        "  Content   {}, {} of 102 KB before Gmail cuts it off",
        stories(prepared.edition.shown().count()),
        kilobytes(prepared.largest)
    ))?;
    let [must, should, note] = tally(&prepared.findings);
    let words = if must + should + note == 0 {
        "nothing found".to_owned()
    } else {
        format!("{must} must fix, {should} should fix, {note} good to know")
    };
    screen.print(&format!("  Checks    {words}"))
}

/// The page and its companions.
pub struct Pages<'a> {
    prepared: &'a Prepared,
    skeleton: MessageTemplate,
    /// Whose copy is shown.
    seen_by: Recipient,
    findings: Vec<Finding>,
    /// Whether something in them is of a person on the list.
    is_private: bool,
}

impl<'a> Pages<'a> {
    /// For people of the house: somebody of the list is shown.
    pub fn to_keep(prepared: &'a Prepared, skeleton: MessageTemplate) -> Self {
        let findings = prepared.findings.clone();
        Self { prepared, skeleton, seen_by: prepared.example(), findings, is_private: true }
    }

    /// For anybody: nothing in them is of a person on the list. The person shown is invented, the keys behind their links
    /// are thrown away, and the message is not signed.
    fn to_share(project: &Project, prepared: &'a Prepared) -> Result<Self, Failure> {
        let mut secret = [0; 32];
        world::random(&mut secret);
        let (composition, identity) = (prepared.composition.clone(), prepared.identity.clone());
        let keys = Keys::new(&secret);
        let skeleton = made(project, composition, identity, keys, Vec::new(), world::now())?;
        let findings = prepared.findings.iter().cloned().map(without_people).collect();
        Ok(Self { prepared, skeleton, seen_by: prepared.invented(), findings, is_private: false })
    }

    fn in_language(mut self, language: Option<&str>) -> Self {
        if let Some(language) = language {
            self.seen_by.values.insert("language".to_owned(), language.to_owned());
        }
        self
    }

    /// Writes them. Each file is whole or not there.
    pub fn write(&self, folder: &Path, screen: &Screen) -> Result<(), Failure> {
        let Self { prepared, skeleton, seen_by, findings, is_private } = self;
        let shown = skeleton.composition_of(seen_by);
        let (subject, html, text) = skeleton.seen_by(seen_by);
        let message = skeleton.personalise(seen_by);
        let variant = shown.variant(&seen_by.segments);
        let name = seen_by.name().unwrap_or_else(|| seen_by.address.to_string());
        let sender = match &prepared.identity.sender.name {
            Some(name) => name.as_str().to_owned(),
            None => prepared.identity.sender.address.to_string(),
        };
        let people = prepared.audience.mailed;
        let page = PageView {
            edition: &prepared.edition.name,
            hash: &prepared.composition.hash(),
            sender: &sender,
            subject: &subject,
            preheader: &shown.preheader,
            html: &html,
            text: &text,
            seen_by: &name,
            stories: prepared.edition.shown().count(),
            people: (people > 0).then_some(people),
            largest_bytes: prepared.largest,
            findings,
        };
        let cannot = |path: &Path, error: std::io::Error| {
            Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
        };
        if *is_private {
            private_folder(folder, screen)?;
        } else {
            std::fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
        }
        let write = if *is_private { private::write } else { write_whole };
        for (name, bytes) in [
            ("email.html", html.as_bytes()),
            ("email.txt", text.as_bytes()),
            ("email.mjml", shown.variants[variant].mjml.as_bytes()),
            ("message.eml", message.bytes.as_slice()),
            ("index.html", page.html().as_bytes()),
        ] {
            let path = folder.join(name);
            write(&path, bytes).map_err(|error| cannot(&path, error))?;
        }
        Ok(())
    }
}

/// A finding as strangers may read it: people of the list are counted in it, and not named.
fn without_people(mut finding: Finding) -> Finding {
    if finding.rule == "each-copy" {
        "somebody’s copy would look wrong: `roundup check` names them"
            .clone_into(&mut finding.message);
    }
    let is_address =
        |word: &str| word.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.'));
    if finding.message.split_whitespace().any(is_address) {
        let words = finding.message.split_whitespace();
        let words: Vec<&str> =
            words.map(|word| if is_address(word) { "(an address)" } else { word }).collect();
        finding.message = words.join(" ");
    }
    finding
}
