//! Tests: what voids an approval, who counts as somebody else, and what is said about it.
//! Shell: nothing outside.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-11-27T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

pub fn frozen() -> FrozenEdition {
    let story = |id: &str| FrozenStory {
        id: id.to_owned(),
        title: format!("Story {id}"),
        hash: "0".to_owned(),
    };
    FrozenEdition {
        hash: "1234".to_owned(),
        subject: "December".to_owned(),
        preheader: "What happened".to_owned(),
        template: "monthly".to_owned(),
        template_hash: "t".to_owned(),
        words_hash: "w".to_owned(),
        settings_hash: "s".to_owned(),
        archive: None,
        parts: FrozenParts::default(),
        stories: vec![story("a"), story("b"), story("c")],
        audience: FrozenAudience {
            segment: None,
            typed_segment: None,
            those_in_doubt: None,
            purpose: "charitable".to_owned(),
            people: 1_204,
            bases: BasisCounts::new(),
        },
        people: None,
    }
}

/// Approvals without a stop.
pub fn approved(approvals: Vec<Approval>) -> EditionDecisions {
    EditionDecisions { approvals, ..EditionDecisions::default() }
}

pub fn approval(who: &str, by_last_editor: bool) -> Approval {
    Approval {
        edition: "2020-12".to_owned(),
        who: who.to_owned(),
        account: "office".to_owned(),
        by_last_editor,
        at: at(0),
        frozen: frozen(),
    }
}

#[test]
fn each_kind_of_change_voids_it_and_is_named() {
    let changed = |change: &dyn Fn(&mut FrozenEdition)| {
        let mut now = frozen();
        change(&mut now);
        let state = ApprovalState::of(1, &approved(vec![approval("Amina", false)]), &now);
        assert!(!state.is_enough() && state.valid.is_empty(), "{now:?}");
        state.changes.join("; ")
    };
    let table: [(&dyn Fn(&mut FrozenEdition), &str); 17] = [
        (&|e| e.subject = "News".into(), "the subject was \"December\" and is \"News\""),
        (&|e| e.preheader = "x".into(), "the preheader was \"What happened\" and is \"x\""),
        (&|e| e.template = "year".into(), "the template was `monthly` and is `year`"),
        (&|e| e.template_hash = "x".into(), "the template `monthly` was edited"),
        (
            &|e| e.words_hash = "x".into(),
            "the words of the draft were edited (introduction, headline or figures)",
        ),
        (
            &|e| e.settings_hash = "x".into(),
            "the settings of the email were edited (theme, organisation or sender in roundup.toml)",
        ),
        (
            &|e| e.hash = "x".into(),
            "the email is composed in another way (a new version of roundup, or other columns in the list)",
        ),
        (&|e| e.archive = Some(true), "the draft said nothing about the archive and says yes"),
        (&|e| e.archive = Some(false), "the draft said nothing about the archive and says no"),
        (&|e| e.stories[1].hash = "x".into(), "a story was edited: Story b"),
        (&|e| drop(e.stories.remove(0)), "a story was removed: Story a"),
        (&|e| e.stories.truncate(1), "2 stories were removed: Story b, Story c"),
        (&|e| e.stories.swap(0, 2), "the stories have another order"),
        (
            &|e| e.stories[0].id = "z".into(),
            "a story was added: Story a; a story was removed: Story a",
        ),
        (
            &|e| e.audience.segment = Some("town = \"York\"".into()),
            "the audience was everybody and is the segment town = \"York\"",
        ),
        (&|e| e.audience.purpose = "sales".into(), "the purpose was charitable and is sales"),
        (&|e| e.audience.people = 12_004, "the audience was 1,204 people and is 12,004 people"),
    ];
    for (change, words) in table {
        assert_eq!(changed(change), words);
    }
}

