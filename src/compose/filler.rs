//! How slots are filled: one person's words, written for the place at which they stand.
//! Pure: slots and values in, text out.

use handlebars::Handlebars;
use thiserror::Error;

use super::introduction;
use super::personal::{self, BlockFault};
use super::slot::{BlockForm, Slot, SlotContext, SlotPlace};
use super::words;
use crate::audience::Values;
use crate::compose::marker::escape_html;
use crate::problem::Place;
use crate::rfc::text::{of_a_text, one_line};

/// Slots made ready to be filled many times.
pub struct Filler {
    slots: Vec<Slot>,
    /// Blocks by index, one registry for each way in which values are written.
    in_html: Handlebars<'static>,
    in_text: Handlebars<'static>,
    in_markdown: Handlebars<'static>,
}

impl std::fmt::Debug for Filler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filler({} slots)", self.slots.len())
    }
}

/// A block that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", fault.what)]
pub struct BlockError {
    pub place: Place,
    pub fault: BlockFault,
}

impl Filler {
    /// Compiles the blocks.
    ///
    /// # Errors
    /// When a block is not a template, or holds what could fail for somebody.
    pub fn new(slots: &[Slot]) -> Result<Self, BlockError> {
        let registry = |escape: fn(&str) -> String| {
            let mut registry = Handlebars::new();
            registry.register_escape_fn(escape);
            personal::register(&mut registry);
            registry
        };
        let mut in_html = registry(|text| escape_html(&one_line(text)));
        let mut in_text = registry(one_line);
        let mut in_markdown = registry(|text| introduction::as_markdown(&one_line(text)));
        for (index, slot) in slots.iter().enumerate() {
            let Slot::Block { source, place, form } = slot else { continue };
            let template = personal::read(source, None)
                .map_err(|fault| BlockError { place: place.clone(), fault })?;
            let used = match form {
                BlockForm::Raw => vec![&mut in_html, &mut in_text],
                BlockForm::Plain => vec![&mut in_text],
                BlockForm::Markdown(_) | BlockForm::Introduction(_) => vec![&mut in_markdown],
            };
            for registry in used {
                registry.register_template(&index.to_string(), template.clone());
            }
        }
        Ok(Self { slots: slots.to_vec(), in_html, in_text, in_markdown })
    }

    /// Looks at every block with the columns of the list, in every branch.
    ///
    /// # Errors
    /// Names the block and what it needs.
    pub fn look_at_blocks(&self, columns: &[String]) -> Result<(), BlockError> {
        for slot in &self.slots {
            if let Slot::Block { source, place, .. } = slot {
                personal::read(source, Some(columns))
                    .map_err(|fault| BlockError { place: place.clone(), fault })?;
            }
        }
        Ok(())
    }

    /// The value of a slot for one person, written for its place, at the end of `out`.
    pub fn fill(
        &self,
        place: &SlotPlace,
        person: &Values,
        unsubscribe_url: &str,
        out: &mut String,
    ) {
        let start = out.len();
        out.push_str(&place.before);
        let value = out.len();
        self.value(place, person, unsubscribe_url, out);
        let is_alone = !place.before.is_empty() || !place.after.is_empty() || place.is_paragraph;
        if is_alone && out[value..].trim().is_empty() {
            out.truncate(start);
        } else {
            out.push_str(&place.after);
        }
    }

