//! Where what the email says was written: in a story, the draft, `roundup.toml`, a theme, a file of words or a template.
//! Pure: what parsers have read in, places out.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use toml_edit::{Document, Item as TomlItem, TableLike};

use super::html::Link;
use super::texts::TextKind;
use super::{CheckContext, template};
use crate::compose::theme;
use crate::problem::Place;
use crate::rfc::text::one_line;

/// Groups of `roundup.toml` whose words and addresses an email shows.
const SHOWN_GROUPS: [&str; 7] =
    ["organisation", "sender", "appeal", "theme", "links", "translations", "archive"];

/// Where everybody's settings are.
const SETTINGS: &str = "roundup.toml";

impl CheckContext<'_> {
    /// Where some words or an address of the email were written.
    pub fn place_of(&self, words: &str) -> Place {
        let name = &self.edition.template;
        self.in_stories(words)
            .or_else(|| self.in_texts(words))
            .or_else(|| self.in_settings(words))
            .or_else(|| self.in_words_file(words))
            .or_else(|| self.of_slot(words))
            .or_else(|| self.templates.place_of_words(name, words))
            .or_else(|| self.templates.place_of_parts(name, words))
            .unwrap_or_else(|| template(self))
    }

    /// Where a link was written: the one with its words, where several lead to one address.
    pub fn place_of_link(&self, link: &Link) -> Place {
        let introduction = &self.edition.introduction;
        links(&introduction.text)
            .into_iter()
            .find(|(_, words)| *words == link.words)
            .map(|(at, _)| introduction.place_of(at))
            .filter(|_| self.in_stories(&link.address).is_none())
            .unwrap_or_else(|| self.place_of(&link.address))
    }

    fn in_stories(&self, words: &str) -> Option<Place> {
        self.edition.shown().find_map(|item| {
            if item.link.as_deref() == Some(words) {
                return Some(item.place_of(item.lines.link));
            }
            let is_shown = |image: &crate::news::item::Image| {
                image.address == words || image.crops.iter().any(|crop| crop.address == words)
            };
            if item.image.as_ref().is_some_and(is_shown) {
                return Some(item.place_of(item.lines.image));
            }
            (item.title == words).then(|| item.place_of_title())
        })
    }

    /// A text that somebody wrote, as it stands or as Markdown makes it.
    fn in_texts(&self, words: &str) -> Option<Place> {
        let texts = self.written();
        let as_written = texts.iter().find_map(|text| Some(text.place(text.text.find(words)?)));
        as_written.or_else(|| {
            texts.iter().filter(|text| text.kind() == TextKind::Prose).find_map(|text| {
                let plain = PlainText::of(text.text);
                Some(text.place(plain.find(words)?))
            })
        })
    }

    /// The setting that has some words: all of them, or more, or enough of them that nothing else can be meant.
    fn in_settings(&self, words: &str) -> Option<Place> {
        /// A shorter value stands in many texts.
        const LEAST: usize = 12;
        let settings = settings(self.settings);
        let shown = || {
            settings.iter().filter(|setting| {
                SHOWN_GROUPS.contains(&setting.path.split('.').next().unwrap_or_default())
            })
        };
        let plain = words.trim_end_matches('/');
        let is = |value: &str| !plain.is_empty() && value.trim_end_matches('/') == plain;
        let setting = shown()
            .find(|setting| is(&setting.value))
            .or_else(|| shown().find(|one| !plain.is_empty() && one.value.contains(plain)))
            .or_else(|| {
                shown().find(|one| one.value.len() >= LEAST && words.contains(&one.value))
            })?;
        Some(setting.place.clone())
    }

    /// The place of a setting or a group by its name, as in `sender.public_url`; the whole file where it is not there.
    pub fn setting_place(&self, path: &str) -> Place {
        settings(self.settings)
            .into_iter()
            .find(|setting| setting.path == path)
            .map_or_else(|| Place::whole(SETTINGS), |setting| setting.place)
    }

    /// The place of what `[theme]` or the theme's own file says.
    pub fn theme_place(&self, name: &str) -> Place {
        let own = settings(self.settings);
        let find = |path: &str| own.iter().find(|setting| setting.path == path);
        if let Some(setting) = find(&format!("theme.{name}")) {
            return setting.place.clone();
        }
        let used = find("theme.use").map_or(theme::usual(), |used| used.value.as_str());
        let file = format!("themes/{used}.toml");
        let of_file = self.templates.file(&file).and_then(|text| {
            let found = settings_of(text, &format!("templates/{file}"));
            found.into_iter().find(|setting| setting.path == name).map(|setting| setting.place)
        });
        of_file
            .or_else(|| find("theme.use").or(find("theme")).map(|setting| setting.place.clone()))
            .unwrap_or_else(|| Place::whole(SETTINGS))
    }

    /// The line of the project's own words in a language that a text is made of.
    fn in_words_file(&self, words: &str) -> Option<Place> {
        /// Fewer letters are a word of many texts.
        const LEAST: usize = 4;
        let language = self.theme.look.language.to_lowercase();
        let text = self.templates.words().remove(&format!("{language}.toml"))?;
        let all = settings_of(&text, &format!("templates/words/{language}.toml"));
        all.into_iter()
            .filter_map(|setting| {
                // "{count} stories": what stands between the names.
                let longest = setting
                    .value
                    .split(['{', '}'])
                    .step_by(2)
                    .map(str::trim)
                    .max_by_key(|part| part.len())?
                    .to_owned();
                let is_said = longest.len() >= LEAST && words.contains(&longest);
                (is_said || setting.value == words).then_some((longest.len(), setting.place))
            })
            .max_by_key(|(length, _)| *length)
            .map(|(_, place)| place)
    }

    /// The tag of a slot that an address holds: `{unsubscribe_url}`.
    fn of_slot(&self, address: &str) -> Option<Place> {
        let (_, rest) = address.split_once('{')?;
        let (name, _) = rest.split_once('}')?;
        self.templates.place_of_name(&self.edition.template, name)
    }
}

