//! `roundup resolve`: somebody's word on copies that are uncertain, or that were rejected.
//! Shell: reads and writes the ledger.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::rejected::{self, Decision};
use crate::cli::send::planned::{find_planned, hold, is_sending};
use crate::cli::steps::ledgers::keys_for;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::people;
use crate::cli::terminal::system;
use crate::count::grouped;
use crate::ledger::{CopyRow, Event, Ledger, RowFilter, RunControl, Status};
use crate::report::relay_log::RelayLog;
use crate::rfc::csv::LONGEST_TABLE_BYTES;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition
    edition: String,
    /// Send them again: some people will get it twice
    #[arg(long, conflicts_with = "assume_sent")]
    resend: bool,
    /// Count them as delivered: some people may have got nothing
    #[arg(long)]
    assume_sent: bool,
    /// Count as delivered those that the relay's log shows as accepted: a log of Postfix or Exim, or a provider's CSV
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resend", "assume_sent"])]
    log: Option<PathBuf>,
    /// List the people whose message was rejected, grouped by the reply
    #[arg(long, conflicts_with_all = ["resend", "assume_sent", "log"])]
    rejected: bool,
    /// With --rejected: send to them again
    #[arg(long, requires = "rejected", conflicts_with = "accept")]
    retry: bool,
    /// With --rejected: leave it so
    #[arg(long, requires = "rejected")]
    accept: bool,
    /// Only this address; everybody if not given
    #[arg(long, value_name = "ADDRESS")]
    only: Vec<String>,
}

/// `roundup.resolve/1`.
#[derive(Serialize)]
struct ResolveOutcome {
    schema: &'static str,
    edition: String,
    /// With `--log`: those that the log does not have.
    uncertain: Vec<CopyRow>,
    resend: u64,
    assumed_sent: u64,
    #[serde(skip)]
    decision: UncertainDecision,
}

/// What was decided about uncertain messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UncertainDecision {
    /// They are listed.
    Look,
    Resend,
    AssumeSent,
    /// The relay's log decides.
    ByLog,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let (ledger, planned, practice) = find_planned(&project, &arguments.edition).await?;
    ledger.nature().await?.refuse_retired()?;
    let name = &planned.name;
    if is_sending(&project, &ledger, name, practice).await? {
        return Err(Failure::new(Exit::Failed, format!("the edition `{name}` is being sent now"))
            .help("let it finish or stop it with Ctrl-C, then decide"));
    }
    let log = arguments.log.as_deref().map(read_log).transpose()?;
    let _held = hold(&project, &ledger, name, practice)?;
    // A run that was killed has left copies that only this can name.
    ledger.recover(name, system::now()).await?;
    let wants_again = arguments.resend || arguments.retry;
    if wants_again && ledger.edition_state(name).await?.control == RunControl::Cancel {
        return Err(Failure::new(
            Exit::Nothing,
            format!("`{name}` was cancelled: no more messages will be sent"),
        )
        .help(format!("`roundup report {name}` shows who got it")));
    }
    if arguments.rejected {
        let decision = match (arguments.retry, arguments.accept) {
            (true, _) => Decision::Retry,
            (_, true) => Decision::Accept,
            _ => Decision::Look,
        };
        let keys = keys_for(&project, Some(&ledger)).await?;
        return rejected::resolve(&ledger, &keys, name, &arguments.only, decision, globals).await;
    }
    let mut uncertain = Vec::new();
    for (id, row) in ledger.rows(name, RowFilter::In(Status::Uncertain)).await? {
        let wanted = arguments.only.is_empty()
            || arguments.only.iter().any(|only| only.eq_ignore_ascii_case(&row.address));
        if wanted {
            uncertain.push((id, row));
        }
    }
    if let Some(log) = log {
        return settle_by(&log, &ledger, name, uncertain, globals).await;
    }
    if arguments.resend || arguments.assume_sent {
        let event = if arguments.resend {
            Event::Resent
        } else {
            Event::AssumedSent { why: "assumed delivered, by hand".to_owned() }
        };
        let events = uncertain.iter().map(|(id, _)| (*id, event.clone())).collect();
        ledger.decide(events, system::now()).await?;
    }
    let count = uncertain.len() as u64;
    let decision = match (arguments.resend, arguments.assume_sent) {
        (true, _) => UncertainDecision::Resend,
        (_, true) => UncertainDecision::AssumeSent,
        _ => UncertainDecision::Look,
    };
    globals.screen.outcome(&ResolveOutcome {
        schema: "roundup.resolve/1",
        edition: name.clone(),
        resend: if arguments.resend { count } else { 0 },
        assumed_sent: if arguments.assume_sent { count } else { 0 },
        uncertain: uncertain.into_iter().map(|(_, row)| row).collect(),
        decision,
    })?;
    Ok(Exit::Done)
}

