//! What an import would change, in figures, with the first people of each kind.
//! Pure: people in, figures out.

use super::difference::ImportStep;
use super::model::ImportedPerson;
use super::state::ListState;

/// People of a kind who are shown by name.
pub const MOST_NAMED: usize = 10;

/// How many people take a step, and the first of them in the order of the files.
#[derive(Debug, Clone, Default)]
pub struct StepTotal {
    pub count: u64,
    /// Each with the number of their row.
    first: Vec<(i64, ImportedPerson)>,
}

impl StepTotal {
    pub fn first(&self) -> impl Iterator<Item = &ImportedPerson> {
        self.first.iter().map(|(_, person)| person)
    }

    fn add(&mut self, row: i64, person: &ImportedPerson) {
        self.count += 1;
        if self.first.len() == MOST_NAMED && self.first.last().is_some_and(|(last, _)| *last < row)
        {
            return;
        }
        let at = self.first.partition_point(|(before, _)| *before <= row);
        self.first.insert(at, (row, person.clone()));
        self.first.truncate(MOST_NAMED);
    }
}

/// The figures of an import, with the first people of each kind.
#[derive(Debug, Clone, Default)]
pub struct ImportTotals {
    pub new: StepTotal,
    pub changed: StepTotal,
    pub same: StepTotal,
    pub stays_no: StepTotal,
    pub left_out: StepTotal,
    /// Rows of people who stand on an earlier row too.
    pub repeated: u64,
    /// People without evidence.
    pub without_evidence: u64,
    /// People who are mailed no more until a file has a clear word for them.
    pub waiting: u64,
}

impl ImportTotals {
    /// A person, who stands first in a row of this number.
    pub fn add(&mut self, step: ImportStep, row: i64, person: &ImportedPerson) {
        let of = match step {
            ImportStep::New => &mut self.new,
            ImportStep::Changed => &mut self.changed,
            ImportStep::Same => &mut self.same,
            ImportStep::StaysNo => &mut self.stays_no,
            ImportStep::LeftOut => &mut self.left_out,
        };
        of.add(row, person);
        let is_taken = step != ImportStep::LeftOut;
        self.without_evidence += u64::from(is_taken && person.state == ListState::NoEvidence);
        self.waiting += u64::from(is_taken && person.state == ListState::LeftOut);
    }

    /// How many people the list has other words for afterwards.
    pub fn changes(&self) -> u64 {
        self.new.count + self.changed.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::import::{ImportOptions, read};

    #[test]
    fn the_first_people_are_named_in_whichever_order_they_come() {
        let options = ImportOptions::on("2026-11-26".parse().unwrap());
        let text = b"email\nann@e.org\n".to_vec();
        let person = read(&[("a.csv".to_owned(), text)], &options).unwrap().people.remove(0);
        for step in [7, 11, 29] {
            let mut totals = ImportTotals::default();
            for number in 0..30_i64 {
                let row = number * step % 30;
                let person = ImportedPerson { address: row.to_string(), ..person.clone() };
                totals.add(ImportStep::New, row, &person);
            }
            let first: Vec<&str> = totals.new.first().map(|one| one.address.as_str()).collect();
            assert_eq!(first, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
            assert_eq!((totals.new.count, totals.without_evidence, totals.changes()), (30, 30, 30));
        }
    }
}
