//! Times that no clock shows, such as 25:00, 16:75 and 13pm.
//! Pure: texts in, places in them out.

use regex::Captures;

use super::expression::Expression;

/// Times that no clock shows, such as 25:00, 16:75 and 13pm.
pub fn impossible_times(text: &str) -> Vec<(usize, String)> {
    static CLOCK: Expression = Expression::new(
        r"(?i)\b(?:at|from|until|till|to|by|before|after|opens?|begins?|starts?|ends?|[–-]|doors:?|time:|when:|,) ?(?P<hour>\d{1,2})(?P<mark>[:.])(?P<minute>\d\d)\b(?P<half> ?(?:[ap]\.?m\b|hrs\b|h\b|o'clock))?",
    );
    static HALF: Expression =
        Expression::new(r"(?i)\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))? ?[ap]\.?m\b");
    static OTHER: Expression =
        Expression::new(r"(?i)\b\d{1,2}(?::\d\d| ?[ap]\.?m\b|[:.]\d\d ?[ap]m\b)");
    if !may_be_impossible(text) {
        return Vec::new();
    }
    let number = |captures: &Captures<'_>, name: &str| -> Option<u32> {
        captures.name(name)?.as_str().parse().ok()
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    for captures in HALF.captures_iter(text) {
        let (Some(whole), Some(hour)) = (captures.get(0), number(&captures, "hour")) else {
            continue;
        };
        let minute = number(&captures, "minute").unwrap_or(0);
        // "0.30pm" and "00:30am" are odd, and can be read.
        if hour > 12 || minute > 59 {
            found.push((whole.start(), whole.as_str().to_owned()));
        }
    }
    for captures in CLOCK.captures_iter(text) {
        let (Some(whole), Some(hour), Some(minute)) =
            (captures.get(0), number(&captures, "hour"), number(&captures, "minute"))
        else {
            continue;
        };
        let is_time = hour < 24 && minute < 60 || hour == 24 && minute == 0;
        let has_colon = captures.name("mark").is_some_and(|mark| mark.as_str() == ":");
        // A dot is a decimal point too: only where another time stands in the same text.
        let others = OTHER.find_iter(text).filter(|other| !whole.range().contains(&other.start()));
        let is_a_clock = has_colon || captures.name("half").is_some() || others.count() > 0 || {
            // "Doors open at 25.30": nothing but a time stands there.
            let begin = text.floor_char_boundary(whole.start().saturating_sub(12));
            let before = text[begin..whole.start()].to_lowercase();
            hour < 30 && ["door", "open"].iter().any(|word| before.contains(word))
        };
        let at = captures.name("hour").map_or(whole.start(), |hour| hour.start());
        if !is_time && is_a_clock && found.iter().all(|(known, _)| *known != at) {
            found.push((at, text[at..whole.end()].trim_end().to_owned()));
        }
    }
    found.sort();
    found
}

/// Whether a look at the numbers leaves a time that no clock shows possible: nearly never.
fn may_be_impossible(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|from| at + from) {
        let digits = |from: usize| {
            bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count()
        };
        let end = start + digits(start);
        at = end;
        let Some(hour) = text[start..end].parse::<u32>().ok().filter(|_| end - start < 3) else {
            continue;
        };
        let has_mark = matches!(bytes.get(end), Some(b':' | b'.'));
        let minute = text.get(end + 1..end + 3).filter(|_| has_mark && digits(end + 1) >= 2);
        let minute: Option<u32> = minute.and_then(|minute| minute.parse().ok());
        let behind = if minute.is_some() { end + 3 } else { end };
        let half = bytes[behind..].iter().find(|byte| **byte != b' ').map(u8::to_ascii_lowercase);
        let has_half = matches!(half, Some(b'a' | b'p'));
        if minute.is_some_and(|minute| minute > 59 || hour > 23) || (has_half && hour > 12) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_no_clock_has() {
        for (text, count) in [
            ("Doors open at 25:00.", 1),
            ("open from 16:75 to 18:00", 1),
            ("at 13pm", 1),
            ("Doors open at 25.30.", 1),
            ("Tickets start at 25.50 for two", 0),
            ("10am to 26.00", 1),
            ("from 09:30 to 17:00, and until 24:00", 0),
            ("Matthew 25:40 and a score of 31:25", 0),
            ("from 25.50 to 30.75 pounds", 0),
            ("7.30pm", 0),
        ] {
            assert_eq!(impossible_times(text).len(), count, "{text}");
        }
    }
}
