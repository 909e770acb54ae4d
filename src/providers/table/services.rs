//! Replies of services that send mail for others, and of hosts of websites and mail.
//! Pure: data.

use super::super::kind::RefusalKind::{
    BlockList, Closed, Content, Licence, Login, NoMailbox, Quota, Rate, Relaying, Sender, Size,
    Unclear,
};
use super::{ProviderReplies, ReplyRule};

pub(in super::super) const SES: ProviderReplies = ProviderReplies {
    provider: "Amazon SES",
    source: "docs.aws.amazon.com/ses: SMTP response codes returned by Amazon SES; errors of sending",
    rows: &[
        ReplyRule("", "email address is not verified", Sender),
        ReplyRule("", "identities failed the check", Sender),
        ReplyRule("", "sending suspended", Licence),
        ReplyRule("", "sending paused", Licence),
        ReplyRule("", "account is paused", Licence),
        ReplyRule("", "not authorized to perform", Licence),
        ReplyRule("", "access denied: user", Licence),
        ReplyRule("", "daily message quota", Quota),
        ReplyRule("", "maximum sending rate", Rate),
        ReplyRule("", "signature we calculated does not match", Login),
        ReplyRule("", "authentication credentials invalid", Login),
        ReplyRule("", "message length is more than", Size),
        ReplyRule("", "message rejected: address blacklisted", NoMailbox),
        ReplyRule("", "is on the suppression list", NoMailbox),
        ReplyRule("", "throttling failure", Rate),
        ReplyRule("", "configuration set", Licence),
    ],
};

pub(in super::super) const SENDGRID: ProviderReplies = ProviderReplies {
    provider: "SendGrid",
    source: "docs.sendgrid.com: SMTP errors and troubleshooting; sender identity",
    rows: &[
        ReplyRule("", "verified sender identity", Sender),
        ReplyRule("", "maximum credits exceeded", Quota),
        ReplyRule("", "credits exceeded", Quota),
        ReplyRule("", "you are not authorized to send from that email", Sender),
        ReplyRule("", "account disabled", Licence),
        ReplyRule("", "account under review", Licence),
        ReplyRule("", "bad username / password", Login),
        ReplyRule("", "permission denied, wrong credentials", Login),
        ReplyRule("", "cannot receive additional data", Rate),
        ReplyRule("", "messaging limits", Quota),
    ],
};

pub(in super::super) const MAILGUN: ProviderReplies = ProviderReplies {
    provider: "Mailgun",
    source: "documentation.mailgun.com: SMTP errors; help.mailgun.com: sandbox, disabled accounts",
    rows: &[
        ReplyRule("", "free accounts are for test purposes", Licence),
        ReplyRule("", "sandbox subdomains are for test purposes", Licence),
        ReplyRule("", "authorized recipients", Licence),
        ReplyRule("", "recipient limit exceeded", Quota),
        ReplyRule("", "domain+is not allowed to send", Licence),
        ReplyRule("", "is disabled+your account", Licence),
        ReplyRule("", "domain+is disabled", Licence),
        ReplyRule("", "business verification", Licence),
        ReplyRule("", "probation", Licence),
        ReplyRule("5", "message limit exceeded", Quota),
        ReplyRule("", "monthly+limit", Quota),
        ReplyRule("605", "", NoMailbox),
        ReplyRule("", "marked your messages as spam", Unclear),
    ],
};

pub(in super::super) const POSTMARK: ProviderReplies = ProviderReplies {
    provider: "Postmark",
    source: "postmarkapp.com/developer: SMTP error messages; account approval",
    rows: &[
        ReplyRule("", "pending approval", Licence),
        ReplyRule("", "sender signature", Sender),
        ReplyRule("", "inactive recipient", NoMailbox),
        ReplyRule("", "marked as inactive", NoMailbox),
        ReplyRule("", "not allowed to send+account", Licence),
        ReplyRule("", "message stream", Licence),
        ReplyRule("", "server token", Login),
    ],
};

