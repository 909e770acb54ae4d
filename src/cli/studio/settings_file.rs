//! Changes of `roundup.toml` as the studio makes them: one value at a time, with every comment and the order as they were.
//! Pure: a file's text in, its text out.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, value};

use crate::cli::terminal::failure::{Exit, Failure};
use crate::project::SETTINGS_FILE;

/// Where a rule is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleScope {
    pub rule: String,
    /// One edition only.
    pub edition: Option<String>,
    /// One story of the edition only.
    pub story: Option<String>,
}

fn document(text: &str) -> Result<DocumentMut, Failure> {
    text.parse().map_err(|error| {
        Failure::new(Exit::Usage, format!("{SETTINGS_FILE} cannot be read: {error}"))
    })
}

/// The group below another one, made where there is none. `is_header`: it stands in the file by itself.
fn group<'a>(
    table: &'a mut dyn TableLike,
    name: &str,
    is_header: bool,
) -> Result<&'a mut dyn TableLike, Failure> {
    if !table.contains_key(name) {
        let mut group = Table::new();
        group.set_implicit(!is_header);
        table.insert(name, Item::Table(group));
    }
    table.get_mut(name).and_then(Item::as_table_like_mut).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{name}` in {SETTINGS_FILE} is not a group"))
            .help(format!("write [{name}], with one setting on each line"))
    })
}

/// The settings with a rule that is silent.
///
/// # Errors
/// When the settings are no TOML, or hold something else in that place.
pub fn silenced(text: &str, scope: &RuleScope, reason: &str) -> Result<String, Failure> {
    let mut document = document(text)?;
    let checks = group(document.as_table_mut(), "checks", false)?;
    let Some(edition) = &scope.edition else {
        group(checks, "silence", true)?.insert(&scope.rule, value(reason));
        return Ok(document.to_string());
    };
    let mut entry = Table::new();
    entry.insert("rule", value(&scope.rule));
    entry.insert("edition", value(edition));
    if let Some(story) = &scope.story {
        entry.insert("story", value(story));
    }
    entry.insert("reason", value(reason));
    if !checks.contains_key("ignore") {
        checks.insert("ignore", Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let ignored = checks.get_mut("ignore").and_then(Item::as_array_of_tables_mut);
    let ignored = ignored.ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("`checks.ignore` in {SETTINGS_FILE} is not a list of groups"),
        )
        .help("write [[checks.ignore]] above each of them")
    })?;
    ignored.retain(|known| !is_of(known, scope));
    ignored.push(entry);
    Ok(document.to_string())
}

/// The settings without the silence of a rule.
///
/// # Errors
/// When the settings are no TOML.
pub fn heard_again(text: &str, scope: &RuleScope) -> Result<String, Failure> {
    let mut document = document(text)?;
    let checks = group(document.as_table_mut(), "checks", false)?;
    if scope.edition.is_none() {
        group(checks, "silence", true)?.remove(&scope.rule);
    } else if let Some(ignored) = checks.get_mut("ignore").and_then(Item::as_array_of_tables_mut) {
        ignored.retain(|known| !is_of(known, scope));
        if ignored.is_empty() {
            checks.remove("ignore");
        }
    }
    Ok(document.to_string())
}

fn is_of(known: &Table, scope: &RuleScope) -> bool {
    let text = |name: &str| known.get(name).and_then(Item::as_str);
    text("rule") == Some(&scope.rule)
        && text("edition") == scope.edition.as_deref()
        && text("story") == scope.story.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = "# Ours.\n[organisation] # who\nname = \"A\"\n\n# The look.\n[theme]\n# accent = \"#000\"\n";

    fn scope(edition: Option<&str>, story: Option<&str>) -> RuleScope {
        let text = |text: Option<&str>| text.map(str::to_owned);
        RuleScope { rule: "alt".to_owned(), edition: text(edition), story: text(story) }
    }

    #[test]
    fn a_silence_is_added_and_taken_out_and_all_else_stays() {
        let scopes = [
            scope(None, None),
            scope(Some("2020-12"), None),
            scope(Some("2020-12"), Some("a: \"b\"")),
            scope(Some("2021-01"), None),
        ];
        let mut text = SETTINGS.to_owned();
        for scope in &scopes {
            text = silenced(&text, scope, "a \"border\"").unwrap();
            assert!(text.starts_with(SETTINGS), "{text}");
        }
        let again = silenced(&text, &scopes[1], "another").unwrap();
        assert_eq!(again.matches("[[checks.ignore]]").count(), 3, "{again}");
        let checks: crate::check::Settings =
            toml::from_str::<toml::Table>(&text).unwrap()["checks"].clone().try_into().unwrap();
        assert_eq!((checks.silence.len(), checks.ignore.len()), (1, 3));
        for scope in &scopes {
            text = heard_again(&text, scope).unwrap();
        }
        assert!(text.starts_with(SETTINGS) && !text.contains("border"), "{text}");
    }

    #[test]
    fn something_else_in_that_place_is_named() {
        for (text, scope) in [
            ("checks = 1\n", scope(None, None)),
            ("[checks]\nsilence = 1\n", scope(None, None)),
            ("[checks]\nignore = 1\n", scope(Some("2020"), None)),
            ("[checks\n", scope(None, None)),
        ] {
            assert!(silenced(text, &scope, "x").is_err(), "{text}");
        }
    }
}
