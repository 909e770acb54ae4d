//! Slips on the command line for which clap names something that is only spelt alike: what was meant instead.
//! Pure: clap's error in, words out.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::repaired::{RepairedLine, TypedLine};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::problem::{did_you_mean, nearest};
use crate::window::{meant, option_of};

/// What other programs call a command, and what does it here.
const OTHER_WORDS: [(&[&str], &str); 16] = [
    (
        &["sending", "mail", "email", "deliver", "publish"],
        "`roundup send EDITION`; `roundup send --help` explains it",
    ),
    (
        &["schedule", "timer", "later", "queue"],
        "`roundup send EDITION --at TIME` sends it later; `roundup due` sends what people have approved, at its time",
    ),
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
        &["new", "create", "start", "begin", "newsletter"],
        "`roundup init DIR` makes a newsletter, `roundup draft` an edition",
    ),
    (
        &["edit", "open", "studio", "ui", "show", "view", "theme", "design"],
        "`roundup preview` opens the studio",
    ),
    (&["build", "render", "export", "html"], "`roundup preview --out DIR` writes the email"),
    (&["verify", "lint", "validate"], "`roundup check`"),
    (&["stats", "statistics", "results"], "`roundup report`"),
    (&["fetch", "sync", "pull", "refresh", "feed", "rss"], "`roundup news sync`"),
    (
        &["stories", "articles", "posts", "items"],
        "`roundup news` lists the stories of an edition, `roundup news import FILE` takes more in",
    ),
    (
        &["login", "smtp", "relay", "server", "account"],
        "`roundup setup relay` sets up the mail server",
    ),
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
/// The same for a command below another one.
const WORDS_BELOW: [(&str, &[&str], &str); 7] = [
    (
        "subscribers",
        &["delete", "del", "rm"],
        "`roundup subscribers remove ADDRESS` takes somebody off the list, `roundup subscribers erase ADDRESS` deletes \
         all that names them",
    ),
    ("subscribers", &["why", "find", "search"], "`roundup why ADDRESS`"),
    (
        "subscribers",
        &["unsubscribe", "block", "optout"],
        "`roundup subscribers suppress ADDRESS --why objected`",
    ),
    ("subscribers", &["change", "edit", "update", "rename"], "`roundup subscribers move OLD NEW`"),
    ("setup", &["smtp", "mail", "server", "email", "provider"], "`roundup setup relay`"),
    ("news", &["fetch", "pull", "refresh", "update"], "`roundup news sync`"),
    ("news", &["add", "new"], "`roundup news import FILE`"),
];
/// Values that an option does not take, and what to do instead.
const OTHER_VALUES: [(&str, &[&str], &str); 1] = [(
    "--why <REASON>",
    &["bounced", "bounce", "bounces", "complained", "complaint", "spam"],
    "`roundup inbox` suppresses them from the report of it; `roundup subscribers remove ADDRESS` takes somebody off the list",
)];
/// Options that other commands have: the commands for which it is meant (none: whichever it is), and what to do.
const ELSEWHERE: [(&str, &[&str], &str); 7] = [
    ("--yes", &[], "leave it out; `send` takes the number of people instead, as in --confirm 1204"),
    ("--rejected", &[], "`roundup resolve EDITION --rejected` settles those who were rejected"),
    (
        "--force",
        &["draft"],
        "nothing is forced here; `roundup draft --overwrite` writes a draft again",
    ),
    ("--force", &[], "nothing is forced here: leave it out, and read what the command says"),
    ("--test", &[], "`roundup test EDITION --to ADDRESS` sends a test"),
    // Never one of the options that are spelt alike: those send to others.
    ("--to", &[], "`roundup test EDITION --to ADDRESS` sends a test; `send` mails the list"),
    (
        "--all",
        &["send"],
        "leave it out: `send` mails everybody on the list who has not had the edition",
    ),
];
/// Each command that cannot do without something, as somebody would type it; and each option that needs another one.
const EXAMPLES: [(&str, &str); 25] = [
    ("approve", "roundup approve --correction 2020-12 --those-in-doubt"),
    ("archive", "roundup archive --out website/archive"),
    ("backup", "roundup backup backup.tar"),
    ("cancel", "roundup cancel 2020-12"),
    ("init", "roundup init charity-news"),
    ("keys backup", "roundup keys backup keys.txt"),
    ("news import", "roundup news import stories.csv"),
    ("news learn", "roundup news learn https://charity.org.uk/news"),
    ("resolve", "roundup resolve 2020-12 --rejected"),
    ("send", "roundup send --correction 2020-12 --those-in-doubt"),
    ("send", "roundup send 2020-12 --dry-run --out copies"),
    ("restore", "roundup restore backup.tar"),
    ("subscribers add", "roundup subscribers add ann@charity.org.uk --basis consent --source form"),
    ("subscribers import", "roundup subscribers import people.csv"),
    ("subscribers import", "roundup subscribers import people.csv --basis consent --source form"),
    ("subscribers erase", "roundup subscribers erase ann@charity.org.uk"),
    ("subscribers move", "roundup subscribers move ann@old.org.uk ann@charity.org.uk"),
    ("subscribers remove", "roundup subscribers remove ann@charity.org.uk"),
    ("subscribers share", "roundup subscribers share no-mail.db"),
    ("subscribers show", "roundup subscribers show ann@charity.org.uk"),
    ("subscribers suppress", "roundup subscribers suppress ann@charity.org.uk --why objected"),
    ("templates copy", "roundup templates copy monthly"),
    ("completions", "roundup completions bash"),
    ("test", "roundup test 2020-12 --to me@charity.org.uk"),
    ("why", "roundup why ann@charity.org.uk"),
];

