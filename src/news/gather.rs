//! Every source of a project, read or fetched, taken into the store, and the stories that are wanted of it.
//! Shell: files and the network.
//!
//! Files are read each time. A website is fetched when the last fetch is a while ago; when it does not answer, the stories
//! in the store are used, and their age is reported. A source that fails, or looks unusual, changes nothing in the store.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_util::FutureExt;

use super::credentials;
use super::date_order::settle;
use super::dates_file::StoryDates;
use super::dedupe::once;
use super::item::{Item, Reading};
use super::sanity;
use super::source::{Settings, SourceContext};
use super::source_state::{SourceState, Trouble, Validators};
use super::store::{
    IntakeCounts, ItemMatches, ItemQuery, Scope, SourceQuery, SourceVisit, Store, StoreError,
};
use super::trouble::{reader_failed, tell_gaps, tell_trouble, trouble_of};
use crate::date::PartialDate;
use crate::news::readers::by_kind::read_bytes;
use crate::news::readers::evidence;
use crate::news::sources::fetch::Web;
use crate::news::sources::fetch_error::FetchError;
use crate::news::sources::folder;
use crate::news::sources::picture_sizes::{self, SizeQuery};
use crate::news::sources::site_fetch::{self, FetchRequest, News, SiteNews};
use crate::problem::Problem;
use crate::shell_words::for_shell;

/// A website that was fetched within this time is not fetched again, unless somebody wants it.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Websites that are fetched at the same time.
const AT_A_TIME: usize = 20;

/// When websites are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchPolicy {
    /// Those that were not fetched for a while.
    InTime,
    /// The same, and nobody for the sizes of pictures: somebody waits for the stories.
    NewsInTime,
    /// All of them; those named here are taken in however unusual they look.
    Now { accept: Vec<String> },
    /// None.
    Never,
    /// None, and no file is read either: the store has them as they are.
    Stored,
}

/// A project's news and what is wanted of it.
pub struct GatherRequest<'a> {
    pub project: &'a Path,
    pub sources: &'a [Settings],
    pub answers: &'a StoryDates,
    pub zone: Tz,
    pub now: DateTime<Utc>,
    pub ask: FetchPolicy,
    pub wanted: ItemQuery<'a>,
    /// Days of which it is said whether stories may be missing; those that are wanted, where there are none.
    pub reported_days: Option<(NaiveDate, NaiveDate)>,
    /// Whom a website's owner can write to.
    pub contact: &'a str,
}

/// What became of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSync {
    pub source: String,
    pub outcome: SyncOutcome,
}

/// Whether a source was taken in, and what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Read or fetched: how many items it has, and what has changed.
    Taken { items: usize, taken: IntakeCounts },
    /// Fetched, and the same as before.
    Same,
    /// Fetched a short while ago.
    Recent,
    /// Not read: what the store has of it is used.
    Trouble(Trouble),
}

