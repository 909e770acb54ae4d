//! Printed commands name the project as the command was given it: whoever copies one stands in the same folder.
//! Pure: texts in, texts out.

use std::borrow::Cow;
use std::path::Path;

use crate::cli::terminal::failure::Failure;
use crate::shell_words::for_shell;

/// The commands that need a project. Those that need none are printed as they are.
const COMMANDS: [&str; 25] = [
    "approve",
    "archive",
    "backup",
    "cancel",
    "check",
    "config",
    "doctor",
    "draft",
    "due",
    "inbox",
    "keys",
    "news",
    "pause",
    "preview",
    "report",
    "resolve",
    "restore",
    "send",
    "serve",
    "setup",
    "status",
    "subscribers",
    "templates",
    "test",
    "why",
];

const PROGRAM: &str = "roundup";
const OPTION: &str = "--project";

/// What stands before a command in our own sentences.
const BEFORE: [&str; 3] = ["`", ": ", ", then "];
/// The same between words from elsewhere, such as titles: there less is taken for a command.
const BEFORE_IN_DATA: [&str; 2] = ["`", "Next: "];

/// Fields of JSON that hold what to type.
const COMMAND_FIELDS: [&str; 3] = ["next", "cure", "help"];

/// The option by which a command was given its project; none where the project is the one around the folder.
#[derive(Debug, Clone, Default)]
pub struct ProjectOption {
    words: Option<String>,
}

impl ProjectOption {
    pub fn new(folder: Option<&Path>) -> Self {
        let words = folder.map(|folder| for_shell(&folder.to_string_lossy()));
        Self { words: words.map(|folder| format!("{OPTION} {folder}")) }
    }

    /// A sentence of ours.
    pub fn in_talk<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.put_into(text, &BEFORE)
    }

    /// A line with words of stories and people in it.
    pub fn in_data<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.put_into(text, &BEFORE_IN_DATA)
    }

    pub fn in_failure(&self, failure: &Failure) -> Failure {
        let put = |text: &String| self.in_talk(text).into_owned();
        Failure {
            what: put(&failure.what),
            more: failure.more.iter().map(put).collect(),
            help: failure.help.as_ref().map(put),
            ..failure.clone()
        }
    }

    /// A value that programs read, by the name of its field: those of `COMMAND_FIELDS` hold what to type.
    pub fn in_field<'a>(&self, field: &str, text: &'a str) -> Cow<'a, str> {
        if COMMAND_FIELDS.contains(&field) { self.in_talk(text) } else { Cow::Borrowed(text) }
    }

    fn put_into<'a>(&self, text: &'a str, before: &[&str]) -> Cow<'a, str> {
        let Some(words) = &self.words else { return Cow::Borrowed(text) };
        let mut with = String::new();
        let mut done = 0;
        for (at, _) in text.match_indices(PROGRAM) {
            let end = at + PROGRAM.len();
            if at >= done && stands_as_command(&text[..at], before) && is_command(&text[end..]) {
                with.push_str(&text[done..end]);
                with.push(' ');
                with.push_str(words);
                done = end;
            }
        }
        if with.is_empty() {
            return Cow::Borrowed(text);
        }
        with.push_str(&text[done..]);
        Cow::Owned(with)
    }
}

fn stands_as_command(text: &str, before: &[&str]) -> bool {
    text.is_empty() || text.ends_with('\n') || before.iter().any(|mark| text.ends_with(mark))
}

/// Whether what follows the program's name makes it a command that needs a project, and names none.
fn is_command(rest: &str) -> bool {
    let end = rest.find(['`', '\n']).unwrap_or(rest.len());
    let rest = &rest[..end];
    if rest.split_whitespace().any(|word| word == OPTION) {
        return false;
    }
    let Some(rest) = rest.strip_prefix(' ') else {
        // By itself, at the end of a sentence or between backticks, it shows what comes next.
        return rest.is_empty();
    };
    let word_ends = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '\''));
    let word = &rest[..rest.find(word_ends).unwrap_or(rest.len())];
    COMMANDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option() -> ProjectOption {
        ProjectOption::new(Some(Path::new("../the charity")))
    }

    #[test]
    fn each_command_of_ours_names_the_project() {
        const NAMED: &str = "roundup --project '../the charity'";
        for text in [
            "Next: # status",
            "Next: # check 2020, then # send 2020 --dry-run",
            "`# report 2020` says what to do; then send",
            "To send it now: # send 2020 --unpause. To let `# due` send it again: # approve 2020. To end it: # cancel 2020",
            "# status",
            "to see what comes next: #",
            "a line\n# news --month 2020-12",
            "`#` shows it; `# news`, `# status`",
        ] {
            let plain = text.replace('#', "roundup");
            let named = text.replace('#', NAMED);
            assert_eq!(option().in_talk(&plain), named);
            // Where no project was named, nothing changes; and what names one is left as it is.
            assert_eq!(ProjectOption::default().in_talk(&plain), plain);
            assert_eq!(option().in_talk(&named), named);
        }
    }

    #[test]
    fn the_commands_are_those_of_the_command_line() {
        let command = crate::cli::command();
        let mut names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        names.retain(|name| !["init", "explain", "completions", "man"].contains(name));
        names.sort_unstable();
        assert_eq!(names, COMMANDS);
    }

    #[test]
    fn what_is_not_a_command_or_needs_no_project_stays() {
        for text in [
            "roundup knows ROUNDUP_RELAY",
            "roundup: news for all",
            "the roundup news of May",
            "`roundup init charity-news` makes one",
            "`roundup --help` lists the commands",
            "restore into an empty folder: roundup restore FILE --project DIR",
            "write to roundup@example.org",
            "`.roundup/secret`, the roundups and `roundup.toml`: roundup's own",
            "roundup reports what it has",
        ] {
            assert_eq!(option().in_talk(text), text);
        }
    }

    #[test]
    fn titles_of_stories_stay_as_they_are() {
        let title = "  2020-12-03  Our week: roundup news and more, then roundup report";
        assert_eq!(option().in_data(title), title);
        let said = option().in_data("Next: roundup news").into_owned();
        assert_eq!(said, "Next: roundup --project '../the charity' news");
        assert_eq!(option().in_field("title", "roundup news"), "roundup news");
        assert_eq!(option().in_field("next", "roundup news"), said["Next: ".len()..]);
    }

    #[test]
    fn a_failure_names_it_in_all_its_parts() {
        use crate::cli::terminal::failure::Exit;
        let failure =
            Failure::new(Exit::Usage, "`roundup send` was refused").help("run: roundup status");
        let failure = option().in_failure(&failure);
        assert!(failure.what.contains("--project") && failure.help.unwrap().contains("--project"));
    }
}
