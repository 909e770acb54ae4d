//! One story's part of a page: its title, link, teaser, day and picture, each judged among all that stands in the part.
//! Pure: elements in, an item out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use ego_tree::NodeRef;
use scraper::{ElementRef, Node, Selector};

use super::block::{Block, blocks, text_of};
use super::picture::{address_of, is_decoration};
use super::region::{has_word, is_heading};
use crate::news::date::PartialDate;
use crate::news::dedupe::canonical;
use crate::news::item::{Evidence, Image, Item, slug, title_from, web_address};
use crate::news::readers::day_line::{Of, day_line};
use crate::news::readers::fields::tidy;
use crate::news::readers::listing::{is_marker, without_marker};
use crate::problem::Place;

/// A longer text is no title.
const LONGEST_TITLE_CHARS: usize = 200;
/// A shorter text without a full stop is a label.
const SHORTEST_TEASER_CHARS: usize = 25;
/// A longer text that stands in several parts is a teaser all the same.
const LONGEST_LABEL_CHARS: usize = 60;
const TITLE_WORDS: [&str; 5] = ["title", "headline", "heading", "name", "ttl"];
const LABEL_WORDS: [&str; 25] = [
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

/// Nodes in a row that are one story.
#[derive(Debug, Clone)]
pub struct StoryPart<'a> {
    pub nodes: Vec<NodeRef<'a, Node>>,
}

/// What the parts of a page have in common.
#[derive(Debug, Default)]
pub struct Common {
    /// Short texts that stand in several parts: categories, authors, buttons.
    labels: BTreeSet<String>,
    /// Pictures that stand in several parts.
    pictures: BTreeSet<String>,
}

/// Where a page stands, and when.
#[derive(Debug, Clone, Copy)]
pub struct PageContext<'a> {
    pub source: &'a str,
    /// Its address.
    pub address: &'a str,
    /// Where relative addresses begin: its `<base>`, or its address.
    pub base: &'a str,
    pub zone: Tz,
}

/// The selectors that people gave for the inside of a part.
#[derive(Debug, Default)]
pub struct PartSelectors {
    pub title: Option<Selector>,
    pub link: Option<Selector>,
    pub date: Option<Selector>,
    pub summary: Option<Selector>,
    pub image: Option<Selector>,
}

impl<'a> StoryPart<'a> {
    pub fn of(element: ElementRef<'a>) -> Self {
        Self { nodes: vec![*element] }
    }

    pub fn elements(&self) -> impl Iterator<Item = ElementRef<'a>> + '_ {
        self.nodes.iter().flat_map(NodeRef::descendants).filter_map(ElementRef::wrap)
    }

    pub fn blocks(&self) -> Vec<Block<'a>> {
        blocks(&self.nodes)
    }

    fn select<'s>(&'s self, selector: &'s Selector) -> impl Iterator<Item = ElementRef<'a>> + 's {
        self.elements().filter(move |element| selector.matches(element))
    }

    /// The addresses that it leads to.
    pub fn links(&self, context: &PageContext<'_>) -> BTreeSet<String> {
        self.anchors(context).into_iter().map(|anchor| canonical(&anchor.to)).collect()
    }

    /// Its links to pages, the one around it among them.
    fn anchors(&self, context: &PageContext<'_>) -> Vec<Anchor<'a>> {
        let around = self
            .nodes
            .first()
            .into_iter()
            .flat_map(NodeRef::ancestors)
            .filter_map(ElementRef::wrap);
        let around = around.filter(|element| element.value().name() == "a");
        around
            .chain(self.elements().filter(|element| element.value().name() == "a"))
            .filter_map(|element| Anchor::of(element, context))
            .collect()
    }
}

struct Anchor<'a> {
    element: ElementRef<'a>,
    to: String,
    text: String,
    /// It leads to a category, an author or a place to share.
    is_label: bool,
}

