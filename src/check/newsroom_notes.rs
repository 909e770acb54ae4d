//! The forms in which newsrooms write notes to themselves, and what only looks like one.
//! Pure: patterns, and what stands around their matches.

use super::around::{Match, Pattern, certain, is_in_address, is_quoted, likely};
use super::colleague_notes::is_quoted_or_named;

/// A whole text that nobody would write for readers.
pub const WHOLE_TEXTS: &str = r"(?i)^\s*(?:test(?:ing|s)?|test \d+|test (?:e-?mail|message|send|edition|newsletter|story|post|title)|untitled(?: (?:campaign|newsletter|e-?mail|document|design|template|draft|post|page|message|file|presentation))?|document ?\d*|(?:my|new) (?:campaign|newsletter|e-?mail|template|document)(?: template)?|(?:newsletter|campaign|e-?mail) template|(?:enter|add|write|type|insert) (?:(?:a|an|the|your) )?(?:subject|title|headline|preheader|preview|caption|description|alt)(?: (?:line|text|here))*|preview(?: text)?|sample (?:text|title|subject|copy|content|headline)|(?:image|photo|picture) (?:description|alt text)|(?:full |first |your )?name,? ?(?:and |, )?(?:role|title|job title|position|town|age)|title|headline|subject(?: line)?|preheader|new (?:post|story|draft|page)|(?:story|article|item|section|news|event|headline|title|subject) (?:no\. ?)?\d+(?: (?:title|headline|heading|text|summary|name))?|(?:(?:news|event|story) item|story|article|item|section|news|event|subject|email) (?:title|headline|heading|line|text|summary|name)|asdf\w*|qwerty\w*|foo(?: ?bar)?|blah(?:[ ,]+blah)*|copy|draft|summary|caption|alt(?: ?text)?|description|to do|hello world|placeholder|(?:title|headline|heading|caption|intro|text|quote|photo|image|picture|link|date|name|summary|story) here)(?: ?\(\d+\))?[.!…]*\s*$";

/// Words after which `XX` is a number of old Rome.
fn is_numeral(found: &Match<'_>) -> bool {
    const BEFORE: &[&str] = &[
        "room",
        "article",
        "chapter",
        "part",
        "volume",
        "section",
        "appendix",
        "book",
        "psalm",
        "act",
        "chromosome",
        "chromosomes",
        "rated",
        "certificate",
        "size",
        "legion",
    ];
    const AFTER: &[&str] =
        &["chromosome", "chromosomes", "olympiad", "olympic", "olympics", "century"];
    // "XX and XY chromosomes", "the XXX-large pot".
    let is_of_a_body = found.before.contains("XY") || found.after.contains("XY");
    let is_size =
        ["-large", "-small", "-rated", "-wide", "-long", "-strong", " large", "-certificate"]
            .iter()
            .any(|word| found.after.starts_with(word));
    if is_of_a_body || is_size || found.is_explained() {
        return true;
    }
    let is_spaced = found.before.ends_with(' ');
    let before = found.previous_word().to_lowercase();
    (is_spaced && (BEFORE.contains(&before.as_str()) || found.follows_a_name()))
        || AFTER.contains(&found.next_word().to_lowercase().as_str())
}

/// "Our TODO list" speaks of a list.
fn is_a_list_of_things(found: &Match<'_>) -> bool {
    ["list", "lists", "app", "apps", "item", "items", "or", "and", "is", "was"]
        .contains(&found.next_word().to_lowercase().as_str())
        || ["our", "my", "your", "their", "his", "her", "a", "the"]
            .contains(&found.previous_word().to_lowercase().as_str())
        || found.is_named()
}

/// TK Maxx, TK Elevator, TBC Bank, "a group called TBC".
fn begins_a_name(found: &Match<'_>) -> bool {
    if found.is_explained() || found.is_named() {
        return true;
    }
    found.next_word().chars().next().is_some_and(char::is_uppercase)
        && found.after.starts_with([' ', '-', '\u{a0}'])
}

