//! Which IP addresses are of the open internet (the registries of RFC 6890), in whatever form they are written or carried.
//! Pure: an address in, a decision out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// True for addresses of the open internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// An IPv4 address behind the network's own translator (`64:ff9b::/96`, RFC 6052) leads where the IPv4 address leads. A name
/// may resolve to it beside its IPv4 address; nothing connects to it.
pub fn carries_a_public_address(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V6(v6) if v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = v6.octets();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V4(_) | IpAddr::V6(_) => false,
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        // 6to4 relays (RFC 7526), and AS112 (RFC 7534, 7535), which answers for the inside.
        || (a == 192 && b == 88 && c == 99)
        || (a == 192 && b == 31 && c == 196)
        || (a == 192 && b == 52 && c == 193)
        || (a == 192 && b == 175 && c == 48)
        || (a == 198 && (18..20).contains(&b)))
}

/// Only what the registry hands out as global unicast (`2000::/3`) can be public: mapped, translated, compatible,
/// site-local, unique local, discard and NAT64 addresses all lie outside of it.
fn is_public_v6(v6: Ipv6Addr) -> bool {
    let segments = v6.segments();
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    if segments[0] & 0xe000 != 0x2000 {
        return false;
    }
    // ISATAP (RFC 5214): an interface that ends in an IPv4 address of the inside.
    let is_isatap = matches!(segments[4], 0 | 0x200) && segments[5] == 0x5efe;
    !(is_isatap
        // 2001::/23, of the IETF's protocols: Teredo, benchmarking, ORCHID, and more.
        || (segments[0] == 0x2001 && segments[1] < 0x200)
        || (segments[0] == 0x2001 && segments[1] == 0xdb8)
        // 6to4 carries an IPv4 address.
        || segments[0] == 0x2002
        // AS112 (RFC 7534), documentation (RFC 9637), and the experiment that was the 6bone.
        || segments[..3] == [0x2620, 0x4f, 0x8000]
        || (segments[0] == 0x3fff && segments[1] < 0x1000)
        || segments[0] == 0x3ffe)
}

/// Whether an address stands for one that somebody has yet to write (RFC 2606).
pub fn is_example(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default().to_lowercase();
    ["example", "test", "invalid", "example.org", "example.com", "example.net"]
        .iter()
        .any(|name| host == *name || host.ends_with(&format!(".{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_inside_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "192.88.99.1",
            "::1",
            "::",
            "fe80::1",
            "fec0::1",
            "feff::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:0:127.0.0.1",
            "::ffff:0:7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::7f00:1",
            "64:ff9b:1:fffe::1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:0:7f00:1::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:2f::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "3ffe::1",
            "5f00::1",
            "::127.0.0.1",
            "2606:2800:21f::5efe:7f00:1",
            "2606:2800:21f:0:200:5efe:a00:1",
            "fe80::5efe:a00:1",
            "1::1",
            "4000::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "93.184.215.14",
            "8.8.8.8",
            "172.32.0.1",
            "2606:2800:21f::1",
            "2001:4860:4860::8888",
            "2a00:1450:4009::200e",
            "2620:fe::9",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn behind_the_networks_own_translator_the_inside_stays_the_inside() {
        for (text, carries) in [
            ("64:ff9b::808:808", true),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("64:ff9b:1::808:808", false),
            ("8.8.8.8", false),
        ] {
            assert_eq!(carries_a_public_address(text.parse().unwrap()), carries, "{text}");
        }
    }
}
