//! Stories that stand in several languages: `story.md` in the newsletter's own, `story.cy.md` beside it in Welsh.
//! Pure: a reading in, a reading out.

use std::collections::BTreeMap;

use super::item::Reading;

/// Puts each translation to its story. A file `x.cy.md` is one when there is a story `x.md` beside it, or `x.en.md` where the
/// website's main language is English; without one it is a story of its own, whatever its name. `main` may be empty.
pub fn join(reading: &mut Reading, main: &str) {
    let known: BTreeMap<String, usize> = reading
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let stem = stem(&item.place.source);
            let story = match language_of(stem) {
                Some((story, code)) if code.eq_ignore_ascii_case(main) => story,
                _ => stem,
            };
            (story.to_owned(), index)
        })
        .collect();
    let mut translations = Vec::new();
    for (index, item) in reading.items.iter().enumerate() {
        if let Some((story, language)) = language_of(stem(&item.place.source))
            && !language.eq_ignore_ascii_case(main)
            && let Some(story) = known.get(story)
        {
            translations.push((index, *story, language.to_lowercase()));
        }
    }
    for (index, story, language) in &translations {
        let translation = reading.items[*index].clone();
        reading.items[*story].translations.insert(language.clone(), translation);
    }
    let mut index = 0;
    reading.items.retain(|_| {
        index += 1;
        !translations.iter().any(|(translation, _, _)| *translation == index - 1)
    });
}

/// A file's path without `.md`.
fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

/// `news/story.cy` as `news/story` and `cy`.
pub fn language_of(stem: &str) -> Option<(&str, &str)> {
    split_language(stem, |code| {
        // "cy", and of a place: "pt-br".
        let (language, place) = code.split_once('-').unwrap_or((code, "xx"));
        (2..=3).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_alphabetic())
            && (2..=4).contains(&place.len())
            && place.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// The same, where it is known which codes are languages.
pub fn split_language(stem: &str, is_language: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    stem.rsplit_once('.').filter(|(story, code)| !story.is_empty() && is_language(code))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::readers::markdown;

    #[test]
    fn a_translation_belongs_to_the_story_beside_it() {
        let mut reading = Reading::default();
        for (path, text) in [
            ("news/gala.cy.md", "---\ntitle: Gala yr haf\ndate: 1999-01-01\n---\n\nDaeth cant.\n"),
            (
                "news/gala.md",
                "---\ntitle: Summer gala\ndate: 2020-12-03\nlink: https://e.org/g\n---\n\nA hundred came.\n",
            ),
            ("news/alone.cy.md", "# Ar ei ben ei hun\n\nTestun.\n"),
            ("news/v1.2.md", "# Version\n\nText.\n"),
        ] {
            reading.append(markdown::read("news", path, text, London));
        }
        join(&mut reading, "");
        let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["Summer gala", "Ar ei ben ei hun", "Version"]);
        let welsh = reading.items[0].in_language("cy");
        assert_eq!((welsh.title.as_str(), welsh.summary.as_str()), ("Gala yr haf", "Daeth cant."));
        assert_eq!(welsh.date.unwrap().to_string(), "2020-12-03");
        assert_eq!(welsh.link.as_deref(), Some("https://e.org/g"));
        assert_eq!((welsh.id.as_str(), welsh.place.source.as_str()), ("gala", "news/gala.cy.md"));
        assert_eq!(reading.items[0].in_language("fr"), reading.items[0]);
    }

    #[test]
    fn a_website_of_two_languages_has_each_story_once() {
        let mut reading = Reading::default();
        for (path, title) in
            [("news/gala.cy.md", "Gala yr haf"), ("news/gala.en.md", "Summer gala")]
        {
            let text = format!("---\ntitle: {title}\ndate: 2020-12-03\n---\n\nText.\n");
            reading.append(markdown::read("news", path, &text, London));
        }
        let mut of_nobody = reading.clone();
        join(&mut of_nobody, "");
        assert_eq!(of_nobody.items.len(), 2);
        join(&mut reading, "en");
        assert_eq!(reading.items.len(), 1);
        assert_eq!(reading.items[0].title, "Summer gala");
        assert_eq!(reading.items[0].in_language("cy").title, "Gala yr haf");
    }
}
