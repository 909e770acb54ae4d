//! `roundup doctor`: whether mail could be sent, and would be believed.
//! Shell: the project, the DNS, the relay.

use crate::cli::steps::practised::practised_note;
use crate::cli::terminal::number;
use crate::count::counted;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::audience::Audience;
use crate::audience::settings::ListPlace;
use crate::cli::check::diagnoses::{names, show};
use crate::cli::check::ledger_health::ledger;
use crate::cli::check::secrets_health::secrets;
use crate::cli::globals::Globals;
use crate::cli::leaving::imap_login::login;
use crate::cli::leaving::ways::examine_ways;
use crate::cli::report::upcoming::{DueRuns, INSTALL, NEVER_RAN, due_runs};
use crate::cli::send::ledger_trust::newsletter_of;
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::steps::list_place::has_list;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::relay::server;
use crate::cli::subscribers::share;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::people;
use crate::cli::terminal::system;
use crate::doctor::clock::{against_ledger, against_website};
use crate::doctor::website_date::website_date;
use crate::doctor::{Diagnosis, Health};
use crate::inbox::{ImapAddress, ImapMailbox};
use crate::message::Sender;
use crate::problem::Problem;
use crate::project::{Project, Variable};
use crate::rfc::address::is_reserved_domain;
use crate::schedule::{Schedule, Settings};
use crate::send::verdict::cure_of;
use crate::smtp::Connection;
use crate::smtp::conversation::Security;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Use this name server, as in 192.0.2.53:53: your domain's own server shows a new record at once
    #[arg(long, value_name = "ADDRESS", value_parser = number::socket)]
    dns: Option<SocketAddr>,
    #[arg(
        long,
        value_name = "URL",
        help = "The relay to check, as in smtps://smtp.example.org; ROUNDUP_RELAY if not given"
    )]
    relay: Option<String>,
    /// Try the unsubscribe links with an invented person: nothing is left behind
    #[arg(long)]
    probe_unsubscribe: bool,
}

/// `roundup.doctor/1`.
#[derive(Serialize)]
struct DoctorOutcome {
    schema: &'static str,
    diagnoses: Vec<Diagnosis>,
}

impl Outcome for DoctorOutcome {
    fn text(&self, text: &mut Text) {
        show(&self.diagnoses, text);
    }
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = match globals.project() {
        Ok(project) => project,
        // Settings that cannot be read are what somebody came to see.
        Err(failure) if failure.place.is_some() => return unreadable(failure, globals),
        Err(failure) => return Err(failure),
    };
    let identity = Sender::new(&project.settings.sender)?;
    let destination = Destination::of(&project, arguments.relay.as_deref())?;
    let mut found =
        vec![Diagnosis::good("Settings", "roundup.toml and the environment can be read")];
    add(&mut found, "List", list(&project, &destination).await.map(|one| vec![one]));
    add(&mut found, "Shared do-not-mail list", shared(&project).await);
    found.extend(secrets(&project).await);
    let misnamed = project.misnamed_drafts().map_err(Failure::from);
    add(&mut found, "Drafts", misnamed.map(drafts));
    found.extend(schedule(&project, destination.is_practice()).await);
    let practised = practised_note(&project, destination.is_practice()).await;
    let practised = practised.map(|note| {
        note.map(|note| {
            Diagnosis::doubtful(
                "Approvals",
                note.what,
                format!("approve it again: `{}`", note.cure),
            )
        })
    });
    add(&mut found, "Approvals", practised);
    let (of_ledger, latest) =
        ledger(&project, &newsletter_of(&project, &identity), destination.is_practice()).await;
    found.extend(of_ledger);
    found.extend(clock(&project, latest).await);
    add(&mut found, "DNS", names(&project, &identity, &destination, arguments.dns).await);
    let ways = ways(&project, &identity, &destination, arguments.probe_unsubscribe).await;
    // Without links the flag cannot be followed.
    let has_links = project.settings.sender.public_url.is_some();
    if arguments.probe_unsubscribe && !has_links {
        found.extend(ways?);
    } else {
        add(&mut found, "Ways to leave", ways);
    }
    found.extend(inbox(&project).await);
    let relay = relay(&project, &identity, &destination).await;
    add(&mut found, "Relay", relay.map(|one| vec![one]));
    let is_well = found.iter().all(|diagnosis| diagnosis.verdict < Health::Bad);
    globals.screen.outcome(&DoctorOutcome { schema: "roundup.doctor/1", diagnoses: found })?;
    Ok(if is_well { Exit::Done } else { Exit::Findings })
}

