//! What people see when something cannot be done: what happened, where, and what to type.
//! Pure: an error in, words and an exit code out.

use std::fmt::Write;

use crate::approval::ApproverNameError;
use crate::audience::list_error::{ListError, ListFault};
use crate::audience::segment::SegmentError;
use crate::cli::terminal::guarded::{cure, place, sentence};
use crate::compose::composition::ComposeError;
use crate::compose::fault::TemplateFault;
use crate::count::counted;
use crate::doctor::Diagnosis;
use crate::edition::EditError;
use crate::locale::words::WordsFileError;
use crate::message::IdentityError;
use crate::problem::{Place, Problem, without_system_numbers};
use crate::rfc::csv::TableError;
use crate::send::hours::HoursError;
use crate::send::pace::RateError;
use crate::send::patience::PatienceError;
use crate::window::WindowError;

/// What the process ends with. Scripts rely on these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    /// The command line or the settings.
    Usage = 2,
    /// A check found things to fix.
    Findings = 3,
    /// No news, or nobody to mail.
    Nothing = 4,
    /// Some people were rejected, or delivery to them is uncertain.
    Partly = 5,
    /// Stopped for now: the same command carries on.
    Later = 6,
    Interrupted = 130,
}

/// One failure, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    pub what: String,
    pub place: Option<Place>,
    /// The line that `place` points to.
    pub line_text: Option<String>,
    /// Further things of the same kind.
    pub more: Vec<String>,
    pub help: Option<String>,
    /// The nearest month with stories, as in `2020-12`, where there are none.
    pub nearest: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        let what = without_system_numbers(&what.into());
        Self {
            exit,
            what,
            place: None,
            line_text: None,
            more: Vec::new(),
            help: None,
            nearest: None,
        }
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    pub(super) fn line(self, text: Option<String>) -> Self {
        Self { line_text: text, ..self }
    }

    fn more(self, more: Vec<String>) -> Self {
        Self { more, ..self }
    }

    /// As what `doctor` says about something.
    pub fn diagnosis(self, about: &'static str) -> Diagnosis {
        Diagnosis::bad(about, self.what, self.help.unwrap_or_default())
    }

    /// Everything, as it stands on the screen. `strong` and `faint` paint words.
    pub fn shown(&self, strong: impl Fn(&str) -> String, faint: impl Fn(&str) -> String) -> String {
        let mut text = format!("{} {}\n", strong("error:"), sentence(&self.what));
        if let Some(at) = &self.place {
            let _ = writeln!(text, "  {} {}", faint("-->"), place(&at.to_string()));
            if let (Some(line_text), Some(line)) = (&self.line_text, at.line) {
                text.push_str(&snippet(line_text, line, at.column, &faint));
            }
        }
        for more in &self.more {
            let _ = writeln!(text, "  {}", sentence(more));
        }
        if let Some(help) = &self.help {
            let _ = writeln!(text, "{} {}", faint("help:"), cure(help));
        }
        text
    }
}

/// Screens are about this wide.
const WIDEST: usize = 100;

/// The line with its number and a caret under the column.
fn snippet(
    line_text: &str,
    line: usize,
    column: Option<usize>,
    faint: impl Fn(&str) -> String,
) -> String {
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let column = column.unwrap_or(1).max(1);
    // A long line is shown from a little before the column.
    let skipped = if column > WIDEST { column - WIDEST / 2 } else { 0 };
    let shown: String = line_text
        .chars()
        .skip(skipped)
        .take(WIDEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let before: String = shown.chars().take(column - 1 - skipped).collect();
    let before = " ".repeat(unicode_width::UnicodeWidthStr::width(before.as_str()));
    format!(
        " {margin} {bar}\n {number} {bar} {shown}\n {margin} {bar} {before}^\n",
        number = faint(&number),
        bar = faint("|")
    )
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::new(Exit::Usage, problem.what).at(problem.place).help(problem.cure)
    }
}

impl From<ApproverNameError> for Failure {
    fn from(error: ApproverNameError) -> Self {
        Self::new(Exit::Usage, error.to_string()).help(error.cure())
    }
}

impl From<WindowError> for Failure {
    fn from(error: WindowError) -> Self {
        Self::new(Exit::Usage, error.to_string()).help(error.cure())
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        match &error {
            EditError::Missing { missing } => {
                let first = missing.first();
                let more = missing.iter().map(|problem| {
                    format!("{}: {} ({})", problem.place, problem.what, problem.cure)
                });
                let failure = Self::new(Exit::Usage, error.to_string())
                    .more(more.collect())
                    .help("correct the name, or remove its line from the draft");
                match first {
                    Some(problem) => failure.at(problem.place.clone()),
                    None => failure,
                }
            }
            EditError::NoneNamed { path, .. } => {
                let place = Place::whole(path.clone());
                Self::new(Exit::Usage, error.to_string()).at(place).help(
                    "write their names below `items:` in the draft; `roundup news` lists them, and `roundup draft --month \
                     2020-12` proposes a draft with all stories of a month",
                )
            }
            EditError::Empty { undecided, left_out, nearest, .. } => {
                let help = match (undecided, left_out) {
                    (0, 0) => "no source has any stories: check [[news]] in roundup.toml, or put files in news/"
                        .to_owned(),
                    (0, out) => {
                        let near = nearest.map_or_else(String::new, |day| {
                            format!(
                                ", the nearest in {} (--month {})",
                                day.format("%B %Y"),
                                day.format("%Y-%m")
                            )
                        });
                        format!(
                            "{} outside the window{near}: `roundup news` lists the dates",
                            counted(*out, "story is", "stories are")
                        )
                    }
                    (some, _) => format!(
                        "not sure: {} might belong here; `roundup news` lists them. Add dates, or choose a longer \
                         window",
                        counted(*some, "story", "stories")
                    ),
                };
                let nearest = nearest.map(|day| day.format("%Y-%m").to_string());
                Self { nearest, ..Self::new(Exit::Nothing, error.to_string()).help(help) }
            }
        }
    }
}

