//! Some hundred kinds of bad input, and what each gets: the rows of `tests/bad-input/`, and their messages in `snapshots/`.
//! Changed words: run with `INSTA_UPDATE=always`, and read the difference.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::programs_read_everything;
use crate::support::{Charity, Ran, contents};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    /// A file that each row begins with.
    base: Option<BaseFile>,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseFile {
    file: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    command: Typed,
    #[serde(default)]
    change: Vec<Change>,
}

/// A command's words; those with spaces in them stand in a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Typed {
    Line(String),
    Words(Vec<String>),
}

impl Typed {
    fn words(&self) -> Vec<String> {
        match self {
            // `""` is an empty word.
            Self::Line(line) => {
                line.split_whitespace().map(|word| word.replace("\"\"", "")).collect()
            }
            Self::Words(words) => words.clone(),
        }
    }
}

/// What is done to one file of a newsletter that is right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    file: String,
    text: Option<String>,
    hex: Option<String>,
    add: Option<String>,
    add_hex: Option<String>,
    replace: Option<(String, String)>,
    /// Stands where the text says `REPEATED`, this number of times.
    repeated: Option<(String, usize)>,
    #[serde(default)]
    gone: bool,
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(pair).collect()
}

impl Change {
    fn make(&self, charity: Charity) -> Charity {
        let path = charity.path(&self.file);
        if self.gone {
            fs::remove_file(path).unwrap();
            return charity;
        }
        let mut content = fs::read(&path).unwrap_or_default();
        if let Some(text) = &self.text {
            content = match &self.repeated {
                Some((part, times)) => text.replace("REPEATED", &part.repeat(*times)),
                None => text.clone(),
            }
            .into_bytes();
        }
        if let Some((from, to)) = &self.replace {
            let text = String::from_utf8(content).unwrap();
            assert!(text.contains(from.as_str()), "{}: `{from}` is not in it", self.file);
            content = text.replace(from.as_str(), to).into_bytes();
        }
        content.extend(self.hex.iter().chain(&self.add_hex).flat_map(|hex| bytes(hex)));
        content.extend(self.add.iter().flat_map(|text| text.bytes()));
        charity.file(&self.file, content)
    }
}

/// The lines that say what is wrong, where, and what to do; of what the checks find, only what holds the sending.
fn golden(ran: &Ran, folder: &str) -> String {
    let said = ["error", "warning", "help", "  -->", "Usage"];
    let is_said = |line: &&str| said.iter().any(|begin| line.starts_with(begin));
    let lines = ran.stderr.lines().filter(is_said);
    let found = ran.stdout.lines().filter(|line| line.starts_with("must fix"));
    let shown = |line: &str| format!("    {}\n", line.replace(folder, "DIR"));
    format!("  exit {}\n{}", ran.code, lines.chain(found).map(shown).collect::<String>())
}

/// Whether an error ends with what to do: a line of its own, not a word that may stand anywhere. `Usage` and the possible
/// values are what clap offers.
fn has_cure(stderr: &str) -> bool {
    stderr.lines().any(|line| {
        let cures = ["help: ", "Usage: roundup", "  [possible values: ", "  tip: "];
        cures.iter().any(|cure| line.strip_prefix(cure).is_some_and(|rest| rest.trim().len() > 3))
    })
}

/// Files that a command may write before it finds out that it cannot go on: caches, and its own folder.
fn kept(charity: &Charity) -> Vec<(std::path::PathBuf, u64)> {
    let mut found = contents(&charity.path(""));
    let own = [".roundup", ".state", "preview", "outbox"].map(|name| charity.path(name));
    found.retain(|(path, _)| !own.iter().any(|folder| path.starts_with(folder)));
    found
}

/// The same command with `--json` fails in the same way, and says so on stdout.
fn read_by_a_program(charity: &Charity, words: &[String], code: i32, what: &str) {
    let mut words = words.to_vec();
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.insert(end, "--json".to_owned());
    let ran = charity.run_words(&words);
    assert_eq!(ran.code, code, "{what}: {ran:?}");
    let fault = programs_read_everything::fault(&ran);
    assert!(fault.is_none(), "{what}: {fault:?}: {ran:?}");
}

fn each_row_of(area: &str, least: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/bad-input/{area}.toml"));
    let rows: Rows = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(rows.row.len() >= least, "{area}: {}", rows.row.len());
    let mut all = String::new();
    for row in rows.row {
        let mut charity = Charity::new().people(1);
        if let Some(base) = &rows.base {
            charity = charity.file(&base.file, &base.text);
        }
        for change in &row.change {
            charity = change.make(charity);
        }
        let before = kept(&charity);
        let words = row.command.words();
        let ran = charity.run_words(&words);
        let whole = format!("{}\n{}", ran.stdout, ran.stderr);
        let what = format!("{area}: {}", row.what);
        assert!((0..=6).contains(&ran.code), "{what}: {ran:?}");
        assert!(!whole.contains("panicked") && !whole.contains("(os error"), "{what}: {ran:?}");
        if ran.stderr.lines().any(|line| line.starts_with("error: ")) {
            assert!(has_cure(&ran.stderr), "{what}: {ran:?}");
            assert_ne!(ran.code, 0, "{what}: {ran:?}");
        }
        if ran.code != 0 {
            assert_eq!(before, kept(&charity), "{what}: something was half done");
            read_by_a_program(&charity, &words, ran.code, &what);
        }
        let folder = charity.path("");
        let folder = folder.to_string_lossy();
        let said = golden(&ran, folder.trim_end_matches('/'));
        all.push_str(&format!("{}\n  $ roundup {}\n{said}\n", row.what, words.join(" ")));
    }
    insta::assert_snapshot!(format!("bad_input_{area}"), all);
}

#[test]
fn settings_that_are_wrong() {
    each_row_of("settings", 58);
}

#[test]
fn variables_that_are_wrong() {
    each_row_of("env", 18);
}

#[test]
fn lists_that_are_wrong() {
    each_row_of("list", 25);
}

#[test]
fn stories_that_are_wrong() {
    each_row_of("news", 18);
}

#[test]
fn sources_that_are_wrong() {
    each_row_of("feeds", 13);
}

#[test]
fn drafts_that_are_wrong() {
    each_row_of("drafts", 22);
}

#[test]
fn templates_that_are_wrong() {
    each_row_of("templates", 16);
}

#[test]
fn windows_that_are_wrong() {
    each_row_of("windows", 24);
}

#[test]
fn filters_that_are_wrong() {
    each_row_of("segments", 15);
}

#[test]
fn commands_that_are_wrong() {
    each_row_of("commands", 100);
}

#[test]
fn imports_that_are_wrong() {
    each_row_of("imports", 16);
}

#[test]
fn other_files_that_are_wrong() {
    each_row_of("ledger", 13);
}
