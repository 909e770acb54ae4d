//! The studio's address, kept for a day: a page that is still open finds the studio again when it is started again.
//! Shell: a small private file.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::cli::terminal::system;
use crate::database::private;
use crate::project::Project;
use crate::rfc::base16;

/// Below the project, and private: the token opens the studio.
const FILE: &str = ".roundup/studio-address.json";
/// Nobody guesses these.
const TOKEN_BYTES: usize = 16;
const KEPT_FOR: TimeDelta = TimeDelta::days(1);

/// A port of this computer, and the random word in the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudioAddress {
    pub port: u16,
    pub token: String,
    until: DateTime<Utc>,
}

impl StudioAddress {
    /// One with a new token.
    pub fn new(port: u16, now: DateTime<Utc>) -> Self {
        let mut token = [0; TOKEN_BYTES];
        system::random(&mut token);
        Self { port, token: base16::encode(&token), until: now + KEPT_FOR }
    }

    /// The one of the last studio, if it is not too old.
    pub fn kept(project: &Project, now: DateTime<Utc>) -> Option<Self> {
        let path = project.path(FILE);
        if private::is_open_to_others(&path) {
            return None;
        }
        let text = std::fs::read_to_string(path).ok()?;
        Self::parse(&text, now)
    }

    fn parse(text: &str, now: DateTime<Utc>) -> Option<Self> {
        let kept: Self = serde_json::from_str(text).ok()?;
        let is_token = kept.token.len() == 2 * TOKEN_BYTES
            && kept.token.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_recent = kept.until > now && kept.until <= now + KEPT_FOR;
        (is_token && is_recent && kept.port != 0).then_some(kept)
    }

    /// Keeps it for a day from now on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, project: &Project, now: DateTime<Utc>) -> std::io::Result<()> {
        let kept = Self { until: now + KEPT_FOR, ..self.clone() };
        let text = serde_json::to_string(&kept).map_err(std::io::Error::other)?;
        private::write(&project.path(FILE), text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_for_a_day_and_only_as_it_was_written() {
        let now: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
        let address = StudioAddress::new(4321, now);
        let text = serde_json::to_string(&address).unwrap();
        assert_eq!(StudioAddress::parse(&text, now), Some(address.clone()));
        for (text, at) in [
            (text.clone(), now + KEPT_FOR),
            (text.clone(), now - TimeDelta::seconds(1)),
            (text.replace("4321", "0"), now),
            (text.replace("4321", "65536"), now),
            (text.replace(&address.token, "short"), now),
            (text.replace(&address.token, &"/".repeat(2 * TOKEN_BYTES)), now),
            (String::new(), now),
            ("{}".to_owned(), now),
        ] {
            assert_eq!(StudioAddress::parse(&text, at), None, "{text} at {at}");
        }
    }
}
