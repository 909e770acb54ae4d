//! Which story went out in which edition: once, twice, never, and why; and those that came too late for theirs.
//! Pure: stories and editions in, a table out.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::news::Item;
use crate::news::dedupe::canonical;
use crate::window::{Placement, Selection, Window};

/// An edition that was planned for its people, and the stories it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierEdition {
    pub name: String,
    pub window: Window,
    pub planned_at: DateTime<Utc>,
    /// The ids of its stories.
    pub ids: BTreeSet<String>,
    /// Their addresses in canonical form; all that is known of editions of earlier versions.
    pub links: BTreeSet<String>,
    /// Ids that its draft leaves out on purpose.
    pub left_out: BTreeSet<String>,
}

impl EarlierEdition {
    pub fn has(&self, item: &Item) -> bool {
        self.ids.iter().any(|id| item.is_named(id))
            || (self.ids.is_empty()
                && item.link.as_deref().is_some_and(|link| self.links.contains(&canonical(link))))
    }

    fn is_within(&self, other: &Self) -> bool {
        self.name != other.name
            && self.window.start >= other.window.start
            && self.window.end <= other.window.end
    }
}

/// What became of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// In one edition, and perhaps again in round-ups of a longer time.
    Once,
    /// In several editions, none of which is a round-up of the other.
    Twice,
    Never(MissedReason),
}

/// Why a story was in no edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissedReason {
    Undated,
    /// Its source took it away.
    Gone(DateTime<Utc>),
    /// It is dated after today.
    Waits(NaiveDate),
    /// No edition's window has its day.
    NoEdition,
    /// It came when the edition of its day was planned already.
    Late(String),
    LeftOut(String),
    /// It was known, and its edition does not have it: a line taken out of the draft, or no room.
    NotTold(String),
}

impl MissedReason {
    /// In words for people.
    pub fn words(&self) -> String {
        match self {
            Self::Undated => "its date is not exact enough".to_owned(),
            Self::Gone(at) => format!("its source removed it ({})", at.format("%-d %B %Y")),
            Self::Waits(day) => format!("it is dated in the future ({})", day.format("%-d %B %Y")),
            Self::NoEdition => "no edition covers its date".to_owned(),
            Self::Late(edition) => format!("it arrived after {edition} was planned"),
            Self::LeftOut(edition) => format!("left out of {edition} on purpose"),
            Self::NotTold(edition) => format!("{edition} covers its date but does not include it"),
        }
    }
}

/// One story and the editions that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow<'a> {
    pub item: &'a Item,
    /// By their place among the editions.
    pub editions: Vec<usize>,
    pub fate: Fate,
}

/// Every story of a reading, and what became of it.
pub fn cover<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    mailed: &[EarlierEdition],
    today: NaiveDate,
) -> Vec<CoverageRow<'a>> {
    items
        .into_iter()
        .map(|item| {
            let editions: Vec<usize> =
                (0..mailed.len()).filter(|at| mailed[*at].has(item)).collect();
            let first_hand = editions
                .iter()
                .filter(|at| !editions.iter().any(|other| mailed[*other].is_within(&mailed[**at])));
            let fate = match first_hand.count() {
                0 => Fate::Never(why(item, mailed, today)),
                1 => Fate::Once,
                _ => Fate::Twice,
            };
            CoverageRow { item, editions, fate }
        })
        .collect()
}

fn why(item: &Item, mailed: &[EarlierEdition], today: NaiveDate) -> MissedReason {
    let by_name = mailed.iter().find(|edition| edition.left_out.iter().any(|id| item.is_named(id)));
    if let Some(gone) = item.seen.gone {
        return MissedReason::Gone(gone);
    }
    if let Some(edition) = by_name {
        return MissedReason::LeftOut(edition.name.clone());
    }
    let Some(date) = item.date else { return MissedReason::Undated };
    let verdicts: Vec<(&EarlierEdition, Placement)> =
        mailed.iter().map(|edition| (edition, edition.window.judge(date))).collect();
    // The shortest window is the edition it was first meant for.
    let own = verdicts
        .iter()
        .filter(|(_, verdict)| *verdict == Placement::In)
        .map(|(edition, _)| *edition)
        .min_by_key(|edition| edition.window.end - edition.window.start);
    let Some(edition) = own else {
        let first_day = date.days(mailed.first().map_or(chrono_tz::UTC, |m| m.window.zone)).0;
        if first_day > today {
            return MissedReason::Waits(first_day);
        }
        let cannot_say = verdicts.iter().any(|(_, verdict)| *verdict == Placement::CannotSay);
        return if cannot_say { MissedReason::Undated } else { MissedReason::NoEdition };
    };
    if item.seen.first.is_some_and(|seen| seen > edition.planned_at) {
        MissedReason::Late(edition.name.clone())
    } else {
        MissedReason::NotTold(edition.name.clone())
    }
}

