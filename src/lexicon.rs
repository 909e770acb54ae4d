//! The words that stand in every mail, in the language of its readers: one file a language.
//! Pure: TOML in, words out.

use std::collections::BTreeMap;

use chrono::Datelike;
use chrono_tz::Tz;
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use serde::Deserialize;
use thiserror::Error;
use unic_langid::LanguageIdentifier;

use crate::news::PartialDate;
use crate::window::Window;

/// The languages that come with roundup, by code; English first: its words stand in for those that another file lacks.
const BUILT_IN: [(&str, &str); 4] = [
    ("en", include_str!("../templates/words/en.toml")),
    ("ar", include_str!("../templates/words/ar.toml")),
    ("cy", include_str!("../templates/words/cy.toml")),
    ("fr", include_str!("../templates/words/fr.toml")),
];

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Lexicon {
    /// `en`, `en-GB`, `ar`.
    pub language: String,
    words: Words,
    rules: PluralRulesOf,
}

/// A language's rules have no `Debug` and no `Clone` of their own: they are made again from the code.
#[derive(Debug, Clone)]
struct PluralRulesOf(LanguageIdentifier);

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    /// The language's own name for itself.
    name: String,
    direction: Direction,
    months: Vec<String>,
    /// A day, and a month, with `{day}`, `{month}` and `{year}`.
    day: String,
    month: String,
    say: BTreeMap<String, String>,
    count: BTreeMap<String, BTreeMap<String, String>>,
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

/// How a date is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// "23 December 2020"
    Long,
    /// "23 December"
    Day,
    /// "December 2020"
    Month,
    /// "2020"
    Year,
    /// "2020-12-23"
    Iso,
}

impl DateStyle {
    /// By their words in templates.
    pub const ALL: [(&'static str, Self); 5] = [
        ("long", Self::Long),
        ("day", Self::Day),
        ("month", Self::Month),
        ("year", Self::Year),
        ("iso", Self::Iso),
    ];
}

/// Why there are no words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LexiconError {
    #[error("`{0}` is no code of a language")]
    Code(String),
    #[error("there are no words for the language `{language}`")]
    Unknown { language: String, known: Vec<String> },
    #[error("templates/words/{file} is wrong: {what}")]
    File { file: String, what: String },
}

impl Lexicon {
    /// The words of a language: its own file's (by name, as in `fr.toml`) over the built-in ones over English.
    ///
    /// # Errors
    /// When nobody has words for it, or a file is wrong.
    pub fn of(language: &str, own: &BTreeMap<String, String>) -> Result<Self, LexiconError> {
        let code: LanguageIdentifier = language
            .parse()
            .map_err(|_| LexiconError::Code(language.escape_debug().take(40).collect()))?;
        let name = code.language.as_str().to_owned();
        let language_alone = LanguageIdentifier::from_parts(code.language, None, None, &[]);
        let built_in = |name: &str| {
            BUILT_IN.iter().find(|(code, _)| *code == name).map(|(_, text)| (*text).to_owned())
        };
        let file = format!("{name}.toml");
        let texts: Vec<String> =
            [built_in(&name), own.get(&file).cloned()].into_iter().flatten().collect();
        if texts.is_empty() {
            let mut known: Vec<String> =
                BUILT_IN.iter().map(|(code, _)| (*code).to_owned()).collect();
            known.extend(own.keys().map(|file| file.trim_end_matches(".toml").to_owned()));
            known.sort();
            known.dedup();
            return Err(LexiconError::Unknown { language: language.to_owned(), known });
        }
        let mut words = Words::default();
        for text in built_in("en").into_iter().chain(texts) {
            let over: Words = toml::from_str(&text).map_err(|error| LexiconError::File {
                file: file.clone(),
                what: error.message().to_owned(),
            })?;
            words.take(over);
        }
        if words.months.len() != 12 {
            let what = format!("`months` has {} names, and must have 12", words.months.len());
            return Err(LexiconError::File { file, what });
        }
        Ok(Self { language: language.to_owned(), words, rules: PluralRulesOf(language_alone) })
    }

    /// The English words alone.
    pub fn english() -> Self {
        Self::of("en", &BTreeMap::new()).expect("the English words are part of the program")
    }

    pub fn direction(&self) -> Direction {
        self.words.direction
    }

    /// A word or sentence by its key.
    pub fn say(&self, key: &str) -> Option<&str> {
        self.words.say.get(key).map(String::as_str)
    }

