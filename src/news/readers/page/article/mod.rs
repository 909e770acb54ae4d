//! One story's own page: its day, summary and picture, each with where it was taken from.
//! Pure: HTML in, findings out.
//!
//! Everything that may be the day is gathered in the order of trust: JSON-LD of the article, what the page says to other sites
//! (`meta`), microdata, the day nearest the headline, a line that says "Published", the address, and a day by itself.
//! Days of changes, events and other stories are none. What most stories of a site share is the site's and no story's.

mod day;
mod other;
mod shared;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};

use super::block::{Block, blocks, text_of};
use super::data::{DataArticle, articles};
use super::part::{is_small, says_other};
use super::picture::{address_of, is_decoration};
use super::region::{has_word, is_heading, stands_around, stands_beside};
use crate::date::{DateOrder, Numeric, WrittenDate};
use crate::news::dates_file::is_open;
use crate::news::dedupe::{canonical, words};
use crate::news::item::{Image, Item, is_whole_of, web_address};
use crate::news::readers::day_line::day_line;
use crate::news::readers::fields::plain_text;
use crate::rfc::text::one_line;

pub use day::date_in_address;
pub use shared::without_shared;

/// Something found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract<T> {
    pub value: T,
    pub why: String,
}

/// What a page says of its story, the most trusted first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article {
    pub titles: Vec<Extract<String>>,
    pub days: Vec<Extract<WrittenDate>>,
    /// The order of its numeric dates that its language makes sure.
    pub order: Option<DateOrder>,
    pub summaries: Vec<Extract<String>>,
    pub images: Vec<Extract<Image>>,
}

/// A shorter paragraph is a caption or a button.
const SHORTEST_PARAGRAPH_CHARS: usize = 60;

/// Reads the page of one story. `title` is what the list calls it.
pub fn read(html: &str, address: &str, zone: Tz, title: &str) -> Article {
    let page = Html::parse_document(&crate::news::readers::nesting::flattened(html));
    let base = super::base_of(&page, address);
    let headline = headline(&page, title);
    let body = select(&page, "body").next().unwrap_or_else(|| page.root_element());
    let reader = Reader {
        page: &page,
        address,
        base: &base,
        zone,
        title,
        headline,
        blocks: blocks(&[*body]),
    };
    reader.read()
}

struct Reader<'a> {
    page: &'a Html,
    address: &'a str,
    base: &'a str,
    zone: Tz,
    title: &'a str,
    headline: Option<ElementRef<'a>>,
    blocks: Vec<Block<'a>>,
}

