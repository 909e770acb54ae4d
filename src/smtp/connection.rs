//! The socket under a conversation: TCP, TLS, and a deadline for every stage.
//! Shell: the network and its clock.

use crate::smtp::deadlines::{LAST_WORDS_WITHIN, PROBE_WITHIN, SILENCE_BEFORE_PROBE, StageClock};
use crate::smtp::relay_server::RelayServer;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::conversation::{Conversation, Peer, Security, SessionStep};
use super::dial::{self, plain_io};
use super::fault::{SmtpFault, TransmitOutcome};
use super::stream::{Socket, Stream, WriteProgress};
use super::tls::{self, Handshake};
use super::{Capabilities, Mechanism, token};
use crate::message::Message;
use crate::rfc::reply::Stage;

pub use super::tls::TlsSetupError;

/// A reply is never longer (`reply::LONGEST_REPLY_BYTES`).
const MOST_LAST_WORDS_BYTES: usize = 64 * 1024;

/// An open session. Dropping it drops the socket: no half-finished session is ever used again.
pub struct Connection {
    stream: Stream,
    conversation: Conversation,
    server: RelayServer,
    address: SocketAddr,
    buffer: Vec<u8>,
    /// The socket takes no more: what it held is with the conversation, and this is what is left to say.
    ended: Option<SmtpFault>,
}

const BUFFER_BYTES: usize = 8 * 1024;
/// No message is handed over while a session is opened or closed.
type NoLeave = std::future::Ready<Result<(), String>>;

impl Connection {
    /// Connects, greets, secures and logs in. All addresses of the host are tried.
    ///
    /// # Errors
    /// The stage at which it ended, with the server's reply or the fault.
    pub async fn open(server: &RelayServer) -> Result<Self, TransmitOutcome> {
        let connected = Self::connect(server).await;
        let (stream, address) =
            connected.map_err(|fault| TransmitOutcome::fault(Stage::Connect, fault))?;
        let opened = Self::open_over(server, stream, address).await;
        server.quirks.note(|quirks| {
            match &opened {
                Ok(_) => quirks.note_opened(address),
                Err(_) => quirks.note_failure(address),
            }
            match opened.as_ref().ok().and_then(|open| open.conversation.opened_by()) {
                Some((mechanism, is_second_choice)) => {
                    quirks.note_login(mechanism, is_second_choice)
                }
                None => false,
            }
        });
        opened
    }

    async fn connect(
        server: &RelayServer,
    ) -> Result<(tokio::net::TcpStream, SocketAddr), SmtpFault> {
        let within = server.deadlines.connect;
        let quirks = server.quirks();
        let addresses = match dial::resolve(&server.host, server.port, within).await {
            // A name that was there a moment ago is a name service in trouble.
            Err(fault @ SmtpFault::NoSuchHost(_)) if quirks.has_opened => {
                return Err(SmtpFault::Broken(fault.to_string()));
            }
            addresses => addresses?,
        };
        let (stream, address) = dial::connect(quirks.in_order(addresses), within).await?;
        // Small writes must not wait for the acknowledgement of the last: that costs 45 ms a message.
        stream.set_nodelay(true).map_err(|error| SmtpFault::Broken(plain_io(&error)))?;
        Ok((stream, address))
    }

    async fn open_over(
        server: &RelayServer,
        stream: tokio::net::TcpStream,
        address: SocketAddr,
    ) -> Result<Self, TransmitOutcome> {
        let peer = Peer {
            host: server.host.clone(),
            port: server.port,
            mechanism: server.quirks().remembered.mechanism,
        };
        let mut connection = Self {
            stream: Stream::Plain(Socket::new(stream)),
            conversation: Conversation::with(server.settings.clone(), peer),
            server: server.clone(),
            address,
            buffer: vec![0; BUFFER_BYTES],
            ended: None,
        };
        if server.settings.security == Security::Implicit {
            connection.start_tls().await.map_err(|handshake| match handshake {
                // Too many connections, or not welcome: the words say which.
                Handshake::Text(reply) if reply.code >= 400 => {
                    TransmitOutcome::reply(Stage::Banner, reply)
                }
                Handshake::Text(_) => {
                    let (host, port) = (server.host.clone(), server.port);
                    TransmitOutcome::fault(Stage::Tls, SmtpFault::TlsComesLater { host, port })
                }
                Handshake::Fault(fault) => TransmitOutcome::fault(Stage::Tls, fault),
            })?;
        }
        match connection.drive(None::<(&[u8], NoLeave)>, None).await {
            None => Ok(connection),
            Some(outcome) => Err(outcome),
        }
    }