/// Reads files and fetches websites, the latter side by side, and gives the stories that are wanted.
///
/// # Errors
/// When the store fails. A source that cannot be read is a problem and not the end.
pub async fn gather(
    gathering: &GatherRequest<'_>,
    store: &mut Store,
) -> Result<(Reading, Vec<SourceSync>), StoreError> {
    let mut reading = Reading::default();
    let mut synced = Vec::new();
    let heard = ask_websites(gathering, store).await?;
    for (settings, heard) in gathering.sources.iter().zip(heard) {
        let name = &settings.name;
        let state = store.state(name)?;
        let news = match heard {
            SourceAnswer::File { date } => {
                std::panic::catch_unwind(AssertUnwindSafe(|| read_local(gathering, settings, date)))
                    .unwrap_or_else(|_| Err(Some(reader_failed())))
            }
            SourceAnswer::Nothing => Err(state.trouble.clone()),
            SourceAnswer::Answer(Ok(SiteNews::Same)) => {
                store.note_same(name, gathering.now)?;
                synced.push(SourceSync { source: name.clone(), outcome: SyncOutcome::Same });
                let days = gathering.reported_days.or(gathering.wanted.days);
                tell_gaps(&mut reading, settings, &store.state(name)?, days);
                continue;
            }
            SourceAnswer::Answer(Ok(SiteNews::News(news))) => Ok(*news),
            SourceAnswer::Answer(Err(error)) => Err(Some(trouble_of(&error))),
            SourceAnswer::Wrong(trouble) => Err(Some(trouble)),
        };
        let outcome = match news {
            Ok(news) => take_in(gathering, store, settings, &state, news, &mut reading)?,
            Err(Some(trouble)) => SyncOutcome::Trouble(trouble),
            Err(None) => SyncOutcome::Recent,
        };
        if let SyncOutcome::Trouble(trouble) = &outcome {
            if state.trouble.as_ref() != Some(trouble) || heard_now(gathering, settings, &state) {
                store.note_trouble(name, trouble, &asked_of(settings), gathering.now)?;
            }
            tell_trouble(&mut reading, settings, &state, trouble);
        }
        let days = gathering.reported_days.or(gathering.wanted.days);
        tell_gaps(&mut reading, settings, &store.state(name)?, days);
        synced.push(SourceSync { source: name.clone(), outcome });
    }
    store.put_dates(gathering.answers)?;
    let asked: Vec<SourceQuery<'_>> = gathering
        .sources
        .iter()
        .map(|settings| SourceQuery { name: &settings.name, is_remote: settings.url.is_some() })
        .collect();
    let ItemMatches { items, elsewhere } = store.find(&asked, &gathering.wanted)?;
    reading.items = items;
    let sizes = SizeQuery {
        sources: gathering.sources,
        contact: gathering.contact,
        now: gathering.now,
        is_asking: match gathering.ask {
            FetchPolicy::Never | FetchPolicy::Stored | FetchPolicy::NewsInTime => false,
            FetchPolicy::Now { .. } => true,
            // Somebody who only looks through all that there is waits for no pictures.
            FetchPolicy::InTime => gathering.wanted.days.is_some(),
        },
    };
    Box::pin(picture_sizes::fill_in(&sizes, store, &mut reading.items)).await?;
    reading.elsewhere = elsewhere;
    Ok((reading, synced))
}

/// What a source said in this run.
enum SourceAnswer {
    /// It is a file or folder, which is read when its turn comes. `date` is what is known of all its stories.
    File {
        date: Option<PartialDate>,
    },
    /// It was not fetched.
    Nothing,
    Answer(Result<SiteNews, FetchError>),
    /// Its settings are wrong.
    Wrong(Trouble),
}

fn heard_now(gathering: &GatherRequest<'_>, settings: &Settings, state: &SourceState) -> bool {
    let is_read = settings.url.is_none() && gathering.ask != FetchPolicy::Stored;
    is_read || is_due(gathering, settings, state)
}

fn is_due(gathering: &GatherRequest<'_>, settings: &Settings, state: &SourceState) -> bool {
    match gathering.ask {
        FetchPolicy::Never | FetchPolicy::Stored => false,
        FetchPolicy::Now { .. } => true,
        FetchPolicy::InTime | FetchPolicy::NewsInTime => {
            is_changed(settings, state)
                || state.asked.is_none_or(|asked| gathering.now - asked >= ASKED_AGAIN_AFTER)
        }
    }
}

/// Whether a source's settings have changed since the last fetch: what it answered then does not count now.
fn is_changed(settings: &Settings, state: &SourceState) -> bool {
    state.asked_of.as_ref().is_some_and(|before| *before != asked_of(settings))
}

/// A source's settings, hashed: a key must not be kept in the store. All of them count but its name and what makes links of files,
/// so that an answer to a question of roundup's (`dates`, `way`) is followed at once.
pub fn asked_of(settings: &Settings) -> String {
    const OTHERS: [&str; 4] = ["name", "path", "site", "permalink"];
    let mut all = serde_json::to_value(settings).unwrap_or_default();
    if let Some(all) = all.as_object_mut() {
        all.retain(|name, _| !OTHERS.contains(&name.as_str()));
    }
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, all.to_string().as_bytes());
    hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

