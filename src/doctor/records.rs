//! The records by which receivers believe mail: DKIM (RFC 6376), SPF (RFC 7208), DMARC (RFC 9989's way to the domain).
//! Pure: what the DNS answers comes in as an argument.

use std::net::IpAddr;

use super::Diagnosis;
use super::lookup::{DnsAnswer, TextLookup};
use crate::rfc::dkim::Signer;

/// RFC 7208 section 4.6.4: more questions than these, and receivers give up.
const MOST_QUESTIONS: usize = 10;
/// RFC 8301 section 3.2: signers should use this length or more.
const GOOD_RSA_BITS: usize = 2048;

/// Whether the public key in the DNS is the one whose private half signs.
pub async fn dkim(names: &impl TextLookup, signer: &Signer) -> Diagnosis {
    const ABOUT: &str = "DKIM";
    let name = signer.record_name();
    let publish = format!("publish this TXT record at {name}: {}", signer.record());
    let texts = match names.texts(&name).await {
        DnsAnswer::Found(texts) => texts,
        DnsAnswer::Nothing => {
            return Diagnosis::bad(ABOUT, format!("there is no key at {name}"), publish);
        }
        DnsAnswer::Unknown(why) => return unknown(ABOUT, &name, &why),
    };
    let [text] = texts.as_slice() else {
        return Diagnosis::bad(
            ABOUT,
            format!("there are {} records at {name}: receivers may use any of them", texts.len()),
            "keep the one for the key that roundup signs with",
        );
    };
    let tag = |wanted: &str| tag(text, wanted);
    let squeezed = |text: String| text.split_whitespace().collect::<String>();
    if tag("v").is_some_and(|version| version != "DKIM1") {
        return Diagnosis::bad(ABOUT, format!("the record at {name} is not a DKIM key"), publish);
    }
    match tag("p").map(squeezed) {
        None => Diagnosis::bad(ABOUT, format!("the record at {name} has no key"), publish),
        Some(key) if key.is_empty() => Diagnosis::bad(
            ABOUT,
            format!("the key at {name} was withdrawn: its record has an empty `p=`"),
            publish,
        ),
        Some(key) if key != signer.public_record() => {
            Diagnosis::bad(ABOUT, format!("the key at {name} is not roundup's"), publish)
        }
        Some(_)
            if tag("t").is_some_and(|flags| flags.split(':').any(|flag| flag.trim() == "y")) =>
        {
            Diagnosis::doubtful(
                ABOUT,
                format!("the key at {name} is roundup's, but marked as a test (`t=y`)"),
                "remove `t=y` from the record: some receivers ignore test keys",
            )
        }
        Some(_) if signer.rsa_bits().is_some_and(|bits| bits < GOOD_RSA_BITS) => {
            Diagnosis::doubtful(
                ABOUT,
                format!(
                    "the key at {name} is the one roundup signs with, and has fewer than {GOOD_RSA_BITS} bits"
                ),
                "make a longer one (`openssl genrsa 2048`), under another selector",
            )
        }
        Some(_) => {
            Diagnosis::good(ABOUT, format!("the key at {name} is the one roundup signs with"))
        }
    }
}

/// A tag of a `tag=value; …` record (RFC 6376 section 3.2).
fn tag(record: &str, wanted: &str) -> Option<String> {
    record.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        (name.trim() == wanted).then(|| value.trim().to_owned())
    })
}

