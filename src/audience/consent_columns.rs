//! Which columns of a list say whether somebody may be mailed, by their titles, and what the words in them mean.
//! Pure: titles and cells in, reasons out.
//!
//! Lists come from many systems, and each has its own way to say no. All that is known of them stands in the tables of
//! this file. Words are compared whole, never by a part of them: `inactive` is not `active`. A word that is in no table is
//! never a yes.

use super::answers::Answers;
use super::{Basis, ExclusionReason};
use crate::audience::answer_words::{NEGATIONS, NO_BEGINNINGS, NO_WORDS, YES_WORDS};
use crate::audience::clear_no::{no_anywhere, words_in};
use crate::audience::consent_titles::{
    NO_TITLES, NO_WHOLE_TITLES, PERHAPS_NOT_TOPICS, PERHAPS_TOPIC_PARTS, PERHAPS_TOPIC_WORDS,
};
use crate::audience::consent_topics::{
    ABOUT_A_NO, AND_WORDS, NO_FILES, NOTHING_SAID, OTHER_STATE_TITLES, OTHER_TOPICS, OTHER_WAYS,
    TAKING_BACK, TOPIC_TITLES, TOPIC_WHOLE_TITLES, TOPIC_YES_WORDS,
};
use crate::audience::consent_words::{STATES, YES_TITLES};
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
    /// Its title may be about getting emails. Where most of its cells are answers, it is. Else a clear no in it, by a word, is
    /// one, and everything else says nothing.
    PerhapsTopic,
}

/// A column that says something, by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentColumn {
    pub index: usize,
    /// As the file has it.
    pub title: String,
    pub says: ColumnMeaning,
    /// Whether any row of the file has something in it: then an empty cell is not a yes.
    pub is_filled: bool,
    /// What its cells are, as far as they were seen.
    pub answers: Answers,
}

