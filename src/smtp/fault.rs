//! What can happen to a session besides a reply in its place, how a transaction ended, and what cures it.
//! Pure: values and words.

use std::fmt;

use thiserror::Error;

use crate::count::grouped;
use crate::rfc::reply::{Reply, ReplyError, Stage};

/// Anything but a reply in its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SmtpFault {
    #[error("no answer in time")]
    TimedOut,
    #[error("the server closed the connection")]
    Closed,
    #[error("{0}")]
    Broken(String),
    #[error("there is no server named `{0}`")]
    NoSuchHost(String),
    #[error("{0}")]
    NotSmtp(ReplyError),
    #[error("unexpected reply `{0}` from the server")]
    OutOfPlace(String),
    #[error("the server sent a reply out of turn")]
    Unsolicited,
    #[error("the server does not offer STARTTLS")]
    TlsNotOffered,
    #[error(
        "the server sent something between its STARTTLS reply and TLS: somebody may be listening"
    )]
    TlsInjected,
    /// The two sides have no version of TLS in common: trying again changes nothing.
    #[error("TLS failed: {0}")]
    TlsFailed(String),
    /// Only this one is about trust.
    #[error("TLS failed: {0}")]
    Certificate(CertificateFault),
    /// It may go well the next time.
    #[error("the TLS handshake broke off: {0}")]
    TlsBroken(String),
    #[error("the server on port {port} starts without TLS")]
    TlsComesLater { host: String, port: u16 },
    #[error("the server on port {port} expects TLS from the first byte")]
    TlsComesFirst { host: String, port: u16 },
    #[error("the server offers no login here")]
    LoginNotOffered,
    /// Only on this computer: everywhere else TLS comes before a login.
    #[error("the server offers its login only after STARTTLS")]
    LoginAfterTls { host: String, port: u16 },
    #[error("the server offers no login method that roundup supports; it offers {0}")]
    NoLogin(String),
    #[error("the server accepts only access tokens (OAuth), but a password is set")]
    TokenNeeded,
    #[error(
        "the server does not accept access tokens (OAuth), but ROUNDUP_RELAY_TOKEN_COMMAND is set"
    )]
    PasswordNeeded,
    #[error("there is no access token: {0}")]
    NoToken(String),
    #[error("the server takes messages of {} bytes at most; this one has {}", grouped(*.limit), grouped(*.size))]
    TooLarge { size: usize, limit: usize },
    #[error("the relay takes no addresses with letters outside a-z before the @")]
    Utf8NotOffered,
    #[error("the ledger could not be written, so the message was not completed: {0}")]
    NoLeave(String),
}

/// Why a certificate is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateFault {
    #[error("the certificate of {host} is not from an authority that this computer trusts")]
    UnknownIssuer { host: String },
    #[error("the certificate is for {names}, not for {host}")]
    OtherName { host: String, names: String },
    #[error("the certificate of {host} has expired")]
    Expired { host: String },
    #[error("the certificate of {host} is not valid yet")]
    NotYet { host: String },
    #[error("the certificate of {host} was revoked")]
    Revoked { host: String },
    #[error("the certificate of {host} cannot be used: {what}")]
    Other { host: String, what: String },
}

/// Whom or what a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The connection or the network: it may pass, and another connection may do better.
    Connection,
    /// The settings, or something the relay's people must change: trying again changes nothing.
    Setup,
    /// This address at this relay.
    Address,
    /// This message, or our own ledger.
    Ourselves,
}

impl SmtpFault {
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::TimedOut
            | Self::Closed
            | Self::Broken(_)
            | Self::NotSmtp(_)
            | Self::OutOfPlace(_)
            | Self::Unsolicited
            | Self::TlsBroken(_) => FaultKind::Connection,
            Self::NoSuchHost(_)
            | Self::TlsNotOffered
            | Self::TlsInjected
            | Self::TlsFailed(_)
            | Self::Certificate(_)
            | Self::TlsComesLater { .. }
            | Self::TlsComesFirst { .. }
            | Self::LoginNotOffered
            | Self::LoginAfterTls { .. }
            | Self::NoLogin(_)
            | Self::TokenNeeded
            | Self::PasswordNeeded
            | Self::NoToken(_) => FaultKind::Setup,
            Self::Utf8NotOffered => FaultKind::Address,
            Self::TooLarge { .. } | Self::NoLeave(_) => FaultKind::Ourselves,
        }
    }

    /// What to change, where people can change something.
    pub fn cure(&self) -> Option<String> {
        let cure = match self {
            Self::NoSuchHost(_) => {
                "check the server's name, and that this computer is online".into()
            }
            Self::TlsNotOffered => {
                "write smtps://… (port 465) in ROUNDUP_RELAY, or ask your provider which port \
                 uses TLS".into()
            }
            Self::TlsInjected => {
                "write smtps://… (port 465) in ROUNDUP_RELAY, and report it to your provider".into()
            }
            Self::TlsFailed(_) => {
                "ask your provider for a server with TLS 1.2 or newer".into()
            }
            Self::Certificate(fault) => fault.cure(),
            Self::TlsComesLater { host, port } => {
                format!("set ROUNDUP_RELAY='smtp://{}:{port}' (STARTTLS)", bracketed(host))
            }
            Self::TlsComesFirst { host, port } => {
                format!("set ROUNDUP_RELAY='smtps://{}:{port}' (TLS from the first byte)", bracketed(host))
            }
            Self::LoginAfterTls { host, port } => {
                format!("set ROUNDUP_RELAY='smtp://{}:{port}?tls=starttls'", bracketed(host))
            }
            Self::LoginNotOffered => {
                "use the port for sending with a login (587 or 465), or remove the username and \
                 password if this server needs none".into()
            }
            Self::NoLogin(_) => "ask your provider for a login with PLAIN, LOGIN or XOAUTH2".into(),
            Self::TokenNeeded => {
                "set ROUNDUP_RELAY_TOKEN_COMMAND to a command that prints an access token, and \
                 remove ROUNDUP_RELAY_PASSWORD".into()
            }
            Self::PasswordNeeded => {
                "set ROUNDUP_RELAY_PASSWORD, and remove ROUNDUP_RELAY_TOKEN_COMMAND".into()
            }
            Self::NoToken(_) => {
                "run the command in ROUNDUP_RELAY_TOKEN_COMMAND by hand: it must print one access \
                 token and exit with 0".into()
            }
            Self::TooLarge { .. } => {
                "make the email smaller (fewer stories, shorter summaries), or ask your provider for a higher limit".into()
            }
            Self::TimedOut
            | Self::Closed
            | Self::Broken(_)
            | Self::NotSmtp(_)
            | Self::OutOfPlace(_)
            | Self::Unsolicited
            | Self::TlsBroken(_)
            | Self::Utf8NotOffered
            | Self::NoLeave(_) => return None,
        };
        Some(cure)
    }
}

