//! What the email's links and pictures answered when they were fetched.
//! Pure: answers in, findings out; `probe.rs` fetches.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};

/// What one address answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkResult {
    pub at: DateTime<Utc>,
    pub outcome: LinkOutcome,
    /// Where it led in the end, if somewhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// Every redirect on the way said that it is for good (301, 308).
    #[serde(default)]
    pub for_good: bool,
    /// For a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureMeasure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "detail")]
pub enum LinkOutcome {
    Fine,
    /// The server's answer was this status.
    Refused(u16),
    /// There is no such name.
    NoSuchHost,
    /// It could not be reached, and why.
    Unreachable(String),
    /// It is inside this machine or its network: nobody else can open it.
    Private,
    /// This computer reached nobody: that says nothing of the address.
    NoConnection,
}

/// A picture as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureMeasure {
    pub bytes: u64,
    /// Pixels, where it is a picture that roundup can measure.
    pub size: Option<(u32, u32)>,
}

/// By address.
pub type LinkResults = BTreeMap<String, LinkResult>;

/// An answer counts for this long: in `check`, in `send` and in the studio.
pub const COUNTS_FOR: TimeDelta = TimeDelta::days(1);
/// A check connects again after this time to what was fine, and at once to what was not.
pub const CHECKED_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);

/// Puts newer answers over older ones. What a computer without a connection found takes no answer away.
pub fn renew(stored: &mut LinkResults, newer: LinkResults) {
    for (address, answer) in newer {
        if answer.outcome != LinkOutcome::NoConnection || !stored.contains_key(&address) {
            stored.insert(address, answer);
        }
    }
}

/// The answers that count now, of the addresses of one email.
pub fn current(stored: &LinkResults, addresses: &[String], now: DateTime<Utc>) -> LinkResults {
    addresses
        .iter()
        .filter_map(|address| Some((address.clone(), stored.get(address)?.clone())))
        .filter(|(_, answer)| now - answer.at < COUNTS_FOR)
        .collect()
}

/// Whether only a look at the connection can show why there was no answer: no server gave one, and some have a name.
pub fn reached_nobody(asked: &LinkResults) -> bool {
    let answered =
        |answer: &LinkResult| matches!(answer.outcome, LinkOutcome::Fine | LinkOutcome::Refused(_));
    !asked.values().any(answered) && asked.iter().any(|(address, answer)| depends(address, answer))
}

/// Without a connection nothing is known of what has a name.
pub fn without_connection(asked: &mut LinkResults) {
    for (address, answer) in asked.iter_mut() {
        if depends(address, answer) {
            answer.outcome = LinkOutcome::NoConnection;
            answer.moved_to = None;
        }
    }
}

/// Whether an answer may only say that this computer is not connected.
fn depends(address: &str, answer: &LinkResult) -> bool {
    let failed = matches!(answer.outcome, LinkOutcome::NoSuchHost | LinkOutcome::Unreachable(_));
    let url = url::Url::parse(address);
    let is_named = url.is_ok_and(|url| {
        url.host()
            .is_some_and(|host| matches!(host, url::Host::Domain(name) if name != "localhost"))
    });
    failed && is_named
}

pub const RULES: [Rule; 3] = [
    Rule::new(
        "dead-link",
        "Does every link open?",
        "Broken links are what newsletters most often apologise for. `roundup check` opens each \
         address once, as a browser would, and nothing inside your own network. The result counts \
         for a day, in `roundup check`, in `roundup send` and in the studio. A server that turns \
         programs away (403, 429) may still open for people: check it yourself.",
        dead_link,
    ),
    Rule::new(
        "moved-link",
        "Does every link go straight to its page?",
        "An address that has moved permanently still works today, but may stop working at any \
         time. Use the new address.",
        moved_link,
    ),
    Rule::new(
        "heavy-picture",
        "Is every picture small enough for a phone?",
        "An email is 600 pixels wide: pictures wider than 1,200 pixels or larger than a megabyte \
         cost readers time and money and look no better. Make them smaller before you put them on \
         the website.",
        heavy_picture,
    ),
];

/// Wider than twice the email nobody sees a difference.
const WIDEST_PX: u32 = 1_200;
const HEAVIEST_BYTES: u64 = 1024 * 1024;

