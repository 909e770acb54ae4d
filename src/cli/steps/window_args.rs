//! Which edition a command is about: a window, or the name of a draft.
//! Pure: arguments in, a window or a name out.

use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::Args;

use crate::audience::EditionPurpose;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::shell_words::for_shell;
use crate::window::Window;

/// A window of time. Days are whole days in the project's time zone.
#[derive(Debug, Clone, Default, Args)]
pub struct WindowArguments {
    /// One month, as in 2020-12
    #[arg(long, help_heading = "Window", value_name = "MONTH", group = "window")]
    pub month: Option<String>,
    /// Three months, as in 2020-Q4
    #[arg(long, help_heading = "Window", value_name = "QUARTER", group = "window")]
    pub quarter: Option<String>,
    /// One year, as in 2020
    #[arg(long, help_heading = "Window", value_name = "YEAR", group = "window")]
    pub year: Option<String>,
    /// From this day on, as in 2020-12-01
    #[arg(
        long,
        help_heading = "Window",
        value_name = "DATE",
        group = "window",
        requires = "until"
    )]
    pub since: Option<String>,
    /// To the end of this day, as in 2020-12-15
    #[arg(long, help_heading = "Window", value_name = "DATE", requires = "since")]
    pub until: Option<String>,
    /// The last days, weeks or months, as in 30d, 2w, 3m
    #[arg(
        long,
        help_heading = "Window",
        value_name = "SPAN",
        group = "window",
        allow_hyphen_values = true
    )]
    pub last: Option<String>,
    /// From the end of the last edition to the end of today (the default after the first edition)
    #[arg(long, help_heading = "Window", group = "window")]
    pub since_last: bool,
}

/// A window, or the name of an edition.
#[derive(Debug, Clone, Default, Args)]
pub struct EditionArguments {
    /// The name of a draft in editions/, or of a window: 2020, 2020-Q4, 2020-12; what `roundup` names next if not given
    #[arg(value_name = "EDITION", conflicts_with = "window")]
    pub edition: Option<String>,
    #[command(flatten)]
    pub window: WindowArguments,
    /// Only people in a segment: the name of a file in segments/, or a filter such as 'town = "York"'
    #[arg(long, value_name = "NAME|FILTER")]
    pub segment: Option<String>,
    #[arg(
        long,
        value_name = "PURPOSE",
        value_parser = purpose,
        help = "What the edition is for, as the law asks: charitable (the default) or sales"
    )]
    pub purpose: Option<EditionPurpose>,
}

fn purpose(word: &str) -> Result<EditionPurpose, String> {
    EditionPurpose::parse(word).ok_or_else(|| {
        let words = EditionPurpose::ALL.map(EditionPurpose::word);
        format!("write {}", words.join(" or "))
    })
}

/// An edition as it is typed again.
pub fn typed_again(name: &str, segment: Option<&str>, purpose: Option<EditionPurpose>) -> String {
    let mut typed = for_shell(name);
    if let Some(segment) = segment {
        typed.push_str(&format!(" --segment {}", for_shell(segment)));
    }
    if let Some(purpose) = purpose {
        typed.push_str(&format!(" --purpose {}", purpose.word()));
    }
    typed
}

impl EditionArguments {
    /// The edition with its audience, as it is typed again.
    pub fn typed(&self) -> String {
        let name = self.edition.as_deref().unwrap_or_default();
        typed_again(name, self.segment.as_deref(), self.purpose)
    }

    /// Whether somebody has typed an edition or a window.
    pub fn is_typed(&self) -> bool {
        self.edition.is_some() || self.window.is_typed()
    }
}

impl WindowArguments {
    /// Whether somebody has typed a window.
    pub fn is_typed(&self) -> bool {
        self.since_last || !self.begins_at_last()
    }

    /// Whether the window begins where the last edition's ended: then the ledger says which that was.
    pub fn begins_at_last(&self) -> bool {
        let named = [&self.month, &self.quarter, &self.year, &self.since, &self.last];
        named.into_iter().all(Option::is_none)
    }

    /// The chosen window. `last` is the window of the last edition that was sent.
    ///
    /// # Errors
    /// When a word is not a date.
    pub fn window(
        &self,
        zone: Tz,
        today: NaiveDate,
        last: Option<&Window>,
    ) -> Result<Window, Failure> {
        let window = if let Some(month) = &self.month {
            Window::month(month, zone)?
        } else if let Some(quarter) = &self.quarter {
            Window::quarter(quarter, zone)?
        } else if let Some(year) = &self.year {
            Window::year(year, zone)?
        } else if let (Some(since), Some(until)) = (&self.since, &self.until) {
            Window::days(since, until, zone)?
        } else if let Some(span) = &self.last {
            Window::last(span, today, zone)?
        } else {
            match last {
                Some(last) => Window::since_last(last, today)?,
                None if self.since_last => {
                    return Err(Failure::new(Exit::Usage, "no edition has been sent yet")
                        .help("name a window: --month 2020-12, --year 2020"));
                }
                None => Window::last_full_month(today, zone),
            }
        };
        Ok(window)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn name(arguments: &WindowArguments, last: Option<&str>) -> Result<String, Failure> {
        let last = last.map(|last| Window::month(last, London).unwrap());
        let today = "2021-02-10".parse().unwrap();
        arguments.window(London, today, last.as_ref()).map(|window| window.name())
    }

    #[test]
    fn windows_from_arguments() {
        let text = |text: &str| Some(text.to_owned());
        let none = WindowArguments::default;
        let names = |arguments: WindowArguments| name(&arguments, None).unwrap();
        assert_eq!(names(WindowArguments { month: text("2020-12"), ..none() }), "2020-12");
        assert_eq!(names(WindowArguments { quarter: text("2020-Q4"), ..none() }), "2020-Q4");
        assert_eq!(names(WindowArguments { year: text("2020"), ..none() }), "2020");
        let days =
            WindowArguments { since: text("2020-12-01"), until: text("2020-12-15"), ..none() };
        assert_eq!(names(days), "2020-12-01_2020-12-15");
    }

    #[test]
    fn without_arguments_the_window_follows_the_last_edition() {
        let none = WindowArguments::default();
        assert_eq!(name(&none, None).unwrap(), "2021-01");
        assert_eq!(name(&none, Some("2020-12")).unwrap(), "2021-01-01_2021-02-10");
        let since_last = WindowArguments { since_last: true, ..none };
        assert_eq!(name(&since_last, None).unwrap_err().exit, Exit::Usage);
    }
}
