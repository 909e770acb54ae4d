//! One table of an export, row by row: who stands in it, in which state, and why.
//! Pure: a table in, people out.

use std::sync::Arc;

use chrono::NaiveDate;

use super::columns::Columns;
use super::consent::sheet_of;
use super::days::{DayColumn, day};
use super::error::{ImportError, ImportFault};
use super::model::{FileSummary, ImportOptions, ImportedPerson, Obtained, StatedBasis};
use super::own_columns::{OwnCells, OwnColumns, own_cell, own_columns};
use super::recipe::Recipe;
use super::row::ImportRow;
use super::state::ListState;
use super::tables::HeadedTable;
use super::tables_error::TablesError;
use super::tags::tags_of;
use super::whole_name::parted;
use super::word_kinds::{WordKind, WordKinds};
use crate::audience::built_in::{STATE_REASON, STATE_SINCE, WAITS_FOR, is_own_export};
use crate::audience::cell::tidy_cell;
use crate::audience::consent_cells::elsewhere;
use crate::audience::consent_columns::ConsentColumn;
use crate::audience::sheet::Sheet;
use crate::audience::title_meaning::ColumnMeaning;
use crate::audience::{ExclusionReason, cell, mistyped, role};
use crate::date::DateOrder;
use crate::problem::{Place, Problem};
use crate::rfc::text::one_line;

/// What to do about a row that may be a no.
const CLEAR_CURE: &str =
    "correct the row, and import the file again: until then they are not mailed";

