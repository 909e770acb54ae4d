//! A file of addresses: one a line, or a table with a column of them.
//! Pure: bytes in, addresses out.

use thiserror::Error;

use super::sheet_titles::EMAIL;
use crate::rfc::address::EmailAddress;
use crate::rfc::csv::{self, TableError};

/// Why a file is not one of addresses. None of it is taken then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressFileError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("no column holds addresses")]
    NoColumn,
    #[error("`{text}` is not an email address")]
    NotAnAddress { line: usize, text: String, more: usize },
    #[error("there is no address in it")]
    Nobody,
}

/// Each address of a file, in its order. `name` is what people call the file.
///
/// # Errors
/// When a cell is not an address: a no must not be lost among lines that were left out.
pub fn addresses(name: &str, bytes: &[u8]) -> Result<Vec<EmailAddress>, AddressFileError> {
    let table = csv::read(name, bytes)?;
    let titled = table.column(EMAIL);
    // A list without a title begins with an address.
    let first = table.columns.iter().position(|title| title.contains('@'));
    let Some(column) = titled.or(first) else { return Err(AddressFileError::NoColumn) };
    let untitled = table.columns.get(column).filter(|_| titled.is_none());
    let cells = untitled.map(|cell| (1, cell.as_str())).into_iter().chain(
        table.rows.iter().map(|row| (row.line, row.cells.get(column).map_or("", String::as_str))),
    );
    let mut found = Vec::new();
    let mut wrong: Option<(usize, String)> = None;
    let mut more = 0;
    for (line, cell) in cells {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        match EmailAddress::parse(cell) {
            Ok(address) => found.push(address),
            Err(_) if wrong.is_none() => {
                wrong = Some((line, cell.escape_debug().take(100).collect()));
            }
            Err(_) => more += 1,
        }
    }
    match wrong {
        Some((line, text)) => Err(AddressFileError::NotAnAddress { line, text, more }),
        None if found.is_empty() => Err(AddressFileError::Nobody),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, AddressFileError> {
        let found = addresses("a.csv", text.as_bytes())?;
        Ok(found.iter().map(|address| address.as_str().to_owned()).collect())
    }

    #[test]
    fn one_a_line_or_a_column_of_them() {
        let both = Ok(vec!["ann@example.org".to_owned(), "bob@example.org".to_owned()]);
        for text in [
            "ann@example.org\nbob@example.org\n",
            "ann@example.org\r\n\r\nbob@example.org",
            "Email\nann@example.org\nbob@example.org\n",
            "\u{feff}E-mail address\nann@example.org\nbob@example.org\n",
            "Name;Email\nAnn;ann@example.org\nBob;bob@example.org\n",
            "Ann,ann@example.org\nBob,bob@example.org\n",
            "name,email\nNobody,\nAnn,ann@example.org\nBob, bob@example.org\n",
        ] {
            assert_eq!(read(text), both, "{text}");
        }
    }

    #[test]
    fn nothing_is_taken_of_a_file_with_something_else_in_it() {
        let wrong = |line, text: &str, more| {
            Err(AddressFileError::NotAnAddress { line, text: text.to_owned(), more })
        };
        assert_eq!(read("email\nann@example.org\nbob\ncy@\n"), wrong(3, "bob", 1));
        assert_eq!(
            read("ann@example.org\nbob at example.org\n"),
            wrong(2, "bob at example.org", 0)
        );
        assert_eq!(read("name\nAnn\n"), Err(AddressFileError::NoColumn));
        assert_eq!(read("email\n\n"), Err(AddressFileError::Nobody));
        assert_eq!(read(""), Err(AddressFileError::Table(TableError::Empty)));
    }
}
