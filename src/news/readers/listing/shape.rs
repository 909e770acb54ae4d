//! In which order a pasted list has titles, days, texts and "Read more": each order is tried, and the one that leaves least over is taken.
//! Pure: tokens in, readings out.
//!
//! Two orders can leave as little over ("day, title, text, day" may have its days above or below). Then both are given, and a
//! person must say.

use super::class::Class;
use super::lines::LineToken;
use crate::date::WrittenDate;
use crate::news::dates_file::is_open;

/// A part of a story, in the order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Title,
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

/// One story, as tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    pub line: usize,
    pub title: Option<String>,
    pub day: Option<WrittenDate>,
    /// The words that said the day.
    pub day_words: Option<String>,
    /// They say that it is of the publication.
    is_published: bool,
    /// The title with the day that stands beside it, which may be of what the title names.
    whole_title: Option<String>,
    pub texts: Vec<String>,
    /// The first address that stands at it.
    pub link: Option<String>,
}

/// A way to read the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListShape {
    pub stories: Vec<Story>,
    /// The order, in words for people.
    pub order: &'static str,
    score: f64,
}

use Slot::{Day, Marker, SomeMarker, SomeText, Text, Texts, Title};

/// The orders that lists come in, the commonest first.
const ORDERS: [(&str, &[Slot]); 12] = [
    ("the title, then its day and its text", &[Title, Day, Texts, SomeMarker]),
    ("the day, then its title and its text", &[Day, Title, Texts, SomeMarker]),
    ("the title and its text, then the day", &[Title, Texts, SomeMarker, Day]),
    ("the title and its text, the day before “Read more”", &[Title, Texts, Day, SomeMarker]),
    ("texts that end in “Read more”", &[SomeText, Marker]),
    ("the day, then a text that ends in “Read more”", &[Day, SomeText, Marker]),
    ("a text that ends in “Read more”, then the day", &[SomeText, Marker, Day]),
    ("a text, then the day and “Read more”", &[SomeText, Day, Marker]),
    ("one text a line, the day above", &[Day, Text]),
    ("one text a line, the day below", &[Text, Day]),
    ("one title a line, the day above", &[Day, Title]),
    ("one title a line, the day below", &[Title, Day]),
];
/// A teaser of more sentences is the story itself, and the next one begins.
const MOST_TEXTS: usize = 100;
/// Two readings as near as this are as good as each other.
const AS_GOOD: f64 = 0.5;

/// The ways to read the list, the best first; several only where they are as good and give other stories.
pub fn shapes(tokens: &[LineToken]) -> Vec<ListShape> {
    let list = List::of(tokens);
    let mut shapes: Vec<ListShape> =
        ORDERS.iter().filter_map(|(order, slots)| list.read(order, slots)).collect();
    shapes.extend(list.blocks());
    shapes.sort_by(|one, other| other.score.total_cmp(&one.score));
    let Some(best) = shapes.first().map(|shape| shape.score) else { return Vec::new() };
    let mut kept: Vec<ListShape> = Vec::new();
    for shape in shapes {
        if shape.score >= best - AS_GOOD && kept.iter().all(|other| other.stories != shape.stories)
        {
            kept.push(shape);
        }
    }
    kept.truncate(2);
    for shape in &mut kept {
        without_day_at_edge(&mut shape.stories, tokens);
    }
    kept
}

/// Where one story of several has a day, and the day is the first or the last line of all, it is the page's.
fn without_day_at_edge(stories: &mut [Story], tokens: &[LineToken]) {
    let dated: Vec<usize> =
        (0..stories.len()).filter(|at| stories[*at].day_words.is_some()).collect();
    let ([at], true) = (&dated[..], stories.len() > 1) else { return };
    let is_of = |token: Option<&LineToken>| {
        token.is_some_and(|token| {
            token.class == Class::Day && stories[*at].day_words.as_ref() == Some(&token.text)
        })
    };
    let is_edge =
        *at == 0 && is_of(tokens.first()) || at + 1 == stories.len() && is_of(tokens.last());
    if is_edge {
        stories[*at].day = None;
        stories[*at].day_words = None;
    }
}

/// Whether a block has two titles and more, and something else behind them.
fn blocks_of_many(length: usize, titles: usize) -> bool {
    titles > 1 && titles < length
}

/// Whether a block begins with a title, or a day and a title, and has something else.
fn is_story(block: &[&LineToken]) -> bool {
    let is_title = |token: Option<&&LineToken>| {
        token.is_some_and(|token| matches!(token.class, Class::Title | Class::Either))
    };
    let is_below_day = block[0].class == Class::Day && is_title(block.get(1));
    (is_title(block.first()) || is_below_day) && block.len() > 1
}

/// Whether a block is sentences and nothing else.
fn is_paragraph(block: &[&LineToken]) -> bool {
    block.iter().all(|token| token.class == Class::Sentence && token.day.is_none())
}

