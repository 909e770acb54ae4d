//! What people read is written by `docs/STYLE.md`: no words that are out, commands that exist, counts that are grammatical.

#[path = "support/source.rs"]
mod source;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use source::{files, without_tests};

/// Words that are out, as they are found in a sentence, and what to write.
const OUT: [(&str, &str); 17] = [
    (r"\banew\b", "again"),
    (r"\bmend(s|ed|ing)?\b", "fix"),
    (r"\b(so|as) many\b", "the number"),
    (r"\balone\b", "only"),
    (r"\b(she|her|hers|he|his|him)\b", "they"),
    (r"\btold\b", "reported, listed"),
    (r"\b(is|are|was|were) asked\b", "we connect, we fetch"),
    (r"\bletters of another size\b", "different case"),
    (r"\bcannot say\b", "not sure"),
    (r"\bnobody (knows|can say|can tell|is here to)\b", "uncertain, not sure, without a terminal"),
    (r"\bpractise mode\b", "practice mode"),
    (r"\b(is|are) nothing but\b", "is only"),
    (r"\b(other|hidden|control|and|of|has|have|holds?|which|no) signs\b", "characters"),
    (r"\bin hand\b", "in progress"),
    (
        r"\ba mail($|[.,;:)]| (is|was|has|that|of|to|can|may|as|without|with)\b)",
        "an email, a message",
    ),
    (r"\bbring (it |the file |a backup )?back\b", "restore"),
    (r"\bwithout a word\b", "silently"),
];

/// "There is no …" and "is no longer" are English; "`x` is no date" is not.
static IS_NO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\bthere )?\b(is|are|was) no\b( longer| more)?").unwrap());

/// Rooms of `src` whose sentences are written by the page.
const ROOMS: [&str; 30] = [
    "approval",
    "audience",
    "bounces",
    "cli",
    "compose",
    "count.rs",
    "database",
    "date",
    "doctor",
    "edition",
    "inbox",
    "ledger",
    "locale",
    "locale.rs",
    "main.rs",
    "message",
    "news",
    "operator",
    "people",
    "pictures",
    "problem.rs",
    "project",
    "providers",
    "report",
    "rfc",
    "schedule",
    "send",
    "smtp",
    "web",
    "window.rs",
];

/// Pages that are written by it. `STYLE.md` quotes what is out.
const PAGES: [&str; 1] = ["docs/MESSAGES.md"];

/// The string literals of Rust source, their line joints taken out, and the help texts of the command line.
fn sentences(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            rest = &rest[end..];
        } else if first == '"' {
            let (text, after) = literal(&rest[1..]);
            out.push(text);
            rest = after;
        } else if let Some(quoted) = rest.strip_prefix("r#\"") {
            let end = quoted.find("\"#").unwrap_or(quoted.len());
            out.push(quoted[..end].to_owned());
            rest = quoted[end..].strip_prefix("\"#").unwrap_or("");
        } else if first == '\'' {
            // A character such as '"', or a lifetime.
            let text: Vec<char> = rest.chars().take(4).collect();
            let length = match text[..] {
                ['\'', '\\', _, '\''] => 4,
                ['\'', inner, '\'', ..] if inner != '\\' => 2 + inner.len_utf8(),
                _ => 1,
            };
            rest = &rest[length..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

fn literal(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let Some(sign) = rest.chars().next() else { return (out, rest) };
        rest = &rest[sign.len_utf8()..];
        match sign {
            '"' => return (out, rest),
            '\\' => {
                let Some(next) = rest.chars().next() else { return (out, rest) };
                rest = &rest[next.len_utf8()..];
                match next {
                    '\n' => rest = rest.trim_start(),
                    'n' => out.push('\n'),
                    other => out.push(other),
                }
            }
            other => out.push(other),
        }
    }
}

/// Help texts are comments of the fields and variants that clap reads.
fn help_texts(source: &str) -> impl Iterator<Item = String> {
    source.lines().filter_map(|line| line.trim().strip_prefix("/// ")).map(str::to_owned)
}

fn source_sentences(rooms: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for room in rooms {
        found.extend(files(&Path::new("src").join(room), ".rs"));
    }
    let mut out = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        if path.ends_with("laws.rs") || path.ends_with("model.rs") {
            continue;
        }
        let text = without_tests(&text);
        out.extend(sentences(text).into_iter().map(|s| (path.clone(), s)));
        if text.contains("clap::") {
            out.extend(help_texts(text).map(|s| (path.clone(), s)));
        }
    }
    // A sentence has a space; one word is a key, a name or a piece.
    out.retain(|(_, sentence)| sentence.trim().contains(' '));
    out
}

