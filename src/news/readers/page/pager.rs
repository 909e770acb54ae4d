//! The links that lead through a list's pages: "Next", "Older stories", "1 2 3".
//! Pure: elements in, the next page's address out.

use scraper::{ElementRef, Html, Selector};

use super::block::text_of;
use super::part::PageContext;
use super::region::stands_beside;
use crate::news::item::web_address;

/// Words that lead to older stories, whole.
const NEXT: &str = "next|next page|older|earlier|load more|show more|more news|more stories|more articles|more posts|\
    nesaf|tudalen nesaf|nächste|nächste seite|ältere beiträge|suivant|page suivante|articles plus anciens|siguiente|\
    página siguiente|entradas antiguas|volgende|volgende pagina|następna|starsze wpisy|successivo|seguinte|nästa|neste|næste";
/// Words before a name of what is listed.
const BEFORE: &str = "older|earlier|next|load more|show more|view more|see more|load older|see older|view older|show older";
/// What is listed.
const LISTED: &str = "posts|news|entries|stories|articles|items|updates|releases|results|page|pages|blogs|blog posts|news stories|\
    press releases";
/// A row with more numbers is a calendar.
const MOST_NUMBERS: usize = 15;
/// The row of a pager is so near above its links.
const MOST_LEVELS: usize = 3;

/// The page after this one: where its link leads, else by the pattern.
pub(super) fn next_of(
    page: &Html,
    (next, pages): (Option<&Selector>, Option<&str>),
    context: &PageContext<'_>,
    number: usize,
    stories: usize,
) -> Option<String> {
    let by_link = next.and_then(|next| {
        let leads = |link: &ElementRef<'_>| {
            let to = link.value().attr("href");
            to.is_some_and(|to| !to.starts_with('#') && !to.starts_with("javascript:"))
        };
        let links: Vec<ElementRef<'_>> = page.select(next).filter(leads).collect();
        let link = link_to(&links, number + 1)?;
        web_address(link.value().attr("href")?, Some(context.base))
    });
    let by_pattern = pages.and_then(|pattern| {
        let pattern = pattern
            .replace("{page}", &(number + 1).to_string())
            .replace("{stories}", &(stories * 2).max(10).to_string());
        let base = context.address.split(['?', '#']).next().unwrap_or(context.address);
        web_address(&format!("{base}{pattern}"), None)
    });
    by_link.or(by_pattern).filter(|next| next != context.address)
}

/// The link among some that leads to a page: the one that says "next", else the page's number; else the first, where none leads back.
fn link_to<'a>(links: &[ElementRef<'a>], number: usize) -> Option<ElementRef<'a>> {
    let by_words = || links.iter().find(|link| says_next(**link)).copied();
    let by_number = || links.iter().find(|link| number_of(**link) == Some(number)).copied();
    let is_other = |link: &ElementRef<'a>| is_back(*link) || number_of(*link).is_some();
    let rest = || links.first().filter(|_| !links.iter().any(is_other)).copied();
    // A selector that only says "a link" is of any.
    let is_any = links.len() > MOST_NUMBERS;
    by_words().or_else(by_number).or_else(|| if is_any { None } else { rest() })
}

/// Whether a link leads to the page with older stories.
pub(super) fn says_next(link: ElementRef<'_>) -> bool {
    let is_listed = |list: &str, text: &str| list.split('|').any(|other| other == text);
    let says = |text: &str| {
        let text = bare(text);
        is_listed(NEXT, &text)
            || BEFORE.split('|').any(|before| {
                let rest = text.strip_prefix(before).and_then(|rest| rest.strip_prefix(' '));
                rest.is_some_and(|rest| is_listed(LISTED, rest))
            })
    };
    let value = link.value();
    has_rel(link, "next")
        || says(&text_of(link))
        || ["aria-label", "title"].iter().any(|name| value.attr(name).is_some_and(says))
}

/// Whether an element says that it leads there.
pub(super) fn has_rel(element: ElementRef<'_>, wanted: &str) -> bool {
    let rel = element.value().attr("rel");
    rel.is_some_and(|rel| rel.split(' ').any(|word| word.eq_ignore_ascii_case(wanted)))
}

/// Whether a link leads to newer stories.
fn is_back(link: ElementRef<'_>) -> bool {
    const BACK: [&str; 6] = ["previous", "prev", "newer", "first", "back", "zurück"];
    let text = bare(&text_of(link));
    has_rel(link, "prev") || BACK.contains(&text.split(' ').next().unwrap_or_default())
}

/// The number of a page that a link leads to: in a row of numbers, and of words that lead through pages.
pub(super) fn number_of(link: ElementRef<'_>) -> Option<usize> {
    let number = page_number(&text_of(link))?;
    let is_pager = |row: &ElementRef<'_>| {
        let texts: Vec<String> = row.text().map(bare).filter(|text| !text.is_empty()).collect();
        let is_word = |text: &String| {
            page_number(text).is_some()
                || text == "of"
                || text == "page"
                || text == "pages"
                || text == "last"
                || says_word(text)
        };
        (2..=MOST_NUMBERS).contains(&texts.len()) && texts.iter().all(is_word)
    };
    let rows = link.ancestors().filter_map(ElementRef::wrap).take(MOST_LEVELS);
    let is_cell = link
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|around| around.value().name() == "table");
    (rows.into_iter().any(|row| is_pager(&row)) && !is_cell && !stands_beside(link))
        .then_some(number)
}

fn page_number(text: &str) -> Option<usize> {
    let text = bare(text);
    let digits = text.strip_prefix("page ").unwrap_or(&text);
    digits.parse().ok().filter(|_| digits.len() <= 3)
}

fn says_word(text: &str) -> bool {
    NEXT.split('|').any(|word| word == text)
        || matches!(
            text,
            "previous" | "prev" | "previous page" | "newer" | "first" | "back" | "zurück"
        )
}

fn bare(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str, number: usize) -> Option<String> {
        let page = Html::parse_document(&format!("<main>{body}</main>"));
        let links: Vec<ElementRef<'_>> = page.select(&Selector::parse("a").unwrap()).collect();
        link_to(&links, number).and_then(|link| link.value().attr("href")).map(str::to_owned)
    }

    #[test]
    fn the_link_that_leads_to_the_next_page() {
        for (body, number, expected) in [
            ("<a href=x>Newer stories</a> <a href=y>Older stories →</a>", 3, Some("y")),
            ("<a href=x>Load more</a>", 2, Some("x")),
            ("<p><span>1</span> <a href=x>2</a> <a href=y>3</a></p>", 2, Some("x")),
            ("<p><a href=w>1</a> <span>2</span> <a href=y>3</a></p>", 3, Some("y")),
            ("<p><a href=w>1</a> <a href=x>2</a> <span>3</span></p>", 4, None),
            ("<ul><li><a href=w>1</a></li><li><a href=x>2</a></li></ul>", 2, Some("x")),
            // A link by a selector that was written by hand.
            ("<a href=x>And on</a>", 2, Some("x")),
            // Days of a calendar, and a number in a text.
            ("<table><tr><td><a href=x>1</a><td><a href=y>2</a></table>", 2, Some("x")),
            ("<a href=z>Newer</a><p>We met <a href=x>2</a> times.</p>", 2, None),
        ] {
            assert_eq!(found(body, number).as_deref(), expected, "{body}");
        }
    }
}
