//! What filters find, what they refuse, and that they mean what they say.
//! Pure: the parser and the filter.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::filter::{Comparison, FilterValue, Test};
use super::parser::{DEEPEST, LONGEST_FILTER_CHARACTERS};
use super::tokens::Sign;
use super::{Filter, FilteredPerson, Segment, parse};

struct Somebody {
    cells: BTreeMap<String, String>,
    tags: BTreeSet<String>,
}

impl FilteredPerson for Somebody {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        Cow::Borrowed(self.cells.get(column).map_or("", String::as_str))
    }

    fn tags(&self) -> &BTreeSet<String> {
        &self.tags
    }
}

fn somebody(cells: &[(&str, &str)], tags: &[&str]) -> Somebody {
    Somebody {
        cells: cells.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    }
}

fn ann() -> Somebody {
    somebody(
        &[
            ("town", "  York "),
            ("joined", "2023-05-01"),
            ("month", "2023-05"),
            ("either", "03/04/2021"),
            ("gift", "£1,250.50"),
            ("empty", ""),
            ("word", "soon"),
            ("caf", "Cafe\u{301}"),
        ],
        &["Policy", "press"],
    )
}

#[test]
fn what_a_filter_finds() {
    for (filter, expected) in [
        ("tag = \"policy\" and joined < 2024-01-01 and town in (\"York\", \"Leeds\")", Ok(true)),
        ("town = \"york\"", Ok(true)),
        ("town = 'York'", Ok(true)),
        ("town = “York”", Ok(true)),
        ("town != \"York\"", Ok(false)),
        ("town not in (\"York\")", Ok(false)),
        ("town in (\"Leeds\")", Ok(false)),
        ("tags = \"PRESS\"", Ok(true)),
        ("tag != \"donor\"", Ok(true)),
        ("tag in (\"donor\", \"press\")", Ok(true)),
        ("tag = \"\"", Ok(false)),
        ("empty = \"\"", Ok(true)),
        ("caf = \"CAFÉ\"", Ok(true)),
        ("joined = 2023-05-01", Ok(true)),
        ("joined >= 2023-05-01 and joined <= 2023-05-01", Ok(true)),
        ("joined > 2023-05-01", Ok(false)),
        ("month < 2023-06-01", Ok(true)),
        ("month < 2023-05-15", Err("month")),
        ("month = 2023-07-01", Ok(false)),
        ("month = 2023-05-03", Err("month")),
        ("either < 2022-01-01", Ok(true)),
        ("either < 2021-03-10", Err("either")),
        ("gift >= 1000", Ok(true)),
        ("gift = 1250.5", Ok(true)),
        ("gift < -1", Ok(false)),
        ("word < 2024-01-01", Err("word")),
        ("word > 3", Err("word")),
        ("empty < 2024-01-01", Err("empty")),
        // Nobody is found because a cell is empty, also behind `not`.
        ("not empty < 2024-01-01", Err("empty")),
        ("empty < 2024-01-01 or town = \"York\"", Ok(true)),
        ("empty < 2024-01-01 and town = \"Leeds\"", Ok(false)),
        ("empty = 2024-01-01", Ok(false)),
        ("not town = \"York\" or tag = \"press\"", Ok(true)),
        ("not (town = \"York\" or tag = \"press\")", Ok(false)),
        ("town = \"Leeds\" and town = \"York\" or tag = \"press\"", Ok(true)),
        ("town = \"Leeds\" and (town = \"York\" or tag = \"press\")", Ok(false)),
        ("NOT town = \"Leeds\" AND Tag = \"press\"", Ok(true)),
        ("joined ≤ 2023-05-01", Ok(true)),
    ] {
        let parsed = parse(filter).unwrap_or_else(|fault| panic!("{filter}: {fault:?}"));
        assert_eq!(parsed.holds(&ann()), expected, "{filter}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_cure() {
    for (filter, at, what, cure) in [
        ("", 0, "the filter is empty", "as in town"),
        ("town", 4, "a sign is expected after `town`", "="),
        ("town =", 6, "a value is expected here", "quotation marks"),
        ("town = York", 7, "`York` is a text without quotation marks", "write \"York\""),
        ("town == \"York\"", 5, "`==` is not a sign", "write ="),
        ("town <> \"York\"", 5, "`<>` is not a sign", "write !="),
        ("town = \"York\" && tag = \"x\"", 14, "`&&` is not a sign", "write and"),
        ("town = \"York", 7, "a text begins here", "quotation mark"),
        ("(town = \"York\"", 0, "a parenthesis is opened here", "close it"),
        ("town = \"York\")", 13, ") is not expected here", "parenthesis"),
        ("town = \"York\" town = \"York\"", 14, "`town` is not expected here", "`and` or `or`"),
        ("town in \"York\"", 8, "( is expected after `in`", "list the values"),
        ("town in (\"York\" \"Leeds\")", 16, "a comma or ) is expected", "list the values"),
        ("town in ()", 9, "a value is expected here", "quotation marks"),
        ("town not \"York\"", 9, "`in` is expected here", "not in"),
        ("joined < \"2024-01-01\"", 7, "< compares dates and numbers", "without quotation marks"),
        ("joined < 2024-13-01", 9, "`2024-13-01` is neither", "2024-01-31"),
        ("joined < 1/2/2024", 9, "`1/2/2024` is neither", "2024-01-31"),
        ("tag < 3", 4, "tags cannot be compared with <", "=, != or in"),
        ("and = \"x\"", 0, "the name of a column is expected", "as in town"),
        ("= \"x\"", 0, "the name of a column is expected", "as in town"),
        ("town = \"x\" and", 14, "the name of a column is expected", "as in town"),
        ("town # 3", 5, "`#` means nothing", "as in town"),
        ("é = \"x\" und", 8, "`und` is not expected here", "`and` or `or`"),
    ] {
        let fault = parse(filter).unwrap_err();
        assert_eq!(fault.at, at, "{filter}: {fault:?}");
        assert!(fault.what.contains(what), "{filter}: {fault:?}");
        assert!(fault.cure.contains(cure), "{filter}: {fault:?}");
    }
    let deep = format!("{}a = 1{}", "(".repeat(DEEPEST + 1), ")".repeat(DEEPEST + 1));
    assert!(parse(&deep).unwrap_err().what.contains("more than 32 times"));
    assert!(parse(&"not ".repeat(900)).unwrap_err().what.contains("more than 32 times"));
    let long = format!("a = \"{}\"", "x".repeat(LONGEST_FILTER_CHARACTERS));
    assert!(parse(&long).unwrap_err().what.contains("longer than"));
}

#[test]
fn a_fault_in_a_file_points_into_the_file() {
    let read = |text: &str| Segment::read("near", "segments/near.toml", text);
    let place = |text: &str| {
        let error = read(text).unwrap_err();
        format!("{} {}", error.place, error.line_text)
    };
    assert_eq!(
        place("name = \"Near\"\nfilter = 'town = York'\n"),
        "segments/near.toml:2:18 filter = 'town = York'"
    );
    assert_eq!(
        place("filter = '''\n  town = \"York\" or\n  town == \"Leeds\"\n'''\n"),
        "segments/near.toml:3:8   town == \"Leeds\""
    );
    // Where quotation marks are escaped, the line is all that is sure.
    assert!(place("filter = \"town = \\\"York\\\" x\"\n").starts_with("segments/near.toml:1:"));
    for wrong in ["", "filter = 3\n", "fitler = 'a = 1'\n", "name = \"x\"\n", "filter = '"] {
        assert!(read(wrong).unwrap_err().place.to_string().starts_with("segments/near.toml:"));
    }
}

#[test]
fn a_column_that_the_list_does_not_have_is_named_with_the_nearest() {
    let columns: Vec<String> = ["email", "town_city", "tag", "joined"].map(str::to_owned).to_vec();
    let bind = |filter: &str| Segment::of_filter("--segment", filter).unwrap().bound_to(&columns);
    for filter in
        ["Town-City = \"York\"", "towncity = \"York\"", "segments = \"x\"", "Joined > 2020-01-01"]
    {
        assert!(bind(filter).is_ok(), "{filter}");
    }
    let error = bind("tag = \"x\" and jioned < 2024-01-01").unwrap_err();
    assert_eq!(error.what, "the list has no column `jioned`");
    assert_eq!(error.cure, "did you mean `joined`?");
    assert_eq!(error.place.to_string(), "--segment:1:15");
    let error = bind("weather = \"wet\"").unwrap_err();
    assert_eq!(error.cure, "the columns are email, town_city, tag, joined");
    let untagged = Segment::of_filter("--segment", "tag = \"x\"").unwrap();
    assert!(untagged.bound_to(&["tags".to_owned()]).is_err());
}

fn value() -> impl Strategy<Value = FilterValue> {
    prop_oneof![
        "[a-c \"\\\\é]{0,4}".prop_map(FilterValue::Text),
        (0_i32..400).prop_map(|days| FilterValue::Date(
            NaiveDate::from_ymd_opt(2023, 1, 1).unwrap()
                + chrono::Days::new(days.unsigned_abs().into())
        )),
        (-50_i32..50).prop_map(|number| FilterValue::Number(f64::from(number) / 4.0)),
    ]
}

fn comparison() -> impl Strategy<Value = Filter> {
    let sign = prop::sample::select(Sign::ALL.map(|(_, sign)| sign).to_vec());
    let test = prop_oneof![
        (sign, value()).prop_map(|(sign, value)| match value {
            FilterValue::Text(_) => Test::Sign(Sign::NotEqual, value),
            _ => Test::Sign(sign, value),
        }),
        prop::collection::vec(value(), 1..4).prop_map(Test::In),
        prop::collection::vec(value(), 1..4).prop_map(Test::NotIn),
    ];
    (prop::sample::select(vec!["a", "b", "c"]), test).prop_map(|(column, test)| {
        Filter::Compare(Comparison { column: column.to_owned(), at: 0, test })
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    comparison().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Any),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-c]{1,2}",
        (0_u32..400).prop_map(|days| {
            (NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(days.into()))
                .to_string()
        }),
        (-50_i32..50).prop_map(|number| (f64::from(number) / 4.0).to_string()),
    ]
}

/// Both worlds of a cell that cannot be compared: `holds` must say yes or no only where both agree.
fn in_world(filter: &Filter, person: &Somebody, unread: bool) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| in_world(part, person, unread)),
        Filter::Any(parts) => parts.iter().any(|part| in_world(part, person, unread)),
        Filter::Not(inner) => !in_world(inner, person, !unread),
        Filter::Compare(_) => filter.holds(person).unwrap_or(unread),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_printed_is_read_again(filter in filter()) {
        let mut read = parse(&filter.to_string()).unwrap();
        read.comparisons_mut(&mut |comparison| comparison.at = 0);
        prop_assert_eq!(read, filter);
    }

    #[test]
    fn a_cell_that_cannot_be_compared_decides_nothing(
        filter in filter(), a in cell(), b in cell(), c in cell()
    ) {
        let person = somebody(&[("a", &a), ("b", &b), ("c", &c)], &[]);
        let worlds = (in_world(&filter, &person, false), in_world(&filter, &person, true));
        let expected = filter.holds(&person).map_or((false, true), |holds| (holds, holds));
        prop_assert_eq!(worlds, expected);
        let turned = Filter::Not(Box::new(filter.clone()));
        prop_assert_eq!(turned.holds(&person).ok(), filter.holds(&person).ok().map(|holds| !holds));
    }

    #[test]
    fn nothing_that_is_typed_breaks_the_parser(text in "[ab=<>!()\"'0-9.,&|é“ \\\\-]{0,40}|(not |\\(|a = 1 |and |or |in ){0,30}") {
        match parse(&text) {
            Ok(filter) => { let _ = filter.holds(&ann()); }
            Err(fault) => prop_assert!(fault.at <= text.chars().count(), "{fault:?}"),
        }
    }
}