impl Reader<'_> {
    fn read(&self) -> Article {
        let data = self.data();
        let mut article = Article { order: super::order_of(self.page), ..Article::default() };
        let mut title = |value: Option<String>, why: &str| {
            article
                .titles
                .extend(value.filter(|text| !text.is_empty()).map(|value| found(value, why)));
        };
        title(self.headline.map(text_of), "the headline of its own page");
        title(
            self.meta("og:title|twitter:title").map(|(_, text)| one_line(text)),
            "what its own page tells other sites",
        );
        self.days(data.as_ref(), &mut article.days);
        self.summaries(data.as_ref(), &mut article.summaries);
        self.images(data.as_ref(), &mut article.images);
        article
    }

    /// The first `meta` element of these names that has a text.
    fn meta(&self, names: &str) -> Option<(String, &str)> {
        let mut found: BTreeMap<usize, (String, &str)> = BTreeMap::new();
        for element in select(self.page, "meta") {
            let value = element.value();
            let name = ["property", "name", "itemprop"]
                .iter()
                .find_map(|key| value.attr(key))
                .unwrap_or_default()
                .to_lowercase();
            let place = names.split('|').position(|wanted| wanted == name);
            let text = value.attr("content").map(str::trim).filter(|text| !text.is_empty());
            if let (Some(place), Some(text)) = (place, text) {
                found.entry(place).or_insert((name, text));
            }
        }
        found.into_values().next()
    }

    /// The article of the page's JSON-LD that is this one, and not a related one.
    fn data(&self) -> Option<DataArticle> {
        let all = articles(self.page, self.base, self.zone);
        let path = |address: &str| {
            url::Url::parse(address)
                .map(|url| url.path().trim_end_matches('/').to_owned())
                .unwrap_or_default()
        };
        let heading = self.headline.map(text_of).unwrap_or_default();
        let is_same = |article: &DataArticle| {
            let same_address = article.address.as_ref().is_some_and(|address| {
                canonical(address) == canonical(self.address) || path(address) == path(self.address)
            });
            let same_title = article.title.as_ref().is_some_and(|title| {
                let title = words(title);
                !title.is_empty() && (title == words(self.title) || title == words(&heading))
            });
            same_address || same_title
        };
        let alone: Vec<&DataArticle> = all.iter().filter(|article| !article.listed).collect();
        all.iter()
            .find(|article| is_same(article))
            .or_else(|| match alone[..] {
                [only] if only.address.is_none() || only.title.is_none() => Some(only),
                _ => None,
            })
            .cloned()
    }

    /// Whether an element is of the article itself.
    fn is_own(&self, element: ElementRef<'_>) -> bool {
        let of_other = element.ancestors().filter_map(ElementRef::wrap).any(|around| {
            let kind = around.value().attr("itemtype").unwrap_or_default();
            kind.ends_with("Event") || kind.ends_with("Comment") || kind.ends_with("Product")
        });
        let in_other_article = element.ancestors().filter_map(ElementRef::wrap).any(|around| {
            around.value().name() == "article"
                && self.headline.is_some_and(|headline| {
                    !headline.ancestors().any(|node| node.id() == around.id())
                        && !around.ancestors().any(|node| node.id() == headline.id())
                })
        });
        let beside_headline =
            self.headline.is_some_and(stands_around) && same_holder(self.headline, element);
        !of_other
            && !in_other_article
            && (beside_headline || !stands_around(element))
            && !stands_beside(element)
            && !says_other(element)
            && !self.is_of_other(element)
    }

    fn summaries(&self, data: Option<&DataArticle>, summaries: &mut Vec<Extract<String>>) {
        let names = ["og:description", "description", "twitter:description", "dc.description"];
        let mut add = |text: Option<String>, why: &str| {
            summaries.extend(text.filter(|text| !text.is_empty()).map(|value| found(value, why)));
        };
        for name in names {
            add(
                self.meta(name).map(|(_, text)| plain_text(text)),
                "its own page: what it tells other sites",
            );
        }
        add(
            data.and_then(|data| data.summary.clone()),
            "its own page: what it tells search engines (JSON-LD)",
        );
        let at = self
            .headline
            .and_then(|headline| {
                self.blocks.iter().position(|block| block.owner.id() == headline.id())
            })
            .unwrap_or(0);
        let prose = self.blocks.iter().skip(at).find(|block| {
            block.text.chars().count() >= SHORTEST_PARAGRAPH_CHARS
                && !is_heading(block.owner)
                && !is_small(&block.text)
                && !has_word(block.owner, &["caption", "cookie", "credit", "meta"])
                && block.owner.value().name() != "figcaption"
                && day_line(&block.text, self.zone).is_none()
                && !stands_around(block.owner)
                && !stands_beside(block.owner)
        });
        add(prose.map(|block| block.text.clone()), "its own page: its first paragraph");
    }

    fn images(&self, data: Option<&DataArticle>, images: &mut Vec<Extract<Image>>) {
        let alt = self
            .meta("og:image:alt|twitter:image:alt")
            .map(|(_, text)| one_line(text))
            .unwrap_or_default();
        if let Some(address) = self
            .meta("og:image|og:image:url|og:image:secure_url|twitter:image|twitter:image:src")
            .and_then(|(_, text)| web_address(text, Some(self.base)))
        {
            images.push(found(
                Image { address, alt, ..Image::default() },
                "its own page: what it tells other sites",
            ));
        }
        if let Some(image) = data.and_then(|data| data.image.clone()) {
            images.push(found(image, "its own page: what it tells search engines (JSON-LD)"));
        }
        let shown = select(self.page, "img, picture > source").find_map(|element| {
            let is_own = !is_decoration(element)
                && !stands_around(element)
                && !stands_beside(element)
                && self.is_own(element);
            let address = address_of(element, self.base).filter(|_| is_own)?;
            Some(Image {
                address,
                alt: one_line(element.value().attr("alt").unwrap_or_default()),
                ..Image::default()
            })
        });
        images.extend(shown.map(|image| found(image, "its own page: its first picture")));
    }
}

fn found<T>(value: T, why: &str) -> Extract<T> {
    Extract { value, why: why.to_owned() }
}

/// What may be day first or month first, as another day says it too.
fn settled_by(value: WrittenDate, other: Option<WrittenDate>, zone: Tz) -> WrittenDate {
    match value {
        WrittenDate::Either { .. } | WrittenDate::Dotted { .. } => value.confirmed_by(other, zone),
        WrittenDate::Known { .. } => value,
    }
}

