//! Who gets it: how many people, against the last time, and who is left out for want of a reason in law.
//! Pure: numbers in, findings out.

use std::collections::BTreeMap;

use crate::check::{CheckContext, Finding, IN_THE_LIST, RenderedEmail, Rule, Severity};
use crate::count::{counted, grouped, people};
use crate::problem::Place;

/// The people of an edition, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    pub mailed: u64,
    /// The segment that the edition is for; empty where it is for everybody.
    pub segment: String,
    /// Of those, how many want each language, by code.
    pub languages: BTreeMap<String, u64>,
    /// Left out because the list does not say why they may be mailed, or says it in unknown words.
    pub without_basis: u64,
    /// Left out because they said no, complained, or their mail came back.
    pub said_no: u64,
    /// Left out for another reason: no address, twice in the list, not confirmed.
    pub otherwise: u64,
    /// The domain that most people have, large providers apart, and their number.
    pub largest_domain: Option<(String, u64)>,
    /// Each a number of people, and what shows the first without naming them.
    pub roles: (u64, String),
    /// People with the basis `corporate` at a provider of private mailboxes, and the first domain.
    pub private: (u64, String),
    pub tests: (u64, String),
    pub slips: (u64, String),
    /// People who were looked up in the last edition of the same kind, and how many of them were in it.
    pub looked_up: (u64, u64),
    /// The same in the edition that has all of this one's stories, where there is one.
    pub repeats: Option<(u64, u64)>,
    /// People of an import of today that nobody looked at before it was written.
    pub unseen_import: Option<u64>,
}

impl Numbers {
    pub fn all(&self) -> u64 {
        self.mailed + self.without_basis + self.said_no + self.otherwise
    }
}

pub const RULES: [Rule; 9] = [
    Rule::new(
        "number-of-people",
        "Is the list about the same size as last time?",
        "A list that has grown or shrunk by a third since the last edition is often the wrong \
            file, an old export, or one that was cut off. Compare it with the last list before \
            you send.",
        number_of_people,
    ),
    Rule::new(
        "without-basis",
        "Does everybody on the list have a lawful basis?",
        "Marketing mail needs consent or a soft opt-in (PECR regulation 22), and the list must be able to show it (UK GDPR \
         article 7). Rows without a `basis` are left out; `roundup send --dry-run` lists them. Write \
         `consent`, `soft_opt_in_charity`, `soft_opt_in_sale` or `corporate` in the column \
         `basis` where it is true.",
        without_basis,
    ),
    Rule::new(
        "one-domain",
        "Do people come from many organisations?",
        "When more than half of a list has addresses of one organisation, it is often that organisation's own list, or an \
         export of colleagues. Large providers such as gmail.com do not count.",
        one_domain,
    ),
    Rule::new(
        "test-list",
        "Are these people, and not a list of tests?",
        "A list that somebody made to try something out has addresses such as test1@ and me+2@. When more than half of the \
         people look like that, the real list is somewhere else.",
        test_list,
    ),
    Rule::new(
        "everybody-new",
        "Have most people had the newsletter before?",
        "roundup looks some people up in the last edition. When hardly any of them got it, the list is another one, or a \
         column of addresses was moved.",
        everybody_new,
    ),
    Rule::new(
        "unseen-import",
        "Did somebody look at today's import?",
        "An import that was made with `--yes` was shown to nobody before it was written. Look at the list with \
         `roundup subscribers list`, or take the import back with `roundup subscribers import --undo`.",
        unseen_import,
    ),
    Rule::new(
        "likely-slips",
        "Are there addresses with a slip?",
        "Domains such as gmial.com belong to nobody, or to people who collect what is mailed there: they are left out. Ask \
         the person, or correct it where you are sure.",
        likely_slips,
    ),
    Rule::new(
        "role-addresses",
        "Are the addresses those of people?",
        "Behind info@ and office@ are several people, and none of them agreed. Such addresses complain more often than \
         others. Where it is an organisation's own address, its basis is `corporate`.",
        role_addresses,
    ),
    Rule::new(
        "corporate-basis",
        "Are corporate addresses those of organisations?",
        "The basis `corporate` is for an organisation's own address (PECR regulation 22 protects individual subscribers). A \
         mailbox at Gmail or Hotmail is nearly always a person's, or a sole trader's, who counts as one: they need another \
         basis, such as consent.",
        corporate_basis,
    ),
];

/// Of fewer people a few are a third.
const FEW: u64 = 20;

fn number_of_people(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers else { return Vec::new() };
    // Another segment has another size.
    let alike = |earlier: &&crate::check::MailedEdition| earlier.segment == numbers.segment;
    let Some(last) = known.earlier.iter().find(alike) else { return Vec::new() };
    let (now, before) = (numbers.mailed, last.people);
    if before < FEW || now.abs_diff(before) * 10 <= before * 3 {
        return Vec::new();
    }
    let percent = now.abs_diff(before) * 100 / before;
    let direction = if now < before { "fewer" } else { "more" };
    vec![Finding::new(
        "number-of-people",
        Severity::Should,
        Place::whole(IN_THE_LIST),
        format!(
            "{}, {percent} % {direction} than edition {}, which had {}",
            people(now),
            last.name,
            grouped(before)
        ),
        "check that it is the right list, and complete",
    )]
}

