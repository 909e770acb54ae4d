//! What a command came to: one value, of which people read the text and programs the JSON. Nothing is in one of them only.
//! Pure: a value in, lines out; `Screen` prints them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};

use crate::cli::terminal::colour::Paint;
use crate::count::counted;

/// `Tuesday 5 January 2027 at 10:00 (Europe/London)`
pub fn time_words(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} ({})", at.with_timezone(&zone).format("%A %-d %B %Y at %H:%M"), zone.name())
}

/// What a command came to. Its text is made from the value and from nothing else, so whatever people read is in the JSON too.
pub trait Outcome: Serialize {
    /// Writes what people read.
    fn text(&self, text: &mut Text);
}

/// A line, and the stream it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// For stdout.
    Data(String),
    /// For stdout, and never cut: a text with a format of its own.
    Document(String),
    /// For stderr: what helps people, and what no program reads.
    Talk(String),
    /// For stderr, also where only errors are wanted.
    Warning(String),
}

/// Lines for people, in their order.
#[derive(Debug)]
pub struct Text {
    paint: Paint,
    /// Whether everything is wanted that is otherwise only counted.
    pub verbose: bool,
    lines: Vec<Line>,
}

impl Text {
    pub fn new(paint: Paint, verbose: bool) -> Self {
        Self { paint, verbose, lines: Vec::new() }
    }

    /// Data.
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(Line::Data(line.into()));
    }

    /// Data with a format of its own, such as a table.
    pub fn document(&mut self, whole: impl Into<String>) {
        self.lines.push(Line::Document(whole.into()));
    }

    /// Talk: the next step, a hint.
    pub fn say(&mut self, line: impl Into<String>) {
        self.lines.push(Line::Talk(line.into()));
    }

    /// Talk that is shown with `--quiet` too.
    pub fn warn(&mut self, line: impl Into<String>) {
        self.lines.push(Line::Warning(line.into()));
    }

    /// How many there are of each kind, a line each: a number with its words for one and for many. Kinds without any are left
    /// out.
    pub fn counts(&mut self, counts: &[(u64, &str, &str)]) {
        for (count, one, many) in counts.iter().filter(|(count, ..)| *count > 0) {
            self.line(format!("  {}", counted(*count, one, many)));
        }
    }

    pub fn strong(&self, word: &str) -> String {
        self.paint.strong(word)
    }

    pub fn faint(&self, word: &str) -> String {
        self.paint.faint(word)
    }

    /// Neighbouring lines of one stream together.
    pub fn into_lines(self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for line in self.lines {
            match (lines.last_mut(), line) {
                (Some(Line::Data(before)), Line::Data(next))
                | (Some(Line::Talk(before)), Line::Talk(next)) => {
                    before.push('\n');
                    before.push_str(&next);
                }
                (_, line) => lines.push(line),
            }
        }
        lines
    }
}

/// The clock by which times are shown, in the JSON.
///
/// # Errors
/// When the serializer has one.
pub fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_order_and_their_stream() {
        let mut text = Text::new(Paint::plain(), false);
        text.line("one");
        text.counts(&[(0, "story", "stories"), (2, "link", "links")]);
        text.say("next");
        text.line(text.strong("three"));
        let wanted = [
            Line::Data("one\n  2 links".to_owned()),
            Line::Talk("next".to_owned()),
            Line::Data("three".to_owned()),
        ];
        assert_eq!(text.into_lines(), wanted);
    }
}
