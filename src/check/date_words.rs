//! A text cut into words, numbers and marks, and the words of the calendar in them.
//! Pure: text in, pieces out.

use crate::date::names;
use chrono::Weekday;

/// A piece of a text: a number, a word, or a mark.
#[derive(Debug, Clone, Copy)]
pub struct TextPiece<'t> {
    pub at: usize,
    pub text: &'t str,
    pub kind: PieceKind,
    /// Nothing stands between it and the piece before.
    pub is_glued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    Number,
    Word,
    Mark,
    /// An empty line: no date goes on behind it.
    Break,
}

impl TextPiece<'_> {
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }

    pub fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub fn is_word(&self, words: &[&str]) -> bool {
        self.kind == PieceKind::Word
            && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    pub fn is_mark(&self, marks: &[char]) -> bool {
        self.kind == PieceKind::Mark && self.text.starts_with(marks)
    }

    pub fn number(&self, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
        (self.kind == PieceKind::Number && lengths.contains(&self.text.len()))
            .then(|| self.text.parse().ok())
            .flatten()
    }

    /// A year as it stands behind a day.
    pub fn year(&self) -> Option<i32> {
        self.number(4..=4)
            .and_then(|year| i32::try_from(year).ok())
            .filter(|y| (1000..2200).contains(y))
    }

    pub fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// The month that it names, and whether its name can be nothing else.
    pub fn month(&self) -> Option<(u32, bool)> {
        if self.kind != PieceKind::Word {
            return None;
        }
        let plain = names::plain_letters(self.text);
        if names::is_english_month(&plain) {
            // "We march" and "it may" are not months.
            return self
                .is_capital()
                .then(|| names::month(&plain))
                .flatten()
                .map(|month| (month, true));
        }
        let mutated = WELSH_MONTHS.iter().find(|(name, _)| *name == plain).map(|(_, month)| *month);
        let month =
            mutated.or_else(|| names::month(&plain).filter(|_| plain.chars().count() > 3))?;
        Some((month, plain.chars().count() > 4))
    }

    pub fn weekday(&self) -> Option<Weekday> {
        if self.kind != PieceKind::Word {
            return None;
        }
        let plain = names::plain_letters(self.text);
        let short = [
            "mon", "tue", "tues", "wed", "weds", "thu", "thur", "thurs", "fri", "sat", "sun",
            "iau", "sul",
        ];
        let is_english = plain.ends_with("day") || short.contains(&plain.as_str());
        let counts = if is_english { self.is_capital() } else { plain.chars().count() > 3 };
        let number = match plain.as_str() {
            _ if !counts => None,
            // Behind "nos", Welsh softens the first letter.
            "fawrth" => Some(1),
            "fercher" => Some(2),
            "wener" => Some(4),
            _ => names::weekday(&plain),
        };
        Weekday::try_from(u8::try_from(number?).ok()?).ok()
    }
}

/// As they stand behind "o": "3ydd o Fawrth".
const WELSH_MONTHS: &[(&str, u32)] = &[
    ("fawrth", 3),
    ("fai", 5),
    ("fehefin", 6),
    ("orffennaf", 7),
    ("fedi", 9),
    ("dachwedd", 11),
    ("ragfyr", 12),
];

/// What may stand between a weekday and its day.
pub const BEFORE_A_DAY: &[&str] =
    &["on", "the", "le", "den", "dem", "el", "feira", "de", "dia", "il", "y"];

/// What may stand behind a weekday: "Monday evening, 12 December".
pub const TIMES_OF_DAY: &[&str] =
    &["morning", "lunchtime", "noon", "afternoon", "evening", "night", "soir", "matin", "abend"];

/// What may stand between a day and its month.
pub const BEFORE_A_MONTH: &[&str] = &["day", "of", "de", "o", "di"];

pub fn pieces(text: &str) -> Vec<TextPiece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut is_glued = false;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |test: fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
        let (kind, length) = if first.is_whitespace() {
            let length = run(char::is_whitespace);
            if rest[..length].matches('\n').count() < 2 {
                at += length;
                is_glued = false;
                continue;
            }
            (PieceKind::Break, length)
        } else if first.is_ascii_digit() {
            (PieceKind::Number, run(|c| c.is_ascii_digit()))
        } else if first.is_alphanumeric() {
            (
                PieceKind::Word,
                run(|c| {
                    (c.is_alphanumeric() && !c.is_ascii_digit())
                        || ('\u{300}'..='\u{36f}').contains(&c)
                }),
            )
        } else {
            (PieceKind::Mark, first.len_utf8())
        };
        pieces.push(TextPiece { at, text: &rest[..length], kind, is_glued });
        is_glued = kind != PieceKind::Break;
        at += length;
    }
    pieces
}
