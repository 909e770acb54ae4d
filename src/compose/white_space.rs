//! Which white space around tags is written: Handlebars' own rules for `~` and for tags by themselves on their lines.
//! Pure: a text and its tags in, pieces of text out.
//!
//! As `whitespace-control.js` of Handlebars 4 has it, rule by rule: templates come from there, and a text part shows every blank.

use std::ops::Range;

use super::tags::{Tag, TagKind};

/// What a template is made of, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Bytes that are written as they are.
    Text(Range<usize>),
    /// A tag by its number. A partial by itself on its line has the blanks before it: its lines are moved by them.
    Tag { number: usize, indent: Range<usize> },
}

/// The parts of a text. `tags` are all of it, and its blocks are balanced: of others the parts are there, with any blanks.
pub fn parts(text: &str, tags: &[Tag]) -> Vec<Part> {
    let mut items = Vec::new();
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut is_raw = false;
    for (number, tag) in tags.iter().enumerate() {
        add_pieces(text, at..tag.start, true, is_raw, &mut pieces, &mut items);
        items.push(Item::Tag(number));
        is_raw = tag.kind == TagKind::Open && text[tag.start..].starts_with("{{{{");
        at = tag.end;
    }
    add_pieces(text, at..text.len(), false, is_raw, &mut pieces, &mut items);
    let body = Reader { text, tags, items: &items, at: 0 }.body();
    let mut control = Control { text, tags, pieces, indents: vec![0..0; tags.len()] };
    control.body(&body, true);
    let written = |item: &Item| match *item {
        Item::Text(number) => Part::Text(control.pieces[number].written.clone()),
        Item::Tag(number) => Part::Tag { number, indent: control.indents[number].clone() },
    };
    items.iter().map(written).collect()
}

#[derive(Debug, Clone, Copy)]
enum Item {
    Text(usize),
    Tag(usize),
}

/// A piece of text: what stands there, and what of it is written.
struct Piece {
    whole: Range<usize>,
    written: Range<usize>,
    is_stripped_left: bool,
    is_stripped_right: bool,
}

/// Adds the pieces between two tags: `\{{` begins a new one, without the backslash, and `\\{{` has one backslash.
fn add_pieces(
    text: &str,
    between: Range<usize>,
    is_before_tag: bool,
    is_raw: bool,
    pieces: &mut Vec<Piece>,
    items: &mut Vec<Item>,
) {
    let mut add = |range: Range<usize>| {
        if !range.is_empty() {
            items.push(Item::Text(pieces.len()));
            pieces.push(Piece {
                whole: range.clone(),
                written: range,
                is_stripped_left: false,
                is_stripped_right: false,
            });
        }
    };
    let (mut at, end) = (between.start, between.end);
    let two_before = |end: usize| text[..end].ends_with("\\\\");
    while at < end {
        let Some(found) = text[at..end].find("{{").filter(|_| !is_raw) else {
            let is_halved = is_before_tag && !is_raw && end - at > 1 && two_before(end);
            add(at..if is_halved { end - 1 } else { end });
            return;
        };
        let braces = at + found;
        add(at..braces.saturating_sub(1).max(at));
        // The braces and what follows them, up to the next ones or the backslashes before those.
        let behind = braces + 2;
        let next = text[behind..end].find("{{").map(|at| behind + at);
        let stop = next.or(is_before_tag.then_some(end));
        at = stop.map_or(end, |stop| {
            let backslashes = text[behind..stop].bytes().rev().take_while(|b| *b == b'\\').count();
            stop - backslashes.min(2)
        });
        add(braces..at);
    }
}

/// Whether blanks are taken before a tag, and behind it.
#[derive(Debug, Clone, Copy, Default)]
struct Tildes {
    before: bool,
    behind: bool,
}

enum Node {
    Text(usize),
    Tag(usize),
    Block(Box<Block>),
}

struct Block {
    program: Vec<Node>,
    inverse: Option<Inverse>,
    open: Tildes,
    close: Tildes,
}

struct Inverse {
    body: Vec<Node>,
    /// Behind `{{else if}}`: its body is one block.
    is_chained: bool,
    tildes: Tildes,
}

struct Reader<'a> {
    text: &'a str,
    tags: &'a [Tag],
    items: &'a [Item],
    at: usize,
}

fn tildes(text: &str, tag: Tag) -> Tildes {
    let bytes = text.as_bytes();
    Tildes { before: bytes[tag.start + 2] == b'~', behind: bytes[tag.end - 3] == b'~' }
}

