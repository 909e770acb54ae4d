//! The cells of a list: judged as they stand, and only then made tidy.
//! Pure: text in, an address or a value out.
//!
//! What makes an address doubtful (a line break, a second address, a character that nobody sees) is a problem of its row.
//! It is never taken out: the address that is left might be somebody else's.

use std::collections::BTreeSet;

use crate::problem::{Place, Problem};
use crate::rfc::address::{AddressError, EmailAddress};
use crate::rfc::csv::simple;
use crate::rfc::text::{is_hidden, is_invisible, one_line};

/// A longer cell is not a name or a town.
pub(super) const LONGEST_VALUE_BYTES: usize = 1024;

/// What is tidied away around an address and within none: blanks at the ends, `mailto:`, angle brackets with a name before
/// them, a comma or full stop at the end.
///
/// # Errors
/// When there is no address, more than one, or one with something in it that nobody sees.
pub(super) fn address(cell: &str) -> Result<EmailAddress, AddressError> {
    let text = cell.trim_matches(is_blank);
    if is_plain(text) && !text.contains(['<', ':']) {
        return EmailAddress::parse(without_end(text));
    }
    if text.chars().any(is_invisible) {
        return Err(AddressError::Control(AddressError::shown(text)));
    }
    let mut inner = without_end(text);
    if let (Some(open), Some(before_close)) = (inner.find('<'), inner.strip_suffix('>')) {
        let (before, within) = (&inner[..open], before_close[open + 1..].trim_matches(is_blank));
        let within = without_mailto(within);
        if addresses_in(before).any(|other| !other.eq_ignore_ascii_case(within)) {
            return Err(AddressError::Several(AddressError::shown(text)));
        }
        inner = within;
    }
    EmailAddress::parse(without_end(without_mailto(inner)))
}

/// The addresses that a cell may mean which is not one: a no that is written badly still counts for each of them.
pub fn possible_addresses(cell: &str) -> BTreeSet<String> {
    let separated: String = cell
        .chars()
        .map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    addresses_in(&separated)
        .filter_map(|word| EmailAddress::parse(without_end(without_mailto(word))).ok())
        .map(|address| address.key())
        .collect()
}

/// The words of a text that have an `@` with something on both sides.
fn addresses_in(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"' | '|' | '/' | '[' | ']')
    };
    text.split(ends)
        .map(|word| word.trim_matches(['\'', '.', ':']))
        .filter(|word| word.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()))
}

fn without_end(text: &str) -> &str {
    text.trim_end_matches(|c| is_blank(c) || matches!(c, ',' | '.' | ';'))
}

fn without_mailto(text: &str) -> &str {
    match text.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => {
            rest.trim_matches(is_blank)
        }
        _ => text,
    }
}

/// Blanks of any width, as they come from tables on web pages; no line breaks.
fn is_blank(c: char) -> bool {
    c == '\t' || c.is_whitespace() && !c.is_control() && !is_hidden(c)
}

/// Letters, digits and punctuation of ASCII only: nothing is hidden among them.
pub(super) fn is_plain(cell: &str) -> bool {
    cell.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// What is wrong with a cell that is not an address, if something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellFault {
    /// A name with a line break or a control character: taken as none.
    BrokenName,
    /// Line breaks or characters that nobody sees, in another cell: taken out.
    Hidden,
    TooLong,
    SpreadsheetError,
}

impl CellFault {
    /// What people read about it.
    pub fn problem(self, field: &str, place: Place) -> Problem {
        let (what, cure) = match self {
            Self::BrokenName => (
                format!(
                    "`{field}` has a line break or a control character: it is treated as empty"
                ),
                "type the name again on one line",
            ),
            Self::Hidden => (
                format!("`{field}` had line breaks or hidden characters: they were removed"),
                "check the cell",
            ),
            Self::TooLong => (
                format!(
                    "`{field}` is longer than {LONGEST_VALUE_BYTES} bytes: it is treated as empty"
                ),
                "check the cell: it may contain other rows",
            ),
            Self::SpreadsheetError => (
                format!(
                    "`{field}` is a spreadsheet's error, such as #REF!: it is treated as empty"
                ),
                "correct the formula in the spreadsheet, or type the value over it",
            ),
        };
        Problem::new(place, what, cure)
    }
}

/// Judges a cell as it stands.
pub(super) fn fault(field: &str, cell: &str) -> Option<CellFault> {
    if !is_plain(cell) {
        let inner = cell.trim();
        if is_name(field) && inner.chars().any(char::is_control) {
            return Some(CellFault::BrokenName);
        }
        if inner.chars().any(is_hidden) {
            return Some(CellFault::Hidden);
        }
    }
    if is_spreadsheet_error(cell) {
        return Some(CellFault::SpreadsheetError);
    }
    let is_long = cell.len() > LONGEST_VALUE_BYTES && one_line(cell).len() > LONGEST_VALUE_BYTES;
    is_long.then_some(CellFault::TooLong)
}

