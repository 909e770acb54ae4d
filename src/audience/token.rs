//! Keyed names: the Message-ID of a copy, and the token by which a person unsubscribes. Neither shows an address.
//! Pure: key and words in, words out.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::rfc::address::EmailAddress;
use crate::rfc::base16;

/// What a keyed name is for. It goes into the key's input, so that one kind can never pass as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Person,
    MessageId,
    Unsubscribe,
}

/// The project's secret, ready to make and check names.
#[derive(Clone)]
pub struct Keys {
    key: hmac::Key,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

const PERSON_BYTES: usize = 12;
/// 128 bits: nobody guesses one.
const MAC_BYTES: usize = 16;

impl Keys {
    pub fn new(secret: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(match purpose {
            Purpose::Person => b"person",
            Purpose::MessageId => b"message-id",
            Purpose::Unsubscribe => b"unsubscribe",
        });
        for part in parts {
            // Lengths keep ("ab", "c") and ("a", "bc") apart.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        bytes
    }

    fn person(&self, address: &EmailAddress) -> [u8; PERSON_BYTES] {
        let mut person = [0; PERSON_BYTES];
        person.copy_from_slice(
            &self.mac(Purpose::Person, &[address.key().as_bytes()])[..PERSON_BYTES],
        );
        person
    }

    /// A person's name where her address must not stand, such as the do-not-mail list.
    pub fn person_name(&self, address: &EmailAddress) -> String {
        URL_SAFE_NO_PAD.encode(self.person(address))
    }

    /// The left part of a copy's Message-ID: the same however often the copy is tried.
    pub fn message_id(&self, edition: &str, address: &EmailAddress) -> String {
        let mac = self.mac(Purpose::MessageId, &[edition.as_bytes(), address.key().as_bytes()]);
        base16::encode(&mac[..16])
    }

    /// The token in a person's unsubscribe address.
    pub fn unsubscribe_token(&self, address: &EmailAddress) -> String {
        let person = self.person(address);
        let mac = self.mac(Purpose::Unsubscribe, &[&person]);
        format!(
            "1.{}.{}",
            URL_SAFE_NO_PAD.encode(person),
            URL_SAFE_NO_PAD.encode(&mac[..MAC_BYTES])
        )
    }

    /// True when a token is this person's and was made with this key.
    pub fn is_unsubscribe_token_of(&self, token: &str, address: &EmailAddress) -> bool {
        constant_time::verify_slices_are_equal(
            token.as_bytes(),
            self.unsubscribe_token(address).as_bytes(),
        )
        .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn a_token_holds_for_one_person_and_one_key() {
        let keys = Keys::new(b"one");
        let token = keys.unsubscribe_token(&address("Ann@example.org"));
        assert!(keys.is_unsubscribe_token_of(&token, &address("ann@EXAMPLE.org")));
        assert!(!keys.is_unsubscribe_token_of(&token, &address("bob@example.org")));
        assert!(!Keys::new(b"two").is_unsubscribe_token_of(&token, &address("ann@example.org")));
        let mut flipped = token.clone().into_bytes();
        for at in 0..flipped.len() {
            flipped[at] ^= 1;
            let text = String::from_utf8_lossy(&flipped).into_owned();
            assert!(!keys.is_unsubscribe_token_of(&text, &address("ann@example.org")), "{at}");
            flipped[at] ^= 1;
        }
    }

    #[test]
    fn nothing_shows_the_address_and_everything_is_stable() {
        let keys = Keys::new(b"one");
        let ann = address("ann@example.org");
        assert_eq!(
            keys.message_id("2020", &ann),
            keys.message_id("2020", &address("ANN@example.org"))
        );
        assert_ne!(keys.message_id("2020", &ann), keys.message_id("2021", &ann));
        assert!(!keys.unsubscribe_token(&ann).contains("ann"));
        assert!(
            keys.unsubscribe_token(&ann)
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        );
    }
}
