//! What somebody pasted or saved out of a browser: a page's text, or its HTML.
//! Pure: bytes in, stories and problems out.

use url::Url;

use super::decode::text_of;
use super::{listing, page};
use crate::count::counted;
use crate::news::item::{Item, Reading, slug};
use crate::news::readers::page::learn::{Guess, learn};
use crate::news::source::{Select, SourceContext};
use crate::problem::{Place, Problem};

/// With fewer ends of elements a text only speaks of HTML.
const FEWEST_ENDS: usize = 3;
/// Where a page stands that does not say so: a name that no website can have (RFC 6761, 6.4).
const NOWHERE: &str = "https://page.invalid/";
/// Elements that pages are made of.
const ELEMENTS: [&str; 12] =
    ["p", "div", "li", "ul", "a", "h1", "h2", "h3", "h4", "article", "td", "section"];

/// Reads a pasted text, or the HTML of a page.
pub fn read(opened: &SourceContext<'_>, bytes: &[u8]) -> Reading {
    let text = text_of(bytes);
    if !is_html(&text) {
        return listing::read(opened, bytes);
    }
    let SourceContext { settings, shown, zone, .. } = *opened;
    let is_fetched = shown.starts_with("https://") || shown.starts_with("http://");
    let address = if is_fetched { Some(shown.to_owned()) } else { address_of(&text) };
    let own = address.as_deref().unwrap_or(NOWHERE);
    let mut ways = learn(&text, own, zone);
    let is_open = ways.first().is_some_and(|way| way.select.days.is_some());
    let chosen = settings.way.and_then(|way| way.checked_sub(1)).filter(|way| *way < ways.len());
    let select = match (&settings.select, chosen) {
        (Some(select), _) => Some(select.clone()),
        (None, Some(way)) => Some(ways.swap_remove(way).select),
        (None, None) => ways.into_iter().next().map(|Guess { select, .. }| {
            // Whose the days are that stand between stories, somebody must say.
            if is_open { Select { days: None, ..select } } else { select }
        }),
    };
    let Some(select) = select else {
        let problem = Problem::new(
            Place::whole(shown),
            "this is the HTML of a web page, and no list of stories was found in it",
            "copy the page’s text in the browser instead, or give its address to `roundup news learn`",
        );
        return Reading { problems: vec![problem], ..Reading::default() };
    };
    let mut reading = page::read(&settings.name, own, &text, &select, zone, 1, 0).reading;
    let undecided = is_open && settings.select.is_none() && chosen.is_none();
    if undecided {
        reading.problems = vec![Problem::new(
            Place::whole(shown),
            "this page can be read in two ways: its days stand between the stories. 1: each is of the story below it. 2: of the \
             story above it. No day was taken",
            "choose one: way = 1 or way = 2 in the source in roundup.toml, or --way with `roundup news import`",
        )];
    }
    settle_places(&mut reading, shown, address.is_none());
    for item in &mut reading.items {
        item.date = item.date.or(opened.date);
    }
    reading
}

/// Whether a text is HTML: it begins as a page does, or has the ends of elements on many of its lines.
fn is_html(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let is =
        |begin: &str| start.get(..begin.len()).is_some_and(|text| text.eq_ignore_ascii_case(begin));
    if is("<!doctype html") || is("<html") {
        return true;
    }
    let ends = text.match_indices("</").filter(|(at, _)| {
        let name = text[at + 2..].split('>').next().unwrap_or_default().trim();
        ELEMENTS.iter().any(|element| name.eq_ignore_ascii_case(element))
    });
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let ends = ends.count();
    ends >= FEWEST_ENDS && (start.starts_with('<') || ends * 2 >= lines)
}

/// Where a page says that it stands, as browsers write it at its beginning and as pages themselves do.
fn address_of(html: &str) -> Option<String> {
    const BEGINNING_CHARS: usize = 20_000;
    let beginning: String = html.chars().take(BEGINNING_CHARS).collect();
    let saved = beginning.split_once("saved from url=(").and_then(|(_, rest)| {
        rest.split_once(')')?.1.split(|c: char| c.is_whitespace() || c == '-').next()
    });
    let parsed = scraper::Html::parse_document(&beginning);
    let said = [
        ("link[rel=canonical]", "href"),
        ("meta[property='og:url']", "content"),
        ("base[href]", "href"),
    ];
    let mut named = said.iter().filter_map(|(selector, name)| {
        let selector = scraper::Selector::parse(selector).ok()?;
        parsed.select(&selector).next()?.attr(name).map(str::to_owned)
    });
    saved.map(str::to_owned).into_iter().chain(named.by_ref()).find(|address| {
        Url::parse(address)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    })
}

/// Places are the file's. Of a page that does not say where it stands, relative addresses lead nowhere.
fn settle_places(reading: &mut Reading, shown: &str, is_nowhere: bool) {
    let mut without = 0_usize;
    let width = reading.items.len().to_string().len().max(2);
    let is_lost = |address: &str| is_nowhere && address.starts_with(NOWHERE);
    for (number, item) in (1..).zip(&mut reading.items) {
        item.place = Place::whole(shown);
        if item.link.as_deref().is_some_and(is_lost) {
            item.link = None;
            item.evidence.link = None;
            without += 1;
        }
        if item.image.as_ref().is_some_and(|image| is_lost(&image.address)) {
            item.image = None;
            item.evidence.image = None;
        }
        item.id = id_of(item, number, width);
    }
    for place in reading
        .problems
        .iter_mut()
        .map(|problem| &mut problem.place)
        .chain(reading.skipped.iter_mut().map(|skipped| &mut skipped.place))
    {
        *place = Place::whole(shown);
    }
    if without > 0 {
        reading.problems.push(Problem::new(
            Place::whole(shown),
            format!(
                "the page does not say where it stands: {} without a link",
                counted(without, "story is", "stories are")
            ),
            "give the page’s address to `roundup news learn`, or save the page with the browser: its address is in the file then",
        ));
    }
}

fn id_of(item: &Item, number: usize, width: usize) -> String {
    let when = item.date.map_or_else(String::new, |date| format!("{date}-"));
    format!("{when}listing-{number:0width$}-{}", slug(&item.title))
}