/// Whether the domain of the bounce address says which servers send its mail.
pub async fn spf(names: &impl TextLookup, domain: &str) -> Diagnosis {
    const ABOUT: &str = "SPF";
    let record = match spf_record(names, domain).await {
        Ok(Some(record)) => record,
        Ok(None) => {
            return Diagnosis::bad(
                ABOUT,
                format!("{domain} has no SPF record"),
                format!(
                    "publish a TXT record at {domain}: your relay's provider says which, as in v=spf1 include:… ~all"
                ),
            );
        }
        Err(Trouble::Several(count)) => {
            return Diagnosis::bad(
                ABOUT,
                format!("{domain} has {count} SPF records: receivers use none of them"),
                "combine them into one",
            );
        }
        Err(Trouble::Unknown(why)) => return unknown(ABOUT, domain, &why),
    };
    let SpfCost { questions, broken, malformed } = match cost(names, domain, &record).await {
        Ok(cost) => cost,
        Err(why) => return unknown(ABOUT, domain, &why),
    };
    let open = record.split_ascii_whitespace().any(|term| matches!(term, "all" | "+all"));
    if questions > MOST_QUESTIONS {
        Diagnosis::bad(
            ABOUT,
            format!(
                "the SPF record of {domain} needs more than {MOST_QUESTIONS} lookups: receivers give up"
            ),
            "remove `include:` for services that you no longer use",
        )
    } else if open {
        Diagnosis::bad(
            ABOUT,
            format!("the SPF record of {domain} lets anybody send: it ends with `+all`"),
            "let it end with ~all",
        )
    } else if let Some(SpfFault { term, at }) = malformed {
        Diagnosis::bad(
            ABOUT,
            format!(
                "receivers take no notice of the SPF record of {at}: `{term}` is not valid in one"
            ),
            format!(
                "correct or remove `{term}`: addresses are written ip4:192.0.2.1 or ip6:2001:db8::/32, other names include:NAME"
            ),
        )
    } else if let Some(other) = broken {
        Diagnosis::doubtful(
            ABOUT,
            format!(
                "the SPF record of {domain} includes {other}, which has not one SPF record: receivers take both for broken"
            ),
            format!("remove `include:{other}`, or correct its spelling"),
        )
    } else {
        let lookups = if questions == 1 { "lookup" } else { "lookups" };
        Diagnosis::good(
            ABOUT,
            format!(
                "{domain} says which servers send its mail ({questions} {lookups} of \
                 {MOST_QUESTIONS}); send a test to find out whether your relay is one of them"
            ),
        )
    }
}

enum Trouble {
    Several(usize),
    Unknown(String),
}

async fn spf_record(names: &impl TextLookup, domain: &str) -> Result<Option<String>, Trouble> {
    let texts = match names.texts(domain).await {
        DnsAnswer::Found(texts) => texts,
        DnsAnswer::Nothing => return Ok(None),
        DnsAnswer::Unknown(why) => return Err(Trouble::Unknown(why)),
    };
    let is_spf = |text: &String| {
        let version = text.split_ascii_whitespace().next().unwrap_or_default();
        version.eq_ignore_ascii_case("v=spf1")
    };
    let mut records: Vec<String> = texts.into_iter().filter(is_spf).collect();
    if records.len() > 1 { Err(Trouble::Several(records.len())) } else { Ok(records.pop()) }
}

/// What a record costs a receiver.
#[derive(Default)]
struct SpfCost {
    /// Of which one beyond the most is enough to know.
    questions: usize,
    /// A domain that is included and has no record, or several (RFC 7208 section 5.2).
    broken: Option<String>,
    /// The first part that is not SPF, which breaks the whole record (RFC 7208 section 4.6).
    malformed: Option<SpfFault>,
}

struct SpfFault {
    term: String,
    /// Whose record it is in.
    at: String,
}

/// Whether a part of a record is one that RFC 7208 knows (sections 5 and 6), without its qualifier.
fn is_spf_term(term: &str) -> bool {
    let is_name = |text: &str| {
        let good = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | ':' | ',');
        // A macro may end with anything.
        text.contains('%') || (text.contains('.') && text.chars().all(good))
    };
    let is_bits = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|bits| bits <= most);
    // `/24`, `//64` or both.
    let are_bits = |text: &str| {
        let (four, six) = text.split_once("//").map_or((text, None), |(a, b)| (a, Some(b)));
        let four = four.strip_prefix('/').map_or(four.is_empty(), |bits| is_bits(bits, 32));
        four && six.is_none_or(|bits| is_bits(bits, 128))
    };
    // What somebody defines later is ignored by everybody who does not know it.
    if let Some((name, value)) = term.split_once('=')
        && !name.contains([':', '/'])
    {
        return match name {
            "redirect" | "exp" => is_name(value),
            _ => name.starts_with(|c: char| c.is_ascii_alphabetic()),
        };
    }
    let (name, value) = term.split_once(':').map_or((term, None), |(a, b)| (a, Some(b)));
    let address = |value: &str, most: u8| {
        let (address, bits) = value.split_once('/').map_or((value, None), |(a, b)| (a, Some(b)));
        let address = address.parse::<IpAddr>().ok();
        address.filter(|_| bits.is_none_or(|bits| is_bits(bits, most)))
    };
    match (name, value) {
        ("all" | "ptr", None) => true,
        ("ip4", Some(value)) => address(value, 32).is_some_and(|address| address.is_ipv4()),
        ("ip6", Some(value)) => address(value, 128).is_some_and(|address| address.is_ipv6()),
        ("include" | "exists" | "ptr", Some(value)) => is_name(value),
        ("a" | "mx", Some(value)) => {
            let (host, bits) = value.find('/').map_or((value, ""), |at| value.split_at(at));
            is_name(host) && are_bits(bits)
        }
        (name, None) => {
            let bits = name.strip_prefix("mx").or_else(|| name.strip_prefix('a'));
            bits.is_some_and(are_bits)
        }
        _ => false,
    }
}

