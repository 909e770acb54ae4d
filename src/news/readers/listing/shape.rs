//! In which order a pasted list has titles, days, texts and "Read more": each order is tried, and the one that leaves least over is taken.
//! Pure: tokens in, readings out.
//!
//! Two orders can leave as little over ("day, title, text, day" may have its days above or below). Then both are given, and a
//! person must say.

use super::class::Class;
use super::lines::LineToken;
use super::slots::{ListSlot, StoryReader, TokenList};
use super::story::Story;

/// A way to read the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListShape {
    pub stories: Vec<Story>,
    /// The order, in words for people.
    pub order: &'static str,
    score: f64,
}

use ListSlot::{Day, Head, Kicker, Marker, SomeMarker, SomeText, Source, Sub, Text, Texts, Title};

/// The orders that lists come in, the commonest first.
const ORDERS: [(&str, &[ListSlot]); 17] = [
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
    ("the title, then its day and its text", &[Head, Day, SomeText, SomeMarker]),
    (
        "a topic and the day, then the title and its text",
        &[Kicker, Day, Title, SomeText, SomeMarker],
    ),
    ("the title and its day, then a second headline and the text", &[Title, Day, Sub, SomeText]),
    ("a topic and the day, then the title", &[Kicker, Day, Title]),
    ("the title, then its source and the day", &[Title, Source, Day]),
    ("one title a line, the day above", &[Day, Title]),
    ("one title a line, the day below", &[Title, Day]),
];
/// Two readings as near as this are as good as each other.
const AS_GOOD: f64 = 0.5;

/// The ways to read the list, the best first; several only where they are as good and give other stories.
pub fn shapes(tokens: &[LineToken]) -> Vec<ListShape> {
    let list = TokenList::of(tokens);
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
    without_halves(&mut kept);
    kept.truncate(2);
    for shape in &mut kept {
        without_day_at_edge(&mut shape.stories, tokens);
    }
    kept
}

/// Where one reading gives each story a day, another with twice the stories that leaves every other one without has taken titles for
/// stories of their own.
fn without_halves(kept: &mut Vec<ListShape>) {
    let undated =
        |shape: &ListShape| shape.stories.iter().filter(|story| story.day_words.is_none()).count();
    let whole = kept.iter().filter(|shape| undated(shape) == 0).map(|shape| shape.stories.len());
    let Some(most) = whole.max() else { return };
    kept.retain(|shape| undated(shape) * 2 < shape.stories.len() || shape.stories.len() < most * 2);
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

/// Whether a block is short lines and nothing else: no day, no text, no "Read more".
fn is_bare(block: &[&LineToken]) -> bool {
    block.iter().all(|token| token.class == Class::Title && token.day.is_none())
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

impl TokenList<'_> {
    fn read(&self, order: &'static str, slots: &[ListSlot]) -> Option<ListShape> {
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
            if let Some((story, next, gaps)) = StoryReader::read(self, at, slots, is_bare) {
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
        // Where most have a day or a text, short lines only are a menu.
        let full = blocks.iter().filter(|block| is_story(block) && !is_bare(block)).count();
        let are_full = full > 1 && full * 2 > blocks.len();
        for block in &blocks {
            if let Some(story) = stories.last_mut()
                && has_further
                && is_paragraph(block)
            {
                story.texts.extend(block.iter().map(|token| token.text.clone()));
                score += block.len() as f64 - 0.4;
                continue;
            }
            if !is_story(block) || (are_full && is_bare(block)) {
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
