//! The titles of an export's columns, as one word: the same export next month has the same.
//! Pure: tables in, a word out.

use std::collections::BTreeSet;

use super::model::Export;
use super::tables::HeadedTable;
use crate::rfc::csv::simple;

/// Of tables that were not read yet; empty where they cannot be.
pub fn header_of(tables: &[HeadedTable]) -> String {
    let mut titles = BTreeSet::new();
    for table in tables {
        let Ok(shape) = table.shape() else { return String::new() };
        titles.extend(shape.columns.iter().map(|title| simple(title)));
    }
    joined(titles)
}

impl Export {
    /// Of files that were read.
    pub fn header(&self) -> String {
        let titles = self.files.iter().flat_map(|file| {
            let own = file.own.iter().map(|(title, _)| title);
            file.used.iter().chain(&file.ignored).chain(own)
        });
        joined(titles.map(|title| simple(title)).collect())
    }
}

/// The order of columns and files makes no difference.
fn joined(mut titles: BTreeSet<String>) -> String {
    titles.remove("");
    titles.into_iter().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::audience::import::{HeadedTable, ImportOptions, header_of, in_memory, read, tables};
    use crate::rfc::csv::Input;

    #[test]
    fn the_same_columns_have_one_header_in_any_order_and_before_and_after_reading() {
        let file = |text: &str| vec![("a.csv".to_owned(), text.as_bytes().to_vec())];
        let of = |text: &str| -> Vec<HeadedTable> {
            let input: Arc<dyn Input> = Arc::new(Arc::<[u8]>::from(text.as_bytes()));
            tables(&[("a.csv".to_owned(), input)], &in_memory).unwrap()
        };
        let first = "Email,Given Name,,Town\nann@e.org,Ann,,York\n";
        let options = ImportOptions::on("2026-11-26".parse().unwrap());
        let export = read(&file(first), &options).unwrap();
        assert_eq!(header_of(&of(first)), "email,givenname,town");
        assert_eq!(export.header(), header_of(&of(first)));
        let other = "TOWN;e-mail;given name\nYork;bob@e.org;Bob\n";
        assert_eq!(header_of(&of(other)), "email,givenname,town");
    }
}
