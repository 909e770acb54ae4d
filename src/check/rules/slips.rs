//! Slips of the keyboard and of copying: doubled words, letters that turned into others, marks that nobody closed.
//! Pure: texts in, findings out.

use std::sync::LazyLock;

use crate::check::around::{Pattern, Patterns, certain, likely};
use crate::check::expression::Expression;
use crate::check::pasted::{ENCODED, PASTED};
use crate::check::screen_words::{OF_PICTURES, SCREEN_WORDS};
use crate::check::texts::{TextKind, TextMatch};
use crate::check::{
    CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt, markdown_slips, mojibake,
    phones, repetition,
};

pub const RULES: [Rule; 7] = [
    Rule::new(
        "doubled-word",
        "Is a word or a sentence repeated by mistake?",
        "\"Learned how to to listen\" is left when a sentence was changed in a hurry, and a \
         paragraph may be pasted twice. roundup accepts \"very, very\" and \"had had\".",
        doubled_word,
    ),
    Rule::new(
        "garbled",
        "Is the text free of garbled characters?",
        "â€™ was an apostrophe and Ã© was an é before a program read the text in the wrong \
         encoding. &amp;nbsp; and &lt;br&gt; are HTML that a reader should never see. Copy the \
         text again from its source.",
        garbled,
    ),
    Rule::new(
        "pasted",
        "Is the text free of what other programs add?",
        "\"Sent from my iPhone\", [cid:image001.png], #REF!, \"Click to add text\", [gallery …] and \
         \"Continue reading →\" come along when words are copied from an email, a chat, a \
         document or a website. Remove them.",
        pasted,
    ),
    Rule::new(
        "markdown-left",
        "Is Markdown left in plain text?",
        "**Bold** and [words](https://…) work in the introduction of a draft. Subjects, titles \
         and the summaries of stories are plain text, and show the stars and brackets.",
        markdown_left,
    ),
    Rule::new(
        "unclosed",
        "Is every bracket and every quotation closed?",
        "A bracket that is never closed often means that the end of a sentence was lost. Close \
         it, or add what is missing.",
        unclosed,
    ),
    Rule::new(
        "spacing",
        "Is the spacing right?",
        "Two spaces in a subject, a space before a comma or two full stops are left when words \
         were removed.",
        spacing,
    ),
    Rule::new(
        "number-cut",
        "Is every telephone number and every price complete?",
        "A UK telephone number has ten or eleven digits: with one missing, nobody gets through. A \
         £ without a figure is a price that somebody meant to look up.",
        number_cut,
    ),
];

fn findings_of(
    rule: &'static str,
    (shown, known): (&RenderedEmail<'_>, &CheckContext<'_>),
    find: impl Fn(&str, TextKind) -> Vec<TextMatch>,
    message: impl Fn(&TextMatch, &str) -> String,
    cure: &str,
) -> Vec<Finding> {
    known
        .look(shown, find)
        .into_iter()
        .map(|placed| {
            let message = message(&placed.found, &placed.around);
            Finding::new(rule, Severity::Should, placed.place, message, cure)
        })
        .collect()
}

fn doubled_word(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    if !known.theme.look.language.to_lowercase().starts_with("en") {
        return Vec::new();
    }
    findings_of(
        "doubled-word",
        (shown, known),
        |text, kind| {
            let mut found = repetition::doubled_words(text);
            if kind == TextKind::Prose {
                found.extend(repetition::repeated_sentences(text));
            }
            found
        },
        |found, around| {
            if found.words.contains(' ') {
                format!("\"{}\" stands there twice", excerpt(&found.words))
            } else {
                format!("\"{}\" is repeated in \"{around}\"", found.words)
            }
        },
        "remove one of them",
    )
}

fn garbled(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    findings_of(
        "garbled",
        (shown, known),
        |text, kind| {
            static CODES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(ENCODED));
            let mut found = mojibake::find(text);
            found.extend(CODES.find(text));
            found.extend(entities(text, kind));
            found
        },
        |found, around| format!("`{}` in \"{around}\" is garbled", found.words.trim()),
        "copy the text again from its source, or type the characters",
    )
}

