//! The hours of an occurrence, and how long one that was missed may be caught up.
//! Pure: a day and a time zone in, moments out.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use crate::count::counted;
use crate::date::instant_of;

/// The hours in which a sending may begin, in minutes of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartHours {
    from: u32,
    to: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` under `between` is not a span of hours")]
pub struct StartHoursError(String);

/// `due` runs every five minutes: a shorter span could be missed between two runs.
const SHORTEST_MINUTES: u32 = 10;
const DAY_MINUTES: u32 = 24 * 60;

impl Default for StartHours {
    /// Office hours.
    fn default() -> Self {
        Self { from: 9 * 60, to: 17 * 60 }
    }
}

impl StartHours {
    /// `09:00-17:00`; `24:00` is the end of the day.
    ///
    /// # Errors
    /// When it is none, or shorter than ten minutes.
    pub fn parse(text: &str) -> Result<Self, StartHoursError> {
        let failed = || StartHoursError(text.escape_debug().take(40).collect());
        let (from, to) = text.split_once(['-', '–']).ok_or_else(failed)?;
        let (from, to) = (minutes(from).ok_or_else(failed)?, minutes(to).ok_or_else(failed)?);
        if from + SHORTEST_MINUTES > to { Err(failed()) } else { Ok(Self { from, to }) }
    }

    /// Whether a minute of the day is in it.
    pub fn has_minute(self, minute: u32) -> bool {
        (self.from..self.to).contains(&minute)
    }

    fn start(self, day: NaiveDate, zone: Tz) -> DateTime<Utc> {
        moment(day, self.from, zone)
    }

    fn end(self, day: NaiveDate, zone: Tz) -> DateTime<Utc> {
        // Where the clock skips some of these hours, what is left would be too short for a run.
        let least = self.start(day, zone) + TimeDelta::minutes(i64::from(SHORTEST_MINUTES));
        moment(day, self.to, zone).max(least)
    }

    /// Whether a moment is in these hours of its own day.
    pub fn has(self, at: DateTime<Utc>, zone: Tz) -> bool {
        let day = at.with_timezone(&zone).date_naive();
        (self.start(day, zone)..self.end(day, zone)).contains(&at)
    }
}

impl fmt::Display for StartHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |text: &str, least: usize| {
        let is_number =
            text.len() >= least && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok())?
    };
    let (hour, minute) = (digits(hour, 1)?, digits(minute, 2)?);
    (minute < 60 && hour * 60 + minute <= DAY_MINUTES).then_some(hour * 60 + minute)
}

fn moment(day: NaiveDate, minutes: u32, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minutes));
    instant_of(local, zone)
}

/// How long an occurrence may be caught up when nothing ran in its hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// Later on the same day, until midnight.
    #[default]
    SameDay,
    /// Later on the same day, and in the hours of the days after.
    Days(u32),
    /// Never without a person.
    Ask,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` under `catch_up` is not a time to catch up in")]
pub struct CatchUpError(String);

/// News of two weeks ago is for a person to decide.
const LONGEST_DAYS: u32 = 14;

impl CatchUp {
    /// `same day`, `3 days`, `ask`
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(text: &str) -> Result<Self, CatchUpError> {
        let failed = || CatchUpError(text.escape_debug().take(40).collect());
        let words: Vec<String> =
            text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["same", "day"] => Ok(Self::SameDay),
            ["ask"] => Ok(Self::Ask),
            [number, "day" | "days"] => {
                let number: Option<u32> = number.parse().ok();
                let number = number.filter(|number| (1..=LONGEST_DAYS).contains(number));
                number.map(Self::Days).ok_or_else(failed)
            }
            _ => Err(failed()),
        }
    }
}

impl fmt::Display for CatchUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameDay => f.write_str("same day"),
            Self::Days(days) => f.write_str(&counted(*days, "day", "days")),
            Self::Ask => f.write_str("ask"),
        }
    }
}

/// When an occurrence may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccurrenceHours {
    pub opens: DateTime<Utc>,
    /// Before this it is on time.
    pub closes: DateTime<Utc>,
    /// Before this it may be caught up.
    pub deadline: DateTime<Utc>,
    /// The end of its own day.
    midnight: DateTime<Utc>,
    between: StartHours,
    zone: Tz,
}

/// How long after its time a sending that somebody has set is on time.
const ONCE_ON_TIME: TimeDelta = TimeDelta::hours(1);

impl OccurrenceHours {
    /// Of a day of the schedule.
    pub fn of(day: NaiveDate, between: StartHours, catch_up: CatchUp, zone: Tz) -> Self {
        let (opens, closes) = (between.start(day, zone), between.end(day, zone));
        Self::until(day, opens, closes, between, catch_up, zone)
    }

    /// Of one moment that somebody has set.
    pub fn once(at: DateTime<Utc>, between: StartHours, catch_up: CatchUp, zone: Tz) -> Self {
        let day = at.with_timezone(&zone).date_naive();
        Self::until(day, at, at + ONCE_ON_TIME, between, catch_up, zone)
    }

    fn until(
        day: NaiveDate,
        opens: DateTime<Utc>,
        closes: DateTime<Utc>,
        between: StartHours,
        catch_up: CatchUp,
        zone: Tz,
    ) -> Self {
        let midnight = moment(day, DAY_MINUTES, zone);
        let deadline = match catch_up {
            CatchUp::Ask => closes,
            CatchUp::SameDay => midnight.max(closes),
            CatchUp::Days(days) => {
                let last = day.checked_add_days(Days::new(days.into())).unwrap_or(day);
                between.end(last, zone).max(closes)
            }
        };
        Self { opens, closes, deadline, midnight, between, zone }
    }

    /// Whether it may begin at a moment, on time or late.
    pub fn may_begin(&self, now: DateTime<Utc>) -> bool {
        if now < self.opens || now >= self.deadline {
            return false;
        }
        now < self.closes || now < self.midnight || self.between.has(now, self.zone)
    }

    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        now >= self.closes
    }

    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        now >= self.deadline
    }
}

/// A moment as people type it: `2027-01-05 10:00` in a time zone, or with an offset. A time that the clock skips is the first
/// one after; of a time that comes twice it is the first.
pub fn read_moment(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(instant_of(local, zone))
}
