//! The template files: those built in, and a project's own, which win by name.
//! Pure: texts by name; `project` reads the files.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::problem::{Place, nearest};
use crate::rfc::text::one_line;

use super::declarations::Declarations;
use super::syntax;
use super::tags::{TagKind, line_and_column, tags, too_deep};

/// The templates that come with roundup, by file name.
const BUILT_IN: [(&str, &str); 48] = [
    ("announcement.mjml.hbs", include_str!("../../templates/announcement.mjml.hbs")),
    ("announcement.txt.hbs", include_str!("../../templates/announcement.txt.hbs")),
    ("monthly.mjml.hbs", include_str!("../../templates/monthly.mjml.hbs")),
    ("monthly.txt.hbs", include_str!("../../templates/monthly.txt.hbs")),
    ("year.mjml.hbs", include_str!("../../templates/year.mjml.hbs")),
    ("year.txt.hbs", include_str!("../../templates/year.txt.hbs")),
    ("partials/layout.hbs", include_str!("../../templates/partials/layout.hbs")),
    ("partials/style.hbs", include_str!("../../templates/partials/style.hbs")),
    ("partials/masthead.hbs", include_str!("../../templates/partials/masthead.hbs")),
    ("partials/brand.hbs", include_str!("../../templates/partials/brand.hbs")),
    ("partials/opening.hbs", include_str!("../../templates/partials/opening.hbs")),
    ("partials/lead.hbs", include_str!("../../templates/partials/lead.hbs")),
    ("partials/lead_in_frame.hbs", include_str!("../../templates/partials/lead_in_frame.hbs")),
    ("partials/lead_words.hbs", include_str!("../../templates/partials/lead_words.hbs")),
    ("partials/cards.hbs", include_str!("../../templates/partials/cards.hbs")),
    ("partials/pair.hbs", include_str!("../../templates/partials/pair.hbs")),
    ("partials/story_card.hbs", include_str!("../../templates/partials/story_card.hbs")),
    ("partials/story_wide.hbs", include_str!("../../templates/partials/story_wide.hbs")),
    ("partials/story_words.hbs", include_str!("../../templates/partials/story_words.hbs")),
    ("partials/picture.hbs", include_str!("../../templates/partials/picture.hbs")),
    ("partials/framed.hbs", include_str!("../../templates/partials/framed.hbs")),
    ("partials/thumbnail.hbs", include_str!("../../templates/partials/thumbnail.hbs")),
    ("partials/kicker.hbs", include_str!("../../templates/partials/kicker.hbs")),
    ("partials/headline.hbs", include_str!("../../templates/partials/headline.hbs")),
    ("partials/button.hbs", include_str!("../../templates/partials/button.hbs")),
    ("partials/reverse_button.hbs", include_str!("../../templates/partials/reverse_button.hbs")),
    ("partials/figures.hbs", include_str!("../../templates/partials/figures.hbs")),
    ("partials/figures_text.hbs", include_str!("../../templates/partials/figures_text.hbs")),
    ("partials/quotation.hbs", include_str!("../../templates/partials/quotation.hbs")),
    ("partials/quote.hbs", include_str!("../../templates/partials/quote.hbs")),
    ("partials/events.hbs", include_str!("../../templates/partials/events.hbs")),
    ("partials/event.hbs", include_str!("../../templates/partials/event.hbs")),
    ("partials/briefs.hbs", include_str!("../../templates/partials/briefs.hbs")),
    ("partials/entry.hbs", include_str!("../../templates/partials/entry.hbs")),
    ("partials/brief.hbs", include_str!("../../templates/partials/brief.hbs")),
    ("partials/row.hbs", include_str!("../../templates/partials/row.hbs")),
    ("partials/contents.hbs", include_str!("../../templates/partials/contents.hbs")),
    ("partials/counts.hbs", include_str!("../../templates/partials/counts.hbs")),
    ("partials/whole_story.hbs", include_str!("../../templates/partials/whole_story.hbs")),
    ("partials/others.hbs", include_str!("../../templates/partials/others.hbs")),
    ("partials/more.hbs", include_str!("../../templates/partials/more.hbs")),
    ("partials/appeal.hbs", include_str!("../../templates/partials/appeal.hbs")),
    ("partials/footer.hbs", include_str!("../../templates/partials/footer.hbs")),
    ("partials/footer_link.hbs", include_str!("../../templates/partials/footer_link.hbs")),
    ("partials/event_text.hbs", include_str!("../../templates/partials/event_text.hbs")),
    ("partials/quote_text.hbs", include_str!("../../templates/partials/quote_text.hbs")),
    ("partials/story_text.hbs", include_str!("../../templates/partials/story_text.hbs")),
    ("partials/footer_text.hbs", include_str!("../../templates/partials/footer_text.hbs")),
];

