//! Shapes of web addresses that open for nobody, for few, or through somebody's counter.
//! Pure: an address in, what it is out.

use url::{Host, Url};

/// A host that only the writer's own computer or network knows.
pub fn is_private_number(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(number)) => {
            number.is_loopback()
                || number.is_private()
                || number.is_link_local()
                || number.is_unspecified()
        }
        Some(Host::Ipv6(number)) => {
            number.is_loopback()
                || number.is_unspecified()
                || number.is_unique_local()
                || number.is_unicast_link_local()
        }
        _ => false,
    }
}

/// What a slip of the keyboard or of copying made of an address, in words that follow it.
pub fn slip(address: &str, url: &Url) -> Option<&'static str> {
    const INVISIBLE: &[&str] =
        &["%E2%80%8B", "%E2%80%8C", "%E2%80%8D", "%E2%81%A0", "%EF%BB%BF", "%C2%A0", "%E2%80%8E"];
    let host = url.host_str().unwrap_or_default();
    let upper = address.to_uppercase();
    let has_unseen = INVISIBLE.iter().any(|code| upper.contains(code))
        || address.contains([
            '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{a0}', '\u{200e}',
        ]);
    if host.contains(',') {
        return Some("has a comma in its name, where a dot belongs");
    }
    if host.contains("..") || host.ends_with("www") {
        return Some("has a dot too many in its name");
    }
    if has_unseen {
        return Some("has a character that nobody sees, and opens nothing");
    }
    let last = url.path().rsplit('/').next().unwrap_or_default();
    if runs_on(address) {
        return Some("runs on into the next word: put a blank behind it");
    }
    let has_pairs = last.split('&').skip(1).any(|pair| {
        pair.split_once('=').is_some_and(|(name, _)| {
            name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    });
    (has_pairs && url.query().is_none()).then_some("has & where its first ? belongs")
}

/// Whether a bare address took the next word of its sentence along: `…/news/a,and more`, `…/give.Thank you`.
fn runs_on(address: &str) -> bool {
    const JOINING: &[&str] = &[
        "and", "or", "but", "which", "where", "when", "who", "so", "then", "to", "for", "in", "on",
        "at", "we", "you", "please", "see", "thank", "thanks",
    ];
    address.rsplit_once([',', ';']).is_some_and(|(_, last)| JOINING.contains(&last))
        || address.rsplit_once('.').is_some_and(|(before, last)| {
            let is_word = last.chars().next().is_some_and(char::is_uppercase)
                && last.chars().skip(1).all(|c| c.is_ascii_lowercase());
            // The name of a file may end in `.Pdf`.
            is_word
                && before.ends_with(|c: char| c.is_ascii_lowercase())
                && JOINING.contains(&last.to_lowercase().as_str())
        })
}

/// Whether the address is a click that somebody's mailing counts, and was copied from there.
pub fn counts_clicks(url: &Url) -> bool {
    const FIRST: &[&str] = &[
        "click", "clicks", "trk", "track", "tracking", "links", "link", "email", "e", "go", "url",
        "t", "ct",
    ];
    const HOSTS: &[&str] = &[
        ".exct.net",
        ".rs6.net",
        ".cmail19.com",
        ".cmail20.com",
        ".createsend1.com",
        ".mjt.lu",
        ".hubspotlinks.com",
        ".awstrack.me",
        ".sendgrid.net",
        ".mlsend.com",
        ".mlsendlink.com",
        ".klclick.com",
        ".klclick1.com",
        ".emlnk.com",
        ".acemlnb.com",
        ".sendibm1.com",
        ".sendibt2.com",
        ".r.bh.d.sendibt3.com",
        ".dotdigital-pages.com",
        ".mandrillapp.com",
        ".customeriomail.com",
    ];
    let Some(host) = url.host_str() else { return false };
    let first = host.split('.').next().unwrap_or_default();
    let is_counter = host.split('.').count() > 2 && FIRST.contains(&first);
    let has_code = url.query_pairs().any(|(name, value)| {
        matches!(name.as_ref(), "qs" | "upn" | "u" | "elq" | "elqTrackId" | "lid" | "mid" | "sid")
            && value.len() >= 8
    }) || ["/ls/click", "/wf/click", "/track/", "/ss/c/", "/CL0/", "/f/a/", "/c/ey"]
        .iter()
        .any(|part| url.path().starts_with(part));
    HOSTS.iter().any(|end| host.ends_with(end)) || (is_counter && has_code)
}

/// Whether an address is a page about a picture, and no picture.
pub fn is_page_of_a_picture(url: &Url) -> bool {
    const PAGES: &[&str] = &[
        ".html", ".htm", ".php", ".asp", ".aspx", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".mp4",
        ".mov", ".zip",
    ];
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    let path = url.path().to_lowercase();
    let is_shared = match host {
        "drive.google.com" => path.starts_with("/file/") || path.starts_with("/open"),
        "dropbox.com" => !url
            .query_pairs()
            .any(|(name, value)| value == "1" && matches!(name.as_ref(), "raw" | "dl")),
        "photos.app.goo.gl" | "photos.google.com" | "photos.icloud.com" | "icloud.com"
        | "1drv.ms" | "we.tl" => true,
        "flickr.com" => path.starts_with("/photos/"),
        "instagram.com" => path.starts_with("/p/") || path.starts_with("/reel/"),
        "facebook.com" => path.starts_with("/photo"),
        "canva.com" => path.starts_with("/design/"),
        "unsplash.com" => path.starts_with("/photos/"),
        host => host.ends_with(".sharepoint.com"),
    };
    is_shared || (url.query().is_none() && PAGES.iter().any(|end| path.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_their_shapes() {
        let of = |address: &str| {
            let url = Url::parse(address).unwrap();
            (
                is_private_number(&url),
                slip(address, &url).is_some(),
                counts_clicks(&url),
                is_page_of_a_picture(&url),
            )
        };
        for (address, expected) in [
            ("https://10.0.0.7/a", (true, false, false, false)),
            ("https://[::1]/a", (true, false, false, false)),
            ("https://8.8.8.8/a", (false, false, false, false)),
            ("https://www.charity,org.uk/", (false, true, false, false)),
            ("https://charity.org.uk/a\u{200b}", (false, true, false, false)),
            ("https://charity.org.uk/a&utm_source=x", (false, true, false, false)),
            ("https://charity.org.uk/news/a,and", (false, true, false, false)),
            ("https://charity.org.uk/give.Thank", (false, true, false, false)),
            ("https://charity.org.uk/a,12", (false, false, false, false)),
            ("https://charity.org.uk/Plan.Txt", (false, false, false, false)),
            ("https://charity.org.uk/r&d/a?b=1&c=2", (false, false, false, false)),
            ("https://charity.org.uk/m&s", (false, false, false, false)),
            ("https://click.news.shop.com/?qs=0123456789abcdef", (false, false, true, false)),
            ("https://u123.ct.sendgrid.net/ls/click?upn=x", (false, false, true, false)),
            ("https://click.charity.org.uk/", (false, false, false, false)),
            ("https://link.charity.org.uk/give", (false, false, false, false)),
            ("https://charity.org.uk/a.htm", (false, false, false, true)),
            ("https://charity.org.uk/picture.php?id=3", (false, false, false, false)),
            ("https://drive.google.com/file/d/1/view", (false, false, false, true)),
            ("https://charity.org.uk/a.jpg", (false, false, false, false)),
        ] {
            assert_eq!(of(address), expected, "{address}");
        }
    }
}
