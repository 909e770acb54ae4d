//! A filter of people: the conditions on each cell, and whether a person is in it.
//! Pure: cells in, a yes or no out.
//!
//! A cell that cannot be compared (an empty one with `<`, a word where a date should be) gives neither yes nor no, also
//! behind `not`: nobody is mailed because their cell is empty.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use super::tokens::Sign;
use crate::date::WrittenDate;
use crate::news::PartialDate;
use crate::rfc::text::one_line;

/// A condition on a person's cells, or several that are joined.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Comparison),
}

/// One column against values.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// As written; as the list has it once the filter was bound to one.
    pub column: String,
    /// Where it stands, in characters of the filter.
    pub at: usize,
    pub test: Test,
}

/// How a column is compared, and with which values.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Sign(Sign, FilterValue),
    In(Vec<FilterValue>),
    NotIn(Vec<FilterValue>),
}

/// What a cell is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterValue {
    Text(String),
    Date(NaiveDate),
    Number(f64),
}

/// A person as a filter sees them.
pub trait FilteredPerson {
    /// The cell of a column, by the name that the filter was bound to.
    fn cell(&self, column: &str) -> Cow<'_, str>;

    fn tags(&self) -> &BTreeSet<String>;
}

/// Names of the column of tags.
const TAGS: [&str; 4] = ["tag", "tags", "segment", "segments"];

pub(super) fn is_tags(column: &str) -> bool {
    TAGS.iter().any(|name| column.eq_ignore_ascii_case(name))
}

impl Filter {
    /// Whether a person is in it; or the column whose cell cannot be compared, where that decides.
    ///
    /// # Errors
    /// Names the column.
    pub fn holds(&self, person: &impl FilteredPerson) -> Result<bool, &str> {
        match self {
            Self::All(parts) => decided(parts, person, false),
            Self::Any(parts) => decided(parts, person, true),
            Self::Not(inner) => inner.holds(person).map(|holds| !holds),
            Self::Compare(comparison) => comparison.holds(person),
        }
    }

    /// Every comparison in it, in order.
    pub(super) fn comparisons_mut(&mut self, see: &mut impl FnMut(&mut Comparison)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.comparisons_mut(see);
                }
            }
            Self::Not(inner) => inner.comparisons_mut(see),
            Self::Compare(comparison) => see(comparison),
        }
    }
}

/// One part that is `decisive` settles it; one that cannot be compared does not, unless no other part settles it.
fn decided<'f>(
    parts: &'f [Filter],
    person: &impl FilteredPerson,
    decisive: bool,
) -> Result<bool, &'f str> {
    let mut unread = None;
    for part in parts {
        match part.holds(person) {
            Ok(holds) if holds == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(column) => unread = unread.or(Some(column)),
        }
    }
    unread.map_or(Ok(!decisive), Err)
}

impl Comparison {
    fn holds(&self, person: &impl FilteredPerson) -> Result<bool, &str> {
        if is_tags(&self.column) {
            return Ok(self.test.of_tags(person.tags()));
        }
        self.test.of_cell(&person.cell(&self.column)).ok_or(&self.column)
    }
}

impl Test {
    fn values(&self) -> &[FilterValue] {
        match self {
            Self::Sign(_, value) => std::slice::from_ref(value),
            Self::In(values) | Self::NotIn(values) => values,
        }
    }

    /// Whether a yes for one of the values is a no of the test.
    fn is_turned(&self) -> bool {
        matches!(self, Self::Sign(Sign::NotEqual, _) | Self::NotIn(_))
    }

    /// An empty text means that there are no tags at all.
    fn of_tags(&self, tags: &BTreeSet<String>) -> bool {
        let has = |wanted: &FilterValue| match wanted {
            FilterValue::Text(text) if text.is_empty() => tags.is_empty(),
            wanted => {
                let wanted = folded(&wanted.as_tag());
                tags.iter().any(|tag| folded(tag) == wanted)
            }
        };
        self.values().iter().any(has) != self.is_turned()
    }

