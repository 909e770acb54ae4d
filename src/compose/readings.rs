//! What different people read of one email: every branch of its blocks, every word that is there for some only.
//! Pure: slots in, people who are nobody out.

use std::collections::{BTreeMap, BTreeSet};

use handlebars::Template;
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use serde_json::Value;

use super::composition::Composition;
use super::filler::Filler;
use super::names::names_of_path;
use super::personal::UNSUBSCRIBE_URL;
use super::slot::{Piece, Slot};
use super::syntax;
use crate::audience::Values;

/// Ways to fill one block that are tried together; beyond that each column changes by itself.
const MOST_TOGETHER: usize = 64;

/// People who between them read whatever anybody may: the first has every column, and its name in braces stands there.
#[derive(Debug)]
pub struct Readers {
    pub people: Vec<Values>,
    filler: Option<Filler>,
}

/// A text as one of them reads it.
#[derive(Debug, Default)]
pub struct ReaderText {
    pub text: String,
    /// Words with a gap where a value is empty: `Dear ,`.
    pub gaps: Vec<String>,
}

impl Readers {
    pub fn of(slots: &[Slot]) -> Self {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut differ = false;
        let mut people = Vec::new();
        for slot in slots {
            if let Slot::Field { name, fallback } = slot {
                all.entry(name.clone()).or_default();
                differ |= fallback.trim().is_empty();
            }
        }
        let blocks: Vec<BTreeMap<String, BTreeSet<String>>> = slots
            .iter()
            .filter_map(|slot| match slot {
                Slot::Block { source, .. } => Some(mentioned(source)),
                Slot::Field { .. } | Slot::UnsubscribeUrl => None,
            })
            .collect();
        for (name, values) in blocks.iter().flatten() {
            all.entry(name.clone()).or_default().extend(values.iter().cloned());
        }
        let whole: Values = all.keys().map(|name| (name.clone(), in_braces(name))).collect();
        people.push(whole.clone());
        if differ || !blocks.is_empty() {
            people.push(all.keys().map(|name| (name.clone(), empty_or(name))).collect());
        }
        for block in &blocks {
            people.extend(ways(block).into_iter().map(|way| {
                let mut person = whole.clone();
                person.extend(way);
                person
            }));
        }
        let mut seen = BTreeSet::new();
        people.retain(|person| seen.insert(person.clone()));
        Self { people, filler: Filler::new(slots).ok() }
    }

    /// The columns that differ.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.people.first().into_iter().flat_map(|first| first.keys().map(String::as_str))
    }

    /// Some pieces as one of them reads them.
    pub fn read(&self, composition: &Composition, pieces: &[Piece], person: &Values) -> ReaderText {
        let Some(filler) = &self.filler else {
            return ReaderText { text: composition.shown(pieces), gaps: Vec::new() };
        };
        let mut reading = ReaderText::default();
        for (at, piece) in pieces.iter().enumerate() {
            let place = match piece {
                Piece::Text(text) => {
                    reading.text.push_str(text);
                    continue;
                }
                Piece::Slot(place) => place,
            };
            let url = in_braces(UNSUBSCRIBE_URL);
            let start = reading.text.len();
            match &composition.slots[place.index] {
                // In an address too: rules know a slot by its braces.
                Slot::Field { name, .. }
                    if person.get(name).is_some_and(|it| *it == in_braces(name)) =>
                {
                    reading.text.push_str(&format!(
                        "{}{}{}",
                        place.before,
                        in_braces(name),
                        place.after
                    ));
                }
                Slot::UnsubscribeUrl => {
                    reading.text.push_str(&format!("{}{url}{}", place.before, place.after));
                }
                Slot::Field { .. } => filler.fill(place, person, &url, &mut reading.text),
                Slot::Block { source, .. } => {
                    let mut words = String::new();
                    filler.fill(place, person, &url, &mut words);
                    reading.gaps.extend(gap_within(source, &words));
                    reading.text.push_str(&words.replace("%7B", "{").replace("%7D", "}"));
                }
            }
            let behind = match pieces.get(at + 1) {
                Some(Piece::Text(text)) => text.as_str(),
                Some(Piece::Slot(_)) | None => "",
            };
            reading.gaps.extend(gap(&reading.text[..start], &reading.text[start..], behind));
        }
        reading
    }
}

