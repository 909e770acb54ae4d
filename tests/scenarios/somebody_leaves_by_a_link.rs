//! People leave by one click, by a page's address and by email, before a run and while the ledger is away.

#[cfg(unix)]
use crate::support::daemons::dovecot;
use crate::support::{Charity, Server, Site, change_database, database};

/// A charity with a public address.
fn charity(people: usize) -> Charity {
    Charity::new().people(people).public_url("https://charity.example/news")
}

/// The path behind a person's one-click link, and their token.
fn link_of(charity: &Charity, person: &str) -> (String, String) {
    let unfolded = charity.message_to(person);
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
    assert_eq!(site.one_click(&path), 200, "{path}");
    assert_eq!(site.one_click(&path), 200);
    let wrong = format!("{path}x");
    assert_eq!(site.one_click(&wrong), 404);
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
        .says("stranger@example.org wants to leave, but this address is not on the list")
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
    assert_eq!(site.one_click(&path), 200);
    site.kill();
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
    assert_eq!(site.one_click(&path), 200);
    site.kill();
    lock.execute_batch("ROLLBACK").unwrap();
    drop(lock);
    // Where there is no relay it is practice: the folder `outbox`.
    charity.run("send --year 2020 --confirm 3");
    let charity = charity.relay(&server);
    charity.run("send --year 2020 --confirm 3").ends(0);
    let others = ["p0@example.org", "p2@example.org", "p3@example.org"];
    assert_eq!(server.everybody_once(), others);
}