    /// What the server said it can do.
    pub fn capabilities(&self) -> &Capabilities {
        self.conversation.capabilities()
    }

    /// How we logged in, if we did.
    pub fn login(&self) -> Option<Mechanism> {
        self.conversation.opened_by().map(|(mechanism, _)| mechanism)
    }

    /// True when this message may begin: it was announced, or the session is idle and the server has said nothing since.
    pub async fn is_ready_for(&mut self, message: &Message) -> bool {
        if !self.conversation.has_announced() && self.conversation.is_idle() {
            self.take_what_arrived().await;
        }
        self.conversation.is_ready_for(&message.envelope)
    }

    /// True while an announced message waits for its turn.
    pub fn has_announced(&self) -> bool {
        self.conversation.has_announced()
    }

    /// True when the end of the last message was refused: its transaction may still be open at the server.
    pub fn is_after_refused_end(&self) -> bool {
        self.conversation.is_after_refused_end()
    }

    /// Reads what the server has sent already, and waits for nothing more.
    async fn take_what_arrived(&mut self) {
        let mut arrived = self.stream.read_now(&mut self.buffer).await;
        if arrived.is_none() && self.stream.has_unread() {
            // The socket has bytes that the runtime does not know of yet: on a busy computer that takes a while.
            self.stream.readable().await;
            arrived = self.stream.read_now(&mut self.buffer).await;
        }
        match arrived {
            None => {}
            Some(Ok(0)) => self.conversation.fail(SmtpFault::Closed),
            Some(Ok(read)) => self.conversation.receive(&self.buffer[..read]),
            Some(Err(error)) => self.conversation.fail(SmtpFault::Broken(plain_io(&error))),
        }
    }

    /// Hands one message over. `leave` is polled when all but the final dot has left; if it fails, the session ends
    /// and the message was never complete. `next` is announced with the dot, where the server takes commands in groups.
    pub async fn transmit(
        &mut self,
        message: &Message,
        leave: impl Future<Output = Result<(), String>> + Send,
        next: Option<&Message>,
    ) -> TransmitOutcome {
        self.conversation.begin(&message.envelope, message.bytes.len());
        match self.drive(Some((&message.bytes, leave)), next).await {
            Some(outcome) => outcome,
            // A transaction that was begun always ends in an outcome; a conversation that is idle has none open.
            None => TransmitOutcome::fault(Stage::Mail, SmtpFault::Closed),
        }
    }

    /// Says goodbye. Whatever comes of it, everything was answered before.
    pub async fn close(mut self) {
        self.conversation.quit();
        self.drive(None::<(&[u8], NoLeave)>, None).await;
    }

    /// Does what the conversation says until it is idle (`None`) or has an outcome.
    async fn drive<F>(
        &mut self,
        message: Option<(&[u8], F)>,
        next: Option<&Message>,
    ) -> Option<TransmitOutcome>
    where
        F: Future<Output = Result<(), String>> + Send,
    {
        let (bytes, mut leave) = match message {
            Some((bytes, leave)) => (bytes, Some(leave)),
            None => (&[][..], None),
        };
        let mut clock = StageClock::new(self.server.deadlines, self.conversation.has_announced());
        loop {
            match self.conversation.next_step() {
                SessionStep::Ready | SessionStep::Closed => return None,
                SessionStep::Done(outcome) => return Some(outcome),
                SessionStep::Write(stage, bytes) => {
                    self.write(stage, &bytes, clock.until(stage)).await;
                }
                SessionStep::WriteMessage => {
                    self.write_message(bytes, clock.until(Stage::Body)).await;
                }
                SessionStep::AskLeave => match leave.take() {
                    Some(leave) => self.end_message(leave, next).await,
                    None => {
                        self.conversation
                            .fail(SmtpFault::NoLeave("it is not available".to_owned()));
                    }
                },
                SessionStep::StartTls => self.secure(clock.until(Stage::Tls)).await,
                SessionStep::FetchToken => self.fetch_token().await,
                SessionStep::Read(stage) => {
                    if let Some(fault) = self.ended.clone() {
                        self.conversation.fail(fault);
                    } else {
                        self.read(stage, clock.until(stage)).await;
                    }
                }
            }
        }
    }

