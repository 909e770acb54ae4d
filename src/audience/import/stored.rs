//! A person as a database has them: an address, a state, and the rest as JSON.
//! Pure: values.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::{BasisEvidence, ImportedPerson};
use super::own_columns::OwnCells;
use super::state::ListState;
use super::word_kinds::WordKinds;
use crate::audience::Basis;
use crate::audience::built_in::BUILT_IN;
use crate::audience::cell::guarded;
use crate::audience::law::{CollectionFacts, MetThrough, UNSTATED};
use crate::problem::Place;

/// A row of the stored list: an address, its state and the other columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPerson {
    /// The address, folded.
    pub key: String,
    pub address: String,
    /// The word of a [`ListState`].
    pub state: String,
    pub fields: String,
}

/// The JSON of `fields`. What is unknown is left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredFields {
    #[serde(skip_serializing_if = "String::is_empty")]
    first_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    last_name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "String::is_empty")]
    why: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    source: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    wording: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    obtained: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obtained_directly: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    optout_offered: Option<bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    met_through: String,
    #[serde(skip_serializing_if = "OwnCells::is_empty")]
    columns: OwnCells,
    #[serde(skip_serializing_if = "WordKinds::is_empty")]
    waits_for: WordKinds,
}

impl From<&ImportedPerson> for StoredPerson {
    fn from(person: &ImportedPerson) -> Self {
        let evidence = person.evidence.as_ref();
        let of = |text: fn(&BasisEvidence) -> &String| evidence.map(text).cloned();
        let fields = StoredFields {
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            tags: person.tags.clone(),
            joined: person.joined,
            since: person.since,
            why: person.why.clone(),
            language: person.language.clone(),
            basis: evidence.map(|evidence| evidence.basis.word().to_owned()),
            source: of(|evidence| &evidence.source).unwrap_or_default(),
            wording: of(|evidence| &evidence.wording).unwrap_or_default(),
            obtained: evidence.and_then(|evidence| evidence.given.obtained),
            obtained_directly: evidence.and_then(|evidence| evidence.given.directly),
            optout_offered: evidence.and_then(|evidence| evidence.given.optout_offered),
            met_through: match evidence.map(|evidence| &evidence.given.met_through) {
                None | Some(MetThrough::Unstated) => String::new(),
                Some(met) => met.word().to_owned(),
            },
            columns: person.columns.clone(),
            waits_for: person.waits_for,
        };
        Self {
            key: person.key.clone(),
            address: person.address.clone(),
            state: person.state.word().to_owned(),
            // Text and dates always become JSON.
            fields: serde_json::to_string(&fields).unwrap_or_default(),
        }
    }
}

impl From<StoredPerson> for ImportedPerson {
    /// What cannot be read counts as not known: the person is then without evidence, and not mailed.
    fn from(stored: StoredPerson) -> Self {
        let fields: StoredFields = serde_json::from_str(&stored.fields).unwrap_or_default();
        let basis = fields.basis.as_deref().and_then(|word| Basis::parse(word).ok());
        let evidence = basis.map(|basis| BasisEvidence {
            basis,
            source: fields.source,
            wording: fields.wording,
            given: CollectionFacts {
                obtained: fields.obtained,
                directly: fields.obtained_directly,
                optout_offered: fields.optout_offered,
                met_through: MetThrough::parse(&fields.met_through),
            },
        });
        Self {
            address: stored.address,
            state: ListState::parse(&stored.state).unwrap_or(ListState::NoEvidence),
            first_name: fields.first_name,
            last_name: fields.last_name,
            tags: fields.tags,
            joined: fields.joined,
            since: fields.since,
            why: fields.why,
            columns: fields.columns,
            waits_for: fields.waits_for,
            key: stored.key,
            evidence,
            language: fields.language,
            place: Place::whole("the database"),
        }
    }
}

/// A list as a table that every command reads like a file of `subscribers/`.
pub fn as_table<'a>(people: impl IntoIterator<Item = &'a ImportedPerson>) -> Vec<u8> {
    let people: Vec<&ImportedPerson> = people.into_iter().collect();
    let own: BTreeSet<&str> =
        people.iter().flat_map(|person| person.columns.keys()).map(String::as_str).collect();
    let mut out = ::csv::Writer::from_writer(Vec::new());
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    // Writing into memory cannot fail.
    let _ = out.write_record(BUILT_IN.into_iter().chain(own.iter().copied()));
    for person in people {
        // What they agreed to before they said no lets no other system mail them.
        let is_over = person.state.is_no() && person.state != ListState::Bounced;
        let evidence = person.evidence.as_ref().filter(|_| !is_over);
        let unstated = CollectionFacts::default();
        let given = evidence.map_or(&unstated, |evidence| &evidence.given);
        let built_in: [&str; BUILT_IN.len()] = [
            &guarded(&person.address),
            &guarded(&person.first_name),
            &guarded(&person.last_name),
            person.state.word(),
            evidence.map_or("", |evidence| evidence.basis.word()),
            &day(given.obtained),
            &day(person.joined),
            &guarded(evidence.map_or("", |evidence| &evidence.source)),
            &guarded(evidence.map_or("", |evidence| &evidence.wording)),
            &guarded(&person.language),
            &guarded(&tag_cell(&person.tags)),
            yes_or_no(given.directly),
            yes_or_no(given.optout_offered),
            &guarded(given.met_through.word()),
            &day(person.since),
            &guarded(reason_cell(person)),
            &person.waits_for.cell(),
        ];
        let cells = own.iter().map(|name| person.columns.get(*name).map_or("", String::as_str));
        let cells: Vec<String> = cells.map(guarded).collect();
        let _ = out.write_record(built_in.into_iter().chain(cells.iter().map(String::as_str)));
    }
    out.into_inner().unwrap_or_default()
}

/// Why somebody is in their state. That people are mailed because of their basis, other cells say.
fn reason_cell(person: &ImportedPerson) -> &str {
    if person.state == ListState::Subscribed { "" } else { &person.why }
}

fn yes_or_no(stated: Option<bool>) -> &'static str {
    match stated {
        Some(true) => "yes",
        Some(false) => "no",
        None => UNSTATED,
    }
}

/// Tags as one cell; a tag with a comma stands in quotation marks.
fn tag_cell(tags: &[String]) -> String {
    let quoted = |tag: &String| {
        if tag.contains([',', ';', '"', '|']) {
            format!("\"{}\"", tag.replace('"', "\"\""))
        } else {
            tag.clone()
        }
    };
    tags.iter().map(quoted).collect::<Vec<_>>().join(",")
}
