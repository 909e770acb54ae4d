//! What MJML needs before mrml reads it: mrml 6 breaks attributes, stops at blanks and can panic on valid input.
//! Pure: MJML in, MJML out, and HTML with what was kept aside.
//!
//! Each repair answers one measured fault of mrml 6.0.1 or htmlparser 0.2.1; each has a test. A text that needs no
//! repair comes out as it went in. Nothing but pictures is fetched when an email is opened: fonts, style sheets and
//! scripts from elsewhere are taken out here.

use super::tag_text::{is_raw_text, raw_text_length, starts_tag, tag_end, tag_name, text_end};
use crate::rfc::text::of_a_text;

/// MJML that mrml reads as its author meant it, and what it must not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairedMjml {
    pub mjml: String,
    /// A word that the MJML did not hold; with a number behind it, it stands for what was kept aside.
    word: String,
    kept: Vec<String>,
    /// Bytes of the result with those of the MJML that they came from.
    origins: Vec<(usize, usize)>,
}

/// One kind of line end, no mark of the byte order, and no character that XML refuses.
pub fn normalised(mjml: &str) -> String {
    let mjml = &*of_a_text(mjml.strip_prefix('\u{feff}').unwrap_or(mjml));
    if mjml.contains('\r') {
        mjml.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        mjml.to_owned()
    }
}

/// Repairs `normalised` MJML.
pub fn prepare(mjml: &str) -> RepairedMjml {
    // No input can hold the word: one that is not in this text is chosen.
    // A text of n bytes holds fewer than n of them.
    let word = (0..=mjml.len())
        .map(|n| format!("rupw{n}x"))
        .find(|word| !mjml.contains(word.as_str()))
        .unwrap_or_default();
    let mut out = Repair {
        prepared: RepairedMjml {
            mjml: String::with_capacity(mjml.len()),
            word,
            kept: Vec::new(),
            origins: Vec::new(),
        },
        open: Vec::new(),
    };
    let mut at = 0;
    while at < mjml.len() {
        let rest = &mjml[at..];
        out.prepared.origins.push((out.prepared.mjml.len(), at));
        at += if rest.starts_with("<!--") {
            out.comment(rest)
        } else if starts_tag(rest) {
            out.tag(rest)
        } else {
            out.text(rest)
        };
    }
    out.prepared
}

impl RepairedMjml {
    /// The byte of the MJML that a byte of the repaired one came from.
    pub fn origin(&self, at: usize) -> usize {
        let found = self.origins.iter().rev().find(|(own, _)| *own <= at);
        found.map_or(0, |(own, origin)| origin + (at - own))
    }

    /// Puts what was kept aside where it belongs in the rendered HTML.
    pub fn finish(&self, html: &str) -> String {
        let mut out = String::with_capacity(html.len() + 1024);
        let mut rest = html;
        while let Some(found) = rest.find(&self.word) {
            let (before, marked) = rest.split_at(found);
            out.push_str(before);
            let after = &marked[self.word.len()..];
            let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let kept = after[..digits].parse().ok().and_then(|n: usize| self.kept.get(n));
            if let Some(kept) = kept {
                out.push_str(kept);
            }
            rest = after[digits..].strip_prefix('z').unwrap_or(&after[digits..]);
        }
        out.push_str(rest);
        out
    }
}

struct Repair<'a> {
    prepared: RepairedMjml,
    /// The elements of MJML that are open.
    open: Vec<&'a str>,
}

/// mrml puts `mj-raw` within `mj-wrapper` into the comment for Outlook that is open there: nobody else would see it. That
/// comment is ended before it and begun again behind it, once mrml is done: its parser takes neither.
const FOR_EVERYBODY: &str = "<![endif]-->";
const IN_OUTLOOK_AGAIN: &str = "<!--[if mso | IE]>";

impl<'a> Repair<'a> {
    /// Keeps a text from mrml and leaves a word in its place.
    fn keep(&mut self, text: String) {
        let word = format!("{}{}z", self.prepared.word, self.prepared.kept.len());
        self.prepared.mjml.push_str(&word);
        self.prepared.kept.push(text);
    }

