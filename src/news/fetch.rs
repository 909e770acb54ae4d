//! One GET of a public web address, within limits.
//! Shell: the network.
//!
//! A source's address may be wrong or hostile: only http and https, no address inside this machine or its network
//! unless the source says `allow_local`, checked when connecting and again at each redirect, so that no name can
//! point elsewhere between the check and the use.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use thiserror::Error;
use url::Url;

/// The largest feed in the wild is far below; a decompressed answer counts in full.
pub const LONGEST_ANSWER_BYTES: usize = 10 * 1024 * 1024;
const MOST_REDIRECTS: usize = 5;
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Why an address gave nothing.
#[derive(Debug, Error)]
pub enum FetchError {
    #[error("`{0}` is not an http or https address")]
    NotWeb(String),
    #[error("`{0}` is inside this machine or its network")]
    Private(String),
    #[error("{host} answered {status}")]
    Status { host: String, status: u16 },
    #[error("the answer of {host} is larger than {} MB", LONGEST_ANSWER_BYTES / 1024 / 1024)]
    TooLarge { host: String },
    #[error("{host} cannot be reached: {what}")]
    Unreachable { host: String, what: String },
}

/// Gives the answer's bytes.
///
/// # Errors
/// When there is no whole, public, successful answer in time.
pub async fn get(address: &str, allow_local: bool) -> Result<Vec<u8>, FetchError> {
    let url = Url::parse(address).map_err(|_| FetchError::NotWeb(address.to_owned()))?;
    refuse(&url, allow_local)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let unreachable = |error: reqwest::Error| FetchError::Unreachable {
        host: host.clone(),
        what: root_cause(&error),
    };
    let client = builder(allow_local, ANSWER_WITHIN)
        .redirect(Policy::custom(move |attempt| {
            if attempt.previous().len() > MOST_REDIRECTS {
                return attempt.error("it redirects more than five times");
            }
            let from_secure = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
            if from_secure && attempt.url().scheme() != "https" {
                return attempt.error("it redirects from https to http");
            }
            match refuse(attempt.url(), allow_local) {
                Ok(()) => attempt.follow(),
                Err(error) => attempt.error(error.to_string()),
            }
        }))
        .build()
        .map_err(unreachable)?;
    let mut answer = client.get(url.clone()).send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(FetchError::Status { host, status: answer.status().as_u16() });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER_BYTES {
            return Err(FetchError::TooLarge { host });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn builder(allow_local: bool, answer_within: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("roundup/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .timeout(answer_within)
        .dns_resolver(Arc::new(PublicOnly { allow_local }))
}

/// A client that asks public addresses alone, and follows no redirect by itself.
///
/// # Errors
/// When this computer has no certificates, or its proxy settings cannot be read.
pub fn client(
    allow_local: bool,
    answer_within: Duration,
) -> Result<reqwest::Client, reqwest::Error> {
    builder(allow_local, answer_within).redirect(Policy::none()).build()
}

/// The last cause of an error: what really went wrong.
pub fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Refuses other schemes, and hosts given by a number that is not public. Names are checked by the resolver.
///
/// # Errors
/// When the address is none of the open web.
pub fn refuse(url: &Url, allow_local: bool) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::NotWeb(url.to_string()));
    }
    let ip = match url.host() {
        Some(url::Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(url::Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(url::Host::Domain(_)) => None,
        None => return Err(FetchError::NotWeb(url.to_string())),
    };
    if !allow_local && ip.is_some_and(|ip| !is_public(ip)) {
        return Err(FetchError::Private(url.host_str().unwrap_or_default().to_owned()));
    }
    Ok(())
}

/// True for addresses of the open internet (the registries of RFC 6890).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            // 64:ff9b::/96 (NAT64) and 2002::/16 (6to4) carry an IPv4 address inside.
            if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] || segments[0] == 0x2002 {
                return false;
            }
            !(v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || (segments[0] & 0xfe00) == 0xfc00
                || (segments[0] & 0xffc0) == 0xfe80
                || (segments[0] == 0x2001 && segments[1] == 0xdb8)
                || segments[..6] == [0; 6])
        }
    }
}

struct PublicOnly {
    allow_local: bool,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_local = self.allow_local;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let kept: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allow_local || is_public(address.ip()))
                .collect();
            if kept.is_empty() {
                return Err(
                    format!("`{}` is inside this machine or its network", name.as_str()).into()
                );
            }
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_inside_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:2800:21f::1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_no_public_web_address_is_refused_before_any_connection() {
        for text in ["ftp://e.org/", "file:///etc/passwd", "news"] {
            assert!(matches!(get(text, false).await, Err(FetchError::NotWeb(_))), "{text}");
        }
        for text in ["http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"] {
            assert!(matches!(get(text, false).await, Err(FetchError::Private(_))), "{text}");
        }
        assert!(get("http://localhost/", false).await.unwrap_err().to_string().contains("inside"));
    }
}
