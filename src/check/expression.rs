//! Regular expressions that are compiled only when a text has the letters without which they cannot match.
//! Pure: texts in, matches out.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{CaptureMatches, Captures, Matches, Regex};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Words that stand for many in the patterns of this room.
const NAMES: [(&str, &str); 2] = [
    (
        "%MONTH%",
        "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
    ),
    // Words beside which a month or a year names the edition.
    (
        "%EDITION%",
        "(?:news(?:letter)?|update|edition|bulletin|round-?up|digest|e-?news|highlights|review|issue|diary|stories)",
    ),
];

/// A regular expression of our own. Compiling one costs a thousand times more than looking for its letters, and nearly all
/// of them match nothing in an edition.
pub struct Expression {
    of: &'static str,
    needs: OnceLock<RequiredStrings>,
    regex: OnceLock<Regex>,
}

impl Expression {
    pub const fn new(of: &'static str) -> Self {
        Self { of, needs: OnceLock::new(), regex: OnceLock::new() }
    }

    /// What a text must have for it to match.
    pub fn needs(&self) -> &RequiredStrings {
        self.needs.get_or_init(|| {
            let hir = regex_syntax::parse(&whole(self.of));
            RequiredStrings::of(&hir.unwrap_or_else(|error| panic!("a pattern of ours: {error}")))
        })
    }

    /// Compiled. A pattern that cannot be read is a mistake of ours, which the tests of the room meet at once.
    pub fn compiled(&self) -> &Regex {
        self.regex.get_or_init(|| {
            Regex::new(&whole(self.of)).unwrap_or_else(|error| panic!("a pattern of ours: {error}"))
        })
    }

    /// Compiled, when the text has what it needs.
    fn worth(&self, text: &str) -> Option<&Regex> {
        self.needs().are_met(&folded(text)).then(|| self.compiled())
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.worth(text).is_some_and(|regex| regex.is_match(text))
    }

    pub fn find_iter<'e, 't>(
        &'e self,
        text: &'t str,
    ) -> impl Iterator<Item = regex::Match<'t>> + use<'e, 't> {
        self.worth(text)
            .into_iter()
            .flat_map(move |regex| -> Matches<'e, 't> { regex.find_iter(text) })
    }

    pub fn captures_iter<'e, 't>(
        &'e self,
        text: &'t str,
    ) -> impl Iterator<Item = Captures<'t>> + use<'e, 't> {
        self.worth(text)
            .into_iter()
            .flat_map(move |regex| -> CaptureMatches<'e, 't> { regex.captures_iter(text) })
    }
}

impl Expression {
    /// The text with something else for each match.
    pub fn replace<'t>(&self, text: &'t str, by: impl Fn(&Captures<'_>) -> String) -> Cow<'t, str> {
        match self.worth(text) {
            Some(regex) => regex.replace_all(text, by),
            None => Cow::Borrowed(text),
        }
    }
}

fn whole(of: &str) -> String {
    NAMES.iter().fold(of.to_owned(), |of, (name, words)| of.replace(name, words))
}

/// A text as needs are looked for in it: upper and lower case are the same.
pub fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

fn fold(c: char) -> char {
    // The one letter that is another's small form and has no capital of its own: regular expressions take it for an `s`.
    if c == 'ſ' { 's' } else { c.to_lowercase().next().unwrap_or(c) }
}

/// Strings of which a text has at least one, wherever the expression matches; none where nothing can be said.
#[derive(Debug, PartialEq, Eq)]
pub struct RequiredStrings(pub Option<Vec<String>>);

/// What is known of a part of an expression.
struct Part {
    /// All that it matches, when that is little.
    exact: Option<Vec<String>>,
    /// What it needs.
    needs: Option<Vec<String>>,
}

impl RequiredStrings {
    fn of(hir: &Hir) -> Self {
        Self(part(hir).best())
    }

    pub fn are_met(&self, folded: &str) -> bool {
        self.0.as_ref().is_none_or(|any| any.iter().any(|one| folded.contains(one.as_str())))
    }
}

/// More strings than this are not spelt out.
const MOST: usize = 64;
/// More letters than this are a class, and not a choice.
const MOST_LETTERS: usize = 8;

impl Part {
    fn exactly(exact: Vec<String>) -> Self {
        Self { exact: Some(exact), needs: None }
    }

    const fn anything() -> Self {
        Self { exact: None, needs: None }
    }

    /// The strings that say most.
    fn best(self) -> Option<Vec<String>> {
        better(self.needs, self.exact)
    }
}

/// The one whose shortest string is longer; of two such the one with fewer.
fn better(one: Option<Vec<String>>, other: Option<Vec<String>>) -> Option<Vec<String>> {
    let shortest = |of: &Vec<String>| of.iter().map(String::len).min().unwrap_or(0);
    let rank = |of: &Vec<String>| (shortest(of), usize::MAX - of.len());
    let useful = |of: &Vec<String>| shortest(of) > 0;
    [one.filter(useful), other.filter(useful)].into_iter().flatten().max_by_key(rank)
}

fn part(hir: &Hir) -> Part {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Part::exactly(vec![String::new()]),
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => Part::exactly(vec![folded(text)]),
            Err(_) => Part::anything(),
        },
        HirKind::Class(Class::Unicode(class)) => {
            let count: usize = class
                .ranges()
                .iter()
                .map(|range| {
                    u32::from(range.end()) as usize - u32::from(range.start()) as usize + 1
                })
                .sum();
            if count > MOST_LETTERS {
                return Part::anything();
            }
            let letters = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            let mut exact: Vec<String> = letters.map(|c| fold(c).to_string()).collect();
            exact.sort();
            exact.dedup();
            Part::exactly(exact)
        }
        HirKind::Class(Class::Bytes(_)) => Part::anything(),
        HirKind::Capture(capture) => part(&capture.sub),
        HirKind::Repetition(repetition) => {
            repeated(part(&repetition.sub), repetition.min, repetition.max)
        }
        HirKind::Concat(parts) => joined(parts),
        HirKind::Alternation(parts) => any_of(parts),
    }
}

