//! What the editor decides: the draft in `editions/`, and the edition made of it.
//! Pure: texts and items in, values out.

pub mod choice;
mod correcting;
pub mod coverage;
pub mod draft;
mod draft_lines;
pub mod draft_reading;
pub mod draft_writing;
pub mod edit;
mod field_lines;
pub mod figures;
pub mod proposal;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::count::counted;
use crate::news::Item;
use crate::problem::{Place, Problem};
use crate::window::{Selection, Window};

pub use field_lines::FieldLines;

pub use draft::Draft;

/// The editor's decisions with the items they are about: all that is needed to compose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Names it everywhere: in files, in the ledger, in Message-IDs.
    pub name: String,
    pub window: Window,
    /// Name of the template, without ending.
    pub template: String,
    /// Where the draft names it.
    pub template_place: Option<Place>,
    /// The editor's words; they may hold slots.
    pub subject: PlacedText,
    pub preheader: PlacedText,
    /// Markdown.
    pub introduction: PlacedText,
    /// The title of the email. Empty: the subject is.
    pub headline: PlacedText,
    pub figures: Vec<figures::Figure>,
    /// Shown large, before the sections.
    pub pinned: Vec<Item>,
    /// In order.
    pub items: Vec<Item>,
    pub group: draft::Grouping,
    /// In the window and in neither list of the draft: the editor has not seen them.
    pub unmentioned: Vec<Item>,
    /// Without a date that decides.
    pub undecided: Vec<Item>,
    /// The editor's words in other languages, by code.
    pub translations: BTreeMap<String, draft::DraftTranslation>,
    /// What the year was beside its stories, where somebody has counted.
    pub counted: Option<YearFigures>,
}

/// What the editions of a year were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearFigures {
    pub editions: usize,
    /// Most people that one of them was for.
    pub people: u64,
}

impl Edition {
    /// All items that the email shows, in its order.
    pub fn shown(&self) -> impl Iterator<Item = &Item> {
        self.pinned.iter().chain(&self.items)
    }

    /// The same, to be changed.
    pub fn shown_mut(&mut self) -> impl Iterator<Item = &mut Item> {
        self.pinned.iter_mut().chain(&mut self.items)
    }

    /// The edition with only the first `most` of its stories: those that its email has room for.
    #[must_use]
    pub fn with_first(&self, most: usize) -> Cow<'_, Self> {
        if self.shown().nth(most).is_none() {
            return Cow::Borrowed(self);
        }
        let pinned = self.pinned.iter().take(most).cloned().collect::<Vec<_>>();
        let items = self.items.iter().take(most - pinned.len()).cloned().collect();
        Cow::Owned(self.with_stories(pinned, items))
    }

    /// The same edition of other stories. The fields by hand: thousands of stories are not copied to be dropped.
    #[must_use]
    fn with_stories(&self, pinned: Vec<Item>, items: Vec<Item>) -> Self {
        Self {
            name: self.name.clone(),
            window: self.window.clone(),
            template: self.template.clone(),
            template_place: self.template_place.clone(),
            subject: self.subject.clone(),
            preheader: self.preheader.clone(),
            introduction: self.introduction.clone(),
            headline: self.headline.clone(),
            figures: self.figures.clone(),
            pinned,
            items,
            group: self.group,
            unmentioned: self.unmentioned.clone(),
            undecided: self.undecided.clone(),
            translations: self.translations.clone(),
            counted: self.counted,
        }
    }

    /// The edition in another language: each story that is translated, and the editor's words if they are.
    #[must_use]
    pub fn in_language(&self, language: &str) -> Self {
        let translated =
            |items: &[Item]| items.iter().map(|item| item.in_language(language)).collect();
        let mut edition = self.with_stories(translated(&self.pinned), translated(&self.items));
        if let Some(words) = self.translations.get(language) {
            edition.subject = words.subject.clone();
            edition.preheader = words.preheader.clone();
            edition.introduction = words.introduction.clone();
            // The main language's headline would not be of this subject.
            edition.headline = words.headline.clone();
            if !words.figures.is_empty() {
                edition.figures.clone_from(&words.figures);
            }
        }
        edition
    }
}

