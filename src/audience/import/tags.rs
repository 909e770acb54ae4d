//! Tags as systems write them into one cell.
//! Pure: a cell in, tags out.

use crate::rfc::text::one_line;

/// A cell of tags is a list of comma-separated values; Mailchimp puts each in quotation marks, as tags may hold commas.
/// Semicolons and bars separate where there is neither. Google writes ` ::: ` between labels, and a star before its own.
pub(super) fn tags_of(cell: &str) -> Vec<String> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Vec::new();
    }
    let parts: Vec<String> = if cell.contains(":::") {
        cell.split(":::").map(|tag| tag.trim().trim_start_matches('*').to_owned()).collect()
    } else if let Ok(list) = serde_json::from_str::<Vec<String>>(cell) {
        list
    } else {
        let delimiter = match cell {
            _ if cell.contains('"') || cell.contains(',') => b',',
            _ if cell.contains(';') => b';',
            _ => b'|',
        };
        // A blank before a quotation mark would make it a part of the tag.
        let listed = cell.replace("\", \"", "\",\"").replace("\"; \"", "\";\"");
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(::csv::Trim::All)
            .delimiter(delimiter)
            .from_reader(listed.as_bytes());
        let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
        record.iter().map(str::to_owned).collect()
    };
    let mut tags: Vec<String> = Vec::new();
    for part in parts {
        let tag = one_line(part.trim_matches(['"', ' ', '\'']));
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::tags_of;

    #[test]
    fn tags_may_hold_commas() {
        for (cell, expected) in [
            ("\"Donor\",\"York, Leeds\"", &["Donor", "York, Leeds"][..]),
            ("\"Donor\", \"York, Leeds\"", &["Donor", "York, Leeds"]),
            ("Donor, Volunteer", &["Donor", "Volunteer"]),
            ("Donor; Volunteer;", &["Donor", "Volunteer"]),
            ("Donor|Volunteer", &["Donor", "Volunteer"]),
            ("* myContacts ::: Work", &["myContacts", "Work"]),
            ("[\"a\", \"b\"]", &["a", "b"]),
            ("a, a", &["a"]),
            ("  ", &[]),
        ] {
            assert_eq!(tags_of(cell), expected, "{cell}");
        }
    }
}
