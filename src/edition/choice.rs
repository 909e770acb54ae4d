//! The top stories of a long time: what editors had pinned, then the best of each topic in turn.
//! Pure: stories in, a choice out. Nothing is left out in silence: what is not chosen is named.

use std::collections::{BTreeMap, BTreeSet};

use crate::news::Item;

/// Chooses `count` stories, in their order. The others are given too.
pub fn top<'a>(
    items: &[&'a Item],
    count: usize,
    pinned: &BTreeSet<String>,
) -> (Vec<&'a Item>, Vec<&'a Item>) {
    let mut chosen: BTreeSet<usize> =
        (0..items.len()).filter(|at| pinned.contains(&items[*at].id)).take(count).collect();
    // Each topic's own, the fullest first: with a picture, then the longest text, then the newest.
    let mut topics: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        topics.entry(item.topics.first().map_or("", String::as_str)).or_default().push(at);
    }
    let mut queues: Vec<(&str, Vec<usize>)> = topics.into_iter().collect();
    for (_, queue) in &mut queues {
        queue.sort_by_key(|at| {
            let item = items[*at];
            (item.image.is_none(), std::cmp::Reverse(item.summary.len().min(600)), *at)
        });
        queue.reverse();
    }
    // The topic with the most stories was the year's; what has no topic comes last.
    queues.sort_by_key(|(topic, queue)| (topic.is_empty(), std::cmp::Reverse(queue.len()), *topic));
    while chosen.len() < count.min(items.len()) {
        for (_, queue) in &mut queues {
            while let Some(at) = queue.pop() {
                if chosen.insert(at) {
                    break;
                }
            }
            if chosen.len() == count {
                break;
            }
        }
    }
    let is_chosen = |at: &usize| chosen.contains(at);
    let pick = |wanted: bool| {
        (0..items.len()).filter(|at| is_chosen(at) == wanted).map(|at| items[at]).collect()
    };
    (pick(true), pick(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, topic: &str, length: usize) -> Item {
        Item {
            id: id.to_owned(),
            topics: (!topic.is_empty()).then(|| topic.to_owned()).into_iter().collect(),
            summary: "x".repeat(length),
            ..Item::default()
        }
    }

    #[test]
    fn pins_first_then_each_topic_in_turn() {
        let items = [
            item("a1", "a", 10),
            item("a2", "a", 30),
            item("a3", "a", 20),
            item("b1", "b", 10),
            item("none", "", 500),
            item("pin", "b", 1),
        ];
        let all: Vec<&Item> = items.iter().collect();
        let ids = |count: usize| {
            let (chosen, rest) = top(&all, count, &["pin".to_owned()].into());
            assert_eq!(chosen.len() + rest.len(), all.len());
            chosen.iter().map(|item| item.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(ids(1), ["pin"]);
        assert_eq!(ids(2), ["a2", "pin"]);
        assert_eq!(ids(3), ["a2", "b1", "pin"]);
        assert_eq!(ids(4), ["a2", "b1", "none", "pin"]);
        assert_eq!(ids(5), ["a2", "a3", "b1", "none", "pin"]);
        assert_eq!(ids(99).len(), 6);
    }
}
