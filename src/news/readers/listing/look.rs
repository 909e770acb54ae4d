//! What a line of a pasted text looks like by itself: a day, a month, an event, a sentence, a title.
//! Pure: a line in, what it looks like out.

use chrono_tz::Tz;

use super::class::{Class, class};
use super::marker::{is_marker, is_marker_with_words, marker};
use super::noise::{is_noise, is_topic_of_menu};
use crate::date::PartialDate;
use crate::news::readers::day_line::{DayMeaning, day_line};

/// Whether it may be the title of a story.
pub fn is_title(look: Option<&Look>) -> bool {
    matches!(look, Some(Look::Title | Look::MayBeTitle))
}

/// What a line looks like by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Day,
    Event,
    Month,
    Year,
    Sentence,
    Title,
    /// A word of a menu or of a button that may be a title as well.
    MayBeTitle,
    Other,
}

pub fn look(text: &str, zone: Tz) -> Look {
    match PartialDate::parse(text, zone) {
        Ok(PartialDate::Month(..)) => return Look::Month,
        Ok(PartialDate::Year(_)) if text.len() == 4 => return Look::Year,
        Ok(_) | Err(_) => {}
    }
    match day_line(text, zone).map(|line| line.of) {
        Some(DayMeaning::Event) => return Look::Event,
        Some(DayMeaning::Publication | DayMeaning::Unsaid) => return Look::Day,
        Some(DayMeaning::Change) => return Look::Other,
        None => {}
    }
    if is_topic_of_menu(text) || is_marker_with_words(text) {
        return Look::MayBeTitle;
    }
    if is_noise(text) || is_marker(text) {
        return Look::Other;
    }
    match class(text) {
        Class::Sentence => Look::Sentence,
        _ if marker(text).is_some() => Look::Sentence,
        _ => Look::Title,
    }
}
