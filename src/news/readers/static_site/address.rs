//! The address that each tool gives a page: from its file's name, its fields, and the tool's settings.
//! Pure: names and fields in, an address out.

use std::collections::BTreeMap;

use std::fmt::Write;

use chrono::format::StrftimeItems;
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde_json::Value;

use super::SitePage;
use crate::news::date::PartialDate;
use crate::news::item::web_address;
use crate::news::source::SourceKind;
use crate::rfc::csv::simple;

/// The parts of a file's name that addresses are made of.
struct Name<'a> {
    /// Its folders, the source's own among them.
    sections: Vec<&'a str>,
    /// Without ending and, where the tool drops it, without date.
    base: &'a str,
    whole: &'a str,
    is_index: bool,
}

impl SitePage<'_> {
    fn name(&self) -> Name<'_> {
        let mut sections: Vec<&str> =
            self.site.section.split('/').filter(|part| !part.is_empty()).collect();
        let (folders, file) = self.below.rsplit_once('/').unwrap_or(("", self.below));
        sections.extend(folders.split('/').filter(|part| !part.is_empty()));
        let mut whole = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let is_index = whole == "index";
        if is_index {
            whole = sections.pop().unwrap_or(whole);
        }
        let drops_date =
            matches!(self.site.kind, SourceKind::Jekyll | SourceKind::Zola | SourceKind::Eleventy)
                || self.site.config.has_dated_names;
        let base = if drops_date { without_date(whole) } else { whole };
        Name { sections, base, whole, is_index }
    }

    /// The file's address on the website, if the project says where that is. No address is better than a wrong one.
    pub fn link(
        &self,
        fields: &BTreeMap<String, Value>,
        date: Option<PartialDate>,
        zone: Tz,
    ) -> Option<String> {
        let base = self.base()?;
        let day = date.map(|date| date.days(zone).0);
        let path = match self.site.kind {
            SourceKind::Hugo => self.hugo(fields, day),
            SourceKind::Jekyll => self.jekyll(fields, day),
            SourceKind::Zola => self.zola(fields, day),
            SourceKind::Eleventy => self.eleventy(fields, day),
            _ => self
                .site
                .permalink
                .map(|pattern| self.filled(pattern, fields, day, &Words::default())),
        }?;
        let path = joined(&path);
        // A site may live below a folder of its host: its own paths begin there.
        let whole = if path.contains("://") {
            path
        } else {
            format!("{}{path}", base.trim_end_matches('/'))
        };
        web_address(&whole, None)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "one shape for every tool: Eleventy's may have no address"
    )]
    fn hugo(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        let name = self.name();
        let sections: Vec<String> = name.sections.iter().map(|part| hugo_path(part)).collect();
        let own_slug = text(fields, "slug").map(|slug| hugo_path(&slug));
        let title = text(fields, "title").map(|title| hugo_path(&title)).unwrap_or_default();
        let file = hugo_path(name.base);
        if let Some(url) = text(fields, "url") {
            let is_file = url.rsplit('/').next().is_some_and(|last| last.contains('.'));
            let url = if url.ends_with('/') || is_file { url } else { format!("{url}/") };
            // Patterns have been possible there since 0.131.
            return Some(if url.contains(':') && !url.contains("://") {
                self.filled(
                    &url,
                    fields,
                    day,
                    &Words {
                        title,
                        slug: own_slug.clone(),
                        file,
                        sections,
                        categories: String::new(),
                    },
                )
            } else {
                url
            });
        }
        let section = sections.first().cloned().unwrap_or_default();
        let configured = self
            .site
            .config
            .permalinks
            .get(&section)
            .or_else(|| self.site.config.permalinks.get("/"));
        if let Some(pattern) = self.site.permalink.or(configured.map(String::as_str)) {
            let words = Words { title, slug: own_slug, file, sections, categories: String::new() };
            return Some(self.filled(pattern, fields, day, &words));
        }
        let last = own_slug.unwrap_or(file);
        let end = if self.site.config.ugly && !name.is_index { ".html" } else { "/" };
        Some(format!("/{}/{last}{end}", sections.join("/")))
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "one shape for every tool: Eleventy's may have no address"
    )]
    fn jekyll(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        let name = self.name();
        let own_slug = text(fields, "slug");
        let is_post = self.is_jekyll_post() || has_date(name.whole);
        let configured = self.site.config.permalinks.get("").map(String::as_str);
        let own = text(fields, "permalink");
        let of_collection = self.collection().and_then(|(pattern, _)| pattern.as_deref());
        let pattern = own
            .as_deref()
            .or(self.site.permalink)
            .or(of_collection)
            .or(configured)
            .unwrap_or("date");
        let pattern = match pattern {
            "date" => "/:categories/:year/:month/:day/:title:output_ext",
            "pretty" => "/:categories/:year/:month/:day/:title/",
            "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
            "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
            "none" => "/:categories/:title:output_ext",
            other => other,
        };
        // A collection's files are no posts: their addresses are made of their folders.
        if !is_post && own.is_none() && of_collection.is_none() && self.site.permalink.is_none() {
            let folders: Vec<&str> =
                name.sections.iter().map(|part| part.trim_start_matches('_')).collect();
            return Some(format!("/{}/{}.html", folders.join("/"), name.whole));
        }
        let words = Words {
            title: own_slug.clone().unwrap_or_else(|| name.base.to_owned()),
            slug: own_slug,
            file: name.base.to_owned(),
            sections: Vec::new(),
            categories: self.categories(&name, fields),
        };
        Some(self.filled(pattern, fields, day, &words))
    }

    /// Jekyll's categories: the folders above `_posts`, then the fields, each once, in lower case.
    fn categories(&self, name: &Name<'_>, fields: &BTreeMap<String, Value>) -> String {
        let mut all: Vec<String> = name
            .sections
            .iter()
            .take_while(|part| **part != "_posts" && **part != "_drafts")
            .map(|part| (*part).to_owned())
            .collect();
        if !name.sections.contains(&"_posts") {
            all.clear();
        }
        let field = |name: &str| {
            fields.iter().find(|(other, _)| simple(other) == name).map(|(_, value)| value)
        };
        let words = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        // `category` is one, whatever blanks it has; `categories` a list, or words between blanks.
        all.extend(field("category").and_then(words).filter(|text| !text.trim().is_empty()));
        match field("categories") {
            Some(Value::Array(values)) => all.extend(values.iter().filter_map(words)),
            Some(Value::String(text)) => all.extend(text.split_whitespace().map(str::to_owned)),
            _ => {}
        }
        let mut once: Vec<String> = Vec::new();
        for category in all.iter().map(|category| category.trim().to_lowercase()) {
            if !once.contains(&category) {
                once.push(category);
            }
        }
        once.join("/")
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "one shape for every tool: Eleventy's may have no address"
    )]
    fn zola(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        if let Some(path) = text(fields, "path") {
            return Some(format!("/{}/", path.trim_matches('/')));
        }
        let name = self.name();
        let sections: Vec<String> = name.sections.iter().map(|part| zola_slug(part)).collect();
        let slug = text(fields, "slug").unwrap_or_else(|| name.base.to_owned());
        let file = zola_slug(&slug);
        match self.site.permalink {
            Some(pattern) => {
                let words = Words {
                    title: file.clone(),
                    slug: Some(file.clone()),
                    file,
                    sections,
                    categories: String::new(),
                };
                Some(self.filled(pattern, fields, day, &words))
            }
            None => Some(format!("/{}/{file}/", sections.join("/"))),
        }
    }

    fn eleventy(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        let name = self.name();
        let stem: Vec<&str> =
            name.sections.iter().copied().chain(std::iter::once(name.base)).collect();
        let words = Words {
            title: name.base.to_owned(),
            slug: text(fields, "slug"),
            file: name.base.to_owned(),
            sections: name.sections.iter().map(|part| (*part).to_owned()).collect(),
            categories: String::new(),
        };
        if let Some(pattern) = text(fields, "permalink") {
            let path = template(&pattern, fields, &name, &stem.join("/"), day)?;
            let path = path.strip_suffix("index.html").unwrap_or(&path).to_owned();
            return Some(format!("/{}", path.trim_start_matches('/')));
        }
        if let Some(pattern) = self.site.permalink {
            return Some(self.filled(pattern, fields, day, &words));
        }
        // `posts/posts.md` is the page of the folder.
        let is_folder = name.sections.last() == Some(&name.base);
        let parts = if is_folder { &stem[..stem.len() - 1] } else { &stem[..] };
        Some(format!("/{}/", parts.join("/")))
    }

    /// A pattern of Hugo or Jekyll with its placeholders replaced. Placeholders that need a day leave nothing where there is none.
    fn filled(
        &self,
        pattern: &str,
        fields: &BTreeMap<String, Value>,
        day: Option<NaiveDate>,
        words: &Words,
    ) -> String {
        let is_jekyll = self.site.kind == SourceKind::Jekyll;
        let of = |form: &str| day.map(|day| day.format(form).to_string()).unwrap_or_default();
        let plain = Words { file: self.name().base.to_owned(), ..Words::default() };
        let words = if words.file.is_empty() { &plain } else { words };
        let slug_or_title = words.slug.clone().unwrap_or_else(|| {
            if words.title.is_empty() { words.file.clone() } else { words.title.clone() }
        });
        let slug_or_file = words.slug.clone().unwrap_or_else(|| words.file.clone());
        let hugo_title =
            if words.title.is_empty() { slug_or_file.clone() } else { words.title.clone() };
        let monthname = if is_jekyll { String::new() } else { of("%B").to_lowercase() };
        let sections = words.sections.join("/");
        let second = words.sections.get(1..).unwrap_or_default().join("/");
        let last = words.sections.last().cloned().unwrap_or_default();
        // The longer names first: `:sections` begins with `:section`.
        let signs: [(&str, String); 37] = [
            (":slugified_categories", words.categories.clone()),
            (":slugorcontentbasename", slug_or_file.clone()),
            (":slugorfilename", slug_or_file.clone()),
            (":contentbasename", words.file.clone()),
            (":categories", words.categories.clone()),
            (":sections[1:]", second),
            (":sections[last]", last),
            (":sections", sections.clone()),
            (":section", words.sections.first().cloned().unwrap_or_default()),
            (":output_ext", ".html".to_owned()),
            (":short_month", of("%b")),
            (":long_month", of("%B")),
            (":monthname", monthname),
            (":short_year", of("%y")),
            (":weekdayname", of("%A").to_lowercase()),
            (":short_day", of("%a")),
            (":long_day", of("%A")),
            (":i_month", of("%-m")),
            (":yearday", of("%-j")),
            (":weekday", of("%w")),
            (":i_day", of("%-d")),
            (":y_day", of("%j")),
            (":w_year", of("%G")),
            (":w_day", of("%u")),
            (":filename", words.file.clone()),
            (":path", format!("{sections}/{slug_or_file}")),
            (":collection", "posts".to_owned()),
            (":title", if is_jekyll { words.title.clone() } else { hugo_title }),
            (
                ":slug",
                if self.site.kind == SourceKind::Hugo { slug_or_title } else { slug_or_file },
            ),
            (":name", words.file.clone()),
            (":year", day.map(|day| format!("{:04}", day.year())).unwrap_or_default()),
            (":month", of("%m")),
            (":week", of("%V")),
            (":hour", String::new()),
            (":minute", String::new()),
            (":day", of("%d")),
            (":id", text(fields, "id").unwrap_or_default()),
        ];
        signs.iter().fold(pattern.to_owned(), |path, (sign, value)| path.replace(sign, value))
    }
}

