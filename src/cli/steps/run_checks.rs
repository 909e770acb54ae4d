//! What the rules get, and what they say: the email in all its languages, its people, what was mailed before, its links.
//! Shell: reads the ledger, fetches the links.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::audience::Audience;
use crate::audience::segment::Segment;
use crate::audience::settings::ListPlace;
use crate::check::rules::clients::{self, Score};
use crate::check::rules::earlier::copied_edition;
use crate::check::rules::link_results::{current, renew};
use crate::check::{
    CheckContext, CheckedEmail, Finding, LinkResults, MailedEdition, Numbers, RenderedEmail,
    SilencedRule, SpamReport, check, probe,
};
use crate::cli::steps::copy_review::CopyReview;
use crate::cli::steps::corrections::first_name;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::steps::message_template::{skeleton, stand_in};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::{Screen, links};
use crate::cli::terminal::system;
use crate::compose::composition::{Composition, TranslatedEmail};
use crate::compose::{Branding, Templates};
use crate::edition::Edition;
use crate::ledger::list_store::ListStore;
use crate::ledger::{AnyLedger, Ledger, PlannedEdition, Status};
use crate::message::Sender;
use crate::news::sources::public::is_example;
use crate::people::LeavingProof;
use crate::project::Project;
use crate::rfc::address::EmailAddress;

/// How far a check looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The project, and what earlier checks found out.
    Project,
    /// The links too, and SpamAssassin where it is installed.
    Network,
}

/// An email to check.
#[derive(Clone, Copy)]
pub struct CheckRequest<'a> {
    pub edition: &'a Edition,
    pub composition: &'a Composition,
    pub theme: &'a Branding,
    pub templates: &'a Templates,
    pub examination: &'a CopyReview,
    pub has_list: bool,
    /// Whom the edition is for; empty where it is for everybody.
    pub segment: Option<&'a Segment>,
    pub identity: &'a Sender,
    pub date: DateTime<Utc>,
    /// Whether example addresses may be written to: nothing leaves this computer.
    pub takes_examples: bool,
}

/// What they say.
pub struct CheckResult {
    pub findings: Vec<Finding>,
    pub silenced: Vec<SilencedRule>,
    pub answers: LinkResults,
    /// Addresses of the web in the email, examples not counted.
    pub links: usize,
    pub scores: Vec<Score>,
}

/// Applies every rule to the email, in all its languages.
///
/// # Errors
/// When the ledger or a list of terms cannot be read.
pub async fn ask(
    project: &Project,
    question: &CheckRequest<'_>,
    reach: Reach,
    screen: &Screen,
) -> Result<CheckResult, Failure> {
    let CheckRequest { edition, composition, theme, templates, .. } = *question;
    let settings = &project.settings;
    let CopyReview { largest, whose, doubts, .. } = question.examination;
    let messages = two_messages(project, question)?;
    let shown = RenderedEmail::of(composition);
    let translated: Vec<RenderedEmail<'_>> =
        composition.translations.iter().map(|one| RenderedEmail::of(&one.composition)).collect();
    let mut addresses = addresses_in(&shown, &translated);
    if let Some(archive) = project.settings.archive.linked() {
        // The page of an edition comes when it was sent.
        addresses.retain(|address| !address.starts_with(archive));
    }
    let (answers, spam) =
        outside_says(project, question.date, &addresses, &messages[0], reach, screen).await?;
    let real_links = addresses.iter().filter(|address| !is_example(address)).count();
    let before = earlier_if_readable(project, &edition.name, screen).await;
    let numbers = numbers_with(project, question, &before).await;
    let known = CheckContext {
        edition,
        is_translation: false,
        theme,
        templates,
        settings: &settings.text,
        today: system::today(settings.time_zone),
        largest: Some((*largest, whose)),
        doubts,
        numbers: question.has_list.then_some(&numbers),
        earlier: &before,
        messages: &messages,
        answers: &answers,
        terms: &project.terms()?,
        spam: spam.as_ref(),
        takes_examples: question.takes_examples,
        links_work: links_work(project)?,
        list: settings.people.keep,
    };
    let mut checked = check(&shown, &known, &settings.checks);
    for (TranslatedEmail { language, .. }, shown) in
        composition.translations.iter().zip(&translated)
    {
        // What was said of people and of the list is said once.
        let known = CheckContext {
            edition: &edition.in_language(language),
            is_translation: true,
            theme: &Branding { translations: BTreeMap::new(), ..theme.in_language(language) },
            numbers: None,
            earlier: &[],
            messages: &[],
            spam: None,
            ..known
        };
        checked.add_translation(language, check(shown, &known, &settings.checks));
    }
    let CheckedEmail { findings, silenced } = checked;
    Ok(CheckResult {
        findings,
        silenced,
        answers,
        links: real_links,
        scores: clients::scores(&shown),
    })
}

