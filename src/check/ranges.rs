//! Times and days from one to another whose end comes before their beginning: "7pm to 5pm", "18 to 12 December".
//! Pure: texts in, places in them out.

use regex::Captures;

use super::calendar;
use super::expression::Expression;

/// All of them, in the order of the text.
pub fn backward(text: &str) -> Vec<(usize, String)> {
    let mut found = backward_times(text);
    found.extend(backward_days(text));
    // What has been found with the words before it is not said again.
    for (at, words) in backward_dates(text) {
        if found.iter().all(|(known, whole)| !(*known..known + whole.len()).contains(&at)) {
            found.push((at, words));
        }
    }
    found.sort();
    found
}

/// "7pm-5pm", "from 19:00 to 17:00". A night goes from the evening into the morning, and only within one half of the day an
/// end before the beginning is a slip.
fn backward_times(text: &str) -> Vec<(usize, String)> {
    static TIMES: Expression = Expression::new(
        r"(?i)(?:\b(?P<join>from|between) )?\b(?P<hour1>\d{1,2})(?:[:.](?P<minute1>\d\d))? ?(?P<half1>[ap]\.?m\b\.?|hrs\b)? ?(?P<to>-|–|—|to|until|till|and) ?(?P<hour2>\d{1,2})(?:(?P<mark>[:.])(?P<minute2>\d\d))? ?(?P<half2>[ap]\.?m\b|hrs\b)?",
    );
    TIMES
        .captures_iter(text)
        .filter_map(|captures| {
            let whole = captures.get(0)?;
            let (first, last) = (time(&captures, '1')?, time(&captures, '2')?);
            // "Sessions at 7pm and 5pm" are two.
            let is_range = !captures["to"].eq_ignore_ascii_case("and")
                || captures.name("join").is_some_and(|join| join.as_str().len() > 4);
            let noon = 12 * 60;
            let is_backward = last < first && (first < noon) == (last < noon);
            let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
            (is_range && is_backward && !is_longer_or_changed(before, after))
                .then(|| (whole.start(), whole.as_str().trim_end_matches('.').to_owned()))
        })
        .collect()
}

/// Minutes since midnight; only for what is surely a time.
fn time(captures: &Captures<'_>, number: char) -> Option<u32> {
    let part = |name: &str| captures.name(&format!("{name}{number}")).map(|part| part.as_str());
    let hour: u32 = part("hour")?.parse().ok()?;
    let minute: u32 = part("minute").map_or(Some(0), |minute| minute.parse().ok())?;
    let half = part("half").map(str::to_lowercase);
    let hour = match half.as_deref().and_then(|half| half.chars().next()) {
        Some('a') => (1..=12).contains(&hour).then_some(hour % 12)?,
        Some('p') => (1..=12).contains(&hour).then_some(hour % 12 + 12)?,
        // Without a half of the day, only hours of a clock of 24 with their minutes: "19:00", "09:30".
        _ => {
            let digits = part("hour")?.len();
            let whole = &captures[0];
            let has_colon = half.is_some() || (part("minute").is_some() && !whole.contains('.'));
            (digits == 2 && has_colon && hour < 24).then_some(hour)?
        }
    };
    (minute < 60).then_some(hour * 60 + minute)
}

/// "From 7pm on Friday to 5pm", "7pm to 5pm the next day", and "moved from 7pm to 5pm" are meant.
fn is_longer_or_changed(before: &str, after: &str) -> bool {
    const CHANGED: &[&str] = &[
        "mov", "chang", "brought", "shift", "earlier", "instead", "back to", "cut", "reduc",
        "switch",
    ];
    const LATER: &[&str] = &["next", "following", "tomorrow", "later", "another", "24 hours"];
    let sentence = before.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default().to_lowercase();
    let rest = after.split(['.', '!', '?', '\n']).next().unwrap_or_default().to_lowercase();
    let near: String = rest.chars().take(24).collect();
    let is_score = sentence.trim_end().ends_with(['£', '$', '€', '/', '-', ':']);
    CHANGED.iter().any(|word| sentence.contains(word))
        || LATER.iter().any(|word| near.contains(word))
        // "On Friday from 7pm to 6pm on Saturday".
        || (sentence.contains("day") && near.contains("day"))
        || ["overnight", "all night", "24-hour", "24 hour", "non-stop"]
            .iter()
            .any(|word| sentence.contains(word) || rest.contains(word))
        || is_score
}