impl<'a> Anchor<'a> {
    fn of(element: ElementRef<'a>, context: &PageContext<'_>) -> Option<Self> {
        const PATHS: [&str; 10] = [
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
        const SHARERS: [&str; 8] = [
            "facebook.com/sharer",
            "twitter.com/intent",
            "twitter.com/share",
            "x.com/intent",
            "linkedin.com/share",
            "pinterest.",
            "wa.me/",
            "whatsapp.com/send",
        ];
        let href = element.value().attr("href")?.trim();
        if href.is_empty() || href.starts_with('#') {
            return None;
        }
        let to = web_address(href, Some(context.base))?;
        if canonical(&to) == canonical(context.address)
            || SHARERS.iter().any(|sharer| to.contains(sharer))
        {
            return None;
        }
        let rel = element.value().attr("rel").unwrap_or_default();
        let path = format!(
            "{}/",
            url::Url::parse(&to).map(|url| url.path().to_lowercase()).unwrap_or_default()
        );
        let is_label = rel.split(' ').any(|word| matches!(word, "tag" | "category" | "author"))
            || has_word(element, &LABEL_WORDS)
            || element.parent().and_then(ElementRef::wrap).is_some_and(|parent| {
                !is_heading(parent)
                    && has_word(parent, &LABEL_WORDS)
                    && !has_word(parent, &TITLE_WORDS)
            })
            || PATHS.iter().any(|part| path.contains(part) && !path.ends_with(".html/"));
        Some(Self { element, to, text: text_of(element), is_label })
    }
}

impl Common {
    pub fn of(parts: &[StoryPart<'_>], context: &PageContext<'_>) -> Self {
        let mut labels: BTreeMap<String, usize> = BTreeMap::new();
        let mut pictures: BTreeMap<String, usize> = BTreeMap::new();
        for part in parts {
            let texts: BTreeSet<String> = part
                .blocks()
                .into_iter()
                .map(|block| block.text)
                .filter(|text| text.chars().count() <= LONGEST_LABEL_CHARS)
                .collect();
            for text in texts {
                *labels.entry(text).or_default() += 1;
            }
            let shown: BTreeSet<String> =
                part.elements().filter_map(|element| address_of(element, context.base)).collect();
            for picture in shown {
                *pictures.entry(picture).or_default() += 1;
            }
        }
        labels.retain(|_, count| *count > 1);
        pictures.retain(|_, count| *count > 1);
        Self { labels: labels.into_keys().collect(), pictures: pictures.into_keys().collect() }
    }
}

/// What a part says of its story; `None` where it has no words.
pub fn story(
    part: &StoryPart<'_>,
    given: &PartSelectors,
    common: &Common,
    context: &PageContext<'_>,
) -> Option<Item> {
    let blocks = part.blocks();
    let anchors = part.anchors(context);
    let title = match &given.title {
        Some(selector) => part.select(selector).find_map(|element| {
            let text = text_of(element);
            (!text.is_empty()).then_some((text, element))
        }),
        None => title(&blocks, common, context.zone),
    };
    let link = match &given.link {
        Some(selector) => part
            .select(selector)
            .find_map(|element| Anchor::of(element, context))
            .map(|anchor| (anchor.to, "the link that `select` names")),
        None => link(&anchors, title.as_ref().map(|(_, element)| *element), common),
    };
    let date = match &given.date {
        Some(selector) => {
            part.select(selector).find_map(|element| given_day(element, context.zone))
        }
        None => day(part, &blocks, context.zone),
    };
    let heading =
        title.map(|(text, _)| undoubled(&without_marker(&text))).filter(|text| !text.is_empty());
    let summary = match &given.summary {
        Some(selector) => {
            let texts = part.select(selector).map(|element| without_marker(&text_of(element)));
            let texts: Vec<String> =
                texts.filter(|text| day_line(text, context.zone).is_none()).collect();
            join(texts, heading.as_deref())
        }
        None => teaser(&blocks, heading.as_deref(), common, context.zone),
    };
    let title_made = heading.is_none();
    let title = heading.unwrap_or_else(|| title_from(&summary));
    if title.is_empty() {
        return None;
    }
    let image = match &given.image {
        Some(selector) => part.select(selector).find_map(|element| image(element, context.base)),
        None => part
            .elements()
            .filter(|element| !is_decoration(*element))
            .filter_map(|element| image(element, context.base))
            .find(|image| !common.pictures.contains(&image.address)),
    };
    let evidence = Evidence {
        title: Some(
            if title_made {
                "made from the first sentence in the list"
            } else {
                "the heading in the list"
            }
            .to_owned(),
        ),
        link: link.as_ref().map(|(_, why)| (*why).to_owned()),
        date: date.as_ref().map(|(_, why)| why.clone()),
        image: image.as_ref().map(|_| "the list".to_owned()),
        summary: (!summary.is_empty()).then(|| "the list".to_owned()),
    };
    let link = link.map(|(link, _)| link);
    Some(Item {
        id: link.as_deref().map_or_else(|| slug(&title), canonical),
        title,
        title_made,
        summary,
        place: Place::whole(link.as_deref().unwrap_or(context.address)),
        link,
        image,
        date: date.map(|(date, _)| date),
        source: context.source.to_owned(),
        evidence,
        ..Item::default()
    })
}

/// The block that is most like a headline: a heading, with a link, that no other part has.
fn title<'a>(blocks: &[Block<'a>], common: &Common, zone: Tz) -> Option<(String, ElementRef<'a>)> {
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
        let is_label =
            around.iter().take(2).any(|element| has_word(*element, &LABEL_WORDS)) && !is_named;
        let is_strong = within(&["strong", "b"])
            || around
                .iter()
                .take(2)
                .any(|element| matches!(element.value().name(), "strong" | "b" | "dt"));
        let mut score = 0;
        score += if in_heading.is_some() { 40 } else { 0 };
        score += if has_link { 15 } else { 0 };
        score += if is_named { 20 } else { 0 };
        score += if is_strong { 10 } else { 0 };
        score -= if is_label { 45 } else { 0 };
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
    best.map(|(_, block)| (block.text.clone(), block.owner))
}

