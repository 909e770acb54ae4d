//! Who has stopped an edition before it was planned, and what lets it go out again.
//! Pure: values in, values out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Approval;

/// The edition of a pause that stops everything: a command that put its question before it sends nothing, and may begin again.
pub const EVERY_EDITION: &str = "";

/// What somebody has decided about an edition that nobody has planned yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// It is not sent by anybody: every approval before this is void.
    Cancelled,
    /// It waits until somebody lets it go on: approvals keep their worth.
    Paused,
    /// A pause is over: `send --unpause`.
    Resumed,
    /// It has a time again: neither the pause nor the cancellation holds any more.
    Timed,
}

impl StopKind {
    pub const ALL: [Self; 4] = [Self::Cancelled, Self::Paused, Self::Resumed, Self::Timed];

    /// As a database has it, and as people read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Timed => "timed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether whoever writes it must have seen every stop before it: nobody lifts what they have not seen.
    pub fn lifts(self) -> bool {
        match self {
            Self::Resumed | Self::Timed => true,
            Self::Cancelled | Self::Paused => false,
        }
    }
}

/// A stop of an edition: its kind, and who set it, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditionStop {
    pub edition: String,
    pub kind: StopKind,
    pub who: String,
    /// The computer's user.
    pub account: String,
    pub at: DateTime<Utc>,
    /// How many approvals the edition had by then, counted by the ledger: those behind them are newer.
    #[serde(skip)]
    pub approvals: usize,
}

impl EditionStop {
    /// `cancelled by Amina (account office) on 27 November 2026 at 08:01`
    pub fn words(&self, zone: chrono_tz::Tz) -> String {
        let at = self.at.with_timezone(&zone).format("%-d %B %Y at %H:%M");
        let kind = match self.kind {
            StopKind::Timed => "given a time again",
            kind => kind.word(),
        };
        format!("{kind} by {} (account {}) on {at}", self.who, self.account)
    }
}

/// All that people have decided about one edition, each in the order in which it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditionDecisions {
    pub approvals: Vec<Approval>,
    pub stops: Vec<EditionStop>,
    /// How often everything was paused: it holds nothing back that begins after it.
    pub pauses_of_everything: usize,
}

impl EditionDecisions {
    /// What somebody who looks now has seen: nothing may be added to it until they plan.
    pub fn stops_seen(&self) -> usize {
        self.stops.len() + self.pauses_of_everything
    }

    pub fn is_empty(&self) -> bool {
        self.approvals.is_empty() && self.stops.is_empty()
    }

    /// The cancellation that holds until enough people have approved the edition again.
    pub fn cancelled(&self) -> Option<&EditionStop> {
        let mut last = None;
        for stop in &self.stops {
            match stop.kind {
                StopKind::Cancelled => last = Some(stop),
                StopKind::Timed => last = None,
                StopKind::Paused | StopKind::Resumed => {}
            }
        }
        last
    }

    /// The pause that holds until somebody approves the edition again.
    pub fn paused(&self) -> Option<&EditionStop> {
        self.stops.iter().rfind(|stop| stop.kind != StopKind::Cancelled).filter(|stop| {
            match stop.kind {
                StopKind::Paused => true,
                StopKind::Cancelled | StopKind::Resumed | StopKind::Timed => false,
            }
        })
    }

    /// What stops it where nobody has approved it since: a cancellation before a pause.
    pub fn stop_without_approval(&self) -> Option<&EditionStop> {
        let mut stops = [self.cancelled(), self.paused()].into_iter().flatten();
        stops.find(|stop| self.approvals.len() <= stop.approvals)
    }
}