pub(in super::super) const BREVO: ProviderReplies = ProviderReplies {
    provider: "Brevo",
    source: "help.brevo.com: SMTP relay errors; authorised IP addresses",
    rows: &[
        ReplyRule("", "smtp account is not yet activated", Licence),
        ReplyRule("", "not yet activated", Licence),
        ReplyRule("", "unauthorized ip address", Relaying),
        ReplyRule("", "unrecognised ip address", Relaying),
        ReplyRule("", "unrecognized ip address", Relaying),
        ReplyRule("", "key not found", Login),
        ReplyRule("", "sender you used+is not valid", Sender),
        ReplyRule("", "validate your sender", Sender),
        ReplyRule("", "not enough credits", Quota),
        ReplyRule("", "account is under validation", Licence),
    ],
};

pub(in super::super) const OTHERS: ProviderReplies = ProviderReplies {
    provider: "SparkPost, Mailjet, SMTP2GO, Elastic Email, MailerSend, Mandrill, Resend",
    source: "support.sparkpost.com: SMTP and transmission errors; dev.mailjet.com; support.smtp2go.com; \
             mailersend.com/help; resend.com/docs",
    rows: &[
        ReplyRule("", "unconfigured sending domain", Sender),
        ReplyRule("", "unconfigured or unverified sending domain", Sender),
        ReplyRule("", "exceed sending limit", Quota),
        ReplyRule("", "sender address has been blacklisted", Licence),
        ReplyRule("", "sender domain not verified", Sender),
        ReplyRule("", "unable to verify sender", Sender),
        ReplyRule("", "you are not allowed to send with this from", Sender),
        ReplyRule("", "domain is not verified", Sender),
        ReplyRule("", "domain+not verified", Sender),
        ReplyRule("", "domain must be verified", Sender),
        ReplyRule("", "trial account", Licence),
        ReplyRule("", "account+upgrade", Licence),
        ReplyRule("", "plan+limit", Quota),
        ReplyRule("", "monthly quota", Quota),
        ReplyRule("", "daily quota", Quota),
        ReplyRule("", "hourly quota", Quota),
        ReplyRule("", "api key", Login),
        ReplyRule("", "ip address is not whitelisted", Relaying),
        ReplyRule("", "recipient is suppressed", NoMailbox),
        ReplyRule("", "recipient address suppressed", NoMailbox),
        ReplyRule("", "customer global suppression", NoMailbox),
    ],
};

pub(in super::super) const HOSTS: ProviderReplies = ProviderReplies {
    provider: "OVH, IONOS, Strato, Gandi, GoDaddy, Krystal, 123-reg, cPanel hosts",
    source: "help.ovhcloud.com; ionos.co.uk/help: SMTP error messages; strato.de/faq; docs.cpanel.net: mail limits",
    rows: &[
        ReplyRule("", "session rate limit exceeded", Quota),
        ReplyRule("", "sending blocked", Licence),
        ReplyRule("", "spam blocked account", Licence),
        ReplyRule("", "account+blocked", Licence),
        ReplyRule("", "mailbox+blocked for sending", Licence),
        ReplyRule("", "sender address is not allowed", Sender),
        ReplyRule("", "sender address not allowed", Sender),
        ReplyRule("", "sender not allowed", Sender),
        ReplyRule("", "for explanation visit+postmaster.1and1", BlockList),
        ReplyRule("", "presenter ip", BlockList),
        ReplyRule("", "reputation of the sender", Content),
        ReplyRule("", "has exceeded the max emails per hour", Quota),
        ReplyRule("", "max emails per hour", Quota),
        ReplyRule("", "max defers and failures per hour", Quota),
        ReplyRule("", "mails per session", Rate),
        ReplyRule("", "cpanel+limit", Quota),
        ReplyRule("", "outgoing mail from+suspended", Licence),
        ReplyRule("", "outgoing mail+has been suspended", Licence),
        ReplyRule("", "ib10", BlockList),
        ReplyRule("", "ib2", Content),
        ReplyRule("", "recipient does not accept mails from", Closed),
    ],
};
