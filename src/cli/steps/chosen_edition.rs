//! Which edition is meant: its name, its window, and the draft when somebody wrote one.
//! Shell: reads the project.

use crate::cli::steps::audience_choice::{AudienceChoice, purpose_of, segment_of};
use crate::cli::steps::corrections::{self, CorrectedEdition};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::last_window;
use crate::cli::steps::next_edition::NextEdition;
use crate::cli::steps::typed_again::beside_draft;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::edition::Draft;
use crate::edition::draft_reading::window_from_name;
use crate::news::gather::FetchPolicy;
use crate::project::{Project, ProjectError};
use crate::window::{Window, WindowError};
use chrono::{DateTime, Utc};

/// A name, its window, and the draft when somebody wrote one.
#[derive(Debug)]
pub struct ChosenEdition {
    pub name: String,
    /// As `send` and `approve` take the same again: a correction by what it corrects, with a segment that the draft does not say.
    pub argument: String,
    pub window: Window,
    pub draft: Option<Draft>,
    pub audience: AudienceChoice,
    /// When its news is gathered.
    pub ask: FetchPolicy,
    /// Stories of earlier days that came after this are looked at too.
    pub late_since: Option<DateTime<Utc>>,
}

/// Which edition is meant, where the project's own settings say where it goes.
pub async fn choose(
    project: &Project,
    which: &EditionArguments,
    screen: &Screen,
) -> Result<ChosenEdition, Failure> {
    // What is named is the same in practice and for real.
    let practice = which.edition.is_none() && Destination::of(project, None)?.is_practice();
    choose_for(project, which, practice, screen).await
}

/// Which edition is meant, in practice or for real: what is named, or else what comes next.
pub async fn choose_for(
    project: &Project,
    which: &EditionArguments,
    practice: bool,
    screen: &Screen,
) -> Result<ChosenEdition, Failure> {
    if let Some(name) = &which.edition {
        return named(project, which, name).await;
    }
    if which.is_typed() {
        let begins_at_last = which.window.begins_at_last();
        let last = if begins_at_last { last_window(project, practice).await? } else { None };
        return of_window(project, which, last.as_ref(), screen);
    }
    screen.problems(&project.misnamed_drafts()?);
    let next = NextEdition::of(project, practice).await?;
    if let Some(note) = next.note() {
        screen.say(&note);
    }
    match next.meant(which) {
        Some(which) => named(project, &which, which.edition.as_deref().unwrap_or_default()).await,
        None => of_window(project, which, next.last.as_ref(), screen),
    }
}

async fn named(
    project: &Project,
    which: &EditionArguments,
    name: &str,
) -> Result<ChosenEdition, Failure> {
    let name = name.trim_start_matches("editions/").trim_end_matches(".md");
    if let Some(draft) = project.draft(name)? {
        let (name, window) = (draft.name.clone(), draft.window.clone());
        return chosen(project, which, name, window, Some(draft));
    }
    match window_from_name(name, project.settings.time_zone) {
        Ok(window) => chosen(project, which, window.name(), window, None),
        Err(error @ WindowError::Backwards { .. }) => Err(error.into()),
        Err(_) => Box::pin(correction_named(project, name)).await?.ok_or_else(|| {
            let known = project.drafts().unwrap_or_default();
            ProjectError::NoDraft { name: name.to_owned(), known }.into()
        }),
    }
}

/// The correction of this name, planned or not.
async fn correction_named(project: &Project, name: &str) -> Result<Option<ChosenEdition>, Failure> {
    let found = match corrections::planned(project, name).await? {
        Some(planned) => Some(planned),
        None => corrections::unplanned(project, name).await?,
    };
    Ok(found.map(ChosenEdition::from))
}

fn of_window(
    project: &Project,
    which: &EditionArguments,
    last: Option<&Window>,
    screen: &Screen,
) -> Result<ChosenEdition, Failure> {
    let zone = project.settings.time_zone;
    let window = which.window.window(zone, system::today(zone), last)?;
    let name = window.name();
    let draft = project.draft(&name)?;
    if let Some(draft) = &draft {
        screen.say(&format!("Using your draft {}.", draft.path()));
    }
    chosen(project, which, name, window, draft)
}

fn chosen(
    project: &Project,
    which: &EditionArguments,
    name: String,
    window: Window,
    draft: Option<Draft>,
) -> Result<ChosenEdition, Failure> {
    let audience = AudienceChoice {
        segment: segment_of(project, which.segment.as_deref(), draft.as_ref())?,
        purpose: purpose_of(which.purpose, draft.as_ref())?,
        correction: None,
        skips_yearly: !window.is_year(),
    };
    Ok(ChosenEdition {
        argument: beside_draft(&name, which, draft.as_ref()),
        name,
        window,
        draft,
        audience,
        ask: FetchPolicy::InTime,
        late_since: None,
    })
}

/// The correction of an edition that was sent: a new one, or the one that was planned before.
pub async fn choose_correction(
    project: &Project,
    first: &str,
    in_doubt: bool,
    practice: bool,
) -> Result<ChosenEdition, Failure> {
    Ok(corrections::of(project, first, in_doubt, practice).await?.into())
}

impl From<CorrectedEdition> for ChosenEdition {
    fn from(correction: CorrectedEdition) -> Self {
        let CorrectedEdition { name, window, draft, audience } = correction;
        let whom = audience.correction.as_ref();
        let argument = whom.map_or_else(|| name.clone(), |whom| whom.argument());
        Self { name, argument, window, draft, audience, ask: FetchPolicy::InTime, late_since: None }
    }
}
