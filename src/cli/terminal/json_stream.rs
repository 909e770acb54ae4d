//! JSON on its way out, part by part: a list of a million people is never whole in memory.
//! Pure: bytes in, bytes out.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::cli::terminal::guarded::guarded_json;
use crate::cli::terminal::project_option::ProjectOption;

/// Whatever is shorter is made whole before any of it is printed: what cannot be made leaves nothing behind.
const PART_BYTES: usize = 64 * 1024;

struct GuardedJson<W> {
    out: W,
    part: Vec<u8>,
}

impl<W: Write> GuardedJson<W> {
    fn pass_on(&mut self) -> io::Result<()> {
        // A letter may be cut in two at the end of a part.
        let fit = match std::str::from_utf8(&self.part) {
            Ok(text) => text,
            Err(error) => {
                std::str::from_utf8(&self.part[..error.valid_up_to()]).unwrap_or_default()
            }
        };
        self.out.write_all(guarded_json(fit).as_bytes())?;
        let length = fit.len();
        self.part.drain(..length);
        Ok(())
    }
}

impl<W: Write> Write for GuardedJson<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

/// Writes a value as JSON for people and programs, with a line break at its end.
pub(super) fn write_json(
    out: impl Write,
    value: &impl Serialize,
    project: &ProjectOption,
) -> Result<(), serde_json::Error> {
    let mut json = GuardedJson { out, part: Vec::new() };
    let format = CommandsFormat::new(PrettyFormatter::new(), project);
    value.serialize(&mut Serializer::with_formatter(&mut json, format))?;
    json.write_all(b"\n").and_then(|()| json.flush()).map_err(serde_json::Error::io)
}

/// A value as JSON on one line.
pub(super) fn one_line_json(
    value: &impl Serialize,
    project: &ProjectOption,
) -> Result<String, serde_json::Error> {
    let mut json = Vec::new();
    let format = CommandsFormat::new(CompactFormatter, project);
    value.serialize(&mut Serializer::with_formatter(&mut json, format))?;
    // It is made of strings.
    Ok(String::from_utf8(json).unwrap_or_default())
}

/// Puts the project into the fields that hold what to type. Everything else is as `inner` has it.
struct CommandsFormat<'a, F> {
    inner: F,
    project: &'a ProjectOption,
    /// The name of the field whose value comes next.
    field: String,
    is_name: bool,
}

impl<'a, F> CommandsFormat<'a, F> {
    fn new(inner: F, project: &'a ProjectOption) -> Self {
        Self { inner, project, field: String::new(), is_name: false }
    }
}

impl<F: Formatter> Formatter for CommandsFormat<'_, F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if self.is_name {
            self.field.push_str(fragment);
            return self.inner.write_string_fragment(out, fragment);
        }
        match self.project.in_field(&self.field, fragment) {
            Cow::Borrowed(fragment) => self.inner.write_string_fragment(out, fragment),
            // A quoted folder has what JSON escapes.
            Cow::Owned(named) => {
                let json = serde_json::to_string(&named)?;
                let inside = json.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
                self.inner.write_string_fragment(out, inside)
            }
        }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.field.clear();
        self.is_name = true;
        self.inner.begin_object_key(out, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.is_name = false;
        self.inner.end_object_key(out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.field.clear();
        self.inner.end_object_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.end_object(out)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.inner.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.end_array_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_parts_is_what_is_written_whole() {
        let words: Vec<String> =
            (0..9_000).map(|number| format!("Zoë {number} \u{202e}\u{7f}\n🦊")).collect();
        let whole = serde_json::to_string_pretty(&words).unwrap();
        let mut out = Vec::new();
        write_json(&mut out, &words, &ProjectOption::default()).unwrap();
        assert!(out.len() > 3 * PART_BYTES);
        assert_eq!(String::from_utf8(out).unwrap(), guarded_json(&whole).into_owned() + "\n");
    }

    #[test]
    fn what_to_type_names_the_project_and_nothing_else_does() {
        let value = |next: &str| {
            serde_json::json!({
                "title": "roundup news", "next": next, "after": ["roundup news"],
                "within": [{"next": next, "x": {"y": 1}}, {"what": "Next: roundup \"news\""}], "help": null,
            })
        };
        let project = ProjectOption::new(Some(std::path::Path::new("../it's")));
        let named = value("roundup --project '../it'\\''s' send \"a\\b\" --unpause");
        let plain = value("roundup send \"a\\b\" --unpause");
        let mut out = Vec::new();
        write_json(&mut out, &plain, &project).unwrap();
        for text in [String::from_utf8(out).unwrap(), one_line_json(&plain, &project).unwrap()] {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), named);
        }
    }

    #[test]
    fn nothing_is_printed_of_a_short_value_that_cannot_be_made() {
        struct Broken;
        impl Serialize for Broken {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("broken"))
            }
        }
        let mut out = Vec::new();
        assert!(write_json(&mut out, &("a", Broken), &ProjectOption::default()).is_err());
        assert!(out.is_empty());
    }
}
