//! No command, at its most talkative, shows a secret: on the screen, or in a file that it writes.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roundup::audience::Keys;
use secrecy::ExposeSecret;

use crate::support::server::Offer;
use crate::support::{Act, Charity, Ran, Server, Stage};

const SECRET: &str = "canary-secret-0123456789abcdef";
const PASSWORD: &str = "canary-password-of-the-relay";
const TOKEN: &str = "canary.token.of.the.relay";
const INBOX: &str = "canary-password-of-the-inbox";
const HOOK: &str = "canary-secret-of-the-hook";

/// Each command in its ways; those that write come before those that read.
const COMMANDS: &[&str] = &[
    "",
    "init demo --yes",
    "setup relay",
    "news --year 2020",
    "news sync",
    "draft --year 2020",
    "preview 2020 --out shown",
    "check 2020",
    "templates",
    "templates copy year",
    "explain links",
    "doctor",
    "config",
    "config --show-origin",
    "test 2020 --to me@charity.example",
    "approve 2020 --as Amina",
    "send 2020 --dry-run",
    "send 2020 --confirm 3",
    "due",
    "due --install-hints",
    "pause 2020",
    "status",
    "resolve 2020",
    "report 2020",
    "archive --out public",
    "why p0@example.org",
    "keys",
    "keys show",
    "inbox",
    "inbox --maildir nowhere",
    "inbox --drop",
    "inbox --events nowhere",
    "subscribers list",
    "subscribers show p0@example.org",
    "subscribers export",
    "backup copy.tar.gz",
    "restore nowhere",
    "serve --listen 127.0.0.1:1 --drop-kit kit",
    "serve --listen nowhere",
    "cancel 2020",
    "completions bash",
    "man",
    "no-such-command",
];

/// A relay with a login, which takes everybody or nobody.
fn relay(takes: bool) -> Server {
    let offer = Offer { extensions: vec!["AUTH PLAIN LOGIN XOAUTH2"], implicit: true, tls: true };
    Server::offering(offer, move |at| match at.stage {
        // It repeats what it heard, as some servers do.
        Stage::Login if !takes => Act::Answer("535 5.7.8 not accepted"),
        _ => Act::Go,
    })
}

fn charity(server: &Server) -> Charity {
    let settings = "[hooks.post]\nprovider = \"postmark\"\nsecret_env = \"ROUNDUP_HOOK_POST\"\n[leaving]\n\
        drop = \"http://ann:canary-drop@127.0.0.1:9/drop\"\n[notify]\ncommand = \"true canary-command\"\n";
    let charity = Charity::new().people(3);
    let text = charity.read("roundup.toml") + "ca_file = \"ca.pem\"\n" + settings;
    charity
        .file("roundup.toml", text)
        .file("ca.pem", server.certificate.as_ref().unwrap())
        .variable("ROUNDUP_RELAY", &server.address())
        .variable("ROUNDUP_RELAY_USERNAME", "ann")
        .variable("ROUNDUP_SECRET", SECRET)
        .variable("ROUNDUP_HOOK_POST", HOOK)
        .variable("ROUNDUP_INBOX", "imap://127.0.0.1:9/INBOX")
        .variable("ROUNDUP_INBOX_USERNAME", "ann")
        .variable("ROUNDUP_INBOX_PASSWORD", INBOX)
        .variable("RUST_LOG", "trace")
        .variable("RUST_BACKTRACE", "full")
}

/// The secrets, as they are and as they go over the wire.
fn canaries() -> Vec<String> {
    let word = Keys::new(SECRET.as_bytes()).drop_box_word().expose_secret().to_owned();
    let plain = [SECRET, PASSWORD, TOKEN, INBOX, HOOK, "canary-drop", "canary-command", &word];
    let mut all: Vec<String> = plain.into_iter().map(str::to_owned).collect();
    all.extend(plain.iter().map(|secret| STANDARD.encode(secret)));
    all.push(STANDARD.encode(format!("\0ann\0{PASSWORD}")));
    all.push(STANDARD.encode(format!("user=ann\u{1}auth=Bearer {TOKEN}\u{1}\u{1}")));
    all
}

fn look(ran: &Ran, command: &str, canaries: &[String]) {
    for canary in canaries {
        let shown = ran.stdout.contains(canary) || ran.stderr.contains(canary);
        assert!(!shown, "`{command}` shows {canary}: {ran:?}");
    }
}

/// Files that hold nothing of it but what was put there.
fn look_into(folder: &Path, canaries: &[String]) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if ["roundup.toml", ".env", "copy.tar.gz"].iter().any(|known| name == *known) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            look_into(&path, canaries);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        for canary in canaries {
            let found = bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
            assert!(!found, "{} holds {canary}", path.display());
        }
    }
}

#[test]
fn no_command_shows_a_secret() {
    let known: BTreeSet<String> = roundup::cli::command()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let tried: BTreeSet<String> =
        COMMANDS.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    let missing: Vec<_> = known.difference(&tried).collect();
    assert!(missing.is_empty(), "these commands are not tried: {missing:?}");
    let canaries = canaries();
    for (takes, login) in [
        (true, ("ROUNDUP_RELAY_PASSWORD", PASSWORD.to_owned())),
        (false, ("ROUNDUP_RELAY_PASSWORD", PASSWORD.to_owned())),
        (false, ("ROUNDUP_RELAY_TOKEN_COMMAND", format!("echo {TOKEN}"))),
        (false, ("ROUNDUP_RELAY_TOKEN_COMMAND", format!("echo {TOKEN} {TOKEN}; exit 3"))),
    ] {
        let server = relay(takes);
        let charity = charity(&server).variable(login.0, &login.1);
        for command in COMMANDS {
            for flags in ["-v --no-input", "-v --no-input --json"] {
                let command = format!("{command} {flags}");
                look(&charity.run(&command), &command, &canaries);
            }
        }
        // The kit for a website needs the box's word to know it again.
        let _ = std::fs::remove_dir_all(charity.path("kit"));
        look_into(&charity.path(""), &canaries);
    }
}

#[test]
fn a_secret_in_a_file_that_is_wrong_is_not_shown_either() {
    let canaries = canaries();
    for line in [
        format!("ROUNDUP_RELAY_PASSWORD={PASSWORD} two"),
        format!("ROUNDUP_RELAY_PASSWORD=\"{PASSWORD}"),
        format!("ROUNDUP_RELAY_PASSWORD={PASSWORD}$x"),
        format!("ROUNDUP_RELAY_PASWORD='{PASSWORD}'"),
        format!("ROUNDUP_RELAY='smtps://ann:{PASSWORD}@relay.example'"),
        format!("ROUNDUP_RELAY='{PASSWORD}'"),
        format!("ROUNDUP_LEDGER='postgres://ann:{PASSWORD}@127.0.0.1:1/news'"),
        format!("ROUNDUP_INBOX='imaps://ann:{PASSWORD}@mail.example'"),
        format!("ROUNDUP_DKIM_KEY='{PASSWORD}'"),
        format!("ROUNDUP_SECRET_FILE='{PASSWORD}'"),
    ] {
        let charity = Charity::new().people(1).file(".env", format!("{line}\n"));
        for command in
            ["status", "doctor", "config --json", "send 2020 --confirm 1", "inbox", "keys"]
        {
            let shown: &[String] = if line.contains("_FILE=") { &[] } else { &canaries };
            look(&charity.run(&format!("{command} -v --no-input")), command, shown);
        }
    }
}