/// `xxx` at the end of a letter is a row of kisses, and The xx are a band.
fn are_kisses(found: &Match<'_>) -> bool {
    found.is_at_a_start()
        || (found.previous_word() == "The" && found.follows_a_name())
        // The pages of an introduction have small Roman numbers.
        || ["page", "pages", "pp"].contains(&found.previous_word().to_lowercase().as_str())
        || found.before.trim_end().ends_with(',')
        || !found.next_word().chars().next().is_some_and(char::is_lowercase)
}

/// "Who am I ???" is a question; "has ??? places" is waiting for a number, and "opened by Cllr ???" for a name.
fn asks(found: &Match<'_>) -> bool {
    const BEFORE: &[&str] = &[
        "by",
        "of",
        "from",
        "at",
        "on",
        "with",
        "for",
        "the",
        "mr",
        "mrs",
        "ms",
        "dr",
        "cllr",
        "councillor",
        "sir",
        "rev",
        "prof",
        "professor",
        "lord",
        "lady",
        "mp",
    ];
    if found.before.ends_with(' ')
        && BEFORE.contains(&found.previous_word().to_lowercase().as_str())
    {
        return false;
    }
    let before = found.before.trim_end().chars().next_back();
    let after = found.after.trim_start().chars().next();
    let waits = before
        .is_none_or(|c| matches!(c, ':' | '-' | '–' | '=' | '(' | '[' | '£' | '$' | '€'))
        || after.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
    !waits
}

/// "4xx errors" are those of a server.
fn is_code_of_a_server(found: &Match<'_>) -> bool {
    ["code", "codes", "error", "errors", "status", "response", "responses", "range"]
        .contains(&found.next_word().to_lowercase().as_str())
        || found.touches_a_letter()
}

fn goes_on(found: &Match<'_>) -> bool {
    found.touches_a_letter()
}

