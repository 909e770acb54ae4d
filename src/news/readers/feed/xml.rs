//! XML as feeds really are, as a tree: with bare `&`, tags that nobody closes, entities of HTML, and ends that break off.
//! Pure: text in, a tree out.
//!
//! Nothing outside of the text is ever read: an external entity stays as it is written, and an entity within an entity
//! too, so that none can grow.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::letters::{escape, unescaped};
use super::space::{Space, space_of, space_of_prefix};
use crate::news::item::web_address;

/// Elements below this depth are taken for text of their parent: no feed needs to nest deeper, and markup in it is flat.
const DEEPEST: usize = 64;
/// A feed of ten megabytes with a hundred thousand items has fewer.
const MOST_NODES: usize = 600_000;
/// Errors after each of which reading goes on at the next tag.
const MOST_RESTARTS: usize = 200;
/// A longer entity is not an abbreviation.
const LONGEST_ENTITY_BYTES: usize = 400;
const MOST_ENTITIES: usize = 200;
/// What was read up to an error is read again from the next tag on: beyond this the rest is given up.
const MOST_READ_AGAIN_BYTES: u64 = 32 * 1024 * 1024;
/// Real feeds declare a dozen, and each is looked for at every element.
const MOST_SPACES: usize = 100;
/// A longer address is joined with each relative one at a cost.
const LONGEST_BASE_BYTES: usize = 2000;
/// No element of a feed has more; each is looked through for every name.
const MOST_ATTRIBUTES: usize = 100;

#[derive(Debug)]
pub enum Child<'a> {
    Text(Cow<'a, str>),
    Element(usize),
}

#[derive(Debug)]
pub struct Node<'a> {
    pub space: Space,
    /// In lower case, without its prefix.
    pub name: String,
    /// Names in lower case as they are written, values unescaped.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Child<'a>>,
    /// The address that relative ones stand at (`xml:base`).
    pub base: Option<String>,
    /// Its own end tag was there.
    pub is_closed: bool,
    parent: usize,
}

impl Node<'_> {
    /// The value of an attribute, by its name without a prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| own == name).or_else(|| {
            self.attributes.iter().find(|(own, _)| {
                own.rsplit_once(':').is_some_and(|(prefix, local)| {
                    local == name && prefix != "xml" && prefix != "xmlns"
                })
            })
        });
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// A document; its first node stands for the whole.
#[derive(Debug)]
pub struct XmlDocument<'a> {
    pub nodes: Vec<Node<'a>>,
    /// The first thing that is wrong with it, in words.
    pub fault: Option<String>,
    entities: BTreeMap<String, String>,
}

impl<'a> XmlDocument<'a> {
    /// Reads a document that stands at `address`.
    pub fn read(text: &'a str, address: Option<&str>) -> Self {
        let mut document = Self {
            nodes: vec![Node {
                space: Space::Feed,
                name: String::new(),
                attributes: Vec::new(),
                children: Vec::new(),
                base: address.map(str::to_owned),
                is_closed: true,
                parent: 0,
            }],
            fault: None,
            entities: BTreeMap::new(),
        };
        let mut builder = Builder { open: vec![0], spaces: Vec::new(), too_deep: 0, read_again: 0 };
        let mut rest = text;
        for _ in 0..MOST_RESTARTS {
            match document.read_from(rest, &mut builder) {
                Some(read) if read < rest.len() && document.nodes.len() < MOST_NODES => {
                    rest = &rest[read..];
                }
                _ => break,
            }
        }
        if builder.open.len() > 1 {
            let name = builder.open.last().map_or("", |open| document.nodes[*open].name.as_str());
            let fault = format!("it breaks off within `{name}`");
            document.note(fault);
            document.leave_out_cut_part(&builder);
        }
        document
    }

    /// Leaves out the part of the last item that breaks off: its words may be half a word, its address half an address.
    fn leave_out_cut_part(&mut self, builder: &Builder) {
        let Some(at) = self.open_item(builder) else { return };
        let (item, part) = (builder.open[at], builder.open.get(at + 1));
        self.nodes[item]
            .children
            .retain(|child| !matches!(child, Child::Element(index) if Some(index) == part));
    }

    /// Where the innermost open elements of a feed have the item that is open.
    fn open_item(&self, builder: &Builder) -> Option<usize> {
        builder.open.iter().position(|open| {
            let node = &self.nodes[*open];
            node.space == Space::Feed && matches!(node.name.as_str(), "item" | "entry")
        })
    }

    fn note(&mut self, fault: impl Into<String>) {
        self.fault.get_or_insert_with(|| fault.into());
    }

