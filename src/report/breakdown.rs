//! People in groups, none so small that it points at somebody: the one place where that is decided.
//! Pure: counts in, counts out that add up to the same.
//!
//! | figures | shown |
//! | --- | --- |
//! | of the whole edition: people, accepted, came back, refused because of us, complained, left, new, gone | always |
//! | groups: basis, for good or for now, reasons for leaving, mailbox providers | from five people on |
//! | groups of a year | the sum of what its editions show, so that no subtraction gives away what they do not |
//!
//! Small groups that would be the difference between the rest and the whole are put together with larger ones.

use std::collections::BTreeMap;

use serde::Serialize;

/// Groups of fewer people are put together: "1 person by a corporate basis" may be somebody whom a trustee knows.
pub const SMALLEST_GROUP: u64 = 5;

/// What people in small groups are shown as.
pub const TOGETHER: &str = "several groups together";

/// A group, and how many are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupCount {
    pub group: String,
    pub count: u64,
}

/// Groups that may be shown, the largest first, and everybody else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Breakdown {
    pub groups: Vec<GroupCount>,
    /// Those in groups under five. Never one to four of them beside a group that is shown: whoever knows the names of all
    /// groups could work out which they are in.
    pub in_small_groups: u64,
}

impl Breakdown {
    pub fn of(counts: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut groups = largest_first(counts.into_iter().filter(|(_, count)| *count > 0));
        let small = groups.split_off(number_shown(&groups));
        let in_small_groups = small.iter().map(|group| group.count).sum();
        Self { groups, in_small_groups }
    }

    /// The sums of what others show, and of what they do not.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let parts: Vec<&Self> = parts.into_iter().collect();
        Self {
            groups: Self::counts(parts.iter().flat_map(|part| &part.groups)),
            in_small_groups: parts.iter().map(|part| part.in_small_groups).sum(),
        }
    }

    /// Counts of the same groups together, the largest first.
    pub fn counts<'a>(parts: impl IntoIterator<Item = &'a GroupCount>) -> Vec<GroupCount> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for part in parts {
            *counts.entry(&part.group).or_default() += part.count;
        }
        largest_first(counts.into_iter().map(|(group, count)| (group.to_owned(), count)))
    }

    /// How many are in a group, if it is shown.
    pub fn of_group(&self, name: &str) -> Option<u64> {
        self.groups.iter().find(|group| group.group == name).map(|group| group.count)
    }

    pub fn total(&self) -> u64 {
        self.groups.iter().map(|group| group.count).sum::<u64>() + self.in_small_groups
    }

    /// Every group, the small ones under one name.
    pub fn shown(&self) -> Vec<(String, u64)> {
        let groups = self.groups.iter().map(|group| (group.group.clone(), group.count));
        let small = (self.in_small_groups > 0).then(|| (TOGETHER.to_owned(), self.in_small_groups));
        groups.chain(small).collect()
    }
}

/// How many of some groups, the largest first, may be shown.
fn number_shown(groups: &[GroupCount]) -> usize {
    let mut shown = groups.iter().take_while(|group| group.count >= SMALLEST_GROUP).count();
    let small = &groups[shown..];
    let mut together: u64 = small.iter().map(|group| group.count).sum();
    let each_is_as_large_as_can_be = together == (SMALLEST_GROUP - 1) * small.len() as u64;
    if together == 0 || (together >= SMALLEST_GROUP && !each_is_as_large_as_can_be) {
        return shown;
    }
    // Larger ones go with them, until whatever is shown is larger than all of those: then its place says nothing of them.
    while shown > 0 {
        shown -= 1;
        together += groups[shown].count;
        if shown == 0 || groups[shown - 1].count > together {
            break;
        }
    }
    shown
}

/// Groups with their counts, the largest first.
pub(super) fn largest_first(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<GroupCount> {
    let named = counts.into_iter().map(|(group, count)| GroupCount { group, count });
    let mut groups: Vec<GroupCount> = named.collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.group.cmp(&b.group)));
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// All ways in which a number of people can be in a number of groups.
    fn splits(total: u64, groups: usize) -> Vec<Vec<u64>> {
        if groups == 1 {
            return vec![vec![total]];
        }
        let first = |first| {
            splits(total - first, groups - 1).into_iter().map(move |mut rest| {
                rest.push(first);
                rest
            })
        };
        (0..=total).flat_map(first).collect()
    }

    /// Whoever knows every group, what is shown and how it is decided what is shown.
    #[test]
    fn no_group_under_five_can_be_computed_from_what_is_shown() {
        for (groups, most) in [(2, 40), (3, 26), (4, 18)] {
            for total in 1..=most {
                let mut ways: HashMap<Vec<(String, u64)>, Vec<Vec<u64>>> = HashMap::new();
                for counts in splits(total, groups) {
                    let named = (0..).zip(&counts).map(|(at, count)| (format!("g{at}"), *count));
                    ways.entry(Breakdown::of(named).shown()).or_default().push(counts);
                }
                for (shown, ways) in ways {
                    for at in 0..groups {
                        let found = ways[0][at];
                        let is_sure = ways.iter().all(|counts| counts[at] == found);
                        assert!(
                            !is_sure || found == 0 || found >= SMALLEST_GROUP,
                            "{shown:?} gives away that {found} are in g{at}"
                        );
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn nobody_is_lost_and_no_small_group_is_shown(counts in prop::collection::vec(0_u64..20, 0..9)) {
            let named = counts.iter().enumerate().map(|(at, count)| (format!("g{at}"), *count));
            let breakdown = Breakdown::of(named);
            prop_assert_eq!(breakdown.total(), counts.iter().sum::<u64>());
            prop_assert!(breakdown.groups.iter().all(|group| group.count >= SMALLEST_GROUP));
            let small = breakdown.in_small_groups;
            prop_assert!(small == 0 || small >= SMALLEST_GROUP || breakdown.groups.is_empty());
        }
    }
}
