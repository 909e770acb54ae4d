//! `roundup subscribers list`: everybody on the list, where they stand, and why.
//! Shell: the list, the ledger, the screen.

use std::collections::{BTreeMap, HashSet};

use clap::Args;
use serde::Serialize;

use crate::audience::import::{ImportedPerson, ListState};
use crate::cli::globals::Globals;
use crate::cli::steps::audience_choice::segment_of;
use crate::cli::steps::list_place::list_of_any;
use crate::cli::subscribers::import_text::state_words;
use crate::cli::subscribers::known::known;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::count::{counted, people};
use crate::project::Project;

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// Only people in this state, as in unsubscribed
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<ListState>,
    /// Only people in a segment: the name of a file in segments/, or a filter such as 'town = "York"'
    #[arg(long, value_name = "NAME|FILTER")]
    segment: Option<String>,
}

fn state(word: &str) -> Result<ListState, String> {
    ListState::parse(word).ok_or_else(|| {
        let words: Vec<&str> = ListState::ALL.iter().map(|state| state.word()).collect();
        format!("write one of {}", words.join(", "))
    })
}

/// The folded addresses of a segment, whether its people may be mailed or not.
async fn members(
    project: &Project,
    typed: Option<&str>,
) -> Result<Option<HashSet<String>>, Failure> {
    let Some(segment) = segment_of(project, typed, None)? else { return Ok(None) };
    let Some(list) = list_of_any(project).await? else { return Ok(Some(HashSet::new())) };
    Ok(Some(list.in_segments(Vec::new(), Some(segment))?.members()?))
}

#[derive(Debug, Serialize)]
struct ListOutcome<'a> {
    schema: &'static str,
    people: Vec<&'a ImportedPerson>,
}

pub(super) async fn list(arguments: &ListArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let known = known(&project).await?;
    globals.screen.problems(&known.problems);
    let mut everybody: Vec<&ImportedPerson> =
        known.in_order().chain(&known.requests).chain(&known.left_out).collect();
    everybody.retain(|person| arguments.state.is_none_or(|state| person.state == state));
    if let Some(members) = members(&project, arguments.segment.as_deref()).await? {
        everybody.retain(|person| members.contains(&person.key));
    }
    globals.screen.outcome(&ListOutcome { schema: "roundup.subscribers/1", people: everybody })?;
    Ok(Exit::Done)
}

impl Outcome for ListOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for person in &self.people {
            *counts.entry(person.state.word()).or_default() += 1;
            let name = format!("{} {}", person.first_name, person.last_name);
            text.line(format!(
                "{}  {}  {}  {}",
                person.address,
                name.trim(),
                state_words(person.state),
                person.why
            ));
        }
        let total = people(u64::try_from(self.people.len()).unwrap_or(u64::MAX));
        let parts: Vec<String> = counts
            .iter()
            .filter_map(|(word, count)| {
                let words = state_words(ListState::parse(word)?);
                Some(counted(*count, &format!("person {words}"), &format!("people {words}")))
            })
            .collect();
        text.say(match parts.as_slice() {
            [] => "Nobody is on the list.".to_owned(),
            // A single state says the number itself.
            [all] => format!("{all}."),
            _ => format!("{total}: {}.", parts.join(", ")),
        });
    }
}
