//! The pages of a source's folder, and what of it is left out, with the reason.
//! Shell: reads folders.
//!
//! Links are followed as the tools of websites follow them, as long as they stay within the project or the source's
//! folder: nothing of this computer that nobody gave as news may get into an email. No folder and no page is read twice,
//! so a circle of links ends.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::count::counted;
use crate::news::readers::static_site::Config;
use crate::news::source::SourceKind;
use crate::problem::{Place, Problem};

/// A folder with more files is not a news folder (a home directory, a whole site's build).
const MOST_FILES: usize = 20_000;
/// No website has more levels; each costs a place on the stack.
const DEEPEST_FOLDER: usize = 64;
/// Endings of files that are Markdown, and of those that a website's tool reads beside it.
const MARKDOWN: [&str; 5] = ["md", "markdown", "mdown", "mkd", "mdx"];
const PAGES: [&str; 2] = ["html", "htm"];
/// Endings of templates that Eleventy makes pages of as it does of HTML.
pub const TEMPLATES: [&str; 2] = ["njk", "liquid"];
/// Endings of texts that are written in another way, and what that is called.
const OTHERS: [(&str, &str); 17] = [
    ("adoc", "AsciiDoc"),
    ("asciidoc", "AsciiDoc"),
    ("asc", "AsciiDoc"),
    ("rst", "reStructuredText"),
    ("org", "Org mode"),
    ("textile", "Textile"),
    ("lr", "a page of Lektor"),
    ("njk", "a Nunjucks template"),
    ("liquid", "a Liquid template"),
    ("pug", "a Pug template"),
    ("haml", "a Haml template"),
    ("slim", "a Slim template"),
    ("hbs", "a Handlebars template"),
    ("mustache", "a Mustache template"),
    ("ejs", "an EJS template"),
    ("webc", "a WebC template"),
    ("astro", "a page of Astro"),
];
/// Ends of names of programs that make a page each.
const PROGRAMS: [&str; 4] = [".11ty.js", ".11ty.mjs", ".11ty.cjs", ".11ty.ts"];
/// Endings of texts that stories may be in where people put them; in a website's folder they are something to download.
const DOCUMENTS: [(&str, &str); 9] = [
    ("txt", "a text without Markdown's ending"),
    ("docx", "a Word document"),
    ("doc", "a Word document"),
    ("odt", "a document of LibreOffice"),
    ("rtf", "Rich Text"),
    ("pages", "a document of Pages"),
    ("pdf", "a PDF"),
    ("html", "HTML"),
    ("htm", "HTML"),
];

/// What a folder has.
#[derive(Debug, Default)]
pub struct FolderFiles {
    /// Below the project, in the order of their names: the file system's order is nobody's.
    pub pages: Vec<PathBuf>,
    pub problems: Vec<Problem>,
}

/// Lists the pages of a folder below the project.
pub fn list(project: &Path, folder: &Path, kind: SourceKind, config: &Config) -> FolderFiles {
    let own = project.join(folder);
    let within = [project, &own].into_iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut walk = Walk {
        project,
        kind,
        config,
        ignored: config.ignored.iter().filter_map(|regex| Regex::new(regex).ok()).collect(),
        within,
        links: VecDeque::new(),
        folders: HashSet::new(),
        known: HashSet::new(),
        documents: BTreeMap::new(),
        is_full: false,
        found: FolderFiles::default(),
    };
    walk.folder(folder, 0);
    // Links come last: what is there itself is read by its own name.
    while let Some((path, depth)) = walk.links.pop_front() {
        walk.follow(&path, depth);
    }
    walk.tell_documents();
    walk.found.pages.sort();
    walk.found
}

