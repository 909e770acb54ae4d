//! What the attributes of MJML hold: sizes and colours that every program can read. mrml writes down whatever stands there.
//! Pure: a name and a value in, an answer out.

use super::css_colour;
use super::mjml_schema::Wrong;
use crate::problem::did_you_mean;

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

/// Attributes that hold one word of a few: the elements for which that is so (all, where none is named), and the words.
/// They are those of `allowedAttributes` in MJML 5.4, and of CSS where MJML leaves it to CSS. The first row counts.
const SETS: [(&str, &[&str], &[&str]); 26] = [
    ("align", OF_WORDS, &["left", "center", "right", "justify", "middle"]),
    // MJML does not name `middle`, and browsers read it as `center`.
    ("align", &[], &["left", "center", "right", "middle"]),
    ("text-align", &[], &["left", "center", "right"]),
    ("vertical-align", &[], &["top", "middle", "bottom", "baseline"]),
    ("direction", &[], &["ltr", "rtl"]),
    ("dir", &[], &["ltr", "rtl", "auto"]),
    ("mode", &["mj-hero"], &["fixed-height", "fluid-height"]),
    ("mode", &["mj-social"], &["horizontal", "vertical"]),
    ("background-repeat", &[], &["repeat", "no-repeat", "repeat-x", "repeat-y", "space", "round"]),
    ("full-width", &[], &["full-width", "false"]),
    ("fluid-on-mobile", &[], &["true", "false"]),
    ("table-layout", &[], &["auto", "fixed", "initial", "inherit"]),
    ("role", &["mj-table"], &["presentation", "none"]),
    ("icon-position", &[], &["left", "right"]),
    ("icon-align", &[], &["top", "middle", "bottom"]),
    ("ico-align", &[], &["left", "center", "right"]),
    ("hamburger", &[], &["hamburger"]),
    ("thumbnails", &[], &["visible", "hidden", "supported"]),
    ("position", &["mj-raw"], &["file-start"]),
    ("inline", &["mj-style"], &["inline"]),
    ("owa", &[], &["desktop"]),
    ("border-style", &[], BORDERS),
    ("font-style", &[], &["normal", "italic", "oblique", "initial", "inherit"]),
    ("text-transform", &[], CAPITALS),
    ("ico-text-transform", &[], CAPITALS),
    ("font-weight", &[], WEIGHTS),
];
/// What may be of words, and what sets the values of others.
const OF_WORDS: &[&str] = &["mj-text", "mj-all", "mj-class"];
const BORDERS: &[&str] = &[
    "none", "hidden", "solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset",
];
const CAPITALS: &[&str] = &["none", "capitalize", "uppercase", "lowercase", "initial", "inherit"];
const WEIGHTS: &[&str] = &[
    "normal", "bold", "bolder", "lighter", "initial", "inherit", "100", "200", "300", "400", "500",
    "600", "700", "800", "900",
];

/// Looks at a value of an element of MJML.
///
/// # Errors
/// When it is not a size where one must stand, a colour with a digit too many, or none of the words that there are.
pub fn look_at_value(element: &str, attribute: &str, value: &str) -> Result<(), Wrong> {
    let plain = ["-top", "-right", "-bottom", "-left"]
        .iter()
        .find_map(|side| attribute.strip_suffix(side))
        .unwrap_or(attribute);
    let value = css_colour::without_importance(value);
    let set = SETS.iter().find(|(name, elements, _)| {
        *name == attribute && (elements.is_empty() || elements.contains(&element))
    });
    if let Some((_, _, words)) = set {
        if value.is_empty() || words.iter().any(|word| value.eq_ignore_ascii_case(word)) {
            return Ok(());
        }
        let what = format!("`{value}` is not a value of `{attribute}`");
        let known = words.iter().copied();
        return Err((what, did_you_mean(value, known, "write one of")));
    }
    if SIZES.contains(&plain) && !is_computed(value) {
        if let Some(wrong) = value.split_whitespace().find(|part| !is_size(part)) {
            let what = format!("`{wrong}` in `{attribute}` is not a size");
            return Err((what, "write a number with px or %, such as 16px".to_owned()));
        }
    } else if COLOURS.contains(&plain) {
        let is_known = css_colour::is_colour(value);
        return if is_known { Ok(()) } else { Err(not_a_colour(attribute, value)) };
    }
    Ok(())
}

/// # Errors
/// When an attribute of an HTML element sets a colour that programs do not know.
pub fn look_at_html(attribute: &str, value: &str) -> Result<(), Wrong> {
    match css_colour::unknown_in_html(attribute, value) {
        Some((property, colour)) => Err(not_a_colour(property, colour)),
        None => Ok(()),
    }
}

fn not_a_colour(property: &str, value: &str) -> Wrong {
    (format!("`{value}` in `{property}` is not a colour"), css_colour::cure(value))
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
    fn a_colour_by_a_word_is_one_of_css() {
        for value in [
            "red",
            "RebeccaPurple",
            "GREY",
            "transparent",
            "currentColor",
            "none",
            "",
            "rgb(1, 2, 3)",
            "#fff",
        ] {
            assert_eq!(look_at_value("mj-text", "color", value), Ok(()), "{value}");
        }
        for (value, cure) in [
            ("bleu", "did you mean `blue`?"),
            ("gren", "did you mean `green`?"),
            ("brandcolour", "six"),
        ] {
            let (what, found) = look_at_value("mj-all", "background-color", value).unwrap_err();
            assert_eq!(what, format!("`{value}` in `background-color` is not a colour"));
            assert!(found.contains(cure), "{found}");
        }
    }

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
            ("align", "justify"),
            ("align", " Center "),
            ("align", ""),
            ("font-weight", "600"),
            ("background-repeat", "no-repeat"),
            ("text-decoration", "anything"),
        ] {
            assert_eq!(look_at_value("mj-text", attribute, value), Ok(()), "{attribute} {value}");
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
            let (what, _) = look_at_value("mj-text", attribute, value).unwrap_err();
            assert!(what.starts_with(wrong), "{attribute} {value}: {what}");
        }
    }

    #[test]
    fn one_word_of_a_few_is_one_of_them() {
        for (element, attribute, value, cure) in [
            ("mj-text", "align", "banana", "write one of left, center, right, justify, middle"),
            ("mj-text", "align", "centre", "did you mean `center`?"),
            ("mj-image", "align", "justify", "write one of left, center, right, middle"),
            ("mj-column", "vertical-align", "midle", "did you mean `middle`?"),
            ("mj-section", "full-width", "true", "write one of full-width, false"),
            ("mj-hero", "mode", "vertical", "write one of fixed-height, fluid-height"),
            ("mj-text", "font-weight", "boldly", "did you mean `bold`?"),
            ("mj-divider", "border-style", "wavy", "write one of"),
        ] {
            let (what, found) = look_at_value(element, attribute, value).unwrap_err();
            assert_eq!(what, format!("`{value}` is not a value of `{attribute}`"));
            assert!(found.starts_with(cure), "{element} {attribute}: {found}");
        }
        assert_eq!(look_at_value("mj-social", "mode", "vertical"), Ok(()));
    }
}
