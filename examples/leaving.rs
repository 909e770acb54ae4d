//! Kills `roundup serve` at random moments while people leave, or times their answers while an edition is sent or a file imported.
//!
//! - `cargo run --release --example leaving -- --kills 500` starts the server, has several clients leave by one click, kills
//!   it (`kill -9`) at a random moment, and starts it again. Whoever was answered 200 must be on the do-not-mail list, and
//!   nobody else but those whose answer was lost.
//! - `cargo run --release --example leaving -- --seconds 20` has 50 people a second leave while `roundup send` mails the next
//!   edition to everybody, and prints how long the answers took.
//! - `cargo run --release --example leaving -- --import 100000` has them leave while a file of that size is imported. No answer
//!   may take longer than two seconds. The list is in a file, or on the server that `ROUNDUP_LEDGER` names.
//!
//! It ends with 1 when somebody's word was lost, or when somebody was put on the list without a request.

#[path = "support/charity.rs"]
mod charity;
#[path = "support/sink.rs"]
mod sink;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use clap::Parser;

use charity::SETTINGS;
use sink::Answer;

/// Kills `roundup serve` while people leave, or times their answers while an edition is sent or a file imported.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often to kill it
    #[arg(long, default_value_t = 500, conflicts_with = "seconds")]
    kills: u64,
    /// Time answers for so long, while an edition is sent
    #[arg(long)]
    seconds: Option<u64>,
    /// Time answers while a file of this number of people is imported
    #[arg(long, conflicts_with_all = ["kills", "seconds"])]
    import: Option<usize>,
    /// Requests in a second, for `--seconds` and `--import`
    #[arg(long, default_value_t = 50)]
    rate: u64,
    /// People on the list
    #[arg(long, default_value_t = 4000)]
    people: usize,
    /// The program; the one beside this example if not given
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// The same number gives the same moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const CLIENTS: usize = 4;
/// A server that does not listen within this time is broken.
const STARTS_WITHIN: Duration = Duration::from_secs(20);
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// A mail provider's button has no more patience.
const LONGEST_ANSWER: Duration = Duration::from_secs(2);

type Trouble = Box<dyn std::error::Error>;

struct Harness {
    program: PathBuf,
    folder: tempfile::TempDir,
    /// Address and the path of its link, in the order of the list.
    links: Vec<(String, String)>,
}

