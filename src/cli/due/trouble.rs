//! What keeps `due` from looking at all: settings that are wrong, a ledger that is away.
//! Shell: this computer's memory, a relay or a command.
//!
//! It runs every five minutes: the same is printed once an hour, and whoever `[notify]` names gets a notice where that can
//! still be read.

use crate::cli::due::REPEATED_EVERY;
use crate::cli::globals::{Globals, process_environment};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::notices::hand_over_notice;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::project::{Memory, Project};

/// The failure itself, where it is to be printed; otherwise what the command ends with.
///
/// # Errors
/// With the failure that was given, while somebody is there, a program reads, or it is new.
pub async fn once_an_hour(failure: Failure, globals: &Globals) -> Result<Exit, Failure> {
    let screen = &globals.screen;
    let Ok(root) = globals.root() else { return Err(failure) };
    let (now, topic) = (system::now(), NoticeTopic::Trouble);
    let memory = Memory::new(&process_environment());
    if memory.may_say(topic.word(), &root, &failure.what, topic.every(), now)
        && let Some(project) = Project::for_notices(root.clone(), process_environment())
        && let Ok(destination) = Destination::of(&project, None)
    {
        let place = failure.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
        let what = format!("{place}{}", failure.what);
        let cure = failure.help.as_deref().unwrap_or_default();
        let notice = OperatorNotice::new(topic, "roundup due does nothing", &what, cure);
        hand_over_notice(&project, &destination, &notice, screen).await;
    }
    let is_seen = screen.asks || screen.shows_all();
    if is_seen || memory.may_say("due", &root, &failure.what, REPEATED_EVERY, now) {
        return Err(failure);
    }
    Ok(failure.exit)
}
