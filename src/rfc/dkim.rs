//! DKIM signatures (RFC 6376; RFC 8463 for Ed25519), relaxed header fields and a body that is canonical already.
//! Pure: key and bytes in, one header field out.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::problem::HELP;

/// RFC 8301 section 3.2: signers should use this length or more, and the library signs with no less.
const SHORTEST_RSA_BITS: usize = 2048;

/// `[dkim]` of `roundup.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The domain that signs; the sender's by default.
    #[serde(deserialize_with = "optional_dns_name")]
    pub domain: Option<String>,
    /// The name below `_domainkey` at which the public key stands.
    #[serde(deserialize_with = "dns_name")]
    pub selector: String,
    /// The same for an Ed25519 key; the selector with `-ed25519` behind it when there is an RSA key too.
    #[serde(deserialize_with = "optional_dns_name")]
    pub ed25519_selector: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { domain: None, selector: "roundup".to_owned(), ed25519_selector: None }
    }
}

/// A name of the DNS as it is written into the header field, read once: what was read is what is used.
fn dns_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if is_dns_name(&name) {
        return Ok(name);
    }
    let shown = name.escape_debug();
    Err(D::Error::custom(format!(
        "`{shown}` is not a name of the DNS{HELP}use letters, digits and hyphens, with a dot between two parts"
    )))
}

/// The same, where the setting may be missing.
fn optional_dns_name<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    dns_name(deserializer).map(Some)
}

/// RFC 6376 section 3.1, with the underscore that some providers have.
fn is_dns_name(name: &str) -> bool {
    /// RFC 1035 section 2.3.4.
    const LONGEST_LABEL: usize = 63;
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    name.len() < 254 && name.split('.').all(is_label)
}

/// A private key with the name under which its public half stands in the DNS.
pub struct Signer {
    key: Key,
    domain: String,
    selector: String,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Why a key cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("the DKIM key is not a PEM file with a private key")]
    NotPem,
    #[error("the DKIM key is neither RSA nor Ed25519, or is damaged")]
    NotAKey,
    #[error("the DKIM key has {bits} bits; roundup signs with {SHORTEST_RSA_BITS} or more")]
    TooShort { bits: usize },
    #[error("the DKIM {0} `{1}` is not a domain name")]
    Name(&'static str, String),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}._domainkey.{})", self.selector, self.domain)
    }
}

impl Signer {
    /// Reads a PEM private key (PKCS#8, or PKCS#1 for RSA).
    ///
    /// # Errors
    /// When the key or a name is not usable.
    pub fn new(pem: &str, domain: &str, selector: &str) -> Result<Self, KeyError> {
        for (what, name) in [("domain", domain), ("selector", selector)] {
            if !is_dns_name(name) {
                return Err(KeyError::Name(what, name.escape_debug().to_string()));
            }
        }
        let der = pem_body(pem).ok_or(KeyError::NotPem)?;
        let key = if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            Key::Ed25519(key)
        } else {
            let key = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
            // A short key is whole: it is not called damaged.
            let short = || rsa_bits_of(&der).filter(|bits| *bits < SHORTEST_RSA_BITS);
            let fault = |_| short().map_or(KeyError::NotAKey, |bits| KeyError::TooShort { bits });
            let key = key.map_err(fault)?;
            Key::Rsa(key)
        };
        Ok(Self { key, domain: domain.to_owned(), selector: selector.to_owned() })
    }

    /// Reads one private key or several, each in its PEM block: an RSA key for everybody, an Ed25519 key for receivers that
    /// know it (RFC 8463 section 5 wants both).
    ///
    /// # Errors
    /// When one of them is not usable.
    pub fn read(pem: &str, domain: &str, settings: &Settings) -> Result<Vec<Self>, KeyError> {
        let domain = settings.domain.as_deref().unwrap_or(domain);
        let blocks: Vec<&str> = pem.split_inclusive("PRIVATE KEY-----").collect();
        // A block has the words twice: at its beginning and at its end.
        let blocks: Vec<String> = blocks.chunks(2).map(<[&str]>::concat).collect();
        let blocks: Vec<&String> = blocks.iter().filter(|block| !block.trim().is_empty()).collect();
        let mut signers = Vec::new();
        for block in &blocks {
            let mut signer = Self::new(block, domain, &settings.selector)?;
            if let Key::Ed25519(_) = signer.key {
                let selector = match &settings.ed25519_selector {
                    Some(selector) => selector.clone(),
                    None if blocks.len() > 1 => format!("{}-ed25519", settings.selector),
                    None => settings.selector.clone(),
                };
                signer = Self::new(block, domain, &selector)?;
            }
            signers.push(signer);
        }
        if signers.is_empty() { Err(KeyError::NotPem) } else { Ok(signers) }
    }

    /// Where the public key must stand in the DNS.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The record's whole text (RFC 6376 section 3.6.1).
    pub fn record(&self) -> String {
        let kind = match self.key {
            Key::Rsa(_) => "rsa",
            Key::Ed25519(_) => "ed25519",
        };
        format!("v=DKIM1; k={kind}; p={}", self.public_record())
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The length of an RSA key.
    pub fn rsa_bits(&self) -> Option<usize> {
        match &self.key {
            Key::Rsa(key) => Some(key.public_modulus_len() * 8),
            Key::Ed25519(_) => None,
        }
    }

    /// The `DKIM-Signature` field, with its CRLF, for these header fields (each whole, with CRLF) and this body.
    ///
    /// Every field is signed, and its name once more than it occurs, so that no second one can be added on the way
    /// (section 8.15). The body must be canonical (see `quoted_printable`): it is hashed as it stands.
    pub fn sign(&self, fields: &[&str], body: &[u8]) -> String {
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, body));
        let mut names: Vec<String> = Vec::new();
        let mut signed = String::new();
        // RFC 6376 section 5.4.2: fields of one name are taken from the bottom up.
        for field in fields.iter().rev() {
            let (name, canonical) = relaxed(field);
            names.push(name);
            signed.push_str(&canonical);
            signed.push_str("\r\n");
        }
        let mut again: Vec<String> = names.clone();
        again.sort();
        again.dedup();
        names.extend(again);
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let mut field = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={};\r\n h={};\r\n bh={hash};\r\n b=",
            self.domain,
            self.selector,
            names.join(":\r\n "),
        );
        signed.push_str(&relaxed(&field).1);
        let signature = STANDARD.encode(self.signature(signed.as_bytes()));
        for (index, chunk) in signature.as_bytes().chunks(72).enumerate() {
            if index > 0 {
                field.push_str("\r\n ");
            }
            field.push_str(&String::from_utf8_lossy(chunk));
        }
        field.push_str("\r\n");
        field
    }

    fn signature(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => {
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut out)
                    .expect("a checked RSA key signs into a buffer as long as its modulus");
                out
            }
            // RFC 8463 section 3: the hash is signed, not the bytes.
            Key::Ed25519(key) => {
                key.sign(digest::digest(&digest::SHA256, bytes).as_ref()).as_ref().to_vec()
            }
        }
    }

    /// The public half as the DNS record must have it after `p=`.
    pub fn public_record(&self) -> String {
        match &self.key {
            Key::Rsa(key) => STANDARD.encode(spki_of_rsa(key.public_key().as_ref())),
            Key::Ed25519(key) => STANDARD.encode(key.public_key().as_ref()),
        }
    }
}

