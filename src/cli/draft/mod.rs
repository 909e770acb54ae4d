//! `roundup draft`: an edition as a file that people edit.
//! Shell: reads the news, writes one file.

pub mod refresh;

use crate::cli::terminal::number;
use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::news::flags;
use crate::cli::steps::audience_choice::segment_of;
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::ledgers::is_practice;
use crate::cli::steps::next_edition::{NextEdition, Readiness};
use crate::cli::steps::window_args::WindowArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, save, write_new};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::{counted, stories};
use crate::cli::terminal::system;
use crate::compose::composition::ComposeError;
use crate::edition::coverage::{first_planned, last_window, late_for};
use crate::edition::draft::{ItemMention, Override};
use crate::edition::{Draft, EditError, PlacedText, choice};
use crate::news::Item;
use crate::project::Project;
use crate::window::{Selection, impossible, meant, option_of, select_reading};

#[derive(Debug, Args)]
pub struct Arguments {
    /// With --refresh: the name of a draft in editions/
    #[arg(value_name = "EDITION", conflicts_with = "window")]
    edition: Option<String>,
    #[command(flatten)]
    window: WindowArguments,
    /// monthly, year, announcement, or a template of your own; a year's edition uses `year` if not given
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Include every story (the default without --top)
    #[arg(long, conflicts_with = "top")]
    every: bool,
    /// Include this number of stories; the others are listed under `left_out`
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = number::at_least_one)]
    top: Option<std::num::NonZeroUsize>,
    /// How stories are grouped into sections
    #[arg(long, value_enum, value_name = "WHAT")]
    group: Option<By>,
    /// Only for people in a segment: the name of a file in segments/, or a filter such as 'town = "York"'
    #[arg(long, value_name = "NAME|FILTER")]
    segment: Option<String>,
    /// Replace the draft that is already there
    #[arg(long)]
    overwrite: bool,
    /// Update a draft with what websites have changed in its stories since, and show the changes
    #[arg(long, conflicts_with_all = ["overwrite", "template", "every", "top", "group", "segment"])]
    refresh: bool,
}

/// What the sections of an email are made of.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum By {
    Month,
    Topic,
}

/// `roundup.draft/1`.
#[derive(Serialize)]
struct DraftOutcome {
    schema: &'static str,
    edition: String,
    path: String,
    /// Files with the wording in other languages.
    translations: Vec<String>,
    /// Those shown large, first of all.
    pinned: Vec<String>,
    items: Vec<String>,
    left_out: Vec<String>,
    /// The flags of its window.
    window: String,
    /// Stories of earlier days that came too late for their edition: the file offers them.
    late: Vec<String>,
    undecided: usize,
}