fn pages() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = vec!["README.md".into(), "CONTRIBUTING.md".into()];
    found.extend(files(Path::new("docs"), ".md"));
    found
}

fn faults(sentence: &str) -> Vec<String> {
    let lower = sentence.to_lowercase();
    let mut out: Vec<String> = OUT
        .iter()
        .filter(|(word, _)| Regex::new(word).unwrap().is_match(&lower))
        .map(|(word, instead)| format!("{word}: write {instead}"))
        .collect();
    let stands = |found: regex::Captures| found.get(1).is_none() && found.get(3).is_none();
    if IS_NO.captures_iter(&lower).any(stands) {
        out.push("is no X: write is not a X".to_owned());
    }
    out
}

#[test]
fn words_that_are_out_are_in_no_sentence_that_people_read() {
    let mut bad = Vec::new();
    let sentences = source_sentences(&ROOMS);
    assert!(sentences.len() > 500, "{}", sentences.len());
    for (path, sentence) in sentences {
        for fault in faults(&sentence) {
            bad.push(format!("{}: {fault}\n    {sentence}", path.display()));
        }
    }
    for page in PAGES {
        for line in fs::read_to_string(page).unwrap().lines() {
            for fault in faults(line) {
                bad.push(format!("{page}: {fault}\n    {line}"));
            }
        }
    }
    assert!(bad.is_empty(), "{} sentences\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn the_words_that_are_out_are_found() {
    for bad in [
        "write it anew",
        "Mend the list",
        "so many stories",
        "in practise mode alone",
        "`x` is no date",
        "why she may be mailed",
        "nobody knows what it is",
        "the name has signs that no name has, and signs of another system",
        "`{}` is what a mail is",
    ] {
        assert!(!faults(bad).is_empty(), "{bad}");
    }
    for good in ["there is no key", "it is no longer used", "a mail program", "roundup signs it"] {
        assert!(faults(good).is_empty(), "{good}: {:?}", faults(good));
    }
}

/// Commands in quotation marks for code, and those behind a colon, as people would type them.
fn commands(text: &str) -> Vec<String> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new("`(roundup [^`]+)`").unwrap());
    static AFTER_COLON: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[:>] (roundup [a-z][^;(`]*?)(\. |, | \(|;|`|$)").unwrap());
    let quoted = QUOTED.captures_iter(text).map(|found| found[1].to_owned());
    let named = AFTER_COLON.captures_iter(text).map(|found| found[1].to_owned());
    let named = named.filter(|command| {
        let word = command.split(' ').nth(1).unwrap_or_default();
        roundup::cli::command().get_subcommands().any(|known| known.get_name() == word)
    });
    quoted.chain(named).filter(|command| !command.contains('…')).collect()
}

/// Commands that stand in a document's blocks, as people copy them into a terminal.
fn commands_of_blocks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") {
            is_inside = !is_inside;
            continue;
        }
        let line = line.strip_prefix("$ ").unwrap_or(line);
        if is_inside && line.starts_with("roundup ") {
            let end = [" #", " <", " >", " |", "  "].iter().filter_map(|end| line.find(end)).min();
            found.push(line[..end.unwrap_or(line.len())].to_owned());
        }
    }
    found.retain(|command| !command.contains('…'));
    found
}

