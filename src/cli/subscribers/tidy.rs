//! `roundup subscribers tidy`: takes people off the list whom nobody may mail, and who have been there long enough.
//! Shell: the ledger, the screen.

use chrono::{Months, NaiveDate};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::audience::import::{ImportedPerson, ListState};
use crate::cli::globals::Globals;
use crate::cli::subscribers::import_text::state_words;
use crate::cli::subscribers::known::known_in;
use crate::cli::subscribers::writing::{agreed, changed_meanwhile, need_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::count::{and_more, people};
use crate::ledger::list_store::ListChangeKind;

/// People who are shown.
const MOST_SHOWN: usize = 10;

#[derive(Debug, Args)]
pub(super) struct TidyArguments {
    /// Only people who have been in their state for this number of months
    #[arg(long, value_name = "MONTHS", default_value_t = 24)]
    older_than: u16,
    /// Show who would come off the list, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Change it without a question
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, Serialize)]
struct TidyOutcome<'a> {
    schema: &'static str,
    dry_run: bool,
    older_than_months: u16,
    people: Vec<&'a ImportedPerson>,
}

impl TidyOutcome<'_> {
    fn count(&self) -> String {
        people(u64::try_from(self.people.len()).unwrap_or(u64::MAX))
    }

    /// Who would come off the list.
    fn people_lines(&self, text: &mut Text) {
        let months = self.older_than_months;
        if self.people.is_empty() {
            text.line(format!(
                "Nobody is known to have gone without emails for {months} months or longer."
            ));
            return;
        }
        text.line(format!("{} not mailed for {months} months or longer:", self.count()));
        for person in self.people.iter().take(MOST_SHOWN) {
            text.line(format!(
                "  {}  {} ({})",
                person.address,
                state_words(person.state),
                person.why
            ));
        }
        if self.people.len() > MOST_SHOWN {
            text.line(format!("  {}", and_more(self.people.len() - MOST_SHOWN)));
        }
    }
}

impl Outcome for TidyOutcome<'_> {
    fn text(&self, text: &mut Text) {
        if self.dry_run {
            text.say("Nothing was changed: this was a dry run.");
        } else if !self.people.is_empty() {
            text.say("They are off the list. Whoever said no stays on the do-not-mail list, without their address.");
        }
    }
}

/// Whether nobody has mailed them since before a day: they said no, did not confirm, or nothing says why they may be mailed.
/// Whoever waits for a clear word keeps what they agreed to.
fn is_idle_since(person: &ImportedPerson, before: NaiveDate) -> bool {
    match person.state {
        ListState::Subscribed | ListState::LeftOut => false,
        ListState::Unconfirmed
        | ListState::NoEvidence
        | ListState::Unsubscribed
        | ListState::Bounced
        // Without a day it is unknown how long they have been in their state: they stay.
        | ListState::Complained => person.since.is_some_and(|since| since < before),
    }
}

pub(super) async fn tidy(arguments: &TidyArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    need_database(&project, "tidy")?;
    let today = system::today(project.settings.time_zone);
    let before = today.checked_sub_months(Months::new(arguments.older_than.into()));
    let list = open_list(&project).await?;
    let known = known_in(&project, Some(&list.ledger)).await?;
    let seen = known.version;
    let is_leaving =
        |person: &&ImportedPerson| before.is_some_and(|before| is_idle_since(person, before));
    let leaving: Vec<&ImportedPerson> = known.in_order().filter(is_leaving).collect();
    let outcome = TidyOutcome {
        schema: "roundup.tidy/1",
        dry_run: arguments.dry_run,
        older_than_months: arguments.older_than,
        people: leaving,
    };
    // People read it before the question; programs read all of it when it is done.
    screen.for_people(|text| outcome.people_lines(text))?;
    if !arguments.dry_run && !outcome.people.is_empty() {
        let question = format!("Take {} off the list? Their no stays.", outcome.count());
        if !agreed(&question, arguments.yes, screen)? {
            screen.say("Nothing was changed.");
            return Ok(Exit::Done);
        }
        let summary = json!({ "tidied": outcome.people.len() }).to_string();
        let removed = outcome.people.iter().map(|person| person.key.clone()).collect();
        if !list.write(seen, ListChangeKind::Edit, summary, &[], removed, system::now()).await? {
            return Err(changed_meanwhile());
        }
    }
    screen.outcome(&outcome)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::import::StoredPerson;

    #[test]
    fn only_the_day_of_their_state_counts() {
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let (long_ago, lately) = (day("2015-01-01"), day("2026-11-27"));
        let before = "2024-11-28".parse().unwrap();
        for state in ListState::ALL {
            for (since, joined) in [
                (long_ago, None),
                (long_ago, lately),
                (lately, long_ago),
                (None, long_ago),
                (None, None),
            ] {
                let stored = StoredPerson {
                    key: "ann@charity.org.uk".to_owned(),
                    address: "ann@charity.org.uk".to_owned(),
                    state: state.word().to_owned(),
                    fields: "{}".to_owned(),
                };
                let person = ImportedPerson { joined, since, ..stored.into() };
                let stays = matches!(state, ListState::Subscribed | ListState::LeftOut);
                let expected = !stays && since == long_ago;
                assert_eq!(is_idle_since(&person, before), expected, "{state:?} {since:?}");
            }
        }
    }
}