    /// A comment passes as it was written, whatever is in it; programs that read those for Outlook fetch nothing either.
    fn comment(&mut self, rest: &str) -> usize {
        let end = rest.find("-->").map_or(rest.len(), |end| end + 3);
        let inner = rest.get(4..end - 3).unwrap_or_default();
        self.prepared.mjml.push_str("<!--");
        self.keep(without_fetches(inner));
        self.prepared.mjml.push_str("-->");
        end
    }

    fn tag(&mut self, rest: &'a str) -> usize {
        let end = tag_end(rest);
        let tag = &rest[..end];
        let name = tag_name(tag);
        let is_closing = tag.starts_with("</");
        // What is fetched: fonts, style sheets, programs.
        let is_one_of = |names: &[&str]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
        if is_one_of(&["mj-font", "link", "script"]) {
            let is_empty = is_closing || tag.ends_with("/>") || is_one_of(&["link"]);
            return match raw_text_length(&rest[end..], name) {
                Some(length) if !is_empty => end + length + tag_end(&rest[end + length..]),
                _ => end,
            };
        }
        let in_wrapper = self.open.last() == Some(&"mj-wrapper");
        if name == "mj-raw" && is_closing && self.open.ends_with(&["mj-wrapper", "mj-raw"]) {
            self.keep(IN_OUTLOOK_AGAIN.to_owned());
        }
        write_tag(tag, &mut self.prepared.mjml);
        self.follow(tag, name, is_closing);
        if name == "mj-raw" && !is_closing && !tag.ends_with("/>") && in_wrapper {
            self.keep(FOR_EVERYBODY.to_owned());
        }
        // A style sheet is not markup: it comes out as it was written.
        if is_raw_text(name) && !is_closing && !tag.ends_with("/>") {
            let length = raw_text_length(&rest[end..], name).unwrap_or(rest.len() - end);
            let css = &rest[end..end + length];
            if !css.trim().is_empty() {
                self.keep(without_fetches(css));
            }
            return end + length;
        }
        end
    }

    /// Keeps which MJML elements are open.
    fn follow(&mut self, tag: &str, name: &'a str, is_closing: bool) {
        if !name.starts_with("mj") {
            return;
        }
        if is_closing {
            if let Some(at) = self.open.iter().rposition(|known| *known == name) {
                self.open.truncate(at);
            }
        } else if !tag.ends_with("/>") {
            self.open.push(name);
        }
    }

    fn text(&mut self, rest: &str) -> usize {
        let end = text_end(rest);
        let (text, next) = rest.split_at(end);
        if self.open.last() == Some(&"mj-title") {
            write_text(&as_in_an_attribute(text), next, &mut self.prepared.mjml);
        } else {
            write_text(text, next, &mut self.prepared.mjml);
        }
        end
    }
}

/// The first of a text, by its byte and name, that cannot stand in words for one person: what styles the whole email, and what
/// would be taken out of a template because it is fetched.
pub fn first_kept_out(html: &str) -> Option<(usize, String)> {
    const NAMES: [&str; 3] = ["style", "link", "script"];
    html.match_indices('<').map(|(at, _)| at).find_map(|at| {
        let rest = &html[at..];
        if let Some(inner) = rest.strip_prefix("<!--") {
            let inner = &inner[..inner.find("-->").unwrap_or(inner.len())];
            return (without_fetches(inner) != inner)
                .then(|| (at, "a comment with something that is fetched".to_owned()));
        }
        let name = tag_name(rest);
        let is_one = starts_tag(rest) && NAMES.iter().any(|one| name.eq_ignore_ascii_case(one));
        is_one.then(|| (at, format!("<{name}>")))
    })
}

/// A style sheet, or a comment for Outlook, without what would be fetched: `@import`, fonts of `@font-face`, `<link>`.
fn without_fetches(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !["@import", "@font-face", "<link", "<script"].iter().any(|word| lower.contains(word)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &lower[at..];
        at += if rest.starts_with("@import") {
            statement_end(rest)
        } else if rest.starts_with("@font-face") {
            rest.find('}').map_or(rest.len(), |end| end + 1)
        } else if rest.starts_with("<link") {
            tag_end(rest)
        } else if rest.starts_with("<script") {
            rest.find("</script>").map_or(rest.len(), |end| end + "</script>".len())
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[at..at + length]);
            length
        };
    }
    out
}

