//! Somebody sets up their mail server, with a password that works, and one that does not.

use std::os::unix::fs::PermissionsExt;

use crate::support::terminal::Terminal;
use crate::support::{Charity, Server};

#[test]
fn a_server_that_answers_is_saved_for_its_owner() {
    let server = Server::good();
    let charity =
        Charity::new().people(1).file(".env", "# ours\nROUNDUP_INBOX='imaps://imap.example.org'\n");
    let address = server.address();
    charity
        .run(&format!("setup relay --no-input --no-login --server {address}"))
        .ends(0)
        .says("answers")
        .says("Saved in .env, which only you can read")
        .says("Next: roundup test 2020-12 --to news@charity.example");
    let env = charity.read(".env");
    assert_eq!(
        env,
        format!("# ours\nROUNDUP_INBOX='imaps://imap.example.org'\nROUNDUP_RELAY='{address}'\n")
    );
    let mode = std::fs::metadata(charity.path(".env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    charity.run("send --year 2020 --confirm 1").ends(0);
    assert_eq!(server.everybody_once(), ["p0@example.org"]);
    charity.run("test 2020-12 --to news@charity.example").ends(0);
}

#[test]
fn what_does_not_work_is_not_saved() {
    let charity = Charity::new().people(1).file("password", "secret\n");
    for (flags, said) in [
        ("", "`--server` is missing"),
        ("--server brevo", "`--username` is missing"),
        ("--server brevo --username x", "`--password-file` is missing"),
        ("--server brevo --username x --password-file nowhere", "cannot be read"),
        ("--server https://x.example", "the relay's address begins with `https://`"),
        ("--server smtp://127.0.0.1:9 --no-login", "127.0.0.1:9"),
        ("--server smtp://u:p@x.example", "holds a username or a password"),
    ] {
        let ran = charity.run(&format!("setup relay --no-input {flags}"));
        assert_ne!(ran.code, 0, "{flags}");
        // What is not written yet is not named in a cure.
        let names = |what: &str| ran.stderr.contains(what);
        assert!(
            !names("ROUNDUP_RELAY") && !names("the username and the password"),
            "{flags}: {}",
            ran.stderr
        );
        ran.says(said);
        assert!(!charity.path(".env").exists(), "{flags}");
    }
}

#[test]
fn at_a_keyboard_a_wrong_server_is_asked_again() {
    let server = Server::good();
    let charity = Charity::new().people(1);
    let mut terminal = Terminal::start(&charity, "setup relay");
    terminal.wait_for("Provider or server [smtps://smtp.charity.example]: ");
    terminal.type_line("smtp://127.0.0.1:9");
    terminal.wait_for("Username, or none where there is no login [news@charity.example]: ");
    terminal.type_line("none");
    terminal.wait_for("Provider or server");
    terminal.type_line(&server.address());
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(charity.read(".env").contains(&server.address()), "{shown}");
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let charity = Charity::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        charity.run(&format!("completions {shell}")).ends(0).says("subscribers").says("drop-kit");
    }
    charity.run("man").ends(0).says(".TH roundup 1").says("init");
    charity.run("man --out pages").ends(0);
    let pages = charity.files("pages");
    for page in ["roundup.1", "roundup-init.1", "roundup-subscribers-import.1"] {
        assert!(pages.iter().any(|name| name == page), "{page} of {pages:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_hidden_password_leaves_a_terminal_that_shows_what_is_typed() {
    let server = Server::good();
    for ending in ["Ctrl-C", "answer"] {
        let charity = Charity::new().people(1);
        let command = format!("setup relay --server {} --username me", server.address());
        let mut terminal = Terminal::start(&charity, &command);
        terminal.wait_for("Password (it is not shown): ");
        terminal.until_echo(false);
        if ending == "answer" {
            terminal.type_line("");
            terminal.wait_for("that is not a password");
        } else {
            terminal.interrupt();
            terminal.wait_for("stopped: nothing was saved");
        }
        terminal.until_echo(true);
        let (code, shown) = terminal.end();
        assert_eq!(code, if ending == "answer" { 2 } else { 130 }, "{shown}");
        assert!(!charity.path(".env").exists());
    }
}
