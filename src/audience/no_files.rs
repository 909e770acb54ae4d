//! Files in which nobody may be mailed, by their columns or their names.
//! Pure: titles and names in, reasons out.

use super::ExclusionReason;
use super::title_meaning::words_of;
use crate::audience::consent_topics::{AND_WORDS, NO_FILES, TAKING_BACK};
use crate::rfc::csv::simple;

/// A no that holds for everybody in a file by its columns: Mailchimp's files of those who left, and of those who bounced.
pub fn whole_file(titles: &[String]) -> Option<ExclusionReason> {
    let titles: Vec<String> = titles.iter().map(|title| simple(title)).collect();
    let has = |title: &str| titles.iter().any(|found| found == title);
    // Its export of subscribers has LAST_CHANGED where these have a time of leaving.
    let is_mailchimp = ["memberrating", "leid", "euid"].into_iter().any(has);
    if !is_mailchimp || has("lastchanged") {
        return None;
    }
    let by_title =
        [("unsubtime", ExclusionReason::Unsubscribed), ("cleantime", ExclusionReason::Bounced)];
    by_title.into_iter().find(|(title, _)| has(title)).map(|(_, why)| why)
}

/// A no by the name of a file, for those of whom no row says that they are subscribed. A name that takes it back says
/// nothing: "unsubscribed removed" is a list of the others.
pub fn file_name(name: &str) -> Option<ExclusionReason> {
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let words = words_of(stem);
    let (at, length, why) = NO_FILES.iter().find_map(|(known, why)| {
        let known: Vec<&str> = known.split(' ').collect();
        let at = words.windows(known.len()).position(|found| found == known.as_slice())?;
        Some((at, known.len(), why))
    })?;
    let takes_back = |(place, word): (usize, &String)| {
        let is_inside = (at..at + length).contains(&place);
        let is_joined = place > 0 && AND_WORDS.contains(&words[place - 1].as_str());
        !is_inside && !is_joined && TAKING_BACK.contains(&word.as_str())
    };
    if words.iter().enumerate().any(takes_back) {
        return None;
    }
    let (place, why) = ("the name of the file".to_owned(), Box::new(why()));
    Some(ExclusionReason::Elsewhere { place, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_which_nobody_may_be_mailed() {
        let titles = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let plain = titles("email,basis");
        for name in [
            "subscribers/unsubscribed_members_export_1a2b.csv",
            "subscribers/cleaned_members.csv",
            "subscribers/nonsubscribed_members.csv",
            "subscribers/Unsubscribed.csv",
            "subscribers/do-not-mail.csv",
            "subscribers/our suppression list.csv",
            "unsubscribed and removed.csv",
            "Deleted contacts.csv",
        ] {
            assert!(file_name(name).is_some(), "{name}");
            assert_eq!(whole_file(&plain), None);
        }
        for name in
            ["subscribers/people.csv", "subscribers/subscribed_members.csv", "unsubscribed/a.csv"]
        {
            assert_eq!(file_name(name), None, "{name}");
        }
        // A word that takes it back, before it and behind it.
        for (no, _) in NO_FILES {
            assert!(file_name(&format!("{no}.csv")).is_some(), "{no}");
            assert!(file_name(&format!("people {no} and removed.csv")).is_some(), "{no}");
            for word in TAKING_BACK {
                for name in [format!("list ({no} {word}).csv"), format!("all-{word}-{no}.csv")] {
                    // "Do not mail" may begin with one.
                    let is_of_the_no = NO_FILES.iter().any(|(known, _)| known.starts_with(word));
                    assert!(file_name(&name).is_none() || is_of_the_no, "{name}");
                }
            }
        }
        for name in [
            "list (unsubscribed removed).csv",
            "All supporters without unsubscribes.csv",
            "Clean list - bounces deleted.csv",
            "members-excl-deceased.csv",
            "not unsubscribed.csv",
        ] {
            assert_eq!(file_name(name), None, "{name}");
        }
        let left = titles("Email Address,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,LEID,basis");
        assert_eq!(whole_file(&left), Some(ExclusionReason::Unsubscribed));
        let cleaned = titles("Email Address,MEMBER_RATING,CLEAN_TIME,EUID");
        assert_eq!(whole_file(&cleaned), Some(ExclusionReason::Bounced));
        let both = titles("Email Address,MEMBER_RATING,LAST_CHANGED,UNSUB_TIME");
        assert_eq!(whole_file(&both), None);
    }
}
