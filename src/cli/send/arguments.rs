//! The flags of `roundup send`.
//! Pure: values.

use crate::cli::steps::window_args::Which;
use crate::cli::terminal::number;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub which: Which,
    /// Do everything but connect and record: pages, one message a person, report.json
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Where --dry-run writes; preview/EDITION when not given
    #[arg(long, short, value_name = "DIR", requires = "dry_run")]
    pub out: Option<PathBuf>,
    /// The number of people, for scripts: it must be the number in the plan
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::people)]
    pub confirm: Option<u64>,
    #[arg(
        long,
        value_name = "URL",
        help = "Where to send it, as in smtps://smtp.example.org or smtp://127.0.0.1:2525"
    )]
    pub relay: Option<String>,
    /// No faster than this, as in 30/min
    #[arg(long, value_name = "RATE")]
    pub rate: Option<String>,
    /// Messages under way at a time
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::connections)]
    pub connections: Option<u8>,
    /// Go on with an edition that `roundup pause` stopped, where nobody can be asked
    #[arg(long)]
    pub unpause: bool,
    /// Go on though the run is days old, or its ledger was copied or comes from a backup
    #[arg(long)]
    pub trust_ledger: bool,
}
