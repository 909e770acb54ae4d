//! Servers that others wrote: Postfix, Exim, Haraka, aiosmtpd. Nobody is lost, nobody is mailed twice.

use crate::support::daemons::{Daemon, Logins, aiosmtpd, exim, haraka, postfix};
use crate::support::{Charity, Server};

/// Real servers take their time, above all for the first message.
fn charity(people: usize, daemon: &Daemon) -> Charity {
    let charity = Charity::new().people(people).variable("ROUNDUP_RELAY", &daemon.address());
    let settings = charity
        .read("roundup.toml")
        .replace("answer_within_seconds = 1\n", "answer_within_seconds = 30\n")
        .replace("patience = \"0\"", "patience = \"5m\"");
    charity.file("roundup.toml", settings)
}

/// The addresses that a server wrote down. Nobody may stand there twice.
#[track_caller]
fn once(taken: &str) -> usize {
    let mut addresses: Vec<&str> = taken.lines().filter(|line| !line.is_empty()).collect();
    addresses.sort_unstable();
    let all = addresses.len();
    addresses.dedup();
    assert_eq!(all, addresses.len(), "somebody got it twice");
    all
}

#[test]
fn postfix_takes_everybody() {
    let behind = Server::good();
    let Some(postfix) = postfix(&behind, "") else { return };
    charity(60, &postfix).run("send --year 2020 --confirm 60").ends(0).says("60 accepted");
    behind.wait_for(60);
    assert_eq!(behind.everybody_once().len(), 60);
}

#[test]
fn postfix_with_a_login_takes_everybody_and_without_one_nobody() {
    let behind = Server::good();
    let logins = Logins::new("ann", "s3cret");
    let Some(postfix) = postfix(&behind, &logins.settings()) else { return };
    let charity = charity(20, &postfix);
    charity.run("send --year 2020 --confirm 20").ends(6);
    let report = charity.report("2020");
    // "Access denied" names no reason: whom it is about is seen by its coming for everybody. All of them wait.
    let waiting = report["planned"].as_u64().unwrap() + report["deferred"].as_u64().unwrap();
    assert_eq!((waiting, report["rejected"].as_u64()), (20, Some(0)), "{report}");
    // A wrong password is tried once.
    let charity = charity.variable("ROUNDUP_RELAY_USERNAME", "ann");
    let charity = charity.variable("ROUNDUP_RELAY_PASSWORD", "wrong");
    charity.run("send --year 2020 --confirm 20 --connections 1").ends(6).says("535 5.7.8");
    let charity = charity.variable("ROUNDUP_RELAY_PASSWORD", "s3cret");
    charity.run("send --year 2020 --confirm 20").ends(0).says("20 accepted");
    behind.wait_for(20);
    assert_eq!(behind.everybody_once().len(), 20);
}

#[test]
fn postfix_refuses_one_person_at_data_and_the_others_get_it() {
    let behind = Server::good();
    let refuse = "smtpd_data_restrictions = check_recipient_access inline:{p3@example.org=REJECT}";
    let Some(postfix) = postfix(&behind, refuse) else { return };
    let charity = charity(12, &postfix);
    charity.run("send --year 2020 --confirm 12 --connections 1");
    behind.wait_for(11);
    assert_eq!(behind.everybody_once().len(), 11);
    assert_eq!(charity.report("2020")["accepted"], 11);
}

#[test]
fn postfix_refuses_one_persons_message_at_its_end_and_the_others_get_it() {
    let behind = Server::good();
    let refuse =
        "smtpd_end_of_data_restrictions = check_recipient_access inline:{p3@example.org=REJECT}";
    let Some(postfix) = postfix(&behind, refuse) else { return };
    let charity = charity(12, &postfix);
    let ran = charity.run("send --year 2020 --confirm 12 --connections 1");
    assert!(!ran.stderr.contains("nested MAIL"), "{ran:?}");
    behind.wait_for(11);
    assert_eq!(behind.everybody_once().len(), 11);
    assert_eq!(charity.report("2020")["accepted"], 11);
}

