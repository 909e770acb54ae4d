//! The language that a text is written in, where there is enough of it to be sure.
//! Pure: texts in, codes out.

use super::phrase_search::Phrases;
use crate::locale::language_code;

/// Letters of any script that a text needs: whatlang is guessing below that.
const FEWEST_LETTERS: usize = 80;
/// As sure as whatlang has to be.
const CONFIDENCE: f64 = 0.95;

/// Small words of English. A quarter of all words of English prose are among them, and hardly any of another language's.
const ENGLISH: &[&str] = &[
    "the", "and", "of", "to", "in", "is", "are", "was", "were", "we", "our", "you", "your", "that",
    "this", "with", "for", "it", "have", "has", "had", "they", "their", "she", "he", "her", "his",
    "who", "from", "which", "been", "will", "what", "there", "not", "but", "by", "be", "as", "at",
    "on", "more", "these", "those",
];

/// Languages so near to each other that a short text may pass for its neighbour's.
const NEIGHBOURS: &[&[&str]] = &[
    &["nob", "dan", "swe"],
    &["spa", "por", "cat", "ita"],
    &["hrv", "srp", "slv", "mkd", "bul"],
    &["rus", "ukr", "bel", "bul", "mkd", "srp"],
    &["ces", "slk"],
    &["ind", "jav"],
    &["afr", "nld", "deu"],
    &["hin", "mar", "nep"],
    &["ara", "pes", "urd"],
    &["aze", "tur", "tuk", "uzb"],
    &["lit", "lav"],
];

/// What a text is written in: the code that whatlang has for it.
pub fn of(text: &str) -> Option<&'static str> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters < FEWEST_LETTERS {
        return None;
    }
    let words = Phrases::of(text).words;
    let small =
        words.iter().filter(|(_, word)| ENGLISH.contains(&word.to_lowercase().as_str())).count();
    if small * 4 >= words.len() {
        return Some("eng");
    }
    let info = whatlang::detect(text).filter(|info| info.confidence() >= CONFIDENCE)?;
    // Words of another language among English ones: names, songs, a greeting.
    let is_mixed = small * 10 >= words.len();
    (info.lang().code() != "eng" && !is_mixed).then(|| info.lang().code())
}

/// Whether a text in `found` can be one of the newsletter's own language, as `roundup.toml` has it: `en`, `pt-BR`.
pub fn may_be(found: &str, own: &str) -> bool {
    let own = language_code(own);
    let Some(known) = long_code(&own) else {
        // Welsh and others that are uncertain: it is certain only that they are not English.
        return found != "eng";
    };
    found == known
        || NEIGHBOURS.iter().any(|group| group.contains(&found) && group.contains(&known))
}

pub fn english_name(code: &str) -> &str {
    whatlang::Lang::from_code(code).map_or(code, |language| language.eng_name())
}

/// The longer code of a language that is recognised: `fr` is `fra`.
fn long_code(short: &str) -> Option<&'static str> {
    const CODES: &[(&str, &str)] = &[
        ("en", "eng"),
        ("fr", "fra"),
        ("de", "deu"),
        ("es", "spa"),
        ("it", "ita"),
        ("pt", "por"),
        ("nl", "nld"),
        ("pl", "pol"),
        ("ro", "ron"),
        ("cs", "ces"),
        ("sk", "slk"),
        ("sl", "slv"),
        ("hr", "hrv"),
        ("sr", "srp"),
        ("hu", "hun"),
        ("tr", "tur"),
        ("sv", "swe"),
        ("da", "dan"),
        ("nb", "nob"),
        ("no", "nob"),
        ("nn", "nob"),
        ("fi", "fin"),
        ("et", "est"),
        ("lv", "lav"),
        ("lt", "lit"),
        ("ru", "rus"),
        ("uk", "ukr"),
        ("be", "bel"),
        ("bg", "bul"),
        ("mk", "mkd"),
        ("el", "ell"),
        ("ar", "ara"),
        ("fa", "pes"),
        ("ur", "urd"),
        ("he", "heb"),
        ("hi", "hin"),
        ("bn", "ben"),
        ("pa", "pan"),
        ("gu", "guj"),
        ("ta", "tam"),
        ("te", "tel"),
        ("zh", "cmn"),
        ("ja", "jpn"),
        ("ko", "kor"),
        ("vi", "vie"),
        ("th", "tha"),
        ("id", "ind"),
        ("af", "afr"),
        ("ca", "cat"),
    ];
    CODES.iter().find(|(code, _)| *code == short).map(|(_, long)| *long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_where_there_is_enough_of_them() {
        for (text, code) in [
            (
                "Forty nurses of three hospitals learned to see the signs of exploitation, and what to do next, with people who have been there.",
                Some("eng"),
            ),
            (
                "Quarante infirmières de trois hôpitaux ont appris à voir les signes de l’exploitation, et ce qu’il faut faire ensuite pour les enfants.",
                Some("fra"),
            ),
            (
                "Czterdzieści pielęgniarek z trzech szpitali nauczyło się rozpoznawać oznaki wyzysku dzieci i wie, co dalej robić w takiej sytuacji.",
                Some("pol"),
            ),
            ("Joyeux Noël, wesołych świąt, Nadolig Llawen!", None),
            (
                "The film “Les Quatre Cents Coups” by François Truffaut and “La Haine” by Mathieu Kassovitz are on at the hall.",
                Some("eng"),
            ),
            (
                "Friday: soup, bread, cheese, apples. Saturday: pasta, salad, pears. Sunday: roast potatoes, carrots, gravy, crumble.",
                None,
            ),
        ] {
            assert_eq!(of(text), code, "{text}");
        }
        assert!(may_be("eng", "en-GB") && may_be("por", "es") && may_be("pol", "cy"));
        assert!(!may_be("eng", "cy") && !may_be("fra", "en") && !may_be("eng", "fr"));
    }
}
