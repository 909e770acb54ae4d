//! With `--json`, whatever happens: stdout is JSON and nothing else, and a command that fails says so in it, with its exit code.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Charity, Ran};

/// Each command, with words that make it fail or end: no studio, and no endless server.
const COMMANDS: &[&str] = &[
    "init news",
    "setup relay",
    "news --month 2020-12",
    "news sync",
    "news import nowhere.csv",
    "news learn nowhere",
    "news dates",
    "news coverage --year 2020",
    "draft --month 2020-12",
    "preview 2020-12 --out shown",
    "check 2020-12 --offline",
    "templates",
    "templates copy nothing",
    "explain nothing",
    "doctor",
    "config",
    "test 2020-12 --to me@charity.example",
    "approve 2020-12 --as Amina",
    "send 2020-12 --dry-run",
    "send 2020-12 --confirm 7",
    "send 2020-12",
    "send 2020-12 --confirm 2",
    "due",
    "pause 2020-12",
    "cancel 2020-11",
    "resolve 2020-11",
    "resolve 2020-12 --rejected",
    "status",
    "report",
    "report 2019",
    "archive --out public",
    "why p0@example.org",
    "why nobody",
    "backup backup.tar.gz",
    "restore nowhere",
    "keys",
    "keys show",
    "keys backup keys.txt",
    "keys rotate",
    "serve --listen nowhere",
    "inbox",
    "inbox --dir news",
    "inbox --maildir nowhere",
    "subscribers import nowhere.csv",
    "subscribers list",
    "subscribers show p0@example.org",
    "subscribers show nobody@example.org",
    "subscribers add not-an-address --basis consent --source form",
    "subscribers move p0@example.org p9@example.org",
    "subscribers remove nobody@example.org",
    "subscribers erase p1@example.org",
    "subscribers export",
    "subscribers export list.csv",
    "subscribers export list.csv",
    "subscribers tidy",
    "subscribers suppress nobody --why objected",
    "subscribers share nowhere.csv",
    "completions no-shell",
    "completions bash",
    "man",
    "man --out roundup.toml",
];

/// The commands that no other command stands below, and those that are run by themselves.
fn leaves(command: &clap::Command, before: &str, found: &mut BTreeSet<String>) {
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let name = format!("{before} {}", below.get_name()).trim().to_owned();
        if !below.is_subcommand_required_set() {
            found.insert(name.clone());
        }
        leaves(below, &name, found);
    }
}

fn all_commands() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    leaves(&roundup::cli::command(), "", &mut found);
    assert!(found.len() > 40, "{found:?}");
    found
}

/// The objects on stdout, or why there are none.
fn objects(ran: &Ran) -> Result<Vec<Value>, String> {
    let objects: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_str(&ran.stdout).into_iter::<Value>().collect();
    let objects = objects.map_err(|error| format!("stdout is not JSON ({error})"))?;
    // A line each, where there are many.
    if objects.len() > 1 && objects.len() != ran.stdout.lines().count() {
        return Err("more than one object, and they are not JSON Lines".to_owned());
    }
    match objects.iter().find(|one| !one["schema"].as_str().is_some_and(|s| s.contains('/'))) {
        Some(one) => Err(format!("an object without a schema: {one}")),
        None => Ok(objects),
    }
}

/// What is wrong with what a program reads.
pub fn fault(ran: &Ran) -> Option<String> {
    let objects = match objects(ran) {
        Ok(objects) => objects,
        Err(fault) => return Some(fault),
    };
    let errors: Vec<&Value> =
        objects.iter().filter(|one| one["schema"] == "roundup.error/1").collect();
    let has_failed = ran.stderr.lines().any(|line| line.starts_with("error: "));
    match errors[..] {
        [] if objects.is_empty() && ran.code != 4 => Some("nothing on stdout".to_owned()),
        [] if has_failed && objects.is_empty() => Some("the failure is not in it".to_owned()),
        [] => None,
        [error] => {
            let is_last = objects.last() == Some(error);
            let words = error["what"].as_str().unwrap_or_default();
            let is_whole = error["code"] == ran.code && !words.is_empty() && is_last;
            let has_cure = error["help"].as_str().is_some_and(|help| !help.is_empty());
            let wants_cure = ran.stderr.contains("\nhelp: ");
            (!is_whole || (wants_cure && !has_cure) || ran.code == 0)
                .then(|| format!("not the failure: {error}"))
        }
        _ => Some("more than one failure".to_owned()),
    }
}

