//! A news page of a website that has no feed: its stories by CSS selectors, and the page after it.
//! Pure: HTML in, stories out.

pub mod article;
pub mod learn;

use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};

use super::date::PartialDate;
use super::fields::tidy;
use super::item::{Image, Item, Reading, slug, title_from, web_address};
use super::listing::without_marker;
use super::same::canonical;
use super::source::Select;
use crate::problem::{Place, Problem};
use crate::rfc::header::one_line;

/// A page with more is an archive of everything; its first stories are the news.
const MOST_STORIES: usize = 500;

/// What a page has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub reading: Reading,
    /// The next page, where there is one.
    pub next: Option<String>,
}

/// Reads the stories of a page. `number` is the page's own, from 1, and `so_far` the stories of the pages before it.
pub fn read(
    source: &str,
    address: &str,
    html: &str,
    select: &Select,
    zone: Tz,
    number: usize,
    so_far: usize,
) -> Listed {
    let mut listed = Listed::default();
    let parts = match Parts::of(select) {
        Ok(parts) => parts,
        Err((name, text)) => {
            listed.reading.problems.push(Problem::new(
                Place::whole("roundup.toml"),
                format!("`{text}` is not a CSS selector ({name} of `{source}`)"),
                "let `roundup news learn` write it, or look it up in the browser's inspector",
            ));
            return listed;
        }
    };
    let page = Html::parse_document(html);
    for element in page.select(&parts.item).take(MOST_STORIES) {
        if let Some(item) = story(source, address, element, &parts, zone) {
            // A slider and a list may show one story twice.
            let is_new = item.link.is_none()
                || listed.reading.items.iter().all(|other| other.link != item.link);
            if is_new {
                let order = so_far + listed.reading.items.len() + 1;
                let order = i64::try_from(order).unwrap_or(i64::MAX);
                listed.reading.items.push(Item { order, ..item });
            }
        }
    }
    if listed.reading.items.is_empty() && number == 1 {
        listed.reading.problems.push(Problem::new(
            Place::whole(address),
            format!("no part of the page is `{}`", select.item),
            "the website has changed: run `roundup news learn` with its address again",
        ));
    }
    let by_link = parts.next.as_ref().and_then(|next| {
        page.select(next).find_map(|link| web_address(link.value().attr("href")?, Some(address)))
    });
    let stories = so_far + listed.reading.items.len();
    let by_pattern = select.pages.as_deref().and_then(|pattern| {
        let pattern = pattern
            .replace("{page}", &(number + 1).to_string())
            .replace("{stories}", &(stories * 2).max(10).to_string());
        let base = address.split(['?', '#']).next().unwrap_or(address);
        web_address(&format!("{base}{pattern}"), None)
    });
    listed.next = by_link.or(by_pattern).filter(|next| next != address);
    listed
}

struct Parts {
    item: Selector,
    title: Selector,
    link: Selector,
    date: Selector,
    summary: Selector,
    image: Selector,
    next: Option<Selector>,
}

impl Parts {
    fn of(select: &Select) -> Result<Self, (&'static str, String)> {
        let parse = |name: &'static str, text: &str| {
            Selector::parse(text).map_err(|_| (name, text.to_owned()))
        };
        let or = |name: &'static str, own: &Option<String>, otherwise: &str| {
            parse(name, own.as_deref().unwrap_or(otherwise))
        };
        Ok(Self {
            item: parse("item", &select.item)?,
            title: or("title", &select.title, "h1, h2, h3, h4, h5, h6")?,
            link: or("link", &select.link, "a[href]")?,
            date: or("date", &select.date, "time, [itemprop=datePublished], .date")?,
            summary: or("summary", &select.summary, "p")?,
            image: or("image", &select.image, "img")?,
            next: select.next.as_deref().map(|text| parse("next", text)).transpose()?,
        })
    }
}

fn story(
    source: &str,
    address: &str,
    element: ElementRef<'_>,
    parts: &Parts,
    zone: Tz,
) -> Option<Item> {
    let is_link = element.value().name() == "a";
    let anchor = element.select(&parts.link).next().or(is_link.then_some(element));
    let link = anchor.and_then(|link| web_address(link.value().attr("href")?, Some(address)));
    let date_element = element.select(&parts.date).find(|found| date_of(*found, zone).is_some());
    let date = date_element.and_then(|found| date_of(found, zone));
    let summary: Vec<String> = element
        .select(&parts.summary)
        .map(|part| without_marker(&text_of(part)))
        .filter(|text| {
            let is_date = PartialDate::parse(text, zone).is_ok();
            !text.is_empty() && !is_date
        })
        .collect();
    let heading = element
        .select(&parts.title)
        .map(text_of)
        .find(|text| !text.is_empty())
        .or_else(|| anchor.map(text_of))
        .map(|text| undoubled(&without_marker(&text)))
        .filter(|text| !text.is_empty());
    let mut summary = summary;
    summary.retain(|text| Some(text) != heading.as_ref());
    let summary = tidy(&summary.join("\n\n"));
    let title_made = heading.is_none();
    let title = heading.unwrap_or_else(|| title_from(&summary));
    if title.is_empty() {
        return None;
    }
    let image = element.select(&parts.image).find_map(|image| picture(image, address));
    let id = match &link {
        Some(link) => canonical(link),
        None => slug(&title),
    };
    Some(Item {
        id,
        title,
        title_made,
        summary,
        place: Place::whole(link.as_deref().unwrap_or(address)),
        link,
        image,
        date,
        source: source.to_owned(),
        ..Item::default()
    })
}

