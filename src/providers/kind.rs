//! What a reply can be about, and what to do about each.
//! Pure: values and sentences.

/// The kinds of refusal that call for different actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// The name or password is missing or wrong.
    Login,
    /// Too many logins in a short time: the login is closed for a while.
    LoginAttempts,
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
    /// Too many of the addresses that we wrote to do not exist: the server takes nothing more from us.
    ListQuality,
    /// The relay takes mail for other domains only from those it knows.
    Relaying,
    /// The name given with EHLO is not accepted.
    EhloName,
    /// The server does not know EHLO, or something in between has lost it.
    NoEhlo,
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
pub enum Blame {
    /// Us, whoever the message is for: nobody may be marked for it.
    Us,
    /// Surely this mailbox.
    Person,
    /// It passes.
    Later,
    /// It could be either.
    Unclear,
}

const NO_EHLO_CURE: &str = "the server does not know EHLO: look at the name and the port in ROUNDUP_RELAY (smtps:// with port 465, \
                            smtp:// with port 587), and whether a firewall in between changes what is sent";

const ENCRYPTION_CURE: &str = "connect over TLS: let ROUNDUP_RELAY begin with smtps:// (port 465) or smtp:// (port 587); for a server \
                               on this computer, let it also end in ?tls=starttls";
const LIST_QUALITY_CURE: &str = "too many addresses of the list do not exist: settle what came back with `roundup inbox`, wait a \
                                 day, then send more slowly (`rate` under [send])";

impl RefusalKind {
    pub const ALL: [RefusalKind; 26] = [
        RefusalKind::Login,
        RefusalKind::LoginAttempts,
        RefusalKind::PasswordsOff,
        RefusalKind::Encryption,
        RefusalKind::Sender,
        RefusalKind::Authentication,
        RefusalKind::Licence,
        RefusalKind::Quota,
        RefusalKind::Size,
        RefusalKind::Content,
        RefusalKind::BlockList,
        RefusalKind::ListQuality,
        RefusalKind::Relaying,
        RefusalKind::EhloName,
        RefusalKind::NoEhlo,
        RefusalKind::NoMailbox,
        RefusalKind::NoDomain,
        RefusalKind::Disabled,
        RefusalKind::Closed,
        RefusalKind::MailboxFull,
        RefusalKind::MailboxBusy,
        RefusalKind::Greylisting,
        RefusalKind::Connections,
        RefusalKind::Rate,
        RefusalKind::Trouble,
        RefusalKind::Unclear,
    ];

    /// `is_permanent`: the reply is 5yz, not 4yz.
    pub fn about(self, is_permanent: bool) -> Blame {
        match self {
            RefusalKind::Login
            | RefusalKind::LoginAttempts
            | RefusalKind::PasswordsOff
            | RefusalKind::Encryption
            | RefusalKind::Sender
            | RefusalKind::Authentication
            | RefusalKind::Licence
            | RefusalKind::Quota
            | RefusalKind::Size
            | RefusalKind::BlockList
            | RefusalKind::Relaying
            | RefusalKind::EhloName
            | RefusalKind::NoEhlo => Blame::Us,
            // "Not now, for what is in it" is a filter that could not make up its mind.
            RefusalKind::Content => {
                if is_permanent {
                    Blame::Us
                } else {
                    Blame::Later
                }
            }
            // A limit that is refused for good opens only after hours.
            RefusalKind::Connections | RefusalKind::Rate | RefusalKind::ListQuality => {
                if is_permanent {
                    Blame::Us
                } else {
                    Blame::Later
                }
            }
            RefusalKind::NoMailbox
            | RefusalKind::NoDomain
            | RefusalKind::Disabled
            | RefusalKind::Closed => {
                if is_permanent {
                    Blame::Person
                } else {
                    Blame::Later
                }
            }
            RefusalKind::MailboxFull | RefusalKind::MailboxBusy | RefusalKind::Greylisting => {
                Blame::Later
            }
            RefusalKind::Trouble | RefusalKind::Unclear => {
                if is_permanent {
                    Blame::Unclear
                } else {
                    Blame::Later
                }
            }
        }
    }

    /// Whether nobody needs to try this address again: the mailbox is gone, not only closed to us.
    pub fn is_gone(self) -> bool {
        matches!(self, RefusalKind::NoMailbox | RefusalKind::NoDomain | RefusalKind::Disabled)
    }

    /// Whether somebody may be marked for it: their mailbox is gone, or closed to us.
    pub fn may_be_about_a_person(self) -> bool {
        self.about(true) == Blame::Person
    }

