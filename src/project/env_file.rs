//! Changes values in `.env`, and leaves everything else there as it is.
//! Pure: text in, text out.

/// The file with these values: a name that stands there gets the new one at its place, others come at the end. `None` takes
/// a name away. Comments stay.
pub fn with_values(text: &str, values: &[(&str, Option<&str>)]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut written: Vec<&str> = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = values.iter().find(|(name, _)| sets(line, name)) else {
            lines.push(line.to_owned());
            continue;
        };
        if let Some(value) = value
            && !written.contains(name)
        {
            lines.push(line_of(name, value));
        }
        written.push(name);
    }
    for (name, value) in values {
        if let (Some(value), false) = (value, written.contains(name)) {
            lines.push(line_of(name, value));
        }
    }
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn sets(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Single quotes keep every character but themselves and, as the reader of these files has it, a backslash before them: both
/// stand between two of such texts.
fn line_of(name: &str, value: &str) -> String {
    let quoted: String = value
        .chars()
        .map(|c| if matches!(c, '\'' | '\\') { format!("'\\{c}'") } else { c.to_string() })
        .collect();
    format!("{name}='{quoted}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_changed_at_its_place_and_the_rest_stays() {
        let text = "# Ours\nA='1'\nexport B = 2\n# A='0'\nA='again'\nAB='x'";
        let changed = with_values(text, &[("A", Some("new")), ("B", None), ("C", Some("it's $5"))]);
        assert_eq!(changed, "# Ours\nA='new'\n# A='0'\nAB='x'\nC='it'\\''s $5'\n");
        assert_eq!(with_values("", &[("A", None)]), "");
        assert_eq!(with_values("", &[("A", Some("1"))]), "A='1'\n");
    }

    proptest::proptest! {
        #[test]
        fn every_value_is_read_back_as_it_was_typed(value in "[^\\p{Cc}]{0,40}", other in "[a-z0-9]{0,10}") {
            let before = format!("OTHER='{other}'\n# a note\n");
            let text = with_values(&before, &[("ROUNDUP_RELAY_PASSWORD", Some(&value))]);
            let read: Vec<(String, String)> =
                dotenvy::from_read_iter(text.as_bytes()).map(Result::unwrap).collect();
            let expected = [
                ("OTHER".to_owned(), other),
                ("ROUNDUP_RELAY_PASSWORD".to_owned(), value),
            ];
            proptest::prop_assert_eq!(read, expected);
        }
    }
}
