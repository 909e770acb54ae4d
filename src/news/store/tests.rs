//! Tests: the store of news over its whole life.
//! Shell: files of its own.

use chrono_tz::Europe::London;
use chrono_tz::Pacific::Auckland;

use super::*;
use crate::news::PartialDate;
use crate::news::item::OutsideCounts;

fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T12:00:00Z").parse().unwrap()
}

#[test]
fn a_store_of_each_earlier_form_is_brought_to_the_newest() {
    const TO_2: &str = include_str!("schema/2.sql");
    const TO_3: &str = include_str!("schema/3.sql");
    let first = include_str!("schema/history/1-first.sql");
    for (version, earlier) in [
        (1, vec![first]),
        (1, vec![include_str!("schema/history/1-second.sql")]),
        (1, vec![include_str!("schema/1.sql")]),
        (2, vec![first, TO_2]),
        (2, vec![include_str!("schema/history/2-first.sql")]),
        (3, vec![first, TO_2, TO_3]),
    ] {
        let earlier = earlier.concat();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&earlier).unwrap();
        let has_former = earlier.contains("former");
        let text = written(&item("a", "A story", "2020-12-03")).unwrap();
        old.execute("INSERT INTO about VALUES (?1)", [London.name()]).unwrap();
        old.execute(
            "INSERT INTO items (key, source, id, words, story, first_seen, changed, item)
             VALUES (7, 'feed', 'a', 'a story', 7, 1, 1, ?1)",
            [&text],
        )
        .unwrap();
        if has_former {
            old.execute("UPDATE items SET former = '[\"b\"]'", []).unwrap();
        }
        old.pragma_update(None, "user_version", version).unwrap();
        drop(old);
        for _ in 0..2 {
            let store = Store::open(&path, London).unwrap();
            let former: String = store
                .database
                .query_row("SELECT former FROM items WHERE key = 7", [], |row| row.get(0))
                .unwrap();
            assert_eq!(former, if has_former { "[\"b\"]" } else { "[]" });
            let indexes: i64 = store
                .database
                .query_row(
                    "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(indexes, 8);
        }
    }
}

fn item(id: &str, title: &str, date: &str) -> Item {
    Item {
        id: id.to_owned(),
        title: title.to_owned(),
        link: Some(format!("https://e.org/{id}")),
        date: PartialDate::parse(date, London).ok(),
        ..Item::default()
    }
}

fn answered(now: DateTime<Utc>) -> SourceVisit<'static> {
    static NONE: Validators = Validators { etag: None, last_modified: None };
    SourceVisit {
        at: now,
        validators: &NONE,
        language: None,
        to_the_end: false,
        ids_are_files: false,
        missing: &[],
        withdrawn: &[],
        unread: &[],
        asked_of: "",
    }
}

impl Store {
    fn take(&mut self, source: &str, items: Vec<Item>, scope: Scope, day: &str) -> IntakeCounts {
        let items = items.into_iter().map(|i| Item { source: source.to_owned(), ..i }).collect();
        self.take_in(source, items, scope, &answered(at(day))).unwrap()
    }

    fn all(&self, sources: &[&str], wanted: &ItemQuery<'_>) -> Vec<Item> {
        let asked: Vec<SourceQuery<'_>> =
            sources.iter().map(|name| SourceQuery { name, is_remote: true }).collect();
        self.find(&asked, wanted).unwrap().items
    }
}

fn titles(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.title.as_str()).collect()
}

const NONE: Scope = Scope::Part;

#[test]
fn an_item_keeps_its_id_and_each_of_its_versions() {
    let mut store = Store::in_memory(London).unwrap();
    let first = store.take("s", vec![item("a", "One", "2020-12-03")], NONE, "2020-12-04");
    assert_eq!(first, IntakeCounts { new: 1, ..IntakeCounts::default() });
    let again = store.take("s", vec![item("a", "One", "2020-12-03")], NONE, "2020-12-05");
    assert_eq!(again, IntakeCounts::default());
    // The same address under another id, with another title, twice.
    for (title, day) in [("Two", "2020-12-06"), ("Three", "2020-12-08")] {
        let other = Item { id: "x".to_owned(), ..item("a", title, "2020-12-03") };
        assert_eq!(store.take("s", vec![other], NONE, day).changed, 1);
    }
    for (as_of, title, changes) in [
        (None, "Three", 0),
        (Some("2020-12-09"), "Three", 0),
        (Some("2020-12-07"), "Two", 1),
        (Some("2020-12-05"), "One", 1),
        // Before it was known: as it was first.
        (Some("2020-12-01"), "One", 1),
    ] {
        let wanted = ItemQuery { as_of: as_of.map(at), ..ItemQuery::default() };
        let found = store.all(&["s"], &wanted);
        assert_eq!((found[0].title.as_str(), found[0].id.as_str()), (title, "a"), "{as_of:?}");
        assert_eq!(found[0].seen.changes.len(), changes, "{as_of:?}");
        assert_eq!(found[0].seen.first, Some(at("2020-12-04")));
    }
}

