//! What has changed between two looks at an edition, in words.
//! Pure: values in, words out.

use std::collections::BTreeMap;

use super::{FrozenAudience, FrozenEdition, FrozenParts, FrozenStory, PeopleChange};
use crate::audience::law::BasisCounts;
use crate::count::{counted, grouped, listed, people};

/// People come and go every day; where more of them than this have come, or have gone, it is another list.
const OTHER_LIST_PERCENT: u64 = 10;
/// In a short list a few people are more than that.
const OTHER_LIST_PEOPLE: u64 = 10;
/// But never more than half of those who were approved: five others are not the five whom somebody saw.
const OTHER_LIST_PART: u64 = 2;
/// Stories that are named; the rest is counted.
const MOST_NAMED: usize = 4;

impl FrozenEdition {
    /// What is different in a later look; nothing where an approval still holds.
    pub fn changes_to(&self, now: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        if self.subject != now.subject {
            changes
                .push(format!("the subject was \"{}\" and is \"{}\"", self.subject, now.subject));
        }
        if self.preheader != now.preheader {
            changes.push(format!(
                "the preheader was \"{}\" and is \"{}\"",
                self.preheader, now.preheader
            ));
        }
        stories(&self.stories, &now.stories, &mut changes);
        if self.template != now.template {
            changes.push(format!("the template was `{}` and is `{}`", self.template, now.template));
        } else if self.template_hash != now.template_hash {
            changes.push(format!("the template `{}` was edited", now.template));
        }
        self.words_and_settings(now, &mut changes);
        if self.archive != now.archive {
            let says = |wish: Option<bool>| match wish {
                Some(true) => "yes",
                Some(false) => "no",
                None => "nothing",
            };
            changes.push(format!(
                "the draft said {} about the archive and says {}",
                says(self.archive),
                says(now.archive)
            ));
        }
        audience(&self.audience, &now.audience, &mut changes);
        changes.extend(self.other_people(now));
        changes
    }

    /// What has changed of words and settings: by name where both looks kept the names.
    fn words_and_settings(&self, now: &Self, changes: &mut Vec<String>) {
        let has_words = self.words_hash != now.words_hash;
        let has_settings = self.settings_hash != now.settings_hash;
        let is_same = changes.is_empty() && self.hash == now.hash;
        if is_same && !has_words && !has_settings {
            return;
        }
        let named = parts(&self.parts, &now.parts);
        if !named.is_empty() {
            changes.extend(named);
            return;
        }
        if has_words {
            changes.push(
                "the words of the draft were edited (introduction, headline or figures)".to_owned(),
            );
        }
        if has_settings {
            changes.push(
                "the settings of the email were edited (theme, organisation or sender in roundup.toml)".to_owned(),
            );
        }
        if changes.is_empty() && self.hash != now.hash {
            changes.push("the email is composed in another way (a new version of roundup, or other columns in the list)".to_owned());
        }
    }

    /// Who has come and gone until a later look; none where one of the two counted its people only.
    pub fn people_change(&self, now: &Self) -> Option<PeopleChange> {
        let (then, now_sample) = (self.people.as_ref()?, now.people.as_ref()?);
        Some(then.change_to(now_sample, self.audience.people, now.audience.people))
    }

    /// Whether other people are mailed than were approved, in words.
    fn other_people(&self, now: &Self) -> Option<String> {
        let then = self.audience.people;
        let most = most_moved(then);
        let Some(change) = self.people_change(now) else {
            let is_another = then.abs_diff(now.audience.people) > most;
            return is_another.then(|| numbers_changed(then, now.audience.people));
        };
        (change.left > most || change.joined > most).then(|| people_changed(change, then, now))
    }
}

/// The parts that differ, where both looks have kept some.
fn parts(then: &FrozenParts, now: &FrozenParts) -> Vec<String> {
    if then.is_empty() || now.is_empty() {
        return Vec::new();
    }
    let names = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        let mut names: Vec<String> = one.keys().chain(other.keys()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter(|name| one.get(name) != other.get(name)).collect::<Vec<_>>()
    };
    let text = |texts: &BTreeMap<String, String>, name: &str| {
        texts.get(name).map_or_else(|| "missing".to_owned(), |text| format!("\"{text}\""))
    };
    let texts = names(&then.texts, &now.texts).into_iter().map(|name| {
        format!("{name} was {} and is {}", text(&then.texts, &name), text(&now.texts, &name))
    });
    let hashes = names(&then.hashes, &now.hashes).into_iter();
    texts.chain(hashes.map(|name| format!("edited: {name}"))).collect()
}