async fn ask_websites(
    gathering: &GatherRequest<'_>,
    store: &Store,
) -> Result<Vec<SourceAnswer>, StoreError> {
    let mut said: Vec<SourceAnswer> = Vec::new();
    let mut waiting: Vec<(usize, FetchRequest)> = Vec::new();
    for (index, settings) in gathering.sources.iter().enumerate() {
        let state = store.state(&settings.name)?;
        let date = match given_date(settings, gathering.zone) {
            Ok(date) => date,
            Err(trouble) => {
                said.push(SourceAnswer::Wrong(trouble));
                continue;
            }
        };
        if let Some((what, cure)) = settings.fault() {
            let cure = cure.to_owned();
            said.push(SourceAnswer::Wrong(Trouble { what, cure, is_strange: false }));
        } else if settings.url.is_none() {
            let is_read = gathering.ask != FetchPolicy::Stored;
            said.push(if is_read { SourceAnswer::File { date } } else { SourceAnswer::Nothing });
        } else {
            if is_due(gathering, settings, &state) {
                let question = FetchRequest {
                    settings: settings.clone(),
                    date,
                    answered: state.answered,
                    // An unusual answer that is accepted now must be given again.
                    validators: if state.trouble.is_some() || is_changed(settings, &state) {
                        Validators::default()
                    } else {
                        state.validators
                    },
                    known: store.items_of(&settings.name)?,
                    zone: gathering.zone,
                    now: gathering.now,
                };
                waiting.push((index, question));
            }
            said.push(SourceAnswer::Nothing);
        }
    }
    waiting.reverse();
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        while tasks.len() < AT_A_TIME
            && let Some((index, question)) = waiting.pop()
        {
            let contact = gathering.contact.to_owned();
            tasks.spawn(async move {
                let heard = async {
                    match Web::new(question.settings.allow_local, &contact) {
                        Ok(web) => site_fetch::ask(&web, &question).await,
                        Err(error) => Err(error),
                    }
                };
                (index, AssertUnwindSafe(heard).catch_unwind().await)
            });
        }
        match tasks.join_next().await {
            Some(Ok((index, Ok(heard)))) => said[index] = SourceAnswer::Answer(heard),
            Some(Ok((index, Err(_)))) => said[index] = SourceAnswer::Wrong(reader_failed()),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return Ok(said),
        }
    }
}

fn given_date(settings: &Settings, zone: Tz) -> Result<Option<PartialDate>, Trouble> {
    let date = settings.date.as_deref().map(|text| PartialDate::parse(text, zone)).transpose();
    date.map_err(|error| Trouble {
        what: error.to_string(),
        cure: "write the source's date as 2020, 2020-12 or 2020-12-23".to_owned(),
        is_strange: false,
    })
}

