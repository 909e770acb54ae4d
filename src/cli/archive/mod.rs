//! `roundup archive`: the public editions as pages, for any web space.
//! Shell: writes the pages' folder.

pub mod public;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, write_whole};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::count::counted;
use crate::web::archive::PublicFiles;

/// Lists what was written, so that a page that is not public any more is deleted.
const WRITTEN: &str = ".roundup-archive";

#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to write to: new, empty, or an archive that was written before
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
}

/// `roundup.archive/1`.
#[derive(Serialize)]
struct ArchiveOutcome<'a> {
    schema: &'static str,
    folder: String,
    files: Vec<&'a str>,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let folder = &arguments.out;
    let shown = folder.display().to_string();
    let before = written_before(folder).map_err(|error| cannot_write(&shown, &error))?;
    let Some(before) = before else {
        return Err(Failure::new(Exit::Usage, format!("`{shown}` holds other files")).help(
            "name a folder that does not exist yet, or one that `roundup archive` has written",
        ));
    };
    if project.settings.archive.url.is_none() {
        screen.warn("`url` under [archive] is not set: the feed has no whole addresses");
    }
    let public::ArchiveFiles { files, waiting } = public::archive_files(&project).await?;
    for page in &waiting {
        screen.warn(&page.words());
    }
    write(folder, &files, &before).map_err(|error| cannot_write(&shown, &error))?;
    let files = files.keys().map(String::as_str).collect();
    screen.outcome(&ArchiveOutcome { schema: "roundup.archive/1", folder: shown, files })?;
    Ok(Exit::Done)
}

impl Outcome for ArchiveOutcome<'_> {
    fn text(&self, text: &mut Text) {
        // The index and the feed are not editions.
        let editions = counted(self.files.len().saturating_sub(2), "edition", "editions");
        text.line(format!("Wrote {editions}, an index and a feed to {}.", self.folder));
        text.say("No page has an address or a link of anybody on the list. Copy the folder to your web space.");
    }
}

/// What an earlier archive wrote there; nothing in a new folder, and `None` where the folder is somebody else's.
fn written_before(folder: &Path) -> io::Result<Option<BTreeSet<String>>> {
    match fs::read_to_string(folder.join(WRITTEN)) {
        Ok(text) => return Ok(Some(text.lines().map(str::to_owned).collect())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none().then(BTreeSet::new)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(BTreeSet::new())),
        Err(error) => Err(error),
    }
}

fn write(folder: &Path, files: &PublicFiles, before: &BTreeSet<String>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let list: String = files.keys().map(|name| format!("{name}\n")).collect();
    let both: BTreeSet<&str> = files.keys().chain(before).map(String::as_str).collect();
    let all: String = both.iter().map(|name| format!("{name}\n")).collect();
    // Whatever is written is listed before it is there.
    write_whole(&folder.join(WRITTEN), all.as_bytes())?;
    for name in before.iter().filter(|name| !files.contains_key(*name) && is_ours(name)) {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if let Some(parent) =
            Path::new(name).parent().filter(|parent| parent.components().count() > 0)
        {
            // Others may have put something there.
            let _ = fs::remove_dir(folder.join(parent));
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        write_whole(&path, text.as_bytes())?;
    }
    write_whole(&folder.join(WRITTEN), list.as_bytes())
}

/// The list could have been edited: nothing outside the folder is deleted.
fn is_ours(name: &str) -> bool {
    let is_plain = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
    !name.is_empty() && Path::new(name).components().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_any_more_is_deleted_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site");
        let files = |names: &[&str]| -> PublicFiles {
            names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect()
        };
        write(&out, &files(&["a/index.html", "b/index.html", "index.html"]), &BTreeSet::new())
            .unwrap();
        fs::write(folder.path().join("other"), "mine").unwrap();
        fs::write(out.join("own.css"), "mine").unwrap();
        let mut before = written_before(&out).unwrap().unwrap();
        before.insert("../other".to_owned());
        write(&out, &files(&["b/index.html", "index.html"]), &before).unwrap();
        assert!(!out.join("a").exists() && out.join("b/index.html").exists());
        assert!(out.join("own.css").exists() && folder.path().join("other").exists());
        assert_eq!(written_before(&out).unwrap().unwrap().len(), 2);
        assert_eq!(written_before(folder.path()).unwrap(), None);
    }
}
