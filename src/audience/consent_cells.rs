//! What the words in a cell mean for getting emails: a state, a yes, a no.
//! Pure: cells in, reasons out.
//!
//! Words are compared whole, never by a part of them: `inactive` is not `active`. A word that is in no table is never a yes.

use std::sync::LazyLock;

use super::exclusion::shown;
use super::title_meaning::is_about_another_way;
use super::{Basis, ExclusionReason};
use crate::audience::answer_words::{NEGATIONS, NO_BEGINNINGS, NO_WORDS, YES_WORDS};
use crate::audience::consent_topics::{NOTHING_SAID, TOPIC_YES_WORDS};
use crate::audience::consent_words::{AFTER_A_NO, BEFORE_A_NO, NO_ANYWHERE, NoWord, STATES};
use crate::rfc::csv::simple;

/// The longest of those that are a no in any column, and a little more.
const LONGEST_NO_BYTES: usize = 40;
/// The shortest.
const MIN_NO_BYTES: usize = 7;
/// Several words of one cell stand apart by these, as in "Do Not Email; Do Not Phone".
const PARTED_BY: [char; 6] = [';', ',', '|', '/', '\n', '\r'];

/// A word as tables have it, where nothing but the word stands in the cell: `-1` is not `1`, and `regular?` is not `regular`.
pub fn whole_word(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let is_of_a_word = |c: char| c.is_alphanumeric();
    (cell.starts_with(is_of_a_word) && cell.ends_with(is_of_a_word)).then(|| folded(cell))
}

