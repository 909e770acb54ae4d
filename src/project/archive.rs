//! A whole copy of a project in one file, and a project out of such a file again.
//! Shell: reads and writes files; databases are copied as they are at one moment, also during a run.
//!
//! The file is a compressed tar archive whose first entry is a manifest. Everything in it is private: people, secrets.

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::database::sqlite::{self, OpenError};
use crate::database::{DatabaseError, private};

/// The first entry: what the archive holds.
pub const MANIFEST: &str = "roundup-backup.json";
const SCHEMA: &str = "roundup.backup/1";
/// Folders at the top that can be made again, or are somebody else's.
const LEFT_OUT: [&str; 4] = [".git", "outbox", "preview", "target"];
/// The folder of roundup's own files.
const OWN: &str = ".roundup";
/// A project has some thousand files; an archive that says more is not one of ours.
const MOST_ENTRIES: usize = 200_000;
/// A million people, their editions and pictures.
const MOST_BYTES: u64 = 64 * 1024 * 1024 * 1024;
const LONGEST_MANIFEST_BYTES: u64 = 64 * 1024;
/// How deep folders may be.
const DEEPEST: usize = 32;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub schema: String,
    pub made_at: DateTime<Utc>,
    /// The project's folder then.
    pub project: PathBuf,
    /// The ledger's file below the project; none where there is no ledger, or it is on a server.
    pub ledger: Option<String>,
    /// The file itself, wherever it was.
    pub ledger_file: Option<PathBuf>,
    /// Its identity and age then.
    pub identity: Option<String>,
    pub age: Option<i64>,
    /// The check value of the secret.
    pub secret_check: Option<String>,
}

impl Manifest {
    pub fn new(made_at: DateTime<Utc>, project: PathBuf) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            made_at,
            project,
            ledger: None,
            ledger_file: None,
            identity: None,
            age: None,
            secret_check: None,
        }
    }
}

/// Why an archive cannot be made or read. Nothing is left half done.
#[derive(Debug, Error)]
pub enum ArchiveError {
    #[error("{0} already exists")]
    Exists(String),
    #[error("{0} is not empty")]
    NotEmpty(String),
    #[error("{0} is not a backup made by roundup")]
    NotOurs(String),
    #[error("{0} was made by a newer version of roundup")]
    Newer(String),
    #[error("the backup holds `{0}`, which does not belong in a project")]
    BadEntry(String),
    #[error("the backup is larger than {MOST_BYTES} bytes or {MOST_ENTRIES} files")]
    TooLarge,
    #[error("the backup cannot be written: {what}")]
    Write { what: String },
    #[error("the backup cannot be read: {what}")]
    Read { what: String },
    #[error("{path} cannot be copied into the backup: {what}")]
    Copy { path: String, what: String },
}

fn unwritten(error: impl Into<Box<dyn Error + Send + Sync>>) -> ArchiveError {
    ArchiveError::Write { what: error.into().to_string() }
}

fn unread(error: impl Into<Box<dyn Error + Send + Sync>>) -> ArchiveError {
    ArchiveError::Read { what: error.into().to_string() }
}

/// What goes into a backup beside the files of the project.
pub struct BackupExtras {
    /// Databases: where they are, and their names in the archive.
    pub databases: Vec<(PathBuf, String)>,
    /// Secrets that do not stand in a file of the project, by their names in the archive.
    pub secrets: Vec<(String, SecretString)>,
}

/// What a backup holds, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    pub files: usize,
    pub databases: usize,
    /// Links and other things that are not files: they are not in it.
    pub skipped: Vec<String>,
}

/// Writes a backup of the project at `root` into a new file, whole or not at all.
///
/// # Errors
/// When the file exists, or something cannot be read or written.
pub fn write(
    root: &Path,
    file: &Path,
    manifest: &Manifest,
    extra: &BackupExtras,
) -> Result<Contents, ArchiveError> {
    let shown = file.display().to_string();
    if file.symlink_metadata().is_ok() {
        return Err(ArchiveError::Exists(shown));
    }
    let mut partial = file.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let written = (|| {
        let out = private::new_file(&partial).map_err(unwritten)?;
        let contents = fill(root, &[file, &partial], &out, manifest, extra)?;
        out.sync_all().map_err(unwritten)?;
        // A link is made only where nothing has the name: two backups at the same moment do not replace each other.
        fs::hard_link(&partial, file).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Err(ArchiveError::Exists(shown.clone())),
            // Some file systems have no links.
            _ => fs::rename(&partial, file).map_err(unwritten),
        })?;
        Ok(contents)
    })();
    // Gone already where it was renamed.
    let _ = fs::remove_file(&partial);
    written
}

