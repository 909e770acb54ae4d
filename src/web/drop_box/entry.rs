//! What an entry of a drop box requests: the token is checked here, where the key is.
//! Pure: one entry in, an act or a reason out.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::audience::Keys;
use crate::audience::frequency::Frequency;
use crate::people::{Act, ActKind, LeavingWay};
use crate::rfc::base16;
use crate::web::serve::pages::is_reason;
use crate::web::serve::request::{PublicRequest, field, read};

/// Programs that submit every form they see are faster than people.
const YOUNGEST_NONCE_MILLISECONDS: i64 = 1000;

/// A request as a box kept it. Nothing in it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DropEntry {
    #[serde(default)]
    pub id: String,
    pub received_at: DateTime<Utc>,
    pub path: String,
    #[serde(default)]
    pub content_type: String,
    #[serde(default)]
    pub body: String,
}

/// What an entry comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropRequest {
    Act(Act),
    /// The links were tried with an invented person.
    Probe,
    /// A token that is not one of ours.
    WrongToken,
    /// A program submitted the page's form, faster than a person can read it.
    TooFast,
    /// Something else, which no box of ours keeps.
    Other,
}

impl DropRequest {
    /// What somebody wants, where it is that.
    pub fn into_act(self) -> Option<Act> {
        match self {
            Self::Act(act) => Some(act),
            Self::Probe | Self::WrongToken | Self::TooFast | Self::Other => None,
        }
    }
}

/// What an entry comes to. Times in the future are those of another clock: they count as `now`.
pub fn request_of(entry: &DropEntry, keys: &Keys, now: DateTime<Utc>) -> DropRequest {
    let (token, what) = match read("POST", &entry.path, "") {
        Ok(PublicRequest::OneClick { token }) => {
            (token, ActKind::Left { way: LeavingWay::OneClick, reason: None })
        }
        Ok(PublicRequest::Leave { token }) => {
            let reason = field(entry.body.as_bytes(), "reason").filter(|text| is_reason(text));
            (token, ActKind::Left { way: LeavingWay::Page, reason })
        }
        Ok(PublicRequest::Stay { token }) => (token, ActKind::Stayed),
        Ok(PublicRequest::Choose { token }) => {
            let word = field(entry.body.as_bytes(), "frequency").unwrap_or_default();
            let Some(frequency) = Frequency::parse(&word) else { return DropRequest::Other };
            (token, ActKind::Chose { frequency })
        }
        _ => return DropRequest::Other,
    };
    let Some(person) = keys.person_of_unsubscribe_token(&token) else {
        return DropRequest::WrongToken;
    };
    if person == keys.invented_person() {
        return DropRequest::Probe;
    }
    let is_button = !matches!(what, ActKind::Left { way: LeavingWay::OneClick, .. });
    if is_button && is_too_fast(entry) {
        return DropRequest::TooFast;
    }
    let notice = Some(notice_of_entry(entry));
    DropRequest::Act(Act { notice, ..Act::new(&person, entry.received_at.min(now), what) })
}

/// Whether the form came back before a person could have read its page. A form without the page's time is one of a box that
/// looks at it by itself.
fn is_too_fast(entry: &DropEntry) -> bool {
    let shown = field(entry.body.as_bytes(), "nonce").and_then(|text| text.parse::<i64>().ok());
    shown.is_some_and(|shown| {
        entry.received_at.timestamp_millis().saturating_sub(shown) < YOUNGEST_NONCE_MILLISECONDS
    })
}

