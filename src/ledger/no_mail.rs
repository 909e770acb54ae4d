//! The do-not-mail list in a ledger: its columns, and what was lifted.
//! Pure: columns in, values out.

use super::Lift;
use super::column::{damaged, time};
use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailReason, NoMailStep};
use crate::ledger::error::LedgerError;

/// An entry of the list or a change to it, as its row stands: reason, origin, time, detail, note.
pub(super) type NoMailColumns = (Option<String>, String, i64, Option<String>, Option<String>);

pub(super) fn reason_of(word: Option<&str>) -> Result<NoMailReason, LedgerError> {
    word.and_then(NoMailReason::parse)
        .ok_or_else(|| damaged(format!("`{}` is not a reason", word.unwrap_or_default())))
}

fn origin_of(word: &str) -> Result<ChangeOrigin, LedgerError> {
    ChangeOrigin::parse(word).ok_or_else(|| damaged(format!("`{word}` is not an origin")))
}

pub(super) fn entry_of(columns: NoMailColumns) -> Result<NoMail, LedgerError> {
    let (reason, origin, at, detail, note) = columns;
    let (reason, origin) = (reason_of(reason.as_deref())?, origin_of(&origin)?);
    Ok(NoMail { reason, origin, at: time(at), detail, note })
}

/// The words of a step in its column.
pub(super) fn step_words(step: NoMailStep) -> (&'static str, Option<&'static str>) {
    match step {
        NoMailStep::Add(reason) => ("add", Some(reason.word())),
        NoMailStep::Lift => ("lift", None),
    }
}

pub(super) fn change_of(
    person: &str,
    step: &str,
    columns: NoMailColumns,
) -> Result<NoMailChange, LedgerError> {
    let (reason, origin, at, detail, note) = columns;
    let step = match step {
        "add" => NoMailStep::Add(reason_of(reason.as_deref())?),
        "lift" => NoMailStep::Lift,
        other => return Err(damaged(format!("`{other}` is not a step"))),
    };
    let change = NoMailChange::new(person, step, origin_of(&origin)?, time(at));
    Ok(NoMailChange { detail, note, ..change })
}

/// What was lifted, from a person's changes, the oldest first.
pub(super) fn lifts_of(changes: &[NoMailChange]) -> Vec<Lift> {
    let mut lifts = Vec::new();
    let mut last = None;
    for change in changes {
        match change.step {
            NoMailStep::Add(reason) => {
                last = Some(NoMail {
                    reason,
                    origin: change.origin,
                    at: change.at,
                    detail: change.detail.clone(),
                    note: change.note.clone(),
                });
            }
            NoMailStep::Lift => {
                let suppressed_for = last.take().map(|entry| entry.words()).unwrap_or_default();
                let own = "they came back themselves";
                let why = match &change.note {
                    Some(note) => note.clone(),
                    None if change.origin.is_their_own() => own.to_owned(),
                    None => String::new(),
                };
                lifts.push(Lift { suppressed_for, why, at: change.at });
            }
        }
    }
    lifts
}