fn asked<'a>(shown: &RenderedEmail<'_>, known: &CheckContext<'a>) -> Vec<(String, &'a LinkResult)> {
    shown
        .addresses()
        .into_iter()
        .filter_map(|address| {
            let answer = known.answers.get(&address)?;
            Some((address, answer))
        })
        .collect()
}

fn dead_link(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let asked = asked(shown, known);
    let unknown =
        asked.iter().filter(|(_, answer)| answer.outcome == LinkOutcome::NoConnection).count();
    let mut findings = Vec::new();
    if unknown > 0 {
        let links = if unknown == 1 { "1 link".to_owned() } else { format!("{unknown} links") };
        findings.push(Finding::new(
            "dead-link",
            Severity::Note,
            known.edition.introduction.place(),
            format!("could not check {links}: no connection"),
            "connect this computer to the internet, and run the check again",
        ));
    }
    findings.extend(asked.into_iter().filter_map(|(address, answer)| {
        let (severity, what) = match &answer.outcome {
            LinkOutcome::Fine | LinkOutcome::NoConnection => return None,
            LinkOutcome::Refused(status @ (404 | 410)) => {
                (Severity::Must, format!("was not found (the server answers {status})"))
            }
            LinkOutcome::Refused(status @ (401 | 403 | 405 | 406 | 429 | 451 | 999)) => {
                (Severity::Note, format!("answers {status} to programs, but may open for people"))
            }
            LinkOutcome::Refused(status) => {
                (Severity::Should, format!("does not work now (the server answers {status})"))
            }
            LinkOutcome::NoSuchHost => {
                (Severity::Must, "does not exist: no website has this name".to_owned())
            }
            LinkOutcome::Unreachable(what) => {
                (Severity::Should, format!("cannot be reached: {what}"))
            }
            LinkOutcome::Private => (
                Severity::Must,
                "is on your own computer or network: nobody else can open it".to_owned(),
            ),
        };
        let via =
            answer.moved_to.as_ref().map_or_else(String::new, |end| format!(" (it led to {end})"));
        Some(Finding::new(
            "dead-link",
            severity,
            known.place_of(&address),
            format!("{address} {what}{via}"),
            "open it in a browser, and correct the address",
        ))
    }));
    findings
}

fn moved_link(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    asked(shown, known)
        .into_iter()
        .filter(|(_, answer)| answer.outcome == LinkOutcome::Fine && answer.for_good)
        .filter_map(|(address, answer)| {
            let end = answer.moved_to.as_ref()?;
            // `www.`, http and a last slash are the same page to people.
            let same = crate::news::dedupe::canonical;
            (same(&address) != same(end) || address.starts_with("http://")).then(|| {
                Finding::new(
                    "moved-link",
                    Severity::Note,
                    known.place_of(&address),
                    format!("{address} has moved to {end}"),
                    "use the new address",
                )
            })
        })
        .collect()
}

