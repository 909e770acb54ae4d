//! One SMTP session without its socket: bytes and leave in, steps out (RFC 5321, 2920, 3207, 4954).
//! Pure: no clock, no network.
//!
//! Two rules keep answers and commands together. Before anything is written, nothing may be left unread: a server that
//! talks out of turn loses the connection. And a conversation that has failed never says anything again: a late answer
//! has nobody to reach.

use std::collections::VecDeque;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
pub use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use thiserror::Error;

use crate::message::Envelope;
use crate::rfc::reply::{Reply, ReplyError, ReplyReader, Stage};

/// How the connection is kept from being read on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// For servers on this machine only.
    Plain,
}

/// What the client needs to know to open a session.
#[derive(Clone)]
pub struct Settings {
    /// The name given with EHLO.
    pub hello: String,
    pub security: Security,
    pub credentials: Option<Credentials>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Settings({}, {:?}, login: {})",
            self.hello,
            self.security,
            self.credentials.is_some()
        )
    }
}

/// What the server can do, from its last EHLO reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub pipelining: bool,
    pub starttls: bool,
    /// RFC 1870; `None` when there is no limit.
    pub size: Option<usize>,
    /// Addresses in letters of any language (RFC 6531).
    pub smtputf8: bool,
    pub login_plain: bool,
    pub login_login: bool,
}

impl Capabilities {
    fn read(reply: &Reply) -> Self {
        let mut capabilities = Self::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']);
            match words.next() {
                Some("PIPELINING") => capabilities.pipelining = true,
                Some("STARTTLS") => capabilities.starttls = true,
                Some("SMTPUTF8") => capabilities.smtputf8 = true,
                Some("SIZE") => {
                    let size = words.next().and_then(|size| size.parse().ok());
                    capabilities.size = size.filter(|size| *size > 0);
                }
                Some("AUTH") => {
                    for mechanism in words {
                        match mechanism {
                            "PLAIN" => capabilities.login_plain = true,
                            "LOGIN" => capabilities.login_login = true,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        capabilities
    }
}

impl Capabilities {
    /// Whether it takes a message to this address.
    fn takes(&self, envelope: &Envelope) -> bool {
        self.smtputf8 || !envelope.recipient.needs_utf8()
    }
}

/// Anything but an answer in its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    #[error("no answer in time")]
    TimedOut,
    #[error("the server closed the connection")]
    Closed,
    #[error("{0}")]
    Broken(String),
    #[error("{0}")]
    NotSmtp(ReplyError),
    #[error("the server answered {0}, which makes no sense here")]
    OutOfPlace(u16),
    #[error("the server sent an answer nobody asked for")]
    Unsolicited,
    #[error("the server does not offer STARTTLS")]
    TlsNotOffered,
    #[error(
        "the server sent something between its STARTTLS answer and TLS: somebody may be listening"
    )]
    TlsInjected,
    #[error("TLS failed: {0}")]
    TlsFailed(String),
    #[error("the server offers no login that roundup knows (PLAIN, LOGIN)")]
    NoLogin,
    #[error("the server takes messages of {limit} bytes at most; this one has {size}")]
    TooLarge { size: usize, limit: usize },
    #[error("the relay takes no address with letters outside a-z before the @")]
    Utf8NotOffered,
    #[error("the ledger could not be written, so the message was not ended: {0}")]
    NoLeave(String),
}

/// How a transaction, or the opening of a session, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub stage: Stage,
    pub result: Result<Reply, Fault>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(reply) => {
                write!(f, "the relay answered {} ({})", reply.summary(), self.stage.name())
            }
            Err(fault) => write!(f, "{fault} ({})", self.stage.name()),
        }
    }
}

/// What the shell has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Write these bytes.
    Write(Stage, Vec<u8>),
    /// Write the message's bytes, all but the final dot.
    WriteMessage,
    /// Read some bytes and give them to `receive`, within the time for this stage.
    Read(Stage),
    /// Do the TLS handshake, then call `tls_started`.
    StartTls,
    /// The session is open and idle.
    Ready,
    /// Ask for leave to end the message; call `leave_given` when it is there.
    AskLeave,
    /// The transaction, or the opening, is over.
    Done(Outcome),
    /// Nothing more will come.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Banner,
    Hello,
    StartTls,
    Handshake,
    Login,
    Idle,
    /// The last message is answered, and the next one's commands are under way.
    Announced,
    Envelope,
    Message,
    Leave,
    Dot,
    Quit,
    Dead,
}

