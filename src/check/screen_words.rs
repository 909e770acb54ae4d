//! What comes along when words are copied from a screen: of programs that write, design or calculate, and of websites.
//! Pure: patterns, and what stands around their matches.

use super::around::{Match, Pattern, is_in_address, is_quoted, likely};

/// Words of a screen among an editor's own.
pub static SCREEN_WORDS: &[Pattern] = &[
    // The answer of a program to a request for a draft.
    likely(
        r"(?i)(?:^|[.!?\n]\s*)((?:sure|certainly|of course|absolutely|great)[!,.:] (?:here(?:['’]s| is| are)|below (?:is|are)|I(?:['’]ve| have)|I can)\b[^\n]{0,100}?\b(?:versions?|introduction|intro|drafts?|newsletter|paragraphs?|rewrite|summary|subject lines?|post)\b)",
    )
    .unless(is_quoted),
    likely(
        r"(?i)(?:^|[.!?\n]\s*)(here(?:['’]s| is) (?:an?|the|your) (?:[\w-]+,? ){0,2}?(?:revised|rewritten|polished|improved|edited|friendlier|shorter|warmer|concise|updated|reworded|refined) (?:version|draft|take)(?: of (?:your|the|this) (?:\w+ )?(?:text|paragraph|draft|newsletter|introduction|intro|message|e-?mail|copy|story|post|article)\b|:|[.!]?\s*$))",
    )
    .unless(is_quoted),
    likely(
        r"(?i)\bas an? (?:AI|artificial intelligence)(?: language)? (?:model|assistant|chatbot)\b,? (?:I|my)\b",
    )
    .unless(is_quoted),
    likely(
        r"(?i)\blet me know if (?:you(?:['’]d| would)? (?:like|want|need|prefer)|I should)\b[^.!?\n]{0,40}\b(?:adjust\w*|tone|shorten\w*|lengthen\w*|re-?writ\w+|re-?word\w*|revis\w+|tweak\w*|another version|tailor\w*|changes|edits)\b",
    )
    .unless(is_quoted),
    likely(
        r"(?i)\bwould you like me to (?:shorten|rewrite|adjust|draft|turn|make|create|also|tailor|expand|suggest|translate)\b",
    )
    .unless(is_quoted),
    likely(r"(?:^|[.!?\n]\s*)(I hope this helps[!.])").unless(is_quoted),
    likely(
        r"(?i)\bfeel free to (?:change|adjust|edit|replace|swap|customi[sz]e|tweak|personali[sz]e) (?:the|any|these|it|this)\b",
    )
    .unless(is_quoted),
    likely(r":?contentReference\[|\boaicite\b|【\d+[:†]|\bturn\d+(?:search|view|news|image)\d+\b"),
    // Fields of design programs and word processors.
    likely(
        r"(?i)\b(?:double[- ])?(?:click|tap)(?: or tap)?(?: here| this)? to (?:enter|add|edit|insert|type|change) (?:(?:(?:an?|your|this|some|the|any) )?(?:text|title|subtitle|heading|subheading|caption|notes)|(?:an?|this|the) (?:date|picture|photo|image))\b",
    ),
    likely(
        r"(?:^|[.!?\n]\s*)(Your paragraph text|Add a (?:little bit of body text|(?:sub)?heading)|Choose an item|Start typing here|Enter your (?:text|message) here)[.!]?\s*(?:$|\n)",
    ),
    likely(
        r"(?i)\b(?:this is|add|enter|write|edit) (?:your|the) (?:preview|preheader|heading|body|subject) (?:text|line|copy)\b",
    ),
    // Cells of a spreadsheet.
    likely(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!|SPILL!|CALC!)"),
    likely(r"[^\s#] (#{4,})(?:[ .,;)]|$)"),
    likely(r"(?:^|[\s(£])(NaN)(?:[\s.,)%]|$)"),
    likely(
        r"\b(?:to|for|of|by|with|from|is|are|at|on|[Dd]ear|and) (undefined|null)(?:[,.!?;]| (?:who|which|and|for)\b|\s*$)",
    ),
    likely(r"[£$€]?\b\d\.\d{1,8}E[+-]?\d{1,3}\b").unless(is_in_address),
    // A day as spreadsheets count them: 46022 is 31 December 2025.
    likely(r"\b(?:on|until|from|by|date:?|starts|is) (4[5-9]\d{3})(?:,|\.| at\b| in the\b|\s*$)"),
    // Files of somebody's own computer.
    likely(r"\b[A-Z]:\\(?:\w[\w .-]*\\)+[\w.-]*|(?:^|\s)(\\\\\w[\w.-]*\\\S+)"),
    // Chat and social media.
    likely(r"(?:^|[\s:!.])(:[a-z][a-z0-9_+-]{2,30}:)(?:[\s:.,!]|$)"),
    likely(r"(?:^|\s)(@(?:channel|here|everyone))(?:[\s,.!:]|$)"),
    likely(r"\(edited\)(?:\s|$)").unless(is_quoted),
    likely(
        r"(?i)(?:^|[.!?…\n]\s*)(like ?[·•|] ?comment ?[·•|] ?(?:share|send)|\d[\d,.k]* likes?,? ?[·•|]? ?\d[\d,.k]* comments?(?: ?[·•|]? ?\d+ shares?)?|reply ?[·•|]? ?forward(?: ?[·•|]? ?react)?)\s*(?:$|\n)",
    ),
    likely(r"(?:…|\.\.\.) ?(See (?:more|less)|Show (?:more|less))\s*(?:$|\n)"),
    // Mail and websites.
    likely(r"(?i)\bplease (?:consider|think of|think about) the environment before printing\b"),
    likely(
        r"(?i)\bwe use cookies\b[^\n]{0,160}\b(?:accept|consent|experience|preferences|reject|manage)\b",
    ),
    likely(
        r"(?i)(?:^|[.!?\n]\s*)((?:skip|jump) to (?:main )?(?:content|navigation))[.!]?\s*(?:$|\n)",
    ),
    likely(r"(?:^|[.!?\n]\s*)(Home ?[|•·›»>] ?[^\n|•·›»>]{2,30} ?[|•·›»>] ?[^\n]{2,60})"),
    likely(r"\[(?:citation needed|clarification needed|edit|who\?|when\?)\]"),
    likely(r"'''[^'\n]{1,80}'''"),
    // Printed pages.
    likely(r"(?i)\b(?:see |continued |continues |goes on )?overleaf\b|\bturn over (?:for|to (?:see|read|find))\b")
        .unless(is_quoted),
    likely(
        r"\b((?:[Ss]ee|[Tt]urn to|[Cc]ontinued on|[Mm]ore on|[Ff]ull story on) (?:the back page|pages? \d+))(?: for\b| to\b|[.,)]|\s*$)",
    )
    .unless(speaks_of_print),
    likely(r"(?:^|[.!?\n]\s*)(Page \d+ of \d+)\s*(?:$|\n)"),
    likely(r"\b\p{Ll}{2,}- \p{Ll}{2,}\b").unless(shares_its_end),
];

