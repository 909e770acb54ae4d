//! What shells and manuals know of the commands: made from the commands themselves.
//! Shell: the screen, a folder.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::document::{Document, DocumentUnit};
use super::failure::{Exit, Failure};
use super::files::{NamedOutput, cannot_write};
use super::screen::Screen;

const PROGRAM: &str = "roundup";
/// How each page of the manual begins.
const PAGE_BEGINNING: &str = ".ie \\n(.g .ds Aq";

#[derive(Debug, Args)]
pub struct CompletionArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub struct ManArguments {
    /// A folder for the pages of all commands (default: the main page, on the screen)
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The completions of one shell.
///
/// # Errors
/// When the output cannot be written.
pub fn completions(
    arguments: &CompletionArguments,
    mut command: Command,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, PROGRAM, &mut script);
    let script = String::from_utf8_lossy(&script);
    screen.outcome(&Document::shown(DocumentUnit::Scripts, 1, script.trim_end()))?;
    Ok(Exit::Done)
}

/// The manual page, or all of them.
///
/// # Errors
/// When the output or the folder cannot be written.
pub fn man(
    arguments: &ManArguments,
    mut command: Command,
    screen: &Screen,
) -> Result<Exit, Failure> {
    command.build();
    let Some(folder) = &arguments.out else {
        screen.outcome(&Document::shown(DocumentUnit::Pages, 1, page(command)?.trim_end()))?;
        return Ok(Exit::Done);
    };
    let shown = folder.display().to_string();
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(&shown, &error))?;
    let mut pages = vec![(PROGRAM.to_owned(), command.clone())];
    let mut next = 0;
    while let Some((name, command)) = pages.get(next).cloned() {
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            pages.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        next += 1;
    }
    for (name, command) in &pages {
        let file = folder.join(format!("{name}.1"));
        let text = page(command.clone().name(name.clone()))?;
        let what = "an earlier page of the manual";
        let output = NamedOutput { path: &file, project: None, what, mark: PAGE_BEGINNING };
        output.write(text.as_bytes())?;
    }
    screen.outcome(&Document::written(DocumentUnit::Pages, pages.len(), Some(shown)))?;
    Ok(Exit::Done)
}

fn page(command: Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page).map_err(|error| {
        Failure::new(Exit::Failed, format!("the manual cannot be written: {error}"))
    })?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
