//! What a command names as the next step is run as it is printed: it neither fails for its words nor finds nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::support::{Charity, Ran, Server};

/// Each command that stands behind `Next:` or `To resume:` in what was said.
fn steps(ran: &Ran) -> Vec<String> {
    let said = format!("{}\n{}", ran.stdout, ran.stderr);
    let marks = ["Next: ", "To resume: ", "To let it go out after all: ", "To approve it now: "];
    let mut steps = Vec::new();
    for line in said.lines() {
        for (at, _) in line.match_indices("roundup ") {
            let is_step = marks.iter().any(|mark| line[..at].trim_end_matches('`').ends_with(mark));
            let step = line[at..].split(". ").next().unwrap().split(", then ").next().unwrap();
            if is_step {
                steps.push(step.trim_end_matches(['.', '`']).to_owned());
            }
        }
    }
    steps
}

/// Where somebody types, and how they name the project there.
struct Typist {
    folder: PathBuf,
    option: &'static str,
}

impl Typist {
    /// In the project's own folder.
    fn within(charity: &Charity) -> Self {
        Self { folder: charity.path(""), option: "" }
    }
}

/// Runs a step as it is printed; the studio would wait for a browser, and writes its pages instead.
fn follow(charity: &Charity, typist: &Typist, after: &str, step: &str) -> Ran {
    let mut line = step.to_owned();
    if line.contains(" preview ") {
        line.push_str(" --out shown");
    }
    let ran = charity.run_line(&typist.folder, &line);
    if step.contains("THEIR NAME") {
        // The next person's name is known to nobody else: as printed, the command asks for it.
        let refused = ran.ends(2).says("stands for somebody's own name");
        assert!(refused.stderr.contains("help: "), "{after}: {step}: {refused:?}");
        return charity.run_line(&typist.folder, &line.replace("THEIR NAME", "Somebody Else"));
    }
    let said = format!("{}{}", ran.stdout, ran.stderr);
    // A script must give the number of people, which is a person's to type.
    let asks = said.contains("cannot ask for confirmation without a terminal");
    let is_refused = ran.code == 2 && !asks;
    assert!(!is_refused && !said.contains("there is no "), "{after}: {step}: {ran:?}");
    ran
}

