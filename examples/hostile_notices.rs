//! Gives `roundup inbox` a great many emails that mean harm: nobody is taken off the list, and nothing takes long.
//!
//! `cargo run --release --example hostile_notices -- tests/bounces --count 100000` damages the emails of a folder in random
//! ways (bytes, lines, boundaries, encodings, depth), writes the addresses of the list into them, and has `roundup inbox --dir`
//! read them all. None of them holds a token of ours, so nobody may have bounced or complained afterwards. It ends with 1
//! when somebody has, when the program did not end by itself, or when one email took longer than twenty seconds to read.

#[path = "support/charity.rs"]
mod charity;
#[path = "support/sink.rs"]
mod sink;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Parser;
use roundup::bounces::read;

use charity::SETTINGS;
use sink::Answer;

/// Gives `roundup inbox` emails that mean harm.
#[derive(Debug, Parser)]
struct Arguments {
    /// A folder of emails that came back
    folder: PathBuf,
    /// How many to make of them
    #[arg(long, default_value_t = 100_000)]
    count: u64,
    /// People on the list, whom the emails name
    #[arg(long, default_value_t = 200)]
    people: u64,
    /// The program; the one beside this example if not given
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// The same number gives the same emails
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Reading one email takes some milliseconds; without optimisation and beside other work, a second or two.
const LONGEST_READ: Duration = Duration::from_secs(20);
/// A folder is read in one go.
const FOLDER_SIZE: u64 = 10_000;

type Trouble = Box<dyn std::error::Error>;

/// Numbers that look random (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }
}

/// One of the ways in which an email is damaged.
fn damage(email: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let (at, length) = (dice.below(email.len()), email.len());
    let lines: Vec<Vec<u8>> = email.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let line = dice.below(lines.len());
    match dice.below(12) {
        0 => email.truncate(at),
        1 => {
            for _ in 0..20 {
                let (at, byte) = (dice.below(length), dice.below(256));
                if let (Some(here), Ok(byte)) = (email.get_mut(at), u8::try_from(byte)) {
                    *here = byte;
                }
            }
        }
        2 => *email = [&email[..at], other, &email[at..]].concat(),
        3 => email.retain(|byte| *byte != b'\n'),
        4 => email.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b'\r'),
        5 => {
            *email =
                lines.iter().cycle().skip(line).take(lines.len() * 3).flatten().copied().collect();
        }
        6 => {
            let part = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n";
            *email = [&part.repeat(200)[..], email].concat();
        }
        7 => {
            let long = [
                &b"Content-Type: multipart/report; boundary=\""[..],
                &b"x".repeat(70_000),
                b"\"\n",
            ];
            *email = [&long.concat()[..], email].concat();
        }
        8 => {
            let wrapped = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n";
            *email = [&wrapped[..], email].concat();
        }
        9 => {
            let status =
                b"Final-Recipient: rfc822; p1@charity.org.uk\nAction: failed\nStatus: 5.1.1\n\n"
                    .repeat(300);
            *email = [&email[..at], &status[..], &email[at..]].concat();
        }
        10 => email.extend(b"\n=?utf-8?B?////?= <<<<>>>> =3D=\n\0\x80\xff".repeat(500)),
        _ => {
            let mut lines = lines;
            let with = dice.below(lines.len());
            if with < lines.len() {
                lines.swap(line, with);
            }
            *email = lines.concat();
        }
    }
}

/// The addresses in it become those of people on the list.
fn with_addresses(email: &[u8], people: u64, dice: &mut Dice) -> Vec<u8> {
    let mut text = String::new();
    for word in String::from_utf8_lossy(email).split_inclusive([' ', '<', '>', ';', '\n', '"']) {
        let is_address = word.contains('@') && !word.contains("daemon") && word.len() < 80;
        if is_address && dice.below(2) == 0 {
            let number = dice.below(usize::try_from(people).unwrap_or(1));
            let end = word.chars().last().filter(|c| !c.is_alphanumeric());
            let end = end.map(String::from).unwrap_or_default();
            // Writing into memory cannot fail.
            let _ = write!(text, "p{number}@charity.org.uk{end}");
        } else {
            text.push_str(word);
        }
    }
    text.into_bytes()
}

/// The most memory that a process has used so far, in MB, where the system says it.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

