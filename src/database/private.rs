//! Files and folders that only their owner can read, made with these rights and not given them afterwards.
//! Shell: makes files and folders.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a folder, and those above it that are missing, for its owner only.
///
/// # Errors
/// When it cannot be made.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn options() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes an empty file for its owner only, if there is none.
///
/// # Errors
/// When it cannot be made, or not be written.
pub fn file(path: &Path) -> io::Result<()> {
    options().create(true).append(true).open(path).map(drop)
}

/// Opens a file to read and write it, and makes it for its owner only if there is none.
///
/// # Errors
/// When it cannot be opened or made.
pub fn open(path: &Path) -> io::Result<File> {
    options().read(true).write(true).create(true).truncate(false).open(path)
}

/// A file for its owner only, in place of one that may be there: whoever has the old one open reads nothing of the new one.
///
/// # Errors
/// When it cannot be made.
pub fn fresh_file(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => new_file(path),
    }
}

/// Whether others on this computer have rights to a file or folder that is there.
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        // Windows inherits the rights of the user's own folder.
        let _ = path;
        false
    }
}

/// Takes the rights of others from a file or folder. True when they had any.
///
/// # Errors
/// When it belongs to somebody else, or cannot be changed.
pub fn tighten(path: &Path) -> io::Result<bool> {
    if !is_open_to_others(path) {
        return Ok(false);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut rights = std::fs::metadata(path)?.permissions();
        rights.set_mode(rights.mode() & 0o700);
        std::fs::set_permissions(path, rights)?;
    }
    Ok(true)
}

/// A new file for its owner only.
///
/// # Errors
/// When it cannot be made, or when there is one already.
pub fn new_file(path: &Path) -> io::Result<File> {
    options().write(true).create_new(true).open(path)
}

/// Writes a file for its owner only, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder(parent)?;
    }
    write_with(&options(), path, bytes)
}

/// The same for a file that is for everybody, such as a picture of a website.
///
/// # Errors
/// When it cannot be written.
pub fn write_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)?;
    }
    write_with(&OpenOptions::new(), path, bytes)
}

fn write_with(options: &OpenOptions, path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Two processes may write at the same time: each has its own partial file, and the last one stands.
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = Path::new(&partial);
    let written = (|| {
        let mut file = options.clone().write(true).create(true).truncate(true).open(partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(partial, path)
    })();
    if written.is_err() {
        // The first error is the one that counts.
        let _ = std::fs::remove_file(partial);
    }
    written
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_what_is_made_here() {
        use std::os::unix::fs::PermissionsExt;
        let outside = tempfile::tempdir().unwrap();
        let path = outside.path().join("a/b/secret");
        super::write(&path, b"one").unwrap();
        super::write(&path, b"two").unwrap();
        super::file(&path).unwrap();
        assert!(super::new_file(&path).is_err());
        super::new_file(&outside.path().join("a/other")).unwrap();
        let mode =
            |name: &str| outside.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(["a", "a/b", "a/b/secret", "a/other"].map(mode), [0o700, 0o700, 0o600, 0o600]);
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        // What was there, and wider, is closed or replaced.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(super::is_open_to_others(&path));
        super::fresh_file(&path).unwrap();
        assert_eq!(mode("a/b/secret"), 0o600);
        std::fs::set_permissions(outside.path().join("a"), std::fs::Permissions::from_mode(0o755))
            .unwrap();
        assert!(super::tighten(&outside.path().join("a")).unwrap());
        assert!(!super::tighten(&outside.path().join("a")).unwrap());
        assert_eq!(mode("a"), 0o700);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
