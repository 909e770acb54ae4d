//! What the studio's page is told: an edition, its stories, its people, what the checks say.
//! Pure: values in, JSON out.

use serde::Serialize;
use serde_json::{Value, json};

use crate::check::{Finding, Severity};
use crate::edition::coverage::Mailed;
use crate::edition::draft::Override;
use crate::news::{Item, PartialDate};
use crate::window::Window;

/// One story of the left side.
#[derive(Debug, Serialize)]
pub struct Story {
    pub id: String,
    pub title: String,
    pub summary: String,
    pub date: String,
    pub source: String,
    pub link: Option<String>,
    pub place: String,
    pub has_picture: bool,
    pub alt: String,
    /// `lead`, `shown`, `left_out` or `new`: in the window, and the draft does not name it.
    pub state: &'static str,
    /// The editor's own words for it.
    pub own: Own,
    /// Other editions that have told it.
    pub sent_in: Vec<String>,
    /// What its source has changed since the draft was written.
    pub changes: Vec<String>,
}

/// The parts of a story that have words of the editor's own.
#[derive(Debug, Default, Serialize)]
pub struct Own {
    pub title: Option<String>,
    pub summary: Option<String>,
    pub alt: Option<String>,
}

impl Own {
    pub fn of(own: Option<&Override>) -> Self {
        let Some(own) = own else { return Self::default() };
        let text = |words: &Option<crate::edition::Words>| words.as_ref().map(|w| w.text.clone());
        Self { title: text(&own.title), summary: text(&own.summary), alt: text(&own.alt) }
    }
}

impl Story {
    pub fn of(
        item: &Item,
        state: &'static str,
        own: Own,
        mailed: &[Mailed],
        this: &Window,
    ) -> Self {
        let sent_in = mailed
            .iter()
            .filter(|edition| edition.window != *this && edition.has(item))
            .map(|edition| edition.name.clone())
            .collect();
        Self {
            id: item.id.clone(),
            title: item.title.clone(),
            summary: item.summary.clone(),
            date: date(item, this),
            source: item.source.clone(),
            link: item.link.clone(),
            place: item.place.to_string(),
            has_picture: item.image.is_some(),
            alt: item.image.as_ref().map(|image| image.alt.clone()).unwrap_or_default(),
            state,
            own,
            sent_in,
            changes: item.seen.changes.clone(),
        }
    }
}

/// A story's date as people say it.
pub fn date(item: &Item, window: &Window) -> String {
    item.date.map_or_else(|| "no date".to_owned(), |date| date.long(window.zone))
}

/// A story that waits for a date, or is offered.
pub fn beside(item: &Item, why: &str, window: &Window) -> Value {
    json!({
        "id": item.id,
        "title": item.title,
        "source": item.source,
        "link": item.link,
        "place": item.place.to_string(),
        "date": date(item, window),
        "iso": match item.date {
            Some(date @ (PartialDate::Day(_) | PartialDate::Instant(_))) => date.days(window.zone).0.to_string(),
            _ => String::new(),
        },
        "why": why,
    })
}

/// A finding, with the story it is about.
pub fn finding(finding: &Finding, shown: &[&Item], silenceable: bool) -> Value {
    json!({
        "rule": finding.rule,
        "severity": match finding.severity {
            Severity::Must => "must",
            Severity::Should => "should",
            Severity::Note => "note",
        },
        "message": finding.message,
        "cure": finding.cure,
        "place": finding.place.to_string(),
        "story": story_of(finding, shown),
        "silenceable": silenceable,
    })
}

/// The story whose source a finding points into.
fn story_of<'a>(finding: &Finding, shown: &[&'a Item]) -> Option<&'a str> {
    let of_source: Vec<&&Item> =
        shown.iter().filter(|item| item.place.source == finding.place.source).collect();
    let item = match of_source.as_slice() {
        [] => shown.iter().find(|item| {
            let own = [&item.overridden.title, &item.overridden.summary, &item.overridden.alt];
            own.into_iter().flatten().any(|place| *place == finding.place)
        })?,
        [one] => one,
        many => many
            .iter()
            .find(|item| item.place.line == finding.place.line)
            .or_else(|| many.iter().find(|item| finding.message.contains(&item.title)))?,
    };
    Some(&item.id)
}

/// A message's header fields, each on one line.
pub fn header_fields(message: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(message);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        match (line.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            _ => {
                if let Some((name, value)) = line.split_once(':') {
                    fields.push((name.to_owned(), value.trim().to_owned()));
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_fields_are_unfolded() {
        let fields = header_fields(b"From: A <a@b>\r\nSubject: One\r\n two\r\n\r\nBody: x\r\n");
        assert_eq!(
            fields,
            [
                ("From".to_owned(), "A <a@b>".to_owned()),
                ("Subject".to_owned(), "One two".to_owned())
            ]
        );
    }
}
