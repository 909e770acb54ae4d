//! TLS as a client: whom to trust, and what a failed handshake means.
//! Shell: the system's certificates and files of more.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{AlertDescription, CertificateError, ClientConfig};
use rustls_platform_verifier::Verifier;
use thiserror::Error;

use super::dial::plain_io;
use super::fault::{CertificateFault, SmtpFault};
use crate::rfc::reply::{Reply, ReplyReader};

/// What keeps TLS from being set up at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsSetupError {
    #[error("the CA file {path} cannot be read: {what}")]
    CaFile { path: String, what: String },
    #[error("TLS cannot be set up: {0}")]
    Provider(String),
}

/// Trusts the system's certificates, and those of a PEM file beside them.
///
/// # Errors
/// When the file holds none, or the system has no TLS.
pub(crate) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsSetupError> {
    let failed = |error: rustls::Error| TlsSetupError::Provider(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let mut extra: Vec<CertificateDer<'static>> = Vec::new();
    if let Some(path) = ca_file {
        let wrong = |what: String| TlsSetupError::CaFile { path: path.display().to_string(), what };
        for certificate in
            CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?
        {
            extra.push(certificate.map_err(|error| wrong(error.to_string()))?);
        }
        if extra.is_empty() {
            return Err(wrong("it holds no certificate".to_owned()));
        }
    }
    let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(failed)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// What a failed handshake means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Handshake {
    /// The server answered with SMTP in the clear.
    Text(Reply),
    Fault(SmtpFault),
}

/// Judges a failed handshake by its error, and by the first bytes that came from the server.
pub(super) fn explain(error: &io::Error, first: &[u8], host: &str) -> Handshake {
    if let Some(reply) = text_reply(first) {
        return Handshake::Text(reply);
    }
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        return Handshake::Fault(SmtpFault::TlsBroken(plain_io(error)));
    };
    Handshake::Fault(match error {
        rustls::Error::InvalidCertificate(error) => certificate_fault(error, host),
        rustls::Error::NoCertificatesPresented => SmtpFault::Certificate(CertificateFault::Other {
            host: host.to_owned(),
            what: "the server presented none".to_owned(),
        }),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity,
        ) => SmtpFault::TlsFailed(format!(
            "the server and roundup have no TLS version in common: {error}"
        )),
        // An overloaded server, a cut connection, a middlebox: none of it is about trust.
        _ => SmtpFault::TlsBroken(broken(error)),
    })
}

/// What broke a handshake off, in words: the library's own are names of its types.
fn broken(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => "what the server sent is not TLS".to_owned(),
        rustls::Error::InappropriateMessage { .. }
        | rustls::Error::InappropriateHandshakeMessage { .. }
        | rustls::Error::PeerMisbehaved(_) => "the server does not keep to the protocol".to_owned(),
        rustls::Error::AlertReceived(alert) => {
            format!("the server refused it ({})", spaced(&format!("{alert:?}")))
        }
        rustls::Error::DecryptError => "what the server sent was changed on the way".to_owned(),
        other => other.to_string(),
    }
}

