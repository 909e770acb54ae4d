//! Logging in: PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER (RFC 4954, 4616, 7628), each one exchange of lines.
//! Pure: replies in, lines out; an access token comes in as an argument.
//!
//! A password that a server refuses is never sent a second time: accounts are locked for that. Another mechanism is tried
//! only when the refusal is about the mechanism. An access token is fetched once more, since it may have expired.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::authentication::{
    Credentials as LettreCredentials, Mechanism as LettreMechanism,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::capabilities::Capabilities;
use super::fault::SmtpFault;
use crate::rfc::reply::Reply;
use crate::rfc::text::is_hidden;

/// RFC 4954 section 4: a line of this length must be taken.
const LONGEST_LINE_BYTES: usize = 12_288;
/// Of one word of a server's reason.
const LONGEST_REASON_CHARS: usize = 120;

/// A way of logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mechanism {
    Plain,
    Login,
    Xoauth2,
    Oauthbearer,
}

impl Mechanism {
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::Xoauth2 => "XOAUTH2",
            Self::Oauthbearer => "OAUTHBEARER",
        }
    }

    fn takes_token(self) -> bool {
        matches!(self, Self::Xoauth2 | Self::Oauthbearer)
    }
}

/// Who logs in, and with what. It cannot be printed.
#[derive(Clone)]
pub struct Credentials {
    username: String,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    Password(SecretString),
    /// A command that prints an access token.
    TokenCommand(SecretString),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.secret {
            Secret::Password(_) => "Credentials(password)",
            Secret::TokenCommand(_) => "Credentials(token command)",
        })
    }
}

impl Credentials {
    pub fn new(username: String, password: String) -> Self {
        Self { username, secret: Secret::Password(password.into()) }
    }

    /// `command` is run before each login; it prints an access token.
    pub fn with_token_command(username: String, command: String) -> Self {
        Self { username, secret: Secret::TokenCommand(command.into()) }
    }

    /// The command that prints an access token, where one is used.
    pub fn token_command(&self) -> Option<&str> {
        match &self.secret {
            Secret::Password(_) => None,
            Secret::TokenCommand(command) => Some(command.expose_secret()),
        }
    }
}

/// What comes next in a login.
#[derive(Debug, PartialEq, Eq)]
pub enum LoginStep {
    /// Write this line.
    Send(String),
    /// Run the token command, and give its token to `start`.
    FetchToken,
    /// The server let us in; `true` when the mechanism was not our first choice.
    Open {
        mechanism: Mechanism,
        is_second_choice: bool,
    },
    /// It did not, and nothing more can be tried.
    Refused(Reply),
    Failed(SmtpFault),
}

/// One login, over one connection.
pub struct Login {
    credentials: Credentials,
    host: String,
    port: u16,
    /// Mechanisms that can be tried, the next one first.
    choices: Vec<Mechanism>,
    mechanism: Mechanism,
    /// Challenges answered with this mechanism.
    challenges: u32,
    token: Option<SecretString>,
    is_second_choice: bool,
    has_fetched_again: bool,
    /// Why a token was refused: the challenge says it, and the refusal behind it often does not.
    reason: Option<String>,
    /// A refusal after which something else is tried: it counts when the connection ends now.
    pub refusal: Option<Reply>,
}

