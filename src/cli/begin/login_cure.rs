//! What to change where a mail server does not take a login that is not saved yet, in words of `setup relay`.
//! Pure: how a session ended in, words out.

use crate::providers::RefusalKind;
use crate::send::verdict::kind_of;
use crate::smtp::fault::CertificateFault;
use crate::smtp::{SmtpFault, TransmitOutcome};

/// What may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongPart {
    Server,
    Login,
    /// Nothing that was typed: the server is busy, or its provider has something to do.
    Nothing,
}

/// What may be wrong, and what to do about it.
pub fn cure(outcome: &TransmitOutcome, server: &str) -> (WrongPart, String) {
    match &outcome.result {
        Err(fault) => of_fault(fault, server),
        Ok(_) => of_reply(outcome),
    }
}

fn of_reply(outcome: &TransmitOutcome) -> (WrongPart, String) {
    let words = match kind_of(outcome) {
        Some(RefusalKind::Login) => {
            return (
                WrongPart::Login,
                "check the username and the password; some providers want an app password or a key made for SMTP, not the \
                 account's password"
                    .to_owned(),
            );
        }
        Some(RefusalKind::PasswordsOff) => {
            return (
                WrongPart::Login,
                "make an app password, ask the administrator to switch on SMTP AUTH for this mailbox, or give \
                 `--token-command COMMAND` (OAuth)"
                    .to_owned(),
            );
        }
        Some(RefusalKind::Encryption) => {
            return (
                WrongPart::Server,
                "connect over TLS: give `--server smtps://HOST` (port 465) or `--server smtp://HOST:587`".to_owned(),
            );
        }
        Some(RefusalKind::Relaying) => {
            "give the username and the password of this server, or ask its operators to allow this computer's address"
                .to_owned()
        }
        Some(RefusalKind::NoEhlo) => {
            return (
                WrongPart::Server,
                "this server does not know EHLO: give another, as in `--server smtps://HOST` (port 465) or `--server smtp://HOST:587`, \
                 or look whether a firewall in between changes what is sent"
                    .to_owned(),
            );
        }
        Some(kind @ (RefusalKind::LoginAttempts | RefusalKind::Licence | RefusalKind::EhloName)) => {
            kind.cure().to_owned()
        }
        _ => "the server takes no connection now: wait a few minutes, then run the same command again; if it stays so, \
              send its reply to your provider"
            .to_owned(),
    };
    (WrongPart::Nothing, words)
}

