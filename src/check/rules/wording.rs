//! The editor's words: subject, preheader, and what was left in them by mistake.
//! Pure: texts in, findings out.

use std::sync::LazyLock;

use crate::check::around::{Match, Pattern, Patterns, likely};
use crate::check::phrase_search::Phrases;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, template};
use crate::count::counted;

pub const RULES: [Rule; 6] = [
    Rule::new(
        "subject-length",
        "Is the subject between 10 and 78 characters long?",
        "Phones show 35 to 45 characters of a subject, most desktop programs about 70. Fewer than \
         ten say too little. Put what matters first, and cut the rest.",
        subject_length,
    ),
    Rule::new(
        "subject-tone",
        "Is the subject free of shouting?",
        "All capitals, several exclamation marks, or a \"Re:\" on an email that is not a reply \
         look like a scam, to people and to filters. roundup has no list of forbidden words: an \
         organisation that works against abuse must be able to name it.",
        subject_tone,
    ),
    Rule::new(
        "title-tone",
        "Is every title free of shouting?",
        "All capitals are slower to read for everybody, and a screen reader may spell them out \
         letter by letter. Write titles as sentences; roundup accepts the names of organisations.",
        title_tone,
    ),
    Rule::new(
        "preheader",
        "Does the preheader add something to the subject?",
        "The preheader is the line after the subject in the inbox. Without one, mail programs \
         show the first words of the email; one that repeats the subject, or says \"View in \
         browser\", wastes the space. Write `preheader:` in \
         the draft: 40 to 100 characters that make people want to open the email.",
        preheader,
    ),
    Rule::new(
        "attached",
        "Does the email promise an attachment that it does not have?",
        "roundup attaches nothing: filters distrust attachments in email to many people. \"Please \
         find attached\" was meant for another email. Put the file on the website and link to it.",
        attached,
    ),
    Rule::new(
        "length",
        "Can the email be read in one sitting?",
        "An email of fewer than 50 words says little, and few people finish one of more than \
         5,000. Leave \
         stories out, or shorten the longest summaries.",
        length,
    ),
];

fn subject_length(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let is_for_some = shown.subjects().iter().any(|subject| !subject.is_empty());
    let of_one = |subject: &str| {
        if subject.is_empty() {
            let (what, cure) = if is_for_some {
                (
                    "some people would get no subject",
                    "give the column a fallback, or write {{else}} and words for everybody else",
                )
            } else {
                ("the email has no subject", "write one: say what the reader will find")
            };
            let place = known.edition.subject.place();
            return Some(Finding::new("subject-length", Severity::Must, place, what, cure));
        }
        let length = subject.chars().count();
        let (what, cure) = match length {
            10..=78 => return None,
            0..10 => ("says little", "say what the reader will find"),
            _ => (
                "is cut off in most mail programs",
                "cut it to 78 characters; 45 are seen on a phone",
            ),
        };
        Some(Finding::new(
            "subject-length",
            Severity::Should,
            known.edition.subject.place(),
            format!("the subject has {length} characters: it {what}"),
            cure,
        ))
    };
    shown.subjects().into_iter().filter_map(of_one).collect()
}

fn subject_tone(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let place = || known.edition.subject.place();
    shown
        .subjects()
        .into_iter()
        .flat_map(tone)
        .map(|(message, cure)| {
            Finding::new("subject-tone", Severity::Should, place(), message, cure)
        })
        .collect()
}

/// Words of scams: one may be meant, two are too many.
const PUSHING: &[&str] = &[
    "urgent",
    "act now",
    "free money",
    "last chance",
    "limited time",
    "you have won",
    "you've won",
    "winner",
    "cash",
    "click now",
    "guaranteed",
    "risk free",
    "100% free",
    "act immediately",
    "don't delete",
    "congratulations",
    "earn money",
    "no obligation",
    "while stocks last",
    "final notice",
    "immediate action",
    "buy now",
    "order now",
    "exclusive offer",
    "hurry",
];

