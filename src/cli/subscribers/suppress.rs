//! `roundup subscribers suppress`: puts people on the do-not-mail list, which beats every list.
//! Shell: a file of addresses, the ledger.

use std::fs::File;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::audience::address_file::{AddressFileError, addresses};
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::{keys_for, ledger_for};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::whole_up_to;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::count::{grouped, people};
use crate::ledger::Ledger;
use crate::problem::Place;
use crate::rfc::address::EmailAddress;

/// A million addresses have some 30 MB.
const LONGEST_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// People of one commit.
const BATCH: usize = 500;

#[derive(Debug, Args)]
pub(super) struct SuppressArguments {
    /// An address, or a file: one address per line, or a table with a column of addresses
    #[arg(value_name = "ADDRESS|FILE")]
    whom: String,
    /// Why they must not be mailed
    #[arg(long, value_enum, value_name = "REASON")]
    why: SaidHow,
    /// Where they said so, as in "letter of 3 May"; an erasure deletes this note
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SaidHow {
    /// They want to be taken off the list
    Unsubscribed,
    /// They registered with the Fundraising Preference Service or a similar one
    PreferenceService,
    /// They object to being emailed
    Objected,
}

impl SaidHow {
    fn reason(self) -> NoMailReason {
        match self {
            Self::Unsubscribed => NoMailReason::Unsubscribed,
            Self::PreferenceService => NoMailReason::PreferenceService,
            Self::Objected => NoMailReason::Objected,
        }
    }
}

/// `roundup.suppress/1`.
#[derive(Debug, Serialize)]
struct SuppressOutcome {
    schema: &'static str,
    reason: &'static str,
    added: usize,
    already: usize,
}

pub(super) async fn suppress(
    arguments: &SuppressArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let whom = whom(&arguments.whom)?;
    project.own_folder(false)?;
    let ledger = ledger_for(&project, false, 1).await?;
    let keys = keys_for(&project, Some(&ledger)).await?;
    ledger.bind_secret(&keys.check()).await?;
    let reason = arguments.why.reason();
    let now = system::now();
    let changes: Vec<NoMailChange> = whom
        .iter()
        .map(|address| {
            let person = keys.address_hash(address);
            let step = NoMailStep::Add(reason);
            let change = NoMailChange::new(&person, step, ChangeOrigin::Operator, now)
                .of_key(&address.key());
            match &arguments.note {
                Some(note) => change.with_note(note),
                None => change,
            }
        })
        .collect();
    let mut added = 0;
    for batch in changes.chunks(BATCH) {
        let counted = ledger.change_no_mail(batch.to_vec()).await?;
        added += counted.into_iter().filter(|counted| *counted).count();
    }
    let already = whom.len() - added;
    let (schema, reason) = ("roundup.suppress/1", reason.word());
    globals.screen.outcome(&SuppressOutcome { schema, reason, added, already })?;
    Ok(Exit::Done)
}

impl Outcome for SuppressOutcome {
    fn text(&self, text: &mut Text) {
        let of = |count| people(u64::try_from(count).unwrap_or(u64::MAX));
        let Self { added, already, .. } = self;
        let reason = self.reason.replace('_', " ");
        text.line(format!("{} added to the do-not-mail list ({reason}).", of(*added)));
        if *already > 0 {
            let already = of(*already);
            text.line(format!("  {already} already on it for this reason or a stronger one"));
        }
    }
}

/// The people of an argument: of the file, if there is one of that name.
fn whom(argument: &str) -> Result<Vec<EmailAddress>, Failure> {
    let path = Path::new(argument);
    if !path.is_file() {
        return EmailAddress::parse(argument.trim()).map(|address| vec![address]).map_err(
            |error| {
                Failure::new(
                    Exit::Usage,
                    format!("`{argument}` is neither a file nor an email address: {error}"),
                )
                .help("give one address, or a file with one address per line")
            },
        );
    }
    let shown = format!("`{argument}`");
    let Some(bytes) = whole_up_to(LONGEST_FILE_BYTES, &shown, File::open(path))? else {
        let megabytes = LONGEST_FILE_BYTES / 1024 / 1024;
        return Err(Failure::new(Exit::Usage, format!("{shown} is longer than {megabytes} MB"))
            .help("split it into several files"));
    };
    addresses(argument, &bytes).map_err(|error| refused(argument, &error))
}

fn refused(argument: &str, error: &AddressFileError) -> Failure {
    let failure = Failure::new(Exit::Usage, error.to_string());
    match error {
        AddressFileError::NotAnAddress { line, more, .. } => {
            let others = match more {
                0 => String::new(),
                more => format!(", and {} more like it,", grouped(*more)),
            };
            failure.at(Place::line(argument, *line)).help(format!(
                "correct this cell{others} or remove it; nobody in the file was added"
            ))
        }
        AddressFileError::NoColumn | AddressFileError::Nobody | AddressFileError::Table(_) => {
            failure
                .at(Place::whole(argument))
                .help("write one address per line, or name the column of addresses `email`")
        }
    }
}