/// The same without what stands around it: enough for a no, and not for a yes.
pub fn bare_word(cell: &str) -> String {
    folded(cell.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// A cell in lower case, with one space wherever there are spaces, hyphens or underscores.
fn folded(cell: &str) -> String {
    words_in(cell).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn words_in(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_'));
    parts.filter(|word| !word.is_empty())
}

/// What a state means: `Ok` is a yes.
///
/// # Errors
/// Says why it is not one.
pub fn state(cell: &str) -> Result<(), ExclusionReason> {
    // Nearly every row of a list has one of these.
    if matches!(cell, "subscribed" | "active") {
        return Ok(());
    }
    let meaning = |word: &str| STATES.iter().find(|(words, _)| words.contains(&word));
    let unknown = || Err(ExclusionReason::UnknownStatus(shown(cell)));
    if let Some((_, meaning)) = whole_word(cell).and_then(|word| meaning(&word)) {
        return meaning.map_or(Ok(()), |why| Err(why()));
    }
    match meaning(&bare_word(cell)) {
        // A figure with a sign is another one.
        Some((_, Some(why))) if cell.chars().any(char::is_alphabetic) => Err(why()),
        _ => unknown(),
    }
}

/// Whether a word is one for a state.
pub fn is_state(cell: &str) -> bool {
    !matches!(state(cell), Err(ExclusionReason::UnknownStatus(_)))
}

/// What a state means in a column that may also be about a membership or an account: a word that is in no table says nothing.
pub(super) fn other_state(cell: &str) -> Option<ExclusionReason> {
    let is_word = cell.chars().any(char::is_alphabetic);
    let why = state(cell).err().filter(|_| is_word)?;
    (!matches!(why, ExclusionReason::UnknownStatus(_))).then_some(why)
}

/// What a column is called in the reason that it gives.
pub fn elsewhere(title: &str, why: ExclusionReason) -> ExclusionReason {
    let title: String = title.escape_debug().take(60).collect();
    ExclusionReason::Elsewhere { place: format!("column `{title}`"), why: Box::new(why) }
}

/// Whether a cell of a column that is a no says nothing.
pub(super) fn is_nothing(cell: &str) -> bool {
    let word = cell.to_lowercase();
    matches!(word.as_str(), "" | "n" | "false" | "0" | "-") || NEGATIONS.contains(&word.as_str())
}

pub(super) fn said_yes(cell: &str) -> Result<(), ExclusionReason> {
    let word = cell.to_lowercase();
    if YES_WORDS.contains(&word.as_str()) || is_dated(cell) {
        Ok(())
    } else if NO_WORDS.contains(&word.as_str()) {
        Err(ExclusionReason::Unsubscribed)
    } else if is_nothing_said(&word) {
        Err(ExclusionReason::NotAYes(shown(cell)))
    } else {
        state(cell).map_err(|why| match why {
            ExclusionReason::UnknownStatus(word) => ExclusionReason::NotAYes(word),
            known => known,
        })
    }
}

/// What a word in a column of lawful bases means that is none of them: a no, or an unknown word. A plain yes is
/// neither, though it does not say why.
pub fn not_a_basis(title: &str, cell: &str) -> Option<ExclusionReason> {
    let unknown = match Basis::parse(cell) {
        Ok(_) | Err(ExclusionReason::NoBasis) => return None,
        Err(unknown) => unknown,
    };
    let word = cell.trim().to_lowercase();
    // "No" below `basis` may mean that there is none; below `consent` it is the person's.
    let is_about_the_basis = simple(title) != "consent" && NO_WORDS.contains(&word.as_str());
    let why = match said_yes(cell.trim()) {
        Ok(()) => return None,
        Err(why) if is_about_the_basis || matches!(why, ExclusionReason::NotAYes(_)) => unknown,
        Err(why) => why,
    };
    Some(if simple(title) == "basis" { why } else { elsewhere(title, why) })
}

/// Somebody has written down that they do not know. `word` is in lower case.
fn is_nothing_said(word: &str) -> bool {
    NOTHING_SAID.contains(&word.trim_end_matches(['.', '!', '?', ' ']))
        || NOTHING_SAID.contains(&word)
}

/// A clear yes in a column of which nothing is known but what it is about: one of its words, or several of them.
pub(super) fn is_topic_yes(cell: &str, title: &str) -> bool {
    if is_about_another_way(cell) {
        return false;
    }
    if is_dated(cell) {
        return true;
    }
    let parts = cell.split([';', ',', '|', '/']).filter(|part| !part.trim().is_empty());
    let is_yes = |part: &str| {
        if is_doubtful(part) {
            return false;
        }
        let bare = folded(part.trim_matches(|c: char| !c.is_alphanumeric() && !"✓✔".contains(c)));
        let first = bare.split(' ').next().unwrap_or_default();
        YES_WORDS.contains(&bare.as_str())
            || TOPIC_YES_WORDS.contains(&bare.as_str())
            || part.trim().parse::<f64>().is_ok_and(|figure| (figure - 1.0).abs() < f64::EPSILON)
            || state(part).is_ok()
            || simple(part) == simple(title)
            || ["yes", "y", "ja", "oui", "sí", "si"].contains(&first) && !is_about_another_way(part)
    };
    parts.clone().any(is_yes) && !is_nothing_said(&cell.to_lowercase())
}

/// Whether a sign before or behind a word takes it back: "yes?", "-1", "!yes".
fn is_doubtful(part: &str) -> bool {
    let part = part.trim();
    part.contains(['?', '¿', '~', '≠']) || part.starts_with(['-', '!', '¬', '<', '>', '–', '—'])
}

/// A no in a column of which nothing is known but what it is about.
pub(super) fn clear_no(cell: &str) -> Option<ExclusionReason> {
    // "No!", "(no)", and the `="No"` with which spreadsheets keep a word a word.
    let bare = cell.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if is_nothing_said(&bare) || is_nothing_said(&cell.to_lowercase()) {
        return None;
    }
    if let Ok(figure) = bare.parse::<f64>() {
        return (figure.abs() < f64::EPSILON).then_some(ExclusionReason::Unsubscribed);
    }
    let first = bare.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')).next();
    let begins_with_no =
        first.is_some_and(|word| NO_BEGINNINGS.contains(&word.replace('’', "'").as_str()));
    if begins_with_no || [bare.as_str(), cell].iter().any(|word| NO_WORDS.contains(word)) {
        return Some(ExclusionReason::Unsubscribed);
    }
    match state(cell) {
        Ok(()) | Err(ExclusionReason::UnknownStatus(_)) => no_anywhere(cell),
        Err(why) => Some(why),
    }
}

/// A day, written with digits: since when it is so.
fn is_dated(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    // Databases write a day that never was with zeros.
    digits >= 6 && cell.chars().any(|c| matches!(c, '1'..='9'))
}

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
        let is_before = |word: &&str| BEFORE_A_NO.iter().any(|w| word.eq_ignore_ascii_case(w));
        let before = words_in(part).take_while(is_before).count();
        (0..=before).find_map(|skipped| {
            let words = || words_in(part).skip(skipped);
            let alike = &NO_BY_FIRST_BYTE[usize::from(first_byte(words())?)];
            alike.iter().find(|(known, _)| is_folded(words(), known)).map(|(_, why)| why())
        })
    });
    found.next()
}

