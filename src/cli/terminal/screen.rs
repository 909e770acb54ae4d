//! Everything that roundup prints: data to stdout, talk to stderr, colour only where it is seen.
//! Shell: the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use serde::Serialize;

use crate::cli::terminal::colour::{Colour, Paint};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::failure_object::FailureObject;
use crate::cli::terminal::guarded::{
    LONGEST_LINE_CHARS, cure, guarded, guarded_json, place, sentence,
};
use crate::cli::terminal::json_stream::{one_line_json, write_json};
use crate::cli::terminal::outcome::{Line, Outcome, Text};
use crate::cli::terminal::project_option::ProjectOption;
use crate::cli::terminal::system;
use crate::problem::{Problem, without_system_numbers};

pub use crate::count::{and_more, counted, grouped, people};

/// What the person wants to see, and where it goes.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Private: a command has one outcome, and whether it is printed as text or as JSON is nothing to it.
    json: bool,
    /// How the project was named: printed commands name it too.
    project: ProjectOption,
    /// The same for words that are read in another place: an email, a page.
    elsewhere: ProjectOption,
    /// What of it has been printed, by this or any other command within.
    printed: Arc<JsonOutput>,
    pub quiet: bool,
    pub verbose: bool,
    /// False when nobody can answer a question.
    pub asks: bool,
    /// True where the input is a file or another program's output, which may hold answers.
    pub has_input: bool,
    /// True where what is said goes elsewhere: to the studio's page.
    is_silent: bool,
    out: Paint,
    talk: Paint,
}

/// What has been printed for programs.
#[derive(Debug, Default)]
struct JsonOutput {
    outcome: AtomicBool,
    records: AtomicBool,
}

/// Problems that are listed before the rest is only counted.
const MOST_LISTED: usize = 10;

