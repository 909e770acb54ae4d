//! Addresses that open for the writer and nobody else, that carry somebody's trace, or that are mistyped.
//! Pure: an email in, findings out.

use crate::audience::mistyped_domain;
use crate::check::expression::Expression;
use crate::check::link_kinds::{self, LinkKind};
use crate::check::link_shapes;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};
use crate::rfc::address::EmailAddress;
use std::collections::BTreeSet;

pub const RULES: [Rule; 4] = [
    Rule::new(
        "draft-link",
        "Does every link open for everybody?",
        "localhost is the writer's own computer, staging.example is a private copy of the \
            website, and a document's /edit address asks readers to log in. Link to the public \
            page.",
        draft_link,
    ),
    Rule::new(
        "tracked-link",
        "Is every link free of tracking codes?",
        "fbclid, gclid and mc_eid identify one person or one click: the person who copied the \
            address. Remove everything from the ? onwards, and check that the page still opens.",
        tracked_link,
    ),
    Rule::new(
        "mail-address",
        "Is every email address spelled correctly?",
        "With a comma for a dot, or gmial for gmail, a reader's question never reaches you. \
            roundup checks the addresses in links and in the text.",
        mail_address,
    ),
    Rule::new(
        "link-words",
        "Does every link go where its words say?",
        "A link that shows one address and opens another is a common trick of scams, and mail \
            programs warn about it. Usually one of the two was changed and the other forgotten.",
        link_words,
    ),
];

fn draft_link(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for address in shown.addresses() {
        if let Some((severity, what)) = opens_for_few(&address) {
            findings.push(Finding::new(
                "draft-link",
                severity,
                known.place_of(&address),
                format!("{address} {what}"),
                public_page(&address),
            ));
        }
    }
    findings
}

/// The cure, with the page itself where the address names it.
fn public_page(address: &str) -> String {
    let url = url::Url::parse(address).ok();
    url.filter(|url| link_kinds::kind(url).is_some())
        .and_then(|url| link_kinds::target(&url))
        .map_or_else(
            || "link to the public page".to_owned(),
            |target| format!("link to the page itself: {target}"),
        )
}

const DRAFT_HOSTS: &[&str] = &[
    "staging",
    "stage",
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "uat",
    "preprod",
    "pre-prod",
    "preview",
    "demo-site",
    "sandbox",
    "wip",
    "beta-site",
];

fn opens_for_few(address: &str) -> Option<(Severity, &'static str)> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?.to_lowercase();
    let path = url.path().to_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    if matches!(host.as_str(), "https" | "http") {
        return Some((Severity::Must, "has https:// twice"));
    }
    if let Some(what) = link_shapes::slip(address, &url) {
        return Some((if host.contains([',']) { Severity::Must } else { Severity::Should }, what));
    }
    if link_shapes::is_private_number(&url) {
        // Not a must: a newsletter is tried with a website on one's own computer.
        return Some((Severity::Should, "is a number of the writer's own computer or network"));
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return Some((Severity::Must, "is a page on the writer's own computer"));
    }
    if [".local", ".internal", ".lan", ".intranet"].iter().any(|end| host.ends_with(end)) {
        return Some((Severity::Must, "is a page on a private network"));
    }
    // `test.org.uk` may be somebody's own name.
    let labels: Vec<&str> = host.split('.').collect();
    let has_suffix = labels.len() > 2
        && ["org", "co", "ac", "gov", "com", "net", "sch", "nhs"]
            .contains(&labels[labels.len() - 2]);
    let is_below = labels.len() > if has_suffix { 3 } else { 2 };
    let prefixed = is_below
        && DRAFT_HOSTS.iter().any(|name| {
            first == *name
                || first.starts_with(&format!("{name}-"))
                || first.ends_with(&format!("-{name}"))
        });
    let on_a_builder = [
        ".netlify.app",
        ".vercel.app",
        ".ngrok.io",
        ".ngrok-free.app",
        ".herokuapp.com",
        ".wpengine.com",
        ".wpenginepowered.com",
        ".myftpupload.com",
        ".kinsta.cloud",
    ]
    .iter()
    .any(|end| host.ends_with(end));
    if prefixed || on_a_builder {
        return Some((Severity::Should, "is a private copy of the website"));
    }
    if let Some(kind) = link_kinds::kind(&url) {
        return Some((Severity::Should, kind.what()));
    }
    if is_node_of_an_editor(&path) {
        return Some((Severity::Should, LinkKind::Editing.what()));
    }
    if is_working_document(&host, &path) {
        return Some((Severity::Should, "is a working document: readers may have to log in"));
    }
    link_shapes::counts_clicks(&url)
        .then_some((Severity::Should, "was copied from another mailing, which counts its clicks"))
}

