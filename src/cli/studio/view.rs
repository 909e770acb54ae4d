//! One look at an edition: its email, its people, what it was chosen from.
//! Shell: reads the project.

use crate::audience::{Person, Recipient};
use crate::cli::globals::Globals;
use crate::cli::steps::chosen_edition::{ChosenEdition, choose};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::gather;
use crate::cli::steps::mailing_list::list_if_any;
use crate::cli::steps::message_template::stand_in;
use crate::cli::steps::prepare::{KnownBefore, PreparedEdition, prepare_knowing};
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::edition::Draft;
use crate::edition::coverage::{EarlierEdition, first_planned, late_for};
use crate::edition::draft::DraftTranslation;
use crate::message::MessageTemplate;
use crate::news::Item;
use crate::news::gather::FetchPolicy;
use crate::pictures::file_of;
use crate::project::Project;

/// Everything that is looked at.
pub struct View {
    pub project: Project,
    pub chosen: ChosenEdition,
    pub prepared: PreparedEdition,
    pub skeleton: MessageTemplate,
    pub late: Vec<(Item, String)>,
    pub mailed: Vec<EarlierEdition>,
}

impl View {
    /// Looks at an edition's files. `before` is the last look: what was mailed does not change while somebody works at the
    /// next edition, and is read again with the websites only.
    ///
    /// # Errors
    /// When the email cannot be made.
    pub async fn look(
        globals: &Globals,
        which: &EditionArguments,
        before: Option<&Self>,
        ask: FetchPolicy,
        depth: LookDepth,
    ) -> Result<Self, Failure> {
        let project = globals.project()?;
        let screen = &globals.screen;
        let zone = project.settings.time_zone;
        let mut chosen = choose(&project, which, screen).await?;
        let mailed = match before {
            Some(view) if matches!(ask, FetchPolicy::Never | FetchPolicy::Stored) => {
                view.mailed.clone()
            }
            _ => gather::mailed(&project).await?,
        };
        chosen.ask = ask;
        chosen.late_since = first_planned(&mailed);
        let destination = Destination::of(&project, None)?;
        let examples = destination.takes_examples();
        let mut known = KnownBefore::default();
        let list = if let Some(View { prepared, .. }) = before.filter(|_| !depth.everybody) {
            known.people = Some((prepared.audience.clone(), prepared.doubts.clone()));
            prepared.list.clone()
        } else {
            let practice = destination.is_practice();
            list_if_any(&project, practice, &chosen.audience, screen).await?
        };
        known.rules = before.filter(|_| !depth.rules).map(|view| view.prepared.checked());
        let known = (list, known);
        let mut prepared =
            prepare_knowing(&project, &chosen, known, examples, Reach::Project, screen).await?;
        if let Some(view) = before.filter(|_| chosen.ask == FetchPolicy::Stored) {
            prepared.problems.clone_from(&view.prepared.problems);
            prepared.unread.clone_from(&view.prepared.unread);
        }
        let skeleton = prepared.skeleton(&project, system::now())?;
        let today = system::today(zone);
        let late = late_for(&prepared.selection, &mailed, &chosen.window, today);
        let late = late.into_iter().map(|(item, edition)| (item.clone(), edition)).collect();
        Ok(View { project, chosen, prepared, skeleton, late, mailed })
    }

    /// What `roundup draft` would write.
    pub fn proposal(&self) -> Result<String, Failure> {
        let late: Vec<(&Item, String)> =
            self.late.iter().map(|(item, edition)| (item, edition.clone())).collect();
        Ok(self.proposed()?.write(&self.prepared.selection, &late))
    }

