//! The fields of other systems, which roundup does not fill in: readers would get them as they stand.
//! Pure: texts in, places in them out.

use std::sync::LazyLock;

use super::around::{Match, Pattern, Patterns, certain, likely};
use super::brackets;
use super::texts::{TextKind, TextMatch};

/// All that are left in one text.
pub fn merge_tags(text: &str, _: TextKind) -> Vec<TextMatch> {
    static ALL: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(PATTERNS));
    let mut found = ALL.find(text);
    found.extend(brackets::fields(text));
    found
}

/// In single marks only the name of a field is one: `{FirstName}`, not `{a, b}`.
fn is_no_field(found: &Match<'_>) -> bool {
    let inner = found.words.trim_matches(['{', '}', '«', '»', ' ', '-', '~']);
    let is_joined = inner.contains(['_', '.'])
        || inner
            .chars()
            .zip(inner.chars().skip(1))
            .any(|(a, b)| a.is_lowercase() && b.is_uppercase());
    let is_short_name =
        matches!(inner.to_lowercase().as_str(), "name" | "fname" | "lname" | "email");
    !(is_joined || is_short_name || brackets::is_field(inner))
}

/// "4*|x|" is a sum: a half of `*|FNAME|*` has a name in capitals beside it.
fn is_multiplied(found: &Match<'_>) -> bool {
    match found.words {
        "*|" => !found.after.starts_with(char::is_uppercase),
        "|*" => {
            !found.before.ends_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '_')
        }
        _ => false,
    }
}

pub(super) static PATTERNS: &[Pattern] = &[
    // Mailchimp, Mandrill.
    certain(r"\*\|[^|\n]{1,80}\|\*"),
    // The same after Markdown has taken its stars away.
    certain(r"(?:^|[^\w|])(\|(?:[A-Z][A-Z0-9_]{1,30}(?:[:=][^|\n]{0,40})?)\|)"),
    // Handlebars, Brevo, Mailjet, HubSpot, Liquid.
    certain(r"\{\{[^{}\n]{1,120}\}\}+"),
    certain(r"\{%[^%\n]{1,120}%\}"),
    certain(r"\{\{|\}\}|\*\||\|\*").unless(is_multiplied),
    // Sendy, Marketo, Salesforce, Dotdigital, Mailgun, Campaign Monitor.
    certain(r"%%[\w.\- ]{1,40}%%"),
    certain(r"%[A-Z][A-Z0-9_]{2,30}%")
        .unless(|found| found.before.ends_with(|c: char| c.is_ascii_digit())),
    certain(r"%(?i:recipient|contact|subscriber|user|unsubscribe|sender)[._][\w.]{1,40}%"),
    certain(r"%(?i:first_?name|last_?name|name|email|fname|unsubscribe(?:_url|_link)?)%"),
    certain(r"\$\{[^}\n]{1,60}\}"),
    certain(r"#\{[^}\n]{1,60}\}"),
    certain(r"\{![^}\n]{1,60}\}"),
    certain(r"\{\$[^}\n]{1,60}\}"),
    certain(r"<%[=-]?[^%\n]{1,60}%>"),
    certain(r"<<[A-Za-z][^<>\n]{0,40}>>"),
    certain(r"\[\[[A-Za-z][^\[\]\n]{0,60}\]\]"),
    certain(
        r"~[A-Z]\w*\.\w+~|\b(?:Contact|Recipient|Subscriber|User|Supporter)\.(?:First|Last|Full)?_?Name\b",
    ),
    certain(r"@@\w{2,30}@@|##[A-Za-z_]{2,30}##|\$\$?[a-z]+_[a-z]+\$\$?|\[[%*]\w{2,30}[%*]\]"),
    certain(r"\{(?i:(?:first|last|full) ?name|insert [^{}\n]{1,40})\}"),
    certain(
        r"\b(?:Dear|Hi|Hello) (?:\((?i:first ?name|name)\)|(?:Firstname|First Name|Name|NAME|undefined|null|NaN)\b)|\[object Object\]",
    ),
    certain(r"\{(?i:(?:first|last|full)?[_ ]?name|fname|lname) ?[|:,][^{}\n]{0,40}\}"),
    certain(r"\{[A-Za-z][\w.]{0,40}\}").unless(is_no_field),
    certain(r"« ?[A-Za-z_]{2,30} ?»").unless(is_no_field),
    certain(
        r"\b(?:FIRST_NAME|LAST_NAME|FULL_NAME|EMAIL_ADDRESS|FNAME|LNAME|FIRSTNAME|LASTNAME)\b|(?:^|\s)-(?i:name|fname|first_?name)-",
    ),
    certain(r"\b(?:Dear|Hi|Hello|Hey) (:[a-z]\w{2,30})\b")
        .unless(|found| found.after.starts_with(':')),
    // A greeting whose name has gone.
    likely(r"\b(?:Dear|Hi|Hello|Hey) ?(?:<>|\{\}|\[\])? ?,").unless(|found| {
        !found.words.contains([' ', '<', '{', '[']) || found.words.starts_with("Hello,")
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_other_systems_are_found_and_nothing_else() {
        for text in [
            "Dear *|FNAME|*,",
            "Dear |FNAME|,",
            "{{ contact.FIRSTNAME }}",
            "{% if x %}",
            "%%name%%",
            "%FIRSTNAME%",
            "%recipient.name%",
            "${first_name}",
            "#{name}",
            "{!Contact.Name}",
            "{$name}",
            "<%= name %>",
            "<<First Name>>",
            "[[name]]",
            "~Contact.FirstName~",
            "@@name@@",
            "{FirstName}",
            "«FirstName»",
            "Dear FIRST_NAME",
            "[firstname]",
            "Dear -name-,",
            "Hello :first_name,",
            "*|TOWN",
            "TOWN|*",
            "Dear ,",
        ] {
            assert_eq!(merge_tags(text, TextKind::Prose).len(), 1, "{text}");
        }
        for text in [
            "50% here and 25% there",
            "50%OFF20%",
            "{a, b}",
            "« Bonjour »",
            "a || b | c",
            "Hello, Hull",
            "Dear friend,",
            "#hull @lantern",
            "5 < 6 and 7 > 6",
            "a -b- c",
            "$5 {or so}",
            "4*7*|x| and |y|*2",
            "Hello :wave: all",
        ] {
            assert_eq!(merge_tags(text, TextKind::Prose), [], "{text}");
        }
    }
}
