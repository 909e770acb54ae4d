//! The text part of words in Markdown: blocks one below the other, in lists and quotations.
//! Pure: words in, lines out.

use super::text::wrap;

/// What the words of the text part stand within.
#[derive(Debug)]
pub enum Within {
    Quote,
    /// With what stands before its first line, until that is written.
    Item(String, bool),
}

/// The text part as far as it is written.
#[derive(Debug, Default)]
pub struct TextPage {
    pub out: String,
    pub width: usize,
    /// Of the block that is being read.
    pub words: String,
    pub within: Vec<Within>,
    /// The number of the next item of each open list; `None` for one with bullets.
    pub lists: Vec<Option<u64>>,
    pub is_new_list: bool,
    /// Whether the block stands by itself, with an empty line before it.
    pub is_block: bool,
    /// Quotations that were open when the last block was written.
    pub quotes: usize,
}

impl TextPage {
    pub fn open_item(&mut self) {
        self.flush();
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number += 1;
                marker
            }
            Some(None) | None => "- ".to_owned(),
        };
        self.within.push(Within::Item(marker, false));
    }

    /// What comes behind is in another quotation, however deep.
    pub fn close_quotation(&mut self) {
        self.flush();
        self.within.pop();
        self.quotes = self.quotes.min(self.open_quotes());
    }

    fn open_quotes(&self) -> usize {
        self.within.iter().filter(|one| matches!(one, Within::Quote)).count()
    }

    /// An empty line within quotations, which holds them together.
    fn empty_line(&self, mut quotes: usize) -> String {
        let mut line = String::new();
        for one in &self.within {
            match one {
                _ if quotes == 0 => break,
                Within::Quote => {
                    line.push_str("> ");
                    quotes -= 1;
                }
                Within::Item(marker, _) => line.push_str(&" ".repeat(marker.chars().count())),
            }
        }
        line.trim_end().to_owned()
    }

    pub fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        let is_block = std::mem::take(&mut self.is_block);
        if words.trim().is_empty() {
            return;
        }
        let quotes = self.open_quotes();
        if !self.out.is_empty() {
            let begins_a_list = self.is_new_list && self.lists.len() == 1;
            let is_close = !(self.lists.is_empty() || begins_a_list || is_block);
            self.out.push('\n');
            if !is_close {
                let empty = self.empty_line(quotes.min(self.quotes));
                self.out.push_str(&empty);
                self.out.push('\n');
            }
        }
        self.quotes = quotes;
        let (mut first, mut rest) = (String::new(), String::new());
        for one in &mut self.within {
            match one {
                Within::Quote => {
                    first.push_str("> ");
                    rest.push_str("> ");
                }
                Within::Item(marker, is_written) => {
                    let blank = " ".repeat(marker.chars().count());
                    first.push_str(if *is_written { &blank } else { marker });
                    rest.push_str(&blank);
                    *is_written = true;
                }
            }
        }
        self.is_new_list = false;
        let width = self.width.saturating_sub(rest.len()).max(20);
        for (index, line) in wrap(words.trim_end(), width).lines().enumerate() {
            if index > 0 {
                self.out.push('\n');
            }
            self.out.push_str(if index == 0 { &first } else { &rest });
            self.out.push_str(line);
        }
    }
}
