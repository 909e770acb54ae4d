//! A file or folder that people name for an output: nothing of theirs is lost by it.

use std::fs;

use crate::support::{Charity, Server};

/// Each command that writes where people say, with `OUT` for that place; true where it is a folder.
const OUTPUTS: [(&str, bool); 11] = [
    ("report 2020-12 --csv OUT", false),
    ("report 2020-12 --html OUT", false),
    ("report --year 2020 --csv OUT", false),
    ("report --year 2020 --html OUT", false),
    ("subscribers export OUT", false),
    ("backup OUT", false),
    ("keys backup OUT", false),
    ("preview 2020-12 --out OUT", true),
    ("preview 2020-12 --share OUT", true),
    ("send 2020-12 --dry-run --out OUT", true),
    ("man --out OUT", true),
];
/// What people have, and could name by mistake.
const THEIRS: [&str; 5] =
    ["subscribers/people.csv", "roundup.toml", "news/one.md", "notes.txt", "site/index.html"];

fn sent() -> Charity {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server).file("notes.txt", "mine");
    let charity = charity.file("site/index.html", "mine").file("site/roundup.1", "mine");
    charity.run("draft --month 2020-12").ends(0);
    charity.run("send 2020-12 --confirm 3").ends(0);
    charity
}

#[test]
fn no_output_replaces_what_is_somebodys() {
    let charity = sent();
    let story = charity.files("news").into_iter().next().unwrap();
    for (command, is_folder) in OUTPUTS {
        for theirs in THEIRS {
            let theirs = theirs.replace("one.md", &story);
            let named = if is_folder { theirs.split('/').next().unwrap() } else { &theirs };
            let before = charity.read(&theirs);
            let ran = charity.run(&command.replace("OUT", named));
            assert_eq!(charity.read(&theirs), before, "{command} {named}");
            // A folder of news or lists has none of our names in it.
            let may_be_done = is_folder && matches!(named, "subscribers" | "news");
            assert!(may_be_done || ran.code != 0, "{command} {named}: {ran:?}");
        }
        assert_eq!(charity.read("site/roundup.1"), "mine");
    }
    // A name that would make a list or a story of it.
    for named in ["subscribers/report.csv", "news/report.csv", ".env", ".roundup/x.csv"] {
        charity
            .run(&format!("report 2020-12 --csv {named}"))
            .ends(2)
            .says("would be read as a part of the newsletter");
        assert!(!charity.path(named).exists(), "{named}");
    }
}

#[test]
fn what_an_earlier_command_has_written_is_written_again() {
    let charity = sent().file("empty.csv", "");
    for (command, _) in OUTPUTS.iter().filter(|(command, _)| !command.contains("backup")) {
        if command.contains("export") {
            continue;
        }
        let command = command.replace("OUT", "made");
        for _ in 0..2 {
            charity.run(&command).ends(0);
        }
        let path = charity.path("made");
        fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path)).unwrap();
    }
    charity.run("report 2020-12 --csv empty.csv").ends(0);
    assert!(charity.read("empty.csv").starts_with("edition,figure,"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_and_stays_one_and_so_does_a_link() {
    use std::os::unix::fs::FileTypeExt;
    let charity = sent();
    let pipe = charity.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    charity.run("report 2020-12 --csv pipe").ends(0);
    assert!(reader.join().unwrap().starts_with("edition,figure,group,count\n"));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let charity = charity.file("real.csv", "");
    std::os::unix::fs::symlink("real.csv", charity.path("link.csv")).unwrap();
    charity.run("report 2020-12 --csv link.csv").ends(0);
    assert!(charity.path("link.csv").symlink_metadata().unwrap().is_symlink());
    assert!(charity.read("real.csv").starts_with("edition,"));
}
