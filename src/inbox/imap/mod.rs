//! Emails in an IMAP mailbox (RFC 3501, RFC 6851 MOVE): read, and moved to `Done` once they are settled, never deleted.
//! Shell: the network and its clock.

mod response;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::mailbox::StoredEmail;
use crate::smtp::connection::TlsSetupError;
use crate::smtp::conversation::is_loopback;
use crate::smtp::{tls, token};
use response::{CommandEnd, Progress, Response, ResponseReader};

use super::leaving::LONGEST_EMAIL_BYTES;

const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// One answer. A server that looks through a large mailbox takes its time.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);
/// Emails read in one go: a mailbox that nobody has read for years is read in several.
const MOST_EMAILS: usize = 20_000;
/// Emails of one command. One after the other is in memory.
const BATCH: usize = 50;
const DONE: &str = "Done";

/// Where a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapAddress {
    pub host: String,
    pub port: u16,
    pub has_tls: bool,
    pub folder: String,
}

/// How we log in.
#[derive(Debug, Clone)]
pub enum ImapLogin {
    Password {
        username: String,
        password: SecretString,
    },
    /// A command that prints an access token (XOAUTH2).
    Token {
        username: String,
        command: String,
    },
}

/// Why a mailbox cannot be read. None of it holds a password.
#[derive(Debug, Error)]
pub enum ImapError {
    #[error("the mailbox's address `{0}` is not one like imaps://imap.example.org")]
    Address(String),
    #[error("without TLS anybody on the way can read the mailbox and its password")]
    PlainFarAway,
    #[error("the mailbox's address holds a username or a password")]
    Credentials,
    #[error("the mailbox at {host} cannot be reached: {what}")]
    Unreachable { host: String, what: String },
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    #[error("there is no access token for the mailbox: {0}")]
    Token(String),
    #[error("the mailbox refused the login: {0}")]
    Login(String),
    #[error("the mailbox refused {command}: {answer}")]
    Refused { command: &'static str, answer: String },
    #[error("the mailbox did not answer within {} seconds", ANSWER_WITHIN.as_secs())]
    Silent,
    #[error("the mailbox closed the connection: {0}")]
    Closed(String),
    #[error("the mailbox's answer cannot be read: {0}")]
    Malformed(String),
}

impl ImapAddress {
    /// Reads `imaps://imap.example.org/Folder`; without a folder it is `INBOX`. TLS is required everywhere but on this
    /// computer.
    ///
    /// # Errors
    /// When it is not an address of a mailbox.
    pub fn parse(text: &str) -> Result<Self, ImapError> {
        let wrong = || ImapError::Address(text.chars().take(100).collect());
        let url = url::Url::parse(text.trim()).map_err(|_| wrong())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ImapError::Credentials);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let (has_tls, port) = match url.scheme() {
            "imaps" => (true, 993),
            "imap" if is_loopback(&host) => (false, 143),
            "imap" => return Err(ImapError::PlainFarAway),
            _ => return Err(wrong()),
        };
        let folder = folder_name(url.path().trim_matches('/')).ok_or_else(wrong)?;
        if url.query().is_some() {
            return Err(wrong());
        }
        let folder = if folder.is_empty() { "INBOX".to_owned() } else { folder };
        Ok(Self { host, port: url.port().unwrap_or(port), has_tls, folder })
    }
}

/// A folder's name as an address has it, percent-decoded; nothing for one that no mailbox can have.
fn folder_name(encoded: &str) -> Option<String> {
    let name = percent_encoding::percent_decode_str(encoded).decode_utf8().ok()?;
    (!name.contains(|c: char| c.is_control())).then(|| name.into_owned())
}

