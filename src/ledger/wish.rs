//! What an operator wants of an edition: cancel beats pause, and both beat an older send.
//! Pure: what is wanted now and what is wanted next in, what holds afterwards out.

use serde::{Deserialize, Serialize};

/// What an operator wants of an edition, whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    #[default]
    Go,
    /// Stop, until somebody lets it go on.
    Pause,
    /// Stop for ever: people who have nothing yet get nothing.
    Cancel,
}

impl Wish {
    pub const ALL: [Wish; 3] = [Wish::Go, Wish::Pause, Wish::Cancel];

    /// Its word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Wish::Go => "go",
            Wish::Pause => "pause",
            Wish::Cancel => "cancel",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.word() == word)
    }

    /// Whether a new wish takes the place of this one. `number` counts the wishes of an edition, and `seen` is the number
    /// that the writer last saw: whoever lets an edition go on must have seen everything that stopped it.
    pub fn gives_way(self, number: i64, wanted: Wish, seen: Option<i64>) -> bool {
        match (self, wanted) {
            // What was cancelled stays so.
            (Wish::Cancel, _) => false,
            (Wish::Go | Wish::Pause, Wish::Pause | Wish::Cancel) => true,
            (Wish::Go | Wish::Pause, Wish::Go) => seen.is_none_or(|seen| seen == number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancel_beats_pause_and_both_beat_an_older_go() {
        for now in Wish::ALL {
            assert_eq!(Wish::parse(now.word()), Some(now));
            for wanted in Wish::ALL {
                for seen in [None, Some(3), Some(4)] {
                    let expected = now != Wish::Cancel
                        && (wanted != Wish::Go || seen.is_none_or(|seen| seen == 4));
                    assert_eq!(now.gives_way(4, wanted, seen), expected, "{now:?} {wanted:?}");
                }
            }
        }
    }
}
