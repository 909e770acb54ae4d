//! One entry of a feed, whatever its format: what is said for title, text, link, date, picture and topics.
//! Pure: a tree in, entries out.
//!
//! Each part is judged by itself, so that one oddity costs one field and never an entry.

use super::address::address;
use super::reader::{Head, Reader};
use super::space::Space;
use super::written::Text;
use super::xml::XmlDocument;
use crate::news::dedupe::canonical;
use crate::news::item::{Image, add_topic};
use crate::news::readers::text;
use crate::rfc::text::one_line;

/// What a feed says of one story.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedEntry {
    pub id: Option<String>,
    pub title: Option<Text>,
    /// From the best to the last resort.
    pub summaries: Vec<Text>,
    pub contents: Vec<Text>,
    pub link: Option<String>,
    /// As they are written: the day of publication before that of creation.
    pub dates: Vec<String>,
    /// As they are written: the days of changes.
    pub changes: Vec<String>,
    pub image: Option<Image>,
    pub topics: Vec<String>,
    /// Where relative addresses of its text stand.
    pub base: Option<String>,
    /// It breaks off: what stood last in it is left out.
    pub is_cut: bool,
}

/// All entries of a document, in its order, and what it says of itself.
pub fn entries(document: &XmlDocument<'_>) -> (Head, Vec<FeedEntry>) {
    let head = head(document);
    let entries = (1..document.nodes.len())
        .filter(|index| is_entry(document, *index))
        .map(|index| Reader { document, of: index, head: &head }.entry())
        .collect();
    (head, entries)
}

fn is_entry(document: &XmlDocument<'_>, index: usize) -> bool {
    let node = &document.nodes[index];
    node.space == Space::Feed
        && matches!(node.name.as_str(), "item" | "entry")
        && document.ancestors(index).all(|outer| {
            let outer = &document.nodes[outer];
            // Markup of a text, and lists of addresses within `items`, hold no entries.
            outer.space != Space::Xhtml
                && !matches!(outer.name.as_str(), "item" | "entry" | "content" | "description")
        })
}

fn head(document: &XmlDocument<'_>) -> Head {
    let mut head = Head::default();
    for index in 1..document.nodes.len() {
        let node = &document.nodes[index];
        let is_head = matches!(node.name.as_str(), "channel" | "feed" | "rss" | "rdf")
            && node.space != Space::Other;
        if !is_head {
            continue;
        }
        let own = node
            .attributes
            .iter()
            .find(|(name, _)| name == "xml:lang")
            .map(|(_, value)| value.clone());
        head.language = head.language.or(own);
        for child in document.elements(index) {
            let part = &document.nodes[child];
            match (part.space, part.name.as_str()) {
                (Space::Feed | Space::Dublin, "language") => {
                    head.language.get_or_insert_with(|| document.text(child).trim().to_owned());
                }
                (Space::Feed, "title") => {
                    head.title.get_or_insert_with(|| one_line(&document.text(child)));
                }
                (Space::Feed, "link") if head.home.is_none() => {
                    let is_page = part
                        .attribute("rel")
                        .is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"));
                    let written = document.text(child);
                    let written = part.attribute("href").filter(|_| is_page).unwrap_or(&written);
                    head.home = address(written, part.base.as_deref());
                }
                (Space::History, "complete") => head.is_complete = true,
                _ => {}
            }
        }
        // What stands further down is of the entries.
        if node.name == "channel" || node.name == "feed" {
            break;
        }
    }
    head
}

