//! Questions with a proposal: Enter takes it. Where there is no terminal, the lines of the input are the answers.
//! Shell: the terminal; `answer` takes its streams as arguments.

use std::io::{BufRead, Write};

use crate::cli::terminal::colour::Paint;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::guarded::{cure, guarded, sentence};
use crate::cli::terminal::prompt::{cannot_ask, line};
use crate::cli::terminal::screen::Screen;

/// An address has a few hundred bytes at most.
const LONGEST_ANSWER_BYTES: u64 = 2000;
/// Whoever types the same wrong thing again and again wants something else.
const MOST_TRIES: usize = 5;

/// Where answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    /// Somebody at a terminal.
    Terminal,
    /// A file or another program, line by line. What cannot be used ends the command: the next line answers the next
    /// question.
    Input,
    /// Nobody: every proposal is taken.
    Nobody,
}

impl AnswerSource {
    /// Where the answers to a command's questions come from.
    pub fn of(screen: &Screen, takes_proposals: bool) -> Self {
        match () {
            () if takes_proposals => Self::Nobody,
            () if screen.asks => Self::Terminal,
            () if screen.has_input => Self::Input,
            () => Self::Nobody,
        }
    }

    /// Asks, as `answer` does.
    ///
    /// # Errors
    /// When no answer can be read, or it cannot be used.
    pub fn ask<T>(
        self,
        question: &str,
        proposal: &str,
        read: impl Fn(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (input, output) = (&mut std::io::stdin().lock(), &mut std::io::stderr());
        match self {
            Self::Terminal => answer(question, proposal, read, MOST_TRIES, input, output),
            Self::Input => answer(question, proposal, read, 1, input, output),
            Self::Nobody => read(proposal),
        }
    }
}

/// Asks somebody at the terminal, as `answer` does.
///
/// # Errors
/// When no answer can be read, or five answers cannot be used.
pub fn ask<T>(
    question: &str,
    proposal: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    AnswerSource::Terminal.ask(question, proposal, read)
}

/// Asks until the answer can be used. Enter, and the end of the input, take the proposal.
///
/// # Errors
/// When no answer can be read, or `most_tries` answers cannot be used.
fn answer<T>(
    question: &str,
    proposal: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
    most_tries: usize,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<T, Failure> {
    let mut tries = 0;
    loop {
        let typed =
            line(&format!("{question} [{proposal}]: "), LONGEST_ANSWER_BYTES, input, output)?;
        if most_tries == 1 {
            // A terminal shows what is typed.
            writeln!(output, "{}", guarded(&typed, Paint::plain(), usize::MAX))
                .map_err(|error| cannot_ask(&error))?;
        }
        tries += 1;
        match read(if typed.is_empty() { proposal } else { &typed }) {
            Ok(answer) => return Ok(answer),
            Err(failure) if typed.is_empty() || tries == most_tries => return Err(failure),
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
            let answer =
                answer("How many?", "7", number, MOST_TRIES, &mut typed.as_bytes(), &mut output);
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

    #[test]
    fn a_line_of_the_input_that_cannot_be_used_is_not_followed_by_the_next() {
        let mut output = Vec::new();
        let mut input = "8\nx\n9\n".as_bytes();
        let mut ask = || answer("How many?", "7", number, 1, &mut input, &mut output);
        assert_eq!(ask(), Ok(8));
        assert!(ask().is_err());
        assert_eq!((ask(), ask()), (Ok(9), Ok(7)));
        assert!(String::from_utf8(output).unwrap().starts_with("How many? [7]: 8\n"));
    }
}
