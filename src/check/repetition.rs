//! Words and sentences that stand twice, because somebody changed a text in a hurry or pasted it again.
//! Pure: texts in, places in them out.

use super::events::sentences;
use super::phrase_search::Phrases;
use super::texts::TextMatch;

/// Short words that no English sentence has twice in a row.
const NEVER_TWICE: &[&str] = &[
    "the", "a", "an", "to", "of", "and", "for", "with", "are", "was", "we", "our", "at", "by",
    "from", "their", "his", "be", "as", "or", "but", "if", "your", "they", "have", "has", "will",
    "can", "not", "into", "its", "were", "been", "my", "who", "than", "then", "them", "these",
    "those", "which", "when", "us", "about",
];

/// Words that may stand twice: in grammar, for weight, or because that is how they sound.
const MAY_STAND_TWICE: &str = "had that is her do what so very no ha bye hear chop knock yes please now there many really \
    far long big great good much more too never ever always well little old deep high low dear sweet tiny small huge tut \
    la na boo choo cha dum mama papa dada night aye blah bla pom tom yo hush wee tick go wow ta beep woof quack buzz drip \
    ding dong ring splash row half fifty hip clap tap rat stop thank thanks quick quickly slowly day days year years over again \
    side step round up down out in on off through you it sing rub win hot cold wet lots heavy miaow moo baa oink ho hee";

/// Words after which one clause ends and the next begins with the same word: "If you need it it is here."
const SUBORDINATE: &[&str] = &[
    "if", "when", "once", "as", "after", "before", "unless", "until", "whatever", "because",
    "since", "although", "where", "wherever", "whenever", "how", "whoever", "while", "though",
    "what", "who", "that",
];

/// Words that stand twice in a row in an English text.
pub fn doubled_words(text: &str) -> Vec<TextMatch> {
    let words = Phrases::of(text).words;
    (1..words.len())
        .filter_map(|index| {
            let [(first, one), (second, word)] = [words[index - 1], words[index]];
            let between = text.get(first + one.len()..second)?;
            let is_next = !between.is_empty() && between.chars().all(|c| matches!(c, ' ' | '\n'));
            let is_name = word.chars().next().is_some_and(char::is_uppercase);
            if !is_next || is_name || between.contains("\n\n") || one.to_lowercase() != word {
                return None;
            }
            let earlier: Vec<&str> = words[..index - 1].iter().map(|(_, word)| *word).collect();
            let is_doubled = if NEVER_TWICE.contains(&word) {
                // "As well as as many as forty".
                !(word == "as"
                    && earlier.iter().rev().take(2).any(|word| word.eq_ignore_ascii_case("as")))
            } else {
                is_slip(word, &text[..first], &text[second + word.len()..], &earlier)
            };
            is_doubled.then(|| TextMatch::new(first, word, false))
        })
        .collect()
}

/// Whether a word that is not one of the small ones stands twice by mistake: within its sentence, and not as a call or a sound.
fn is_slip(word: &str, before: &str, after: &str, earlier: &[&str]) -> bool {
    let is_word = word.len() > 1 && word.chars().all(char::is_lowercase);
    if !is_word {
        return false;
    }
    if word == "it" || word == "you" {
        let sentence =
            before.rsplit(['.', '!', '?', ':', ';', ',', '\n']).next().unwrap_or_default();
        let clause = Phrases::of(sentence).words.len();
        return !earlier
            .iter()
            .rev()
            .take(clause)
            .any(|word| SUBORDINATE.contains(&word.to_lowercase().as_str()));
    }
    let goes_on = after.trim_start_matches(' ').chars().next().is_some_and(char::is_alphabetic);
    let begins = before.trim_end().chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let is_third = earlier.last().is_some_and(|before| before.eq_ignore_ascii_case(word))
        || after.trim_start().starts_with(word);
    goes_on
        && !begins
        && !is_third
        && !MAY_STAND_TWICE.split_whitespace().any(|known| known == word)
}

/// Sentences that a text says twice: one after the other, or a long one anywhere, or a whole paragraph.
pub fn repeated_sentences(text: &str) -> Vec<TextMatch> {
    /// Shorter ones are repeated for their sound: "We did it. We did it!"
    const FEWEST_WORDS: usize = 5;
    /// Nobody writes so much twice on purpose.
    const LONG: usize = 9;
    let all: Vec<(usize, &str, Vec<String>)> = sentences(text)
        .map(|(at, sentence)| (at, sentence, words_of(sentence)))
        .filter(|(_, _, words)| !words.is_empty())
        .collect();
    for (index, (at, sentence, words)) in all.iter().enumerate() {
        let is_again = |earlier: &[(usize, &str, Vec<String>)]| {
            let last = earlier.last();
            let is_next = last.is_some_and(|(_, _, before)| {
                before.len() >= FEWEST_WORDS && words.starts_with(before)
            });
            let is_long =
                words.len() >= LONG && earlier.iter().any(|(_, _, before)| before == words);
            is_next || is_long
        };
        let start = at + (sentence.len() - sentence.trim_start().len());
        let is_quoted = sentence.contains(['“', '"']) || is_within_quotes(&text[..start]);
        if !is_quoted && is_again(&all[..index]) {
            // One finding says it: a paragraph is several sentences.
            return vec![TextMatch::new(start, sentence.trim(), false)];
        }
    }
    Vec::new()
}

fn words_of(sentence: &str) -> Vec<String> {
    Phrases::of(sentence).words.iter().map(|(_, word)| word.to_lowercase()).collect()
}

fn is_within_quotes(before: &str) -> bool {
    let paragraph = before.rsplit("\n\n").next().unwrap_or_default();
    paragraph.matches('“').count() > paragraph.matches('”').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_stand_twice() {
        for (text, count) in [
            ("how to to listen", 1),
            ("the the room", 1),
            ("Six warm warm rooms for all", 1),
            ("We sent it it last week", 1),
            ("had had, that that, very very, bye bye", 0),
            ("The The is a band. New New Hull", 0),
            ("a vitamin A, a plan", 0),
            ("as soon as as few as ten come", 0),
            ("If you need it it is here", 0),
            ("“Tick tock tock!” says the clock", 0),
            ("a long long way, and a vroom vroom!", 0),
        ] {
            assert_eq!(doubled_words(text).len(), count, "{text}");
        }
    }

    #[test]
    fn sentences_that_stand_twice() {
        for (text, count) in [
            ("The roof is new and dry. The roof is new and dry.", 1),
            ("We lit the new stove. We lit the new stove and sang.", 1),
            (
                "On Friday all of us went to the sea together.\n\nWe swam.\n\nOn Friday all of us went to the sea together.",
                1,
            ),
            ("We did it. We did it!", 0),
            ("“I want to go home now. I want to go home now,” he said.", 0),
            ("Bring a coat and a hat. Bring a friend.", 0),
        ] {
            assert_eq!(repeated_sentences(text).len(), count, "{text}");
        }
    }
}