/// Past the semicolon that ends a statement of CSS, quotation marks and parentheses observed.
fn statement_end(css: &str) -> usize {
    let mut quote = None;
    let mut depth = 0usize;
    for (at, byte) in css.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b';' if depth == 0 => return at + 1,
                _ => {}
            },
        }
    }
    css.len()
}

/// mrml writes attribute values with Rust's `{:?}`: quotation marks, backslashes, line breaks and invisible letters
/// come out as escapes that HTML does not know. As entities they pass.
fn write_tag(tag: &str, out: &mut String) {
    let mut quote = None;
    let mut blanks = String::new();
    for c in tag.chars() {
        match quote {
            None => {
                if matches!(c, '"' | '\'') {
                    quote = Some(c);
                }
                out.push(c);
            }
            Some(open) if c == open => {
                flush_blanks(&mut blanks, out);
                quote = None;
                out.push(c);
            }
            Some(_) => {
                // A line break and the indent around it are one blank; blanks by themselves stay as they are.
                if matches!(c, ' ' | '\n' | '\t') {
                    blanks.push(c);
                    continue;
                }
                flush_blanks(&mut blanks, out);
                push_for_an_attribute(c, out);
            }
        }
    }
}

/// A character as it comes out of mrml in an attribute.
fn push_for_an_attribute(c: char, out: &mut String) {
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

/// The title of an email, which mrml writes into an attribute too.
fn as_in_an_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\t') { out.push(' ') } else { push_for_an_attribute(c, &mut out) }
    }
    out
}

fn flush_blanks(blanks: &mut String, out: &mut String) {
    out.push_str(if blanks.contains(['\n', '\t']) { " " } else { blanks });
    blanks.clear();
}

