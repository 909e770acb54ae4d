//! What the fields of the page show: words, order and look as the files have them now, also while no email can be made.
//! Shell: reads the project.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::history::read;
use super::look::look;
use super::shown::{OwnWords, Story};
use super::view::View;
use crate::edition::draft::{DraftTranslation, Grouping};
use crate::edition::figures::{Figure, typed};
use crate::edition::{Draft, Edition, PlacedText, as_named, edit};
use crate::news::Item;
use crate::project::Project;

/// As they were when the last email was made of them: nothing has changed since.
pub fn as_composed(view: &View) -> Value {
    let edition = &view.prepared.edition;
    let drafted = view.chosen.draft.as_ref();
    let mut edited = of_edition(edition);
    edited["words"] = words_of_edition(edition);
    edited["stories"] = json!(stories(view, edition, drafted, true));
    edited["translations"] = json!(translations(view, &view.project, drafted));
    edited["look"] = look(&view.project.settings);
    edited
}

/// As they are while the email is the one before: the page must not take older words for those of the file. What cannot
/// be read is nothing, and the page keeps what it shows.
pub fn as_written(view: &View, project: Option<&Project>) -> Value {
    let settings = project.map_or(Value::Null, |project| look(&project.settings));
    let project = project.unwrap_or(&view.project);
    let edition = &view.prepared.edition;
    let Some((draft, is_file)) = draft_now(view, project) else {
        return json!({
            "words": null,
            "stories": stories(view, edition, None, false),
            "translations": translations(view, project, None),
            "look": settings,
        });
    };
    let selection = as_named(view.prepared.selection.clone(), &draft);
    let now = edit(&draft, selection).ok();
    let mut edited = now.as_ref().map_or_else(|| json!({}), of_edition);
    edited["words"] = words(
        [&draft.subject, &draft.preheader, &draft.headline, &draft.introduction],
        &draft.figures,
    );
    let drafted = is_file.then_some(&draft);
    edited["stories"] = json!(stories(view, now.as_ref().unwrap_or(edition), drafted, true));
    edited["translations"] = json!(translations(view, project, Some(&draft)));
    edited["look"] = settings;
    edited
}

/// The draft's file as it is, or what would be proposed without one; whether there is a file. `None` where it is not a draft.
fn draft_now(view: &View, project: &Project) -> Option<(Draft, bool)> {
    let name = &view.chosen.name;
    let file = project.draft_path(name).ok()?;
    match read(&project.path(&file)).ok()? {
        None => Some((view.proposed().ok()?, false)),
        Some(text) => {
            let draft = Draft::read(name, &file, &text, project.settings.time_zone).ok()?;
            Some((draft, true))
        }
    }
}

fn of_edition(edition: &Edition) -> Value {
    json!({
        "template": edition.template,
        "group": match edition.group { Grouping::Time => "month", Grouping::Topic => "topic" },
    })
}

fn words_of_edition(edition: &Edition) -> Value {
    let Edition { subject, preheader, headline, introduction, .. } = edition;
    words([subject, preheader, headline, introduction], &edition.figures)
}

fn words_of_translation(translation: &DraftTranslation) -> Value {
    let DraftTranslation { subject, preheader, headline, introduction, .. } = translation;
    words([subject, preheader, headline, introduction], &translation.figures)
}

fn words(texts: [&PlacedText; 4], figures: &[Figure]) -> Value {
    let [subject, preheader, headline, introduction] = texts.map(|text| &text.text);
    json!({
        "subject": subject,
        "preheader": preheader,
        "headline": headline,
        "figures": typed(figures),
        "introduction": introduction,
    })
}

/// The language that the newsletter is written in, and which way its lines go.
pub fn main_language(project: &Project) -> Value {
    let direction = project.locale().ok().map(|locale| locale.direction().word());
    json!({"language": project.settings.theme.language, "direction": direction})
}

/// The words of the other languages, and whether somebody has written them.
fn translations(view: &View, project: &Project, draft: Option<&Draft>) -> Vec<Value> {
    let locales = project.other_locales().unwrap_or_default();
    let direction = |code: &str| {
        let locale = locales.iter().find(|locale| locale.language == code);
        locale.map(|locale| locale.direction().word())
    };
    let codes = project.settings.translations.keys();
    codes
        .map(|code| {
            let file = project.draft_path(&format!("{}.{code}", view.chosen.name));
            let text = file.as_ref().ok().and_then(|file| read(&project.path(file)).ok().flatten());
            let words = match (&file, &text) {
                (Ok(file), Some(text)) => Draft::read_translation(file, text).ok(),
                _ => view.proposed_translation(draft, code).ok(),
            };
            json!({
                "language": code,
                "is_written": text.is_some(),
                "direction": direction(code),
                "words": words.as_ref().map(words_of_translation),
            })
        })
        .collect()
}

/// The stories in their order, and then those that the email does not show. `is_known`: the draft's own words for them are.
fn stories(view: &View, edition: &Edition, draft: Option<&Draft>, is_known: bool) -> Vec<Value> {
    // The pictures are those of the email that is shown.
    let composed: HashMap<&str, &Item> =
        view.prepared.edition.shown().map(|item| (item.id.as_str(), item)).collect();
    let story = |item: &Item, state: &'static str| {
        let own = OwnWords::of(draft.and_then(|draft| draft.overrides.get(&item.id)));
        let mut story = json!(Story::of(item, state, own, &view.mailed, &view.chosen.window));
        let shown = composed.get(item.id.as_str()).copied().unwrap_or(item);
        story["picture"] = json!(view.picture_address(shown));
        if !is_known {
            story["own"] = Value::Null;
        }
        story
    };
    let mut stories: Vec<Value> = Vec::new();
    stories.extend(edition.pinned.iter().map(|item| story(item, "lead")));
    stories.extend(edition.items.iter().map(|item| story(item, "shown")));
    stories.extend(edition.unmentioned.iter().map(|item| story(item, "new")));
    let all: HashMap<&str, &Item> =
        view.prepared.selection.all().map(|item| (item.id.as_str(), item)).collect();
    for mention in draft.map(|draft| draft.left_out.as_slice()).unwrap_or_default() {
        if let Some(item) = all.get(mention.id.as_str()) {
            stories.push(story(item, "left_out"));
        }
    }
    stories
}

/// All fields of one object beside those of another.
pub fn put_into(state: &mut Value, more: Value) {
    if let (Some(state), Value::Object(more)) = (state.as_object_mut(), more) {
        state.extend(more);
    }
}