struct Walk<'a> {
    project: &'a Path,
    kind: SourceKind,
    config: &'a Config,
    /// What the tool's own settings leave out.
    ignored: Vec<Regex>,
    /// Folders, by their real names, that links may lead into.
    within: Vec<PathBuf>,
    /// Links that are still to be followed, and how deep each lies.
    links: VecDeque<(PathBuf, usize)>,
    /// Folders and pages that were read, by their real names.
    folders: HashSet<PathBuf>,
    known: HashSet<PathBuf>,
    /// Documents that are not read: what they are, how many, and the first.
    documents: BTreeMap<&'static str, (usize, PathBuf)>,
    is_full: bool,
    found: FolderFiles,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let whole = self.project.join(folder);
        let entries = match std::fs::read_dir(&whole) {
            Ok(entries) => entries,
            Err(error) => {
                let what = match error.kind() {
                    ErrorKind::NotFound => "there is no such folder".to_owned(),
                    _ => format!("the folder cannot be read: {error}"),
                };
                self.say(folder, what, "make it, or change `path` in roundup.toml");
                return;
            }
        };
        let real = whole.canonicalize().unwrap_or(whole);
        if !self.folders.insert(real.clone()) {
            return;
        }
        let mut names: Vec<OsString> = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => names.push(entry.file_name()),
                Err(error) => {
                    let what = format!("a part of the folder cannot be read: {error}");
                    self.say(folder, what, "check the disk, and run the command again");
                }
            }
        }
        names.sort();
        for name in names {
            let Some(text) = name.to_str() else {
                let what = format!(
                    "the name `{}` has characters that are not UTF-8: it was left out",
                    name.to_string_lossy()
                );
                self.say(folder, what, "give it a name of letters, digits and hyphens");
                continue;
            };
            if !text.starts_with('.') {
                self.entry(&folder.join(text), &real.join(text), text, depth);
            }
        }
    }

    fn entry(&mut self, path: &Path, real: &Path, name: &str, depth: usize) {
        let kind = match std::fs::symlink_metadata(real) {
            Ok(about) => about.file_type(),
            Err(error) => {
                let what = format!("it cannot be read, and was left out: {error}");
                return self.say(path, what, "check its permissions");
            }
        };
        if self.is_ignored(path) {
            return;
        }
        if kind.is_symlink() {
            self.links.push_back((path.to_owned(), depth));
        } else if kind.is_dir() {
            self.inner(path, name, depth);
        } else if kind.is_file() && self.is_page(path) {
            self.page(path, real.to_owned());
        }
    }

    fn inner(&mut self, path: &Path, name: &str, depth: usize) {
        if self.is_the_tools(name) {
            return;
        }
        if depth == DEEPEST_FOLDER {
            let what = format!(
                "the folder lies more than {DEEPEST_FOLDER} levels deep: what is in it was left out"
            );
            return self.say(path, what, "set `path` to a folder further down");
        }
        self.folder(path, depth + 1);
    }

    fn page(&mut self, path: &Path, real: PathBuf) {
        if self.found.pages.len() == MOST_FILES {
            if !self.is_full {
                self.is_full = true;
                let what =
                    format!("the folder has more than {MOST_FILES} files: the rest was left out");
                self.say(path, what, "set `path` to a folder with news only");
            }
            return;
        }
        // What a link has led to already is not a second story.
        if self.known.insert(real) {
            self.found.pages.push(path.to_owned());
        }
    }

    /// Follows a link to a page or a folder, if it leads to news.
    fn follow(&mut self, path: &Path, depth: usize) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let real = match self.project.join(path).canonicalize() {
            Ok(real) => real,
            // Only what looks like a page is missed.
            Err(_) if !self.is_page(path) => return,
            Err(_) => {
                let what = "this link leads to nothing: it was left out";
                return self.say(path, what.to_owned(), "remove it, or put the file in its place");
            }
        };
        let is_folder = real.is_dir();
        if is_folder && self.is_the_tools(name) || !is_folder && !self.is_page(path) {
            return;
        }
        if !self.within.iter().any(|folder| real.starts_with(folder)) {
            let what = "this link leads out of the project: it was left out";
            return self.say(path, what.to_owned(), "copy what it leads to into the project");
        }
        if is_folder && self.folders.contains(&real) || self.known.contains(&real) {
            let what = "this link leads to something that is read already: it was left out";
            return self.say(path, what.to_owned(), "remove the link if it is not needed");
        }
        if is_folder {
            self.inner(path, name, depth);
        } else if real.is_file() {
            self.page(path, real);
        }
    }

    /// Whether the tool's own settings leave a file or folder out, by its place below the website's root.
    fn is_ignored(&self, path: &Path) -> bool {
        let shown = path.display().to_string().replace('\\', "/");
        let below = shown.trim_start_matches("./");
        let below = below.strip_prefix(&self.config.root).unwrap_or(below).trim_start_matches('/');
        self.ignored.iter().any(|regex| regex.is_match(below))
    }

    /// Folders of templates, data and results.
    fn is_the_tools(&self, name: &str) -> bool {
        let own = name.strip_prefix('_').unwrap_or(name);
        let is_private = name.starts_with('_')
            && !matches!(name, "_posts" | "_drafts")
            && !self.config.collections.contains_key(own);
        name == "node_modules"
            || (is_private && matches!(self.kind, SourceKind::Jekyll | SourceKind::Eleventy))
    }

    /// Whether a file is read; says so of those that might have been.
    fn is_page(&mut self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ending =
            path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        if name.eq_ignore_ascii_case("readme.md") {
            return false;
        }
        if MARKDOWN.contains(&ending.as_str()) {
            return true;
        }
        let is_plain = self.kind == SourceKind::Markdown;
        if self.kind == SourceKind::Eleventy && TEMPLATES.contains(&ending.as_str()) {
            return true;
        }
        if PAGES.contains(&ending.as_str()) && !is_plain {
            return true;
        }
        let is_program = PROGRAMS.iter().any(|end| name.ends_with(end));
        let other = OTHERS.iter().find(|(other, _)| *other == ending).map(|(_, what)| *what);
        if let Some(what) = other.or_else(|| is_program.then_some("a program that makes a page")) {
            self.say(
                path,
                format!("this is {what}, which roundup does not read: it was left out"),
                "add the story as Markdown, or take the website's feed as a source",
            );
        } else if is_plain
            && let Some((_, what)) = DOCUMENTS.iter().find(|(other, _)| *other == ending)
        {
            self.documents.entry(what).or_insert_with(|| (0, path.to_owned())).0 += 1;
        }
        false
    }

    /// Says once for each kind which documents were left out.
    fn tell_documents(&mut self) {
        for (what, (count, first)) in std::mem::take(&mut self.documents) {
            let others = match count {
                1 => String::new(),
                count => format!(" (and {} like it)", counted(count - 1, "file", "files")),
            };
            self.say(
                &first,
                format!("this is {what}, which is not read here: it was left out{others}"),
                "save the story as Markdown, with the ending .md, if it is one",
            );
        }
    }

    fn say(&mut self, path: &Path, what: String, cure: &str) {
        let shown = path.display().to_string().replace('\\', "/");
        self.found.problems.push(Problem::new(Place::whole(shown), what, cure));
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};
    use std::os::unix::fs::symlink;

    use super::*;

    /// What is read and what is said of a folder that `make` has filled; both with `/` between names.
    fn listed(kind: SourceKind, make: impl Fn(&Path)) -> (Vec<String>, Vec<String>) {
        let temporary = tempfile::tempdir().unwrap();
        let project = temporary.path().join("project");
        create_dir_all(project.join("news")).unwrap();
        make(&project);
        let found = list(&project, Path::new("news"), kind, &Config::default());
        let pages = found.pages.iter().map(|path| path.display().to_string()).collect();
        let said = found.problems.iter().map(|p| format!("{}: {}", p.place, p.what)).collect();
        (pages, said)
    }

    #[test]
    fn folders_of_any_depth_are_read_and_those_too_deep_are_named() {
        let deep = |levels: usize| vec!["d"; levels].join("/");
        let (pages, said) = listed(SourceKind::Markdown, |project| {
            for levels in [9, DEEPEST_FOLDER, DEEPEST_FOLDER + 1] {
                let folder = project.join("news").join(deep(levels));
                create_dir_all(&folder).unwrap();
                write(folder.join("a.md"), "# A").unwrap();
            }
        });
        let expected = [DEEPEST_FOLDER, 9].map(|levels| format!("news/{}/a.md", deep(levels)));
        let mut pages = pages;
        pages.sort_by_key(|path| std::cmp::Reverse(path.len()));
        assert_eq!(pages, expected);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("levels deep: what is in it was left out"), "{said:?}");
    }

    #[test]
    fn links_are_followed_within_the_project_and_nowhere_else() {
        let (pages, said) = listed(SourceKind::Markdown, |project| {
            let news = project.join("news");
            create_dir_all(project.join("shared/more")).unwrap();
            write(project.join("shared/a.md"), "# A").unwrap();
            write(project.join("shared/more/b.md"), "# B").unwrap();
            write(news.join("own.md"), "# Own").unwrap();
            write(project.parent().unwrap().join("secret.md"), "# Secret").unwrap();
            symlink("../shared/a.md", news.join("1-file.md")).unwrap();
            symlink("../shared/more", news.join("2-folder")).unwrap();
            symlink("../../secret.md", news.join("3-outside.md")).unwrap();
            symlink("..", news.join("4-circle")).unwrap();
            symlink("own.md", news.join("5-twice.md")).unwrap();
            symlink("nowhere.md", news.join("6-nowhere.md")).unwrap();
            symlink("7-itself.md", news.join("7-itself.md")).unwrap();
            symlink("nowhere.jpg", news.join("8-picture.jpg")).unwrap();
            symlink("/", news.join("9-root")).unwrap();
        });
        // The circle leads to the project, where `shared` lies as well: each page is read once.
        assert_eq!(pages, ["news/1-file.md", "news/2-folder/b.md", "news/own.md"]);
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        assert_eq!(
            said,
            [
                "news/3-outside.md: this link leads out of the project: it was left out",
                "news/5-twice.md: this link leads to something that is read already: it was left out",
                "news/6-nowhere.md: this link leads to nothing: it was left out",
                "news/7-itself.md: this link leads to nothing: it was left out",
                "news/9-root: this link leads out of the project: it was left out",
            ]
        );
    }

    #[test]
    fn a_circle_of_folders_ends() {
        let (pages, said) = listed(SourceKind::Hugo, |project| {
            let news = project.join("news");
            create_dir_all(news.join("a/b")).unwrap();
            write(news.join("a/b/page.md"), "# A").unwrap();
            symlink("../..", news.join("a/b/up")).unwrap();
            symlink("a", news.join("z")).unwrap();
        });
        assert_eq!(pages, ["news/a/b/page.md"]);
        assert_eq!(said.len(), 2, "{said:?}");
    }

    #[test]
    fn what_may_be_a_story_and_is_not_read_is_named_once_for_each_kind() {
        let (pages, said) = listed(SourceKind::Markdown, |project| {
            for name in ["a.docx", "b.DOCX", "c.txt", "d.jpg", "e.html", "f.adoc", "README.md"] {
                write(project.join("news").join(name), "x").unwrap();
            }
        });
        assert_eq!(pages, [""; 0]);
        let starts = ["news/f.adoc", "news/e.html", "news/a.docx", "news/c.txt"];
        assert_eq!(said.len(), starts.len(), "{said:?}");
        for start in starts {
            assert!(said.iter().any(|said| said.starts_with(start)), "{said:?}");
        }
        assert!(said.iter().any(|said| said.ends_with("it was left out (and 1 file like it)")));
        let (pages, said) = listed(SourceKind::Hugo, |project| {
            write(project.join("news/leaflet.pdf"), "x").unwrap();
            write(project.join("news/page.html"), "x").unwrap();
        });
        assert_eq!((pages, said), (vec!["news/page.html".to_owned()], Vec::new()));
    }
}
