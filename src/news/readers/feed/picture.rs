//! The picture of a story, among all that an entry has.
//! Pure: a tree in, a picture out.

use std::cmp::Reverse;

use super::address::address;
use super::reader::Reader;
use super::space::Space;
use super::xml::Node;
use crate::news::item::Image;
use crate::news::readers::text::is_picture_address;

/// Groups within groups that anybody writes.
const DEEPEST: usize = 4;

/// Candidates by rank and width, and what is said of the picture to those who cannot see it.
#[derive(Default)]
struct PictureCandidates {
    pictures: Vec<(u8, Reverse<u32>, String)>,
    alt: Option<String>,
}

impl PictureCandidates {
    fn put(&mut self, node: &Node<'_>, rank: u8, written: Option<&str>) {
        let address = written
            .filter(|written| is_picture_address(written))
            .and_then(|written| address(written, node.base.as_deref()));
        // The same picture in several sizes: the widest, which is made as small as it must be later.
        let width = node.attribute("width").and_then(|width| width.trim().parse().ok());
        let width = Reverse(width.unwrap_or(0));
        self.pictures.extend(address.map(|address| (rank, width, address)));
    }
}

impl Reader<'_> {
    /// The picture that the feed names for the story.
    pub fn image(&self) -> Option<Image> {
        let mut found = PictureCandidates::default();
        self.note_pictures(self.of, 0, &mut found);
        found.pictures.sort_by_key(|(rank, width, _)| (*rank, *width));
        let (_, _, address) = found.pictures.into_iter().next()?;
        Some(Image { address, alt: found.alt.unwrap_or_default(), ..Image::default() })
    }

    fn note_pictures(&self, of: usize, depth: usize, found: &mut PictureCandidates) {
        for child in self.document.elements(of) {
            let node = self.node(child);
            let named = |names: &[&str]| names.iter().find_map(|name| node.attribute(name));
            match (node.space, node.name.as_str()) {
                (Space::Media, "content" | "group") => {
                    if node.name == "content" {
                        found.put(
                            node,
                            rank_of_media(node),
                            node.attribute("url").filter(|_| may_be_picture(node)),
                        );
                    }
                    if depth < DEEPEST {
                        self.note_pictures(child, depth + 1, found);
                    }
                }
                (Space::Media, "thumbnail") => {
                    let text = self.document.text(child);
                    found.put(node, 3, node.attribute("url").or(Some(text.as_str())));
                }
                (Space::Media, "description" | "text") if found.alt.is_none() => {
                    found.alt = Some(self.text(child).one_line()).filter(|alt| !alt.is_empty());
                }
                (Space::Feed, "enclosure") => {
                    let url = named(&["url", "href"]);
                    let kind = kind_of(node);
                    let is_unsaid = !kind.contains('/') || kind.contains("octet");
                    let is_picture = kind.starts_with("image/")
                        || (is_unsaid && url.is_some_and(has_picture_ending));
                    found.put(node, 2, url.filter(|_| is_picture));
                }
                (Space::Feed, "link") => {
                    let rel = node.attribute("rel").unwrap_or_default();
                    let is_picture = rel.eq_ignore_ascii_case("enclosure")
                        && kind_of(node).starts_with("image/");
                    found.put(node, 2, node.attribute("href").filter(|_| is_picture));
                }
                (Space::Itunes, "image") => found.put(node, 4, named(&["href", "url"])),
                (Space::Feed, "image" | "thumbnail" | "featuredimage") => {
                    let inner =
                        self.document.elements(child).find(|part| self.node(*part).name == "url");
                    let text = self.document.text(inner.unwrap_or(child));
                    let written = named(&["url", "href", "resource"]).unwrap_or(text.trim());
                    found.put(node, 4, Some(written));
                }
                _ => {}
            }
        }
    }
}

fn kind_of(node: &Node<'_>) -> String {
    node.attribute("type").unwrap_or_default().to_ascii_lowercase()
}

/// Whether what is given to look at or listen to can be a picture: one that says nothing of itself may be.
fn may_be_picture(node: &Node<'_>) -> bool {
    let (kind, medium) = (kind_of(node), node.attribute("medium").unwrap_or_default());
    kind.starts_with("image/")
        || medium.eq_ignore_ascii_case("image")
        || (kind.is_empty() && medium.is_empty())
}

fn rank_of_media(node: &Node<'_>) -> u8 {
    let says_nothing = kind_of(node).is_empty() && node.attribute("medium").is_none();
    match (says_nothing, node.attribute("url").is_some_and(has_picture_ending)) {
        (false, _) => 0,
        (true, true) => 1,
        (true, false) => 7,
    }
}

fn has_picture_ending(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address).to_ascii_lowercase();
    ["jpg", "jpeg", "png", "gif", "webp", "avif", "bmp"]
        .iter()
        .any(|ending| path.rsplit_once('.').is_some_and(|(_, own)| own == *ending))
}
