//! One look at an edition: its mail, its people, what it was chosen from.
//! Shell: reads the project.

use crate::audience::{Person, Recipient};
use crate::cli::globals::Globals;
use crate::cli::steps::chosen::{Chosen, choose};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::gather;
use crate::cli::steps::mailing_list::list_if_any;
use crate::cli::steps::message_template::stand_in;
use crate::cli::steps::prepare::{Prepared, prepare};
use crate::cli::steps::run_checks::Asking;
use crate::cli::steps::window_args::Which;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::world;
use crate::edition::Draft;
use crate::edition::coverage::{EarlierEdition, first_planned, late_for};
use crate::message::MessageTemplate;
use crate::news::Item;
use crate::news::gather::Ask;
use crate::project::Project;

/// Everything that is looked at.
pub struct View {
    pub project: Project,
    pub chosen: Chosen,
    pub prepared: Prepared,
    pub skeleton: MessageTemplate,
    pub late: Vec<(Item, String)>,
    pub mailed: Vec<EarlierEdition>,
}

impl View {
    /// Looks at an edition's files. `before` is the last look: what was mailed does not change while somebody works at the
    /// next edition, and is read again with the websites only.
    ///
    /// # Errors
    /// When the mail cannot be made.
    pub async fn look(
        globals: &Globals,
        which: &Which,
        before: Option<&Self>,
        ask: Ask,
    ) -> Result<Self, Failure> {
        let project = globals.project()?;
        let screen = &globals.screen;
        let zone = project.settings.time_zone;
        let mut chosen = choose(&project, which, screen).await?;
        let mailed = match before {
            Some(view) if ask == Ask::Never => view.mailed.clone(),
            _ => gather::mailed(&project).await?,
        };
        chosen.ask = ask;
        chosen.late_since = first_planned(&mailed);
        let destination = Destination::of(&project, None)?;
        let list =
            list_if_any(&project, destination.is_practice(), &chosen.audience, screen).await?;
        let examples = destination.takes_examples();
        let prepared = prepare(&project, &chosen, list, examples, Asking::Nobody, screen).await?;
        let skeleton = prepared.skeleton(&project, world::now())?;
        let today = world::today(zone);
        let late = late_for(&prepared.selection, &mailed, &chosen.window, today);
        let late = late.into_iter().map(|(item, edition)| (item.clone(), edition)).collect();
        Ok(View { project, chosen, prepared, skeleton, late, mailed })
    }

    /// What `roundup draft` would write.
    pub fn proposal(&self) -> Result<String, Failure> {
        let project = &self.project;
        let organisation = &project.settings.organisation.name;
        let lexicon = project.lexicon()?;
        let window = &self.chosen.window;
        let mut draft =
            Draft::propose(window, &self.prepared.selection, None, organisation, &lexicon);
        if project.settings.sources().iter().any(|source| source.url.is_some()) {
            draft.as_of = Some(world::now());
        }
        let late: Vec<(&Item, String)> =
            self.late.iter().map(|(item, edition)| (item, edition.clone())).collect();
        Ok(draft.write(&self.prepared.selection, &late))
    }

    /// Whose copy a word of the page means.
    pub fn recipient(&self, whose: &str) -> Recipient {
        let example = || self.prepared.example();
        let audience = &self.prepared.audience;
        match whose.split_once([':', '-']) {
            Some(("strange", number)) => {
                let number: usize = number.parse().unwrap_or(0);
                let strange = audience.strangest.shown().nth(number);
                strange.map_or_else(example, |strange| strange.recipient.clone())
            }
            Some(("person", number)) => {
                let number: usize = number.parse().unwrap_or(0);
                audience.first.get(number).cloned().unwrap_or_else(example)
            }
            Some(("segment", name)) => {
                let mut somebody = example();
                somebody.segments = [name.to_owned()].into();
                somebody
            }
            Some(("language", code)) => {
                let mut somebody = example();
                somebody.values.insert("language".to_owned(), code.to_owned());
                somebody
            }
            Some(("address", wanted)) => {
                let found = self.prepared.everybody().find_map(|person| match person {
                    Ok(Person::Mailed(one))
                        if one.address.to_string().eq_ignore_ascii_case(wanted) =>
                    {
                        Some(one)
                    }
                    _ => None,
                });
                found.unwrap_or_else(example)
            }
            _ if whose == "nobody" => {
                let mut nobody = stand_in();
                for (column, value) in &mut nobody.values {
                    if column != "email" {
                        value.clear();
                    }
                }
                nobody
            }
            _ => example(),
        }
    }
}