/// The same entry is the same however often and wherever a box gives it.
fn notice_of_entry(entry: &DropEntry) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    let at = entry.received_at.to_rfc3339();
    for part in ["drop-box", &entry.id, &at, &entry.path, &entry.content_type, &entry.body] {
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    base16::encode(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfc::address::EmailAddress;

    fn entry(path: &str, body: &str) -> DropEntry {
        DropEntry {
            id: "a1".to_owned(),
            received_at: "2026-11-20T10:00:05Z".parse().unwrap(),
            path: path.to_owned(),
            content_type: "application/x-www-form-urlencoded".to_owned(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn entries_by_path_body_and_token() {
        let keys = Keys::new(b"one");
        let ann = EmailAddress::parse("ann@example.org").unwrap();
        let token = keys.unsubscribe_token(&ann);
        let person = keys.address_hash(&ann);
        let now: DateTime<Utc> = "2026-11-21T10:00:00Z".parse().unwrap();
        let what = |path: &str, body: &str| match request_of(&entry(path, body), &keys, now) {
            DropRequest::Act(act) => {
                assert_eq!(act.person, person, "{path}");
                assert_eq!(act.at, entry("", "").received_at, "{path}");
                Ok(act.what)
            }
            other => Err(other),
        };
        let left = |way, reason: Option<&str>| {
            Ok(ActKind::Left { way, reason: reason.map(str::to_owned) })
        };
        let shown = |at: &str| at.parse::<DateTime<Utc>>().unwrap().timestamp_millis();
        let late = format!("nonce={}", shown("2026-11-20T10:00:04Z"));
        let early = format!("nonce={}", shown("2026-11-20T10:00:04.001Z"));
        let other = Keys::new(b"two").unsubscribe_token(&ann);
        for (path, body, expected) in [
            (format!("/u/{token}"), String::new(), left(LeavingWay::OneClick, None)),
            (format!("/news/u/{token}"), String::new(), Err(DropRequest::Other)),
            (format!("/u/{token}"), early.clone(), left(LeavingWay::OneClick, None)),
            (format!("/u/{token}/leave"), late.clone(), left(LeavingWay::Page, None)),
            (format!("/u/{token}/leave"), "x".to_owned(), left(LeavingWay::Page, None)),
            (
                format!("/u/{token}/leave"),
                format!("{late}&reason=too_many"),
                left(LeavingWay::Page, Some("too_many")),
            ),
            (
                format!("/u/{token}/leave"),
                format!("{late}&reason=Ann"),
                left(LeavingWay::Page, None),
            ),
            (format!("/u/{token}/leave"), early.clone(), Err(DropRequest::TooFast)),
            (
                format!("/u/{token}/often"),
                format!("{late}&frequency=year"),
                Ok(ActKind::Chose { frequency: Frequency::Year }),
            ),
            (
                format!("/u/{token}/often"),
                format!("{late}&frequency=every"),
                Ok(ActKind::Chose { frequency: Frequency::Every }),
            ),
            (format!("/u/{token}/often"), format!("{late}&frequency=x"), Err(DropRequest::Other)),
            (format!("/u/{token}/often"), late.clone(), Err(DropRequest::Other)),
            (
                format!("/u/{token}/often"),
                format!("{early}&frequency=year"),
                Err(DropRequest::TooFast),
            ),
            (format!("/u/{token}/stay"), late, Ok(ActKind::Stayed)),
            (format!("/u/{token}/stay"), early, Err(DropRequest::TooFast)),
            (format!("/u/{other}"), String::new(), Err(DropRequest::WrongToken)),
            (format!("/u/{}", keys.invented_token()), String::new(), Err(DropRequest::Probe)),
            (format!("/drop/{token}"), String::new(), Err(DropRequest::Other)),
            (String::new(), String::new(), Err(DropRequest::Other)),
        ] {
            assert_eq!(what(&path, &body), expected, "{path} {body}");
        }
    }

    #[test]
    fn the_same_entry_has_one_name_and_the_future_is_now() {
        let keys = Keys::new(b"one");
        let token = keys.unsubscribe_token(&EmailAddress::parse("ann@example.org").unwrap());
        let one = entry(&format!("/u/{token}"), "");
        let later =
            DropEntry { received_at: "2026-11-20T10:00:06Z".parse().unwrap(), ..one.clone() };
        let other = DropEntry { id: "a2".to_owned(), ..one.clone() };
        let now = "2026-11-20T10:00:05.5Z".parse().unwrap();
        let act = |entry: &DropEntry| match request_of(entry, &keys, now) {
            DropRequest::Act(act) => act,
            nothing => panic!("{nothing:?}"),
        };
        assert_eq!(act(&one), act(&one));
        assert_ne!(act(&one).notice, act(&other).notice);
        assert_eq!(act(&later).at, now);
    }

    proptest::proptest! {
        #[test]
        fn nothing_a_box_holds_ends_the_process_or_counts_for_somebody(
            path in "(/u/|/unsubscribe/)?\\PC{0,60}(/leave|/stay|/often)?",
            body in "\\PC{0,60}",
        ) {
            let met = request_of(&entry(&path, &body), &Keys::new(b"one"), Utc::now());
            proptest::prop_assert!(!matches!(met, DropRequest::Act(_)));
        }
    }
}