/// A table whose columns are known.
pub(super) struct TableReading<'a> {
    name: &'a str,
    table: &'a HeadedTable,
    pub(super) sheet: Sheet,
    pub(super) columns: Columns,
    pub(super) recipe: Option<&'a Recipe>,
    pub(super) options: &'a ImportOptions,
    pub(super) order: Option<DateOrder>,
    consent_column: Option<ConsentColumn>,
    /// The columns that stay with the people as the newsletter's own.
    own: Vec<(usize, String)>,
    /// Whether the file is the list, or an export of it.
    is_ours: bool,
    /// Whether it is an export of the list, which has what is known of everybody, in whichever state they are.
    is_export: bool,
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
        let shape = table.shape().map_err(tables)?.clone();
        if let Some(line) = shape.mixed_at {
            return Err(fault(ImportFault::MixedEncodings { line: table.line(line) }));
        }
        let rows = shape.rows(&*input).map_err(tables)?;
        let obtained = match &options.stated {
            Some(StatedBasis { obtained: Obtained::Column(column), .. }) => Some(column.as_str()),
            _ => None,
        };
        let columns = Columns::of(&shape, rows, recipe, &options.mapping, obtained)
            .ok_or_else(|| fault(ImportFault::NoAddresses { columns: shape.columns.clone() }))?;
        let (sheet, consent_column) = sheet_of(table, input, shape, &columns, recipe, options);
        let is_own = recipe.is_none() && sheet.has_basis();
        let all = is_own || options.own == OwnColumns::All;
        let own = own_columns(&sheet, &options.mapping, all).map_err(fault)?;
        let is_export = is_own_export(&sheet.shape.columns);
        let is_ours = options.own == OwnColumns::All || is_export;
        let order = None;
        let mut reading = Self {
            name,
            table,
            sheet,
            columns,
            recipe,
            options,
            order,
            consent_column,
            own,
            is_ours,
            is_export,
        };
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
        let is_import = self.options.own != OwnColumns::All;
        let doubts = self.sheet.doubts.problems(self.name, &self.sheet.shape.columns, is_import);
        self.sheet.problems.extend(doubts);
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
        let (used, ignored): (Vec<usize>, Vec<usize>) = (0..titles.len())
            .partition(|at| used.contains(at) || self.sheet.is_about_permission(*at));
        let named = |columns: Vec<usize>| {
            columns.into_iter().map(|at| titles[at].clone()).filter(|t| !t.is_empty()).collect()
        };
        let is_own = |at: &usize| self.own.iter().any(|(own, _)| own == at);
        Ok(FileSummary {
            name: self.name.to_owned(),
            rows: count,
            used: named(used),
            ignored: named(ignored.into_iter().filter(|at| !is_own(at)).collect()),
            own: self.own.iter().map(|(at, name)| (titles[*at].clone(), name.clone())).collect(),
        })
    }

    pub(super) fn cell<'r>(
        &self,
        record: &'r ::csv::StringRecord,
        column: Option<usize>,
    ) -> &'r str {
        tidy_cell(column.and_then(|column| record.get(column)).unwrap_or_default())
    }

    pub(super) fn first_day(
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
        let of_nobody = role(&address).filter(|_| refusal.is_none());
        let is_of_nobody = of_nobody.is_some();
        let refusal = of_nobody.or(refusal);
        let mut unclear = refusal.clone().filter(ExclusionReason::is_unclear);
        let mut clear = WordKinds::default();
        if refusal.is_none() {
            unclear = self.sheet.unclear_topic(record);
            clear = self.clear_words(record);
        }
        if refusal.as_ref().is_some_and(ExclusionReason::is_ragged) {
            person = person.without_cells();
        }
        let (is_refused, waits) =
            (refusal.is_some(), matches!(refusal, Some(ExclusionReason::Unclear)));
        self.judge(&mut person, refusal, record);
        if is_of_nobody {
            person.state = ListState::LeftOut;
        }
        // A person who waits keeps what they agreed to, also in an export of ours.
        if waits {
            person.evidence = self.evidence(record).ok();
        } else if self.is_export && person.evidence.is_none() {
            person.evidence = self.evidence_kept(record);
        }
        // Where nothing in the row says why they may be mailed, an unclear word may be their no.
        if !is_refused && person.state == ListState::NoEvidence && unclear.is_none() {
            unclear = self.sheet.unclear_word(record);
        }
        let kept = self.kept_reason(&person, record);
        if let Some(why) = &unclear {
            clear = WordKinds::default();
            wait_for(&mut person, why);
        }
        let is_named = problem.is_some() || self.sheet.has_open_quote(record);
        if (person.state == ListState::LeftOut || unclear.is_some()) && !is_named {
            let cure = if unclear.is_some() { CLEAR_CURE } else { "check the row" };
            problem = Some(Problem::new(place.clone(), person.why.clone(), cure));
        }
        let problem = problem.or_else(|| self.cell_problem(record, &place));
        // Whoever reads it later looks for the row.
        let at_its_row = unclear.as_ref().map(|_| format!("{place}: {}", person.why));
        person.why = kept.or(at_its_row).unwrap_or(person.why);
        let (is_unclear, misspelt) = (unclear.is_some(), Vec::new());
        ImportRow { person, problem, is_unclear, clear, misspelt }
    }

    /// Why the list has somebody in their state, as an export of it says.
    fn kept_reason(&self, person: &ImportedPerson, record: &::csv::StringRecord) -> Option<String> {
        let reason = one_line(self.export_cell(record, STATE_REASON));
        (person.state != ListState::Subscribed && !reason.is_empty()).then_some(reason)
    }

    /// A cell that only exports of the list have.
    fn export_cell<'r>(&self, record: &'r ::csv::StringRecord, name: &str) -> &'r str {
        let titles = &self.sheet.shape.columns;
        let column = titles.iter().position(|title| self.is_export && title == name);
        self.cell(record, column)
    }

    /// The kinds of columns that have a word for them, of which it is known that none is a no.
    fn clear_words(&self, record: &::csv::StringRecord) -> WordKinds {
        let filled = |column: usize| !self.cell(record, Some(column)).trim().is_empty();
        let said = self.sheet.consent.iter().chain(&self.consent_column);
        let said = said.filter(|column| filled(column.index));
        let kinds = said.filter_map(|column| match column.says {
            ColumnMeaning::State => Some(WordKind::Status),
            ColumnMeaning::Yes => Some(WordKind::Consent),
            _ if column.is_topic() => Some(WordKind::Consent),
            _ => None,
        });
        let has_basis = !self.sheet.basis_cell(record).trim().is_empty();
        kinds.chain(has_basis.then_some(WordKind::Basis)).collect()
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
        let fields = fields.into_iter().filter_map(|(field, column)| Some((field, column?)));
        let own = self.own.iter().map(|(column, name)| (name.as_str(), *column));
        fields.chain(own).find_map(|(field, column)| {
            let fault = cell::fault(field, self.cell(record, Some(column)))?;
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
            columns: self.own_cells(record),
            waits_for: WordKinds::of_cell(self.export_cell(record, WAITS_FOR)),
            key: String::new(),
            evidence: None,
            language: one_line(self.cell(record, self.columns.language)),
            place: place.clone(),
        }
    }

    fn own_cells(&self, record: &::csv::StringRecord) -> OwnCells {
        let cells = self.own.iter().filter_map(|(column, name)| {
            Some((name.clone(), own_cell(name, self.cell(record, Some(*column)))?))
        });
        cells.collect()
    }

    /// Where the person stands, and since when.
    fn judge(
        &self,
        person: &mut ImportedPerson,
        refusal: Option<ExclusionReason>,
        record: &::csv::StringRecord,
    ) {
        let since = self.first_day(record, &self.columns.since).map(|(_, day)| day);
        // An export says of everybody whether it is known.
        let titles = &self.sheet.shape.columns;
        let or_joined = !self.is_export || titles.iter().all(|title| title != STATE_SINCE);
        match refusal.map_or_else(
            || self.evidence(record),
            |why| Err((ListState::of(&why), why.to_string())),
        ) {
            Ok(evidence) => {
                person.state = ListState::Subscribed;
                // In the list itself an empty cell is what it is: a filter finds the same people in files and database.
                if !self.is_ours {
                    person.joined = person.joined.or(evidence.given.obtained);
                }
                person.why = evidence.to_string();
                person.evidence = Some(evidence);
                person.since =
                    since.filter(|_| self.is_export).or(person.joined.filter(|_| or_joined));
            }
            Err((state, why)) => {
                person.state = state;
                person.why = why;
                // The day on which somebody came is not that of their no.
                person.since = since.or(person.joined.filter(|_| !state.is_no() && or_joined));
            }
        }
    }

    /// Why the file does not let this person be mailed, if it does not.
    fn refusal(&self, record: &::csv::StringRecord) -> Option<ExclusionReason> {
        let judge = |column: &ConsentColumn, cell: &str| {
            let cell = tidy_cell(cell);
            match self.recipe.and_then(|recipe| recipe.word(&column.title, cell)) {
                Some(state) => state.refusal().map(|why| elsewhere(&column.title, why)),
                // In an export of ours it is a state, and no basis beside it lets anybody be mailed.
                None if self.is_export && cell == ListState::NoEvidence.word() => {
                    column.refusal(cell).or_else(|| ListState::NoEvidence.refusal())
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
        parted(name("first_name", self.columns.name))
    }
}

/// Lets somebody wait for a clear word.
fn wait_for(person: &mut ImportedPerson, why: &ExclusionReason) {
    // Of somebody who waited before, it is known for which words.
    if person.waits_for.is_empty() || !why.is_waiting() {
        person.waits_for = person.waits_for.and(WordKind::of(why).into_iter().collect());
    }
    person.why = why.to_string();
}
