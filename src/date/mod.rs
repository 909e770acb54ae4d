//! Dates as precise as they are known: a year, a month, a day, or an instant.
//! Pure: parsing and comparing.

mod clock;
mod day;
pub mod digits;
pub mod file_name;
pub mod labels;
pub mod names;
mod partial;
mod read;
mod tokens;
mod zones;

use chrono::Datelike;
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

pub use self::partial::{DateOrder, Numeric, PartialDate, WrittenDate, instant_of};

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DateError {
    #[error("`{0}` is not a date")]
    NotADate(String),
    #[error("`{0}` is a day that does not exist")]
    NoSuchDay(String),
    #[error("`{0}` is not between {FIRST_YEAR} and {LAST_YEAR}")]
    OutOfRange(String),
}

/// Earlier dates are zero values of other systems (1 January 1970 and the like), not news.
pub const FIRST_YEAR: i32 = 1990;
/// Later dates are mistakes of the keyboard.
pub const LAST_YEAR: i32 = 2100;

impl PartialDate {
    /// Reads a date as people type it here. Date-times without a zone are taken in `zone`; dates of three numbers are day
    /// first, as in Britain.
    ///
    /// # Errors
    /// When the text is not a date, or none that can be news.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, DateError> {
        Ok(match Self::read(text, zone)? {
            WrittenDate::Known { date, .. }
            | WrittenDate::Either { day_first: date, .. }
            | WrittenDate::Dotted { day_first: date, .. } => date,
        })
    }

    /// Reads a date as sources write it: RFC 2822, ISO 8601, and whatever else is in use. What may be day first or month
    /// first stays open: the other dates of its source decide (`order::settle`).
    ///
    /// # Errors
    /// When the text is not a date, or none that can be news.
    pub fn read(text: &str, zone: Tz) -> Result<WrittenDate, DateError> {
        let written = read::read(text, zone).map_err(|fault| match fault {
            tokens::DateFault::NotADate => DateError::NotADate(shown(text)),
            tokens::DateFault::NoSuchDay => DateError::NoSuchDay(shown(text)),
        })?;
        let in_range = |date: Self| {
            let (first, last) = date.days(zone);
            first.year() >= FIRST_YEAR && last.year() <= LAST_YEAR
        };
        let all_in_range = match written {
            WrittenDate::Known { date, .. } => in_range(date),
            WrittenDate::Either { day_first, month_first }
            | WrittenDate::Dotted { day_first, month_first } => {
                in_range(day_first) && in_range(month_first)
            }
        };
        if all_in_range { Ok(written) } else { Err(DateError::OutOfRange(shown(text))) }
    }
}

