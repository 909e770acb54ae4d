//! What the studio's page gets: an edition, its stories, its people, what the checks say.
//! Shell: reads what else the project has: its drafts, its templates.

use crate::audience::Recipient;
use crate::check::Finding;
use crate::check::LinkResults;
use crate::check::Severity;
use crate::check::rules;
use crate::check::rules::link_results;
use crate::check::silence::story_of;
use crate::check::spoken;
use crate::check::tally;
use crate::cli::steps::ledgers;
use crate::cli::steps::story_sizes::of_each_story;
use crate::cli::studio::view::View;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::edition::coverage::EarlierEdition;
use crate::edition::draft::Override;
use crate::news::Item;
use crate::news::PartialDate;
use crate::project::Project;
use crate::web::studio::StudioResponse;
use crate::window::Window;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

/// One story of the left side.
#[derive(Debug, Serialize)]
pub struct Story {
    pub id: String,
    pub title: String,
    pub summary: String,
    pub date: String,
    /// The date without its year, where that is the edition's.
    pub day: String,
    pub source: String,
    pub link: Option<String>,
    pub place: String,
    pub has_picture: bool,
    pub topics: Vec<String>,
    pub alt: String,
    /// `lead`, `shown`, `left_out` or `new`: in the window, and the draft does not name it.
    pub state: &'static str,
    /// The editor's own words for it.
    pub own: OwnWords,
    /// Other editions that include it.
    pub sent_in: Vec<String>,
    /// What its source has changed since the draft was written.
    pub changes: Vec<String>,
}

/// The parts of a story that have words of the editor's own.
#[derive(Debug, Default, Serialize)]
pub struct OwnWords {
    pub title: Option<String>,
    pub summary: Option<String>,
    pub alt: Option<String>,
}

impl OwnWords {
    pub fn of(own: Option<&Override>) -> Self {
        let Some(own) = own else { return Self::default() };
        let text =
            |words: &Option<crate::edition::PlacedText>| words.as_ref().map(|w| w.text.clone());
        Self { title: text(&own.title), summary: text(&own.summary), alt: text(&own.alt) }
    }
}

