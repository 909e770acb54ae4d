//! Whether a domain takes the mail that comes back (RFC 5321 section 5.1, RFC 7505), and a relay's addresses have names (RFC 1912).
//! Pure: what the DNS answers comes in as an argument.

use std::net::IpAddr;

use super::Diagnosis;
use super::lookup::{DnsAnswer, HostLookup};
use super::records::unknown;

/// A relay has a few addresses: the first ones show how they are named.
const MOST_ADDRESSES: usize = 4;
/// Hosts of an MX record that are looked up.
const MOST_EXCHANGERS: usize = 10;

/// Whether mail to a domain gets anywhere: answers, what comes back, and requests to leave.
pub async fn mx(names: &impl HostLookup, domain: &str, what_for: &str) -> Diagnosis {
    const ABOUT: &str = "MX";
    match names.exchangers(domain).await {
        DnsAnswer::Found(hosts)
            if hosts.iter().all(|host| host.trim_end_matches('.').is_empty()) =>
        {
            Diagnosis::bad(
                ABOUT,
                format!("{domain} says that it takes no mail, and {what_for} go there"),
                format!("use an address of another domain, or replace the MX record of {domain}"),
            )
        }
        DnsAnswer::Found(hosts) => exchangers(names, domain, &hosts, what_for).await,
        DnsAnswer::Nothing => match names.addresses(domain).await {
            DnsAnswer::Found(_) => Diagnosis::doubtful(
                ABOUT,
                format!("{domain} has no MX record: {what_for} go to the computer of that name"),
                format!("publish an MX record at {domain}: its mail provider says which"),
            ),
            DnsAnswer::Nothing => Diagnosis::doubtful(
                ABOUT,
                format!(
                    "{domain} takes no mail: {what_for} are lost, and many receivers refuse such senders"
                ),
                format!("publish an MX record at {domain}: its mail provider says which"),
            ),
            DnsAnswer::Unknown(why) => unknown(ABOUT, domain, &why),
        },
        DnsAnswer::Unknown(why) => unknown(ABOUT, domain, &why),
    }
}

/// Whether the hosts of an MX record can be reached: each is a name (RFC 5321 section 5.1) with an address.
async fn exchangers(
    names: &impl HostLookup,
    domain: &str,
    hosts: &[String],
    what_for: &str,
) -> Diagnosis {
    const ABOUT: &str = "MX";
    let cure = format!("correct the MX record of {domain}: its mail provider says which it is");
    let mut wrong = Vec::new();
    let mut good = None;
    for host in hosts.iter().take(MOST_EXCHANGERS) {
        let name = host.trim_end_matches('.');
        if name.parse::<IpAddr>().is_ok() {
            wrong.push(format!("{name}, which is an address and not a name"));
            continue;
        }
        match names.addresses(name).await {
            DnsAnswer::Found(_) => good = good.or(Some(name)),
            DnsAnswer::Nothing => wrong.push(format!("{name}, which has no address")),
            DnsAnswer::Unknown(why) => return unknown(ABOUT, name, &why),
        }
    }
    let wrong = wrong.join(", ");
    match good {
        None => Diagnosis::bad(
            ABOUT,
            format!("{domain} sends its mail to {wrong}: {what_for} are lost"),
            cure,
        ),
        Some(first) if wrong.is_empty() => {
            Diagnosis::good(ABOUT, format!("{domain} takes mail at {first}: {what_for} arrive"))
        }
        Some(first) => Diagnosis::doubtful(
            ABOUT,
            format!("{domain} takes mail at {first}, and names {wrong}"),
            cure,
        ),
    }
}

/// Whether each address of a relay has a name that leads back to it. A relay may send from others, which only its provider
/// knows.
pub async fn reverse_name(names: &impl HostLookup, host: &str) -> Diagnosis {
    const ABOUT: &str = "Reverse";
    const CURE: &str = "whoever runs the relay sets it where its addresses come from; send a test to a large provider to see \
                        whether it matters";
    let addresses = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => match names.addresses(host).await {
            DnsAnswer::Found(addresses) => addresses,
            DnsAnswer::Nothing => {
                let what = format!("the DNS has no address of the relay {host}");
                return Diagnosis::doubtful(ABOUT, what, "check ROUNDUP_RELAY");
            }
            DnsAnswer::Unknown(why) => return unknown(ABOUT, host, &why),
        },
    };
    let mut last = String::new();
    for address in addresses.into_iter().take(MOST_ADDRESSES) {
        match leads_back(names, address).await {
            Ok(Some(name)) => last = name,
            Ok(None) => {
                let what = format!(
                    "the address {address} of the relay has no name that leads back to it: some receivers refuse such senders"
                );
                return Diagnosis::doubtful(ABOUT, what, CURE);
            }
            Err(why) => return unknown(ABOUT, &address.to_string(), &why),
        }
    }
    Diagnosis::good(
        ABOUT,
        format!("the relay's addresses have names that lead back to them, such as {last}"),
    )
}