fn command(program: &Path, folder: &Path, relay: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.env("ROUNDUP_RELAY", relay);
    command.args(arguments).arg("--no-input").current_dir(folder);
    command.env("XDG_STATE_HOME", folder.join(".state"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(arguments: &Arguments) -> Result<bool, Trouble> {
    let program = charity::program(arguments.program.as_deref())?;
    let paths = fs::read_dir(&arguments.folder)?.flatten().map(|entry| entry.path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "eml"));
    let emails: Vec<Vec<u8>> = paths.filter_map(|path| fs::read(path).ok()).collect();
    if emails.is_empty() {
        return Err(format!("{}: no emails", arguments.folder.display()).into());
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (port, _) =
        runtime.block_on(sink::serve("127.0.0.1:0", false, Duration::ZERO, |_| Answer::Take))?;
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let command = |arguments: &[&str]| {
        command(&program, root, &format!("smtp://127.0.0.1:{port}"), arguments)
    };
    fs::write(root.join("roundup.toml"), SETTINGS)?;
    fs::create_dir(root.join("subscribers"))?;
    fs::create_dir(root.join("news"))?;
    fs::write(root.join("news/1.md"), "---\ntitle: News\ndate: 2020-11-03\n---\nIn full.\n")?;
    let mut list = String::from("email,basis\n");
    for number in 0..arguments.people {
        writeln!(list, "p{number}@charity.org.uk,consent")?;
    }
    fs::write(root.join("subscribers/people.csv"), list)?;
    // Everybody has a copy: an address in a notice is then known.
    let people = arguments.people.to_string();
    let sent = command(&["send", "--month", "2020-11", "--confirm", &people]).status()?;
    if !sent.success() {
        return Err("nobody has a copy: the edition was not sent".into());
    }

    let mut dice = Dice(arguments.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    let (mut slowest, mut most, mut took) = (Duration::ZERO, 0, Duration::ZERO);
    let (mut made, mut died, mut slowest_email) = (0, 0, Vec::new());
    while made < arguments.count {
        let mail = root.join("mail");
        fs::create_dir(&mail)?;
        for number in 0..FOLDER_SIZE.min(arguments.count - made) {
            let other = emails[dice.below(emails.len())].clone();
            let mut email = emails[dice.below(emails.len())].clone();
            for _ in 0..=dice.below(3) {
                damage(&mut email, &other, &mut dice);
            }
            let email = with_addresses(&email, arguments.people, &mut dice);
            let began = Instant::now();
            read(&email);
            if began.elapsed() > slowest {
                slowest = began.elapsed();
                slowest_email.clone_from(&email);
            }
            fs::write(mail.join(number.to_string()), email)?;
        }
        let began = Instant::now();
        let mut child = command(&["inbox", "--dir", "mail"]).spawn()?;
        let status = loop {
            most = most.max(peak(child.id()).unwrap_or(0));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            sleep(Duration::from_millis(20));
        };
        took += began.elapsed();
        // Done, or nothing in it that an email says: all else is a failure, a signal or a panic.
        died += u64::from(!matches!(status.code(), Some(0 | 4)));
        fs::remove_dir_all(&mail)?;
        made += FOLDER_SIZE;
    }
    let output = command(&["subscribers", "list", "--json"]).stdout(Stdio::piped()).output()?;
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let listed = json["people"].as_array().ok_or("the list has no people")?;
    // Whoever writes `unsubscribe` from their own address leaves: some of these emails do so in their name.
    let is_off = |person: &&serde_json::Value| {
        !["subscribed", "unsubscribed"].iter().any(|state| person["state"] == *state)
    };
    let off: Vec<_> = listed.iter().filter(is_off).collect();
    for person in off.iter().take(20) {
        println!("{} {}: {}", person["address"], person["state"], person["why"]);
    }
    let off = off.len();
    println!(
        "{} emails read in {:.1} s, the slowest in {slowest:?}, at most {most} MB; {died} ends before their time; {off} of {} people \
         taken off",
        arguments.count,
        took.as_secs_f64(),
        listed.len()
    );
    if slowest >= LONGEST_READ {
        let kept = std::env::temp_dir().join("slowest-notice.eml");
        fs::write(&kept, slowest_email)?;
        println!("the slowest is in {}", kept.display());
    }
    Ok(off == 0 && died == 0 && slowest < LONGEST_READ)
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
