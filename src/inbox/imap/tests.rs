//! Tests: Conversations with a mailbox, as a server's lines and ours.
//! Shell: streams in memory.

use tokio::io::{AsyncBufReadExt, BufReader};

use super::*;

/// Plays a server: `S:` is what it says, `C:` what it must hear. Behind the last line it closes.
fn play(dialogue: &'static str) -> (Box<dyn Wire>, tokio::task::JoinHandle<()>) {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let server = tokio::spawn(async move {
        let (read, mut write) = tokio::io::split(theirs);
        let mut lines = BufReader::new(read).lines();
        for line in dialogue.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(text) = line.strip_prefix("S: ") {
                let text = text.replace("\\r\\n", "\r\n");
                write.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
            } else if let Some(text) = line.strip_prefix("C:") {
                let text = text.trim_start();
                let heard = lines.next_line().await.unwrap();
                assert_eq!(heard.as_deref(), Some(text));
            }
        }
    });
    (Box::new(ours), server)
}

fn password(username: &str, password: &str) -> ImapLogin {
    ImapLogin::Password { username: username.to_owned(), password: password.to_owned().into() }
}

async fn open(dialogue: &'static str) -> Result<ImapMailbox, ImapError> {
    let (wire, _) = play(dialogue);
    ImapMailbox::over(wire, &password("ann", "s3\"cret"), "INBOX").await
}

#[tokio::test]
async fn emails_are_read_and_moved_when_they_are_settled() {
    let (wire, server) = play(
        r#"S: * OK ready
        C: r1 LOGIN "ann" "s3\"cret"
        S: r1 OK in
        C: r2 CAPABILITY
        S: * CAPABILITY IMAP4rev1 MOVE UIDPLUS
        S: r2 OK
        C: r3 SELECT "INBOX"
        S: * 3 EXISTS
        S: * OK [UIDVALIDITY 1] valid
        S: r3 OK [READ-WRITE]
        C: r4 UID SEARCH UNDELETED
        S: * SEARCH 9 4 4
        S: r4 OK
        C: r5 UID FETCH 4,9 (UID BODY.PEEK[]<0.1048576>)
        S: * 4 EXISTS
        S: * 1 FETCH (UID 4 BODY[]<0> {12}
        S: Subject: a\r\n)
        S: * 2 FETCH (FLAGS (\Seen))
        S: * 3 FETCH (BODY[]<0> {12}
        S: Subject: b\r\n UID 9)
        S: * 4 FETCH (UID 77 BODY[]<0> {12}
        S: Subject: c\r\n)
        S: r5 OK
        C: r6 STATUS "Done" (MESSAGES)
        S: r6 NO none
        C: r7 CREATE "Done"
        S: r7 OK
        C: r8 UID MOVE 4,9 "Done"
        S: r8 OK
        C: r9 LOGOUT
        S: * BYE
        S: r9 OK"#,
    );
    let mut mailbox = ImapMailbox::over(wire, &password("ann", "s3\"cret"), "INBOX").await.unwrap();
    let mut found = Vec::new();
    mailbox
        .each(|email| {
            found.push((email.uid().unwrap(), String::from_utf8(email.bytes).unwrap()));
            Ok::<_, ImapError>(())
        })
        .await
        .unwrap();
    let expected = [(4, "Subject: a\r\n".to_owned()), (9, "Subject: b\r\n".to_owned())];
    assert_eq!(found, expected);
    assert!(mailbox.mark_done(&[4, 9]).await.unwrap());
    mailbox.close().await;
    server.await.unwrap();
}

#[tokio::test]
async fn a_server_without_move_copies_first_and_one_that_cannot_do_either_keeps_them() {
    for (capabilities, expected) in [("UIDPLUS", true), ("IDLE", false)] {
        let dialogue: &'static str = if expected {
            r#"S: * PREAUTH hello
            C: r1 CAPABILITY
            S: * CAPABILITY IMAP4rev1 UIDPLUS
            S: r1 OK
            C: r2 SELECT "INBOX"
            S: r2 OK
            C: r3 STATUS "Done" (MESSAGES)
            S: r3 NO
            C: r4 CREATE "Done"
            S: r4 NO [CANNOT] below INBOX only
            C: r5 STATUS "INBOX.Done" (MESSAGES)
            S: * STATUS INBOX.Done (MESSAGES 0)
            S: r5 OK
            C: r6 UID COPY 4 "INBOX.Done"
            S: r6 OK
            C: r7 UID STORE 4 +FLAGS.SILENT (\Deleted)
            S: r7 OK
            C: r8 UID EXPUNGE 4
            S: r8 OK"#
        } else {
            r#"S: * PREAUTH hello
            C: r1 CAPABILITY
            S: * CAPABILITY IMAP4rev1
            S: r1 OK
            C: r2 SELECT "INBOX"
            S: r2 OK
            C: r3 STATUS "Done" (MESSAGES)
            S: r3 OK
            C: r4 UID COPY 4 "Done"
            S: r4 OK"#
        };
        let mut mailbox = open(dialogue).await.unwrap();
        assert_eq!(mailbox.mark_done(&[4]).await.unwrap(), expected, "{capabilities}");
        assert!(mailbox.mark_done(&[]).await.unwrap());
    }
}