/// Whether two elements stand in one box that is not the whole page.
fn same_holder(headline: Option<ElementRef<'_>>, element: ElementRef<'_>) -> bool {
    const NEAR: usize = 3;
    headline.is_some_and(|headline| {
        let holders = headline
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(NEAR)
            .filter(|holder| !matches!(holder.value().name(), "body" | "html"));
        holders.into_iter().any(|holder| element.ancestors().any(|node| node.id() == holder.id()))
    })
}

/// The headline: the heading with the words of the list, else the first of the content.
fn headline<'a>(page: &'a Html, title: &str) -> Option<ElementRef<'a>> {
    let wanted = words(title);
    let headings: Vec<ElementRef<'a>> =
        select(page, "h1, h2").filter(|heading| !text_of(*heading).is_empty()).collect();
    let of = |name: &str| {
        headings
            .iter()
            .filter(move |heading| heading.value().name() == name)
            .copied()
            .collect::<Vec<_>>()
    };
    let named = headings
        .iter()
        .find(|heading| {
            !wanted.is_empty() && words(&text_of(**heading)) == wanted && !stands_beside(**heading)
        })
        .copied();
    let first = of("h1");
    named
        .or_else(|| first.iter().find(|heading| !stands_around(**heading)).copied())
        .or_else(|| first.first().copied())
        .or_else(|| {
            of("h2")
                .into_iter()
                .find(|heading| !stands_around(*heading) && !stands_beside(*heading))
        })
}

fn select<'a>(page: &'a Html, selector: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<ElementRef<'a>> =
        Selector::parse(selector).map(|s| page.select(&s).collect()).unwrap_or_default();
    found.into_iter()
}

impl Article {
    /// What was found when the page was read for an item that is known: it need not be fetched again.
    pub fn found_before(known: &Item) -> Self {
        let why = |why: &Option<String>| why.clone().unwrap_or_default();
        let evidence = &known.evidence;
        let title = (!known.title_made)
            .then(|| Extract { value: known.title.clone(), why: why(&evidence.title) });
        let day = known
            .date
            .map(|date| Extract { value: WrittenDate::known(date), why: why(&evidence.date) });
        let summary = Extract { value: known.summary.clone(), why: why(&evidence.summary) };
        let image = known.image.clone().map(|value| Extract { value, why: why(&evidence.image) });
        Self {
            titles: title.into_iter().collect(),
            days: day.into_iter().collect(),
            summaries: Some(summary)
                .filter(|summary| !summary.value.is_empty())
                .into_iter()
                .collect(),
            images: image.into_iter().collect(),
            order: None,
        }
    }

    /// The most trusted of its days, as the others say it too where it may be day first or month first.
    fn day(&self, zone: Tz) -> Option<Extract<WrittenDate>> {
        let first = self.days.first()?.clone();
        let others = self.days.iter().skip(1).map(|day| Some(day.value));
        let value = others.fold(first.value, |value, other| settled_by(value, other, zone));
        Some(Extract { value, ..first })
    }

    /// Gives an item what it lacks; what the listing said of it stays.
    pub fn complete(self, item: &mut Item, zone: Tz) {
        let day = self.day(zone);
        // Its own page may say which of two days the list means.
        if let Some(Numeric { text, written, language }) = &item.numeric {
            let days = self.days.iter().map(|day| Some(day.value));
            let settled = days.fold(*written, |value, day| settled_by(value, day, zone));
            if let Some(date) = settled.date() {
                (item.date, item.numeric) =
                    (Some(date), Numeric::of_words(text, settled, *language));
            }
        }
        let is_better =
            |title: &Extract<String>| item.title_made || is_whole_of(&title.value, &item.title);
        if let Some(title) = self.titles.into_iter().find(is_better) {
            item.title = title.value;
            item.title_made = false;
            item.evidence.title = Some(title.why);
        }
        // A whole day is better than the month that a listing says.
        if is_open(item.date)
            && let Some(day) = day
        {
            item.date = Some(day.value.likely());
            item.numeric = Numeric::of_words(&day.why, day.value, self.order);
            item.evidence.date = Some(day.why);
        }
        if item.summary.is_empty()
            && let Some(summary) = self.summaries.into_iter().next()
        {
            item.summary = summary.value;
            item.evidence.summary = Some(summary.why);
        }
        let image = self.images.into_iter().next();
        match (&mut item.image, image) {
            (None, Some(found)) => {
                item.image = Some(found.value);
                item.evidence.image = Some(found.why);
            }
            (Some(image), Some(found))
                if image.alt.is_empty() && image.address == found.value.address =>
            {
                image.alt = found.value.alt;
            }
            (Some(_) | None, _) => {}
        }
    }
}
