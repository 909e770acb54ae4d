//! What a request to the public address wants: leave, stay, look, or nothing that we know (RFC 8058, RFC 9110 section 15.5).
//! Pure: a method and a path in, one value out.

use std::borrow::Cow;

/// A path longer than this holds no token of ours: they have 43 characters.
const LONGEST_PATH_BYTES: usize = 2048;
/// The longest token we look at.
const LONGEST_TOKEN_BYTES: usize = 128;

/// A request that we answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicRequest {
    /// An email provider, for a person who pressed its own button (RFC 8058). The token is the proof: no cookie, no origin, no body.
    OneClick { token: String },
    /// The button of our page.
    Leave { token: String },
    /// "Stay after all", after leaving.
    Stay { token: String },
    /// "Every edition" or "the year's round-up only".
    Choose { token: String },
    /// The page.
    Show { token: String },
    /// The form for signing up.
    ShowJoin,
    /// The form as somebody filled it in.
    Join,
    /// The page behind the link of a confirmation.
    ShowConfirmation { token: String },
    /// Its button.
    Confirm { token: String },
    /// A mail service that reports events.
    Hook { name: String, secret: String },
    /// Whether changes can be written now.
    Health,
    /// A page of the public archive, by its file: `2020-12/index.html`.
    Archive { file: String },
    /// The same without the slash at its end, which its links need: the folder's name.
    ArchiveFolder { name: String },
    /// Which methods an address takes.
    Options { allow: &'static str },
}

/// A request that we do not answer, and with which status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFault {
    /// 400
    Malformed,
    /// 404
    NotFound,
    /// 405
    Method { allow: &'static str },
    /// 414
    TooLong,
}

const PAGE_METHODS: &str = "GET, HEAD, OPTIONS, POST";
const BUTTON_METHODS: &str = "GET, HEAD, OPTIONS, POST";
const HEALTH_METHODS: &str = "GET, HEAD, OPTIONS";

/// What a request wants. `prefix` is the path of `public_url`, without a slash at its end: a proxy may pass it on or strip it.
///
/// # Errors
/// With the status that the request gets.
pub fn read(method: &str, path: &str, prefix: &str) -> Result<PublicRequest, RequestFault> {
    if path.len() > LONGEST_PATH_BYTES {
        return Err(RequestFault::TooLong);
    }
    if !path.starts_with('/') || path.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(RequestFault::Malformed);
    }
    let below = path
        .strip_prefix(prefix)
        .filter(|below| !prefix.is_empty() && below.starts_with('/'))
        .unwrap_or(path);
    let mut parts = below.trim_start_matches('/').trim_end_matches('/').split('/');
    let first = parts.next().unwrap_or_default();
    let (second, third, more) = (parts.next(), parts.next(), parts.next());
    if more.is_some() {
        return Err(RequestFault::NotFound);
    }
    match (first, second, third) {
        ("health" | "healthz", None, None) => match method {
            "GET" | "HEAD" => Ok(PublicRequest::Health),
            "OPTIONS" => Ok(PublicRequest::Options { allow: HEALTH_METHODS }),
            _ => Err(RequestFault::Method { allow: HEALTH_METHODS }),
        },
        ("join", None, None) => match method {
            "GET" | "HEAD" => Ok(PublicRequest::ShowJoin),
            "POST" => Ok(PublicRequest::Join),
            "OPTIONS" => Ok(PublicRequest::Options { allow: PAGE_METHODS }),
            _ => Err(RequestFault::Method { allow: PAGE_METHODS }),
        },
        ("c", Some(token), None) => {
            let token = token_of(token)?;
            match method {
                "GET" | "HEAD" => Ok(PublicRequest::ShowConfirmation { token }),
                "POST" => Ok(PublicRequest::Confirm { token }),
                "OPTIONS" => Ok(PublicRequest::Options { allow: PAGE_METHODS }),
                _ => Err(RequestFault::Method { allow: PAGE_METHODS }),
            }
        }
        // Emails of earlier versions link to `/unsubscribe/TOKEN`: their links work for ever.
        ("u" | "unsubscribe", Some(token), action) => {
            let token = token_of(token)?;
            match (method, action) {
                ("POST", None) => Ok(PublicRequest::OneClick { token }),
                ("POST", Some("leave")) => Ok(PublicRequest::Leave { token }),
                ("POST", Some("stay")) => Ok(PublicRequest::Stay { token }),
                ("POST", Some("often")) => Ok(PublicRequest::Choose { token }),
                ("GET" | "HEAD", None | Some("leave" | "stay" | "often")) => {
                    Ok(PublicRequest::Show { token })
                }
                ("OPTIONS", None) => Ok(PublicRequest::Options { allow: PAGE_METHODS }),
                ("OPTIONS", Some("leave" | "stay" | "often")) => {
                    Ok(PublicRequest::Options { allow: BUTTON_METHODS })
                }
                (_, None) => Err(RequestFault::Method { allow: PAGE_METHODS }),
                (_, Some("leave" | "stay" | "often")) => {
                    Err(RequestFault::Method { allow: BUTTON_METHODS })
                }
                (_, Some(_)) => Err(RequestFault::NotFound),
            }
        }
        ("archive", name, page) => archive(method, name, page, below.ends_with('/')),
        ("hooks", Some(name), Some(secret)) => match method {
            "POST" => Ok(PublicRequest::Hook { name: name_of(name)?, secret: name_of(secret)? }),
            _ => Err(RequestFault::Method { allow: "POST" }),
        },
        _ => Err(RequestFault::NotFound),
    }
}

