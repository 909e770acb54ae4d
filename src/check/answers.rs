//! What the mail's links and pictures answered when they were asked.
//! Pure: answers in, findings out; `probe.rs` asks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Finding, Known, Rule, Severity, Shown};

/// What one address answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub at: DateTime<Utc>,
    pub outcome: Outcome,
    /// Where it led in the end, if somewhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// Every redirect on the way said that it is for good (301, 308).
    #[serde(default)]
    pub for_good: bool,
    /// For a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Drawn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "detail")]
pub enum Outcome {
    Fine,
    /// The server's answer was this status.
    Refused(u16),
    /// There is no such name.
    NoSuchHost,
    /// It could not be reached, and why.
    Unreachable(String),
    /// It is inside this machine or its network: nobody else can open it.
    Private,
}

/// A picture as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    pub bytes: u64,
    /// Pixels, where it is a picture that roundup can measure.
    pub size: Option<(u32, u32)>,
}

/// By address.
pub type Answers = BTreeMap<String, Answer>;

pub const RULES: [Rule; 3] = [
    Rule::new(
        "dead-link",
        "Does every link open?",
        "A link that leads nowhere is the most common apology in newsletters. `roundup check` asks each address once, as a \
         browser would, keeps the answer for an hour, and asks nothing inside your own network. A server that turns \
         programs away (403, 429) may still open for people: look yourself.",
        dead_link,
    ),
    Rule::new(
        "moved-link",
        "Does every link lead straight to its page?",
        "An address that has moved for good still works today, and stops working when somebody tidies up. Write the new one.",
        moved_link,
    ),
    Rule::new(
        "heavy-picture",
        "Is every picture light enough for a phone?",
        "A mail is 600 pixels wide: pictures of more than 1,200 pixels or a megabyte cost readers time and money and look \
         no better. Make them smaller before you put them on the website.",
        heavy_picture,
    ),
];

/// Wider than twice the mail nobody sees a difference.
const WIDEST_PX: u32 = 1_200;
const HEAVIEST_BYTES: u64 = 1024 * 1024;

fn asked<'a>(shown: &Shown<'_>, known: &Known<'a>) -> Vec<(String, &'a Answer)> {
    shown
        .addresses()
        .into_iter()
        .filter_map(|address| {
            let answer = known.answers.get(&address)?;
            Some((address, answer))
        })
        .collect()
}

fn dead_link(shown: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    let asked = asked(shown, known);
    // Several hosts that are all out of reach: it is this computer that reaches nobody.
    let hosts: BTreeSet<Option<String>> = asked
        .iter()
        .map(|(address, _)| {
            url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned))
        })
        .collect();
    let reaches_nobody = asked
        .iter()
        .all(|(_, answer)| matches!(answer.outcome, Outcome::NoSuchHost | Outcome::Unreachable(_)));
    if hosts.len() > 1 && reaches_nobody {
        return vec![Finding::new(
            "dead-link",
            Severity::Note,
            known.edition.introduction.place(),
            "no link could be asked: this computer reaches none of the servers",
            "look at its connection, and check again",
        )];
    }
    asked
        .into_iter()
        .filter_map(|(address, answer)| {
            let (severity, what) = match &answer.outcome {
                Outcome::Fine => return None,
                Outcome::Refused(status @ (404 | 410)) => {
                    (Severity::Must, format!("is not there (it answers {status})"))
                }
                Outcome::Refused(status @ (401 | 403 | 405 | 406 | 429 | 451 | 999)) => (
                    Severity::Note,
                    format!("answers {status} to a program, and may open for people"),
                ),
                Outcome::Refused(status) => {
                    (Severity::Should, format!("does not work now (it answers {status})"))
                }
                Outcome::NoSuchHost => {
                    (Severity::Must, "leads nowhere: there is no such name".to_owned())
                }
                Outcome::Unreachable(what) => {
                    (Severity::Should, format!("cannot be reached: {what}"))
                }
                Outcome::Private => (
                    Severity::Must,
                    "is inside your own computer or network: nobody else can open it".to_owned(),
                ),
            };
            let via = answer
                .moved_to
                .as_ref()
                .map_or_else(String::new, |end| format!(" (it led to {end})"));
            Some(Finding::new(
                "dead-link",
                severity,
                known.place_of(&address),
                format!("{address} {what}{via}"),
                "open it yourself, and mend the address",
            ))
        })
        .collect()
}

