//! Files that commands write for people: whole, or not at all.
//! Shell: writes them.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::database::private;
use crate::project::Project;
use crate::shell_words::for_shell;

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
            "choose a folder that does not exist yet, or run `chmod 700 {}` first",
            for_shell(&shown.to_string())
        )));
    }
    private::tighten(folder).map_err(cannot)?;
    screen.warn(&format!(
        "other people on this computer could read `{shown}`, which is about people on the list: \
         it is now closed to them"
    ));
    Ok(())
}

/// A file that people named, to be written where they wished.
pub struct NamedOutput<'a> {
    pub path: &'a Path,
    /// Whose lists, news and settings are not to be replaced or added to.
    pub project: Option<&'a Project>,
    /// What it is, as in "an earlier report".
    pub what: &'static str,
    /// How each file that we write there begins, or has near its beginning.
    pub mark: &'static str,
}

/// The mark of a file stands in its first part: fonts and styles come after it.
const MARK_WITHIN_BYTES: u64 = 4096;
/// Folders of a project that hold its only copy of something: a table in `subscribers/` would be a list.
const KEPT_FOLDERS: [&str; 6] =
    ["subscribers", "news", "editions", "segments", "templates", "pictures"];

impl NamedOutput<'_> {
    /// Refuses a file that is somebody's work, so that nothing is made before it is known that it has a place.
    ///
    /// # Errors
    /// When something else than an earlier one stands there, or would be read as a part of the newsletter.
    pub fn refuse_other_files(&self) -> Result<(), Failure> {
        let Self { path, what, mark, .. } = self;
        let shown = path.display();
        let help = "name a file that does not exist yet";
        if let Some(folder) = self.kept_folder() {
            return Err(Failure::new(
                Exit::Usage,
                format!("`{shown}` would be read as a part of the newsletter: `{folder}` is kept for that"),
            )
            .help("name a file outside of it"));
        }
        let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
        if !found.is_file() || found.len() == 0 {
            return Ok(());
        }
        let mut head = Vec::new();
        let read = std::fs::File::open(path)
            .and_then(|file| file.take(MARK_WITHIN_BYTES).read_to_end(&mut head));
        if read.is_ok() && memchr::memmem::find(&head, mark.as_bytes()).is_some() {
            return Ok(());
        }
        Err(Failure::new(Exit::Usage, format!("`{shown}` is there already and is not {what}"))
            .help(help))
    }

    /// The part of the project that a file would become a part of.
    fn kept_folder(&self) -> Option<String> {
        let root = self.project?.root.canonicalize().ok()?;
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
        let below = parent.strip_prefix(root).ok()?.components().next();
        let first = below.map_or(self.path.file_name()?, |part| part.as_os_str()).to_str()?;
        // `.env` and the folders of programs.
        let is_hidden = first.starts_with('.');
        let is_kept = below.is_some() && KEPT_FOLDERS.contains(&first.to_lowercase().as_str());
        (is_hidden || is_kept).then(|| first.to_owned())
    }

    /// Writes it: a file whole or not at all, and into a pipe or a device as it is.
    ///
    /// # Errors
    /// When it would replace something else, or cannot be written.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.refuse_other_files()?;
        let path = self.path;
        let write = || match std::fs::metadata(path) {
            Ok(found) if found.is_file() && !is_of_the_system(path) => {
                // A link stays one: the file that it leads to is written.
                write_whole(&path.canonicalize()?, bytes)
            }
            Ok(found) if !found.is_dir() => {
                OpenOptions::new().append(true).open(path)?.write_all(bytes)
            }
            Ok(_) => Err(ErrorKind::IsADirectory.into()),
            Err(_) => write_whole(path, bytes),
        };
        write().map_err(|error| cannot_write(&path.display().to_string(), &error))
    }
}

/// `/dev/stdout` leads to whatever the output is: it is written to, and never replaced.
fn is_of_the_system(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Refuses a folder of somebody else's work before pages are written into it: of `names` none may stand there, except in a
/// folder that an earlier command has written, which has each of `ours`.
///
/// # Errors
/// When a file would be replaced that is not ours.
pub fn refuse_other_folder(folder: &Path, ours: &[&str], names: &[&str]) -> Result<(), Failure> {
    if ours.iter().all(|name| folder.join(name).is_file()) {
        return Ok(());
    }
    let Some(first) = names.iter().find(|name| folder.join(name).symlink_metadata().is_ok()) else {
        return Ok(());
    };
    let shown = folder.display();
    Err(Failure::new(
        Exit::Usage,
        format!("`{shown}` has a file `{first}` that roundup has not written"),
    )
    .help("choose a folder that does not exist yet"))
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
