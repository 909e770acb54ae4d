//! Figures that nobody writes on purpose, and sentences that end in the middle.
//! Pure: texts in, findings out.

use std::sync::LazyLock;

use crate::check::around::{Match, Pattern, Patterns, is_in_address, is_quoted, likely};
use crate::check::texts::TextKind;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};

pub const RULES: [Rule; 2] = [
    Rule::new(
        "odd-number",
        "Can every number be meant as it is written?",
        "\"The 21th\", \"8pm a.m.\", \"£1.5m million\" and \"100%%\" are slips of the hand. Write \
         the number again.",
        odd_number,
    ),
    Rule::new(
        "unfinished",
        "Does every sentence come to its end?",
        "A paragraph that ends with \"the\" or \"and\", or with \"everybody who\", has lost its \
         last words.",
        unfinished,
    ),
];

static ODD: &[Pattern] = &[
    likely(r"\b\d{1,3}(?:st|nd|rd|th)\b").unless(is_an_ordinal),
    likely(r"(?i)\b\d{1,2}(?:[:.]\d\d)? ?(?:[ap]m|[ap]\.m\.?) ?(?:[ap]m|[ap]\.m\.?)"),
    // Twelve at noon is not later than two in the afternoon.
    likely(r"(?i)\bfrom (?:1[01]|[1-9])(?:[:.]\d\d)? ?pm (?:to|until|till) 12(?:[:.]00)? ?pm\b"),
    likely(r"(?i)[£$€]\d[\d.,]*(?:m|k|bn) ?(?:million|thousand|billion)\b"),
    likely(r"[£$€]\d{1,2}(?:,\d{2})+,\d{3}\b"),
    likely(r"\d ?%%(?:[\s.,;!?)]|$)"),
    likely(r"[£$€]\d+\.\d(?:[ ,;)]|\.?\s*$|\. )").unless(counts_in_large),
    likely(
        r"(?i)\b(?:about|around|approximately|roughly|nearly) (?:circa|approximately|roughly)\b|\b(?:approximately|roughly|circa) (?:about|around)\b",
    ),
];

fn is_an_ordinal(found: &Match<'_>) -> bool {
    let digits = found.words.trim_end_matches(|c: char| c.is_alphabetic());
    let Ok(number) = digits.parse::<u32>() else { return true };
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    found.words.ends_with(ending) || is_in_address(found) || found.is_quoted()
}

/// "£2.5 million" has its pence elsewhere.
fn counts_in_large(found: &Match<'_>) -> bool {
    let next = found.next_word().to_lowercase();
    ["million", "billion", "trillion", "thousand", "m", "k", "bn", "mn"].contains(&next.as_str())
}

static OPEN: &[Pattern] = &[likely(
    r"\b(the|and|an|our|their|because|whose|(?:[Ee]verybody|[Ee]veryone|[Tt]hose|[Aa]ll|people) who)\s*(?:\n\s*\n|$)",
)
.unless(is_quoted)];

fn odd_number(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static SLIPS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(ODD));
    let is_english = known.theme.look.language.to_lowercase().starts_with("en");
    let placed = known.look(shown, |text, kind| match kind {
        TextKind::Line | TextKind::Prose if is_english => SLIPS.find(text),
        _ => Vec::new(),
    });
    placed
        .into_iter()
        .map(|placed| {
            let words = placed.found.words.trim();
            let message = format!("`{words}` in \"{}\" is an odd number", placed.around);
            let cure = "write the number, or the time, again";
            Finding::new("odd-number", Severity::Should, placed.place, message, cure)
        })
        .collect()
}

fn unfinished(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static ENDS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(OPEN));
    let is_english = known.theme.look.language.to_lowercase().starts_with("en");
    let placed = known.look(shown, |text, kind| match kind {
        TextKind::Prose if is_english => ENDS.find(text),
        _ => Vec::new(),
    });
    placed
        .into_iter()
        .map(|placed| {
            let words = excerpt(placed.found.words.trim());
            let message = format!("a sentence ends with \"{words}\": \"{}\"", placed.around);
            let cure = "write its end, or take it out";
            Finding::new("unfinished", Severity::Should, placed.place, message, cure)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_nobody_writes_on_purpose() {
        let odd = Patterns::of(ODD);
        for text in [
            "on the 22th of May",
            "the 11st time",
            "at 10am am",
            "from 6.30pm to 12pm",
            "€2bn billion",
            "£2,50,000 for the hall",
            "50%% off",
            "It is £7.5.",
            "around circa 40",
        ] {
            assert_eq!(odd.find(text).len(), 1, "{text}: {:?}", odd.find(text));
        }
        for text in [
            "the 1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st, 22nd, 23rd and 111th",
            "from 11pm to 2am, and from noon to 12.30pm",
            "£2.5 million, £2.5m and £2.50",
            "£1,000,000 and £12,500",
            "100% of them",
            "about forty",
        ] {
            assert_eq!(odd.find(text), [], "{text}");
        }
    }

    #[test]
    fn sentences_that_end_in_the_middle() {
        let open = Patterns::of(OPEN);
        for text in ["We thank everybody who", "It is the\n\nNext.", "We came because"] {
            assert_eq!(open.find(text).len(), 1, "{text}");
        }
        for text in ["We thank you.", "What is it for?", "the people we work with", "Vitamin A"] {
            assert_eq!(open.find(text), [], "{text}");
        }
    }
}
