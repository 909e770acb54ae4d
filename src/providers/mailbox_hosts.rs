//! Who hosts a mailbox, by the domain of its address, as people name them.
//! Pure: a table.

/// Names and the domains that each is known by.
const HOSTS: [(&str, &[&str]); 10] = [
    ("Google", &["gmail.com", "googlemail.com"]),
    (
        "Microsoft",
        &[
            "outlook.com",
            "outlook.co.uk",
            "hotmail.com",
            "hotmail.co.uk",
            "hotmail.fr",
            "hotmail.de",
            "hotmail.es",
            "hotmail.it",
            "outlook.fr",
            "outlook.de",
            "outlook.es",
            "outlook.ie",
            "live.com",
            "live.co.uk",
            "msn.com",
        ],
    ),
    (
        "Yahoo and AOL",
        &[
            "yahoo.com",
            "yahoo.co.uk",
            "yahoo.fr",
            "yahoo.de",
            "yahoo.es",
            "yahoo.it",
            "yahoo.ie",
            "yahoo.ca",
            "yahoo.com.au",
            "ymail.com",
            "rocketmail.com",
            "aol.com",
            "aol.co.uk",
            "sky.com",
        ],
    ),
    ("Apple", &["icloud.com", "me.com", "mac.com"]),
    ("BT", &["btinternet.com", "btopenworld.com", "talk21.com"]),
    ("Virgin Media", &["virginmedia.com", "ntlworld.com", "blueyonder.co.uk", "virgin.net"]),
    ("GMX and web.de", &["gmx.com", "gmx.co.uk", "gmx.de", "gmx.net", "web.de"]),
    ("Proton", &["proton.me", "protonmail.com", "pm.me"]),
    ("Zoho", &["zohomail.com", "zohomail.eu"]),
    ("Mail.ru and Yandex", &["mail.ru", "yandex.ru", "yandex.com"]),
];

/// Hosts that say "unknown user" of a message, too, which the person's own filter has not taken: NTT DOCOMO and KDDI say so in
/// reply to the end of DATA, and of a mailbox that is not there in reply to RCPT TO.
const FILTERS_AFTER_DATA: [&str; 3] = ["au.com", "docomo.ne.jp", "ezweb.ne.jp"];

/// Whether an absence that a host has named only after a message says nothing of the mailbox, by an address or a server's name.
pub fn filters_after_data(host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or_default().trim_end_matches('.').to_lowercase();
    let is_of = |domain: &&str| {
        host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    FILTERS_AFTER_DATA.iter().any(is_of)
}

/// The host, where everybody can have a mailbox at this domain: nobody else may send newsletters in its name.
pub fn webmail_host(domain: &str) -> Option<&'static str> {
    let domain = domain.trim_end_matches('.').to_lowercase();
    HOSTS.iter().find(|(_, domains)| domains.contains(&domain.as_str())).map(|(name, _)| *name)
}

/// The host of an address's mailbox; its domain where nobody else is known.
pub fn mailbox_host(address: &str) -> String {
    let domain =
        address.rsplit('@').next().unwrap_or_default().trim_end_matches('.').to_lowercase();
    webmail_host(&domain).map_or(domain, str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn hosts_that_filter_are_known_by_their_domains_and_their_servers() {
        for (host, filters) in [
            ("hanako@docomo.ne.jp", true),
            ("mfsmax.DOCOMO.ne.jp.", true),
            ("lsean.ezweb.ne.jp", true),
            ("au.com", true),
            ("plateau.com", false),
            ("example.org", false),
            ("", false),
        ] {
            assert_eq!(filters_after_data(host), filters, "{host}");
        }
    }

    #[test]
    fn a_domain_has_one_host_and_an_unknown_one_is_its_own() {
        let domains: Vec<&str> = HOSTS.iter().flat_map(|(_, domains)| *domains).copied().collect();
        assert_eq!(domains.iter().collect::<BTreeSet<_>>().len(), domains.len());
        for (address, host) in [
            ("ann@Hotmail.co.uk", "Microsoft"),
            ("ann@gmail.com.", "Google"),
            ("ann@charity.example", "charity.example"),
            ("no address", "no address"),
        ] {
            assert_eq!(mailbox_host(address), host);
        }
    }
}