impl Login {
    /// `preferred` is the mechanism that worked before, where the first was refused.
    ///
    /// # Errors
    /// When nothing the server offers goes with the credentials.
    pub fn new(
        credentials: Credentials,
        capabilities: &Capabilities,
        preferred: Option<Mechanism>,
        (host, port): (&str, u16),
    ) -> Result<Self, SmtpFault> {
        let offered = |mechanism: &Mechanism| capabilities.offers(mechanism.name());
        let by_token = [Mechanism::Xoauth2, Mechanism::Oauthbearer];
        let by_password = [Mechanism::Plain, Mechanism::Login];
        let has_token = credentials.token_command().is_some();
        let (ours, others) =
            if has_token { (by_token, by_password) } else { (by_password, by_token) };
        let mut choices: Vec<Mechanism> = ours.into_iter().filter(offered).collect();
        // The sort is stable: the others keep their order.
        choices.sort_by_key(|mechanism| Some(*mechanism) != preferred);
        if choices.is_empty() {
            return Err(if capabilities.mechanisms.is_empty() && capabilities.starttls {
                // It is offered only while the connection is in the clear (RFC 3207, 4.2).
                SmtpFault::LoginAfterTls { host: host.to_owned(), port }
            } else if capabilities.mechanisms.is_empty() {
                SmtpFault::LoginNotOffered
            } else if !others.iter().any(offered) {
                SmtpFault::NoLogin(capabilities.mechanisms.join(", "))
            } else if has_token {
                SmtpFault::PasswordNeeded
            } else {
                SmtpFault::TokenNeeded
            });
        }
        let mechanism = choices.remove(0);
        Ok(Self {
            credentials,
            host: host.to_owned(),
            port,
            choices,
            mechanism,
            challenges: 0,
            token: None,
            is_second_choice: preferred == Some(mechanism),
            has_fetched_again: false,
            reason: None,
            refusal: None,
        })
    }

    /// The first line, or the request for a token.
    pub fn begin(&mut self) -> LoginStep {
        self.challenges = 0;
        self.reason = None;
        if self.mechanism.takes_token() && self.token.is_none() {
            return LoginStep::FetchToken;
        }
        let line = match self.mechanism {
            Mechanism::Login => "AUTH LOGIN".to_owned(),
            mechanism => match self.initial_response() {
                Some(response) => format!("AUTH {} {response}", mechanism.name()),
                None => return LoginStep::Failed(SmtpFault::NoToken("it is not there".to_owned())),
            },
        };
        if line.len() > LONGEST_LINE_BYTES {
            return LoginStep::Failed(SmtpFault::NoToken(
                "it is longer than a login may be".to_owned(),
            ));
        }
        LoginStep::Send(line)
    }

    /// The token that the command printed.
    pub fn token_given(&mut self, token: SecretString) -> LoginStep {
        let is_the_same = self
            .token
            .as_ref()
            .is_some_and(|before| before.expose_secret() == token.expose_secret());
        self.token = Some(token);
        match self.refusal.take_if(|_| is_the_same) {
            // The same token again would be refused again.
            Some(refusal) => LoginStep::Refused(refusal),
            None => self.begin(),
        }
    }

    fn initial_response(&self) -> Option<String> {
        let username = &self.credentials.username;
        let plain = |secret: &SecretString, mechanism: LettreMechanism| {
            let secret = secret.expose_secret().to_owned();
            let credentials = LettreCredentials::new(username.clone(), secret);
            mechanism.response(&credentials, None).ok()
        };
        let response = match (self.mechanism, &self.credentials.secret, &self.token) {
            (Mechanism::Plain, Secret::Password(password), _) => {
                plain(password, LettreMechanism::Plain)?
            }
            (Mechanism::Xoauth2, _, Some(token)) => plain(token, LettreMechanism::Xoauth2)?,
            (Mechanism::Oauthbearer, _, Some(token)) => {
                // In a name of the GS2 header `,` and `=` are written as numbers (RFC 5801 section 4).
                let name = username.replace('=', "=3D").replace(',', "=2C");
                format!(
                    "n,a={name},\x01host={}\x01port={}\x01auth=Bearer {}\x01\x01",
                    self.host,
                    self.port,
                    token.expose_secret()
                )
            }
            _ => return None,
        };
        Some(STANDARD.encode(response))
    }

    /// The server's reply to the last line.
    pub fn answer(&mut self, reply: Reply) -> LoginStep {
        match reply.code {
            235 => LoginStep::Open {
                mechanism: self.mechanism,
                is_second_choice: self.is_second_choice,
            },
            334 => self.answer_challenge(&reply),
            400..=599 => self.answer_refusal(reply),
            _ => LoginStep::Failed(SmtpFault::OutOfPlace(reply.summary())),
        }
    }

