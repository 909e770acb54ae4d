//! Whatever a name, a cell, a setting, a feed or a server has in it: a terminal is never given an order, no line is forged, and
//! no value is without an end.

use roundup::rfc::text::is_hidden;

use crate::support::server::{Act, Offer, Server, Stage};
use crate::support::{Charity, Ran, Website};

/// A title of the window, colours, a clear screen, in 7 and 8 bits; an override of the direction; ends of lines.
const STRANGE: &str = "Q\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}x\u{2066}\u{2028}\u{85}z";
/// What must never begin a line.
const FORGED: &str = "error: FORGED";

/// The strange text with an end of a line, and a long tail.
fn strange() -> String {
    format!("{STRANGE}\n{FORGED} \r{}", "long ".repeat(2000))
}

/// As the text of a TOML or a JSON string, which YAML takes too.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// What is wrong with what a command showed.
fn faults(about: &str, command: &str, ran: &Ran) -> Vec<String> {
    /// A story's title, an address and words of ours beside them.
    const LONGEST_LINE_CHARS: usize = 2500;
    let mut faults = Vec::new();
    for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        let mut fault = |what: &str, line: &str| {
            let line: String = line.chars().take(200).collect();
            faults.push(format!("{about}: roundup {command}: {stream}: {what}: {line:?}"));
        };
        for line in text.split('\n') {
            if line.chars().any(|c| is_hidden(c) && c != '\t') {
                fault("a hidden character", line);
            }
            if line.starts_with(FORGED) {
                fault("a forged line", line);
            }
            if line.chars().nth(LONGEST_LINE_CHARS).is_some() && !command.contains("--json") {
                fault("a line without an end", line);
            }
        }
    }
    if ran.stderr.contains("panicked") || ran.code == 101 {
        faults.push(format!("{about}: roundup {command}: {}", ran.stderr));
    }
    faults
}

fn run_all(about: &str, charity: &Charity, commands: &[&str]) -> Vec<String> {
    commands.iter().flat_map(|command| faults(about, command, &charity.run(command))).collect()
}

fn story(title: &str, more: &str, words: &str) -> String {
    format!("---\ntitle: {}\ndate: 2020-12-05\n{more}---\n\n{words}\n", quoted(title))
}

/// A charity in which everything that may be strange and still be read is.
fn charity() -> Charity {
    let strange = strange();
    let value = quoted(&strange);
    let cell = format!("\"{}\"", strange.replace('"', "\"\""));
    let short = format!("\"{}\"", format!("{STRANGE}\n{FORGED}").replace('"', "\"\""));
    let draft = format!(
        "---\nsubject: \"The year\"\npreheader: \"What happened\"\nwindow: \"2020-12\"\nitems:\n  - 2020-12-03-story\n\
         left_out:\n  - 2020-12-12-story: {value}\n---\n\nDear {{{{recipient \"first_name\" fallback=\"friend\"}}}}, {strange}\n"
    );
    Charity::new()
        .file(
            "news/2020-12-05-strange.md",
            story(
                &strange,
                &format!("topic: {value}\nauthor: {value}\nimage_alt: {value}\nlink: https://charity.example/\u{1b}[2J\n"),
                &strange,
            ),
        )
        .file(&format!("news/2020-12-06-{}.md", "\u{1b}[31m\u{202e}name\nerror: FORGED"), story("Named", "", "x"))
        .file("news/undated.md", format!("---\ntitle: {value}\n---\n\nx\n"))
        .file("editions/2020-12.md", draft)
        .file(
            "subscribers/people.csv",
            format!("email,first_name,last_name,basis,{short},tags\np0@example.org,{cell},{cell},consent,{cell},{cell}\n\
                 p1@example.org,Ann,Smith,consent,x,y\n{cell},Bob,x,consent,x,y\np3@example.org,Bob,x,{cell},x,y\n"),
        )
}

