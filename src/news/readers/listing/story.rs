//! One story of a pasted list: what its lines say of it, each taken where it says more than those before.
//! Pure: tokens in, a story out.

use super::class::Class;
use super::lines::LineToken;
use crate::date::WrittenDate;
use crate::news::dates_file::is_open;

/// One story, as tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    pub line: usize,
    pub title: Option<String>,
    pub day: Option<WrittenDate>,
    /// The words that said the day.
    pub day_words: Option<String>,
    /// They say that it is of the publication.
    pub(super) is_published: bool,
    /// The title with the day that stands beside it, which may be of what the title names.
    pub(super) whole_title: Option<String>,
    pub texts: Vec<String>,
    /// The first address that stands at it.
    pub link: Option<String>,
}

impl Story {
    /// A title keeps the day that stands in it, where the story has another.
    pub(super) fn title_of(&self, token: &LineToken) -> String {
        match &token.whole {
            Some(whole) if self.day_words.as_ref() != Some(whole) => whole.clone(),
            Some(_) | None => token.text.clone(),
        }
    }

    /// Weighs a second day of the story against its first: the one that is called so is of the publication. Where neither
    /// is, or both, neither is taken.
    pub(super) fn weigh(&mut self, token: &LineToken) {
        let is_other = token.day.is_some() && self.day != token.day;
        match (is_other, self.is_published, token.is_published) {
            (false, ..) | (true, true, false) => {}
            (true, false, true) => {
                (self.day, self.is_published) = (token.day, true);
                self.day_words = Some(token.text.clone());
            }
            (true, false, false) | (true, true, true) => (self.day, self.day_words) = (None, None),
        }
    }

    /// Takes the day and the address of a token, where it has none yet.
    pub(super) fn take(&mut self, token: &LineToken) {
        self.link = self.link.take().or_else(|| token.link.clone());
        // A line of its own says the story's day; one in the title was of what the title names.
        let is_surer =
            token.class == Class::Day && token.day.is_some() && self.whole_title.is_some();
        if is_surer && self.title.is_some() {
            self.title = self.whole_title.take();
            self.day = None;
        }
        if is_open(self.day.map(WrittenDate::likely)) && token.day.is_some() {
            self.day = token.day;
            self.is_published = token.is_published;
            self.day_words = token.whole.clone().or_else(|| Some(token.text.clone()));
            let is_title = self.texts.is_empty() && token.class != Class::Day;
            self.whole_title = token.whole.clone().filter(|_| is_title);
        } else if self.day.is_none() && token.heading.is_some() {
            self.day = token.heading.map(WrittenDate::known);
            self.day_words = None;
        }
    }
}
