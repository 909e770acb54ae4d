//! Email addresses in running text, as notices write them: in brackets, in quotes, behind a colon.
//! Pure: text in, places out.

/// The longest address (RFC 5321 section 4.5.3.1), with a little more for those that break it.
const LONGEST_BYTES: usize = 320;
/// Addresses of one line that are looked at.
const MOST_IN_A_LINE: usize = 100;

/// An address in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundAddress<'a> {
    pub address: &'a str,
    /// Where it begins and ends.
    pub from: usize,
    pub to: usize,
}

/// The addresses of a line, in their order.
pub(super) fn addresses_in(line: &str) -> Vec<FoundAddress<'_>> {
    let mut found = Vec::new();
    let mut after = 0;
    for (at, _) in line.match_indices('@') {
        if found.len() >= MOST_IN_A_LINE {
            break;
        }
        if at < after {
            continue;
        }
        let (Some(from), Some(to)) = (start_of(line, after, at), end_of(line, at)) else {
            continue;
        };
        after = to;
        found.push(FoundAddress { address: &line[from..to], from, to });
    }
    found
}

/// Where the part before the `@` begins.
fn start_of(line: &str, after: usize, at: usize) -> Option<usize> {
    let before = &line[after..at];
    let near = before.char_indices().rev().take(LONGEST_BYTES);
    if let Some(quoted) = before.strip_suffix('"') {
        let start = quoted.rfind('"')?;
        return (quoted.len() - start > 1 && quoted.len() - start < LONGEST_BYTES)
            .then_some(after + start);
    }
    let mut start = at;
    for (place, c) in near {
        if !is_local(c) {
            break;
        }
        start = after + place;
    }
    // What leans on an address is not a part of it, nor is Exchange's name for its kind.
    let whole = &line[start..at];
    let whole =
        whole.strip_prefix("SMTP=").or_else(|| whole.strip_prefix("smtp=")).unwrap_or(whole);
    let local = whole.trim_start_matches(['\'', '`', '*', '=', '/', '|', '{', '?', '&']);
    (!local.is_empty()).then_some(at - local.len())
}

/// Where the domain ends.
fn end_of(line: &str, at: usize) -> Option<usize> {
    let rest = &line[at + 1..];
    if let Some(literal) = rest.strip_prefix('[') {
        let (end, _) = literal.char_indices().take(64).find(|(_, c)| *c == ']')?;
        return Some(at + 1 + end + 2);
    }
    let is_domain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') || is_letter(c);
    let length: usize = rest.chars().take_while(|c| is_domain(*c)).map(char::len_utf8).sum();
    let domain = rest[..length].trim_end_matches(['.', '-', '_']);
    let is_good = domain.len() <= LONGEST_BYTES && domain.contains('.') && !domain.starts_with('.');
    is_good.then_some(at + 1 + domain.len())
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c) || is_letter(c)
}

/// Letters beyond ASCII; those of scripts that write without spaces stand around addresses, not in them.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic() && u32::from(c) < 0x0600
}

/// An address of a field, which may be in brackets, in quotes, or behind a type as in `rfc822; ann@example.org`.
/// `x@localhost` is good enough here.
pub(super) fn address_of_field(value: &str) -> Option<String> {
    let value = value.trim();
    let value = match value.split_once(';') {
        Some((kind, rest)) if !kind.contains('@') => rest.trim(),
        _ => value,
    };
    let value = unescaped(value);
    if let Some(found) = addresses_in(&value).first() {
        return Some(found.address.to_owned());
    }
    let bare = value.trim_matches(['<', '>', '"', '\'', ' ', '(', ')']);
    let (local, domain) = bare.rsplit_once('@')?;
    let is_plain = !local.is_empty()
        && !domain.is_empty()
        && bare.len() <= LONGEST_BYTES
        && !bare.contains([' ', '<', '>', '\t']);
    is_plain.then(|| bare.to_owned())
}

/// Letters beyond ASCII as `\x{E9}` (RFC 6533 section 3).
fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("\\x{") {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let letter = escape[3..]
            .split_once('}')
            .filter(|(digits, _)| digits.len() <= 6)
            .and_then(|(digits, after)| Some((u32::from_str_radix(digits, 16).ok()?, after)))
            .and_then(|(code, after)| Some((char::from_u32(code)?, after)));
        if let Some((letter, after)) = letter {
            out.push(letter);
            rest = after;
        } else {
            out.push_str("\\x{");
            rest = &escape[3..];
        }
    }
    out.push_str(rest);
    out
}

/// Addresses of programs and of those who run a server: nobody on a list.
pub(super) fn is_of_a_server(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let local = local.trim_matches('"');
    matches!(
        local,
        "postmaster"
            | "post_master"
            | "mailer-daemon"
            | "mailerdaemon"
            | "mailer"
            | "mail-daemon"
            | "maildaemon"
            | "mdaemon"
            | "mail.daemon"
            | "abuse"
            | "hostmaster"
            | "imss"
            | "ndr"
            | "root"
    ) || local.starts_with("mailer-daemon")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_running_text() {
        for (line, wanted) in [
            ("<ann@example.org>: no such user", vec!["ann@example.org"]),
            ("to=<a.b+c@x.example>, relay=[192.0.2.1]", vec!["a.b+c@x.example"]),
            (
                "'ann@example.org' and \"a b\"@example.org.",
                vec!["ann@example.org", "\"a b\"@example.org"],
            ),
            ("rfc822;ann@example.org", vec!["ann@example.org"]),
            ("宛先ann@example.jpに送れません", vec!["ann@example.jp"]),
            ("ann@[192.0.2.1] @ x@ @y a@b", vec!["ann@[192.0.2.1]"]),
            ("jörg@bücher.example", vec!["jörg@bücher.example"]),
            ("a..b.@ezweb.example", vec!["a..b.@ezweb.example"]),
            ("a@b.org@c.org", vec!["a@b.org"]),
        ] {
            let found: Vec<&str> = addresses_in(line).iter().map(|one| one.address).collect();
            assert_eq!(found, wanted, "{line}");
        }
    }

    #[test]
    fn fields_have_types_of_many_kinds() {
        for value in [
            "rfc822;ann@example.org",
            "RFC822 ; <ann@example.org>",
            "rfc/822; ann@example.org",
            "X-Local;ann@example.org",
            "ann@example.org",
            "\"ann@example.org\"",
            "rfc822;ann@example.org (Ann)",
        ] {
            assert_eq!(address_of_field(value).as_deref(), Some("ann@example.org"), "{value}");
        }
        let utf8 = address_of_field("utf-8; j\\x{F6}rg@example.org");
        assert_eq!(utf8.as_deref(), Some("jörg@example.org"));
        assert_eq!(address_of_field("rfc822; root@localhost").as_deref(), Some("root@localhost"));
        for value in ["", "rfc822;", "rfc822; root", "<>", "x400; /c=gb/"] {
            assert_eq!(address_of_field(value), None, "{value}");
        }
    }
}
