//! The titles of an export's columns, as one word: the same export next month has the same.
//! Pure: files in, a word out.

use std::collections::BTreeSet;

use super::model::Export;
use super::tables::tables_of;
use crate::rfc::csv::{CsvShape, simple};

/// Of files that were not read yet; empty where they cannot be.
pub fn header_of(files: &[(String, Vec<u8>)]) -> String {
    let mut titles = BTreeSet::new();
    for (name, bytes) in files {
        let Ok(tables) = tables_of(name, bytes) else { return String::new() };
        for table in tables {
            let Ok(shape) = CsvShape::of(&table.name, &table.bytes) else { return String::new() };
            titles.extend(shape.columns.iter().map(|title| simple(title)));
        }
    }
    joined(titles)
}

impl Export {
    /// Of files that were read.
    pub fn header(&self) -> String {
        let titles = self.files.iter().flat_map(|file| file.used.iter().chain(&file.ignored));
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
    use super::header_of;
    use crate::audience::import::{ImportOptions, read};

    #[test]
    fn the_same_columns_have_one_header_in_any_order_and_before_and_after_reading() {
        let file = |text: &str| vec![("a.csv".to_owned(), text.as_bytes().to_vec())];
        let first = file("Email,Given Name,,Town\nann@e.org,Ann,,York\n");
        let options = ImportOptions::on("2026-11-26".parse().unwrap());
        let export = read(&first, &options).unwrap();
        assert_eq!(header_of(&first), "email,givenname,town");
        assert_eq!(export.header(), header_of(&first));
        assert_eq!(
            header_of(&file("TOWN;e-mail;given name\nYork;bob@e.org;Bob\n")),
            "email,givenname,town"
        );
        assert_eq!(header_of(&file("%PDF-1.4")), "");
    }
}