/// A slogan in capitals may say "ADD YOUR VOICE": instructions name a thing.
pub static PATTERNS: &[Pattern] = &[
    certain(r"\b(?:TODO|FIXME)\b").unless(is_a_list_of_things),
    certain(r"(?i)\b(?:tk){2,}\b"),
    certain(r"\bTK\b").unless(begins_a_name),
    certain(r"(?:^|[\s(\[])(tk)(?:$|[\s,;:)\]]|\.(?:\s|$))"),
    certain(r"\bTB[CD]\b").unless(begins_a_name),
    certain(r"\bT\.B\.[CDA]\b\.?"),
    likely(r"\bTBA\b").unless(begins_a_name),
    likely(r"(?:^|[\s(\[])(t\.?b\.?[cda]\.?)(?:$|[\s,;:)\]])"),
    certain(r"\b(?:19|20)(?:XX|xx)\b"),
    certain(r"[£$€] ?(?:[Xx]{2,}|\?{2,}|_{2,})(?:k|m|bn|K|M)\b"),
    // Money without its figure.
    certain(r"[£$€] ?(?:[Xx]+(?:[.,][Xx]+)*|_{2,}|\?+|#+|TB[CDA]|0{2,}(?:[.,]\d+)?|0,000(?:,000)*)").unless(goes_on),
    certain(r"\b(?:XX?|xx?|\?+|__+) ?%").unless(goes_on),
    // Dates and times without their numbers.
    certain(r"\b(?:DD|dd)[/.\- ](?:MM+|mm|Month|month)(?:[/.\- ](?:YY|yy)+)?\b"),
    certain(r"\b(?:DD|XX|xx|00)(?:st|nd|rd|th)? (?:Month|January|February|March|April|May|June|July|August|September|October|November|December)\b"),
    certain(r"\b(?:0?0/0?0(?:/\d{2,4})?|00\.00\.(?:\d{2}|\d{4})|[Xx]{1,2}[/.][Xx]{1,2}(?:[/.][Xx]{2,4})?|YYYY|HH[:.]MM|hh[:.]mm|[Xx]{1,2}[:.][Xx]{2}|Xth)\b"),
    certain(r"\b[A-Z][a-z]+day,? (?:XX|DD|00)\b"),
    certain(r"\b(?:at|from|until|by|to|before|after) [Xx]{1,2}(?:[:.][Xx]{2})? ?(?:am|pm|o['’]clock)\b"),
    likely(r"\((?i:day|date|month|year|time|place|venue|name|number|figure|amount|age|spelling|who|when|where|how many|check|true|correct|right) ?\?+\)"),
    // What the studio shows for a person's name, copied as it looks.
    certain(r"\b(?:first|last|full|given) name \(or [^()\n]{1,40}\)"),
    certain(r"\bN{3,4}\b").unless(is_numeral),
    likely(r"(?:^|\s)([£$€]{2,})(?:\s|[.,;]|$)"),
    likely(r"[a-z,;:] (DATE|TIME|VENUE|NAME|NUMBER|AMOUNT|FIGURE|LINK|URL|QUOTE|TITLE|JOB TITLE|FULL NAME|FIRST NAME|SURNAME|COMPANY NAME|ORGANISATION|ADDRESS|POSTCODE|PHONE NUMBER|PRICE|TOWN|CITY)(?:[:.,;)]|\s+[a-z]|\s*$)"),
    // A field with nothing in it: "Link: xxx", "Time: ...".
    likely(r"(?im)\b(?:link|url|date|time|venue|price|cost|phone|tel|email|name|place|where|when|speaker|contact) ?: ?(x{2,}|[.…]{1,4}|-{2,}|–{2,})\s*(?:$|[,;])"),
    certain(r"\b(?:QUOTE|PHOTO|PICTURE|IMAGE|CAPTION|BIO|LOGO|COPY|TEXT) (?:FROM|OF|BY|FOR) [A-Z]{2,}\b"),
    // Addresses and numbers that reach nobody.
    certain(r"\b[xX]{2,}@\S*"),
    certain(r"(?i)\b(?:name|your|your\.?name|email|user|someone|first\.?name\.last\.?name)@(?:e?mail|domain|address|company|organisation|organization|charity|your\w+|xx+)(?:\.\w+)*\b"),
    certain(r"\bhttps?://(?:link|url|x{2,}|tbc|website|address)(?:[/\s)\]]|$)"),
    likely(r"(?i)\b(?:speaker|author|funder|sponsor|venue|event|contact|person)(?:['’]s)? (?:name|title|quote|photo) here\b"),
    likely(r"(?m)(?:^|[.!?]\s+)([A-Z][a-z]+ ?[-–:] ?(?i:please check|pls check|can you check|is this right|check this)\b)"),
    likely(r"(?i)\bstill to be (?:signed off|approved|checked|confirmed)\b"),
    certain(r"\b0\d{2,4}[ -]?[Xx]{3,}(?:[ -]?[Xx]+)*"),
    certain(r"(?:\b0|\+44 ?(?:\(0\) ?)?)\d{2,4}[ )-]*(?:0{6,8}|0{3} ?0{3,4}|0{4} ?0{4})\b"),
    certain(r"\b(?:07123 ?456 ?789|0123 ?456 ?7890?|01234 ?567 ?890|0000 ?000 ?000)\b"),
    certain(r"\bX{2,}\b").unless(is_numeral),
    likely(r"\b(x{2,})\b").unless(are_kisses),
    likely(r"\b(?:for|of|by|over|than|nearly|about|almost|with|raised|gave|helped|reached) (X) (?:years?|months?|weeks?|days?|hours?|people|children|families|pounds|places|volunteers|members|supporters|schools|percent|per cent|million|thousand)\b"),
    likely(r"(?:^|[\s(:£$€])(\?{2,})").unless(asks),
    certain(r"\[ ?\?+ ?\]"),
    likely(r"\(([^()\n]*\?{2,})\)"),
    likely(r"_{4,}"),
    likely(r"[\p{Ll},:] (_{2,})(?:[.,;%]| \p{Ll})"),
    likely(r"[\p{Ll},:(] (#{2,})(?:[.,;%)]| \p{Ll})"),
    likely(r"\b(\d[xX]{2,})\b").unless(is_code_of_a_server),
    likely(r"\b(Xx{2,})\b").unless(are_kisses),
    likely(r"(?:\bwww\.|://|@)\?+"),
    likely(r"\b(?:than|over|nearly|almost|about|around|helped|reached|trained|raised) (0{2,}(?:,000)*)\b"),
    likely(r"\(([A-Z][a-z]+ to (?:check|confirm|supply|add|send|approve|write|provide|advise)\b[^()\n]{0,40})\)"),
    likely(r"(?i)[:–-] ?(to be confirmed|to be announced|to follow|to come)(?:[.,;)]|\s*$)"),
    likely(r"(?i)(\([^()\n]{0,40}\bto be (?:confirmed|announced|agreed|decided|added|checked)\))"),
    likely(r"(?im)(?:^|[.!?]\s+)(full (?:story|text|article|quote|write-?up) (?:to (?:come|follow)|tbc)|sample (?:text|copy|sentence|paragraph))[.!…]*\s*$"),
    // The name of what belongs there, in capitals, and who is to send it.
    likely(r"\(((?:NAME|TITLE|JOB TITLE|DATE|TIME|PLACE|VENUE|AMOUNT|NUMBER|FIGURE)(?: OF (?:THE |A )?[A-Z]{2,}(?: [A-Z]{2,})?)?)\)"),
    likely(r"(?m)^\s*((?:INTRO(?:DUCTION)?|OPENING|CLOSING|MAIN|BODY|FIRST|LAST|FINAL) (?:PARA(?:GRAPH)?|TEXT|COPY|STORY|HEADING)S?)[.:]?\s*$"),
    certain(r"[£$€] ?(?i:tb[cda])\b"),
    likely(r"\b(?:was|is|are|were|will be|raised|costs?) (\?{2,})").unless(is_quoted),
    likely(r"(?m)[–—-] ([A-Z][a-z]+ to (?:send|confirm|supply|check|provide|add|write|approve))[.!]?\s*$").unless(is_advice),
    likely(r"(?im)^\s*((?:(?:short|one|new) )?(?:para(?:graph)?|sentences?|text|photo|picture|quote|words|blurb|copy) (?:about|on|from|of) [^.!?\n]{1,40} here)[.!]?\s*$"),
    likely(r"(?i)(\((?:still (?:waiting|awaiting|to come|missing|needed|chasing)|awaiting|chasing)\b[^()\n]{0,40}\))"),
    likely(r"(?i)\A\s*((?:more|rest|remainder|details|text|words|story|copy|content) (?:still )?(?:to (?:follow|come|be added)|coming(?: soon)?)[.… ]*)\z"),
    likely(r"(?m)^\s*((?:More|Rest|Text|Story|Copy) (?:still )?to (?:follow|come|be added)[.… ]*)$").unless(|found| found.after.trim_start().starts_with(|c: char| c.is_lowercase())),
    // Words that stand for words.
    certain(r"\A\s*([xX]{3,})\s*\z"),
    certain(r"(?i)\b(?:text|blah|bla)(?: (?:text|blah|bla)){2,}\b"),
    certain(r"(?i)lorem ipsum").unless(is_spoken_of),
    certain(r"(?i)dolor sit amet|consectetur adipiscing|sed ut perspiciatis|ut enim ad minim"),
    certain(r"(?i)\b(?:title|headline|heading|text|copy|caption|image|photo|picture|quote|link|content|body|summary|name|date|subject|preheader|intro(?:duction)?|story|logo|description|greeting|address) goes here\b"),
    likely(r"(?im)(?:^|[.!?(\[]\s*)((?:quote|text|words|paragraph|story|photo|picture|caption|link|bio|list|details) (?:from|about|of|on|by) [^.!?\n]{1,40} (?:goes|go|to go) here)\b"),
    likely(r"(?im)(?:^|[.!?:(\[]\s*)((?:write|type|add|put|paste) (?:your |the |an? |some )?(?:\w+ )?(?:intro(?:duction)?|text|copy|paragraph|summary|content|sentence) here)\b"),
    likely(r"(?im)(?:^|[.!?:(\[]\s*)(insert (?:\d[\d –-]*|one|two|three|a few|a couple of|some) (?:short |more )?(?:sentences?|paragraphs?|lines|words|photos|quotes|bullet points?)\b(?: (?:about|on|from|of|here)\b[^.\n]{0,40})?)\s*(?:[.!)\]]|$)"),
    certain(r"(?i)\b(?:your|sample|dummy|placeholder|preheader|preview|body|alt|link|button|intro|image|photo|picture|subject|heading|headline) (?:text|title|headline|heading|copy|caption|description|line|content) (?:goes )?here\b"),
    certain(r"(?i)\b(?:dummy|placeholder|filler) (?:text|copy|image|photo|title|headline|link|content)\b"),
    certain(r"\bPLACEHOLDER\b"),
    certain(r"(?im)(?:^|[.!?:(\[]\s*)((?:please |pls )?insert (?:an? |the |your )?(?:\w+ ){0,2}(?:photo|picture|image|link|url|logo|quote|text|caption|headline|title|date|figures?|numbers?|name|intro(?:duction)?|preheader|subject line|content|copy|details|summary|greeting|address|video|signature|stats|statistics|data|case stud(?:y|ies)|testimonials?|paragraphs?|sentences?|lines?|blurb|bio|chart|graph|table|story|stories|update)(?: here)?)\s*(?:[.!)\]]|$)"),
    likely(r"(?m)(?:^|[.!?:(\[]\s*)([Ii]nsert (?:an? |the |your )?(?:\w+ ){0,2}(?:photo|picture|image|link|url|logo|quote|text|caption|headline|title|date|figures?|numbers?|name|intro(?:duction)?|preheader|subject line|content|copy|details|summary|greeting|address|video|signature|stats|statistics|data|case stud(?:y|ies)|testimonials?|paragraphs?|sentences?|lines?|blurb|bio|chart|graph|table|story|stories|update) (?:(?:from|by) [A-Z][a-z]+|(?:of|about|on) [^.\n]{1,40}))\s*(?:[.!)\]]|$)"),
    likely(r"(?im)(?:^|[.!?:(\[]\s*)((?:add|put|paste|upload|need|needs|find|choose) (?:an? |the |your |more )?(?:photo|picture|image|link|url|logo|quote|caption|headline|figures?|intro(?:duction)?|preheader|subject line|copy|video|stats|statistics|case stud(?:y|ies)|testimonials?|blurb|bio|chart|graph)s?(?: (?:here|(?:from|of) [^.\n]{1,30}|below|above))?)\s*(?:[.!)\]]|$)"),
    certain(r"\bINSERT (?:AN? |THE |YOUR )?[A-Z]{2,}\b").unless(is_done_by_hand),
    likely(r"(?i)\binsert\b[^.!?\n]{1,40}\bhere\b").unless(is_done_by_hand),
    certain(r"\b(?:ADD|CHECK|INSERT|CONFIRM|UPDATE|REPLACE|DELETE|REWRITE|NEEDS?|AWAITING|CHASE) (?:A |AN |THE )?(?:PHOTO|IMAGE|PICTURE|LINK|QUOTE|TEXT|DATE|FIGURES?|NUMBERS?|CAPTION|LOGO|WITH|FACTS|HERE|VENUE|SPELLING|COPY)\b"),
    certain(r"\b(?:PHOTO|IMAGE|PICTURE|LINK|QUOTE|TEXT|CAPTION|LOGO|HEADLINE|COPY|FIGURES?) (?:HERE|TO COME|TO FOLLOW|NEEDED|MISSING|PENDING|TBC)\b"),
    likely(r"(?i)\b(?:quotes?|links?|text|copy|captions?|headline|figures?|bio|image|photo|picture) (?:to come|to follow|needed|pending|to be added|to be confirmed)\b").unless(|found| found.previous_word().eq_ignore_ascii_case("more") && !found.words.to_lowercase().starts_with("text")),
    likely(r"(?i)\b(?:date|time|venue|place|location|speakers?|prices?) (?:to be confirmed|to be announced)(?:[.,;)]|\s*$)"),
    likely(r"(?im)(?:^|[.!?:(\[]\s*)((?:still )?(?:awaiting|waiting for|pending|needs?) (?:final )?(?:approval|sign-?off|confirmation|go-?ahead|permission|quote|photo|figures)\b)"),
    likely(r"(?i)\b(?:figures?|numbers?|text|copy|links?|dates?|photos?|names?|quotes?|prices?|logos?|captions?|headlines?|pictures?|images?|details) to be (?:updated|checked|added|supplied|replaced|approved|agreed|written)\b"),
    likely(r"(?i)\b(?:logos?|photos|pictures|programmes?) to (?:come|follow)\b"),
    likely(r"(?m)(?:^|[.!?]\s+)(To be (?:written|drafted|added|supplied|completed|agreed|decided|filled in)\b)"),
    likely(r"(?im)(?:^|[.!?:]\s+)(needs? (?:an? |some )?(?:better|new|stronger|shorter|proper) (?:ending|intro|opening|headline|title|photo|picture|quote|link|words?)\b)"),
    likely(r"(?m)\s[-–—] ((?:ask|check with|confirm with) [A-Z][a-z]+)[.!]?\s*$"),
    certain(r"\b(?:ADDRESS|NAME|DATE|TIME|VENUE|PLACE|TITLE|AMOUNT|NUMBER|POSTCODE|EMAIL) (?:GOES )?HERE\b"),
    certain(r"\bFirst ?[Nn]ame (?:Sur|Last ?)[Nn]ame\b|\b(?:FIRST ?)?NAME (?:SURNAME|LAST ?NAME)\b"),
    certain(r"(?i)\b(?:asdf|sdfg|dfgh|fghj|ghjk|zxcv)\w*\b").unless(is_in_address),
    likely(r"(?:^|[^\]\w])(\((?i:hyper ?link|link|add link|insert link|link here|url|weblink)\))"),
    likely(r"(?:^|[.!?]\s+)((?:Headline|Heading|Sub-?heading|Title|Caption|Text|Copy|Intro|Quote|Image|Photo|Picture|Summary|Story|Subject|Byline|Standfirst|Body|Blurb) (?:text )?here)[.!]?\s*$"),
    certain(r"(?:^|[“‘\x22])((?:Quote|Text|Words) (?:goes )?here\b)[,.…”’\x22]"),
    certain(r"##[A-Za-z][\w ]{1,30}##"),
    certain(r"\b[Xx]{1,3}(?:st|nd|rd|th)\b").unless(is_numeral),
    // Notes to colleagues.
    certain(r"\bTO DO ?:"),
    likely(r"\(((?i:check|check this|confirm|spelling|query|fact-?check|double-?check)\??)\)"),
    likely(r"(?im)(?:^|\s)(//+ ?(?:needs?|todo|add|check|fix|insert|note|update|rewrite)\b[^\n]{0,60})"),
    likely(r"(?i)\b(?:credit|byline|alt text) (?:needed|missing|awaited)\b(?:[.,;)]|\s*$)")
        .unless(|found| found.previous_word().eq_ignore_ascii_case("no")),
    likely(r"\bN\.?B\.? \p{Lu}\p{Ll}+ ?[:–,-] ?(?:please |pls )?(?:check|confirm|add|update|change|cut|shorten|rewrite|fix|chase|ask)\b"),
    likely(r"\bN\.?B\.? [A-Z][a-z]+ ?[:–-][^.\n]{0,80}\?"),
    certain(r"\bNOTE(?: TO [A-Z]+)?\s?:|\bN\.?B\.? (?:ED|EDITOR|DESIGNER)\b"),
    likely(r"(?i)\bnote to (?:self|editor|ed|designer|printer|translator)\b\s?[:–-]"),
    certain(r"(?i)\b(?:comment(?:ed)?|deleted|inserted|formatted) ?\[[A-Z]{1,4}\d*\] ?:"),
    certain(r"(?:^|\s)(@[A-Z][a-z]+,? (?:can you|could you|please|pls|do you|is this|are these|did you|have you|to check|to confirm|to add))\b"),
    likely(r"\(((?:[A-Z][a-z]+\s?[-–:,]\s?)?(?i:is this|are these|can we say|should we|do we (?:have|need|want))\b[^()\n]{0,80}\?+)\)"),
    likely(r"\(((?i:to be checked|please check|pls check|not sure (?:about|if)|check (?:this|spelling|date|name|figure|with)|confirm with|ask [A-Z][a-z]+)\b[^()\n]{0,60})\)"),
    likely(r"(?i)\b((?:someone|somebody),? (?:please |pls )?(?:check|confirm|verify|proof-?read|rewrite|update))\b"),
    likely(r"(?im)(?:^|[.!?:]\s+)((?:please|pls|can you|could you) (?:check|confirm|verify|proof-?read|rewrite) (?:this|these) (?:paragraph|sentence|section|bit|figures?|numbers?|facts?|names?|dates?|quote|wording|story|text|copy)\b)"),
    likely(r"(?i)\b(?:check|confirm|verify)\b[^.!?\n]{1,60}\bbefore (?:sending|publishing|we send|we publish|(?:it|this) goes(?: out)?)(?:[.!)]|\s*$)"),
    certain(r"\b(?:HOLD (?:FOR|UNTIL) [A-Z]{2,}|NOT (?:YET )?(?:APPROVED|SIGNED OFF|CHECKED|FINAL)|(?:AWAITING|FOR|PENDING|NEEDS?) (?:APPROVAL|SIGN-?OFF)|UNDER EMBARGO|(?:CUT|DELETE|REMOVE|REWRITE|REPLACE|UPDATE) THIS\b|SUGGESTED TEXT|OLD (?:TEXT|VERSION)|TO BE (?:WRITTEN|DELETED|CONFIRMED|UPDATED|APPROVED))\b"),
    certain(r"\b(FOR (?:REVIEW|COMMENT|CHECKING|PROOFING)) ?:"),
    likely(r"\b((?:CHASE|CHECK WITH|CONFIRM WITH|AGREE WITH) [A-Z]{2,})\b").unless(speaks_to_readers),
    likely(r"\b((?:ASK|TELL|REMIND|RING|EMAIL|SPEAK TO|TALK TO) [A-Z]{2,}) (?:ABOUT|IF|WHETHER|RE|TO|WHY|WHEN|WHICH)\b").unless(speaks_to_readers),
    likely(r"(?i:\bpages? )(XX+)\b"),
    certain(r"\b(?:NOT FOR PUBLICATION|DO NOT (?:SEND|PUBLISH)|FOR INTERNAL USE|INTERNAL (?:USE )?ONLY|EMBARGOED|WORK IN PROGRESS|FIRST DRAFT|DRAFT ONLY)\b").unless(is_quoted_or_named),
    certain(r"\bDRAFT (?:v ?)?\d|\bdraft v\d+\b|\b(?:FINAL|Final)[ _](?:FINAL|v\d+)\b"),
    certain(r"\[(?i:test|draft|proof|wip|copy|final|do not send)(?i: ?v?\d+)?\]"),
];

