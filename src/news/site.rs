//! What the tools that make websites of text files do with a file: its address, and whether it is published.
//! Pure: a file's place and fields in, decisions out.
//!
//! | tool | address of `news/2020-12-23-gala.md` | not an item |
//! | --- | --- | --- |
//! | Hugo | `/news/2020-12-23-gala/`, or its `slug`, or its `url` | `_index.md`, `draft`, expired, `publishDate` to come |
//! | Jekyll | `/categories/2020/12/23/gala.html`, or its `permalink` | `_drafts/`, `published: false` |
//! | Zola | `/news/gala/`, or its `slug`, or its `path` | `_index.md`, `draft` |
//! | Eleventy | `/news/gala/`, or its `permalink` | `permalink: false`, `draft` |

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde_json::Value;

use super::date::PartialDate;
use super::item::{slug, web_address};
use super::source::{Kind, Settings};
use crate::rfc::csv::simple;

/// A website's folder of text files.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    pub kind: Kind,
    /// The website's address.
    pub address: Option<&'a str>,
    /// Its own way to make addresses.
    pub permalink: Option<&'a str>,
    /// What stands between the website's content and the source's folder: `news` of `content/news`.
    section: &'a str,
    pub today: NaiveDate,
}

/// One file of it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    site: &'a Site<'a>,
    /// Below the source's folder, with `/`.
    below: &'a str,
}

impl<'a> Site<'a> {
    pub fn new(settings: &'a Settings, today: NaiveDate) -> Self {
        let path = settings.path.as_deref().and_then(|path| path.to_str()).unwrap_or_default();
        let root = match settings.kind {
            Kind::Hugo | Kind::Zola => "content",
            _ => "",
        };
        let section = match path.trim_end_matches('/').rsplit_once("content/") {
            Some((_, section)) if !root.is_empty() => section,
            _ if path.ends_with(root) || root.is_empty() => "",
            _ => path.rsplit('/').next().unwrap_or_default(),
        };
        // Eleventy makes addresses of folders from where it was started.
        let section = match settings.kind {
            Kind::Eleventy => path.trim_start_matches("./").trim_matches('/'),
            _ => section,
        };
        Self {
            kind: settings.kind,
            address: settings.site.as_deref(),
            permalink: settings.permalink.as_deref(),
            section,
            today,
        }
    }

    /// The file at a place below the folder.
    pub fn of(&'a self, below: &'a str) -> Page<'a> {
        Page { site: self, below }
    }
}

/// The parts of a file's name that addresses are made of.
struct Name<'a> {
    /// Its folders, the source's own among them.
    sections: Vec<&'a str>,
    /// Without ending and, where the tool drops it, without date.
    base: &'a str,
    whole: &'a str,
}

