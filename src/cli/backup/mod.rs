//! `roundup backup`: a whole copy of the project in one file, also during a run.
//! Shell: the project's files and its ledger.

mod carried_over;
pub mod keys;
pub mod restore;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::send::ledger_trust::root_of;
use crate::cli::steps::ledgers::{self, existing_ledger, keys_for, ledger_for};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::counted;
use crate::cli::terminal::system;
use crate::ledger::Ledger;
use crate::project::Project;
use crate::project::archive::{self, ArchiveError, BackupExtras, Manifest};
use crate::project::secret::{SECRET_FILE, SecretSource};

/// The project's own databases beside its ledger.
const DATABASES: [&str; 2] = [".roundup/news.db", ".roundup/practice/ledger.db"];

#[derive(Debug, Args)]
pub struct Arguments {
    /// The new file; it will hold names, addresses and secrets
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `roundup.backup/1`.
#[derive(Serialize)]
struct BackupOutcome {
    schema: &'static str,
    file: String,
    files: usize,
    databases: usize,
    skipped: Vec<String>,
    ledger_on_a_server: bool,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let (manifest, extra, is_on_server) = gather(&project).await?;
    let root = project.root.clone();
    let file = arguments.file.clone();
    let contents =
        tokio::task::spawn_blocking(move || archive::write(&root, &file, &manifest, &extra))
            .await
            .map_err(|error| {
                Failure::new(Exit::Failed, format!("the backup stopped early: {error}"))
            })??;
    globals.screen.outcome(&BackupOutcome {
        schema: "roundup.backup/1",
        file: arguments.file.display().to_string(),
        files: contents.files,
        databases: contents.databases,
        skipped: contents.skipped,
        ledger_on_a_server: is_on_server,
    })?;
    Ok(Exit::Done)
}

impl Outcome for BackupOutcome {
    fn text(&self, text: &mut Text) {
        text.line(format!(
            "{} has {} and {}.",
            self.file,
            counted(self.files as u64, "file", "files"),
            counted(self.databases as u64, "database", "databases")
        ));
        for skipped in &self.skipped {
            text.warn(format!(
                "{skipped} is a link or not a regular file: it is not in the backup"
            ));
        }
        if self.ledger_on_a_server {
            text.warn(
                "the ledger is on a PostgreSQL server, not in this file: back it up there with \
                 `pg_dump`",
            );
        }
        text.say(
            "It holds names, addresses and secrets: keep it where only you can read it. To restore \
             it: roundup restore FILE",
        );
    }
}

async fn gather(project: &Project) -> Result<(Manifest, BackupExtras, bool), Failure> {
    let mut manifest = Manifest::new(system::now(), root_of(project));
    let place = ledgers::file_of(project)?;
    let ledger = match existing_ledger(project, false).await? {
        Some(ledger) => Some(ledger),
        // The project that is restored retires this one by its ledger, also where nobody has been mailed from it yet. A
        // folder that cannot be written sends nothing either.
        None if place.is_some() => match project.own_folder(false) {
            Ok(_) => ledger_for(project, false, 1).await.ok(),
            Err(_) => None,
        },
        None => None,
    };
    let mut databases = Vec::new();
    if let Some(ledger) = &ledger {
        let age = ledger.age().await?;
        (manifest.identity, manifest.age) = (Some(age.identity), Some(age.age));
        manifest.secret_check = ledger.nature().await?.secret_check;
    }
    if let (Some(path), Some(_)) = (&place, &ledger) {
        // A ledger that stands outside of the project comes into it.
        let below = path.strip_prefix(&project.root).ok().map(|below| below.to_string_lossy());
        let name =
            below.map_or_else(|| ".roundup/ledger.db".to_owned(), |below| below.replace('\\', "/"));
        manifest.ledger_file = path.canonicalize().ok();
        databases.push((path.clone(), name.clone()));
        manifest.ledger = Some(name);
    }
    for name in DATABASES {
        let path = project.path(name);
        if path.is_file() && place.as_ref() != Some(&path) {
            databases.push((path, name.to_owned()));
        }
    }
    let mut secrets = Vec::new();
    // A secret of the process's environment is in no file that is copied.
    if project.secret_source()? == Some(SecretSource::Environment) {
        keys_for(project, ledger.as_ref()).await?;
        secrets.push((SECRET_FILE.to_owned(), project.secret_text()?));
    }
    Ok((manifest, BackupExtras { databases, secrets }, ledger.is_some() && place.is_none()))
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let (exit, help) = match &error {
            ArchiveError::Exists(_) => (
                Exit::Usage,
                "choose a name that is not in use: an earlier backup is never \
                               replaced",
            ),
            ArchiveError::NotEmpty(_) => {
                (Exit::Usage, "restore into an empty folder: roundup restore FILE --project DIR")
            }
            ArchiveError::NotOurs(_) | ArchiveError::BadEntry(_) => {
                (Exit::Usage, "give the file that a project was backed up into")
            }
            ArchiveError::Newer(_) => (Exit::Usage, "install the newest version of roundup"),
            ArchiveError::TooLarge => (
                Exit::Failed,
                "move large files that do not belong to the newsletter out of the project",
            ),
            ArchiveError::Read { .. } => {
                (Exit::Failed, "copy the file again, or use another backup; nothing was changed")
            }
            ArchiveError::Write { .. } | ArchiveError::Copy { .. } => (
                Exit::Failed,
                "check the free space and the permissions of the folder, then run the same \
                 command again; nothing was changed",
            ),
        };
        Self::new(exit, error.to_string()).help(help)
    }
}
