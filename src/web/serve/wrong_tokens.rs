//! How many wrong tokens an address has tried: guessing is slowed down, and a right token is never refused.
//! Pure: addresses and times in, a decision out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// Wrong tokens that one address may try in `WINDOW`: a person who mistypes needs a few, a guesser needs 2^100.
const MOST_WRONG: u32 = 100;
const WINDOW: Duration = Duration::from_mins(1);
/// Addresses remembered at a time, some 400 KB. Beyond it the count starts afresh.
const MOST_ADDRESSES: usize = 8192;

/// Counts by address; IPv6 by its /64, which is one line to a provider's customer.
#[derive(Debug, Default)]
pub struct WrongTokens {
    seen: HashMap<IpAddr, (Duration, u32)>,
}

impl WrongTokens {
    /// Counts one more. `now` is a time since some fixed moment. True when it is one too many.
    pub fn is_one_too_many(&mut self, address: IpAddr, now: Duration) -> bool {
        if self.seen.len() >= MOST_ADDRESSES {
            self.seen.retain(|_, (since, _)| now.saturating_sub(*since) < WINDOW);
            if self.seen.len() >= MOST_ADDRESSES {
                self.seen.clear();
            }
        }
        let (since, count) = self.seen.entry(network(address)).or_insert((now, 0));
        if now.saturating_sub(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count > MOST_WRONG
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let bits = u128::from(address) >> 64 << 64;
            IpAddr::V6(bits.into())
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
        let mut wrong = WrongTokens::default();
        let guesser: IpAddr = "192.0.2.1".parse().unwrap();
        let tried: Vec<bool> = (0..102).map(|_| wrong.is_one_too_many(guesser, at(0))).collect();
        assert!(tried[..100].iter().all(|too_many| !too_many));
        assert!(tried[100] && tried[101]);
        assert!(!wrong.is_one_too_many("192.0.2.2".parse().unwrap(), at(0)));
        assert!(!wrong.is_one_too_many(guesser, at(60)));
    }

    #[test]
    fn a_line_of_ipv6_is_one_and_memory_has_a_limit() {
        let mut wrong = WrongTokens::default();
        for n in 0..101_u128 {
            let address = (0x2001_0db8_u128 << 96) + n;
            assert_eq!(wrong.is_one_too_many(IpAddr::V6(address.into()), at(0)), n == 100);
        }
        for n in 0..20_000_u32 {
            wrong.is_one_too_many(IpAddr::V4(n.into()), at(1));
            assert!(wrong.seen.len() <= MOST_ADDRESSES);
        }
    }
}
