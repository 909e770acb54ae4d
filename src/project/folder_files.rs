//! The files of the project's folders: each with the right ending is read, and none is left out silently.
//! Shell: reads folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::problem::{Place, Problem};

/// What programs call a table that is not a CSV file.
const OTHER_TABLES: [&str; 11] =
    ["xlsx", "xls", "xlsm", "xlsb", "ods", "numbers", "tsv", "tab", "psv", "zip", "vcf"];

/// A folder, or something in it that people count on, that cannot be read.
#[derive(Debug, Error)]
#[error("{path} cannot be read: {what}")]
pub(super) struct UnreadableEntry {
    pub path: String,
    pub what: String,
}

/// The files of a folder with one ending, by name. No folder, no files.
///
/// # Errors
/// When the folder cannot be read, or something with that name is not a file that can be read: people count on it.
pub(super) fn files(
    root: &Path,
    folder: &str,
    ending: &str,
) -> Result<Vec<(PathBuf, String)>, UnreadableEntry> {
    let mut found = Vec::new();
    for path in entries(root, folder)? {
        let name = name_of(&path);
        if !ends_in(&path, ending) || name.starts_with('.') {
            continue;
        }
        let what = match fs::metadata(&path) {
            Ok(about) if about.is_file() => {
                found.push((path, name));
                continue;
            }
            Ok(about) if about.is_dir() => "it is a folder".to_owned(),
            Ok(_) => "it is not an ordinary file".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                "it is a link that leads to nothing".to_owned()
            }
            Err(error) => error.to_string(),
        };
        return Err(UnreadableEntry { path: format!("{folder}/{name}"), what });
    }
    found.sort();
    Ok(found)
}

fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn entries(root: &Path, folder: &str) -> Result<Vec<PathBuf>, UnreadableEntry> {
    let unreadable =
        |error: io::Error| UnreadableEntry { path: folder.to_owned(), what: error.to_string() };
    match fs::read_dir(root.join(folder)) {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable)).collect()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(unreadable(error)),
    }
}

/// What lies in `subscribers/`, looks like a part of the list, and is not read.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn unread_lists(root: &Path) -> Result<Vec<Problem>, UnreadableEntry> {
    let entries = entries(root, "subscribers")?;
    let mut found: Vec<Problem> = entries.iter().filter_map(|path| unread_list(path)).collect();
    found.sort();
    Ok(found)
}

fn unread_list(path: &Path) -> Option<Problem> {
    let name = name_of(path);
    let lower = name.to_lowercase();
    if lower.starts_with('.') || lower.starts_with('~') {
        return None;
    }
    let (stem, ending) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let import = format!("subscribers/{name}");
    let cure = if path.is_dir() {
        let inner = fs::read_dir(path).ok()?.flatten();
        let mut paths = inner.map(|entry| entry.path());
        paths.find(|path| ends_in(path, "csv"))?;
        "move its files into subscribers/ itself, or out of it".to_owned()
    } else if OTHER_TABLES.contains(&ending) {
        "save it as a CSV file from your spreadsheet, or move it elsewhere and run `roundup subscribers import FILE`"
            .to_owned()
    } else if ending == "txt" && ends_in(Path::new(stem), "csv") {
        let short = &name[..name.len() - ending.len() - 1];
        format!("rename it to `{short}`, or move it out of subscribers/")
    } else {
        return None;
    };
    let what = "this looks like a part of the list, and is not read: only files whose name ends in .csv are";
    Some(Problem::new(Place::whole(import), what, cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn whatever_has_the_ending_is_read_or_named() {
        type Make = fn(&Path);
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("subscribers");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("people.csv"), "email\n").unwrap();
        fs::write(folder.join(".hidden.csv"), "email\n").unwrap();
        std::os::unix::fs::symlink("people.csv", folder.join("same.csv")).unwrap();
        let read = || files(root.path(), "subscribers", "csv");
        assert_eq!(read().unwrap().len(), 2);
        let cases: [(Make, &str); 3] = [
            (
                |path| std::os::unix::fs::symlink("gone", path).unwrap(),
                "a link that leads to nothing",
            ),
            (|path| std::os::unix::fs::symlink("more.csv", path).unwrap(), "symbolic links"),
            (|path| fs::create_dir(path).unwrap(), "it is a folder"),
        ];
        for (make, what) in cases {
            let path = folder.join("more.csv");
            make(&path);
            let said = read().unwrap_err().to_string();
            assert!(said.starts_with("subscribers/more.csv cannot be read: "), "{said}");
            assert!(said.contains(what), "{said}");
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
        }
        assert!(files(root.path(), "segments", "toml").unwrap().is_empty());
    }

    #[test]
    fn what_looks_like_a_list_is_named_and_notes_are_not() {
        let root = tempfile::tempdir().unwrap();
        for (name, is_named) in [
            ("more.xlsx", true),
            ("MORE.ODS", true),
            ("more.tsv", true),
            ("people.csv.txt", true),
            ("People.CSV.TXT", true),
            ("people.csv", false),
            ("README.md", false),
            ("notes.txt", false),
            ("people.csv.bak", false),
            ("~$more.xlsx", false),
            (".~lock.people.csv#", false),
        ] {
            let path = root.path().join(name);
            fs::write(&path, "x").unwrap();
            assert_eq!(unread_list(&path).is_some(), is_named, "{name}");
        }
        let inner = root.path().join("branches");
        fs::create_dir(&inner).unwrap();
        assert!(unread_list(&inner).is_none());
        fs::write(inner.join("york.csv"), "x").unwrap();
        assert!(unread_list(&inner).is_some());
    }
}