impl From<TemplateFault> for Failure {
    fn from(fault: TemplateFault) -> Self {
        Self::new(Exit::Usage, fault.what).at(fault.place).line(fault.line_text).help(fault.cure)
    }
}

impl From<WordsFileError> for Failure {
    fn from(error: WordsFileError) -> Self {
        let help = match &error {
            WordsFileError::Unknown { known, .. } => format!(
                "set `language` under [theme] to one of {}, or write templates/words/LANGUAGE.toml",
                known.join(", ")
            ),
            WordsFileError::Code(_) => {
                "write the language as in `language = \"en\"` under [theme]".to_owned()
            }
            WordsFileError::File { place, cure, line_text, .. } => {
                return Self::new(Exit::Usage, error.to_string())
                    .at(place.clone())
                    .line(line_text.clone())
                    .help(cure);
            }
        };
        Self::new(Exit::Usage, error.to_string()).help(help)
    }
}

impl From<ComposeError> for Failure {
    fn from(error: ComposeError) -> Self {
        match error {
            ComposeError::Template(fault) => fault.into(),
            ComposeError::Words(words) => words.into(),
            ComposeError::HalfATemplate { ref name, ref place, .. } => {
                let help = format!(
                    "an email has an HTML part and a text part: write both files, or remove `template: {name}` from \
                     the draft"
                );
                Self {
                    place: place.clone(),
                    ..Self::new(Exit::Usage, error.to_string()).help(help)
                }
            }
            ComposeError::NoTemplate { ref known, ref nearest, ref place, .. } => {
                let help = match nearest {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the templates are {}", known.join(", ")),
                };
                Self {
                    place: place.clone(),
                    ..Self::new(Exit::Usage, error.to_string()).help(help)
                }
            }
        }
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        let help = match &error.fault {
            ListFault::MixedEncodings { .. } => {
                "two files were joined: open each one separately, and save both as “CSV UTF-8” first"
            }
            ListFault::Changed => {
                "nothing was sent; let the other program finish, then run the same command again"
            }
            ListFault::TooManySegments { .. } => {
                "give the column another name if it holds notes; segments are a few words that many people share"
            }
            ListFault::Table(TableError::TooLarge) => "split it into several files",
            ListFault::Table(TableError::NotText) => {
                "if it is a spreadsheet, open it and save it as “CSV UTF-8”; if it is another system's export, give it to \
                 `roundup subscribers import`"
            }
            ListFault::Table(_) | ListFault::NoEmailColumn { .. } => {
                "the first line of a list names its columns, one of them `email`"
            }
        };
        Self::new(Exit::Usage, error.to_string()).help(help)
    }
}

impl From<SegmentError> for Failure {
    fn from(error: SegmentError) -> Self {
        let line = Some(error.line_text);
        Self::new(Exit::Usage, error.what).at(error.place).line(line).help(error.cure)
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let help = error.cure();
        Self::new(Exit::Usage, error.to_string()).at(Place::whole("roundup.toml")).help(help)
    }
}

impl From<RateError> for Failure {
    fn from(error: RateError) -> Self {
        Self::new(Exit::Usage, error.to_string()).help(RateError::CURE)
    }
}

impl From<PatienceError> for Failure {
    fn from(error: PatienceError) -> Self {
        Self::new(Exit::Usage, error.to_string())
            .at(Place::whole("roundup.toml"))
            .help(PatienceError::CURE)
    }
}

impl From<HoursError> for Failure {
    fn from(error: HoursError) -> Self {
        let help = error.cure();
        Self::new(Exit::Usage, error.to_string()).at(Place::whole("roundup.toml")).help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(failure: &Failure) -> String {
        failure.shown(str::to_owned, str::to_owned)
    }

    #[test]
    fn a_place_has_its_line_and_a_caret() {
        let failure = Failure::new(Exit::Usage, "there is no setting `legal_nam` here")
            .at(Place::at("roundup.toml", 12, 3))
            .line(Some("  legal_nam = \"x\"".to_owned()))
            .help("did you mean `legal_name`?");
        assert_eq!(
            plain(&failure),
            "error: there is no setting `legal_nam` here\n  --> roundup.toml:12:3\n    |\n 12 |   legal_nam = \"x\"\n    \
             |   ^\nhelp: did you mean `legal_name`?\n"
        );
    }

    #[test]
    fn a_caret_stands_under_wide_letters_and_in_long_lines() {
        let wide =
            Failure::new(Exit::Usage, "x").at(Place::at("a", 1, 3)).line(Some("日本x".to_owned()));
        assert!(plain(&wide).contains(" 1 | 日本x\n   |     ^\n"), "{}", plain(&wide));
        let long =
            Failure::new(Exit::Usage, "x").at(Place::at("a", 1, 500)).line(Some("y".repeat(600)));
        assert!(plain(&long).lines().all(|line| line.len() < 120));
    }
}
