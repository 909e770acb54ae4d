//! Every text of an edition: as somebody wrote it, with its place, and as the finished email shows it.
//! Pure: an edition and its email in, texts out.

use std::collections::BTreeSet;

use super::{CheckContext, RenderedEmail, excerpt};
use crate::edition::PlacedText;
use crate::news::Item;
use crate::problem::Place;

/// A text that somebody wrote.
pub struct EditorText<'a> {
    pub text: &'a str,
    origin: Origin<'a>,
}

enum Origin<'a> {
    Words(&'a PlacedText, Part),
    Title(&'a Item),
    Summary(&'a Item),
    Quote(&'a Item),
    Alt(&'a Item),
    /// A figure of the draft, or a text of `roundup.toml`.
    Placed(Place),
    /// A block of the finished email.
    Page(CheckContext<'a>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Subject,
    Preheader,
    Introduction,
}

/// What a text is, where that changes how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A subject, a preheader, a title: one line that names something.
    Line,
    /// Running text.
    Prose,
    /// What a picture shows.
    Description,
    /// A block of the finished email, whoever wrote it.
    Block,
}

/// Something that a text has at the byte `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMatch {
    pub at: usize,
    pub words: String,
    /// Nothing else can be meant: it holds the sending.
    pub is_certain: bool,
}

impl TextMatch {
    pub fn new(at: usize, words: impl Into<String>, is_certain: bool) -> Self {
        Self { at, words: words.into(), is_certain }
    }
}

/// The same with its place and its surroundings, for a finding.
pub struct PlacedMatch {
    pub place: Place,
    pub found: TextMatch,
    pub around: String,
}

impl<'a> CheckContext<'a> {
    /// What the email shows that somebody wrote, each text with its place.
    pub fn written(&self) -> Vec<EditorText<'a>> {
        let edition = self.edition;
        let mut texts: Vec<EditorText<'a>> = [
            (&edition.subject, Part::Subject),
            (&edition.headline, Part::Subject),
            (&edition.preheader, Part::Preheader),
            (&edition.introduction, Part::Introduction),
        ]
        .into_iter()
        .map(|(words, part)| EditorText { text: &words.text, origin: Origin::Words(words, part) })
        .collect();
        for item in edition.shown() {
            texts.push(EditorText { text: &item.title, origin: Origin::Title(item) });
            texts.push(EditorText { text: &item.summary, origin: Origin::Summary(item) });
            if let Some(quote) = &item.quote {
                texts.push(EditorText { text: &quote.words, origin: Origin::Quote(item) });
                let place = item.place_of(item.lines.quote);
                texts.push(EditorText { text: &quote.by, origin: Origin::Placed(place) });
            }
            if let Some(image) = &item.image {
                texts.push(EditorText { text: &image.alt, origin: Origin::Alt(item) });
            }
        }
        let draft = edition.subject.source.as_deref().unwrap_or_default();
        for figure in &edition.figures {
            for text in [&figure.value, &figure.label] {
                texts.push(EditorText {
                    text,
                    origin: Origin::Placed(Place::line(draft, figure.line)),
                });
            }
        }
        let (organisation, look) = (&self.theme.organisation, &self.theme.look);
        let mut settings = vec![
            ("organisation.name", &organisation.name),
            ("organisation.legal_name", &organisation.legal_name),
            ("organisation.address", &organisation.address),
            ("organisation.why", &organisation.why),
        ];
        settings.extend(organisation.charity.iter().map(|text| ("organisation.charity", text)));
        if let Some(appeal) = &self.theme.appeal {
            settings.push(("appeal.title", &appeal.title));
            settings.push(("appeal.text", &appeal.text));
            settings.push(("appeal.button", &appeal.button));
        }
        for (name, text) in settings {
            texts.push(EditorText { text, origin: Origin::Placed(self.setting_place(name)) });
        }
        for (name, text) in [("tagline", &look.tagline), ("footer", &look.footer)] {
            if let Some(text) = text {
                texts.push(EditorText { text, origin: Origin::Placed(self.theme_place(name)) });
            }
        }
        texts
    }

    /// Looks for something in every text that was written, and then in the finished email: what only a template says, or
    /// only Markdown makes. What was found in a written text is not repeated for the block that shows it.
    pub fn look(
        &self,
        shown: &RenderedEmail<'_>,
        find: impl Fn(&str, TextKind) -> Vec<TextMatch>,
    ) -> Vec<PlacedMatch> {
        let mut placed: Vec<PlacedMatch> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let written = self.written();
        for written in &written {
            let text = written.without_own_slots();
            for found in find(&text, written.kind()) {
                seen.insert(letters_of(&found.words));
                let place = written.place(found.at);
                placed.push(PlacedMatch { place, around: excerpt(written.text), found });
            }
        }
        for block in shown.blocks() {
            for found in find(&block, TextKind::Block) {
                if seen.insert(letters_of(&found.words)) {
                    let block = EditorText { text: &block, origin: Origin::Page(*self) };
                    let place = block.place(found.at);
                    placed.push(PlacedMatch { place, around: excerpt(block.text), found });
                }
            }
        }
        placed
    }

    /// Whether a story says these words.
    pub fn is_of_a_story(&self, words: &str) -> bool {
        let words = joined(words);
        self.edition.shown().any(|item| {
            let alt = item.image.as_ref().map_or("", |image| &image.alt);
            let quote = item.quote.as_ref().map_or("", |quote| &quote.words);
            [&item.title, &item.summary, alt, quote]
                .iter()
                .any(|text| joined(text).contains(&words))
        })
    }
}

/// What stays of words on their way through Markdown, which takes stars and underscores for emphasis.
fn letters_of(words: &str) -> String {
    let letters: String =
        words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if letters.is_empty() { words.to_owned() } else { letters }
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl<'a> EditorText<'a> {
    /// The place of the byte `at`.
    pub fn place(&self, at: usize) -> Place {
        match &self.origin {
            Origin::Words(words, _) => words.place_of(at),
            Origin::Title(item) => item.place_of_title(),
            Origin::Summary(item) => item.place_in_summary(at),
            Origin::Quote(item) => item.place_of(item.lines.quote),
            Origin::Alt(item) => item.place_of_alt(),
            Origin::Placed(place) => place.clone(),
            Origin::Page(known) => known.place_of(self.text),
        }
    }

    /// The story that the text is of, if it is of one.
    pub fn item(&self) -> Option<&'a Item> {
        match self.origin {
            Origin::Title(item)
            | Origin::Summary(item)
            | Origin::Quote(item)
            | Origin::Alt(item) => Some(item),
            Origin::Words(..) | Origin::Placed(_) | Origin::Page(_) => None,
        }
    }

    pub fn is_title(&self) -> bool {
        matches!(self.origin, Origin::Title(_))
    }

    pub fn is_introduction(&self) -> bool {
        matches!(self.origin, Origin::Words(_, Part::Introduction))
    }

    pub fn kind(&self) -> TextKind {
        match self.origin {
            Origin::Words(_, Part::Subject | Part::Preheader) | Origin::Title(_) => TextKind::Line,
            Origin::Alt(_) => TextKind::Description,
            Origin::Words(_, Part::Introduction)
            | Origin::Summary(_)
            | Origin::Quote(_)
            | Origin::Placed(_) => TextKind::Prose,
            Origin::Page(_) => TextKind::Block,
        }
    }

    /// The text without the slots and blocks of roundup's own, which work in a draft. Every byte keeps its place.
    pub fn without_own_slots(&self) -> String {
        let mut text = self.text.to_owned();
        if !matches!(self.origin, Origin::Words(..)) {
            return text;
        }
        let mut from = 0;
        while let Some(start) = text[from..].find("{{").map(|at| from + at) {
            let Some(end) = text[start..].find("}}").map(|at| start + at) else { break };
            let end = end + text[end..].bytes().take_while(|byte| *byte == b'}').count();
            blank(&mut text, start, end);
            from = end;
        }
        text
    }
}

/// Replaces bytes by a word that says nothing, of the same length.
fn blank(text: &mut String, start: usize, end: usize) {
    // `ø` has two bytes and `ẽ` three: together they make every length that a slot can have.
    let length = end - start;
    let mut filler = "ø".repeat((length - length % 2 * 3) / 2);
    if length % 2 == 1 {
        filler.push('ẽ');
    }
    text.replace_range(start..end, &filler);
}

impl RenderedEmail<'_> {
    /// The blocks of all variants as they are read, each once, and without the slots' names.
    fn blocks(&self) -> Vec<String> {
        let own = self.columns.iter().map(|name| format!("{{{name}}}"));
        let names: Vec<String> = own.chain(["{unsubscribe_url}".to_owned()]).collect();
        let plain = |text: &str| names.iter().fold(text.to_owned(), |text, n| text.replace(n, "ø"));
        let mut blocks: Vec<String> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for variant in &self.variants {
            let lines = [plain(&variant.subject), plain(&variant.preheader)].into_iter();
            let page = variant.page.blocks.iter().map(|block| plain(block));
            let text = variant.text.split("\n\n").map(|paragraph| plain(&joined(paragraph)));
            let alts = variant.page.pictures.iter().filter_map(|picture| picture.alt.clone());
            for block in lines.chain(page).chain(alts).chain(text) {
                if seen.insert(block.clone()) {
                    blocks.push(block);
                }
            }
        }
        blocks
    }
}