/// Every file of a project with its bytes, but those that a database makes while it is open.
fn everything(folder: &std::path::Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
                found.insert(path, Vec::new());
            } else {
                found.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_dry_run_of_the_inbox_changes_nothing_at_all() {
    let charity = charity(3)
        .file("mail/new/1", "From: p1@example.org\nSubject: unsubscribe\n\n")
        .file("mail/cur/2:2,S", "From: p2@example.org\nSubject: hello\n\n");
    // Neither a secret nor a ledger is made for it.
    let before = everything(&charity.path(""));
    charity.run("inbox --maildir mail --dry-run").ends(0).says("1 person would leave");
    assert!(everything(&charity.path("")) == before);
    charity.run("send --year 2020 --dry-run").ends(0);
    charity.run("subscribers suppress p2@example.org --why objected").ends(0);
    let line =
        r#"{"person":"AAAAAAAAAAAAAAAA","at":"2026-11-01T10:00:00Z","what":"left","way":"page"}"#;
    let charity = charity.file(".roundup/leaving.spool", format!("{line}\n"));
    let before = everything(&charity.path(""));
    charity.run("inbox --maildir mail --dry-run --json").ends(0).says("\"matched_by\":\"address\"");
    assert!(everything(&charity.path("")) == before);
    charity.run("inbox --maildir mail").ends(0).says("1 person left");
    assert!(charity.path("mail/.Done/cur/1").is_file());
    assert!(!charity.path(".roundup/leaving.spool").exists());
}

#[test]
fn a_dry_run_of_the_inbox_makes_no_tables_on_a_server() {
    let Some(database) = database("inbox_dry_run") else { return };
    let charity = charity(3)
        .file("mail/1", "From: p1@example.org\nSubject: unsubscribe\n\n")
        .variable("ROUNDUP_LEDGER", &database);
    charity.run("inbox --dir mail --dry-run").ends(0).says("1 person would leave");
    // It fails where the schema is there already.
    change_database(&database, "CREATE SCHEMA roundup");
    charity.run("inbox --dir mail").ends(0).says("1 person left");
    charity.run("inbox --dir mail --dry-run").ends(0).says("0 people would leave");
}

#[test]
fn serve_starts_while_its_ledger_is_away_and_a_gentle_stop_loses_nothing() {
    let charity = charity(3);
    charity.run("send --year 2020 --dry-run").ends(0);
    let (path, _) = link_of(&charity, "p1@example.org");
    // Nobody listens there.
    let away = charity.variable("ROUNDUP_LEDGER", "postgres://roundup@127.0.0.1:1/news");
    let site = Site::open(&away);
    assert_eq!(site.one_click(&path), 200);
    site.close();
    assert!(away.read(".roundup/leaving.spool").contains("\"what\":\"left\""));
    let server = Server::good();
    let back = away.variable("ROUNDUP_LEDGER", "sqlite:.roundup/ledger.db").relay(&server);
    back.run("send --year 2020 --confirm 2").ends(0);
    assert_eq!(server.everybody_once(), ["p0@example.org", "p2@example.org"]);
    back.run("why p1@example.org").ends(0).says("unsubscribed by one click");
}

#[test]
fn who_is_put_on_the_do_not_mail_list_gets_nothing_and_comes_off_it_as_they_may() {
    let server = Server::good();
    let charity = charity(5).relay(&server);
    charity
        .run("subscribers suppress P1@example.org --why unsubscribed --note letter")
        .ends(0)
        .says("1 person added to the do-not-mail list");
    let charity = charity
        .file("fps.csv", "Name,Email\nX,p2@example.org\nY,p1@example.org\nZ,stranger@example.org\n")
        .file("wrong.txt", "p3@example.org\np4 at example.org\n");
    charity
        .run("subscribers suppress fps.csv --why preference-service --json")
        .ends(0)
        .says("\"added\": 3");
    charity
        .run("subscribers suppress fps.csv --why unsubscribed")
        .ends(0)
        .says("0 people added")
        .says("3 people already on it");
    // Nobody of a file with something else in it.
    charity
        .run("subscribers suppress wrong.txt --why objected")
        .ends(2)
        .says("wrong.txt:2")
        .says("`p4 at example.org` is not an email address");
    charity.run("subscribers suppress nobody --why objected").ends(2).says("neither a file nor");
    charity.run("subscribers suppress p3@example.org --why bored").ends(2);
    charity.run("why p2@example.org").ends(0).says("asked a preference service for no more emails");
    charity.run("why p2@example.org --lift please").ends(2).says("at-their-request");
    charity.run("send --year 2020 --confirm 3").ends(0);
    assert_eq!(server.everybody_once(), ["p0@example.org", "p3@example.org", "p4@example.org"]);
    charity.run("why p2@example.org --at-their-request telephone").ends(0).says("Lifted");
    charity.run("why p2@example.org").ends(0).says("Is mailed");
    charity.run("why p1@example.org").ends(0).says("preference service");
}

#[test]
fn an_email_that_stays_in_its_mailbox_does_not_undo_what_came_after_it() {
    let charity = charity(3);
    charity.run("send --year 2020 --dry-run").ends(0);
    let (_, token) = link_of(&charity, "p1@example.org");
    let email = |more: &str| {
        format!("From a@b\n{more}From: p1@example.org\nSubject: unsubscribe {token}\n\nbye\n\n")
    };
    let charity = charity.file("box", email(""));
    charity.run("inbox --mbox box").ends(0).says("1 person left");
    charity.run("why p1@example.org --at-their-request telephone").ends(0);
    // Read and marked by a mail program meanwhile.
    let charity = charity.file("box", email("Received: again\nStatus: RO\n"));
    charity.run("inbox --mbox box").ends(0).says("0 people left");
    charity.run("why p1@example.org").ends(0).says("Is mailed");
    // Another email is another word.
    let charity = charity.file("box", email("Date: Thu, 26 Nov 2026 10:00:00 +0000\n"));
    charity.run("inbox --mbox box").ends(0).says("1 person left");
}

#[test]
fn the_page_says_what_waits_and_a_damaged_line_stops_nothing() {
    let charity = charity(3);
    charity.run("send --year 2020 --dry-run").ends(0);
    let (path, _) = link_of(&charity, "p1@example.org");
    charity.run("subscribers suppress p0@example.org --why objected").ends(0);
    let charity = charity.file(".roundup/leaving.spool", "nonsense\n");
    let site = Site::open(&charity);
    let lock = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(site.ask("GET", &path, "").1.contains("Stop all emails"));
    assert_eq!(site.one_click(&path), 200);
    assert!(site.ask("GET", &path, "").1.contains("You have left"));
    lock.execute_batch("ROLLBACK").unwrap();
    site.close();
    charity.run("inbox --dir mail").says("cannot be read");
    let charity = charity.file("mail/1", "Subject: x\n\n");
    charity.run("inbox --dir mail").ends(0).says("`.roundup/leaving.damaged` cannot be read");
    charity.run("why p1@example.org").ends(0).says("unsubscribed by one click");
    assert_eq!(charity.read(".roundup/leaving.damaged"), "nonsense\n");
}

#[cfg(unix)]
#[test]
fn a_mailbox_at_a_server_is_read_and_settled_emails_move_to_done() {
    let mut charity = charity(4);
    charity.run("send --year 2020 --dry-run").ends(0);
    let (_, token) = link_of(&charity, "p1@example.org");
    let emails = [
        format!("From: x@example.org\nSubject: unsubscribe {token}\n\n"),
        "From: p2@example.org\nSubject: Re: news\n\nPlease unsubscribe me.\n".to_owned(),
        "From: p3@example.org\nSubject: Lovely newsletter\n\nThank you!\n".to_owned(),
        format!("From: p3@example.org\nSubject: big\n\n{}", "x".repeat(3 * 1024 * 1024)),
    ];
    let Some(server) = dovecot(&emails) else { return };
    let authority = std::fs::read_to_string(server.path("ca.pem")).unwrap();
    let settings = format!("{}ca_file = \"ca.pem\"\n", charity.read("roundup.toml"));
    charity = charity
        .file("ca.pem", authority)
        .file("roundup.toml", settings)
        .variable("ROUNDUP_INBOX", &format!("imaps://localhost:{}", server.port))
        .variable("ROUNDUP_INBOX_USERNAME", "ann")
        .variable("ROUNDUP_INBOX_PASSWORD", "wrong");
    let done = || {
        ["new", "cur"]
            .map(|part| std::fs::read_dir(server.path("mail/.Done").join(part)))
            .map(|folder| folder.map_or(0, Iterator::count))
            .iter()
            .sum::<usize>()
    };
    let refused = charity.run("inbox").ends(2).says("the mailbox refused the login");
    assert!(!refused.stderr.contains("wrong"));
    charity = charity.variable("ROUNDUP_INBOX_PASSWORD", "secret");
    charity.run("inbox --dry-run").ends(0).says("2 people would leave");
    assert_eq!(done(), 0);
    charity.run("inbox").ends(0).says("2 people left").says("2 other emails");
    assert_eq!(done(), 2);
    charity.run("inbox").ends(0).says("0 people left").says("2 other emails");
    charity.run("inbox --imap imaps://localhost:1").ends(6).says("cannot be reached");
    charity.run("why p1@example.org").ends(0).says("unsubscribed by email");
    charity.run("why p2@example.org").ends(0).says("unsubscribed by email");
}

#[test]
fn a_real_relay_needs_a_way_of_leaving_that_is_known_to_work() {
    let send = "send --year 2020 --relay smtp://relay.charity.example --no-input";
    let refused = "the emails to news@charity.example have not been read for a week";
    let by_mail = Charity::new().people(2);
    by_mail.run(send).ends(3).says(refused).says("mailbox_read_by");
    // A copy of some emails is not the mailbox.
    std::fs::create_dir_all(by_mail.path("saved")).unwrap();
    by_mail.run("inbox --dir saved").ends(4);
    by_mail.run(send).ends(3).says(refused);
    // A dry run reads it too, and settles nothing.
    std::fs::create_dir_all(by_mail.path("Maildir/new")).unwrap();
    by_mail.run("inbox --maildir Maildir --dry-run").ends(4);
    by_mail.run(send).ends(3).says(refused);
    by_mail.run("inbox --maildir Maildir").ends(4);
    let went_on = by_mail.run(send);
    assert!(!went_on.stderr.contains("have not been read"), "{}", went_on.stderr);
    // A person who reads them is a way too.
    let by_hand = Charity::new().people(2).setting("[leaving]\nmailbox_read_by = \"Ann\"\n");
    let went_on = by_hand.run(send);
    assert!(!went_on.stderr.contains("have not been read"), "{}", went_on.stderr);
    // A link that nobody has tried is none, whoever reads the mailbox.
    let by_link = charity(2);
    let settings = by_link.read("roundup.toml") + "\n[leaving]\nmailbox_read_by = \"Ann\"\n";
    let by_link = by_link.file("roundup.toml", settings);
    by_link.run(send).ends(3).says("links under https://charity.example/news work");
    by_link.run("doctor --relay smtp://127.0.0.1:9").says("doctor --probe-unsubscribe");
    by_mail.run("doctor --probe-unsubscribe").ends(2).says("no unsubscribe links to try");
}
