//! Plain text out of what may be HTML, and the pictures in it.
//! Pure: markup in, text out.
//!
//! Only the letters between the tags are taken, so that no script, style or handler can get through.

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

pub use super::more::without_more;
use super::more::{BLANK_LINE, END_MARKS, is_link_to_more};
use super::nesting::thinned;
use super::pictures::shown_by;
pub use super::pictures::{Picture, is_picture_address};
use crate::rfc::text::{is_hidden, one_line};

/// A text longer than this is a whole page pasted by mistake; its beginning is kept.
pub const LONGEST_SUMMARY_CHARS: usize = 4000;
/// Markup is read in pieces of this size, until there is text enough for the longest summary.
const PIECE_BYTES: usize = 8 * 1024;
/// Text that is certainly more than the longest summary, also when it is tidied.
const ENOUGH_BYTES: usize = LONGEST_SUMMARY_CHARS * 6;
/// Markup without any text in it, such as a picture written into the page, is given up after this.
const MOST_MARKUP_BYTES: usize = 512 * 1024;
/// Of the pictures of one text, the first few are candidates.
const MOST_PICTURES: usize = 20;

/// What markup says, in plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup {
    /// Tidy: paragraphs apart, nothing hidden, single spaces.
    pub text: String,
    /// In the order of the text; addresses as they are written.
    pub pictures: Vec<Picture>,
}

/// Reads what may be HTML. Text that was escaped once too often is unescaped.
pub fn read(html: &str) -> Markup {
    let (mut raw, mut pictures) = (html.to_owned(), Vec::new());
    if html.contains(['<', '&']) {
        let whole = tokenized(html);
        (raw, pictures) = (whole.text(), whole.pictures.take());
        if !whole.has_tags.get() && (is_escaped_markup(&raw) || has_entity(&raw)) {
            let again = tokenized(&raw);
            (raw, pictures) = (again.text(), again.pictures.take());
        }
    }
    Markup { text: tidy(&raw), pictures }
}

/// Text out of what may be HTML: tags go, blocks stay apart, entities become letters.
pub fn html_to_text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    tokenized(html).text()
}

/// What may be HTML as tidy plain text.
pub fn plain_text(html: &str) -> String {
    read(html).text
}

/// A title on one line, out of what may be HTML and may have been escaped twice.
pub fn title_text(html: &str) -> String {
    let once = html_to_text(html);
    let text =
        if has_entity(&once) || is_escaped_markup(&once) { html_to_text(&once) } else { once };
    one_line(&tidy(&text))
}

/// Whether a text has a letter written as a reference: `&amp;`, `&#8211;`.
pub fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        rest.split_once(';').is_some_and(|(name, _)| {
            let name = name.strip_prefix('#').unwrap_or(name);
            (1..=10).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    })
}

/// Elements of HTML that a text may have. Anything else between angle brackets was meant as it stands.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr",
];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 42] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
    "caption",
];
/// Elements whose content does not belong to the text of the story.
const DROPPED: [&str; 9] =
    ["audio", "button", "canvas", "math", "object", "select", "svg", "template", "video"];

/// Whether a tag is one that a website may have. `<name of funder>` and `<First Name>` are words that somebody left.
pub fn is_markup(tag: &str) -> bool {
    const OTHERS: [&str; 17] = [
        "script", "style", "td", "th", "tfoot", "colgroup", "col", "iframe", "input", "label",
        "picture", "source", "noscript", "embed", "time", "acronym", "tt",
    ];
    let inner = tag.trim_start_matches(['<', '/']);
    let name: String = inner.chars().take_while(char::is_ascii_alphanumeric).take(16).collect();
    // Comments have no name, and elements of a website's own have a hyphen or a capital within.
    let is_own = name.is_empty() || inner[name.len()..].starts_with(['-', ':', '.']);
    let name = name.to_ascii_lowercase();
    is_own
        || [&INLINE[..], &BLOCKS, &DROPPED, &OTHERS]
            .iter()
            .any(|known| known.contains(&name.as_str()))
}

