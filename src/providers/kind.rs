//! What a reply can be about, and what to do about each.
//! Pure: values and sentences.

/// The kinds of refusal that call for different actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The name or password is missing or wrong.
    Login,
    /// Passwords are switched off for this login.
    PasswordsOff,
    /// The relay wants TLS first.
    Encryption,
    /// This login may not send as this address.
    Sender,
    /// The sender's domain is not proven (SPF, DKIM, DMARC).
    Authentication,
    /// The account is suspended, on trial, unpaid or not approved.
    Licence,
    /// The limit of a day, an hour or a month is used up.
    Quota,
    /// The message is too large.
    Size,
    /// The relay dislikes what is in the message.
    Content,
    /// The address of this computer or of the relay is on a block list.
    BlockList,
    /// The relay takes mail for other domains only from those it knows.
    Relaying,
    /// The name given with EHLO is not accepted.
    EhloName,
    /// The mailbox does not exist.
    NoMailbox,
    /// The domain does not exist, or takes no mail.
    NoDomain,
    /// The mailbox is switched off.
    Disabled,
    /// The mailbox takes mail only from people it knows.
    Closed,
    /// The mailbox is full.
    MailboxFull,
    /// The mailbox gets too much mail at the moment.
    MailboxBusy,
    /// Everybody new is sent away the first time.
    Greylisting,
    /// Too many connections.
    Connections,
    /// Too many messages in a span of time.
    Rate,
    /// Trouble at the relay that passes.
    Trouble,
    /// Nothing that is surely known.
    Unclear,
}

/// Whom a reply is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// Us, whoever the message is for: nobody may be marked for it.
    Us,
    /// Surely this mailbox.
    Person,
    /// It passes.
    Later,
    /// It could be either.
    Unclear,
}

impl Kind {
    pub const ALL: [Kind; 23] = [
        Kind::Login,
        Kind::PasswordsOff,
        Kind::Encryption,
        Kind::Sender,
        Kind::Authentication,
        Kind::Licence,
        Kind::Quota,
        Kind::Size,
        Kind::Content,
        Kind::BlockList,
        Kind::Relaying,
        Kind::EhloName,
        Kind::NoMailbox,
        Kind::NoDomain,
        Kind::Disabled,
        Kind::Closed,
        Kind::MailboxFull,
        Kind::MailboxBusy,
        Kind::Greylisting,
        Kind::Connections,
        Kind::Rate,
        Kind::Trouble,
        Kind::Unclear,
    ];

    /// `is_permanent`: the reply is 5yz, not 4yz.
    pub fn about(self, is_permanent: bool) -> About {
        match self {
            Kind::Login
            | Kind::PasswordsOff
            | Kind::Encryption
            | Kind::Sender
            | Kind::Authentication
            | Kind::Licence
            | Kind::Quota
            | Kind::Size
            | Kind::BlockList
            | Kind::Relaying
            | Kind::EhloName => About::Us,
            // "Not now, for what is in it" is a filter that could not make up its mind.
            Kind::Content => {
                if is_permanent {
                    About::Us
                } else {
                    About::Later
                }
            }
            // A limit that is refused for good opens only after hours.
            Kind::Connections | Kind::Rate => {
                if is_permanent {
                    About::Us
                } else {
                    About::Later
                }
            }
            Kind::NoMailbox | Kind::NoDomain | Kind::Disabled | Kind::Closed => {
                if is_permanent {
                    About::Person
                } else {
                    About::Later
                }
            }
            Kind::MailboxFull | Kind::MailboxBusy | Kind::Greylisting => About::Later,
            Kind::Trouble | Kind::Unclear => {
                if is_permanent {
                    About::Unclear
                } else {
                    About::Later
                }
            }
        }
    }

    /// Whether nobody needs to try this address again: the mailbox is gone, not only closed to us.
    pub fn is_gone(self) -> bool {
        matches!(self, Kind::NoMailbox | Kind::NoDomain | Kind::Disabled)
    }

