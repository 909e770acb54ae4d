//! One story's own page: its day, summary and picture, each with where it was taken from.
//! Pure: HTML in, findings out.
//!
//! Everything that may be the day is gathered in the order of trust: JSON-LD of the article, what the page tells other sites
//! (`meta`), microdata, the day nearest the headline, a line that says "Published", the address, and a day that stands alone.
//! Days of changes, events and other stories are none. What most stories of a site share is the site's and no story's.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};

use super::block::{Block, blocks, text_of};
use super::data::{DataArticle, articles};
use super::part::{in_other_words, is_small, quoted, says_other};
use super::picture::{address_of, is_decoration};
use super::region::{has_word, is_heading, stands_around, stands_beside};
use crate::news::date::PartialDate;
use crate::news::dates_file::is_open;
use crate::news::dedupe::{canonical, words};
use crate::news::item::{Image, Item, web_address};
use crate::news::readers::day_line::{Of, day_line};
use crate::news::readers::fields::plain_text;
use crate::rfc::text::one_line;

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
    pub days: Vec<Extract<PartialDate>>,
    pub summaries: Vec<Extract<String>>,
    pub images: Vec<Extract<Image>>,
}

/// Names of `meta` elements that tell when something was published.
const PUBLISHED_NAMES: &str = "article:published_time|og:article:published_time|og:published_time|og:pubdate|article:published|\
    article.published|article_date_original|bt:pubdate|citation_publication_date|citation_date|cxenseparse:recs:publishtime|\
    date_published|datepublished|dc.date.issued|dc.date.publication|dcterms.issued|originalpublicationdate|parsely-pub-date|pubdate|\
    publication_date|publish-date|publish_date|publishdate|published_time|published-date|rnews:datepublished|sailthru.date|\
    shareaholic:article_published_time";
