//! Telephone numbers of the United Kingdom: how many digits they have (Ofcom's National Telephone Numbering Plan).
//! Pure: texts in, places in them out.

use super::expression::Expression;
use super::texts::TextMatch;

/// Areas in which some numbers have one digit fewer.
const SHORT_AREAS: [&str; 41] = [
    "01204", "01208", "01254", "01276", "01297", "01298", "01363", "01364", "01384", "01386",
    "01404", "01420", "01460", "01461", "01480", "01488", "01524", "01527", "01562", "01566",
    "01606", "01629", "01635", "01647", "01659", "01695", "01726", "01744", "01750", "01768",
    "01827", "01837", "01884", "01900", "01905", "01935", "01946", "01949", "01963", "01995",
    "01697",
];

/// Numbers that are written as telephone numbers and have a digit too few or too many.
pub fn cut(text: &str) -> Vec<TextMatch> {
    static NUMBERS: Expression =
        Expression::new(r"(?:\+44 ?(?:\(0\) ?)?|\b0)\d{2,5}(?:[ -]\d{2,8}){1,3}\b|\b07\d{7,12}\b");
    NUMBERS
        .find_iter(text)
        .filter(|number| {
            let before = text[..number.start()].chars().next_back();
            !before.is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '.' | '/' | '-'))
        })
        .filter(|number| !is_whole(number.as_str()))
        .map(|number| TextMatch::new(number.start(), number.as_str(), false))
        .collect()
}

fn is_whole(written: &str) -> bool {
    let national = written.replace("+44", "0").replace("(0)", "");
    let digits: String = national.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").map_or(digits.clone(), |rest| format!("0{rest}"));
    let count = digits.len();
    match digits.get(..2).unwrap_or_default() {
        "01" => {
            count == 11 || (count == 10 && SHORT_AREAS.iter().any(|area| digits.starts_with(area)))
        }
        "02" | "03" | "07" => count == 11,
        // 0800 1111 and 0845 46 47 are short on purpose, 0800 and 0500 may have ten.
        "08" => matches!(count, 8 | 10 | 11),
        "05" | "09" => matches!(count, 10 | 11),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_reach_somebody_and_numbers_that_do_not() {
        for number in [
            "01482 555 012",
            "020 7946 0018",
            "+44 7700 900123",
            "+44 (0)20 7946 0018",
            "0800 1111",
            "0845 46 47",
            "01204 55512",
            "0300 123 4567",
            "on 07700 900123",
            "2026 07412345",
        ] {
            assert_eq!(cut(number), [], "{number}");
        }
        for number in ["01482 55501", "020 7946 001", "07700 90012", "0300 123 45678", "0770090012"]
        {
            assert_eq!(cut(number).len(), 1, "{number}");
        }
    }
}