fn shown(text: &str) -> String {
    text.trim().escape_debug().take(60).collect()
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// As it is written, so it is read: no zone is needed, for an instant is written in UTC.
impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text, Tz::UTC).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveDateTime};
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn the_forms_that_sources_use() {
        for (text, expected) in [
            ("2020", "2020"),
            ("2020-12", "2020-12"),
            ("2020-12-23", "2020-12-23"),
            ("2020/12/23", "2020-12-23"),
            ("03/06/2025", "2025-06-03"),
            ("03-DEC-20 09.30.05 AM", "2020-12-03T09:30:05Z"),
            ("03-DEC-20 09.30.05.000000 PM", "2020-12-03T21:30:05Z"),
            ("3.6.2025", "2025-06-03"),
            ("2020-12-23T10:00:00Z", "2020-12-23T10:00:00Z"),
            ("2020-06-23T10:00:00", "2020-06-23T09:00:00Z"),
            ("2020-06-23 10:00", "2020-06-23T09:00:00Z"),
            ("2020-06-23 10:00:00 +0200", "2020-06-23T08:00:00Z"),
            ("2025-06-03T09:00:00+0100", "2025-06-03T08:00:00Z"),
            ("Tue, 03 Jun 2025 09:00:00 BST", "2025-06-03T08:00:00Z"),
            ("Tues, 03 Jun 2025 09:00:00 GMT", "2025-06-03T09:00:00Z"),
            ("Mon, 03 Jun 2025 09:00:00 EST", "2025-06-03T14:00:00Z"),
            ("03 Jun 2025 09:00", "2025-06-03T08:00:00Z"),
            ("3 June 2025", "2025-06-03"),
            ("Tuesday, 30th April 2019", "2019-04-30"),
            ("Apr 30, 2019", "2019-04-30"),
            ("December 2020", "2020-12"),
        ] {
            let date = PartialDate::parse(text, London);
            assert_eq!(date.map(|d| d.to_string()), Ok(expected.to_owned()), "{text}");
        }
    }

    /// What programs and people write for 3 December 2020, and what it is in London.
    const FORMS: &[(&str, &str)] = &[
        ("Thu, 03 Dec 2020 09:00:00 GMT", "2020-12-03T09:00:00Z"),
        ("2020-12-03 09:00:00 +0000 UTC m=+0.000000001", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 09.00.00 +0000", "2020-12-03T09:00:00Z"),
        ("Dec 03 2020 09:00:00:000AM", "2020-12-03T09:00:00Z"),
        ("3 XII 2020", "2020-12-03"),
        ("3/XII/2020", "2020-12-03"),
        ("3.XII.2020", "2020-12-03"),
        ("3 V 2020", "2020-05-03"),
        ("2020. XII. 3.", "2020-12-03"),
        ("Posted: 3 December 2020", "2020-12-03"),
        ("Published on Thursday, December 3, 2020 at 9:00 AM", "2020-12-03T09:00:00Z"),
        ("First published 3 December 2020", "2020-12-03"),
        ("Thu, 3 Dec 2020 09:00:00 +0000", "2020-12-03T09:00:00Z"),
        ("Thu,3 Dec 2020 09:00:00 -0000", "2020-12-03T09:00:00Z"),
        ("Thursday, 03 December 2020 09:00:00 UT", "2020-12-03T09:00:00Z"),
        ("Mon, 03 Dec 2020 09:00:00 GMT", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec, 2020 09:00:00 UTC", "2020-12-03T09:00:00Z"),
        ("Thu 03 Dec 2020 09:00 GMT", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 20 09:00:00 GMT", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Sept 2020 09:00:00 GMT", "2020-09-03T09:00:00Z"),
        ("3 Sept 2020", "2020-09-03"),
        ("Thu, 03 Dec 2020 10:00:00 GMT+0100", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 10:00:00 GMT+1", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 08:00:00 UTC-01:00", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 10:00:00 +01:00", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 09:00:00 Etc/GMT", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 09:00:00 Europe/London", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 20:00:00 AEDT", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 22:00:00 NZDT", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 04:00:00 EST", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 04:00:00 ET", "2020-12-03T09:00:00Z"),
        ("Wed, 03 Jun 2020 04:00:00 ET", "2020-06-03T08:00:00Z"),
        ("Thu, 03 Dec 2020 09:00:00 MET", "2020-12-03T08:00:00Z"),
        ("Thu, 03 Dec 2020 09:00:00 XYZ", "2020-12-03"),
        ("Thu, 03 Dec 2020 09:00:00 +9900", "2020-12-03"),
        ("Thu Dec 03 2020 09:00:00 GMT+0000 (Greenwich Mean Time)", "2020-12-03T09:00:00Z"),
        ("Thu Dec 3 09:00:00 2020", "2020-12-03T09:00:00Z"),
        ("Thu Dec  3 09:00:00 GMT 2020", "2020-12-03T09:00:00Z"),
        ("Thu Dec 3 09:00:00 +0000 2020", "2020-12-03T09:00:00Z"),
        ("Thu Dec 3 09:00:00 2020 +0000", "2020-12-03T09:00:00Z"),
        ("Mon, May 25 2020 04:45:26 +0000", "2020-05-25T04:45:26Z"),
        ("Fri, 2006/09/15 08:19:53 EDT", "2006-09-15T12:19:53Z"),
        ("2020-12-03T09:00:00Z", "2020-12-03T09:00:00Z"),
        ("2020-12-03t09:00:00z", "2020-12-03T09:00:00Z"),
        ("2020-12-03T09:00Z", "2020-12-03T09:00:00Z"),
        ("2020-12-03T09:00:00.123456+00:00", "2020-12-03T09:00:00Z"),
        ("2020-12-03T09:00:00,5+00", "2020-12-03T09:00:00Z"),
        ("2020-12-03 09:00:00 UTC", "2020-12-03T09:00:00Z"),
        ("2020-12-03 09:00:00.0", "2020-12-03T09:00:00Z"),
        ("2020-12-03 at 09:00", "2020-12-03T09:00:00Z"),
        ("2020-012-03T09:00:00+00:00", "2020-12-03T09:00:00Z"),
        ("2020/12/03 09:00", "2020-12-03T09:00:00Z"),
        ("2020.12.03", "2020-12-03"),
        ("2020-12-3", "2020-12-03"),
        ("2020-12-03Z", "2020-12-03"),
        ("2020-12-03+01:00", "2020-12-03"),
        ("20201203", "2020-12-03"),
        ("20201203T090000Z", "2020-12-03T09:00:00Z"),
        ("20201203T0900", "2020-12-03T09:00:00Z"),
        ("20201203090000", "2020-12-03T09:00:00Z"),
        ("2020-338", "2020-12-03"),
        ("2020338", "2020-12-03"),
        ("2020-W49-4", "2020-12-03"),
        ("2020-12", "2020-12"),
        ("2020", "2020"),
        ("12/2020", "2020-12"),
        ("2020-12-03T24:00:00Z", "2020-12-04T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("1606986000", "2020-12-03T09:00:00Z"),
        ("1606986000000", "2020-12-03T09:00:00Z"),
        ("1606986000.5", "2020-12-03T09:00:00Z"),
        ("/Date(1606986000000+0000)/", "2020-12-03T09:00:00Z"),
        ("2020-12-03T09", "2020-12-03T09:00:00Z"),
        ("2020-12-03T09:00:00Z[UTC]", "2020-12-03T09:00:00Z"),
        ("2020-12-03 09:00:00 +0000 UTC", "2020-12-03T09:00:00Z"),
        ("03/Dec/2020:09:00:00 +0000", "2020-12-03T09:00:00Z"),
        ("Thursday, 03-Dec-20 09:00:00 GMT", "2020-12-03T09:00:00Z"),
        ("Thursday, December 3, 2020 - 09:00", "2020-12-03T09:00:00Z"),
        ("03.12.2020 09.00", "2020-12-03T09:00:00Z"),
        ("9:00am, 3 December 2020", "2020-12-03T09:00:00Z"),
        ("03Dec2020", "2020-12-03"),
        ("Thu, 03 Dec 2020 09:00:00 0000", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 09:00:00 GMT Standard Time", "2020-12-03T09:00:00Z"),
        ("9 PM, 3 Dec 2020", "2020-12-03T21:00:00Z"),
        ("9.30pm, 3 Dec 2020", "2020-12-03T21:30:00Z"),
        ("15 mars 2020 à 10 h 30", "2020-03-15T10:30:00Z"),
        ("令和2年12月3日 9時", "2020-12-03T09:00:00Z"),
        ("23/12/2020 09:00", "2020-12-23T09:00:00Z"),
        ("12/23/2020 9:00:00 AM", "2020-12-23T09:00:00Z"),
        ("Friday 01/05/2020", "2020-05-01"),
        ("3.12.2020", "2020-12-03"),
        ("03.12.20", "2020-12-03"),
        ("12/12/2020", "2020-12-12"),
        ("03-Dec-2020", "2020-12-03"),
        ("03-Dec-20 09:00:00", "2020-12-03T09:00:00Z"),
        ("December 3, 2020", "2020-12-03"),
        ("Dec 3, 2020 9:00 AM", "2020-12-03T09:00:00Z"),
        ("Dec 3, 2020, 12:05 a.m. GMT", "2020-12-03T00:05:00Z"),
        ("Dec. 3, 2020 @ 9 pm", "2020-12-03T21:00:00Z"),
        ("3 December 2020 9.30pm", "2020-12-03T21:30:00Z"),
        ("3rd of December 2020", "2020-12-03"),
        ("Thursday 3 December, 2020", "2020-12-03"),
        ("3 Dec ’20", "2020-12-03"),
        ("Dec 2020", "2020-12"),
        ("3 Rhagfyr 2020", "2020-12-03"),
        ("Dydd Mawrth, 3ydd Mawrth 2020", "2020-03-03"),
        ("Dydd Mawrth 1af Rhagfyr 2020", "2020-12-01"),
        ("jeudi 3 décembre 2020 à 09h00", "2020-12-03T09:00:00Z"),
        ("mar. 1er déc. 2020", "2020-12-01"),
        ("Do., 3. Dezember 2020, 09:00 Uhr", "2020-12-03T09:00:00Z"),
        ("am 3. März 2020", "2020-03-03"),
        ("[3 December 2020]", "2020-12-03"),
        ("Date: 3 December 2020", "2020-12-03"),
        ("2020-12-03T09:00:00 00:00", "2020-12-03T09:00:00Z"),
        ("2020-12-03T09.00.00Z", "2020-12-03T09:00:00Z"),
        ("2020-12-03 09.00", "2020-12-03T09:00:00Z"),
        ("Thu, 03 Dec 2020 09:00:00 %z", "2020-12-03T09:00:00Z"),
        ("to 3.12.2020", "2020-12-03"),
        ("den 3. december 2020 kl. 09.00", "2020-12-03T09:00:00Z"),
        ("3 грудня 2020 р.", "2020-12-03"),
        ("3 декември 2020 г.", "2020-12-03"),
        ("2020 m. gruodžio 3 d.", "2020-12-03"),
        ("2020. gada 3. decembris", "2020-12-03"),
        ("3. detsember 2020", "2020-12-03"),
        ("3 d’octubre de 2020", "2020-10-03"),
        ("3 Agustus 2020", "2020-08-03"),
        ("3. srpnja 2020.", "2020-07-03"),
        ("3. lipnja 2020.", "2020-06-03"),
        ("3. prosinca 2020.", "2020-12-03"),
        // October in Croatian, which has points there; November in Polish and Czech.
        ("3. listopada 2020.", "2020-10-03"),
        ("3 listopada 2020", "2020-11-03"),
        ("3. listopadu 2020", "2020-11-03"),
        ("Cyhoeddwyd ar 3 Rhagfyr 2020", "2020-12-03"),
        ("Do, 03 Dez 2020 10:00:00 +0100", "2020-12-03T09:00:00Z"),
        ("3 de diciembre de 2020", "2020-12-03"),
        ("mar, 01 dic 2020 10:00:00 CET", "2020-12-01T09:00:00Z"),
        ("giovedì 3 dicembre 2020", "2020-12-03"),
        ("3 grudnia 2020 r.", "2020-12-03"),
        ("czw., 3 gru 2020 10:00:00 +0100", "2020-12-03T09:00:00Z"),
        ("donderdag 3 december 2020", "2020-12-03"),
        ("5 mrt 2020", "2020-03-05"),
        ("quinta-feira, 3 de dezembro de 2020", "2020-12-03"),
        ("3. joulukuuta 2020", "2020-12-03"),
        ("2020. december 3., csütörtök", "2020-12-03"),
        ("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"),
        ("3 декабря 2020 г.", "2020-12-03"),
        ("2020年12月3日", "2020-12-03"),
        ("2020年12月3日 09時00分", "2020-12-03T09:00:00Z"),
        ("2020年12月3日9时00分30秒", "2020-12-03T09:00:30Z"),
        ("令和2年12月3日", "2020-12-03"),
        ("平成31年4月30日", "2019-04-30"),
        ("令和元年5月1日", "2019-05-01"),
        ("2020년 12월 03일 09:00:15", "2020-12-03T09:00:15Z"),
        ("2020년 12월 3일 (목)", "2020-12-03"),
        ("2020-12-03 오후 9:00:15", "2020-12-03T21:00:15Z"),
        ("２０２０年１２月３日", "2020-12-03"),
        ("٣ ديسمبر ٢٠٢٠", "2020-12-03"),
        ("3 ديسمبر 2020", "2020-12-03"),
        ("الخميس، 3 ديسمبر 2020", "2020-12-03"),
        ("الخميس 03 ديسمبر 2020 09:00 مساءً", "2020-12-03T21:00:00Z"),
        ("3 كانون الأول 2020", "2020-12-03"),
        ("٣ تشرين الثاني ٢٠٢٠", "2020-11-03"),
        ("15 آذار 2020", "2020-03-15"),
        ("15 أوت 2020", "2020-08-15"),
        ("٢٠٢٠-١٢-٠٣", "2020-12-03"),
        ("٢٠٢٠/١٢/٠٣", "2020-12-03"),
        ("۳ دسامبر ۲۰۲۰", "2020-12-03"),
        ("۳ دسمبر ۲۰۲۰", "2020-12-03"),
        ("३ दिसंबर २०२०", "2020-12-03"),
        ("गुरुवार, 3 दिसम्बर 2020", "2020-12-03"),
        ("2020-12-03T٠٩:٠٠:٠٠Z", "2020-12-03T09:00:00Z"),
        ("3 בדצמבר 2020", "2020-12-03"),
        ("৩ ডিসেম্বর ২০২০", "2020-12-03"),
        ("\u{a0}3\u{a0}December\u{202f}2020\n", "2020-12-03"),
    ];

    const NOT_DATES: &[&str] = &[
        "soon",
        "22013",
        "013",
        "2013-01-27-01",
        "2013-01-28T11:30:00-06:00Textra",
        "2013-xx-27",
        "2013-01-28T09:xx:00Z",
        "2013-01-28T09:00:00+00:xx",
        "2003-12-31T25:14:55Z",
        "2003-12-31T10:61:55Z",
        "2003-12-31T10:14:61Z",
        "9999-12-31T23:59:59-99:99",
        "Sun, 16 Dec 2012 1:2:3:4 GMT",
        "Sun, 16 zzz 2012 11:47:32 GMT",
        "Sun, Dec x 2012 11:47:32 GMT",
        "Sun, 16 Dec zz 11:47:32 GMT",
        "Sun, 99 Jun 2009 12:00:00 GMT",
        "Sun, 16 Dec 2012 11:47:32 +zz:00",
        "3 December",
        "Dec 20",
        "20-12-03",
        "1.10",
        "09:00",
        "10 11 12",
        "May",
        "3 or 4 December 2020",
        "3–5 December 2020",
        "0207 123 4567",
        "room 3, December 2020",
        "Henry VIII 2020",
        "Updated: 3 December 2020",
        "postedly 3 December 2020",
        "2021-366",
        "2020-W54-1",
        "+",
        ":",
        "::::",
        "0H–•|",
        "09:00 +•",
        "09:00 -éé",
    ];

    #[test]
    fn the_forms_of_programs_and_people() {
        for (text, expected) in FORMS {
            let date = PartialDate::read(text, London)
                .map(|written| written.date().map(|d| d.to_string()));
            assert_eq!(date, Ok(Some((*expected).to_owned())), "{text}");
        }
    }

    #[test]
    fn what_may_be_day_first_or_month_first_stays_open() {
        for text in ["03/12/2020 09:00", "3/12/2020", "03-12-2020", "3/12/20", "03/12/2020 9:00 PM"]
        {
            let Ok(WrittenDate::Either { day_first, month_first }) =
                PartialDate::read(text, London)
            else {
                panic!("{text}")
            };
            let day = |date: PartialDate| date.days(London).0.to_string();
            assert_eq!(
                (day(day_first), day(month_first)),
                ("2020-12-03".to_owned(), "2020-03-12".to_owned())
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "([0-9]{1,5}|[-/.:,+TZ ]|Dec|am|pm|GMT|W|st|年|月|日|오후|令和|é|\\PC){0,16}") {
            if let Ok(WrittenDate::Known { date, .. }) = PartialDate::read(&text, London) {
                let again = PartialDate::read(&date.to_string(), Tz::UTC).unwrap();
                proptest::prop_assert_eq!(again.date(), Some(date));
            }
        }
    }

    #[test]
    fn what_is_no_date_says_so() {
        use DateError as E;
        let error = |text: &str| PartialDate::parse(text, London).unwrap_err();
        assert!(matches!(error("soon"), E::NotADate(_)));
        assert!(matches!(error(""), E::NotADate(_)));
        assert!(matches!(error("2020-13"), E::NoSuchDay(_)));
        assert!(matches!(error("2021-02-29"), E::NoSuchDay(_)));
        assert!(matches!(error("31 April 2019"), E::NoSuchDay(_)));
        assert!(matches!(error("1970-01-01"), E::OutOfRange(_)));
        assert!(matches!(error("0001-01-01"), E::OutOfRange(_)));
        for text in NOT_DATES {
            assert!(PartialDate::read(text, London).is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_belongs_to_the_day_of_the_zone() {
        // 23:30 UTC on 31 March 2020 is half past midnight of 1 April in London.
        let date = PartialDate::parse("2020-03-31T23:30:00Z", London).unwrap();
        assert_eq!(date.days(London).0, NaiveDate::from_ymd_opt(2020, 4, 1).unwrap());
    }

    #[test]
    fn local_times_that_the_clock_skips_or_repeats() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        // London skips 01:00 to 02:00 on 30 March 2025 and repeats it on 26 October.
        let skipped = instant_of(at("2025-03-30 01:30"), London);
        assert_eq!(skipped.to_rfc3339(), "2025-03-30T01:00:00+00:00");
        for skipped in
            ["2025-03-30 01:00", "2025-03-30 01:01", "2025-03-30 01:45", "2025-03-30 01:59"]
        {
            assert_eq!(instant_of(at(skipped), London).to_rfc3339(), "2025-03-30T01:00:00+00:00");
        }
        let repeated = instant_of(at("2025-10-26 01:30"), London);
        assert_eq!(repeated.to_rfc3339(), "2025-10-26T00:30:00+00:00");
    }
}
