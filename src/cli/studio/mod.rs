//! `roundup preview` in the browser: the studio, while files are watched.
//! Shell: the network, files, the browser.

mod browser;
mod editor;
mod shown;
mod view;
mod watch;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::steps::window_args::Which;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::world;
use crate::project::Project;
use crate::rfc::base16;
use crate::web::studio;

use editor::{Editor, Handling};

const TOKEN_BYTES: usize = 16;
/// Editors write a file in several steps: what comes within this time is one change.
const STEPS_WITHIN: Duration = Duration::from_millis(10);

/// `roundup.studio/1`.
#[derive(Serialize)]
struct Opened<'a> {
    schema: &'static str,
    url: &'a str,
    edition: &'a str,
}

/// How the studio is opened.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub port: u16,
    pub opens_browser: bool,
}

/// Serves the studio until somebody presses Ctrl-C.
pub async fn run(which: &Which, how: How, globals: &Globals) -> Result<Exit, Failure> {
    // Watched first: what changes while the first mail is made is looked at once more.
    let project = globals.project()?;
    let mut watched = watch::FolderWatch::new(&project)?;
    let mut editor = Box::pin(Editor::new(globals, which)).await?;
    let mut token = [0; TOKEN_BYTES];
    world::random(&mut token);
    let mut counter = studio::open(how.port, base16::encode(&token)).await.map_err(|error| {
        Failure::new(Exit::Failed, format!("the studio cannot open port {}: {error}", how.port))
            .help("leave out --port to use any free one")
    })?;
    tell(&counter.address, editor.name(), globals)?;
    let _doorway = how.opens_browser.then(|| open_browser(&project, &counter.address, globals));
    let mut version = 1;
    // What waits for the web; the studio goes on meanwhile.
    let mut errands = FuturesUnordered::new();
    loop {
        let changed = tokio::select! {
            slip = counter.orders.recv() => {
                let Some(slip) = slip else { return Ok(Exit::Done) };
                match editor.obey(slip.order).await {
                    Handling::Now(answer, changed) => {
                        // A page that has gone away needs no answer.
                        let _ = slip.answer.send(answer);
                        changed
                    }
                    Handling::Later(errand) => {
                        errands.push(async move { (errand.await, slip.answer) });
                        false
                    }
                }
            }
            Some((ended, answer)) = errands.next(), if !errands.is_empty() => {
                editor.refresh().await;
                let _ = answer.send(Editor::said(ended));
                true
            }
            change = watched.changed() => {
                if change.is_none() {
                    return Ok(Exit::Done);
                }
                take_file_changes(&mut watched, &mut editor, globals).await
            }
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
        };
        if changed {
            version += 1;
            counter.version.send_replace(version);
        }
    }
}

/// Where the studio is.
fn tell(address: &str, edition: &str, globals: &Globals) -> Result<(), Failure> {
    let screen = &globals.screen;
    if screen.json {
        return screen.object(&Opened { schema: "roundup.studio/1", url: address, edition });
    }
    screen.print(address)?;
    screen.say(
        "Open this address in a browser on this computer. Changes are saved to editions/. Press \
         Ctrl-C to stop the studio.",
    );
    Ok(())
}

fn open_browser(project: &Project, address: &str, globals: &Globals) -> Option<browser::Doorway> {
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
