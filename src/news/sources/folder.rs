//! A folder of text files, read in the order of their names.
//! Shell: reads files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::folder_files::{self, FolderFiles, TEMPLATES};
use super::folder_pictures;
use crate::count::counted;
use crate::news::item::{Reading, SkippedItem};
use crate::news::readers::decode::{NOT_A_TEXT_CURE, is_binary, text_of};
use crate::news::readers::fields::plain_text;
use crate::news::readers::markdown;
use crate::news::readers::static_site::{CascadeBlock, Config, Site, config_names, eleventy_data};
use crate::news::source::{Settings, SourceKind};
use crate::news::sources::fetch_error::LONGEST_ANSWER_BYTES;
use crate::news::translations;
use crate::problem::{Place, Problem};

/// Endings of pages in HTML.
const PAGES: [&str; 2] = ["html", "htm"];

/// A file's bytes, if it is not too large to be news.
///
/// # Errors
/// In words for people.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path).map_err(|error| plain_io(&error))?.len();
    if size > LONGEST_ANSWER_BYTES as u64 {
        return Err(format!("the file is larger than {} MB", LONGEST_ANSWER_BYTES / 1024 / 1024));
    }
    std::fs::read(path).map_err(|error| plain_io(&error))
}

fn plain_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "you do not have permission to read the \
            file"
            .to_owned(),
        std::io::ErrorKind::IsADirectory => "this is a folder, not a file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

/// Reads a source's folder below the project as the website tool that it names would.
pub fn read(project: &Path, settings: &Settings, today: NaiveDate, zone: Tz) -> Reading {
    let folder = settings.path.as_deref().unwrap_or(Path::new(""));
    let config = config(project, folder, settings.kind);
    let FolderFiles { pages: files, problems } =
        folder_files::list(project, folder, settings.kind, &config);
    let site = Site::new(settings, config, today);
    let mut reading = Reading { problems, ..Reading::default() };
    let bundles: BTreeSet<PathBuf> = files
        .iter()
        .filter(|path| stem(path) == "index")
        .filter_map(|path| path.parent().map(Path::to_owned))
        .collect();
    let mut defaults =
        Defaults { project, folder, site: &site, known: BTreeMap::new(), problems: Vec::new() };
    let only_posts = settings.kind == SourceKind::Jekyll && is_whole_site(folder, &files);
    let mut others = 0;
    for path in files {
        let shown = path.display().to_string().replace('\\', "/");
        if only_posts && !is_post(&shown, &site) {
            others += 1;
            continue;
        }
        let has_bundles = matches!(settings.kind, SourceKind::Hugo | SourceKind::Zola);
        if has_bundles && is_resource(&path, &bundles, folder) {
            reading.skipped.push(SkippedItem {
                title: stem(&path).to_owned(),
                source: settings.name.clone(),
                place: Place::whole(&shown),
                reason: "it belongs to the page beside it".to_owned(),
            });
            continue;
        }
        match read_text(&project.join(&path)) {
            Ok(text) if is_list_of_tool(&shown, &text) => reading.skipped.push(SkippedItem {
                title: stem(&path).to_owned(),
                source: settings.name.clone(),
                place: Place::whole(&shown),
                reason: "it is a list that the website's tool fills in".to_owned(),
            }),
            Ok(text) => {
                let below = path.strip_prefix(folder).unwrap_or(&path);
                let below = below.display().to_string().replace('\\', "/");
                let page = site.of(&below).with(defaults.of(&path), beside(project, &path));
                let text = as_markdown(&shown, text);
                let mut read =
                    markdown::read_page(&settings.name, &shown, &text, zone, Some(&page));
                folder_pictures::find_files(project, folder, &shown, &mut read);
                reading.append(read);
            }
            Err((what, cure)) => {
                reading.problems.push(Problem::new(Place::whole(&shown), what, cure));
            }
        }
    }
    reading.problems.append(&mut defaults.problems);
    if others > 0 {
        reading.skipped.push(SkippedItem {
            title: counted(others, "page", "pages"),
            source: settings.name.clone(),
            place: Place::whole(folder.display().to_string()),
            reason: "Jekyll's pages outside `_posts` and its collections are not news".to_owned(),
        });
    }
    translations::join(&mut reading, &site.config.languages.main);
    reading
}

