//! Notes to oneself that were left in an edition: the forms that newsrooms use.
//! Pure: texts in, findings out.

use std::sync::LazyLock;

use crate::check::around::Patterns;
use crate::check::brackets;
use crate::check::colleague_notes::TO_COLLEAGUES;
use crate::check::expression::Expression;
use crate::check::lorem;
use crate::check::newsroom_notes::{OF_LINES, OF_PROSE, PATTERNS, WHOLE_TEXTS};
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
    static PROSE: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(OF_PROSE));
    static NOTES: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(TO_COLLEAGUES));
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
    add(lorem::find(text).into_iter().collect());
    // A block of the email runs several texts together, and quotations with what stands before them.
    if kind != TextKind::Block {
        add(NOTES.find(text));
    }
    match kind {
        TextKind::Line => add(LINES.find(text)),
        TextKind::Prose => add(PROSE.find(text)),
        TextKind::Description | TextKind::Block => {}
    }
    found
}

/// What a link has instead of its page.
fn in_address(address: &str) -> Option<String> {
    const HOSTS: &[&str] =
        &["link", "url", "xxx", "xx", "tbc", "website", "insertlink", "linkhere"];
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
    // `?id=[SUBSCRIBER_ID]` waits for another system.
    if let Some((_, value)) = url.query_pairs().find(|(_, value)| {
        value.starts_with('[')
            && value.ends_with(']')
            && value.len() > 3
            && !value.contains(['"', ',', '{'])
    }) {
        return Some(value.into_owned());
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
            "The venue is T.B.C. and the time is noon.",
            "Dear first name (or friend), hello.",
        ] {
            assert_eq!(severity(text), Some(true), "{text}");
        }
        for text in [
            "The speaker is TBA.",
            "Quote to follow from Ann.",
            "Name: ______",
            "NB Sam: is this still right?",
            "NB Sam: check the sum.",
            "The fair (name to be confirmed) is at noon.",
            "Quote from Sam goes here.",
            "In all ## people came.",
            "We fed 1xx families.",
            "Link: xxx",
            "More is here: LINK",
            "A walk for {name of school}.",
            "We saw ___ people.",
            "Full story to come.",
            "We met. Sample text.",
            "The hall is old (check).",
            "It is warm. // needs a picture",
            "Photo: credit needed",
            "Write intro here.",
            "Insert 2-3 sentences about the walk.",
            "Thanks to Xxxx for the tea.",
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
            "We use the TBC: the Thursday Bicycle Club.",
            "We are the TBC, or Thursday Bicycle Club.",
            "The winner (to be announced on Friday) gets a cake.",
            "In 4xx errors a computer says no.",
            "The set {x in A} is small.",
            "Write two lines about your dog, and win.",
            "No permission needed: come in.",
            "With love, Ada Xxx",
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
