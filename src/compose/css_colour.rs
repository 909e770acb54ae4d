//! Colours as CSS writes them: which ones a program reads, and what a slip was meant to be.
//! Pure: a value in, an answer out.

use crate::problem::nearest;
use cssparser::color::{all_named_colors, parse_named_color};

/// What sets no colour of its own, or one that the reader's computer has: the keywords of CSS, and its system colours.
const KEYWORDS: [&str; 28] = [
    "transparent",
    "currentcolor",
    "inherit",
    "initial",
    "unset",
    "revert",
    "none",
    "auto",
    "accentcolor",
    "accentcolortext",
    "activetext",
    "buttonborder",
    "buttonface",
    "buttontext",
    "canvas",
    "canvastext",
    "field",
    "fieldtext",
    "graytext",
    "highlight",
    "highlighttext",
    "linktext",
    "mark",
    "marktext",
    "visitedtext",
    "window",
    "windowframe",
    "windowtext",
];

/// What the author may write instead.
pub const DIGITS: &str = "write six hexadecimal digits: #0b5a6f";

/// Whether programs know the colour: by its digits, by a function, or by one of the names of CSS. One that they do not know they
/// leave out.
pub fn is_colour(value: &str) -> bool {
    match value.strip_prefix('#') {
        Some(digits) => is_digits(digits, &[3, 4, 6, 8]),
        None if value.is_empty() || !is_word(value) => true,
        None => {
            KEYWORDS.iter().any(|keyword| value.eq_ignore_ascii_case(keyword))
                || parse_named_color(value).is_ok()
        }
    }
}

/// Whether programs know the colour in an attribute of HTML, where digits also stand without a `#`.
fn is_colour_of_html(value: &str) -> bool {
    is_colour(value) || is_digits(value, &[3, 6])
}

fn is_digits(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

fn is_word(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_alphanumeric())
}

/// What to write instead.
pub fn cure(value: &str) -> String {
    let names = all_named_colors().map(|(name, _)| name);
    match nearest(value, names).filter(|_| is_word(value)) {
        Some(name) => format!("did you mean `{name}`? Or {DIGITS}"),
        None => DIGITS.to_owned(),
    }
}

/// What to write in a theme, where a colour is six digits: those of the nearest name too.
pub fn cure_in_digits(value: &str) -> String {
    let near = nearest(&value.to_lowercase(), all_named_colors().map(|(name, _)| name));
    let digits = near.and_then(|near| {
        let (_, (red, green, blue)) = all_named_colors().find(|(name, _)| *name == near)?;
        Some(format!("did you mean `{near}`? Write \"#{red:02x}{green:02x}{blue:02x}\" for it"))
    });
    digits.filter(|_| is_word(value)).unwrap_or_else(|| DIGITS.to_owned())
}

/// The first colour in an attribute of an HTML element that programs do not know, and the property or attribute it is for.
pub fn unknown_in_html<'a>(attribute: &'a str, value: &'a str) -> Option<(&'a str, &'a str)> {
    match attribute.to_ascii_lowercase().as_str() {
        "style" => unknown_in_style(value),
        "bgcolor" | "color" | "bordercolor" => {
            (!is_colour_of_html(value.trim())).then_some((attribute, value.trim()))
        }
        _ => None,
    }
}

fn unknown_in_style(style: &str) -> Option<(&str, &str)> {
    style.split(';').find_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        let (name, value) = (name.trim(), without_importance(value));
        let is_property = name.eq_ignore_ascii_case("color")
            || name.to_ascii_lowercase().ends_with("-color")
            // The short form, where it holds nothing else.
            || name.eq_ignore_ascii_case("background");
        (is_property && !is_colour(value)).then_some((name, value))
    })
}

/// A value without the mark that makes it win.
pub fn without_importance(value: &str) -> &str {
    let value = value.trim().trim_end_matches(';').trim_end();
    let Some((before, mark)) = value.rsplit_once('!') else { return value };
    if mark.trim().eq_ignore_ascii_case("important") { before.trim_end() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_styles_and_attributes_are_those_that_programs_know() {
        for (attribute, value) in [
            ("style", "color:#0b5a6f;background-color: RED !important"),
            ("style", "COLOR: rgb(1, 2, 3); border-color: rgba(0,0,0,.5) transparent"),
            ("style", "color: var(--ink); color: windowtext; background: none"),
            ("style", "background: url(data:image/png;base64,AA==) no-repeat; font-family: bleu"),
            ("style", "color:; color"),
            ("bgcolor", "#fff"),
            ("BGCOLOR", "0b5a6f"),
            ("color", " white "),
            ("alt", "bleu"),
        ] {
            assert_eq!(unknown_in_html(attribute, value), None, "{attribute} {value}");
        }
        for (attribute, value, property, colour) in [
            ("style", "padding:0;color: bleu", "color", "bleu"),
            ("style", "background-color:#12345 !IMPORTANT;color:red", "background-color", "#12345"),
            ("style", "background: geen", "background", "geen"),
            ("STYLE", "border-top-color:0b5a6f", "border-top-color", "0b5a6f"),
            ("bgcolor", "bleu", "bgcolor", "bleu"),
            ("color", "#ggg", "color", "#ggg"),
        ] {
            assert_eq!(unknown_in_html(attribute, value), Some((property, colour)), "{value}");
        }
        assert_eq!(cure("bleu"), format!("did you mean `blue`? Or {DIGITS}"));
        assert_eq!(cure("#12345"), DIGITS);
        assert_eq!(cure_in_digits("drakblue"), "did you mean `darkblue`? Write \"#00008b\" for it");
        assert_eq!(cure_in_digits("#12345"), DIGITS);
    }
}
