//! The people whom the list has already, as an import compares them.
//! Shell: the list's files, the ledger.

use std::collections::HashMap;
use std::io::Read;

use crate::audience::import::{
    self, Export, ImportOptions, ImportedPerson, KnownPerson, ListState,
};
use crate::audience::settings::ListPlace;
use crate::audience::{Keys, NoMail, NoMailReason};
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::steps::list_place::stored_people;
use crate::cli::subscribers::import_text::refused;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::world;
use crate::ledger::{AnyLedger, Ledger};
use crate::news::date::DateOrder;
use crate::project::{Project, ProjectError};

/// Everybody on the list, by their folded address, and the rows that hold nobody.
///
/// `rows` are those of an import: of them, whoever is on the do-not-mail list is known too.
pub(super) async fn known(
    project: &Project,
    rows: &[ImportedPerson],
) -> Result<(HashMap<String, KnownPerson>, Export), Failure> {
    let export = match project.settings.people.keep {
        ListPlace::Files => in_files(project)?,
        ListPlace::Database => {
            Export { people: stored_people(project).await?, ..Export::default() }
        }
    };
    let mut people: HashMap<String, KnownPerson> = export
        .people
        .iter()
        .map(|person| {
            let has_said_no = person.state.is_no();
            (person.key.clone(), KnownPerson { person: person.clone(), has_said_no })
        })
        .collect();
    if let Some(ledger) = existing_ledger(project, false).await? {
        let keys = keys_for(project, Some(&ledger)).await?;
        // Whoever said no is known, also where the list does not have them any more.
        let others = rows.iter().filter(|row| !people.contains_key(&row.key));
        let mut others: HashMap<String, KnownPerson> = others
            .map(|row| {
                let known = KnownPerson { person: row.clone(), has_said_no: false };
                (row.key.clone(), known)
            })
            .collect();
        put_no_mail(&mut others, &ledger, &keys).await?;
        others.retain(|_, known| known.has_said_no);
        put_no_mail(&mut people, &ledger, &keys).await?;
        people.extend(others);
    }
    Ok((people, export))
}

/// The people of the files, each once.
pub(super) fn in_files(project: &Project) -> Result<Export, Failure> {
    let files = match project.list_files() {
        Ok(files) => files,
        Err(ProjectError::NoList) => return Ok(Export::default()),
        Err(error) => return Err(error.into()),
    };
    let mut read = Vec::new();
    for (name, input) in files {
        let mut bytes = Vec::new();
        let opened = input
            .open()
            .and_then(|file| file.take(import::LONGEST_FILE_BYTES).read_to_end(&mut bytes));
        opened.map_err(|error| {
            Failure::new(Exit::Failed, format!("{name} cannot be read: {error}"))
                .help("check that you may read it")
        })?;
        read.push((name, bytes));
    }
    let options = ImportOptions {
        dates: Some(DateOrder::DayFirst),
        ..ImportOptions::on(world::today(project.settings.time_zone))
    };
    import::read(&read, &options).map_err(|error| refused(&error))
}

/// What the do-not-mail list says beats the list.
async fn put_no_mail(
    people: &mut HashMap<String, KnownPerson>,
    ledger: &AnyLedger,
    keys: &Keys,
) -> Result<(), Failure> {
    let suppressed: std::collections::HashSet<String> =
        ledger.suppressions().await?.into_iter().map(|(person, _)| person).collect();
    if suppressed.is_empty() {
        return Ok(());
    }
    for known in people.values_mut() {
        let hash = keys.address_hash_of_key(&known.person.key);
        if suppressed.contains(&hash)
            && let Some(entry) = ledger.suppression(&hash).await?
        {
            known.has_said_no = true;
            let person = &mut known.person;
            person.state = state_of(&entry);
            person.since = Some(entry.at.date_naive());
            person.why = entry.words();
            person.evidence = None;
        }
    }
    Ok(())
}

fn state_of(entry: &NoMail) -> ListState {
    match entry.reason {
        NoMailReason::Bounced => ListState::Bounced,
        NoMailReason::Complained => ListState::Complained,
        NoMailReason::Unsubscribed
        | NoMailReason::PreferenceService
        | NoMailReason::Objected
        | NoMailReason::Erased => ListState::Unsubscribed,
    }
}
