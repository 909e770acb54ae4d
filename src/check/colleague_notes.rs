//! What colleagues write to each other in a draft, in sentences: questions, tasks, warnings, and the frame of a press release.
//! Pure: patterns, and what stands around their matches.

use super::around::{Match, Pattern, certain, is_quoted, likely};

/// Sentences for a colleague. A part of a text (a bit, a paragraph, a figure), and a name that is spoken to, make the note.
pub static TO_COLLEAGUES: &[Pattern] = &[
    // "Is this line right, Tom?"
    likely(r"(?m)(?:^|[.!?]\s+)(\p{Lu}[^.!?\n“”\x22]{0,80}\b(?:bits?|paragraphs?|para|sentences?|wording|figures?|numbers?|draft|copy|captions?|headlines?|quotes?|lines?|sections?|ending|intro|spellings?|facts?|dates?|photos?|pictures?|text)\b[^.!?\n“”\x22]{0,40}?(?:,| ?[–—-]) ?\p{Lu}\p{Ll}+\?)").unless(is_quoted),
    likely(r"(?m)(?:^|[.!?]\s+)((?:Hi|Hello|Hey|Dear)?,? ?\p{Lu}\p{Ll}+, (?:please |pls )?(?:can|could|would) (?:you|someone) (?:please |also )?(?:add|check|confirm|supply|insert|update|shorten|rewrite|reword|replace|cut|fill in|proof-?read)\b)").unless(is_quoted),
    // "Hi Tom, here is the draft".
    likely(r"(?m)(?:^|[.!?]\s+)((?:Hi|Hello|Hey) \p{Lu}\p{Ll}+(?: and \p{Lu}\p{Ll}+)?,? +(?i:here(?:['’]s| is| are)|see below|attached|as discussed|please find|this is (?:the|my)))").unless(is_quoted),
    likely(r"(?i)\b(?:here(?:['’]s| is| are)|below is|this is) (?:the|my|a|our|your|some) (?:(?:first|second|final|latest|new|revised|updated|amended|next|rough|short) )*(?:draft|copy|text|words|paragraphs?|version|blurb|write-?up|edits?|amends)\b[^.!?\n]{0,30}(?:as discussed|as requested|as promised|you asked for|for (?:your|the) (?:newsletter|comments?|approval|review))"),
    // "Hi all – draft below, let me know what you think!"
    likely(r"(?i)\b((?:(?:first|second|latest|new|final|rough|updated|revised|amended) )?(?:draft|copy|version|blurb|wording|draft text|suggested text) (?:is )?(?:below|above|attached|enclosed)(?:\b[^.!?\n]{0,20}?[,;–—-]+ ?(?:please|let me|for|any|happy|what do|thoughts|comments|shout|see what)\b|[,;–—-]? ?for (?:your |the )?(?:comments?|approval|review|sign[- ]?off|feedback|info|information)\b|[.!?]?\s*$))").unless(is_quoted),
    likely(r"(?i)\b(?:let me know|tell me|see) what you think (?:of|about) (?:this|the|my) (?:\w+ )?(?:draft|wording|copy|text|version|intro|blurb|headline|subject line)\b").unless(is_quoted),
    likely(r"(?i)(?:^|[.!?\n]\s*)((?:please |pls )?(?:comment|feed ?back|sign off|send (?:me )?(?:your )?(?:comments|edits|amends|changes)) (?:on (?:this|the) (?:draft|text|copy|version) )?(?:by|before) (?:\w+day|noon|close|the end|cop\b|tomorrow|lunch))").unless(is_quoted),
    likely(r"(?i)\bas discussed(?: (?:on the phone|yesterday|today|earlier|by e-?mail))?[.,!]?\s*$"),
    // What somebody changed, or wants changed.
    likely(r"(?i)\bI(?:['’]ve| have) (?:cut|changed|shortened|reworded|rewritten|moved|deleted|taken out|left out|removed|edited|amended|tweaked|tidied|trimmed)\b[^.!?\n]{0,20}\b(?:this|that|the|your|a) (?:\w+ )?(?:bits?|paragraphs?|para|sections?|sentences?|intro|wording|text|draft|lines?|quotes?|headline|caption|copy|ending)\b").unless(is_quoted),
    likely(r"(?i)\bhope (?:that(?:['’]s| is)|this(?:['’]s| is)|it(?:['’]s| is)) (?:OK|okay|all right|alright)\b").unless(is_quoted),
    likely(r"(?i)[(\[](?:delete|remove|cut|omit|reword|rewrite|shorten|lose|drop) (?:(?:this|the|these) )?(?:(?:above|below|last|next|first|whole) )?(?:paragraphs?|para|bits?|sections?|sentences?|lines?|story|item|text|if|before)\b[^()\[\]\n]{0,80}[)\]]"),
    likely(r"(?i)\b(?:figures?|numbers?|dates?|links?|names?|photos?|pictures?|text|copy|quotes?|captions?|headlines?|prices?|wording|stats|statistics) (?:(?:still|also|all|may|will|both) )?needs? (?:updating|checking|confirming|adding|approving|amending|rewriting|replacing|proof-?reading|signing off|sign-?off|to be (?:updated|checked|confirmed|added|approved|amended|replaced|signed off))\b").unless(speaks_of_yours),
    likely(r"(?i)\b(?:update|check|change|confirm|finish|add|fix)\b[^.!?\n]{1,40}\bbefore (?:we send|sending|it goes out|this goes out|publication|we publish|publishing)[.!)]?\s*(?:$|\n)"),
    likely(r"(?m)(?:^|[.!?]\s+)((?:Check|Double-check|Confirm|Agree|Clear|Verify) (?:(?:this|it|these) )?with (?:the )?\p{Lu}\p{Ll}+(?: (?:whether|if|that|about|when|which|who|how|before)\b[^.!?\n]{0,80})?)(?:[.!?]|\s*$)").unless(speaks_of_yours),
    likely(r"(?m)(?:^|[.!?]\s+)((?:(?:The )?(?:CEO|COO|CFO|MD|HR|PR|SMT|SLT|Chief [Ee]xec(?:utive)?)|(?:The )?(?:[Cc]omms|[Ff]inance|[Mm]arketing|[Ff]undraising) team) to (?:confirm|check|supply|add|approve|sign off|write|provide|rewrite|update|amend|edit|proof-?read|advise)\b)"),
    // Tasks, comments and other versions of the words.
    likely(r"(?m)(?:^|[.!?]\s+)(To[ -]?do ?: ?\S)"),
    likely(r"(?i)\[(?:comment|query|editor['’]?s? note|ed|question|action) ?: ?[^\[\]\n]{1,120}\]").unless(is_quoted),
    certain(r"\b(?:NEW|REVISED|AMENDED|ALTERNATIVE|REPLACEMENT|CURRENT|PREVIOUS) (?:TEXT|COPY|VERSION|WORDING|PARAGRAPH|INTRO|HEADLINE|QUOTE|CAPTION|TITLE) ?:"),
    likely(r"(?m)(?:^|[.!?]\s+)((?:New|Revised|Amended|Alternative|Replacement|Old|Previous|Suggested) (?:text|copy|wording|paragraph|intro|headline|caption) ?: ?\S)"),
    likely(r"(?is)\b(?:option|version|alternative) (?:1|A|one) ?[:–-].{3,300}?\b(?:option|version|alternative) (?:2|B|two) ?[:–-]").unless(is_a_choice),
    likely(r"\*{2,} ?(?:CHECK|CONFIRM|ADD|UPDATE|FIX|QUERY|REWRITE|DELETE|ASK|CHASE)\b[^*\n]{0,60}\*{2,}").unless(is_an_appeal),
    certain(r"\b(?:DOUBLE-?)?(?:CHECK|CONFIRM|FIX) (?:THIS|THESE)\b").unless(is_an_appeal),
    // Who may see it.
    likely(r"(?i)\b(?:for )?internal (?:use|circulation|distribution|eyes) only\b").unless(is_quoted_or_named),
    likely(r"(?i)\bconfidential ?[–—:,;-]+ ?(?:please )?(?:do not|don['’]t|not (?:for|to)) \w+"),
    likely(r"(?i)\b(?:do not|don['’]t|not to be) (?:share|shared|circulate|circulated|forward|forwarded|publish|published) (?:outside|externally|beyond|further|yet|until)\b").unless(is_quoted),
    // A picture, a name or a fact that somebody still looks for.
    likely(r"(?i)\((?:pics?|pix|photos?|image|picture|logo|copy|text|caption|quote)s? (?:to follow|to come|tbc|awaited|on file|attached)\)|\bplease (?:proof|proof-?read|sub|sub-?edit|sense-check|spell-?check)(?: this| it)?[!.]?\s*(?:$|\n)|\(is (?:this|that|it) (?:right|correct|true|ok)\?[^()\n]{0,80}\)|^\s*(?:subject(?: lines?)?|headline|title) (?:ideas?|options?|suggestions?) ?:"),
    likely(r"\(sp\?+\)|\(sp\.\?+\)|\(sic\?\)|\bNB \p{Lu}\p{Ll}+ ?[–—-] ?\p{Ll}+|\?(?:am|pm)\b|\b(?:Company|Organisation|Charity|Sponsor|Funder|School|Venue|Speaker|Contact|Business) Name(?:[.,;)]|\s*$)|\bXYZ (?:Ltd|Limited|Charity|Company|Trust|Foundation|School|Co)\b"),
    // The frame of a press release.
    likely(r"(?im)(?:^|[.!?]\s+)(notes? (?:to|for) (?:the )?(?:editors?|news ?desks?) ?[:.–-]?)(?:\s|$)"),
    likely(r"(?m)(?:^|[.!?]\s+)(FOR IMMEDIATE RELEASE|For immediate release|PRESS RELEASE|NEWS RELEASE|MEDIA RELEASE)(?:[.:!–-]|\s*$|\s+\p{Lu}\p{Ll})"),
    likely(r"(?:^|\s)([-–—*#~]+ ?(?i:ends) ?[-–—*#~]+)(?:\s|$)|(?m:^\s*(?:ENDS|- ?30 ?-|###)\s*$)"),
    likely(r"[.!?…”]\s+(ENDS)\.?\s*$"),
    likely(r"(?i)\b(?:word ?count|number of words|total words) ?[:=] ?\d+"),
];

