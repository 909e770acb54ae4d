//! Finds where a news page has its stories, from the page alone: parts that look the same and lead to different pages.
//! Pure: HTML in, selectors out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};

use super::{date_of, text_of};
use crate::news::item::web_address;
use crate::news::same::canonical;
use crate::news::source::Select;

/// Fewer parts of one kind are no list.
const FEWEST_STORIES: usize = 3;
/// Longer texts of a part say no more about whether it is a story.
const TELLING_CHARS: usize = 300;
/// Parts of pages that are never a list of news.
const AROUND: [&str; 5] = ["nav", "header", "footer", "aside", "form"];

/// A way to read the page, the likeliest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    pub select: Select,
    /// How many stories it finds.
    pub stories: usize,
}

/// The ways to read a page that stands at `address`, the likeliest first.
pub fn learn(html: &str, address: &str, zone: Tz) -> Vec<Guess> {
    let page = Html::parse_document(html);
    let mut groups: BTreeMap<String, Vec<ElementRef<'_>>> = BTreeMap::new();
    for element in page.root_element().descendent_elements() {
        if let Some(name) = name_of(element).filter(|_| !stands_around(element)) {
            groups.entry(name).or_default().push(element);
        }
    }
    let mut guesses: Vec<(usize, Guess)> = Vec::new();
    for (name, elements) in groups {
        // A part within a part of the same name is counted with it.
        let parts: Vec<ElementRef<'_>> = elements
            .iter()
            .filter(|element| {
                !element.ancestors().skip(1).any(|node| {
                    ElementRef::wrap(node).and_then(name_of).is_some_and(|other| other == name)
                })
            })
            .copied()
            .collect();
        if let Some((score, select, stories)) = judge(&name, &parts, address, zone) {
            let select = Select { next: next_link(&page), pages: pages(&page, address), ..select };
            guesses.push((score, Guess { select, stories }));
        }
    }
    guesses.sort_by_key(|(score, guess)| (std::cmp::Reverse(*score), guess.select.item.clone()));
    // Two names for the same parts (a story and the box around it) are one guess.
    let mut links: Vec<BTreeSet<String>> = Vec::new();
    let mut kept = Vec::new();
    for (_, guess) in guesses {
        let Ok(selector) = Selector::parse(&guess.select.item) else { continue };
        let found: BTreeSet<String> =
            page.select(&selector).filter_map(|part| first_link(part, address)).collect();
        let is_known = links
            .iter()
            .any(|known| known.intersection(&found).count() * 2 > found.len().min(known.len()));
        if !is_known {
            links.push(found);
            kept.push(guess);
        }
    }
    kept.truncate(3);
    kept
}

/// An element's name with its classes, as a selector.
fn name_of(element: ElementRef<'_>) -> Option<String> {
    let value = element.value();
    let name = value.name();
    if !matches!(name, "div" | "article" | "li" | "section" | "a" | "tr" | "dl" | "p") {
        return None;
    }
    let is_plain =
        |class: &&str| class.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    // Classes that number parts, or tell their state, are not the same for all of them.
    let is_shared = |class: &&str| {
        !class.bytes().any(|b| b.is_ascii_digit())
            && !["first", "last", "odd", "even", "active", "featured", "alt"].contains(class)
    };
    let starts_as_name = |class: &&str| class.starts_with(|c: char| c.is_ascii_alphabetic());
    let classes: Vec<&str> =
        value.classes().filter(is_plain).filter(is_shared).filter(starts_as_name).take(3).collect();
    if classes.is_empty() {
        // Without a class only what it stands in tells it from other parts of the page.
        if name == "tr" {
            let table = element.ancestors().filter_map(ElementRef::wrap).find_map(|around| {
                let class = around.value().classes().filter(is_plain).find(starts_as_name);
                let id = around.value().id().filter(is_plain).filter(starts_as_name);
                id.map(|id| format!("#{id}")).or_else(|| class.map(|class| format!(".{class}")))
            })?;
            return Some(format!("{table} tr"));
        }
        let parent = element.parent().and_then(ElementRef::wrap)?;
        let parent_class = parent.value().classes().filter(is_plain).find(starts_as_name);
        let parent_id = parent.value().id().filter(is_plain).filter(starts_as_name);
        let of = match (parent_id, parent_class) {
            (Some(id), _) => format!("#{id}"),
            (None, Some(class)) => format!(".{class}"),
            (None, None) if name == "article" => return Some(name.to_owned()),
            (None, None) => return None,
        };
        return Some(format!("{of} > {name}"));
    }
    Some(format!("{name}.{}", classes.join(".")))
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn stands_around(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|parent| {
        let value = parent.value();
        let role = value.attr("role").unwrap_or_default();
        AROUND.contains(&value.name())
            || matches!(role, "navigation" | "banner" | "contentinfo")
            || value
                .classes()
                .any(|class| matches!(class, "nav" | "menu" | "breadcrumb" | "cookie"))
    })
}

