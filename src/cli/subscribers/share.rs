//! `roundup subscribers share`: several newsletters leave out the people who said no to all of them.
//! Shell: the ledger, the shared list, `roundup.toml`.

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailStep};
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::shared_list;
use crate::cli::steps::settings_file::with_people_setting;
use crate::cli::subscribers::known::known_in;
use crate::cli::subscribers::writing::{OpenList, agreed, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::save;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::count::{more_people, people};
use crate::ledger::Ledger;
use crate::ledger::error::LedgerError;
use crate::ledger::shared_list::SharedList;
use crate::project::{Project, SETTINGS_FILE};

/// People of one commit.
const BATCH: usize = 500;

#[derive(Debug, Args)]
pub(super) struct ShareArguments {
    /// The list, seen from the project's folder, as in ../do-not-mail.db: made where there is none
    file: String,
    /// Do it without a question
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, Serialize)]
struct ShareOutcome<'a> {
    schema: &'static str,
    file: &'a str,
    made: bool,
    /// Of this newsletter, written into the list.
    people: usize,
    /// Whose address is not kept here, so that the list cannot name them.
    unknown: usize,
    /// On the list, by all newsletters.
    shared: usize,
}

/// What this newsletter knows already goes into the list; running it again adds what is missing there.
pub(super) async fn share(arguments: &ShareArguments, globals: &Globals) -> Result<Exit, Failure> {
    let (mut project, screen) = (globals.project()?, &globals.screen);
    let file = arguments.file.trim();
    if file.is_empty() {
        return Err(Failure::new(Exit::Usage, "the shared do-not-mail list needs a file")
            .help("name one beside your newsletters, such as ../do-not-mail.db"));
    }
    let question = format!("Share the do-not-mail list in {file}?");
    if !agreed(&question, arguments.yes, screen)? {
        screen.say("Nothing was changed.");
        return Ok(Exit::Done);
    }
    let made = SharedList::make(&project.path(file)).map_err(LedgerError::from)?;
    project.settings.people.do_not_mail = Some(file.to_owned());
    let list = open_list(&project).await?;
    let (changes, unknown) = known_nos(&project, &list).await?;
    for batch in changes.chunks(BATCH) {
        list.ledger.change_no_mail(batch.to_vec()).await?;
    }
    let text = with_people_setting(&project.settings.text, "do_not_mail", file)?;
    save(&project, SETTINGS_FILE, &text)?;
    let shared = match list.ledger.shared() {
        Some(shared) => shared.count().await?,
        None => 0,
    };
    let (schema, people) = ("roundup.share/1", changes.len());
    screen.outcome(&ShareOutcome { schema, file, made, people, unknown, shared })?;
    Ok(Exit::Done)
}

impl Outcome for ShareOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let of = |count| people(u64::try_from(count).unwrap_or(u64::MAX));
        let Self { file, unknown, .. } = self;
        let what = if self.made { "made" } else { "found" };
        text.line(format!("{file} was {what}, and {SETTINGS_FILE} names it."));
        let here = of(self.people);
        text.line(format!("  {here} of this newsletter objected, complained or the like"));
        if *unknown > 0 {
            text.line(format!(
                "  {}, whose address is not kept here: only this newsletter leaves them out",
                more_people(u64::try_from(*unknown).unwrap_or(u64::MAX))
            ));
        }
        text.line(format!("  {} on the list in all", of(self.shared)));
    }
}

/// People who said no to more than this newsletter and whose address is known, as it stands in the ledger; and how many others.
async fn known_nos(
    project: &Project,
    list: &OpenList,
) -> Result<(Vec<NoMailChange>, usize), Failure> {
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    for (person, _) in list.ledger.suppressions().await? {
        if list.ledger.suppression(&person).await?.is_some_and(|entry| entry.reason.is_of_all()) {
            unknown.insert(person);
        }
    }
    let mut changes = Vec::new();
    let known = known_in(project, Some(&list.ledger)).await?;
    for person in known.in_order() {
        let hash = list.keys.address_hash_of_key(&person.key);
        if !unknown.remove(&hash) {
            continue;
        }
        if let Some(NoMail { reason, at, .. }) = list.ledger.suppression(&hash).await? {
            let step = NoMailStep::Add(reason);
            let change = NoMailChange::new(&hash, step, ChangeOrigin::Operator, at);
            changes.push(change.of_key(&person.key));
        }
    }
    Ok((changes, unknown.len()))
}

/// What `doctor` says of the list; nothing where none is shared.
pub(crate) async fn examine(project: &Project) -> Result<Option<Result<usize, Failure>>, Failure> {
    let Some(shared) = shared_list(project)? else { return Ok(None) };
    let shared = std::sync::Arc::new(shared);
    Ok(Some(shared.count().await.map_err(Failure::from)))
}
