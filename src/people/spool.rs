//! Files of acts that the ledger could not take at once: fsynced before anybody is answered, read before every plan and claim.
//! Shell: four files of a project, and nobody else's.
//!
//! | file | holds |
//! | --- | --- |
//! | `leaving.spool` | what was added; locked only while a line is written or the file is renamed |
//! | `leaving.taking` | what is on its way into the ledger: the renamed spool |
//! | `leaving.lock` | locked by the one program that empties the second file |
//! | `leaving.damaged` | lines that nobody can read, for people |

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;

use super::Act;
use crate::database::private;

/// An act has some 120 bytes: half a million of them. More means that nobody reads the spool.
const LONGEST_SPOOL_BYTES: u64 = 64 * 1024 * 1024;

/// Why an act could not be kept or read.
#[derive(Debug, Error)]
pub enum SpoolError {
    #[error("`{path}` cannot be written: {source}")]
    Write { path: String, source: io::Error },
    #[error("`{path}` cannot be read: {source}")]
    Read { path: String, source: io::Error },
    #[error("`{path}` has {bytes} bytes: it has not been read for a long time")]
    Full { path: String, bytes: u64 },
}

/// The spool of a project.
#[derive(Debug, Clone)]
pub struct Spool {
    added: PathBuf,
}

/// What is on its way into the ledger. Nobody else empties the spool while this lives.
#[derive(Debug)]
pub(super) struct SpoolDrain {
    path: PathBuf,
    /// Of the file as it is.
    pub acts: Vec<Act>,
    _lock: File,
}

/// How long the files are, and when they were written: as long as this stays the same, nobody has added or taken anything.
/// The length by itself is not enough: acts of two people have the same.
pub(super) type SpoolState = [(u64, Option<SystemTime>); 2];

impl Spool {
    /// The spool beside a project's ledger; `folder` is `.roundup`.
    pub fn new(folder: &Path) -> Self {
        Self { added: folder.join("leaving.spool") }
    }

    fn taking(&self) -> PathBuf {
        self.added.with_extension("taking")
    }

    /// Where lines are set aside that cannot be read.
    pub fn damaged(&self) -> PathBuf {
        self.added.with_extension("damaged")
    }

    /// How many lines were set aside.
    pub fn damaged_lines(&self) -> usize {
        std::fs::read(self.damaged()).map_or(0, |bytes| {
            bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count()
        })
    }

    pub(super) fn state(&self) -> SpoolState {
        [self.added.clone(), self.taking()].map(|path| {
            std::fs::metadata(path)
                .map_or((0, None), |metadata| (metadata.len(), metadata.modified().ok()))
        })
    }

    /// Whether nothing waits. Two calls to the system: cheap enough before every claim.
    pub fn is_empty(&self) -> bool {
        // Taken in this order: what is renamed between the two calls is seen by the second.
        self.state().iter().all(|(length, _)| *length == 0)
    }

    /// Proves that an act could be added now, by writing and removing a file beside the spool.
    ///
    /// # Errors
    /// When the disk is full, or the folder cannot be written.
    pub fn prove_writable(&self) -> Result<(), SpoolError> {
        // A name of this process: two of them may try at the same time.
        let path = self.added.with_extension(format!("{}.probe", std::process::id()));
        let failed = |source| cannot_write(&path, source);
        let mut file = private::open(&path).map_err(failed)?;
        let written = file.write_all(&[b' '; 4096]).and_then(|()| file.sync_all());
        let removed = std::fs::remove_file(&path);
        written.and(removed).map_err(failed)
    }

    /// Adds acts; they are on disk when this returns, all of them or none.
    ///
    /// # Errors
    /// When the disk is full, or the folder cannot be written.
    pub fn add(&self, acts: &[Act]) -> Result<(), SpoolError> {
        let failed = |source| cannot_write(&self.added, source);
        let mut lines = Vec::new();
        for act in acts {
            serde_json::to_writer(&mut lines, act).map_err(|error| failed(error.into()))?;
            lines.push(b'\n');
        }
        let mut file = self.locked().map_err(failed)?;
        let before = file.metadata().map_err(failed)?.len();
        if before > LONGEST_SPOOL_BYTES {
            let path = self.added.display().to_string();
            return Err(SpoolError::Full { path, bytes: before });
        }
        let before = whole_lines(&mut file, before).map_err(failed)?;
        let written = file.write_all(&lines).and_then(|()| file.sync_all());
        if let Err(source) = written {
            // Half a line would spoil the next one.
            let _ = file.set_len(before);
            return Err(failed(source));
        }
        Ok(())
    }

