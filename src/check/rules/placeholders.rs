//! Notes to oneself that were left in an edition: the forms that newsrooms use.
//! Pure: texts in, findings out.

use std::sync::LazyLock;

use crate::check::around::{Match, Pattern, Patterns, certain, likely};
use crate::check::brackets;
use crate::check::expression::Expression;
use crate::check::texts::{TextKind, TextMatch};
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};

pub const RULES: [Rule; 1] = [Rule::new(
    "placeholder",
    "Is a placeholder left anywhere?",
    "TK, TBC, XX, lorem ipsum, [name of funder] and \"NOTE:\" are notes to yourself, and are \
     easily sent by mistake. roundup does not send an edition with something that can only be a \
     placeholder. What may be intended is shown as \"should fix\".",
    placeholder,
)];

fn placeholder(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = known
        .look(shown, placeholders)
        .into_iter()
        .map(|placed| {
            let severity = if placed.found.is_certain { Severity::Must } else { Severity::Should };
            Finding::new(
                "placeholder",
                severity,
                placed.place,
                format!("`{}` is left in \"{}\"", placed.found.words.trim(), placed.around),
                "write what belongs there, or remove it",
            )
        })
        .collect();
    for address in shown.addresses() {
        if let Some(words) = in_address(&address) {
            findings.push(Finding::new(
                "placeholder",
                Severity::Must,
                known.place_of(&address),
                format!("`{words}` is left in the address {address}"),
                "write the page's real address",
            ));
        }
    }
    findings
}

/// What is left in one text.
pub fn placeholders(text: &str, kind: TextKind) -> Vec<TextMatch> {
    static ANYWHERE: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(PATTERNS));
    static LINES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(OF_LINES));
    static WHOLE: Expression = Expression::new(WHOLE_TEXTS);
    if kind != TextKind::Block && WHOLE.is_match(text) {
        return vec![TextMatch::new(0, text.trim(), true)];
    }
    let mut found = brackets::placeholders(text);
    let mut add = |more: Vec<TextMatch>| {
        for one in more {
            let overlaps = found.iter().any(|known: &TextMatch| {
                one.at < known.at + known.words.len() && known.at < one.at + one.words.len()
            });
            if !overlaps {
                found.push(one);
            }
        }
    };
    add(ANYWHERE.find(text));
    if kind == TextKind::Line {
        add(LINES.find(text));
    }
    found
}

/// A whole text that nobody would write for readers.
const WHOLE_TEXTS: &str = r"(?i)^\s*(?:test(?:ing|s)?|test \d+|test (?:e-?mail|message|send|edition|newsletter|story|post|title)|untitled(?: \w+)?|title|headline|subject(?: line)?|preheader|new (?:post|story|draft|page)|(?:story|article|item|section|news|event|headline|title|subject) (?:no\. ?)?\d+(?: (?:title|headline|heading|text|summary|name))?|(?:story|article|item|section|news|event|subject|email) (?:title|headline|heading|line|text|summary|name)|asdf\w*|qwerty\w*|foo(?: ?bar)?|blah(?:[ ,]+blah)*|copy|draft|summary|caption|alt(?: ?text)?|description|to do|hello world|placeholder|(?:title|headline|heading|caption|intro|text|quote|photo|image|picture|link|date|name|summary|story) here)[.!…]*\s*$";

/// Words after which `XX` is a number of old Rome.
fn is_numeral(found: &Match<'_>) -> bool {
    const BEFORE: &[&str] = &[
        "room",
        "page",
        "pages",
        "article",
        "chapter",
        "part",
        "volume",
        "section",
        "appendix",
        "book",
        "psalm",
        "act",
        "rated",
        "certificate",
        "size",
        "legion",
    ];
    const AFTER: &[&str] =
        &["chromosome", "chromosomes", "olympiad", "olympic", "olympics", "century"];
    let is_spaced = found.before.ends_with(' ');
    let before = found.previous_word().to_lowercase();
    (is_spaced && (BEFORE.contains(&before.as_str()) || found.follows_a_name()))
        || AFTER.contains(&found.next_word().to_lowercase().as_str())
}

/// "Our TODO list" speaks of a list.
fn is_a_list_of_things(found: &Match<'_>) -> bool {
    ["list", "lists", "app", "apps", "item", "items"]
        .contains(&found.next_word().to_lowercase().as_str())
        || ["our", "my", "your", "their", "his", "her", "a", "the"]
            .contains(&found.previous_word().to_lowercase().as_str())
}

