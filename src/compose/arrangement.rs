//! Which block of the email each story stands in: the lead, a card, an event, a brief.
//! Pure: an edition and a density in, stories by block out.

use std::collections::BTreeSet;

use super::layout::Density;
use crate::edition::draft::Grouping;
use crate::edition::{Edition, choice};
use crate::news::Item;

/// More quotations than these are a page of them.
const MOST_QUOTES: usize = 3;
/// A longer list than this has no small pictures: it would be long and heavy, and a year has its pictures at the top.
const MOST_THUMBNAILS: usize = 12;

/// The stories of each block, in the edition's order.
#[derive(Debug, PartialEq, Eq)]
pub struct Arrangement<'a> {
    /// The pinned ones. Where none is pinned, the first story of a short window leads, and a year has highlights.
    pub leading: Vec<&'a Item>,
    pub cards: Vec<&'a Item>,
    pub events: Vec<&'a Item>,
    pub briefs: Vec<&'a Item>,
    /// Those in which somebody is quoted.
    pub quotes: Vec<&'a Item>,
    /// What a section of the briefs looks like.
    pub form: BriefForm,
}

/// How the stories of a section are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BriefForm {
    /// Two by two with their pictures.
    Cards,
    /// With a line of words and a small picture.
    Rows,
    /// With a line of words.
    Lines,
    /// Day and title.
    Titles,
}

impl<'a> Arrangement<'a> {
    /// `may_lead`: where no story is pinned, others lead.
    pub fn of(edition: &'a Edition, density: Density, may_lead: bool) -> Self {
        let shown = density.shows(edition.shown().count());
        let all: Vec<&Item> = edition.shown().take(shown).collect();
        let by_month = is_by_month(edition);
        let leads: BTreeSet<&str> = if may_lead && edition.pinned.is_empty() && by_month {
            highlights(&all)
        } else {
            let leading = edition.pinned.len().max(usize::from(may_lead));
            all.iter().take(leading).map(|item| item.id.as_str()).collect()
        };
        let (leading, mut briefs): (Vec<_>, Vec<_>) =
            all.iter().copied().partition(|item| leads.contains(item.id.as_str()));
        let is_list = matches!(density, Density::List | Density::Top(_));
        let (mut events, mut cards) = (Vec::new(), Vec::new());
        if !by_month && !is_list {
            events = briefs.extract_if(.., |item| item.event.is_some()).collect();
            // In the order in which they take place: what is next stands first.
            events.sort_by_key(|item| {
                item.event.as_ref().map(|event| event.date.days(chrono_tz::UTC))
            });
        }
        let by_topic = edition.group == Grouping::Topic;
        if !by_month && !by_topic && !is_list {
            cards = briefs.drain(..cards_of(briefs.len())).collect();
        }
        let form = match density {
            Density::Cards if by_topic && !by_month => BriefForm::Cards,
            Density::Cards if !by_month => BriefForm::Titles,
            Density::Cards | Density::Rows if briefs.len() <= MOST_THUMBNAILS => BriefForm::Rows,
            Density::Cards | Density::Rows => BriefForm::Lines,
            Density::List | Density::Top(_) => BriefForm::Titles,
        };
        let quoting = all.iter().filter(|item| item.quote.is_some() && !is_list);
        Self {
            quotes: quoting.take(MOST_QUOTES).copied().collect(),
            leading,
            cards,
            events,
            briefs,
            form,
        }
    }

    /// Keeps some stories; they stay in their blocks.
    pub fn retain(&mut self, kept: impl Fn(&&Item) -> bool) {
        let Self { leading, cards, events, briefs, quotes, form: _ } = self;
        for block in [leading, cards, events, briefs, quotes] {
            block.retain(|item| kept(item));
        }
    }
}

/// The stories at the top of a year in which nobody has pinned any: one, or more where there are pictures of them, so that
/// pairs stand below the first.
fn highlights<'a>(all: &[&'a Item]) -> BTreeSet<&'a str> {
    let pictured: Vec<&Item> = all.iter().filter(|item| item.image.is_some()).copied().collect();
    let (from, count) = match pictured.len() {
        5.. if all.len() >= 12 => (&pictured[..], 5),
        3.. if all.len() >= 8 => (&pictured[..], 3),
        1.. => (&pictured[..], 1),
        0 => (all, 1),
    };
    let (chosen, _) = choice::top(from, count, &BTreeSet::new());
    chosen.into_iter().map(|item| item.id.as_str()).collect()
}

