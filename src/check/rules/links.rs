//! Links: where they lead, what they say, and that both parts have them.
//! Pure: texts in, findings out; nothing is fetched (see `probe.rs`).

use std::collections::BTreeSet;

use pulldown_cmark::{Event, LinkType, Parser, Tag};

use crate::check::example_names::{self, is_unwritten_address};
use crate::check::link_shapes;
use crate::check::phrase_search::Phrases;
use crate::check::rules::sample;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};
use crate::problem::Place;

pub const RULES: [Rule; 7] = [
    Rule::new(
        "insecure-link",
        "Does every link begin with https?",
        "Pages sent over http can be read and changed on the way, and mail programs warn about \
         them. Nearly every site supports https: write the address with https:// and check that \
         it opens.",
        insecure_link,
    ),
    Rule::new(
        "odd-address",
        "Does every address open in a mail program?",
        "An address such as /news opens on its website and nowhere else; Gmail and Outlook do not \
         show data: pictures; file: is a folder on the writer's computer. Only http, https, \
         mailto and tel open from an email.",
        odd_address,
    ),
    Rule::new(
        "distrusted-link",
        "Does every link show which website it opens?",
        "Short addresses hide where they go, and so do bare numbers and names before an @: scams \
         use them, and filters and readers distrust them. Link to the page itself.",
        shortener,
    ),
    Rule::new(
        "example-address",
        "Is every address a real one?",
        "Names that end in .example, .test or .invalid, and example.org, are reserved for \
         examples (RFC 2606): they have no pages. They are often left over from the settings or a \
         template, in words as in links, and so are names such as yourcharity.org. roundup does \
         not open them.",
        example_address,
    ),
    Rule::new(
        "no-link",
        "Does every story link to its full text?",
        "Readers of a story without `link:` cannot read on. That may be right, but often an \
         address was forgotten.",
        no_link,
    ),
    Rule::new(
        "same-parts",
        "Do the HTML and the plain text say the same?",
        "People who read the plain text need the same links and headings, and spam filters \
         distrust an email whose two parts differ. Templates that ship with roundup match; one of \
         your own may not.",
        same_parts,
    ),
    Rule::new(
        "vague-link",
        "Does every link say where it goes?",
        "Screen readers list an email's links. \"Click here\" five times means nothing in that \
         list: link the words that name the page.",
        vague_link,
    ),
];

fn insecure_link(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut found: BTreeSet<String> = shown.addresses().into_iter().collect();
    found.retain(|address| address.starts_with("http://"));
    found
        .into_iter()
        .map(|address| {
            Finding::new(
                "insecure-link",
                Severity::Should,
                known.place_of(&address),
                format!("{address} is not encrypted"),
                "write it with https://, and check that it opens",
            )
        })
        .collect()
}

