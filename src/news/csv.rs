//! News as a table: one item a row.
//! Pure: bytes in, items and problems out.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::date::PartialDate;
use super::fields::{self, Origin};
use super::item::Reading;
use crate::problem::{Place, Problem};
use crate::rfc::csv;

/// Reads a table. `date` is given to rows that have none.
pub fn read(
    source: &str,
    path: &str,
    bytes: &[u8],
    zone: Tz,
    date: Option<PartialDate>,
) -> Reading {
    let mut reading = Reading::default();
    let table = match csv::read(path, bytes) {
        Ok(table) => table,
        Err(error) => {
            reading.problems.push(Problem::new(
                Place::whole(path),
                error.to_string(),
                "save it as “CSV UTF-8” with the names of the columns in the first line",
            ));
            return reading;
        }
    };
    if table.column(&["title", "headline", "name"]).is_none()
        && table.column(&["summary", "description", "text", "body"]).is_none()
    {
        reading.problems.push(Problem::new(
            Place::line(path, 1),
            format!("no column is named `title`: the columns are {}", table.columns.join(", ")),
            "name the columns: title, date, summary, link, topics",
        ));
        return reading;
    }
    reading.problems.clone_from(&table.problems);
    for (index, row) in table.rows.iter().enumerate() {
        let fields: BTreeMap<String, Value> = table
            .columns
            .iter()
            .zip(&row.cells)
            .filter(|(name, cell)| !name.is_empty() && !cell.trim().is_empty())
            .map(|(name, cell)| (name.clone(), Value::String(cell.clone())))
            .collect();
        fields::add(
            &mut reading,
            &fields,
            Origin {
                source,
                place: Place::line(path, row.line),
                zone,
                id: None,
                date,
                body: None,
                body_lines: Vec::new(),
                order: i64::try_from(index).unwrap_or(i64::MAX) + 1,
                line_of: &|_| None,
            },
        );
    }
    reading
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn rows_become_items_and_bad_rows_problems() {
        let reading = read(
            "sheet",
            "news.csv",
            b"Title;Date;Summary;Topic;URL\nOne;2020-12;First;a,b;https://e.org/1\n;;;x;\nTwo;gestern;;;e.org\n",
            London,
            None,
        );
        assert_eq!(reading.items.len(), 2);
        assert_eq!(reading.items[0].topics, ["a", "b"]);
        assert_eq!(reading.items[0].place, Place::line("news.csv", 2));
        let lines: Vec<_> = reading.problems.iter().map(|p| p.place.line).collect();
        assert_eq!(lines, [Some(3), Some(4), Some(4)], "{:?}", reading.problems);
    }

    #[test]
    fn a_list_of_people_is_not_news() {
        let reading = read("sheet", "people.csv", b"email,first_name\na@e.org,A\n", London, None);
        assert!(reading.items.is_empty());
        assert_eq!(reading.problems.len(), 1);
    }
}
