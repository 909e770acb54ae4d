//! The template files: those built in, and a project's own, which win by name.
//! Pure: texts by name; `project` reads the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::problem::{Place, nearest};

use super::fault::TemplateFault;
use super::parsed::{Kept, Parsed};

/// The templates that come with roundup, by file name.
const BUILT_IN: [(&str, &str); 27] = [
    ("announcement.mjml.hbs", include_str!("../../templates/announcement.mjml.hbs")),
    ("announcement.txt.hbs", include_str!("../../templates/announcement.txt.hbs")),
    ("monthly.mjml.hbs", include_str!("../../templates/monthly.mjml.hbs")),
    ("monthly.txt.hbs", include_str!("../../templates/monthly.txt.hbs")),
    ("year.mjml.hbs", include_str!("../../templates/year.mjml.hbs")),
    ("year.txt.hbs", include_str!("../../templates/year.txt.hbs")),
    ("partials/layout.hbs", include_str!("../../templates/partials/layout.hbs")),
    ("partials/style.hbs", include_str!("../../templates/partials/style.hbs")),
    ("partials/story.hbs", include_str!("../../templates/partials/story.hbs")),
    ("partials/headline.hbs", include_str!("../../templates/partials/headline.hbs")),
    ("partials/byline.hbs", include_str!("../../templates/partials/byline.hbs")),
    ("partials/event.hbs", include_str!("../../templates/partials/event.hbs")),
    ("partials/event_text.hbs", include_str!("../../templates/partials/event_text.hbs")),
    ("partials/quote.hbs", include_str!("../../templates/partials/quote.hbs")),
    ("partials/quote_text.hbs", include_str!("../../templates/partials/quote_text.hbs")),
    ("partials/row.hbs", include_str!("../../templates/partials/row.hbs")),
    ("partials/line.hbs", include_str!("../../templates/partials/line.hbs")),
    ("partials/stories.hbs", include_str!("../../templates/partials/stories.hbs")),
    ("partials/sections.hbs", include_str!("../../templates/partials/sections.hbs")),
    ("partials/more.hbs", include_str!("../../templates/partials/more.hbs")),
    ("partials/numbers.hbs", include_str!("../../templates/partials/numbers.hbs")),
    ("partials/contents.hbs", include_str!("../../templates/partials/contents.hbs")),
    ("partials/lead.hbs", include_str!("../../templates/partials/lead.hbs")),
    ("partials/appeal.hbs", include_str!("../../templates/partials/appeal.hbs")),
    ("partials/footer.hbs", include_str!("../../templates/partials/footer.hbs")),
    ("partials/story_text.hbs", include_str!("../../templates/partials/story_text.hbs")),
    ("partials/footer_text.hbs", include_str!("../../templates/partials/footer_text.hbs")),
];

/// Partials nest a handful deep; Handlebars overflows the stack on those that call each other in a ring.
const DEEPEST_PARTIALS: usize = 20;

/// All templates of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    /// By file name below `templates/`, with `/`.
    files: BTreeMap<String, String>,
    /// Parsed already.
    kept: Kept,
}

