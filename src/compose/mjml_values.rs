//! What the attributes of MJML hold: sizes and colours that every program can read. mrml writes down whatever stands there.
//! Pure: a name and a value in, an answer out.

use super::mjml_schema::Wrong;

/// Attributes that hold one size or several, also with a side behind their names.
const SIZES: [&str; 16] = [
    "font-size",
    "line-height",
    "letter-spacing",
    "width",
    "height",
    "padding",
    "inner-padding",
    "text-padding",
    "icon-padding",
    "icon-size",
    "icon-height",
    "border-radius",
    "inner-border-radius",
    "background-height",
    "background-width",
    "gap",
];

const COLOURS: [&str; 5] = [
    "color",
    "background-color",
    "container-background-color",
    "inner-background-color",
    "icon-background-color",
];

/// Looks at a value of an element of MJML.
///
/// # Errors
/// When it is not a size where one must stand, or a colour with a digit too many.
pub fn look_at_value(attribute: &str, value: &str) -> Result<(), Wrong> {
    let plain = ["-top", "-right", "-bottom", "-left"]
        .iter()
        .find_map(|side| attribute.strip_suffix(side))
        .unwrap_or(attribute);
    let value = value.trim().trim_end_matches("!important").trim_end().trim_end_matches(';');
    if SIZES.contains(&plain) && !is_computed(value) {
        if let Some(wrong) = value.split_whitespace().find(|part| !is_size(part)) {
            let what = format!("`{wrong}` in `{attribute}` is not a size");
            return Err((what, "write a number with px or %, such as 16px".to_owned()));
        }
    } else if COLOURS.contains(&plain)
        && let Some(digits) = value.strip_prefix('#')
        && !(matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit()))
    {
        let what = format!("`{value}` in `{attribute}` is not a colour");
        return Err((what, "write six hexadecimal digits: #0b5a6f".to_owned()));
    }
    Ok(())
}

/// `calc(100% - 20px)`: only a mail program knows what it comes to.
fn is_computed(value: &str) -> bool {
    value.contains('(')
}

/// `16px`, `0`, `1.5`, `50%`, `auto`.
fn is_size(part: &str) -> bool {
    const WORDS: [&str; 6] = ["auto", "normal", "initial", "inherit", "none", "unset"];
    const UNITS: [&str; 12] =
        ["", "px", "%", "em", "rem", "pt", "vw", "vh", "ex", "cm", "mm", "in"];
    let lower = part.trim_end_matches(';').to_ascii_lowercase();
    let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = &lower[number.len()..];
    WORDS.contains(&lower.as_str())
        || (number.parse::<f64>().is_ok_and(f64::is_finite) && UNITS.contains(&unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_colours_are_what_programs_read() {
        for (attribute, value) in [
            ("font-size", "16px"),
            ("line-height", "1.5"),
            ("line-height", "150%"),
            ("padding", "10px 25px 0"),
            ("padding", ""),
            ("padding-left", "-5px"),
            ("width", "auto"),
            ("width", "calc(100% - 20px)"),
            ("border-radius", ".5em"),
            ("padding", "0 0 10px 0 !important"),
            ("color", "#fff"),
            ("color", "lightgrey"),
            ("background-color", "rgb(1, 2, 3)"),
            ("align", "anything"),
        ] {
            assert_eq!(look_at_value(attribute, value), Ok(()), "{attribute} {value}");
        }
        for (attribute, value, wrong) in [
            ("font-size", "big", "`big`"),
            ("padding", "10 px", "`px`"),
            ("padding", "10px ten", "`ten`"),
            ("padding-top", "5pxx", "`5pxx`"),
            ("width", "wide", "`wide`"),
            ("line-height", "1,5", "`1,5`"),
            ("color", "#12345", "`#12345`"),
            ("background-color", "#ggg", "`#ggg`"),
        ] {
            let (what, _) = look_at_value(attribute, value).unwrap_err();
            assert!(what.starts_with(wrong), "{attribute} {value}: {what}");
        }
    }
}