/// The first address within a part, or of the part itself, that leads to another page of the same site.
fn first_link(part: ElementRef<'_>, address: &str) -> Option<String> {
    let host = |text: &str| canonical(text).split('/').next().unwrap_or_default().to_owned();
    let own = host(address);
    let anchors = part
        .descendent_elements()
        .filter(|element| element.value().name() == "a")
        .filter_map(|anchor| anchor.value().attr("href"));
    anchors
        .filter_map(|href| web_address(href, Some(address)))
        .find(|link| host(link) == own && canonical(link) != canonical(address))
        .map(|link| canonical(&link))
}

/// How much parts look like stories, and how each is read.
fn judge(
    name: &str,
    parts: &[ElementRef<'_>],
    address: &str,
    zone: Tz,
) -> Option<(usize, Select, usize)> {
    let links: BTreeSet<String> =
        parts.iter().filter_map(|part| first_link(*part, address)).collect();
    let stories = links.len();
    // Half of the parts and more must lead somewhere of their own.
    if stories < FEWEST_STORIES || stories * 2 < parts.len() {
        return None;
    }
    let of_parts = |count: usize| count * 2 > parts.len();
    let mut lengths: Vec<usize> =
        parts.iter().map(|part| text_of(*part).chars().count().min(TELLING_CHARS)).collect();
    lengths.sort_unstable();
    let length = lengths[lengths.len() / 2];
    if length < 20 {
        return None;
    }
    // A part with many links is a box around stories, not a story.
    let crowded = parts.iter().filter(|part| {
        let own: BTreeSet<String> = part
            .descendent_elements()
            .filter(|element| element.value().name() == "a")
            .filter_map(|anchor| anchor.value().attr("href"))
            .filter_map(|href| web_address(href, Some(address)))
            .map(|link| canonical(&link))
            .collect();
        own.len() > 4
    });
    if of_parts(crowded.count()) {
        return None;
    }
    let inner = |what: &dyn Fn(ElementRef<'_>) -> bool| -> Option<String> {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for part in parts {
            let found = part.descendent_elements().find(|element| what(*element));
            if let Some(found) = found {
                *count.entry(short_name(found)).or_default() += 1;
            }
        }
        let (name, count) = count.into_iter().max_by_key(|(_, count)| *count)?;
        of_parts(count).then_some(name)
    };
    let is_heading = |element: ElementRef<'_>| {
        matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
    };
    // Where there is no heading, a name tells what a part is for.
    let named = |element: ElementRef<'_>, names: &[&str]| {
        element.value().classes().any(|class| {
            let class = class.to_lowercase();
            names.iter().any(|name| class.contains(name))
        })
    };
    let title = inner(&is_heading).or_else(|| {
        inner(&|element| {
            let length = text_of(element).chars().count();
            (1..=200).contains(&length) && named(element, &["title", "headline", "heading"])
        })
    });
    let date = inner(&|element| {
        let short = text_of(element).chars().count() <= 60;
        // The innermost element that says the day: not a box around it.
        let inner = element.child_elements().any(|child| date_of(child, zone).is_some());
        short && !inner && date_of(element, zone).is_some()
    });
    let image = inner(&|element| element.value().name() == "img");
    let is_long = |element: ElementRef<'_>| text_of(element).chars().count() >= 30;
    let summary =
        inner(&|element| element.value().name() == "p" && is_long(element)).or_else(|| {
            inner(&|element| {
                is_long(element)
                    && !element.child_elements().any(is_heading)
                    && named(
                        element,
                        &["text", "teaser", "excerpt", "summary", "intro", "description"],
                    )
            })
        });
    let telling = [&title, &date, &image, &summary].iter().filter(|found| found.is_some()).count();
    // Menus have words; stories have sentences, headings, days.
    if title.is_none() && date.is_none() && length < 80 {
        return None;
    }
    let score = stories.min(30) * (length + 60 * telling);
    let summary = summary.filter(|name| name != "p");
    let image = image.filter(|name| name != "img");
    let select = Select { item: name.to_owned(), title, date, summary, image, ..Select::default() };
    Some((score, select, stories))
}

