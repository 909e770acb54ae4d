//! The socket under a conversation: TCP, TLS, and a deadline for every stage.
//! Shell: the network and its clock.

use std::future::{Future, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls_platform_verifier::Verifier;
use socket2::SockRef;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::unconstrained;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::conversation::{Capabilities, Conversation, Fault, Outcome, Security, Settings, Step};
use crate::message::Message;
use crate::rfc::reply::Stage;

/// How long each stage may take, in all (RFC 5321 section 4.5.3.2 allows more; a person waits at the other end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    pub connect: Duration,
    /// One answer, from the command's first byte to the answer's last.
    pub answer: Duration,
    /// Writing one message.
    pub message: Duration,
    /// The answer to the final dot: a hasty client is what makes duplicates (RFC 1047).
    pub dot: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self::of_answers(Duration::from_mins(1))
    }
}

impl Deadlines {
    /// All deadlines from that of one answer.
    pub fn of_answers(answer: Duration) -> Self {
        Self { connect: answer / 2, answer, message: answer * 3, dot: answer * 10 }
    }

    fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connect | Stage::Tls => self.connect,
            Stage::Banner
            | Stage::Hello
            | Stage::Login
            | Stage::Mail
            | Stage::Recipient
            | Stage::Data
            | Stage::Reset => self.answer,
            Stage::Body => self.message,
            Stage::Dot => self.dot,
            // Nothing depends on a goodbye.
            Stage::Quit => Duration::from_secs(2),
        }
    }
}

/// Where mail is handed over, and how.
#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub settings: Settings,
    pub deadlines: Deadlines,
    tls: Option<Arc<rustls::ClientConfig>>,
}

/// What keeps TLS from being set up at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsSetupError {
    #[error("the CA file {path} cannot be read: {what}")]
    CaFile { path: String, what: String },
    #[error("TLS cannot be set up: {0}")]
    Provider(String),
}

impl Server {
    /// `ca_file` is a PEM file of certificates to trust beside the system's.
    ///
    /// # Errors
    /// When TLS is wanted and cannot be set up.
    pub fn new(
        host: String,
        port: u16,
        settings: Settings,
        deadlines: Deadlines,
        ca_file: Option<&std::path::Path>,
    ) -> Result<Self, TlsSetupError> {
        let tls = match settings.security {
            Security::Plain => None,
            Security::Implicit | Security::StartTls => Some(Arc::new(tls_config(ca_file)?)),
        };
        Ok(Self { host, port, settings, deadlines, tls })
    }
}

