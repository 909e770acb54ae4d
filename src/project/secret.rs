//! The project's secret, and the token keys that came after it.
//! Shell: `.roundup/secret` and `.roundup/token-keys`.

use std::fmt::Write as _;

use secrecy::{ExposeSecret, SecretString};

use super::{Project, ProjectError, Variable, read_text};
use crate::audience::Keys;
use crate::database::private;
use crate::rfc::base16;

/// The file with the secret, where the environment has none.
pub const SECRET_FILE: &str = ".roundup/secret";
/// One line a key: its number and the key.
pub const TOKEN_KEYS_FILE: &str = ".roundup/token-keys";
const SECRET_BYTES: usize = 32;
/// Shorter ones can be guessed.
const SHORTEST_SECRET: usize = 16;
/// A key a month for eight years; each is tried on a token.
const MOST_TOKEN_KEYS: usize = 100;
const LONGEST_SECRET_BYTES: u64 = 1024;
const LONGEST_TOKEN_KEYS_BYTES: u64 = 16 * 1024;

/// Where the secret comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSource {
    /// `ROUNDUP_SECRET`.
    Environment,
    /// `.roundup/secret`.
    File,
}

/// A key for tokens. Its number goes into each token.
#[derive(Debug, Clone)]
struct TokenKey {
    number: u32,
    key: SecretString,
}

impl Project {
    /// Where the secret is; `None` where there is none yet.
    ///
    /// # Errors
    /// When the environment cannot be read.
    pub fn secret_source(&self) -> Result<Option<SecretSource>, ProjectError> {
        if self.environment.value(Variable::Secret)?.is_some() {
            return Ok(Some(SecretSource::Environment));
        }
        Ok(self.path(SECRET_FILE).exists().then_some(SecretSource::File))
    }

    /// The secret behind Message-IDs, address hashes and unsubscribe links: `ROUNDUP_SECRET`, or the one in
    /// `.roundup/secret`, which is made when it is first needed. Beside a ledger it is never made: that one was made with
    /// another.
    ///
    /// # Errors
    /// When it is too short, was lost, or cannot be read or kept.
    pub fn keys(&self, random: fn(&mut [u8])) -> Result<Keys, ProjectError> {
        if self.secret_source()?.is_none() {
            if self.ledger_path(false).exists() {
                return Err(ProjectError::LostSecret);
            }
            let mut secret = [0; SECRET_BYTES];
            random(&mut secret);
            self.write_secret(&base16::encode(&secret), SECRET_FILE)?;
        }
        let token_keys = self.token_keys()?;
        let pairs = token_keys.iter().map(|key| (key.number, key.key.expose_secret().as_bytes()));
        let keys = Keys::new(self.secret_text()?.expose_secret().as_bytes());
        Ok(keys.with_token_keys(pairs).with_taken(self.taken.clone()))
    }

    /// The secret itself, for a backup.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn secret_text(&self) -> Result<SecretString, ProjectError> {
        if let Some(secret) = self.environment.value(Variable::Secret)? {
            let length = secret.expose_secret().chars().count();
            if length < SHORTEST_SECRET {
                return Err(ProjectError::ShortSecret {
                    place: "ROUNDUP_SECRET",
                    length,
                    least: SHORTEST_SECRET,
                });
            }
            return Ok(secret);
        }
        let text = read_text(&self.path(SECRET_FILE), SECRET_FILE, LONGEST_SECRET_BYTES)?;
        let text = text.trim();
        // A file that was cut off or emptied would make other names of everybody.
        let length = text.chars().count();
        if length < SHORTEST_SECRET {
            return Err(ProjectError::ShortSecret {
                place: SECRET_FILE,
                length,
                least: SHORTEST_SECRET,
            });
        }
        Ok(text.into())
    }

    fn token_keys(&self) -> Result<Vec<TokenKey>, ProjectError> {
        let path = self.path(TOKEN_KEYS_FILE);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = read_text(&path, TOKEN_KEYS_FILE, LONGEST_TOKEN_KEYS_BYTES)?;
        let mut keys: Vec<TokenKey> = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let read = || {
                let (number, key) = text.trim().split_once(' ')?;
                let number: u32 = number.parse().ok()?;
                let is_next = keys.last().is_none_or(|last| number > last.number);
                let is_key = key.len() == SECRET_BYTES * 2
                    && key.bytes().all(|byte| byte.is_ascii_hexdigit());
                (is_next && is_key).then(|| TokenKey { number, key: key.into() })
            };
            let key = read().ok_or_else(|| ProjectError::Read {
                path: TOKEN_KEYS_FILE.to_owned(),
                what: format!("line {line} is not a number and a key"),
            })?;
            keys.push(key);
        }
        Ok(keys)
    }

    /// How many token keys there are, the secret itself not counted.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn token_key_count(&self) -> Result<usize, ProjectError> {
        Ok(self.token_keys()?.len())
    }

    /// Adds a token key: new mail gets tokens of it, and tokens of the earlier ones hold. Gives its number.
    ///
    /// # Errors
    /// When there are too many, or the file cannot be written.
    pub fn rotate_token_key(&self, random: fn(&mut [u8])) -> Result<u32, ProjectError> {
        let mut keys = self.token_keys()?;
        if keys.len() >= MOST_TOKEN_KEYS {
            return Err(ProjectError::Write {
                path: TOKEN_KEYS_FILE.to_owned(),
                what: format!("it already has {MOST_TOKEN_KEYS} keys"),
            });
        }
        // The secret itself is number 1.
        let number = keys.last().map_or(1, |last| last.number) + 1;
        let mut key = [0; SECRET_BYTES];
        random(&mut key);
        keys.push(TokenKey { number, key: base16::encode(&key).into() });
        let mut text = String::new();
        for key in &keys {
            let _ = writeln!(text, "{} {}", key.number, key.key.expose_secret());
        }
        self.write_secret(&text, TOKEN_KEYS_FILE)?;
        Ok(number)
    }

    /// The file with the token keys, for a backup; empty where there are none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn token_keys_text(&self) -> Result<SecretString, ProjectError> {
        if self.token_keys()?.is_empty() {
            return Ok("".into());
        }
        let path = self.path(TOKEN_KEYS_FILE);
        Ok(read_text(&path, TOKEN_KEYS_FILE, LONGEST_TOKEN_KEYS_BYTES)?.into())
    }

    fn write_secret(&self, text: &str, shown: &str) -> Result<(), ProjectError> {
        private::write(&self.path(shown), text.as_bytes()).map_err(|error| ProjectError::Write {
            path: shown.to_owned(),
            what: error.to_string(),
        })
    }
}
