//! Finds out what only the world knows: whether links open, and what SpamAssassin thinks.
//! Shell: the network and one program of this computer.
//!
//! Each address is fetched once, with HEAD and then, where a server does not know that, with GET. A few at a time, and
//! never two of one host together: a check must not look like an attack. No request goes inside this machine or its
//! network, at any redirect.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Method, StatusCode};
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use url::Url;

use super::rules::link_results::{
    CHECKED_AGAIN_AFTER, LinkOutcome, LinkResult, LinkResults, PictureMeasure, reached_nobody,
    without_connection,
};
use super::rules::spam::SpamReport;
use crate::news::sources::fetch;
use crate::news::sources::fetch_error::FetchError;
use crate::news::sources::public::is_example;

/// No email has more links than this; the rest is not fetched.
pub const MOST_ADDRESSES: usize = 500;
const AT_A_TIME: usize = 8;
const MOST_REDIRECTS: usize = 5;
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// A picture's size stands at its beginning; its bytes are counted up to here.
const MOST_PICTURE_BYTES: usize = 8 * 1024 * 1024;
/// IANA keeps this name for examples, with an address (RFC 2606): where it cannot be looked up, no name can.
const ALWAYS_THERE: (&str, u16) = ("example.org", 443);
const LOOKED_UP_WITHIN: Duration = Duration::from_secs(5);
/// SpamAssassin takes two or three seconds; one that hangs is not waited for.
const SPAM_WITHIN: Duration = Duration::from_secs(30);

/// Fetches every address that no kept answer is good for.
pub async fn ask(
    addresses: &[String],
    kept: &LinkResults,
    allow_local: bool,
    now: DateTime<Utc>,
) -> LinkResults {
    let mut answers = LinkResults::new();
    let mut hosts: BTreeMap<String, Vec<Url>> = BTreeMap::new();
    for address in addresses.iter().take(MOST_ADDRESSES) {
        let Ok(url) = Url::parse(address) else { continue };
        // Another rule speaks of these; nobody is there to answer.
        if is_example(address) {
            continue;
        }
        match kept.get(address) {
            // A failure is fetched again: perhaps somebody has fixed it.
            Some(answer)
                if answer.outcome == LinkOutcome::Fine && now - answer.at < CHECKED_AGAIN_AFTER =>
            {
                answers.insert(address.clone(), answer.clone());
            }
            _ => {
                let host = url.host_str().unwrap_or_default().to_owned();
                hosts.entry(host).or_default().push(url);
            }
        }
    }
    let client = match fetch::client(allow_local, ANSWER_WITHIN) {
        Ok(client) => client,
        Err(error) => {
            let outcome = LinkOutcome::Unreachable(error.to_string());
            for url in hosts.into_values().flatten() {
                answers.insert(url.to_string(), plain(outcome.clone(), now));
            }
            return answers;
        }
    };
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut tasks = tokio::task::JoinSet::new();
    for urls in hosts.into_values() {
        let client = client.clone();
        let places = Arc::clone(&places);
        tasks.spawn(async move {
            let mut found = Vec::new();
            for url in urls {
                let _place = places.acquire().await;
                let answer = ask_one(&client, &url, allow_local, now).await;
                found.push((url, answer));
            }
            found
        });
    }
    let mut asked: BTreeMap<Url, LinkResult> = BTreeMap::new();
    while let Some(found) = tasks.join_next().await {
        asked.extend(found.into_iter().flatten());
    }
    let mut fresh = LinkResults::new();
    // By the address as the email has it, which may be written another way than the parsed one.
    for address in addresses {
        if let Some(answer) = Url::parse(address).ok().and_then(|url| asked.get(&url)) {
            fresh.insert(address.clone(), answer.clone());
        }
    }
    if reached_nobody(&fresh) && !is_connected().await {
        without_connection(&mut fresh);
    }
    answers.extend(fresh);
    answers
}

/// Whether names can be looked up at all. Used only when no server has answered.
async fn is_connected() -> bool {
    let looked_up = tokio::net::lookup_host(ALWAYS_THERE);
    let found = tokio::time::timeout(LOOKED_UP_WITHIN, looked_up).await;
    found.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()))
}

fn plain(outcome: LinkOutcome, at: DateTime<Utc>) -> LinkResult {
    LinkResult { at, outcome, moved_to: None, for_good: false, picture: None }
}

