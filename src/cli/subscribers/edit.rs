//! `roundup subscribers add`, `remove`, `show`: one person by hand.
//! Shell: the ledger, the screen.

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::audience::frequency::Frequency;
use crate::audience::import::{BasisEvidence, ImportedPerson, ListState, OwnCells, WordKinds};
use crate::audience::law::{Basis, CollectionFacts, law_of};
use crate::audience::{NoMail, NoMailReason};
use crate::cli::globals::{Globals, warn_of_slip};
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::subscribers::basis_word::{MetWord, StatedWord};
use crate::cli::subscribers::given_day::given_day;
use crate::cli::subscribers::import_text::state_words;
use crate::cli::subscribers::known::{known, known_in};
use crate::cli::subscribers::writing::{OpenList, changed_meanwhile, need_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::ledger::Ledger;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::JoinStore;
use crate::ledger::list_store::{ListChangeKind, ListStore};
use crate::problem::Place;
use crate::rfc::address::EmailAddress;
use crate::shell_words::all_for_shell;

#[derive(Debug, Args)]
pub(super) struct AddArguments {
    address: String,
    #[arg(long, value_name = "NAME", default_value = "")]
    first_name: String,
    #[arg(long, value_name = "NAME", default_value = "")]
    last_name: String,
    /// Why they may be mailed
    #[arg(long, value_enum, value_name = "BASIS")]
    basis: StatedWord,
    /// Where they gave their address, as in "stall at the summer fair"
    #[arg(long, value_name = "TEXT")]
    source: String,
    /// When they gave it (default: today)
    #[arg(long, value_name = "DATE")]
    obtained: Option<String>,
    /// Through whom they came, which a soft opt-in asks about
    #[arg(long, value_enum, value_name = "WHOM")]
    met_through: Option<MetWord>,
    /// A tag; may be given several times
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct AddressArguments {
    address: String,
}

/// `roundup.subscribers/1`: somebody who was added.
#[derive(Debug, Serialize)]
struct AddedPerson<'a> {
    schema: &'static str,
    people: [&'a ImportedPerson; 1],
}

impl Outcome for AddedPerson<'_> {
    fn text(&self, text: &mut Text) {
        let [person] = self.people;
        text.line(format!("{} is on the list: {}.", person.address, person.why));
    }
}

/// `roundup.removed/1`.
#[derive(Debug, Serialize)]
struct RemovedPerson {
    schema: &'static str,
    address: String,
    /// They had not joined yet: their request is deleted.
    only_a_request: bool,
}

impl Outcome for RemovedPerson {
    fn text(&self, text: &mut Text) {
        let Self { address, .. } = self;
        text.line(if self.only_a_request {
            format!("The request of {address} to join is deleted.")
        } else {
            format!(
                "{address} is off the list. An import may bring them back: to prevent that, use `roundup subscribers suppress`."
            )
        });
    }
}

/// `roundup.subscribers/1`: one person of the list.
#[derive(Debug, Serialize)]
struct ShownPerson<'a> {
    schema: &'static str,
    people: [&'a ImportedPerson; 1],
    /// How often they want the email, where they have chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency: Option<&'static str>,
}

impl Outcome for ShownPerson<'_> {
    fn text(&self, text: &mut Text) {
        let [person] = self.people;
        let name = format!("{} {}", person.first_name, person.last_name);
        text.line(format!("{}  {}", person.address, name.trim()));
        text.line(format!("  {}: {}", state_words(person.state), person.why));
        if let Some(joined) = person.joined {
            text.line(format!("  joined: {}", joined.format("%-d %B %Y")));
        }
        if !person.tags.is_empty() {
            text.line(format!("  tags: {}", person.tags.join(", ")));
        }
        for (name, cell) in &person.columns {
            text.line(format!("  {name}: {cell}"));
        }
        if let Some(frequency) = self.frequency {
            text.line(format!("  has chosen: {frequency}"));
        }
    }
}

pub fn address(text: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(text.trim())
        .map_err(|error| Failure::new(Exit::Usage, format!("`{text}`: {error}")).help(error.cure()))
}

