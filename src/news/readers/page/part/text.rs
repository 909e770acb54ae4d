//! The title and the teaser of one story among the blocks of its part of a page.
//! Pure: blocks in, text out.

use chrono_tz::Tz;
use scraper::ElementRef;

use super::inline_day::is_line_of_title;
use super::labels::{LABEL_WORDS, TITLE_WORDS, is_path_of_label, is_small, without_badges};
use super::story_part::RepeatedParts;
use crate::news::readers::day_line::day_line;
use crate::news::readers::fields::tidy;
use crate::news::readers::listing::{is_marker, without_marker};
use crate::news::readers::page::block::{Block, text_of};
use crate::news::readers::page::region::{has_word, is_heading};

/// A longer text is not a title.
const LONGEST_TITLE_CHARS: usize = 200;

/// A shorter text without a full stop is a label.
const SHORTEST_TEASER_CHARS: usize = 25;

const TEXT_WORDS: [&str; 12] = [
    "text",
    "teaser",
    "excerpt",
    "summary",
    "intro",
    "description",
    "desc",
    "standfirst",
    "lede",
    "snippet",
    "abstract",
    "blurb",
];

/// The block that is most like a headline: a heading, with a link, that no other part has.
pub(super) fn title<'a>(
    blocks: &[Block<'a>],
    common: &RepeatedParts,
    zone: Tz,
) -> Option<(String, ElementRef<'a>)> {
    let mut best: Option<(i32, &Block<'a>)> = None;
    for (at, block) in blocks.iter().enumerate() {
        let length = block.text.chars().count();
        if length > LONGEST_TITLE_CHARS
            || is_marker(&block.text)
            || day_line(&block.text, zone).is_some()
            || is_small(&block.text)
        {
            continue;
        }
        let around: Vec<ElementRef<'_>> = std::iter::once(block.owner)
            .chain(block.owner.ancestors().filter_map(ElementRef::wrap))
            .take(4)
            .collect();
        let in_heading = around.iter().find(|element| is_heading(**element));
        // "Read more" at the end of a text makes no headline of it.
        let is_whole = |element: ElementRef<'_>, names: &[&str]| {
            names.contains(&element.value().name()) && text_of(element) == block.text
        };
        let within = |names: &[&str]| {
            block.owner.descendent_elements().any(|element| is_whole(element, names))
        };
        let has_link =
            around.iter().take(3).any(|element| element.value().name() == "a") || within(&["a"]);
        let is_named = around.iter().take(2).any(|element| has_word(*element, &TITLE_WORDS));
        let leads_to_label = around.iter().take(3).any(|element| {
            element.value().name() == "a"
                && element.value().attr("href").is_some_and(is_path_of_label)
        });
        let is_label =
            around.iter().take(2).any(|element| has_word(*element, &LABEL_WORDS)) && !is_named;
        let is_strong = within(&["strong", "b"])
            || around
                .iter()
                .take(2)
                .any(|element| matches!(element.value().name(), "strong" | "b" | "dt" | "summary"));
        let mut score = 0;
        score += if in_heading.is_some() { 40 } else { 0 };
        score += if has_link { 15 } else { 0 };
        score += if is_named { 20 } else { 0 };
        score += if is_strong { 10 } else { 0 };
        score -= if is_label || leads_to_label { 45 } else { 0 };
        score -= if common.labels.contains(&block.text) { 60 } else { 0 };
        score -= if length < 4 { 30 } else { 0 };
        score -= if block.text.split(' ').count() < 2 { 8 } else { 0 };
        score -=
            if in_heading.is_none() && !has_link && block.text.ends_with('.') { 20 } else { 0 };
        if let Some(level) = in_heading
            .and_then(|element| element.value().name().strip_prefix('h')?.parse::<i32>().ok())
        {
            score += 6 - level;
        }
        score -= i32::try_from(at).unwrap_or(i32::MAX).min(8);
        if score > 0 && best.is_none_or(|(had, _)| score > had) {
            best = Some((score, block));
        }
    }
    best.map(|(_, block)| (without_badges(block.owner, &block.text), block.owner))
}

/// The text of a part that is neither its title nor a label, a day, a byline or a button.
pub(super) fn teaser(
    blocks: &[Block<'_>],
    title: Option<&str>,
    common: &RepeatedParts,
    zone: Tz,
) -> String {
    let is_line = |text: &str| title.is_some_and(|title| is_line_of_title(text, title, zone));
    let texts = blocks.iter().filter(|block| {
        let text = &block.text;
        let owners: Vec<ElementRef<'_>> = std::iter::once(block.owner)
            .chain(block.owner.ancestors().filter_map(ElementRef::wrap))
            .take(2)
            .collect();
        let is_text = block.owner.value().name() == "p"
            || owners.iter().any(|owner| has_word(*owner, &TEXT_WORDS));
        let is_label =
            owners.iter().any(|owner| has_word(*owner, &LABEL_WORDS)) && !is_text_word(block.owner);
        let length = text.chars().count();
        let is_sentence = text.ends_with(['.', '!', '?', '…', '”', ':']);
        let is_long = length >= SHORTEST_TEASER_CHARS || (is_text && is_sentence);
        let in_heading = owners.iter().any(|owner| is_heading(*owner));
        let is_link = block.owner.value().name() == "a" && !is_sentence && length < 80;
        let is_label = is_label && length < 120 && !is_sentence;
        let says_more = !is_label && is_long && !in_heading;
        says_more
            && !is_link
            && !is_marker(text)
            && !is_small(text)
            && day_line(text, zone).is_none()
            && !common.labels.contains(text)
            && !is_line(text)
    });
    let mut texts: Vec<String> = texts.map(|block| without_marker(&block.text)).collect();
    if texts.is_empty() {
        // A short text in a paragraph of its own is a teaser where there is nothing else.
        texts = blocks
            .iter()
            .filter(|block| block.owner.value().name() == "p" && block.text.split(' ').count() > 2)
            .filter(|block| {
                !is_marker(&block.text)
                    && !is_small(&block.text)
                    && !is_line(&block.text)
                    && day_line(&block.text, zone).is_none()
            })
            .filter(|block| {
                !common.labels.contains(&block.text) && !has_word(block.owner, &LABEL_WORDS)
            })
            .map(|block| without_marker(&block.text))
            .collect();
    }
    join(texts, title)
}

fn is_text_word(element: ElementRef<'_>) -> bool {
    has_word(element, &TEXT_WORDS)
}

pub(super) fn join(mut texts: Vec<String>, title: Option<&str>) -> String {
    texts.retain(|text| !text.is_empty() && Some(text.as_str()) != title);
    texts.dedup();
    tidy(&texts.join("\n\n"))
}

/// "Spring fair Spring fair" as "Spring fair": a picture's caption and the heading, read in a row.
pub(super) fn undoubled(title: &str) -> String {
    let words: Vec<&str> = title.split(' ').collect();
    let half = words.len() / 2;
    if words.len() > 1 && words.len().is_multiple_of(2) && words[..half] == words[half..] {
        return words[..half].join(" ");
    }
    title.to_owned()
}
