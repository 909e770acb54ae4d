//! What somebody said about an import, kept with it: the same columns next month get the same answers, where they want them.
//! Pure: earlier imports in, flags out.

use serde::{Deserialize, Serialize};

use crate::ledger::list_store::PastImport;

/// The flags of an import that say something about its files. What was not said is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ImportAnswers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obtained: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met_through: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<String>,
}

/// What is remembered of an import beside its figures.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RememberedImport {
    header: String,
    answers: ImportAnswers,
}

impl ImportAnswers {
    /// As somebody would type them.
    pub fn typed(&self) -> String {
        let mut flags = Vec::new();
        let mut add = |flag: &str, value: &str| flags.push(typed_flag(flag, value));
        for (flag, value) in [
            ("from", &self.from),
            ("basis", &self.basis),
            ("source", &self.source),
            ("obtained", &self.obtained),
            ("met-through", &self.met_through),
            ("dates", &self.dates),
        ] {
            if let Some(value) = value {
                add(flag, value);
            }
        }
        self.map.iter().for_each(|mapping| add("map", mapping));
        flags.join(" ")
    }
}

/// A flag as somebody would type it.
pub(super) fn typed_flag(flag: &str, value: &str) -> String {
    let is_plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '='));
    if is_plain {
        return format!("--{flag} {value}");
    }
    format!("--{flag} '{}'", value.replace('\'', r"'\''"))
}

/// The answers that were given when files with this header were imported last.
pub(super) fn answers_for(header: &str, imports: &[PastImport]) -> Option<ImportAnswers> {
    let remembered = imports
        .iter()
        .filter_map(|import| serde_json::from_str::<RememberedImport>(&import.summary).ok());
    let last =
        remembered.into_iter().find(|import| import.header == header && !header.is_empty())?;
    (last.answers != ImportAnswers::default()).then_some(last.answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_import_with_the_same_columns_answers() {
        let import = |header: &str, source: &str| PastImport {
            at: chrono::DateTime::default(),
            summary: format!(
                "{{\"header\":\"{header}\",\"answers\":{{\"basis\":\"consent\",\"source\":\"{source}\"}}}}"
            ),
        };
        let without =
            PastImport { at: chrono::DateTime::default(), summary: "{\"new\":3}".to_owned() };
        let imports =
            [without, import("a,b", "our form"), import("c", "x"), import("a,b", "older")];
        let found = answers_for("a,b", &imports).unwrap();
        assert_eq!(found.typed(), "--basis consent --source 'our form'");
        assert_eq!((answers_for("a", &imports), answers_for("", &imports)), (None, None));
    }
}
