//! The people whom the list has already, as an import compares them.
//! Shell: the list's files, the ledger.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::io::{self, Read};

use chrono::{DateTime, Utc};

use crate::audience::import::{
    self, Difference, Export, ImportOptions, ImportedPerson, KnownPerson, ListState,
};
use crate::audience::settings::ListPlace;
use crate::audience::{Keys, NoMail, NoMailReason, SharedNo, SharedNos};
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::subscribers::import_text::refused;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::whole_up_to;
use crate::cli::terminal::system;
use crate::ledger::join_store::JoinStore;
use crate::ledger::joining::JoinRequest;
use crate::ledger::list_store::ListStore;
use crate::ledger::{AnyLedger, Ledger};
use crate::problem::{Place, Problem};
use crate::project::{Project, ProjectError};

/// Everybody on the list.
#[derive(Debug, Default)]
pub(crate) struct KnownList {
    /// The version of the list in the database: whoever writes says that they saw it.
    pub version: i64,
    /// By their folded addresses.
    pub people: HashMap<String, KnownPerson>,
    /// Folded addresses in the order of the list.
    order: Vec<String>,
    /// People who have signed up and not confirmed, and are not on the list.
    pub requests: Vec<ImportedPerson>,
    /// Rows that hold nobody.
    pub left_out: Vec<ImportedPerson>,
    pub problems: Vec<Problem>,
}

impl KnownList {
    /// The people in the order of the list.
    pub fn in_order(&self) -> impl Iterator<Item = &ImportedPerson> {
        self.order.iter().filter_map(|key| self.people.get(key)).map(|known| &known.person)
    }

    /// Somebody on the list, or who has signed up.
    pub fn find(&self, key: &str) -> Option<&ImportedPerson> {
        let listed = self.people.get(key).map(|known| &known.person);
        listed.or_else(|| self.requests.iter().find(|person| person.key == key))
    }
}

/// The list as it is now.
pub(crate) async fn known(project: &Project) -> Result<KnownList, Failure> {
    let ledger = existing_ledger(project, false).await?;
    let mut list = known_in(project, ledger.as_ref()).await?;
    if let (ListPlace::Database, Some(ledger)) = (project.settings.people.keep, &ledger) {
        let requests = ledger.join_requests().await?;
        let requests = requests.iter().filter(|request| !list.people.contains_key(&request.key));
        list.requests = requests.map(JoinRequest::as_listed).collect();
    }
    Ok(list)
}

/// The same with a ledger that is open already.
pub(crate) async fn known_in(
    project: &Project,
    ledger: Option<&AnyLedger>,
) -> Result<KnownList, Failure> {
    let mut list = KnownList::default();
    let people = match (project.settings.people.keep, ledger) {
        (ListPlace::Files, _) => {
            let export = in_files(project)?;
            // As an import into an empty list has them: with those who wait.
            let difference = Difference::between(&export, &HashMap::new());
            (list.left_out, list.problems) = (difference.left_out, export.problems);
            drop(list.problems.splice(0..0, project.unread_lists()?));
            difference.new
        }
        (ListPlace::Database, None) => Vec::new(),
        (ListPlace::Database, Some(ledger)) => {
            let stored = ledger.stored_list().await?;
            list.version = stored.version;
            stored.people.into_iter().map(ImportedPerson::from).collect()
        }
    };
    list.order = people.iter().map(|person| person.key.clone()).collect();
    list.people = people
        .into_iter()
        .map(|person| (person.key.clone(), KnownPerson::listed(person)))
        .collect();
    if let Some(ledger) = ledger {
        let keys = keys_for(project, Some(ledger)).await?;
        let own = ledger.no_mail_list().await?.into_iter().collect();
        let noes = HeardNoes { own, shared: ledger.shared_nos().await? };
        put_no_mail(&mut list.people, &noes, &keys);
        put_own_yes(&mut list.people, &ledger.own_yeses().await?.into_iter().collect(), &keys);
    }
    Ok(list)
}

