//! Looks for people in what is about to be public: any address of the list, however it is written, and any link of their own.
//! Pure: text in, a finding out.

use std::collections::BTreeSet;

use super::PublicPageError;
use crate::audience::fingerprint::{KeyName, name_of_key};
use crate::rfc::address::EmailAddress;

/// Whether a word is somebody's own token, or the id of their copy.
pub trait TokenCheck: Sync {
    fn is_token(&self, word: &str) -> bool;
}

/// Everybody who must not be found.
pub struct PublicNames<'a> {
    people: BTreeSet<KeyName>,
    /// Addresses that the organisation itself publishes.
    own: BTreeSet<String>,
    tokens: &'a dyn TokenCheck,
}

/// The longest part of an address that is looked at; what is longer is none.
const LONGEST_PART_BYTES: usize = 254;

impl<'a> PublicNames<'a> {
    /// `people` are the keys of everybody's address, `own` the organisation's own.
    pub fn new<'p>(
        people: impl IntoIterator<Item = &'p str>,
        own: impl IntoIterator<Item = String>,
        tokens: &'a dyn TokenCheck,
    ) -> Self {
        Self {
            people: people.into_iter().map(name_of_key).collect(),
            own: own.into_iter().map(|address| address.to_lowercase()).collect(),
            tokens,
        }
    }

    /// # Errors
    /// When somebody is in it.
    pub fn refuse(&self, page: &str, text: &str) -> Result<(), PublicPageError> {
        let seen = as_seen(text);
        for text in [text.to_owned(), unwritten(text), unwritten(&seen), seen] {
            if self.addresses_in(&text).any(|key| self.people.contains(&name_of_key(&key))) {
                return Err(PublicPageError::Address { page: page.to_owned() });
            }
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            if text.split(|c| !is_word(c)).any(|word| self.tokens.is_token(word)) {
                return Err(PublicPageError::Token { page: page.to_owned() });
            }
        }
        Ok(())
    }

    /// The keys of everything that may be an address, of each length that it may have.
    fn addresses_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = String> + 't {
        text.match_indices('@')
            .flat_map(move |(at, _)| {
                let before = text[..at]
                    .char_indices()
                    .rev()
                    .take_while(move |(from, c)| {
                        at - from < LONGEST_PART_BYTES && is_of_address(*c)
                    })
                    .map(|(from, _)| from);
                let behind: String = text[at + 1..]
                    .chars()
                    .take(LONGEST_PART_BYTES)
                    .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
                    .collect();
                let domain = behind.trim_end_matches(['.', '-']).to_owned();
                // "mailto:ann@…" and "(ann@…": the address may begin later than its characters.
                before.filter_map(move |from| {
                    let written = format!("{}@{domain}", &text[from..at]);
                    EmailAddress::parse(&written).ok().map(|address| address.key())
                })
            })
            .filter(|key| !self.own.contains(key))
    }
}

fn is_of_address(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(
            c,
            '.' | '_'
                | '%'
                | '+'
                | '-'
                | '\''
                | '='
                | '/'
                | '&'
                | '!'
                | '#'
                | '~'
                | '*'
                | '$'
                | '?'
                | '^'
                | '`'
                | '{'
                | '|'
                | '}'
        )
}

/// What people see: without tags and comments, and without characters that nobody sees.
fn as_seen(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        words.push_str(&rest[..at]);
        let tag = &rest[at..];
        let Some(end) = tag_end(tag) else { break };
        // Blocks stand apart; what is within a line runs on.
        if is_block(&tag[..end]) {
            words.push(' ');
        }
        rest = &tag[end..];
    }
    words.push_str(rest);
    entities_decoded(&words).chars().filter(|c| !is_unseen(*c)).collect()
}

/// Where a tag or a comment ends; a `>` in quotes does not end it.
fn tag_end(tag: &str) -> Option<usize> {
    if tag.starts_with("<!--") {
        return tag.find("-->").map(|end| end + 3);
    }
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    // A quotation mark that was never closed.
    tag.find('>').map(|end| end + 1)
}

/// Whether what stands before a tag and behind it are not read as one word.
fn is_block(tag: &str) -> bool {
    let name =
        tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "p" | "div"
            | "td"
            | "th"
            | "tr"
            | "table"
            | "li"
            | "ul"
            | "ol"
            | "br"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "title"
            | "head"
            | "body"
            | "style"
            | "summary"
            | "entry"
            | "link"
            | "updated"
            | "id"
    )
}

/// Soft hyphens, characters of no width, marks of direction and of joining, variation selectors.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
        || c.is_control() && !c.is_whitespace()
}

