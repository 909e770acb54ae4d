//! What people read when a source gives nothing, or may lack stories.
//! Pure: what went wrong in, problems with a place and a cure out.

use chrono::NaiveDate;

use crate::news::item::{Reading, UnreadSource};
use crate::news::shown_address::without_password;
use crate::news::source::Settings;
use crate::news::source_state::{SourceState, Trouble};
use crate::news::sources::fetch_error::FetchError;
use crate::problem::{Place, Problem};

pub(super) fn trouble_of(error: &FetchError) -> Trouble {
    Trouble { what: error.to_string(), cure: fetch_cure(error).to_owned(), is_strange: false }
}

/// Says that a source gave nothing, and how old is what is used instead.
pub(super) fn tell_trouble(
    reading: &mut Reading,
    settings: &Settings,
    state: &SourceState,
    trouble: &Trouble,
) {
    let place = match (&settings.url, &settings.path) {
        (Some(url), _) => without_password(url),
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
            format!("; its stories are from {}", answered.format("%-d %B %Y, %H:%M UTC"))
        }
        _ => String::new(),
    };
    reading.problems.push(Problem::new(
        Place::whole(place),
        format!("{what}{used}"),
        trouble.cure.clone(),
    ));
    reading.unread.push(UnreadSource {
        source: settings.name.clone(),
        answered: state.answered.filter(|_| settings.url.is_some() && !trouble.is_strange),
    });
}

/// Reports the days of the window whose stories a source forgot before they were fetched.
pub(super) fn tell_gaps(
    reading: &mut Reading,
    settings: &Settings,
    state: &SourceState,
    days: Option<(NaiveDate, NaiveDate)>,
) {
    let (Some((start, end)), Some(url)) = (days, &settings.url) else { return };
    let day = |day: NaiveDate| day.format("%-d %B %Y").to_string();
    let mut tell = |what: String| {
        reading.problems.push(Problem::new(
            Place::whole(without_password(url)),
            what,
            "check the website for them, and add what is missing to news/",
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
                "it was not fetched in time: stories between {} and {} may be missing",
                day(*after),
                day(*before)
            ));
        }
    }
}

/// What to type when an address gave nothing.
pub fn fetch_cure(error: &FetchError) -> &'static str {
    match error {
        FetchError::Private(_) | FetchError::Port { .. } => {
            "if this is intended, add allow_local = true to the source and run `roundup news sync`"
        }
        FetchError::NotWeb(_) => "write the address whole, beginning with https://",
        FetchError::Status { .. }
        | FetchError::TooLarge { .. }
        | FetchError::Swells { .. }
        | FetchError::Unreachable { .. } => "open the address in a browser, and try again",
        FetchError::NoTls { .. } => {
            "write the address with http://, or ask whoever runs the website to switch on https"
        }
        FetchError::Robots { .. } => {
            "ask whoever runs the website to let roundup in, or paste the page: roundup news import"
        }
    }
}

/// A fault of ours in reading one source ends nothing for the others.
pub(super) fn reader_failed() -> Trouble {
    Trouble {
        what: "roundup failed while it read this source".to_owned(),
        cure: "please report it with the address or file; other sources are not affected"
            .to_owned(),
        is_strange: false,
    }
}
