//! Patterns of words, and what stands around what they match.
//! Pure: texts in, places in them out.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::expression::{Expression, folded};
use super::texts::TextMatch;

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

    /// Whether it stands within a quotation, as far as the same paragraph shows.
    pub fn is_quoted(&self) -> bool {
        let paragraph = self.before.rsplit("\n\n").next().unwrap_or_default();
        let opened = paragraph.matches(['“', '«']).count();
        let closed = paragraph.matches(['”', '»']).count();
        opened > closed || paragraph.matches('"').count() % 2 == 1
    }

    /// Whether it is part of an address: characters that only addresses have stand before it in the same word.
    pub fn is_in_address(&self) -> bool {
        let start = self.before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let first = self.words.split_whitespace().next().unwrap_or_default();
        let rest = self.after.split_whitespace().next().unwrap_or_default();
        self.before[start..].contains(['/', '@', ':'])
            || first.contains('/')
            || rest.contains("://")
    }

    /// Whether the words around it say that it is a name or a title: "EMBARGOED! is our play", "a band called TBC".
    pub fn is_named(&self) -> bool {
        const BEFORE: &[&str] = &[
            "called",
            "titled",
            "entitled",
            "named",
            "play",
            "film",
            "book",
            "song",
            "band",
            "musical",
            "album",
            "exhibition",
            "show",
            "game",
            "group",
            "duo",
            "painting",
            "poem",
            "says",
            "reads",
            "word",
            "words",
        ];
        const AFTER: &[&str] = &[
            "is the", "was the", "is our", "is a ", "was a ", "is what", "says ", "said ", "means ",
        ];
        let mark = ['“', '”', '"', '‘', '’', '\'', '!', '?', ',', '.', ' ', '*', '_'];
        let before = self.before.trim_end_matches(mark);
        let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let after = self.after.trim_start_matches(mark);
        BEFORE.contains(&word.to_lowercase().as_str())
            || AFTER.iter().any(|words| after.starts_with(words))
    }

    /// Whether the text itself says what the letters stand for: "The Bakers' Club (TBC)", "TBC: the Bakers' Club".
    pub fn is_explained(&self) -> bool {
        let letters: Vec<char> = self.words.chars().collect();
        if self.is_spelt_out_behind(&letters) {
            return true;
        }
        let text = format!("{}{}{}", self.before, self.words, self.after);
        let within = format!("({})", self.words);
        let spells = |words: &mut dyn Iterator<Item = &str>| {
            letters.iter().all(|letter| words.next().is_some_and(|word| word.starts_with(*letter)))
        };
        text.match_indices(&within).any(|(at, _)| {
            let mut before: Vec<&str> = text[..at]
                .split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
                .filter(|word| {
                    !word.is_empty() && !matches!(*word, "of" | "for" | "and" | "the" | "in")
                })
                .collect();
            let first = before.len().saturating_sub(letters.len());
            spells(&mut before.split_off(first).into_iter())
        })
    }

    /// "TBC: the Thursday Book Club", "TBC (Thursday Book Club)", "TBC, or Thursday Book Club".
    fn is_spelt_out_behind(&self, letters: &[char]) -> bool {
        let after = self.after.trim_start();
        if !after.starts_with([':', '(', ',', '=', '–', '—', '-']) {
            return false;
        }
        let mut words = after
            .split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
            .filter(|word| !word.is_empty())
            .skip_while(|word| !word.starts_with(char::is_uppercase))
            .filter(|word| !matches!(*word, "of" | "for" | "and" | "the" | "in"));
        letters.iter().all(|letter| words.next().is_some_and(|word| word.starts_with(*letter)))
    }

    pub fn is_at_a_start(&self) -> bool {
        self.before.trim_end().chars().next_back().is_none_or(is_end)
    }
}

/// The same as a function that a pattern can name.
pub fn is_in_address(found: &Match<'_>) -> bool {
    found.is_in_address()
}

