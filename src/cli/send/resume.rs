//! `roundup send`, run again: what was planned goes on, when it may be trusted and somebody says so.
//! Shell: the ledger and the person at the keyboard.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use crate::approval::StopKind;
use crate::audience::People;
use crate::audience::fingerprint::{KeyName, name_of_key};
use crate::audience::list::fingerprint;
use crate::audience::list_error::ListError;
use crate::audience::segment::{PlannedSegment, Segment};
use crate::audience::{EditionPurpose, List, Person};
use crate::cli::report::{report_of, resume_command};
use crate::cli::send::arguments::Arguments;
use crate::cli::send::confirm::confirm;
use crate::cli::send::ending::{EditionNow, EndedEdition};
use crate::cli::send::ledger_trust::Trust;
use crate::cli::send::not_covered::NotCoveredPeople;
use crate::cli::send::planned::hold;
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::chosen_edition::ChosenEdition;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::list_place::{list_inputs, list_of};
use crate::cli::steps::mailing_list::{SuppressedPeople, names_of_mailed, without};
use crate::cli::steps::prepare;
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, counted, grouped, people};
use crate::cli::terminal::system;
use crate::ledger::{
    AnyLedger, ApprovalStore, EditionState, Event, Ledger, PlannedEdition, RowFilter, RunControl,
    Status,
};
use crate::project::Project;
use crate::rfc::address::EmailAddress;

/// A planned edition that goes on.
pub struct ResumedEdition<'a> {
    pub project: &'a Project,
    pub ledger: &'a AnyLedger,
    pub planned: &'a PlannedEdition,
    pub destination: &'a Destination,
    pub trust: &'a Trust<'a>,
    /// Whom it would be planned for now.
    pub choice: &'a AudienceChoice,
}

/// What the command line says of whom the edition is for, and what for.
#[derive(Debug, Clone, Copy)]
pub struct TypedAudience<'a> {
    pub segment: Option<&'a Segment>,
    pub purpose: Option<EditionPurpose>,
}

/// Whether there is something to send.
pub enum ResumeOutcome {
    /// There is; these are the people that mail would be composed for now.
    On(People),
    /// It is finished already, or the person pressed Enter.
    Ended(Exit),
}

/// Names a list and how it was read: while this is the same, so are the people who are mailed.
pub fn asked(fingerprint: &str, examples: bool) -> String {
    let examples = if examples { " with examples" } else { "" };
    format!("{fingerprint} by {}{examples}", env!("CARGO_PKG_VERSION"))
}

/// People who are named one by one; beyond these only the number is given.
const MOST_NAMED: u64 = 20;
/// Rows that are decided in one commit.
const DECIDED: usize = 1000;
/// More than these are not decided one by one.
const MOST_ONE_BY_ONE: usize = 50;

