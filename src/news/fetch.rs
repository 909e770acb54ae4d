//! One GET of a public web address, within limits.
//! Shell: the network.
//!
//! A source's address may be wrong or hostile: only http and https, only the ports where websites are, no address
//! inside this machine or its network unless the source says `allow_local`, checked when connecting and again at each
//! redirect, so that no name can point elsewhere between the check and the use.

use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

/// The largest feed in the wild is far below; a decompressed answer counts in full.
pub const LONGEST_ANSWER_BYTES: usize = 10 * 1024 * 1024;
/// Text shrinks to a tenth. What swells more than this was made to fill a memory.
const MOST_SWELLING: usize = 100;
/// What is this small may swell as it likes.
const SMALL_BYTES: usize = 1024 * 1024;
const MOST_REDIRECTS: usize = 5;
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Where websites are; other ports of a public host belong to other services.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// Why an address gave nothing.
#[derive(Debug, Error)]
pub enum FetchError {
    #[error("`{0}` is not an http or https address")]
    NotWeb(String),
    #[error("`{0}` is inside this machine or its network")]
    Private(String),
    #[error("`{host}` is asked at port {port}, where no website is")]
    Port { host: String, port: u16 },
    #[error("{host} answered {status}")]
    Status { host: String, status: u16 },
    #[error("the answer of {host} is larger than {} MB", LONGEST_ANSWER_BYTES / 1024 / 1024)]
    TooLarge { host: String },
    #[error("the answer of {host} swells more than {MOST_SWELLING}-fold when it is unpacked")]
    Swells { host: String },
    #[error("{host} cannot be reached: {what}")]
    Unreachable { host: String, what: String },
}

/// What an answer says of its version (RFC 9110, 8.8): given back, it lets the server say "the same as before".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What an address gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The same as when these validators came (304).
    Same,
    New(Answer),
}

/// A whole, successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Unpacked.
    pub bytes: Vec<u8>,
    /// Where redirects led.
    pub address: String,
    /// Such as `text/html; charset=utf-8`; empty when the server does not say.
    pub kind: String,
    pub validators: Validators,
}

/// Asks for addresses of the web.
#[derive(Debug, Clone)]
pub struct Web {
    client: Client,
    allow_local: bool,
}

impl Web {
    /// # Errors
    /// When this computer has no certificates, or its proxy settings cannot be read.
    pub fn new(allow_local: bool) -> Result<Self, FetchError> {
        Self::answering_within(allow_local, ANSWER_WITHIN)
    }

    fn answering_within(allow_local: bool, answer_within: Duration) -> Result<Self, FetchError> {
        let client = builder(allow_local, answer_within)
            .redirect(Policy::custom(move |attempt| {
                if attempt.previous().len() > MOST_REDIRECTS {
                    return attempt.error("it redirects more than five times");
                }
                let from_secure =
                    attempt.previous().last().is_some_and(|url| url.scheme() == "https");
                if from_secure && attempt.url().scheme() != "https" {
                    return attempt.error("it redirects from https to http");
                }
                let refused = refuse(attempt.url(), allow_local)
                    .and_then(|()| refuse_port(attempt.url(), allow_local));
                match refused {
                    Ok(()) => attempt.follow(),
                    Err(error) => attempt.error(error.to_string()),
                }
            }))
            .build()
            .map_err(|error| FetchError::Unreachable {
                host: "the web".to_owned(),
                what: root_cause(&error),
            })?;
        Ok(Self { client, allow_local })
    }

    /// Gives the answer's bytes.
    ///
    /// # Errors
    /// When there is no whole, public, successful answer in time.
    pub async fn get(&self, address: &str) -> Result<Answer, FetchError> {
        match self.get_unless_same(address, &Validators::default()).await? {
            Fetched::New(answer) => Ok(answer),
            Fetched::Same => Err(FetchError::Status {
                host: address.to_owned(),
                status: StatusCode::NOT_MODIFIED.as_u16(),
            }),
        }
    }

