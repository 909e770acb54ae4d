//! The questions roundup puts to people: how many people, and which edition.
//! Pure: streams come in as arguments.

use std::io::{BufRead, Write};

use crate::cli::terminal::colour::Paint;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::guarded::guarded;
use crate::cli::terminal::screen::{grouped, people as people_of};

/// A number of people has a few digits.
const LONGEST_ANSWER_BYTES: u64 = 64;

/// Asks for the number of people. `true` when the right number was typed, `false` when nothing was.
///
/// # Errors
/// When another number was typed, or no answer can be read.
pub fn number_of_people(
    people: u64,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<bool, Failure> {
    let question =
        format!("To send this to {}, type {people}. Press Enter to cancel: ", people_of(people));
    number(&question, people, "nothing was sent", input, output)
}

/// Asks for a number. `true` when the right one was typed, `false` when nothing was.
///
/// # Errors
/// When another number was typed, or no answer can be read.
pub fn number(
    question: &str,
    right: u64,
    otherwise: &str,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<bool, Failure> {
    let answer = word(question, input, output)?.replace([',', ' ', '.'], "");
    if answer.is_empty() {
        return Ok(false);
    }
    if answer.parse() == Ok(right) {
        return Ok(true);
    }
    Err(Failure::new(Exit::Usage, format!("that is not {}: {otherwise}", grouped(right)))
        .help("check the number, then run the same command again"))
}

/// Asks for a word; nothing is typed as nothing.
///
/// # Errors
/// When no answer can be read.
pub fn word(
    question: &str,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<String, Failure> {
    line(question, LONGEST_ANSWER_BYTES, input, output)
}

/// The failure when no answer can be read.
pub fn cannot_ask(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("cannot read an answer: {error}"))
}

/// The same for an answer of at most `most` bytes.
///
/// # Errors
/// When no answer can be read.
pub fn line(
    question: &str,
    most: u64,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<String, Failure> {
    let cannot_ask = |error: std::io::Error| cannot_ask(&error);
    write!(output, "{}", guarded(question, Paint::plain(), usize::MAX))
        .and_then(|()| output.flush())
        .map_err(cannot_ask)?;
    let mut answer = String::new();
    std::io::Read::take(input, most).read_line(&mut answer).map_err(cannot_ask)?;
    Ok(answer.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Result<bool, Failure> {
        number_of_people(1204, &mut text.as_bytes(), &mut Vec::new())
    }

    #[test]
    fn only_the_number_itself_is_a_yes() {
        assert_eq!(answer("1204\n"), Ok(true));
        assert_eq!(answer(" 1,204 \r\n"), Ok(true));
        assert_eq!(answer("\n"), Ok(false));
        assert_eq!(answer(""), Ok(false));
        for wrong in ["y\n", "1205\n", "yes\n", "-1204\n"] {
            assert_eq!(answer(wrong).unwrap_err().exit, Exit::Usage, "{wrong}");
        }
    }
}
