//! Imports in a random life, made as the command makes them.
//! Shell: runs ledgers.

use super::World;
use crate::audience::import::{self, ImportOptions};
use crate::cli::subscribers::comparing::{self, ComparedList};

impl World {
    /// An import as the command makes it; the same file again changes nothing.
    pub(super) async fn import(&mut self, keys: &[String], status: &str) {
        let rows = keys.iter().map(|key| format!("{key},consent,{status}\n"));
        self.import_file(format!("email,basis,status\n{}", rows.collect::<String>())).await;
    }

    pub(super) async fn import_file(&mut self, text: String) {
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
