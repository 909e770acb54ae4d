//! What stands in brackets: notes to oneself, the fields of other systems, and the insertions of careful editors.
//! Pure: texts in, places in them out.

use super::around::Match;
use super::expression::Expression;
use super::texts::TextMatch;

/// What one bracket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// A note to oneself, and whether it can be anything else.
    Note {
        is_certain: bool,
    },
    /// A field that another system fills in.
    Field,
    PlacedText,
}

/// Notes in `[…]` and `<…>`.
pub fn placeholders(text: &str) -> Vec<TextMatch> {
    in_brackets(text)
        .into_iter()
        .filter_map(|(at, whole, content)| match content {
            Content::Note { is_certain } => Some(TextMatch::new(at, whole, is_certain)),
            Content::Field | Content::PlacedText => None,
        })
        .collect()
}

/// Fields of other systems in `[…]`.
pub fn fields(text: &str) -> Vec<TextMatch> {
    in_brackets(text)
        .into_iter()
        .filter(|(_, _, content)| *content == Content::Field)
        .map(|(at, whole, _)| TextMatch::new(at, whole, true))
        .collect()
}

fn in_brackets(text: &str) -> Vec<(usize, &str, Content)> {
    static SQUARE: Expression = Expression::new(r"\[([^\[\]\n]{1,120})\]");
    static CURLY: Expression = Expression::new(r"\{([A-Za-z][^{}\n]{2,80})\}");
    static ANGLE: Expression = Expression::new(r"<([A-Za-z][^<>\n]{0,80})>");
    let mut all = Vec::new();
    for captures in SQUARE.captures_iter(text) {
        let (Some(whole), Some(inner)) = (captures.get(0), captures.get(1)) else { continue };
        let around = Match {
            before: &text[..whole.start()],
            words: inner.as_str(),
            after: &text[whole.end()..],
        };
        // A link of Markdown, a field of another system (`[[…]]`), or the end of either.
        let is_link =
            around.after.starts_with(['(', '[', ']']) || around.before.ends_with([']', '[']);
        if !is_link {
            all.push((whole.start(), whole.as_str(), content(&around)));
        }
    }
    for captures in CURLY.captures_iter(text) {
        let (Some(whole), Some(inner)) = (captures.get(0), captures.get(1)) else { continue };
        let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
        let is_double = before.ends_with(['{', '#', '$']) || after.starts_with('}');
        let lower = inner.as_str().to_lowercase();
        // "{x in A}" is a set.
        let is_sentence = lower.contains(' ') && !lower.starts_with("x ");
        if !is_double && is_sentence && is_of_something(&lower) {
            all.push((whole.start(), whole.as_str(), Content::Note { is_certain: false }));
        }
    }
    for captures in ANGLE.captures_iter(text) {
        let (Some(whole), Some(inner)) = (captures.get(0), captures.get(1)) else { continue };
        let is_double = text[..whole.start()].ends_with('<');
        if !is_double && is_angled_note(inner.as_str()) {
            all.push((whole.start(), whole.as_str(), Content::Note { is_certain: true }));
        }
    }
    all
}

/// Verbs of notes that people write to themselves.
const VERBS: &[&str] = &[
    "insert",
    "add",
    "check",
    "confirm",
    "delete",
    "deleted",
    "deleted:",
    "inserted",
    "inserted:",
    "enter",
    "fill",
    "include",
    "update",
    "replace",
    "write",
    "paste",
    "placeholder",
    "todo",
    "tk",
    "tbc",
    "tbd",
    "tba",
];

/// Things that wait for their words.
const THINGS: &[&str] = &[
    "link",
    "url",
    "date",
    "dates",
    "time",
    "times",
    "day",
    "month",
    "year",
    "venue",
    "location",
    "place",
    "town",
    "city",
    "age",
    "amount",
    "sum",
    "price",
    "number",
    "figure",
    "figures",
    "total",
    "photo",
    "image",
    "picture",
    "video",
    "logo",
    "caption",
    "credit",
    "quote",
    "title",
    "headline",
    "text",
    "intro",
    "introduction",
    "subject",
    "speaker",
    "speakers",
    "funder",
    "partner",
    "donor",
    "sponsor",
    "phone",
    "phone number",
    "email address",
    "job title",
    "organisation name",
    "x",
];

fn is_angled_note(inner: &str) -> bool {
    let lower = inner.trim().to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    // `<link …>`, `<title>` and the like are HTML: other rules speak of it.
    let is_html =
        matches!(first, "link" | "title" | "time" | "address" | "caption" | "picture" | "video");
    let is_name = matches!(
        lower.as_str(),
        "name" | "first name" | "firstname" | "last name" | "surname" | "your name" | "full name"
    );
    is_name
        || is_field(&lower)
        || (VERBS.contains(&first) && !lower.contains('='))
        || (!is_html && THINGS.contains(&lower.as_str()))
        || is_of_something(&lower)
}

/// "name of funder", "photo of the room", "your town".
fn is_of_something(lower: &str) -> bool {
    static OF: Expression = Expression::new(
        r"^(?:the )?(?:names?|title|date|time|number|amount|photo|image|picture|quote|link|figure|address|place|town|job title|person|total|percentage|%) (?:of|from|to|for|tbc)\b|^your \w+$|^x+\b|\bxx+\b|\?\?|\b(?:to|will|should) (?:supply|confirm|add|write|check|send|provide|follow|come|be added|be confirmed)\b|\b(?:tbc|tbd|here)$|^[\w ]{2,30} (?:name|date|number|link|amount|address|title|figure|url)$|^(?:(?:an?|one|two|three|some|short|brief) )?(?:\w+ )?(?:paragraphs?|sentences?|lines?|blurb|bios?|intro(?:duction)?|sign-?off|quotes?|stor(?:y|ies)|words|headlines?|captions?|title|photos?|pictures?|links?) (?:about|on|from|of|to|here|with)\b",
    );
    OF.is_match(lower)
}

