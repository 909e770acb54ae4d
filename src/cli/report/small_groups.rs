//! Whether a report gives away a group of fewer than five people, in any of its forms.
//! Shell: tests only.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::ReportOutcome;
use crate::audience::NoMailReason;
use crate::cli::terminal::colour::Paint;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::ledger::aftermath::{EditionReturn, Leaving};
use crate::ledger::returns::ReturnedKind;
use crate::ledger::{Counts, laws};
use crate::report::figures::{AftermathRows, EditionFigures};
use crate::report::page::TrusteePage;
use crate::report::year::YearReport;
use crate::report::{EditionPhase, Report, table};

const ACCEPTED: u64 = 1000;
const PROVIDERS: [&str; 2] = ["hotmail.com", "gmail.com"];

/// What really became of an edition: for good, for now, refused at each provider.
type KnownTruth = [usize; 4];

fn returns(truth: KnownTruth) -> Vec<EditionReturn> {
    let [hard, soft, first, second] = truth;
    let kinds = [
        (hard, ReturnedKind::Hard, "5.1.1", "example.org"),
        (soft, ReturnedKind::Soft, "4.2.2", "example.org"),
        (first, ReturnedKind::Policy, "5.7.1", PROVIDERS[0]),
        (second, ReturnedKind::Policy, "5.7.1", PROVIDERS[1]),
    ];
    let one =
        |(count, kind, status, host): (usize, ReturnedKind, &str, &str)| -> Vec<EditionReturn> {
            let key = |at| format!("{}{at}@{host}", kind.word());
            (0..count)
                .map(|at| EditionReturn { key: key(at), kind, status: status.to_owned() })
                .collect()
        };
    kinds.into_iter().flat_map(one).collect()
}

fn report(name: &str, returns: Vec<EditionReturn>, leavings: Vec<Leaving>) -> Report {
    let planned = laws::plan(name, &[]).edition;
    let counts = Counts { accepted: ACCEPTED, ..Counts::default() };
    let mut report = Report::new(&planned, counts, Vec::new(), 0, false, EditionPhase::Finished);
    report.figures = Some(EditionFigures::new(AftermathRows {
        stories: &[],
        accepted: ACCEPTED,
        returns,
        leavings,
        rows: &[],
        growth: None,
        after_complaints: None,
    }));
    report
}

/// Everything that anybody reads of some editions, one by one and as a year.
fn shown(editions: Vec<Report>) -> String {
    let page = TrusteePage { organisation: "A", title: "T", made_on: "today" };
    let mut shown = String::new();
    for report in &editions {
        let mut text = Text::new(Paint::plain(), true);
        ReportOutcome { report, time_zone: Tz::UTC }.text(&mut text);
        shown += &format!("{:?}", text.into_lines());
        shown += &table::edition_table(report);
        shown += &page.edition(report);
        shown += &serde_json::to_string(report).unwrap();
    }
    let year = YearReport::new("2020", editions);
    let mut text = Text::new(Paint::plain(), true);
    year.text(&mut text);
    shown += &format!("{:?}", text.into_lines());
    shown += &table::year_table(&year);
    shown += &page.year(&year);
    shown + &serde_json::to_string(&year).unwrap()
}

/// Truths that look the same must differ in each of their small groups.
fn assert_nothing_is_given_away<const N: usize>(ways: HashMap<String, Vec<[usize; N]>>) {
    for ways in ways.into_values() {
        for at in 0..N {
            let found = ways[0][at];
            let is_sure = ways.iter().all(|truth| truth[at] == found);
            assert!(!is_sure || found == 0 || found >= 5, "{found} at {at} of {ways:?}");
        }
    }
}

#[test]
fn no_kind_of_return_under_five_can_be_computed_from_a_report() {
    const MOST: usize = 9;
    let mut ways: HashMap<String, Vec<KnownTruth>> = HashMap::new();
    for hard in 0..=MOST {
        for soft in 0..=MOST - hard {
            for first in 0..=MOST - hard - soft {
                for second in 0..=MOST - hard - soft - first {
                    let truth = [hard, soft, first, second];
                    let edition = report("2020-01", returns(truth), Vec::new());
                    ways.entry(shown(vec![edition])).or_default().push(truth);
                }
            }
        }
    }
    assert_nothing_is_given_away(ways);
}

#[test]
fn no_subtraction_of_editions_from_their_year_gives_anybody_away() {
    const MOST: usize = 7;
    let leavings = |reasons: [usize; 2]| {
        let details = [Some("too_many".to_owned()), None];
        let reasons = reasons.into_iter().zip(details);
        let reasons = reasons.flat_map(|(count, detail)| std::iter::repeat_n(detail, count));
        let left = |detail| Leaving { reason: NoMailReason::Unsubscribed, detail };
        reasons.map(left).collect::<Vec<_>>()
    };
    let mut ways: HashMap<String, Vec<KnownTruth>> = HashMap::new();
    for a in 0..=MOST {
        for b in 0..=MOST - a {
            for c in 0..=MOST {
                for d in 0..=MOST - c {
                    let first = report("2020-01", Vec::new(), leavings([a, b]));
                    let second = report("2020-02", Vec::new(), leavings([c, d]));
                    ways.entry(shown(vec![first, second])).or_default().push([a, b, c, d]);
                }
            }
        }
    }
    assert_nothing_is_given_away(ways);
}
