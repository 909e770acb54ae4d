//! The day of one story among all in its part of a page, and of which words a day is.
//! Pure: elements in, a day and its evidence out.

use chrono_tz::Tz;
use scraper::ElementRef;

use super::story_part::StoryPart;
use crate::date::labels::{DayMeaning, label, label_at_start};
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::dateline::dateline;
use crate::news::readers::day_line::day_line;
use crate::news::readers::page::block::{Block, text_of};
use crate::news::readers::page::region::{has_word, is_heading};

/// The day that an element says which somebody named for it.
pub(super) fn given_day(element: ElementRef<'_>, zone: Tz) -> Option<(WrittenDate, String)> {
    let value = element.value();
    let said = ["datetime", "content", "data-date"].iter().find_map(|name| value.attr(name));
    let text = text_of(element);
    let date = day_line(&text, zone)
        .filter(|line| line.of != DayMeaning::Change)
        .and_then(|line| line.date)
        .map(|date| {
            date.confirmed_by(said.and_then(|text| PartialDate::read(text, zone).ok()), zone)
        })
        .or_else(|| said.and_then(|text| PartialDate::read(text, zone).ok()))
        .or_else(|| PartialDate::read(&text, zone).ok())?;
    Some((
        date,
        format!(
            "the list: {}",
            quoted(if text.is_empty() { said.unwrap_or_default() } else { &text })
        ),
    ))
}

/// The day of publication that a part says: never one of a change or of an event.
pub(super) fn day(
    part: &StoryPart<'_>,
    blocks: &[Block<'_>],
    zone: Tz,
) -> Option<(WrittenDate, String)> {
    let mut best: Option<(i32, WrittenDate, String)> = None;
    let mut offer = |score: i32, date: WrittenDate, why: String| {
        if best.as_ref().is_none_or(|(had, _, _)| score > *had) {
            best = Some((score, date, why));
        }
    };
    for (at, block) in blocks.iter().enumerate() {
        if let Some(line) = day_line(&block.text, zone)
            && let Some(date) = line.date
            && !is_of_something_else(blocks, at, zone)
        {
            let score = match line.of {
                DayMeaning::Publication => 30,
                DayMeaning::Unsaid => 20,
                DayMeaning::Change | DayMeaning::Event => continue,
            };
            offer(score, date, format!("the list: {}", quoted(&block.text)));
        } else if let Some((score, date, why)) = weaker_day(blocks, at, zone) {
            offer(score, date, why);
        }
    }
    for element in part.elements() {
        let value = element.value();
        let is_time = value.name() == "time" || value.attr("itemprop") == Some("datePublished");
        let is_named = has_word(element, &["date", "published", "posted", "pubdate", "postdate"]);
        let is_labelled = || {
            blocks
                .iter()
                .position(|block| block.stands_in(element))
                .is_some_and(|at| is_labelled_other(blocks, at) || is_of_event(blocks, at))
        };
        if let Some((date, words)) = day_in_boxes(element, zone)
            && value.name() != "figure"
            && !says_other(element)
            && !is_labelled()
        {
            offer(21, date, format!("the list: {}", quoted(&words)));
        }
        if let Some(date) = day_of_tooltip(element, zone).filter(|_| !says_other(element)) {
            offer(17, date, format!("the list: {}", quoted(&text_of(element))));
        }
        if !(is_time || is_named) || says_other(element) || is_labelled() {
            continue;
        }
        let text = text_of(element);
        let line = day_line(&text, zone);
        if line.is_some_and(|line| matches!(line.of, DayMeaning::Change | DayMeaning::Event))
            || in_other_words(element, zone)
        {
            continue;
        }
        let said = value.attr("datetime").or_else(|| value.attr("content"));
        let meant = said.and_then(|said| PartialDate::read(said, zone).ok());
        if let Some(date) = line.and_then(|line| line.date) {
            let score = if is_time { 25 } else { 22 };
            offer(score, date.confirmed_by(meant, zone), format!("the list: {}", quoted(&text)));
        } else if let (Some(said), Some(date)) = (said, meant) {
            offer(18, date, format!("the list: {}", quoted(said)));
        }
    }
    best.map(|(_, date, why)| (date, why))
}

/// A month that stands by itself, or the day of a dateline: taken where there is no day.
fn weaker_day(blocks: &[Block<'_>], at: usize, zone: Tz) -> Option<(i32, WrittenDate, String)> {
    let block = &blocks[at];
    if let Some(month) = month_of(block, zone).filter(|_| !is_of_something_else(blocks, at, zone)) {
        return Some((5, month, format!("the list: {}", quoted(&block.text))));
    }
    let found = dateline(&block.text, zone)?;
    Some((4, found.day, format!("the list: {} before the text", quoted(found.words))))
}

/// Whether an element is of a change or an event, by its names or those of what holds it. What is called published and updated at
/// once has not changed since.
pub fn says_other(element: ElementRef<'_>) -> bool {
    const CHANGES: [&str; 4] = ["updated", "modified", "datemodified", "reviewed"];
    const PUBLISHED: [&str; 2] = ["published", "datepublished"];
    const WORDS: [&str; 10] = [
        "event",
        "events",
        "startdate",
        "enddate",
        "deadline",
        "expiry",
        "comment",
        "comments",
        "related",
        "closing",
    ];
    let is = |element: ElementRef<'_>, words: &[&str]| {
        let prop = element.value().attr("itemprop").unwrap_or_default().to_lowercase();
        has_word(element, words) || words.contains(&prop.as_str())
    };
    std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap)).take(5).any(
        |element| {
            !matches!(element.value().name(), "body" | "html" | "main" | "article")
                && (is(element, &WORDS) || is(element, &CHANGES) && !is(element, &PUBLISHED))
        },
    )
}