/// Addresses that open in no reader's program, or that no reader can trust.
fn odd_address(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The editor's own links that lead nowhere are plain words in the email: they are looked for in the draft.
    let introduction = &known.edition.introduction;
    for (event, range) in Parser::new(&introduction.text).into_offset_iter() {
        if let Event::Start(Tag::Link { link_type, dest_url, .. }) = event
            && link_type != LinkType::Email
            // What a slot becomes is looked at in the page.
            && !dest_url.contains("{{")
            && !crate::compose::words::is_link(&dest_url)
        {
            findings.push(Finding::new(
                "odd-address",
                Severity::Must,
                introduction.place_of(range.start),
                format!(
                    "`{}` does not open from an email: its words are shown without a link",
                    excerpt(&dest_url)
                ),
                "write the whole address, beginning with https://",
            ));
        }
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for page in shown.variants.iter().map(|variant| &variant.page) {
        let links = page.links.iter().map(|link| link.address.as_str());
        let pictures = page.pictures.iter().map(|picture| picture.address.as_str());
        for address in links.chain(pictures) {
            let scheme = address.split_once(':').map_or("", |(scheme, _)| scheme).to_lowercase();
            let what = match scheme.as_str() {
                _ if address.contains('{') => continue,
                "http" | "https" | "mailto" | "tel" | "sms" => continue,
                _ if address.starts_with('#') && address.len() > 1 => continue,
                "" => "works only within its own website",
                "data" => "is a picture inside the email, which Gmail and Outlook do not show",
                "file" => "is a file on somebody's computer",
                "javascript" => "is a program, which mail programs do not run",
                _ => "opens in no mail program",
            };
            if seen.insert(address) {
                let short: String = address.chars().take(60).collect();
                findings.push(Finding::new(
                    "odd-address",
                    Severity::Must,
                    known.place_of(address),
                    format!("`{short}` {what}"),
                    "write the whole address, beginning with https://",
                ));
            }
        }
    }
    findings
}

fn shortener(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const SHORTENERS: [&str; 16] = [
        "bit.ly",
        "tinyurl.com",
        "t.co",
        "ow.ly",
        "goo.gl",
        "buff.ly",
        "is.gd",
        "rb.gy",
        "cutt.ly",
        "shorturl.at",
        "tiny.cc",
        "rebrand.ly",
        "lnkd.in",
        "t.ly",
        "bl.ink",
        "dlvr.it",
    ];
    shown
        .addresses()
        .into_iter()
        .filter_map(|address| {
            let url = url::Url::parse(&address).ok()?;
            let host = url.host_str()?.trim_start_matches("www.").to_lowercase();
            let message = if SHORTENERS.contains(&host.as_str()) {
                format!("{address} hides where it goes: filters distrust {host}")
            } else if link_shapes::is_private_number(&url) {
                // It opens for nobody: another rule says so.
                return None;
            } else if url.host().is_some_and(|host| !matches!(host, url::Host::Domain(_))) {
                format!("{address} has a number instead of a name, as scams do")
            } else if !url.username().is_empty() || url.password().is_some() {
                format!("{address} has a name before an @, as scams do")
            } else {
                return None;
            };
            let place = known.place_of(&address);
            let cure = "link to the page itself, by its own address";
            Some(Finding::new("distrusted-link", Severity::Should, place, message, cure))
        })
        .collect()
}

fn example_address(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let severity = if known.takes_examples { Severity::Should } else { Severity::Must };
    let finding = |place: Place, address: &str| {
        let message = format!("{address} is an example, not a real page");
        Finding::new("example-address", severity, place, message, "write your own address")
    };
    let is_reported = |words: &str| sample::is_reported(known.settings, words);
    let mut addresses = shown.addresses();
    addresses.retain(|address| is_unwritten_address(address));
    for link in shown.variants.iter().flat_map(|variant| &variant.page.links) {
        let Some(address) = link.address.strip_prefix("mailto:") else { continue };
        let address = address.split('?').next().unwrap_or_default();
        if is_unwritten_address(address)
            && !is_reported(address)
            && !addresses.iter().any(|known| known == address)
        {
            addresses.push(address.to_owned());
        }
    }
    let mut findings: Vec<Finding> =
        addresses.iter().map(|address| finding(known.place_of(address), address)).collect();
    // People copy an address from the words too.
    for placed in known.look(shown, |text, _| example_names::mentions(text)) {
        let words = placed.found.words.as_str();
        let is_known =
            addresses.iter().any(|address| address.contains(words)) || is_reported(words);
        if !is_known {
            findings.push(finding(placed.place, words));
        }
    }
    findings
}

fn no_link(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    known
        .edition
        .shown()
        .filter(|item| item.link.is_none())
        .map(|item| {
            Finding::new(
                "no-link",
                Severity::Note,
                item.place.clone(),
                format!("\"{}\" has no link", item.title),
                "add `link:` if there is more to read",
            )
        })
        .collect()
}

/// Links and headings of one part that the other lacks.
fn same_parts(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut add = |message: String, place: Place, cure: String| {
        findings.push(Finding::new("same-parts", Severity::Should, place, message, cure));
    };
    for variant in &shown.variants {
        let html: BTreeSet<&str> = variant
            .page
            .links
            .iter()
            .map(|link| link.address.trim_end_matches('/'))
            .filter(|address| address.starts_with("http"))
            .collect();
        // An address that stands in the words of both parts is shown in both.
        let in_words: BTreeSet<&str> = addresses(&variant.page.words).collect();
        let text: BTreeSet<&str> = addresses(&variant.text)
            .filter(|address| html.contains(address) || !in_words.contains(address))
            .collect();
        let only = [
            ("HTML", "plain text", html.difference(&text)),
            ("plain text", "HTML", text.difference(&html)),
        ];
        for (has, lacks, addresses) in only {
            for address in addresses {
                add(
                    format!("{address} is in the {has} but not in the {lacks}"),
                    known.place_of(address),
                    format!("show it in the {lacks} too"),
                );
            }
        }
        // The text part breaks lines and has its own marks around a heading.
        let words = |text: &str| -> String {
            Phrases::of(text).words.iter().map(|(_, word)| word.to_lowercase() + " ").collect()
        };
        let all_text = words(&variant.text);
        for heading in &variant.page.headings {
            if !all_text.contains(&words(&heading.words)) {
                add(
                    format!("the heading \"{}\" is missing from the plain text", heading.words),
                    known.place_of(&heading.words),
                    "show it in the plain text too".to_owned(),
                );
            }
        }
        let all_html = words(&variant.page.words);
        for heading in headings(&variant.text) {
            if !all_html.contains(&words(heading)) {
                add(
                    format!("the heading \"{heading}\" of the plain text is missing from the HTML"),
                    known.place_of(heading),
                    "show it in the HTML too".to_owned(),
                );
            }
        }
    }
    findings
}

fn vague_link(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const VAGUE: [&str; 17] = [
        "click here",
        "here",
        "click",
        "link",
        "this link",
        "more",
        "this",
        "read more",
        "more info",
        "cliquez ici",
        "ici",
        "en savoir plus",
        "cliciwch yma",
        "yma",
        "mwy",
        "اضغط هنا",
        "هنا",
    ];
    let mut findings: Vec<Finding> = Vec::new();
    for link in shown.variants.iter().flat_map(|variant| &variant.page.links) {
        let words = link.words.to_lowercase();
        let words = words.trim_matches(|c: char| !c.is_alphanumeric());
        let is_vague = VAGUE.contains(&words)
            || ["click here", "click on this", "tap here", "follow this link"]
                .iter()
                .any(|start| words.starts_with(start) && words.split_whitespace().count() <= 6);
        let message = if words.is_empty() {
            format!("a link to {} has no words", link.address)
        } else if is_vague {
            format!("a link says \"{words}\" but not where it goes")
        } else {
            continue;
        };
        if findings.iter().all(|finding| finding.message != message) {
            findings.push(Finding::new(
                "vague-link",
                Severity::Should,
                known.place_of_link(link),
                message,
                "link the words that name the page",
            ));
        }
    }
    findings
}

/// The http(s) addresses in plain text, without what a sentence puts after them.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>'))
        .filter_map(|word| word.find("http").map(|at| &word[at..]))
        .filter(|word| word.starts_with("https://") || word.starts_with("http://"))
        .map(without_marks_behind)
}

