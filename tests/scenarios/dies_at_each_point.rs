//! The process dies, or the disk or the network fails, at one named point after the other. strace makes it happen inside the
//! real program: the kernel refuses that call, or kills the process as it makes it.

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::{Charity, Server, needed};

/// What fails, and the options of strace for it.
struct Point {
    name: &'static str,
    call: &'static str,
    how: &'static str,
    /// Only calls on this file of the project.
    file: Option<&'static str>,
    /// The run cannot go on after it.
    is_deadly: bool,
}

const POINTS: [Point; 8] = [
    Point {
        name: "killed while the ledger's log is written",
        call: "pwrite64",
        how: "signal=SIGKILL",
        file: Some(".roundup/ledger.db-wal"),
        is_deadly: true,
    },
    Point {
        name: "killed while the ledger's log is synced",
        call: "fsync",
        how: "signal=SIGKILL",
        file: None,
        is_deadly: true,
    },
    Point {
        name: "the disk is full",
        call: "pwrite64",
        how: "error=ENOSPC",
        file: Some(".roundup/ledger.db-wal"),
        is_deadly: true,
    },
    Point {
        name: "the disk fails when it is written",
        call: "pwrite64",
        how: "error=EIO",
        file: Some(".roundup/ledger.db-wal"),
        is_deadly: true,
    },
    Point {
        name: "the disk fails when it is synced",
        call: "fsync",
        how: "error=EIO",
        file: Some(".roundup/ledger.db-wal"),
        is_deadly: true,
    },
    Point {
        name: "killed while something is sent: the envelope, the message, the dot",
        call: "sendto",
        how: "signal=SIGKILL",
        file: None,
        is_deadly: true,
    },
    Point {
        name: "killed while an answer is read",
        call: "recvfrom",
        how: "signal=SIGKILL",
        file: None,
        is_deadly: true,
    },
    Point {
        name: "the network fails while something is sent",
        call: "sendto",
        how: "error=ECONNRESET",
        file: None,
        is_deadly: false,
    },
];

/// Which of the calls it is: close together at first, where plan and first messages are.
const WHICH: [u32; 9] = [1, 2, 3, 5, 7, 9, 12, 17, 23];
const PEOPLE: usize = 6;

#[test]
fn at_each_point_nobody_is_lost_and_nobody_is_mailed_twice() {
    let Some(strace) = needed("strace") else { return };
    let mut happened: BTreeSet<&str> = BTreeSet::new();
    for point in &POINTS {
        for which in WHICH {
            let server = Server::good();
            let charity = Charity::new().people(PEOPLE).relay(&server);
            let told = charity.path("strace.txt");
            let mut traced = Command::new(&strace);
            traced.args(["-f", "-qq", "-o"]).arg(&told).arg("-e");
            traced.arg(format!("inject={}:{}:when={which}", point.call, point.how));
            if let Some(file) = point.file {
                traced.arg("-P").arg(charity.path(file));
            }
            let arguments = "send --year 2020 --confirm 6 --connections 2";
            let status = charity.under(traced, arguments).status().unwrap();
            let marks = ["(INJECTED)", "+++ killed by SIGKILL +++"];
            let said = std::fs::read_to_string(&told).unwrap_or_default();
            if marks.iter().any(|mark| said.contains(mark)) {
                happened.insert(point.name);
                if point.is_deadly && status.success() {
                    // Only the sync at the closing of the file may fail unheard: by then everybody's row was on the disk.
                    let report = charity.report("2020");
                    let done = (&report["state"], &report["accepted"]);
                    assert_eq!(
                        done,
                        (&"finished".into(), &PEOPLE.into()),
                        "{} {which}",
                        point.name
                    );
                }
            }
            // What it left is settled, and the rest is sent.
            let ran = charity.run("send --year 2020 --confirm 6");
            assert!(matches!(ran.code, 0 | 5), "{} {which}: {ran:?}", point.name);
            let report = charity.report("2020");
            assert_eq!(report["state"], "finished", "{} {which}", point.name);
            let taken = server.everybody_once().len() as u64;
            let accepted = report["accepted"].as_u64().unwrap();
            let uncertain = report["uncertain"].as_u64().unwrap();
            assert_eq!(accepted + uncertain, PEOPLE as u64, "{} {which}: {report}", point.name);
            assert!(taken >= accepted, "{} {which}: {report}", point.name);
            assert!(uncertain <= 4, "{} {which}: {report}", point.name);
        }
    }
    let names: BTreeSet<&str> = POINTS.iter().map(|point| point.name).collect();
    assert_eq!(happened, names, "a point that is never hit tests nothing");
}