/// Beginnings and ends of a subject or a title that a program or a colleague put there.
pub static OF_LINES: &[Pattern] = &[
    certain(
        r"^\s*((?:TEST|DRAFT|PROOF|WIP|FINAL|Test|Draft|Proof)(?: ?v?\d+)?)(?:\s*[:|]|\s+[-–—]\s|\s*$)",
    ),
    certain(r"(?i)^\s*((?:test|draft|proof|final|version) v ?\d+)\b"),
    certain(r"^\s*(TEST|PROOF)\s+\S"),
    likely(r"^\s*(Copy of):?\s+\S"),
    certain(r"(?i)(\((?:copy|draft|test|final)(?: ?v?\d+)?\))\s*$"),
    likely(r"(?i)(\((?:v|version|rev|edit)\.? ?\d+\))\s*$"),
    likely(r"(?i)\b(v\d+(?:\.\d+)?)\s*$"),
    likely(r"\s(FINAL|DRAFT|DO NOT SEND)\s*$"),
    likely(
        r"(?i)[–—:(-] ?((?:(?:first|second|final|latest) )?(?:draft )?for (?:your )?(?:comments?|approval|review|checking|sign[- ]?off))\)?\s*$",
    ),
    likely(
        r"(?i)\b(v ?\d+ \([^()\n]{1,40}\)|\(\p{L}+['’]s (?:edits|changes|comments|version|amends)\))\s*$",
    ),
    likely(r"(?i)\b(draft (?:no\.? ?)?\d)\b"),
    // The name of a file.
    likely(r"(?:^|\s)([A-Za-z]{2,}(?:_[A-Za-z0-9]+)+)"),
    likely(r"(?i)\w\.(?:docx?|pdf|indd|eml|msg|rtf|odt|xlsx?)\s*$"),
];

