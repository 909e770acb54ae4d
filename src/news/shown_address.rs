//! Addresses as people and logs may see them.
//! Pure: text in, text out.

use url::Url;

/// An address as people and logs may see it: without its name and password, and without the values of keys.
pub fn without_password(address: &str) -> String {
    const SECRET: [&str; 9] =
        ["key", "apikey", "token", "accesstoken", "auth", "secret", "password", "pwd", "signature"];
    let Ok(mut url) = Url::parse(address) else {
        // Not an address, and perhaps one with a slip: what stands before the @ is nobody's business.
        return match address.split_once("://").zip(address.rsplit_once('@')) {
            Some(((scheme, _), (_, rest))) => format!("{scheme}://{rest}"),
            None => address.to_owned(),
        };
    };
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_secret = |name: &str| {
        let name: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        SECRET.contains(&name.as_str())
    };
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
