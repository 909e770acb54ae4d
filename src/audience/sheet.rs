//! One file of a list: which of its columns is what, and what one of its rows says.
//! Pure: rows in, subscribers out.

use std::sync::Arc;

use chrono::NaiveDate;

use super::built_in::{BUILT_IN, WAITS_FOR, explains_a_state, is_own_export};
use super::consent_cells::{elsewhere, no_anywhere, not_a_basis};
use super::consent_columns::{self, ConsentColumn};
use super::days_given::{day_in, is_no_such_day};
use super::doubts::Doubts;
use super::fingerprint::{RunningHash, open_hashed};
use super::first_rows::FirstRows;
use super::law::{Basis, CollectionFacts, MetThrough, UNSTATED};
use super::segment::TAG;
use super::sheet_titles::{
    BASIS, DIRECTLY, EMAIL, FIRST_NAME, GIVEN_AGAIN, JOINED, LAST_NAME, MET_THROUGH, OBTAINED,
    OPTOUT_OFFERED, OWN_BASIS, SEGMENTS,
};
use super::subscriber::Subscriber;
use super::title_meaning::{ColumnMeaning, is_about_another_way};
use super::{ExclusionReason, LeftOut, cell, no_files};
use crate::audience::Values;
use crate::audience::list_error::{ListError, ListFault};
use crate::problem::{Place, Problem};
use crate::rfc::address::{AddressError, EmailAddress};
use crate::rfc::csv::{CsvShape, Input, Rows, TableError, simple};
use crate::rfc::text::one_line;

#[derive(Debug)]
pub(super) struct Sheet {
    /// As people know it: `subscribers/people.csv`.
    pub name: String,
    pub shape: CsvShape,
    /// What templates call the columns; empty for a column without a name, or one whose name stands before it.
    pub fields: Vec<String>,
    pub digest: Vec<u8>,
    /// What is wrong with the columns.
    pub problems: Vec<Problem>,
    /// Columns that say whether people may be mailed.
    pub consent: Vec<ConsentColumn>,
    /// A no that holds for everybody in the file.
    whole: Option<ExclusionReason>,
    /// A no by its name, for everybody of whom it does not say that they are subscribed.
    by_name: Option<ExclusionReason>,
    input: Arc<dyn Input>,
    email: usize,
    basis: Option<usize>,
    segments: Option<usize>,
    obtained: Option<usize>,
    joined: Option<usize>,
    given_again: Option<usize>,
    directly: Option<usize>,
    optout_offered: Option<usize>,
    met_through: Option<usize>,
    /// Of an export of the list.
    waits_for: Option<usize>,
    /// Columns in which a clear no is looked for, though their titles say nothing.
    others: Vec<usize>,
    /// Those of them that may be about email.
    pub doubts: Doubts,
}

impl Sheet {
    pub fn of(name: String, input: Arc<dyn Input>) -> Result<Self, ListError> {
        let shape =
            CsvShape::of(&name, &*input).map_err(|error| ListFault::Table(error).of(&name))?;
        if let Some(line) = shape.mixed_at {
            return Err(ListFault::MixedEncodings { line }.of(&name));
        }
        let promised = shape.columns_named(EMAIL);
        let promised = if promised.is_empty() {
            promised
        } else {
            let rows = shape.rows(&*input).map_err(|error| ListFault::Table(error).of(&name))?;
            FirstRows::of(rows, shape.columns.len()).with_addresses(&promised)
        };
        let Some(email) = promised.first().copied() else {
            return Err(ListFault::NoEmailColumn { columns: shape.columns }.of(&name));
        };
        let names = (shape.column(FIRST_NAME), shape.column(LAST_NAME));
        Ok(Self::with_columns(name, input, shape, email, names))
    }

