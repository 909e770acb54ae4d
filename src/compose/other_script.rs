//! Words in one direction of writing within an email of the other: an English address in an Arabic email.
//! Pure: text in, text out.
//!
//! Without marks, a number or a full stop at the edge of such words is set on their wrong side (Unicode Standard Annex 9, rules W7
//! and N1). Isolates would be neater, and Outlook does not know them.

use std::borrow::Cow;

use crate::locale::Direction;

const LEFT_TO_RIGHT_MARK: char = '\u{200e}';
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';

/// The words, between marks of their own direction where that is not the email's; behind them the email's goes on.
pub fn marked(words: &str, email: Direction) -> Cow<'_, str> {
    match words.chars().find_map(direction) {
        Some(own) if own != email => {
            let (own, back) = (mark(own), mark(email));
            Cow::Owned(format!("{own}{words}{own}{back}"))
        }
        _ => Cow::Borrowed(words),
    }
}

fn mark(direction: Direction) -> char {
    match direction {
        Direction::Ltr => LEFT_TO_RIGHT_MARK,
        Direction::Rtl => RIGHT_TO_LEFT_MARK,
    }
}

/// The direction of a letter; digits and punctuation have none of their own.
fn direction(character: char) -> Option<Direction> {
    match character {
        // Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours; forms for presentation; the scripts of the old East; Adlam.
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}' => character.is_alphabetic().then_some(Direction::Rtl),
        _ => character.is_alphabetic().then_some(Direction::Ltr),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_other_direction_stand_between_marks() {
        use Direction::{Ltr, Rtl};
        let address = "1 Example Street, London N1 0AA";
        for (words, email, found) in [
            (address, Ltr, address.to_owned()),
            (address, Rtl, format!("\u{200e}{address}\u{200e}\u{200f}")),
            ("أخبار", Rtl, "أخبار".to_owned()),
            ("«أخبار»", Ltr, "\u{200f}«أخبار»\u{200f}\u{200e}".to_owned()),
            ("14", Rtl, "14".to_owned()),
            ("£1,340", Rtl, "£1,340".to_owned()),
            ("٣ أخبار", Rtl, "٣ أخبار".to_owned()),
            ("", Rtl, String::new()),
            ("ירושלים 2020", Ltr, "\u{200f}ירושלים 2020\u{200f}\u{200e}".to_owned()),
        ] {
            assert_eq!(marked(words, email), found, "{words}");
        }
    }
}
