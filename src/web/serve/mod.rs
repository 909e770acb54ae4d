//! The public address: leaving by one click (RFC 8058) or by a page, and staying after all.
//! Shell: the network.
//!
//! Nothing is decided or kept here: a request whose token is right is passed on as a `Change`, and answered once that is on disk.

mod archived;
mod attempts;
mod hooking;
mod hooks;
mod join_pages;
mod join_words;
mod joining;
mod listening;
pub(super) mod pages;
pub(super) mod request;
mod responses;
mod words;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use chrono::{DateTime, Utc};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use crate::audience::Keys;
use crate::audience::frequency::Frequency;
use crate::people::{LeavingWay, Standpoint};
use attempts::Attempts;
use request::{PublicRequest, RequestFault};
use responses::{html, plain, status, with};

pub use archived::{ArchivePages, ServedArchive};
pub use hooks::{Hook, HookProof, HookProvider, HookSettings, sendgrid_key};
pub use join_pages::JoinForm;
pub use joining::JoinCall;
pub use pages::PageText;

/// A one-click body has 26 bytes; a form of ours has fewer than 200.
const LONGEST_BODY_BYTES: usize = 4096;
/// A body that does not end within this time is not read on.
const BODY_PATIENCE: Duration = Duration::from_secs(10);
/// A person needs longer to read the page; a scanner that submits forms does not.
const YOUNGEST_NONCE: Duration = Duration::from_secs(1);
/// A page that was left open overnight still works.
const OLDEST_NONCE: Duration = Duration::from_hours(24);
/// How long a client that could not be served should wait, in seconds.
const RETRY_AFTER_SECONDS: &str = "300";

/// `[serve]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; those of this computer by default.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trusted_proxies: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()] }
    }
}

/// What a person wants changed. The person is named by their address's keyed hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Where they stand, changing nothing.
    Look,
    Leave {
        way: LeavingWay,
        reason: Option<String>,
    },
    /// Stay after all.
    Stay,
    /// How often they want the email.
    Choose(Frequency),
    /// What a mail service reports; no person is named yet.
    Events {
        hook: String,
        body: Vec<u8>,
    },
    /// Whether a change could be written now; no person is meant.
    Probe,
}

/// A request that is passed on, and where its answer goes. An answer other than `None` means: it is on disk.
#[derive(Debug)]
pub struct Change {
    pub person: String,
    pub wanted: Intent,
    pub answer: oneshot::Sender<Option<Standpoint>>,
}

/// Whatever is passed on.
#[derive(Debug)]
pub enum PublicCall {
    Change(Change),
    Joining(JoinCall),
}

/// What the server needs.
pub struct Setting {
    pub keys: Keys,
    /// `public_url` of the settings, without a slash at its end.
    pub public_url: url::Url,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    pub text: PageText,
    /// The form for signing up; nothing where it is closed.
    pub joining: Option<JoinForm>,
    /// The public archive, where it is reached below the public address.
    pub archive: Option<ServedArchive>,
    /// Where mail services report events to.
    pub hooks: Vec<Hook>,
    pub clock: fn() -> DateTime<Utc>,
}

struct ServerState {
    setting: Setting,
    prefix: String,
    own_port: u16,
    calls: mpsc::Sender<PublicCall>,
    wrong: Mutex<Attempts>,
    joining: Mutex<Attempts>,
    started: Instant,
}

/// A server that listens.
#[derive(Debug)]
pub struct PublicServer {
    pub address: SocketAddr,
    /// What people want. It ends when the server was closed and the last connection has ended.
    pub calls: mpsc::Receiver<PublicCall>,
    closing: watch::Sender<bool>,
}

impl PublicServer {
    /// Takes no more connections, and ends each behind the answer it waits for.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
}

/// Listens, and passes changes on.
///
/// # Errors
/// When the address is taken or is not this computer's.
pub async fn open(listen: SocketAddr, setting: Setting) -> std::io::Result<PublicServer> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let (calls, incoming) = mpsc::channel(1024);
    let (closing, closes) = watch::channel(false);
    let prefix = setting.public_url.path().trim_end_matches('/').to_owned();
    let shared = Arc::new(ServerState {
        setting,
        prefix,
        own_port: address.port(),
        calls,
        wrong: Mutex::new(Attempts::at_tokens()),
        joining: Mutex::new(Attempts::at_joining()),
        started: Instant::now(),
    });
    tokio::spawn(listening::serve(listener, shared, closes));
    Ok(PublicServer { address, calls: incoming, closing })
}

