//! The words that stand in every email, in the language of its readers: one file a language.
//! Pure: TOML in, words out.

mod reading;
pub mod words;

use std::collections::BTreeMap;

use chrono::Datelike;
use chrono_tz::Tz;
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use unic_langid::LanguageIdentifier;

use crate::news::PartialDate;
use crate::window::Window;

use reading::WordsReader;
use words::LocaleWords;

pub use words::{Direction, WordsFileError};

/// The languages that come with roundup, by code; English first: its words stand in for those that another file lacks.
const BUILT_IN: [(&str, &str); 4] = [
    ("en", include_str!("../templates/words/en.toml")),
    ("ar", include_str!("../templates/words/ar.toml")),
    ("cy", include_str!("../templates/words/cy.toml")),
    ("fr", include_str!("../templates/words/fr.toml")),
];

/// The codes of the languages that come with roundup.
pub fn built_in_languages() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(code, _)| *code)
}

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Locale {
    /// `en`, `en-GB`, `ar`.
    pub language: String,
    words: LocaleWords,
    rules: PluralRulesOf,
}

/// A language's rules have no `Debug` and no `Clone` of their own: they are made again from the code.
#[derive(Debug, Clone)]
struct PluralRulesOf(LanguageIdentifier);

/// How a date is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// "23 December 2020"
    Long,
    /// "23 December"
    Day,
    /// "23 Dec", and "Dec" where the day is not known
    Short,
    /// "December 2020"
    Month,
    /// "2020"
    Year,
    /// "2020-12-23"
    Iso,
}

impl DateStyle {
    /// By their words in templates.
    pub const ALL: [(&'static str, Self); 6] = [
        ("long", Self::Long),
        ("day", Self::Day),
        ("short", Self::Short),
        ("month", Self::Month),
        ("year", Self::Year),
        ("iso", Self::Iso),
    ];
}

impl Locale {
    /// The words of a language: its own file's (by name, as in `fr.toml`) over the built-in ones over English.
    ///
    /// # Errors
    /// When nobody has words for it, or a file is wrong.
    pub fn of(language: &str, own: &BTreeMap<String, String>) -> Result<Self, WordsFileError> {
        let code: LanguageIdentifier = language
            .parse()
            .map_err(|_| WordsFileError::Code(language.escape_debug().take(40).collect()))?;
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
            return Err(WordsFileError::Unknown { language: language.to_owned(), known });
        }
        let mut words = LocaleWords::default();
        for (index, text) in built_in("en").into_iter().chain(texts).enumerate() {
            let reading = WordsReader { file: &file, text: &text };
            let over = reading.file()?;
            if index > 0 {
                reading.look_at(&over, &words)?;
            }
            words.take(over);
        }
        Ok(Self { language: language.to_owned(), words, rules: PluralRulesOf(language_alone) })
    }

    /// Only the English words.
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

    /// A month's short name, from 1: "Dec". The whole one where the language has no short ones.
    pub fn short_month_name(&self, month: u32) -> &str {
        let index = usize::try_from(month).unwrap_or(0).wrapping_sub(1);
        let short = self.words.short_months.get(index).map(String::as_str);
        short.unwrap_or_else(|| self.month_name(month))
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
        let words = &self.words;
        let whole = words.first_day.as_ref().filter(|_| first.day() == 1).unwrap_or(&words.day);
        let (form, months) = match (style, known) {
            (DateStyle::Iso, _) => return date.to_string().chars().take(10).collect(),
            (DateStyle::Year, _) | (_, DateStyle::Year) => return first.year().to_string(),
            (DateStyle::Short, DateStyle::Month) => {
                return self.short_month_name(first.month()).to_owned();
            }
            (DateStyle::Month, _) | (_, DateStyle::Month) => (words.month.clone(), &words.months),
            (DateStyle::Day | DateStyle::Short, _) => (
                match &words.day_without_year {
                    Some(form) => form.clone(),
                    None => without_year(whole),
                },
                if style == DateStyle::Short && !words.short_months.is_empty() {
                    &words.short_months
                } else {
                    &words.months_of_days
                },
            ),
            (DateStyle::Long, _) => (whole.clone(), &words.months_of_days),
        };
        let month = months.get(first.month0() as usize).map_or("", String::as_str);
        form.replace("{day}", &first.day().to_string())
            .replace("{month}", month)
            .replace("{year}", &first.year().to_string())
    }