#[test]
fn a_story_that_is_changed_again_is_no_younger_and_a_publication_is_surer() {
    let mut store = Store::in_memory(London).unwrap();
    let changed = |day: &str| Item { date_of_change: true, ..item("a", "One", day) };
    let published = |day: &str| item("a", "One", day);
    for (now, wanted) in [
        (changed("2020-12-03"), "2020-12-03"),
        (changed("2020-12-20"), "2020-12-03"),
        (changed("2020-12-01"), "2020-12-03"),
        (published("2020-12-02"), "2020-12-02"),
        (published("2020-12-05"), "2020-12-05"),
    ] {
        store.take("s", vec![now.clone()], NONE, "2020-12-21");
        let found = store.all(&["s"], &ItemQuery::default());
        assert_eq!(found[0].date.unwrap().to_string(), wanted, "{now:?}");
        // The window is compared with the table, not with the item.
        let day: NaiveDate = wanted.parse().unwrap();
        let wanted =
            ItemQuery { days: day.succ_opt().map(|next| (day, next)), ..ItemQuery::default() };
        assert_eq!(store.all(&["s"], &wanted).len(), 1, "{now:?}");
    }
}

#[test]
fn absence_is_no_withdrawal_unless_the_address_or_a_whole_source_says_so() {
    let mut store = Store::in_memory(London).unwrap();
    let (a, b, c) =
        (item("a", "A", "2020-12-01"), item("b", "B", "2020-12-05"), item("c", "C", "2020-12-09"));
    let seen = |store: &Store| {
        let items = store.all(&["s"], &ItemQuery::default());
        items.into_iter().find(|item| item.id == "b").unwrap().seen
    };
    store.take("s", vec![c.clone(), b.clone(), a.clone()], NONE, "2020-12-10");
    let ids = ["b".to_owned()];
    let day = at("2020-12-11");
    // It should stand in the list and does not: that proves nothing.
    let unlisted = SourceVisit { missing: &ids, ..answered(day) };
    let taken = store.take_in("s", vec![c.clone(), a.clone()], NONE, &unlisted).unwrap();
    assert_eq!(taken, IntakeCounts { unlisted: 1, ..IntakeCounts::default() });
    assert_eq!((seen(&store).gone, seen(&store).unlisted), (None, Some(day)));
    // Its own address says so.
    let withdrawn = SourceVisit { missing: &ids, withdrawn: &ids, ..answered(at("2020-12-12")) };
    let taken = store.take_in("s", vec![c.clone(), a.clone()], NONE, &withdrawn).unwrap();
    assert_eq!(taken, IntakeCounts { gone: 1, ..IntakeCounts::default() });
    assert_eq!(seen(&store).gone, Some(at("2020-12-12")));
    // It comes back; a whole source has it no longer; said once, it is not said again.
    store.take("s", vec![c.clone(), b.clone(), a.clone()], NONE, "2020-12-13");
    assert_eq!((seen(&store).gone, seen(&store).unlisted), (None, None));
    for gone in [1, 0] {
        let whole = store.take("s", vec![c.clone(), a.clone()], Scope::Whole, "2020-12-14");
        assert_eq!(whole, IntakeCounts { gone, ..IntakeCounts::default() });
    }
    // A file that is there and cannot be read is not taken away.
    let unread = SourceVisit { unread: &ids, ..answered(at("2020-12-15")) };
    store.take("s", vec![c.clone(), b, a.clone()], Scope::Whole, "2020-12-15");
    let taken = store.take_in("s", vec![c, a], Scope::Whole, &unread).unwrap();
    assert_eq!(taken, IntakeCounts { unlisted: 1, ..IntakeCounts::default() });
}

