//! The public address over a real connection, with a clock of the test's own.
//! Shell: the network of this computer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::ledger::joining::{ConfirmStep, JoinStep};
use crate::rfc::address::EmailAddress;

/// Milliseconds since 1970; each test that moves it has a process-wide clock to itself by reading before and after.
static NOW: AtomicI64 = AtomicI64::new(1_800_000_000_000);

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(NOW.load(Ordering::SeqCst)).unwrap()
}

fn later(seconds: i64) {
    NOW.fetch_add(seconds * 1000, Ordering::SeqCst);
}

/// Where everybody stands, kept in memory and never away.
#[derive(Default)]
struct People {
    left: BTreeMap<String, Option<String>>,
    changes: usize,
    is_away: bool,
    frequency: Option<Frequency>,
    /// Whoever signed up, and with which name.
    requests: Vec<(String, String)>,
    confirmed: usize,
    /// What the ledger says of every request and confirmation.
    says: Option<(JoinStep, ConfirmStep)>,
}

impl People {
    fn join(&mut self, call: JoinCall) {
        let (step, confirm) = self.says.unwrap_or((JoinStep::Confirm, ConfirmStep::Join));
        let is_there = !self.is_away;
        match call {
            JoinCall::Request { address, first_name, answer } => {
                if is_there {
                    self.requests.push((address.to_string(), first_name));
                }
                let _ = answer.send(is_there.then_some(step));
            }
            JoinCall::Look { answer, .. } => drop(answer.send(is_there.then_some(confirm))),
            JoinCall::Confirm { answer, .. } => {
                self.confirmed += usize::from(is_there);
                let _ = answer.send(is_there.then_some(confirm));
            }
        }
    }
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
            archive: None,
            joining: Some(JoinForm { wording: "Yes, please.".to_owned(), asks_first_name: true }),
            hooks: Vec::new(),
            clock,
        };
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = open(local, setting).await.unwrap();
        let (address, mut calls) = (server.address, server.calls);
        let closing = server.closing;
        let people = Arc::new(Mutex::new(People::default()));
        let kept = Arc::clone(&people);
        tokio::spawn(async move {
            while let Some(call) = calls.recv().await {
                let mut people = kept.lock().unwrap();
                let Change { person, wanted, answer } = match call {
                    PublicCall::Change(change) => change,
                    PublicCall::Joining(call) => {
                        people.join(call);
                        continue;
                    }
                };
                let before = people.left.contains_key(&person);
                match wanted {
                    Intent::Leave { reason, .. } if !before && !people.is_away => {
                        people.left.insert(person.clone(), reason);
                        people.changes += 1;
                    }
                    Intent::Stay if before && !people.is_away => {
                        people.left.remove(&person);
                        people.changes += 1;
                    }
                    Intent::Choose(frequency) if !people.is_away => {
                        people.frequency = Some(frequency);
                    }
                    Intent::Look
                    | Intent::Probe
                    | Intent::Events { .. }
                    | Intent::Leave { .. }
                    | Intent::Stay
                    | Intent::Choose(_) => {}
                }
                let now = if people.left.contains_key(&person) {
                    Standpoint::LeftLately
                } else {
                    people.frequency.map_or(Standpoint::Mailed, Standpoint::MailedAs)
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
    // A page of another day leads to a new question.
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

const TYPED: &str = "email=ann%40example.org&first_name=Ann&website=&nonce=";

#[tokio::test]
async fn whoever_signs_up_gets_the_same_answer() {
    let site = Site::open().await;
    let page = site.ask("GET /news/join", "", "").await;
    assert_eq!(page.code, 200);
    assert!(page.body.contains("action=\"/news/join\"") && page.body.contains("Yes, please."));
    let body = format!("{TYPED}{}", nonce_of(&page.body));
    later(2);
    let mut answers = Vec::new();
    for step in [
        JoinStep::Confirm,
        JoinStep::Nothing,
        JoinStep::SayAlready,
        JoinStep::Remind { of: clock() },
    ] {
        site.people.lock().unwrap().says = Some((step, ConfirmStep::Join));
        let answer = site.ask("POST /join", FORM, &body).await;
        answers.push((answer.code, answer.head, answer.body));
    }
    answers.dedup_by_key(|(code, head, body)| {
        let head: Vec<_> = head.lines().filter(|line| !line.starts_with("date")).collect();
        (*code, head.join("\n"), body.clone())
    });
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].0, 200);
    assert!(!answers[0].2.contains("ann@"));
    let asked = ("ann@example.org".to_owned(), "Ann".to_owned());
    assert_eq!(site.people.lock().unwrap().requests, vec![asked; 4]);
    site.people.lock().unwrap().says = Some((JoinStep::Busy, ConfirmStep::Join));
    let busy = site.ask("POST /join", FORM, &body).await;
    assert!(busy.code == 503 && busy.head.contains("retry-after: 3600"));
    site.people.lock().unwrap().is_away = true;
    let away = site.ask("POST /join", FORM, &body).await;
    assert!(away.code == 503 && away.head.contains("retry-after"));
}

#[tokio::test]
async fn a_form_that_no_person_sent_keeps_nothing() {
    let site = Site::open().await;
    let page = site.ask("GET /join", "", "").await;
    let nonce = nonce_of(&page.body);
    later(2);
    let long = "a".repeat(5000);
    for (what, body, code) in [
        (
            "the hidden field is filled",
            format!("{}{nonce}", TYPED.replace("website=", "website=x")),
            200,
        ),
        ("no word of the page", TYPED.to_owned(), 200),
        ("another page's word", format!("{TYPED}{}", &nonce[1..]), 200),
        ("not an address", format!("email=ann&nonce={nonce}"), 422),
        ("two addresses", format!("email=a%40e.org%2Cb%40e.org&nonce={nonce}"), 422),
        ("a line break", format!("email=a%40e.org%0d%0aBcc:b%40e.org&nonce={nonce}"), 422),
        ("a slip", format!("email=ann%40gmial.com&nonce={nonce}"), 422),
        ("nobody's", format!("email=Abuse%40example.org&nonce={nonce}"), 422),
        ("no address", format!("nonce={nonce}"), 422),
        ("too long", format!("{TYPED}{nonce}&x={long}"), 413),
    ] {
        let answer = site.ask("POST /join", FORM, &body).await;
        assert_eq!(answer.code, code, "{what}");
    }
    let fresh = site.ask("GET /join", "", "").await;
    let early = format!("{TYPED}{}", nonce_of(&fresh.body));
    let again = site.ask("POST /join", FORM, &early).await;
    assert!(again.code == 200 && again.body.contains("value=\"ann@example.org\""));
    later(86_400);
    assert_eq!(site.ask("POST /join", FORM, &early).await.code, 200);
    assert!(site.people.lock().unwrap().requests.is_empty());
    // Thirty an hour from a network; whoever comes after them gets the same answer.
    let page = site.ask("GET /join", "", "").await;
    let body = format!("{TYPED}{}", nonce_of(&page.body));
    later(2);
    for number in 0..40 {
        let from = format!("{FORM}X-Forwarded-For: 198.51.100.{number}\r\n");
        assert_eq!(site.ask("POST /join", &from, &body).await.code, 200);
    }
    assert_eq!(site.people.lock().unwrap().requests.len(), 30);
}

#[tokio::test]
async fn a_confirmation_needs_its_button_and_a_link_that_still_counts() {
    let site = Site::open().await;
    let keys = Keys::new(b"a secret of the tests");
    let token = keys.confirmation_token(&site.person, clock());
    let (get, post) = (format!("GET /c/{token}"), format!("POST /news/c/{token}"));
    let page = site.ask(&get, "", "").await;
    assert!(page.code == 200 && page.body.contains("<button>"));
    let nonce = format!("nonce={}", nonce_of(&page.body));
    // Looking, and a program that sends the page's form at once, change nothing.
    assert_eq!(site.ask(&format!("HEAD /c/{token}"), "", "").await.code, 200);
    assert!(site.ask(&post, FORM, &nonce).await.body.contains("<button>"));
    let origin = format!("{FORM}Origin: https://elsewhere.example\r\n");
    assert_eq!(site.ask(&post, &origin, &nonce).await.code, 403);
    assert_eq!(site.people.lock().unwrap().confirmed, 0);
    later(2);
    let done = site.ask(&post, FORM, &nonce).await;
    assert!(done.code == 200 && !done.body.contains("<button"));
    assert_eq!(site.people.lock().unwrap().confirmed, 1);
    for (step, code) in
        [(ConfirmStep::Already, 200), (ConfirmStep::TooLate, 410), (ConfirmStep::Void, 410)]
    {
        site.people.lock().unwrap().says = Some((JoinStep::Confirm, step));
        for (start, body) in [(&get, ""), (&post, nonce.as_str())] {
            let answer = site.ask(start, FORM, body).await;
            assert_eq!(answer.code, code, "{step:?}");
            assert!(!answer.body.contains("<button") && !answer.body.contains("ann"));
        }
    }
    // The token of another purpose is a wrong one, in both directions.
    assert_eq!(site.ask("POST /c/TOKEN", "", "").await.code, 404);
    assert_eq!(site.ask(&format!("POST /u/{token}"), "", "").await.code, 404);
    site.people.lock().unwrap().is_away = true;
    assert_eq!(site.ask(&get, "", "").await.code, 503);
    assert_eq!(site.ask(&post, FORM, &nonce).await.code, 503);
}

#[tokio::test]
async fn a_person_chooses_how_often_and_a_scanner_does_not() {
    let site = Site::open().await;
    site.people.lock().unwrap().frequency = Some(Frequency::Every);
    let page = site.ask("GET /u/TOKEN", "", "").await;
    assert!(page.body.contains("value=\"year\"") && page.body.contains("/often\""));
    let nonce = nonce_of(&page.body);
    let chosen = || site.people.lock().unwrap().frequency;
    let year = format!("frequency=year&nonce={nonce}");
    assert_eq!(site.ask("POST /u/TOKEN/often", FORM, &year).await.code, 200);
    assert_eq!(chosen(), Some(Frequency::Every));
    later(2);
    let other = format!("{FORM}Origin: https://elsewhere.example\r\n");
    assert_eq!(site.ask("POST /u/TOKEN/often", &other, &year).await.code, 403);
    let wrong = format!("frequency=never&nonce={nonce}");
    assert_eq!(site.ask("POST /u/TOKEN/often", FORM, &wrong).await.code, 400);
    assert_eq!(chosen(), Some(Frequency::Every));
    let done = site.ask("POST /news/u/TOKEN/often", FORM, &year).await;
    assert!(done.code == 303 && !done.head.contains("?done"));
    assert_eq!(chosen(), Some(Frequency::Year));
    assert!(!site.has_left());
    let page = site.ask("GET /u/TOKEN", "", "").await;
    assert!(page.body.contains("value=\"every\""));
    site.people.lock().unwrap().is_away = true;
    assert_eq!(site.ask("POST /u/TOKEN/often", FORM, &year).await.code, 503);
}
