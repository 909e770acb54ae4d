//! What else is read from outside, whole and damaged at random: addresses, replies, tables, drafts, settings, signing keys.
//!
//! The corpus is in the tables below and is read whole with each test; what is read keeps the laws of its kind, and what is
//! refused says where and what to do.

use chrono_tz::Europe::London;
use proptest::prelude::*;
use roundup::edition::Draft;
use roundup::project::Settings;
use roundup::rfc::address::EmailAddress;
use roundup::rfc::reply::{LONGEST_REPLY_BYTES, Reply, ReplyReader};
use roundup::rfc::{csv, dkim};

const ADDRESSES: [&str; 10] = [
    "ann@example.org",
    "Ann.Evans+news@Sub.Example.co.uk",
    "\"ann evans\"@example.org",
    "ann@bücher.example",
    "用户@例子.example",
    "ann@[192.0.2.1]",
    "ann@example.org, ben@example.org",
    "Ann Evans <ann@example.org>",
    "ann@example.org\r\nBcc: ben@example.org",
    "ann@@example..org",
];

const REPLIES: [&str; 8] = [
    "220 mx.example.org ESMTP\r\n",
    "250-mx.example.org\r\n250-PIPELINING\r\n250 SIZE 1000\r\n",
    "550 5.1.1 <ann@example.org>: no such user\r\n",
    "421 4.7.0 later\n",
    "250\r\n",
    "250-one\r\n550 two\r\n",
    "354 go ahead\r\n250 2.0.0 ok\r\n",
    "hello\r\n",
];

const TABLES: [&str; 7] = [
    "email,first_name\nann@example.org,Ann\nben@example.org,\"Ben\"\n",
    "email;name\r\nann@example.org;\"a \"\"quoted\"\" name\"\r\n",
    "\u{feff}email\tname\nann@example.org\tAnn\n",
    "sep=;\nemail;name\nann@example.org;Ann\n",
    "email,name\nann@example.org,\"never closed\n",
    "email\n",
    "email\0\n",
];

const DRAFTS: [&str; 4] = [
    "---\nsubject: December\nwindow: 2020-12\npreheader: What we did\nitems:\n  - a-story\n  - another\nleft_out: []\n---\n\nHello.\n",
    "---\nwindow: 2020\nsubject: \"{{recipient \\\"first_name\\\"}}, hello\"\npinned:\n  - a\noverrides:\n  a:\n    title: b\n---\n",
    "---\nsubject: x\nwindow: 2020-Q4\nsegment: 'town = \"York\"'\ntemplate: monthly\nas_of: 2020-12-31T10:00:00Z\n---\nText *here*.\n",
    "subject: no front matter\n",
];

const SETTINGS: [&str; 3] = [
    "[organisation]\nname = \"A\"\nlegal_name = \"A\"\naddress = \"1 B Street\"\nwebsite = \"https://a.example/\"\ncontact = \"a@a.example\"\n[sender]\nname = \"A\"\naddress = \"news@a.example\"\n",
    "[organisation]\nname = \"A\"\nlegal_name = \"A\"\naddress = \"1 B Street\"\nwebsite = \"https://a.example/\"\ncontact = \"a@a.example\"\n[sender]\naddress = \"news@a.example\"\n[send]\nconnections = 4\nrate = \"100/s\"\n[[news]]\nname = \"n\"\nkind = \"feed\"\nurl = \"https://a.example/feed\"\n",
    "[theme]\ncolour = \"#123456\"\n[schedule]\nevery = \"first Tuesday\"\n",
];

const KEYS: [&str; 3] = [
    // Nobody's: thirty-two bytes of one value.
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n",
];

/// What stands where it should not.
const PIECES: [&str; 12] = [
    "",
    "\0",
    "\r\n",
    "\n---\n",
    "\"",
    "'",
    "@",
    "\u{202e}",
    "é",
    "=[[{",
    "999999999999999999",
    "-",
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Address,
    Reply,
    Table,
    Draft,
    Settings,
    Key,
}