/// A page's text, or what is wrong with the file, and the cure.
fn read_text(path: &Path) -> Result<String, (String, &'static str)> {
    let bytes = read_file(path).map_err(|error| (error, "check its size and its permissions"))?;
    if is_binary(&bytes) {
        return Err(("this is not a text: it was left out".to_owned(), NOT_A_TEXT_CURE));
    }
    let text = text_of(&bytes).into_owned();
    // Old programs for the Mac end lines with CR only.
    Ok(if text.contains('\n') { text } else { text.replace('\r', "\n") })
}

/// Whether a page of a whole Jekyll site is news: a post, or one of a collection.
fn is_post(shown: &str, site: &Site<'_>) -> bool {
    shown.split('/').any(|part| {
        matches!(part, "_posts" | "_drafts")
            || part.strip_prefix('_').is_some_and(|name| site.has_collection(name))
    })
}

/// Whether a template shows a list of pages, and is none of them.
fn is_list_of_tool(shown: &str, text: &str) -> bool {
    const LISTS: [&str; 3] = ["collections.", "collections[", "pagination.items"];
    let ending = shown.rsplit('.').next().unwrap_or_default().to_lowercase();
    let is_loop = text.contains("{% for") && text.contains("collections");
    TEMPLATES.contains(&ending.as_str())
        && (is_loop || LISTS.iter().any(|list| text.contains(list)))
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

/// The settings of the website's tool: in the source's folder, or in the nearest one above it.
fn config(project: &Path, folder: &Path, kind: SourceKind) -> Config {
    for root in folder.ancestors() {
        for name in config_names(kind) {
            let Ok(bytes) = read_file(&project.join(root).join(name)) else { continue };
            let shown = root.display().to_string().replace('\\', "/");
            let shown = shown.trim_start_matches("./").trim_matches('/').to_owned();
            let text = String::from_utf8_lossy(&bytes);
            let mut config =
                Config::read(kind, &shown, name, &text, &parts(&project.join(root), kind));
            if kind == SourceKind::Eleventy
                && let Ok(list) = read_file(&project.join(root).join(".eleventyignore"))
            {
                config.ignore(&String::from_utf8_lossy(&list));
            }
            if kind == SourceKind::Eleventy {
                let input = config.input.as_deref().unwrap_or_default();
                let data = project.join(root).join(input).join(&config.data_folder);
                config.globals = global_data(&data);
            }
            return config;
        }
    }
    Config::default()
}

/// What all pages of an Eleventy site know, by the names of the files that say it.
fn global_data(folder: &Path) -> BTreeMap<String, Value> {
    const ENDINGS: [&str; 4] = ["json", "js", "cjs", "mjs"];
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let read = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        let (stem, ending) = name.rsplit_once('.')?;
        let text = read_file(&path).ok().filter(|_| ENDINGS.contains(&ending))?;
        let text = String::from_utf8_lossy(&text);
        if let Ok(value) = serde_json::from_str(&text) {
            return Some((stem.to_owned(), value));
        }
        let values = eleventy_data(&name, &text).values;
        Some((stem.to_owned(), Value::Object(values.into_iter().collect())))
    };
    entries.flatten().filter_map(|entry| read(entry.path())).collect()
}

/// Files with a part of Hugo's settings each, named for the part.
fn parts(root: &Path, kind: SourceKind) -> Vec<(String, String)> {
    const PARTS: [&str; 6] =
        ["permalinks", "languages", "frontmatter", "ignorefiles", "module", "cascade"];
    const ENDINGS: [&str; 4] = ["toml", "yaml", "yml", "json"];
    let folder = root.join("config/_default");
    let Some(entries) = std::fs::read_dir(&folder).ok().filter(|_| kind == SourceKind::Hugo) else {
        return Vec::new();
    };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| {
        let lower = name.to_lowercase();
        let (part, rest) = lower.split_once('.').unwrap_or_default();
        PARTS.contains(&part) && ENDINGS.contains(&rest.rsplit('.').next().unwrap_or_default())
    });
    names.sort();
    let read = |name: String| {
        let bytes = read_file(&folder.join(&name)).ok()?;
        Some((name, String::from_utf8_lossy(&bytes).into_owned()))
    };
    names.into_iter().filter_map(read).collect()
}

