//! A charity with a project of its own, and servers that behave as badly as a test wants.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

#[cfg(unix)]
pub mod daemons;
pub mod names;
pub mod server;
pub mod site;
pub mod terminal;
pub mod website;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub use names::{NameServer, Record};
pub use server::{Act, Offer, Server, Stage};
pub use site::Site;
pub use terminal::Terminal;
pub use website::Website;

/// A project in a folder of its own.
pub struct Charity {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

const SETTINGS: &str = r#"
[organisation]
name = "Example Charity"
legal_name = "Example Charity Limited"
address = "1 Example Street, London"
charity = "Registered charity no. 0000000"
website = "https://charity.example/"
contact = "hello@charity.example"

[sender]
name = "Example Charity"
address = "news@charity.example"
"#;

/// A relay in trouble is not waited for: what tests look at comes after that.
const QUICK: &str =
    "\n[send]\nretry_after_seconds = 0\nanswer_within_seconds = 1\npatience = \"0\"\n";

impl Charity {
    /// Three stories of December 2020 and nobody on the list.
    pub fn new() -> Self {
        let charity = Self { folder: tempfile::tempdir().unwrap(), variables: BTreeMap::new() };
        let charity = charity.file("roundup.toml", format!("{SETTINGS}{QUICK}"));
        ["03", "12", "21"].into_iter().fold(charity, |charity, day| {
            charity.file(
                &format!("news/2020-12-{day}-story.md"),
                format!(
                    "---\ntitle: Story of the {day}\ndate: 2020-12-{day}\nlink: https://charity.example/{day}\n---\n\nWhat \
                     happened.\n"
                ),
            )
        })
    }

    /// Somebody with an empty folder.
    pub fn without_a_newsletter() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: BTreeMap::new() }
    }

    /// A list of `count` people.
    pub fn people(self, count: usize) -> Self {
        let rows: String =
            (0..count).map(|i| format!("p{i}@example.org,Person {i},consent\n")).collect();
        self.file("subscribers/people.csv", format!("email,first_name,basis\n{rows}"))
    }

    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// The settings as they are from the start, and these.
    pub fn setting(self, text: &str) -> Self {
        let settings = format!("{SETTINGS}{QUICK}{text}\n");
        self.file("roundup.toml", settings)
    }

    /// With an address that people reach.
    pub fn public_url(self, url: &str) -> Self {
        let sender = "address = \"news@charity.example\"\n";
        let settings = self.read("roundup.toml");
        let settings = settings.replace(sender, &format!("{sender}public_url = \"{url}\"\n"));
        self.file("roundup.toml", settings)
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn relay(self, server: &Server) -> Self {
        let address = server.address();
        self.variable("ROUNDUP_RELAY", &address)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &str) -> Command {
        self.prepared(Command::new(env!("CARGO_BIN_EXE_roundup")), arguments)
    }

    /// A command under another program, which gets its path and arguments. What it says is not kept.
    pub fn under(&self, mut program: Command, arguments: &str) -> Command {
        program.arg(env!("CARGO_BIN_EXE_roundup"));
        let mut command = self.prepared(program, arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn prepared(&self, mut command: Command, arguments: &str) -> Command {
        command.args(arguments.split_whitespace()).current_dir(self.folder.path());
        command.stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ROUNDUP_") {
                command.env_remove(name);
            }
        }
        // What roundup remembers of ledgers stays with this charity.
        command.env("XDG_STATE_HOME", self.folder.path().join(".state"));
        command.envs(&self.variables);
        command
    }

    /// Runs a command to its end. Arguments are separated by spaces.
    pub fn run(&self, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// The same with words that may have spaces themselves.
    pub fn run_words(&self, words: &[String]) -> Ran {
        Ran::of(self.command("").args(words).output().unwrap())
    }

    /// Runs a line as it was printed: a shell finds the program by its name.
    pub fn run_line(&self, folder: &Path, line: &str) -> Ran {
        let programs = Path::new(env!("CARGO_BIN_EXE_roundup")).parent().unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut shell = self.prepared(Command::new("sh"), "");
        shell.args(["-c", line]).env("PATH", path).current_dir(folder);
        Ran::of(shell.output().unwrap())
    }

    /// Runs a command whose input is this text.
    pub fn run_with_input(&self, arguments: &str, input: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that ends early reads no more.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Runs a command in a folder below, whatever its name.
    pub fn run_in(&self, folder: &str, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).current_dir(self.path(folder)).output().unwrap())
    }

    /// A command in a folder below, whose keyboard and screen are somebody's.
    fn command_at(&self, folder: &str, keyboard: [std::fs::File; 3], arguments: &str) -> Command {
        let mut command = self.command(arguments);
        command.current_dir(self.path(folder));
        let [input, output, errors] = keyboard;
        command.stdin(input).stdout(output).stderr(errors);
        command
    }

    /// Starts a command and lets it run.
    pub fn start(&self, arguments: &str) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// A person's message as the dry run of the year wrote it, its header fields on one line each.
    pub fn message_to(&self, person: &str) -> String {
        let folder = "preview/2020/messages";
        let names = self.files(folder);
        let mut messages = names.iter().map(|name| self.read(&format!("{folder}/{name}")));
        let message = messages.find(|text| text.contains(&format!("<{person}>")));
        let message = message.unwrap_or_else(|| panic!("{person} is in none of {names:?}"));
        message.replace("\r\n ", " ")
    }

    /// The report as JSON.
    pub fn report(&self, edition: &str) -> serde_json::Value {
        let ran = self.run(&format!("report {edition} --json"));
        // 5: somebody was rejected, and nobody has looked at it yet.
        assert!(matches!(ran.code, 0 | 5), "{ran:?}");
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let number = |name: &str| report[name].as_u64().unwrap();
        let sum: u64 = [
            "accepted",
            "deferred",
            "rejected",
            "uncertain",
            "suppressed",
            "cancelled",
            "expired",
            "planned",
        ]
        .into_iter()
        .map(number)
        .sum();
        assert_eq!(sum, number("people"), "{report}");
        report
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Said these words, on either stream.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(
            self.stdout.contains(words) || self.stderr.contains(words),
            "`{words}` is missing\nstdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// The sample, composed with a template and a theme, in a folder of its own.
pub fn sample(template: &str, theme: &str) -> Charity {
    let read =
        |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let settings = format!("{}\n[theme]\nuse = \"{theme}\"\n", read("roundup.toml"));
    let mut charity = Charity::new()
        .file("roundup.toml", settings)
        .variable("ROUNDUP_SECRET", "a secret that is the same each time");
    for name in charity.files("news") {
        fs::remove_file(charity.path("news").join(name)).unwrap();
    }
    for folder in ["news", "news/pictures", "subscribers"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            charity = charity.file(&name, fs::read(&path).unwrap());
        }
    }
    // A template that does not come with roundup: the example of docs/TEMPLATES.md.
    for part in ["mjml", "txt"] {
        let file = format!("templates/{template}.{part}.hbs");
        if Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(&file).is_file() {
            charity = charity.file(&file, read(&format!("examples/{file}")));
        }
    }
    let (window, name) =
        if template == "year" { ("--year 2020", "2020") } else { ("--month 2020-12", "2020-12") };
    charity.run(&format!("draft {window} --template {template}")).ends(0);
    charity.run(&format!("preview {name} --out shown")).ends(0);
    charity
}

/// Switches of a Chromium that talks to nobody and leaves nothing behind.
pub const CHROMIUM: [&str; 8] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// The path of a program that a test needs, or `None` with a word about it. Under `scripts/test` nothing may be missing.
pub fn needed(program: &str) -> Option<PathBuf> {
    // A path names a file of one package, where another of the same name may be about.
    let found = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
    });
    if found.is_none() {
        skip(&format!("{program} is missing"));
    }
    found
}