impl ResumedEdition<'_> {
    /// Gets the edition ready to go on.
    pub async fn begin(
        &self,
        arguments: &Arguments,
        typed: TypedAudience<'_>,
        held: &mut Option<File>,
        screen: &Screen,
    ) -> Result<ResumeOutcome, Failure> {
        let Self { project, ledger, planned, destination, trust, .. } = *self;
        let now = system::now();
        let name = &planned.name;
        let state = ledger.edition_state(name).await?;
        self.refuse_another_segment(typed.segment, &state)?;
        self.refuse_another_purpose(typed.purpose, &state)?;
        let uncertain = ledger.recover(name, now).await?;
        if uncertain > 0 {
            screen.warn(&format!(
                "the last run stopped in the middle of {}: delivery is uncertain, and nothing is sent twice. To decide: \
                 roundup resolve {name}",
                counted(uncertain, "message", "messages")
            ));
        }
        let progress = ledger.progress(name).await?;
        if progress.open == 0 {
            return self.is_finished(state.control, arguments, screen).await;
        }
        let paused = self.resumes_pause(&state, arguments, screen)?;
        if !destination.is_practice() {
            trust.before_going_on(ledger, planned, &state).await?;
        }
        screen.say(&format!(
            "Resuming {name}, planned on {}: {} of {} left{}.",
            planned
                .planned_at
                .with_timezone(&project.settings.time_zone)
                .format("%-d %B %Y at %H:%M"),
            grouped(progress.open),
            people(progress.people),
            said_no_words(self.said_no_since().await?)
        ));
        // While the question stands nobody sends it: others may stop it, end it, or send it themselves.
        drop(held.take());
        if !arguments.unattended && !confirm(progress.people, arguments.confirm, screen)? {
            screen.say("Nothing was sent.");
            return Ok(ResumeOutcome::Ended(Exit::Interrupted));
        }
        *held = hold(project, ledger, name, destination.is_practice())?;
        ledger.recover(name, system::now()).await?;
        if ledger.progress(name).await?.open == 0 {
            return self
                .is_finished(ledger.edition_state(name).await?.control, arguments, screen)
                .await;
        }
        self.unchanged(&state).await?;
        let people = self.look_at_list(screen).await?;
        if paused {
            let row = stop_row(project, name, StopKind::Resumed);
            let holds = ledger.stop_run(row, Some(state.control_number)).await?;
            stopped_meanwhile(name, holds)?;
        } else {
            self.unchanged(&state).await?;
        }
        Ok(ResumeOutcome::On(people))
    }

    /// Whether it is paused, and somebody who may lets it go on.
    fn resumes_pause(
        &self,
        state: &EditionState,
        arguments: &Arguments,
        screen: &Screen,
    ) -> Result<bool, Failure> {
        if state.control != RunControl::Pause {
            return Ok(false);
        }
        let name = &self.planned.name;
        let since = state.controlled_at.unwrap_or_else(system::now);
        let since = since.with_timezone(&self.project.settings.time_zone);
        let since = since.format("%-d %B %Y at %H:%M");
        if !screen.asks && !arguments.unpause {
            return Err(Failure::new(Exit::Later, format!("`{name}` was paused on {since}"))
                .help(format!("to resume it: {}", resume_command(name, true))));
        }
        screen.say(&format!("{name} was paused on {since}; resuming now."));
        Ok(true)
    }

    /// How many of those who are left are on the do-not-mail list, or on the one that newsletters share.
    async fn said_no_since(&self) -> Result<u64, Failure> {
        let Self { project, ledger, planned, .. } = *self;
        let nos = Box::pin(SuppressedPeople::since_plan(project, ledger, &planned.name)).await?;
        let Some(nos) = nos else { return Ok(0) };
        let mut count = 0;
        for status in [Status::Planned, Status::Deferred] {
            let mut after = None;
            loop {
                let page = ledger.page(&planned.name, RowFilter::In(status), after).await?;
                let Some((last, _)) = page.last() else { break };
                after = Some(*last);
                let addresses =
                    page.iter().filter_map(|(_, row)| EmailAddress::parse(&row.address).ok());
                count += addresses.filter(|address| nos.why(address).is_some()).count() as u64;
            }
        }
        Ok(count)
    }

    /// Nothing is left to send.
    async fn is_finished(
        &self,
        control: RunControl,
        arguments: &Arguments,
        screen: &Screen,
    ) -> Result<ResumeOutcome, Failure> {
        let Self { project, ledger, planned, destination, .. } = *self;
        let report = report_of(project, ledger, planned, destination.is_practice()).await?;
        let now = match control {
            RunControl::Cancel => EditionNow::CancelledBefore,
            RunControl::Go | RunControl::Pause => EditionNow::Finished,
        };
        let others =
            NotCoveredPeople::of(project, ledger, planned, destination, self.choice).await?;
        if let Some(typed) = arguments.confirm.filter(|typed| *typed != report.people) {
            return Err(NotCoveredPeople::refuse(&report, typed, others.as_ref()));
        }
        screen.outcome(&EndedEdition { now, report: &report, not_covered: others.as_ref() })?;
        // A person who types the number of a plan for some has meant those.
        let is_meant = arguments.confirm.is_some() && self.choice.segment.is_none();
        let is_partly = report.has_open_rejections() || (others.is_some() && !is_meant);
        let exit = if is_partly { Exit::Partly } else { Exit::Done };
        Ok(ResumeOutcome::Ended(exit))
    }

    /// A stop that somebody made while the question stood counts.
    async fn unchanged(&self, before: &EditionState) -> Result<(), Failure> {
        let name = &self.planned.name;
        let now = self.ledger.edition_state(name).await?;
        if now.control_number == before.control_number {
            return Ok(());
        }
        stopped_meanwhile(name, now.control)
    }

    /// The list as the edition's segment has it now, to count who would be new. Whom it is for was settled by the plan: a
    /// filter that fits the list no longer changes nobody's copy.
    async fn in_the_segment(&self) -> Result<Option<Arc<List>>, Failure> {
        let planned = self.planned.list.as_ref().and_then(|list| list.segment.as_ref());
        let Some(Ok(segment)) = planned.map(PlannedSegment::segment) else { return Ok(None) };
        let list = list_of(self.project).await?.for_purpose(self.planned_purpose());
        let Ok(list) = list.in_segments(Vec::new(), Some(segment)) else {
            return Ok(None);
        };
        let not_mailed = Box::pin(SuppressedPeople::of(self.ledger)).await?;
        without(self.project, list, not_mailed).map(Some)
    }

    fn planned_purpose(&self) -> EditionPurpose {
        self.planned.list.as_ref().map(|list| list.purpose).unwrap_or_default()
    }

    /// So is its purpose.
    fn refuse_another_purpose(
        &self,
        typed: Option<EditionPurpose>,
        state: &EditionState,
    ) -> Result<(), Failure> {
        let (planned, name) = (self.planned_purpose(), &self.planned.name);
        match typed {
            Some(typed) if typed != planned => Err(Failure::new(
                Exit::Usage,
                format!(
                    "the purpose of `{name}` was {planned} when it was planned, and not {typed}"
                ),
            )
            .help(as_planned(name, state))),
            _ => Ok(()),
        }
    }

    /// The segment of a plan is part of it.
    fn refuse_another_segment(
        &self,
        typed: Option<&Segment>,
        state: &EditionState,
    ) -> Result<(), Failure> {
        let Some(typed) = typed.map(Segment::planned) else { return Ok(()) };
        let name = &self.planned.name;
        let planned = self.planned.list.as_ref().and_then(|list| list.segment.as_ref());
        if planned.is_some_and(|planned| *planned == typed) {
            return Ok(());
        }
        let whom =
            planned.map_or("everybody".to_owned(), |planned| format!("the segment {planned}"));
        Err(Failure::new(
            Exit::Usage,
            format!("`{name}` was planned for {whom}, and not for the segment {typed}"),
        )
        .help(as_planned(name, state)))
    }

    /// A list whose bytes are those it was planned with has nothing new to say.
    async fn look_at_list(&self, screen: &Screen) -> Result<People, Failure> {
        let examples = self.destination.takes_examples();
        let files = list_inputs(self.project).await?;
        if let Some(then) = &self.planned.list
            && then.fingerprint == asked(&fingerprint(&files)?, examples)
        {
            return Ok(then.people.clone());
        }
        let not_mailed = Box::pin(SuppressedPeople::of(self.ledger)).await?;
        let list = list_of(self.project).await?.for_purpose(self.planned_purpose());
        let list = without(self.project, list, not_mailed)?;
        screen.problems(&list.problems);
        let joining = self.in_the_segment().await?;
        self.suppress_the_gone(&list, joining.as_ref(), examples, screen).await?;
        Ok(list.people.clone())
    }

    /// People who have unsubscribed or left the list since the plan are not mailed; people who came since are reported.
    async fn suppress_the_gone(
        &self,
        list: &Arc<List>,
        joining: Option<&Arc<List>>,
        examples: bool,
        screen: &Screen,
    ) -> Result<(), Failure> {
        let current = names_of_mailed(list, examples)?;
        let joining = joining.map(|list| names_of_mailed(list, examples)).transpose()?;
        let joining = joining.as_ref().unwrap_or(&current);
        let (mut gone, mut addresses, mut known) = (Vec::new(), Vec::new(), 0);
        let mut after = None;
        loop {
            let page = self.ledger.page(&self.planned.name, RowFilter::All, after).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (id, row) in page {
                let name = name_of_key(&row.address.to_lowercase());
                known += u64::from(joining.binary_search(&name).is_ok());
                if current.binary_search(&name).is_err()
                    && matches!(row.status, Status::Planned | Status::Deferred)
                {
                    if gone.len() < MOST_ONE_BY_ONE {
                        addresses.push(row.address);
                    }
                    gone.push((id, name));
                }
            }
        }
        let reasons = reasons_of(list, &gone, examples)?;
        let event_of = |name: &KeyName| Event::Suppressed {
            why: reasons
                .get(name)
                .cloned()
                .unwrap_or_else(|| "is no longer on the list".to_owned()),
        };
        let mut number = 0;
        // The first one by one, so that each who is named is one who was suppressed.
        for ((id, name), address) in gone.iter().zip(&addresses) {
            let event = event_of(name);
            let why = event.detail().to_owned();
            if self.ledger.decide(vec![(*id, event)], system::now()).await? == 0 {
                continue;
            }
            number += 1;
            if number <= MOST_NAMED {
                screen.say(&format!("  {address}: not mailed: {why}"));
            }
        }
        for some in gone.get(addresses.len()..).unwrap_or_default().chunks(DECIDED) {
            let events = some.iter().map(|(id, name)| (*id, event_of(name))).collect();
            number += self.ledger.decide(events, system::now()).await?;
        }
        if number > 0 {
            screen.say(&format!(
                "{} left the list since the plan, and will not be mailed.",
                people(number)
            ));
        }
        let new = (joining.len() as u64).saturating_sub(known);
        // A correction was never for everybody on the list.
        if new > 0 && self.planned.corrects.is_none() {
            screen.say(&format!(
                "{} joined the list since the plan: they do not get this edition.",
                people(new)
            ));
        }
        Ok(())
    }
}