/// A name, where a window makes a draft.
fn not_a_window(name: &str) -> Failure {
    let help = match meant(name) {
        Some(window) => format!("write {} {window}", option_of(&window)),
        None => impossible(name).unwrap_or_else(|| {
            "write `roundup draft --month 2020-12`; the file is named after the window".to_owned()
        }),
    };
    let name = name.escape_debug();
    Failure::new(Exit::Usage, format!("a new draft is made of a window, and not of `{name}`"))
        .help(help)
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    if arguments.refresh {
        return refresh::run(arguments.edition.as_deref(), &arguments.window, globals).await;
    }
    arguments.edition.as_deref().map_or(Ok(()), |name| Err(not_a_window(name)))?;
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;
    let today = system::today(zone);
    refuse_second(&project, &arguments.window).await?;
    let mailed = gather::mailed(&project).await?;
    let window = arguments.window.window(zone, today, last_window(&mailed))?;
    refuse_unknown_template(&project, &arguments)?;
    // What is written into the file can be read there.
    segment_of(&project, arguments.segment.as_deref(), None)?;
    let late_since = first_planned(&mailed);
    let query = NewsQuery { window: Some(&window), late_since, ..NewsQuery::quick() };
    let reading = gather::read_aloud(&project, query, screen).await?;
    let now = system::now();
    let selection = select_reading(reading, &window, today);
    let late = late_for(&selection, &mailed, &window, today);
    if selection.chosen.is_empty() {
        return Err(EditError::Empty {
            window: window.to_string(),
            undecided: selection.undecided.len(),
            left_out: selection.elsewhere.before + selection.elsewhere.after,
            nearest: selection.elsewhere.nearest,
        }
        .into());
    }
    let organisation = &project.settings.organisation.name;
    let template = arguments.template.as_deref();
    let locale = project.locale()?;
    let mut draft = Draft::propose(&window, &selection, template, organisation, &locale);
    let decided = decided(&project, &draft)?;
    if let Some(top) = arguments.top {
        let (chosen, others) = choose_top(&draft, &selection, top.get(), &decided.pinned);
        // The subject counts the stories that are included.
        draft = Draft::propose(&window, &chosen, template, organisation, &locale);
        draft.left_out = others;
    }
    if matches!(arguments.group, Some(By::Topic)) {
        draft.by_topic(&selection);
    }
    decided.keep_in(&mut draft);
    draft.segment = arguments.segment.clone().map(PlacedText::proposed);
    if project.settings.sources().iter().any(|source| source.url.is_some()) {
        draft.as_of = Some(now);
    }
    let shown = project.draft_path(&draft.name)?;
    let mut files = vec![(shown.clone(), draft.write(&selection, &late))];
    for locale in project.other_locales()? {
        let name = format!("{}.{}", draft.name, locale.language);
        let words = draft.propose_in(&selection, organisation, &locale);
        files.push((project.draft_path(&name)?, words.write()));
    }
    write_files(&project, &files, &draft.name, arguments.overwrite)?;
    let ids = |mentions: Vec<ItemMention>| mentions.into_iter().map(|mention| mention.id).collect();
    screen.outcome(&DraftOutcome {
        schema: "roundup.draft/1",
        edition: draft.name,
        window: flags(&window),
        path: shown,
        translations: files.into_iter().skip(1).map(|(file, _)| file).collect(),
        pinned: ids(draft.pinned),
        items: ids(draft.items),
        left_out: ids(draft.left_out),
        late: late.iter().map(|(item, _)| item.id.clone()).collect(),
        undecided: selection.undecided.len(),
    })?;
    Ok(Exit::Done)
}

/// A draft that nobody has sent is not written a second time under another name.
async fn refuse_second(project: &Project, window: &WindowArguments) -> Result<(), Failure> {
    if window.is_typed() {
        return Ok(());
    }
    let next = NextEdition::of(project, is_practice(project)).await?;
    let Some(unsent) = next.taken().filter(|next| next.state != Readiness::Cancelled) else {
        return Ok(());
    };
    let edition = &unsent.edition;
    Err(Failure::new(
        Exit::Usage,
        format!("`{edition}` is not sent yet: a second draft would have its stories again"),
    )
    .help(format!(
        "to see it: `roundup preview {edition}`; for another edition, name its window with --month, --quarter, --year, or \
         --since and --until"
    )))
}

fn refuse_unknown_template(project: &Project, arguments: &Arguments) -> Result<(), Failure> {
    let templates = project.templates()?;
    if let Some(name) = &arguments.template
        && !templates.names().contains(&name.as_str())
    {
        return Err(ComposeError::NoTemplate {
            place: None,
            name: name.clone(),
            known: templates.names().into_iter().map(str::to_owned).collect(),
            nearest: templates.nearest_name(name).map(str::to_owned),
        }
        .into());
    }
    Ok(())
}

