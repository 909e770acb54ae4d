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
            _ if cell.contains('"') || cell.contains(',') => ',',
            _ if cell.contains(';') => ';',
            _ => '|',
        };
        listed(cell, delimiter)
    };
    let mut tags: Vec<String> = Vec::new();
    for part in parts {
        let tag = one_line(part.trim_start_matches("* ").trim_matches(['"', ' ', '\'']));
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// A list of comma-separated values, read without a reader of CSV files: to make one for each row took half of an import's time.
/// Blanks may stand around quotation marks, and a line break separates too.
fn listed(cell: &str, delimiter: char) -> Vec<String> {
    let is_end = |c: char| c == delimiter || c == '\n' || c == '\r';
    if !cell.contains('"') {
        return cell.split(is_end).map(str::to_owned).collect();
    }
    let mut parts = Vec::new();
    let (mut part, mut is_quoted) = (String::new(), false);
    let mut characters = cell.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                part.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if part.trim().is_empty() => {
                part.clear();
                is_quoted = true;
            }
            _ if is_end(c) && !is_quoted => parts.push(std::mem::take(&mut part)),
            _ => part.push(c),
        }
    }
    parts.push(part);
    parts
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