/// How many may come, and how many may go, before it is another list.
fn most_moved(then: u64) -> u64 {
    let percent =
        (then / 100 * OTHER_LIST_PERCENT).saturating_add(then % 100 * OTHER_LIST_PERCENT / 100);
    percent.max(OTHER_LIST_PEOPLE.min(then / OTHER_LIST_PART))
}

fn numbers_changed(then: u64, now: u64) -> String {
    format!("the audience was {} and is {}", people(then), people(now))
}

/// `the audience was 60 people and is 60 people: 38 of the 60 people approved are no longer in it, and 38 others are`
fn people_changed(change: PeopleChange, then: u64, now: &FrozenEdition) -> String {
    let PeopleChange { left, joined, is_exact } = change;
    let about = if is_exact { "" } else { "about " };
    let are = |count| if count == 1 { "is" } else { "are" };
    let numbers = numbers_changed(then, now.audience.people);
    let gone = || {
        let (left_words, are) = (grouped(left), are(left));
        format!("{about}{left_words} of the {} approved {are} no longer in it", people(then))
    };
    let others = || format!("{about}{} {}", counted(joined, "other", "others"), are(joined));
    match (left, joined) {
        (0, _) => format!("{numbers}: {} new", others()),
        (_, 0) => format!("{numbers}: {}", gone()),
        _ => format!("{numbers}: {}, and {}", gone(), others()),
    }
}

/// The law that lets people be mailed: where many are mailed by another one, somebody must look again.
fn bases(then: &FrozenAudience, now: &FrozenAudience) -> Option<String> {
    let most = most_moved(then.people);
    let count = |bases: &BasisCounts, basis: &str| bases.get(basis).copied().unwrap_or(0);
    let mut names: Vec<&String> = then.bases.keys().chain(now.bases.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let has_grown = |basis: &&&String| {
        count(&now.bases, basis).saturating_sub(count(&then.bases, basis)) > most
    };
    // More people of every basis are more people, which is said already.
    let grown = names.iter().find(has_grown)?;
    let has_shrunk = names
        .iter()
        .any(|basis| count(&then.bases, basis) > count(&now.bases, basis).saturating_add(most));
    has_shrunk.then(|| {
        let (was, is) = (count(&then.bases, grown), count(&now.bases, grown));
        format!(
            "{} were mailed by the basis {} and {} are",
            grouped(was),
            grown.replace('_', " "),
            grouped(is)
        )
    })
}

fn stories(then: &[FrozenStory], now: &[FrozenStory], changes: &mut Vec<String>) {
    let find =
        |stories: &[FrozenStory], id: &str| stories.iter().find(|story| story.id == id).cloned();
    let titles = |stories: Vec<&FrozenStory>| -> Vec<String> {
        stories.into_iter().map(|story| story.title.clone()).collect()
    };
    let mut say = |stories: Vec<&FrozenStory>, one: &str, many: &str| {
        let names = titles(stories);
        match names.len() {
            0 => {}
            1 => changes.push(format!("a story was {one}: {}", listed(&names, MOST_NAMED))),
            count => changes.push(format!(
                "{} {many}: {}",
                counted(count, "story was", "stories were"),
                listed(&names, MOST_NAMED)
            )),
        }
    };
    say(now.iter().filter(|story| find(then, &story.id).is_none()).collect(), "added", "added");
    say(then.iter().filter(|story| find(now, &story.id).is_none()).collect(), "removed", "removed");
    let edited =
        |story: &&FrozenStory| find(then, &story.id).is_some_and(|then| then.hash != story.hash);
    say(now.iter().filter(edited).collect(), "edited", "edited");
    let order = |one: &[FrozenStory], other: &[FrozenStory]| -> Vec<String> {
        let both = one.iter().filter(|story| find(other, &story.id).is_some());
        both.map(|story| story.id.clone()).collect()
    };
    if order(then, now) != order(now, then) {
        changes.push("the stories have another order".to_owned());
    }
}

fn audience(then: &FrozenAudience, now: &FrozenAudience, changes: &mut Vec<String>) {
    let shown = |segment: &Option<String>| {
        segment.as_ref().map_or("everybody".to_owned(), |segment| format!("the segment {segment}"))
    };
    if then.segment != now.segment {
        changes.push(format!(
            "the audience was {} and is {}",
            shown(&then.segment),
            shown(&now.segment)
        ));
    }
    if let (Some(then), Some(now)) = (then.those_in_doubt, now.those_in_doubt)
        && then != now
    {
        let says = |with: bool| if with { "included" } else { "left out" };
        changes.push(format!(
            "people whose delivery is uncertain were {} and are {}",
            says(then),
            says(now)
        ));
    }
    if then.purpose != now.purpose {
        changes.push(format!("the purpose was {} and is {}", then.purpose, now.purpose));
    }
    changes.extend(bases(then, now));
}
