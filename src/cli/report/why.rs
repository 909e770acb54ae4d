//! `roundup why`: everything about one person.
//! Shell: reads the list and the ledgers.

use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use crate::audience::frequency::Frequency;
use crate::audience::import::ListState;
use crate::audience::{ChangeOrigin, LiftedBy, NoMailChange, NoMailReason, NoMailStep, Person};
use crate::cli::globals::Globals;
use crate::cli::send::planned::is_sending;
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::corrections::corrects;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::steps::mailing_list::list_if_any;
use crate::cli::subscribers::addresses::{HeldAddress, addresses_of};
use crate::cli::subscribers::back_again::{bring_back, listed_with_a_no, no_of_list};
use crate::cli::subscribers::edit::address as person_address;
use crate::cli::subscribers::known::known;
use crate::cli::subscribers::returned::returned;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::{JoinRecord, JoinStore};
use crate::ledger::single_store::{SingleRecord, SingleStore};
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, Lift, Status};
use crate::project::Project;
use crate::report::decisions::ReportedApproval;
use crate::report::person::{ConsentProof, NoMailEntry, PersonAddress, PersonHistory, ReturnEntry};
use crate::report::{ReportedDelivery, abandoned};
use crate::rfc::address::EmailAddress;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The person's address
    address: String,
    /// Take them off the do-not-mail list after a bounce or a rejection, giving the reason
    #[arg(long, value_name = "REASON")]
    lift: Option<String>,
    /// Take them off because they want email again: where they said so, as in "letter of 3 May"
    #[arg(long, value_name = "WHERE")]
    at_their_request: Option<String>,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let typed = arguments.address.trim();
    // What is not an address may still stand on the list: the list says why it is not mailed.
    let address = EmailAddress::parse(typed).ok();
    let key = address.as_ref().map_or_else(|| typed.to_lowercase(), EmailAddress::key);
    if arguments.lift.is_some() || arguments.at_their_request.is_some() {
        lift(&project, address.as_ref(), &arguments, screen).await?;
    }
    let destination = Destination::of(&project, None)?;
    let examples = destination.takes_examples();
    let found =
        match list_if_any(&project, destination.is_practice(), &AudienceChoice::default(), screen)
            .await?
        {
            Some(list) => list.find(&key, examples)?,
            None => None,
        };
    if found.is_none() {
        // Only what a list has is shown although it is not an address; anything else was mistyped.
        person_address(typed)?;
    }
    let (basis, mut not_mailed) = match found {
        Some((basis, Person::Mailed(_))) => (Some(basis), None),
        Some((basis, Person::LeftOut(left))) => {
            (Some(basis), Some(format!("{} ({})", left.why, left.place)))
        }
        None => (None, Some("is not on the list".to_owned())),
    };
    let basis = basis.filter(|basis| !basis.is_empty());
    let of_ledger = history(&project, &key, address.as_ref()).await?;
    not_mailed = of_ledger.suppressed.clone().or(not_mailed);
    let (moved_to, addresses) = moves_of(&of_ledger.held, &key);
    if let Some(now) = moved_to {
        not_mailed = Some(format!("has another address now: {now}"));
    }
    let listed = known(&project).await?.find(&key).cloned();
    if let (Some(person), None) = (&listed, &of_ledger.suppressed)
        && person.state == ListState::Unconfirmed
    {
        not_mailed = Some(person.why.clone());
    }
    let why = PersonHistory {
        schema: "roundup.why/1",
        address: address
            .map_or_else(|| typed.escape_debug().take(100).collect(), |a| a.to_string()),
        basis,
        not_mailed,
        addresses,
        joined: listed.as_ref().and_then(|person| person.joined),
        consent: listed.as_ref().and_then(ConsentProof::of),
        deliveries: of_ledger.deliveries,
        lifts: of_ledger.lifts,
        do_not_mail: of_ledger.do_not_mail,
        joining: of_ledger.joining,
        single_messages: of_ledger.single_messages,
        frequency: of_ledger.frequency.map(Frequency::word),
        returns: of_ledger.returns,
    };
    let time_zone = project.settings.time_zone;
    screen.outcome(&WhyOutcome { history: why, time_zone })?;
    Ok(Exit::Done)
}

