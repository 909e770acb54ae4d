//! Days that stand between the stories of a list as siblings: decided over the whole list, and left open where it cannot be.
//! Pure: parts of a page in, the same parts with their days out.
//!
//! "Day, link, day, link" and "link, day, link, day" look the same in the middle. What stands before the first link and behind
//! the last one decides, or the line breaks between. A day at both ends, or at neither, may be of either neighbour: then no
//! day is taken until somebody has said.

use chrono_tz::Tz;
use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

use super::block::text_of;
use super::part::StoryPart;
use crate::news::readers::day_line::{DayMeaning, day_line};
use crate::news::source::DayPlace;

/// What holds more nodes is a part of the page, and no day.
const MOST_NODES_OF_DAY: usize = 12;
/// What stands between two stories and is longer is not a list.
const MOST_BETWEEN: usize = 60;

/// What stands between two stories.
#[derive(Clone, Copy)]
enum Token<'a> {
    Day(NodeRef<'a, Node>),
    /// A line ends here.
    Break,
    Content,
}

/// What stands between one story's beginning and the next one's, where a day stands right before the next.
struct Gap<'a> {
    day: NodeRef<'a, Node>,
    /// How much else stands before the day.
    contents: usize,
    break_before: bool,
    break_behind: bool,
}

/// The beginnings of stories without the days among them: a selector may find both.
pub fn without_days(elements: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let (days, others): (Vec<_>, Vec<_>) =
        elements.iter().copied().partition(|element| is_day(**element));
    let is_between = !days.is_empty() && days.len() <= others.len() + 1;
    if is_between { others } else { elements }
}

/// Gives each story its day where days stand between them, by what somebody said or by the whole list. Returns whether it is
/// open whose they are; then no story has one.
pub fn settle(parts: &mut [StoryPart<'_>], given: Option<DayPlace>) -> bool {
    let parent =
        |part: &StoryPart<'_>| part.nodes.first().and_then(NodeRef::parent).map(|node| node.id());
    let mut is_open = false;
    let mut from = 0;
    while from < parts.len() {
        let to = from
            + parts[from..].iter().take_while(|part| parent(part) == parent(&parts[from])).count();
        is_open |= settle_row(&mut parts[from..to], given);
        from = to;
    }
    is_open
}

/// The same for stories that begin in one box.
fn settle_row(parts: &mut [StoryPart<'_>], given: Option<DayPlace>) -> bool {
    let Some(starts) =
        parts.iter().map(|part| part.nodes.first().copied()).collect::<Option<Vec<_>>>()
    else {
        return false;
    };
    // Where stories begin with their days there is nothing to decide.
    if starts.len() < 2 || starts.iter().any(|start| is_day(*start)) {
        return false;
    }
    let gaps: Vec<Option<Gap<'_>>> =
        starts.windows(2).map(|pair| gap(pair[0], Some(pair[1]))).collect();
    let found: Vec<&Gap<'_>> = gaps.iter().flatten().collect();
    if found.len() * 2 <= gaps.len() {
        return false;
    }
    let lead =
        starts[0].prev_siblings().filter_map(token).find(|token| !matches!(token, Token::Break));
    let lead = match lead {
        Some(Token::Day(day)) => Some(day),
        Some(Token::Break | Token::Content) | None => None,
    };
    let most = found.iter().map(|gap| gap.contents).max().unwrap_or_default();
    let trail = starts.last().and_then(|last| gap_at_end(*last, most));
    let above = found.iter().all(|gap| gap.break_before && !gap.break_behind);
    let below = found.iter().all(|gap| !gap.break_before && gap.break_behind);
    let place = given.or(match (above, below, lead.is_some(), trail.is_some()) {
        (true, false, ..) | (false, false, true, false) => Some(DayPlace::Above),
        (false, true, ..) | (false, false, false, true) => Some(DayPlace::Below),
        _ => None,
    });
    let days: Vec<Option<NodeRef<'_, Node>>> = std::iter::once(lead)
        .chain(gaps.iter().map(|gap| gap.as_ref().map(|gap| gap.day)))
        .chain(std::iter::once(trail))
        .collect();
    for (index, part) in parts.iter_mut().enumerate() {
        let (above, below) = (days[index], days[index + 1]);
        let without = |node: &NodeRef<'_, Node>, day: Option<NodeRef<'_, Node>>| {
            day.is_none_or(|day| day.id() != node.id())
        };
        part.nodes.retain(|node| without(node, above));
        if place == Some(DayPlace::Below) {
            let is_there = part.nodes.iter().any(|node| !without(node, below));
            part.nodes.extend(below.filter(|_| !is_there));
        } else {
            part.nodes.retain(|node| without(node, below));
        }
        if place == Some(DayPlace::Above) {
            part.nodes.splice(..0, above).for_each(drop);
        }
    }
    place.is_none()
}

/// What stands between two beginnings, where a day and nothing else stands right before the second.
fn gap<'a>(start: NodeRef<'a, Node>, next: Option<NodeRef<'a, Node>>) -> Option<Gap<'a>> {
    let mut tokens: Vec<Token<'a>> = Vec::new();
    for node in start.next_siblings() {
        if next.is_some_and(|next| next.id() == node.id()) {
            break;
        }
        tokens.extend(token(node));
        if tokens.len() > MOST_BETWEEN {
            return None;
        }
    }
    let days: Vec<usize> =
        (0..tokens.len()).filter(|at| matches!(tokens[*at], Token::Day(_))).collect();
    let [at] = days[..] else { return None };
    let Token::Day(day) = tokens[at] else { return None };
    let (before, behind) = (&tokens[..at], &tokens[at + 1..]);
    let is_break = |token: &Token<'_>| matches!(token, Token::Break);
    behind.iter().all(is_break).then(|| Gap {
        day,
        contents: before.iter().filter(|token| matches!(token, Token::Content)).count(),
        break_before: before.iter().any(is_break),
        break_behind: !behind.is_empty(),
    })
}

/// The day behind the last story, where it stands as far behind as it does behind the others.
fn gap_at_end(last: NodeRef<'_, Node>, most: usize) -> Option<NodeRef<'_, Node>> {
    let mut contents = 0;
    for token in last.next_siblings().filter_map(token) {
        match token {
            Token::Day(day) => return Some(day),
            Token::Break => {}
            Token::Content => contents += 1,
        }
        if contents > most {
            return None;
        }
    }
    None
}

fn token(node: NodeRef<'_, Node>) -> Option<Token<'_>> {
    if let Some(element) = ElementRef::wrap(node) {
        if matches!(element.value().name(), "br" | "hr") {
            return Some(Token::Break);
        }
    } else if node.value().as_text().is_none_or(|text| text.trim_matches(is_mark).is_empty()) {
        return None;
    }
    Some(if is_day(node) { Token::Day(node) } else { Token::Content })
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || matches!(c, '–' | '—' | '-' | '|' | '·' | '•' | ':' | ',')
}

/// Whether a node says a day and nothing else.
fn is_day(node: NodeRef<'_, Node>) -> bool {
    let text = match ElementRef::wrap(node) {
        Some(element) => {
            let is_link = |inner: ElementRef<'_>| inner.value().name() == "a";
            if element.descendants().nth(MOST_NODES_OF_DAY).is_some()
                || is_link(element)
                || element.descendent_elements().any(is_link)
            {
                return false;
            }
            text_of(element)
        }
        None => node.value().as_text().map(|text| text.to_string()).unwrap_or_default(),
    };
    day_line(text.trim_matches(is_mark), Tz::UTC)
        .is_some_and(|line| matches!(line.of, DayMeaning::Publication | DayMeaning::Unsaid))
}
