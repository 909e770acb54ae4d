//! Tries the unsubscribe links as a mail provider and a reader do, with an invented person (RFC 8058).
//! Shell: the network.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use thiserror::Error;

use crate::news::sources::fetch::{client, root_cause};

/// Mail providers wait some ten seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Our own page has some 4 KB.
const LONGEST_PAGE_BYTES: usize = 64 * 1024;
/// More than `roundup serve` accepts: that it refuses this shows that bodies arrive.
const TOO_LONG_BODY_BYTES: usize = 8 * 1024;

/// What does not work about the links.
#[derive(Debug, Error)]
pub enum LinkFault {
    #[error("{url} cannot be reached: {what}")]
    Unreachable { url: String, what: String },
    #[error("the page of an unsubscribe link under {url} answers {status} instead of 200")]
    Page { url: String, status: u16 },
    #[error("another page is shown under {url} than that of `roundup serve`")]
    OtherPage { url: String },
    #[error("one-click unsubscribing under {url} answers {status} instead of 200")]
    OneClick { url: String, status: u16 },
    #[error("a wrong unsubscribe link under {url} is answered {status} instead of 404")]
    Path { url: String, status: u16 },
    #[error(
        "the bodies of requests to {url} do not arrive: the answer was {status} instead of 413"
    )]
    Body { url: String, status: u16 },
    #[error("a drop box answers under {url}, and nobody reads it")]
    UnreadDropBox { url: String },
}

impl LinkFault {
    /// What to do about it.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => {
                "check the name, its certificate and that the web server is running"
            }
            Self::Page { .. } | Self::OtherPage { .. } => {
                "start `roundup serve`, and let the web server pass requests on to it"
            }
            Self::OneClick { .. } => {
                "let the web server pass POST requests on as they are, without a redirect or a login"
            }
            Self::Path { .. } => "let the web server pass the whole path on",
            Self::UnreadDropBox { .. } => {
                "add its address with `/drop` at the end to roundup.toml: drop = \"https://charity.example/news/drop\" \
                 under [leaving]"
            }
            Self::Body { .. } => "let the web server pass the body of a POST on",
        }
    }
}

/// Tries the links under a public address. `token` is the invented person's, `wrong` is a token of nobody. What a drop box
/// keeps helps nobody unless it is read.
///
/// # Errors
/// With the first thing that does not work.
pub async fn try_links(
    public_url: &str,
    token: &str,
    wrong: &str,
    reads_drop_box: bool,
) -> Result<(), LinkFault> {
    let unreachable = |what| LinkFault::Unreachable { url: public_url.to_owned(), what };
    let client = client(true, ANSWER_WITHIN).map_err(|error| unreachable(root_cause(&error)))?;
    let request = |method, token: &str, body: &str| {
        let url = format!("{public_url}/unsubscribe/{token}");
        ask(&client, method, url, body.to_owned())
    };
    let url = public_url.to_owned();
    let LinkAnswer { status, page, is_drop_box } =
        request(Method::GET, token, "").await.map_err(unreachable)?;
    if status != StatusCode::OK {
        return Err(LinkFault::Page { url, status: status.as_u16() });
    }
    if is_drop_box && !reads_drop_box {
        return Err(LinkFault::UnreadDropBox { url });
    }
    if !page.contains(&format!("/u/{token}/")) {
        return Err(LinkFault::OtherPage { url });
    }
    let click = "List-Unsubscribe=One-Click";
    let LinkAnswer { status, .. } =
        request(Method::POST, token, click).await.map_err(unreachable)?;
    if status != StatusCode::OK {
        return Err(LinkFault::OneClick { url, status: status.as_u16() });
    }
    let LinkAnswer { status, .. } =
        request(Method::POST, wrong, click).await.map_err(unreachable)?;
    // Somebody at this address may have tried too many wrong ones: that answer is our server's too.
    if status != StatusCode::NOT_FOUND && status != StatusCode::TOO_MANY_REQUESTS {
        return Err(LinkFault::Path { url, status: status.as_u16() });
    }
    let long = "x".repeat(TOO_LONG_BODY_BYTES);
    let LinkAnswer { status, .. } =
        request(Method::POST, token, &long).await.map_err(unreachable)?;
    if status != StatusCode::PAYLOAD_TOO_LARGE {
        return Err(LinkFault::Body { url, status: status.as_u16() });
    }
    Ok(())
}

/// An answer, or its beginning.
struct LinkAnswer {
    status: StatusCode,
    page: String,
    is_drop_box: bool,
}

/// The answer, or why there is none.
async fn ask(
    client: &Client,
    method: Method,
    url: String,
    body: String,
) -> Result<LinkAnswer, String> {
    let mut request = client.request(method.clone(), url);
    if method == Method::POST {
        request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    }
    let mut response = request.send().await.map_err(|error| root_cause(&error.without_url()))?;
    let mut bytes = Vec::new();
    while bytes.len() < LONGEST_PAGE_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(root_cause(&error.without_url())),
        }
    }
    let is_drop_box = response.headers().get("x-roundup").is_some_and(|value| value == "drop-box");
    let page = String::from_utf8_lossy(&bytes).into_owned();
    Ok(LinkAnswer { status: response.status(), page, is_drop_box })
}