/// `HandshakeFailure` as "handshake failure".
fn spaced(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// The reply in the first bytes, if they are one. It may not have come whole: what is there is enough.
fn text_reply(first: &[u8]) -> Option<Reply> {
    // A record of TLS never begins with a digit.
    if !first.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let mut reader = ReplyReader::default();
    reader.push(first);
    if let Ok(Some(reply)) = reader.next_reply() {
        return Some(reply);
    }
    let line = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = line.get(4..).unwrap_or_default();
    let mut whole = line.get(..3)?.to_vec();
    whole.push(b' ');
    whole.extend_from_slice(text);
    whole.extend_from_slice(b"\r\n");
    let mut reader = ReplyReader::default();
    reader.push(&whole);
    reader.next_reply().ok().flatten()
}

fn certificate_fault(error: &CertificateError, host: &str) -> SmtpFault {
    let host = host.to_owned();
    SmtpFault::Certificate(match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            CertificateFault::Expired { host }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateFault::NotYet { host }
        }
        CertificateError::Revoked => CertificateFault::Revoked { host },
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer { host },
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            // They read `DnsName("mail.example.org")`, and come from outside.
            let names: Vec<String> = presented
                .iter()
                .take(5)
                .map(|name| {
                    let name = name.split('"').nth(1).unwrap_or(name);
                    name.chars().filter(|c| !c.is_control()).take(100).collect()
                })
                .collect();
            CertificateFault::OtherName { host, names: names.join(", ") }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherName { host, names: "another name".to_owned() }
        }
        // A self-signed certificate that also says it is an authority.
        CertificateError::Other(_) if format!("{error:?}").contains("CaUsedAsEndEntity") => {
            CertificateFault::UnknownIssuer { host }
        }
        _ => CertificateFault::Other { host, what: error.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(error: rustls::Error) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }

    #[test]
    fn text_before_tls_is_read() {
        let corrupt =
            wrapped(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType));
        for (first, code) in [
            (&b"421 4.7.0 too many connections\r\n"[..], 421),
            (b"220 mail.example.org ESMTP\r\n", 220),
            (b"220-mail.example.org ESMTP\r\n220-We do not", 220),
            (b"421 cut off in the mid", 421),
            (b"554 5.7.1 go away\r\n", 554),
        ] {
            let Handshake::Text(reply) = explain(&corrupt, first, "a") else {
                panic!("{}", String::from_utf8_lossy(first))
            };
            assert_eq!(reply.code, code);
        }
        for first in [&b""[..], b"\x15\x03\x01\x00\x02\x02\x28", b"HTTP/1.1 400 Bad Request"] {
            assert!(matches!(
                explain(&corrupt, first, "a"),
                Handshake::Fault(SmtpFault::TlsBroken(_))
            ));
        }
    }

    #[test]
    fn what_breaks_a_handshake_off_is_said_in_words() {
        let words = |error: rustls::Error| match explain(&wrapped(error), b"", "a") {
            Handshake::Fault(fault) => fault.to_string(),
            Handshake::Text(reply) => panic!("{reply}"),
        };
        let garbage = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        assert_eq!(words(garbage), "the TLS handshake broke off: what the server sent is not TLS");
        let alert = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
        assert_eq!(
            words(alert),
            "the TLS handshake broke off: the server refused it (handshake failure)"
        );
        assert_eq!(
            words(rustls::Error::DecryptError),
            "the TLS handshake broke off: what the server sent was changed on the way"
        );
    }

    #[test]
    fn only_certificates_are_about_trust() {
        let kind = |error: rustls::Error| match explain(&wrapped(error), b"", "mail.example.org") {
            Handshake::Fault(fault) => fault,
            Handshake::Text(reply) => panic!("{reply}"),
        };
        let host = || "mail.example.org".to_owned();
        for (error, expected) in [
            (CertificateError::Expired, CertificateFault::Expired { host: host() }),
            (CertificateError::NotValidYet, CertificateFault::NotYet { host: host() }),
            (CertificateError::UnknownIssuer, CertificateFault::UnknownIssuer { host: host() }),
            (
                CertificateError::NotValidForName,
                CertificateFault::OtherName { host: host(), names: "another name".to_owned() },
            ),
        ] {
            let fault = kind(rustls::Error::InvalidCertificate(error));
            assert_eq!(fault, SmtpFault::Certificate(expected));
        }
        for alert in [AlertDescription::InternalError, AlertDescription::HandshakeFailure] {
            assert!(matches!(kind(rustls::Error::AlertReceived(alert)), SmtpFault::TlsBroken(_)));
        }
        let old = rustls::Error::AlertReceived(AlertDescription::ProtocolVersion);
        assert!(matches!(kind(old), SmtpFault::TlsFailed(_)));
        let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(
            explain(&cut, b"", "a"),
            Handshake::Fault(SmtpFault::TlsBroken("the connection broke".to_owned()))
        );
    }
}
