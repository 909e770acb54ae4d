//! Measures imports: how long one takes, and how much memory the program has at most.
//!
//! `cargo run --release --example import -- --people 100000` imports a file of that size into a newsletter that keeps its list
//! in files, and into one that has it in a database: as a dry run, for real, the same once more, a file of changes and noes,
//! and takes the last import back. It ends with 1 when a figure is above the limits of `--seconds` and `--megabytes`. Memory is
//! what Linux counts (`VmHWM`).

#[path = "support/charity.rs"]
mod charity;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Parser;

use charity::SETTINGS;

/// Measures imports: how long one takes, and how much memory the program has at most.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rows of the file
    #[arg(long, default_value_t = 100_000)]
    people: usize,
    /// No import may take longer
    #[arg(long)]
    seconds: Option<f64>,
    /// No import may have more memory
    #[arg(long)]
    megabytes: Option<f64>,
    /// The program to measure; the one beside this example if not given
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
}

type Trouble = Box<dyn std::error::Error>;

struct Harness {
    program: PathBuf,
    folder: tempfile::TempDir,
    most: (f64, f64),
}

/// The highest memory of a process so far, in MB; `None` once it is gone.
fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

impl Harness {
    /// Runs the program once, and says what it took.
    fn measure(&mut self, what: &str, arguments: &[&str]) -> Result<(), Trouble> {
        let output = fs::File::create(self.folder.path().join("output"))?;
        let started = Instant::now();
        let mut child = Command::new(&self.program)
            .args(arguments)
            .arg("--no-input")
            .current_dir(self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join(".state"))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()?;
        let mut megabytes = 0.0_f64;
        let status = loop {
            megabytes = megabytes.max(peak(child.id()).unwrap_or_default());
            if let Some(status) = child.try_wait()? {
                break status;
            }
            sleep(Duration::from_millis(2));
        };
        let seconds = started.elapsed().as_secs_f64();
        let said = fs::read_to_string(self.folder.path().join("output"))?;
        if !status.success() {
            return Err(format!("{what}: {status}\n{said}").into());
        }
        let counts = said.lines().filter(|line| {
            ["  New", "  Changed", "  The same", "  Said no"]
                .iter()
                .any(|kind| line.starts_with(kind))
        });
        let counts: Vec<&str> = counts.map(str::trim).collect();
        println!("{what}: {seconds:.2} s, {megabytes:.0} MB  {}", counts.join(", "));
        self.most = (self.most.0.max(seconds), self.most.1.max(megabytes));
        Ok(())
    }
}

/// An export, not in the order of its addresses. Of every hundred people one says no, where `later`, and another has a new name.
fn export(people: usize, later: bool) -> Result<String, Trouble> {
    let mut text =
        String::from("email,first_name,last_name,basis,source,obtained_at,status,tags\n");
    for number in 0..people {
        // The same people each time, in an order that no index likes.
        let person = number * 7_919 % people;
        let (status, name) = match person % 100 {
            0 if later => ("unsubscribed", "Person"),
            1 if later => ("subscribed", "Somebody"),
            _ => ("subscribed", "Person"),
        };
        writeln!(
            text,
            "person-{person}@mail{}.example.org,{name},Number {person},consent,form on our website,2024-05-01,{status},\"a,b\"",
            person % 50
        )?;
    }
    Ok(text)
}

fn run(arguments: &Arguments) -> Result<bool, Trouble> {
    let program = charity::program(arguments.program.as_deref())?;
    let mut harness = Harness { program, folder: tempfile::tempdir()?, most: (0.0, 0.0) };
    let write = |harness: &Harness, name: &str, text: &str| {
        fs::write(harness.folder.path().join(name), text)
    };
    write(&harness, "roundup.toml", SETTINGS)?;
    fs::create_dir(harness.folder.path().join("subscribers"))?;
    write(&harness, "subscribers/people.csv", &export(arguments.people / 10, false)?)?;
    write(&harness, "first.csv", &export(arguments.people, false)?)?;
    write(&harness, "later.csv", &export(arguments.people, true)?)?;
    println!("{} rows", arguments.people);
    let (first, later) = ("first.csv", "later.csv");
    let import = ["subscribers", "import"];
    let with = |rest: &[&'static str]| [&import[..], rest].concat();
    harness.measure("list in files, dry run", &with(&[first, "--dry-run"]))?;
    harness.measure("list in files, import into the database", &with(&[first, "--yes"]))?;
    harness.measure("list in the database, the same again", &with(&[first, "--yes"]))?;
    harness.measure("changes and noes, dry run as JSON", &with(&[later, "--dry-run", "--json"]))?;
    harness.measure("changes and noes", &with(&[later, "--yes"]))?;
    harness.measure("taken back", &with(&["--undo", "--yes"]))?;
    let (seconds, megabytes) = harness.most;
    println!("longest {seconds:.2} s, most memory {megabytes:.0} MB");
    let is_quick = arguments.seconds.is_none_or(|most| seconds <= most);
    Ok(is_quick && arguments.megabytes.is_none_or(|most| megabytes <= most))
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
