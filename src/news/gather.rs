//! Reads every source of a project, one after another; a source that cannot be read is a problem and not the end.
//! Shell: files and the network.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::Deserialize;

use super::date::PartialDate;
use super::fetch::{self, LONGEST_ANSWER_BYTES};
use super::item::Reading;
use super::{csv, feed, json, listing, markdown, same, translated};
use crate::problem::{Place, Problem};

/// What a source is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A folder of Markdown files with front matter.
    Markdown,
    /// A table, one item a row.
    Csv,
    /// A list of items.
    Json,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A pasted page of teasers, each ending in "Read more".
    Listing,
}

/// One `[[news]]` of `roundup.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What people call it.
    pub name: String,
    pub kind: Kind,
    /// A file or folder below the project.
    pub path: Option<PathBuf>,
    /// An http(s) address.
    pub url: Option<String>,
    /// All that is known of when undated items were published: `2020`, `2020-12` or `2020-12-23`.
    pub date: Option<String>,
    /// Lets `url` point inside this machine or its network.
    #[serde(default)]
    pub allow_local: bool,
}

impl Settings {
    /// What a project without any `[[news]]` has: the folder `news/`.
    pub fn folder() -> Self {
        Self {
            name: "news".to_owned(),
            kind: Kind::Markdown,
            path: Some(PathBuf::from("news")),
            url: None,
            date: None,
            allow_local: false,
        }
    }
}

/// A folder with more files is not a news folder (a home directory, a whole site's build).
const MOST_FILES: usize = 20_000;
const DEEPEST_FOLDER: usize = 8;

/// Reads all sources in their order and joins stories that several of them have.
pub async fn gather(project: &Path, sources: &[Settings], zone: Tz) -> Reading {
    let mut reading = Reading::default();
    for source in sources {
        let mut read = read_source(project, source, zone).await;
        if read.items.is_empty() && read.skipped.is_empty() && !read.problems.is_empty() {
            read.unread.push(source.name.clone());
        }
        reading.append(read);
    }
    reading.items = same::join(std::mem::take(&mut reading.items));
    reading
}

async fn read_source(project: &Path, source: &Settings, zone: Tz) -> Reading {
    let date = match source.date.as_deref().map(|text| PartialDate::parse(text, zone)).transpose() {
        Ok(date) => date,
        Err(error) => {
            return refusal(
                "roundup.toml",
                error.to_string(),
                "write the source's date as 2020, 2020-12 or 2020-12-23",
            );
        }
    };
    match (&source.path, &source.url) {
        (Some(path), None) if source.kind == Kind::Markdown => {
            read_folder(project, path, &source.name, zone)
        }
        (Some(path), None) => {
            let shown = path.display().to_string();
            match read_file(&project.join(path)) {
                Ok(bytes) => read_bytes(source.kind, &source.name, &shown, &bytes, zone, date),
                Err(error) => refusal(&shown, error, "look at its `path` in roundup.toml"),
            }
        }
        (None, Some(url)) if source.kind != Kind::Markdown => {
            match fetch::get(url, source.allow_local).await {
                Ok(bytes) => read_bytes(source.kind, &source.name, url, &bytes, zone, date),
                Err(error) => refusal(url, error.to_string(), fetch_cure(&error)),
            }
        }
        (None, Some(_)) => refusal(
            "roundup.toml",
            format!("the source `{}` is a Markdown folder with a `url`", source.name),
            "give its `path`, or another `kind`",
        ),
        (Some(_), Some(_)) | (None, None) => refusal(
            "roundup.toml",
            format!("the source `{}` needs a `path` or a `url`, one of them", source.name),
            "add path = \"news\" or url = \"https://…\"",
        ),
    }
}

/// What to type when an address gave nothing.
pub fn fetch_cure(error: &fetch::FetchError) -> &'static str {
    match error {
        fetch::FetchError::Private(_) => "add allow_local = true to the source if this is meant",
        fetch::FetchError::NotWeb(_) => "write the address whole, beginning with https://",
        fetch::FetchError::Status { .. }
        | fetch::FetchError::TooLarge { .. }
        | fetch::FetchError::Unreachable { .. } => {
            "look at the address in a browser, and try again"
        }
    }
}

/// Reads one source's bytes by the reader of its kind.
pub fn read_bytes(
    kind: Kind,
    source: &str,
    shown: &str,
    bytes: &[u8],
    zone: Tz,
    date: Option<PartialDate>,
) -> Reading {
    match kind {
        Kind::Markdown => markdown::read(source, shown, &String::from_utf8_lossy(bytes), zone),
        Kind::Csv => csv::read(source, shown, bytes, zone, date),
        Kind::Json => json::read(source, shown, bytes, zone, date),
        Kind::Feed => feed::read(source, shown, bytes, zone),
        Kind::Listing => listing::read(source, shown, bytes, zone, date),
    }
}

fn refusal(place: &str, what: impl Into<String>, cure: &str) -> Reading {
    Reading { problems: vec![Problem::new(Place::whole(place), what, cure)], ..Reading::default() }
}

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

fn read_folder(project: &Path, folder: &Path, source: &str, zone: Tz) -> Reading {
    let mut files = Vec::new();
    let mut reading = Reading::default();
    list(project, folder, 0, &mut files, &mut reading.problems);
    // The file system's order is nobody's; names are.
    files.sort();
    for path in files {
        let shown = path.display().to_string().replace('\\', "/");
        match read_file(&project.join(&path)) {
            Ok(bytes) => {
                let text = match crate::rfc::csv::decode(&bytes) {
                    Ok((text, _)) => text,
                    Err(error) => {
                        reading.append(refusal(&shown, error.to_string(), "save it as plain text"));
                        continue;
                    }
                };
                reading.append(markdown::read(source, &shown, &text, zone));
            }
            Err(error) => reading.append(refusal(&shown, error, "look at its rights")),
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