/// The same text without the ways of HTML and of URLs to write a character: `&#64;`, `&commat;`, `%40`, twice over.
fn unwritten(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..2 {
        text = percent_decoded(&entities_decoded(&text));
    }
    text
}

fn entities_decoded(text: &str) -> String {
    /// `&commat;` and `&#x000040;` are the longest that hide an address.
    const LONGEST_ENTITY_BYTES: usize = 18;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let head = rest.as_bytes()[at..].iter().take(LONGEST_ENTITY_BYTES);
        let end = head.clone().position(|byte| *byte == b';');
        let decoded = end.and_then(|end| entity(&rest[at + 1..at + end]));
        if let (Some(c), Some(end)) = (decoded, end) {
            out.push(c);
            rest = &rest[at + end + 1..];
        } else {
            out.push('&');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => return Some('&'),
        "commat" => return Some('@'),
        "period" => return Some('.'),
        "plus" => return Some('+'),
        "apos" => return Some('\''),
        "lowbar" => return Some('_'),
        "hyphen" | "dash" => return Some('-'),
        "shy" => return Some('\u{ad}'),
        "zwj" => return Some('\u{200d}'),
        "zwnj" => return Some('\u{200c}'),
        "NoBreak" => return Some('\u{2060}'),
        "ZeroWidthSpace" => return Some('\u{200b}'),
        _ => {}
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hexadecimal = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let decoded =
            hexadecimal.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        if let Some(byte) = decoded {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Secret;

    impl TokenCheck for Secret {
        fn is_token(&self, word: &str) -> bool {
            word == "1.abcDEF_9.xyz"
        }
    }

    fn names() -> PublicNames<'static> {
        PublicNames::new(
            ["ann.o'neil+x@charity.example"],
            ["hello@own.example".to_owned()],
            &Secret,
        )
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for text in [
            "Write to Ann.O'Neil+x@charity.example.",
            "<a href=\"mailto:ann.o'neil+x@charity.example?subject=x\">",
            "(ann.o&#39;neil&plus;x&#64;charity.example)",
            "ann.o&#x27;neil+x&commat;charity&period;example",
            "https://e.example/?who=ann.o%27neil%2Bx%40charity.example&y=1",
            "?who=ann.o%2527neil%252Bx%2540charity.example",
            "ann.o'neil+x<b>@</b>charity.example",
            "<b>ann</b>.o'neil+x@<span class=\"a\">char</span>ity.example",
            "ann.o'neil+x<!-- @ > -->@charity<wbr>.example",
            "ann.o'neil+x\u{200b}@\u{ad}charity.example",
            "ann.o'neil+x&#8203;@&shy;charity&ZeroWidthSpace;.example",
            "ann.o'neil+x\u{2060}@char\u{feff}ity.exa\u{200d}mple",
        ] {
            let found = names().refuse("p", text);
            assert_eq!(found, Err(PublicPageError::Address { page: "p".to_owned() }), "{text}");
        }
        for text in
            ["", "hello@own.example", "bob@charity.example", "@", "ann.o'neil+x@", "a&b;c%4"]
        {
            assert_eq!(names().refuse("p", text), Ok(()), "{text}");
        }
    }

    #[test]
    fn somebodys_own_link_is_found() {
        let link = "<a href=\"https://e.example/u/1.abcDEF_9.xyz\">";
        assert_eq!(names().refuse("p", link), Err(PublicPageError::Token { page: "p".to_owned() }));
    }

    /// Ways to write nothing that anybody sees.
    const NOTHING: [&str; 9] = [
        "<b>",
        "</b>",
        "<wbr>",
        "<span title=\"a>b\">",
        "<!-- > @ -->",
        "&shy;",
        "&#x200B;",
        "\u{ad}",
        "\u{200d}",
    ];

    proptest! {
        #[test]
        fn an_address_is_found_through_whatever_nobody_sees(
            places in prop::collection::vec((0_usize..30, 0_usize..NOTHING.len()), 0..6)
        ) {
            let mut written: Vec<String> =
                "ann.o'neil+x@charity.example".chars().map(String::from).collect();
            for (place, nothing) in places {
                let at = place % written.len();
                written[at].push_str(NOTHING[nothing]);
            }
            let text = format!("<p>Write to {}</p>", written.concat());
            prop_assert!(names().refuse("p", &text).is_err(), "{text}");
        }

        #[test]
        fn any_text_can_be_looked_at(text in r"\PC{0,60}|[a-z@&#;%4x0. ]{0,60}") {
            let _ = names().refuse("p", &text);
            let hidden = format!("{text} ann.o'neil+x@charity.example");
            prop_assert!(names().refuse("p", &hidden).is_err());
        }
    }
}
