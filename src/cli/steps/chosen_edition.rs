//! Which edition is meant: its name, its window, and the draft when somebody wrote one.
//! Shell: reads the project.

use crate::cli::steps::audience_choice::{AudienceChoice, purpose_of, segment_of};
use crate::cli::steps::corrections::{self, CorrectedEdition};
use crate::cli::steps::ledgers::window_for;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::edition::Draft;
use crate::edition::draft_reading::window_from_name;
use crate::news::gather::Ask;
use crate::project::{Project, ProjectError};
use crate::window::{Window, WindowError};
use chrono::{DateTime, Utc};

/// A name, its window, and the draft when somebody wrote one.
#[derive(Debug)]
pub struct ChosenEdition {
    pub name: String,
    pub window: Window,
    pub draft: Option<Draft>,
    pub audience: AudienceChoice,
    /// When its news is gathered.
    pub ask: Ask,
    /// Stories of earlier days that came after this are looked at too.
    pub late_since: Option<DateTime<Utc>>,
}

/// Which edition is meant.
pub async fn choose(
    project: &Project,
    which: &EditionArguments,
    screen: &Screen,
) -> Result<ChosenEdition, Failure> {
    let zone = project.settings.time_zone;
    if let Some(name) = &which.edition {
        let name = name.trim_start_matches("editions/").trim_end_matches(".md");
        if let Some(draft) = project.draft(name)? {
            let (name, window) = (draft.name.clone(), draft.window.clone());
            return chosen(project, which, name, window, Some(draft));
        }
        return match window_from_name(name, zone) {
            Ok(window) => chosen(project, which, window.name(), window, None),
            Err(error @ WindowError::Backwards { .. }) => Err(error.into()),
            Err(_) => match corrections::planned(project, name).await? {
                Some(correction) => Ok(correction.into()),
                None => {
                    Err(ProjectError::NoDraft { name: name.to_owned(), known: project.drafts()? }
                        .into())
                }
            },
        };
    }
    let window = window_for(project, &which.window).await?;
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
    Ok(ChosenEdition { name, window, draft, audience, ask: Ask::InTime, late_since: None })
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
        Self { name, window, draft, audience, ask: Ask::InTime, late_since: None }
    }
}