/// Splits as a shell does, and puts a value where a name in capitals or a placeholder stands.
fn words_of(command: &str) -> Vec<String> {
    static PLACEHOLDER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\{[^{}]*\}|\b[A-Z]{1,}(=[A-Z]+)?\b").unwrap());
    static WORD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?:[^\s"']|"[^"]*"|'[^']*')+"#).unwrap());
    let filled =
        PLACEHOLDER.replace_all(
            command,
            |found: &regex::Captures| {
                if found[0].contains('=') { "1=2020" } else { "2020" }
            },
        );
    WORD.find_iter(&filled).map(|word| word.as_str().replace(['"', '\''], "")).collect()
}

fn parses(command: &str) -> Result<(), String> {
    use clap::error::ErrorKind;
    match roundup::cli::command().try_get_matches_from(words_of(command)) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            // A command that is only named.
            ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelp
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayVersion => Ok(()),
            _ => Err(error.to_string()),
        },
    }
}

#[test]
fn every_command_in_a_sentence_or_a_document_parses() {
    let mut bad = Vec::new();
    let mut checked = 0;
    let mut check = |place: &Path, text: &str| {
        for command in commands(text) {
            checked += 1;
            if let Err(error) = parses(&command) {
                bad.push(format!("{}: {command}\n    {error}", place.display()));
            }
        }
    };
    for path in files(Path::new("src"), ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        let text = without_tests(&text);
        for sentence in sentences(text) {
            check(&path, &sentence);
        }
        for sentence in help_texts(text) {
            check(&path, &sentence);
        }
    }
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            check(&path, line);
        }
        // Usage lines of the page that is made from the program have brackets of their own.
        if !path.ends_with("COMMANDS.md") {
            for command in commands_of_blocks(&text) {
                check(&path, &format!("`{command}`"));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(checked > 300, "{checked}");
}

#[test]
fn commands_of_blocks_are_found_without_what_stands_behind_them() {
    let text = "roundup outside\n```sh\nroundup news   # why\n  $ roundup inbox --stdin < a.eml\n#roundup no\n```\n";
    assert_eq!(commands_of_blocks(text), ["roundup news", "roundup inbox --stdin"]);
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    assert_eq!(
        commands("Next: roundup send {name}. Or `roundup news`"),
        ["roundup news", "roundup send {name}"]
    );
    for bad in [
        "roundup sned",
        "roundup send --tust-ledger",
        "roundup audience NAME",
        "roundup resolve A B",
    ] {
        assert!(parses(bad).is_err(), "{bad}");
    }
    for good in ["roundup why ADDRESS --lift \"the mailbox is back\"", "roundup restore"] {
        assert!(parses(good).is_ok(), "{good}");
    }
}

/// Placeholders that hold no number, or one that is never 1. Constants in capitals are limits, and far from 1.
const ALLOWED: [&str; 5] =
    ["{service} copies", "{} rules", "{many} addresses", "{seconds} seconds", "{} seconds"];

static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\{[^{}]*\} (people|stories|links|rows|messages|editions|files|characters|minutes|days|hours|seconds|emails|addresses|lines|columns|copies|sources|rules)\b",
    )
    .unwrap()
});

#[test]
fn counts_come_from_one_function() {
    let mut bad = Vec::new();
    for (path, sentence) in source_sentences(&ROOMS) {
        for found in COUNT.find_iter(&sentence.replace("{{", "")) {
            let is_constant = found.as_str()[1..].starts_with(|c: char| c.is_ascii_uppercase());
            if !is_constant && !ALLOWED.contains(&found.as_str()) {
                bad.push(format!("{}: {}\n    {sentence}", path.display(), found.as_str()));
            }
        }
    }
    assert!(bad.is_empty(), "write counted(…) or people(…):\n{}", bad.join("\n"));
}
