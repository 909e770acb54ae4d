//! The address of a story's page, among all that an entry has.
//! Pure: a tree in, an address out.

use super::address::address;
use super::reader::Reader;
use super::space::Space;
use super::xml::Node;
use crate::news::dedupe::canonical;

impl Reader<'_> {
    /// The page of the story: no address is better than a wrong one.
    pub fn link(&self) -> Option<String> {
        let base = self.node(self.of).base.as_deref();
        let mut found: Vec<(u8, String)> = Vec::new();
        let mut put = |rank: u8, written: &str, base: Option<&str>| {
            found.extend(address(written, base).map(|address| (rank, address)));
        };
        for link in self.named(Space::Feed, &["link"]) {
            let node = self.node(link);
            let text = self.document.text(link);
            let base = node.base.as_deref();
            match node.attribute("href").or(node.attribute("rel").map(|_| text.as_str())) {
                Some(href) => {
                    if let Some(rank) = self.rank_of_link(node) {
                        put(rank, href, base);
                    }
                }
                None => put(0, &text, base),
            }
        }
        if let Some(href) = self.node(self.of).attribute("href") {
            put(0, href, base);
        }
        let guid = self.named(Space::Feed, &["guid"]).find_map(|guid| {
            let node = self.node(guid);
            let said = node.attribute("ispermalink").map(|word| word.eq_ignore_ascii_case("true"));
            // Only one that is called so may be relative: other names are words.
            let text = self.document.text(guid);
            let is_path = said == Some(true) && text.trim().starts_with('/');
            let base = node.base.as_deref().filter(|_| is_path);
            address(&text, base).filter(|_| said != Some(false))
        });
        let original = self
            .named(Space::Feedburner, &["origlink"])
            .find_map(|link| address(&self.document.text(link), None));
        let about = self.node(self.of).attribute("about").and_then(|about| address(about, None));
        let source = self.named(Space::Feed, &["content"]).find_map(|content| {
            let node = self.node(content);
            let is_page = node.attribute("type").is_some_and(|kind| kind.contains("html"));
            node.attribute("src")
                .filter(|_| is_page)
                .and_then(|src| address(src, node.base.as_deref()))
        });
        let is_home = |link: &str| {
            self.head.home.as_deref().is_some_and(|home| canonical(home) == canonical(link))
        };
        found.sort_by_key(|(rank, _)| *rank);
        let first = found.into_iter().map(|(_, link)| link).next();
        let counts_clicks = first.as_deref().is_some_and(|link| {
            ["://feedproxy.", "://feeds.feedburner.", "://feeds.", "://rss.feedsportal."]
                .iter()
                .any(|host| link.contains(host))
        });
        if counts_clicks && original.is_some() {
            return original;
        }
        // Some feeds give the home page as the address of all their stories, and the story's own as its name.
        match first {
            Some(link) if is_home(&link) && guid.as_deref().is_some_and(|guid| !is_home(guid)) => {
                guid
            }
            Some(link) => Some(link),
            None => guid.or(original).or(about).or(source),
        }
    }

    /// How good a link of Atom is; `None` for one that does not lead to the story as a page.
    fn rank_of_link(&self, link: &Node<'_>) -> Option<u8> {
        let rel = link.attribute("rel").unwrap_or("alternate").to_ascii_lowercase();
        let rel = rel.rsplit('/').next().unwrap_or_default();
        if rel != "alternate" {
            return None;
        }
        let speaks_another = match (link.attribute("hreflang"), self.head.language.as_deref()) {
            (Some(own), Some(feeds)) => !own.get(..2).is_some_and(|own| {
                feeds.to_ascii_lowercase().starts_with(&own.to_ascii_lowercase())
            }),
            _ => false,
        };
        match link.attribute("type").map(str::to_ascii_lowercase) {
            Some(kind) if kind.contains("html") => Some(if speaks_another { 3 } else { 1 }),
            None => Some(if speaks_another { 3 } else { 2 }),
            Some(kind) if kind.starts_with("text/") => Some(4),
            Some(_) => None,
        }
    }
}
