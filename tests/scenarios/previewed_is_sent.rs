//! What was previewed is what is sent, byte for byte but for the date.

use std::fs;

use crate::support::{Charity, Server, contents};

fn without_date(message: &str) -> String {
    let lines: Vec<&str> =
        message.split("\r\n").filter(|line| !line.starts_with("Date: ")).collect();
    lines.join("\r\n")
}

#[test]
fn a_dry_run_writes_everything_and_connects_to_nobody() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    let ran = charity.run("send --year 2020 --dry-run").ends(0).says("preview/2020/index.html");
    assert!(ran.stdout.contains("3 people would get it"));
    assert_eq!(server.connections(), 0);
    assert_eq!(
        charity.files("preview/2020"),
        [
            "email.html",
            "email.mjml",
            "email.txt",
            "index.html",
            "message.eml",
            "messages",
            "report.json"
        ]
    );
    let report: serde_json::Value =
        serde_json::from_str(&charity.read("preview/2020/report.json")).unwrap();
    assert_eq!((report["people"].as_u64(), report["planned"].as_u64()), (Some(3), Some(3)));
    // Nothing was recorded: the ledger does not even exist.
    assert_eq!(charity.files(".roundup"), ["news.db", "secret"]);

    charity.run("send --year 2020 --confirm 3").ends(0);
    for (number, name) in (1..).zip(["p0@example.org", "p1@example.org", "p2@example.org"]) {
        let dry = charity.read(&format!("preview/2020/messages/{number}-{name}.eml"));
        let sent = server.taken().into_iter().find(|taken| taken.recipient == name).unwrap();
        assert_eq!(without_date(&dry), without_date(&sent.bytes));
    }
    assert_eq!(report["hash"], charity.report("2020")["hash"]);
}

#[test]
fn two_people_differ_where_their_names_stand_and_nowhere_else() {
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server);
    let draft = charity.run("draft --year 2020").ends(0).says("editions/2020.md");
    assert!(draft.stdout.contains("3 stories"));
    let text = charity.read("editions/2020.md")
        + "Dear {{recipient \"first_name\" fallback=\"friend\"}},\n\nA *good* year.\n";
    let charity = charity.file("editions/2020.md", text);
    charity.run("send 2020 --confirm 2").ends(0);
    let taken = server.taken();
    let lines = |index: usize| -> Vec<String> {
        taken[index].bytes.split("\r\n").map(str::to_owned).collect()
    };
    let (one, other) = (lines(0), lines(1));
    assert_eq!(one.len(), other.len());
    for (a, b) in one.iter().zip(&other).filter(|(a, b)| a != b) {
        let about_the_person = ["To: ", "Message-ID: ", "List-Unsubscribe: ", " <mailto:"]
            .iter()
            .any(|field| a.starts_with(field))
            || a.contains("Person")
            || a.contains("unsubscribe")
            || a.len() < 80 && !a.contains(": ");
        assert!(about_the_person, "{a}\n{b}");
    }
    assert!(taken[0].bytes.contains("Person 0") || taken[0].bytes.contains("Person 1"));
}

#[test]
fn a_preview_reads_and_writes_only_its_own_folder() {
    let charity = Charity::new().people(2);
    let before = contents(&charity.path("."));
    charity.run("preview --year 2020 --out look").ends(0).says("look/index.html");
    let after: Vec<_> = contents(&charity.path("."))
        .into_iter()
        .filter(|(path, _)| !path.to_string_lossy().contains("/look/"))
        .filter(|(path, _)| {
            !path.ends_with(".roundup/secret") && !path.ends_with(".roundup/news.db")
        })
        .collect();
    assert_eq!(before, after);
    let page = charity.read("look/index.html");
    assert!(page.contains("Story of the 21") && !page.contains("<script"));
    assert!(charity.read("look/email.txt").contains("https://charity.example/21"));
    assert!(charity.read("look/email.mjml").starts_with("<mjml"));
    assert!(fs::read(charity.path("look/message.eml")).unwrap().windows(2).any(|w| w == b"\r\n"));
}
