//! The number that somebody types before anything is sent or approved, and the list that has nobody.
//! Shell: the person at the keyboard.

use crate::audience::Basis;
use crate::cli::steps::prepare::PreparedEdition;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::prompt;
use crate::cli::terminal::screen::{Screen, grouped, people};
use crate::count::counted;

pub fn refuse_nobody(prepared: &PreparedEdition) -> Result<(), Failure> {
    let audience = &prepared.audience;
    if audience.mailed > 0 {
        return Ok(());
    }
    let rows = audience.left_out;
    let failure = Failure::new(Exit::Nothing, "there is nobody to mail");
    if prepared.list.as_ref().is_some_and(|list| list.correction().is_some()) {
        return Err(
            failure.help("whoever got the edition has left the list or is not mailed any more")
        );
    }
    if audience.outside > 0 {
        return Err(failure.help(format!(
            "nobody is in the segment: {} may be mailed and {} not in it",
            people(audience.outside),
            if audience.outside == 1 { "is" } else { "are" }
        )));
    }
    Err(if rows == 0 {
        failure.help("the lists in subscribers/ have no rows below their column names")
    } else if audience.examples == 0 {
        let why: Vec<&str> = audience.reasons.iter().take(5).map(String::as_str).collect();
        let bases = if why.iter().any(|why| why.starts_with("no lawful basis")) {
            let words: Vec<&str> = Basis::ALL.iter().map(|basis| basis.word()).collect();
            format!(". The column `basis` says why each person may be mailed: {}", words.join(", "))
        } else {
            String::new()
        };
        failure.help(format!(
            "the lists have {}, and none can be mailed: {}{bases}",
            counted(rows, "row", "rows"),
            why.join("; ")
        ))
    } else {
        failure.help("the list holds only example addresses, which are only used in practice mode")
    })
}

/// `true` to go on, `false` when the person pressed Enter.
pub fn confirm(number: u64, flag: Option<u64>, screen: &Screen) -> Result<bool, Failure> {
    match flag {
        Some(flag) if flag == number => Ok(true),
        Some(flag) => Err(Failure::new(
            Exit::Usage,
            format!(
                "the plan has {}, but --confirm gives {}: nothing was sent",
                people(number),
                grouped(flag)
            ),
        )
        .help("check the list; the right number is the one in the plan")),
        None if screen.asks => prompt::number_of_people(
            number,
            &mut std::io::stdin().lock(),
            &mut std::io::stderr().lock(),
        ),
        None => Err(Failure::new(
            Exit::Usage,
            "cannot ask for confirmation without a terminal; nothing was sent",
        )
        .help(format!("add --confirm {number} if that is the number you expect"))),
    }
}

/// The same before something is approved: `true` where the person types the number, a script gives it, or there is no terminal.
/// `another` is the failure when a script gives another number.
///
/// # Errors
/// When another number was given or typed.
pub fn confirm_approval(
    number: u64,
    flag: Option<u64>,
    screen: &Screen,
    another: impl FnOnce(u64) -> Failure,
    question: &str,
) -> Result<bool, Failure> {
    match flag {
        Some(flag) if flag != number => Err(another(flag)),
        None if screen.asks => prompt::number(
            question,
            number,
            "nothing was approved",
            &mut std::io::stdin().lock(),
            &mut std::io::stderr().lock(),
        ),
        Some(_) | None => Ok(true),
    }
}