/// Ranges of days of one month whose end comes first: "from 18 to 12 December", "Monday 18–Tuesday 12 December".
fn backward_days(text: &str) -> Vec<(usize, String)> {
    static RANGE: Expression = Expression::new(
        r"\b(?:(?P<from>[Ff]rom|[Bb]etween|[Oo]n|[Cc]losed|[Oo]pen|[Dd]ates?:?|[Rr]uns?|[Rr]unning) )?(?P<day>\w+day,? )?(?P<first>\d{1,2})(?P<nth>st|nd|rd|th)? ?(?P<to>to|until|till|and|[–-]) ?(?:\w+day,? )?(?P<last>\d{1,2})(?:st|nd|rd|th)? (?:of )?%MONTH%\b",
    );
    RANGE
        .captures_iter(text)
        .filter_map(|captures| {
            let day = |name| captures.name(name)?.as_str().parse::<u32>().ok();
            let (first, last) = (day("first")?, day("last")?);
            let whole = captures.get(0)?;
            let opens = captures.name("from").map(|from| from.as_str().to_lowercase());
            // "We won 18–12 December's cup": only what is surely a day. "On 18 and 12 December" are two.
            let is_day = opens.is_some() || captures.name("day").or(captures.name("nth")).is_some();
            let is_range = &captures["to"] != "and"
                || opens.is_some_and(|opens| opens == "from" || opens == "between");
            (is_day && is_range && first > last && first <= 31 && last > 0)
                .then(|| (whole.start(), whole.as_str().to_owned()))
        })
        .collect()
}

/// Ranges of two whole dates, each with its month and at least one with its year: "from 5 January 2027 to 3 December 2026".
fn backward_dates(text: &str) -> Vec<(usize, String)> {
    let days = calendar::mentions(text);
    days.windows(2)
        .filter_map(|pair| {
            let [first, last] = pair else { return None };
            let end = first.at + first.words.len();
            let between = text.get(end..last.at)?.trim();
            let is_range = ["to", "until", "till", "-", "–", "—"].contains(&between);
            // "20 December to 4 January" goes into the next year: without years, only a month with itself.
            let (from, to) = match (first.year, last.year) {
                (None, None) if first.month == last.month => {
                    (first.in_year(2000)?, last.in_year(2000)?)
                }
                (None, None) => return None,
                (Some(year), None) | (None, Some(year)) if first.month == last.month => {
                    (first.in_year(year)?, last.in_year(year)?)
                }
                (Some(_), None) | (None, Some(_)) => return None,
                (Some(one), Some(other)) => (first.in_year(one)?, last.in_year(other)?),
            };
            let words = text.get(first.at..last.at + last.words.len())?;
            (is_range && to < from).then(|| (first.at, words.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_before_it_begins() {
        for text in [
            "Come at 7pm-5pm on 12 December.",
            "The show is from 7.30pm to 6pm.",
            "Doors 8pm, show 7.30pm – 6pm",
            "The course runs 14:00-13:00.",
            "open between 4pm and 3pm",
            "open from 11am until 9am",
            "from 7pm to 5pm on Friday 4 December",
            "from 12.30pm to 12pm",
            "open from 18 to 12 December",
            "closed 18–12 December",
            "from Friday 18 to Saturday 12 December",
            "from 20 December to 12 December",
            "from 5 January 2027 to 3 December 2026",
        ] {
            assert_eq!(backward(text).len(), 1, "{text}: {:?}", backward(text));
        }
    }

    #[test]
    fn nights_changes_scores_and_pairs_are_no_slips() {
        for text in [
            "The sleepover is from 9pm to 8am.",
            "open 22:00–06:00",
            "open 11-1pm and 2-5pm",
            "from 12pm to 1pm, and 12:30pm to 1pm",
            "The start has moved from 7pm to 5pm.",
            "from 7pm on Friday to 6pm on Saturday",
            "from 7pm to 6pm the next day",
            "on Friday from 7pm to 6pm on Sunday",
            "Sessions at 7pm and 5pm",
            "We won 18–12 in December.",
            "won 18-12 December's cup",
            "pages 30–12, and £30 to £12",
            "from 28 December to 4 January",
            "20 December 2026 to 4 January 2027",
            "On Saturday 19 and 12 December",
            "from 12 to 18 December",
        ] {
            assert_eq!(backward(text), [], "{text}");
        }
    }
}
