//! What a setting may hold that becomes a part of the email: read once, and what was read is what is used.
//! Pure: text in, the same text or a fault out.
//!
//! Settings reach attributes, style sheets and header fields. A line break, a quotation mark or `</style>` in one of them
//! would end what it stands in.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::css_colour;
use crate::count::counted;
use crate::problem::HELP;
use crate::rfc::address::EmailAddress;
use crate::rfc::text::is_of_a_text;

/// What is wrong with a value, and the cure.
type Fault = (String, Cow<'static, str>);

/// A fault as `toml` passes it on, to be taken apart by `project`.
fn error<E: Error>((what, cure): Fault) -> E {
    E::custom(format!("{what}{HELP}{cure}"))
}

/// A fault that a setting's own type finds, with its cure.
pub fn fault<E: Error>(what: &str, cure: &str) -> E {
    E::custom(format!("{what}{HELP}{cure}"))
}

/// A whole number from `LEAST` to `MOST`: what is outside is refused with the range, never moved into it in silence.
///
/// # Errors
/// Names the range.
pub fn within<'de, const LEAST: i64, const MOST: i64, T: TryFrom<i64>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let known = if (LEAST..=MOST).contains(&number) { T::try_from(number).ok() } else { None };
    known.ok_or_else(|| {
        error((
            format!("this number is {number}; it must be from {LEAST} to {MOST}"),
            "write another number".into(),
        ))
    })
}

/// The same, where the setting may be missing.
///
/// # Errors
/// Names the range.
pub fn optional_within<
    'de,
    const LEAST: i64,
    const MOST: i64,
    T: TryFrom<i64>,
    D: Deserializer<'de>,
>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    within::<LEAST, MOST, T, D>(deserializer).map(Some)
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || !is_of_a_text(c)
}

/// Words on one line.
fn look_at_line(text: &str) -> Result<(), Fault> {
    if text.chars().any(is_control) {
        return Err((
            "this setting must be on one line, but it has a line break or control character"
                .to_owned(),
            "write it on one line".into(),
        ));
    }
    Ok(())
}

/// Words that may stand on several lines.
fn look_at_paragraph(text: &str) -> Result<(), Fault> {
    if text.chars().any(|c| is_control(c) && !matches!(c, '\n' | '\t')) {
        return Err((
            "this setting has a control character".to_owned(),
            "write it again by hand".into(),
        ));
    }
    Ok(())
}

fn as_written(text: &str) -> String {
    text.to_owned()
}

/// Without the blanks that come with what is pasted.
fn without_blanks(text: &str) -> String {
    text.trim_matches([' ', '\t', '\u{a0}']).to_owned()
}

/// `#ABC` as `#aabbcc`, without blanks around it: old Outlook reads six digits only. Anything else as it is written.
pub fn six_digits(text: &str) -> String {
    let text = without_blanks(text);
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 3);
    let Some(digits) = digits.filter(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit())) else {
        return text;
    };
    let twice =
        digits.to_ascii_lowercase().chars().flat_map(|digit| [digit, digit]).collect::<String>();
    format!("#{twice}")
}

/// An address of the web or of a mailbox without the blanks around it; none where it is something else.
pub fn pasted_address(text: &str) -> Option<String> {
    let address = without_blanks(text);
    let is_one = look_at_web_address(&address).is_ok() || look_at_mail_address(&address).is_ok();
    is_one.then_some(address)
}

/// A web address of which every part is what it seems.
///
/// # Errors
/// Says what is wrong, and the cure.
pub fn look_at_web_address(text: &str) -> Result<(), Fault> {
    const CURE: &str = "write it as https://www.charity.org.uk/";
    let wrong = |what: &str| Err((format!("`{}` {what}", text.escape_debug()), CURE.into()));
    if text.chars().any(|c| is_control(c) || c.is_whitespace() || "\"'<>\\`{}".contains(c)) {
        return wrong("is not a web address: it has a space, line break or quotation mark");
    }
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(()),
        Ok(_) | Err(_) => wrong("is not a web address"),
    }
}

fn look_at_mail_address(text: &str) -> Result<(), Fault> {
    match EmailAddress::parse(text) {
        Ok(_) => Ok(()),
        Err(error) => Err((error.to_string(), "write it as news@charity.org.uk".into())),
    }
}

/// `#0b5a6f`, or a name of CSS. Whether it is six digits long, as old Outlook wants it, is for the checks; a colour that programs do
/// not know is a slip.
fn look_at_colour(text: &str) -> Result<(), Fault> {
    let is_one_word =
        !text.is_empty() && text.trim_start_matches('#').chars().all(|c| c.is_ascii_alphanumeric());
    if is_one_word && css_colour::is_colour(text) {
        return Ok(());
    }
    Err((
        format!("`{}` is not a colour", text.escape_debug()),
        css_colour::cure_in_digits(text).into(),
    ))
}

/// `Georgia, 'Times New Roman', serif`
fn look_at_fonts(text: &str) -> Result<(), Fault> {
    let is_good =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ',' | '\'' | '"' | '.');
    if text.chars().all(is_good)
        && text.matches('\'').count().is_multiple_of(2)
        && text.matches('"').count().is_multiple_of(2)
    {
        return Ok(());
    }
    Err((
        format!("`{}` is not a list of fonts", text.escape_debug()),
        "write it as Georgia, 'Times New Roman', serif".into(),
    ))
}