fn fault_of(charity: &Charity, command: &str) -> Option<String> {
    let ran = charity.run(command);
    fault(&ran).map(|fault| format!("roundup {command}: {fault}: {ran:?}"))
}

#[test]
fn each_command_is_tried() {
    let missing: Vec<String> = all_commands()
        .into_iter()
        .filter(|name| {
            !COMMANDS.iter().any(|line| format!("{line} ").starts_with(&format!("{name} ")))
        })
        .collect();
    assert!(missing.is_empty(), "these commands are not tried: {missing:?}");
}

#[test]
fn whatever_a_command_comes_to_stdout_is_json() {
    let charity = Charity::new().people(2).file("taken/file.txt", "x");
    let faults: Vec<String> = COMMANDS
        .iter()
        .filter_map(|command| fault_of(&charity, &format!("{command} --json --no-input")))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_command_without_a_project_fails_in_json() {
    let charity = Charity::without_a_newsletter();
    let mut failed = 0;
    let mut faults = Vec::new();
    for command in COMMANDS.iter().filter(|command| !command.starts_with("init")) {
        let ran = charity.run(&format!("{command} --json --project nowhere"));
        failed += usize::from(ran.stdout.contains("roundup.error/1"));
        faults.extend(fault(&ran).map(|fault| format!("roundup {command}: {fault}: {ran:?}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // Explanations, manual pages, completions and the relay's questions need none.
    assert!(failed >= COMMANDS.len() - 6, "{failed} of {}", COMMANDS.len());
}

#[test]
fn a_mistyped_command_line_fails_in_json() {
    let charity = Charity::without_a_newsletter();
    let lines = all_commands().into_iter().map(|name| format!("{name} --no-such-option"));
    let others =
        ["sned", "resume", "2020-12", "news --month", "setup", "subscribers", "--color red"];
    let mut faults = Vec::new();
    for line in lines.chain(others.map(str::to_owned)) {
        for line in [format!("{line} --json"), format!("--json {line}")] {
            // An option without its value takes the next word for it, and clap says so.
            let ran = charity.run(&line);
            let is_failure = ran.code == 2 && ran.stdout.contains("roundup.error/1");
            let fault = fault(&ran).or_else(|| (!is_failure).then(|| "not a failure".to_owned()));
            faults.extend(fault.map(|fault| format!("roundup {line}: {fault}: {ran:?}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for line in ["--help --json", "--version --json", "news --help --json"] {
        let ran = charity.run(line);
        assert!(ran.code == 0 && !ran.stdout.contains("roundup.error"), "{line}: {ran:?}");
    }
    // Behind `--` it is a word like any other.
    let ran = charity.run("why -- --json");
    assert!(ran.stdout.is_empty() && ran.code == 2, "{ran:?}");
}

#[test]
fn the_failure_is_whole_where_people_see_a_part() {
    let name = "n".repeat(300);
    let charity = Charity::new().setting(&format!("[theme]\n{name} = 1"));
    let ran = charity.run("news --json");
    let error: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &error["code"]), (2, &Value::from(2)), "{ran:?}");
    assert!(error["what"].as_str().unwrap().contains(&name), "{error}");
    assert_eq!(error["place"]["source"], "roundup.toml", "{error}");
    assert!(error["place"]["line"].as_u64().is_some(), "{error}");
}