    fn answer_challenge(&mut self, reply: &Reply) -> LoginStep {
        self.challenges += 1;
        if self.mechanism.takes_token() {
            self.reason = refusal_reason(reply);
        }
        let password = match &self.credentials.secret {
            Secret::Password(password) => Some(password),
            Secret::TokenCommand(_) => None,
        };
        let response = match (self.mechanism, self.challenges) {
            // The words of the challenges differ from server to server; their order does not.
            (Mechanism::Login, 1) => Some(STANDARD.encode(&self.credentials.username)),
            (Mechanism::Login, 2) => {
                password.map(|password| STANDARD.encode(password.expose_secret()))
            }
            // A server that did not take the response with the command.
            (Mechanism::Plain, 1) => self.initial_response(),
            // The challenge says what is wrong, and the real refusal follows an empty line, or one of a single 0x01
            // (RFC 7628 section 3.2.3).
            (Mechanism::Xoauth2, 1) => Some(String::new()),
            (Mechanism::Oauthbearer, 1) => Some("AQ==".to_owned()),
            _ => None,
        };
        match response {
            Some(line) => LoginStep::Send(line),
            None => LoginStep::Failed(SmtpFault::OutOfPlace(format!(
                "{} (one challenge too many)",
                reply.code
            ))),
        }
    }

    fn answer_refusal(&mut self, mut reply: Reply) -> LoginStep {
        let tries_another = is_about_the_mechanism(&reply);
        reply.lines.extend(self.reason.take());
        if tries_another && !self.choices.is_empty() {
            self.mechanism = self.choices.remove(0);
            self.is_second_choice = true;
            self.refusal = Some(reply);
            return self.begin();
        }
        if self.mechanism.takes_token()
            && reply.is_permanent()
            && !std::mem::replace(&mut self.has_fetched_again, true)
        {
            self.refusal = Some(reply);
            return LoginStep::FetchToken;
        }
        LoginStep::Refused(reply)
    }
}

/// The reason in a challenge after a token: JSON in base64 (RFC 7628 section 3.2.2), as `(status 401, scope …)`.
fn refusal_reason(challenge: &Reply) -> Option<String> {
    let bytes = STANDARD.decode(challenge.lines.concat().trim()).ok()?;
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&bytes).ok()?;
    let known = ["status", "error_description", "scope"].into_iter().filter_map(|name| {
        let value = fields.get(name)?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let shown: String = value
            .chars()
            .filter(|c| !is_hidden(*c) && !c.is_control())
            .take(LONGEST_REASON_CHARS)
            .collect();
        (!shown.is_empty()).then(|| format!("{name} {shown}"))
    });
    let known: Vec<String> = known.collect();
    (!known.is_empty()).then(|| format!("({})", known.join(", ")))
}