    /// A word or sentence with a number in it, in the form that the language wants for that number.
    pub fn count(&self, key: &str, number: usize) -> Option<String> {
        let forms = self.words.count.get(key)?;
        let form = forms.get(self.rules.category(number)).or_else(|| forms.get("other"))?;
        Some(form.replace("{n}", &number.to_string()))
    }

    /// The keys of both, for "did you mean".
    pub fn keys(&self) -> impl Iterator<Item = &str> + Clone {
        self.words.say.keys().chain(self.words.count.keys()).map(String::as_str)
    }

    /// A month's name, from 1.
    pub fn month_name(&self, month: u32) -> &str {
        let index = usize::try_from(month).unwrap_or(0).wrapping_sub(1);
        self.words.months.get(index).map_or("", String::as_str)
    }

    /// A date as people write it, as far as it is known.
    pub fn date(&self, date: PartialDate, zone: Tz) -> String {
        self.date_as(date, DateStyle::Long, zone)
    }

    /// A date in one of the styles, as far as it is known.
    pub fn date_as(&self, date: PartialDate, style: DateStyle, zone: Tz) -> String {
        let (first, _) = date.days(zone);
        let known = match date {
            PartialDate::Year(_) => DateStyle::Year,
            PartialDate::Month(..) => DateStyle::Month,
            PartialDate::Day(_) | PartialDate::Instant(_) => DateStyle::Long,
        };
        let form = match (style, known) {
            (DateStyle::Iso, _) => return date.to_string().chars().take(10).collect(),
            (DateStyle::Year, _) | (_, DateStyle::Year) => return first.year().to_string(),
            (DateStyle::Month, _) | (_, DateStyle::Month) => self.words.month.clone(),
            (DateStyle::Day, _) => self.words.day.replace("{year}", "").trim().to_owned(),
            (DateStyle::Long, _) => self.words.day.clone(),
        };
        form.replace("{day}", &first.day().to_string())
            .replace("{month}", self.month_name(first.month()))
            .replace("{year}", &first.year().to_string())
    }

    /// A sentence by its key, with what stands in its braces.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(key).unwrap_or_default().to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// A window as people call it: "2020", "December 2020", "first quarter of 2020", "1 December 2020 to 3 January 2021".
    pub fn window(&self, window: &Window) -> String {
        let name = window.name();
        let (first, last) = (window.start, window.last_day());
        let day = |date| self.date(PartialDate::Day(date), window.zone);
        if name.len() == 4 {
            name
        } else if let Some((year, quarter)) = name.split_once("-Q") {
            self.fill(&format!("quarter_{quarter}"), &[("year", year)])
        } else if name.len() == 7 {
            self.date(PartialDate::Month(first.year(), first.month()), window.zone)
        } else if first == last {
            day(last)
        } else {
            self.fill("span", &[("from", &day(first)), ("until", &day(last))])
        }
    }
}

impl Words {
    /// Takes what another file has over what stands here.
    fn take(&mut self, over: Self) {
        self.direction = over.direction;
        for (word, over) in
            [(&mut self.name, over.name), (&mut self.day, over.day), (&mut self.month, over.month)]
        {
            if !over.is_empty() {
                *word = over;
            }
        }
        if !over.months.is_empty() {
            self.months = over.months;
        }
        self.say.extend(over.say);
        self.count.extend(over.count);
    }
}

