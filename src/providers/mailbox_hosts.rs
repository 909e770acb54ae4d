//! Who hosts a mailbox, by the domain of its address, as people name them.
//! Pure: a table.

/// Names and the domains that each is known by.
const HOSTS: [(&str, &[&str]); 8] = [
    ("Google", &["gmail.com", "googlemail.com"]),
    (
        "Microsoft",
        &[
            "outlook.com",
            "outlook.co.uk",
            "hotmail.com",
            "hotmail.co.uk",
            "hotmail.fr",
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
];

/// The host of an address's mailbox; its domain where nobody else is known.
pub fn mailbox_host(address: &str) -> String {
    let domain =
        address.rsplit('@').next().unwrap_or_default().trim_end_matches('.').to_lowercase();
    let known = HOSTS.iter().find(|(_, domains)| domains.contains(&domain.as_str()));
    known.map_or(domain, |(name, _)| (*name).to_owned())
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
