//! Corrections: which edition is corrected, by what name, with which words, and whom that concerns.
//! Shell: reads the ledgers and the draft.

use std::sync::Arc;

use crate::approval::{EditionDecisions, StopKind};
use crate::audience::correction::{CorrectionAudience, GOT_THE_MISTAKE, HeldVersion};
use crate::cli::send::planned::{hold, is_sending};
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::{existing_ledger, window_of};
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::compose::composition::Composition;
use crate::edition::Draft;
use crate::ledger::error::LedgerError;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, PlannedEdition, RowFilter, Status};
use crate::project::{Project, ProjectError};
use crate::report::abandoned;
use crate::window::Window;

/// What stands between an edition's name and the number of its correction.
const MARK: &str = "-correction";

/// A correction, ready to be composed.
#[derive(Debug)]
pub struct CorrectedEdition {
    pub name: String,
    pub window: Window,
    /// None where the draft of a planned correction is gone, or does not say any more what was wrong.
    pub draft: Option<Draft>,
    pub audience: AudienceChoice,
}

/// The edition that stands at the beginning: `2020-12` of `2020-12-correction-2`.
pub fn first_name(name: &str) -> &str {
    name.split_once(MARK).map_or(name, |(first, _)| first)
}

/// Whether it corrects an edition that was planned.
pub fn is_correction(name: &str, is_planned: impl Fn(&str) -> bool) -> bool {
    let first = first_name(name);
    first != name && is_planned(first)
}

/// The name of the next correction after an edition.
fn next_name(name: &str) -> String {
    let Some((first, number)) = name.split_once(MARK) else { return format!("{name}{MARK}") };
    let number: u32 = number.trim_start_matches('-').parse().unwrap_or(1);
    format!("{first}{MARK}-{}", number.saturating_add(1))
}

/// The edition that a correction of this name would correct; none where it is not the name of one.
pub fn corrected_name(name: &str) -> Option<String> {
    let (first, number) = name.split_once(MARK)?;
    Some(match number.trim_start_matches('-').parse::<u32>() {
        Ok(number) if number > 2 => format!("{first}{MARK}-{}", number - 1),
        Ok(_) => format!("{first}{MARK}"),
        Err(_) => first.to_owned(),
    })
}

/// Whether who approved a correction last approved it for people whose delivery is uncertain, too.
pub fn is_approved_with_those_in_doubt(decisions: &EditionDecisions) -> bool {
    let last = decisions.approvals.last();
    last.and_then(|last| last.frozen.audience.those_in_doubt).unwrap_or(false)
}

/// The correction of an edition, where one was planned.
pub async fn correction_of(
    ledger: &impl Ledger,
    edition: &str,
) -> Result<Option<String>, LedgerError> {
    let found = ledger.edition(&next_name(edition)).await?;
    Ok(found
        .filter(|later| later.corrects.as_deref() == Some(edition))
        .map(|later| later.summary.name))
}

/// What an edition corrects, if it is a correction.
pub async fn corrects(ledger: &impl Ledger, edition: &str) -> Result<Option<String>, LedgerError> {
    // Compositions are large: only names that may be a correction's are looked up.
    if !edition.contains(MARK) {
        return Ok(None);
    }
    Ok(ledger.edition(edition).await?.and_then(|found| found.summary.corrects))
}

/// A correction that was planned before, by its own name.
pub async fn planned(project: &Project, name: &str) -> Result<Option<CorrectedEdition>, Failure> {
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        let Some(found) = ledger.edition(name).await? else { continue };
        let Some(first) = &found.corrects else { continue };
        if let Some(first) = ledger.edition(first).await? {
            let draft = draft_of(project, &first.name, name).unwrap_or_default();
            return corrected(project, &ledger, &first, (name, draft), false).await.map(Some);
        }
    }
    Ok(None)
}

