//! The day on which a row of a list says that an address was given.
//! Pure: cells in, days out.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::news::PartialDate;

/// Years in which somebody may have given an address.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2100;

/// Whether a cell is a date in digits that no order of day and month makes a day of, or a year that nobody can mean.
pub(super) fn is_no_such_day(cell: &str) -> bool {
    let date = cell.trim().split(['T', ' ', ',']).next().unwrap_or_default();
    let is_date = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.');
    if date.is_empty() || !date.chars().all(is_date) {
        return false;
    }
    let parts: Option<Vec<u32>> =
        date.split(['-', '/', '.']).map(|part| part.parse().ok()).collect();
    let year_at =
        |at: usize| date.split(['-', '/', '.']).nth(at).is_some_and(|part| part.len() == 4);
    let (year, one, other) = match parts.as_deref() {
        Some([year]) if year_at(0) => (*year, 1, 1),
        Some([year, one, other]) if year_at(0) => (*year, *one, *other),
        Some([one, other, year]) if year_at(2) => (*year, *one, *other),
        _ => return false,
    };
    let Ok(year) = i32::try_from(year) else { return true };
    let is_day = |month, day| NaiveDate::from_ymd_opt(year, month, day).is_some();
    !YEARS.contains(&year) || !is_day(one, other) && !is_day(other, one)
}

/// The day of a cell, or the cell where it is not one.
pub(super) fn day_in(cell: &str) -> Result<Option<NaiveDate>, &str> {
    // Databases write 0000-00-00 where there is no date.
    if cell.chars().filter(char::is_ascii_digit).all(|digit| digit == '0')
        && !cell.chars().any(char::is_alphabetic)
    {
        return Ok(None);
    }
    let date = PartialDate::parse(cell, Tz::UTC).map_err(|_| cell)?;
    Ok(Some(date.days(Tz::UTC).0))
}

#[cfg(test)]
mod tests {
    use super::is_no_such_day;

    #[test]
    fn days_that_cannot_be_and_days_that_are_only_written_in_another_way() {
        for cell in [
            "31/31/2019",
            "2019-13-40",
            "2999-01-01",
            "2999",
            "0019-01-01",
            "30/02/2020",
            "2020.02.30",
            " 1899-12-30 00:00 ",
        ] {
            assert!(is_no_such_day(cell), "{cell}");
        }
        for cell in [
            "",
            "2019-05-01 10:00:00",
            "01/05/2019 10:22",
            "5/31/2019",
            "31.05.2019",
            "May 1, 2019",
            "1556668800",
            "03-2019",
            "1/5/19",
            "yes",
            "-",
            "2019-05-01T10:00:00Z",
            "20190501",
        ] {
            assert!(!is_no_such_day(cell), "{cell}");
        }
    }
}