/// What programs write about a picture.
pub static OF_PICTURES: &[Pattern] = &[
    likely(r"(?i)\bdescription automatically generated\b[^.]*"),
    likely(
        r"(?i)\b(?:may be|might be|could be) (?:an?|a black-and-white) (?:image|illustration|picture|photo|cartoon|selfie) of\b",
    ),
    likely(r"(?i)\bimage may contain ?:"),
    likely(r"(?i)\bno (?:photo |image |alternative )?(?:description|text) available\b"),
];

/// "See page 4 of the report" speaks of something that has pages.
fn speaks_of_print(found: &Match<'_>) -> bool {
    const PRINTED: [&str; 12] = [
        "report",
        "magazine",
        "book",
        "guide",
        "leaflet",
        "plan",
        "review",
        "accounts",
        "brochure",
        "programme",
        "pdf",
        "paper",
    ];
    let start = found.before.floor_char_boundary(found.before.len().saturating_sub(120));
    let before = found.before[start..].to_lowercase();
    PRINTED.iter().any(|word| before.contains(word)) || found.is_quoted()
}

/// "Pre- and post-natal", "two- to four-year-olds": the hyphen waits for the word behind.
fn shares_its_end(found: &Match<'_>) -> bool {
    const JOINING: [&str; 20] = [
        "and", "or", "to", "nor", "but", "through", "as", "und", "oder", "bis", "et", "ou", "neu",
        "a", "ac", "y", "o", "en", "of", "plus",
    ];
    let next = found.words.rsplit(' ').next().unwrap_or_default();
    JOINING.contains(&next)
}

#[cfg(test)]
mod tests {
    use super::super::around::Patterns;
    use super::*;

    #[test]
    fn words_of_screens_are_found_once_and_words_about_them_are_not() {
        let screens = Patterns::of(SCREEN_WORDS);
        for text in [
            "Of course! Below is a shorter draft of your post.",
            "Here's a polished version.",
            "As an AI assistant, my figures end in May.",
            "Let me know if you want any changes or edits.",
            "It is open. Would you like me to translate it?",
            "The hall is open 【4†source】.",
            "Tap here to enter a date.",
            "Choose an item.",
            "We packed #VALUE! hampers.",
            "It costs ##### a day.",
            "The walk is on 46357, at noon.",
            "We won :trophy:",
            "It is in C:\\Users\\Ann\\plan.docx now.",
            "Lovely… See more",
            "3 likes 1 comment",
            "Jump to navigation",
            "Home » News » Fair",
            "The fair [citation needed] was full.",
            "More overleaf.",
            "The list is long: see page 7.",
            "Our neigh- bours came.",
        ] {
            assert_eq!(screens.find(text).len(), 1, "{text}: {:?}", screens.find(text));
        }
        for text in [
            "Sure, here we are again.",
            "Let us know if you would like a lift.",
            "“As an AI model, I cannot sing,” said the robot in our play.",
            "Click here to enter the draw, and here to add your name.",
            "Here is the shorter version of the walk, for prams.",
            "We are number #1.",
            "Nan and Null are bands.",
            "Doors at 10:30:00",
            "The book (edited by Kate) is out.",
            "Like what you read? Share it.",
            "We use cookies in our pudding.",
            "Home is where we meet.",
            "Our report is out: see page 7.",
            "Pre- and post-natal classes, and two- to four-year-olds.",
            "Turn over a new leaf.",
        ] {
            assert_eq!(screens.find(text), [], "{text}");
        }
        let pictures = Patterns::of(OF_PICTURES);
        assert_eq!(pictures.find("May be an image of two people").len(), 1);
        assert_eq!(pictures.find("A door that opens automatically"), []);
    }
}
