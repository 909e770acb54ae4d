//! What has changed between two looks at an edition, in words.
//! Pure: values in, words out.

use super::{FrozenAudience, FrozenEdition, FrozenStory};
use crate::count::{counted, listed, people};

/// People come and go every day; a number that moves by more than this is another list.
const OTHER_LIST_PERCENT: u64 = 10;
/// In a small list a few people are more than that.
const OTHER_LIST_PEOPLE: u64 = 10;
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
        if self.words_hash != now.words_hash {
            changes.push(
                "the words of the draft were edited (introduction, headline or figures)".to_owned(),
            );
        }
        if self.settings_hash != now.settings_hash {
            changes.push(
                "the settings of the email were edited (theme, organisation or sender in roundup.toml)".to_owned(),
            );
        }
        if changes.is_empty() && self.hash != now.hash {
            changes.push("the email is composed in another way (a new version of roundup, or other columns in the list)".to_owned());
        }
        audience(&self.audience, &now.audience, &mut changes);
        changes
    }
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
    if then.purpose != now.purpose {
        changes.push(format!("the purpose was {} and is {}", then.purpose, now.purpose));
    }
    let difference = then.people.abs_diff(now.people);
    let most = (then.people / 100 * OTHER_LIST_PERCENT)
        .saturating_add(then.people % 100 * OTHER_LIST_PERCENT / 100)
        .max(OTHER_LIST_PEOPLE);
    if difference > most {
        changes.push(format!(
            "the audience was {} and is {}",
            people(then.people),
            people(now.people)
        ));
    }
}
