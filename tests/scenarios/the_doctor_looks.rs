//! `roundup doctor`: the key in the DNS, the records of the domain, the relay, the list.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use crate::support::{Act, Charity, NameServer, Record, Server, Stage};

/// The record that the doctor says must be published, out of its own advice.
fn wanted(output: &str) -> String {
    let (_, record) = output.split_once("news._domainkey.charity.example: ").unwrap();
    record.lines().next().unwrap().trim().to_owned()
}

fn charity(server: &Server) -> Charity {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    Charity::new()
        .people(3)
        .setting("[dkim]\nselector = \"news\"\n")
        .file("dkim.pem", key.unwrap().serialize_pem())
        .variable("ROUNDUP_DKIM_KEY_FILE", "dkim.pem")
        .relay(server)
}

#[test]
fn what_is_missing_is_named_with_its_cure_and_once_published_all_is_well() {
    let server = Server::good();
    let charity = charity(&server);
    let empty = NameServer::new(&[]);
    let ran = charity.run(&format!("doctor --dns {}", empty.address())).ends(3);
    let ran = ran
        .says("there is no key at news._domainkey.charity.example")
        .says("charity.example has no SPF record")
        .says("charity.example has no DMARC record");
    let record = wanted(&ran.stdout);
    assert!(record.starts_with("v=DKIM1; k=rsa; p=MII"), "{record}");

    let spf = ("charity.example", "v=spf1 include:relay.example ~all");
    let dmarc = ("_dmarc.charity.example", "v=DMARC1; p=quarantine");
    let full = NameServer::new(&[("news._domainkey.charity.example", &record), spf, dmarc]);
    charity
        .run(&format!("doctor --dns {}", full.address()))
        .ends(0)
        .says("is the one roundup signs with")
        .says("p=quarantine")
        .says("all 3 people can be mailed");
    assert_eq!(server.taken().len(), 0, "the doctor mails nobody");

    let other = record.replace("MII", "MIJ");
    let wrong = NameServer::new(&[("news._domainkey.charity.example", &other), spf, dmarc]);
    let ran = charity.run(&format!("doctor --json --dns {}", wrong.address())).ends(3);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["schema"], "roundup.doctor/1");
    let bad: Vec<_> = found["diagnoses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|diagnosis| diagnosis["verdict"] == "bad")
        .map(|diagnosis| diagnosis["about"].as_str().unwrap())
        .collect();
    assert_eq!(bad, ["DKIM"], "{found}");
}

#[test]
fn a_relay_that_is_not_there_and_a_list_that_is_none_are_named() {
    let server = Server::scripted(|moment| match moment.stage {
        Stage::Banner => Act::Answer("554 5.3.2 no service here"),
        _ => Act::Go,
    });
    let charity = charity(&server).file("subscribers/people.csv", "name\nAnn\n");
    let empty = NameServer::new(&[]);
    charity
        .run(&format!("doctor --dns {}", empty.address()))
        .ends(3)
        .says("the relay answered 554 5.3.2 no service here")
        .says("no column is named `email`");
}

#[test]
fn practice_needs_nothing() {
    let charity = Charity::new().people(2);
    charity.run("doctor").ends(0).says("practice mode").says("is an example");
}

/// What the doctor says of one thing: its verdict and its words.
fn diagnoses(charity: &Charity, names: &NameServer, about: &str) -> Vec<(String, String)> {
    let ran = charity.run(&format!("doctor --json --dns {}", names.address()));
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let diagnoses = found["diagnoses"].as_array().unwrap().iter();
    let of = diagnoses.filter(|one| one["about"] == about);
    let word =
        |one: &serde_json::Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    of.map(|one| (word(one, "verdict"), format!("{} {}", word(one, "what"), word(one, "cure"))))
        .collect()
}

#[test]
fn where_mail_comes_back_is_looked_up_and_every_record_counts() {
    let server = Server::good();
    let sender = "reply_to = \"hello@office.example\"\nbounce_address = \"back@charity.example\"\n";
    let charity = Charity::new().people(2).relay(&server);
    let settings = charity.read("roundup.toml").replace("[send]", &format!("{sender}[send]"));
    let charity = charity.file("roundup.toml", settings);
    let names = NameServer::of(
        &[],
        &[
            ("charity.example", Record::Mx(20, "mx2.charity.example")),
            ("charity.example", Record::Mx(10, "mx1.charity.example")),
            ("mx1.charity.example", Record::Address([192, 0, 2, 1])),
            ("mx2.charity.example", Record::Address([192, 0, 2, 2])),
            ("office.example", Record::Mx(0, ".")),
        ],
    );
    let mx = diagnoses(&charity, &names, "MX");
    let [(bad, office), (good, own)] = mx.as_slice() else { panic!("{mx:?}") };
    assert_eq!((bad.as_str(), good.as_str()), ("bad", "good"), "{mx:?}");
    assert!(office.contains("office.example says that it takes no mail, and answers go there"));
    assert!(own.contains(
        "takes mail at mx1.charity.example: returned messages, requests to leave arrive"
    ));
    let names = NameServer::of(&[], &[("charity.example", Record::Address([192, 0, 2, 1]))]);
    let mx = diagnoses(&charity, &names, "MX");
    assert!(mx[1].1.contains("has no MX record"), "{mx:?}");
    // Ten look-ups are fine, eleven are not.
    for (count, verdict) in [(10, "good"), (11, "bad")] {
        let terms: String = (0..count).map(|n| format!(" exists:s{n}.example")).collect();
        let spf = format!("v=spf1{terms} ~all");
        let names = NameServer::new(&[("charity.example", &spf)]);
        assert_eq!(diagnoses(&charity, &names, "SPF")[0].0, verdict, "{spf}");
    }
}

