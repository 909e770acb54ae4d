//! A name in one cell, as first and last name.
//! Pure: text in, text out.

use crate::rfc::csv::simple;

/// First and last name of a whole one: "Ann Lee", or "Lee, Ann". What stands behind a comma in "Ann Lee, MBE" is not a name.
pub(super) fn parted(whole: String) -> (String, String) {
    let has_small = |text: &str| text.chars().any(char::is_lowercase);
    let names_are_small = has_small(&whole);
    // Letters behind a name are capitals: MBE, FRS.
    let is_name = |part: &&str| !is_title(part) && (has_small(part) || !names_are_small);
    let mut parts = whole.split(", ").map(str::trim).filter(is_name);
    match (parts.next(), parts.next()) {
        (Some(last), Some(first)) => (first.to_owned(), last.to_owned()),
        (Some(only), None) => match only.rsplit_once(' ') {
            Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
            None => (only.to_owned(), String::new()),
        },
        (None, _) => (whole, String::new()),
    }
}

/// Whether a word stands behind a name and is none.
fn is_title(word: &str) -> bool {
    const TITLES: [&str; 8] = ["jr", "sr", "junior", "senior", "phd", "esq", "bsc", "msc"];
    TITLES.contains(&simple(word).as_str())
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn the_first_name_is_found_on_either_side_of_a_comma() {
        for (whole, first, last) in [
            ("Ann Lee", "Ann", "Lee"),
            ("Lee, Ann", "Ann", "Lee"),
            ("Lee, Ann Mary", "Ann Mary", "Lee"),
            ("Ann Lee, PhD", "Ann", "Lee"),
            ("Ann Lee, MBE", "Ann", "Lee"),
            ("Ann Lee, Jr.", "Ann", "Lee"),
            ("Lee, Ann, PhD", "Ann", "Lee"),
            ("LEE, ANN", "ANN", "LEE"),
            ("李, 明", "明", "李"),
            ("Ann", "Ann", ""),
            ("", "", ""),
        ] {
            assert_eq!(parted(whole.to_owned()), (first.to_owned(), last.to_owned()), "{whole}");
        }
    }
}
