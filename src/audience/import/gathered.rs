//! The rows of an export, gathered by person.
//! Pure: rows in, people out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{Export, ImportedPerson};
use super::row::ImportRow;
use super::state::ListState;
use super::word_kinds::WordKinds;
use crate::problem::Place;

/// People by their folded address, in the order of their first rows.
#[derive(Debug, Default)]
pub struct Gathered {
    people: Vec<ImportedPerson>,
    by_key: HashMap<String, usize>,
    left_out: Vec<ImportedPerson>,
    /// Where a no stands for an address that may be another.
    misspelt: BTreeMap<String, Place>,
    unclear: BTreeSet<String>,
    clear: BTreeMap<String, WordKinds>,
    repeated: u64,
}

impl Gathered {
    /// A row says no to somebody whose address may be this one.
    pub fn doubt(&mut self, key: String, place: Place) {
        self.misspelt.entry(key).or_insert(place);
    }

    pub fn take(&mut self, row: ImportRow) {
        for key in row.misspelt {
            self.doubt(key, row.person.place.clone());
        }
        if row.person.key.is_empty() {
            self.left_out.push(row.person);
            return;
        }
        // A row that may be a no beats a yes on another, also where it only says that nothing is known.
        let weight = |person: &ImportedPerson, is_unclear: bool| match person.state {
            ListState::NoEvidence if is_unclear => ListState::LeftOut.weight(),
            state => state.weight(),
        };
        let row_weight = weight(&row.person, row.is_unclear);
        let was_unclear = self.unclear.contains(&row.person.key);
        if row.is_unclear {
            self.unclear.insert(row.person.key.clone());
        }
        if !row.clear.is_empty() {
            let clear = self.clear.entry(row.person.key.clone()).or_default();
            *clear = clear.and(row.clear);
        }
        match self.by_key.get(&row.person.key) {
            None => {
                self.by_key.insert(row.person.key.clone(), self.people.len());
                self.people.push(row.person);
            }
            Some(at) => {
                self.repeated += 1;
                let known = &mut self.people[*at];
                let waits_for = known.waits_for.and(row.person.waits_for);
                if row_weight > weight(known, was_unclear) {
                    let before = std::mem::replace(known, row.person);
                    known.take_cells(&before, false);
                } else {
                    known.take_cells(&row.person, false);
                }
                known.waits_for = waits_for;
            }
        }
    }

    /// Everybody, each once.
    pub fn finish(mut self, export: &mut Export) {
        for (key, place) in self.misspelt {
            if let Some(at) = self.by_key.get(&key) {
                let known = &mut self.people[*at];
                if !known.state.is_no() {
                    known.state = ListState::Unsubscribed;
                    known.evidence = None;
                    known.why = format!("{place} says no to an address that may be this one");
                }
            }
        }
        let (left_out, people) =
            self.people.into_iter().partition(|person| person.state == ListState::LeftOut);
        export.people = people;
        export.left_out = self.left_out;
        export.left_out.extend::<Vec<_>>(left_out);
        export.unclear = self.unclear;
        export.clear = self.clear;
        export.repeated = self.repeated;
    }
}

/// Two rows of one person: a no beats a yes, and a cell that is filled beats one that is empty.
pub(super) fn merged(one: ImportedPerson, other: ImportedPerson) -> ImportedPerson {
    let (mut first, second) =
        if other.state.weight() > one.state.weight() { (other, one) } else { (one, other) };
    first.take_cells(&second, false);
    first.waits_for = first.waits_for.and(second.waits_for);
    first
}