fn whole() -> Vec<(Kind, &'static str)> {
    let of = |kind: Kind, all: &'static [&'static str]| all.iter().map(move |text| (kind, *text));
    of(Kind::Address, &ADDRESSES)
        .chain(of(Kind::Reply, &REPLIES))
        .chain(of(Kind::Table, &TABLES))
        .chain(of(Kind::Draft, &DRAFTS))
        .chain(of(Kind::Settings, &SETTINGS))
        .chain(of(Kind::Key, &KEYS))
        .collect()
}

/// All replies of some bytes that come in pieces of a length, up to the first that is none.
fn replies(bytes: &[u8], length: usize) -> (Vec<Reply>, bool) {
    let (mut reader, mut found) = (ReplyReader::default(), Vec::new());
    for piece in bytes.chunks(length.max(1)) {
        reader.push(piece);
        loop {
            match reader.next_reply() {
                Ok(Some(reply)) => found.push(reply),
                Ok(None) => break,
                Err(_) => return (found, true),
            }
        }
    }
    (found, false)
}

/// Reads it, and looks at what comes of it. True where it is taken.
fn read(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Address => match EmailAddress::parse(text) {
            Ok(address) => {
                let shown = address.to_string();
                assert!(!shown.chars().any(char::is_control), "{shown:?}");
                assert!(shown.contains('@') && shown.len() <= 320, "{shown:?}");
                let again = EmailAddress::parse(&shown).expect("what is written can be read");
                assert_eq!(again.key(), address.key());
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.cure().is_empty());
                false
            }
        },
        Kind::Reply => {
            let (whole, is_bad) = replies(text.as_bytes(), text.len());
            for length in [1, 7] {
                assert_eq!(replies(text.as_bytes(), length), (whole.clone(), is_bad), "{text:?}");
            }
            for reply in &whole {
                assert!((200..600).contains(&reply.code), "{reply:?}");
                assert!(reply.summary().len() <= LONGEST_REPLY_BYTES * 4);
                assert!(!reply.summary().contains(['\r', '\n']), "{reply:?}");
            }
            !is_bad && !whole.is_empty()
        }
        Kind::Table => match csv::read("list.csv", text.as_bytes()) {
            Ok(table) => {
                let lines = text.lines().count() + text.matches('\r').count() + 1;
                assert!(table.rows.iter().all(|row| row.line <= lines), "{text:?}");
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        },
        Kind::Draft => match Draft::read("2020-12", "editions/2020-12.md", text, London) {
            Ok(draft) => draft.name == "2020-12",
            Err(problem) => {
                assert_eq!(problem.place.source, "editions/2020-12.md");
                assert!(!problem.what.is_empty() && !problem.cure.is_empty(), "{problem:?}");
                false
            }
        },
        Kind::Settings => match Settings::read("roundup.toml", text) {
            Ok(settings) => settings.text == text,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        },
        Kind::Key => {
            let signers = dkim::Signer::read(text, "a.example", &dkim::Settings::default());
            assert!(!signers.as_ref().is_ok_and(Vec::is_empty), "{text:?}");
            signers.is_ok()
        }
    }
}

#[test]
fn each_kind_is_taken_and_refused() {
    let mut taken = [0_u32; 6];
    let mut refused = [0_u32; 6];
    for (kind, text) in whole() {
        let count = if read(kind, text) { &mut taken } else { &mut refused };
        count[kind as usize] += 1;
    }
    assert!(taken.iter().all(|count| *count > 0), "taken {taken:?}");
    assert!(refused.iter().all(|count| *count > 0), "refused {refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_damaged_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..PIECES.len(), 0_usize..20), 1..6),
    ) {
        let whole = whole();
        let (kind, text) = which.get(&whole);
        let mut characters: Vec<char> = text.chars().collect();
        for (place, piece, length) in wounds {
            let start = place.index(characters.len() + 1);
            let end = (start + length).min(characters.len());
            characters.splice(start..end, PIECES[piece].chars());
        }
        read(*kind, &characters.into_iter().collect::<String>());
    }
}
