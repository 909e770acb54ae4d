//! `roundup preview` in the browser: the studio, while files are watched.
//! Shell: the network, files, the browser.

mod address;
mod browser;
mod edited;
mod editor;
mod errands;
mod history;
mod look;
mod lost_draft;
mod named;
mod sending;
mod shown;
mod view;
mod watch;
mod writing;

use std::io::ErrorKind;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::cli::globals::Globals;
use crate::cli::send::gate::{HoldNote, hold_note};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::system;
use crate::project::Project;
use crate::web::studio::{self, StudioCall, StudioCalls, StudioResponse};

use address::StudioAddress;
use editor::Editor;
use errands::{Errand, Handling};
use named::named;

/// Everybody of a long list is looked at when nothing was changed for this long.
const COUNTED_AFTER: Duration = Duration::from_secs(1);
/// The address is kept for a day: it is written again long before that is over.
const KEPT_AGAIN: Duration = Duration::from_hours(1);
/// Editors write a file in several steps: what comes within this time is one change.
const STEPS_WITHIN: Duration = Duration::from_millis(10);

/// `roundup.studio/1`.
#[derive(Serialize)]
struct OpenedStudio<'a> {
    schema: &'static str,
    url: &'a str,
    edition: &'a str,
}

/// How the studio is opened.
#[derive(Debug, Clone, Copy)]
pub struct StudioOptions {
    pub port: u16,
    pub opens_browser: bool,
}

/// Serves the studio until somebody presses Ctrl-C.
pub async fn run(
    which: &EditionArguments,
    how: StudioOptions,
    globals: &Globals,
) -> Result<Exit, Failure> {
    // Watched first: what changes while the first email is made is looked at once more.
    let project = globals.project()?;
    let mut watched = watch::FolderWatch::new(&project)?;
    let mut editor = Box::pin(Editor::new(globals, which)).await?;
    let (mut counter, kept) = open(&project, how.port, globals).await?;
    let mut keeping = tokio::time::interval(KEPT_AGAIN);
    // Kept before it is printed: a page that is opened now finds the next studio too.
    keep(kept.as_ref(), &project, globals);
    tell(&counter.address, editor.name(), globals)?;
    let _doorway = how.opens_browser.then(|| open_browser(&project, &counter.address, globals));
    // What waits for the web; the studio goes on meanwhile.
    let mut errands = FuturesUnordered::new();
    let mut pictures = FuturesUnordered::new();
    // One for the whole time: a Ctrl-C in the middle of a change is obeyed when the change is done.
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        pictures.extend(editor.picture_errand().map(unless_broken));
        let changed = tokio::select! {
            call = counter.calls.recv() => {
                let Some(call) = call else { return Ok(Exit::Done) };
                match handle_call(&mut editor, call, globals).await {
                    Ok(is_new) => is_new,
                    Err((errand, answer)) => {
                        errands.push(async move { (unless_broken(errand).await, answer) });
                        false
                    }
                }
            }
            Some((ended, answer)) = errands.next(), if !errands.is_empty() => {
                unless_broken(editor.refresh()).await;
                let response = ended.map_or(StudioResponse::Broken, Editor::said);
                let _ = answer.send(named(response, globals.screen.elsewhere()));
                true
            }
            Some(ended) = pictures.next(), if !pictures.is_empty() => {
                let is_new = matches!(ended, Some(Ok(true)));
                if is_new {
                    unless_broken(editor.refresh()).await;
                }
                is_new
            }
            // Each change begins the wait again.
            () = tokio::time::sleep(COUNTED_AFTER), if editor.is_counting_due() => {
                unless_broken(editor.refresh()).await;
                true
            }
            _ = keeping.tick() => {
                keep(kept.as_ref(), &project, globals);
                false
            }
            change = watched.changed() => {
                if change.is_none() {
                    return Ok(Exit::Done);
                }
                let taking = take_file_changes(&mut watched, &mut editor, globals);
                unless_broken(taking).await.unwrap_or(true)
            }
            _ = &mut stop => {
                say_next(editor.name(), globals).await;
                return Ok(Exit::Done);
            }
        };
        if changed {
            counter.version.send_replace(editor.revision());
        }
    }
}

/// Does what the page wants: whether there is something new to show, or else what waits for the web first.
async fn handle_call(
    editor: &mut Editor,
    call: StudioCall,
    globals: &Globals,
) -> Result<bool, (Errand, oneshot::Sender<StudioResponse>)> {
    let (answer, changed) = match Box::pin(unless_broken(editor.handle(call.request))).await {
        None => (StudioResponse::Broken, false),
        Some(Handling::Now(answer, changed)) => (answer, changed),
        Some(Handling::Later(errand)) => return Err((errand, call.answer)),
    };
    // A page that has gone away needs no answer.
    let _ = call.answer.send(named(answer, globals.screen.elsewhere()));
    Ok(changed)
}