fn write_text(text: &str, next: &str, out: &mut String) {
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

#[cfg(test)]
mod tests {
    use super::super::html;

    fn plainly(mjml: &str) -> String {
        let parsed = mrml::parse(mjml).unwrap();
        parsed.element.render(&mrml::prelude::render::RenderOptions::default()).unwrap()
    }

    fn render(body: &str) -> String {
        html::render(&format!(
            "<mjml><mj-head></mj-head><mj-body><mj-section><mj-column>{body}</mj-column></mj-section></mj-body></mjml>"
        ))
        .unwrap()
    }

    #[test]
    fn blanks_and_carriage_returns_between_elements_pass() {
        let mjml = "\u{feff}<mjml>\r\n<mj-head> <mj-title>x</mj-title>\t</mj-head> <mj-body> <mj-section>\r\n</mj-section> </mj-body> </mjml>";
        assert!(mrml::parse(mjml).is_err(), "mrml has fixed this: the repair can go");
        assert!(html::render(mjml).is_ok());
    }

    #[test]
    fn raw_html_between_sections_of_a_wrapper_is_for_everybody() {
        let section = "<mj-section><mj-column><mj-text>S</mj-text></mj-column></mj-section>";
        let mjml = format!(
            "<mjml><mj-body><mj-wrapper>{section}<mj-raw><p>RAW</p></mj-raw>{section}</mj-wrapper></mj-body></mjml>"
        );
        assert!(
            plainly(&mjml).contains("</td></tr><p>RAW</p><tr>"),
            "mrml has fixed this: the repair can go"
        );
        let html = html::render(&mjml).unwrap();
        assert!(html.contains("</td></tr><![endif]--><p>RAW</p><!--[if mso | IE]><tr>"), "{html}");
    }

    #[test]
    fn attributes_keep_their_characters() {
        let html = render("<mj-image src=\"https://e.org/a.png\" alt='say \"hi\" \\ \u{200d}' />");
        assert!(html.contains("say &quot;hi&quot; &#92; &#x200d;"), "{html}");
    }

    #[test]
    fn a_title_keeps_its_characters_in_the_attribute_that_is_made_of_it() {
        let mjml = "<mjml><mj-head><mj-title>say \"hi\" \\ \u{200d}\n</mj-title></mj-head><mj-body></mj-body></mjml>";
        let html = html::render(mjml).unwrap();
        assert!(html.contains("aria-label=\"say &quot;hi&quot; &#92; &#x200d; \""), "{html}");
    }

    #[test]
    fn attributes_over_several_lines_keep_their_first_declaration() {
        let html = render("<mj-text><p style=\"\n  color: red;\n  margin: 0\">x</p></mj-text>");
        assert!(html.contains("style=\" color: red; margin: 0\""), "{html}");
    }

    #[test]
    fn blanks_in_attributes_stay() {
        let html = render("<mj-image src=\"https://e.org/a.png\" alt=\"two  blanks\" />");
        assert!(html.contains("alt=\"two  blanks\""), "{html}");
    }

    #[test]
    fn characters_in_text_neither_break_nor_panic() {
        let html = render("<mj-text>Début é > b, x < 3, a ]]> b</mj-text>");
        assert!(html.contains("Début é &gt; b, x &lt; 3, a ]]&gt; b"), "{html}");
    }

    #[test]
    fn style_sheets_and_comments_come_out_as_they_were_written() {
        let css = ".é > table { color: red }\n@media (width < 480px) { .a > .b { content: '&' } }";
        for head in [
            format!("<mj-style>{css}</mj-style>"),
            format!("<mj-raw><style>{css}</style></mj-raw>"),
        ] {
            let html =
                html::render(&format!("<mjml><mj-head>{head}</mj-head><mj-body></mj-body></mjml>"));
            let html = html.unwrap();
            assert!(html.contains(css), "{html}");
        }
        let comment =
            "<!--[if mso]><table><tr><td width=\"9\"> a -- é > b </td></tr></table><![endif]-->";
        let html = render(&format!("<mj-raw>{comment}</mj-raw>"));
        assert!(html.contains(comment), "{html}");
        let html = render(&format!("<mj-text><style>{css}</style>x</mj-text>"));
        assert!(html.contains(css), "{html}");
    }

    #[test]
    fn no_input_can_hold_a_mark_of_ours() {
        let text = "\u{f8fe}for everybody\u{f8fe} rupw0x0z rupw1x0z rupw0x1z";
        let html =
            render(&format!("<mj-raw><style>a{{}}</style></mj-raw><mj-text>{text}</mj-text>"));
        assert!(html.contains(text), "{html}");
        assert!(html.contains("<style>a{}</style>"), "{html}");
    }

    #[test]
    fn nothing_but_pictures_is_fetched() {
        let google = "https://fonts.googleapis.com/css2?family=Inter:wght@400;700";
        let head = format!(
            "<mj-font name=\"Inter\" href=\"{google}\" /><mj-font name=\"X\" href=\"{google}\"></mj-font>\
             <mj-style>@import url({google});\n.a{{color:red}} @font-face {{ font-family: X; src: url({google}) }} .b{{}}</mj-style>\
             <mj-style>@IMPORT \"{google}\"; .c{{}}</mj-style>\
             <mj-raw><link rel=\"stylesheet\" href=\"{google}\"><script src=\"{google}\">a < b</script>\
             <!--[if mso]><style>@import '{google}';.d{{}}</style><link href=\"{google}\"><![endif]--><STYLE>@import '{google}';.e > .f{{}}</STYLE><SCRIPT>a</SCRIPT></mj-raw>"
        );
        let html = html::render(&format!(
            "<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column><mj-text font-family=\"Inter, Ubuntu\">x</mj-text></mj-column></mj-section></mj-body></mjml>"
        ))
        .unwrap();
        for word in
            ["googleapis", "@import", "@IMPORT", "<link", "<script", "<SCRIPT", "@font-face"]
        {
            assert!(!html.contains(word), "{word}: {html}");
        }
        for rule in [".a{color:red}", ".b{}", ".c{}", ".d{}", ".e > .f{}"] {
            assert!(html.contains(rule), "{rule}: {html}");
        }
    }
}
