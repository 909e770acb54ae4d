//! People whom an edition means now and did not mean when it was planned: nobody mails them when it is sent again.
//! Shell: reads the list and the ledger.

use serde::Serialize;

use crate::audience::fingerprint::name_of_key;
use crate::audience::segment::{PlannedSegment, Segment};
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::mailing_list::{mailing_list, names_of_mailed};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::Text;
use crate::cli::terminal::screen::{grouped, people};
use crate::ledger::{AnyLedger, EditionSummary, Ledger, RowFilter};
use crate::project::Project;
use crate::report::Report;

/// How many people an edition means now and not when it was planned, and how to send it to only them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCoveredPeople {
    people: u64,
    /// Whom it was planned for, and whom it means now.
    planned_for: String,
    means_now: String,
    /// The line that a copy of the draft needs, so that only they get it.
    cure: String,
}

impl NotCoveredPeople {
    /// `None` where the edition means nobody else than it did.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn of(
        project: &Project,
        ledger: &AnyLedger,
        planned: &EditionSummary,
        destination: &Destination,
        choice: &AudienceChoice,
    ) -> Result<Option<Self>, Failure> {
        let Some(list) = &planned.list else { return Ok(None) };
        let now = choice.segment.as_ref().map(Segment::planned);
        let is_same = list.segment == now && list.purpose == choice.purpose;
        if is_same || planned.corrects.is_some() {
            return Ok(None);
        }
        // A list or a filter that cannot be read any more means nobody.
        let Ok(current) = mailing_list(project, destination.is_practice(), choice).await else {
            return Ok(None);
        };
        let meant = names_of_mailed(&current, destination.takes_examples())?;
        let mut covered = Vec::new();
        let mut after = None;
        loop {
            let page = ledger.page(&planned.name, RowFilter::All, after).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            covered.extend(page.iter().map(|(_, row)| name_of_key(&row.address.to_lowercase())));
        }
        covered.sort_unstable();
        let people =
            meant.iter().filter(|name| covered.binary_search(name).is_err()).count() as u64;
        let purposes = (list.purpose.to_string(), choice.purpose.to_string());
        let (mut planned_for, mut means_now) = (whom(list.segment.as_ref()), whom(now.as_ref()));
        if purposes.0 != purposes.1 {
            planned_for = format!("{planned_for} ({})", purposes.0);
            means_now = format!("{means_now} ({})", purposes.1);
        }
        let cure = cure(&planned.name, list.segment.as_ref(), now.as_ref());
        Ok((people > 0).then_some(Self { people, planned_for, means_now, cure }))
    }

    pub fn lines(&self, text: &mut Text) {
        let Self { people: count, planned_for, means_now, cure } = self;
        let have = if *count == 1 { "has" } else { "have" };
        text.warn(format!(
            "{} {have} not got it: it was planned for {planned_for}, and now means {means_now}",
            people(*count)
        ));
        text.say(format!("To mail them: {cure}"));
    }

    /// Why a number that somebody has typed does not fit a finished edition.
    pub fn refuse(report: &Report, typed: u64, others: Option<&Self>) -> Failure {
        let (name, covered) = (&report.edition, report.people);
        let failure = Failure::new(
            Exit::Usage,
            format!(
                "`{name}` is finished with {}, but --confirm gives {}: nothing was sent",
                people(covered),
                grouped(typed)
            ),
        );
        match others {
            None => failure.help(format!("`roundup report {name}` shows who got it")),
            Some(others) => {
                let have = if others.people == 1 { "has" } else { "have" };
                let more = vec![format!(
                    "{} {have} not got it: it was planned for {}, and now means {}",
                    people(others.people),
                    others.planned_for,
                    others.means_now
                )];
                Failure { more, ..failure.help(format!("to mail them: {}", others.cure)) }
            }
        }
    }
}

fn whom(segment: Option<&PlannedSegment>) -> String {
    segment.map_or("everybody".to_owned(), |segment| format!("the segment {segment}"))
}

/// A copy of the draft goes to the others: those of the segment now who were not in the one that was planned.
fn cure(name: &str, planned: Option<&PlannedSegment>, now: Option<&PlannedSegment>) -> String {
    let not_before = planned.map(|segment| format!("not ({})", segment.filter));
    let filter = match (now.map(|segment| &segment.filter), not_before) {
        (Some(now), Some(not)) => format!("({now}) and {not}"),
        (Some(now), None) => now.clone(),
        (None, Some(not)) => not,
        (None, None) => String::new(),
    };
    let copy = format!("{name}-others");
    let line = match filter.as_str() {
        "" => String::new(),
        filter => format!(" with the line segment: '{}'", filter.replace('\'', "''")),
    };
    format!("copy editions/{name}.md to editions/{copy}.md{line}, then `roundup send {copy}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_are_those_of_the_segment_now_who_were_not_in_the_one_before() {
        let segment =
            |filter: &str| PlannedSegment { name: "policy".to_owned(), filter: filter.to_owned() };
        let (york, kin) = (segment("town = \"York\""), segment("name = \"O'Hara\""));
        for (planned, now, line) in [
            (Some(&york), None, " with the line segment: 'not (town = \"York\")'"),
            (
                Some(&york),
                Some(&kin),
                " with the line segment: '(name = \"O''Hara\") and not (town = \"York\")'",
            ),
            (None, Some(&york), " with the line segment: 'town = \"York\"'"),
            (None, None, ""),
        ] {
            assert_eq!(
                cure("2020", planned, now),
                format!(
                    "copy editions/2020.md to editions/2020-others.md{line}, then `roundup send 2020-others`"
                )
            );
        }
    }
}