/// The people of the files, each once.
fn in_files(project: &Project) -> Result<Export, Failure> {
    let files = match project.list_files() {
        Ok(files) => files,
        Err(ProjectError::NoList) => return Ok(Export::default()),
        Err(error) => return Err(error.into()),
    };
    let mut read = Vec::new();
    for (name, input) in files {
        let bytes = whole(&name, input.open())?;
        read.push((name, bytes));
    }
    let options = ImportOptions::of_the_list(system::today(project.settings.time_zone));
    import::read(&read, &options).map_err(|error| refused(&error))
}

/// A file with people in it, whole: half of a list is none.
fn whole(name: &str, opened: io::Result<impl Read>) -> Result<Vec<u8>, Failure> {
    list_up_to(import::LONGEST_FILE_BYTES, name, opened)
}

fn list_up_to(most: u64, name: &str, opened: io::Result<impl Read>) -> Result<Vec<u8>, Failure> {
    whole_up_to(most, name, opened)?.ok_or_else(|| {
        let fault = import::TablesError::TooLarge;
        Failure::new(Exit::Usage, fault.to_string()).at(Place::whole(name)).help(fault.cure())
    })
}

/// Everybody who said no: to this newsletter, or to all that share a do-not-mail list.
#[derive(Debug)]
pub(super) struct HeardNoes<S> {
    /// By the newsletter's own hashes.
    pub own: HashMap<String, NoMail>,
    pub shared: Option<S>,
}

impl<S: Borrow<SharedNos>> HeardNoes<S> {
    /// The stronger no of somebody, by the own hash of their address.
    pub fn of(&self, hash: &str, key: &str) -> Option<NoMail> {
        let own = self.own.get(hash).cloned();
        let shared = self.shared.as_ref().and_then(|nos| nos.borrow().of(hash, key));
        let shared = shared.map(SharedNo::entry);
        own.into_iter().chain(shared).max_by_key(|entry| entry.reason)
    }

    fn is_empty(&self) -> bool {
        let shared = self.shared.as_ref();
        self.own.is_empty() && shared.is_none_or(|nos| nos.borrow().people.is_empty())
    }
}

/// What was said beats the list. What people had agreed to stays with them: it is theirs to see.
pub(super) fn put_no_mail(
    people: &mut HashMap<String, KnownPerson>,
    noes: &HeardNoes<impl Borrow<SharedNos>>,
    keys: &Keys,
) {
    if noes.is_empty() {
        return;
    }
    for known in people.values_mut() {
        let key = &known.person.key;
        let Some(entry) = noes.of(&keys.address_hash_of_key(key), key) else { continue };
        known.has_said_no = true;
        known.said_elsewhere = Some(entry.words_elsewhere());
        known.is_erased = entry.reason == NoMailReason::Erased;
        let person = &mut known.person;
        person.state = ListState::of_no_mail(entry.reason);
        person.since = Some(entry.at.date_naive());
        person.why = entry.words();
    }
}

/// People who said yes themselves, and when: an older no of a file changes nothing for them.
pub(super) fn put_own_yes(
    people: &mut HashMap<String, KnownPerson>,
    yeses: &HashMap<String, DateTime<Utc>>,
    keys: &Keys,
) {
    if yeses.is_empty() {
        return;
    }
    for known in people.values_mut() {
        known.own_yes = yeses.get(&keys.address_hash_of_key(&known.person.key)).copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_long_is_refused_and_never_cut() {
        let endless = io::repeat(b'a');
        let refused = list_up_to(5, "subscribers/people.csv", Ok(endless)).unwrap_err();
        assert_eq!(refused.place, Some(Place::whole("subscribers/people.csv")));
        assert_eq!(refused.help.as_deref(), Some("split it into several files"));
        assert_eq!(list_up_to(5, "p.csv", Ok(&b"email"[..])).unwrap(), b"email");
    }
}
