//! The hours and days in which mail is sent.
//! Pure: the time comes in as an argument.

use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use thiserror::Error;

/// From a time of day until another, on some days of the week, where the newsletter lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: NaiveTime,
    /// `None` for midnight at the end of the day.
    until: Option<NaiveTime>,
    /// Monday first.
    days: [bool; 7],
    zone: Tz,
}

/// Hours or days that are none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HoursError {
    #[error("`{0}` is not a span of hours")]
    Hours(String),
    #[error("`{0}` is not a list of days")]
    Days(String),
}

impl HoursError {
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Hours(_) => "write hours = \"08:00-18:00\"",
            Self::Days(_) => "write days = \"mon-fri\" or \"tue, thu\"",
        }
    }
}

impl Hours {
    /// Reads `08:00-18:00` and `mon-fri` or `tue, thu`. `None` where there is no restriction.
    ///
    /// # Errors
    /// When one of them is neither.
    pub fn parse(
        hours: Option<&str>,
        days: Option<&str>,
        zone: Tz,
    ) -> Result<Option<Self>, HoursError> {
        if hours.is_none() && days.is_none() {
            return Ok(None);
        }
        let (from, until) = match hours {
            Some(text) => span(text)
                .ok_or_else(|| HoursError::Hours(text.escape_debug().take(40).collect()))?,
            None => (NaiveTime::MIN, None),
        };
        let days = match days {
            Some(text) => weekdays(text)
                .ok_or_else(|| HoursError::Days(text.escape_debug().take(40).collect()))?,
            None => [true; 7],
        };
        Ok(Some(Self { from, until, days, zone }))
    }

    /// `None` when mail may be sent now; else the next moment when it may.
    pub fn closed_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let here = now.with_timezone(&self.zone).naive_local();
        if self.is_open(here) {
            return None;
        }
        // A week has each day once; the eighth is today a week later.
        (0..8)
            .filter_map(|ahead| here.date().checked_add_days(Days::new(ahead)))
            .filter(|day| self.days[index(day.weekday())])
            .filter_map(|day| self.first_instant(day.and_time(self.from)))
            .find(|opening| *opening > now)
    }

    /// Whether a time of day is in them, on the right day.
    pub fn has(&self, time: NaiveTime) -> bool {
        time >= self.from && self.until.is_none_or(|until| time < until)
    }

    fn is_open(&self, here: NaiveDateTime) -> bool {
        self.days[index(here.weekday())] && self.has(here.time())
    }

    /// A local time that the clock change leaves out begins where the clock goes on.
    fn first_instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let found = |local| self.zone.from_local_datetime(&local).earliest();
        found(local)
            .or_else(|| found(local + chrono::TimeDelta::hours(1)))
            .map(|at| at.with_timezone(&Utc))
    }
}

fn index(day: Weekday) -> usize {
    day.num_days_from_monday() as usize
}

fn span(text: &str) -> Option<(NaiveTime, Option<NaiveTime>)> {
    let (from, until) = text.split_once(['-', '–'])?;
    let time = |text: &str| {
        let text = text.trim();
        match text.split_once(':') {
            Some(_) => NaiveTime::parse_from_str(text, "%H:%M").ok(),
            None => NaiveTime::from_hms_opt(text.parse().ok()?, 0, 0),
        }
    };
    let from = time(from)?;
    if matches!(until.trim(), "24:00" | "24" | "00:00") {
        return Some((from, None));
    }
    let until = time(until)?;
    (from < until).then_some((from, Some(until)))
}

fn weekdays(text: &str) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
        if let Some((first, last)) = part.split_once(['-', '–']) {
            let (mut at, last) =
                (index(first.trim().parse().ok()?), index(last.trim().parse().ok()?));
            days[at] = true;
            while at != last {
                at = (at + 1) % 7;
                days[at] = true;
            }
        } else {
            days[index(part.parse().ok()?)] = true;
        }
    }
    days.contains(&true).then_some(days)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn closed(hours: Option<&str>, days: Option<&str>, now: &str) -> Option<String> {
        let hours = Hours::parse(hours, days, London).unwrap().unwrap();
        let until = hours.closed_until(now.parse().unwrap())?;
        Some(until.format("%a %Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn open_in_its_hours_on_its_days() {
        let office = |now| closed(Some("08:00-18:00"), Some("mon-fri"), now);
        assert_eq!(office("2020-12-04T08:00:00Z"), None);
        assert_eq!(office("2020-12-04T17:59:59Z"), None);
        assert_eq!(office("2020-12-04T18:00:00Z").unwrap(), "Mon 2020-12-07 08:00");
        assert_eq!(office("2020-12-04T07:59:59Z").unwrap(), "Fri 2020-12-04 08:00");
        assert_eq!(office("2020-12-05T12:00:00Z").unwrap(), "Mon 2020-12-07 08:00");
        // In summer the clock of the newsletter is an hour ahead of UTC.
        assert_eq!(office("2020-06-05T07:00:00Z"), None);
        assert_eq!(office("2020-06-05T17:00:00Z").unwrap(), "Mon 2020-06-08 07:00");
        let tuesdays = |now| closed(None, Some("tue"), now);
        assert_eq!(tuesdays("2020-12-01T23:59:00Z"), None);
        assert_eq!(tuesdays("2020-12-02T00:00:00Z").unwrap(), "Tue 2020-12-08 00:00");
    }

    #[test]
    fn an_hour_that_the_clock_change_leaves_out() {
        let night = |now| closed(Some("01:30-24:00"), None, now);
        assert_eq!(night("2021-03-28T00:30:00Z").unwrap(), "Sun 2021-03-28 01:30");
        assert_eq!(night("2021-03-28T01:30:00Z"), None);
    }

    #[test]
    fn what_people_write() {
        assert!(Hours::parse(Some("8-18"), Some("Monday, wed,FRI"), London).is_ok());
        assert!(Hours::parse(Some("00:00-24:00"), Some("sat-mon"), London).is_ok());
        assert_eq!(Hours::parse(None, None, London), Ok(None));
        for wrong in ["", "8", "18:00-08:00", "08:00-25:00", "a-b"] {
            assert!(Hours::parse(Some(wrong), None, London).is_err(), "{wrong}");
        }
        for wrong in ["", "mo-x", "weekdays", "mon-"] {
            assert!(Hours::parse(None, Some(wrong), London).is_err(), "{wrong}");
        }
    }
}
