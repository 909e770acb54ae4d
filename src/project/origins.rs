//! Every setting with its value and where that came from: `roundup.toml`, the theme, the environment, `.env`, or the default.
//! Shell: takes what the project has read; no row holds a secret.

use serde::Serialize;
use serde_json::Value;
use toml_edit::{Document, TableLike};

use super::environment::{Variable, VariableOrigin};
use super::setting_place::offset;
use super::settings::Settings;
use super::{HOOK_PREFIX, SETTINGS_FILE};
use crate::news::shown_address::without_password;

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";
/// Settings that may hold a secret in the middle of their text: a command may have a password among its words.
const NEVER_SHOWN: [&str; 1] = ["notify.command"];

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettingOrigin {
    pub name: String,
    pub value: Value,
    /// `flag`, `environment`, `.env`, `roundup.toml`, `theme` or `default`.
    pub origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// Everything in `roundup.toml`, and everything that could stand there.
pub fn of_settings(settings: &Settings) -> Vec<SettingOrigin> {
    let mut rows = Vec::new();
    let Ok(whole) = serde_json::to_value(settings) else { return rows };
    let text = settings.text.as_str();
    // It was read before: a text that is not TOML is not here.
    let document = Document::parse(text).ok();
    let root = document.as_ref().map(|document| document.as_table() as &dyn TableLike);
    flatten(&whole, &mut Vec::new(), &mut |path, value| {
        let written = root.and_then(|root| offset(root, path));
        let name = shown(path);
        let (origin, line) = match written {
            Some(at) => (SETTINGS_FILE, text.get(..at).map(|text| text.matches('\n').count() + 1)),
            None if path.first().is_some_and(|group| group == "theme") => ("theme", None),
            None => ("default", None),
        };
        let value = masked(&name, value);
        rows.push(SettingOrigin { name, value, origin, line });
    });
    rows
}

/// The variables that are set. Of a secret only that it is set.
pub fn of_variables(
    set: &[VariableOrigin],
    value: impl Fn(Variable) -> Option<String>,
) -> Vec<SettingOrigin> {
    let row = |one: &VariableOrigin| {
        let known = Variable::ALL.into_iter().find(|known| known.name() == one.name);
        let text = match known {
            Some(Variable::RelayUsername | Variable::InboxUsername) => known.and_then(&value),
            // What is not an address may be a password in the wrong place.
            Some(Variable::Relay | Variable::Inbox | Variable::Ledger) => known
                .and_then(&value)
                .filter(|address| address.contains("://") || known == Some(Variable::Ledger))
                .map(|address| without_password(&address)),
            _ if one.name.ends_with("_FILE") && !one.name.starts_with(HOOK_PREFIX) => {
                one.path.clone()
            }
            _ => None,
        };
        SettingOrigin {
            name: one.name.clone(),
            value: text.map_or_else(|| Value::from(HIDDEN), Value::from),
            origin: one.origin,
            line: None,
        }
    };
    set.iter().map(row).collect()
}

/// Visits each value that is not a group.
fn flatten(value: &Value, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], &Value)) {
    match value {
        Value::Object(group) if !group.is_empty() || path.is_empty() => {
            for (name, value) in group {
                path.push(name.clone());
                flatten(value, path, visit);
                path.pop();
            }
        }
        Value::Array(groups) if groups.iter().any(Value::is_object) => {
            for (number, value) in groups.iter().enumerate() {
                path.push(number.to_string());
                flatten(value, path, visit);
                path.pop();
            }
        }
        value => visit(path, value),
    }
}

/// `news[0].url`, as people would say it.
fn shown(path: &[String]) -> String {
    let mut name = String::new();
    for part in path {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            name.push_str(&format!("[{part}]"));
        } else if name.is_empty() {
            name.push_str(part);
        } else {
            name.push_str(&format!(".{part}"));
        }
    }
    name
}

fn masked(name: &str, value: &Value) -> Value {
    match value {
        Value::String(_) if NEVER_SHOWN.contains(&name) => Value::from(HIDDEN),
        Value::String(text) if text.contains("://") => Value::from(without_password(text)),
        Value::Array(values) => values.iter().map(|value| masked(name, value)).collect(),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "time_zone = \"Europe/London\"\n[organisation]\nname = \"N\"\nlegal_name = \"N Ltd\"\naddress = \"1 St\"\n\
        website = \"https://charity.example/\"\ncontact = \"a@charity.example\"\n[sender]\nname = \"N\"\n\
        address = \"news@charity.example\"\n[send]\nwindow = 0\n[[news]]\nname = \"s\"\nkind = \"feed\"\nurl = \"https://k:s3cret@charity.example/feed?key=s3cret\"\n\
        [notify]\ncommand = \"curl -H 's3cret'\"\n[leaving]\ndrop = \"https://x:s3cret@charity.example/drop\"\n";

    #[test]
    fn each_setting_has_its_line_or_its_default_and_no_secret() {
        let settings = Settings::read(SETTINGS_FILE, TEXT).unwrap();
        let rows = of_settings(&settings);
        let row = |name: &str| rows.iter().find(|row| row.name == name).cloned();
        for (name, origin, line) in [
            ("time_zone", "roundup.toml", Some(1)),
            ("organisation.legal_name", "roundup.toml", Some(4)),
            ("sender.address", "roundup.toml", Some(10)),
            ("send.lookahead", "roundup.toml", Some(12)),
            ("news[0].url", "roundup.toml", Some(16)),
            ("notify.command", "roundup.toml", Some(18)),
            ("send.connections", "default", None),
            ("sender.reply_to", "default", None),
            ("schedule.every", "default", None),
            ("theme.ink", "theme", None),
        ] {
            let found = row(name).unwrap_or_else(|| panic!("{name}: {rows:?}"));
            assert_eq!((found.origin, found.line), (origin, line), "{found:?}");
        }
        let shown = serde_json::to_string(&rows).unwrap();
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("charity.example/drop"), "{shown}");
    }
}