/// See the module.
pub struct Conversation {
    settings: Settings,
    state: State,
    secure: bool,
    reader: ReplyReader,
    out: Vec<u8>,
    capabilities: Capabilities,
    /// Commands of a transaction that wait to be written.
    commands: VecDeque<(Stage, String)>,
    /// Commands that wait for their answers, in order.
    awaiting: VecDeque<Stage>,
    /// The first answer of the transaction that was no yes.
    refusal: Option<(Stage, Reply)>,
    data_agreed: bool,
    /// The envelope whose commands left together with the last message's dot.
    announced: Option<Envelope>,
    /// A transaction was begun and not completed: RSET comes before the next.
    needs_reset: bool,
    done: Option<Outcome>,
}

impl Conversation {
    pub fn new(settings: Settings) -> Self {
        let secure = settings.security == Security::Implicit;
        Self {
            settings,
            state: State::Banner,
            secure,
            reader: ReplyReader::default(),
            out: Vec::new(),
            capabilities: Capabilities::default(),
            commands: VecDeque::new(),
            awaiting: VecDeque::new(),
            refusal: None,
            data_agreed: false,
            announced: None,
            needs_reset: false,
            done: None,
        }
    }

    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// True when another transaction may begin.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle && self.reader.is_empty()
    }

    /// True when this transaction may begin: the session is idle, or the transaction was announced already.
    pub fn is_ready_for(&self, envelope: &Envelope) -> bool {
        match self.state {
            State::Announced => self.announced.as_ref() == Some(envelope),
            _ => self.is_idle(),
        }
    }

    /// True while an announced transaction waits for its message.
    pub fn has_announced(&self) -> bool {
        self.state == State::Announced
    }

    /// Begins a transaction. Only when ready for it.
    pub fn begin(&mut self, envelope: &Envelope, size: usize) {
        assert!(
            self.state == State::Idle || self.announced.as_ref() == Some(envelope),
            "a transaction begins in an idle session, or in one that it was announced in"
        );
        if self.announced.take().is_some() {
            self.refusal = None;
            self.data_agreed = false;
            self.needs_reset = true;
            self.state = State::Envelope;
            return;
        }
        if let Some(limit) = self.capabilities.size.filter(|limit| size > *limit) {
            // Nothing was written: the session is as good as before.
            self.done =
                Some(Outcome { stage: Stage::Mail, result: Err(Fault::TooLarge { size, limit }) });
            return;
        }
        if !self.capabilities.takes(envelope) {
            self.done = Some(Outcome { stage: Stage::Mail, result: Err(Fault::Utf8NotOffered) });
            return;
        }
        self.refusal = None;
        self.data_agreed = false;
        if std::mem::replace(&mut self.needs_reset, true) {
            self.commands.push_back((Stage::Reset, Rset.to_string()));
        }
        self.queue_envelope(envelope, size);
        self.state = State::Envelope;
        self.send_commands();
    }

    fn queue_envelope(&mut self, envelope: &Envelope, size: usize) {
        let mut parameters = Vec::new();
        if self.capabilities.size.is_some() {
            parameters.push(MailParameter::Size(size));
        }
        if envelope.recipient.needs_utf8() {
            // The To field has the address as it is: eight bits, for this message alone.
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(envelope.sender.to_lettre()), parameters);
        let recipient = Rcpt::new(envelope.recipient.to_lettre(), Vec::new());
        self.commands.push_back((Stage::Mail, mail.to_string()));
        self.commands.push_back((Stage::Recipient, recipient.to_string()));
        self.commands.push_back((Stage::Data, Data.to_string()));
    }

    /// Ends an idle session politely.
    pub fn quit(&mut self) {
        if self.is_idle() {
            self.out.extend_from_slice(Quit.to_string().as_bytes());
            self.state = State::Quit;
        } else {
            self.state = State::Dead;
        }
    }

    /// Bytes from the server.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
    }

    /// The socket failed, or the time for the stage is over.
    pub fn fail(&mut self, fault: Fault) {
        if self.state != State::Dead {
            self.finish(self.stage(), Err(fault));
            self.state = State::Dead;
        }
    }

    pub fn tls_started(&mut self) {
        assert!(self.state == State::Handshake, "TLS starts only after the server agreed");
        self.secure = true;
        // What was said before TLS counts for nothing (RFC 3207 section 4.2).
        self.capabilities = Capabilities::default();
        self.say_hello();
    }

    /// True when leave to end the message can still be used: the session lives, and nothing was said out of turn.
    pub fn may_end_message(&self) -> bool {
        self.state == State::Leave && self.reader.is_empty()
    }

    /// The ledger has it in writing: the final dot may leave. Where the server takes commands in groups, those of the next
    /// message leave in the same write (RFC 2920 section 3.1 allows it behind a message): one round trip a message. An
    /// answer too many cannot shift results: the third must be 354, and nothing may be left unread behind it.
    pub fn leave_given(&mut self, next: Option<(&Envelope, usize)>) {
        assert!(self.state == State::Leave, "leave is given only when it was asked for");
        self.out.extend_from_slice(b".\r\n");
        self.state = State::Dot;
        if let Some((envelope, size)) = next
            && self.capabilities.pipelining
            && self.capabilities.size.is_none_or(|limit| size <= limit)
            && self.capabilities.takes(envelope)
        {
            self.announced = Some(envelope.clone());
            self.queue_envelope(envelope, size);
            self.send_commands();
        }
    }

    /// What to do next.
    pub fn next_step(&mut self) -> Step {
        loop {
            if let Some(outcome) = self.done.take() {
                return Step::Done(outcome);
            }
            if self.state == State::Dead {
                return Step::Closed;
            }
            let may_write =
                !self.out.is_empty() || matches!(self.state, State::Message | State::Leave);
            if may_write && !self.reader.is_empty() {
                self.fail(Fault::Unsolicited);
                continue;
            }
            if !self.out.is_empty() {
                return Step::Write(self.stage(), std::mem::take(&mut self.out));
            }
            match self.state {
                State::Idle | State::Announced => return Step::Ready,
                State::Message => {
                    self.state = State::Leave;
                    return Step::WriteMessage;
                }
                State::Leave => return Step::AskLeave,
                State::Handshake => return Step::StartTls,
                State::Banner
                | State::Hello
                | State::StartTls
                | State::Login
                | State::Envelope
                | State::Dot
                | State::Quit
                | State::Dead => {}
            }
            match self.reader.next_reply() {
                Ok(Some(reply)) => self.answer(reply),
                Ok(None) => return Step::Read(self.stage()),
                Err(error) => self.fail(Fault::NotSmtp(error)),
            }
        }
    }

    /// The stage that a failure now would belong to.
    fn stage(&self) -> Stage {
        match self.state {
            State::Banner => Stage::Banner,
            State::Hello => Stage::Hello,
            State::StartTls | State::Handshake => Stage::Tls,
            State::Login => Stage::Login,
            State::Envelope => self.awaiting.front().copied().unwrap_or(Stage::Mail),
            State::Message | State::Leave => Stage::Body,
            State::Dot => Stage::Dot,
            State::Idle | State::Announced | State::Quit | State::Dead => Stage::Quit,
        }
    }

    fn finish(&mut self, stage: Stage, result: Result<Reply, Fault>) {
        self.done = Some(Outcome { stage, result });
    }

    /// An answer that ends the opening of the session.
    fn give_up(&mut self, stage: Stage, result: Result<Reply, Fault>) {
        self.finish(stage, result);
        self.state = State::Dead;
    }

    fn say_hello(&mut self) {
        let hello = Ehlo::new(ClientId::Domain(self.settings.hello.clone()));
        self.out.extend_from_slice(hello.to_string().as_bytes());
        self.state = State::Hello;
    }

    fn answer(&mut self, reply: Reply) {
        // "Service closing" may come at any time; whatever stage it answers, the session is over.
        let closing = reply.code == 421;
        match self.state {
            State::Banner => match reply.code {
                220 => self.say_hello(),
                400..=599 => self.give_up(Stage::Banner, Ok(reply)),
                code => self.give_up(Stage::Banner, Err(Fault::OutOfPlace(code))),
            },
            State::Hello => match reply.code {
                250 => {
                    self.capabilities = Capabilities::read(&reply);
                    self.after_hello();
                }
                400..=599 => self.give_up(Stage::Hello, Ok(reply)),
                code => self.give_up(Stage::Hello, Err(Fault::OutOfPlace(code))),
            },
            State::StartTls => match reply.code {
                220 if self.reader.is_empty() => self.state = State::Handshake,
                220 => self.give_up(Stage::Tls, Err(Fault::TlsInjected)),
                400..=599 => self.give_up(Stage::Tls, Ok(reply)),
                code => self.give_up(Stage::Tls, Err(Fault::OutOfPlace(code))),
            },
            State::Login => self.answer_login(reply),
            State::Envelope => self.answer_envelope(reply),
            State::Dot => {
                let result = match reply.code {
                    200..=299 => {
                        self.needs_reset = false;
                        Ok(reply)
                    }
                    400..=599 => {
                        self.needs_reset = false;
                        Ok(reply)
                    }
                    code => Err(Fault::OutOfPlace(code)),
                };
                let usable = result.is_ok() && !closing;
                self.finish(Stage::Dot, result);
                self.state = match (usable, self.announced.is_some()) {
                    (true, true) => State::Announced,
                    (true, false) => State::Idle,
                    (false, _) => State::Dead,
                };
            }
            State::Quit => self.state = State::Dead,
            State::Idle
            | State::Announced
            | State::Handshake
            | State::Message
            | State::Leave
            | State::Dead => {
                self.fail(Fault::Unsolicited);
            }
        }
    }

    fn after_hello(&mut self) {
        if self.settings.security == Security::StartTls && !self.secure {
            if self.capabilities.starttls {
                self.out.extend_from_slice(Starttls.to_string().as_bytes());
                self.state = State::StartTls;
            } else {
                self.give_up(Stage::Tls, Err(Fault::TlsNotOffered));
            }
            return;
        }
        let Some(credentials) = self.settings.credentials.clone() else {
            self.state = State::Idle;
            return;
        };
        let mechanism = if self.capabilities.login_plain {
            Mechanism::Plain
        } else if self.capabilities.login_login {
            Mechanism::Login
        } else {
            self.give_up(Stage::Login, Err(Fault::NoLogin));
            return;
        };
        match Auth::new(mechanism, credentials, None) {
            Ok(command) => {
                self.out.extend_from_slice(command.to_string().as_bytes());
                self.state = State::Login;
            }
            Err(error) => self.give_up(Stage::Login, Err(Fault::Broken(error.to_string()))),
        }
    }

    fn answer_login(&mut self, reply: Reply) {
        match reply.code {
            235 => self.state = State::Idle,
            334 => {
                let challenge = reply.lines.first().map_or("", |line| line.trim());
                let response = STANDARD
                    .decode(challenge)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .zip(self.settings.credentials.as_ref())
                    .and_then(|(challenge, credentials)| {
                        Mechanism::Login.response(credentials, Some(&challenge)).ok()
                    });
                match response {
                    Some(response) => {
                        self.out.extend_from_slice(STANDARD.encode(response).as_bytes());
                        self.out.extend_from_slice(b"\r\n");
                    }
                    None => self.give_up(Stage::Login, Err(Fault::OutOfPlace(334))),
                }
            }
            400..=599 => self.give_up(Stage::Login, Ok(reply)),
            code => self.give_up(Stage::Login, Err(Fault::OutOfPlace(code))),
        }
    }

    /// Writes the transaction's commands: all at once where the server takes them so, else the next one.
    fn send_commands(&mut self) {
        let most = if self.capabilities.pipelining { self.commands.len() } else { 1 };
        for (stage, command) in self.commands.drain(..most.min(self.commands.len())) {
            self.out.extend_from_slice(command.as_bytes());
            self.awaiting.push_back(stage);
        }
    }

    fn answer_envelope(&mut self, reply: Reply) {
        let Some(stage) = self.awaiting.pop_front() else {
            self.fail(Fault::Unsolicited);
            return;
        };
        let in_place = match (stage, reply.code) {
            (_, 400..=599) => true,
            (Stage::Data, code) => code == 354,
            (_, code) => (200..300).contains(&code),
        };
        if !in_place {
            self.awaiting.clear();
            self.commands.clear();
            let code = reply.code;
            self.finish(stage, Err(Fault::OutOfPlace(code)));
            self.state = State::Dead;
            return;
        }
        if reply.code == 421 {
            // An earlier refusal says more than the goodbye that follows it.
            let (stage, reply) = self.refusal.take().unwrap_or((stage, reply));
            self.give_up(stage, Ok(reply));
            return;
        }
        if reply.code >= 400 {
            self.refusal.get_or_insert((stage, reply));
            // Commands not yet written are not needed any more.
            self.commands.clear();
        } else if stage == Stage::Data {
            self.data_agreed = true;
        }
        if !self.commands.is_empty() {
            self.send_commands();
        } else if self.awaiting.is_empty() {
            match self.refusal.take() {
                Some((stage, reply)) => {
                    self.finish(stage, Ok(reply));
                    // The server waits for a message to nobody. There is no safe way to end it: drop the session.
                    self.state = if self.data_agreed { State::Dead } else { State::Idle };
                }
                None => self.state = State::Message,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfc::address::EmailAddress;

    /// Plays a dialogue: `S:` is the server, `C:` what must be written, `=` what must come of it.
    /// `S-` sends a line without waiting for what came before to be read.
    fn play(settings: Settings, script: &str) {
        let mut conversation = Conversation::new(settings);
        let envelope = Envelope {
            sender: EmailAddress::parse("news@charity.example").unwrap(),
            recipient: EmailAddress::parse("ann@example.org").unwrap(),
        };
        let mut written = String::new();
        let mut log: Vec<String> = Vec::new();
        let pump = |conversation: &mut Conversation, written: &mut String| -> String {
            loop {
                match conversation.next_step() {
                    Step::Write(_, bytes) => written.push_str(&String::from_utf8(bytes).unwrap()),
                    Step::WriteMessage => written.push_str("<message>\r\n"),
                    Step::Read(stage) => return format!("read {}", stage.name()),
                    Step::StartTls => return "tls".to_owned(),
                    Step::Ready => return "ready".to_owned(),
                    Step::AskLeave => return "leave?".to_owned(),
                    Step::Done(Outcome { stage, result: Ok(reply) }) => {
                        return format!("{} {}", stage.name(), reply.code);
                    }
                    Step::Done(Outcome { stage, result: Err(fault) }) => {
                        return format!("{} fault: {fault}", stage.name());
                    }
                    Step::Closed => return "closed".to_owned(),
                }
            }
        };
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            log.push(line.to_owned());
            let (kind, text) = line.split_once(' ').unwrap_or((line, ""));
            match kind {
                "S:" => conversation.receive(format!("{text}\r\n").as_bytes()),
                "C:" => {
                    let expected = format!("{text}\r\n");
                    if !written.starts_with(&expected) {
                        pump(&mut conversation, &mut written);
                    }
                    assert!(written.starts_with(&expected), "wrote {written:?} after {log:#?}");
                    written.drain(..expected.len());
                }
                "=" => {
                    let step = pump(&mut conversation, &mut written);
                    assert_eq!(step, text, "after {log:#?}");
                    assert_eq!(written, "", "was written too, after {log:#?}");
                }
                "begin" => conversation.begin(&envelope, 1000),
                "leave" => conversation.leave_given(None),
                "leave-next" => conversation.leave_given(Some((&envelope, 1000))),
                "tls" => conversation.tls_started(),
                "timeout" => conversation.fail(Fault::TimedOut),
                "quit" => conversation.quit(),
                other => panic!("no such line: {other}"),
            }
        }
    }

    fn plain() -> Settings {
        Settings { hello: "me.example".to_owned(), security: Security::Plain, credentials: None }
    }

    fn with_login(security: Security) -> Settings {
        Settings {
            security,
            credentials: Some(Credentials::new("ann".to_owned(), "pass word".to_owned())),
            ..plain()
        }
    }

    const OPEN: &str = "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 8BITMIME\n= ready\n";
    const OPEN_PIPELINED: &str =
        "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250-SIZE 5000\nS: 250 PIPELINING\n= ready\n";

    #[test]
    fn a_message_command_by_command() {
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 ok\nC: RCPT TO:<ann@example.org>\nS: 250 ok\nC: DATA\n\
                 S: 354 go\nC: <message>\n= leave?\nleave\nC: .\nS: 250 2.0.0 queued as X\n= end of message 250\n= ready\n\
                 quit\nC: QUIT\nS: 221 bye\n= closed"
            ),
        );
    }

    #[test]
    fn pipelined_commands_share_a_write_and_answers_keep_their_order() {
        let group = "C: MAIL FROM:<news@charity.example> SIZE=1000\nC: RCPT TO:<ann@example.org>\nC: DATA\n";
        play(
            plain(),
            &format!(
                "{OPEN_PIPELINED}begin\n{group}S: 250 a\nS: 250 b\nS: 354 c\nC: <message>\n= leave?\nleave\nC: .\nS: 250 ok\n= end of message 250\n= ready"
            ),
        );
        // A refused recipient: the session goes on after RSET.
        play(
            plain(),
            &format!(
                "{OPEN_PIPELINED}begin\n{group}S: 250 a\nS: 550 5.1.1 no\nS: 503 no\n= RCPT 550\n= ready\nbegin\nC: RSET\n{group}S: 250 r\nS: 250 a\nS: 250 b\nS: 354 c\nC: <message>\n= leave?"
            ),
        );
        // A server that refuses the recipient and still wants the message: never again on this connection.
        play(
            plain(),
            &format!(
                "{OPEN_PIPELINED}begin\n{group}S: 250 a\nS: 550 5.1.1 no\nS: 354 go\n= RCPT 550\n= closed"
            ),
        );
        // The sender is refused: the first refusal counts.
        play(
            plain(),
            &format!(
                "{OPEN_PIPELINED}begin\n{group}S: 550 5.7.1 no\nS: 503 a\nS: 503 b\n= MAIL 550\n= ready"
            ),
        );
    }

    #[test]
    fn the_next_messages_commands_leave_with_the_dot() {
        let group = "C: MAIL FROM:<news@charity.example> SIZE=1000\nC: RCPT TO:<ann@example.org>\nC: DATA\n";
        let first = format!(
            "{OPEN_PIPELINED}begin\n{group}S: 250 a\nS: 250 b\nS: 354 c\nC: <message>\n= leave?\nleave-next\nC: .\n{group}"
        );
        // All answers at once, or one by one: each message has its own.
        play(
            plain(),
            &format!(
                "{first}S: 250 taken\nS: 250 a\nS: 250 b\nS: 354 c\n= end of message 250\nbegin\nC: <message>\n= leave?\n\
                 leave\nC: .\nS: 554 5.6.0 no\n= end of message 554\n= ready"
            ),
        );
        // The first is refused at its end, the second at RCPT.
        play(
            plain(),
            &format!(
                "{first}S: 554 5.6.0 no\n= end of message 554\nbegin\nS: 250 a\nS: 550 5.1.1 no\nS: 503 no\n= RCPT 550\n= ready"
            ),
        );
        // An answer too many, or too few: the second message is never ended.
        play(
            plain(),
            &format!(
                "{first}S: 250 taken\nS: 250 extra\nS: 250 a\nS: 250 b\nS: 354 c\n= end of message 250\nbegin\n\
                 = DATA fault: the server answered 250, which makes no sense here\n= closed"
            ),
        );
        play(
            plain(),
            &format!(
                "{first}S: 250 taken\nS: 250 a\nS: 354 c\n= end of message 250\nbegin\n\
                 = RCPT fault: the server answered 354, which makes no sense here\n= closed"
            ),
        );
        // The server closes behind the first.
        play(plain(), &format!("{first}S: 421 4.3.2 bye\n= end of message 421\n= closed"));
        // Nobody wants the second any more: the session is dropped, and its message never ends.
        play(plain(), &format!("{first}S: 250 taken\n= end of message 250\nquit\n= closed"));
    }

    #[test]
    fn answers_out_of_place_end_the_session() {
        let mail = "begin\nC: MAIL FROM:<news@charity.example>\n";
        play(
            plain(),
            &format!(
                "{OPEN}{mail}S: 354 what\n= MAIL fault: the server answered 354, which makes no sense here\n= closed"
            ),
        );
        let data = format!("{mail}S: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nC: DATA\n");
        play(
            plain(),
            &format!(
                "{OPEN}{data}S: 250 what\n= DATA fault: the server answered 250, which makes no sense here\n= closed"
            ),
        );
        let dot = format!("{data}S: 354 go\nC: <message>\n= leave?\nleave\nC: .\n");
        play(
            plain(),
            &format!(
                "{OPEN}{dot}S: 354 what\n= end of message fault: the server answered 354, which makes no sense here\n= closed"
            ),
        );
        play(
            plain(),
            &format!(
                "{OPEN}{dot}S: hello\n= end of message fault: the server sent something that is not an SMTP reply: `hello`\n= closed"
            ),
        );
        play(
            plain(),
            &format!(
                "{OPEN}{dot}timeout\n= end of message fault: no answer in time\nS: 250 late\n= closed"
            ),
        );
    }

    #[test]
    fn an_answer_nobody_asked_for_never_shifts_the_others() {
        // Two answers to RCPT: the second must not be taken for DATA's.
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nS: 250 extra\n= DATA fault: the server sent an answer nobody asked for\n= closed"
            ),
        );
        // After the message is written and before its end.
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nC: DATA\nS: 354 go\nS: 250 early\n= message text fault: the server sent an answer nobody asked for\n= closed"
            ),
        );
        // The row keeps its own answer; the session is lost.
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nC: DATA\nS: 354 go\nC: <message>\n= leave?\nleave\nC: .\nS: 250 ok\nS: 554 shift\n= end of message 250\nbegin\n= MAIL fault: the server sent an answer nobody asked for\n= closed"
            ),
        );
    }

    #[test]
    fn starttls_or_nothing() {
        let settings = || with_login(Security::StartTls);
        play(
            settings(),
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250-AUTH PLAIN\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n= tls\ntls\nC: EHLO me.example\nS: 250-me\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN AGFubgBwYXNzIHdvcmQ=\nS: 235 ok\n= ready",
        );
        play(
            settings(),
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 AUTH PLAIN\n= TLS fault: the server does not offer STARTTLS\n= closed",
        );
        play(
            settings(),
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS: 250 AUTH PLAIN\n= TLS fault: the server sent something between its STARTTLS answer and TLS: somebody may be listening\n= closed",
        );
        play(
            settings(),
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 not now\n= TLS 454\n= closed",
        );
    }

    #[test]
    fn logins() {
        let settings = || with_login(Security::Implicit);
        let open = "S: 220 hi\nC: EHLO me.example\nS: 250-me\n";
        play(
            settings(),
            &format!(
                "{open}S: 250 AUTH=LOGIN\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW5u\nS: 334 UGFzc3dvcmQ6\nC: cGFzcyB3b3Jk\nS: 235 ok\n= ready"
            ),
        );
        play(
            settings(),
            &format!(
                "{open}S: 250 AUTH PLAIN\nC: AUTH PLAIN AGFubgBwYXNzIHdvcmQ=\nS: 535 5.7.8 no\n= login 535\n= closed"
            ),
        );
        play(
            settings(),
            &format!(
                "{open}S: 250 AUTH GSSAPI\n= login fault: the server offers no login that roundup knows (PLAIN, LOGIN)\n= closed"
            ),
        );
    }

    #[test]
    fn openings_that_fail() {
        play(plain(), "S: 554 5.7.1 go away\n= greeting 554\n= closed");
        play(
            plain(),
            "S: 250 hi\n= greeting fault: the server answered 250, which makes no sense here\n= closed",
        );
        play(plain(), "S: 220 hi\nC: EHLO me.example\nS: 421 later\n= EHLO 421\n= closed");
        play(plain(), "timeout\n= greeting fault: no answer in time\n= closed");
    }

    #[test]
    fn goodbye_in_mid_transaction() {
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 421 4.3.2 bye\n= MAIL 421\n= closed"
            ),
        );
        let group = "C: MAIL FROM:<news@charity.example> SIZE=1000\nC: RCPT TO:<ann@example.org>\nC: DATA\n";
        play(
            plain(),
            &format!(
                "{OPEN_PIPELINED}begin\n{group}S: 250 a\nS: 550 5.1.1 no\nS: 421 bye\n= RCPT 550\n= closed"
            ),
        );
    }

    #[test]
    fn a_message_over_the_servers_size_is_not_begun() {
        let mut conversation = Conversation::new(plain());
        conversation.receive(b"220 hi\r\n250-me\r\n");
        // The EHLO reply is there before EHLO was written: out of turn.
        assert!(matches!(
            conversation.next_step(),
            Step::Done(Outcome { stage: Stage::Hello, result: Err(Fault::Unsolicited) })
        ));
        play(
            plain(),
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 SIZE 999\n= ready\nbegin\n= MAIL fault: the server takes messages of 999 bytes at most; this one has 1000\n= ready",
        );
    }
}
