//! Each branch of a `{{#for_recipient}}` block, and its markup looked at like that of the template around it.
//! Pure: a block in, its first fault out.
//!
//! A branch is as long as its block: what is not taken is blank, so that each byte keeps its place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::html_walk::first_misplaced;
use super::mjml_repair::first_kept_out;
use super::personal::UNSUBSCRIBE_URL;
use super::structure::{self, MjmlFault};
use super::tags::{Tag, TagKind, tags};

/// Conditions that are combined in every way; of more, each branch is taken at least once.
const MOST_COMBINED: usize = 5;

/// One way through a block.
struct Branch {
    text: String,
    /// Where values stand, and whether one is the person's own address for leaving.
    values: Vec<(Range<usize>, bool)>,
}

/// The first fault in the markup of a block, at its byte.
pub fn first_fault(source: &str) -> Option<MjmlFault> {
    const BEFORE: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>";
    const BEHIND: &str = "</mj-text></mj-column></mj-section></mj-body></mjml>";
    branches(source).into_iter().find_map(|branch| {
        let fault = structure::first_fault(&format!("{BEFORE}{}{BEHIND}", branch.text));
        if let Some(fault) = fault {
            return Some(MjmlFault { at: fault.at.saturating_sub(BEFORE.len()), ..fault });
        }
        if let Some((at, name)) = first_kept_out(&branch.text) {
            return Some(MjmlFault {
                at,
                what: format!("a {{{{#for_recipient}}}} block contains {name}"),
                cure: "put it in the template, outside the block".to_owned(),
            });
        }
        first_misplaced(&branch.text, &branch.values).map(|(at, error)| MjmlFault {
            at,
            what: error.to_string(),
            cure: error.cure().to_owned(),
        })
    })
}

/// What stands in a block.
enum Part {
    Value(Tag),
    Choice { whole: Range<usize>, arms: Vec<Arm> },
}

/// What stands behind `{{#if}}`, `{{else if}}` or `{{else}}`.
struct Arm {
    /// `None` for `{{else}}`; `true` where the condition must hold.
    condition: Option<(String, bool)>,
    within: Range<usize>,
    parts: Vec<Part>,
}

type Assignment = BTreeMap<String, bool>;

fn branches(source: &str) -> Vec<Branch> {
    let found = tags(source);
    let mut reader = Reader { source, tags: &found, at: 0 };
    let parts = reader.parts();
    let mut ways: Vec<Assignment> = Vec::new();
    let mut conditions = BTreeSet::new();
    note(&parts, &Assignment::new(), &mut conditions, &mut ways);
    let conditions: Vec<String> = conditions.into_iter().collect();
    if conditions.len() <= MOST_COMBINED {
        let each = |bits: usize| -> Assignment {
            let named = conditions.iter().enumerate();
            named.map(|(at, name)| (name.clone(), bits >> at & 1 == 1)).collect()
        };
        ways = (0..1 << conditions.len()).map(each).collect();
    }
    ways.into_iter()
        .flat_map(|way| [true, false].map(|rest| branch(source, &parts, &way, rest)))
        .collect()
}

/// All conditions, and a way to each arm.
fn note(
    parts: &[Part],
    way: &Assignment,
    conditions: &mut BTreeSet<String>,
    ways: &mut Vec<Assignment>,
) {
    for part in parts {
        let Part::Choice { arms, .. } = part else { continue };
        let mut way = way.clone();
        for arm in arms {
            let mut taken = way.clone();
            if let Some((name, holds)) = &arm.condition {
                conditions.insert(name.clone());
                taken.insert(name.clone(), *holds);
                way.insert(name.clone(), !holds);
            }
            ways.push(taken.clone());
            note(&arm.parts, &taken, conditions, ways);
        }
        ways.push(way);
    }
}