#[test]
fn a_store_of_the_first_version_loses_no_story_that_was_only_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(SCHEMA.steps[0]).unwrap();
    let text = written(&item("a", "A", "2020-12-01")).unwrap();
    old.execute_batch(
        "INSERT INTO about (zone) VALUES ('Europe/London'); PRAGMA user_version = 1;",
    )
    .unwrap();
    old.execute("INSERT INTO sources (name, asked, etag) VALUES ('s', 5, 'x')", []).unwrap();
    old.execute(
        "INSERT INTO items (source, id, words, story, first_seen, changed, gone, item) \
         VALUES ('s', 'a', 'a', 1, 5, 5, 7, ?1)",
        [text],
    )
    .unwrap();
    drop(old);
    let store = Store::open(&path, London).unwrap();
    let found = store.all(&["s"], &ItemQuery::default());
    assert_eq!(titles(&found), ["A"]);
    assert_eq!((found[0].seen.gone, found[0].seen.unlisted), (None, time(7)));
    let state = store.state("s").unwrap();
    assert_eq!((state.asked, state.validators.etag), (None, None));
}

#[test]
fn one_story_of_two_sources_is_one_and_its_first_source_gives_the_words() {
    let mut store = Store::in_memory(London).unwrap();
    store.take("feed", vec![item("a", "A well", "2020-12-03")], NONE, "2020-12-04");
    let own = Item {
        id: "well".to_owned(),
        summary: "Ours".to_owned(),
        link: Some("http://www.e.org/a/?utm_source=x".to_owned()),
        ..item("well", "The new well", "2020-11-30")
    };
    store.take("folder", vec![own], Scope::Whole, "2020-12-05");
    let found = store.all(&["folder", "feed"], &ItemQuery::default());
    assert_eq!(titles(&found), ["The new well"]);
    assert_eq!(found[0].also_in, ["feed"]);
    assert!(found[0].is_named("a") && found[0].is_named("well"));
    assert_eq!(found[0].seen.first, Some(at("2020-12-04")));
    // Wherever the days of its sources lie, it is found whole.
    let day = |text: &str| text.parse().unwrap();
    let december =
        ItemQuery { days: Some((day("2020-12-01"), day("2021-01-01"))), ..ItemQuery::default() };
    assert_eq!(titles(&store.all(&["folder", "feed"], &december)), ["The new well"]);
    assert_eq!(titles(&store.all(&["feed"], &december)), ["A well"]);
    // When its first source takes it away, the other still has it.
    store.take("folder", Vec::new(), Scope::Whole, "2020-12-06");
    let found = store.all(&["folder", "feed"], &ItemQuery::default());
    assert_eq!((titles(&found), found[0].seen.gone), (vec!["A well"], None));
}

#[test]
fn a_source_is_taken_in_whole_or_not_at_all() {
    let mut store = Store::in_memory(London).unwrap();
    store.take("s", vec![item("a", "A", "2020-12-01")], NONE, "2020-12-02");
    let before = (store.items_of("s").unwrap(), store.state("s").unwrap());
    // The disk is full at the third item.
    store
        .database
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON items WHEN NEW.id = 'c' \
             BEGIN SELECT RAISE(ABORT, 'disk full'); END",
        )
        .unwrap();
    let items = vec![item("a", "Changed", "2020-12-01"), item("b", "B", ""), item("c", "C", "")];
    let error = store.take_in("s", items, Scope::Whole, &answered(at("2020-12-03"))).unwrap_err();
    assert!(error.to_string().contains("disk full"), "{error}");
    assert_eq!((store.items_of("s").unwrap(), store.state("s").unwrap()), before);
}

