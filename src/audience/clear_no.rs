//! A word that is a no in whatever column it stands.
//! Pure: a cell in, a reason out.

use std::sync::LazyLock;

use super::ExclusionReason;
use crate::audience::consent_words::{AFTER_A_NO, NO_ANYWHERE, NoWord};

/// The longest of [`NO_ANYWHERE`], and a little more.
const LONGEST_NO_BYTES: usize = 32;
/// The shortest.
const MIN_NO_BYTES: usize = 7;
/// Several words of one cell stand apart by these, as in "Do Not Email; Do Not Phone".
const PARTED_BY: [char; 6] = [';', ',', '|', '/', '\n', '\r'];

/// A no that means one thing in whatever column it stands.
pub fn no_anywhere(cell: &str) -> Option<ExclusionReason> {
    // Of a million cells, nearly all are done with here.
    if cell.len() > LONGEST_NO_BYTES && !cell.contains(PARTED_BY) {
        return None;
    }
    let whole = std::iter::once(cell).chain(cell.split(PARTED_BY));
    let whole = whole.map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()));
    let short = whole.filter(|part| (MIN_NO_BYTES..=LONGEST_NO_BYTES).contains(&part.len()));
    let mut found = short.filter_map(|part| {
        let alike = &NO_BY_FIRST_BYTE[usize::from(first_byte(part)?)];
        alike.iter().find(|(known, _)| folds_to(part, known)).map(|(_, why)| why())
    });
    found.next()
}

/// The words of [`NO_ANYWHERE`] by the byte that they begin with, in their order: every cell of a list is compared with them.
static NO_BY_FIRST_BYTE: LazyLock<Vec<Vec<NoWord>>> = LazyLock::new(|| {
    let mut by_byte = vec![Vec::new(); 256];
    for word in NO_ANYWHERE {
        if let Some(byte) = first_byte(word.0) {
            by_byte[usize::from(byte)].push(*word);
        }
    }
    by_byte
});

/// What [`folds_to`] compares first.
fn first_byte(cell: &str) -> Option<u8> {
    let first = words_in(cell).next()?.as_bytes().first()?;
    Some(first.to_ascii_lowercase())
}

/// Whether a cell, folded, is a word of the tables; nothing is copied for it.
fn folds_to(cell: &str, word: &str) -> bool {
    let mut found = words_in(cell);
    let mut wanted = word.split(' ');
    loop {
        match (found.next(), wanted.next()) {
            (None, None) => return true,
            (Some(after), None) if AFTER_A_NO.iter().any(|w| after.eq_ignore_ascii_case(w)) => {}
            (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {}
            _ => return false,
        }
    }
}

/// The words of a cell: spaces, hyphens and underscores part them.
pub fn words_in(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_'));
    parts.filter(|word| !word.is_empty())
}