impl CertificateFault {
    fn cure(&self) -> String {
        match self {
            Self::UnknownIssuer { .. } => {
                "if it is your own server or your own authority, save its certificate as a PEM \
                 file and set `ca_file = \"relay.pem\"` under [send]; with a provider, check the \
                 server's name"
                    .into()
            }
            Self::OtherName { .. } => {
                "in ROUNDUP_RELAY, write one of the names in the certificate: your provider's \
                 page has the right one"
                    .into()
            }
            Self::Expired { .. } | Self::NotYet { .. } => {
                "check this computer's clock; if it is right, the server's operators must renew \
                 the certificate"
                    .into()
            }
            Self::Revoked { .. } | Self::Other { .. } => {
                "do not send through this server; its operators need a valid certificate".into()
            }
        }
    }
}

/// An IPv6 address stands in brackets in a URL.
fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// How a transaction, or the opening of a session, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransmitOutcome {
    pub stage: Stage,
    pub result: Result<Reply, SmtpFault>,
}

impl TransmitOutcome {
    pub fn reply(stage: Stage, reply: Reply) -> Self {
        Self { stage, result: Ok(reply) }
    }

    pub fn fault(stage: Stage, fault: SmtpFault) -> Self {
        Self { stage, result: Err(fault) }
    }
}

impl fmt::Display for TransmitOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(reply) => {
                write!(f, "the relay answered {} ({})", reply.summary(), self.stage.name())
            }
            Err(fault) => write!(f, "{fault} ({})", self.stage.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_can_change_has_a_cure_and_what_passes_has_none() {
        let host = || "smtp.example.org".to_owned();
        let faults = [
            SmtpFault::NoSuchHost(host()),
            SmtpFault::TlsNotOffered,
            SmtpFault::TlsInjected,
            SmtpFault::TlsFailed("old".to_owned()),
            SmtpFault::Certificate(CertificateFault::Expired { host: host() }),
            SmtpFault::TlsComesLater { host: host(), port: 587 },
            SmtpFault::TlsComesFirst { host: host(), port: 465 },
            SmtpFault::LoginNotOffered,
            SmtpFault::LoginAfterTls { host: host(), port: 587 },
            SmtpFault::NoLogin("GSSAPI".to_owned()),
            SmtpFault::TokenNeeded,
            SmtpFault::PasswordNeeded,
            SmtpFault::NoToken("it ended with 1".to_owned()),
        ];
        for fault in faults {
            assert_eq!(fault.kind(), FaultKind::Setup, "{fault}");
            assert!(fault.cure().is_some_and(|cure| cure.len() > 20), "{fault}");
        }
        for fault in [SmtpFault::TimedOut, SmtpFault::Closed, SmtpFault::TlsBroken("x".to_owned())]
        {
            assert_eq!((fault.kind(), fault.cure()), (FaultKind::Connection, None), "{fault}");
        }
    }

    #[test]
    fn a_wrong_scheme_names_the_right_one() {
        let cure = |fault: SmtpFault| fault.cure().unwrap();
        let host = || "smtp.example.org".to_owned();
        assert!(
            cure(SmtpFault::TlsComesLater { host: host(), port: 587 })
                .contains("'smtp://smtp.example.org:587'")
        );
        assert!(
            cure(SmtpFault::TlsComesFirst { host: "::1".to_owned(), port: 465 })
                .contains("'smtps://[::1]:465'")
        );
        assert!(
            cure(SmtpFault::LoginAfterTls { host: "localhost".to_owned(), port: 1025 })
                .contains("'smtp://localhost:1025?tls=starttls'")
        );
    }
}
