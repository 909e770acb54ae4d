//! When editions go out without anybody at the keyboard: phrases for days, hours, and what becomes of missed ones.
//! Pure: texts and moments in, occurrences and decisions out.

mod approved;
mod decision;
mod missed;
mod occurrence;
mod phrase;
mod slot;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use approved::ApprovedEdition;
pub use decision::{
    Decision, DueSend, HandSentOccurrence, PlannedSending, ScheduleFacts, decide, unseen_days,
};
pub use missed::{MissedOccurrence, after_missed, needs_approval};
pub use occurrence::{Occurrence, OccurrenceState, once_name};
pub use phrase::{Phrase, PhraseError};
pub use slot::{CatchUp, CatchUpError, OccurrenceHours, StartHours, StartHoursError, read_moment};

/// `[schedule]` of `roundup.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// As in `first Tuesday`.
    pub every: Option<String>,
    /// As in `09:00-17:00`, in the project's time zone.
    pub between: Option<String>,
    /// `same day`, `3 days` or `ask`.
    pub catch_up: Option<String>,
    /// Days that are not working days, as in `2027-12-27`.
    pub holidays: Vec<String>,
}

/// Bank holidays of some years: more are pasted by mistake.
const MOST_HOLIDAYS: usize = 500;

/// What is wrong with `[schedule]`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    #[error(transparent)]
    Phrase(#[from] PhraseError),
    #[error(transparent)]
    Between(#[from] StartHoursError),
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    #[error("`{0}` under `holidays` is not a day")]
    Holiday(String),
    #[error("`holidays` under [schedule] has more than {MOST_HOLIDAYS} days")]
    Holidays,
}

impl ScheduleError {
    /// The setting under [schedule] that is wrong.
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Phrase(_) => "every",
            Self::Between(_) => "between",
            Self::CatchUp(_) => "catch_up",
            Self::Holiday(_) | Self::Holidays => "holidays",
        }
    }

    pub fn cure(&self) -> String {
        match self {
            Self::Phrase(error) => error.cure(),
            Self::Between(_) => {
                "write two times of one day, at least ten minutes apart: between = \"09:00-17:00\""
                    .to_owned()
            }
            Self::CatchUp(_) => {
                "write catch_up = \"same day\", \"3 days\" (1 to 14 days) or \"ask\"".to_owned()
            }
            Self::Holiday(_) => "write each as in holidays = [\"2027-12-27\"]".to_owned(),
            Self::Holidays => "keep those of this year and the next".to_owned(),
        }
    }
}

/// A schedule that can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// None where only times that somebody set are due.
    pub phrase: Option<Phrase>,
    pub between: StartHours,
    pub catch_up: CatchUp,
    pub zone: Tz,
    pub holidays: Vec<NaiveDate>,
}

impl Schedule {
    /// From the settings.
    ///
    /// # Errors
    /// When one of them is not understood.
    pub fn new(settings: &Settings, zone: Tz) -> Result<Self, ScheduleError> {
        if settings.holidays.len() > MOST_HOLIDAYS {
            return Err(ScheduleError::Holidays);
        }
        let day = |text: &String| {
            let shown = || ScheduleError::Holiday(text.escape_debug().take(40).collect());
            text.trim().parse::<NaiveDate>().map_err(|_| shown())
        };
        Ok(Self {
            phrase: settings.every.as_deref().map(Phrase::parse).transpose()?,
            between: settings
                .between
                .as_deref()
                .map_or(Ok(StartHours::default()), StartHours::parse)?,
            catch_up: settings
                .catch_up
                .as_deref()
                .map_or(Ok(CatchUp::default()), CatchUp::parse)?,
            zone,
            holidays: settings.holidays.iter().map(day).collect::<Result<_, _>>()?,
        })
    }

    /// Whether it has an occurrence on a day.
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.phrase.as_ref().is_some_and(|phrase| phrase.is_on(day, &self.holidays))
    }

    /// The days with an occurrence, from one day to another, both included.
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        from.iter_days().take_while(move |day| *day <= to).filter(|day| self.is_on(*day))
    }

    /// When the occurrence of a day may begin.
    pub fn slot(&self, day: NaiveDate) -> OccurrenceHours {
        OccurrenceHours::of(day, self.between, self.catch_up, self.zone)
    }
}

#[cfg(test)]
mod tests;
