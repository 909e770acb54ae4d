//! Keyed names: the Message-ID of a copy, and the token by which a person unsubscribes. Neither shows an address.
//! Pure: key and words in, words out.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::rfc::address::EmailAddress;
use crate::rfc::base16;

/// What a keyed name is for. It goes into the key's input, so that one kind can never pass as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Person,
    MessageId,
    Unsubscribe,
    Check,
    /// The form of a public page: proves that the page was fetched, and when.
    PageNonce,
    /// Reading the project's drop box.
    DropBox,
    /// Confirming that somebody signed up.
    Confirmation,
    /// Whom an edition is approved for.
    Approval,
}

/// The project's secret, ready to make and check names.
///
/// Address hashes and Message-IDs are made with the secret itself, which never changes: with another one, nobody who left
/// would be recognised. Tokens are made with the newest token key, and hold whichever of the keys they were made with.
#[derive(Clone)]
pub struct Keys {
    key: hmac::Key,
    /// Those that came after the secret, each with its number, the oldest first.
    for_tokens: Vec<(u32, hmac::Key)>,
    taken: TakenAddresses,
}

/// The hashes of people whose address is somebody else's now. Its owner today has another hash, so that a link in an email
/// to the one never speaks for the other. All copies learn of them together.
#[derive(Debug, Clone, Default)]
pub struct TakenAddresses(Arc<RwLock<BTreeSet<String>>>);

impl TakenAddresses {
    pub fn learn(&self, people: impl IntoIterator<Item = String>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(people);
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeSet<String>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

const PERSON_BYTES: usize = 12;
/// Not an address, so that nobody real has its hash.
const INVENTED: &str = "probe";
/// 128 bits: nobody guesses one.
const MAC_BYTES: usize = 16;
/// Two secrets have the same check value once in four thousand million times a thousand million.
const CHECK_BYTES: usize = 8;

impl Keys {
    pub fn new(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self { key, for_tokens: Vec::new(), taken: TakenAddresses::default() }
    }

    /// With token keys that came after the secret, the oldest first.
    #[must_use]
    pub fn with_token_keys<'a>(self, keys: impl IntoIterator<Item = (u32, &'a [u8])>) -> Self {
        let key = |(number, key): (u32, &[u8])| (number, hmac::Key::new(hmac::HMAC_SHA256, key));
        Self { for_tokens: keys.into_iter().map(key).collect(), ..self }
    }

    /// With what is known of addresses that are somebody else's now.
    #[must_use]
    pub fn with_taken(self, taken: TakenAddresses) -> Self {
        Self { taken, ..self }
    }

    /// By this a ledger knows the secret again. It reveals nothing of the secret, nor of anything made with it.
    pub fn check(&self) -> String {
        base16::encode(&self.mac(Purpose::Check, &[])[..CHECK_BYTES])
    }

    fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        Self::mac_with(&self.key, purpose, parts)
    }

    fn mac_with(key: &hmac::Key, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(key);
        context.update(match purpose {
            Purpose::Person => b"person",
            Purpose::MessageId => b"message-id",
            Purpose::Unsubscribe => b"unsubscribe",
            Purpose::Check => b"check",
            Purpose::PageNonce => b"page-nonce",
            Purpose::DropBox => b"drop-box",
            Purpose::Confirmation => b"confirmation",
            Purpose::Approval => b"approval",
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

    /// The person who has an address now.
    fn person(&self, key: &str) -> [u8; PERSON_BYTES] {
        self.owner_after(key, &self.taken.read())
    }

    /// The first owner of an address who is not among those that somebody else came after.
    fn owner_after(&self, key: &str, taken: &BTreeSet<String>) -> [u8; PERSON_BYTES] {
        let mut number = 1;
        let mut person = self.owner(key, number);
        while !taken.is_empty() && taken.contains(&URL_SAFE_NO_PAD.encode(person)) {
            number += 1;
            person = self.owner(key, number);
        }
        person
    }

    /// The owner with a number: the first, or one who came after somebody had left the address.
    fn owner(&self, key: &str, number: u32) -> [u8; PERSON_BYTES] {
        let number = number.to_be_bytes();
        let parts: [&[u8]; 2] = [key.as_bytes(), &number];
        let parts = if number == 1_u32.to_be_bytes() { &parts[..1] } else { &parts[..] };
        let mut person = [0; PERSON_BYTES];
        person.copy_from_slice(&self.mac(Purpose::Person, parts)[..PERSON_BYTES]);
        person
    }

    /// From now on these hashes are those of people who have left their address to somebody else.
    pub fn learn_taken(&self, people: impl IntoIterator<Item = String>) {
        self.taken.learn(people);
    }

    /// The person who comes to an address that its owner has left.
    pub fn next_address_hash(&self, key: &str) -> String {
        let mut taken = self.taken.read().clone();
        taken.insert(URL_SAFE_NO_PAD.encode(self.owner_after(key, &taken)));
        URL_SAFE_NO_PAD.encode(self.owner_after(key, &taken))
    }

    /// Everybody who has or had an address, the first one first.
    pub fn owners_of_key(&self, key: &str) -> Vec<String> {
        let now = self.person(key);
        let owners = (1..).map(|number| self.owner(key, number));
        let mut owners: Vec<_> = owners.take_while(|owner| *owner != now).collect();
        owners.push(now);
        owners.into_iter().map(|owner| URL_SAFE_NO_PAD.encode(owner)).collect()
    }

    /// A person's name where their address must not stand, such as the do-not-mail list.
    pub fn address_hash(&self, address: &EmailAddress) -> String {
        self.address_hash_of_key(&address.key())
    }

    /// The same from an address's key, as a ledger keeps it.
    pub fn address_hash_of_key(&self, key: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.person(key))
    }

    /// The left part of a copy's Message-ID: the same however often the copy is tried.
    pub fn message_id(&self, edition: &str, address: &EmailAddress) -> String {
        let mac = self.mac(Purpose::MessageId, &[edition.as_bytes(), address.key().as_bytes()]);
        base16::encode(&mac[..16])
    }

    /// A person's name among those for whom an edition is approved: of no use anywhere else, and as good as random.
    pub fn approval_name(&self, edition: &str, key: &str) -> u64 {
        let mac = self.mac(Purpose::Approval, &[edition.as_bytes(), key.as_bytes()]);
        let mut name = [0; 8];
        name.copy_from_slice(&mac[..8]);
        u64::from_be_bytes(name)
    }

    /// The token in a person's unsubscribe address.
    pub fn unsubscribe_token(&self, address: &EmailAddress) -> String {
        self.token_with(self.for_tokens.last(), &self.person(&address.key()))
    }

    /// The hash of a person who does not exist, by whom links are tried. No address has such a key.
    pub fn invented_person(&self) -> String {
        self.address_hash_of_key(INVENTED)
    }

    /// Their token: right, and nobody's.
    pub fn invented_token(&self) -> String {
        self.token_with(self.for_tokens.last(), &self.person(INVENTED))
    }

    /// The word by which a drop box knows this project; the box itself holds only its hash.
    pub fn drop_box_word(&self) -> SecretString {
        SecretString::from(URL_SAFE_NO_PAD.encode(self.mac(Purpose::DropBox, &[])))
    }

    /// Made with a token key: `2.NUMBER.PERSON.MAC`. Made with the secret: `1.PERSON.MAC`.
    fn token_with(&self, key: Option<&(u32, hmac::Key)>, person: &[u8]) -> String {
        let mac = match key {
            Some((number, key)) => {
                let parts: [&[u8]; 2] = [&number.to_be_bytes(), person];
                Self::mac_with(key, Purpose::Unsubscribe, &parts)
            }
            None => self.mac(Purpose::Unsubscribe, &[person]),
        };
        let (person, mac) =
            (URL_SAFE_NO_PAD.encode(person), URL_SAFE_NO_PAD.encode(&mac[..MAC_BYTES]));
        match key {
            Some((number, _)) => format!("2.{number}.{person}.{mac}"),
            None => format!("1.{person}.{mac}"),
        }
    }

    /// The person of a token that was made with one of these keys. A MAC is computed for every text and every key, so that a
    /// wrong token takes as long as a right one.
    pub fn person_of_unsubscribe_token(&self, token: &str) -> Option<String> {
        let person = token.rsplit('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let person = person.filter(|person| person.len() == PERSON_BYTES);
        let person = person.unwrap_or_else(|| vec![0; PERSON_BYTES]);
        self.is_token_of(token, &person).then(|| URL_SAFE_NO_PAD.encode(person))
    }

    /// The token in the address that confirms a request to join: `c.TIME.PERSON.MAC`. It holds as long as its reader
    /// lets it, from the moment in it on.
    pub fn confirmation_token(&self, person: &str, requested: DateTime<Utc>) -> String {
        self.confirmation_with(self.for_tokens.last(), person, requested)
    }

    fn confirmation_with(
        &self,
        key: Option<&(u32, hmac::Key)>,
        person: &str,
        requested: DateTime<Utc>,
    ) -> String {
        let key = key.map_or(&self.key, |(_, key)| key);
        let at = requested.timestamp_millis().to_be_bytes();
        let mac = Self::mac_with(key, Purpose::Confirmation, &[person.as_bytes(), &at]);
        let mac = URL_SAFE_NO_PAD.encode(&mac[..MAC_BYTES]);
        format!("c.{}.{person}.{mac}", base16::encode(&at))
    }

    /// The person of a confirmation token that was made with one of these keys, and when they signed up.
    pub fn request_of_confirmation_token(&self, token: &str) -> Option<(String, DateTime<Utc>)> {
        let mut parts = token.split('.').skip(1);
        let (at, person) = (parts.next(), parts.next().unwrap_or_default());
        let at = at.and_then(|at| i64::from_str_radix(at, 16).ok());
        let at = at.and_then(DateTime::from_timestamp_millis).unwrap_or(DateTime::UNIX_EPOCH);
        let same = |key| {
            let right = self.confirmation_with(key, person, at);
            constant_time::verify_slices_are_equal(token.as_bytes(), right.as_bytes()).is_ok()
        };
        let keys = self.for_tokens.iter().map(Some).chain([None]);
        // Each is tried, so that the time reveals nothing.
        let is_right = keys.map(same).fold(false, |found, is_same| found | is_same);
        is_right.then(|| (person.to_owned(), at))
    }

    /// A word for the form of a person's page: it proves when the page was fetched.
    pub fn page_nonce(&self, person: &str, at: DateTime<Utc>) -> String {
        let at = at.timestamp_millis().to_be_bytes();
        let mac = self.mac(Purpose::PageNonce, &[person.as_bytes(), &at]);
        format!("{}.{}", base16::encode(&at), URL_SAFE_NO_PAD.encode(&mac[..MAC_BYTES]))
    }

    /// How old a page's word is; nothing for a word that is not of this person's page, or is of the future.
    pub fn page_nonce_age(
        &self,
        person: &str,
        nonce: &str,
        now: DateTime<Utc>,
    ) -> Option<Duration> {
        let (at, _) = nonce.split_once('.')?;
        let at = DateTime::from_timestamp_millis(i64::from_str_radix(at, 16).ok()?)?;
        let right = self.page_nonce(person, at);
        constant_time::verify_slices_are_equal(nonce.as_bytes(), right.as_bytes()).ok()?;
        (now - at).to_std().ok()
    }

    /// True when a token is this person's and was made with one of these keys.
    pub fn is_unsubscribe_token_of(&self, token: &str, address: &EmailAddress) -> bool {
        self.is_token_of(token, &self.person(&address.key()))
    }

    fn is_token_of(&self, token: &str, person: &[u8]) -> bool {
        let keys = self.for_tokens.iter().map(Some).chain([None]);
        let same = |key| {
            let right = self.token_with(key, person);
            constant_time::verify_slices_are_equal(token.as_bytes(), right.as_bytes()).is_ok()
        };
        // Each is tried, so that the time reveals nothing.
        keys.map(same).fold(false, |found, is_same| found | is_same)
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
    fn keys_show_nothing_of_themselves() {
        assert_eq!(format!("{:?}", Keys::new(b"one")), "Keys(***)");
    }

    #[test]
    fn rotating_changes_tokens_and_nothing_else_and_old_tokens_hold() {
        let ann = address("ann@example.org");
        let first = Keys::new(b"one");
        let second = Keys::new(b"one").with_token_keys([(2, b"two".as_slice())]);
        let third = Keys::new(b"one").with_token_keys([(2, b"two".as_slice()), (3, b"three")]);
        let tokens = [&first, &second, &third].map(|keys| keys.unsubscribe_token(&ann));
        for (at, token) in tokens.iter().enumerate() {
            for (known, keys) in [&first, &second, &third].into_iter().enumerate() {
                assert_eq!(keys.is_unsubscribe_token_of(token, &ann), at <= known, "{at} {known}");
                assert!(!keys.is_unsubscribe_token_of(token, &address("bob@example.org")));
            }
            for other in &tokens[at + 1..] {
                assert_ne!(token, other);
            }
        }
        for keys in [&second, &third] {
            assert_eq!(keys.address_hash(&ann), first.address_hash(&ann));
            assert_eq!(keys.message_id("2020", &ann), first.message_id("2020", &ann));
            assert_eq!(keys.check(), first.check());
        }
        assert_ne!(Keys::new(b"two").check(), first.check());
    }

    #[test]
    fn whoever_comes_to_an_address_that_was_left_is_somebody_else() {
        let keys = Keys::new(b"one");
        let copy = keys.clone();
        let ann = address("ann@example.org");
        let mut owners = Vec::new();
        let mut tokens = Vec::new();
        for number in 1..=3 {
            owners.push(keys.address_hash(&ann));
            tokens.push(keys.unsubscribe_token(&ann));
            assert_eq!(keys.owners_of_key(&ann.key()), owners);
            let next = keys.next_address_hash(&ann.key());
            assert!(!owners.contains(&next), "{number}");
            copy.learn_taken([owners[number - 1].clone()]);
            assert_eq!(keys.address_hash(&ann), next);
        }
        for (owner, token) in owners.iter().zip(&tokens) {
            assert_eq!(keys.person_of_unsubscribe_token(token).as_ref(), Some(owner));
            assert!(!keys.is_unsubscribe_token_of(token, &ann));
        }
        let bob = address("bob@example.org");
        assert_eq!(keys.address_hash(&bob), Keys::new(b"one").address_hash(&bob));
    }

    #[test]
    fn existing_projects_keep_their_names() {
        // Computed by the version before there were token keys: ledgers and mail in people's boxes hold these.
        let keys = Keys::new(b"one");
        let ann = address("ann@example.org");
        assert_eq!(keys.address_hash(&ann), "4mMGORLcQlY-C31B");
        assert_eq!(keys.message_id("2020", &ann), "00af1af79342652db3daafdd3c2a555d");
        assert_eq!(keys.unsubscribe_token(&ann), "1.4mMGORLcQlY-C31B.IgsMyZGW8_gXDg8Hb-udiA");
    }

    #[test]
    fn the_person_of_a_token_is_known_from_the_token_by_itself() {
        let keys = Keys::new(b"one");
        let ann = address("ann@example.org");
        let token = keys.unsubscribe_token(&ann);
        assert_eq!(keys.person_of_unsubscribe_token(&token), Some(keys.address_hash(&ann)));
        assert_eq!(Keys::new(b"two").person_of_unsubscribe_token(&token), None);
        for wrong in ["", "1", "1..", "1.AAAA.BBBB", "1.AAAAAAAAAAAAAAAA.", "2.x.y"] {
            assert_eq!(keys.person_of_unsubscribe_token(wrong), None, "{wrong}");
        }
        assert_eq!(keys.person_of_unsubscribe_token(&format!("{token}.x")), None);
        assert_eq!(keys.person_of_unsubscribe_token(&token.replacen('1', "2", 1)), None);
        for at in 0..token.len() {
            let mut cut = token.clone();
            cut.remove(at);
            assert_eq!(keys.person_of_unsubscribe_token(&cut), None, "{cut}");
        }
    }

    #[test]
    fn a_confirmation_is_one_requests_and_no_other_kind_of_token() {
        let ann = address("ann@example.org");
        let first = Keys::new(b"one");
        let second = Keys::new(b"one").with_token_keys([(2, b"two".as_slice())]);
        let at = DateTime::from_timestamp_millis(1_800_000_000_123).unwrap();
        let person = first.address_hash(&ann);
        for (made, read, holds) in [
            (&first, &first, true),
            (&first, &second, true),
            (&second, &second, true),
            (&second, &first, false),
        ] {
            let token = made.confirmation_token(&person, at);
            assert!(token.len() <= 80 && !token.contains("ann"), "{token}");
            let found = read.request_of_confirmation_token(&token);
            assert_eq!(found, holds.then(|| (person.clone(), at)));
            assert_eq!(read.person_of_unsubscribe_token(&token), None);
            assert_eq!(read.request_of_confirmation_token(&made.unsubscribe_token(&ann)), None);
            let mut flipped = token.clone().into_bytes();
            for place in 0..flipped.len() {
                flipped[place] ^= 1;
                let text = String::from_utf8_lossy(&flipped).into_owned();
                assert_eq!(read.request_of_confirmation_token(&text), None, "{text}");
                flipped[place] ^= 1;
            }
        }
        for wrong in ["", "c", "c...", "c.zz.x.y", "c.7fffffffffffffff.x.y", "1.x.y"] {
            assert_eq!(first.request_of_confirmation_token(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_pages_word_is_one_persons_and_has_an_age() {
        let keys = Keys::new(b"one");
        let fetched = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let later = fetched + chrono::TimeDelta::seconds(90);
        let nonce = keys.page_nonce("ann", fetched);
        assert_eq!(keys.page_nonce_age("ann", &nonce, later), Some(Duration::from_secs(90)));
        assert_eq!(keys.page_nonce_age("bob", &nonce, later), None);
        assert_eq!(
            keys.page_nonce_age("ann", &nonce, fetched - chrono::TimeDelta::seconds(1)),
            None
        );
        for wrong in ["", ".", "zz.x", "00000000000000000000.x", "-1.x"] {
            assert_eq!(keys.page_nonce_age("ann", wrong, later), None, "{wrong}");
        }
        assert_eq!(Keys::new(b"two").page_nonce_age("ann", &nonce, later), None);
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
