//! Replies of filters that organisations put before their mail.
//! Pure: data.

use super::super::kind::RefusalKind::{
    Authentication, BlockList, Closed, Content, Greylisting, NoMailbox, Quota, Rate, Relaying,
    Sender,
};
use super::{ProviderReplies, ReplyRule};

pub(in super::super) const PROOFPOINT: ProviderReplies = ProviderReplies {
    provider: "Proofpoint",
    source: "help.proofpoint.com: Essentials SMTP errors; ipcheck.proofpoint.com",
    rows: &[
        ReplyRule("", "blocked - see https", BlockList),
        ReplyRule("", "blocked - see", BlockList),
        ReplyRule("", "pdr", BlockList),
        ReplyRule("", "sender rejected+proofpoint", Sender),
        ReplyRule("", "invalid sender domain", Sender),
        ReplyRule("", "relay access denied+proofpoint", Relaying),
        ReplyRule("", "unlicensed user", NoMailbox),
        ReplyRule("", "rate limited+proofpoint", Rate),
        ReplyRule("", "message rejected due to content", Content),
    ],
};

pub(in super::super) const MIMECAST: ProviderReplies = ProviderReplies {
    provider: "Mimecast",
    source: "community.mimecast.com: Mimecast SMTP error codes",
    rows: &[
        ReplyRule("", "administrative prohibition - envelope blocked", Sender),
        ReplyRule("", "envelope blocked", Sender),
        ReplyRule("", "envelope rejected - block policy", Sender),
        ReplyRule("", "anti-spoofing policy", Sender),
        ReplyRule("", "header based anti spoofing", Sender),
        ReplyRule("", "rejected by header based blocked senders", Closed),
        ReplyRule("", "local ct ip reputation", BlockList),
        ReplyRule("", "poor reputation", BlockList),
        ReplyRule("", "internal resources are temporarily unavailable", Greylisting),
        ReplyRule("", "message expansion", Content),
        ReplyRule("", "submitter failed to authenticate", Relaying),
        ReplyRule("", "open relay not allowed", Relaying),
        ReplyRule("", "sender failed to retry", Greylisting),
        ReplyRule("", "connection limit exceeded", Rate),
        ReplyRule("", "email size limit", super::super::kind::RefusalKind::Size),
        ReplyRule("", "invalid recipient address", NoMailbox),
        ReplyRule("", "unknown recipient domain", Relaying),
    ],
};

pub(in super::super) const OTHERS: ProviderReplies = ProviderReplies {
    provider: "Barracuda, Cisco, Sophos, Trend Micro, Symantec, SpamExperts",
    source: "campus.barracuda.com; cisco.com: ESA SMTP responses; docs.sophos.com; knowledge.broadcom.com",
    rows: &[
        ReplyRule("", "barracuda", BlockList),
        ReplyRule(
            "",
            "your access to submit messages to this e-mail system has been rejected",
            BlockList,
        ),
        ReplyRule("", "your access to this mail system has been rejected", BlockList),
        ReplyRule("", "sending mta's poor reputation", BlockList),
        ReplyRule("", "message rejected as spam by content scanning", Content),
        ReplyRule("", "mail appears to be unsolicited", Content),
        ReplyRule("", "rejected by antispam", Content),
        ReplyRule("", "please try again later+requested action aborted: greylist", Greylisting),
        ReplyRule("", "blocked using trend micro", BlockList),
        ReplyRule("", "too many bad recipients", Rate),
        ReplyRule("", "dmarc", Authentication),
        ReplyRule("", "outgoing limit", Quota),
    ],
};
