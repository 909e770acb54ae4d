//! The drop box: read before a send, once a minute during it, and by `roundup inbox --drop`.
//! Shell: the network, the spool, the ledger.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::keeping::keeping;
use super::{ABOUT, cannot_keep};
use crate::audience::Keys;
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::ledger_for;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::{Screen, people};
use crate::cli::terminal::system;
use crate::doctor::Diagnosis;
use crate::news::shown_address::without_password;
use crate::people::{Act, ActKind, LeavingProof, Spool};
use crate::project::Project;
use crate::web::drop_box::{DropBox, DropBoxError, DropEntry, DropRequest, request_of};

/// A box that was not read for longer stops `send`: somebody may have left.
const STALE_AFTER_HOURS: i64 = 24;
/// How often it is read during a run.
const READ_EVERY: Duration = Duration::from_mins(1);

impl From<DropBoxError> for Failure {
    fn from(error: DropBoxError) -> Self {
        let exit = match &error {
            DropBoxError::NotAnAddress(_) => Exit::Usage,
            DropBoxError::Unreachable { .. } | DropBoxError::Status { .. } => Exit::Later,
            DropBoxError::Refused { .. }
            | DropBoxError::NotADropBox { .. }
            | DropBoxError::Circle { .. } => Exit::Failed,
        };
        Self::new(exit, error.to_string()).help(error.cure())
    }
}

/// The box of the settings.
pub fn of_settings(project: &Project) -> Option<&str> {
    project.settings.leaving.drop.as_deref().map(str::trim).filter(|address| !address.is_empty())
}

/// One box, and where what it gives is kept here.
pub struct DropReader {
    address: String,
    /// `.roundup`
    folder: PathBuf,
    keys: Keys,
}

impl DropReader {
    /// For the box of the settings, if there is one.
    pub fn of_settings(project: &Project, keys: &Keys) -> Option<Self> {
        of_settings(project).map(|address| Self::new(project, address, keys))
    }

    fn new(project: &Project, address: &str, keys: &Keys) -> Self {
        let (address, folder) = (address.to_owned(), project.path(".roundup"));
        Self { address, folder, keys: keys.clone() }
    }

    /// The box, from where it was read last.
    fn open(&self) -> Result<DropBox, DropBoxError> {
        let proof = LeavingProof::read(&self.folder);
        let place = proof.drop_box_place(&self.address).map_or("", |(place, _)| place);
        DropBox::new(&self.address, self.keys.drop_box_word(), place)
    }

    fn shown(&self) -> String {
        without_password(&self.address)
    }

    fn read_at(&self) -> Option<DateTime<Utc>> {
        LeavingProof::read(&self.folder).drop_box_place(&self.address).map(|(_, at)| at)
    }

    /// Puts what the box keeps into the spool, which is emptied before every plan and claim. What is read counts as read only
    /// once it is on disk.
    ///
    /// # Errors
    /// When the box does not answer as one, or the spool cannot be written.
    pub async fn read_into_spool(&self) -> Result<(), Failure> {
        let spool = Spool::new(&self.folder);
        let mut drop_box = self.open()?;
        while let Some((entries, _)) = drop_box.next().await? {
            let requests = entries.iter().map(|entry| request_of(entry, &self.keys, system::now()));
            let acts: Vec<Act> = requests.filter_map(DropRequest::into_act).collect();
            if !acts.is_empty() {
                spool.add(&acts)?;
            }
            self.remember(&drop_box)?;
        }
        // What stays there is given again, and changes nothing.
        let _ = drop_box.acknowledge().await;
        Ok(())
    }

    fn remember(&self, drop_box: &DropBox) -> Result<(), Failure> {
        LeavingProof::drop_box_read(&self.folder, &self.address, drop_box.place(), system::now())
            .map_err(|error| cannot_keep(&error))
    }

    /// Reads it once a minute, until it is dropped, so that the next claim knows who has left.
    pub async fn keep_reading(self) {
        loop {
            tokio::time::sleep(READ_EVERY).await;
            // What cannot be read now is read a minute later, and before the next send at the latest.
            let _ = self.read_into_spool().await;
        }
    }
}