/// The columns of a file that say whether people may be mailed. `taken` are read for something else.
pub fn of(titles: &[String], taken: &[Option<usize>]) -> Vec<ConsentColumn> {
    let folded: Vec<String> = titles.iter().map(|title| simple(title)).collect();
    let is_buttondown = folded.iter().any(|title| title == "type")
        && folded.iter().any(|title| title == "creationdate");
    let is_phplist = ["confirmed", "blacklisted", "bouncecount", "htmlemail"];
    let is_phplist = folded.iter().any(|title| is_phplist.contains(&title.as_str()));
    let has_email_no =
        folded.iter().any(|title| title.starts_with("donot") && title.contains("email"));
    let says = |index: usize| -> Option<ColumnMeaning> {
        if taken.contains(&Some(index)) {
            return None;
        }
        let title = folded[index].as_str();
        if title == "type" && is_buttondown {
            return Some(ColumnMeaning::State);
        }
        // phpList's word for those whom it does not mail; in another list it may be about people who are disabled.
        if title == "disabled" && is_phplist {
            return Some(ColumnMeaning::No(ExclusionReason::Unsubscribed));
        }
        // CiviCRM's "Do Not Mail" is about letters, where "Do Not Email" stands beside it.
        if title == "donotmail" && has_email_no {
            return None;
        }
        of_title(&titles[index], title)
    };
    (0..titles.len())
        .filter_map(|index| {
            let says = says(index)?;
            Some(ConsentColumn::new(index, titles[index].clone(), says))
        })
        .collect()
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

fn of_title(title: &str, folded: &str) -> Option<ColumnMeaning> {
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
        || (folded.ends_with("status") || folded.ends_with("state"))
            && OF.iter().any(|of| folded.contains(of))
}

/// The words of a title, in lower case: `npsp__DoNotCall` is `npsp do not call`.
fn words_of(title: &str) -> Vec<String> {
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

/// A word as tables have it, where nothing but the word stands in the cell: `-1` is not `1`, and `regular?` is not `regular`.
pub fn whole_word(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let is_of_a_word = |c: char| c.is_alphanumeric();
    (cell.starts_with(is_of_a_word) && cell.ends_with(is_of_a_word)).then(|| folded(cell))
}

/// The same without what stands around it: enough for a no, and not for a yes.
pub fn bare_word(cell: &str) -> String {
    folded(cell.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// A cell in lower case, with one space wherever there are spaces, hyphens or underscores.
fn folded(cell: &str) -> String {
    words_in(cell).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// What a state means: `Ok` is a yes.
///
/// # Errors
/// Says why it is not one.
pub fn state(cell: &str) -> Result<(), ExclusionReason> {
    // Nearly every row of a list has one of these.
    if matches!(cell, "subscribed" | "active") {
        return Ok(());
    }
    let meaning = |word: &str| STATES.iter().find(|(words, _)| words.contains(&word));
    let unknown = || Err(ExclusionReason::UnknownStatus(super::exclusion::shown(cell)));
    if let Some((_, meaning)) = whole_word(cell).and_then(|word| meaning(&word)) {
        return meaning.map_or(Ok(()), |why| Err(why()));
    }
    match meaning(&bare_word(cell)) {
        // A figure with a sign is another one.
        Some((_, Some(why))) if cell.chars().any(char::is_alphabetic) => Err(why()),
        _ => unknown(),
    }
}

/// Whether a word is one for a state.
pub fn is_state(cell: &str) -> bool {
    !matches!(state(cell), Err(ExclusionReason::UnknownStatus(_)))
}

/// What a state means in a column that may also be about a membership or an account: a word that is in no table says nothing.
fn other_state(cell: &str) -> Option<ExclusionReason> {
    let is_word = cell.chars().any(char::is_alphabetic);
    let why = state(cell).err().filter(|_| is_word)?;
    (!matches!(why, ExclusionReason::UnknownStatus(_))).then_some(why)
}

impl ConsentColumn {
    /// A column of which no cell was seen.
    pub fn new(index: usize, title: String, says: ColumnMeaning) -> Self {
        Self { index, title, says, is_filled: false, answers: Answers::default() }
    }

    /// What this column says of a person: `None` when it is not a no.
    pub fn refusal(&self, cell: &str) -> Option<ExclusionReason> {
        let cell = cell.trim();
        let why = match &self.says {
            ColumnMeaning::No(why) => (!is_nothing(cell)).then(|| why.clone())?,
            ColumnMeaning::State | ColumnMeaning::Yes if cell.is_empty() => {
                return self
                    .is_filled
                    .then(|| ExclusionReason::NoStatus { column: self.title.clone() });
            }
            ColumnMeaning::State => state(cell).err()?,
            ColumnMeaning::OtherState if cell.is_empty() => return None,
            ColumnMeaning::OtherState if self.answers.are_most() => {
                clear_no(cell).or_else(|| state(cell).err())?
            }
            ColumnMeaning::OtherState => other_state(cell)?,
            ColumnMeaning::Yes => said_yes(cell).err()?,
            ColumnMeaning::Topic => clear_no(cell)?,
            ColumnMeaning::PerhapsTopic if self.answers.are_most() => clear_no(cell)?,
            ColumnMeaning::PerhapsTopic => {
                // A figure, or another address, is not an answer.
                let is_word = cell.chars().any(char::is_alphabetic) && !cell.contains('@');
                clear_no(cell).filter(|_| is_word)?
            }
        };
        Some(self.at(why))
    }

    /// Where the column is about getting emails, and what stands in it is not a yes: what the person wants is uncertain.
    pub fn not_a_yes(&self, cell: &str) -> Option<ExclusionReason> {
        let cell = cell.trim();
        if !self.is_topic() || !self.is_filled || is_topic_yes(cell, &self.title) {
            return None;
        }
        Some(elsewhere(&self.title, ExclusionReason::NotAYes(super::exclusion::shown(cell))))
    }

    /// Whether it is about getting emails, by its title or by what stands in it.
    pub fn is_topic(&self) -> bool {
        let is_perhaps = self.says == ColumnMeaning::PerhapsTopic;
        self.says == ColumnMeaning::Topic || is_perhaps && self.answers.are_most()
    }

    /// Sees one of its cells.
    pub fn see(&mut self, cell: &str) {
        self.is_filled = self.is_filled || !cell.trim().is_empty();
        if matches!(self.says, ColumnMeaning::PerhapsTopic | ColumnMeaning::OtherState) {
            self.answers.see(cell, is_state);
        }
    }

    fn at(&self, why: ExclusionReason) -> ExclusionReason {
        // The column `status` needs no mention: everybody knows it.
        if simple(&self.title) == "status" { why } else { elsewhere(&self.title, why) }
    }
}

/// What a column is called in the reason that it gives.
pub fn elsewhere(title: &str, why: ExclusionReason) -> ExclusionReason {
    let title: String = title.escape_debug().take(60).collect();
    ExclusionReason::Elsewhere { place: format!("column `{title}`"), why: Box::new(why) }
}

/// Whether a cell of a column that is a no says nothing.
fn is_nothing(cell: &str) -> bool {
    let word = cell.to_lowercase();
    matches!(word.as_str(), "" | "n" | "false" | "0" | "-") || NEGATIONS.contains(&word.as_str())
}

fn said_yes(cell: &str) -> Result<(), ExclusionReason> {
    let word = cell.to_lowercase();
    if YES_WORDS.contains(&word.as_str()) || is_dated(cell) {
        Ok(())
    } else if NO_WORDS.contains(&word.as_str()) {
        Err(ExclusionReason::Unsubscribed)
    } else if is_nothing_said(&word) {
        Err(ExclusionReason::NotAYes(super::exclusion::shown(cell)))
    } else {
        state(cell).map_err(|why| match why {
            ExclusionReason::UnknownStatus(word) => ExclusionReason::NotAYes(word),
            known => known,
        })
    }
}

/// What a word in a column of lawful bases means that is none of them: a no, or an unknown word. A plain yes is
/// neither, though it does not say why.
pub fn not_a_basis(title: &str, cell: &str) -> Option<ExclusionReason> {
    let unknown = match Basis::parse(cell) {
        Ok(_) | Err(ExclusionReason::NoBasis) => return None,
        Err(unknown) => unknown,
    };
    let word = cell.trim().to_lowercase();
    // "No" below `basis` may mean that there is none; below `consent` it is the person's.
    let is_about_the_basis = simple(title) != "consent" && NO_WORDS.contains(&word.as_str());
    let why = match said_yes(cell.trim()) {
        Ok(()) => return None,
        Err(why) if is_about_the_basis || matches!(why, ExclusionReason::NotAYes(_)) => unknown,
        Err(why) => why,
    };
    Some(if simple(title) == "basis" { why } else { elsewhere(title, why) })
}

/// Somebody has written down that they do not know. `word` is in lower case.
fn is_nothing_said(word: &str) -> bool {
    NOTHING_SAID.contains(&word.trim_end_matches(['.', '!', '?', ' ']))
        || NOTHING_SAID.contains(&word)
}

/// A clear yes in a column of which nothing is known but what it is about: one of its words, or several of them.
fn is_topic_yes(cell: &str, title: &str) -> bool {
    if is_about_another_way(cell) {
        return false;
    }
    if is_dated(cell) {
        return true;
    }
    let parts = cell.split([';', ',', '|', '/']).filter(|part| !part.trim().is_empty());
    let is_yes = |part: &str| {
        if is_doubtful(part) {
            return false;
        }
        let bare = folded(part.trim_matches(|c: char| !c.is_alphanumeric() && !"✓✔".contains(c)));
        let first = bare.split(' ').next().unwrap_or_default();
        YES_WORDS.contains(&bare.as_str())
            || TOPIC_YES_WORDS.contains(&bare.as_str())
            || part.trim().parse::<f64>().is_ok_and(|figure| (figure - 1.0).abs() < f64::EPSILON)
            || state(part).is_ok()
            || simple(part) == simple(title)
            || ["yes", "y", "ja", "oui", "sí", "si"].contains(&first) && !is_about_another_way(part)
    };
    parts.clone().any(is_yes) && !is_nothing_said(&cell.to_lowercase())
}

/// Whether a sign before or behind a word takes it back: "yes?", "-1", "!yes".
fn is_doubtful(part: &str) -> bool {
    let part = part.trim();
    part.contains(['?', '¿', '~', '≠']) || part.starts_with(['-', '!', '¬', '<', '>', '–', '—'])
}

/// A no in a column of which nothing is known but what it is about.
fn clear_no(cell: &str) -> Option<ExclusionReason> {
    // "No!", "(no)", and the `="No"` with which spreadsheets keep a word a word.
    let bare = cell.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if is_nothing_said(&bare) || is_nothing_said(&cell.to_lowercase()) {
        return None;
    }
    if let Ok(figure) = bare.parse::<f64>() {
        return (figure.abs() < f64::EPSILON).then_some(ExclusionReason::Unsubscribed);
    }
    let first = bare.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')).next();
    let begins_with_no =
        first.is_some_and(|word| NO_BEGINNINGS.contains(&word.replace('’', "'").as_str()));
    if begins_with_no || [bare.as_str(), cell].iter().any(|word| NO_WORDS.contains(word)) {
        return Some(ExclusionReason::Unsubscribed);
    }
    match state(cell) {
        Ok(()) | Err(ExclusionReason::UnknownStatus(_)) => no_anywhere(cell),
        Err(why) => Some(why),
    }
}

/// A day, written with digits: since when it is so.
fn is_dated(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    // Databases write a day that never was with zeros.
    digits >= 6 && cell.chars().any(|c| matches!(c, '1'..='9'))
}

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
    use crate::audience::consent_words::NO_ANYWHERE;

    fn columns(titles: &[&str]) -> Vec<ConsentColumn> {
        let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
        of(&titles, &[])
    }

    fn says(title: &str) -> Option<ColumnMeaning> {
        columns(&[title]).pop().map(|column| column.says)
    }

    #[test]
    fn titles_that_are_a_no_in_any_form() {
        for title in [
            "No Bulk Emails (User Opt Out)",
            "no_bulk_emails",
            "On Hold",
            "on_hold (primary)",
            "EMAIL_BLACKLISTED",
            "UNSUB_TIME",
            "UNSUB_REASON",
            "CLEAN_TIME",
            "CLEAN_CAMPAIGN_TITLE",
            "email_disabled",
            "DO_NOT_EMAIL",
            "DoNotEmail",
            "do-not-contact",
            "Do Not Mail",
            "Opted Out",
            "Email Opt Out",
            "HasOptedOutOfEmail",
            "Confirmed Opt-Out Date",
            "unsubscribed_at",
            "Unsubscribed?",
            "deleted_at",
            "Is Deceased",
            "npsp__Deceased__c",
            "Hard Bounced",
            "bouncecount",
            "EmailBouncedDate",
            "Complained",
            "Suppressed",
            "Cleaned",
            "Blacklisted",
            "Deleted",
            "Abgemeldet am",
            "Désabonné",
        ] {
            assert!(
                matches!(says(title), Some(ColumnMeaning::No(_))),
                "{title}: {:?}",
                says(title)
            );
        }
    }

    #[test]
    fn not_so_in_the_language_of_the_list_is_no_no() {
        for title in ["Gesperrt", "Afgemeld", "Avmeldt", "Désabonné", "Unsubscribed"] {
            let column = columns(&[title]).remove(0);
            for cell in NEGATIONS.into_iter().chain(["", "0", "-", "Nein", "NEE"]) {
                assert_eq!(column.refusal(cell), None, "{title}: {cell}");
            }
            assert!(column.refusal("x").is_some(), "{title}");
        }
        assert!(NEGATIONS.iter().all(|word| NO_WORDS.contains(word)));
    }

    #[test]
    fn titles_that_say_nothing_about_email() {
        for title in [
            "first_name",
            "SMS_BLACKLISTED",
            "Do Not Phone",
            "DoNotCall",
            "do_not_sms",
            "Do Not Trade",
            "SMS subscriber status",
            "can2_sms_status",
            "optout_offered",
            "Unsubscribe URL",
            "unsubscribe_link",
            "active_subscription",
            "Disabled",
            "State",
            "Country",
            "OPTIN_TIME",
            "CONFIRM_TIME",
            "LAST_CHANGED",
            "Membership Status",
            "Position Holder",
            "Bounce rate",
            "town",
            "segments",
        ] {
            assert_eq!(says(title), None, "{title}");
        }
        // CiviCRM has both, and this one is about letters.
        let civi = columns(&["Do Not Email", "Do Not Mail", "Do Not Phone"]);
        assert_eq!(civi.len(), 1);
    }

    #[test]
    fn titles_whose_words_are_states_or_a_yes() {
        for title in [
            "status",
            "STATUS",
            "Email status",
            "Email permission status",
            "Email subscriber status",
            "can2_subscription_status",
        ] {
            assert_eq!(says(title), Some(ColumnMeaning::State), "{title}");
        }
        for title in ["subscribed_to_emails", "Subscribed", "DOUBLE_OPT-IN", "confirmed", "Opt-in"]
        {
            assert_eq!(says(title), Some(ColumnMeaning::Yes), "{title}");
        }
        assert_eq!(columns(&["name", "type", "creation_date"]).len(), 1);
        assert_eq!(columns(&["name", "type", "created_at"]).len(), 0);
    }

    #[test]
    fn titles_that_may_be_about_getting_emails_in_which_a_no_by_a_word_is_one() {
        for title in [
            "Subscription",
            "Subscriptions",
            "Email subscription",
            "E-mail subscription",
            "Mail subscription",
            "Sign up",
            "Signed up",
            "Signup",
            "Sign me up",
            "Subscribed to list",
            "Emailable",
            "Accept emails",
            "Get our emails",
            "Email news",
            "News",
            "Email Y/N",
            "By e-mail",
            "Via email",
            "Email channel",
            "Electronic communications",
            "Digital communications",
            "Online communications",
            "Comms",
            "Comms preference",
            "Keep me informed",
            "Keep me updated",
            "Agreed",
            "I agree",
            "Data protection",
            "Circulation list",
            "Deliverable",
            "Preferred contact method",
            "Email",
            "E-mail",
            "Email?",
            "By email",
            "Electronic",
        ] {
            let column = columns(&[title]).pop().unwrap_or_else(|| panic!("{title}"));
            for no in ["No", "no.", "N", "FALSE", "Never", "None", "Unsubscribed"] {
                assert!(column.refusal(no).is_some(), "{title}: {no}");
            }
            for other in ["Yes", "", "By post", "no@example.org", "0 opens", "7"] {
                assert_eq!(column.refusal(other), None, "{title}: {other}");
            }
        }
        for title in [
            "Email 2",
            "Work email",
            "Second e-mail",
            "Email opens",
            "Emails sent",
            "Email invalid",
            "Email type",
            "Signed up for event",
            "Agreed to photos",
            "active_subscription",
            "Subscription plan",
            "Email source",
            "Primary email",
            "Phone or post news",
            "No email address",
        ] {
            let column = columns(&[title]).pop();
            assert_eq!(column.and_then(|column| column.refusal("No")), None, "{title}");
        }
    }

    #[test]
    fn a_yes_below_a_title_of_leaving_is_a_no_and_post_is_not_email() {
        for title in [
            "Died",
            "RIP",
            "Gone away",
            "Goneaway",
            "Left list",
            "Leaver",
            "Remove",
            "Stop",
            "Exclude",
            "Cancel",
            "Cancelled",
            "Is this subscriber disabled? (1/0)",
        ] {
            let column = columns(&[title]).pop().unwrap_or_else(|| panic!("{title}"));
            for yes in ["Yes", "y", "1", "x", "2024-03-01"] {
                assert!(column.refusal(yes).is_some(), "{title}: {yes}");
            }
            for no in ["No", "", "0", "false"] {
                assert_eq!(column.refusal(no), None, "{title}: {no}");
            }
        }
        let confirmed = columns(&["Is the subscriber confirmed (1/0)"]).remove(0);
        assert!(confirmed.refusal("0").is_some());
        assert_eq!(confirmed.refusal("1"), None);
        for title in [
            "Consent to direct mail",
            "Marketing Permissions - Direct Mail",
            "Printed newsletter",
            "Paper newsletter",
        ] {
            assert_eq!(says(title), None, "{title}");
        }
    }

    #[test]
    fn a_no_that_somebody_wrote_by_hand_is_a_no() {
        let column = columns(&["Newsletter"]).remove(0);
        for no in [
            "No.",
            "No!",
            "(No)",
            "=\"No\"",
            "'No",
            "nope",
            "0.0",
            "N (post only)",
            "No - but yes to post",
            "Neither",
            "Not wanted",
            "Not interested",
            "don't",
            "Don’t send",
            "no longer",
            "withdrawn 2024",
            "Unsubscribed 3 May",
            "STOP",
            "not yet",
            "None",
            "-",
            "✗",
            "nein!",
        ] {
            assert!(column.refusal(no).is_some(), "{no}");
        }
        for other in [
            "Yes",
            "yes!",
            "Y",
            "1",
            "2",
            "Monthly",
            "Non-profit news",
            "Nottingham",
            "Norwich branch",
            "",
        ] {
            assert_eq!(column.refusal(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_not_a_clear_yes_is_not_one() {
        for title in ["Newsletter", "Mailing", "GDPR"] {
            let mut column = columns(&[title]).remove(0);
            assert_eq!(column.not_a_yes("?"), None, "{title}: an empty column says nothing");
            column.is_filled = true;
            for cell in [
                "?",
                "",
                " ",
                "n/a",
                "N/A",
                "By post only",
                "tbc",
                "maybe",
                "ask again",
                "unknown",
                "not asked",
                "2",
                "Yes to post only",
                "Yes, by post only",
                "see notes",
                "Post",
                "phone; post",
                "no response",
                "Nottingham group",
            ] {
                assert!(column.not_a_yes(cell).is_some(), "{title}: {cell:?}");
                assert_eq!(column.refusal(cell), None, "{title}: {cell:?} is not a no either");
            }
            for cell in [
                "Yes",
                "y",
                "1",
                "1.0",
                "x",
                "TRUE",
                "✓",
                "Yes, by email",
                "Email",
                "Email; post",
                "Monthly",
                title,
                "Newsletter",
                "2024-05-01",
                "03/05/2024",
                "subscribed",
                "ja",
                "Yes!",
            ] {
                assert_eq!(column.not_a_yes(cell), None, "{title}: {cell:?}");
            }
        }
        let consent = columns(&["Consent"]).remove(0);
        for cell in ["?", "By post only", "n/a", "tbc"] {
            let why = consent.refusal(cell);
            let is_unclear = matches!(&why, Some(ExclusionReason::Elsewhere { why, .. })
                if matches!(**why, ExclusionReason::NotAYes(_)));
            assert!(is_unclear, "{cell}: {why:?}");
        }
    }

    #[test]
    fn titles_about_getting_emails_in_which_a_clear_no_is_one() {
        for title in [
            "Newsletter",
            "Newsletter (Y/N)",
            "Mailing list",
            "Marketing",
            "GDPR",
            "Subscribe",
            "Happy to be emailed",
            "Can we email you?",
            "I agree to receive emails",
            "Do you want our newsletter?",
            "Keep in touch",
            "Communication preferences",
            "Email consent (charity)",
            "Einwilligung Newsletter",
            "Abonniert",
            "Infolettre",
            "Boletín",
            "Nieuwsbrief",
            "Cylchlythyr",
        ] {
            let column = &columns(&[title])[0];
            assert_eq!(column.says, ColumnMeaning::Topic, "{title}");
            for cell in ["no", "No", "N", "FALSE", "0", "nein", "non", "no thanks", "declined"] {
                assert!(column.refusal(cell).is_some(), "{title}: {cell}");
            }
            for cell in ["unsubscribed", "Opted-Out", "inactive", "do not email", "bounced"] {
                assert!(column.refusal(cell).is_some(), "{title}: {cell}");
            }
            for cell in ["", "yes", "monthly", "Nottingham group", "2024-05-01", "ja", "?", "2"] {
                assert_eq!(column.refusal(cell), None, "{title}: {cell}");
            }
        }
        for title in [
            "Newsletter opens",
            "Photo consent",
            "Gift aid consent",
            "Marketing score",
            "SMS marketing",
            "active_subscription",
            "Emails received",
            "Email 2 Address",
        ] {
            assert_eq!(says(title), None, "{title}");
        }
        for title in ["Abbestellt", "Newsletter abbestellt", "Baja", "Avmeldt nyhetsbrev"] {
            assert!(matches!(says(title), Some(ColumnMeaning::No(_))), "{title}");
        }
        for title in TOPIC_TITLES.iter().chain(TOPIC_WHOLE_TITLES) {
            assert!(says(title).is_some(), "{title}");
        }
    }

    #[test]
    fn words_are_compared_whole_and_unknown_ones_are_a_no() {
        for word in ["subscribed", "Active", " YES ", "premium", "Express", "opted-in", "Opt_In"] {
            assert_eq!(state(word), Ok(()), "{word}");
        }
        for (word, why) in [
            ("unsubscribed", ExclusionReason::Unsubscribed),
            ("inactive", ExclusionReason::Unsubscribed),
            ("Opted-Out", ExclusionReason::Unsubscribed),
            ("blocklisted", ExclusionReason::Unsubscribed),
            ("Cleaned", ExclusionReason::Bounced),
            ("previous bounce", ExclusionReason::Bounced),
            ("unreachable", ExclusionReason::Bounced),
            ("invalid", ExclusionReason::Bounced),
            ("spam", ExclusionReason::Complained),
            ("previous spam complaint", ExclusionReason::Complained),
            ("pending", ExclusionReason::Unconfirmed),
            ("Awaiting confirmation", ExclusionReason::Unconfirmed),
            ("Never subscribed", ExclusionReason::NeverAsked),
            ("Implied", ExclusionReason::NeverAsked),
            ("Temporary hold", ExclusionReason::OnHold),
            ("removed", ExclusionReason::Removed),
        ] {
            assert_eq!(state(word), Err(why), "{word}");
        }
        for word in ["désinscrit", "1", "deactive", "actively unsubscribed"] {
            assert!(matches!(state(word), Err(ExclusionReason::UnknownStatus(_))), "{word}");
        }
    }

    #[test]
    fn what_is_not_a_lawful_basis_is_a_no_or_unclear() {
        let judged = |title: &str, cell: &str| match not_a_basis(title, cell) {
            None => "nothing",
            Some(why) if why.is_unclear() => "unclear",
            Some(why) if why.has_said_no() => "no",
            Some(_) => "other",
        };
        for title in ["basis", "lawful basis", "Consent"] {
            for cell in
                ["consent", "Soft opt-in charity", "corporate", "", " ", "yes", "2024-05-01"]
            {
                assert_eq!(judged(title, cell), "nothing", "{title}: {cell}");
            }
            for cell in ["legitimate interest", "?", "tbc", "consentt", "service"] {
                assert_eq!(judged(title, cell), "unclear", "{title}: {cell}");
            }
            for cell in ["withdrawn", "Opted-Out", "unsubscribed", "do not email"] {
                assert_eq!(judged(title, cell), "no", "{title}: {cell}");
            }
            let is_consent = title == "Consent";
            for cell in ["no", "N", "false", "0", "declined"] {
                let expected = if is_consent { "no" } else { "unclear" };
                assert_eq!(judged(title, cell), expected, "{title}: {cell}");
            }
        }
    }

    #[test]
    fn in_a_column_that_is_a_no_only_a_clear_no_says_nothing() {
        let column = &columns(&["Unsubscribed"])[0];
        for cell in ["", " ", "no", "N", "FALSE", "0", "-"] {
            assert_eq!(column.refusal(cell), None, "{cell:?}");
        }
        for cell in ["yes", "Y", "TRUE", "1", "x", "oui", "ja", "2021-03-01 10:00:00", "maybe", "?"]
        {
            assert!(column.refusal(cell).is_some(), "{cell:?}");
        }
    }

    #[test]
    fn in_a_column_that_is_a_yes_only_a_yes_is_one() {
        let mut column = columns(&["subscribed_to_emails"]).remove(0);
        assert_eq!(column.refusal(""), None);
        column.is_filled = true;
        for cell in ["true", "Yes", "1", "2021-03-01", "subscribed"] {
            assert_eq!(column.refusal(cell), None, "{cell:?}");
        }
        for cell in ["", "false", "No", "0", "2", "-", "unsubscribed", "perhaps", "0000-00-00"] {
            assert!(column.refusal(cell).is_some(), "{cell:?}");
        }
    }

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

    #[test]
    fn a_clear_no_counts_in_whatever_column() {
        for cell in ["unsubscribed", "Opted-Out", " DO_NOT_EMAIL ", "deceased"] {
            assert!(no_anywhere(cell).is_some(), "{cell}");
        }
        for cell in ["", "no", "inactive", "Nottingham", "unsubscribed from our summer letter"] {
            assert_eq!(no_anywhere(cell), None, "{cell}");
        }
    }

    #[test]
    fn each_word_of_the_tables_is_folded_as_cells_are() {
        for (words, _) in STATES {
            for word in *words {
                assert_eq!(folded(word), *word);
            }
        }
        for (word, _) in NO_ANYWHERE {
            assert_eq!(folded(word), *word);
            assert!(no_anywhere(word).is_some(), "{word}");
        }
        for title in YES_TITLES {
            assert_eq!(says(title), Some(ColumnMeaning::Yes), "{title}");
        }
        for (title, _) in NO_TITLES.iter().chain(NO_WHOLE_TITLES) {
            assert!(matches!(says(title), Some(ColumnMeaning::No(_))), "{title}");
        }
    }

    /// What may stand around a word without being part of it.
    const SIGNS: [(&str, &str); 10] = [
        ("-", ""),
        ("!", ""),
        ("", "?"),
        ("? ", ""),
        ("+", ""),
        ("(", ")"),
        ("*", ""),
        ("~", ""),
        ("<", ""),
        ("", " ?"),
    ];

    #[test]
    fn a_sign_around_a_word_makes_no_yes_of_it_and_takes_no_no_back() {
        for (words, why) in STATES {
            for word in *words {
                for (before, behind) in SIGNS {
                    let cell = format!("{before}{word}{behind}");
                    let is_figure = word.chars().all(|c| c.is_ascii_digit());
                    let found = state(&cell);
                    match why {
                        Some(why) if !is_figure => assert_eq!(found, Err(why()), "{cell}"),
                        _ => assert!(
                            matches!(found, Err(ExclusionReason::UnknownStatus(_))),
                            "{cell}: {found:?}"
                        ),
                    }
                }
            }
        }
        let mut topic = columns(&["Newsletter"]).remove(0);
        topic.is_filled = true;
        for cell in ["-1", "1?", "yes?", "!yes", "~ yes", "Monthly?", "email ?", "- yes", "¿sí"] {
            assert!(topic.not_a_yes(cell).is_some(), "{cell}");
        }
    }

    #[test]
    fn a_clear_no_counts_beside_others_and_with_a_word_of_thanks() {
        for (word, _) in NO_ANYWHERE {
            for cell in [
                format!("{word}; Do Not Phone"),
                format!("No Phone, {word}"),
                format!("Major donor\n{word}"),
                format!("A rather long note of somebody who was met at a fair | {word}"),
                format!("{word} please"),
                format!("{} - thank you", word.to_uppercase()),
                format!("!{word}!"),
            ] {
                assert!(no_anywhere(&cell).is_some(), "{cell}");
            }
        }
        for cell in ["No e-mail please", "No Email, No Phone", "Do Not Email; Do Not Phone"] {
            assert!(no_anywhere(cell).is_some(), "{cell}");
        }
        for cell in
            ["No phone; no post", "Bounced back from illness, please call", "Dead Sea, north"]
        {
            assert_eq!(no_anywhere(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_state_that_may_be_of_a_membership_only_says_no() {
        for title in OTHER_STATE_TITLES {
            let column = columns(&[title]).remove(0);
            assert_eq!(column.says, ColumnMeaning::OtherState, "{title}");
            for cell in ["unconfirmed", "Inactive", "Marked as spam", "Error", "bounced"] {
                assert!(column.refusal(cell).is_some(), "{title}: {cell}");
            }
            for cell in ["", "Active", "Full member", "Lapsed", "2", "3"] {
                assert_eq!(column.refusal(cell), None, "{title}: {cell}");
            }
        }
        // phpList's.
        assert_eq!(columns(&["name", "disabled"]).len(), 0);
        assert_eq!(columns(&["name", "confirmed", "blacklisted", "disabled"]).len(), 3);
        for title in ["deactivated", "email1_is_bad", "undeliverability_date"] {
            assert!(matches!(says(title), Some(ColumnMeaning::No(_))), "{title}");
        }
    }
}