/// The title's own link, or one around it, or "Read more", or the only other one that leads to no category.
fn link(
    anchors: &[Anchor<'_>],
    title: Option<ElementRef<'_>>,
    common: &Common,
) -> Option<(String, &'static str)> {
    if let Some(title) = title {
        let within = |outer: ElementRef<'_>, inner: ElementRef<'_>| {
            outer.id() == inner.id() || inner.ancestors().any(|node| node.id() == outer.id())
        };
        let own = anchors
            .iter()
            .find(|anchor| within(title, anchor.element))
            .or_else(|| anchors.iter().find(|anchor| within(anchor.element, title)));
        // A heading whose text stands in one link of it.
        let heading = title
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(2)
            .find(|element| is_heading(*element));
        let own = own.or_else(|| {
            anchors
                .iter()
                .find(|anchor| heading.is_some_and(|heading| within(heading, anchor.element)))
        });
        if let Some(anchor) = own {
            return Some((anchor.to.clone(), "the link of the headline"));
        }
    }
    if let Some(anchor) = anchors.iter().find(|anchor| {
        is_marker(&anchor.text) || anchor.element.value().attr("title").is_some_and(is_marker)
    }) {
        return Some((anchor.to.clone(), "the link “Read more”"));
    }
    let mut others: Vec<&Anchor<'_>> = anchors
        .iter()
        .filter(|anchor| !anchor.is_label && !common.labels.contains(&anchor.text))
        .collect();
    if let Some(picture) = others.iter().find(|anchor| anchor.text.is_empty()) {
        return Some((picture.to.clone(), "the link of the picture"));
    }
    others.dedup_by(|one, other| one.to == other.to);
    match others[..] {
        // Of several links in a text, none need be the story's.
        [only] => Some((only.to.clone(), "the only link of its part of the list")),
        _ => None,
    }
}

/// The day that an element says which somebody named for it.
fn given_day(element: ElementRef<'_>, zone: Tz) -> Option<(PartialDate, String)> {
    let value = element.value();
    let said = ["datetime", "content", "data-date"].iter().find_map(|name| value.attr(name));
    let text = text_of(element);
    let date = day_line(&text, zone)
        .filter(|line| line.of != Of::Change)
        .and_then(|line| line.date)
        .or_else(|| said.and_then(|text| PartialDate::parse(text, zone).ok()))
        .or_else(|| PartialDate::parse(&text, zone).ok())?;
    Some((
        date,
        format!(
            "the list: {}",
            quoted(if text.is_empty() { said.unwrap_or_default() } else { &text })
        ),
    ))
}

/// The day of publication that a part says: never one of a change or of an event.
fn day(part: &StoryPart<'_>, blocks: &[Block<'_>], zone: Tz) -> Option<(PartialDate, String)> {
    let mut best: Option<(i32, PartialDate, String)> = None;
    let mut offer = |score: i32, date: PartialDate, why: String| {
        if best.as_ref().is_none_or(|(had, _, _)| score > *had) {
            best = Some((score, date, why));
        }
    };
    for block in blocks {
        if let Some(line) = day_line(&block.text, zone)
            && let Some(date) = line.date
            && !says_other(block.owner)
        {
            let score = match line.of {
                Of::Publication => 30,
                Of::Unsaid => 20,
                Of::Change | Of::Event => continue,
            };
            offer(score, date, format!("the list: {}", quoted(&block.text)));
        }
    }
    for element in part.elements() {
        let value = element.value();
        let is_time = value.name() == "time" || value.attr("itemprop") == Some("datePublished");
        let is_named = has_word(element, &["date", "published", "posted", "pubdate", "postdate"]);
        // "03", "Dec" and "2020", each in a box of its own.
        let is_split = (2..=4).contains(&element.child_elements().count());
        if is_split && !says_other(element) && element.text().map(str::len).sum::<usize>() <= 60 {
            let line = day_line(&text_of(element), zone).filter(|line| line.of == Of::Unsaid);
            if let Some(date) = line.and_then(|line| line.date) {
                offer(21, date, format!("the list: {}", quoted(&text_of(element))));
            }
        }
        if !(is_time || is_named) || says_other(element) {
            continue;
        }
        let text = text_of(element);
        let line = day_line(&text, zone);
        if line.is_some_and(|line| matches!(line.of, Of::Change | Of::Event))
            || in_other_words(element, zone)
        {
            continue;
        }
        if let Some(date) = line.and_then(|line| line.date) {
            offer(if is_time { 25 } else { 22 }, date, format!("the list: {}", quoted(&text)));
        } else if let Some(said) = value.attr("datetime").or_else(|| value.attr("content"))
            && let Ok(date) = PartialDate::parse(said, zone)
        {
            offer(18, date, format!("the list: {}", quoted(said)));
        }
    }
    best.map(|(_, date, why)| (date, why))
}

