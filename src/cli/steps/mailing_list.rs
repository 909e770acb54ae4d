//! The list as an edition takes it: without the people who are suppressed.
//! Shell: reads lists and ledgers.

use std::sync::Arc;

use crate::audience::fingerprint::{KeyName, name_of_key};
use crate::audience::list_error::ListError;
use crate::audience::{DoNotMail, Keys, List, Person, SharedNos, on_all_cores};
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::ledgers::{existing_ledger, keys_for, shared_list};
use crate::cli::steps::list_place::{list_of, list_of_any};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::aftermath::AftermathStore;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::list_store::Moves;
use crate::ledger::{AnyLedger, Ledger};
use crate::project::Project;

/// The list of the project without everybody who is suppressed. In practice mode those of real runs are left out too: the
/// number of people is then the one that a real run would have.
pub async fn mailing_list(
    project: &Project,
    practice: bool,
    choice: &AudienceChoice,
) -> Result<Arc<List>, Failure> {
    let list = in_segments(project, Box::pin(list_of(project)).await?, choice)?;
    let list = Box::pin(chosen_by_people(project, list, choice)).await?;
    without(project, list, Box::pin(not_mailed(project, practice)).await?)
}

/// The list with the segments of the project, for an edition with a purpose and a segment of its own.
fn in_segments(project: &Project, list: List, choice: &AudienceChoice) -> Result<List, Failure> {
    let mut list = list
        .for_purpose(choice.purpose)
        .in_segments(project.segments()?, choice.segment.clone())?
        .correcting(choice.correction.clone());
    list.see_segments()?;
    Ok(list)
}

/// The same, or `None` where a command can do without.
pub async fn list_if_any(
    project: &Project,
    practice: bool,
    choice: &AudienceChoice,
    screen: &Screen,
) -> Result<Option<Arc<List>>, Failure> {
    let Some(list) = Box::pin(list_of_any(project)).await? else { return Ok(None) };
    let list = in_segments(project, list, choice)?;
    screen.problems(&list.problems);
    let list = Box::pin(chosen_by_people(project, list, choice)).await?;
    let not_mailed = match Box::pin(not_mailed(project, practice)).await {
        // An email can be looked at while the ledger's server is away; nothing is sent by it.
        Err(failure) if failure.exit == Exit::Later => {
            screen.warn(&format!("cannot find out who must not be mailed: {}", failure.what));
            SuppressedPeople::default()
        }
        known => known?,
    };
    without(project, list, not_mailed).map(Some)
}

/// The list without those who want the year's round-up only, where the edition is not one.
async fn chosen_by_people(
    project: &Project,
    list: List,
    choice: &AudienceChoice,
) -> Result<List, Failure> {
    if !choice.skips_yearly {
        return Ok(list);
    }
    let choices = match existing_ledger(project, false).await {
        Ok(Some(ledger)) => ledger.frequencies().await?,
        Ok(None) => Vec::new(),
        // Nothing is planned while it is away; a look shows a few people more.
        Err(failure) if failure.exit == Exit::Later => Vec::new(),
        Err(failure) => return Err(failure),
    };
    // No secret is made for people who have chosen nothing.
    let keys = if choices.is_empty() { Keys::new(&[]) } else { project.keys(system::random)? };
    Ok(list.not_of_a_year(DoNotMail::new(keys, choices)))
}

/// Everybody who must not be mailed.
#[derive(Debug, Default)]
pub struct SuppressedPeople {
    /// By keyed names, each with a reason.
    own: Vec<(String, String)>,
    /// On the list that newsletters share.
    shared: Option<SharedNos>,
}

impl SuppressedPeople {
    /// Those of a ledger that is open already.
    pub async fn of(ledger: &AnyLedger) -> Result<Self, LedgerError> {
        Ok(Self { own: ledger.suppressions().await?, shared: ledger.shared_nos().await? })
    }

    /// Those of a ledger, where somebody has said no since an edition was planned: a million people are not looked up for
    /// nothing. For the list that newsletters share it is unknown when a no came into it.
    pub async fn since_plan(
        project: &Project,
        ledger: &AnyLedger,
        edition: &str,
    ) -> Result<Option<DoNotMail>, Failure> {
        let shared = ledger.shared_nos().await?;
        let has_shared = shared.as_ref().is_some_and(|nos| !nos.people.is_empty());
        if !has_shared && ledger.noes_since_plan(edition).await? == 0 {
            return Ok(None);
        }
        let keys = keys_for(project, Some(ledger)).await?;
        Ok(Some(DoNotMail::new(keys, ledger.suppressions().await?).and(shared)))
    }
}

async fn not_mailed(project: &Project, practice: bool) -> Result<SuppressedPeople, Failure> {
    let mut found = SuppressedPeople::default();
    let mut is_shared_read = false;
    for practice in if practice { &[false, true][..] } else { &[false] } {
        if let Some(ledger) = existing_ledger(project, *practice).await? {
            if !*practice {
                // With another secret nobody who left would be recognised.
                keys_for(project, Some(&ledger)).await?;
            }
            found.own.extend(ledger.suppressions().await?);
            if !*practice {
                found.shared = ledger.shared_nos().await?;
                is_shared_read = true;
            }
        }
    }
    if let (false, Some(shared)) = (is_shared_read, shared_list(project)?) {
        // No edition was planned yet, and nobody has signed up.
        found.shared = Some(Arc::new(shared).nos(Vec::new(), &Moves::default()).await?);
    }
    Ok(found)
}

/// A list without the people who must not be mailed.
pub fn without(
    project: &Project,
    list: List,
    not_mailed: SuppressedPeople,
) -> Result<Arc<List>, Failure> {
    let list = list.on(system::today(project.settings.time_zone));
    // No secret is made for an empty list.
    let SuppressedPeople { own, shared } = not_mailed;
    if own.is_empty() && shared.is_none() {
        return Ok(Arc::new(list));
    }
    let keys = project.keys(system::random)?;
    Ok(Arc::new(list.without(DoNotMail::new(keys, own).and(shared))))
}

/// Everybody whom the list would have mailed now, in the order of their names.
pub fn names_of_mailed(list: &Arc<List>, examples: bool) -> Result<Vec<KeyName>, ListError> {
    let mut names = Vec::new();
    let portions = on_all_cores(list, move |list, portion| {
        let mailed = list.people(&portion, examples).filter_map(|person| match person {
            Person::Mailed(recipient) => Some(name_of_key(&recipient.address.key())),
            Person::LeftOut(_) => None,
        });
        mailed.collect::<Vec<_>>()
    });
    for portion in portions {
        names.extend(portion?);
    }
    names.sort_unstable();
    Ok(names)
}