#[test]
fn postfix_defers_by_policy_and_nobody_is_lost() {
    let behind = Server::good();
    let defer = "smtpd_recipient_restrictions = check_recipient_access \
                 inline:{{p3@example.org = 450 4.7.1 come back later}}";
    let Some(postfix) = postfix(&behind, defer) else { return };
    let charity = charity(12, &postfix);
    // Who has to wait for longer than a run does: it ends, says until when, and the same command carries on.
    let settings = charity.read("roundup.toml");
    let settings = settings.replace("retry_after_seconds = 0", "retry_after_seconds = 3600");
    let charity = charity.file("roundup.toml", settings);
    for _ in 0..2 {
        charity
            .run("send --year 2020 --confirm 12 --connections 2")
            .ends(6)
            .says("the relay wants 1 person to be tried again later, from")
            .says("nobody was missed: 1 person left");
    }
    behind.wait_for(11);
    assert_eq!(behind.everybody_once().len(), 11);
    let report = charity.report("2020");
    assert_eq!((&report["accepted"], &report["deferred"]), (&11.into(), &1.into()), "{report}");
}

#[test]
fn postfix_allows_some_messages_a_span_and_everybody_gets_theirs() {
    let behind = Server::good();
    let limit = "anvil_rate_time_unit = 5s\nsmtpd_client_event_limit_exceptions =\n\
                 smtpd_client_message_rate_limit = 20";
    let Some(postfix) = postfix(&behind, limit) else { return };
    let people = 140;
    let charity = charity(people, &postfix);
    charity
        .run(&format!("send --year 2020 --confirm {people} --connections 2"))
        .ends(0)
        .says("The relay wants less")
        .says("140 accepted");
    behind.wait_for(people);
    assert_eq!(behind.everybody_once().len(), people);
    // anvil(8) counts whole seconds, and begins a new span with the first message more than five of them later: twenty in
    // six seconds. How close the pace comes to that, and how many are refused on the way, depends on where in a span the
    // run begins: both are measured on a quiet machine, and not here.
    assert!(postfix.read("mail.log").contains("rate limit exceeded"));
}

#[test]
fn exim_drops_four_people_and_the_others_get_it() {
    let drop = "  drop message = no such person here\n\
                \x20      condition = ${if match{$local_part}{\\N^p[0-3]$\\N}}\n";
    let Some(exim) = exim("", drop) else { return };
    let charity = charity(60, &exim);
    charity.run("send --year 2020 --confirm 60 --connections 2");
    let report = charity.report("2020");
    assert_eq!(report["accepted"], 56, "{report}");
    let log = exim.read("mainlog");
    let taken = log.lines().filter(|line| line.contains(" <= news@charity.example")).count();
    assert_eq!(taken, 56, "{log}");
}

#[test]
fn exim_takes_two_connections_a_host_over_tls_and_everybody_gets_it() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key.pem"), folder.path().join("ca.pem"));
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    for path in [folder.path(), &key, &certificate] {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
    }
    let settings = format!(
        "tls_on_connect_ports = PORT\ntls_certificate = {}\ntls_privatekey = {}\nsmtp_accept_max_per_host = 2\n\
         smtp_accept_max = 20",
        certificate.display(),
        key.display()
    );
    let Some(exim) = exim(&settings, "") else { return };
    let charity = charity(60, &exim);
    let text = charity.read("roundup.toml");
    let charity = charity
        .file("roundup.toml", format!("{text}ca_file = \"{}\"\n", certificate.display()))
        .variable("ROUNDUP_RELAY", &format!("smtps://127.0.0.1:{}", exim.port));
    charity.run("send --year 2020 --confirm 60 --connections 6").ends(0).says("60 accepted");
    let log = exim.read("mainlog");
    let taken = log.lines().filter(|line| line.contains(" <= news@charity.example")).count();
    assert_eq!(taken, 60, "{log}");
}

#[test]
fn haraka_takes_no_announcement_and_everybody_gets_it() {
    let Some(haraka) = haraka() else { return };
    let charity = charity(60, &haraka);
    charity.run("send --year 2020 --confirm 60 --connections 1").ends(0).says("60 accepted");
    assert_eq!(once(&haraka.read("taken")), 60);
    assert!(charity.read(".roundup/relays.json").contains("\"takes_no_announcement\": true"));
}

#[test]
fn aiosmtpd_takes_everybody() {
    let Some(aiosmtpd) = aiosmtpd() else { return };
    charity(60, &aiosmtpd).run("send --year 2020 --confirm 60").ends(0).says("60 accepted");
    assert_eq!(once(&aiosmtpd.read("taken")), 60);
}