fn pasted(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static MARKS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(PASTED));
    static SCREENS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(SCREEN_WORDS));
    static PICTURES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(OF_PICTURES));
    findings_of(
        "pasted",
        (shown, known),
        |text, kind| match kind {
            // The name of a picture's file is another rule's, and a template may well say "Read more →".
            TextKind::Block => Vec::new(),
            TextKind::Description => PICTURES.find(text),
            TextKind::Line | TextKind::Prose => {
                let mut found = MARKS.find(text);
                found.extend(SCREENS.find(text));
                found
            }
        },
        |found, around| {
            format!("`{}` in \"{around}\" comes from another program", excerpt(&found.words))
        },
        "remove it",
    )
}

/// Marks of HTML that are read as they stand.
fn entities(text: &str, kind: TextKind) -> Vec<TextMatch> {
    static MARKS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(HTML));
    // The introduction and summaries are Markdown, which turns them into characters: what stays is in the email's blocks.
    match kind {
        TextKind::Prose => Vec::new(),
        TextKind::Line | TextKind::Description | TextKind::Block => MARKS.find(text),
    }
}

pub static HTML: &[Pattern] = &[
    likely(
        r"&(?:amp|nbsp|lt|gt|quot|apos|pound|euro|hellip|mdash|ndash|lsquo|rsquo|ldquo|rdquo|copy|eacute|#\d{2,5}|#x[0-9a-fA-F]{2,4});",
    ),
    likely(
        r"</?(?:p|br|strong|em|b|i|u|div|span|h[1-6]|ul|ol|li|table|tr|td|img|font|center|hr)(?: [^<>]*=[^<>]*)?/?>|</a>|<a href[^<>]*>",
    ),
];

fn markdown_left(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static MARKS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(MARKDOWN));
    let mut findings = findings_of(
        "markdown-left",
        (shown, known),
        |text, kind| match kind {
            TextKind::Prose => Vec::new(),
            TextKind::Line | TextKind::Description | TextKind::Block => MARKS.find(text),
        },
        |found, around| format!("readers see `{}` in \"{around}\"", found.words.trim()),
        "write plain words there, or move the text into the introduction",
    );
    let introduction = &known.edition.introduction;
    let of_introduction =
        markdown_slips::all(&introduction.text).into_iter().map(|(at, what, cure)| {
            let place = introduction.place_of(at);
            Finding::new("markdown-left", Severity::Should, place, what, cure)
        });
    findings.extend(of_introduction);
    findings
}

pub static MARKDOWN: &[Pattern] = &[
    likely(r"\*\*+ ?[^*\s][^*\n]{0,60}|\*\*\*?(?:\s|$)"),
    likely(r"(?:^|\s)__[^_\n]{1,60}__(?:\W|$)"),
    likely(r"\[[^\[\]\n]{0,80}\]\([^()\s]{0,200}\)?"),
    // With a blank between, or the two kinds of brackets exchanged.
    likely(
        r"\[[^\[\]\n]{1,80}\] \((?:https?:|www\.|mailto:)[^()\s]{0,200}\)?|\([^()\n]{1,80}\) ?\[(?:https?:|www\.)[^\[\]\s]{0,200}\]?",
    ),
    likely(r"(?:^|\s)(#{2,6} \p{Lu}\S*)"),
    certain(r"```|~~[^~\n]{1,60}~~").unless(|found| found.words.len() < 3),
];

fn unclosed(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for written in &known.written() {
        let text = written.without_own_slots();
        for found in never_closed(&text) {
            let message =
                format!("`{}` is never closed in \"{}\"", found.words, excerpt(&text[found.at..]));
            if findings.iter().all(|finding| finding.message != message) {
                findings.push(Finding::new(
                    "unclosed",
                    Severity::Should,
                    written.place(found.at),
                    message,
                    "close it, or add what is missing",
                ));
            }
        }
    }
    findings
}