async fn answer(
    shared: &ServerState,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let client = client_of(shared, peer.ip(), &parts.headers);
    let path = parts.uri.path();
    let wanted = match request::read(parts.method.as_str(), path, &shared.prefix) {
        Ok(wanted) => wanted,
        Err(unanswerable) => return refusal(shared, unanswerable),
    };
    let is_post = parts.method == Method::POST;
    if !is_post {
        if is_plain_http(shared, peer.ip(), &parts.headers) {
            return to_https(shared, path);
        }
        if !is_own_host(shared, &parts.headers) {
            return plain(StatusCode::MISDIRECTED_REQUEST, "this server is for another address");
        }
    }
    match wanted {
        PublicRequest::Options { allow } => {
            with(status(StatusCode::NO_CONTENT), header::ALLOW, allow)
        }
        PublicRequest::Health => match pass_on(shared, String::new(), Intent::Probe).await {
            Some(_) => plain(StatusCode::OK, "ok"),
            None => unavailable(shared),
        },
        PublicRequest::Show { token } => {
            let Some(person) = shared.setting.keys.person_of_unsubscribe_token(&token) else {
                return wrong_token(shared, client);
            };
            let is_done = parts.uri.query() == Some("done");
            match pass_on(shared, person.clone(), Intent::Look).await {
                Some(standpoint) => show(shared, &person, &token, standpoint, is_done),
                None => unavailable(shared),
            }
        }
        PublicRequest::Archive { file } => archived::show(shared, &file),
        PublicRequest::ArchiveFolder { name } => archived::to_folder(shared, &name),
        PublicRequest::OneClick { token } => one_click(shared, client, body, &token).await,
        PublicRequest::ShowJoin => joining::show(shared),
        PublicRequest::Join => joining::join(shared, client, body).await,
        PublicRequest::ShowConfirmation { token } => {
            joining::show_confirmation(shared, client, &token).await
        }
        PublicRequest::Confirm { token } => {
            joining::confirm(shared, client, &parts.headers, body, &token).await
        }
        PublicRequest::Hook { name, secret } => {
            hooking::report(shared, client, &parts.headers, body, (&name, &secret)).await
        }
        PublicRequest::Leave { token } => {
            press(shared, client, &parts.headers, body, &token, Button::Leave).await
        }
        PublicRequest::Stay { token } => {
            press(shared, client, &parts.headers, body, &token, Button::Stay).await
        }
        PublicRequest::Choose { token } => {
            press(shared, client, &parts.headers, body, &token, Button::Choose).await
        }
    }
}

/// A mail provider's button: the token is the proof, whatever the body says.
async fn one_click(
    shared: &ServerState,
    client: IpAddr,
    body: Incoming,
    token: &str,
) -> Response<Body> {
    if let Err(response) = read_body(body).await {
        return *response;
    }
    let Some(person) = shared.setting.keys.person_of_unsubscribe_token(token) else {
        return wrong_token(shared, client);
    };
    let leave = Intent::Leave { way: LeavingWay::OneClick, reason: None };
    match pass_on(shared, person, leave).await {
        Some(_) => plain(StatusCode::OK, &shared.setting.text.you_left()),
        None => unavailable(shared),
    }
}

/// The buttons of our own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Button {
    Leave,
    Stay,
    Choose,
}

/// A button of our own page.
async fn press(
    shared: &ServerState,
    client: IpAddr,
    headers: &HeaderMap,
    body: Incoming,
    token: &str,
    button: Button,
) -> Response<Body> {
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let Some(person) = shared.setting.keys.person_of_unsubscribe_token(token) else {
        return wrong_token(shared, client);
    };
    if !comes_from_our_page(shared, headers) {
        return plain(StatusCode::FORBIDDEN, "another website sent this form");
    }
    let nonce = request::field(&body, "nonce").unwrap_or_default();
    let age = shared.setting.keys.page_nonce_age(&person, &nonce, (shared.setting.clock)());
    if !age.is_some_and(|age| (YOUNGEST_NONCE..OLDEST_NONCE).contains(&age)) {
        // Too early for a person, or a page of yesterday: the page again, and nothing has changed.
        return match pass_on(shared, person.clone(), Intent::Look).await {
            Some(standpoint) => show(shared, &person, token, standpoint, false),
            None => unavailable(shared),
        };
    }
    let wanted = match button {
        Button::Leave => {
            let reason = request::field(&body, "reason").filter(|reason| pages::is_reason(reason));
            Intent::Leave { way: LeavingWay::Page, reason }
        }
        Button::Stay => Intent::Stay,
        Button::Choose => {
            let word = request::field(&body, "frequency").unwrap_or_default();
            let Some(frequency) = Frequency::parse(&word) else {
                return plain(StatusCode::BAD_REQUEST, "this choice is not on the page");
            };
            Intent::Choose(frequency)
        }
    };
    match pass_on(shared, person, wanted).await {
        Some(_) => {
            let done = if button == Button::Choose { "" } else { "?done" };
            let path = format!("{}/u/{token}{done}", shared.prefix);
            with(status(StatusCode::SEE_OTHER), header::LOCATION, &path)
        }
        None => unavailable(shared),
    }
}

/// Passes a change on, and waits until it is on disk.
async fn pass_on(shared: &ServerState, person: String, wanted: Intent) -> Option<Standpoint> {
    let is_change = matches!(wanted, Intent::Leave { .. } | Intent::Stay | Intent::Choose(_));
    // A link that is only tried leaves nothing behind, but is answered only when a change could be written.
    let is_probe = is_change && person == shared.setting.keys.invented_person();
    let wanted = if is_probe { Intent::Probe } else { wanted };
    let (answer, answered) = oneshot::channel();
    shared.calls.send(PublicCall::Change(Change { person, wanted, answer })).await.ok()?;
    answered.await.ok().flatten()
}