async fn cost(names: &impl TextLookup, domain: &str, record: &str) -> Result<SpfCost, String> {
    let mut waiting = vec![(domain.to_owned(), record.to_owned())];
    let mut cost = SpfCost::default();
    while let Some((at, record)) = waiting.pop() {
        for written in record.split_ascii_whitespace().skip(1) {
            let term = written.strip_prefix(['+', '-', '~', '?']).unwrap_or(written);
            let term = term.to_ascii_lowercase();
            if cost.malformed.is_none() && !is_spf_term(&term) {
                let term = written.chars().filter(|c| !c.is_control()).take(80).collect();
                cost.malformed = Some(SpfFault { term, at: at.clone() });
            }
            let (name, value) = term.split_once([':', '=']).unwrap_or((&term, ""));
            match name.split('/').next().unwrap_or(name) {
                "a" | "mx" | "ptr" | "exists" => cost.questions += 1,
                "include" | "redirect" => {
                    cost.questions += 1;
                    // A name with a macro differs by message.
                    let is_known = !value.is_empty() && !value.contains('%');
                    if cost.questions <= MOST_QUESTIONS && is_known {
                        match spf_record(names, value).await {
                            Ok(Some(record)) => waiting.push((value.to_owned(), record)),
                            Ok(None) | Err(Trouble::Several(_)) => {
                                cost.broken.get_or_insert(value.to_owned());
                            }
                            Err(Trouble::Unknown(why)) => return Err(why),
                        }
                    }
                }
                _ => {}
            }
            if cost.questions > MOST_QUESTIONS {
                return Ok(cost);
            }
        }
    }
    Ok(cost)
}

/// The record that receivers use for a domain: its own, or that of a domain above it. Its name and its text.
async fn dmarc_record(
    names: &impl TextLookup,
    domain: &str,
) -> Result<(String, String), Diagnosis> {
    const ABOUT: &str = "DMARC";
    // From the domain itself up to the one below the public suffix; there are few labels.
    let labels: Vec<&str> = domain.split('.').collect();
    for from in 0..labels.len().saturating_sub(1) {
        let name = format!("_dmarc.{}", labels[from..].join("."));
        let texts = match names.texts(&name).await {
            DnsAnswer::Found(texts) => texts,
            DnsAnswer::Nothing => continue,
            DnsAnswer::Unknown(why) => return Err(unknown(ABOUT, &name, &why)),
        };
        let is_dmarc = |text: &String| tag(text, "v").as_deref() == Some("DMARC1");
        let mut texts: Vec<String> = texts.into_iter().filter(is_dmarc).collect();
        if texts.len() > 1 {
            let what =
                format!("{name} has {} DMARC records: receivers use none of them", texts.len());
            return Err(Diagnosis::bad(ABOUT, what, "keep one of them"));
        }
        if let Some(text) = texts.pop() {
            return Ok((name, text));
        }
    }
    Err(Diagnosis::bad(
        ABOUT,
        format!(
            "{domain} has no DMARC record; Gmail and Yahoo require one from senders of many \
             messages"
        ),
        format!(
            "publish this TXT record at _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:YOUR-ADDRESS"
        ),
    ))
}

/// Whether the sender's domain says what to do with mail that is not its own, and whether roundup's signature speaks for it.
pub async fn dmarc(
    names: &impl TextLookup,
    domain: &str,
    signed_by: &[&str],
    bounces: &str,
) -> Diagnosis {
    const ABOUT: &str = "DMARC";
    let (name, record) = match dmarc_record(names, domain).await {
        Ok(found) => found,
        Err(diagnosis) => return diagnosis,
    };
    if let Some(other) = signed_by.iter().find(|signer| !is_aligned(signer, domain)) {
        return Diagnosis::bad(
            ABOUT,
            format!(
                "messages from {domain} are signed by {other}: the signature does not vouch for \
                 the sender"
            ),
            format!("set `domain` under [dkim] to {domain}, or remove it"),
        );
    }
    if signed_by.is_empty() && !is_aligned(bounces, domain) {
        return Diagnosis::doubtful(
            ABOUT,
            format!(
                "messages from {domain} come back to {bounces}: only a signature of your relay can vouch for the sender"
            ),
            format!(
                "set `bounce_address` under [sender] to one of {domain}, or let roundup sign (ROUNDUP_DKIM_KEY_FILE)"
            ),
        );
    }
    match tag(&record, "p").as_deref() {
        Some(policy @ ("none" | "quarantine" | "reject")) => Diagnosis::good(
            ABOUT,
            format!("{name} says what to do with mail that is not yours (p={policy})"),
        ),
        _ => Diagnosis::bad(
            ABOUT,
            format!("the record at {name} has no valid policy"),
            "start with p=none",
        ),
    }
}

