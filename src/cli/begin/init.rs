//! `roundup init`: a working newsletter in an empty folder.
//! Shell: a folder, the network, the terminal.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use super::answers::AnswerSource;
use super::own_website::{NONE, website};
use super::project_files::{NewProject, ProjectEntry};
use super::setup_relay::server_of;
use crate::audience::mistyped_domain;
use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, write_new};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::count::{counted, listed};
use crate::database::private;
use crate::locale::built_in_languages;
use crate::news::sources::website::Website;
use crate::news::sources::website_news::WebsiteNews;
use crate::project::{RelayError, SETTINGS_FILE, Settings};
use crate::providers::mailbox_hosts::webmail_host;
use crate::rfc::address::EmailAddress;
use crate::rfc::text::one_line;
use crate::shell_words::go_to;
use crate::window::Window;

/// What is there before a newsletter is: the folder's own housekeeping.
const HARMLESS: [&str; 4] = [".git", ".DS_Store", ".gitignore", "desktop.ini"];
const MOST_NAMED: usize = 5;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to make; it must be new or empty
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Your website, where the news is read from; `none` for the sample's news
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// The name that people know you by
    #[arg(long)]
    name: Option<String>,
    /// The address that the email comes from
    #[arg(long, value_name = "ADDRESS")]
    sender: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        help = "The mail server, as in smtps://smtp.example.org, or a provider, as in `brevo`; `none` for practice mode"
    )]
    relay: Option<String>,
    /// The newsletter's language: en, cy, fr or ar
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = language_of)]
    language: String,
    /// Where a day begins and ends
    #[arg(long, value_name = "ZONE", default_value = "Europe/London", value_parser = zone_of)]
    time_zone: Tz,
    /// Take the default for everything that no flag says
    #[arg(long, short)]
    yes: bool,
    /// Allow a website on this computer or its network
    #[arg(long)]
    allow_local: bool,
}

/// `roundup.init/1`.
#[derive(Serialize)]
struct InitOutcome<'a> {
    schema: &'static str,
    folder: String,
    files: Vec<&'a str>,
    name: &'a str,
    sender: &'a str,
    news: Option<&'a str>,
    stories: Option<usize>,
    /// Messages go into a folder until a relay is set.
    practice: bool,
    next: String,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let screen = &globals.screen;
    let folder = &arguments.folder;
    refuse_what_is_there(folder)?;
    let answers = AnswerSource::of(screen, arguments.yes);
    let typed = arguments.website.as_deref();
    let local = (arguments.allow_local, arguments.time_zone);
    let (website, allows_local) = website(typed, local, answers, screen).await?;
    let project = project(&arguments, website, allows_local, answers)?;
    if let Some(meant) =
        EmailAddress::parse(&project.sender).ok().as_ref().and_then(mistyped_domain)
    {
        screen.warn(&format!(
            "`{}` may be a typing mistake: did you mean `{meant}`?",
            project.sender
        ));
    }
    // A mistake of ours must not become a newsletter that cannot be opened.
    Settings::read(SETTINGS_FILE, &project.settings())
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let today = system::today(project.time_zone);
    let files = project.files(today);
    write_all(folder, &files)?;
    if let Some(around) = around(folder) {
        screen.warn(&format!(
            "{} is within another newsletter, {}: each has its own list and settings",
            shown(folder),
            around.display()
        ));
    }
    let next = next(folder, &project);
    screen.outcome(&InitOutcome {
        schema: "roundup.init/1",
        folder: folder.display().to_string(),
        files: files.iter().map(|file| file.name.as_str()).collect(),
        name: &project.name,
        sender: &project.sender,
        news: project.news.as_ref().map(|news| news.url.as_str()),
        stories: project.news.as_ref().map(|news| news.stories),
        practice: project.relay.is_none(),
        next,
    })?;
    Ok(Exit::Done)
}

impl Outcome for InitOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let count = counted(self.files.len(), "file", "files");
        text.line(format!("Made {} ({count}).", shown(Path::new(&self.folder))));
        text.line(if self.practice {
            "Nothing has been sent, and you need no account to try it: in practice mode messages go to the folder outbox."
        } else {
            "Nothing has been sent."
        });
        text.line(format!("Next: {}", self.next));
    }
}