/// Whether its sections are months.
pub fn is_by_month(edition: &Edition) -> bool {
    edition.template == "year" || edition.window.is_year()
}

/// How many of a number of stories are cards: all of a few, and of more an even number that leaves some briefs.
fn cards_of(stories: usize) -> usize {
    match stories {
        0..=4 => stories,
        5 | 6 => 2,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::edition::Draft;
    use crate::news::readers::markdown;
    use crate::window::select;

    fn edition(stories: usize, pinned: usize, front: &str, window: &str) -> Edition {
        let items = (0..stories).flat_map(|n| {
            let event = if n % 4 == 3 { "event: 2021-01-15\n" } else { "" };
            let text = format!(
                "---\ntitle: T{n}\ndate: 2020-12-01\n{event}quote: Q\ntopics: [t{}]\n---\nWords.\n",
                n % 3
            );
            markdown::read("news", &format!("news/s{n:02}.md"), &text, London).items
        });
        let named: Vec<String> = (0..stories).map(|n| format!("  - s{n:02}\n")).collect();
        let list = |name: &str, ids: &[String]| match ids {
            [] => format!("{name}: []\n"),
            ids => format!("{name}:\n{}", ids.concat()),
        };
        let (first, others) = named.split_at(pinned);
        let text = format!(
            "---\nsubject: x\nwindow: {window}\n{front}{}{}---\n",
            list("pinned", first),
            list("items", others)
        );
        let draft = Draft::read("x", "editions/x.md", &text, London).unwrap();
        let selection = select(items.collect(), &draft.window, "2026-01-01".parse().unwrap());
        crate::edition::edit(&draft, selection).unwrap()
    }

    #[test]
    fn every_story_stands_in_one_block_whatever_there_is() {
        let densities = [Density::Cards, Density::Rows, Density::List, Density::Top(7)];
        for stories in 1..14 {
            for pinned in 0..=stories.min(4) {
                for front in ["", "group: topic\n", "template: year\n"] {
                    for window in ["2020-12", "2020"] {
                        let edition = edition(stories, pinned, front, window);
                        for density in densities {
                            let found = Arrangement::of(&edition, density, true);
                            let case = format!("{stories} {pinned} {front} {window} {density:?}");
                            let mut ids: Vec<&str> =
                                [&found.leading, &found.cards, &found.events, &found.briefs]
                                    .into_iter()
                                    .flatten()
                                    .map(|item| item.id.as_str())
                                    .collect();
                            ids.sort_unstable();
                            let mut all: Vec<&str> = edition
                                .shown()
                                .take(density.shows(stories))
                                .map(|item| item.id.as_str())
                                .collect();
                            all.sort_unstable();
                            assert_eq!(ids, all, "{case}");
                            assert_eq!(found.leading.len(), pinned.max(1), "{case}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_year_without_a_pin_begins_with_pictures() {
        for (stories, pictured, leading) in
            [(1, 0, 1), (7, 7, 1), (8, 2, 1), (8, 3, 3), (12, 4, 3), (12, 5, 5), (26, 9, 5)]
        {
            let mut edition = edition(stories, 0, "template: year\n", "2020");
            for item in edition.items.iter_mut().rev().take(pictured) {
                item.image = Some(crate::news::item::Image::default());
            }
            let found = Arrangement::of(&edition, Density::Rows, true);
            assert_eq!(found.leading.len(), leading, "{stories} {pictured}");
            let are_pictured = found.leading.iter().all(|item| item.image.is_some());
            assert_eq!(are_pictured, pictured > 0, "{stories} {pictured}");
            assert!(Arrangement::of(&edition, Density::Rows, false).leading.is_empty());
        }
    }

    #[test]
    fn a_few_are_cards_and_more_leave_briefs() {
        let shape = |stories| {
            let cards = cards_of(stories);
            (cards, stories - cards)
        };
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 20].map(shape),
            [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (2, 3), (2, 4), (4, 3), (4, 4), (4, 16)]
        );
    }
}
