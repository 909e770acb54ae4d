//! Looks up the DNS: text records, and who takes mail where.
//! Shell: the network.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};
use hickory_resolver::{Resolver, TokioResolver};
use thiserror::Error;

use super::lookup::{DnsAnswer, HostLookup, TextLookup};

/// Why the DNS cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this computer's name servers cannot be found: {0}")]
pub struct NoNameServers(String);

/// Longer than a healthy name server ever takes.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
const ATTEMPTS: usize = 2;
/// No record of mail is longer.
const LONGEST_TEXT_BYTES: usize = 8 * 1024;

/// The DNS, as this computer or one name server sees it.
pub struct Dns(TokioResolver);

impl Dns {
    /// `server` is queried instead of this computer's own name servers: the one of the domain knows a new record at once.
    ///
    /// # Errors
    /// When this computer has no name servers.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, NoNameServers> {
        let failed = |error: NetError| NoNameServers(error.to_string());
        let mut builder = match server {
            Some(server) => {
                let mut udp = ConnectionConfig::udp();
                udp.port = server.port();
                let mut tcp = ConnectionConfig::tcp();
                tcp.port = server.port();
                let server = NameServerConfig::new(server.ip(), true, vec![udp, tcp]);
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => Resolver::builder_tokio().map_err(failed)?,
        };
        let options: &mut ResolverOpts = builder.options_mut();
        options.timeout = ANSWER_WITHIN;
        options.attempts = ATTEMPTS;
        options.use_hosts_file = ResolveHosts::Never;
        builder.build().map(Self).map_err(failed)
    }
}

/// A name with a full stop at its end: no search domain is tried.
fn whole(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

/// What `pick` takes out of the records of an answer.
fn records<T>(
    answer: Result<Lookup, NetError>,
    pick: impl Fn(&RData) -> Option<T>,
) -> DnsAnswer<T> {
    let lookup = match answer {
        Ok(lookup) => lookup,
        Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
            return DnsAnswer::Nothing;
        }
        Err(error) => return DnsAnswer::Unknown(error.to_string()),
    };
    let found: Vec<T> = lookup.answers().iter().filter_map(|record| pick(&record.data)).collect();
    if found.is_empty() { DnsAnswer::Nothing } else { DnsAnswer::Found(found) }
}

impl TextLookup for Dns {
    async fn texts(&self, name: &str) -> DnsAnswer<String> {
        records(self.0.txt_lookup(whole(name)).await, |data| {
            let RData::TXT(text) = data else { return None };
            let bytes = text.txt_data.concat();
            let bytes = &bytes[..bytes.len().min(LONGEST_TEXT_BYTES)];
            Some(String::from_utf8_lossy(bytes).into_owned())
        })
    }
}

impl HostLookup for Dns {
    async fn exchangers(&self, name: &str) -> DnsAnswer<String> {
        let found = records(self.0.mx_lookup(whole(name)).await, |data| match data {
            RData::MX(mx) => Some((mx.preference, mx.exchange.to_ascii())),
            _ => None,
        });
        match found {
            DnsAnswer::Found(mut hosts) => {
                hosts.sort();
                DnsAnswer::Found(hosts.into_iter().map(|(_, host)| host).collect())
            }
            DnsAnswer::Nothing => DnsAnswer::Nothing,
            DnsAnswer::Unknown(why) => DnsAnswer::Unknown(why),
        }
    }

    async fn addresses(&self, name: &str) -> DnsAnswer<IpAddr> {
        let (four, six) =
            tokio::join!(self.0.ipv4_lookup(whole(name)), self.0.ipv6_lookup(whole(name)));
        let address = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        };
        match (records(four, address), records(six, address)) {
            (DnsAnswer::Found(mut four), DnsAnswer::Found(six)) => {
                four.extend(six);
                DnsAnswer::Found(four)
            }
            (DnsAnswer::Found(found), _) | (_, DnsAnswer::Found(found)) => DnsAnswer::Found(found),
            (DnsAnswer::Unknown(why), _) | (_, DnsAnswer::Unknown(why)) => DnsAnswer::Unknown(why),
            (DnsAnswer::Nothing, DnsAnswer::Nothing) => DnsAnswer::Nothing,
        }
    }

    async fn pointers(&self, address: IpAddr) -> DnsAnswer<String> {
        let name = Name::from(address);
        records(self.0.reverse_lookup(name).await, |data| match data {
            RData::PTR(name) => Some(name.0.to_ascii()),
            _ => None,
        })
    }
}
