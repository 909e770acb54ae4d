//! The marks of headings, bold and italics in a pasted text, as Markdown and chat programs write them.
//! Pure: a line in, a line out.

/// A heading as plain text has it: "** The fair", "## The fair".
pub fn heading(text: &str) -> Option<String> {
    ['*', '#'].into_iter().find_map(|sign| {
        let rest = text.trim_start_matches(sign);
        let is_marked = (1..=6).contains(&(text.len() - rest.len())) && rest.starts_with(' ');
        (is_marked && (sign == '#' || text.starts_with("**")))
            .then(|| rest.trim().trim_end_matches(sign).trim_end().to_owned())
    })
}

/// A line without the marks of bold and italics, as Markdown and chat programs write them: "**The fair** (3 December 2020)".
pub fn without_emphasis(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ["**", "__", "*", "_", "~~"] {
        let mut from = 0;
        while let Some((open, close)) = emphasis(&text, mark, from) {
            text.replace_range(close..close + mark.len(), "");
            text.replace_range(open..open + mark.len(), "");
            from = open;
        }
    }
    text
}

/// Where the next two marks stand that belong together: each tight to words on its inner side and to none on the other.
fn emphasis(text: &str, mark: &str, from: usize) -> Option<(usize, usize)> {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let marks: Vec<usize> =
        text.get(from..)?.match_indices(mark).map(|(at, _)| from + at).collect();
    let before = |at: usize| text[..at].chars().next_back();
    let behind = |at: usize| text[at + mark.len()..].chars().next();
    let opens = |at: usize| !is_word(before(at)) && !is_blank(behind(at));
    let closes = |at: usize| !is_blank(before(at)) && !is_word(behind(at));
    marks.iter().enumerate().find_map(|(index, open)| {
        let close = marks[index + 1..].iter().find(|at| closes(**at))?;
        (opens(*open) && *close > open + mark.len()).then_some((*open, *close))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_emphasis_go_and_other_marks_stay() {
        for (text, expected) in [
            ("**The fair** (3 December 2020)", "The fair (3 December 2020)"),
            ("*The fair*", "The fair"),
            ("_3 December 2020_", "3 December 2020"),
            ("**_The fair_** was *very* full", "The fair was very full"),
            ("3 * 4 * 5", "3 * 4 * 5"),
            ("a_file_name and 2*3*4", "a_file_name and 2*3*4"),
            ("** The fair", "** The fair"),
            ("****", "****"),
            ("The fair*", "The fair*"),
        ] {
            assert_eq!(without_emphasis(text), expected, "{text}");
        }
    }
}
