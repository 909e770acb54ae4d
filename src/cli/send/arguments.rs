//! The flags of `roundup send`.
//! Pure: values.

use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::number;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub which: EditionArguments,
    /// Correct an edition that was sent: everybody who got it gets the corrected one, once
    #[arg(long, value_name = "EDITION", conflicts_with_all = ["edition", "window", "segment", "purpose"])]
    pub correction: Option<String>,
    /// Send the correction to people whose delivery is uncertain as well
    #[arg(long, requires = "correction")]
    pub those_in_doubt: bool,
    /// Send although many people reported an edition as spam: what you have changed since; it is recorded
    #[arg(long, value_name = "REASON", value_parser = number::reason)]
    pub after_complaints: Option<String>,
    /// Do everything except connect and record: pages, one message per person, report.json
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// The folder that --dry-run writes to; preview/EDITION if not given
    #[arg(long, short, value_name = "DIR", requires = "dry_run")]
    pub out: Option<PathBuf>,
    /// With --dry-run: write this number of messages, from all over the list; one per person if not given
    #[arg(
        long,
        value_name = "N",
        requires = "dry_run",
        allow_negative_numbers = true,
        value_parser = number::at_least_one
    )]
    pub sample: Option<std::num::NonZeroUsize>,
    /// The number of people, for scripts: it must match the plan
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::people)]
    pub confirm: Option<u64>,
    /// Send it at this time, as in "2027-01-05 10:00": `roundup due` does, once it is approved
    #[arg(
        long,
        value_name = "TIME",
        conflicts_with_all = ["dry_run", "confirm", "unpause", "rate", "connections", "relay"]
    )]
    pub at: Option<String>,
    /// Whether `roundup due` sends it: those who approved it have said yes, and nobody is there to type a number.
    #[arg(skip)]
    pub unattended: bool,
    #[arg(
        long,
        value_name = "URL",
        help = "The relay to send through, as in smtps://smtp.example.org or smtp://127.0.0.1:2525"
    )]
    pub relay: Option<String>,
    /// Send no faster than this, as in 30/min
    #[arg(long, value_name = "RATE")]
    pub rate: Option<String>,
    /// The number of messages to send at a time
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::connections)]
    pub connections: Option<u8>,
    /// Resume a paused edition without a terminal
    #[arg(long)]
    pub unpause: bool,
    /// Send even if the run is days old, or its ledger was copied or restored from a backup
    #[arg(long)]
    pub trust_ledger: bool,
}