/// What stands around a value that is empty and leaves a gap before a comma or a full stop.
fn gap(before: &str, value: &str, behind: &str) -> Option<String> {
    let ends = [',', '.', ';', '!', '?'];
    let is_open = before.ends_with([' ', '\n', '>']) || before.is_empty();
    (value.trim().is_empty() && is_open && behind.starts_with(ends)).then(|| around(before, behind))
}

/// The words before a gap within a block's words. A blank that its editor wrote there is none.
pub fn gap_within(source: &str, value: &str) -> Option<String> {
    if source.contains(" ,") || source.contains(" .") {
        return None;
    }
    let within = value.match_indices([',', '.']).find(|(at, _)| {
        let left = &value[..*at];
        left.ends_with(' ')
            && left.trim_end().ends_with(char::is_alphanumeric)
            && value[at + 1..].chars().next().is_none_or(|next| next.is_whitespace() || next == '<')
    });
    within.map(|(at, _)| around(&value[..at], &value[at..]))
}

fn around(before: &str, behind: &str) -> String {
    let line = before.rsplit(['\n', '>']).next().unwrap_or_default();
    let begin = line.char_indices().rev().nth(30).map_or(0, |(at, _)| at);
    format!("{}{}", line[begin..].trim_start(), behind.chars().next().unwrap_or_default())
}

fn in_braces(name: &str) -> String {
    format!("{{{name}}}")
}

/// Everybody has an address.
fn empty_or(name: &str) -> String {
    if name == "email" { in_braces(name) } else { String::new() }
}

/// Every way to fill a block: each column there, empty, and with each value that a condition compares it with.
fn ways(block: &BTreeMap<String, BTreeSet<String>>) -> Vec<Values> {
    let values_of = |name: &String, compared: &BTreeSet<String>| -> BTreeSet<String> {
        compared.iter().cloned().chain([in_braces(name), empty_or(name)]).collect()
    };
    let columns: Vec<(&String, BTreeSet<String>)> =
        block.iter().map(|(name, compared)| (name, values_of(name, compared))).collect();
    let together =
        columns.iter().try_fold(1usize, |all, (_, values)| all.checked_mul(values.len()));
    if together.is_some_and(|all| all <= MOST_TOGETHER) {
        return columns.iter().fold(vec![Values::new()], |ways, (name, values)| {
            ways.iter()
                .flat_map(|way| {
                    values.iter().map(|value| {
                        let mut way = way.clone();
                        way.insert((*name).clone(), value.clone());
                        way
                    })
                })
                .collect()
        });
    }
    let empty: Values = columns.iter().map(|(name, _)| ((*name).clone(), empty_or(name))).collect();
    let each = columns
        .iter()
        .flat_map(|(name, values)| values.iter().map(|value| ((*name).clone(), value.clone())));
    each.flat_map(|(name, value)| {
        let alone: Values = [(name.clone(), value.clone())].into_iter().collect();
        let mut among_empty = empty.clone();
        among_empty.insert(name, value);
        [alone, among_empty]
    })
    .collect()
}

/// The columns that a block names, each with what it is compared with.
fn mentioned(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    if let Ok(template) = syntax::parse("", source) {
        of_template(&template, &mut found);
    }
    found.remove(UNSUBSCRIBE_URL);
    found
}

