//! A draft as a correction: those who got the mistake read what was wrong, in the subject and above everything else.
//! Pure: a draft in, a draft out.

use super::PlacedText;
use super::draft::Draft;
use crate::locale::Locale;
use crate::problem::{Place, Problem};

/// A blank line parts the note from the introduction: two lines that stand in no file.
const ADDED_LINES: usize = 2;

impl Draft {
    /// The same edition as a correction named `name`. People in `segment` get the note; everybody else gets the corrected
    /// edition as if nothing had been wrong. `main` and `others` have the word for it in each language.
    ///
    /// # Errors
    /// When the draft, or a translation of it, does not say what was wrong.
    pub fn into_correction(
        mut self,
        name: &str,
        segment: &str,
        main: &Locale,
        others: &[Locale],
    ) -> Result<Self, Problem> {
        let missing = |path: String| {
            Problem::new(
                Place::line(path, 1),
                "the draft does not say what was wrong",
                "add a line correction: \"The open day is on 3 May, not on 3 June.\"",
            )
        };
        let path = self.path();
        let note = self.correction.take().filter(says_something).ok_or_else(|| missing(path))?;
        let words = NoteWords { segment, label: label_of(main), note: &note };
        self.subject = words.subject(&self.subject);
        self.introduction = words.introduction(&self.introduction);
        for (language, translation) in &mut self.translations {
            let file = translation.subject.source.clone().unwrap_or_default();
            let own = translation.correction.take().filter(says_something);
            let note = own.ok_or_else(|| missing(file))?;
            let locale = others.iter().find(|locale| locale.language == *language);
            let words = NoteWords { segment, label: label_of(locale.unwrap_or(main)), note: &note };
            translation.subject = words.subject(&translation.subject);
            translation.introduction = words.introduction(&translation.introduction);
        }
        self.correction = Some(note);
        name.clone_into(&mut self.name);
        Ok(self)
    }
}

fn says_something(note: &PlacedText) -> bool {
    !note.text.trim().is_empty()
}

fn label_of(locale: &Locale) -> &str {
    locale.say("correction").unwrap_or("Correction")
}

/// The note in one language.
struct NoteWords<'a> {
    segment: &'a str,
    label: &'a str,
    note: &'a PlacedText,
}

impl NoteWords<'_> {
    fn for_them(&self, words: &str) -> String {
        format!("{{{{#for_segment \"{}\"}}}}{words}{{{{/for_segment}}}}", self.segment)
    }

    fn subject(&self, subject: &PlacedText) -> PlacedText {
        let text = format!("{}{}", self.for_them(&format!("{}: ", self.label)), subject.text);
        PlacedText { text, ..subject.clone() }
    }

    fn introduction(&self, introduction: &PlacedText) -> PlacedText {
        let note = self.note.text.split_whitespace().collect::<Vec<_>>().join(" ");
        // The blank line is theirs too: for everybody else not a byte is different.
        let note = self.for_them(&format!("**{}:** {note}\n\n", self.label));
        PlacedText {
            text: format!("{note}{}", introduction.text),
            source: introduction.source.clone(),
            line: introduction.line.saturating_sub(ADDED_LINES),
            field: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn draft(note: &str) -> Draft {
        let text = format!("---\nsubject: May\nwindow: 2020-05\n{note}---\n\nDear all,\n");
        Draft::read("2020-05", "editions/2020-05.md", &text, London).unwrap()
    }

    fn corrected(draft: Draft) -> Result<Draft, Problem> {
        draft.into_correction("2020-05-correction", "them", &Locale::english(), &[])
    }

    #[test]
    fn those_who_got_the_mistake_read_what_was_wrong_and_others_do_not() {
        let draft = corrected(draft("correction: \"It is on 3 May.\"\n")).unwrap();
        assert_eq!(draft.name, "2020-05-correction");
        assert_eq!(draft.subject.text, "{{#for_segment \"them\"}}Correction: {{/for_segment}}May");
        let note = "{{#for_segment \"them\"}}**Correction:** It is on 3 May.\n\n{{/for_segment}}";
        assert_eq!(draft.introduction.text, format!("{note}Dear all,"));
        // What is wrong in the introduction is still shown at its own line of the file.
        assert_eq!(draft.introduction.line + ADDED_LINES, 7);
    }

    #[test]
    fn a_draft_that_does_not_say_what_was_wrong_is_no_correction() {
        for note in ["", "correction: \"  \"\n"] {
            let problem = corrected(draft(note)).unwrap_err();
            assert_eq!(problem.place.source, "editions/2020-05.md");
            assert!(problem.cure.contains("correction:"), "{problem}");
        }
    }
}