/// What templates of before there were blocks call, and those of today do not.
const FOR_EARLIER: [(&str, &str); 6] = [
    ("partials/story.hbs", include_str!("../../templates/earlier/story.hbs")),
    ("partials/stories.hbs", include_str!("../../templates/earlier/stories.hbs")),
    ("partials/line.hbs", include_str!("../../templates/earlier/line.hbs")),
    ("partials/byline.hbs", include_str!("../../templates/earlier/byline.hbs")),
    ("partials/numbers.hbs", include_str!("../../templates/earlier/numbers.hbs")),
    ("partials/sections.hbs", include_str!("../../templates/earlier/sections.hbs")),
];

/// The texts of all templates of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFiles {
    /// By file name below `templates/`, with `/`.
    files: BTreeMap<String, String>,
}

impl TemplateFiles {
    /// The built-in templates with a project's own over them, by file name.
    pub fn with(own: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: BTreeMap<String, String> = BUILT_IN
            .iter()
            .chain(&FOR_EARLIER)
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        files.extend(own);
        Self { files }
    }

    /// The names that `template:` of a draft can have.
    pub fn names(&self) -> Vec<&str> {
        self.files.keys().filter_map(|file| file.strip_suffix(".mjml.hbs")).collect()
    }

    /// The project's own words, by file name: `fr.toml`.
    pub fn words(&self) -> BTreeMap<String, String> {
        let own = self.files.iter().filter_map(|(file, text)| {
            file.strip_prefix("words/").map(|name| (name.to_owned(), text.clone()))
        });
        own.collect()
    }

    /// The files of a template: its two parts, and every partial they call, however deep.
    pub fn files_of(&self, name: &str) -> Vec<(&str, &str)> {
        let mut waiting: Vec<String> = vec![format!("{name}.mjml.hbs"), format!("{name}.txt.hbs")];
        let mut found: BTreeMap<&str, &str> = BTreeMap::new();
        while let Some(file) = waiting.pop() {
            let Some((file, text)) = self.files.get_key_value(&file) else { continue };
            if found.insert(file, text).is_none() && too_deep(text).is_none() {
                // What cannot be parsed calls nothing; composing says what is wrong with it.
                let Ok(template) = syntax::parse(file, text) else { continue };
                let mut declared = Declarations::default();
                declared.read(file, text, &template);
                let called =
                    declared.calls.iter().map(|call| format!("partials/{}.hbs", call.called));
                waiting.extend(called);
            }
        }
        found.into_iter().collect()
    }

