//! Parts of a pasted text that are not its news: the head of an email, events, jobs, what others read, appeals; and topics over titles.
//! Pure: lines in, decisions out.

use std::collections::BTreeMap;

use super::line::{ListingLine, block_end};
use super::look::{Look, is_title};
use super::near_days::is_source_name;
use super::noise::is_noise;
use crate::news::readers::headings::{is_call, is_section_elsewhere, is_sign_off};

/// A line of an email's head, in the languages of its programs.
const MAIL_FIELDS: &str = "from|to|cc|bcc|sent|date|subject|reply-to|von|an|gesendet|betreff|datum|de|à|envoyé|objet|oddi wrth|at|\
    anfonwyd|pwnc|dyddiad";
/// A longer line over a title is a title.
const MOST_TOPIC_WORDS: usize = 2;
/// A longer name over a day is a title.
const MOST_LABEL_WORDS: usize = 3;
/// A shorter line below such a line may be its author.
const FEWEST_TITLE_WORDS: usize = 3;

/// A part that is left out: its lines, by their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionElsewhere {
    pub lines: std::ops::Range<usize>,
    /// Why, for people; nothing where nobody would look for it.
    pub reason: Option<&'static str>,
}

/// A signature is no longer.
const MOST_LINES_OF_SIGNATURE: usize = 15;

/// Titles that stand once more below, one after the other, with the numbers of their pages or without: "In this issue".
fn contents(lines: &[ListingLine], looks: &[Look]) -> Option<std::ops::Range<usize>> {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        last.insert(line.text.to_lowercase(), at);
    }
    let again = |at: usize| last.get(&without_page(&lines[at].text).to_lowercase()).copied();
    let has_page = |at: usize| without_page(&lines[at].text) != lines[at].text;
    let may_be_entry = |at: usize| has_page(at) || is_title(looks.get(at));
    let is_entry = |at: usize| may_be_entry(at) && again(at).is_some_and(|later| later > at + 1);
    let from =
        (0..lines.len()).find(|at| is_entry(*at) && at + 1 < lines.len() && is_entry(at + 1))?;
    let count = (from..lines.len()).take_while(|at| is_entry(*at)).count();
    // The first title itself is not among them.
    let first = (from..from + count).filter_map(again).min()?;
    let end = (from + count).min(first);
    let is_heading = from > 0 && is_over_contents(&lines[from - 1].text);
    let is_first = !looks[..from].iter().any(|look| matches!(look, Look::Day | Look::Sentence));
    (end > from + 1 && (is_heading || is_first || has_page(from)))
        .then_some(from - usize::from(is_heading)..end)
}

fn is_over_contents(text: &str) -> bool {
    const WORDS: &str = "in this issue|in this edition|in this newsletter|inside|contents|table of contents|this month|\
        what’s inside|what's inside|highlights|headlines|yn y rhifyn hwn|inhalt|sommaire|inhoud|en este número|in questo numero";
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    WORDS.split('|').any(|words| words == bare)
}

/// "The fair ........ 2" as "The fair".
fn without_page(text: &str) -> &str {
    let bare = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_number = (1..=3).contains(&(text.len() - bare.len()));
    let title = bare.trim_end_matches(['.', '…', '·', '_', ' ', '\t', 'p']);
    if is_number && bare.ends_with([' ', '\t', '.', '…', '_']) { title } else { text }
}

/// How letters begin.
const GREETINGS: &str = "welcome|welcome to|dear|hello|hi|greetings|croeso|annwyl|bonjour|chers|chères|hallo|liebe|hola|estimados|ciao|cari|beste";