fn branch(source: &str, parts: &[Part], way: &Assignment, rest: bool) -> Branch {
    let mut branch = Branch { text: source.to_owned(), values: Vec::new() };
    for tag in tags(source) {
        fill(&mut branch.text, tag.start..tag.end, ' ');
    }
    write(&mut branch, source, parts, way, rest);
    branch
}

fn write(branch: &mut Branch, source: &str, parts: &[Part], way: &Assignment, rest: bool) {
    for part in parts {
        match part {
            Part::Value(tag) => {
                // A value is not judged as a word: no colour and no size has this sign.
                fill(&mut branch.text, tag.start..tag.end, '_');
                let is_own = tag.inner(source) == UNSUBSCRIBE_URL;
                branch.values.push((tag.start..tag.end, is_own));
            }
            Part::Choice { whole, arms } => {
                let holds = |name: &String| way.get(name).copied().unwrap_or(rest);
                let taken = arms.iter().find(|arm| {
                    arm.condition.as_ref().is_none_or(|(name, wanted)| holds(name) == *wanted)
                });
                let Some(arm) = taken else {
                    fill(&mut branch.text, whole.clone(), ' ');
                    continue;
                };
                fill(&mut branch.text, whole.start..arm.within.start, ' ');
                fill(&mut branch.text, arm.within.end..whole.end, ' ');
                write(branch, source, &arm.parts, way, rest);
            }
        }
    }
}

/// Writes one character over some bytes; line ends stay.
fn fill(text: &mut String, range: Range<usize>, with: char) {
    let filled: String =
        text[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { with }).collect();
    text.replace_range(range, &filled);
}

/// Reads tags into parts; `personal::read` has taken the block already.
struct Reader<'a> {
    source: &'a str,
    tags: &'a [Tag],
    at: usize,
}

