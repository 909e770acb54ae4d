//! The bytes as they would leave: header fields that decide whether mail arrives, and that nobody is followed.
//! Pure: messages in, findings out (RFC 5322, RFC 2369, RFC 8058, RFC 6376).

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, template};
use crate::rfc::quoted_printable;

pub const RULES: [Rule; 3] = [
    Rule::new(
        "header-fields",
        "Does every message have the header fields that mail providers require?",
        "Gmail, Yahoo and Outlook refuse bulk mail unless it has exactly one From, Date, \
            Message-ID and List-Unsubscribe field, and the signature must cover the unsubscribe \
            fields (RFC 8058). roundup checks the bytes of a message as it would be sent.",
        header_fields,
    )
    .of_law(),
    Rule::new(
        "one-click",
        "Can people unsubscribe with one click from their mail program?",
        "Gmail and Yahoo require an https address in List-Unsubscribe from bulk senders, and \
            readers press that button instead of \"spam\". Set `public_url` under [sender] once \
            `roundup serve` answers at that address.",
        one_click,
    ),
    Rule::new(
        "no-tracking",
        "Is the email free of tracking?",
        "A picture or a link that differs from person to person shows who read what, and when: \
            that needs separate consent (PECR regulation 6). roundup compares the messages of two \
            people. They may differ only in personal words and the unsubscribe address.",
        no_tracking,
    )
    .of_law(),
];

/// The fields of a message, unfolded.
fn fields(message: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(message);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

fn header_fields(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(message) = known.messages.first() else { return Vec::new() };
    let fields = fields(message);
    let all = |name: &str| -> Vec<&str> {
        fields.iter().filter(|(known, _)| known == name).map(|(_, v)| v.as_str()).collect()
    };
    let mut wrong: Vec<String> = Vec::new();
    for name in ["from", "to", "date", "message-id", "subject", "list-unsubscribe"] {
        match all(name).len() {
            1 => {}
            0 => wrong.push(format!("the message has no `{name}` field")),
            many => wrong.push(format!("the message has {many} `{name}` fields")),
        }
    }
    let from = all("from").first().copied().unwrap_or_default();
    let from_domain =
        from.rsplit('@').next().unwrap_or_default().trim_end_matches('>').to_lowercase();
    for signature in all("dkim-signature") {
        let tag = |name: &str| {
            signature
                .split(';')
                .filter_map(|tag| tag.trim().split_once('='))
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.split_whitespace().collect::<String>().to_lowercase())
                .unwrap_or_default()
        };
        let signed = tag("h");
        for name in ["from", "list-unsubscribe", "list-unsubscribe-post"] {
            if !all(name).is_empty() && !signed.split(':').any(|field| field == name) {
                wrong.push(format!("the signature does not cover `{name}`"));
            }
        }
        let domain = tag("d");
        if from_domain != domain && !from_domain.ends_with(&format!(".{domain}")) {
            wrong.push(format!(
                "the signature is from {domain}, but the email comes from {from_domain}"
            ));
        }
    }
    wrong
        .into_iter()
        .map(|message| {
            let place = known.setting_place("sender");
            Finding::new(
                "header-fields",
                Severity::Must,
                place,
                message,
                "this is a mistake in roundup: please report it",
            )
        })
        .collect()
}

fn one_click(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(message) = known.messages.first() else { return Vec::new() };
    let fields = fields(message);
    let has = |name: &str, words: &str| {
        fields.iter().any(|(known, value)| known == name && value.contains(words))
    };
    if has("list-unsubscribe", "<https://")
        && has("list-unsubscribe-post", "List-Unsubscribe=One-Click")
    {
        // A relay on this computer mails nobody.
        if known.links_work || known.takes_examples {
            return Vec::new();
        }
        return vec![Finding::new(
            "one-click",
            Severity::Should,
            known.setting_place("sender.public_url"),
            "nothing shows that the unsubscribe links work",
            "try them with an invented person: `roundup doctor --probe-unsubscribe`",
        )];
    }
    vec![Finding::new(
        "one-click",
        Severity::Note,
        known.setting_place("sender"),
        "people can unsubscribe by email only, not with one click",
        "set `public_url` under [sender] once `roundup serve` answers there",
    )]
}

