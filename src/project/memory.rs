//! What this computer remembers of ledgers, outside of the project: how old each was when it was last seen.
//! Shell: a small file a ledger, in the user's own folder.
//!
//! A ledger that is younger than it was comes from a backup; one that was never seen here comes from another computer.

use std::fs;
use std::path::PathBuf;

use crate::database::private;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    folder: Option<PathBuf>,
}

impl Memory {
    /// The folder follows the XDG base directory specification: `$XDG_STATE_HOME`, or `~/.local/state`.
    pub fn new(process: &[(String, String)]) -> Self {
        let value = |name: &str| {
            process
                .iter()
                .find(|(found, value)| found == name && !value.is_empty())
                .map(|(_, value)| value)
        };
        let state = value("XDG_STATE_HOME")
            .or_else(|| value("LOCALAPPDATA"))
            .map(PathBuf::from)
            .or_else(|| value("HOME").map(|home| PathBuf::from(home).join(".local/state")));
        Self { folder: state.map(|state| state.join("roundup").join("ledgers")) }
    }

    fn file(&self, identity: &str) -> Option<PathBuf> {
        let is_plain = !identity.is_empty() && identity.chars().all(|c| c.is_ascii_alphanumeric());
        Some(self.folder.as_ref()?.join(identity)).filter(|_| is_plain)
    }

    /// How old a ledger was when this computer last saw it.
    pub fn age(&self, identity: &str) -> Option<i64> {
        fs::read_to_string(self.file(identity)?).ok()?.trim().parse().ok()
    }

    /// False where there is no folder to remember in.
    pub fn can_remember(&self) -> bool {
        self.folder.is_some()
    }

    /// Keeps how old a ledger is. A computer that cannot remember asks once too often, and does no harm.
    pub fn keep(&self, identity: &str, age: i64) {
        let Some(file) = self.file(identity) else { return };
        let _ = private::write(&file, age.to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().display().to_string();
        let memory = Memory::new(&[("HOME".to_owned(), home)]);
        assert_eq!(memory.age("abc"), None);
        memory.keep("abc", 7);
        memory.keep("abc", 8);
        assert_eq!((memory.age("abc"), memory.age("abd")), (Some(8), None));
        assert!(folder.path().join(".local/state/roundup/ledgers/abc").is_file());
        memory.keep("../x", 1);
        assert_eq!(memory.age("../x"), None);
        assert!(!Memory::new(&[]).can_remember());
    }
}