impl Reader<'_> {
    /// Up to the tag that ends the arm, or the block's end.
    fn parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        while let Some(tag) = self.tags.get(self.at).copied() {
            match tag.kind {
                TagKind::Comment => {}
                TagKind::Single => parts.push(Part::Value(tag)),
                TagKind::Open => {
                    self.at += 1;
                    parts.push(self.choice(tag));
                }
                TagKind::Else | TagKind::ElseChain | TagKind::Close => return parts,
            }
            self.at += 1;
        }
        parts
    }

    fn choice(&mut self, open: Tag) -> Part {
        let mut arms = Vec::new();
        let mut begun = open;
        loop {
            let condition = self.condition(begun);
            let parts = self.parts();
            let end = self.tags.get(self.at).copied();
            let within = begun.end..end.map_or(self.source.len(), |tag| tag.start);
            arms.push(Arm { condition, within, parts });
            match end {
                Some(tag) if tag.kind != TagKind::Close => begun = tag,
                Some(tag) => return Part::Choice { whole: open.start..tag.end, arms },
                None => return Part::Choice { whole: open.start..self.source.len(), arms },
            }
            self.at += 1;
        }
    }

    fn condition(&self, tag: Tag) -> Option<(String, bool)> {
        if tag.kind == TagKind::Else {
            return None;
        }
        let inner = tag.inner(self.source);
        let word = tag.word(self.source);
        let at = inner.find(word).map_or(0, |at| at + word.len());
        let name = inner[at..].split_whitespace().collect::<Vec<_>>().join(" ");
        // `{{^if town}}` is for whoever has none.
        Some((name, (word != "unless") != tag.is_inverted(self.source)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> BTreeSet<String> {
        branches(source)
            .into_iter()
            .map(|branch| branch.text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn every_branch_is_taken_and_every_byte_keeps_its_place() {
        for (source, expected) in [
            ("a {{#if town}}b{{else}}c{{/if}} d", vec!["a b d", "a c d"]),
            ("{{#unless town}}b{{/unless}} {{#if town}}c{{/if}}", vec!["b", "c"]),
            ("{{^if town}}b{{else}}c{{/if}} {{#if town}}d{{/if}}", vec!["b", "cd"]),
            (
                "{{#if town}}b {{#if (eq first_name \"A\")}}c{{/if}}{{else if last_name}}d{{else}}e{{/if}}",
                vec!["b", "b c", "d", "e"],
            ),
            (
                "{{! note }}x{{#if  town }}y{{else unless first_name}}z{{/if}}",
                vec!["x", "xy", "xz"],
            ),
        ] {
            let found = texts(source);
            for words in expected {
                let words = words.to_owned();
                let is_there =
                    found.iter().any(|text| text.replace(' ', "") == words.replace(' ', ""));
                assert!(is_there, "{source}: {words}: {found:?}");
            }
            for branch in branches(source) {
                assert_eq!(branch.text.len(), source.len(), "{source}");
            }
        }
        // More conditions than are combined: the innermost arm is taken still.
        let many: String = (0..9).map(|n| format!("{{{{#if c{n}}}}}")).collect::<String>()
            + "deep"
            + &(0..9).map(|n| format!("{{{{else}}}}e{n} {{{{/if}}}}")).collect::<String>();
        let found = texts(&many);
        for words in ["deep", "e0", "e4", "e8"] {
            assert!(found.iter().any(|text| text.contains(words)), "{words}: {found:?}");
        }
    }

    #[test]
    fn markup_of_every_branch_is_looked_at() {
        for good in [
            "Dear {{first_name}},",
            "<b>{{town}}</b><br> {{#if town}}<a href=\"https://a.org.uk/x\">a</a>{{/if}} a < b & c",
            "{{#if town}}<b>{{/if}}x{{#if town}}</b>{{/if}}",
            "<a href=\"{{unsubscribe_url}}\" title=\"{{town}}\">bye</a>",
            "<p{{#if town}} class=\"x\"{{/if}}>x</p><!-- note -->",
        ] {
            assert_eq!(first_fault(good), None, "{good}");
        }
        for (wrong, what, at) in [
            ("{{#if town}}<!-- {{/if}}", "a comment is never closed", "<!--"),
            ("<b>{{town}}", "<b> is closed by </mj-text>", "<b>"),
            ("{{#if town}}ok{{else}}<b>{{/if}}", "<b> is closed by </mj-text>", "<b>"),
            ("{{#if town}}<b>{{/if}}x{{#if first_name}}</b>{{/if}}", "closes nothing", "</b>"),
            ("a</p></td></tr></table>", "</p> closes nothing", "</p>"),
            (
                "{{#unless town}}<iframe src=\"x\"></iframe>{{/unless}}",
                "would be loaded",
                "<iframe",
            ),
            ("<b title={{town}}>x</b>", "has no quotation marks", "title"),
            ("x <b {{town}}>x</b>", "a slot is inside a tag", "{{town"),
            ("<b style=\"color:{{town}}\">x</b>", "a slot is inside a style", "{{town"),
            ("<!-- {{town}} -->", "a slot is inside a comment", "{{town"),
            ("<a href=\"{{town}}\">x</a>", "a whole web address", "{{town"),
            ("<a href=\"{{#if town}}{{town}}{{/if}}\">x</a>", "a whole web address", "{{town}}"),
            ("x<style>p{}</style>", "contains <style>", "<style"),
            (
                "{{#if town}}<link rel=\"x\" href=\"https://x.org/a.css\" />{{/if}}",
                "<link>",
                "<link",
            ),
            ("<SCRIPT>x</SCRIPT>", "contains <SCRIPT>", "<SCRIPT"),
            ("<!--[if mso]><link href=\"https://x.org\"><![endif]-->", "contains", "<!--"),
        ] {
            let fault = first_fault(wrong).unwrap_or_else(|| panic!("no fault: {wrong}"));
            assert!(fault.what.contains(what), "{wrong}: {fault:?}");
            assert!(wrong[fault.at..].starts_with(at), "{wrong}: {fault:?}");
        }
    }
}
