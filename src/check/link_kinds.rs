//! Addresses that open for few people, or by way of somebody else: a table of hosts, paths and names (`link_kinds.tsv`).
//! Pure: an address in, its kind out.

use std::sync::LazyLock;

use url::Url;

/// Why an address is not the one to give to readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Filter,
    Redirect,
    Copy,
    Preview,
    Editing,
}

impl LinkKind {
    fn of(word: &str) -> Self {
        match word {
            "filter" => Self::Filter,
            "redirect" => Self::Redirect,
            "copy" => Self::Copy,
            "preview" => Self::Preview,
            "editing" => Self::Editing,
            other => panic!("a line of ours: {other}"),
        }
    }

    /// What it is, behind the address.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Filter => {
                "was copied from another message, and goes through that message's link filter"
            }
            Self::Redirect => "goes through another website, which counts the click and sends on",
            Self::Copy => "is another website's copy of the page",
            Self::Preview => "is a preview that only its editors can see",
            Self::Editing => "is a page for editing the website",
        }
    }
}

struct Row {
    kind: LinkKind,
    host: &'static str,
    path: &'static str,
    /// `name`, or `name=value`.
    names: Vec<&'static str>,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = include_str!("link_kinds.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [kind, host, path, names, _] = cells[..] else {
                panic!("a line of ours: {line}");
            };
            let names = names.split(' ').filter(|name| *name != "-").collect();
            Row { kind: LinkKind::of(kind), host, path, names }
        })
        .collect()
});

/// The kind of an address, if it is one of those.
pub fn kind(url: &Url) -> Option<LinkKind> {
    let host = url.host_str()?.to_lowercase();
    let path = url.path().to_lowercase();
    let query = url.query().unwrap_or_default().to_lowercase();
    let known = TABLE
        .iter()
        .find(|row| {
            is_of(&host, row.host)
                && path.starts_with(row.path)
                && (row.names.is_empty() || row.names.iter().any(|name| has(&query, name)))
        })
        .map(|row| row.kind);
    known.or_else(|| shares_a_draft(&path, &query).then_some(LinkKind::Preview))
}

fn is_of(host: &str, row: &str) -> bool {
    match row.strip_prefix('.') {
        Some(whole) => host.strip_suffix(whole).is_some_and(|b| b.is_empty() || b.ends_with('.')),
        None => row == "*" || host == row || host.strip_prefix("www.") == Some(row),
    }
}

fn has(query: &str, wanted: &str) -> bool {
    query.split('&').any(|pair| {
        if wanted.contains('=') { pair == wanted } else { pair.split('=').next() == Some(wanted) }
    })
}

/// `/preview?token=…`, `/news/draft?key=…`: a page that is shown only to whoever has the key.
fn shares_a_draft(path: &str, query: &str) -> bool {
    let is_draft = path
        .split('/')
        .any(|part| matches!(part, "preview" | "previews" | "draft" | "drafts" | "live-preview"));
    let is_locked = ["token", "key", "secret", "hash", "preview_token", "_token", "auth"]
        .iter()
        .any(|name| has(query, name));
    is_draft && is_locked
}

/// The page that an address leads to, where it says so itself.
pub fn target(url: &Url) -> Option<String> {
    const NAMES: &[&str] = &["u", "q", "url", "uddg", "to", "a", "target"];
    url.query_pairs()
        .filter(|(name, _)| NAMES.contains(&name.to_lowercase().as_str()))
        // Read as an address, so that nothing of it is a control character.
        .filter_map(|(_, value)| Url::parse(&value).ok())
        .find(|page| matches!(page.scheme(), "https" | "http"))
        .map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<LinkKind> {
        kind(&Url::parse(address).unwrap())
    }

    #[test]
    fn addresses_that_are_not_for_readers() {
        for (address, expected) in [
            ("https://eur01.safelinks.protection.outlook.com/?url=x", LinkKind::Filter),
            ("https://www.facebook.com/l.php?u=x", LinkKind::Redirect),
            ("https://l.facebook.com/l.php?u=x", LinkKind::Redirect),
            ("https://www.google.com/url?q=https://x.org", LinkKind::Redirect),
            ("https://www.google.com/amp/s/x.org/a", LinkKind::Copy),
            ("https://www-x-org.translate.goog/a", LinkKind::Copy),
            ("https://x.org/?p=1&preview=true", LinkKind::Preview),
            ("https://x.org/preview?token=abc", LinkKind::Preview),
            ("https://x.org/a?X-Craft-Preview=1", LinkKind::Preview),
            ("https://x.org/wp-admin/post.php?post=12", LinkKind::Editing),
            ("https://studio.youtube.com/video/1", LinkKind::Editing),
        ] {
            assert_eq!(of(address), Some(expected), "{address}");
        }
        for address in [
            "https://www.facebook.com/events/1",
            "https://www.google.com/maps?q=hall",
            "https://www.google.com/url-shapes",
            "https://x.org/preview-of-the-year",
            "https://x.org/preview",
            "https://x.org/give?token=spring",
            "https://notfacebook.com/l.php",
            "https://x.org/a?previewer=1",
            "https://www.linkedin.com/company/x",
        ] {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn the_page_behind_is_read_where_the_address_has_it() {
        let of = |address: &str| target(&Url::parse(address).unwrap());
        assert_eq!(
            of("https://l.facebook.com/l.php?u=https%3A%2F%2Fx.org%2Fa&h=1").as_deref(),
            Some("https://x.org/a")
        );
        assert_eq!(of("https://www.facebook.com/l.php?u=x"), None);
    }
}
