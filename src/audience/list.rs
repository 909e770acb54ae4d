//! A list of subscribers from a table.
//! Pure: bytes in, subscribers and problems out.

use chrono_tz::Tz;
use thiserror::Error;

use super::subscriber::{Basis, Standing, Subscriber};
use super::{LeftOut, WhyNot};
use crate::compose::Values;
use crate::news::PartialDate;
use crate::problem::{Place, Problem};
use crate::rfc::address::EmailAddress;
use crate::rfc::csv::{self, TableError, simple};
use crate::rfc::header::{is_hidden, one_line};

const EMAIL: &[&str] =
    &["email", "emailaddress", "mail", "emailvalue", "email1value", "primaryemail"];
const FIRST_NAME: &[&str] = &["firstname", "givenname", "forename"];
const LAST_NAME: &[&str] = &["lastname", "surname", "familyname"];
const STATUS: &[&str] = &["status"];
const BASIS: &[&str] = &["basis", "consent", "lawfulbasis"];
const SEGMENTS: &[&str] = &["segments", "segment", "tags"];
const OBTAINED: &[&str] = &["obtainedat", "consentat", "subscribedat", "createdat"];

/// A longer cell is not a name or a town.
const LONGEST_VALUE_BYTES: usize = 1024;

/// What a table has of subscribers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    pub subscribers: Vec<Subscriber>,
    /// The merge fields, by the names templates use.
    pub columns: Vec<String>,
    /// Rows without a usable address.
    pub left_out: Vec<LeftOut>,
    /// What was mended, or looks wrong, without costing anybody her mail.
    pub problems: Vec<Problem>,
}

impl List {
    /// Puts another list after this one.
    pub fn append(&mut self, other: List) {
        self.subscribers.extend(other.subscribers);
        for column in other.columns {
            if !self.columns.contains(&column) {
                self.columns.push(column);
            }
        }
        self.left_out.extend(other.left_out);
        self.problems.extend(other.problems);
        // Templates may ask everybody for every column.
        for subscriber in &mut self.subscribers {
            for column in &self.columns {
                subscriber.values.entry(column.clone()).or_default();
            }
        }
    }
}

/// Why a file is no list at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("no column is named `email`: the columns are {}", .columns.join(", "))]
    NoEmailColumn { columns: Vec<String> },
}

/// Reads a list.
///
/// # Errors
/// When the file as a whole is no list; a bad row is only left out.
pub fn read(path: &str, bytes: &[u8]) -> Result<List, ListError> {
    let table = csv::read(path, bytes)?;
    let Some(email) = table.column(EMAIL) else {
        return Err(ListError::NoEmailColumn { columns: table.columns });
    };
    let first_name = table.column(FIRST_NAME);
    let last_name = table.column(LAST_NAME);
    let names: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            if index == email {
                "email".to_owned()
            } else if Some(index) == first_name {
                "first_name".to_owned()
            } else if Some(index) == last_name {
                "last_name".to_owned()
            } else {
                field_name(column)
            }
        })
        .collect();
    let mut list =
        List { columns: names.clone(), problems: table.problems.clone(), ..List::default() };
    list.columns.retain(|name| !name.is_empty());
    let cell_of = |names: &[&str]| table.column(names);
    let (status, basis, segments, obtained) =
        (cell_of(STATUS), cell_of(BASIS), cell_of(SEGMENTS), cell_of(OBTAINED));
    for row in &table.rows {
        let place = Place::line(path, row.line);
        let cell = |column: Option<usize>| column.map_or("", |column| row.cells[column].as_str());
        let written = tidy_address(&row.cells[email]);
        let address = match EmailAddress::parse(&written) {
            Ok(address) => address,
            Err(error) => {
                list.left_out.push(LeftOut {
                    address: one_line(&row.cells[email]),
                    place,
                    why: WhyNot::NotAnAddress(error.to_string()),
                });
                continue;
            }
        };
        let mut values = Values::new();
        for (name, value) in names.iter().zip(&row.cells) {
            if name.is_empty() {
                continue;
            }
            let mut tidy = one_line(value);
            if value.trim().chars().any(is_hidden) {
                list.problems.push(Problem::new(
                    place.clone(),
                    format!("`{name}` has line breaks or hidden characters: they were taken out"),
                    "look at the cell",
                ));
            }
            if tidy.len() > LONGEST_VALUE_BYTES {
                list.problems.push(Problem::new(
                    place.clone(),
                    format!(
                        "`{name}` is longer than {LONGEST_VALUE_BYTES} bytes: it is taken as empty"
                    ),
                    "look at the cell: it may hold other rows",
                ));
                tidy.clear();
            }
            if matches!(name.as_str(), "first_name" | "last_name") && is_no_name(&tidy) {
                tidy.clear();
            }
            values.insert(name.clone(), tidy);
        }
        values.insert("email".to_owned(), address.to_string());
        let obtained_at =
            PartialDate::parse(cell(obtained), Tz::UTC).ok().map(|date| date.days(Tz::UTC).0);
        list.subscribers.push(Subscriber {
            address,
            values,
            segments: cell(segments)
                .split([';', ',', '|'])
                .map(|word| one_line(word.trim_matches(['"', ' '])))
                .filter(|word| !word.is_empty())
                .collect(),
            basis: Basis::parse(cell(basis)),
            obtained_at,
            standing: Standing::parse(cell(status)),
            place,
        });
    }
    Ok(list)
}

