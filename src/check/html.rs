//! The composed HTML as a mail program reads it: links, pictures, headings, small print.
//! Pure: HTML in, what stands in it out.
//!
//! Conditional comments for Outlook are comments here, as they are for every other program.

use scraper::{ElementRef, Html, Node};

use crate::rfc::text::one_line;

/// What a reader's program makes of one variant's HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HtmlPage {
    pub language: String,
    pub title: String,
    pub links: Vec<Link>,
    pub pictures: Vec<ShownPicture>,
    pub headings: Vec<Heading>,
    /// Tables that are there for the layout and do not say so (`role="presentation"`).
    pub unmarked_tables: usize,
    /// Paragraphs that begin with a bullet somebody typed.
    pub typed_bullets: Vec<String>,
    /// Text whose colour is fixed to black: it cannot be read where the program turns the ground dark.
    pub black: Vec<String>,
    /// All that is seen, blocks apart.
    pub words: String,
    /// The same, block by block: a paragraph, a heading, a cell.
    pub blocks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub address: String,
    /// What it says to somebody who hears it: its text, and the descriptions of its pictures.
    pub words: String,
    /// Its height in pixels where it is drawn as a button.
    pub button_px: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPicture {
    pub address: String,
    /// `None` when there is no `alt` at all.
    pub alt: Option<String>,
    pub has_width: bool,
    pub has_height: bool,
    /// One pixel or none: nobody sees it, and a server hears that somebody looked.
    pub is_pixel: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub level: u8,
    pub words: String,
}

impl HtmlPage {
    pub fn read(html: &str) -> Self {
        let tree = Html::parse_document(html);
        let mut page = Self {
            language: tree.root_element().attr("lang").unwrap_or_default().to_owned(),
            ..Self::default()
        };
        page.visit(tree.root_element(), Letters { px: 16, line_px: 19, hidden: false });
        page.blocks = page
            .words
            .split('\u{1e}')
            .map(one_line)
            .filter(|block| block.chars().any(char::is_alphanumeric))
            .collect();
        let words = page.words.replace('\u{1e}', "\n");
        words.trim().clone_into(&mut page.words);
        page
    }

    fn visit(&mut self, element: ElementRef<'_>, around: Letters) {
        let name = element.value().name();
        if matches!(name, "style" | "script" | "template") {
            return;
        }
        if name == "head" {
            self.title = element
                .descendent_elements()
                .find(|within| within.value().name() == "title")
                .map(|title| one_line(&title.text().collect::<String>()))
                .unwrap_or_default();
            return;
        }
        let style = Style::read(element.attr("style").unwrap_or_default());
        let letters = around.within(&style);
        if !is_inline(name) && !letters.hidden {
            self.end_block();
        }
        self.note(element, &style, letters);
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.text(text, letters),
                _ => {
                    if let Some(within) = ElementRef::wrap(child) {
                        self.visit(within, letters);
                    }
                }
            }
        }
        if !is_inline(name) && !letters.hidden {
            self.end_block();
        }
    }

    /// A block ends: what follows is another. The mark is one that `one_line` would take out of any text.
    fn end_block(&mut self) {
        if !self.words.ends_with('\u{1e}') {
            self.words.push('\u{1e}');
        }
    }

    fn text(&mut self, text: &str, letters: Letters) {
        if letters.hidden {
            return;
        }
        self.words.push_str(text);
        let line = one_line(text);
        if line.starts_with(['•', '▪', '◦', '‣']) && line.chars().count() > 1 {
            self.typed_bullets.push(line);
        }
    }

    /// Keeps what this element is, if a rule needs it.
    fn note(&mut self, element: ElementRef<'_>, style: &Style<'_>, letters: Letters) {
        let name = element.value().name();
        match name {
            "a" => {
                if let Some(address) = element.attr("href") {
                    self.links.push(Link {
                        address: address.trim().to_owned(),
                        words: element.attr("aria-label").map_or_else(|| heard(element), one_line),
                        button_px: style.button_px(letters.line_px),
                    });
                }
            }
            "img" => self.pictures.push(ShownPicture {
                address: element.attr("src").unwrap_or_default().trim().to_owned(),
                alt: element.attr("alt").map(str::to_owned),
                has_width: element.attr("width").is_some(),
                has_height: element.attr("height").is_some()
                    || style.get("height").is_some_and(|height| height == "auto"),
                is_pixel: ["width", "height"]
                    .iter()
                    .all(|side| matches!(element.attr(side), Some("0" | "1"))),
            }),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = name.as_bytes()[1] - b'0';
                self.headings.push(Heading { level, words: heard(element) });
            }
            "table" => {
                let says_so = matches!(element.attr("role"), Some("presentation" | "none"));
                let holds_data = element.descendent_elements().any(|e| e.value().name() == "th");
                self.unmarked_tables += usize::from(!says_so && !holds_data);
            }
            _ => {}
        }
        let has_own_text = element.children().any(|child| {
            child.value().as_text().is_some_and(|text| text.chars().any(char::is_alphanumeric))
        });
        let is_black = style.get("color").is_some_and(|colour| {
            matches!(colour.replace(' ', "").as_str(), "#000" | "#000000" | "black" | "rgb(0,0,0)")
        });
        if has_own_text && is_black && !letters.hidden && element.attr("class").is_none() {
            self.black.push(heard(element));
        }
    }
}

