//! What mail services report by themselves: whose word it is, and whether it is new.
//! Pure: a request and a clock's time in, a yes or a refusal out.
//!
//! The address has a secret word; Mailgun and `SendGrid` sign what they send, too. A signature is good for a quarter of an
//! hour, and Mailgun's token once. What an event says is read later, by the way of `inbox --events`.

use std::collections::VecDeque;
use std::sync::Mutex;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rfc::base16;

/// How long a signature is good for: providers sign each try again.
const SIGNATURE_MINUTES: i64 = 15;
/// Clocks differ a little.
const EARLY_MINUTES: i64 = 5;
/// Tokens that are remembered: those of a quarter of an hour, at eleven a second.
const MOST_TOKENS: usize = 10_000;
/// Longer is not a token of Mailgun's: they have fifty characters.
const LONGEST_TOKEN_BYTES: usize = 200;
/// DER of a P-256 public key, up to its point (RFC 5480).
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Services that report events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HookProvider {
    Ses,
    Postmark,
    Mailgun,
    Sendgrid,
    Brevo,
}

impl HookProvider {
    /// As the settings and the names of events have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Postmark => "postmark",
            Self::Mailgun => "mailgun",
            Self::Sendgrid => "sendgrid",
            Self::Brevo => "brevo",
        }
    }
}

/// `[hooks.NAME]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HookSettings {
    pub provider: HookProvider,
    /// The variable of `.env` that has the secret word of the address.
    pub secret_env: String,
    /// `SendGrid`'s verification key, as its page shows it; it is not a secret.
    #[serde(default)]
    pub key: Option<String>,
    /// The variable of `.env` that has Mailgun's signing key.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The topic of Amazon SNS that the events come by.
    #[serde(default)]
    pub topic: Option<String>,
}

/// A hook with its secrets, ready to check a request.
#[derive(Debug)]
pub struct Hook {
    pub name: String,
    pub provider: HookProvider,
    secret_digest: Vec<u8>,
    proof: HookProof,
    /// Tokens that were used, the oldest first, each with the end of its time.
    used: Mutex<VecDeque<(DateTime<Utc>, String)>>,
}

/// What a provider's word is known by, beside the secret address.
#[derive(Debug)]
pub enum HookProof {
    None,
    /// Mailgun's signing key.
    Mailgun(SecretString),
    /// The point of `SendGrid`'s key.
    Sendgrid(Vec<u8>),
    /// The topic of Amazon SNS.
    Topic(String),
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookRefusal {
    /// The secret word is wrong: as if there were no such address.
    Secret,
    /// The signature is wrong or missing.
    Signature,
    /// The signature is too old, or of the future.
    Old,
    /// It came before.
    Replayed,
    /// It is not valid JSON.
    Shape,
}

/// A body that was accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptedBody {
    /// The token that is used now.
    token: Option<String>,
}

/// The header fields that a hook looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct HookHeaders<'a> {
    pub signature: Option<&'a str>,
    pub timestamp: Option<&'a str>,
}

/// The point of a P-256 key that is written in base64, as `SendGrid`'s page shows it.
pub fn sendgrid_key(text: &str) -> Option<Vec<u8>> {
    let der = STANDARD.decode(text.trim()).ok()?;
    let point = der.strip_prefix(&P256_PREFIX)?;
    (point.len() == 65 && point[0] == 4).then(|| point.to_vec())
}

impl Hook {
    pub fn new(
        name: &str,
        provider: HookProvider,
        secret: &SecretString,
        proof: HookProof,
    ) -> Self {
        let secret_digest = digest::digest(&digest::SHA256, secret.expose_secret().as_bytes());
        Self {
            name: name.to_owned(),
            provider,
            secret_digest: secret_digest.as_ref().to_vec(),
            proof,
            used: Mutex::default(),
        }
    }

    /// Whether a word is the secret of the address; how long this takes reveals nothing of it.
    pub fn knows(&self, word: &str) -> bool {
        let found = digest::digest(&digest::SHA256, word.as_bytes());
        constant_time::verify_slices_are_equal(found.as_ref(), &self.secret_digest).is_ok()
    }

