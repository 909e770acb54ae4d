//! The command line: one file a subcommand. The only room that prints.
//! Shell: arguments in, an exit code out.

mod archive;
mod backup;
mod begin;
mod check;
mod config;
mod draft;
mod due;
pub mod globals;
mod leaving;
mod misread;
mod news;
mod placeholder;
mod preview;
mod repaired;
mod report;
mod send;
mod steps;
mod studio;
mod subscribers;
pub mod terminal;

use crate::cli::globals::Globals;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use backup::{keys, restore};
use begin::{init, setup_relay};
use check::{doctor, explain};
use leaving::{inbox, serve};
use preview::templates;
use repaired::TypedLine;
use report::{overview, resolve, status, why};
use send::{approve, cancel, pause, test};
use terminal::colour::Colour;
use terminal::failure::{Exit, Failure};
use terminal::guarded::value;
use terminal::screen::Screen;
use terminal::shell_files;

const EXAMPLES: &str = "\
Examples:
  roundup init charity-news            a newsletter that works at once
  roundup news --month 2020-12         the stories in a window, and those left out
  roundup draft --year 2020            a file to edit: subject, introduction, order
  roundup preview 2020                 the email as phones, computers and inboxes show it
  roundup check 2020                   what a careful colleague would notice
  roundup send 2020 --dry-run          everything except sending
  roundup send 2020                    asks for the number of people, then sends
  roundup report 2020                  who got it, who did not, and why

Exit codes: 0 done, 1 failed, 2 wrong arguments or settings, 3 checks found things to fix,
4 no news or nobody to mail, 5 some people were not reached, 6 stopped for now (run it again),
130 interrupted (run it again).";

/// Turns an organisation's news into one email, checks it, and sends it once to everybody on the list.
#[derive(Debug, Parser)]
#[command(name = "roundup", version, after_help = EXAMPLES, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    common: GlobalArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Args)]
struct GlobalArguments {
    /// The project folder (default: the current folder)
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    project: Option<PathBuf>,
    /// Print one JSON object to stdout
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
    /// Print errors only
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
    /// Print more detail
    #[arg(short, long, global = true, help_heading = "Global options")]
    verbose: bool,
    /// Never prompt
    #[arg(long, global = true, help_heading = "Global options")]
    no_input: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a newsletter in an empty folder: it works at once, with sample people and practice mode
    Init(init::Arguments),
    /// Set up the mail server
    Setup(setup_relay::Arguments),
    /// List the stories in a window, where they come from, and what is left out and why
    News(news::Arguments),
    /// Write editions/NAME.md, a file to edit: subject, introduction, stories in order
    Draft(draft::Arguments),
    /// Open the studio in your browser to arrange, edit and preview an edition
    Preview(preview::Arguments),
    /// Check the newsletter and list anything to fix
    Check(check::Arguments),
    /// List the templates; `templates copy NAME` gives you one to change
    Templates(templates::Arguments),
    /// Explain why a rule exists
    Explain(explain::Arguments),
    /// Check that mail can be sent and will be trusted: list, ledger, DNS records, relay
    Doctor(doctor::Arguments),
    /// Show every setting, and where its value comes from
    Config(config::Arguments),
    /// Send a test to a few addresses
    Test(test::Arguments),
    /// Approve an edition as it is now: `send` waits for it where roundup.toml says so
    Approve(approve::Arguments),
    /// Send an edition to everybody on the list, once
    Send(send::arguments::Arguments),
    /// Send what is approved and due, for cron and its like; run it every five minutes
    Due(due::Arguments),
    /// Pause an edition, or all of them, here or on another computer; `send` resumes it
    Pause(pause::Arguments),
    /// Cancel an edition: anyone not yet mailed will not be
    Cancel(cancel::Arguments),
    /// Settle messages whose delivery is uncertain
    Resolve(resolve::Arguments),
    /// Show what is being sent, what is finished, and what to do next
    Status(status::Arguments),
    /// Show who got an edition, who did not, and why
    Report(report::Arguments),
    /// Write the public archive: every edition as a page with nobody in it, an index and a feed
    Archive(archive::Arguments),
    /// Show everything about one person
    Why(why::Arguments),
    /// Copy the whole project into one file, even while it sends
    Backup(backup::Arguments),
    /// Restore a backup into an empty folder; the earlier project is retired
    Restore(restore::Arguments),
    /// Show, back up or rotate the keys behind unsubscribe links
    Keys(keys::Arguments),
    /// Answer people on the web: leaving by one click or a page, choices, signing up
    Serve(serve::Arguments),
    /// Read what comes back: emails of people who want to leave, bounces, complaints
    Inbox(inbox::Arguments),
    /// Import, list and change the people on the list, and those who must not be mailed
    Subscribers(subscribers::Arguments),
    /// Print the completions for a shell
    Completions(shell_files::CompletionArguments),
    /// Print the manual page, or write one for each command
    Man(shell_files::ManArguments),
}

