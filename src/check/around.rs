//! Patterns of words, and what stands around what they match.
//! Pure: texts in, places in them out.

use regex::{Regex, RegexSet};

use super::texts::Found;

/// A match with the text before and after it.
pub struct Match<'t> {
    pub before: &'t str,
    pub words: &'t str,
    pub after: &'t str,
}

impl Match<'_> {
    /// The word that stands directly before, with nothing but blanks between.
    pub fn previous_word(&self) -> &str {
        let before = self.before.trim_end_matches(' ');
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '\'' | '’'))
            .last()
            .map_or(before.len(), |(at, _)| at);
        &before[start..]
    }

    /// The word that stands directly after, with nothing but blanks or a hyphen between.
    pub fn next_word(&self) -> &str {
        let after = self.after.trim_start_matches([' ', '-']);
        let end = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len());
        &after[..end]
    }

    /// Whether the word before is a name, so that a numeral may follow it: "Louis XIV", "Super Bowl XXX".
    pub fn follows_a_name(&self) -> bool {
        let word = self.previous_word();
        let begins = self.before.trim_end_matches(' ').len() - word.len();
        let is_first = self.before[..begins].trim_end().chars().next_back().is_none_or(is_end);
        word.chars().next().is_some_and(char::is_uppercase) && !is_first
    }

    pub fn touches_a_letter(&self) -> bool {
        self.after.chars().next().is_some_and(char::is_alphanumeric)
    }

    /// Whether it stands within a quotation, as far as the same paragraph tells.
    pub fn is_quoted(&self) -> bool {
        let paragraph = self.before.rsplit("\n\n").next().unwrap_or_default();
        let opened = paragraph.matches(['“', '«']).count();
        let closed = paragraph.matches(['”', '»']).count();
        opened > closed || paragraph.matches('"').count() % 2 == 1
    }

    pub fn is_at_a_start(&self) -> bool {
        self.before.trim_end().chars().next_back().is_none_or(is_end)
    }
}

/// Whether a sentence may begin after this character.
pub fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ':' | '\n' | '“' | '"' | '(' | '–' | '—')
}

/// A pattern, and how sure it is.
pub struct Pattern {
    /// A regular expression; its first group, if it has one, is what was found.
    pub of: &'static str,
    pub is_certain: bool,
    /// What makes it something else.
    pub unless: fn(&Match<'_>) -> bool,
}

pub const fn certain(of: &'static str) -> Pattern {
    Pattern { of, is_certain: true, unless: |_| false }
}

pub const fn likely(of: &'static str) -> Pattern {
    Pattern { of, is_certain: false, unless: |_| false }
}

impl Pattern {
    pub const fn unless(self, unless: fn(&Match<'_>) -> bool) -> Self {
        Self { unless, ..self }
    }
}

/// Patterns that are ready to be looked for.
pub struct Patterns {
    /// All at once, to know which are worth a closer look: nearly always none.
    any: RegexSet,
    each: Vec<(Regex, &'static Pattern)>,
}

impl Patterns {
    /// A pattern that cannot be read is a mistake of the table, which the tests of the room meet at once.
    pub fn of(patterns: &'static [Pattern]) -> Self {
        let each = patterns.iter().map(|pattern| (regex(pattern.of), pattern)).collect();
        let any = RegexSet::new(patterns.iter().map(|pattern| pattern.of));
        Self { any: any.unwrap_or_else(|error| panic!("a pattern of ours: {error}")), each }
    }

    /// All that is found, in the order of the text; of two at one place the first pattern's.
    pub fn find(&self, text: &str) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for index in self.any.matches(text) {
            let (regex, pattern) = &self.each[index];
            for captures in regex.captures_iter(text) {
                let Some(group) = captures.get(1).or_else(|| captures.get(0)) else { continue };
                let around = Match {
                    before: &text[..group.start()],
                    words: group.as_str(),
                    after: &text[group.end()..],
                };
                if (pattern.unless)(&around) {
                    continue;
                }
                let overlaps = all.iter().any(|found| {
                    group.start() < found.at + found.words.len() && found.at < group.end()
                });
                if !overlaps {
                    all.push(Found::new(group.start(), group.as_str(), pattern.is_certain));
                }
            }
        }
        all.sort_by_key(|found| found.at);
        all
    }
}

/// A regular expression of our own.
pub fn regex(of: &str) -> Regex {
    Regex::new(of).unwrap_or_else(|error| panic!("a pattern of ours: {error}"))
}