/// A folder's name as commands have it: modified UTF-7 (RFC 3501 section 5.1.3).
fn in_utf7(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut others: Vec<u8> = Vec::new();
    let end = |others: &mut Vec<u8>, out: &mut String| {
        if !others.is_empty() {
            let encoded = STANDARD_NO_PAD.encode(&*others).replace('/', ",");
            out.push('&');
            out.push_str(&encoded);
            out.push('-');
            others.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            end(&mut others, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            others.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    end(&mut others, &mut out);
    out
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A mailbox that is open.
pub struct ImapMailbox {
    wire: Box<dyn Wire>,
    reader: ResponseReader,
    /// Commands so far: each has its own tag.
    commands: u32,
    can_move: bool,
    can_expunge_one: bool,
    folder: String,
}

impl ImapMailbox {
    /// Connects, logs in and opens the folder.
    ///
    /// # Errors
    /// When one of these fails.
    pub async fn open(
        address: &ImapAddress,
        login: &ImapLogin,
        ca_file: Option<&Path>,
    ) -> Result<Self, ImapError> {
        let unreachable =
            |what: String| ImapError::Unreachable { host: address.host.clone(), what };
        let connecting = async {
            let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
            stream.set_nodelay(true)?;
            Ok::<_, io::Error>(stream)
        };
        let stream = timeout(CONNECT_WITHIN, connecting)
            .await
            .map_err(|_| unreachable("it did not answer in time".to_owned()))?
            .map_err(|error| unreachable(error.to_string()))?;
        let wire: Box<dyn Wire> = if address.has_tls {
            let config = tls::client_config(ca_file)?;
            let name = ServerName::try_from(address.host.clone())
                .map_err(|error| unreachable(error.to_string()))?;
            let shaking = TlsConnector::from(Arc::new(config)).connect(name, stream);
            let secured = timeout(CONNECT_WITHIN, shaking)
                .await
                .map_err(|_| unreachable("TLS was not agreed in time".to_owned()))?;
            Box::new(secured.map_err(|error| unreachable(format!("TLS failed: {error}")))?)
        } else {
            Box::new(stream)
        };
        Self::over(wire, login, &address.folder).await
    }

    async fn over(wire: Box<dyn Wire>, login: &ImapLogin, folder: &str) -> Result<Self, ImapError> {
        let mut mailbox = Self {
            wire,
            reader: ResponseReader::default(),
            commands: 0,
            can_move: false,
            can_expunge_one: false,
            folder: folder.to_owned(),
        };
        let greeting = mailbox.response().await?;
        if greeting.is_bye() {
            return Err(ImapError::Closed(greeting.shown()));
        }
        if !greeting.text.to_ascii_uppercase().starts_with("* PREAUTH") {
            mailbox.log_in(login).await?;
        }
        for response in mailbox.command("CAPABILITY", "CAPABILITY").await? {
            mailbox.can_move |= response.has_capability("MOVE");
            mailbox.can_expunge_one |= response.has_capability("UIDPLUS");
        }
        let select = format!("SELECT {}", quoted(&in_utf7(folder)));
        mailbox.command("SELECT", &select).await?;
        Ok(mailbox)
    }

    async fn log_in(&mut self, login: &ImapLogin) -> Result<(), ImapError> {
        let (command, secret) = match login {
            ImapLogin::Password { username, password } => {
                let password = password.expose_secret();
                let is_plain = |text: &str| text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
                if is_plain(username) && is_plain(password) {
                    (format!("LOGIN {} {}", quoted(username), quoted(password)), None)
                } else {
                    // RFC 4616: UTF-8 has no other way in.
                    let plain = STANDARD.encode(format!("\0{username}\0{password}"));
                    ("AUTHENTICATE PLAIN".to_owned(), Some(plain))
                }
            }
            ImapLogin::Token { username, command } => {
                let token = token::fetch(command).await.map_err(ImapError::Token)?;
                let text =
                    format!("user={username}\x01auth=Bearer {}\x01\x01", token.expose_secret());
                ("AUTHENTICATE XOAUTH2".to_owned(), Some(STANDARD.encode(text)))
            }
        };
        let tag = self.send(&command).await?;
        let mut secret = secret;
        loop {
            let response = self.response().await?;
            if response.text.starts_with('+') {
                // A second challenge explains a refusal, and wants an empty answer.
                let line = secret.take().unwrap_or_default();
                self.write(&format!("{line}\r\n")).await?;
                continue;
            }
            match response.status_of(&tag) {
                None => {}
                Some(CommandEnd::Ok) => return Ok(()),
                Some(CommandEnd::No | CommandEnd::Bad) => {
                    return Err(ImapError::Login(response.shown()));
                }
            }
        }
    }

    /// Hands the emails over one by one, the oldest first; of a very long one its beginning.
    ///
    /// # Errors
    /// When the server does not answer as it must, or `take` fails.
    pub async fn each<E: From<ImapError>>(
        &mut self,
        mut take: impl FnMut(StoredEmail) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut uids = Vec::new();
        for response in self.command("SEARCH", "UID SEARCH UNDELETED").await? {
            uids.extend(response.search_results());
        }
        uids.sort_unstable();
        uids.dedup();
        uids.truncate(MOST_EMAILS);
        for batch in uids.chunks(BATCH) {
            let set = uid_set(batch);
            let tag = self
                .send(&format!("UID FETCH {set} (UID BODY.PEEK[]<0.{LONGEST_EMAIL_BYTES}>)"))
                .await?;
            loop {
                let response = self.response().await?;
                match response.status_of(&tag) {
                    None => {}
                    Some(CommandEnd::Ok) => break,
                    Some(CommandEnd::No | CommandEnd::Bad) => {
                        let answer = response.shown();
                        return Err(ImapError::Refused { command: "FETCH", answer }.into());
                    }
                }
                // A server may send others' news in between.
                if let Some((uid, bytes)) = response.into_email()
                    && batch.contains(&uid)
                {
                    let name = format!("{}, email {uid}", self.folder);
                    take(StoredEmail::in_imap(name, bytes, uid))?;
                }
            }
        }
        Ok(())
    }

    /// Moves settled emails to the folder `Done`. False when the server can only copy: then they stay where they are too, and
    /// count once all the same.
    ///
    /// # Errors
    /// When the server refuses: the emails are then read again next time, which changes nothing.
    pub async fn mark_done(&mut self, uids: &[u32]) -> Result<bool, ImapError> {
        if uids.is_empty() {
            return Ok(true);
        }
        let done = self.done_folder().await?;
        for batch in uids.chunks(BATCH) {
            let set = uid_set(batch);
            if self.can_move {
                self.command("MOVE", &format!("UID MOVE {set} {done}")).await?;
                continue;
            }
            self.command("COPY", &format!("UID COPY {set} {done}")).await?;
            if self.can_expunge_one {
                // Of these emails only, and they are in the other folder by now.
                self.command("STORE", &format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"))
                    .await?;
                self.command("EXPUNGE", &format!("UID EXPUNGE {set}")).await?;
            }
        }
        Ok(self.can_move || self.can_expunge_one)
    }

    /// The folder `Done`, made if it is missing, as the server wants it named.
    async fn done_folder(&mut self) -> Result<String, ImapError> {
        let mut refusal = None;
        for name in [DONE.to_owned(), format!("INBOX.{DONE}"), format!("INBOX/{DONE}")] {
            let quoted = quoted(&name);
            let status = format!("STATUS {quoted} (MESSAGES)");
            if self.command("STATUS", &status).await.is_ok()
                || self.command("CREATE", &format!("CREATE {quoted}")).await.is_ok()
            {
                return Ok(quoted);
            }
            refusal.get_or_insert(name);
        }
        let answer = format!("the folder `{}` cannot be made", refusal.unwrap_or_default());
        Err(ImapError::Refused { command: "CREATE", answer })
    }

    /// Says goodbye. Whatever it comes to, everything is done.
    pub async fn close(mut self) {
        let _ = self.command("LOGOUT", "LOGOUT").await;
    }

    /// Everything that a server answers to a command, when it does it.
    async fn command(
        &mut self,
        name: &'static str,
        command: &str,
    ) -> Result<Vec<Response>, ImapError> {
        let tag = self.send(command).await?;
        let mut responses = Vec::new();
        loop {
            let response = self.response().await?;
            match response.status_of(&tag) {
                Some(CommandEnd::Ok) => return Ok(responses),
                Some(CommandEnd::No | CommandEnd::Bad) => {
                    return Err(ImapError::Refused { command: name, answer: response.shown() });
                }
                None if response.is_bye() && name != "LOGOUT" => {
                    return Err(ImapError::Closed(response.shown()));
                }
                // A server that never ends is stopped by its silence or by this.
                None if responses.len() < MOST_EMAILS => responses.push(response),
                None => {}
            }
        }
    }

    async fn send(&mut self, command: &str) -> Result<String, ImapError> {
        self.commands += 1;
        let tag = format!("r{}", self.commands);
        self.write(&format!("{tag} {command}\r\n")).await?;
        Ok(tag)
    }

    async fn write(&mut self, text: &str) -> Result<(), ImapError> {
        let writing = async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        };
        match timeout(ANSWER_WITHIN, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(ImapError::Closed(error.to_string())),
            Err(_) => Err(ImapError::Silent),
        }
    }

    async fn response(&mut self) -> Result<Response, ImapError> {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match self.reader.next() {
                Progress::Response(response) => return Ok(response),
                Progress::Malformed(what) => return Err(ImapError::Malformed(what.to_owned())),
                Progress::More => {}
            }
            let count = match timeout(ANSWER_WITHIN, self.wire.read(&mut buffer)).await {
                Ok(Ok(0)) => return Err(ImapError::Closed("without giving a reason".to_owned())),
                Ok(Ok(count)) => count,
                Ok(Err(error)) => return Err(ImapError::Closed(error.to_string())),
                Err(_) => return Err(ImapError::Silent),
            };
            self.reader.push(&buffer[..count]);
        }
    }
}

fn uid_set(uids: &[u32]) -> String {
    let words: Vec<String> = uids.iter().map(ToString::to_string).collect();
    words.join(",")
}

/// A quoted string (RFC 3501 section 4.3). What cannot stand in one is left out: the server then finds no such name.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