/// A text with the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedText {
    pub text: String,
    /// The file it stands in, or `None` when roundup proposed it.
    pub source: Option<String>,
    /// First line of the text in that file, from 1.
    pub line: usize,
    /// The field that holds it, where it stands in the front matter.
    #[serde(skip)]
    pub field: Option<FieldLines>,
}

impl PlacedText {
    pub fn proposed(text: impl Into<String>) -> Self {
        Self { text: text.into(), source: None, line: 1, field: None }
    }

    pub fn place(&self) -> Place {
        match &self.source {
            Some(source) => Place::line(source, self.line),
            None => Place::whole("the proposed words"),
        }
    }

    /// The place of the byte `at` with its column, and the line of the file that stands there.
    pub fn exact_place_of(&self, at: usize) -> (Place, Option<String>) {
        let Some(source) = &self.source else {
            return (self.place(), self.text.lines().next().map(str::to_owned));
        };
        let Some(field) = &self.field else {
            let before = self.text.get(..at).unwrap_or(&self.text);
            let lines = before.matches('\n').count();
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let line = self.text.lines().nth(lines).map(str::to_owned);
            return (Place::at(source, self.line + lines, column), line);
        };
        match field.place(&self.text, at) {
            Some((lines, column)) => {
                (Place::at(source, self.line + lines, column), field.line(lines).map(str::to_owned))
            }
            None => (self.place(), field.line(0).map(str::to_owned)),
        }
    }

    /// The line of the file with this number, where the text stands on it.
    pub fn line_of_file(&self, line: usize) -> Option<&str> {
        let lines = line.checked_sub(self.line)?;
        match &self.field {
            Some(field) => field.line(lines),
            None => self.text.lines().nth(lines),
        }
    }

    /// The place of the byte `at` of the text.
    pub fn place_of(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(&self.text);
        match &self.source {
            Some(source) => Place::line(source, self.line + before.matches('\n').count()),
            None => self.place(),
        }
    }
}

/// Why a draft cannot become an edition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    #[error("the draft names {} that cannot be shown", count(.missing.len()))]
    Missing { missing: Vec<Problem> },
    #[error("there is no story in {window}")]
    Empty { window: String, undecided: usize, left_out: usize, nearest: Option<NaiveDate> },
    #[error("the draft has an empty list of stories, and {} in {window}", there_are(*.waiting))]
    NoneNamed { path: String, window: String, waiting: usize },
}

fn there_are(stories: usize) -> String {
    let are = if stories == 1 { "there is" } else { "there are" };
    format!("{are} {}", counted(stories, "story", "stories"))
}

fn count(missing: usize) -> String {
    if missing == 1 { "a story".to_owned() } else { counted(missing, "story", "stories") }
}

/// The same stories by the ids that a draft calls them: a story that several sources have goes by several.
#[must_use]
pub fn as_named(mut selection: Selection, draft: &Draft) -> Selection {
    let named: HashSet<String> = draft.ids().into_iter().collect();
    let rename = |item: &mut Item| {
        if named.contains(&item.id) {
            return;
        }
        if let Some(at) = item.seen.aliases.iter().position(|alias| named.contains(alias)) {
            std::mem::swap(&mut item.id, &mut item.seen.aliases[at]);
        }
    };
    selection.chosen.iter_mut().for_each(rename);
    let others = selection.left_out.iter_mut().chain(&mut selection.undecided);
    others.for_each(|(item, _)| rename(item));
    selection
}

