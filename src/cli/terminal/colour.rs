//! When words have a colour, and which.
//! Pure: a word in, the word as it is painted out.

use clap::ValueEnum;

/// How a word is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emphasis {
    Strong,
    Red,
    Faint,
}

/// What begins each kind of painting on a terminal (ECMA-48 section 8.3.117), and what ends them all.
const PAINTS: [(char, &str); 4] = [
    ('\u{fdd0}', "\u{1b}[1m"),
    ('\u{fdd1}', "\u{1b}[1;31m"),
    ('\u{fdd2}', "\u{1b}[2m"),
    ('\u{fdd3}', PAINT_ENDS),
];
pub const PAINT_ENDS: &str = "\u{1b}[0m";

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Colour {
    #[default]
    Auto,
    Always,
    Never,
}

/// Words of one stream, with or without colour.
///
/// Until a text is written, a mark stands where painting begins and ends: the seal, and a noncharacter for the kind. The seal is
/// a random number of this run, in noncharacters, so nothing that comes from elsewhere is ever taken for ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    has_colour: bool,
    seal: Option<u64>,
}

impl Paint {
    pub fn new(has_colour: bool, seal: u64) -> Self {
        Self { has_colour, seal: Some(seal) }
    }

    pub fn plain() -> Self {
        Self { has_colour: false, seal: None }
    }

    pub fn strong(self, word: &str) -> String {
        self.emphasised(Emphasis::Strong, word)
    }

    pub fn faint(self, word: &str) -> String {
        self.emphasised(Emphasis::Faint, word)
    }

    pub fn red(self, word: &str) -> String {
        self.emphasised(Emphasis::Red, word)
    }

    pub fn has_colour(self) -> bool {
        self.has_colour
    }

    /// A text cut at its painting: each part with the code that stands before it, which is empty on a stream without colour.
    pub fn parts(self, text: &str) -> Vec<(Option<&'static str>, &str)> {
        let Some(seal) = self.seal else { return vec![(None, text)] };
        let seal = sealed(seal);
        let mut parts = text.split(seal.as_str());
        let first = parts.next().map(|words| (None, words));
        let painted = parts.map(|part| {
            let kind = part.chars().next();
            let kind = PAINTS.iter().find(|(mark, _)| kind == Some(*mark));
            match kind {
                Some((mark, code)) => {
                    (Some(if self.has_colour { code } else { "" }), &part[mark.len_utf8()..])
                }
                None => (None, part),
            }
        });
        first.into_iter().chain(painted).collect()
    }

    fn emphasised(self, emphasis: Emphasis, word: &str) -> String {
        let Some(seal) = self.seal.filter(|_| self.has_colour) else { return word.to_owned() };
        let seal = sealed(seal);
        format!("{seal}{}{word}{seal}{}", PAINTS[emphasis as usize].0, PAINTS[3].0)
    }
}

/// A number in the 32 noncharacters from U+FDD0, five bits each.
fn sealed(seal: u64) -> String {
    let chars = (0..13).filter_map(|at| char::from_u32(0xfdd0 + (seal >> (5 * at) & 31) as u32));
    chars.collect()
}
