//! How much room a story gets: less, the more there are, until the email is small enough to arrive whole.
//! Pure: numbers in, a step out.

use std::collections::BTreeMap;

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
    /// A list of this number of stories; the others are on the website.
    Top(usize),
}

/// An email that is only measured: as it was arranged, without one story or with all of them.
#[derive(Debug, Clone, Copy)]
pub struct HeldArrangement<'a> {
    pub density: Density,
    /// The story's id.
    pub without: Option<&'a str>,
}

/// More stories than these are not shown as cards: nobody scrolls so far.
const MOST_CARDS: usize = 8;
/// More than these do not fit as rows, however short their titles are: nobody waits for an email that will be thrown away.
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
        } else {
            Self::List
        }
    }

    /// The next narrower step; a list is the narrowest, and `ListSearch` finds how long it may be.
    #[must_use]
    pub fn narrower(self) -> Self {
        match self {
            Self::Cards => Self::Rows,
            Self::Rows | Self::List | Self::Top(_) => Self::List,
        }
    }

    /// A list of the first `shown` stories.
    pub fn list(shown: usize, stories: usize) -> Self {
        if shown < stories { Self::Top(shown) } else { Self::List }
    }

    /// How many of these stories it has no room for.
    pub fn hides(self, stories: usize) -> usize {
        stories.saturating_sub(self.shows(stories))
    }

    /// How many of these stories it shows.
    pub fn shows(self, stories: usize) -> usize {
        match self {
            Self::Top(most) => most.min(stories),
            Self::Cards | Self::Rows | Self::List => stories,
        }
    }

    /// What conditions in templates see.
    pub fn asked(self) -> Value {
        json!({
            "cards": self == Self::Cards,
            "rows": self == Self::Rows,
            "list": matches!(self, Self::List | Self::Top(_)),
        })
    }
}

/// Finds how many stories there is room for in a list, with few lists made: each takes about the same room.
#[derive(Debug)]
pub struct ListSearch {
    stories: usize,
    /// The bytes of each list that was made.
    measured: BTreeMap<usize, usize>,
}

impl ListSearch {
    /// About the number that fits where titles are short: a longer list is not made before this one is known to fit.
    const BEGINS_WITH: usize = 64;
    /// Lists that are made at most: a template may write anything.
    const MOST_TRIES: usize = 12;

    pub fn new(stories: usize) -> Self {
        Self { stories, measured: BTreeMap::new() }
    }

    /// Takes in how large the list of `shown` stories is.
    pub fn measure(&mut self, shown: usize, bytes: usize) {
        self.measured.insert(shown, bytes);
    }

    /// How many stories the next list to make has; `None` when the answer is known.
    pub fn next(&self) -> Option<usize> {
        let fits = self.fitting();
        let over = self.measured.iter().find(|(_, bytes)| **bytes > MOST_BYTES);
        let (least, most) = match (fits, over) {
            (None, None) => return Some(self.stories.min(Self::BEGINS_WITH)),
            (Some((shown, _)), None) => (shown + 1, self.stories),
            (None, Some((shown, _))) => (FEWEST.min(self.stories), shown - 1),
            (Some((shown, _)), Some((over, _))) => (shown + 1, over - 1),
        };
        if least > most || self.measured.len() >= Self::MOST_TRIES {
            return None;
        }
        let estimated = self.estimated();
        // One more would be too large.
        if fits.is_some() && estimated < least {
            return None;
        }
        Some(estimated.clamp(least, most))
    }

    /// The longest list that fits, or else the shortest that was made.
    pub fn best(&self) -> Option<usize> {
        let shortest = || self.measured.keys().next().copied();
        self.fitting().map(|(shown, _)| shown).or_else(shortest)
    }

    fn fitting(&self) -> Option<(usize, usize)> {
        let fitting = self.measured.iter().take_while(|(_, bytes)| **bytes <= MOST_BYTES);
        fitting.last().map(|(shown, bytes)| (*shown, *bytes))
    }

    /// The stories that fit if each took the same, from the two lists that are nearest to the most there may be.
    fn estimated(&self) -> usize {
        let mut near: Vec<(usize, usize)> =
            self.measured.iter().map(|(shown, bytes)| (*shown, *bytes)).collect();
        near.sort_by_key(|(_, bytes)| bytes.abs_diff(MOST_BYTES));
        match near[..] {
            [one, other, ..] => {
                let (less, more) = (one.min(other), one.max(other));
                let each = more.1.saturating_sub(less.1).max(1) / (more.0 - less.0);
                let each = each.max(1);
                if less.1 > MOST_BYTES {
                    less.0.saturating_sub((less.1 - MOST_BYTES).div_ceil(each))
                } else {
                    less.0 + (MOST_BYTES - less.1) / each
                }
            }
            [(shown, bytes)] => shown * MOST_BYTES / bytes.max(1),
            [] => Self::BEGINS_WITH,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The list that is found, and how many were made.
    fn found(stories: usize, bytes: impl Fn(usize) -> usize) -> (usize, usize) {
        let mut search = ListSearch::new(stories);
        let mut made = 0;
        while let Some(shown) = search.next() {
            assert!(search.measured.keys().all(|known| *known != shown), "{search:?} {shown}");
            assert!(shown <= stories);
            search.measure(shown, bytes(shown));
            made += 1;
        }
        (search.best().unwrap(), made)
    }

    #[test]
    fn steps_get_narrower() {
        assert_eq!([8, 9, 400, 401].map(Density::of), {
            use Density::{Cards, List, Rows};
            [Cards, Rows, Rows, List]
        });
        assert_eq!(Density::Cards.narrower(), Density::Rows);
        assert_eq!(Density::Rows.narrower(), Density::List);
        assert_eq!([Density::list(7, 7), Density::list(6, 7)], [Density::List, Density::Top(6)]);
    }

    #[test]
    fn what_never_fits_and_what_always_does() {
        assert_eq!(found(3000, |_| MOST_BYTES * 9).0, FEWEST);
        assert_eq!(found(3, |_| MOST_BYTES * 9).0, 3);
        assert_eq!(found(3000, |_| 1).0, 3000);
        assert_eq!(found(30, |shown| shown), (30, 1));
    }

    proptest! {
        /// Where all stories take about the same, the answer is the longest list that fits, or a few stories fewer.
        #[test]
        fn the_longest_list_that_fits_is_found_with_few_made(
            stories in 1usize..6000,
            head in 0usize..60_000,
            each in 100usize..3000,
            uneven in 1usize..7,
        ) {
            // Every few stories one takes half as much again.
            let bytes = |shown: usize| head + shown * each + shown / uneven * each / 2;
            let (shown, made) = found(stories, bytes);
            let longest = (1..=stories).rev().find(|shown| bytes(*shown) <= MOST_BYTES).unwrap_or(0);
            prop_assert!(shown <= longest.max(FEWEST.min(stories)), "{shown} {longest}");
            prop_assert!(shown + 2 + longest / 50 >= longest, "{shown} {longest}");
            prop_assert!(made <= 8, "{made}");
        }

        /// Whatever a template writes, the search ends, and with a list that fits if it has met one.
        #[test]
        fn it_ends_whatever_a_template_writes(
            stories in 1usize..3000,
            sizes in prop::collection::vec(0usize..200_000, 1..40),
        ) {
            let bytes = |shown: usize| sizes[shown % sizes.len()];
            let (shown, made) = found(stories, bytes);
            prop_assert!((1..=stories).contains(&shown));
            prop_assert!(made <= ListSearch::MOST_TRIES);
        }
    }
}
