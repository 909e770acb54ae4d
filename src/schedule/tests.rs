//! Tests: phrases, hours and decisions, each kind in a table.
//! Shell: nothing outside.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::London;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn schedule(every: &str, between: &str, catch_up: &str) -> Schedule {
    let settings = Settings {
        every: Some(every.to_owned()),
        between: Some(between.to_owned()),
        catch_up: Some(catch_up.to_owned()),
        holidays: Vec::new(),
    };
    Schedule::new(&settings, London).unwrap()
}

#[test]
fn what_is_suggested_is_understood() {
    for (text, is_suggested) in [
        ("monthly", true),
        ("weekly", true),
        ("fortnightly", true),
        ("daily", true),
        ("quarterly", true),
        ("Yearly", true),
        ("annually", true),
        ("annual", true),
        ("months", false),
        ("evry", false),
        ("mondya", false),
    ] {
        let cure = Phrase::parse(text).unwrap_err().cure();
        let meant = cure.strip_prefix("did you mean `").and_then(|rest| rest.split('`').next());
        assert_eq!(meant.is_some(), is_suggested, "{cure}");
        assert!(meant.is_none_or(|meant| Phrase::parse(meant).is_ok()), "{cure}");
    }
    let cure = Phrase::parse("frist Tuesday").unwrap_err().cure();
    assert!(cure.starts_with("did you mean `first`?"), "{cure}");
}

#[test]
fn phrases_are_read_as_people_write_them() {
    for (text, canonical) in [
        ("first Tuesday", "first Tuesday"),
        (" FIRST  tuesday ", "first Tuesday"),
        ("1st Tue", "first Tuesday"),
        ("the first Tuesday of the month", "first Tuesday"),
        ("every first Tuesday of every month", "first Tuesday"),
        ("last working day", "last working day"),
        ("3rd working day", "third working day"),
        ("day 31", "day 31"),
        ("every day 31", "day 31"),
        ("the 15th day of the month", "day 15"),
        ("last day", "last day"),
        ("every Friday", "every Friday"),
        ("every thu and mon", "every Monday, Thursday"),
        ("every Monday, Thursday", "every Monday, Thursday"),
        ("Every Fridays", "every Friday"),
        ("every day", "every day"),
        ("every weekday", "every working day"),
        ("first Monday of the quarter", "first Monday of the quarter"),
        ("last Friday of the year", "last Friday of December"),
        ("first working day of the year", "first working day of January"),
        ("day 5 of June and Jan", "day 5 of January, June"),
    ] {
        let phrase = Phrase::parse(text).unwrap();
        assert_eq!(phrase.to_string(), canonical, "{text}");
        assert_eq!(Phrase::parse(canonical), Ok(phrase));
    }
    for text in [
        "",
        "Tuesday",
        "first",
        "fifth Tuesday",
        "day 0",
        "day 32",
        "day",
        "0th day",
        "1nd Tuesday",
        "11 Tuesday",
        "eleventh working day",
        "every",
        "every month",
        "every of",
        "first Tuesday of",
        "day 31 of the quarter",
        "first Tuesday of Marhc",
        "day -1",
        "day 1.5",
        "day ١",
        "every Friday 13",
        "first Tuesday first Tuesday",
    ] {
        let error = Phrase::parse(text).unwrap_err();
        assert!(error.cure().contains("first Tuesday"), "{text}");
    }
    assert!(
        Phrase::parse("frist Tuesday").unwrap_err().cure().starts_with("did you mean `first`?")
    );
    assert!(
        Phrase::parse("every Firday").unwrap_err().cure().starts_with("did you mean `friday`?")
    );
}