/// "Do your details need checking?" is for readers.
fn speaks_of_yours(found: &Match<'_>) -> bool {
    let words = format!("{} {}", found.previous_word(), found.words).to_lowercase();
    words.split_whitespace().any(|word| matches!(word, "your" | "you" | "their" | "his" | "her"))
}

/// Two options that readers may take.
fn is_a_choice(found: &Match<'_>) -> bool {
    let text = format!("{}{}{}", found.before, found.words, found.after).to_lowercase();
    ["choose", "choice", "pick", "vote", "book", "prefer", "£", "ways to", "ticket", "you can"]
        .iter()
        .any(|word| text.contains(word))
}

/// "CHECK THIS OUT" and "CONFIRM YOUR PLACE" are for readers.
fn is_an_appeal(found: &Match<'_>) -> bool {
    found.next_word().eq_ignore_ascii_case("out")
        || [" YOUR", " OUT", " US", " IT OUT", " MY"].iter().any(|word| found.words.contains(word))
}

pub fn is_quoted_or_named(found: &Match<'_>) -> bool {
    found.is_quoted() || found.is_named()
}

#[cfg(test)]
mod tests {
    use super::super::around::Patterns;
    use super::*;

    #[test]
    fn sentences_for_colleagues_and_sentences_for_readers() {
        let notes = Patterns::of(TO_COLLEAGUES);
        for text in [
            "Is the last paragraph too long – Ann?",
            "Sam, could you update the table?",
            "Hi Ann, here are the words for December.",
            "Hi all – draft below, let me know what you think!",
            "Latest version attached for sign-off",
            "Draft text below for sign off",
            "Let me know what you think of this wording.",
            "Please comment by Friday.",
            "I have shortened the second paragraph.",
            "(remove this sentence before Friday)",
            "The numbers still need checking.",
            "Confirm with Ann whether the hall is free.",
            "The comms team to check.",
            "To do: names of the singers.",
            "[Query: is he a doctor?]",
            "REVISED TEXT: The hall is warm.",
            "Version A: We won. Version B: We did it.",
            "Not for internal use only.",
            "Confidential: do not forward.",
            "Note to editors",
            "- ends -",
            "Word count = 210",
            "(photo to come)",
            "Dr Belo (sp?) spoke.",
            "NB Kate - shorten this",
            "Tea is at ?pm.",
            "We thank Sponsor Name.",
            "(Is that right?)",
            "Subject ideas: a warm hall",
        ] {
            assert_eq!(notes.find(text).len(), 1, "{text}: {:?}", notes.find(text));
        }
        for text in [
            "Do your details need updating? Write to us.",
            "The draft below the table is a cold one.",
            "Let us know what you think of the plan.",
            "The version above the door is older.",
            "“Do you like this bit, Tom?” asked Ann.",
            "Option 1: a walk. Option 2: a film. Choose one.",
            "We call for immediate release of the report.",
            "CHECK THIS OUT: a new kit.",
            "Things to do: a walk, a swim.",
            "Check with your school if there is a bus.",
            "I have moved to Leeds.",
            "The day ends – too soon.",
            "Confidential help is here.",
        ] {
            assert_eq!(notes.find(text), [], "{text}");
        }
    }
}