/// Runs a command and every step that it names, and adds the steps to those that were seen.
fn walk(charity: &Charity, typist: &Typist, command: &str, seen: &mut BTreeSet<String>) {
    let option = typist.option;
    for step in steps(&charity.run_line(&typist.folder, &format!("roundup {command} {option}"))) {
        assert!(step.contains(option), "{command}: {step} is of another project");
        follow(charity, typist, command, &step);
        let plain = step.replace(option, "");
        seen.insert(plain.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    }
}

const COMMANDS: [&str; 24] = [
    "",
    "status",
    "news --month 2020-12",
    "draft --month 2020-12",
    "draft --year 2020",
    "preview 2020-12 --out shown",
    "check 2020-12",
    "status",
    "approve 2020-12 --as Amina",
    "approve 2020-12 --show",
    "status",
    "due",
    "send 2020 --confirm 2",
    "pause 2020-12",
    "status",
    "cancel 2020-12",
    "status",
    "",
    "approve 2020-12 --as Amina",
    "send 2020-12 --confirm 2",
    "send 2020-12 --confirm 2",
    "report 2020-12",
    "resolve 2020-12",
    "status",
];

#[test]
fn each_next_step_runs_as_it_is_printed() {
    for (needed, with_relay) in [(0, false), (1, true), (2, true)] {
        let server = Server::good();
        let charity = Charity::new()
            .people(2)
            .variable("USER", "office")
            .setting(&format!("[approval]\npeople = {needed}"));
        let charity = if with_relay { charity.relay(&server) } else { charity };
        walk_all(&charity, &Typist::within(&charity));
    }
}

fn walk_all(charity: &Charity, typist: &Typist) {
    let mut seen = BTreeSet::new();
    for command in COMMANDS {
        walk(charity, typist, command, &mut seen);
    }
    for step in ["roundup preview", "roundup approve", "roundup send", "roundup report"] {
        assert!(seen.contains(step), "{step} is not in {seen:?}");
    }
}

/// Whoever names the project names it in each step, and needs no other folder.
#[test]
fn the_steps_of_a_project_that_was_named_name_it() {
    let server = Server::good();
    let charity = Charity::new().people(2).variable("USER", "office").relay(&server);
    let charity = charity.setting("[approval]\npeople = 1");
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(charity.path(""), elsewhere.path().join("the charity's")).unwrap();
    let folder = elsewhere.path().to_owned();
    let typist = Typist { folder, option: r"--project 'the charity'\''s'" };
    walk_all(&charity, &typist);
    let run = |line: &str| charity.run_line(&typist.folder, &format!("{line} {}", typist.option));
    assert!(run("roundup report 2031").ends(2).stderr.contains("help: "));
    let status: serde_json::Value =
        serde_json::from_str(&run("roundup status --json").ends(0).stdout).unwrap();
    let next = status["next"].as_str().unwrap();
    assert!(next.starts_with(&format!("roundup {} ", typist.option)), "{next}");
}

/// Whoever has restored a project goes on in it, and not in the one that it came from.
#[test]
fn after_a_restore_the_next_step_is_in_the_restored_project() {
    let charity = Charity::new().people(2).variable("USER", "office");
    charity.run("send 2020 --confirm 2").ends(0);
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("copy");
    charity.run_line(&charity.path(""), &format!("roundup backup {}", copy.display())).ends(0);
    let line = "roundup restore copy --project restored";
    let said = charity.run_line(elsewhere.path(), line).ends(0);
    let step = "roundup --project restored status";
    assert_eq!(steps(&said), [step]);
    charity.run_line(elsewhere.path(), step).ends(0).says("2020");
}

/// Names of files that no command takes are named with what to do, and nobody is given a command with them.
#[test]
fn a_draft_with_a_strange_name_is_named_and_never_offered() {
    for file in [
        "My spring news.md",
        "x;touch PWNED.md",
        "a&b $(touch PWNED).md",
        "`touch PWNED`.md",
        "it's.md",
        "-x.md",
        "--help.md",
        "2020-12.MD",
        "2020-12.md.md",
        "con.md",
    ] {
        let draft = "---\nsubject: News\nwindow: 2020-12\n---\n";
        let charity = Charity::new().people(2).variable("USER", "office");
        let charity = charity.file(&format!("editions/{file}"), draft);
        let name = file.trim_end_matches(".md");
        for command in ["status", "", "preview --out shown", "check --offline", "doctor"] {
            let said = charity.run(command);
            let said = format!("{}{}", said.stdout, said.stderr);
            assert!(said.contains(&format!("editions/{file}: this draft is not used")), "{said}");
            assert!(said.contains("give the file another name"), "{file}: {command}: {said}");
            for word in ["preview", "approve", "send", "check"] {
                let offered = format!("roundup {word} {name}\n");
                let is_window = name == "2020-12";
                assert!(is_window || !said.contains(&offered), "{file}: {command}: {said}");
            }
        }
        if file.starts_with("2020-12") {
            continue;
        }
        for command in ["pause", "cancel", "approve", "send", "check", "preview"] {
            let words = [command, "--", name].map(str::to_owned);
            let refused = charity.run_words(&words).ends(2);
            assert!(refused.stderr.contains("is not a valid name"), "{command}: {refused:?}");
        }
        assert!(!charity.path("PWNED").exists());
    }
}

/// What stands in news is a word of the command, whatever a shell would make of it.
#[test]
fn what_comes_from_outside_is_one_word_of_a_printed_command() {
    let charity = Charity::new().people(1);
    let story = "---\nid: \"$(touch PWNED)'\\\"x\"\ntitle: A story without a date\n---\nWords.\n";
    let charity = charity.file("news/x.md", story);
    let said = charity.run("news dates").ends(0);
    let step = steps(&said).pop().unwrap();
    charity.run_line(&charity.path(""), &step).ends(0).says("Saved 1 date");
    assert!(!charity.path("PWNED").exists());
}

/// What `due` says to a person, and writes to the operator, names the edition that comes next.
#[test]
fn what_is_due_and_not_approved_is_named() {
    let charity = Charity::new().people(2).variable("USER", "office");
    let charity = charity.setting("[schedule]\nevery = \"every day\"\nbetween = \"00:00-23:59\"");
    let said = charity.run("due --verbose").ends(0).says("Next: roundup status");
    assert_eq!(steps(&said), ["roundup status"]);
    charity.run("draft --month 2020-12").ends(0);
    let said = charity.run("due --verbose").ends(0);
    assert_eq!(steps(&said), ["roundup approve 2020-12"]);
    follow(&charity, &Typist::within(&charity), "due", "roundup approve 2020-12").ends(0);
}

/// Two printed lines, run as they stand by one person, were two people.
#[test]
fn nobody_approves_under_the_words_that_stand_for_a_name() {
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server).variable("USER", "office");
    let charity = charity.setting("[approval]\npeople = 2");
    charity.run("draft --month 2020-12").ends(0);
    for name in ["THEIR NAME", "YOUR NAME", "your name", "<Your Name>", "NAME", "name"] {
        let words = ["approve", "2020-12", "--as", name].map(str::to_owned);
        let refused = charity.run_words(&words).ends(2);
        assert!(refused.stderr.contains("stands for some"), "{name}: {refused:?}");
    }
    let first = charity.run("send 2020-12 --confirm 2").ends(3).says("nobody has done so");
    assert!(first.stderr.contains("roundup approve 2020-12\n"), "{first:?}");
    let one = charity.run("approve 2020-12").ends(0).says("1 person to go");
    one.says("Next: roundup approve 2020-12 --as \"THEIR NAME\"");
    charity.run("send 2020-12 --confirm 2").ends(3).says("1 has done so");
    assert!(server.everybody_once().is_empty());
}

