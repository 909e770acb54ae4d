//! Markdown of an introduction that an email does not show as it is meant.
//! Pure: Markdown in, places in it out.

use pulldown_cmark::{Event, Options, Parser, Tag};

/// What one place of the Markdown becomes, and what to write instead.
pub type Slip = (usize, String, &'static str);

/// All that is shown otherwise than it was meant, each with its byte.
pub fn all(markdown: &str) -> Vec<Slip> {
    let mut found = not_shown(markdown);
    found.extend(without_a_blank(markdown));
    found
}

/// Tables and pictures, which the email has in other ways.
fn not_shown(markdown: &str) -> Vec<Slip> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
        .into_offset_iter()
        .filter_map(|(event, range)| {
            let (what, cure) = match event {
                Event::Start(Tag::Table(_)) => {
                    ("a table is shown as lines with `|`", "write it as a list")
                }
                Event::Start(Tag::Image { .. }) => (
                    "a picture is shown as its description",
                    "show it with a story: `image:` in the story's file",
                ),
                _ => return None,
            };
            Some((range.start, what.to_owned(), cure))
        })
        .collect()
}

/// Headings and lists whose mark stands directly before the words: Markdown takes them for words.
fn without_a_blank(markdown: &str) -> Vec<Slip> {
    let mut at = 0;
    let lines: Vec<(usize, &str)> = markdown
        .split('\n')
        .map(|line| {
            let start = at;
            at += line.len() + 1;
            (start, line.trim_end())
        })
        .collect();
    let line = |index: usize| lines.get(index).map_or("", |(_, line)| *line);
    let mut found = Vec::new();
    for (index, (at, text)) in lines.iter().enumerate() {
        let is_apart = line(index + 1).is_empty() && (index == 0 || line(index - 1).is_empty());
        let heading = heading_mark(text).filter(|_| is_apart);
        let is_listed = |index: usize| list_mark(line(index)).is_some();
        let begins_a_list = (index == 0 || !is_listed(index - 1)) && is_listed(index + 1);
        let mark = heading.or_else(|| list_mark(text).filter(|_| begins_a_list));
        if let Some(mark) = mark {
            let what = format!("`{mark}` is shown before \"{}\"", text[mark.len()..].trim());
            found.push((*at, what, "write a blank after the mark"));
        }
    }
    found
}

/// `##What comes next` is meant as a heading; `#ChildrenFirst` and `#NotAlone children said.` are not.
fn heading_mark(line: &str) -> Option<&str> {
    let words = line.trim_start_matches('#');
    let mark = &line[..line.len() - words.len()];
    let first = words.split(' ').next().unwrap_or_default();
    let is_joined = first.chars().skip(1).any(char::is_uppercase);
    let begins = words.chars().next().is_some_and(char::is_uppercase);
    let is_a_sentence = words.ends_with(['.', '!', ',', ';', ':']);
    ((1..=6).contains(&mark.len()) && begins && words.contains(' ') && !is_joined && !is_a_sentence)
        .then_some(mark)
}

/// `-tea` and `1.Tea`, where more than one stand together.
fn list_mark(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let length = match line.as_bytes().get(digits)? {
        b'.' | b')' if (1..=2).contains(&digits) => digits + 1,
        b'-' | b'*' | b'+' if digits == 0 => 1,
        _ => return None,
    };
    let words = &line[length..];
    let is_emphasis = line.starts_with('*') && words.contains('*');
    (words.chars().next().is_some_and(char::is_alphabetic) && !is_emphasis)
        .then_some(&line[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_that_an_email_does_not_show() {
        for (markdown, what) in [
            ("Hello.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "a table"),
            ("Hello ![the hall](https://charity.org.uk/a.jpg).", "a picture"),
            ("#Our winter fair\n\nCome to the hall.", "`#` is shown"),
            ("Hello.\n\n##What comes next\n", "`##` is shown"),
            ("We bring:\n\n-tea\n-cake\n-songs", "`-` is shown"),
            ("1.Tea\n2.Cake", "`1.` is shown"),
        ] {
            let found = all(markdown);
            assert!(found.len() == 1 && found[0].1.starts_with(what), "{markdown}: {found:?}");
        }
        for fine in [
            "# Our winter fair\n\nCome.",
            "#ChildrenFirst is our word",
            "#LanternLights",
            "#NotAlone children said.\n\nAnd more.",
            "*emphasis* here\n*and* there",
            "- tea\n- cake",
            "-5 degrees",
            "1. tea\n2. cake",
            "3.5 miles\n4.5 miles",
        ] {
            assert_eq!(all(fine), [], "{fine}");
        }
        assert_eq!(all("A | B, and [a link](https://charity.org.uk/). ! [x]"), []);
    }
}
