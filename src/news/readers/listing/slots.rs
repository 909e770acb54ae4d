//! A story of a pasted list, read by the order that its parts stand in.
//! Pure: tokens and an order in, a story out.

use super::class::Class;
use super::lines::LineToken;
use super::near_days::is_source_name;
use super::story::Story;

/// More words over a day are a title.
const MOST_KICKER_WORDS: usize = 3;
/// A teaser of more sentences is the story itself, and the next one begins.
const MOST_TEXTS: usize = 100;

/// A part of a story, in the order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSlot {
    Title,
    /// A title that looks like a sentence: a day stands behind it.
    Head,
    /// A few words over a day that are not the title: a topic, a newspaper.
    Kicker,
    /// A name below a title, over the day: a newspaper.
    Source,
    /// A second headline, which is text.
    Sub,
    /// One, or none.
    Day,
    /// Any number of sentences, or none.
    Texts,
    /// One sentence.
    Text,
    /// One sentence or more.
    SomeText,
    Marker,
    /// One, or none.
    SomeMarker,
}

/// The tokens of a text, and what of them parts stories.
pub struct TokenList<'a> {
    pub tokens: &'a [LineToken],
    /// Empty lines stand between some tokens and not between all: they part stories.
    pub has_gaps: bool,
    /// Bullets, numbers or rows begin stories.
    pub has_starts: bool,
    pub has_markers: bool,
    pub has_texts: bool,
}

impl<'a> TokenList<'a> {
    pub fn of(tokens: &'a [LineToken]) -> Self {
        let gaps = tokens.iter().skip(1).filter(|token| token.gap).count();
        let count = |class: Class| tokens.iter().filter(|token| token.class == class).count();
        Self {
            tokens,
            has_gaps: gaps > 0 && gaps + 1 < tokens.len(),
            has_starts: tokens.iter().filter(|token| token.starts).count() > 1,
            has_markers: count(Class::Marker) > 0,
            has_texts: count(Class::Sentence) > 0,
        }
    }
}

/// A story while it is read.
pub struct StoryReader<'l, 'a> {
    list: &'l TokenList<'a>,
    slots: &'l [ListSlot],
    from: usize,
    at: usize,
    /// What speaks against the reading.
    against: f64,
    has_more: bool,
    story: Story,
}

impl<'l, 'a> StoryReader<'l, 'a> {
    /// The story that begins at a token, where the next one may begin, and what speaks against it. `is_bare`: a title is enough.
    pub fn read(
        list: &'l TokenList<'a>,
        from: usize,
        slots: &'l [ListSlot],
        is_bare: bool,
    ) -> Option<(Story, usize, f64)> {
        if list.has_starts && !list.tokens[from].starts {
            return None;
        }
        let story = Story { line: list.tokens[from].line, ..Story::default() };
        let mut reader = Self { list, slots, from, at: from, against: 0.0, has_more: false, story };
        for slot in slots {
            match slot {
                ListSlot::Title => {
                    let is_title = |class| matches!(class, Class::Title | Class::Either);
                    reader.title(is_title)?;
                }
                ListSlot::Head => {
                    reader.next(1).filter(|next| next.class == Class::Day)?;
                    reader.title(|class| matches!(class, Class::Sentence | Class::Either))?;
                }
                ListSlot::Kicker => {
                    reader.next(1).filter(|next| next.class == Class::Day)?;
                    let is_short = |text: &str| text.split(' ').count() <= MOST_KICKER_WORDS;
                    reader.short_line().filter(|token| is_short(&token.text))?;
                    reader.step();
                }
                ListSlot::Source => {
                    reader.next(1).filter(|next| next.class == Class::Day)?;
                    reader.short_line().filter(|token| is_source_name(&token.text))?;
                    reader.step();
                }
                ListSlot::Sub => {
                    let is_below_day =
                        reader.at > from && list.tokens[reader.at - 1].class == Class::Day;
                    let text = reader.short_line().filter(|_| is_below_day)?.text.clone();
                    reader.story.texts.push(text);
                    reader.step();
                }
                ListSlot::Day => reader.day(),
                ListSlot::Text | ListSlot::SomeText | ListSlot::Texts => reader.texts(*slot)?,
                ListSlot::Marker | ListSlot::SomeMarker => reader.markers(*slot)?,
            }
        }
        (reader.has_more || is_bare).then_some((reader.story, reader.at, reader.against))
    }