    /// Whether a body is the provider's own word, and new.
    ///
    /// # Errors
    /// Says why it is not.
    pub fn accept(
        &self,
        word: &str,
        headers: HookHeaders<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<AcceptedBody, HookRefusal> {
        if !self.knows(word) {
            return Err(HookRefusal::Secret);
        }
        if let HookProof::Sendgrid(point) = &self.proof {
            signed_by_sendgrid(point, headers, body, now)?;
        }
        let value: Value = serde_json::from_slice(body).map_err(|_| HookRefusal::Shape)?;
        match &self.proof {
            HookProof::Mailgun(key) => {
                let token = self.signed_by_mailgun(key, &value, now)?;
                Ok(AcceptedBody { token: Some(token) })
            }
            HookProof::Topic(topic) => {
                let found = value.get("TopicArn").and_then(Value::as_str);
                let is_right = found == Some(topic.as_str());
                is_right.then(AcceptedBody::default).ok_or(HookRefusal::Signature)
            }
            HookProof::Sendgrid(_) | HookProof::None => Ok(AcceptedBody::default()),
        }
    }

    fn signed_by_mailgun(
        &self,
        key: &SecretString,
        value: &Value,
        now: DateTime<Utc>,
    ) -> Result<String, HookRefusal> {
        let part = |name: &str| match value.pointer(&format!("/signature/{name}")) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(HookRefusal::Signature),
        };
        let (timestamp, token, signature) =
            (part("timestamp")?, part("token")?, part("signature")?);
        if token.is_empty() || token.len() > LONGEST_TOKEN_BYTES {
            return Err(HookRefusal::Signature);
        }
        let signature = base16::decode(&signature).ok_or(HookRefusal::Signature)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret().as_bytes());
        hmac::verify(&key, format!("{timestamp}{token}").as_bytes(), &signature)
            .map_err(|_| HookRefusal::Signature)?;
        let signed = is_of_now(&timestamp, now)?;
        self.take_once(&token, signed, now)?;
        Ok(token)
    }

    /// What was accepted could not be kept: it may come again.
    pub fn forget(&self, accepted: &AcceptedBody) {
        if let Some(token) = &accepted.token {
            let mut used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            used.retain(|(_, known)| known != token);
        }
    }

    fn take_once(
        &self,
        token: &str,
        signed: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), HookRefusal> {
        let mut used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        used.retain(|(until, _)| *until >= now);
        if used.iter().any(|(_, known)| known == token) {
            return Err(HookRefusal::Replayed);
        }
        if used.len() >= MOST_TOKENS {
            used.pop_front();
        }
        used.push_back((signed + TimeDelta::minutes(SIGNATURE_MINUTES), token.to_owned()));
        Ok(())
    }
}

