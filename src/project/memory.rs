//! What this computer remembers outside of the project: every sending, and each ledger as it was when it was last seen.
//! Shell: small files in the user's own folder.
//!
//! A ledger can be deleted, copied or restored from a backup, and then says in good faith that nobody has been mailed.
//! Only something outside of it can show the difference.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::database::private;
use crate::rfc::base16;

/// A record is a few hundred bytes; what is longer was not written by us.
const LONGEST_RECORD_BYTES: u64 = 16 * 1024;
/// Sendings that are read back: a hundred years of weekly ones.
const MOST_SENDINGS: usize = 5200;

/// The folder in which this computer remembers sendings and ledgers; `None` where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    folder: Option<PathBuf>,
}

/// A ledger when it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenLedger {
    /// Its generation then.
    pub age: i64,
    /// Which file or server it was: `Nature::place`. Empty where an earlier version wrote this.
    #[serde(default)]
    pub place: String,
    /// When the backup was made that it was restored from, until somebody has said that it is the right one.
    #[serde(default)]
    pub restored: Option<DateTime<Utc>>,
}

/// One edition that was sent, or begun, from this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The List-Id, or the sender's address: whose newsletter it is.
    pub newsletter: String,
    pub edition: String,
    pub window_start: NaiveDate,
    pub window_end: NaiveDate,
    pub people: u64,
    pub planned_at: DateTime<Utc>,
    /// The identity of the ledger that knows who got it.
    pub ledger: String,
    /// The check value of the secret it was sent with.
    pub secret_check: String,
    /// The project's folder.
    pub project: PathBuf,
}

/// What was said last of one kind, and when.
#[derive(Debug, Serialize, Deserialize)]
struct SaidTrouble {
    /// Its hash: a message may be long.
    what: String,
    at: DateTime<Utc>,
}

impl Memory {
    /// The folder follows each system's custom: `$XDG_STATE_HOME` or `~/.local/state`, `%LOCALAPPDATA%`,
    /// `~/Library/Application Support`. `XDG_STATE_HOME` wins everywhere.
    pub fn new(process: &[(String, String)]) -> Self {
        let value = |name: &str| {
            let found = process.iter().find(|(found, value)| found == name && !value.is_empty());
            found.map(|(_, value)| PathBuf::from(value)).filter(|path| path.is_absolute())
        };
        let own = || {
            if cfg!(windows) {
                value("LOCALAPPDATA")
            } else if cfg!(target_os = "macos") {
                value("HOME").map(|home| home.join("Library/Application Support"))
            } else {
                value("HOME").map(|home| home.join(".local/state"))
            }
        };
        Self { folder: value("XDG_STATE_HOME").or_else(own).map(|folder| folder.join("roundup")) }
    }

    fn ledger_file(&self, identity: &str) -> Option<PathBuf> {
        let is_plain = !identity.is_empty() && identity.chars().all(|c| c.is_ascii_alphanumeric());
        Some(self.folder.as_ref()?.join("ledgers").join(identity)).filter(|_| is_plain)
    }

    /// A ledger when this computer last saw it.
    pub fn seen(&self, identity: &str) -> Option<SeenLedger> {
        let text = read(&self.ledger_file(identity)?)?;
        // Earlier versions wrote the age and nothing else.
        match text.trim().parse() {
            Ok(age) => Some(SeenLedger { age, ..SeenLedger::default() }),
            Err(_) => serde_json::from_str(&text).ok(),
        }
    }

    /// False where there is no folder to remember in.
    pub fn can_remember(&self) -> bool {
        self.folder.is_some()
    }

    /// Keeps how a ledger is. A computer that cannot remember puts one question too many, and does no harm.
    pub fn see(&self, identity: &str, seen: &SeenLedger) {
        if let (Some(file), Ok(text)) = (self.ledger_file(identity), serde_json::to_vec(seen)) {
            let _ = private::write(&file, &text);
        }
    }

    /// Whether something about a project may be said now: it is new, or was said longer ago than `every`. Notes that it is.
    /// `kind` is what it is about; what is said of one kind replaces what was said before. A computer that cannot remember
    /// says it each time.
    pub fn may_say(
        &self,
        kind: &str,
        project: &Path,
        what: &str,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> bool {
        let Some(folder) = &self.folder else { return true };
        let root = project.canonicalize().unwrap_or_else(|_| project.to_owned());
        let name = name_of(&[kind, &root.to_string_lossy()]);
        let file = folder.join("said").join(name);
        let what = name_of(&[what]);
        let before = read(&file).and_then(|text| serde_json::from_str::<SaidTrouble>(&text).ok());
        // What was said by a clock that is right again was not said.
        let is_known =
            before.is_some_and(|said| said.what == what && said.at <= now && now - said.at < every);
        if is_known {
            return false;
        }
        if let Ok(text) = serde_json::to_vec(&SaidTrouble { what, at: now }) {
            let _ = private::write(&file, &text);
        }
        true
    }

    /// The folder of a newsletter's sendings. Names may hold anything: their hash is the folder's name.
    fn sendings_folder(&self, newsletter: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("sendings").join(name_of(&[newsletter])))
    }

