//! Cuts `{{#for_recipient}}…{{/for_recipient}}` out of a template before it is compiled.
//! Pure: text in, text and slots out.
//!
//! What is inside is a template of its own, filled for each person.

use super::fault::TemplateFault;
use super::slot::{BlockForm, Slot};
use super::tags::{Tag, TagKind, line_and_column, tags};
use crate::problem::Place;

const NAME: &str = "for_recipient";

/// The number of a block has three digits at most, so that its marker is never longer than the block.
const MOST_BLOCKS: usize = 900;

/// The template with a marker in place of each block. Every byte that stays keeps its place: the marker is as long as
/// the block was, with its line breaks. `first_line` is the line of the file at which `text` begins.
///
/// # Errors
/// When a block is not closed, or holds MJML, which is rendered before there is a person.
pub fn cut(
    shown: &str,
    first_line: usize,
    text: &str,
    form: &BlockForm,
    blocks: &mut Vec<Slot>,
) -> Result<String, TemplateFault> {
    let fault =
        |what: &str, cure: &str, at: usize| fault_at(shown, first_line, text, what, cure, at);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let mut open: Option<Tag> = None;
    for tag in tags(text).into_iter().filter(|tag| tag.word(text) == NAME) {
        if blocks.len() > MOST_BLOCKS {
            let what = format!("there are more than {MOST_BLOCKS} {{{{#for_recipient}}}} blocks");
            return Err(fault(&what, "combine several into one", tag.start));
        }
        match (tag.kind, open) {
            (TagKind::Open, Some(_)) => {
                let what = "a {{#for_recipient}} block is inside another";
                return Err(fault(what, "close the first one before it", tag.start));
            }
            (TagKind::Open, None) => open = Some(tag),
            (TagKind::Close, Some(start)) => {
                open = None;
                let inner = &text[start.end..tag.start];
                if let Some(at) = inner.find("<mj-").or_else(|| inner.find("</mj-")) {
                    return Err(fault(
                        "a {{#for_recipient}} block contains MJML",
                        "keep it inside <mj-text>, or use {{#for_segment}}",
                        start.end + at,
                    ));
                }
                out.push_str(&text[copied..start.start]);
                push_marker(&text[start.start..tag.end], blocks.len(), &mut out);
                copied = tag.end;
                let (from, inner) = without_own_blanks(text, start, tag);
                let (line, column) = line_and_column(text, from);
                let place = Place::at(shown, line + first_line - 1, column);
                blocks.push(Slot::Block { source: inner.to_owned(), place, form: form.clone() });
            }
            (TagKind::Close, None) => {
                return Err(fault(
                    "{{/for_recipient}} closes nothing",
                    "remove it, or add {{#for_recipient}} before it",
                    tag.start,
                ));
            }
            _ => {}
        }
    }
    if let Some(tag) = open {
        return Err(fault(
            "{{#for_recipient}} is never closed",
            "add {{/for_recipient}}",
            tag.start,
        ));
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

/// What is inside a block without the blanks that its own tags take, and the byte at which it begins.
fn without_own_blanks(text: &str, open: Tag, close: Tag) -> (usize, &str) {
    let mut inner = &text[open.end..close.start];
    if text[..open.end].ends_with("~}}") {
        inner = inner.trim_start();
    }
    let from = close.start - inner.len();
    let takes_end = text[close.start..].starts_with("{{~");
    (from, if takes_end { inner.trim_end() } else { inner })
}

fn fault_at(
    shown: &str,
    first_line: usize,
    text: &str,
    what: &str,
    cure: &str,
    at: usize,
) -> TemplateFault {
    let (line, column) = line_and_column(text, at);
    TemplateFault {
        place: Place::at(shown, line + first_line - 1, column),
        what: what.to_owned(),
        cure: cure.to_owned(),
        line_text: text.lines().nth(line - 1).map(str::to_owned),
    }
}

/// A call with the number of the block, as long as the block and with its line breaks.
fn push_marker(block: &str, number: usize, out: &mut String) {
    // No longer than `{{#for_recipient`, behind which the first line break can stand.
    let tilde = |has_one: bool| if has_one { "~" } else { "" };
    let beginning = format!("{{{{{}slot_block {number}", tilde(block.starts_with("{{~")));
    let end = format!("{}}}}}", tilde(block.ends_with("~}}")));
    out.push_str(&beginning);
    for byte in &block.as_bytes()[beginning.len()..block.len() - end.len()] {
        out.push(if *byte == b'\n' { '\n' } else { ' ' });
    }
    out.push_str(&end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(text: &str) -> Result<(String, Vec<Slot>), TemplateFault> {
        let mut blocks = Vec::new();
        Ok((cut("templates/x", 1, text, &BlockForm::Raw, &mut blocks)?, blocks))
    }

    #[test]
    fn a_block_becomes_a_marker_and_every_byte_after_it_stays() {
        let text = "a\n{{#for_recipient\n}}\né {{first_name}}\n{{/for_recipient}} b\n{{~# for_recipient ~}}x{{/for_recipient}} end";
        let (cut, blocks) = cut_of(text).unwrap();
        assert_eq!(cut.len(), text.len());
        assert_eq!(cut.matches('\n').count(), text.matches('\n').count());
        assert_eq!(cut.find(" b\n"), text.find(" b\n"));
        assert!(cut.starts_with("a\n{{slot_block 0") && cut.ends_with("}} end"), "{cut}");
        let Slot::Block { source, place, .. } = &blocks[0] else { panic!("{blocks:?}") };
        assert_eq!((source.as_str(), place.line), ("\né {{first_name}}\n", Some(3)));
    }

    #[test]
    fn a_block_in_a_comment_is_a_comment() {
        let text = "{{!-- {{#for_recipient}} --}}x";
        assert_eq!(cut_of(text).unwrap().0, text);
    }

    #[test]
    fn mistakes_name_their_place() {
        let fault = |text: &str| cut_of(text).unwrap_err();
        assert_eq!(fault("a\n {{#for_recipient}}b").place, Place::at("templates/x", 2, 2));
        assert!(fault("{{#for_recipient}}<mj-text>{{/for_recipient}}").what.contains("MJML"));
        assert!(fault("a{{/for_recipient}}").what.contains("closes nothing"));
        let nested = "{{#for_recipient}}{{#for_recipient}}{{/for_recipient}}{{/for_recipient}}";
        assert!(fault(nested).what.contains("inside another"));
    }
}