fn found(rule: &'static str, severity: Severity, what: String, cure: &str) -> Vec<Finding> {
    vec![Finding::new(rule, severity, Place::whole(IN_THE_LIST), what, cure)]
}

fn one_domain(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers else { return Vec::new() };
    let Some((domain, count)) = &numbers.largest_domain else { return Vec::new() };
    if numbers.mailed < FEW || count * 2 <= numbers.mailed {
        return Vec::new();
    }
    let what = format!(
        "{} of {} with an address of {domain}",
        grouped(*count),
        counted(numbers.mailed, "person", "people")
    );
    found("one-domain", Severity::Should, what, "check that it is the list of your readers")
}

fn test_list(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers.filter(|numbers| numbers.tests.0 > 0) else {
        return Vec::new();
    };
    let (count, first) = &numbers.tests;
    if count * 2 <= numbers.mailed {
        return Vec::new();
    }
    let what = format!(
        "{} of {} like a test, as in {first}",
        grouped(*count),
        counted(numbers.mailed, "address looks", "addresses look")
    );
    found("test-list", Severity::Should, what, "put the real list in place")
}

fn everybody_new(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers else { return Vec::new() };
    let (looked_up, were_there) = numbers.looked_up;
    if looked_up < FEW || were_there * 10 > looked_up * 3 {
        return Vec::new();
    }
    let what = format!(
        "of {} who were looked up, {} in the last edition",
        people(looked_up),
        counted(were_there, "person was", "people were")
    );
    found("everybody-new", Severity::Should, what, "check that it is the right list")
}

fn unseen_import(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(count) = known.numbers.and_then(|numbers| numbers.unseen_import) else {
        return Vec::new();
    };
    let what = format!(
        "{} imported today, and nobody looked at it",
        counted(count, "person was", "people were")
    );
    found("unseen-import", Severity::Should, what, "look at it: roundup subscribers list")
}

fn likely_slips(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    found_as_in(
        known.numbers.map(|numbers| &numbers.slips),
        ("likely-slips", Severity::Note),
        ("domain looks like a slip", "domains look like a slip"),
        "ask the person, and correct the address in the list",
    )
}

fn role_addresses(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    found_as_in(
        known.numbers.map(|numbers| &numbers.roles),
        ("role-addresses", Severity::Note),
        ("address is of a role", "addresses are of a role"),
        "ask the people behind it for addresses of their own",
    )
}

fn corporate_basis(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    found_as_in(
        known.numbers.map(|numbers| &numbers.private),
        ("corporate-basis", Severity::Should),
        (
            "person has the basis `corporate` at a provider of private mailboxes",
            "people have the basis `corporate` at a provider of private mailboxes",
        ),
        "give them the basis that they have, or take it out: without one they are left out",
    )
}

