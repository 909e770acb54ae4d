//! The day at the beginning of a file's name: `2020-12-03-fair.md`.
//! Pure: names in, lengths out.

/// How long the day is that a name begins with, as every tool writes it: `2020-12-03`.
pub fn day_length(name: &str) -> Option<usize> {
    loose_day_length(name).filter(|length| *length == "2020-12-03".len())
}

/// The same, also with a month or a day of one digit, as Jekyll and people write it: `2020-12-3`.
pub fn loose_day_length(name: &str) -> Option<usize> {
    let day =
        name.get(..name.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(name.len()))?;
    let mut parts = day.splitn(4, '-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    let is = |part: &str| (1..=2).contains(&part.len());
    (year.len() == 4 && is(month) && is(date)).then_some(year.len() + month.len() + date.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_a_day_or_does_not() {
        for (name, strict, loose) in [
            ("2020-12-03-fair", Some(10), Some(10)),
            ("2020-12-03", Some(10), Some(10)),
            ("2020-12-03.md", Some(10), Some(10)),
            ("2020-12-3-fair", None, Some(9)),
            ("2020-1-3", None, Some(8)),
            ("2020-12-03-2-fair", Some(10), Some(10)),
            ("2020-12-fair", None, None),
            ("2020-12-031-fair", None, None),
            ("20-12-03-fair", None, None),
            ("fair", None, None),
            ("", None, None),
        ] {
            assert_eq!((day_length(name), loose_day_length(name)), (strict, loose), "{name}");
        }
    }
}