/// Puts a draft and the items of its window together.
///
/// # Errors
/// When the draft names an item that is gone, or nothing is left to send.
pub fn edit(draft: &Draft, selection: Selection) -> Result<Edition, EditError> {
    let Selection { chosen, left_out, undecided, elsewhere } = selection;
    let undecided: Vec<Item> = undecided.into_iter().map(|(item, _)| item).collect();
    let left_out_count = left_out.len().max(elsewhere.before + elsewhere.after);
    // An editor may take an item from outside the window, or an undated one: they have said so by name.
    let mut known: HashMap<&str, &Item> = HashMap::new();
    for item in chosen.iter().chain(&undecided).chain(left_out.iter().map(|(item, _)| item)) {
        known.entry(&item.id).or_insert(item);
    }
    let mut missing = Vec::new();
    let mut find = |mentions: &[draft::ItemMention]| -> Vec<Item> {
        let found = mentions.iter().map(|mention| find_story(draft, mention, &known));
        found.filter_map(|found| found.map_err(|problem| missing.push(problem)).ok()).collect()
    };
    let pinned = find(&draft.pinned);
    let listed = find(&draft.items);
    missing.extend(unlisted_overrides(draft));
    if !missing.is_empty() {
        return Err(EditError::Missing { missing });
    }
    let mentioned: HashSet<&str> = [&draft.pinned, &draft.items, &draft.left_out]
        .into_iter()
        .flatten()
        .map(|mention| mention.id.as_str())
        .collect();
    let mentioned = |item: &Item| mentioned.contains(item.id.as_str());
    let pins: HashSet<&str> = pinned.iter().map(|pin| pin.id.as_str()).collect();
    let items: Vec<Item> =
        listed.into_iter().filter(|item| !pins.contains(item.id.as_str())).collect();
    if pinned.is_empty() && items.is_empty() {
        let is_listed = |item: &&Item| !draft.left_out.iter().any(|out| out.id == item.id);
        let waiting = chosen.iter().filter(is_listed).count();
        if waiting > 0 {
            let window = draft.window.to_string();
            return Err(EditError::NoneNamed { path: draft.path(), window, waiting });
        }
        return Err(EditError::Empty {
            window: draft.window.to_string(),
            undecided: undecided.len(),
            left_out: left_out_count,
            nearest: elsewhere.nearest,
        });
    }
    Ok(Edition {
        name: draft.name.clone(),
        window: draft.window.clone(),
        template: draft.template.clone(),
        template_place: draft.template_place.clone(),
        subject: draft.subject.clone(),
        preheader: draft.preheader.clone(),
        introduction: draft.introduction.clone(),
        headline: draft.headline.clone(),
        figures: draft.figures.clone(),
        group: draft.group,
        counted: None,
        unmentioned: chosen.into_iter().filter(|item| !mentioned(item)).collect(),
        undecided: undecided.into_iter().filter(|item| !mentioned(item)).collect(),
        translations: draft.translations.clone(),
        pinned,
        items,
    })
}

