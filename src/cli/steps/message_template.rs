//! A composition made ready to address people, and the person who stands in where there is no list.
//! Shell: reads the keys of the project.

use crate::audience::People;
use crate::audience::Values;
use crate::audience::{Keys, Recipient};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::compose::composition::Composition;
use crate::message::{MessageTemplate, Sender};
use crate::project::Project;
use crate::rfc::address::EmailAddress;
use crate::rfc::dkim::Signer;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Who is shown the email when there is no list.
pub fn stand_in() -> Recipient {
    let mut values = Values::new();
    for (column, value) in
        [("email", "sam.example@example.org"), ("first_name", "Sam"), ("last_name", "Example")]
    {
        values.insert(column.to_owned(), value.to_owned());
    }
    let address = EmailAddress::parse("sam.example@example.org").expect("a plain address");
    Recipient { address, values, segments: BTreeSet::new() }
}

/// A composition with the project's keys, ready to address people.
pub fn skeleton(
    project: &Project,
    composition: Composition,
    identity: Sender,
    date: DateTime<Utc>,
) -> Result<MessageTemplate, Failure> {
    let keys = project.keys(system::random)?;
    let signers = project.signers(identity.domain())?;
    made(project, composition, identity, keys, signers, date)
}

pub fn made(
    project: &Project,
    composition: Composition,
    identity: Sender,
    keys: Keys,
    signers: Vec<Signer>,
    date: DateTime<Utc>,
) -> Result<MessageTemplate, Failure> {
    let zone = project.settings.time_zone;
    MessageTemplate::new(composition, identity, keys, signers, date, zone)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

/// Nobody, with the columns that everybody has: for an email without a list.
pub fn nobody() -> People {
    People { columns: stand_in().values.into_keys().collect(), segments: BTreeSet::new() }
}
