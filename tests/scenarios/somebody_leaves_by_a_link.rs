//! People leave by one click, by a page's address and by email, before a run and while the ledger is away.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use crate::support::{Charity, Server, signal};

const PUBLIC: &str = "\npublic_url = \"https://charity.example/news\"\n";

/// A charity with a public address.
fn charity(people: usize) -> Charity {
    let charity = Charity::new().people(people);
    let settings = charity.read("roundup.toml").replace(
        "address = \"news@charity.example\"\n",
        &format!("address = \"news@charity.example\"{PUBLIC}"),
    );
    charity.file("roundup.toml", settings)
}

/// `serve`, and where it listens.
struct Site {
    child: Child,
    address: String,
}

impl Site {
    fn open(charity: &Charity) -> Self {
        let mut child = charity.start("serve --listen 127.0.0.1:0");
        let mut line = String::new();
        BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next());
        Self { address: address.unwrap_or_else(|| panic!("{line}")).to_owned(), child }
    }

    fn post(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let body = "List-Unsubscribe=One-Click";
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: charity.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn close(mut self) {
        signal(&self.child, "TERM");
        assert!(self.child.wait().unwrap().success());
    }
}

/// The path behind a person's one-click link, and their token.
fn link_of(charity: &Charity, person: &str) -> (String, String) {
    let folder = "preview/2020/messages";
    let of_person = |text: &String| text.contains(&format!("<{person}>"));
    let messages = charity.files(folder);
    let message =
        messages.iter().map(|name| charity.read(&format!("{folder}/{name}"))).find(of_person);
    let message = message.unwrap_or_else(|| panic!("{person} is in none of {messages:?}"));
    let unfolded = message.replace("\r\n ", " ");
    let field = unfolded.lines().find(|line| line.starts_with("List-Unsubscribe:")).unwrap();
    let path = field.split("<https://charity.example").nth(1).unwrap().split('>').next().unwrap();
    (path.to_owned(), path.rsplit('/').next().unwrap().to_owned())
}

#[test]
fn who_left_by_one_click_or_by_email_gets_nothing_more() {
    let server = Server::good();
    let charity = charity(6).relay(&server);
    charity.run("send --year 2020 --dry-run").ends(0);
    let site = Site::open(&charity);
    let (path, _) = link_of(&charity, "p1@example.org");
    assert!(site.post(&path).starts_with("HTTP/1.1 200"), "{path}");
    assert!(site.post(&path).starts_with("HTTP/1.1 200"));
    let wrong = format!("{path}x");
    assert!(site.post(&wrong).starts_with("HTTP/1.1 404"));
    site.close();

    let (_, token) = link_of(&charity, "p2@example.org");
    let charity = charity
        .file(
            "mail/1",
            format!(
                "From: x@example.org\nTo: news@charity.example\nSubject: unsubscribe {token}\n\n"
            ),
        )
        .file("mail/2", "From: p3@example.org\nSubject: Re: news\n\nPlease unsubscribe me\n")
        .file("mail/3", "From: stranger@example.org\nSubject: unsubscribe\n\n")
        .file("mail/4", "From: p4@example.org\nSubject: Out of office: news\n\nunsubscribe\n")
        .file("mail/5", "From: p5@example.org\nSubject: Lovely newsletter\n\nThank you!\n")
        .file("mail/6", format!("From: p5@example.org\nSubject: about {token}x\n\n"));
    charity.run("inbox --dir mail --dry-run").ends(0).says("2 people would leave");
    let ran = charity.run("inbox --dir mail").ends(0);
    ran.says("2 people left")
        .says("stranger@example.org asks to leave, but this address is not on the list")
        .says("1 automatic reply");
    charity.run("inbox --dir mail").ends(0).says("0 people left");
    charity.run("why p1@example.org").ends(0).says("unsubscribed by one click");
    charity.run("why p2@example.org").ends(0).says("unsubscribed by email");

    charity.run("send --year 2020 --confirm 3").ends(0);
    assert_eq!(server.everybody_once(), ["p0@example.org", "p4@example.org", "p5@example.org"]);
}

#[test]
fn what_was_answered_while_the_ledger_was_away_is_kept_after_a_kill() {
    let server = Server::good();
    let charity = charity(4).relay(&server);
    charity.run("send --year 2020 --dry-run").ends(0);
    let (path, _) = link_of(&charity, "p1@example.org");
    let site = Site::open(&charity);
    // Another program holds the ledger and does not let go.
    let lock = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(site.post(&path).starts_with("HTTP/1.1 200"));
    signal(&site.child, "KILL");
    let ended = site.child.wait_with_output().unwrap();
    assert!(!ended.status.success());
    lock.execute_batch("ROLLBACK").unwrap();
    drop(lock);
    charity.run("send --year 2020 --confirm 3").ends(0);
    let others = ["p0@example.org", "p2@example.org", "p3@example.org"];
    assert_eq!(server.everybody_once(), others);
    let files = charity.files(".roundup");
    assert!(!files.iter().any(|name| name == "leaving.spool" || name == "leaving.taking"));
}

#[test]
fn practice_takes_nothing_out_of_the_spool() {
    let server = Server::good();
    let charity = charity(4);
    charity.run("send --year 2020 --dry-run").ends(0);
    let (path, _) = link_of(&charity, "p1@example.org");
    let site = Site::open(&charity);
    let lock = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(site.post(&path).starts_with("HTTP/1.1 200"));
    signal(&site.child, "KILL");
    site.child.wait_with_output().unwrap();
    lock.execute_batch("ROLLBACK").unwrap();
    drop(lock);
    // Where there is no relay it is practice: the folder `outbox`.
    charity.run("send --year 2020 --confirm 3");
    let charity = charity.relay(&server);
    charity.run("send --year 2020 --confirm 3").ends(0);
    let others = ["p0@example.org", "p2@example.org", "p3@example.org"];
    assert_eq!(server.everybody_once(), others);
}
