//! What somebody says about an import, and what it finds: people, files, problems.
//! Pure: values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::columns::ColumnMapping;
use super::own_columns::{OwnCells, OwnColumns};
use super::recipe::Recipe;
use super::state::ListState;
use super::word_kinds::WordKinds;
use crate::audience::law::{CollectionFacts, MetThrough, law_of};
use crate::audience::{Basis, ExclusionReason};
use crate::date::DateOrder;
use crate::problem::{Place, Problem};
use crate::rfc::address::EmailAddress;

/// What somebody says about files beside what stands in them.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The system that they come from, by the name that `--from` takes.
    pub system: Option<&'static Recipe>,
    pub mapping: Vec<ColumnMapping>,
    /// Why the people may be mailed of whom the files say nothing.
    pub stated: Option<StatedBasis>,
    pub dates: Option<DateOrder>,
    pub own: OwnColumns,
    pub today: NaiveDate,
}

impl ImportOptions {
    /// Nothing is said beside the files; `today` is the day on which they are read.
    pub fn on(today: NaiveDate) -> Self {
        let own = OwnColumns::OfOwnLists;
        Self { system: None, mapping: Vec::new(), stated: None, dates: None, own, today }
    }

    /// The same for files that are the list of the newsletter.
    pub fn of_the_list(today: NaiveDate) -> Self {
        Self { dates: Some(DateOrder::DayFirst), own: OwnColumns::All, ..Self::on(today) }
    }
}

/// A lawful basis for people of whom the files say nothing, and the evidence of it.
#[derive(Debug, Clone)]
pub struct StatedBasis {
    pub basis: Basis,
    pub source: String,
    pub obtained: Obtained,
    /// Through whom they met the organisation.
    pub met_through: MetThrough,
}

/// When people gave their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obtained {
    NotStated,
    Day(NaiveDate),
    /// A column of the file has the day.
    Column(String),
}

/// Why somebody may be mailed, with the proof of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisEvidence {
    pub basis: Basis,
    pub source: String,
    /// What the person read when they agreed.
    pub wording: String,
    pub given: CollectionFacts,
}

impl BasisEvidence {
    /// The same where the law lets it count.
    pub(super) fn lawful(self) -> Result<Self, String> {
        law_of(self.basis).allows(&self.given).map_err(|why| why.to_string())?;
        Ok(self)
    }
}

impl fmt::Display for BasisEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.basis.word())?;
        if !self.source.is_empty() {
            write!(f, ": {}", self.source)?;
        }
        match self.given.obtained {
            Some(day) => write!(f, ", {day}"),
            None => Ok(()),
        }
    }
}

/// A person of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedPerson {
    /// As written; of a row that is left out, what stands in the cell.
    pub address: String,
    pub state: ListState,
    pub first_name: String,
    pub last_name: String,
    pub tags: Vec<String>,
    pub joined: Option<NaiveDate>,
    /// Since when they are in this state.
    pub since: Option<NaiveDate>,
    pub why: String,
    /// Cells of the newsletter's own columns.
    #[serde(skip_serializing_if = "OwnCells::is_empty")]
    pub columns: OwnCells,
    /// Of somebody who waits, or did when they said no: the kinds of words that must be a clear yes first. None of them where any yes will do.
    #[serde(skip)]
    pub waits_for: WordKinds,
    /// The address, folded; empty where there is none.
    #[serde(skip)]
    pub key: String,
    #[serde(skip)]
    pub evidence: Option<BasisEvidence>,
    #[serde(skip)]
    pub language: String,
    #[serde(skip)]
    pub place: Place,
}

impl ImportedPerson {
    /// When they came into their state, as far as a file says it: at the beginning of the day.
    pub fn no_since(&self) -> Option<DateTime<Utc>> {
        Some(self.since?.and_hms_opt(0, 0, 0)?.and_utc())
    }

