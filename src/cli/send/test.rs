//! `roundup test`: the email to a few typed addresses, marked as a test. It has no way to the list and writes no ledger.
//! Shell: the project and the relay.

use std::sync::{Arc, Mutex};

use clap::Args;
use serde::Serialize;

use crate::audience::{Keys, Recipient};
use crate::cli::globals::{Globals, warn_of_readers, warn_of_slip};
use crate::cli::send::gate::hold_note;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::message_template::{made, stand_in};
use crate::cli::steps::prepare::{PreparedEdition, prepare_to_look};
use crate::cli::steps::relay::{outbox, server};
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::project::Project;
use crate::rfc::address::EmailAddress;
use crate::rfc::reply::Stage;
use crate::send::messages_per_connection::MessagesPerConnection;
use crate::send::relay::{Relay, SmtpRelay};
use crate::send::verdict::cure_of;
use crate::shell_words::for_shell;
use crate::window::meant;

/// More addresses than this are a list.
pub const MOST_ADDRESSES: usize = 10;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: EditionArguments,
    /// The addresses that get the test: ten at most
    #[arg(long, required = true, num_args = 1.., value_name = "ADDRESS")]
    to: Vec<String>,
    /// Send through this server, as in `smtp://127.0.0.1:2525`
    #[arg(long, value_name = "URL")]
    relay: Option<String>,
}

/// `roundup.test/1`.
#[derive(Serialize)]
struct TestOutcome {
    schema: &'static str,
    edition: String,
    hash: String,
    practice: bool,
    /// Who has stopped the edition, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    /// What became of it, where it is planned already or somebody has stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    became: Option<String>,
    tests: Vec<TestResult>,
    /// What to type next.
    next: String,
}

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestResult {
    pub address: String,
    pub accepted: bool,
    /// The server's words, or why there are none.
    pub answer: String,
    /// What to change, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let to = addresses(&arguments.to)?;
    for address in &to {
        warn_of_slip(address, |_| String::new(), screen);
    }
    let prepared = prepare_to_look(&project, &arguments.which, Reach::Project, screen).await?;
    let destination = Destination::of(&project, arguments.relay.as_deref())?;
    warn_of_readers(&project, screen);
    let tests = send(&project, &prepared, &stand_in(), &to, &destination).await?;
    let is_accepted = tests.iter().all(|test| test.accepted);
    let edition = &prepared.edition.name;
    let hold = hold_note(&project, edition, destination.is_practice()).await?;
    // What did not arrive says nothing of how the email looks: it is not time to send.
    let next = match (&hold, tests.first()) {
        (_, Some(first)) if !is_accepted => {
            format!("roundup test {edition} --to {}", for_shell(&first.address))
        }
        (Some(hold), _) => hold.next.clone(),
        (None, _) => format!("roundup send {}", prepared.argument),
    };
    screen.outcome(&TestOutcome {
        became: hold.as_ref().map(|hold| hold.sentence.clone()),
        stopped: hold.and_then(|hold| hold.stopped),
        next,
        schema: "roundup.test/1",
        edition: prepared.edition.name.clone(),
        hash: prepared.composition.hash(),
        practice: destination.is_practice(),
        tests,
    })?;
    Ok(if is_accepted { Exit::Done } else { Exit::Partly })
}

impl Outcome for TestOutcome {
    fn text(&self, text: &mut Text) {
        let Self { hash, practice, became, tests, next, .. } = self;
        for TestResult { address, accepted, answer, .. } in tests {
            let word = if *accepted { "accepted" } else { "refused" };
            text.line(format!("  {word}  {address}  {}", text.faint(answer)));
        }
        let mut cures: Vec<&String> = tests.iter().filter_map(|test| test.cure.as_ref()).collect();
        cures.dedup();
        for cure in cures {
            text.say(format!("{} {cure}", text.faint("help:")));
        }
        if *practice {
            text.say("The test is in outbox/, a Maildir. Set ROUNDUP_RELAY to send it for real.");
        }
        let what = "The subject begins with [TEST], and the unsubscribe links do nothing.";
        if let Some(became) = became {
            text.say(became.clone());
        }
        let is_accepted = tests.iter().all(|test| test.accepted);
        let then = if is_accepted { "Next" } else { "Then test again" };
        text.say(format!("{what} {then}: {next}"));
        if text.verbose {
            text.say(format!("  Version   {hash}"));
        }
    }
}

