//! What is given to others, or lies on a computer that others use, holds nothing of the people on the list.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use roundup::audience::Keys;
use roundup::rfc::address::EmailAddress;

use crate::support::{Act, Charity, Server, Stage, contents, words_of};

const SECRET: &str = "a secret that is the same each time";

#[test]
fn a_preview_to_share_has_nothing_of_anybody_on_the_list() {
    let list = "email,first_name,last_name,town,basis,language,tags\n\
                amina@bello.example.org,Amina,Bello,Kettlewell,consent,cy,donors\n\
                chidi@okafor.example.net,{{Chidi}},Okafor,Hexham,consent,,journalists\n";
    let charity =
        Charity::new().file("subscribers/people.csv", list).variable("ROUNDUP_SECRET", SECRET);
    charity.run("draft --year 2020").ends(0);
    let draft = charity.read("editions/2020.md")
        + "Dear {{recipient \"first_name\" fallback=\"friend\"}} {{recipient \"last_name\" fallback=\"of ours\"}} \
           in {{recipient \"town\" fallback=\"town\"}},\n";
    let charity = charity.file("editions/2020.md", draft);
    charity.run("preview 2020 --out kept").ends(0);
    // What is kept shows the first of the list; else the test below could not fail.
    let text = |name: &str| charity.read(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = text("kept/email.txt");
    assert!(kept.contains("Dear Amina Bello in Kettlewell,"), "{kept}");
    let shared = charity.run("preview 2020 --share shared --json").ends(0);
    let shown = text("shared/email.txt");
    assert!(shown.contains("Dear Sam Example in example town,"), "{shown}");
    assert!(charity.read("shared/index.html").contains("Sam Example"));
    let keys = Keys::new(SECRET.as_bytes());
    let mut secrets: Vec<String> = list
        .lines()
        .skip(1)
        .flat_map(|line| line.split(','))
        .filter(|cell| cell.len() > 2 && *cell != "consent")
        .map(|cell| cell.trim_matches(['{', '}']).to_owned())
        .collect();
    let everybody =
        ["amina@bello.example.org", "chidi@okafor.example.net", "sam.example@example.org"];
    for address in everybody {
        secrets.push(keys.unsubscribe_token(&EmailAddress::parse(address).unwrap()));
    }
    let mut texts = vec![("stdout".to_owned(), shared.stdout)];
    for (path, _) in contents(&charity.path("shared")) {
        let bytes = fs::read(&path).unwrap();
        texts.push((path.display().to_string(), String::from_utf8(bytes).unwrap()));
    }
    assert_eq!(texts.len(), 6);
    for (name, text) in &texts {
        // Quoted-printable may break a word in two.
        let text = words_of(text);
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
        assert!(!text.contains("DKIM-Signature"), "{name}");
    }
    assert!(Path::new(&charity.path("shared/index.html")).is_file());
}

/// All folders and files below some of a charity's folders, with the rights that others have to them.
#[cfg(unix)]
fn open_to_others(charity: &Charity, below: &[&str]) -> Vec<(PathBuf, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let mut left: Vec<PathBuf> = below.iter().map(|name| charity.path(name)).collect();
    let (mut found, mut seen) = (Vec::new(), 0);
    while let Some(path) = left.pop() {
        let about = fs::metadata(&path).unwrap();
        if about.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        seen += 1;
        let others = about.permissions().mode() & 0o077;
        if others != 0 {
            found.push((path, others));
        }
    }
    assert!(seen > below.len(), "nothing was written");
    found
}

/// Runs a command as on a computer where new files are for everybody.
#[cfg(unix)]
fn run_with_no_mask(charity: &Charity, arguments: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$@\"", "sh"]);
    let ended = charity.under(shell, arguments).stdin(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{arguments}");
}