/// The correction of this name that nobody has planned yet, for those for whom it was approved last; none where it is not the
/// name of one, or its edition was never sent.
pub async fn unplanned(project: &Project, name: &str) -> Result<Option<CorrectedEdition>, Failure> {
    let Some(first) = corrected_name(name).filter(|first| next_name(first) == name) else {
        return Ok(None);
    };
    // An edition may have been practised and sent: its correction is decided about where it would go now.
    let here = Destination::of(project, None).is_ok_and(|here| here.is_practice());
    for practice in [here, !here] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if ledger.edition(&first).await?.is_some() {
            let in_doubt = is_approved_with_those_in_doubt(&ledger.decisions_of(name).await?);
            return of(project, &first, in_doubt, practice).await.map(Some);
        }
    }
    Ok(None)
}

/// The correction of an edition: a new one, or the one that was planned before.
pub async fn of(
    project: &Project,
    first: &str,
    in_doubt: bool,
    practice: bool,
) -> Result<CorrectedEdition, Failure> {
    let first = first.trim_start_matches("editions/").trim_end_matches(".md");
    let ledger = existing_ledger(project, practice).await?;
    let found = match &ledger {
        Some(ledger) => ledger.edition(first).await?,
        None => None,
    };
    let (Some(ledger), Some(first)) = (ledger, found) else {
        let shown: String = first.escape_debug().take(60).collect();
        let cure = "`roundup status` shows what was sent, and in practice mode what was practised";
        return Err(Failure::new(
            Exit::Usage,
            format!("the edition `{shown}` has never been sent"),
        )
        .help(cure));
    };
    let name = next_name(&first.name);
    if let Some(known) = ledger.edition(&name).await? {
        if known.corrects.as_ref() != Some(&first.name) {
            return Err(Failure::new(
                Exit::Usage,
                format!("the name `{name}` belongs to another edition"),
            )
            .help("give the next edition another name: a correction needs this one"));
        }
        let draft = draft_of(project, &first.name, &name).unwrap_or_default();
        return corrected(project, &ledger, &first, (&name, draft), in_doubt).await;
    }
    if is_sending(project, &ledger, &first.name, practice).await? {
        return Err(Failure::new(Exit::Failed, format!("`{}` is being sent now", first.name))
            .help(format!("run this first: roundup pause {}", first.name)));
    }
    let draft = Some(draft_of(project, &first.name, &name)?.ok_or_else(|| {
        let file = format!("editions/{}.md", first_name(&first.name));
        Failure::new(Exit::Usage, format!("there is no draft {file} to correct")).help(
            "make one with `roundup draft`, correct it, and add `correction:` with what was wrong",
        )
    })?);
    let correction = corrected(project, &ledger, &first, (&name, draft), in_doubt).await?;
    let concerned = correction.audience.correction.as_ref();
    if concerned.is_none_or(|whom| whom.got_it() + whom.have_nothing() == 0) {
        return Err(Failure::new(
            Exit::Nothing,
            format!("nobody got `{}`: there is nothing to correct", first.name),
        )
        .help("people in doubt are included with --those-in-doubt"));
    }
    Ok(correction)
}

async fn corrected(
    project: &Project,
    ledger: &AnyLedger,
    first: &PlannedEdition,
    (name, draft): (&str, Option<Draft>),
    in_doubt: bool,
) -> Result<CorrectedEdition, Failure> {
    let audience = audience_of(ledger, &first.name, in_doubt).await?;
    let purpose = first.list.as_ref().map(|list| list.purpose).unwrap_or_default();
    let audience = AudienceChoice {
        segment: None,
        purpose,
        correction: Some(Arc::new(audience)),
        skips_yearly: false,
    };
    let window = window_of(project, first);
    Ok(CorrectedEdition { name: name.to_owned(), window, draft, audience })
}

fn draft_of(project: &Project, first: &str, name: &str) -> Result<Option<Draft>, Failure> {
    let Some(draft) = project.draft(first_name(first))? else { return Ok(None) };
    let (main, others) = (project.locale()?, project.other_locales()?);
    let draft = draft.into_correction(name, GOT_THE_MISTAKE, &main, &others);
    Ok(Some(draft.map_err(ProjectError::Draft)?))
}

