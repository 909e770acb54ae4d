//! Questions with a proposal: Enter takes it.
//! Shell: the terminal; `answer` takes its streams as arguments.

use std::io::{BufRead, Write};

use crate::cli::terminal::colour::Paint;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::guarded::{cure, guarded, sentence};
use crate::cli::terminal::prompt::{cannot_ask, line};

/// An address has a few hundred bytes at most.
const LONGEST_ANSWER_BYTES: u64 = 2000;
/// Whoever types the same wrong thing again and again wants something else.
const MOST_TRIES: usize = 5;

/// Asks somebody at the terminal, as `answer` does.
///
/// # Errors
/// When nobody can be asked, or five answers cannot be used.
pub fn ask<T>(
    question: &str,
    proposal: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    answer(question, proposal, read, &mut std::io::stdin().lock(), &mut std::io::stderr())
}

/// Asks until the answer can be used. Enter, and the end of the input, take the proposal.
///
/// # Errors
/// When nobody can be asked, or five answers cannot be used.
fn answer<T>(
    question: &str,
    proposal: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<T, Failure> {
    let mut tries = 0;
    loop {
        let typed =
            line(&format!("{question} [{proposal}]: "), LONGEST_ANSWER_BYTES, input, output)?;
        tries += 1;
        match read(if typed.is_empty() { proposal } else { &typed }) {
            Ok(answer) => return Ok(answer),
            Err(failure) if typed.is_empty() || tries == MOST_TRIES => return Err(failure),
            Err(failure) => {
                let help =
                    failure.help.map_or_else(String::new, |help| format!(": {}", cure(&help)));
                let said = format!("{}{help}", sentence(&failure.what));
                writeln!(output, "  {}", guarded(&said, Paint::plain(), usize::MAX))
                    .map_err(|error| cannot_ask(&error))?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::failure::Exit;

    fn number(text: &str) -> Result<u8, Failure> {
        text.parse().map_err(|_| Failure::new(Exit::Usage, "that is not a number").help("type one"))
    }

    #[test]
    fn enter_takes_the_proposal_and_a_slip_is_asked_again() {
        let ask = |typed: &str| {
            let mut output = Vec::new();
            let answer = answer("How many?", "7", number, &mut typed.as_bytes(), &mut output);
            (answer, String::from_utf8(output).unwrap())
        };
        for (typed, expected) in [("\n", 7), ("", 7), ("9\n", 9), ("x\n 8 \n", 8), ("x\n\n", 7)] {
            assert_eq!(ask(typed).0, Ok(expected), "{typed:?}");
        }
        assert_eq!(
            ask("x\n8\n").1,
            "How many? [7]:   that is not a number: type one\nHow many? [7]: "
        );
        assert!(ask("a\nb\nc\nd\ne\n5\n").0.is_err());
    }
}