/// What one subject does that makes people and filters doubt it, each with the cure.
fn tone(subject: &str) -> Vec<(String, &'static str)> {
    let letters: Vec<char> = subject.chars().filter(|c| c.is_alphabetic()).collect();
    let lower = subject.to_lowercase();
    let capitals = letters.len() >= 10
        && letters.iter().any(|c| c.is_uppercase())
        && !letters.iter().any(|c| c.is_lowercase());
    let said_words = Phrases::of(&lower);
    let pushes = PUSHING.iter().filter(|words| said_words.find(words).is_some()).count();
    let answers =
        ["re:", "fw:", "fwd:", "aw:", "wg:"].into_iter().find(|mark| lower.starts_with(mark));
    let mut said: Vec<(String, &str)> = Vec::new();
    if capitals {
        said.push(("the subject is all capitals".to_owned(), "write it as a sentence"));
    }
    if subject.matches(['!', '¡']).count() > 1 || subject.contains("?!") {
        said.push(("the subject has several exclamation marks".to_owned(), "one is plenty"));
    }
    if pushes > 1 {
        said.push((
            "the subject sounds like a scam: it pushes people".to_owned(),
            "say what the email is about",
        ));
    }
    if let Some(mark) = answers {
        said.push((
            format!("the subject begins with \"{mark}\" but is not a reply"),
            "remove it: people feel tricked by it",
        ));
    }
    said
}

fn preheader(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const WASTED: [&str; 4] = [
        "view in browser",
        "view this email in your browser",
        "view online",
        "having trouble viewing",
    ];
    let of_one = |subject: &str, preheader: &str| {
        let lower = preheader.trim().to_lowercase();
        if lower.is_empty() {
            Some("there is no preheader: the inbox shows the first words of the email".to_owned())
        } else if lower == subject.trim().to_lowercase() {
            Some("the preheader repeats the subject".to_owned())
        } else {
            let wasted = WASTED.into_iter().find(|phrase| lower.contains(phrase))?;
            Some(format!(
                "the preheader says \"{wasted}\", which gives nobody a reason to open \
                the email"
            ))
        }
    };
    shown
        .variants
        .iter()
        .filter_map(|variant| of_one(&variant.subject, &variant.preheader))
        .map(|message| {
            Finding::new(
                "preheader",
                Severity::Should,
                known.edition.preheader.place(),
                message,
                "write a `preheader:` of 40 to 100 characters in the draft",
            )
        })
        .collect()
}

fn attached(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static PHRASES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(ATTACHED));
    known
        .look(shown, |text, _| PHRASES.find(text))
        .into_iter()
        .map(|placed| {
            Finding::new(
                "attached",
                Severity::Should,
                placed.place,
                format!(
                    "\"{}\" in \"{}\", but nothing is attached",
                    placed.found.words, placed.around
                ),
                "put the file on the website, and link to it",
            )
        })
        .collect()
}

/// "The garden in the attached hall".
fn is_of_a_house(found: &Match<'_>) -> bool {
    const HOUSES: &[&str] = &[
        "hall",
        "garage",
        "house",
        "building",
        "room",
        "garden",
        "barn",
        "church",
        "school",
        "kitchen",
        "shed",
        "annexe",
        "annex",
        "café",
        "cafe",
        "shop",
        "flat",
        "museum",
        "chapel",
        "yard",
        "car",
        "workshop",
        "studio",
        "nursery",
        "playground",
        "office",
        "stable",
    ];
    HOUSES.contains(&found.next_word().to_lowercase().as_str())
}

/// People, houses and clubs are attached to something; files are attached, and no more is said.
pub static ATTACHED: &[Pattern] = &[
    likely(r"(?i)\b(?:find|see|in|read|complete|use|open|download|print) (?:the )?attached\b").unless(is_of_a_house),
    likely(r"(?i)\b(?:please|will) find (?:\w+ ){1,6}attached\b"),
    likely(r"(?i)\b(?:find|see) (?:the )?enclosed\b|\bthe enclosed (?:form|leaflet|report|letter|programme|booklet|card|envelope)\b"),
    likely(r"(?i)\b(?:is|are) attached (?:below|here|above|for (?:you|your))\b").unless(|found| found.next_word().eq_ignore_ascii_case("the")),
    likely(r"(?i)\bin the attachments?\b|\bsee (?:the )?attachments?\b"),
    likely(r"(?i)\b(?:attached to|enclosed with|enclosed in|included with|inserted in) this (?:e-?mail|message|newsletter|mailing|letter)\b"),
    likely(
        r"(?i)\bthe attached (?:pdf|file|leaflet|report|form|document|poster|flyer|letter|programme|agenda|booklet|sheet|spreadsheet|map|image|photo|picture|list|copy|version)\b",
    ),
    likely(r"(?i)\b(?:i|we)(?:['’]ve| have)? (?:also )?attach(?:ed)? (?:a|an|the|our|my|here|below)\b"),
    likely(r"(?:^|[.!?]\s+)(Attached (?:is|are|please|you will|you'll))\b"),
    likely(
        r"(?i)\b(?:pdf|file|leaflet|report|form|document|poster|flyer|letter|programme|agenda|booklet|minutes|details|copy|photos?|pictures?|map|timetable|agenda|list)(?: (?:for|of|to|about|from|with)(?: [\w’']+){1,5}?)? (?:is|are) attached\b",
    )
    .unless(|found| ["to", "below", "by", "with", "at"].contains(&found.next_word().to_lowercase().as_str())),
];