/// The same as a function that a pattern can name.
pub fn is_quoted(found: &Match<'_>) -> bool {
    found.is_quoted()
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
    all: Vec<(Expression, &'static Pattern)>,
    /// What they need, all looked for at once: nearly always nothing is there.
    needs: AhoCorasick,
    /// The pattern that needs the string of the same number.
    of_need: Vec<usize>,
    /// Patterns of which nothing is known.
    always: Vec<usize>,
}

impl Patterns {
    pub fn of(patterns: &'static [Pattern]) -> Self {
        let all: Vec<(Expression, &Pattern)> =
            patterns.iter().map(|pattern| (Expression::new(pattern.of), pattern)).collect();
        let mut strings: Vec<String> = Vec::new();
        let mut of_need = Vec::new();
        let mut always = Vec::new();
        for (index, (expression, _)) in all.iter().enumerate() {
            match &expression.needs().0 {
                Some(any) => {
                    strings.extend(any.iter().cloned());
                    of_need.resize(strings.len(), index);
                }
                None => always.push(index),
            }
        }
        let needs = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(strings)
            .unwrap_or_else(|error| panic!("what our patterns need: {error}"));
        Self { all, needs, of_need, always }
    }

    /// All that is found, in the order of the text; of two at one place the first pattern's.
    pub fn find(&self, text: &str) -> Vec<TextMatch> {
        let mut worth: BTreeSet<usize> = self.always.iter().copied().collect();
        let folded = folded(text);
        worth.extend(
            self.needs.find_overlapping_iter(&folded).map(|need| self.of_need[need.pattern()]),
        );
        let mut all: Vec<TextMatch> = Vec::new();
        for (expression, pattern) in worth.into_iter().map(|index| &self.all[index]) {
            for captures in expression.compiled().captures_iter(text) {
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
                    all.push(TextMatch::new(group.start(), group.as_str(), pattern.is_certain));
                }
            }
        }
        all.sort_by_key(|found| found.at);
        all
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::colleague_notes;
    use super::super::merge_tags;
    use super::super::newsroom_notes;
    use super::super::pasted;
    use super::super::rules::{slips, wording};
    use super::*;

    fn tables() -> impl Iterator<Item = &'static [Pattern]> {
        [
            newsroom_notes::PATTERNS,
            newsroom_notes::OF_LINES,
            newsroom_notes::OF_PROSE,
            colleague_notes::TO_COLLEAGUES,
            pasted::PASTED,
            pasted::ENCODED,
            merge_tags::PATTERNS,
            wording::ATTACHED,
            slips::HTML,
            slips::MARKDOWN,
            slips::SPACES,
            slips::SPACES_OF_LINES,
            slips::NO_FIGURE,
        ]
        .into_iter()
    }

    /// All patterns that stand in a table.
    pub fn all_patterns() -> impl Iterator<Item = &'static str> {
        tables().flatten().map(|pattern| pattern.of)
    }

    #[test]
    fn every_pattern_can_be_read() {
        assert!(all_patterns().all(|of| !Expression::new(of).compiled().as_str().is_empty()));
    }

    #[test]
    fn few_patterns_are_worth_a_closer_look_at_ordinary_words() {
        const STORY: &str = "Forty nurses from three hospitals in Hull spent two days, 4 and 5 December, learning to see \
            the signs of exploitation. “We meet these children every week,” says Amina Begum, who leads the ward. “Now we \
            know whom to call.” The course costs £1,200 and is paid for by the Lantern Fund (see https://charity.org.uk/fund). \
            Photo: a class room with twelve people at four tables. Names, dates and details are on our website; the link \
            to the text of the report is below. Call 01482 555 012 until 17:30.";
        let folded = folded(STORY);
        let worth: Vec<&str> =
            all_patterns().filter(|of| Expression::new(of).needs().are_met(&folded)).collect();
        let all = all_patterns().count();
        assert!(worth.len() * 10 <= all, "{} of {all}: {worth:#?}", worth.len());
    }
}