#[test]
fn what_has_changed_is_named_by_what_people_call_it() {
    let with = |texts: &[(&str, &str)], hashes: &[(&str, &str)]| {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        FrozenEdition { parts: FrozenParts { texts: map(texts), hashes: map(hashes) }, ..frozen() }
    };
    let then = with(&[("the subject in cy", "Rhagfyr")], &[("the introduction", "1")]);
    let edited = |change: &dyn Fn(&mut FrozenEdition)| {
        let mut now = with(
            &[("the subject in cy", "Ionawr")],
            &[("the introduction", "1"), ("[appeal]", "2")],
        );
        change(&mut now);
        then.changes_to(&now)
    };
    let named = ["the subject in cy was \"Rhagfyr\" and is \"Ionawr\"", "edited: [appeal]"];
    assert_eq!(edited(&|now| now.words_hash = "x".into()), named);
    assert_eq!(edited(&|now| now.settings_hash = "x".into()), named);
    assert_eq!(edited(&|now| now.hash = "x".into()), named);
    // The parts only explain: what is sent is the same.
    assert!(edited(&|_| ()).is_empty());
    let mut other = frozen();
    other.hash = "x".into();
    assert_eq!(frozen().changes_to(&other).len(), 1);
}

#[test]
fn people_may_come_and_go_and_another_list_is_noticed() {
    let holds = |then: u64, now: u64| {
        let (mut one, mut other) = (frozen(), frozen());
        one.audience.people = then;
        other.audience.people = now;
        one.changes_to(&other).is_empty()
    };
    for (then, now) in [
        (1_204, 1_204),
        (1_204, 1_203),
        (1_204, 1_324),
        (5, 3),
        (5, 7),
        (20, 30),
        (u64::MAX, u64::MAX),
    ] {
        assert!(holds(then, now), "{then} {now}");
    }
    for (then, now) in [
        (1_204, 1_325),
        (1_204, 1_083),
        (5, 2),
        (5, 8),
        (20, 31),
        (0, 1),
        (0, u64::MAX),
        (u64::MAX, 0),
    ] {
        assert!(!holds(then, now), "{then} {now}");
    }
}

#[test]
fn two_people_are_two_and_not_only_the_last_editor() {
    let enough = |needed: u8, given: &[(&str, bool)]| {
        let given: Vec<Approval> =
            given.iter().map(|(who, editor)| approval(who, *editor)).collect();
        let state = ApprovalState::of(needed, &approved(given), &frozen());
        assert_eq!(state.is_enough(), state.missing() == 0);
        state.is_enough()
    };
    for (needed, given, expected) in [
        (0, &[][..], true),
        (0, &[("Amina", true)], true),
        (1, &[], false),
        (1, &[("Amina", false)], true),
        (1, &[("Amina", true)], false),
        (1, &[("Amina", true), ("Ben", false)], true),
        (1, &[("Amina", true), ("Amina", false)], true),
        (2, &[("Amina", false)], false),
        (2, &[("Amina", false), ("Amina", false)], false),
        (2, &[("Amina", false), (" amina ", false)], false),
        (2, &[("Amina Khan", false), ("amina  khan", false)], false),
        (2, &[("Amina Khan", false), ("Amina-Khan", false)], false),
        (2, &[("José", false), ("Jose\u{301}", false)], false),
        (2, &[("Amina", true), ("Ben", true)], false),
        (2, &[("Amina", true), ("Ben", false)], true),
        (2, &[("Amina", false), ("Ben", false)], true),
    ] {
        assert_eq!(enough(needed, given), expected, "{needed} {given:?}");
    }
}

#[test]
fn an_approval_of_an_earlier_form_does_not_count_with_one_of_the_form_now() {
    let mut earlier = approval("Ben", false);
    earlier.frozen.subject = "An earlier subject".to_owned();
    let state = ApprovalState::of(2, &approved(vec![earlier, approval("Amina", false)]), &frozen());
    assert_eq!((state.valid.len(), state.missing()), (1, 1));
    assert_eq!(state.changes.len(), 1);
    assert!(state.moments.is_empty());
}