/// Says that a test does not run here. Under `scripts/test`, which installs what tests need, none is skipped.
pub fn skip(why: &str) {
    assert!(std::env::var_os("ROUNDUP_TEST_EVERYTHING").is_none(), "{why}: nothing may be skipped");
    eprintln!("skipped: {why}");
}

/// A new database on the server that `scripts/test` starts, or `None` with a word about it.
pub fn database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("ROUNDUP_TEST_POSTGRES") else {
        skip("PostgreSQL is missing");
        return None;
    };
    change_database(&format!("{server}/postgres"), &format!("CREATE DATABASE {name}"));
    Some(format!("{server}/{name}"))
}

/// Waits until nobody is connected to a database any more.
pub fn has_ended(address: &str) {
    let (server, name) = address.rsplit_once('/').unwrap();
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    change_database(&format!("{server}/postgres"), &end);
}

/// A copy of a database as it is now.
pub fn copied_database(address: &str, copy: &str) -> String {
    let (server, name) = address.rsplit_once('/').unwrap();
    change_database(
        &format!("{server}/postgres"),
        &format!("CREATE DATABASE {copy} TEMPLATE {name}"),
    );
    format!("{server}/{copy}")
}

/// Changes something behind roundup's back.
pub fn change_database(address: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    });
}

/// A message's words, decoded: a line may not begin with each character, so that a link is not in one piece as it stands.
pub fn words_of(message: &str) -> String {
    let decoded = roundup::rfc::quoted_printable::decode(message.as_bytes());
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Sends a signal by name to a process that a test has started.
pub fn signal(child: &Child, name: &str) {
    let status =
        Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
}

/// A field of a message's header, unfolded.
pub fn field<'a>(message: &'a str, name: &str) -> Vec<&'a str> {
    message
        .split("\r\n\r\n")
        .next()
        .unwrap_or_default()
        .split("\r\n")
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .collect()
}

/// The whole folder as a sorted list of names and lengths, to see that nothing was changed.
pub fn contents(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let length = fs::metadata(&path).unwrap().len();
                found.push((path, length));
            }
        }
    }
    found.sort();
    found
}
