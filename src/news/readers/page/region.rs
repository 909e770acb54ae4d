//! Which parts of a page stand around its content: menus, headers, footers, sidebars, lists of events and of related stories.
//! Pure: elements in, decisions out.

use scraper::ElementRef;

/// Elements that are never content.
const AROUND: [&str; 6] = ["nav", "footer", "form", "dialog", "template", "aside"];
/// Classes and ids of what stands around, whole or with a `site-` before them.
const AROUND_NAMES: [&str; 30] = [
    "nav",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "breadcrumb",
    "breadcrumbs",
    "cookie",
    "cookies",
    "cookiebar",
    "footer",
    "masthead",
    "topbar",
    "toolbar",
    "pagination",
    "pager",
    "skip",
    "login",
    "basket",
    "cart",
    "share",
    "sharing",
    "social",
    "search",
    "subscribe",
    "newsletter",
    "banner",
    "modal",
    "overlay",
    "header",
];
/// Words in classes of a story's own box.
const STORY_WORDS: [&str; 7] = ["article", "post", "entry", "item", "card", "teaser", "story"];
/// Words in classes and ids of what stands beside the content.
const BESIDE: [&str; 24] = [
    "sidebar",
    "related",
    "recommended",
    "recommendations",
    "popular",
    "trending",
    "similar",
    "widget",
    "widgets",
    "comments",
    "comment",
    "promo",
    "advert",
    "advertisement",
    "ads",
    "events",
    "event",
    "calendar",
    "diary",
    "upcoming",
    "tweets",
    "twitter",
    "respond",
    "biography",
];
/// The words of an element's classes and id, in lower case.
pub fn words(element: ElementRef<'_>) -> Vec<String> {
    let value = element.value();
    let mut words = Vec::new();
    for name in value.classes().chain(value.id()) {
        let mut word = String::new();
        let mut was_low = false;
        for c in name.chars() {
            let is_break = !c.is_alphanumeric() || (c.is_uppercase() && was_low);
            if is_break && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
            was_low = c.is_lowercase();
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

/// Whether one of an element's classes has one of these words.
pub fn has_word(element: ElementRef<'_>, wanted: &[&str]) -> bool {
    words(element).iter().any(|word| wanted.contains(&word.as_str()))
}

/// Whether the element itself is something around the content.
pub fn is_around(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let name = value.name();
    if matches!(name, "html" | "body" | "main" | "article") {
        return false;
    }
    let role = value.attr("role").unwrap_or_default();
    if matches!(
        role,
        "navigation"
            | "banner"
            | "contentinfo"
            | "search"
            | "dialog"
            | "menu"
            | "menubar"
            | "complementary"
    ) {
        return true;
    }
    let is_named = value.classes().any(|class| matches!(class, "header" | "footer"));
    if name == "footer" || name == "header" || is_named {
        // The header and footer of a story are content.
        return !element.ancestors().filter_map(ElementRef::wrap).any(|parent| {
            matches!(parent.value().name(), "article" | "li" | "main" | "section")
                || parent.value().name() != "body" && has_word(parent, &STORY_WORDS)
        });
    }
    if AROUND.contains(&name) {
        // Some systems put the whole page into one form, its headline among them.
        let mut headings = element.descendent_elements().filter(|inner| is_heading(*inner)).take(2);
        let is_page = headings
            .next()
            .is_some_and(|first| first.value().name() == "h1" || headings.next().is_some());
        return name != "form" || !is_page;
    }
    value.classes().chain(value.id()).any(|name| {
        let name = name.to_lowercase();
        let bare = [
            "site-",
            "page-",
            "main-",
            "global-",
            "primary-",
            "top-",
            "site_",
            "site__",
            "l-",
            "c-",
            "o-",
            "m-",
            "wp-block-",
        ]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(&name);
        // "page-header" often holds the headline.
        AROUND_NAMES.contains(&bare) && name != "page-header"
    })
}

/// Whether an element stands in something around the content.
pub fn stands_around(element: ElementRef<'_>) -> bool {
    is_around(element) || element.ancestors().filter_map(ElementRef::wrap).any(is_around)
}

/// Whether an element stands beside the content: related stories, events, comments.
pub fn stands_beside(element: ElementRef<'_>) -> bool {
    std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap)).any(is_beside)
}

fn is_beside(element: ElementRef<'_>) -> bool {
    if matches!(element.value().name(), "html" | "body" | "main") {
        return false;
    }
    let words = words(element);
    let has = |word: &str| words.iter().any(|other| other == word);
    let is_plain = !(has("no") || has("without") || has("has") || has("with"));
    is_plain && BESIDE.iter().any(|word| has(word))
}

pub fn is_heading(element: ElementRef<'_>) -> bool {
    matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn what_stands_around_and_what_does_not() {
        for (html, around, beside) in [
            ("<nav><p>x</p></nav>", true, false),
            ("<header><p>x</p></header>", true, false),
            ("<article><header><p>x</p></header></article>", false, false),
            ("<div class='site-footer'><p>x</p></div>", true, false),
            ("<div class='footer'><p>x</p></div>", true, false),
            ("<div class='article'><div class='header'><p>x</p></div></div>", false, false),
            ("<div class='card-footer'><p>x</p></div>", false, false),
            ("<body class='has-sidebar header-fixed'><p>x</p></body>", false, false),
            ("<div class='no-sidebar'><p>x</p></div>", false, false),
            ("<div class='relatedPosts'><p>x</p></div>", false, true),
            ("<section id='upcoming-events'><p>x</p></section>", false, true),
            ("<form><h2>a</h2><h2>b</h2><p>x</p></form>", false, false),
            ("<form><h1>a</h1><p>x</p></form>", false, false),
            ("<form><h3>Search</h3><p>x</p></form>", true, false),
            ("<div role='banner'><p>x</p></div>", true, false),
            ("<main><div class='news-list'><p>x</p></div></main>", false, false),
        ] {
            let page = Html::parse_document(html);
            let p = page.select(&Selector::parse("p").unwrap()).next().unwrap();
            assert_eq!((stands_around(p), stands_beside(p)), (around, beside), "{html}");
        }
    }
}
