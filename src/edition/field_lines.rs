//! Where the words of a field stand in its file: behind its name, in quotation marks, with escapes, or on several lines.
//! Pure: lines and a value in, places out.

/// The lines of a field of the front matter, as they stand in the file.
#[derive(Debug, Clone, Default)]
pub struct FieldLines(String);

/// How words are quoted belongs to their place, and does not make them others.
impl PartialEq for FieldLines {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for FieldLines {}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Double,
    Single,
    Plain,
}

impl FieldLines {
    pub fn new(lines: &str) -> Self {
        Self(lines.to_owned())
    }

    /// The line of the file that is `lines` below the field's first.
    pub fn line(&self, lines: usize) -> Option<&str> {
        self.0.lines().nth(lines)
    }

    /// How many lines below the field's first the byte `at` of its value stands, and its column there, from 1. None where
    /// the value is not written out, as with a name that stands for another.
    pub fn place(&self, value: &str, at: usize) -> Option<(usize, usize)> {
        let (mut from, quoting) = self.beginning()?;
        let mut done = 0;
        for c in value.chars() {
            from = self.skip_to(from, c, quoting)?;
            if done >= at {
                break;
            }
            from += self.length_of(from, c, quoting)?;
            done += c.len_utf8();
        }
        let before = self.0.get(..from)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Some((before.matches('\n').count(), before[start..].chars().count() + 1))
    }

    /// The byte at which the words begin.
    fn beginning(&self) -> Option<(usize, Quoting)> {
        let sign = self.0.find([':', '='])? + 1;
        let rest = &self.0[sign..];
        let start = sign + (rest.len() - rest.trim_start().len());
        Some(match self.0[start..].chars().next()? {
            '"' => (start + 1, Quoting::Double),
            '\'' => (start + 1, Quoting::Single),
            // A block: its words begin on the next line.
            '|' | '>' => (start + self.0[start..].find('\n')? + 1, Quoting::Plain),
            _ => (start, Quoting::Plain),
        })
    }

    /// Past what the file has before a character of the value: the blanks at the beginning of a line, and a line end within
    /// quotation marks that is escaped.
    fn skip_to(&self, from: usize, c: char, quoting: Quoting) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = self.0.get(at..)?;
            let escaped = rest.strip_prefix("\\\n").filter(|_| quoting == Quoting::Double);
            if let Some(next) = escaped {
                at += rest.len() - next.trim_start().len();
            } else if !c.is_whitespace() && rest.starts_with(char::is_whitespace) {
                at += rest.len() - rest.trim_start().len();
            } else {
                return Some(at);
            }
        }
    }

    /// How many bytes of the file are this character of the value.
    fn length_of(&self, from: usize, c: char, quoting: Quoting) -> Option<usize> {
        let rest = self.0.get(from..)?;
        if c.is_whitespace() && !rest.starts_with('\\') {
            let blanks = rest.len() - rest.trim_start().len();
            // A line end is a blank in folded words; an empty line that is left out has been passed.
            let has_line_end = rest[..blanks].contains('\n');
            let is_it = rest.starts_with(c);
            return Some(if has_line_end && !is_it {
                blanks
            } else {
                usize::from(is_it) * c.len_utf8()
            });
        }
        match quoting {
            Quoting::Single if rest.starts_with("''") => Some(2),
            Quoting::Double if rest.starts_with('\\') => escape_length(rest),
            _ => rest.starts_with(c).then_some(c.len_utf8()),
        }
    }
}

/// The bytes of an escape such as `\n`, `\x41`, `\u2019` or a pair of them.
fn escape_length(rest: &str) -> Option<usize> {
    let digits = match rest.chars().nth(1)? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        other => return Some(1 + other.len_utf8()),
    };
    let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
    let is_first_of_two = (0xd800..0xdc00).contains(&code) && rest[2 + digits..].starts_with("\\u");
    Some(2 + digits + if is_first_of_two { 6 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        for (lines, value, word, expected) in [
            ("subject: Hello {{x}}\n", "Hello {{x}}", "{{x}}", (0, 16)),
            ("subject: \"Hello {{x}}\"\n", "Hello {{x}}", "{{x}}", (0, 17)),
            ("subject:   'It''s {{x}}' # note\n", "It's {{x}}", "{{x}}", (0, 19)),
            ("subject: \"A \\\"b\\\" \\u2019 {{x}}\"\n", "A \"b\" ’ {{x}}", "{{x}}", (0, 26)),
            ("subject: \"\\uD83D\\uDE00{{x}}\"\n", "😀{{x}}", "{{x}}", (0, 23)),
            ("subject: >\n  Hello\n  {{x}}\n", "Hello {{x}}\n", "{{x}}", (2, 3)),
            ("subject: |\n  Hello\n  é {{x}}\n", "Hello\né {{x}}\n", "{{x}}", (2, 5)),
            ("subject: Hello\n  there {{x}}\n", "Hello there {{x}}", "{{x}}", (1, 9)),
            ("subject: \"Hello \\\n  {{x}}\"\n", "Hello {{x}}", "{{x}}", (1, 3)),
            ("subject = \"Hello {{x}}\"\n", "Hello {{x}}", "{{x}}", (0, 18)),
        ] {
            let at = value.find(word).unwrap();
            let found = FieldLines::new(lines).place(value, at);
            assert_eq!(found, Some(expected), "{lines}");
        }
        assert_eq!(FieldLines::new("subject: *same\n").place("Hello", 2), None);
    }

    proptest::proptest! {
        #[test]
        fn every_character_of_a_quoted_value_has_its_place(text in r"[a-c\\\x22é😀 {}\n]{0,20}") {
            let written = serde_json::Value::String(text.clone()).to_string();
            let lines = FieldLines::new(&format!("subject: {written}\n"));
            for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
                let (line, column) = lines.place(&text, at).unwrap();
                let found = lines.line(line).unwrap().chars().nth(column - 1);
                proptest::prop_assert_eq!(found, Some(c));
            }
        }
    }
}
