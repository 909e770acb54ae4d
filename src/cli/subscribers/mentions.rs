//! Files of a project that name a person after all that could be deleted was.
//! Shell: reads the folder.
//!
//! An address counts where it stands by itself: `ann@a.example` is not in `joann@a.example`. Tables of Excel, ZIPs and what gzip
//! packed are looked into. What could not be read is named, so that nobody takes silence for an answer.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

/// A larger file is not looked through: pages and messages are far smaller. The same for what is packed in one.
pub const LONGEST_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Files that are listed; more are not.
const MOST_FILES: usize = 50;
/// A workbook may stand in a ZIP, and that in another.
const DEEPEST: usize = 3;
/// A file with a zero byte here is not text: the address may stand right behind other words.
const START_BYTES: usize = 8192;

/// The files that name the person, and those that could not be read.
#[derive(Debug, Default)]
pub struct Mentions {
    pub named: Vec<String>,
    /// Too large, locked with a password, or damaged.
    pub unread: Vec<String>,
}

/// What became of looking into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Named,
    NotNamed,
    Unread,
}

impl Mentions {
    /// Looks through the folder `root`, but for the files of `known`, whose people are known otherwise.
    pub fn in_folder(root: &Path, known: &[PathBuf], keys: &[String]) -> Self {
        let mut mentions = Self::default();
        if !keys.is_empty() {
            mentions.look_through(root, root, known, keys);
        }
        mentions
    }

    fn look_through(&mut self, root: &Path, folder: &Path, known: &[PathBuf], keys: &[String]) {
        let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let Ok(entries) = fs::read_dir(folder) else {
            return self.unread.push(shown(folder));
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if name != ".git" && name != "target" && name != "node_modules" {
                    self.look_through(root, &path, known, keys);
                }
                continue;
            }
            if !kind.is_file() || known.contains(&path) {
                continue;
            }
            let is_small = entry.metadata().is_ok_and(|data| data.len() <= LONGEST_FILE_BYTES);
            let bytes = if is_small { fs::read(&path).ok() } else { None };
            let list = match bytes.map_or(Found::Unread, |bytes| look_into(bytes, keys, DEEPEST)) {
                Found::Named => &mut self.named,
                Found::Unread => &mut self.unread,
                Found::NotNamed => continue,
            };
            if list.len() < MOST_FILES {
                list.push(shown(&path));
            }
        }
    }
}

fn look_into(bytes: Vec<u8>, keys: &[String], depth: usize) -> Found {
    if has_one_of(&bytes, keys) {
        return Found::Named;
    }
    let is_zip = bytes.starts_with(b"PK\x03\x04");
    if !is_zip && !bytes.starts_with(&[0x1f, 0x8b]) {
        return Found::NotNamed;
    }
    if depth == 0 {
        return Found::Unread;
    }
    if is_zip {
        in_zip(bytes, keys, depth)
    } else {
        unpacked(MultiGzDecoder::new(Cursor::new(bytes)), keys, depth)
    }
}

fn in_zip(bytes: Vec<u8>, keys: &[String], depth: usize) -> Found {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Found::Unread };
    let mut found = Found::NotNamed;
    for index in 0..archive.len() {
        let inner =
            archive.by_index(index).map_or(Found::Unread, |entry| unpacked(entry, keys, depth));
        match inner {
            Found::Named => return Found::Named,
            Found::Unread => found = Found::Unread,
            Found::NotNamed => {}
        }
    }
    found
}

fn unpacked(packed: impl Read, keys: &[String], depth: usize) -> Found {
    let mut bytes = Vec::new();
    match packed.take(LONGEST_FILE_BYTES + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 <= LONGEST_FILE_BYTES => look_into(bytes, keys, depth - 1),
        // What was read of it may do.
        _ if has_one_of(&bytes, keys) => Found::Named,
        _ => Found::Unread,
    }
}

/// Whether one of the addresses, in lower case, stands in the bytes, in whatever case.
fn has_one_of(bytes: &[u8], keys: &[String]) -> bool {
    let bytes = bytes.to_ascii_lowercase();
    let is_text = memchr::memchr(0, &bytes[..bytes.len().min(START_BYTES)]).is_none();
    let in_utf_16 = |key: &str, bytes_of: fn(u16) -> [u8; 2]| {
        let key: Vec<u8> = key.encode_utf16().flat_map(bytes_of).collect();
        memchr::memmem::find(&bytes, &key).is_some()
    };
    keys.iter().any(|key| {
        let mut places = memchr::memmem::find_iter(&bytes, key.as_bytes());
        places.any(|at| !is_text || is_by_itself(&bytes[..at], &bytes[at + key.len()..]))
            || !is_text && (in_utf_16(key, u16::to_le_bytes) || in_utf_16(key, u16::to_be_bytes))
    })
}

/// Whether what stands around an address is of no longer one.
fn is_by_itself(before: &[u8], after: &[u8]) -> bool {
    let is_of_a_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'-' | b'_');
    let is_begun =
        before.last().is_some_and(|byte| is_of_a_word(byte) || matches!(byte, b'.' | b'+'));
    let goes_on = match after {
        [b'.', next, ..] => next.is_ascii_alphanumeric(),
        [next, ..] => is_of_a_word(next),
        [] => false,
    };
    // "=3D" is an equals sign in a message.
    !goes_on && (!is_begun || before.ends_with(b"=3d"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn an_address_counts_by_itself_in_whatever_holds_it() {
        let utf_16 = |text: &str, bytes_of: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes_of).collect()
        };
        let text = b"email\nAnn@A.example\n".to_vec();
        let mut damaged = zipped("a.csv", &[b'x'; 2000]);
        damaged.truncate(60);
        for (what, bytes, expected) in [
            ("alone", b"ann@a.example".to_vec(), Found::Named),
            ("case", text.clone(), Found::Named),
            ("brackets", b"<ann@a.example>.".to_vec(), Found::Named),
            ("end of a sentence", b"write to ann@a.example.".to_vec(), Found::Named),
            ("quoted-printable", b"?email=3Dann@a.example".to_vec(), Found::Named),
            ("longer name", b"joann@a.example".to_vec(), Found::NotNamed),
            ("point", b"jo.ann@a.example".to_vec(), Found::NotNamed),
            ("longer domain", b"ann@a.example.org".to_vec(), Found::NotNamed),
            ("longer word", b"ann@a.examples".to_vec(), Found::NotNamed),
            ("letters", "é".bytes().chain(*b"ann@a.example").collect(), Found::NotNamed),
            ("database", b"SQLite\0Annann@a.example2024".to_vec(), Found::Named),
            ("UTF-16", utf_16("\u{feff}email\r\nAnn@a.example", u16::to_le_bytes), Found::Named),
            ("UTF-16BE", utf_16("\u{feff}email\r\nann@a.example", u16::to_be_bytes), Found::Named),
            ("ZIP", zipped("a.csv", &text), Found::Named),
            ("ZIP in a ZIP", zipped("b.zip", &zipped("a.xlsx", &text)), Found::Named),
            ("gzip", gzipped(&text), Found::Named),
            ("others in a ZIP", zipped("a.csv", b"bo@a.example"), Found::NotNamed),
            ("damaged", damaged, Found::Unread),
        ] {
            assert_eq!(
                look_into(bytes, &["ann@a.example".to_owned()], DEEPEST),
                expected,
                "{what}"
            );
        }
    }
}
