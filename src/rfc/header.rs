//! Text that goes into a header field (RFC 5322 section 2.2, RFC 2047 for letters outside ASCII).
//! Pure: values in, encoded lines out.

use lettre::message::header::{HeaderName, HeaderValue, Headers};

use super::text::{DisplayName, one_line};

/// Room of a line that is not folded.
const ROOM: usize = 70;

/// Letters, digits and single spaces: what needs no encoding whatever.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
        && !text.contains("  ")
        && !text.starts_with(' ')
        && !text.ends_with(' ')
}

/// A header field with free text, encoded and folded by lettre, with its CRLF. Hidden characters are taken out first,
/// so no value can begin another field.
pub fn text_field(name: &'static str, text: &str) -> String {
    if is_plain(text) && name.len() + text.len() < ROOM {
        return format!("{name}: {text}\r\n");
    }
    text_field_of_any(name, text)
}

fn text_field_of_any(name: &'static str, text: &str) -> String {
    let mut headers = Headers::new();
    headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(text)));
    headers.to_string()
}

/// A header field with one mailbox.
pub fn mailbox_field(name: &'static str, mailbox: &super::address::Mailbox) -> String {
    let address = mailbox.address.as_str();
    if let Some(person) = mailbox.name.as_ref().map(DisplayName::as_str)
        && is_plain(person)
        && name.len() + person.len() + address.len() < ROOM
    {
        // As lettre writes it: words in quotation marks, a single word without.
        let quote = if person.contains(' ') { "\"" } else { "" };
        return format!("{name}: {quote}{person}{quote} <{address}>\r\n");
    }
    mailbox_field_of_any(name, mailbox)
}

/// A name of one word with a dot in it, such as `J.Smith` or `charity.example`.
fn is_dotted_word(name: &str) -> bool {
    let is_in_words = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.contains('.') && name.bytes().all(is_in_words)
}

fn mailbox_field_of_any(name: &'static str, mailbox: &super::address::Mailbox) -> String {
    use lettre::message::header::{From as FromField, Header, ReplyTo, To};
    /// Where the address will stand.
    const STAND_IN: &str = "x@x.invalid";
    if mailbox.address.needs_utf8() {
        // RFC 6532: the address stands there as it is. Its name is written as for anybody.
        let stand_in = super::address::EmailAddress::parse(STAND_IN).expect("a plain address");
        let plain = super::address::Mailbox { name: mailbox.name.clone(), address: stand_in };
        let field = mailbox_field_of_any(name, &plain);
        let (before, after) = field.rsplit_once(STAND_IN).expect("the address that was put in");
        return format!("{before}{}{after}", mailbox.address);
    }
    let mailboxes: lettre::message::Mailboxes =
        lettre::message::Mailboxes::new().with(mailbox.to_lettre());
    if let Some(person) = mailbox.name.as_ref().map(DisplayName::as_str)
        && is_dotted_word(person)
    {
        // A dot is not a part of an atom (RFC 5322 section 3.2.3), and lettre takes it for one.
        return format!("{name}: \"{person}\" <{}>\r\n", mailbox.address);
    }
    let value = match name {
        "From" => FromField::from(mailboxes).display(),
        "Reply-To" => ReplyTo::from(mailboxes).display(),
        _ => To::from(mailboxes).display(),
    };
    let mut headers = Headers::new();
    headers.insert_raw(value);
    headers.to_string()
}