#[cfg(unix)]
#[test]
fn everything_that_is_about_people_is_for_its_owner_only() {
    let charity = Charity::new().people(3);
    for arguments in [
        "check --year 2020 --offline",
        "preview --year 2020 --out look",
        "send --year 2020 --dry-run",
        "test --year 2020 --to me@charity.example",
        "send --year 2020 --confirm 3",
        "report 2020",
    ] {
        run_with_no_mask(&charity, arguments);
    }
    let server = Server::good();
    let charity = charity.relay(&server);
    run_with_no_mask(&charity, "send --year 2020 --confirm 3");
    let written = [".roundup", ".state", "outbox", "preview", "look"];
    assert_eq!(open_to_others(&charity, &written), []);
}

#[cfg(unix)]
#[test]
fn folders_that_were_open_are_closed_and_it_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let open = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let charity = Charity::new().people(3);
    charity.run("send --year 2020 --confirm 3").ends(0);
    charity.run("preview --year 2020 --out look").ends(0);
    for (name, mode) in [
        (".roundup", 0o755),
        (".roundup/secret", 0o644),
        (".roundup/practice/ledger.db", 0o644),
        ("outbox", 0o777),
    ] {
        open(&charity.path(name), mode);
    }
    let ran = charity.run("status").ends(0);
    for name in ["`.roundup`", "`.roundup/secret`", "`outbox`"] {
        assert!(ran.stderr.contains(&format!("could read {name}")), "{name}: {}", ran.stderr);
    }
    assert_eq!(open_to_others(&charity, &[".roundup", "outbox"]), []);
    assert!(!charity.run("status").ends(0).stderr.contains("other people"));
    // A folder of pages, too; and one that is somebody's own is not touched.
    open(&charity.path("look"), 0o755);
    charity.run("preview --year 2020 --out look").ends(0).says("now closed to them");
    assert_eq!(open_to_others(&charity, &["look"]), []);
    let charity = charity.file("papers/notes.txt", "mine");
    open(&charity.path("papers"), 0o755);
    for command in ["preview --year 2020 --out papers", "send --year 2020 --dry-run --out papers"] {
        charity.run(command).ends(2).says("`papers`").says("chmod 700 papers");
    }
    assert_eq!(charity.files("papers"), ["notes.txt"]);
    // What has nothing of people in it may lie anywhere.
    charity.run("preview --year 2020 --share papers").ends(0);
}

#[cfg(unix)]
#[test]
fn secrets_that_others_can_read_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let charity = Charity::new()
        .people(1)
        .file(".env", "ROUNDUP_SECRET_FILE=keys/secret\n")
        .file("keys/secret", "a secret of enough characters\n");
    let open = |mode: u32| {
        for name in [".env", "keys/secret"] {
            fs::set_permissions(charity.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    open(0o644);
    for command in ["doctor", "send --year 2020 --dry-run", "send --year 2020 --confirm 1"] {
        let ran = charity.run(command);
        for cure in ["chmod 600 .env", "keys/secret"] {
            assert!(ran.stdout.contains(cure) || ran.stderr.contains(cure), "{command}: {ran:?}");
        }
    }
    open(0o600);
    let ran = charity.run("send --year 2020 --dry-run").ends(0);
    assert!(!ran.stderr.contains("chmod"), "{}", ran.stderr);
    assert!(charity.run("doctor").stdout.contains("no file with a secret can be read"));
}

#[test]
fn who_is_suppressed_is_in_no_plan_no_number_and_no_dry_run() {
    let server = Server::scripted(|at| match (at.stage, at.recipient) {
        (Stage::Recipient, "p1@example.org") => Act::Answer("550 5.1.1 no such user"),
        _ => Act::Go,
    });
    // Enough people around the one for their rejection to be believed.
    let charity = Charity::new().people(60).relay(&server);
    charity.run("send --month 2020-12 --confirm 60 --connections 1");
    charity.run("why p1@example.org").ends(0).says("Is not mailed");
    charity
        .run("send --year 2020 --dry-run")
        .ends(0)
        .says("59 people would get it")
        .says("p1@example.org: suppressed: 550 5.1.1 no such user");
    assert_eq!(charity.files("preview/2020/messages").len(), 59);
    charity.run("send --year 2020 --confirm 60").ends(2).says("the plan has 59 people");
    charity.run("send --year 2020 --confirm 59").ends(0).says("59 people = 59 accepted");
    assert_eq!(charity.report("2020")["left_out"], 1);
}
