//! Uncertain copies are settled from the relay's own log.

use crate::support::{Act, Charity, Server, Stage};

#[test]
fn those_in_the_log_have_arrived_and_of_the_others_it_says_nothing() {
    // Two answers to a dot never arrive; the first of these messages arrived all the same.
    let server = Server::scripted(|moment| match (moment.stage, moment.recipient, moment.before) {
        (Stage::Dot, "p1@example.org", _) => Act::TakeAndClose,
        (Stage::Dot, "p2@example.org", 0) => Act::Close,
        _ => Act::Go,
    });
    let charity = Charity::new().people(4).relay(&server);
    let ran = charity.run("send --year 2020 --confirm 4 --connections 1");
    assert!(matches!(ran.code, 5 | 6), "{ran:?}");
    let ran = charity.run("send --year 2020 --confirm 4 --connections 1");
    assert!(matches!(ran.code, 0 | 5), "{ran:?}");
    let report = charity.report("2020");
    assert_eq!(report["uncertain"], 2, "{report}");
    let id = |who: &str| {
        let rows = report["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["address"] == who).unwrap();
        row["message_id"].as_str().unwrap().to_owned()
    };
    let charity = charity.file(
        "mail.log",
        format!(
            "Dec 31 12:00:01 mx postfix/cleanup[13]: 4D2F1A: message-id=<{}>\n\
             Dec 31 12:00:01 mx postfix/qmgr[14]: 4D2F1A: from=<news@charity.example>, size=9, nrcpt=1 (queue active)\n",
            id("p1@example.org")
        ),
    );
    charity.run("resolve 2020 --log roundup.toml").ends(2).says("is from a mail log");
    charity
        .run("resolve 2020 --log mail.log")
        .ends(0)
        .says("1 person counted as delivered")
        .says("p2@example.org")
        .says("resolve 2020 --resend");
    charity.run("why p1@example.org").ends(0).says("according to the relay's log");
    charity.run("resolve 2020 --resend").ends(0).says("1 person will get it again");
    charity.run("send 2020 --confirm 4").ends(0);
    assert_eq!(charity.report("2020")["accepted"], 4);
    assert_eq!(server.everybody_once().len(), 4);
}
