//! Kills roundup at random moments and counts what became of everybody.
//!
//! `cargo run --release --example crash -- --kills 1000` starts the real program against a counting SMTP server, kills it
//! (`kill -9`) at random moments, lets it carry on, and prints how many people were lost, mailed twice, and uncertain. The
//! server sends some people's copies back for later, closes connections now and then, and the messages are signed.
//!
//! - `--gently` ends runs by Ctrl-C, SIGTERM, SIGHUP and SIGQUIT in turn: nothing at all may be uncertain.
//! - `scripts/with-postgres cargo run --release --example crash -- --postgres` has the ledger on a server.
//! - `--postgres --restarts` also restarts that server among the kills, while a run goes on, orderly and at once in turn.
//!
//! - `--answer-after 20` has the server take 20 ms for each answer, as one that is further away.
//!
//! It ends with 1 when anybody was lost or mailed twice, when a row says *accepted* and nothing arrived, or when more is
//! uncertain than two messages for each connection and kill or restart: one, where the server takes 20 ms or more.

#[path = "support/charity.rs"]
mod charity;
#[path = "support/sink.rs"]
mod sink;

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use charity::SETTINGS;
use clap::Parser;
use sink::{Answer, Books};

/// Kills roundup at random moments and counts what became of everybody.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often to kill it
    #[arg(long, default_value_t = 1000)]
    kills: u32,
    /// People of an edition; when all have their mail, the next edition begins
    #[arg(long, default_value_t = 2000)]
    people: usize,
    #[arg(long, default_value_t = 8)]
    connections: u32,
    /// Without DKIM signatures
    #[arg(long)]
    unsigned: bool,
    /// Ctrl-C, SIGTERM, SIGHUP and SIGQUIT in turn instead of kill -9: nothing at all may be uncertain
    #[arg(long)]
    gently: bool,
    /// Also restart the `PostgreSQL` server, once for every five kills
    #[arg(long, requires = "postgres")]
    restarts: bool,
    /// The milliseconds that the server takes for each answer. From 20 on, one message a connection and kill may be uncertain
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS")]
    answer_after: u64,
    /// With the ledger on a `PostgreSQL` server: that of `scripts/with-postgres`
    #[arg(long)]
    postgres: bool,
    /// The program to kill; built first, beside this one, when not given
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// The same number gives the same moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One answer in a hundred says to come back later, and one in five hundred closes the connection.
fn mood(question: u64) -> Answer {
    match question.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54 {
        0..=9 => Answer::Later,
        10 | 11 => Answer::Close,
        _ => Answer::Take,
    }
}

/// A small generator: good enough for moments.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most.max(1)
    }
}

#[derive(Debug, Default)]
struct Totals {
    kills: u32,
    restarts: u32,
    editions: u32,
    people: usize,
    lost: usize,
    doubled: usize,
    /// Said to be accepted, and never taken.
    lies: usize,
    uncertain: usize,
    uncertain_and_taken: usize,
}

const SEND: &str = "[send]\nretry_after_seconds = 0\n\n[checks.silence]\nearlier-edition = \"The same email again, for the next kills\"\n";

/// A run that sends nothing for so long is killed all the same.
const LONGEST_WAIT_MILLIS: u64 = 5000;

/// One kill in ten comes at a moment of the clock, which may be before the first message; the others by what was sent, so
/// that a busy computer does not make them harmless.
fn patience(chance: &mut Chance) -> Duration {
    let millis = if chance.below(10) == 0 { 20 + chance.below(400) } else { LONGEST_WAIT_MILLIS };
    Duration::from_millis(millis)
}

/// The ways to end a run gently.
const SIGNALS: [&str; 4] = ["-INT", "-TERM", "-HUP", "-QUIT"];
/// One in this number of interruptions is a restart of the server.
const RESTART_EVERY: u64 = 6;

/// All that an interruption needs.
struct Harness {
    arguments: Arguments,
    program: PathBuf,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    port: u16,
    books: Arc<Books>,
    database: Option<Database>,
    chance: Chance,
    totals: Totals,
}

