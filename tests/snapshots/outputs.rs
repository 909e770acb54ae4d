//! What people and programs get from the commonest commands, whole: text and JSON, with times, paths and sizes replaced.

use regex::Regex;

use crate::support::Charity;

/// What differs from day to day and from computer to computer.
fn steady(text: &str, charity: &Charity) -> String {
    let folder = charity.path("");
    let folder = folder.to_string_lossy();
    let real = charity.path("").canonicalize().unwrap().display().to_string();
    let text = text.replace(folder.trim_end_matches('/'), "[PROJECT]").replace(&real, "[PROJECT]");
    let rules = [
        (r"\b20(2[2-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "[TIME]"),
        (r"\b20(2[2-9]|[3-9]\d)-\d\d-\d\d\b", "[DAY]"),
        (r"\b\d{1,2} [A-Z][a-z]+ 20(2[2-9]|[3-9]\d)( at \d\d:\d\d|, \d\d:\d\d)?", "[DAY]"),
        (r"\b[A-Z][a-z]+ 20(2[2-9]|[3-9]\d)\b", "[MONTH]"),
        (r"\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{8,32}\b", "[HASH]"),
        (r"\b\d+\.\d KB", "[SIZE] KB"),
        (r"\b[\d,]+ MB more", "[SIZE] MB more"),
        (r#"("bytes[a-z_]*"): \d+"#, "$1: [BYTES]"),
        (r#"("message_id"): "[^"]+""#, "$1: [ID]"),
        (r"check value \S+", "check value [CHECK]"),
        (r#"("check"): "[^"]+""#, "$1: [CHECK]"),
    ];
    rules.iter().fold(text, |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

/// Everything that a command says, and how it ends.
fn shown(charity: &Charity, command: &str) -> String {
    let ran = charity.run(command);
    let part = |name: &str, text: &str| match text {
        "" => String::new(),
        text => format!("--- {name}\n{}", text.trim_end_matches('\n').to_owned() + "\n"),
    };
    let all = format!(
        "$ roundup {command}\n{}{}--- exit {}",
        part("stdout", &ran.stdout),
        part("stderr", &ran.stderr),
        ran.code
    );
    steady(&all, charity)
}

fn whole(name: &str, charity: &Charity, commands: &[&str]) {
    for command in commands {
        let kind = if command.contains("--json") { "json" } else { "text" };
        let text = shown(charity, command);
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "outputs" }, {
            insta::assert_snapshot!(format!("{name}.{kind}"), text);
        });
    }
}

/// Three stories, one of which has only a year, and four people, of whom one may not be mailed.
fn charity() -> Charity {
    let row = "nobody@example.org,Nora,\n";
    let charity = Charity::new().people(3);
    let list = charity.read("subscribers/people.csv");
    charity.file("subscribers/people.csv", format!("{list}{row}")).file(
        "news/annual-report.md",
        "---\ntitle: Our year in numbers\ndate: 2020\nlink: https://charity.example/year\n---\n\nA year.\n",
    )
}

#[test]
fn before_an_edition() {
    let charity = charity();
    whole("overview", &charity, &["", "--json"]);
    whole("news", &charity, &["news --month 2020-12", "news --month 2020-12 --json"]);
    whole("sync", &charity, &["news sync", "news sync --json"]);
    whole("story", &charity, &["news --why numbers", "news --why numbers --json"]);
    whole("dates", &charity, &["news dates --all", "news dates --all --json"]);
    whole("templates", &charity, &["templates", "templates --json"]);
    whole("explain", &charity, &["explain dead-link", "explain dead-link --json"]);
    whole("doctor", &charity, &["doctor", "doctor --json"]);
    whole("status-of-nothing", &charity, &["status", "status --json"]);
    whole(
        "draft",
        &charity,
        &["draft --month 2020-12", "draft --month 2020-12 --overwrite --json"],
    );
    whole("draft-again", &charity, &["draft --month 2020-12"]);
    whole("coverage", &charity, &["news coverage --year 2020", "news coverage --year 2020 --json"]);
}

#[test]
fn an_edition_is_looked_at() {
    let charity = charity();
    charity.run("draft --month 2020-12").ends(0);
    whole("check", &charity, &["check 2020-12 --offline", "check 2020-12 --offline --json"]);
    whole(
        "preview",
        &charity,
        &["preview 2020-12 --out shown", "preview 2020-12 --out shown --json"],
    );
    whole("dry-run", &charity, &["send 2020-12 --dry-run", "send 2020-12 --dry-run --json"]);
    whole(
        "test",
        &charity,
        &["test 2020-12 --to me@example.org", "test 2020-12 --to me@example.org --json"],
    );
    whole("approval", &charity, &["approve 2020-12 --show", "approve 2020-12 --show --json"]);
    let many = (1..=12).fold(charity, |charity, number| {
        charity.file(
            &format!("news/2020-12-{:02}-draft.md", number + 10),
            format!("---\ntitle: Story {number}\ndate: 2020-12-{:02}\nimage: https://charity.example/{number}.jpg\n---\n\nText.\n", number + 10),
        )
    });
    whole("check-of-many", &many, &["check --month 2020-12 --offline"]);
}

#[test]
fn an_edition_is_sent() {
    let charity = charity();
    charity.run("draft --month 2020-12").ends(0);
    whole("send-to-another-number", &charity, &["send 2020-12 --confirm 30"]);
    whole("send", &charity, &["send 2020-12 --confirm 3"]);
    whole("send-again", &charity, &["send 2020-12", "send 2020-12 --json"]);
    whole("status", &charity, &["status", "status --json"]);
    whole("report", &charity, &["report 2020-12", "report 2020-12 --json"]);
    whole("year", &charity, &["report --year 2020", "report --year 2020 --json"]);
    whole("why", &charity, &["why p1@example.org", "why p1@example.org --json"]);
    whole("why-not", &charity, &["why nobody@example.org", "why nobody@example.org --json"]);
    whole("resolve", &charity, &["resolve 2020-12", "resolve 2020-12 --json"]);
    whole("pause-of-finished", &charity, &["pause 2020-12"]);
    whole("no-edition", &charity, &["report 2019"]);
}

#[test]
fn the_list_is_looked_at() {
    let charity = charity();
    whole("list", &charity, &["subscribers list", "subscribers list --json"]);
    whole(
        "person",
        &charity,
        &["subscribers show p1@example.org", "subscribers show p1@example.org --json"],
    );
    whole(
        "suppress",
        &charity,
        &[
            "subscribers suppress p2@example.org --why objected",
            "subscribers suppress p2@example.org --why objected --json",
        ],
    );
    whole("export-of-a-person", &charity, &["subscribers export --person p1@example.org"]);
    whole("keys", &charity, &["keys", "keys --json"]);
}
