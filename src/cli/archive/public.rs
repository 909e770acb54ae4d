//! The files of the public archive, from what was really sent, searched for everybody on the list.
//! Shell: reads the ledger, the drafts and the list.

use std::collections::{BTreeSet, HashSet};

use crate::approval::{ApprovalState, EditionDecisions, PublicPage, SentEdition, approve_command};
use crate::audience::fingerprint::{KeyName, name_of_key};
use crate::audience::{Keys, Person};
use crate::cli::steps::corrections::first_name;
use crate::cli::steps::ledgers::{existing_ledger, keys_for, window_of};
use crate::cli::steps::list_place::list_of_any;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::count::people;
use crate::edition::Draft;
use crate::ledger::{AnyLedger, ApprovalStore, EditionSummary, Ledger, PlannedEdition, RowFilter};
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

/// The archive as it may be shown now.
#[derive(Debug)]
pub struct ArchiveFiles {
    pub files: PublicFiles,
    /// Editions whose page waits until somebody has approved it.
    pub waiting: Vec<WaitingPage>,
}

/// An edition whose draft says `archive: yes` and that was sent to stay out.
#[derive(Debug)]
pub struct WaitingPage {
    pub edition: String,
    pub missing: u64,
    /// How whoever is missing approves it.
    pub approve: String,
}

impl WaitingPage {
    /// What is missing, and the next step.
    pub fn words(&self) -> String {
        let Self { edition, missing, approve } = self;
        format!(
            "the page of `{edition}` is not public: it was sent to stay out of the archive, and {} must approve the \
             page. Next: {approve}",
            people(*missing)
        )
    }
}

/// What a sent edition was as far as its page is concerned.
pub fn sent_edition(planned: &EditionSummary) -> SentEdition<'_> {
    SentEdition {
        subject: &planned.subject,
        hash: &planned.hash,
        is_for_all: planned.list.as_ref().is_none_or(|list| list.segment.is_none()),
        archive: planned.archive,
    }
}

/// What becomes of the page of an edition, with who has decided what about it.
pub async fn page_of(
    project: &Project,
    ledger: &AnyLedger,
    planned: &EditionSummary,
    draft: Option<&Draft>,
) -> Result<PublicPage, Failure> {
    let needed = project.settings.approval.people;
    let decisions = match needed {
        0 => EditionDecisions::default(),
        _ => ledger.decisions_of(&planned.name).await?,
    };
    let wish = draft.and_then(|draft| draft.archive);
    Ok(sent_edition(planned).page(needed, wish, &decisions))
}

/// Every file of the archive; what was only practised is not public.
pub async fn archive_files(project: &Project) -> Result<ArchiveFiles, Failure> {
    let settings = &project.settings.archive;
    let theme = &project.settings.theme.language;
    let url = settings.url.clone().unwrap_or_default();
    let organisation = &project.settings.organisation.name;
    let site = ArchiveSite { organisation, language: theme, settings, url: &url };
    let Some(ledger) = existing_ledger(project, false).await? else {
        let nobody = PublicNames::new([], [], &NoTokens);
        return Ok(ArchiveFiles { files: site.files(&[], &nobody)?, waiting: Vec::new() });
    };
    let editions = ledger.editions().await?;
    let (mut public, mut waiting) = (Vec::new(), Vec::new());
    for planned in editions.iter().filter(|planned| planned.corrects.is_none()) {
        let draft = project.draft(&planned.name)?;
        if ledger.counts(&planned.name).await?.accepted == 0 {
            continue;
        }
        match page_of(project, &ledger, planned, draft.as_ref()).await? {
            PublicPage::Shown => {
                public.push(public_edition(project, planned, draft.as_ref(), &editions)?);
            }
            PublicPage::StaysOut => {}
            PublicPage::Waits(state) => waiting.push(waiting_page(project, &planned.name, &state)),
        }
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
    Ok(ArchiveFiles { files: site.files(&public, &names)?, waiting })
}

fn waiting_page(project: &Project, edition: &str, state: &ApprovalState) -> WaitingPage {
    let accounts = &project.settings.approval.accounts;
    WaitingPage {
        edition: edition.to_owned(),
        missing: state.missing(),
        approve: approve_command(edition, state.valid.len(), accounts),
    }
}

struct NoTokens;

impl TokenCheck for NoTokens {
    fn is_token(&self, _: &str) -> bool {
        false
    }
}

/// An edition as its page shows it.
fn public_edition<'a>(
    project: &Project,
    planned: &'a PlannedEdition,
    draft: Option<&Draft>,
    editions: &'a [PlannedEdition],
) -> Result<PublicEdition<'a>, Failure> {
    // A draft's words of today are nobody's approved words.
    let noted_in_draft = draft.filter(|_| project.settings.approval.people == 0);
    let corrections = editions
        .iter()
        .filter(|later| later.corrects.is_some() && first_name(&later.name) == planned.name);
    let last = corrections.max_by_key(|later| later.planned_at);
    let zone = project.settings.time_zone;
    let title = capitalised(&project.locale()?.window(&window_of(project, planned)));
    Ok(PublicEdition {
        name: &planned.name,
        title,
        composition: &last.unwrap_or(planned).composition,
        sent: planned.planned_at.with_timezone(&zone).date_naive(),
        updated: last.unwrap_or(planned).planned_at,
        correction: last.map(|last| CorrectionNote {
            on: last.planned_at.with_timezone(&zone).format("%-d %B %Y").to_string(),
            words: last.correction_note.clone().unwrap_or_else(|| note_of(noted_in_draft)),
        }),
    })
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