fn no_tracking(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    // A slot in an address makes it another for each person; only the unsubscribe link may be that.
    for variant in &shown.variants {
        let pictures = variant.page.pictures.iter().map(|picture| ("picture", &picture.address));
        let links = variant.page.links.iter().map(|link| ("link", &link.address));
        for (what, address) in pictures.chain(links) {
            let rest = address.replace("{unsubscribe_url}", "");
            let is_own = rest.contains('{') || (what == "picture" && rest != *address);
            let message = format!("the {what} {address} is different for each person");
            if is_own {
                findings.push(Finding::new(
                    "no-tracking",
                    Severity::Must,
                    template(known),
                    message,
                    "remove what identifies the person from the address",
                ));
            }
        }
        for picture in &variant.page.pictures {
            let message = format!("{} looks like a tracking pixel", picture.address);
            if picture.is_pixel {
                findings.push(Finding::new(
                    "no-tracking",
                    Severity::Must,
                    known.place_of(&picture.address),
                    message,
                    "remove it: it tracks people without their consent",
                ));
            }
        }
    }
    let [first, second, ..] = known.messages else { return findings };
    // Proof on the bytes: without their own addresses, and those that some people or others get, two people's bodies have
    // no web address that differs.
    let of_everybody = shown.addresses();
    let own = |message: &[u8]| -> Vec<String> {
        let mut addresses = addresses(message);
        let unsubscribe: Vec<String> = fields(message)
            .into_iter()
            .filter(|(name, _)| name == "list-unsubscribe")
            .flat_map(|(_, value)| {
                value.split(['<', '>', ',', ' ']).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        addresses
            .retain(|address| !unsubscribe.contains(address) && !of_everybody.contains(address));
        addresses
    };
    if findings.is_empty() && own(first) != own(second) {
        findings.push(Finding::new(
            "no-tracking",
            Severity::Must,
            template(known),
            "the messages of two people have different links",
            "look for {{recipient …}} inside an address, and remove it",
        ));
    }
    findings
}

/// The http(s) addresses of a message's body, in order.
fn addresses(message: &[u8]) -> Vec<String> {
    let head_end = message.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0);
    let plain = quoted_printable::decode(&message[head_end..]);
    String::from_utf8_lossy(&plain)
        .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\''))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|word| word.replace("&amp;", "&").trim_end_matches(['.', ',', ')']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;
    use crate::compose::Templates;

    fn message(fields: &str, body: &str) -> Vec<u8> {
        let good = "From: Example <news@charity.org.uk>\r\nTo: ann@example.org\r\nDate: x\r\nMessage-ID: <x@y>\r\n\
                    Subject: x\r\nList-Unsubscribe: <https://charity.org.uk/u/1>,\r\n <mailto:u@charity.org.uk>\r\n\
                    List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        format!("{fields}{good}\r\n{body}").into_bytes()
    }

    fn with(messages: Vec<Vec<u8>>) -> SampleEmail {
        SampleEmail::with(|mail| mail.messages = messages)
    }

    #[test]
    fn fields_that_relays_want() {
        let good = "DKIM-Signature: v=1; d=charity.org.uk;\r\n h=From:To:List-Unsubscribe:\r\n List-Unsubscribe-Post; b=x\r\n";
        assert_eq!(with(vec![message(good, "x")]).findings(), Vec::<String>::new());
        let twice = with(vec![message("From: a@b.example\r\n", "x")]);
        assert_eq!(twice.only_finding(), "header-fields: the message has 2 `from` fields");
        let without = with(vec![message(&good.replace("To:List-Unsubscribe:", "To:"), "x")]);
        assert_eq!(
            without.only_finding(),
            "header-fields: the signature does not cover `list-unsubscribe`"
        );
        let other = with(vec![message(&good.replace("charity.org.uk", "other.org.uk"), "x")]);
        assert!(other.only_finding().contains("the signature is from other.org.uk"));
    }

    #[test]
    fn links_of_which_nothing_shows_that_they_work() {
        let good = "DKIM-Signature: v=1; d=charity.org.uk;\r\n h=From:To:List-Unsubscribe:\r\n List-Unsubscribe-Post; b=x\r\n";
        let email = |links_work| {
            SampleEmail::with(|email| {
                email.messages = vec![message(good, "x")];
                (email.takes_examples, email.links_work) = (false, links_work);
            })
        };
        let found = |links_work| -> Vec<String> {
            email(links_work)
                .findings()
                .into_iter()
                .filter(|it| it.starts_with("one-click"))
                .collect()
        };
        assert_eq!(found(false), ["one-click: nothing shows that the unsubscribe links work"]);
        assert_eq!(found(true), Vec::<String>::new());
    }

    #[test]
    fn unsubscribing_by_mail_alone() {
        let text = String::from_utf8(message("", "x")).unwrap();
        let mail = with(vec![text.replace("<https://charity.org.uk/u/1>,\r\n", "").into_bytes()]);
        assert!(mail.only_finding().starts_with("one-click: "));
    }

    #[test]
    fn addresses_that_follow_people() {
        let own = |person: &str| {
            message("", &format!("<a href=3D\"https://charity.org.uk/n=\r\news?p={person}\">x</a>"))
        };
        assert_eq!(with(vec![own("=3D1"), own("=3D1")]).findings(), Vec::<String>::new());
        assert_eq!(
            with(vec![own("=3D1"), own("=3D2")]).only_finding(),
            "no-tracking: the messages of two people have different links"
        );
        let template = |words: &str| {
            let own = Templates::with([]).file("monthly.mjml.hbs").unwrap().to_owned();
            let text = own.replace("{{/layout}}", &format!("{words}{{{{/layout}}}}"));
            SampleEmail::with(|mail| mail.templates.push(("monthly.mjml.hbs".to_owned(), text)))
                .findings()
        };
        let slot = template(
            "<mj-text color=\"{{theme.ink}}\" css-class=\"ink\"><a href=\"https://charity.org.uk/?p={{recipient \"email\"}}\">Our page</a></mj-text>",
        );
        assert!(slot.iter().any(|f| f.starts_with("no-tracking: the link ")), "{slot:?}");
        let pixel = template(
            "<mj-text color=\"{{theme.ink}}\" css-class=\"ink\"><img src=\"https://charity.org.uk/p.gif\" alt=\"\" width=\"1\" height=\"1\"/></mj-text>",
        );
        assert_eq!(
            pixel,
            ["no-tracking: https://charity.org.uk/p.gif looks like a tracking pixel"]
        );
    }
}