/// Brackets and quotations that a paragraph opens and does not close.
fn never_closed(text: &str) -> Vec<TextMatch> {
    static FACES: Expression = Expression::new(r"[:;=]-?[()]");
    // A summary that was cut off may have lost its end.
    if text.trim_end().ends_with(['…']) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let paragraphs: Vec<(usize, &str)> = {
        let mut at = 0;
        text.split("\n\n")
            .map(|paragraph| {
                let start = at;
                at += paragraph.len() + 2;
                (start, paragraph)
            })
            .collect()
    };
    for (index, (start, paragraph)) in paragraphs.iter().enumerate() {
        let plain = FACES.replace(paragraph, |face| " ".repeat(face[0].len()));
        for (open, close) in [('(', ')'), ('[', ']')] {
            let mut opened: Vec<usize> = Vec::new();
            for (at, c) in plain.char_indices() {
                if c == open {
                    opened.push(at);
                } else if c == close {
                    opened.pop();
                }
            }
            if let Some(at) = opened.first() {
                found.push(TextMatch::new(start + at, open.to_string(), false));
            }
        }
        let opens = plain.matches('“').count();
        let closes = plain.matches('”').count();
        // A quotation of several paragraphs is opened in each, and closed in the last.
        let goes_on = paragraphs
            .get(index + 1)
            .is_some_and(|(_, next)| next.trim_start().starts_with(['“', '"']));
        if opens > closes
            && !goes_on
            // German opens below the line, and closes with this mark.
            && !plain.contains('„')
            && let Some(at) = plain.rfind('“')
        {
            found.push(TextMatch::new(start + at, "“", false));
        }
        // Straight marks after a digit are inches.
        let marks: Vec<usize> = plain
            .char_indices()
            .filter(|(at, c)| {
                *c == '"' && !plain[..*at].chars().next_back().is_some_and(|c| c.is_ascii_digit())
            })
            .map(|(at, _)| at)
            .collect();
        let next_is_quoted =
            paragraphs.get(index + 1).is_some_and(|(_, next)| next.starts_with('"'));
        let is_odd = plain.matches('"').count() % 2 == 1;
        if is_odd
            && marks.len() % 2 == 1
            && !next_is_quoted
            && !plain.contains('”')
            && let Some(at) = marks.last()
        {
            found.push(TextMatch::new(start + at, "\"", false));
        }
    }
    found
}

fn spacing(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static ANYWHERE: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(SPACES));
    static LINES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(SPACES_OF_LINES));
    let is_french = known.theme.look.language.to_lowercase().starts_with("fr");
    let mut findings = Vec::new();
    for written in &known.written() {
        let text = written.without_own_slots();
        let mut found = ANYWHERE.find(&text);
        if written.kind() == TextKind::Line {
            found.extend(LINES.find(&text));
        }
        if let Some(first) =
            found.into_iter().find(|found| !(is_french && found.words.contains(' ')))
        {
            let what = match first.words.trim() {
                "" => "there are two spaces".to_owned(),
                mark if first.words.starts_with(' ') => {
                    format!("there is a space before `{}`", mark.trim())
                }
                mark => format!("there is `{mark}`"),
            };
            findings.push(Finding::new(
                "spacing",
                Severity::Note,
                written.place(first.at),
                format!("{what} in \"{}\"", excerpt(written.text)),
                "take it out",
            ));
        }
    }
    findings
}

pub static SPACES: &[Pattern] =
    &[likely(r"[\p{L}\d)]( [,;.])(?:\s|$)"), likely(r"[\p{L}\d](\.\.|,,|,\.|;;)(?:\s|$)")];

pub static SPACES_OF_LINES: &[Pattern] = &[likely(r"\S(  +)\S")];

fn number_cut(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static PRICES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(NO_FIGURE));
    let mut findings: Vec<Finding> = Vec::new();
    for written in &known.written() {
        let prices = PRICES
            .find(written.text)
            .into_iter()
            .map(|found| (found.at, format!("`{}` has no figure", found.words.trim())));
        let numbers = phones::cut(written.text).into_iter().map(|found| {
            (
                found.at,
                format!("the telephone number {} has the wrong number of digits", found.words),
            )
        });
        for (at, what) in prices.chain(numbers) {
            findings.push(Finding::new(
                "number-cut",
                Severity::Should,
                written.place(at),
                format!("{what} in \"{}\"", excerpt(written.text)),
                "look up the number",
            ));
        }
    }
    findings
}

pub static NO_FIGURE: &[Pattern] = &[likely(
    r"(?i)\b(?:costs?|is|are|for|of|raised|gave|just|only|about|over|from|donate|give|gift|spend|spent|need|needs|than|nearly|worth) ([£€$])(?:\s+\p{Ll}|\s*[.,;]|\s*$)",
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotations() {
        for (text, count) in [
            ("The room (beside the library has a ramp.", 1),
            ("She said: “It is good. We love it.", 1),
            ("She said: \"It is good.", 1),
            ("“It is good.\n\n“We love it.”", 0),
            ("a) the kitchen, b) the ramp :) and so (on)", 0),
            ("6' 2\" long and 5\" wide", 0),
            ("The poster says \"Friday 4 December 2026\"", 0),
            ("We were asked (and …", 0),
        ] {
            assert_eq!(never_closed(text).len(), count, "{text}");
        }
    }
}