impl Story {
    pub fn of(
        item: &Item,
        state: &'static str,
        own: OwnWords,
        mailed: &[EarlierEdition],
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
            day: {
                let year = format!(" {}", this.start.format("%Y"));
                let date = date(item, this);
                date.strip_suffix(&year).map_or(date.clone(), str::to_owned)
            },
            date: date(item, this),
            source: item.source.clone(),
            link: item.link.clone(),
            place: item.place.to_string(),
            has_picture: item.image.is_some() || item.picture_file.is_some(),
            topics: item.topics.clone(),
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
pub fn finding(finding: &Finding, shown: &[&Item], answers: &LinkResults) -> Value {
    let rule = rules().find(|known| known.id == finding.rule);
    let of_links = link_results::RULES.iter().any(|known| known.id == finding.rule);
    let checked =
        answers.iter().find(|(address, _)| of_links && finding.message.contains(*address));
    json!({
        "title": rule.map(|rule| rule.title),
        "checked_at": checked.map(|(_, answer)| answer.at),
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
        "silenceable": rule.is_some_and(|rule| !rule.is_law),
    })
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

pub fn state(view: &View, whose: &str) -> Value {
    let View { prepared, chosen, project, .. } = view;
    let edition = &prepared.edition;
    let recipient = view.recipient(whose);
    let (subject, _, _) = view.skeleton.seen_by(&recipient);
    let shown_to = view.skeleton.composition_of(&recipient);
    let shown: Vec<&Item> = edition.shown().collect();
    let findings: Vec<Value> =
        prepared.findings.iter().map(|found| finding(found, &shown, &prepared.answers)).collect();
    let draft_file = project.draft_path(&chosen.name).ok();
    let practice = ledgers::is_practice(project);
    let sender = prepared.identity.sender.name.as_ref().map(|name| name.as_str().to_owned());
    let named: Vec<&str> = shown.iter().map(|item| item.id.as_str()).collect();
    let offered = view.late.iter().filter(|(item, _)| !named.contains(&item.id.as_str()));
    let remembered: Value = std::fs::read_to_string(project.path(REMEMBERED))
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    json!({
        "name": chosen.name,
        "title": chosen.window.to_string(),
        "organisation": project.settings.organisation.name,
        "draft": chosen.draft.as_ref().and(draft_file.clone()),
        "file": draft_file,
        "hash": prepared.composition.hash(),
        "templates": project.templates().map(|t| t.names().into_iter().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default(),
        "undecided": edition.undecided.iter().map(|item| beside(item, "", &chosen.window)).collect::<Vec<_>>(),
        "late": offered.map(|(item, edition)| beside(item, edition, &chosen.window)).collect::<Vec<_>>(),
        "findings": findings,
        "silenced": prepared.silenced,
        "tally": tally(&prepared.findings),
        "scores": prepared.scores,
        "people": people_of(view),
        "mailed": prepared.audience.mailed,
        "left_out": prepared.audience.left_out,
        "size": {"largest": prepared.largest, "limit": 102 * 1024},
        "inbox": {
            "sender": sender.unwrap_or_else(|| prepared.identity.sender.address.to_string()),
            "subject": subject,
            "preheader": shown_to.preheader,
        },
        "has_websites": project.settings.sources().iter().any(|source| source.url.is_some()),
        "problems": view.prepared.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "not_theirs": view.not_theirs(whose),
        "links": link_ages(view),
        "practice": practice,
        "held": prepared.is_held(),
        "test": remembered.get("test").cloned().unwrap_or_else(|| json!([])),
    })
}

/// How many links there are, how many were checked, and when: the oldest answer counts.
fn link_ages(view: &View) -> Value {
    let answers = &view.prepared.answers;
    json!({
        "all": view.prepared.links,
        "checked": answers.len(),
        "since": answers.values().map(|answer| answer.at).min(),
    })
}

/// The people that the email can be seen as.
fn people_of(view: &View) -> Value {
    let audience = &view.prepared.audience;
    let named = |recipient: &Recipient| match recipient.name() {
        Some(name) => format!("{name} ({})", recipient.address.masked()),
        None => recipient.address.masked(),
    };
    let mut people = Vec::new();
    if audience.first.is_empty() {
        people
            .push(json!({"key": "first", "label": "Sam Example (a stand-in)", "group": "People"}));
    }
    for (number, recipient) in audience.first.iter().enumerate() {
        let key = format!("person-{number}");
        people.push(json!({"key": key, "label": named(recipient), "group": "People"}));
    }
    people.push(
        json!({"key": "nobody", "label": "A person without a name", "group": "Unusual names"}),
    );
    for (number, strange) in audience.strangest.shown().enumerate() {
        let label = format!("{}: {}", named(strange.recipient), strange.why);
        people.push(
            json!({"key": format!("strange-{number}"), "label": label, "group": "Unusual names"}),
        );
    }
    for segment in &view.prepared.composition.segments {
        people.push(
            json!({"key": format!("segment:{segment}"), "label": segment, "group": "Segments"}),
        );
    }
    for translation in &view.prepared.composition.translations {
        let code = &translation.language;
        people
            .push(json!({"key": format!("language:{code}"), "label": code, "group": "Languages"}));
    }
    json!(people)
}

/// The windows that can be chosen, and the drafts there are.
pub async fn windows(project: &Project, window: Option<&Window>) -> Value {
    let zone = project.settings.time_zone;
    let today = system::today(zone);
    // Read again each time: an edition may go out from a terminal beside the studio.
    let last = ledgers::last_window(project, ledgers::is_practice(project)).await.ok().flatten();
    let since_last = last.as_ref().and_then(|last| Window::since_last(last, today).ok());
    json!({
        "today": today.to_string(),
        "last_month": Window::last_full_month(today, zone).name(),
        "covered_until": last.filter(|_| since_last.is_none()).map(|last| last.last_day().to_string()),
        "since_last": since_last.map(|window| window.name()),
        "start": window.map(|window| window.start.to_string()),
        "end": window.map(|window| window.last_day().to_string()),
        "drafts": project.drafts().unwrap_or_default(),
    })
}

/// The picture of a story, where its file is on this computer.
pub fn picture(view: Option<&View>, id: &str) -> StudioResponse {
    view.and_then(|view| view.own_picture(id)).map_or_else(
        || refused(&Failure::new(Exit::Failed, "this story has no picture on this computer")),
        |(bytes, kind)| StudioResponse::Picture(bytes, kind),
    )
}

/// One of the email's other forms, as somebody gets it.
pub fn part(view: &View, whose: &str, part: &str) -> StudioResponse {
    let recipient = view.recipient(whose);
    let (_, html, text) = view.skeleton.seen_by(&recipient);
    match part {
        "text" => StudioResponse::Text(text),
        "html" => StudioResponse::Text(html),
        "mjml" => {
            let shown = view.skeleton.composition_of(&recipient);
            let variant = shown.variant(&recipient.segments);
            StudioResponse::Text(shown.variants[variant].mjml.clone())
        }
        "source" => {
            let bytes = view.skeleton.personalise(&recipient).bytes;
            StudioResponse::Text(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
        }
        "headers" => {
            let bytes = view.skeleton.personalise(&recipient).bytes;
            StudioResponse::Json(json!(header_fields(&bytes)))
        }
        "reading" => StudioResponse::Json(json!(spoken::read(&html))),
        "costs" => costs(view),
        other => refused(&Failure::new(
            Exit::Usage,
            format!("a message has no part `{}`", other.escape_debug()),
        )),
    }
}

/// What each story takes of the email.
pub fn costs(view: &View) -> StudioResponse {
    match of_each_story(&view.project, &view.prepared) {
        Ok(costs) => {
            let stories = view.prepared.edition.shown().zip(costs);
            let of_id: serde_json::Map<String, Value> =
                stories.map(|(item, bytes)| (item.id.clone(), json!(bytes))).collect();
            StudioResponse::Json(Value::Object(of_id))
        }
        Err(failure) => refused(&failure),
    }
}

/// Addresses that a test went to are remembered here, below the project.
pub const REMEMBERED: &str = ".roundup/studio.json";

pub fn refused(failure: &Failure) -> StudioResponse {
    StudioResponse::Refused { what: failure.what.clone(), cure: failure.help.clone() }
}

/// A failure as the page shows it: with its line and a caret.
pub fn fault(failure: &Failure) -> Value {
    json!({
        "what": failure.what,
        "place": failure.place.as_ref().map(ToString::to_string),
        "line": failure.line_text,
        "column": failure.place.as_ref().and_then(|place| place.column),
        "more": failure.more,
        "cure": failure.help,
        "nearest": failure.nearest,
    })
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
