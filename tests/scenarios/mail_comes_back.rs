//! Mail comes back: whoever cannot be reached is not mailed again, and nobody pays for what is our fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Act, Charity, Server, Stage};

/// Whether `why` says a word of a person.
fn says_of(charity: &Charity, person: &str, word: &str) -> bool {
    charity.run(&format!("why {person}")).ends(0).stdout.contains(word)
}

/// A person's copy as it was sent: its Message-ID, and its unsubscribe field.
fn copy_of(charity: &Charity, person: &str) -> (String, String) {
    let unfolded = charity.message_to(person);
    let field = |name: &str| {
        let line = unfolded.lines().find(|line| line.starts_with(name)).unwrap();
        line.to_owned()
    };
    (field("Message-ID:"), field("List-Unsubscribe:"))
}

fn report(recipient: &str, words: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.net\nTo: news@charity.example\nSubject: Undelivered Mail Returned to Sender\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt did not work.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n\
         Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {}\nDiagnostic-Code: smtp; {words}\n\
         --b\nContent-Type: text/rfc822-headers\n\nFrom: news@charity.example\n{returned}\n--b--\n",
        words.split(' ').nth(1).unwrap(),
    )
}

fn complaint(returned: &str) -> String {
    format!(
        "From: fbl@isp.example\nTo: news@charity.example\nSubject: complaint\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nA complaint.\n\
         --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: redacted@isp.example\n\
         --b\nContent-Type: message/rfc822\n\nFrom: news@charity.example\nTo: redacted@isp.example\n{returned}\n\nText\n--b--\n"
    )
}

const GONE: &str = "550 5.1.1 User unknown";
const FULL: &str = "552 5.2.2 Mailbox full";
const BLOCKED: &str = "550 5.7.1 Client host blocked using zen.spamhaus.org";

#[test]
fn whoever_cannot_be_reached_is_not_mailed_again_and_a_complaint_holds_for_good() {
    let server = Server::good();
    let charity = Charity::new().people(8).relay(&server);
    charity.run("send --year 2020 --dry-run").ends(0);
    let copies: Vec<(String, String)> =
        (0..8).map(|at| copy_of(&charity, &format!("p{at}@example.org"))).collect();
    charity.run("send --year 2020 --confirm 8").ends(0);
    let token = copies[6].0.split(['<', '@']).nth(1).unwrap();
    let own_address = format!("To: news+{token}@");
    let forged = "Message-ID: <00000000000000000000000000000000@charity.example>";
    let charity = charity
        // The copy says whose it is, whatever address the notice names.
        .file("mail/1", report("p7@example.org", GONE, &copies[1].0))
        .file("mail/2", complaint(&copies[2].1))
        .file("mail/3", report("p3@example.org", BLOCKED, &copies[3].0))
        .file("mail/4", report("p4@example.org", FULL, &copies[4].0))
        // An address by itself is a weak sign, and an unknown copy is none.
        .file("mail/5", report("p5@example.org", GONE, ""))
        .file("mail/6", report("nobody@example.org", GONE, forged))
        .file("mail/8", report("p0@example.org", GONE, forged))
        .file("mail/7", report("", FULL, "").replacen("To: news@", &own_address, 1));
    let looked = charity.run("inbox --dir mail --dry-run --json").ends(0);
    let forged = looked.stdout.lines().find(|line| line.contains("mail/8")).unwrap();
    assert!(forged.contains("\"matched_by\":\"nothing\""), "{forged}");
    looked
        .says("\"matched_by\":\"message_id\"")
        .says("\"matched_by\":\"token\"")
        .says("\"matched_by\":\"verp\"")
        .says("\"matched_by\":\"address\"");
    assert!(!says_of(&charity, "p1@example.org", "Is not mailed"));
    // What is not understood is listed, and nothing else.
    let unknown = charity.run("inbox --dir mail --unknown");
    assert!(!unknown.stdout.contains("mail/1") && unknown.code == 4, "{unknown:?}");
    unknown.says("0 emails that came back were not understood");
    charity
        .run("inbox --dir mail")
        .ends(0)
        .says("  1 address that does not work any more\n  3 addresses that did not work for now\n")
        .says("2 of these people are on the do-not-mail list from now on")
        .says("2 returned emails with tokens that no copies have: nothing was changed");
    assert!(says_of(&charity, "p1@example.org", "Is not mailed"));
    assert!(says_of(&charity, "p2@example.org", "complained"));
    for person in [0, 3, 4, 5, 6, 7] {
        let person = format!("p{person}@example.org");
        assert!(!says_of(&charity, &person, "Is not mailed"));
    }
    // Each notice once: whoever was lifted stays on the list of people.
    charity.run("why p1@example.org --lift back").ends(0);
    charity.run("inbox --dir mail").ends(0);
    assert!(!says_of(&charity, "p1@example.org", "Is not mailed"));
    assert!(charity.run("why p2@example.org --lift sorry").code != 0);
}

