//! What was learnt of relays, in `.roundup/relays.json`: the next run need not find it out again.
//! Shell: one small private file. It is a convenience: what cannot be read or written is learnt again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::database::private;
use crate::smtp::quirks::RememberedQuirks;

const FILE: &str = ".roundup/relays.json";
/// A few relays of a line each.
const LONGEST_BYTES: u64 = 64 * 1024;
/// Relays are upgraded: what one could not do is tried again after this time.
const REMEMBERED_DAYS: i64 = 90;
/// A project has one relay, and now and then another.
const MOST_RELAYS: usize = 50;

/// One relay, by host and port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RelayRecord {
    learnt_at: DateTime<Utc>,
    #[serde(flatten)]
    quirks: RememberedQuirks,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayMemory {
    path: PathBuf,
}

impl RelayMemory {
    pub fn new(root: &Path) -> Self {
        Self { path: root.join(FILE) }
    }

    fn read(&self) -> BTreeMap<String, RelayRecord> {
        let is_small = fs::metadata(&self.path).is_ok_and(|file| file.len() <= LONGEST_BYTES);
        let text = if is_small { fs::read(&self.path).unwrap_or_default() } else { Vec::new() };
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// What is known of a relay, as in `smtp.example.org:587`.
    pub fn of(&self, relay: &str, now: DateTime<Utc>) -> RememberedQuirks {
        let is_recent = |remembered: &RelayRecord| {
            now - remembered.learnt_at < TimeDelta::days(REMEMBERED_DAYS)
                && remembered.learnt_at <= now
        };
        self.read().remove(relay).filter(is_recent).map_or_else(Default::default, |r| r.quirks)
    }

    /// Remembers what is known of a relay.
    ///
    /// # Errors
    /// When the file cannot be written: then it is learnt again by the next run.
    pub fn remember(
        &self,
        relay: &str,
        quirks: &RememberedQuirks,
        now: DateTime<Utc>,
    ) -> std::io::Result<()> {
        let mut all = self.read();
        all.insert(relay.to_owned(), RelayRecord { learnt_at: now, quirks: quirks.clone() });
        while all.len() > MOST_RELAYS {
            let oldest = all.iter().min_by_key(|(_, known)| known.learnt_at);
            let Some(oldest) = oldest.map(|(relay, _)| relay.clone()) else { break };
            all.remove(&oldest);
        }
        let text = serde_json::to_vec_pretty(&all)?;
        private::write(&self.path, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::Mechanism;

    #[test]
    fn a_relay_is_remembered_for_a_season() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RelayMemory::new(folder.path());
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        let none = RememberedQuirks::default();
        assert_eq!(memory.of("a:587", now), none);
        let quirks =
            RememberedQuirks { takes_no_announcement: true, mechanism: Some(Mechanism::Login) };
        memory.remember("a:587", &quirks, now).unwrap();
        memory.remember("b:587", &none, now).unwrap();
        assert_eq!(memory.of("a:587", now + TimeDelta::days(30)), quirks);
        assert_eq!(memory.of("a:587", now + TimeDelta::days(91)), none);
        // A clock that was wrong then.
        assert_eq!(memory.of("a:587", now - TimeDelta::days(1)), none);
        assert_eq!(
            (memory.of("b:587", now), memory.of("a:465", now)),
            (none.clone(), none.clone())
        );
        fs::write(folder.path().join(FILE), "{ not json").unwrap();
        assert_eq!(memory.of("a:587", now), none);
        memory.remember("a:587", &quirks, now).unwrap();
        assert_eq!(memory.of("a:587", now), quirks);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let memory = RelayMemory::new(folder.path());
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        memory.remember("a:587", &RememberedQuirks::default(), now).unwrap();
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
