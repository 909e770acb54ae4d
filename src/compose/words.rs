//! The editor's words: Markdown to HTML for the email and to text for the text part; both say the same.
//! Pure: Markdown in, markup out.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

use super::text::shown_width;
use super::text_page::{TextPage, Within};
use crate::compose::marker::{escape_html, holds_marker};

/// How Markdown looks in the email: the colour of links, and the side on which lines begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkdownStyle {
    pub accent: String,
    /// `left` or `right`
    pub start: String,
}

/// What opens a paragraph. One that is all a block for each person is left out where that is empty (`slot`).
pub const PARAGRAPH: &str = "<p style=\"margin:0 0 14px\">";

/// Columns of the text part, and of a rule in it.
const WIDTH: usize = 72;
const RULE: usize = 40;

/// A line break is meant when the next word would have had room on its line: people who wrap lines themselves wrap them
/// wider than this.
const SHORT_LINE: usize = 50;

/// Lists and quotations nest no deeper than anybody follows, and than mrml can bear.
const DEEPEST: usize = 20;
/// Elements within each other; what a source nests deeper is written without them.
const MOST_OPEN: usize = 60;

/// The byte at which lists, quotations or emphasis nest too deep, and what to say of it.
pub fn too_deep(markdown: &str) -> Option<(usize, String)> {
    let (mut blocks, mut marks) = (0usize, 0usize);
    for (event, range) in parsed(markdown) {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_)) => blocks += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => {
                blocks = blocks.saturating_sub(1);
            }
            Event::Start(Tag::Emphasis | Tag::Strong) => marks += 1,
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => marks = marks.saturating_sub(1),
            _ => {}
        }
        if blocks > DEEPEST {
            let what = format!("lists and quotations are nested more than {DEEPEST} deep");
            return Some((range.start, what));
        }
        if marks > DEEPEST {
            return Some((range.start, format!("emphasis is nested more than {DEEPEST} deep")));
        }
    }
    None
}

/// HTML of a fixed few elements, with inline styles: raw HTML in the Markdown is shown as text, pictures become their
/// descriptions, and only web and mail addresses become links.
pub fn html(markdown: &str, look: &MarkdownStyle) -> String {
    let markdown = linked(markdown);
    let mut out = String::new();
    let mut links: Vec<bool> = Vec::new();
    let mut depth = 0usize;
    for (event, range) in parsed(&markdown) {
        match event {
            Event::Start(tag) => {
                depth += 1;
                if depth <= MOST_OPEN {
                    open(&tag, look, &mut links, &mut out);
                }
            }
            Event::End(tag) => {
                if depth <= MOST_OPEN {
                    close(tag, &mut links, &mut out);
                }
                depth = depth.saturating_sub(1);
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&escape_html(&text));
            }
            Event::SoftBreak if is_meant(&markdown, &range) => out.push_str("<br />"),
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push_str("<br />"),
            Event::Rule => {
                out.push_str(
                    "<hr style=\"margin:20px 0;border:0;border-top:1px solid #999999\" />",
                );
            }
            _ => {}
        }
    }
    out
}

/// The same for words within a line.
pub fn html_within_a_line(markdown: &str, look: &MarkdownStyle) -> String {
    let html = html(markdown, look);
    html.replace(&format!("</p>{PARAGRAPH}"), "<br /><br />")
        .replace(PARAGRAPH, "")
        .replace("</p>", "")
}

fn parsed(markdown: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(markdown, Options::ENABLE_SMART_PUNCTUATION).into_offset_iter()
}

fn open(tag: &Tag<'_>, look: &MarkdownStyle, links: &mut Vec<bool>, out: &mut String) {
    let start = &look.start;
    match tag {
        Tag::Paragraph | Tag::HtmlBlock | Tag::CodeBlock(_) => out.push_str(PARAGRAPH),
        Tag::Heading { .. } => {
            out.push_str("<h2 style=\"margin:20px 0 8px;font-size:20px;line-height:26px\">");
        }
        Tag::Emphasis => out.push_str("<em>"),
        Tag::Strong => out.push_str("<strong>"),
        Tag::BlockQuote(_) => out.push_str(&format!(
            "<blockquote style=\"margin:0 0 14px;padding:0;padding-{start}:16px;font-style:italic\">"
        )),
        Tag::List(number) => {
            let style = format!("style=\"margin:0 0 14px;padding:0;padding-{start}:22px\"");
            match number {
                None => out.push_str(&format!("<ul {style}>")),
                Some(1) => out.push_str(&format!("<ol {style}>")),
                Some(first) => out.push_str(&format!("<ol start=\"{first}\" {style}>")),
            }
        }
        Tag::Item => out.push_str("<li style=\"margin:0 0 6px\">"),
        Tag::Link { link_type, dest_url, .. } => {
            let address = address_of(*link_type, dest_url);
            links.push(address.is_some());
            if let Some(address) = address {
                out.push_str(&format!(
                    "<a class=\"accent\" href=\"{}\" style=\"color:{};text-decoration:underline\">",
                    escape_html(&address),
                    look.accent
                ));
            }
        }
        _ => {}
    }
}