    /// What the reply comes to, as the end of "the relay …".
    pub fn name(self) -> &'static str {
        match self {
            Kind::Login => "login",
            Kind::PasswordsOff => "passwords switched off",
            Kind::Encryption => "TLS",
            Kind::Sender => "sender address",
            Kind::Authentication => "proof of the sender's domain",
            Kind::Licence => "account",
            Kind::Quota => "sending limit",
            Kind::Size => "size",
            Kind::Content => "content",
            Kind::BlockList => "block list",
            Kind::Relaying => "relaying",
            Kind::EhloName => "name of this computer",
            Kind::NoMailbox => "no such mailbox",
            Kind::NoDomain => "no such domain",
            Kind::Disabled => "mailbox switched off",
            Kind::Closed => "mailbox takes no mail from us",
            Kind::MailboxFull => "mailbox full",
            Kind::MailboxBusy => "mailbox busy",
            Kind::Greylisting => "greylisting",
            Kind::Connections => "connections",
            Kind::Rate => "rate",
            Kind::Trouble => "trouble at the relay",
            Kind::Unclear => "unclear",
        }
    }

    /// What an operator can do, in the imperative, without a full stop.
    pub fn cure(self) -> &'static str {
        match self {
            Kind::Login => {
                "check ROUNDUP_RELAY_USERNAME and ROUNDUP_RELAY_PASSWORD in `.env`; some providers want an app password \
                 or a key made for SMTP, not the password of the account"
            }
            Kind::PasswordsOff => {
                "this login does not take its ordinary password over SMTP: make an app password, have SMTP AUTH \
                 switched on for this mailbox by its administrator, or set ROUNDUP_RELAY_TOKEN_COMMAND (OAuth)"
            }
            Kind::Encryption => {
                "let the relay be reached over TLS: smtps://HOST (port 465) or smtp://HOST:587 in ROUNDUP_RELAY"
            }
            Kind::Sender => {
                "set `address` under [sender] in roundup.toml to one that this login may send as, or have the address \
                 or its domain verified in the provider's settings"
            }
            Kind::Authentication => {
                "let the DNS records of the sender's domain prove it (SPF, DKIM, DMARC): `roundup doctor` lists them"
            }
            Kind::Licence => {
                "log in at the provider's website: the account is suspended, on trial, unpaid or not approved yet"
            }
            Kind::Quota => {
                "the relay's limit is used up: it opens again after an hour or a day; or have it raised by the \
                 provider, or set `rate` under [send] below it"
            }
            Kind::Size => {
                "make the message smaller (`roundup check` gives its size), or have the relay's limit raised"
            }
            Kind::Content => {
                "the relay dislikes what the message says or links to: look at `roundup check`, send a copy to \
                 yourself with `roundup test`, and write to the provider with the reply above"
            }
            Kind::BlockList => {
                "have the address that the reply names taken off the block list, or send through a relay with a login \
                 (ROUNDUP_RELAY)"
            }
            Kind::Relaying => {
                "let the relay know this computer: set ROUNDUP_RELAY_USERNAME and ROUNDUP_RELAY_PASSWORD, use port 587 \
                 or 465, or have this computer's address allowed"
            }
            Kind::EhloName => {
                "set `hello` under [send] in roundup.toml to this computer's full name, as in mail.charity.example"
            }
            Kind::NoMailbox | Kind::NoDomain | Kind::Disabled => {
                "take the address off the list, or correct it"
            }
            Kind::Closed => "ask the person to let the sender's address through",
            Kind::MailboxFull | Kind::MailboxBusy => "wait: it is tried again by itself",
            Kind::Greylisting | Kind::Trouble => "wait: the run tries again by itself",
            Kind::Connections => "set `connections` under [send] to a smaller number",
            Kind::Rate => "set `rate` under [send] below the relay's limit",
            Kind::Unclear => {
                "look at the reply, write to the relay's provider with it, then run the same command again"
            }
        }
    }
}
