//! How much room a story gets: less, the more there are, until the email is small enough to arrive whole.
//! Pure: numbers in, a step out.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// From the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Each story has its picture over the whole width.
    Cards,
    /// A small picture beside the words.
    Rows,
    /// Titles with a line of words, and no pictures.
    List,
    /// A list of so many; the others are on the website.
    Top(usize),
}

/// More stories than these are not shown as cards: nobody scrolls so far.
const MOST_CARDS: usize = 8;
/// More than these do not fit as rows, and more than twice as many not as a list, however short their titles are: nobody
/// waits for an email that will be thrown away.
const MOST_ROWS: usize = 400;
/// What an email may have as it is sent, with both its parts: Gmail cuts off what has more than 102 KB, and personal words and
/// header fields come on top.
pub const MOST_BYTES: usize = 92_000;
/// Fewer are not worth an email; what is too large then has other reasons, and the checks say so.
const FEWEST: usize = 5;

impl Density {
    /// Where to begin.
    pub fn of(stories: usize) -> Self {
        if stories <= MOST_CARDS {
            Self::Cards
        } else if stories <= MOST_ROWS {
            Self::Rows
        } else if stories <= 2 * MOST_ROWS {
            Self::List
        } else {
            Self::Top(2 * MOST_ROWS)
        }
    }

    /// The next narrower step for an email of so many bytes and stories; `None` when there is none.
    pub fn narrower(self, bytes: usize, stories: usize) -> Option<Self> {
        match self {
            Self::Cards => Some(Self::Rows),
            Self::Rows => Some(Self::List),
            Self::List => Self::fewer(stories, bytes, stories),
            Self::Top(shown) => Self::fewer(shown, bytes, stories),
        }
    }

    /// As many as should fit, and at least one less than now.
    fn fewer(shown: usize, bytes: usize, stories: usize) -> Option<Self> {
        let fitting = shown * MOST_BYTES / bytes.max(1);
        let most = fitting.min(shown.saturating_sub(1)).min(stories.saturating_sub(1));
        (shown > FEWEST).then(|| Self::Top(most.max(FEWEST)))
    }

    /// How many of these stories it shows.
    pub fn shows(self, stories: usize) -> usize {
        match self {
            Self::Top(most) => most.min(stories),
            Self::Cards | Self::Rows | Self::List => stories,
        }
    }

    /// What templates ask.
    pub fn asked(self) -> Value {
        json!({
            "cards": self == Self::Cards,
            "rows": self == Self::Rows,
            "list": matches!(self, Self::List | Self::Top(_)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gets_narrower_until_it_fits_and_ends() {
        let mut density = Density::of(400);
        let mut steps = vec![density];
        // Each story has a kilobyte as a row, half of one in a list.
        while let size = density.shows(400) * if density == Density::Rows { 1000 } else { 500 }
            && size > MOST_BYTES
            && let Some(next) = density.narrower(size, 400)
        {
            density = next;
            steps.push(density);
        }
        assert_eq!(steps, [Density::Rows, Density::List, Density::Top(184)]);
        // What never fits ends too.
        let mut count = 0;
        let mut density = Density::Cards;
        while let Some(next) = density.narrower(usize::MAX / 1_000_000, 30) {
            assert!(next > density || next.shows(30) < density.shows(30));
            density = next;
            count += 1;
        }
        assert!(count < 30, "{density:?}");
        assert_eq!(density, Density::Top(FEWEST));
    }
}