impl Page<'_> {
    fn name(&self) -> Name<'_> {
        let mut sections: Vec<&str> =
            self.site.section.split('/').filter(|part| !part.is_empty()).collect();
        let (folders, file) = self.below.rsplit_once('/').unwrap_or(("", self.below));
        sections.extend(folders.split('/').filter(|part| !part.is_empty()));
        let mut whole = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        if whole == "index" {
            whole = sections.pop().unwrap_or(whole);
        }
        let drops_date = matches!(self.site.kind, Kind::Jekyll | Kind::Zola | Kind::Eleventy);
        let base = if drops_date { without_date(whole) } else { whole };
        sections.retain(|part| !matches!(*part, "_posts" | "_drafts"));
        Name { sections, base, whole }
    }

    /// True for a file that belongs to no website's tool.
    pub fn is_plain(&self) -> bool {
        self.site.kind == Kind::Markdown
    }

    /// Why the tool does not publish it, if it does not.
    pub fn held_back(&self, fields: &BTreeMap<String, Value>, zone: Tz) -> Option<String> {
        let find = |names: &[&str]| {
            fields.iter().find(|(name, _)| names.contains(&simple(name).as_str())).map(|(_, v)| v)
        };
        let day_of = |names: &[&str]| {
            let text = find(names)?.as_str()?;
            Some(PartialDate::parse(text, zone).ok()?.days(zone).0)
        };
        let today = self.site.today;
        let kind = self.site.kind;
        if matches!(kind, Kind::Hugo | Kind::Zola) && self.below.ends_with("_index.md") {
            return Some("it is the page of a whole section".to_owned());
        }
        if kind == Kind::Jekyll && self.below.split('/').any(|part| part == "_drafts") {
            return Some("it is in the folder of drafts".to_owned());
        }
        if kind == Kind::Eleventy && find(&["permalink"]) == Some(&Value::Bool(false)) {
            return Some("the website does not publish it".to_owned());
        }
        if let Some(day) = day_of(&["expirydate", "unpublishdate"]).filter(|day| *day <= today) {
            return Some(format!("it expired on {}", day.format("%-d %B %Y")));
        }
        if kind == Kind::Hugo
            && let Some(day) = day_of(&["publishdate"]).filter(|day| *day > today)
        {
            return Some(format!("it will be published on {}", day.format("%-d %B %Y")));
        }
        None
    }

    /// Where relative addresses of the file begin.
    pub fn base(&self) -> Option<String> {
        self.site.address.and_then(|address| web_address(address, None))
    }

    /// The names of topics that stand in one text between blanks.
    pub fn splits_topics_at_blanks(&self) -> bool {
        self.site.kind == Kind::Jekyll
    }

    /// The file's address on the website, if the project says where that is.
    pub fn link(
        &self,
        fields: &BTreeMap<String, Value>,
        date: Option<PartialDate>,
        zone: Tz,
    ) -> Option<String> {
        let base = self.base()?;
        let text = |name: &str| {
            let (_, value) = fields.iter().find(|(found, _)| simple(found) == name)?;
            value.as_str().map(str::trim).filter(|text| !text.is_empty())
        };
        let name = self.name();
        let own_slug = text("slug");
        let pattern = match self.site.kind {
            Kind::Hugo => text("url"),
            Kind::Zola => text("path"),
            Kind::Jekyll | Kind::Eleventy => text("permalink").filter(|text| !text.contains("{{")),
            _ => None,
        };
        let pattern = match (pattern, self.site.permalink, self.site.kind) {
            (Some(own), _, _) => own,
            (None, Some(setting), _) => setting,
            (None, None, Kind::Hugo | Kind::Zola | Kind::Eleventy) => "/:sections/:slug/",
            (None, None, Kind::Jekyll) => "/:categories/:year/:month/:day/:title.html",
            (None, None, _) => return None,
        };
        let day = date.map(|date| date.days(zone).0);
        let number = |of: fn(&NaiveDate) -> u32| {
            day.as_ref().map(|day| format!("{:02}", of(day))).unwrap_or_default()
        };
        let categories = match text("categories").or_else(|| text("category")) {
            Some(words) => words.split_whitespace().map(slug).collect::<Vec<_>>().join("/"),
            None => String::new(),
        };
        let slug = own_slug.unwrap_or(name.base).to_owned();
        let sections = name.sections.join("/");
        let mut path = pattern.to_owned();
        // The longer names first: `:sections` begins with `:section`.
        for (sign, value) in [
            (":slugorcontentbasename", slug.clone()),
            (":slugorfilename", slug.clone()),
            (":contentbasename", name.base.to_owned()),
            (":categories", categories),
            (":sections", sections.clone()),
            (":section", name.sections.first().copied().unwrap_or_default().to_owned()),
            (":filename", name.whole.to_owned()),
            (":path", format!("{sections}/{slug}")),
            (":title", slug.clone()),
            (":slug", slug.clone()),
            (":year", day.map(|day| format!("{:04}", day.year())).unwrap_or_default()),
            (":month", number(NaiveDate::month)),
            (":day", number(NaiveDate::day)),
        ] {
            path = path.replace(sign, &value);
        }
        while path.contains("//") && !path.contains("://") {
            path = path.replace("//", "/");
        }
        if !path.starts_with('/') && !path.contains("://") {
            path.insert(0, '/');
        }
        // A site may live below a folder of its host: its own paths begin there.
        let whole = if path.contains("://") {
            path
        } else {
            format!("{}{path}", base.trim_end_matches('/'))
        };
        web_address(&whole, None)
    }
}

