//! Which columns of an export say whether people may be mailed.
//! Pure: columns in, columns out.

use std::sync::Arc;

use super::columns::{ColumnMapping, Columns, ImportField};
use super::model::ImportOptions;
use super::recipe::Recipe;
use super::tables::HeadedTable;
use crate::audience::consent_columns::ConsentColumn;
use crate::audience::sheet::Sheet;
use crate::audience::title_meaning::ColumnMeaning;
use crate::rfc::csv::{CsvShape, Input, simple};

/// The table with the columns that say whether people may be mailed: those whose titles do, and those whose words a recipe
/// or a person explains. Beside it, the column that `--map consent` names.
pub(super) fn sheet_of(
    table: &HeadedTable,
    input: Arc<dyn Input>,
    shape: CsvShape,
    columns: &Columns,
    recipe: Option<&Recipe>,
    options: &ImportOptions,
) -> (Sheet, Option<ConsentColumn>) {
    let email = columns.email.first().copied().unwrap_or_default();
    let titles = shape.columns.clone();
    let names = (columns.first_name, columns.last_name);
    let mut sheet = Sheet::with_columns(table.name.clone(), input, shape, email, names);
    let is_ignored = |title: &str| recipe.is_some_and(|recipe| recipe.ignores(title));
    // A column that is a no stays one, whatever it is mapped to.
    sheet.consent.retain(|column| {
        let is_mapped = Some(column.index) == columns.consent;
        !is_ignored(&column.title) && (!is_mapped || matches!(column.says, ColumnMeaning::No(_)))
    });
    let saying = |index: usize, says| ConsentColumn::new(index, titles[index].clone(), says);
    for (index, title) in titles.iter().enumerate() {
        let is_explained = recipe.is_some_and(|recipe| recipe.words.contains_key(&simple(title)));
        let is_mapped = options.mapping.iter().any(|mapping| {
            mapping.is(ImportField::Status) && simple(&mapping.column) == simple(title)
        });
        let is_known = sheet.consent.iter().any(|column| column.index == index);
        if (is_explained || is_mapped) && !is_known {
            sheet.consent.push(saying(index, ColumnMeaning::State));
        }
    }
    let used = columns.used();
    let is_explained = |title: &String| {
        let is_mapped = |mapping: &ColumnMapping| simple(&mapping.column) == simple(title);
        is_ignored(title) || options.mapping.iter().any(is_mapped)
    };
    sheet.doubts.keep(|at| !used.contains(&at) && !is_explained(&titles[at]));
    let consent = columns.consent.map(|index| saying(index, ColumnMeaning::Yes));
    (sheet, consent)
}
