//! An email as nobody in particular reads it: slots have their fallbacks, and links of a person's own are gone.
//! Pure: a composition in, HTML out.

use std::collections::BTreeSet;

use crate::audience::Values;
use crate::compose::composition::Composition;
use crate::compose::filler::Filler;
use crate::compose::marker::escape_html;
use crate::compose::slot::Piece;

/// Stands where a person's own address would. No input can hold it: a URL has no such scheme.
const OWN_LINK: &str = "own-link-of-nobody:";

/// The HTML part of somebody without any columns and segments.
pub(super) fn html(composition: &Composition) -> Result<String, String> {
    let Some(variant) = composition.variants.first() else {
        return Err("it has no HTML part".to_owned());
    };
    Ok(without_own_links(&words(composition, &variant.html)?))
}

/// Some pieces with every slot filled for nobody.
pub(super) fn words(composition: &Composition, pieces: &[Piece]) -> Result<String, String> {
    let filler = Filler::new(&composition.slots).map_err(|error| error.to_string())?;
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot(place) => filler.fill(place, &Values::new(), OWN_LINK, &mut out),
        }
    }
    Ok(out)
}

/// Takes every link out that would have been somebody's own, with its words; one that stands elsewhere leads nowhere.
fn without_own_links(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(OWN_LINK) {
        let begins = rest[..at].rfind("<a ").or_else(|| rest[..at].rfind("<a\n"));
        let is_open = |begins: &usize| !rest[*begins..at].contains('>');
        let ends = rest[at..].find("</a>").map(|ends| at + ends + "</a>".len());
        if let (Some(begins), Some(ends)) = (begins.filter(is_open), ends) {
            let before = rest[..begins].trim_end();
            out.push_str(
                before
                    .strip_suffix("<br />")
                    .or(before.strip_suffix("<br>"))
                    .unwrap_or(&rest[..begins]),
            );
            rest = &rest[ends..];
        } else {
            out.push_str(&rest[..at]);
            out.push('#');
            rest = &rest[at + OWN_LINK.len()..];
        }
    }
    out.push_str(rest);
    out
}

/// Takes pictures out that were withdrawn, with their descriptions: these may say who was on them.
pub(super) fn without_pictures(html: &str, withdrawn: &BTreeSet<String>) -> String {
    if withdrawn.is_empty() {
        return html.to_owned();
    }
    let is_withdrawn = |tag: &str| {
        withdrawn
            .iter()
            .any(|address| tag.contains(address.as_str()) || tag.contains(&escape_html(address)))
    };
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<img") {
        let Some(length) = rest[at..].find('>') else { break };
        let (tag, behind) = (&rest[at..=at + length], at + length + 1);
        out.push_str(&rest[..at]);
        if is_withdrawn(tag) {
            out.push_str("<span>(This picture was withdrawn.)</span>");
        } else {
            out.push_str(tag);
        }
        rest = &rest[behind..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_links_go_with_their_words() {
        for (html, left) in [
            (
                "<p>Why<br /><a class=\"x\" href=\"own-link-of-nobody:\" style=\"a\">Leave</a></p>",
                "<p>Why</p>",
            ),
            (
                "<a href=\"https://a.example\">A</a> <a href=\"own-link-of-nobody:\"><b>L</b></a>.",
                "<a href=\"https://a.example\">A</a> .",
            ),
            ("<v:rect href=\"own-link-of-nobody:\">x</v:rect>", "<v:rect href=\"#\">x</v:rect>"),
            ("<a href=\"/\">A</a> own-link-of-nobody: text", "<a href=\"/\">A</a> # text"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_own_links(html), left);
        }
    }

    #[test]
    fn a_withdrawn_picture_goes_with_its_description() {
        let withdrawn = BTreeSet::from(["https://e.example/a.jpg?x=1&y=2".to_owned()]);
        let html = "<p><img alt=\"Ann, 9\" src=\"https://e.example/a.jpg?x=1&amp;y=2\"><img src=\"https://e.example/b.jpg\"></p>";
        let left = without_pictures(html, &withdrawn);
        assert!(
            !left.contains("Ann") && !left.contains("a.jpg") && left.contains("b.jpg"),
            "{left}"
        );
        assert_eq!(without_pictures("<img src=\"unclosed", &withdrawn), "<img src=\"unclosed");
    }
}