/// The first name of an address that has that address.
async fn leads_back(names: &impl HostLookup, address: IpAddr) -> Result<Option<String>, String> {
    let pointers = match names.pointers(address).await {
        DnsAnswer::Found(pointers) => pointers,
        DnsAnswer::Nothing => return Ok(None),
        DnsAnswer::Unknown(why) => return Err(why),
    };
    for name in pointers.into_iter().take(MOST_ADDRESSES) {
        match names.addresses(&name).await {
            DnsAnswer::Found(addresses) if addresses.contains(&address) => {
                return Ok(Some(name.trim_end_matches('.').to_owned()));
            }
            DnsAnswer::Found(_) | DnsAnswer::Nothing => {}
            DnsAnswer::Unknown(why) => return Err(why),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Health;
    use super::*;

    #[derive(Default)]
    struct Zone {
        exchangers: BTreeMap<String, Vec<String>>,
        addresses: BTreeMap<String, Vec<IpAddr>>,
        pointers: BTreeMap<IpAddr, Vec<String>>,
    }

    impl Zone {
        fn mx(mut self, domain: &str, host: &str) -> Self {
            self.exchangers.entry(domain.to_owned()).or_default().push(host.to_owned());
            self
        }

        fn address(mut self, name: &str, address: &str) -> Self {
            self.addresses.entry(name.to_owned()).or_default().push(address.parse().unwrap());
            self
        }

        fn pointer(mut self, address: &str, name: &str) -> Self {
            self.pointers.entry(address.parse().unwrap()).or_default().push(name.to_owned());
            self
        }
    }

    fn answer<K: Ord, T: Clone>(known: &BTreeMap<K, Vec<T>>, key: &K, name: &str) -> DnsAnswer<T> {
        match known.get(key) {
            Some(found) => DnsAnswer::Found(found.clone()),
            None if name.starts_with("broken") => DnsAnswer::Unknown("timed\nout".to_owned()),
            None => DnsAnswer::Nothing,
        }
    }

    impl HostLookup for Zone {
        async fn exchangers(&self, name: &str) -> DnsAnswer<String> {
            answer(&self.exchangers, &name.to_owned(), name)
        }

        async fn addresses(&self, name: &str) -> DnsAnswer<IpAddr> {
            answer(&self.addresses, &name.trim_end_matches('.').to_owned(), name)
        }

        async fn pointers(&self, address: IpAddr) -> DnsAnswer<String> {
            answer(&self.pointers, &address, "")
        }
    }

    #[tokio::test]
    async fn a_domain_takes_mail_or_is_named() {
        for (zone, domain, verdict, word) in [
            (
                Zone::default()
                    .mx("c.example", "mx.c.example.")
                    .address("mx.c.example", "192.0.2.1"),
                "c.example",
                Health::Good,
                "at mx.c.example:",
            ),
            (
                Zone::default().mx("c.example", "mx.c.example."),
                "c.example",
                Health::Bad,
                "mx.c.example, which has no address",
            ),
            (
                Zone::default().mx("c.example", "192.0.2.1."),
                "c.example",
                Health::Bad,
                "an address and not a name",
            ),
            (
                Zone::default()
                    .mx("c.example", "gone.c.example.")
                    .mx("c.example", "mx.c.example.")
                    .address("mx.c.example", "192.0.2.1"),
                "c.example",
                Health::Doubtful,
                "at mx.c.example, and names gone.c.example",
            ),
            (Zone::default().mx("c.example", "."), "c.example", Health::Bad, "takes no mail"),
            (
                Zone::default().address("c.example", "192.0.2.1"),
                "c.example",
                Health::Doubtful,
                "no MX",
            ),
            (Zone::default(), "c.example", Health::Doubtful, "are lost"),
            (Zone::default(), "broken.example", Health::Doubtful, "timedout"),
        ] {
            let found = mx(&zone, domain, "answers").await;
            assert_eq!((found.verdict, found.what.contains(word)), (verdict, true), "{found:?}");
            assert_eq!(found.cure.is_empty(), verdict == Health::Good);
        }
    }

    #[tokio::test]
    async fn an_address_has_a_name_that_leads_back() {
        let named = || {
            Zone::default()
                .address("relay.example", "192.0.2.1")
                .pointer("192.0.2.1", "out.relay.example.")
        };
        for (zone, host, verdict, word) in [
            (
                named().address("out.relay.example", "192.0.2.1"),
                "relay.example",
                Health::Good,
                "out.relay.example",
            ),
            (
                named().address("out.relay.example", "192.0.2.1"),
                "192.0.2.1",
                Health::Good,
                "out.relay.example",
            ),
            (
                named().address("out.relay.example", "192.0.2.9"),
                "relay.example",
                Health::Doubtful,
                "192.0.2.1",
            ),
            (named(), "relay.example", Health::Doubtful, "leads back"),
            (
                // One of two addresses without a name is enough.
                named()
                    .address("out.relay.example", "192.0.2.1")
                    .address("relay.example", "2001:db8::1"),
                "relay.example",
                Health::Doubtful,
                "2001:db8::1",
            ),
            (Zone::default(), "relay.example", Health::Doubtful, "no address"),
            (Zone::default(), "broken.example", Health::Doubtful, "looked up"),
        ] {
            let found = reverse_name(&zone, host).await;
            assert_eq!((found.verdict, found.what.contains(word)), (verdict, true), "{found:?}");
        }
    }
}