/// A cell as a template shows it.
pub(super) fn value(field: &str, cell: &str) -> String {
    let fault = fault(field, cell);
    if matches!(fault, Some(CellFault::BrokenName | CellFault::SpreadsheetError)) {
        return String::new();
    }
    let mut tidy = one_line(cell);
    if tidy.len() > LONGEST_VALUE_BYTES || is_name(field) && is_not_a_name(&tidy) {
        tidy.clear();
    }
    tidy
}

/// An apostrophe keeps a spreadsheet from calculating what begins like a formula (OWASP, CSV injection). A cell that looks
/// as if it had one already gets another, so that [`tidy_cell`] gives back what was there.
pub(super) fn guarded(cell: &str) -> String {
    if is_formula(cell.trim_start_matches('\'')) { format!("'{cell}") } else { cell.to_owned() }
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@'])
}

/// A cell without what spreadsheets and exports put around it: an apostrophe that keeps a formula from being one, and a
/// pair of quotation marks with nothing between them.
pub(super) fn tidy_cell(cell: &str) -> &str {
    let cell = cell.trim_matches(|c: char| c == ' ' || c == '\u{a0}');
    if cell == "\"\"" {
        return "";
    }
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// What stands between the segments of a cell.
pub(super) const SEPARATORS: [char; 3] = [';', ',', '|'];

/// The segments that a cell names.
pub(super) fn segments(cell: &str) -> BTreeSet<String> {
    if cell.is_empty() {
        return BTreeSet::new();
    }
    cell.split(SEPARATORS)
        .map(|word| one_line(word.trim_matches(['"', ' '])))
        .filter(|word| !word.is_empty())
        .collect()
}

/// A column's name as templates write it: `Town / City` is `town_city`.
pub(super) fn field_name(column: &str) -> String {
    let mut name = String::new();
    for c in column.trim().chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

fn is_name(field: &str) -> bool {
    matches!(field, "first_name" | "last_name" | "name" | "full_name")
}

/// What spreadsheets write where a formula has no result: `#REF!`, `#NAME?`, `Err:502` of `LibreOffice`. `#N/A` is not an error to
/// correct: nothing was found.
fn is_spreadsheet_error(cell: &str) -> bool {
    let cell = cell.trim();
    if let Some(number) = cell.strip_prefix("Err:") {
        return number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let inner = cell.strip_prefix('#').and_then(|rest| rest.strip_suffix(['!', '?']));
    inner.is_some_and(|inner| {
        let is_of_one = |byte: u8| byte.is_ascii_uppercase() || matches!(byte, b'0' | b'/' | b'_');
        inner.len() > 2 && inner.bytes().all(is_of_one)
    })
}

/// What exports write where there is no name. People are called Na and Null: they write it so, and programs do not.
fn is_not_a_name(text: &str) -> bool {
    const NO_NAMES: [&str; 13] = [
        "NULL",
        "null",
        "NA",
        "na",
        "N/A",
        "n/a",
        "n.a.",
        "NaN",
        "nan",
        "nil",
        "None",
        "none",
        "undefined",
    ];
    let bare = text.trim_matches(['(', ')', '<', '>', '[', ']', '\\', '#', '!', ' ']);
    simple(bare).is_empty()
        || NO_NAMES.contains(&bare)
        || bare.eq_ignore_ascii_case("unknown")
        || text.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_spreadsheet_is_an_empty_cell_and_named() {
        for error in
            ["#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", " #SPILL! ", "Err:502"]
        {
            for field in ["first_name", "town"] {
                assert_eq!(fault(field, error), Some(CellFault::SpreadsheetError), "{error}");
                assert_eq!(value(field, error), "", "{error}");
            }
        }
        for word in ["#1!", "#Ann!", "Err: 502", "#REF", "REF!", "#"] {
            assert_eq!(value("town", word), word);
        }
    }

    #[test]
    fn what_stands_around_an_address_is_tidied_away() {
        for cell in [
            "ann@e.org",
            "  ann@e.org\t",
            "\u{a0}ann@e.org\u{3000}",
            "ann@e.org.",
            "ann@e.org, ",
            "<ann@e.org>",
            "Ann B <ann@e.org>",
            "\"B, Ann\" <ann@e.org>;",
            "mailto:ann@e.org",
            "MailTo: ann@e.org",
            "Ann <mailto:ann@e.org>",
            "ann@e.org <ann@e.org>",
            "Ann @ home <ann@e.org>",
        ] {
            assert_eq!(
                address(cell).map(|found| found.to_string()),
                Ok("ann@e.org".into()),
                "{cell:?}"
            );
        }
    }

    #[test]
    fn what_stands_within_is_a_problem_and_never_repaired() {
        use AddressError as E;
        type Case = (&'static str, fn(&E) -> bool);
        let cases: &[Case] = &[
            ("ann@e.org\nbob@e.org", |e| matches!(e, E::Control(_))),
            ("ann@e.org\r\n", |e| matches!(e, E::Control(_))),
            ("\nann@e.org", |e| matches!(e, E::Control(_))),
            ("ann@e.org\r\nBcc: bob@e.org", |e| matches!(e, E::Control(_))),
            ("ann\u{0}@e.org", |e| matches!(e, E::Control(_))),
            ("ann\u{7f}@e.org", |e| matches!(e, E::Control(_))),
            ("ann\u{9b}@e.org", |e| matches!(e, E::Control(_))),
            ("an\tn@e.org", |e| matches!(e, E::Control(_))),
            ("an\u{200b}n@e.org", |e| matches!(e, E::Control(_))),
            ("ann@e\u{ad}.org", |e| matches!(e, E::Control(_))),
            ("ann@e.org\u{200b}", |e| matches!(e, E::Control(_))),
            ("\u{feff}ann@e.org", |e| matches!(e, E::Control(_))),
            ("ann\u{202e}@e.org", |e| matches!(e, E::Control(_))),
            ("ann\u{200f}@e.org", |e| matches!(e, E::Control(_))),
            ("ann@\u{2066}e.org", |e| matches!(e, E::Control(_))),
            ("a\u{2060}nn@e.org", |e| matches!(e, E::Control(_))),
            ("ann@e\u{fe0f}.org", |e| matches!(e, E::Control(_))),
            ("ann@e\u{2028}.org", |e| matches!(e, E::Control(_))),
            ("ann@e.org bob@e.org", |e| matches!(e, E::Several(_))),
            ("ann@e.org, bob@e.org", |e| matches!(e, E::Several(_))),
            ("ann@e.org;bob@e.org", |e| matches!(e, E::Several(_))),
            ("ann@e.org ::: bob@e.org", |e| matches!(e, E::Several(_))),
            ("ann@e.org / bob@e.org", |e| matches!(e, E::Several(_))),
            ("bob@e.org <ann@e.org>", |e| matches!(e, E::Several(_))),
            ("bob@e.org, Ann <ann@e.org>", |e| matches!(e, E::Several(_))),
            ("Ann <ann@e.org>, Bob <bob@e.org>", |e| matches!(e, E::Several(_))),
            ("<ann@e.org> <bob@e.org>", |e| matches!(e, E::Several(_))),
            ("mailto:ann@e.org,bob@e.org", |e| matches!(e, E::Several(_))),
            ("mailto:ann@e.org?cc=bob@e.org", |_| true),
            ("ann\u{a0}b@e.org", |_| true),
            ("ann b@e.org", |_| true),
            ("/o=Exchange/cn=ann", |_| true),
            ("", |e| matches!(e, E::Empty)),
        ];
        for (cell, expected) in cases {
            let error = address(cell).unwrap_err();
            assert!(expected(&error), "{cell:?}: {error:?}");
            assert!(!error.to_string().chars().any(is_invisible), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_address_is_a_part_of_its_cell(
            before in "[ \t<a-zA@,;.\u{200b}\u{202e}\n\r\0]{0,6}",
            after in "[ \t>a-zA@,;.\u{200b}\u{202e}\n\r\0]{0,6}"
        ) {
            let cell = format!("{before}ann@e.org{after}");
            if let Ok(found) = address(&cell) {
                proptest::prop_assert!(cell.to_lowercase().contains(&found.key()), "{cell:?} gave {found}");
                proptest::prop_assert_eq!(possible_addresses(&cell).len(), 1);
                let has_hidden = cell.chars().any(|c| c != '\t' && is_invisible(c));
                proptest::prop_assert!(!has_hidden, "{:?}", cell);
            }
        }
    }

    #[test]
    fn a_cell_that_is_not_one_address_may_mean_each_in_it() {
        let of = |cell: &str| possible_addresses(cell).into_iter().collect::<Vec<_>>();
        assert_eq!(of("Ann <ANN@e.org>\nbob@e.org"), ["ann@e.org", "bob@e.org"]);
        assert_eq!(of("an\u{200b}n@e.org"), ["ann@e.org"]);
        assert!(of("nobody").is_empty());
    }

    #[test]
    fn what_is_guarded_comes_back_as_it_was() {
        for cell in ["=1+1", "+44 20", "-", "@x", "'=1", "''=1", "'n Beetje", "O'Neil", "", "''"] {
            let guarded = guarded(cell);
            assert!(!is_formula(&guarded), "{guarded}");
            assert_eq!(tidy_cell(&guarded), cell);
        }
        assert_eq!((tidy_cell("'=Ann"), tidy_cell("\"\"")), ("=Ann", ""));
    }

    #[test]
    fn names_and_what_stands_where_none_is() {
        for name in ["Na", "Null", "Nan", "Zoë", "J. R.", "李", "O'Neil"] {
            assert_eq!(value("first_name", name), name);
        }
        for cell in [
            "NULL", "null", "(null)", "\\NULL", "N/A", "#N/A", "NA", "-", "", "none", "unknown",
            "a@b.org", "Bob\nX",
        ] {
            assert_eq!(value("first_name", cell), "", "{cell:?}");
        }
        assert_eq!(value("town", "N/A"), "N/A");
        assert_eq!(value("town", "a\nb"), "a b");
    }
}
