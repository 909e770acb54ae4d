//! People in groups, none so small that it points at somebody.
//! Pure: counts in, counts out that add up to the same.

use serde::Serialize;

/// Groups of fewer people are put together: "1 person by a corporate basis" may be somebody whom a trustee knows.
pub const SMALLEST_GROUP: u64 = 5;

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
    /// groups could tell which they are in.
    pub in_small_groups: u64,
}

impl Breakdown {
    pub fn of(counts: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut groups: Vec<GroupCount> = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(group, count)| GroupCount { group, count })
            .collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.group.cmp(&b.group)));
        let mut in_small_groups = 0;
        while let Some(last) = groups.last() {
            let is_small = last.count < SMALLEST_GROUP;
            let would_show = in_small_groups > 0 && in_small_groups < SMALLEST_GROUP;
            if !is_small && !would_show {
                break;
            }
            in_small_groups += last.count;
            groups.pop();
        }
        Self { groups, in_small_groups }
    }

    pub fn total(&self) -> u64 {
        self.groups.iter().map(|group| group.count).sum::<u64>() + self.in_small_groups
    }

    /// Every group, the small ones under one name.
    pub fn shown(&self) -> Vec<(String, u64)> {
        let groups = self.groups.iter().map(|group| (group.group.clone(), group.count));
        let small = (self.in_small_groups > 0)
            .then(|| ("several groups together".to_owned(), self.in_small_groups));
        groups.chain(small).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