/// Who has what of an edition. People who were rejected, or suppressed, have nothing to be corrected and get nothing.
async fn audience_of(
    ledger: &AnyLedger,
    edition: &str,
    in_doubt: bool,
) -> Result<CorrectionAudience, Failure> {
    let mut audience = CorrectionAudience::new(edition, in_doubt);
    let mut after = None;
    loop {
        let page = ledger.page(edition, RowFilter::All, after).await?;
        let Some((last, _)) = page.last() else { return Ok(audience) };
        after = Some(*last);
        for (_, row) in page {
            let row = abandoned(row);
            let has = match row.status {
                Status::Accepted => HeldVersion::Mistaken,
                Status::Uncertain if in_doubt => HeldVersion::Mistaken,
                Status::Planned | Status::Deferred | Status::Cancelled => HeldVersion::Nothing,
                _ => continue,
            };
            audience.add(&row.address.to_lowercase(), has);
        }
    }
}

/// A correction that changes nothing but says that something was wrong would be a second mistake.
pub async fn refuse_unchanged(
    project: &Project,
    whom: Option<&CorrectionAudience>,
    composition: &Composition,
    practice: bool,
) -> Result<(), Failure> {
    let Some(whom) = whom else { return Ok(()) };
    let Some(ledger) = existing_ledger(project, practice).await? else { return Ok(()) };
    let Some(first) = ledger.edition(&whom.edition).await? else { return Ok(()) };
    // The first variant is what people get who have no segment: without the note.
    let words = |composition: &Composition| {
        composition.variants.first().map(|v| (v.html.clone(), v.text.clone()))
    };
    let subject = composition.variants.first().map(|v| composition.subject_of(v));
    let then = first.composition.variants.first().map(|v| first.composition.subject_of(v));
    if subject != then || words(composition) != words(&first.composition) {
        return Ok(());
    }
    let file = format!("editions/{}.md", first_name(&whom.edition));
    Err(Failure::new(Exit::Usage, format!("nothing has changed since `{}` was sent", whom.edition))
        .help(format!("correct {file} or its stories first: {file} has only the note")))
}

/// Ends the edition with the mistake, before its correction is planned: people who have nothing of it yet get the corrected one.
pub async fn end_first(
    project: &Project,
    ledger: &AnyLedger,
    whom: &CorrectionAudience,
    practice: bool,
) -> Result<(), Failure> {
    let first = &whom.edition;
    let _held = hold(project, ledger, first, practice)?;
    ledger.recover(first, system::now()).await?;
    if ledger.progress(first).await?.open > 0 {
        ledger.stop_run(stop_row(project, first, StopKind::Cancelled), None).await?;
    }
    let (is_sent, which) = (is_sent_elsewhere(ledger, first).await?, whom.argument());
    if is_sent || audience_of(ledger, first, whom.those_in_doubt).await? != *whom {
        return Err(Failure::new(
            Exit::Later,
            format!("`{first}` was sent to more people meanwhile: no correction was sent"),
        )
        .help(format!("count them again: roundup send {which}")));
    }
    Ok(())
}

/// Another computer that shares the ledger may still have messages in progress.
async fn is_sent_elsewhere(ledger: &AnyLedger, first: &str) -> Result<bool, Failure> {
    Ok(ledger.lease().is_some() && ledger.edition_state(first).await?.senders > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_numbered_from_the_edition_on() {
        for (name, next, first) in [
            ("2020-12", "2020-12-correction", "2020-12"),
            ("2020-12-correction", "2020-12-correction-2", "2020-12"),
            ("2020-12-correction-2", "2020-12-correction-3", "2020-12"),
            ("spring", "spring-correction", "spring"),
        ] {
            assert_eq!((next_name(name).as_str(), first_name(name)), (next, first));
        }
    }
}