/// What was meant, where clap does not know. `line` is what was typed.
pub fn failure(error: &clap::Error, line: &TypedLine<'_>) -> Option<Failure> {
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let is_about_words = matches!(
        error.kind(),
        ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict | ErrorKind::InvalidSubcommand
    );
    let repaired = is_about_words.then(|| line.with_window()).flatten();
    if let Some(RepairedLine { typed, line: cured, .. }) =
        repaired.as_ref().filter(|line| line.is_joined)
    {
        return Some(
            Failure::new(Exit::Usage, format!("the window `{typed}` is more than one word"))
                .help(format!("write `{cured}`")),
        );
    }
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
            let example = example(&command_of(error), "").filter(|_| !option.starts_with('-'));
            let help = match example {
                Some(example) => format!("write it, as in `{example}`"),
                None => "write it behind the option, with a blank between".to_owned(),
            };
            Some(
                Failure::new(Exit::Usage, format!("a value is required for `{option}`")).help(help),
            )
        }
        ErrorKind::InvalidValue => Some(wrong_value(error)),
        ErrorKind::UnknownArgument => {
            let typed = named(ContextKind::InvalidArg);
            let is_near = error.get(ContextKind::SuggestedArg).is_some();
            let command = command_of(error);
            elsewhere(&command, &typed)
                .or_else(|| (!is_near).then(|| too_much(&command, &typed, line, repaired)))
        }
        ErrorKind::InvalidSubcommand => {
            let typed = named(ContextKind::InvalidSubcommand);
            word_below(&command_of(error), &typed)
                .or_else(|| window_as_command(&typed, line.words))
                .or_else(|| other_word(&typed))
                .or_else(|| no_command(&command_of(error), &typed, line.root))
        }
        ErrorKind::ArgumentConflict => {
            let given = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].map(named);
            let given = given.into_iter().find(|given| !given.is_empty())?;
            Some(conflict(&given, &named(ContextKind::PriorArg)))
        }
        ErrorKind::MissingRequiredArgument => missing(error, line),
        _ => None,
    }
}

/// Something that the command, or one of its options, cannot do without.
fn missing(error: &clap::Error, line: &TypedLine<'_>) -> Option<Failure> {
    let missing = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
    if missing.contains("--to <") {
        return Some(
            Failure::new(Exit::Usage, "a test needs an address")
                .help("write it behind --to, as in `roundup test 2020-12 --to me@charity.org.uk`"),
        );
    }
    let command = command_of(error);
    let example = line
        .with_both_days()
        .or_else(|| both_days(&command, &missing))
        .or_else(|| example(&command, &missing).map(str::to_owned))?;
    Some(
        Failure::new(Exit::Usage, format!("something is missing: {missing}"))
            .help(format!("write it, as in `{example}`")),
    )
}

