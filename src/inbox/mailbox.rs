//! Emails on this computer: a Maildir, an mbox file (RFC 4155), a folder of files, or standard input.
//! Shell: reads files; a Maildir's emails are moved to its folder `Done` once they are settled.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::leaving::LONGEST_EMAIL_BYTES;
use crate::database::private;

/// Emails read in one go: a mailbox that nobody has read for years is read in several.
const MOST_EMAILS: usize = 100_000;

/// Where emails are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailSource {
    Maildir(PathBuf),
    Mbox(PathBuf),
    /// A folder with one email a file.
    Folder(PathBuf),
    /// One email.
    Input,
}

/// One email, or its first part when it is very long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEmail {
    /// For people: its file, or its number in an mbox.
    pub name: String,
    pub bytes: Vec<u8>,
    /// Its file in a Maildir.
    path: Option<PathBuf>,
    /// Its number in an IMAP folder.
    uid: Option<u32>,
}

/// Why emails cannot be read or moved.
#[derive(Debug, Error)]
pub enum MailboxError {
    #[error("`{path}` cannot be read: {source}")]
    Read { path: String, source: io::Error },
    #[error("`{path}` is not a Maildir: it has no folder `new` or `cur`")]
    NotAMaildir { path: String },
    #[error("`{path}` is not an mbox file: its first line does not begin with \"From \"")]
    NotAnMbox { path: String },
    #[error("`{path}` cannot be moved to `Done`: {source}")]
    Move { path: String, source: io::Error },
}

impl EmailSource {
    /// Hands the emails over one by one, so that few are in memory together.
    ///
    /// # Errors
    /// When the mailbox cannot be read, or `take` fails.
    pub fn each<E: From<MailboxError>>(
        &self,
        mut take: impl FnMut(StoredEmail) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Maildir(folder) => {
                let parts = [folder.join("new"), folder.join("cur")];
                if parts.iter().all(|part| !part.is_dir()) {
                    let path = folder.display().to_string();
                    return Err(MailboxError::NotAMaildir { path }.into());
                }
                for part in parts.iter().filter(|part| part.is_dir()) {
                    for path in files(part)? {
                        if let Some(email) = read_file(&path)? {
                            take(StoredEmail { path: Some(path), ..email })?;
                        }
                    }
                }
                Ok(())
            }
            Self::Folder(folder) => {
                for path in files(folder)? {
                    if let Some(email) = read_file(&path)? {
                        take(email)?;
                    }
                }
                Ok(())
            }
            Self::Mbox(path) => {
                let file = fs::File::open(path).map_err(|source| unreadable(path, source))?;
                let name = path.display().to_string();
                split_mbox(BufReader::new(file), &name, &mut take)
            }
            Self::Input => {
                let bytes = first_bytes(io::stdin().lock())
                    .map_err(|source| unreadable(Path::new("standard input"), source))?;
                take(StoredEmail {
                    name: "standard input".to_owned(),
                    bytes,
                    path: None,
                    uid: None,
                })
            }
        }
    }
}

impl StoredEmail {
    /// Something that is in no mailbox, such as a provider's event.
    pub fn named(name: String) -> Self {
        Self { name, bytes: Vec::new(), path: None, uid: None }
    }

    pub(super) fn in_imap(name: String, bytes: Vec<u8>, uid: u32) -> Self {
        Self { name, bytes, path: None, uid: Some(uid) }
    }

    /// Its number in an IMAP folder, if it is in one.
    pub fn uid(&self) -> Option<u32> {
        self.uid
    }

    /// The same without its text, once that has been read.
    #[must_use]
    pub fn without_bytes(mut self) -> Self {
        self.bytes = Vec::new();
        self
    }

    /// Moves an email of a Maildir to its folder `Done`. Other mailboxes stay as they are.
    ///
    /// # Errors
    /// When it cannot be moved: it is then read again next time, which changes nothing.
    pub fn mark_done(&self) -> Result<(), MailboxError> {
        let Some(path) = &self.path else { return Ok(()) };
        let failed = |source| MailboxError::Move { path: path.display().to_string(), source };
        let maildir = path.parent().and_then(Path::parent);
        let (Some(maildir), Some(name)) = (maildir, path.file_name()) else { return Ok(()) };
        // Maildir++: a folder is a Maildir whose name begins with a dot.
        let done = maildir.join(".Done");
        for part in ["tmp", "new", "cur"] {
            private::folder(&done.join(part)).map_err(failed)?;
        }
        fs::rename(path, done.join("cur").join(name)).map_err(failed)
    }
}

fn unreadable(path: &Path, source: io::Error) -> MailboxError {
    MailboxError::Read { path: path.display().to_string(), source }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, MailboxError> {
    let failed = |source| unreadable(folder, source);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_hidden =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !is_hidden {
            found.push(path);
        }
    }
    found.sort();
    found.truncate(MOST_EMAILS);
    Ok(found)
}

