//! Emails made after the shape of many mail systems' notices, and what must be read in each.

use std::fs;

use roundup::bounces::{NoticeKind, read};

/// `(name, bytes, people)` of every line of `tests/bounces/expected.txt`.
fn notices() -> Vec<(String, Vec<u8>, Vec<(String, String)>)> {
    let table = fs::read_to_string("tests/bounces/expected.txt").unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, people) = line.split_once(" | ").unwrap();
            let people = people
                .split(' ')
                .map(|person| person.rsplit_once('=').unwrap())
                .map(|(who, kind)| (who.trim_matches('-').to_owned(), kind.to_owned()))
                .collect();
            (name.to_owned(), fs::read(format!("tests/bounces/{name}.eml")).unwrap(), people)
        })
        .collect()
}

fn word(kind: NoticeKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn each_notice_says_what_it_must_of_whom() {
    let notices = notices();
    assert!(notices.len() >= 60);
    let mut wrong = Vec::new();
    for (name, bytes, mut wanted) in notices {
        // Requests to leave are read elsewhere.
        if wanted.iter().any(|(_, kind)| kind == "unsubscribe") {
            wanted = Vec::new();
        }
        let mut found: Vec<(String, String)> = read(&bytes)
            .people
            .into_iter()
            .map(|person| (person.recipient, word(person.kind)))
            .collect();
        // Nobody, and nothing to say of them.
        found.retain(|(who, kind)| !(who.is_empty() && kind == "none"));
        wanted.retain(|(who, kind)| !(who.is_empty() && kind == "none"));
        found.sort();
        wanted.sort();
        if found != wanted {
            wrong.push(format!("{name}: wanted {wanted:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn forty_megabytes_are_read_in_their_first_part() {
    let notices = notices();
    let (_, bytes, _) = notices.iter().find(|(name, ..)| name == "postfix-user-unknown").unwrap();
    let mut long = bytes.clone();
    long.resize(40 * 1024 * 1024, b'x');
    let found = read(&long).people;
    assert_eq!((found.len(), found[0].kind), (1, NoticeKind::Hard));
}

#[test]
fn words_about_us_never_write_a_person_off() {
    let refusals = [
        "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 5.7.26 This mail has been blocked because the sender is unauthenticated",
        "554 5.7.1 Message rejected as spam by Content Filtering",
        "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
        "550 SPF check failed",
        "550 Rejected: listed at dnsbl.example",
        "552 5.3.4 Message size exceeds fixed limit",
        "421 4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume or user complaints",
        "550 5.7.1 Our system has detected an unusual rate of unsolicited mail",
        "554 5.7.9 Message not accepted for policy reasons",
        "550 5.7.1 Unauthenticated email is not accepted due to domain's DMARC policy",
        "550 Relaying denied",
        "550 Too many messages in a session",
        "550 Reverse DNS lookup failed",
    ];
    // Whatever status a system writes over a refusal, and whatever else it says.
    for status in ["5.1.1", "5.1.0", "5.0.0", "5.2.1", "5.1.2", "5.7.1"] {
        for words in refusals {
            for more in ["", "\n550 5.1.1 <ann@example.org>... User unknown"] {
                let notice = format!(
                    "From: MAILER-DAEMON@mx.example.net\nSubject: Returned mail\nMIME-Version: 1.0\n\
                     Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
                     --b\n\n   ----- Transcript of session follows -----\n<<< {words}{more}\n\
                     --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\
                     Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: {status}\n\
                     Diagnostic-Code: smtp; {words}\n--b--\n"
                );
                let kind = read(notice.as_bytes()).people[0].kind;
                assert_ne!(kind, NoticeKind::Hard, "{status}: {words}{more}");
            }
        }
    }
}

mod hostile {
    use proptest::prelude::*;

    use super::{notices, read};

    /// Pieces that mean something to a reader of notices.
    const PIECES: [&str; 40] = [
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        " ",
        "\t",
        "<",
        ">",
        "@",
        "\"",
        "a@b.org",
        "<a@b.org>:",
        "--b\n",
        "--b--\n",
        "Content-Type: multipart/report; boundary=b\n",
        "Content-Type: message/rfc822\n",
        "Content-Type: message/delivery-status\n",
        "Content-Type: message/feedback-report\n",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "=?utf-8?B?",
        "?=",
        "Final-Recipient: rfc822;",
        "Action: failed\n",
        "Status: 5.1.1\n",
        "Diagnostic-Code: smtp; 550 5.1.1 ",
        "Original-Rcpt-To: ",
        "550 5.7.1 ",
        "\\x{",
        "}",
        "=",
        "=3D",
        "é",
        "宛先",
        "\u{0}",
        "From: MAILER-DAEMON@x\n",
        "Subject: failure notice\n",
        "user unknown",
        "[",
        "]",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn any_pieces_are_read(picks in prop::collection::vec(0..PIECES.len(), 0..200)) {
            let text: String = picks.into_iter().map(|at| PIECES[at]).collect();
            prop_assert!(read(text.as_bytes()).people.len() <= 100);
        }

        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert!(read(&bytes).people.len() <= 100);
        }

        #[test]
        fn a_notice_that_was_cut_or_changed_is_read(
            which in 0..60_usize, at in 0..4000_usize, byte in any::<u8>(), cut in 0..4000_usize
        ) {
            let (_, mut bytes, _) = notices().swap_remove(which);
            let place = at % bytes.len();
            bytes[place] = byte;
            bytes.truncate(cut.max(1));
            prop_assert!(read(&bytes).people.len() <= 100);
        }
    }

    /// A reader whose time grows with the square of the bytes would not come to its end.
    #[test]
    fn a_megabyte_of_anything_is_read() {
        for piece in PIECES.into_iter().chain([
            "<@",
            "\"@",
            "@[",
            "a@b.org ",
            "5.1.1",
            "<a",
            "=?a?b?",
            "; boundary=",
            "a: b\n",
            "550 ",
        ]) {
            for head in [
                "",
                "From: MAILER-DAEMON@x\nSubject: failure notice\n\n",
                "Content-Type: text/html\nFrom: MAILER-DAEMON@x\n\n",
            ] {
                let text = format!("{head}{}", piece.repeat(1024 * 1024 / piece.len()));
                assert!(read(text.as_bytes()).people.len() <= 100, "{piece:?} after {head:?}");
            }
        }
    }
}
