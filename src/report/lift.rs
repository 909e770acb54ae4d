//! Which suppressions an operator may lift, and at whose wish.
//! Pure: a reason in, an answer out.

/// Why somebody is on the do-not-mail list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A server refused their mail, at once or by a bounce: a server can be wrong.
    Refused,
    /// They said so: unsubscribed, objected.
    Said,
    /// They reported mail as spam.
    Complained,
    /// They had their data erased.
    Erased,
}

impl Reason {
    /// Reads a suppression's reason. Words of which nothing is known are taken for the person's own.
    pub fn of(why: &str) -> Self {
        let why = why.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
        let is_reply = why.len() >= 3
            && why.starts_with(['4', '5'])
            && why.bytes().take(3).all(|b| b.is_ascii_digit());
        if is_reply {
            Self::Refused
        } else if says(&["eras", "forgotten"]) {
            Self::Erased
        } else if says(&["complain", "reported as spam", "abuse", "feedback loop"]) {
            Self::Complained
        } else if why.starts_with("bounce") || says(&["undeliverable", "mailbox"]) {
            Self::Refused
        } else {
            Self::Said
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_can_be_wrong_and_a_person_is_asked() {
        for (why, expected) in [
            ("550 5.1.1 no such user", Reason::Refused),
            ("550 mailbox reported as spam trap", Reason::Refused),
            ("bounced: 5.2.1", Reason::Refused),
            ("unsubscribed", Reason::Said),
            ("objected by letter", Reason::Said),
            ("", Reason::Said),
            ("complained (feedback loop)", Reason::Complained),
            ("erased at their request", Reason::Erased),
        ] {
            assert_eq!(Reason::of(why), expected, "{why}");
        }
    }
}
