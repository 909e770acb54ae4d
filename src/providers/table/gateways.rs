//! Replies of filters that organisations put before their mail.
//! Pure: data.

use super::super::kind::Kind::{
    Authentication, BlockList, Closed, Content, Greylisting, NoMailbox, Quota, Rate, Relaying,
    Sender,
};
use super::{Group, Row};

pub(in super::super) const PROOFPOINT: Group = Group {
    provider: "Proofpoint",
    source: "help.proofpoint.com: Essentials SMTP errors; ipcheck.proofpoint.com",
    rows: &[
        Row("", "blocked - see https", BlockList),
        Row("", "blocked - see", BlockList),
        Row("", " pdr", BlockList),
        Row("", "sender rejected+proofpoint", Sender),
        Row("", "invalid sender domain", Sender),
        Row("", "relay access denied+proofpoint", Relaying),
        Row("", "unlicensed user", NoMailbox),
        Row("", "rate limited+proofpoint", Rate),
        Row("", "message rejected due to content", Content),
    ],
};

pub(in super::super) const MIMECAST: Group = Group {
    provider: "Mimecast",
    source: "community.mimecast.com: Mimecast SMTP error codes",
    rows: &[
        Row("", "administrative prohibition - envelope blocked", Sender),
        Row("", "envelope blocked", Sender),
        Row("", "envelope rejected - block policy", Sender),
        Row("", "anti-spoofing policy", Sender),
        Row("", "header based anti spoofing", Sender),
        Row("", "rejected by header based blocked senders", Closed),
        Row("", "local ct ip reputation", BlockList),
        Row("", "poor reputation", BlockList),
        Row("", "internal resources are temporarily unavailable", Greylisting),
        Row("", "message expansion", Content),
        Row("", "submitter failed to authenticate", Relaying),
        Row("", "open relay not allowed", Relaying),
        Row("", "sender failed to retry", Greylisting),
        Row("", "connection limit exceeded", Rate),
        Row("", "email size limit", super::super::kind::Kind::Size),
        Row("", "invalid recipient address", NoMailbox),
        Row("", "unknown recipient domain", Relaying),
    ],
};

pub(in super::super) const OTHERS: Group = Group {
    provider: "Barracuda, Cisco, Sophos, Trend Micro, Symantec, SpamExperts",
    source: "campus.barracuda.com; cisco.com: ESA SMTP responses; docs.sophos.com; knowledge.broadcom.com",
    rows: &[
        Row("", "barracuda", BlockList),
        Row(
            "",
            "your access to submit messages to this e-mail system has been rejected",
            BlockList,
        ),
        Row("", "your access to this mail system has been rejected", BlockList),
        Row("", "sending mta's poor reputation", BlockList),
        Row("", "message rejected as spam by content scanning", Content),
        Row("", "mail appears to be unsolicited", Content),
        Row("", "rejected by antispam", Content),
        Row("", "please try again later+requested action aborted: greylist", Greylisting),
        Row("", "blocked using trend micro", BlockList),
        Row("", "too many bad recipients", Rate),
        Row("", "dmarc", Authentication),
        Row("", "outgoing limit", Quota),
    ],
};
