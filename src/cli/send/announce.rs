//! What is said before a sending: to whom, through what, and what the checks found.
//! Shell: reads the list, and when the email was checked.

use serde::Serialize;

use crate::audience::{LeftOut, Person};
use crate::cli::check::checked_links;
use crate::cli::preview::summary::CheckCounts;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::prepare::PreparedEdition;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::outcome::Text;
use crate::cli::terminal::screen::{ago, people};
use crate::cli::terminal::system;
use crate::count::and_more;
use crate::message::Sender;
use crate::project::Project;
use crate::smtp::conversation::Security;

/// To whom an edition goes.
#[derive(Serialize)]
pub struct AnnouncedPeople {
    people: u64,
    /// What it corrects, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<String>,
    /// Whom it is for, where that is not everybody, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    /// The first of them, masked.
    first: Vec<String>,
    left_out: LeftOutPeople,
}

/// People of the list to whom it does not go.
#[derive(Serialize)]
pub struct LeftOutPeople {
    people: u64,
    /// Those among them who want the year's round-up only.
    yearly: u64,
    /// The first of them; all of them where somebody wants to see all.
    rows: Vec<LeftOutLine>,
}

/// Why one row is not mailed.
#[derive(Serialize)]
struct LeftOutLine {
    place: String,
    address: String,
    why: String,
}

/// A name that looks wrong in ways no rule knows, and how its person will be addressed.
#[derive(Serialize)]
pub struct UnusualGreeting {
    line: String,
    /// Masked.
    address: String,
    why: &'static str,
}

impl AnnouncedPeople {
    /// # Errors
    /// When the list cannot be read.
    pub fn of(prepared: &PreparedEdition, shows_all: bool) -> Result<Self, Failure> {
        let first = prepared.audience.first.iter().take(3);
        Ok(Self {
            people: prepared.audience.mailed,
            corrects: prepared.correction_words(),
            segment: prepared.segment_words(),
            purpose: prepared.purpose_words(),
            first: first.map(|recipient| recipient.address.masked()).collect(),
            left_out: LeftOutPeople::of(prepared, shows_all)?,
        })
    }

    pub fn lines(&self, text: &mut Text) {
        text.say(format!("  To        {}", people(self.people)));
        let Self { corrects, segment, purpose, .. } = self;
        for (title, words) in [("Corrects", corrects), ("Segment", segment), ("Purpose", purpose)] {
            if let Some(words) = words {
                text.say(format!("  {title:<9} {words}"));
            }
        }
        text.say(format!("  First     {}", self.first.join(", ")));
        self.left_out.lines(text);
    }
}

impl LeftOutPeople {
    /// # Errors
    /// When the list cannot be read.
    pub fn of(prepared: &PreparedEdition, shows_all: bool) -> Result<Self, Failure> {
        let audience = &prepared.audience;
        let line = |left: &LeftOut| LeftOutLine {
            place: left.place.to_string(),
            address: left.address.clone(),
            why: left.why.to_string(),
        };
        let mut rows = Vec::new();
        if shows_all && audience.left_out > 0 {
            for person in prepared.everybody() {
                if let Person::LeftOut(left) = person?
                    && !left.why.is_outside()
                {
                    rows.push(line(&left));
                }
            }
        } else {
            rows.extend(audience.first_left_out.iter().map(line));
        }
        Ok(Self { people: audience.left_out, yearly: audience.yearly, rows })
    }

    /// Each is named, or counted when there are many.
    pub fn lines(&self, text: &mut Text) {
        if self.people == 0 {
            return;
        }
        text.say(format!("  Not to    {}:", people(self.people)));
        if self.yearly > 0 {
            let want = if self.yearly == 1 { "wants" } else { "want" };
            let yearly = people(self.yearly);
            text.say(format!("    left out: {yearly} who {want} the year's round-up only"));
        }
        for LeftOutLine { place, address, why } in &self.rows {
            text.say(format!("    {place} {address}: {why}"));
        }
        let more = self.people.saturating_sub(self.rows.len() as u64);
        if more > 0 && !text.verbose {
            text.say(format!("    {} (-v shows them all)", and_more(more)));
        }
    }
}

/// How the people with the most unusual names will be addressed.
pub fn unusual_greetings(prepared: &PreparedEdition) -> Vec<UnusualGreeting> {
    let greeting = |strange: crate::audience::UnusualRecipient<'_>| {
        // An email without a personal word has the name in its To field all the same.
        let to = || strange.recipient.name().map(|name| format!("To: {name}"));
        let line = prepared.unsigned.first_personal_line(strange.recipient).or_else(to)?;
        Some(UnusualGreeting {
            line: line.chars().filter(|c| !c.is_control()).take(60).collect(),
            address: strange.recipient.address.masked(),
            why: strange.why,
        })
    };
    prepared.audience.strangest.shown().filter_map(greeting).collect()
}

pub fn greeting_lines(greetings: &[UnusualGreeting], text: &mut Text) {
    let mut title = "  Check     ";
    for UnusualGreeting { line, address, why } in greetings {
        text.say(format!("{title}\"{line}\" for {address}: the name {why}"));
        title = "            ";
    }
}

/// When this very email was checked, and what the rules say of it now.
pub fn checks_words(project: &Project, prepared: &PreparedEdition) -> String {
    let now = system::now();
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
    format!("{} ({links})", CheckCounts::of(prepared).words())
}

/// Through what it goes.
pub fn destination_words(destination: &Destination, identity: &Sender) -> String {
    match destination {
        Destination::Outbox => {
            "outbox/ on this computer. Practice mode: messages are saved, not sent. \
                                Set ROUNDUP_RELAY to send for real"
                .to_owned()
        }
        Destination::Relay(relay) => format!(
            "{relay} as {} ({})",
            identity.sender.address,
            match relay.security {
                Security::Implicit => "TLS",
                Security::StartTls => "STARTTLS",
                Security::Plain => "on this computer, without TLS",
            }
        ),
    }
}