impl Reader<'_> {
    fn peek(&self) -> Option<Tag> {
        match self.items.get(self.at) {
            Some(Item::Tag(number)) => Some(self.tags[*number]),
            Some(Item::Text(_)) | None => None,
        }
    }

    /// Up to the tag that ends a branch.
    fn body(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        while let Some(item) = self.items.get(self.at) {
            let number = match *item {
                Item::Text(number) => {
                    nodes.push(Node::Text(number));
                    self.at += 1;
                    continue;
                }
                Item::Tag(number) => number,
            };
            match self.tags[number].kind {
                TagKind::Comment | TagKind::Single => nodes.push(Node::Tag(number)),
                TagKind::Else | TagKind::ElseChain | TagKind::Close => return nodes,
                TagKind::Open => {
                    self.at += 1;
                    let mut block = self.block(self.tags[number]);
                    if let Some(tag) = self.peek().filter(|tag| tag.kind == TagKind::Close) {
                        let close = tildes(self.text, tag);
                        block.close = close;
                        // Of the blocks of a chain, the first ends as the whole does.
                        if let Some(Inverse { body, is_chained: true, .. }) = &mut block.inverse
                            && let Some(Node::Block(first)) = body.first_mut()
                        {
                            first.close = close;
                        }
                    } else {
                        self.at -= 1;
                    }
                    nodes.push(Node::Block(Box::new(block)));
                }
            }
            self.at += 1;
        }
        nodes
    }

    fn block(&mut self, open: Tag) -> Block {
        let is_inverted = open.is_inverted(self.text);
        let open = tildes(self.text, open);
        let program = self.body();
        let inverse = self.peek().and_then(|tag| {
            let tildes = tildes(self.text, tag);
            match tag.kind {
                TagKind::Else => {
                    self.at += 1;
                    Some(Inverse { body: self.body(), is_chained: false, tildes })
                }
                TagKind::ElseChain => {
                    self.at += 1;
                    let mut next = self.block(tag);
                    next.close = tildes;
                    let body = vec![Node::Block(Box::new(next))];
                    Some(Inverse { body, is_chained: true, tildes })
                }
                TagKind::Comment | TagKind::Single | TagKind::Open | TagKind::Close => None,
            }
        });
        let (program, inverse) = match inverse {
            // Of `{{^if a}}x{{else}}y{{/if}}` Handlebars takes `y` for the first part.
            Some(Inverse { body, is_chained: false, tildes }) if is_inverted => {
                (body, Some(Inverse { body: program, is_chained: false, tildes }))
            }
            inverse => (program, inverse),
        };
        Block { program, inverse, open, close: Tildes::default() }
    }
}

/// What a node wants of the blanks around it.
#[derive(Default)]
struct Wish {
    tildes: Tildes,
    opens_alone: bool,
    closes_alone: bool,
    stands_alone: bool,
}

struct Control<'a> {
    text: &'a str,
    tags: &'a [Tag],
    pieces: Vec<Piece>,
    indents: Vec<Range<usize>>,
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