/// The stories that no edition has because they came after the one of their day was planned, with its name: they are
/// offered to the next. What an editor left out on purpose is not offered again.
fn late<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    mailed: &[EarlierEdition],
    today: NaiveDate,
) -> Vec<(&'a Item, String)> {
    cover(items, mailed, today)
        .into_iter()
        .filter_map(|row| match row.fate {
            Fate::Never(MissedReason::Late(edition)) => Some((row.item, edition)),
            Fate::Never(_) | Fate::Once | Fate::Twice => None,
        })
        .collect()
}

/// The stories of days before a window that came too late for the edition of their day.
pub fn late_for<'a>(
    selection: &'a Selection,
    mailed: &[EarlierEdition],
    window: &Window,
    today: NaiveDate,
) -> Vec<(&'a Item, String)> {
    let is_before =
        |item: &&Item| item.date.is_some_and(|date| window.judge(date) == Placement::Before);
    late(selection.left_out.iter().map(|(item, _)| item).filter(is_before), mailed, today)
}

/// When the first of these editions was planned: a story that was there then is late for none.
pub fn first_planned(mailed: &[EarlierEdition]) -> Option<DateTime<Utc>> {
    mailed.iter().map(|edition| edition.planned_at).min()
}

/// The window that ends last.
pub fn last_window(mailed: &[EarlierEdition]) -> Option<&Window> {
    mailed.iter().map(|edition| &edition.window).max_by_key(|window| window.end)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::PartialDate;

    fn time(text: &str) -> DateTime<Utc> {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    fn item(id: &str, date: &str, seen: &str) -> Item {
        let mut item = Item {
            id: id.to_owned(),
            date: PartialDate::parse(date, London).ok(),
            ..Item::default()
        };
        item.seen.first = Some(time(seen));
        item
    }

    fn mailed(window: Window, planned: &str, ids: &[&str]) -> EarlierEdition {
        EarlierEdition {
            name: window.name(),
            window,
            planned_at: time(planned),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            links: BTreeSet::new(),
            left_out: BTreeSet::new(),
        }
    }

    fn editions() -> Vec<EarlierEdition> {
        let mut november = mailed(
            Window::month("2020-11", London).unwrap(),
            "2020-12-01",
            &["once", "twice", "year"],
        );
        november.left_out.insert("left".to_owned());
        vec![
            november,
            mailed(Window::month("2020-12", London).unwrap(), "2021-01-01", &["twice"]),
            mailed(Window::year("2020", London).unwrap(), "2021-01-02", &["year"]),
        ]
    }

    #[test]
    fn every_story_has_a_fate() {
        let gone = Item {
            seen: crate::news::item::Sightings {
                gone: Some(time("2020-12-09")),
                ..Default::default()
            },
            ..item("gone", "2020-11-05", "2020-11-05")
        };
        let items = [
            item("once", "2020-11-03", "2020-11-03"),
            item("twice", "2020-11-03", "2020-11-03"),
            item("year", "2020-11-03", "2020-11-03"),
            item("left", "2020-11-03", "2020-11-03"),
            item("late", "2020-11-03", "2020-12-09"),
            item("dropped", "2020-11-03", "2020-11-03"),
            item("old", "2019-11-03", "2020-11-03"),
            item("future", "2031-01-01", "2020-11-03"),
            item("undated", "", "2020-11-03"),
            item("unsure", "2020", "2020-11-03"),
            gone,
        ];
        let today = "2021-01-05".parse().unwrap();
        let mut all = editions();
        let fates: Vec<Fate> = cover(&items, &all, today).into_iter().map(|row| row.fate).collect();
        let november = || "2020-11".to_owned();
        assert_eq!(
            fates,
            [
                Fate::Once,
                Fate::Twice,
                Fate::Once,
                Fate::Never(MissedReason::LeftOut(november())),
                Fate::Never(MissedReason::Late(november())),
                Fate::Never(MissedReason::NotTold(november())),
                Fate::Never(MissedReason::NoEdition),
                Fate::Never(MissedReason::Waits("2031-01-01".parse().unwrap())),
                Fate::Never(MissedReason::Undated),
                // A story with only a year is in the year's own window, which does not have it.
                Fate::Never(MissedReason::NotTold("2020".to_owned())),
                Fate::Never(MissedReason::Gone(time("2020-12-09"))),
            ]
        );
        let offered: Vec<(String, String)> =
            late(&items, &all, today).into_iter().map(|(item, e)| (item.id.clone(), e)).collect();
        assert_eq!(offered, [("late".to_owned(), november())]);
        // Once an edition has it, it is offered no more.
        all[1].ids.insert("late".to_owned());
        assert_eq!(late(&items, &all, today), []);
    }
}
