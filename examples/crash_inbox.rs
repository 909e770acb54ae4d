//! Kills `roundup inbox` at random moments and looks at the do-not-mail list: each email is settled once, and none is lost.
//!
//! `cargo run --release --example crash_inbox -- --kills 200` puts emails into a Maildir (mailboxes that are gone, complaints,
//! forged and unrelated ones), starts `roundup inbox`, kills it (`kill -9`) at a random moment, and looks at the list. Whoever's
//! email has been moved to `Done` must be on it, and nobody whose email did not come. Then it runs to its end. It ends with 1
//! when somebody was missed or counted twice, or was put on the list by an email that is not theirs; and when `inbox` itself failed,
//! or no kill came in the middle.

#[path = "support/charity.rs"]
mod charity;
#[path = "support/sink.rs"]
mod sink;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Parser;

use charity::SETTINGS;
use sink::Answer;

/// Kills `roundup inbox` at random moments.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often to kill it
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// Emails of each round
    #[arg(long, default_value_t = 12)]
    emails: usize,
    /// The program to kill; the one beside this example if not given
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// The same number gives the same moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

type Trouble = Box<dyn std::error::Error>;

const EDITION: [&str; 3] = ["send", "--month", "2020-11"];

struct Harness {
    program: PathBuf,
    folder: tempfile::TempDir,
    relay: String,
    /// The Message-ID of everybody's copy, by address.
    copies: BTreeMap<String, String>,
}

impl Harness {
    fn new(arguments: &Arguments, port: u16) -> Result<Self, Trouble> {
        let program = charity::program(arguments.program.as_deref())?;
        let folder = tempfile::tempdir()?;
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
        write("roundup.toml", SETTINGS)?;
        for name in ["subscribers", "news", "mail", "mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir(folder.path().join(name))?;
        }
        write("news/11.md", "---\ntitle: The report is out\ndate: 2020-11-03\n---\nIn full.\n")?;
        let mut list = String::from("email,basis\n");
        for number in 0..arguments.kills * arguments.emails {
            writeln!(list, "p{number}@charity.org.uk,consent")?;
        }
        write("subscribers/people.csv", &list)?;
        let relay = format!("smtp://127.0.0.1:{port}");
        let mut harness = Self { program, folder, relay, copies: BTreeMap::new() };
        harness.send(arguments.kills * arguments.emails)?;
        Ok(harness)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--no-input").current_dir(self.folder.path());
        command.env("XDG_STATE_HOME", self.folder.path().join(".state"));
        command.env("ROUNDUP_RELAY", &self.relay);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, Trouble> {
        Ok(self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output()?)
    }

    /// The edition goes to everybody; a dry run has shown the Message-IDs.
    fn send(&mut self, people: usize) -> Result<(), Trouble> {
        let number = people.to_string();
        for last in [&["--dry-run"][..], &["--confirm", &number]] {
            let output = self.output(&[&EDITION[..], last].concat())?;
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
            }
        }
        for entry in fs::read_dir(self.folder.path().join("preview/2020-11/messages"))? {
            let message = fs::read_to_string(entry?.path())?.replace("\r\n ", " ");
            let field = |name: &str| {
                let line = message.lines().find_map(|line| line.strip_prefix(name));
                line.map(|value| value.trim().to_owned()).ok_or("a message without its fields")
            };
            let address = field("To:")?;
            let address = address.rsplit('<').next().unwrap_or_default().trim_end_matches('>');
            self.copies.insert(address.to_owned(), field("Message-ID:")?);
        }
        if self.copies.len() == people {
            return Ok(());
        }
        Err(format!("{} messages for {people} people", self.copies.len()).into())
    }

    fn inbox(&self, moment: Option<Duration>) -> Result<Option<Duration>, Trouble> {
        let started = Instant::now();
        let mut child = self.command(&["inbox", "--maildir", "mail"]).spawn()?;
        while moment.is_none_or(|moment| started.elapsed() < moment) {
            if let Some(status) = child.try_wait()? {
                // Done, or no email was there.
                if !matches!(status.code(), Some(0 | 4)) {
                    return Err(format!("`inbox` failed: {status}").into());
                }
                return Ok(Some(started.elapsed()));
            }
            sleep(Duration::from_micros(200));
        }
        // It may have ended in this moment.
        let _ = child.kill();
        child.wait()?;
        Ok(None)
    }

    /// Addresses on the do-not-mail list.
    fn suppressed(&self) -> Result<BTreeSet<String>, Trouble> {
        let output = self.output(&["subscribers", "list", "--json"])?;
        let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let people = json["people"].as_array().ok_or("the list has no people")?;
        let left = people.iter().filter(|person| person["state"] != "subscribed");
        Ok(left.filter_map(|person| person["address"].as_str().map(str::to_owned)).collect())
    }

    /// How often the record of changes to the do-not-mail list names somebody.
    fn times(&self, address: &str) -> Result<usize, Trouble> {
        let output = self.output(&["why", address, "--json"])?;
        let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        Ok(json["do_not_mail"].as_array().map_or(0, Vec::len))
    }