fn heavy_picture(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    asked(shown, known)
        .into_iter()
        .filter_map(|(address, answer)| {
            let drawn = answer.picture?;
            let message = match drawn.size {
                Some((width, height)) if width > WIDEST_PX => {
                    format!("{address} is {width} x {height} pixels, but the email is 600 wide")
                }
                _ if drawn.bytes > HEAVIEST_BYTES => {
                    format!("{address} is {:.1} MB", drawn.bytes as f64 / 1024.0 / 1024.0)
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
    use super::*;
    use crate::check::tests::SampleEmail;

    fn answered(address: &str, change: impl FnOnce(&mut LinkResult)) -> SampleEmail {
        let mut answer = LinkResult {
            at: DateTime::UNIX_EPOCH,
            outcome: LinkOutcome::Fine,
            moved_to: None,
            for_good: false,
            picture: None,
        };
        change(&mut answer);
        SampleEmail::with(|mail| mail.answers = [(address.to_owned(), answer)].into())
    }

    #[test]
    fn links_that_do_not_open() {
        const LINK: &str = "https://charity.org.uk/nurses";
        for (outcome, said) in [
            (LinkOutcome::Refused(404), "was not found (the server answers 404)"),
            (LinkOutcome::Refused(500), "does not work now (the server answers 500)"),
            (LinkOutcome::Refused(403), "answers 403 to programs, but may open for people"),
            (LinkOutcome::NoSuchHost, "does not exist: no website has this name"),
            (
                LinkOutcome::Unreachable("it took too long".to_owned()),
                "cannot be reached: it took too long",
            ),
            (LinkOutcome::Private, "is on your own computer or network: nobody else can open it"),
        ] {
            let mail = answered(LINK, |answer| answer.outcome = outcome);
            assert_eq!(mail.only_finding(), format!("dead-link: {LINK} {said}"));
        }
        assert_eq!(answered(LINK, |_| ()).findings(), Vec::<String>::new());
    }

    #[test]
    fn a_computer_without_a_connection_blames_no_link() {
        let mail = answered("https://charity.org.uk/nurses", |answer| {
            answer.outcome = LinkOutcome::NoConnection;
        });
        assert_eq!(mail.only_finding(), "dead-link: could not check 1 link: no connection");
        assert_eq!(mail.checked().findings[0].severity, Severity::Note);
    }

    fn outcomes(of: &[(&str, LinkOutcome)]) -> LinkResults {
        let answer = |outcome: &LinkOutcome| LinkResult {
            at: DateTime::UNIX_EPOCH,
            outcome: outcome.clone(),
            moved_to: None,
            for_good: false,
            picture: None,
        };
        of.iter().map(|(address, outcome)| ((*address).to_owned(), answer(outcome))).collect()
    }

    #[test]
    fn only_when_nobody_answers_the_connection_is_doubted() {
        let (name, number) = ("https://charity.org.uk/", "http://127.0.0.1:1/");
        let closed = || LinkOutcome::Unreachable("connection refused".to_owned());
        for (of, doubted) in [
            (vec![(name, LinkOutcome::NoSuchHost)], true),
            (vec![(name, closed())], true),
            (vec![(name, LinkOutcome::NoSuchHost), (number, LinkOutcome::Fine)], false),
            (
                vec![
                    (name, LinkOutcome::NoSuchHost),
                    ("https://b.org.uk/", LinkOutcome::Refused(404)),
                ],
                false,
            ),
            (vec![(number, closed())], false),
            (vec![(name, LinkOutcome::Private)], false),
            (Vec::new(), false),
        ] {
            assert_eq!(reached_nobody(&outcomes(&of)), doubted, "{of:?}");
        }
        let mut asked = outcomes(&[(name, LinkOutcome::NoSuchHost), (number, closed())]);
        without_connection(&mut asked);
        assert_eq!(asked[name].outcome, LinkOutcome::NoConnection);
        assert_eq!(asked[number].outcome, closed());
    }

    #[test]
    fn one_store_and_one_age_for_all_who_look() {
        let (a, b) = ("https://a.org.uk/", "https://b.org.uk/");
        let mut stored = outcomes(&[(a, LinkOutcome::Refused(404))]);
        renew(
            &mut stored,
            outcomes(&[(a, LinkOutcome::NoConnection), (b, LinkOutcome::NoConnection)]),
        );
        assert_eq!(stored[a].outcome, LinkOutcome::Refused(404));
        assert_eq!(stored[b].outcome, LinkOutcome::NoConnection);
        renew(&mut stored, outcomes(&[(b, LinkOutcome::Fine)]));
        assert_eq!(stored[b].outcome, LinkOutcome::Fine);
        let of = |addresses: &[&str], at| {
            let addresses: Vec<String> = addresses.iter().map(|a| (*a).to_owned()).collect();
            current(&stored, &addresses, DateTime::UNIX_EPOCH + at).len()
        };
        assert_eq!(of(&[a, b, "https://c.org.uk/"], TimeDelta::hours(23)), 2);
        assert_eq!(of(&[a], TimeDelta::hours(23)), 1);
        assert_eq!(of(&[a, b], COUNTS_FOR), 0);
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
                answer.picture = Some(PictureMeasure { bytes, size });
            })
            .findings()
        };
        assert!(picture(1000, Some((4000, 3000)))[0].contains("is 4000 x 3000 pixels"));
        assert!(picture(3 * 1024 * 1024, Some((600, 400)))[0].ends_with("is 3.0 MB"));
        assert!(picture(100_000, Some((1200, 800))).is_empty());
    }
}