    /// The same at another address. That a mailbox is gone says nothing of another: what they agreed to counts again.
    #[must_use]
    pub fn moved_to(self, address: &EmailAddress) -> Self {
        let person = Self { address: address.to_string(), key: address.key(), ..self };
        if person.state == ListState::Bounced { person.without_no() } else { person }
    }

    /// The same without the no that the list has of them: what they agreed to counts again.
    #[must_use]
    pub fn without_no(self) -> Self {
        let lawful = self.evidence.clone().map(BasisEvidence::lawful);
        let (state, why) = match lawful {
            Some(Ok(evidence)) => (ListState::Subscribed, evidence.to_string()),
            Some(Err(why)) => (ListState::NoEvidence, why),
            None => (ListState::NoEvidence, ExclusionReason::NoBasis.to_string()),
        };
        let (state, why) = if self.waits_for.is_empty() {
            (state, why)
        } else {
            (ListState::LeftOut, ExclusionReason::Unclear.to_string())
        };
        Self { state, why, since: self.joined, ..self }
    }

    /// The same once they want the email again: their request is consent where there is no other evidence.
    #[must_use]
    pub fn wanted_again(self, request: &str, day: NaiveDate) -> Self {
        // It is a clear word, whatever a file was unclear about.
        let back = Self { waits_for: WordKinds::default(), ..self }.without_no();
        if back.state == ListState::Subscribed {
            return back;
        }
        let given = CollectionFacts { obtained: Some(day), ..CollectionFacts::default() };
        let (source, wording) = (request.to_owned(), String::new());
        let evidence = BasisEvidence { basis: Basis::Consent, source, wording, given };
        Self { evidence: Some(evidence), ..back }.without_no()
    }

    /// The same without the cells that may be those of other columns.
    #[must_use]
    pub(super) fn without_cells(self) -> Self {
        let (first_name, last_name, language) = (String::new(), String::new(), String::new());
        let (tags, columns, joined) = (Vec::new(), OwnCells::default(), None);
        Self { first_name, last_name, tags, joined, columns, language, ..self }
    }

    /// Takes the cells of another row of the same person. An empty cell wipes nothing; a filled one takes the place of
    /// ours where the other row `replaces` it. Tags come together, and the earlier day of joining counts.
    pub(super) fn take_cells(&mut self, other: &Self, replaces: bool) {
        let take = |own: &mut String, others: &String| {
            if !others.is_empty() && (replaces || own.is_empty()) {
                own.clone_from(others);
            }
        };
        take(&mut self.first_name, &other.first_name);
        take(&mut self.last_name, &other.last_name);
        take(&mut self.language, &other.language);
        for (name, cell) in &other.columns {
            take(self.columns.entry(name.clone()).or_default(), cell);
        }
        self.joined = match (self.joined, other.joined) {
            (Some(own), Some(others)) => Some(own.min(others)),
            (own, others) => own.or(others),
        };
        for tag in &other.tags {
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
    }
}

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileSummary {
    pub name: String,
    pub rows: u64,
    /// The columns that were read, and those that were not.
    pub used: Vec<String>,
    pub ignored: Vec<String>,
    /// Columns that stay with the people as the newsletter's own, each with the name that templates and filters use.
    pub own: Vec<(String, String)>,
}

/// All that some files say.
#[derive(Debug, Clone, Default)]
pub struct Export {
    /// The system, where one was recognised.
    pub system: Option<(&'static str, String)>,
    pub files: Vec<FileSummary>,
    /// Each person once.
    pub people: Vec<ImportedPerson>,
    /// Rows that are not taken, each with the reason.
    pub left_out: Vec<ImportedPerson>,
    /// Folded addresses with a word or a row that may be a no: they wait, whether the list has them or not.
    pub unclear: BTreeSet<String>,
    /// Those with a clear yes, by the kinds of their words.
    pub clear: BTreeMap<String, WordKinds>,
    pub problems: Vec<Problem>,
    pub rows: u64,
    /// Rows of people who stand on an earlier row too.
    pub repeated: u64,
    pub notes: Vec<String>,
}