/// Names that many systems fill with the day of the answer.
const GENERAL_NAMES: &str = "date|date.created|dc.date|dc.date.created|dcterms.created|dcterms.date|displaydate|timestamp|created";
/// A shorter paragraph is a caption or a button.
const SHORTEST_PARAGRAPH_CHARS: usize = 60;
/// The day of a story stands so near its headline.
const NEAR_BLOCKS: usize = 10;
const NEAR_BEFORE: usize = 3;
/// Of more days nobody knows which is the story's.
const MOST_DAYS: usize = 20;
/// Behind these a page is no longer of one story.
const MOST_BLOCKS: usize = 1500;
/// Fewer stories may well be of one day.
const MANY: usize = 3;

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
        let mut article = Article::default();
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

    fn days(&self, data: Option<&DataArticle>, days: &mut Vec<Extract<PartialDate>>) {
        let zone = self.zone;
        let mut add = |date: Option<PartialDate>, why: String| {
            days.extend(date.map(|value| Extract { value, why }));
        };
        add(
            data.and_then(|data| data.date),
            "its own page: what it tells search engines (JSON-LD)".to_owned(),
        );
        let meta = |names: &str| {
            let (name, text) = self.meta(names)?;
            Some((PartialDate::parse(text, zone).ok()?, format!("its own page: `meta` {name}")))
        };
        if let Some((date, why)) = meta(PUBLISHED_NAMES) {
            add(Some(date), why);
        }
        for element in select(self.page, "[itemprop=datePublished], time[pubdate]")
            .take(MOST_DAYS)
            .filter(|element| self.is_own(*element))
        {
            add(day_of(element, zone), format!("its own page: {}", quoted(&text_of(element))));
        }
        if let Some((date, words)) = self.near_headline() {
            add(Some(date), format!("its own page: {} at the headline", quoted(&words)));
        }
        let published = self.blocks.iter().take(MOST_BLOCKS).filter_map(|block| {
            let line = day_line(&block.text, zone).filter(|line| line.of == Of::Publication)?;
            Some((block, line.date))
        });
        for (block, date) in published.take(MOST_DAYS) {
            if self.is_own(block.owner) {
                add(date, format!("its own page: {}", quoted(&block.text)));
            }
        }
        add(date_in_address(self.address), "its address".to_owned());
        if let Some((date, why)) = meta(GENERAL_NAMES) {
            add(Some(date), why);
        }
        // A day that stands alone in the article is its own; of several nobody knows which.
        let names = "time, .entry-date, .published, .post-date, .article-date, .news-date, .date-published, .date";
        let named: Vec<ElementRef<'_>> = select(self.page, names).take(MOST_DAYS + 1).collect();
        let alone: Vec<(PartialDate, String)> = named
            .into_iter()
            .filter(|element| {
                self.is_own(*element)
                    && !in_other_words(*element, zone)
                    && !self.is_of_event(*element)
            })
            .filter_map(|element| Some((day_of(element, zone)?, text_of(element))))
            .collect();
        if let Some((date, words)) = alone.first()
            && alone.iter().all(|(other, _)| other.days(zone) == date.days(zone))
        {
            add(Some(*date), format!("its own page: {}", quoted(words)));
        }
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
    }

    /// Whether an element's day is that of something that takes place: a venue or a time with an end stands by it.
    fn is_of_event(&self, element: ElementRef<'_>) -> bool {
        let at = self.blocks.iter().position(|block| {
            block.owner.id() == element.id()
                || block.owner.descendants().any(|node| node.id() == element.id())
        });
        at.is_some_and(|at| self.is_event_block(at))
    }

    fn is_event_block(&self, at: usize) -> bool {
        const LABELS: &str =
            "when|event date|date and time|event|starts|start date|time and date|dates";
        const VENUES: &str = "where|venue|location|address|tickets|admission|time|doors|price|cost|book now|book your place|booking|register";
        let is = |list: &str, text: &str| {
            let text = text.split(':').next().unwrap_or(text).trim().to_lowercase();
            list.split('|').any(|word| word == text)
        };
        let before = at.checked_sub(1).and_then(|before| self.blocks.get(before));
        let near = self.blocks.iter().skip(at + 1).take(4).chain(before);
        before.is_some_and(|block| is(LABELS, &block.text))
            || near.into_iter().any(|block| is(VENUES, &block.text) && block.text.len() < 120)
    }

    /// The day that stands nearest the headline: just below it or just above.
    fn near_headline(&self) -> Option<(PartialDate, String)> {
        let headline = self.headline?;
        let at = self.blocks.iter().position(|block| {
            block.owner.id() == headline.id()
                || block.owner.ancestors().any(|node| node.id() == headline.id())
        })?;
        let mut best: Option<(usize, PartialDate, String)> = None;
        let mut offer = |distance: usize, found: Option<(PartialDate, String)>| {
            if let Some((date, words)) = found
                && best.as_ref().is_none_or(|(had, _, _)| distance < *had)
            {
                best = Some((distance, date, words));
            }
        };
        let mut prose = 0;
        for (distance, block) in self.blocks.iter().enumerate().skip(at + 1).take(NEAR_BLOCKS) {
            if is_heading(block.owner) && prose > 0 {
                break;
            }
            offer((distance - at) * 2, self.day_of_block(distance));
            if block.text.chars().count() >= SHORTEST_PARAGRAPH_CHARS
                && day_line(&block.text, self.zone).is_none()
            {
                prose += 1;
                if prose > 1 {
                    break;
                }
            }
        }
        for before in (at.saturating_sub(NEAR_BEFORE)..at).rev() {
            let block = &self.blocks[before];
            if is_heading(block.owner)
                || block.text.chars().count() > SHORTEST_PARAGRAPH_CHARS * 2
                || !same_holder(Some(headline), block.owner)
            {
                break;
            }
            offer((at - before) * 2 + 1, self.day_of_block(before));
        }
        best.map(|(_, date, words)| (date, words))
    }

    fn day_of_block(&self, at: usize) -> Option<(PartialDate, String)> {
        let block = &self.blocks[at];
        if !self.is_own(block.owner) || self.is_event_block(at) {
            return None;
        }
        let line = day_line(&block.text, self.zone);
        if let Some(line) = line {
            let is_own = !matches!(line.of, Of::Change | Of::Event);
            return line.date.filter(|_| is_own).map(|date| (date, block.text.clone()));
        }
        // A byline with a `<time>` in it, whose words alone would not say so.
        let time =
            block.owner.descendent_elements().find(|element| element.value().name() == "time")?;
        let is_prose = block.text.chars().count() >= SHORTEST_PARAGRAPH_CHARS * 2;
        let text = block.text.to_lowercase();
        let is_other = ["updated", "modified", "reviewed", "deadline", "closes", "starts"]
            .iter()
            .any(|word| text.contains(word));
        (!is_prose && !is_other && !says_other(time))
            .then(|| day_of(time, self.zone))
            .flatten()
            .map(|date| (date, block.text.clone()))
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

/// The day that an element says: what people see, else what programs do.
fn day_of(element: ElementRef<'_>, zone: Tz) -> Option<PartialDate> {
    let value = element.value();
    let line = day_line(&text_of(element), zone);
    if line.is_some_and(|line| matches!(line.of, Of::Change | Of::Event))
        || in_other_words(element, zone)
    {
        return None;
    }
    let said = ["datetime", "content", "data-date"]
        .iter()
        .find_map(|name| value.attr(name))
        .and_then(|text| PartialDate::parse(text, zone).ok());
    match (line.and_then(|line| line.date), said) {
        // An instant is more than a day, if it is of that day.
        (Some(seen), Some(said)) if said.days(zone) == seen.days(zone) => Some(said),
        (seen, said) => seen.or(said),
    }
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
        let day = known.date.map(|value| Extract { value, why: why(&evidence.date) });
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
        }
    }

    /// Gives an item what it lacks; what the listing said of it stays.
    pub fn complete(self, item: &mut Item) {
        if item.title_made
            && let Some(title) = self.titles.into_iter().next()
        {
            item.title = title.value;
            item.title_made = false;
            item.evidence.title = Some(title.why);
        }
        // A whole day is better than the month that a listing says.
        if is_open(item.date)
            && let Some(day) = self.days.into_iter().next()
        {
            item.date = Some(day.value);
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

/// Takes out what cannot be the story's own: days after the day of the fetch, and what most stories of the site share.
pub fn without_shared(articles: &mut [Article], fetched: NaiveDate, zone: Tz) {
    let (all, next) = (articles.len(), fetched.succ_opt().unwrap_or(fetched));
    for article in articles.iter_mut() {
        // A day ahead of ours may be today where the website is.
        article.days.retain(|day| day.value.days(zone).0 <= next);
    }
    let most = |count: usize| count >= MANY && count * 2 > all;
    let days =
        count(articles, |article| article.days.iter().map(|day| day.value.days(zone)).collect());
    let titles =
        count(articles, |article| article.titles.iter().map(|title| title.value.clone()).collect());
    let summaries = count(articles, |article| {
        article.summaries.iter().map(|summary| summary.value.clone()).collect()
    });
    let images = count(articles, |article| {
        article.images.iter().map(|image| image.value.address.clone()).collect()
    });
    for article in articles.iter_mut() {
        article.days.retain(|day| !most(days[&day.value.days(zone)]));
        article.titles.retain(|title| titles[&title.value] < 2);
        article.summaries.retain(|summary| summaries[&summary.value] < 2);
        article.images.retain(|image| images[&image.value.address] < 2);
    }
}

/// How many articles have each value.
fn count<T: Ord>(
    articles: &[Article],
    values: impl Fn(&Article) -> std::collections::BTreeSet<T>,
) -> BTreeMap<T, usize> {
    let mut count = BTreeMap::new();
    for value in articles.iter().flat_map(values) {
        *count.entry(value).or_default() += 1;
    }
    count
}

/// `/2020/12/03/`, `/2020-12-03-`, or `/2020/12/` in an address.
pub fn date_in_address(address: &str) -> Option<PartialDate> {
    let path = url::Url::parse(address).ok()?.path().to_owned();
    let parts: Vec<&str> = path.split(['/', '-', '_', '.']).collect();
    let number = |text: &str, length: usize| -> Option<u32> {
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        (is_number && (1..=length).contains(&text.len())).then(|| text.parse().ok()).flatten()
    };
    let mut month_only = None;
    for at in 0..parts.len() {
        let Some(year) = number(parts[at], 4).filter(|year| (1990..=2100).contains(year)) else {
            continue;
        };
        let month =
            parts.get(at + 1).and_then(|text| number(text, 2)).filter(|m| (1..=12).contains(m));
        let day =
            parts.get(at + 2).and_then(|text| number(text, 2)).filter(|d| (1..=31).contains(d));
        let text = match (month, day) {
            (Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year}-{month:02}"),
            _ => continue,
        };
        let Ok(date) = PartialDate::parse(&text, Tz::UTC) else { continue };
        match date {
            PartialDate::Day(_) => return Some(date),
            _ => month_only = month_only.or(Some(date)),
        }
    }
    month_only
}
