//! One GET of a public web address, within limits.
//! Shell: the network.
//!
//! A source's address may be wrong or hostile: only http and https, only the ports where websites are, no address
//! inside this machine or its network unless the source says `allow_local`, checked when connecting and again at each
//! redirect, so that no name can point elsewhere between the check and the use.

use crate::news::sources::fetch_error::{FetchError, LONGEST_ANSWER_BYTES};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RANGE,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::public::{carries_a_public_address, is_public};
use super::unpack::{MOST_PACKINGS, is_deflated, unpacked};
use crate::news::readers::decode::{DecodedText, GZIP, decode};
use crate::news::shown_address::without_password;
use crate::news::source_state::Validators;

const MOST_REDIRECTS: usize = 5;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Where websites are; other ports of a public host belong to other services.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];

const AGENT: &str = concat!("roundup/", env!("CARGO_PKG_VERSION"));

/// What an address gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchResult {
    /// The same as when these validators came (304).
    Same,
    New(FetchedBytes),
}

/// A whole, successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedBytes {
    /// Unpacked.
    pub bytes: Vec<u8>,
    /// Where redirects led, without a name or password in it.
    pub address: String,
    /// Where the address has moved for good: every redirect on the way said so. With its keys: for settings, not to show.
    pub moved: Option<String>,
    /// Such as `text/html; charset=utf-8`; empty when the server does not say.
    pub kind: String,
    pub validators: Validators,
}

impl FetchedBytes {
    /// Its text, whatever encoding it is in.
    pub fn decoded(&self) -> DecodedText<'_> {
        decode(&self.bytes, &self.kind)
    }
}

/// Fetches addresses of the web.
#[derive(Debug, Clone)]
pub struct Web {
    client: Client,
    allow_local: bool,
    answer_within: Duration,
}

impl Web {
    /// `contact` is whom a website's owner can write to about these requests: an email or web address.
    ///
    /// # Errors
    /// When this computer has no certificates, or its proxy settings cannot be read.
    pub fn new(allow_local: bool, contact: &str) -> Result<Self, FetchError> {
        Self::answering_within(allow_local, contact, ANSWER_WITHIN)
    }

    fn answering_within(
        allow_local: bool,
        contact: &str,
        answer_within: Duration,
    ) -> Result<Self, FetchError> {
        let client = builder(allow_local, answer_within)
            .user_agent(user_agent(contact))
            .redirect(Policy::none())
            .build()
            .map_err(|error| FetchError::Unreachable {
                host: "the web".to_owned(),
                what: root_cause(&error),
            })?;
        Ok(Self { client, allow_local, answer_within })
    }

