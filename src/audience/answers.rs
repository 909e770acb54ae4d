//! Whether the cells of a column are answers, a yes or a no, whatever its title is.
//! Pure: cells in, a judgement out.

use super::answer_words::{NO_WORDS, YES_WORDS};

/// The words that are a no and nothing else: `F` and `0` may stand for something.
const PLAIN_NO: [&str; 11] =
    ["no", "n", "false", "non", "nein", "nee", "nie", "nej", "nei", "no thanks", "no thank you"];

/// What was seen of the cells of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// A yes, a no or a state.
    said: u64,
    /// What is none of them.
    others: u64,
    plain_no: u64,
}

impl Answers {
    /// Sees a cell. `is_state` says whether it is a word for a state, such as `subscribed`.
    pub fn see(&mut self, cell: &str, is_state: impl FnOnce(&str) -> bool) {
        let cell = cell.trim();
        if cell.is_empty() {
            return;
        }
        let spellings = spellings(cell);
        self.plain_no += u64::from(PLAIN_NO.contains(&spellings[0].as_str()));
        let is_answer = is_in(YES_WORDS, &spellings) || is_in(NO_WORDS, &spellings);
        let is_answer = is_answer || is_state(cell);
        *(if is_answer { &mut self.said } else { &mut self.others }) += 1;
    }

    /// Whether most of them are answers.
    pub fn are_most(&self) -> bool {
        self.said > 0 && self.said >= self.others
    }

    /// Whether most of them may still be answers: a hundred other words are not an accident.
    pub fn may_be_most(&self) -> bool {
        self.others < 100 || self.are_most()
    }

    /// Whether one of them is a no in plain words.
    pub fn has_a_no(&self) -> bool {
        self.plain_no > 0
    }
}

/// Whether a cell is a no.
pub fn is_no(cell: &str) -> bool {
    is_in(NO_WORDS, &spellings(cell))
}

/// A cell's word by itself, and the whole cell: some answers are characters such as `✓`.
fn spellings(cell: &str) -> [String; 2] {
    let bare = cell.trim_matches(|c: char| !c.is_alphanumeric());
    [bare, cell.trim()].map(str::to_lowercase)
}

fn is_in(words: &[&str], spellings: &[String; 2]) -> bool {
    spellings.iter().any(|spelling| words.contains(&spelling.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cells: &[&str]) -> Answers {
        let mut answers = Answers::default();
        for cell in cells {
            answers.see(cell, |word| word == "Subscribed");
        }
        answers
    }

    #[test]
    fn columns_are_judged_by_all_of_their_cells() {
        let columns: [(&[&str], bool, bool); 12] = [
            (&["Yes", "No", ""], true, true),
            (&["y", "(N)", " no. "], true, true),
            (&["true", "FALSE"], true, true),
            (&["Yes", ""], true, false),
            (&["0", "1"], true, false),
            (&["x", "", "x"], true, false),
            (&["Subscribed", "0", "Lapsed"], true, false),
            (&["No", "Yes", "?"], true, true),
            (&["Gold", "Silver", "No"], false, false),
            (&["F", "M"], true, false),
            (&["York", "Leeds"], false, false),
            (&["", " "], false, false),
        ];
        for (cells, most, plain) in columns {
            let answers = seen(cells);
            assert_eq!(answers.are_most(), most, "{cells:?}");
            assert_eq!(answers.are_most() && answers.has_a_no(), plain, "{cells:?}");
        }
        assert!(PLAIN_NO.iter().all(|word| NO_WORDS.contains(word) && is_no(word)));
    }
}