async fn ask_one(
    client: &reqwest::Client,
    url: &Url,
    allow_local: bool,
    now: DateTime<Utc>,
) -> LinkResult {
    let mut answer = plain(LinkOutcome::Fine, now);
    let mut here = url.clone();
    let mut for_good = true;
    for _ in 0..=MOST_REDIRECTS {
        let reply = match one_hop(client, &here, allow_local).await {
            Ok(reply) => reply,
            Err(outcome) => {
                answer.outcome = outcome;
                return answer;
            }
        };
        if let Some(next) = &reply.redirect {
            for_good &= reply.for_good;
            let Ok(next) = here.join(next) else {
                answer.outcome = LinkOutcome::Unreachable("it leads to no address".to_owned());
                return answer;
            };
            here = next;
            answer.moved_to = Some(here.to_string());
            answer.for_good = for_good;
            continue;
        }
        if !reply.status.is_success() {
            answer.outcome = LinkOutcome::Refused(reply.status.as_u16());
        }
        answer.picture = reply.picture;
        return answer;
    }
    answer.outcome = LinkOutcome::Unreachable("it leads on and on".to_owned());
    answer
}

struct Reply {
    status: StatusCode,
    redirect: Option<String>,
    for_good: bool,
    picture: Option<PictureMeasure>,
}

/// Fetches one address, without following where it leads.
async fn one_hop(
    client: &reqwest::Client,
    url: &Url,
    allow_local: bool,
) -> Result<Reply, LinkOutcome> {
    // A name is resolved here first: behind a proxy nobody else would see where it leads.
    fetch::allow(url, allow_local).await.map_err(|error| outcome_of(&error))?;
    let mut last = None;
    for method in [Method::HEAD, Method::GET] {
        let is_get = method == Method::GET;
        let sent = client.request(method, url.clone()).send().await;
        let mut reply = match sent {
            Ok(reply) => reply,
            // Some servers close the connection on HEAD.
            Err(_) if !is_get => continue,
            Err(error) => return Err(unreachable(&error)),
        };
        let header = |name: &str| {
            reply.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let status = reply.status();
        let redirect = header("location").filter(|_| status.is_redirection());
        let is_picture = header("content-type").is_some_and(|kind| kind.starts_with("image/"));
        let for_good =
            matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
        if redirect.is_none() && is_get && is_picture && status.is_success() {
            let picture = Some(measured(&mut reply).await?);
            return Ok(Reply { status, redirect, for_good, picture });
        }
        let done = redirect.is_some() || (status.is_success() && !is_picture);
        last = Some(Reply { status, redirect, for_good, picture: None });
        if done {
            break;
        }
    }
    last.ok_or_else(|| LinkOutcome::Unreachable("it does not answer".to_owned()))
}

/// How large a picture is, from its bytes.
async fn measured(reply: &mut reqwest::Response) -> Result<PictureMeasure, LinkOutcome> {
    let mut bytes = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(|error| unreachable(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_PICTURE_BYTES {
            break;
        }
    }
    let size = imagesize::blob_size(&bytes)
        .ok()
        .and_then(|size| Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?)));
    Ok(PictureMeasure { bytes: bytes.len() as u64, size })
}

fn outcome_of(error: &FetchError) -> LinkOutcome {
    match error {
        FetchError::Private(_) => LinkOutcome::Private,
        FetchError::NotWeb(_)
        | FetchError::Port { .. }
        | FetchError::Swells { .. }
        | FetchError::Status { .. }
        | FetchError::TooLarge { .. }
        | FetchError::NoTls { .. }
        | FetchError::Robots { .. } => LinkOutcome::Unreachable(error.to_string()),
        FetchError::Unreachable { what, .. } => outcome_of_cause(what),
    }
}

fn unreachable(error: &reqwest::Error) -> LinkOutcome {
    if error.is_timeout() {
        return LinkOutcome::Unreachable("it took too long".to_owned());
    }
    outcome_of_cause(&fetch::root_cause(error))
}

fn outcome_of_cause(cause: &str) -> LinkOutcome {
    if cause.contains("is inside this machine or its network") {
        return LinkOutcome::Private;
    }
    let lower = cause.to_lowercase();
    // What the C library says of a name that does not exist; "temporary failure" is another sentence.
    if [
        "name or service not known",
        "no address associated",
        "nodename nor servname",
        "no such host",
    ]
    .iter()
    .any(|words| lower.contains(words))
    {
        return LinkOutcome::NoSuchHost;
    }
    if lower.contains("temporary failure in name resolution") || lower.contains("try again") {
        return LinkOutcome::Unreachable("its name could not be looked up just now".to_owned());
    }
    LinkOutcome::Unreachable(cause.to_owned())
}