/// The command line as clap knows it: its help is printed, and its texts are tested.
pub fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misread(&quotable(error)),
    };
    let common = arguments.common;
    // What comes after `init` is done in the folder that it makes.
    let is_new = matches!(arguments.command, Some(Command::Init(_)));
    let screen =
        Screen::new(common.json, common.quiet, common.verbose, common.no_input, common.color)
            .for_project(common.project.as_deref().filter(|_| !is_new));
    let copied = command().try_get_matches().ok();
    if let Some(failure) = copied.and_then(|typed| placeholder::failure(&command(), &typed)) {
        screen.failure(&failure);
        return ExitCode::from(failure.exit as u8);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            screen.failure(&Failure::new(Exit::Failed, format!("roundup cannot start: {error}")));
            return ExitCode::from(Exit::Failed as u8);
        }
    };
    let globals = Globals { screen: screen.clone(), project: common.project };
    let exit = match runtime.block_on(obey(arguments.command, globals)) {
        Ok(exit) => exit,
        Err(failure) => {
            screen.failure(&failure);
            failure.exit
        }
    };
    // A template that never ends is not waited for.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ExitCode::from(exit as u8)
}

/// Says what is wrong with the command line.
fn misread(error: &clap::Error) -> ExitCode {
    let words = std::env::args_os().take_while(|word| word != "--");
    let wants_json = words.into_iter().any(|word| word == "--json");
    let screen = Screen::new(wants_json, false, false, false, Colour::default());
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| value(&word.to_string_lossy())).collect();
    let line = TypedLine { words: &words, root: &command() };
    if let Some(failure) = misread::failure(error, &line) {
        screen.failure(&failure);
        return ExitCode::from(Exit::Usage as u8);
    }
    if wants_json && error.use_stderr() {
        screen.failure_for_programs(&misread::in_parts(error));
    }
    // Where nothing can be printed there is nobody to say it to.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8))
}

/// What is wrong with the command line, as clap says it, which quotes words as they stand: those that are too long, or have
/// what nobody sees in them, are spelt out first.
fn quotable(error: clap::Error) -> clap::Error {
    let words: Vec<OsString> = std::env::args_os().collect();
    let spelt: Vec<OsString> =
        words.iter().map(|word| OsString::from(value(&word.to_string_lossy()))).collect();
    if spelt == words {
        return error;
    }
    Arguments::try_parse_from(spelt).err().unwrap_or(error)
}

async fn obey(command: Option<Command>, globals: Globals) -> Result<Exit, Failure> {
    match command {
        None => overview::run(&globals).await,
        Some(Command::Init(arguments)) => Box::pin(init::run(arguments, &globals)).await,
        Some(Command::Setup(arguments)) => Box::pin(setup_relay::run(arguments, &globals)).await,
        Some(Command::News(arguments)) => news::run(arguments, &globals).await,
        Some(Command::Draft(arguments)) => Box::pin(draft::run(arguments, &globals)).await,
        Some(Command::Preview(arguments)) => Box::pin(preview::run(arguments, &globals)).await,
        Some(Command::Check(arguments)) => Box::pin(check::run(arguments, &globals)).await,
        Some(Command::Templates(arguments)) => templates::run(&arguments, &globals),
        Some(Command::Explain(arguments)) => explain::run(&arguments, &globals),
        Some(Command::Doctor(arguments)) => Box::pin(doctor::run(arguments, &globals)).await,
        Some(Command::Config(arguments)) => config::run(&arguments, &globals),
        Some(Command::Test(arguments)) => Box::pin(test::run(arguments, &globals)).await,
        Some(Command::Approve(arguments)) => Box::pin(approve::run(arguments, &globals)).await,
        Some(Command::Send(arguments)) => Box::pin(send::run(arguments, &globals)).await,
        Some(Command::Due(arguments)) => Box::pin(due::run(arguments, &globals)).await,
        Some(Command::Pause(arguments)) => pause::run(arguments, &globals).await,
        Some(Command::Cancel(arguments)) => cancel::run(arguments, &globals).await,
        Some(Command::Resolve(arguments)) => resolve::run(arguments, &globals).await,
        Some(Command::Status(arguments)) => status::run(arguments, &globals).await,
        Some(Command::Report(arguments)) => report::run(arguments, &globals).await,
        Some(Command::Archive(arguments)) => archive::run(arguments, &globals).await,
        Some(Command::Why(arguments)) => Box::pin(why::run(arguments, &globals)).await,
        Some(Command::Backup(arguments)) => backup::run(arguments, &globals).await,
        Some(Command::Restore(arguments)) => restore::run(arguments, &globals).await,
        Some(Command::Keys(arguments)) => keys::run(arguments, &globals).await,
        Some(Command::Serve(arguments)) => Box::pin(serve::run(arguments, &globals)).await,
        Some(Command::Inbox(arguments)) => Box::pin(inbox::run(arguments, &globals)).await,
        Some(Command::Subscribers(arguments)) => {
            Box::pin(subscribers::run(arguments, &globals)).await
        }
        Some(Command::Completions(arguments)) => {
            shell_files::completions(&arguments, self::command(), &globals.screen)
        }
        Some(Command::Man(arguments)) => {
            shell_files::man(&arguments, self::command(), &globals.screen)
        }
    }
}