impl Templates {
    /// The built-in templates with a project's own over them, by file name.
    pub fn with(own: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: BTreeMap<String, String> =
            BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        files.extend(own);
        Self { files, kept: Kept::default() }
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

    /// A template's two parts, with all partials, parsed.
    ///
    /// # Errors
    /// When one of them is wrong.
    pub fn parsed(&self, name: &str, files: &[String]) -> Result<Arc<Parsed>, TemplateFault> {
        self.kept.get(name, files, self)
    }

    /// The files of a template: its two parts, and every partial they call, however deep.
    pub fn files_of(&self, name: &str) -> Vec<(&str, &str)> {
        let mut calls = BTreeMap::new();
        let mut waiting: Vec<String> = vec![format!("{name}.mjml.hbs"), format!("{name}.txt.hbs")];
        let mut found: BTreeMap<&str, &str> = BTreeMap::new();
        while let Some(file) = waiting.pop() {
            let Some((file, text)) = self.files.get_key_value(&file) else { continue };
            if found.insert(file, text).is_none() {
                collect_calls(file, file, text, &mut calls);
                for (called, _) in calls.remove(file).unwrap_or_default() {
                    waiting.push(format!("partials/{called}.hbs"));
                }
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

    /// Finds partials that call each other in a ring, before Handlebars follows it into a stack overflow.
    ///
    /// # Errors
    /// Names the ring and where it begins.
    pub fn refuse_rings(&self) -> Result<(), TemplateFault> {
        let mut calls: BTreeMap<String, Vec<(String, Place)>> = BTreeMap::new();
        for (file, text) in &self.files {
            let name = file
                .strip_prefix("partials/")
                .and_then(|name| name.strip_suffix(".hbs"))
                .unwrap_or(file);
            collect_calls(name, &Self::shown(name), text, &mut calls);
        }
        for start in calls.keys() {
            let mut path = vec![start.clone()];
            if let Some((ring, place)) = ring_from(&calls, &mut path) {
                return Err(TemplateFault {
                    line_text: place.line.and_then(|line| self.line(&place.source, line)),
                    place,
                    what: format!("templates call each other in a ring: {ring}"),
                    cure: "take one of the calls out".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// A line of a template, by its shown name.
    pub fn line(&self, shown: &str, line: usize) -> Option<String> {
        let file = shown.strip_prefix("templates/")?;
        self.file(file)?.lines().nth(line.checked_sub(1)?).map(str::to_owned)
    }

    /// Where a line of generated MJML was written, if a template has it word for word.
    pub fn find_line(&self, generated: &str) -> Option<(Place, String)> {
        let wanted = generated.trim();
        if wanted.len() < 6 {
            return None;
        }
        self.files.iter().find_map(|(file, text)| {
            text.lines().enumerate().find(|(_, line)| line.trim() == wanted).map(|(index, line)| {
                let column = line.len() - line.trim_start().len() + 1;
                (Place::at(format!("templates/{file}"), index + 1, column), line.to_owned())
            })
        })
    }

    /// Where a text stands first in any template.
    pub fn find_text(&self, text: &str) -> Option<(Place, String)> {
        self.files.iter().find_map(|(file, content)| {
            content.lines().enumerate().find_map(|(index, line)| {
                let column = line.find(text)? + 1;
                Some((Place::at(format!("templates/{file}"), index + 1, column), line.to_owned()))
            })
        })
    }

    /// The template that was meant by a name that is none.
    pub fn nearest_name(&self, name: &str) -> Option<&str> {
        nearest(name, self.names())
    }
}

/// Notes every `{{> name}}` of a text under the template, or the inline partial, it stands in.
fn collect_calls(
    name: &str,
    shown: &str,
    text: &str,
    calls: &mut BTreeMap<String, Vec<(String, Place)>>,
) {
    let mut within: Vec<String> = vec![name.to_owned()];
    for (index, line) in text.lines().enumerate() {
        let mut rest = line;
        let mut column = 1;
        while let Some(at) = rest.find("{{") {
            let tag = rest[at + 2..].trim_start_matches('~').trim_start();
            let word = |text: &str| {
                let word = text.trim_start().trim_start_matches(['"', '\'']);
                word.split(|c: char| c.is_whitespace() || matches!(c, '}' | '"' | '\'' | '~'))
                    .next()
                    .unwrap_or("")
                    .to_owned()
            };
            if let Some(called) = tag.strip_prefix("#*inline").map(word) {
                within.push(called);
            } else if tag.starts_with("/inline") {
                if within.len() > 1 {
                    within.pop();
                }
            } else if let Some(called) =
                tag.strip_prefix("#>").or_else(|| tag.strip_prefix('>')).map(word)
                && !called.starts_with('@')
                && let Some(caller) = within.last()
            {
                let place = Place::at(shown, index + 1, column + at);
                calls.entry(caller.clone()).or_default().push((called, place));
            }
            column += at + 2;
            rest = &rest[at + 2..];
        }
    }
}

fn ring_from(
    calls: &BTreeMap<String, Vec<(String, Place)>>,
    path: &mut Vec<String>,
) -> Option<(String, Place)> {
    let caller = path.last()?;
    for (called, place) in calls.get(caller)? {
        if let Some(start) = path.iter().position(|name| name == called) {
            let mut ring = path[start..].to_vec();
            ring.push(called.clone());
            return Some((ring.join(" → "), place.clone()));
        }
        if path.len() == DEEPEST_PARTIALS {
            return Some((format!("{} → …", path.join(" → ")), place.clone()));
        }
        path.push(called.clone());
        let found = ring_from(calls, path);
        path.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(files: &[(&str, &str)]) -> Templates {
        Templates::with(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn the_built_in_templates_have_no_ring() {
        assert_eq!(own(&[]).refuse_rings(), Ok(()));
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
        // Every partial that comes with roundup is called by some template.
        let used: std::collections::BTreeSet<&str> = templates
            .names()
            .into_iter()
            .flat_map(|name| templates.files_of(name))
            .map(|(file, _)| file)
            .collect();
        assert!(templates.files.keys().all(|file| used.contains(file.as_str())), "{used:?}");
    }

    #[test]
    fn rings_are_found_before_they_run() {
        let fault = own(&[("partials/a.hbs", "{{> b}}"), ("partials/b.hbs", "x\n {{~> a ~}}")])
            .refuse_rings()
            .unwrap_err();
        assert_eq!(fault.what, "templates call each other in a ring: a → b → a");
        let inline = own(&[(
            "monthly.mjml.hbs",
            "{{#*inline \"x\"}}{{> y}}{{/inline}}\n{{#*inline \"y\"}}{{> x}}{{/inline}}{{> x}}",
        )]);
        assert!(inline.refuse_rings().unwrap_err().what.contains("x → y → x"));
    }

    #[test]
    fn a_projects_own_file_wins() {
        let templates = own(&[("partials/footer.hbs", "mine"), ("gala.mjml.hbs", "")]);
        assert_eq!(templates.text("footer"), Some("mine"));
        assert_eq!(templates.nearest_name("gla"), Some("gala"));
    }
}