/// Names what is in the way.
fn refuse_what_is_there(folder: &Path) -> Result<(), Failure> {
    refuse_no_name(folder)?;
    let cannot_read = |error: std::io::Error| {
        Failure::new(Exit::Usage, format!("`{}` cannot be used: {error}", folder.display()))
            .help("choose another folder, as in `roundup init charity-news`")
    };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(cannot_read)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(cannot_read)?.file_name().to_string_lossy().into_owned();
        if name == SETTINGS_FILE {
            return Err(Failure::new(
                Exit::Usage,
                format!("{} is a newsletter already", shown(folder)),
            )
            .help("run `roundup` there to see where it stands"));
        }
        if !HARMLESS.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort();
    if names.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!("{} is not empty: {}", shown(folder), listed(&names, MOST_NAMED)),
    )
    .help("choose a folder that is new or empty, as in `roundup init charity-news`"))
}

/// A name that no command could be printed with.
fn refuse_no_name(folder: &Path) -> Result<(), Failure> {
    let name = folder.to_string_lossy();
    if !name.is_empty() && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let what = if name.is_empty() {
        "the name of the folder is empty".to_owned()
    } else {
        format!("`{}` holds a control character", name.escape_debug())
    };
    Err(Failure::new(Exit::Usage, what)
        .help("choose another folder, as in `roundup init charity-news`"))
}

/// The newsletter that a new one would be within.
fn around(folder: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(folder).ok()?;
    let found = whole.ancestors().skip(1).find(|above| above.join(SETTINGS_FILE).is_file());
    found.map(Path::to_owned)
}

fn shown(folder: &Path) -> String {
    if folder == Path::new(".") {
        "this folder".to_owned()
    } else {
        format!("`{}`", folder.display())
    }
}

fn project(
    arguments: &Arguments,
    website: Option<Website>,
    allow_local: bool,
    answers: AnswerSource,
) -> Result<NewProject, Failure> {
    let host = website.as_ref().and_then(|site| url::Url::parse(&site.address).ok());
    let host = host.as_ref().and_then(|url| url.domain()).unwrap_or("charity.example");
    let domain = host.strip_prefix("www.").unwrap_or(host).to_owned();
    let title = website.as_ref().and_then(|site| site.title.clone());
    let title = title.unwrap_or_else(|| "Example Charity".to_owned());
    let name = match &arguments.name {
        Some(name) => name_of(name)?,
        None => answers.ask("The name that people know you by", &title, name_of)?,
    };
    let sender = if let Some(sender) = &arguments.sender {
        sender_of(sender)?
    } else {
        let usual = format!("news@{domain}");
        answers.ask("The address that the email comes from", &usual, sender_of)?
    };
    let relay = match &arguments.relay {
        Some(relay) => relay_of(relay)?,
        None => answers.ask("Your mail server, or none for practice mode", NONE, relay_of)?,
    };
    let (website, news) = website.map_or((None, None), |site| (Some(site.address), site.news));
    Ok(NewProject {
        name,
        sender,
        website,
        news,
        allow_local,
        language: arguments.language.clone(),
        time_zone: arguments.time_zone,
        relay,
    })
}

fn name_of(text: &str) -> Result<String, Failure> {
    const LONGEST_NAME_CHARS: usize = 80;
    let name = one_line(text).trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME_CHARS {
        return Err(Failure::new(Exit::Usage, "that is not a name that fits in an email")
            .help("write one of at most 80 characters, as people know you"));
    }
    Ok(name)
}

/// A time zone, or the one that somebody meant who wrote a town.
fn zone_of(text: &str) -> Result<Tz, String> {
    let town = text.trim().replace(' ', "_").to_lowercase();
    text.parse().map_err(|_| {
        let near = chrono_tz::TZ_VARIANTS
            .iter()
            // `Etc/GMT+1` is an hour behind Greenwich, and `GMT+1` means an hour before it.
            .filter(|zone| !zone.name().starts_with("Etc/"))
            .find(|zone| zone.name().to_lowercase().rsplit('/').next() == Some(town.as_str()));
        let name = near.map_or("Europe/London", |zone| zone.name());
        format!("write a continent and a town, as in {name}")
    })
}

