//! Who gets it: how many people, against the last time, and who is left out for want of a reason in law.
//! Pure: numbers in, findings out.

use std::collections::BTreeMap;

use super::{CheckContext, Finding, RenderedEmail, Rule, Severity};
use crate::count::{counted, grouped, people};
use crate::problem::Place;

/// The people of an edition, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    pub mailed: u64,
    /// The segment that the edition is for; empty where it is for everybody.
    pub segment: String,
    /// Of those, how many ask for each language, by code.
    pub languages: BTreeMap<String, u64>,
    /// Left out because the list does not say why they may be mailed, or says it in unknown words.
    pub without_basis: u64,
    /// Left out because they said no, complained, or their mail came back.
    pub said_no: u64,
    /// Left out for another reason: no address, twice in the list, not confirmed.
    pub otherwise: u64,
}

impl Numbers {
    pub fn all(&self) -> u64 {
        self.mailed + self.without_basis + self.said_no + self.otherwise
    }
}

pub const RULES: [Rule; 2] = [
    Rule::new(
        "number-of-people",
        "Is the list about the same size as last time?",
        "A list that has grown or shrunk by a third since the last edition is often the wrong \
            file, an old export, or one that was cut off. Compare it with the last list before \
            you send.",
        number_of_people,
    ),
    Rule::new(
        "without-basis",
        "Does everybody on the list have a lawful basis?",
        "Marketing mail needs consent or a soft opt-in (PECR regulation 22), and the list must be able to show it (UK GDPR \
         article 7). Rows without a `basis` are left out; `roundup send --dry-run` lists them. Write \
         `consent`, `soft_opt_in_charity`, `soft_opt_in_sale` or `corporate` in the column \
         `basis` where it is true.",
        without_basis,
    ),
];

/// Of fewer people a few are a third.
const FEW: u64 = 20;

fn number_of_people(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers else { return Vec::new() };
    // Another segment has another size.
    let alike = |earlier: &&super::Earlier| earlier.segment == numbers.segment;
    let Some(last) = known.earlier.iter().find(alike) else { return Vec::new() };
    let (now, before) = (numbers.mailed, last.people);
    if before < FEW || now.abs_diff(before) * 10 <= before * 3 {
        return Vec::new();
    }
    let percent = now.abs_diff(before) * 100 / before;
    let direction = if now < before { "fewer" } else { "more" };
    vec![Finding::new(
        "number-of-people",
        Severity::Should,
        Place::whole("subscribers/"),
        format!(
            "{}, {percent} % {direction} than edition {}, which had {}",
            people(now),
            last.name,
            grouped(before)
        ),
        "check that it is the right list, and complete",
    )]
}

fn without_basis(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers.filter(|numbers| numbers.without_basis > 0) else {
        return Vec::new();
    };
    let (count, all) = (numbers.without_basis, numbers.all());
    vec![Finding::new(
        "without-basis",
        Severity::Note,
        Place::whole("subscribers/"),
        format!(
            "{count} of {} left out: no lawful basis given (column `basis`)",
            counted(all, "person is", "people are")
        ),
        "write the basis in the column `basis`, where there is one",
    )]
}

#[cfg(test)]
mod tests {
    use super::super::tests::SampleEmail;
    use super::*;

    fn with(now: u64, before: u64) -> SampleEmail {
        SampleEmail::with(|mail| {
            mail.numbers = Some(Numbers { mailed: now, ..Numbers::default() });
            mail.earlier = vec![super::super::Earlier {
                name: "2020-11".to_owned(),
                subject: "x".to_owned(),
                window_start: "2020-11-01".parse().unwrap(),
                window_end: "2020-12-01".parse().unwrap(),
                people: before,
                segment: String::new(),
                links: std::collections::BTreeSet::new(),
            }];
        })
    }

    #[test]
    fn lists_that_changed_a_lot() {
        assert_eq!(
            with(60, 100).only_finding(),
            "number-of-people: 60 people, 40 % fewer than edition 2020-11, which had 100"
        );
        assert!(with(200, 100).only_finding().contains("100 % more"));
        let to_a_segment = SampleEmail::with(|mail| {
            mail.numbers =
                Some(Numbers { mailed: 10, segment: "press".to_owned(), ..Numbers::default() });
            mail.earlier = with(10, 100).earlier;
        });
        assert_eq!(to_a_segment.findings(), Vec::<String>::new());
        for (now, before) in [(70, 100), (130, 100), (1, 19)] {
            assert_eq!(with(now, before).findings(), Vec::<String>::new());
        }
    }

    #[test]
    fn people_without_a_reason() {
        let mail = SampleEmail::with(|mail| {
            mail.numbers =
                Some(Numbers { mailed: 3, without_basis: 2, said_no: 1, ..Numbers::default() });
        });
        assert!(mail.only_finding().starts_with("without-basis: 2 of 6 people are left out"));
    }
}
