//! Where a text begins with its place and its day, as press releases do: "LEEDS, 3 December 2020 – Forty people …".
//! Pure: a text in, its day and the rest of it out.

use chrono_tz::Tz;

use super::day_line::whole;
use crate::date::WrittenDate;
use crate::date::labels::label;

/// A dateline is no longer.
const LONGEST_BYTES: usize = 80;
/// A shorter rest is a title.
const SHORTEST_REST_CHARS: usize = 25;
/// A place of more words is none.
const MOST_PLACE_WORDS: usize = 5;
/// What stands behind it.
const MARKS: [&str; 5] = [" – ", " — ", " -- ", " - ", ": "];
/// A name that ends so is of something that takes place, in lower case.
const OCCASIONS: &str = "date|day|days|night|evening|morning|afternoon|weekend|week|meeting|agm|lunch|dinner|tea|breakfast|supper|\
    fair|fête|fete|festival|concert|quiz|walk|run|ride|race|marathon|market|sale|workshop|webinar|conference|course|training|gala|\
    party|ball|show|performance|exhibition|class|session|launch|deadline|auction|raffle|tour|trip|visit|service|reunion|bazaar|\
    seminar|talk|lecture|forum|summit|congress|hearing|election|interviews|events|event";
/// A rest that begins so invites to something.
const INVITATIONS: &str = "join|come|book|doors|tickets|save|register|don’t|don't|mark|we’ll|we'll";

/// A text that begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dateline<'t> {
    /// The place and the day.
    pub words: &'t str,
    pub day: WrittenDate,
    pub rest: &'t str,
}

/// The dateline of a text, its place in capital letters.
pub fn dateline(text: &str, zone: Tz) -> Option<Dateline<'_>> {
    MARKS.iter().find_map(|mark| {
        let at = text.find(mark).filter(|at| *at <= LONGEST_BYTES)?;
        let (words, rest) = (text[..at].trim(), text[at + mark.len()..].trim());
        let first = rest.split(|c: char| c.is_whitespace() || c == ',').next()?.to_lowercase();
        let is_text = rest.chars().count() >= SHORTEST_REST_CHARS && !listed(INVITATIONS, &first);
        let day = day_behind_place(words, zone).filter(|_| is_text)?;
        Some(Dateline { words, day, rest })
    })
}

/// The day of "LEEDS, 3 December 2020", "LEEDS, England, Dec. 3, 2020" and "LEEDS (3 December 2020)".
fn day_behind_place(words: &str, zone: Tz) -> Option<WrittenDate> {
    let breaks = words.match_indices([',', '(']).map(|(at, _)| at);
    let mut found = breaks.filter_map(|at| {
        let day = words[at + 1..].trim_matches(|c: char| c.is_whitespace() || c == ')');
        Some((words[..at].trim(), whole(day, zone)?))
    });
    let (place, day) = found.next()?;
    let town = place.split(',').next().unwrap_or(place);
    let is_place = town.chars().filter(|c| c.is_uppercase()).count() > 2
        && town.chars().all(|c| c.is_uppercase() || matches!(c, ' ' | '-' | '.' | '’' | '\''))
        && place.split(' ').count() <= MOST_PLACE_WORDS;
    (is_place && !names_occasion(place) && label(place).is_none()).then_some(day)
}

/// Whether a name is of something that takes place: "Open Day", "AGM".
pub fn names_occasion(name: &str) -> bool {
    let last = name.split_whitespace().next_back().unwrap_or_default();
    listed(OCCASIONS, &last.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
}

fn listed(list: &str, word: &str) -> bool {
    list.split('|').any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn a_text_begins_with_its_place_and_its_day_or_does_not() {
        let rest = "Forty people gave up their Saturday.";
        for head in [
            "LEEDS, 3 December 2020 – ",
            "LEEDS, UK, Dec. 3, 2020 -- ",
            "STOKE-ON-TRENT (3 December 2020) — ",
            "ST. IVES, England, 3 December 2020: ",
            "LEEDS, 2020-12-03 - ",
        ] {
            let text = format!("{head}{rest}");
            let found = dateline(&text, London).unwrap();
            assert_eq!((found.day.likely().to_string().as_str(), found.rest), ("2020-12-03", rest));
        }
        for text in [
            "Leeds, 3 December 2020 – Forty people gave up their Saturday.",
            "SAVE THE DATE, 3 December 2020 – the choir sings in the town hall.",
            "QUIZ NIGHT, 3 December 2020 – a good time was had by everybody.",
            "DEADLINE, 3 December 2020 – for all who want to sing in the choir.",
            "LEEDS, 3 December 2020 – Join us for lunch in the town hall.",
            "LEEDS, 3 December 2020 – the fair",
            "LEEDS, December 2020 – Forty people gave up their Saturday.",
            "LEEDS – Forty people gave up their Saturday on 3 December 2020.",
        ] {
            assert_eq!(dateline(text, London), None, "{text}");
        }
    }
}
