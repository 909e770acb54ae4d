//! What the people in charge of the newsletter learn while nobody is at the keyboard: `[notify]`.
//! Pure: what happened in, words out; `command.rs` is the shell.

pub mod command;
pub mod email;

use std::fmt::Write;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::compose::setting;

/// `[notify]` of `roundup.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who gets an email: one address, or a list of them.
    #[serde(deserialize_with = "setting::mail_addresses")]
    pub to: Vec<String>,
    /// What runs, with the notice on its standard input.
    #[serde(deserialize_with = "setting::optional_line")]
    pub command: Option<String>,
}

impl Settings {
    /// The command, where there is one.
    pub fn command(&self) -> Option<&str> {
        self.command.as_deref().map(str::trim).filter(|command| !command.is_empty())
    }

    pub fn is_empty(&self) -> bool {
        self.to.is_empty() && self.command().is_none()
    }
}

/// What a notice is about. Of each kind there is at most one in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeTopic {
    WaitsForApproval,
    Finished,
    Paused,
    Missed,
    Complaints,
    Unread,
    /// Nothing can be looked at: settings that are wrong, a ledger that is away.
    Trouble,
}

/// What happens again and again within this time comes as one notice.
const EVENT_EVERY: TimeDelta = TimeDelta::hours(1);
/// What stays as it is would otherwise come every hour. A little less than a day, so that tomorrow's is not late.
const STATE_EVERY: TimeDelta = TimeDelta::hours(20);

impl NoticeTopic {
    pub const ALL: [Self; 7] = [
        Self::WaitsForApproval,
        Self::Finished,
        Self::Paused,
        Self::Missed,
        Self::Complaints,
        Self::Unread,
        Self::Trouble,
    ];

    /// As the ledger, commands and their variables know it.
    pub fn word(self) -> &'static str {
        match self {
            Self::WaitsForApproval => "waits-for-approval",
            Self::Finished => "finished",
            Self::Paused => "paused",
            Self::Missed => "missed",
            Self::Complaints => "complaints",
            Self::Unread => "unread",
            Self::Trouble => "trouble",
        }
    }

    /// The time in which there is at most one.
    pub fn every(self) -> TimeDelta {
        match self {
            Self::Finished | Self::Paused => EVENT_EVERY,
            Self::WaitsForApproval
            | Self::Missed
            | Self::Complaints
            | Self::Unread
            | Self::Trouble => STATE_EVERY,
        }
    }
}

/// One notice, with nothing of anybody on the list in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorNotice {
    pub topic: NoticeTopic,
    /// One line.
    pub subject: String,
    pub what: String,
    /// What to do, as in a message's `help:`.
    pub cure: String,
}

/// A relay's words may be long; those of several editions too.
const LONGEST_WHAT_CHARS: usize = 4_000;

impl OperatorNotice {
    /// A relay quotes addresses in its replies: they are left out.
    pub fn new(topic: NoticeTopic, subject: &str, what: &str, cure: &str) -> Self {
        let cut = |text: &str| without_addresses(text).chars().take(LONGEST_WHAT_CHARS).collect();
        Self { topic, subject: cut(subject), what: cut(what), cure: cut(cure) }
    }

    /// The whole text.
    pub fn text(&self, organisation: &str) -> String {
        let mut text = format!("{}\n", self.what);
        if !self.cure.is_empty() {
            // A String takes everything.
            let _ = write!(text, "\nNext: {}\n", self.cure);
        }
        let _ = write!(
            text,
            "\n-- \nroundup, for {organisation}. Who gets this is set in roundup.toml, under [notify].\n"
        );
        text
    }
}

/// A text in which every word with an @ is gone, whatever is around it.
fn without_addresses(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "<>()[],;:\"'`".contains(c);
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends) {
        let end = piece.chars().next_back().filter(|c| ends(*c)).map_or(0, char::len_utf8);
        let (word, end) = piece.split_at(piece.len() - end);
        out.push_str(if word.contains(['@', '＠']) { "(an address)" } else { word });
        out.push_str(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_relays_words_lose_their_addresses() {
        for (words, expected) in [
            ("550 5.1.1 <ann@example.org>: user unknown", "550 5.1.1 <(an address)>: user unknown"),
            (
                "mail to ann@example.org,bob@x.org failed",
                "mail to (an address),(an address) failed",
            ),
            ("rejected=ann@example.org", "(an address)"),
            ("ann@example.org", "(an address)"),
            ("nobody was missed: 3 left", "nobody was missed: 3 left"),
        ] {
            assert_eq!(OperatorNotice::new(NoticeTopic::Paused, "", words, "").what, expected);
        }
    }

    proptest! {
        #[test]
        fn no_notice_holds_an_address(
            before in "\\PC{0,20}",
            local in "[a-z0-9.+=\"' -]{1,12}",
            domain in "[a-z0-9.-]{1,12}",
            after in "\\PC{0,20}"
        ) {
            let words = format!("{before}{local}@{domain}{after}");
            let notice = OperatorNotice::new(NoticeTopic::Paused, &words, &words, &words);
            let text = notice.text("Charity");
            prop_assert!(!text.contains('@') && !notice.subject.contains('@'), "{}", text);
        }
    }

    #[test]
    fn kinds_have_words_of_their_own_and_none_comes_more_than_once_an_hour() {
        let words: std::collections::BTreeSet<_> = NoticeTopic::ALL.map(NoticeTopic::word).into();
        assert_eq!(words.len(), NoticeTopic::ALL.len());
        assert!(NoticeTopic::ALL.iter().all(|topic| topic.every() >= TimeDelta::hours(1)));
    }

    #[test]
    fn settings_name_an_address_or_a_command() {
        for (text, empty) in [
            ("", true),
            ("command = \"  \"", true),
            ("to = \"sam@charity.example\"", false),
            ("to = [\"sam@charity.example\", \"jo@charity.example\"]", false),
            ("to = []", true),
            ("command = \"notify-send roundup\"", false),
        ] {
            let settings: Settings = toml::from_str(text).unwrap();
            assert_eq!(settings.is_empty(), empty, "{text}");
        }
        for wrong in [
            "to = \"sam\"",
            "to = \"a@b.org, c@d.org\"",
            "to = [\"a@b.org\", \"sam\"]",
            "command = \"a\\nb\"",
            "mail = 1",
        ] {
            assert!(toml::from_str::<Settings>(wrong).is_err(), "{wrong}");
        }
    }
}
