//! What a Markdown file says below its front matter: paragraphs of plain text with their lines, its heading, its pictures.
//! Pure: Markdown in, text out.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::mdx::without_program;
use super::text::{self, Picture, tidy, without_more};
use super::tool_markup::without;
use crate::news::dedupe::words;
use crate::rfc::text::one_line;

/// A longer comment says more than that the beginning ends here.
const LONGEST_MARK_BYTES: usize = 40;

/// The body of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Paragraphs apart by an empty line.
    pub text: String,
    /// The line of the file on which each paragraph begins.
    pub lines: Vec<usize>,
    /// The text of the first heading, where it is of the whole text.
    pub heading: Option<String>,
    pub pictures: Vec<Picture>,
    /// What is for the website's tool, with its line.
    pub removed: Vec<(usize, String)>,
}

/// Reads a body whose first line is line `first_line` of its file. `title` is what the front matter says: a heading that
/// repeats it is not text, and neither is the heading that is the title where the front matter has none. The mark
/// `<!--more-->` ends the text, as its author meant it to.
pub fn read(markdown: &str, first_line: usize, title: Option<&str>, is_mdx: bool) -> Body {
    let program = if is_mdx { Some(without_program(markdown)) } else { None };
    let plain = without(program.as_ref().map_or(markdown, |program| &program.text));
    let mut reader = Reader {
        markdown: &plain.text,
        counted: (0, first_line),
        title,
        body: Body::default(),
        paragraphs: Vec::new(),
        inside: None,
        html: None,
        heading: None,
        picture: None,
        skipped: 0,
        hidden: None,
        is_over: false,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    for (event, range) in Parser::new_ext(&plain.text, options).into_offset_iter() {
        reader.take(event, range.start);
        if reader.is_over {
            break;
        }
    }
    reader.close();
    let mut body = reader.body;
    let whole = reader.paragraphs.join("\n\n");
    body.text = without_more(&whole);
    body.lines.truncate(if body.text.is_empty() {
        0
    } else {
        body.text.matches("\n\n").count() + 1
    });
    let removed = program.into_iter().flat_map(|program| program.removed).chain(plain.removed);
    body.removed = removed.map(|(line, mark)| (line + first_line - 1, mark)).collect();
    body
}

struct Reader<'a> {
    markdown: &'a str,
    /// The byte up to which lines are counted, and its line.
    counted: (usize, usize),
    title: Option<&'a str>,
    body: Body,
    paragraphs: Vec<String>,
    /// The paragraph that is open, and its line.
    inside: Option<(usize, String)>,
    /// HTML between paragraphs.
    html: Option<(usize, String)>,
    heading: Option<HeadingLevel>,
    /// A picture's address and what it says to those who cannot see it.
    picture: Option<Picture>,
    /// Depth within what is not text: footnotes, tables of fields.
    skipped: usize,
    /// Within `<script>` or `<style>` of a paragraph.
    hidden: Option<&'static str>,
    is_over: bool,
}