fn close(tag: TagEnd, links: &mut Vec<bool>, out: &mut String) {
    match tag {
        TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::CodeBlock => out.push_str("</p>"),
        TagEnd::Heading(_) => out.push_str("</h2>"),
        TagEnd::Emphasis => out.push_str("</em>"),
        TagEnd::Strong => out.push_str("</strong>"),
        TagEnd::BlockQuote(_) => out.push_str("</blockquote>"),
        TagEnd::List(false) => out.push_str("</ul>"),
        TagEnd::List(true) => out.push_str("</ol>"),
        TagEnd::Item => out.push_str("</li>"),
        TagEnd::Link if links.pop() == Some(true) => out.push_str("</a>"),
        _ => {}
    }
}

/// Where a link leads, if it may lead there.
fn address_of(kind: LinkType, address: &str) -> Option<String> {
    if kind == LinkType::Email {
        return Some(format!("mailto:{address}"));
    }
    // A person's own address, such as that for leaving, is a marker still.
    (is_link(address) || (address.starts_with("rup") && holds_marker(address)))
        .then(|| address.to_owned())
}

/// Whether the editor meant the line to end where it ends.
fn is_meant(markdown: &str, range: &Range<usize>) -> bool {
    let line = markdown[..range.start].lines().next_back().unwrap_or_default();
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*'));
    let next = markdown[range.end..].trim_start_matches(|c: char| c.is_whitespace() || c == '>');
    let word = next.split_whitespace().next().unwrap_or_default();
    shown_width(line.trim_end()) + 1 + shown_width(word) <= SHORT_LINE
}

/// Wrapped text; a link's address stands behind its words.
pub fn text(markdown: &str) -> String {
    written(markdown, WIDTH)
}

/// The same for words within a line: nothing is wrapped.
pub fn text_within_a_line(markdown: &str) -> String {
    written(markdown, usize::MAX)
}

fn written(markdown: &str, width: usize) -> String {
    let markdown = linked(markdown);
    let mut page = TextPage { width, ..TextPage::default() };
    let mut links: Vec<Option<String>> = Vec::new();
    for (event, range) in parsed(&markdown) {
        match event {
            Event::Start(Tag::List(number)) => {
                page.flush();
                page.lists.push(number);
                page.is_new_list = true;
            }
            Event::End(TagEnd::List(_)) => {
                page.flush();
                page.lists.pop();
                page.is_new_list = false;
            }
            Event::Start(Tag::Item) => page.open_item(),
            Event::End(TagEnd::Item) => {
                page.flush();
                page.within.pop();
                page.is_new_list = false;
            }
            Event::Start(Tag::BlockQuote(_)) => {
                page.flush();
                page.within.push(Within::Quote);
            }
            Event::End(TagEnd::BlockQuote(_)) => page.close_quotation(),
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_)) => {
                page.flush();
                page.is_block = true;
            }
            Event::End(TagEnd::Heading(_)) => {
                let rule = if holds_marker(&page.words) { RULE } else { shown_width(&page.words) };
                page.words.push('\n');
                page.words.push_str(&"-".repeat(rule.min(WIDTH)));
                page.flush();
            }
            Event::End(TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::HtmlBlock) => page.flush(),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                links.push(address_of(link_type, &dest_url));
            }
            Event::End(TagEnd::Link) => {
                if let Some(Some(address)) = links.pop() {
                    let shown = address.strip_prefix("mailto:").unwrap_or(&address);
                    if !page.words.ends_with(shown) {
                        page.words.push_str(&format!(" ({shown})"));
                    }
                }
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                page.words.push_str(&text);
            }
            Event::SoftBreak if is_meant(&markdown, &range) => page.words.push('\n'),
            Event::SoftBreak => page.words.push(' '),
            Event::HardBreak => page.words.push('\n'),
            Event::Rule => {
                page.flush();
                page.is_block = true;
                page.words = "-".repeat(RULE);
                page.flush();
            }
            _ => {}
        }
    }
    page.flush();
    page.out
}

