//! Columns of yes and no whose titles do not say what about: their no may be one to email, and people have to say.
//! Pure: columns and cells in, what is in doubt out.

use super::answers::{Answers, is_no};
use super::consent_cells::elsewhere;
use super::exclusion::{ExclusionReason, shown};
use super::title_meaning::is_about_something_else;
use crate::problem::{Place, Problem};

/// What to do where an import has such a column.
const MAPPING_CURE: &str = "say it with --map consent=COLUMN where its no is a no to email, or with --map NAME=COLUMN \
     where it is about something else";
/// And where a file of the list has one.
const NAMING_CURE: &str = "call the column newsletter where its no is a no to email; where it is about something else, leave \
     cells empty instead of no";

/// The columns of a table that may be about email, by what stands in them.
#[derive(Debug, Default)]
pub struct Doubts {
    columns: Vec<(usize, Answers)>,
}

impl Doubts {
    /// Of columns of which nothing is known, by their places, those whose titles do not say what they are about.
    pub fn of(titles: &[String], unknown: &[usize]) -> Self {
        let is_open =
            |at: &&usize| !titles[**at].is_empty() && !is_about_something_else(&titles[**at]);
        let columns = unknown.iter().filter(is_open).map(|at| (*at, Answers::default()));
        Self { columns: columns.collect() }
    }

    /// The same without the columns that somebody or something else explains.
    pub fn keep(&mut self, is_unexplained: impl Fn(usize) -> bool) {
        self.columns.retain(|(at, _)| is_unexplained(*at));
    }

    /// Sees a row. A column with many other words is none of them.
    pub fn see(&mut self, record: &csv::StringRecord) {
        self.columns.retain_mut(|(at, answers)| {
            answers.see(record.get(*at).unwrap_or_default(), |_| false);
            answers.may_be_most()
        });
    }

    /// Those of the columns that have answers, and a no among them.
    fn with_a_no(&self) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .filter(|(_, answers)| answers.are_most() && answers.has_a_no())
            .map(|(at, _)| *at)
    }

    /// The no of a row that may be one to email.
    pub fn no_of(&self, record: &csv::StringRecord, titles: &[String]) -> Option<ExclusionReason> {
        self.with_a_no().find_map(|at| {
            let cell = record.get(at).filter(|cell| is_no(cell))?;
            Some(elsewhere(&titles[at], ExclusionReason::PerhapsNo(shown(cell.trim()))))
        })
    }

    /// Each of the columns that has a no, for people to say what it is.
    pub fn problems(&self, name: &str, titles: &[String], is_import: bool) -> Vec<Problem> {
        let problem = |at: usize| {
            let title: String = titles[at].escape_debug().take(60).collect();
            Problem::new(
                Place::line(name, 1),
                format!("column `{title}` has yes and no, and its title does not say about what"),
                if is_import { MAPPING_CURE } else { NAMING_CURE },
            )
        };
        self.with_a_no().map(problem).collect()
    }
}
