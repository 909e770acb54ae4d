//! What differs by person: copies that would look wrong, and braces that were meant to be slots. (A slot without a fallback cannot be composed.)
//! Pure: a composition in, findings out.

use std::collections::BTreeSet;

use crate::check::expression::Expression;
use crate::check::merge_tags::merge_tags;
use crate::check::texts::TextKind;
use crate::check::{CheckContext, Finding, IN_THE_LIST, RenderedEmail, Rule, Severity, excerpt};
use crate::count::grouped;
use crate::problem::Place;

pub const RULES: [Rule; 3] = [
    Rule::new(
        "one-name",
        "Does the greeting suit everybody?",
        "\"Dear Sarah,\" was written to one person, and everybody would get it. Greet people by their \
         own names with {{recipient \"first_name\" fallback=\"friend\"}}, or all of them together.",
        one_name,
    ),
    Rule::new(
        "raw-braces",
        "Are merge fields from another system left in the email?",
        "Other systems fill in {{first_name}}, *|FNAME|*, %FNAME% and [firstname]; roundup does \
         not, so readers would see them. Stories are plain text: personal words work only in the \
         draft and in templates.",
        raw_braces,
    ),
    Rule::new(
        "each-copy",
        "Does every person's message read well?",
        "Lists from other systems may have {{name}} or *|FNAME|* where a name should be, or \
         nothing at all. roundup writes every message before the first one is sent, and lists \
         those that would look wrong. Correct the row of the list, or give the words in the draft \
         a fallback.",
        each_copy,
    ),
];

fn each_copy(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = known
        .doubts
        .first
        .iter()
        .map(|doubt| Finding {
            rule: "each-copy",
            severity: Severity::Must,
            place: Place::whole(IN_THE_LIST),
            message: format!("{} {}", doubt.address, excerpt(&doubt.what)),
            cure: "correct the row of the list, or give the words in the draft a fallback"
                .to_owned(),
        })
        .collect();
    let more = known.doubts.count.saturating_sub(findings.len());
    if more > 0
        && let Some(last) = findings.last_mut()
    {
        last.message.push_str(&format!(", and {} more like it", grouped(more)));
    }
    // Whoever is on the list was looked at above; another list may have somebody without.
    let gaps: BTreeSet<&str> =
        shown.variants.iter().flat_map(|variant| &variant.gaps).map(String::as_str).collect();
    findings.extend(gaps.into_iter().map(|gap| {
        let words: String = gap.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
        Finding::new(
            "each-copy",
            Severity::Should,
            known.place_of(&words),
            format!("whoever has nothing in that column would read \"{gap}\""),
            "give the column a fallback, or write {{else}} and words for everybody else",
        )
    }));
    findings
}

/// "Dear Sir/Madam" at the beginning of a paragraph: a letter to nobody.
fn to_nobody(known: &CheckContext<'_>) -> Option<Finding> {
    static NOBODY: Expression = Expression::new(
        r"(?im)^(?P<words>(?:Dear )?(?:Sirs?|Madam)(?:(?: ?/ ?| or | and )(?:Sirs?|Madam|Mesdames))+|Dear Sirs?|Dear Madam|Dear (?:Mr|Mrs|Ms|Mr ?/ ?Mrs|Mr ?/ ?Ms)|To whom(?:ever|soever)? it may concern)\s*(?:[,:.!;–—-]|$)",
    );
    let introduction = &known.edition.introduction;
    let words = NOBODY.captures_iter(&introduction.text).next()?.name("words")?;
    Some(Finding::new(
        "one-name",
        Severity::Should,
        introduction.place_of(words.start()),
        format!("\"{}\" greets nobody who gets a newsletter", words.as_str()),
        "write {{recipient \"first_name\" fallback=\"friend\"}} for the name, or greet all together",
    ))
}

/// One person's name in the greeting of the introduction: "Hi Tom,".
fn one_name(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static GREETING: Expression = Expression::new(
        r"^\s*(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening)),? (?P<name>\p{Lu}\p{Ll}+)(?: \p{Lu}\p{Ll}+)?(?:,|!|\s*[–—-]|\n)",
    );
    /// Words for many people, or for anybody.
    const ALL: &[&str] = &[
        "all",
        "everyone",
        "everybody",
        "friend",
        "reader",
        "neighbour",
        "supporter",
        "member",
        "colleague",
        "volunteer",
        "parent",
        "donor",
        "team",
        "folks",
        "people",
        "there",
        "again",
        "sir",
        "madam",
        "dear",
        "one",
        "community",
        "family",
        "and",
        "from",
        "world",
        "ladies",
        "both",
        "subscriber",
        "partner",
        "santa",
        "father",
    ];
    let introduction = &known.edition.introduction;
    let name = GREETING
        .captures_iter(&introduction.text)
        .filter_map(|captures| captures.name("name"))
        .find(|name| {
            let lower = name.as_str().to_lowercase();
            // "Dear Neighbours", "Dear Northgate friends": several people, or those of a place.
            let is_own = known.theme.organisation.name.contains(name.as_str());
            !ALL.contains(&lower.as_str())
                && !lower.ends_with("ers")
                && !lower.ends_with("nds")
                && !lower.ends_with("ues")
                && !lower.ends_with("nts")
                && !lower.ends_with("urs")
                && !is_own
        });
    name.map(|name| {
        Finding::new(
            "one-name",
            Severity::Should,
            introduction.place_of(name.start()),
            format!("everybody would be greeted as \"{}\"", name.as_str()),
            "write {{recipient \"first_name\" fallback=\"friend\"}} for the name, or greet all together",
        )
    })
    .or_else(|| to_nobody(known))
    .into_iter()
    .collect()
}

