//! What an operator wants of an edition: cancel beats pause, and both beat an older send.
//! Pure: what is wanted now and what is wanted next in, what holds afterwards out.

use serde::{Deserialize, Serialize};

use crate::approval::StopKind;

/// What an operator wants of an edition, whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunControl {
    #[default]
    Go,
    /// Stop, until somebody lets it go on.
    Pause,
    /// Stop for ever: people who have nothing yet get nothing.
    Cancel,
}

impl RunControl {
    pub const ALL: [RunControl; 3] = [RunControl::Go, RunControl::Pause, RunControl::Cancel];

    /// What a decision of somebody's means for an edition that is planned.
    pub fn of(kind: StopKind) -> Self {
        match kind {
            StopKind::Cancelled => RunControl::Cancel,
            StopKind::Paused => RunControl::Pause,
            StopKind::Resumed | StopKind::Timed => RunControl::Go,
        }
    }

    /// Its word in the database.
    pub fn word(self) -> &'static str {
        match self {
            RunControl::Go => "go",
            RunControl::Pause => "pause",
            RunControl::Cancel => "cancel",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|control| control.word() == word)
    }

    /// Whether a new command takes the place of this one. `number` counts the commands for an edition, and `seen` is the number
    /// that the writer last saw: whoever lets an edition go on must have seen everything that stopped it.
    pub fn gives_way(self, number: i64, wanted: RunControl, seen: Option<i64>) -> bool {
        match (self, wanted) {
            // What was cancelled stays so.
            (RunControl::Cancel, _) => false,
            (RunControl::Go | RunControl::Pause, RunControl::Pause | RunControl::Cancel) => true,
            (RunControl::Go | RunControl::Pause, RunControl::Go) => {
                seen.is_none_or(|seen| seen == number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancel_beats_pause_and_both_beat_an_older_go() {
        for now in RunControl::ALL {
            assert_eq!(RunControl::parse(now.word()), Some(now));
            for wanted in RunControl::ALL {
                for seen in [None, Some(3), Some(4)] {
                    let expected = now != RunControl::Cancel
                        && (wanted != RunControl::Go || seen.is_none_or(|seen| seen == 4));
                    assert_eq!(now.gives_way(4, wanted, seen), expected, "{now:?} {wanted:?}");
                }
            }
        }
    }
}
