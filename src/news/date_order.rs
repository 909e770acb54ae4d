//! Whether the dates of a source are day first or month first: decided over the whole source; where it cannot be, people choose.
//! Pure: a reading in, a reading out.

use crate::date::{DateOrder, Numeric, WrittenDate};
use crate::news::item::{Item, Reading};
use crate::problem::Problem;

/// Languages whose readers put the day first, wherever they live.
const DAY_FIRST: [&str; 29] = [
    "cy", "ga", "gd", "fr", "de", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "nn", "no", "fi",
    "cs", "sk", "el", "ro", "ru", "uk", "tr", "ca", "ar", "he", "hi", "bn", "ur",
];

/// The order that a language's readers expect, where its tag is a choice that somebody made and all of them expect the same.
pub fn of_language(tag: &str) -> Option<DateOrder> {
    let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let regions: Vec<&str> = parts.filter(|part| matches!(part.len(), 2 | 3)).collect();
    // Most systems say `en-US` until somebody changes it, and many a British website never did: it says nothing of whoever
    // writes the dates. In Canada both orders are in use.
    if regions.iter().any(|region| matches!(*region, "us" | "ca")) {
        return None;
    }
    match language {
        "en" if regions.contains(&"ph") => Some(DateOrder::MonthFirst),
        // English of nowhere is of anywhere.
        "en" => (!regions.is_empty()).then_some(DateOrder::DayFirst),
        _ => DAY_FIRST.contains(&language).then_some(DateOrder::DayFirst),
    }
}

/// The order of some dates: as `stated` says, else as the dates show, else as their language makes sure.
fn order_of(dates: &[&Numeric], stated: Option<DateOrder>) -> Option<DateOrder> {
    let shows = |wanted: DateOrder| {
        dates.iter().any(
            |date| matches!(date.written, WrittenDate::Known { order, .. } if order == Some(wanted)),
        )
    };
    stated.or_else(|| match (shows(DateOrder::DayFirst), shows(DateOrder::MonthFirst)) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        // Two people write into it, each in their own way.
        (true, true) => None,
        (false, false) => dates.iter().find_map(|date| date.language),
    })
}

/// Whether dates of two digits each may begin with their years (20/12/03, 20/11/26): so read, their years are nearer to each other
/// or to ours. Then it is uncertain, and no day is taken.
fn may_begin_with_years(dates: &[&Numeric], stated: Option<DateOrder>) -> bool {
    const LONG_AGO: u32 = 10;
    const NOT_YET: u32 = 50;
    const MOST_YEARS: u32 = 2;
    let short: Vec<[u32; 3]> = dates.iter().filter_map(|date| date.short_numbers()).collect();
    let is_possible = |[year, month, day]: &[u32; 3]| {
        *year < NOT_YET && (1..=12).contains(month) && (1..=31).contains(day)
    };
    if stated.is_some() || short.is_empty() || !short.iter().all(is_possible) {
        return false;
    }
    let spread = |at: usize| {
        let numbers = || short.iter().map(|numbers| numbers[at]);
        numbers().max().unwrap_or_default() - numbers().min().unwrap_or_default()
    };
    let ends_long_ago = short.iter().any(|numbers| numbers[2] < LONG_AGO)
        && short.iter().all(|numbers| numbers[0] >= LONG_AGO);
    ends_long_ago || spread(2) > spread(0).max(MOST_YEARS)
}

/// Takes out days that may begin with their years, and asks.
fn leave_open(reading: &mut Reading, source: &str, dates: &[(usize, Numeric)]) {
    let short: Vec<&(usize, Numeric)> =
        dates.iter().filter(|(_, date)| date.short_numbers().is_some()).collect();
    for (index, _) in &short {
        let item = &mut reading.items[*index];
        (item.date, item.evidence.date) = (None, None);
    }
    let Some((index, first)) = short.first() else { return };
    let what = match short.len() {
        1 => format!(
            "`{}` may begin with its day or with its year: its day is not known",
            first.text
        ),
        count => format!(
            "{count} dates such as `{}` may begin with their days or with their years: their days are not known",
            first.text
        ),
    };
    reading.problems.push(Problem::new(
        reading.items[*index].place.clone(),
        what,
        format!(
            "if the day comes first, add dates = \"day_first\" to the source `{source}` in roundup.toml; if not, write the \
             years with four digits, or add the days: roundup news dates"
        ),
    ));
}

/// Gives items the dates that can be decided already; the others stay open for what is still to be read of their source.
pub fn as_far_as_known(items: &mut [Item], stated: Option<DateOrder>) {
    let dates: Vec<&Numeric> = items.iter().filter_map(|item| item.numeric.as_ref()).collect();
    if may_begin_with_years(&dates, stated) {
        return;
    }
    let Some(order) = order_of(&dates, stated) else { return };
    for item in items {
        if let Some(Numeric {
            written:
                WrittenDate::Either { day_first, month_first }
                | WrittenDate::Dotted { day_first, month_first },
            ..
        }) = item.numeric
        {
            item.date = Some(if order == DateOrder::DayFirst { day_first } else { month_first });
        }
    }
}