/// An RSA public key (PKCS#1) as the `SubjectPublicKeyInfo` that DNS records hold (RFC 5280 section 4.1).
fn spki_of_rsa(pkcs1: &[u8]) -> Vec<u8> {
    const ALGORITHM: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let mut bits = vec![0];
    bits.extend_from_slice(pkcs1);
    let mut inner = ALGORITHM.to_vec();
    inner.extend(der(0x03, &bits));
    der(0x30, &inner)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 128 {
        out.push(u8::try_from(length).unwrap_or(0));
    } else {
        let bytes = length.to_be_bytes();
        let first = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len() - 1);
        out.push(0x80 | u8::try_from(bytes.len() - first).unwrap_or(0));
        out.extend_from_slice(&bytes[first..]);
    }
    out.extend_from_slice(content);
    out
}

/// A field's name in lower case, and the field in relaxed form without its line end (RFC 6376 section 3.4.2).
fn relaxed(field: &str) -> (String, String) {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let name = name.trim_end().to_ascii_lowercase();
    let value: Vec<&str> =
        value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    let canonical = format!("{name}:{}", value.join(" "));
    (name, canonical)
}

/// The length of an RSA private key (RFC 8017 appendix A.1.2), by itself or in PKCS#8 (RFC 5958).
fn rsa_bits_of(der: &[u8]) -> Option<usize> {
    const INTEGER: u8 = 0x02;
    const OCTETS: u8 = 0x04;
    const SEQUENCE: u8 = 0x30;
    let (mut fields, _) = element(der, SEQUENCE)?;
    // Its version stands first. PKCS#8 has the kind of the key next, and the key itself as bytes.
    let (_, mut rest) = element(fields, INTEGER)?;
    if let Some((_, key)) = element(rest, SEQUENCE) {
        (fields, _) = element(element(key, OCTETS)?.0, SEQUENCE)?;
        (_, rest) = element(fields, INTEGER)?;
    }
    let (modulus, _) = element(rest, INTEGER)?;
    let from = modulus.iter().position(|byte| *byte != 0)?;
    let unused = usize::try_from(modulus[from].leading_zeros()).ok()?;
    Some((modulus.len() - from) * 8 - unused)
}