#[test]
fn hours_and_what_is_caught_up_are_read() {
    for text in ["09:00-17:00", "9:00 - 17:00", "00:00-24:00", "23:50-24:00"] {
        StartHours::parse(text).unwrap();
    }
    for text in [
        "",
        "9-17",
        "17:00-09:00",
        "09:00-09:09",
        "09:00",
        "24:00-24:30",
        "09:60-10:30",
        "-1:00-02:00",
        "09:00-25:00",
        "009:00-10:00",
    ] {
        assert!(StartHours::parse(text).is_err(), "{text}");
    }
    for (text, canonical) in [
        ("same day", "same day"),
        ("Same  Day", "same day"),
        ("1 day", "1 day"),
        ("1 days", "1 day"),
        ("14 days", "14 days"),
        ("ask", "ask"),
    ] {
        assert_eq!(CatchUp::parse(text).unwrap().to_string(), canonical);
    }
    for text in ["", "0 days", "15 days", "3", "never", "same", "-3 days"] {
        assert!(CatchUp::parse(text).is_err(), "{text}");
    }
    let wrong = Settings { holidays: vec!["25 December".to_owned()], ..Settings::default() };
    assert_eq!(
        Schedule::new(&wrong, London),
        Err(ScheduleError::Holiday("25 December".to_owned()))
    );
}

#[test]
fn a_local_time_that_comes_twice_is_the_first_and_one_that_is_skipped_is_the_next() {
    for (text, utc) in [
        ("2027-10-31 01:30", "2027-10-31T00:30:00Z"),
        ("2027-03-28 01:30", "2027-03-28T01:00:00Z"),
        ("2027-01-05T10:00", "2027-01-05T10:00:00Z"),
        ("2027-07-05 10:00", "2027-07-05T09:00:00Z"),
        ("2027-07-05T10:00:00Z", "2027-07-05T10:00:00Z"),
        ("2027-07-05T10:00:00+05:30", "2027-07-05T04:30:00Z"),
    ] {
        assert_eq!(read_moment(text, London), Some(at(utc)), "{text}");
    }
    for text in [
        "",
        "tomorrow",
        "2027-02-30 10:00",
        "2027-01-05",
        "10:00",
        "2027-01-05 24:30",
        "05/01/2027 10:00",
    ] {
        assert_eq!(read_moment(text, London), None, "{text}");
    }
    let schedule = schedule("day 28", "01:30-01:45", "ask");
    let skipped = schedule.slot(day("2027-03-28"));
    assert_eq!(skipped.opens, at("2027-03-28T01:00:00Z"));
    assert!(skipped.closes >= skipped.opens + TimeDelta::minutes(10));
}

fn edition(name: &str, since: &str) -> ApprovedEdition {
    ApprovedEdition {
        name: name.to_owned(),
        window_end: day(&format!("{name}-01")),
        moments: vec![at(since)],
        has_changed: false,
    }
}

/// What is sent and missed at a moment, in words.
fn decided(
    schedule: &Schedule,
    now: &str,
    rows: &[Occurrence],
    approved: &[ApprovedEdition],
) -> (Vec<String>, Vec<String>) {
    let (sends, missed, _) = decided_with(schedule, now, rows, approved, &[]);
    (sends, missed)
}

/// The same beside editions that somebody has sent by hand; and the days that those were for.
fn decided_with(
    schedule: &Schedule,
    now: &str,
    rows: &[Occurrence],
    approved: &[ApprovedEdition],
    planned: &[PlannedSending],
) -> (Vec<String>, Vec<String>, Vec<String>) {
    let facts = ScheduleFacts {
        now: at(now),
        schedule,
        begun: at("2027-01-01T00:00:00Z"),
        rows,
        approved,
        stopped: &[],
        planned,
        unfinished: &[],
    };
    let decision = decide(&facts);
    let sends = decision.sends.iter().map(|send| {
        format!("{} {}{}", send.day, send.edition, if send.is_late { " late" } else { "" })
    });
    let missed = decision.missed.iter();
    let missed = missed
        .map(|missed| format!("{} {}", missed.day, missed.edition.as_deref().unwrap_or("nothing")));
    let by_hand = decision.by_hand.iter().map(|done| format!("{} {}", done.day, done.edition));
    (sends.collect(), missed.collect(), by_hand.collect())
}