/// For people who read how many are left.
fn said_no_words(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => ", of whom 1 has said no since and will not be mailed".to_owned(),
        some => format!(", of whom {} have said no since and will not be mailed", grouped(some)),
    }
}

fn as_planned(name: &str, state: &EditionState) -> String {
    let resume = resume_command(name, state.control == RunControl::Pause);
    format!("to resume it as it was planned: {resume}")
}

/// What somebody wanted while a question stood.
fn stopped_meanwhile(name: &str, control: RunControl) -> Result<(), Failure> {
    match control {
        RunControl::Go => Ok(()),
        RunControl::Pause => Err(Failure::new(
            Exit::Later,
            format!("`{name}` was paused meanwhile: nothing was sent"),
        )
        .help(format!("to resume it: {}", resume_command(name, true)))),
        RunControl::Cancel => Err(Failure::new(
            Exit::Partly,
            format!("`{name}` was cancelled meanwhile: nothing was sent"),
        )
        .help(format!("`roundup report {name}` shows who got it"))),
    }
}

/// Why the list does not mail some people any more, where it says so.
fn reasons_of(
    list: &List,
    gone: &[(i64, KeyName)],
    examples: bool,
) -> Result<BTreeMap<KeyName, String>, ListError> {
    let mut reasons = BTreeMap::new();
    if gone.is_empty() {
        return Ok(reasons);
    }
    let mut names: Vec<KeyName> = gone.iter().map(|(_, name)| *name).collect();
    names.sort_unstable();
    for person in list.everybody(examples) {
        if let Person::LeftOut(left) = person? {
            let name = name_of_key(&left.address.to_lowercase());
            if names.binary_search(&name).is_ok() {
                reasons.entry(name).or_insert_with(|| left.why.to_string());
            }
        }
    }
    Ok(reasons)
}

/// What was planned is what is sent; people who have changed something since should know.
pub async fn tell_changes(
    project: &Project,
    chosen: &ChosenEdition,
    planned: &PlannedEdition,
    people: &People,
    screen: &Screen,
) {
    // An edition that cannot be composed any more is not an obstacle: it was composed when it was planned.
    let changed = match prepare::composed(project, chosen, people).await {
        Ok((_, now)) => {
            let then = &planned.composition;
            let (now_first, then_first) = (now.variants.first(), then.variants.first());
            now.subject != then.subject
                || now_first.map(|v| (&v.html, &v.text)) != then_first.map(|v| (&v.html, &v.text))
        }
        Err(_) => true,
    };
    if changed {
        screen.say(
            "Stories, templates or settings have changed since the plan: everybody still gets the \
             edition as planned.",
        );
    }
}