    /// The file that acts are added to, locked. A file that was renamed before its lock was given is not it any more.
    fn locked(&self) -> io::Result<File> {
        loop {
            let is_new = !self.added.exists();
            let file = private::open(&self.added)?;
            file.lock()?;
            if !is_still_at(&file, &self.added) {
                continue;
            }
            if is_new {
                // Its name must be on disk too.
                sync_folder(&self.added)?;
            }
            return Ok(file);
        }
    }

    /// Everything that waits, the earliest first, changing nothing; lines that cannot be read are left out.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn waiting(&self) -> Result<Vec<Act>, SpoolError> {
        let mut acts = Vec::new();
        for path in [self.taking(), self.added.clone()] {
            acts.extend(read(&path)?.into_iter().filter_map(Result::ok));
        }
        Ok(acts)
    }

    /// Begins to empty the spool: what waits is renamed, and others add to a new file meanwhile. `None` when another program
    /// is at it.
    ///
    /// # Errors
    /// When a file cannot be read, written or renamed.
    pub(super) fn take(&self) -> Result<Option<SpoolDrain>, SpoolError> {
        let lock_path = self.added.with_extension("lock");
        let failed = |source| cannot_write(&lock_path, source);
        let lock = private::open(&lock_path).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let path = self.taking();
        let failed = |source| cannot_write(&path, source);
        // What an earlier program has left of its own comes first.
        if std::fs::metadata(&path).map_or(0, |metadata| metadata.len()) == 0
            && self.state()[0].0 > 0
        {
            let held = self.locked().map_err(failed)?;
            std::fs::rename(&self.added, &path).map_err(failed)?;
            sync_folder(&path).map_err(failed)?;
            drop(held);
        }
        let mut acts = Vec::new();
        let mut damaged = Vec::new();
        for line in read(&path)? {
            match line {
                Ok(act) => acts.push(act),
                Err(bytes) => damaged.push(bytes),
            }
        }
        let taking = SpoolDrain { path, acts, _lock: lock };
        if !damaged.is_empty() {
            set_aside(&self.damaged(), &damaged)?;
            taking.keep(&taking.acts)?;
        }
        Ok(Some(taking))
    }
}

impl SpoolDrain {
    /// All of them are in the ledger.
    ///
    /// # Errors
    /// When the file cannot be removed; then they are taken once more, which changes nothing.
    pub(super) fn done(self) -> Result<(), SpoolError> {
        match std::fs::remove_file(&self.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(cannot_write(&self.path, source))
            }
            _ => Ok(()),
        }
    }

    /// The first of them are in the ledger, and these are not.
    ///
    /// # Errors
    /// When the file cannot be written; then all of them stay.
    pub(super) fn keep(&self, rest: &[Act]) -> Result<(), SpoolError> {
        let mut bytes = Vec::new();
        for act in rest {
            serde_json::to_writer(&mut bytes, act)
                .map_err(|error| cannot_write(&self.path, error.into()))?;
            bytes.push(b'\n');
        }
        private::write(&self.path, &bytes).map_err(|source| cannot_write(&self.path, source))
    }
}

fn cannot_write(path: &Path, source: io::Error) -> SpoolError {
    SpoolError::Write { path: path.display().to_string(), source }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(held), Ok(there)) = (file.metadata(), std::fs::metadata(path)) else { return false };
    (held.dev(), held.ino()) == (there.dev(), there.ino())
}

/// An open file cannot be renamed on this system.
#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// A new name is on disk once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn set_aside(path: &Path, lines: &[Vec<u8>]) -> Result<(), SpoolError> {
    let failed = |source| cannot_write(path, source);
    let mut file = private::open(path).map_err(failed)?;
    file.seek(io::SeekFrom::End(0)).map_err(failed)?;
    let mut bytes = lines.join(&b'\n');
    bytes.push(b'\n');
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    sync_folder(path).map_err(failed)
}

