//! Evidence that a list is the wrong one today: one domain for most people, tests instead of people, addresses of roles, slips.
//! Pure: people in, figures out.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::law::{Basis, basis_of};
use super::{ExclusionReason, Person, Recipient};

/// Domains that are counted; a domain that most people have is among the first.
const MOST_DOMAINS: usize = 10_000;
/// People who are looked up in the last edition: enough to see that nearly everybody is new.
pub const LOOKED_UP: usize = 100;

/// Where people of any organisation have their addresses.
const PROVIDERS: [&str; 34] = [
    "aol.co.uk",
    "aol.com",
    "blueyonder.co.uk",
    "btinternet.com",
    "btopenworld.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "live.co.uk",
    "live.com",
    "mac.com",
    "mail.com",
    "me.com",
    "msn.com",
    "ntlworld.com",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "rocketmail.com",
    "sky.com",
    "talktalk.net",
    "tiscali.co.uk",
    "virginmedia.com",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "ymail.com",
];

/// Local parts behind which nobody is by themself.
const ROLES: [&str; 18] = [
    "admin",
    "administrator",
    "all",
    "contact",
    "customerservice",
    "enquiries",
    "enquiry",
    "everyone",
    "hello",
    "help",
    "info",
    "mail",
    "office",
    "reception",
    "sales",
    "support",
    "team",
    "webmaster",
];

/// Local parts and names that people type to try something out, without digits at the end.
const TESTS: [&str; 13] = [
    "asdf", "demo", "dummy", "example", "foo", "foobar", "qwerty", "sample", "test", "tester",
    "testing", "testuser", "xxx",
];

/// Evidence, gathered row by row, that this is the wrong list.
#[derive(Debug, Clone, Default)]
pub struct ListSigns {
    domains: BTreeMap<String, u64>,
    /// Addresses of roles among those who are mailed, and the beginning of the first.
    pub roles: u64,
    pub first_role: String,
    /// Addresses and names that look like a test, and the first, masked.
    pub tests: u64,
    pub first_test: String,
    /// People who are left out because their domain is a slip, and the first of these.
    pub slips: u64,
    pub first_slip: String,
    /// People with the basis `corporate` at a provider where people have their own addresses, and the first domain.
    pub private: u64,
    pub first_private: String,
    /// Some of those who are mailed, from all of the list: folded addresses, by their hash.
    some: BTreeSet<(u64, String)>,
}

impl ListSigns {
    pub fn count(&mut self, person: &Person) {
        match person {
            Person::Mailed(recipient) => self.count_mailed(recipient),
            Person::LeftOut(left) => {
                if let ExclusionReason::Mistyped(_) = left.why {
                    let domain = left.address.rsplit('@').next().unwrap_or_default();
                    note(&mut self.slips, &mut self.first_slip, domain);
                }
            }
        }
    }

    fn count_mailed(&mut self, recipient: &Recipient) {
        let key = recipient.address.key();
        let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
        if !PROVIDERS.contains(&domain) && !recipient.address.is_reserved() {
            if let Some(count) = self.domains.get_mut(domain) {
                *count += 1;
            } else if self.domains.len() < MOST_DOMAINS {
                self.domains.insert(domain.to_owned(), 1);
            }
        }
        if PROVIDERS.contains(&domain) && basis_of(&recipient.values) == Some(Basis::Corporate) {
            note(&mut self.private, &mut self.first_private, domain);
        }
        if ROLES.contains(&local) {
            note(&mut self.roles, &mut self.first_role, &format!("{local}@"));
        }
        if is_test(local) || recipient.values.get("first_name").is_some_and(|name| is_test(name)) {
            note(&mut self.tests, &mut self.first_test, &recipient.address.masked());
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if self.some.len() < LOOKED_UP || self.some.last().is_some_and(|(last, _)| hash < *last) {
            self.some.insert((hash, key));
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        while self.some.len() > LOOKED_UP {
            self.some.pop_last();
        }
    }

    /// Those of a later part of the list too.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        for (domain, people) in later.domains {
            *self.domains.entry(domain).or_default() += people;
        }
        for (count, first, more, next) in [
            (&mut self.roles, &mut self.first_role, later.roles, later.first_role),
            (&mut self.tests, &mut self.first_test, later.tests, later.first_test),
            (&mut self.slips, &mut self.first_slip, later.slips, later.first_slip),
            (&mut self.private, &mut self.first_private, later.private, later.first_private),
        ] {
            *count += more;
            if first.is_empty() {
                *first = next;
            }
        }
        self.some.extend(later.some);
        self.shorten();
        self
    }

