//! Replies of services that send mail for others, and of hosts of websites and mail.
//! Pure: data.

use super::super::kind::Kind::{
    BlockList, Closed, Content, Licence, Login, NoMailbox, Quota, Rate, Relaying, Sender, Size,
};
use super::{Group, Row};

pub(in super::super) const SES: Group = Group {
    provider: "Amazon SES",
    source: "docs.aws.amazon.com/ses: SMTP response codes returned by Amazon SES; errors of sending",
    rows: &[
        Row("", "email address is not verified", Sender),
        Row("", "identities failed the check", Sender),
        Row("", "sending suspended", Licence),
        Row("", "sending paused", Licence),
        Row("", "account is paused", Licence),
        Row("", "not authorized to perform ses:", Licence),
        Row("", "access denied: user", Licence),
        Row("", "daily message quota", Quota),
        Row("", "maximum sending rate", Rate),
        Row("", "signature we calculated does not match", Login),
        Row("", "authentication credentials invalid", Login),
        Row("", "message length is more than", Size),
        Row("", "message rejected: address blacklisted", NoMailbox),
        Row("", "address is on the suppression list", NoMailbox),
        Row("", "throttling failure", Rate),
        Row("", "configuration set", Licence),
    ],
};

pub(in super::super) const SENDGRID: Group = Group {
    provider: "SendGrid",
    source: "docs.sendgrid.com: SMTP errors and troubleshooting; sender identity",
    rows: &[
        Row("", "verified sender identity", Sender),
        Row("", "maximum credits exceeded", Quota),
        Row("", "credits exceeded", Quota),
        Row("", "you are not authorized to send from that email", Sender),
        Row("", "account disabled", Licence),
        Row("", "account under review", Licence),
        Row("", "bad username / password", Login),
        Row("", "permission denied, wrong credentials", Login),
        Row("", "cannot receive additional data", Rate),
    ],
};

pub(in super::super) const MAILGUN: Group = Group {
    provider: "Mailgun",
    source: "documentation.mailgun.com: SMTP errors; help.mailgun.com: sandbox, disabled accounts",
    rows: &[
        Row("", "free accounts are for test purposes", Licence),
        Row("", "sandbox subdomains are for test purposes", Licence),
        Row("", "authorized recipients", Licence),
        Row("", "recipient limit exceeded", Quota),
        Row("", "domain+is not allowed to send", Licence),
        Row("", "is disabled+account", Licence),
        Row("", "business verification", Licence),
        Row("", "probation", Licence),
        Row("5", "message limit exceeded", Quota),
        Row("", "monthly+limit", Quota),
        Row("605", "", NoMailbox),
    ],
};

pub(in super::super) const POSTMARK: Group = Group {
    provider: "Postmark",
    source: "postmarkapp.com/developer: SMTP error messages; account approval",
    rows: &[
        Row("", "pending approval", Licence),
        Row("", "sender signature", Sender),
        Row("", "inactive recipient", NoMailbox),
        Row("", "marked as inactive", NoMailbox),
        Row("", "not allowed to send+account", Licence),
        Row("", "message stream", Licence),
        Row("", "server token", Login),
    ],
};

pub(in super::super) const BREVO: Group = Group {
    provider: "Brevo",
    source: "help.brevo.com: SMTP relay errors; authorised IP addresses",
    rows: &[
        Row("", "smtp account is not yet activated", Licence),
        Row("", "not yet activated", Licence),
        Row("", "unauthorized ip address", Relaying),
        Row("", "unrecognised ip address", Relaying),
        Row("", "unrecognized ip address", Relaying),
        Row("", "key not found", Login),
        Row("", "sender you used+is not valid", Sender),
        Row("", "validate your sender", Sender),
        Row("", "not enough credits", Quota),
        Row("", "account is under validation", Licence),
    ],
};

pub(in super::super) const OTHERS: Group = Group {
    provider: "SparkPost, Mailjet, SMTP2GO, Elastic Email, MailerSend, Mandrill, Resend",
    source: "support.sparkpost.com: SMTP and transmission errors; dev.mailjet.com; support.smtp2go.com; \
             mailersend.com/help; resend.com/docs",
    rows: &[
        Row("", "unconfigured sending domain", Sender),
        Row("", "unconfigured or unverified sending domain", Sender),
        Row("", "exceed sending limit", Quota),
        Row("", "sender address has been blacklisted", Licence),
        Row("", "sender domain not verified", Sender),
        Row("", "unable to verify sender", Sender),
        Row("", "you are not allowed to send with this from", Sender),
        Row("", "domain is not verified", Sender),
        Row("", "domain+not verified", Sender),
        Row("", "domain must be verified", Sender),
        Row("", "trial account", Licence),
        Row("", "account+upgrade", Licence),
        Row("", "plan+limit", Quota),
        Row("", "monthly quota", Quota),
        Row("", "daily quota", Quota),
        Row("", "hourly quota", Quota),
        Row("", "api key", Login),
        Row("", "ip address is not whitelisted", Relaying),
        Row("", "recipient is suppressed", NoMailbox),
        Row("", "recipient address suppressed", NoMailbox),
        Row("", "customer global suppression", NoMailbox),
    ],
};

pub(in super::super) const HOSTS: Group = Group {
    provider: "OVH, IONOS, Strato, Gandi, GoDaddy, Krystal, 123-reg, cPanel hosts",
    source: "help.ovhcloud.com; ionos.co.uk/help: SMTP error messages; strato.de/faq; docs.cpanel.net: mail limits",
    rows: &[
        Row("", "session rate limit exceeded", Quota),
        Row("", "sending blocked", Licence),
        Row("", "spam blocked account", Licence),
        Row("", "account+blocked", Licence),
        Row("", "mailbox+blocked for sending", Licence),
        Row("", "sender address is not allowed", Sender),
        Row("", "sender address not allowed", Sender),
        Row("", "sender not allowed", Sender),
        Row("", "for explanation visit+postmaster.1and1", BlockList),
        Row("", "presenter ip", BlockList),
        Row("", "reputation of the sender", Content),
        Row("", "has exceeded the max emails per hour", Quota),
        Row("", "max emails per hour", Quota),
        Row("", "max defers and failures per hour", Quota),
        Row("", "mails per session", Rate),
        Row("", "cpanel+limit", Quota),
        Row("", "outgoing mail from+suspended", Licence),
        Row("", "outgoing mail+has been suspended", Licence),
        Row("", "ib10", BlockList),
        Row("", "ib2", Content),
        Row("", "recipient does not accept mails from", Closed),
    ],
};
