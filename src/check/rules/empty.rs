//! Parts that were begun and have no words: headings, entries of lists, stories.
//! Pure: an edition in, findings out.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};

pub const RULES: [Rule; 1] = [Rule::new(
    "empty-part",
    "Does every heading, list entry and story have words?",
    "A heading with nothing below it, an entry of a list without words or a story that is only a \
     title was begun and not finished. Write what belongs there, or remove it.",
    empty_part,
)];

fn empty_part(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let introduction = &known.edition.introduction;
    let finding = |severity, place, message: String| {
        let cure = "write what belongs there, or remove it";
        Finding::new("empty-part", severity, place, message, cure)
    };
    let mut findings: Vec<Finding> = empty_in(&introduction.text)
        .into_iter()
        .map(|(at, what)| finding(Severity::Should, introduction.place_of(at), what))
        .collect();
    for item in known.edition.shown() {
        let has_words = item.summary.chars().any(char::is_alphanumeric);
        if has_words {
            continue;
        }
        // Some sources give titles and no more; a lone full stop is nobody's choice.
        let (severity, what) = match item.summary.trim() {
            "" => (Severity::Note, "has no words below its title".to_owned()),
            mark => (Severity::Should, format!("has only `{mark}` below its title")),
        };
        findings.push(finding(severity, item.place.clone(), format!("\"{}\" {what}", item.title)));
    }
    findings
}

/// Headings and entries of lists without words, each with its byte.
fn empty_in(markdown: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // The last heading, while nothing but headings has followed it.
    let mut waiting: Option<(usize, HeadingLevel, String)> = None;
    let mut heading: Option<(usize, HeadingLevel, String)> = None;
    // Lists within lists: where each entry begins, and whether it has words.
    let mut entries: Vec<(usize, bool)> = Vec::new();
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some((range.start, level, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some(begun) = heading.take() else { continue };
                if let Some((at, _, words)) = waiting.take().filter(|before| begun.1 <= before.1) {
                    found.push((
                        at,
                        format!("nothing stands below the heading \"{}\"", excerpt(&words)),
                    ));
                }
                waiting = Some(begun);
            }
            Event::Start(Tag::Item) => entries.push((range.start, false)),
            Event::End(TagEnd::Item) => {
                if let Some((at, false)) = entries.pop() {
                    found.push((at, "an entry of the list has no words".to_owned()));
                }
                if let Some(outer) = entries.last_mut() {
                    outer.1 = true;
                }
            }
            Event::Text(words)
            | Event::Code(words)
            | Event::Html(words)
            | Event::InlineHtml(words) => {
                if words.trim().is_empty() {
                    continue;
                }
                if let Some(entry) = entries.last_mut() {
                    entry.1 = true;
                }
                match &mut heading {
                    Some((_, _, said)) => said.push_str(&words),
                    None => waiting = None,
                }
            }
            Event::Rule => waiting = None,
            _ => {}
        }
    }
    // The stories may follow the last heading: "## This month's news".
    let is_whole = waiting.as_ref().is_some_and(|(_, level, _)| *level >= HeadingLevel::H2);
    if let Some((at, _, words)) = waiting.filter(|_| is_whole) {
        found.push((at, format!("nothing stands below the heading \"{}\"", excerpt(&words))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;

    #[test]
    fn parts_that_were_begun() {
        for (markdown, what) in [
            (
                "Hello.\n\n## Walks\n\n## Talks\n\nOn Friday.",
                "nothing stands below the heading \"Walks\"",
            ),
            ("Hello.\n\n## Walks", "nothing stands below the heading \"Walks\""),
            ("- tea\n-\n- cake", "an entry of the list has no words"),
        ] {
            let found: Vec<String> = empty_in(markdown).into_iter().map(|(_, what)| what).collect();
            assert_eq!(found, [what], "{markdown}");
        }
        for fine in [
            "## Walks\n\n### On Friday\n\nTo the sea.",
            "## Walks\n\n- to the sea\n    - by bus\n- home",
            "## Walks\n\n> By the sea",
            "Hello.",
        ] {
            assert_eq!(empty_in(fine), [], "{fine}");
        }
    }

    #[test]
    fn stories_without_words() {
        let with = |text: &str| {
            SampleEmail::with(|mail| mail.edition.items[0].summary = text.to_owned()).only_finding()
        };
        assert_eq!(
            with(" "),
            "empty-part: \"Training for forty nurses\" has no words below its title"
        );
        assert_eq!(
            with("…"),
            "empty-part: \"Training for forty nurses\" has only `…` below its title"
        );
    }
}
