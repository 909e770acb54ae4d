//! The text part: from the edition by its own template, never from the HTML.
//! Pure: text in, text out.

use unicode_width::UnicodeWidthStr;

use super::marker;
use crate::rfc::text::of_a_text;

/// Columns that a personal word is counted as: it is not known yet.
const PERSONAL_WIDTH: usize = 8;

/// The columns of a text; markers of personal words count as words of usual length.
pub fn shown_width(text: &str) -> usize {
    let mut width = 0;
    let mut rest = text;
    while let Some(marker) = marker::find_marker(rest) {
        width += rest[..marker.start].width() + PERSONAL_WIDTH;
        rest = &rest[marker.end..];
    }
    width + rest.width()
}

/// Wraps each line of a text at `width` columns; a word that is longer, such as an address, is never broken.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 40);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let word_width = shown_width(word);
            if column > 0 && column + 1 + word_width > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += word_width;
        }
    }
    out
}

/// A rendered text part made tidy: only valid characters, no blanks at line ends, at most one empty line in a row, one line end at the end.
pub fn tidy(text: &str) -> String {
    let text = of_a_text(text);
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() && empty > 0 {
            out.push('\n');
        }
        empty = 0;
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_addresses_stay_whole() {
        let address =
            "https://example.org/a/very/long/address/that/nobody/should/ever/break/in/two";
        let wrapped = wrap(&format!("one two three\n{address} four"), 9);
        assert_eq!(wrapped, format!("one two\nthree\n{address}\nfour"));
    }

    #[test]
    fn a_tidy_text_has_single_gaps() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
    }
}
