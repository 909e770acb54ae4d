//! One table of an export, row by row: who stands in it, in which state, and why.
//! Pure: a table in, people out.

use std::sync::Arc;

use chrono::NaiveDate;

use super::columns::{Columns, ColumnsFault};
use super::consent::sheet_of;
use super::days::{DayColumn, day};
use super::error::{ImportError, ImportFault};
use super::model::{
    BasisEvidence, FileSummary, ImportOptions, ImportedPerson, Obtained, StatedBasis,
};
use super::recipe::Recipe;
use super::row::ImportRow;
use super::state::ListState;
use super::tables::{HeadedTable, TablesError};
use super::tags::tags_of;
use crate::audience::consent_columns::{self, ColumnMeaning, ConsentColumn};
use crate::audience::law::MetThrough;
use crate::audience::sheet::Sheet;
use crate::audience::{Basis, ExclusionReason, cell, mistyped, role};
use crate::date::DateOrder;
use crate::problem::{Place, Problem};
use crate::rfc::csv::{CsvShape, simple};
use crate::rfc::text::one_line;

/// What to do about a row that may be a no.
const CLEAR_CURE: &str =
    "correct the row, and import the file again: until then they are not mailed";

/// A table whose columns are known.
pub(super) struct TableReading<'a> {
    name: &'a str,
    table: &'a HeadedTable,
    sheet: Sheet,
    columns: Columns,
    recipe: Option<&'a Recipe>,
    options: &'a ImportOptions,
    order: Option<DateOrder>,
    consent_column: Option<ConsentColumn>,
}

impl<'a> TableReading<'a> {
    pub fn of(
        table: &'a HeadedTable,
        recipe: Option<&'a Recipe>,
        options: &'a ImportOptions,
    ) -> Result<Self, ImportError> {
        let name = table.name.as_str();
        let fault = |fault: ImportFault| ImportError { path: name.to_owned(), fault };
        let input = Arc::clone(&table.input);
        let tables = |error| fault(ImportFault::Tables(TablesError::Table(error)));
        let shape = CsvShape::of(name, &*input).map_err(tables)?;
        if let Some(line) = shape.mixed_at {
            return Err(fault(ImportFault::MixedEncodings { line: table.line(line) }));
        }
        let rows = shape.rows(&*input).map_err(tables)?;
        let obtained = match &options.stated {
            Some(StatedBasis { obtained: Obtained::Column(column), .. }) => Some(column.as_str()),
            _ => None,
        };
        let columns =
            Columns::of(&shape, rows, recipe, &options.mapping, obtained).map_err(|wrong| {
                match wrong {
                    ColumnsFault::NoAddress => {
                        fault(ImportFault::NoAddresses { columns: shape.columns.clone() })
                    }
                    ColumnsFault::NoSuchColumn(column) => {
                        fault(ImportFault::NoSuchColumn { column, columns: shape.columns.clone() })
                    }
                }
            })?;
        let (sheet, consent_column) = sheet_of(table, input, shape, &columns, recipe, options);
        let mut reading =
            Self { name, table, sheet, columns, recipe, options, order: None, consent_column };
        reading.order = reading.look_through().map_err(fault)?;
        Ok(reading)
    }

    /// The first look through all rows: which columns are filled, and in which order dates are written.
    fn look_through(&mut self) -> Result<Option<DateOrder>, ImportFault> {
        let (mut rows, _) = self.sheet.open().map_err(|error| ImportFault::List(error.fault))?;
        let mut days = DayColumn::default();
        let dated: Vec<usize> = self.columns.dated().collect();
        while let Some(_line) =
            rows.advance().map_err(|error| ImportFault::Tables(TablesError::Table(error)))?
        {
            self.sheet.see_filled(rows.record());
            for column in &dated {
                days.see(rows.cell(*column));
            }
        }
        let known = self
            .options
            .dates
            .or_else(|| self.recipe.and_then(|recipe| recipe.dates))
            .or(days.order());
        let contradicts = days.contradicts();
        match (known, days.open) {
            (None, Some(cell)) if contradicts => Err(ImportFault::BothDateOrders { cell }),
            (None, Some(cell)) => Err(ImportFault::DateOrder { cell }),
            (known, _) => Ok(known),
        }
    }

