//! The studio: a page in the browser of this computer that shows an edition and changes it.
//! Shell: the network.
//!
//! Nothing is decided here: a request of the page is passed on as a `StudioRequest` to whoever holds the edition, and the
//! answer is passed back. The page's files are in the program; nothing is fetched from anywhere.

mod listening;
mod request;

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{FutureExt, stream};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use super::guard::{ForeignRequest, RequestOrigin, StudioGuard};
pub use request::{
    DraftRequest, SettingRequest, SettingValue, StudioAction, StudioRequest, StudioResponse,
};

/// The largest thing that a page says: an introduction.
const LONGEST_BODY_BYTES: usize = 256 * 1024;
/// A page on this computer sends it at once.
const BODY_PATIENCE: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(20);

const PAGE: &str = include_str!("index.html");
const STYLE: &str = include_str!("studio.css");
const PANELS: &str = include_str!("panels.css");
const SCRIPTS: [(&str, &str); 25] = [
    ("base.js", include_str!("base.js")),
    ("beside.js", include_str!("beside.js")),
    ("checks.js", include_str!("checks.js")),
    ("choice.js", include_str!("choice.js")),
    ("connection.js", include_str!("connection.js")),
    ("drag.js", include_str!("drag.js")),
    ("edition.js", include_str!("edition.js")),
    ("half_typed.js", include_str!("half_typed.js")),
    ("inbox.js", include_str!("inbox.js")),
    ("layout.js", include_str!("layout.js")),
    ("look.js", include_str!("look.js")),
    ("mail.js", include_str!("mail.js")),
    ("menu.js", include_str!("menu.js")),
    ("moves.js", include_str!("moves.js")),
    ("own.js", include_str!("own.js")),
    ("person.js", include_str!("person.js")),
    ("rich.js", include_str!("rich.js")),
    ("row.js", include_str!("row.js")),
    ("stories.js", include_str!("stories.js")),
    ("studio.js", include_str!("studio.js")),
    ("testing.js", include_str!("testing.js")),
    ("typing.js", include_str!("typing.js")),
    ("unsaved.js", include_str!("unsaved.js")),
    ("wording.js", include_str!("wording.js")),
    ("words.js", include_str!("words.js")),
];
/// The page's own files and nothing else, from anywhere; pictures of stories too, which the page loads when somebody wants them.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
     img-src 'self' data: https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An order and where its answer goes.
#[derive(Debug)]
pub struct StudioCall {
    pub request: StudioRequest,
    pub answer: oneshot::Sender<StudioResponse>,
}

/// The studio's side for whoever holds the edition: the requests of the page, and how to announce a new version.
pub struct StudioCalls {
    pub calls: mpsc::Receiver<StudioCall>,
    /// Rises whenever there is something new to show.
    pub version: watch::Sender<i64>,
    pub port: u16,
    /// The address to open.
    pub address: String,
}

#[derive(Clone)]
struct Studio {
    guard: Arc<StudioGuard>,
    calls: mpsc::Sender<StudioCall>,
    version: watch::Receiver<i64>,
}

/// Listens only on this computer; port 0 is any that is free. The server lives as long as the runtime.
///
/// # Errors
/// When the port is taken.
pub async fn open(port: u16, token: String) -> std::io::Result<StudioCalls> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let port = listener.local_addr()?.port();
    let guard = StudioGuard::new(port, token);
    let address = guard.address();
    let (calls, incoming) = mpsc::channel(64);
    let (version, versions) = watch::channel(0);
    let studio = Studio { guard: Arc::new(guard), calls, version: versions };
    tokio::spawn(listening::serve(listener, studio));
    Ok(StudioCalls { calls: incoming, version, port, address })
}

/// Whatever goes wrong in here, the page gets an answer and the studio goes on.
async fn answer(studio: Studio, request: Request) -> Response {
    let answered = AssertUnwindSafe(answer_request(studio, request)).catch_unwind().await;
    answered.unwrap_or_else(|_| shown(Some(StudioResponse::Broken), false))
}

async fn answer_request(studio: Studio, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let changes = parts.method != Method::GET;
    let asked = RequestOrigin {
        host: text(header::HOST),
        origin: text(header::ORIGIN),
        site: text(HeaderName::from_static("sec-fetch-site")),
        changes,
        opens: text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate")
            && text(HeaderName::from_static("sec-fetch-dest")) == Some("document"),
    };
    let path = match studio.guard.check(parts.uri.path(), asked) {
        Ok(path) => path.to_owned(),
        Err(refused) => return turned_away(refused),
    };
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let value =
        |name: &str| query.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    let whose = value("as").unwrap_or_else(|| "first".to_owned());
    if parts.method == Method::POST && path == "do" {
        return do_it(&studio, &parts.headers, body).await;
    }
    if parts.method != Method::GET {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "the studio does not know this request");
    }
    match path.as_str() {
        "" => page(PAGE, "text/html; charset=utf-8"),
        "studio.css" => page(STYLE, "text/css; charset=utf-8"),
        "panels.css" => page(PANELS, "text/css; charset=utf-8"),
        "state" => shown(ask(&studio, StudioRequest::State { whose }).await, false),
        "mail" => {
            let light = value("light").unwrap_or_default();
            let pictures = value("pictures").as_deref() == Some("on");
            shown(ask(&studio, StudioRequest::Mail { whose, light }).await, pictures)
        }
        "picture" => {
            let id = value("id").unwrap_or_default();
            shown(ask(&studio, StudioRequest::Picture { id }).await, false)
        }
        // The page looks whether the studio is there.
        "ping" => plain(StatusCode::OK, "roundup"),
        "events" => events(studio.version.clone()),
        other => {
            match (SCRIPTS.iter().find(|(name, _)| *name == other), other.strip_prefix("part/")) {
                (Some((_, script)), _) => page(script, "text/javascript; charset=utf-8"),
                (None, Some(part)) => {
                    let part = part.to_owned();
                    shown(ask(&studio, StudioRequest::Part { whose, part }).await, false)
                }
                (None, None) => plain(StatusCode::NOT_FOUND, "there is no such page"),
            }
        }
    }
}