fn take_in(
    gathering: &GatherRequest<'_>,
    store: &mut Store,
    settings: &Settings,
    state: &SourceState,
    mut news: News,
    reading: &mut Reading,
) -> Result<SyncOutcome, StoreError> {
    let is_remote = settings.url.is_some();
    settle(&mut news.reading, &settings.name, settings.dates);
    credentials::remove(&mut news.reading);
    // Two files are two stories, whatever address they name.
    if !settings.kind.is_folder() {
        once(&mut news.reading.items, gathering.zone);
    }
    let given = given_date(settings, gathering.zone).unwrap_or_default();
    for item in &mut news.reading.items {
        item.date = item.date.or(given);
        evidence::complete(item, settings, given);
    }
    gathering.answers.apply(&mut news.reading);
    let items = news.reading.items.len();
    let nothing =
        items == 0 && news.reading.skipped.is_empty() && !news.reading.problems.is_empty();
    let language = if is_remote { sanity::language(&news.reading) } else { None };
    // Another address is another source: that it is not like the one before says nothing.
    let is_new = is_changed(settings, state);
    let is_accepted =
        matches!(&gathering.ask, FetchPolicy::Now { accept } if accept.contains(&settings.name));
    if is_remote
        && !is_accepted
        && !is_new
        && let Some(what) = sanity::reason(state, &news.reading, language)
    {
        let cure = format!(
            "check it; if it is right, run: roundup news sync --accept {}",
            for_shell(&settings.name)
        );
        return Ok(SyncOutcome::Trouble(Trouble { what, cure, is_strange: true }));
    }
    if nothing && !is_accepted {
        let problem = news.reading.problems.remove(0);
        reading.problems.append(&mut news.reading.problems);
        return Ok(SyncOutcome::Trouble(Trouble {
            what: format!("{}: {}", problem.place, problem.what),
            cure: problem.cure,
            is_strange: false,
        }));
    }
    let unread = if settings.kind.is_folder() {
        unread(&store.items_of(&settings.name)?, &news.reading.problems)
    } else {
        Vec::new()
    };
    let answered = SourceVisit {
        at: gathering.now,
        validators: &news.validators,
        language,
        to_the_end: news.to_the_end,
        ids_are_files: settings.kind.is_folder(),
        missing: &news.missing,
        withdrawn: &news.withdrawn,
        unread: &unread,
        asked_of: &asked_of(settings),
    };
    let taken = store.take_in(&settings.name, news.reading.items, news.scope, &answered)?;
    reading.skipped.append(&mut news.reading.skipped);
    reading.problems.append(&mut news.reading.problems);
    Ok(SyncOutcome::Taken { items, taken })
}

/// The known items of files of which something is wrong.
fn unread(known: &[Item], problems: &[Problem]) -> Vec<String> {
    let is_wrong =
        |item: &&Item| problems.iter().any(|problem| problem.place.source == item.place.source);
    known.iter().filter(is_wrong).map(|item| item.id.clone()).collect()
}

fn read_local(
    gathering: &GatherRequest<'_>,
    settings: &Settings,
    date: Option<PartialDate>,
) -> Result<News, Option<Trouble>> {
    let path = settings.path.as_deref().unwrap_or(Path::new(""));
    let today = gathering.now.with_timezone(&gathering.zone).date_naive();
    let reading = if settings.kind.is_folder() {
        folder::read(gathering.project, settings, today, gathering.zone)
    } else {
        let shown = path.display().to_string();
        match folder::read_file(&gathering.project.join(path)) {
            Ok(bytes) => {
                let opened = SourceContext { settings, shown: &shown, zone: gathering.zone, date };
                read_bytes(&opened, &bytes)
            }
            Err(error) => {
                return Err(Some(Trouble {
                    what: format!("{shown}: {error}"),
                    cure: "check its `path` in roundup.toml".to_owned(),
                    is_strange: false,
                }));
            }
        }
    };
    let validators = Validators::default();
    let (missing, withdrawn) = (Vec::new(), Vec::new());
    let scope = if reading.has_lost { Scope::Part } else { Scope::Whole };
    Ok(News { reading, scope, validators, to_the_end: true, missing, withdrawn })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::DateOrder;
    use crate::news::source::SourceKind;

    #[test]
    fn each_setting_that_decides_an_answer_counts() {
        let own = || Settings {
            url: Some("https://e.org".into()),
            ..Settings::new("s", SourceKind::Csv)
        };
        for (changed, counts) in [
            (Settings { url: Some("https://e.org/b".into()), ..own() }, true),
            (Settings { kind: SourceKind::Json, ..own() }, true),
            (Settings { allow_local: true, ..own() }, true),
            (Settings { dates: Some(DateOrder::DayFirst), ..own() }, true),
            (Settings { way: Some(2), ..own() }, true),
            (Settings { date: Some("2020".into()), ..own() }, true),
            (Settings { key: Some("k".into()), ..own() }, true),
            (Settings { list: Some("a".into()), ..own() }, true),
            (Settings { columns: [("title".into(), "T".into())].into(), ..own() }, true),
            (Settings { name: "t".into(), ..own() }, false),
            (Settings { site: Some("https://e.org".into()), ..own() }, false),
        ] {
            assert_eq!(asked_of(&changed) != asked_of(&own()), counts, "{changed:?}");
        }
    }
}
