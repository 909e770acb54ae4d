//! Segments: people of the list that a filter finds, as `segments/NAME.toml` or the command line has it.
//! Pure: text in, a segment out.

mod fault;
mod filter;
mod parser;
mod tokens;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use fault::{SegmentError, SegmentFault};
pub use filter::{Filter, FilteredPerson};
pub use parser::parse;

use crate::problem::{Place, did_you_mean};
use crate::rfc::csv::simple;
use crate::rfc::text::one_line;

/// How the reason begins of somebody whom an edition is not for.
pub const OUTSIDE: &str = "not in the segment ";

/// What a list calls its column of tags for filters, whatever its title is.
pub(super) const TAG: &str = "tag";

/// What an edition keeps of the segment it was planned for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSegment {
    /// Empty where the filter stood on the command line.
    pub name: String,
    pub filter: String,
}

/// A named part of the list, and the filter that finds its people.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The name of its file; empty where it has none.
    pub name: String,
    /// What its file calls it for people; empty where it does not.
    pub title: String,
    /// As written.
    pub text: String,
    filter: Filter,
    written: Written,
}

/// Where the filter stands: in which text, and from which byte on, where that is known.
#[derive(Debug, Clone, PartialEq)]
struct Written {
    source: String,
    whole: Arc<str>,
    begins: usize,
    /// Whether each character of the filter is one of the text: quotation marks in it are not escaped.
    is_exact: bool,
}

/// The file of a segment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SegmentFile {
    /// For people; its file's name is what commands take.
    #[serde(default, rename = "name")]
    title: String,
    filter: toml::Spanned<String>,
}

impl Segment {
    /// A filter as the command line or a draft has it, at a place of its own.
    ///
    /// # Errors
    /// Says where it is wrong, and the cure.
    pub fn of_filter(source: &str, text: &str) -> Result<Self, SegmentError> {
        let written =
            Written { source: source.to_owned(), whole: text.into(), begins: 0, is_exact: true };
        Self::at(String::new(), text, written)
    }

    /// A filter in a text with other things, such as a draft: `line` is where its field stands, from 1.
    ///
    /// # Errors
    /// Says where in that text it is wrong, and the cure.
    pub fn of_line(
        source: &str,
        whole: &str,
        line: usize,
        text: &str,
    ) -> Result<Self, SegmentError> {
        let begins: usize =
            whole.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let rest = whole.get(begins..).unwrap_or_default();
        // On the line of the field, or on the next where the field begins a block.
        let near: usize = rest.split_inclusive('\n').take(2).map(str::len).sum();
        let inside = rest[..near].find(text).filter(|_| !text.is_empty());
        let written = Written {
            source: source.to_owned(),
            whole: whole.into(),
            begins: begins + inside.unwrap_or(0),
            is_exact: inside.is_some(),
        };
        Self::at(String::new(), text, written)
    }

    /// The file of a segment. `name` is what commands take, `path` what people call the file.
    ///
    /// # Errors
    /// Says where it is wrong, and the cure.
    pub fn read(name: &str, path: &str, text: &str) -> Result<Self, SegmentError> {
        let file: SegmentFile = toml::from_str(text).map_err(|error| {
            let written = Written {
                source: path.to_owned(),
                whole: text.into(),
                begins: error.span().map_or(0, |span| span.start),
                is_exact: true,
            };
            let what = error.message().lines().next().unwrap_or_default().to_owned();
            written.error(&SegmentFault {
                at: 0,
                what,
                cure: "write name = \"…\" and filter = 'town = \"York\"', and nothing else"
                    .to_owned(),
            })
        })?;
        let (span, filter) = (file.filter.span(), file.filter.get_ref());
        // Quotation marks stand before it, three of them where it has several lines.
        let raw = text.get(span.clone()).unwrap_or_default();
        let inside = raw.find(filter.as_str()).filter(|_| !filter.is_empty());
        let written = Written {
            source: path.to_owned(),
            whole: text.into(),
            begins: span.start + inside.unwrap_or(0),
            is_exact: inside.is_some(),
        };
        let segment = Self::at(name.to_owned(), filter, written)?;
        Ok(Self { title: one_line(&file.title), ..segment })
    }

    fn at(name: String, text: &str, written: Written) -> Result<Self, SegmentError> {
        let filter = parse(text).map_err(|fault| written.error(&fault))?;
        Ok(Self { name, title: String::new(), text: text.to_owned(), filter, written })
    }

    /// The same for a list with these columns: each column of the filter is one of them.
    ///
    /// # Errors
    /// Names the first that is not, with its place and the nearest name.
    pub(super) fn bound_to(mut self, columns: &[String]) -> Result<Self, SegmentError> {
        let mut fault = None;
        self.filter.comparisons_mut(&mut |comparison| {
            let wanted = simple(&comparison.column);
            let is_tags = filter::is_tags(&comparison.column);
            let is_it = |column: &&String| {
                if is_tags { *column == TAG } else { simple(column) == wanted }
            };
            match columns.iter().find(is_it) {
                Some(column) => comparison.column.clone_from(column),
                None if fault.is_none() => {
                    fault = Some(SegmentFault::new(
                        comparison.at,
                        format!("the list has no column `{}`", comparison.column),
                        did_you_mean(
                            &comparison.column.to_lowercase(),
                            columns.iter().map(String::as_str),
                            "the columns are",
                        ),
                    ));
                }
                None => {}
            }
        });
        match fault {
            None => Ok(self),
            Some(fault) => Err(self.written.error(&fault)),
        }
    }

    /// Whether a person is in it; or the column whose cell cannot be compared.
    pub(super) fn holds(&self, person: &impl FilteredPerson) -> Result<bool, &str> {
        self.filter.holds(person)
    }

    /// What an edition keeps of it.
    pub fn planned(&self) -> PlannedSegment {
        PlannedSegment { name: self.name.clone(), filter: self.text.clone() }
    }
}

impl PlannedSegment {
    /// The segment as it was when the edition was planned.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub fn segment(&self) -> Result<Segment, SegmentError> {
        let segment = Segment::of_filter("the edition's segment", &self.filter)?;
        Ok(Segment { name: self.name.clone(), ..segment })
    }
}

/// A file's name, or a filter on one line.
fn label(name: &str, filter: &str) -> String {
    /// As much as fits on a line with a number of people.
    const LONGEST: usize = 60;
    if !name.is_empty() {
        return name.to_owned();
    }
    let line = one_line(filter);
    if line.chars().count() <= LONGEST {
        return line;
    }
    let short: String = line.chars().take(LONGEST).collect();
    format!("{}…", short.trim_end())
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&label(&self.name, &self.text))
    }
}

impl fmt::Display for PlannedSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&label(&self.name, &self.filter))
    }
}

impl Written {
    fn error(&self, fault: &SegmentFault) -> SegmentError {
        let rest = self.whole.get(self.begins..).unwrap_or_default();
        let further = if self.is_exact {
            rest.char_indices().nth(fault.at).map_or(rest.len(), |(byte, _)| byte)
        } else {
            0
        };
        let before = self.whole.get(..self.begins + further).unwrap_or_default();
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        SegmentError {
            place: Place::at(self.source.clone(), line + 1, column + 1),
            line_text: self.whole.lines().nth(line).unwrap_or_default().to_owned(),
            what: fault.what.clone(),
            cure: fault.cure.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
