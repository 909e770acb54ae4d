//! The Latin that designers fill pages with, whichever of its sentences somebody took.
//! Pure: a text in, a place in it out.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::phrase_search::Phrases;
use super::texts::TextMatch;

/// Words of the filling, without those that are short or words of other languages as well.
const WORDS: &str = "lorem ipsum dolor amet consectetur adipiscing elit eiusmod tempor incididunt labore dolore aliqua \
    veniam nostrud exercitation ullamco laboris aliquip commodo consequat aute irure reprehenderit voluptate velit cillum \
    fugiat nulla pariatur excepteur occaecat cupidatat proident culpa officia deserunt mollit laborum cras mattis purus \
    fermentum donec ullamcorper metus vestibulum maecenas faucibus mollis interdum nullam dapibus vivamus sagittis lacus \
    augue laoreet rutrum auctor aenean lacinia bibendum praesent etiam porta malesuada magna euismod integer posuere \
    venenatis curabitur blandit tempus porttitor sociis natoque penatibus magnis parturient montes nascetur ridiculus \
    fusce tortor mauris condimentum nibh justo morbi risus eros quisque tristique senectus netus pellentesque habitant \
    sodales hendrerit suscipit lectus viverra phasellus imperdiet aliquam egestas gravida pulvinar volutpat vulputate \
    scelerisque dignissim facilisis feugiat ornare pharetra placerat pretium sollicitudin tincidunt turpis varius \
    vehicula luctus ligula iaculis finibus fringilla efficitur diam cursus convallis congue bibendum arcu accumsan";

/// How many of them stand together in no sentence that anybody writes.
const AT_LEAST: usize = 4;
const WITHIN: usize = 7;

/// The first place where the filling stands.
pub fn find(text: &str) -> Option<TextMatch> {
    static ALL: LazyLock<BTreeSet<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());
    let words = Phrases::of(text).words;
    let is_filling = |word: &str| ALL.contains(word.to_lowercase().as_str());
    (0..words.len()).find_map(|start| {
        let within = &words[start..words.len().min(start + WITHIN)];
        if !is_filling(within[0].1) {
            return None;
        }
        let filling = within.iter().filter(|(_, word)| is_filling(word)).count();
        let (last, word) = within.last().copied()?;
        (filling >= AT_LEAST)
            .then(|| TextMatch::new(words[start].0, &text[words[start].0..last + word.len()], true))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling_is_found_and_other_latin_is_not() {
        for text in [
            "Vestibulum id ligula porta felis euismod semper.",
            "Here: Maecenas faucibus mollis interdum.",
            "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris.",
        ] {
            assert!(find(text).is_some(), "{text}");
        }
        for text in [
            "Ave Maria, gratia plena, dominus tecum.",
            "Requiem aeternam dona eis, Domine, et lux perpetua luceat eis.",
            "Magna Carta and the justo of it.",
            "Dona nobis pacem.",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