fn of_template(template: &Template, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for element in &template.elements {
        match element {
            TemplateElement::Expression(call) => of_call(call, found),
            TemplateElement::HelperBlock(block) => {
                of_call(block, found);
                for inner in block.template.iter().chain(&block.inverse) {
                    of_template(inner, found);
                }
            }
            _ => {}
        }
    }
}

fn of_call(call: &HelperTemplate, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut columns = Vec::new();
    let mut literals = Vec::new();
    if call.params.is_empty() {
        columns.extend(column_of(&call.name));
    }
    for param in &call.params {
        match param {
            Parameter::Literal(Value::String(text)) => literals.push(text.clone()),
            Parameter::Literal(value) => literals.push(value.to_string()),
            Parameter::Subexpression(inner) => {
                if let TemplateElement::Expression(call) = inner.as_element() {
                    of_call(call, found);
                }
            }
            other => columns.extend(column_of(other)),
        }
    }
    for column in columns {
        found.entry(column).or_default().extend(literals.iter().cloned());
    }
}

fn column_of(param: &Parameter) -> Option<String> {
    names_of_path(param.as_name()?).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::slot::{BlockForm, SlotContext, SlotPlace};
    use crate::problem::Place;

    fn read_by_all(source: &str) -> BTreeSet<String> {
        let block = Slot::Block {
            source: source.to_owned(),
            place: Place::line("a", 1),
            form: BlockForm::Plain,
        };
        let readers = Readers::of(std::slice::from_ref(&block));
        let filler = Filler::new(&[block]).unwrap();
        let place = SlotPlace::new(0, SlotContext::PlainText);
        readers
            .people
            .iter()
            .map(|person| {
                let mut out = String::new();
                filler.fill(&place, person, "", &mut out);
                out
            })
            .collect()
    }

    #[test]
    fn every_branch_is_read_by_somebody() {
        for (source, expected) in [
            ("Dear {{first_name}},", vec!["Dear {first_name},", "Dear ,"]),
            ("{{#if town}}In {{town}}{{/if}}", vec!["In {town}", ""]),
            (
                "{{#if (eq town \"Hull\")}}H{{else if (eq town \"York\")}}Y{{else}}E{{/if}}",
                vec!["H", "Y", "E"],
            ),
            (
                "{{#if (and town first_name)}}A{{else if town}}T{{else if first_name}}F{{else}}N{{/if}}",
                vec!["A", "T", "F", "N"],
            ),
            (
                "{{#unless town}}{{#if (ne first_name \"Al\")}}X{{else}}Y{{/if}}{{/unless}}",
                vec!["X", "Y", ""],
            ),
            (
                "{{#if a}}1{{/if}}{{#if b}}2{{/if}}{{#if c}}3{{/if}}{{#if d}}4{{/if}}{{#if e}}5{{/if}}{{#if f}}6{{/if}}{{#if g}}7{{/if}}{{h}}",
                vec!["1234567{h}", "", "1", "7", "{h}"],
            ),
        ] {
            let found = read_by_all(source);
            for words in expected {
                assert!(found.contains(words), "{source}: {words:?}: {found:?}");
            }
        }
    }

    #[test]
    fn a_gap_is_where_a_value_was() {
        for (before, value, behind, expected) in [
            ("Dear ", "", ",\n\nhello", Some("Dear ,")),
            ("<p>Hello ", " ", "! More", Some("Hello !")),
            ("Dear", "", ", hello", None),
            ("Dear ", "Ann", ", hello", None),
            ("We meet ", "", "on Monday", None),
        ] {
            assert_eq!(
                gap(before, value, behind).as_deref(),
                expected,
                "{before}|{value}|{behind}"
            );
        }
        for (source, value, expected) in [
            ("Dear {{first_name}}, how", "Dear , how", Some("Dear ,")),
            ("We meet , and", "We meet , and", None),
            ("from {{town}}", "from 3.5 or .5 to 7,5", None),
        ] {
            assert_eq!(gap_within(source, value).as_deref(), expected, "{source}");
        }
    }
}
