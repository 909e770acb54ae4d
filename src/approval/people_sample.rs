//! Who an edition was approved for, without anybody's name: keyed names, of a long list only some.
//! Pure: values in, values out.

use serde::{Deserialize, Serialize};

/// All names of a shorter list are kept; of a longer one these are enough to see one person in ten go, give or take one in a
/// hundred.
const MOST_NAMES: usize = 1_000;

/// The smallest of the keyed names, in order. The names are as good as random, so that the smallest are a fair sample: two
/// lists that share people share these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PeopleSample {
    names: Vec<u64>,
}

/// How the people of two looks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeopleChange {
    /// Those who are not among them any more.
    pub left: u64,
    /// Those who were not among them.
    pub joined: u64,
    /// Whether everybody was compared; else a sample was.
    pub is_exact: bool,
}

impl PeopleSample {
    pub fn of(mut names: Vec<u64>) -> Self {
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST_NAMES);
        Self { names }
    }

    /// The greatest name below which it has everybody; none where it has everybody.
    fn limit(&self) -> Option<u64> {
        self.names.last().copied().filter(|_| self.names.len() >= MOST_NAMES)
    }

    /// How a later look at `now` people differs from this one at `then` people.
    pub fn change_to(&self, later: &Self, then: u64, now: u64) -> PeopleChange {
        let limit = [self.limit(), later.limit()].into_iter().flatten().min();
        let is_compared = |name: &&u64| limit.is_none_or(|limit| **name <= limit);
        let compared: Vec<&u64> = self.names.iter().filter(is_compared).collect();
        let is_gone = |name: &&&u64| later.names.binary_search(name).is_err();
        let gone = compared.iter().filter(is_gone).count() as u64;
        let left = match compared.len() as u64 {
            0 => then,
            all => scaled(then, gone, all),
        };
        let joined = now.saturating_sub(then.saturating_sub(left));
        // Where more were there than can have stayed, the sample was a little off.
        let left = left.max(then.saturating_sub(now));
        PeopleChange { left, joined, is_exact: limit.is_none() }
    }
}

/// `whole · part / all`, to the nearest.
fn scaled(whole: u64, part: u64, all: u64) -> u64 {
    let exact = (u128::from(whole) * u128::from(part) + u128::from(all) / 2) / u128::from(all);
    u64::try_from(exact).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As good as random, and the same each time (`SplitMix64`).
    fn name(person: u64) -> u64 {
        let mut z = person.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn sample(people: std::ops::Range<u64>) -> PeopleSample {
        PeopleSample::of(people.map(name).collect())
    }

    proptest! {
        /// Of a list that is known whole each person who came or went is counted, whatever the order.
        #[test]
        fn a_short_list_is_compared_person_by_person(
            then in 0u64..900, gone in 0u64..900, come in 0u64..900
        ) {
            let (gone, come) = (gone.min(then), come.min(900 - (then - gone.min(then))));
            let change = sample(0..then).change_to(&sample(gone..then + come), then, then - gone + come);
            prop_assert_eq!(change, PeopleChange { left: gone, joined: come, is_exact: true });
        }

        /// Of a longer one the sample is right to about one in forty; one in sixteen is never seen.
        #[test]
        fn a_long_list_is_compared_by_a_sample(then in 2_000u64..40_000, gone in 0u64..=100, come in 0u64..=100) {
            let (gone, come) = (then * gone / 100, then * come / 100);
            let now = then - gone + come;
            let change = sample(0..then).change_to(&sample(gone..then + come), then, now);
            prop_assert!(change.left.abs_diff(gone) <= then / 16, "{:?} {}", change, gone);
            prop_assert!(change.joined.abs_diff(come) <= then / 16, "{:?} {}", change, come);
            prop_assert_eq!(then - change.left + change.joined, now);
        }
    }

    #[test]
    fn the_same_people_in_another_order_are_the_same() {
        for people in [0, 1, 999, 1_000, 1_001, 30_000] {
            let names: Vec<u64> = (0..people).map(name).collect();
            let turned = PeopleSample::of(names.iter().rev().copied().collect());
            let change = PeopleSample::of(names).change_to(&turned, people, people);
            assert_eq!((change.left, change.joined), (0, 0), "{people}");
            assert_eq!(change.is_exact, people < 1_000);
        }
    }
}