fn of_fault(fault: &SmtpFault, server: &str) -> (WrongPart, String) {
    let host = |host: &str| if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let own = host(server);
    let server = |words: String| (WrongPart::Server, words);
    match fault {
        SmtpFault::TlsComesLater { host: name, port } => {
            server(format!("give `--server smtp://{}:{port}` (STARTTLS)", host(name)))
        }
        SmtpFault::TlsComesFirst { host: name, port } => {
            server(format!("give `--server smtps://{}:{port}` (TLS from the first byte)", host(name)))
        }
        SmtpFault::LoginAfterTls { host: name, port } => {
            server(format!("give `--server 'smtp://{}:{port}?tls=starttls'`", host(name)))
        }
        SmtpFault::TlsNotOffered | SmtpFault::TlsInjected => server(format!(
            "give `--server smtps://{own}` (port 465), or ask your provider which port uses TLS"
        )),
        SmtpFault::Certificate(CertificateFault::OtherName { .. }) => server(
            "give `--server` with one of the names in the certificate: your provider's page has the right one"
                .to_owned(),
        ),
        SmtpFault::LoginNotOffered => server(format!(
            "use the port for sending with a login (`--server smtp://{own}:587` or `--server smtps://{own}`), or give \
             `--no-login` if this server needs none"
        )),
        SmtpFault::TokenNeeded => (
            WrongPart::Login,
            "give `--token-command COMMAND`, a command that prints an access token, instead of a password".to_owned(),
        ),
        SmtpFault::PasswordNeeded => (
            WrongPart::Login,
            "give `--password-file FILE` instead of a command that prints an access token".to_owned(),
        ),
        SmtpFault::NoToken(_) => (
            WrongPart::Login,
            "run the command by hand: it must print one access token and exit with 0".to_owned(),
        ),
        SmtpFault::NotSmtp(_) | SmtpFault::OutOfPlace(_) => server(format!(
            "this is not a mail server for sending: check the name and the port; most use `--server smtps://{own}` (port \
             465) or `--server smtp://{own}:587`"
        )),
        SmtpFault::TimedOut | SmtpFault::Closed | SmtpFault::Broken(_) | SmtpFault::TlsBroken(_) => {
            server(format!(
                "check the server's name and port, and that no firewall is between; most use `--server smtps://{own}` \
                 (port 465) or `--server smtp://{own}:587`"
            ))
        }
        other => {
            server(other.cure().unwrap_or_else(|| "check the server's name and port".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfc::reply::{Reply, Stage};

    fn cure_of(stage: Stage, result: Result<Reply, SmtpFault>) -> (WrongPart, String) {
        cure(&TransmitOutcome { stage, result }, "smtp.charity.example")
    }

    #[test]
    fn what_is_not_written_yet_is_named_by_the_option_that_gives_it() {
        let host = || "smtp.charity.example".to_owned();
        for (fault, wrong, words) in [
            (SmtpFault::TimedOut, WrongPart::Server, "firewall"),
            (SmtpFault::Closed, WrongPart::Server, "name and port"),
            (SmtpFault::Broken("refused".to_owned()), WrongPart::Server, "name and port"),
            (SmtpFault::OutOfPlace("200".to_owned()), WrongPart::Server, "not a mail server"),
            (SmtpFault::NoSuchHost(host()), WrongPart::Server, "server's name"),
            (SmtpFault::TlsNotOffered, WrongPart::Server, "--server smtps://smtp.charity.example"),
            (
                SmtpFault::TlsComesLater { host: host(), port: 587 },
                WrongPart::Server,
                "`--server smtp://smtp.charity.example:587`",
            ),
            (
                SmtpFault::TlsComesFirst { host: "::1".to_owned(), port: 465 },
                WrongPart::Server,
                "`--server smtps://[::1]:465`",
            ),
            (
                SmtpFault::LoginAfterTls { host: host(), port: 25 },
                WrongPart::Server,
                "'smtp://smtp.charity.example:25?tls=starttls'",
            ),
            (SmtpFault::LoginNotOffered, WrongPart::Server, "--no-login"),
            (SmtpFault::TokenNeeded, WrongPart::Login, "--token-command"),
            (SmtpFault::PasswordNeeded, WrongPart::Login, "--password-file"),
            (SmtpFault::NoToken("x".to_owned()), WrongPart::Login, "by hand"),
            (SmtpFault::NoLogin("GSSAPI".to_owned()), WrongPart::Server, "provider"),
        ] {
            let (part, cure) = cure_of(Stage::Banner, Err(fault.clone()));
            assert_eq!(part, wrong, "{fault}");
            assert!(cure.contains(words), "{fault}: {cure}");
            assert!(!cure.contains("ROUNDUP") && !cure.contains(".env"), "{fault}: {cure}");
        }
    }

    #[test]
    fn a_refusal_says_whether_the_login_is_wrong_or_the_server_is_busy() {
        for (stage, (code, text), wrong, words) in [
            (Stage::Login, (535, "5.7.8 Authentication failed"), WrongPart::Login, "app password"),
            (Stage::Banner, (421, "4.3.2 Too many connections"), WrongPart::Nothing, "wait"),
            (Stage::Banner, (554, "5.7.1 No SMTP service here"), WrongPart::Nothing, "provider"),
        ] {
            let reply = Reply::new(code, text);
            let (part, cure) = cure_of(stage, Ok(reply.clone()));
            assert_eq!(part, wrong, "{reply:?}: {cure}");
            assert!(cure.contains(words), "{reply:?}: {cure}");
            assert!(!cure.contains("ROUNDUP") && !cure.contains("[send]"), "{cure}");
        }
    }
}
