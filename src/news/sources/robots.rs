//! What a website lets programs read: robots.txt (RFC 9309).
//! Pure: a file's text in, decisions out.

/// By which name the rules may speak of us.
const NAME: &str = "roundup";
/// What lies behind need not be read (RFC 9309, 2.5).
const MOST_BYTES: usize = 500 * 1024;

/// The rules for us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<(bool, String)>,
    /// Sitemaps that the file names, for whoever looks for pages.
    pub sitemaps: Vec<String>,
}

impl Robots {
    /// Nothing may be read: the file is there and cannot be had (RFC 9309, 2.3.1.4).
    pub fn closed() -> Self {
        Self { rules: vec![(false, "/".to_owned())], sitemaps: Vec::new() }
    }

    /// Reads the groups that name us, or, where none does, those for everybody.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_BYTES)]);
        let mut sitemaps = Vec::new();
        let (mut ours, mut others): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        let (mut is_ours, mut is_others, mut is_named) = (false, false, false);
        let mut has_rules = true;
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((name, value)) = line.split_once(':') else { continue };
            let (name, value) = (name.trim().to_lowercase(), value.trim());
            match name.as_str() {
                "user-agent" => {
                    // Names that follow each other share what comes after them.
                    if has_rules {
                        (is_ours, is_others, has_rules) = (false, false, false);
                    }
                    let agent = value.split('/').next().unwrap_or_default().trim();
                    is_ours |= agent.eq_ignore_ascii_case(NAME);
                    is_others |= agent == "*";
                    is_named |= is_ours;
                }
                "allow" | "disallow" => {
                    has_rules = true;
                    if !value.is_empty() {
                        let rule = (name == "allow", value.to_owned());
                        if is_ours {
                            ours.push(rule.clone());
                        }
                        if is_others {
                            others.push(rule);
                        }
                    }
                }
                "sitemap" => sitemaps.push(value.to_owned()),
                _ => {}
            }
        }
        Self { rules: if is_named { ours } else { others }, sitemaps }
    }

    /// Whether a path with its query may be read: the longest rule decides, and of two as long the one that allows.
    pub fn allows(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        let path = decoded(path);
        self.rules
            .iter()
            .filter(|(_, rule)| matches(&decoded(rule), &path))
            .max_by_key(|(allows, rule)| (rule.len(), *allows))
            .is_none_or(|(allows, _)| *allows)
    }
}

/// Percent-encoded characters that need not be are the same as themselves.
fn decoded(path: &str) -> Vec<u8> {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = path.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' && !matches!(byte, b'/' | b'*' | b'$' | b'%') => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// Whether a rule with `*` (anything) and `$` (the end) is the beginning of a path.
fn matches(rule: &[u8], path: &[u8]) -> bool {
    let (rule, to_the_end) = match rule.strip_suffix(b"$") {
        Some(rule) => (rule, true),
        None => (rule, false),
    };
    let mut pieces = rule.split(|byte| *byte == b'*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let pieces: Vec<&[u8]> = pieces.collect();
    for (number, piece) in pieces.iter().enumerate() {
        let is_last = number + 1 == pieces.len();
        if is_last && to_the_end {
            return rest.ends_with(piece);
        }
        let found =
            (0..=rest.len().saturating_sub(piece.len())).find(|at| rest[*at..].starts_with(piece));
        match found {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    !to_the_end || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_may_be_read() {
        for (text, allowed, refused) in [
            ("", "/a", ""),
            ("User-agent: *\nDisallow: /private\n", "/news", "/private/x"),
            ("User-agent: *\nDisallow:\n", "/news", ""),
            ("User-agent: *\nDisallow: /\nAllow: /news\n", "/news/1", "/about"),
            ("User-agent: other\nDisallow: /\n", "/news", ""),
            ("User-agent: *\nDisallow: /\nUser-agent: Roundup\nDisallow: /x\n", "/news", "/x"),
            ("User-agent: roundup/1.0\nUser-agent: other\nDisallow: /x # no\n", "/news", "/x"),
            ("User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf?x", "/b/a.pdf"),
            ("User-agent: *\nDisallow: /*?page=\n", "/news", "/news?page=2"),
            ("User-agent: *\nAllow: /page\nDisallow: /*.htm\n", "/page", "/page.htm"),
            ("User-agent: *\nAllow: /a\nDisallow: /a\n", "/a", ""),
            ("User-agent: *\nDisallow: /caf%C3%A9\n", "/cafe", "/caf%c3%a9"),
            ("\u{feff}USER-AGENT : *\r\nDISALLOW : /x\r\nSitemap: https://e.org/s.xml", "/a", "/x"),
        ] {
            let robots = Robots::parse(text.as_bytes());
            assert!(robots.allows(allowed), "{text} {allowed}");
            assert!(refused.is_empty() || !robots.allows(refused), "{text} {refused}");
        }
        assert!(!Robots::closed().allows("/news"));
        assert!(Robots::closed().allows("/robots.txt"));
    }

    proptest! {
        #[test]
        fn whatever_stands_there(bytes in proptest::collection::vec(any::<u8>(), 0..200), path in "/[ -~]{0,30}") {
            Robots::parse(&bytes).allows(&path);
            let rule = format!("User-agent: *\nDisallow: {path}\n");
            let robots = Robots::parse(rule.as_bytes());
            let is_plain = !path.contains(['#', '*', '$', ':']) && path.trim() == path;
            prop_assert!(!is_plain || path == "/robots.txt" || !robots.allows(&path));
        }
    }
}