/// The decision about one edition, approved at these moments.
fn decided_of(
    schedule: &Schedule,
    (begun, now): (&str, &str),
    rows: &[Occurrence],
    moments: &[&str],
) -> (Decision, bool) {
    let mut edition = edition("2027-01", "2027-01-01T00:00:00Z");
    edition.moments = moments.iter().map(|moment| at(moment)).collect();
    let approved = [edition];
    let decision = decide(&ScheduleFacts {
        now: at(now),
        schedule,
        begun: at(begun),
        rows,
        approved: &approved,
        stopped: &[],
        planned: &[],
        unfinished: &[],
    });
    let is_taken = decision.takes(&approved[0], at(now));
    (decision, is_taken)
}

#[test]
fn whether_an_edition_is_approved_for_the_next_day_has_one_answer() {
    // The first Tuesdays of 2027: 5 January, 2 February.
    let schedule = schedule("first Tuesday", "09:00-17:00", "same day");
    let (second, first_of_february) = ("2027-01-02T10:00:00Z", "2027-02-01T10:00:00Z");
    let ahead = "2031-01-02T10:00:00Z";
    for (now, moments, is_taken) in [
        ("2027-01-04T10:00:00Z", &[second][..], true),
        ("2027-01-05T10:00:00Z", &[second], true),
        // The day that it was approved for has passed, whether anything has looked at that or not.
        ("2027-01-06T10:00:00Z", &[second], false),
        ("2027-02-01T10:00:00Z", &[second], false),
        ("2027-02-02T10:00:00Z", &[second], false),
        // Approved again, it is approved for the next.
        ("2027-02-01T11:00:00Z", &[second, first_of_february], true),
        ("2027-02-02T10:00:00Z", &[second, first_of_february], true),
        ("2027-03-01T10:00:00Z", &[second, first_of_february], false),
        // A clock that was ahead gives nothing and takes nothing away.
        ("2027-01-05T10:00:00Z", &[ahead], false),
        ("2027-01-05T10:00:00Z", &[second, ahead], true),
        ("2027-01-05T10:00:00Z", &[ahead, second], true),
        ("2027-02-02T10:00:00Z", &[second, ahead], false),
        // No two computers have the same time.
        ("2027-01-05T10:00:00Z", &["2027-01-05T10:04:00Z"], true),
    ] {
        let begun = "2027-01-01T00:00:00Z";
        let (decision, answer) = decided_of(&schedule, (begun, now), &[], moments);
        assert_eq!(answer, is_taken, "{now} {moments:?}");
        // A day that is open: what is taken is what is sent, and else somebody must approve.
        if schedule.slot(at(now).date_naive()).opens <= at(now) && decision.open_since.is_some() {
            assert_eq!(decision.sent_now(), is_taken.then_some("2027-01"), "{now} {moments:?}");
            assert_eq!(decision.waits_for_approval.is_none(), is_taken, "{now} {moments:?}");
        }
    }
}

#[test]
fn a_day_is_due_from_its_hour_until_something_came_of_it() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "3 days");
    let opens = at("2026-12-01T09:00:00Z");
    let approved = ["2026-11-20T10:00:00Z"];
    for (begun, now, is_open) in [
        ("2026-11-01T00:00:00Z", "2026-12-01T08:59:00Z", false),
        ("2026-11-01T00:00:00Z", "2026-12-01T09:00:00Z", true),
        ("2026-11-01T00:00:00Z", "2026-12-01T16:59:00Z", true),
        ("2026-11-01T00:00:00Z", "2026-12-03T10:00:00Z", true),
        ("2026-11-01T00:00:00Z", "2026-12-05T10:00:00Z", false),
        // First followed in its hours, and after them.
        ("2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z", true),
        ("2026-12-01T18:00:00Z", "2026-12-01T18:00:00Z", false),
        ("2026-12-02T10:00:00Z", "2026-12-02T10:00:00Z", false),
    ] {
        let (decision, _) = decided_of(&schedule, (begun, now), &[], &approved);
        assert_eq!(decision.open_since, is_open.then_some(opens), "{begun} {now}");
        assert_eq!(decision.sent_now().is_some(), is_open, "{begun} {now}");
    }
    let row = |schedule: &str, day_: &str, state| Occurrence {
        schedule: schedule.to_owned(),
        day: day(day_),
        state,
        edition: Some("2027-01".to_owned()),
        opens_at: at("2027-01-05T10:00:00Z"),
        at: opens,
        closed_at: opens,
        by: String::new(),
        why: String::new(),
    };
    let times = ("2026-11-01T00:00:00Z", "2026-12-01T10:00:00Z");
    for state in OccurrenceState::ALL {
        let (of_schedule, _) =
            decided_of(&schedule, times, &[row("first Tuesday", "2026-12-01", state)], &approved);
        assert_eq!(of_schedule.open_since, None, "{state:?}");
    }
    // An edition with a time of its own is not the day's: somebody must approve one for that.
    let own = [row("once 2027-01", "2027-01-05", OccurrenceState::Waiting)];
    let (decision, _) = decided_of(&schedule, times, &own, &approved);
    assert_eq!((decision.open_since, decision.sent_now()), (Some(opens), None));
    assert_eq!(decision.waits_for_approval, Some(day("2026-12-01")));
}