/// TK Maxx, TK Elevator, TBC Bank, "a group called TBC".
fn begins_a_name(found: &Match<'_>) -> bool {
    const BEFORE: &[&str] = &["called", "named", "band", "duo"];
    if found.before.ends_with(' ')
        && BEFORE.contains(&found.previous_word().to_lowercase().as_str())
    {
        return true;
    }
    found.next_word().chars().next().is_some_and(char::is_uppercase)
        && found.after.starts_with([' ', '-', '\u{a0}'])
}

/// `xxx` at the end of a letter is a row of kisses.
fn are_kisses(found: &Match<'_>) -> bool {
    found.is_at_a_start()
        || found.before.trim_end().ends_with(',')
        || !found.next_word().chars().next().is_some_and(char::is_lowercase)
}

/// "Who am I ???" asks; "has ??? places" is waiting for a number, and "opened by Cllr ???" for a name.
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
    likely(r"\bTBA\b").unless(begins_a_name),
    likely(r"(?:^|[\s(\[])(t\.?b\.?[cda]\.?)(?:$|[\s,;:)\]])"),
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
    certain(r"\bN{3,4}\b").unless(is_numeral),
    likely(r"(?:^|\s)([£$€]{2,})(?:\s|[.,;]|$)"),
    likely(r"[a-z,;] (DATE|TIME|VENUE|NAME|NUMBER|AMOUNT|FIGURE|LINK|URL|QUOTE|TITLE)(?:[:.,;)]|\s+[a-z])"),
    certain(r"\b(?:QUOTE|PHOTO|PICTURE|IMAGE|CAPTION|BIO|LOGO|COPY|TEXT) (?:FROM|OF|BY|FOR) [A-Z]{2,}\b"),
    // Addresses and numbers that reach nobody.
    certain(r"\b[xX]{2,}@\S*"),
    certain(r"(?i)\b(?:name|your|your\.?name|email|user|someone|first\.?name\.last\.?name)@(?:e?mail|domain|address|company|organisation|organization|charity|your\w+|xx+)(?:\.\w+)*\b"),
    certain(r"\bhttps?://(?:link|url|x{2,}|tbc|website|address)\b"),
    // A whole address is another rule's.
    likely(r"(?i)\b(?:www\.)?example\.(?:com|org|net)\b")
        .unless(|found| found.before.ends_with(['/', '@', '.'])),
    likely(r"(?i)\b(?:speaker|author|funder|sponsor|venue|event|contact|person)(?:['’]s)? (?:name|title|quote|photo) here\b"),
    likely(r"(?m)(?:^|[.!?]\s+)([A-Z][a-z]+ ?[-–:] ?(?i:please check|pls check|can you check|is this right|check this)\b)"),
    likely(r"(?i)\bstill to be (?:signed off|approved|checked|confirmed)\b"),
    certain(r"\b0\d{2,4}[ -]?[Xx]{3,}(?:[ -]?[Xx]+)*"),
    certain(r"\b(?:0123 ?456 ?7890?|01234 ?567 ?890|0000 ?000 ?000)\b"),
    certain(r"\bX{2,}\b").unless(is_numeral),
    likely(r"\b(x{2,})\b").unless(are_kisses),
    likely(r"\b(?:for|of|by|over|than|nearly|about|almost|with|raised|gave|helped|reached) (X) (?:years?|months?|weeks?|days?|hours?|people|children|families|pounds|places|volunteers|members|supporters|schools|percent|per cent|million|thousand)\b"),
    likely(r"(?:^|[\s(:£$€])(\?{2,})").unless(asks),
    certain(r"\[ ?\?+ ?\]"),
    likely(r"\(([^()\n]*\?{2,})\)"),
    likely(r"_{4,}"),
    likely(r"(?i)[:–-] ?(to be confirmed|to be announced|to follow|to come)(?:[.,;)]|\s*$)"),
    // Words that stand for words.
    certain(r"\A\s*([xX]{3,})\s*\z"),
    certain(r"(?i)\b(?:text|blah|bla)(?: (?:text|blah|bla)){2,}\b"),
    certain(r"(?i)lorem ipsum|dolor sit amet|consectetur adipiscing|sed ut perspiciatis|ut enim ad minim"),
    certain(r"(?i)\b(?:title|headline|heading|text|copy|caption|image|photo|picture|quote|link|content|body|summary|name|date|subject|preheader|intro(?:duction)?|story|logo|description|greeting|address) goes here\b"),
    certain(r"(?i)\b(?:your|sample|dummy|placeholder|preheader|preview|body|alt|link|button|intro|image|photo|picture|subject|heading|headline) (?:text|title|headline|heading|copy|caption|description|line|content) (?:goes )?here\b"),
    certain(r"(?i)\b(?:dummy|placeholder|filler) (?:text|copy|image|photo|title|headline|link|content)\b"),
    certain(r"\bPLACEHOLDER\b"),
    certain(r"(?im)(?:^|[.!?:(\[]\s*)(insert (?:an? |the |your )?(?:\w+ ){0,2}(?:photo|picture|image|link|url|logo|quote|text|caption|headline|title|date|figures?|numbers?|name|intro(?:duction)?|preheader|subject line|content|copy|details|summary|greeting|address|video|signature)(?: here)?)\s*(?:[.!)\]]|$)"),
    likely(r"(?im)(?:^|[.!?:(\[]\s*)((?:add|put|paste|upload|need|needs|find|choose) (?:an? |the |your |more )?(?:photo|picture|image|link|url|logo|quote|caption|headline|figures?|intro(?:duction)?|preheader|subject line|copy|video)s?(?: (?:here|from [^.\n]{1,30}|below|above))?)\s*(?:[.!)\]]|$)"),
    certain(r"\bINSERT (?:AN? |THE |YOUR )?[A-Z]{2,}\b"),
    likely(r"(?i)\binsert\b[^.!?\n]{1,40}\bhere\b").unless(|found| found.words.split_whitespace().count() > 5),
    certain(r"\b(?:ADD|CHECK|INSERT|CONFIRM|UPDATE|REPLACE|DELETE|REWRITE|NEEDS?|AWAITING|CHASE) (?:A |AN |THE )?(?:PHOTO|IMAGE|PICTURE|LINK|QUOTE|TEXT|DATE|FIGURES?|NUMBERS?|CAPTION|LOGO|WITH|FACTS|HERE|VENUE|SPELLING|COPY)\b"),
    certain(r"\b(?:PHOTO|IMAGE|PICTURE|LINK|QUOTE|TEXT|CAPTION|LOGO|HEADLINE|COPY|FIGURES?) (?:HERE|TO COME|TO FOLLOW|NEEDED|MISSING|PENDING|TBC)\b"),
    likely(r"(?i)\b(?:quotes?|links?|text|copy|captions?|headline|figures?|bio|image|photo|picture) (?:to come|to follow|needed|pending|to be added|to be confirmed)\b").unless(|found| found.previous_word().eq_ignore_ascii_case("more") && !found.words.to_lowercase().starts_with("text")),
    likely(r"(?i)\b(?:date|time|venue|place|location|speakers?|prices?) (?:to be confirmed|to be announced)(?:[.,;)]|\s*$)"),
    likely(r"(?im)(?:^|[.!?:(\[]\s*)((?:still )?(?:awaiting|waiting for|pending|needs?) (?:final )?(?:approval|sign-?off|confirmation|go-?ahead|permission|quote|photo|figures)\b)"),
    likely(r"(?i)\b(?:figures?|numbers?|text|copy|links?|dates?|photos?|names?|quotes?|prices?) to be (?:updated|checked|added|supplied|replaced|approved|agreed|written)\b"),
    likely(r"(?i)\b(?:logos?|photos|pictures|programmes?) to (?:come|follow)\b"),
    likely(r"(?m)(?:^|[.!?]\s+)(To be (?:written|drafted|added|supplied|completed|agreed|decided|filled in)\b)"),
    likely(r"(?im)(?:^|[.!?:]\s+)(needs? (?:an? |some )?(?:better|new|stronger|shorter|proper) (?:ending|intro|opening|headline|title|photo|picture|quote|link|words?)\b)"),
    likely(r"(?m)\s[-–—] ((?:ask|check with|confirm with) [A-Z][a-z]+)[.!]?\s*$"),
    certain(r"\b(?:ADDRESS|NAME|DATE|TIME|VENUE|PLACE|TITLE|AMOUNT|NUMBER|POSTCODE|EMAIL) (?:GOES )?HERE\b"),
    certain(r"\bFirst ?[Nn]ame (?:Sur|Last ?)[Nn]ame\b"),
    certain(r"(?:^|[“‘\x22])((?:Quote|Text|Words) (?:goes )?here\b)[,.…”’\x22]"),
    certain(r"##[A-Za-z][\w ]{1,30}##"),
    certain(r"\b[Xx]{1,3}(?:st|nd|rd|th)\b").unless(is_numeral),
    // Notes to colleagues.
    certain(r"\bTO DO ?:"),
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
    certain(r"\b(?:NOT FOR PUBLICATION|DO NOT (?:SEND|PUBLISH)|FOR INTERNAL USE|INTERNAL (?:USE )?ONLY|EMBARGOED|WORK IN PROGRESS|FIRST DRAFT|DRAFT ONLY)\b"),
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
    likely(r"(?i)\b(v\d+(?:\.\d+)?)\s*$"),
    likely(r"\s(FINAL|DRAFT|DO NOT SEND)\s*$"),
];

