//! Hands a notice to whoever `[notify]` names: by the newsletter's own relay, or to a command. No command fails for it.
//! Shell: the ledger, the relay, a process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::timeout;

use crate::cli::globals::process_environment;
use crate::cli::report::figures::too_many_complaints;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::relay::{outbox, server};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::count::counted;
use crate::ledger::{AnyLedger, ScheduleStore};
use crate::message::{Message, Sender};
use crate::operator::command::{self, CommandPlace};
use crate::operator::email::{NoticeOrigin, email};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::project::Project;
use crate::rfc::address::EmailAddress;
use crate::rfc::base16;
use crate::rfc::reply::Stage;
use crate::send::messages_per_connection::MessagesPerConnection;
use crate::send::relay::{FolderRelay, Relay, SmtpRelay};

/// A relay that takes longer for one short email is in trouble, and the command that waits for it has done its work.
const LONGEST_EMAIL: Duration = Duration::from_mins(1);

/// Hands a notice over, where there is one and `[notify]` names somebody and none of its kind went lately. What goes wrong is a warning, and
/// the next notice of the kind may then go at once.
pub async fn notify(
    project: &Project,
    ledger: &AnyLedger,
    destination: &Destination,
    notice: Option<OperatorNotice>,
    screen: &Screen,
) {
    let settings = &project.settings.notify;
    let Some(notice) = &notice.filter(|_| !settings.is_empty()) else { return };
    let (key, now) = (format!("notify {}", notice.topic.word()), system::now());
    match ledger.claim_notice(&key, notice.topic.every(), now).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => return warn(&error.to_string(), screen),
    }
    if !hand_over_notice(project, destination, notice, screen).await {
        // After a failure the next notice tries a ledger that is away now.
        let _ = ledger.release_notice(&key, now).await;
    }
}

/// Hands a notice to each whom `[notify]` names; what goes wrong is a warning. False where nobody got it.
pub async fn hand_over_notice(
    project: &Project,
    destination: &Destination,
    notice: &OperatorNotice,
    screen: &Screen,
) -> bool {
    let settings = &project.settings.notify;
    let notice = &named(notice, screen);
    let by_email = async {
        let mut results = Vec::new();
        // One after the other: each has their own email, and one that fails keeps nobody else's back.
        for to in &settings.to {
            results.push(by_email(project, destination, notice, to).await);
        }
        results
    };
    let by_command = async {
        match settings.command() {
            Some(command) => Some(by_command(project, notice, command).await),
            None => None,
        }
    };
    let (by_email, by_command) = tokio::join!(by_email, by_command);
    let results: Vec<_> = by_email.into_iter().chain(by_command).collect();
    let is_somewhere = results.iter().any(Result::is_ok);
    for why in results.into_iter().filter_map(Result::err) {
        warn(&why, screen);
    }
    is_somewhere
}

/// Whoever gets it stands in no folder: its commands name the project where the command that writes it was given one.
fn named(notice: &OperatorNotice, screen: &Screen) -> OperatorNotice {
    let put = |text: &str| screen.elsewhere().in_talk(text).into_owned();
    let OperatorNotice { topic, subject, what, cure } = notice;
    OperatorNotice { topic: *topic, subject: subject.clone(), what: put(what), cure: put(cure) }
}

fn warn(why: &str, screen: &Screen) {
    screen.warn(&format!("the notice that [notify] asks for did not get through: {why}"));
}

async fn by_command(project: &Project, notice: &OperatorNotice, typed: &str) -> Result<(), String> {
    let names = process_environment().into_iter().map(|(name, _)| name);
    let hidden: Vec<String> = names.filter(|name| name.starts_with("ROUNDUP_")).collect();
    let place = CommandPlace { folder: &project.root, hidden: &hidden };
    let text = format!("{}\n\n{}", notice.subject, notice.text(name_of(project)));
    command::run(typed, notice.topic.word(), &text, &place).await
}

async fn by_email(
    project: &Project,
    destination: &Destination,
    notice: &OperatorNotice,
    to: &str,
) -> Result<(), String> {
    let to = EmailAddress::parse(to).and_then(EmailAddress::in_ascii);
    let to = to.map_err(|error| error.to_string())?;
    if to.is_reserved() && !destination.takes_examples() {
        return Err(format!("`to` under [notify] is {to}, an example"));
    }
    let sent = async {
        let (message, relay) =
            made(project, destination, notice, to).map_err(|error| error.what)?;
        match relay {
            EitherRelay::Folder(relay) => hand_over(relay, &message).await,
            EitherRelay::Server(relay) => hand_over(*relay, &message).await,
        }
    };
    let late = || {
        let longest = counted(LONGEST_EMAIL.as_secs(), "second", "seconds");
        format!("the relay took longer than {longest}")
    };
    timeout(LONGEST_EMAIL, sent).await.map_err(|_| late())?
}

/// Where it goes.
enum EitherRelay {
    Folder(FolderRelay),
    Server(Box<SmtpRelay>),
}

fn made(
    project: &Project,
    destination: &Destination,
    notice: &OperatorNotice,
    to: EmailAddress,
) -> Result<(Message, EitherRelay), Failure> {
    let identity = Sender::new(&project.settings.sender)?;
    let mut number = [0; 16];
    system::random(&mut number);
    let origin = NoticeOrigin {
        identity: &identity,
        organisation: name_of(project),
        signers: &project.signers(identity.domain())?,
        at: system::now(),
        zone: project.settings.time_zone,
        number: &base16::encode(&number),
    };
    let message = email(notice, to, &origin);
    let relay = match destination {
        Destination::Outbox => EitherRelay::Folder(outbox(project)?),
        Destination::Relay(address) => {
            let server = Arc::new(server(project, address, &identity)?);
            // One message needs no limit.
            let limit = Arc::new(Mutex::new(MessagesPerConnection::new(None)));
            EitherRelay::Server(Box::new(SmtpRelay::new(server, limit)))
        }
    };
    Ok((message, relay))
}

async fn hand_over(mut relay: impl Relay, message: &Message) -> Result<(), String> {
    // No ledger has to know of it.
    let outcome = relay.transmit(message, Box::pin(async { Ok(()) }), None).await;
    relay.close().await;
    match outcome.result {
        Ok(reply) if outcome.stage == Stage::Dot && reply.is_positive() => Ok(()),
        Ok(reply) => Err(reply.summary()),
        Err(fault) => Err(fault.to_string()),
    }
}

fn name_of(project: &Project) -> &str {
    &project.settings.organisation.name
}

/// A notice where the complaints about an edition hold the next.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn notify_of_complaints(
    project: &Project,
    ledger: &AnyLedger,
    destination: &Destination,
    screen: &Screen,
) -> Result<(), Failure> {
    if project.settings.notify.is_empty() {
        return Ok(());
    }
    if let Some(held) = too_many_complaints(ledger, system::now()).await? {
        let subject = format!("{}: too many complaints", held.edition);
        let what = format!("{held}. The next edition waits until somebody decides.");
        let cure = format!("roundup report {}", held.edition);
        let notice = OperatorNotice::new(NoticeTopic::Complaints, &subject, &what, &cure);
        notify(project, ledger, destination, Some(notice), screen).await;
    }
    Ok(())
}
