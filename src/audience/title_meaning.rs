//! What the title of a column says about getting emails.
//! Pure: titles in, meanings out.

use super::ExclusionReason;
use crate::audience::consent_titles::{
    ENDED_WORDS, ENDING_WORDS, IN_OR_OUT_TITLES, NO_TITLES, NO_WHOLE_TITLES, PERHAPS_NOT_TOPICS,
    PERHAPS_TOPIC_PARTS, PERHAPS_TOPIC_WORDS,
};
use crate::audience::consent_topics::{
    ABOUT_A_NO, OTHER_STATE_TITLES, OTHER_TOPICS, OTHER_WAYS, TOPIC_TITLES, TOPIC_WHOLE_TITLES,
};
use crate::audience::consent_words::YES_TITLES;
use crate::audience::other_topics::SOMETHING_ELSE;
use crate::rfc::csv::simple;

/// What a column says by its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnMeaning {
    /// Its words are states: `subscribed`, `cleaned`.
    State,
    /// Its title is a yes: only a yes in it is one.
    Yes,
    /// Its title is a no: whatever stands in it, other than a clear "no, not so", keeps the person from being mailed.
    No(ExclusionReason),
    /// Its words are states, of a membership perhaps: only those that say no are read.
    OtherState,
    /// Its title is about getting emails: a clear no in it is one. Anything else than a clear yes keeps what is said about the
    /// whole file from being theirs.
    Topic,
    /// Its title says until when somebody may be mailed: the day may be over, or not have come.
    Ending,
    /// Its title may be about getting emails. Where most of its cells are answers, it is. Else a clear no in it, by a word, is
    /// one, and everything else says nothing.
    PerhapsTopic,
}

/// What a title says; `folded` is the same in lower case and without punctuation.
pub(super) fn meaning_of(title: &str, folded: &str) -> Option<ColumnMeaning> {
    let words = words_of(title);
    if is_about_another_way(title) {
        return None;
    }
    if words.iter().any(|word| ABOUT_A_NO.contains(&word.as_str())) {
        return None;
    }
    if is_state_title(folded) {
        return Some(ColumnMeaning::State);
    }
    if let Some(over) = is_over(&words, folded) {
        return Some(over);
    }
    // phpList asks in whole sentences: "Is the subscriber confirmed (1/0)".
    if folded.contains("subscriberconfirmed") {
        return Some(ColumnMeaning::Yes);
    }
    if folded.contains("subscriberdisabled") {
        return Some(ColumnMeaning::No(ExclusionReason::Unsubscribed));
    }
    if YES_TITLES.contains(&folded) {
        return Some(ColumnMeaning::Yes);
    }
    if OTHER_STATE_TITLES.contains(&folded) {
        return Some(ColumnMeaning::OtherState);
    }
    if words.windows(2).any(|pair| pair[0] == "on" && pair[1] == "hold") {
        return Some(ColumnMeaning::No(ExclusionReason::OnHold));
    }
    let whole = NO_WHOLE_TITLES.iter().find(|(known, _)| *known == folded);
    let part = || NO_TITLES.iter().find(|(known, _)| folded.contains(known));
    whole.or_else(part).map(|(_, why)| ColumnMeaning::No(why())).or_else(|| {
        let is_other = words.iter().any(|word| OTHER_TOPICS.contains(&word.as_str()));
        let is_topic = TOPIC_WHOLE_TITLES.contains(&folded)
            || TOPIC_TITLES.iter().any(|part| folded.contains(part));
        if is_topic && !is_other {
            return Some(ColumnMeaning::Topic);
        }
        may_be_a_topic(&words, folded).then_some(ColumnMeaning::PerhapsTopic)
    })
}

/// What a title says that is about a permission and its end: a day below it is not one of a yes.
fn is_over(words: &[String], folded: &str) -> Option<ColumnMeaning> {
    let is_topic = YES_TITLES.iter().chain(TOPIC_WHOLE_TITLES).any(|title| folded == *title)
        || TOPIC_TITLES.iter().chain(&["optin", "permission"]).any(|part| folded.contains(part));
    let is_other = words.iter().any(|word| OTHER_TOPICS.contains(&word.as_str()));
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if !is_topic || is_other {
        return None;
    }
    if has(ENDED_WORDS) {
        return Some(ColumnMeaning::No(ExclusionReason::Unsubscribed));
    }
    has(ENDING_WORDS).then_some(ColumnMeaning::Ending)
}

/// Whether a title may be about getting emails: it speaks of email, news or subscriptions, and of nothing else.
fn may_be_a_topic(words: &[String], folded: &str) -> bool {
    // "Email channel" is where something came from, or a choice among channels: a no there can only be a choice.
    let is_way = |word: &str| matches!(word, "channel" | "method" | "medium");
    let is_other = |word: &String| {
        OTHER_TOPICS.contains(&word.as_str()) && !is_way(word)
            || PERHAPS_NOT_TOPICS.contains(&word.as_str())
            || word.chars().any(|c| matches!(c, '2'..='9'))
    };
    let is_word = |word: &String| PERHAPS_TOPIC_WORDS.contains(&word.as_str());
    let is_part = || PERHAPS_TOPIC_PARTS.iter().any(|part| folded.contains(part));
    (words.iter().any(is_word) || is_part()) && !words.iter().any(is_other)
}

/// `status`, and whatever calls itself the state of a subscription, an email address or a permission.
fn is_state_title(folded: &str) -> bool {
    const OF: [&str; 9] = [
        "subscri",
        "email",
        "newsletter",
        "optin",
        "marketing",
        "consent",
        "permission",
        "mailing",
        "list",
    ];
    folded == "status"
        || IN_OR_OUT_TITLES.contains(&folded)
        || (folded.ends_with("status") || folded.ends_with("state"))
            && OF.iter().any(|of| folded.contains(of))
}

/// Whether a title is about text messages, telephone calls or letters: whatever stands in it says nothing about email.
pub fn is_about_another_way(title: &str) -> bool {
    let folded = simple(title);
    let is_way = |word: &String| OTHER_WAYS.contains(&word.as_str());
    let other = words_of(title).iter().any(is_way)
        || folded.contains("directmail")
        || folded.strip_prefix("donot").is_some_and(|rest| {
            rest.starts_with("text") || OTHER_WAYS.iter().any(|way| rest.starts_with(way))
        });
    other && !folded.contains("email")
}

/// Whether a title is about another way to reach people, or about something else than reaching them.
pub fn is_about_something_else(title: &str) -> bool {
    let is_else = |word: &String| {
        let known = [OTHER_TOPICS, PERHAPS_NOT_TOPICS, SOMETHING_ELSE];
        known.iter().any(|words| words.contains(&word.as_str()))
    };
    is_about_another_way(title) || words_of(title).iter().any(is_else)
}

/// The words of a title, in lower case: `npsp__DoNotCall` is `npsp do not call`.
pub(super) fn words_of(title: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in title.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
