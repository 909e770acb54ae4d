//! The time zones that dates are written with, by name.
//! Pure: a word in, a zone out.

use chrono::FixedOffset;
use chrono_tz::Tz;

/// What a word says of the time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    Offset(FixedOffset),
    /// Its clock depends on the day.
    Place(Tz),
}

/// Minutes east of Greenwich. BST is British Summer Time and not Bangladesh's; IST is Ireland's, as in earlier versions.
const NAMES: [(&str, i32); 64] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("BST", 60),
    ("IST", 60),
    ("WEST", 60),
    ("CET", 60),
    ("MET", 60),
    ("MEZ", 60),
    ("WAT", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("CAT", 120),
    ("SAST", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("TRT", 180),
    ("EAT", 180),
    ("GST", 240),
    ("MSD", 240),
    ("PKT", 300),
    ("NPT", 345),
    ("ICT", 420),
    ("WIB", 420),
    ("AWST", 480),
    ("HKT", 480),
    ("SGT", 480),
    ("MYT", 480),
    ("PHT", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("AZOT", -60),
    ("BRT", -180),
    ("ART", -180),
    ("CLST", -180),
    ("ADT", -180),
    ("NDT", -150),
    ("NST", -210),
    ("AST", -240),
    ("CLT", -240),
    ("EDT", -240),
    ("EST", -300),
    ("CDT", -300),
    ("COT", -300),
    ("PET", -300),
    ("CST", -360),
    ("MDT", -360),
    ("MST", -420),
    ("PDT", -420),
    ("PST", -480),
    ("AKDT", -480),
    ("AKST", -540),
    ("HST", -600),
    ("CHST", 600),
];

/// Names of a country's zones that leave out whether it is summer.
const PLACES: [(&str, Tz); 7] = [
    ("ET", Tz::America__New_York),
    ("CT", Tz::America__Chicago),
    ("MT", Tz::America__Denver),
    ("PT", Tz::America__Los_Angeles),
    ("AT", Tz::America__Halifax),
    ("AET", Tz::Australia__Sydney),
    ("UK", Tz::Europe__London),
];

/// The zone that a word names.
pub fn named(word: &str) -> Option<Zone> {
    let upper = word.to_ascii_uppercase();
    if let Some((_, minutes)) = NAMES.iter().find(|(name, _)| *name == upper) {
        return offset(*minutes).map(Zone::Offset);
    }
    if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == word) {
        return Some(Zone::Place(*place));
    }
    (word.contains('/')).then(|| word.parse().ok().map(Zone::Place)).flatten()
}

/// An offset in minutes, if any place on earth has it.
pub fn offset(minutes: i32) -> Option<FixedOffset> {
    ((-12 * 60)..=(14 * 60))
        .contains(&minutes)
        .then(|| FixedOffset::east_opt(minutes * 60))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_zone() {
        for (name, minutes) in NAMES {
            let zone = named(name);
            assert_eq!(zone, offset(minutes).map(Zone::Offset), "{name}");
            assert!(zone.is_some(), "{name}");
        }
        assert_eq!(named("Europe/London"), Some(Zone::Place(Tz::Europe__London)));
        assert_eq!(named("Nowhere"), None);
        assert_eq!(offset(99 * 60), None);
    }
}