async fn read_body(body: Incoming) -> Result<Vec<u8>, Box<Response<Body>>> {
    hooking::read_up_to(body, LONGEST_BODY_BYTES).await
}

fn show(
    shared: &ServerState,
    person: &str,
    token: &str,
    standpoint: Standpoint,
    is_done: bool,
) -> Response<Body> {
    let nonce = shared.setting.keys.page_nonce(person, (shared.setting.clock)());
    // A path, so that the form goes where the page came from; its beginning is that of `public_url`, whatever a proxy strips.
    let base = format!("{}/u/{token}", shared.prefix);
    html(StatusCode::OK, shared.setting.text.page(&base, &nonce, standpoint, is_done))
}

fn address_of(shared: &ServerState) -> &str {
    shared.setting.public_url.as_str().trim_end_matches('/')
}

/// The same bytes for every wrong token.
fn wrong_token(shared: &ServerState, client: IpAddr) -> Response<Body> {
    let mut wrong = shared.wrong.lock().unwrap_or_else(PoisonError::into_inner);
    if wrong.is_one_too_many(client, shared.started.elapsed()) {
        let response =
            plain(StatusCode::TOO_MANY_REQUESTS, "too many wrong addresses: try again later");
        return with(response, header::RETRY_AFTER, "60");
    }
    html(StatusCode::NOT_FOUND, shared.setting.text.wrong_address())
}

fn unavailable(shared: &ServerState) -> Response<Body> {
    let response = html(StatusCode::SERVICE_UNAVAILABLE, shared.setting.text.not_now());
    with(response, header::RETRY_AFTER, RETRY_AFTER_SECONDS)
}

fn refusal(shared: &ServerState, unanswerable: RequestFault) -> Response<Body> {
    match unanswerable {
        RequestFault::Malformed => plain(StatusCode::BAD_REQUEST, "this address cannot be read"),
        RequestFault::NotFound => html(StatusCode::NOT_FOUND, shared.setting.text.wrong_address()),
        RequestFault::TooLong => plain(StatusCode::URI_TOO_LONG, "this address is too long"),
        RequestFault::Method { allow } => {
            let response =
                plain(StatusCode::METHOD_NOT_ALLOWED, "this address does not accept that request");
            with(response, header::ALLOW, allow)
        }
    }
}

fn to_https(shared: &ServerState, path: &str) -> Response<Body> {
    let below = path.strip_prefix(&shared.prefix).unwrap_or(path);
    let url = format!("{}{below}", address_of(shared));
    with(status(StatusCode::PERMANENT_REDIRECT), header::LOCATION, &url)
}

/// The client's address: behind a proxy that we trust, the last one that it and its like did not add themselves.
fn client_of(shared: &ServerState, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let trusted =
        |address: &IpAddr| shared.setting.trusted_proxies.contains(&address.to_canonical());
    if !trusted(&peer) {
        return peer;
    }
    let forwarded =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = forwarded
        .flat_map(|value| value.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    hops.into_iter().rev().find(|hop| !trusted(hop)).unwrap_or(peer)
}

fn is_plain_http(shared: &ServerState, peer: IpAddr, headers: &HeaderMap) -> bool {
    shared.setting.public_url.scheme() == "https"
        && shared.setting.trusted_proxies.contains(&peer.to_canonical())
        && text(headers, "x-forwarded-proto")
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}

/// The public name, or this computer's own: a proxy may pass on either.
fn is_own_host(shared: &ServerState, headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, "host") else { return true };
    let (name, _) = split_port(host);
    let public = shared.setting.public_url.host_str();
    public.is_some_and(|public| public.eq_ignore_ascii_case(name)) || is_local(shared, host)
}

/// An address of this computer with the port we listen at, or `localhost`.
fn is_local(shared: &ServerState, host: &str) -> bool {
    let (name, port) = split_port(host);
    let is_own_port = port.is_none_or(|port| port == shared.own_port.to_string());
    let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    is_own_port && (is_address || name == "localhost")
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (name, Some(port))
        }
        _ => (host, None),
    }
}

/// A browser says which site sent a form. A program that says nothing has the nonce, which only our page gives.
fn comes_from_our_page(shared: &ServerState, headers: &HeaderMap) -> bool {
    let Some(origin) = text(headers, "origin") else { return true };
    // `no-referrer` makes some browsers send `null` from our own page too: there the nonce is the proof.
    if origin == "null" {
        return text(headers, "sec-fetch-site").is_none_or(|site| site == "same-origin");
    }
    let own = shared.setting.public_url.origin().ascii_serialization();
    let local = origin.strip_prefix("http://").is_some_and(|host| is_local(shared, host));
    origin.eq_ignore_ascii_case(&own) || local
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests;
