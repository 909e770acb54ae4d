//! docs/FIRST-EDITION.md as somebody does it who has nothing else: its commands at a terminal, its clicks in a browser.

use std::fs;

use serde_json::json;

use crate::browser::Browser;
use crate::in_browser;
use crate::support::{Charity, Terminal, Website, words_of};

const MOST_COMMANDS: usize = 5;
/// The website that the document names.
const WEBSITE: &str = "https://charity.example";
/// Where a question ends and its answer begins.
const PROMPTS: [&str; 2] = ["]: ", "to cancel: "];
const SUBJECT: &str = "Hampers, and a promise from the government";
const ADDRESS: &str = "4 Mill Lane, Leeds LS1 1AA";

const FEED: &str = "<rss version=\"2.0\"><channel><title>News</title>\
    <item><guid>3</guid><title>Two more convictions over the lorry deaths</title><link>SITE/3</link>\
    <pubDate>Wed, 23 Dec 2020 10:00:00 GMT</pubDate><description>Two people were convicted.</description></item>\
    <item><guid>2</guid><title>Government answers the consultation</title><link>SITE/2</link>\
    <pubDate>Tue, 15 Dec 2020 10:00:00 GMT</pubDate><description>It promises a law.</description></item>\
    <item><guid>1</guid><title>Hampers for our youth groups</title><link>SITE/1</link>\
    <pubDate>Tue, 01 Dec 2020 10:00:00 GMT</pubDate><description>Forty hampers.</description></item></channel></rss>";

/// A command of the document, and what it says is shown.
struct Step {
    command: String,
    shown: Vec<String>,
}

fn steps(document: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in document.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.to_owned(), shown: Vec::new() });
            } else {
                steps.last_mut().unwrap().shown.push(line.trim_end().to_owned());
            }
        }
    }
    for step in &mut steps {
        while step.shown.last().is_some_and(String::is_empty) {
            step.shown.pop();
        }
    }
    steps
}

/// Without what differs from run to run: colours, the progress bar, the studio's address, a time, a version.
fn lasting(shown: &str, website: &str) -> Vec<String> {
    let plain = shown.replace(website, WEBSITE).replace("\r\n", "\n").replace('\r', "");
    let lines = plain.trim_end().lines().map(|line| {
        let line = line.rsplit("\u{1b}[2K").next().unwrap();
        let line = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"]
            .into_iter()
            .fold(line.to_owned(), |line, code| line.replace(code, ""));
        let line = line.trim_end();
        match line {
            _ if line.starts_with("http://127.0.0.1:") => "(the studio)".to_owned(),
            // A website on this computer has no encryption, which the checks point out.
            _ if line.starts_with("  Checks    0 must fix, ") => "(checks)".to_owned(),
            _ if line.starts_with("planned on ") => "(planned)".to_owned(),
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

/// Answers the questions of a command as the document does.
fn answer(terminal: &mut Terminal, step: &Step, website: &str) {
    for line in &step.shown {
        let prompt = PROMPTS.into_iter().find_map(|end| {
            let end = end.trim_end();
            line.find(end).map(|at| line.split_at(at + end.len()))
        });
        if let Some((question, typed)) = prompt {
            terminal.wait_for(question);
            terminal.type_line(&typed.trim().replace(WEBSITE, website));
        }
    }
}

/// The three things of the document.
async fn arrange(browser: &Browser, address: &str) {
    browser.client.goto(address).await.unwrap();
    browser.until("return document.body.dataset.shown").await;
    let titles =
        "[...document.querySelectorAll('#shown .story .name')].map((name) => name.textContent)";
    let first = |words: &str| format!("return {titles}[0].startsWith('{words}')");
    browser.until(&first("Two more")).await;
    browser.mouse_drag("#shown .story:last-child .grip", "#shown .story:first-child", 0.1).await;
    browser.until(&first("Hampers")).await;
    browser.click("#tab-words").await;
    browser.fill("#subject", SUBJECT).await;
    browser.click("#tab-look").await;
    browser.click("#pane-look [data-title=Organisation] summary").await;
    browser.fill("#look-organisation-address", ADDRESS).await;
    browser.until("return document.getElementById('saved').textContent.startsWith('Saved')").await;
    browser
        .until(&format!(
            "return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes({})",
            json!(ADDRESS)
        ))
        .await;
}

#[test]
fn from_an_empty_folder_to_a_report_as_the_document_says() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/FIRST-EDITION.md");
    let steps = steps(&fs::read_to_string(document).unwrap());
    assert!((1..=MOST_COMMANDS).contains(&steps.len()), "{} commands", steps.len());
    let home =
        "<title>Bright Start</title><link rel=alternate type=application/rss+xml href=/news.xml>";
    let site = Website::with(&[("/", home), ("/news.xml", FEED)]);
    let charity = Charity::without_a_newsletter();
    in_browser(false, async |browser| {
        let mut folder = ".".to_owned();
        for step in &steps {
            if let Some(name) = step.command.strip_prefix("cd ") {
                folder = name.to_owned();
                continue;
            }
            let typed = step.command.strip_prefix("roundup ").unwrap();
            // The test's website is on this computer, and its browser is not the desktop's.
            let more = match typed.split(' ').next() {
                Some("init") => " --allow-local",
                Some("preview") => " --no-open",
                _ => "",
            };
            let mut terminal = Terminal::start_in(&charity, &folder, &format!("{typed}{more}"));
            answer(&mut terminal, step, &site.address());
            if more == " --no-open" {
                let shown = terminal.wait_for("Ctrl-C").to_owned();
                arrange(&browser, shown.lines().next().unwrap().trim()).await;
                terminal.interrupt();
            }
            let (code, shown) = terminal.end();
            assert_eq!(code, 0, "{}: {shown}", step.command);
            let wanted = lasting(&step.shown.join("\n"), WEBSITE);
            assert_eq!(lasting(&shown, &site.address()), wanted, "{}", step.command);
        }
        let messages = charity.files("charity-news/outbox/new");
        assert_eq!(messages.len(), 5);
        for name in messages {
            let message = charity.read(&format!("charity-news/outbox/new/{name}"));
            let words = words_of(&message);
            assert!(message.contains(&format!("Subject: {SUBJECT}")), "{message}");
            let place = |words_in: &str| words.find(words_in).unwrap_or_else(|| panic!("{words}"));
            assert!(place("Hampers for our youth groups") < place("Two more convictions"));
            assert!(words.contains(ADDRESS));
        }
    });
}