fn fill(
    root: &Path,
    except: &[&Path],
    out: &File,
    manifest: &Manifest,
    extra: &BackupExtras,
) -> Result<Contents, ArchiveError> {
    let mut contents = Contents::default();
    let encoder = GzEncoder::new(BufWriter::new(out), Compression::fast());
    let mut archive = tar::Builder::new(encoder);
    let manifest = serde_json::to_vec_pretty(manifest).map_err(unwritten)?;
    append_bytes(&mut archive, MANIFEST, &manifest)?;
    let taken: BTreeSet<PathBuf> =
        extra.databases.iter().filter_map(|(path, _)| path.canonicalize().ok()).collect();
    let mut files = Vec::new();
    walk(root, Path::new(""), 0, &mut files, &mut contents.skipped)?;
    let except: Vec<PathBuf> = except.iter().filter_map(|path| path.canonicalize().ok()).collect();
    for below in files {
        let path = root.join(&below);
        let is_ours =
            path.canonicalize().is_ok_and(|path| except.contains(&path) || taken.contains(&path));
        let name = below.to_string_lossy().replace('\\', "/");
        let has_extra = extra.secrets.iter().any(|(secret, _)| *secret == name);
        if is_ours || is_own_scratch(&below) || has_extra || is_backup(&path) {
            continue;
        }
        let copied =
            |error: io::Error| ArchiveError::Copy { path: name.clone(), what: error.to_string() };
        let mut file = File::open(&path).map_err(copied)?;
        append_file(&mut archive, &name, &mut file).map_err(copied)?;
        contents.files += 1;
    }
    for (name, secret) in &extra.secrets {
        append_bytes(&mut archive, name, secret.expose_secret().as_bytes())?;
        contents.files += 1;
    }
    for (path, name) in &extra.databases {
        append_database(&mut archive, path, name)?;
        contents.databases += 1;
    }
    let encoder = archive.into_inner().map_err(unwritten)?;
    encoder.finish().and_then(|mut out| out.flush()).map_err(unwritten)?;
    Ok(contents)
}

type Archive<'a> = tar::Builder<GzEncoder<BufWriter<&'a File>>>;

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_entry_type(tar::EntryType::Regular);
    header
}

fn append_bytes(archive: &mut Archive<'_>, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
    let mut header = header(bytes.len() as u64);
    archive.append_data(&mut header, name, bytes).map_err(unwritten)
}

/// A file that grows or shrinks meanwhile is copied with the length that it had.
fn append_file(archive: &mut Archive<'_>, name: &str, file: &mut File) -> io::Result<()> {
    let size = file.metadata()?.len();
    let mut header = header(size);
    archive.append_data(&mut header, name, file.take(size).chain(io::repeat(0)).take(size))
}

/// Copies a database as it is at one moment, beside the original, and takes the copy in.
fn append_database(archive: &mut Archive<'_>, path: &Path, name: &str) -> Result<(), ArchiveError> {
    let failed = |what: String| ArchiveError::Copy { path: name.to_owned(), what };
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".{}.copy", std::process::id()));
    let copy = PathBuf::from(copy);
    let appended = sqlite::copy(path, &copy)
        .map_err(|error| match error {
            OpenError::Newer(newer) => failed(newer.to_string()),
            OpenError::Database(DatabaseError { what, .. }) => failed(what),
        })
        .and_then(|()| {
            let mut file = File::open(&copy).map_err(|error| failed(error.to_string()))?;
            append_file(archive, name, &mut file).map_err(|error| failed(error.to_string()))
        });
    // It has people in it.
    let _ = fs::remove_file(&copy);
    appended
}

fn walk(
    root: &Path,
    below: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    skipped: &mut Vec<String>,
) -> Result<(), ArchiveError> {
    let failed = |error: io::Error| ArchiveError::Copy {
        path: below.display().to_string(),
        what: error.to_string(),
    };
    if depth > DEEPEST || files.len() > MOST_ENTRIES {
        return Err(ArchiveError::TooLarge);
    }
    let mut entries: Vec<_> =
        fs::read_dir(root.join(below)).and_then(Iterator::collect).map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if depth == 0 && LEFT_OUT.iter().any(|out| name == OsStr::new(out)) {
            continue;
        }
        let path = below.join(&name);
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            // What this computer remembers does not belong to the project, wherever it is kept.
            if root.join(&path).join("roundup/ledgers").is_dir() {
                continue;
            }
            walk(root, &path, depth + 1, files, skipped)?;
        } else if kind.is_file() {
            files.push(path);
        } else {
            skipped.push(path.display().to_string());
        }
    }
    Ok(())
}