    async fn read(&mut self, stage: Stage, until: Instant) {
        let is_open_question = stage == Stage::Banner
            && self.server.settings.security != Security::Implicit
            && !self.server.quirks().has_probed;
        if is_open_question {
            let probe_at = until.min(Instant::now() + SILENCE_BEFORE_PROBE);
            match timeout_at(probe_at, self.stream.read(&mut self.buffer)).await {
                Ok(read) => return self.take_banner(read),
                Err(_) if self.expects_tls().await => {
                    return self.conversation.fail(self.tls_comes_first());
                }
                Err(_) => {}
            }
        }
        match timeout_at(until, self.stream.read(&mut self.buffer)).await {
            Ok(read) if stage == Stage::Banner => self.take_banner(read),
            Ok(read) => self.take(read),
            Err(_) => self.conversation.fail(SmtpFault::TimedOut),
        }
    }

    fn take(&mut self, read: io::Result<usize>) {
        match read {
            Ok(0) => self.conversation.fail(SmtpFault::Closed),
            Ok(read) => self.conversation.receive(&self.buffer[..read]),
            Err(error) => self.conversation.fail(SmtpFault::Broken(plain_io(&error))),
        }
    }

    /// The first bytes of a server may be an alert of TLS, which has waited in vain.
    fn take_banner(&mut self, read: io::Result<usize>) {
        const ALERT: [u8; 2] = [21, 3];
        match read {
            Ok(read) if self.buffer[..read].starts_with(&ALERT) => {
                self.conversation.fail(self.tls_comes_first());
            }
            read => self.take(read),
        }
    }

    fn tls_comes_first(&self) -> SmtpFault {
        SmtpFault::TlsComesFirst { host: self.server.host.clone(), port: self.server.port }
    }

