//! The three templates as they come out of the sample: whoever changes one sees what changes in all its parts.
//! `INSTA_UPDATE=always cargo test --test snapshots` takes the new ones.

#[path = "support/mod.rs"]
mod support;

#[path = "snapshots/outputs.rs"]
mod outputs;

use support::sample;

fn parts_of(template: &str) {
    let charity = sample(template, "harbour");
    for part in ["html", "txt", "mjml"] {
        let text = charity.read(&format!("shown/email.{part}"));
        insta::assert_snapshot!(format!("{template}.{part}"), text);
    }
}

#[test]
fn monthly() {
    parts_of("monthly");
}

#[test]
fn year() {
    parts_of("year");
}

#[test]
fn announcement() {
    parts_of("announcement");
}

/// A designer's own, made with nothing but docs/TEMPLATES.md.
#[test]
fn spotlight() {
    parts_of("spotlight");
    let ran = sample("spotlight", "poster").run("check 2020-12 --offline --json");
    assert!(!ran.stdout.contains("\"template-"), "{}", ran.stdout);
}
