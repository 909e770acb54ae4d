//! Every message that the source can say stands in `docs/MESSAGES.md`, and the page has no other.

#[path = "support/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use source::{files, without_tests};

/// What the source says, file by file.
fn sources() -> Vec<String> {
    let read = |path: PathBuf| without_tests(&fs::read_to_string(path).unwrap()).to_owned();
    files(Path::new("src"), "").into_iter().map(read).collect()
}

/// The string literal at the beginning of some source text, with its line joints taken out.
fn literal(text: &str) -> Option<String> {
    let mut signs = text.strip_prefix('"')?.chars();
    let mut out = String::new();
    loop {
        match signs.next()? {
            '"' => return Some(out),
            '\\' => match signs.next()? {
                '\n' => {
                    let rest = signs.as_str().trim_start();
                    signs = rest.chars();
                }
                sign => out.push(sign),
            },
            sign => out.push(sign),
        }
    }
}

/// Placeholders become `…`; quotation marks for code do not count.
fn plain(message: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for sign in message.replace("{{", "\u{1}").replace("}}", "\u{2}").chars() {
        match sign {
            '{' => {
                depth += 1;
                out.push('…');
            }
            '}' => depth -= 1,
            '`' => {}
            _ if depth > 0 => {}
            '\u{1}' => out.push('{'),
            '\u{2}' => out.push('}'),
            sign => out.push(sign),
        }
    }
    out
}

/// What stands before the literal in the three places where messages are made.
fn said(source: &str) -> Vec<String> {
    let errors = source.split("#[error(").skip(1);
    let failures = source.split("Failure::new(").skip(1).filter_map(|text| {
        let text = text.trim_start().strip_prefix("Exit::")?;
        let text = text.split_once(',')?.1.trim_start();
        Some(text.strip_prefix("format!(").unwrap_or(text))
    });
    // The place in a filter stands first.
    let filters = source.split("SegmentFault::new(").skip(1).filter_map(|text| {
        let text = text.split_once(',')?.1.trim_start();
        Some(text.strip_prefix("format!(").unwrap_or(text))
    });
    errors
        .chain(failures)
        .chain(filters)
        .filter_map(|text| literal(text.trim_start()))
        .map(|message| plain(&message))
        .filter(|message| message.chars().any(char::is_alphabetic))
        .collect()
}

#[test]
fn the_page_and_the_program_say_the_same() {
    let texts = sources();
    let said: BTreeSet<String> = texts.iter().flat_map(|text| said(text)).collect();
    assert!(said.len() > 80, "{}", said.len());
    let page = fs::read_to_string("docs/MESSAGES.md").unwrap();
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split("` |").next())
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = said.difference(&listed).collect();
    let surplus: Vec<_> = listed.difference(&said).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing: {missing:#?}\nsurplus: {surplus:#?}"
    );
}

#[test]
fn messages_are_written_as_the_house_writes() {
    let texts = sources();
    for message in texts.iter().flat_map(|text| said(text)) {
        assert!(!message.ends_with('.'), "{message}");
        let first = message.split(' ').next().unwrap();
        // Names such as TLS and ROUNDUP_SECRET keep their letters.
        let shouts = first.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
        assert!(shouts || first.chars().next().is_some_and(|c| !c.is_uppercase()), "{message}");
    }
}

/// A step that is printed names what is known: an edition, and never the word that stands for one.
#[test]
fn a_printed_next_step_leaves_no_edition_and_no_name_open() {
    let open = regex::Regex::new(
        r#"(?:(?:Next|resume|now|all): |")roundup [^"`]*?(?:EDITION|NAME\b|TIME\b|YOUR|THEIR)"#,
    )
    .unwrap();
    assert!(open.is_match("Next: roundup approve EDITION"));
    assert!(open.is_match("\"roundup approve EDITION\""));
    for source in sources() {
        let found: Vec<&str> = open.find_iter(&source).map(|found| found.as_str()).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}