/// A greeting before the first story, with the sentences below it, where the stories have days.
fn greeting(lines: &[ListingLine], looks: &[Look]) -> Option<std::ops::Range<usize>> {
    const MOST_WORDS: usize = 8;
    let before =
        looks.iter().take_while(|look| !matches!(look, Look::Day | Look::Sentence)).count();
    let from = (0..before).find(|at| {
        let lower = lines[*at].text.to_lowercase();
        let is = |start: &str| {
            lower.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        lower.split(' ').count() <= MOST_WORDS && GREETINGS.split('|').any(is)
    })?;
    let goes_on = |at: usize| looks[at] == Look::Sentence || !lines[at].gap;
    let end = (from + 1..lines.len()).find(|at| !goes_on(*at))?;
    let has_day = |looks: &[Look]| looks.contains(&Look::Day);
    (has_day(&looks[end..]) && !has_day(&looks[from..end])).then_some(from..end)
}

/// Where a letter ends with its writer's name, up to the end of all.
fn signature(lines: &[ListingLine], looks: &[Look]) -> Option<std::ops::Range<usize>> {
    let from = lines.iter().rposition(|line| is_sign_off(&line.text))?;
    let is_title = matches!(looks.get(from + 1), Some(Look::Day | Look::Sentence));
    let is_short = lines.len() - from <= MOST_LINES_OF_SIGNATURE && !is_title;
    let has_news = looks[..from].iter().any(|look| matches!(look, Look::Day | Look::Sentence));
    (is_short && has_news && !looks[from..].contains(&Look::Day)).then_some(from..lines.len())
}

/// The parts that are not news.
pub fn sections_elsewhere(lines: &[ListingLine], looks: &[Look]) -> Vec<SectionElsewhere> {
    let head = lines.iter().take_while(|line| is_of_mail_head(&line.text)).count();
    let mut sections = Vec::new();
    if head > 1 {
        sections.push(SectionElsewhere { lines: 0..head, reason: None });
    }
    let quiet = [contents(lines, looks), signature(lines, looks)].into_iter().flatten();
    sections.extend(quiet.map(|lines| SectionElsewhere { lines, reason: None }));
    let reason = Some("it greets the readers, and tells no story");
    sections.extend(greeting(lines, looks).map(|lines| SectionElsewhere { lines, reason }));
    let first_news = looks.iter().position(|look| matches!(look, Look::Day | Look::Sentence));
    let has_days = looks.iter().filter(|look| **look == Look::Day).count() > 1;
    let mut at = head;
    while at < lines.len() {
        let is_apart = first_news.is_some_and(|first| first < at) && lines[at].gap;
        // A day or a text right below makes it a title.
        let is_title = lines
            .get(at + 1)
            .is_some_and(|next| !next.gap && matches!(looks[at + 1], Look::Day | Look::Sentence));
        let section = if is_apart && !is_title && is_section_elsewhere(&lines[at].text) {
            let end = (at + 1..lines.len()).find(|next| begins_news(lines, *next));
            Some((end.unwrap_or(lines.len()), "it stands in a part that is not news"))
        } else if is_apart && has_days && is_call(&lines[at].text) {
            let end = block_end(lines, at);
            let is_dated = looks[at..end].contains(&Look::Day);
            (!is_dated).then_some((end, "it is an appeal or a button, and tells no story"))
        } else {
            None
        };
        match section {
            Some((end, reason)) => {
                sections.push(SectionElsewhere { lines: at..end, reason: Some(reason) });
                at = end;
            }
            None => at += 1,
        }
    }
    sections
}

/// "Latest news": the news goes on.
fn begins_news(lines: &[ListingLine], at: usize) -> bool {
    let lower = lines[at].text.to_lowercase();
    let is_named = ["news", "press", "blog", "stories", "latest", "releases", "articles"]
        .iter()
        .any(|word| lower.contains(word));
    lines[at].gap && is_named && is_noise(&lines[at].text) && !is_section_elsewhere(&lines[at].text)
}

fn is_of_mail_head(text: &str) -> bool {
    text.split_once(':').is_some_and(|(field, rest)| {
        let field = field.trim().to_lowercase();
        rest.starts_with([' ', '\t']) && MAIL_FIELDS.split('|').any(|name| name == field)
    })
}

/// Topics over the titles of all stories: "Environment", with a longer line, a day or a text below.
pub fn topics(lines: &[ListingLine], looks: &[Look]) -> Vec<usize> {
    let words = |at: usize| lines[at].text.split(' ').count();
    let is_title = |at: usize| is_title(looks.get(at));
    let begins: Vec<usize> = (0..lines.len())
        .filter(|at| {
            let is_first =
                *at == 0 || lines[*at].gap || matches!(looks[at - 1], Look::Sentence | Look::Other);
            is_first && is_title(*at) && lines.get(at + 2).is_some()
        })
        .collect();
    let is_topic = |at: &usize| {
        is_title(at + 1)
            && matches!(looks[at + 2], Look::Day | Look::Sentence)
            && !lines[at + 1].gap
            && !lines[at + 2].gap
            && words(*at) <= MOST_TOPIC_WORDS
            && words(at + 1) >= FEWEST_TITLE_WORDS
    };
    let stories = begins.iter().filter(|at| {
        looks[**at..].iter().take(4).any(|look| matches!(look, Look::Day | Look::Sentence))
            && !lines[**at + 1].gap
    });
    let stories = stories.count();
    let topics: Vec<usize> = begins.iter().copied().filter(|at| is_topic(at)).collect();
    if topics.len() > 1 && topics.len() * 4 >= stories * 3 { topics } else { Vec::new() }
}

/// Topics and names on lines of their own before the days: over the titles ("Environment", the day, the title) or below the texts.
/// Some of them are left out as words of menus or as names that stand at several stories; then all are, or the days behind those
/// that stay would pass for those of the stories before.
pub fn labels_of_days(lines: &[ListingLine], looks: &[Look]) -> Vec<usize> {
    let words = |at: usize| lines[at].text.split(' ').count();
    let is_label = |at: usize| {
        (is_title(looks.get(at)) || looks[at] == Look::Other)
            && words(at) <= MOST_LABEL_WORDS
            && is_source_name(&lines[at].text)
    };
    let is_within = |at: usize| lines.get(at).is_some_and(|line| !line.gap && !line.starts);
    let is_day = |at: usize| is_within(at) && looks[at] == Look::Day;
    let is_behind_text = |at: usize| at > 0 && looks[at - 1] == Look::Sentence;
    let is_over_title = |at: usize| {
        (at == 0 || lines[at].gap || is_behind_text(at))
            && is_within(at + 2)
            && is_title(looks.get(at + 2))
            && words(at + 2) >= FEWEST_TITLE_WORDS.max(words(at) + 1)
    };
    let ends = |at: usize| lines.get(at + 1).is_none_or(|next| next.gap);
    let is_at_end = |at: usize| is_behind_text(at) && !lines[at].gap && ends(at + 1);
    let found: Vec<usize> = (0..lines.len())
        .filter(|at| is_label(*at) && is_day(*at + 1))
        .filter(|at| is_over_title(*at) || is_at_end(*at))
        .collect();
    let is_again = |at: &usize| {
        looks[*at] == Look::Other
            || found.iter().any(|other| other != at && lines[*other].text == lines[*at].text)
    };
    let days = looks.iter().filter(|look| **look == Look::Day).count();
    let is_form = found.len() > 1 && found.len() * 4 >= days * 3;
    let are_below = found.iter().all(|at| is_behind_text(*at) && !lines[*at].gap)
        && looks.last() == Some(&Look::Day);
    if is_form && (are_below || found.iter().any(is_again)) { found } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::super::line::lines;
    use super::super::look::look;
    use super::*;

    fn read(text: &str) -> (Vec<ListingLine>, Vec<Look>) {
        let lines = lines(text, London);
        let looks = lines.iter().map(|line| look(&line.text, London)).collect();
        (lines, looks)
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "a list of one section")]
    fn what_stands_below_a_heading_of_something_else_is_not_news() {
        let story =
            "The fair\n3 December 2020\nIt was full.\n\nA well\n4 December 2020\nIt is new.\n\n";
        for (rest, expected) in [
            ("What’s on\n\nQuiz night\n14 January 2021\nDoors at seven.", vec![6..10]),
            (
                "Jobs\n\nDriver\nLeeds.\n\nPress releases\n\nThe choir\n5 December 2020\nLoud.",
                vec![6..9],
            ),
            ("Donate today\nYour gift feeds a family.", vec![6..8]),
            ("Events raise a record sum\n5 December 2020\nIt was a good year.", vec![]),
            ("Donate today\n5 December 2020\nA hundred people did.", vec![]),
        ] {
            let (lines, looks) = read(&format!("{story}{rest}"));
            let found: Vec<_> = sections_elsewhere(&lines, &looks)
                .into_iter()
                .map(|section| section.lines)
                .collect();
            assert_eq!(found, expected, "{rest}");
        }
        let (lines, looks) =
            read("From: Ann\nTo: All\nSubject: News\n\nThe fair\n3 December 2020\nFull.");
        assert_eq!(sections_elsewhere(&lines, &looks)[0].lines, 0..3);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "a list of one section")]
    fn contents_and_signatures_are_no_stories() {
        let news = "The fair\n3 December 2020\nIt was full.\n\nA well\n4 December 2020\nIt is new.";
        for (text, expected) in [
            (format!("In this issue\nThe fair ..... 2\nA well\t3\n\n{news}"), vec![0..3]),
            (format!("The fair\nA well\n\n{news}"), vec![0..2]),
            (format!("{news}\n\nKind regards,\nAnn\n\nAnn Lee\nEditor"), vec![6..10]),
            (format!("{news}\n\nThanks\n5 December 2020\nA hundred people gave."), vec![]),
            (format!("The fair\n\n{news}"), vec![]),
            (format!("Welcome to our news!\n\nIt was a busy year.\n\n{news}"), vec![0..2]),
            (format!("Welcome home, said the choir\n3 December 2020\nIt sang.\n\n{news}"), vec![]),
        ] {
            let (lines, looks) = read(&text);
            let found: Vec<_> =
                sections_elsewhere(&lines, &looks).into_iter().map(|part| part.lines).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn labels_before_days_are_left_out_together_or_not_at_all() {
        let above = |label: &str| {
            format!("{label}\n3 December 2020\nForty trees for the park\nIt was full.")
        };
        let below = |label: &str| {
            format!("Forty trees for the park\nIt was full.\n{label}\n3 December 2020")
        };
        for (text, expected) in [
            (above("Environment") + "\n\n" + &above("Media"), vec![0, 4]),
            (above("Ann Lee") + "\n\n" + &above("Bob") + "\n\n" + &above("Bob"), vec![0, 4, 8]),
            (above("Ann Lee") + "\n" + &above("Media"), vec![0, 4]),
            // May be titles with a second headline below the day.
            (above("Environment") + "\n\n" + &above("Advice"), vec![]),
            (below("Environment") + "\n\n" + &below("Advice"), vec![2, 6]),
            (below("Environment") + "\n" + &below("Advice"), vec![2, 6]),
            ("The fair\n3 December 2020\nIt was full.\n\n".repeat(2), vec![]),
        ] {
            let (lines, looks) = read(&text);
            assert_eq!(labels_of_days(&lines, &looks), expected, "{text}");
        }
    }

    #[test]
    fn a_topic_over_each_title_is_no_title() {
        for (form, expected) in [
            ("Environment\nForty trees for the park\n3 December 2020\nIt was full.", vec![0, 4]),
            ("ADVICE\nA new desk in Harlow\nIt was full.\n3 December 2020", vec![0, 4]),
            ("Forty trees for the park\nAnn Lee\n3 December 2020\nIt was full.", vec![]),
            ("Forty trees for the park\n3 December 2020\nIt was full.", vec![]),
        ] {
            let (lines, looks) = read(&format!("{form}\n\n{form}"));
            assert_eq!(topics(&lines, &looks), expected, "{form}");
        }
    }
}
