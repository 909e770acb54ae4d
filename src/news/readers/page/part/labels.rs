//! What stands in a story's part of a page and is neither its title nor its text: categories, bylines, counts, buttons.
//! Pure: texts and names in, yes or no out.

use scraper::ElementRef;

use crate::news::readers::day_line::is_byline;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::region::has_word;

pub(super) const TITLE_WORDS: [&str; 5] = ["title", "headline", "heading", "name", "ttl"];

pub(super) const LABEL_WORDS: [&str; 25] = [
    "category",
    "categories",
    "cat",
    "cats",
    "tag",
    "tags",
    "topic",
    "topics",
    "kicker",
    "eyebrow",
    "label",
    "badge",
    "author",
    "byline",
    "meta",
    "date",
    "time",
    "posted",
    "published",
    "share",
    "comments",
    "breadcrumb",
    "type",
    "section",
    "pill",
];

/// Whether a path leads to a category, a topic or an author and not to a story.
pub(super) fn is_path_of_label(path: &str) -> bool {
    const PARTS: [&str; 10] = [
        "/category/",
        "/categories/",
        "/tag/",
        "/tags/",
        "/topic/",
        "/topics/",
        "/author/",
        "/authors/",
        "/tagged/",
        "/taxonomy/",
    ];
    let path = format!("{}/", path.to_lowercase());
    PARTS.iter().any(|part| path.contains(part)) && !path.ends_with(".html/")
}

/// Words of what hangs on a headline and does not belong to it.
const BADGE_WORDS: [&str; 5] = ["new", "flag", "status", "sticker", "ribbon"];

/// A headline without the badges that stand in it, first or last: "The fair New".
pub(super) fn without_badges(headline: ElementRef<'_>, text: &str) -> String {
    /// More words are a part of the headline.
    const MOST_BADGE_WORDS: usize = 3;
    let is_badge = |element: &ElementRef<'_>| {
        (has_word(*element, &LABEL_WORDS) || has_word(*element, &BADGE_WORDS))
            && !has_word(*element, &TITLE_WORDS)
            && element.value().name() != "a"
    };
    let mut rest = text.to_owned();
    for badge in headline.descendent_elements().filter(is_badge) {
        let words = text_of(badge);
        if words.is_empty() || words.split(' ').count() > MOST_BADGE_WORDS {
            continue;
        }
        let cut = rest
            .strip_suffix(&words)
            .filter(|rest| rest.ends_with(' '))
            .or_else(|| rest.strip_prefix(&words).filter(|rest| rest.starts_with(' ')))
            .map(|rest| rest.trim().trim_matches(['|', ':', '–', '-', '·']).trim().to_owned());
        if let Some(cut) = cut.filter(|cut| cut.contains(' ')) {
            rest = cut;
        }
    }
    rest
}

/// Bylines, the time to read, how many have answered.
pub fn is_small(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.split_whitespace().count();
    let is_credit =
        ["words: ", "photo: ", "image: ", "credit: "].iter().any(|start| lower.starts_with(start));
    let is_count = ["read", "comments", "comment", "views", "likes", "shares"]
        .iter()
        .any(|end| lower.ends_with(end))
        && lower.contains(|c: char| c.is_ascii_digit());
    let is_labelled = [
        "category:",
        "categories:",
        "tags:",
        "tagged",
        "posted in",
        "filed under",
        "share",
        "topics:",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    is_byline(text)
        || (is_credit && words <= 8 && !text.ends_with('.'))
        || (is_count && words <= 5)
        || (is_labelled && words <= 8)
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn a_badge_is_no_part_of_a_headline() {
        for (html, expected) in [
            ("<h3><a>The spring fair</a> <span class=badge>New</span></h3>", "The spring fair"),
            ("<h3><span class=category>News:</span> The spring fair</h3>", "The spring fair"),
            ("<h3>The <span class=label>spring</span> fair</h3>", "The spring fair"),
            ("<h3>The <span class=title-label>fair</span></h3>", "The fair"),
            ("<h3>Fair <span class=badge>New</span></h3>", "Fair New"),
        ] {
            let page = Html::parse_fragment(html);
            let headline = page.select(&Selector::parse("h3").unwrap()).next().unwrap();
            assert_eq!(without_badges(headline, &text_of(headline)), expected, "{html}");
        }
    }
}