    /// The domain that most people have, large providers apart.
    pub fn largest_domain(&self) -> Option<(&str, u64)> {
        let largest = self.domains.iter().max_by_key(|(_, people)| **people)?;
        Some((largest.0, *largest.1))
    }

    /// Folded addresses of some people from all of the list.
    pub fn some_people(&self) -> impl Iterator<Item = &str> {
        self.some.iter().map(|(_, key)| key.as_str())
    }
}

fn note(count: &mut u64, first: &mut String, address: &str) {
    *count += 1;
    if first.is_empty() {
        address.clone_into(first);
    }
}

/// `test3`, `me+test` and `me+12` are typed to try something out.
fn is_test(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    let (base, further) = word.split_once('+').unwrap_or((&word, ""));
    let stem = |text: &str| {
        text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
            .to_owned()
    };
    let is_number = !further.is_empty() && further.chars().all(|c| c.is_ascii_digit());
    is_number || TESTS.contains(&stem(base).as_str()) || TESTS.contains(&stem(further).as_str())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::audience::{Audience, List};

    fn signs(rows: &str) -> ListSigns {
        let text = format!("email,first_name,basis\n{rows}");
        let input = Arc::new(Arc::<[u8]>::from(text.as_bytes()));
        let list = List::survey(vec![("p.csv".to_owned(), input)]).unwrap();
        let halves = list.everybody(true).enumerate().fold(
            [Audience::default(), Audience::default()],
            |mut halves, (at, person)| {
                halves[at % 2].count(&person.unwrap());
                halves
            },
        );
        let [one, other] = halves;
        one.and(other).signs
    }

    #[test]
    fn what_looks_wrong_is_counted_in_every_part_of_a_list() {
        let rows: String = (0..300).map(|n| format!("p{n}@charity.org.uk,P,consent\n")).collect();
        let found = signs(&format!(
            "{rows}info@council.gov.uk,,consent\nann@gmail.com,Test,consent\nme+3@gmail.com,Me,consent\n\
             bob@gmial.com,Bob,consent\ntest12@gmail.com,,consent\nx@example.org,X,consent\n\
             joe@hotmail.co.uk,Joe,Corporate\nsue@charity.org.uk,Sue,corporate\n"
        ));
        assert_eq!(found.largest_domain(), Some(("charity.org.uk", 301)));
        assert_eq!((found.private, found.first_private.as_str()), (1, "hotmail.co.uk"));
        assert_eq!((found.roles, found.first_role.as_str()), (1, "info@"));
        assert_eq!((found.tests, found.slips), (3, 1));
        assert_eq!(found.first_slip, "gmial.com");
        assert_eq!(found.some_people().count(), LOOKED_UP);
    }

    #[test]
    fn names_of_people_are_no_tests() {
        for name in
            ["Testa", "Demetrios", "Foote", "tess", "ann+news", "contest", "Exa", "m.tester.smith"]
        {
            assert!(!is_test(name), "{name}");
        }
        for name in ["test", "Test 1", "test-1", "TESTING", "demo2", "ann+test", "ann+17", "test_"]
        {
            assert!(is_test(&name.replace(' ', "")), "{name}");
        }
    }
}