impl Reader<'_> {
    /// The line of a byte; a parser goes forward through a text, so nearly every byte is counted once.
    fn line(&mut self, at: usize) -> usize {
        let newlines = |from: usize, to: usize| {
            self.markdown.get(from..to).map_or(0, |part| part.matches('\n').count())
        };
        let (counted, line) = self.counted;
        let line = if at >= counted {
            line + newlines(counted, at)
        } else {
            line.saturating_sub(newlines(at, counted))
        };
        self.counted = (at, line);
        line
    }

    fn open(&mut self, at: usize) {
        self.close();
        let line = self.line(at);
        self.inside = Some((line, String::new()));
    }

    fn close(&mut self) {
        if let Some((line, words)) = self.inside.take() {
            self.add(line, &words);
        }
    }

    fn add(&mut self, line: usize, words: &str) {
        for paragraph in tidy(words).split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            self.paragraphs.push(paragraph.to_owned());
            self.body.lines.push(line);
        }
    }

    fn take(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.start(tag, at),
            Event::End(tag) => self.end(tag),
            _ if self.skipped > 0
                || self.hidden.is_some() && !matches!(event, Event::InlineHtml(_)) => {}
            Event::Text(words) | Event::Code(words) => {
                if let Some(picture) = &mut self.picture {
                    picture.alt.push_str(&words);
                } else if let Some((_, paragraph)) = &mut self.inside {
                    paragraph.push_str(&words.replace('\n', " "));
                } else {
                    let line = self.line(at);
                    self.inside = Some((line, words.replace('\n', " ")));
                }
            }
            Event::SoftBreak | Event::HardBreak => self.blank(),
            Event::Html(html) => {
                let line = self.line(at);
                let (_, whole) = self.html.get_or_insert_with(|| (line, String::new()));
                whole.push_str(&html);
            }
            Event::InlineHtml(html) => self.inline(&html),
            Event::Rule => self.close(),
            Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn blank(&mut self) {
        if let Some((_, paragraph)) = &mut self.inside {
            paragraph.push(' ');
        }
    }

    fn start(&mut self, tag: Tag<'_>, at: usize) {
        match tag {
            Tag::Paragraph | Tag::Item | Tag::CodeBlock(_) | Tag::TableHead | Tag::TableRow => {
                self.open(at);
            }
            Tag::DefinitionListTitle | Tag::DefinitionListDefinition => self.open(at),
            Tag::Heading { level, .. } => {
                self.open(at);
                self.heading = Some(level);
            }
            Tag::BlockQuote(_) | Tag::List(_) | Tag::Table(_) | Tag::DefinitionList => self.close(),
            Tag::HtmlBlock => {
                self.close();
                self.html = None;
            }
            Tag::FootnoteDefinition(_) | Tag::MetadataBlock(_) => {
                self.close();
                self.skipped += 1;
            }
            Tag::Image { dest_url, .. } => {
                self.picture =
                    Some(Picture { address: dest_url.into_string(), alt: String::new() });
            }
            Tag::TableCell
            | Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. } => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::TableCell => self.blank(),
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::FootnoteDefinition | TagEnd::MetadataBlock(_) => {
                self.skipped = self.skipped.saturating_sub(1);
            }
            TagEnd::Image => {
                let found =
                    self.picture.take().filter(|found| text::is_picture_address(&found.address));
                self.body
                    .pictures
                    .extend(found.map(|found| Picture { alt: one_line(&found.alt), ..found }));
            }
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link => {}
            TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::Table
            | TagEnd::List(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => self.close(),
        }
    }

    fn end_heading(&mut self) {
        let level = self.heading.take();
        let Some((line, heading)) = self.inside.take() else { return };
        // A smaller heading with text before it is of a part of the text.
        let is_on_top = level == Some(HeadingLevel::H1) || self.paragraphs.is_empty();
        let is_first = self.body.heading.is_none() && is_on_top;
        let is_title = match self.title {
            None => is_first,
            Some(title) => words(title) == words(&heading),
        };
        if is_first && !heading.trim().is_empty() {
            self.body.heading = Some(one_line(&heading));
        }
        let is_pages = is_first && level == Some(HeadingLevel::H1);
        if !is_title && !is_pages {
            self.add(line, &heading);
        }
    }

    fn end_html(&mut self) {
        let Some((line, html)) = self.html.take() else { return };
        let (before, is_end) = match more(&html) {
            Some(at)
                if !self.paragraphs.is_empty() || !text::plain_text(&html[..at]).is_empty() =>
            {
                (&html[..at], true)
            }
            _ => (html.as_str(), false),
        };
        let markup = text::read(before);
        self.body.pictures.extend(markup.pictures);
        self.add(line, &markup.text);
        self.is_over = is_end;
    }

    fn inline(&mut self, html: &str) {
        let lower = html.to_ascii_lowercase();
        if let Some(name) = self.hidden {
            if lower.starts_with("</") && lower[2..].starts_with(name) {
                self.hidden = None;
            }
            return;
        }
        self.hidden = ["script", "style"].into_iter().find(|name| lower[1..].starts_with(name));
        if more(html).is_some()
            && (self.inside.as_ref().is_some_and(|(_, text)| !text.trim().is_empty())
                || !self.paragraphs.is_empty())
        {
            self.is_over = true;
        } else if lower.starts_with("<br") {
            self.blank();
        } else if lower.starts_with("<img") {
            self.body.pictures.extend(text::read(html).pictures);
        } else if !text::is_markup(html)
            && let Some((_, paragraph)) = &mut self.inside
        {
            // A note to oneself stays where it is: a check finds it, or readers do.
            paragraph.push_str(html);
        }
    }
}

