//! Links: where they lead, what they say, and that both parts have them.
//! Pure: texts in, findings out; nothing is fetched.

use std::collections::BTreeSet;

use super::{Finding, Known, Rule, Severity, template};
use crate::compose::Composition;

pub const RULES: [Rule; 4] = [
    Rule {
        id: "insecure-link",
        title: "Does every link begin with https?",
        why: "What is read over http can be read and changed on the way, and mail programs warn of it. Nearly every site \
              answers on https: write the address with https:// and look whether it opens.",
        find: insecure_link,
    },
    Rule {
        id: "no-link",
        title: "Can every story be read in full somewhere?",
        why: "A story without `link:` ends where the mail ends. That may be right; often an address was forgotten.",
        find: no_link,
    },
    Rule {
        id: "same-links",
        title: "Have the HTML and the plain text the same links?",
        why: "People who read the plain text must be able to do what the others can, and filters take it amiss when the \
              two parts differ. Templates that ship with roundup have both; one of your own may have lost one.",
        find: same_links,
    },
    Rule {
        id: "vague-link",
        title: "Does every link say where it leads?",
        why: "Screen readers read a mail's links as a list. \"Click here\" five times says nothing there: link the words \
              that name the thing.",
        find: vague_link,
    },
];

fn insecure_link(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for variant in &composition.variants {
        found.extend(hrefs(&composition.shown(&variant.html)).filter(|a| a.starts_with("http://")));
    }
    found
        .into_iter()
        .map(|address| {
            let item = known.edition.shown().find(|item| item.link.as_ref() == Some(&address));
            Finding {
                rule: "insecure-link",
                severity: Severity::Should,
                place: item.map_or_else(|| known.edition.introduction.place(), |i| i.place.clone()),
                cure: "write it with https://, and look whether it opens".to_owned(),
                message: format!("{address} is not encrypted"),
            }
        })
        .collect()
}

fn no_link(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    known
        .edition
        .shown()
        .filter(|item| item.link.is_none())
        .map(|item| Finding {
            rule: "no-link",
            severity: Severity::Note,
            place: item.place.clone(),
            message: format!("\"{}\" has no link", item.title),
            cure: "add `link:` if there is more to read".to_owned(),
        })
        .collect()
}

fn same_links(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for variant in &composition.variants {
        let html: BTreeSet<String> = hrefs(&composition.shown(&variant.html))
            .filter(|address| address.starts_with("http"))
            .map(|address| address.trim_end_matches('/').to_owned())
            .collect();
        let text: BTreeSet<String> = addresses(&composition.shown(&variant.text)).collect();
        let only = [
            ("HTML", "plain text", html.difference(&text)),
            ("plain text", "HTML", text.difference(&html)),
        ];
        for (has, lacks, addresses) in only {
            for address in addresses {
                let message = format!("{address} is in the {has} and not in the {lacks}");
                if findings.iter().all(|finding| finding.message != message) {
                    findings.push(Finding {
                        rule: "same-links",
                        severity: Severity::Should,
                        place: template(known),
                        message,
                        cure: format!("show it in the {lacks} too"),
                    });
                }
            }
        }
    }
    findings
}

fn vague_link(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    const VAGUE: [&str; 6] = ["click here", "here", "click", "link", "this link", "more"];
    let mut findings = Vec::new();
    for variant in &composition.variants {
        let html = composition.shown(&variant.html);
        for link in html.split("<a ").skip(1) {
            let Some((_, rest)) = link.split_once('>') else { continue };
            let words = rest.split("</a>").next().unwrap_or_default();
            let words = crate::news::fields::plain_text(words).to_lowercase();
            let words = words.trim().trim_end_matches(['.', '…', '!']);
            if VAGUE.contains(&words) {
                findings.push(Finding {
                    rule: "vague-link",
                    severity: Severity::Should,
                    place: known.edition.introduction.place(),
                    message: format!("a link says \"{words}\" and not where it leads"),
                    cure: "link the words that name the thing".to_owned(),
                });
            }
        }
    }
    findings.dedup();
    findings
}

/// The addresses of an HTML text's links.
fn hrefs(html: &str) -> impl Iterator<Item = String> + '_ {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|address| address.replace("&amp;", "&").replace("&#x3D;", "="))
}

/// The http(s) addresses in plain text, without what a sentence puts after them.
fn addresses(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>'))
        .filter_map(|word| word.find("http").map(|at| &word[at..]))
        .filter(|word| word.starts_with("https://") || word.starts_with("http://"))
        .map(|word| word.trim_end_matches(['.', ',', ')', ';', '/']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;
    use crate::compose::Templates;

    #[test]
    fn a_link_without_encryption() {
        let mail = Mail::with(|mail| {
            mail.edition.items[0].link = Some("http://charity.example/a?b=1&c=2".to_owned());
        });
        assert_eq!(
            mail.only_finding(),
            "insecure-link: http://charity.example/a?b=1&c=2 is not encrypted"
        );
    }

    #[test]
    fn a_story_without_a_link() {
        let mail = Mail::with(|mail| mail.edition.items[0].link = None);
        assert_eq!(mail.only_finding(), "no-link: \"Training for forty nurses\" has no link");
    }

    #[test]
    fn parts_that_differ() {
        let mail = Mail::with(|mail| {
            let own = Templates::with([]).file("monthly.txt.hbs").unwrap().to_owned();
            mail.templates
                .push(("monthly.txt.hbs".to_owned(), own + "\nhttps://charity.example/secret.\n"));
        });
        assert_eq!(
            mail.only_finding(),
            "same-links: https://charity.example/secret is in the plain text and not in the HTML"
        );
    }

    #[test]
    fn links_that_say_nothing() {
        let mail = Mail::with(|mail| {
            mail.edition.introduction.text =
                "Our report: [Click here!](https://charity.example/report)".to_owned();
        });
        assert_eq!(
            mail.only_finding(),
            "vague-link: a link says \"click here\" and not where it leads"
        );
    }
}