/// A value that is not one of those there are. What is only spelt a little alike is not offered.
fn wrong_value(error: &clap::Error) -> Failure {
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let typed = named(ContextKind::InvalidValue);
    let valid: Vec<&str> = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) => valid.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let option = named(ContextKind::InvalidArg);
    let other = OTHER_VALUES
        .iter()
        .find(|(name, words, _)| *name == option && words.contains(&typed.as_str()));
    let help = match other {
        Some((.., help)) => (*help).to_owned(),
        None => did_you_mean(&typed, valid.iter().copied(), "write one of"),
    };
    let what = format!("`{typed}` is not a value of `{option}`");
    Failure::new(Exit::Usage, what).help(help)
}

/// Two options, of which each says what the other does, or one that is there twice.
fn conflict(given: &str, other: &str) -> Failure {
    // `--dir <DIR>` is known by its first word.
    let short = |text: &str| -> Vec<String> {
        let options = text.split(", ").filter_map(|option| option.split_whitespace().next());
        options.map(|option| format!("`{option}`")).collect()
    };
    let (given, others) = (short(given).join(" "), short(other));
    let Some((last, first)) = others.split_last().filter(|_| !others.contains(&given)) else {
        return Failure::new(Exit::Usage, format!("{given} is given more than once"))
            .help("keep one of them");
    };
    let others =
        if first.is_empty() { last.clone() } else { format!("{} or {last}", first.join(", ")) };
    Failure::new(Exit::Usage, format!("{given} cannot be used with {others}"))
        .help(format!("keep one of them: {given}, or else {others}"))
}

/// The command that was typed, as clap's usage names it.
fn command_of(error: &clap::Error) -> String {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let words = usage.split_whitespace().skip_while(|word| *word != "roundup").skip(1);
    let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let names = words.take_while(|word| is_name(word) && !word.starts_with('-'));
    names.collect::<Vec<_>>().join(" ")
}

/// An example of a command, if there is one with what is missing.
fn example(command: &str, missing: &str) -> Option<&'static str> {
    let option = missing.split_whitespace().next().unwrap_or_default();
    let of_command = || EXAMPLES.iter().filter(|(name, _)| *name == command);
    let with_it = of_command().find(|(_, example)| example.contains(option));
    with_it.or_else(|| of_command().next()).map(|(_, example)| *example)
}