/// Relaxed alignment (RFC 7489 section 3.1.1), as far as it can be known without the list of public suffixes.
fn is_aligned(signer: &str, domain: &str) -> bool {
    let below = |one: &str, other: &str| {
        one.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(signer, domain) || below(domain, signer)
}

pub(super) fn unknown(about: &'static str, name: &str, why: &str) -> Diagnosis {
    let why: String = why.chars().filter(|c| !c.is_control()).take(120).collect();
    Diagnosis::doubtful(
        about,
        format!("{name} could not be looked up: {why}"),
        "check that this computer is online, then run it again",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Health;
    use super::*;

    #[derive(Default)]
    struct Zone(BTreeMap<String, Vec<String>>);

    impl Zone {
        fn with(mut self, name: &str, text: &str) -> Self {
            self.0.entry(name.to_owned()).or_default().push(text.to_owned());
            self
        }
    }

    impl TextLookup for Zone {
        async fn texts(&self, name: &str) -> DnsAnswer<String> {
            if name.starts_with("broken.") {
                return DnsAnswer::Unknown("timed\nout".to_owned());
            }
            self.0.get(name).map_or(DnsAnswer::Nothing, |texts| DnsAnswer::Found(texts.clone()))
        }
    }

    fn signer(domain: &str) -> Signer {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        Signer::new(&key.serialize_pem(), domain, "news").unwrap()
    }

    #[tokio::test]
    async fn the_key_in_the_dns_must_be_the_one_that_signs() {
        let ours = signer("charity.example");
        let name = "news._domainkey.charity.example";
        let record = ours.record();
        let (start, end) = record.split_at(record.len() - 5);
        for (zone, verdict, word) in [
            (Zone::default().with(name, &record), Health::Good, "the one roundup signs with"),
            // As name servers that wrap long keys give it.
            (
                Zone::default().with(name, &format!("{start} {end}")),
                Health::Good,
                "the one roundup signs with",
            ),
            (Zone::default().with(name, &record.replace("v=DKIM1; ", "")), Health::Good, "signs"),
            (Zone::default().with(name, &format!("{record}; t=s:y")), Health::Doubtful, "test"),
            (Zone::default(), Health::Bad, "no key at"),
            (
                Zone::default().with(name, &signer("charity.example").record()),
                Health::Bad,
                "not roundup's",
            ),
            (Zone::default().with(name, "v=DKIM1; p="), Health::Bad, "withdrawn"),
            (Zone::default().with(name, "v=spf1 -all"), Health::Bad, "not a DKIM key"),
            (Zone::default().with(name, "hello"), Health::Bad, "has no key"),
            (
                Zone::default().with(name, &record).with(name, "v=DKIM1; p=x"),
                Health::Bad,
                "2 records",
            ),
        ] {
            let found = dkim(&zone, &ours).await;
            assert_eq!(found.verdict, verdict, "{found:?}");
            assert!(found.what.contains(word), "{found:?}");
        }
        let found = dkim(&Zone::default(), &ours).await;
        assert!(found.cure.contains(&record), "{found:?}");
    }

    #[tokio::test]
    async fn an_spf_record_is_one_and_is_short() {
        let many = (0..12).fold(Zone::default(), |zone, n| {
            zone.with(&format!("s{n}.example"), &format!("v=spf1 include:s{}.example ~all", n + 1))
        });
        for (zone, verdict, word) in [
            (
                Zone::default()
                    .with("c.example", "v=spf1 include:r.example ~all")
                    .with("r.example", "v=spf1 a mx -all"),
                Health::Good,
                "3 lookups",
            ),
            (
                Zone::default().with("c.example", "v=spf1 ip4:192.0.2.1 -all"),
                Health::Good,
                "0 lookups",
            ),
            (Zone::default().with("c.example", "something else"), Health::Bad, "no SPF"),
            (
                Zone::default().with("c.example", "v=spf1 -all").with("c.example", "v=spf1 a"),
                Health::Bad,
                "2 SPF records",
            ),
            (Zone::default().with("c.example", "v=spf1 +all"), Health::Bad, "anybody"),
            (many.with("c.example", "v=spf1 include:s0.example ~all"), Health::Bad, "more than 10"),
            (
                Zone::default().with("c.example", "v=spf1 include:typo.example ~all"),
                Health::Doubtful,
                "includes typo.example",
            ),
            (
                Zone::default().with("c.example", "v=spf1 ipv4:127.0.0.1 -all"),
                Health::Bad,
                "ipv4:127",
            ),
            (Zone::default().with("c.example", "v=spf1 ip4:999.1.1.1 -all"), Health::Bad, "999"),
            (Zone::default().with("c.example", "v=spf1 include: -all"), Health::Bad, "`include:`"),
            (
                Zone::default()
                    .with("c.example", "v=spf1 include:r.example ~all")
                    .with("r.example", "v=spf1 ip4:192.0.2.1/33 -all"),
                Health::Bad,
                "record of r.example",
            ),
            // A record that includes itself ends too.
            (
                Zone::default().with("c.example", "v=spf1 include:c.example ~all"),
                Health::Bad,
                "more than 10",
            ),
        ] {
            let found = spf(&zone, "c.example").await;
            assert_eq!(found.verdict, verdict, "{found:?}");
            assert!(found.what.contains(word), "{found:?}");
        }
        let found = spf(&Zone::default(), "broken.example").await;
        assert_eq!((found.verdict, found.what.contains("timedout")), (Health::Doubtful, true));
    }

    #[test]
    fn a_part_of_a_record_is_spf_or_breaks_it() {
        for good in [
            "all",
            "a",
            "mx",
            "ptr",
            "a/24",
            "mx//64",
            "a/24//64",
            "a:c.example",
            "mx:c.example/24",
            "ip4:192.0.2.1",
            "ip4:192.0.2.0/24",
            "ip6:2001:db8::1",
            "ip6:2001:db8::/32",
            "include:r.example",
            "include:%{ir}._spf.example",
            "exists:%{i}.x.example",
            "redirect=r.example",
            "exp=e.example",
            "later=anything",
            "ptr:c.example",
        ] {
            assert!(is_spf_term(good), "{good}");
        }
        for bad in [
            "ipv4:127.0.0.1",
            "ip4:999.1.1.1",
            "ip4:2001:db8::1",
            "ip6:192.0.2.1",
            "ip4:192.0.2.0/33",
            "ip4",
            "include:",
            "include",
            "exists",
            "redirect=",
            "al",
            "mx:",
            "a/33",
            "192.0.2.1",
            "~all",
            "include:r.example,",
            "includes:r.example",
            "ip4:192.0.2.1,192.0.2.2",
        ] {
            assert!(!is_spf_term(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_dmarc_record_may_stand_at_the_domain_above() {
        let above = || Zone::default().with("_dmarc.charity.example", "v=DMARC1; p=none");
        let domain = "news.charity.example";
        let found = dmarc(&above(), domain, &["charity.example"], domain).await;
        assert_eq!(found.verdict, Health::Good, "{found:?}");
        assert_eq!(dmarc(&Zone::default(), domain, &[], domain).await.verdict, Health::Bad);
        let found = dmarc(&above(), domain, &["other.example"], domain).await;
        assert!(found.what.contains("signed by other.example"), "{found:?}");
        for (bounces, verdict) in [
            ("relay.example", Health::Doubtful),
            ("charity.example", Health::Good),
            ("bounces.news.charity.example", Health::Good),
        ] {
            assert_eq!(dmarc(&above(), domain, &[], bounces).await.verdict, verdict, "{bounces}");
            let signed = ["charity.example"];
            assert_eq!(dmarc(&above(), domain, &signed, bounces).await.verdict, Health::Good);
        }
        let two = above().with("_dmarc.charity.example", "v=DMARC1; p=reject");
        let found = dmarc(&two, domain, &[], domain).await;
        assert_eq!(
            (found.verdict, found.what.contains("2 DMARC")),
            (Health::Bad, true),
            "{found:?}"
        );
        let odd = Zone::default().with("_dmarc.charity.example", "v=DMARC1; p=maybe");
        assert!(dmarc(&odd, domain, &[], domain).await.what.contains("no valid policy"));
    }
}
