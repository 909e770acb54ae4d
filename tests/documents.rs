//! What the documents show is what the program does, and their links lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

#[test]
fn console_blocks_run_as_they_stand() {
    // Somebody types and clicks in the first edition: tests/studio/first_edition.rs does.
    let by_hand = "docs/FIRST-EDITION.md";
    trycmd::TestCases::new().case("README.md").case("docs/*.md").skip(by_hand);
}

/// The documents that people read first, and those of the book.
fn documents() -> Vec<PathBuf> {
    let mut found = ["README.md", "SECURITY.md", "CONTRIBUTING.md"].map(PathBuf::from).to_vec();
    let book = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    found.extend(book.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    found
}

/// The addresses that a document leads to, and the anchors that its headings are, as GitHub and mdBook make them.
fn links_and_anchors(text: &str) -> (Vec<String>, BTreeSet<String>) {
    let (mut links, mut anchors, mut heading) = (Vec::new(), BTreeSet::new(), None::<String>);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let words = heading.take().unwrap_or_default().to_lowercase().replace(' ', "-");
                let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_');
                anchors.insert(words.chars().filter(is_kept).collect());
            }
            _ => {}
        }
    }
    (links, anchors)
}

#[test]
fn links_between_documents_lead_to_a_file_and_its_heading() {
    let (mut checked, mut bad) = (0, Vec::new());
    for file in documents() {
        let text = fs::read_to_string(&file).unwrap();
        for link in links_and_anchors(&text).0 {
            if link.is_empty() || link.starts_with("http") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { file.clone() } else { file.with_file_name("").join(path) };
            if !target.exists() {
                bad.push(format!("{}: there is no file {link}", file.display()));
            } else if !anchor.is_empty() {
                let there = fs::read_to_string(&target).unwrap();
                if !links_and_anchors(&there).1.contains(anchor) {
                    bad.push(format!("{}: there is no heading {link}", file.display()));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(checked > 120, "{checked}");
}

#[test]
fn a_link_to_nowhere_is_found() {
    let (links, anchors) = links_and_anchors(
        "# What *it* does: `roundup`\n\n[a](B.md#c) ![d](e.png)\n\n```sh\n[not](a-link)\n```\n",
    );
    assert_eq!(links, ["B.md#c", "e.png"]);
    assert_eq!(anchors, BTreeSet::from(["what-it-does-roundup".to_owned()]));
}

#[test]
fn every_document_is_in_the_book_once() {
    let summary = fs::read_to_string("docs/SUMMARY.md").unwrap();
    let mut listed = links_and_anchors(&summary).0;
    listed.retain(|link| !link.is_empty());
    listed.sort();
    let mut there: Vec<String> = documents()
        .into_iter()
        .filter(|path| path.starts_with("docs") && !path.ends_with("SUMMARY.md"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(listed, there);
    let settings: toml::Table = fs::read_to_string("book.toml").unwrap().parse().unwrap();
    assert_eq!(settings["book"]["src"].as_str(), Some("docs"));
}

/// What help says, as a cell of a table.
fn cell(text: &impl ToString) -> String {
    text.to_string().replace('|', "\\|").replace('\n', " ")
}

/// The options and names of a command; those that every command takes stand in one place.
fn arguments(command: &clap::Command, global: bool) -> String {
    let is_shown = |argument: &&clap::Arg| {
        argument.is_global_set() == global
            && !argument.is_hide_set()
            && !["help", "version"].contains(&argument.get_id().as_str())
    };
    let rows: String = command
        .get_arguments()
        .filter(is_shown)
        .map(|argument| {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            format!("| `{}` | {} |\n", cell(&argument), cell(&help))
        })
        .collect();
    if rows.is_empty() { rows } else { format!("| argument | |\n| --- | --- |\n{rows}\n") }
}

fn command_page(command: &mut clap::Command, path: &str, page: &mut String) {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let usage = command.render_usage().to_string().replace("Usage: ", "");
    page.push_str(&format!("## {path}\n\n{about}.\n\n```text\n{}\n```\n\n", usage.trim()));
    page.push_str(&arguments(command, false));
    let own: Vec<_> = command.get_subcommands().map(|own| own.get_name().to_owned()).collect();
    for name in own.into_iter().filter(|name| name != "help") {
        let below = command.find_subcommand_mut(&name).unwrap();
        if !below.is_hide_set() {
            command_page(below, &format!("{path} {name}"), page);
        }
    }
}

#[test]
fn the_page_of_commands_is_made_from_the_program() {
    let mut command = roundup::cli::command();
    command.build();
    let mut page = "# Commands\n\nMade from the program itself: `roundup help` says the same. \
        Exit codes stand in [the README](../README.md#for-scripts).\n\nEvery command takes:\n\n"
        .to_owned();
    page.push_str(&arguments(&command, true));
    let names: Vec<_> = command.get_subcommands().map(|own| own.get_name().to_owned()).collect();
    for name in names.into_iter().filter(|name| name != "help") {
        let below = command.find_subcommand_mut(&name).unwrap();
        command_page(below, &format!("roundup {name}"), &mut page);
    }
    let page = page.trim_end().to_owned() + "\n";
    // As for snapshots.
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        fs::write("docs/COMMANDS.md", &page).unwrap();
    }
    let written = fs::read_to_string("docs/COMMANDS.md").unwrap_or_default();
    assert!(written == page, "run: INSTA_UPDATE=always cargo test --test documents");
}

#[test]
fn the_sample_is_the_news_of_2020_and_eight_people_at_example_domains() {
    let files = |folder: &str, ending: &str| {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).count()
    };
    assert_eq!((files("news", "md"), files("news/pictures", "png")), (26, 6));
    let list = fs::read_to_string("subscribers/people.csv").unwrap();
    let addresses: Vec<&str> =
        list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(addresses.len(), 8);
    for address in addresses {
        let domain = address.split('@').nth(1).unwrap();
        assert!(["example.org", "example.com", "example.net"].contains(&domain), "{address}");
    }
}
