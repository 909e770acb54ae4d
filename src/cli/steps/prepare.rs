//! From a window or a draft's name to everything that would be sent: the one path of `check`, `preview` and `send`.
//! Shell: reads the project.

use crate::cli::steps::chosen_edition::{ChosenEdition, choose};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::message_template::{made, nobody, skeleton, stand_in};
use chrono::{DateTime, Utc};
use std::borrow::Cow;
use std::sync::Arc;

use crate::audience::People;
use crate::audience::correction::GOT_THE_MISTAKE;
use crate::audience::list_error::ListError;
use crate::audience::{Audience, List, Person, Recipient};
use crate::check::rules::clients::Score;
use crate::check::{CopyWarnings, Finding, LinkResults, Severity, SilencedRule};
use crate::cli::steps::copy_review::{CopyReview, examine};
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::mailing_list::list_if_any;
use crate::cli::steps::run_checks::{CheckRequest, CheckResult, Reach, ask};
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::compose::composition::Composition;
use crate::compose::{Nonce, compose};
use crate::count::{counted, grouped, listed, people};
use crate::edition::{Draft, Edition, as_named, edit};
use crate::message::examine::Buffers;
use crate::message::{MessageTemplate, Sender};
use crate::news::Reading;
use crate::news::item::UnreadSource;
use crate::pictures::{PicturesError, Publishing, publish, shown_here};
use crate::problem::Problem;
use crate::project::Project;
use crate::window::{Selection, select_reading};

/// Everything that would be sent.
#[derive(Debug)]
pub struct PreparedEdition {
    /// As `send` takes it again.
    pub argument: String,
    pub edition: Edition,
    pub composition: Composition,
    pub audience: Audience,
    /// The list that the audience is of, if there is one.
    pub list: Option<Arc<List>>,
    /// Whether example addresses get mail.
    pub takes_examples: bool,
    pub identity: Sender,
    pub findings: Vec<Finding>,
    /// Rules that found something and are silent in this project.
    pub silenced: Vec<SilencedRule>,
    /// What the links answered just now, or within the last day.
    pub answers: LinkResults,
    /// Addresses of the web in the email, examples not counted.
    pub links: usize,
    pub scores: Vec<Score>,
    /// Bytes of the largest message.
    pub largest: usize,
    /// What would look wrong in somebody's message.
    pub doubts: CopyWarnings,
    /// The stories that were chosen from, and what was wrong with their sources.
    pub selection: Selection,
    pub problems: Vec<Problem>,
    pub unread: Vec<UnreadSource>,
    /// The messages as they were looked at: without signatures.
    pub unsigned: Arc<MessageTemplate>,
    /// Where the pictures of the project go.
    pub publishing: Option<Publishing>,
}

impl PreparedEdition {
    /// What the rules said, for a look that does not apply them.
    pub fn checked(&self) -> CheckResult {
        CheckResult {
            findings: self.findings.clone(),
            silenced: self.silenced.clone(),
            answers: self.answers.clone(),
            links: self.links,
            scores: self.scores.clone(),
        }
    }

