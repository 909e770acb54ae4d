//! What stands in the columns of a table, by its first rows: a title may promise an address where there is a yes or a no.
//! Pure: rows in, figures out.

use super::cell;
use crate::rfc::csv::Rows;

/// Rows that are looked at.
const LOOKED_AT: usize = 200;

/// The first rows of a table, column by column.
#[derive(Debug, Default)]
pub struct FirstRows {
    columns: Vec<ColumnSample>,
}

#[derive(Debug, Default, Clone)]
struct ColumnSample {
    filled: usize,
    addresses: usize,
    /// Some have a slip in their address.
    with_at: usize,
}

impl FirstRows {
    pub fn of(mut rows: Rows, columns: usize) -> Self {
        let mut contents = Self { columns: vec![ColumnSample::default(); columns] };
        for _ in 0..LOOKED_AT {
            if !matches!(rows.advance(), Ok(Some(_))) {
                break;
            }
            for (column, cell) in contents.columns.iter_mut().zip(rows.record()) {
                if !cell.trim().is_empty() {
                    column.filled += 1;
                    column.with_at += usize::from(cell.contains('@'));
                    column.addresses += usize::from(cell::address(cell).is_ok());
                }
            }
        }
        contents
    }

    /// Of columns whose titles promise addresses, those that hold some, or nothing at all; all of them where none does. In
    /// `Email address, Email, Phone, Post` the second says by what people want to be reached.
    pub fn with_addresses(&self, promised: &[usize]) -> Vec<usize> {
        let holds = |at: &usize, wanted: fn(&ColumnSample) -> bool| {
            self.columns.get(*at).is_some_and(wanted)
        };
        if !promised.iter().any(|at| holds(at, |column| column.with_at > 0)) {
            // `Primary contact, Email`, of which the second has yes and no.
            let other = self.addresses();
            let other = other.filter(|_| promised.iter().any(|at| holds(at, |c| c.filled > 0)));
            return other.map_or_else(|| promised.to_vec(), |other| vec![other]);
        }
        let may_hold = |column: &ColumnSample| column.with_at > 0 || column.filled == 0;
        promised.iter().copied().filter(|at| holds(at, may_hold)).collect()
    }

    /// The column whose cells are addresses, where most of them are.
    pub fn addresses(&self) -> Option<usize> {
        let count = |at: &usize| self.columns[*at].addresses;
        let best = (0..self.columns.len()).max_by_key(|at| (count(at), self.columns.len() - at))?;
        let ColumnSample { filled, addresses, .. } = self.columns[best];
        (addresses > 0 && addresses * 2 >= filled).then_some(best)
    }
}
