//! What MJML needs before mrml reads it: mrml 6 breaks attributes, stops at blanks and can panic on valid input.
//! Pure: MJML in, MJML out.
//!
//! Each repair answers one measured fault of mrml 6.0.1 or htmlparser 0.2.1; each has a test. A text that needs no
//! repair comes out as it went in.

use super::grammar;

/// A fault of the MJML itself, with the byte at which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MjmlFault {
    pub at: usize,
    pub what: String,
    pub cure: String,
}

/// Gives MJML that mrml reads as its author meant it.
pub fn prepare(mjml: &str) -> String {
    let mjml = mjml.strip_prefix('\u{feff}').unwrap_or(mjml);
    let mjml = mjml.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(mjml.len() + mjml.len() / 16);
    let mut rest = mjml.as_str();
    let mut in_style = false;
    let mut open: Vec<&str> = Vec::new();
    while !rest.is_empty() {
        if rest.starts_with("<!--") {
            let end = rest.find("-->").map_or(rest.len(), |end| end + 3);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if starts_tag(rest) {
            let end = tag_end(rest);
            let tag = &rest[..end];
            let is_raw_of_wrapper = open.last() == Some(&"mj-wrapper")
                && tag.starts_with("<mj-raw")
                && !tag.ends_with("/>");
            if tag.starts_with("</mj-raw") && open.ends_with(&["mj-wrapper", "mj-raw"]) {
                out.push_str(IN_OUTLOOK_AGAIN);
            }
            write_tag(tag, &mut out);
            follow(tag, &mut open);
            if is_raw_of_wrapper {
                out.push_str(FOR_EVERYBODY);
            }
            if rest.starts_with("<mj-style") && !rest[..end].ends_with("/>") {
                in_style = true;
            } else if rest.starts_with("</mj-style") {
                in_style = false;
            }
            rest = &rest[end..];
        } else {
            let end = text_end(rest);
            let is_stray = open.last().is_some_and(|name| HOLDS_ELEMENTS.contains(name))
                && !rest[..end].trim().is_empty();
            // MJML has no place for it; mrml would show it between the tables, where programs put it anywhere.
            let text = if is_stray { "\n" } else { &rest[..end] };
            write_text(text, &rest[end..], in_style, &mut out);
            rest = &rest[end..];
        }
    }
    out
}

/// mrml puts `mj-raw` within `mj-wrapper` into the comment for Outlook that is open there: nobody else would see it. These
/// words become the end of that comment and its beginning again, once mrml is done: its parser takes neither.
const FOR_EVERYBODY: &str = "\u{f8fe}for everybody\u{f8fe}";
const IN_OUTLOOK_AGAIN: &str = "\u{f8fe}in Outlook again\u{f8fe}";

/// Puts the comments where `prepare` left a word for them.
pub fn finish(html: &str) -> String {
    if !html.contains('\u{f8fe}') {
        return html.to_owned();
    }
    html.replace(FOR_EVERYBODY, "<![endif]-->").replace(IN_OUTLOOK_AGAIN, "<!--[if mso | IE]>")
}

/// Elements of MJML that hold elements and no text of their own.
const HOLDS_ELEMENTS: [&str; 14] = [
    "mjml",
    "mj-head",
    "mj-attributes",
    "mj-body",
    "mj-wrapper",
    "mj-section",
    "mj-group",
    "mj-column",
    "mj-hero",
    "mj-navbar",
    "mj-social",
    "mj-accordion",
    "mj-accordion-element",
    "mj-carousel",
];

/// Keeps which MJML elements are open.
fn follow<'a>(tag: &'a str, open: &mut Vec<&'a str>) {
    let is_closing = tag.starts_with("</");
    let name = tag[if is_closing { 2 } else { 1 }..]
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .next()
        .unwrap_or_default();
    if !name.starts_with("mj") {
        return;
    }
    if is_closing {
        if let Some(at) = open.iter().rposition(|known| *known == name) {
            open.truncate(at);
        }
    } else if !tag.ends_with("/>") {
        open.push(name);
    }
}

fn starts_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes[0] == b'<'
        && bytes.get(1).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!'))
}

/// Up to the next tag or comment.
fn text_end(text: &str) -> usize {
    text.char_indices()
        .skip(1)
        .find(|(at, c)| *c == '<' && starts_tag(&text[*at..]))
        .map_or(text.len(), |(at, _)| at)
}

/// Past the `>` that ends a tag, quotation marks observed.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '>' => return at + 1,
            None => {}
        }
    }
    text.len()
}