/// How much a block that is not a story counts against a reading.
fn cost(block: &[&LineToken]) -> f64 {
    let of = |token: &&LineToken| match token.class {
        Class::Day => 2.0,
        Class::Sentence | Class::Marker => 1.2,
        Class::Title | Class::Either => 0.7,
    };
    block.iter().map(of).sum()
}

struct List<'a> {
    tokens: &'a [LineToken],
    /// Empty lines stand between some tokens and not between all: they part stories.
    has_gaps: bool,
    /// Bullets, numbers or rows begin stories.
    has_starts: bool,
    has_markers: bool,
    has_texts: bool,
}

impl<'a> List<'a> {
    fn of(tokens: &'a [LineToken]) -> Self {
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

    fn read(&self, order: &'static str, slots: &[Slot]) -> Option<ListShape> {
        // Where there are texts or “Read more”, a list of bare titles is not a valid reading.
        let is_bare = !slots.iter().any(|slot| matches!(slot, Texts | Text | SomeText));
        if is_bare && (self.has_texts || self.has_markers) {
            return None;
        }
        if slots.contains(&Text) && self.has_markers {
            return None;
        }
        let mut stories: Vec<Story> = Vec::new();
        let mut score = 0.0;
        let (mut at, mut left_over, mut lost, mut end) = (0, 0.0, 0.0, 0);
        while at < self.tokens.len() {
            if let Some((story, next, gaps)) = self.story(at, slots, is_bare) {
                // What stood before the first story was the page's menu.
                score -= lost + if stories.is_empty() { left_over * 0.2 } else { left_over };
                (left_over, lost) = (0.0, 0.0);
                score += (next - at) as f64 - gaps;
                stories.push(story);
                (at, end) = (next, next);
                continue;
            }
            match self.tokens[at].class {
                Class::Title | Class::Either => left_over += 0.7,
                Class::Sentence => lost += 1.2,
                Class::Day => {
                    lost += 2.0;
                    // A second day right behind a story: one of the two is of something else.
                    let is_behind = at == end && slots.first() != Some(&Day);
                    if let Some(story) = stories.last_mut().filter(|_| is_behind) {
                        story.weigh(&self.tokens[at]);
                    }
                }
                Class::Marker => lost += 1.0,
            }
            at += 1;
        }
        // Short lines behind the last one are the page's end.
        score -= lost + left_over * 0.4;
        (!stories.is_empty()).then_some(ListShape { stories, order, score })
    }

    /// The story that begins at a token, where the next one may begin, and what speaks against it.
    fn story(&self, from: usize, slots: &[Slot], is_bare: bool) -> Option<(Story, usize, f64)> {
        let mut story = Story { line: self.tokens[from].line, ..Story::default() };
        let (mut at, mut against, mut has_more) = (from, 0.0, false);
        if self.has_starts && !self.tokens[from].starts {
            return None;
        }
        // A token of this story: not beyond a bullet, and an empty line speaks against it.
        let next = |at: usize| {
            self.tokens.get(at).filter(|token| at == from || !(self.has_starts && token.starts))
        };
        let gap = |at: usize| {
            if at > from && self.has_gaps && self.tokens[at].gap { 0.8 } else { 0.0 }
        };
        for slot in slots {
            match slot {
                Title => {
                    let token = next(at)
                        .filter(|token| matches!(token.class, Class::Title | Class::Either))?;
                    story.take(token);
                    story.title = Some(story.title_of(token));
                    has_more |= token.day.is_some();
                    against += gap(at);
                    at += 1;
                }
                Day => {
                    if let Some(token) = next(at).filter(|token| token.class == Class::Day) {
                        // A day behind an empty line is the next story's.
                        let is_next =
                            at > from && self.has_gaps && token.gap && slots.last() == Some(&Day);
                        if !is_next {
                            story.take(token);
                            has_more = true;
                            against += gap(at);
                            at += 1;
                        }
                    }
                }
                Text | SomeText | Texts => {
                    let most = if *slot == Text { 1 } else { MOST_TEXTS };
                    let mut count = 0;
                    while count < most
                        && let Some(token) = next(at)
                        && self.is_text(at, token, count)
                    {
                        against += gap(at);
                        story.texts.push(token.text.clone());
                        story.take(token);
                        count += 1;
                        at += 1;
                    }
                    if count == 0 && *slot != Texts {
                        return None;
                    }
                    has_more |= count > 0;
                }
                Marker | SomeMarker => {
                    if next(at).is_some_and(|token| token.class == Class::Marker) {
                        // “Read more” and “Share this” lead to the same.
                        while let Some(token) =
                            next(at).filter(|token| token.class == Class::Marker)
                        {
                            story.take(token);
                            at += 1;
                        }
                        has_more = true;
                    } else if *slot == Marker {
                        return None;
                    }
                }
            }
        }
        (has_more || is_bare).then_some((story, at, against))
    }

    fn is_text(&self, at: usize, token: &LineToken, count: usize) -> bool {
        let followed_by = |class: Class| {
            self.tokens.get(at + 1).is_some_and(|next| next.class == class && !next.starts)
        };
        match token.class {
            Class::Sentence => !(count > 0 && self.has_gaps && token.gap && !self.has_markers),
            // The title of the next story may look like a sentence; a teaser without its full stop like a title.
            Class::Either => count == 0 || followed_by(Class::Marker),
            Class::Title => followed_by(Class::Marker) && (count > 0 || (at > 0 && !token.gap)),
            Class::Day | Class::Marker => false,
        }
    }

    /// Stories that only empty lines part: the first line is the title, a day stands anywhere, the rest is text.
    fn blocks(&self) -> Option<ListShape> {
        if !self.has_gaps || self.has_starts {
            return None;
        }
        let mut blocks: Vec<Vec<&LineToken>> = Vec::new();
        for token in self.tokens {
            match blocks.last_mut() {
                Some(block) if !token.gap => block.push(token),
                _ => blocks.push(vec![token]),
            }
        }
        // "Latest from the club" may stand over the first title: a heading of the page, where no other block has two.
        let leading = |block: &[&LineToken]| {
            block.iter().take_while(|token| token.class == Class::Title).count()
        };
        let doubled = blocks.iter().filter(|block| leading(block) > 1).count();
        if let Some(first) = blocks.first_mut()
            && doubled == 1
            && blocks_of_many(first.len(), leading(first))
        {
            first.drain(..leading(first) - 1);
        }
        let mut stories: Vec<Story> = Vec::new();
        let mut score = 0.0;
        // A paragraph of its own, below several stories: they have more than one.
        let further = blocks.iter().skip_while(|block| !is_story(block));
        let has_further = further.filter(|block| is_paragraph(block)).count() > 1;
        for block in &blocks {
            if let Some(story) = stories.last_mut()
                && has_further
                && is_paragraph(block)
            {
                story.texts.extend(block.iter().map(|token| token.text.clone()));
                score += block.len() as f64 - 0.4;
                continue;
            }
            if !is_story(block) {
                score -= cost(block) * if stories.is_empty() { 0.2 } else { 1.0 };
                continue;
            }
            let mut story = Story { line: block[0].line, ..Story::default() };
            for token in block {
                let had_day = story.day_words.is_some() && story.whole_title.is_none();
                story.take(token);
                match token.class {
                    Class::Day if had_day => story.weigh(token),
                    Class::Day | Class::Marker => {}
                    Class::Title | Class::Either | Class::Sentence if story.title.is_none() => {
                        story.title = Some(story.title_of(token));
                    }
                    Class::Title | Class::Either | Class::Sentence => {
                        story.texts.push(token.text.clone());
                    }
                }
            }
            // A block of two short lines may be two titles as well.
            let unsure = block.iter().skip(1).filter(|token| token.class == Class::Title).count();
            score += block.len() as f64 - unsure as f64 * 0.3;
            stories.push(story);
        }
        (stories.len() > 1).then_some(ListShape {
            stories,
            order: "blocks that empty lines part",
            score: score - 0.1,
        })
    }
}

impl Story {
    /// A title keeps the day that stands in it, where the story has another.
    fn title_of(&self, token: &LineToken) -> String {
        match &token.whole {
            Some(whole) if self.day_words.as_ref() != Some(whole) => whole.clone(),
            Some(_) | None => token.text.clone(),
        }
    }