fn raw_braces(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const CURE: &str =
        "remove it, or write it in the draft as {{recipient \"first_name\" fallback=\"friend\"}}";
    let mut findings: Vec<Finding> = known
        .look(shown, merge_tags)
        .into_iter()
        .map(|placed| {
            let words = placed.found.words.trim().to_owned();
            let (severity, message) = if placed.found.is_certain {
                (Severity::Must, format!("`{words}` is left in \"{}\"", placed.around))
            } else {
                (Severity::Should, format!("`{words}` greets nobody in \"{}\"", placed.around))
            };
            Finding::new("raw-braces", severity, placed.place, message, CURE)
        })
        .collect();
    for link in shown.variants.iter().flat_map(|variant| &variant.page.links) {
        for found in merge_tags(&link.address.replace("{unsubscribe_url}", ""), TextKind::Block) {
            let message = format!("`{}` is left in the address of a link", found.words);
            if findings.iter().all(|finding| finding.message != message) {
                let place = known.place_of_link(link);
                findings.push(Finding::new("raw-braces", Severity::Must, place, message, CURE));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn copies_that_would_look_wrong_are_named() {
        let doubt = |n: usize| crate::check::CopyWarning {
            address: format!("p{n}@example.org"),
            what: "would be greeted without a name".to_owned(),
        };
        let mail = SampleEmail::with(|mail| mail.doubts.add(doubt(1)));
        assert!(mail.only_finding().starts_with("each-copy: p1@example.org would be greeted"));
        let many = SampleEmail::with(|mail| {
            for n in 0..9 {
                let mut later = crate::check::CopyWarnings::default();
                later.add(doubt(n));
                mail.doubts = std::mem::take(&mut mail.doubts).and(later);
            }
        });
        let findings = many.findings();
        assert_eq!(findings.len(), 5);
        assert!(findings[4].contains("and 4 more like it"), "{findings:?}");
    }

    #[test]
    fn what_some_people_would_read_is_read_in_every_branch() {
        let block = |words: &str| format!("{{{{#for_recipient}}}}{words}{{{{/for_recipient}}}}");
        let nobody = "{{recipient \"first_name\" fallback=\"\"}}".to_owned();
        for (subject, introduction, expected) in [
            (
                block("{{#if first_name}}News for {{first_name}}{{/if}}"),
                String::new(),
                "subject-length: some people would get no",
            ),
            (nobody.clone(), String::new(), "subject-length: some people would get no"),
            (
                block("{{#if (eq first_name \"Al\")}}{{else}}News for all of you{{/if}}"),
                String::new(),
                "subject-length: some people would get no",
            ),
            (
                block("{{#if first_name}}News for {{first_name}}{{else}}TODO the news{{/if}}"),
                String::new(),
                "placeholder: ",
            ),
            (String::new(), format!("Dear {nobody},\n\nGood news."), "would read \"Dear ,\""),
            (
                String::new(),
                format!("Dear {},\n\nGood news.", block("{{#if first_name}}{{first_name}}{{/if}}")),
                "would read \"Dear ,\"",
            ),
            (String::new(), block("Dear {{first_name}}, good news."), "would read \"Dear ,\""),
            (String::new(), block("{{#if first_name}}[TBC] so{{/if}}"), "placeholder: "),
            (String::new(), block("{{#if first_name}}ok{{else}}TODO £XX{{/if}}"), "placeholder: "),
            (
                String::new(),
                block("{{#unless first_name}}[click here](https://charity.org.uk/x){{/unless}}"),
                "vague-link: ",
            ),
            (
                String::new(),
                block("{{#if (eq first_name \"Al\")}}[the plan](http://charity.org.uk/x){{/if}}"),
                "insecure-link: ",
            ),
        ] {
            let mail = SampleEmail::with(|mail| {
                if !subject.is_empty() {
                    mail.edition.subject.text.clone_from(&subject);
                }
                mail.edition.introduction.text.clone_from(&introduction);
            });
            let findings = mail.findings();
            let is_found = findings.iter().any(|finding| finding.contains(expected));
            assert!(is_found, "{subject}{introduction}: {findings:?}");
        }
        for good in [
            block("{{#if first_name}}Dear {{first_name}},{{else}}Hello,{{/if}} good news."),
            format!(
                "Dear {}, hello.",
                block("{{#if first_name}}{{first_name}}{{else}}friend{{/if}}")
            ),
            "Dear {{recipient \"first_name\" fallback=\"friend\"}}, hello.".to_owned(),
        ] {
            let mail = SampleEmail::with(|mail| mail.edition.introduction.text.clone_from(&good));
            assert_eq!(mail.findings(), Vec::<String>::new(), "{good}");
        }
    }

    #[test]
    fn braces_of_another_system() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.items[0].summary = "Dear *|FNAME|*, look.".to_owned();
        });
        assert!(mail.only_finding().starts_with("raw-braces: `*|FNAME|*` is left in"));
    }
}
