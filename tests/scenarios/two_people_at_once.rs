//! Two people at two keyboards: what happens while a question stands is seen before anything is written.

use crate::support::{Act, Charity, Server, Stage, Terminal, database};

/// What the other person does while a question stands.
const MEANWHILE: [&str; 3] = ["pause 2020", "cancel 2020 --confirm 30", "send 2020 --confirm 30"];

/// An edition that was planned and not sent: its relay was not there.
fn planned(ledger: Option<&str>) -> (Server, Charity) {
    let server = Server::good();
    let refuses = Server::scripted(|at| match at.stage {
        Stage::Mail => Act::Answer("550 5.7.1 sender not allowed"),
        _ => Act::Go,
    });
    let charity = Charity::new().people(30).relay(&refuses);
    let charity = match ledger {
        Some(ledger) => charity.variable("ROUNDUP_LEDGER", ledger),
        None => charity,
    };
    charity.run("send --year 2020 --confirm 30").ends(6);
    let charity = charity.relay(&server);
    (server, charity)
}

/// Waits for the question in one terminal, does something in another, and answers then.
fn answered(charity: &Charity, command: &str, answer: &str, meanwhile: &str) -> (i32, String) {
    let mut terminal = Terminal::start(charity, command);
    terminal.wait_for("ress Enter to ");
    charity.run(meanwhile);
    terminal.type_line(answer);
    terminal.end()
}

#[test]
fn whoever_stops_an_edition_while_a_send_waits_is_obeyed() {
    for ledger in [false, true] {
        for (number, meanwhile) in MEANWHILE.into_iter().enumerate() {
            let address = if ledger {
                let Some(address) = database(&format!("meanwhile_{number}")) else { continue };
                Some(address)
            } else {
                None
            };
            let (server, charity) = planned(address.as_deref());
            let (code, said) = answered(&charity, "send 2020", "30", meanwhile);
            let taken = server.everybody_once().len();
            let report = charity.report("2020");
            let what =
                format!("{meanwhile}, ledger on a server: {ledger}\n{code}\n{said}\n{report}");
            match number {
                0 => {
                    assert!(
                        said.contains("was paused meanwhile") || said.contains("it was paused"),
                        "{what}"
                    );
                    assert_eq!((code, taken), (6, 0), "{what}");
                    assert_eq!(
                        (&report["state"], &report["planned"]),
                        (&"paused".into(), &30.into())
                    );
                }
                1 => {
                    assert_eq!(taken, 0, "{what}");
                    assert_eq!(report["cancelled"], 30, "{what}");
                }
                _ => assert_eq!((taken, &report["accepted"]), (30, &30.into()), "{what}"),
            }
        }
    }
}

#[test]
fn a_pause_that_was_seen_is_lifted_and_one_that_was_not_is_not() {
    let (server, charity) = planned(None);
    charity.run("pause 2020").ends(0);
    // Somebody pauses it again: they mean it.
    let (code, said) = answered(&charity, "send 2020", "30", "pause 2020");
    assert!(said.contains("was paused meanwhile") || said.contains("it was paused"), "{said}");
    assert_eq!((code, server.taken().len()), (6, 0));
    let (code, said) = answered(&charity, "send 2020", "30", "status");
    assert_eq!((code, server.everybody_once().len()), (0, 30), "{said}");
}

#[test]
fn a_cancel_that_waits_sees_what_was_sent_meanwhile() {
    let (server, charity) = planned(None);
    let (code, said) = answered(&charity, "cancel 2020", "30", "send 2020 --confirm 30");
    assert!(said.contains("left now"), "{said}");
    assert_eq!((code, server.everybody_once().len()), (6, 30));
    assert_eq!(charity.report("2020")["cancelled"], 0);
}

#[test]
fn a_cancel_that_waits_beats_a_pause() {
    let (server, charity) = planned(None);
    let (code, said) = answered(&charity, "cancel 2020", "30", "pause 2020");
    assert_eq!((code, server.taken().len()), (0, 0), "{said}");
    assert_eq!(charity.report("2020")["cancelled"], 30);
    charity.run("pause 2020").ends(4);
    charity.run("send 2020 --confirm 30 --unpause");
    assert_eq!(server.taken().len(), 0);
}

#[test]
fn a_first_send_that_waits_does_not_send_what_another_has_sent() {
    let server = Server::good();
    let charity = Charity::new().people(30).relay(&server);
    let (_, said) = answered(&charity, "send --year 2020", "30", "send --year 2020 --confirm 30");
    assert_eq!(server.everybody_once().len(), 30, "{said}");
    // The same with the ledger taken away behind it.
    let mut terminal = Terminal::start(&charity, "send --month 2020-12");
    terminal.wait_for("ress Enter to ");
    charity.run("send --month 2020-12 --confirm 30").ends(0);
    std::fs::remove_dir_all(charity.path(".roundup")).unwrap();
    terminal.type_line("30");
    let (code, said) = terminal.end();
    assert_ne!(code, 0, "{said}");
    assert_eq!(server.taken().len(), 60, "{said}");
}
