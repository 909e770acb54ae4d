//! Columns that are the newsletter's own, such as a town or a number of membership: which of a table stay with its people.
//! Pure: titles in, columns out.
//!
//! The list of a newsletter keeps all of them. Of a foreign export only those stay that somebody names: what nobody uses
//! need not be kept of people (UK GDPR, article 5: data minimisation).

use std::collections::BTreeMap;

use super::columns::{ColumnMapping, MappedTo};
use super::error::ImportFault;
use super::own_name::{MOST_COLUMNS, is_free};
use crate::audience::cell;
use crate::audience::consent_cells::no_anywhere;
use crate::audience::sheet::Sheet;
use crate::rfc::csv::simple;

/// Own cells by the names that templates and filters use. Empty ones are left out.
pub type OwnCells = BTreeMap<String, String>;

/// Which columns stay beside those that roundup has a place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnColumns {
    /// Those of a list in roundup's own form, and those that somebody names.
    OfOwnLists,
    /// All: the file is a part of the list.
    All,
}

/// The columns of a table that stay with its people, with their names; `all` where it is a list of roundup's own. What a
/// column says about permission is read into the state of the people, and never kept beside it: it would contradict what they
/// say later.
pub(super) fn own_columns(
    sheet: &Sheet,
    mapping: &[ColumnMapping],
    all: bool,
) -> Result<Vec<(usize, String)>, ImportFault> {
    let titles = &sheet.shape.columns;
    let mut own: Vec<(usize, String)> = Vec::new();
    for one in mapping {
        let MappedTo::Own(name) = &one.to else { continue };
        let found = titles.iter().position(|title| simple(title) == simple(&one.column));
        own.extend(found.map(|at| (at, name.clone())));
    }
    for (at, title) in titles.iter().enumerate().filter(|_| all) {
        let name = cell::field_name(title);
        let is_known = |(known_at, known): &(usize, String)| *known_at == at || *known == name;
        if !sheet.is_about_permission(at) && is_free(&name) && !own.iter().any(is_known) {
            own.push((at, name));
        }
    }
    if own.len() > MOST_COLUMNS {
        return Err(ImportFault::TooManyColumns { columns: own.len() });
    }
    Ok(own)
}

/// A cell as it stays. One that says no is read as a no of its person, and not kept.
pub(super) fn own_cell(name: &str, cell: &str) -> Option<String> {
    let value = cell::value(name, cell);
    (!value.is_empty() && no_anywhere(&value).is_none()).then_some(value)
}
