//! `roundup draft NAME --refresh`: takes over into a draft what its stories' websites have changed since.
//! Shell: reads the news, writes one file.

use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::steps::chosen_edition::{ChosenEdition, choose};
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::window_args::{EditionArguments, WindowArguments};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, save};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::stories;
use crate::cli::terminal::system;
use crate::edition::Draft;
use crate::project::ProjectError;

/// `roundup.refresh/1`.
#[derive(Serialize)]
struct RefreshOutcome {
    schema: &'static str,
    edition: String,
    path: String,
    changed: Vec<ChangedStory>,
}

#[derive(Serialize)]
struct ChangedStory {
    id: String,
    title: String,
    changes: Vec<String>,
}

/// Takes over what websites have changed since a draft was made: the draft's `as_of` moves to now.
pub async fn run(
    edition: Option<&str>,
    window: &WindowArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let which = EditionArguments {
        edition: edition.map(str::to_owned),
        window: window.clone(),
        ..EditionArguments::default()
    };
    let ChosenEdition { name, draft, .. } = choose(&project, &which, screen).await?;
    let Some(draft) = draft else {
        return Err(ProjectError::NoDraft { name, known: project.drafts()? }.into());
    };
    let query =
        NewsQuery { window: Some(&draft.window), draft: Some(&draft), ..NewsQuery::quick() };
    let reading = gather::read_aloud(&project, query, screen).await?;
    let named = draft.ids();
    let changed: Vec<ChangedStory> = reading
        .items
        .into_iter()
        .filter(|item| named.iter().any(|id| item.is_named(id)) && !item.seen.changes.is_empty())
        .map(|item| ChangedStory { id: item.id, title: item.title, changes: item.seen.changes })
        .collect();
    let shown = project.draft_path(&name)?;
    let text = std::fs::read_to_string(project.path(&shown))
        .map_err(|error| cannot_write(&shown, &error))?;
    save(&project, &shown, &Draft::with_as_of(&text, system::now()))?;
    screen.outcome(&RefreshOutcome {
        schema: "roundup.refresh/1",
        edition: name,
        path: shown,
        changed,
    })?;
    Ok(Exit::Done)
}

impl Outcome for RefreshOutcome {
    fn text(&self, text: &mut Text) {
        let Self { path, edition, changed, .. } = self;
        for ChangedStory { id, title, changes } in changed {
            text.line(format!("{}  {}", text.strong(title), text.faint(id)));
            for change in changes {
                text.line(format!("  {change}"));
            }
        }
        text.line(match changed.len() {
            0 => format!("No story in {path} has changed."),
            count => format!("Updated {} in {path}.", stories(count)),
        });
        text.say(format!("Next: roundup preview {edition}"));
    }
}
