//! The editor's introduction: Markdown to HTML for the mail and to text for the text part.
//! Pure: Markdown in, markup out.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::slot::escape_html;
use super::text::wrap;

/// HTML of a fixed few elements, with inline styles: raw HTML in the Markdown is shown as text, pictures become their
/// descriptions, and only web and mail addresses become links.
pub fn html(markdown: &str, link_colour: &str) -> String {
    let mut out = String::new();
    let mut links: Vec<bool> = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(tag) => match tag {
                Tag::Paragraph => out.push_str("<p style=\"margin:0 0 14px\">"),
                Tag::Heading { .. } => {
                    out.push_str(
                        "<h2 style=\"margin:20px 0 8px;font-size:20px;line-height:26px\">",
                    );
                }
                Tag::Emphasis => out.push_str("<em>"),
                Tag::Strong => out.push_str("<strong>"),
                Tag::BlockQuote(_) => out.push_str(
                    "<blockquote style=\"margin:0 0 14px;padding:0 0 0 16px;font-style:italic\">",
                ),
                Tag::List(None) => {
                    out.push_str("<ul style=\"margin:0 0 14px;padding:0 0 0 22px\">");
                }
                Tag::List(Some(_)) => {
                    out.push_str("<ol style=\"margin:0 0 14px;padding:0 0 0 22px\">");
                }
                Tag::Item => out.push_str("<li style=\"margin:0 0 6px\">"),
                Tag::Link { dest_url, .. } => {
                    let good = is_link(&dest_url);
                    links.push(good);
                    if good {
                        out.push_str(&format!(
                            "<a class=\"accent\" href=\"{}\" style=\"color:{link_colour};text-decoration:underline\">",
                            escape_html(&dest_url)
                        ));
                    }
                }
                _ => {}
            },
            Event::End(tag) => match tag {
                TagEnd::Paragraph => out.push_str("</p>"),
                TagEnd::Heading(_) => out.push_str("</h2>"),
                TagEnd::Emphasis => out.push_str("</em>"),
                TagEnd::Strong => out.push_str("</strong>"),
                TagEnd::BlockQuote(_) => out.push_str("</blockquote>"),
                TagEnd::List(false) => out.push_str("</ul>"),
                TagEnd::List(true) => out.push_str("</ol>"),
                TagEnd::Item => out.push_str("</li>"),
                TagEnd::Link if links.pop() == Some(true) => out.push_str("</a>"),
                _ => {}
            },
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&escape_html(&text));
            }
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push_str("<br />"),
            Event::Rule => out.push_str("<hr />"),
            _ => {}
        }
    }
    out
}

/// Wrapped text; a link's address stands behind its words.
pub fn text(markdown: &str) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut links: Vec<Option<String>> = Vec::new();
    let mut flush = |paragraph: &mut String, gap: &str| {
        if !paragraph.is_empty() {
            if !out.is_empty() {
                out.push_str(gap);
            }
            out.push_str(&wrap(paragraph, 72));
            paragraph.clear();
        }
    };
    let mut depth = 0usize;
    let mut first_item = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::List(_)) => {
                flush(&mut paragraph, "\n\n");
                depth += 1;
                first_item = true;
            }
            Event::End(TagEnd::List(_)) => depth = depth.saturating_sub(1),
            Event::Start(Tag::Item) => paragraph.push_str("- "),
            Event::End(TagEnd::Item) => {
                flush(&mut paragraph, if first_item { "\n\n" } else { "\n" });
                first_item = false;
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                links.push(is_link(&dest_url).then(|| dest_url.to_string()));
            }
            Event::End(TagEnd::Link) => {
                if let Some(Some(address)) = links.pop()
                    && !paragraph.ends_with(&address)
                {
                    paragraph.push_str(&format!(" ({address})"));
                }
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) if depth == 0 => {
                flush(&mut paragraph, "\n\n");
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                paragraph.push_str(&text);
            }
            Event::SoftBreak => paragraph.push(' '),
            Event::HardBreak => paragraph.push('\n'),
            _ => {}
        }
    }
    flush(&mut paragraph, "\n\n");
    out
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

    #[test]
    fn markdown_becomes_a_few_elements_and_nothing_else() {
        let html = html(
            "Hi *you* & <script>x</script> [a](javascript:x) [b](https://e.org/?a=1&b=2) ![p](x)",
            "#000000",
        );
        assert!(html.contains("<em>you</em> &amp; &lt;script&gt;x&lt;/script&gt; a <a "), "{html}");
        assert!(html.contains("href=\"https://e.org/?a=1&amp;b=2\""), "{html}");
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn the_text_part_keeps_lists_and_addresses() {
        let text = text("# Hello\n\nSee [this](https://e.org/).\n\n- one\n- two\n\nBye.");
        assert_eq!(text, "Hello\n\nSee this (https://e.org/).\n\n- one\n- two\n\nBye.");
    }
}
