//! An SMTP server for tests: keeps what it took, and does at each stage what its script says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Where in a session the script decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before the first byte, and before TLS where it comes first: what is answered here goes out in the clear.
    Connect,
    Banner,
    Hello,
    StartTls,
    Login,
    Mail,
    Recipient,
    Data,
    /// After the first line of a message; only acts that break in are of use here.
    Body,
    Dot,
    Quit,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// What a good server does.
    Go,
    /// This answer instead.
    Answer(&'static str),
    /// The good answer, and these bytes right behind it.
    GoAnd(&'static str),
    /// Exactly these bytes instead, and nothing more.
    Raw(&'static [u8]),
    /// This answer, a byte at a time, slower than anybody waits.
    Drip(&'static str),
    /// Closes without giving a reason.
    Close,
    /// Breaks the connection off (RST).
    Reset,
    /// After the dot: takes the message, then closes without an answer.
    TakeAndClose,
    /// Says nothing until the client goes away.
    Silence,
}

/// What the script gets to see.
#[derive(Debug, Clone)]
pub struct Moment<'a> {
    pub stage: Stage,
    /// From 1, in the order of connections.
    pub connection: usize,
    /// From 1, in the order of this connection's MAIL commands; 0 before the first.
    pub message: usize,
    /// Empty before RCPT.
    pub recipient: &'a str,
    /// How often this recipient came to this stage before.
    pub before: usize,
}

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub recipient: String,
    pub bytes: String,
}

type Script = dyn Fn(&Moment<'_>) -> Act + Send + Sync;

/// What the server offers.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// Lines of the EHLO answer after the first.
    pub extensions: Vec<&'static str>,
    /// TLS from the first byte.
    pub implicit: bool,
    /// The certificate's files, for TLS of either kind.
    pub tls: bool,
}

#[derive(Default)]
struct Books {
    taken: Vec<Taken>,
    visits: Vec<(Stage, String)>,
    connections: usize,
    /// Everything clients said, for looking at.
    said: Vec<String>,
}

/// Runs until the test process ends.
pub struct Server {
    port: u16,
    books: Arc<Mutex<Books>>,
    taken: Receiver<usize>,
    acted: Mutex<Option<Receiver<()>>>,
    /// How many messages it may take before it halts.
    allowed: Arc<(Mutex<usize>, Condvar)>,
    scheme: &'static str,
    /// PEM of the certificate.
    pub certificate: Option<String>,
}

struct House {
    script: Box<Script>,
    offer: Offer,
    tls: Option<Arc<ServerConfig>>,
    books: Arc<Mutex<Books>>,
    taken: Mutex<Sender<usize>>,
    acted: Mutex<Sender<()>>,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Server {
    /// A server that takes everything.
    pub fn good() -> Self {
        Self::scripted(|_| Act::Go)
    }

    /// A server that takes this number of messages, and no more until it goes on: what a test does in between is in the
    /// middle of a run, however slow the computer is.
    pub fn halting_after(messages: usize) -> Self {
        let allowed = Arc::new((Mutex::new(messages), Condvar::new()));
        let (gate, came) = (Arc::clone(&allowed), AtomicUsize::new(0));
        let server = Self::scripted(move |at| {
            if at.stage == Stage::Dot {
                let number = came.fetch_add(1, Ordering::SeqCst);
                let (most, changed) = &*gate;
                drop(changed.wait_while(most.lock().unwrap(), |most| number >= *most).unwrap());
            }
            Act::Go
        });
        Self { allowed, ..server }
    }

    /// Takes whatever comes from now on.
    pub fn go_on(&self) {
        self.go_on_to(usize::MAX);
    }

    /// Goes on, and halts again after this number of messages since it began.
    pub fn go_on_to(&self, messages: usize) {
        let (most, changed) = &*self.allowed;
        *most.lock().unwrap() = messages;
        changed.notify_all();
    }

    pub fn scripted(script: impl Fn(&Moment<'_>) -> Act + Send + Sync + 'static) -> Self {
        let extensions = vec!["PIPELINING", "SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES"];
        Self::offering(Offer { extensions, ..Offer::default() }, script)
    }

    pub fn offering(
        offer: Offer,
        script: impl Fn(&Moment<'_>) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tls, certificate) = if offer.tls || offer.implicit {
            let (config, pem) = certificate();
            (Some(Arc::new(config)), Some(pem))
        } else {
            (None, None)
        };
        let scheme = if offer.implicit { "smtps" } else { "smtp" };
        let books = Arc::new(Mutex::new(Books::default()));
        let (sender, taken) = channel();
        let (act, acted) = channel();
        let house = Arc::new(House {
            script: Box::new(script),
            offer,
            tls,
            books: Arc::clone(&books),
            taken: Mutex::new(sender),
            acted: Mutex::new(act),
        });
        thread::spawn(move || {
            for stream in listener.incoming() {
                let house = Arc::clone(&house);
                let number = {
                    let mut books = house.books.lock().unwrap();
                    books.connections += 1;
                    books.connections
                };
                // A client that goes away is not a failure of the server.
                thread::spawn(move || house.serve(stream.unwrap(), number));
            }
        });
        Self {
            port,
            books,
            taken,
            acted: Mutex::new(Some(acted)),
            allowed: Arc::default(),
            scheme,
            certificate,
        }
    }

    /// As `ROUNDUP_RELAY` wants it.
    pub fn address(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// Hears of each act in the middle of a message, when it is done.
    pub fn acted(&self) -> Receiver<()> {
        self.acted.lock().unwrap().take().expect("one who hears it")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.books.lock().unwrap().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.books.lock().unwrap().connections
    }

    pub fn said(&self) -> Vec<String> {
        self.books.lock().unwrap().said.clone()
    }

    /// Waits until this number of messages was taken since the server began.
    pub fn wait_for(&self, messages: usize) {
        while self.taken().len() < messages {
            self.taken.recv_timeout(std::time::Duration::from_mins(1)).expect("a message in time");
        }
    }

    /// Who got a message, in order of addresses. Nobody may stand there twice.
    #[track_caller]
    pub fn everybody_once(&self) -> Vec<String> {
        let mut recipients: Vec<String> =
            self.taken().into_iter().map(|taken| taken.recipient).collect();
        recipients.sort();
        let mut once = recipients.clone();
        once.dedup();
        assert_eq!(recipients, once, "somebody got it twice");
        once
    }
}

fn certificate() -> (ServerConfig, String) {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (config, made.cert.pem())
}

/// Whether an answer is of the class of the good one.
fn agrees(answer: &[u8], good: &str) -> bool {
    answer.first() == good.as_bytes().first()
}

/// A session is over.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Over
    }
}

impl House {
    fn serve(&self, stream: TcpStream, number: usize) {
        stream.set_nodelay(true).unwrap();
        let mut socket = stream.try_clone().unwrap();
        let at = Moment {
            stage: Stage::Connect,
            connection: number,
            message: 0,
            recipient: "",
            before: number - 1,
        };
        match (self.script)(&at) {
            Act::Answer(text) => {
                // Whoever has gone away does not read it.
                let _ = socket.write_all(format!("{text}\r\n").as_bytes());
                let _ = socket.shutdown(std::net::Shutdown::Write);
                let _ = std::io::copy(&mut socket, &mut std::io::sink());
                return;
            }
            Act::Reset => {
                let nothing = Some(std::time::Duration::ZERO);
                socket2::SockRef::from(&socket).set_linger(nothing).unwrap();
                return;
            }
            Act::Close => return,
            _ => {}
        }
        let stream: Box<dyn Stream> = match (&self.tls, self.offer.implicit) {
            (Some(tls), true) => match self.secure(tls, Box::new(stream)) {
                Some(stream) => stream,
                None => return,
            },
            _ => Box::new(stream),
        };
        let mut session = Session {
            house: self,
            stream: BufReader::new(stream),
            socket,
            number,
            messages: 0,
            has_sender: false,
            recipient: String::new(),
        };
        let _: Result<(), Over> = session.talk();
    }

    fn secure(&self, tls: &Arc<ServerConfig>, stream: Box<dyn Stream>) -> Option<Box<dyn Stream>> {
        let connection = ServerConnection::new(Arc::clone(tls)).ok()?;
        Some(Box::new(StreamOwned::new(connection, stream)))
    }
}

struct Session<'a> {
    house: &'a House,
    stream: BufReader<Box<dyn Stream>>,
    /// The same socket below everything, to break it.
    socket: TcpStream,
    number: usize,
    messages: usize,
    has_sender: bool,
    recipient: String,
}

impl Session<'_> {
    /// Does what the script says. `true` when the good answer was given.
    fn act(&mut self, stage: Stage, good: &str) -> Result<bool, Over> {
        let act = self.ask(stage);
        match act {
            Act::Go => self.write(good).map(|()| true),
            Act::Answer(answer) => self.write(answer).map(|()| agrees(answer.as_bytes(), good)),
            Act::Raw(bytes) => self.misbehave::<()>(act).map(|()| agrees(bytes, good)),
            Act::GoAnd(more) => self.write(&format!("{good}\r\n{more}")).map(|()| true),
            Act::Drip(_) | Act::Close | Act::Reset | Act::TakeAndClose | Act::Silence => {
                self.misbehave(act)
            }
        }
    }

    /// Everything but a whole answer.
    fn misbehave<T: Default>(&mut self, act: Act) -> Result<T, Over> {
        match act {
            Act::Raw(bytes) => {
                let stream = self.stream.get_mut();
                stream.write_all(bytes)?;
                stream.flush()?;
                Ok(T::default())
            }
            Act::Drip(answer) => {
                for byte in format!("{answer}\r\n").bytes() {
                    let stream = self.stream.get_mut();
                    stream.write_all(&[byte])?;
                    stream.flush()?;
                    thread::sleep(std::time::Duration::from_millis(20));
                }
                Ok(T::default())
            }
            Act::Silence => self.be_silent(),
            Act::Reset => {
                // With a linger time of nothing the kernel sends RST instead of FIN.
                socket2::SockRef::from(&self.socket).set_linger(Some(std::time::Duration::ZERO))?;
                Err(Over)
            }
            Act::Go | Act::Answer(_) | Act::GoAnd(_) | Act::Close | Act::TakeAndClose => Err(Over),
        }
    }

    fn ask(&self, stage: Stage) -> Act {
        let before = {
            let mut books = self.house.books.lock().unwrap();
            let visit = (stage, self.recipient.clone());
            let before = books.visits.iter().filter(|past| **past == visit).count();
            books.visits.push(visit);
            before
        };
        let moment = Moment {
            stage,
            connection: self.number,
            message: self.messages,
            recipient: &self.recipient,
            before,
        };
        (self.house.script)(&moment)
    }

    fn be_silent<T>(&mut self) -> Result<T, Over> {
        let mut rest = [0; 1024];
        while self.stream.read(&mut rest)? > 0 {}
        Err(Over)
    }

    fn write(&mut self, answer: &str) -> Result<(), Over> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
        stream.flush()?;
        Ok(())
    }

    fn line(&mut self) -> Result<String, Over> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(Over);
        }
        Ok(line)
    }

    fn talk(&mut self) -> Result<(), Over> {
        self.act(Stage::Banner, "220 test ESMTP")?;
        let mut secure = self.house.offer.implicit;
        loop {
            let line = self.line()?;
            let command = line.trim_end().to_owned();
            self.house.books.lock().unwrap().said.push(command.clone());
            let verb = command.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let mut lines = vec!["test"];
                    lines.extend(
                        self.house.offer.extensions.iter().filter(|e| !secure || **e != "STARTTLS"),
                    );
                    let last = lines.len() - 1;
                    let answer: Vec<String> = lines
                        .iter()
                        .enumerate()
                        .map(|(i, l)| format!("250{}{l}", if i == last { ' ' } else { '-' }))
                        .collect();
                    self.act(Stage::Hello, &answer.join("\r\n"))?;
                }
                "STARTTLS" => {
                    if self.act(Stage::StartTls, "220 go ahead")? {
                        let tls = self.house.tls.clone().ok_or(Over)?;
                        let plain = std::mem::replace(
                            &mut self.stream,
                            BufReader::new(Box::new(std::io::Cursor::new(Vec::new()))),
                        );
                        let stream = self.house.secure(&tls, plain.into_inner()).ok_or(Over)?;
                        self.stream = BufReader::new(stream);
                        secure = true;
                    }
                }
                "AUTH" => {
                    if command.eq_ignore_ascii_case("AUTH LOGIN") {
                        self.write("334 VXNlcm5hbWU6")?;
                        self.line()?;
                        self.write("334 UGFzc3dvcmQ6")?;
                        self.line()?;
                    }
                    self.act(Stage::Login, "235 2.7.0 welcome")?;
                }
                "MAIL" => {
                    self.recipient.clear();
                    self.messages += 1;
                    self.has_sender = self.act(Stage::Mail, "250 2.1.0 ok")?;
                }
                "RCPT" if !self.has_sender => self.write("503 5.5.1 no sender")?,
                "RCPT" => {
                    let address = command.split(['<', '>']).nth(1).unwrap_or_default();
                    address.clone_into(&mut self.recipient);
                    if !self.act(Stage::Recipient, "250 2.1.5 ok")? {
                        self.recipient = format!("!{address}");
                    }
                }
                "DATA" => {
                    if self.recipient.is_empty() || self.recipient.starts_with('!') {
                        self.write("503 5.5.1 no recipient")?;
                    } else if self.act(Stage::Data, "354 go ahead")? {
                        self.message()?;
                    }
                }
                "RSET" => self.write("250 2.0.0 ok")?,
                "QUIT" => {
                    self.act(Stage::Quit, "221 2.0.0 bye")?;
                    return Ok(());
                }
                _ => self.write("500 5.5.2 what?")?,
            }
        }
    }

    /// What the script wants in the middle of a message.
    fn break_in(&mut self) -> Result<(), Over> {
        let act = self.ask(Stage::Body);
        let done = match act {
            Act::Go => return Ok(()),
            Act::Answer(answer) => self.write(answer),
            act => self.misbehave(act),
        };
        if act == Act::Close {
            self.socket.shutdown(std::net::Shutdown::Both)?;
        }
        // Nobody may be waiting.
        let _ = self.house.acted.lock().unwrap().send(());
        done
    }

    fn message(&mut self) -> Result<(), Over> {
        let mut bytes = String::new();
        let mut is_first = true;
        loop {
            let line = self.line()?;
            if std::mem::take(&mut is_first) {
                self.break_in()?;
            }
            if line == ".\r\n" {
                break;
            }
            bytes.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let take = |house: &House, recipient: &str, bytes: String| {
            let mut books = house.books.lock().unwrap();
            books.taken.push(Taken { recipient: recipient.to_owned(), bytes });
            // Nobody may be waiting.
            let _ = house.taken.lock().unwrap().send(books.taken.len());
        };
        match self.ask(Stage::Dot) {
            Act::Go => {
                take(self.house, &self.recipient, bytes);
                self.write("250 2.0.0 taken")
            }
            Act::GoAnd(more) => {
                take(self.house, &self.recipient, bytes);
                self.write(&format!("250 2.0.0 taken\r\n{more}"))
            }
            Act::TakeAndClose => {
                take(self.house, &self.recipient, bytes);
                Err(Over)
            }
            Act::Answer(answer) => {
                if answer.starts_with('2') {
                    take(self.house, &self.recipient, bytes);
                }
                self.write(answer)
            }
            Act::Raw(answer) => {
                if agrees(answer, "250") && !answer.starts_with(b"250-") {
                    take(self.house, &self.recipient, bytes);
                }
                self.misbehave(Act::Raw(answer))
            }
            act => self.misbehave(act),
        }
    }
}
