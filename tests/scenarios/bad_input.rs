//! Whatever is wrong gets one clear line with its place and a cure, the documented exit code, and nothing half-done.

use crate::support::{Charity, Server, contents};

#[test]
fn settings_that_are_missing_or_broken() {
    let charity = Charity::new().people(1);
    let good = charity.read("roundup.toml");
    for (settings, place, said, cure) in [
        (
            good.replace("legal_name", "legal_nam"),
            "roundup.toml:4:1",
            "no setting `legal_nam`",
            "did you mean `legal_name`?",
        ),
        (
            good.replace("\"1 Example Street, London\"", "\"1 Example"),
            "roundup.toml:5:",
            "error:",
            "help:",
        ),
        (
            good.replace("news@charity.example", "news@@charity"),
            "roundup.toml",
            "`address` under [sender]",
            "",
        ),
        (
            good.replace("[sender]", "time_zone = \"Mars\"\n[sender]"),
            "roundup.toml",
            "error:",
            "help:",
        ),
        (format!("{good}connections = 0\n"), "", "must be from 1 to 64", ""),
        (format!("{good}rate = \"quick\"\n"), "", "`quick` is not a rate", "30/min"),
    ] {
        let charity = Charity::new().people(1).file("roundup.toml", settings);
        let before = contents(&charity.path("."));
        charity.run("send --year 2020 --confirm 1").ends(2).says(place).says(said).says(cure);
        let mut after = contents(&charity.path("."));
        after.retain(|(path, _)| !path.ends_with(".roundup/secret"));
        assert_eq!(before, after);
    }
    let nowhere = Charity::new();
    std::fs::remove_file(nowhere.path("roundup.toml")).unwrap();
    nowhere.run("news --year 2020").ends(2).says("there is no roundup.toml").says("--project DIR");
    nowhere.run("").ends(0).says("This folder is not a roundup project");
}

#[test]
fn secrets_that_cannot_be_read_are_not_shown() {
    for (file, said) in [
        ("ROUNDUP_RELAY_PASSWORD=s3cret$word", ".env:1"),
        ("ROUNDUP_RELAY_PASSWORD=s3cret word", "single quotes"),
        ("ROUNDUP_RELAY_PASWORD='s3cret'", "did you mean ROUNDUP_RELAY_PASSWORD?"),
        ("ROUNDUP_SECRET='s3cret'", "needs at least 16"),
    ] {
        let charity = Charity::new().people(1).file(".env", file);
        let ran = charity.run("send --year 2020 --confirm 1").ends(2).says(said);
        assert!(!ran.stderr.contains("s3cret") && !ran.stdout.contains("s3cret"), "{ran:?}");
    }
    let half = Charity::new().people(1).variable("ROUNDUP_RELAY_PASSWORD", "x");
    half.run("send --year 2020 --confirm 1 --relay smtp://127.0.0.1:1")
        .ends(2)
        .says("ROUNDUP_RELAY_USERNAME");
}

#[test]
fn no_news_and_nobody_to_mail() {
    let server = Server::good();
    let charity = Charity::new().people(1).relay(&server);
    for command in [
        "send --year 2019 --confirm 1",
        "send --year 2019 --dry-run",
        "preview --year 2019",
        "draft --year 2019",
        "check --year 2019",
    ] {
        charity.run(command).ends(4).says("there is no story in 2019").says(
            "3 stories are outside the window, the nearest in December 2020 (--month 2020-12)",
        );
    }
    let nobody = Charity::new().relay(&server);
    nobody.run("send --year 2020 --confirm 0").ends(4).says("there is no list in subscribers/");
    let header = Charity::new().relay(&server).file("subscribers/a.csv", "email,basis\n");
    header.run("send --year 2020 --confirm 0").ends(4).says("nobody to mail");
    let gone = Charity::new()
        .relay(&server)
        .file("subscribers/a.csv", "email,basis,status\nann@example.org,consent,unsubscribed\n");
    gone.run("send --year 2020 --confirm 0").ends(4).says("unsubscribed");
    assert_eq!((server.connections(), gone.files("outbox").len()), (0, 0));
}

#[test]
fn a_list_with_everything_wrong_mails_those_it_can() {
    let mut list = b"email;first_name;basis\n".to_vec();
    for row in [
        &b"ann@example.org;Zo\xeb;consent\n"[..],
        b"not an address;Bob;consent\n",
        b"ANN@example.org;Ann again;consent\n",
        b"bcc@example.org;\"Bob\r\nBcc: eve@example.org\";consent\n",
        b"carl@example.org;Carl;because\n",
        b"dora@example.org;Dora;consent;surplus\n",
        b"emil@example.org\n",
        b"fay@example.org,gil@example.org;Fay;consent\n",
    ] {
        list.extend_from_slice(row);
    }
    let server = Server::good();
    let charity = Charity::new().relay(&server).file("subscribers/people.csv", list);
    let draft = "---\nsubject: \"News for {{recipient \\\"first_name\\\" fallback=\\\"you\\\"}}\"\npreheader: \"What happened\"\ntemplate: monthly\nwindow: \"2020-12\"\nitems:\n  - 2020-12-03-story\nleft_out: [2020-12-12-story, 2020-12-21-story]\n---\n\nDear {{recipient \"first_name\" fallback=\"friend\"}},\n";
    let charity = charity.file("editions/winter.md", draft);
    let ran = charity.run("send winter --confirm 3").ends(0);
    for said in [
        "subscribers/people.csv:3 not an address",
        "subscribers/people.csv:4 ANN@example.org: the same address is on line 2",
        "unknown basis `because`",
        "emil@example.org",
        "fay@example.org,gil@example.org",
    ] {
        assert!(ran.stderr.contains(said), "`{said}`\n{}", ran.stderr);
    }
    assert_eq!(server.everybody_once(), ["ann@example.org", "bcc@example.org", "dora@example.org"]);
    for taken in server.taken() {
        assert!(!taken.bytes.contains("\nBcc:"), "{}", taken.bytes);
    }
}

