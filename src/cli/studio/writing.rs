//! What a change of the page makes of a draft's file, or of the file of another language.
//! Shell: reads the project.

use std::collections::HashMap;

use super::history::read;
use super::shown;
use super::view::View;
use crate::check::rules;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::edition::Draft;
use crate::edition::edit::{
    ChangedDraft, DraftChange, change, change_translation, translated_words_now,
};
use crate::news::{Item, PartialDate, dates_file};

/// A file with a change, and the words that it is about.
pub struct ChangedFile {
    pub file: String,
    pub before: Option<String>,
    pub after: String,
    /// The words as they stand there now, and with the change.
    pub now: Option<String>,
    pub then: Option<String>,
}

/// The draft with a change; `written` is its text, where there is one.
///
/// # Errors
/// When the draft cannot be read, or the change would break it.
pub fn changed_draft(
    view: &View,
    file: String,
    written: Option<String>,
    wanted: &DraftChange,
) -> Result<ChangedFile, Failure> {
    let text = match &written {
        Some(text) => text.clone(),
        None => view.proposal()?,
    };
    let ChangedDraft { text: after, before: now, words: then } =
        changed_text(view, &file, &text, wanted)?;
    Ok(ChangedFile { file, before: written, after, now, then })
}

/// The words of another language with a change.
///
/// # Errors
/// When the newsletter does not have the language, or the change is not about words.
pub fn changed_translation(
    view: &View,
    language: &str,
    wanted: &DraftChange,
) -> Result<ChangedFile, Failure> {
    let proposed = view.proposed_translation(view.chosen.draft.as_ref(), language)?;
    let file = view.project.draft_path(&format!("{}.{language}", view.chosen.name))?;
    let before = read(&view.project.path(&file))?;
    let text = before.clone().unwrap_or_else(|| proposed.write());
    let now = translated_words_now(&Draft::read_translation(&file, &text)?, wanted);
    let after = change_translation(&file, &text, wanted)?;
    let then = translated_words_now(&Draft::read_translation(&file, &after)?, wanted);
    Ok(ChangedFile { file, before, after, now, then })
}

/// The file of dates, before and with a story's date.
///
/// # Errors
/// When it is not a date, or the file cannot be read.
pub fn dated(
    view: &View,
    source: &str,
    id: &str,
    date: &str,
) -> Result<(Option<String>, String), Failure> {
    let zone = view.project.settings.time_zone;
    let date = PartialDate::parse(date, zone).map_err(|error| {
        Failure::new(Exit::Usage, error.to_string()).help("write it as 3 December 2020")
    })?;
    let mut answers = view.project.news_answers()?;
    answers.give(source, id, date);
    let before = read(&view.project.path(dates_file::FILE))?;
    Ok((before, answers.write()))
}

/// A rule that is not there, a law's rule, and a rule without a reason are never ignored.
///
/// # Errors
/// When it is one of them.
pub fn refuse_unignorable(rule: &str, reason: &str) -> Result<(), Failure> {
    if !rules().any(|known| known.id == rule && !known.is_law) {
        return Err(Failure::new(Exit::Usage, format!("the rule `{rule}` cannot be ignored")));
    }
    if reason.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "ignoring a rule needs a reason")
            .help("give one: it is shown at each check"));
    }
    Ok(())
}

/// The draft's text with a change.
fn changed_text(
    view: &View,
    file: &str,
    text: &str,
    wanted: &DraftChange,
) -> Result<ChangedDraft, Failure> {
    let items: HashMap<&str, &Item> =
        view.prepared.selection.all().map(|item| (item.id.as_str(), item)).collect();
    let said = |id: &str| {
        let item = items.get(id)?;
        Some(format!("{} · {}", shown::date(item, &view.chosen.window), item.title))
    };
    Ok(change(file, text, view.project.settings.time_zone, wanted, &said)?)
}
