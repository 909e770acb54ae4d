//! Addresses as people and logs may see them.
//! Pure: text in, text out.

use url::{Position, Url};

/// What to change in the settings where an address has become another. No key, name or password is in the words: what they stand
/// in stays, so only what stands before them is named.
pub fn change_of_address(from: &str, to: &str) -> String {
    let (Ok(old), Ok(new)) = (Url::parse(from), Url::parse(to)) else {
        return format!("write url = \"{}\" in roundup.toml", without_password(to));
    };
    let (old_part, new_part) = (KeyedAddress::of(&old), KeyedAddress::of(&new));
    if old_part.key.is_none() && new_part.key.is_none() && !has_user(&old) && !has_user(&new) {
        return format!("write url = \"{to}\" in roundup.toml");
    }
    let scheme = |url: &Url| match (old.scheme() == new.scheme(), has_user(&old)) {
        (true, true) => String::new(),
        _ => format!("{}://", url.scheme()),
    };
    let is_same_user = !has_user(&new) || without_host(&old) == without_host(&new);
    if old_part.key == new_part.key && old_part.behind == new_part.behind && is_same_user {
        let (old, new) = (scheme(&old) + old_part.before, scheme(&new) + new_part.before);
        return format!(
            "in its url in roundup.toml write `{new}` for `{old}`, and leave its key or password as it is"
        );
    }
    format!(
        "in its url in roundup.toml write `{}{}`, and put in the key or password that the website gives you: it is another now",
        scheme(&new),
        new_part.before
    )
}

/// The name and the password of an address.
fn without_host(url: &Url) -> &str {
    &url[Position::BeforeUsername..Position::BeforeHost]
}

/// An address in three parts: what stands before its first key, from the host on, the key, and the rest.
struct KeyedAddress<'u> {
    before: &'u str,
    key: Option<&'u str>,
    behind: &'u str,
}

impl<'u> KeyedAddress<'u> {
    fn of(url: &'u Url) -> Self {
        let whole = &url[Position::BeforeHost..];
        let mut at = url[Position::BeforeHost..Position::BeforeQuery].len();
        for pair in url.query().unwrap_or_default().split('&') {
            if let Some((name, key)) =
                pair.split_once('=').filter(|(name, key)| is_secret(name) && !key.is_empty())
            {
                let begin = at + name.len() + 1;
                let end = begin + key.len();
                return Self { before: &whole[..begin], key: Some(key), behind: &whole[end..] };
            }
            at += pair.len() + 1;
        }
        Self { before: whole, key: None, behind: "" }
    }
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether the value of such a name is nobody else's business.
fn is_secret(name: &str) -> bool {
    const SECRET: [&str; 9] =
        ["key", "apikey", "token", "accesstoken", "auth", "secret", "password", "pwd", "signature"];
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    SECRET.contains(&name.as_str())
}

/// An address as people and logs may see it: without its name and password, and without the values of keys.
pub fn without_password(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        // Not an address, and perhaps one with a slip: what stands before the @ is nobody's business.
        return match address.split_once("://").zip(address.rsplit_once('@')) {
            Some(((scheme, _), (_, rest))) => format!("{scheme}://{rest}"),
            None => address.to_owned(),
        };
    };
    let has_user = has_user(&url);
    let has_key = url.query_pairs().any(|(name, value)| is_secret(&name) && !value.is_empty());
    if !has_user && !has_key {
        return address.to_owned();
    }
    // An address that cannot have them has none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    if has_key {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let shown = if is_secret(&name) { "…".into() } else { value };
                (name.into_owned(), shown.into_owned())
            })
            .collect();
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        url.set_query(None);
        return format!("{url}?{}", query.join("&"));
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_address_can_be_made_and_names_no_secret() {
        let keep = ", and leave its key or password as it is";
        for (from, to, expected) in [
            ("http://a.org/f", "https://a.org/f", "write url = \"https://a.org/f\" in roundup.toml".to_owned()),
            (
                "https://a.org/f?key=s3cret&n=9",
                "https://b.org/g?key=s3cret&n=9",
                format!("in its url in roundup.toml write `https://b.org/g?key=` for `https://a.org/f?key=`{keep}"),
            ),
            (
                "https://a.org/f?n=9&api_key=s3cret",
                "https://b.org:8443/g?n=10&api_key=s3cret",
                format!("in its url in roundup.toml write `https://b.org:8443/g?n=10&api_key=` for `https://a.org/f?n=9&api_key=`{keep}"),
            ),
            (
                "https://ann:s3cret@a.org/f",
                "https://b.org/g",
                format!("in its url in roundup.toml write `b.org/g` for `a.org/f`{keep}"),
            ),
            (
                "https://a.org/f?key=s3cret",
                "https://b.org/g?key=other",
                "in its url in roundup.toml write `https://b.org/g?key=`, and put in the key or password that the website gives \
                 you: it is another now".to_owned(),
            ),
        ] {
            assert_eq!(change_of_address(from, to), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_change_names_a_secret(
            from in "https?://(ann:s3cret@)?[a-z]{1,5}\\.org/[a-z]{0,4}(\\?([a-z]=1&)?(key|token|Api_Key)=s3cret(&b=[12])?)?",
            to in "https?://(ann:s3cret@)?[a-z]{1,5}\\.org/[a-z]{0,4}(\\?([a-z]=1&)?(key|token|auth)=s3cret[0-9]?(&secret=s3cret)?)?",
        ) {
            proptest::prop_assert!(!change_of_address(&from, &to).contains("s3cret"));
            proptest::prop_assert!(!without_password(&to).contains("s3cret"));
        }
    }
}
