//! What an import would change: who is new, who changed, who stays as they are, and who said no and stays so.
//! Pure: an export and the people who are known in, a difference out.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::gathered::merged;
use super::model::{Export, ImportedPerson};
use super::state::ListState;
use crate::audience::{ChangeOrigin, NoMailChange, NoMailStep};

/// Why a row with an old address is left out.
const HAS_MOVED: &str = "has had another address since, and was taken off the list";

/// Somebody whom the list has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    pub person: ImportedPerson,
    /// On the do-not-mail list, or refused by the list itself: no import takes that back.
    pub has_said_no: bool,
    /// Their no in the words of the do-not-mail list, for another list to have.
    pub said_elsewhere: Option<String>,
    /// Had their data erased: no file brings anything of theirs back, a no neither.
    pub is_erased: bool,
    /// The row names an address that they have left.
    pub by_old_address: bool,
    /// The list does not have them any more under their new address either.
    pub is_gone: bool,
    /// When they last said yes themself: signed up and confirmed, or took a leaving back.
    pub own_yes: Option<DateTime<Utc>>,
}

impl KnownPerson {
    /// Somebody of whom only the list itself is known.
    pub fn listed(person: ImportedPerson) -> Self {
        let has_said_no = person.state.is_no();
        Self {
            has_said_no,
            said_elsewhere: None,
            is_erased: false,
            by_old_address: false,
            is_gone: false,
            own_yes: None,
            person,
        }
    }
}

/// What happens to a person of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportStep {
    New,
    Changed,
    Same,
    /// Said no to us, and the file would have them mailed.
    StaysNo,
    /// The row has an address that its owner has left, and the list does not have them any more.
    LeftOut,
}

/// What an import would do with each person.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    pub new: Vec<ImportedPerson>,
    /// As they will be.
    pub changed: Vec<ImportedPerson>,
    pub same: Vec<ImportedPerson>,
    pub stays_no: Vec<ImportedPerson>,
    /// Rows that are not taken, each with the reason.
    pub left_out: Vec<ImportedPerson>,
    /// Rows of people of whom another row has another address.
    pub repeated: u64,
}

impl Difference {
    /// Compares an export with the people who are known, by their folded addresses.
    pub fn between(export: &Export, known: &HashMap<String, KnownPerson>) -> Self {
        let mut difference = Self::default();
        for (person, known) in difference.by_person(export, known) {
            let (step, person) = match known {
                // Whoever has no clear word waits: a yes that comes later is not mailed either.
                None => (ImportStep::New, person.into_owned()),
                Some(known) => step_of(known, &person, export),
            };
            match step {
                ImportStep::New => difference.new.push(person),
                ImportStep::Changed => difference.changed.push(person),
                ImportStep::Same => difference.same.push(person),
                ImportStep::StaysNo => difference.stays_no.push(person),
                ImportStep::LeftOut => difference.left_out.push(person),
            }
        }
        let not_taken = export.left_out.iter().filter(|row| !export.unclear.contains(&row.key));
        difference.left_out.extend(not_taken.cloned());
        difference
    }

    /// Each person of the export once, also where one row has the address that they have and another one that they have left:
    /// then a no of either counts.
    fn by_person<'a>(
        &mut self,
        export: &'a Export,
        known: &'a HashMap<String, KnownPerson>,
    ) -> Vec<(Cow<'a, ImportedPerson>, Option<&'a KnownPerson>)> {
        let mut rows: Vec<(Cow<'a, ImportedPerson>, Option<&'a KnownPerson>)> = Vec::new();
        let has_old = known.values().any(|known| known.by_old_address);
        let mut places: HashMap<&str, usize> = HashMap::new();
        let unclear = export.left_out.iter().filter(|row| export.unclear.contains(&row.key));
        for row in export.people.iter().chain(unclear) {
            let known = known.get(&row.key);
            let key = known.map_or(row.key.as_str(), |known| known.person.key.as_str());
            let is_first = !has_old || !places.contains_key(key);
            if is_first {
                places.insert(key, rows.len());
                rows.push((as_it_counts(row, export), known));
                continue;
            }
            self.repeated += 1;
            let (first, of) = &mut rows[places[key]];
            let gone_mailbox = |row: &ImportedPerson, known: Option<&KnownPerson>| {
                row.state == ListState::Bounced && known.is_some_and(|known| known.by_old_address)
            };
            if gone_mailbox(row, known) {
                continue;
            }
            if gone_mailbox(first, *of) {
                (*first, *of) = (as_it_counts(row, export), known);
                continue;
            }
            let row = as_it_counts(row, export).into_owned();
            *first = Cow::Owned(merged(first.clone().into_owned(), row));
            if of.is_some_and(|of| of.by_old_address) {
                *of = known;
            }
        }
        rows
    }

    /// What happens to each person.
    pub fn steps(self) -> impl Iterator<Item = (ImportStep, ImportedPerson)> {
        let with = |step: ImportStep| move |person| (step, person);
        let new = self.new.into_iter().map(with(ImportStep::New));
        let changed = self.changed.into_iter().map(with(ImportStep::Changed));
        let same = self.same.into_iter().map(with(ImportStep::Same));
        let stays_no = self.stays_no.into_iter().map(with(ImportStep::StaysNo));
        let left_out = self.left_out.into_iter().map(with(ImportStep::LeftOut));
        new.chain(changed).chain(same).chain(stays_no).chain(left_out)
    }
}

