//! No faster than a mailbox provider likes it: rates by the domain of the recipient.
//! Pure: the time comes in as an argument.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::pace::{Rate, RateError};

/// Providers and what none of them has been seen to mind from one sender of good standing: the domains of one provider
/// share one rate.
const PROVIDERS: [(&str, &[&str]); 5] = [
    ("20/s", &["gmail.com", "googlemail.com"]),
    (
        "10/s",
        &[
            "outlook.com",
            "outlook.co.uk",
            "hotmail.com",
            "hotmail.co.uk",
            "live.com",
            "live.co.uk",
            "msn.com",
        ],
    ),
    (
        "10/s",
        &[
            "yahoo.com",
            "yahoo.co.uk",
            "ymail.com",
            "rocketmail.com",
            "aol.com",
            "aol.co.uk",
            "sky.com",
        ],
    ),
    ("10/s", &["icloud.com", "me.com", "mac.com"]),
    ("5/s", &["btinternet.com", "btopenworld.com", "talk21.com"]),
];

/// The word for no limit.
const UNLIMITED: &str = "unlimited";
/// The entry for all domains that have none of their own.
const OTHERS: &str = "*";

/// The rate limits of the providers that recipients have. `now` is any clock that only goes forward.
#[derive(Debug, Clone, Default)]
pub struct Domains {
    groups: HashMap<String, usize>,
    gaps: Vec<Duration>,
    next: Vec<Duration>,
    /// For domains without a group; each gets a group of its own when it is first met.
    others: Option<Duration>,
}

impl Domains {
    /// No limit for anybody.
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// The providers' rates, with those of `[send.domains]` over them.
    ///
    /// # Errors
    /// When one is not a rate.
    pub fn new(settings: &BTreeMap<String, String>) -> Result<Self, RateError> {
        let mut domains = Self::default();
        for (rate, names) in PROVIDERS {
            let group = domains.add(Rate::parse(rate)?.gap);
            domains.groups.extend(names.iter().map(|name| ((*name).to_owned(), group)));
        }
        for (name, rate) in settings {
            let name = name.trim().to_lowercase();
            let gap = match rate.trim() {
                UNLIMITED => None,
                rate => Some(Rate::parse(rate)?.gap),
            };
            if name == OTHERS {
                domains.others = gap;
                continue;
            }
            match gap {
                Some(gap) => {
                    let group = domains.add(gap);
                    domains.groups.insert(name, group);
                }
                None => {
                    domains.groups.remove(&name);
                }
            }
        }
        Ok(domains)
    }

    /// With this number of runs at work, each keeps its share.
    #[must_use]
    pub fn shared_by(mut self, senders: u32) -> Self {
        for gap in self.gaps.iter_mut().chain(&mut self.others) {
            *gap = gap.saturating_mul(senders.max(1));
        }
        self
    }

    fn add(&mut self, gap: Duration) -> usize {
        self.gaps.push(gap);
        self.next.push(Duration::ZERO);
        self.gaps.len() - 1
    }

    /// How long a message to this domain has to wait. With no wait its slot is taken.
    pub fn take(&mut self, domain: &str, now: Duration) -> Duration {
        if self.groups.is_empty() && self.others.is_none() {
            return Duration::ZERO;
        }
        let group = match (self.groups.get(domain), self.others) {
            (Some(group), _) => *group,
            (None, Some(gap)) => {
                let group = self.add(gap);
                self.groups.insert(domain.to_owned(), group);
                group
            }
            (None, None) => return Duration::ZERO,
        };
        let wait = self.next[group].saturating_sub(now);
        if wait.is_zero() {
            self.next[group] = now + self.gaps[group];
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains(settings: &[(&str, &str)]) -> Domains {
        let settings = settings.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Domains::new(&settings).unwrap()
    }

    const NOW: Duration = Duration::from_secs(10);

    #[test]
    fn the_domains_of_one_provider_share_a_rate() {
        let mut domains = domains(&[]);
        assert_eq!(domains.take("gmail.com", NOW), Duration::ZERO);
        assert_eq!(domains.take("googlemail.com", NOW), Duration::from_millis(50));
        assert_eq!(domains.take("outlook.com", NOW), Duration::ZERO);
        assert_eq!(domains.take("charity.example", NOW), Duration::ZERO);
        assert_eq!(domains.take("charity.example", NOW), Duration::ZERO);
        assert_eq!(domains.take("gmail.com", NOW + Duration::from_millis(50)), Duration::ZERO);
    }

    #[test]
    fn settings_win() {
        let mut domains =
            domains(&[("GMAIL.com", "unlimited"), ("*", "1/s"), ("aol.com", "1/min")]);
        assert_eq!(domains.take("gmail.com", NOW), Duration::ZERO, "the rate of others");
        assert_eq!(domains.take("gmail.com", NOW), Duration::from_secs(1));
        assert_eq!(domains.take("a.example", NOW), Duration::ZERO);
        assert_eq!(domains.take("a.example", NOW), Duration::from_secs(1));
        assert_eq!(domains.take("b.example", NOW), Duration::ZERO);
        assert_eq!(domains.take("aol.com", NOW), Duration::ZERO);
        assert_eq!(domains.take("aol.com", NOW), Duration::from_mins(1));
        let settings = [("x.example".to_owned(), "fast".to_owned())].into();
        assert_eq!(Domains::new(&settings).unwrap_err(), RateError("fast".to_owned()));
    }

    #[test]
    fn several_senders_share_it() {
        let mut domains = domains(&[]).shared_by(4);
        assert_eq!(domains.take("gmail.com", NOW), Duration::ZERO);
        assert_eq!(domains.take("gmail.com", NOW), Duration::from_millis(200));
        assert_eq!(Domains::unlimited().take("gmail.com", NOW), Duration::ZERO);
    }
}
