//! `roundup restore`: a project out of a backup; the one that it was made of is retired.
//! Shell: the project's files, its ledger, and the one before.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use crate::cli::backup::carried_over::{CarriedOver, carry_over};
use crate::cli::globals::{Globals, process_environment};
use crate::cli::send::ledger_trust::{newsletter_of, root_of};
use crate::cli::steps::ledgers;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::system;
use crate::count::{grouped, listed, people};
use crate::database::sqlite;
use crate::ledger::{AnyLedger, Ledger, SqliteLedger};
use crate::message::Sender;
use crate::project::Project;
use crate::project::archive::{self, Manifest};
use crate::project::memory::{SeenLedger, Sending};
use crate::shell_words::for_shell;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A file that `roundup backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `roundup.restore/1`.
#[derive(Serialize)]
struct RestoreOutcome {
    schema: &'static str,
    project: String,
    made_at: DateTime<Utc>,
    /// The earlier project was found on this computer and can send no more.
    retired: bool,
    /// It was used after the backup was made.
    used_since: bool,
    earlier_project: String,
    has_ledger: bool,
    /// The ledger is on a server, for the earlier project and for this one.
    ledger_on_a_server: bool,
    /// People who said no, or took it back, after the backup was made: taken over from the earlier project.
    noes_since: u64,
    /// Those of them who had their data erased: it is erased here too.
    erased_since: u64,
    /// People who signed up after it.
    joined_since: u64,
    /// People of the earlier list who are not on this one, beside those.
    not_here: u64,
    /// Erased addresses that files of the list have again.
    in_files_again: Vec<String>,
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
}

/// How far a ledger has come: the same text, and nothing was sent or received in between.
const STATE: &str = "SELECT (SELECT age FROM ledger) || ' ' || (SELECT coalesce(max(changed_at), 0) FROM deliveries)
    || ' ' || (SELECT coalesce(max(id), 0) FROM no_mail_changes)
    || ' ' || (SELECT coalesce(max(id), 0) FROM list_changes)
    || ' ' || (SELECT coalesce(max(id), 0) FROM join_changes)
    || ' ' || (SELECT coalesce(max(at), 0) FROM frequencies)
    || ' ' || coalesce((SELECT group_concat(status || ' ' || n) FROM
        (SELECT status, count(*) AS n FROM deliveries GROUP BY status ORDER BY status)), '')";

/// Addresses that a warning names.
const MOST_NAMED: usize = 5;

/// Runs that have not ended.
const RUNNING: &str = "SELECT count(*) || '' FROM senders WHERE ended_at IS NULL";

/// What became of the project that the backup was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum OldProject {
    /// It is retired, and nothing was sent from it since the backup.
    Retired,
    /// It is retired; it has worked on since the backup, and what people said since is taken over.
    RetiredLater(CarriedOver),
    /// It is not on this computer.
    Elsewhere,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let into = match &globals.project {
        Some(folder) => folder.clone(),
        None => std::env::current_dir().map_err(|error| {
            Failure::new(Exit::Failed, format!("this folder cannot be read: {error}"))
        })?,
    };
    let file = arguments.file.clone();
    let to = into.clone();
    let manifest =
        tokio::task::spawn_blocking(move || archive::unpack(&file, &to)).await.map_err(
            |error| Failure::new(Exit::Failed, format!("the restore stopped early: {error}")),
        )??;
    let project = Project::open(into.clone(), process_environment())?;
    let earlier = take_over(&project, &manifest).await?;
    let (retired, used_since) =
        (earlier != OldProject::Elsewhere, matches!(earlier, OldProject::RetiredLater(_)));
    let carried = match earlier {
        OldProject::RetiredLater(carried) => carried,
        OldProject::Retired | OldProject::Elsewhere => CarriedOver::default(),
    };
    globals.screen.outcome(&RestoreOutcome {
        schema: "roundup.restore/1",
        project: root_of(&project).display().to_string(),
        made_at: manifest.made_at,
        retired,
        used_since,
        earlier_project: manifest.project.display().to_string(),
        has_ledger: manifest.ledger.is_some(),
        ledger_on_a_server: manifest.ledger.is_none() && manifest.identity.is_some(),
        noes_since: carried.noes,
        erased_since: carried.erased,
        joined_since: carried.joined,
        not_here: carried.not_here,
        in_files_again: carried.in_files_again,
        time_zone: project.settings.time_zone,
    })?;
    Ok(Exit::Done)
}

impl Outcome for RestoreOutcome {
    fn text(&self, text: &mut Text) {
        let Self { earlier_project, .. } = self;
        text.line(format!(
            "The project backed up on {} is now in {}.",
            self.made_at.with_timezone(&self.time_zone).format("%-d %B %Y at %H:%M"),
            self.project
        ));
        if self.used_since {
            text.warn(format!(
                "the project in {earlier_project} was used after the backup was made; it is retired, and `roundup \
                 send` asks you to confirm before it uses this ledger"
            ));
            self.carried_lines(text);
        } else if self.retired {
            text.say(format!(
                "The project in {earlier_project} is retired: send from here from now on."
            ));
        } else if !self.ledger_on_a_server {
            text.warn(
                "do not use the project on the old computer any more: delete it, because it does not \
                 know what is sent from here",
            );
        }
        if self.has_ledger && !self.retired {
            text.warn(format!(
                "whoever left, objected or was erased after {} is not known here: read the mailbox and the drop box \
                 again, and enter what was done by hand (`roundup subscribers suppress`, `roundup subscribers erase`) \
                 before you send",
                self.made_at.with_timezone(&self.time_zone).format("%-d %B %Y at %H:%M")
            ));
        }
        text.say("Next: roundup status");
    }
}

impl RestoreOutcome {
    /// What people said after the backup was made.
    fn carried_lines(&self, text: &mut Text) {
        if self.noes_since > 0 {
            let erased = match self.erased_since {
                0 => String::new(),
                1 => ", one of whom was erased".to_owned(),
                count => format!(", of whom {} were erased", grouped(count)),
            };
            text.line(format!(
                "{} said no or took it back after the backup was made{erased}: it holds here too.",
                people(self.noes_since)
            ));
        }
        if self.joined_since > 0 {
            let joined = people(self.joined_since);
            text.line(format!("{joined} signed up after it, and stay on the list."));
        }
        if self.not_here > 0 {
            text.warn(format!(
                "{} of the list before {} not on this one: they came by a file or by hand, or have another address since. \
                 `roundup subscribers export FILE --project {}` writes the list before",
                people(self.not_here),
                if self.not_here == 1 { "is" } else { "are" },
                for_shell(&self.earlier_project)
            ));
        }
        if !self.in_files_again.is_empty() {
            let again = listed(&self.in_files_again, MOST_NAMED);
            text.warn(format!(
                "files in subscribers/ name people again who were erased: {again}. They are not mailed; take them out \
                 with `roundup subscribers erase ADDRESS`"
            ));
        }
    }
}

/// Gives the restored ledger a name of its own, notes on this computer what it knows, and retires the one before.
async fn take_over(project: &Project, manifest: &Manifest) -> Result<OldProject, Failure> {
    let Some(name) = &manifest.ledger else { return Ok(OldProject::Elsewhere) };
    let path = project.path(name);
    let ledger = SqliteLedger::open(&path)?;
    let retired = retire(manifest, project, &path).await?;
    ledger.rename().await?;
    let age = ledger.age().await?;
    // What was sent since the backup can only be known from the ledger before.
    let is_all_known = matches!(retired, Some(RetiredLedger { is_same: true, .. }));
    let restored = (!is_all_known).then_some(manifest.made_at);
    let place = ledger.nature().await?.place;
    project.memory.see(&age.identity, &SeenLedger { age: age.age, place, restored });
    let ledger = AnyLedger::from(ledger);
    let earlier = match retired {
        None => OldProject::Elsewhere,
        Some(RetiredLedger { is_same: true, .. }) => OldProject::Retired,
        Some(RetiredLedger { ledger: earlier, .. }) => {
            let earlier = AnyLedger::from(earlier);
            OldProject::RetiredLater(carry_over(project, &earlier, &ledger).await?)
        }
    };
    let newsletter = newsletter_of(project, &Sender::new(&project.settings.sender)?);
    for planned in ledger.summaries().await? {
        let sending = Sending {
            newsletter: newsletter.clone(),
            people: ledger.progress(&planned.name).await?.people,
            edition: planned.name,
            window_start: planned.window_start,
            window_end: planned.window_end,
            planned_at: planned.planned_at,
            ledger: age.identity.clone(),
            secret_check: manifest.secret_check.clone().unwrap_or_default(),
            project: root_of(project),
        };
        // A computer that cannot remember does not notice when the ledger is lost; nothing else depends on it.
        let _ = project.memory.remember(&sending);
    }
    // The settings may name a ledger outside of the project: what was restored stands in it.
    if ledgers::file_of(project)?.as_deref() != Some(path.as_path()) {
        return Err(Failure::new(
            Exit::Usage,
            format!("ROUNDUP_LEDGER does not name the ledger that was restored: it is {name}"),
        )
        .help("remove ROUNDUP_LEDGER from `.env` and the environment, then run `roundup status`"));
    }
    Ok(earlier)
}

/// The ledger that the backup was made of: it sends no more.
struct RetiredLedger {
    ledger: SqliteLedger,
    /// Nothing has changed in it since the backup.
    is_same: bool,
}

async fn retire(
    manifest: &Manifest,
    project: &Project,
    restored: &Path,
) -> Result<Option<RetiredLedger>, Failure> {
    let file = manifest.ledger_file.as_deref();
    let Some(path) = file.filter(|path| is_the_one(path, manifest, project)) else {
        return Ok(None);
    };
    let ledger = SqliteLedger::open(path)?;
    let zone = project.settings.time_zone;
    let what = format!(
        "the project was restored in {} on {}",
        root_of(project).display(),
        system::now().with_timezone(&zone).format("%-d %B %Y at %H:%M")
    );
    ledger.retire(&what).await?;
    // Read behind it: a run may have gone on until it was retired.
    let states = [path, restored].map(|path| sqlite::read_text(path, STATE));
    let is_at_rest = sqlite::read_text(path, RUNNING).as_deref() == Some("0");
    let is_same = is_at_rest && states[0].is_some() && states[0] == states[1];
    Ok(Some(RetiredLedger { ledger, is_same }))
}

/// The ledger that the backup was made of, where it still stands: read without changing it, since any file may be named.
fn is_the_one(path: &Path, manifest: &Manifest, project: &Project) -> bool {
    let identity = sqlite::read_text(path, "SELECT identity FROM ledger");
    !path.starts_with(root_of(project)) && identity.is_some() && identity == manifest.identity
}