/// Whether the day of a block is of something else by the names of what holds it or of the elements in it that hold the day:
/// `<p><time class="updated">…`; or the block is the caption of a picture.
pub fn is_of_other(block: &Block<'_>, zone: Tz) -> bool {
    let within = block.owner.descendent_elements().skip(1).filter(|element| {
        let value = element.value();
        (value.name() == "time" || value.attr("itemprop").is_some())
            && day_line(&text_of(*element), zone).is_some_and(|line| line.date.is_some())
    });
    let mut within = within.peekable();
    let is_named = within.peek().is_some() && within.all(says_other);
    is_named
        || says_other(block.owner)
        || is_caption(block.owner)
        || is_quoted(block.owner)
        || has_icon_of_other(block.owner)
}

/// Whether an icon before a day says that it is of something else: `<i aria-label="Event date">`.
fn has_icon_of_other(owner: ElementRef<'_>) -> bool {
    let is_icon = |element: &ElementRef<'_>| {
        matches!(element.value().name(), "i" | "svg" | "span" | "img" | "abbr")
    };
    owner.descendent_elements().filter(is_icon).any(|icon| {
        let said = ["aria-label", "title", "alt"].iter().filter_map(|name| icon.attr(name));
        said.filter_map(label).any(|of| matches!(of, DayMeaning::Change | DayMeaning::Event))
    })
}

/// Whether a text stands in the words of somebody else.
fn is_quoted(owner: ElementRef<'_>) -> bool {
    let around = std::iter::once(owner).chain(owner.ancestors().filter_map(ElementRef::wrap));
    around.take(4).any(|element| element.value().name() == "blockquote")
}

/// Whether a text is all that stands below a picture. A card may be a figure too: its caption holds more.
fn is_caption(owner: ElementRef<'_>) -> bool {
    let around = std::iter::once(owner).chain(owner.ancestors().filter_map(ElementRef::wrap));
    let caption = around.take(3).find(|element| element.value().name() == "figcaption");
    caption.is_some_and(|caption| {
        caption.descendent_elements().all(|element| {
            !is_heading(element) && element.value().name() != "a" && element.value().name() != "p"
        })
    })
}

