//! A folder of text files, read in the order of their names.
//! Shell: reads files.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::decode::text_of;
use super::fetch::LONGEST_ANSWER_BYTES;
use super::item::Reading;
use super::site::Site;
use super::{markdown, translated};
use crate::problem::{Place, Problem};

/// A folder with more files is not a news folder (a home directory, a whole site's build).
const MOST_FILES: usize = 20_000;
const DEEPEST_FOLDER: usize = 8;

/// A file's bytes, if it is not too large to be news.
///
/// # Errors
/// In words for people.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path).map_err(|error| plain_io(&error))?.len();
    if size > LONGEST_ANSWER_BYTES as u64 {
        return Err(format!("the file is larger than {} MB", LONGEST_ANSWER_BYTES / 1024 / 1024));
    }
    std::fs::read(path).map_err(|error| plain_io(&error))
}

fn plain_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "the file may not be read".to_owned(),
        std::io::ErrorKind::IsADirectory => "this is a folder, not a file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

/// Reads a folder below the project as the website tool that `site` names would.
pub fn read(project: &Path, folder: &Path, source: &str, site: &Site<'_>, zone: Tz) -> Reading {
    let mut files = Vec::new();
    let mut reading = Reading::default();
    list(project, folder, 0, &mut files, &mut reading.problems);
    // The file system's order is nobody's; names are.
    files.sort();
    for path in files {
        let shown = path.display().to_string().replace('\\', "/");
        let refuse = |what: String, cure: &str| Problem::new(Place::whole(&shown), what, cure);
        match read_file(&project.join(&path)) {
            Ok(bytes) => {
                let below = path.strip_prefix(folder).unwrap_or(&path);
                let below = below.display().to_string().replace('\\', "/");
                reading.append(markdown::read_page(
                    source,
                    &shown,
                    &text_of(&bytes),
                    zone,
                    Some(&site.of(&below)),
                ));
            }
            Err(error) => reading.problems.push(refuse(error, "look at its rights")),
        }
    }
    translated::join(&mut reading);
    reading
}

fn list(
    project: &Path,
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    problems: &mut Vec<Problem>,
) {
    let shown = folder.display().to_string();
    let entries = match std::fs::read_dir(project.join(folder)) {
        Ok(entries) => entries,
        Err(error) => {
            let what = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
                _ => format!("the folder cannot be read: {error}"),
            };
            problems.push(Problem::new(
                Place::whole(shown),
                what,
                "make it, or change `path` in roundup.toml",
            ));
            return;
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(text) = name.to_str() else { continue };
        if text.starts_with('.') || text.eq_ignore_ascii_case("readme.md") {
            continue;
        }
        let path = folder.join(text);
        // A link could lead out of the project: only real files and folders are read.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if depth < DEEPEST_FOLDER {
                list(project, &path, depth + 1, files, problems);
            }
        } else if kind.is_file()
            && path.extension().is_some_and(|ending| ending == "md" || ending == "markdown")
        {
            if files.len() == MOST_FILES {
                problems.push(Problem::new(
                    Place::whole(shown),
                    format!("the folder has more than {MOST_FILES} files: the rest was left out"),
                    "point `path` at the news only",
                ));
                return;
            }
            files.push(path);
        }
    }
}