#[tokio::test]
async fn a_token_is_given_and_a_refusal_is_heard_out() {
    let (wire, _) = play(
        "S: * OK ready
        C: r1 AUTHENTICATE XOAUTH2
        S: +
        C: dXNlcj1hbm4BYXV0aD1CZWFyZXIgeWEyOQEB
        S: + eyJzdGF0dXMiOiI0MDAifQ==
        C:
        S: r1 NO [AUTHENTICATIONFAILED] expired",
    );
    let login = ImapLogin::Token { username: "ann".to_owned(), command: "echo ya29".to_owned() };
    let error = ImapMailbox::over(wire, &login, "INBOX").await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "the mailbox refused the login: NO [AUTHENTICATIONFAILED] expired"
    );
}

#[tokio::test]
async fn whatever_a_server_says_ends_in_an_error_without_the_password() {
    for (dialogue, expected) in [
        ("S: * BYE too busy", "the mailbox closed the connection: BYE too busy"),
        ("", "the mailbox closed the connection: without giving a reason"),
        (
            "S: * OK\nC: r1 LOGIN \"ann\" \"s3\\\"cret\"\nS: r1 NO wrong",
            "the mailbox refused the login: NO wrong",
        ),
        (
            "S: * PREAUTH\nC: r1 CAPABILITY\nS: r1 OK\nC: r2 SELECT \"INBOX\"\nS: r2 NO none",
            "the mailbox refused SELECT: NO none",
        ),
        (
            "S: * PREAUTH\nC: r1 CAPABILITY\nS: * BYE shutting down",
            "the mailbox closed the connection: BYE shutting down",
        ),
        (
            "S: * PREAUTH\nC: r1 CAPABILITY\nS: * 1 FETCH {99999999}",
            "the mailbox's answer cannot be read: it sends more than was requested",
        ),
    ] {
        let error = open(dialogue).await.err().unwrap().to_string();
        assert_eq!(error, expected, "{dialogue}");
        assert!(!error.contains("s3"));
    }
}

#[test]
fn addresses_and_what_they_mean() {
    let mailbox = |host: &str, port, has_tls, folder: &str| ImapAddress {
        host: host.to_owned(),
        port,
        has_tls,
        folder: folder.to_owned(),
    };
    for (text, expected) in [
        ("imaps://imap.example.org", mailbox("imap.example.org", 993, true, "INBOX")),
        ("imaps://imap.example.org/", mailbox("imap.example.org", 993, true, "INBOX")),
        (
            "imaps://imap.example.org:9993/Leaving%20us",
            mailbox("imap.example.org", 9993, true, "Leaving us"),
        ),
        ("imap://127.0.0.1:1143/a/b", mailbox("127.0.0.1", 1143, false, "a/b")),
        (
            "imaps://imap.example.org/Désabonnés",
            mailbox("imap.example.org", 993, true, "Désabonnés"),
        ),
        ("imaps://imap.example.org/100%25", mailbox("imap.example.org", 993, true, "100%")),
    ] {
        assert_eq!(ImapAddress::parse(text).unwrap(), expected, "{text}");
    }
    for text in [
        "",
        "imap.example.org",
        "https://imap.example.org",
        "imaps://",
        "imaps://imap.example.org/a%0d%0ab",
        "imaps://imap.example.org/%ff",
        "imaps://imap.example.org?x=1",
    ] {
        assert!(matches!(ImapAddress::parse(text), Err(ImapError::Address(_))), "{text}");
    }
    assert!(matches!(ImapAddress::parse("imap://imap.example.org"), Err(ImapError::PlainFarAway)));
    let with_password = ImapAddress::parse("imaps://ann:s3cret@imap.example.org").unwrap_err();
    assert!(!with_password.to_string().contains("s3cret"));
}

/// The examples of RFC 3501 section 5.1.3, and an `&`.
#[test]
fn folders_are_named_in_any_script() {
    for (name, command) in [
        ("INBOX", "INBOX"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("Désabonnés", "D&AOk-sabonn&AOk-s"),
        ("Ann & Ben", "Ann &- Ben"),
        ("💌", "&2D3cjA-"),
        ("", ""),
    ] {
        assert_eq!(in_utf7(name), command, "{name}");
    }
}
