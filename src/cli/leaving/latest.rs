//! The latest edition that somebody who has just signed up would have got.
//! Shell: the ledger.

use std::cmp::Reverse;

use crate::audience::frequency::Frequency;
use crate::audience::import::ImportedPerson;
use crate::audience::one_person::list_of_one;
use crate::audience::segment::PlannedSegment;
use crate::audience::{DoNotMail, Keys, Recipient};
use crate::cli::steps::ledgers::window_of;
use crate::cli::terminal::system;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::single_store::{SingleMessage, SingleStore};
use crate::ledger::{AnyLedger, EditionSummary, Ledger, PlannedEdition, RunControl};
use crate::project::Project;

/// The latest edition that was sent and is for them, and the person as its template knows them; nothing where they have it,
/// or where something of it cannot be read: they get the words.
pub(super) async fn latest_for(
    project: &Project,
    keys: &Keys,
    ledger: &AnyLedger,
    single: &SingleMessage,
    key: &str,
) -> Option<(PlannedEdition, Recipient)> {
    let person = ImportedPerson::from(ledger.person_on_list(key).await.ok()??);
    let chosen = ledger.frequency_of(&single.person).await.ok()?;
    let newcomer = Newcomer { project, keys, person, hash: &single.person, chosen };
    let (rows, _) = ledger.history(key).await.ok()?;
    let mut editions = ledger.summaries().await.ok()?;
    editions.sort_by_key(|edition| Reverse(edition.planned_at));
    for edition in &editions {
        let Some(recipient) = newcomer.as_in(edition, &editions) else { continue };
        let was_sent = ledger.counts(&edition.name).await.ok()?.accepted > 0;
        let control = ledger.edition_state(&edition.name).await.ok()?.control;
        if !was_sent || control != RunControl::Go {
            continue;
        }
        if rows.iter().any(|row| row.edition == edition.name) {
            return None;
        }
        return Some((ledger.edition(&edition.name).await.ok()??, recipient));
    }
    None
}

/// Somebody who has just confirmed.
struct Newcomer<'a> {
    project: &'a Project,
    keys: &'a Keys,
    person: ImportedPerson,
    /// Their address's keyed hash.
    hash: &'a str,
    chosen: Option<Frequency>,
}

impl Newcomer<'_> {
    /// As the plan of an edition would have taken them, by its purpose, its segment and what they have chosen; nothing where it
    /// would not have.
    fn as_in(&self, edition: &EditionSummary, all: &[EditionSummary]) -> Option<Recipient> {
        // Nobody new gets a mistake, even while its correction has not been sent yet.
        if all.iter().any(|one| one.corrects.as_deref() == Some(&edition.name)) {
            return None;
        }
        // A correction has no segment of its own: it is for those of the edition that it corrects.
        let corrected = edition.corrects.as_deref();
        let first = match corrected {
            Some(name) => all.iter().find(|one| one.name == name)?,
            None => edition,
        };
        let planned = first.list.as_ref();
        let segment = planned.and_then(|list| list.segment.as_ref());
        let segment = segment.map(PlannedSegment::segment).transpose().ok()?;
        let purpose = planned.map(|list| list.purpose).unwrap_or_default();
        let today = system::today(self.project.settings.time_zone);
        let list = list_of_one(&self.person, today).ok()?.for_purpose(purpose);
        let list = list.in_segments(self.project.segments().ok()?, segment).ok()?;
        let is_for_all = corrected.is_some() || window_of(self.project, edition).is_year();
        if is_for_all {
            return list.only_recipient();
        }
        let chosen = self.chosen.map(|word| (self.hash.to_owned(), word.word().to_owned()));
        list.not_of_a_year(DoNotMail::new(self.keys.clone(), chosen)).only_recipient()
    }
}