impl Screen {
    pub fn new(json: bool, quiet: bool, verbose: bool, no_input: bool, colour: Colour) -> Self {
        let wanted = |is_terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let set =
                    |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                !set("NO_COLOR") && (set("CLICOLOR_FORCE") || (is_terminal && !dumb))
            }
        };
        let mut seal = [0; 8];
        system::random(&mut seal);
        let seal = u64::from_ne_bytes(seal);
        Self {
            json,
            project: ProjectOption::default(),
            elsewhere: ProjectOption::default(),
            printed: Arc::default(),
            quiet,
            verbose,
            // A program reads the JSON: nobody would see the question.
            asks: !no_input && !json && io::stdin().is_terminal() && io::stderr().is_terminal(),
            has_input: !no_input && !io::stdin().is_terminal(),
            out: Paint::new(wanted(io::stdout().is_terminal()), seal),
            talk: Paint::new(wanted(io::stderr().is_terminal()), seal),
            is_silent: false,
        }
    }

    /// The same for a command that was given its project: every command that is printed names it too.
    #[must_use]
    pub fn for_project(self, folder: Option<&Path>) -> Self {
        let whole = folder.map(|folder| {
            let found = folder.canonicalize().or_else(|_| std::path::absolute(folder));
            found.unwrap_or_else(|_| folder.to_owned())
        });
        let elsewhere = ProjectOption::new(whole.as_deref());
        Self { project: ProjectOption::new(folder), elsewhere, ..self }
    }

    /// How commands name the project where whoever reads them stands in no folder: in a notice, on the studio's page.
    pub fn elsewhere(&self) -> &ProjectOption {
        &self.elsewhere
    }

    /// One that says nothing: its user shows the outcome in another way.
    #[must_use]
    pub fn silent(&self) -> Self {
        Self {
            is_silent: true,
            quiet: true,
            json: false,
            asks: false,
            has_input: false,
            ..self.clone()
        }
    }

    /// What programs read: nothing of it is cut.
    fn data(&self, text: &str) -> Result<(), Failure> {
        self.write(text, usize::MAX)
    }

    /// The same of a value, which may be longer than memory.
    fn stream(&self, value: &impl Serialize) -> Result<(), Failure> {
        if self.is_silent {
            return Ok(());
        }
        let written = write_json(io::stdout().lock(), value, &self.project);
        written.map_err(|error| match error.io_error_kind() {
            Some(io::ErrorKind::BrokenPipe) => Failure::new(Exit::Done, ""),
            Some(_) => Failure::new(Exit::Failed, format!("the output cannot be written: {error}")),
            None => no_json(&error),
        })
    }

    /// A reader that has gone away ends the program silently, as it does for every Unix tool.
    fn write(&self, text: &str, longest_line_chars: usize) -> Result<(), Failure> {
        if self.is_silent {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let text = guarded(text, self.out, longest_line_chars);
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                Err(Failure::new(Exit::Done, ""))
            }
            Err(error) => {
                Err(Failure::new(Exit::Failed, format!("the output cannot be written: {error}")))
            }
        }
    }

    /// Whether everything is shown that is otherwise only counted.
    pub fn shows_all(&self) -> bool {
        self.json || self.verbose
    }

    /// What a command came to, as people or programs read it.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn outcome(&self, outcome: &impl Outcome) -> Result<(), Failure> {
        if self.json {
            self.stream(outcome)?;
            self.printed.outcome.store(true, Ordering::Relaxed);
            return Ok(());
        }
        self.lines(|text| outcome.text(text))
    }

    /// From here on each object that is printed is a line: that of a failure too, also where it is the first.
    pub fn begin_records(&self) {
        self.printed.records.store(true, Ordering::Relaxed);
    }

    /// One of many outcomes of a command: programs get a line of JSON for each.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn record(&self, outcome: &impl Outcome) -> Result<(), Failure> {
        if !self.json {
            return self.lines(|text| outcome.text(text));
        }
        let line = json_line(outcome, &self.project)?;
        self.begin_records();
        self.data(&line)
    }

    /// What people read before a question, or below the records: programs have it in the outcome, or count the records.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn for_people(&self, fill: impl FnOnce(&mut Text)) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.lines(fill) }
    }

    /// Whether a program reads the outcome: no bar, no browser, and everything is worked out that it may need.
    pub fn is_for_programs(&self) -> bool {
        self.json
    }

    /// For a command within another: the one object that is printed is that of the other.
    #[must_use]
    pub fn within(&self) -> Self {
        if self.json { self.silent() } else { self.clone() }
    }

    /// Lines for people before a question, or with a failure. Where programs read stdout, nothing but JSON goes there.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn lines(&self, fill: impl FnOnce(&mut Text)) -> Result<(), Failure> {
        let mut text = Text::new(self.out, self.verbose);
        fill(&mut text);
        for line in text.into_lines() {
            match line {
                Line::Data(line) | Line::Document(line) if self.json => self.say(&line),
                Line::Data(line) => self.write(&self.project.in_data(&line), LONGEST_LINE_CHARS)?,
                Line::Document(whole) => self.data(&whole)?,
                Line::Talk(line) => self.say(&line),
                Line::Warning(line) => self.warn(&line),
            }
        }
        Ok(())
    }

    /// Talk. When even that cannot be written there is nobody to report it to.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.talk(text);
        }
    }

    /// Talk that is shown with `--quiet` too.
    pub fn warn(&self, text: &str) {
        if self.is_silent {
            return;
        }
        let text = without_system_numbers(&sentence(&self.project.in_talk(text)));
        self.talk(&format!("{} {text}", self.talk_strong("warning:")));
    }

    fn talk(&self, text: &str) {
        let text = self.project.in_talk(text);
        let text = guarded(&text, self.talk, LONGEST_LINE_CHARS);
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Why a command ends without what it is run for: for people on stderr, and for programs an object on stdout, or the last
    /// line where each line is one. An outcome that has been printed is the one object, and says what has come of it.
    pub fn failure(&self, failure: &Failure) {
        if failure.what.is_empty() {
            return;
        }
        self.failure_for_programs(failure);
        self.failure_for_people(failure);
    }

    /// The same where people have read it already.
    pub fn failure_for_programs(&self, failure: &Failure) {
        if !self.json || self.printed.outcome.load(Ordering::Relaxed) {
            return;
        }
        let failure = self.project.in_failure(failure);
        let object = FailureObject::of(&failure);
        let json = if self.printed.records.load(Ordering::Relaxed) {
            json_line(&object, &self.project)
        } else {
            json_text(&object)
        };
        // Where nothing can be printed there is nobody to say it to.
        let _ = json.and_then(|json| self.data(&json));
    }

    /// A failure of a part: what a command is run for is printed all the same.
    pub fn failure_for_people(&self, failure: &Failure) {
        let failure = self.project.in_failure(failure);
        let text = failure.shown(|word| self.talk_strong(word), |word| self.talk_faint(word));
        self.talk(text.trim_end_matches('\n'));
    }

    /// Bad inputs: the first of them, and how many there are.
    pub fn problems(&self, problems: &[Problem]) {
        let most = if self.verbose { usize::MAX } else { MOST_LISTED };
        for problem in problems.iter().take(most) {
            let place = place(&problem.place.to_string());
            self.warn(&format!("{place}: {}", sentence(&problem.what)));
            if !problem.cure.is_empty() {
                let cure = cure(&self.project.in_talk(&problem.cure));
                self.say(&format!("  {} {cure}", self.talk_faint("help:")));
            }
        }
        if problems.len() > most {
            self.say(&format!("{} (-v shows them all)", and_more(problems.len() - most)));
        }
    }

    pub fn strong(&self, word: &str) -> String {
        self.out.strong(word)
    }

    pub fn faint(&self, word: &str) -> String {
        self.out.faint(word)
    }

    fn talk_strong(&self, word: &str) -> String {
        if word == "error:" { self.talk.red(word) } else { self.talk.strong(word) }
    }

    fn talk_faint(&self, word: &str) -> String {
        self.talk.faint(word)
    }
}

