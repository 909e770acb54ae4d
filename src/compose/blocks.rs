//! Cuts `{{#for_recipient}}…{{/for_recipient}}` out of a template before it is compiled.
//! Pure: text in, text and slots out.
//!
//! What is inside is a template of its own, filled for each person.

use super::fault::TemplateFault;
use super::slot::Slot;
use crate::problem::Place;

const NAME: &str = "for_recipient";

/// The template with a marker in place of each block. Line breaks are kept, so that places stay right. `first_line` is
/// the line of the file at which `text` begins.
///
/// # Errors
/// When a block is not closed, or holds MJML, which is rendered before there is a person.
pub fn cut(
    shown: &str,
    first_line: usize,
    text: &str,
    blocks: &mut Vec<Slot>,
) -> Result<String, TemplateFault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let Some((start, inner_start)) = find_tag(rest, '#') else {
            out.push_str(rest);
            return Ok(out);
        };
        let offset = text.len() - rest.len();
        let fault = |what: &str, cure: &str, at: usize| {
            let before = &text[..offset + at];
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
            TemplateFault {
                place: Place::at(shown, line + first_line - 1, column),
                what: what.to_owned(),
                cure: cure.to_owned(),
                line_text: text.lines().nth(line - 1).map(str::to_owned),
            }
        };
        let after = &rest[inner_start..];
        let Some((end, close_end)) = find_tag(after, '/') else {
            return Err(fault(
                "{{#for_recipient}} is never closed",
                "add {{/for_recipient}}",
                start,
            ));
        };
        let inner = &after[..end];
        if let Some(at) = inner.find("<mj-").or_else(|| inner.find("</mj-")) {
            return Err(fault(
                "a {{#for_recipient}} block holds MJML",
                "keep it inside <mj-text>, or use {{#for_segment}}",
                inner_start + at,
            ));
        }
        if let Some((at, _)) = find_tag(inner, '#') {
            return Err(fault(
                "a {{#for_recipient}} block stands inside another",
                "close the first one before it",
                inner_start + at,
            ));
        }
        let line = text[..offset + inner_start].matches('\n').count() + 1;
        out.push_str(&rest[..start]);
        out.push_str("{{recipient_block");
        out.push_str(&"\n".repeat(rest[start..inner_start + close_end].matches('\n').count()));
        out.push_str(&format!(" {}}}}}", blocks.len()));
        blocks.push(Slot::Block {
            source: inner.to_owned(),
            place: Place::line(shown, line + first_line - 1),
        });
        rest = &after[close_end..];
    }
}

/// Start and end of the first `{{#for_recipient}}` or `{{/for_recipient}}`.
fn find_tag(text: &str, kind: char) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        at = start + 2;
        let tag = text[at..].trim_start_matches('~').trim_start();
        if let Some(rest) = tag.strip_prefix(kind)
            && let Some(rest) = rest.trim_start().strip_prefix(NAME)
            && let Some(end) = rest.find("}}")
            && rest[..end].trim().trim_end_matches('~').is_empty()
        {
            return Some((start, text.len() - rest.len() + end + 2));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_becomes_a_marker_and_lines_stay() {
        let mut blocks = Vec::new();
        let text = "a\n{{#for_recipient}}\nHi {{first_name}}\n{{/for_recipient}} b\n{{~# for_recipient ~}}x{{/for_recipient}}";
        let cut = cut("templates/x", 1, text, &mut blocks).unwrap();
        assert_eq!(cut, "a\n{{recipient_block\n\n 0}} b\n{{recipient_block 1}}");
        assert_eq!(
            blocks[0],
            Slot::Block {
                source: "\nHi {{first_name}}\n".to_owned(),
                place: Place::line("templates/x", 2)
            }
        );
    }

    #[test]
    fn mistakes_name_their_place() {
        let fault = |text: &str| cut("templates/x", 1, text, &mut Vec::new()).unwrap_err();
        assert_eq!(fault("a\n {{#for_recipient}}b").place, Place::at("templates/x", 2, 2));
        assert!(fault("{{#for_recipient}}<mj-text>{{/for_recipient}}").what.contains("MJML"));
        assert!(
            fault("{{#for_recipient}}{{#for_recipient}}{{/for_recipient}}{{/for_recipient}}")
                .what
                .contains("inside another")
        );
    }
}
