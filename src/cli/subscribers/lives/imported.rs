//! Imports in a random life, made as the command makes them.
//! Shell: runs ledgers.

use std::collections::BTreeSet;

use super::World;
use crate::audience::NoMailReason;
use crate::audience::import::{self, ImportOptions, ListState, StoredPerson};
use crate::cli::subscribers::comparing::{self, ComparedList};
use crate::ledger::list_store::ListStore;

impl World {
    /// A file says nothing clear: people who have not said no wait, on the list or not.
    pub(super) async fn import_unclear(&mut self, those: &[String]) {
        let stored = self.list.ledger.stored_list().await.unwrap().people;
        let has_said_no =
            |person: &StoredPerson| ListState::parse(&person.state).is_some_and(ListState::is_no);
        let nos: BTreeSet<String> =
            stored.into_iter().filter(has_said_no).map(|person| person.key).collect();
        self.import(those, "perhaps").await;
        for key in those {
            self.known.plain.remove(key);
            if !self.known.nos.contains_key(key) && !nos.contains(key) {
                self.known.waits.insert(key.clone());
            }
        }
    }

    /// A file says why they may be mailed. People who wait for a clear word about where they stand wait on.
    pub(super) async fn import_basis(&mut self, those: &[String]) {
        let rows = those.iter().map(|key| format!("{key},consent\n"));
        self.import_file(format!("email,basis\n{}", rows.collect::<String>())).await;
        for key in those {
            let is_new = self.known.yes.insert(key.clone());
            let (waits, ever_no) = (&self.known.waits, &self.known.ever_no);
            if is_new && !waits.contains(key) && !ever_no.contains(key) {
                self.known.plain.insert(key.clone());
            }
        }
    }

    /// A file of people whose email is over holds for the next owners of their addresses, too.
    pub(super) async fn import_over(&mut self, those: &[String], is_dead: bool) {
        let title = if is_dead { "Is Deceased" } else { "Deleted" };
        let rows = those.iter().map(|key| format!("{key},consent,yes\n"));
        self.import_file(format!("email,basis,{title}\n{}", rows.collect::<String>())).await;
        for key in those {
            self.say_no(key, NoMailReason::Unsubscribed, false);
        }
    }

    /// An import as the command makes it; the same file again changes nothing.
    pub(super) async fn import(&mut self, keys: &[String], status: &str) {
        let rows = keys.iter().map(|key| format!("{key},consent,{status}\n"));
        self.import_file(format!("email,basis,status\n{}", rows.collect::<String>())).await;
    }

    pub(super) async fn import_file(&mut self, text: String) {
        // A file without a row is refused before anything is compared.
        if text.lines().nth(1).is_none() {
            return;
        }
        let options = ImportOptions::on(self.now.date_naive());
        let spool = comparing::spool().unwrap();
        let (input, _) = spool.keep(&mut text.as_bytes()).unwrap();
        let tables = import::tables(&[("a.csv".to_owned(), input)], &import::in_memory).unwrap();
        let export = comparing::read_into(&spool, &tables, &options).unwrap();
        for again in [false, true] {
            let compared =
                ComparedList::open(&self.project, Some(&self.list.ledger), None).await.unwrap();
            let totals = compared.compare(&spool, false).await.unwrap();
            let of =
                [&totals.new, &totals.changed, &totals.same, &totals.stays_no, &totals.left_out];
            let counted: u64 = of.iter().map(|total| total.count).sum();
            assert_eq!(counted + totals.repeated, export.rows, "each row counts once");
            let changes = totals.changes();
            assert!(!again || changes == 0, "an import twice is an import once: {changes} changes");
            if changes > 0 {
                let (seen, summary) = (compared.version, "{}".to_owned());
                assert!(self.list.import(seen, summary, &spool, self.now).await.unwrap());
            }
        }
    }
}