macro_rules! readers {
    ($($name:ident, $optional:ident, $look:ident, $tidy:ident;)*) => {$(
        /// # Errors
        /// When the setting is not what it must be.
        pub fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
            let text = $tidy(&String::deserialize(from)?);
            $look(&text).map_err(error)?;
            Ok(text)
        }

        /// # Errors
        /// When the setting is not what it must be.
        pub fn $optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
            let text = Option::<String>::deserialize(from)?.map(|text| $tidy(&text));
            if let Some(text) = &text {
                $look(text).map_err(error)?;
            }
            Ok(text)
        }
    )*};
}

/// More people than look after one newsletter are pasted by mistake.
const MOST_ADDRESSES: usize = 10;

/// One address, or a list of them: `"sam@charity.example"` or `["sam@charity.example", "jo@charity.example"]`.
///
/// # Errors
/// When one of them is not an address, or there are too many.
pub fn mail_addresses<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(String),
        More(Vec<String>),
    }
    let addresses = match OneOrMore::deserialize(from)? {
        OneOrMore::One(text) if text.contains(',') && look_at_mail_address(&text).is_err() => {
            let fault = format!("`{}` is more than one address", text.escape_debug());
            return Err(error((
                fault,
                "write them as a list: [\"sam@charity.org.uk\", \"jo@charity.org.uk\"]".into(),
            )));
        }
        OneOrMore::One(text) => vec![text],
        OneOrMore::More(texts) => texts,
    };
    if addresses.len() > MOST_ADDRESSES {
        let fault = format!("these are {}", counted(addresses.len(), "address", "addresses"));
        return Err(error((fault, "write ten at most".into())));
    }
    let addresses: Vec<String> = addresses.iter().map(|text| without_blanks(text)).collect();
    for address in &addresses {
        look_at_mail_address(address).map_err(error)?;
    }
    Ok(addresses)
}

readers! {
    line, optional_line, look_at_line, as_written;
    paragraph, optional_paragraph, look_at_paragraph, as_written;
    web_address, optional_web_address, look_at_web_address, without_blanks;
    mail_address, optional_mail_address, look_at_mail_address, without_blanks;
    colour, optional_colour, look_at_colour, six_digits;
    fonts, optional_fonts, look_at_fonts, as_written;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_is_read_as_it_was_meant() {
        #[derive(Deserialize)]
        struct All {
            #[serde(deserialize_with = "web_address")]
            website: String,
            #[serde(default, deserialize_with = "optional_colour")]
            accent: Option<String>,
            #[serde(deserialize_with = "mail_addresses")]
            to: Vec<String>,
        }
        for (typed, read) in [
            ("#ABC", "#aabbcc"),
            (" #0b5a6f ", "#0b5a6f"),
            ("#0B5A6F", "#0B5A6F"),
            ("red", "red"),
            ("#abcd", "#abcd"),
            ("#xyz", "#xyz"),
        ] {
            assert_eq!(six_digits(typed), read);
        }
        for (pasted, read) in [
            (" https://e.org/a\u{a0}", Some("https://e.org/a")),
            ("hello@charity.example\t", Some("hello@charity.example")),
            ("Our news ", None),
            ("https://e.org/a b", None),
            ("https://e.org\n", None),
        ] {
            assert_eq!(pasted_address(pasted).as_deref(), read, "{pasted:?}");
        }
        let all: All = toml::from_str(
            "website = \" https://e.org/ \"\naccent = \"#ABC\"\nto = [\" sam@e.org\"]\n",
        )
        .unwrap();
        assert_eq!(all.website, "https://e.org/");
        assert_eq!(all.accent.as_deref(), Some("#aabbcc"));
        assert_eq!(all.to, ["sam@e.org"]);
    }

    #[test]
    fn settings_are_what_they_seem() {
        for (look, good, wrong) in [
            (
                look_at_line as fn(&str) -> Result<(), Fault>,
                vec!["Lantern “for” <Children> & co", ""],
                vec!["a\r\nBcc: b@c", "a\nb", "a\u{0}b", "a\u{2028}b", "a\u{85}b"],
            ),
            (look_at_paragraph, vec!["a\nb"], vec!["a\r\nb", "a\u{1b}b"]),
            (
                look_at_web_address,
                vec![
                    "https://charity.example",
                    "http://e.org/a?b=1&c=2#d",
                    "https://bücher.example/ü",
                ],
                vec![
                    "javascript:alert(1)",
                    "https://",
                    "charity.example",
                    "https://e.org\r\nBcc: a@b",
                    "https://e.org/\" onclick=\"x",
                    "https://e.org/<b>",
                    "https:\\\\e.org",
                    "data:text/html,x",
                    " https://e.org",
                    "https://e.org/a b",
                    "mailto:a@b.org",
                    "",
                ],
            ),
            (
                look_at_mail_address,
                vec!["hello@charity.example"],
                vec!["hello", "a@b.org\r\nBcc: c@d.org", "a@b.org, c@d.org"],
            ),
            (
                look_at_colour,
                vec!["#0b5a6f", "#fff", "red"],
                vec![
                    "",
                    "#",
                    "#12345",
                    "#0b5a6",
                    "#0b5a6g",
                    "red;background:url(x)",
                    "#fff\n",
                    "rgb(1,2,3)",
                    "bleu",
                ],
            ),
            (
                look_at_fonts,
                vec!["-apple-system, 'Segoe UI', Roboto", "Georgia, \"Times New Roman\", serif"],
                vec!["x</style>", "x; color: red", "'open", "url(https://e.org)", "a\nb"],
            ),
        ] {
            for text in good {
                assert_eq!(look(text), Ok(()), "{text}");
            }
            for text in wrong {
                assert!(look(text).is_err(), "{text:?}");
            }
        }
    }
}