/// What the list has some of, with the first as an example.
fn found_as_in(
    some: Option<&(u64, String)>,
    (rule, severity): (&'static str, Severity),
    (one, many): (&str, &str),
    cure: &str,
) -> Vec<Finding> {
    match some {
        Some((count, first)) if *count > 0 => {
            found(rule, severity, format!("{}, as in {first}", counted(*count, one, many)), cure)
        }
        _ => Vec::new(),
    }
}

fn without_basis(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers.filter(|numbers| numbers.without_basis > 0) else {
        return Vec::new();
    };
    let (count, all) = (numbers.without_basis, numbers.all());
    vec![Finding::new(
        "without-basis",
        Severity::Note,
        Place::whole(IN_THE_LIST),
        format!(
            "{count} of {} left out: no lawful basis given (column `basis`)",
            counted(all, "person is", "people are")
        ),
        "write the basis in the column `basis`, where there is one",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::settings::ListPlace;
    use crate::check::CopyWarning;
    use crate::check::tests::SampleEmail;

    fn with(now: u64, before: u64) -> SampleEmail {
        SampleEmail::with(|mail| {
            mail.numbers = Some(Numbers { mailed: now, ..Numbers::default() });
            mail.earlier = vec![crate::check::MailedEdition {
                name: "2020-11".to_owned(),
                subject: "x".to_owned(),
                window_start: "2020-11-01".parse().unwrap(),
                window_end: "2020-12-01".parse().unwrap(),
                people: before,
                segment: String::new(),
                links: std::collections::BTreeSet::new(),
                ids: std::collections::BTreeSet::new(),
            }];
        })
    }

    #[test]
    fn lists_that_changed_a_lot() {
        assert_eq!(
            with(60, 100).only_finding(),
            "number-of-people: 60 people, 40 % fewer than edition 2020-11, which had 100"
        );
        assert!(with(200, 100).only_finding().contains("100 % more"));
        let to_a_segment = SampleEmail::with(|mail| {
            mail.numbers =
                Some(Numbers { mailed: 10, segment: "press".to_owned(), ..Numbers::default() });
            mail.earlier = with(10, 100).earlier;
        });
        assert_eq!(to_a_segment.findings(), Vec::<String>::new());
        for (now, before) in [(70, 100), (130, 100), (1, 19)] {
            assert_eq!(with(now, before).findings(), Vec::<String>::new());
        }
    }

    fn of(numbers: Numbers) -> Vec<String> {
        let mail = SampleEmail::with(|mail| mail.numbers = Some(numbers));
        mail.findings()
    }

    #[test]
    fn what_is_wrong_with_a_list_is_found_where_the_list_is() {
        let places = |list: ListPlace| {
            let mut mail = with(60, 100);
            mail.list = list;
            let named = |count: u64| (count, "first@charity.org.uk".to_owned());
            let numbers = mail.numbers.as_mut().unwrap();
            numbers.largest_domain = Some(("charity.org.uk".to_owned(), 60));
            (numbers.tests, numbers.slips, numbers.roles) = (named(60), named(3), named(3));
            (numbers.without_basis, numbers.unseen_import) = (1, Some(3));
            numbers.languages.insert("cy".to_owned(), 9);
            mail.doubts.count = 1;
            mail.doubts.first.push(CopyWarning {
                address: "a•••@charity.org.uk".to_owned(),
                what: "begins with \"Dear {{name}}\"".to_owned(),
            });
            let found = mail.checked().findings.into_iter();
            found.map(|finding| (finding.place.source, finding.cure)).collect::<Vec<_>>()
        };
        let (files, database) = (places(ListPlace::Files), places(ListPlace::Database));
        let in_files = files.iter().filter(|(place, _)| place == IN_THE_LIST).count();
        assert!(in_files >= 8, "{files:?}");
        assert_eq!(files.len(), database.len());
        for (place, cure) in &database {
            assert_ne!(place, IN_THE_LIST);
            let is_list = place == "the list in the database";
            assert_eq!(is_list, cure.contains("`roundup subscribers import FILE`"), "{cure}");
        }
    }

    #[test]
    fn a_list_that_looks_wrong_today_and_one_that_looks_right() {
        let named = |count: u64| (count, "first@charity.org.uk".to_owned());
        let domain = |count: u64| Some(("charity.org.uk".to_owned(), count));
        let plain = || Numbers { mailed: 40, ..Numbers::default() };
        for (wrong, right, what) in [
            (
                Numbers { largest_domain: domain(21), ..plain() },
                Numbers { largest_domain: domain(20), ..plain() },
                "one-domain: 21 of 40 people with an address of charity.org.uk",
            ),
            (
                Numbers { tests: named(21), ..plain() },
                Numbers { tests: named(20), ..plain() },
                "test-list: 21 of 40 addresses look like a test, as in first@charity.org.uk",
            ),
            (
                Numbers { looked_up: (40, 12), ..plain() },
                Numbers { looked_up: (40, 13), ..plain() },
                "everybody-new: of 40 people who were looked up, 12 people were in the last edition",
            ),
            (
                Numbers { unseen_import: Some(1), ..plain() },
                Numbers { unseen_import: None, ..plain() },
                "unseen-import: 1 person was imported today, and nobody looked at it",
            ),
            (
                Numbers { slips: named(2), ..plain() },
                Numbers { slips: named(0), ..plain() },
                "likely-slips: 2 domains look like a slip, as in first@charity.org.uk",
            ),
            (
                Numbers { roles: named(1), ..plain() },
                Numbers { roles: named(0), ..plain() },
                "role-addresses: 1 address is of a role, as in first@charity.org.uk",
            ),
            (
                Numbers { private: (2, "gmail.com".to_owned()), ..plain() },
                Numbers { private: named(0), ..plain() },
                "corporate-basis: 2 people have the basis `corporate` at a provider of private mailboxes, as in gmail.com",
            ),
        ] {
            assert_eq!(of(wrong), [what]);
            assert_eq!(of(right), Vec::<String>::new(), "{what}");
        }
        // Of few people, one domain and new faces say nothing.
        let few = Numbers { mailed: 19, largest_domain: domain(19), ..Numbers::default() };
        assert_eq!(of(few), Vec::<String>::new());
    }

    #[test]
    fn people_without_a_reason() {
        let mail = SampleEmail::with(|mail| {
            mail.numbers =
                Some(Numbers { mailed: 3, without_basis: 2, said_no: 1, ..Numbers::default() });
        });
        assert!(mail.only_finding().starts_with("without-basis: 2 of 6 people are left out"));
    }
}