/// A setting or a group of them, and where it stands.
struct SettingLine {
    /// As in `sender.public_url`.
    path: String,
    /// Empty for a group.
    value: String,
    place: Place,
}

fn settings(text: &str) -> Vec<SettingLine> {
    settings_of(text, SETTINGS)
}

/// Every setting of a text that is TOML.
fn settings_of(text: &str, source: &str) -> Vec<SettingLine> {
    let mut found = Vec::new();
    if let Ok(document) = Document::parse(text) {
        collect(document.as_table(), "", &mut |path, value, at| {
            let line = text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            found.push(SettingLine { path, value, place: Place::line(source, line) });
        });
    }
    found
}

fn collect(table: &dyn TableLike, of: &str, add: &mut impl FnMut(String, String, usize)) {
    for (name, item) in table.iter() {
        let path = if of.is_empty() { name.to_owned() } else { format!("{of}.{name}") };
        let key = table.get_key_value(name).and_then(|(key, _)| key.span());
        let at = key.or_else(|| item.span()).map_or(0, |span| span.start);
        add(path.clone(), item.as_str().unwrap_or_default().to_owned(), at);
        if let Some(inner) = item.as_table_like() {
            collect(inner, &path, add);
        } else if let TomlItem::ArrayOfTables(tables) = item {
            for inner in tables {
                collect(inner, &path, add);
            }
        }
    }
}

/// Markdown as it is read, and where each piece of it was written.
struct PlainText {
    text: String,
    /// A byte of the text and the byte of the source.
    points: Vec<(usize, usize)>,
}

impl PlainText {
    fn of(markdown: &str) -> Self {
        let mut plain = Self { text: String::new(), points: Vec::new() };
        for (event, range) in Parser::new(markdown).into_offset_iter() {
            match event {
                Event::Text(text) | Event::Code(text) => {
                    plain.points.push((plain.text.len(), range.start));
                    plain.text.push_str(&text);
                }
                Event::SoftBreak
                | Event::HardBreak
                | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                    plain.text.push(' ');
                }
                _ => {}
            }
        }
        plain
    }

    /// The byte of the source at which some words were written.
    fn find(&self, words: &str) -> Option<usize> {
        let words = one_line(words);
        let at = self.text.find(words.trim()).filter(|_| !words.trim().is_empty())?;
        let point = self.points.iter().rev().find(|(plain, _)| *plain <= at)?;
        Some(point.1)
    }
}

