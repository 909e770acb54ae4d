//! One SMTP session without its socket: bytes and leave in, steps out (RFC 5321, 2920, 3207, 4954).
//! Pure: no clock, no network.
//!
//! Two rules keep replies and commands together. Before anything is written, nothing may be left unread: a server that
//! talks out of turn loses the connection. And a conversation that has failed never says anything again: a late reply
//! has nobody to reach. A refusal that was read counts, whatever happens to the connection after it.

mod answers;

use std::collections::VecDeque;
use std::net::IpAddr;

use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use secrecy::SecretString;

pub use super::capabilities::Capabilities;
pub use super::fault::{SmtpFault, TransmitOutcome};
pub use super::login::Credentials;
use super::login::{Login, Mechanism};
use crate::message::Envelope;
use crate::rfc::reply::{Reply, ReplyReader, Stage};

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
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name given with EHLO.
    pub ehlo_name: String,
    pub security: Security,
    pub credentials: Option<Credentials>,
}

/// The server, as the conversation has to name it.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    pub host: String,
    pub port: u16,
    /// The mechanism that worked before, where the first one offered was refused.
    pub mechanism: Option<Mechanism>,
}

/// True for names and numbers of this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// What the shell has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum SessionStep {
    /// Write these bytes.
    Write(Stage, Vec<u8>),
    /// Write the message's bytes, all but the final dot.
    WriteMessage,
    /// Read some bytes and give them to `receive`, within the time for this stage.
    Read(Stage),
    /// Do the TLS handshake, then call `tls_started`.
    StartTls,
    /// Fetch an access token, then call `token_given`.
    FetchToken,
    /// The session is open and idle.
    Ready,
    /// Get leave to end the message; call `leave_given` when it is there.
    AskLeave,
    /// The transaction, or the opening, is over.
    Done(TransmitOutcome),
    /// Nothing more will come.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Banner,
    Hello,
    StartTls,
    Handshake,
    Token,
    Login,
    Idle,
    /// The last message is answered, and the next one's commands are under way.
    Announced,
    Envelope,
    Message,
    Leave,
    /// The server spoke before the message had ended; its dot will not follow.
    Interrupted,
    Dot,
    Quit,
    Dead,
}

/// One session, from the banner to the goodbye.
pub struct Conversation {
    settings: Settings,
    peer: Peer,
    state: State,
    secure: bool,
    reader: ReplyReader,
    out: Vec<u8>,
    capabilities: Capabilities,
    login: Option<Login>,
    /// The mechanism that let us in; `true` when it was not the first choice.
    opened_by: Option<(Mechanism, bool)>,
    /// Commands of a transaction that wait to be written.
    commands: VecDeque<(Stage, String)>,
    /// Commands that wait for their replies, in order.
    awaiting: VecDeque<Stage>,
    /// The first refusal of the transaction.
    refusal: Option<(Stage, Reply)>,
    data_agreed: bool,
    /// The envelope whose commands left together with the last message's dot.
    announced: Option<Envelope>,
    /// A transaction was begun and not completed: RSET comes before the next. A server may keep it open after it
    /// refused the message's end, as Postfix does.
    needs_reset: bool,
    done: Option<TransmitOutcome>,
}

impl Conversation {
    pub fn new(settings: Settings) -> Self {
        Self::with(settings, Peer::default())
    }

