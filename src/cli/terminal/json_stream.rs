//! JSON on its way out, part by part: a list of a million people is never whole in memory.
//! Pure: bytes in, bytes out.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::terminal::guarded::guarded_json;

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
pub(super) fn write_json(out: impl Write, value: &impl Serialize) -> Result<(), serde_json::Error> {
    let mut json = GuardedJson { out, part: Vec::new() };
    serde_json::to_writer_pretty(&mut json, value)?;
    json.write_all(b"\n").and_then(|()| json.flush()).map_err(serde_json::Error::io)
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
        write_json(&mut out, &words).unwrap();
        assert!(out.len() > 3 * PART_BYTES);
        assert_eq!(String::from_utf8(out).unwrap(), guarded_json(&whole).into_owned() + "\n");
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
        assert!(write_json(&mut out, &("a", Broken)).is_err());
        assert!(out.is_empty());
    }
}