#[test]
fn what_has_begun_is_finished_where_the_schedule_was_begun_again_since() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "same day");
    let row = Occurrence {
        schedule: "first Tuesday".to_owned(),
        day: day("2027-01-05"),
        state: OccurrenceState::Claimed,
        edition: Some("2027-01".to_owned()),
        opens_at: at("2027-01-05T09:00:00Z"),
        at: at("2027-01-05T09:00:00Z"),
        closed_at: at("2027-01-05T09:00:00Z"),
        by: String::new(),
        why: String::new(),
    };
    let times = ("2027-01-20T00:00:00Z", "2027-01-21T10:00:00Z");
    let missed = decided_of(&schedule, times, &[row], &[]).0.missed;
    assert_eq!(missed.len(), 1);
    assert_eq!(missed[0].was, Some(OccurrenceState::Claimed));
    assert!(decided_of(&schedule, times, &[], &[]).0.missed.is_empty());
}

#[test]
fn an_edition_that_has_changed_was_missed_for_that_and_is_approved_next() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "same day");
    let sent = PlannedSending {
        edition: "by hand".to_owned(),
        at: at("2027-01-05T07:00:00Z"),
        is_correction: false,
    };
    let row = Occurrence {
        schedule: once_name("2027-01"),
        day: day("2027-01-05"),
        state: OccurrenceState::Waiting,
        edition: Some("2027-01".to_owned()),
        opens_at: at("2027-01-05T10:00:00Z"),
        at: at("2027-01-04T10:00:00Z"),
        closed_at: at("2027-01-05T11:00:00Z"),
        by: String::new(),
        why: String::new(),
    };
    let (row, sent) = (std::slice::from_ref(&row), std::slice::from_ref(&sent));
    for has_changed in [false, true] {
        let mut approved = [edition("2027-01", "2027-01-04T10:00:00Z")];
        approved[0].has_changed = has_changed;
        for (now, rows, planned) in [
            ("2027-01-06T10:00:00Z", row, &[][..]),
            ("2027-01-06T10:00:00Z", &[], &[]),
            ("2027-01-06T10:00:00Z", &[], sent),
            ("2027-01-05T10:00:00Z", &[], sent),
            ("2027-02-02T10:00:00Z", &[], &[]),
        ] {
            let missed = decide(&ScheduleFacts {
                now: at(now),
                schedule: &schedule,
                begun: at("2027-01-01T00:00:00Z"),
                rows,
                approved: &approved,
                stopped: &[],
                planned,
                unfinished: &[],
            })
            .missed;
            let why = missed[0].why.as_str();
            assert_eq!(why.starts_with("it has changed since"), has_changed, "{now} {why}");
            assert_eq!(missed[0].edition.as_deref(), Some("2027-01"));
            let next = if has_changed { "approve" } else { "send" };
            assert_eq!(after_missed("2027-01", why), format!("roundup {next} 2027-01"));
        }
    }
}

