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
fn it_does_not_matter_how_lines_end() {
    for (name, bytes, _) in notices() {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let plain = text.replace("\r\n", "\n").replace('\r', "\n");
        let of = |end: &str| {
            let text = plain.replace('\n', end);
            let bytes: Vec<u8> =
                text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
            read(&bytes)
        };
        let wanted = of("\n");
        for end in ["\r\n", "\r", "\r\r\n"] {
            assert_eq!(of(end), wanted, "{name}, {end:?}");
        }
    }
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

/// One refusal as four mail systems report it, at a point of the session.
mod wrapped {
    use roundup::bounces::NoticeKind;

    use super::read;

    const ANN: &str = "ann@example.org";
    const RETURNED: &str = "Received: from mail.charity.example by mx\nReturn-Path: <bounces@charity.example>\n\
        From: Safe Childhood <news@charity.example>\nTo: Ann <ann@example.org>\nSubject: November news\n\
        Message-ID: <0123456789abcdef@charity.example>\n";

    fn postfix(words: &str, command: &str) -> String {
        let stage = if command == "." { "end of DATA" } else { named(command) };
        let line = words.replace('\n', " ");
        format!(
            "From: MAILER-DAEMON@mx.charity.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\
             To: bounces@charity.example\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n\
             This is the mail system at host mx.charity.example.\n\n<{ANN}>: host mx.example.org[192.0.2.9] said:\n    \
             {line} (in reply to {stage} command)\n\n--b\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mx.charity.example\n\nFinal-Recipient: rfc822; {ANN}\nAction: failed\nStatus: {}\n\
             Diagnostic-Code: smtp; {line}\n\n--b\nContent-Type: text/rfc822-headers\n\n{RETURNED}\n--b--\n",
            status_in(words).unwrap_or("5.0.0")
        )
    }

    fn exim(words: &str, command: &str) -> String {
        let stage = if command == "." { "end of data" } else { command };
        format!(
            "X-Failed-Recipients: {ANN}\nFrom: Mail Delivery System <Mailer-Daemon@mail.charity.example>\n\
             To: bounces@charity.example\nSubject: Mail delivery failed: returning message to sender\n\n\
             A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. \
             The following address(es) failed:\n\n  {ANN}\n    host mx.example.org [192.0.2.9]\n    \
             SMTP error from remote mail server after {stage}:\n    {}\n\n\
             ------ This is a copy of the message, including all the headers. ------\n\n{RETURNED}\n",
            words.replace('\n', "\n    ")
        )
    }

    fn sendmail(words: &str, command: &str) -> String {
        let first = words.lines().next().unwrap_or_default();
        format!(
            "From: Mail Delivery Subsystem <MAILER-DAEMON@mail.charity.example>\nTo: <bounces@charity.example>\n\
             Subject: Returned mail: see transcript for details\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n   \
             ----- The following addresses had permanent fatal errors -----\n<{ANN}>\n    (reason: {first})\n\n   \
             ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n>>> {command}\n<<< {}\n\
             550 5.1.1 <{ANN}>... User unknown\n\n--b\nContent-Type: message/delivery-status\n\n\
             Final-Recipient: RFC822; {ANN}\nAction: failed\nStatus: {}\nDiagnostic-Code: SMTP; {first}\n\n\
             --b\nContent-Type: message/rfc822\n\n{RETURNED}\n--b--\n",
            words.replace('\n', "\n<<< "),
            status_in(words).unwrap_or("5.1.1")
        )
    }

    fn qmail(words: &str, command: &str) -> String {
        let stage = match named(command) {
            "MAIL FROM" => "Connected to 192.0.2.9 but sender was rejected.",
            "RCPT TO" => "192.0.2.9 does not like recipient.",
            "DATA" => "192.0.2.9 failed on DATA command.",
            "EHLO" | "HELO" => "Connected to 192.0.2.9 but my name was rejected.",
            _ => "192.0.2.9 failed after I sent the message.",
        };
        format!(
            "From: MAILER-DAEMON@mail.charity.example\nTo: bounces@charity.example\nSubject: failure notice\n\n\
             Hi. This is the qmail-send program at mail.charity.example.\n\
             I'm afraid I wasn't able to deliver your message to the following addresses.\n\
             This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{ANN}>:\n{stage}\n\
             Remote host said: {words}\nGiving up on 192.0.2.9.\n\n--- Below this line is a copy of the message.\n\n{RETURNED}\n"
        )
    }

    type Wrapper = fn(&str, &str) -> String;
    const WRAPPERS: [(&str, Wrapper); 4] =
        [("postfix", postfix), ("exim", exim), ("sendmail", sendmail), ("qmail", qmail)];
    const RECIPIENT: &str = "RCPT TO:<ann@example.org>";

    fn named(command: &str) -> &str {
        if command.starts_with("EHLO") || command.starts_with("HELO") {
            &command[..4]
        } else {
            command.split(':').next().unwrap_or_default()
        }
    }

    fn status_in(words: &str) -> Option<&str> {
        words.split([' ', '-', '\n']).find(|word| {
            word.len() >= 5
                && word.starts_with(['4', '5'])
                && word.matches('.').count() == 2
                && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
    }

    fn kind(wrapper: Wrapper, words: &str, command: &str) -> NoticeKind {
        let people = read(wrapper(words, command).as_bytes()).people;
        assert_eq!((people.len(), people[0].recipient.as_str()), (1, ANN), "{words}");
        people[0].kind
    }

    #[test]
    fn before_the_recipient_was_named_nothing_is_about_them() {
        for words in [
            "517 Domain does not exist: charity.example",
            "550 5.1.8 <bounces@charity.example>: does not exist",
            "550 No such user here",
            "550 5.1.1 User unknown",
            "550 unknown host",
            "550 Host not found",
            "550 5.1.1 Invalid domain",
            "553 Address unknown",
            "550 Requested action not taken: mailbox unavailable",
            "550 5.1.0 Address rejected",
            "552 5.2.2 Mailbox full",
            "554 Non",
        ] {
            for command in [
                "MAIL FROM:<bounces@charity.example>",
                "EHLO mail.charity.example",
                "HELO mail.charity.example",
                "DATA",
            ] {
                for (name, wrapper) in WRAPPERS {
                    // Sendmail shows DATA above the answers to every RCPT.
                    if name != "sendmail" || command != "DATA" {
                        let found = kind(wrapper, words, command);
                        assert_eq!(found, NoticeKind::Policy, "{name}, {command}: {words}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_absent_counts_only_where_it_is_the_recipients_mailbox() {
        for words in [
            "550 5.7.1 <news@charity.example>: Return-path mailbox does not exist",
            "553 5.1.8 <news@charity.example>... Domain of sender address news@charity.example does not exist",
            "550 5.1.0 <bounces@charity.example>... Domain not found",
            "550 Sender mailbox unknown",
            "550 From address does not exist",
            "550 Sending domain doesn't exist",
            "550 No such domain: charity.example",
            "550 mail.charity.example: unknown host",
            "550 Callout verification of sender failed: no such user here",
            "550 EHLO argument does not exist",
            "550 Invalid address in From header",
            "554 5.6.0 Invalid address syntax in header",
            "501 5.1.7 Invalid address",
            "550 5.7.1 Your account has been disabled",
            "550 5.7.1 Unknown address",
            "550 5.7.1 No DNS record: host not found for mail.charity.example",
            "550-Requested action not taken: mailbox unavailable\n550 invalid DNS MX or A/AAAA resource record",
            "550 5.7.1 Your certificate is no longer valid",
            "554 5.7.1 Link does not exist in allow list",
            "550 5.6.2 Character set does not exist",
            "502 5.5.1 Command does not exist",
            "502 Command does not exist",
            "554 5.5.1 Error: no valid recipients",
            "550 5.7.1 Nachricht abgelehnt: Absender-Domain existiert nicht",
            "550 Domaine de l'expéditeur introuvable",
            "550 5.1.8 El dominio del remitente no existe",
            "550 Il dominio del mittente non esiste",
            "550 O domínio do remetente não existe",
            "550 Domein van de afzender bestaat niet",
            "550 Домен отправителя не существует",
            "550 送信者のドメインが存在しません",
            // The mailer's own words around a reply whose words say nothing that is known.
            "554 Non",
            "550 Xyzzy plugh",
            "554 DT:SPM 163 mx8,QsCowAAnLkZ4ZbNfZ1bBBg--.1S2 1605592440",
            "550 Domain frequency limited",
            "500 Unknown user command",
            "550 ann@example.org isn't allowed to relay",
            "550 Sender charity.example has no A, AAAA, or MX DNS records.",
        ] {
            for (name, wrapper) in WRAPPERS {
                let found = kind(wrapper, words, RECIPIENT);
                let is_right = matches!(found, NoticeKind::Policy | NoticeKind::Unknown);
                assert!(is_right, "{name}: {words}: {found:?}");
            }
        }
    }

    #[test]
    fn a_mailbox_that_is_not_there_is_hard_in_every_wrapper() {
        for words in [
            "550 5.1.1 <ann@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n\
             550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces.",
            "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
            "550 5.4.1 Recipient address rejected: Access denied. [AM7EUR03FT0.mail.protection.outlook.com]",
            "550 sorry, no mailbox here by that name (#5.1.1)",
            "550 5.7.1 unknown user",
            "553 5.3.0 <ann@example.org>... Addressee unknown, relay=[192.0.2.1]",
            "551 not our customer",
            "556 5.1.10 Recipient address has null MX",
            "550 5.1.1 User unknown; see the header of your message",
            "550 Empfänger unbekannt",
            "550 Destinataire inconnu",
            "550 Message was not accepted -- invalid mailbox.  Local mailbox ann@example.org is unavailable: account is disabled",
            "550 5.2.1 This mailbox has been blocked due to inactivity (UserSearch)",
            "550 Account for ann@example.org has been suspended",
            "550 Cette boîte aux lettres n'existe plus",
            "550 recipient unrecognized",
            "550 5.2.1 Account is not active",
            "550 User account not activated",
            "550 ** No mail box available for this user **",
            "550 ann@example.org is not an active address at this host",
            "525 5.7.13 Disabled recipient address",
            "550 5.5.0 Le compte du destinataire est bloque. The recipient account is blocked. LPN007_426",
            "550 an MX or SRV record indicated no SMTP service",
            "450 4.0.0 The domain example.org doesn't receive email according to the administrator: returned Null MX",
        ] {
            for (name, wrapper) in WRAPPERS {
                for command in [RECIPIENT, "."] {
                    let found = kind(wrapper, words, command);
                    assert_eq!(found, NoticeKind::Hard, "{name}, {command}: {words}");
                }
            }
        }
    }

    /// The sender, in the words of servers all over the world, and what is said of them.
    const ABOUT_THE_SENDER: [&str; 88] = [
        "Expéditeur inconnu",
        "Compte expediteur desactive",
        "Remitente desconocido",
        "Remitente invalido",
        "Remitent desconegut",
        "Remetente desconhecido",
        "Absender unbekannt",
        "Afzender onbekend",
        "Okänd avsändare",
        "Ukendt afsender",
        "Ukjent avsender",
        "Tuntematon lähettäjä",
        "Nieznany nadawca",
        "Neznámý odesílatel",
        "Ismeretlen feladó",
        "Nepoznat pošiljatelj",
        "Expeditor necunoscut",
        "Mittente sconosciuto",
        "Неизвестный отправитель",
        "Невідомий відправник",
        "Непознат подател",
        "Άγνωστος αποστολέας",
        "Bilinmeyen gönderen",
        "Anfonwr anhysbys",
        "المرسل غير معروف",
        "送信者が不明です",
        "发件人未知",
        "알 수 없는 발신자",
        "Pengirim tidak dikenal",
        "Sender disabled",
        "Sending account suspended",
        "the originator of this message is unknown",
        "Mailbox news@charity.example is disabled for sending",
        "Verification of bounces@charity.example failed",
        "Your address news@charity.example has been refused",
        "charity.example: no valid records",
        "news@charity.example nicht zugelassen",
        "external senders are not accepted for this recipient",
        "Recipient only accepts mail from internal senders",
        "From address could not be verified",
        "Your email address is unknown to us",
        "We don't know you",
        "You are not in the address book of this user",
        "Rejected as newsletter",
        "Content refused",
        "Listed at rbl.example.net",
        // Our account, in the words of those who speak to us.
        "Your mailbox does not exist",
        "We could not verify your address: user unknown",
        "Votre compte n'existe pas",
        "Votre domaine n'existe pas",
        "Ihr Konto existiert nicht",
        "Ihre Domain existiert nicht",
        "Su cuenta no existe",
        "Il tuo account non esiste",
        "Uw account bestaat niet",
        "Sua conta não existe",
        "Twoje konto nie istnieje",
        "Ditt konto finns inte",
        "Ваш аккаунт не существует",
        "您的帐户不存在",
        "Relay account does not exist",
        "SMTP account suspended",
        "API user does not exist",
        "subaccount not found",
        "The address you are mailing from is unknown",
        "The account that you are sending from does not exist",
        "Unknown client",
        "Unknown IP",
        // A list with many addresses that do not exist: it is not about the one that was named.
        "too many unknown users",
        "Too many invalid recipients",
        "too many bad recipients from your network",
        "rejected due to a high number of invalid recipients",
        "excessive unknown recipients",
        "high unknown user rate",
        "large number of nonexistent recipients",
        "directory harvest attack: user unknown",
        "dictionary attack, no such user",
        "spam trap hit, user unknown",
        "bounce rate too high: unknown user",
        "Zu viele unbekannte Empfänger",
        "Trop de destinataires inconnus",
        "Demasiados destinatarios desconocidos",
        "Troppi destinatari sconosciuti",
        "Te veel onbekende ontvangers",
        "Muitos destinatários desconhecidos",
        "Zbyt wielu nieznanych odbiorców",
        "Слишком много неизвестных получателей",
        "För många okända mottagare",
    ];

    #[test]
    fn a_status_of_the_recipient_over_words_of_the_sender_writes_nobody_off() {
        for words in ABOUT_THE_SENDER {
            for status in ["5.1.1", "5.1.2", "5.1.10", "5.2.1"] {
                for named in
                    ["", "<ann@example.org>: ", "<ann@example.org>... ", "ann@example.org "]
                {
                    let reply = format!("550 {status} {named}{words}");
                    for (name, wrapper) in WRAPPERS {
                        let found = kind(wrapper, &reply, RECIPIENT);
                        let is_right = matches!(found, NoticeKind::Policy | NoticeKind::Unknown);
                        assert!(is_right, "{name}: {reply}: {found:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_status_of_the_recipient_holds_where_the_words_name_nobody_else() {
        for words in [
            "",
            "Nepoznat korisnik",
            "Defnyddiwr anhysbys",
            "<ann@example.org> Tidak dikenal",
            "Not here",
            "ann@example.org unknown; return to sender",
        ] {
            for (name, wrapper) in WRAPPERS {
                let found = kind(wrapper, &format!("550 5.1.1 {words}"), RECIPIENT);
                assert_eq!(found, NoticeKind::Hard, "{name}: {words}");
            }
        }
    }

    #[test]
    fn a_full_mailbox_and_a_check_that_is_not_over_are_soft() {
        for words in [
            "552 5.2.2 <ann@example.org>: Mailbox full",
            "550 5.7.1 Mailbox over quota",
            "550 5.1.1 <ann@example.org>: Recipient address rejected: unverified address: Address verification in progress",
            "550 5.1.1 <ann@example.org>: Recipient address rejected: unverified address: connect to mail.example.org: Connection refused",
            "452 <ann@example.org> Mailbox size limit exceeded",
            "550 <ann@example.org> Benutzer hat zuviele Mails auf dem Server. / User has too many messages on the server.",
            "552 This person's account is exceeding their quota",
            "552 the recipient is over disk quota. This account will not be able to receive any email",
        ] {
            for (name, wrapper) in WRAPPERS {
                assert_eq!(kind(wrapper, words, RECIPIENT), NoticeKind::Soft, "{name}: {words}");
            }
        }
    }
}

#[test]
fn prose_that_says_gone_is_hard_and_a_machine_that_answers_is_no_return() {
    let notice = |head: &str, text: &str| {
        let head = format!("To: bounces@charity.example\nMIME-Version: 1.0\n{head}");
        let text = format!("{head}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n");
        read(text.as_bytes()).people.iter().map(|person| person.kind).collect::<Vec<_>>()
    };
    for (head, text, wanted) in [
        (
            "Return-Path: <>\nFrom: postmaster@lycee.example\nSubject: Message non distribué",
            "Votre message n'a pas pu être remis au destinataire suivant :\n\n    ann@example.org\n\nMotif : cette boîte aux lettres n'existe plus.",
            NoticeKind::Hard,
        ),
        (
            "Return-Path: <>\nFrom: Postmaster <postmaster@example.org>\nSubject: Message delivery failure",
            "MailEnable: Message Delivery Failure.\n\nThe following recipient(s) could not be reached:\n\nRecipient: [SMTP:ann@example.org]\nReason: The message could not be delivered because the domain name (example.org) does not appear to be registered.",
            NoticeKind::Hard,
        ),
        (
            "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: club@groups.example\nSubject: Delivery Status Notification (Failure)",
            "Die Gruppe (club) ist vielleicht nicht vorhanden, oder Sie haben nicht die erforderlichen Berechtigungen, um ihr zu schreiben.",
            NoticeKind::Policy,
        ),
        (
            "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: club@groups.example\nSubject: Delivery Status Notification (Failure)",
            "Le groupe (club) n'existe peut-être pas, ou il se peut que vous ne soyez pas autorisé à lui écrire.",
            NoticeKind::Policy,
        ),
        (
            "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: club@groups.example\nSubject: Delivery Status Notification (Failure)",
            "Skupina (club) možná neexistuje, nebo nemáte oprávnění do ní psát.",
            NoticeKind::Policy,
        ),
        (
            "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: club@groups.example\nSubject: Delivery Status Notification (Failure)",
            "El grupo (club) quizás no exista, o no tienes los permisos para publicar en él.",
            NoticeKind::Policy,
        ),
        (
            "From: noreply@boxbe.example\nSubject: Re: December (Action Required)",
            "Hello Safe Childhood, your message has been waitlisted: Sender not pre-approved.",
            NoticeKind::Autoreply,
        ),
        (
            "From: Zendesk <support@parish.example>\nAuto-Submitted: auto-generated\nX-Mailer: Zendesk Mailer\nSubject: [Request received] December 2020 at Safe Childhood",
            "Your request (12345) has been received and is being reviewed by our support staff.",
            NoticeKind::Autoreply,
        ),
        (
            "From: AntiSpam UOL <no-reply@uol.example>\nAuto-Submitted: auto-generated\nSubject: Re: December (AntiSpam UOL)",
            "Sua mensagem não foi entregue a joao@uol.example. Para liberar, clique e confirme: https://antispam.uol.example/challenge?x=1",
            NoticeKind::Autoreply,
        ),
        (
            "From: Mailinblack <ne-pas-repondre@mairie.example>\nSubject: December - demande d'authentification",
            "Bonjour, pour que votre message parvienne à jean@mairie.example, merci de vous authentifier en cliquant sur ce lien.",
            NoticeKind::Autoreply,
        ),
    ] {
        assert_eq!(notice(head, text), [wanted], "{text}");
    }
    let news =
        "From: Shop <shop@example.org>\nAuto-Submitted: auto-generated\nSubject: Your receipt";
    assert!(notice(news, "Thank you for your order.").is_empty());
}

#[test]
fn an_answer_that_quotes_our_subject_is_never_a_return() {
    for (subject, text) in [
        ("Automatic reply: Asylum claims rejected", "I am out of the office until Monday."),
        ("Automatic reply: Asylum claims rejected", "Ann is no longer with the charity."),
        (
            "Automatische Antwort: Asylum claims rejected",
            "Frau Ann ist nicht mehr da, die Adresse existiert nicht mehr.",
        ),
        ("Out of office: Legal aid delayed again", "This address is no longer in use."),
        (
            "Delayed response",
            "I am on leave and replies will be delayed. That account is no longer in use.",
        ),
        ("Email not monitored", "This email address is no longer in use."),
        ("Re: Returned to sender: our campaign", "I am away until Monday. My old mailbox is full."),
        (
            "Automatic reply: Bounce back!",
            "I am out of the office. My mailbox is full, so write to bob@example.org",
        ),
    ] {
        let fields = "In-Reply-To: <0123456789abcdef@charity.example>\n";
        for made in [
            "Auto-Submitted: auto-replied\n",
            "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n",
        ] {
            for path in ["", "Return-Path: <>\n"] {
                let email = format!(
                    "{path}From: Ann <ann@example.org>\nTo: news@charity.example\nSubject: {subject}\n{made}{fields}\n{text}\n"
                );
                let people = read(email.as_bytes()).people;
                assert_eq!((people.len(), people[0].kind), (1, NoticeKind::Autoreply), "{email}");
            }
        }
    }
    // Whatever a person writes of, it would come back to them.
    for subject in ["Undeliverable parcel", "Undelivered mail explained", "Delivery failed"] {
        let email = format!(
            "Return-Path: <tom@charity.example>\nFrom: Tom <tom@charity.example>\nTo: news@charity.example\n\
             Subject: {subject}\n\nOur parcel could not be delivered to ann@example.org: user unknown.\n\n\
             Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n"
        );
        assert!(read(email.as_bytes()).people.is_empty(), "{subject}");
    }
    for subject in [
        "Re: Asylum claims rejected",
        "Asylum claims rejected",
        "Fwd: Undelivered Mail Returned to Sender",
    ] {
        let email = format!(
            "From: Ann <ann@example.org>\nTo: news@charity.example\nSubject: {subject}\n\
             In-Reply-To: <0123456789abcdef@charity.example>\n\nDear friends, your link does not exist.\n\n> hello\n"
        );
        assert!(read(email.as_bytes()).people.is_empty(), "{subject}");
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
