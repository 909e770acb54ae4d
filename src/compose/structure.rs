//! The faults of MJML that mrml would drop, overflow on, or report without a place, each in its own words.
//! Pure: MJML in, a fault with its byte out.

use super::marker::holds_marker;
use super::tag_text::{
    is_raw_text, is_void, raw_text_length, starts_tag, tag_end, tag_name, text_end,
};
use super::{mjml_schema, mjml_values};
use crate::compose::attributes::{Value, attributes};
use crate::problem::nearest;

/// A fault of the MJML itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MjmlFault {
    /// The byte at which it stands; past the end where that is unknown.
    pub at: usize,
    pub what: String,
    pub cure: String,
}

/// A real email nests a dozen deep; mrml's recursion ends the process at some hundreds.
const DEEPEST: usize = 100;

/// Elements of MJML that hold elements, and no text or HTML of their own.
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

/// What would be fetched, or run, when the email is opened.
const FETCHED: [&str; 8] =
    ["iframe", "frame", "object", "embed", "video", "audio", "applet", "portal"];

/// Finds the first fault.
pub fn first_fault(mjml: &str) -> Option<MjmlFault> {
    let classes = classes_of(mjml);
    Walk { mjml, open: Vec::new(), has_root: false, has_body: false, classes }.run().err()
}

/// The names that the head gives to sets of attributes, wherever it stands.
fn classes_of(mjml: &str) -> Vec<&str> {
    let tags = mjml.match_indices("<mj-class").map(|(at, _)| &mjml[at..]);
    tags.flat_map(|rest| attributes(&rest[..tag_end(rest)]))
        .filter(|attribute| attribute.name == "name")
        .filter_map(|attribute| match attribute.value {
            Some(Value::Quoted(name)) => Some(name),
            _ => None,
        })
        .collect()
}

struct Walk<'a> {
    mjml: &'a str,
    /// What is open, with the byte of each tag.
    open: Vec<(usize, &'a str)>,
    has_root: bool,
    has_body: bool,
    /// What `mj-class` may name.
    classes: Vec<&'a str>,
}

fn fault<T>(at: usize, what: impl Into<String>, cure: impl Into<String>) -> Result<T, MjmlFault> {
    Err(MjmlFault { at, what: what.into(), cure: cure.into() })
}

