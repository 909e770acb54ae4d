//! Mail servers that charities send through: where they are, and how one logs in.
//! Pure: a table, from each provider's own documentation as of November 2026.

use crate::problem::nearest;

/// How a provider lets programs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginKind {
    Password,
    /// An access token (OAuth, RFC 7628's kin XOAUTH2): passwords are being switched off.
    Token,
}

/// One provider's submission server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderServer {
    pub name: &'static str,
    /// What people call it.
    words: &'static [&'static str],
    pub address: &'static str,
    pub login: LoginKind,
    /// The username that everybody has there; empty where it is one's own.
    pub username: &'static str,
    /// What people get wrong.
    pub note: &'static str,
}

/// The table.
pub const SERVERS: [ProviderServer; 12] = [
    ProviderServer {
        name: "Microsoft 365",
        words: &["microsoft365", "microsoft", "office365", "outlook", "exchangeonline"],
        address: "smtp://smtp.office365.com",
        login: LoginKind::Token,
        username: "",
        note: "passwords are being switched off there: give a command that prints an access token",
    },
    ProviderServer {
        name: "Google Workspace",
        words: &["google", "googleworkspace", "gmail"],
        address: "smtps://smtp.gmail.com",
        login: LoginKind::Password,
        username: "",
        note: "your own password does not work: make an app password, or give a command that prints an access token",
    },
    ProviderServer {
        name: "Amazon SES (London)",
        words: &["ses", "amazonses", "amazon", "aws"],
        address: "smtps://email-smtp.eu-west-2.amazonaws.com",
        login: LoginKind::Password,
        username: "",
        note: "use the SMTP username and password that SES makes, not an access key",
    },
    ProviderServer {
        name: "Brevo",
        words: &["brevo", "sendinblue"],
        address: "smtp://smtp-relay.brevo.com",
        login: LoginKind::Password,
        username: "",
        note: "the password is an SMTP key, not the one of the website",
    },
    ProviderServer {
        name: "Postmark",
        words: &["postmark"],
        address: "smtp://smtp-broadcasts.postmarkapp.com",
        login: LoginKind::Password,
        username: "",
        note: "this is its server for newsletters; username and password are the access key and secret key of the \
               broadcast stream",
    },
    ProviderServer {
        name: "Mailgun (EU)",
        words: &["mailgun"],
        address: "smtps://smtp.eu.mailgun.org",
        login: LoginKind::Password,
        username: "",
        note: "accounts in the US have smtps://smtp.mailgun.org; the username is one of your domain's SMTP users",
    },
    ProviderServer {
        name: "SendGrid",
        words: &["sendgrid", "twilio"],
        address: "smtps://smtp.sendgrid.net",
        login: LoginKind::Password,
        username: "apikey",
        note: "the password is an API key with the right to send",
    },
    ProviderServer {
        name: "Mailjet",
        words: &["mailjet"],
        address: "smtps://in-v3.mailjet.com",
        login: LoginKind::Password,
        username: "",
        note: "the username is the API key, and the password the secret key",
    },
    ProviderServer {
        name: "SMTP2GO",
        words: &["smtp2go"],
        address: "smtps://mail.smtp2go.com",
        login: LoginKind::Password,
        username: "",
        note: "username and password are those of an SMTP user, not of the website",
    },
    ProviderServer {
        name: "Fastmail",
        words: &["fastmail"],
        address: "smtps://smtp.fastmail.com",
        login: LoginKind::Password,
        username: "",
        note: "make an app password; a day has a limit of messages",
    },
    ProviderServer {
        name: "IONOS",
        words: &["ionos", "1und1", "1and1"],
        address: "smtps://smtp.ionos.co.uk",
        login: LoginKind::Password,
        username: "",
        note: "the username is the whole address; an hour has a limit of messages",
    },
    ProviderServer {
        name: "Zoho Mail (EU)",
        words: &["zoho"],
        address: "smtps://smtp.zoho.eu",
        login: LoginKind::Password,
        username: "",
        note: "make an app password; a day has a limit of messages",
    },
];

/// The server of a provider by what people call it, whatever the case and the blanks.
pub fn server_named(text: &str) -> Option<&'static ProviderServer> {
    let word: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SERVERS.iter().find(|server| {
        let name = server.name.to_ascii_lowercase().replace(' ', "");
        server.words.contains(&word.as_str()) || (!word.is_empty() && name == word)
    })
}

/// The word for a provider that a mistyped one is near to.
pub fn server_meant(text: &str) -> Option<&'static str> {
    let words = SERVERS.iter().flat_map(|server| server.words.iter().copied());
    nearest(&text.to_lowercase(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_by_the_names_that_people_use() {
        for (typed, name) in [
            ("Microsoft 365", Some("Microsoft 365")),
            ("office 365", Some("Microsoft 365")),
            ("GMAIL", Some("Google Workspace")),
            ("Google Workspace", Some("Google Workspace")),
            ("Amazon SES", Some("Amazon SES (London)")),
            ("sendinblue", Some("Brevo")),
            ("smtp.example.org", None),
            ("", None),
            ("365", None),
        ] {
            assert_eq!(server_named(typed).map(|server| server.name), name, "{typed}");
        }
    }

    #[test]
    fn a_slip_of_the_keyboard_is_near_to_one() {
        for (typed, meant) in [
            ("gmial", Some("gmail")),
            ("Brevoo", Some("brevo")),
            ("mailgn", Some("mailgun")),
            ("nowhere", None),
        ] {
            assert_eq!(server_meant(typed), meant, "{typed}");
        }
    }

    #[test]
    fn each_address_can_be_used_and_no_word_means_two() {
        for (index, server) in SERVERS.iter().enumerate() {
            let url = url::Url::parse(server.address).unwrap();
            assert!(matches!(url.scheme(), "smtp" | "smtps") && url.has_host(), "{}", server.name);
            for word in server.words {
                let others = SERVERS.iter().skip(index + 1);
                assert!(!others.flat_map(|other| other.words).any(|other| other == word), "{word}");
                assert_eq!(server_named(word).map(|found| found.name), Some(server.name));
            }
        }
    }
}