/// A sentence of running text that has only a name and a task: "Jo to confirm the number of seats." A title may say so.
pub static OF_PROSE: &[Pattern] = &[likely(
    r"(?m)(?:^|[.!?]\s+)([A-Z][a-z]+ to (?:confirm|check|supply|add|send|write|provide|approve|chase|sign off|rewrite|update|finish|complete|draft|amend|edit|proof-?read|advise))\b",
)
.unless(is_advice)];

/// Words that begin advice and no task of a colleague: "How to check", "Remember to add".
const ADVICE: &str = "How What Where When Who Whom Which Why Whether Time Remember Try Want Ways Need Needs Next Ready Happy Free \
    Easy Hard Able Nothing Something Everything Anything Work Used Here There Not Only Just Also And Or But Then \
    Glad Keen Steps Things Ideas Reasons Place Places Chance Permission Ask Back Set Plan Plans Agree Promise \
    Listen Learn Help Continue Begin Start Stop Go Thanks Due Up Close Welcome Easier Harder Better Best Enough \
    Most Much More Less As So In Failure Rights Powers Duty Refusal Invitation Invitations";

fn is_advice(found: &Match<'_>) -> bool {
    let first = found.words.split(' ').next().unwrap_or_default();
    ADVICE.split(' ').any(|word| word == first)
}

