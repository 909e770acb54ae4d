//! Which files a git repository keeps: a secret in one is with everybody who ever gets a copy.
//! Shell: reads the repository's index (git's gitformat-index, versions 2 to 4).

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// An index of a hundred thousand files has some ten megabytes.
const LONGEST_INDEX_BYTES: u64 = 64 * 1024 * 1024;
/// Of an entry before its name: times, numbers, size, the hash and flags.
const ENTRY_BYTES: usize = 62;
const EXTENDED: u16 = 0x4000;

/// Those of `files` that the repository around `folder` keeps; none where there is no repository, or its index is of another
/// kind.
pub fn tracked<'a>(folder: &Path, files: &'a [PathBuf]) -> Vec<&'a PathBuf> {
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    let Some((root, index)) = folder.ancestors().find_map(|at| Some((at, index_of(at)?))) else {
        return Vec::new();
    };
    let mut bytes = Vec::new();
    let read = fs::File::open(index).map(|file| file.take(LONGEST_INDEX_BYTES));
    if read.and_then(|mut file| file.read_to_end(&mut bytes)).is_err() {
        return Vec::new();
    }
    let names = names(&bytes).unwrap_or_default();
    let is_tracked = |file: &&PathBuf| {
        let Ok(file) = file.canonicalize() else { return false };
        let Ok(below) = file.strip_prefix(root) else { return false };
        let parts = below.components().map(|part| part.as_os_str().to_string_lossy());
        let below = parts.collect::<Vec<_>>().join("/");
        names.iter().any(|name| *name == below.as_bytes())
    };
    files.iter().filter(is_tracked).collect()
}

/// The index of the repository whose top is here. In a linked work tree `.git` is a file that names its folder.
fn index_of(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git.join("index"));
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()).join("index"))
}

/// The names in an index; `None` where it is not one.
fn names(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let number = |at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
    };
    if bytes.get(..4)? != b"DIRC" {
        return None;
    }
    let (version, count) = (number(4)?, number(8)?);
    let (mut at, mut names) = (12, Vec::<Vec<u8>>::new());
    for _ in 0..count {
        let flags = u16::from_be_bytes(bytes.get(at + 60..at + 62)?.try_into().ok()?);
        let mut name_at = at + ENTRY_BYTES;
        if version >= 3 && flags & EXTENDED != 0 {
            name_at += 2;
        }
        let mut name = Vec::new();
        if version == 4 {
            let (cut, after) = distance(bytes, name_at)?;
            let before = names.last().map_or(&[][..], Vec::as_slice);
            name.extend_from_slice(before.get(..before.len().checked_sub(cut)?)?);
            name_at = after;
        }
        let rest = bytes.get(name_at..)?;
        let length = rest.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(&rest[..length]);
        at = if version == 4 {
            name_at + length + 1
        } else {
            // One to eight bytes of nothing, so that the next entry begins at a multiple of eight.
            at + (name_at + length - at) / 8 * 8 + 8
        };
        names.push(name);
    }
    Some(names)
}

/// A number of variable width, as git writes offsets, and where it ends.
fn distance(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) -> bool {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(arguments);
        git.current_dir(folder).env("GIT_CONFIG_GLOBAL", "").env("GIT_CONFIG_NOSYSTEM", "1");
        git.output().is_ok_and(|output| output.status.success())
    }

    #[test]
    fn what_git_keeps_is_found_in_every_version_of_its_index() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("newsletter");
        fs::create_dir_all(project.join("keys")).unwrap();
        let names = [".env", "keys/dkim.pem", "keys/dkim.pem.old", "roundup.toml", "untracked"];
        for name in names {
            fs::write(project.join(name), "x").unwrap();
        }
        let files: Vec<PathBuf> = names.iter().map(|name| project.join(name)).collect();
        assert!(tracked(&project, &files).is_empty());
        if !git(folder.path(), &["init", "-q"]) {
            return;
        }
        assert!(tracked(&project, &files).is_empty());
        for version in ["2", "3", "4"] {
            let add = ["add", "newsletter/.env", "newsletter/keys", "newsletter/roundup.toml"];
            assert!(git(folder.path(), &add));
            assert!(git(folder.path(), &["update-index", "--index-version", version]));
            let found: Vec<&PathBuf> = tracked(&project, &files);
            assert_eq!(found, files[..4].iter().collect::<Vec<_>>(), "version {version}");
        }
        assert!(tracked(&project, &[folder.path().join("none")]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn bytes_of_any_kind_are_no_trouble(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let mut index = b"DIRC\0\0\0\x04\0\0\0\x09".to_vec();
            index.extend(bytes);
            let _ = names(&index);
            index[7] = 2;
            let _ = names(&index);
        }
    }
}