/// The address of a website whose answers have this date.
fn website(date: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nDate: {date}\r\nConnection: close\r\n\r\n");
        }
    });
    address
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    let names = NameServer::new(&[]);
    for (date, verdict, words) in [
        ("Tue, 05 Jan 2027 10:00:00 GMT", "bad", "days"),
        ("nonsense", "doubtful", "it gives no date"),
    ] {
        let site = website(date);
        let charity = Charity::new().people(1);
        let settings = charity.read("roundup.toml");
        let settings = settings.replace("https://charity.example/", &site);
        let charity = charity.file("roundup.toml", settings);
        let clock = diagnoses(&charity, &names, "Clock");
        assert_eq!(clock[0].0, verdict, "{clock:?}");
        assert!(clock[0].1.contains(words), "{clock:?}");
    }
    let charity = Charity::new().people(1);
    charity.run("send 2020 --confirm 1").ends(0);
    let ledger = charity.path(".roundup/practice/ledger.db");
    let ledger = rusqlite::Connection::open(ledger).unwrap();
    let sql =
        "UPDATE editions SET planned = json_set(planned, '$.planned_at', '2999-01-04T09:00:00Z')";
    assert_eq!(ledger.execute(sql, []).unwrap(), 1);
    let clock = diagnoses(&charity, &names, "Clock");
    assert!(clock[0].1.contains("planned") && clock[0].0 == "bad", "{clock:?}");
}

#[test]
fn a_secret_in_a_repository_is_named_and_where_it_is_not_nothing_is_said() {
    let charity = Charity::new()
        .people(1)
        .file(".env", "ROUNDUP_SECRET='0123456789abcdef0123456789abcdef'\n");
    let names = NameServer::new(&[]);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(charity.path(""));
        git.env("GIT_CONFIG_GLOBAL", "").env("GIT_CONFIG_NOSYSTEM", "1");
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        return;
    }
    assert!(diagnoses(&charity, &names, "Git").is_empty());
    assert!(git(&["add", "-f", ".env", "roundup.toml"]));
    let found = diagnoses(&charity, &names, "Git");
    assert!(found[0].0 == "bad" && found[0].1.contains("git rm --cached .env"), "{found:?}");
    assert!(!found[0].1.contains("0123456789abcdef"));
}

#[test]
fn a_ledger_that_is_damaged_or_a_copy_is_named() {
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server);
    let names = NameServer::new(&[]);
    charity.run("send 2020 --confirm 2").ends(0);
    let ledger = diagnoses(&charity, &names, "Ledger");
    assert!(
        ledger[0].0 == "good" && ledger[0].1.contains("is whole and holds 1 edition"),
        "{ledger:?}"
    );
    assert_eq!(diagnoses(&charity, &names, "Disk").len(), 1);
    let path = charity.path(".roundup/ledger.db");
    let earlier = std::fs::read(&path).unwrap();
    charity.run("send 2020-12 --confirm 2").ends(0);
    std::fs::write(&path, &earlier).unwrap();
    for journal in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(charity.path(&format!(".roundup/{journal}")));
    }
    let ledger = diagnoses(&charity, &names, "Ledger");
    assert!(
        ledger[0].0 == "bad" && ledger[0].1.contains("older than this computer remembers"),
        "{ledger:?}"
    );
    let mut broken = earlier;
    let middle = broken.len() / 2;
    broken[middle..].fill(0x5a);
    std::fs::write(&path, broken).unwrap();
    let ledger = diagnoses(&charity, &names, "Ledger");
    assert_eq!(ledger[0].0, "bad", "{ledger:?}");
}

#[test]
fn an_inbox_that_cannot_be_opened_is_named() {
    let charity = Charity::new()
        .people(1)
        .variable("ROUNDUP_INBOX", "imap://127.0.0.1:9/INBOX")
        .variable("ROUNDUP_INBOX_USERNAME", "ann")
        .variable("ROUNDUP_INBOX_PASSWORD", "a-password-of-ann");
    let inbox = diagnoses(&charity, &NameServer::new(&[]), "Inbox");
    assert!(inbox[0].0 == "bad" && !inbox[0].1.contains("a-password"), "{inbox:?}");
}

#[test]
fn what_cannot_be_used_is_a_line_among_the_others() {
    let charity = Charity::new().people(2);
    charity.run("send --year 2020 --confirm 2").ends(0);
    let short = charity.variable("ROUNDUP_SECRET", "abcdefghijk");
    let doctor = short.run("doctor").ends(3);
    doctor.says("set it to its earlier value").says("Relay").says("Ledger");
    let no_key = Charity::new().people(2).variable("ROUNDUP_DKIM_KEY_FILE", "nowhere.pem");
    no_key
        .run("doctor")
        .ends(3)
        .says("ROUNDUP_DKIM_KEY_FILE names cannot be read")
        .says("Ledger")
        .says("Secret");
    let broken = Charity::new().people(2);
    let settings = broken.read("roundup.toml");
    let broken = broken.file("roundup.toml", format!("{settings}\n[theme\n"));
    let doctor = broken.run("doctor --json").ends(3);
    let found: serde_json::Value = serde_json::from_str(&doctor.stdout).unwrap();
    assert_eq!(found["diagnoses"][0]["about"], "Settings");
    assert!(found["diagnoses"][0]["what"].as_str().unwrap().starts_with("roundup.toml:"));
}
