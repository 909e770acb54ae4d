//! Names that stand for somebody's own: those set aside for examples (RFC 2606), and those of forms that nobody filled in.
//! Pure: names and texts in, decisions and places out.

use crate::news::sources::public::is_example;

use super::expression::Expression;
use super::texts::TextMatch;

/// Whether a host stands for one that somebody has yet to write: `charity.example`, `www.yourcharity.org.uk`, `xxx.com`.
pub fn is_unwritten(host: &str) -> bool {
    static OF_FORMS: Expression = Expression::new(
        r"(?i)^(?:www\.)?(?:x{2,}|your-?(?:charity|organi[sz]ation|website|domain|site|company|school|name|url)|(?:charity|organi[sz]ation|domain|website|company|school)-?name)(?:\.(?:org|com|net|co|ac|gov|sch|charity))(?:\.[a-z]{2})?$",
    );
    is_example(&format!("https://{host}/")) || OF_FORMS.is_match(host)
}

/// Whether a web address or an email address is under such a name.
pub fn is_unwritten_address(address: &str) -> bool {
    let address = address.trim();
    let host = match address.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?', '#', ':']).next(),
        None => {
            address.rsplit_once('@').map(|(_, host)| host.split(['?', '/']).next().unwrap_or(host))
        }
    };
    host.is_some_and(is_unwritten)
}

/// Web and email addresses in words that are under such a name.
pub fn mentions(text: &str) -> Vec<TextMatch> {
    static ADDRESSES: Expression = Expression::new(
        r"(?i)(?:\bhttps?://|[\w.+'-]+@)(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/[^\s<>)\]]*)?|\b(?P<bare>(?:[a-z0-9-]+\.)*(?:(?:example|x{2,}|your-?\w+|\w+name)\.(?:org|com|net|co|ac|gov)(?:\.uk)?|[a-z0-9-]+\.(?:example|invalid)))\b",
    );
    ADDRESSES
        .captures_iter(text)
        .filter_map(|found| {
            let host = found.name("host").or_else(|| found.name("bare"))?;
            let whole = found.get(0)?;
            let words = whole.as_str().trim_end_matches(['.', ',', ';', '!', '?', '/']);
            is_unwritten(host.as_str()).then(|| TextMatch::new(whole.start(), words, true))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_has_filled_in() {
        for text in [
            "see example.org",
            "see www.example.com.",
            "write to jo@example.org",
            "https://www.example.net/a?b",
            "hello@charity.example",
            "charity.example",
            "https://news.charity.test/x",
            "www.xxx.org.uk",
            "xxxx.com",
            "info@yourcharity.org",
            "www.your-website.co.uk",
            "www.charityname.org",
        ] {
            assert_eq!(mentions(text).len(), 1, "{text}");
        }
        for text in [
            "for example. Org charts",
            "An example: com",
            "hello@lanternforchildren.org.uk",
            "www.yourhelp.org.uk and yorkshire.com",
            "myexample.org, surname.com",
            "the file test.docx, in a test",
            "https://example.org.uk/",
            "xx.xx",
        ] {
            assert_eq!(mentions(text), [], "{text}");
        }
        assert!(is_unwritten_address("info@yourcharity.org?subject=x"));
        assert!(!is_unwritten_address("Give a child a safe evening"));
    }
}
