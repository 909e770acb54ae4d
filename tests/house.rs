//! Holds the source to the house plan: who may know whom, what a Pure file may touch, and that the document says so.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of `lib.rs`.
fn rooms() -> Vec<String> {
    fs::read_to_string("src/lib.rs")
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// A file without its tests, whoever else may use what they use.
fn without_tests(text: &str) -> &str {
    // A file that is nothing but the tests of its folder.
    if text.starts_with("//! Tests: ") {
        return "";
    }
    let ends = ["mod tests", "pub(super) mod tests"]
        .map(|word| text.find(&format!("\n#[cfg(test)]\n{word}")));
    ends.into_iter().flatten().min().map_or(text, |end| &text[..end])
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file's lines without its tests, comments and strings in documentation.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let code = without_tests(&text);
    (1..)
        .zip(code.lines())
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number, line.to_owned()))
        .collect()
}

fn room_of(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap();
    let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a line names after `crate::`.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for after in line.split("crate::").skip(1) {
        let word = |text: &str| -> String {
            text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        match after.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                names.extend(list.split(',').map(|part| word(part.trim())));
            }
            None => names.push(word(after)),
        }
    }
    names
}

#[test]
fn a_room_uses_only_rooms_before_it() {
    let rooms = rooms();
    let place = |name: &str| rooms.iter().position(|room| room == name);
    let mut found = Vec::new();
    for path in sources(Path::new("src")) {
        let Some(own) = place(&room_of(&path)) else { continue };
        for (number, line) in code(&path) {
            for name in named(&line) {
                if place(&name).is_none_or(|other| other > own) {
                    found.push(format!("{}:{number}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "used before it stands in lib.rs:\n{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_does_and_whether_it_touches_the_world() {
    for path in sources(Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{}", path.display());
        if path.ends_with("lib.rs") || path.ends_with("main.rs") {
            continue;
        }
        let head: Vec<&str> = text.lines().take(2).collect();
        assert!(
            head[1].starts_with("//! Pure: ") || head[1].starts_with("//! Shell: "),
            "{}: the second line says neither Pure nor Shell",
            path.display()
        );
    }
}

#[test]
fn a_pure_file_touches_nothing() {
    const WORLD: [&str; 15] = [
        "std::fs",
        "std::env",
        "TcpStream",
        "UdpSocket",
        "std::process",
        "thread::sleep",
        "tokio::",
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant::now",
        "reqwest",
        "println!",
        "eprintln!",
        "File::",
    ];
    let mut found = Vec::new();
    for path in sources(Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.lines().nth(1).is_some_and(|line| line.starts_with("//! Pure: ")) {
            continue;
        }
        for (number, line) in code(&path) {
            for word in WORLD.into_iter().filter(|word| line.contains(word)) {
                found.push(format!("{}:{number}: {word}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn files_are_written_in_two_places() {
    const WRITES: [&str; 5] =
        ["fs::write(", "File::create(", "OpenOptions::new", "DirBuilder::new", "set_permissions("];
    // What is about people, or secret; and what people write and share.
    let allowed = ["src/database/private.rs", "src/cli/terminal/files.rs"].map(Path::new);
    let mut found = Vec::new();
    for path in sources(Path::new("src")) {
        if allowed.contains(&path.as_path()) || path.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code(&path) {
            let makes_folders = line.contains("create_dir") && room_of(&path) != "cli";
            if makes_folders || WRITES.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "use `database::private`:\n{}", found.join("\n"));
}

#[test]
fn only_the_command_line_prints_and_only_the_project_reads_the_environment() {
    for path in sources(Path::new("src")) {
        let room = room_of(&path);
        for (number, line) in code(&path) {
            let at = format!("{}:{number}: {line}", path.display());
            if room != "cli" {
                for word in ["println!", "eprintln!", "stdout()", "stderr()"] {
                    assert!(!line.contains(word), "{at}");
                }
                assert!(!line.contains("std::env") && !line.contains("env::var"), "{at}");
            }
        }
    }
}

#[test]
fn the_plan_names_the_rooms_in_their_order() {
    let document = fs::read_to_string("docs/ARCHITECTURE.md").unwrap();
    let listed: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(|room| room.trim_end_matches(['/']).trim_end_matches(".rs"))
        .collect();
    assert_eq!(listed, rooms());
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let document = fs::read_to_string("docs/ARCHITECTURE.md").unwrap();
    let all: String = sources(Path::new("src"))
        .into_iter()
        .chain(sources(Path::new("tests")))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let invariants = document.split("## Invariants").nth(1).expect("a section of invariants");
    let mut count = 0;
    for name in invariants.split('`').skip(1).step_by(2).filter(|name| name.contains('_')) {
        let name = name.rsplit("::").next().unwrap();
        assert!(all.contains(&format!("fn {name}(")), "no test is named {name}");
        count += 1;
    }
    assert!(count >= 8, "{count}");
}