    /// What is wrong with the table as a whole: lines that were left out, two columns of one name.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.sheet.shape.problems.iter().chain(&self.sheet.problems)
    }

    /// Reads the rows, one after the other.
    pub fn rows(
        &self,
        mut take: impl FnMut(ImportRow) -> Result<(), String>,
    ) -> Result<FileSummary, ImportError> {
        let fault = |fault: ImportFault| ImportError { path: self.name.to_owned(), fault };
        let (mut rows, _) =
            self.sheet.open().map_err(|error| fault(ImportFault::List(error.fault)))?;
        let mut count = 0;
        while let Some(line) =
            rows.advance().map_err(|error| fault(ImportFault::Tables(TablesError::Table(error))))?
        {
            count += 1;
            take(self.row(self.table.line(line), rows.record()))
                .map_err(|what| fault(ImportFault::Tables(TablesError::NotKept(what))))?;
        }
        let titles = &self.sheet.shape.columns;
        let used = self.columns.used();
        let says = |at: usize| {
            self.sheet.is_basis(at) || self.sheet.consent.iter().any(|column| column.index == at)
        };
        let (used, ignored): (Vec<usize>, Vec<usize>) =
            (0..titles.len()).partition(|at| used.contains(at) || says(*at));
        let named = |columns: Vec<usize>| {
            columns.into_iter().map(|at| titles[at].clone()).filter(|t| !t.is_empty()).collect()
        };
        Ok(FileSummary {
            name: self.name.to_owned(),
            rows: count,
            used: named(used),
            ignored: named(ignored),
        })
    }

    fn cell<'r>(&self, record: &'r ::csv::StringRecord, column: Option<usize>) -> &'r str {
        tidy_cell(column.and_then(|column| record.get(column)).unwrap_or_default())
    }

    fn first_day(
        &self,
        record: &::csv::StringRecord,
        columns: &[usize],
    ) -> Option<(usize, NaiveDate)> {
        columns.iter().find_map(|column| {
            let day = day(self.cell(record, Some(*column)), self.order, self.options.today)?;
            Some((*column, day))
        })
    }

    fn row(&self, line: usize, record: &::csv::StringRecord) -> ImportRow {
        let place = Place::line(self.name, line);
        let mut problem = None;
        let written = self.address_cell(record, &place, &mut problem);
        let refusal = self.refusal(record);
        let mut person = self.person(record, written, &place);
        let address = match cell::address(written) {
            Ok(address) => address,
            Err(error) => {
                person.why = error.to_string();
                problem = Some(Problem::new(place, person.why.clone(), error.cure()));
                let is_no = refusal.as_ref().is_some_and(|why| ListState::of(why).is_no());
                let misspelt = cell::possible_addresses(written).into_iter();
                let misspelt = misspelt.filter(|_| is_no).collect();
                return ImportRow::without_address(person, problem, misspelt);
            }
        };
        person.address = address.to_string();
        person.key = address.key();
        if let Some(ExclusionReason::Mistyped(meant)) = mistyped(&address) {
            problem = Some(Problem::new(
                place.clone(),
                format!("`{}` looks mistyped: did you mean `{meant}`?", address.domain()),
                "correct the address in the file, and import it again",
            ));
        }
        let refusal = role(&address).filter(|_| refusal.is_none()).or(refusal);
        let is_over = refusal.as_ref().is_some_and(ExclusionReason::is_over);
        let is_unclear = refusal.as_ref().is_some_and(ExclusionReason::is_unclear);
        let is_clear = refusal.is_none() && self.has_a_yes(record);
        self.judge(&mut person, refusal, record);
        if person.state == ListState::LeftOut && problem.is_none() {
            let cure = if is_unclear { CLEAR_CURE } else { "check the row" };
            problem = Some(Problem::new(place.clone(), person.why.clone(), cure));
        }
        let problem = problem.or_else(|| self.cell_problem(record, &place));
        ImportRow { person, problem, is_over, is_unclear, is_clear, misspelt: Vec::new() }
    }

    /// Whether a column of states or consents has a word for them, of which it is known that none is a no.
    fn has_a_yes(&self, record: &::csv::StringRecord) -> bool {
        let filled =
            |column: &ConsentColumn| !self.cell(record, Some(column.index)).trim().is_empty();
        let said = self.sheet.consent.iter().chain(&self.consent_column);
        said.filter(|column| matches!(column.says, ColumnMeaning::State | ColumnMeaning::Yes))
            .any(filled)
    }

    /// The first cell that is not taken as it stands.
    fn cell_problem(&self, record: &::csv::StringRecord, place: &Place) -> Option<Problem> {
        let columns = &self.columns;
        let fields = [
            ("first_name", columns.first_name),
            ("last_name", columns.last_name),
            ("name", columns.name),
            ("source", columns.source),
            ("wording", columns.wording),
            ("language", columns.language),
        ];
        fields.into_iter().find_map(|(field, column)| {
            let fault = cell::fault(field, self.cell(record, Some(column?)))?;
            Some(fault.problem(field, place.clone()))
        })
    }

    fn address_cell<'r>(
        &self,
        record: &'r ::csv::StringRecord,
        place: &Place,
        problem: &mut Option<Problem>,
    ) -> &'r str {
        let written = tidy_cell(record.get(self.columns.email_of(record)).unwrap_or_default());
        let is_book = self.recipe.is_some_and(|recipe| recipe.is_address_book);
        // Google writes several addresses of one person into a cell.
        match written.split_once(" ::: ") {
            Some((first, _)) if is_book => {
                *problem = Some(Problem::new(
                    place.clone(),
                    "several addresses in one cell: the first one is used",
                    "check which of them the person uses",
                ));
                first
            }
            _ => written,
        }
    }

    /// A person as the row has them, before it is known where they stand.
    fn person(&self, record: &::csv::StringRecord, written: &str, place: &Place) -> ImportedPerson {
        let (first_name, last_name) = self.names(record);
        let tags = self.columns.tags.iter();
        ImportedPerson {
            address: one_line(written),
            state: ListState::LeftOut,
            first_name,
            last_name,
            tags: tags.flat_map(|column| tags_of(self.cell(record, Some(*column)))).collect(),
            joined: self.first_day(record, &self.columns.joined).map(|(_, day)| day),
            since: None,
            why: String::new(),
            key: String::new(),
            evidence: None,
            language: one_line(self.cell(record, self.columns.language)),
            place: place.clone(),
        }
    }

    /// Where the person stands, and since when.
    fn judge(
        &self,
        person: &mut ImportedPerson,
        refusal: Option<ExclusionReason>,
        record: &::csv::StringRecord,
    ) {
        match refusal.map_or_else(
            || self.evidence(record),
            |why| Err((ListState::of(&why), why.to_string())),
        ) {
            Ok(evidence) => {
                person.state = ListState::Subscribed;
                person.joined = person.joined.or(evidence.given.obtained);
                person.why = evidence.to_string();
                person.evidence = Some(evidence);
                person.since = person.joined;
            }
            Err((state, why)) => {
                person.state = state;
                person.why = why;
                let since = self.first_day(record, &self.columns.since).map(|(_, day)| day);
                person.since = since.or(person.joined);
            }
        }
    }

    /// Why the file does not let this person be mailed, if it does not.
    fn refusal(&self, record: &::csv::StringRecord) -> Option<ExclusionReason> {
        let judge = |column: &ConsentColumn, cell: &str| {
            let cell = tidy_cell(cell);
            match self.recipe.and_then(|recipe| recipe.word(&column.title, cell)) {
                Some(state) => {
                    state.refusal().map(|why| consent_columns::elsewhere(&column.title, why))
                }
                None => column.refusal(cell),
            }
        };
        let said = self.sheet.refusal_as(record, judge);
        let consent = self.consent_column.as_ref();
        said.or_else(|| {
            let cell = self.cell(record, self.columns.consent);
            consent.filter(|_| !cell.is_empty())?.refusal(cell)
        })
    }

    fn names(&self, record: &::csv::StringRecord) -> (String, String) {
        let name = |field, column| cell::value(field, self.cell(record, column));
        let first = name("first_name", self.columns.first_name);
        let last = name("last_name", self.columns.last_name);
        if !first.is_empty() || !last.is_empty() {
            return (first, last);
        }
        let whole = name("first_name", self.columns.name);
        match whole.rsplit_once(' ') {
            Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
            None => (whole, String::new()),
        }
    }

    /// Why somebody may be mailed whom the file does not refuse; or where they stand without that.
    fn evidence(&self, record: &::csv::StringRecord) -> Result<BasisEvidence, (ListState, String)> {
        let none = |why: String| (ListState::NoEvidence, why);
        let found = match self.written_evidence(record).map_err(none)? {
            Some(found) => found,
            None => self.stated_evidence(record).map_err(none)?,
        };
        found.lawful().map_err(none)
    }

    /// What the file itself says: a column of lawful bases or of consents, or what its system writes down.
    fn written_evidence(
        &self,
        record: &::csv::StringRecord,
    ) -> Result<Option<BasisEvidence>, String> {
        let consent = self.cell(record, self.columns.consent);
        if let (Some(column), false) = (self.columns.consent, consent.is_empty()) {
            let source = format!("column `{}`", self.sheet.shape.columns[column]);
            return Ok(Some(self.found(record, Basis::Consent, source, self.obtained(record))));
        }
        let word = self.sheet.basis_cell(record).trim();
        if self.columns.consent.is_none() && !word.is_empty() {
            let basis = Basis::parse(word).map_err(|why| why.to_string())?;
            return Ok(Some(self.found(record, basis, String::new(), self.obtained(record))));
        }
        let Some(recipe) = self.recipe else { return Ok(None) };
        let is_filled =
            self.columns.evidence_needs.is_none_or(|at| !self.cell(record, Some(at)).is_empty());
        let is_said = recipe.evidence_if.as_ref().is_none_or(|words| {
            let cell = simple(self.cell(record, self.columns.evidence_if));
            words.words.iter().any(|word| simple(word) == cell)
        });
        if !is_filled
            || !is_said
            || recipe.evidence_needs.is_some() && self.columns.evidence_needs.is_none()
        {
            return Ok(None);
        }
        let (source, obtained) = match self.first_day(record, &self.columns.evidence) {
            Some((column, day)) => {
                (format!("{}, {}", recipe.source, self.sheet.shape.columns[column]), Some(day))
            }
            None if recipe.evidence.is_empty() && recipe.evidence_if.is_some() => {
                let joined = self.first_day(record, &self.columns.joined).map(|(_, day)| day);
                (recipe.source.clone(), joined)
            }
            None => return Ok(None),
        };
        Ok(Some(self.found(record, Basis::Consent, source, obtained)))
    }

    /// What somebody said about the whole file.
    fn stated_evidence(&self, record: &::csv::StringRecord) -> Result<BasisEvidence, String> {
        let Some(stated) = &self.options.stated else {
            return Err("nothing in the file says why they may be mailed".to_owned());
        };
        // What is said about the whole file overrules nothing that stands in a row of it.
        let unclear = self.sheet.consent.iter().find_map(|column| {
            column.not_a_yes(tidy_cell(record.get(column.index).unwrap_or_default()))
        });
        if let Some(why) = unclear {
            return Err(why.to_string());
        }
        let obtained = match &stated.obtained {
            Obtained::Day(day) => Some(*day),
            Obtained::NotStated => self.obtained(record),
            Obtained::Column(column) => {
                let day = self.obtained(record);
                Some(day.ok_or_else(|| format!("no date in column `{column}`"))?)
            }
        };
        Ok(self.found(record, stated.basis, stated.source.clone(), obtained))
    }

    fn obtained(&self, record: &::csv::StringRecord) -> Option<NaiveDate> {
        day(self.cell(record, self.columns.obtained), self.order, self.options.today)
    }

    fn found(
        &self,
        record: &::csv::StringRecord,
        basis: Basis,
        source: String,
        obtained: Option<NaiveDate>,
    ) -> BasisEvidence {
        let own = one_line(self.cell(record, self.columns.source));
        let again =
            day(self.cell(record, self.columns.given_again), self.order, self.options.today);
        let mut given = self.sheet.how_given(record, obtained.max(again));
        if let (MetThrough::Unstated, Some(stated)) = (&given.met_through, &self.options.stated) {
            given.met_through = stated.met_through.clone();
        }
        BasisEvidence {
            basis,
            source: if own.is_empty() { source } else { own },
            wording: one_line(self.cell(record, self.columns.wording)),
            given,
        }
    }
}

/// A cell without what spreadsheets and exports put around it: an apostrophe that keeps a formula from being one, and a
/// pair of quotation marks with nothing between them.
fn tidy_cell(cell: &str) -> &str {
    let cell = cell.trim_matches(|c: char| c == ' ' || c == '\u{a0}');
    if cell == "\"\"" {
        return "";
    }
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}