/// The best stories of a draft, and mentions of the others.
fn choose_top(
    draft: &Draft,
    selection: &Selection,
    top: usize,
    pinned: &BTreeSet<String>,
) -> (Selection, Vec<ItemMention>) {
    let find = |id: &str| selection.chosen.iter().find(|item| item.id == id);
    let items: Vec<&Item> = draft.items.iter().filter_map(|mention| find(&mention.id)).collect();
    let (chosen, others) = choice::top(&items, top, pinned);
    let others =
        others.into_iter().map(|item| ItemMention { id: item.id.clone(), line: 0 }).collect();
    let chosen = chosen.into_iter().cloned().collect();
    (Selection { chosen, ..Selection::default() }, others)
}

/// The draft and its translations. What is there already stays, unless it may be overwritten.
fn write_files(
    project: &Project,
    files: &[(String, String)],
    edition: &str,
    may_overwrite: bool,
) -> Result<(), Failure> {
    if let Some((there, _)) = files.iter().find(|(file, _)| project.path(file).exists())
        && !may_overwrite
    {
        return Err(Failure::new(Exit::Usage, format!("{there} already exists")).help(format!(
            "edit it, or replace it with --overwrite; to see it: `roundup preview {edition}`"
        )));
    }
    std::fs::create_dir_all(project.path("editions"))
        .map_err(|error| cannot_write("editions", &error))?;
    for (file, text) in files {
        if may_overwrite {
            save(project, file, text)?;
        } else {
            write_new(&project.path(file), text).map_err(|error| cannot_write(file, &error))?;
        }
    }
    Ok(())
}

impl Outcome for DraftOutcome {
    fn text(&self, text: &mut Text) {
        let listed = self.items.iter().filter(|id| !self.pinned.contains(id)).count();
        let count = stories(listed + self.pinned.len());
        text.line(format!("Wrote {} with {count}.", self.path));
        if !self.left_out.is_empty() {
            let more = counted(self.left_out.len(), "more story is", "more stories are");
            text.line(format!(
                "{more} listed under left_out: move the lines of those you want in the edition."
            ));
        }
        if !self.late.is_empty() {
            text.line(format!(
                "{} offered that came too late for an earlier edition: remove the # to include them.",
                counted(self.late.len(), "story is", "stories are")
            ));
        }
        for file in &self.translations {
            text.line(format!("Wrote {file} for the wording in that language."));
        }
        if self.undecided > 0 {
            let count = stories(self.undecided);
            let see = format!("roundup news {}", self.window);
            text.say(format!("Not sure: {count} might belong here. To see: {see}"));
        }
        text.say(format!(
            "Next: edit the subject, preheader and introduction, then roundup preview {}",
            self.edition
        ));
    }
}

/// What editors decided in the editions within a longer time.
#[derive(Default)]
struct EditorChoices {
    pinned: BTreeSet<String>,
    overrides: BTreeMap<String, Override>,
}

fn decided(project: &Project, draft: &Draft) -> Result<EditorChoices, Failure> {
    let mut decided = EditorChoices::default();
    for name in project.drafts()? {
        // A draft that cannot be read is reported when it is used; it has nothing to give here.
        let Ok(Some(earlier)) = project.draft(&name) else { continue };
        let (window, inner) = (&draft.window, &earlier.window);
        if inner.start >= window.start && inner.end <= window.end && *inner != *window {
            decided.pinned.extend(earlier.pinned.into_iter().map(|mention| mention.id));
            decided.overrides.extend(earlier.overrides);
        }
    }
    Ok(decided)
}

impl EditorChoices {
    /// Their pins stand first, and their words for stories stay.
    fn keep_in(self, draft: &mut Draft) {
        /// More of them shown large are a list again.
        const MOST_PINNED: usize = 3;
        let is_pinned = |mention: &&ItemMention| self.pinned.contains(&mention.id);
        draft.pinned = draft.items.iter().filter(is_pinned).take(MOST_PINNED).cloned().collect();
        let first = draft.pinned.clone();
        draft.items.retain(|mention| !first.contains(mention));
        let named = draft.ids();
        draft.overrides = self.overrides;
        draft.overrides.retain(|id, _| named.contains(id));
    }
}
