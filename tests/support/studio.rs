//! The studio of a charity, and other pages, in a real Chromium.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use super::support::{CHROMIUM, Charity, needed};

/// Nothing on this computer takes so long; what does is broken.
const PATIENCE: Duration = Duration::from_secs(20);
/// Quicker than a hand, and slow enough for the page to see it.
pub const MOUSE_STEP: Duration = Duration::from_millis(20);

/// A studio that serves a charity.
pub struct Studio {
    process: Child,
    pub address: String,
}

impl Studio {
    pub fn of(charity: &Charity, edition: &str) -> Self {
        let mut process = charity.start(&format!("preview {edition} --port 0"));
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        Self { process, address }
    }

    pub fn port(&self) -> u16 {
        self.address.split([':', '/']).nth(4).unwrap().parse().unwrap()
    }

    /// Ends it as a crash would.
    pub fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Holds it, as Ctrl-Z does, or lets it go on.
    pub fn hold(&self, is_held: bool) {
        super::support::signal(&self.process, if is_held { "STOP" } else { "CONT" });
    }

    /// A request of the studio's own page that changes something: the status, and what was answered.
    pub fn post(&self, body: &Value) -> (u16, Value) {
        let (port, path, body) = (self.port(), self.path(), body.to_string());
        let answer = self.raw(&format!(
            "POST {path}do HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// The state that the page gets.
    pub fn state(&self) -> Value {
        let (port, path) = (self.port(), self.path());
        let answer = self.raw(&format!(
            "GET {path}state HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        ));
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Listens from now on to what the studio says when there is something to show. The first event says what is there.
    pub fn events(&self) -> Events {
        let (port, path) = (self.port(), self.path());
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path}events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
        let mut events = Events(BufReader::new(stream).lines());
        events.next();
        events
    }

    /// The path behind the port: the token, between slashes.
    pub fn path(&self) -> String {
        format!("/{}", self.address.splitn(4, '/').nth(3).unwrap())
    }

    /// One request as it stands, and the whole answer.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A server that closes early has said what it had to say.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a studio says to a page that listens.
pub struct Events(std::io::Lines<BufReader<TcpStream>>);

impl Events {
    /// Waits for the next event. A server that only says that it is there says nothing.
    pub fn next(&mut self) {
        let begin = Instant::now();
        while self.0.next().expect("the studio is there").expect("an event comes")
            != "event: version"
        {
            assert!(begin.elapsed() < PATIENCE, "no event comes");
        }
    }
}

/// Chromium, driven as a person would; `None`, with a word about it, where it is not installed.
pub struct Browser {
    driver: Child,
    pub client: Client,
    profile: tempfile::TempDir,
}

/// How a browser looks at pages.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Below 500 pixels it is a phone.
    pub width: u32,
    pub is_dark: bool,
    /// A name that is at a port of this computer, whatever its certificate.
    pub host: Option<(&'static str, u16)>,
}

impl Browser {
    pub async fn open(dark: bool) -> Option<Self> {
        Self::open_as(View { width: 1440, is_dark: dark, host: None }).await
    }

    pub async fn open_as(view: View) -> Option<Self> {
        let (chromium, driver) = (needed("chromium")?, needed("chromedriver")?);
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says its port");
        // It goes on talking, and must be heard.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = CHROMIUM.map(str::to_owned).into();
        arguments.push("--headless=new".to_owned());
        arguments.push(format!("--window-size={},1000", view.width));
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        if view.is_dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        if let Some((host, port)) = view.host {
            arguments.push(format!("--host-resolver-rules=MAP {host}:443 127.0.0.1:{port}"));
            arguments.push("--ignore-certificate-errors".to_owned());
        }
        let mut options = json!({"args": arguments, "binary": chromium});
        if view.width < 500 {
            let metrics = json!({"width": view.width, "height": 720, "pixelRatio": 2.0});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        let wanted = json!({"browserName": "chrome", "goog:chromeOptions": options});
        let Value::Object(wanted) = wanted else { unreachable!() };
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Some(Self { driver, client, profile })
    }

    /// Runs a script with arguments.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute(script, arguments)
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script gives something true, and gives it.
    pub async fn until(&self, script: &str) -> Value {
        let begin = Instant::now();
        loop {
            let value = self.script(script, Vec::new()).await;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            assert!(begin.elapsed() < PATIENCE, "never true: {script}");
        }
    }

    /// An element, once it is there.
    async fn found(&self, selector: &str) -> Element {
        let begin = Instant::now();
        loop {
            match self.client.find(Locator::Css(selector)).await {
                Ok(found) => return found,
                Err(error) if error.is_no_such_element() => {}
                Err(error) => panic!("{selector}: {error}"),
            }
            assert!(begin.elapsed() < PATIENCE, "never there: {selector}");
        }
    }

    /// Finds an element and clicks it. One that the page replaced in between is found again.
    pub async fn click(&self, selector: &str) {
        let begin = Instant::now();
        loop {
            match self.found(selector).await.click().await {
                Ok(()) => return,
                Err(error) if error.is_stale_element_reference() => {}
                Err(error) => panic!("{selector}: {error}"),
            }
            assert!(begin.elapsed() < PATIENCE, "{selector}: replaced again and again");
        }
    }

    /// Drags with the mouse: from the middle of one element to a part of the height of another.
    pub async fn mouse_drag(&self, from: &str, to: &str, part: f64) {
        const AT: &str = "const [from, to, part] = arguments; document.querySelector(from).scrollIntoView({ block: 'nearest' }); const box = (what) => document.querySelector(what).getBoundingClientRect(); const [a, b] = [box(from), box(to)]; return [a.x + a.width / 2, a.y + a.height / 2, b.x + b.width / 2, b.y + b.height * part].map(Math.round)";
        let at = self.script(AT, vec![json!(from), json!(to), json!(part)]).await;
        let number = |index: usize| at[index].as_f64().unwrap();
        let to = |x: f64, y: f64| PointerAction::MoveTo { duration: Some(MOUSE_STEP), x, y };
        let mouse = MouseActions::new("mouse".to_owned())
            .then(to(number(0), number(1)))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(to(number(0) + 4.0, number(1) - 8.0))
            .then(to(number(2), number(3)))
            .then(to(number(2), number(3)))
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// Types over what is in a field, and leaves it. (`clear` would leave it in between: the empty words would be saved,
    /// and the field made again.)
    pub async fn fill(&self, selector: &str, text: &str) {
        const SELECT_ALL: &str = "\u{E009}a\u{E000}";
        let field = self.found(selector).await;
        field.send_keys(&format!("{SELECT_ALL}{text}")).await.unwrap();
        self.script("document.activeElement.blur()", Vec::new()).await;
    }

    /// Writes a picture of the page into the folder that `ROUNDUP_PICTURES` names, for somebody who wants to look.
    pub async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("ROUNDUP_PICTURES") {
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), picture)
                .unwrap();
        }
    }

    /// The size of the window, and how many dots of the screen a pixel has.
    pub async fn metrics(&self, width: u32, height: u32, scale: f64) {
        let size = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false}});
        self.devtools(size).await;
    }

    /// A command of Chromium itself, for what no page can do: the size of the window, forced colours.
    pub async fn devtools(&self, command: Value) {
        self.client.issue_cmd(Devtools(command)).await.unwrap();
    }

    /// Types into a field behind what is there, and stays in it.
    pub async fn keys(&self, selector: &str, text: &str) {
        let field = self.found(selector).await;
        field.send_keys(text).await.unwrap();
    }

    /// Waits until an element has some words.
    pub async fn until_says(&self, selector: &str, words: &str) {
        self.until(&format!(
            "return document.querySelector({selector:?})?.innerText.includes({words:?})"
        ))
        .await;
    }

    pub async fn close(mut self) {
        let _ = self.client.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Names the processes of this browser among all: each has it in its command line.
    pub fn profile(&self) -> String {
        self.profile.path().display().to_string()
    }
}

/// A test that fails drops its browser silently: chromedriver would end, and leave Chromium behind.
impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        // The first of them may start another while it is being ended.
        for _ in 0..50 {
            let left = processes_of(&self.profile());
            if left.is_empty() {
                break;
            }
            let _ = Command::new("kill").arg("-KILL").args(left).stderr(Stdio::null()).status();
        }
    }
}

/// The numbers of the processes that have a text in their command line.
pub fn processes_of(text: &str) -> Vec<String> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.bytes().all(|b| b.is_ascii_digit()))
        .filter(|number| {
            std::fs::read(format!("/proc/{number}/cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).contains(text))
        })
        .collect()
}

/// One command of Chromium's developer tools, as chromedriver takes it.
#[derive(Debug)]
struct Devtools(Value);

impl fantoccini::wd::WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.0.to_string()))
    }
}