/// Whether another mechanism may do better: a refusal of the password never says so.
fn is_about_the_mechanism(reply: &Reply) -> bool {
    let code = reply.enhanced.map(|enhanced| (enhanced.subject, enhanced.detail));
    let text = reply.summary().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match (reply.code, code) {
        // 5.7.8: the credentials are invalid (RFC 4954 section 6); 5.7.139 and 5.7.3 come from Microsoft.
        (_, Some((7, 8 | 3 | 139))) => false,
        (500..=504, _) | (_, Some((7 | 5, 4))) => true,
        (534 | 535, _) => says(&[
            "mechanism",
            "not supported",
            "unsupported",
            "unrecognized authentication",
            "unrecognised authentication",
            "unknown authentication",
            "not enabled",
            "plain",
        ]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offering(mechanisms: &str) -> Capabilities {
        let mechanisms = mechanisms.split_whitespace().map(str::to_owned).collect();
        Capabilities { mechanisms, ..Capabilities::default() }
    }

    fn login(offered: &str, credentials: Credentials) -> Result<Login, SmtpFault> {
        Login::new(credentials, &offering(offered), None, ("smtp.example.org", 587))
    }

    fn password() -> Credentials {
        Credentials::new("ann".to_owned(), "s3cret".to_owned())
    }

    fn token() -> Credentials {
        Credentials::with_token_command("ann".to_owned(), "print-token".to_owned())
    }

    /// Plays a login: `S` is a reply, `C` a line that must be written, `T` a token that is given, `=` the end.
    #[track_caller]
    fn play(offered: &str, credentials: Credentials, script: &[&str]) {
        let mut login = match login(offered, credentials) {
            Ok(login) => login,
            Err(fault) => {
                assert_eq!(script, [format!("= {fault}")]);
                return;
            }
        };
        let mut step = login.begin();
        for line in script {
            let (kind, text) = line.split_once(' ').unwrap_or((line, ""));
            match kind {
                "C" => {
                    let LoginStep::Send(written) = &step else { panic!("{line}: {step:?}") };
                    let shown = written
                        .split(' ')
                        .map(|word| match STANDARD.decode(word) {
                            Ok(bytes) if word.len() > 6 => {
                                String::from_utf8(bytes).unwrap().replace(['\0', '\x01'], "|")
                            }
                            _ => word.to_owned(),
                        })
                        .collect::<Vec<_>>()
                        .join(" ");
                    assert_eq!(shown, text);
                }
                "S" => {
                    let (code, words) = text.split_once(' ').unwrap_or((text, ""));
                    step = login.answer(Reply::new(code.parse().unwrap(), words));
                }
                "T" => {
                    assert_eq!(step, LoginStep::FetchToken);
                    step = login.token_given(text.to_owned().into());
                }
                "=" => {
                    let shown = match &step {
                        LoginStep::Open { mechanism, is_second_choice } => {
                            let second = if *is_second_choice { " second" } else { "" };
                            format!("open {}{second}", mechanism.name())
                        }
                        LoginStep::Refused(reply) => match reply.lines.get(1) {
                            Some(reason) => format!("refused {} {reason}", reply.code),
                            None => format!("refused {}", reply.code),
                        },
                        LoginStep::Failed(fault) => fault.to_string(),
                        LoginStep::Send(_) | LoginStep::FetchToken => format!("{step:?}"),
                    };
                    assert_eq!(shown, text);
                }
                _ => panic!("{line}"),
            }
        }
    }

    #[test]
    fn passwords() {
        play("PLAIN LOGIN", password(), &["C AUTH PLAIN |ann|s3cret", "S 235 ok", "= open PLAIN"]);
        // A server that wants the response on a line of its own.
        play(
            "PLAIN",
            password(),
            &["C AUTH PLAIN |ann|s3cret", "S 334", "C |ann|s3cret", "S 235 ok", "= open PLAIN"],
        );
        for (first, second) in [("VXNlcm5hbWU6", "UGFzc3dvcmQ6"), ("Login", "?"), ("", "")] {
            let (first, second) = (format!("S 334 {first}"), format!("S 334 {second}"));
            let script =
                ["C AUTH LOGIN", &first, "C YW5u", &second, "C s3cret", "S 235 ok", "= open LOGIN"];
            play("LOGIN", password(), &script);
        }
        let script = ["C AUTH LOGIN", "S 334 a", "C YW5u", "S 334 b", "C s3cret", "S 334 c"];
        play(
            "LOGIN",
            password(),
            &[&script[..], &["= unexpected reply `334 (one challenge too many)` from the server"]]
                .concat(),
        );
    }

    #[test]
    fn another_mechanism_is_tried_only_when_the_refusal_is_about_the_mechanism() {
        for refusal in [
            "504 5.7.4 Unrecognized authentication type",
            "504 unrecognized",
            "502 5.5.2 command not implemented",
            "535 authentication mechanism not supported",
            "535 5.5.4 not available",
            "534 PLAIN is not enabled here",
        ] {
            let refusal = format!("S {refusal}");
            let script = [
                "C AUTH PLAIN |ann|s3cret",
                &refusal,
                "C AUTH LOGIN",
                "S 334 a",
                "C YW5u",
                "S 334 b",
                "C s3cret",
                "S 235 ok",
                "= open LOGIN second",
            ];
            play("PLAIN LOGIN", password(), &script);
        }
        for refusal in [
            "535 5.7.8 Username and Password not accepted",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
            "535 5.7.3 Authentication unsuccessful",
            "535 Incorrect authentication data",
            "534 5.7.9 Application-specific password required",
            "530 5.7.0 Must issue a STARTTLS command first",
            "454 4.7.0 Temporary authentication failure",
            "421 4.7.0 Too many logins",
        ] {
            let (refusal, end) = (format!("S {refusal}"), format!("= refused {}", &refusal[..3]));
            play("PLAIN LOGIN", password(), &["C AUTH PLAIN |ann|s3cret", &refusal, &end]);
        }
        // Nothing else is offered.
        play("PLAIN", password(), &["C AUTH PLAIN |ann|s3cret", "S 504 no", "= refused 504"]);
    }

    #[test]
    fn access_tokens() {
        play(
            "PLAIN XOAUTH2",
            token(),
            &["T ya29", "C AUTH XOAUTH2 user=ann|auth=Bearer ya29||", "S 235 ok", "= open XOAUTH2"],
        );
        play(
            "OAUTHBEARER",
            token(),
            &[
                "T ya29",
                "C AUTH OAUTHBEARER n,a=ann,|host=smtp.example.org|port=587|auth=Bearer ya29||",
                "S 235 ok",
                "= open OAUTHBEARER",
            ],
        );
        // Google answers 334 first and wants an empty line; the token is fetched once more.
        play(
            "XOAUTH2",
            token(),
            &[
                "T old",
                "C AUTH XOAUTH2 user=ann|auth=Bearer old||",
                "S 334 eyJzdGF0dXMiOiI0MDAifQ==",
                "C ",
                "S 535 5.7.8 not accepted",
                "T new",
                "C AUTH XOAUTH2 user=ann|auth=Bearer new||",
                "S 235 ok",
                "= open XOAUTH2",
            ],
        );
        // Microsoft answers 535 at once; a third token is not fetched.
        play(
            "XOAUTH2",
            token(),
            &[
                "T old",
                "C AUTH XOAUTH2 user=ann|auth=Bearer old||",
                "S 535 5.7.3 Authentication unsuccessful",
                "T new",
                "C AUTH XOAUTH2 user=ann|auth=Bearer new||",
                "S 535 5.7.3 Authentication unsuccessful",
                "= refused 535",
            ],
        );
        // The same token again would be refused again.
        play(
            "XOAUTH2",
            token(),
            &[
                "T old",
                "C AUTH XOAUTH2 user=ann|auth=Bearer old||",
                "S 535 5.7.3 Authentication unsuccessful",
                "T old",
                "= refused 535",
            ],
        );
        play(
            "OAUTHBEARER",
            token(),
            &[
                "T old",
                "C AUTH OAUTHBEARER n,a=ann,|host=smtp.example.org|port=587|auth=Bearer old||",
                "S 334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=",
                "C AQ==",
                "S 535 no",
                "T old",
                "= refused 535 (status invalid_token)",
            ],
        );
    }

    #[test]
    fn what_does_not_go_together_is_found_before_anything_is_sent() {
        play("", password(), &["= the server offers no login here"]);
        let other =
            "= the server offers no login method that roundup supports; it offers GSSAPI, NTLM";
        play("GSSAPI NTLM", password(), &[other]);
        play("GSSAPI NTLM", token(), &[other]);
        play(
            "XOAUTH2",
            password(),
            &["= the server accepts only access tokens (OAuth), but a password is set"],
        );
        play(
            "PLAIN LOGIN",
            token(),
            &[
                "= the server does not accept access tokens (OAuth), but ROUNDUP_RELAY_TOKEN_COMMAND is set",
            ],
        );
        let mut long = login("XOAUTH2", token()).unwrap();
        assert_eq!(long.begin(), LoginStep::FetchToken);
        assert!(matches!(long.token_given("x".repeat(20_000).into()), LoginStep::Failed(_)));
    }

    #[test]
    fn what_worked_before_comes_first() {
        let offered = offering("PLAIN LOGIN");
        let preferred = Some(Mechanism::Login);
        let mut login = Login::new(password(), &offered, preferred, ("a", 1)).unwrap();
        assert_eq!(login.begin(), LoginStep::Send("AUTH LOGIN".to_owned()));
        // A server that has changed.
        let mut login = Login::new(password(), &offering("PLAIN"), preferred, ("a", 1)).unwrap();
        assert!(matches!(login.begin(), LoginStep::Send(line) if line.starts_with("AUTH PLAIN")));
    }

    #[test]
    fn credentials_cannot_be_printed() {
        for credentials in [password(), token()] {
            let shown = format!("{credentials:?}");
            assert!(!shown.contains("s3cret") && !shown.contains("print-token"), "{shown}");
        }
    }
}