#[test]
fn a_yes_that_is_said_again_counts_once_and_has_a_moment_of_its_own() {
    for (needed, given, valid, moments) in [
        (1, &[("Amina", false)][..], &[0][..], &[0][..]),
        (1, &[("Amina", false), ("Amina", false)], &[1], &[0, 1]),
        (1, &[("Amina", false), ("Ben", false), ("amina", false)], &[2, 1], &[0, 1, 2]),
        (1, &[("Amina", true), ("Amina", true), ("Amina", false)], &[2], &[2]),
        (1, &[("Amina", false), ("Amina", true)], &[0], &[0, 1]),
        (2, &[("Amina", false), ("Amina", false)], &[1], &[]),
        (2, &[("Amina", false), ("Ben", false), ("Amina", false)], &[2, 1], &[1, 2]),
    ] {
        let given: Vec<Approval> = (0..)
            .zip(given)
            .map(|(minute, (who, editor))| Approval { at: at(minute), ..approval(who, *editor) })
            .collect();
        let state = ApprovalState::of(needed, &approved(given.clone()), &frozen());
        let minutes = |minutes: &[i64]| minutes.iter().map(|at_| at(*at_)).collect::<Vec<_>>();
        let counted: Vec<_> = state.valid.iter().map(|approval| approval.at).collect();
        assert_eq!(counted, minutes(valid), "{given:?}");
        assert_eq!(state.moments, minutes(moments), "{given:?}");
        // Each that is counted is one that was given.
        assert!(state.valid.iter().all(|approval| given.contains(approval)));
    }
}

#[test]
fn a_name_is_one_that_people_can_read() {
    let accounts = BTreeMap::from([
        ("sam".to_owned(), "Sam Jones".to_owned()),
        ("ak".to_owned(), "Amina".to_owned()),
    ]);
    let none = BTreeMap::new();
    let of = |typed: Option<&str>, account: &str, accounts| {
        ApproverName::of(typed, account, accounts).map(|name| (name.who, name.is_owner_of_account))
    };
    let ok = |who: &str, owner: bool| Ok((who.to_owned(), owner));
    assert_eq!(of(None, "sam", &none), ok("sam", true));
    assert_eq!(of(None, "sam", &accounts), ok("Sam Jones", true));
    assert_eq!(of(Some(" sam  jones "), "sam", &accounts), ok("Sam Jones", true));
    assert_eq!(of(Some("Ben"), "sam", &none), ok("Ben", false));
    assert_eq!(of(Some("SAM"), "sam", &none), ok("SAM", true));
    assert_eq!(of(Some("Ben"), "office", &accounts), ok("Ben", false));
    assert!(matches!(
        of(Some("Ben"), "sam", &accounts),
        Err(ApproverNameError::OtherAccount { .. })
    ));
    assert!(matches!(
        of(Some("amina"), "office", &accounts),
        Err(ApproverNameError::OtherOwner { .. })
    ));
    assert!(matches!(of(None, "", &none), Err(ApproverNameError::Nobody)));
    for unusable in ["", "  ", "--", "a\nb", "Ben\u{200b}", "\u{202e}neB", &"x".repeat(81)] {
        let error = of(Some(unusable), "sam", &none).unwrap_err();
        assert!(matches!(error, ApproverNameError::Unusable { .. }), "{unusable:?}");
        assert!(!error.cure().is_empty());
    }
}

#[test]
fn whom_it_is_for_is_compared_person_by_person_and_said() {
    let look = |people: &[(u64, u64)]| {
        let mut look = frozen();
        let names: Vec<u64> = people.iter().flat_map(|(first, end)| *first..*end).collect();
        look.audience.people = names.len() as u64;
        look.people = Some(PeopleSample::of(names));
        look
    };
    for (then, now, said) in [
        (
            vec![(0, 60)],
            vec![(38, 60), (100, 138)],
            "the audience was 60 people and is 60 people: 38 of the 60 people approved are no longer in it, and 38 others are",
        ),
        (
            vec![(0, 1)],
            vec![(1, 2)],
            "the audience was 1 person and is 1 person: 1 of the 1 person approved is no longer in it, and 1 other is",
        ),
        (
            vec![(0, 60)],
            vec![(0, 71)],
            "the audience was 60 people and is 71 people: 11 others are new",
        ),
        (
            vec![(0, 60)],
            vec![(11, 60)],
            "the audience was 60 people and is 49 people: 11 of the 60 people approved are no longer in it",
        ),
        (vec![(0, 60)], vec![(10, 70)], ""),
    ] {
        assert_eq!(look(&then).changes_to(&look(&now)).join("; "), said);
    }
}