/// Whether a Jekyll source is a folder with folders of posts, and not a folder of posts or a collection itself.
fn is_whole_site(folder: &Path, files: &[PathBuf]) -> bool {
    let is_own = folder
        .components()
        .any(|part| part.as_os_str().to_str().is_some_and(|part| part.starts_with('_')));
    let has_posts =
        files.iter().any(|path| path.components().any(|part| part.as_os_str() == "_posts"));
    !is_own && has_posts
}

/// Whether a file lies in the folder of another page (`gala/index.md`), and is not a page itself.
fn is_resource(path: &Path, bundles: &BTreeSet<PathBuf>, folder: &Path) -> bool {
    let is_index = matches!(stem(path).split('.').next(), Some("index" | "_index"));
    let mut above = path.parent();
    let mut is_own = is_index;
    while let Some(parent) = above.filter(|parent| parent.starts_with(folder)) {
        if bundles.contains(parent) && !is_own {
            return true;
        }
        // The index of a folder within a page's folder is not a page either.
        is_own = false;
        above = parent.parent();
    }
    false
}

/// The names of the files beside a page that has a folder of its own.
fn beside(project: &Path, path: &Path) -> Vec<String> {
    const MOST_NAMES: usize = 500;
    if stem(path).split('.').next() != Some("index") {
        return Vec::new();
    }
    let Some(entries) =
        path.parent().and_then(|parent| std::fs::read_dir(project.join(parent)).ok())
    else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .take(MOST_NAMES)
        .collect();
    names.sort();
    names
}

/// A page that is HTML, as Markdown.
fn as_markdown(shown: &str, text: String) -> String {
    let ending = shown.rsplit('.').next().unwrap_or_default().to_lowercase();
    let Ok(document) = markdown::document(shown, &text) else { return text };
    let front = &text[..text.len() - document.body.len()];
    if !PAGES.contains(&ending.as_str()) && !TEMPLATES.contains(&ending.as_str()) {
        return text;
    }
    let has_title = document.fields.keys().any(|name| name.eq_ignore_ascii_case("title"));
    let lower = document.body.to_ascii_lowercase();
    let heading = lower.find("<h1").and_then(|at| {
        let from = at + lower[at..].find('>')? + 1;
        Some(plain_text(&document.body[from..from + lower[from..].find("</h1")?]))
    });
    let body = lower.find("<body").map_or(document.body, |at| &document.body[at..]);
    let plain = plain_text(body);
    match heading.filter(|_| !has_title) {
        Some(heading) => {
            let rest = plain.strip_prefix(&heading).unwrap_or(&plain);
            format!("{front}# {heading}\n\n{rest}")
        }
        None => format!("{front}{plain}"),
    }
}

/// What folders say of all the pages below them.
struct Defaults<'a> {
    project: &'a Path,
    folder: &'a Path,
    site: &'a Site<'a>,
    known: BTreeMap<PathBuf, Vec<CascadeBlock>>,
    problems: Vec<Problem>,
}

