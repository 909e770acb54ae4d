//! Mail services report to `serve` what became of messages: kept before it is answered, and settled once.
#![cfg(unix)]

use aws_lc_rs::hmac;

use crate::support::{Charity, Server, Site};

/// The status of the answer.
fn post(site: &Site, path: &str, body: &str) -> u16 {
    site.send("POST", path, "", body).0
}

fn charity(server: &Server) -> Charity {
    let hooks = "\n[hooks.post]\nprovider = \"postmark\"\nsecret_env = \"ROUNDUP_HOOK_POST\"\n\
                 \n[hooks.gun]\nprovider = \"mailgun\"\nsecret_env = \"ROUNDUP_HOOK_GUN\"\nkey_env = \"ROUNDUP_HOOK_GUN_KEY\"\n";
    let charity = Charity::new().people(8).relay(server);
    charity
        .setting(hooks)
        .public_url("https://charity.example/news")
        .variable("ROUNDUP_HOOK_POST", "s3cret-of-post")
        .variable("ROUNDUP_HOOK_GUN", "s3cret-of-gun")
        .variable("ROUNDUP_HOOK_GUN_KEY", "key")
}

fn bounce(person: usize) -> String {
    format!(
        "{{\"RecordType\":\"Bounce\",\"ID\":{person},\"Type\":\"HardBounce\",\"Email\":\"p{person}@example.org\"}}"
    )
}

/// Signed as Mailgun signs.
fn mailgun(person: usize, token: &str, age_seconds: i64, key: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let timestamp = i64::try_from(now.as_secs()).unwrap() - age_seconds;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}{token}").as_bytes());
    let signature: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{{\"signature\":{{\"timestamp\":\"{timestamp}\",\"token\":\"{token}\",\"signature\":\"{signature}\"}},\
         \"event-data\":{{\"id\":\"e{person}\",\"event\":\"complained\",\"recipient\":\"p{person}@example.org\"}}}}"
    )
}

#[test]
fn an_event_counts_once_and_a_wrong_word_changes_nothing() {
    let server = Server::good();
    let charity = charity(&server);
    charity.run("send --year 2020 --confirm 8").ends(0);
    let site = Site::open(&charity);
    let path = "/news/hooks/post/s3cret-of-post";
    assert_eq!(post(&site, path, &bounce(1)), 200);
    assert_eq!(post(&site, path, &bounce(1)), 200);
    assert_eq!(post(&site, path, &format!("[{},{}]", bounce(1), bounce(2))), 200);
    assert_eq!(post(&site, path, "not json"), 400);
    assert_eq!(post(&site, "/news/hooks/post/s3cret-of-gun", &bounce(3)), 404);
    assert_eq!(post(&site, "/news/hooks/none/s3cret-of-post", &bounce(3)), 404);
    let gun = "/news/hooks/gun/s3cret-of-gun";
    let good = mailgun(4, "t1", 0, "key");
    assert_eq!(post(&site, gun, &good), 200);
    assert_eq!(post(&site, gun, &good), 406);
    assert_eq!(post(&site, gun, &mailgun(5, "t2", 3600, "key")), 406);
    assert_eq!(post(&site, gun, &mailgun(5, "t3", 0, "another key")), 403);
    assert_eq!(post(&site, gun, &bounce(5)), 403);
    site.close();
    let report = charity.report("2020");
    assert_eq!((&report["bounced"]["hard_or_soft"], &report["complained"]), (&2.into(), &1.into()));
    for (person, is_mailed) in [(1, false), (2, false), (3, true), (4, false), (5, true)] {
        let why = charity.run(&format!("why p{person}@example.org")).ends(0);
        assert_eq!(why.stdout.contains("Is mailed"), is_mailed, "{person}: {}", why.stdout);
    }
    assert_eq!(charity.files(".roundup/hooks"), Vec::<String>::new());
}

#[test]
fn a_hook_without_its_secret_or_proof_is_refused_at_the_start() {
    let server = Server::good();
    let charity = charity(&server);
    let without = charity.variable("ROUNDUP_HOOK_GUN_KEY", "");
    without
        .run("serve --listen 127.0.0.1:0")
        .ends(2)
        .says("`ROUNDUP_HOOK_GUN_KEY` of [hooks.gun] is not set");
    let settings = without.read("roundup.toml").replace("key_env = \"ROUNDUP_HOOK_GUN_KEY\"\n", "");
    without
        .file("roundup.toml", settings)
        .run("serve --listen 127.0.0.1:0")
        .ends(2)
        .says("does not say how its events are known to be real");
}

#[test]
fn a_line_that_is_cut_off_costs_itself_and_shows_in_the_exit_code() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    charity.run("send --month 2020-12 --confirm 3").ends(0);
    let line = |person: usize| {
        format!(
            "{{\"RecordType\":\"SpamComplaint\",\"ID\":{person},\"Email\":\"p{person}@example.org\"}}\n"
        )
    };
    let cut = format!("{}{{\"RecordType\":\"Spam\n{}", line(0), line(1));
    let charity = charity.file("events.json", cut);
    charity
        .run("inbox --events events.json")
        .ends(5)
        .says("1 line is not JSON and left out (the first is line 2)");
    for (person, is_mailed) in [(0, false), (1, false), (2, true)] {
        let said = charity.run(&format!("why p{person}@example.org")).stdout;
        assert_eq!(said.contains("Is mailed"), is_mailed, "{said}");
    }
    // What has been settled counts once.
    let charity = charity.file("events.json", line(0) + &line(1) + &line(2));
    charity.run("inbox --events events.json").ends(0);
    assert!(charity.run("why p2@example.org").stdout.contains("Is not mailed"));
}

#[test]
fn people_who_leave_in_the_same_moment_all_leave() {
    let server = Server::good();
    let charity = Charity::new().people(4).relay(&server);
    charity.run("send --month 2020-12 --confirm 4").ends(0);
    let left = |person: usize| {
        let at = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ");
        format!(
            "{{\"RecordType\":\"SubscriptionChange\",\"Recipient\":\"p{person}@example.org\",\"ChangedAt\":\"{at}\",\
             \"SuppressSending\":true,\"SuppressionReason\":\"ManualSuppression\"}}\n"
        )
    };
    let charity = charity.file("events.json", [left(0), left(1), left(2), left(2)].concat());
    charity.run("inbox --events events.json").ends(0).says("3 people left");
    for (person, is_mailed) in [(0, false), (1, false), (2, false), (3, true)] {
        let said = charity.run(&format!("why p{person}@example.org")).stdout;
        assert_eq!(said.contains("Is mailed"), is_mailed, "{said}");
        let says_how = said.contains("unsubscribed through the mail service");
        assert_eq!(says_how, !is_mailed, "{said}");
    }
}