fn tls_config(ca_file: Option<&std::path::Path>) -> Result<rustls::ClientConfig, TlsSetupError> {
    let failed = |error: rustls::Error| TlsSetupError::Provider(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let mut extra: Vec<CertificateDer<'static>> = Vec::new();
    if let Some(path) = ca_file {
        let wrong = |what: String| TlsSetupError::CaFile { path: path.display().to_string(), what };
        for certificate in
            CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?
        {
            extra.push(certificate.map_err(|error| wrong(error.to_string()))?);
        }
        if extra.is_empty() {
            return Err(wrong("there is no certificate in it".to_owned()));
        }
    }
    let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(failed)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// True for names and numbers of this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// While the handshake owns the socket, and after it failed.
    None,
}

impl Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(buffer).await,
            Stream::Tls(stream) => stream.read(buffer).await,
            Stream::None => Ok(0),
        }
    }

    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Stream::Plain(stream) => Some(stream),
            Stream::Tls(stream) => Some(stream.get_ref().0),
            Stream::None => None,
        }
    }

    /// Whether the operating system holds bytes, or the end, that nobody has read.
    fn has_unread(&self) -> bool {
        let Some(stream) = self.tcp() else { return false };
        match SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]) {
            Ok(_) => true,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Waits until the runtime knows that there is something to read.
    async fn heard_of_it(&self) {
        if let Some(stream) = self.tcp() {
            // If that fails, so will the reading.
            let _ = stream.readable().await;
        }
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Stream::Plain(stream) => stream.write_all(bytes).await,
            Stream::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
            Stream::None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// An open session. Dropping it drops the socket: no half-finished session is ever used again.
pub struct Connection {
    stream: Stream,
    conversation: Conversation,
    host: String,
    deadlines: Deadlines,
    tls: Option<Arc<rustls::ClientConfig>>,
    buffer: Vec<u8>,
}

const BUFFER_BYTES: usize = 8 * 1024;

impl Connection {
    /// Connects, greets, secures and logs in.
    ///
    /// # Errors
    /// The stage at which it ended, with the server's answer or the fault.
    pub async fn open(server: &Server) -> Result<Self, Outcome> {
        let broken = |error: &io::Error| Outcome {
            stage: Stage::Connect,
            result: Err(Fault::Broken(plain_io(error))),
        };
        let timed_out = Outcome { stage: Stage::Connect, result: Err(Fault::TimedOut) };
        let connecting = TcpStream::connect((server.host.as_str(), server.port));
        let stream = timeout(server.deadlines.connect, connecting)
            .await
            .map_err(|_| timed_out)?
            .map_err(|error| broken(&error))?;
        // Small writes must not wait for the acknowledgement of the last: that costs 45 ms a message.
        stream.set_nodelay(true).map_err(|error| broken(&error))?;
        let mut connection = Self {
            stream: Stream::Plain(stream),
            conversation: Conversation::new(server.settings.clone()),
            host: server.host.clone(),
            deadlines: server.deadlines,
            tls: server.tls.clone(),
            buffer: vec![0; BUFFER_BYTES],
        };
        if server.settings.security == Security::Implicit
            && let Err(fault) = connection.start_tls().await
        {
            return Err(Outcome { stage: Stage::Tls, result: Err(fault) });
        }
        let no_message: Option<(&[u8], std::future::Ready<Result<(), String>>)> = None;
        match connection.drive(no_message, None).await {
            None => Ok(connection),
            Some(outcome) => Err(outcome),
        }
    }

    /// What the server said it can do.
    pub fn capabilities(&self) -> &Capabilities {
        self.conversation.capabilities()
    }

    /// True when this message may begin: it was announced, or the session is idle and the server has said nothing since.
    pub async fn is_ready_for(&mut self, message: &Message) -> bool {
        if !self.conversation.has_announced() && self.conversation.is_idle() {
            self.take_what_arrived().await;
        }
        self.conversation.is_ready_for(&message.envelope)
    }

    /// Reads what the server has sent already, and waits for nothing more.
    async fn take_what_arrived(&mut self) {
        let mut arrived = self.read_now().await;
        if arrived.is_none() && self.stream.has_unread() {
            // The socket has bytes of which the runtime has not heard yet: on a busy computer that takes a while.
            self.stream.heard_of_it().await;
            arrived = self.read_now().await;
        }
        match arrived {
            None => {}
            Some(Ok(0)) => self.conversation.fail(Fault::Closed),
            Some(Ok(read)) => self.conversation.receive(&self.buffer[..read]),
            Some(Err(error)) => self.conversation.fail(Fault::Broken(plain_io(&error))),
        }
    }

    /// Polled once by hand: a timeout of zero would wait for the timer's next tick, a millisecond for each message.
    async fn read_now(&mut self) -> Option<io::Result<usize>> {
        let mut read = pin!(unconstrained(self.stream.read(&mut self.buffer)));
        poll_fn(|context| match read.as_mut().poll(context) {
            Poll::Ready(read) => Poll::Ready(Some(read)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Hands one message over. `leave` is asked for when all but the final dot has left; without it the session ends,
    /// and the message was never complete. `next` is announced with the dot, where the server takes commands in groups.
    pub async fn transmit(
        &mut self,
        message: &Message,
        leave: impl Future<Output = Result<(), String>> + Send,
        next: Option<&Message>,
    ) -> Outcome {
        self.conversation.begin(&message.envelope, message.bytes.len());
        match self.drive(Some((&message.bytes, leave)), next).await {
            Some(outcome) => outcome,
            // A transaction that was begun always ends in an outcome; a conversation that is idle has none open.
            None => Outcome { stage: Stage::Mail, result: Err(Fault::Closed) },
        }
    }

    /// Says goodbye. Whatever comes of it, everything was answered before.
    pub async fn close(mut self) {
        self.conversation.quit();
        let no_message: Option<(&[u8], std::future::Ready<Result<(), String>>)> = None;
        self.drive(no_message, None).await;
    }

    /// Does what the conversation says until it is idle (`None`) or has an outcome.
    async fn drive<F>(
        &mut self,
        message: Option<(&[u8], F)>,
        next: Option<&Message>,
    ) -> Option<Outcome>
    where
        F: Future<Output = Result<(), String>> + Send,
    {
        let (bytes, mut leave) = match message {
            Some((bytes, leave)) => (bytes, Some(leave)),
            None => (&[][..], None),
        };
        let mut clock = (Stage::Connect, Instant::now());
        // The time of a stage runs from its first step, however many reads and writes it takes.
        let deadlines = self.deadlines;
        let mut until = move |stage: Stage| {
            if clock.0 != stage {
                clock = (stage, Instant::now() + deadlines.of(stage));
            }
            clock.1
        };
        loop {
            match self.conversation.next_step() {
                Step::Ready => return None,
                Step::Closed => return None,
                Step::Done(outcome) => return Some(outcome),
                Step::Write(stage, bytes) => {
                    let written = timeout_at(until(stage), self.stream.write_all(&bytes)).await;
                    self.check(written);
                }
                Step::WriteMessage => {
                    let stuffed = dot_stuffed(bytes);
                    let bytes = stuffed.as_deref().unwrap_or(bytes);
                    let written =
                        timeout_at(until(Stage::Body), self.stream.write_all(bytes)).await;
                    self.check(written);
                }
                Step::AskLeave => match leave.take() {
                    Some(asked) => match asked.await {
                        Ok(()) => {
                            // An answer that is here before the dot has left can only belong to something else, and
                            // would be taken for the dot's. The next step ends the session when there is one.
                            self.take_what_arrived().await;
                            if self.conversation.may_end_message() {
                                let next = next.map(|next| (&next.envelope, next.bytes.len()));
                                self.conversation.leave_given(next);
                            }
                        }
                        Err(error) => self.conversation.fail(Fault::NoLeave(error)),
                    },
                    None => self.conversation.fail(Fault::NoLeave("nobody can give it".to_owned())),
                },
                Step::StartTls => match timeout_at(until(Stage::Tls), self.start_tls()).await {
                    Ok(Ok(())) => self.conversation.tls_started(),
                    Ok(Err(fault)) => self.conversation.fail(fault),
                    Err(_) => self.conversation.fail(Fault::TimedOut),
                },
                Step::Read(stage) => {
                    match timeout_at(until(stage), self.stream.read(&mut self.buffer)).await {
                        Ok(Ok(0)) => self.conversation.fail(Fault::Closed),
                        Ok(Ok(read)) => self.conversation.receive(&self.buffer[..read]),
                        Ok(Err(error)) => self.conversation.fail(Fault::Broken(plain_io(&error))),
                        Err(_) => self.conversation.fail(Fault::TimedOut),
                    }
                }
            }
        }
    }

    fn check(&mut self, written: Result<io::Result<()>, tokio::time::error::Elapsed>) {
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.conversation.fail(Fault::Broken(plain_io(&error))),
            Err(_) => self.conversation.fail(Fault::TimedOut),
        }
    }

    async fn start_tls(&mut self) -> Result<(), Fault> {
        let failed = |what: String| Fault::TlsFailed(what);
        let config = self.tls.clone().ok_or_else(|| failed("it was not set up".to_owned()))?;
        let name = ServerName::try_from(self.host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| failed(format!("`{}` is no host name", self.host)))?;
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::None) else {
            return Err(failed("it runs already".to_owned()));
        };
        let handshake = TlsConnector::from(config).connect(name, stream);
        let stream = timeout(self.deadlines.connect, handshake)
            .await
            .map_err(|_| Fault::TimedOut)?
            .map_err(|error| failed(plain_io(&error)))?;
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }
}

/// The bytes with a dot doubled at the beginning of each line that has one (RFC 5321 section 4.5.2); `None` when there
/// is none, as in every message of ours.
fn dot_stuffed(bytes: &[u8]) -> Option<Vec<u8>> {
    let has_dot = bytes.starts_with(b".") || memchr::memmem::find(bytes, b"\r\n.").is_some();
    if !has_dot {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len() + 16);
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let after_crlf = index == 0 || out.ends_with(b"\r\n");
        if after_crlf && line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    Some(out)
}

fn plain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => "the connection broke".to_owned(),
        io::ErrorKind::TimedOut => "no answer in time".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_at_the_beginning_of_a_line_is_doubled_and_others_are_not() {
        assert_eq!(dot_stuffed(b"a.b\r\nc\r\n"), None);
        assert_eq!(dot_stuffed(b".a\r\n..\r\nb.\r\n.\r\n").unwrap(), b"..a\r\n...\r\nb.\r\n..\r\n");
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.org", "10.0.0.1", "localhost.example.org"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