#[test]
fn people_who_are_mailed_by_another_basis_are_noticed() {
    let look = |bases: &[(&str, u64)]| {
        let mut look = frozen();
        look.audience.bases =
            bases.iter().map(|(basis, people)| ((*basis).to_owned(), *people)).collect();
        look
    };
    let then = look(&[("consent", 1_000), ("soft_opt_in_charity", 204)]);
    let now = look(&[("consent", 800), ("soft_opt_in_charity", 404)]);
    assert_eq!(
        then.changes_to(&now),
        ["204 were mailed by the basis soft opt in charity and 404 are"]
    );
    let more = look(&[("consent", 1_000), ("soft_opt_in_charity", 404)]);
    assert_eq!(then.changes_to(&more), Vec::<String>::new());
    assert_eq!(then.changes_to(&look(&[("consent", 900), ("soft_opt_in_charity", 304)])), [""; 0]);
}

/// A stop that came after some approvals.
fn stop(kind: StopKind, approvals: usize) -> EditionStop {
    EditionStop {
        edition: "2020-12".to_owned(),
        kind,
        who: "Cy".to_owned(),
        account: "office".to_owned(),
        at: at(0),
        approvals,
    }
}

#[test]
fn what_was_stopped_waits_for_a_new_decision() {
    use StopKind::{Cancelled, Paused, Resumed, Timed};
    let state = |needed, approvals: &[&str], stops: &[(StopKind, usize)]| {
        let decisions = EditionDecisions {
            approvals: approvals.iter().map(|who| approval(who, false)).collect(),
            stops: stops.iter().map(|(kind, approvals)| stop(*kind, *approvals)).collect(),
            pauses_of_everything: 0,
        };
        let state = ApprovalState::of(needed, &decisions, &frozen());
        let stopped = state.stopped.as_ref().map(|stop| stop.kind);
        assert!(stopped.is_none() || !state.is_enough());
        (stopped, state.is_enough(), state.missing())
    };
    for (needed, approvals, stops, expected) in [
        // Cancelled, whether somebody must approve it or not: only new approvals count, and all that are needed.
        (0, &[][..], &[(Cancelled, 0)][..], (Some(Cancelled), false, 1)),
        (0, &["A"], &[(Cancelled, 1)], (Some(Cancelled), false, 1)),
        (0, &["A"], &[(Cancelled, 0)], (None, true, 0)),
        (1, &["A"], &[(Cancelled, 1)], (Some(Cancelled), false, 1)),
        (1, &["A", "A"], &[(Cancelled, 1)], (None, true, 0)),
        (2, &["A", "B", "A"], &[(Cancelled, 2)], (Some(Cancelled), false, 1)),
        (2, &["A", "B", "A", "B"], &[(Cancelled, 2)], (None, true, 0)),
        (1, &["A", "A"], &[(Cancelled, 1), (Cancelled, 2)], (Some(Cancelled), false, 1)),
        // A time is a new decision.
        (2, &["A", "B"], &[(Cancelled, 2), (Timed, 2)], (None, true, 0)),
        (2, &["A"], &[(Cancelled, 1), (Timed, 1)], (None, false, 1)),
        (1, &["A"], &[(Cancelled, 1), (Timed, 1), (Cancelled, 1)], (Some(Cancelled), false, 1)),
        // Paused: what was approved stays so.
        (0, &[], &[(Paused, 0)], (Some(Paused), false, 0)),
        (1, &["A"], &[(Paused, 1)], (Some(Paused), false, 0)),
        (1, &["A"], &[(Paused, 1), (Resumed, 1)], (None, true, 0)),
        (1, &["A"], &[(Paused, 1), (Timed, 1)], (None, true, 0)),
        (2, &["A", "B", "A"], &[(Paused, 2)], (None, true, 0)),
        (1, &["A"], &[(Paused, 1), (Resumed, 1), (Paused, 1)], (Some(Paused), false, 0)),
        // Whoever lets a pause go does not lift a cancellation.
        (1, &["A"], &[(Cancelled, 1), (Paused, 1), (Resumed, 1)], (Some(Cancelled), false, 1)),
        (1, &["A"], &[(Paused, 1), (Cancelled, 1)], (Some(Cancelled), false, 1)),
        (1, &["A", "A"], &[(Paused, 1), (Cancelled, 1)], (None, true, 0)),
    ] {
        assert_eq!(state(needed, approvals, stops), expected, "{needed} {approvals:?} {stops:?}");
    }
}