#[test]
fn in_whatever_can_still_be_read() {
    let wrong = run_all(
        "everything",
        &charity(),
        &[
            "",
            "news --month 2020-12",
            "news -v --month 2020-12",
            "news --month 2020-12 --json",
            "news dates",
            "news coverage --year 2020",
            "draft --month 2020-12 --overwrite",
            "preview 2020-12 --out shown",
            "check 2020-12 --offline",
            "check 2020-12 --offline --json",
            "send 2020-12 --dry-run",
            "send 2020-12 --confirm 2",
            "report 2020-12",
            "report 2020-12 --json",
            "status",
            "why p0@example.org",
            "subscribers list",
            "subscribers show p0@example.org",
            "subscribers tidy",
            "config",
            "test 2020-12 --to p0@example.org",
        ],
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const CHECK: &[&str] = &["check 2020-12 --offline"];
const PLAN: &[&str] = &["send 2020-12 --dry-run"];
const NEWS: &[&str] = &["news --month 2020-12", "news sync"];

/// One thing is strange, which may stop everything: what it is, and the commands that come across it.
type Case = (&'static str, Charity, &'static [&'static str]);

#[track_caller]
fn nothing_gets_through(cases: &[Case]) {
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|(about, charity, commands)| run_all(about, charity, commands))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn in_settings() {
    let value = quoted(&strange());
    nothing_gets_through(&[
        ("a setting's name", Charity::new().setting(&format!("{value} = 1")), CHECK),
        ("a group's name", Charity::new().setting(&format!("[{value}]\nx = 1")), CHECK),
        ("a setting's value", Charity::new().setting(&format!("rate = {value}")), PLAN),
        (
            "a setting of another kind",
            Charity::new().setting(&format!("connections = {value}")),
            PLAN,
        ),
        ("broken settings", Charity::new().setting(&format!("x = {STRANGE}")), CHECK),
        ("a theme", Charity::new().setting(&format!("[theme]\nuse = {value}")), CHECK),
        ("a language", Charity::new().setting(&format!("[theme]\nlanguage = {value}")), CHECK),
        ("a colour", Charity::new().setting(&format!("[theme]\naccent = {value}")), CHECK),
        ("a link", Charity::new().setting(&format!("[links]\n{value} = {value}")), CHECK),
        (
            "a segment",
            Charity::new().setting(&format!("[segments]\nall = {value}")).people(1),
            PLAN,
        ),
        (
            "a source's name",
            Charity::new().setting(&format!(
                "[[news]]\nname = {value}\nkind = \"markdown\"\npath = \"news\""
            )),
            NEWS,
        ),
        (
            "a source's kind",
            Charity::new()
                .setting(&format!("[[news]]\nname = \"n\"\nkind = {value}\npath = \"news\"")),
            NEWS,
        ),
        (
            "a source's folder",
            Charity::new()
                .setting(&format!("[[news]]\nname = \"n\"\nkind = \"markdown\"\npath = {value}")),
            NEWS,
        ),
        (
            "a source's address",
            Charity::new()
                .setting(&format!("[[news]]\nname = \"n\"\nkind = \"feed\"\nurl = {value}")),
            NEWS,
        ),
        ("a variable", Charity::new().file(".env", format!("{STRANGE}='x'\n")), PLAN),
        ("a variable's value", Charity::new().people(1).variable("ROUNDUP_RELAY", STRANGE), PLAN),
    ]);
}

#[test]
fn in_drafts_stories_and_lists() {
    let strange = strange();
    let value = quoted(&strange);
    let front = |lines: &str| format!("---\nsubject: x\nwindow: 2020-12\n{lines}---\n\nHello.\n");
    let draft = |lines: &str| charity().file("editions/2020-12.md", front(lines));
    let list = |text: String| Charity::new().file("subscribers/people.csv", text);
    nothing_gets_through(&[
        ("a field of a draft", draft(&format!("{value}: x\n")), CHECK),
        ("a story of a draft", draft(&format!("items:\n  - {value}\n")), CHECK),
        (
            "a window",
            charity()
                .file("editions/2020-12.md", format!("---\nsubject: x\nwindow: {value}\n---\nx\n")),
            CHECK,
        ),
        ("a template's name", draft(&format!("template: {value}\n")), CHECK),
        ("a subject", draft(&format!("preheader: {value}\n")), CHECK),
        (
            "a block",
            charity().file("editions/2020-12.md", front("") + &format!("{{{{{STRANGE}}}}}")),
            CHECK,
        ),
        (
            "a template",
            charity().file("templates/monthly.mjml.hbs", format!("<mjml>{{{{{STRANGE}}}}}")),
            CHECK,
        ),
        (
            "a story's date",
            charity().file("news/a.md", format!("---\ntitle: x\ndate: {value}\n---\nx\n")),
            NEWS,
        ),
        (
            "a story's field",
            charity().file(
                "news/a.md",
                format!("---\ntitle: x\n{value}: {value}\ndate: 2020-12-01\n---\nx\n"),
            ),
            NEWS,
        ),
        ("a list without an address", list(format!("{STRANGE},b\nx,y\n")), PLAN),
        (
            "a column that is there twice",
            list(format!("email,{STRANGE},{STRANGE}\nx@e.org,y,z\n")),
            PLAN,
        ),
        (
            "a long cell",
            list(format!("email,basis\n{},consent\n", strange.replace('\n', " "))),
            PLAN,
        ),
        (
            "an import",
            charity().file(
                "import.csv",
                format!("Email Address,{STRANGE}\nx{STRANGE}@e.org,{STRANGE}\n"),
            ),
            &["subscribers import import.csv --dry-run", "subscribers import import.csv --yes"],
        ),
    ]);
}

#[test]
fn in_what_is_typed() {
    let charity = charity();
    let strange = strange();
    let mut wrong = Vec::new();
    for words in [
        vec![strange.as_str()],
        vec!["check", &strange],
        vec!["check", "--month", &strange],
        vec!["check", "--last", &strange],
        vec!["news", &strange],
        vec!["news", "why", &strange],
        vec!["news", "sync", "--accept", &strange],
        vec!["news", "import", &strange],
        vec!["draft", "--month", "2020-12", "--template", &strange],
        vec!["explain", &strange],
        vec!["test", "2020-12", "--to", &strange],
        vec!["send", "2020-12", "--confirm", &strange],
        vec!["send", "2020-12", "--segment", &strange],
        vec!["send", "2020-12", "--rate", &strange],
        vec!["send", "2020-12", "--at", &strange],
        vec!["send", "2020-12", "--relay", &strange],
        vec!["report", &strange],
        vec!["cancel", &strange],
        vec!["approve", &strange],
        vec!["why", &strange],
        vec!["subscribers", "add", &strange],
        vec!["subscribers", "import", &strange],
        vec!["subscribers", "suppress", &strange],
        vec!["restore", &strange],
        vec!["backup", &strange],
        vec!["--project", &strange],
        vec!["init", "new", "--yes", "--name", &strange],
        vec!["init", "new2", "--yes", "--sender", &strange],
        vec!["completions", &strange],
        vec!["serve", "--listen", &strange],
    ] {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let option = words.iter().find(|word| word.starts_with("--")).cloned();
        let command = format!(
            "{} {}",
            words[0].chars().take(12).collect::<String>(),
            option.unwrap_or_default()
        );
        wrong.extend(faults("the command line", &command, &charity.run_words(&words)));
        // The same in one word, as in --month=X.
        if let [.., option, value] = words.as_slice()
            && option.starts_with("--")
        {
            let joined = format!("{option}={value}");
            let words: Vec<String> =
                words[..words.len() - 2].iter().cloned().chain([joined]).collect();
            wrong.extend(faults("the command line, joined", &command, &charity.run_words(&words)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn in_what_servers_say() {
    const REPLY: &str = "554 5.7.1 no\u{1b}[2J\u{9b}31m\u{202e}x error: FORGED";
    const LINES: &str = "554-5.7.1 no\u{1b}[2J\r\n554 5.7.1 error: FORGED";
    let mut wrong = Vec::new();
    for (stage, reply) in [
        (Stage::Banner, REPLY),
        (Stage::Hello, REPLY),
        (Stage::Mail, LINES),
        (Stage::Recipient, REPLY),
        (Stage::Recipient, LINES),
        (Stage::Data, REPLY),
        (Stage::Dot, REPLY),
    ] {
        let server =
            Server::scripted(
                move |moment| {
                    if moment.stage == stage { Act::Answer(reply) } else { Act::Go }
                },
            );
        let charity = Charity::new().people(2).relay(&server);
        let commands = [
            "send 2020-12 --confirm 2",
            "report 2020-12",
            "status",
            "why p0@example.org",
            "test 2020-12 --to a@example.org",
        ];
        wrong.extend(run_all(&format!("{stage:?}"), &charity, &commands));
    }
    let server = Server::offering(
        Offer { extensions: vec!["SIZE \u{1b}[2J", "AUTH \u{9b}31m"], ..Offer::default() },
        |_| Act::Go,
    );
    let charity = Charity::new()
        .people(1)
        .relay(&server)
        .variable("ROUNDUP_RELAY_USERNAME", "u")
        .variable("ROUNDUP_RELAY_PASSWORD", "p");
    wrong.extend(run_all("what a server offers", &charity, &["send 2020-12 --confirm 1"]));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn in_what_a_website_and_a_bounce_say() {
    let strange = strange();
    let title = strange.replace(['&', '<'], "");
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>{title}</title><item><guid>{title}</guid><title>{title}</title><link>SITE/\u{1b}[2J</link>\
         <pubDate>Tue, 01 Dec 2020 10:00:00 GMT</pubDate><description>{title}</description><category>{title}</category></item>\
         <item><title>{title}</title><pubDate>{title}</pubDate></item></channel></rss>"
    );
    let page = format!(
        "<title>{title}</title><link rel=alternate type=application/rss+xml href=/feed.xml>"
    );
    let broken = format!("<rss><channel><{title}");
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":1,\"items\":[{{\"id\":{0},\"title\":{0},\"date_published\":{0}}}]}}",
        quoted(&strange)
    );
    let site = Website::with(&[
        ("/", &page),
        ("/feed.xml", &feed),
        ("/broken.xml", &broken),
        ("/feed.json", &json),
        ("/page", &page),
    ]);
    let at = site.address();
    let mut wrong = Vec::new();
    for name in ["feed.xml", "broken.xml", "feed.json", "page", "gone"] {
        let source = format!(
            "[[news]]\nname = \"web\"\nkind = \"feed\"\nurl = \"{at}/{name}\"\nallow_local = true\n"
        );
        let charity = Charity::new().people(1).setting(&source);
        wrong.extend(run_all(
            name,
            &charity,
            &[
                "news sync",
                "news --month 2020-12",
                "news -v --month 2020-12",
                "check 2020-12 --offline",
                "",
            ],
        ));
    }
    let somewhere = Charity::without_a_newsletter();
    wrong.extend(run_all(
        "init",
        &somewhere,
        &[&format!("init made --yes --allow-local --website {at}")],
    ));
    let learn = Charity::new();
    wrong.extend(run_all(
        "learn",
        &learn,
        &[
            &format!("news learn {at}/page --allow-local --dry-run"),
            &format!("news import {at}/feed.xml --allow-local"),
        ],
    ));
    let bounce = format!(
        "From: =?utf-8?q?=1B]0;x=07?= <mailer@example.org>\nSubject: {STRANGE}\nTo: news@charity.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\n{STRANGE}\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {STRANGE}\n\nFinal-Recipient: rfc822; p0@example.org\nAction: failed\n\
         Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 {STRANGE}\n--b--\n"
    );
    let charity = Charity::new()
        .people(2)
        .file(&format!("mail/new/1-{}", "\u{1b}[2J\nerror: FORGED"), bounce)
        .file("mail/cur/.x", "")
        .file("mail/tmp/.x", "");
    wrong.extend(run_all(
        "a bounce",
        &charity,
        &[
            "inbox --maildir mail --dry-run",
            "inbox --maildir mail --json --dry-run",
            "inbox --maildir mail",
            "why p0@example.org",
        ],
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