/// The links of Markdown: where each begins, and what it says.
fn links(markdown: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { .. }) => {
                is_open = true;
                found.push((range.start, String::new()));
            }
            Event::End(TagEnd::Link) => is_open = false,
            Event::Text(text) | Event::Code(text) if is_open => {
                if let Some((_, words)) = found.last_mut() {
                    words.push_str(&text);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    /// The places of what is found in an email.
    fn places(change: impl FnOnce(&mut SampleEmail)) -> Vec<String> {
        let mail = SampleEmail::with(change);
        mail.checked().findings.iter().map(|one| format!("{} {}", one.rule, one.place)).collect()
    }

    #[test]
    fn words_are_found_where_they_were_written_and_not_where_others_are_like_them() {
        // A figure of the draft.
        let figure = places(|mail| {
            mail.edition.subject.source = Some("editions/2020-12.md".to_owned());
            mail.edition.figures.push(crate::edition::figures::Figure {
                value: "XX".to_owned(),
                label: "nurses learned".to_owned(),
                line: 7,
            });
        });
        assert_eq!(figure, ["placeholder editions/2020-12.md:7"]);
        // A setting, by its name and not by a line that looks like it.
        let setting = places(|mail| {
            mail.toml = "# why = \"You asked TBC for our news.\"\n[organisation]\nname = \"x\"\nwhy = \"You asked TBC for our news.\"\n".to_owned();
            mail.theme.organisation.why = "You asked TBC for our news.".to_owned();
        });
        assert_eq!(setting, ["placeholder roundup.toml:4"]);
        // A theme's own file.
        let theme = places(|mail| {
            mail.toml = "[theme]\nuse = \"my\"\n".to_owned();
            mail.templates.push((
                "themes/my.toml".to_owned(),
                "accent = \"#0b5a6f\"\nmuted = \"#cccccc\"\n".to_owned(),
            ));
            mail.theme.look.muted = "#cccccc".to_owned();
        });
        assert!(theme.iter().all(|one| one == "contrast templates/themes/my.toml:2"), "{theme:?}");
        // The project's own file of the usual theme, which no setting names.
        let usual = places(|mail| {
            mail.toml = "[organisation]\n".to_owned();
            mail.templates.push((
                "themes/harbour.toml".to_owned(),
                "accent = \"#0b5a6f\"\n\nmuted = \"#cccccc\"\n".to_owned(),
            ));
            mail.theme.look.muted = "#cccccc".to_owned();
        });
        assert!(
            usual.iter().all(|one| one == "contrast templates/themes/harbour.toml:3"),
            "{usual:?}"
        );
        // The words of a language.
        let words = places(|mail| {
            mail.templates.push((
                "words/en.toml".to_owned(),
                "name = \"English\"\n[say]\nread_story = \"Read the TBC story\"\n".to_owned(),
            ));
        });
        assert_eq!(words, ["placeholder templates/words/en.toml:3"]);
        // Markdown that became other characters.
        let markdown = places(|mail| {
            mail.edition.introduction = crate::edition::PlacedText {
                text: "Hello.\n\nFish &amp;amp; **chips** for all.".to_owned(),
                source: Some("editions/2020-12.md".to_owned()),
                line: 9,
                field: None,
            };
        });
        assert_eq!(markdown, ["garbled editions/2020-12.md:11"]);
    }

    #[test]
    fn a_link_is_found_where_it_is_written_also_if_others_lead_there() {
        let vague = places(|mail| {
            mail.edition.introduction = crate::edition::PlacedText {
                text: "Hello.\n\nTo leave, [click here]({{unsubscribe_url}}).".to_owned(),
                source: Some("editions/2020-12.md".to_owned()),
                line: 9,
                field: None,
            };
        });
        assert_eq!(vague, ["vague-link editions/2020-12.md:11"]);
    }
}
