//! What a line of a pasted text looks like by its length and its marks.
//! Pure: a line in, what it looks like out.

/// A longer line is a sentence, not a title.
const LONGEST_TITLE_CHARS: usize = 110;
/// A title is seldom longer; a sentence without its full stop seldom shorter.
const TITLE_CHARS: usize = 70;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Title,
    /// A title or a sentence.
    Either,
    Sentence,
    Day,
    Marker,
}

/// What a line looks like that says no day.
pub fn class(text: &str) -> Class {
    let length = text.chars().count();
    let end = text.trim_end_matches(['”', '"', '’', ')']);
    // Hindi, Urdu and Chinese end their sentences with punctuation of their own.
    let is_end_abroad = end.ends_with(['।', '۔', '。']);
    if length > LONGEST_TITLE_CHARS
        || end.ends_with(['.', '…', ',', ';', ':'])
        || is_end_abroad
        || text.contains(". ")
    {
        // "The St. Ann's fair" is short, and ends without a full stop.
        let is_short = length <= TITLE_CHARS
            && !end.ends_with(['.', '…', ',', ';', ':'])
            && !is_end_abroad
            && crate::news::item::first_sentence(text) == text;
        return if is_short { Class::Title } else { Class::Sentence };
    }
    if end.ends_with(['!', '?', '؟', '！', '？']) && length > 30 || length > TITLE_CHARS {
        return Class::Either;
    }
    Class::Title
}
