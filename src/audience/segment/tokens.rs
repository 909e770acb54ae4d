//! The words of a filter: names, texts, dates, numbers and operators, each with the place where it begins.
//! Pure: text in, tokens out.

use chrono::NaiveDate;

use super::fault::SegmentFault;

/// What stands in a filter. Places are counted in characters, from 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub at: usize,
    pub kind: FilterSymbol,
}

/// One word, value or operator of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FilterSymbol {
    Word(String),
    Text(String),
    Date(NaiveDate),
    Number(f64),
    Sign(Sign),
    Open,
    Close,
    Comma,
}

/// How a cell is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Sign {
    pub const ALL: [(&'static str, Self); 6] = [
        ("=", Self::Equal),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        ("<=", Self::AtMost),
        (">", Self::More),
        (">=", Self::AtLeast),
    ];

    pub fn written(self) -> &'static str {
        Self::ALL.iter().find(|(_, sign)| *sign == self).map_or("=", |(text, _)| text)
    }
}

/// Operators of other languages, and what they are here.
const FOREIGN: [(&str, &str); 9] = [
    ("==", "="),
    ("<>", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("&&", "and"),
    ("||", "or"),
    ("&", "and"),
    ("|", "or"),
    ("!", "not"),
];

/// Cuts a filter into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SegmentFault> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, next) = token(&chars, at)?;
        found.push(Token { at, kind });
        at = next;
    }
    Ok(found)
}

fn token(chars: &[char], at: usize) -> Result<(FilterSymbol, usize), SegmentFault> {
    let c = chars[at];
    let one = |kind| Ok((kind, at + 1));
    match c {
        '(' => one(FilterSymbol::Open),
        ')' => one(FilterSymbol::Close),
        ',' => one(FilterSymbol::Comma),
        '≠' => one(FilterSymbol::Sign(Sign::NotEqual)),
        '≤' => one(FilterSymbol::Sign(Sign::AtMost)),
        '≥' => one(FilterSymbol::Sign(Sign::AtLeast)),
        _ if closing(c).is_some() => quoted(chars, at),
        '=' | '<' | '>' | '!' | '&' | '|' => sign(chars, at),
        _ if c.is_alphabetic() || c == '_' => {
            let end = end_of(chars, at, |c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            Ok((FilterSymbol::Word(chars[at..end].iter().collect()), end))
        }
        _ if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => bare(chars, at),
        _ => Err(SegmentFault::new(
            at,
            format!("`{}` means nothing in a filter", c.escape_debug()),
            "write a column, a sign and a value, as in town = \"York\"",
        )),
    }
}

fn end_of(chars: &[char], at: usize, belongs: impl Fn(char) -> bool) -> usize {
    chars[at..].iter().position(|c| !belongs(*c)).map_or(chars.len(), |length| at + length)
}

/// The marks that close a text. Word processors make straight ones curly.
fn closing(open: char) -> Option<&'static [char]> {
    match open {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        '“' | '”' | '„' => Some(&['”', '“']),
        '‘' | '’' | '‚' => Some(&['’', '‘']),
        _ => None,
    }
}

fn quoted(chars: &[char], at: usize) -> Result<(FilterSymbol, usize), SegmentFault> {
    let marks = closing(chars[at]).unwrap_or_default();
    let mut text = String::new();
    let mut next = at + 1;
    while let Some(c) = chars.get(next).copied() {
        let after = chars.get(next + 1).copied();
        match (c, after) {
            ('\\', Some(escaped)) if escaped == '\\' || marks.contains(&escaped) => {
                text.push(escaped);
                next += 2;
            }
            _ if marks.contains(&c) => return Ok((FilterSymbol::Text(text), next + 1)),
            _ => {
                text.push(c);
                next += 1;
            }
        }
    }
    Err(SegmentFault::new(
        at,
        "a text begins here and does not end",
        "close it with a quotation mark",
    ))
}

fn sign(chars: &[char], at: usize) -> Result<(FilterSymbol, usize), SegmentFault> {
    let end = end_of(chars, at, |c| matches!(c, '=' | '<' | '>' | '!' | '&' | '|')).min(at + 2);
    let text: String = chars[at..end].iter().collect();
    if let Some((_, sign)) = Sign::ALL.iter().find(|(written, _)| *written == text) {
        return Ok((FilterSymbol::Sign(*sign), end));
    }
    let known = FOREIGN.iter().find(|(foreign, _)| text.starts_with(foreign));
    let cure = match known {
        Some((_, meant)) => format!("write {meant}"),
        None => "write one of =, !=, <, <=, > and >=".to_owned(),
    };
    Err(SegmentFault::new(at, format!("`{text}` is not a sign of a filter"), cure))
}

/// A date or a number, as it stands without quotation marks.
fn bare(chars: &[char], at: usize) -> Result<(FilterSymbol, usize), SegmentFault> {
    let end = end_of(chars, at, |c| {
        c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '/' | ':' | '_' | '£' | '€' | '$')
    });
    let text: String = chars[at..end].iter().collect();
    if let Some(day) = day(&text) {
        return Ok((FilterSymbol::Date(day), end));
    }
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    match text.parse::<f64>() {
        Ok(number) if is_number && number.is_finite() => Ok((FilterSymbol::Number(number), end)),
        _ => Err(SegmentFault::new(
            at,
            format!("`{text}` is neither a date nor a number"),
            "write a date as 2024-01-31, and put a text in quotation marks",
        )),
    }
}

/// `2024-01-31`, with all its digits.
fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}
