//! Holds the source to the house plan: who may know whom, what a Pure file may touch, and that the document says so.

#[path = "support/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use source::{files, without_tests};

/// The rooms in the order of `lib.rs`.
fn rooms() -> Vec<String> {
    fs::read_to_string("src/lib.rs")
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
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
    for path in files(Path::new("src"), ".rs") {
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
fn a_reader_of_news_does_not_know_where_its_bytes_come_from() {
    let mut found = Vec::new();
    for path in files(Path::new("src/news/readers"), ".rs") {
        for (number, line) in code(&path) {
            if line.contains("sources::") || line.contains("store::") {
                found.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "readers are given bytes or text:\n{}", found.join("\n"));
}

/// The module of each file: `src/ledger/sqlite/mod.rs` is `ledger::sqlite`.
fn modules() -> BTreeMap<String, PathBuf> {
    let mut modules = BTreeMap::new();
    for path in files(Path::new("src"), ".rs") {
        if path.ends_with("main.rs") {
            continue;
        }
        modules.insert(module_of(&path), path);
    }
    modules
}

fn module_of(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap().with_extension("");
    let parts: Vec<&str> =
        below.iter().map(|part| part.to_str().unwrap()).filter(|part| *part != "mod").collect();
    if parts == ["lib"] { String::new() } else { parts.join("::") }
}

/// The single paths that a `use` stands for.
fn spread(tree: &str) -> Vec<String> {
    let Some((before, list)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let list = list.strip_suffix('}').unwrap_or(list);
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[from..]);
    parts.into_iter().flat_map(|part| spread(&format!("{before}{part}"))).collect()
}

/// What a file names of other files: whole paths, and whether it only hands them on.
fn paths_in(path: &Path, modules: &BTreeMap<String, PathBuf>) -> Vec<(Vec<String>, bool)> {
    let code: Vec<String> = code(path).into_iter().map(|(_, line)| line).collect();
    let code = code.join("\n");
    let module = module_of(path);
    let own: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    let whole = |text: &str| -> Option<Vec<String>> {
        let mut parts: Vec<&str> = text.split("::").filter(|part| !part.is_empty()).collect();
        let mut base = own.clone();
        match *parts.first()? {
            "crate" => {
                base.clear();
                parts.remove(0);
            }
            "super" | "self" => {
                while let Some(first @ ("super" | "self")) = parts.first().copied() {
                    if first == "super" {
                        base.pop();
                    }
                    parts.remove(0);
                }
            }
            child => {
                let below = [own.as_slice(), &[child]].concat().join("::");
                modules.get(&below)?;
            }
        }
        base.extend(parts.into_iter().filter(|part| *part != "self"));
        Some(base.into_iter().map(str::to_owned).collect())
    };
    let uses = Regex::new(r"(?m)^\s*(pub(?:\([a-z]+\))? )?use ([^;]+);").unwrap();
    let renamed = Regex::new(r"\s+as\s+\w+").unwrap();
    let named = Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
    let mut found = Vec::new();
    for one in uses.captures_iter(&code) {
        let tree: String =
            renamed.replace_all(&one[2], "").chars().filter(|c| !c.is_whitespace()).collect();
        let hands_on = one.get(1).is_some();
        found.extend(spread(&tree).iter().filter_map(|path| Some((whole(path)?, hands_on))));
    }
    let rest = uses.replace_all(&code, "");
    found.extend(named.find_iter(&rest).filter_map(|path| Some((whole(path.as_str())?, false))));
    found
}

/// Which files each file uses. A name that a folder's face hands on belongs to the file that defines it.
fn uses() -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let modules = modules();
    let named: BTreeMap<&PathBuf, Vec<(Vec<String>, bool)>> =
        modules.values().map(|path| (path, paths_in(path, &modules))).collect();
    let mut handed_on: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (path, names) in &named {
        for (whole, _) in names.iter().filter(|(_, hands_on)| *hands_on) {
            if let Some(last) = whole.last() {
                handed_on.insert((module_of(path), last.clone()), whole.clone());
            }
        }
    }
    let home = |path: &[String]| -> Option<PathBuf> {
        let mut path = path.to_vec();
        for _ in 0..5 {
            let end = (0..=path.len())
                .rev()
                .find(|end| modules.contains_key(&path[..*end].join("::")))?;
            let module = path[..end].join("::");
            let next =
                path.get(end).and_then(|name| handed_on.get(&(module.clone(), name.clone())));
            match next {
                Some(next) => path = [next.as_slice(), &path[end + 1..]].concat(),
                None => return modules.get(&module).cloned(),
            }
        }
        None
    };
    named
        .iter()
        .map(|(path, names)| {
            let is_face = path.ends_with("mod.rs");
            let used = names
                .iter()
                .filter(|(_, hands_on)| !(is_face && *hands_on))
                .filter_map(|(whole, _)| home(whole))
                .filter(|other| other != *path)
                .collect();
            ((*path).clone(), used)
        })
        .collect()
}

#[test]
fn no_two_files_use_each_other_in_a_circle() {
    let uses = uses();
    assert!(uses.values().map(BTreeSet::len).sum::<usize>() > 500, "the paths are not read");
    let reaches = |from: &PathBuf| {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
        while let Some(file) = waiting.pop() {
            for next in &uses[file] {
                if seen.insert(next.clone()) {
                    waiting.push(next);
                }
            }
        }
        seen
    };
    let in_a_circle: Vec<String> = uses
        .keys()
        .filter(|file| reaches(file).contains(*file))
        .map(|file| file.display().to_string())
        .collect();
    assert!(in_a_circle.is_empty(), "these files use each other:\n{}", in_a_circle.join("\n"));
}

#[test]
fn no_type_name_stands_for_two_things() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files(Path::new("src"), ".rs") {
        // Only that command sees a command's own types; a room's `Settings` is its own part of the file.
        if room_of(&path) == "cli" {
            continue;
        }
        for (number, line) in code(&path) {
            let Some(line) = line
                .trim_start()
                .strip_prefix("pub(super) ")
                .or(line.trim_start().strip_prefix("pub "))
            else {
                continue;
            };
            let kinds = ["struct ", "enum ", "trait ", "type "];
            let Some(rest) = kinds.into_iter().find_map(|kind| line.strip_prefix(kind)) else {
                continue;
            };
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name != "Settings" {
                homes.entry(name).or_default().push(format!("{}:{number}", path.display()));
            }
        }
    }
    let twice: Vec<String> = homes
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect();
    assert!(twice.is_empty(), "one name, one type:\n{}", twice.join("\n"));
}

/// Files and functions that are longer than they should be. The list may only become shorter.
const TOO_LONG: &str = include_str!("house/too_long.txt");

/// Lines of code of a file, and of each of its functions, that count: without tests, comments and empty lines.
fn lengths(path: &Path) -> Vec<(String, usize)> {
    let lines = code(path);
    let counts = |line: &str| !line.trim().is_empty();
    let mut found =
        vec![(path.display().to_string(), lines.iter().filter(|(_, line)| counts(line)).count())];
    let mut open: Option<(String, usize, usize)> = None;
    for (_, line) in &lines {
        let indent = line.len() - line.trim_start().len();
        if let Some((name, at, count)) = &mut open {
            *count += usize::from(counts(line));
            if indent == *at && line.trim() == "}" {
                found.push((format!("{}: {name}", path.display()), *count));
                open = None;
            }
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(at) = words.iter().position(|word| *word == "fn") else { continue };
        let leading = ["pub", "pub(super)", "pub(crate)", "async", "const"];
        let is_open = !line.trim_end().ends_with(['}', ';']);
        if words[..at].iter().all(|word| leading.contains(word)) && is_open {
            let name: String =
                words[at + 1].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            open = Some((name, indent, 1));
        }
    }
    found
}

#[test]
fn files_and_functions_are_short_or_on_the_list_that_only_shrinks() {
    const LONGEST_FILE: usize = 400;
    const LONGEST_FUNCTION: usize = 70;
    let listed: BTreeSet<&str> = TOO_LONG.lines().filter(|line| !line.is_empty()).collect();
    let mut found = BTreeSet::new();
    for path in files(Path::new("src"), ".rs") {
        // Tables, one row a line; and what is compiled only for tests.
        let for_tests = ["tests.rs", "laws.rs", "model.rs"].iter().any(|name| path.ends_with(name));
        if path.starts_with("src/providers/table")
            || (for_tests && !path.starts_with("src/compose"))
        {
            continue;
        }
        for (place, length) in lengths(&path) {
            let most = if place.contains(": ") { LONGEST_FUNCTION } else { LONGEST_FILE };
            if length > most {
                found.insert((place, length));
            }
        }
    }
    let new: Vec<String> = found
        .iter()
        .filter(|(place, _)| !listed.contains(place.as_str()))
        .map(|(place, length)| format!("{place} has {length} lines"))
        .collect();
    assert!(new.is_empty(), "cut these:\n{}", new.join("\n"));
    let done: Vec<&&str> =
        listed.iter().filter(|line| !found.iter().any(|(place, _)| place == **line)).collect();
    assert!(done.is_empty(), "short now, take them off tests/house/too_long.txt:\n{done:?}");
}

#[test]
fn every_file_says_what_it_does_and_whether_it_touches_the_world() {
    for path in files(Path::new("src"), ".rs") {
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
    for path in files(Path::new("src"), ".rs") {
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
    for path in files(Path::new("src"), ".rs") {
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
    for path in files(Path::new("src"), ".rs") {
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
fn every_invariant_and_claim_names_a_test_that_exists() {
    let read = |page: &str| fs::read_to_string(page).unwrap();
    let all: String = files(Path::new("src"), ".rs")
        .into_iter()
        .chain(files(Path::new("tests"), ".rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let plan = read("docs/ARCHITECTURE.md");
    let invariants = plan.split("## Invariants").nth(1).expect("a section of invariants");
    for (text, least) in [(invariants, 60), (&read("SECURITY.md"), 40)] {
        let mut count = 0;
        for name in text.split('`').skip(1).step_by(2).filter(|name| name.contains('_')) {
            let name = name.rsplit("::").next().unwrap();
            assert!(all.contains(&format!("fn {name}(")), "no test is named {name}");
            count += 1;
        }
        assert!(count >= least, "{count}");
    }
}

#[test]
fn a_pure_file_uses_pure_files_only() {
    let is_pure = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().nth(1).is_some_and(|line| line.starts_with("//! Pure: "))
    };
    let uses = uses();
    let mut found = Vec::new();
    for (path, used) in &uses {
        // The library's own list of rooms.
        if path.ends_with("lib.rs") || !is_pure(path) {
            continue;
        }
        for other in used.iter().filter(|other| !other.ends_with("lib.rs") && !is_pure(other)) {
            found.push(format!("{} uses {}", path.display(), other.display()));
        }
    }
    assert!(found.is_empty(), "a Pure file uses a Shell:\n{}", found.join("\n"));
}

/// The types of docs/GLOSSARY.md stand in the files that it names.
#[test]
fn the_glossary_names_the_right_files() {
    let glossary = fs::read_to_string("docs/GLOSSARY.md").unwrap();
    let row = Regex::new(r"(?m)^\| `([A-Z]\w+)` \| `([a-z_/]+\.rs)` \|").unwrap();
    let mut count = 0;
    for [name, file] in row.captures_iter(&glossary).map(|found| found.extract().1) {
        let text = fs::read_to_string(Path::new("src").join(file)).unwrap();
        let defines = Regex::new(&format!(r"\b(struct|enum|trait) {name}\b")).unwrap();
        assert!(defines.is_match(&text), "{name} is not in {file}");
        count += 1;
    }
    assert!(count > 25, "{count}");
}

/// Files whose code depends on the system it is built for, without their tests.
fn files_by_system() -> BTreeSet<String> {
    let asks = Regex::new(r"cfg(!|_attr)?\((not\()?(unix|windows|target_os)").unwrap();
    files(Path::new("src"), ".rs")
        .into_iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            let code = without_tests(&text).trim_end().trim_end_matches("#[cfg(unix)]");
            code.split("\nmod tests {").next().is_some_and(|code| asks.is_match(code))
        })
        .map(|path| path.display().to_string().replace('\\', "/"))
        .collect()
}

#[test]
fn what_differs_between_systems_stands_in_one_place() {
    let page = fs::read_to_string("docs/PLATFORMS.md").unwrap();
    let listed: BTreeSet<String> =
        page.split('`').filter(|name| name.starts_with("src/")).map(str::to_owned).collect();
    assert_eq!(files_by_system(), listed);
}

/// What is in the JSON and not in the text, or the other way round, each with its reason. The list may only become shorter.
const ONE_SIDE_ONLY: &str = include_str!("house/one_side_only.txt");

/// The body of a `{ … }` that opens behind a place in a text.
fn braces(text: &str) -> &str {
    let open = text.find('{').unwrap_or(text.len());
    let mut depth = 0;
    for (at, c) in text[open..].char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 {
            return &text[open..=open + at];
        }
    }
    text
}

/// The fields of a struct: each with its name, and whether serde leaves it out.
fn fields_of(name: &str, code: &str) -> Option<Vec<(String, bool)>> {
    let at = Regex::new(&format!(r"struct {name}\b")).unwrap().find(code)?.end();
    let field = Regex::new(r"(?m)^    (?:pub )?(?:r#)?([a-z_]+): ").unwrap();
    let body = braces(&code[at..]);
    let mut fields = Vec::new();
    let mut last = 0;
    for one in field.captures_iter(body) {
        let before = &body[last..one.get(0).unwrap().start()];
        last = one.get(0).unwrap().end();
        let is_skipped = before.contains("#[serde(skip)]");
        if !before.contains("#[serde(flatten)]") && &one[1] != "schema" {
            fields.push((one[1].to_owned(), is_skipped));
        }
    }
    Some(fields)
}

#[test]
fn what_people_read_and_what_programs_read_is_one_outcome() {
    let implemented = Regex::new(r"impl Outcome for (\w+)").unwrap();
    let writes_text =
        Regex::new(r"fn \w+(?:<[^>]*>)?\((?:&self\)|[^)]*text: &mut Text[^)]*\))").unwrap();
    let serialized =
        Regex::new(r"(?m)^#\[derive\([^\]]*Serialize[^\]]*\)\]\n(?:pub )?struct (\w+)").unwrap();
    let listed: BTreeSet<&str> =
        ONE_SIDE_ONLY.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    let (mut found, mut outcomes, mut used) = (Vec::new(), 0, BTreeSet::new());
    for path in files(Path::new("src/cli"), ".rs") {
        let code: Vec<String> = code(&path).into_iter().map(|(_, line)| line).collect();
        let code = code.join("\n");
        let outcomes_here = implemented.captures_iter(&code).count();
        outcomes += outcomes_here;
        if outcomes_here == 0 {
            continue;
        }
        let text: String =
            writes_text.find_iter(&code).map(|head| braces(&code[head.end()..])).collect();
        // The outcome itself, and the parts of it that the file defines.
        for name in serialized.captures_iter(&code).map(|one| one[1].to_owned()) {
            for (field, is_skipped) in fields_of(&name, &code).unwrap_or_default() {
                let is_in_text = Regex::new(&format!(r"\b{field}\b")).unwrap().is_match(&text);
                let place = format!("{} {name}.{field}", path.display());
                if is_in_text && !is_skipped {
                    continue;
                }
                match listed.get(place.as_str()) {
                    Some(known) => drop(used.insert(*known)),
                    None if is_skipped => found.push(format!("{place} is not in the JSON")),
                    None => found.push(format!("{place} is not in the text")),
                }
            }
        }
    }
    assert!(outcomes >= 35, "{outcomes}");
    assert!(found.is_empty(), "put it in, or say why not:\n{}", found.join("\n"));
    let done: Vec<_> = listed.difference(&used).collect();
    assert!(done.is_empty(), "take them off tests/house/one_side_only.txt:\n{done:?}");
}

#[test]
fn commands_print_outcomes_and_nothing_beside_them() {
    // These work out what a program would not want. To stdout itself only `Screen` writes.
    const ALLOWED: [(&str, &str); 4] = [
        ("src/cli/check/mod.rs", "is_for_programs()"),
        ("src/cli/preview/mod.rs", "is_for_programs()"),
        ("src/cli/send/progress.rs", "is_for_programs()"),
        ("src/cli/subscribers/import.rs", "is_for_programs()"),
    ];
    let mut found = Vec::new();
    for path in files(Path::new("src/cli"), ".rs") {
        if path.starts_with("src/cli/terminal") {
            continue;
        }
        for (number, line) in code(&path) {
            for word in ["println!", "print!(", "stdout().lock", "is_for_programs()", "\"schema\":"]
            {
                let is_allowed =
                    ALLOWED.iter().any(|(file, known)| path.ends_with(file) && *known == word);
                if line.contains(word) && !is_allowed {
                    found.push(format!("{}:{number}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "make it an `Outcome`:\n{}", found.join("\n"));
}

#[test]
fn no_two_outcomes_have_one_name() {
    let schema = Regex::new(r#"schema: "(roundup\.[a-z._-]+/\d)""#).unwrap();
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files(Path::new("src"), ".rs") {
        for (_, line) in code(&path) {
            for one in schema.captures_iter(&line) {
                homes.entry(one[1].to_owned()).or_default().insert(path.display().to_string());
            }
        }
    }
    // One kind of object, made in two files; and two that scripts know by these names.
    for known in [
        "roundup.approval/1",
        "roundup.import/1",
        "roundup.why/1",
        "roundup.inbox/1",
        "roundup.report/1",
        "roundup.send/1",
        "roundup.status/1",
        "roundup.subscribers/1",
    ] {
        homes.remove(known);
    }
    homes.retain(|_, files| files.len() > 1);
    assert!(homes.is_empty(), "{homes:?}");
}

/// The name of the call that a place is an argument of.
fn called_around(code: &str, at: usize) -> &str {
    let mut depth = 0;
    for (place, c) in code[..at].char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth == 0 => {
                let before = &code[..place];
                let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '!';
                return &before[before.trim_end_matches(is_of_name).len()..];
            }
            '(' => depth -= 1,
            _ => {}
        }
    }
    ""
}

/// 90000 and 90,000 in one text look like two programs: whatever may be large goes through `count`.
#[test]
fn counts_that_people_read_are_written_in_one_way() {
    // A marker, a word for developers, and records of one name in the DNS.
    const ALLOWED: [&str; 4] = [
        "src/compose/filler.rs",
        "src/compose/mjml_repair.rs",
        "src/doctor/records.rs",
        "src/locale/reading.rs",
    ];
    let length = Regex::new(r"[,(]\s*&?[\w.]+\.len\(\)(?: - [\w.]+)?\s*[,)]").unwrap();
    let mut found = Vec::new();
    for path in files(Path::new("src"), ".rs") {
        let is_of_tests = path.ends_with("tests.rs");
        if is_of_tests
            || path.ends_with("src/count.rs")
            || ALLOWED.iter().any(|known| path.ends_with(known))
        {
            continue;
        }
        let text: Vec<String> = code(&path).into_iter().map(|(_, line)| line).collect();
        let text = text.join("\n");
        let mut fault = |what: &str| found.push(format!("{}: {what}", path.display()));
        if text.contains("… and {") {
            fault("… and {");
        }
        for argument in length.find_iter(&text) {
            if matches!(called_around(&text, argument.start() + 1), "format!" | "write!") {
                fault(argument.as_str().trim());
            }
        }
    }
    assert!(found.is_empty(), "use count::counted, grouped or and_more:\n{}", found.join("\n"));
}