#[test]
fn a_window_finds_its_own_the_undated_the_named_and_the_late() {
    let mut store = Store::in_memory(London).unwrap();
    let early = vec![
        item("nov", "November", "2020-11-30"),
        item("dec", "December", "2020-12-01"),
        item("year", "Some day", "2020"),
        item("none", "Undated", ""),
        item("jan", "January", "2021-01-01"),
    ];
    store.take("s", early, NONE, "2020-12-01");
    store.take("s", vec![item("late", "Late", "2020-11-02")], NONE, "2020-12-20");
    store.take("other", vec![item("o", "Other", "2020-12-05")], NONE, "2020-12-20");
    let day = |text: &str| text.parse().unwrap();
    let days = Some((day("2020-12-01"), day("2021-01-01")));
    let found = |wanted: &ItemQuery<'_>| {
        let mut ids: Vec<String> =
            store.all(&["s"], wanted).into_iter().map(|item| item.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(found(&ItemQuery { days, ..ItemQuery::default() }), ["dec", "none", "year"]);
    let ids = ["jan".to_owned()];
    assert_eq!(
        found(&ItemQuery { days, ids: &ids, ..ItemQuery::default() }),
        ["dec", "jan", "none", "year"]
    );
    let late_since = Some(at("2020-12-10"));
    assert_eq!(
        found(&ItemQuery { days, late_since, ..ItemQuery::default() }),
        ["dec", "late", "none", "year"]
    );
    let asked = [SourceQuery { name: "s", is_remote: true }];
    let elsewhere =
        store.find(&asked, &ItemQuery { days, ..ItemQuery::default() }).unwrap().elsewhere;
    assert_eq!(elsewhere, OutsideCounts { before: 2, after: 1, nearest: Some(day("2020-11-30")) });
}

#[test]
fn days_follow_the_zone_of_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    let mut store = Store::open(&path, London).unwrap();
    let midnight = Item {
        date: PartialDate::parse("2020-12-31T20:00:00Z", London).ok(),
        ..item("a", "New year", "")
    };
    store.take("s", vec![midnight], NONE, "2021-01-01");
    drop(store);
    let january = ("2021-01-01".parse().unwrap(), "2021-02-01".parse().unwrap());
    for (zone, found) in [(London, 0), (Auckland, 1), (London, 0)] {
        let store = Store::open(&path, zone).unwrap();
        let wanted = ItemQuery { days: Some(january), ..ItemQuery::default() };
        assert_eq!(store.all(&["s"], &wanted).len(), found, "{zone}");
    }
}

#[test]
fn a_store_of_a_newer_roundup_and_a_file_that_is_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    let store = Store::open(&path, London).unwrap();
    store.database.pragma_update(None, "user_version", SCHEMA.newest() + 1).unwrap();
    drop(store);
    assert!(matches!(Store::open(&path, London), Err(StoreError::Newer { .. })));
    std::fs::write(&path, "this is a letter and no database, and long enough to be seen as one")
        .unwrap();
    assert!(matches!(Store::open(&path, London), Err(StoreError::Damaged { .. })));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is a letter"));
}

#[test]
fn a_title_that_comes_again_each_week_is_a_story_each_week() {
    for link in ["https://e.org/news", "https://e.org/"] {
        let mut store = Store::in_memory(London).unwrap();
        // The feed only ever has the newest, at an address that is always the same.
        for (id, day) in [("1", "2020-12-01"), ("2", "2020-12-08"), ("3", "2020-12-15")] {
            let item = Item { link: Some(link.to_owned()), ..item(id, "Weekly bulletin", day) };
            let bulletin = Item { title: format!("Weekly bulletin {id}"), ..item.clone() };
            store.take("numbered", vec![bulletin], NONE, day);
            let own = Item { link: Some(format!("{link}{id}")), ..item };
            store.take("named", vec![own], NONE, day);
        }
        assert_eq!(store.all(&["numbered"], &ItemQuery::default()).len(), 3, "{link}");
        assert_eq!(store.all(&["named"], &ItemQuery::default()).len(), 3, "{link}");
    }
}

#[test]
fn a_file_that_is_renamed_goes_by_its_new_name_and_is_known_by_its_old_one() {
    let mut store = Store::in_memory(London).unwrap();
    let files = SourceVisit { ids_are_files: true, ..answered(at("2020-12-02")) };
    let file = |id: &str, title: &str| Item {
        link: Some(format!("https://e.org/{title}")),
        source: "s".to_owned(),
        ..item(id, title, "2020-12-01")
    };
    let mut take = |items: Vec<Item>| store.take_in("s", items, Scope::Whole, &files).unwrap();
    take(vec![file("a", "One"), file("b", "Two"), file("c", "Three")]);
    // Two have changed names, one has a new one, and its old one is another story's.
    take(vec![file("b", "One"), file("a", "Two"), file("d", "Three"), file("c", "Four")]);
    let mut found = store.all(&["s"], &ItemQuery::default());
    found.sort_by(|one, two| one.id.cmp(&two.id));
    let told: Vec<(&str, &str, Vec<&str>)> = found
        .iter()
        .map(|item| {
            let aliases = item.seen.aliases.iter().map(String::as_str).collect();
            (item.id.as_str(), item.title.as_str(), aliases)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a", "Two", vec!["b"]),
            ("b", "One", vec!["a"]),
            ("c", "Four", vec![]),
            ("d", "Three", vec!["c"])
        ]
    );
    assert!(found.iter().all(|item| item.seen.gone.is_none()));
}

