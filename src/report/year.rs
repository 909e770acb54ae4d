//! The editions of a year as one report.
//! Pure: reports of editions in, sums out.

use serde::Serialize;

use super::Report;
use super::breakdown::{Breakdown, GroupCount};
use super::complaints::{ComplaintLevel, PercentShare};
use super::figures::{BouncedPeople, EditionFigures, ProviderRefusals, RefusalTally};
use crate::count::{counted, grouped};

/// `roundup.report/1` of a year: sums of its editions, which are in the order in which they were planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearReport {
    pub schema: &'static str,
    pub year: String,
    /// Copies that were planned, in all editions.
    pub messages: u64,
    pub accepted: u64,
    pub not_accepted: u64,
    pub bounced: BouncedPeople,
    pub complained: u64,
    pub unsubscribed: u64,
    pub complaint_rate_percent: PercentShare,
    pub complaint_level: ComplaintLevel,
    pub left: Breakdown,
    pub refusals: Vec<ProviderRefusals>,
    pub refusals_elsewhere: u64,
    pub topics: Vec<GroupCount>,
    pub editions: Vec<Report>,
}

impl YearReport {
    /// Of the reports of editions, with their figures; their rows are left out, since each has a report of its own.
    pub fn new(year: &str, mut editions: Vec<Report>) -> Self {
        editions.sort_by_key(|report| report.planned_at);
        for report in &mut editions {
            report.rows.clear();
        }
        let figures = || editions.iter().filter_map(|report| report.figures.as_ref());
        let sum = |of: fn(&EditionFigures) -> u64| figures().map(of).sum::<u64>();
        let complained = sum(|figures| figures.complained);
        let bounced = BouncedPeople::sum(figures().map(|figures| &figures.bounced));
        let left = Breakdown::sum(figures().map(|figures| &figures.left));
        let refused = RefusalTally::sum(figures().map(|figures| &figures.tally));
        let (refusals, refusals_elsewhere) = refused.refusals();
        // A correction has the stories of its edition once more.
        let firsts = editions.iter().filter(|report| report.corrects.is_none());
        let stories = Breakdown::counts(
            firsts.filter_map(|report| report.figures.as_ref()).flat_map(|figures| &figures.topics),
        );
        let messages = editions.iter().map(|report| report.people).sum();
        let accepted = editions.iter().map(|report| report.accepted).sum();
        Self {
            schema: "roundup.report/1",
            year: year.to_owned(),
            messages,
            accepted,
            not_accepted: messages - accepted,
            bounced,
            complained,
            unsubscribed: sum(|figures| figures.unsubscribed),
            complaint_rate_percent: PercentShare::of(complained, accepted),
            complaint_level: ComplaintLevel::of(complained, accepted),
            left,
            refusals,
            refusals_elsewhere,
            topics: stories,
            editions,
        }
    }

    /// The sums as a line that people can check.
    pub fn arithmetic(&self) -> String {
        let parts: Vec<String> =
            self.editions.iter().map(|report| grouped(report.accepted)).collect();
        let sum = match parts.len() {
            0 | 1 => String::new(),
            _ => format!("; accepted = {}", parts.join(" + ")),
        };
        format!(
            "{} = {} accepted + {} not{sum}",
            counted(self.messages, "message", "messages"),
            grouped(self.accepted),
            grouped(self.not_accepted)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::{AftermathRows, EditionFigures, sample_figures, sample_return};
    use super::*;
    use crate::compose::composition::ComposedStory;
    use crate::ledger::returns::ReturnedKind;
    use crate::ledger::{Counts, laws};
    use crate::report::EditionPhase;

    #[test]
    fn a_year_is_the_sum_of_what_its_editions_show() {
        let edition = |name: &str, accepted: u64| {
            let counts = Counts { accepted, rejected: 2, ..Counts::default() };
            let planned = laws::plan(name, &[]).edition;
            let phase = EditionPhase::Unfinished;
            let mut report = Report::new(&planned, counts, Vec::new(), 0, false, phase);
            let hard = sample_return("a@e.org", ReturnedKind::Hard, "5.1.1");
            report.figures = Some(sample_figures(vec![hard], 6, accepted));
            report
        };
        let reports = vec![edition("2020-01", 100), edition("2020-02", 110)];
        // Two of six gave no reason: they are too few to be shown, and a year says no more of them than their editions.
        assert_eq!(reports[0].figures.as_ref().unwrap().left.groups, []);
        let year = YearReport::new("2020", reports);
        assert_eq!((year.messages, year.accepted, year.not_accepted), (214, 210, 4));
        assert_eq!((year.bounced.people(), year.unsubscribed, year.left.total()), (2, 12, 12));
        assert_eq!(year.left.groups, []);
        assert_eq!(year.arithmetic(), "214 messages = 210 accepted + 4 not; accepted = 100 + 110");
    }

    #[test]
    fn a_correction_does_not_tell_its_stories_twice() {
        let edition = |name: &str, corrects: Option<&str>| {
            let planned = laws::plan(name, &[]).edition;
            let phase = EditionPhase::Finished;
            let mut report = Report::new(&planned, Counts::default(), Vec::new(), 0, false, phase);
            let topics = vec!["schools".to_owned()];
            let story = ComposedStory { id: "1".to_owned(), link: None, topics };
            report.figures = Some(EditionFigures::new(AftermathRows {
                stories: &[story],
                accepted: 0,
                returns: Vec::new(),
                leavings: Vec::new(),
                rows: &[],
                growth: None,
                after_complaints: None,
            }));
            report.corrects = corrects.map(str::to_owned);
            report
        };
        let first = || edition("2020-01", None);
        let topics = |reports: Vec<Report>| YearReport::new("2020", reports).topics;
        assert_eq!(topics(vec![first()])[0].count, 1);
        let corrected = edition("2020-01-corrected", Some("2020-01"));
        assert_eq!(topics(vec![first(), corrected]), topics(vec![first()]));
        assert_eq!(topics(vec![first(), edition("2020-02", None)])[0].count, 2);
    }
}
