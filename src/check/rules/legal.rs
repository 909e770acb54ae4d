//! What the law wants in every email (Companies Act 2006 and its trading disclosures, PECR regulation 23, UK GDPR).
//! Pure: a composition in, findings out.

use crate::check::charity_number;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, template};
use crate::compose::marker::escape_html;
use crate::compose::{Piece, Slot};

pub const RULES: [Rule; 4] = [
    Rule::new(
        "unsubscribe",
        "Can everybody unsubscribe, from both the HTML and the plain text?",
        "Marketing email must offer a simple way to opt out every time (PECR regulations 22 and \
         23); people mark an email without one as spam. Templates that ship with roundup have \
         {{unsubscribe_url}} in HTML and text.",
        unsubscribe,
    )
    .of_law(),
    Rule::new(
        "sender-details",
        "Does the email say who sends it, from where, and why?",
        "The law requires the sender's registered name and postal address in business email, and \
         the charity number where there is one. Data protection law requires that readers know \
         why they get it. These come from [organisation] in roundup.toml and appear in the footer.",
        sender_details,
    )
    .of_law(),
    Rule::new(
        "appeal-charity",
        "Does an appeal for money name the registered charity?",
        "A registered charity in England and Wales with an income of more than £10,000 must say that it is \
              registered in every document that asks for money (Charities Act 2011, section 194).",
        appeal_charity,
    ),
    Rule::new(
        "charity-number",
        "Does the charity number have the right form?",
        "A digit too many, or an I for a 1, and nobody finds the charity in the register. In \
         England and Wales a number has 6 or 7 digits, in Scotland it is SC and 6 digits, in \
         Northern Ireland NIC and 6, in Ireland RCN and 8.",
        charity_number,
    ),
];

fn charity_number(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let charity = known.theme.organisation.charity.as_deref();
    let found = charity.and_then(charity_number::misshapen);
    found
        .map(|(number, what)| {
            Finding::new(
                "charity-number",
                Severity::Should,
                known.setting_place("organisation.charity"),
                format!("the charity number {number} {what}"),
                "look it up in the register",
            )
        })
        .into_iter()
        .collect()
}

fn unsubscribe(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let has_slot = |pieces: &[Piece]| {
        pieces.iter().any(|piece| match piece {
            Piece::Slot(place) => shown.composition.slots[place.index] == Slot::UnsubscribeUrl,
            Piece::Text(_) => false,
        })
    };
    let mut lacking: Vec<&str> = Vec::new();
    for variant in &shown.composition.variants {
        for (part, pieces) in [("HTML", &variant.html), ("plain text", &variant.text)] {
            if !has_slot(pieces) && !lacking.contains(&part) {
                lacking.push(part);
            }
        }
    }
    lacking
        .into_iter()
        .map(|part| Finding {
            rule: "unsubscribe",
            severity: Severity::Must,
            place: template(known),
            message: format!("nobody can unsubscribe from the {part}"),
            cure: "put {{unsubscribe_url}} into the template".to_owned(),
        })
        .collect()
}

fn sender_details(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let organisation = &known.theme.organisation;
    let mut wanted = vec![
        ("legal_name", &organisation.legal_name),
        ("address", &organisation.address),
        ("why", &organisation.why),
    ];
    wanted.extend(organisation.charity.as_ref().map(|charity| ("charity", charity)));
    let mut findings = Vec::new();
    for (setting, words) in wanted {
        if words.trim().is_empty() {
            findings.push(Finding {
                rule: "sender-details",
                severity: Severity::Must,
                place: known.setting_place(&format!("organisation.{setting}")),
                message: format!("`{setting}` under [organisation] is empty"),
                cure: format!("write `{setting} = \"…\"`"),
            });
            continue;
        }
        for variant in &shown.variants {
            let html = joined(&variant.html);
            let text = joined(&variant.text);
            for (part, seen, words) in
                [("HTML", html, escape_html(words)), ("plain text", text, (*words).clone())]
            {
                let message = format!("the {part} does not show the `{setting}` of [organisation]");
                if !seen.contains(&joined(&words)) {
                    findings.push(Finding {
                        rule: "sender-details",
                        severity: Severity::Must,
                        place: template(known),
                        message,
                        cure: format!(
                            "put {{{{organisation.{setting}}}}} into the template's footer"
                        ),
                    });
                }
            }
        }
    }
    findings
}

/// White space does not count: the text part is wrapped.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn appeal_charity(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    if known.theme.appeal.is_none() || known.theme.organisation.charity.is_some() {
        return Vec::new();
    }
    vec![Finding {
        rule: "appeal-charity",
        severity: Severity::Note,
        place: known.setting_place("appeal"),
        message: "the email has an appeal but no charity number".to_owned(),
        cure: "if you are a registered charity, write `charity = \"Registered charity no. …\"` \
            under [organisation]"
            .to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;
    use crate::compose::Templates;

    fn without(name: &str, words: &str) -> SampleEmail {
        let own = Templates::with([]).file(name).unwrap().to_owned();
        assert!(own.contains(words), "{own}");
        SampleEmail::with(|mail| mail.templates.push((name.to_owned(), own.replace(words, ""))))
    }

    #[test]
    fn a_part_without_unsubscribing() {
        let mail = without("partials/footer_text.hbs", "{{unsubscribe_url}}");
        assert_eq!(mail.only_finding(), "unsubscribe: nobody can unsubscribe from the plain text");
    }

    #[test]
    fn a_footer_without_the_address() {
        let mail = without("partials/footer_text.hbs", "{{organisation.address}}");
        assert_eq!(
            mail.only_finding(),
            "sender-details: the plain text does not show the `address` of [organisation]"
        );
    }

    #[test]
    fn an_empty_setting() {
        let mail = SampleEmail::with(|mail| mail.theme.organisation.legal_name = " ".to_owned());
        assert_eq!(
            mail.only_finding(),
            "sender-details: `legal_name` under [organisation] is empty"
        );
    }

    #[test]
    fn an_appeal_without_a_number() {
        let mail = SampleEmail::with(|mail| mail.theme.organisation.charity = None);
        assert!(mail.only_finding().starts_with("appeal-charity: "));
    }
}
