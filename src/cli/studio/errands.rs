//! What waits for the web: the email's links, and the news of websites. The studio goes on meanwhile.
//! Shell: the network, the project.

use std::pin::Pin;

use serde_json::{Value, json};

use super::shown::REMEMBERED;
use super::view::View;
use crate::cli::check;
use crate::cli::globals::Globals;
use crate::cli::send::test;
use crate::cli::steps::chosen_edition::choose;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::prepare::prepare_to_look;
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::files::save;
use crate::news::Item;
use crate::news::gather::FetchPolicy;
use crate::web::studio::StudioResponse;

/// What waits for the web.
pub type Errand = Pin<Box<dyn Future<Output = Result<Value, Failure>>>>;

/// What became of an order.
pub enum Handling {
    /// The answer, and whether there is something new to show.
    Now(StudioResponse, bool),
    /// It waits for the web: the studio goes on meanwhile, and looks at the files again when it ends.
    Later(Errand),
}

/// Fetches the email's links; what they answer is kept for every later look.
pub async fn ask_links(globals: Globals, which: EditionArguments) -> Result<Value, Failure> {
    let project = globals.project()?;
    let prepared = prepare_to_look(&project, &which, Reach::Network, &globals.screen).await?;
    check::keep(&project, &prepared, prepared.answers.len())?;
    Ok(json!({"links": prepared.answers.len()}))
}

/// Fetches the sizes of an edition's pictures that are not known yet. Whether some are known now.
pub async fn ask_pictures(globals: Globals, which: EditionArguments) -> Result<bool, Failure> {
    let project = globals.project()?;
    let chosen = choose(&project, &which, &globals.screen).await?;
    let query = |ask| NewsQuery { ask, ..NewsQuery::of(&chosen) };
    let (before, _) = gather::read(&project, query(FetchPolicy::Never)).await?;
    let open = without_size(&before.items);
    if open == 0 {
        return Ok(false);
    }
    let (after, _) = gather::read(&project, query(FetchPolicy::InTime)).await?;
    Ok(without_size(&after.items) < open)
}

fn without_size(items: &[Item]) -> usize {
    let images = items.iter().filter_map(|item| item.image.as_ref());
    images.filter(|image| image.size.is_none()).count()
}

/// Fetches the news of the websites into the store, and names those that could not be read.
pub async fn fetch(globals: Globals) -> Result<Value, Failure> {
    let project = globals.project()?;
    let ask = FetchPolicy::Now { accept: Vec::new() };
    let (reading, _) = gather::read(&project, NewsQuery { ask, ..NewsQuery::quick() }).await?;
    let unread = reading.problems.iter().filter(|_| !reading.unread.is_empty());
    let unread: Vec<String> = unread.map(ToString::to_string).collect();
    Ok(json!({"unread": unread}))
}

/// Sends a test as somebody would see it, and remembers the addresses.
pub async fn send_test(
    view: &View,
    to: &str,
    whose: &str,
) -> Result<Vec<test::TestResult>, Failure> {
    let addresses = test::addresses(&[to.to_owned()])?;
    let destination = Destination::of(&view.project, None)?;
    let recipient = view.recipient(whose);
    let tests =
        test::send(&view.project, &view.prepared, &recipient, &addresses, &destination).await?;
    let typed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    view.project.own_folder(false)?;
    save(&view.project, REMEMBERED, &json!({"test": typed}).to_string())?;
    Ok(tests)
}