impl Control<'_> {
    fn body(&mut self, body: &[Node], is_root: bool) {
        for (at, node) in body.iter().enumerate() {
            let wish = match node {
                Node::Text(_) => continue,
                Node::Tag(number) => self.single(*number),
                Node::Block(block) => self.block(block),
            };
            let is_clear_before = self.ends_with_line(&body[..at], is_root);
            let is_clear_behind = self.begins_with_line(&body[at + 1..], is_root);
            let (before, behind) = (text_at(body, at.checked_sub(1)), text_at(body, Some(at + 1)));
            if wish.tildes.behind {
                self.strip_start(behind, true);
            }
            if wish.tildes.before {
                self.strip_end(before, true);
            }
            if wish.stands_alone && is_clear_before && is_clear_behind {
                self.strip_start(behind, false);
                if self.strip_end(before, false)
                    && let (Node::Tag(number), Some(piece)) = (node, before)
                {
                    let whole = self.pieces[piece].whole.clone();
                    let kept = self.text[whole.clone()].trim_end_matches([' ', '\t']).len();
                    self.indents[*number] = whole.start + kept..whole.end;
                }
            }
            let Node::Block(block) = node else { continue };
            if wish.opens_alone && is_clear_before {
                self.strip_start(text_at(&block.program, Some(0)), false);
                self.strip_end(before, false);
            }
            if wish.closes_alone && is_clear_behind {
                self.strip_start(behind, false);
                let last = block.inverse.as_ref().map_or(&block.program, |inverse| &inverse.body);
                self.strip_end(last_text(last), false);
            }
        }
    }

    fn single(&self, number: usize) -> Wish {
        let tag = self.tags[number];
        let begins = self.text[tag.start..].trim_start_matches(['{', '~']).trim_start();
        let is_alone = tag.kind == TagKind::Comment || begins.starts_with('>');
        let tildes = tildes(self.text, tag);
        Wish { tildes, stands_alone: is_alone, ..Wish::default() }
    }

    fn block(&mut self, block: &Block) -> Wish {
        self.body(&block.program, false);
        let (mut first, mut last) = (&block.program, &block.program);
        if let Some(inverse) = &block.inverse {
            self.body(&inverse.body, false);
            first = &inverse.body;
            last = &inverse.body;
            if inverse.is_chained
                && let Some(Node::Block(next)) = inverse.body.first()
            {
                (first, last) = (&next.program, &next.program);
            }
        }
        let wish = Wish {
            tildes: Tildes { before: block.open.before, behind: block.close.behind },
            opens_alone: self.begins_with_line(&block.program, false),
            closes_alone: self.ends_with_line(first, false),
            stands_alone: false,
        };
        if block.open.behind {
            self.strip_start(text_at(&block.program, Some(0)), true);
        }
        let Some(inverse) = &block.inverse else {
            if block.close.before {
                self.strip_end(last_text(&block.program), true);
            }
            return wish;
        };
        if inverse.tildes.before {
            self.strip_end(last_text(&block.program), true);
        }
        if inverse.tildes.behind {
            self.strip_start(text_at(first, Some(0)), true);
        }
        if block.close.before {
            self.strip_end(last_text(last), true);
        }
        if self.ends_with_line(&block.program, false) && self.begins_with_line(first, false) {
            self.strip_end(last_text(&block.program), false);
            self.strip_start(text_at(first, Some(0)), false);
        }
        wish
    }

    /// Whether nothing but blanks stands on the line before what follows these.
    fn ends_with_line(&self, before: &[Node], is_root: bool) -> bool {
        let Some(last) = before.last() else { return is_root };
        let Node::Text(piece) = last else { return false };
        let text = self.text[self.pieces[*piece].whole.clone()].trim_end_matches(is_blank_on_line);
        text.ends_with('\n') || (text.is_empty() && is_root && before.len() == 1)
    }

    /// Whether nothing but blanks stands on the line behind what comes before these.
    fn begins_with_line(&self, behind: &[Node], is_root: bool) -> bool {
        let Some(first) = behind.first() else { return is_root };
        let Node::Text(piece) = first else { return false };
        let text = &self.text[self.pieces[*piece].whole.clone()];
        let text = text.trim_start_matches(is_blank_on_line);
        text.starts_with('\n') || (text.is_empty() && is_root && behind.len() == 1)
    }

    /// Takes blanks from the beginning of a piece: all of them, or those up to the end of the line.
    fn strip_start(&mut self, piece: Option<usize>, all: bool) {
        let Some(piece) = piece.map(|piece| &mut self.pieces[piece]) else { return };
        if !all && piece.is_stripped_right {
            return;
        }
        let text = &self.text[piece.written.clone()];
        let left = if all {
            text.trim_start_matches(is_blank)
        } else {
            let text = text.trim_start_matches([' ', '\t']);
            let text = text.strip_prefix('\r').unwrap_or(text);
            text.strip_prefix('\n').unwrap_or(text)
        };
        piece.is_stripped_right = left.len() < text.len();
        piece.written.start = piece.written.end - left.len();
    }

    /// Takes blanks from the end of a piece: all of them, or those behind the last line's end. Says whether there were any.
    fn strip_end(&mut self, piece: Option<usize>, all: bool) -> bool {
        let Some(piece) = piece.map(|piece| &mut self.pieces[piece]) else { return false };
        if !all && piece.is_stripped_left {
            return false;
        }
        let text = &self.text[piece.written.clone()];
        let left =
            if all { text.trim_end_matches(is_blank) } else { text.trim_end_matches([' ', '\t']) };
        piece.is_stripped_left = left.len() < text.len();
        piece.written.end = piece.written.start + left.len();
        piece.is_stripped_left
    }
}

fn is_blank_on_line(c: char) -> bool {
    is_blank(c) && c != '\n'
}

fn text_at(body: &[Node], at: Option<usize>) -> Option<usize> {
    match body.get(at?)? {
        Node::Text(piece) => Some(*piece),
        Node::Tag(_) | Node::Block(_) => None,
    }
}

fn last_text(body: &[Node]) -> Option<usize> {
    text_at(body, body.len().checked_sub(1))
}