    /// Reads up to the end or the next error; says from where to go on.
    fn read_from(&mut self, text: &'a str, builder: &mut Builder) -> Option<usize> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        config.trim_markup_names_in_closing_tags = true;
        loop {
            if self.nodes.len() >= MOST_NODES {
                self.note("it has too many elements");
                return None;
            }
            let before = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
            match reader.read_event() {
                Ok(Event::Start(tag)) => self.start(&tag, builder, false),
                Ok(Event::Empty(tag)) => self.start(&tag, builder, true),
                Ok(Event::End(tag)) => self.end(&tag.name().as_ref().to_ascii_lowercase(), builder),
                Ok(Event::Text(words)) => {
                    let words = words.into_inner();
                    if words.starts_with('&') {
                        self.note("an `&` stands by itself in it");
                    }
                    self.push(words, builder);
                }
                Ok(Event::CData(words)) => self.push(words.into_inner(), builder),
                Ok(Event::GeneralRef(reference)) => {
                    let letters = self.resolved(&reference);
                    self.push(letters, builder);
                }
                Ok(Event::DocType(declaration)) => self.note_entities(&declaration),
                Ok(Event::Eof) => return None,
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Err(error) => {
                    self.note(error.to_string());
                    let reached = reader.buffer_position();
                    builder.read_again += reached.saturating_sub(before as u64);
                    if builder.read_again > MOST_READ_AGAIN_BYTES {
                        return None;
                    }
                    // What began here is taken for text up to the next tag.
                    let start = text.ceil_char_boundary((before + 1).min(text.len()));
                    let next = text[start..].find('<').map_or(text.len(), |at| start + at);
                    if let Some(words) = text.get(before..next) {
                        let words = unescaped(words, &self.entities).into_owned();
                        self.push(Cow::Owned(words), builder);
                    }
                    return Some(next);
                }
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'a>, builder: &mut Builder, is_empty: bool) {
        if builder.open.len() >= DEEPEST {
            builder.too_deep += usize::from(!is_empty);
            return;
        }
        let mut attributes = Vec::new();
        for attribute in tag.html_attributes().with_checks(false).flatten().take(MOST_ATTRIBUTES) {
            let name = attribute.key.as_ref().to_ascii_lowercase();
            let value = match &attribute.value {
                Cow::Borrowed(value) => unescaped(value, &self.entities).into_owned(),
                Cow::Owned(value) => unescaped(value, &self.entities).into_owned(),
            };
            attributes.push((name, value));
        }
        let depth = builder.open.len();
        for (name, value) in &attributes {
            if let Some(prefix) = name.strip_prefix("xmlns")
                && builder.spaces.len() < MOST_SPACES
            {
                let prefix = prefix.trim_start_matches(':').to_owned();
                builder.spaces.push((depth, prefix, space_of(value)));
            }
        }
        let whole = tag.name().as_ref().to_ascii_lowercase();
        let (prefix, name) = whole.split_once(':').unwrap_or(("", &whole));
        let mut space = builder.space(prefix);
        // Whatever its namespace is called: a document that begins as a feed is one.
        let is_root = self.nodes.len() == 1;
        if is_root && space == Space::Other && matches!(name, "rss" | "feed" | "channel") {
            builder.spaces.push((depth, prefix.to_owned(), Space::Feed));
            space = Space::Feed;
        }
        // An item within an item, or beside an open one: somebody forgot to close it.
        if space == Space::Feed && matches!(name, "item" | "entry") {
            self.close_open_item(builder);
        }
        let parent = builder.open.last().copied().unwrap_or(0);
        // CDF has it without the prefix.
        let own_base = attributes.iter().find(|(own, _)| {
            own == "xml:base" || own == "base" && matches!(name, "channel" | "item")
        });
        let outer = self.nodes[parent].base.clone();
        let base = match own_base {
            Some((_, base)) => web_address(base, outer.as_deref())
                .filter(|base| base.len() <= LONGEST_BASE_BYTES)
                .or(outer),
            None => outer,
        };
        let index = self.nodes.len();
        let name = name.to_owned();
        let node = Node {
            space,
            name,
            attributes,
            children: Vec::new(),
            base,
            is_closed: is_empty,
            parent,
        };
        self.nodes.push(node);
        self.nodes[parent].children.push(Child::Element(index));
        if is_empty {
            builder.close_spaces(depth);
        } else {
            builder.open.push(index);
        }
    }

    fn close_open_item(&mut self, builder: &mut Builder) {
        let Some(at) = self.open_item(builder) else { return };
        self.note(format!("an `{}` of it is not closed", self.nodes[builder.open[at]].name));
        self.nodes[builder.open[at]].is_closed = true;
        builder.open.truncate(at);
        builder.close_spaces(at);
    }

    fn end(&mut self, whole: &str, builder: &mut Builder) {
        if builder.too_deep > 0 {
            builder.too_deep -= 1;
            return;
        }
        let name = whole.split_once(':').map_or(whole, |(_, name)| name);
        let open =
            builder.open.iter().rposition(|open| *open != 0 && self.nodes[*open].name == name);
        let Some(at) = open else {
            self.note(format!("`</{whole}>` closes nothing"));
            return;
        };
        // The end of an item ends all that is open in it; the end of a paragraph ends no item.
        let crosses_item = builder.open[at + 1..].iter().any(|open| {
            let node = &self.nodes[*open];
            node.space == Space::Feed && matches!(node.name.as_str(), "item" | "entry")
        });
        if crosses_item && !matches!(name, "channel" | "rss" | "feed" | "rdf") {
            self.note(format!("`</{whole}>` closes nothing"));
            return;
        }
        if at + 1 < builder.open.len() {
            let inner = builder.open[at + 1];
            self.note(format!("`<{}>` is not closed", self.nodes[inner].name));
        }
        self.nodes[builder.open[at]].is_closed = true;
        builder.open.truncate(at);
        builder.close_spaces(at);
    }

    fn push(&mut self, words: Cow<'a, str>, builder: &Builder) {
        if let Some(open) = builder.open.last().filter(|_| !words.is_empty()) {
            self.nodes[*open].children.push(Child::Text(words));
        }
    }

    fn resolved(&mut self, name: &str) -> Cow<'a, str> {
        let whole = format!("&{name};");
        Cow::Owned(unescaped(&whole, &self.entities).into_owned())
    }

    /// The abbreviations that a document declares for itself. One that has others in it is not expanded: that is how bombs are made.
    fn note_entities(&mut self, declaration: &str) {
        for entity in declaration.split("<!ENTITY").skip(1).take(MOST_ENTITIES) {
            let Some((name, rest)) = entity.trim_start().split_once(char::is_whitespace) else {
                continue;
            };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let Some(value) = rest[1..].split(quote).next() else { continue };
            let is_plain =
                value.replace("&#", "").matches('&').count() == 0 && !value.contains('<');
            if is_plain && value.len() <= LONGEST_ENTITY_BYTES {
                let value = unescaped(value, &BTreeMap::new()).into_owned();
                self.entities.insert(name.to_owned(), value);
            }
        }
    }

    /// The elements within an element.
    pub fn elements(&self, of: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes[of].children.iter().filter_map(|child| match child {
            Child::Element(index) => Some(*index),
            Child::Text(_) => None,
        })
    }

    /// Whether there is markup within an element.
    pub fn has_elements(&self, of: usize) -> bool {
        self.elements(of).next().is_some()
    }

    /// The text right within an element; that of elements within it only where there is no other.
    pub fn text(&self, of: usize) -> String {
        let mut text = String::new();
        for child in &self.nodes[of].children {
            if let Child::Text(words) = child {
                text.push_str(words);
            }
        }
        text
    }

    /// What stands within an element, written as markup again.
    pub fn markup(&self, of: usize) -> String {
        let mut markup = String::new();
        self.write(of, &mut markup);
        markup
    }

    fn write(&self, of: usize, out: &mut String) {
        for child in &self.nodes[of].children {
            match child {
                Child::Text(words) => escape(words, out),
                Child::Element(index) => {
                    let node = &self.nodes[*index];
                    out.push('<');
                    out.push_str(&node.name);
                    for (name, value) in &node.attributes {
                        if !name.starts_with("xml") {
                            out.push(' ');
                            out.push_str(name);
                            out.push_str("=\"");
                            escape(value, out);
                            out.push('"');
                        }
                    }
                    out.push('>');
                    let is_void = matches!(
                        node.name.as_str(),
                        "br" | "hr" | "img" | "source" | "wbr" | "input"
                    );
                    if !is_void || !node.children.is_empty() {
                        self.write(*index, out);
                        if !is_void {
                            out.push_str("</");
                            out.push_str(&node.name);
                            out.push('>');
                        }
                    }
                }
            }
        }
    }

    /// The elements around an element, from the inside.
    pub fn ancestors(&self, of: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(self.nodes[of].parent).filter(|_| of != 0), |node| {
            (*node != 0).then(|| self.nodes[*node].parent)
        })
    }

    /// The first element of the document.
    pub fn root(&self) -> Option<usize> {
        self.elements(0).next()
    }
}

struct Builder {
    /// Elements that are open, from the outside.
    open: Vec<usize>,
    /// Namespaces by prefix, each with the depth at which it was declared.
    spaces: Vec<(usize, String, Space)>,
    /// How many open elements are too deep to be distinguished.
    too_deep: usize,
    /// Bytes that were read up to errors.
    read_again: u64,
}

impl Builder {
    fn space(&self, prefix: &str) -> Space {
        let declared = self.spaces.iter().rev().find(|(_, known, _)| known == prefix);
        match declared {
            // An unknown default namespace is an unknown version of RSS.
            Some((_, _, Space::Other)) if prefix.is_empty() => Space::Feed,
            Some((_, _, space)) => *space,
            None => space_of_prefix(prefix),
        }
    }

    fn close_spaces(&mut self, depth: usize) {
        while self.spaces.last().is_some_and(|(declared, _, _)| *declared >= depth) {
            self.spaces.pop();
        }
    }
}