impl Outcome for ResolveOutcome {
    fn text(&self, text: &mut Text) {
        let Self { edition, uncertain, resend, assumed_sent, decision, .. } = self;
        if *decision == UncertainDecision::ByLog {
            return self.by_log(text);
        }
        if uncertain.is_empty() {
            text.line(format!("{edition}: nothing is uncertain."));
            return;
        }
        for row in uncertain {
            let message_id = text.faint(&format!("Message-ID <{}>", row.message_id));
            text.line(format!("  {}  {message_id}", row.address));
        }
        match decision {
            UncertainDecision::Resend => {
                text.line(format!("{} will get it again.", people(*resend)));
                text.say(format!("Next: roundup send {edition}"));
            }
            UncertainDecision::AssumeSent => {
                text.line(format!("{} counted as delivered.", people(*assumed_sent)));
            }
            UncertainDecision::Look | UncertainDecision::ByLog => {
                text.line(format!(
                    "Not sure whether {} got the message: the relay's last answer was never read.",
                    people(uncertain.len() as u64)
                ));
                text.say(format!(
                    "If you have the relay's log: roundup resolve {edition} --log FILE. Otherwise decide: \
                     --assume-sent (some may have got nothing), or --resend (some may get it twice)"
                ));
            }
        }
    }
}

impl ResolveOutcome {
    fn by_log(&self, text: &mut Text) {
        let Self { edition, uncertain, assumed_sent, .. } = self;
        text.line(format!(
            "{} counted as delivered: the relay's log lists their messages.",
            people(*assumed_sent)
        ));
        if uncertain.is_empty() {
            text.say(format!("Nothing is uncertain any more. Next: roundup report {edition}"));
            return;
        }
        text.line(format!("Not in the log: {}", people(uncertain.len() as u64)));
        for row in uncertain {
            text.line(format!("  {}", row.address));
        }
        text.say(format!(
            "If the log covers the whole run, these people got nothing: roundup resolve {edition} \
             --resend"
        ));
    }
}

/// A log of a busy day.
const LONGEST_LOG_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// No line of a mail log is longer.
const LONGEST_LINE_BYTES: u64 = 64 * 1024;

/// Enough of a file to see whether it is a table.
const START_BYTES: u64 = 64 * 1024;

fn read_log(path: &Path) -> Result<RelayLog, Failure> {
    let cannot = |what: String| {
        Failure::new(Exit::Usage, format!("{} cannot be read: {what}", path.display()))
            .help("give the relay's log as an uncompressed text file")
    };
    let unreadable = |error: std::io::Error| cannot(error.to_string());
    let open = || File::open(path).map_err(unreadable);
    let shown = path.display().to_string();
    let mut start = Vec::new();
    open()?.take(START_BYTES).read_to_end(&mut start).map_err(unreadable)?;
    // The start may end in the middle of a row: only its heading counts.
    if matches!(RelayLog::of_table(&shown, &start), Ok(Some(_))) {
        let mut bytes = Vec::new();
        // One byte more than a table may have, so that a longer one is refused and not cut off.
        let most = LONGEST_TABLE_BYTES as u64 + 1;
        open()?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
        let table =
            RelayLog::of_table(&shown, &bytes).map_err(|error| cannot(error.to_string()))?;
        return Ok(table.unwrap_or_default());
    }
    let mut input = BufReader::new(open()?.take(LONGEST_LOG_BYTES));
    let mut log = RelayLog::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = Read::by_ref(&mut input)
            .take(LONGEST_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(unreadable)?;
        if read == 0 {
            break;
        }
        log.line(&String::from_utf8_lossy(&line));
    }
    if let (lines, 0) = log.lines() {
        return Err(Failure::new(
            Exit::Usage,
            format!("no line of {} is from a mail log ({} read)", path.display(), grouped(lines)),
        )
        .help("roundup reads logs of Postfix and Exim, and CSV with a column for the Message-ID"));
    }
    Ok(log)
}

/// Those whose Message-ID the relay took have arrived; of the others the log says nothing.
async fn settle_by(
    log: &RelayLog,
    ledger: &impl Ledger,
    edition: &str,
    uncertain: Vec<(i64, CopyRow)>,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let (arrived, left): (Vec<_>, Vec<_>) =
        uncertain.into_iter().partition(|(_, row)| log.took(&row.message_id));
    let event = Event::AssumedSent { why: "accepted, according to the relay's log".to_owned() };
    let events = arrived.iter().map(|(id, _)| (*id, event.clone())).collect();
    let settled = ledger.decide(events, system::now()).await?;
    globals.screen.outcome(&ResolveOutcome {
        schema: "roundup.resolve/1",
        edition: edition.to_owned(),
        resend: 0,
        assumed_sent: settled,
        uncertain: left.into_iter().map(|(_, row)| row).collect(),
        decision: UncertainDecision::ByLog,
    })?;
    Ok(Exit::Done)
}