    /// A file's text.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    /// Partials by the name they are called by: `partials/story.hbs` is `story`.
    pub fn partials(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(file, text)| {
            let name = file.strip_prefix("partials/")?.strip_suffix(".hbs")?;
            Some((name, text.as_str()))
        })
    }

    /// The file's name for people, from the name Handlebars knows it by.
    pub fn shown(name: &str) -> String {
        if name.contains('.') {
            format!("templates/{name}")
        } else {
            format!("templates/partials/{name}.hbs")
        }
    }

    /// The text of a template by the name Handlebars knows it by.
    pub fn text(&self, name: &str) -> Option<&str> {
        if name.contains('.') {
            self.file(name)
        } else {
            self.file(&format!("partials/{name}.hbs"))
        }
    }

    /// A line of a template, by its shown name.
    pub fn line(&self, shown: &str, line: usize) -> Option<String> {
        let file = shown.strip_prefix("templates/")?;
        self.file(file)?.lines().nth(line.checked_sub(1)?).map(str::to_owned)
    }

    /// Where the files of a template say some words themselves: outside Handlebars' tags and the comments of HTML.
    pub fn place_of_words(&self, template: &str, words: &str) -> Option<Place> {
        let first = words.split_whitespace().next()?;
        self.own_texts(template).find_map(|(file, text, range)| {
            let chunk = &text[range.clone()];
            let (at, _) =
                chunk.match_indices(first).find(|(at, _)| begins(&chunk[*at..], words))?;
            Some(place_at(file, text, range.start + at))
        })
    }

    /// Where the files of a template first open an element of HTML that has not some attribute.
    pub fn place_of_element(&self, template: &str, name: &str, lacking: &str) -> Option<Place> {
        let open = format!("<{name}");
        self.own_texts(template).find_map(|(file, text, range)| {
            let chunk = &text[range.clone()];
            let (at, _) = chunk.match_indices(&open).find(|(at, _)| {
                let tag = chunk[*at..].split('>').next().unwrap_or_default();
                !tag.contains(&format!("{lacking}="))
            })?;
            Some(place_at(file, text, range.start + at))
        })
    }

    /// Where the files of a template write the most of a text that is only in parts their own: `Dear {{…}}, come to the hall`.
    pub fn place_of_parts(&self, template: &str, text: &str) -> Option<Place> {
        let mut longest: Option<(usize, Place)> = None;
        for (file, whole, range) in self.own_texts(template) {
            for (at, part) in between_tags(&whole[range.clone()]) {
                let words = one_line(part);
                let length = words.chars().filter(|c| c.is_alphanumeric()).count();
                let is_longer = longest.as_ref().is_none_or(|(known, _)| length > *known);
                if length >= SHORTEST_PART && is_longer && text.contains(&words) {
                    let at = range.start + at + (part.len() - part.trim_start().len());
                    longest = Some((length, place_at(file, whole, at)));
                }
            }
        }
        longest.map(|(_, place)| place)
    }

    /// Where the files of a template call a name: `{{unsubscribe_url}}`.
    pub fn place_of_name(&self, template: &str, name: &str) -> Option<Place> {
        self.in_order(template).find_map(|(file, text)| {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let called = tags(text).into_iter().find(|tag| {
                tag.kind != TagKind::Comment
                    && text[tag.start..tag.end].split(|c| !is_name(c)).any(|word| word == name)
            })?;
            Some(place_at(file, text, called.start))
        })
    }

    /// The files of a template, its own two first.
    fn in_order(&self, template: &str) -> impl Iterator<Item = (&str, &str)> {
        let (partials, own): (Vec<_>, Vec<_>) = self
            .files_of(template)
            .into_iter()
            .partition(|(file, _)| file.starts_with("partials/"));
        own.into_iter().chain(partials)
    }

    /// What the files of a template say themselves, piece by piece.
    fn own_texts(&self, template: &str) -> impl Iterator<Item = (&str, &str, Range<usize>)> {
        self.in_order(template).flat_map(|(file, text)| {
            let comments = comments(text);
            let mut at = 0;
            let mut ranges = Vec::new();
            let tags = tags(text).into_iter().map(|tag| (tag.start, tag.end));
            let mut left_out: Vec<(usize, usize)> = tags.chain(comments).collect();
            left_out.sort_unstable();
            for (start, end) in left_out.into_iter().chain([(text.len(), text.len())]) {
                // A tag within a comment, or a comment that holds tags.
                if start > at {
                    ranges.push(at..start);
                }
                at = at.max(end);
            }
            ranges.into_iter().map(move |range| (file, text, range)).collect::<Vec<_>>()
        })
    }

    /// The template that was meant by a name that is none.
    pub fn nearest_name(&self, name: &str) -> Option<&str> {
        nearest(name, self.names())
    }
}