/// Whether an element is of a change or an event, by its names or those of what holds it.
pub fn says_other(element: ElementRef<'_>) -> bool {
    const WORDS: [&str; 14] = [
        "updated",
        "modified",
        "datemodified",
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
        "reviewed",
    ];
    std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap)).take(5).any(
        |element| {
            let prop = element.value().attr("itemprop").unwrap_or_default().to_lowercase();
            !matches!(element.value().name(), "body" | "html" | "main" | "article")
                && (has_word(element, &WORDS) || WORDS.contains(&prop.as_str()))
        },
    )
}

/// Whether the words around an element in its line say that its day is of something else: "Updated <time>…".
pub fn in_other_words(element: ElementRef<'_>, zone: Tz) -> bool {
    /// What holds more is no line.
    const MOST_NODES: usize = 60;
    let parent = element.parent().and_then(ElementRef::wrap);
    parent.filter(|parent| parent.descendants().nth(MOST_NODES).is_none()).is_some_and(|parent| {
        let text = text_of(parent);
        day_line(&text, zone).is_some_and(|line| matches!(line.of, Of::Change | Of::Event))
    })
}

/// The text of a part that is neither its title nor a label, a day, a byline or a button.
fn teaser(blocks: &[Block<'_>], title: Option<&str>, common: &Common, zone: Tz) -> String {
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

fn join(mut texts: Vec<String>, title: Option<&str>) -> String {
    texts.retain(|text| !text.is_empty() && Some(text.as_str()) != title);
    texts.dedup();
    tidy(&texts.join("\n\n"))
}

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

fn image(element: ElementRef<'_>, base: &str) -> Option<Image> {
    let address = address_of(element, base)?;
    let alt = crate::rfc::text::one_line(element.value().attr("alt").unwrap_or_default());
    Some(Image { address, alt, ..Image::default() })
}

/// "Spring fair Spring fair" as "Spring fair": a picture's caption and the heading, read in a row.
fn undoubled(title: &str) -> String {
    let words: Vec<&str> = title.split(' ').collect();
    let half = words.len() / 2;
    if words.len() > 1 && words.len().is_multiple_of(2) && words[..half] == words[half..] {
        return words[..half].join(" ");
    }
    title.to_owned()
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