    /// The same where somebody else found the columns of address, first name and last name.
    pub fn with_columns(
        name: String,
        input: Arc<dyn Input>,
        shape: CsvShape,
        email: usize,
        (first_name, last_name): (Option<usize>, Option<usize>),
    ) -> Self {
        let (basis, segments) = (shape.column(BASIS), shape.column(SEGMENTS));
        let (obtained, joined) = (shape.column(OBTAINED), shape.column(JOINED));
        let taken = [Some(email), first_name, last_name, basis, segments, obtained];
        // A no counts in whatever a column is taken for beside it.
        let consent =
            consent_columns::of(&shape.columns, &[Some(email), basis, segments, obtained]);
        let whole = no_files::whole_file(&shape.columns);
        let by_name = no_files::file_name(&name);
        let is_export = is_own_export(&shape.columns);
        let others: Vec<usize> = (0..shape.columns.len())
            .filter(|at| !taken.contains(&Some(*at)) || Some(*at) == basis)
            .filter(|at| !is_export || !explains_a_state(&shape.columns[*at]))
            .filter(|at| consent.iter().all(|column| column.index != *at))
            .filter(|at| !is_about_another_way(&shape.columns[*at]))
            .collect();
        let doubts =
            if is_export { Doubts::default() } else { Doubts::of(&shape.columns, &others) };
        let waits_for = shape.columns.iter().position(|title| is_export && title == WAITS_FOR);
        let [given_again, directly, optout_offered, met_through] =
            [GIVEN_AGAIN, DIRECTLY, OPTOUT_OFFERED, MET_THROUGH].map(|titles| shape.column(titles));
        let mut sheet = Self {
            fields: Vec::new(),
            problems: Vec::new(),
            digest: Vec::new(),
            name,
            shape,
            consent,
            whole,
            by_name,
            input,
            email,
            basis,
            segments,
            obtained,
            joined,
            given_again,
            directly,
            optout_offered,
            met_through,
            waits_for,
            others,
            doubts,
        };
        sheet.name_fields(first_name, last_name);
        sheet
    }

    /// A list of the database as a table: its columns are roundup's own, and those of the newsletter say nothing about
    /// permission, whatever stands in them.
    pub fn stored(name: String, input: Arc<dyn Input>) -> Result<Self, ListError> {
        let mut sheet = Self::of(name, input)?;
        sheet.consent.retain(|column| column.title == "status");
        let Self { others, shape, .. } = &mut sheet;
        others.retain(|at| BUILT_IN.contains(&shape.columns[*at].as_str()));
        (sheet.whole, sheet.by_name, sheet.doubts) = (None, None, Doubts::default());
        Ok(sheet)
    }

    /// Whether a list reads a column with this title, in lower case and without punctuation, for what it means.
    pub fn has_a_place_for(title: &str) -> bool {
        let titles = [
            EMAIL,
            FIRST_NAME,
            LAST_NAME,
            BASIS,
            SEGMENTS,
            GIVEN_AGAIN,
            DIRECTLY,
            OPTOUT_OFFERED,
            MET_THROUGH,
        ];
        titles.iter().any(|titles| titles.contains(&title))
    }

    /// Whether it has a column of lawful bases by roundup's own name.
    pub fn has_basis(&self) -> bool {
        self.shape.column(OWN_BASIS).is_some()
    }

    /// Names the columns for templates. Of two with one name the first counts, and it is said so.
    fn name_fields(&mut self, first_name: Option<usize>, last_name: Option<usize>) {
        let mut fields: Vec<String> = vec![String::new(); self.shape.columns.len()];
        let known =
            [(Some(self.email), "email"), (first_name, "first_name"), (last_name, "last_name")];
        for (index, field) in known {
            if let Some(index) = index {
                field.clone_into(&mut fields[index]);
            }
        }
        let address = &self.shape.columns[self.email];
        for (index, column) in self.shape.columns.iter().enumerate() {
            if !fields[index].is_empty() {
                continue;
            }
            let field = cell::field_name(column);
            if field.is_empty() {
                continue;
            }
            // `Email` beside `Email address`: by what people want to be reached.
            let is_answer = || field == "email" && simple(column) != simple(address);
            if fields.contains(&field) && !is_answer() {
                self.problems.push(Problem::new(
                    Place::line(&self.name, 1),
                    format!("two columns are named `{field}`: templates use the first one"),
                    "rename or delete one of them",
                ));
            } else if !fields.contains(&field) {
                fields[index] = field;
            }
        }
        self.fields = fields;
    }

    pub fn open(&self) -> Result<(Rows, RunningHash), ListError> {
        let opened = open_hashed(&*self.input).map_err(TableError::from);
        opened
            .and_then(|(input, so_far)| Ok((self.shape.rows_of(input)?, so_far)))
            .map_err(|error| ListFault::Table(error).of(&self.name))
    }

