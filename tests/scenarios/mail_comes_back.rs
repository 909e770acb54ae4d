//! Mail comes back: whoever cannot be reached is not mailed again, and nobody pays for what is our fault.

use crate::support::{Charity, Server};

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
        .says("2 of these people are on the do-not-mail list from now on");
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
