//! Who takes a message: a server, a folder, or a script in tests.
//! Shell: the network and files.

use std::fs;
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::messages_per_connection::MessagesPerConnection;
use crate::database::private;
use crate::message::Message;
use crate::rfc::reply::{Reply, Stage};
use crate::smtp::quirks::AnnouncementFate;
use crate::smtp::{Connection, RelayServer, SmtpFault, TransmitOutcome};

/// The ledger's leave to end a message: it resolves when *handing over* is on disk. Nothing that completes a message may
/// be done before.
pub type Leave<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Takes responsibility for messages, one at a time. Because leave is an argument, none can be written that forgets it.
pub trait Relay: Send + 'static {
    /// Hands one message over. `next` is the message that will follow, if it is known: a relay may announce it early, and
    /// the caller need not keep its word.
    fn transmit(
        &mut self,
        message: &Message,
        leave: Leave<'_>,
        next: Option<&Message>,
    ) -> impl Future<Output = TransmitOutcome> + Send;

    /// Ends the session politely; everything was answered before. It may transmit again, over a new one.
    fn close(&mut self) -> impl Future<Output = ()> + Send;
}

/// A mail server. Connects when there is something to send, and again when a session was lost or is spent.
pub struct SmtpRelay {
    server: Arc<RelayServer>,
    messages_per_connection: Arc<Mutex<MessagesPerConnection>>,
    connection: Option<Connection>,
    /// Messages whose end was answered on this connection.
    carried: u32,
}

impl SmtpRelay {
    /// `messages_per_connection` is shared by all connections to this server.
    pub fn new(
        server: Arc<RelayServer>,
        messages_per_connection: Arc<Mutex<MessagesPerConnection>>,
    ) -> Self {
        Self { server, messages_per_connection, connection: None, carried: 0 }
    }

    fn messages_per_connection(&self) -> MutexGuard<'_, MessagesPerConnection> {
        self.messages_per_connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection this message can go over, if the one we have is any good.
    async fn usable(&mut self, message: &Message) -> Option<Connection> {
        let mut connection = self.connection.take()?;
        if self.messages_per_connection().is_spent(self.carried) {
            connection.close().await;
            return None;
        }
        if !connection.is_ready_for(message).await {
            // A session that waits for another message, which was announced, was not closed by the relay.
            if !connection.has_announced() {
                self.messages_per_connection().closed_after(self.carried);
            }
            return None;
        }
        Some(connection)
    }

    async fn transmit_over(
        &mut self,
        connection: Connection,
        message: &Message,
        leave: &mut Leave<'_>,
        next: Option<&Message>,
    ) -> TransmitOutcome {
        // Nothing is announced on a connection that will be spent, nor where the relay loses what is announced.
        let is_last = self.messages_per_connection().is_spent(self.carried + 1);
        let next = next.filter(|_| !is_last && self.server.may_announce());
        let connection = self.connection.insert(connection);
        let outcome = connection.transmit(message, leave, next).await;
        match (&outcome.stage, &outcome.result) {
            (Stage::Dot, Ok(_)) => self.carried += 1,
            (Stage::Mail, Err(SmtpFault::Closed | SmtpFault::Broken(_))) => {
                self.messages_per_connection().closed_after(self.carried);
            }
            (Stage::Mail, Ok(reply)) if reply.code == 421 => {
                self.messages_per_connection().closed_after(self.carried);
            }
            // The message stays without its end, so that nothing else can go over this connection.
            (_, Err(SmtpFault::NoLeave(_))) => self.connection = None,
            _ => {}
        }
        outcome
    }
}

impl Relay for SmtpRelay {
    async fn transmit(
        &mut self,
        message: &Message,
        leave: Leave<'_>,
        next: Option<&Message>,
    ) -> TransmitOutcome {
        let mut leave = leave;
        let reused = self.usable(message).await;
        if let Some(connection) = reused {
            let announced = connection.has_announced();
            let after_refused_end = connection.is_after_refused_end();
            let outcome = self.transmit_over(connection, message, &mut leave, next).await;
            let lost = lost_session(&outcome, announced);
            if announced && !after_refused_end {
                // Behind a refused end the old transaction is still open, at Postfix too: that says nothing.
                self.server.note_announced(lost.unwrap_or(AnnouncementFate::Taken));
            }
            if lost.is_none() {
                return outcome;
            }
            // Nothing of this message was sent, and its leave was not taken: a new session begins where this one ended.
            self.connection = None;
        }
        match Connection::open(&self.server).await {
            Ok(connection) => {
                self.carried = 0;
                self.transmit_over(connection, message, &mut leave, next).await
            }
            Err(outcome) => outcome,
        }
    }

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }
}

