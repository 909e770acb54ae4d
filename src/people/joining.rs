//! `[joining]`: whether people sign up on the public page, and what they agree to.
//! Pure: values.

use serde::{Deserialize, Serialize};

/// The proof of somebody's consent has at most 2 KB.
const LONGEST_WORDING_CHARACTERS: usize = 500;

/// `[joining]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct JoinSettings {
    /// Whether the page is there.
    pub open: bool,
    /// Where people gave their address, as it is kept with their consent.
    pub source: String,
    /// What they agree to; `{name}` stands for the newsletter. A sentence in the page's language by default.
    pub wording: Option<String>,
    /// Whether the form has a field for the first name.
    pub first_name: bool,
    pub welcome: Welcome,
}

impl Default for JoinSettings {
    fn default() -> Self {
        Self {
            open: false,
            source: "sign-up page".to_owned(),
            wording: None,
            first_name: true,
            welcome: Welcome::default(),
        }
    }
}

/// What somebody gets who has confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Welcome {
    /// A few words.
    #[default]
    Words,
    /// The latest edition that was sent.
    Latest,
    Nothing,
}

impl JoinSettings {
    /// Which setting is wrong, and how to write it.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let is_right = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= LONGEST_WORDING_CHARACTERS
        };
        let cure = || format!("write 1 to {LONGEST_WORDING_CHARACTERS} characters");
        if !is_right(&self.source) {
            return Some(("source", cure()));
        }
        match &self.wording {
            Some(wording) if !is_right(wording) => Some(("wording", cure())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wording_is_kept_as_proof_and_has_a_limit() {
        let with = |wording: &str| JoinSettings {
            wording: Some(wording.to_owned()),
            ..JoinSettings::default()
        };
        assert_eq!(JoinSettings::default().fault(), None);
        assert_eq!(with("Yes, please.").fault(), None);
        for wrong in ["", " ", &"é".repeat(501)] {
            assert_eq!(with(wrong).fault().map(|(field, _)| field), Some("wording"), "{wrong}");
        }
        let no_source = JoinSettings { source: String::new(), ..JoinSettings::default() };
        assert_eq!(no_source.fault().map(|(field, _)| field), Some("source"));
    }
}
