//! What stands in a story's part of a page and is neither its title nor its text: categories, bylines, counts, buttons.
//! Pure: texts and names in, yes or no out.

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

/// Bylines, the time to read, how many have answered.
pub fn is_small(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.split_whitespace().count();
    let is_byline = [
        "by ",
        "posted by ",
        "written by ",
        "author: ",
        "words: ",
        "photo: ",
        "image: ",
        "credit: ",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
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
    (is_byline && words <= 8 && !text.ends_with('.'))
        || (is_count && words <= 5)
        || (is_labelled && words <= 8)
}
