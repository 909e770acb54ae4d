//! Room on the disk.
//! Shell: the operating system.

use std::path::Path;

/// Bytes that may still be written where a folder is; `None` where the system does not say.
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Nothing is known on Windows: a disk that is full is found when the ledger is written, before anybody is mailed.
#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
