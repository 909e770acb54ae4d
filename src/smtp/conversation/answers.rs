//! What each reply of the server means for the session.
//! Pure: replies in, the next state out.

use super::super::login::{Login, LoginStep};
use super::{Capabilities, Conversation, Security, SmtpFault, State};
use crate::rfc::reply::{Reply, Stage};
use lettre::transport::smtp::commands::Starttls;

impl Conversation {
    pub(super) fn answer(&mut self, reply: Reply) {
        match self.state {
            State::Banner => match reply.code {
                220 => self.say_hello(),
                _ => self.refuse_or_fail(Stage::Banner, reply),
            },
            State::Hello => match reply.code {
                250 => {
                    self.capabilities = Capabilities::read(&reply);
                    self.after_hello();
                }
                _ => self.refuse_or_fail(Stage::Hello, reply),
            },
            State::StartTls => match reply.code {
                220 if self.reader.is_empty() => self.state = State::Handshake,
                220 => self.give_up(Stage::Tls, Err(SmtpFault::TlsInjected)),
                _ => self.refuse_or_fail(Stage::Tls, reply),
            },
            State::Login => {
                if let Some(login) = &mut self.login {
                    let step = login.answer(reply);
                    self.take_login_step(step);
                }
            }
            State::Envelope => self.answer_envelope(reply),
            // A refusal in the middle of the text is one like at its end; anything else there makes no sense.
            State::Interrupted if reply.code >= 400 => self.give_up(Stage::Body, Ok(reply)),
            State::Interrupted => self.fail(SmtpFault::Unsolicited),
            State::Dot => self.answer_dot(reply),
            State::Quit => self.state = State::Dead,
            State::Idle
            | State::Announced
            | State::Handshake
            | State::Token
            | State::Message
            | State::Leave
            | State::Dead => self.fail(SmtpFault::Unsolicited),
        }
    }

    /// A reply that does not let us go on: the server's no, or nonsense.
    pub(super) fn refuse_or_fail(&mut self, stage: Stage, reply: Reply) {
        let result =
            if reply.code >= 400 { Ok(reply) } else { Err(SmtpFault::OutOfPlace(reply.summary())) };
        self.give_up(stage, result);
    }

    /// The reply to the message's end: 250 takes it, a refusal is one, and whatever else was meant nobody can know.
    pub(super) fn answer_dot(&mut self, reply: Reply) {
        match reply.code {
            250 => {
                self.needs_reset = false;
                self.finish(Stage::Dot, Ok(reply));
            }
            421 => {
                self.give_up(Stage::Dot, Ok(reply));
                return;
            }
            400..=599 => {
                self.needs_reset = true;
                self.finish(Stage::Dot, Ok(reply));
            }
            _ => {
                self.give_up(Stage::Dot, Err(SmtpFault::OutOfPlace(reply.summary())));
                return;
            }
        }
        self.state = if self.announced.is_some() { State::Announced } else { State::Idle };
    }

    pub(super) fn after_hello(&mut self) {
        if self.settings.security == Security::StartTls && !self.secure {
            if self.capabilities.starttls {
                self.out.extend_from_slice(Starttls.to_string().as_bytes());
                self.state = State::StartTls;
            } else {
                self.give_up(Stage::Tls, Err(SmtpFault::TlsNotOffered));
            }
            return;
        }
        let Some(credentials) = self.settings.credentials.clone() else {
            self.state = State::Idle;
            return;
        };
        let server = (self.peer.host.as_str(), self.peer.port);
        match Login::new(credentials, &self.capabilities, self.peer.mechanism, server) {
            Ok(mut login) => {
                let step = login.begin();
                self.login = Some(login);
                self.take_login_step(step);
            }
            Err(fault) => self.give_up(Stage::Login, Err(fault)),
        }
    }

    pub(super) fn take_login_step(&mut self, step: LoginStep) {
        match step {
            LoginStep::Send(line) => {
                self.out.extend_from_slice(line.as_bytes());
                self.out.extend_from_slice(b"\r\n");
                self.state = State::Login;
            }
            LoginStep::FetchToken => self.state = State::Token,
            LoginStep::Open { mechanism, is_second_choice } => {
                self.opened_by = Some((mechanism, is_second_choice));
                // The secrets in it are not needed any more.
                self.login = None;
                self.state = State::Idle;
            }
            LoginStep::Refused(reply) => self.give_up(Stage::Login, Ok(reply)),
            LoginStep::Failed(fault) => self.give_up(Stage::Login, Err(fault)),
        }
    }

    pub(super) fn answer_envelope(&mut self, reply: Reply) {
        let Some(stage) = self.awaiting.pop_front() else {
            self.fail(SmtpFault::Unsolicited);
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
            // A refusal that was read counts, whatever nonsense follows.
            let (stage, result) = match self.refusal.take() {
                Some((stage, refusal)) => (stage, Ok(refusal)),
                None => (stage, Err(SmtpFault::OutOfPlace(reply.summary()))),
            };
            self.give_up(stage, result);
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