#[test]
fn what_somebody_sent_by_hand_is_the_days_edition_and_no_second_one_goes_out() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "3 days");
    let january = [edition("2027-01", "2027-01-04T10:00:00Z")];
    let sent = |at_: &str| {
        [PlannedSending { edition: "by hand".to_owned(), at: at(at_), is_correction: false }]
    };
    let words = |now: &str, approved: &[ApprovedEdition], sent: &[PlannedSending]| {
        let (sends, missed, by_hand) = decided_with(&schedule, now, &[], approved, sent);
        [sends.join(","), missed.join(","), by_hand.join(",")]
    };
    let (day_itself, day_before) = (sent("2027-01-05T07:00:00Z"), sent("2027-01-04T22:00:00Z"));
    for (now, approved, sent, expected) in [
        // The second one waits for somebody who looks.
        ("2027-01-05T10:00:00Z", &january[..], &day_itself, ["", "2027-01-05 2027-01", ""]),
        ("2027-01-09T10:00:00Z", &january, &day_itself, ["", "2027-01-05 2027-01", ""]),
        // Without a second one nothing was missed.
        ("2027-01-05T10:00:00Z", &[], &day_itself, ["", "", ""]),
        ("2027-01-09T10:00:00Z", &[], &day_itself, ["", "", "2027-01-05 by hand"]),
        ("2027-01-05T10:00:00Z", &january, &day_before, ["2027-01-05 2027-01", "", ""]),
        ("2027-01-09T10:00:00Z", &[], &day_before, ["", "2027-01-05 nothing", ""]),
        // A day late, while it could still be caught up.
        (
            "2027-01-09T10:00:00Z",
            &[],
            &sent("2027-01-06T12:00:00Z"),
            ["", "", "2027-01-05 by hand"],
        ),
        // Passed over by the next one.
        ("2027-02-02T10:00:00Z", &[], &day_itself, ["", "", "2027-01-05 by hand"]),
    ] {
        assert_eq!(words(now, approved, sent), expected, "{now} {approved:?} {sent:?}");
    }
    let correction = day_itself.clone().map(|sent| PlannedSending { is_correction: true, ..sent });
    assert_eq!(
        words("2027-01-05T10:00:00Z", &january, &correction),
        ["2027-01-05 2027-01", "", ""]
    );
    // What has a row of its own was not sent by hand.
    let row = Occurrence {
        schedule: once_name("by hand"),
        day: day("2027-01-05"),
        state: OccurrenceState::Done,
        edition: Some("by hand".to_owned()),
        opens_at: at("2027-01-05T07:00:00Z"),
        at: at("2027-01-05T07:00:00Z"),
        closed_at: at("2027-01-05T07:00:00Z"),
        by: String::new(),
        why: String::new(),
    };
    let (sends, missed, _) =
        decided_with(&schedule, "2027-01-05T10:00:00Z", &[row], &january, &day_itself);
    assert_eq!((sends.join(","), missed.join(",")), ("2027-01-05 2027-01".into(), String::new()));
}

#[test]
fn what_somebody_has_stopped_does_not_wait_for_an_approval() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "ask");
    let row = Occurrence {
        schedule: once_name("2027-01"),
        day: day("2027-01-06"),
        state: OccurrenceState::Waiting,
        edition: Some("2027-01".to_owned()),
        opens_at: at("2027-01-06T10:00:00Z"),
        at: at("2027-01-04T10:00:00Z"),
        closed_at: at("2027-01-06T11:00:00Z"),
        by: String::new(),
        why: String::new(),
    };
    let (rows, stopped) = ([row], ["2027-01".to_owned()]);
    let decision = |now: &str, stopped: &[String]| {
        decide(&ScheduleFacts {
            now: at(now),
            schedule: &schedule,
            begun: at("2027-01-06T00:00:00Z"),
            rows: &rows,
            approved: &[],
            stopped,
            planned: &[],
            unfinished: &[],
        })
    };
    assert_eq!(decision("2027-01-06T10:00:00Z", &[]).waits_for_approval, Some(day("2027-01-06")));
    assert_eq!(decision("2027-01-06T10:00:00Z", &stopped).waits_for_approval, None);
    let why = |stopped| decision("2027-01-06T12:00:00Z", stopped).missed[0].why.clone();
    assert_eq!(why(&[]), "nothing was approved for it in time");
    assert_eq!(why(&stopped), "somebody had paused or cancelled it");
}