    pub fn with(settings: Settings, peer: Peer) -> Self {
        let secure = settings.security == Security::Implicit;
        Self {
            settings,
            peer,
            state: State::Banner,
            secure,
            reader: ReplyReader::default(),
            out: Vec::new(),
            capabilities: Capabilities::default(),
            login: None,
            opened_by: None,
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

    /// The mechanism that let us in, if there was a login; `true` when it was not the first choice.
    pub fn opened_by(&self) -> Option<(Mechanism, bool)> {
        self.opened_by
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

    /// True when the last message's end was refused: its transaction may still be open at the server.
    pub fn is_after_refused_end(&self) -> bool {
        self.needs_reset && matches!(self.state, State::Idle | State::Announced)
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
                Some(TransmitOutcome::fault(Stage::Mail, SmtpFault::TooLarge { size, limit }));
            return;
        }
        if !self.capabilities.takes(envelope) {
            self.done = Some(TransmitOutcome::fault(Stage::Mail, SmtpFault::Utf8NotOffered));
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
            // The To field has the address as it is: eight bits, for this message only.
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

    /// The socket failed, or the time for the stage is over. A refusal that was read before says more.
    pub fn fail(&mut self, fault: SmtpFault) {
        if self.state == State::Dead {
            return;
        }
        let refusal = match self.state {
            State::Envelope => self.refusal.take(),
            State::Token | State::Login => {
                let refusal = self.login.as_mut().and_then(|login| login.refusal.take());
                refusal.map(|reply| (Stage::Login, reply))
            }
            _ => None,
        };
        match refusal {
            Some((stage, reply)) => self.finish(stage, Ok(reply)),
            None => self.finish(self.stage(), Err(fault)),
        }
        self.state = State::Dead;
    }

    /// The dot did not leave: not one byte of it reached the socket. What the server said belongs to the message's text,
    /// and the message was certainly not taken.
    pub fn dot_not_written(&mut self) {
        assert!(self.state == State::Dot, "a dot that was to be written");
        self.announced = None;
        self.commands.clear();
        self.awaiting.clear();
        self.state = State::Interrupted;
    }

    pub fn tls_started(&mut self) {
        assert!(self.state == State::Handshake, "TLS starts only after the server agreed");
        self.secure = true;
        // What was said before TLS counts for nothing (RFC 3207 section 4.2).
        self.capabilities = Capabilities::default();
        self.say_hello();
    }

    /// The access token that was to be fetched.
    pub fn token_given(&mut self, token: SecretString) {
        assert!(self.state == State::Token, "a token is given only on request");
        if let Some(login) = &mut self.login {
            let step = login.token_given(token);
            self.take_login_step(step);
        }
    }

    /// True when leave to end the message can still be used: the session lives, and nothing was said out of turn.
    pub fn may_end_message(&self) -> bool {
        self.state == State::Leave && self.reader.is_empty()
    }

    /// The ledger has it in writing: the final dot may leave. Where the server takes commands in groups, those of the next
    /// message leave in the same write (RFC 2920 section 3.1 allows it behind a message): one round trip a message. A
    /// reply too many cannot shift results: the third must be 354, and nothing may be left unread behind it.
    pub fn leave_given(&mut self, next: Option<(&Envelope, usize)>) {
        assert!(self.state == State::Leave, "leave is given only on request");
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
    pub fn next_step(&mut self) -> SessionStep {
        loop {
            if let Some(outcome) = self.done.take() {
                return SessionStep::Done(outcome);
            }
            if self.state == State::Dead {
                return SessionStep::Closed;
            }
            if !self.reader.is_empty() {
                if matches!(self.state, State::Message | State::Leave) {
                    self.state = State::Interrupted;
                } else if !self.out.is_empty() {
                    self.out_of_turn();
                    continue;
                }
            }
            if !self.out.is_empty() {
                return SessionStep::Write(self.stage(), std::mem::take(&mut self.out));
            }
            match self.state {
                State::Idle | State::Announced => return SessionStep::Ready,
                State::Message => {
                    self.state = State::Leave;
                    return SessionStep::WriteMessage;
                }
                State::Leave => return SessionStep::AskLeave,
                State::Handshake => return SessionStep::StartTls,
                State::Token => return SessionStep::FetchToken,
                State::Banner
                | State::Hello
                | State::StartTls
                | State::Login
                | State::Envelope
                | State::Interrupted
                | State::Dot
                | State::Quit
                | State::Dead => {}
            }
            match self.reader.next_reply() {
                Ok(Some(reply)) => self.answer(reply),
                Ok(None) => return SessionStep::Read(self.stage()),
                Err(error) => self.fail(SmtpFault::NotSmtp(error)),
            }
        }
    }

    /// Something is there before our next line has left. "Service closing" may come at any time (RFC 5321 section 3.8).
    fn out_of_turn(&mut self) {
        match self.reader.next_reply() {
            Ok(Some(reply)) if reply.code == 421 => self.give_up(self.stage(), Ok(reply)),
            _ => self.fail(SmtpFault::Unsolicited),
        }
    }

    /// The stage that a failure now would belong to.
    fn stage(&self) -> Stage {
        match self.state {
            State::Banner => Stage::Banner,
            State::Hello => Stage::Hello,
            State::StartTls | State::Handshake => Stage::Tls,
            State::Token | State::Login => Stage::Login,
            State::Envelope => self.awaiting.front().copied().unwrap_or(Stage::Mail),
            State::Message | State::Leave | State::Interrupted => Stage::Body,
            State::Dot => Stage::Dot,
            State::Idle | State::Announced | State::Quit | State::Dead => Stage::Quit,
        }
    }

    fn finish(&mut self, stage: Stage, result: Result<Reply, SmtpFault>) {
        self.done = Some(TransmitOutcome { stage, result });
    }

    /// A reply that ends the session.
    fn give_up(&mut self, stage: Stage, result: Result<Reply, SmtpFault>) {
        self.finish(stage, result);
        self.state = State::Dead;
    }

    fn say_hello(&mut self) {
        let hello = Ehlo::new(ClientId::Domain(self.settings.ehlo_name.clone()));
        self.out.extend_from_slice(hello.to_string().as_bytes());
        self.state = State::Hello;
    }

    /// Writes the transaction's commands: all at once where the server takes them so, else the next one.
    fn send_commands(&mut self) {
        let most = if self.capabilities.pipelining { self.commands.len() } else { 1 };
        for (stage, command) in self.commands.drain(..most.min(self.commands.len())) {
            self.out.extend_from_slice(command.as_bytes());
            self.awaiting.push_back(stage);
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
                    SessionStep::Write(_, bytes) => {
                        written.push_str(&String::from_utf8(bytes).unwrap());
                    }
                    SessionStep::WriteMessage => written.push_str("<message>\r\n"),
                    SessionStep::Read(stage) => return format!("read {}", stage.name()),
                    SessionStep::StartTls => return "tls".to_owned(),
                    SessionStep::Ready => return "ready".to_owned(),
                    SessionStep::AskLeave => return "leave?".to_owned(),
                    SessionStep::FetchToken => return "token?".to_owned(),
                    SessionStep::Done(TransmitOutcome { stage, result: Ok(reply) }) => {
                        return format!("{} {}", stage.name(), reply.code);
                    }
                    SessionStep::Done(TransmitOutcome { stage, result: Err(fault) }) => {
                        return format!("{} fault: {fault}", stage.name());
                    }
                    SessionStep::Closed => return "closed".to_owned(),
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
                "token" => conversation.token_given(text.to_owned().into()),
                "dot-not-written" => conversation.dot_not_written(),
                "close" => conversation.fail(SmtpFault::Closed),
                "timeout" => conversation.fail(SmtpFault::TimedOut),
                "quit" => conversation.quit(),
                other => panic!("no such line: {other}"),
            }
        }
    }

    fn plain() -> Settings {
        Settings {
            ehlo_name: "me.example".to_owned(),
            security: Security::Plain,
            credentials: None,
        }
    }

    fn with_login(security: Security) -> Settings {
        Settings {
            security,
            credentials: Some(Credentials::new("ann".to_owned(), "pass word".to_owned())),
            ..plain()
        }
    }

    /// Each file of `tests/dialogues` is a dialogue; its first line names the settings.
    #[test]
    fn dialogues() {
        let mut files: Vec<_> = std::fs::read_dir("tests/dialogues")
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
            .collect();
        files.sort();
        assert!(files.len() >= 10, "{files:?}");
        for path in files {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            let settings = match lines[0] {
                "settings: plain" => plain(),
                "settings: login" => with_login(Security::Implicit),
                "settings: token" => Settings {
                    credentials: Some(Credentials::with_token_command(
                        "ann".to_owned(),
                        "print-token".to_owned(),
                    )),
                    security: Security::Implicit,
                    ..plain()
                },
                other => panic!("{}: {other}", path.display()),
            };
            play(settings, &lines[1..].join("\n"));
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
                 = DATA fault: unexpected reply `250 b` from the server\n= closed"
            ),
        );
        play(
            plain(),
            &format!(
                "{first}S: 250 taken\nS: 250 a\nS: 354 c\n= end of message 250\nbegin\n\
                 = RCPT fault: unexpected reply `354 c` from the server\n= closed"
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
                "{OPEN}{mail}S: 354 what\n= MAIL fault: unexpected reply `354 what` from the server\n= closed"
            ),
        );
        let data = format!("{mail}S: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nC: DATA\n");
        play(
            plain(),
            &format!(
                "{OPEN}{data}S: 250 what\n= DATA fault: unexpected reply `250 what` from the server\n= closed"
            ),
        );
        let dot = format!("{data}S: 354 go\nC: <message>\n= leave?\nleave\nC: .\n");
        play(
            plain(),
            &format!(
                "{OPEN}{dot}S: 354 what\n= end of message fault: unexpected reply `354 what` from the server\n= closed"
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
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nS: 250 extra\n= DATA fault: the server sent a reply out of turn\n= closed"
            ),
        );
        // After the message is written and before its end.
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nC: DATA\nS: 354 go\nS: 250 early\n= message text fault: the server sent a reply out of turn\n= closed"
            ),
        );
        // The row keeps its own answer; the session is lost.
        play(
            plain(),
            &format!(
                "{OPEN}begin\nC: MAIL FROM:<news@charity.example>\nS: 250 a\nC: RCPT TO:<ann@example.org>\nS: 250 b\nC: DATA\nS: 354 go\nC: <message>\n= leave?\nleave\nC: .\nS: 250 ok\nS: 554 shift\n= end of message 250\nbegin\n= MAIL fault: the server sent a reply out of turn\n= closed"
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
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS: 250 AUTH PLAIN\n= TLS fault: the server sent something between its STARTTLS reply and TLS: somebody may be listening\n= closed",
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
                "{open}S: 250 AUTH GSSAPI\n= login fault: the server offers no login method that roundup supports; it offers GSSAPI\n= closed"
            ),
        );
        play(
            with_login(Security::Plain),
            &format!(
                "{open}S: 250 STARTTLS\n= login fault: the server offers its login only after STARTTLS\n= closed"
            ),
        );
    }

    #[test]
    fn openings_that_fail() {
        play(plain(), "S: 554 5.7.1 go away\n= greeting 554\n= closed");
        play(
            plain(),
            "S: 250 hi\n= greeting fault: unexpected reply `250 hi` from the server\n= closed",
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
            SessionStep::Done(TransmitOutcome {
                stage: Stage::Hello,
                result: Err(SmtpFault::Unsolicited)
            })
        ));
        play(
            plain(),
            "S: 220 hi\nC: EHLO me.example\nS: 250-me\nS: 250 SIZE 999\n= ready\nbegin\n= MAIL fault: the server takes messages of 999 bytes at most; this one has 1,000\n= ready",
        );
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
