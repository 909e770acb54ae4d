//! The day on which people gave their address, as somebody types it.
//! Pure: words in, days out.

use chrono::NaiveDate;

use crate::audience::import::FIRST_YEAR;
use crate::cli::terminal::failure::{Exit, Failure};

/// Whether somebody means a day, and not the name of a column.
pub(super) fn is_like_a_day(text: &str) -> bool {
    let is_date = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ' ');
    text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_date)
}

/// A whole day that has come: a year, or a month, is not evidence of when somebody agreed.
pub(super) fn given_day(text: &str, today: NaiveDate) -> Result<NaiveDate, Failure> {
    let cure = "give the day on which they gave their address";
    let Ok(day) = text.trim().parse::<NaiveDate>() else {
        let shown: String = text.escape_debug().take(60).collect();
        return Err(Failure::new(Exit::Usage, format!("`{shown}` is not a whole day"))
            .help("write year, month and day, as in 2024-05-31"));
    };
    if day > today {
        return Err(Failure::new(Exit::Usage, format!("{day} has not come yet")).help(cure));
    }
    if NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).is_some_and(|first| day < first) {
        return Err(Failure::new(
            Exit::Usage,
            format!("{day} is before {FIRST_YEAR}, when there were no newsletters by email"),
        )
        .help(cure));
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_day_is_evidence() {
        let today = "2026-11-26".parse().unwrap();
        for (text, expected) in [
            ("2024-05-31", None),
            (" 1995-01-01 ", None),
            ("2026-11-26", None),
            ("1994", Some("`1994` is not a whole day")),
            ("2024-05", Some("`2024-05` is not a whole day")),
            ("31/05/2024", Some("`31/05/2024` is not a whole day")),
            ("2024-02-30", Some("`2024-02-30` is not a whole day")),
            ("", Some("`` is not a whole day")),
            ("2026-11-27", Some("2026-11-27 has not come yet")),
            (
                "1994-12-31",
                Some("1994-12-31 is before 1995, when there were no newsletters by email"),
            ),
        ] {
            let found = given_day(text, today).err().map(|failure| failure.what);
            assert_eq!(found.as_deref(), expected, "{text}");
            assert_eq!(is_like_a_day(text), !text.is_empty(), "{text}");
        }
        for column in ["OPTIN_TIME", "Date of consent", "GDPR 2018", "-", ""] {
            assert!(!is_like_a_day(column), "{column}");
        }
    }
}