/// Whether an element stands within a line.
fn is_inline(name: &str) -> bool {
    matches!(name, "a" | "b" | "i" | "em" | "strong" | "span" | "img" | "u" | "code" | "small")
}

/// What somebody hears who has a page read aloud.
fn heard(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    for node in element.descendants() {
        match node.value() {
            Node::Text(text) => words.push_str(text),
            Node::Element(element) if element.name() == "img" => {
                words.push(' ');
                words.push_str(element.attr("alt").unwrap_or_default());
            }
            _ => {}
        }
    }
    one_line(&words)
}

/// The letters of some text, as its surroundings set them.
#[derive(Debug, Clone, Copy)]
struct Letters {
    px: u32,
    /// Height of a line.
    line_px: u32,
    hidden: bool,
}

impl Letters {
    fn within(self, style: &Style<'_>) -> Self {
        let hidden = self.hidden
            || style.get("display").is_some_and(|value| value.starts_with("none"))
            || style.get("visibility").is_some_and(|value| value == "hidden")
            || style.get("mso-hide").is_some_and(|value| value == "all");
        let size = style.get("font-size").and_then(px).unwrap_or(self.px);
        let line_px = style.get("line-height").map_or(self.line_px, |line| height(line, size));
        Self { px: size, line_px, hidden }
    }
}

/// The declarations of a `style` attribute.
struct Style<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Style<'a> {
    fn read(text: &'a str) -> Self {
        Self(
            text.split(';')
                .filter_map(|declaration| declaration.split_once(':'))
                .map(|(name, value)| (name.trim(), value.trim()))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| *v)
    }

    /// The height of a link that is drawn as a button: its line, and the room above and below.
    fn button_px(&self, line_px: u32) -> Option<u32> {
        if !self.get("display")?.starts_with("inline-block") {
            return None;
        }
        let sides: Vec<u32> = self.get("padding")?.split_whitespace().filter_map(px).collect();
        match sides.as_slice() {
            [all] | [all, _] => Some(2 * all + line_px),
            [top, _, bottom, ..] => Some(top + bottom + line_px),
            [] => None,
        }
    }
}

/// The height of a line of letters: `22px`, `150%` or `1.5`.
fn height(line: &str, letters_px: u32) -> u32 {
    if let Some(fixed) = px(line) {
        return fixed;
    }
    let percent = match line.strip_suffix('%') {
        Some(percent) => percent.trim().parse().unwrap_or(120),
        None => percent_of(line).unwrap_or(120),
    };
    letters_px * percent.min(1000) / 100
}

/// `1.5` as 150.
fn percent_of(times: &str) -> Option<u32> {
    let (whole, parts) = times.trim().split_once('.').unwrap_or((times.trim(), ""));
    let parts: String = parts.chars().chain("00".chars()).take(2).collect();
    Some(whole.parse::<u32>().ok()?.checked_mul(100)? + parts.parse::<u32>().ok()?)
}

/// Whole pixels of a length such as `14px`, or `0`.
fn px(text: &str) -> Option<u32> {
    let text = text.trim();
    let number = if text == "0" { text } else { text.strip_suffix("px")? };
    number.split('.').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_of_lines() {
        for (line, px) in [("22px", 22), ("150%", 24), ("1.5", 24), ("2", 32), ("normal", 19)] {
            assert_eq!(height(line, 16), px, "{line}");
        }
    }

    #[test]
    fn what_stands_in_a_page() {
        let page = HtmlPage::read(
            "<html lang=en><head><title>Our  news</title><style>p{}</style></head><body>\
             <div style='display:none'>hidden</div><h1>Big</h1>\
             <!--[if mso]><table><tr><td>Outlook</td></tr></table><![endif]-->\
             <table><tr><td style='font-size:0px'><p style='font-size:12.5px'>small <b>print</b></p></td></tr></table>\
             <table role=presentation></table><table><tr><th>a</th></tr></table>\
             <a href=' https://e.example/?a=1&amp;b=2 '><img src=x.png alt=Logo width=10> here</a>\
             <a href=y style='display:inline-block;padding:10px 25px;font-size:16px;line-height:120%'>Give</a>\
             <p>• one</p><p style='color: #000'>ink</p>\
             <a href=z aria-label='Read more: Big'>Read more</a></body></html>",
        );
        assert_eq!((page.language.as_str(), page.title.as_str()), ("en", "Our news"));
        assert_eq!(page.links[0].address, "https://e.example/?a=1&b=2");
        assert_eq!(page.links[0].words, "Logo here");
        assert_eq!((page.links[0].button_px, page.links[1].button_px), (None, Some(39)));
        assert_eq!(page.unmarked_tables, 1);
        assert_eq!(page.links[2].words, "Read more: Big");
        assert_eq!(page.headings, [Heading { level: 1, words: "Big".to_owned() }]);
        assert_eq!(page.typed_bullets, ["• one"]);
        assert_eq!(page.black, ["ink"]);
        let picture = &page.pictures[0];
        assert!(picture.has_width && !picture.has_height);
        assert!(!page.words.contains("hidden") && !page.words.contains("Outlook"));
    }
}
