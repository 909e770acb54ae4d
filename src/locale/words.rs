//! The words of a language, as they are kept.
//! Pure: values.

use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;
use toml::Spanned;

use crate::problem::Place;

#[derive(Debug, Clone, Default)]
pub struct LocaleWords {
    pub(super) direction: Direction,
    /// As they stand by themselves: "grudzień", "grudzień 2020".
    pub(super) months: Vec<String>,
    /// As they stand behind a day: "24 grudnia 2020".
    pub(super) months_of_days: Vec<String>,
    /// As they stand where there is little room: "9 Dec". Empty: the language has no short ones.
    pub(super) short_months: Vec<String>,
    /// A day, and a month, with `{day}`, `{month}` and `{year}`.
    pub(super) day: String,
    /// The first of a month, where it is said in another way: "1er mars 2020".
    pub(super) first_day: Option<String>,
    /// A day without its year, where it is more than the year left out.
    pub(super) day_without_year: Option<String>,
    pub(super) month: String,
    pub(super) say: BTreeMap<String, String>,
    pub(super) count: BTreeMap<String, BTreeMap<String, String>>,
}

/// Which way a language is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    #[default]
    Ltr,
    Rtl,
}

impl Direction {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }

    /// The side on which lines begin.
    pub fn start(self) -> &'static str {
        match self {
            Self::Ltr => "left",
            Self::Rtl => "right",
        }
    }

    /// The side on which lines end.
    pub fn end(self) -> &'static str {
        match self {
            Self::Ltr => "right",
            Self::Rtl => "left",
        }
    }
}

/// Why there are no words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WordsFileError {
    #[error("`{0}` is not a language code")]
    Code(String),
    #[error("there are no words for the language `{language}`")]
    Unknown { language: String, known: Vec<String> },
    #[error("{what}")]
    File {
        /// In `templates/words/pl.toml`.
        place: Place,
        what: String,
        cure: String,
        line_text: Option<String>,
    },
}

impl LocaleWords {
    /// Takes what another file has over what stands here.
    pub(super) fn take(&mut self, over: WordsFile) {
        let own = |given: Option<Spanned<String>>| given.map(Spanned::into_inner);
        self.direction = over.direction.unwrap_or(self.direction);
        if let Some(months) = over.months {
            self.months = months.into_inner();
            self.months_of_days.clone_from(&self.months);
            self.short_months.clear();
        }
        if let Some(months) = over.short_months {
            self.short_months = months.into_inner();
        }
        if let Some(months) = over.months_of_days {
            self.months_of_days = months.into_inner();
        }
        if let Some(day) = own(over.day) {
            self.day = day;
            (self.first_day, self.day_without_year) = (None, None);
        }
        self.first_day = own(over.first_day).or(self.first_day.take());
        self.day_without_year = own(over.day_without_year).or(self.day_without_year.take());
        self.month = own(over.month).unwrap_or(std::mem::take(&mut self.month));
        self.say.extend(
            over.say.into_iter().map(|(key, words)| (key.into_inner(), words.into_inner())),
        );
        self.count.extend(over.count.into_iter().map(|(key, forms)| {
            let forms =
                forms.into_iter().map(|(form, words)| (form.into_inner(), words.into_inner()));
            (key.into_inner(), forms.collect())
        }));
    }
}

/// A file of words as it is written; what is not there stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WordsFile {
    /// The language's own name for itself.
    pub name: Option<String>,
    pub direction: Option<Direction>,
    pub months: Option<Spanned<Vec<String>>>,
    pub months_of_days: Option<Spanned<Vec<String>>>,
    pub short_months: Option<Spanned<Vec<String>>>,
    pub day: Option<Spanned<String>>,
    pub first_day: Option<Spanned<String>>,
    pub day_without_year: Option<Spanned<String>>,
    pub month: Option<Spanned<String>>,
    pub say: BTreeMap<Spanned<String>, Spanned<String>>,
    pub count: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<String>>>,
}
