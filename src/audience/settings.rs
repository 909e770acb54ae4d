//! `[people]`: where the list lives.
//! Pure: values.

use serde::{Deserialize, Serialize};

/// The `[people]` table of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub keep: ListPlace,
    /// The do-not-mail list that several newsletters share, made by `roundup subscribers share`.
    pub do_not_mail: Option<String>,
}

/// Where the people of the list are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListPlace {
    /// In the files of `subscribers/`.
    #[default]
    Files,
    /// In the ledger's database; files come in by import and go out by export.
    Database,
}