/// The length of the file's whole lines, which is where the next one begins: what a crash left of a line goes.
fn whole_lines(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length;
    let mut byte = [0];
    while end > 0 {
        file.seek(io::SeekFrom::Start(end - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        end -= 1;
    }
    if end < length {
        file.set_len(end)?;
    }
    file.seek(io::SeekFrom::Start(end))?;
    Ok(end)
}

/// The lines of a file, each an act or what stands in its place. A last line without its end was cut by a crash before
/// anybody was answered.
fn read(path: &Path) -> Result<Vec<Result<Act, Vec<u8>>>, SpoolError> {
    let failed = |source| SpoolError::Read { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => {
            file.take(LONGEST_SPOOL_BYTES * 2).read_to_end(&mut bytes).map_err(failed)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(|line| serde_json::from_slice(line).map_err(|_| line.to_vec())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{ActKind, LeavingWay};

    fn act(person: &str) -> Act {
        let what = ActKind::Left { way: LeavingWay::OneClick, reason: None };
        Act::new(person, "2026-11-01T10:00:00Z".parse().unwrap(), what)
    }

    #[test]
    fn what_was_added_is_taken_once_and_stays_when_it_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        assert!(spool.is_empty());
        let both = [act("ann"), Act { what: ActKind::Stayed, ..act("bob") }];
        spool.add(&both).unwrap();
        assert!(!spool.is_empty());
        let taking = spool.take().unwrap().unwrap();
        assert_eq!(taking.acts, both);
        // Nobody else takes meanwhile, and others add.
        assert!(spool.take().unwrap().is_none());
        spool.add(&[act("cy")]).unwrap();
        drop(taking);
        assert_eq!(spool.waiting().unwrap(), [&both[..], &[act("cy")]].concat());
        let taking = spool.take().unwrap().unwrap();
        assert_eq!(taking.acts, both);
        taking.keep(&both[1..]).unwrap();
        drop(taking);
        let taking = spool.take().unwrap().unwrap();
        assert_eq!(taking.acts, both[1..]);
        taking.done().unwrap();
        assert!(!spool.is_empty());
        let taking = spool.take().unwrap().unwrap();
        assert_eq!(taking.acts, [act("cy")]);
        taking.done().unwrap();
        assert!(spool.is_empty());
        assert_eq!(spool.damaged_lines(), 0);
    }

    #[test]
    fn many_add_while_one_takes_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let spool = spool.clone();
                std::thread::spawn(move || {
                    for n in 0..50 {
                        spool.add(&[act(&format!("{thread}-{n}"))]).unwrap();
                    }
                })
            })
            .collect();
        let mut taken = Vec::new();
        let mut add = |taking: SpoolDrain| {
            taken.extend(taking.acts.iter().map(|act| act.person.clone()));
            taking.done().unwrap();
        };
        while threads.iter().any(|thread| !thread.is_finished()) {
            add(spool.take().unwrap().unwrap());
        }
        for thread in threads {
            thread.join().unwrap();
        }
        add(spool.take().unwrap().unwrap());
        taken.sort();
        taken.dedup();
        assert_eq!(taken.len(), 200);
        assert!(spool.is_empty());
    }

    #[test]
    fn a_line_that_a_crash_cut_was_never_answered_and_a_damaged_one_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leaving.spool");
        let spool = Spool::new(folder.path());
        spool.add(&[act("ann")]).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"person\":\"bo");
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(spool.waiting().unwrap(), [act("ann")]);
        spool.add(&[act("cy")]).unwrap();
        assert_eq!(spool.waiting().unwrap(), [act("ann"), act("cy")]);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [b"nonsense \xff\n\n{}\n".as_slice(), &whole].concat()).unwrap();
        drop(spool.take().unwrap().unwrap());
        // Set aside once, and no longer in the way.
        let taking = spool.take().unwrap().unwrap();
        assert_eq!(taking.acts, [act("ann"), act("cy")]);
        taking.done().unwrap();
        assert!(spool.is_empty());
        assert_eq!(spool.damaged_lines(), 2);
        assert_eq!(std::fs::read(spool.damaged()).unwrap(), b"nonsense \xff\n{}\n");
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        spool.add(&[act("ann")]).unwrap();
        spool.take().unwrap().unwrap().keep(&[act("bob")]).unwrap();
        spool.add(&[act("ann")]).unwrap();
        for name in ["leaving.spool", "leaving.taking", "leaving.lock"] {
            let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
