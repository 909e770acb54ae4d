//! Every source of a project, read or asked, taken into the store, and the stories that are wanted of it.
//! Shell: files and the network.
//!
//! Files are read each time. A website is asked when it was not asked for a while; when it does not answer, what the store
//! has of it is used, and its age is told. A source that fails, or has turned strange, changes nothing in the store.

use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::answers::Answers;
use super::ask::{self, Heard, News, Question};
use super::date::PartialDate;
use super::fetch::{FetchError, Validators, Web};
use super::folder;
use super::item::{Reading, Unread};
use super::site::Site;
use super::source::{Kind, Opened, Settings};
use super::store::{
    Answered, Asked, Found, Scope, SourceState, Store, StoreError, Taken, Trouble, Wanted,
};
use super::{csv, feed, json, listing, markdown, strange};
use crate::problem::{Place, Problem};

/// A website that was asked within this time is not asked again, unless somebody wants it.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(15);
/// Websites that are asked at the same time.
const AT_A_TIME: usize = 20;

/// When websites are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Those that were not asked for a while.
    InTime,
    /// All of them; those named here are taken in however strange they have become.
    Now { accept: Vec<String> },
    /// None.
    Never,
}

/// A project's news and what is wanted of it.
pub struct Gathering<'a> {
    pub project: &'a Path,
    pub sources: &'a [Settings],
    pub answers: &'a Answers,
    pub zone: Tz,
    pub now: DateTime<Utc>,
    pub ask: Ask,
    pub wanted: Wanted<'a>,
}

/// What became of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    pub source: String,
    pub outcome: Outcome,
}

/// See `Synced`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Read or asked: how many items it has, and what has changed.
    Taken { items: usize, taken: Taken },
    /// Asked, and the same as before.
    Same,
    /// Asked a short while ago.
    Recent,
    /// Not read: what the store has of it is used.
    Trouble(Trouble),
}

/// Reads and asks all sources, side by side where they are websites, and gives the stories that are wanted.
///
/// # Errors
/// When the store fails. A source that cannot be read is a problem and not the end.
pub async fn gather(
    gathering: &Gathering<'_>,
    store: &mut Store,
) -> Result<(Reading, Vec<Synced>), StoreError> {
    let mut reading = Reading::default();
    let mut synced = Vec::new();
    let heard = ask_websites(gathering, store).await?;
    for (settings, heard) in gathering.sources.iter().zip(heard) {
        let name = &settings.name;
        let state = store.state(name)?;
        let news = match heard {
            Said::File { date } => read_local(gathering, settings, date),
            Said::Nothing => Err(state.trouble.clone()),
            Said::Answer(Ok(Heard::Same)) => {
                store.note_same(name, gathering.now)?;
                synced.push(Synced { source: name.clone(), outcome: Outcome::Same });
                tell_gaps(&mut reading, settings, &store.state(name)?, &gathering.wanted);
                continue;
            }
            Said::Answer(Ok(Heard::News(news))) => Ok(news),
            Said::Answer(Err(error)) => Err(Some(trouble_of(&error))),
            Said::Wrong(trouble) => Err(Some(trouble)),
        };
        let outcome = match news {
            Ok(news) => take_in(gathering, store, settings, &state, news, &mut reading)?,
            Err(Some(trouble)) => Outcome::Trouble(trouble),
            Err(None) => Outcome::Recent,
        };
        if let Outcome::Trouble(trouble) = &outcome {
            if state.trouble.as_ref() != Some(trouble) || heard_now(gathering, settings, &state) {
                store.note_trouble(name, trouble, gathering.now)?;
            }
            tell_trouble(&mut reading, settings, &state, trouble);
        }
        tell_gaps(&mut reading, settings, &store.state(name)?, &gathering.wanted);
        synced.push(Synced { source: name.clone(), outcome });
    }
    store.put_dates(gathering.answers)?;
    let asked: Vec<Asked<'_>> = gathering
        .sources
        .iter()
        .map(|settings| Asked { name: &settings.name, is_remote: settings.url.is_some() })
        .collect();
    let Found { items, elsewhere } = store.find(&asked, &gathering.wanted)?;
    reading.items = items;
    reading.elsewhere = elsewhere;
    Ok((reading, synced))
}

/// What a source said in this run.
enum Said {
    /// It is a file or folder, which is read when its turn comes. `date` is what is known of all its stories.
    File {
        date: Option<PartialDate>,
    },
    /// It was not asked.
    Nothing,
    Answer(Result<Heard, FetchError>),
    /// Its settings are wrong.
    Wrong(Trouble),
}

