//! One entry of a document, and what is known of the feed around it.
//! Pure: a tree in, its parts out.

use super::space::Space;
use super::xml::{Node, XmlDocument};

/// What a feed says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub title: Option<String>,
    pub language: Option<String>,
    /// Its website.
    pub home: Option<String>,
    /// It says that it has all there is (RFC 5005, 2): what it has no longer was taken away.
    pub is_complete: bool,
}

/// An entry that is read.
pub struct Reader<'a> {
    pub document: &'a XmlDocument<'a>,
    pub of: usize,
    pub head: &'a Head,
}

impl Reader<'_> {
    pub fn node(&self, index: usize) -> &Node<'_> {
        &self.document.nodes[index]
    }

    /// Its elements of these names.
    pub fn named(&self, space: Space, names: &[&str]) -> impl Iterator<Item = usize> {
        self.document
            .elements(self.of)
            .filter(|child| {
                let node = self.node(*child);
                node.space == space && names.contains(&node.name.as_str())
            })
            .collect::<Vec<_>>()
            .into_iter()
    }
}
