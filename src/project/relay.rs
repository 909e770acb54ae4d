//! The relay's address as people write it: `smtps://smtp.example.org`, `smtp://127.0.0.1:2525`.
//! Pure: text in, an address out.

use std::fmt;

use thiserror::Error;
use url::Url;

use crate::smtp::conversation::Security;
use crate::smtp::conversation::is_loopback;

/// Postfix and its like listen at these on every computer.
const PORTS_OF_MAIL_SERVERS: [u16; 3] = [25, 465, 587];

/// Where mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAddress {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

/// Why an address is none. None of these shows what may be a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RelayError {
    #[error("the relay's address cannot be read")]
    NotAnAddress,
    #[error("the relay's address begins with `{0}://`")]
    Scheme(String),
    #[error("the relay's address holds a username or a password")]
    Credentials,
    #[error("the relay's address has a part that means nothing: `{0}`")]
    Extra(String),
    #[error("without TLS anybody on the way can read the messages")]
    PlainFarAway,
}

impl RelayError {
    /// What to type.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::NotAnAddress | Self::Scheme(_) | Self::Extra(_) => {
                "write smtps://smtp.example.org (TLS, port 465), or smtp://smtp.example.org (STARTTLS, port 587)"
            }
            Self::Credentials => {
                "remove them from the address, and set ROUNDUP_RELAY_USERNAME and \
                 ROUNDUP_RELAY_PASSWORD"
            }
            Self::PlainFarAway => {
                "remove `?tls=none`; only a server on this computer (127.0.0.1) may be used \
                 without TLS"
            }
        }
    }
}

impl RelayAddress {
    /// Reads an address. TLS is required everywhere but on this computer, where `?tls=starttls` chooses it.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, RelayError> {
        let url = Url::parse(text.trim()).map_err(|_| RelayError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RelayError::Credentials);
        }
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or(RelayError::NotAnAddress)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        if !matches!(url.path(), "" | "/") {
            return Err(RelayError::Extra(url.path().chars().take(40).collect()));
        }
        let security = match url.query() {
            None => None,
            Some("tls=starttls") => Some(Security::StartTls),
            Some("tls=none") => Some(Security::Plain),
            Some(other) => return Err(RelayError::Extra(other.chars().take(40).collect())),
        };
        let security = match (url.scheme(), security) {
            ("smtps", None) => Security::Implicit,
            ("smtp", None) if is_loopback(&host) => Security::Plain,
            ("smtp", None | Some(Security::StartTls)) => Security::StartTls,
            ("smtp", Some(Security::Plain)) if is_loopback(&host) => Security::Plain,
            ("smtp", Some(_)) => return Err(RelayError::PlainFarAway),
            ("smtps", Some(_)) => {
                return Err(RelayError::Extra(url.query().unwrap_or_default().to_owned()));
            }
            (scheme, _) => return Err(RelayError::Scheme(scheme.to_owned())),
        };
        let port = url.port().unwrap_or(match security {
            Security::Implicit => 465,
            Security::StartTls | Security::Plain => 587,
        });
        Ok(Self { host, port, security })
    }

    /// On this computer.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.host)
    }

    /// A server on this computer that is there to try things out. One at a port of mail servers passes messages on to the
    /// world.
    pub fn is_for_trying(&self) -> bool {
        self.is_local() && !PORTS_OF_MAIL_SERVERS.contains(&self.port)
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_what_they_mean() {
        for (text, host, port, security) in [
            ("smtps://smtp.example.org", "smtp.example.org", 465, Security::Implicit),
            ("smtps://smtp.example.org:8465/", "smtp.example.org", 8465, Security::Implicit),
            ("smtp://smtp.example.org", "smtp.example.org", 587, Security::StartTls),
            ("smtp://smtp.example.org?tls=starttls", "smtp.example.org", 587, Security::StartTls),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Security::Plain),
            ("smtp://[::1]:25", "::1", 25, Security::Plain),
            ("smtp://localhost:25?tls=starttls", "localhost", 25, Security::StartTls),
        ] {
            let expected = RelayAddress { host: host.to_owned(), port, security };
            let is_for_trying = port == 2525;
            assert_eq!(expected.is_for_trying(), is_for_trying, "{text}");
            assert_eq!(RelayAddress::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn addresses_that_are_none() {
        for (text, expected) in [
            ("", RelayError::NotAnAddress),
            ("smtp.example.org", RelayError::NotAnAddress),
            ("smtp://", RelayError::NotAnAddress),
            ("https://smtp.example.org", RelayError::Scheme("https".to_owned())),
            ("smtps://me:s3cret@smtp.example.org", RelayError::Credentials),
            ("smtp://smtp.example.org?tls=none", RelayError::PlainFarAway),
            ("smtps://smtp.example.org?tls=none", RelayError::Extra("tls=none".to_owned())),
            ("smtp://smtp.example.org/inbox", RelayError::Extra("/inbox".to_owned())),
        ] {
            let error = RelayAddress::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!format!("{error} {}", error.cure()).contains("s3cret"));
        }
    }
}
