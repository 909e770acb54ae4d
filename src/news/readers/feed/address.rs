//! Absolute addresses out of what feeds write for one.
//! Pure: text in, an address out.

use crate::news::item::web_address;

/// An absolute address out of what is written for one. Without a scheme `www.` begins an address and no file's name, and
/// so does the host of the feed.
pub fn address(written: &str, base: Option<&str>) -> Option<String> {
    let joined: String =
        written.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    let written = joined.trim();
    if written.is_empty() || written.starts_with('#') || written.contains(['<', '>']) {
        return None;
    }
    let lower = written.get(..4).map(str::to_ascii_lowercase);
    let host = base
        .and_then(|base| url::Url::parse(base).ok())
        .and_then(|base| base.host_str().map(str::to_owned));
    let names_host = host.is_some_and(|host| {
        written.strip_prefix(&host).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if lower.as_deref() == Some("www.") || names_host {
        return web_address(&format!("https://{written}"), None);
    }
    web_address(written, base)
}
