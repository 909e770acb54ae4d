//! The choice of stories: nothing left out without a word, nothing twice.
//! Pure: an edition in, findings out.

use std::collections::BTreeMap;

use super::{Finding, Known, Rule, Severity};
use crate::compose::Composition;
use crate::problem::Place;

pub const RULES: [Rule; 4] = [
    Rule {
        id: "unmentioned",
        title: "Is every story of the window shown or left out by name?",
        why: "A story that came in after the draft was made would be missed by everybody. Add it to `items:` in the draft, \
              or to `left_out:` if it shall wait.",
        find: unmentioned,
    },
    Rule {
        id: "undecided",
        title: "Is there a date for every story that may belong here?",
        why: "Of a story without a date, or with a year alone, nobody can say whether it belongs into this window. It is \
              not in the mail. Give it a date, or name it in the draft's `items:` or `left_out:`.",
        find: undecided,
    },
    Rule {
        id: "same-title",
        title: "Has every story a title of its own?",
        why: "Two stories with one title are one story told twice, or a title that says too little. Leave one out, or \
              change a title.",
        find: same_title,
    },
    Rule {
        id: "room",
        title: "Is there room for every story?",
        why: "Gmail cuts off what is longer than 102 KB. With many stories roundup gives each less room, step by step: \
              cards, rows, a list. What does not even fit as a list stays out, and the mail says how many more are on \
              the website. Leave some out yourself, or make two editions.",
        find: room,
    },
];

fn room(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let more = composition.more;
    if more == 0 {
        return Vec::new();
    }
    vec![Finding {
        rule: "room",
        severity: Severity::Should,
        place: known.edition.introduction.place(),
        message: format!(
            "there is no room for the last {more} stories: the mail sends readers to the website for them"
        ),
        cure: "leave stories out by name, or make an edition of each half of the window".to_owned(),
    }]
}

fn unmentioned(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    known
        .edition
        .unmentioned
        .iter()
        .map(|item| Finding {
            rule: "unmentioned",
            severity: Severity::Should,
            place: item.place.clone(),
            message: format!("\"{}\" is in the window and not in the draft", item.title),
            cure: format!("add `{}` to `items:` or `left_out:` in the draft", item.id),
        })
        .collect()
}

fn undecided(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    // A listing of a whole year has dozens of these, and one cure: they are one finding.
    let items = &known.edition.undecided;
    let Some(first) = items.first() else {
        return Vec::new();
    };
    let message = match items.len() {
        1 => {
            format!("nobody can say whether \"{}\" belongs here: it has no exact date", first.title)
        }
        many => format!(
            "nobody can say of {many} stories whether they belong here: they have no exact date"
        ),
    };
    vec![Finding {
        rule: "undecided",
        severity: Severity::Should,
        place: first.place.clone(),
        message,
        cure: "give them a `date:`, or name them in the draft's `items:` or `left_out:`".to_owned(),
    }]
}

fn same_title(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &Place> = BTreeMap::new();
    let mut findings = Vec::new();
    for item in known.edition.shown() {
        if let Some(first) = seen.insert(item.title.to_lowercase(), &item.place) {
            findings.push(Finding {
                rule: "same-title",
                severity: Severity::Should,
                place: item.place.clone(),
                message: format!("\"{}\" is also the title of {first}", item.title),
                cure: "leave one of them out, or change a title".to_owned(),
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;

    #[test]
    fn stories_that_there_is_no_room_for() {
        let mail = Mail::with(|mail| {
            let item = mail.edition.items[0].clone();
            mail.edition.items = (0..600)
                .map(|n| crate::news::Item {
                    id: format!("{n}"),
                    title: format!("Story number {n} of a year with many of them"),
                    ..item.clone()
                })
                .collect();
        });
        assert!(mail.only_finding().starts_with("room: there is no room for the last "));
    }

    #[test]
    fn stories_that_the_draft_does_not_know() {
        let mail = Mail::with(|mail| {
            let mut item = mail.edition.items[0].clone();
            item.title = "Another".to_owned();
            mail.edition.unmentioned.push(item);
        });
        assert_eq!(
            mail.only_finding(),
            "unmentioned: \"Another\" is in the window and not in the draft"
        );
    }

    #[test]
    fn stories_without_a_date_are_one_finding() {
        let mail = Mail::with(|mail| {
            mail.edition.undecided =
                vec![mail.edition.items[0].clone(), mail.edition.items[0].clone()];
        });
        assert!(mail.only_finding().starts_with("undecided: nobody can say of 2 stories"));
    }

    #[test]
    fn one_title_twice() {
        let mail = Mail::with(|mail| {
            let mut item = mail.edition.items[0].clone();
            item.title = item.title.to_uppercase();
            mail.edition.items.push(item);
        });
        assert!(mail.only_finding().starts_with("same-title: "));
    }
}
