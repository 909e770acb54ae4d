//! Imports in a random life, made as the command makes them.
//! Shell: runs ledgers.

use super::World;
use crate::audience::import::{self, Difference, ImportOptions};
use crate::cli::subscribers::known::known_in;

impl World {
    /// An import as the command makes it; the same file again changes nothing.
    pub(super) async fn import(&mut self, keys: &[String], status: &str) {
        let rows = keys.iter().map(|key| format!("{key},consent,{status}\n"));
        self.import_file(format!("email,basis,status\n{}", rows.collect::<String>())).await;
    }

    pub(super) async fn import_file(&mut self, text: String) {
        let options = ImportOptions::on(self.now.date_naive());
        let export = import::read(&[("a.csv".to_owned(), text.into_bytes())], &options).unwrap();
        for again in [false, true] {
            let known =
                known_in(&self.project, Some(&self.list.ledger), &export.people).await.unwrap();
            let difference = Difference::between(&export, &known.people);
            let changes = difference.new.len() + difference.changed.len();
            assert!(!again || changes == 0, "an import twice is an import once: {changes} changes");
            if changes > 0 {
                assert!(
                    self.list
                        .import(known.version, "{}".to_owned(), &difference, self.now)
                        .await
                        .unwrap()
                );
            }
        }
    }
}