/// What both ledgers have about one person.
struct LedgerHistory {
    /// Every address of theirs, the one that was typed first.
    held: Vec<HeldAddress>,
    lifts: Vec<Lift>,
    deliveries: Vec<ReportedDelivery>,
    /// Why the do-not-mail list says no.
    suppressed: Option<String>,
    do_not_mail: Vec<NoMailEntry>,
    joining: Vec<JoinRecord>,
    single_messages: Vec<SingleRecord>,
    frequency: Option<Frequency>,
    returns: Vec<ReturnEntry>,
}

async fn history(
    project: &Project,
    key: &str,
    address: Option<&EmailAddress>,
) -> Result<LedgerHistory, Failure> {
    let zone = project.settings.time_zone;
    let mut suppressed = None;
    let (mut lifts, mut do_not_mail) = (Vec::new(), Vec::new());
    let mut deliveries = Vec::new();
    let (mut joining, mut single_messages) = (Vec::new(), Vec::new());
    let (mut frequency, mut returns) = (None, Vec::new());
    let mut held = vec![HeldAddress::typed(key)];
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if let (Some(address), false) = (address, practice) {
            let keys = keys_for(project, Some(&ledger)).await?;
            held = addresses_of(address, Some(&ledger), &keys).await?;
        }
        deliveries.extend(deliveries_of(project, &ledger, &held, practice).await?);
        if let (Some(address), false) = (address, practice) {
            for HeldAddress { person, .. } in &held {
                lifts.extend(ledger.lifts(person).await?);
                joining.extend(ledger.join_record(person).await?);
                single_messages.extend(ledger.single_messages_of(person).await?);
                let changes = ledger.no_mail_changes(person).await?;
                do_not_mail.extend(changes.into_iter().map(NoMailEntry::from));
            }
            // What they did by a link to an old address stands in the record of both.
            do_not_mail.sort_by_key(|entry: &NoMailEntry| entry.at);
            do_not_mail.dedup();
            lifts.sort_by_key(|lift: &Lift| lift.at);
            lifts.dedup();
            let person = held[0].person.clone();
            frequency = ledger.frequency_of(&person).await?;
            returns = returned(&ledger, &held).await?;
            if let Some(entry) = ledger.suppression(&person).await? {
                suppressed = Some(match entry.reason {
                    NoMailReason::Bounced => {
                        format!(
                            "an earlier message was rejected for good: {}",
                            entry.words_in(zone)
                        )
                    }
                    _ => entry.words_in(zone),
                });
            } else if let Some(no) = ledger.shared_no(address).await? {
                suppressed = no.applied_to(None).map(|entry| entry.words_in(zone));
            }
        }
    }
    Ok(LedgerHistory {
        held,
        lifts,
        deliveries,
        suppressed,
        do_not_mail,
        joining,
        single_messages,
        frequency,
        returns,
    })
}

/// What one ledger has planned for any of their addresses.
async fn deliveries_of(
    project: &Project,
    ledger: &AnyLedger,
    held: &[HeldAddress],
    practice: bool,
) -> Result<Vec<ReportedDelivery>, Failure> {
    let mut deliveries = Vec::new();
    for one in held {
        let (rows, left_out) = one.history(ledger).await?;
        for row in rows {
            let is_open = matches!(row.status, Status::Claimed | Status::HandingOver);
            let has_run = is_open && is_sending(project, ledger, &row.edition, practice).await?;
            let row = if is_open && !has_run { abandoned(row) } else { row };
            deliveries.push(ReportedDelivery::of_row(row, practice));
        }
        let left_out = left_out.into_iter().map(|row| ReportedDelivery::of_left_out(row, practice));
        deliveries.extend(left_out);
    }
    let planned = ledger.summaries().await?;
    for delivery in &mut deliveries {
        delivery.corrects = corrects(ledger, &delivery.edition).await?;
        if let Some(edition) = planned.iter().find(|one| one.name == delivery.edition) {
            let given = ledger.decisions_of(&edition.name).await?.approvals;
            delivery.approvals = ReportedApproval::of(edition, &given, project.settings.time_zone);
        }
    }
    Ok(deliveries)
}