/// Whether a text has HTML in it: a closing or an empty tag that HTML knows.
pub fn is_escaped_markup(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        let closes = rest.starts_with('/');
        let rest = rest.trim_start_matches('/');
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).take(12).collect();
        let name = name.to_ascii_lowercase();
        let is_whole = rest[name.len()..].starts_with(['>', ' ', '/', '\n', '\t']);
        let is_known = INLINE.contains(&name.as_str()) || BLOCKS.contains(&name.as_str());
        let stands_alone = matches!(name.as_str(), "br" | "hr" | "img" | "p");
        is_known && is_whole && rest.contains('>') && (closes || stands_alone)
    })
}

fn tokenized(html: &str) -> Letters {
    let tokenizer = Tokenizer::new(Letters::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let html = thinned(&html[..html.floor_char_boundary(MOST_MARKUP_BYTES)]);
    let mut rest = &*html;
    while !rest.is_empty() && tokenizer.sink.text.borrow().len() < ENOUGH_BYTES {
        let end = rest.ceil_char_boundary(PIECE_BYTES.min(rest.len()));
        let (piece, after) = rest.split_at(end);
        queue.push_back(StrTendril::from(piece));
        // The sink does not request that a script be run, so that the whole piece is read at once.
        let _ = tokenizer.feed(&queue);
        rest = after;
    }
    tokenizer.end();
    tokenizer.sink
}

/// Where the letters of a text are gathered.
#[derive(Default)]
struct Letters {
    text: RefCell<String>,
    pictures: RefCell<Vec<Picture>>,
    has_tags: Cell<bool>,
    has_blocks: Cell<bool>,
    /// Of the pictures, those at the end that are `source`s of one `picture`.
    sources: Cell<usize>,
    /// Within a script, a style or the like.
    is_raw: Cell<bool>,
    /// Dropped elements that are open, and where the text of the first begins.
    dropped: Cell<usize>,
    dropped_from: Cell<usize>,
    /// Where the text of the last link begins.
    link_from: Cell<Option<usize>>,
    /// Begin and end of the text of the last link that was closed.
    last_link: Cell<(usize, usize)>,
}

impl Letters {
    fn text(&self) -> String {
        let text = self.text.borrow();
        let (start, end) = self.last_link.get();
        let is_at_end =
            text.get(end..).is_some_and(|rest| rest.trim_end_matches(END_MARKS).is_empty());
        let text = match (text.get(..start), text.get(start..end)) {
            (Some(before), Some(link)) if is_at_end && is_link_to_more(link) => {
                format!("{}{}", before.trim_end(), if before.trim().is_empty() { "" } else { "…" })
            }
            _ => text.clone(),
        };
        let apart = if self.has_blocks.get() { " " } else { "\n\n" };
        text.replace(BLANK_LINE, apart)
    }

    fn push(&self, words: &str) {
        let mut text = self.text.borrow_mut();
        let mut newlines = 0;
        for c in words.chars() {
            match c {
                '\n' | '\r' | ' ' | '\t' => {
                    newlines += usize::from(c == '\n');
                    if newlines == 2 {
                        text.push(BLANK_LINE);
                    } else if newlines < 2 && !text.ends_with([' ', '\n']) {
                        text.push(' ');
                    }
                }
                _ => {
                    newlines = 0;
                    text.push(c);
                }
            }
        }
    }

    fn start(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        self.has_tags.set(true);
        if matches!(name, "img" | "source" | "amp-img") && self.dropped.get() == 0 {
            self.note_picture(name, tag);
        }
        if tag.self_closing && !BLOCKS.contains(&name) {
            return TokenSinkResult::Continue;
        }
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(kind) = raw {
            self.is_raw.set(true);
            return TokenSinkResult::RawData(kind);
        }
        match name {
            "td" | "th" => self.text.borrow_mut().push(' '),
            "a" => self.link_from.set(Some(self.text.borrow().len())),
            _ if BLOCKS.contains(&name) => self.begin_block(),
            _ if DROPPED.contains(&name) => {
                if self.dropped.get() == 0 {
                    self.dropped_from.set(self.text.borrow().len());
                }
                self.dropped.set(self.dropped.get() + 1);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn end_of(&self, name: &str) {
        self.has_tags.set(true);
        // Within raw text the only end tag is its own.
        self.is_raw.set(false);
        if DROPPED.contains(&name) {
            let open = self.dropped.get();
            self.dropped.set(open.saturating_sub(1));
            if open == 1 {
                // What stands in an element that is never closed is kept: it may be the whole story.
                self.text.borrow_mut().truncate(self.dropped_from.get());
            }
        } else if name == "a" {
            if let Some(start) = self.link_from.take() {
                self.last_link.set((start, self.text.borrow().len()));
            }
        } else if BLOCKS.contains(&name) {
            self.begin_block();
        } else if matches!(name, "td" | "th") {
            self.text.borrow_mut().push(' ');
        }
    }

    fn begin_block(&self) {
        self.has_blocks.set(true);
        self.text.borrow_mut().push_str("\n\n");
    }

    fn note_picture(&self, name: &str, tag: &Tag) {
        let attribute = |wanted: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == wanted)?;
            Some(found.value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let Some(picture) = shown_by(name, &attribute) else { return };
        let mut pictures = self.pictures.borrow_mut();
        // The `img` of a `picture` is the one that every program can show.
        if name == "img" {
            let kept = pictures.len().saturating_sub(self.sources.take());
            pictures.truncate(kept);
        }
        if pictures.len() < MOST_PICTURES {
            self.sources.set(if name == "source" { self.sources.get() + 1 } else { 0 });
            pictures.push(picture);
        }
    }
}

impl TokenSink for Letters {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return self.start(&tag),
            Token::TagToken(tag) => self.end_of(&tag.name),
            Token::CharacterTokens(words) if !self.is_raw.get() => self.push(&words),
            Token::CharacterTokens(_)
            | Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// Text with paragraphs apart, nothing hidden, single spaces. C1 controls that windows-1252 pastes leave behind become
/// the letters they were meant to be: one of them makes Gmail cut the whole email.
pub fn tidy(text: &str) -> String {
    let text: String = text.chars().map(windows_1252_letter).collect();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut paragraphs: Vec<String> = Vec::new();
    for paragraph in text.split("\n\n") {
        let line = one_line(paragraph);
        if !line.is_empty() {
            paragraphs.push(line.chars().filter(|c| !is_hidden(*c)).collect());
        }
    }
    paragraphs.join("\n\n")
}

fn windows_1252_letter(c: char) -> char {
    match u8::try_from(u32::from(c)) {
        Ok(byte @ 0x80..=0x9f) => {
            encoding_rs::WINDOWS_1252.decode(&[byte]).0.chars().next().unwrap_or(c)
        }
        _ => c,
    }
}

/// The beginning of a text that is too long, cut at a word.
pub fn shortened(text: &str) -> String {
    crate::rfc::text::cut_at_word(text, LONGEST_SUMMARY_CHARS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_stay_apart_and_words_stay_whole() {
        for (html, text) in [
            ("<p>First <b>bo</b>ld words.</p><p>Second.</p>", "First bold words.\n\nSecond."),
            (
                "<table><tr><td>Adults</td><td>£4</td></tr><tr><td>Children</td><td>£2</td></tr></table>\
                 <blockquote>Come early</blockquote><h4>Tickets</h4>at the door",
                "Adults £4\n\nChildren £2\n\nCome early\n\nTickets\n\nat the door",
            ),
            (
                "<ul><li>One<li>Two</ul><hr>Three<dl><dt>A</dt><dd>B</dd></dl>",
                "One\n\nTwo\n\nThree\n\nA\n\nB",
            ),
            ("One<br>two<BR/>three", "One\n\ntwo\n\nthree"),
            ("<p>One\n\ntwo</p>", "One two"),
            ("One\n\ntwo &amp; three", "One\n\ntwo & three"),
            ("1 < 2 & 3 > 2, AT&T", "1 < 2 & 3 > 2, AT&T"),
            ("A<script>x('<p>')</script>B<style>p{}</style>C<!-- x -->D", "ABCD"),
            ("<p>A<video>No film<source src=x></video>B<svg><text>x</text></svg>C", "ABC"),
            ("<video><p>The whole story stands here.</p>", "The whole story stands here."),
            ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\n\nTwo"),
            ("caf&amp;eacute; &amp;#8211; Q&amp;A; x", "café – Q&A; x"),
            ("Use the &lt;blink&gt; element", "Use the <blink> element"),
            ("caf&eacute; &#8211; &#x2019;&#146;&nbsp;x", "café – ’’ x"),
            ("<p>broken <b off", "broken"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }

    #[test]
    fn links_that_lead_to_the_rest_are_no_text() {
        for (html, text) in [
            ("<p>It was full. <a href=x>Read more</a></p>", "It was full.…"),
            (
                "<p>It was full.</p><p><a href=x>Continue reading <span>The fair</span> →</a></p>",
                "It was full.…",
            ),
            ("<p>It was full. <a href=x>Weiterlesen »</a></p>", "It was full.…"),
            ("<p><a href=x>Read more books this winter</a></p>", "Read more books this winter"),
            ("<p>See <a href=x>the photographs</a></p>", "See the photographs"),
            ("<p><a href=x>Read more</a> and come.</p>", "Read more and come."),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
        for (text, cut) in [
            ("It was full. […]", "It was full.…"),
            ("It was full. [...] Continue reading", "It was full.…"),
            ("It was full online.Read more", "It was full online.…"),
            ("It was full. (more…)", "It was full.…"),
            ("It was full. Read more »", "It was full.…"),
            ("Read more books this winter.", "Read more books this winter."),
            ("We ask everybody to read more", "We ask everybody to read more"),
            ("Children Read more", "Children Read more"),
            ("Full. The post Fair appeared first on Club.", "Full."),
            ("The post arrived. She read it.", "The post arrived. She read it."),
            ("", ""),
        ] {
            assert_eq!(without_more(text), cut, "{text}");
        }
    }

    #[test]
    fn pictures_as_pages_write_them() {
        for (html, picture) in [
            ("<img src='/a.jpg' alt='A table'>", Some("/a.jpg")),
            ("<img src='data:image/gif;base64,x' data-src='/a.jpg'>", Some("/a.jpg")),
            ("<img data-lazy-src=/a.jpg src=/blank.gif>", Some("/a.jpg")),
            ("<img srcset='/s.jpg 320w, /m.jpg 1024w, /l.jpg 4000w'>", Some("/m.jpg")),
            ("<img srcset='/a.jpg, /b.jpg 2x'>", Some("/b.jpg")),
            (
                "<picture><source srcset='/a.webp' type='image/webp'><img src='/a.jpg'></picture>",
                Some("/a.jpg"),
            ),
            ("<picture><source srcset='/a.jpg 800w'></picture>", Some("/a.jpg")),
            ("<video><source src='/film.mp4' type='video/mp4'></video>", None),
            ("<img src=/film.mp4>", None),
            ("<img src=/p.gif width=1 height=1>", None),
            ("<img src='https://feeds.feedburner.com/~r/x/~4/y'>", None),
            (
                "<img src='https://s.w.org/images/core/emoji/14/72x72/1.png' class='wp-smiley'>",
                None,
            ),
            ("<p>None</p>", None),
        ] {
            let found = read(html).pictures;
            assert_eq!(found.first().map(|picture| picture.address.as_str()), picture, "{html}");
        }
        assert_eq!(read("<img src=a.jpg alt='A  table'>").pictures[0].alt, "A table");
    }

    #[test]
    fn titles_are_one_line() {
        for (html, title) in [
            ("Fish &amp;amp; chips", "Fish & chips"),
            ("Fish &amp; <b>chips</b>\n for all", "Fish & chips for all"),
            ("&lt;i&gt;Macbeth&lt;/i&gt; tonight", "Macbeth tonight"),
            ("Use &lt;blink&gt;", "Use <blink>"),
            ("Q&A; or: 1 < 2", "Q&A; or: 1 < 2"),
        ] {
            assert_eq!(title_text(html), title, "{html}");
        }
    }

    proptest! {
        #[test]
        fn no_markup_gets_through(html in "(<[a-z/]{1,8}( [a-z]{1,6}=['\"]?[a-z:]{0,8}['\"]?)?>|[a-z &;#0-9]{1,6}|<!--|-->|\u{0}|é){0,60}") {
            let text = plain_text(&html);
            prop_assert!(!text.contains("<script"), "{:?}", text);
            prop_assert_eq!(tidy(&text), text);
        }

        #[test]
        fn a_text_is_cut_at_its_end_only(text in "(Read more|\\[…\\]|Continue reading|[A-Za-zé.…» \n]{1,12}|The post x appeared first on y){0,12}") {
            let cut = without_more(&text);
            prop_assert!(text.starts_with(cut.trim_end_matches('…')), "{:?} {:?}", text, cut);
        }
    }
}
