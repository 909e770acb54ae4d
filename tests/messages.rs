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

/// Values of printed commands that cannot hold what a shell would run: names of editions are checked, and the rest is ours.
const OWN_VALUES: &str = r"^(?:\w+\.)*(?:edition|name|rule|window|which|open|unpause|what|argument|typed|first|copy|year|month|command)$|\.format\(|^(?:first_name|flags)\(|^resume_command\(";

/// The string literals of a source, each with what stands behind it.
fn literals(source: &str) -> Vec<(String, String)> {
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    // A quotation mark by itself begins no text.
    let text = regex::Regex::new(r##"(?s)'\\?"'|r#".*?"#|"(?:[^"\\]|\\.)*""##).unwrap();
    let found = text.find_iter(&code).filter_map(|found| {
        Some((literal(found.as_str())?, code[found.end()..].chars().take(400).collect()))
    });
    found.collect()
}

/// What is put into the places of a text, in their order, up to the end of the macro.
fn values(behind: &str) -> Vec<String> {
    let (mut depth, mut values) = (0, vec![String::new()]);
    for c in behind.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                values.push(String::new());
                continue;
            }
            _ => {}
        }
        values.last_mut().unwrap().push(c);
    }
    // Before the first comma stands nothing.
    values.iter().skip(1).map(|value| value.trim().to_owned()).collect()
}

/// The values in the commands of one source that a shell would read as they come.
fn unquoted(source: &str) -> Vec<String> {
    let command = regex::Regex::new(r"(?:\broundup [a-z{]|\bchmod |\bgit rm )[^`]*").unwrap();
    let place = regex::Regex::new(r"\{(\w*)[^}]*\}").unwrap();
    let own = regex::Regex::new(OWN_VALUES).unwrap();
    let is_word = |name: &str| {
        ["", "all_"].iter().any(|all| source.contains(&format!("let {name} = {all}for_shell(")))
    };
    let mut found = Vec::new();
    for (text, behind) in literals(source) {
        let text = text.replace("{{", "  ").replace("}}", "  ");
        let values = values(&behind);
        let mut number = 0;
        for at in place.captures_iter(&text) {
            let name = at[1].to_owned();
            let value = if name.is_empty() {
                number += 1;
                values.get(number - 1).cloned().unwrap_or_default()
            } else {
                name
            };
            let start = at.get(0).unwrap().start();
            let is_within = command.find_iter(&text).any(|found| found.range().contains(&start));
            let is_setting = value.starts_with("settings.");
            let is_safe = (own.is_match(&value) && !is_setting)
                || value.contains("for_shell(")
                || is_word(&value);
            if is_within && !is_safe {
                found.push(format!("{text}: {value}"));
            }
        }
    }
    found
}

/// Prose that begins as a command does: `roundup knows …`.
const NO_COMMANDS: [&str; 7] = [
    "roundup knows",
    "roundup has",
    "roundup cannot",
    "roundup signs",
    "roundup supports",
    "roundup have",
    "roundup on",
];

#[test]
fn what_comes_from_outside_is_quoted_in_a_printed_command() {
    for (source, wrong) in [
        ("format!(\"Next: roundup test {edition} --to {to}\")", true),
        ("let to = for_shell(x); format!(\"Next: roundup test {edition} --to {to}\")", false),
        ("format!(\"{} of {}: roundup send {}\", a(b, c), d, settings.name)", true),
        ("format!(\"{} of {}: roundup send {}\", a(b, c), d, for_shell(&settings.name))", false),
        ("format!(\"run `chmod 600 {shown}`\")", true),
        ("format!(\"`{shown}` is open: run `roundup send`\")", false),
    ] {
        assert_eq!(!unquoted(source).is_empty(), wrong, "{source}");
    }
    let mut found: Vec<String> = sources().iter().flat_map(|source| unquoted(source)).collect();
    found.retain(|text| !NO_COMMANDS.iter().any(|prose| text.contains(prose)));
    assert!(found.is_empty(), "not quoted for a shell:\n{}", found.join("\n"));
}