#[test]
fn what_came_back_is_shown_to_whom_it_concerns_and_an_erasure_names_it() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    charity.run("send --year 2020 --dry-run").ends(0);
    let copies: Vec<(String, String)> =
        (0..3).map(|at| copy_of(&charity, &format!("p{at}@example.org"))).collect();
    charity.run("send --year 2020 --confirm 3").ends(0);
    let charity = charity
        .file("mail/1", report("p0@example.org", FULL, &copies[0].0))
        .file("mail/2", report("p1@example.org", BLOCKED, &copies[1].0));
    charity.run("inbox --dir mail").ends(0);
    for (person, words) in [
        ("p0@example.org", "2020 came back for now (5.2.2)"),
        ("p1@example.org", "2020 was refused for a reason of ours (5.7.1)"),
    ] {
        charity.run(&format!("why {person}")).ends(0).says(words);
        charity.run(&format!("subscribers export --person {person}")).ends(0).says(words);
        charity
            .run(&format!("subscribers erase {person} --yes"))
            .ends(0)
            .says("what came back of their copies, by the same hash");
    }
    assert!(!charity.run("why p2@example.org").ends(0).stdout.contains("came back"));
}

#[test]
fn a_mailbox_of_many_is_settled_whole_each_email_once_and_in_its_order() {
    // More than one portion.
    const PEOPLE: usize = 430;
    let server = Server::good();
    let charity = Charity::new().people(PEOPLE).relay(&server);
    charity.run("send --year 2020 --dry-run").ends(0);
    let of = |at: usize| copy_of(&charity, &format!("p{at}@example.org"));
    let notices: Vec<(String, String)> = (0..PEOPLE)
        .map(|at| {
            (format!("mail/new/{at:04}"), report(&format!("p{at}@example.org"), GONE, &of(at).0))
        })
        .collect();
    let first = notices[0].1.clone();
    let mut charity = charity;
    charity.run(&format!("send --year 2020 --confirm {PEOPLE}")).ends(0);
    for (name, text) in notices {
        charity = charity.file(&name, text);
    }
    // The same email again, another about the same person, and their own request to leave.
    let again = first.replace("It did not work.", "It did not work again.");
    charity = charity.file("mail/new/0000a", &first).file("mail/new/0000b", again).file(
        "mail/new/0000c",
        "From: p0@example.org\nTo: news@charity.example\nSubject: unsubscribe\n\n",
    );
    charity
        .run("inbox --maildir mail")
        .ends(0)
        .says(&format!("  {PEOPLE} addresses that do not work any more\n"))
        .says(&format!("  {PEOPLE} of these people are on the do-not-mail list from now on"));
    assert_eq!(charity.files("mail/new"), Vec::<String>::new());
    let list = charity.run("subscribers list --json").ends(0);
    assert_eq!(list.stdout.matches("\"bounced\"").count(), PEOPLE - 1, "{list:?}");
    // A request to leave comes after the notices before it.
    let why = charity.run("why p0@example.org --json").ends(0);
    let why: serde_json::Value = serde_json::from_str(&why.stdout).unwrap();
    assert_eq!(why["do_not_mail"].as_array().unwrap().len(), 2, "{why}");
    charity.run("inbox --maildir mail").ends(4);
}

#[test]
fn what_a_mail_service_reports_counts_once_and_undoes_nothing_newer() {
    let server = Server::good();
    let charity = Charity::new().people(4).relay(&server);
    charity.run("send --year 2020 --dry-run").ends(0);
    let id = copy_of(&charity, "p1@example.org").0.replace("Message-ID: ", "");
    charity.run("send --year 2020 --confirm 4").ends(0);
    let now = chrono::Utc::now().timestamp();
    let events = format!(
        r#"[{{"email":"other@example.org","event":"bounce","type":"bounce","sg_event_id":"a","smtp-id":"{id}","timestamp":{now},"reason":"550 5.1.1 no such user"}},
        {{"email":"p2@example.org","event":"unsubscribe","sg_event_id":"b","timestamp":{now}}},
        {{"email":"p3@example.org","event":"bounce","type":"blocked","sg_event_id":"c","timestamp":{now},"reason":"550 5.7.1 spam"}},
        {{"email":"p3@example.org","event":"delivered","sg_event_id":"d","timestamp":{now}}}]"#
    );
    let charity = charity.file("events.json", &events).file("broken.json", "[{]");
    charity
        .run("inbox --events broken.json")
        .ends(2)
        .says("`broken.json`: line 1: this is not JSON")
        .says("help: give the file as the mail service writes it");
    charity.run("inbox --events events.json --dry-run").ends(0).says("1 person would leave");
    assert!(!says_of(&charity, "p1@example.org", "Is not mailed"));
    charity.run("inbox --events events.json").ends(0).says("1 person left");
    assert!(says_of(&charity, "p1@example.org", "Is not mailed"));
    assert!(says_of(&charity, "p2@example.org", "unsubscribed"));
    assert!(!says_of(&charity, "p3@example.org", "Is not mailed"));
    charity.run("inbox --events events.json").ends(0).says("0 people left");
    // An event that is older than a decision, and comes after it.
    charity.run("why p1@example.org --lift back").ends(0);
    let late = events.replace("\"a\"", "\"late\"").replace(&format!("{now}"), "1600000000");
    let charity = charity.file("late.json", late);
    charity.run("inbox --events late.json").ends(0);
    assert!(!says_of(&charity, "p1@example.org", "Is not mailed"));
}