    /// A sentence by its key, with what stands in its braces. It begins with a capital where a name in braces begins it.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let form = self.say(key).unwrap_or_default();
        let text = values.iter().fold(form.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        if form.starts_with("{window}") { capitalised(&text) } else { text }
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

/// A text with a capital at its beginning.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The form of a day without its year, and without what joined the two.
fn without_year(form: &str) -> String {
    let form = form.replace("{year}", "");
    form.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '/' | '-')).to_owned()
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

/// The code by which translations go: `cy-GB` and `CY ` are `cy`.
pub fn language_code(written: &str) -> String {
    written.trim().split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::words::WordsFile;
    use super::*;

    fn locale(language: &str) -> Locale {
        Locale::of(language, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn every_language_has_every_word_itself() {
        let english: WordsFile = toml::from_str(BUILT_IN[0].1).unwrap();
        for (code, text) in BUILT_IN {
            let words: WordsFile = toml::from_str(text).unwrap();
            assert!(words.say.keys().eq(english.say.keys()), "{code}");
            assert!(words.count.keys().eq(english.count.keys()), "{code}");
            let months = words.months.unwrap().into_inner();
            assert_eq!(months.iter().collect::<BTreeSet<_>>().len(), 12, "{code}");
            assert!(words.name.is_some_and(|name| !name.is_empty()), "{code}");
            assert!(Locale::of(code, &BTreeMap::new()).is_ok(), "{code}");
        }
    }

    #[test]
    fn numbers_take_the_form_that_the_language_wants() {
        let english = locale("en-GB");
        assert_eq!(english.count("stories", 1).unwrap(), "1 story");
        assert_eq!(english.count("stories", 0).unwrap(), "0 stories");
        assert_eq!(locale("fr").count("stories", 0).unwrap(), "0 nouvelle");
        let arabic = locale("ar");
        let forms: Vec<String> =
            [1, 2, 3, 26, 100].iter().map(|n| arabic.count("stories", *n).unwrap()).collect();
        assert_eq!(forms, ["خبر واحد", "خبران", "3 أخبار", "26 خبرًا", "100 خبر"]);
        assert_eq!((arabic.direction(), arabic.direction().start()), (Direction::Rtl, "right"));
    }

    #[test]
    fn dates_are_said_as_far_as_they_are_known() {
        let zone = Tz::Europe__London;
        let said = |language: &str, date: &str| {
            locale(language).date(PartialDate::parse(date, zone).unwrap(), zone)
        };
        assert_eq!(said("en", "2020-12-03"), "3 December 2020");
        assert_eq!(said("cy", "2020-12"), "Rhagfyr 2020");
        assert_eq!(said("fr", "2020-08-01"), "1er août 2020");
        assert_eq!(said("fr", "2020-08-02"), "2 août 2020");
        assert_eq!(said("ar", "2020"), "2020");
    }

    #[test]
    fn styles_say_no_more_than_is_known() {
        let zone = Tz::Europe__London;
        let said = |date: &str| {
            let date = PartialDate::parse(date, zone).unwrap();
            DateStyle::ALL.map(|(_, style)| locale("en").date_as(date, style, zone))
        };
        assert_eq!(
            said("2020-12-23"),
            ["23 December 2020", "23 December", "23 Dec", "December 2020", "2020", "2020-12-23"]
        );
        assert_eq!(
            said("2020-12"),
            ["December 2020", "December 2020", "Dec", "December 2020", "2020", "2020-12"]
        );
        assert_eq!(said("2020"), ["2020"; 6]);
    }

    #[test]
    fn windows_are_called_as_people_call_them() {
        let zone = Tz::Europe__London;
        let quarter = Window::quarter("2020-Q4", zone).unwrap();
        let days = Window::days("2020-12-01", "2021-01-03", zone).unwrap();
        let month = Window::month("2020-12", zone).unwrap();
        let said = |language: &str, window: &Window| locale(language).window(window);
        assert_eq!(said("en", &quarter), "fourth quarter of 2020");
        assert_eq!(said("en", &days), "1 December 2020 to 3 January 2021");
        assert_eq!(said("cy", &month), "Rhagfyr 2020");
        assert_eq!(said("fr", &days), "du 1er décembre 2020 au 3 janvier 2021");
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
        let english = Locale::of("en", &own).unwrap();
        assert_eq!(
            (english.say("read_story"), english.say("also_new")),
            (Some("Read on"), Some("Also new"))
        );
        assert_eq!(Locale::of("de", &own).unwrap().say("read_story"), Some("Weiterlesen"));
        assert_eq!(
            Locale::of("xx", &own).unwrap_err().to_string(),
            "there are no words for the language `xx`"
        );
        assert!(matches!(Locale::of("no language", &own), Err(WordsFileError::Code(_))));
    }

    #[test]
    fn months_have_their_form_by_their_place() {
        let zone = Tz::Europe__London;
        let polish = "name = \"Polski\"\n\
            months = [\"styczeń\", \"luty\", \"marzec\", \"kwiecień\", \"maj\", \"czerwiec\", \"lipiec\", \"sierpień\", \"wrzesień\", \"październik\", \"listopad\", \"grudzień\"]\n\
            months_of_days = [\"stycznia\", \"lutego\", \"marca\", \"kwietnia\", \"maja\", \"czerwca\", \"lipca\", \"sierpnia\", \"września\", \"października\", \"listopada\", \"grudnia\"]\n";
        let spanish =
            "day = \"{day} de {month} de {year}\"\nday_without_year = \"{day} de {month}\"\n";
        let american = "day = \"{month} {day}, {year}\"\n";
        for (text, date, style, expected) in [
            (polish, "2020-12-24", DateStyle::Long, "24 grudnia 2020"),
            (polish, "2020-12-24", DateStyle::Day, "24 grudnia"),
            (polish, "2020-12-24", DateStyle::Month, "grudzień 2020"),
            (polish, "2020-12", DateStyle::Long, "grudzień 2020"),
            (spanish, "2020-12-24", DateStyle::Day, "24 de December"),
            (spanish, "2020-12-24", DateStyle::Long, "24 de December de 2020"),
            (american, "2020-12-24", DateStyle::Day, "December 24"),
        ] {
            let own = BTreeMap::from([("xx.toml".to_owned(), text.to_owned())]);
            let own = Locale::of("xx", &own).unwrap();
            let date = PartialDate::parse(date, zone).unwrap();
            assert_eq!(own.date_as(date, style, zone), expected);
        }
        let own = BTreeMap::from([("pl.toml".to_owned(), polish.to_owned())]);
        assert_eq!(Locale::of("pl", &own).unwrap().month_name(12), "grudzień");
    }

    #[test]
    fn what_begins_a_sentence_has_a_capital() {
        let quarter = locale("en").window(&Window::quarter("2020-Q3", Tz::Europe__London).unwrap());
        let values = [("window", quarter.as_str()), ("organisation", "Lantern")];
        let subject = locale("en").fill("draft_subject", &values);
        assert_eq!(subject, "Third quarter of 2020 at Lantern");
        assert_eq!(
            locale("fr").fill("draft_subject", &[("window", "mars 2020")]),
            "Mars 2020 chez {organisation}"
        );
    }

    #[test]
    fn a_slip_in_a_file_of_words_has_its_line_and_cure() {
        for (text, line, what, cure) in [
            (
                "mounths = 1\n",
                1,
                "`mounths` is not a field of a file of words",
                "did you mean `months`?",
            ),
            (
                "\nmonths = [\"Jan\"]\n",
                2,
                "a year has 12 months, but this list has 1",
                "write twelve names, from January to December",
            ),
            (
                "day = \"{dd} {month} {year}\"\n",
                1,
                "`{dd}` in `day` is not filled in",
                "write one of {day}, {month}, {year}",
            ),
            ("day = \"{month} {year}\"\n", 1, "`day` does not contain {day}", "add {day} to it"),
            (
                "[say]\nsee_all = \"Alle\"\nread_stroy = \"x\"\n",
                3,
                "there are no words `read_stroy`",
                "did you mean `read_story`?",
            ),
            (
                "[say]\nread_story = \"Read, {first_name}\"\n",
                2,
                "`{first_name}` in `read_story` is not filled in",
                "write it without braces",
            ),
            (
                "[say]\nspan = \"{from} on\"\n",
                2,
                "`span` does not contain {until}",
                "add {until} to it",
            ),
            (
                "[say]\nstories = \"x\"\n",
                2,
                "there are no words `stories`",
                "it has plural forms: write it under [count.stories]",
            ),
            (
                "[count.storis]\nother = \"x\"\n",
                1,
                "there are no words `storis`",
                "did you mean `stories`?",
            ),
            (
                "direction = \"rlt\"\n",
                1,
                "`rlt` is not one of the words allowed here",
                "did you mean `rtl`?",
            ),
            (
                "[say]\nread_story = 3\n",
                2,
                "expected text, found a number",
                "put it in quotation marks: name = \"text\"",
            ),
            (
                "[say]\nread_story =\n",
                2,
                "this line has the wrong form",
                "write name = \"text\"; a group begins with [say], or with [count.name]",
            ),
            ("name = \"x\"\nname = \"y\"\n", 2, "this word appears twice", "remove one of them"),
            (
                "[count.stories]\nfew = \"x\"\n",
                1,
                "`stories` has no form `other`",
                "add other = \"…\": it is used for every number without its own form",
            ),
            (
                "[count.stories]\nother = \"x\"\nfwe = \"x\"\n",
                3,
                "`fwe` is not a plural form",
                "did you mean `few`?",
            ),
            (
                "[count.stories]\nother = \"{count} x\"\n",
                2,
                "`{count}` in `stories` is not filled in",
                "write one of {n}",
            ),
        ] {
            let own = BTreeMap::from([("en.toml".to_owned(), text.to_owned())]);
            let Err(WordsFileError::File { place, what: is, cure: own_cure, line_text }) =
                Locale::of("en", &own)
            else {
                panic!("{text}");
            };
            assert_eq!(place.source, "templates/words/en.toml");
            assert_eq!((is.as_str(), own_cure.as_str()), (what, cure), "{text}");
            assert_eq!(place.line, Some(line), "{text}");
            assert!(place.column.is_some_and(|column| column >= 1), "{text}");
            assert_eq!(line_text.as_deref(), text.lines().nth(line - 1), "{text}");
        }
    }
}
