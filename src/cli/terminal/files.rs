//! Files that commands write for people: whole, or not at all.
//! Shell: writes them.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::database::private;
use crate::project::Project;

/// Writes a file of the project, named as below its root, whole or not at all, and its folder if there is none.
///
/// # Errors
/// When it cannot be written; what was there stays.
pub fn save(project: &Project, file: &str, text: &str) -> Result<(), Failure> {
    let path = project.path(file);
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        write_whole(&path, text.as_bytes())
    };
    write().map_err(|error| cannot_write(file, &error))
}

/// Makes a folder that only its owner can enter. One that is there and open to others is closed, and it is said so; one that
/// holds other things than pages of ours is not ours to close.
///
/// # Errors
/// When it cannot be made, or others can read what is written into it.
pub fn private_folder(folder: &Path, screen: &Screen) -> Result<(), Failure> {
    let shown = folder.display();
    let cannot = |error: std::io::Error| cannot_write(&shown.to_string(), &error);
    if !private::is_open_to_others(folder) {
        return private::folder(folder).map_err(cannot);
    }
    let is_ours = folder.join("index.html").is_file() && folder.join("message.eml").is_file();
    let is_empty = std::fs::read_dir(folder).map_err(cannot)?.next().is_none();
    if !(is_ours || is_empty) {
        return Err(Failure::new(
            Exit::Usage,
            format!("other people on this computer can read `{shown}`, and it holds other files"),
        )
        .help(format!(
            "choose a folder that does not exist yet, or run `chmod 700 {shown}` first"
        )));
    }
    private::tighten(folder).map_err(cannot)?;
    screen.warn(&format!(
        "other people on this computer could read `{shown}`, which is about people on the list: \
         it is now closed to them"
    ));
    Ok(())
}

/// What people read about a file that cannot be written.
pub fn cannot_write(file: &str, error: &std::io::Error) -> Failure {
    let help = match error.kind() {
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "something of that name is in the way: choose another name"
        }
        ErrorKind::IsADirectory => "that is a folder: name a file",
        _ => "check the free space, and that you may write there",
    };
    Failure::new(Exit::Failed, format!("{file} cannot be written: {error}")).help(help)
}

/// Writes a file that is not there yet, and touches none that is.
///
/// # Errors
/// When it is there, or cannot be written.
pub fn write_new(path: &Path, content: impl AsRef<[u8]>) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(content.as_ref());
    if written.is_err() {
        // Half a file would be taken for a whole one.
        std::fs::remove_file(path)?;
    }
    written
}

/// What was opened, whole; nothing where it has more than a number of bytes.
///
/// # Errors
/// When it cannot be read.
pub fn whole_up_to(
    most: u64,
    shown: &str,
    opened: std::io::Result<impl Read>,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    let read = opened.and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::new(Exit::Usage, format!("{shown} cannot be read: {error}"))
            .help("check its name, and that you may read it")
    })?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When it cannot be written; then what was there before is there still.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() && partial.exists() {
        std::fs::remove_file(&partial)?;
    }
    written
}
