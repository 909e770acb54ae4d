//! What a server says it can do: its reply to EHLO (RFC 5321 section 4.1.1.1).
//! Pure: a reply in, a value out.

use crate::message::Envelope;
use crate::rfc::reply::Reply;

/// More mechanisms than this no server has.
const MOST_MECHANISMS: usize = 20;

/// What the server can do, from its last EHLO reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub pipelining: bool,
    pub starttls: bool,
    /// RFC 1870; `None` when there is no limit.
    pub size: Option<usize>,
    /// Addresses in letters of any language (RFC 6531).
    pub smtputf8: bool,
    /// Ways of logging in, in capitals (RFC 4954).
    pub mechanisms: Vec<String>,
}

impl Capabilities {
    pub(super) fn read(reply: &Reply) -> Self {
        let mut capabilities = Self::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("PIPELINING") => capabilities.pipelining = true,
                Some("STARTTLS") => capabilities.starttls = true,
                Some("SMTPUTF8") => capabilities.smtputf8 = true,
                Some("SIZE") => {
                    let size = words.next().and_then(|size| size.parse().ok());
                    capabilities.size = size.filter(|size| *size > 0);
                }
                // Old servers write AUTH=LOGIN, some in a line of its own.
                Some("AUTH") => {
                    for word in words.take(MOST_MECHANISMS) {
                        if !capabilities.offers(word) {
                            capabilities.mechanisms.push(word.chars().take(40).collect());
                        }
                    }
                }
                _ => {}
            }
        }
        capabilities
    }

    pub fn offers(&self, mechanism: &str) -> bool {
        self.mechanisms.iter().any(|offered| offered == mechanism)
    }

    /// Whether it takes a message to this address.
    pub(super) fn takes(&self, envelope: &Envelope) -> bool {
        self.smtputf8 || !envelope.recipient.needs_utf8()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_offer() {
        let lines = ["me", "PIPELINING", "SIZE 1000", "auth plain LOGIN", "AUTH=LOGIN XOAUTH2"];
        let mut reply = Reply::new(250, "me");
        reply.lines = lines.map(str::to_owned).to_vec();
        let read = Capabilities::read(&reply);
        assert!(read.pipelining && !read.starttls && !read.smtputf8);
        assert_eq!(
            (read.size, read.mechanisms.join(" ")),
            (Some(1000), "PLAIN LOGIN XOAUTH2".into())
        );
    }
}