    /// Its rows, where nothing but they are wanted.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn rows(&self) -> Result<Rows, TableError> {
        self.shape.rows(&*self.input)
    }

    fn cell<'a>(&self, record: &'a csv::StringRecord, column: Option<usize>) -> &'a str {
        column.and_then(|column| record.get(column)).unwrap_or_default()
    }

    pub fn address_cell<'a>(&self, record: &'a csv::StringRecord) -> &'a str {
        self.cell(record, Some(self.email))
    }

    pub fn basis_cell<'a>(&self, record: &'a csv::StringRecord) -> &'a str {
        self.cell(record, self.basis)
    }

    pub fn is_about_permission(&self, column: usize) -> bool {
        self.basis == Some(column) || self.consent.iter().any(|known| known.index == column)
    }

    pub fn segments_cell<'a>(&self, record: &'a csv::StringRecord) -> &'a str {
        self.cell(record, self.segments)
    }

    /// What filters may compare beside the columns by their own names.
    pub fn further_columns(&self) -> impl Iterator<Item = &'static str> {
        let known = [
            (self.segments, TAG),
            (self.joined, "joined"),
            (self.obtained, "obtained"),
            (self.basis, "basis"),
            (Some(self.email), "domain"),
        ];
        known.into_iter().filter_map(|(column, name)| column.map(|_| name))
    }

    /// The cell of one of them.
    pub fn further_cell<'a>(&self, record: &'a csv::StringRecord, column: &str) -> &'a str {
        let column = match column {
            "joined" => self.joined,
            "obtained" => self.obtained,
            "basis" => self.basis,
            _ => None,
        };
        self.cell(record, column)
    }

    /// The title of the column of segments.
    pub fn segments_title(&self) -> String {
        self.segments.map_or_else(String::new, |at| self.shape.columns[at].clone())
    }

    pub fn address(&self, record: &csv::StringRecord) -> Result<EmailAddress, AddressError> {
        cell::address(self.address_cell(record))
    }

    /// Sees which of the columns that say something are filled at all.
    pub fn see_filled(&mut self, record: &csv::StringRecord) {
        for column in &mut self.consent {
            column.see(record.get(column.index).unwrap_or_default());
        }
        self.doubts.see(record);
    }

    /// The no of a row in a column that may be about email, where no column of the table is known to be.
    pub fn perhaps_no(&self, record: &csv::StringRecord) -> Option<ExclusionReason> {
        let says_who = |column: &ConsentColumn| {
            let is_word = matches!(column.says, ColumnMeaning::State | ColumnMeaning::Yes);
            column.is_filled && (is_word || column.is_topic())
        };
        if self.basis.is_some() || self.consent.iter().any(says_who) {
            return None;
        }
        self.doubts.no_of(record, &self.shape.columns)
    }

    /// Why the file does not let this person be mailed, if it does not. The clearest reason is given. A basis beside an
    /// unclear word says why they may be mailed, and not that they want to be.
    pub fn refusal(&self, record: &csv::StringRecord) -> Option<ExclusionReason> {
        self.refusal_as(record, ConsentColumn::refusal).or_else(|| self.unclear_topic(record))
    }

    /// The same where somebody else knows what the words in a column mean.
    pub fn refusal_as(
        &self,
        record: &csv::StringRecord,
        judge: impl Fn(&ConsentColumn, &str) -> Option<ExclusionReason>,
    ) -> Option<ExclusionReason> {
        let mut clearest = self.whole.clone();
        let mut take = |why: Option<ExclusionReason>| {
            if let Some(why) = why
                && clearest.as_ref().is_none_or(|known| why.clarity() > known.clarity())
            {
                clearest = Some(why);
            }
        };
        for column in &self.consent {
            take(judge(column, record.get(column.index).unwrap_or_default()));
        }
        if let Some(index) = self.basis {
            let cell = cell::tidy_cell(self.basis_cell(record));
            take(not_a_basis(&self.shape.columns[index], cell));
        }
        for index in &self.others {
            let cell = record.get(*index).unwrap_or_default();
            take(no_anywhere(cell).map(|why| elsewhere(&self.shape.columns[*index], why)));
        }
        for segment in self.segments_cell(record).split(cell::SEPARATORS) {
            let segment = segment.trim_matches(['"', ' ']);
            take(no_anywhere(segment).map(|why| elsewhere(&self.segments_title(), why)));
        }
        // Whoever waits in an export goes on, whatever stands beside it.
        if !self.cell(record, self.waits_for).trim().is_empty() {
            take(Some(elsewhere(WAITS_FOR, ExclusionReason::Unclear)));
        }
        take(self.raggedness(record));
        if !self.is_subscribed(record, judge) {
            take(self.by_name.clone());
        }
        clearest
    }

    /// Whether a column of states or consents has a clear yes for them.
    fn is_subscribed(
        &self,
        record: &csv::StringRecord,
        judge: impl Fn(&ConsentColumn, &str) -> Option<ExclusionReason>,
    ) -> bool {
        self.by_name.is_some()
            && self.consent.iter().any(|column| {
                let cell = record.get(column.index).unwrap_or_default();
                let is_word = matches!(column.says, ColumnMeaning::State | ColumnMeaning::Yes);
                is_word && !cell.trim().is_empty() && judge(column, cell).is_none()
            })
    }

    /// A row with more or fewer cells than there are columns, where it may be a no that stands in the wrong one, or is
    /// missing.
    fn raggedness(&self, record: &csv::StringRecord) -> Option<ExclusionReason> {
        if self.has_open_quote(record) {
            return Some(ExclusionReason::OpenQuote);
        }
        let columns = self.shape.columns.len();
        let spare = || record.iter().skip(columns).filter(|cell| !cell.trim().is_empty());
        let is_no = |column: &ConsentColumn| matches!(column.says, ColumnMeaning::No(_));
        let is_shifted = record.len() > columns
            && (!self.consent.is_empty() && spare().count() > 0
                || spare().any(|cell| no_anywhere(cell).is_some()));
        let is_short = record.len() < columns
            && self.consent.iter().any(|column| is_no(column) && column.index >= record.len());
        (is_shifted || is_short).then(|| ExclusionReason::Ragged { cells: record.len(), columns })
    }

    /// Whether a quotation mark of the row is never closed. It is named when the table is first looked at.
    pub fn has_open_quote(&self, record: &csv::StringRecord) -> bool {
        let line = record.position().map_or(0, csv::Position::line);
        usize::try_from(line).is_ok_and(|line| self.shape.has_open_quote(line))
    }

    /// The day on which an address was given, where the list says so, or the cell that is not a day.
    fn obtained_at<'r>(&self, record: &'r csv::StringRecord) -> Result<Option<NaiveDate>, &'r str> {
        let first = day_in(self.cell(record, self.obtained))?;
        Ok(first.max(day_in(self.cell(record, self.given_again))?))
    }

    /// How the address was given. A cell that is empty where the file has the column is not a yes.
    pub fn how_given(
        &self,
        record: &csv::StringRecord,
        obtained: Option<NaiveDate>,
    ) -> CollectionFacts {
        let is_yes = |column: Option<usize>| {
            let cell = simple(self.cell(record, Some(column?)));
            (cell != UNSTATED).then_some(matches!(cell.as_str(), "yes" | "y" | "true" | "1" | "x"))
        };
        let met_through = match self.met_through.map(|column| self.cell(record, Some(column))) {
            None => MetThrough::Unstated,
            Some(cell) if cell.trim().is_empty() => MetThrough::Unknown(String::new()),
            Some(cell) => MetThrough::parse(cell),
        };
        CollectionFacts {
            obtained,
            directly: is_yes(self.directly),
            optout_offered: is_yes(self.optout_offered),
            met_through,
        }
    }

    /// What a row has about getting emails that is neither a yes nor a no.
    pub fn unclear_topic(&self, record: &csv::StringRecord) -> Option<ExclusionReason> {
        self.consent.iter().find_map(|column| {
            let cell = cell::tidy_cell(self.cell(record, Some(column.index)));
            column.not_a_yes(cell).filter(|_| !cell.is_empty())
        })
    }

    /// The same, or what it has about how an address was given.
    pub fn unclear_word(&self, record: &csv::StringRecord) -> Option<ExclusionReason> {
        self.unclear_topic(record).or_else(|| {
            match MetThrough::parse(self.cell(record, self.met_through)) {
                MetThrough::Unknown(word) => Some(ExclusionReason::UnknownMetThrough(word)),
                _ => None,
            }
        })
    }

    /// What stands where a day should, and cannot be read as one. It may still be a day, written in a way of its own.
    pub fn no_day<'r>(&self, record: &'r csv::StringRecord) -> Option<&'r str> {
        self.obtained_at(record).err().filter(|cell| !is_no_such_day(cell))
    }

    pub fn subscriber(
        &self,
        line: usize,
        record: &csv::StringRecord,
    ) -> Result<Subscriber, LeftOut> {
        let place = Place::line(&self.name, line);
        let address = match self.address(record) {
            Ok(address) => address,
            Err(error) => {
                return Err(LeftOut {
                    address: one_line(self.address_cell(record)),
                    place,
                    why: ExclusionReason::NotAnAddress(format!("{error}: {}", error.cure())),
                });
            }
        };
        let mut values = Values::new();
        for (index, field) in self.fields.iter().enumerate() {
            if field.is_empty() {
                continue;
            }
            let value = if index == self.email {
                address.to_string()
            } else {
                cell::value(field, cell::tidy_cell(self.cell(record, Some(index))))
            };
            values.insert(field.clone(), value);
        }
        let (obtained_at, no_such_day) = match self.obtained_at(record) {
            Ok(day) => (day, None),
            Err(cell) if is_no_such_day(cell) => (None, Some(cell.to_owned())),
            Err(_) => (None, None),
        };
        Ok(Subscriber {
            address,
            values,
            segments: cell::segments(cell::tidy_cell(self.segments_cell(record))),
            basis: Basis::parse(self.basis_cell(record)),
            given: self.how_given(record, obtained_at),
            no_such_day,
            refusal: self.refusal(record),
            place,
        })
    }
}