/// Drupal's page for changing one of its own: `/node/12/edit`.
fn is_node_of_an_editor(path: &str) -> bool {
    path.starts_with("/node/") && path.ends_with("/edit")
}

fn is_working_document(host: &str, path: &str) -> bool {
    let is_edited = path.contains("/edit") && !path.contains("/edit-");
    (host == "docs.google.com" && is_edited)
        || (host.ends_with("canva.com") && path.contains("/edit"))
        || (host.ends_with("sharepoint.com")
            && (path.starts_with("/:") || path.contains(":/r/") || path.contains("/_layouts")))
        || (host.ends_with("dropbox.com") && path.starts_with("/home"))
        || (host.ends_with("airtable.com") && !path.starts_with("/shr"))
}

fn tracked_link(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    // utm_… names a campaign and no person: it stays.
    const TRACES: &[&str] = &[
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "mc_eid",
        "mc_cid",
        "_hsenc",
        "_hsmi",
        "igshid",
        "igsh",
        "twclid",
        "yclid",
        "mkt_tok",
        "_ga",
        "_gl",
        "vero_id",
        "s_cid",
        "ref_src",
        "wbraid",
        "gbraid",
        "ttclid",
        "li_fat_id",
        "sessionid",
        "phpsessid",
        "jsessionid",
    ];
    shown
        .addresses()
        .into_iter()
        .filter_map(|address| {
            let url = url::Url::parse(&address).ok()?;
            let name = url
                .query_pairs()
                .map(|(name, _)| name.to_lowercase())
                .chain(pairs_of_path(url.path()))
                .find(|name| TRACES.contains(&name.as_str()))?;
            let place = known.place_of(&address);
            let message = format!("{address} has `{name}`, which identifies one person's click");
            let cure = "remove it from the address, and check that the page still opens";
            Some(Finding::new("tracked-link", Severity::Should, place, message, cure))
        })
        .collect()
}

/// Names behind an & in a path: somebody took away what stood before the first ?.
fn pairs_of_path(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split('&').skip(1).filter_map(|pair| Some(pair.split_once('=')?.0.to_lowercase()))
}

fn wrong_with(address: &str) -> Option<String> {
    if address.starts_with("//") {
        return Some("has // before it: after mailto: stands the address only".to_owned());
    }
    let Ok(parsed) = EmailAddress::parse(address) else {
        return Some("is not a valid email address".to_owned());
    };
    if let Some(meant) = mistyped_domain(&parsed) {
        return Some(format!("looks mistyped: did you mean {meant}?"));
    }
    let written = parsed.to_string().to_lowercase();
    let domain = written.rsplit('@').next().unwrap_or_default();
    let last = domain.rsplit('.').next().unwrap_or_default();
    if matches!(last, "con" | "cmo" | "ogr" | "couk" | "vom" | "ukk" | "ocm" | "comm" | "prg") {
        return Some(format!("ends in .{last}, which is not a domain"));
    }
    if !domain.contains('.') {
        return Some("has no ending such as .org after its name".to_owned());
    }
    None
}