/// The address that the person has now, where they have left the one that was typed, and all that they have had.
fn moves_of(held: &[HeldAddress], typed: &str) -> (Option<String>, Vec<PersonAddress>) {
    if held.len() < 2 {
        return (None, Vec::new());
    }
    let now = held.iter().find(|one| one.until.is_none()).and_then(|one| one.key.clone());
    let moved_to = now.filter(|now| now != typed);
    let addresses = held.iter().filter_map(|one| {
        Some(PersonAddress { address: one.key.clone()?, since: one.since, until: one.until })
    });
    (moved_to, addresses.collect())
}

/// `roundup.why/1`: a person's history.
#[derive(Serialize)]
struct WhyOutcome {
    #[serde(flatten)]
    history: PersonHistory,
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
}

impl Outcome for WhyOutcome {
    fn text(&self, text: &mut Text) {
        let history = &self.history;
        text.line(text.strong(&history.address));
        text.line(match (&history.not_mailed, &history.basis) {
            (None, Some(basis)) => format!("Is mailed (basis: {basis})."),
            (None, None) => "Is mailed.".to_owned(),
            (Some(reason), _) => format!("Is not mailed: {reason}."),
        });
        if let Some(frequency) = history.frequency.and_then(Frequency::parse) {
            text.line(format!("Has chosen: {}.", frequency.words()));
        }
        for line in history.story(self.time_zone) {
            text.line(format!("  {line}"));
        }
        if history.deliveries.is_empty() {
            text.line("  No edition was planned for this address.");
        }
    }
}

/// Takes somebody off the do-not-mail list, if an operator may.
async fn lift(
    project: &Project,
    address: Option<&EmailAddress>,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<(), Failure> {
    let at_request = arguments.at_their_request.as_deref().map(str::trim);
    let reason = at_request.or(arguments.lift.as_deref().map(str::trim)).unwrap_or_default();
    if reason.is_empty() {
        return Err(Failure::new(Exit::Usage, "lifting a suppression needs a reason")
            .help("give it, as in --lift \"the mailbox is back\": it is recorded"));
    }
    let none = || {
        Failure::new(Exit::Usage, "this address is not on the do-not-mail list in the ledger").help(
            "`roundup why ADDRESS` says why it is not mailed; to change what a list says, \
                 edit the list",
        )
    };
    let address = address.ok_or_else(none)?;
    let ledger = existing_ledger(project, false).await?.ok_or_else(none)?;
    let person = keys_for(project, Some(&ledger)).await?.address_hash(address);
    let listed = listed_with_a_no(project, &ledger, address).await?;
    let entry = match ledger.suppression(&person).await? {
        Some(entry) => entry,
        None => listed.as_ref().and_then(no_of_list).ok_or_else(none)?,
    };
    let why = entry.words_in(project.settings.time_zone);
    match entry.reason.lifted_by() {
        LiftedBy::Operator => {}
        LiftedBy::TheirRequest if at_request.is_some() => {}
        LiftedBy::TheirRequest => {
            return Err(Failure::new(
                Exit::Usage,
                format!("this person said themselves that they want no more email: {why}"),
            )
            .help(
                "only they can take that back: record where they did with --at-their-request \
                 \"letter of 3 May\"",
            ));
        }
        LiftedBy::OnlyThem => {
            return Err(Failure::new(
                Exit::Usage,
                format!("a complaint or an erasure is never lifted: {why}"),
            )
            .help("if they want email again, they can sign up again"));
        }
    }
    let reason = match at_request {
        Some(request) => format!("at their request: {request}"),
        None => reason.to_owned(),
    };
    // The list first: until the do-not-mail list is free of them too, nobody mails them.
    let state = match listed {
        Some(listed) => Some(bring_back(project, listed, at_request).await?),
        None => None,
    };
    let lift = NoMailChange::new(&person, NoMailStep::Lift, ChangeOrigin::Operator, system::now());
    let lift = lift.with_note(&reason).of_key(&address.key());
    ledger.change_no_mail(vec![lift]).await?;
    screen.say(&format!("Lifted. It was: {why}"));
    if state == Some(ListState::NoEvidence) {
        screen.say(
            "The list does not say why they may be mailed: import a file with their basis, as in \
             `roundup subscribers import FILE`.",
        );
    }
    Ok(())
}
