//! Changes of `roundup.toml` as commands and the studio make them: one value at a time, with every comment and the order as they were.
//! Shell: the project's settings say what may stand there.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value, value};

use crate::cli::terminal::failure::{Exit, Failure};
use crate::compose::css_colour::cure_in_digits;
use crate::compose::setting::{pasted_address, six_digits};
use crate::compose::theme::{Theme, contrast};
use crate::project::{ProjectError, SETTINGS_FILE, Settings};
use crate::rfc::text::with_line_ends_of;
use crate::web::studio::SettingValue;

/// Where a rule is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleScope {
    pub rule: String,
    /// One edition only.
    pub edition: Option<String>,
    /// One story of the edition only.
    pub story: Option<String>,
}

fn with_plain_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn document(text: &str) -> Result<DocumentMut, Failure> {
    with_plain_ends(text).parse().map_err(|error| {
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
/// When the settings are not TOML, or hold something else in that place.
pub fn silenced(text: &str, scope: &RuleScope, reason: &str) -> Result<String, Failure> {
    let mut document = document(text)?;
    let checks = group(document.as_table_mut(), "checks", false)?;
    let Some(edition) = &scope.edition else {
        group(checks, "silence", true)?.insert(&scope.rule, value(reason));
        return Ok(written(text, document));
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
    Ok(written(text, document))
}

/// The settings without the silence of a rule.
///
/// # Errors
/// When the settings are not TOML.
pub fn heard_again(text: &str, scope: &RuleScope) -> Result<String, Failure> {
    let mut document = document(text)?;
    let mut above = Vec::new();
    let checks = group(document.as_table_mut(), "checks", false)?;
    if scope.edition.is_none() {
        let silence = group(checks, "silence", true)?;
        silence.remove(&scope.rule);
        if silence.is_empty() {
            above.extend(checks.get("silence").and_then(Item::as_table).map(comment_above));
            checks.remove("silence");
        }
    } else if let Some(ignored) = checks.get_mut("ignore").and_then(Item::as_array_of_tables_mut) {
        above.extend(ignored.iter().filter(|known| is_of(known, scope)).map(comment_above));
        ignored.retain(|known| !is_of(known, scope));
        if ignored.is_empty() {
            checks.remove("ignore");
        }
    }
    keep_comments(&mut document, &above.concat());
    Ok(written(text, document))
}

/// The settings with one of `[people]`: where the list is, or the file that newsletters share.
///
/// # Errors
/// When the settings are not TOML, or hold something else in that place.
pub fn with_people_setting(text: &str, name: &str, setting: &str) -> Result<String, Failure> {
    let mut document = document(text)?;
    put(group(document.as_table_mut(), "people", true)?, name, setting);
    if let Some(inline) = document["people"].as_inline_table().cloned() {
        // As a group of its own, like the others of the file.
        document.remove("people");
        document.insert("people", Item::Table(inline.into_table()));
    }
    Ok(written(text, document))
}

/// Groups that are edited in the studio.
const GROUPS: [&str; 4] = ["organisation", "theme", "appeal", "links"];
/// Settings that are numbers.
const NUMBERS: [&str; 4] = ["logo_width", "heading_weight", "button_radius", "corner_radius"];

/// The text of a setting as the file has it.
pub fn setting_now(text: &str, group: &str, name: &str) -> Option<String> {
    let document: DocumentMut = text.parse().ok()?;
    match document.get(group)?.get(name)?.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        _ => None,
    }
}

/// The settings with other values. What comes out can be read: a file is never left broken.
///
/// # Errors
/// When a setting is not one of the look, or its value is not allowed.
pub fn with_settings(text: &str, settings: &[SettingValue]) -> Result<String, Failure> {
    let after = with_settings_unread(text, settings)?;
    Settings::read(SETTINGS_FILE, &after)
        .map_err(|error| Failure::from(ProjectError::Settings(error)))?;
    Ok(after)
}

fn with_settings_unread(text: &str, settings: &[SettingValue]) -> Result<String, Failure> {
    let mut document = document(text)?;
    for SettingValue { group: of, name, text } in settings {
        let text = text.as_deref().map(|text| pasted_address(text).unwrap_or(text.to_owned()));
        let text = &as_colour(of, name.as_deref(), text.as_deref())?;
        refuse_nothing(of, name.as_deref(), text.as_deref())?;
        if !GROUPS.contains(&of.as_str()) {
            return Err(Failure::new(
                Exit::Usage,
                format!("the settings [{}] are not edited in the studio", of.escape_debug()),
            )
            .help(format!("edit {SETTINGS_FILE} in a text editor")));
        }
        match (name, text) {
            (Some(name), Some(text)) => {
                put(group(document.as_table_mut(), of, true)?, name, text);
            }
            (Some(name), None) => {
                group(document.as_table_mut(), of, true)?.remove(name);
            }
            (None, _) => {
                let above = document.get(of).and_then(Item::as_table).map(comment_above);
                document.remove(of);
                keep_comments(&mut document, &above.unwrap_or_default());
            }
        }
    }
    Ok(written(text, document))
}

/// What no newsletter can be without.
const REQUIRED: [&str; 5] = ["name", "legal_name", "address", "website", "contact"];

/// A field that was left empty has a cure for the field, not for the file.
fn refuse_nothing(group: &str, name: Option<&str>, text: Option<&str>) -> Result<(), Failure> {
    let Some(name) = name.filter(|name| group == "organisation" && REQUIRED.contains(name)) else {
        return Ok(());
    };
    if text.is_some_and(|text| !text.trim().is_empty()) {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("the setting `{name}` cannot be empty"))
        .help("write it, or press Undo: every email names who it is from"))
}

/// A colour as programs show it, also where its `#` is missing. The settings would be read with any words in its place.
fn as_colour(
    group: &str,
    name: Option<&str>,
    text: Option<&str>,
) -> Result<Option<String>, Failure> {
    let is_colour = |name: &str| Theme::default().colours().iter().any(|(known, _)| *known == name);
    let Some(text) = text else { return Ok(None) };
    if !(group == "theme" && name.is_some_and(is_colour)) {
        return Ok(Some(text.to_owned()));
    }
    let written = six_digits(text);
    for whole in [six_digits(&format!("#{written}")), written] {
        if contrast(&whole, "#ffffff").is_some() {
            return Ok(Some(whole));
        }
    }
    Err(Failure::new(Exit::Usage, format!("`{}` is not a colour", text.escape_debug()))
        .help(cure_in_digits(text)))
}

/// The comments above a group, with the empty lines between them.
fn comment_above(table: &Table) -> String {
    let above = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    if !above.lines().any(|line| line.trim_start().starts_with('#')) {
        return String::new();
    }
    // The last empty line is the group's own.
    if above.ends_with("\n\n") { above[..above.len() - 1].to_owned() } else { above.to_owned() }
}

/// What stood above a group that is taken out stays, at the end.
fn keep_comments(document: &mut DocumentMut, comments: &str) {
    if !comments.is_empty() {
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing(format!("{comments}{trailing}"));
    }
}

/// The file's text. Comments at its end stay where they were: what is new stands behind them.
fn written(text: &str, document: DocumentMut) -> String {
    with_line_ends_of(text, whole_text(&with_plain_ends(text), document))
}

fn whole_text(text: &str, mut document: DocumentMut) -> String {
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    let head = text.strip_suffix(&trailing).filter(|_| !trailing.trim().is_empty());
    let Some(head) = head else { return document.to_string() };
    document.set_trailing("");
    let whole = document.to_string();
    match whole.strip_prefix(head) {
        Some(added) if text.ends_with('\n') => format!("{text}{added}"),
        Some(added) => format!("{text}\n{added}"),
        None => format!("{whole}{trailing}"),
    }
}

/// Puts a value in place of another; what stands behind it on its line stays.
fn put(group: &mut dyn TableLike, name: &str, text: &str) {
    let mut new = match text.trim().parse::<i64>() {
        Ok(number) if NUMBERS.contains(&name) => Value::from(number),
        _ => Value::from(text),
    };
    match group.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            group.insert(name, Item::Value(new));
        }
    }
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
    fn a_file_of_windows_stays_one_and_what_is_pasted_is_stored_tidy() {
        let windows = SETTINGS.replace('\n', "\r\n");
        let look = |name: &str, group: &str, text: &str| SettingValue {
            group: group.to_owned(),
            name: Some(name.to_owned()),
            text: Some(text.to_owned()),
        };
        let changes = [look("accent", "theme", " #ABC"), look("shop", "links", " https://e.org/ ")];
        for (before, end) in [(windows.as_str(), "\r\n"), (SETTINGS, "\n")] {
            let mut text = before.to_owned();
            for change in &changes {
                text = with_settings_unread(&text, std::slice::from_ref(change)).unwrap();
            }
            assert!(text.contains("accent = \"#aabbcc\""), "{text}");
            assert!(text.contains("shop = \"https://e.org/\""), "{text}");
            assert_eq!(text.matches('\n').count(), text.matches(end).count(), "{text:?}");
            assert_eq!(text.contains('\r'), end == "\r\n");
            let silent = silenced(before, &scope(None, None), "why").unwrap();
            assert_eq!(heard_again(&silent, &scope(None, None)).unwrap(), before);
        }
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
            for line in SETTINGS.lines() {
                assert!(text.contains(line), "{line}: {text}");
            }
        }
        assert!(!text.contains("border"), "{text}");
    }

    #[test]
    fn what_is_ignored_and_checked_again_leaves_the_file_as_it_was() {
        let tails = ["", "# One.\n", "\n# One.\n\n# Two.\n", "\n# One.\n\n\n# Two.\n\n# Three.\n"];
        for tail in tails {
            let before = format!("{SETTINGS}{tail}");
            for scope in
                [scope(None, None), scope(Some("2020-12"), None), scope(Some("2020-12"), Some("a"))]
            {
                let silent = silenced(&before, &scope, "why").unwrap();
                assert_ne!(silent, before);
                assert_eq!(heard_again(&silent, &scope).unwrap(), before, "{scope:?}: {silent}");
            }
        }
    }

    #[test]
    fn the_list_moves_and_the_comments_of_another_group_stay_in_it() {
        let group = "\n[people]\nkeep = \"database\"\n";
        let last = "[theme]\nlanguage = \"en\"\n# use = \"harbour\"\n";
        for (before, after) in [
            (last.to_owned(), format!("{last}{group}")),
            (
                "[people]\n# ours\ntidy_after = 1\n".to_owned(),
                "[people]\n# ours\ntidy_after = 1\nkeep = \"database\"\n".to_owned(),
            ),
            (
                "people = { keep = \"files\" }\n".to_owned(),
                "[people]\nkeep = \"database\"\n".to_owned(),
            ),
            (
                "[people]\nkeep = \"files\" # for now\n".to_owned(),
                "[people]\nkeep = \"database\" # for now\n".to_owned(),
            ),
        ] {
            let found = with_people_setting(&before, "keep", "database").unwrap();
            assert_eq!(found, after);
        }
        assert!(with_people_setting("people = 1", "keep", "database").is_err());
    }

    const WHOLE: &str = "# Ours.\n[organisation] # who\nname = \"A\" # short\nlegal_name = \"A\"\naddress = \"1 A Street\"\n\
        website = \"https://a.example/\"\ncontact = \"a@a.example\"\n\n# The look.\n[theme]\n# accent = \"#000\"\n\n\
        # From.\n[sender]\nname = \"A\"\naddress = \"news@a.example\"\n\n[links]\n\"Past editions\" = \"https://a.example/past\"\n";

    fn set(group: &str, name: &str, text: Option<&str>) -> SettingValue {
        let name = (!name.is_empty()).then(|| name.to_owned());
        SettingValue { group: group.to_owned(), name, text: text.map(str::to_owned) }
    }

    #[test]
    fn a_value_changes_and_every_comment_stays() {
        for (setting, from, to) in [
            (
                set("organisation", "name", Some("B \"x\"")),
                "name = \"A\" # short",
                "name = 'B \"x\"' # short",
            ),
            (
                set("theme", "accent", Some("#112233")),
                "[theme]\n",
                "[theme]\naccent = \"#112233\"\n",
            ),
            (set("theme", "logo_width", Some("120")), "[theme]\n", "[theme]\nlogo_width = 120\n"),
            (set("links", "Past editions", Some("https://a.example/x")), "/past\"", "/x\""),
            (
                set("links", "Past editions", None),
                "\"Past editions\" = \"https://a.example/past\"\n",
                "",
            ),
            (
                set("links", "Instagram", Some("https://i.example/")),
                "/past\"\n",
                "/past\"\nInstagram = \"https://i.example/\"\n",
            ),
        ] {
            let after = with_settings(WHOLE, std::slice::from_ref(&setting)).unwrap();
            assert_eq!(after, WHOLE.replacen(from, to, 1), "{setting:?}");
            let name = setting.name.as_deref().unwrap();
            assert_eq!(setting_now(&after, &setting.group, name), setting.text);
        }
    }

    #[test]
    fn an_appeal_comes_and_goes_whole() {
        let appeal = [
            set("appeal", "title", Some("Give")),
            set("appeal", "text", Some("It helps.")),
            set("appeal", "button", Some("Give now")),
            set("appeal", "url", Some("https://a.example/give")),
        ];
        let after = with_settings(WHOLE, &appeal).unwrap();
        assert!(after.starts_with(WHOLE) && after.contains("[appeal]\n"), "{after}");
        assert_eq!(with_settings(&after, &[set("appeal", "", None)]).unwrap(), WHOLE);
        assert!(with_settings(WHOLE, &appeal[..1]).is_err(), "a part of an appeal is none");
    }

    #[test]
    fn a_value_that_is_not_allowed_changes_nothing() {
        for setting in [
            set("theme", "accent", Some("blue")),
            set("theme", "accnt", Some("#112233")),
            set("theme", "logo", Some("javascript:x")),
            set("theme", "logo_width", Some("9999")),
            set("organisation", "website", Some("x")),
            set("organisation", "contact", Some("x")),
            set("organisation", "legal_name", None),
            set("organisation", "name", Some("two\nlines")),
            set("links", "", Some("x")),
            set("links", "x", Some("ftp://a.example")),
            set("send", "rate", Some("1")),
            set("sender", "address", Some("x@y.example")),
            set("news", "", None),
        ] {
            let result = with_settings(WHOLE, std::slice::from_ref(&setting));
            let is_links = setting.group == "links" && setting.name.is_none();
            assert!(result.is_err() || is_links, "{setting:?}: {result:?}");
        }
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
