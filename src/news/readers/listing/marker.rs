//! "Read more" and its kin: the words at the end of a teaser that lead to the story.
//! Pure: a line in, where the words stand out.

/// The words within a line. The longer first: "read the full story" begins as others do.
const WITHIN: &str = "read the full article|read the full story|read full article|read full story|read the rest|\
    read the article|read the story|read this article|read this story|continue reading|keep reading|\
    find out more|discover more|learn more|read article|read story|read more|see more|view more|read on";
/// Words that are markers only where nothing else is on their line.
const ALONE: &str = "more|details|more details|more info|more information|full story|full article|view|view article|view post|\
    view story|view details|see details|read|read now|read post|read the post|read blog|read the blog|\
    go to article|go to story|click here|here|open|view full article|read full post|read the full post|\
    read the full news|read news|view full story|\
    darllen mwy|darllenwch fwy|darganfod mwy|rhagor|mehr|weiterlesen|mehr lesen|mehr erfahren|zum artikel|\
    lire la suite|lire plus|en savoir plus|leer más|seguir leyendo|saber más|llegir més|irakurri gehiago|\
    leggi tutto|leggi di più|continua a leggere|ler mais|leia mais|saiba mais|lees meer|lees verder|\
    czytaj więcej|czytaj dalej|więcej|läs mer|læs mere|les mer|lue lisää|číst více|více|čítať viac|\
    tovább|bővebben|citește mai mult|citiți mai mult|află mai mult|pročitaj više|saznaj više|preberi več|\
    skaityti daugiau|plačiau|lasīt vairāk|loe edasi|devamını oku|daha fazla|читать далее|подробнее|\
    читати далі|детальніше|прочетете още|виж още|διαβάστε περισσότερα|اقرأ المزيد|المزيد|ادامه مطلب|\
    مزید پڑھیں|और पढ़ें|আরও পড়ুন|ਹੋਰ ਪੜ੍ਹੋ|קרא עוד|阅读更多|閱讀更多";
/// A longer line has something to say of its own.
const LONGEST_LINE_CHARS: usize = 160;

fn listed(list: &str, word: &str) -> bool {
    list.split('|').any(|other| other == word)
}

fn bare(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether a whole text is such words: "Read more »", "Continue reading “The fair”", "Read more about the fair".
pub fn is_marker(text: &str) -> bool {
    let bare = bare(text);
    if listed(WITHIN, &bare) || ALONE.split('|').any(|word| self::bare(word) == bare) {
        return true;
    }
    if text.chars().count() > LONGEST_LINE_CHARS || text.trim_end().ends_with('.') {
        return false;
    }
    is_marker_with_words(text)
        || WITHIN.split('|').any(|words| {
            bare.strip_prefix(words).is_some_and(|rest| {
                rest.trim_start().starts_with(['→', '“', '"', ':', '-', '–', '‘', '\'', '«'])
            })
        })
}

/// "Find out more about wells": such words, and what they lead to. A title may be written so.
pub fn is_marker_with_words(text: &str) -> bool {
    let bare = bare(text);
    !text.trim_end().ends_with('.')
        && text.chars().count() <= LONGEST_LINE_CHARS
        && WITHIN.split('|').any(|words| {
            bare.strip_prefix(words).is_some_and(|rest| {
                let rest = rest.trim_start();
                ["about ", "on ", "of ", "from "].iter().any(|word| rest.starts_with(word))
            })
        })
}

/// Where a line has such words as the end of a teaser: at its own end, or before a new sentence. "Read more about it here"
/// within a sentence is none. The words may be glued to what stands before them.
pub fn marker(line: &str) -> Option<(usize, usize)> {
    let bytes = line.as_bytes();
    (0..bytes.len()).find_map(|start| {
        let words = WITHIN.split('|').find(|words| {
            bytes
                .get(start..start + words.len())
                .is_some_and(|part| part.eq_ignore_ascii_case(words.as_bytes()))
        })?;
        let end = start + words.len();
        let before = line[..start].trim_end();
        let rest = &line[end..];
        let next = rest
            .trim_start_matches([' ', '.', '…', '»', '>', '→', '›', '\u{a0}', '"', '”', '-', '–']);
        if next.is_empty() {
            // "You can read more" is the end of a sentence.
            let is_sentence = before.ends_with(|c: char| c.is_lowercase())
                && line[start..].starts_with(char::is_lowercase);
            return (!is_sentence).then_some((start, end));
        }
        // A title: "Read More Books This Winter".
        let is_title = before.is_empty() && next.split_whitespace().count() <= 6;
        let ends =
            before.is_empty() || before.ends_with(['.', '!', '?', '…', '”', '"', ')', ']', '’']);
        let begins =
            next.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || is_opening(c));
        (ends && begins && !is_title).then_some((start, end))
    })
}

/// A teaser without the words at its end, and without the dots that websites cut it with.
pub fn without_marker(teaser: &str) -> String {
    match marker(teaser) {
        Some((start, end)) if !teaser[end..].chars().any(char::is_alphanumeric) => teaser[..start]
            .trim_end_matches(|c: char| {
                c.is_whitespace() || matches!(c, '|' | '–' | '-' | '→' | '»' | '>')
            })
            .to_owned(),
        _ => teaser.to_owned(),
    }
}

pub fn is_opening(c: char) -> bool {
    matches!(c, '“' | '‘' | '"' | '\'' | '(' | '£' | '$' | '€' | '#' | '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_and_their_kin() {
        for text in [
            "Read more",
            "READ MORE »",
            "Continue reading →",
            "Find out more",
            "Learn more.",
            "More…",
            "Full story",
            "Details",
            "Read more about the fair",
            "Continue reading “The fair”",
            "Read more: The fair",
            "Darllen mwy",
            "Citește mai mult »",
            "اقرأ المزيد",
            "और पढ़ें",
            "View article >",
        ] {
            assert!(is_marker(text.trim_end_matches('.')), "{text}");
        }
        for text in [
            "Read more books this winter",
            "More than a hundred came",
            "Details of the plan are out today",
            "The fair",
            "Reading list",
        ] {
            assert!(!is_marker(text), "{text}");
        }
    }

    #[test]
    fn where_a_teaser_ends() {
        for (text, rest) in [
            ("It was full.Read more", "It was full."),
            ("It was full. Continue reading →", "It was full."),
            ("It was full… Find out more", "It was full…"),
            ("You can read more", "You can read more"),
            ("Read more books this winter", "Read more books this winter"),
            ("Read More Books This Winter", "Read More Books This Winter"),
            (
                "You can read more about them in the report.",
                "You can read more about them in the report.",
            ),
        ] {
            assert_eq!(without_marker(text), rest);
        }
        assert!(
            marker("It was full. Read more The next one was not so full as that one.").is_some()
        );
        assert!(marker("To find out more, write to us.").is_none());
    }
}
