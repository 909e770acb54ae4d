//! Words of a text one after the other, so that a phrase is found however it is spaced or written.
//! Pure: texts in, places in them out.

/// A text's words, each with the byte at which it begins.
pub struct Phrases<'a> {
    pub words: Vec<(usize, &'a str)>,
}

impl<'a> Phrases<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            let is_word = c.is_alphanumeric() || matches!(c, '\'' | '’');
            match (start, is_word) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    words.push((from, text[from..at].trim_matches(['\'', '’'])));
                    start = None;
                }
                _ => {}
            }
        }
        Self { words }
    }

    /// Where a phrase begins, whatever the size of its letters. `-` and white space are alike.
    pub fn find(&self, phrase: &str) -> Option<usize> {
        let wanted: Vec<String> =
            Phrases::of(phrase).words.iter().map(|(_, word)| word.to_lowercase()).collect();
        if wanted.is_empty() {
            return None;
        }
        self.words
            .windows(wanted.len())
            .find(|window| {
                window.iter().zip(&wanted).all(|((_, word), wanted)| word.to_lowercase() == *wanted)
            })
            .map(|window| window[0].0)
    }

    /// The first of several phrases that is there.
    pub fn find_any<'p>(&self, phrases: &[&'p str]) -> Option<(usize, &'p str)> {
        phrases.iter().filter_map(|phrase| Some((self.find(phrase)?, *phrase))).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_whatever_stands_between_their_words() {
        let text = Phrases::of("É: Click\n here, or don’t. Self-generated 'imagery'");
        assert_eq!(text.find("click here"), Some(4));
        assert_eq!(text.find("SELF GENERATED imagery"), Some(29));
        assert_eq!(text.find("don’t"), Some(20));
        assert_eq!(text.find("lick"), None);
        assert_eq!(text.find(""), None);
        assert_eq!(text.find_any(&["here", "click"]), Some((4, "click")));
    }
}