impl<'a> Walk<'a> {
    fn run(mut self) -> Result<(), MjmlFault> {
        if self.mjml.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
            return fault(
                0,
                "the template produces nothing",
                "begin it with {{#> layout}} or <mjml>, or delete the file to use the one that \
                 comes with roundup",
            );
        }
        let mut at = 0;
        while at < self.mjml.len() {
            let rest = &self.mjml[at..];
            if rest.starts_with("<!--") {
                at += match rest.find("-->") {
                    Some(end) => end + 3,
                    None => return fault(at, "a comment is never closed", "add --> at its end"),
                };
            } else if starts_tag(rest) {
                let end = tag_end(rest);
                self.tag(at, &rest[..end])?;
                at += end;
                at += self.raw_text(at)?;
            } else {
                let end = text_end(rest);
                self.text(at, &rest[..end])?;
                at += end;
            }
        }
        if let Some((at, name)) = self.open.pop() {
            return fault(at, format!("<{name}> is never closed"), format!("add </{name}>"));
        }
        if !self.has_body {
            let at = self.mjml.find("<mjml").unwrap_or(0);
            return fault(at, "<mjml> has no <mj-body>", "put the email's content in <mj-body>");
        }
        Ok(())
    }

    /// Text where MJML begins or has ended does not belong to the email, and none is shown between its elements.
    fn text(&self, at: usize, text: &str) -> Result<(), MjmlFault> {
        let Some(found) = text.find(|c: char| !c.is_whitespace() && c != '\u{feff}') else {
            return Ok(());
        };
        if let Some((_, parent)) = self.open.last() {
            if !HOLDS_ELEMENTS.contains(parent) {
                return Ok(());
            }
            return fault(
                at + found,
                format!("words stand in <{parent}>, which shows none"),
                "put them in <mj-text>",
            );
        }
        if self.has_root {
            return fault(at + found, "there is text after </mjml>", "put it in <mj-text>");
        }
        fault(
            at + found,
            "this is text, not MJML",
            "begin with {{#> layout}} or <mjml>, and put words in <mj-text>",
        )
    }

    /// The bytes of a style sheet or script that has just been opened.
    fn raw_text(&self, at: usize) -> Result<usize, MjmlFault> {
        let Some((opened, name)) = self.open.last().copied().filter(|(opened, name)| {
            is_raw_text(name) && self.mjml[..at].ends_with('>') && {
                // Only right behind its opening tag.
                opened + tag_end(&self.mjml[*opened..]) == at
            }
        }) else {
            return Ok(0);
        };
        match raw_text_length(&self.mjml[at..], name) {
            Some(end) => Ok(end),
            None => fault(opened, format!("<{name}> is never closed"), format!("add </{name}>")),
        }
    }

    fn tag(&mut self, at: usize, tag: &'a str) -> Result<(), MjmlFault> {
        let name = tag_name(tag);
        let is_closing = tag.starts_with("</");
        if !tag.ends_with('>') {
            return self.unended(at, tag, name);
        }
        if name.starts_with(['!', '?']) {
            return self.declaration(at, tag, name);
        }
        if self.open.is_empty() {
            if self.has_root {
                let what =
                    format!("<{}{name}> is after </mjml>", if is_closing { "/" } else { "" });
                return fault(at, what, "put it before </mjml>, or take it out");
            }
            if !name.starts_with("mj") {
                return fault(
                    at,
                    format!("this is HTML, not MJML: it begins with <{name}>"),
                    "begin with {{#> layout}} or <mjml><mj-body>, and put HTML in <mj-text> or \
                     <mj-raw>",
                );
            }
            self.has_root = true;
        }
        if is_closing {
            return self.close(at, name);
        }
        self.element(at, tag, name)?;
        Self::values(at, tag)?;
        if !tag.ends_with("/>") && !is_void(name) {
            self.open.push((at, name));
        }
        if self.open.len() > DEEPEST {
            return fault(
                at,
                format!("elements are nested more than {DEEPEST} deep"),
                "close the elements, or nest fewer",
            );
        }
        Ok(())
    }

    /// A tag that has no end before the text has.
    fn unended(&self, at: usize, tag: &str, name: &str) -> Result<(), MjmlFault> {
        for attribute in attributes(tag) {
            if attribute.value == Some(Value::Open) {
                return fault(
                    at + attribute.at,
                    format!(
                        "the quotation mark of `{}` in <{name}> is never closed",
                        attribute.name
                    ),
                    "add the quotation mark at its end",
                );
            }
        }
        fault(at, format!("the tag <{name} has no > at its end"), "add the >")
    }

    fn declaration(&self, at: usize, tag: &str, name: &str) -> Result<(), MjmlFault> {
        let lower = tag.to_ascii_lowercase();
        if lower.starts_with("<!doctype") {
            return fault(
                at,
                "the template has a doctype",
                "remove the line: MJML begins with <mjml> and writes the doctype itself",
            );
        }
        if name.starts_with('?') {
            return fault(
                at,
                "the template has an XML declaration",
                "remove the line: MJML begins with <mjml>",
            );
        }
        if lower.starts_with("<![cdata[") {
            return fault(at, "the template has a CDATA section", "write the text without it");
        }
        fault(at, format!("`{tag}` is not a tag of MJML or HTML"), "take it out")
    }

    fn close(&mut self, at: usize, name: &str) -> Result<(), MjmlFault> {
        if is_void(name) {
            return Ok(());
        }
        match self.open.pop() {
            Some((_, expected)) if expected.eq_ignore_ascii_case(name) => Ok(()),
            Some((opened, expected)) if self.open.iter().any(|(_, open)| *open == name) => fault(
                opened,
                format!("<{expected}> is closed by </{name}>"),
                format!("add </{expected}> before it"),
            ),
            _ => fault(at, format!("</{name}> closes nothing"), "take it out"),
        }
    }

    /// Whether the element may stand here.
    fn element(&mut self, at: usize, tag: &str, name: &str) -> Result<(), MjmlFault> {
        let within_mjml =
            self.open.iter().rev().map(|(_, name)| *name).find(|n| n.starts_with("mj"));
        if !name.starts_with("mj") {
            if FETCHED.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                return fault(
                    at,
                    format!("<{name}> would be loaded when the email is opened"),
                    "show a picture with a link instead",
                );
            }
            if let Some((_, parent)) = self.open.last()
                && HOLDS_ELEMENTS.contains(parent)
            {
                return fault(
                    at,
                    format!("<{name}> cannot stand inside <{parent}>: it would be dropped"),
                    "put it inside <mj-text> or <mj-raw>",
                );
            }
            return Self::look_at_values(at, tag, mjml_values::look_at_html);
        }
        if matches!(name, "mj-html-attributes" | "mj-selector") {
            return fault(
                at,
                format!("<{name}> is not supported"),
                "write the attribute where the element is",
            );
        }
        if name == "mj-include" {
            return fault(
                at,
                "<mj-include> is not read here",
                "use a Handlebars partial: {{> name}}",
            );
        }
        if name == "mj-body" && std::mem::replace(&mut self.has_body, true) {
            return fault(
                at,
                "there is a second <mj-body>, which would be dropped",
                "put all of the email's content in one <mj-body>",
            );
        }
        let names = attributes(tag).into_iter().map(|attribute| attribute.name);
        let within = within_mjml.unwrap_or("");
        mjml_schema::look_at(name, within, names).map_err(|(what, cure)| MjmlFault {
            at,
            what,
            cure,
        })?;
        for attribute in attributes(tag).into_iter().filter(|one| one.name == "mj-class") {
            if let Some(Value::Quoted(value)) = attribute.value {
                self.class_names(at + attribute.at, value)?;
            }
        }
        Self::look_at_values(at, tag, |attribute, value| {
            mjml_values::look_at_value(name, attribute, value)
        })?;
        if let Some((_, parent)) = self.open.last()
            && !parent.starts_with("mj")
        {
            return fault(
                at,
                format!("<{name}> is inside <{parent}>"),
                format!("close <{parent}> before it"),
            );
        }
        Ok(())
    }

    /// Whether each attribute holds what programs read. What a slot gives is judged where slots are.
    fn look_at_values(
        at: usize,
        tag: &str,
        look: impl Fn(&str, &str) -> Result<(), mjml_schema::Wrong>,
    ) -> Result<(), MjmlFault> {
        for attribute in attributes(tag) {
            if let Some(Value::Quoted(value)) = attribute.value
                && !holds_marker(value)
            {
                look(attribute.name, value).map_err(|(what, cure)| MjmlFault {
                    at: at + attribute.at,
                    what,
                    cure,
                })?;
            }
        }
        Ok(())
    }

    /// Whether the head has a set of attributes for each of the names.
    fn class_names(&self, at: usize, value: &str) -> Result<(), MjmlFault> {
        let unknown = value.split_whitespace().find(|name| !self.classes.contains(name));
        let Some(unknown) = unknown else { return Ok(()) };
        let what = format!("there is no mj-class `{unknown}`");
        let define = format!("define it in the head: <mj-class name=\"{unknown}\" … />");
        let near = nearest(unknown, self.classes.iter().copied());
        let near = near.map(|known| format!("did you mean `{known}`? Otherwise "));
        fault(at, what, near.unwrap_or_default() + &define)
    }

    /// Whether every value stands in quotation marks, and they are closed.
    fn values(at: usize, tag: &str) -> Result<(), MjmlFault> {
        let name = tag_name(tag);
        let mut seen: Vec<&str> = Vec::new();
        for attribute in attributes(tag) {
            if seen.iter().any(|known| known.eq_ignore_ascii_case(attribute.name)) {
                return fault(
                    at + attribute.at,
                    format!("`{}` appears twice in <{name}>", attribute.name),
                    "put both into one, or take one out",
                );
            }
            seen.push(attribute.name);
            if attribute.name.contains('<') {
                return fault(at, format!("the tag <{name}> has no > at its end"), "add the >");
            }
            if attribute.name.contains(['"', '\'']) {
                let what = format!("<{name}> has an odd number of quotation marks");
                return fault(at, what, "add the one that is missing");
            }
            let at = at + attribute.at;
            match attribute.value {
                Some(Value::Bare(value)) => {
                    return fault(
                        at,
                        format!("`{}` in <{name}> has no quotation marks", attribute.name),
                        format!("write {}=\"{}\"", attribute.name, value.trim_end_matches('/')),
                    );
                }
                Some(Value::Quoted(value)) if value.contains('<') => {
                    return fault(
                        at,
                        format!(
                            "the quotation mark of `{}` in <{name}> is not closed",
                            attribute.name
                        ),
                        "add the quotation mark at its end, or write &lt; for <",
                    );
                }
                Some(Value::Open) => {
                    return fault(
                        at,
                        format!(
                            "the quotation mark of `{}` in <{name}> is never closed",
                            attribute.name
                        ),
                        "add the quotation mark at its end",
                    );
                }
                Some(Value::Quoted(_)) | None => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fault inside `mj-text`, with what stands at its byte.
    fn inside(html: &str) -> (String, String) {
        let mjml = format!(
            "<mjml><mj-body><mj-section><mj-column><mj-text>{html}</mj-text></mj-column></mj-section></mj-body></mjml>"
        );
        let fault = first_fault(&mjml).unwrap_or_else(|| panic!("no fault in {html}"));
        (fault.what, mjml[fault.at..].chars().take(4).collect())
    }

    #[test]
    fn a_set_of_attributes_that_is_not_there_is_named() {
        let with = |value: &str| {
            format!(
                "<mjml><mj-head><mj-attributes><mj-class name=\"big\" color=\"red\" /><mj-class name=\"Red-2\" /></mj-attributes></mj-head><mj-body><mj-section><mj-column><mj-text mj-class=\"{value}\">x</mj-text></mj-column></mj-section></mj-body></mjml>"
            )
        };
        for value in ["big", "Red-2", "big Red-2", " big ", ""] {
            assert_eq!(first_fault(&with(value)), None, "{value}");
        }
        for (value, what, cure) in [
            ("bgi", "there is no mj-class `bgi`", "did you mean `big`?"),
            ("big nosuch", "there is no mj-class `nosuch`", "define it in the head"),
            ("Big", "there is no mj-class `Big`", "did you mean `big`?"),
        ] {
            let fault = first_fault(&with(value)).unwrap();
            assert_eq!(fault.what, what);
            assert!(fault.cure.contains(cure), "{}", fault.cure);
            assert!(with(value)[fault.at..].starts_with("mj-class=\""));
        }
    }

    #[test]
    fn colours_of_html_are_looked_at_like_those_of_mjml() {
        let with = |html: &str| {
            format!(
                "<mjml><mj-body><mj-section><mj-column><mj-text>{html}</mj-text></mj-column></mj-section></mj-body></mjml>"
            )
        };
        for html in [
            "<b style=\"color: red\">x</b>",
            "<font color=\"0b5a6f\">x</font>",
            "<b style=\"color:rupabcdefghijkmnpqrn0001\">x</b>",
        ] {
            assert_eq!(first_fault(&with(html)), None, "{html}");
        }
        for (html, what, at) in [
            ("<b style=\"color: bleu\">x</b>", "`bleu` in `color` is not a colour", "style="),
            ("<td bgcolor=\"bleu\">x</td>", "`bleu` in `bgcolor` is not a colour", "bgcolor="),
        ] {
            let fault = first_fault(&with(html)).unwrap();
            assert_eq!(fault.what, what);
            assert!(with(html)[fault.at..].starts_with(at), "{html}");
        }
    }

    #[test]
    fn whole_documents() {
        for (mjml, what, at) in [
            ("<mjml><mj-foo></mj-foo></mjml>", "<mj-foo> is not an MJML element", 6),
            (
                "<mjml><mj-body><mj-section></mj-body></mjml>",
                "<mj-section> is closed by </mj-body>",
                15,
            ),
            ("<mjml><mj-body>", "<mj-body> is never closed", 6),
            ("", "the template produces nothing", 0),
            (" \n\t", "the template produces nothing", 0),
            ("<!doctype html><html></html>", "the template has a doctype", 0),
            ("\n<!DOCTYPE html>\n<mjml></mjml>", "the template has a doctype", 1),
            ("<?xml version=\"1.0\"?><mjml></mjml>", "the template has an XML declaration", 0),
            ("<html><body>x</body></html>", "this is HTML, not MJML: it begins with <html>", 0),
            ("Hello", "this is text, not MJML", 0),
            ("<mjml></mjml>", "<mjml> has no <mj-body>", 0),
            ("<mjml>a<mj-body></mj-body></mjml>", "words stand in <mjml>, which shows none", 6),
            ("<mjml><mj-body>a</mj-body></mjml>", "words stand in <mj-body>, which shows none", 15),
            (
                "<mjml><mj-body></mj-body><mj-body></mj-body></mjml>",
                "there is a second <mj-body>, which would be dropped",
                25,
            ),
            ("<mjml><mj-body></mj-body></mjml> x", "there is text after </mjml>", 33),
            ("<mjml><mj-body></mj-body></mjml><p>", "<p> is after </mjml>", 32),
            ("<mjml><mj-body></mj-body></mjml></div>", "</div> is after </mjml>", 32),
            ("<mjml><!-- x", "a comment is never closed", 6),
            ("<mjml><mj-head><mj-style>a{}", "<mj-style> is never closed", 15),
            (
                "<mjml><mj-body><div>x</div></mj-body></mjml>",
                "<div> cannot stand inside <mj-body>: it would be dropped",
                15,
            ),
            (
                "<mjml><mj-body><mj-section></mj-wrapper></mj-section></mj-body></mjml>",
                "</mj-wrapper> closes nothing",
                27,
            ),
        ] {
            let fault = first_fault(mjml).unwrap_or_else(|| panic!("no fault in {mjml}"));
            assert_eq!((fault.what.as_str(), fault.at), (what, at), "{mjml}");
        }
        assert_eq!(first_fault("<mjml><mj-body> </mj-body></mjml>\n"), None);
    }

    #[test]
    fn words_between_elements_are_found_and_no_other() {
        for parent in HOLDS_ELEMENTS.iter().filter(|name| **name != "mjml") {
            let shell = |inner: &str| format!("<mjml><{parent}>{inner}</{parent}></mjml>");
            let found = |inner: &str| {
                let mjml = shell(inner);
                let at = mjml.find("loose").unwrap_or(0);
                let walk = Walk {
                    mjml: &mjml,
                    open: vec![(0, *parent)],
                    has_root: true,
                    has_body: false,
                    classes: vec![],
                };
                walk.text(at, inner).err().map(|fault| fault.what)
            };
            assert_eq!(found(" \n\t "), None, "{parent}");
            let what = found("loose words").unwrap_or_default();
            assert!(what.starts_with(&format!("words stand in <{parent}>")), "{what}");
        }
        let text = "<mjml><mj-body><mj-section><mj-column><mj-text>words <b>more</b></mj-text>\n \
                    <mj-raw>raw</mj-raw></mj-column></mj-section></mj-body></mjml>";
        assert_eq!(first_fault(text), None);
    }

    #[test]
    fn elements_and_attributes_of_mjml() {
        for (mjml, what) in [
            (
                "<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>",
                "<mj-text> cannot stand inside <mj-body>: it would be dropped or break the layout",
            ),
            (
                "<mjml><mj-body><mj-section padding=\"a > b\" paddin='0'></mj-section></mj-body></mjml>",
                "<mj-section> has no attribute `paddin`",
            ),
            ("<mjml></mj-body></mjml>", "</mj-body> closes nothing"),
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
        let deep = format!("<mjml><mj-head><mj-raw>{}", "<div>".repeat(200));
        assert!(first_fault(&deep).unwrap().what.contains("nested"));
    }

    #[test]
    fn html_inside() {
        for (html, what, at) in [
            ("<p>a<p>b", "<p> is closed by </mj-text>", "<p>b"),
            ("<p>a", "<p> is closed by </mj-text>", "<p>a"),
            ("<ul><li>a</ul>", "<li> is closed by </ul>", "<li>"),
            ("a</div>", "</div> closes nothing", "</di"),
            ("<b><i>x</b></i>", "<i> is closed by </b>", "<i>x"),
            ("<img src=a.png>", "`src` in <img> has no quotation marks", "src="),
            ("<p class=\"a\" Class=\"b\">", "`Class` appears twice in <p>", "Clas"),
            ("<a href=\"x>y</a>", "the quotation mark of `href` in <a> is never closed", "href"),
            (
                "<a href=\"x>y</a><b class=\"c\">d</b>",
                "the quotation mark of `href` in <a> is not closed",
                "href",
            ),
            ("<p <b>x</b></p>", "the tag <p> has no > at its end", "<p <"),
            ("<![CDATA[x]]>", "the template has a CDATA section", "<![C"),
            (
                "<iframe src=\"x\"></iframe>",
                "<iframe> would be loaded when the email is opened",
                "<ifr",
            ),
            (
                "<p><mj-text>x</mj-text></p>",
                "<mj-text> cannot stand inside <mj-text>: it would be dropped or break the layout",
                "<mj-",
            ),
        ] {
            let (found, beginning) = inside(html);
            assert_eq!((found.as_str(), beginning.as_str()), (what, at), "{html}");
        }
        let good = "<p>a &lt; b < c<br></br><img src='x' alt=\"y > z\" /></p><!-- <p> --><TABLE><tr><td nowrap>é</td></tr></table>";
        assert_eq!(
            first_fault(&format!(
                "<mjml><mj-body><mj-section><mj-column><mj-text>{good}</mj-text><mj-raw><style>.a > .b{{}}</style></mj-raw></mj-column></mj-section></mj-body></mjml>"
            )),
            None
        );
    }
}
