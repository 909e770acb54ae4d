//! Counts as people read them: 1 person, 2 people, 1,204 stories.
//! Pure: numbers in, words out.

/// `1 file`, `26 files`, `1,204 files`.
pub fn counted(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// `1 person`, `1,204 people`.
pub fn people(count: u64) -> String {
    counted(count, "person", "people")
}

/// `1 more person`, `1,204 more people`.
pub fn more_people(count: u64) -> String {
    counted(count, "more person", "more people")
}

/// `… and 1,204 more`: below the first few of a list.
pub fn and_more(count: impl TryInto<u64>) -> String {
    format!("… and {} more", grouped(count))
}

/// `1,204`.
pub fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Names from outside, of which a few are shown: `a, b and 3 more`. Each is cut, and free of control characters.
pub fn listed(names: &[String], most: usize) -> String {
    const LONGEST_NAME_CHARS: usize = 40;
    let shown = |name: &String| name.escape_debug().take(LONGEST_NAME_CHARS).collect::<String>();
    let shown: Vec<String> = names.iter().take(most).map(shown).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_thousands_have_commas() {
        for (count, expected) in [
            (0, "0 rows"),
            (1, "1 row"),
            (2, "2 rows"),
            (1_001, "1,001 rows"),
            (u64::MAX, "18,446,744,073,709,551,615 rows"),
        ] {
            assert_eq!(counted(count, "row", "rows"), expected);
        }
        assert_eq!((people(1), people(12)), ("1 person".to_owned(), "12 people".to_owned()));
        assert_eq!(more_people(1), "1 more person");
        assert_eq!(more_people(1_204), "1,204 more people");
        assert_eq!(counted(1_usize, "cell", "cells"), "1 cell");
        assert_eq!(and_more(90_000_usize), "… and 90,000 more");
        let names = vec!["a".to_owned(); 1_235];
        assert_eq!(listed(&names, 1), "a and 1,234 more");
    }
}
