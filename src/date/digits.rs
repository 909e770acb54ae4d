//! The digits of the world's scripts as those of Latin: Arabic, Persian, Devanagari, Bengali and the rest.
//! Pure: characters in, characters out.

/// The zeros of scripts in which dates are written; nine digits follow each (Unicode, general category Nd).
const ZEROS: [char; 19] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
    '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}',
    '\u{17e0}', '\u{1810}', '\u{ff10}',
];

/// A digit of any script as one of Latin; any other character as it is.
pub fn latin(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let code = u32::from(c);
    ZEROS
        .into_iter()
        .filter_map(|zero| code.checked_sub(u32::from(zero)))
        .find(|value| *value <= 9)
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(c)
}

/// A text with its digits in Latin.
pub fn in_latin(text: &str) -> String {
    text.chars().map(latin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_has_ten_digits() {
        for zero in ZEROS {
            let digits: String =
                (0..10).filter_map(|value| char::from_u32(u32::from(zero) + value)).collect();
            assert!(digits.chars().all(char::is_numeric), "{digits}");
            assert_eq!(in_latin(&digits), "0123456789");
        }
        assert_eq!(in_latin("٣ ديسمبر ۲۰۲۰ ३ 3é½"), "3 ديسمبر 2020 3 3é½");
    }
}
