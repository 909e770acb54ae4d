//! Postfix's own `smtp-sink` takes a run: a server that others wrote.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::{Charity, field, needed};

struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        // It is ours, and it may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn two_hundred_people_get_one_message_each() {
    let Some(program) = needed("smtp-sink") else { return };
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // -d: one file a message; -u: smtp-sink refuses to run as root.
    let mut command = Command::new(program);
    command.arg("-c").args(["-d", "message."]).arg(format!("127.0.0.1:{port}")).arg("100");
    let as_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if as_root {
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777))
            .unwrap();
        command.args(["-u", "nobody"]);
    }
    // Options stand before the address.
    let mut arguments: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    if as_root {
        let user = arguments.split_off(arguments.len() - 2);
        arguments.splice(0..0, user);
    }
    let sink = Command::new(command.get_program())
        .args(arguments)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _sink = Sink(sink);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::yield_now();
    }
    let charity =
        Charity::new().people(200).variable("ROUNDUP_RELAY", &format!("smtp://127.0.0.1:{port}"));
    charity.run("send --year 2020 --confirm 200").ends(0).says("200 accepted");
    let mut recipients = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path())
            .unwrap()
            .replace("\r\n", "\n")
            .replace('\n', "\r\n");
        let to = field(&text, "X-Rcpt-Args");
        let to = to
            .first()
            .copied()
            .or_else(|| text.lines().find_map(|line| line.strip_prefix("X-Rcpt-Args: ")));
        if let Some(to) = to {
            recipients.push(to.to_owned());
        }
    }
    recipients.sort();
    let all = recipients.len();
    recipients.dedup();
    assert_eq!((all, recipients.len()), (200, 200));
}
