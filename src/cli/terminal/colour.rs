//! When words have a colour, and which.
//! Pure: a word in, the word with its codes out.

use clap::ValueEnum;

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
        self.coded("1", word)
    }

    pub fn faint(self, word: &str) -> String {
        self.coded("2", word)
    }

    pub fn red(self, word: &str) -> String {
        self.coded("1;31", word)
    }

    fn coded(self, code: &str, word: &str) -> String {
        if self.has_colour { format!("\x1b[{code}m{word}\x1b[0m") } else { word.to_owned() }
    }
}