fn heard_now(gathering: &Gathering<'_>, settings: &Settings, state: &SourceState) -> bool {
    settings.url.is_none() || is_due(gathering, state)
}

fn is_due(gathering: &Gathering<'_>, state: &SourceState) -> bool {
    match gathering.ask {
        Ask::Never => false,
        Ask::Now { .. } => true,
        Ask::InTime => state.asked.is_none_or(|asked| gathering.now - asked >= ASKED_AGAIN_AFTER),
    }
}

async fn ask_websites(gathering: &Gathering<'_>, store: &Store) -> Result<Vec<Said>, StoreError> {
    let mut said: Vec<Said> = Vec::new();
    let mut waiting: Vec<(usize, Question)> = Vec::new();
    for (index, settings) in gathering.sources.iter().enumerate() {
        let state = store.state(&settings.name)?;
        let date = match given_date(settings, gathering.zone) {
            Ok(date) => date,
            Err(trouble) => {
                said.push(Said::Wrong(trouble));
                continue;
            }
        };
        if let Some((what, cure)) = settings.fault() {
            let cure = cure.to_owned();
            said.push(Said::Wrong(Trouble { what, cure, is_strange: false }));
        } else if settings.url.is_none() {
            said.push(Said::File { date });
        } else {
            if is_due(gathering, &state) {
                let question = Question {
                    settings: settings.clone(),
                    date,
                    answered: state.answered,
                    // A strange answer that is accepted now must be given again.
                    validators: if state.trouble.is_some() {
                        Validators::default()
                    } else {
                        state.validators
                    },
                    known: store.items_of(&settings.name)?,
                    zone: gathering.zone,
                };
                waiting.push((index, question));
            }
            said.push(Said::Nothing);
        }
    }
    waiting.reverse();
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        while tasks.len() < AT_A_TIME
            && let Some((index, question)) = waiting.pop()
        {
            tasks.spawn(async move {
                let heard = match Web::new(question.settings.allow_local) {
                    Ok(web) => ask::ask(&web, &question).await,
                    Err(error) => Err(error),
                };
                (index, heard)
            });
        }
        match tasks.join_next().await {
            Some(Ok((index, heard))) => said[index] = Said::Answer(heard),
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
    gathering: &Gathering<'_>,
    store: &mut Store,
    settings: &Settings,
    state: &SourceState,
    mut news: News,
    reading: &mut Reading,
) -> Result<Outcome, StoreError> {
    let is_remote = settings.url.is_some();
    gathering.answers.apply(&mut news.reading);
    let items = news.reading.items.len();
    let nothing =
        items == 0 && news.reading.skipped.is_empty() && !news.reading.problems.is_empty();
    let language = if is_remote { strange::language(&news.reading) } else { None };
    let is_accepted =
        matches!(&gathering.ask, Ask::Now { accept } if accept.contains(&settings.name));
    if is_remote
        && !is_accepted
        && let Some(what) = strange::reason(state, &news.reading, language)
    {
        let cure = format!(
            "look at it; if it is right, type: roundup news sync --accept \"{}\"",
            settings.name
        );
        return Ok(Outcome::Trouble(Trouble { what, cure, is_strange: true }));
    }
    if nothing && !is_accepted {
        let problem = news.reading.problems.remove(0);
        reading.problems.append(&mut news.reading.problems);
        return Ok(Outcome::Trouble(Trouble {
            what: format!("{}: {}", problem.place, problem.what),
            cure: problem.cure,
            is_strange: false,
        }));
    }
    let answered = Answered {
        at: gathering.now,
        validators: &news.validators,
        language,
        to_the_end: news.to_the_end,
        ids_are_files: settings.kind.is_folder(),
    };
    let taken = store.take_in(&settings.name, news.reading.items, news.scope, &answered)?;
    reading.skipped.append(&mut news.reading.skipped);
    reading.problems.append(&mut news.reading.problems);
    Ok(Outcome::Taken { items, taken })
}

fn trouble_of(error: &FetchError) -> Trouble {
    Trouble { what: error.to_string(), cure: fetch_cure(error).to_owned(), is_strange: false }
}

/// Says that a source gave nothing, and how old is what is used instead.
fn tell_trouble(
    reading: &mut Reading,
    settings: &Settings,
    state: &SourceState,
    trouble: &Trouble,
) {
    let place = match (&settings.url, &settings.path) {
        (Some(url), _) => url.clone(),
        (None, Some(path)) => path.display().to_string(),
        (None, None) => "roundup.toml".to_owned(),
    };
    // What was read as a problem of a file names its place already.
    let what = match trouble.what.strip_prefix(&format!("{place}: ")) {
        Some(what) => what.to_owned(),
        None => trouble.what.clone(),
    };
    let used = match state.answered {
        Some(answered) if settings.url.is_some() => {
            format!("; its stories are those of {}", answered.format("%-d %B %Y, %H:%M UTC"))
        }
        _ => String::new(),
    };
    reading.problems.push(Problem::new(
        Place::whole(place),
        format!("{what}{used}"),
        trouble.cure.clone(),
    ));
    reading.unread.push(Unread {
        source: settings.name.clone(),
        answered: state.answered.filter(|_| settings.url.is_some() && !trouble.is_strange),
    });
}

/// Says which days of the window a source forgets too fast to tell of.
fn tell_gaps(reading: &mut Reading, settings: &Settings, state: &SourceState, wanted: &Wanted<'_>) {
    let (Some((start, end)), Some(url)) = (wanted.days, &settings.url) else { return };
    let day = |day: NaiveDate| day.format("%-d %B %Y").to_string();
    let mut tell = |what: String| {
        reading.problems.push(Problem::new(
            Place::whole(url),
            what,
            "look at the website for them, and add what is missing to news/",
        ));
    };
    if let Some(back) = state.reaches_back.filter(|back| *back > start) {
        let until = back.min(end);
        tell(format!(
            "it only goes back to {}: stories of {} to {} may be missing",
            day(back),
            day(start),
            day(until - chrono::Days::new(1)),
        ));
    }
    for (after, before) in &state.gaps {
        if *after < end && *before > start {
            tell(format!(
                "it was not asked in time: stories between {} and {} may be missing",
                day(*after),
                day(*before)
            ));
        }
    }
}

fn read_local(
    gathering: &Gathering<'_>,
    settings: &Settings,
    date: Option<PartialDate>,
) -> Result<News, Option<Trouble>> {
    let path = settings.path.as_deref().unwrap_or(Path::new(""));
    let today = gathering.now.with_timezone(&gathering.zone).date_naive();
    let reading = if settings.kind.is_folder() {
        let site = Site::new(settings, today);
        folder::read(gathering.project, path, &settings.name, &site, gathering.zone)
    } else {
        let shown = path.display().to_string();
        match folder::read_file(&gathering.project.join(path)) {
            Ok(bytes) => {
                let opened = Opened { settings, shown: &shown, zone: gathering.zone, date };
                read_bytes(&opened, &bytes)
            }
            Err(error) => {
                return Err(Some(Trouble {
                    what: format!("{shown}: {error}"),
                    cure: "look at its `path` in roundup.toml".to_owned(),
                    is_strange: false,
                }));
            }
        }
    };
    let validators = Validators::default();
    Ok(News { reading, scope: Scope::Whole, validators, to_the_end: true })
}

/// What to type when an address gave nothing.
pub fn fetch_cure(error: &FetchError) -> &'static str {
    match error {
        FetchError::Private(_) | FetchError::Port { .. } => {
            "add allow_local = true to the source if this is meant"
        }
        FetchError::NotWeb(_) => "write the address whole, beginning with https://",
        FetchError::Status { .. }
        | FetchError::TooLarge { .. }
        | FetchError::Swells { .. }
        | FetchError::Unreachable { .. } => "look at the address in a browser, and try again",
    }
}

/// Reads one source's bytes by the reader of its kind.
pub fn read_bytes(opened: &Opened<'_>, bytes: &[u8]) -> Reading {
    let Opened { settings, shown, zone, date } = *opened;
    let source = &settings.name;
    match settings.kind {
        Kind::Markdown | Kind::Hugo | Kind::Jekyll | Kind::Zola | Kind::Eleventy => {
            markdown::read(source, shown, &String::from_utf8_lossy(bytes), zone)
        }
        Kind::Csv => csv::read(opened, bytes),
        Kind::Json => json::read(opened, bytes),
        Kind::Feed => feed::read(source, shown, bytes, zone),
        Kind::Wordpress => super::wordpress::read(source, shown, bytes, zone),
        Kind::Ghost => super::ghost::read(source, shown, bytes, zone).0,
        Kind::Listing | Kind::Page => listing::read(source, shown, bytes, zone, date),
    }
}