    /// The same, but for an answer that has not changed since it gave these validators.
    ///
    /// # Errors
    /// As `get`.
    pub async fn get_unless_same(
        &self,
        address: &str,
        known: &Validators,
    ) -> Result<Fetched, FetchError> {
        let url = Url::parse(address).map_err(|_| FetchError::NotWeb(address.to_owned()))?;
        refuse(&url, self.allow_local)?;
        refuse_port(&url, self.allow_local)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let unreachable = |error: reqwest::Error| FetchError::Unreachable {
            host: host.clone(),
            what: root_cause(&error),
        };
        let mut request = self.client.get(url).header(ACCEPT_ENCODING, "gzip");
        for (name, value) in
            [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)]
        {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let mut answer = request.send().await.map_err(unreachable)?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Same);
        }
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
        let headers = answer.headers();
        if text_of(headers, CONTENT_ENCODING).is_some_and(|packed| packed.contains("gzip")) {
            bytes = unpacked(&bytes, &host)?;
        }
        Ok(Fetched::New(Answer {
            bytes,
            address: answer.url().to_string(),
            kind: text_of(headers, CONTENT_TYPE).unwrap_or_default(),
            validators: Validators {
                etag: text_of(headers, ETAG),
                last_modified: text_of(headers, LAST_MODIFIED),
            },
        }))
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Unpacks as much as is allowed, and one byte more to know that it is too much.
fn unpacked(packed: &[u8], host: &str) -> Result<Vec<u8>, FetchError> {
    let swollen = packed.len().saturating_mul(MOST_SWELLING).max(SMALL_BYTES);
    let most = swollen.min(LONGEST_ANSWER_BYTES);
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(most as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > most {
        let host = host.to_owned();
        return Err(if most == LONGEST_ANSWER_BYTES {
            FetchError::TooLarge { host }
        } else {
            FetchError::Swells { host }
        });
    }
    match read {
        Ok(_) => Ok(bytes),
        // What came before the break is what a reader can mend.
        Err(_) if !bytes.is_empty() => Ok(bytes),
        Err(error) => Err(FetchError::Unreachable {
            host: host.to_owned(),
            what: format!("its answer cannot be unpacked: {error}"),
        }),
    }
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

/// Refuses ports of a public host where no website is.
fn refuse_port(url: &Url, allow_local: bool) -> Result<(), FetchError> {
    match url.port_or_known_default() {
        Some(port) if !allow_local && !PORTS.contains(&port) => {
            Err(FetchError::Port { host: url.host_str().unwrap_or_default().to_owned(), port })
        }
        _ => Ok(()),
    }
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

    /// Every way to write an address of the inside that a browser or a C library would follow.
    const REFUSED: [&str; 62] = [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.255.255.254/",
        "http://0/",
        "http://0.0.0.0/",
        "http://0.1.2.3/",
        "http://10.0.0.1/",
        "http://10.255.255.255/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.0.1/",
        "http://192.168.255.255/",
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.0.1/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://100.64.0.1/",
        "http://100.127.255.255/",
        "http://100.100.100.200/",
        "http://192.0.0.1/",
        "http://192.0.2.1/",
        "http://198.51.100.1/",
        "http://203.0.113.1/",
        "http://198.18.0.1/",
        "http://198.19.255.255/",
        "http://224.0.0.1/",
        "http://239.255.255.250/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[febf::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://user:word@127.0.0.1/",
        "http://8.8.8.8@127.0.0.1/",
        "http://127.0.0.1:80/",
        "https://127.0.0.1:8443/",
        "http://127。0。0。1/",
        "http://①②⑦.0.0.1/",
        "http://127.0.0.1%2f@10.0.0.1/",
        "http:\\\\127.0.0.1\\",
        "http:127.0.0.1",
        "HTTP://0x7F.0x0.0x0.0x1/",
    ];

    #[tokio::test]
    async fn addresses_of_the_inside_are_refused_before_any_connection() {
        let web = Web::new(false).unwrap();
        for text in REFUSED {
            let error = web.get(text).await.unwrap_err();
            assert!(matches!(error, FetchError::Private(_)), "{text}: {error}");
        }
        for name in ["http://localhost/", "http://LOCALHOST:8080/"] {
            let error = web.get(name).await.unwrap_err();
            assert!(error.to_string().contains("inside"), "{name}: {error}");
        }
        for text in ["http://8.8.8.8:22/", "http://8.8.8.8:6379/", "https://8.8.8.8:25/"] {
            assert!(matches!(web.get(text).await, Err(FetchError::Port { .. })), "{text}");
        }
        for text in ["ftp://e.org/", "file:///etc/passwd", "news", "gopher://e.org/", "data:,x", ""]
        {
            assert!(matches!(web.get(text).await, Err(FetchError::NotWeb(_))), "{text}");
        }
    }

    mod with_a_server {
        use std::io::Write;

        use flate2::Compression;
        use flate2::write::GzEncoder;
        use wiremock::matchers::{header, path};
        use wiremock::{Mock, MockServer, ResponseTemplate};

        use super::*;

        async fn answering(template: ResponseTemplate) -> MockServer {
            let server = MockServer::start().await;
            Mock::given(path("/")).respond_with(template).mount(&server).await;
            server
        }

        fn gzip(bytes: &[u8]) -> Vec<u8> {
            let mut packed = GzEncoder::new(Vec::new(), Compression::best());
            packed.write_all(bytes).unwrap();
            packed.finish().unwrap()
        }

        #[tokio::test]
        async fn what_is_the_same_is_not_sent_again() {
            let server = MockServer::start().await;
            Mock::given(header("if-none-match", "\"v1\""))
                .respond_with(ResponseTemplate::new(304))
                .mount(&server)
                .await;
            Mock::given(path("/"))
                .respond_with(
                    ResponseTemplate::new(200)
                        .insert_header("etag", "\"v1\"")
                        .set_body_raw("x", "text/xml"),
                )
                .mount(&server)
                .await;
            let web = Web::new(true).unwrap();
            let answer = web.get(&server.uri()).await.unwrap();
            assert_eq!((answer.kind.as_str(), answer.bytes.as_slice()), ("text/xml", &b"x"[..]));
            let again = web.get_unless_same(&server.uri(), &answer.validators).await.unwrap();
            assert_eq!(again, Fetched::Same);
        }

        #[tokio::test]
        async fn packed_answers_are_unpacked_within_limits() {
            let packed = |bytes: &[u8]| {
                ResponseTemplate::new(200)
                    .insert_header("content-encoding", "gzip")
                    .set_body_bytes(bytes.to_vec())
            };
            let web = Web::new(true).unwrap();
            let text = "news ".repeat(1000);
            let server = answering(packed(&gzip(text.as_bytes()))).await;
            assert_eq!(web.get(&server.uri()).await.unwrap().bytes, text.as_bytes());
            // Two megabytes of nothing pack to two thousand bytes; twenty would be too many in any case.
            for megabytes in [2, 20] {
                let server = answering(packed(&gzip(&vec![0; megabytes << 20]))).await;
                let error = web.get(&server.uri()).await.unwrap_err();
                assert!(
                    matches!(error, FetchError::Swells { .. } | FetchError::TooLarge { .. }),
                    "{error}"
                );
            }
            let server =
                answering(ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 11 << 20])).await;
            assert!(matches!(web.get(&server.uri()).await, Err(FetchError::TooLarge { .. })));
        }

        #[tokio::test]
        async fn redirects_are_followed_five_times_and_never_to_the_inside() {
            let server = MockServer::start().await;
            for hop in 0..10 {
                Mock::given(path(format!("/{hop}")))
                    .respond_with(
                        ResponseTemplate::new(302)
                            .insert_header("location", format!("/{}", hop + 1)),
                    )
                    .mount(&server)
                    .await;
            }
            Mock::given(path("/10")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
            let web = Web::new(true).unwrap();
            let answer = web.get(&format!("{}/5", server.uri())).await.unwrap();
            assert!(answer.address.ends_with("/10"));
            let error = web.get(&format!("{}/0", server.uri())).await.unwrap_err();
            assert!(error.to_string().contains("more than five times"), "{error}");
            // The first address is let through here as a public one would be; the next one is looked at again.
            let careful = Web { client: Web::new(false).unwrap().client, allow_local: true };
            let error = careful.get(&format!("{}/5", server.uri())).await.unwrap_err();
            assert!(error.to_string().contains("inside this machine"), "{error}");
        }

        #[tokio::test]
        async fn a_server_that_does_not_answer_in_time_is_given_up() {
            let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
            let server = answering(slow).await;
            let web = Web::answering_within(true, Duration::from_millis(20)).unwrap();
            let error = web.get(&server.uri()).await.unwrap_err();
            assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
            let status = answering(ResponseTemplate::new(503)).await;
            let error = Web::new(true).unwrap().get(&status.uri()).await.unwrap_err();
            assert!(matches!(error, FetchError::Status { status: 503, .. }), "{error}");
        }
    }
}
