//! An email as somebody hears it: headings, text, links and what pictures say, in their order.
//! Pure: HTML in, words out.

use scraper::{ElementRef, Html, Node};
use serde::Serialize;

use crate::rfc::text::one_line;

/// One thing that is read out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpokenText {
    /// `heading 1`, `text`, `link`, `picture`, `list item`.
    pub kind: String,
    pub words: String,
}

/// Deeper markup than an email has is not read.
const DEEPEST: usize = 200;

/// Reads the email from its beginning to its end.
pub fn read(html: &str) -> Vec<SpokenText> {
    let page = Html::parse_document(html);
    let mut reader = Reader { heard: Vec::new(), text: String::new(), kind: "text".to_owned() };
    reader.visit(page.root_element(), 0);
    reader.end();
    reader.heard
}

struct Reader {
    heard: Vec<SpokenText>,
    text: String,
    kind: String,
}

impl Reader {
    fn end(&mut self) {
        let words = one_line(&std::mem::take(&mut self.text));
        if !words.is_empty() {
            self.heard.push(SpokenText { kind: self.kind.clone(), words });
        }
    }

    /// What stands within is one thing of its own.
    fn within(&mut self, kind: &str, element: ElementRef<'_>, depth: usize) {
        self.end();
        let around = std::mem::replace(&mut self.kind, kind.to_owned());
        self.children(element, depth);
        self.end();
        self.kind = around;
    }

    fn children(&mut self, element: ElementRef<'_>, depth: usize) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.text.push_str(text),
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.visit(child, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn visit(&mut self, element: ElementRef<'_>, depth: usize) {
        let value = element.value();
        let style = value.attr("style").unwrap_or_default().replace(' ', "");
        let is_hidden = style.contains("display:none") || value.attr("aria-hidden") == Some("true");
        if depth > DEEPEST || is_hidden {
            return;
        }
        match value.name() {
            "head" | "style" | "script" | "template" | "title" => {}
            "img" => {
                let alt = one_line(value.attr("alt").unwrap_or_default());
                if value.attr("alt").is_none() {
                    self.end();
                    self.heard.push(SpokenText {
                        kind: "picture".to_owned(),
                        words: "(nothing: it has no description)".to_owned(),
                    });
                } else if !alt.is_empty() {
                    self.end();
                    self.heard.push(SpokenText { kind: "picture".to_owned(), words: alt });
                }
            }
            name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                self.within(&format!("heading {}", &name[1..]), element, depth);
            }
            // A heading that is a link is heard as a heading.
            "a" if self.kind.starts_with("heading") => self.children(element, depth),
            "a" => self.within("link", element, depth),
            "li" => self.within("list item", element, depth),
            "p" | "div" | "td" | "tr" | "table" | "ul" | "ol" | "body" => {
                self.end();
                self.children(element, depth);
                self.end();
            }
            "br" => self.text.push(' '),
            _ => self.children(element, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_heard_in_its_order() {
        let html = "<html><head><title>x</title></head><body><div style=\"display: none\">preheader</div><h1>Hello</h1>\
            <p>One <b>two</b><br>three <a href=\"x\">more</a>.</p><img src=x alt=\"A table\"><img src=x alt=\"\"><img src=x>\
            <h2><a href=y>Linked</a></h2><ul><li>First</li></ul></body></html>";
        let heard: Vec<String> = read(html)
            .into_iter()
            .map(|heard| format!("{}: {}", heard.kind, heard.words))
            .collect();
        assert_eq!(
            heard,
            [
                "heading 1: Hello",
                "text: One two three",
                "link: more",
                "text: .",
                "picture: A table",
                "picture: (nothing: it has no description)",
                "heading 2: Linked",
                "list item: First",
            ]
        );
    }
}
