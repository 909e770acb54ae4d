//! The files of the public archive, from what was really sent, searched for everybody on the list.
//! Shell: reads the ledger, the drafts and the list.

use std::collections::{BTreeSet, HashSet};

use crate::audience::fingerprint::{KeyName, name_of_key};
use crate::audience::{Keys, Person};
use crate::cli::steps::corrections::first_name;
use crate::cli::steps::ledgers::{existing_ledger, keys_for, window_of};
use crate::cli::steps::list_place::list_of_any;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::edition::Draft;
use crate::ledger::{AnyLedger, Ledger, PlannedEdition, RowFilter};
use crate::locale::capitalised;
use crate::project::Project;
use crate::rfc::text::one_line;
use crate::web::archive::{
    ArchiveSite, CorrectionNote, PublicEdition, PublicFiles, PublicNames, PublicPageError,
    TokenCheck,
};

impl From<PublicPageError> for Failure {
    fn from(error: PublicPageError) -> Self {
        Failure::new(Exit::Findings, format!("nothing was published: {error}")).help(
            "take it out of the stories or the template and send a correction, or keep the edition out: archive: no in \
             its draft",
        )
    }
}

/// A word is somebody's own if our key made it, or if it names their copy.
struct OwnTokens {
    keys: Keys,
    /// The left parts of the Message-IDs of all copies.
    copies: HashSet<KeyName>,
}

impl TokenCheck for OwnTokens {
    fn is_token(&self, word: &str) -> bool {
        // Tokens have two full stops: a text has few such words.
        (word.matches('.').count() >= 2 && self.keys.person_of_unsubscribe_token(word).is_some())
            || self.copies.contains(&name_of_key(&word.to_ascii_lowercase()))
    }
}

/// Everybody who must not be found, and what is theirs.
#[derive(Default)]
struct ListedPeople {
    /// Keys of addresses.
    people: BTreeSet<String>,
    copies: HashSet<KeyName>,
}

/// Every file of the archive; what was only practised is not public.
pub async fn archive_files(project: &Project) -> Result<PublicFiles, Failure> {
    let settings = &project.settings.archive;
    let theme = &project.settings.theme.language;
    let url = settings.url.clone().unwrap_or_default();
    let organisation = &project.settings.organisation.name;
    let site = ArchiveSite { organisation, language: theme, settings, url: &url };
    let Some(ledger) = existing_ledger(project, false).await? else {
        let nobody = PublicNames::new([], [], &NoTokens);
        return Ok(site.files(&[], &nobody)?);
    };
    let editions = ledger.editions().await?;
    let mut public = Vec::new();
    for planned in editions.iter().filter(|planned| planned.corrects.is_none()) {
        public.extend(public_edition(project, &ledger, planned, &editions).await?);
    }
    let ListedPeople { people, copies } = everybody(project, &ledger, &editions).await?;
    let tokens = OwnTokens { keys: keys_for(project, Some(&ledger)).await?, copies };
    let sender = &project.settings.sender;
    let own = [
        Some(&project.settings.organisation.contact),
        Some(&sender.address),
        sender.reply_to.as_ref(),
    ];
    let own = own.into_iter().flatten().cloned();
    let names = PublicNames::new(people.iter().map(String::as_str), own, &tokens);
    Ok(site.files(&public, &names)?)
}

struct NoTokens;

impl TokenCheck for NoTokens {
    fn is_token(&self, _: &str) -> bool {
        false
    }
}

/// An edition as its page shows it; none where it stays out, or nobody has it.
async fn public_edition<'a>(
    project: &Project,
    ledger: &AnyLedger,
    planned: &'a PlannedEdition,
    editions: &'a [PlannedEdition],
) -> Result<Option<PublicEdition<'a>>, Failure> {
    let draft = project.draft(&planned.name)?;
    let is_for_all = planned.list.as_ref().is_none_or(|list| list.segment.is_none());
    // What was decided when it was sent holds, unless a draft that is here says otherwise.
    let is_shown = draft.as_ref().and_then(|draft| draft.archive).or(planned.archive);
    if !is_shown.unwrap_or(is_for_all) || ledger.counts(&planned.name).await?.accepted == 0 {
        return Ok(None);
    }
    let corrections = editions
        .iter()
        .filter(|later| later.corrects.is_some() && first_name(&later.name) == planned.name);
    let last = corrections.max_by_key(|later| later.planned_at);
    let zone = project.settings.time_zone;
    let title = capitalised(&project.locale()?.window(&window_of(project, planned)));
    Ok(Some(PublicEdition {
        name: &planned.name,
        title,
        composition: &last.unwrap_or(planned).composition,
        sent: planned.planned_at.with_timezone(&zone).date_naive(),
        updated: last.unwrap_or(planned).planned_at,
        correction: last.map(|last| CorrectionNote {
            on: last.planned_at.with_timezone(&zone).format("%-d %B %Y").to_string(),
            words: last.correction_note.clone().unwrap_or_else(|| note_of(draft.as_ref())),
        }),
    }))
}

fn note_of(draft: Option<&Draft>) -> String {
    let note = draft.and_then(|draft| draft.correction.as_ref());
    note.map(|note| one_line(&note.text)).unwrap_or_default()
}

/// Everybody who is on the list, whether they are mailed or not, or ever had a copy, and the names of their copies.
async fn everybody(
    project: &Project,
    ledger: &AnyLedger,
    editions: &[PlannedEdition],
) -> Result<ListedPeople, Failure> {
    let ListedPeople { mut people, mut copies } = ListedPeople::default();
    if let Some(list) = list_of_any(project).await? {
        for person in list.everybody(true) {
            match person? {
                Person::Mailed(recipient) => people.insert(recipient.address.key()),
                Person::LeftOut(left) => people.insert(left.address.to_lowercase()),
            };
        }
    }
    for planned in editions {
        let mut after = None;
        loop {
            let page = ledger.page(&planned.name, RowFilter::All, after).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (_, row) in page {
                let token = row.message_id.split('@').next().unwrap_or_default();
                copies.insert(name_of_key(&token.to_ascii_lowercase()));
                people.insert(row.address.to_lowercase());
            }
        }
    }
    Ok(ListedPeople { people, copies })
}
