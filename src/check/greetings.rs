//! Good wishes for a feast or a season, and the months in which a newsletter may say them.
//! Pure: texts and months in, wishes out.

use std::collections::BTreeSet;

use super::around::Match;
use super::expression::Expression;

/// Feasts by the months of their wishes: from the edition before to the one after.
const FEASTS: &[(&str, &[u32])] = &[
    ("easter", &[2, 3, 4, 5]),
    ("christmas", &[11, 12, 1]),
    ("xmas", &[11, 12, 1]),
    ("new year", &[11, 12, 1, 2]),
    ("halloween", &[9, 10, 11]),
    ("bonfire night", &[10, 11]),
    ("thanksgiving", &[10, 11]),
    ("valentine", &[1, 2]),
    ("pancake day", &[1, 2, 3]),
    ("mother", &[2, 3, 4, 5]),
    ("father", &[5, 6, 9]),
];

/// Seasons and holidays as the north of Europe has them.
const SEASONS: &[(&str, &[u32])] =
    &[("summer", &[5, 6, 7, 8, 9]), ("spring", &[2, 3, 4, 5, 6]), ("autumn", &[8, 9, 10, 11])];

/// The first wish of a text whose time is not near any of the months: where it stands, and its words.
pub fn out_of_season(
    text: &str,
    own: &BTreeSet<u32>,
    is_european: bool,
) -> Option<(usize, String)> {
    static WISH: Expression = Expression::new(
        r"(?i)\b(?P<words>(?:(?:happy|merry|joyful|joyous|blessed|peaceful) |(?:wish(?:ing|es)?(?: you| to you)?(?: all| each)?|have|enjoy|for) (?:an? |the |your |this )(?:very )?(?:(?:happy|merry|lovely|great|good|wonderful|restful|peaceful|relaxing|joyful|blessed|fantastic) )?)(?P<feast>easter|christmas|xmas|new year|halloween|bonfire night|thanksgiving|valentine(?:['’]?s)?(?: day)?|pancake day|mother(?:['’]?s|s['’])? day|father(?:['’]?s|s['’])? day|summer|spring|autumn))\b(?P<rest> (?:holidays?|break))?(?: ?[!,.;:)]| (?:to|from|everyone|everybody|all|one and all|and)\b|\s*$)",
    );
    WISH.captures_iter(text).find_map(|captures| {
        let (words, feast) = (captures.name("words")?, captures["feast"].to_lowercase());
        let around = Match {
            before: &text[..words.start()],
            words: words.as_str(),
            after: &text[words.end()..],
        };
        let mut feasts = FEASTS.iter().chain(SEASONS.iter().filter(|_| is_european));
        let (_, months) = feasts.find(|(name, _)| feast.starts_with(name))?;
        let is_near = months.iter().any(|month| own.contains(month));
        (!is_near && !around.is_quoted()).then(|| (words.start(), words.as_str().to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_and_their_months() {
        let found = |text: &str, months: &[u32]| {
            out_of_season(text, &months.iter().copied().collect(), true).map(|(_, words)| words)
        };
        for (text, words) in [
            ("Happy Easter to all of you!", "Happy Easter"),
            ("We wish you all a very happy Easter.", "wish you all a very happy Easter"),
            ("Enjoy the summer holidays!", "Enjoy the summer"),
            ("Happy Mother’s Day, everyone", "Happy Mother’s Day"),
        ] {
            assert_eq!(found(text, &[11, 12]).as_deref(), Some(words), "{text}");
        }
        for text in [
            "Happy Christmas, and a happy New Year!",
            "“Happy Easter!” shouted the parrot.",
            "We packed 300 Happy Easter cards.",
            "Easter is far.",
            "We enjoy the summer walks of the club.",
        ] {
            assert_eq!(found(text, &[11, 12]), None, "{text}");
        }
        assert_eq!(found("Happy Easter!", &[3, 4]), None);
        assert_eq!(
            out_of_season("Have a lovely summer!", &BTreeSet::from([12]), false),
            None,
            "in Australia"
        );
    }
}