pub(super) async fn add(arguments: &AddArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    need_database(&project, "add")?;
    let address = address(&arguments.address)?;
    let today = system::today(project.settings.time_zone);
    let obtained = match &arguments.obtained {
        Some(text) => given_day(text, today)?,
        None => today,
    };
    let basis = arguments.basis.basis();
    let given = lawfully_given(basis, obtained, arguments.met_through)?;
    let cure = |meant: &str| {
        let words = all_for_shell([address.to_string().as_str(), meant]);
        format!(" If so: `roundup subscribers move {words}`")
    };
    warn_of_slip(&address, cure, &globals.screen);
    let list = open_list(&project).await?;
    let known = known_in(&project, Some(&list.ledger)).await?;
    let seen = known.version;
    if let Some(known) = known.people.get(&address.key()) {
        let what = format!(
            "{} is on the list already: {} ({})",
            address,
            state_words(known.person.state),
            known.person.why
        );
        return Err(Failure::new(Exit::Usage, what).help(if known.has_said_no {
            "only they can come back, or you at their request: see `roundup why`"
        } else {
            "import a file with their row to change it"
        }));
    }
    if let Some(entry) = list.no_of(&address).await? {
        return Err(Failure::new(
            Exit::Usage,
            format!("{address} must not be mailed: {}", entry.words()),
        )
        .help("only they can come back, or you at their request: see `roundup why`"));
    }
    let evidence =
        BasisEvidence { basis, source: arguments.source.clone(), wording: String::new(), given };
    let person = ImportedPerson {
        waits_for: WordKinds::default(),
        address: address.to_string(),
        state: ListState::Subscribed,
        first_name: arguments.first_name.clone(),
        last_name: arguments.last_name.clone(),
        tags: arguments.tag.clone(),
        joined: Some(obtained),
        since: Some(obtained),
        why: evidence.to_string(),
        columns: OwnCells::new(),
        key: address.key(),
        evidence: Some(evidence),
        language: String::new(),
        place: Place::whole("the database"),
    };
    let summary = json!({ "added": 1 }).to_string();
    if !list
        .write(seen, ListChangeKind::Edit, summary, &[&person], Vec::new(), system::now())
        .await?
    {
        return Err(changed_meanwhile());
    }
    globals.screen.outcome(&AddedPerson { schema: "roundup.subscribers/1", people: [&person] })?;
    Ok(Exit::Done)
}

impl OpenList {
    /// Why somebody must not be mailed at an address: by the list, by the one that newsletters share, or by what they said at
    /// the address that they have now.
    async fn no_of(&self, address: &EmailAddress) -> Result<Option<NoMail>, Failure> {
        let hash = self.keys.address_hash(address);
        if let Some(entry) = self.ledger.suppression(&hash).await? {
            return Ok(Some(entry));
        }
        if let Some(no) = self.ledger.shared_no(address).await? {
            return Ok(no.applied_to(None));
        }
        let moves = self.ledger.moves().await?;
        let Some(to) = moves.to(&hash) else { return Ok(None) };
        let entry = self.ledger.suppression(to).await?;
        // That the other mailbox is gone says nothing of this one.
        Ok(entry.filter(|entry| entry.reason != NoMailReason::Bounced))
    }
}

/// How they gave their address, where the law lets them be mailed for it.
fn lawfully_given(
    basis: Basis,
    obtained: NaiveDate,
    met_through: Option<MetWord>,
) -> Result<CollectionFacts, Failure> {
    let given = CollectionFacts {
        obtained: Some(obtained),
        met_through: MetWord::met_through(met_through),
        ..CollectionFacts::default()
    };
    law_of(basis).allows(&given).map_err(|why| {
        Failure::new(Exit::Usage, format!("they may not be mailed by this basis: {why}"))
            .help("ask for their consent on your website; docs/CONSENT.md explains the bases")
    })?;
    Ok(given)
}

pub(super) async fn remove(
    arguments: &AddressArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    need_database(&project, "remove")?;
    let address = address(&arguments.address)?;
    let list = open_list(&project).await?;
    let stored = list.ledger.stored_list().await?;
    let has_asked = list.ledger.withdraw_request(&list.keys.address_hash(&address)).await?;
    if stored.people.iter().all(|person| person.key != address.key()) {
        if has_asked {
            return done(&address, true, globals);
        }
        return Err(Failure::new(Exit::Nothing, format!("{address} is not on the list")));
    }
    let summary = json!({ "removed": 1 }).to_string();
    let removed = vec![address.key()];
    if !list
        .write(stored.version, ListChangeKind::Edit, summary, &[], removed, system::now())
        .await?
    {
        return Err(changed_meanwhile());
    }
    done(&address, false, globals)
}

fn done(address: &EmailAddress, only_a_request: bool, globals: &Globals) -> Result<Exit, Failure> {
    let (schema, address) = ("roundup.removed/1", address.to_string());
    globals.screen.outcome(&RemovedPerson { schema, address, only_a_request })?;
    Ok(Exit::Done)
}

pub(super) async fn show(arguments: &AddressArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let address = address(&arguments.address)?;
    let known = known(&project).await?;
    let Some(person) = known.find(&address.key()) else {
        return Err(Failure::new(Exit::Nothing, format!("{address} is not on the list"))
            .help("`roundup why` knows who was mailed and who left"));
    };
    let frequency = match existing_ledger(&project, false).await? {
        Some(ledger) => {
            let person = keys_for(&project, Some(&ledger)).await?.address_hash(&address);
            ledger.frequency_of(&person).await?
        }
        None => None,
    };
    globals.screen.outcome(&ShownPerson {
        schema: "roundup.subscribers/1",
        people: [person],
        frequency: frequency.map(Frequency::words),
    })?;
    Ok(Exit::Done)
}