/// The words of [`NO_ANYWHERE`] by the byte that they begin with, in their order: every cell of a list is compared with them.
static NO_BY_FIRST_BYTE: LazyLock<Vec<Vec<NoWord>>> = LazyLock::new(|| {
    let mut by_byte = vec![Vec::new(); 256];
    for word in NO_ANYWHERE {
        if let Some(byte) = first_byte(words_in(word.0)) {
            by_byte[usize::from(byte)].push(*word);
        }
    }
    by_byte
});

/// What [`is_folded`] compares first.
fn first_byte<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<u8> {
    words.next()?.as_bytes().first().map(u8::to_ascii_lowercase)
}

/// Whether words, folded, are those of the tables, with a word of courtesy behind them perhaps; nothing is copied for it.
fn is_folded<'a>(mut found: impl Iterator<Item = &'a str>, word: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_whole_and_unknown_ones_are_a_no() {
        for word in ["subscribed", "Active", " YES ", "premium", "Express", "opted-in", "Opt_In"] {
            assert_eq!(state(word), Ok(()), "{word}");
        }
        for (word, why) in [
            ("unsubscribed", ExclusionReason::Unsubscribed),
            ("inactive", ExclusionReason::Unsubscribed),
            ("Opted-Out", ExclusionReason::Unsubscribed),
            ("blocklisted", ExclusionReason::Unsubscribed),
            ("Cleaned", ExclusionReason::Bounced),
            ("previous bounce", ExclusionReason::Bounced),
            ("unreachable", ExclusionReason::Bounced),
            ("invalid", ExclusionReason::Bounced),
            ("spam", ExclusionReason::Complained),
            ("previous spam complaint", ExclusionReason::Complained),
            ("pending", ExclusionReason::Unconfirmed),
            ("Awaiting confirmation", ExclusionReason::Unconfirmed),
            ("Never subscribed", ExclusionReason::NeverAsked),
            ("Implied", ExclusionReason::NeverAsked),
            ("Temporary hold", ExclusionReason::OnHold),
            ("removed", ExclusionReason::Removed),
        ] {
            assert_eq!(state(word), Err(why), "{word}");
        }
        for word in ["désinscrit", "1", "deactive", "actively unsubscribed"] {
            assert!(matches!(state(word), Err(ExclusionReason::UnknownStatus(_))), "{word}");
        }
    }

    #[test]
    fn what_is_not_a_lawful_basis_is_a_no_or_unclear() {
        let judged = |title: &str, cell: &str| match not_a_basis(title, cell) {
            None => "nothing",
            Some(why) if why.is_unclear() => "unclear",
            Some(why) if why.has_said_no() => "no",
            Some(_) => "other",
        };
        for title in ["basis", "lawful basis", "Consent"] {
            for cell in
                ["consent", "Soft opt-in charity", "corporate", "", " ", "yes", "2024-05-01"]
            {
                assert_eq!(judged(title, cell), "nothing", "{title}: {cell}");
            }
            for cell in ["legitimate interest", "?", "tbc", "consentt", "service"] {
                assert_eq!(judged(title, cell), "unclear", "{title}: {cell}");
            }
            for cell in ["withdrawn", "Opted-Out", "unsubscribed", "do not email"] {
                assert_eq!(judged(title, cell), "no", "{title}: {cell}");
            }
            let is_consent = title == "Consent";
            for cell in ["no", "N", "false", "0", "declined"] {
                let expected = if is_consent { "no" } else { "unclear" };
                assert_eq!(judged(title, cell), expected, "{title}: {cell}");
            }
        }
    }

    #[test]
    fn a_clear_no_counts_in_whatever_column() {
        for cell in ["unsubscribed", "Opted-Out", " DO_NOT_EMAIL ", "deceased"] {
            assert!(no_anywhere(cell).is_some(), "{cell}");
        }
        for cell in ["", "no", "inactive", "Nottingham", "unsubscribed from our summer letter"] {
            assert_eq!(no_anywhere(cell), None, "{cell}");
        }
    }

    #[test]
    fn each_word_of_the_tables_is_folded_as_cells_are() {
        for (words, _) in STATES {
            for word in *words {
                assert_eq!(folded(word), *word);
            }
        }
        for (word, _) in NO_ANYWHERE {
            assert_eq!(folded(word), *word);
            assert!(word.len() <= LONGEST_NO_BYTES && no_anywhere(word).is_some(), "{word}");
        }
    }

    /// What may stand around a word without being part of it.
    const SIGNS: [(&str, &str); 10] = [
        ("-", ""),
        ("!", ""),
        ("", "?"),
        ("? ", ""),
        ("+", ""),
        ("(", ")"),
        ("*", ""),
        ("~", ""),
        ("<", ""),
        ("", " ?"),
    ];

    #[test]
    fn a_sign_around_a_word_makes_no_yes_of_it_and_takes_no_no_back() {
        for (words, why) in STATES {
            for word in *words {
                for (before, behind) in SIGNS {
                    let cell = format!("{before}{word}{behind}");
                    let is_figure = word.chars().all(|c| c.is_ascii_digit());
                    let found = state(&cell);
                    match why {
                        Some(why) if !is_figure => assert_eq!(found, Err(why()), "{cell}"),
                        _ => assert!(
                            matches!(found, Err(ExclusionReason::UnknownStatus(_))),
                            "{cell}: {found:?}"
                        ),
                    }
                }
            }
        }
    }

    #[test]
    fn a_clear_no_counts_beside_others_and_with_a_word_of_thanks() {
        for (word, _) in NO_ANYWHERE {
            for cell in [
                format!("{word}; Do Not Phone"),
                format!("No Phone, {word}"),
                format!("Major donor\n{word}"),
                format!("A rather long note of somebody who was met at a fair | {word}"),
                format!("{word} please"),
                format!("Please {word}"),
                format!("pls {word}, thanks"),
                format!("{} - thank you", word.to_uppercase()),
                format!("!{word}!"),
            ] {
                assert!(no_anywhere(&cell).is_some(), "{cell}");
            }
        }
        for cell in ["No e-mail please", "No Email, No Phone", "Do Not Email; Do Not Phone"] {
            assert!(no_anywhere(cell).is_some(), "{cell}");
        }
        for cell in [
            "unsubscribe me",
            "asked to unsubscribe",
            "Asked to be removed",
            "wants no more emails",
            "Remove from list",
        ] {
            assert!(no_anywhere(cell).is_some(), "{cell}");
        }
        for cell in
            ["No phone; no post", "Bounced back from illness, please call", "Dead Sea, north"]
        {
            assert_eq!(no_anywhere(cell), None, "{cell}");
        }
    }
}