    /// Whether the server, which says nothing, answers to TLS: over a connection of its own, on which nothing else is said.
    async fn expects_tls(&self) -> bool {
        self.server.quirks.note(|quirks| {
            quirks.has_probed = true;
            false
        });
        let probe = async {
            let config = match &self.server.tls {
                Some(config) => Arc::clone(config),
                None => Arc::new(tls::client_config(None).ok()?),
            };
            let name = server_name(&self.server.host).ok()?;
            let stream = tokio::net::TcpStream::connect(self.address).await.ok()?;
            let connecting = TlsConnector::from(config).connect(name, stream);
            Some(match connecting.await {
                Ok(_) => true,
                // Whatever it shows as a certificate, it speaks TLS.
                Err(error) => error.get_ref().is_some_and(|inner| {
                    matches!(
                        inner.downcast_ref::<rustls::Error>(),
                        Some(
                            rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)
                        )
                    )
                }),
            })
        };
        timeout(PROBE_WITHIN, probe).await.ok().flatten().unwrap_or(false)
    }

    async fn write(&mut self, stage: Stage, bytes: &[u8], until: Instant) {
        let before = self.stream.written();
        let fault = match timeout_at(until, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => SmtpFault::Broken(plain_io(&error)),
            Err(_) => SmtpFault::TimedOut,
        };
        if stage == Stage::Dot {
            if self.stream.written() != before {
                // Some of it is on its way: nobody can know.
                self.conversation.fail(fault);
                return;
            }
            self.conversation.dot_not_written();
        }
        self.take_last_words(fault).await;
    }

    /// Writes the message's bytes. A server that speaks meanwhile has something against it.
    async fn write_message(&mut self, bytes: &[u8], until: Instant) {
        let stuffed = dot_stuffed(bytes);
        let bytes = stuffed.as_deref().unwrap_or(bytes);
        let written = self.stream.write_all_or_read(bytes, &mut self.buffer);
        match timeout_at(until, written).await {
            Ok(Ok(WriteProgress::Written)) => {}
            Ok(Ok(WriteProgress::Read(0))) => self.conversation.fail(SmtpFault::Closed),
            Ok(Ok(WriteProgress::Read(read))) => self.conversation.receive(&self.buffer[..read]),
            Ok(Err(error)) => self.take_last_words(SmtpFault::Broken(plain_io(&error))).await,
            Err(_) => self.conversation.fail(SmtpFault::TimedOut),
        }
    }

    /// The socket takes no more. What the server said before it closed counts; `fault` stands when it said nothing.
    async fn take_last_words(&mut self, fault: SmtpFault) {
        let until = Instant::now() + LAST_WORDS_WITHIN;
        let mut taken = 0;
        while taken < MOST_LAST_WORDS_BYTES {
            match timeout_at(until, self.stream.read(&mut self.buffer)).await {
                Ok(Ok(read)) if read > 0 => {
                    taken += read;
                    self.conversation.receive(&self.buffer[..read]);
                }
                _ => break,
            }
        }
        if taken == 0 {
            self.conversation.fail(fault);
        } else {
            self.ended = Some(fault);
        }
    }

    async fn end_message(
        &mut self,
        leave: impl Future<Output = Result<(), String>> + Send,
        next: Option<&Message>,
    ) {
        if let Err(error) = leave.await {
            self.conversation.fail(SmtpFault::NoLeave(error));
            return;
        }
        // A reply that is here before the dot has left can only belong to something else, and would be taken for the
        // dot's. The next step ends the session when there is one.
        self.take_what_arrived().await;
        if self.conversation.may_end_message() {
            let next = next.map(|next| (&next.envelope, next.bytes.len()));
            self.conversation.leave_given(next);
        }
    }

    async fn fetch_token(&mut self) {
        let Some(command) = self
            .server
            .settings
            .credentials
            .as_ref()
            .and_then(|credentials| credentials.token_command().map(str::to_owned))
        else {
            self.conversation.fail(SmtpFault::NoToken("no command is set".to_owned()));
            return;
        };
        match token::fetch(&command).await {
            Ok(token) => self.conversation.token_given(token),
            // A command that worked a moment ago may fail with the network.
            Err(what) if self.server.quirks().has_opened => {
                self.conversation.fail(SmtpFault::Broken(SmtpFault::NoToken(what).to_string()));
            }
            Err(what) => self.conversation.fail(SmtpFault::NoToken(what)),
        }
    }

    /// STARTTLS was agreed.
    async fn secure(&mut self, until: Instant) {
        match timeout_at(until, self.start_tls()).await {
            Ok(Ok(())) => self.conversation.tls_started(),
            // Whoever said it, it was not said over TLS.
            Ok(Err(Handshake::Text(reply))) => {
                let what = format!("instead, the server sent without TLS: {}", reply.summary());
                self.conversation.fail(SmtpFault::TlsBroken(what));
            }
            Ok(Err(Handshake::Fault(fault))) => self.conversation.fail(fault),
            Err(_) => self.conversation.fail(SmtpFault::TimedOut),
        }
    }

    async fn start_tls(&mut self) -> Result<(), Handshake> {
        let failed = |what: String| Handshake::Fault(SmtpFault::TlsFailed(what));
        let config = self.server.tls.clone();
        let config = config.ok_or_else(|| failed("it was not set up".to_owned()))?;
        let name = server_name(&self.server.host).map_err(failed)?;
        let Stream::Plain(mut socket) = std::mem::replace(&mut self.stream, Stream::None) else {
            return Err(failed("it is already on".to_owned()));
        };
        socket.keep_first();
        let handshake = TlsConnector::from(config).connect(name, socket).into_fallible();
        match timeout(self.server.deadlines.connect, handshake).await {
            Ok(Ok(mut stream)) => {
                stream.get_mut().0.take_first();
                self.stream = Stream::Tls(Box::new(stream));
                Ok(())
            }
            Ok(Err((error, mut socket))) => {
                Err(tls::explain(&error, &socket.take_first(), &self.server.host))
            }
            Err(_) => Err(Handshake::Fault(SmtpFault::TimedOut)),
        }
    }
}

fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|_| format!("`{host}` is not a host name"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_at_the_beginning_of_a_line_is_doubled_and_others_are_not() {
        assert_eq!(dot_stuffed(b"a.b\r\nc\r\n"), None);
        assert_eq!(dot_stuffed(b".a\r\n..\r\nb.\r\n.\r\n").unwrap(), b"..a\r\n...\r\nb.\r\n..\r\n");
    }
}
