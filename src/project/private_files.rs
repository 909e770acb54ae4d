//! The project's files that are nobody else's to read: closed where they are open, or named.
//! Shell: the project's folders.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::{Project, environment};
use crate::database::private;

impl Project {
    /// Closes roundup's own folders and files, where they are there and others can enter or read them. Gives those that were
    /// open, and those that cannot be closed.
    pub fn close_to_others(&self) -> Vec<(String, io::Result<()>)> {
        const FOLDERS: [&str; 7] = [
            ".roundup",
            ".roundup/practice",
            "outbox",
            "outbox/new",
            "outbox/cur",
            "outbox/tmp",
            "preview",
        ];
        /// What is worth a new one, when others could read it.
        const SECRETS: [&str; 2] = ["secret", "token-keys"];
        let mut found = Vec::new();
        let mut close = |shown: String| match private::tighten(&self.path(&shown)) {
            Ok(false) => {}
            Ok(true) => found.push((shown, Ok(()))),
            Err(error) => found.push((shown, Err(error))),
        };
        for folder in FOLDERS {
            close(folder.to_owned());
            if !folder.starts_with('.') {
                continue;
            }
            let Ok(entries) = fs::read_dir(self.path(folder)) else { continue };
            for entry in entries.flatten() {
                let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
                if is_file && SECRETS.contains(&name.as_str()) {
                    close(format!("{folder}/{name}"));
                } else if is_file {
                    // Nobody else reaches a file in a closed folder: it is closed silently.
                    let _ = private::tighten(&entry.path());
                }
            }
        }
        found
    }

    /// Files with secrets that others on this computer can read: `.env`, and those that `…_FILE` names.
    pub fn readable_secrets(&self) -> Vec<String> {
        let files = self.secret_files().into_iter();
        let open = files.filter(|(path, _)| private::is_open_to_others(path));
        open.map(|(_, shown)| shown).collect()
    }

    /// The files with secrets that are there, with their names as people would type them.
    pub fn secret_files(&self) -> Vec<(PathBuf, String)> {
        let own = [environment::FILE, ".roundup/secret", ".roundup/token-keys"];
        let own = own.map(|name| (self.path(name), name.to_owned()));
        let named = self.environment.files().map(|path| {
            let shown = path.strip_prefix(&self.root).unwrap_or(&path).display().to_string();
            (path, shown)
        });
        let mut found = Vec::new();
        for one in own.into_iter().chain(named) {
            if one.0.is_file() && !found.contains(&one) {
                found.push(one);
            }
        }
        found
    }
}