#[test]
fn drafts_and_templates_with_mistakes() {
    let charity = Charity::new().people(1);
    charity.run("send nothing --confirm 1").ends(2).says("there is no edition `nothing`");
    charity.run("preview ../../etc/passwd").ends(2).says("not a valid name for an edition");
    charity.run("draft --year 2020").ends(0);
    charity.run("draft --year 2020").ends(2).says("already exists").says("--overwrite");
    let text = charity.read("editions/2020.md");
    let wrong = text.replace("- 2020-12-12-story", "- 2020-12-12-stry");
    let charity = charity.file("editions/2020.md", wrong);
    charity
        .run("check 2020")
        .ends(2)
        .says("did you mean `2020-12-12-story`?")
        .says("editions/2020.md:");
    let charity =
        charity.file("editions/2020.md", text.replace("template: year", "template: yeer"));
    charity
        .run("preview 2020")
        .ends(2)
        .says("there is no template `yeer`")
        .says("did you mean `year`?");
    let charity = charity
        .file("editions/2020.md", &text)
        .file("templates/year.mjml.hbs", "<mjml><mj-body>{{subjct}}</mj-body></mjml>\n");
    charity
        .run("preview 2020")
        .ends(2)
        .says("templates/year.mjml.hbs:1:")
        .says("^")
        .says("subject");
}

#[test]
fn windows_that_are_none() {
    let charity = Charity::new().people(1);
    for (window, said) in [
        ("--month 2020-13", "2020-13"),
        ("--year twenty", "twenty"),
        ("--quarter 2020-Q5", "2020-Q5"),
        ("--since 2020-12-31 --until 2020-12-01", "2020-12-31"),
        ("--since 2020-12-31", "--until"),
        ("--last 5", "5"),
        ("--since-last", "no edition has been sent yet"),
        ("--month 2020-12 --year 2020", "cannot be used with"),
    ] {
        charity.run(&format!("news {window}")).ends(2).says(said);
    }
    for window in
        ["--last 30d", "--last 2w", "--quarter 2020-Q4", "--since 2020-12-01 --until 2020-12-15"]
    {
        charity.run(&format!("news {window}")).ends(0);
    }
}

#[test]
fn a_source_that_cannot_be_read_holds_the_sending() {
    let server = Server::good();
    let charity = Charity::new()
        .people(1)
        .relay(&server)
        .setting("[[news]]\nname = \"folder\"\nkind = \"markdown\"\npath = \"news\"\n[[news]]\nname = \"site\"\nkind = \"feed\"\npath = \"feed.xml\"");
    charity.run("news --year 2020").ends(0).says("feed.xml").says("3 stories");
    charity.run("send --year 2020 --confirm 1").ends(1).says("stories may be missing").says("site");
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_must_be_mended_holds_the_sending() {
    let server = Server::good();
    let charity = Charity::new().people(1).relay(&server).file(
        "news/2020-12-24-note.md",
        "---\ntitle: TK write this\ndate: 2020-12-24\n---\nWords.\n",
    );
    charity.run("check --year 2020").ends(3).says("[placeholder]").says("news/2020-12-24-note.md");
    charity.run("send --year 2020 --confirm 1").ends(3).says("nothing was sent");
    charity.run("send --year 2020 --dry-run").ends(3);
    assert_eq!(server.connections(), 0);
    charity.run("explain placeholder").ends(0).says("notes to yourself");
    charity.run("explain plceholder").ends(2).says("did you mean `placeholder`?");
}

#[test]
fn a_ledger_that_is_damaged_or_cannot_be_written() {
    let server = Server::good();
    let charity = Charity::new()
        .people(1)
        .relay(&server)
        .file(".roundup/ledger.db", "this is no database, by any means");
    charity.run("send --year 2020 --confirm 1").ends(1).says("ledger");
    let charity = Charity::new()
        .people(1)
        .relay(&server)
        .variable("ROUNDUP_LEDGER", "postgres://localhost:port/x");
    charity
        .run("send --year 2020 --confirm 1")
        .ends(1)
        .says("it is not an address like postgres://");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    // Each story for every other, twenty times over, and not a word written.
    let loops = "{{#each sections}}{{#each items}}".to_owned()
        + &"{{#each @root.sections}}{{#each items}}".repeat(30)
        + &"{{/each}}{{/each}}".repeat(31);
    let charity = Charity::new().people(1).file("templates/monthly.txt.hbs", loops);
    charity
        .file("templates/monthly.mjml.hbs", "<mjml><mj-body></mj-body></mjml>")
        .run("check --month 2020-12 --offline")
        .ends(2)
        .says("the template goes on for more than 3 million steps");
    // Each partial calls the next one three times: there is no loop, and neither time nor memory is enough.
    let charity = (0..18).fold(Charity::new().people(1), |charity, number| {
        let call = format!("{{{{> q{}}}}}", number + 1);
        charity.file(&format!("templates/partials/q{number}.hbs"), call.repeat(3))
    });
    charity
        .file("templates/partials/q18.hbs", "x")
        .file("templates/monthly.txt.hbs", "x")
        .file("templates/monthly.mjml.hbs", "<mjml><mj-body>{{> q0}}</mj-body></mjml>")
        .run("check --month 2020-12 --offline")
        .ends(2)
        .says("the template goes on for more than 3 million steps");
}