/// Whether the day of a block is when something takes place: a venue, a price or a time with an end stands by it.
pub fn is_of_event(blocks: &[Block<'_>], at: usize) -> bool {
    const LABELS: &str = "when|event date|date and time|event|starts|start date|time and date|dates|next meeting|next event|next date|save the date";
    const VENUES: &str = "where|venue|location|address|tickets|admission|time|doors|price|cost|book now|book your place|booking|register";
    let is = |list: &str, text: &str| {
        let text = text.split(':').next().unwrap_or(text).trim().to_lowercase();
        list.split('|').any(|word| word == text)
    };
    let before = at.checked_sub(1).and_then(|before| blocks.get(before));
    let near = blocks.iter().skip(at + 1).take(4).chain(before);
    before.is_some_and(|block| is(LABELS, &block.text))
        || near.into_iter().any(|block| is(VENUES, &block.text) && block.text.len() < 120)
}

/// Whether the words around an element in its line say that its day is of something else: "Updated <time>…".
pub fn in_other_words(element: ElementRef<'_>, zone: Tz) -> bool {
    /// What holds more is not a line.
    const MOST_NODES: usize = 60;
    let parent = element.parent().and_then(ElementRef::wrap);
    parent.filter(|parent| parent.descendants().nth(MOST_NODES).is_none()).is_some_and(|parent| {
        let text = text_of(parent);
        day_line(&text, zone)
            .is_some_and(|line| matches!(line.of, DayMeaning::Change | DayMeaning::Event))
    })
}

/// "03", "Dec" and "2020", each in a box of its own.
pub fn day_in_boxes(element: ElementRef<'_>, zone: Tz) -> Option<(WrittenDate, String)> {
    let is_split = (2..=4).contains(&element.child_elements().count());
    if !is_split || element.text().map(str::len).sum::<usize>() > 60 {
        return None;
    }
    let words = text_of(element);
    let line = day_line(&words, zone).filter(|line| line.of == DayMeaning::Unsaid)?;
    Some((line.date?, words))
}

/// The day that shows when somebody points at "3 weeks ago".
pub fn day_of_tooltip(element: ElementRef<'_>, zone: Tz) -> Option<WrittenDate> {
    let words = element.value().attr("title")?;
    day_line(&text_of(element), zone)
        .filter(|line| line.of == DayMeaning::Unsaid && line.date.is_none())?;
    PartialDate::read(words, zone)
        .ok()
        .filter(|date| matches!(date.likely(), PartialDate::Day(_) | PartialDate::Instant(_)))
}

/// "December 2020" as all of a text that is not a headline.
pub fn month_of(block: &Block<'_>, zone: Tz) -> Option<WrittenDate> {
    let mut around = std::iter::once(block.owner)
        .chain(block.owner.ancestors().filter_map(ElementRef::wrap))
        .take(3);
    let date = PartialDate::parse(&block.text, zone).ok()?;
    let is_month = matches!(date, PartialDate::Month(..));
    (is_month && !around.any(is_heading)).then(|| WrittenDate::known(date))
}

/// Whether what holds a block, stands in it or stands by it says that its day is not of publication.
fn is_of_something_else(blocks: &[Block<'_>], at: usize, zone: Tz) -> bool {
    is_of_other(&blocks[at], zone) || is_labelled_other(blocks, at) || is_of_event(blocks, at)
}

fn is_labelled_other(blocks: &[Block<'_>], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| is_label_of_other(&blocks[before].text))
}

/// Whether words that stand before a day, in an element of their own, say that it is of something else: "Updated", "Closing date",
/// "Bob says:".
pub fn is_label_of_other(text: &str) -> bool {
    /// More words are prose that leads to a list.
    const MOST_WORDS: usize = 4;
    match label(text) {
        Some(DayMeaning::Change | DayMeaning::Event) => true,
        Some(DayMeaning::Publication | DayMeaning::Unsaid) => false,
        None => {
            let is_by = matches!(label_at_start(text), Some((DayMeaning::Publication, _)));
            text.ends_with(':') && !is_by && text.split(' ').count() <= MOST_WORDS
        }
    }
}

pub fn quoted(text: &str) -> String {
    const COLUMNS: usize = 60;
    let short: String = text.chars().take(COLUMNS).collect();
    if short.len() < text.len() {
        format!("“{}…”", short.trim_end())
    } else {
        format!("“{short}”")
    }
}
