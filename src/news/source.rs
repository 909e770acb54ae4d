//! A source of news as `roundup.toml` describes it.
//! Pure: settings and what they say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::date::{DateOrder, PartialDate};
use crate::rfc::text::{is_hidden, one_line};

/// It stands in lists, beside the stories that come from there.
const LONGEST_NAME_CHARS: usize = 80;

/// What a source is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A folder of Markdown files with front matter.
    Markdown,
    /// The posts of a Hugo site.
    Hugo,
    /// The posts of a Jekyll site.
    Jekyll,
    /// The posts of a Zola site.
    Zola,
    /// The posts of an Eleventy site.
    Eleventy,
    /// A table, one item a row.
    Csv,
    /// A list of items.
    Json,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A `WordPress` site.
    Wordpress,
    /// A Ghost site.
    Ghost,
    /// A news page of a website that has no feed.
    Page,
    /// A pasted page of teasers, each ending in "Read more".
    Listing,
}

impl SourceKind {
    /// True for folders of text files.
    pub fn is_folder(self) -> bool {
        match self {
            Self::Markdown | Self::Hugo | Self::Jekyll | Self::Zola | Self::Eleventy => true,
            Self::Csv
            | Self::Json
            | Self::Feed
            | Self::Wordpress
            | Self::Ghost
            | Self::Page
            | Self::Listing => false,
        }
    }

    /// True for what only a website has.
    pub fn is_site(self) -> bool {
        match self {
            Self::Wordpress | Self::Ghost | Self::Page => true,
            Self::Markdown
            | Self::Hugo
            | Self::Jekyll
            | Self::Zola
            | Self::Eleventy
            | Self::Csv
            | Self::Json
            | Self::Feed
            | Self::Listing => false,
        }
    }
}

/// One `[[news]]` of `roundup.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What people call it.
    pub name: String,
    pub kind: SourceKind,
    /// A file or folder below the project.
    pub path: Option<PathBuf>,
    /// An http(s) address.
    pub url: Option<String>,
    /// All that is known of when undated items were published: `2020`, `2020-12` or `2020-12-23`.
    pub date: Option<String>,
    /// Whether its dates of three numbers have the day first or the month first, where they do not show it themselves.
    pub dates: Option<DateOrder>,
    /// Lets `url` point inside this machine or its network.
    #[serde(default)]
    pub allow_local: bool,
    /// Which column or key has what, as in `{ title = "Headline", date = "When" }`.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Where the list stands in a JSON file, as in `data.results`.
    pub list: Option<String>,
    /// The address of the website whose folder this is: it makes links of files.
    pub site: Option<String>,
    /// How the website makes links of files, as in `/news/:slug/`.
    pub permalink: Option<String>,
    /// The key of a Ghost site's Content API. It may be public.
    pub key: Option<String>,
    /// Where a news page has its stories, in CSS selectors.
    pub select: Option<Select>,
    /// Which of two ways to read a pasted text, where it can be read in two.
    pub way: Option<usize>,
}

/// Where a news page has its stories. `roundup news learn` writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// Each story's own part of the page.
    pub item: String,
    /// Within it; the first link or heading when not given.
    pub title: Option<String>,
    pub link: Option<String>,
    pub date: Option<String>,
    pub summary: Option<String>,
    pub image: Option<String>,
    /// The link to the next page.
    pub next: Option<String>,
    /// What is put behind the address for further pages, as in `?page={page}` or `?Take={stories}`.
    pub pages: Option<String>,
    /// Where the day of a story stands in a list whose days stand between the stories.
    pub days: Option<DayPlace>,
}

/// Where the day of a story stands in a list whose days stand between the stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayPlace {
    Above,
    Below,
}

impl DayPlace {
    /// As the settings have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
        }
    }
}

impl Settings {
    /// What a project without any `[[news]]` has: the folder `news/`.
    pub fn folder() -> Self {
        Self { path: Some(PathBuf::from("news")), ..Self::new("news", SourceKind::Markdown) }
    }

    /// A source of which only its name and kind are known.
    pub fn new(name: impl Into<String>, kind: SourceKind) -> Self {
        Self {
            name: name.into(),
            kind,
            path: None,
            url: None,
            date: None,
            dates: None,
            allow_local: false,
            columns: BTreeMap::new(),
            list: None,
            site: None,
            permalink: None,
            key: None,
            select: None,
            way: None,
        }
    }

    /// What is wrong with it, and the cure.
    pub fn fault(&self) -> Option<(String, &'static str)> {
        let name = &self.name;
        if name.chars().any(is_hidden) || name.chars().nth(LONGEST_NAME_CHARS).is_some() {
            return Some((
                format!("`{}` is not a name for a source", one_line(name)),
                "write a few words on one line, as in name = \"our website\"",
            ));
        }
        match (&self.path, &self.url) {
            (Some(_), Some(_)) | (None, None) => Some((
                format!("the source `{name}` needs either a `path` or a `url`"),
                "add path = \"news\" or url = \"https://…\"",
            )),
            (None, Some(_)) if self.kind.is_folder() => Some((
                format!("the source `{name}` is a folder with a `url`"),
                "give its `path`, or another `kind`",
            )),
            (Some(_), None) if self.kind.is_site() => Some((
                format!("the source `{name}` is a website with a `path`"),
                "give its address as `url`",
            )),
            _ if self.kind == SourceKind::Page && self.select.is_none() => Some((
                format!("no setting says where `{name}` lists its stories"),
                "run `roundup news learn ADDRESS` to find out and write [news.select]",
            )),
            _ if self.kind == SourceKind::Ghost && self.key.is_none() => Some((
                format!("the Ghost site `{name}` needs a `key`"),
                "make one under Settings, Integrations: it is the “Content API key”",
            )),
            _ => None,
        }
    }
}

/// A source whose bytes are there: what a reader must know of it.
#[derive(Debug, Clone, Copy)]
pub struct SourceContext<'a> {
    pub settings: &'a Settings,
    /// The file or address, for people.
    pub shown: &'a str,
    pub zone: Tz,
    /// For items that have none.
    pub date: Option<PartialDate>,
}