    /// The draft that would be proposed.
    ///
    /// # Errors
    /// When the words of the newsletter's language cannot be read.
    pub fn proposed(&self) -> Result<Draft, Failure> {
        let project = &self.project;
        let organisation = &project.settings.organisation.name;
        let locale = project.locale()?;
        let window = &self.chosen.window;
        let mut draft =
            Draft::propose(window, &self.prepared.selection, None, organisation, &locale);
        if project.settings.sources().iter().any(|source| source.url.is_some()) {
            draft.as_of = Some(system::now());
        }
        Ok(draft)
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
            Some(("address", wanted)) => match self.look_up(wanted) {
                LookedUp::Mailed(found) => found,
                LookedUp::LeftOut(_) | LookedUp::NotListed => example(),
            },
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

    /// An address that somebody typed, in the list.
    fn look_up(&self, wanted: &str) -> LookedUp {
        for person in self.prepared.everybody() {
            match person {
                Ok(Person::Mailed(one)) if one.address.to_string().eq_ignore_ascii_case(wanted) => {
                    return LookedUp::Mailed(one);
                }
                Ok(Person::LeftOut(one)) if one.address.eq_ignore_ascii_case(wanted) => {
                    return LookedUp::LeftOut(one.why.to_string());
                }
                _ => {}
            }
        }
        LookedUp::NotListed
    }

    /// What is to be said of the person that is looked at, where the email is not theirs.
    pub fn not_theirs(&self, whose: &str) -> Option<String> {
        let wanted = whose.strip_prefix("address:")?;
        match self.look_up(wanted) {
            LookedUp::Mailed(_) => None,
            LookedUp::LeftOut(why) => {
                Some(format!("{wanted} is on the list and does not get this edition: {why}"))
            }
            LookedUp::NotListed => Some(format!("{wanted} is not on the list")),
        }
    }

    /// The picture of a story as the email has it, where it is a file of the newsletter's own: it may not be on the web yet.
    pub fn own_picture(&self, id: &str) -> Option<(Vec<u8>, &'static str)> {
        let item = self.prepared.edition.shown().find(|item| item.id == id)?;
        let file = file_of(self.prepared.publishing.as_ref()?, &item.image.as_ref()?.address)?;
        let is_png = file.extension().is_some_and(|ending| ending == "png");
        let bytes = std::fs::read(file).ok()?;
        Some((bytes, if is_png { "image/png" } else { "image/jpeg" }))
    }

    /// Where the page finds the picture of a story.
    pub fn picture_address(&self, item: &Item) -> Option<String> {
        let image = item.image.as_ref()?;
        let publishing = self.prepared.publishing.as_ref();
        if publishing.is_some_and(|publishing| file_of(publishing, &image.address).is_some()) {
            let id = url::form_urlencoded::byte_serialize(item.id.as_bytes()).collect::<String>();
            return Some(format!("picture?id={id}"));
        }
        Some(image.address.clone())
    }

    /// The command that sends what is shown. It counts the people and asks for their number.
    pub fn send_command(&self) -> String {
        format!("roundup send {}", self.chosen.argument)
    }

    /// The words of another language as `roundup draft` would propose them, for a draft or without one.
    ///
    /// # Errors
    /// When the newsletter does not have the language.
    pub fn proposed_translation(
        &self,
        draft: Option<&Draft>,
        language: &str,
    ) -> Result<DraftTranslation, Failure> {
        let proposed;
        let draft = if let Some(draft) = draft {
            draft
        } else {
            proposed = self.proposed()?;
            &proposed
        };
        let locales = self.project.other_locales()?;
        let locale = locales.iter().find(|locale| locale.language == language);
        let locale = locale.ok_or_else(|| {
            let code = language.escape_debug();
            Failure::new(Exit::Usage, format!("the newsletter has no language `{code}`"))
                .help(format!("add [translations.{code}] to roundup.toml"))
        })?;
        let organisation = &self.project.settings.organisation.name;
        Ok(draft.propose_in(&self.prepared.selection, organisation, locale))
    }
}

/// How much is looked at; the rest stays as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookDepth {
    /// Everybody of the list, and not only a few messages: the list may have changed.
    pub everybody: bool,
    /// Every rule, and not what they said of the last look.
    pub rules: bool,
}

impl LookDepth {
    pub const WHOLE: Self = Self { everybody: true, rules: true };
}

/// What became of looking somebody up.
enum LookedUp {
    Mailed(Recipient),
    /// On the list, and why they are not mailed.
    LeftOut(String),
    NotListed,
}
