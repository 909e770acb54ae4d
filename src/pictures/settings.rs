//! `[pictures]` of the settings: where pictures are written, and where that is on the web.
//! Pure: settings in, places out.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

/// `[pictures]` of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The folder that pictures are written into.
    pub publish: Option<PathBuf>,
    /// Where that folder is on the web, such as `https://charity.example/pictures`.
    pub base_url: Option<String>,
}

/// Why pictures cannot be published at all.
#[derive(Debug, Error)]
pub enum PicturesError {
    #[error("`publish` and `base_url` under [pictures] need each other")]
    Incomplete,
    #[error(
        "`base_url` under [pictures] is `{0}`, and must be like https://charity.example/pictures"
    )]
    Address(String),
    #[error("`{path}` cannot be written: {what}")]
    Failed { path: String, what: String },
}

impl PicturesError {
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Incomplete => {
                "name the folder and where it is on the web: publish = \"pictures\" and \
                 base_url = \"https://charity.example/pictures\""
            }
            Self::Address(_) => "write the address at which the folder is reached on the web",
            Self::Failed { .. } => "check the disk, and your rights there",
        }
    }
}

/// Where pictures go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishing {
    pub(super) folder: PathBuf,
    /// Ends in a slash.
    pub(super) base_url: String,
}

impl Publishing {
    /// What the settings say; nothing where pictures are not published. `project` is the folder of the project.
    ///
    /// # Errors
    /// When one of the two settings is missing, or the address is not one of the web.
    pub fn of(settings: &Settings, project: &Path) -> Result<Option<Self>, PicturesError> {
        let (folder, address) = match (&settings.publish, &settings.base_url) {
            (None, None) => return Ok(None),
            (Some(folder), Some(address)) => (folder, address.trim()),
            _ => return Err(PicturesError::Incomplete),
        };
        // `Url` takes line breaks out in silence.
        let is_odd = |c: char| c.is_control() || c.is_whitespace() || "\"'<>\\`{}".contains(c);
        let url = Url::parse(address).ok().filter(|url| {
            let is_plain = !address.contains(is_odd);
            is_plain
                && matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        let Some(url) = url else {
            return Err(PicturesError::Address(address.chars().take(100).collect()));
        };
        let base_url = format!("{}/", url.as_str().trim_end_matches('/'));
        Ok(Some(Self { folder: project.join(folder), base_url }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_it_seems() {
        let with = |address: &str| {
            let settings =
                Settings { publish: Some("public".into()), base_url: Some(address.to_owned()) };
            Publishing::of(&settings, Path::new("/")).map(|known| known.map(|one| one.base_url))
        };
        assert_eq!(with("https://e.org/a").unwrap().as_deref(), Some("https://e.org/a/"));
        for wrong in [
            "https://e.org/a\r\nBcc: b@c.org",
            "https://e.org/\" onerror=\"x",
            "https://e.org/'x",
            "https://e.org/a b",
            "https://e.org/?a=b",
            "javascript:x",
        ] {
            assert!(with(wrong).is_err(), "{wrong:?}");
        }
    }
}