/// One end of a span of days needs the other.
fn both_days(command: &str, missing: &str) -> Option<String> {
    let is_span = missing.starts_with("--until") || missing.starts_with("--since");
    is_span.then(|| ["roundup", command, "--since 2020-12-01 --until 2020-12-31"].join(" "))
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

fn elsewhere(command: &str, typed: &str) -> Option<Failure> {
    let is_meant = |commands: &[&str]| commands.is_empty() || commands.contains(&command);
    let (option, _, help) =
        ELSEWHERE.iter().find(|(option, commands, _)| *option == typed && is_meant(commands))?;
    Some(Failure::new(Exit::Usage, format!("this command does not take `{option}`")).help(*help))
}

/// A word or an option that the command has no place for.
fn too_much(
    command: &str,
    typed: &str,
    line: &TypedLine<'_>,
    repaired: Option<RepairedLine>,
) -> Failure {
    if command == "config" {
        return Failure::new(Exit::Usage, "`config` shows settings, and changes none").help(
            "edit roundup.toml in a text editor; the tab Look of `roundup preview` changes how the email looks",
        );
    }
    if typed.starts_with('-') {
        return Failure::new(Exit::Usage, format!("this command does not take `{typed}`"))
            .help("leave it out; `--help` behind the command lists what it takes");
    }
    Failure::new(Exit::Usage, format!("`{typed}` is one word too many")).help(match meant(typed) {
        _ if command == "test" && typed.contains('@') => {
            "write addresses behind --to, as in `roundup test 2020-12 --to me@charity.org.uk`"
                .to_owned()
        }
        _ if repaired.is_some() => {
            format!("write `{}`", repaired.map(|repaired| repaired.line).unwrap_or_default())
        }
        Some(_) if !line.is_about_an_edition(command) => match line.without(typed) {
            Some(line) => format!("this command takes no edition: `{line}`"),
            None => "leave it out: this command takes no edition".to_owned(),
        },
        Some(name) if line.words.iter().any(|word| word != typed && meant(word).is_some()) => {
            format!("give `{name}` a command of its own: each is about one edition")
        }
        _ => "leave it out, or put words that belong together between quotation marks".to_owned(),
    })
}

fn other_word(typed: &str) -> Option<Failure> {
    let (_, help) = OTHER_WORDS.iter().find(|(words, _)| words.contains(&typed))?;
    Some(
        Failure::new(Exit::Usage, format!("there is no command `{typed}`"))
            .help(format!("{help} (`roundup --help` lists them all)")),
    )
}

/// A word that is not a command. One that is only spelt a little alike may mail people, and is not offered.
fn no_command(above: &str, typed: &str, root: &clap::Command) -> Option<Failure> {
    let mut words = above.split(' ').filter(|word| !word.is_empty());
    let above_it = words.try_fold(root, |above, word| above.find_subcommand(word))?;
    let names: Vec<&str> = above_it.get_subcommands().map(clap::Command::get_name).collect();
    let whole = |name: &str| ["roundup", above, name].join(" ").replace("  ", " ");
    let help = match nearest(typed, names) {
        Some(near) => format!("did you mean `{}`?", whole(near)),
        None => format!("`{}` lists them all", whole("--help")),
    };
    let typed = format!("{above} {}", typed.escape_debug());
    Some(Failure::new(Exit::Usage, format!("there is no command `{}`", typed.trim())).help(help))
}

fn word_below(command: &str, typed: &str) -> Option<Failure> {
    let (_, _, help) =
        WORDS_BELOW.iter().find(|(above, words, _)| *above == command && words.contains(&typed))?;
    let all = ["roundup", command, "--help"].join(" ");
    Some(
        Failure::new(Exit::Usage, format!("there is no command `{command} {typed}`"))
            .help(format!("{help} (`{all}` lists them all)")),
    )
}

/// A window where a command should be, as in `news 2020-12` and `news December 2020`.
fn window_as_command(typed: &str, words: &[String]) -> Option<Failure> {
    let behind = words.iter().skip_while(|word| *word != typed).nth(1);
    let both = behind.map(|behind| format!("{typed} {behind}")).unwrap_or_default();
    let name = meant(typed).or_else(|| meant(&both))?;
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
    use crate::cli::command;

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

    /// Every command with those below it: its words, and whether it cannot do without something.
    fn commands(above: &str, command: &clap::Command, found: &mut Vec<(String, bool)>) {
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            let name = format!("{above} {}", below.get_name()).trim().to_owned();
            let needs = below.get_arguments().any(clap::Arg::is_required_set)
                || below.get_groups().any(clap::ArgGroup::is_required_set);
            found.push((name.clone(), needs));
            commands(&name, below, found);
        }
    }

    fn parse(line: &str) -> Result<clap::ArgMatches, clap::Error> {
        command().try_get_matches_from(line.split_whitespace())
    }

    /// The cure of a line that clap refuses; empty where there is none.
    fn cure(line: &str) -> String {
        let error = parse(line).unwrap_err();
        let words: Vec<String> = line.split_whitespace().skip(1).map(str::to_owned).collect();
        let line = TypedLine { words: &words, root: &command() };
        failure(&error, &line).and_then(|failure| failure.help).unwrap_or_default()
    }

    #[test]
    fn whatever_is_missing_the_cure_is_a_command_that_has_it() {
        let mut all = Vec::new();
        commands("", &command(), &mut all);
        let needy: Vec<&String> =
            all.iter().filter(|(_, needs)| *needs).map(|(name, _)| name).collect();
        assert!(needy.len() > 10, "{needy:?}");
        let has_example = |name: &&&String| example(name, "").is_none();
        let without: Vec<&&String> = needy.iter().filter(has_example).collect();
        assert!(without.is_empty(), "no example for {without:?}");
        for name in needy {
            let cure = cure(&format!("roundup {name}"));
            assert!(cure.contains(&format!("`roundup {name} ")), "{name}: {cure}");
        }
        for (name, example) in EXAMPLES {
            assert!(all.iter().any(|(known, _)| known == name), "{name}");
            assert!(parse(example).is_ok(), "{example}: {:?}", parse(example).err());
        }
    }

    /// Each option of each command by itself, and with the values of other options: where it needs something else, the cure
    /// is a line that clap accepts, and has that in it.
    #[test]
    fn whatever_an_option_needs_the_cure_is_a_line_with_both() {
        let mut all = Vec::new();
        commands("", &command(), &mut all);
        let root = command();
        let mut needing = 0;
        for (name, _) in &all {
            let found = name.split(' ').try_fold(&root, |above, word| above.find_subcommand(word));
            for argument in found.unwrap().get_arguments() {
                let Some(option) = argument.get_long() else { continue };
                let values = ["", " 2020-12-01", " consent", " 1", " all"];
                for line in values.map(|value| format!("roundup {name} --{option}{value}")) {
                    let Err(error) = parse(&line) else { continue };
                    if error.kind() != ErrorKind::MissingRequiredArgument {
                        continue;
                    }
                    needing += 1;
                    let cure = cure(&line);
                    let cured = cure.split('`').nth(1).unwrap_or_default();
                    assert!(parse(cured).is_ok(), "{line}: {cure}");
                }
            }
        }
        assert!(needing > 30, "{needing}");
    }

    #[test]
    fn a_window_too_many_is_cured_with_a_line_that_runs() {
        for (line, cured) in [
            ("send december 2020", "`roundup send 2020-12`"),
            ("preview --quarter Q3 2020", "`roundup preview --quarter 2020-Q3`"),
            ("news coverage 2020", "`roundup news coverage --year 2020`"),
            ("news dates 2020", "`roundup news dates`"),
            ("archive 2020-12 --out site", "`roundup archive --out site`"),
            ("due 2020-12", "`roundup due`"),
            ("news december 2020", "`roundup news --month 2020-12`"),
            ("december 2020", "--month 2020-12"),
            ("news --since 2020-11-03", "`roundup news --since 2020-11-03 --until 2020-11-30`"),
            ("preview --until 2020-11-03", "--until 2020-11-03 --since 2020-11-01`"),
            ("draft --since yesterday", "`roundup draft --since 2020-12-01 --until 2020-12-31`"),
            ("subscribers import", "`roundup subscribers import people.csv`"),
            ("send 2020-11 2020-12", "give `2020-12` a command of its own"),
        ] {
            let cure = cure(&format!("roundup {line}"));
            assert!(cure.contains(cured), "{line}: {cure}");
        }
    }

    #[test]
    fn a_word_that_is_not_a_command_is_cured_with_one_that_does_it_or_with_all() {
        for (line, cured) in [
            ("sned", "did you mean `roundup send`?"),
            ("news snyc", "did you mean `roundup news sync`?"),
            ("schedule", "`roundup send EDITION --at TIME`"),
            ("stories", "`roundup news` lists"),
            ("email", "`roundup send EDITION`"),
            ("delete", "`roundup --help` lists them all"),
            ("gibberish", "`roundup --help` lists them all"),
            ("subscribers gibberish", "`roundup subscribers --help` lists them all"),
        ] {
            let help = cure(&format!("roundup {line}"));
            assert!(help.contains(cured), "{line}: {help}");
        }
    }

    #[test]
    fn a_slip_is_never_cured_with_something_that_mails_others() {
        for (line, cured) in [
            ("send 2020-12 --to me@x.org", "roundup test EDITION --to"),
            ("test 2020-12 me@x.org", "behind --to"),
            ("report 2020-12 --all", "--help"),
            ("news sync --force", "leave it out"),
            ("send 2020-12 --all", "who has not had"),
            ("resolve 2020-12 --retry", "roundup resolve 2020-12 --rejected"),
            ("subscribers delete", "subscribers remove ADDRESS"),
            ("setup smtp", "setup relay"),
            ("help sending", "roundup send"),
            ("config set", "edit roundup.toml"),
            // A year is more than a part of what was typed.
            ("send gala 2020", "between quotation marks"),
        ] {
            let help = cure(&format!("roundup {line}"));
            assert!(help.contains(cured), "{line}: {help}");
            assert!(!help.contains("--those-in-doubt"), "{line}: {help}");
        }
    }
}