/// A page of the public archive: the index, the feed, or an edition's folder.
fn archive(
    method: &str,
    name: Option<&str>,
    page: Option<&str>,
    ends_in_slash: bool,
) -> Result<PublicRequest, RequestFault> {
    match method {
        "GET" | "HEAD" => {}
        "OPTIONS" => return Ok(PublicRequest::Options { allow: HEALTH_METHODS }),
        _ => return Err(RequestFault::Method { allow: HEALTH_METHODS }),
    }
    let name = name.map(name_of).transpose()?;
    Ok(match (name, page) {
        (Some(name), None) if name == "feed.xml" || name == "index.html" => {
            PublicRequest::Archive { file: name }
        }
        (name, None) if !ends_in_slash => {
            PublicRequest::ArchiveFolder { name: name.unwrap_or_default() }
        }
        (None, _) => PublicRequest::Archive { file: "index.html".to_owned() },
        (Some(name), None | Some("index.html")) => {
            PublicRequest::Archive { file: format!("{name}/index.html") }
        }
        (Some(_), Some(_)) => return Err(RequestFault::NotFound),
    })
}

/// A token as it was meant: decoded once, without the brackets, quotation marks and stops that mail programs leave around
/// it. No token of ours begins or ends with a full stop.
fn token_of(part: &str) -> Result<String, RequestFault> {
    word_of(decoded(part)?.trim_matches(|c| c == '.' || !is_of_a_word(c)))
}

/// A name or a secret, decoded once, exactly as it stands there. It never leads to another folder.
fn name_of(part: &str) -> Result<String, RequestFault> {
    word_of(&decoded(part)?)
}

fn decoded(part: &str) -> Result<String, RequestFault> {
    let bytes = percent_decoded(part)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| RequestFault::NotFound)?;
    if text.contains('\0') {
        return Err(RequestFault::Malformed);
    }
    Ok(text.to_owned())
}

fn is_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn word_of(text: &str) -> Result<String, RequestFault> {
    let is_word = !text.is_empty()
        && text.len() <= LONGEST_TOKEN_BYTES
        && !text.starts_with('.')
        && text.chars().all(is_of_a_word);
    is_word.then(|| text.to_owned()).ok_or(RequestFault::NotFound)
}