/// Opens the address of the last studio of this project if it is free, so that a page that is still open finds it.
async fn open(
    project: &Project,
    port: u16,
    globals: &Globals,
) -> Result<(StudioCalls, Option<StudioAddress>), Failure> {
    let now = system::now();
    let kept = StudioAddress::kept(project, now).filter(|kept| port == 0 || kept.port == port);
    if let Some(kept) = kept {
        match studio::open(kept.port, kept.token.clone()).await {
            Ok(calls) => return Ok((calls, Some(kept))),
            // Another studio of this project is open, and keeps its address.
            Err(error) if error.kind() == ErrorKind::AddrInUse && port == 0 => {
                let other = StudioAddress::new(0, now);
                return Ok((opened(0, other.token).await?, None));
            }
            Err(error) => globals.screen.warn(&format!(
                "port {} cannot be opened again: {error}; the studio has a new address",
                kept.port
            )),
        }
    }
    let mut address = StudioAddress::new(port, now);
    let calls = opened(port, address.token.clone()).await?;
    address.port = calls.port;
    Ok((calls, Some(address)))
}

async fn opened(port: u16, token: String) -> Result<StudioCalls, Failure> {
    studio::open(port, token).await.map_err(|error| {
        Failure::new(Exit::Failed, format!("the studio cannot open port {port}: {error}"))
            .help("leave out --port to use any free one")
    })
}

/// Keeps the address for a day from now on. Without it a page finds the next studio by the address on the screen.
fn keep(address: Option<&StudioAddress>, project: &Project, globals: &Globals) {
    let Some(address) = address else { return };
    if let Err(error) = address.keep(project, system::now()) {
        globals.screen.warn(&format!("the studio's address cannot be kept: {error}"));
    }
}

/// What is done, or nothing where it ends in a mistake of ours: the studio goes on either way.
async fn unless_broken<T>(work: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(work).catch_unwind().await.ok()
}

/// Where the studio is.
fn tell(address: &str, edition: &str, globals: &Globals) -> Result<(), Failure> {
    let screen = &globals.screen;
    screen.outcome(&OpenedStudio { schema: "roundup.studio/1", url: address, edition })
}

impl Outcome for OpenedStudio<'_> {
    fn text(&self, text: &mut Text) {
        text.line(self.url);
        text.say(
            "Open this address in a browser on this computer. Changes are saved to editions/. Press \
             Ctrl-C to stop the studio.",
        );
    }
}

/// Where a person who has finished here goes on.
async fn say_next(edition: &str, globals: &Globals) {
    // What cannot be read is named by the command that is typed next.
    globals.screen.say(&match hold(edition, globals).await {
        Ok(Some(HoldNote { sentence, next, .. })) => format!("{sentence} Next: {next}"),
        _ => format!("Next: roundup test {edition} --to ADDRESS, then roundup send {edition}"),
    });
}

async fn hold(edition: &str, globals: &Globals) -> Result<Option<HoldNote>, Failure> {
    let project = globals.project()?;
    let practice = Destination::of(&project, None)?.is_practice();
    hold_note(&project, edition, practice).await
}

fn open_browser(
    project: &Project,
    address: &str,
    globals: &Globals,
) -> Option<browser::LaunchPage> {
    let warn = |error| globals.screen.warn(&format!("the browser could not be opened: {error}"));
    browser::open(project, address).map_err(warn).ok()
}

/// Takes what people changed in the files. False where the studio has written it itself.
async fn take_file_changes(
    watched: &mut watch::FolderWatch,
    editor: &mut Editor,
    globals: &Globals,
) -> bool {
    tokio::time::sleep(STEPS_WITHIN).await;
    watched.forget();
    if let Ok(project) = globals.project()
        && let Err(error) = watched.renew(&project)
    {
        globals.screen.warn(&format!("a new folder cannot be watched: {error}"));
    }
    let is_new = !editor.has_seen_all();
    if is_new {
        editor.refresh().await;
    }
    is_new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mistake_of_ours_ends_one_request_and_no_more() {
        assert_eq!(unless_broken(async { 1 }).await, Some(1));
        let broken = unless_broken(async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "a mistake");
        });
        assert_eq!(broken.await, None);
        assert_eq!(unless_broken(async { 2 }).await, Some(2));
    }
}
