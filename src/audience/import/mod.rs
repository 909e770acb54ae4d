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
mod gathered;
mod header;
mod model;
mod reading;
pub mod recipe;
mod row;
pub mod state;
mod stored;
mod tables;
mod tags;

pub use columns::{ColumnMapping, ImportField, MappingError};
pub use difference::{Difference, ImportStep, KnownPerson};
pub use error::{ImportError, ImportFault};
pub use header::header_of;
pub use model::{
    BasisEvidence, Export, FileSummary, ImportOptions, ImportedPerson, Obtained, StatedBasis,
};
pub use recipe::Recipe;
pub use state::ListState;
pub use stored::{StoredPerson, as_table};
pub use tables::{LONGEST_FILE_BYTES, TablesError};

use gathered::Gathered;
use reading::TableReading;

/// Reads files as one export. Each is a name, as people call it, and its bytes.
///
/// # Errors
/// When one of them is no list of people, or a question has to be answered first; then nothing is imported.
pub fn read(files: &[(String, Vec<u8>)], options: &ImportOptions) -> Result<Export, ImportError> {
    let mut export = Export::default();
    let mut gathered = Gathered::default();
    for (name, bytes) in files {
        let at = |fault: ImportFault| ImportError { path: name.clone(), fault };
        for table in tables::tables_of(name, bytes).map_err(|fault| at(fault.into()))? {
            let recipe = match options.system {
                Some(recipe) => Some(recipe),
                None => recognised(&table)?,
            };
            if let Some(recipe) = recipe
                && export.system.is_none()
            {
                export.system = Some((recipe.id, recipe.name.clone()));
                export.notes.extend(recipe.note.clone());
            }
            let reading = TableReading::of(&table, recipe, options)?;
            export.problems.extend(reading.problems().cloned());
            export.files.push(reading.rows(|row| gathered.take(row, &mut export.problems))?);
        }
    }
    export.rows = export.files.iter().map(|file| file.rows).sum();
    gathered.finish(&mut export);
    Ok(export)
}

fn recognised(table: &tables::HeadedTable) -> Result<Option<&'static Recipe>, ImportError> {
    let fault = |fault: ImportFault| ImportError { path: table.name.clone(), fault };
    let shape = crate::rfc::csv::CsvShape::of(&table.name, &table.bytes)
        .map_err(|error| fault(ImportFault::Tables(error.into())))?;
    let mut found = Recipe::recognise(&shape.columns);
    if found.len() > 1 {
        let systems = found.iter().map(|recipe| recipe.id).collect();
        return Err(fault(ImportFault::SeveralSystems { systems }));
    }
    Ok(found.pop())
}

#[cfg(test)]
mod tests;