/// A row of somebody. What may be a no is never a yes, and more than no evidence.
fn as_it_counts<'a>(row: &'a ImportedPerson, export: &Export) -> Cow<'a, ImportedPerson> {
    if export.unclear.contains(&row.key) && row.state == ListState::NoEvidence {
        return Cow::Owned(ImportedPerson { state: ListState::LeftOut, ..row.clone() });
    }
    Cow::Borrowed(row)
}

/// What a row does to somebody who is known: a cell that is empty wipes nothing, a no stays a no, and a state without
/// evidence takes no evidence away. That a mailbox is gone says nothing of the one that they have now.
fn step_of(
    known: &KnownPerson,
    row: &ImportedPerson,
    export: &Export,
) -> (ImportStep, ImportedPerson) {
    let before = &known.person;
    if known.is_erased {
        return (ImportStep::StaysNo, before.clone());
    }
    if known.is_gone && !known.has_said_no {
        let mut left_out = ImportedPerson { state: ListState::LeftOut, ..row.clone() };
        HAS_MOVED.clone_into(&mut left_out.why);
        return (ImportStep::LeftOut, left_out);
    }
    if row.state == ListState::LeftOut {
        return waiting(known, row);
    }
    if known.by_old_address && row.state == ListState::Bounced {
        return (ImportStep::Same, before.clone());
    }
    let mut after = before.clone();
    after.take_cells(row, true);
    // What somebody typed themself when they signed up is theirs.
    if known.own_yes.is_some() && !before.first_name.is_empty() {
        after.first_name.clone_from(&before.first_name);
    }
    if is_old_no(row, known.own_yes) {
        let is_same = after == *before;
        return (if is_same { ImportStep::Same } else { ImportStep::Changed }, after);
    }
    let is_settled = known.has_said_no || before.state.is_no();
    if is_settled && !row.state.is_no() {
        return (ImportStep::StaysNo, after);
    }
    if before.state == ListState::LeftOut && !row.state.is_no() {
        let clear = export.clear.get(&row.key).copied().unwrap_or_default();
        after.waits_for = before.waits_for.without(clear);
        let has_a_yes = row.state == ListState::Subscribed || !clear.is_empty();
        if has_a_yes && after.waits_for.is_empty() {
            return (ImportStep::Changed, no_longer_waiting(after, row));
        }
    }
    let is_stronger = row.state.weight() > before.state.weight();
    if row.state != before.state && is_stronger {
        after.state = row.state;
        after.since = row.since;
        after.why.clone_from(&row.why);
        if row.evidence.is_some() || !row.state.is_no() {
            after.evidence.clone_from(&row.evidence);
        }
    } else if before.state == ListState::Subscribed && before.evidence.is_none() {
        after.evidence.clone_from(&row.evidence);
    }
    let is_same = after == *before;
    (if is_same { ImportStep::Same } else { ImportStep::Changed }, after)
}

/// Somebody who has waited, with a row that has a clear word of each kind that was not clear.
fn no_longer_waiting(person: ImportedPerson, row: &ImportedPerson) -> ImportedPerson {
    let evidence = row.evidence.clone().or(person.evidence.clone());
    let (state, why) = match &evidence {
        Some(evidence) => (ListState::Subscribed, evidence.to_string()),
        None => (ListState::NoEvidence, row.why.clone()),
    };
    ImportedPerson { state, why, evidence, since: row.since, ..person }
}

/// What a row does that may be a no: whoever has not said no waits for a clear word, and keeps what they agreed to. Its cells
/// may be those of other columns.
fn waiting(known: &KnownPerson, row: &ImportedPerson) -> (ImportStep, ImportedPerson) {
    let before = &known.person;
    if known.has_said_no || before.state.is_no() {
        return (ImportStep::StaysNo, before.clone());
    }
    if before.state == ListState::LeftOut {
        let waits_for = before.waits_for.and(row.waits_for);
        let step =
            if waits_for == before.waits_for { ImportStep::Same } else { ImportStep::Changed };
        return (step, ImportedPerson { waits_for, ..before.clone() });
    }
    let (state, since, waits_for) = (ListState::LeftOut, row.since, row.waits_for);
    let why = row.why.clone();
    (ImportStep::Changed, ImportedPerson { state, since, why, waits_for, ..before.clone() })
}

/// Whether a row holds a no that the person has overtaken with a yes of their own.
fn is_old_no(row: &ImportedPerson, own_yes: Option<DateTime<Utc>>) -> bool {
    // A row without a day says no now.
    let Some((reason, at)) = row.state.no_mail_reason().zip(row.no_since()) else { return false };
    NoMailChange::new("", NoMailStep::Add(reason), ChangeOrigin::Import, at).is_overtaken(own_yes)
}