async fn do_it(studio: &Studio, headers: &HeaderMap, body: Body) -> Response {
    // A form of another page cannot send this type before the browser has checked with us.
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the studio accepts JSON only");
    }
    let reading = to_bytes(body, LONGEST_BODY_BYTES);
    let Ok(read) = tokio::time::timeout(BODY_PATIENCE, reading).await else {
        return plain(StatusCode::REQUEST_TIMEOUT, "the request did not come whole");
    };
    let Ok(bytes) = read else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "that is too long");
    };
    match serde_json::from_slice::<StudioAction>(&bytes) {
        Ok(wanted) => shown(ask(studio, StudioRequest::Do(wanted)).await, false),
        Err(error) => {
            plain(StatusCode::BAD_REQUEST, &format!("this request cannot be read: {error}"))
        }
    }
}

/// Passes an order on, and waits for its answer.
async fn ask(studio: &Studio, request: StudioRequest) -> Option<StudioResponse> {
    let (sender, receiver) = oneshot::channel();
    studio.calls.send(StudioCall { request, answer: sender }).await.ok()?;
    receiver.await.ok()
}

fn events(version: watch::Receiver<i64>) -> Response {
    // The first one comes at once: a page that was away learns what it has missed.
    let stream = stream::unfold((version, true), |(mut version, is_first)| async move {
        if !is_first {
            version.changed().await.ok()?;
        }
        let number = *version.borrow_and_update();
        let event = Event::default().event("version").data(number.to_string());
        Some((Ok::<_, Infallible>(event), (version, false)))
    });
    let sse = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    with_headers(sse.into_response(), None)
}

fn shown(answer: Option<StudioResponse>, pictures: bool) -> Response {
    match answer {
        Some(StudioResponse::Json(value)) => {
            let response = ([(header::CONTENT_TYPE, "application/json")], value.to_string());
            with_headers(response.into_response(), None)
        }
        Some(StudioResponse::Text(text)) => plain(StatusCode::OK, &text),
        Some(StudioResponse::Picture(bytes, kind)) => {
            with_headers(([(header::CONTENT_TYPE, kind)], bytes).into_response(), None)
        }
        Some(StudioResponse::Mail(html)) => {
            // No script, no form, no frame; pictures of the web only when somebody wants them.
            let from = if pictures { "https: http: data:" } else { "data:" };
            let policy = format!(
                "default-src 'none'; style-src 'unsafe-inline'; img-src {from}; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'self'; sandbox allow-same-origin"
            );
            let response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html);
            with_headers(response.into_response(), Some(&policy))
        }
        Some(StudioResponse::Refused { what, cure }) => {
            let value = serde_json::json!({"what": what, "cure": cure});
            refused(StatusCode::UNPROCESSABLE_ENTITY, &value)
        }
        Some(StudioResponse::Conflict { theirs }) => {
            let value = serde_json::json!({"conflict": {"theirs": theirs}});
            refused(StatusCode::CONFLICT, &value)
        }
        Some(StudioResponse::Broken) => {
            let value = serde_json::json!({
                "what": "roundup made a mistake, and this was not done",
                "cure": "try again; the terminal where roundup runs shows the details",
            });
            refused(StatusCode::INTERNAL_SERVER_ERROR, &value)
        }
        None => plain(StatusCode::SERVICE_UNAVAILABLE, "the studio is closing"),
    }
}

fn refused(status: StatusCode, value: &serde_json::Value) -> Response {
    let kind = (header::CONTENT_TYPE, "application/json");
    with_headers((status, [kind], value.to_string()).into_response(), None)
}

fn page(text: &'static str, kind: &'static str) -> Response {
    let response = ([(header::CONTENT_TYPE, kind)], text);
    with_headers(response.into_response(), Some(PAGE_POLICY))
}

fn plain(status: StatusCode, text: &str) -> Response {
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    with_headers((status, [kind], text.to_owned()).into_response(), None)
}

fn turned_away(refused: ForeignRequest) -> Response {
    plain(StatusCode::FORBIDDEN, refused.words())
}

/// Nothing is kept, framed, guessed or passed on to others.
fn with_headers(mut response: Response, policy: Option<&str>) -> Response {
    let policy = policy.unwrap_or("default-src 'none'; frame-ancestors 'none'; sandbox");
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_of_ours_is_answered_with_a_sentence() {
        let response = shown(Some(StudioResponse::Broken), false);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let response = shown(Some(StudioResponse::Conflict { theirs: None }), false);
        assert_eq!(response.status(), StatusCode::CONFLICT);
    }
}
