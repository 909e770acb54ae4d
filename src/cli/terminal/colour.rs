//! When words have a colour, and which.
//! Pure: a word in, the word as it is painted out.

use clap::ValueEnum;

use crate::cli::terminal::guarded::{Emphasis, painted};

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Colour {
    #[default]
    Auto,
    Always,
    Never,
}

/// Words of one stream, with or without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    has_colour: bool,
}

impl Paint {
    pub fn new(has_colour: bool) -> Self {
        Self { has_colour }
    }

    #[cfg(test)]
    pub fn plain() -> Self {
        Self::new(false)
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

    fn emphasised(self, emphasis: Emphasis, word: &str) -> String {
        if self.has_colour { painted(emphasis, word) } else { word.to_owned() }
    }
}