#[cfg(test)]
mod tests {
    use super::super::address::{EmailAddress, Mailbox};
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_short_way_gives_what_the_long_one_gives(
            text in "[A-Za-z0-9 ]{0,64}",
            address in "[a-z.]{1,9}[a-z0-9]@[a-z]{1,20}\\.org"
        ) {
            proptest::prop_assert_eq!(text_field("Subject", &text), text_field_of_any("Subject", &text));
            if let (Ok(name), Ok(address)) = (DisplayName::parse(&text), EmailAddress::parse(&address)) {
                let mailbox = Mailbox { name: Some(name), address };
                proptest::prop_assert_eq!(mailbox_field("To", &mailbox), mailbox_field_of_any("To", &mailbox));
            }
        }
    }

    #[test]
    fn a_text_field_is_one_field_whatever_the_text() {
        let field = text_field("Subject", "Hello\r\nBcc: thief@example.org");
        assert_eq!(field, "Subject: Hello Bcc: thief@example.org\r\n");
    }

    #[test]
    fn letters_outside_ascii_are_encoded() {
        let field = text_field("Subject", "Café – the year’s news");
        assert!(field.is_ascii());
        assert!(field.contains("=?utf-8?b?"), "{field}");
    }

    #[test]
    fn names_with_special_signs_are_encoded() {
        let mailbox = Mailbox {
            name: Some(DisplayName::parse("O'Neil, \"Bob\" (News)").unwrap()),
            address: EmailAddress::parse("bob@example.org").unwrap(),
        };
        let field = mailbox_field("To", &mailbox);
        assert_eq!(field, "To: =?utf-8?b?TydOZWlsLCAiQm9iIiAoTmV3cyk=?= <bob@example.org>\r\n");
    }

    #[test]
    fn names_with_dots_are_quoted() {
        for (name, written) in [
            ("J.Smith", "\"J.Smith\""),
            ("J. R. Smith", "\"J. R. Smith\""),
            ("charity.example", "\"charity.example\""),
            (".", "\".\""),
            ("St.", "\"St.\""),
            ("Ann", "Ann"),
            ("Ann Lee", "\"Ann Lee\""),
            ("Ann-Marie_9", "Ann-Marie_9"),
        ] {
            let name = DisplayName::parse(name).unwrap();
            for address in ["bob@example.org", "jösé@example.org"] {
                let address = EmailAddress::parse(address).unwrap();
                let mailbox = Mailbox { name: Some(name.clone()), address };
                for field in ["To", "From", "Reply-To"] {
                    let line = mailbox_field(field, &mailbox);
                    assert_eq!(line, format!("{field}: {written} <{}>\r\n", mailbox.address));
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_is_an_atom_a_quoted_string_or_encoded(name in "[ -~]{1,60}|[a-zA-Z.é ]{1,90}") {
            if let Ok(name) = DisplayName::parse(&name) {
                let address = EmailAddress::parse("bob@example.org").unwrap();
                let field = mailbox_field("To", &Mailbox { name: Some(name.clone()), address });
                let phrase = field.strip_prefix("To: ").unwrap();
                let phrase = phrase.strip_suffix("<bob@example.org>\r\n").unwrap().trim();
                let is_atom = |text: &str| {
                    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
                };
                let is_quoted = phrase.len() > 1 && phrase.starts_with('"') && phrase.ends_with('"');
                proptest::prop_assert!(is_quoted || phrase.split_ascii_whitespace().all(is_atom), "{}", field);
                let message = format!("{field}\r\n");
                let parsed = mail_parser::MessageParser::default().parse(message.as_bytes()).unwrap();
                let to = parsed.to().unwrap().first().unwrap();
                proptest::prop_assert_eq!(to.address(), Some("bob@example.org"));
                proptest::prop_assert_eq!(to.name().unwrap_or("").trim(), name.as_str().trim(), "{}", field);
            }
        }
    }

    #[test]
    fn an_address_in_letters_of_another_language_stands_as_it_is() {
        let address = EmailAddress::parse("jösé@example.org").unwrap();
        let mailbox = |name: Option<&str>| Mailbox {
            name: name.map(|name| DisplayName::parse(name).unwrap()),
            address: address.clone(),
        };
        assert_eq!(mailbox_field("To", &mailbox(None)), "To: jösé@example.org\r\n");
        let named = mailbox_field("To", &mailbox(Some("José")));
        assert_eq!(named, "To: =?utf-8?b?Sm9zw6k=?= <jösé@example.org>\r\n");
    }
}