impl Reader<'_> {
    fn entry(&self) -> FeedEntry {
        let own = self.node(self.of);
        let mut entry =
            FeedEntry { base: own.base.clone(), is_cut: !own.is_closed, ..FeedEntry::default() };
        let mut titles: Vec<(u8, Text)> = Vec::new();
        let mut summaries: Vec<(u8, Text)> = Vec::new();
        let mut contents: Vec<(u8, Text)> = Vec::new();
        let mut dates: Vec<(u8, String)> = Vec::new();
        for child in self.document.elements(self.of) {
            let node = self.node(child);
            let name = node.name.as_str();
            match (node.space, name) {
                (Space::Feed, "title") => titles.push((0, self.text(child))),
                (Space::Dublin, "title") => titles.push((1, self.text(child))),
                (Space::Media | Space::Itunes, "title") => titles.push((2, self.text(child))),
                (Space::Feed, "description" | "summary" | "abstract" | "tagline") => {
                    summaries.push((0, self.text(child)));
                }
                (Space::Dublin, "description" | "abstract") => {
                    summaries.push((1, self.text(child)));
                }
                (Space::Itunes, "summary") => summaries.push((2, self.text(child))),
                (Space::Itunes, "subtitle") | (Space::Media, "description") => {
                    summaries.push((3, self.text(child)));
                }
                (Space::Media, "group") => {
                    let inner = self.document.elements(child);
                    let described = inner.filter(|part| self.node(*part).name == "description");
                    summaries.extend(described.map(|part| (3, self.text(part))));
                }
                (Space::Content, "encoded") => contents.push((0, self.text(child))),
                (Space::Feed, "content" | "fullitem")
                | (Space::Feed | Space::Xhtml, "body" | "div") => {
                    contents.push((1, self.text(child)));
                }
                (Space::Feed | Space::Dublin, "category" | "subject") => {
                    self.note_topic(child, &mut entry.topics);
                }
                (Space::Feed | Space::Dublin | Space::Other, _) => {
                    if let Some(rank) = date_rank(node.space, name) {
                        dates.push((rank, self.document.text(child)));
                    }
                }
                _ => {}
            }
        }
        if let Some(changed) = own.attribute("lastmod") {
            dates.push((OF_CHANGE + 1, changed.to_owned()));
        }
        entry.title = best(titles, |text| !text.one_line().is_empty());
        for texts in [&mut summaries, &mut contents] {
            texts.sort_by_key(|(rank, _)| *rank);
        }
        entry.summaries = summaries.into_iter().map(|(_, text)| text).collect();
        entry.contents = contents.into_iter().map(|(_, text)| text).collect();
        dates.sort_by_key(|(rank, _)| *rank);
        for (rank, text) in dates.into_iter().filter(|(_, text)| !text.trim().is_empty()) {
            let of = if rank < OF_CHANGE { &mut entry.dates } else { &mut entry.changes };
            of.push(text);
        }
        entry.id = self.id();
        entry.link = self.link();
        entry.image = self.image();
        entry
    }

    fn note_topic(&self, of: usize, topics: &mut Vec<String>) {
        let node = self.node(of);
        let text = self.document.text(of);
        let written = if text.trim().is_empty() {
            node.attribute("label").or_else(|| node.attribute("term")).unwrap_or_default()
        } else {
            &text
        };
        let topic = text::title_text(written);
        add_topic(topics, topic);
    }

    fn id(&self) -> Option<String> {
        let given = self
            .named(Space::Feed, &["guid", "id"])
            .chain(self.named(Space::Dublin, &["identifier"]))
            .map(|id| one_line(&self.document.text(id)))
            .find(|id| !id.is_empty());
        let about = || self.node(self.of).attribute("about").map(canonical);
        given.or_else(about)
    }
}

/// The first of the best rank that says something.
fn best(mut texts: Vec<(u8, Text)>, says: impl Fn(&Text) -> bool) -> Option<Text> {
    texts.sort_by_key(|(rank, _)| *rank);
    texts.into_iter().map(|(_, text)| text).find(says)
}

/// From here on a date is of a change.
const OF_CHANGE: u8 = 3;

/// What a date is worth: of publication, of creation, of a change. `None` for one that is not a date of the story.
fn date_rank(space: Space, name: &str) -> Option<u8> {
    match (space, name) {
        (Space::Feed, "pubdate" | "published" | "issued" | "publicationdate" | "publishdate") => {
            Some(0)
        }
        (Space::Dublin, "issued" | "published") => Some(0),
        (Space::Feed | Space::Dublin, "date" | "available" | "dateaccepted") => Some(1),
        (Space::Feed | Space::Dublin, "created") => Some(2),
        (Space::Feed | Space::Dublin, "updated" | "modified") => Some(OF_CHANGE),
        _ => None,
    }
}