impl Defaults<'_> {
    /// Of the folders above a file, the nearest first.
    fn of(&mut self, path: &Path) -> BTreeMap<String, Value> {
        let mut found = self.beside(path);
        let below = path.strip_prefix(self.folder).unwrap_or(path).display().to_string();
        let page = self.site.hugo_path_of(&below.replace('\\', "/"));
        let mut add = |blocks: &[CascadeBlock]| {
            for block in blocks.iter().filter(|block| block.is_for(&page)) {
                for (name, value) in &block.values {
                    found.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        };
        for parent in path.ancestors().skip(1) {
            // Hugo's content may begin above the source's folder; nothing is read above the project.
            let is_within = parent.starts_with(self.folder) || self.folder.starts_with(parent);
            if !is_within {
                continue;
            }
            if !self.known.contains_key(parent) {
                let read = self.read(parent);
                self.known.insert(parent.to_owned(), read);
            }
            add(self.known.get(parent).map(Vec::as_slice).unwrap_or_default());
        }
        add(&self.site.config.cascade);
        // What a file for all pages works out comes after all that is written.
        let globals = &self.site.config.globals;
        for name in ["permalink", "eleventyComputed"] {
            if let Some(value) = globals.get(name) {
                found.entry(name.to_owned()).or_insert_with(|| value.clone());
            }
        }
        found
    }

    /// What Eleventy's data files of the page itself say: `gala.11tydata.js` beside `gala.md`.
    fn beside(&mut self, path: &Path) -> BTreeMap<String, Value> {
        match (self.site.kind, path.parent()) {
            (SourceKind::Eleventy, Some(parent)) => self.data(parent, stem(path)),
            _ => BTreeMap::new(),
        }
    }

    /// What the data files of that name in a folder say, the surest first.
    fn data(&mut self, parent: &Path, name: &str) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for ending in ["11tydata.js", "11tydata.mjs", "11tydata.cjs", "11tydata.json", "json"] {
            let path = parent.join(format!("{name}.{ending}"));
            let Ok(bytes) = read_file(&self.project.join(&path)) else { continue };
            let shown = path.display().to_string().replace('\\', "/");
            let data = eleventy_data(&shown, &String::from_utf8_lossy(&bytes));
            if data.is_program {
                self.problems.push(Problem::new(
                    Place::whole(shown),
                    "this data file is a program: what it works out of its pages was left out",
                    "check the titles, days and links of its pages, or take the website's feed as a source",
                ));
            }
            for (name, value) in data.values {
                found.entry(name).or_insert(value);
            }
        }
        found
    }

    fn read(&mut self, parent: &Path) -> Vec<CascadeBlock> {
        let text = |name: &str| {
            let bytes = read_file(&self.project.join(parent).join(name)).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let front = || Some(markdown::document("_index.md", &text("_index.md")?).ok()?.fields);
        match self.site.kind {
            SourceKind::Hugo => {
                let fields = front().unwrap_or_default();
                fields.get("cascade").map(CascadeBlock::read).unwrap_or_default()
            }
            SourceKind::Zola => {
                let draft = Value::Bool(true);
                let is_draft = front().is_some_and(|fields| fields.get("draft") == Some(&draft));
                let values = BTreeMap::from([("draft".to_owned(), draft)]);
                if is_draft { vec![CascadeBlock::for_all(values)] } else { Vec::new() }
            }
            SourceKind::Eleventy => {
                let name = parent.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let name = name.to_owned();
                vec![CascadeBlock::for_all(self.data(parent, &name))]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The links of the stories of a folder, by title, and what is said of it.
    fn links(kind: SourceKind, path: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let project = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = project.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let settings = Settings {
            path: Some(path.into()),
            site: Some("https://e.org".to_owned()),
            ..Settings::new("site", kind)
        };
        let reading =
            read(project.path(), &settings, "2021-01-01".parse().unwrap(), chrono_tz::UTC);
        let link = |link: Option<&String>| {
            link.map_or("none", |link| &link["https://e.org".len()..]).to_owned()
        };
        let links =
            reading.items.iter().map(|item| format!("{} {}", item.title, link(item.link.as_ref())));
        (links.collect(), reading.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn data_files_of_eleventy_speak_for_their_pages() {
        let page = |title: &str| format!("---\ntitle: {title}\ndate: 2020-12-03\n---\nx\n");
        let (a, b, c) = (page("A"), page("B"), page("C"));
        let (found, said) = links(
            SourceKind::Eleventy,
            "posts",
            &[
                (".eleventy.js", ""),
                (".eleventyignore", "posts/c.md\n"),
                (
                    "posts/posts.11tydata.js",
                    "module.exports = { permalink: '/x/{{ page.fileSlug }}/' }",
                ),
                ("posts/a.md", &a),
                ("posts/b.md", &b),
                ("posts/b.11tydata.json", "{\"permalink\": \"/bb/\"}"),
                ("posts/c.md", &c),
                (
                    "posts/t.njk",
                    "---\ntitle: T\ndate: 2020-12-01\n---\n<p>It was <b>full</b>.</p>\n",
                ),
                ("posts/all.njk", "{% for post in collections.post %}{{ post.url }}{% endfor %}"),
                (
                    "posts/in/in.11tydata.cjs",
                    "module.exports = { permalink: d => '/x/' + d.title }",
                ),
                ("posts/in/c.md", &c),
                ("posts/d.md", &page("D")),
                ("posts/d.json", "{\"permalink\": false}"),
                (
                    "posts/e.md",
                    "---\ntitle: E\ndate: 2020-12-03\neleventyComputed:\n  title: \"{{ x }}\"\n---\nx\n",
                ),
            ],
        );
        assert_eq!(found, ["A /x/a/", "B /bb/", "E /x/e/", "C none", "T /x/t/"]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().any(|said| said.contains("this data file is a program")), "{said:?}");
        assert!(said.iter().any(|said| said.contains("works out `title`")), "{said:?}");
    }

    #[test]
    fn what_all_pages_of_an_eleventy_site_know() {
        let page = "---\ntitle: A\ndate: 2020-12-03\n---\nx\n";
        let draft = "---js\nconst title = \"B\";\nconst draft = true;\n---\nx\n";
        let template = "module.exports = { permalink: '/{{ site.base }}/{{ page.fileSlug }}/' }";
        let computed = "module.exports = { permalink: d => d.draft ? false : d.permalink }";
        for (name, text, own, expected) in [
            ("_data/site.json", "{\"base\": \"stories\"}", template, "A /stories/a/"),
            ("_data/site.js", "module.exports = { base: 'stories' }", template, "A /stories/a/"),
            ("_data/other.json", "{}", template, "A none"),
            ("_data/permalink.js", "module.exports = () => '/x/'", "", "A none"),
            ("_data/permalink.json", "\"/all/{{ page.fileSlug }}/\"", "", "A /all/a/"),
            ("_data/eleventyComputed.js", computed, "", "A none"),
            ("_data/metadata.js", "export default { title: 'Club' }", "", "A /posts/a/"),
        ] {
            let (found, _) = links(
                SourceKind::Eleventy,
                "posts",
                &[
                    (".eleventy.js", ""),
                    (name, text),
                    ("posts/posts.11tydata.js", own),
                    ("posts/a.md", page),
                    ("posts/b.md", draft),
                    ("posts/all.njk", "{% set all = collections.posts %}{{ all | length }}"),
                ],
            );
            assert_eq!(found, [expected], "{name} {text}");
        }
        let (_, said) = links(
            SourceKind::Eleventy,
            "posts",
            &[
                (".eleventy.js", ""),
                ("posts/a.pug", "p x"),
                ("posts/b.11ty.js", "x"),
                ("posts/c.js", "x"),
            ],
        );
        assert_eq!(said.len(), 2, "{said:?}");
    }

    #[test]
    fn what_hugo_gives_pages_of_some_paths_is_theirs() {
        let page = |title: &str| format!("---\ntitle: {title}\ndate: 2020-12-03\n---\nx\n");
        let never = "cascade:\n  - target: {path: /news/old/**}\n    build: {render: never}\n";
        for (settings, section) in [
            ("", format!("---\n{never}---\n")),
            (
                "[[cascade]]\ndraft = true\n[cascade.target]\npath = \"/news/old/*\"\n",
                String::new(),
            ),
        ] {
            let (found, said) = links(
                SourceKind::Hugo,
                "content/news",
                &[
                    ("hugo.toml", settings),
                    ("content/news/_index.md", &section),
                    ("content/news/old/a.md", &page("Old")),
                    ("content/news/b.md", &page("Fair")),
                ],
            );
            assert_eq!((found, said), (vec!["Fair /news/b/".to_owned()], Vec::new()), "{settings}");
        }
    }

    #[test]
    fn settings_of_hugo_in_several_files_are_one() {
        let (found, said) = links(
            SourceKind::Hugo,
            "content/news",
            &[
                ("config/_default/hugo.toml", "ignoreFiles = ['\\.foo\\.md$']\n"),
                ("config/_default/permalinks.toml", "news = \"/n/:slug/\"\n"),
                ("content/news/b.md", "---\ntitle: Bee Dee\ndate: 2020-12-03\n---\nx\n"),
                ("content/news/a.foo.md", "---\ntitle: Foo\ndate: 2020-12-03\n---\nx\n"),
                ("content/news/l.md", "---\ntitle: Late\nlastmod: 2020-12-05\n---\nx\n"),
            ],
        );
        assert_eq!(
            (found, said),
            (vec!["Bee Dee /n/bee-dee/".to_owned(), "Late /n/late/".to_owned()], Vec::new())
        );
    }

    #[test]
    fn lines_that_end_with_cr_only_are_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fair.md");
        for (written, read) in [
            ("# Fair\r\rIt was full.\r", "# Fair\n\nIt was full.\n"),
            ("# Fair\r\n\r\nIt was full.\r\n", "# Fair\r\n\r\nIt was full.\r\n"),
        ] {
            std::fs::write(&path, written).unwrap();
            assert_eq!(read_text(&path).unwrap(), read);
        }
    }
}