    /// A token of this story, so far behind the next one: not beyond a bullet.
    fn next(&self, further: usize) -> Option<&'a LineToken> {
        let at = self.at + further;
        let token = self.list.tokens.get(at)?;
        (at == self.from || !(self.list.has_starts && token.starts)).then_some(token)
    }

    fn next_is(&self, further: usize, class: Class) -> bool {
        self.next(further).is_some_and(|token| token.class == class)
    }

    /// A title without a day of its own.
    fn short_line(&self) -> Option<&'a LineToken> {
        self.next(0).filter(|token| token.class == Class::Title && token.day.is_none())
    }

    /// Takes the next token; an empty line before it speaks against the reading.
    fn step(&mut self) {
        let Some(token) = self.list.tokens.get(self.at) else { return };
        if self.at > self.from && self.list.has_gaps && token.gap {
            self.against += 0.8;
        }
        self.story.take(token);
        self.at += 1;
    }

    fn title(&mut self, is_title: impl Fn(Class) -> bool) -> Option<()> {
        let token = self.next(0).filter(|token| is_title(token.class))?;
        self.step();
        self.story.title = Some(self.story.title_of(token));
        self.has_more |= token.day.is_some();
        Some(())
    }

    fn day(&mut self) {
        let Some(token) = self.next(0).filter(|token| token.class == Class::Day) else { return };
        // A day behind an empty line is the next story's.
        let is_next = self.at > self.from
            && self.list.has_gaps
            && token.gap
            && self.slots.last() == Some(&ListSlot::Day);
        if !is_next {
            self.step();
            self.has_more = true;
        }
    }

    fn texts(&mut self, slot: ListSlot) -> Option<()> {
        let most = if slot == ListSlot::Text { 1 } else { MOST_TEXTS };
        // A sentence over a day is the next title, where titles look like sentences.
        let has_heads = self.slots.first() == Some(&ListSlot::Head);
        let mut count = 0;
        while count < most
            && let Some(token) = self.next(0)
            && self.is_text(token, count)
            && !(has_heads && self.list.tokens.get(self.at + 1).is_some_and(is_day))
        {
            self.story.texts.push(token.text.clone());
            self.step();
            count += 1;
        }
        self.has_more |= count > 0;
        (count > 0 || slot == ListSlot::Texts).then_some(())
    }

    fn markers(&mut self, slot: ListSlot) -> Option<()> {
        let has_one = self.next_is(0, Class::Marker);
        // “Read more” and “Share this” lead to the same.
        while let Some(token) = self.next(0).filter(|token| token.class == Class::Marker) {
            self.story.take(token);
            self.at += 1;
        }
        self.has_more |= has_one;
        (has_one || slot == ListSlot::SomeMarker).then_some(())
    }

    fn is_text(&self, token: &LineToken, count: usize) -> bool {
        let followed_by = |class: Class| {
            let next = self.list.tokens.get(self.at + 1);
            next.is_some_and(|next| next.class == class && !next.starts)
        };
        match token.class {
            Class::Sentence => {
                !(count > 0 && self.list.has_gaps && token.gap && !self.list.has_markers)
            }
            // The title of the next story may look like a sentence; a teaser without its full stop like a title.
            Class::Either => count == 0 || followed_by(Class::Marker),
            Class::Title => {
                followed_by(Class::Marker) && (count > 0 || (self.at > 0 && !token.gap))
            }
            Class::Day | Class::Marker => false,
        }
    }
}

fn is_day(token: &LineToken) -> bool {
    token.class == Class::Day
}