/// The typed addresses, each once.
pub fn addresses(typed: &[String]) -> Result<Vec<EmailAddress>, Failure> {
    let mut addresses: Vec<EmailAddress> = Vec::new();
    for text in typed.iter().flat_map(|text| text.split([',', ' '])).filter(|text| !text.is_empty())
    {
        let address = EmailAddress::parse(text).map_err(|error| {
            let help = if meant(text).is_some() {
                "write the edition before --to: `roundup test 2020-12 --to me@charity.org.uk`"
            } else {
                "a test goes to addresses that you type, such as me@charity.org.uk, never to the list"
            };
            Failure::new(Exit::Usage, error.to_string()).help(help)
        })?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    match addresses.len() {
        0 => Err(Failure::new(Exit::Usage, "no address was given for the test")
            .help("write addresses such as me@charity.org.uk")),
        1..=MOST_ADDRESSES => Ok(addresses),
        many => Err(Failure::new(
            Exit::Usage,
            format!("{many} addresses are too many: a test goes to {MOST_ADDRESSES} at most"),
        )
        .help("remove some; `roundup send` mails the whole list")),
    }
}

/// Sends the email as `whose` would see it to each address. The keys behind its unsubscribe links are thrown away: they
/// unsubscribe nobody.
pub async fn send(
    project: &Project,
    prepared: &PreparedEdition,
    whose: &Recipient,
    to: &[EmailAddress],
    destination: &Destination,
) -> Result<Vec<TestResult>, Failure> {
    let mut secret = [0; 32];
    system::random(&mut secret);
    let identity = prepared.identity.clone();
    let signers = project.signers(identity.domain())?;
    let composition = prepared.composition.clone().as_test();
    let keys = Keys::new(&secret);
    let skeleton =
        made(project, composition, identity.clone(), keys, signers, system::now())?.as_test();
    let mut tests = Vec::new();
    match destination {
        Destination::Outbox => {
            hand_over(outbox(project)?, &skeleton, whose, to, &mut tests).await;
        }
        Destination::Relay(address) => {
            let server = Arc::new(server(project, address, &identity)?);
            let limit = Arc::new(Mutex::new(MessagesPerConnection::new(
                project.settings.send.messages_per_connection,
            )));
            let relay = SmtpRelay::new(server, limit);
            hand_over(relay, &skeleton, whose, to, &mut tests).await;
        }
    }
    Ok(tests)
}

async fn hand_over(
    mut relay: impl Relay,
    skeleton: &crate::message::MessageTemplate,
    whose: &Recipient,
    to: &[EmailAddress],
    tests: &mut Vec<TestResult>,
) {
    for address in to {
        let mut recipient = whose.clone();
        recipient.address = address.clone();
        let message = skeleton.personalise(&recipient);
        // No ledger has to know of a test.
        let outcome = relay.transmit(&message, Box::pin(async { Ok(()) }), None).await;
        let (accepted, answer) = match &outcome.result {
            Ok(reply) => (outcome.stage == Stage::Dot && reply.is_positive(), reply.summary()),
            Err(fault) => (false, fault.to_string()),
        };
        let cure = cure_of(&outcome);
        tests.push(TestResult { address: address.to_string(), accepted, answer, cure });
    }
    relay.close().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_addresses_are_tests_and_eleven_are_a_list() {
        let many = |count: usize| -> Vec<String> {
            (0..count).map(|n| format!("p{n}@charity.org.uk")).collect()
        };
        assert_eq!(addresses(&many(10)).unwrap().len(), 10);
        assert!(addresses(&many(11)).unwrap_err().what.contains("11 addresses are too many"));
        let typed = ["a@charity.org.uk, b@charity.org.uk a@charity.org.uk".to_owned()];
        assert_eq!(addresses(&typed).unwrap().len(), 2);
        for wrong in ["", "me", "a@b\r\nBcc: c@d.org"] {
            assert!(addresses(&[wrong.to_owned()]).is_err(), "{wrong:?}");
        }
    }
}
