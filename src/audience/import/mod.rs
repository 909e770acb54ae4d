//! Reading the exports of other systems: who stands in them, who said no, and why the others may be mailed.
//! Pure: bytes in, people out.
//!
//! An export is recognised by the names of its columns, never by those of its files. A no beats any yes, in whichever
//! order, file or spelling of the address they come. What nobody vouches for is kept, and not mailed.

mod columns;
mod consent;
mod days;
mod difference;
mod error;
mod evidence;
mod gathered;
mod header;
mod model;
mod own_columns;
mod own_name;
mod plain_list;
mod reading;
pub mod recipe;
mod row;
pub mod state;
mod stored;
mod tables;
mod tables_error;
mod tags;
mod totals;
mod whole_name;
mod word_kinds;
mod workbook;

pub use columns::{ColumnMapping, ImportField, MappedTo, MappingError};
pub use days::FIRST_YEAR;
pub use difference::{Difference, ImportStep, KnownPerson};
pub use error::{ImportError, ImportFault};
pub use gathered::Gathered;
pub use header::header_of;
pub use model::{
    BasisEvidence, Export, FileSummary, ImportOptions, ImportedPerson, Obtained, StatedBasis,
};
pub use own_columns::{OwnCells, OwnColumns};
pub use recipe::Recipe;
pub use row::ImportRow;
pub use state::ListState;
pub use stored::{StoredPerson, as_table};
pub use tables::{HeadedTable, Keep, in_memory};
pub use tables_error::{LONGEST_FILE_BYTES, TablesError};
pub use totals::{ImportTotals, MOST_NAMED, StepTotal};
pub use word_kinds::{WordKind, WordKinds};

use std::sync::Arc;

use reading::TableReading;

use crate::audience::built_in::is_own_export;
use crate::audience::list_error::NamedInput;
use crate::rfc::csv::{Input, simple};

/// What is said of a file that ends below its titles.
const NO_ROW: &str = "no row stands below the names of the columns";
/// More rows than this with something to correct: the rest is counted.
const MOST_PROBLEMS: usize = 1_000;

/// The tables of files. What has to be made of one, such as the files of a ZIP, is kept.
///
/// # Errors
/// When one of them is not a list of people.
pub fn tables(files: &[NamedInput], keep: Keep<'_>) -> Result<Vec<HeadedTable>, ImportError> {
    let mut found = Vec::new();
    for (name, input) in files {
        let at = |fault: TablesError| ImportError { path: name.clone(), fault: fault.into() };
        found.extend(tables::tables_of(name, input, keep).map_err(at)?);
    }
    Ok(found)
}

/// Reads tables as one export, row by row: nobody is in it, only what the files say as a whole.
///
/// # Errors
/// When one of them is not a list of people, a question has to be answered first, or a row cannot be taken.
pub fn read_rows(
    tables: &[HeadedTable],
    options: &ImportOptions,
    mut take: impl FnMut(ImportRow) -> Result<(), String>,
) -> Result<Export, ImportError> {
    check_columns(tables, options)?;
    let mut export = Export::default();
    for table in tables {
        let recipe = match options.system {
            Some(recipe) => Some(recipe),
            None => recognised(table)?,
        };
        if let Some(recipe) = recipe
            && export.system.is_none()
        {
            export.system = Some((recipe.id, recipe.name.clone()));
            export.notes.extend(recipe.note.clone());
        }
        export.notes.extend(table.notes.iter().cloned());
        let reading = TableReading::of(table, recipe, options)?;
        export.problems.extend(reading.problems().cloned());
        let summary = reading.rows(|mut row| {
            let problem = row.problem.take();
            if export.problems.len() < MOST_PROBLEMS {
                export.problems.extend(problem);
            }
            take(row)
        })?;
        export.files.push(summary);
    }
    export.rows = export.files.iter().map(|file| file.rows).sum();
    if export.rows == 0
        && options.own != OwnColumns::All
        && let Some(table) = tables.first()
    {
        let unread = export.problems.first().map(ToString::to_string);
        let why = unread.unwrap_or_else(|| NO_ROW.to_owned());
        return Err(ImportError { path: table.name.clone(), fault: ImportFault::NoRows(why) });
    }
    Ok(export)
}

/// Reads short files as one export, with everybody in it. Each is a name, as people call it, and its bytes.
///
/// # Errors
/// As [`read_rows`]; then nothing is imported.
pub fn read(files: &[(String, Vec<u8>)], options: &ImportOptions) -> Result<Export, ImportError> {
    let files: Vec<NamedInput> = files
        .iter()
        .map(|(name, bytes)| {
            let input: Arc<dyn Input> = Arc::new(Arc::<[u8]>::from(bytes.as_slice()));
            (name.clone(), input)
        })
        .collect();
    let mut gathered = Gathered::default();
    let tables = tables(&files, &in_memory)?;
    let mut export = read_rows(&tables, options, |row| {
        gathered.take(row);
        Ok(())
    })?;
    gathered.finish(&mut export);
    Ok(export)
}

/// A column that people name must be in one of the tables at least: a list and its opt-outs seldom have the same.
fn check_columns(tables: &[HeadedTable], options: &ImportOptions) -> Result<(), ImportError> {
    let obtained = match &options.stated {
        Some(StatedBasis { obtained: Obtained::Column(column), .. }) => Some(column),
        _ => None,
    };
    let wanted: Vec<&String> =
        options.mapping.iter().map(|mapping| &mapping.column).chain(obtained).collect();
    let (Some(first), false) = (tables.first(), wanted.is_empty()) else { return Ok(()) };
    let fault = |fault: ImportFault| ImportError { path: first.name.clone(), fault };
    let mut columns: Vec<String> = Vec::new();
    for table in tables {
        let shape = table.shape().map_err(|error| fault(ImportFault::Tables(error.into())))?;
        columns.extend(shape.columns.iter().cloned());
    }
    match wanted
        .into_iter()
        .find(|column| columns.iter().all(|known| simple(known) != simple(column)))
    {
        Some(column) => Err(fault(ImportFault::NoSuchColumn { column: column.clone(), columns })),
        None => Ok(()),
    }
}

fn recognised(table: &tables::HeadedTable) -> Result<Option<&'static Recipe>, ImportError> {
    let fault = |fault: ImportFault| ImportError { path: table.name.clone(), fault };
    let shape = table.shape().map_err(|error| fault(ImportFault::Tables(error.into())))?;
    // What an export of ours has beside them is the newsletter's own, and may be called as another system calls it.
    if is_own_export(&shape.columns) {
        return Ok(None);
    }
    let mut found = Recipe::recognise(&shape.columns);
    if found.len() > 1 {
        let systems = found.iter().map(|recipe| recipe.id).collect();
        return Err(fault(ImportFault::SeveralSystems { systems }));
    }
    Ok(found.pop())
}

#[cfg(test)]
mod tests;