/// What a link has instead of its page.
fn in_address(address: &str) -> Option<String> {
    const HOSTS: &[&str] = &[
        "link",
        "url",
        "xxx",
        "xx",
        "tbc",
        "website",
        "yourwebsite.com",
        "insertlink",
        "linkhere",
    ];
    const PARTS: &[&str] = &[
        "tbc",
        "tbd",
        "tk",
        "todo",
        "xxx",
        "xx",
        "link",
        "insert-link",
        "link-here",
        "placeholder",
        "url-here",
        "[link]",
        "insert-link-here",
    ];
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?.trim_start_matches("www.").to_lowercase();
    if HOSTS.contains(&host.as_str()) {
        return Some(host);
    }
    let parts = url.path_segments()?.map(|part| part.replace("%5B", "[").replace("%5D", "]"));
    parts.map(|part| part.to_lowercase()).find(|part| PARTS.contains(&part.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;

    #[test]
    fn placeholders_are_whole_words() {
        let left = SampleEmail::with(|mail| {
            mail.edition.introduction.text = "We trained TK nurses.".to_owned();
        });
        assert_eq!(left.only_finding(), "placeholder: `TK` is left in \"We trained TK nurses.\"");
        let fine = SampleEmail::with(|mail| {
            mail.edition.introduction.text = "The TKS course, XXXL.".to_owned();
        });
        assert_eq!(fine.findings(), Vec::<String>::new());
    }

    #[test]
    fn what_can_be_nothing_else_holds_the_sending_and_what_may_be_meant_does_not() {
        let severity =
            |text: &str| placeholders(text, TextKind::Prose).first().map(|found| found.is_certain);
        for text in [
            "We trained XX nurses.",
            "See [LINK].",
            "Lorem ipsum dolor.",
            "Thanks to INSERT NAME for the cakes.",
            "Thanks to INSERT YOUR NAME HERE.",
            "Meet us at ADDRESS HERE.",
            "The fair is on the XXth of December.",
            "“The club saved me,” says Firstname Surname.",
            "“Quote here,” says Ann.",
            "Dear ##First Name##, hello.",
            "TO DO: write the end.",
        ] {
            assert_eq!(severity(text), Some(true), "{text}");
        }
        for text in [
            "The speaker is TBA.",
            "Quote to follow from Ann.",
            "Name: ______",
            "NB Sam: is this still right?",
        ] {
            assert_eq!(severity(text), Some(false), "{text}");
        }
        for text in [
            "The XX Olympic Games and the XXth century.",
            "The drama group is called TBC, and it is always late.",
            "## First steps ##",
            "Please write your first name, surname and address.",
            "We have more to do: come and help.",
            "NB: the door is at the back.",
        ] {
            assert_eq!(severity(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_that_nobody_has_written_yet() {
        for (address, words) in [
            ("http://link", Some("link")),
            ("https://charity.org.uk/TBC", Some("tbc")),
            ("https://charity.org.uk/%5BLINK%5D", Some("[link]")),
            ("https://charity.org.uk/links", None),
            ("https://link.org.uk/", None),
        ] {
            assert_eq!(in_address(address).as_deref(), words, "{address}");
        }
    }
}