impl Harness {
    fn new(arguments: &Arguments) -> Result<Self, Trouble> {
        let program = charity::program(arguments.program.as_deref())?;
        let folder = tempfile::tempdir()?;
        let settings = SETTINGS.trim_end();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
        write(
            "roundup.toml",
            &format!("{settings}\npublic_url = \"https://news.charity.org.uk\"\n"),
        )?;
        fs::create_dir(folder.path().join("subscribers"))?;
        fs::create_dir(folder.path().join("news"))?;
        for (month, title) in [("11", "The report is out"), ("12", "A winter of training")] {
            let story =
                format!("---\ntitle: {title}\ndate: 2020-{month}-03\n---\n{title}, in full.\n");
            write(&format!("news/{month}.md"), &story)?;
        }
        let mut list = String::from("email,basis\n");
        for number in 0..arguments.people {
            writeln!(list, "p{number}@charity.org.uk,consent")?;
        }
        write("subscribers/people.csv", &list)?;
        let mut harness = Self { program, folder, links: Vec::new() };
        harness.links = harness.links_of_everybody(arguments.people)?;
        Ok(harness)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--no-input").current_dir(self.folder.path());
        command.env("XDG_STATE_HOME", self.folder.path().join(".state"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The November edition goes to the outbox of practice mode, and everybody's link is read from their message.
    fn links_of_everybody(&self, people: usize) -> Result<Vec<(String, String)>, Trouble> {
        let number = people.to_string();
        let arguments = ["send", "--month", "2020-11", "--confirm", &number];
        let output = self.command(&arguments).stderr(Stdio::piped()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let mut links = BTreeMap::new();
        let mut folders = vec![self.folder.path().join("outbox")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "eml") {
                    let message = fs::read_to_string(&path)?.replace("\r\n ", " ");
                    let between = |start: &str, end: &str| {
                        let (_, rest) = message.split_once(start)?;
                        rest.split_once(end).map(|(found, _)| found.to_owned())
                    };
                    let address = between("\nTo: ", "\r").ok_or("a message without To")?;
                    let link = between("<https://news.charity.org.uk", ">")
                        .ok_or("a message without a link")?;
                    links.insert(address, link);
                }
            }
        }
        if links.len() != people {
            return Err(format!("{} links for {people} people", links.len()).into());
        }
        Ok(links.into_iter().collect())
    }

    /// The server, once it answers.
    fn serve(&self) -> Result<(Child, SocketAddr), Trouble> {
        let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut child = self.command(&["serve", "--listen", &free.to_string()]).spawn()?;
        let started = Instant::now();
        while TcpStream::connect(free).is_err() {
            if let Some(status) = child.try_wait()? {
                return Err(format!("`serve` ended by itself: {status}").into());
            }
            if started.elapsed() > STARTS_WITHIN {
                let _ = child.kill();
                return Err("`serve` does not listen".into());
            }
            sleep(Duration::from_millis(2));
        }
        Ok((child, free))
    }

    /// Addresses on the do-not-mail list.
    fn left(&self) -> Result<BTreeSet<String>, Trouble> {
        let output =
            self.command(&["subscribers", "list", "--json"]).stdout(Stdio::piped()).output()?;
        let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let people = json["people"].as_array().ok_or("the list has no people")?;
        let left = people.iter().filter(|person| person["state"] != "subscribed");
        Ok(left.filter_map(|person| person["address"].as_str().map(str::to_owned)).collect())
    }
}

/// One click of a mail provider. Whether it was answered 200; `None` without an answer.
fn leave(server: SocketAddr, path: &str) -> Option<bool> {
    let mut stream = TcpStream::connect(server).ok()?;
    stream.set_read_timeout(Some(ANSWERS_WITHIN)).ok()?;
    let body = "List-Unsubscribe=One-Click";
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: news.charity.org.uk\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    // A connection that a kill cuts ends here, with what has come so far.
    let _ = stream.read_to_string(&mut answer);
    let status = answer.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    Some(status == "200")
}

/// The people whose request to leave was answered, and those whose was not.
#[derive(Debug, Default)]
struct Asked {
    without_answer: BTreeSet<String>,
    answered: BTreeSet<String>,
    other_answers: u64,
}

/// Kills the server again and again; how many words were lost or invented.
fn kills(harness: &Harness, arguments: &Arguments) -> Result<u64, Trouble> {
    let asked = Mutex::new(Asked::default());
    let next = AtomicUsize::new(0);
    let mut seed = arguments.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut wrong = 0;
    for round in 1..=arguments.kills {
        let (mut child, server) = harness.serve()?;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let moment = Duration::from_micros(seed % 80_000);
        let clients = || {
            // Until the server is gone, or the list is at its end.
            while let Some((address, path)) =
                harness.links.get(next.fetch_add(1, Ordering::Relaxed) % harness.links.len())
            {
                let answer = leave(server, path);
                let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                match answer {
                    Some(true) => {
                        asked.answered.insert(address.clone());
                    }
                    Some(false) => asked.other_answers += 1,
                    None => {
                        asked.without_answer.insert(address.clone());
                        return;
                    }
                }
                drop(asked);
                // Slow enough that the list lasts.
                sleep(Duration::from_millis(10));
            }
        };
        thread::scope(|scope| -> std::io::Result<()> {
            for _ in 0..CLIENTS {
                scope.spawn(clients);
            }
            sleep(moment);
            child.kill()?;
            child.wait().map(drop)
        })?;
        if round % 50 == 0 || round == arguments.kills {
            let left = harness.left()?;
            let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let lost = asked.answered.difference(&left).count();
            let invented = left
                .iter()
                .filter(|address| {
                    !asked.answered.contains(*address) && !asked.without_answer.contains(*address)
                })
                .count();
            println!(
                "{round} kills: {} answered 200, {} without an answer, {} answered otherwise; {} on the do-not-mail list; \
                 {lost} lost, {invented} invented",
                asked.answered.len(),
                asked.without_answer.len(),
                asked.other_answers,
                left.len()
            );
            wrong += (lost + invented) as u64 + asked.other_answers;
        }
    }
    Ok(wrong)
}

/// Has people leave while an edition is sent; how many words were lost, and how many got a message after theirs.
fn while_sending(harness: &Harness, arguments: &Arguments, seconds: u64) -> Result<u64, Trouble> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (port, books) =
        runtime.block_on(sink::serve("127.0.0.1:0", true, Duration::from_millis(20), |_| {
            Answer::Take
        }))?;
    let (mut child, server) = harness.serve()?;
    let relay = format!("smtp://127.0.0.1:{port}");
    let number = harness.links.len().to_string();
    let mut send = harness
        .command(&["send", "--month", "2020-12", "--confirm", &number])
        .env("ROUNDUP_RELAY", relay)
        .spawn()?;
    // Whoever leaves before the plan is made changes the number of people.
    while books.messages.load(Ordering::Relaxed) == 0 {
        if send.try_wait()?.is_some() {
            return Err("`send` ended before its first message".into());
        }
        sleep(Duration::from_millis(1));
    }
    let asked = usize::try_from(seconds * arguments.rate)?.min(harness.links.len());
    let answers = have_leave(harness, server, (&mut send, Some(asked)), arguments.rate)?;
    send.wait()?;
    let mailed = books.messages.load(Ordering::Relaxed);
    child.kill()?;
    child.wait()?;
    let left = harness.left()?;
    println!(
        "{asked} people left at {} a second, {} of them while the edition was sent to {mailed}: {answers}, {} on the do-not-mail list",
        arguments.rate,
        answers.meanwhile,
        left.len(),
    );
    Ok((asked - answers.well()) as u64 + u64::from(left.len() < answers.well()))
}

/// Has people leave while a file is imported; how many words were lost, and how many answers took too long.
fn while_importing(harness: &Harness, arguments: &Arguments, rows: usize) -> Result<u64, Trouble> {
    let mut file = String::from("email,first_name,basis,source\n");
    for number in 0..rows {
        let person = number * 7_919 % rows;
        writeln!(file, "new-{person}@charity.org.uk,Number {person},consent,form")?;
    }
    fs::write(harness.folder.path().join("new.csv"), file)?;
    // The list is in the database when the clock begins to run.
    fs::write(harness.folder.path().join("one.csv"), "email,basis\none@charity.org.uk,consent\n")?;
    let moved = harness.command(&["subscribers", "import", "one.csv", "--yes"]).status()?;
    let (mut child, server) = harness.serve()?;
    let started = Instant::now();
    let mut import = harness.command(&["subscribers", "import", "new.csv", "--yes"]).spawn()?;
    let answers = have_leave(harness, server, (&mut import, None), arguments.rate)?;
    let imported = import.wait()?;
    let took = started.elapsed();
    child.kill()?;
    child.wait()?;
    if !moved.success() || !imported.success() {
        return Err(format!("the import ended with {imported}").into());
    }
    let left = harness.left()?;
    println!(
        "{} people left at {} a second while {rows} people were imported in {took:.1?}: {answers}, {} on the do-not-mail list",
        answers.took.len(),
        arguments.rate,
        left.len(),
    );
    let late = answers.took.iter().filter(|(time, _)| *time > LONGEST_ANSWER).count();
    let lost = answers.took.len() - answers.well() + answers.well().saturating_sub(left.len());
    Ok((late + lost) as u64)
}

/// How long answers took, the shortest first, and whether each was 200.
struct Answers {
    took: Vec<(Duration, bool)>,
    /// How many were wanted before the other program had ended.
    meanwhile: usize,
}

impl Answers {
    fn well(&self) -> usize {
        self.took.iter().filter(|(_, well)| *well).count()
    }

