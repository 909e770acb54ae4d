//! What is said before a sending: to whom, through what, and what the checks found.
//! Shell: prints.

use crate::audience::{LeftOut, Person};
use crate::check::tally;
use crate::cli::check::checked_links;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::prepare::Prepared;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::{Screen, ago, grouped, people};
use crate::cli::terminal::world;
use crate::message::Sender;
use crate::project::Project;
use crate::report::Report;
use crate::smtp::conversation::Security;
use serde::Serialize;

pub fn tell_people(prepared: &Prepared, screen: &Screen) -> Result<(), Failure> {
    let audience = &prepared.audience;
    screen.say(&format!("  To        {}", people(audience.mailed)));
    let lines = [prepared.correction_line(), prepared.segment_line(), prepared.purpose_line()];
    for line in lines.into_iter().flatten() {
        screen.say(&line);
    }
    let masked: Vec<String> =
        audience.first.iter().take(3).map(|recipient| recipient.address.masked()).collect();
    screen.say(&format!("  First     {}", masked.join(", ")));
    tell_left_out(prepared, screen)
}

/// How the strangest of the list will be addressed: names that came from somewhere else look wrong in ways no rule knows.
pub fn tell_strangest(prepared: &Prepared, screen: &Screen) {
    let mut title = "  Check     ";
    for strange in prepared.audience.strangest.shown() {
        // A mail without a personal word has the name in its To field all the same.
        let to = || strange.recipient.name().map(|name| format!("To: {name}"));
        let line = prepared.unsigned.first_personal_line(strange.recipient).or_else(to);
        let Some(line) = line else { continue };
        let line: String = line.chars().filter(|c| !c.is_control()).take(60).collect();
        let who = strange.recipient.address.masked();
        screen.say(&format!("{title}\"{line}\" for {who}: the name {}", strange.why));
        title = "            ";
    }
}

/// When this very mail was checked, and what the rules say of it now.
pub fn tell_checks(project: &Project, prepared: &Prepared, screen: &Screen) {
    let now = world::now();
    let [must, should, note] = tally(&prepared.findings);
    let found = format!("{must} must fix, {should} should fix, {note} good to know");
    let name = &prepared.edition.name;
    let hash = prepared.composition.hash();
    let before = project.checked_before(now);
    let known = checked_links(prepared);
    let links = match before.editions.get(name) {
        Some(last) if last.hash != hash => {
            format!("changed since the last check {}; links: {known}", ago(now - last.at))
        }
        Some(last) if last.links > 0 => format!("links: {known}, unchanged since"),
        _ if known == "not checked" => format!("links not checked: roundup check {name}"),
        _ => format!("links: {known}"),
    };
    screen.say(&format!("  Checks    {found} ({links})"));
}

/// Rows that are not mailed: each is named, or counted when there are many.
pub fn tell_left_out(prepared: &Prepared, screen: &Screen) -> Result<(), Failure> {
    let audience = &prepared.audience;
    if audience.left_out == 0 {
        return Ok(());
    }
    screen.say(&format!("  Not to    {}:", people(audience.left_out)));
    if audience.yearly > 0 {
        let want = if audience.yearly == 1 { "wants" } else { "want" };
        let yearly = people(audience.yearly);
        screen.say(&format!("    left out: {yearly} who {want} the year's round-up only"));
    }
    let tell =
        |left: &LeftOut| screen.say(&format!("    {} {}: {}", left.place, left.address, left.why));
    if screen.verbose {
        for person in prepared.everybody() {
            if let Person::LeftOut(left) = person?
                && !left.why.is_outside()
            {
                tell(&left);
            }
        }
        return Ok(());
    }
    audience.first_left_out.iter().for_each(tell);
    let more = audience.left_out - audience.first_left_out.len() as u64;
    if more > 0 {
        screen.say(&format!("    … and {} more (-v shows them all)", grouped(more)));
    }
    Ok(())
}

pub fn tell_destination(destination: &Destination, identity: &Sender, screen: &Screen) {
    match destination {
        Destination::Outbox => screen.say(
            "  Through   outbox/ on this computer. Practice mode: messages are saved, not sent. \
             Set ROUNDUP_RELAY to send for real",
        ),
        Destination::Relay(relay) => screen.say(&format!(
            "  Through   {relay} as {} ({})",
            identity.sender.address,
            match relay.security {
                Security::Implicit => "TLS",
                Security::StartTls => "STARTTLS",
                Security::Plain => "on this computer, without TLS",
            }
        )),
    }
}

/// `roundup.send/1`.
#[derive(Serialize)]
pub struct SendReport<'a> {
    pub schema: &'static str,
    pub edition: &'a str,
    pub dry_run: bool,
    pub people: u64,
    /// Whom it is for, where it is not for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    pub messages: u64,
    pub hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_largest: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<&'a Report>,
}