/// The Markdown with its bare addresses as links.
fn linked(markdown: &str) -> String {
    if !["://", "www.", "@"].iter().any(|sign| markdown.contains(sign)) {
        return markdown.to_owned();
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut within = 0usize;
    let mut run: Range<usize> = 0..0;
    // Without smart punctuation: `--` in an address is two hyphens.
    for (event, range) in Parser::new_ext(markdown, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => within += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => within -= 1,
            // What stands there as it was written, and not as `\_` or `&amp;`.
            Event::Text(text) if within == 0 && markdown[range.clone()] == *text => {
                if range.start == run.end && !run.is_empty() {
                    run.end = range.end;
                } else {
                    addresses(markdown, &run, &mut found);
                    run = range;
                }
                continue;
            }
            _ => {}
        }
        addresses(markdown, &run, &mut found);
        run = 0..0;
    }
    addresses(markdown, &run, &mut found);
    let mut out = String::with_capacity(markdown.len() + found.len() * 8);
    let mut at = 0;
    for range in found {
        let address = &markdown[range.clone()];
        out.push_str(&markdown[at..range.start]);
        if address.to_ascii_lowercase().starts_with("www.") {
            out.push_str(&format!("[{address}](https://{address})"));
        } else {
            out.push_str(&format!("<{address}>"));
        }
        at = range.end;
    }
    out.push_str(&markdown[at..]);
    out
}

/// Web and mail addresses in a run of text.
fn addresses(markdown: &str, run: &Range<usize>, found: &mut Vec<Range<usize>>) {
    let text = &markdown[run.clone()];
    let mut at = 0;
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        let start = at;
        at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
        let lower = word.to_ascii_lowercase();
        let begin = ["https://", "http://", "www."]
            .iter()
            .filter_map(|scheme| lower.find(scheme))
            .filter(|begin| !lower[..*begin].ends_with(|c: char| c.is_alphanumeric()))
            .min()
            .or_else(|| mail_address(word));
        let Some(begin) = begin else { continue };
        let mut address = &word[begin..];
        loop {
            let shorter = address.trim_end_matches([
                '.', ',', ';', ':', '!', '?', '\'', '’', '”', '…', '*', '_', ']',
            ]);
            let shorter = match shorter.strip_suffix(')') {
                Some(inner) if !inner.contains('(') => inner,
                _ => shorter,
            };
            if shorter.len() == address.len() {
                break;
            }
            address = shorter;
        }
        // A scheme with nothing behind it is not an address.
        if address.len() > "https://".len() || (address.contains('@') && address.len() > 5) {
            let start = run.start + start + begin;
            found.push(start..start + address.len());
        }
    }
}

/// Where an email address begins in a word, if one stands there.
fn mail_address(word: &str) -> Option<usize> {
    let (local, domain) = word.split_once('@')?;
    let begin =
        local.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+')));
    let begin = begin.map_or(0, |at| at + local[at..].chars().next().map_or(1, char::len_utf8));
    let domain = domain.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_domain = domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
    (is_domain && begin < local.len()).then_some(begin)
}