/// An address without the marks of the sentence around it. A bracket that it opens itself belongs to it: `…/Leeds_(city)`.
fn without_marks_behind(word: &str) -> &str {
    let mut address = word;
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', '/']);
        let is_own = shorter.matches('(').count() >= shorter.matches(')').count();
        let next = if is_own { shorter } else { shorter.strip_suffix(')').unwrap_or(shorter) };
        if next.len() == address.len() {
            return address;
        }
        address = next;
    }
}

/// The lines of plain text that are underlined.
fn headings(text: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text.lines().collect();
    (1..lines.len()).filter_map(move |at| {
        let rule = lines[at].trim();
        let sign = rule.chars().next().filter(|sign| matches!(sign, '=' | '-'))?;
        (rule.chars().count() >= 3 && rule.chars().all(|c| c == sign) && !lines[at - 1].is_empty())
            .then_some(lines[at - 1])
    })
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;
    use crate::compose::Templates;

    #[test]
    fn a_link_without_encryption() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.items[0].link = Some("http://charity.org.uk/a?b=1&c=2".to_owned());
        });
        assert_eq!(
            mail.only_finding(),
            "insecure-link: http://charity.org.uk/a?b=1&c=2 is not encrypted"
        );
    }

    #[test]
    fn a_story_without_a_link() {
        let mail = SampleEmail::with(|mail| mail.edition.items[0].link = None);
        assert_eq!(mail.only_finding(), "no-link: \"Training for forty nurses\" has no link");
    }

    #[test]
    fn parts_that_differ() {
        let mail = SampleEmail::with(|mail| {
            let own = Templates::with([]).file("monthly.txt.hbs").unwrap().to_owned();
            mail.templates
                .push(("monthly.txt.hbs".to_owned(), own + "\nhttps://charity.org.uk/secret.\n"));
        });
        assert_eq!(
            mail.only_finding(),
            "same-parts: https://charity.org.uk/secret is in the plain text but not in the HTML"
        );
    }

    #[test]
    fn links_that_say_nothing() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.introduction.text =
                "Our report: [Click here!](https://charity.org.uk/report)".to_owned();
        });
        assert_eq!(
            mail.only_finding(),
            "vague-link: a link says \"click here\" but not where it goes"
        );
    }

    #[test]
    fn a_heading_that_only_one_part_has() {
        let mail = SampleEmail::with(|mail| {
            let own = Templates::with([]).file("monthly.txt.hbs").unwrap().to_owned();
            mail.templates.push(("monthly.txt.hbs".to_owned(), own + "\nOnly here\n=========\n"));
        });
        assert_eq!(
            mail.only_finding(),
            "same-parts: the heading \"Only here\" of the plain text is missing from the HTML"
        );
    }

    #[test]
    fn addresses_that_open_nowhere() {
        let with = |address: &str| {
            SampleEmail::with(|mail| {
                mail.edition.introduction.text = format!("Our [whole report]({address}) is out.");
            })
            .findings()
        };
        for address in ["/report", "file:///C:/report.docx", "ftp://charity.org.uk/x"] {
            assert_eq!(
                with(address),
                [format!(
                    "odd-address: `{address}` does not open from an email: its words are shown without a link"
                )]
            );
        }
        let own = Templates::with([]).file("monthly.mjml.hbs").unwrap().to_owned();
        let template = |address: &str| {
            let words = format!(
                "<mj-text color=\"{{{{theme.ink}}}}\" css-class=\"ink\"><a href=\"{address}\">Our report</a></mj-text>{{{{/layout}}}}"
            );
            let text = own.replace("{{/layout}}", &words);
            SampleEmail::with(|mail| mail.templates.push(("monthly.mjml.hbs".to_owned(), text)))
                .findings()
        };
        for (address, said) in [
            ("/report", "works only within its own website"),
            ("javascript:x()", "is a program, which mail programs do not run"),
            (
                "data:text/html,x",
                "is a picture inside the email, which Gmail and Outlook do not show",
            ),
        ] {
            assert_eq!(template(address), [format!("odd-address: `{address}` {said}")]);
        }
        for fine in
            ["mailto:hello@charity.org.uk", "{{unsubscribe_url}}", "{{organisation.website}}"]
        {
            assert_eq!(with(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn links_that_hide_where_they_lead() {
        for address in
            ["https://bit.ly/x", "https://81.187.0.1/x", "https://paypal.com@evil.org.uk/"]
        {
            let mail =
                SampleEmail::with(|mail| mail.edition.items[0].link = Some(address.to_owned()));
            let finding = mail.only_finding();
            assert!(finding.starts_with("distrusted-link: "), "{finding}");
        }
    }

    #[test]
    fn addresses_that_nobody_has_written_yet() {
        let with = |address: &str| {
            SampleEmail::with(|mail| mail.edition.items[0].link = Some(address.to_owned()))
                .findings()
        };
        assert_eq!(
            with("https://www.example.org/x"),
            ["example-address: https://www.example.org/x is an example, not a real page"]
        );
        assert_eq!(with("https://charity.example/").len(), 1);
        assert!(with("https://myexample.org/").is_empty());
        let in_words = |text: &str| {
            SampleEmail::with(|mail| mail.edition.items[0].summary = text.to_owned()).findings()
        };
        for (text, address) in [
            ("See www.example.com for the form.", "www.example.com"),
            ("Write to ann@example.org.", "ann@example.org"),
            ("The form is at www.yourcharity.org.uk/form.", "www.yourcharity.org.uk"),
        ] {
            let said = format!("example-address: {address} is an example, not a real page");
            assert_eq!(in_words(text), [said], "{text}");
        }
    }
}
