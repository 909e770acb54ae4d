//! Words that documents and printed commands have where something of the reader's belongs: `EDITION`, `FILE`.
//! Pure: what clap has read in, a failure out.

use clap::{ArgMatches, Command};

use crate::cli::terminal::failure::{Exit, Failure};

/// The first value that is only the name of what belongs there: a line that was copied as it stands.
pub fn failure(command: &Command, matches: &ArgMatches) -> Option<Failure> {
    let copied = command.get_arguments().find_map(|argument| {
        let names = argument.get_value_names()?;
        // A flag has no values that were typed, and an option of a command above may not be known here.
        let typed = matches.try_get_raw(argument.get_id().as_str()).ok().flatten()?;
        let mut typed = typed.filter_map(|value| value.to_str());
        typed.find(|typed| names.iter().any(|name| name.as_str() == *typed)).map(str::to_owned)
    });
    if let Some(name) = copied {
        return Some(refusal(&name));
    }
    let (below, matches) = matches.subcommand()?;
    failure(command.find_subcommand(below)?, matches)
}

fn refusal(name: &str) -> Failure {
    let help = match name {
        "EDITION" => "write the name of your edition; `roundup status` lists them".to_owned(),
        name => format!("put your own {} in its place", name.to_lowercase()),
    };
    Failure::new(Exit::Usage, format!("`{name}` stands for something of yours")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn refused(line: &str) -> Option<String> {
        let words = ["roundup"].into_iter().chain(line.split_whitespace());
        let matches = command().try_get_matches_from(words).unwrap();
        failure(&command(), &matches).map(|failure| failure.what)
    }

    #[test]
    fn a_line_that_was_copied_as_it_stands_is_not_taken_for_data() {
        for (line, name) in [
            ("approve EDITION", "EDITION"),
            ("cancel EDITION", "EDITION"),
            ("send EDITION --dry-run", "EDITION"),
            ("send 2020 --at TIME", "TIME"),
            ("approve 2020 --as NAME", "NAME"),
            ("status --project DIR", "DIR"),
            ("--project DIR status", "DIR"),
            ("backup FILE", "FILE"),
            ("keys backup FILE", "FILE"),
            ("subscribers import FILE", "FILE"),
            ("why ADDRESS", "ADDRESS"),
        ] {
            let said = refused(line);
            assert_eq!(said, Some(format!("`{name}` stands for something of yours")), "{line}");
        }
        for line in ["approve 2020", "send edition", "backup ./FILE", "why a@b.org", "", "status"] {
            assert_eq!(refused(line), None, "{line}");
        }
    }
}