/// `None` where a mail program has moved the email since the folder was read: it is found under its new name next time.
fn read_file(path: &Path) -> Result<Option<StoredEmail>, MailboxError> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|source| unreadable(path, source))?,
    };
    let bytes = first_bytes(file).map_err(|source| unreadable(path, source))?;
    Ok(Some(StoredEmail { name: path.display().to_string(), bytes, path: None, uid: None }))
}

fn first_bytes(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LONGEST_EMAIL_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An email begins at a line "From " that stands first or behind an empty line; ">From " in its text is "From ".
fn split_mbox<E: From<MailboxError>>(
    mut reader: impl BufRead,
    name: &str,
    take: &mut impl FnMut(StoredEmail) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |source| MailboxError::Read { path: name.to_owned(), source };
    let mut email: Option<Vec<u8>> = None;
    let mut number = 0;
    let mut after_empty = true;
    let mut line = Vec::new();
    let mut hand_over = |email: Option<Vec<u8>>| match email {
        Some(bytes) => {
            number += 1;
            take(StoredEmail {
                name: format!("{name}, email {number}"),
                bytes,
                path: None,
                uid: None,
            })
        }
        None => Ok(()),
    };
    loop {
        line.clear();
        let mut limited = (&mut reader).take(LONGEST_EMAIL_BYTES as u64);
        if limited.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return hand_over(email);
        }
        if after_empty && line.starts_with(b"From ") {
            hand_over(email.take())?;
            email = Some(Vec::new());
        } else {
            let Some(bytes) = &mut email else {
                return Err(MailboxError::NotAnMbox { path: name.to_owned() }.into());
            };
            let quoted = line.iter().take_while(|byte| **byte == b'>').count();
            let is_quoted = quoted > 0 && line[quoted..].starts_with(b"From ");
            let text = if is_quoted { &line[1..] } else { &line };
            let room = LONGEST_EMAIL_BYTES.saturating_sub(bytes.len());
            bytes.extend_from_slice(&text[..text.len().min(room)]);
        }
        after_empty = line.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mailbox: &EmailSource) -> Vec<StoredEmail> {
        let mut found = Vec::new();
        mailbox
            .each(|email| {
                found.push(email);
                Ok::<_, MailboxError>(())
            })
            .unwrap();
        found
    }

    #[test]
    fn an_mbox_is_cut_at_its_from_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("box");
        let text = "From a@b Thu Nov 26 10:00:00 2026\nSubject: one\n\nFrom here\n>From there\nx\n\nFrom c@d\nSubject: two\n\n";
        fs::write(&path, text).unwrap();
        let emails = all(&EmailSource::Mbox(path.clone()));
        let texts: Vec<_> =
            emails.iter().map(|email| String::from_utf8_lossy(&email.bytes).into_owned()).collect();
        // The line "From here" stands behind an empty line: the format cannot distinguish it from a new email.
        assert_eq!(texts[0], "Subject: one\n\n");
        assert!(texts.last().unwrap().starts_with("Subject: two"));
        fs::write(&path, "Subject: no mbox\n").unwrap();
        let wrong = EmailSource::Mbox(path).each(|_| Ok::<_, MailboxError>(()));
        assert!(matches!(wrong, Err(MailboxError::NotAnMbox { .. })));
    }

    #[test]
    fn a_maildirs_email_is_moved_when_it_is_done_and_never_deleted() {
        let folder = tempfile::tempdir().unwrap();
        for part in ["new", "cur", "tmp"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        fs::write(folder.path().join("new/1"), "Subject: one\n\n").unwrap();
        fs::write(folder.path().join("cur/2:2,S"), "Subject: two\n\n").unwrap();
        fs::write(folder.path().join("tmp/3"), "half").unwrap();
        let mailbox = EmailSource::Maildir(folder.path().to_owned());
        let emails = all(&mailbox);
        assert_eq!(emails.len(), 2);
        emails[0].mark_done().unwrap();
        assert_eq!(all(&mailbox).len(), 1);
        assert!(folder.path().join(".Done/cur/1").is_file());
        let none = EmailSource::Maildir(folder.path().join("cur"));
        let wrong = none.each(|_| Ok::<_, MailboxError>(()));
        assert!(matches!(wrong, Err(MailboxError::NotAMaildir { .. })));
    }

    #[test]
    fn a_huge_email_is_cut_and_the_next_one_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("box");
        let mut text = b"From a\nSubject: one\n\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3 * LONGEST_EMAIL_BYTES));
        text.extend_from_slice(b"\n\nFrom b\nSubject: two\n\n");
        fs::write(&path, text).unwrap();
        let emails = all(&EmailSource::Mbox(path));
        assert_eq!(emails.len(), 2);
        assert_eq!(emails[0].bytes.len(), LONGEST_EMAIL_BYTES);
        assert!(emails[1].bytes.starts_with(b"Subject: two"));
    }
}