/// Gives the items whose dates were left open the one they mean. Where nothing decides it, they stay without a date, and a
/// problem has the question. Until then a reader may take such a date for day first.
pub fn settle(reading: &mut Reading, source: &str, stated: Option<DateOrder>) {
    let dates: Vec<(usize, Numeric)> = (0..reading.items.len())
        .filter_map(|index| Some((index, reading.items[index].numeric.take()?)))
        .collect();
    let all: Vec<&Numeric> = dates.iter().map(|(_, date)| date).collect();
    if may_begin_with_years(&all, stated) {
        leave_open(reading, source, &dates);
        return;
    }
    let order = order_of(&all, stated);
    let mut open: Vec<&Numeric> = Vec::new();
    let mut place = None;
    for (index, date) in &dates {
        let (day_first, month_first, is_dotted) = match date.written {
            WrittenDate::Either { day_first, month_first } => (day_first, month_first, false),
            WrittenDate::Dotted { day_first, month_first } => (day_first, month_first, true),
            WrittenDate::Known { .. } => continue,
        };
        match order {
            None if is_dotted => {}
            Some(DateOrder::DayFirst) => reading.items[*index].date = Some(day_first),
            Some(DateOrder::MonthFirst) => reading.items[*index].date = Some(month_first),
            None => {
                // What its reader took it for, until now.
                let item = &mut reading.items[*index];
                item.date = item.date.filter(|date| *date != day_first);
                place.get_or_insert_with(|| reading.items[*index].place.clone());
                open.push(date);
            }
        }
    }
    if let (Some(first), Some(place)) = (open.first(), place) {
        let what = match open.len() {
            1 => format!("`{}` may be day first or month first: its day is not known", first.text),
            count => format!(
                "{count} dates such as `{}` may be day first or month first: their days are not known",
                first.text
            ),
        };
        reading.problems.push(Problem::new(
            place,
            what,
            format!(
                "find out which it is, and add dates = \"day_first\" or dates = \
             \"month_first\" to the source `{source}` in roundup.toml, or --dates to `roundup news import`"
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::date::PartialDate;
    use crate::news::item::Item;

    fn reading(dates: &[&str], language: Option<DateOrder>) -> Reading {
        let mut reading = Reading::default();
        for text in dates {
            let written = PartialDate::read(text, London).unwrap();
            let numeric = Numeric::of(text, written, language);
            reading.items.push(Item { date: written.date(), numeric, ..Item::default() });
        }
        reading
    }

    #[test]
    fn the_whole_source_decides() {
        let (uk, us) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        for (dates, language, stated, first) in [
            (&["03/12/2020", "23/12/2020"][..], None, None, Some("2020-12-03")),
            (&["03/12/2020", "12/23/2020"], None, None, Some("2020-03-12")),
            (&["03/12/2020", "12/23/2020", "23/12/2020"], None, None, None),
            (&["03/12/2020", "2020-12-05", "5 May 2020"], None, None, None),
            (&["03/12/2020"], None, None, None),
            (&["03/12/2020"], uk, None, Some("2020-12-03")),
            (&["03/12/2020"], us, None, Some("2020-03-12")),
            (&["03/12/2020"], us, uk, Some("2020-12-03")),
            // Dates say more than a language that somebody forgot to set.
            (&["03/12/2020", "23/12/2020"], us, None, Some("2020-12-03")),
        ] {
            let mut reading = reading(dates, language);
            settle(&mut reading, "news", stated);
            let date = reading.items[0].date.map(|date| date.to_string());
            assert_eq!(date.as_deref(), first, "{dates:?} {language:?} {stated:?}");
            assert_eq!(reading.problems.len(), usize::from(first.is_none()), "{dates:?}");
            let before = reading.clone();
            settle(&mut reading, "news", stated);
            assert_eq!(reading, before);
        }
    }

    #[test]
    fn dates_that_may_begin_with_their_years_are_asked_about() {
        for (dates, stated, expected) in [
            (&["20/12/03", "20/11/26", "20/11/25"][..], None, None),
            (&["20.12.03", "20.11.26"], None, None),
            (&["20/12/03 09:00"], None, None),
            (&["12/03/20", "20/12/03"], None, None),
            (&["26/11/20", "03/12/20"], None, Some("2020-11-26")),
            (&["26/11/20", "14/02/19", "01/06/09"], None, Some("2020-11-26")),
            (&["20/12/20", "20/11/19"], None, Some("2020-12-20")),
            (&["11/26/20", "12/03/20"], None, Some("2020-11-26")),
            (&["20/12/03", "20/11/26"], Some(DateOrder::DayFirst), Some("2003-12-20")),
            (&["20/12/2003", "20/11/2026"], None, Some("2003-12-20")),
        ] {
            let mut reading = reading(dates, None);
            settle(&mut reading, "news", stated);
            let date = reading.items[0].date.map(|date| date.days(London).0.to_string());
            assert_eq!(date.as_deref(), expected, "{dates:?} {stated:?}");
            assert_eq!(reading.problems.len(), usize::from(expected.is_none()), "{dates:?}");
        }
    }

    #[test]
    fn languages_whose_readers_agree() {
        assert_eq!(of_language("en-GB"), Some(DateOrder::DayFirst));
        for day_first in ["en_IE", "en-Latn-AU", "en-001", "cy", "FR", "es-MX"] {
            assert_eq!(of_language(day_first), Some(DateOrder::DayFirst), "{day_first}");
        }
        assert_eq!(of_language("en-PH"), Some(DateOrder::MonthFirst));
        for open in ["", "en", "ja", "en-Latn", "fr-CA", "en-CA"] {
            assert_eq!(of_language(open), None, "{open}");
        }
        // The default of most systems is nobody's choice.
        for default in ["en-US", "en_us", "EN-us", "en-Latn-US", "en-US-posix", "es-US"] {
            assert_eq!(of_language(default), None, "{default}");
        }
    }
}