/// Lets SpamAssassin look at a message, only with its local tests. `None` where it is not installed.
pub async fn spam(message: &[u8]) -> Option<SpamReport> {
    let mut program = tokio::process::Command::new("spamassassin")
        .args(["--local", "--test-mode"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut input = program.stdin.take()?;
    let bytes = message.to_vec();
    // Written beside the reading: neither waits for the other with a full pipe.
    let writing = tokio::spawn(async move { input.write_all(&bytes).await });
    let output = tokio::time::timeout(SPAM_WITHIN, program.wait_with_output()).await.ok()?.ok()?;
    writing.abort();
    SpamReport::read(&String::from_utf8_lossy(&output.stdout))
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use chrono::TimeDelta;

    fn now() -> DateTime<Utc> {
        "2021-01-04T09:00:00Z".parse().unwrap()
    }

    async fn server() -> MockServer {
        let server = MockServer::start().await;
        let on = |at: &'static str, answer: ResponseTemplate| {
            Mock::given(path(at)).respond_with(answer).mount(&server)
        };
        on("/fine", ResponseTemplate::new(200)).await;
        on("/gone", ResponseTemplate::new(404)).await;
        on("/moved", ResponseTemplate::new(301).insert_header("location", "/fine")).await;
        on("/login", ResponseTemplate::new(302).insert_header("location", "/fine")).await;
        on("/ring", ResponseTemplate::new(302).insert_header("location", "/ring")).await;
        on("/inside", ResponseTemplate::new(302).insert_header("location", "file:///etc/passwd"))
            .await;
        Mock::given(method("HEAD"))
            .and(path("/no-head"))
            .respond_with(ResponseTemplate::new(405))
            .mount(&server)
            .await;
        Mock::given(method("GET"))
            .and(path("/no-head"))
            .respond_with(ResponseTemplate::new(200))
            .mount(&server)
            .await;
        // The beginning of a GIF of 1,300 x 2 pixels.
        let gif = [b"GIF89a".as_slice(), &[0x14, 0x05, 0x02, 0x00, 0, 0, 0]].concat();
        on("/wide.gif", ResponseTemplate::new(200).set_body_raw(gif, "image/gif")).await;
        server
    }

    #[tokio::test]
    async fn what_addresses_answer() {
        let server = server().await;
        let at = |path: &str| format!("{}{path}", server.uri());
        let paths =
            ["/fine", "/gone", "/moved", "/login", "/ring", "/inside", "/no-head", "/wide.gif"];
        let addresses: Vec<String> = paths.into_iter().map(at).collect();
        let answers = ask(&addresses, &LinkResults::new(), true, now()).await;
        assert_eq!(answers.len(), paths.len());
        let outcome = |path: &str| answers[&at(path)].outcome.clone();
        assert_eq!(outcome("/fine"), LinkOutcome::Fine);
        assert_eq!(outcome("/gone"), LinkOutcome::Refused(404));
        assert_eq!(outcome("/no-head"), LinkOutcome::Fine);
        assert_eq!(outcome("/ring"), LinkOutcome::Unreachable("it leads on and on".to_owned()));
        assert!(matches!(outcome("/inside"), LinkOutcome::Unreachable(_)));
        let moved = &answers[&at("/moved")];
        assert_eq!((moved.moved_to.as_deref(), moved.for_good), (Some(at("/fine").as_str()), true));
        assert!(!answers[&at("/login")].for_good);
        assert_eq!(
            answers[&at("/wide.gif")].picture,
            Some(PictureMeasure { bytes: 13, size: Some((1300, 2)) })
        );
    }

    #[tokio::test]
    async fn a_fine_answer_is_kept_for_an_hour_and_another_is_not() {
        let server = server().await;
        let address = format!("{}/fine", server.uri());
        let first = ask(std::slice::from_ref(&address), &LinkResults::new(), true, now()).await;
        let asked = server.received_requests().await.unwrap().len();
        let later = now() + TimeDelta::minutes(59);
        let second = ask(std::slice::from_ref(&address), &first, true, later).await;
        assert_eq!(second[&address].at, now());
        assert_eq!(server.received_requests().await.unwrap().len(), asked);
        let third = ask(&[address], &second, true, now() + TimeDelta::hours(2)).await;
        assert_eq!(third.len(), 1);
        assert!(server.received_requests().await.unwrap().len() > asked);
    }

    #[tokio::test]
    async fn nothing_inside_is_asked() {
        let server = server().await;
        let by_name = server.uri().replace("127.0.0.1", "localhost");
        let addresses = [format!("{}/fine", server.uri()), format!("{by_name}/fine")];
        let answers = ask(&addresses, &LinkResults::new(), false, now()).await;
        for address in &addresses {
            assert_eq!(answers[address].outcome, LinkOutcome::Private, "{address}");
        }
        assert!(server.received_requests().await.unwrap().is_empty());
    }
}
