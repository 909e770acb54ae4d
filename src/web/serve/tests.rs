//! The public address over a real connection, with a clock of the test's own.
//! Shell: the network of this computer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::rfc::address::EmailAddress;

/// Milliseconds since 1970; each test that moves it has a process-wide clock to itself by reading before and after.
static NOW: AtomicI64 = AtomicI64::new(1_800_000_000_000);

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(NOW.load(Ordering::SeqCst)).unwrap()
}

fn later(seconds: i64) {
    NOW.fetch_add(seconds * 1000, Ordering::SeqCst);
}

/// Where everybody stands, kept by a desk that is never away.
#[derive(Default)]
struct People {
    left: BTreeMap<String, Option<String>>,
    changes: usize,
    is_away: bool,
}

struct Site {
    /// The server lives as long as this.
    _closing: watch::Sender<bool>,
    address: SocketAddr,
    people: Arc<Mutex<People>>,
    token: String,
    person: String,
}

struct Answer {
    code: u16,
    head: String,
    body: String,
}

impl Site {
    async fn open() -> Self {
        let keys = Keys::new(b"a secret of the tests");
        let ann = EmailAddress::parse("ann@example.org").unwrap();
        let (token, person) = (keys.unsubscribe_token(&ann), keys.address_hash(&ann));
        let setting = Setting {
            keys,
            public_url: url::Url::parse("https://charity.example/news").unwrap(),
            trusted_proxies: Settings::default().trusted_proxies,
            text: PageText::new("en", "Example News"),
            clock,
        };
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = open(local, setting).await.unwrap();
        let (address, mut changes) = (server.address, server.changes);
        let closing = server.closing;
        let people = Arc::new(Mutex::new(People::default()));
        let kept = Arc::clone(&people);
        tokio::spawn(async move {
            while let Some(Change { person, wanted, answer }) = changes.recv().await {
                let mut people = kept.lock().unwrap();
                let before = people.left.contains_key(&person);
                match wanted {
                    Wanted::Leave { reason, .. } if !before && !people.is_away => {
                        people.left.insert(person.clone(), reason);
                        people.changes += 1;
                    }
                    Wanted::Stay if before && !people.is_away => {
                        people.left.remove(&person);
                        people.changes += 1;
                    }
                    Wanted::Look | Wanted::Probe | Wanted::Leave { .. } | Wanted::Stay => {}
                }
                let now = if people.left.contains_key(&person) {
                    Standpoint::LeftLately
                } else {
                    Standpoint::Mailed
                };
                let _ = answer.send((!people.is_away).then_some(now));
            }
        });
        Self { address, people, token, person, _closing: closing }
    }