/// Reads the box of the settings before anything is planned or sent: afterwards the ledger knows who has left.
///
/// # Errors
/// When it cannot be read, and was last read more than a day ago; when the ledger cannot be opened.
pub async fn read_first(project: &Project, screen: &Screen) -> Result<(), Failure> {
    read_settings_box(project, screen).await?;
    if !Spool::new(&project.path(".roundup")).is_empty() {
        // People who left before the first edition was planned: the ledger is made for them, and takes them in.
        drop(ledger_for(project, false, 1).await?);
    }
    Ok(())
}

async fn read_settings_box(project: &Project, screen: &Screen) -> Result<(), Failure> {
    // Without a secret no link was ever made.
    let (Some(address), true) = (of_settings(project), project.secret_source()?.is_some()) else {
        return Ok(());
    };
    // The keys are compared with the ledger's before anything is planned.
    let reader = DropReader::new(project, address, &project.keys(system::random)?);
    project.own_folder(false)?;
    let Err(failure) = reader.read_into_spool().await else { return Ok(()) };
    let (what, cure) = (failure.what, failure.help.unwrap_or_default());
    let read_at = reader.read_at();
    if is_fresh(read_at, system::now()) {
        screen.warn(&format!(
            "{what}. It was last read less than a day ago, so the sending goes on: {cure}"
        ));
        return Ok(());
    }
    let since = if read_at.is_some() { "for more than a day" } else { "yet" };
    Err(Failure::new(
        Exit::Findings,
        format!("the drop box was not read {since}, and somebody may have left: {what}"),
    )
    .help(cure))
}

/// What `doctor` says of the box of the settings; it is read for that.
pub async fn examine(project: &Project, keys: &Keys) -> Option<Diagnosis> {
    let reader = DropReader::of_settings(project, keys)?;
    Some(match reader.read_into_spool().await {
        Ok(()) => Diagnosis::good(ABOUT, format!("the drop box at {} can be read", reader.shown())),
        Err(failure) => failure.diagnosis(ABOUT),
    })
}

fn is_fresh(read_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    read_at.is_some_and(|at| at <= now && now - at <= TimeDelta::hours(STALE_AFTER_HOURS))
}

/// What an entry came to, as one line of JSON.
#[derive(Debug, Serialize)]
struct DropLine {
    schema: &'static str,
    file: String,
    people: [DropPerson; 1],
}

#[derive(Debug, Serialize)]
struct DropPerson {
    /// A box knows no address.
    recipient: &'static str,
    action: &'static str,
    reason: &'static str,
    matched_by: &'static str,
}

#[derive(Debug, Default)]
struct DropCounts {
    waiting: u64,
    left: u64,
    stayed: u64,
    chose: u64,
    already: u64,
    wrong: u64,
    fast: u64,
    probes: u64,
    other: u64,
}

/// `roundup inbox --drop`: settles what the box keeps.
///
/// # Errors
/// When no box is named, it cannot be read, or nothing can be kept.
pub async fn settle(
    named: Option<&str>,
    dry_run: bool,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let Some(address) = named.filter(|name| !name.is_empty()).or_else(|| of_settings(&project))
    else {
        return Err(Failure::new(Exit::Usage, "no drop box is named").help(
            "give its address behind --drop, or add it to roundup.toml: \
             drop = \"https://charity.example/news/drop\" under [leaving]",
        ));
    };
    let (keeping, keys) = keeping(&project, dry_run, globals).await?;
    let reader = DropReader::new(&project, address, &keys);
    let mut drop_box = reader.open()?;
    let mut counts = DropCounts::default();
    let mut is_empty = true;
    while let Some((entries, unreadable)) = drop_box.next().await? {
        counts.other += u64::try_from(unreadable).unwrap_or(u64::MAX);
        is_empty &= entries.is_empty() && unreadable == 0;
        let now = system::now();
        // In one commit.
        let requests: Vec<DropRequest> =
            entries.iter().map(|entry| request_of(entry, &keys, now)).collect();
        let acts = requests.iter().cloned().filter_map(DropRequest::into_act).collect();
        let mut changed = keeping.keep(acts, &mut counts.waiting).await?.into_iter();
        for (entry, request) in entries.iter().zip(requests) {
            let has_changed = match request {
                DropRequest::Act(_) => changed.next().unwrap_or(false),
                _ => false,
            };
            globals.screen.record(&counted_line(entry, request, has_changed, &mut counts))?;
        }
        if !dry_run {
            reader.remember(&drop_box)?;
        }
    }
    if !dry_run && let Err(error) = drop_box.acknowledge().await {
        globals.screen.warn(&format!("{error}: what was read is settled all the same"));
    }
    globals.screen.for_people(|text| summarise(&counts, dry_run, text))?;
    Ok(if is_empty { Exit::Nothing } else { Exit::Done })
}

