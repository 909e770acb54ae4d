//! Slips on the command line for which clap names something that is only spelt alike: what was meant instead.
//! Pure: clap's error in, words out.

use clap::error::{ContextKind, ErrorKind};

use crate::cli::terminal::failure::{Exit, Failure};
use crate::window::{meant, option_of};

/// What other programs call a command, and what does it here.
const OTHER_WORDS: [(&[&str], &str); 12] = [
    (&["resume", "continue", "retry"], "`roundup send EDITION` carries on where it stopped"),
    (
        &["stop", "halt", "hold"],
        "`roundup pause EDITION`; `roundup cancel EDITION` ends it for good",
    ),
    (
        &["undo", "unsend", "recall"],
        "what has arrived stays; `roundup cancel EDITION` stops the rest",
    ),
    (
        &["new", "create", "start", "begin"],
        "`roundup init DIR` makes a newsletter, `roundup draft` an edition",
    ),
    (&["edit", "open", "studio", "ui", "show", "view"], "`roundup preview` opens the studio"),
    (&["build", "render", "export"], "`roundup preview --out DIR` writes the email"),
    (&["verify", "lint", "validate"], "`roundup check`"),
    (&["stats", "statistics", "results"], "`roundup report`"),
    (&["fetch", "sync", "pull", "refresh"], "`roundup news sync`"),
    (&["people", "list", "contacts", "members"], "`roundup subscribers list`"),
    (
        &["import", "add"],
        "`roundup subscribers import FILE` for people, `roundup news import FILE` for stories",
    ),
    (
        &["unsubscribe", "suppress", "block"],
        "`roundup subscribers suppress ADDRESS --why objected`",
    ),
];
/// Options that other commands have.
const ELSEWHERE: [(&str, &str); 5] = [
    ("--yes", "leave it out; `send` takes the number of people instead, as in --confirm 1204"),
    ("--rejected", "`roundup resolve EDITION --rejected` settles those who were rejected"),
    ("--force", "nothing is forced here; `roundup draft --overwrite` writes a draft again"),
    ("--test", "`roundup test EDITION --to ADDRESS` sends a test"),
    ("--all", "`send` mails everybody on the list who has not had the edition"),
];

/// What was meant, where clap does not know.
pub fn failure(error: &clap::Error) -> Option<Failure> {
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        ErrorKind::ValueValidation => {
            let cure = std::error::Error::source(error)?.to_string();
            let (value, option) =
                (named(ContextKind::InvalidValue), named(ContextKind::InvalidArg));
            Some(
                Failure::new(Exit::Usage, format!("`{value}` is not a value of `{option}`"))
                    .help(cure),
            )
        }
        ErrorKind::InvalidValue
            if named(ContextKind::InvalidValue).is_empty()
                && named(ContextKind::ValidValue).is_empty() =>
        {
            let option = named(ContextKind::InvalidArg);
            Some(
                Failure::new(Exit::Usage, format!("a value is required for `{option}`"))
                    .help("write it behind the option, with a blank between"),
            )
        }
        ErrorKind::UnknownArgument => {
            let typed = named(ContextKind::InvalidArg);
            let is_near = error.get(ContextKind::SuggestedArg).is_some();
            elsewhere(&typed).or_else(|| (!is_near).then(|| too_much(&typed)))
        }
        ErrorKind::InvalidSubcommand => {
            let typed = named(ContextKind::InvalidSubcommand);
            window_as_command(&typed).or_else(|| other_word(&typed))
        }
        ErrorKind::MissingRequiredArgument if named(ContextKind::InvalidArg).contains("--to <") => {
            Some(
                Failure::new(Exit::Usage, "a test needs an address").help(
                    "write it behind --to, as in `roundup test 2020-12 --to me@charity.org.uk`",
                ),
            )
        }
        ErrorKind::ArgumentConflict => {
            let (given, other) = (named(ContextKind::InvalidArg), named(ContextKind::PriorArg));
            Some(conflict(&given, &other))
        }
        _ => None,
    }
}

/// Two options, of which each says what the other does, or one that is there twice.
fn conflict(given: &str, other: &str) -> Failure {
    // `--dir <DIR>` is known by its first word.
    let short = |text: &str| -> Vec<String> {
        let options = text.split(", ").filter_map(|option| option.split_whitespace().next());
        options.map(|option| format!("`{option}`")).collect()
    };
    let (given, others) = (short(given).join(" "), short(other));
    if others.is_empty() || others.contains(&given) {
        return Failure::new(Exit::Usage, format!("{given} is given more than once"))
            .help("keep one of them");
    }
    let others = others.join(" or ");
    Failure::new(Exit::Usage, format!("{given} cannot be used with {others}"))
        .help(format!("keep {given}, or {others}"))
}

/// The same as clap says it, in parts: what is wrong, and behind that its tips and the usage.
pub fn in_parts(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    // Where a command of a command is missing, clap prints the help and says nothing.
    let Some(text) = text.strip_prefix("error: ") else {
        let usage = text.lines().find(|line| line.starts_with("Usage: ")).unwrap_or_default();
        return Failure::new(Exit::Usage, "a command is missing").help(usage);
    };
    let mut parts = text.split("\n\n").map(|part| {
        part.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let failure = Failure::new(Exit::Usage, parts.next().unwrap_or_default());
    let help: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    if help.is_empty() { failure } else { failure.help(help.join("; ")) }
}

fn elsewhere(typed: &str) -> Option<Failure> {
    let (option, help) = ELSEWHERE.iter().find(|(option, _)| *option == typed)?;
    Some(Failure::new(Exit::Usage, format!("this command does not take `{option}`")).help(*help))
}

/// A word or an option that the command has no place for.
fn too_much(typed: &str) -> Failure {
    if typed.starts_with('-') {
        return Failure::new(Exit::Usage, format!("this command does not take `{typed}`"))
            .help("leave it out; `--help` behind the command lists what it takes");
    }
    Failure::new(Exit::Usage, format!("`{typed}` is one word too many")).help(match meant(typed) {
        Some(name) => format!("give `{name}` a command of its own: each is about one edition"),
        None => {
            "leave it out, or put words that belong together between quotation marks".to_owned()
        }
    })
}

fn other_word(typed: &str) -> Option<Failure> {
    let (_, help) = OTHER_WORDS.iter().find(|(words, _)| words.contains(&typed))?;
    Some(
        Failure::new(Exit::Usage, format!("there is no command `{typed}`"))
            .help(format!("{help} (`roundup --help` lists them all)")),
    )
}

/// A window where a command should be, as in `news 2020-12`.
fn window_as_command(typed: &str) -> Option<Failure> {
    let name = meant(typed)?;
    Some(
        Failure::new(
            Exit::Usage,
            format!("`{}` is a window, and not a command", typed.escape_debug()),
        )
        .help(format!("write {} {name}, as in `roundup news --month 2020-12`", option_of(&name))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_exclude_each_other_are_named_with_a_cure() {
        for (given, other, what) in [
            ("--mbox <FILE>", "--dir <DIR>", "`--mbox` cannot be used with `--dir`"),
            ("--dns <ADDRESS>", "--dns <ADDRESS>", "`--dns` is given more than once"),
            ("--dns <ADDRESS>", "", "`--dns` is given more than once"),
            ("--a", "--b, --c", "`--a` cannot be used with `--b` or `--c`"),
        ] {
            let failure = conflict(given, other);
            assert_eq!(failure.what, what);
            assert!(failure.help.is_some_and(|help| help.starts_with("keep ")), "{what}");
        }
    }
}