/// How a wait for a run ended.
#[derive(PartialEq)]
enum Waited {
    RunEnded,
    MomentCame,
}

impl Harness {
    fn new(arguments: Arguments) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        prepare(folder.path(), &arguments);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (port, books) = runtime
            .block_on(sink::serve(
                "127.0.0.1:0",
                true,
                Duration::from_millis(arguments.answer_after),
                mood,
            ))
            .expect("a free port");
        let database = arguments.postgres.then(|| runtime.block_on(Database::new()));
        // It is started in another folder.
        let named = arguments
            .program
            .as_ref()
            .map(|program| std::path::absolute(program).expect("a path to the program"));
        assert!(named.as_ref().is_none_or(|program| program.is_file()), "--program: no such file");
        let chance = Chance(arguments.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
        Self {
            program: named.unwrap_or_else(program),
            arguments,
            folder,
            runtime,
            port,
            books,
            database,
            chance,
            totals: Totals::default(),
        }
    }

    fn start(&self, edition: &str) -> Child {
        if let Some(database) = &self.database {
            // As if the lease of the one that was killed had passed: 30 seconds a kill would take the day.
            self.runtime.block_on(database.let_leases_pass());
        }
        let folder = self.folder.path();
        Command::new(&self.program)
            .args(["send", edition, "--confirm", &self.arguments.people.to_string()])
            .args(["--connections", &self.arguments.connections.to_string(), "-q", "--no-input"])
            .current_dir(folder)
            .env("XDG_STATE_HOME", folder.join(".state"))
            .env("ROUNDUP_RELAY", format!("smtp://127.0.0.1:{}", self.port))
            .envs(key(folder, &self.arguments))
            .envs(ledger(self.database.as_ref()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("roundup starts")
    }

    /// Somewhere between the start of the process and some hundred messages later.
    fn wait(&mut self, child: &mut Child) -> Waited {
        let target = self.books.messages.load(Ordering::Relaxed) + self.chance.below(200);
        let by = Instant::now() + patience(&mut self.chance);
        loop {
            if child.try_wait().expect("a child of ours").is_some() {
                return Waited::RunEnded;
            }
            let is_reached = self.books.messages.load(Ordering::Relaxed) >= target;
            if is_reached && self.chance.below(3) == 0 || Instant::now() > by {
                return Waited::MomentCame;
            }
            std::thread::sleep(Duration::from_micros(self.chance.below(300)));
        }
    }

    fn is_finished(&self, edition: &str) -> bool {
        is_finished(&self.program, self.folder.path(), self.database.as_ref(), edition)
    }

    /// Runs an edition to its end, and interrupts it on the way.
    fn edition(&mut self) {
        self.totals.editions += 1;
        let edition = format!("edition-{}", self.totals.editions);
        write_draft(self.folder.path(), &edition);
        loop {
            let mut child = self.start(&edition);
            let ended = loop {
                if self.totals.kills >= self.arguments.kills {
                    child.wait().expect("roundup ends");
                    break true;
                }
                if self.wait(&mut child) == Waited::RunEnded {
                    break true;
                }
                if self.arguments.restarts && self.chance.below(RESTART_EVERY) == 0 {
                    // The run goes on meanwhile.
                    self.totals.restarts += 1;
                    restart(if self.totals.restarts.is_multiple_of(2) {
                        "fast"
                    } else {
                        "immediate"
                    });
                    continue;
                }
                break false;
            };
            if ended {
                if self.is_finished(&edition) {
                    break;
                }
                continue;
            }
            let signal = self.totals.kills as usize % SIGNALS.len();
            stop(&mut child, self.arguments.gently.then_some(SIGNALS[signal]));
            self.totals.kills += 1;
            if self.totals.kills.is_multiple_of(50) {
                print!("\r{} kills … ", self.totals.kills);
                // Only a sign of life.
                let _ = std::io::stdout().flush();
            }
        }
        let rows = match &self.database {
            Some(database) => self.runtime.block_on(database.rows(&edition)),
            None => rows(self.folder.path(), &edition),
        };
        count(&rows, &self.books, &mut self.totals);
    }

    /// Prints the figures; true when they are as they must be.
    fn report(&self, took: Duration) -> bool {
        let Self { arguments, totals, .. } = self;
        println!(
            "\r{} kills over {} people in {} editions, {} connections, {:.0} s{}{}{}",
            totals.kills,
            totals.people,
            totals.editions,
            arguments.connections,
            took.as_secs_f64(),
            if arguments.unsigned { "" } else { ", signed" },
            if arguments.gently { ", INT, TERM, HUP and QUIT in turn" } else { ", kill -9" },
            if arguments.postgres { ", PostgreSQL" } else { ", SQLite" },
        );
        if arguments.restarts {
            println!("restarts   {} of the server", totals.restarts);
        }
        println!("lost       {}", totals.lost);
        println!("twice      {}", totals.doubled);
        println!("false      {} (said to be accepted, and never taken)", totals.lies);
        println!(
            "uncertain  {} ({:.2} a kill; {} of them had arrived), each named by `roundup resolve`",
            totals.uncertain,
            totals.uncertain as f64 / f64::from(totals.kills.max(1)),
            totals.uncertain_and_taken,
        );
        let interruptions =
            if arguments.gently { totals.restarts } else { totals.kills + totals.restarts };
        // Where the disk is quick beside the relay, nothing is written ahead.
        let each = if arguments.answer_after >= 20 { 1 } else { 2 };
        let allowed = interruptions * arguments.connections * each;
        totals.lost + totals.doubled + totals.lies == 0 && totals.uncertain <= allowed as usize
    }
}

fn main() {
    let mut harness = Harness::new(Arguments::parse());
    let started = Instant::now();
    while harness.totals.kills < harness.arguments.kills {
        harness.edition();
    }
    if !harness.report(started.elapsed()) {
        std::process::exit(1);
    }
}

/// Restarts the server that `scripts/with-postgres` has started: `fast` ends its sessions, `immediate` is a crash.
fn restart(mode: &str) {
    let script = std::env::var_os("ROUNDUP_TEST_POSTGRES_RESTART").expect(
        "run this as `scripts/with-postgres cargo run --example crash -- --postgres --restarts`",
    );
    let ended = Command::new(script).arg(mode).stdout(Stdio::null()).status();
    assert!(ended.is_ok_and(|status| status.success()), "the server must come back");
}

/// The program beside this one, built first.
fn program() -> PathBuf {
    let this = std::env::current_exe().expect("a path of our own");
    let profile = this.parent().and_then(Path::parent).expect("target/PROFILE/examples/crash");
    let mut build = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    build.args(["build", "--quiet", "--bin", "roundup"]);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().is_ok_and(|status| status.success()), "roundup must build");
    profile.join("roundup")
}

fn prepare(folder: &Path, arguments: &Arguments) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("roundup.toml", &format!("{SETTINGS}\n{SEND}"));
    write(
        "news/2020-12-03-story.md",
        "---\ntitle: A story\ndate: 2020-12-03\n---\n\nWhat happened.\n",
    );
    let mut list = String::from("email,first_name,basis\n");
    for person in 0..arguments.people {
        list.push_str(&format!("p{person}@example.org,Person {person},consent\n"));
    }
    write("subscribers/people.csv", &list);
    if !arguments.unsigned {
        let key =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
                .expect("a key");
        write("dkim.pem", &key.serialize_pem());
    }
}