    /// Weighs a second day of the story against its first: the one that is called so is of the publication. Where neither
    /// is, or both, neither is taken.
    fn weigh(&mut self, token: &LineToken) {
        let is_other = token.day.is_some() && self.day != token.day;
        match (is_other, self.is_published, token.is_published) {
            (false, ..) | (true, true, false) => {}
            (true, false, true) => {
                (self.day, self.is_published) = (token.day, true);
                self.day_words = Some(token.text.clone());
            }
            (true, false, false) | (true, true, true) => (self.day, self.day_words) = (None, None),
        }
    }

    /// Takes the day and the address of a token, where it has none yet.
    fn take(&mut self, token: &LineToken) {
        self.link = self.link.take().or_else(|| token.link.clone());
        // A line of its own says the story's day; one in the title was of what the title names.
        let is_surer =
            token.class == Class::Day && token.day.is_some() && self.whole_title.is_some();
        if is_surer && self.title.is_some() {
            self.title = self.whole_title.take();
            self.day = None;
        }
        if is_open(self.day.map(WrittenDate::likely)) && token.day.is_some() {
            self.day = token.day;
            self.is_published = token.is_published;
            self.day_words = token.whole.clone().or_else(|| Some(token.text.clone()));
            let is_title = self.texts.is_empty() && token.class != Class::Day;
            self.whole_title = token.whole.clone().filter(|_| is_title);
        } else if self.day.is_none() && token.heading.is_some() {
            self.day = token.heading.map(WrittenDate::known);
            self.day_words = None;
        }
    }
}
