//! The tables of replies, in the order in which they are read.
//! Pure: data.

mod gateways;
mod general;
mod list_quality;
mod mailboxes;
mod servers;
mod services;

use super::kind::RefusalKind;

/// A status (see `status_fits`), words that must all be there (joined by `+`, in lower case), and what it means.
pub(super) struct ReplyRule(pub &'static str, pub &'static str, pub RefusalKind);

/// What is known of one provider or server.
pub(super) struct ProviderReplies {
    pub provider: &'static str,
    /// Where its replies are documented, or how they were seen.
    pub source: &'static str,
    pub rows: &'static [ReplyRule],
}

/// What is about us whoever says it, and whatever else it says.
pub(super) const ABOUT_US: &ProviderReplies = &general::US;

pub(super) const GROUPS: &[ProviderReplies] = &[
    list_quality::LIST_QUALITY,
    mailboxes::MICROSOFT,
    mailboxes::GOOGLE,
    mailboxes::YAHOO,
    mailboxes::ICLOUD,
    mailboxes::ZOHO,
    mailboxes::FASTMAIL,
    mailboxes::PROTON,
    mailboxes::LAPOSTE,
    services::SES,
    services::SENDGRID,
    services::MAILGUN,
    services::POSTMARK,
    services::BREVO,
    services::OTHERS,
    services::HOSTS,
    gateways::PROOFPOINT,
    gateways::MIMECAST,
    gateways::OTHERS,
    servers::POSTFIX,
    servers::EXIM,
    servers::SENDMAIL,
    servers::DOMINO,
    servers::OPENSMTPD,
    servers::HARAKA,
    servers::FILTERS,
    general::LATER,
    general::US,
    general::PERSON,
];
