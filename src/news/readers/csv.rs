//! News as a table: one item a row.
//! Pure: bytes in, items and problems out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::decode::text_of;
use super::fields::{self, Origin};
use crate::news::item::Reading;
use crate::news::source::SourceContext;
use crate::problem::{Place, Problem, did_you_mean};
use crate::rfc::csv;

/// Reads a table.
pub fn read(opened: &SourceContext<'_>, bytes: &[u8]) -> Reading {
    let (path, columns) = (opened.shown, &opened.settings.columns);
    let mut reading = Reading::default();
    let table = match csv::read(path, text_of(bytes).as_bytes()) {
        Ok(table) => table,
        Err(error) => {
            reading.problems.push(Problem::new(
                Place::whole(path),
                error.to_string(),
                "save it as “CSV UTF-8” with column names in the first line",
            ));
            return reading;
        }
    };
    for (name, column) in columns {
        if !table.columns.iter().any(|known| csv::simple(known) == csv::simple(column)) {
            reading.problems.push(Problem::new(
                Place::line(path, 1),
                format!("there is no column `{column}` for `{name}`"),
                did_you_mean(column, table.columns.iter().map(String::as_str), "the columns are"),
            ));
            return reading;
        }
    }
    if columns.is_empty()
        && table.column(&["title", "headline", "name"]).is_none()
        && table.column(&["summary", "description", "text", "body"]).is_none()
    {
        reading.problems.push(Problem::new(
            Place::line(path, 1),
            format!("no column is named `title`: the columns are {}", table.columns.join(", ")),
            "name the columns title, date, summary, link, topics, or write columns = { title = \
             \"…\" } in roundup.toml",
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
            .map(|(name, cell)| {
                let meant = columns.iter().find(|(_, c)| csv::simple(c) == csv::simple(name));
                (meant.map_or(name, |(meant, _)| meant).clone(), Value::String(cell.clone()))
            })
            .collect();
        fields::add(
            &mut reading,
            &fields,
            Origin {
                date: opened.date,
                ..Origin::listed(
                    &opened.settings.name,
                    Place::line(path, row.line),
                    opened.zone,
                    index,
                )
            },
        );
    }
    reading
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::source::{Settings, SourceKind};

    fn read_as(columns: &str, bytes: &[u8]) -> Reading {
        let mut settings = Settings::new("sheet", SourceKind::Csv);
        settings.columns = toml::from_str(columns).unwrap();
        read(
            &SourceContext { settings: &settings, shown: "news.csv", zone: London, date: None },
            bytes,
        )
    }

    #[test]
    fn columns_of_any_name() {
        let sheet = b"Headline,When,Blurb,Web page\nOne,3 Dec 2020,First,https://e.org/1\n";
        let reading = read_as(
            "title = 'Headline'\ndate = 'when'\nsummary = 'Blurb'\nlink = 'Web page'",
            sheet,
        );
        assert_eq!(reading.problems, []);
        let one = &reading.items[0];
        assert_eq!((one.title.as_str(), one.summary.as_str()), ("One", "First"));
        assert_eq!(one.date.unwrap().to_string(), "2020-12-03");
        assert_eq!(one.link.as_deref(), Some("https://e.org/1"));
        let reading = read_as("title = 'Headlin'", sheet);
        assert_eq!(reading.problems[0].cure, "did you mean `Headline`?");
    }

    #[test]
    fn rows_become_items_and_bad_rows_problems() {
        let reading = read_as(
            "",
            b"Title;Date;Summary;Topic;URL\nOne;2020-12;First;a,b;https://e.org/1\n;;;x;\nTwo;gestern;;;e.org\n",
        );
        assert_eq!(reading.items.len(), 2);
        assert_eq!(reading.items[0].topics, ["a", "b"]);
        assert_eq!(reading.items[0].place, Place::line("news.csv", 2));
        let lines: Vec<_> = reading.problems.iter().map(|p| p.place.line).collect();
        assert_eq!(lines, [Some(3), Some(4), Some(4)], "{:?}", reading.problems);
    }

    #[test]
    fn a_list_of_people_is_not_news() {
        let reading = read_as("", b"email,first_name\na@e.org,A\n");
        assert!(reading.items.is_empty());
        assert_eq!(reading.problems.len(), 1);
    }
}