/// A value as JSON that people can read too.
///
/// # Errors
/// When it has no JSON, which none of ours is.
pub fn json_text(value: &impl Serialize) -> Result<String, Failure> {
    let json = serde_json::to_string_pretty(value).map_err(|error| no_json(&error))?;
    Ok(guarded_json(&json).into_owned())
}

/// The same on one line.
fn json_line(value: &impl Serialize, project: &ProjectOption) -> Result<String, Failure> {
    let json = one_line_json(value, project).map_err(|error| no_json(&error))?;
    Ok(guarded_json(&json).into_owned())
}

fn no_json(error: &serde_json::Error) -> Failure {
    Failure::new(Exit::Failed, format!("the JSON cannot be written: {error}"))
}

/// `1 story`, `26 stories`.
pub fn stories(count: usize) -> String {
    counted(count as u64, "story", "stories")
}

/// `1 link`, `26 links`.
pub fn links(count: usize) -> String {
    counted(count as u64, "link", "links")
}

/// `just now`, `2 minutes ago`, `3 hours ago`, `5 days ago`.
pub fn ago(since: TimeDelta) -> String {
    let several = |count: i64, unit: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{s} ago")
    };
    match since.num_minutes() {
        ..1 => "just now".to_owned(),
        minutes @ 1..60 => several(minutes, "minute"),
        minutes @ 60..1440 => several(minutes / 60, "hour"),
        minutes => several(minutes / 1440, "day"),
    }
}

/// `47.6 KB`.
pub fn kilobytes(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_204), "1,204");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(people(1), "1 person");
        assert_eq!(stories(26), "26 stories");
        assert_eq!(kilobytes(1536), "1.5 KB");
        assert_eq!((links(1).as_str(), links(1200).as_str()), ("1 link", "1,200 links"));
        let said: Vec<String> =
            [0, 1, 59, 60, 1439, 1440, 99_999].map(|m| ago(TimeDelta::minutes(m))).into();
        assert_eq!(
            said,
            [
                "just now",
                "1 minute ago",
                "59 minutes ago",
                "1 hour ago",
                "23 hours ago",
                "1 day ago",
                "69 days ago"
            ]
        );
    }
}
