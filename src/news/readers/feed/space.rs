//! What the elements of feeds belong to, by their namespaces and prefixes.
//! Pure: names in, a meaning out.

/// What an element belongs to, by its namespace or, where that is not declared, by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// RSS of any version, Atom of any version, CDF, or no namespace.
    Feed,
    Dublin,
    Content,
    Media,
    Itunes,
    Feedburner,
    /// Feed paging and archiving (RFC 5005).
    History,
    Xhtml,
    Rdf,
    /// Of no use here.
    Other,
}

/// The namespace of an address, which is often written in other letters, with or without its last slash, or as https.
pub fn space_of(address: &str) -> Space {
    let lower = address.trim().to_ascii_lowercase();
    let address = lower
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_start_matches("www.")
        .trim_end_matches(['/', '#']);
    match address {
        "purl.org/rss/1.0/modules/content" => Space::Content,
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" | "tools.search.yahoo.com/mrss" => {
            Space::Media
        }
        "itunes.com/dtds/podcast-1.0.dtd" | "example.com/dtds/podcast-1.0.dtd" => Space::Itunes,
        "purl.org/syndication/history/1.0" => Space::History,
        "w3.org/1999/xhtml" => Space::Xhtml,
        "w3.org/1999/02/22-rdf-syntax-ns" => Space::Rdf,
        "purl.org/atom/ns" | "w3.org/2005/atom" | "purl.org/net/rss1.1" | "" => Space::Feed,
        "backend.userland.com/rss"
        | "blogs.law.harvard.edu/tech/rss"
        | "my.netscape.com/rdf/simple/0.9" => Space::Feed,
        "channel.netscape.com/rdf/simple/0.9" | "my.netscape.com/publish/formats/rss-0.91.dtd" => {
            Space::Feed
        }
        _ if address.starts_with("purl.org/dc/") => Space::Dublin,
        _ if address.starts_with("rssnamespace.org/feedburner") => Space::Feedburner,
        _ if address.starts_with("purl.org/rss/1.0/modules/") => Space::Other,
        _ if address.starts_with("purl.org/rss/1.0")
            || address.starts_with("backend.userland.com/rss") =>
        {
            Space::Feed
        }
        _ if address.starts_with("purl.org/atom/") || address.contains("cdf") => Space::Feed,
        _ => Space::Other,
    }
}

/// The namespace that a prefix has by custom.
pub fn space_of_prefix(prefix: &str) -> Space {
    match prefix {
        "" | "rss" | "atom" | "atom03" | "atom10" | "a10" | "cdf" => Space::Feed,
        "dc" | "dcterms" | "dcterm" => Space::Dublin,
        "content" => Space::Content,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "feedburner" => Space::Feedburner,
        "fh" => Space::History,
        "xhtml" | "html" | "h" => Space::Xhtml,
        "rdf" => Space::Rdf,
        _ => Space::Other,
    }
}
