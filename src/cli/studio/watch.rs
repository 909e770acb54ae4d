//! Reports when a file of the project has changed: news, drafts, templates, lists, settings.
//! Shell: the file system.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::project::Project;

/// A watch over the folders of a project. Dropping it ends the watch.
pub struct FolderWatch {
    changes: mpsc::Receiver<()>,
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
}

/// Folders below the project whose files make an email, beside those of its sources.
const FOLDERS: [&str; 4] = ["news", "editions", "templates", "subscribers"];

impl FolderWatch {
    /// # Errors
    /// When the system watches no more files.
    pub fn new(project: &Project) -> Result<Self, Failure> {
        let cannot = |error: notify::Error| {
            Failure::new(Exit::Failed, format!("the project's files cannot be watched: {error}"))
                .help("write the pages instead: roundup preview --out DIR")
        };
        // One change that nobody has looked at yet counts like any number of them.
        let (tell, changes) = mpsc::channel(1);
        let root = project.root.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else { return };
                let changes = match event.kind {
                    EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) => true,
                    EventKind::Any | EventKind::Access(_) | EventKind::Other => false,
                };
                if changes && event.paths.iter().any(|path| matters(&root, path)) {
                    let _ = tell.try_send(());
                }
            })
            .map_err(cannot)?;
        watcher.watch(&project.root, RecursiveMode::NonRecursive).map_err(cannot)?;
        let mut watched = Self { changes, watcher, folders: BTreeSet::new() };
        watched.renew(project).map_err(cannot)?;
        Ok(watched)
    }

    /// Watches the folders that have come since.
    ///
    /// # Errors
    /// When the system watches no more files.
    pub fn renew(&mut self, project: &Project) -> notify::Result<()> {
        for path in folders(project) {
            if !self.folders.contains(&path) {
                self.watcher.watch(&path, RecursiveMode::Recursive)?;
                self.folders.insert(path);
            }
        }
        // One that was taken away and made again is another folder.
        self.folders.retain(|path| path.is_dir());
        Ok(())
    }

    /// Waits for a change.
    pub async fn changed(&mut self) -> Option<()> {
        self.changes.recv().await
    }

    /// Forgets the changes so far.
    pub fn forget(&mut self) {
        while self.changes.try_recv().is_ok() {}
    }
}

/// The folders whose files make an email, as far as they are there.
fn folders(project: &Project) -> BTreeSet<PathBuf> {
    let sources = project.settings.sources();
    let of_sources = sources.iter().filter_map(|source| source.path.clone());
    FOLDERS
        .iter()
        .map(PathBuf::from)
        .chain(of_sources)
        .map(|folder| {
            let path = project.path(&folder);
            // A source may be one file: its folder is watched, since editors put a new file in its place.
            if path.is_file() { path.parent().map_or(path.clone(), Path::to_owned) } else { path }
        })
        .filter(|path| path.is_dir() && *path != project.root)
        .collect()
}

/// The state of every file that matters: what is the same as when it was last looked at need not be looked at again.
pub fn snapshot(project: &Project) -> Snapshot {
    let mut files = Vec::new();
    collect(&project.root, &project.root, 0, &mut files);
    for folder in folders(project) {
        collect(&project.root, &folder, DEEPEST, &mut files);
    }
    files.sort();
    files.dedup();
    Snapshot(files)
}

impl Snapshot {
    /// Whether every file is in it.
    pub fn is_whole(&self) -> bool {
        self.0.len() < MOST_FILES
    }
}

/// Files with their size and the time of their last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(Vec<(PathBuf, u64, Option<SystemTime>)>);

/// As deep as folders of news are read.
const DEEPEST: usize = 8;
/// More are not a newsletter; what lies beyond is looked at whenever something changes.
const MOST_FILES: usize = 20_000;

fn collect(
    root: &Path,
    folder: &Path,
    depth: usize,
    files: &mut Vec<(PathBuf, u64, Option<SystemTime>)>,
) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(about) = entry.metadata() else { continue };
        if files.len() >= MOST_FILES || !matters(root, &path) {
            continue;
        }
        if about.is_dir() && depth > 0 {
            collect(root, &path, depth - 1, files);
        } else if about.is_file() {
            files.push((path, about.len(), about.modified().ok()));
        }
    }
}

/// Whether a path can change the email: no hidden file, nothing that roundup itself writes.
fn matters(root: &Path, path: &Path) -> bool {
    const WRITTEN: [&str; 3] = ["outbox", "preview", "target"];
    let Ok(below) = path.strip_prefix(root) else { return true };
    let mut parts = below.components().map(Component::as_os_str);
    let first = parts.clone().next().and_then(OsStr::to_str).unwrap_or_default();
    let is_hidden =
        |part: &OsStr| part.to_str().is_some_and(|name| name.starts_with('.') && name != ".env");
    !WRITTEN.contains(&first) && !parts.any(is_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_make_a_mail_matter_and_others_do_not() {
        let matters = |path: &str| matters(Path::new("/p"), &Path::new("/p").join(path));
        for path in
            ["news/a.md", "roundup.toml", ".env", "editions/2020.md", "templates/partials/x.hbs"]
        {
            assert!(matters(path), "{path}");
        }
        for path in
            [".git/index", ".roundup/news.db", "outbox/new/1", "preview/2020/x", "news/.a.md.swp"]
        {
            assert!(!matters(path), "{path}");
        }
    }
}