    /// Every sending of a newsletter that this computer has begun.
    pub fn sendings(&self, newsletter: &str) -> Vec<Sending> {
        let Some(folder) = self.sendings_folder(newsletter) else { return Vec::new() };
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let mut sendings: Vec<Sending> = entries
            .take(MOST_SENDINGS)
            .filter_map(|entry| serde_json::from_str(&read(&entry.ok()?.path())?).ok())
            .filter(|sending: &Sending| sending.newsletter == newsletter)
            .collect();
        sendings.sort_by_key(|sending| sending.planned_at);
        sendings
    }

    /// Keeps a sending, on the disk when it returns.
    ///
    /// # Errors
    /// When it cannot be written. Without a folder there is nothing to write.
    pub fn remember(&self, sending: &Sending) -> io::Result<()> {
        let Some(folder) = self.sendings_folder(&sending.newsletter) else { return Ok(()) };
        let window = format!("{} {}", sending.window_start, sending.window_end);
        let file = folder.join(format!("{}.json", name_of(&[&sending.edition, &window])));
        private::write(&file, &serde_json::to_vec(sending)?)
    }
}

fn read(path: &Path) -> Option<String> {
    let file = fs::metadata(path).ok()?;
    if !file.is_file() || file.len() > LONGEST_RECORD_BYTES {
        return None;
    }
    fs::read_to_string(path).ok()
}

fn name_of(parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    base16::encode(&context.finish().as_ref()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> (tempfile::TempDir, Memory) {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().display().to_string();
        let memory = Memory::new(&[("XDG_STATE_HOME".to_owned(), state)]);
        (folder, memory)
    }

    fn sending(edition: &str) -> Sending {
        Sending {
            newsletter: "news.charity.example".to_owned(),
            edition: edition.to_owned(),
            window_start: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap(),
            window_end: NaiveDate::from_ymd_opt(2021, 1, 1).unwrap(),
            people: 600,
            planned_at: DateTime::UNIX_EPOCH,
            ledger: "abc".to_owned(),
            secret_check: "0123".to_owned(),
            project: PathBuf::from("/p"),
        }
    }

    #[test]
    fn ledgers_are_remembered() {
        let (folder, memory) = memory();
        assert_eq!(memory.seen("abc"), None);
        let seen = SeenLedger { age: 8, place: "1-2".to_owned(), restored: None };
        memory.see("abc", &SeenLedger { age: 7, ..seen.clone() });
        memory.see("abc", &seen);
        assert_eq!((memory.seen("abc"), memory.seen("abd")), (Some(seen.clone()), None));
        // As an earlier version wrote it.
        fs::write(folder.path().join("roundup/ledgers/old"), "41\n").unwrap();
        assert_eq!(memory.seen("old").unwrap(), SeenLedger { age: 41, ..SeenLedger::default() });
        memory.see("../x", &seen);
        assert_eq!(memory.seen("../x"), None);
        assert!(!Memory::new(&[]).can_remember());
        assert!(!Memory::new(&[("XDG_STATE_HOME".to_owned(), "below".to_owned())]).can_remember());
    }

    #[test]
    fn trouble_is_said_once_in_its_time() {
        let (folder, memory) = memory();
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(1000 + minutes);
        let hour = TimeDelta::hours(1);
        for (kind, what, minutes, said) in [
            ("due", "a", 0, true),
            ("due", "a", 5, false),
            ("notice", "a", 5, true),
            ("due", "b", 10, true),
            ("due", "b", 69, false),
            ("due", "b", 70, true),
            // A clock that went back: nothing was said in the future.
            ("due", "b", 30, true),
            ("due", "b", 40, false),
        ] {
            let may = memory.may_say(kind, folder.path(), what, hour, at(minutes));
            assert_eq!(may, said, "{kind} {what} {minutes}");
        }
        assert!(memory.may_say("due", Path::new("/elsewhere"), "b", hour, at(41)));
        for _ in 0..2 {
            assert!(Memory::default().may_say("due", folder.path(), "a", hour, at(0)));
        }
    }

    #[test]
    fn sendings_are_remembered_by_newsletter_edition_and_window() {
        let (folder, memory) = memory();
        for edition in ["2020", "../../2021", "2020"] {
            memory.remember(&sending(edition)).unwrap();
        }
        let other = Sending { newsletter: "news.other.example".to_owned(), ..sending("2020") };
        memory.remember(&other).unwrap();
        let earlier = Sending {
            window_end: NaiveDate::from_ymd_opt(2020, 12, 1).unwrap(),
            ..sending("2020")
        };
        memory.remember(&earlier).unwrap();
        assert_eq!(memory.sendings("news.charity.example").len(), 3);
        assert_eq!(memory.sendings("news.other.example"), [other]);
        assert_eq!(memory.sendings("nobody"), []);
        // What somebody else put there is passed over.
        let of_ours = folder.path().join("roundup/sendings").join(name_of(&["news.other.example"]));
        fs::write(of_ours.join("x.json"), "{").unwrap();
        assert_eq!(memory.sendings("news.other.example").len(), 1);
        assert_eq!(Memory::default().sendings("x"), []);
        Memory::default().remember(&sending("2020")).unwrap();
    }
}