/// Where each person's account is known their name is, too.
#[test]
fn with_accounts_no_printed_step_leaves_a_name_open() {
    let accounts = "[approval]\npeople = 2\n[approval.accounts]\noffice = \"Amina\"\nben = \"Ben\"";
    let charity = Charity::new().people(2).variable("USER", "office").setting(accounts);
    let said = charity.run("approve 2020-12").ends(0);
    assert!(said.stderr.contains("Next: roundup approve 2020-12\n"), "{said:?}");
    let charity = charity.variable("USER", "ben");
    charity.run("approve 2020-12").ends(0).says("Next: roundup send 2020-12");
}

#[test]
fn what_was_decided_in_practice_says_so_and_does_not_count_afterwards() {
    let charity = Charity::new().people(2).variable("USER", "office");
    charity.run("draft --month 2020-12").ends(0);
    charity.run("approve 2020-12 --as Amina").ends(0).says("This is practice: it does not count");
    let at = "send 2020-12 --at 2027-11-05T10:00";
    charity.run(at).ends(0).says("This is practice: it does not count");
    for look in ["status", "doctor"] {
        let said = charity.run(look);
        assert!(!format!("{said:?}").contains("in practice only"), "{look}: {said:?}");
    }
    let server = Server::good();
    let charity = charity.relay(&server);
    let status = charity.run("status").ends(0).says("approved in practice only: 2020-12");
    status.says("To approve it now: roundup approve 2020-12");
    assert!(charity.run("doctor").stdout.contains("approved in practice only: 2020-12"));
    let real = charity.run("approve 2020-12 --as Amina").ends(0);
    assert!(!real.stdout.contains("practice"), "{real:?}");
    for look in ["status", "doctor"] {
        let said = charity.run(look);
        assert!(!format!("{said:?}").contains("in practice only"), "{look}: {said:?}");
    }
}
