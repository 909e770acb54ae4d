//! Ledgers that are away or restored in a random life: what was written down elsewhere meanwhile still counts.
//! Shell: runs ledgers, files.

use std::path::PathBuf;
use std::time::Duration;

use super::{Backup, World};
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
use crate::database::sqlite;
use crate::ledger::{Ledger, MemoryLedger, SqliteLedger};
use crate::people::{Act, ActKind, Journal, LeavingWay, drain};

/// No test waits for it.
const PATIENCE: Duration = Duration::from_mins(10);

impl World {
    pub(super) async fn leave_by_email(&mut self, those: &[String]) {
        for key in those {
            let (person, notice) = (self.list.keys.address_hash_of_key(key), self.emails.len());
            let step = NoMailStep::Add(NoMailReason::Unsubscribed);
            let change = NoMailChange::new(&person, step, ChangeOrigin::Email, self.now);
            let change = NoMailChange { notice: Some(notice.to_string()), ..change };
            self.emails.push((key.clone(), change));
            self.say_no(key, NoMailReason::Unsubscribed, true);
        }
        self.read_mailbox().await;
    }

    /// Reads every email that is still there, whether it was read before or not.
    async fn read_mailbox(&self) {
        let changes = self.emails.iter().map(|(_, change)| change.clone()).collect();
        self.list.ledger.change_no_mail(changes).await.unwrap();
    }

    pub(super) async fn leave_meanwhile(&mut self, those: &[String]) {
        let journal = Journal::<MemoryLedger>::new(self.spool.clone(), PATIENCE);
        for key in those {
            let person = self.list.keys.address_hash_of_key(key);
            let what = ActKind::Left { way: LeavingWay::Page, reason: None };
            journal.record(vec![Act::new(&person, self.now, what)]).await.unwrap();
            self.say_no(key, NoMailReason::Unsubscribed, true);
        }
    }

    /// As before every plan and claim.
    pub(super) async fn take_what_waits(&self) {
        drain(&self.spool, &self.list.ledger, PATIENCE).await.unwrap();
        assert!(self.spool.is_empty());
    }

    fn ledger_file(&self, number: usize) -> PathBuf {
        self.project.path(format!(".roundup/{number}.db"))
    }

    /// A server is backed up by its own means.
    pub(super) fn back_up(&mut self) {
        let Some(current) = &self.current else { return };
        let file = self.ledger_file(self.moves + 1);
        sqlite::copy(current, &file).unwrap();
        self.moves += 1;
        self.backup = Some(Backup { file, known: self.known.clone(), read: self.emails.len() });
    }

    pub(super) async fn restore(&mut self, those: &[String]) {
        self.leave_meanwhile(those).await;
        let Some(Backup { file, known, read }) = self.backup.take() else { return };
        self.moves += 1;
        let current = self.ledger_file(self.moves);
        sqlite::copy(&file, &current).unwrap();
        self.list.ledger = SqliteLedger::open_for(&current, 1).unwrap().into();
        self.current = Some(current);
        self.known = known.clone();
        self.backup = Some(Backup { file, known, read });
        self.changes.clear();
        for key in those {
            self.say_no(key, NoMailReason::Unsubscribed, true);
        }
        self.take_what_waits().await;
        self.read_mailbox().await;
        let later = self.emails[read..].to_vec();
        for (key, change) in later {
            let is_overtaken = change.is_overtaken(self.known.own_yes.get(&key).copied());
            if !is_overtaken {
                self.say_no_at(&key, NoMailReason::Unsubscribed, true, change.at);
            }
        }
    }
}