/// Where the email comes from, and where answers go.
fn own_addresses(message: &[u8]) -> Vec<String> {
    static ADDRESS: Expression = Expression::new(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+");
    let text = String::from_utf8_lossy(message);
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
    head.lines()
        .filter(|line| line.starts_with("From:") || line.starts_with("Reply-To:"))
        .flat_map(|line| ADDRESS.find_iter(line).map(|found| found.as_str().to_owned()))
        .collect()
}

fn mail_address(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static WRITTEN: Expression = Expression::new(r"[\w.+'-]+@[\w-]+(?:[.,][\w-]+)+");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut findings = Vec::new();
    let mut add = |address: &str, what: String| {
        if seen.insert(address.to_owned()) {
            findings.push(Finding::new(
                "mail-address",
                Severity::Should,
                known.place_of(address),
                format!("`{}` {what}", excerpt(address)),
                "correct the address, and send a message to it to be sure",
            ));
        }
    };
    for link in shown.variants.iter().flat_map(|variant| &variant.page.links) {
        let lower = link.address.to_lowercase();
        if lower.contains('{') {
            continue;
        }
        if lower.starts_with("mailto:") {
            let addresses = link.address["mailto:".len()..].split('?').next().unwrap_or_default();
            for address in addresses.split("%2C").flat_map(|part| part.split(';')) {
                let plain = address.replace("%40", "@").replace("%20", " ");
                if let Some(what) = wrong_with(plain.trim()) {
                    add(plain.trim(), what);
                }
            }
        } else if lower.starts_with("tel:") {
            let digits = link.address.chars().filter(char::is_ascii_digit).count();
            // 999, 116 123 and 85258 are whole: they do not begin with 0.
            let begins = lower.trim_start_matches("tel:").trim();
            if begins.starts_with(['0', '+']) && !(8..=15).contains(&digits) {
                add(&link.address, "is not a whole telephone number".to_owned());
            }
        }
    }
    for address in known.messages.first().into_iter().flat_map(|message| own_addresses(message)) {
        if let Some(what) = wrong_with(&address) {
            add(&address, what);
        }
    }
    for written in known.written() {
        for found in WRITTEN.find_iter(written.text) {
            let address = found.as_str().trim_end_matches(['.', ',', '-']);
            // A comma may be the sentence's: only where a known ending follows it.
            let has_comma = address.contains(',');
            let plain = address.split(',').next().unwrap_or_default();
            let ends_in_domain = [",org", ",com", ",co.uk", ",org.uk", ",net", ",uk"]
                .iter()
                .any(|end| address.to_lowercase().ends_with(end));
            if has_comma && ends_in_domain {
                add(address, "has a comma for a dot".to_owned());
            } else if let Some(what) = wrong_with(plain).filter(|_| plain.contains('.')) {
                add(plain, what);
            }
        }
    }
    findings
}

/// An address in the words of a link that is not where it leads.
fn link_words(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for link in shown.variants.iter().flat_map(|variant| &variant.page.links) {
        let words = link.words.trim().trim_end_matches(['.', ',']);
        if words.contains(char::is_whitespace) || link.address.contains('{') {
            continue;
        }
        let leads_elsewhere = match link.address.strip_prefix("mailto:") {
            Some(address) => {
                let address = address.split('?').next().unwrap_or_default();
                words.contains('@') && !words.eq_ignore_ascii_case(address)
            }
            None => is_another_page(words, &link.address),
        };
        let message = format!("a link says {words} and opens {}", link.address);
        if leads_elsewhere && findings.iter().all(|finding| finding.message != message) {
            findings.push(Finding::new(
                "link-words",
                Severity::Should,
                known.place_of_link(link),
                message,
                "open both, and keep the right one",
            ));
        }
    }
    findings
}

fn is_another_page(words: &str, address: &str) -> bool {
    let is_address =
        words.starts_with("http://") || words.starts_with("https://") || words.starts_with("www.");
    if !is_address {
        return false;
    }
    let whole =
        if words.starts_with("www.") { format!("https://{words}") } else { words.to_owned() };
    let parsed = |text: &str| {
        let url = url::Url::parse(text).ok()?;
        let host = url.host_str()?.trim_start_matches("www.").to_lowercase();
        Some((host, url.path().trim_end_matches('/').to_owned()))
    };
    match (parsed(&whole), parsed(address)) {
        // Only the website's name may stand for a page of it.
        (Some((host, path)), Some((other, other_path))) => {
            host != other || (!path.is_empty() && path != other_path)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_open_for_few() {
        for address in [
            "http://localhost:3000/x",
            "https://staging.charity.org.uk/",
            "https://dev.charity.org.uk/give",
            "https://docs.google.com/document/d/1/edit",
            "https://charity.org.uk/?p=1&preview=true",
            "https://charity.org.uk/wp-admin/post.php?post=1",
            "https://c.sharepoint.com/:w:/r/x.docx",
            "https://eur03.safelinks.protection.outlook.com/?url=x",
            "https://https//charity.org.uk/",
            "https://charity.netlify.app/",
            "https://intranet.charity.local/",
        ] {
            assert!(opens_for_few(address).is_some(), "{address}");
        }
        for address in [
            "https://charity.org.uk/preview",
            "https://stagingtheatre.co.uk/",
            "https://charity.org.uk/edit-a-thon",
            "https://docs.google.com/forms/d/e/1/viewform",
            "https://testament.org.uk/",
            "https://test.org.uk/",
            "https://dev.to/",
            "https://device.org.uk/",
        ] {
            assert!(opens_for_few(address).is_none(), "{address}");
        }
    }

    #[test]
    fn email_addresses_with_a_typo() {
        for address in
            ["ruth@gmial.com", "ruth@charity,org.uk", "ruth.charity.org.uk", "a@charity.con"]
        {
            assert!(wrong_with(address).is_some(), "{address}");
        }
        for address in ["ruth@charity.org.uk", "r.ellison+news@gmail.com"] {
            assert_eq!(wrong_with(address), None, "{address}");
        }
    }

    #[test]
    fn words_that_are_an_address() {
        let page = "https://www.charity.org.uk/report";
        for (words, leads_elsewhere) in [
            ("https://www.charity.org.uk/report", false),
            ("www.charity.org.uk", false),
            ("charity.org.uk/repor", false),
            ("https://www.charity.org.uk/repor", true),
            ("www.other.org.uk", true),
            ("report", false),
        ] {
            assert_eq!(is_another_page(words, page), leads_elsewhere, "{words}");
        }
    }
}