/// The time of a signature, where it is good now.
fn is_of_now(timestamp: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, HookRefusal> {
    let seconds: i64 = timestamp.parse().map_err(|_| HookRefusal::Signature)?;
    let signed = DateTime::from_timestamp(seconds, 0).ok_or(HookRefusal::Signature)?;
    let age = now.signed_duration_since(signed);
    let is_good =
        age <= TimeDelta::minutes(SIGNATURE_MINUTES) && age >= -TimeDelta::minutes(EARLY_MINUTES);
    if is_good { Ok(signed) } else { Err(HookRefusal::Old) }
}

fn signed_by_sendgrid(
    point: &[u8],
    headers: HookHeaders<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), HookRefusal> {
    let (Some(signature), Some(timestamp)) = (headers.signature, headers.timestamp) else {
        return Err(HookRefusal::Signature);
    };
    let signature = STANDARD.decode(signature.trim()).map_err(|_| HookRefusal::Signature)?;
    let mut signed = timestamp.as_bytes().to_vec();
    signed.extend_from_slice(body);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .verify(&signed, &signature)
        .map_err(|_| HookRefusal::Signature)?;
    is_of_now(timestamp, now).map(drop)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-27T10:00:00Z".parse().unwrap()
    }

    fn hook(provider: HookProvider, proof: HookProof) -> Hook {
        Hook::new("h", provider, &SecretString::from("s3cret"), proof)
    }

    fn mailgun(timestamp: i64, token: &str, key: &str) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let tag = hmac::sign(&key, format!("{timestamp}{token}").as_bytes());
        let signature = base16::encode(tag.as_ref());
        let signature =
            json!({"timestamp": timestamp.to_string(), "token": token, "signature": signature});
        json!({"signature": signature, "event-data": {"event": "failed"}}).to_string().into_bytes()
    }

    #[test]
    fn mailguns_word_is_taken_once_and_for_a_quarter_of_an_hour() {
        let hook = hook(HookProvider::Mailgun, HookProof::Mailgun(SecretString::from("key")));
        let at = now().timestamp();
        let none = HookHeaders::default();
        let accept = |body: &[u8]| hook.accept("s3cret", none, body, now()).map(drop);
        assert_eq!(accept(&mailgun(at, "t1", "key")), Ok(()));
        assert_eq!(accept(&mailgun(at, "t1", "key")), Err(HookRefusal::Replayed));
        // What could not be kept may come again.
        hook.forget(&AcceptedBody { token: Some("t1".to_owned()) });
        assert_eq!(accept(&mailgun(at, "t1", "key")), Ok(()));
        assert_eq!(accept(&mailgun(at, "t2", "other")), Err(HookRefusal::Signature));
        assert_eq!(accept(&mailgun(at - 901, "t3", "key")), Err(HookRefusal::Old));
        assert_eq!(accept(&mailgun(at - 899, "t4", "key")), Ok(()));
        assert_eq!(accept(&mailgun(at + 301, "t5", "key")), Err(HookRefusal::Old));
        assert_eq!(accept(&mailgun(i64::MAX, "t6", "key")), Err(HookRefusal::Signature));
        assert_eq!(accept(&mailgun(at, "", "key")), Err(HookRefusal::Signature));
        assert_eq!(accept(b"{}"), Err(HookRefusal::Signature));
        assert_eq!(accept(b"not json"), Err(HookRefusal::Shape));
        let wrong = hook.accept("secret", none, &mailgun(at, "t7", "key"), now()).map(drop);
        assert_eq!(wrong, Err(HookRefusal::Secret));
    }

    #[test]
    fn sendgrids_signature_covers_time_and_body() {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let der = [&P256_PREFIX[..], pair.public_key().as_ref()].concat();
        let point = sendgrid_key(&STANDARD.encode(der)).unwrap();
        let hook = hook(HookProvider::Sendgrid, HookProof::Sendgrid(point));
        let sign = |timestamp: &str, body: &[u8]| {
            let signed = [timestamp.as_bytes(), body].concat();
            STANDARD.encode(pair.sign(&random, &signed).unwrap().as_ref())
        };
        let at = now().timestamp().to_string();
        let body = b"[{\"event\":\"bounce\"}]\r\n";
        let good = sign(&at, body);
        let accept = |signature: Option<&str>, timestamp: Option<&str>, body: &[u8]| {
            hook.accept("s3cret", HookHeaders { signature, timestamp }, body, now()).map(drop)
        };
        assert_eq!(accept(Some(&good), Some(&at), body), Ok(()));
        assert_eq!(
            accept(Some(&good), Some(&at), b"[{\"event\":\"bounce\"}]"),
            Err(HookRefusal::Signature)
        );
        assert_eq!(accept(Some(&good), Some("1795773601"), body), Err(HookRefusal::Signature));
        assert_eq!(accept(None, Some(&at), body), Err(HookRefusal::Signature));
        assert_eq!(accept(Some("???"), Some(&at), body), Err(HookRefusal::Signature));
        let old = (now().timestamp() - 901).to_string();
        assert_eq!(accept(Some(&sign(&old, body)), Some(&old), body), Err(HookRefusal::Old));
        for wrong in ["", "AAAA", "not base64!"] {
            assert_eq!(sendgrid_key(wrong), None);
        }
    }

    #[test]
    fn amazons_topic_is_the_one_of_the_settings() {
        let hook = hook(HookProvider::Ses, HookProof::Topic("arn:1".to_owned()));
        let accept = |topic: &str| {
            let body = json!({"TopicArn": topic, "Message": "{}"}).to_string();
            hook.accept("s3cret", HookHeaders::default(), body.as_bytes(), now()).map(drop)
        };
        assert_eq!(accept("arn:1"), Ok(()));
        assert_eq!(accept("arn:2"), Err(HookRefusal::Signature));
    }
}