/// Whether a session that served before lost its place before this message began: what was read says nothing about the
/// message, and nothing of it was sent.
fn lost_session(outcome: &TransmitOutcome, announced: bool) -> Option<AnnouncementFate> {
    let before_message = matches!(
        outcome.stage,
        Stage::Mail | Stage::Recipient | Stage::Data | Stage::Reset | Stage::Quit
    );
    match &outcome.result {
        _ if !before_message => None,
        // Bad sequence of commands: the session is not where we think it is.
        Ok(reply) if reply.code == 503 => Some(AnnouncementFate::Lost),
        Ok(_) => None,
        Err(SmtpFault::Closed | SmtpFault::Broken(_)) if announced => {
            Some(AnnouncementFate::Closed)
        }
        Err(
            SmtpFault::TimedOut
            | SmtpFault::OutOfPlace(_)
            | SmtpFault::Unsolicited
            | SmtpFault::NotSmtp(_),
        ) if announced => Some(AnnouncementFate::Lost),
        Err(_) => None,
    }
}

/// A Maildir: any mail program opens it. Where practice mode delivers.
#[derive(Debug, Clone)]
pub struct FolderRelay {
    folder: PathBuf,
}

impl FolderRelay {
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(folder: &Path) -> std::io::Result<Self> {
        for part in ["tmp", "new", "cur"] {
            private::folder(&folder.join(part))?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The file of a message, below `new/`. The same message always has the same name.
    pub fn file_name(message: &Message) -> String {
        let name = message.message_id.split('@').next().unwrap_or_default();
        format!("{name}.eml")
    }
}

impl Relay for FolderRelay {
    async fn transmit(
        &mut self,
        message: &Message,
        leave: Leave<'_>,
        _next: Option<&Message>,
    ) -> TransmitOutcome {
        let name = Self::file_name(message);
        let written = self.folder.join("tmp").join(&name);
        let delivered = self.folder.join("new").join(&name);
        let broken = |stage: Stage, path: &Path, error: &std::io::Error| {
            let what = format!("{} cannot be written: {error}", path.display());
            TransmitOutcome { stage, result: Err(SmtpFault::Broken(what)) }
        };
        if let Err(error) = write_durably(&written, &message.bytes) {
            return broken(Stage::Body, &written, &error);
        }
        if let Err(why) = leave.await {
            // The copy in `tmp` was never delivered; mail programs do not look there.
            return match fs::remove_file(&written) {
                Ok(()) => {
                    TransmitOutcome { stage: Stage::Body, result: Err(SmtpFault::NoLeave(why)) }
                }
                Err(error) => broken(Stage::Body, &written, &error),
            };
        }
        // A rename that failed did nothing: unlike a dot on the wire, it is certain.
        if let Err(error) = fs::rename(&written, &delivered) {
            return broken(Stage::Body, &delivered, &error);
        }
        TransmitOutcome {
            stage: Stage::Dot,
            result: Ok(Reply::new(250, &format!("2.0.0 saved as {}", delivered.display()))),
        }
    }

    async fn close(&mut self) {}
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = private::fresh_file(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
pub mod scripted {
    //! A relay that does what a function says, and keeps what it took.

    use std::sync::Mutex;

    use super::{Arc, Leave, Message, Relay, Reply, SmtpFault, Stage, TransmitOutcome};

    /// What the script wants to happen to a message.
    #[derive(Debug, Clone)]
    pub enum ScriptStep {
        Answer(Stage, u16, &'static str),
        Break(Stage),
        /// Never answers: only a stop ends it.
        Hang(Stage),
    }

    type Script = dyn Fn(&str, usize) -> ScriptStep + Send + Sync;

    /// All relays of one script share what was taken, as connections to one server do.
    #[derive(Clone)]
    pub struct ScriptedRelay {
        script: Arc<Script>,
        pub taken: Arc<Mutex<Vec<String>>>,
        tries: Arc<Mutex<Vec<String>>>,
    }

    impl ScriptedRelay {
        /// The script gets the recipient and how often they were tried before.
        pub fn new(script: impl Fn(&str, usize) -> ScriptStep + Send + Sync + 'static) -> Self {
            Self { script: Arc::new(script), taken: Arc::default(), tries: Arc::default() }
        }
    }

    impl Relay for ScriptedRelay {
        async fn transmit(
            &mut self,
            message: &Message,
            leave: Leave<'_>,
            _next: Option<&Message>,
        ) -> TransmitOutcome {
            let recipient = message.envelope.recipient.to_string();
            let before = {
                let mut tries = self.tries.lock().unwrap();
                tries.push(recipient.clone());
                tries.iter().filter(|tried| **tried == recipient).count() - 1
            };
            let act = (self.script)(&recipient, before);
            let stage = match &act {
                ScriptStep::Answer(stage, ..)
                | ScriptStep::Break(stage)
                | ScriptStep::Hang(stage) => *stage,
            };
            if stage == Stage::Dot
                && let Err(why) = leave.await
            {
                return TransmitOutcome {
                    stage: Stage::Body,
                    result: Err(SmtpFault::NoLeave(why)),
                };
            }
            match act {
                ScriptStep::Answer(stage, code, text) => {
                    if stage == Stage::Dot && code == 250 {
                        self.taken.lock().unwrap().push(recipient);
                    }
                    TransmitOutcome { stage, result: Ok(Reply::new(code, text)) }
                }
                ScriptStep::Break(stage) => {
                    TransmitOutcome { stage, result: Err(SmtpFault::Closed) }
                }
                ScriptStep::Hang(_) => std::future::pending().await,
            }
        }

        async fn close(&mut self) {}
    }
}