/// The one line that there is to say where nothing else can be looked at.
fn unreadable(failure: Failure, globals: &Globals) -> Result<Exit, Failure> {
    let place = failure.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let mut found = failure.diagnosis("Settings");
    found.what.insert_str(0, &place);
    globals
        .screen
        .outcome(&DoctorOutcome { schema: "roundup.doctor/1", diagnoses: vec![found] })?;
    Ok(Exit::Findings)
}

/// What cannot be looked at is a line like the others, and the rest is looked at all the same. One cause is said once.
fn add(
    found: &mut Vec<Diagnosis>,
    about: &'static str,
    looked: Result<impl IntoIterator<Item = Diagnosis>, Failure>,
) {
    match looked {
        Ok(looked) => found.extend(looked),
        Err(failure) => {
            let failed = failure.diagnosis(about);
            if !found.iter().any(|known| known.what == failed.what && known.cure == failed.cure) {
                found.push(failed);
            }
        }
    }
}

/// Drafts that no command takes.
fn drafts(misnamed: Vec<Problem>) -> impl Iterator<Item = Diagnosis> {
    misnamed.into_iter().map(|Problem { place, what, cure }| {
        Diagnosis::doubtful("Drafts", format!("{place}: {what}"), cure)
    })
}

/// The ways to leave, tried with an invented person where that is wanted.
async fn ways(
    project: &Project,
    identity: &Sender,
    destination: &Destination,
    is_tried: bool,
) -> Result<Vec<Diagnosis>, Failure> {
    let keys = if is_tried {
        Some(keys_for(project, existing_ledger(project, false).await?.as_ref()).await?)
    } else {
        None
    };
    examine_ways(project, identity, destination, keys.as_ref()).await
}

async fn list(project: &Project, destination: &Destination) -> Result<Diagnosis, Failure> {
    const ABOUT: &str = "List";
    if !has_list(project).await? {
        return Ok(match project.settings.people.keep {
            ListPlace::Files => Diagnosis::bad(
                ABOUT,
                "there is no list in subscribers/",
                "put a CSV file with the columns email, first_name and basis there",
            ),
            ListPlace::Database => Diagnosis::bad(
                ABOUT,
                "there is nobody on the list in the database",
                "bring people in: roundup subscribers import FILE",
            ),
        });
    }
    let list =
        match mailing_list(project, destination.is_practice(), &AudienceChoice::default()).await {
            Ok(list) => list,
            Err(failure) => {
                return Ok(failure.diagnosis(ABOUT));
            }
        };
    let mut audience = Audience::default();
    for person in list.everybody(destination.takes_examples()) {
        audience.count(&person?);
    }
    let rows = counted(list.rows, "row", "rows");
    Ok(if list.rows == 0 {
        Diagnosis::bad(
            ABOUT,
            "the list has a first line with the names of its columns, and nobody below it",
            "add a line for each person, or bring people in: roundup subscribers import FILE",
        )
    } else if audience.mailed == 0 {
        let why: Vec<&str> = audience.reasons.iter().take(3).map(String::as_str).collect();
        Diagnosis::bad(
            ABOUT,
            format!("of {rows}, nobody can be mailed: {}", why.join("; ")),
            "fix the list",
        )
    } else if audience.left_out > 0 {
        Diagnosis::doubtful(
            ABOUT,
            format!("{} of {rows} can be mailed", people(audience.mailed)),
            "`roundup send --dry-run` names the others and says why",
        )
    } else {
        Diagnosis::good(ABOUT, format!("all {} can be mailed", people(audience.mailed)))
    })
}

/// The do-not-mail list that several newsletters share.
async fn shared(project: &Project) -> Result<Option<Diagnosis>, Failure> {
    const ABOUT: &str = "Shared do-not-mail list";
    Ok(share::examine(project).await?.map(|examined| match examined {
        Ok(count) => {
            let count = people(u64::try_from(count).unwrap_or(u64::MAX));
            Diagnosis::good(ABOUT, format!("{count} said no to all newsletters"))
        }
        Err(failure) => failure.diagnosis(ABOUT),
    }))
}