/// A column's name as templates write it: `Town / City` is `town_city`.
fn field_name(column: &str) -> String {
    let mut name = String::new();
    for c in column.trim().chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// An address out of what people and exports put into its cell: `mailto:`, angle brackets with a name before them,
/// blanks, invisible signs, a comma or full stop at the end.
fn tidy_address(cell: &str) -> String {
    let cell = cell.trim();
    // A line break inside is no tidying matter: the parser refuses it.
    let visible: String = cell
        .chars()
        .filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{a0}' | '\u{2060}'))
        .collect();
    let mut text = visible.trim();
    if let (Some(open), Some(close)) = (text.find('<'), text.rfind('>'))
        && open < close
        && close == text.len() - 1
    {
        text = text[open + 1..close].trim();
    }
    let text =
        text.strip_prefix("mailto:").or_else(|| text.strip_prefix("MAILTO:")).unwrap_or(text);
    text.trim_end_matches([',', '.', ';']).trim().to_owned()
}

/// What exports write where there is no name.
fn is_no_name(text: &str) -> bool {
    let simple = simple(text);
    simple.is_empty()
        || matches!(simple.as_str(), "null" | "na" | "none" | "unknown")
        || text.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_further_columns_become_fields() {
        let list = read(
            "p.csv",
            b"E-mail Address,First Name,Town / City,Basis,Tags\nann@e.org,Ann,York,consent,\"donors;press\"\n",
        )
        .unwrap();
        assert_eq!(list.columns, ["email", "first_name", "town_city", "basis", "tags"]);
        let ann = &list.subscribers[0];
        assert_eq!(ann.values["town_city"], "York");
        assert_eq!(ann.segments.iter().collect::<Vec<_>>(), ["donors", "press"]);
    }

    #[test]
    fn cells_are_tidied_and_what_is_hidden_is_told() {
        let list = read(
            "p.csv",
            "email,first_name\n Ann B <ann@e.org>,\"Bob\r\nBcc: x@y.org\"\nmailto:cy@e.org.,NULL\ndi\u{200b}@e.org,-\n\
             \"ed@e.org\nfy@e.org\",Ed\n"
                .as_bytes(),
        )
        .unwrap();
        let addresses: Vec<&str> = list.subscribers.iter().map(|s| s.address.as_str()).collect();
        assert_eq!(addresses, ["ann@e.org", "cy@e.org", "di@e.org"]);
        assert_eq!(list.subscribers[0].values["first_name"], "");
        assert_eq!(list.subscribers[1].values["first_name"], "");
        assert_eq!(list.subscribers[2].values["first_name"], "");
        assert_eq!(list.problems[0].place, Place::line("p.csv", 2));
        assert!(
            matches!(&list.left_out[0].why, WhyNot::NotAnAddress(what) if what.contains("control"))
        );
    }

    #[test]
    fn a_wrong_file_says_what_its_columns_are() {
        let error = read("news.csv", b"title,date\nx,2020\n").unwrap_err();
        assert_eq!(error.to_string(), "no column is named `email`: the columns are title, date");
    }
}
