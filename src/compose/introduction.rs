//! The introduction as one block, whose personal words are Markdown like the words around them: it is read when they are filled.
//! Pure: rendered words and slots in, a block out; and a filled block in, Markdown out.

use handlebars::Template;
use handlebars::template::{TemplateElement, TemplateMapping};

use super::personal::UNSUBSCRIBE_URL;
use super::slot::{BlockForm, Piece, Slot, SlotContext, Slots};
use super::words::MarkdownStyle;
use crate::problem::Place;

// No text has control characters: these four are marks of our own.
/// Where a block begins and ends whose words may be none.
const BEGIN: char = '\u{1}';
const END: char = '\u{2}';
/// What Handlebars would read in words that are there already.
const BRACE: char = '\u{3}';
const BACKSLASH: char = '\u{4}';

/// The introduction with its blocks in it, if it has one.
pub fn with_blocks(words: &str, slots: &Slots, look: &MarkdownStyle, place: Place) -> Option<Slot> {
    let pieces = slots.cut_text(words, SlotContext::Header);
    let is_block = |piece: &Piece| match piece {
        Piece::Slot(place) => matches!(slots.all()[place.index], Slot::Block { .. }),
        Piece::Text(_) => false,
    };
    let is_odd = |slot: &Slot| matches!(slot, Slot::Field { name, .. } if name.contains(']'));
    if !pieces.iter().any(is_block) || slots.all().iter().any(is_odd) {
        return None;
    }
    let mut source = String::new();
    for piece in &pieces {
        match piece {
            Piece::Text(text) => source.push_str(&literal(text)),
            Piece::Slot(place) => match &slots.all()[place.index] {
                Slot::Block { source: block, .. } => {
                    source.push(BEGIN);
                    source.push_str(block);
                    source.push(END);
                }
                Slot::UnsubscribeUrl => source.push_str(&format!("{{{{{UNSUBSCRIBE_URL}}}}}")),
                Slot::Field { name, fallback } => {
                    let fallback = literal(&as_markdown(fallback));
                    source.push_str(&format!(
                        "{{{{#if [{name}]}}}}{{{{[{name}]}}}}{{{{else}}}}{fallback}{{{{/if}}}}"
                    ));
                }
            },
        }
    }
    Some(Slot::Block { source, place, form: BlockForm::Introduction(look.clone()) })
}

/// Words that Handlebars passes as they are.
fn literal(text: &str) -> String {
    text.replace('{', BRACE.encode_utf8(&mut [0; 4]))
        .replace('\\', BACKSLASH.encode_utf8(&mut [0; 4]))
}

/// A value in Markdown that is words and nothing else.
pub fn as_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Marks the blocks of a template for some segments.
pub fn mark_segments(template: &mut Template) {
    let elements = std::mem::take(&mut template.elements);
    let mapping = std::mem::take(&mut template.mapping);
    for (index, mut element) in elements.into_iter().enumerate() {
        let place = mapping.get(index).cloned();
        let is_segment = matches!(
            &element,
            TemplateElement::HelperBlock(block) if block.name.as_name() == Some("for_segment")
        );
        if let TemplateElement::HelperBlock(block) = &mut element {
            for inner in block.template.iter_mut().chain(block.inverse.iter_mut()) {
                mark_segments(inner);
            }
        }
        let mark = |mark: char| TemplateElement::RawString(mark.to_string());
        let mut push = |element: TemplateElement, place: &Option<TemplateMapping>| {
            template.elements.push(element);
            template.mapping.extend(place.clone());
        };
        if is_segment {
            push(mark(BEGIN), &place);
        }
        push(element, &place);
        if is_segment {
            push(mark(END), &place);
        }
    }
}

/// Filled words as Markdown: a block without words takes its own line and what begins that.
pub fn settled(filled: &str) -> String {
    if !filled.contains([BEGIN, END, BRACE, BACKSLASH]) {
        return filled.to_owned();
    }
    let mut out = String::with_capacity(filled.len());
    for line in filled.split_inclusive('\n') {
        if line.contains([BEGIN, END]) {
            let line = line.replace([BEGIN, END], "");
            if !is_only_a_beginning(&line) {
                out.push_str(&line);
            }
        } else {
            out.push_str(line);
        }
    }
    out.replace(BRACE, "{").replace(BACKSLASH, "\\")
}

/// Whether a line has nothing but what begins one of a list or a quotation.
fn is_only_a_beginning(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['>', ' ']);
    let number = line.strip_suffix(['.', ')']).unwrap_or("x");
    matches!(line, "" | "-" | "*" | "+")
        || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_block_takes_its_line_and_leaves_no_gap() {
        for (filled, expected) in [
            ("a\n\u{1}\u{2}\nb", "a\nb"),
            ("a\n\u{1}b\n\u{2}c", "a\nb\nc"),
            ("a\n\u{1}\u{2}b", "a\nb"),
            ("- a\n- \u{1}\u{2}\n- c\n", "- a\n- c\n"),
            ("1. a\n2. \u{1} \u{2}\n3. c\n", "1. a\n3. c\n"),
            ("> a\n> \u{1}\u{2}\n> c\n", "> a\n> c\n"),
            ("- a\n\u{1}\n- b\n\u{2}\n- c\n", "- a\n- b\n- c\n"),
            ("a \u{1}\u{2} b", "a  b"),
            ("a\n\nb \u{3}\u{3}x}} \u{4}", "a\n\nb {{x}} \\"),
        ] {
            assert_eq!(settled(filled), expected, "{filled:?}");
        }
    }
}