    /// Whether something must be fixed before this is sent.
    pub fn is_held(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Must)
    }

    /// What the edition is for, and how many people are mailed by which basis.
    pub fn purpose_words(&self) -> Option<String> {
        let purpose = self.list.as_ref()?.purpose();
        let bases = self.audience.bases.iter();
        let bases: Vec<String> = bases
            .map(|(basis, people)| format!("{} by {}", grouped(*people), basis.replace('_', " ")))
            .collect();
        Some(format!("{purpose}: {}", listed(&bases, usize::MAX)))
    }

    /// The subject; of a correction, as those read it who got the mistake.
    pub fn shown_subject(&self) -> String {
        shown_subject(&self.composition, self.list.as_deref())
    }

    /// What a correction corrects, and whom it concerns.
    pub fn correction_words(&self) -> Option<String> {
        let whom = self.list.as_ref()?.correction()?;
        let waiting = match whom.have_nothing() {
            0 => String::new(),
            some => format!(" and {} had nothing yet", people(some)),
        };
        let (got, now) = (people(whom.got_it()), people(self.audience.mailed));
        // Some have left since then.
        Some(format!(
            "{}: {got} got it{waiting}; {now} of them may be mailed now. Those who got it read what was wrong",
            whom.edition
        ))
    }

    /// Whom the edition is for, where it is not for everybody, and how many of those who may be mailed that are.
    pub fn segment_words(&self) -> Option<String> {
        let segment = self.list.as_ref()?.segment()?;
        let audience = &self.audience;
        let title = match segment.title.as_str() {
            "" => String::new(),
            title => format!(" ({title})"),
        };
        let (mailed, all) = (grouped(audience.mailed), audience.mailed + audience.outside);
        let unclear = match audience.unclear {
            0 => String::new(),
            some => format!(
                "; {} a cell that cannot be compared, and {} not in it",
                counted(some, "person has", "people have"),
                if some == 1 { "is" } else { "are" }
            ),
        };
        let all = people(all);
        Some(format!("{segment}{title}: {mailed} of {all} who may be mailed{unclear}"))
    }

    /// The messages, ready to be addressed. `date` is the same for everybody.
    pub fn skeleton(
        &self,
        project: &Project,
        date: DateTime<Utc>,
    ) -> Result<MessageTemplate, Failure> {
        skeleton(project, self.composition.clone(), self.identity.clone(), date)
    }

    /// A page of the email for this computer, where its pictures may not be on the web yet.
    pub fn shown_here<'a>(&self, html: &'a str) -> Cow<'a, str> {
        match &self.publishing {
            Some(publishing) => Cow::Owned(shown_here(publishing, html)),
            None => Cow::Borrowed(html),
        }
    }

    /// Somebody to show the email to: the first of the list, or a stand-in.
    pub fn example(&self) -> Recipient {
        self.audience.first.first().cloned().unwrap_or_else(stand_in)
    }

    /// Somebody who does not exist, with every column of the list: for pages that are given to others.
    pub fn invented(&self) -> Recipient {
        let mut invented = stand_in();
        let columns = self.list.iter().flat_map(|list| &list.people.columns);
        for column in columns {
            invented.values.entry(column.clone()).or_insert_with(|| match column.as_str() {
                "name" | "full_name" => "Sam Example".to_owned(),
                // The newsletter's own.
                "language" => String::new(),
                other => format!("example {}", other.replace('_', " ")),
            });
        }
        invented
    }

    /// Everybody of the list, one after the other: those who are mailed, and those who are not.
    pub fn everybody(&self) -> impl Iterator<Item = Result<Person, ListError>> + '_ {
        self.list.iter().flat_map(|list| list.everybody(self.takes_examples))
    }
}

/// The subject; of a correction, as those read it who got the mistake.
pub fn shown_subject(composition: &Composition, list: Option<&List>) -> String {
    let is_correction = list.is_some_and(|list| list.correction().is_some());
    let segments = is_correction.then(|| GOT_THE_MISTAKE.to_owned()).into_iter().collect();
    let variant = &composition.variants[composition.variant(&segments)];
    composition.shown(composition.subject_of(variant))
}

fn edition_of(
    project: &Project,
    chosen: &ChosenEdition,
    reading: Reading,
) -> Result<(Edition, Selection), Failure> {
    let settings = &project.settings;
    let selection = select_reading(reading, &chosen.window, system::today(settings.time_zone));
    let proposed;
    let draft = if let Some(draft) = &chosen.draft {
        draft
    } else {
        let organisation = &settings.organisation.name;
        let locale = project.locale()?;
        let mut draft = Draft::propose(&chosen.window, &selection, None, organisation, &locale);
        for locale in project.other_locales()? {
            let words = draft.propose_in(&selection, organisation, &locale);
            draft.translations.insert(locale.language.clone(), words);
        }
        proposed = draft;
        &proposed
    };
    let selection = as_named(selection, draft);
    Ok((edit(draft, selection.clone())?, selection))
}

/// Composes a choice from the news as they are now, without a message about it.
pub async fn composed(
    project: &Project,
    chosen: &ChosenEdition,
    people: &People,
) -> Result<(Edition, Composition), Failure> {
    let query = NewsQuery::of(chosen);
    let (reading, _) = gather::read(project, query).await?;
    let (edition, composition, _) = compose_news(project, chosen, people, reading).await?;
    Ok((edition, composition))
}

/// Where the project's pictures go, if they go anywhere.
pub fn publishing_of(project: &Project) -> Result<Option<Publishing>, Failure> {
    Publishing::of(&project.settings.pictures, &project.root).map_err(|error| not_published(&error))
}

fn not_published(error: &PicturesError) -> Failure {
    let exit = match error {
        PicturesError::Incomplete | PicturesError::Address(_) => Exit::Usage,
        PicturesError::Failed { .. } => Exit::Failed,
    };
    Failure::new(exit, error.to_string()).help(error.cure())
}