#[test]
fn what_lies_between_two_answers_that_share_nothing_may_be_missing() {
    let mut store = Store::in_memory(London).unwrap();
    store.take("s", vec![item("a", "A", "2020-12-01")], NONE, "2020-12-02");
    store.take("s", vec![item("b", "B", "2020-12-09")], NONE, "2020-12-10");
    let state = store.state("s").unwrap();
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(state.gaps, [(day("2020-12-01"), day("2020-12-09"))]);
    assert_eq!(state.reaches_back, Some(day("2020-12-01")));
    // An old story that stands first in each answer proves nothing.
    let mut pinned = Store::in_memory(London).unwrap();
    let old = || item("old", "Pinned", "2019-01-01");
    let days = ["2020-12-01", "2020-12-02", "2020-12-03", "2020-12-04"];
    let before = days.iter().map(|day| item(day, day, day)).chain([old()]).collect();
    pinned.take("s", before, NONE, "2020-12-05");
    pinned.take("s", vec![old(), item("new", "New", "2020-12-20")], NONE, "2020-12-21");
    assert_eq!(pinned.state("s").unwrap().gaps, [(day("2020-12-04"), day("2020-12-20"))]);
    // Read to its first item, nothing is missing any more.
    let all = SourceVisit { to_the_end: true, ..answered(at("2020-12-11")) };
    store.take_in("s", vec![item("b", "B", "2020-12-09")], NONE, &all).unwrap();
    let state = store.state("s").unwrap();
    assert_eq!((state.gaps.len(), state.reaches_back < Some(day("2000-01-01"))), (0, true));
}

#[test]
fn two_sources_have_one_story_by_its_address_or_by_its_title_on_one_day() {
    for (link, title, date, is_same) in [
        ("http://www.e.org/a/#top", "Other", "2021-03-03", true),
        ("https://other.org/f", "Fish – Chips", "2020-12-03", true),
        ("https://other.org/f", "Fish – Chips", "2020-12-10", false),
        ("https://other.org/f", "Fish – Chips", "", false),
        ("", "Other", "2020-12-03", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("news.db"), London).unwrap();
        store.take("one", vec![item("a", "Fish & chips", "2020-12-03")], NONE, "2020-12-04");
        let other =
            Item { link: (!link.is_empty()).then(|| link.to_owned()), ..item("x", title, date) };
        store.take("two", vec![other], NONE, "2020-12-04");
        let found = store.all(&["one", "two"], &ItemQuery::default());
        assert_eq!(found.len(), if is_same { 1 } else { 2 }, "{link} {title} {date}");
    }
    // Without a day a title is enough where one of the two has no address.
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("news.db"), London).unwrap();
    store.take("one", vec![Item { link: None, ..item("a", "Fair", "") }], NONE, "2020-12-04");
    store.take("two", vec![item("x", "Fair", "")], NONE, "2020-12-04");
    assert_eq!(store.all(&["one", "two"], &ItemQuery::default()).len(), 1);
}

#[test]
fn thousands_of_one_id_and_one_title_are_taken_in_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("news.db"), London).unwrap();
    let all = |source: &str| -> Vec<Item> {
        (0..2000)
            .map(|at| Item {
                link: Some(format!("https://{source}.org/{at}")),
                ..item("same", "Open day", "2020-12-03")
            })
            .collect()
    };
    let first = store.take("one", all("one"), NONE, "2020-12-04");
    let again = store.take("one", all("one"), NONE, "2020-12-05");
    assert_eq!((first.new, again.new, again.changed), (2000, 0, 0));
    assert_eq!(store.take("two", all("two"), NONE, "2020-12-05").new, 2000);
}