/// What the placeholders of a pattern stand for.
#[derive(Debug, Default)]
struct Words {
    title: String,
    slug: Option<String>,
    file: String,
    sections: Vec<String>,
    categories: String,
}

fn text(fields: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    let (_, value) = fields.iter().find(|(found, _)| simple(found) == name)?;
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn joined(path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let mut path = path.to_owned();
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// A template of Eleventy's `permalink`, as far as it needs no program; `None` where it does.
fn template(
    pattern: &str,
    fields: &BTreeMap<String, Value>,
    name: &Name<'_>,
    stem: &str,
    day: Option<NaiveDate>,
) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find("}}")? + at;
        let inner = rest[at + 2..end].trim().trim_matches('-').trim();
        out.push_str(&expression(inner, fields, name, stem, day)?);
        rest = &rest[end + 2..];
    }
    if rest.contains("{%") {
        return None;
    }
    out.push_str(rest);
    Some(out)
}

fn expression(
    inner: &str,
    fields: &BTreeMap<String, Value>,
    name: &Name<'_>,
    stem: &str,
    day: Option<NaiveDate>,
) -> Option<String> {
    let mut parts = inner.split('|').map(str::trim);
    let word = parts.next()?;
    let mut value = match word {
        "page.fileSlug" => name.base.to_owned(),
        "page.filePathStem" => format!("/{stem}"),
        "page.date" | "date" => day?.to_string(),
        "page.outputFileExtension" => "html".to_owned(),
        _ => {
            let quoted =
                word.strip_prefix(['"', '\'']).and_then(|word| word.strip_suffix(['"', '\'']));
            quoted.map(str::to_owned).or_else(|| text(fields, &simple(word)))?
        }
    };
    for filter in parts {
        let (filter, argument) = match filter.find([':', '(']) {
            Some(at) => (
                filter[..at].trim(),
                filter[at + 1..].trim().trim_end_matches(')').trim_matches(['"', '\'']),
            ),
            None => (filter, ""),
        };
        value = match filter {
            "slugify" | "slug" => zola_slug(&value),
            "lower" | "downcase" => value.to_lowercase(),
            "url" | "safe" | "string" | "trim" | "strip" => value,
            "date" if argument.contains('%') => formatted(day?, argument)?,
            _ => return None,
        };
    }
    Some(value)
}

