//! Words that are misspelt and can be nothing else: a short table, and the names of months and days with one slip in them.
//! Pure: texts in, places in them out.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::around::is_end;
use super::phrase_search::Phrases;
use super::texts::TextMatch;
use super::written_language;
use crate::date::names;
use crate::locale::capitalised;

/// A misspelt word, and what was meant.
pub struct Misspelling {
    pub found: TextMatch,
    pub meant: String,
}

/// Words that are somebody's name when they begin with a capital.
const NAMES: &[&str] = &["teh", "freind", "hte", "thw", "comming"];

/// What looks like a slip in the name of a month or a day and is a name, or a word, of its own.
const NO_SLIPS: &[&str] = &["augusta", "auguste", "sundae", "munday", "moonday", "fryday", "avril"];

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Months of which no other word is one slip away: "Marsh", "Jule" and "Mary" are.
const MONTHS: [&str; 8] =
    ["january", "february", "april", "august", "september", "october", "november", "december"];

static TABLE: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("misspellings.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

/// All misspelt words of an English text.
pub fn misspellings(text: &str) -> Vec<Misspelling> {
    let found: Vec<Misspelling> = Phrases::of(text)
        .words
        .into_iter()
        .filter_map(|(at, word)| {
            let word = word.strip_suffix("'s").or(word.strip_suffix("’s")).unwrap_or(word);
            let meant = of_calendar(word).or_else(|| of_table(word, &text[..at]))?;
            let after = &text[at + word.len()..];
            if word.eq_ignore_ascii_case("dont") && !begins_with_a_verb(after) {
                return None;
            }
            let is_own_word = !is_in_a_name(text, at, word) && !is_meant(&text[at + word.len()..]);
            is_own_word.then(|| Misspelling { found: TextMatch::new(at, word, false), meant })
        })
        .collect();
    // A paragraph in French may well say "dont".
    let is_english =
        found.is_empty() || written_language::of(text).is_none_or(|code| code == "eng");
    if is_english { found } else { Vec::new() }
}

fn of_table(word: &str, before: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let meant = *TABLE.get(lower.as_str())?;
    if word == lower {
        return Some(meant.to_owned());
    }
    // Within a sentence a capital makes a name: "the Calender Girls".
    let is_first = before.trim_end().chars().next_back().is_none_or(is_end);
    let has_one = word.chars().skip(1).all(char::is_lowercase);
    (is_first && has_one && !NAMES.contains(&lower.as_str())).then(|| capitalised(meant))
}

/// "Dont miss it", and not "le film dont je parle".
fn begins_with_a_verb(after: &str) -> bool {
    const VERBS: &str = "miss forget worry hesitate want know have be let need think leave delay wait you just do get make go \
        feel even hold give like use take see say eat panic put believe understand always all";
    let next = Phrases::of(after).words.first().map(|(_, word)| word.to_lowercase());
    next.is_some_and(|next| VERBS.split_whitespace().any(|verb| verb == next))
}

/// The month or day that a word with a capital, or one of at least seven letters, means with one slip.
fn of_calendar(word: &str) -> Option<String> {
    let letters = word.chars().count();
    if !(5..=10).contains(&letters) || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let lower = word.to_lowercase();
    let is_known = names::month(&names::plain_letters(word)).is_some()
        || names::weekday(&names::plain_letters(word)).is_some()
        || NO_SLIPS.contains(&lower.as_str());
    let begins_large = word.chars().next().is_some_and(char::is_uppercase);
    let ends_small = word.chars().skip(1).all(char::is_lowercase);
    if is_known || !ends_small || !(begins_large || letters > 6) {
        return None;
    }
    let meant = MONTHS.into_iter().chain(WEEKDAYS).find(|name| {
        // "Mondays" and "the Decembers" are several.
        name.len().abs_diff(lower.len()) <= 1
            && lower.strip_suffix('s') != Some(*name)
            && strsim::damerau_levenshtein(&lower, name) == 1
    })?;
    Some(capitalised(meant))
}

/// Whether the word is a part of an address, a file name or a tag: "thankyou@charity.org.uk", "#thankyou".
fn is_in_a_name(text: &str, at: usize, word: &str) -> bool {
    let start = text[..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let behind = at + word.len();
    let end = text[behind..].find(char::is_whitespace).map_or(text.len(), |space| behind + space);
    let rest = &text[behind..end];
    let goes_on = rest.starts_with(['.', '_', '@', '/', '='])
        && rest.chars().nth(1).is_some_and(char::is_alphanumeric);
    text[start..at].contains(['/', '@', '#', '_', '\\', '=', '.']) || goes_on
}

/// "Recieve (sic)" is what somebody wrote.
fn is_meant(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '”', '"', '’', '\u{a0}']);
    after.starts_with("[sic") || after.starts_with("(sic")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> Vec<String> {
        misspellings(text).into_iter().map(|one| one.meant).collect()
    }

    #[test]
    fn words_that_can_be_nothing_else() {
        for (text, word) in [
            ("We met teh mayor.", "the"),
            ("We recieved a grant.", "received"),
            ("Dear all. Tommorow we walk.", "Tomorrow"),
            ("Alot of people came.", "A lot"),
            ("Dont miss it.", "Don't"),
            ("Tommorow’s world", "Tomorrow"),
            ("We didnt know.", "didn't"),
            ("Come on Sunday 6 Decemebr.", "December"),
            ("Our febuary plans", "February"),
            ("on 3rd Septmeber", "September"),
            ("Come on Wendesday.", "Wednesday"),
            ("Thurday 10 December", "Thursday"),
            ("Satuday: cakes", "Saturday"),
        ] {
            assert_eq!(meant(text), [word], "{text}");
        }
    }

    #[test]
    fn names_addresses_and_other_languages_are_left_alone() {
        for text in [
            "Teh Mei Ling and the Calender Girls met Augusta, Ms Munday and Avril.",
            "A sundae on Sundays, in all the Decembers and on weekdays",
            "Write to thankyou@charity.org.uk, or see charity.org.uk/thankyou.html.",
            "Tag it #thankyou or Thankyou_2026.jpg",
            "The poster says “Recieve [sic] a mug”.",
            "Le film dont je parle est un film que nous avons vu ensemble à la maison avec les enfants et leurs amis.",
            "Le film dont je parle is on at the cinema.",
            "Le 3 février, mercredi 5 octobre, Oktober und Dezember, Marzo, Samstag",
            "We remember the members of the March, in May and June.",
            "The Decembrists and the Septembers sing.",
            "RECIEVE is a band in capitals",
        ] {
            assert_eq!(meant(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn the_table_is_in_order_and_every_pair_is_a_slip() {
        let lines: Vec<&str> =
            include_str!("misspellings.txt").lines().filter(|l| !l.starts_with('#')).collect();
        assert!(lines.is_sorted() && lines.len() > 400);
        for line in lines {
            let (wrong, right) = line.split_once(' ').unwrap();
            assert!(wrong != right && wrong == wrong.to_lowercase(), "{line}");
            assert!(!TABLE.contains_key(right), "{line}");
            assert!(strsim::damerau_levenshtein(wrong, right) <= 4, "{line}");
        }
    }
}