/// Fewer letters than this stand in many texts.
const SHORTEST_PART: usize = 6;

fn place_at(file: &str, text: &str, at: usize) -> Place {
    let (line, column) = line_and_column(text, at);
    Place::at(format!("templates/{file}"), line, column)
}

/// Whether a text begins with some words, whatever white space is between them.
fn begins(text: &str, words: &str) -> bool {
    let mut rest = text;
    words.split_whitespace().all(|word| {
        let Some(behind) = rest.strip_prefix(word) else { return false };
        rest = behind.trim_start();
        true
    })
}

/// The comments of HTML, each with its bytes.
fn comments(text: &str) -> Vec<(usize, usize)> {
    text.match_indices("<!--")
        .map(|(start, _)| {
            (start, text[start..].find("-->").map_or(text.len(), |end| start + end + 3))
        })
        .collect()
}

/// The text between the tags of HTML, each with its byte.
fn between_tags(html: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    html.split('<').enumerate().map(move |(number, piece)| {
        let start = at;
        at += piece.len() + 1;
        match piece.find('>').filter(|_| number > 0) {
            Some(end) => (start + end + 1, &piece[end + 1..]),
            None => (start, piece),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_the_files_that_are_used_and_where_they_are_said() {
        let templates = own(&[
            (
                "t.mjml.hbs",
                "{{#> layout}}\n{{!-- Come to the hall --}}<!-- Come to the hall -->\n<p>Come\n to the hall, {{subject}}</p>{{/layout}}",
            ),
            ("a.mjml.hbs", "Come to the hall"),
            ("t.txt.hbs", "{{> footer_text}}"),
        ]);
        let place = templates.place_of_words("t", "Come to the hall").unwrap();
        assert_eq!(place, Place::at("templates/t.mjml.hbs", 3, 4));
        assert_eq!(templates.place_of_words("t", "subject"), None);
        let parts = templates.place_of_parts("t", "Come to the hall, all of you").unwrap();
        assert_eq!(parts, Place::at("templates/t.mjml.hbs", 3, 4));
        let name = templates.place_of_name("t", "unsubscribe_url").unwrap();
        assert!(name.source.starts_with("templates/partials/footer"), "{name}");
        assert_eq!(templates.place_of_name("a", "unsubscribe_url"), None);
    }

    fn own(files: &[(&str, &str)]) -> TemplateFiles {
        TemplateFiles::with(
            files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
        )
    }

    #[test]
    fn the_built_in_templates_are_three() {
        assert_eq!(own(&[]).names(), ["announcement", "monthly", "year"]);
    }

    #[test]
    fn a_template_knows_its_files() {
        let templates = own(&[]);
        let files: Vec<&str> =
            templates.files_of("monthly").into_iter().map(|(file, _)| file).collect();
        for file in
            ["monthly.mjml.hbs", "monthly.txt.hbs", "partials/layout.hbs", "partials/headline.hbs"]
        {
            assert!(files.contains(&file), "{files:?}");
        }
        assert!(!files.contains(&"partials/numbers.hbs"));
        assert!(templates.files_of("nothing").is_empty());
        // Every partial that comes with roundup is called by some template, of today or of before.
        let used: std::collections::BTreeSet<&str> = templates
            .names()
            .into_iter()
            .flat_map(|name| templates.files_of(name))
            .map(|(file, _)| file)
            .chain(FOR_EARLIER.iter().map(|(file, _)| *file))
            .collect();
        assert!(templates.files.keys().all(|file| used.contains(file.as_str())), "{used:?}");
    }

    #[test]
    fn a_projects_own_file_wins() {
        let templates = own(&[("partials/footer.hbs", "mine"), ("gala.mjml.hbs", "")]);
        assert_eq!(templates.text("footer"), Some("mine"));
        assert_eq!(templates.nearest_name("gla"), Some("gala"));
    }
}