#[test]
fn what_is_missed_is_caught_up_only_as_the_settings_say() {
    // The first Tuesdays of 2027: 5 January, 2 February, 2 March.
    let january = [edition("2027-01", "2027-01-04T10:00:00Z")];
    for (catch_up, now, sent, missed) in [
        ("ask", "2027-01-05T08:59:59Z", "", ""),
        ("ask", "2027-01-05T09:00:00Z", "2027-01-05 2027-01", ""),
        ("ask", "2027-01-05T16:59:59Z", "2027-01-05 2027-01", ""),
        ("ask", "2027-01-05T17:00:00Z", "", "2027-01-05 2027-01"),
        ("same day", "2027-01-05T17:00:00Z", "2027-01-05 2027-01 late", ""),
        ("same day", "2027-01-05T23:59:59Z", "2027-01-05 2027-01 late", ""),
        ("same day", "2027-01-06T00:00:00Z", "", "2027-01-05 2027-01"),
        ("3 days", "2027-01-06T00:00:00Z", "", ""),
        ("3 days", "2027-01-06T09:00:00Z", "2027-01-05 2027-01 late", ""),
        ("3 days", "2027-01-08T16:59:59Z", "2027-01-05 2027-01 late", ""),
        ("3 days", "2027-01-08T17:00:00Z", "", "2027-01-05 2027-01"),
        ("14 days", "2027-01-19T16:59:59Z", "2027-01-05 2027-01 late", ""),
    ] {
        let schedule = schedule("first Tuesday", "09:00-17:00", catch_up);
        let (sends, misses) = decided(&schedule, now, &[], &january);
        assert_eq!(
            (sends.join(","), misses.join(",")),
            (sent.to_owned(), missed.to_owned()),
            "{catch_up} {now}"
        );
    }
}

#[test]
fn two_missed_months_never_go_out_together() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "3 days");
    let both =
        [edition("2027-01", "2027-01-04T10:00:00Z"), edition("2027-02", "2027-02-01T10:00:00Z")];
    let (sends, missed) = decided(&schedule, "2027-02-03T10:00:00Z", &[], &both);
    assert_eq!(
        (sends, missed),
        (vec!["2027-02-02 2027-02 late".to_owned()], vec!["2027-01-05 2027-01".to_owned()])
    );
    let (sends, missed) = decided(&schedule, "2027-02-10T10:00:00Z", &[], &both);
    assert!(sends.is_empty());
    assert_eq!(missed, ["2027-01-05 2027-01", "2027-02-02 2027-02"]);
    // What belonged to January is not taken for February.
    let january = [both[0].clone()];
    let (sends, _) = decided(&schedule, "2027-02-02T10:00:00Z", &[], &january);
    assert!(sends.is_empty());
    // Nor is the one that was passed over when another went out.
    let row = Occurrence {
        schedule: "first Tuesday".to_owned(),
        day: day("2027-01-05"),
        state: OccurrenceState::Done,
        edition: Some("2026-12".to_owned()),
        opens_at: at("2027-01-05T09:00:00Z"),
        at: at("2027-01-05T09:00:00Z"),
        closed_at: at("2027-01-05T09:00:00Z"),
        by: String::new(),
        why: String::new(),
    };
    let (sends, missed) = decided(&schedule, "2027-02-02T10:00:00Z", &[row], &january);
    assert!(sends.is_empty() && missed.is_empty());
}

