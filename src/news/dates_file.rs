//! When stories were published, as people have answered: the file `news/dates.toml`.
//! Pure: text in, answers out, and back.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Deserialize;

use super::item::Reading;
use crate::date::PartialDate;

/// Where they are kept, below the project.
pub const FILE: &str = "news/dates.toml";
const HEADING: &str = "# When stories were published, as you have said. Written by `roundup news dates`; change it as you like.\n";

/// Answers by source and id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoryDates {
    dates: BTreeMap<String, BTreeMap<String, PartialDate>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct DatesTable(BTreeMap<String, BTreeMap<String, toml::Value>>);

impl StoryDates {
    /// Reads the file.
    ///
    /// # Errors
    /// In words for people: what is wrong with it.
    pub fn read(text: &str, zone: Tz) -> Result<Self, String> {
        let written: DatesTable =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut answers = Self::default();
        for (source, items) in written.0 {
            for (id, value) in items {
                // TOML has days of its own, without quotation marks.
                let text = match &value {
                    toml::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let date = PartialDate::parse(&text, zone)
                    .map_err(|error| format!("{error} (of `{id}`)"))?;
                answers.give(&source, &id, date);
            }
        }
        Ok(answers)
    }

    /// Keeps an answer.
    pub fn give(&mut self, source: &str, id: &str, date: PartialDate) {
        self.dates.entry(source.to_owned()).or_default().insert(id.to_owned(), date);
    }

    /// Each answer: source, id, date.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, PartialDate)> {
        self.dates.iter().flat_map(|(source, items)| {
            items.iter().map(move |(id, date)| (source.as_str(), id.as_str(), *date))
        })
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let quoted = |text: &str| {
            let value = toml::Value::String(text.to_owned()).to_string();
            // With both kinds of quotation marks in it, it stands in three, which no key does.
            let is_key = !["\"\"\"", "'''"].iter().any(|mark| value.starts_with(mark));
            if is_key { value } else { toml_edit::Key::new(text).to_string() }
        };
        let mut text = String::from(HEADING);
        for (source, items) in &self.dates {
            text.push_str(&format!("\n[{}]\n", quoted(source)));
            for (id, date) in items {
                text.push_str(&format!("{} = \"{date}\"\n", quoted(id)));
            }
        }
        text
    }

    /// Puts the answers to the items that have no whole day of their own. What a source says itself wins.
    pub fn apply(&self, reading: &mut Reading) {
        for item in &mut reading.items {
            let open = is_open(item.date) || item.date_of_change;
            let answer = self.dates.get(&item.source).and_then(|items| items.get(&item.id));
            if let Some(date) = answer.filter(|_| open) {
                item.date = Some(*date);
                item.date_of_change = false;
                item.evidence.date = Some(own_word());
            }
        }
    }
}

/// Where such a date is from.
pub fn own_word() -> String {
    format!("your own entry in {FILE}")
}

/// Whether a date leaves the day open.
pub fn is_open(date: Option<PartialDate>) -> bool {
    match date {
        None | Some(PartialDate::Year(_) | PartialDate::Month(..)) => true,
        Some(PartialDate::Day(_) | PartialDate::Instant(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::Item;

    #[test]
    fn what_is_written_is_read_again() {
        let mut answers = StoryDates::default();
        answers.give("web site", "e.org/a", PartialDate::parse("2020-12-03", London).unwrap());
        answers.give("web site", "a \"b\"", PartialDate::parse("2020-11", London).unwrap());
        answers.give("it's \"x\"", "b'c\"", PartialDate::parse("2020-11", London).unwrap());
        let text = answers.write();
        assert_eq!(StoryDates::read(&text, London), Ok(answers));
        let by_hand = StoryDates::read("[site]\nx = 2020-12-03\n", London).unwrap();
        assert!(by_hand.write().contains("\"x\" = \"2020-12-03\""));
        assert!(
            StoryDates::read("[site]\nx = \"soon\"\n", London).unwrap_err().contains("(of `x`)")
        );
    }

    #[test]
    fn an_answer_fills_a_gap_and_overrules_nothing() {
        let item = |id: &str, date: &str| Item {
            id: id.to_owned(),
            source: "site".to_owned(),
            date: PartialDate::parse(date, London).ok(),
            ..Item::default()
        };
        let mut reading = Reading {
            items: vec![
                item("a", ""),
                item("b", "2020-12"),
                item("c", "2020-12-09"),
                item("d", ""),
            ],
            ..Reading::default()
        };
        let given = "[site]\na = 2020-12-01\nb = 2020-12-02\nc = 2020-12-03\n";
        StoryDates::read(given, London).unwrap().apply(&mut reading);
        let dates: Vec<_> =
            reading.items.iter().map(|item| item.date.map(|date| date.to_string())).collect();
        let expected = ["2020-12-01", "2020-12-02", "2020-12-09"].map(|d| Some(d.to_owned()));
        assert_eq!(dates[..3], expected);
        assert_eq!(dates[3], None);
    }
}