/// Where a text has the mark that ends its beginning.
fn more(html: &str) -> Option<usize> {
    html.match_indices("<!--").map(|(at, _)| at).find(|at| {
        let inner = &html[at + 4..html.floor_char_boundary(at + 4 + LONGEST_MARK_BYTES)];
        let inner = inner.split("-->").next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(inner.as_str(), "more" | "excerpt" | "truncate" | "endexcerpt")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_people_read_is_text() {
        for (markdown, text) in [
            ("One\ntwo *three*.\n\nFour.", "One two three.\n\nFour."),
            ("- One\n- Two\n  - Three\n\nFour", "One\n\nTwo\n\nThree\n\nFour"),
            ("1. One\n\n2. Two", "One\n\nTwo"),
            ("> Quoted\n> words.\n\nAfter.", "Quoted words.\n\nAfter."),
            ("| Adults | £4 |\n|---|---|\n| Children | £2 |", "Adults £4\n\nChildren £2"),
            (
                "<div><p>First <b>bold</b></p><p>Second</p></div>\n\nThird",
                "First bold\n\nSecond\n\nThird",
            ),
            ("One<br>two <script>x()</script>three", "One two three"),
            ("<script>\nx()\n</script>\n\nText", "Text"),
            ("One.\n\n<!--more-->\n\nThe rest.", "One."),
            ("One. <!-- more --> The rest.", "One."),
            ("<!--more-->\n\nAll.", "All."),
            ("<!-- a note -->Text", "Text"),
            ("Thanks to <name of funder>, <b>all</b>.", "Thanks to <name of funder>, all."),
            ("![The hall](hall.jpg) Text", "Text"),
            ("Text[^1].\n\n[^1]: A note.", "Text."),
            ("# Title\n\nText.\n\n## When\n\nAt nine.", "Text.\n\nWhen\n\nAt nine."),
            ("Text.\n\n[Read more](https://e.org)", "Text.…"),
            ("Text.\n\n[Read more books](https://e.org)", "Text.\n\nRead more books"),
            ("~~Old~~ New `code`", "Old New code"),
            ("    Pasted with blanks", "Pasted with blanks"),
        ] {
            let body = read(markdown, 1, None, false);
            assert_eq!(body.text, text, "{markdown}");
            let paragraphs = if body.text.is_empty() { 0 } else { body.text.split("\n\n").count() };
            assert_eq!(body.lines.len(), paragraphs, "{markdown}");
        }
    }

    #[test]
    fn headings_that_are_the_title_are_no_text() {
        for (markdown, title, text) in [
            ("## The fair\n\nText.", None, "Text."),
            ("## The Fair\n\nText.", Some("The fair"), "Text."),
            ("# Another\n\nText.", Some("The fair"), "Text."),
            ("## When\n\nText.", Some("The fair"), "When\n\nText."),
            // A part of the text has a heading of its own: it is not the title of all.
            ("Text.\n\n## When\n\nAt ten.", None, "Text.\n\nWhen\n\nAt ten."),
            ("![](a.jpg)\n\n## The fair\n\nText.", None, "Text."),
            ("Text.\n\n# The fair\n\nAt ten.", None, "Text.\n\nAt ten."),
        ] {
            assert_eq!(read(markdown, 1, title, false).text, text, "{markdown}");
        }
    }

    #[test]
    fn lines_and_pictures() {
        let markdown = "{{< x >}}\n\nOne\ntwo.\n\n![A hall](hall.jpg)\n\n<img src=\"b.png\">\n\n![[c.png]]\n\nThree.";
        let body = read(markdown, 5, None, false);
        assert_eq!((body.text.as_str(), &body.lines[..]), ("One two.\n\nThree.", &[7, 16][..]));
        let pictures: Vec<&str> =
            body.pictures.iter().map(|picture| picture.address.as_str()).collect();
        assert_eq!(pictures, ["hall.jpg", "b.png"]);
        assert_eq!(body.pictures[0].alt, "A hall");
        assert_eq!(body.removed.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 14]);
        let mdx = read("import A from './a'\n\nText <A/> here.", 1, None, true);
        assert_eq!((mdx.text.as_str(), &mdx.lines[..]), ("Text here.", &[3][..]));
    }

    proptest::proptest! {
        #[test]
        fn each_paragraph_has_a_line(markdown in "(<!--more-->|<p>|</p>|<br>|\\[Read more\\]\\(x\\)|\n\n|\n|- |> |# |\\| |---|`|\\*|[aé. ]|!\\[|\\]\\(x\\)){0,40}") {
            let body = read(&markdown, 1, None, false);
            let paragraphs = if body.text.is_empty() { 0 } else { body.text.split("\n\n").count() };
            proptest::prop_assert_eq!(body.lines.len(), paragraphs);
            proptest::prop_assert!(body.lines.is_sorted());
            proptest::prop_assert!(body.lines.iter().all(|line| *line <= markdown.matches('\n').count() + 1));
        }
    }
}