/// RFC 3986 section 2.1, once.
fn percent_decoded(part: &str) -> Result<Cow<'_, [u8]>, RequestFault> {
    if !part.contains('%') {
        return Ok(Cow::Borrowed(part.as_bytes()));
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
            return Err(RequestFault::Malformed);
        };
        // Two hexadecimal digits are at most 255.
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    Ok(Cow::Owned(bytes))
}

/// A field of a form (`application/x-www-form-urlencoded`).
pub fn field(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body)
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "1.AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB";

    fn token() -> String {
        TOKEN.to_owned()
    }

    #[test]
    fn requests_by_method_and_path() {
        use PublicRequest::{
            Choose, Confirm, Health, Join, Leave, OneClick, Options, Show, ShowConfirmation,
            ShowJoin, Stay,
        };
        use RequestFault::{Malformed, Method, NotFound, TooLong};
        let one_click = Ok(OneClick { token: token() });
        let show = Ok(Show { token: token() });
        let page = PAGE_METHODS;
        for (method, path, expected) in [
            ("POST", format!("/u/{TOKEN}"), one_click.clone()),
            ("POST", format!("/u/{TOKEN}/"), one_click.clone()),
            ("POST", format!("/unsubscribe/{TOKEN}"), one_click.clone()),
            ("POST", format!("/news/u/{TOKEN}"), one_click.clone()),
            ("POST", format!("/news/unsubscribe/{TOKEN}"), one_click.clone()),
            ("POST", format!("/u/{TOKEN}."), one_click.clone()),
            ("POST", format!("/u/{TOKEN}%3E"), one_click.clone()),
            ("POST", format!("/u/{TOKEN}%20"), one_click.clone()),
            ("POST", format!("/u/%3C{TOKEN}%3E."), one_click.clone()),
            ("POST", format!("/u/%22{TOKEN}%22"), one_click.clone()),
            ("POST", format!("/u/{TOKEN}%0D%0A"), one_click.clone()),
            ("POST", format!("/u/{TOKEN}%C2%BB!?"), one_click.clone()),
            ("POST", format!("/u/{}", TOKEN.replace('.', "%2E")), one_click.clone()),
            ("POST", format!("/u/{TOKEN}/leave"), Ok(Leave { token: token() })),
            ("POST", format!("/u/{TOKEN}/stay"), Ok(Stay { token: token() })),
            ("GET", format!("/u/{TOKEN}"), show.clone()),
            ("GET", format!("/u/{TOKEN}/leave"), show.clone()),
            ("HEAD", format!("/u/{TOKEN}"), show.clone()),
            ("OPTIONS", format!("/u/{TOKEN}"), Ok(Options { allow: page })),
            ("PUT", format!("/u/{TOKEN}"), Err(Method { allow: page })),
            ("DELETE", format!("/u/{TOKEN}"), Err(Method { allow: page })),
            ("TRACE", format!("/u/{TOKEN}"), Err(Method { allow: page })),
            ("PROPFIND", format!("/u/{TOKEN}"), Err(Method { allow: page })),
            ("PATCH", format!("/u/{TOKEN}/leave"), Err(Method { allow: page })),
            ("POST", format!("/u/{TOKEN}/other"), Err(NotFound)),
            ("POST", format!("/u/{TOKEN}/leave/again"), Err(NotFound)),
            // Decoded once, and no more.
            ("POST", format!("/u/{}", TOKEN.replace('.', "%252E")), Err(NotFound)),
            ("GET", "/u".to_owned(), Err(NotFound)),
            ("GET", "/u/".to_owned(), Err(NotFound)),
            ("GET", "/u/..%2f".to_owned(), Err(NotFound)),
            ("GET", "/u/%00".to_owned(), Err(Malformed)),
            ("GET", "/u/%zz".to_owned(), Err(Malformed)),
            ("GET", "/u/%".to_owned(), Err(Malformed)),
            ("GET", format!("/u/{}", "a".repeat(129)), Err(NotFound)),
            ("GET", format!("/u/{}", "a".repeat(9000)), Err(TooLong)),
            ("GET", "/".to_owned(), Err(NotFound)),
            ("GET", "*".to_owned(), Err(Malformed)),
            ("GET", "/healthz".to_owned(), Ok(Health)),
            ("GET", "/health".to_owned(), Ok(Health)),
            ("HEAD", "/news/healthz".to_owned(), Ok(Health)),
            ("POST", "/healthz".to_owned(), Err(Method { allow: HEALTH_METHODS })),
            ("POST", format!("/news/u/{TOKEN}/often"), Ok(Choose { token: token() })),
            ("GET", format!("/u/{TOKEN}/often"), show.clone()),
            ("GET", "/join".to_owned(), Ok(ShowJoin)),
            ("HEAD", "/news/join/".to_owned(), Ok(ShowJoin)),
            ("POST", "/news/join".to_owned(), Ok(Join)),
            ("OPTIONS", "/join".to_owned(), Ok(Options { allow: page })),
            ("DELETE", "/join".to_owned(), Err(Method { allow: page })),
            ("GET", "/join/us".to_owned(), Err(NotFound)),
            ("GET", format!("/c/{TOKEN}"), Ok(ShowConfirmation { token: token() })),
            ("HEAD", format!("/news/c/{TOKEN}/"), Ok(ShowConfirmation { token: token() })),
            ("POST", format!("/c/{TOKEN}%3E"), Ok(Confirm { token: token() })),
            ("PUT", format!("/c/{TOKEN}"), Err(Method { allow: page })),
            ("POST", format!("/c/{TOKEN}/leave"), Err(NotFound)),
            ("GET", "/c/".to_owned(), Err(NotFound)),
            // Another path that only begins as ours.
            ("GET", format!("/newsletter/u/{TOKEN}"), Err(NotFound)),
        ] {
            assert_eq!(read(method, &path, "/news"), expected, "{method} {path}");
        }
        assert_eq!(read("POST", &format!("/u/{TOKEN}"), ""), one_click);
    }

    proptest::proptest! {
        #[test]
        fn only_a_post_can_ask_for_a_change(method in "[A-Z]{1,8}", path in "\\PC{0,80}") {
            let changes = matches!(
                read(&method, &path, "/news"),
                Ok(
                    PublicRequest::OneClick { .. }
                        | PublicRequest::Leave { .. }
                        | PublicRequest::Stay { .. }
                        | PublicRequest::Choose { .. }
                        | PublicRequest::Join
                        | PublicRequest::Confirm { .. }
                )
            );
            assert!(!changes || method == "POST");
        }
    }

    #[test]
    fn pages_of_the_archive_by_path() {
        let file = |file: &str| Ok(PublicRequest::Archive { file: file.to_owned() });
        let folder = |name: &str| Ok(PublicRequest::ArchiveFolder { name: name.to_owned() });
        for (path, expected) in [
            ("/archive/", file("index.html")),
            ("/news/archive/", file("index.html")),
            ("/archive", folder("")),
            ("/archive/index.html", file("index.html")),
            ("/archive/feed.xml", file("feed.xml")),
            ("/archive/2020-12/", file("2020-12/index.html")),
            ("/archive/2020-12/index.html", file("2020-12/index.html")),
            ("/archive/2020-12", folder("2020-12")),
            ("/archive/../secret", Err(RequestFault::NotFound)),
            ("/archive/2020-12/other", Err(RequestFault::NotFound)),
            ("/archive/a/b/c", Err(RequestFault::NotFound)),
            ("/archive/%2e%2e%2fsecret/", Err(RequestFault::NotFound)),
            ("/archive/%00/", Err(RequestFault::Malformed)),
        ] {
            assert_eq!(read("GET", path, "/news"), expected, "{path}");
        }
        assert_eq!(
            read("POST", "/archive/", ""),
            Err(RequestFault::Method { allow: HEALTH_METHODS })
        );
    }
}
