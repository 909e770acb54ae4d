//! `roundup why`: everything about one person.
//! Shell: reads the list and the ledgers.

use clap::Args;

use super::Desk;
use super::failure::{Exit, Failure};
use super::ledgers::{existing_ledger, keys_for};
use super::mailing_list::list_if_any;
use super::prepare::Destination;
use crate::audience::Person;
use crate::ledger::Ledger;
use crate::report::{Why, WhyDelivery};
use crate::rfc::address::EmailAddress;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The person's address
    address: String,
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let typed = arguments.address.trim();
    // What is no address may still stand on the list: the list says why it is not mailed.
    let address = EmailAddress::parse(typed).ok();
    let key = address.as_ref().map_or_else(|| typed.to_lowercase(), EmailAddress::key);
    let destination = Destination::of(&project, None)?;
    let examples = destination.takes_examples();
    let found = match list_if_any(&project, destination.is_practice(), screen).await? {
        Some(list) => list.find(&key, examples)?,
        None => None,
    };
    let (basis, mut not_mailed) = match found {
        Some((basis, Person::Mailed(_))) => (Some(basis), None),
        Some((basis, Person::LeftOut(left))) => {
            (Some(basis), Some(format!("{} ({})", left.why, left.place)))
        }
        None => (None, Some("is not on the list".to_owned())),
    };
    let basis = basis.filter(|basis| !basis.is_empty());
    let mut deliveries = Vec::new();
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(&project, practice).await? else { continue };
        let (rows, left_out) = ledger.history(&key).await?;
        deliveries.extend(rows.into_iter().map(|row| WhyDelivery::of_row(row, practice)));
        deliveries.extend(left_out.into_iter().map(|row| WhyDelivery::of_left_out(row, practice)));
        if let (Some(address), false) = (&address, practice) {
            let person = keys_for(&project, Some(&ledger)).await?.person_name(address);
            if let Some(why) = ledger.suppression(&person).await? {
                not_mailed = Some(format!("earlier mail was refused for good: {why}"));
            }
        }
    }
    let why = Why {
        schema: "roundup.why/1",
        address: address
            .map_or_else(|| typed.escape_debug().take(100).collect(), |a| a.to_string()),
        basis,
        not_mailed,
        deliveries,
    };
    if screen.json {
        screen.object(&why)?;
        return Ok(Exit::Done);
    }
    screen.print(&screen.strong(&why.address))?;
    match (&why.not_mailed, &why.basis) {
        (None, Some(basis)) => screen.print(&format!("Is mailed (basis: {basis})."))?,
        (None, None) => screen.print("Is mailed.")?,
        (Some(reason), _) => screen.print(&format!("Is not mailed: {reason}."))?,
    }
    let zone = project.settings.time_zone;
    for delivery in &why.deliveries {
        let at = delivery.at.map_or_else(String::new, |at| {
            at.with_timezone(&zone).format(" on %-d %B %Y at %H:%M:%S").to_string()
        });
        let id = delivery
            .message_id
            .as_ref()
            .map_or_else(String::new, |id| format!("  Message-ID <{id}>"));
        screen.print(&format!(
            "  {}{}  {}{at}  {}{}",
            delivery.edition,
            if delivery.practice { " (practice)" } else { "" },
            delivery.state.replace('_', " "),
            delivery.reply,
            screen.faint(&id)
        ))?;
    }
    if why.deliveries.is_empty() {
        screen.print("  No edition was planned with or without this address.")?;
    }
    Ok(Exit::Done)
}