/// Every address of the email in all its languages, once.
fn addresses_in(shown: &RenderedEmail<'_>, translated: &[RenderedEmail<'_>]) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for address in std::iter::once(shown).chain(translated).flat_map(RenderedEmail::addresses) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// The editions that were mailed before. A check goes on without the ledger; sending needs it, and says so itself.
async fn earlier_if_readable(project: &Project, this: &str, screen: &Screen) -> Vec<MailedEdition> {
    earlier(project, this).await.unwrap_or_else(|failure| {
        screen.warn(&format!("cannot find out which editions were sent before: {}", failure.what));
        Vec::new()
    })
}

fn numbers(audience: &Audience) -> Numbers {
    let signs = &audience.signs;
    Numbers {
        mailed: audience.mailed,
        segment: String::new(),
        largest_domain: signs.largest_domain().map(|(domain, count)| (domain.to_owned(), count)),
        roles: (signs.roles, signs.first_role.clone()),
        tests: (signs.tests, signs.first_test.clone()),
        slips: (signs.slips, signs.first_slip.clone()),
        private: (signs.private, signs.first_private.clone()),
        looked_up: (0, 0),
        repeats: None,
        unseen_import: None,
        languages: audience.languages.clone(),
        without_basis: audience.without_basis,
        said_no: audience.said_no,
        otherwise: audience.left_out - audience.without_basis - audience.said_no,
    }
}

/// The numbers of a list, and what the ledger knows about it.
async fn numbers_with(
    project: &Project,
    question: &CheckRequest<'_>,
    before: &[MailedEdition],
) -> Numbers {
    let audience = &question.examination.audience;
    let segment = question.segment.map_or_else(String::new, ToString::to_string);
    let last = before.iter().find(|earlier| earlier.segment == segment);
    let copied = copied_edition(question.edition, before);
    let is_stored = project.settings.people.keep == ListPlace::Database;
    // Where it cannot be read nobody is looked up: that was said already.
    let ledger = if last.is_some() || copied.is_some() || is_stored {
        existing_ledger(project, false).await.unwrap_or_default()
    } else {
        None
    };
    Numbers {
        looked_up: match (&ledger, last) {
            (Some(ledger), Some(last)) => seen_before(ledger, audience, last).await,
            _ => (0, 0),
        },
        repeats: match (&ledger, copied) {
            (Some(ledger), Some(copied)) => have_it(ledger, audience, copied).await,
            _ => None,
        },
        unseen_import: match ledger.as_ref().filter(|_| is_stored) {
            Some(ledger) => unseen_import(ledger, project.settings.time_zone).await,
            None => None,
        },
        segment,
        ..numbers(audience)
    }
}

/// How many people were looked up in the last edition, and how many of them were in it.
async fn seen_before(ledger: &AnyLedger, audience: &Audience, last: &MailedEdition) -> (u64, u64) {
    let (mut looked_up, mut were_there) = (0, 0);
    for key in audience.signs.some_people() {
        let Ok((rows, left_out)) = ledger.history(key).await else { return (0, 0) };
        looked_up += 1;
        let is_there = rows.iter().any(|row| row.edition == last.name)
            || left_out.iter().any(|row| row.edition == last.name);
        were_there += u64::from(is_there);
    }
    (looked_up, were_there)
}

/// Whether somebody has a copy, may have it, or is to get it.
fn has_or_gets(status: Status) -> bool {
    match status {
        Status::Planned
        | Status::Claimed
        | Status::HandingOver
        | Status::Accepted
        | Status::Deferred
        | Status::Uncertain => true,
        Status::Rejected
        | Status::Suppressed
        | Status::Cancelled
        | Status::Expired
        | Status::Closed => false,
    }
}