async fn compose_news(
    project: &Project,
    chosen: &ChosenEdition,
    people: &People,
    reading: Reading,
) -> Result<(Edition, Composition, Selection), Failure> {
    let (mut edition, selection) = edition_of(project, chosen, reading)?;
    if let Some(publishing) = publishing_of(project)? {
        let own = project.path(".roundup");
        publish(&publishing, &project.root, &own, edition.shown_mut())
            .map_err(|error| not_published(&error))?;
    }
    if edition.template == "year" || edition.window.is_year() {
        edition.counted = gather::counted(project, &edition).await;
    }
    let mut nonce = [0; 16];
    system::random(&mut nonce);
    let (theme, templates) = (project.settings.theme(), project.templates()?);
    let people = people.clone();
    let composing = tokio::task::spawn_blocking(move || {
        let composition = compose(&edition, &theme, &templates, &people, Nonce::new(nonce));
        (edition, composition)
    });
    match composing.await {
        Ok((edition, composition)) => Ok((edition, composition?, selection)),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Everybody's copy looked at; only some where everybody was `counted` before.
fn reviewed(
    unsigned: &Arc<MessageTemplate>,
    list: Option<&Arc<List>>,
    takes_examples: bool,
    counted: Option<(Audience, CopyWarnings)>,
) -> Result<CopyReview, ListError> {
    match (list, counted) {
        (Some(_), Some(last)) => {
            let audience = last.0.clone();
            let strange = audience.strangest.shown().map(|strange| strange.recipient);
            Ok(CopyReview::of_some(last, unsigned, audience.first.iter().chain(strange)))
        }
        (Some(list), None) => examine(unsigned, list, takes_examples),
        (None, _) => Ok(CopyReview::default()),
    }
}

/// Composes an edition, assembles its people, measures everybody's message and applies every rule.
pub async fn prepare(
    project: &Project,
    chosen: &ChosenEdition,
    list: Option<Arc<List>>,
    takes_examples: bool,
    reach: Reach,
    screen: &Screen,
) -> Result<PreparedEdition, Failure> {
    let nothing = KnownBefore::default();
    prepare_knowing(project, chosen, (list, nothing), takes_examples, reach, screen).await
}

/// What the last look found, and this one takes from it: only some messages are measured again, or no rule is applied. Nothing is
/// sent by such a look.
#[derive(Default)]
pub struct KnownBefore {
    /// Of everybody on the list.
    pub people: Option<(Audience, CopyWarnings)>,
    pub rules: Option<CheckResult>,
}

/// The same with a list, and what is known of the last look.
pub async fn prepare_knowing(
    project: &Project,
    chosen: &ChosenEdition,
    (list, before): (Option<Arc<List>>, KnownBefore),
    takes_examples: bool,
    reach: Reach,
    screen: &Screen,
) -> Result<PreparedEdition, Failure> {
    let settings = &project.settings;
    let identity = Sender::new(&settings.sender)?;
    let query = NewsQuery::of(chosen);
    let mut reading = gather::read_aloud(project, query, screen).await?;
    let unread = std::mem::take(&mut reading.unread);
    let problems = std::mem::take(&mut reading.problems);
    let nobody = nobody();
    let people = list.as_ref().map_or(&nobody, |list| &list.people);
    let (edition, composition, selection) = compose_news(project, chosen, people, reading).await?;
    let theme = settings.theme();
    // Sizes are measured without the signature: it has the same length for everybody.
    let keys = project.keys(system::random)?;
    let date = system::now();
    let unsigned = made(project, composition.clone(), identity.clone(), keys, Vec::new(), date)?;
    let unsigned = Arc::new(unsigned);
    let mut examination = reviewed(&unsigned, list.as_ref(), takes_examples, before.people)?;
    if examination.audience.mailed == 0 {
        examination.look_at(&unsigned, &stand_in(), &mut Buffers::default());
    }
    let templates = project.templates()?;
    let question = CheckRequest {
        edition: &edition,
        composition: &composition,
        theme: &theme,
        templates: &templates,
        examination: &examination,
        has_list: list.is_some(),
        segment: list.as_ref().and_then(|list| list.segment()),
        identity: &identity,
        date,
        takes_examples,
    };
    let CheckResult { findings, silenced, answers, links, scores } = match before.rules {
        Some(known) => known,
        None => ask(project, &question, reach, screen).await?,
    };
    let CopyReview { audience, largest, doubts, .. } = examination;
    Ok(PreparedEdition {
        argument: chosen.argument.clone(),
        edition,
        composition,
        audience,
        list,
        takes_examples,
        identity,
        findings,
        silenced,
        answers,
        links,
        scores,
        largest,
        doubts,
        selection,
        problems,
        unread,
        unsigned,
        publishing: publishing_of(project)?,
    })
}

/// What `check` and `preview` look at: they can do without a list, and send nothing.
pub async fn prepare_to_look(
    project: &Project,
    which: &EditionArguments,
    reach: Reach,
    screen: &Screen,
) -> Result<PreparedEdition, Failure> {
    let chosen = choose(project, which, screen).await?;
    let destination = Destination::of(project, None)?;
    let list = list_if_any(project, destination.is_practice(), &chosen.audience, screen).await?;
    let examples = destination.takes_examples();
    prepare(project, &chosen, list, examples, reach, screen).await
}
