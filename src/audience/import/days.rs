//! The dates of an export: in which order a column writes day and month, and which day a cell means.
//! Pure: cells in, days out.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::date::{DateOrder, WrittenDate};
use crate::news::PartialDate;

/// Earlier dates are zero values of databases: there was no newsletter by email.
pub const FIRST_YEAR: i32 = 1995;

/// What the cells of the date columns of a file show together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayColumn {
    day_first: bool,
    month_first: bool,
    /// A cell that may be either, to show.
    pub open: Option<String>,
}

impl DayColumn {
    pub fn see(&mut self, cell: &str) {
        match PartialDate::read(cell, Tz::UTC) {
            Ok(WrittenDate::Known { order: Some(DateOrder::DayFirst), .. }) => {
                self.day_first = true;
            }
            Ok(WrittenDate::Known { order: Some(DateOrder::MonthFirst), .. }) => {
                self.month_first = true;
            }
            Ok(WrittenDate::Either { day_first, month_first }) if day_first != month_first => {
                self.open.get_or_insert_with(|| cell.trim().chars().take(40).collect());
            }
            _ => {}
        }
    }

    /// Whether some of its dates are day first and others month first.
    pub fn contradicts(&self) -> bool {
        self.day_first && self.month_first
    }

    /// The order that its dates show, if one of them does and none of them contradicts it.
    pub fn order(&self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// Whether a cell says that there is no day: databases write one that never was with zeros.
pub fn is_empty_day(cell: &str) -> bool {
    cell.chars().all(|c| c == '0' || !c.is_alphanumeric())
}

/// Whether a cell means a day that has not come, in whichever order it is written.
pub fn is_later(cell: &str, order: Option<DateOrder>, today: NaiveDate) -> bool {
    let Ok(written) = PartialDate::read(cell, Tz::UTC) else { return false };
    let dates = match (written, order) {
        (WrittenDate::Known { date, .. }, _) => [date, date],
        (
            WrittenDate::Either { month_first, .. } | WrittenDate::Dotted { month_first, .. },
            Some(DateOrder::MonthFirst),
        ) => [month_first, month_first],
        (WrittenDate::Either { day_first, .. }, Some(DateOrder::DayFirst))
        | (WrittenDate::Dotted { day_first, .. }, _) => [day_first, day_first],
        (WrittenDate::Either { day_first, month_first }, None) => [day_first, month_first],
    };
    dates.iter().all(|date| date.days(Tz::UTC).0 > today)
}

/// The day that a cell means. `None` where it means none, one that has not come, or one before there were newsletters.
pub fn day(cell: &str, order: Option<DateOrder>, today: NaiveDate) -> Option<NaiveDate> {
    let date = match PartialDate::read(cell, Tz::UTC).ok()? {
        WrittenDate::Known { date, .. } => date,
        WrittenDate::Dotted { month_first, .. } if order == Some(DateOrder::MonthFirst) => {
            month_first
        }
        WrittenDate::Dotted { day_first, .. } => day_first,
        WrittenDate::Either { day_first, month_first } => match order {
            Some(DateOrder::DayFirst) => day_first,
            Some(DateOrder::MonthFirst) => month_first,
            None if day_first == month_first => day_first,
            None => return None,
        },
    };
    let (first, _) = date.days(Tz::UTC);
    let earliest = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1)?;
    (earliest..=today).contains(&first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_systems_write() {
        let today = "2026-11-26".parse().unwrap();
        for (cell, expected) in [
            ("2020-03-23 17:30:05", "2020-03-23"),
            ("2021-03-01 10:00:00.12+00", "2021-03-01"),
            ("2023-03-24 10:23:10 UTC", "2023-03-24"),
            ("2021-02-04 07:55:20 +0000", "2021-02-04"),
            ("2020-09-25 16:45:13 -0400", "2020-09-25"),
            ("2022-01-10 16:35", "2022-01-10"),
            ("2022-01-10T16:35:00.000Z", "2022-01-10"),
            ("25-04-2022 09:30", "2022-04-25"),
            ("31/12/2019", "2019-12-31"),
        ] {
            let found = day(cell, None, today).map(|day| day.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{cell}");
        }
        for cell in ["", "0000-00-00 00:00:00", "1970-01-01", "1994-12-31", "2031-01-01", "soon"] {
            assert_eq!(day(cell, None, today), None, "{cell}");
        }
    }

    #[test]
    fn the_order_is_decided_over_the_whole_column() {
        let today = "2026-11-26".parse().unwrap();
        let mut column = DayColumn::default();
        column.see("03/04/2021");
        assert_eq!((column.order(), day("03/04/2021", column.order(), today)), (None, None));
        column.see("25/04/2021");
        let april = day("03/04/2021", column.order(), today).map(|day| day.to_string());
        assert_eq!(april.as_deref(), Some("2021-04-03"));
        // Points put the day first, unless the column shows otherwise.
        let mut dotted = DayColumn::default();
        for (cell, expected) in [("03.04.2021", "2021-04-03"), ("04.25.2021", "2021-03-04")] {
            dotted.see(cell);
            let found = day("03.04.2021", dotted.order(), today).map(|day| day.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{cell}");
        }
        dotted.see("25.04.2021");
        assert_eq!((dotted.order(), dotted.contradicts()), (None, true));
        column.see("04/25/2021");
        assert_eq!((column.order(), column.contradicts()), (None, true));
    }
}