/// Files in roundup's own folder that belong to a run or to a database: databases are copied in another way.
fn is_own_scratch(below: &Path) -> bool {
    if !below.starts_with(OWN) {
        return false;
    }
    let name = below.file_name().unwrap_or_default().to_string_lossy();
    [".sending", ".partial", ".copy", ".db", "-wal", "-shm", "-journal"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// An earlier backup that stands in the project.
fn is_backup(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut start = [0; MANIFEST.len()];
    GzDecoder::new(file).read_exact(&mut start).is_ok() && start == MANIFEST.as_bytes()
}

/// Reads what a backup says of itself.
///
/// # Errors
/// When it is not a backup.
pub fn manifest(file: &Path) -> Result<Manifest, ArchiveError> {
    let shown = file.display().to_string();
    let not_ours = || ArchiveError::NotOurs(shown.clone());
    let input = File::open(file).map_err(unread)?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(input)));
    let mut entries = archive.entries().map_err(|_| not_ours())?;
    let entry = entries.next().and_then(Result::ok).ok_or_else(not_ours)?;
    if entry.path().ok().is_none_or(|path| path != Path::new(MANIFEST)) {
        return Err(not_ours());
    }
    let mut text = Vec::new();
    entry.take(LONGEST_MANIFEST_BYTES).read_to_end(&mut text).map_err(unread)?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| not_ours())?;
    match manifest.schema.as_str() {
        SCHEMA => Ok(manifest),
        other if other.starts_with("roundup.backup/") => Err(ArchiveError::Newer(shown)),
        _ => Err(not_ours()),
    }
}

/// Unpacks a backup into an empty folder, whole or not at all.
///
/// # Errors
/// When it is not a backup, holds what does not belong there, or the folder is not empty.
pub fn unpack(file: &Path, into: &Path) -> Result<Manifest, ArchiveError> {
    let manifest = manifest(file)?;
    let is_new = !into.exists();
    private::folder(into).map_err(unwritten)?;
    if !is_new && !is_empty(into, file)? {
        return Err(ArchiveError::NotEmpty(into.display().to_string()));
    }
    let partial = into.join(format!(".restoring-{}", std::process::id()));
    let unpacked = unpack_entries(file, &partial).and_then(|()| move_out(&partial, into));
    if unpacked.is_err() {
        let _ = fs::remove_dir_all(&partial);
        if is_new {
            let _ = fs::remove_dir(into);
        }
    }
    unpacked.map(|()| manifest)
}

/// Hidden files of others do not count; ours do, and so does anything that people see, but for the backup itself.
fn is_empty(folder: &Path, backup: &Path) -> Result<bool, ArchiveError> {
    let backup = backup.canonicalize().ok();
    for entry in fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = matches!(name.as_str(), OWN | ".env");
        let is_backup = backup.is_some() && entry.path().canonicalize().ok() == backup;
        if (is_ours || !name.starts_with('.')) && !is_backup {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unpack_entries(file: &Path, into: &Path) -> Result<(), ArchiveError> {
    let input = File::open(file).map_err(unread)?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(input)));
    private::folder(into).map_err(unwritten)?;
    let mut bytes = 0;
    for (number, entry) in archive.entries().map_err(unread)?.enumerate() {
        let mut entry = entry.map_err(unread)?;
        let path = entry.path().map_err(unread)?.into_owned();
        bytes += entry.size();
        if number > MOST_ENTRIES || bytes > MOST_BYTES {
            return Err(ArchiveError::TooLarge);
        }
        if number == 0 {
            continue;
        }
        let is_plain = entry.header().entry_type().is_file()
            && path.components().count() <= DEEPEST + 1
            && path.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_plain {
            let shown = path.to_string_lossy().escape_debug().take(100).collect();
            return Err(ArchiveError::BadEntry(shown));
        }
        let to = into.join(&path);
        if let Some(parent) = to.parent() {
            private::folder(parent).map_err(unwritten)?;
        }
        let mut out = private::new_file(&to).map_err(unwritten)?;
        let copied = io::copy(&mut entry, &mut out).map_err(unread)?;
        // An archive that was cut off ends in the middle of a file.
        if copied != entry.size() {
            return Err(ArchiveError::Read { what: "it was cut off".to_owned() });
        }
        out.sync_all().map_err(unwritten)?;
    }
    Ok(())
}

