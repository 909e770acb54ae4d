//! Tests: columns of many systems, and what stands in them.
//! Pure: titles and cells in, reasons out.

use super::*;
use crate::audience::answer_words::{NEGATIONS, NO_WORDS};
use crate::audience::consent_titles::{NO_TITLES, NO_WHOLE_TITLES};
use crate::audience::consent_topics::{OTHER_STATE_TITLES, TOPIC_TITLES, TOPIC_WHOLE_TITLES};
use crate::audience::consent_words::YES_TITLES;

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
        "Remove from list",
        "Taken off the list",
        "Legitimate interest objection",
        "FPS",
        "Withdrawn",
        "Invalid",
    ] {
        assert!(matches!(says(title), Some(ColumnMeaning::No(_))), "{title}: {:?}", says(title));
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
    for title in ["subscribed_to_emails", "Subscribed", "DOUBLE_OPT-IN", "confirmed", "Opt-in"] {
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
        "Preferred channel",
        "Mailing preference",
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
fn in_a_column_that_is_a_no_only_a_clear_no_says_nothing() {
    let column = &columns(&["Unsubscribed"])[0];
    for cell in ["", " ", "no", "N", "FALSE", "0", "-"] {
        assert_eq!(column.refusal(cell), None, "{cell:?}");
    }
    for cell in ["yes", "Y", "TRUE", "1", "x", "oui", "ja", "2021-03-01 10:00:00", "maybe", "?"] {
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

#[test]
fn each_title_of_the_tables_is_known() {
    for title in YES_TITLES {
        assert_eq!(says(title), Some(ColumnMeaning::Yes), "{title}");
    }
    for (title, _) in NO_TITLES.iter().chain(NO_WHOLE_TITLES) {
        assert!(matches!(says(title), Some(ColumnMeaning::No(_))), "{title}");
    }
}

#[test]
fn a_sign_around_a_word_makes_no_yes_of_it() {
    let mut topic = columns(&["Newsletter"]).remove(0);
    topic.is_filled = true;
    for cell in ["-1", "1?", "yes?", "!yes", "~ yes", "Monthly?", "email ?", "- yes", "¿sí"] {
        assert!(topic.not_a_yes(cell).is_some(), "{cell}");
    }
}

#[test]
fn a_permission_that_is_over_is_none_and_its_day_is_not_a_yes() {
    for title in [
        "Email consent date withdrawn",
        "Consent expired",
        "Opt-in revoked on",
        "Marketing permission declined",
        "Newsletter stopped",
    ] {
        let column = columns(&[title]).remove(0);
        assert!(matches!(column.says, ColumnMeaning::No(_)), "{title}: {:?}", column.says);
        assert!(column.refusal("2023-01-01").is_some() && column.refusal("").is_none(), "{title}");
    }
    for title in ["Consent end date", "GDPR consent expiry", "Permission until"] {
        let mut column = columns(&[title]).remove(0);
        column.see("2023-01-01");
        // The day may be over, or not have come: they wait, and whoever has none is as they were.
        let why = column.refusal("2023-01-01").unwrap();
        assert!(why.is_unclear(), "{title}: {why:?}");
        assert_eq!((column.refusal(""), column.not_a_yes("")), (None, None), "{title}");
    }
    for title in ["Opt", "Opt in/out", "Opt-in/Opt-out"] {
        let column = columns(&[title]).remove(0);
        for (cell, is_no) in [("In", false), ("Out", true), ("opt-in", false), ("opt-out", true)] {
            assert_eq!(column.refusal(cell).is_some(), is_no, "{title}: {cell}");
        }
    }
}