fn language_of(text: &str) -> Result<String, String> {
    let mut spoken: Vec<&str> = built_in_languages().collect();
    if spoken.contains(&text.split('-').next().unwrap_or_default()) {
        return Ok(text.to_owned());
    }
    spoken.sort_unstable();
    Err(format!("roundup has the words of {}", spoken.join(", ")))
}

fn sender_of(text: &str) -> Result<String, Failure> {
    const HELP: &str = "write one of your own domain, as in news@charity.org.uk";
    let address = EmailAddress::parse(text.trim())
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()).help(HELP))?;
    // A slip of one of them is not better.
    let meant = mistyped_domain(&address);
    let address = address.to_string();
    let domain = address.rsplit('@').next().unwrap_or_default();
    let domain = match &meant {
        Some(meant) if webmail_host(meant).is_some() => meant,
        _ => domain,
    };
    if let Some(host) = webmail_host(domain) {
        return Err(Failure::new(
            Exit::Usage,
            format!("{domain} is for mailboxes of {host}: receivers refuse newsletters from there"),
        )
        .help(HELP));
    }
    Ok(address)
}

fn relay_of(text: &str) -> Result<Option<String>, Failure> {
    if text.trim() == NONE {
        return Ok(None);
    }
    let (text, _) = server_of(text)?;
    // It stands between single quotes in `.env`.
    if text.contains('\'') {
        return Err(RelayError::NotAnAddress.into());
    }
    Ok(Some(text))
}

/// Writes all of them, or leaves nothing behind.
fn write_all(folder: &Path, files: &[ProjectEntry]) -> Result<(), Failure> {
    let is_new = !folder.exists();
    let mut written: Vec<PathBuf> = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        // The folder's own list of what git leaves out stays.
        if file.name == ".gitignore" && path.exists() {
            continue;
        }
        let write = || -> std::io::Result<()> {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
                if file.is_private && parent != folder {
                    private::tighten(parent)?;
                }
            }
            if file.is_private {
                return private::write(&path, &file.bytes);
            }
            write_new(&path, &file.bytes)
        };
        if let Err(error) = write() {
            for path in written.iter().rev() {
                // What is left behind is named by the error below.
                let _ = std::fs::remove_file(path);
                let _ = path.parent().filter(|parent| *parent != folder).map(std::fs::remove_dir);
            }
            if is_new {
                let _ = std::fs::remove_dir(folder);
            }
            return Err(cannot_write(&path.display().to_string(), &error));
        }
        written.push(path);
    }
    Ok(())
}

/// The command that shows an email: of the last full month where that has stories, or else of the newest story's.
fn next(folder: &Path, project: &NewProject) -> String {
    let today = system::today(project.time_zone);
    let window = Window::last_full_month(today, project.time_zone);
    let is_in_window = |day: &NaiveDate| window.start <= *day && *day < window.end;
    let elsewhere = project.news.as_ref().filter(|news| !news.days.iter().any(is_in_window));
    let preview = match elsewhere.and_then(WebsiteNews::month) {
        Some(month) => format!("roundup preview --month {}", month.format("%Y-%m")),
        None => "roundup preview".to_owned(),
    };
    if folder == Path::new(".") {
        return preview;
    }
    format!("{} && {preview}", go_to(&folder.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_what_the_settings_take() {
        assert_eq!(name_of("  Safe\tChildhood "), Ok("Safe Childhood".to_owned()));
        assert!(name_of("").is_err() && name_of(&"x".repeat(81)).is_err());
        assert_eq!(sender_of("news@charity.org.uk"), Ok("news@charity.org.uk".to_owned()));
        assert!(sender_of("news").is_err());
        assert_eq!(relay_of("none"), Ok(None));
        for (typed, relay) in [
            ("smtps://smtp.example.org", "smtps://smtp.example.org"),
            ("smtp.example.org", "smtps://smtp.example.org"),
            ("gmail", "smtps://smtp.gmail.com"),
        ] {
            assert_eq!(relay_of(typed), Ok(Some(relay.to_owned())), "{typed}");
        }
        for wrong in ["https://x", "smtps://u:p@smtp.example.org", "smtps://a'b", "gmial", ""] {
            assert!(relay_of(wrong).is_err(), "{wrong}");
        }
    }
}