    /// Sends a request as it stands, with `Host` and `Connection: close`.
    async fn ask(&self, start: &str, fields: &str, body: &str) -> Answer {
        let start = start.replace("TOKEN", &self.token);
        let host = if fields.contains("Host:") { "" } else { "Host: charity.example\r\n" };
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let request =
            format!("{start} HTTP/1.1\r\n{host}{fields}{length}Connection: close\r\n\r\n{body}");
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A server that refuses a long request may reset the connection behind its answer.
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let code = head.get(9..12).and_then(|code| code.parse().ok()).unwrap_or_default();
        Answer { code, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn changes(&self) -> usize {
        self.people.lock().unwrap().changes
    }

    fn has_left(&self) -> bool {
        self.people.lock().unwrap().left.contains_key(&self.person)
    }
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

fn nonce_of(page: &str) -> String {
    page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn one_click_takes_the_token_for_proof_and_needs_nothing_else() {
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    for (fields, body) in [
        (FORM, "List-Unsubscribe=One-Click"),
        ("Content-Type: multipart/form-data; boundary=b\r\n", multipart),
        ("", ""),
        ("Content-Type: text/plain\r\n", "x"),
        ("Content-Type: application/json\r\n", "{\"a\":1}"),
        ("Origin: https://mail.example\r\n", "List-Unsubscribe=One-Click"),
        ("Host: 10.0.0.1:99\r\n", "List-Unsubscribe=One-Click"),
        ("X-Forwarded-Proto: http\r\n", "List-Unsubscribe=One-Click"),
    ] {
        let site = Site::open().await;
        let answer = site.ask("POST /news/u/TOKEN", fields, body).await;
        assert_eq!(answer.code, 200, "{fields}{body}");
        assert!(!answer.head.contains("set-cookie") && !answer.head.contains("location"));
        assert_eq!(answer.body.trim(), "You have left Example News");
        assert!(site.has_left());
        // Again and again changes nothing more.
        for _ in 0..3 {
            assert_eq!(site.ask("POST /u/TOKEN", fields, body).await.code, 200);
        }
        assert_eq!(site.changes(), 1);
    }
}

#[tokio::test]
async fn only_the_right_posts_change_anything() {
    let site = Site::open().await;
    let long = "x".repeat(10_000);
    for (start, fields, body, code) in [
        ("GET /news/u/TOKEN", "", "", 200),
        ("HEAD /news/u/TOKEN", "", "", 200),
        ("GET /news/u/TOKEN?confirm=1", "", "", 200),
        ("GET /news/u/TOKEN?confirm=true&_method=POST", "", "", 200),
        ("GET /news/u/TOKEN", "Purpose: prefetch\r\n", "", 200),
        ("GET /news/u/TOKEN", "X-HTTP-Method-Override: POST\r\n", "", 200),
        ("OPTIONS /news/u/TOKEN", "", "", 204),
        ("PUT /news/u/TOKEN", "", "x", 405),
        ("DELETE /news/u/TOKEN", "", "", 405),
        ("PROPFIND /news/u/TOKEN", "", "", 405),
        ("POST /news/u/TOKENx", "", "", 404),
        ("POST /news/u/1.AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB", "", "", 404),
        ("POST /news/u/", "", "", 404),
        ("GET /u/..%2f", "", "", 404),
        ("GET /u/%00", "", "", 400),
        ("POST /news/u/TOKEN", FORM, &long, 413),
        ("POST /news/u/TOKEN/leave", FORM, "nonce=0", 200),
        ("POST /news/u/TOKEN/leave", FORM, "", 200),
        ("POST /news/u/TOKEN/stay", FORM, "nonce=0", 200),
        ("POST /news/u/TOKEN/leave", "Origin: https://evil.example\r\n", "nonce=0", 403),
        ("GET /news/u/TOKEN", "Host: evil.example\r\n", "", 421),
        ("GET /news/healthz", "", "", 200),
        ("GET /health", "", "", 200),
        ("GET /news/u/TOKEN", "X-Forwarded-Proto: http\r\n", "", 308),
    ] {
        let answer = site.ask(start, fields, body).await;
        assert_eq!(answer.code, code, "{start} {fields}");
        assert!(!site.has_left(), "{start} {fields}");
        if code != 0 && !answer.head.is_empty() {
            for field in
                ["cache-control: no-store", "referrer-policy: no-referrer", "x-robots-tag: noindex"]
            {
                assert!(answer.head.contains(field), "{start}: {field} in {}", answer.head);
            }
            assert!(!answer.head.contains("set-cookie"));
        }
        if start.starts_with("HEAD") {
            assert_eq!(answer.body, "");
        }
    }
    assert_eq!(site.changes(), 0);
    let long = format!("GET /u/{}", "a".repeat(9000));
    assert_eq!(site.ask(&long, "", "").await.code, 414);
    let redirect = site.ask("GET /news/u/TOKEN", "X-Forwarded-Proto: http\r\n", "").await;
    assert!(redirect.head.contains("location: https://charity.example/news/u/1."));
}

#[tokio::test]
async fn a_person_leaves_and_stays_by_the_page_and_a_scanner_does_not() {
    let site = Site::open().await;
    let page = site.ask("GET /news/u/TOKEN", "", "").await.body;
    assert!(page.contains("Stop all emails") && !page.contains("ann"));
    assert!(page.contains("action=\"/news/u/1."));
    let nonce = nonce_of(&page);
    let form = format!("nonce={nonce}&reason=too_many");
    // Within a second: the page again.
    let early = site.ask("POST /news/u/TOKEN/leave", FORM, &form).await;
    assert_eq!(early.code, 200);
    assert!(early.body.contains("Stop all emails") && !site.has_left());
    later(2);
    let own = format!("{FORM}Origin: https://charity.example\r\n");
    let left = site.ask("POST /news/u/TOKEN/leave", &own, &form).await;
    assert_eq!(left.code, 303);
    assert!(left.head.contains("location: /news/u/1.") && left.head.contains("?done"));
    assert!(site.has_left());
    assert_eq!(site.people.lock().unwrap().left[&site.person].as_deref(), Some("too_many"));
    // Reloaded, and pressed again: one change.
    site.ask("POST /news/u/TOKEN/leave", FORM, &form).await;
    assert_eq!(site.changes(), 1);
    let done = site.ask("GET /news/u/TOKEN?done", "", "").await.body;
    assert!(done.contains("You have left Example News") && done.contains("Stay after all"));
    let stay = format!("nonce={}", nonce_of(&done));
    later(2);
    assert_eq!(site.ask("POST /news/u/TOKEN/stay", FORM, &stay).await.code, 303);
    assert!(!site.has_left());
    assert!(site.ask("GET /news/u/TOKEN?done", "", "").await.body.contains("still on the list"));
    // A page of another day asks once more.
    later(3600 * 25);
    assert_eq!(site.ask("POST /news/u/TOKEN/leave", FORM, &form).await.code, 200);
    assert!(!site.has_left());
}

#[tokio::test]
async fn a_guesser_is_slowed_down_and_a_right_token_is_never_refused() {
    let site = Site::open().await;
    let mut codes = BTreeMap::new();
    for n in 0..110 {
        let start = format!("POST /u/1.AAAAAAAAAAAAAAAA.{n:022}");
        *codes.entry(site.ask(&start, "", "").await.code).or_insert(0) += 1;
    }
    assert_eq!(codes, BTreeMap::from([(404, 100), (429, 10)]));
    assert_eq!(site.ask("POST /u/TOKEN", "", "").await.code, 200);
    // An address that nobody trusts cannot speak for others; one behind a trusted proxy is counted by itself.
    let other = "X-Forwarded-For: 192.0.2.7\r\n";
    let wrong = "POST /u/1.AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB";
    assert_eq!(site.ask(wrong, other, "").await.code, 404);
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_answered_with_200() {
    let site = Site::open().await;
    site.people.lock().unwrap().is_away = true;
    for start in ["POST /u/TOKEN", "GET /u/TOKEN", "GET /healthz"] {
        let answer = site.ask(start, "", "").await;
        assert_eq!(answer.code, 503, "{start}");
        assert!(answer.head.contains("retry-after: 300"));
    }
    assert!(!site.has_left());
}

#[tokio::test]
async fn all_wrong_tokens_get_the_same_bytes() {
    let site = Site::open().await;
    let mut answers = Vec::new();
    for token in ["x", "1.AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB", "2.a.b", "TOKENa"] {
        let answer = site.ask(&format!("GET /u/{token}"), "", "").await;
        assert_eq!(answer.code, 404);
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|body| *body == answers[0]));
}

#[tokio::test]
async fn links_that_are_tried_work_and_leave_nothing_behind() {
    let site = Site::open().await;
    let keys = Keys::new(b"a secret of the tests");
    let url = format!("http://{}", site.address);
    let token = keys.invented_token();
    crate::doctor::links::try_links(&url, &token, &format!("{token}x"), false).await.unwrap();
    assert_eq!(site.changes(), 0);
    // Another newsletter's server knows nobody of ours.
    let other = Keys::new(b"another secret").invented_token();
    let fault = crate::doctor::links::try_links(&url, &other, "x", false).await.unwrap_err();
    assert!(fault.to_string().contains("answers 404 instead of 200"), "{fault}");
    assert!(!fault.to_string().contains(&other) && !fault.cure().is_empty());
    site.people.lock().unwrap().is_away = true;
    let fault = crate::doctor::links::try_links(&url, &token, "x", false).await.unwrap_err();
    assert!(fault.to_string().contains("503"), "{fault}");
}
