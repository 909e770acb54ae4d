//! Whether a source looks unusual: what it gives is not what it gave, and nobody should be mailed it unseen.
//! Pure: a reading and what was known of the source in, a reason out.

use super::item::Reading;
use super::source_state::SourceState;
use crate::count::counted;

/// A source of fewer items may well be empty one day.
const FEW: usize = 3;
/// Ten times the number of items before, and at least `MANY`, is not a busy month.
const TIMES_MORE: usize = 10;
const MANY: usize = 50;
/// The language of less text is a guess.
const ENOUGH_CHARS: usize = 400;
const LOOKED_AT_CHARS: usize = 20_000;

/// The language that a reading's words are in, by its code of three letters, where there is enough text to be sure.
pub fn language(reading: &Reading) -> Option<&'static str> {
    let mut text = String::new();
    for item in &reading.items {
        if text.len() > LOOKED_AT_CHARS {
            break;
        }
        text.push_str(&item.title);
        text.push_str(". ");
        text.push_str(&item.summary);
        text.push('\n');
    }
    if text.chars().count() < ENOUGH_CHARS {
        return None;
    }
    whatlang::detect(&text).filter(whatlang::Info::is_reliable).map(|info| info.lang().code())
}

/// Why a reading of a source cannot be trusted, if it cannot. `before` is how it was.
pub fn reason(before: &SourceState, reading: &Reading, language: Option<&str>) -> Option<String> {
    let (had, has) = (before.items, reading.items.len());
    if had >= FEW && has == 0 {
        return Some(format!("it has no stories now; it had {had}"));
    }
    if had >= FEW && has >= MANY && has >= had * TIMES_MORE {
        return Some(format!("it has {} now; it had {had}", counted(has, "story", "stories")));
    }
    match (before.language.as_deref(), language) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("it is written in {} now; it was in {}", name(new), name(old)))
        }
        _ => None,
    }
}

fn name(code: &str) -> &str {
    whatlang::Lang::from_code(code).map_or(code, |language| language.eng_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::news::Item;

    fn of(count: usize, text: &str) -> Reading {
        let item = Item { summary: text.to_owned(), ..Item::default() };
        Reading { items: vec![item; count], ..Reading::default() }
    }

    const ENGLISH: &str = "The children of the club have planted trees along the river, and everybody who came to help was thanked with soup and bread in the hall. ";
    const FRENCH: &str = "Les enfants du club ont planté des arbres le long de la rivière, et tous ceux qui sont venus aider ont été remerciés avec de la soupe et du pain. ";

    #[test]
    fn a_source_that_is_not_what_it_was() {
        let (english, french) = (of(5, ENGLISH), of(5, FRENCH));
        assert_eq!(language(&english), Some("eng"));
        assert_eq!(language(&french), Some("fra"));
        assert_eq!(language(&of(1, "Short")), None);
        let before =
            SourceState { items: 12, language: Some("eng".to_owned()), ..SourceState::default() };
        let why = |reading: &Reading| reason(&before, reading, language(reading));
        assert_eq!(why(&english), None);
        assert_eq!(why(&of(0, "")).as_deref(), Some("it has no stories now; it had 12"));
        assert_eq!(why(&of(120, "")).as_deref(), Some("it has 120 stories now; it had 12"));
        assert_eq!(why(&of(100, "")), None);
        assert_eq!(why(&french).as_deref(), Some("it is written in French now; it was in English"));
        // The first time, everything is as it is.
        assert_eq!(reason(&SourceState::default(), &of(500, FRENCH), Some("fra")), None);
    }
}
