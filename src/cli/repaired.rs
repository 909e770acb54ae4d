//! A command line put right: a window in two words or in the wrong place, and the other end of a span of days.
//! Pure: the words that were typed in, a line out that clap accepts.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::window::{meant, option_of};

/// A command line that means what was meant.
#[derive(Debug, PartialEq, Eq)]
pub struct RepairedLine {
    /// The words that are written otherwise in it.
    pub typed: String,
    /// Whether they were more than one word.
    pub is_joined: bool,
    pub line: String,
}

const WINDOW_OPTIONS: [&str; 3] = ["--month", "--quarter", "--year"];

/// What somebody typed that clap refuses.
pub struct TypedLine<'a> {
    /// All words behind the program's name.
    pub words: &'a [String],
    /// The command line as clap knows it.
    pub root: &'a clap::Command,
}

impl TypedLine<'_> {
    /// The line in which a window stands in one word, and behind the option that it needs.
    pub fn with_window(&self) -> Option<RepairedLine> {
        [2, 3, 1].into_iter().find_map(|length| {
            let mut places = self.words.windows(length).enumerate();
            places.find_map(|(at, typed)| self.put_right(at, typed))
        })
    }

    fn put_right(&self, at: usize, typed: &[String]) -> Option<RepairedLine> {
        let words = self.words;
        if typed.iter().any(|word| word.starts_with('-')) {
            return None;
        }
        let name = meant(&typed.join(" "))?;
        let is_behind_option = at > 0 && WINDOW_OPTIONS.contains(&words[at - 1].as_str());
        let option = option_of(&name).to_owned();
        let ways = if is_behind_option {
            vec![(at - 1, vec![option, name])]
        } else {
            vec![(at, vec![name.clone()]), (at, vec![option, name])]
        };
        ways.into_iter().find_map(|(start, instead)| {
            let fixed = [&words[..start], &instead, &words[at + typed.len()..]].concat();
            let line = self.accepted(&fixed).filter(|_| fixed != words)?;
            Some(RepairedLine { typed: typed.join(" "), is_joined: typed.len() > 1, line })
        })
    }

    /// The line with a word taken out that the command has no place for.
    pub fn without(&self, typed: &str) -> Option<String> {
        let at = self.words.iter().position(|word| word == typed)?;
        self.accepted(&[&self.words[..at], &self.words[at + 1..]].concat())
    }

    /// The line with both ends of a span of days, where one is there: the month of the one is filled.
    pub fn with_both_days(&self) -> Option<String> {
        let words = self.words;
        let value = |option: &str| {
            let inline = words.iter().find_map(|word| word.strip_prefix(&format!("{option}=")));
            let at = words.iter().position(|word| word == option);
            inline.or_else(|| words.get(at? + 1).map(String::as_str))
        };
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let missing = match (value("--since"), value("--until")) {
            (Some(since), None) => {
                let next = day(since)?.with_day(1)?.checked_add_months(Months::new(1))?;
                ["--until".to_owned(), next.checked_sub_days(Days::new(1))?.to_string()]
            }
            (None, Some(until)) => ["--since".to_owned(), day(until)?.with_day(1)?.to_string()],
            _ => return None,
        };
        self.accepted(&[words, &missing].concat())
    }

    /// Whether a command takes the name of an edition.
    pub fn is_about_an_edition(&self, command: &str) -> bool {
        let mut words = command.split(' ');
        let found = words.try_fold(self.root, |above, word| above.find_subcommand(word));
        let is_edition = |argument: &clap::Arg| argument.get_id().as_str().contains("edition");
        found.is_some_and(|found| found.get_positionals().any(is_edition))
    }

    /// The line as somebody types it, where clap accepts it and a shell reads each word as it stands.
    fn accepted(&self, words: &[String]) -> Option<String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/.-_@:,+%=".contains(c);
        if !words.iter().all(|word| !word.is_empty() && word.chars().all(is_plain)) {
            return None;
        }
        let line = [&["roundup".to_owned()][..], words].concat();
        self.root.clone().try_get_matches_from(&line).ok()?;
        Some(line.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_window_is_put_into_one_word_and_in_its_place() {
        for (typed, line) in [
            ("send december 2020", Some("roundup send 2020-12")),
            ("send --dry-run Q3 2020", Some("roundup send --dry-run 2020-Q3")),
            ("check 2020 12", Some("roundup check 2020-12")),
            ("preview --quarter Q3 2020", Some("roundup preview --quarter 2020-Q3")),
            ("preview --month Q3 2020", Some("roundup preview --quarter 2020-Q3")),
            ("draft --year december 2020", Some("roundup draft --month 2020-12")),
            ("news Q3 2020", Some("roundup news --quarter 2020-Q3")),
            ("news coverage 2020", Some("roundup news coverage --year 2020")),
            ("send 2020-11 2020-12", None),
            ("send 2020-12 --force", None),
            ("archive 2020-12 --out site", None),
            ("preview my gala", None),
        ] {
            let line_of = words(typed);
            let typed_line = TypedLine { words: &line_of, root: &command() };
            let found = typed_line.with_window().map(|repaired| repaired.line);
            assert_eq!(found.as_deref(), line, "{typed}");
        }
    }

    #[test]
    fn a_span_gets_its_other_end() {
        for (typed, line) in [
            ("news --since 2020-02-10", Some("--since 2020-02-10 --until 2020-02-29")),
            ("draft --until=2020-12-15", Some("--until=2020-12-15 --since 2020-12-01")),
            ("draft --since yesterday", None),
            ("draft --since", None),
            ("draft", None),
        ] {
            let line_of = words(typed);
            let found = TypedLine { words: &line_of, root: &command() }.with_both_days();
            assert_eq!(found.is_some(), line.is_some(), "{typed}: {found:?}");
            assert!(line.is_none_or(|line| found.is_some_and(|f| f.ends_with(line))), "{typed}");
        }
    }
}