/// A day by a pattern of somebody else's; nothing where the pattern is not one.
fn formatted(day: NaiveDate, pattern: &str) -> Option<String> {
    let items = StrftimeItems::new(pattern).parse().ok()?;
    let mut text = String::new();
    write!(text, "{}", day.format_with_items(items.iter())).ok()?;
    Some(text)
}

/// As Hugo writes a path: in lower case, blanks as hyphens, without other marks.
fn hugo_path(text: &str) -> String {
    let mut path = String::new();
    let mut hyphen = false;
    for c in text.trim().chars() {
        if c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '+' | '~' | '@') {
            if hyphen && c != '-' && !path.ends_with('-') {
                path.push('-');
            }
            hyphen = false;
            path.extend(c.to_lowercase());
        } else if c.is_whitespace() && !path.is_empty() {
            hyphen = true;
        }
    }
    path
}

/// As Zola and Eleventy write a name: letters without accents and numbers, hyphens for all else.
fn zola_slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain: &str = match c {
            'à' | 'á' | 'â' | 'ã' | 'å' => "a",
            'ä' | 'æ' => "ae",
            'ç' => "c",
            'è' | 'é' | 'ê' | 'ë' => "e",
            'ì' | 'í' | 'î' | 'ï' => "i",
            'ñ' => "n",
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
            'ö' => "o",
            'ß' => "ss",
            'ù' | 'ú' | 'û' | 'ü' => "u",
            'ŵ' => "w",
            'ŷ' | 'ý' | 'ÿ' => "y",
            '\'' | '’' => continue,
            _ => "",
        };
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c);
        } else if !plain.is_empty() {
            slug.push_str(plain);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

/// Whether a name begins with a day: `2020-12-23-gala`.
pub(super) fn has_date(name: &str) -> bool {
    name.get(..10).is_some_and(|day| {
        day.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        })
    })
}

/// `2020-12-23-gala` as `gala`.
pub(super) fn without_date(stem: &str) -> &str {
    match stem.get(10..) {
        Some(rest) if has_date(stem) => {
            let rest = rest.trim_start_matches(['-', '_', ' ']);
            if rest.is_empty() { stem } else { rest }
        }
        _ => stem,
    }
}