fn move_out(partial: &Path, into: &Path) -> Result<(), ArchiveError> {
    for entry in fs::read_dir(partial).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        fs::rename(entry.path(), into.join(entry.file_name())).map_err(unwritten)?;
    }
    fs::remove_dir(partial).map_err(unwritten)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("news");
        for (name, text) in [
            ("roundup.toml", "x"),
            (".env", "ROUNDUP_SECRET=s"),
            ("editions/2020.md", "words"),
            (".roundup/checked.json", "{}"),
            (".roundup/2020.sending", "1"),
            (".roundup/ledger.db-wal", "never"),
            ("outbox/new/1", "never"),
        ] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        (folder, root)
    }

    fn backup(
        root: &Path,
        file: &Path,
        secrets: &[(&str, &str)],
    ) -> Result<Contents, ArchiveError> {
        let secrets =
            secrets.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect();
        let manifest = Manifest::new(DateTime::UNIX_EPOCH, root.to_owned());
        write(root, file, &manifest, &BackupExtras { databases: Vec::new(), secrets })
    }

    #[test]
    fn what_goes_in_comes_out() {
        let (folder, root) = project();
        let file = root.join("backup.tar.gz");
        let contents = backup(&root, &file, &[(".roundup/secret", "deep")]).unwrap();
        assert_eq!(contents.files, 5);
        assert!(matches!(backup(&root, &file, &[]), Err(ArchiveError::Exists(_))));
        // A second backup does not hold the first.
        assert_eq!(backup(&root, &root.join("b2"), &[]).unwrap().files, 4);
        let to = folder.path().join("elsewhere");
        let manifest = unpack(&file, &to).unwrap();
        assert_eq!(manifest.project, root);
        let read = |name: &str| fs::read_to_string(to.join(name)).unwrap();
        assert_eq!(
            (read("editions/2020.md"), read(".roundup/secret")),
            ("words".into(), "deep".into())
        );
        for name in ["outbox", ".roundup/2020.sending", ".roundup/ledger.db-wal", "backup.tar.gz"] {
            assert!(!to.join(name).exists(), "{name}");
        }
        assert!(matches!(unpack(&file, &to), Err(ArchiveError::NotEmpty(_))));
        assert_eq!(fs::read_dir(&to).unwrap().count(), 4);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&to), mode(&to.join(".env")), mode(&file)), (0o700, 0o600, 0o600));
        }
    }

    #[test]
    fn nothing_is_left_of_a_backup_that_is_not_one() {
        let (folder, root) = project();
        let file = folder.path().join("b");
        backup(&root, &file, &[]).unwrap();
        let whole = fs::read(&file).unwrap();
        let to = folder.path().join("to");
        for bytes in [&b"not an archive"[..], &[], &whole[..whole.len() / 2], &whole[..30]] {
            let broken = folder.path().join("broken");
            fs::write(&broken, bytes).unwrap();
            assert!(unpack(&broken, &to).is_err());
            assert!(!to.exists());
        }
    }

    #[test]
    fn an_archive_writes_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        for (kind, name) in [
            (tar::EntryType::Regular, "../out"),
            (tar::EntryType::Regular, "/tmp/out"),
            (tar::EntryType::Symlink, "link"),
            (tar::EntryType::Link, "link"),
        ] {
            let file = folder.path().join("evil");
            let encoder = GzEncoder::new(File::create(&file).unwrap(), Compression::fast());
            let mut archive = tar::Builder::new(encoder);
            let manifest = Manifest::new(DateTime::UNIX_EPOCH, PathBuf::new());
            let manifest = serde_json::to_vec(&manifest).unwrap();
            archive.append_data(&mut header(manifest.len() as u64), MANIFEST, &*manifest).unwrap();
            let mut evil = header(0);
            evil.set_entry_type(kind);
            // Written by hand: the library would refuse the name.
            let gnu = evil.as_gnu_mut().unwrap();
            gnu.name[..name.len()].copy_from_slice(name.as_bytes());
            gnu.linkname[..4].copy_from_slice(b"/etc");
            evil.set_cksum();
            archive.append(&evil, io::empty()).unwrap();
            archive.into_inner().unwrap().finish().unwrap();
            let to = folder.path().join("to");
            assert!(matches!(unpack(&file, &to), Err(ArchiveError::BadEntry(_))), "{name}");
            assert!(!to.exists());
        }
    }
}