/// An email by the id of the copy that it answers.
type Answer<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn a_copy_in_doubt_is_settled_by_whatever_answers_it() {
    let answer = |fields: &str, id: &str| {
        format!(
            "From: Ann <ann@example.org>\nTo: news@charity.example\nSubject: Re: news\n{fields}In-Reply-To: <{id}>\n\nThank you.\n"
        )
    };
    let receipt = |id: &str| {
        format!(
            "From: ann@example.org\nTo: news@charity.example\nSubject: Read: news\n\
             Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nIt was read.\n\
             --b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ann@example.org\n\
             Original-Message-ID: <{id}>\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
        )
    };
    let delivered = |id: &str| {
        format!(
            r#"{{"email":"x@example.org","event":"delivered","sg_event_id":"d","smtp-id":"<{id}>"}}"#
        )
    };
    let automatic = |id: &str| answer("Auto-Submitted: auto-replied\n", id);
    let person = |id: &str| answer("", id);
    let answers: [(&str, Answer<'_>); 4] = [
        ("--dir mail", &automatic),
        ("--dir mail", &person),
        ("--dir mail", &receipt),
        ("--events mail/1", &delivered),
    ];
    for (source, answer) in answers {
        let count = Arc::new(AtomicUsize::new(0));
        let server = Server::scripted(move |at| {
            let is_first = at.stage == Stage::Dot && count.fetch_add(1, Ordering::SeqCst) == 0;
            if is_first { Act::TakeAndClose } else { Act::Go }
        });
        let charity = Charity::new().people(3).relay(&server);
        charity.run("send --year 2020 --confirm 3 --connections 1");
        assert_eq!(charity.report("2020")["uncertain"], 1);
        let bytes = server.taken()[0].bytes.replace("\r\n ", " ");
        let line = bytes.lines().find(|line| line.starts_with("Message-ID:")).unwrap();
        let id = line.split(['<', '>']).nth(1).unwrap();
        let forged = "00000000000000000000000000000000@charity.example";
        let charity = charity.file("mail/1", answer(forged));
        charity.run(&format!("inbox {source}"));
        assert_eq!(charity.report("2020")["uncertain"], 1, "{source}");
        let charity = charity.file("mail/1", answer(id));
        charity.run(&format!("inbox {source} --dry-run"));
        assert_eq!(charity.report("2020")["uncertain"], 1, "{source}");
        charity.run(&format!("inbox {source}"));
        let report = charity.report("2020");
        assert_eq!((&report["uncertain"], &report["accepted"]), (&0.into(), &3.into()), "{source}");
    }
}

#[test]
fn one_strange_event_costs_only_itself_and_none_is_older_than_its_copy() {
    let server = Server::good();
    let charity = Charity::new().people(4).relay(&server);
    charity.run("send --year 2020 --confirm 4").ends(0);
    let now = chrono::Utc::now().timestamp();
    let bounce = |person: &str, id: &str, at: i64| {
        format!(
            r#"{{"email":"{person}","event":"bounce","type":"bounce","sg_event_id":"{id}","timestamp":{at},"reason":"550 5.1.1 no such user"}}"#
        )
    };
    let ask = r#"{"Type":"SubscriptionConfirmation","TopicArn":"arn:x","MessageId":"m","Message":"You have chosen",
        "SubscribeURL":"https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=1"}"#;
    let events = [
        "{\"what\":1}".to_owned(),
        ask.to_owned(),
        bounce("p1@example.org", "a", now),
        // The same person twice is one person.
        bounce("p1@example.org", "b", now),
        bounce("p2@example.org", "c", now - 20 * 86_400),
    ];
    let charity = charity.file("events.json", format!("[{}]", events.join(",")));
    charity
        .run("inbox --events events.json")
        .ends(0)
        .says("1 event of no known kind left out (the first is number 1); the others were read")
        .says("To say yes, open https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=1")
        .says("1 of these people is on the do-not-mail list from now on");
    assert!(says_of(&charity, "p1@example.org", "Is not mailed"));
    assert!(!says_of(&charity, "p2@example.org", "Is not mailed"));
}

/// Programs read a line for each email, and a failure is one too, where nothing was read before it.
#[test]
fn a_failure_of_the_inbox_is_a_line_of_json() {
    let charity = Charity::new().people(1);
    for command in ["inbox --dir nowhere", "inbox --events nowhere.json", "inbox"] {
        let ran = charity.run(&format!("{command} --json"));
        assert_ne!(ran.code, 0, "{command}: {ran:?}");
        assert_eq!(ran.stdout.lines().count(), 1, "{command}: {ran:?}");
        let failure: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(failure["schema"], "roundup.error/1", "{command}");
    }
}