/// "CHECK WITH YOUR SCHOOL" and "TELL US ABOUT IT" are for readers.
fn speaks_to_readers(found: &Match<'_>) -> bool {
    const READERS: &[&str] = &[
        "US",
        "ME",
        "YOUR",
        "YOU",
        "YOURSELF",
        "THEM",
        "HIM",
        "HER",
        "IT",
        "THE",
        "AN",
        "OUR",
        "MY",
        "THEIR",
        "HIS",
        "WHAT",
        "HOW",
        "EACH",
        "EVERY",
        "EVERYBODY",
        "EVERYONE",
        "ANYBODY",
        "ANYONE",
        "CHILDREN",
        "PEOPLE",
        "FRIENDS",
        "PARENTS",
    ];
    READERS.contains(&found.words.rsplit(' ').next().unwrap_or_default())
}

/// "What became Lorem ipsum" speaks of the words; where they stand for others, "dolor" follows or nothing is around them.
fn is_spoken_of(found: &Match<'_>) -> bool {
    const BEFORE: &[&str] = &[
        "became", "called", "named", "the", "a", "of", "word", "words", "phrase", "as", "is",
        "was", "from", "about", "with", "say", "says", "said", "use", "used", "uses", "read",
        "wrote", "write",
    ];
    let is_answer =
        found.before.ends_with(['“', '"', '‘']) && found.after.starts_with(['”', '"', '’']);
    !found.after.trim_start().to_lowercase().starts_with("dolor")
        && (is_answer || BEFORE.contains(&found.previous_word().to_lowercase().as_str()))
}

/// "Insert your coin here" is what a machine says; a text is waiting where its words are.
fn is_done_by_hand(found: &Match<'_>) -> bool {
    const IN_HAND: &[&str] = &[
        "coin",
        "coins",
        "card",
        "key",
        "ticket",
        "token",
        "disc",
        "money",
        "plug",
        "battery",
        "batteries",
        "tab",
        "finger",
        "pin",
        "paper",
        "cup",
        "ball",
        "needle",
        "screw",
    ];
    let words = found.words.to_lowercase();
    words.split_whitespace().count() > 5
        || words.split_whitespace().any(|word| IN_HAND.contains(&word))
}