/// `2020-12-23-gala` as `gala`.
fn without_date(stem: &str) -> &str {
    let is_date = stem.get(..10).is_some_and(|day| {
        day.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        })
    });
    match stem.get(10..) {
        Some(rest) if is_date => {
            let rest = rest.trim_start_matches(['-', '_', ' ']);
            if rest.is_empty() { stem } else { rest }
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use serde_json::json;

    use super::*;

    fn link(kind: Kind, folder: &str, below: &str, fields: &Value) -> Option<String> {
        let settings = Settings {
            path: Some(folder.into()),
            site: Some("https://e.org".to_owned()),
            ..Settings::new("site", kind)
        };
        let site = Site::new(&settings, "2021-01-01".parse().unwrap());
        let fields = serde_json::from_value(fields.clone()).unwrap();
        let date = PartialDate::parse("2020-12-03", London).ok();
        site.of(below).link(&fields, date, London)
    }

    #[test]
    fn a_file_has_the_address_that_its_tool_gives_it() {
        use Kind::{Eleventy, Hugo, Jekyll, Markdown, Zola};
        let none = json!({});
        for (kind, folder, below, fields, expected) in [
            (Hugo, "content/news", "gala.md", &none, "/news/gala/"),
            (Hugo, "content", "news/gala/index.md", &none, "/news/gala/"),
            (Hugo, "content/news", "gala.md", &json!({"slug": "party"}), "/news/party/"),
            (Hugo, "content/news", "gala.md", &json!({"url": "/special/"}), "/special/"),
            (Jekyll, "_posts", "2020-12-03-gala.md", &none, "/2020/12/03/gala.html"),
            (
                Jekyll,
                "_posts",
                "2020-12-03-gala.md",
                &json!({"categories": "news events"}),
                "/news/events/2020/12/03/gala.html",
            ),
            (
                Jekyll,
                "_posts",
                "2020-12-03-gala.md",
                &json!({"permalink": "/:year/:title/"}),
                "/2020/gala/",
            ),
            (Zola, "content/blog", "2020-12-03-gala.md", &none, "/blog/gala/"),
            (Zola, "content", "blog/gala.md", &json!({"path": "x/y"}), "/x/y"),
            (Eleventy, "posts", "2020-12-03-gala.md", &none, "/posts/gala/"),
            (Eleventy, "posts", "gala.md", &json!({"permalink": "/p/"}), "/p/"),
        ] {
            let expected = format!("https://e.org{expected}");
            assert_eq!(link(kind, folder, below, fields), Some(expected), "{kind:?} {below}");
        }
        assert_eq!(link(Markdown, "news", "gala.md", &none), None);
    }

    #[test]
    fn what_the_tool_does_not_publish_is_held_back() {
        use Kind::{Eleventy, Hugo, Jekyll, Zola};
        for (kind, below, fields, held) in [
            (Hugo, "_index.md", json!({}), true),
            (Zola, "blog/_index.md", json!({}), true),
            (Hugo, "a.md", json!({"expiryDate": "2020-12-31"}), true),
            (Hugo, "a.md", json!({"expiryDate": "2021-12-31"}), false),
            (Hugo, "a.md", json!({"publishDate": "2021-02-01"}), true),
            (Jekyll, "_drafts/a.md", json!({}), true),
            (Eleventy, "a.md", json!({"permalink": false}), true),
            (Eleventy, "a.md", json!({"permalink": "/a/"}), false),
        ] {
            let settings = Settings { path: Some("x".into()), ..Settings::new("site", kind) };
            let site = Site::new(&settings, "2021-01-01".parse().unwrap());
            let given = serde_json::from_value(fields.clone()).unwrap();
            let reason = site.of(below).held_back(&given, London);
            assert_eq!(reason.is_some(), held, "{kind:?} {below} {fields}: {reason:?}");
        }
    }
}