/// mrml writes attribute values with Rust's `{:?}`: quotation marks, backslashes, line breaks and invisible letters
/// come out as escapes that HTML does not know. As entities they pass.
fn write_tag(tag: &str, out: &mut String) {
    let mut quote = None;
    let mut after_space = false;
    for c in tag.chars() {
        match quote {
            None => {
                if matches!(c, '"' | '\'') {
                    quote = Some(c);
                    after_space = false;
                }
                out.push(c);
            }
            Some(open) if c == open => {
                quote = None;
                out.push(c);
            }
            Some(_) => {
                if matches!(c, ' ' | '\n' | '\t') {
                    if !after_space {
                        out.push(' ');
                    }
                    after_space = true;
                    continue;
                }
                after_space = false;
                match c {
                    '"' => out.push_str("&quot;"),
                    '\\' => out.push_str("&#92;"),
                    '\'' => out.push('\''),
                    c if c.escape_debug().nth(1).is_some() => {
                        out.push_str(&format!("&#x{:x};", u32::from(c)));
                    }
                    c => out.push(c),
                }
            }
        }
    }
}

fn write_text(text: &str, next: &str, in_style: bool, out: &mut String) {
    if in_style {
        // `>` is CSS here. htmlparser panics when a letter of several bytes stands within two bytes before the first.
        out.push_str(&text.replace('>', "  >"));
        return;
    }
    let only_blanks = text.chars().all(|c| c == ' ' || c == '\t');
    if only_blanks && (next.starts_with("<mj-") || next.starts_with("</mj")) {
        // mrml skips white space between elements only when it begins with a line break.
        out.push('\n');
        return;
    }
    for c in text.chars() {
        match c {
            '>' => out.push_str("&gt;"),
            '<' => out.push_str("&lt;"),
            c => out.push(c),
        }
    }
}

/// Finds what mrml would drop, overflow on, or report without a place: unknown elements, elements left open, includes,
/// nesting too deep.
pub fn first_fault(mjml: &str) -> Option<MjmlFault> {
    /// A real mail nests a dozen deep; mrml's recursion ends the process at some hundreds.
    const DEEPEST: usize = 100;
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    let mut html_depth = 0usize;
    while at < mjml.len() {
        let rest = &mjml[at..];
        if rest.starts_with("<!--") {
            at += rest.find("-->").map_or(rest.len(), |end| end + 3);
            continue;
        }
        if !starts_tag(rest) {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let end = tag_end(rest);
        let tag = &rest[..end];
        let closing = tag.starts_with("</");
        let name = tag[if closing { 2 } else { 1 }..]
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '!'))
            .next()
            .unwrap_or("");
        let fault = |what: String, cure: &str| Some(MjmlFault { at, what, cure: cure.to_owned() });
        if name.starts_with("mj") {
            if matches!(name, "mj-html-attributes" | "mj-selector") {
                return fault(
                    format!("<{name}> is not supported"),
                    "write the attribute where the element is",
                );
            }
            if name == "mj-include" {
                return fault(
                    "<mj-include> is not read here".to_owned(),
                    "use a Handlebars partial: {{> name}}",
                );
            }
            if !closing {
                let within = open.last().map_or("", |(_, name)| *name);
                if let Err((what, cure)) = grammar::look_at(name, within, attributes(tag)) {
                    return fault(what, &cure);
                }
            }
            if closing {
                match open.pop() {
                    Some((_, expected)) if expected == name => {}
                    Some((opened, expected)) => {
                        return Some(MjmlFault {
                            at: opened,
                            what: format!("<{expected}> is closed by </{name}>"),
                            cure: format!("add </{expected}> before it"),
                        });
                    }
                    None => return fault(format!("</{name}> closes nothing"), "take it out"),
                }
            } else if !tag.ends_with("/>") {
                open.push((at, name));
            }
        } else if !name.is_empty() && !tag.ends_with("/>") && !is_void(name) {
            html_depth = if closing { html_depth.saturating_sub(1) } else { html_depth + 1 };
        }
        if open.len() + html_depth > DEEPEST {
            return fault(
                format!("elements are nested more than {DEEPEST} deep"),
                "close the elements, or nest fewer",
            );
        }
        at += end;
    }
    open.pop().map(|(at, name)| MjmlFault {
        at,
        what: format!("<{name}> is never closed"),
        cure: format!("add </{name}>"),
    })
}

