//! The rows of an export, gathered by person.
//! Pure: rows in, people out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{Export, ImportedPerson};
use super::row::ImportRow;
use super::state::ListState;
use crate::problem::Problem;

/// People by their folded address, in the order of their first rows.
#[derive(Default)]
pub(super) struct Gathered {
    people: Vec<ImportedPerson>,
    by_key: HashMap<String, usize>,
    left_out: Vec<ImportedPerson>,
    misspelt: BTreeMap<String, ImportedPerson>,
    /// Folded addresses of people whose mail is over.
    over: BTreeSet<String>,
    unclear: BTreeSet<String>,
    clear: BTreeSet<String>,
    repeated: u64,
}

/// More rows than this with something to correct: the rest is counted.
const MOST_PROBLEMS: usize = 1_000;

impl Gathered {
    pub fn take(&mut self, row: ImportRow, problems: &mut Vec<Problem>) {
        if problems.len() < MOST_PROBLEMS {
            problems.extend(row.problem);
        }
        for key in row.misspelt {
            self.misspelt.entry(key).or_insert_with(|| row.person.clone());
        }
        if row.person.key.is_empty() {
            self.left_out.push(row.person);
            return;
        }
        if row.is_over {
            self.over.insert(row.person.key.clone());
        }
        if row.is_unclear {
            self.unclear.insert(row.person.key.clone());
        }
        if row.is_clear && row.person.state == ListState::NoEvidence {
            self.clear.insert(row.person.key.clone());
        }
        match self.by_key.get(&row.person.key) {
            None => {
                self.by_key.insert(row.person.key.clone(), self.people.len());
                self.people.push(row.person);
            }
            Some(at) => {
                self.repeated += 1;
                let known = &mut self.people[*at];
                *known = merged(std::mem::replace(known, row.person.clone()), row.person);
            }
        }
    }

    pub fn finish(mut self, export: &mut Export) {
        for (key, row) in self.misspelt {
            if let Some(at) = self.by_key.get(&key) {
                let known = &mut self.people[*at];
                if !known.state.is_no() {
                    known.state = ListState::Unsubscribed;
                    known.evidence = None;
                    known.why = format!("{} says no to an address that may be this one", row.place);
                }
            }
        }
        let (left_out, people) =
            self.people.into_iter().partition(|person| person.state == ListState::LeftOut);
        export.people = people;
        export.left_out = self.left_out;
        export.left_out.extend::<Vec<_>>(left_out);
        export.over = self.over;
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
    first
}
