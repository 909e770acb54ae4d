//! The text of a page as people see it: blocks, each with the element that holds it.
//! Pure: elements in, texts out.

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

use super::region::{has_word, is_heading};
use crate::news::readers::fields::tidy;
use crate::rfc::text::one_line;

/// A shorter text may be a part of a title.
const SHORTEST_TEASER_BYTES: usize = 80;

/// A text that stands by itself.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    pub text: String,
    /// The element that holds it.
    pub owner: ElementRef<'a>,
}

impl Block<'_> {
    /// Whether it stands in an element, or is all of it.
    pub fn stands_in(&self, element: ElementRef<'_>) -> bool {
        self.owner.id() == element.id()
            || self.owner.ancestors().any(|node| node.id() == element.id())
    }
}

/// The blocks of some nodes that stand in a row.
pub fn blocks<'a>(nodes: &[NodeRef<'a, Node>]) -> Vec<Block<'a>> {
    let mut walk = Walk { blocks: Vec::new(), text: String::new() };
    for node in nodes {
        let owner = ElementRef::wrap(*node).or_else(|| node.parent().and_then(ElementRef::wrap));
        if let Some(owner) = owner {
            walk.node(*node, owner, false);
            walk.flush(owner);
        }
    }
    walk.blocks
}

/// The text of an element on one line, its blocks apart.
pub fn text_of(element: ElementRef<'_>) -> String {
    let texts: Vec<String> = blocks(&[*element]).into_iter().map(|block| block.text).collect();
    texts.join(" ")
}

struct Walk<'a> {
    blocks: Vec<Block<'a>>,
    text: String,
}

impl<'a> Walk<'a> {
    fn flush(&mut self, owner: ElementRef<'a>) {
        let text = one_line(&tidy(&std::mem::take(&mut self.text).replace('\n', " ")));
        if !text.is_empty() {
            self.blocks.push(Block { text, owner });
        }
    }

    /// `in_phrase`: within a paragraph or heading, whose words belong together.
    fn node(&mut self, node: NodeRef<'a, Node>, owner: ElementRef<'a>, in_phrase: bool) {
        match node.value() {
            Node::Text(text) => {
                // "<span>3 December 2020</span><span>Updated …": what stands beside each other by its looks.
                let is_behind_number = self.text.ends_with(|c: char| c.is_ascii_digit());
                if is_behind_number && text.starts_with(char::is_uppercase) {
                    self.text.push(' ');
                }
                self.text.push_str(text);
            }
            Node::Element(_) => {
                if let Some(element) = ElementRef::wrap(node) {
                    self.element(element, owner, in_phrase);
                }
            }
            _ => {}
        }
    }

    fn element(&mut self, element: ElementRef<'a>, owner: ElementRef<'a>, in_phrase: bool) {
        let name = element.value().name();
        if matches!(
            name,
            "script"
                | "style"
                | "noscript"
                | "template"
                | "svg"
                | "iframe"
                | "select"
                | "object"
                | "video"
                | "audio"
        ) || is_hidden(element)
            || name == "button" && !is_heading(owner)
        {
            return;
        }
        if name == "br" {
            self.flush(owner);
            return;
        }
        let is_block = is_block(name) || name == "time" && !in_phrase;
        // `<span class="date">` beside `<span class="title">`: blocks by their looks.
        let is_styled =
            !in_phrase && element.value().classes().next().is_some() && !is_block && name != "a";
        if is_block || is_styled {
            self.flush(owner);
            let phrase =
                in_phrase || matches!(name, "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt");
            for child in element.children() {
                self.node(child, element, phrase);
            }
            self.flush(element);
            return;
        }
        if name == "a" && !in_phrase && is_card(element) {
            self.flush(owner);
            for child in element.child_elements() {
                self.node(*child, element, false);
                self.flush(child);
            }
            return;
        }
        let is_link = name == "a" && !in_phrase;
        if is_link {
            self.flush(owner);
        }
        let inner = if is_link { element } else { owner };
        for child in element.children() {
            self.node(child, inner, in_phrase);
        }
        if is_link {
            self.flush(element);
        }
    }
}

/// A card that is one link: its elements stand apart by their looks, and no words stand between them.
fn is_card(link: ElementRef<'_>) -> bool {
    let has_words = link.children().any(|node| {
        node.value().as_text().is_some_and(|text| text.contains(|c: char| !c.is_whitespace()))
    });
    let length =
        |element: ElementRef<'_>| element.text().map(|text| text.trim().len()).sum::<usize>();
    let lengths: Vec<usize> =
        link.child_elements().map(length).filter(|length| *length > 0).collect();
    // A title in two colours has two elements too.
    let has_teaser = lengths.iter().any(|length| *length >= SHORTEST_TEASER_BYTES);
    !has_words && (lengths.len() > 2 || lengths.len() > 1 && has_teaser)
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "dt"
            | "dd"
            | "dl"
            | "td"
            | "th"
            | "tr"
            | "table"
            | "tbody"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "nav"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "address"
            | "form"
            | "fieldset"
            | "hr"
            | "pre"
            | "details"
            | "summary"
            | "body"
    )
}

/// Words for screen readers say again what others see, and "Read more about …".
fn is_hidden(element: ElementRef<'_>) -> bool {
    let value = element.value();
    value.attr("hidden").is_some()
        || value.attr("aria-hidden") == Some("true")
            && value.name() != "a"
            && !value.name().starts_with('h')
        || has_word(element, &["sr", "visuallyhidden"])
        || value.classes().any(|class| {
            matches!(
                class.to_lowercase().as_str(),
                "sr-only"
                    | "visually-hidden"
                    | "screen-reader-text"
                    | "visuallyhidden"
                    | "govuk-visually-hidden"
                    | "element-invisible"
                    | "show-for-sr"
            )
        })
        || value.attr("style").is_some_and(|style| style.replace(' ', "").contains("display:none"))
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn blocks_stand_apart_and_phrases_do_not() {
        for (html, expected) in [
            (
                "<div><h3>A <b>b</b>c</h3><p>One, <a href=x>two</a>.</p></div>",
                vec!["A bc", "One, two."],
            ),
            (
                "<a><span class=date>3 May</span><strong class=t>Fair</strong><span class=s>Full.</span></a>",
                vec!["3 May", "Fair", "Full."],
            ),
            (
                "<a href=x><span>3 May</span><strong>Fair</strong><em>Full.</em></a>",
                vec!["3 May", "Fair", "Full."],
            ),
            ("<a href=x>The <b>spring</b> <i>fair</i></a>", vec!["The spring fair"]),
            ("<a href=x><b>The spring</b> <i>fair</i></a>", vec!["The spring fair"]),
            ("<div>Day<br>Fair<span class='sr-only'> hidden</span></div>", vec!["Day", "Fair"]),
            (
                "<p>By Ann | <time>3 May</time> | <span class=cat>News</span></p>",
                vec!["By Ann | 3 May | News"],
            ),
            ("<li><a href=x>Fair</a> 3 May 2020</li>", vec!["Fair", "3 May 2020"]),
            ("<h3><button>The fair</button></h3><button>Close</button>", vec!["The fair"]),
            ("<div><script>x()</script><style>y</style></div>", vec![]),
        ] {
            let page = Html::parse_fragment(html);
            let root = page.select(&Selector::parse("html > *").unwrap()).next().unwrap();
            let found: Vec<String> = blocks(&[*root]).into_iter().map(|block| block.text).collect();
            assert_eq!(found, expected, "{html}");
        }
    }
}