/// How many people were looked up in an edition, and how many of them were mailed, or are to be. `None` where the ledger
/// has no answer.
async fn have_it(
    ledger: &AnyLedger,
    audience: &Audience,
    edition: &MailedEdition,
) -> Option<(u64, u64)> {
    let (mut looked_up, mut have_it) = (0, 0);
    for key in audience.signs.some_people() {
        let (rows, _) = ledger.history(key).await.ok()?;
        looked_up += 1;
        let has_it = rows.iter().any(|row| row.edition == edition.name && has_or_gets(row.status));
        have_it += u64::from(has_it);
    }
    Some((looked_up, have_it))
}

/// People of imports of today that were written without being shown to anybody.
async fn unseen_import(ledger: &AnyLedger, zone: Tz) -> Option<u64> {
    let imports = ledger.imports().await.ok()?;
    let today = imports
        .iter()
        .filter(|import| import.at.with_timezone(&zone).date_naive() == system::today(zone));
    let unseen = today.filter_map(|import| {
        let summary: serde_json::Value = serde_json::from_str(&import.summary).ok()?;
        let people = summary["new"].as_u64()? + summary["changed"].as_u64()?;
        (summary["shown"] == false).then_some(people)
    });
    Some(unseen.sum()).filter(|people| *people > 0)
}

/// What the links answer, and `SpamAssassin`; or what earlier checks found. For every caller the answers come out of the one
/// store, and count for the same time.
async fn outside_says(
    project: &Project,
    now: DateTime<Utc>,
    addresses: &[String],
    message: &[u8],
    reach: Reach,
    screen: &Screen,
) -> Result<(LinkResults, Option<SpamReport>), Failure> {
    let mut stored = project.checked_before(now);
    let spam = match reach {
        Reach::Project => None,
        Reach::Network => {
            screen.say(&format!("Checking {} …", links(addresses.len())));
            let allow_local = project.settings.checks.allow_local;
            let (newer, spam) = tokio::join!(
                probe::ask(addresses, &stored.answers, allow_local, now),
                probe::spam(message)
            );
            renew(&mut stored.answers, newer);
            project.keep_checked(&stored)?;
            spam
        }
    };
    Ok((current(&stored.answers, addresses, now), spam))
}

/// Whether the public unsubscribe links were tried lately, and worked.
fn links_work(project: &Project) -> Result<bool, Failure> {
    let proof = LeavingProof::read(&project.path(".roundup"));
    let public_url = Sender::new(&project.settings.sender)?.public_url;
    Ok(public_url.is_some_and(|url| proof.links_work(&url, system::now())))
}

/// The messages of two people, as they would be sent: the rules look at their bytes.
fn two_messages(project: &Project, question: &CheckRequest<'_>) -> Result<Vec<Vec<u8>>, Failure> {
    let (composition, identity) = (question.composition.clone(), question.identity.clone());
    let skeleton = skeleton(project, composition, identity, question.date)?;
    let somebody = question.examination.audience.first.first().cloned().unwrap_or_else(stand_in);
    // Another person of the same segments: what differs belongs to one person only.
    let mut second = somebody.clone();
    second.address = EmailAddress::parse("alex.other@example.org").expect("a plain address");
    for (column, value) in &mut second.values {
        *value = if column == "email" { second.address.to_string() } else { "Alex".to_owned() };
    }
    Ok([somebody, second].iter().map(|person| skeleton.personalise(person).bytes).collect())
}

/// The editions that were mailed for real, the latest first, without this one.
async fn earlier(project: &Project, this: &str) -> Result<Vec<MailedEdition>, Failure> {
    /// Two years of weekly editions: what is older nobody remembers.
    const MOST: usize = 104;
    let Some(ledger) = existing_ledger(project, false).await? else { return Ok(Vec::new()) };
    let mut earlier = Vec::new();
    // A correction repeats its edition on purpose, to fewer people.
    let is_other =
        |e: &PlannedEdition| e.corrects.is_none() && e.name != this && e.name != first_name(this);
    for edition in ledger.editions().await?.into_iter().filter(is_other).take(MOST) {
        let PlannedEdition { summary, composition } = edition;
        let people = ledger.progress(&summary.name).await?.people;
        let segment = summary.list.as_ref().and_then(|list| list.segment.as_ref());
        earlier.push(MailedEdition {
            name: summary.name,
            subject: summary.subject,
            window_start: summary.window_start,
            window_end: summary.window_end,
            people,
            segment: segment.map_or_else(String::new, ToString::to_string),
            links: MailedEdition::links_of(&composition),
            ids: composition.stories.iter().map(|story| story.id.clone()).collect(),
        });
    }
    Ok(earlier)
}