proptest! {
    /// Whatever came before: after a stop nothing goes out that nobody has decided about since.
    #[test]
    fn nothing_goes_out_after_a_stop_without_a_decision_since(
        needed in 0u8..=2, happened in proptest::collection::vec(0usize..6, 0..12), cancels in any::<bool>()
    ) {
        let mut decisions = EditionDecisions::default();
        for kind in happened {
            match StopKind::ALL.get(kind) {
                Some(kind) => decisions.stops.push(stop(*kind, decisions.approvals.len())),
                None => decisions.approvals.push(approval(["A", "B"][kind - 4], false)),
            }
        }
        let last = if cancels { StopKind::Cancelled } else { StopKind::Paused };
        decisions.stops.push(stop(last, decisions.approvals.len()));
        let state = ApprovalState::of(needed, &decisions, &frozen());
        prop_assert!(!state.is_enough() && state.stopped.is_some());
        prop_assert!(decisions.stop_without_approval().is_some());
    }

    /// A list of which too many are others is noticed, however many they are together; a few who come and go are not.
    #[test]
    fn a_list_that_was_swapped_is_noticed(then in 1u64..2_000, gone in 0u64..2_000, come in 0u64..2_000) {
        let (gone, mut one, mut other) = (gone.min(then), frozen(), frozen());
        (one.audience.people, other.audience.people) = (then, then - gone + come);
        // Spread like keyed names: any multiplier that is odd keeps them apart.
        let names = |people: std::ops::Range<u64>| {
            PeopleSample::of(people.map(|person| person.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect())
        };
        (one.people, other.people) = (Some(names(0..then)), Some(names(gone..then + come)));
        let allowed = (then / 10).max(10.min(then / 2));
        // The sample of a long list is right to one in twenty-five.
        let unsure = if then.max(then - gone + come) < 1_000 { 0 } else { then.max(then - gone + come) / 25 };
        let is_noticed = !one.changes_to(&other).is_empty();
        if gone.max(come) > allowed + unsure {
            prop_assert!(is_noticed, "{gone} {come} of {then}");
        } else if gone.max(come) + unsure <= allowed {
            prop_assert!(!is_noticed, "{gone} {come} of {then}: {:?}", one.changes_to(&other));
        }
    }
    /// Whatever differs between two looks, it is named; whatever is the same, is not.
    #[test]
    fn no_change_is_passed_over(which in 0usize..8, text in "[a-z]{1,6}[0-9]") {
        let mut now = frozen();
        let field = match which {
            0 => &mut now.hash,
            1 => &mut now.subject,
            2 => &mut now.preheader,
            3 => &mut now.template,
            4 => &mut now.template_hash,
            5 => &mut now.words_hash,
            6 => &mut now.stories[0].hash,
            _ => &mut now.audience.purpose,
        };
        *field = text;
        prop_assert!(!frozen().changes_to(&now).is_empty());
        prop_assert!(now.changes_to(&now.clone()).is_empty());
    }
}