fn key(folder: &Path, arguments: &Arguments) -> Vec<(&'static str, PathBuf)> {
    if arguments.unsigned {
        Vec::new()
    } else {
        vec![("ROUNDUP_DKIM_KEY_FILE", folder.join("dkim.pem"))]
    }
}

fn write_draft(folder: &Path, edition: &str) {
    let text = "---\nsubject: \"December at Example Charity\"\npreheader: \"What happened\"\ntemplate: monthly\n\
                window: \"2020-12\"\nitems:\n  - 2020-12-03-story\n---\n\nDear {{recipient \"first_name\" fallback=\"friend\"}},\n";
    std::fs::create_dir_all(folder.join("editions")).expect("a folder");
    std::fs::write(folder.join(format!("editions/{edition}.md")), text).expect("a file");
}

/// Ends a run: by a signal, or at once.
fn stop(child: &mut Child, signal: Option<&str>) {
    match signal {
        Some(signal) => {
            let id = child.id().to_string();
            // It may have ended at this very moment.
            let _ = Command::new("kill").args([signal, &id]).stderr(Stdio::null()).status();
        }
        None => child.kill().expect("a child of ours"),
    }
    child.wait().expect("a child of ours");
}

fn report(
    program: &Path,
    folder: &Path,
    database: Option<&Database>,
    edition: &str,
) -> Option<serde_json::Value> {
    let output = Command::new(program)
        .args(["report", edition, "--json"])
        .current_dir(folder)
        .envs(ledger(database))
        .output()
        .expect("roundup starts");
    serde_json::from_slice(&output.stdout).ok()
}