    fn value(&self, place: &SlotPlace, person: &Values, unsubscribe_url: &str, out: &mut String) {
        let context = place.context;
        let is_html = match context {
            SlotContext::HtmlText | SlotContext::HtmlAttribute | SlotContext::HtmlAddress => true,
            SlotContext::PlainText | SlotContext::Header => false,
        };
        match &self.slots[place.index] {
            Slot::Field { name, fallback } => {
                let value =
                    person.get(name).map(|value| one_line(value)).filter(|value| !value.is_empty());
                write_value(value.as_deref().unwrap_or(fallback), context, out);
            }
            // The address is a whole one of our own making: only the characters of HTML need care.
            Slot::UnsubscribeUrl if is_html => out.push_str(&escape_html(unsubscribe_url)),
            Slot::UnsubscribeUrl => out.push_str(unsubscribe_url),
            Slot::Block { source, form, .. } => {
                let registry = match form {
                    BlockForm::Raw if is_html => &self.in_html,
                    BlockForm::Raw | BlockForm::Plain => &self.in_text,
                    BlockForm::Markdown(_) | BlockForm::Introduction(_) => &self.in_markdown,
                };
                let name = place.index.to_string();
                // A condition must not take a blank for a name.
                let mut person: Values = person
                    .iter()
                    .filter(|(column, _)| source.contains(column.as_str()))
                    .map(|(column, value)| (column.clone(), one_line(value)))
                    .collect();
                if source.contains(personal::UNSUBSCRIBE_URL) {
                    person.insert(personal::UNSUBSCRIBE_URL.to_owned(), unsubscribe_url.to_owned());
                }
                let rendered = registry.render(&name, &person);
                // `new` refused every block with something in it that could fail; a column that is not there is empty.
                debug_assert!(rendered.is_ok(), "{rendered:?}");
                let filled = rendered.unwrap_or_default();
                let filled = filled.trim_matches('\n');
                match form {
                    BlockForm::Raw => out.push_str(filled),
                    BlockForm::Plain if is_html => out.push_str(&escape_html(&on_one_line(filled))),
                    BlockForm::Plain => out.push_str(&on_one_line(filled)),
                    BlockForm::Markdown(look) => {
                        let written = match (is_html, place.is_paragraph) {
                            (true, true) => words::html(filled, look),
                            (true, false) => words::html_within_a_line(filled, look),
                            (false, true) => words::text(filled),
                            (false, false) => words::text_within_a_line(filled),
                        };
                        out.push_str(&written);
                    }
                    BlockForm::Introduction(look) => {
                        let markdown = introduction::settled(filled);
                        let written = if is_html {
                            words::html(&markdown, look)
                        } else {
                            words::text(&markdown)
                        };
                        // Markdown reads references too: `&#xFFFE;`.
                        out.push_str(&of_a_text(&written));
                    }
                }
            }
        }
    }
}