#[test]
fn a_time_that_somebody_set_is_kept_beside_the_schedule() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "same day");
    let approved = [edition("2027-01", "2027-01-04T10:00:00Z")];
    let row = |state| Occurrence {
        schedule: once_name("2027-01"),
        day: day("2027-01-05"),
        state,
        edition: Some("2027-01".to_owned()),
        opens_at: at("2027-01-05T20:00:00Z"),
        at: at("2027-01-04T10:00:00Z"),
        closed_at: at("2027-01-05T21:00:00Z"),
        by: String::new(),
        why: String::new(),
    };
    let sent = |now: &str, state, approved: &[ApprovedEdition]| {
        decided(&schedule, now, &[row(state)], approved).0
    };
    let waiting = OccurrenceState::Waiting;
    // It has a time of its own: the schedule leaves it where it is.
    assert!(sent("2027-01-05T10:00:00Z", waiting, &approved).is_empty());
    assert_eq!(sent("2027-01-05T20:00:00Z", waiting, &approved), ["2027-01-05 2027-01"]);
    assert_eq!(sent("2027-01-05T23:00:00Z", waiting, &approved), ["2027-01-05 2027-01 late"]);
    assert!(sent("2027-01-06T00:00:00Z", waiting, &approved).is_empty());
    assert!(sent("2027-01-05T20:00:00Z", waiting, &[]).is_empty());
    for state in [OccurrenceState::Cancelled, OccurrenceState::Missed, OccurrenceState::Done] {
        assert!(sent("2027-01-05T20:00:00Z", state, &[]).is_empty());
    }
    // The day has its edition: nothing else is missed, and nobody is called to approve one.
    let (_, missed) = decided(&schedule, "2027-01-06T00:00:00Z", &[row(waiting)], &approved);
    assert_eq!(missed, ["2027-01-05 2027-01"]);
    for now in ["2027-01-05T09:02:00Z", "2027-01-05T17:02:00Z", "2027-01-06T00:02:00Z"] {
        for state in OccurrenceState::ALL {
            let rows = [row(state)];
            let decision = decide(&ScheduleFacts {
                now: at(now),
                schedule: &schedule,
                begun: at("2027-01-01T00:00:00Z"),
                rows: &rows,
                approved: if state == waiting { &approved } else { &[] },
                stopped: &[],
                planned: &[],
                unfinished: &[],
            });
            let of_schedule = decision.missed.iter().filter(|one| one.was.is_none()).count();
            let is_alarm = decision.waits_for_approval.is_some() || of_schedule > 0;
            assert_eq!(is_alarm, state == OccurrenceState::Cancelled, "{now} {state:?}");
        }
    }
}

#[test]
fn why_a_day_was_missed_is_that_days_own_reason() {
    let schedule = schedule("first Tuesday", "09:00-17:00", "same day");
    let january = [edition("2027-01", "2027-01-04T10:00:00Z")];
    for (approved, why) in [
        (&january[..], "a later one is due, and two never go out together"),
        (&[], "nothing was approved for it in time"),
    ] {
        let facts = ScheduleFacts {
            now: at("2027-02-02T10:00:00Z"),
            schedule: &schedule,
            begun: at("2027-01-01T00:00:00Z"),
            rows: &[],
            approved,
            stopped: &[],
            planned: &[],
            unfinished: &[],
        };
        let missed = decide(&facts).missed;
        assert_eq!((missed.len(), missed[0].why.as_str()), (1, why));
        // The day that is still open is not among those that have passed.
        assert_eq!(unseen_days(&facts), [day("2027-01-05")]);
    }
}

proptest! {
    /// A monthly phrase has exactly one day in each month, whatever the month.
    #[test]
    fn each_month_has_one_day_of_a_monthly_phrase(
        offset in 0u64..20_000,
        phrase in prop::sample::select(vec!["first Tuesday", "fourth Sunday", "last Friday", "day 31", "day 29", "day 1", "last day", "last working day", "tenth working day"]),
    ) {
        let schedule = schedule(phrase, "09:00-17:00", "ask");
        let within = day("1999-01-01") + chrono::Days::new(offset);
        let first = within.with_day(1).unwrap();
        let last = first + chrono::Months::new(1) - chrono::Days::new(1);
        prop_assert_eq!(schedule.days(first, last).count(), 1);
    }

    /// No text makes the parsers panic, and what is read is read again from its own words.
    #[test]
    fn whatever_is_typed_is_read_or_refused(text in "[ -~]{0,30}|(every|last|first|day|the|of|31|Tue|working|quarter|é| )*") {
        if let Ok(phrase) = Phrase::parse(&text) {
            prop_assert_eq!(Phrase::parse(&phrase.to_string()), Ok(phrase));
        }
        let _ = (StartHours::parse(&text), CatchUp::parse(&text), read_moment(&text, London));
    }
}
