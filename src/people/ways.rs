//! When each way of leaving last worked: a mailbox that was read, links that were tried from outside.
//! Shell: one file of a project, `leaving-ways.json`.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::database::private;

/// What worked a week ago is not proof of today: the law wants a way that works, and certificates expire.
pub const PROOF_HOLDS_DAYS: i64 = 7;

/// `[leaving]` of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who reads the emails to the unsubscribe address by hand, and records them.
    pub mailbox_read_by: Option<String>,
    /// Where the drop box gives what it keeps, such as `https://charity.example/news/drop`.
    pub drop: Option<String>,
}

/// When the mailbox was read last, when the links were tried last, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeavingProof {
    mailbox_read_at: Option<DateTime<Utc>>,
    links_tried_at: Option<DateTime<Utc>>,
    /// The public address that was tried.
    public_url: Option<String>,
    drop_box: Option<DropBoxReading>,
}

/// How far a drop box was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DropBoxReading {
    /// The box's address: another box is read from its beginning.
    address: String,
    /// Behind everything that was read.
    place: String,
    read_at: DateTime<Utc>,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("leaving-ways.json")
}

fn holds(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    // A time in the future is that of another clock, and proves nothing.
    at.is_some_and(|at| at <= now && now - at <= TimeDelta::days(PROOF_HOLDS_DAYS))
}

impl LeavingProof {
    /// `folder` is `.roundup`. A file that is missing or unreadable proves nothing.
    pub fn read(folder: &Path) -> Self {
        let bytes = std::fs::read(path(folder)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        private::write(&path(folder), &serde_json::to_vec(self)?)
    }

    /// The mailbox was read to its end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn mailbox_read(folder: &Path, now: DateTime<Utc>) -> io::Result<()> {
        Self { mailbox_read_at: Some(now), ..Self::read(folder) }.write(folder)
    }

    /// The links were tried; what did not work takes an earlier proof back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn links_tried(
        folder: &Path,
        public_url: &str,
        works: bool,
        now: DateTime<Utc>,
    ) -> io::Result<()> {
        let links_tried_at = works.then_some(now);
        let public_url = Some(public_url.to_owned());
        Self { links_tried_at, public_url, ..Self::read(folder) }.write(folder)
    }

    /// A drop box was read up to a place, and what stood before it is on disk here.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn drop_box_read(
        folder: &Path,
        address: &str,
        place: &str,
        now: DateTime<Utc>,
    ) -> io::Result<()> {
        let (address, place) = (address.to_owned(), place.to_owned());
        let reading = DropBoxReading { address, place, read_at: now };
        Self { drop_box: Some(reading), ..Self::read(folder) }.write(folder)
    }

    /// How far a drop box was read, and when; nothing for one that was never read.
    pub fn drop_box_place(&self, address: &str) -> Option<(&str, DateTime<Utc>)> {
        let reading = self.drop_box.as_ref().filter(|reading| reading.address == address)?;
        Some((&reading.place, reading.read_at))
    }

    /// When a program last read the mailbox to its end.
    pub fn mailbox_read_at(&self) -> Option<DateTime<Utc>> {
        self.mailbox_read_at
    }

    /// Whether a program has read the mailbox lately.
    pub fn mailbox_is_read(&self, now: DateTime<Utc>) -> bool {
        holds(self.mailbox_read_at, now)
    }

    /// Whether the links of this public address worked lately.
    pub fn links_work(&self, public_url: &str, now: DateTime<Utc>) -> bool {
        self.public_url.as_deref() == Some(public_url) && holds(self.links_tried_at, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_for_a_week_and_for_its_own_address() {
        let folder = tempfile::tempdir().unwrap();
        let day = |n| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(n);
        let url = "https://news.charity.example";
        let none = LeavingProof::read(folder.path());
        assert!(!none.mailbox_is_read(day(10)) && !none.links_work(url, day(10)));
        LeavingProof::mailbox_read(folder.path(), day(10)).unwrap();
        LeavingProof::links_tried(folder.path(), url, true, day(11)).unwrap();
        let proof = LeavingProof::read(folder.path());
        for (now, mailbox, links) in [
            (9, false, false),
            (10, true, false),
            (17, true, true),
            (18, false, true),
            (19, false, false),
        ] {
            assert_eq!(proof.mailbox_is_read(day(now)), mailbox, "day {now}");
            assert_eq!(proof.links_work(url, day(now)), links, "day {now}");
        }
        assert!(!proof.links_work("https://other.example", day(12)));
        // A failure takes the proof of the links back, and that of the mailbox stays.
        LeavingProof::links_tried(folder.path(), url, false, day(12)).unwrap();
        let proof = LeavingProof::read(folder.path());
        assert!(proof.mailbox_is_read(day(12)) && !proof.links_work(url, day(12)));
        let drop = "https://news.charity.example/drop";
        LeavingProof::drop_box_read(folder.path(), drop, "2026-11.40", day(12)).unwrap();
        let proof = LeavingProof::read(folder.path());
        assert_eq!(proof.drop_box_place(drop), Some(("2026-11.40", day(12))));
        assert_eq!(proof.drop_box_place("https://other.example/drop"), None);
        assert!(proof.mailbox_is_read(day(12)));
        std::fs::write(path(folder.path()), "not JSON").unwrap();
        assert_eq!(LeavingProof::read(folder.path()), LeavingProof::default());
    }
}