    /// Names of the emails that were moved.
    fn done(&self) -> Result<BTreeSet<String>, Trouble> {
        let mut names = BTreeSet::new();
        for folder in ["mail/.Done/cur", "mail/.Done/new"] {
            let Ok(entries) = fs::read_dir(self.folder.path().join(folder)) else { continue };
            for entry in entries {
                let name = entry?.file_name().to_string_lossy().into_owned();
                names.insert(name.split(':').next().unwrap_or_default().to_owned());
            }
        }
        Ok(names)
    }
}

/// An email of a kind about somebody's copy, and whether it takes them off the list.
fn email(kind: usize, address: &str, id: &str) -> (String, bool) {
    let report = |status: &str, words: &str, id: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example.net\nTo: news@charity.example\nSubject: Undelivered\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNo.\n--b\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n\
             Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n--b\n\
             Content-Type: text/rfc822-headers\n\nFrom: news@charity.example\nMessage-ID: {id}\n--b--\n"
        )
    };
    match kind % 6 {
        0 | 1 => (report("5.1.1", "550 5.1.1 User unknown", id), true),
        2 => (
            format!(
                "From: fbl@isp.example\nTo: news@charity.example\nSubject: complaint\nMIME-Version: 1.0\n\
                 Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nA complaint.\n--b\n\
                 Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b\nContent-Type: message/rfc822\n\n\
                 From: news@charity.example\nTo: {address}\nMessage-ID: {id}\n\nText\n--b--\n"
            ),
            true,
        ),
        3 => (report("5.7.1", "550 5.7.1 Client host blocked using zen.spamhaus.org", id), false),
        4 => {
            let forged = "<00000000000000000000000000000000@charity.example>";
            (report("5.1.1", "550 5.1.1 User unknown", forged), false)
        }
        _ => (
            format!(
                "From: {address}\nTo: news@charity.example\nSubject: Out of office\n\
                 Auto-Submitted: auto-replied\n\nI am away.\n"
            ),
            false,
        ),
    }
}

fn run(arguments: &Arguments) -> Result<u64, Trouble> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (port, _) =
        runtime.block_on(sink::serve("127.0.0.1:0", false, Duration::ZERO, |_| Answer::Take))?;
    let harness = Harness::new(arguments, port)?;
    let mut seed = arguments.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut longest = Duration::from_millis(300);
    // Emails by name: whom they take off the list, if anybody.
    let (mut emails, mut wrong, mut between) = (BTreeMap::new(), 0, 0);
    let everybody: Vec<(&String, &String)> = harness.copies.iter().collect();
    for (round, people) in everybody.chunks(arguments.emails).enumerate() {
        for (kind, (address, id)) in people.iter().enumerate() {
            let (name, (text, counts)) = (format!("{round}.{kind}"), email(kind, address, id));
            fs::write(harness.folder.path().join("mail/new").join(&name), text)?;
            emails.insert(name, counts.then_some(*address));
        }
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let moment = longest * u32::try_from(seed % 10_000)? / 10_000;
        if let Some(took) = harness.inbox(Some(moment))? {
            // Moments spread over what it takes on this computer.
            longest = took.mul_f64(1.2);
        }
        let expected: BTreeSet<String> =
            emails.values().flatten().map(|address| (*address).clone()).collect();
        let (done, suppressed) = (harness.done()?, harness.suppressed()?);
        let moved = done.iter().filter_map(|name| emails.get(name).copied().flatten());
        let lost = moved.filter(|address| !suppressed.contains(*address)).count();
        let invented = suppressed.difference(&expected).count();
        // Of this round some emails have been moved, or have put somebody on the list, and some have not.
        let own = format!("{round}.");
        let moved = done.iter().filter(|name| name.starts_with(&own)).count();
        let has_begun =
            moved > 0 || people.iter().any(|(address, _)| suppressed.contains(*address));
        between += usize::from(has_begun && moved < people.len());
        harness.inbox(None)?;
        let missed = expected.difference(&harness.suppressed()?).count();
        let twice = people.iter().map(|(address, _)| harness.times(address));
        let twice = twice.collect::<Result<Vec<_>, _>>()?.iter().filter(|n| **n > 1).count();
        if lost + invented + missed + twice > 0 {
            println!(
                "round {round}: {lost} lost, {invented} invented, {missed} missed, {twice} twice"
            );
            wrong += (lost + invented + missed + twice) as u64;
        }
    }
    println!(
        "{} kills, {between} of them in the middle: {} emails, {} people on the do-not-mail list, {wrong} wrong",
        arguments.kills,
        emails.len(),
        harness.suppressed()?.len()
    );
    if between == 0 {
        return Err("no kill came in the middle: this run says nothing".into());
    }
    Ok(wrong)
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(what) => {
            println!("{what}");
            ExitCode::FAILURE
        }
    }
}