fn moved_link(shown: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    asked(shown, known)
        .into_iter()
        .filter(|(_, answer)| answer.outcome == Outcome::Fine && answer.for_good)
        .filter_map(|(address, answer)| {
            let end = answer.moved_to.as_ref()?;
            // `www.`, http and a last slash are the same page to people.
            let same = crate::news::same::canonical;
            (same(&address) != same(end) || address.starts_with("http://")).then(|| {
                Finding::new(
                    "moved-link",
                    Severity::Note,
                    known.place_of(&address),
                    format!("{address} has moved to {end}"),
                    "write the new address",
                )
            })
        })
        .collect()
}

fn heavy_picture(shown: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    asked(shown, known)
        .into_iter()
        .filter_map(|(address, answer)| {
            let drawn = answer.picture?;
            let message = match drawn.size {
                Some((width, height)) if width > WIDEST_PX => {
                    format!("{address} is {width} x {height} pixels, and the mail is 600 wide")
                }
                _ if drawn.bytes > HEAVIEST_BYTES => {
                    format!("{address} has {:.1} MB", drawn.bytes as f64 / 1024.0 / 1024.0)
                }
                _ => return None,
            };
            let cure = "make it smaller, 1,200 pixels wide at most";
            let place = known.place_of(&address);
            Some(Finding::new("heavy-picture", Severity::Should, place, message, cure))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;
    use super::*;

    fn answered(address: &str, change: impl FnOnce(&mut Answer)) -> Mail {
        let mut answer = Answer {
            at: DateTime::UNIX_EPOCH,
            outcome: Outcome::Fine,
            moved_to: None,
            for_good: false,
            picture: None,
        };
        change(&mut answer);
        Mail::with(|mail| mail.answers = [(address.to_owned(), answer)].into())
    }

    #[test]
    fn links_that_do_not_open() {
        const LINK: &str = "https://charity.org.uk/nurses";
        for (outcome, said) in [
            (Outcome::Refused(404), "is not there (it answers 404)"),
            (Outcome::Refused(500), "does not work now (it answers 500)"),
            (Outcome::Refused(403), "answers 403 to a program, and may open for people"),
            (Outcome::NoSuchHost, "leads nowhere: there is no such name"),
            (
                Outcome::Unreachable("it took too long".to_owned()),
                "cannot be reached: it took too long",
            ),
            (Outcome::Private, "is inside your own computer or network: nobody else can open it"),
        ] {
            let mail = answered(LINK, |answer| answer.outcome = outcome);
            assert_eq!(mail.only_finding(), format!("dead-link: {LINK} {said}"));
        }
        assert_eq!(answered(LINK, |_| ()).findings(), Vec::<String>::new());
    }

    #[test]
    fn a_computer_without_a_connection_blames_no_link() {
        let answer = answered("https://charity.org.uk/nurses", |answer| {
            answer.outcome = Outcome::NoSuchHost;
        });
        let mut answers = answer.answers.clone();
        let other = answers["https://charity.org.uk/nurses"].clone();
        answers.insert("https://pictures.org.uk/nurses.jpg".to_owned(), other);
        let mail = Mail::with(|mail| {
            mail.edition.items[0].image.as_mut().unwrap().address =
                "https://pictures.org.uk/nurses.jpg".to_owned();
            mail.answers = answers;
        });
        assert!(mail.only_finding().starts_with("dead-link: no link could be asked"));
    }

    #[test]
    fn links_that_moved() {
        let moved = |end: &str, for_good| {
            answered("https://charity.org.uk/nurses", |answer| {
                answer.moved_to = Some(end.to_owned());
                answer.for_good = for_good;
            })
            .findings()
        };
        assert_eq!(
            moved("https://charity.org.uk/stories/nurses", true),
            [
                "moved-link: https://charity.org.uk/nurses has moved to https://charity.org.uk/stories/nurses"
            ]
        );
        assert!(moved("https://www.charity.org.uk/nurses/", true).is_empty());
        assert!(moved("https://charity.org.uk/login", false).is_empty());
    }

    #[test]
    fn pictures_that_weigh_too_much() {
        let picture = |bytes, size| {
            answered("https://charity.org.uk/nurses.jpg", |answer| {
                answer.picture = Some(Drawn { bytes, size });
            })
            .findings()
        };
        assert!(picture(1000, Some((4000, 3000)))[0].contains("is 4000 x 3000 pixels"));
        assert!(picture(3 * 1024 * 1024, Some((600, 400)))[0].ends_with("has 3.0 MB"));
        assert!(picture(100_000, Some((1200, 800))).is_empty());
    }
}