/// A subject or preheader is one line; the blanks at the ends of a block belong to the words around it.
fn on_one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn write_value(value: &str, context: SlotContext, out: &mut String) {
    match context {
        SlotContext::HtmlText | SlotContext::HtmlAttribute => out.push_str(&escape_html(value)),
        SlotContext::HtmlAddress => {
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
        }
        SlotContext::PlainText | SlotContext::Header => out.push_str(value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::slot::{Piece, Slots};
    use super::super::words::MarkdownStyle;
    use super::*;
    use crate::compose::marker::Nonce;

    fn slots() -> Slots {
        Slots::new(Nonce::new([7; 16]))
    }

    fn field(name: &str) -> Slot {
        Slot::Field { name: name.to_owned(), fallback: "friend".to_owned() }
    }

    fn filled(slots: &[Slot], place: &SlotPlace, person: &Values) -> String {
        let mut out = String::new();
        let filler = Filler::new(slots).unwrap();
        filler.fill(place, person, "https://e.org/u?a=1&b=2", &mut out);
        out
    }

    fn person(values: &[(&str, &str)]) -> Values {
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn block(source: &str, form: BlockForm) -> Slot {
        Slot::Block { source: source.to_owned(), place: Place::line("a", 1), form }
    }

    #[test]
    fn values_are_written_for_their_place() {
        let slots = [field("first_name"), Slot::UnsubscribeUrl];
        let person = person(&[("first_name", "O'N <b> &\r\nx é")]);
        let fill = |index, context| filled(&slots, &SlotPlace::new(index, context), &person);
        assert_eq!(fill(0, SlotContext::HtmlText), "O&#39;N &lt;b&gt; &amp; x é");
        assert_eq!(fill(0, SlotContext::HtmlAddress), "O%27N%20%3Cb%3E%20%26%20x%20%C3%A9");
        assert_eq!(fill(0, SlotContext::PlainText), "O'N <b> & x é");
        assert_eq!(fill(1, SlotContext::HtmlAddress), "https://e.org/u?a=1&amp;b=2");
    }

    #[test]
    fn an_empty_value_takes_the_fallback() {
        for values in [Values::new(), person(&[("first_name", " \u{200b}")])] {
            let place = SlotPlace::new(0, SlotContext::PlainText);
            assert_eq!(filled(&[field("first_name")], &place, &values), "friend");
        }
    }

    #[test]
    fn blocks_choose_by_the_persons_columns() {
        let slot =
            block("{{#if first_name}}Dear {{first_name}},{{else}}Hello,{{/if}}", BlockForm::Raw);
        for (name, html, plain) in [("A&B", "Dear A&amp;B,", "Dear A&B,"), ("", "Hello,", "Hello,")]
        {
            let person = person(&[("first_name", name)]);
            let fill =
                |context| filled(std::slice::from_ref(&slot), &SlotPlace::new(0, context), &person);
            assert_eq!(
                (fill(SlotContext::HtmlText).as_str(), fill(SlotContext::PlainText).as_str()),
                (html, plain)
            );
        }
        // Somebody whose columns are others than those of the list is nobody to stop for.
        let nobody = filled(&[slot], &SlotPlace::new(0, SlotContext::PlainText), &Values::new());
        assert_eq!(nobody, "Hello,");
    }

    #[test]
    fn blocks_of_the_editors_words_are_written_like_the_words_around_them() {
        let look = MarkdownStyle { accent: "#000000".to_owned(), start: "left".to_owned() };
        let source = "**Hi** {{first_name}} & co <b>, [leave]({{unsubscribe_url}})";
        let slots = [
            block(source, BlockForm::Markdown(look)),
            block("Hi {{first_name}} & co", BlockForm::Plain),
        ];
        let person = person(&[("first_name", "*A* <i> https://evil.example [x](y)")]);
        let html = filled(&slots, &SlotPlace::new(0, SlotContext::HtmlText), &person);
        assert!(html.starts_with("<strong>Hi</strong> *A* &lt;i&gt; https://evil.example [x](y) &amp; co &lt;b&gt;, <a "), "{html}");
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
        assert!(html.contains("href=\"https://e.org/u?a=1&amp;b=2\""), "{html}");
        let mut place = SlotPlace::new(0, SlotContext::HtmlText);
        place.is_paragraph = true;
        assert!(filled(&slots, &place, &person).starts_with(words::PARAGRAPH));
        let text = filled(&slots, &SlotPlace::new(0, SlotContext::PlainText), &person);
        assert_eq!(
            text,
            "Hi *A* <i> https://evil.example [x](y) & co <b>, leave (https://e.org/u?a=1&b=2)"
        );
        let attribute = filled(&slots, &SlotPlace::new(1, SlotContext::HtmlAttribute), &person);
        assert_eq!(attribute, "Hi *A* &lt;i&gt; https://evil.example [x](y) &amp; co");
    }

    #[test]
    fn an_empty_block_leaves_no_gap() {
        let source = "{{#if town}}In {{town}}.{{/if}}";
        let look = MarkdownStyle { accent: "#000000".to_owned(), start: "left".to_owned() };
        for form in [BlockForm::Raw, BlockForm::Markdown(look)] {
            let mut slots = slots();
            let marker = slots.marker(block(source, form.clone()));
            let filler = Filler::new(slots.all()).unwrap();
            let fill = |pieces: &[Piece], town: &str| {
                let mut out = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.push_str(text),
                        Piece::Slot(place) => {
                            filler.fill(place, &person(&[("town", town)]), "", &mut out);
                        }
                    }
                }
                out
            };
            for (text, empty) in [
                ("Hello.\n\n@\n\nBye.\n", "Hello.\n\nBye.\n"),
                ("@\n\nBye.\n", "Bye.\n"),
                ("Hello.\n\n@\n", "Hello.\n\n"),
                ("a\n@\nb\n", "a\nb\n"),
                ("a\n\n@\n\n@\n\nb\n", "a\n\nb\n"),
                ("Well, @ so.\n", "Well,  so.\n"),
                ("a\n\n- b\n- @\n- c\n\nd\n", "a\n\n- b\n- c\n\nd\n"),
                ("a\n\n- @\n- c\n", "a\n\n- c\n"),
                ("- b\n- @\n\nd\n", "- b\n\nd\n"),
                ("a\n\n- @\n\nd\n", "a\n\nd\n"),
                ("1. b\n2. @\n", "1. b\n"),
                ("- b\n  - @\n- c\n", "- b\n- c\n"),
                ("> b\n> - @\n> c\n", "> b\n> c\n"),
                ("- b @\n- c\n", "- b \n- c\n"),
                ("- @ b\n- c\n", "-  b\n- c\n"),
            ] {
                let pieces = slots.cut_text(&text.replace('@', &marker), SlotContext::PlainText);
                assert_eq!(fill(&pieces, ""), empty, "{text}");
                assert_eq!(fill(&pieces, "York"), text.replace('@', "In York."), "{text}");
            }
            for (html, empty) in [
                ("<p>a</p><p class=\"x\"> @ </p><p>b</p>", "<p>a</p><p>b</p>"),
                ("<td><ul><li>@</li></ul></td>", "<td></td>"),
                ("<p>a @</p>", "<p>a </p>"),
                ("<b>@</i>", "<b></i>"),
            ] {
                let pieces = slots.cut_html(&html.replace('@', &marker)).unwrap();
                assert_eq!(fill(&pieces, ""), empty, "{html}");
                assert!(fill(&pieces, "York").contains("In York."), "{html}");
            }
        }
    }
}