/// Whether what is due can be found out at all, where there is a schedule.
async fn schedule(project: &Project, practice: bool) -> Option<Diagnosis> {
    const ABOUT: &str = "Schedule";
    let settings = &project.settings.schedule;
    // A ledger that cannot be read has a line of its own.
    let ledger = existing_ledger(project, practice).await;
    if let Ok(ledger) = &ledger {
        match due_runs(project, ledger.as_ref(), system::now()).await {
            Ok(DueRuns::Passed(passed)) => {
                return Some(Diagnosis::bad(ABOUT, passed.words(), INSTALL));
            }
            Ok(DueRuns::Never) => return Some(Diagnosis::doubtful(ABOUT, NEVER_RAN, INSTALL)),
            Ok(DueRuns::AsPlanned) | Err(_) => {}
        }
    }
    if *settings == Settings::default() {
        return None;
    }
    Some(match Schedule::new(settings, project.settings.time_zone) {
        Ok(Schedule { phrase: Some(phrase), between, catch_up, zone, .. }) => Diagnosis::good(
            ABOUT,
            format!("{phrase}, {between} by the clock of {zone}; catching up: {catch_up}"),
        ),
        Ok(_) => Diagnosis::doubtful(
            ABOUT,
            "it has no days: only times set with `send --at` are due",
            "add every = \"first Tuesday\" under [schedule]",
        ),
        Err(error) => Diagnosis::bad(ABOUT, error.to_string(), error.cure()),
    })
}

/// This computer's clock beside that of the charity's website, and beside the ledger.
async fn clock(project: &Project, latest: Option<DateTime<Utc>>) -> Option<Diagnosis> {
    let now = system::now();
    if let Some(wrong) = against_ledger(now, latest) {
        return Some(wrong);
    }
    let website = url::Url::parse(&project.settings.organisation.website).ok()?;
    let host = website.host_str()?;
    if is_reserved_domain(host) {
        return None;
    }
    Some(match website_date(website.as_str()).await {
        Ok(theirs) => against_website(system::now(), theirs, host),
        Err(why) => Diagnosis::doubtful(
            "Clock",
            format!("it could not be compared with that of {host}: {why}"),
            "check that this computer is online, and its date",
        ),
    })
}

/// Whether the mailbox that people write to can be opened; nothing is read.
async fn inbox(project: &Project) -> Option<Diagnosis> {
    const ABOUT: &str = "Inbox";
    let address = match project.secret(Variable::Inbox) {
        Ok(address) => address?,
        Err(error) => return Some(Diagnosis::bad(ABOUT, error.to_string(), "check .env")),
    };
    let opened = async {
        let address = ImapAddress::parse(address.expose_secret())?;
        let ca_file = project.settings.send.ca_file.as_ref().map(|path| project.path(path));
        let mailbox = ImapMailbox::open(&address, &login(project)?, ca_file.as_deref()).await?;
        mailbox.close().await;
        Ok::<(), Failure>(())
    };
    Some(match opened.await {
        Ok(()) => Diagnosis::good(ABOUT, "the mailbox of ROUNDUP_INBOX can be opened"),
        // Nothing was read here: the cures of `roundup inbox` speak of what it has saved.
        Err(failure) => Diagnosis::bad(
            ABOUT,
            failure.what,
            "check ROUNDUP_INBOX, ROUNDUP_INBOX_USERNAME and ROUNDUP_INBOX_PASSWORD, and that this computer is online",
        ),
    })
}

/// Connects, greets, starts TLS and logs in, and says goodbye.
async fn relay(
    project: &Project,
    identity: &Sender,
    destination: &Destination,
) -> Result<Diagnosis, Failure> {
    const ABOUT: &str = "Relay";
    let Destination::Relay(address) = destination else {
        return Ok(Diagnosis::doubtful(
            ABOUT,
            "practice mode: messages are saved in outbox/, not sent",
            "set ROUNDUP_RELAY to send for real",
        ));
    };
    let server = server(project, address, identity)?;
    let connection = match Connection::open(&server).await {
        Ok(connection) => connection,
        Err(outcome) => {
            let cure = cure_of(&outcome).unwrap_or_else(|| {
                "check ROUNDUP_RELAY, ROUNDUP_RELAY_USERNAME and ROUNDUP_RELAY_PASSWORD".to_owned()
            });
            return Ok(Diagnosis::bad(ABOUT, format!("{address}: {outcome}"), cure));
        }
    };
    let can = connection.capabilities().clone();
    let login = connection.login();
    connection.close().await;
    let security = match address.security {
        Security::Implicit | Security::StartTls => "over TLS",
        Security::Plain => "without TLS, on this computer",
    };
    let login = login
        .map_or_else(String::new, |login| format!(", and accepted the login ({})", login.name()));
    let what = format!("{address} answers {security}{login}");
    Ok(match can.size {
        // Gmail cuts at 102 KB: a message is never much larger.
        Some(size) if size < 200_000 => Diagnosis::bad(
            ABOUT,
            format!("{what}, and takes messages of at most {} KB", size / 1000),
            "ask your provider for a higher limit",
        ),
        _ if !can.pipelining => Diagnosis::doubtful(
            ABOUT,
            format!("{what}, without PIPELINING"),
            "sending is slower: four round trips for each message instead of one",
        ),
        _ => Diagnosis::good(ABOUT, what),
    })
}
