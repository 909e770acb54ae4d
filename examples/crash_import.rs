//! Kills imports at random moments and looks at the list: each import is there as a whole, or not at all.
//!
//! `cargo run --release --example crash_import -- --kills 500` starts `roundup subscribers import` with a file of new people
//! and of people who say no, kills it (`kill -9`) at a random moment, and counts the list. Then the same import runs to its
//! end. It ends with 1 when an import was written by half, when a no was lost, or when the list could not be read.

#[path = "support/charity.rs"]
mod charity;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Parser;

use charity::SETTINGS;

/// Kills imports at random moments and looks at the list.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often to kill one
    #[arg(long, default_value_t = 500)]
    kills: u64,
    /// New people of each file
    #[arg(long, default_value_t = 200)]
    people: u64,
    /// The program to kill; the one beside this example if not given
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// The same number gives the same moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const PEOPLE: &str = "[people]\nkeep = \"database\"\n";

/// What the list has: everybody, and whoever said no.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct ListNow {
    people: BTreeSet<String>,
    said_no: BTreeSet<String>,
}

struct Harness {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Harness {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--no-input").current_dir(self.folder.path());
        command.env("XDG_STATE_HOME", self.folder.path().join(".state"));
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn list(&self) -> Result<ListNow, String> {
        let output = self.command(&["subscribers", "list", "--json"]).output();
        let output = output.map_err(|error| error.to_string())?;
        let json: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("the list cannot be read ({}): {error}", output.status))?;
        let mut now = ListNow::default();
        for person in json["people"].as_array().into_iter().flatten() {
            let address = person["address"].as_str().unwrap_or_default().to_owned();
            if person["state"] != "subscribed" {
                now.said_no.insert(address.clone());
            }
            now.people.insert(address);
        }
        Ok(now)
    }

    /// One import killed after a time; how long it ran, where it ended by itself.
    fn killed_after(&self, file: &str, moment: Duration) -> Result<Option<Duration>, String> {
        let started = Instant::now();
        let mut child = self
            .command(&["subscribers", "import", file, "--yes"])
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        while started.elapsed() < moment {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                if !status.success() {
                    return Err(format!("`import` failed: {status}"));
                }
                return Ok(Some(started.elapsed()));
            }
            sleep(Duration::from_micros(200));
        }
        // It may have ended in this moment.
        let _ = child.kill();
        child.wait().map_err(|error| error.to_string())?;
        Ok(None)
    }
}

/// The file of a round: new people, and one in ten of the round before who says no now.
fn file_of(round: u64, people: u64, expected: &mut ListNow) -> String {
    let mut text = String::from("email,first_name,basis,status\n");
    for number in 0..people {
        let address = format!("r{round}-p{number}@charity.org.uk");
        text.push_str(&format!("{address},Person {number},consent,subscribed\n"));
        expected.people.insert(address);
        if round > 0 && number % 10 == 0 {
            let leaving = format!("r{}-p{number}@charity.org.uk", round - 1);
            text.push_str(&format!("{leaving},,,unsubscribed\n"));
            expected.said_no.insert(leaving);
        }
    }
    text
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let program =
        charity::program(arguments.program.as_deref()).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).map_err(|error| error.to_string())
    };
    write("roundup.toml", &format!("{SETTINGS}\n{PEOPLE}"))?;
    let harness = Harness { program, folder };
    let write = |name: &str, text: &str| {
        fs::write(harness.folder.path().join(name), text).map_err(|error| error.to_string())
    };
    let mut seed = arguments.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut longest = Duration::from_millis(400);
    let (mut before, mut halves, mut written, mut ended) = (ListNow::default(), 0, 0, 0);
    for round in 0..arguments.kills {
        let mut after = before.clone();
        write("people.csv", &file_of(round, arguments.people, &mut after))?;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let moment = longest * u32::try_from(seed % 10_000).unwrap_or(0) / 10_000;
        if let Some(took) = harness.killed_after("people.csv", moment)? {
            // Moments spread over what an import takes on this computer.
            longest = took.mul_f64(1.2);
            ended += 1;
        }
        let now = harness.list()?;
        if now == after {
            written += 1;
        } else if now != before {
            halves += 1;
            println!("round {round}: {} people, {} said no", now.people.len(), now.said_no.len());
        }
        if harness.killed_after("people.csv", Duration::from_mins(1))?.is_none() {
            return Err("an import took more than a minute".to_owned());
        }
        let now = harness.list()?;
        if now != after {
            halves += 1;
            println!("round {round}: the import that ran to its end is not whole");
        }
        before = now;
    }
    println!(
        "{} kills: {written} imports were written before it ({ended} had ended), {halves} by half; {} people, {} said no",
        arguments.kills,
        before.people.len(),
        before.said_no.len()
    );
    if ended == arguments.kills {
        return Err("no kill came before the end: this run says nothing".to_owned());
    }
    Ok(halves == 0)
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(what) => {
            println!("{what}");
            ExitCode::FAILURE
        }
    }
}
