//! `roundup subscribers`: who is on the list, who comes onto it, and who must not be mailed.
//! Shell: passes on to the commands.

pub(super) mod addresses;
pub(crate) mod back_again;
mod basis_word;
mod comparing;
pub(super) mod edit;
mod erase;
mod export;
mod given_day;
mod import;
mod import_text;
pub(super) mod known;
mod last_time;
mod list;
#[cfg(test)]
mod lives;
mod mentions;
mod move_person;
pub mod returned;
pub(super) mod share;
mod suppress;
mod tidy;
mod undo;
mod writing;

use clap::{Args, Subcommand};

use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: SubscribersCommand,
}

#[derive(Debug, Subcommand)]
enum SubscribersCommand {
    /// Bring people over from another system, after showing who is new, who changed and who said no
    Import(import::ImportArguments),
    /// Show who is on the list, and whether they are mailed
    List(list::ListArguments),
    /// Show one person
    Show(edit::AddressArguments),
    /// Put one person on the list (in the database)
    Add(edit::AddArguments),
    /// Give one person a new address: names, evidence and a no move with it (in the database)
    Move(move_person::MoveArguments),
    /// Take one person off the list (in the database)
    Remove(edit::AddressArguments),
    /// Delete everything that names a person, for good
    Erase(erase::EraseArguments),
    /// Write the list as CSV, or all that is kept about one person
    Export(export::ExportArguments),
    /// Take people off the list who have not been mailed for long (in the database); their no stays
    Tidy(tidy::TidyArguments),
    /// Put people on the do-not-mail list: they are never mailed, whatever a list says
    Suppress(suppress::SuppressArguments),
    /// Share the do-not-mail list with other newsletters: whoever says no to all of them is mailed by none
    Share(share::ShareArguments),
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    match arguments.command {
        SubscribersCommand::Import(arguments) => {
            Box::pin(import::import(&arguments, globals)).await
        }
        SubscribersCommand::List(arguments) => list::list(&arguments, globals).await,
        SubscribersCommand::Show(arguments) => edit::show(&arguments, globals).await,
        SubscribersCommand::Add(arguments) => edit::add(&arguments, globals).await,
        SubscribersCommand::Move(arguments) => move_person::move_person(&arguments, globals).await,
        SubscribersCommand::Remove(arguments) => edit::remove(&arguments, globals).await,
        SubscribersCommand::Erase(arguments) => erase::erase(&arguments, globals).await,
        SubscribersCommand::Export(arguments) => export::export(&arguments, globals).await,
        SubscribersCommand::Tidy(arguments) => tidy::tidy(&arguments, globals).await,
        SubscribersCommand::Share(arguments) => share::share(&arguments, globals).await,
        SubscribersCommand::Suppress(arguments) => suppress::suppress(&arguments, globals).await,
    }
}