fn repeated(once: Part, min: u32, max: Option<u32>) -> Part {
    if min == 0 {
        let exact = once.exact.filter(|_| max == Some(1)).map(|mut exact| {
            exact.push(String::new());
            exact
        });
        return Part { exact, needs: None };
    }
    let times = |exact: &Vec<String>| {
        (0..min).try_fold(vec![String::new()], |so_far, _| crossed(&so_far, exact))
    };
    let at_least = once.exact.as_ref().and_then(times);
    if max == Some(min) && at_least.is_some() {
        return Part { exact: at_least, needs: once.needs };
    }
    Part { exact: None, needs: better(at_least, once.best()) }
}

fn joined(parts: &[Hir]) -> Part {
    let mut needs = None;
    let mut run = vec![String::new()];
    let mut is_exact = true;
    for hir in parts {
        let next = part(hir);
        if let Some(longer) = next.exact.as_ref().and_then(|exact| crossed(&run, exact)) {
            run = longer;
        } else {
            is_exact = false;
            let before = std::mem::replace(&mut run, vec![String::new()]);
            needs = better(needs, Some(before));
            // Too many together, and few by themselves: the run begins again with them.
            match next.exact {
                Some(exact) if exact.len() <= MOST => run = exact,
                exact => needs = better(needs, exact),
            }
        }
        needs = better(needs, next.needs);
    }
    if is_exact {
        Part { exact: Some(run), needs }
    } else {
        Part { exact: None, needs: better(needs, Some(run)) }
    }
}

fn any_of(parts: &[Hir]) -> Part {
    let parts: Vec<Part> = parts.iter().map(part).collect();
    let exact: Option<Vec<String>> = parts
        .iter()
        .map(|one| one.exact.clone())
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat());
    let exact = exact.filter(|all| all.len() <= MOST);
    let needs =
        parts.into_iter().map(Part::best).collect::<Option<Vec<_>>>().map(|all| all.concat());
    Part { exact, needs }
}

/// Each of one before each of the other; none when they are too many.
fn crossed(one: &[String], other: &[String]) -> Option<Vec<String>> {
    (one.len() * other.len() <= MOST)
        .then(|| one.iter().flat_map(|a| other.iter().map(move |b| format!("{a}{b}"))).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::around;
    use super::*;

    fn needs(of: &'static str) -> Option<Vec<String>> {
        Expression::new(of).needs().0.clone()
    }

    #[test]
    fn the_letters_that_say_most_are_needed() {
        let some = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(
            needs(r"\b(?:title|text) goes here\b"),
            some(&["title goes here", "text goes here"])
        );
        assert_eq!(needs(r"(?i)\b[a-z]{1,9} is attached\b"), some(&[" is attached"]));
        assert_eq!(needs(r"(?:^|[\s(\[])(tk)(?:$|[\s,;])"), some(&["tk"]));
        assert_eq!(needs(r"\bX{2,}\b"), some(&["xx"]));
        assert_eq!(needs(r"a?b?c*"), None);
        assert_eq!(needs(r"[\p{L}'’]+"), None);
        assert_eq!(needs(r"first|\w+"), None);
    }

    /// A string that an expression matches, as far as one without its surroundings can.
    fn write(hir: &Hir, seed: &mut u64, into: &mut String) {
        let mut below = |most: usize| {
            // Knuth's generator: its high bits are the random ones.
            *seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(*seed >> 33).unwrap() % most.max(1)
        };
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => {}
            HirKind::Literal(literal) => into.push_str(std::str::from_utf8(&literal.0).unwrap()),
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.ranges();
                let range = ranges[below(ranges.len())];
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                let span = usize::try_from(end - start).unwrap() + 1;
                let c = start + u32::try_from(below(span)).unwrap();
                into.push(char::from_u32(c).unwrap_or(range.start()));
            }
            HirKind::Capture(capture) => write(&capture.sub, seed, into),
            HirKind::Repetition(repetition) => {
                let min = usize::try_from(repetition.min).unwrap();
                let more = repetition.max.map_or(3, |max| usize::try_from(max).unwrap() - min);
                for _ in 0..min + below(more.min(3) + 1) {
                    write(&repetition.sub, seed, into);
                }
            }
            HirKind::Concat(parts) => parts.iter().for_each(|one| write(one, seed, into)),
            HirKind::Alternation(parts) => {
                let one = below(parts.len());
                write(&parts[one], seed, into);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_matches_has_what_is_needed(seed in any::<u64>()) {
            let mut seed = seed;
            for of in around::tests::all_patterns() {
                let hir = regex_syntax::parse(&whole(of)).unwrap();
                let mut text = String::new();
                write(&hir, &mut seed, &mut text);
                let expression = Expression::new(of);
                prop_assert!(
                    expression.needs().are_met(&folded(&text)),
                    "{of}: {text:?} lacks {:?}", expression.needs()
                );
            }
        }
    }
}
