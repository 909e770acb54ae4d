//! How often a network has tried something: guessing tokens is slowed down, and a form cannot be used by robots.
//! Pure: addresses and times in, a decision out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// Addresses remembered at a time, some 400 KB. Beyond it the count starts afresh.
const MOST_ADDRESSES: usize = 8192;

/// Counts by network.
#[derive(Debug)]
pub struct Attempts {
    seen: HashMap<IpAddr, (Duration, u32)>,
    most: u32,
    window: Duration,
    /// How many leading bits of an address name its network.
    bits: (u32, u32),
}

impl Attempts {
    /// Wrong tokens: a person who mistypes needs a few, a guesser needs 2^100. IPv6 by its /64, which is one line to a
    /// provider's customer.
    pub fn at_tokens() -> Self {
        Self::new(100, Duration::from_mins(1), (32, 64))
    }

    /// Sign-ups. A hall full of people behind one address signs up within hours; a robot has neighbouring addresses.
    pub fn at_joining() -> Self {
        Self::new(30, Duration::from_hours(1), (24, 48))
    }

    fn new(most: u32, window: Duration, bits: (u32, u32)) -> Self {
        Self { seen: HashMap::new(), most, window, bits }
    }

    /// Counts one more. `now` is a time since some fixed moment. True when it is one too many.
    pub fn is_one_too_many(&mut self, address: IpAddr, now: Duration) -> bool {
        let window = self.window;
        if self.seen.len() >= MOST_ADDRESSES {
            self.seen.retain(|_, (since, _)| now.saturating_sub(*since) < window);
            if self.seen.len() >= MOST_ADDRESSES {
                self.seen.clear();
            }
        }
        let network = network(address, self.bits);
        let (since, count) = self.seen.entry(network).or_insert((now, 0));
        if now.saturating_sub(*since) >= window {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count > self.most
    }
}

fn network(address: IpAddr, (bits_4, bits_6): (u32, u32)) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let rest = 32_u32.saturating_sub(bits_4);
            let bits = u32::from(address).checked_shr(rest).unwrap_or(0);
            IpAddr::V4(bits.checked_shl(rest).unwrap_or(0).into())
        }
        IpAddr::V6(address) => {
            let rest = 128_u32.saturating_sub(bits_6);
            let bits = u128::from(address).checked_shr(rest).unwrap_or(0);
            IpAddr::V6(bits.checked_shl(rest).unwrap_or(0).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_hundred_a_minute_and_no_more() {
        let mut wrong = Attempts::at_tokens();
        let guesser: IpAddr = "192.0.2.1".parse().unwrap();
        let tried: Vec<bool> = (0..102).map(|_| wrong.is_one_too_many(guesser, at(0))).collect();
        assert!(tried[..100].iter().all(|too_many| !too_many));
        assert!(tried[100] && tried[101]);
        assert!(!wrong.is_one_too_many("192.0.2.2".parse().unwrap(), at(0)));
        assert!(!wrong.is_one_too_many(guesser, at(60)));
    }

    #[test]
    fn a_line_of_ipv6_is_one_and_memory_has_a_limit() {
        let mut wrong = Attempts::at_tokens();
        for n in 0..101_u128 {
            let address = (0x2001_0db8_u128 << 96) + n;
            assert_eq!(wrong.is_one_too_many(IpAddr::V6(address.into()), at(0)), n == 100);
        }
        for n in 0..20_000_u32 {
            wrong.is_one_too_many(IpAddr::V4(n.into()), at(1));
            assert!(wrong.seen.len() <= MOST_ADDRESSES);
        }
    }

    #[test]
    fn thirty_sign_ups_an_hour_come_from_a_network() {
        for (one, neighbour, stranger) in [
            ("192.0.2.1", "192.0.2.200", "192.0.3.1"),
            ("2001:db8:1::1", "2001:db8:1:ffff::1", "2001:db8:2::1"),
            ("::ffff:192.0.2.1", "192.0.2.2", "192.0.1.2"),
        ] {
            let [one, neighbour, stranger] =
                [one, neighbour, stranger].map(|text| text.parse::<IpAddr>().unwrap());
            let mut joining = Attempts::at_joining();
            for number in 0..30 {
                let who = if number % 2 == 0 { one } else { neighbour };
                assert!(!joining.is_one_too_many(who, at(0)), "{number}");
            }
            assert!(joining.is_one_too_many(neighbour, at(3599)));
            assert!(!joining.is_one_too_many(stranger, at(3599)));
            assert!(!joining.is_one_too_many(one, at(3600)));
        }
    }
}