/// The content of the element that DER begins with, if it is of a kind, and what stands behind it (X.690 section 8.1).
fn element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (_, rest) = der.split_first().filter(|(found, _)| **found == kind)?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn pem_body(pem: &str) -> Option<Vec<u8>> {
    let start = pem.find("-----BEGIN ")?;
    let rest = &pem[start..];
    let body = rest.split_once("PRIVATE KEY-----")?.1;
    let body = body.split_once("-----END ")?.0;
    let packed: String = body.split_whitespace().collect();
    STANDARD.decode(packed).ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_name_that_is_none_of_the_dns_is_refused_where_it_is_read() {
        let read = |text: &str| toml::from_str::<Settings>(text).map_err(|error| error.to_string());
        for name in ["roundup", "s1.news", "k_1", "2026-11"] {
            assert_eq!(read(&format!("selector = '{name}'")).unwrap().selector, name);
        }
        for name in ["", "a b", "a..b", ".a", "a.", "-a", "a;b", "a\\r\\nX", "é"] {
            for setting in ["domain", "selector", "ed25519_selector"] {
                let error = read(&format!("{setting} = \"{name}\"")).unwrap_err();
                assert!(error.contains("is not a name of the DNS"), "{name}: {error}");
            }
        }
        assert!(read(&format!("selector = '{}'", "a".repeat(64))).is_err());
    }

    #[test]
    fn two_keys_make_two_signatures_with_selectors_of_their_own() {
        let rsa =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
        let rsa = rsa.unwrap().serialize_pem();
        let ed = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
        let names = |pem: &str, settings: &Settings| -> Vec<String> {
            let signers = Signer::read(pem, "charity.example", settings).unwrap();
            signers.iter().map(Signer::record_name).collect()
        };
        let settings = Settings::default();
        assert_eq!(
            names(&format!("{rsa}\n{ed}"), &settings),
            ["roundup._domainkey.charity.example", "roundup-ed25519._domainkey.charity.example"]
        );
        assert_eq!(names(&ed, &settings), ["roundup._domainkey.charity.example"]);
        let settings = Settings {
            domain: Some("b.example".to_owned()),
            ed25519_selector: Some("e".to_owned()),
            ..settings
        };
        assert_eq!(
            names(&format!("{ed}{rsa}"), &settings),
            ["e._domainkey.b.example", "roundup._domainkey.b.example"]
        );
        for wrong in
            ["", "hello", "-----BEGIN PRIVATE KEY-----", &format!("{rsa}\nrest PRIVATE KEY-----")]
        {
            assert!(
                Signer::read(wrong, "charity.example", &Settings::default()).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_short_key_is_not_called_damaged() {
        let element = |kind: u8, content: &[u8]| -> Vec<u8> {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[kind, 0x82], &length[..], content].concat()
        };
        for bits in [512_usize, 1024, 2040] {
            let mut modulus = vec![0x00, 0x80];
            modulus.resize(bits / 8 + 1, 0x55);
            let fields = [element(2, &[0]), element(2, &modulus), element(2, &[1, 0, 1])].concat();
            let plain = element(0x30, &fields);
            let wrapped = [element(2, &[0]), element(0x30, &[5, 0]), element(4, &plain)].concat();
            for der in [plain.clone(), element(0x30, &wrapped)] {
                let pem = format!(
                    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                    STANDARD.encode(&der)
                );
                let found = Signer::new(&pem, "charity.example", "news");
                assert_eq!(found.unwrap_err(), KeyError::TooShort { bits });
                // However it is cut off, it is only a key that cannot be read.
                for end in 0..der.len() / 2 {
                    assert_eq!(rsa_bits_of(&der[..end]), None);
                }
            }
        }
    }

    #[test]
    fn relaxed_fields_follow_the_example_of_the_rfc() {
        // RFC 6376 section 3.4.5, example 1.
        assert_eq!(relaxed("A: X\r\n").1, "a:X");
        assert_eq!(relaxed("B : Y\t\r\n\tZ  \r\n").1, "b:Y Z");
    }

    #[test]
    fn an_ed25519_signature_verifies_over_what_was_signed() {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(pair.as_ref())
        );
        let signer = Signer::new(&pem, "example.org", "news").unwrap();
        let field = signer.sign(&["From: a@example.org\r\n", "Subject: x\r\n"], b"hello\r\n");
        assert!(field.contains("h=subject:\r\n from:\r\n from:\r\n subject;"), "{field}");
        let (unsigned, value) = field.rsplit_once("b=").unwrap();
        let signature: String = value.split_whitespace().collect();
        let mut signed = String::from("subject:x\r\nfrom:a@example.org\r\n");
        signed.push_str(&relaxed(&format!("{unsigned}b=")).1);
        let Key::Ed25519(key) = &signer.key else {
            panic!("the key is Ed25519");
        };
        UnparsedPublicKey::new(&ED25519, key.public_key().as_ref())
            .verify(
                digest::digest(&digest::SHA256, signed.as_bytes()).as_ref(),
                &STANDARD.decode(signature).unwrap(),
            )
            .unwrap();
    }

    #[test]
    fn keys_that_cannot_sign_say_why() {
        let error = |pem: &str| Signer::new(pem, "example.org", "s").unwrap_err();
        assert_eq!(error("hello"), KeyError::NotPem);
        assert_eq!(
            error("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
            KeyError::NotAKey
        );
        assert!(matches!(
            Signer::new("", "example.org; d=x", "s"),
            Err(KeyError::Name("domain", _))
        ));
    }
}