/// The story that a line of the draft names, with the editor's own words for it.
fn find_story(
    draft: &Draft,
    mention: &draft::ItemMention,
    known: &HashMap<&str, &Item>,
) -> Result<Item, Problem> {
    let id = &mention.id;
    let wrong = |what: String, cure: String| {
        Problem::new(Place::line(draft.path(), mention.line), what, cure)
    };
    let Some(item) = known.get(id.as_str()) else {
        let near = crate::problem::nearest(id, known.keys().copied());
        let cure = near.map_or_else(
            || "remove the line, or restore the story".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(wrong(format!("no source has a story `{id}`"), cure));
    };
    let Some(gone) = item.seen.gone else { return Ok(with_own_words((*item).clone(), draft)) };
    // Perhaps somebody wanted it removed: it is never sent unseen.
    let (what, cure) = if item.place.source.starts_with("http") {
        (
            format!("the source removed the story `{id}` ({})", gone.format("%-d %B %Y")),
            "remove the line; to send the story anyway, write it as a file in news/",
        )
    } else {
        (
            format!("the file of the story `{id}` is missing or cannot be read"),
            "restore the file, fix it, or remove the line",
        )
    };
    Err(wrong(what, cure.to_owned()))
}

/// Overrides for stories that the draft does not list.
fn unlisted_overrides(draft: &Draft) -> Vec<Problem> {
    let named = draft.ids();
    let unlisted = draft.overrides.iter().filter(|(id, _)| !named.contains(id));
    unlisted
        .map(|(id, own)| {
            Problem::new(
                Place::line(draft.path(), own.line),
                format!("the draft has overrides for `{id}` but does not list it"),
                crate::problem::did_you_mean(
                    id,
                    named.iter().map(String::as_str),
                    "add it to `items:`, which has",
                ),
            )
        })
        .collect()
}

/// A story with the words that its editor gives it.
fn with_own_words(mut item: Item, draft: &Draft) -> Item {
    let Some(own) = draft.overrides.get(&item.id) else { return item };
    if let Some(words) = &own.title {
        item.title.clone_from(&words.text);
        item.title_made = false;
        item.overridden.title = Some(words.place());
    }
    if let Some(words) = &own.summary {
        item.summary.clone_from(&words.text);
        item.overridden.summary = Some(words.place());
    }
    if let Some(words) = &own.alt {
        let alts = item.image.iter_mut().map(|image| &mut image.alt);
        for alt in alts.chain(item.picture_file.iter_mut().map(|file| &mut file.alt)) {
            alt.clone_from(&words.text);
            item.overridden.alt = Some(words.place());
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::readers::markdown;
    use crate::window::select;

    fn selection() -> Selection {
        let items = ["2020-12-01", "2020-12-05", "2020-12-09", "2019-01-01", "none"]
            .iter()
            .flat_map(|date| {
                let date_line =
                    if *date == "none" { String::new() } else { format!("date: {date}\n") };
                let text = format!("---\ntitle: Story {date}\n{date_line}---\n");
                markdown::read("news", &format!("news/{date}-a.md"), &text, London).items
            })
            .collect();
        let window = Window::month("2020-12", London).unwrap();
        select(items, &window, "2026-01-01".parse().unwrap())
    }

    fn draft(change: impl FnOnce(String) -> String) -> Draft {
        let window = Window::month("2020-12", London).unwrap();
        let proposed = Draft::propose(
            &window,
            &selection(),
            None,
            "Example Charity",
            &crate::locale::Locale::english(),
        );
        let text = change(proposed.write(&selection(), &[]));
        Draft::read("2020-12", "editions/2020-12.md", &text, London).unwrap()
    }

    #[test]
    fn a_proposed_draft_reads_back_and_shows_every_item_of_the_window() {
        let edition = edit(&draft(|text| text), selection()).unwrap();
        let ids: Vec<&str> = edition.shown().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["2020-12-09-a", "2020-12-05-a", "2020-12-01-a"]);
        assert_eq!(edition.unmentioned, []);
        assert_eq!(edition.undecided.len(), 1);
        assert_eq!(edition.subject.place(), Place::line("editions/2020-12.md", 2));
    }

    #[test]
    fn pins_stand_first_and_left_outs_stay_out() {
        let edition = edit(
            &draft(|text| {
                text.replace("pinned: []", "pinned: [2020-12-01-a]")
                    .replace("  - 2020-12-05-a", "")
                    .replace("left_out: []", "left_out: [2020-12-05-a]")
            }),
            selection(),
        )
        .unwrap();
        let ids: Vec<&str> = edition.shown().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["2020-12-01-a", "2020-12-09-a"]);
        assert_eq!(edition.unmentioned, []);
    }

    #[test]
    fn an_item_taken_out_without_a_word_is_noticed() {
        let edition =
            edit(&draft(|text| text.replace("  - 2020-12-05-a", "")), selection()).unwrap();
        assert_eq!(edition.unmentioned[0].id, "2020-12-05-a");
    }

    #[test]
    fn an_item_that_no_source_has_holds_the_edition() {
        let error =
            edit(&draft(|text| text.replace("- 2020-12-05-a", "- 2020-12-05-b")), selection());
        let Err(EditError::Missing { missing }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(missing[0].cure, "did you mean `2020-12-05-a`?");
        assert!(missing[0].place.line.is_some());
    }

    #[test]
    fn a_draft_without_a_list_is_not_a_window_without_stories() {
        let mut without = draft(|text| text);
        without.items.clear();
        without.pinned.clear();
        let Err(EditError::NoneNamed { waiting, path, .. }) = edit(&without, selection()) else {
            panic!("an empty list was taken");
        };
        assert_eq!((waiting, path.as_str()), (3, "editions/2020-12.md"));
    }
}
