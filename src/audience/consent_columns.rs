//! Which columns of a list say whether somebody may be mailed, and what each says of a person.
//! Pure: titles and cells in, reasons out.
//!
//! Lists come from many systems, and each has its own way to say no. What titles mean stands in `title_meaning`, what words
//! mean in `consent_cells`, and files that are a no as a whole are known in `no_files`.

use super::ExclusionReason;
use super::answers::Answers;
use super::consent_cells::{
    clear_no, elsewhere, is_nothing, is_state, is_topic_yes, other_state, said_yes, state,
};
use super::exclusion::shown;
use super::title_meaning::{ColumnMeaning, meaning_of};
use crate::rfc::csv::simple;

/// A column that says something, by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentColumn {
    pub index: usize,
    /// As the file has it.
    pub title: String,
    pub says: ColumnMeaning,
    /// Whether any row of the file has something in it: then an empty cell is not a yes.
    pub is_filled: bool,
    /// What its cells are, as far as they were seen.
    pub answers: Answers,
}

/// The columns of a file that say whether people may be mailed. `taken` are read for something else.
pub fn of(titles: &[String], taken: &[Option<usize>]) -> Vec<ConsentColumn> {
    let folded: Vec<String> = titles.iter().map(|title| simple(title)).collect();
    let is_buttondown = folded.iter().any(|title| title == "type")
        && folded.iter().any(|title| title == "creationdate");
    let is_phplist = ["confirmed", "blacklisted", "bouncecount", "htmlemail"];
    let is_phplist = folded.iter().any(|title| is_phplist.contains(&title.as_str()));
    let has_email_no =
        folded.iter().any(|title| title.starts_with("donot") && title.contains("email"));
    let says = |index: usize| -> Option<ColumnMeaning> {
        if taken.contains(&Some(index)) {
            return None;
        }
        let title = folded[index].as_str();
        if title == "type" && is_buttondown {
            return Some(ColumnMeaning::State);
        }
        // phpList's word for those whom it does not mail; in another list it may be about people who are disabled.
        if title == "disabled" && is_phplist {
            return Some(ColumnMeaning::No(ExclusionReason::Unsubscribed));
        }
        // CiviCRM's "Do Not Mail" is about letters, where "Do Not Email" stands beside it.
        if title == "donotmail" && has_email_no {
            return None;
        }
        meaning_of(&titles[index], title)
    };
    (0..titles.len())
        .filter_map(|index| {
            let says = says(index)?;
            Some(ConsentColumn::new(index, titles[index].clone(), says))
        })
        .collect()
}

impl ConsentColumn {
    /// A column of which no cell was seen.
    pub fn new(index: usize, title: String, says: ColumnMeaning) -> Self {
        Self { index, title, says, is_filled: false, answers: Answers::default() }
    }

    /// What this column says of a person: `None` when it is not a no.
    pub fn refusal(&self, cell: &str) -> Option<ExclusionReason> {
        let cell = cell.trim();
        let why = match &self.says {
            ColumnMeaning::No(why) => (!is_nothing(cell)).then(|| why.clone())?,
            ColumnMeaning::State | ColumnMeaning::Yes if cell.is_empty() => {
                return self
                    .is_filled
                    .then(|| ExclusionReason::NoStatus { column: self.title.clone() });
            }
            ColumnMeaning::State => state(cell).err()?,
            ColumnMeaning::OtherState if cell.is_empty() => return None,
            ColumnMeaning::OtherState if self.answers.are_most() => {
                clear_no(cell).or_else(|| state(cell).err())?
            }
            ColumnMeaning::OtherState => other_state(cell)?,
            ColumnMeaning::Yes => said_yes(cell).err()?,
            ColumnMeaning::Ending => {
                (!is_nothing(cell)).then(|| ExclusionReason::NotAYes(shown(cell)))?
            }
            ColumnMeaning::Topic => clear_no(cell)?,
            ColumnMeaning::PerhapsTopic if self.answers.are_most() => clear_no(cell)?,
            ColumnMeaning::PerhapsTopic => {
                // A figure, or another address, is not an answer.
                let is_word = cell.chars().any(char::is_alphabetic) && !cell.contains('@');
                clear_no(cell).filter(|_| is_word)?
            }
        };
        Some(self.at(why))
    }

    /// Where the column is about getting emails, and what stands in it is not a yes: what the person wants is uncertain.
    pub fn not_a_yes(&self, cell: &str) -> Option<ExclusionReason> {
        let cell = cell.trim();
        if !self.is_topic() || !self.is_filled || is_topic_yes(cell, &self.title) {
            return None;
        }
        Some(elsewhere(&self.title, ExclusionReason::NotAYes(shown(cell))))
    }

    /// Whether it is about getting emails, by its title or by what stands in it.
    pub fn is_topic(&self) -> bool {
        let is_perhaps = self.says == ColumnMeaning::PerhapsTopic;
        self.says == ColumnMeaning::Topic || is_perhaps && self.answers.are_most()
    }

    /// Sees one of its cells.
    pub fn see(&mut self, cell: &str) {
        self.is_filled = self.is_filled || !cell.trim().is_empty();
        if matches!(self.says, ColumnMeaning::PerhapsTopic | ColumnMeaning::OtherState) {
            self.answers.see(cell, is_state);
        }
    }

    fn at(&self, why: ExclusionReason) -> ExclusionReason {
        // The column `status` needs no mention: everybody knows it.
        if simple(&self.title) == "status" { why } else { elsewhere(&self.title, why) }
    }
}

#[cfg(test)]
mod tests;