/// Whether an address in the editor's words becomes a link.
pub fn is_link(address: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| address.to_ascii_lowercase().starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(start: &str) -> MarkdownStyle {
        MarkdownStyle { accent: "#000000".to_owned(), start: start.to_owned() }
    }

    #[test]
    fn each_quotation_stands_by_itself_in_the_text_part() {
        for (markdown, shown) in [
            ("> a\n>\n> b", "> a\n>\n> b"),
            ("> a\n\n> b", "> a\n\n> b"),
            ("- x\n  > a\n\n> b", "- x\n\n  > a\n\n> b"),
            ("- x\n  > a\n  >\n  > b", "- x\n\n  > a\n  >\n  > b"),
            ("> > a\n>\n> b", "> > a\n>\n> b"),
        ] {
            assert_eq!(text(markdown), shown, "{markdown:?}");
        }
    }

    #[test]
    fn markdown_becomes_a_few_elements_and_nothing_else() {
        let html = html(
            "Hi *you* & <script>x</script> [a](javascript:x) [b](https://e.org/?a=1&b=2) ![p](x)",
            &look("left"),
        );
        assert!(html.contains("<em>you</em> &amp; &lt;script&gt;x&lt;/script&gt; a <a "), "{html}");
        assert!(html.contains("href=\"https://e.org/?a=1&amp;b=2\""), "{html}");
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn the_text_part_says_what_the_html_says() {
        for (markdown, expected) in [
            (
                "# Hello\n\nSee [this](https://e.org/).\n\n- one\n- two\n\nBye.",
                "Hello\n-----\n\nSee this (https://e.org/).\n\n- one\n- two\n\nBye.",
            ),
            ("1. one\n2. two\n10. three", "1. one\n2. two\n3. three"),
            ("4. four\n5. five", "4. four\n5. five"),
            ("- one\n  - inner\n  - more\n- two", "- one\n  - inner\n  - more\n- two"),
            ("1. one\n   - a\n   - b\n2. two", "1. one\n   - a\n   - b\n2. two"),
            ("- one\n\n- two", "- one\n\n- two"),
            ("- one\n\n  more of it\n- two", "- one\n\n  more of it\n\n- two"),
            ("Before\n\n> said\n>\n> again\n\nAfter", "Before\n\n> said\n>\n> again\n\nAfter"),
            ("> - a\n> - b", "> - a\n> - b"),
            ("a\n\n---\n\nb", "a\n\n----------------------------------------\n\nb"),
            ("See https://e.org/a--b_c_d.", "See https://e.org/a--b_c_d."),
            ("Write to info@e.org, please", "Write to info@e.org, please"),
            ("[Write](mailto:info@e.org)", "Write (info@e.org)"),
            ("Best wishes,\nAnna Silva\nDirector", "Best wishes,\nAnna Silva\nDirector"),
        ] {
            assert_eq!(text(markdown), expected, "{markdown}");
        }
        let long = "word ".repeat(30);
        assert!(text(&format!("> {long}")).lines().all(|line| line.starts_with("> word")));
        let item = text(&format!("1. {long}"));
        assert!(item.lines().skip(1).all(|line| line.starts_with("   word")), "{item}");
    }

    #[test]
    fn lines_that_people_wrapped_are_one_and_short_lines_stay() {
        let wrapped = "We have moved into a larger room beside the library, and thirty children\ncame on the first evening.";
        assert!(!html(wrapped, &look("left")).contains("<br"));
        let signed =
            html("Warm regards,\nAnna Silva\nDirector, Lantern for Children", &look("left"));
        assert_eq!(signed.matches("<br />").count(), 2, "{signed}");
    }

    #[test]
    fn bare_addresses_are_links() {
        for (markdown, href) in [
            ("See https://e.org/a_b_c?x=1&y=--2.", "https://e.org/a_b_c?x=1&amp;y=--2"),
            ("(http://e.org/x)", "http://e.org/x"),
            ("See https://e.org/a_(b), please", "https://e.org/a_(b)"),
            ("www.e.org/x now", "https://www.e.org/x"),
            ("Write to info@e-x.org.uk!", "mailto:info@e-x.org.uk"),
            ("<https://e.org/>", "https://e.org/"),
            ("<info@e.org>", "mailto:info@e.org"),
            ("**https://e.org/b**", "https://e.org/b"),
            ("- https://e.org/item", "https://e.org/item"),
        ] {
            let html = html(markdown, &look("left"));
            assert!(html.contains(&format!("href=\"{href}\"")), "{markdown}: {html}");
            assert_eq!(html.matches("<a ").count(), 1, "{html}");
        }
        for markdown in
            ["`https://e.org/`", "a@b", "https://", "@lantern", "https\\://e.org", "one.www.x"]
        {
            let html = html(markdown, &look("left"));
            assert!(!html.contains("<a "), "{markdown}: {html}");
        }
        assert_eq!(
            html("[https://e.org/](https://e.org/)", &look("left")).matches("<a ").count(),
            1
        );
    }

    #[test]
    fn lists_and_quotations_begin_where_lines_begin() {
        let html = html("- a\n\n1. b\n\n> c\n\n3. d", &look("right"));
        assert_eq!(html.matches("padding-right:22px").count(), 3, "{html}");
        assert!(html.contains("padding-right:16px") && html.contains("<ol start=\"3\""), "{html}");
        assert!(!html.contains("0 0 0 22px"), "{html}");
    }
}
