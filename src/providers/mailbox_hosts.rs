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