/// What an entry came to, and counts it.
fn counted_line(
    entry: &DropEntry,
    request: DropRequest,
    has_changed: bool,
    counts: &mut DropCounts,
) -> DropLine {
    let (action, matched_by, reason, counted) = match request {
        DropRequest::Act(act) => {
            let what = act.what;
            let counted = match (has_changed, &what) {
                (false, _) => &mut counts.already,
                (true, ActKind::Left { .. }) => &mut counts.left,
                (true, ActKind::Stayed) => &mut counts.stayed,
                (true, ActKind::Chose { .. }) => &mut counts.chose,
            };
            let (action, reason) = match what {
                ActKind::Left { .. } => {
                    ("unsubscribe", "a request to leave, with one of our tokens")
                }
                ActKind::Stayed => ("stay", "a request to stay after all, with one of our tokens"),
                ActKind::Chose { .. } => {
                    ("choose", "how often they want it, with one of our tokens")
                }
            };
            (action, "token", reason, counted)
        }
        DropRequest::Probe => {
            ("none", "nothing", "a probe of the unsubscribe links: no change", &mut counts.probes)
        }
        DropRequest::WrongToken => {
            ("unknown", "nothing", "the token is not one of ours: no change", &mut counts.wrong)
        }
        DropRequest::TooFast => (
            "none",
            "nothing",
            "a program submitted the form within a second: no change",
            &mut counts.fast,
        ),
        DropRequest::Other => ("none", "nothing", "not a request to leave", &mut counts.other),
    };
    *counted += 1;
    // A box may say anything: its words stay its own.
    let id: String = entry.id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let person = DropPerson { recipient: "", action, reason, matched_by };
    DropLine { schema: "roundup.inbox/1", file: format!("drop:{id}"), people: [person] }
}

/// An entry has no words for people unless they want all of them: it is counted below.
impl Outcome for DropLine {
    fn text(&self, text: &mut Text) {
        if text.verbose {
            let [DropPerson { action, reason, .. }] = &self.people;
            text.line(format!("{}: {action}: {reason}", self.file));
        }
    }
}

fn summarise(counts: &DropCounts, dry_run: bool, text: &mut Text) {
    let verb = if dry_run { "would leave" } else { "left" };
    text.line(format!("{} {verb}.", people(counts.left)));
    text.counts(&[
        (counts.stayed, "person stays after all", "people stay after all"),
        (
            counts.chose,
            "person has chosen how often they want it",
            "people have chosen how often they want it",
        ),
        (
            counts.already,
            "request that changed nothing: it was settled before",
            "requests that changed nothing: they were settled before",
        ),
        (
            counts.waiting,
            "of them waits in `.roundup` until the ledger is back",
            "of them wait in `.roundup` until the ledger is back",
        ),
        (
            counts.wrong,
            "request whose token is not one of ours",
            "requests whose tokens are not ours",
        ),
        (counts.fast, "form that a program submitted", "forms that programs submitted"),
        (counts.probes, "probe of the links", "probes of the links"),
        (counts.other, "other entry", "other entries"),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_holds_for_a_day() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(10);
        for (hours_ago, fresh) in [(0, true), (24, true), (25, false), (-1, false)] {
            assert_eq!(
                is_fresh(Some(now - TimeDelta::hours(hours_ago)), now),
                fresh,
                "{hours_ago}"
            );
        }
        assert!(!is_fresh(None, now));
    }
}