fn title_tone(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    /// Shorter ones may be a name: NSPCC, "COP30".
    const SHORTEST: usize = 16;
    known
        .edition
        .shown()
        .filter(|item| {
            let letters: Vec<char> = item.title.chars().filter(|c| c.is_alphabetic()).collect();
            letters.len() >= SHORTEST
                && letters.iter().any(|c| c.is_uppercase())
                && !letters.iter().any(|c| c.is_lowercase())
        })
        .map(|item| {
            Finding::new(
                "title-tone",
                Severity::Should,
                item.place_of_title(),
                format!("the title \"{}\" is all capitals", item.title),
                "write it as a sentence: screen readers may spell out capitals",
            )
        })
        .collect()
}

/// An email of fewer words says little, one of more is a book.
const WORDS: std::ops::RangeInclusive<usize> = 50..=5_000;

fn length(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let words = shown
        .variants
        .iter()
        .map(|variant| variant.page.words.split_whitespace().count())
        .find(|words| !WORDS.contains(words));
    let Some(words) = words else { return Vec::new() };
    let (what, cure) = if words < *WORDS.start() {
        ("says little", "check that this is the email you meant to send")
    } else {
        ("is more than people read in one sitting", "leave stories out, or shorten summaries")
    };
    vec![Finding::new(
        "length",
        Severity::Note,
        template(known),
        format!("an email of {} {what}", counted(words, "word", "words")),
        cure,
    )]
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn subjects_too_short_and_too_long() {
        let short = SampleEmail::with(|mail| mail.edition.subject.text = "News".to_owned());
        assert_eq!(
            short.only_finding(),
            "subject-length: the subject has 4 characters: it says little"
        );
        let none = SampleEmail::with(|mail| mail.edition.subject.text = "  ".to_owned());
        let missing = "subject-length: the email has no subject".to_owned();
        assert!(none.findings().contains(&missing), "{:?}", none.findings());
        let long = SampleEmail::with(|mail| mail.edition.subject.text = "news ".repeat(20));
        assert!(long.only_finding().starts_with("subject-length: the subject has "));
    }

    #[test]
    fn preheaders_that_add_nothing() {
        let none = SampleEmail::with(|mail| mail.edition.preheader.text = String::new());
        assert!(none.only_finding().starts_with("preheader: there is no preheader"));
        let same = SampleEmail::with(|mail| {
            mail.edition.preheader.text = mail.edition.subject.text.clone();
        });
        assert_eq!(same.only_finding(), "preheader: the preheader repeats the subject");
        let browser = SampleEmail::with(|mail| {
            mail.edition.preheader.text = "View in browser | News".to_owned();
        });
        assert!(browser.only_finding().starts_with("preheader: the preheader says"));
    }

    #[test]
    fn subjects_that_shout() {
        for (subject, said) in [
            ("NEWS FROM OUR CHARITY", "all capitals"),
            ("Our news!! Read it!", "exclamation marks"),
            ("Re: our news of December", "is not a reply"),
        ] {
            let mail = SampleEmail::with(|mail| mail.edition.subject.text = subject.to_owned());
            let finding = mail.only_finding();
            assert!(finding.starts_with("subject-tone: ") && finding.contains(said), "{finding}");
        }
        let fine = SampleEmail::with(|mail| {
            mail.edition.subject.text = "Child sexual abuse online: what we do!".to_owned();
        });
        assert_eq!(fine.findings(), Vec::<String>::new());
    }

    #[test]
    fn attachments_that_are_not_there() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.introduction.text =
                "Hello.\n\nPlease find\nattached our report.".to_owned();
        });
        assert!(mail.only_finding().starts_with("attached: \"find attached\" in"));
        let fine = SampleEmail::with(|mail| {
            mail.edition.introduction.text =
                "She became attached to the team in the attached hall.".to_owned();
        });
        assert_eq!(fine.findings(), Vec::<String>::new());
    }

    #[test]
    fn mails_too_long_to_read() {
        let mail = SampleEmail::with(|mail| mail.edition.introduction.text = "word ".repeat(5_001));
        assert!(mail.only_finding().starts_with("length: an email of 5"));
    }
}
