//! What people said after a backup was made: a restore brings nobody back who has said no, and loses nobody who has signed up.
//! Shell: the ledger before, which still knows it, and the restored one, which takes it over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::audience::frequency::Frequency;
use crate::audience::import::{ImportedPerson, StoredPerson};
use crate::audience::settings::ListPlace;
use crate::audience::{Keys, NoMail, NoMailChange, NoMailReason, NoMailStep};
use crate::cli::steps::ledgers::keys_for;
use crate::cli::subscribers::known::known_in;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::system;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::JoinStore;
use crate::ledger::list_store::{ErasedAddress, ListChange, ListChangeKind, ListStore};
use crate::ledger::{AnyLedger, Ledger};
use crate::project::Project;

/// People of one commit.
const BATCH: usize = 500;

/// How much was taken over.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct CarriedOver {
    /// Said no, or took it back.
    pub noes: u64,
    pub erased: u64,
    /// Signed up and confirmed.
    pub joined: u64,
    /// On the list before, and not on this one: of an import or an edit since, or with another address.
    pub not_here: u64,
    /// Addresses that were erased, and that the files of the list have again.
    pub in_files_again: Vec<String>,
}

/// Takes over what came into the ledger before since the backup.
pub(super) async fn carry_over(
    project: &Project,
    earlier: &AnyLedger,
    restored: &AnyLedger,
) -> Result<CarriedOver, Failure> {
    let keys = keys_for(project, Some(restored)).await?;
    let by_hash = addresses_by_hash(project, restored, &keys).await?;
    let differing = differing(earlier, restored).await?;
    let mut carried = CarriedOver { noes: count(differing.len()), ..CarriedOver::default() };
    let moves = earlier.moves().await?;
    let mut changes: Vec<NoMailChange> = Vec::new();
    let mut erased: Vec<ErasedAddress> = Vec::new();
    for (person, entry) in &differing {
        let had = restored.no_mail_changes(person).await?.len();
        let said = earlier.no_mail_changes(person).await?;
        changes.extend(said.into_iter().skip(had));
        let Some(entry) = entry else { continue };
        // The restored list may have them by an address that they have left since.
        let is_own = |old: &&String| {
            *old != person && moves.left.get(*old).is_none_or(|left| !left.is_taken)
        };
        let all = moves.of_person(person);
        if entry.reason != NoMailReason::Bounced {
            let others = all.iter().filter(is_own);
            changes.extend(others.map(|old| as_change(old, entry)));
        }
        if entry.reason == NoMailReason::Erased {
            carried.erased += 1;
            for hash in std::iter::once(person).chain(all.iter().filter(is_own)) {
                let key = by_hash.get(hash).cloned().unwrap_or_default();
                erased.push(ErasedAddress::own(&key, hash));
                if project.settings.people.keep == ListPlace::Files && !key.is_empty() {
                    carried.in_files_again.push(key);
                }
            }
        }
    }
    for batch in changes.chunks(BATCH) {
        restored.change_no_mail(batch.to_vec()).await?;
    }
    if !erased.is_empty() {
        restored.erase(erased, system::now()).await?;
    }
    carry_choices(earlier, restored).await?;
    if project.settings.people.keep == ListPlace::Database {
        carried.joined = carry_joined(earlier, restored, &keys).await?;
        carried.not_here = not_here(earlier, restored, &keys).await?;
    }
    Ok(carried)
}

/// How many people of the list before the restored one does not have, who might be mailed.
async fn not_here(earlier: &AnyLedger, restored: &AnyLedger, keys: &Keys) -> Result<u64, Failure> {
    let noes: BTreeSet<String> =
        earlier.no_mail_list().await?.into_iter().map(|(person, _)| person).collect();
    let here = restored.stored_list().await?.people;
    let here: BTreeSet<String> = here.into_iter().map(|person| person.key).collect();
    let before = earlier.stored_list().await?.people.into_iter().map(ImportedPerson::from);
    let missing = before.filter(|person| {
        let may_be_mailed = !person.state.is_no() && !here.contains(&person.key);
        may_be_mailed && !noes.contains(&keys.address_hash_of_key(&person.key))
    });
    Ok(count(missing.count()))
}

/// Whose place on the do-not-mail list is another one in the ledger before; none where they have none there.
async fn differing(
    earlier: &AnyLedger,
    restored: &AnyLedger,
) -> Result<BTreeMap<String, Option<NoMail>>, Failure> {
    let mut then: HashMap<String, NoMail> = restored.no_mail_list().await?.into_iter().collect();
    let mut differing = BTreeMap::new();
    for (person, entry) in earlier.no_mail_list().await? {
        if then.remove(&person).as_ref() != Some(&entry) {
            differing.insert(person, Some(entry));
        }
    }
    // People who took a no back since then.
    differing.extend(then.into_keys().map(|person| (person, None)));
    Ok(differing)
}

fn as_change(person: &str, entry: &NoMail) -> NoMailChange {
    let step = NoMailStep::Add(entry.reason);
    let change = NoMailChange::new(person, step, entry.origin, entry.at);
    NoMailChange { detail: entry.detail.clone(), note: entry.note.clone(), ..change }
}

/// The folded addresses of the restored list, by their keyed hashes.
async fn addresses_by_hash(
    project: &Project,
    restored: &AnyLedger,
    keys: &Keys,
) -> Result<HashMap<String, String>, Failure> {
    let list = known_in(project, Some(restored)).await?;
    Ok(list.people.into_keys().map(|key| (keys.address_hash_of_key(&key), key)).collect())
}

/// How often people have chosen to get the email since.
async fn carry_choices(earlier: &AnyLedger, restored: &AnyLedger) -> Result<(), Failure> {
    let then: BTreeSet<(String, String)> = restored.frequencies().await?.into_iter().collect();
    for choice in earlier.frequencies().await? {
        if then.contains(&choice) {
            continue;
        }
        if let Some(frequency) = Frequency::parse(&choice.1) {
            restored.choose_frequency(&choice.0, frequency, system::now()).await?;
        }
    }
    Ok(())
}

/// Puts those on the restored list who have signed up since.
async fn carry_joined(
    earlier: &AnyLedger,
    restored: &AnyLedger,
    keys: &Keys,
) -> Result<u64, Failure> {
    let yeses: BTreeSet<String> =
        earlier.own_yeses().await?.into_iter().map(|(person, _)| person).collect();
    if yeses.is_empty() {
        return Ok(0);
    }
    let list = restored.stored_list().await?;
    let has: BTreeSet<&String> = list.people.iter().map(|person| &person.key).collect();
    let here: BTreeSet<String> =
        restored.own_yeses().await?.into_iter().map(|(person, _)| person).collect();
    let joined: Vec<StoredPerson> = earlier
        .stored_list()
        .await?
        .people
        .into_iter()
        .filter(|person| {
            let hash = keys.address_hash_of_key(&person.key);
            yeses.contains(&hash) && !here.contains(&hash) && !has.contains(&person.key)
        })
        .collect();
    if joined.is_empty() {
        return Ok(0);
    }
    let joined_count = count(joined.len());
    let change = ListChange {
        seen: list.version,
        at: system::now(),
        kind: ListChangeKind::Join,
        summary: format!("{{\"restored\":{joined_count}}}"),
        people: joined,
        removed: Vec::new(),
        moved: None,
        taken: Vec::new(),
        no_mail: Vec::new(),
    };
    // Nobody else has opened what was restored a moment ago.
    restored.write_list(change).await?;
    Ok(joined_count)
}

fn count(people: usize) -> u64 {
    u64::try_from(people).unwrap_or(u64::MAX)
}