/// An element's name with its first class, as a selector within a part.
fn short_name(element: ElementRef<'_>) -> String {
    let value = element.value();
    let class = value.classes().find(|class| {
        class.chars().all(is_plain_char) && class.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    match class {
        Some(class) => format!("{}.{class}", value.name()),
        None => value.name().to_owned(),
    }
}

/// The link to the page with older stories.
fn next_link(page: &Html) -> Option<String> {
    let anchors = || page.root_element().descendent_elements().filter(|e| e.value().name() == "a");
    if anchors().any(|anchor| anchor.value().attr("rel") == Some("next")) {
        return Some("a[rel=next]".to_owned());
    }
    let says_next = |text: &str| {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        matches!(text.as_str(), "next" | "next page" | "older" | "older posts" | "older news")
    };
    let next = anchors().find(|anchor| {
        says_next(&text_of(*anchor)) || anchor.value().attr("aria-label").is_some_and(says_next)
    })?;
    let own = short_name(next);
    if own != "a" {
        return Some(own);
    }
    let parent = next.parent().and_then(ElementRef::wrap)?;
    Some(format!("{} > a", short_name(parent))).filter(|name| name.contains('.'))
}

/// The pattern of further pages: `?page=2` or `?Take=26` in a link of the page to itself.
fn pages(page: &Html, address: &str) -> Option<String> {
    if next_link(page).is_some() {
        return None;
    }
    let own = canonical(address.split(['?', '#']).next().unwrap_or(address));
    page.root_element()
        .descendent_elements()
        .filter(|element| element.value().name() == "a")
        .filter_map(|anchor| web_address(anchor.value().attr("href")?, Some(address)))
        .filter(|link| canonical(link.split(['?', '#']).next().unwrap_or(link)) == own)
        .find_map(|link| {
            let link = url::Url::parse(&link).ok()?;
            link.query_pairs().find_map(|(name, value)| {
                value.parse::<u32>().ok()?;
                match name.to_lowercase().as_str() {
                    "page" | "p" | "paged" | "pg" | "seite" => Some(format!("?{name}={{page}}")),
                    "take" | "limit" | "count" | "show" | "top" => {
                        Some(format!("?{name}={{stories}}"))
                    }
                    _ => None,
                }
            })
        })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::super::read;
    use super::*;

    fn cards(count: usize) -> String {
        (1..=count)
            .map(|n| {
                format!(
                    r#"<div class="col-sm-4 item-{n}"><article class="news-card card"><a href="/news/{n}"><img src="/{n}.jpg"></a>
                    <h3 class="card-title"><a href="/news/{n}">Story number {n} of the club</a></h3><span class="when">{n} May 2020</span>
                    <p class="teaser">What happened, in a sentence that is long enough to be one.</p><a href="/news/{n}">Read more</a></article></div>"#
                )
            })
            .collect()
    }

    fn around(list: &str, end: &str) -> String {
        let menu: String = (1..=12)
            .map(|n| {
                format!(r#"<li class="item"><a href="/m{n}">About our work, part {n}</a></li>"#)
            })
            .collect();
        format!(
            "<html><body><nav><ul>{menu}</ul></nav><main>{list}</main>{end}<footer><ul>{menu}</ul></footer></body></html>"
        )
    }

    #[test]
    fn the_stories_are_found_among_the_noise() {
        let html = around(&cards(6), r#"<a class="pager" href="/news?page=2">Next</a>"#);
        let guesses = learn(&html, "https://e.org/news", London);
        let best = &guesses[0];
        assert_eq!(best.stories, 6);
        let select = &best.select;
        assert_eq!(select.title.as_deref(), Some("h3.card-title"));
        assert_eq!(select.date.as_deref(), Some("span.when"));
        assert_eq!(select.summary.as_deref(), Some("p.teaser"));
        assert_eq!(select.next.as_deref(), Some("a.pager"));
        let listed = read("site", "https://e.org/news", &html, select, London, 1, 0);
        assert_eq!(listed.reading.items.len(), 6);
        let first = &listed.reading.items[0];
        assert_eq!(first.title, "Story number 1 of the club");
        assert_eq!(first.date.unwrap().to_string(), "2020-05-01");
        assert_eq!(listed.next.as_deref(), Some("https://e.org/news?page=2"));
    }

    #[test]
    fn stories_without_classes_dates_or_headings() {
        let list: String = (1..=4)
            .map(|n| format!(r#"<li><a href="/n/{n}">Story {n}</a> A sentence about it that goes on for a while, and then ends somewhere.Read more</li>"#))
            .collect();
        let html =
            around(&format!(r#"<ul class="news">{list}</ul>"#), r#"<a href="?Take=26">More</a>"#);
        let guesses = learn(&html, "https://e.org/news", London);
        assert_eq!(guesses[0].select.item, ".news > li");
        assert_eq!(guesses[0].select.pages.as_deref(), Some("?Take={stories}"));
        let listed = read("site", "https://e.org/news", &html, &guesses[0].select, London, 1, 0);
        assert_eq!(listed.reading.items[0].title, "Story 1");
    }

    #[test]
    fn a_page_without_a_list_has_no_guess() {
        assert_eq!(
            learn(
                &around("<p>Welcome to the club. We meet on Mondays.</p>", ""),
                "https://e.org/",
                London
            ),
            []
        );
        assert_eq!(learn("", "https://e.org/", London), []);
    }

    const DAYS: [&str; 5] = ["3", "12", "19", "24", "30"];

    fn story(n: usize) -> String {
        format!("What the club did on its day number {n}")
    }

    /// How the systems that most websites are made with write a page of news, and whether days can be read there.
    fn systems() -> Vec<(&'static str, String, bool)> {
        let text =
            "A sentence about it that is as long as sentences of a teaser are. And a second one.";
        let of = |write: &dyn Fn(usize, &str) -> String| -> String {
            DAYS.iter().enumerate().map(|(n, day)| write(n, day)).collect()
        };
        vec![
            (
                "WordPress, a block theme",
                of(&|n, day| {
                    format!(
                        r#"<li class="wp-block-post post-{n} post type-post status-publish format-standard has-post-thumbnail hentry category-news">
                    <figure class="wp-block-post-featured-image"><a href="/{n}"><img src="/{n}.jpg" alt=""></a></figure>
                    <h2 class="wp-block-post-title"><a href="/{n}">{}</a></h2><div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">{text}</p></div>
                    <div class="wp-block-post-date"><time datetime="2020-12-{day:0>2}T10:00:00+00:00">{day} December 2020</time></div></li>"#,
                        story(n)
                    )
                }),
                true,
            ),
            (
                "WordPress, an older theme",
                of(&|n, day| {
                    format!(
                        r#"<article id="post-{n}" class="post-{n} post type-post hentry"><header class="entry-header"><h2 class="entry-title"><a href="/{n}" rel="bookmark">{}</a></h2>
                    <div class="entry-meta"><span class="posted-on">Posted on <time class="entry-date published" datetime="2020-12-{day:0>2}">{day} December 2020</time></span></div></header>
                    <div class="entry-summary"><p>{text} <a class="more-link" href="/{n}">Continue reading</a></p></div></article>"#,
                        story(n)
                    )
                }),
                true,
            ),
            (
                "Drupal, a view",
                of(&|n, day| {
                    format!(
                        r#"<div class="views-row views-row-{n}"><div class="views-field views-field-title"><span class="field-content"><a href="/{n}">{}</a></span></div>
                    <div class="views-field views-field-created"><span class="field-content">{day} Dec 2020</span></div><div class="views-field views-field-body"><div class="field-content">{text}</div></div></div>"#,
                        story(n)
                    )
                }),
                true,
            ),
            (
                "Bootstrap cards in columns",
                of(&|n, day| {
                    format!(
                        r#"<div class="col-md-4"><div class="card h-100"><img class="card-img-top" src="/{n}.jpg"><div class="card-body"><h5 class="card-title">{}</h5>
                    <p class="card-text">{text}</p><a href="/{n}" class="btn btn-primary">Read more</a></div><div class="card-footer"><small class="text-muted">{day}/12/2020</small></div></div></div>"#,
                        story(n)
                    )
                }),
                true,
            ),
            (
                "whole cards that are links",
                of(&|n, day| {
                    format!(
                        r#"<a class="news-tile" href="/{n}"><span class="news-tile__date">{day}th December 2020</span><strong class="news-tile__title">{}</strong><span class="news-tile__text">{text}</span></a>"#,
                        story(n)
                    )
                }),
                true,
            ),
            (
                "a table",
                format!(
                    r#"<table class="news"><tbody>{}</tbody></table>"#,
                    of(&|n, day| format!(
                        r#"<tr><td>{day}.12.2020</td><td><a href="/{n}">{}</a><br>{text}</td></tr>"#,
                        story(n)
                    ))
                ),
                false,
            ),
            (
                "a definition list without classes",
                format!(
                    r#"<div id="content"><div class="list">{}</div></div>"#,
                    of(&|n, _| format!(
                        r#"<div><h3><a href="/{n}">{}</a></h3>{text} <a href="/{n}">Read more</a></div>"#,
                        story(n)
                    ))
                ),
                false,
            ),
        ]
    }

    #[test]
    fn pages_as_common_systems_write_them() {
        for (name, list, date) in systems() {
            let html = around(&list, "");
            let guesses = learn(&html, "https://e.org/news", London);
            let best = guesses.first().unwrap_or_else(|| panic!("{name}: nothing was found"));
            let listed = read("site", "https://e.org/news", &html, &best.select, London, 1, 0);
            let titles: Vec<&str> =
                listed.reading.items.iter().map(|item| item.title.as_str()).collect();
            let wanted: Vec<String> = (0..DAYS.len()).map(story).collect();
            assert_eq!(titles, wanted, "{name}: {:?}", best.select);
            for (item, day) in listed.reading.items.iter().zip(DAYS) {
                assert!(item.link.is_some(), "{name}");
                if date {
                    let found = item.date.map(|date| date.days(London).0.to_string());
                    assert_eq!(
                        found,
                        Some(format!("2020-12-{day:0>2}")),
                        "{name}: {:?}",
                        best.select
                    );
                }
            }
        }
    }
}
