//! The first look through all rows of a list: what is wrong, which addresses stand there twice, which segments there are.
//! Pure: rows in, what was seen out.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;

use super::ExclusionReason;
use super::cell;
use super::list_error::{ListError, ListFault, MOST_COMBINATIONS};
use super::notice::RowNotices;
use super::sheet::Sheet;
use crate::count::grouped;
use crate::problem::{Place, Problem};
use crate::rfc::csv::{RaggedRow, TableError};

/// More rows than this with something to fix: the rest is counted.
const MOST_PROBLEMS: usize = 200;

/// What is gathered in the first look through all rows.
#[derive(Default)]
pub(super) struct Survey {
    pub hasher: RandomState,
    pub rows: u64,
    pub problems: Vec<Problem>,
    pub combinations: BTreeSet<BTreeSet<String>>,
    /// A no on a row whose cell is not one address, for each address that it may mean.
    pub misspelt: BTreeMap<String, ExclusionReason>,
    /// A hash of each address: a million of them are eight megabytes.
    seen: Vec<u64>,
    more_problems: u64,
    cells: HashSet<String>,
}

impl Survey {
    /// Looks through a file, and keeps its digest.
    pub fn file(&mut self, file: &mut Sheet) -> Result<(), ListError> {
        self.problems.extend(file.shape.problems.iter().cloned());
        self.problems.append(&mut file.problems);
        let name = file.name.clone();
        let fault = |error: TableError| ListFault::Table(error).of(&name);
        let (mut rows, so_far) = file.open()?;
        let mut notices = RowNotices::default();
        let before = self.rows;
        while let Some(line) = rows.advance().map_err(fault)? {
            self.rows += 1;
            file.see_filled(rows.record());
            let address = file.address(rows.record());
            if file.has_open_quote(rows.record()) {
                // Its cells may be those of other columns, and it is named already.
                match address {
                    Ok(address) => self.seen.push(self.hasher.hash_one(address.key())),
                    Err(_) => self.see_misspelt(file, rows.record()),
                }
                continue;
            }
            self.see_problems(file, line, rows.record(), rows.raggedness(), address.is_ok());
            if let Some(cell) = file.no_day(rows.record()) {
                notices.no_day(line, cell);
            }
            let segments = file.segments_cell(rows.record());
            if !segments.is_empty() && !self.cells.contains(segments) {
                self.cells.insert(segments.to_owned());
                self.combinations.insert(cell::segments(cell::tidy_cell(segments)));
                if self.combinations.len() > MOST_COMBINATIONS {
                    let column = file.segments_title();
                    return Err(ListFault::TooManySegments { column }.of(&file.name));
                }
            }
            match address {
                Ok(address) => {
                    notices.address(line, &address);
                    self.seen.push(self.hasher.hash_one(address.key()));
                }
                Err(_) => self.see_misspelt(file, rows.record()),
            }
        }
        if self.rows == before {
            self.problems.push(Problem::new(
                Place::whole(&file.name),
                "nobody stands below the names of the columns",
                "export the list once more, or take the file away",
            ));
        }
        self.problems.extend(notices.problems(&file.name));
        self.problems.extend(file.doubts.problems(&file.name, &file.shape.columns, false));
        if self.more_problems > 0 {
            self.problems.push(Problem::new(
                Place::whole(&file.name),
                format!("there are {} more problems like these", grouped(self.more_problems)),
                "check the whole file",
            ));
            self.more_problems = 0;
        }
        file.digest = so_far.digest();
        Ok(())
    }

    fn see_misspelt(&mut self, file: &Sheet, record: &csv::StringRecord) {
        let Some(why) = file.refusal(record).filter(ExclusionReason::is_no) else { return };
        let whole: String;
        let cell = if file.has_open_quote(record) {
            whole = record.iter().collect::<Vec<_>>().join(" ");
            &whole
        } else {
            file.address_cell(record)
        };
        for key in cell::possible_addresses(cell) {
            self.misspelt.entry(key).or_insert_with(|| why.clone());
        }
    }

    fn see_problems(
        &mut self,
        file: &Sheet,
        line: usize,
        record: &csv::StringRecord,
        ragged: Option<RaggedRow>,
        has_address: bool,
    ) {
        let most = MOST_PROBLEMS;
        let mut tell = |problem: &dyn Fn() -> Problem| {
            if self.problems.len() < most {
                self.problems.push(problem());
            } else {
                self.more_problems += 1;
            }
        };
        if let Some(ragged) = ragged {
            tell(&|| ragged.problem(&file.name, line));
        }
        if !has_address {
            return;
        }
        for (field, cell) in file.fields.iter().zip(record) {
            // The address is judged by itself.
            if field.is_empty() || field == "email" {
                continue;
            }
            let Some(fault) = cell::fault(field, cell) else { continue };
            tell(&|| fault.problem(field, Place::line(&file.name, line)));
        }
    }

    /// Hashes that were seen more than once: of addresses that stand twice, or, once in many millions, of two.
    pub fn twice(&mut self) -> HashSet<u64> {
        self.seen.sort_unstable();
        let twice = self.seen.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let twice = twice.collect();
        self.seen = Vec::new();
        twice
    }
}