    /// What the reply comes to, as the end of "the relay …".
    pub fn name(self) -> &'static str {
        match self {
            RefusalKind::Login => "login",
            RefusalKind::LoginAttempts => "too many logins",
            RefusalKind::PasswordsOff => "passwords switched off",
            RefusalKind::Encryption => "TLS",
            RefusalKind::Sender => "sender address",
            RefusalKind::Authentication => "proof of the sender's domain",
            RefusalKind::Licence => "account",
            RefusalKind::Quota => "sending limit",
            RefusalKind::Size => "size",
            RefusalKind::Content => "content",
            RefusalKind::BlockList => "block list",
            RefusalKind::ListQuality => "too many unknown addresses",
            RefusalKind::Relaying => "relaying",
            RefusalKind::EhloName => "name of this computer",
            RefusalKind::NoEhlo => "greeting that is not understood",
            RefusalKind::NoMailbox => "no such mailbox",
            RefusalKind::NoDomain => "no such domain",
            RefusalKind::Disabled => "mailbox switched off",
            RefusalKind::Closed => "mailbox accepts no mail from us",
            RefusalKind::MailboxFull => "mailbox full",
            RefusalKind::MailboxBusy => "mailbox busy",
            RefusalKind::Greylisting => "greylisting",
            RefusalKind::Connections => "connections",
            RefusalKind::Rate => "rate",
            RefusalKind::Trouble => "trouble at the relay",
            RefusalKind::Unclear => "unclear",
        }
    }

    /// What an operator can do, in the imperative, without a full stop.
    pub fn cure(self) -> &'static str {
        match self {
            RefusalKind::Login => {
                "check ROUNDUP_RELAY_USERNAME in `.env`, and ROUNDUP_RELAY_PASSWORD or what \
                 ROUNDUP_RELAY_TOKEN_COMMAND prints; some providers want an app password or a key \
                 made for SMTP, not the account's password"
            }
            RefusalKind::LoginAttempts => {
                "wait an hour: the provider has closed the login for a while, and each further try makes that longer"
            }
            RefusalKind::PasswordsOff => {
                "this login does not accept its ordinary password over SMTP: make an app \
                 password, ask the administrator to switch on SMTP AUTH for this mailbox, or set \
                 ROUNDUP_RELAY_TOKEN_COMMAND (OAuth)"
            }
            RefusalKind::Encryption => ENCRYPTION_CURE,
            RefusalKind::Sender => {
                "set `address` under [sender] in roundup.toml to one that this login may send as, \
                 or verify the address or its domain in the provider's settings"
            }
            RefusalKind::Authentication => {
                "publish the DNS records that prove the sender's domain (SPF, DKIM, DMARC): `roundup doctor` lists them"
            }
            RefusalKind::Licence => {
                "log in at the provider's website: the account is suspended, on trial, unpaid or not approved yet"
            }
            RefusalKind::Quota => {
                "the relay's limit is used up: wait an hour (an hourly limit) or until tomorrow (a daily one), ask the \
                 provider for a higher one, or set `rate` under [send] below it"
            }
            RefusalKind::Size => {
                "make the message smaller (`roundup check` gives its size), or ask the provider for a higher limit"
            }
            RefusalKind::Content => {
                "the relay objects to the message's words or links: run `roundup check`, send \
                 yourself a copy with `roundup test`, and write to the provider with the reply \
                 above"
            }
            RefusalKind::BlockList => {
                "ask for the address in the reply to be taken off the block list, or send through \
                 a relay with a login (ROUNDUP_RELAY)"
            }
            RefusalKind::ListQuality => LIST_QUALITY_CURE,
            RefusalKind::Relaying => {
                "let the relay know this computer: set ROUNDUP_RELAY_USERNAME and \
                 ROUNDUP_RELAY_PASSWORD, use port 587 or 465, or ask the relay's operators to \
                 allow this computer's address"
            }
            RefusalKind::EhloName => {
                "set `ehlo_name` under [send] in roundup.toml to this computer's full name, as in \
                 mail.charity.example"
            }
            RefusalKind::NoEhlo => NO_EHLO_CURE,
            RefusalKind::NoMailbox | RefusalKind::NoDomain | RefusalKind::Disabled => {
                "take the address off the list, or correct it"
            }
            RefusalKind::Closed => "ask the person to let the sender's address through",
            RefusalKind::MailboxFull | RefusalKind::MailboxBusy => {
                "wait; roundup tries again by itself"
            }
            RefusalKind::Greylisting | RefusalKind::Trouble => {
                "wait; the run tries again by itself"
            }
            RefusalKind::Connections => "set `connections` under [send] to a smaller number",
            RefusalKind::Rate => "set `rate` under [send] below the relay's limit",
            RefusalKind::Unclear => {
                "read the reply, send it to the relay's provider, then run the same command again"
            }
        }
    }
}