/// The names of a tag's attributes.
fn attributes(tag: &str) -> impl Iterator<Item = &str> {
    let mut rest = tag.trim_start_matches(|c: char| !c.is_whitespace());
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c == '>' || c == '/' || c.is_whitespace())?;
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            rest = match quote {
                Some(quote) => value[1..].split_once(quote).map_or("", |(_, after)| after),
                None => value.trim_start_matches(|c: char| !c.is_whitespace() && c != '>'),
            };
        }
        (!name.is_empty()).then_some(name)
    })
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr" | "img" | "meta" | "link" | "input" | "col" | "wbr" | "!doctype" | "!DOCTYPE"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(body: &str) -> String {
        let mjml = format!(
            "<mjml><mj-head></mj-head><mj-body><mj-section><mj-column>{body}</mj-column></mj-section></mj-body></mjml>"
        );
        let parsed = mrml::parse(prepare(&mjml)).unwrap();
        parsed.element.render(&mrml::prelude::render::RenderOptions::default()).unwrap()
    }

    #[test]
    fn blanks_and_carriage_returns_between_elements_pass() {
        let mjml = "\u{feff}<mjml>\r\n<mj-head> <mj-title>x</mj-title>\t</mj-head> <mj-body> <mj-section>\r\n</mj-section> </mj-body> </mjml>";
        assert!(mrml::parse(mjml).is_err(), "mrml has mended this: the repair can go");
        assert!(mrml::parse(prepare(mjml)).is_ok());
    }

    #[test]
    fn raw_html_between_sections_of_a_wrapper_is_for_everybody() {
        let section = "<mj-section><mj-column><mj-text>S</mj-text></mj-column></mj-section>";
        let mjml = format!(
            "<mjml><mj-body><mj-wrapper>{section}<mj-raw><p>RAW</p></mj-raw>{section}</mj-wrapper></mj-body></mjml>"
        );
        let render = |mjml: &str| {
            let parsed = mrml::parse(mjml).unwrap();
            parsed.element.render(&mrml::prelude::render::RenderOptions::default()).unwrap()
        };
        assert!(
            render(&mjml).contains("</td></tr><p>RAW</p><tr>"),
            "mrml has mended this: the repair can go"
        );
        let html = finish(&render(&prepare(&mjml)));
        assert!(html.contains("</td></tr><![endif]--><p>RAW</p><!--[if mso | IE]><tr>"), "{html}");
    }

    #[test]
    fn text_where_mjml_allows_none_is_dropped_as_its_own_program_drops_it() {
        let mjml = "<mjml><mj-body>stray<mj-section> a <mj-column>b<mj-text>kept <b>too</b> end</mj-text></mj-column>c</mj-section></mj-body></mjml>";
        let parsed = mrml::parse(prepare(mjml)).unwrap();
        let html = parsed.element.render(&mrml::prelude::render::RenderOptions::default()).unwrap();
        assert!(html.contains("kept <b>too</b> end"), "{html}");
        assert!(
            !html.contains("stray") && !html.contains("> a <") && !html.contains(">b<div"),
            "{html}"
        );
    }

    #[test]
    fn attributes_keep_their_signs() {
        let html = render("<mj-image src=\"https://e.org/a.png\" alt='say \"hi\" \\ \u{200d}' />");
        assert!(html.contains("say &quot;hi&quot; &#92; &#x200d;"), "{html}");
    }

    #[test]
    fn attributes_over_several_lines_keep_their_first_declaration() {
        let html = render("<mj-text><p style=\"\n  color: red;\n  margin: 0\">x</p></mj-text>");
        assert!(html.contains("style=\" color: red; margin: 0\""), "{html}");
    }

    #[test]
    fn signs_in_text_neither_break_nor_panic() {
        let html = render("<mj-text>Début é > b, x < 3, a ]]> b</mj-text>");
        assert!(html.contains("Début é &gt; b, x &lt; 3, a ]]&gt; b"), "{html}");
    }

    #[test]
    fn style_sheets_keep_their_child_selectors() {
        let mjml = "<mjml><mj-head><mj-style>.é > table { color: red }</mj-style></mj-head><mj-body></mj-body></mjml>";
        let parsed = mrml::parse(prepare(mjml)).unwrap();
        let html = parsed.element.render(&mrml::prelude::render::RenderOptions::default()).unwrap();
        assert!(html.contains(".é   > table { color: red }"), "{html}");
    }

    #[test]
    fn faults_are_found_with_their_place() {
        for (mjml, what) in [
            ("<mjml><mj-foo></mj-foo></mjml>", "<mj-foo> is not an MJML element"),
            (
                "<mjml><mj-body><mj-section></mj-body></mjml>",
                "<mj-section> is closed by </mj-body>",
            ),
            ("<mjml><mj-body>", "<mj-body> is never closed"),
            (
                "<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>",
                "<mj-text> cannot stand inside <mj-body>: it would be dropped or break the layout",
            ),
            (
                "<mjml><mj-body><mj-section padding=\"a > b\" paddin='0'></mj-section></mj-body></mjml>",
                "<mj-section> has no attribute `paddin`",
            ),
            ("<mjml></mj-body></mjml>", "<mjml> is closed by </mj-body>"),
            ("</mj-body>", "</mj-body> closes nothing"),
            (
                "<mjml><mj-include path=\"x\" type=\"html\" /></mjml>",
                "<mj-include> is not read here",
            ),
        ] {
            assert_eq!(first_fault(mjml).unwrap().what, what);
        }
        assert_eq!(
            first_fault(
                "<mjml><!-- <mj-foo> --><mj-body><mj-section\n  padding = '0'><mj-column><mj-text align=\"left\">a<br>b \
                 <p class=\"x\">x</p></mj-text></mj-column></mj-section></mj-body></mjml>"
            ),
            None
        );
        let deep = format!("<mjml>{}", "<div>".repeat(200));
        assert!(first_fault(&deep).unwrap().what.contains("nested"));
    }
}