/// "PDF, 2 MB" beside a link says what it opens.
fn is_file(lower: &str) -> bool {
    static FILE: Expression = Expression::new(
        r"^(?:pdf|docx?|word|xlsx?|excel|pptx?|csv|zip|mp[34]|epub|jpe?g|png|video|audio|bsl|youtube)\b|\d ?(?:kb|mb|gb|pages?|mins?)\b",
    );
    FILE.is_match(lower)
}

/// A request to a colleague by name: "Sam – please supply two sentences", "Priya, is this right".
fn is_request(inner: &str) -> bool {
    static REQUEST: Expression = Expression::new(
        r"(?:^|[,;] ?)[A-Z][a-z]* ?[-–—:,/] ?(?i:please|pls|can|could|is|are|do|does|did|have|what|which|where|who|need|needs|check|add|insert|confirm|supply|send|see|any|will|would|let)\b|(?i:\b(?:please|pls) (?:confirm|check|supply|add|send|write|provide|update|rewrite|advise)\b)",
    );
    REQUEST.is_match(inner)
}

fn content(around: &Match<'_>) -> Content {
    let inner = around.words.trim();
    let lower = inner.to_lowercase();
    if is_field(&lower) {
        return Content::Field;
    }
    let first = lower.split([' ', ':', '-']).next().unwrap_or_default();
    let has_letters = inner.chars().filter(|c| c.is_alphabetic()).count() > 2;
    let shouts = has_letters && inner.to_uppercase() == inner && inner.contains(' ');
    // A careful editor's insertion into somebody's words stands within their quotation.
    let is_certain = !around.is_quoted();
    if is_request(inner) && is_certain {
        return Content::Note { is_certain: false };
    }
    if VERBS.contains(&first) || (is_of_something(&lower) && !lower.starts_with("the ")) {
        return Content::Note { is_certain };
    }
    let thing = lower.trim_start_matches("a ").trim_start_matches("an ");
    if THINGS.contains(&thing) || THINGS.contains(&thing.trim_end_matches(['?', '.', '!'])) {
        return if is_certain || inner.to_uppercase() == inner {
            Content::Note { is_certain }
        } else {
            Content::PlacedText
        };
    }
    if (shouts || lower.ends_with('?')) && is_certain && lower != "sic" && !is_file(&lower) {
        return Content::Note { is_certain: shouts };
    }
    if lower == "name" || lower == "names" || lower == "address" {
        return Content::Note { is_certain };
    }
    Content::PlacedText
}

/// Names of fields, without blanks and marks.
const FIELDS: &[&str] = &[
    "firstname",
    "fname",
    "lastname",
    "lname",
    "surname",
    "forename",
    "fullname",
    "givenname",
    "familyname",
    "contactfirstname",
    "contactname",
    "recipientname",
    "recipientfirstname",
    "subscribername",
    "subscriberfirstname",
    "userfirstname",
    "username",
    "membername",
    "donorname",
    "supportername",
    "emailaddress",
    "email",
    "salutation",
    "unsubscribe",
    "unsubscribelink",
    "unsublink",
    "unsubscribeurl",
    "viewinbrowser",
    "viewonline",
    "webversion",
    "companyname",
    "preferences",
    "updateprofile",
];

/// A field as other systems name it: `firstname`, `fname,fallback=friend`, `subscriber:firstname`, `unsubscribe`.
pub fn is_field(text: &str) -> bool {
    let name = text.split([',', '|', '=']).next().unwrap_or_default().trim();
    let name = name
        .strip_prefix("subscriber:")
        .or_else(|| name.strip_prefix("contact:"))
        .or_else(|| name.strip_prefix("user:"))
        .unwrap_or(name);
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-' | '.'))
        .collect::<String>()
        .to_lowercase();
    FIELDS.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_fields_and_insertions_are_told_apart() {
        let of = |text: &str| in_brackets(text).first().map(|(_, _, content)| *content);
        for note in [
            "thanks to [name of funder]",
            "see [LINK]",
            "at [time]",
            "[Insert intro]",
            "[PHOTO HERE]",
            "[Tom to supply two sentences]",
            "[Tom – please supply two sentences]",
            "the cost [Ann, please confirm the cost]",
            "[Ann - need a better photo]",
            "<insert greeting>",
            "Dear <name>,",
            "[which one?]",
        ] {
            assert!(matches!(of(note), Some(Content::Note { .. })), "{note}");
        }
        for field in ["[firstname]", "[First Name]", "[fname,fallback=friend]", "[unsubscribe]"] {
            assert_eq!(of(field), Some(Content::Field), "{field}");
        }
        for words in [
            "[sic]",
            "[Ann: laughs]",
            "“[Ann, please come]”",
            "“They [the council] listened”",
            "“We knew [the date] well”",
            "[the time of day]",
            "[NSPCC]",
            "[1]",
            "[…]",
        ] {
            assert_eq!(of(words), Some(Content::PlacedText), "{words}");
        }
        for none in ["[the report](https://charity.org.uk)", "a < b > c", "<strong>bold</strong>"] {
            assert!(placeholders(none).is_empty() && fields(none).is_empty(), "{none}");
        }
    }
}