/// The text of an element, on one line, its blocks apart.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    for piece in element.text() {
        text.push_str(piece);
        text.push(' ');
    }
    one_line(&tidy(&text)).replace(" .", ".").replace(" ,", ",")
}

/// The date that an element says, to machines or to people.
pub(super) fn date_of(element: ElementRef<'_>, zone: Tz) -> Option<PartialDate> {
    let value = element.value();
    let said = ["datetime", "content", "data-date"].iter().find_map(|name| value.attr(name));
    said.and_then(|text| PartialDate::parse(text, zone).ok())
        .or_else(|| article::date_in_text(&text_of(element), zone))
}

/// A picture's address; pages that load pictures late keep it in another attribute.
fn picture(image: ElementRef<'_>, base: &str) -> Option<Image> {
    let value = image.value();
    let address = ["data-src", "data-lazy-src", "src"]
        .iter()
        .filter_map(|name| value.attr(name))
        .find(|text| !text.starts_with("data:") && !text.is_empty())?;
    let alt = one_line(value.attr("alt").unwrap_or_default());
    Some(Image { address: web_address(address, Some(base))?, alt })
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

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    const PAGE: &str = r#"<html><body>
      <nav><a href="/">Home</a><a href="/basket">Basket</a></nav>
      <div class="list">
        <div class="item"><a href="/fair"><img data-src="/fair.jpg" src="data:x" alt="A table"></a>
          <h3><a href="/fair">The spring fair</a></h3><span class="date">Tuesday, 30th April 2019</span>
          <p>The fair was full.<a href="/fair">Read more</a></p></div>
        <div class="item"><h3><a href="/well">A new well A new well</a></h3>
          <p>Water for the school.</p><p>2 May 2019</p></div>
        <div class="item"><p>No heading here. But a text.</p></div>
        <div class="item"></div>
      </div>
      <a class="next" href="?page=2">Older</a></body></html>"#;

    fn select() -> Select {
        Select { item: ".item".to_owned(), next: Some("a.next".to_owned()), ..Select::default() }
    }

    #[test]
    fn stories_with_what_the_page_says_of_them() {
        let listed = read("site", "https://e.org/news", PAGE, &select(), London, 1, 0);
        assert_eq!(listed.reading.problems, []);
        let [fair, well, text] = &listed.reading.items[..] else { panic!("{listed:?}") };
        assert_eq!(
            (fair.title.as_str(), fair.summary.as_str()),
            ("The spring fair", "The fair was full.")
        );
        assert_eq!(fair.link.as_deref(), Some("https://e.org/fair"));
        assert_eq!(fair.date.unwrap().to_string(), "2019-04-30");
        assert_eq!(fair.image.as_ref().unwrap().address, "https://e.org/fair.jpg");
        assert_eq!(
            (well.title.as_str(), well.summary.as_str()),
            ("A new well", "Water for the school.")
        );
        assert_eq!((text.title.as_str(), text.title_made), ("No heading here", true));
        assert_eq!(listed.next.as_deref(), Some("https://e.org/news?page=2"));
    }

    #[test]
    fn further_pages_by_a_pattern() {
        for (pattern, next) in [("?page={page}", "?page=3"), ("?Take={stories}", "?Take=26")] {
            let select = Select { pages: Some(pattern.to_owned()), next: None, ..select() };
            let listed = read("site", "https://e.org/news?page=2", PAGE, &select, London, 2, 10);
            assert_eq!(listed.next, Some(format!("https://e.org/news{next}")));
            assert_eq!(listed.reading.items[0].order, 11);
        }
    }

    #[test]
    fn a_page_that_has_changed_and_a_selector_that_is_none() {
        let listed = read("site", "https://e.org/news", "<p>x</p>", &select(), London, 1, 0);
        assert!(listed.reading.problems[0].what.contains("no part of the page"));
        let wrong = Select { item: "..".to_owned(), ..Select::default() };
        let listed = read("site", "https://e.org/news", PAGE, &wrong, London, 1, 0);
        assert!(listed.reading.problems[0].what.contains("is not a CSS selector"));
    }
}