    /// Gives the answer's bytes.
    ///
    /// # Errors
    /// When there is no whole, public, successful answer in time.
    pub async fn get(&self, address: &str) -> Result<FetchedBytes, FetchError> {
        match self.get_unless_same(address, &Validators::default()).await? {
            FetchResult::New(answer) => Ok(answer),
            FetchResult::Same => Err(FetchError::Status {
                host: without_password(address),
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
    ) -> Result<FetchResult, FetchError> {
        let url = Url::parse(address).map_err(|_| FetchError::NotWeb(without_password(address)))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        for (name, value) in
            [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)]
        {
            // They came in a header: each is a header's value.
            headers.extend(value.as_ref().and_then(|value| Some((name, value.parse().ok()?))));
        }
        let takes_same = *known != Validators::default();
        let reading = async {
            let answered = self.follow(url.clone(), &headers, takes_same).await?;
            if answered.response.status() == StatusCode::NOT_MODIFIED {
                return Ok(FetchResult::Same);
            }
            whole(answered).await.map(FetchResult::New)
        };
        self.in_time(&url, reading).await
    }

    /// Gives the first bytes of an answer, at most `most`, as they come.
    ///
    /// # Errors
    /// As `get`.
    pub async fn beginning(&self, address: &str, most: usize) -> Result<Vec<u8>, FetchError> {
        let url = Url::parse(address).map_err(|_| FetchError::NotWeb(without_password(address)))?;
        let mut headers = HeaderMap::new();
        let range = format!("bytes=0-{}", most.saturating_sub(1));
        headers.extend(HeaderValue::try_from(range).ok().map(|range| (RANGE, range)));
        let reading = async {
            let FinalAnswer { mut response, host, .. } =
                self.follow(url.clone(), &headers, false).await?;
            let mut bytes = Vec::new();
            // A server that gives all of it all the same is not read further.
            while bytes.len() < most
                && let Some(chunk) = chunk_of(&mut response, &host).await?
            {
                bytes.extend_from_slice(chunk.as_ref());
            }
            bytes.truncate(most);
            Ok(bytes)
        };
        self.in_time(&url, reading).await
    }

    /// One deadline for all of it, however often it redirects.
    async fn in_time<T>(
        &self,
        url: &Url,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        tokio::time::timeout(self.answer_within, work).await.unwrap_or_else(|_| {
            let host = url.host_str().unwrap_or_default().to_owned();
            Err(FetchError::Unreachable { host, what: "it took too long".to_owned() })
        })
    }

    /// Follows redirects to a successful answer; with `takes_same`, to a 304 as well.
    async fn follow(
        &self,
        mut url: Url,
        headers: &HeaderMap,
        takes_same: bool,
    ) -> Result<FinalAnswer, FetchError> {
        let (mut hops, mut for_good) = (0, true);
        loop {
            allow(&url, self.allow_local).await?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let unreachable = |what: String| FetchError::Unreachable { host: host.clone(), what };
            let request = self.client.get(url.clone()).headers(headers.clone());
            let response = request.send().await.map_err(|error| {
                if is_not_tls(&error) {
                    return FetchError::NoTls { host: host.clone() };
                }
                unreachable(root_cause(&error))
            })?;
            let status = response.status();
            // A server that says so without having been given a version says nothing that can be used.
            let is_same = takes_same && status == StatusCode::NOT_MODIFIED;
            let location = text_of(response.headers(), LOCATION);
            let Some(location) = location.filter(|_| status.is_redirection() && !is_same) else {
                if !status.is_success() && !is_same {
                    return Err(FetchError::Status { host, status: status.as_u16() });
                }
                let address = without_password(url.as_str());
                let moved = (hops > 0 && for_good).then(|| url.to_string());
                return Ok(FinalAnswer { response, host, address, moved });
            };
            hops += 1;
            if hops > MOST_REDIRECTS {
                return Err(unreachable("it redirects more than five times".to_owned()));
            }
            for_good &=
                matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
            url = next_hop(&url, &location, self.allow_local).map_err(unreachable)?;
        }
    }
}

/// An answer at the end of its redirects.
struct FinalAnswer {
    response: Response,
    host: String,
    /// Where redirects led, without a name or password in it.
    address: String,
    moved: Option<String>,
}

async fn chunk_of(
    response: &mut Response,
    host: &str,
) -> Result<Option<impl AsRef<[u8]> + use<>>, FetchError> {
    response.chunk().await.map_err(|error| FetchError::Unreachable {
        host: host.to_owned(),
        what: root_cause(&error),
    })
}

/// Refuses what is not of the open web. A name is resolved here too: a proxy would otherwise resolve it, unseen.
///
/// # Errors
/// When the address is inside this computer or its network, at a port without websites, or its name is not known.
pub async fn allow(url: &Url, allow_local: bool) -> Result<(), FetchError> {
    refuse(url, allow_local)?;
    refuse_port(url, allow_local)?;
    if allow_local {
        return Ok(());
    }
    let Some(url::Host::Domain(name)) = url.host() else { return Ok(()) };
    let found = tokio::net::lookup_host((name, 0)).await.map_err(|error| {
        FetchError::Unreachable { host: name.to_owned(), what: error.to_string() }
    })?;
    let mut found = found.map(|address| address.ip());
    if found.any(|ip| !is_public(ip) && !carries_a_public_address(ip)) {
        return Err(FetchError::Private(name.to_owned()));
    }
    Ok(())
}

/// Reads an answer to its end, within limits.
async fn whole(answered: FinalAnswer) -> Result<FetchedBytes, FetchError> {
    let FinalAnswer { mut response, host, address, moved } = answered;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunk_of(&mut response, &host).await? {
        let chunk = chunk.as_ref();
        if bytes.len() + chunk.len() > LONGEST_ANSWER_BYTES {
            return Err(FetchError::TooLarge { host });
        }
        bytes.extend_from_slice(chunk);
    }
    let headers = response.headers();
    let packed = text_of(headers, CONTENT_ENCODING).unwrap_or_default().to_ascii_lowercase();
    // Some servers pack twice, or pack and do not say so: a text never begins with the bytes of gzip.
    for _ in 0..MOST_PACKINGS {
        let is_gzip = bytes.starts_with(GZIP);
        let is_packed = is_gzip || (packed.contains("deflate") && is_deflated(&bytes));
        if !is_packed {
            break;
        }
        bytes = unpacked(&bytes, &host)?;
    }
    Ok(FetchedBytes {
        bytes,
        address,
        moved,
        kind: text_of(headers, CONTENT_TYPE).unwrap_or_default(),
        validators: Validators {
            etag: text_of(headers, ETAG),
            last_modified: text_of(headers, LAST_MODIFIED),
        },
    })
}

/// Where a redirect leads, if it may be followed. Nothing of the address before it goes along.
fn next_hop(from: &Url, location: &str, allow_local: bool) -> Result<Url, String> {
    let to = from.join(location).map_err(|_| {
        "it redirects to something that is not a web \
        address"
            .to_owned()
    })?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err("it redirects from https to http".to_owned());
    }
    refuse(&to, allow_local)
        .and_then(|()| refuse_port(&to, allow_local))
        .map_err(|error| error.to_string())?;
    Ok(to)
}

/// Names roundup, its version, and whom to write to.
fn user_agent(contact: &str) -> String {
    let contact: String = contact.chars().filter(char::is_ascii_graphic).take(100).collect();
    let contact = match contact {
        mail if mail.contains('@') && !mail.contains("://") => format!("mailto:{mail}"),
        other => other,
    };
    if contact.is_empty() { AGENT.to_owned() } else { format!("{AGENT} (+{contact})") }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn builder(allow_local: bool, answer_within: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(AGENT)
        // An address may hold a key, and a redirect to somebody else would reveal it.
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .timeout(answer_within)
        .dns_resolver(Arc::new(PublicOnly { allow_local }))
}

/// A client that connects only to public addresses, and follows no redirect by itself.
///
/// # Errors
/// When this computer has no certificates, or its proxy settings cannot be read.
pub fn client(
    allow_local: bool,
    answer_within: Duration,
) -> Result<reqwest::Client, reqwest::Error> {
    builder(allow_local, answer_within).redirect(Policy::none()).build()
}

/// Whether a server has answered to TLS with something else: most likely it is a website without https.
fn is_not_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidMessage(_)) = error.downcast_ref() {
        return true;
    }
    // What an input/output error wraps is not among its causes; it may be another one.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|wrapped| is_not_tls(wrapped)) || error.source().is_some_and(is_not_tls)
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
        return Err(FetchError::NotWeb(without_password(url.as_str())));
    }
    let ip = match url.host() {
        Some(url::Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(url::Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(url::Host::Domain(_)) => None,
        None => return Err(FetchError::NotWeb(without_password(url.as_str()))),
    };
    // Names that always mean this computer (RFC 6761 section 6.3).
    let is_local_name = matches!(url.host(), Some(url::Host::Domain(name))
        if name == "localhost" || name.ends_with(".localhost"));
    if !allow_local && (is_local_name || ip.is_some_and(|ip| !is_public(ip))) {
        return Err(FetchError::Private(url.host_str().unwrap_or_default().to_owned()));
    }
    Ok(())
}

/// Refuses ports of a public host where no website is.
///
/// # Errors
/// When there is none at the address's port.
pub fn refuse_port(url: &Url, allow_local: bool) -> Result<(), FetchError> {
    match url.port_or_known_default() {
        Some(port) if !allow_local && !PORTS.contains(&port) => {
            Err(FetchError::Port { host: url.host_str().unwrap_or_default().to_owned(), port })
        }
        _ => Ok(()),
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

    fn web(allow_local: bool) -> Web {
        Web::new(allow_local, "hello@charity.example").unwrap()
    }

    #[test]
    fn no_password_and_no_key_is_ever_shown() {
        for (address, shown) in [
            ("https://e.org/feed", "https://e.org/feed"),
            ("https://ann:word@e.org/feed", "https://e.org/feed"),
            ("https://ann@e.org/feed?a=1", "https://e.org/feed?a=1"),
            ("https://e.org/?key=abc&page=2", "https://e.org/?key=…&page=2"),
            ("https://e.org/?API_KEY=abc", "https://e.org/?API_KEY=…"),
            ("http://ann:wo rd@e org/feed", "http://e org/feed"),
            ("news", "news"),
        ] {
            assert_eq!(without_password(address), shown);
        }
        assert_eq!(
            refuse(&Url::parse("ftp://a:b@e.org/").unwrap(), true).unwrap_err().to_string(),
            "`ftp://e.org/` is not an http or https address"
        );
    }

    #[test]
    fn a_website_can_read_who_asks() {
        let version = env!("CARGO_PKG_VERSION");
        for (contact, agent) in [
            ("hello@e.org", format!("roundup/{version} (+mailto:hello@e.org)")),
            ("https://e.org/contact", format!("roundup/{version} (+https://e.org/contact)")),
            ("he\r\nX: llo", format!("roundup/{version} (+heX:llo)")),
            ("", format!("roundup/{version}")),
        ] {
            assert_eq!(user_agent(contact), agent);
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
        let web = web(false);
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
            let web = web(true);
            let answer = web.get(&server.uri()).await.unwrap();
            assert_eq!((answer.kind.as_str(), answer.bytes.as_slice()), ("text/xml", &b"x"[..]));
            let again = web.get_unless_same(&server.uri(), &answer.validators).await.unwrap();
            assert_eq!(again, FetchResult::Same);
        }

        #[tokio::test]
        async fn the_same_as_nothing_is_an_error_and_not_no_news() {
            let server = answering(ResponseTemplate::new(304)).await;
            let asked = web(true).get_unless_same(&server.uri(), &Validators::default()).await;
            assert!(matches!(asked, Err(FetchError::Status { status: 304, .. })), "{asked:?}");
        }

        #[tokio::test]
        async fn packed_answers_are_unpacked_within_limits() {
            let packed = |bytes: &[u8]| {
                ResponseTemplate::new(200)
                    .insert_header("content-encoding", "gzip")
                    .set_body_bytes(bytes.to_vec())
            };
            let web = web(true);
            let text = "news ".repeat(1000);
            let server = answering(packed(&gzip(text.as_bytes()))).await;
            assert_eq!(web.get(&server.uri()).await.unwrap().bytes, text.as_bytes());
            let twice = gzip(&gzip(text.as_bytes()));
            let server = answering(packed(&twice)).await;
            assert_eq!(web.get(&server.uri()).await.unwrap().bytes, text.as_bytes());
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::best());
            zlib.write_all(text.as_bytes()).unwrap();
            let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), Compression::best());
            raw.write_all(text.as_bytes()).unwrap();
            for bytes in [zlib.finish().unwrap(), raw.finish().unwrap(), text.clone().into_bytes()]
            {
                let deflated = ResponseTemplate::new(200)
                    .insert_header("content-encoding", "deflate")
                    .set_body_bytes(bytes);
                let server = answering(deflated).await;
                assert_eq!(web.get(&server.uri()).await.unwrap().bytes, text.as_bytes());
            }
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
            let web = web(true);
            let answer = web.get(&format!("{}/5", server.uri())).await.unwrap();
            assert!(answer.address.ends_with("/10"));
            let error = web.get(&format!("{}/0", server.uri())).await.unwrap_err();
            assert!(error.to_string().contains("more than five times"), "{error}");
            let from = Url::parse("http://93.184.215.14/").unwrap();
            for (to, what) in [
                (server.uri(), "inside this machine"),
                ("http://93.184.215.14:22/".to_owned(), "port 22"),
                ("ftp://e.org/".to_owned(), "not an http"),
            ] {
                let error = next_hop(&from, &to, false).unwrap_err();
                assert!(error.contains(what), "{to}: {error}");
            }
            let secure = Url::parse("https://93.184.215.14/a/b").unwrap();
            assert!(next_hop(&secure, "http://93.184.215.14/", false).is_err());
            let next = next_hop(&secure, "../c", false).unwrap();
            assert_eq!(next.as_str(), "https://93.184.215.14/c");
        }

        #[tokio::test]
        async fn where_an_address_has_moved_for_good_and_nothing_goes_along() {
            let server = MockServer::start().await;
            for (from, status, to) in
                [("/a", 301, "/b"), ("/b", 308, "/c"), ("/d", 301, "/e"), ("/e", 302, "/c")]
            {
                let to = ResponseTemplate::new(status).insert_header("location", to);
                Mock::given(path(from)).respond_with(to).mount(&server).await;
            }
            Mock::given(path("/c")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
            let uri = server.uri();
            for (from, moved) in [("/a?key=1", Some("/c")), ("/d", None), ("/c", None)] {
                let answer = web(true).get(&format!("{uri}{from}")).await.unwrap();
                assert_eq!(answer.moved, moved.map(|to| format!("{uri}{to}")), "{from}");
            }
            let asked = server.received_requests().await.unwrap();
            assert!(asked.iter().all(|request| !request.headers.contains_key("referer")));
            let agent = asked[0].headers["user-agent"].to_str().unwrap();
            assert!(agent.starts_with("roundup/") && agent.contains("hello@charity.example"));
        }

        #[tokio::test]
        async fn a_website_without_https_is_not_taken_for_a_broken_one() {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("https://{}/", listener.local_addr().unwrap());
            let answer = async {
                let (mut peer, _) = listener.accept().await.unwrap();
                let words = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
                tokio::io::AsyncWriteExt::write_all(&mut peer, words).await.unwrap();
                peer
            };
            let web = web(true);
            let (error, _peer) = tokio::join!(web.get(&address), answer);
            let error = error.unwrap_err();
            assert!(matches!(error, FetchError::NoTls { .. }), "{error}");
        }

        #[tokio::test]
        async fn a_server_that_does_not_answer_in_time_is_given_up() {
            let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
            let server = answering(slow).await;
            let impatient = Web::answering_within(true, "", Duration::from_millis(20)).unwrap();
            let error = impatient.get(&server.uri()).await.unwrap_err();
            assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
            let status = answering(ResponseTemplate::new(503)).await;
            let error = web(true).get(&status.uri()).await.unwrap_err();
            assert!(matches!(error, FetchError::Status { status: 503, .. }), "{error}");
        }
    }
}