impl PluralRulesOf {
    /// The form's name in the files (CLDR's).
    fn category(&self, number: usize) -> &'static str {
        // A language that CLDR has no rules for is counted as English is.
        let rules = [Some(self.0.clone()), "en".parse().ok()]
            .into_iter()
            .flatten()
            .find_map(|code| PluralRules::create(code, PluralRuleType::CARDINAL).ok());
        match rules.and_then(|rules| rules.select(number).ok()) {
            Some(PluralCategory::ZERO) => "zero",
            Some(PluralCategory::ONE) => "one",
            Some(PluralCategory::TWO) => "two",
            Some(PluralCategory::FEW) => "few",
            Some(PluralCategory::MANY) => "many",
            Some(PluralCategory::OTHER) | None => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn lexicon(language: &str) -> Lexicon {
        Lexicon::of(language, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn every_language_has_every_word_itself() {
        let english: Words = toml::from_str(BUILT_IN[0].1).unwrap();
        for (code, text) in BUILT_IN {
            let words: Words = toml::from_str(text).unwrap();
            assert!(words.say.keys().eq(english.say.keys()), "{code}");
            assert!(words.count.keys().eq(english.count.keys()), "{code}");
            assert!(words.count.values().all(|forms| forms.contains_key("other")), "{code}");
            assert_eq!(words.months.iter().collect::<BTreeSet<_>>().len(), 12, "{code}");
            assert!(!words.name.is_empty(), "{code}");
        }
    }

    #[test]
    fn numbers_take_the_form_that_the_language_wants() {
        let english = lexicon("en-GB");
        assert_eq!(english.count("stories", 1).unwrap(), "1 story");
        assert_eq!(english.count("stories", 0).unwrap(), "0 stories");
        assert_eq!(lexicon("fr").count("stories", 0).unwrap(), "0 nouvelle");
        let arabic = lexicon("ar");
        let forms: Vec<String> =
            [1, 2, 3, 26, 100].iter().map(|n| arabic.count("stories", *n).unwrap()).collect();
        assert_eq!(forms, ["خبر واحد", "خبران", "3 أخبار", "26 خبرًا", "100 خبر"]);
        assert_eq!((arabic.direction(), arabic.direction().start()), (Direction::Rtl, "right"));
    }

    #[test]
    fn dates_are_said_as_far_as_they_are_known() {
        let zone = Tz::Europe__London;
        let said = |language: &str, date: &str| {
            lexicon(language).date(PartialDate::parse(date, zone).unwrap(), zone)
        };
        assert_eq!(said("en", "2020-12-03"), "3 December 2020");
        assert_eq!(said("cy", "2020-12"), "Rhagfyr 2020");
        assert_eq!(said("fr", "2020-08-01"), "1 août 2020");
        assert_eq!(said("ar", "2020"), "2020");
    }

    #[test]
    fn styles_say_no_more_than_is_known() {
        let zone = Tz::Europe__London;
        let said = |date: &str| {
            let date = PartialDate::parse(date, zone).unwrap();
            DateStyle::ALL.map(|(_, style)| lexicon("en").date_as(date, style, zone))
        };
        assert_eq!(
            said("2020-12-23"),
            ["23 December 2020", "23 December", "December 2020", "2020", "2020-12-23"]
        );
        assert_eq!(
            said("2020-12"),
            ["December 2020", "December 2020", "December 2020", "2020", "2020-12"]
        );
        assert_eq!(said("2020"), ["2020"; 5]);
    }

    #[test]
    fn windows_are_called_as_people_call_them() {
        let zone = Tz::Europe__London;
        let quarter = Window::quarter("2020-Q4", zone).unwrap();
        let days = Window::days("2020-12-01", "2021-01-03", zone).unwrap();
        let month = Window::month("2020-12", zone).unwrap();
        let said = |language: &str, window: &Window| lexicon(language).window(window);
        assert_eq!(said("en", &quarter), "fourth quarter of 2020");
        assert_eq!(said("en", &days), "1 December 2020 to 3 January 2021");
        assert_eq!(said("cy", &month), "Rhagfyr 2020");
        assert_eq!(said("fr", &days), "du 1 décembre 2020 au 3 janvier 2021");
    }

    #[test]
    fn a_projects_own_words_win_one_by_one_and_a_new_language_is_a_file() {
        let own = BTreeMap::from([
            ("en.toml".to_owned(), "[say]\nread_story = \"Read on\"\n".to_owned()),
            (
                "de.toml".to_owned(),
                "name = \"Deutsch\"\n[say]\nread_story = \"Weiterlesen\"\n".to_owned(),
            ),
        ]);
        let english = Lexicon::of("en", &own).unwrap();
        assert_eq!(
            (english.say("read_story"), english.say("also_new")),
            (Some("Read on"), Some("Also new"))
        );
        assert_eq!(Lexicon::of("de", &own).unwrap().say("read_story"), Some("Weiterlesen"));
        assert_eq!(
            Lexicon::of("xx", &own).unwrap_err().to_string(),
            "there are no words for the language `xx`"
        );
        assert!(matches!(Lexicon::of("no language", &own), Err(LexiconError::Code(_))));
        let wrong = BTreeMap::from([("en.toml".to_owned(), "months = [\"Jan\"]\n".to_owned())]);
        assert!(Lexicon::of("en", &wrong).unwrap_err().to_string().contains("must have 12"));
        let wrong = BTreeMap::from([("en.toml".to_owned(), "mounths = 1\n".to_owned())]);
        assert!(Lexicon::of("en", &wrong).unwrap_err().to_string().contains("mounths"));
    }
}
