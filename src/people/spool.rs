//! A file of acts that the ledger could not take at once: fsynced before anybody is answered, read before every plan and claim.
//! Shell: one file, locked while it is written or emptied.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

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
    #[error("line {line} of `{path}` is not an act")]
    Damaged { path: String, line: usize },
    #[error("`{path}` has {bytes} bytes: nothing has read it for long")]
    Full { path: String, bytes: u64 },
}

/// The spool of a project.
#[derive(Debug, Clone)]
pub struct Spool {
    path: PathBuf,
}

impl Spool {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Whether something waits. One call to the system: cheap enough before every claim.
    pub fn is_empty(&self) -> bool {
        std::fs::metadata(&self.path).map_or(true, |metadata| metadata.len() == 0)
    }

    /// Proves that an act could be added now, by writing and removing a file beside the spool.
    ///
    /// # Errors
    /// When the disk is full, or the folder cannot be written.
    pub fn prove_writable(&self) -> Result<(), SpoolError> {
        let failed = |source| SpoolError::Write { path: self.shown(), source };
        let path = self.path.with_extension("probe");
        let mut file = private::open(&path).map_err(failed)?;
        let written = file.write_all(&[b' '; 4096]).and_then(|()| file.sync_all());
        let removed = std::fs::remove_file(&path);
        written.and(removed).map_err(failed)
    }

    /// Adds an act; it is on disk when this returns.
    ///
    /// # Errors
    /// When the disk is full, or the folder cannot be written.
    pub fn add(&self, act: &Act) -> Result<(), SpoolError> {
        let failed = |source| SpoolError::Write { path: self.shown(), source };
        let mut line = serde_json::to_vec(act).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let mut file = private::open(&self.path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let before = file.metadata().map_err(failed)?.len();
        if before > LONGEST_SPOOL_BYTES {
            return Err(SpoolError::Full { path: self.shown(), bytes: before });
        }
        let before = whole_lines(&mut file, before).map_err(failed)?;
        let written = file.write_all(&line).and_then(|()| file.sync_all());
        if let Err(source) = written {
            // Half a line would spoil the next one.
            let _ = file.set_len(before);
            return Err(failed(source));
        }
        Ok(())
    }

    /// Hands every act over, and empties the spool when all were taken. Nobody adds anything meanwhile. An act may be handed
    /// over twice after a crash: taking one again must change nothing.
    ///
    /// # Errors
    /// When it cannot be read, or `take` fails: then everything stays.
    pub async fn drain<E, F, R>(&self, take: F) -> Result<usize, E>
    where
        F: FnOnce(Vec<Act>) -> R,
        R: Future<Output = Result<(), E>>,
        E: From<SpoolError>,
    {
        if self.is_empty() {
            return Ok(0);
        }
        let failed = |source| SpoolError::Read { path: self.shown(), source };
        let mut file = private::open(&self.path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let mut text = String::new();
        io::Read::by_ref(&mut file)
            .take(LONGEST_SPOOL_BYTES * 2)
            .read_to_string(&mut text)
            .map_err(failed)?;
        let acts = parse(&self.path, &text)?;
        let count = acts.len();
        take(acts).await?;
        file.set_len(0).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(count)
    }
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

/// A last line without its end was cut by a crash before anybody was answered.
fn parse(path: &Path, text: &str) -> Result<Vec<Act>, SpoolError> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.is_empty())
        .map(|(text, line)| {
            serde_json::from_str(text)
                .map_err(|_| SpoolError::Damaged { path: path.display().to_string(), line })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Way, What};

    fn act(person: &str) -> Act {
        let what = What::Left { way: Way::OneClick, reason: None };
        Act { person: person.to_owned(), at: "2026-11-01T10:00:00Z".parse().unwrap(), what }
    }

    fn block<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn what_was_added_is_handed_over_once_and_stays_when_it_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("spool"));
        assert!(spool.is_empty());
        spool.add(&act("ann")).unwrap();
        spool.add(&Act { what: What::Stayed, ..act("bob") }).unwrap();
        assert!(!spool.is_empty());
        let refused = block(
            spool.drain(|_| async { Err(SpoolError::Damaged { path: "x".to_owned(), line: 1 }) }),
        );
        assert!(refused.is_err());
        let mut taken = Vec::new();
        let count = block(spool.drain::<SpoolError, _, _>(|acts| {
            taken = acts;
            async { Ok(()) }
        }));
        assert_eq!(count.unwrap(), 2);
        assert_eq!(taken, [act("ann"), Act { what: What::Stayed, ..act("bob") }]);
        assert!(spool.is_empty());
    }

    #[test]
    fn a_line_that_a_crash_cut_was_never_answered_and_a_damaged_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        let spool = Spool::new(path.clone());
        spool.add(&act("ann")).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let whole = bytes.clone();
        bytes.extend_from_slice(b"{\"person\":\"bo");
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(parse(&path, std::str::from_utf8(&bytes).unwrap()).unwrap(), [act("ann")]);
        spool.add(&act("cy")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(parse(&path, &text).unwrap(), [act("ann"), act("cy")]);
        let damaged = [b"nonsense\n".as_slice(), &whole].concat();
        std::fs::write(&path, &damaged).unwrap();
        let result = block(spool.drain::<SpoolError, _, _>(|_| async { Ok(()) }));
        assert!(matches!(result, Err(SpoolError::Damaged { line: 1, .. })));
        assert!(!spool.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        Spool::new(path.clone()).add(&act("ann")).unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
