//! `roundup check` fetches the links, says what they answered and where they were written, and `send` knows of it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::Charity;

/// A web server on which one page is there and everything else is not. Counts its requests.
fn website() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            count.fetch_add(1, Ordering::SeqCst);
            let is_there = request[..length].windows(6).any(|word| word == b"/fine ");
            let status = if is_there { "200 OK" } else { "404 Not Found" };
            let _ = stream.write_all(
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .as_bytes(),
            );
        }
    });
    (address, asked)
}

fn charity(website: &str, checks: &str) -> Charity {
    let story = |title: &str, page: &str| {
        format!(
            "---\ntitle: {title}\ndate: 2020-12-09\nlink: {website}/{page}\n---\n\nForty nurses learned it.\n"
        )
    };
    Charity::new()
        .people(3)
        .file("news/a.md", story("Training for forty nurses", "fine"))
        .file("news/b.md", story("A report about the year", "gone"))
        .setting(checks)
}

#[test]
fn a_link_that_leads_nowhere_is_found_with_its_line_and_holds_the_sending() {
    let (website, asked) = website();
    let charity = charity(&website, "[checks]\nallow_local = true\n");
    charity
        .run("check --month 2020-12")
        .ends(3)
        .says(&format!("[dead-link] {website}/gone was not found (the server answers 404)"))
        .says("news/b.md:4");
    // The one that was fine is not fetched again; the other may have been fixed.
    let first = asked.load(Ordering::SeqCst);
    charity.run("check --month 2020-12").ends(3);
    assert_eq!(asked.load(Ordering::SeqCst) - first, 2, "HEAD and GET of one address");
    charity.run("send --month 2020-12 --confirm 3").ends(3).says("/gone was not found");
    charity.run("check --month 2020-12 --offline").says("Links     not checked");
    let json = charity.run("check --month 2020-12 --json");
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["schema"], "roundup.check/1");
    let stories = report["stories"].as_array().unwrap();
    assert!(stories.iter().all(|story| story["bytes"].as_u64().unwrap() > 200), "{stories:?}");
    assert_eq!(report["programs"][0]["family"], "Apple Mail");
}

#[test]
fn what_is_silent_says_why_and_what_was_checked_is_known_to_be_unchanged() {
    let (website, _) = website();
    let checks = "[checks]\nallow_local = true\n[checks.severity]\ninsecure-link = \"note\"\n\
                  [checks.silence]\ndead-link = \"the page comes on Monday\"\n";
    let charity = charity(&website, checks);
    charity
        .run("check --month 2020-12")
        .ends(0)
        .says("ignored [dead-link] 1 found (the page comes on Monday)")
        .says("good to know [insecure-link]");
    charity.run("send --month 2020-12 --dry-run").ends(0).says("unchanged since)");
    let charity =
        charity.file("news/b.md", "---\ntitle: Another\ndate: 2020-12-10\n---\n\nQuite another.\n");
    charity.run("send --month 2020-12 --dry-run").ends(0).says("(changed since the last check");
}

#[test]
fn nothing_inside_the_own_network_is_asked_without_leave() {
    let (website, asked) = website();
    charity(&website, "")
        .run("check --month 2020-12")
        .ends(3)
        .says("is on your own computer or network: nobody else can open it");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_mistake_in_the_settings_of_the_checks_has_a_line_and_a_cure() {
    let wrong = |checks: &str, what: &str, cure: &str| {
        Charity::new()
            .people(1)
            .setting(checks)
            .run("check --year 2020")
            .ends(2)
            .says(what)
            .says(cure);
    };
    wrong(
        "[checks.silence]\nded-link = \"x\"\n",
        "`ded-link` is not one of the words allowed here",
        "did you mean `dead-link`?",
    );
    wrong(
        "[checks.silence]\nunsubscribe = \"x\"\n",
        "the rule `unsubscribe` cannot be ignored: it is a legal requirement",
        "",
    );
    wrong("[checks]\nterms = \"child\"\n", "there is no list of terms `child`", "children");
}

#[test]
fn a_list_of_terms_is_the_projects_own_or_ours() {
    let charity = Charity::new()
        .people(1)
        .file(
            "news/a.md",
            "---\ntitle: Our campaign\ndate: 2020-12-09\n---\n\nIt names child pornography.\n",
        )
        .setting("[checks]\nterms = \"children\"\n");
    charity
        .run("check --month 2020-12 --offline")
        .says("[terms] \"child pornography\" in \"It names child pornography.\"")
        .says("news/a.md:6")
        .says("say \"child sexual abuse material\"");
    let own = charity.file(
        "templates/terms/children.toml",
        "[[term]]\nwords = [\"campaign\"]\nlevel = \"avoid\"\nsay = \"work\"\n",
    );
    own.run("check --month 2020-12 --offline").says("[terms] \"campaign\" in \"Our campaign\"");
}

#[test]
fn a_mail_can_be_looked_at_while_the_ledgers_server_is_away() {
    let charity = Charity::new()
        .people(2)
        .variable("ROUNDUP_LEDGER", "postgres://somebody@127.0.0.1:1/roundup?sslmode=disable");
    charity.run("check --month 2020-12 --offline").ends(0).says(
        "cannot find out which editions were sent before: the ledger's server cannot be reached",
    );
}
