//! Lines that are not what they look like, by what stands around them: menus as titles, months of an archive, events.
//! Pure: lines in, decisions out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::line::{ListingLine, block_end};
use super::look::{Look, is_title, look};
use super::near_days::{NearDay, near_days};
use super::sections::{labels_of_days, sections_elsewhere, topics};

/// The lines, by their numbers, that are something else than they look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Roles {
    pub titles: BTreeSet<usize>,
    /// Of no story.
    pub others: BTreeSet<usize>,
    /// With a day that shares its line with other words.
    pub near_days: BTreeMap<usize, NearDay>,
    /// Parts that are left out: the place of their first line, and why.
    pub elsewhere: Vec<(usize, &'static str)>,
}

/// Looks at lines together.
pub fn roles(lines: &[ListingLine], zone: Tz) -> Roles {
    let looks: Vec<Look> = lines.iter().map(|line| look(&line.text, zone)).collect();
    let mut roles = Roles::default();
    roles.titles.extend(titles(lines, &looks).map(|at| lines[at].number));
    let others = (0..lines.len()).filter(|at| is_of_archive(lines, &looks, *at));
    roles.others.extend(others.chain(of_events(lines, &looks)).map(|at| lines[at].number));
    let labels = topics(lines, &looks).into_iter().chain(labels_of_days(lines, &looks));
    roles.others.extend(labels.map(|at| lines[at].number));
    for section in sections_elsewhere(lines, &looks) {
        roles.elsewhere.extend(section.reason.map(|reason| (section.lines.start, reason)));
        roles.others.extend(lines[section.lines].iter().map(|line| line.number));
    }
    let days = near_days(lines, &looks, zone).into_iter();
    roles.near_days.extend(days.map(|(at, day)| (lines[at].number, day)));
    roles
}

/// "Get involved" and "Find out more about wells" with a day and a text, where other stories of the list have their titles there.
fn titles<'a>(lines: &'a [ListingLine], looks: &'a [Look]) -> impl Iterator<Item = usize> + 'a {
    let has = |form: [Look; 3]| looks.windows(3).any(|three| three == form);
    let has_below = has([Look::Title, Look::Day, Look::Sentence]);
    let has_above = has([Look::Day, Look::Title, Look::Sentence]);
    let is = |at: usize, look: Look| looks.get(at) == Some(&look);
    // Nothing that may be the title stands right before.
    let begins = move |at: usize| {
        let before = at.checked_sub(1).map(|before| looks[before]);
        lines[at].gap || matches!(before, None | Some(Look::Sentence | Look::Other))
    };
    (0..looks.len()).filter(move |at| is(*at, Look::MayBeTitle)).filter(move |at| {
        let below = has_below && is(at + 1, Look::Day) && is(at + 2, Look::Sentence) && begins(*at);
        let above = has_above
            && is(at + 1, Look::Sentence)
            && at.checked_sub(1).is_some_and(|day| is(day, Look::Day) && begins(day));
        below || above
    })
}

/// Months in a row, or one below "Archives", lead to pages: they stand over no stories.
fn is_of_archive(lines: &[ListingLine], looks: &[Look], at: usize) -> bool {
    if !matches!(looks[at], Look::Month | Look::Year) {
        return false;
    }
    let is_same =
        |other: Option<usize>| other.and_then(|other| looks.get(other)) == Some(&looks[at]);
    let before = at.checked_sub(1);
    let is_headed = before.is_some_and(|before| {
        let text = lines[before].text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        matches!(text.as_str(), "archive" | "archives" | "news archive" | "blog archive")
    });
    is_headed || is_same(before) || is_same(Some(at + 1))
}

/// A title with the time of an event below it, and no text up to the next empty line: an entry of a calendar.
fn of_events<'a>(lines: &'a [ListingLine], looks: &'a [Look]) -> impl Iterator<Item = usize> + 'a {
    let is_entry = |at: usize| is_title(looks.get(at)) && looks.get(at + 1) == Some(&Look::Event);
    (0..looks.len()).filter(move |at| is_entry(*at)).flat_map(move |at| {
        let end = block_end(lines, at);
        let has_text = looks[at..end].iter().any(|look| matches!(look, Look::Sentence | Look::Day));
        if has_text { 0..0 } else { at..end }
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::super::line::lines;
    use super::*;

    fn found(text: &str) -> (Vec<usize>, Vec<usize>) {
        let Roles { titles, others, .. } = roles(&lines(text, London), London);
        (titles.into_iter().collect(), others.into_iter().collect())
    }

    #[test]
    fn a_menus_word_with_a_day_and_a_text_is_a_title_where_others_are() {
        let below = "Choir fills the hall\n3 December 2020\nThe hall was full.\n";
        let above = "3 December 2020\nChoir fills the hall\nThe hall was full.\n";
        for title in ["Get involved", "Contact us", "Find out more about wells", "Volunteer"] {
            let day_and_text = "20 November 2020\nIt was a long night.";
            let own_below = format!("{title}\n{day_and_text}\n");
            let own_above = format!("20 November 2020\n{title}\nIt was a long night.\n");
            assert_eq!(found(&format!("{own_below}\n{below}")).0, [1], "{title}");
            assert_eq!(found(&format!("{below}{own_below}")).0, [4], "{title}");
            assert_eq!(found(&format!("{above}\n{own_above}")).0, [6], "{title}");
            // Where no other story has its title there, in a menu, and between a title and its day.
            assert_eq!(found(&format!("{own_below}{above}")).0, [0_usize; 0], "{title}");
            assert_eq!(found(&format!("Home\n{title}\n{below}")).0, [0_usize; 0], "{title}");
            let label = format!("{below}\nA new well\n{own_below}");
            assert_eq!(found(&label).0, [0_usize; 0], "{title}");
        }
    }

    #[test]
    fn months_of_an_archive_stand_over_no_stories() {
        for (text, others) in [
            ("Archives\nDecember 2019\nNovember 2019\n\nThe fair\nIt was full.", vec![2, 3]),
            ("Archives\nDecember 2019\n\nThe fair\nIt was full.", vec![2]),
            ("December 2020\nThe fair\nIt was full.\nNovember 2020\nA well\nIt is new.", vec![]),
            ("2020\nDecember 2020\nThe fair\nIt was full.", vec![]),
        ] {
            assert_eq!(found(text).1, others, "{text}");
        }
    }

    #[test]
    fn an_entry_of_a_calendar_is_of_no_story() {
        let story = "The fair\n3 December 2020\nIt was full.\n";
        let event = "Spring lunch\nSaturday 5 June 2021, 10am–4pm\nVillage hall\n";
        assert_eq!(found(&format!("{story}\n{event}")).1, [5, 6, 7]);
        // With a text it may be news.
        assert_eq!(found(&format!("{story}\n{event}Come and eat with us.\n")).1, [0_usize; 0]);
    }
}