    fn of_cell(&self, cell: &str) -> Option<bool> {
        match self {
            Self::Sign(sign, value) if !matches!(sign, Sign::Equal | Sign::NotEqual) => {
                value.ordered(*sign, cell)
            }
            Self::Sign(..) | Self::In(_) | Self::NotIn(_) => {
                let mut equal = Some(false);
                for value in self.values() {
                    match value.equals(cell) {
                        Some(true) => {
                            equal = Some(true);
                            break;
                        }
                        Some(false) => {}
                        None => equal = None,
                    }
                }
                equal.map(|equal| equal != self.is_turned())
            }
        }
    }
}

impl FilterValue {
    fn as_tag(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Date(day) => day.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }

    /// `None` where the cell may or may not be the same.
    fn equals(&self, cell: &str) -> Option<bool> {
        match self {
            Self::Text(text) => Some(folded(text) == folded(cell)),
            Self::Number(wanted) => {
                Some(number(cell).is_some_and(|number| number.total_cmp(wanted).is_eq()))
            }
            Self::Date(_) if cell.trim().is_empty() => Some(false),
            Self::Date(wanted) => {
                let (first, last) = days(cell)?;
                match (first == last, (first..=last).contains(wanted)) {
                    (true, is_it) => Some(is_it),
                    (false, false) => Some(false),
                    (false, true) => None,
                }
            }
        }
    }

    fn ordered(&self, sign: Sign, cell: &str) -> Option<bool> {
        match self {
            // The parser lets no text come here.
            Self::Text(_) => None,
            Self::Number(wanted) => Some(holds(sign, &number(cell)?, wanted)),
            Self::Date(wanted) => {
                let (first, last) = days(cell)?;
                let (one, other) = (holds(sign, &first, wanted), holds(sign, &last, wanted));
                (one == other).then_some(one)
            }
        }
    }
}

fn holds<T: PartialOrd>(sign: Sign, cell: &T, wanted: &T) -> bool {
    match sign {
        Sign::Less => cell < wanted,
        Sign::AtMost => cell <= wanted,
        Sign::More => cell > wanted,
        Sign::AtLeast => cell >= wanted,
        Sign::Equal => cell == wanted,
        Sign::NotEqual => cell != wanted,
    }
}

/// The first and the last day that a cell may mean: a month is all its days, and 3/4/2021 is one of two.
fn days(cell: &str) -> Option<(NaiveDate, NaiveDate)> {
    let span = |date: &PartialDate| date.days(Tz::UTC);
    match PartialDate::read(cell.trim(), Tz::UTC).ok()? {
        WrittenDate::Known { date, .. } | WrittenDate::Dotted { day_first: date, .. } => {
            Some(span(&date))
        }
        WrittenDate::Either { day_first, month_first } => {
            let (one, other) = (span(&day_first), span(&month_first));
            Some((one.0.min(other.0), one.1.max(other.1)))
        }
    }
}

/// `£1,250.50` is 1250.5.
fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim().trim_start_matches(['£', '€', '$']).trim();
    let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let is_grouped = groups.len() == 1 || groups.iter().skip(1).all(|group| group.len() == 3);
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = whole.trim_start_matches(['-', '+']);
    if !is_grouped || unsigned.is_empty() || !is_digits(&unsigned.replace(',', "")) {
        return None;
    }
    if !is_digits(part) {
        return None;
    }
    cell.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// A text as it is compared: without case, composed, with one blank between words.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return one_line(text).to_ascii_lowercase();
    }
    one_line(&text.nfc().collect::<String>()).to_lowercase()
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Filter], word: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Self::All(_) | Self::Any(_) => write!(f, "({part})")?,
                    Self::Not(_) | Self::Compare(_) => part.fmt(f)?,
                }
            }
            Ok(())
        };
        match self {
            Self::All(parts) => joined(f, parts, "and"),
            Self::Any(parts) => joined(f, parts, "or"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare(comparison) => comparison.fmt(f),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |values: &[FilterValue]| {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        match &self.test {
            Test::Sign(sign, value) => write!(f, "{} {} {value}", self.column, sign.written()),
            Test::In(values) => write!(f, "{} in ({})", self.column, listed(values)),
            Test::NotIn(values) => write!(f, "{} not in ({})", self.column, listed(values)),
        }
    }
}

impl fmt::Display for FilterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            Self::Date(day) => day.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}