fn is_finished(program: &Path, folder: &Path, database: Option<&Database>, edition: &str) -> bool {
    // A run that was killed is taken for one at work until its lease has passed: nobody is left to try all the same.
    report(program, folder, database, edition).is_some_and(|report| {
        report["state"] == "finished" || report["planned"] == 0 && report["deferred"] == 0
    })
}

/// A database of the server that `scripts/with-postgres` starts.
struct Database {
    address: String,
}

impl Database {
    async fn new() -> Self {
        let server = std::env::var("ROUNDUP_TEST_POSTGRES")
            .expect("run this as `scripts/with-postgres cargo run --example crash -- --postgres`");
        let name = format!("crash_{}", std::process::id());
        let client = Self::connect(&format!("{server}/postgres")).await;
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
        Self { address: format!("{server}/{name}") }
    }

    /// A connection of its own for each question: a restart ends them all.
    async fn connect(address: &str) -> tokio_postgres::Client {
        let by = Instant::now() + Duration::from_secs(30);
        loop {
            match tokio_postgres::connect(address, tokio_postgres::NoTls).await {
                Ok((client, connection)) => {
                    tokio::spawn(connection);
                    return client;
                }
                Err(error) => assert!(Instant::now() < by, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn let_leases_pass(&self) {
        // Before the first run there are no tables.
        let sql =
            "UPDATE roundup.senders SET lease_until = clock_timestamp() WHERE ended_at IS NULL";
        let _ = Self::connect(&self.address).await.execute(sql, &[]).await;
    }

    async fn rows(&self, edition: &str) -> Vec<(String, String)> {
        let sql = "SELECT status, message_id FROM roundup.deliveries WHERE edition = $1";
        let client = Self::connect(&self.address).await;
        let rows = client.query(sql, &[&edition]).await.expect("rows");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

fn ledger(database: Option<&Database>) -> Option<(&'static str, String)> {
    database.map(|database| ("ROUNDUP_LEDGER", database.address.clone()))
}

fn rows(folder: &Path, edition: &str) -> Vec<(String, String)> {
    let ledger = rusqlite::Connection::open(folder.join(".roundup/ledger.db")).expect("a ledger");
    let mut query = ledger
        .prepare("SELECT status, message_id FROM deliveries WHERE edition = ?1")
        .expect("a query");
    query
        .query_map([edition], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows")
}

/// Compares what the ledger says of each person with what the server took.
fn count(rows: &[(String, String)], books: &Books, totals: &mut Totals) {
    let taken: HashMap<String, u32> = books.take();
    totals.doubled += taken.values().filter(|count| **count > 1).count();
    let known: HashSet<&String> = rows.iter().map(|(_, id)| id).collect();
    totals.lies += taken.keys().filter(|id| !known.contains(id)).count();
    for (status, id) in rows {
        let arrived = taken.contains_key(id);
        totals.people += 1;
        match status.as_str() {
            "accepted" if !arrived => totals.lies += 1,
            "accepted" => {}
            "uncertain" => {
                totals.uncertain += 1;
                totals.uncertain_and_taken += usize::from(arrived);
            }
            _ => totals.lost += 1,
        }
    }
}