    fn at(&self, share: usize) -> Duration {
        let last = self.took.len().saturating_sub(1);
        let at = self.took.get((self.took.len() * share / 1000).min(last));
        at.map(|(time, _)| *time).unwrap_or_default()
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} answered 200; median {:?}, 99 of 100 within {:?}, longest {:?}",
            self.well(),
            self.at(500),
            self.at(990),
            self.at(1000)
        )
    }
}

/// People leave one after the other, from the end of the list: most have nothing of an edition that is sent meanwhile. Without a
/// number of them it ends with the other program.
fn have_leave(
    harness: &Harness,
    server: SocketAddr,
    (other, most): (&mut Child, Option<usize>),
    rate: u64,
) -> Result<Answers, Trouble> {
    let took = Arc::new(Mutex::new(Vec::new()));
    let every = Duration::from_secs(1) / u32::try_from(rate)?;
    let began = Instant::now();
    let mut meanwhile = 0;
    thread::scope(|scope| {
        for (place, (_, path)) in
            harness.links.iter().rev().take(most.unwrap_or(usize::MAX)).enumerate()
        {
            let due = every * u32::try_from(place).unwrap_or(u32::MAX);
            sleep(due.saturating_sub(began.elapsed()));
            let is_running = matches!(other.try_wait(), Ok(None));
            meanwhile += usize::from(is_running);
            if !is_running && most.is_none() {
                break;
            }
            let took = Arc::clone(&took);
            scope.spawn(move || {
                let started = Instant::now();
                let answer = leave(server, path);
                let mut took = took.lock().unwrap_or_else(PoisonError::into_inner);
                took.push((started.elapsed(), answer == Some(true)));
            });
        }
    });
    let mut took = std::mem::take(&mut *took.lock().unwrap_or_else(PoisonError::into_inner));
    took.sort_unstable();
    Ok(Answers { took, meanwhile })
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome =
        Harness::new(&arguments).and_then(|harness| match (arguments.seconds, arguments.import) {
            (Some(seconds), _) => while_sending(&harness, &arguments, seconds),
            (None, Some(rows)) => while_importing(&harness, &arguments, rows),
            (None, None) => kills(&harness, &arguments),
        });
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(what) => {
            println!("{what}");
            ExitCode::FAILURE
        }
    }
}
