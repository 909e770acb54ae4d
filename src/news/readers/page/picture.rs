//! The pictures of a page: where each really lies, and which are only decoration.
//! Pure: elements in, addresses out.

use scraper::ElementRef;

use super::region::has_word;
use crate::news::item::web_address;
use crate::rfc::text::one_line;

/// A wider picture is larger than any email shows.
const WIDEST: f64 = 1600.0;
/// A smaller one is an icon.
const SMALLEST_PIXELS: u32 = 60;

/// The address of the picture that an element shows. Pages that load pictures late keep it in another attribute.
pub fn address_of(element: ElementRef<'_>, base: &str) -> Option<String> {
    let value = element.value();
    let attribute = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| value.attr(name))
            .map(str::trim)
            .find(|text| !text.is_empty() && !text.starts_with("data:"))
    };
    let found = match value.name() {
        "img" => {
            attribute(&["data-src", "data-lazy-src", "data-original", "data-image", "data-lazy"])
                .map(str::to_owned)
                .or_else(|| attribute(&["data-srcset", "data-lazy-srcset"]).and_then(largest))
                .or_else(|| attribute(&["src"]).filter(|src| !is_blank(src)).map(str::to_owned))
                .or_else(|| attribute(&["srcset"]).and_then(largest))
        }
        "source"
            if element
                .parent()
                .and_then(ElementRef::wrap)
                .is_some_and(|parent| parent.value().name() == "picture") =>
        {
            attribute(&["srcset", "data-srcset"]).and_then(largest)
        }
        // What is shown where scripts do not run.
        "noscript" => in_noscript(element),
        _ => background(attribute(&["style"]).unwrap_or_default())
            .or_else(|| attribute(&["data-background-image", "data-bg"]).map(str::to_owned)),
    }?;
    let address = web_address(&found, Some(base))?;
    (!is_vector(&address)).then_some(address)
}

/// The words for the first picture of a link that is a picture and nothing else.
pub fn words_for_picture(link: ElementRef<'_>) -> Option<String> {
    /// A shorter text is the name of a sign.
    const FEWEST_WORDS: usize = 2;
    let picture = link.descendent_elements().find(|inner| inner.value().name() == "img")?;
    let words = one_line(picture.value().attr("alt").unwrap_or_default());
    let is_picture = link.text().all(|text| text.trim().is_empty());
    (is_picture && words.split(' ').count() >= FEWEST_WORDS).then_some(words)
}

/// Mail programs do not show them.
fn is_vector(address: &str) -> bool {
    address.split(['?', '#']).next().is_some_and(|path| path.to_lowercase().ends_with(".svg"))
}

fn is_blank(src: &str) -> bool {
    ["blank.", "spacer.", "pixel.", "transparent.", "placeholder.", "1x1.", "lazy.", "loading."]
        .iter()
        .any(|name| src.to_lowercase().contains(name))
}

/// The largest picture of a `srcset` that is not larger than any email shows.
fn largest(srcset: &str) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in srcset.split(", ").flat_map(|part| part.split(",\n")) {
        let mut words = candidate.split_whitespace();
        let Some(address) = words.next().map(|address| address.trim_end_matches(',')) else {
            continue;
        };
        let size = words.next().map_or(1.0, |size| {
            let number = size.trim_end_matches(['w', 'x', 'h', ',']).parse::<f64>().unwrap_or(1.0);
            if size.ends_with('x') { number * 400.0 } else { number }
        });
        let is_better = best.is_none_or(|(had, _)| {
            (size <= WIDEST && (had > WIDEST || size > had)) || (had > WIDEST && size < had)
        });
        if is_better && !address.starts_with("data:") {
            best = Some((size, address));
        }
    }
    best.map(|(_, address)| address.to_owned())
}

/// `background-image: url(…)`.
fn background(style: &str) -> Option<String> {
    let at = style.find("background")?;
    let rest = &style[at..];
    let rest = rest[rest.find("url(")? + 4..].trim_start_matches(['"', '\'', ' ']);
    let end = rest.find(['"', '\'', ')'])?;
    (!rest.starts_with("data:")).then(|| rest[..end].trim().to_owned())
}

fn in_noscript(element: ElementRef<'_>) -> Option<String> {
    let text: String = element.text().collect();
    let at = text.find("<img")?;
    let tag = &text[at..text[at..].find('>').map(|end| at + end)?];
    let rest = &tag[tag.find(" src=")? + 5..];
    let mark = rest.chars().next()?;
    let rest = rest.strip_prefix(['"', '\''])?;
    rest.find(mark).map(|end| rest[..end].replace("&amp;", "&"))
}

/// Icons, logos and faces of authors are not pictures of a story.
pub fn is_decoration(element: ElementRef<'_>) -> bool {
    const WORDS: [&str; 9] =
        ["icon", "logo", "avatar", "author", "gravatar", "emoji", "spinner", "badge", "flag"];
    let value = element.value();
    let is_small = |name: &str| {
        let text = value.attr(name).unwrap_or_default();
        text.trim_end_matches("px").parse::<u32>().is_ok_and(|pixels| pixels < SMALLEST_PIXELS)
    };
    let parent = element.parent().and_then(ElementRef::wrap);
    let source = value.attr("src").unwrap_or_default().to_lowercase();
    let file = source.rsplit('/').next().unwrap_or_default();
    is_small("width")
        || is_small("height")
        || has_word(element, &WORDS)
        || parent.is_some_and(|parent| has_word(parent, &WORDS))
        || source.contains("gravatar.com")
        || ["logo", "icon", "avatar", "placeholder"]
            .iter()
            .any(|word| file.split(['-', '_', '.']).any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn where_a_picture_really_lies() {
        for (html, expected) in [
            ("<img src='/a.jpg'>", Some("/a.jpg")),
            ("<img src='data:x' data-src='/a.jpg'>", Some("/a.jpg")),
            ("<img src='/blank.gif' data-lazy-src='/a.jpg'>", Some("/a.jpg")),
            ("<img srcset='/s.jpg 300w, /m.jpg 1200w, /l.jpg 4000w'>", Some("/m.jpg")),
            ("<img src='/blank.gif' srcset='/a.jpg 1x, /b.jpg 2x'>", Some("/b.jpg")),
            ("<picture><source srcset='/a.webp 800w'></picture>", Some("/a.webp")),
            ("<div style=\"color:red;background-image:url('/a.jpg')\"></div>", Some("/a.jpg")),
            (
                "<noscript><img class=x src=\"/a.jpg?x=1&amp;y=2\"></noscript>",
                Some("/a.jpg?x=1&y=2"),
            ),
            ("<img src='/a.svg'>", None),
            ("<video src='/a.mp4'></video>", None),
            ("<img>", None),
        ] {
            let page = Html::parse_document(&format!("<body>{html}</body>"));
            let found = page
                .select(&Selector::parse("body *").unwrap())
                .find_map(|element| address_of(element, "https://e.org/news"));
            assert_eq!(found, expected.map(|path| format!("https://e.org{path}")), "{html}");
        }
    }

    #[test]
    fn what_is_only_decoration() {
        for (html, is) in [
            ("<img src='/a.jpg'>", false),
            ("<img src='/a.jpg' width=20>", true),
            ("<img src='/site-logo.png'>", true),
            ("<img class='avatar' src='/a.jpg'>", true),
            ("<span class='author-photo'><img src='/a.jpg'></span>", true),
        ] {
            let page = Html::parse_document(&format!("<body>{html}</body>"));
            let image = page.select(&Selector::parse("img").unwrap()).next().unwrap();
            assert_eq!(is_decoration(image), is, "{html}");
        }
    }
}
