//! A list without the rows of one person.
//! Pure: bytes in, bytes out.
//!
//! A row is a person's when its address is theirs. A row of somebody else that names them, in a column such as `partner`, is
//! not: with it would go the other person, and their no. What was cut is read again before it may be saved.

use std::sync::Arc;

use csv::StringRecord;

use super::cell::possible_addresses;
use super::sheet::Sheet;
use crate::rfc::csv::{Input, TableError, lines_of};

/// A file of the list without somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutPerson {
    pub bytes: Vec<u8>,
    /// Rows that were theirs.
    pub rows: usize,
    /// Lines of rows that are not theirs and name them.
    pub named_at: Vec<usize>,
}

/// Cuts out the rows whose address is one of `keys`; everything else stays byte for byte. `None` where the file cannot be cut: it
/// is not a list, is in UTF-16, or reads otherwise afterwards.
pub fn without_person(name: &str, bytes: &Arc<[u8]>, keys: &[String]) -> Option<WithoutPerson> {
    let before = sheet_of(name, bytes)?;
    let rows = places(&before, keys).ok()?;
    let lines = lines_of(bytes);
    let mut kept = Vec::with_capacity(bytes.len());
    let first = rows.first().map_or(lines.len(), |(line, _)| line - 1);
    kept.extend(lines.get(..first)?.concat());
    for (at, (line, whose)) in rows.iter().enumerate() {
        let next = rows.get(at + 1).map_or(lines.len(), |(line, _)| line - 1);
        if *whose != Whose::Theirs {
            kept.extend(lines.get(line - 1..next)?.concat());
        }
    }
    let lines_with = |wanted: Whose| {
        rows.iter().filter(move |(_, whose)| *whose == wanted).map(|(line, _)| *line)
    };
    let without = WithoutPerson {
        bytes: kept,
        rows: lines_with(Whose::Theirs).count(),
        named_at: lines_with(Whose::NamesThem).collect(),
    };
    let after: Arc<[u8]> = without.bytes.clone().into();
    is_the_rest(&before, &sheet_of(name, &after)?, keys).unwrap_or(false).then_some(without)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Theirs,
    NamesThem,
    Others,
}

fn sheet_of(name: &str, bytes: &Arc<[u8]>) -> Option<Sheet> {
    let input: Arc<dyn Input> = Arc::new(Arc::clone(bytes));
    Sheet::of(name.to_owned(), input).ok().filter(|sheet| sheet.shape.has_lines_in_bytes())
}

fn whose(sheet: &Sheet, record: &StringRecord, keys: &[String]) -> Whose {
    let named = |cell: &str| {
        let addresses = possible_addresses(cell);
        (addresses.len(), keys.iter().any(|key| addresses.contains(key)))
    };
    if named(sheet.address_cell(record)) == (1, true) {
        Whose::Theirs
    } else if record.iter().any(|cell| named(cell).1) {
        Whose::NamesThem
    } else {
        Whose::Others
    }
}

/// The line of each row, and whose it is.
fn places(sheet: &Sheet, keys: &[String]) -> Result<Vec<(usize, Whose)>, TableError> {
    let mut rows = sheet.rows()?;
    let mut places = Vec::new();
    while let Some(line) = rows.advance()? {
        places.push((line, whose(sheet, rows.record(), keys)));
    }
    Ok(places)
}

/// Whether a file has the rows of another in their order, but for those of the person.
fn is_the_rest(before: &Sheet, after: &Sheet, keys: &[String]) -> Result<bool, TableError> {
    let (mut all, mut rest) = (before.rows()?, after.rows()?);
    while all.advance()?.is_some() {
        if whose(before, all.record(), keys) == Whose::Theirs {
            continue;
        }
        if rest.advance()?.is_none() || rest.record() != all.record() {
            return Ok(false);
        }
    }
    Ok(before.shape.columns == after.shape.columns && rest.advance()?.is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &[u8], key: &str) -> Option<(String, usize, Vec<usize>)> {
        let without = without_person("subscribers/a.csv", &text.into(), &[key.to_owned()])?;
        let text = String::from_utf8_lossy(&without.bytes).into_owned();
        Some((text, without.rows, without.named_at))
    }

    #[test]
    fn only_rows_whose_address_is_theirs_go() {
        let text = "email,partner\r\nann@a.example,zed@a.example\r\nzed@a.example,ann@a.example\r\n\r\n\
                    joann@a.example,\r\n\"ann@a.example; bo@a.example\",\r\n\"<Ann@A.example>\",\r\n";
        let (kept, rows, named_at) = cut(text.as_bytes(), "ann@a.example").unwrap();
        assert_eq!(
            kept,
            "email,partner\r\nzed@a.example,ann@a.example\r\n\r\njoann@a.example,\r\n\"ann@a.example; bo@a.example\",\r\n"
        );
        assert_eq!((rows, named_at), (2, vec![3, 6]));
    }

    #[test]
    fn bytes_of_other_encodings_stay_and_utf_16_is_not_cut() {
        let text = b"email;name\nzoe@a.example;Zo\xeb\nann@a.example;Ann\n";
        let without =
            without_person("a.csv", &text[..].into(), &["ann@a.example".to_owned()]).unwrap();
        assert_eq!(without.bytes, &text[..text.len() - b"ann@a.example;Ann\n".len()]);
        let utf_16: Vec<u8> = "\u{feff}email\r\nann@a.example\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(cut(&utf_16, "ann@a.example"), None);
        assert_eq!(cut(b"name\nAnn\n", "ann@a.example"), None);
    }

    proptest! {
        /// Whatever ends the lines and stands between them, exactly the person's rows go.
        #[test]
        fn the_others_stay_byte_for_byte(
            people in proptest::collection::vec((0u8..3, 0u8..3, any::<bool>(), any::<bool>()), 0..12),
            is_ended: bool,
        ) {
            let end_of = |end: u8| ["\n", "\r\n", "\r"][usize::from(end)];
            let rows: Vec<(bool, String)> = people.iter().map(|(who, end, is_quoted, has_blank)| {
                let end = end_of(*end);
                let name = if *is_quoted { format!("\"Lee,{end} A\"") } else { "Lee".to_owned() };
                let blank = if *has_blank { "\n" } else { "" };
                (*who == 0, format!("p{who}@a.example,{name}{end}{blank}"))
            }).collect();
            let whole = |keeps: &dyn Fn(bool) -> bool| {
                let kept = rows.iter().filter(|(is_theirs, _)| keeps(*is_theirs));
                kept.fold("email,name\r\n".to_owned(), |text, (_, row)| text + row)
            };
            let (mut text, mut expected) = (whole(&|_| true), whole(&|is_theirs| !is_theirs));
            if !is_ended && rows.last().is_some_and(|(is_theirs, _)| !is_theirs) {
                text = text.trim_end().to_owned();
                expected = expected.trim_end().to_owned();
            }
            let (kept, count, named) = cut(text.as_bytes(), "p0@a.example").unwrap();
            prop_assert_eq!(kept, expected, "{:?}", text);
            prop_assert_eq!(count, rows.iter().filter(|(is_theirs, _)| *is_theirs).count());
            prop_assert!(named.is_empty());
        }
    }
}
