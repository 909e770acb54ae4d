//! An edition as it would be sent now, so that a later look can be compared with it.
//! Shell: reads the project's templates.

use std::fmt::Debug;
use std::sync::Arc;

use aws_lc_rs::digest;

use crate::approval::{FrozenAudience, FrozenEdition, FrozenParts, FrozenStory, PeopleSample};
use crate::audience::segment::Segment;
use crate::audience::{Audience, List, Person, on_all_cores};
use crate::cli::steps::chosen_edition::ChosenEdition;
use crate::cli::steps::prepare::{PreparedEdition, composed, shown_subject};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::system;
use crate::compose::composition::Composition;
use crate::edition::{Draft, Edition};
use crate::news::Item;
use crate::project::Project;
use crate::project::approved_settings::approved_sections;
use crate::rfc::base16;

/// Sixteen hexadecimal digits that name a value and no other.
fn hash(value: &impl Debug) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{value:?}").as_bytes());
    base16::encode(&digest.as_ref()[..8])
}

/// What somebody approves: the composition, the question that the audience answers, and who that is now.
pub fn frozen(
    project: &Project,
    chosen: &ChosenEdition,
    prepared: &PreparedEdition,
) -> Result<FrozenEdition, Failure> {
    let PreparedEdition { edition, composition, audience, list, takes_examples, .. } = prepared;
    let people = match list {
        Some(list) => Some(people(project, chosen, list, *takes_examples)?.1),
        None => None,
    };
    freeze(project, chosen, (edition, composition, list.as_deref()), audience, people)
}

/// The same with nobody's copy looked at, and no check: enough to see whether an approval still holds.
pub async fn frozen_unchecked(
    project: &Project,
    chosen: &ChosenEdition,
    list: &Arc<List>,
    takes_examples: bool,
) -> Result<FrozenEdition, Failure> {
    let (edition, composition) = composed(project, chosen, &list.people).await?;
    let (audience, people) = people(project, chosen, list, takes_examples)?;
    freeze(project, chosen, (&edition, &composition, Some(list)), &audience, Some(people))
}

fn freeze(
    project: &Project,
    chosen: &ChosenEdition,
    (edition, composition, list): (&Edition, &Composition, Option<&List>),
    audience: &Audience,
    people: Option<PeopleSample>,
) -> Result<FrozenEdition, Failure> {
    let templates = project.templates()?;
    let words = (&edition.headline.text, &edition.introduction.text, &edition.figures);
    let translated: Vec<_> = edition
        .translations
        .iter()
        .map(|(language, words)| {
            let texts = (&words.subject.text, &words.preheader.text, &words.headline.text);
            (language, texts, &words.introduction.text, &words.figures)
        })
        .collect();
    let settings = &project.settings;
    Ok(FrozenEdition {
        hash: composition.hash(),
        subject: shown_subject(composition, list),
        preheader: edition.preheader.text.clone(),
        template: edition.template.clone(),
        template_hash: hash(&templates.files_of(&edition.template)),
        words_hash: hash(&(words, translated)),
        settings_hash: hash(&approved_sections(settings)),
        archive: chosen.draft.as_ref().and_then(archive_wish),
        parts: parts(project, edition)?,
        stories: edition.shown().map(story).collect(),
        audience: FrozenAudience {
            segment: whom(chosen),
            those_in_doubt: chosen.audience.correction.as_ref().map(|whom| whom.those_in_doubt),
            typed_segment: chosen.audience.segment.as_ref().map(typed),
            purpose: chosen.audience.purpose.to_string(),
            people: audience.mailed,
            bases: audience.bases.clone(),
        },
        people,
    })
}

/// What a draft says of the archive. A new key of the draft belongs here, or into what is sent: the composition has all of
/// these but the audience's two, which are frozen as such.
fn archive_wish(draft: &Draft) -> Option<bool> {
    let Draft {
        archive,
        name: _,
        source: _,
        subject: _,
        preheader: _,
        template: _,
        template_place: _,
        window: _,
        items: _,
        pinned: _,
        left_out: _,
        introduction: _,
        headline: _,
        figures: _,
        group: _,
        overrides: _,
        as_of: _,
        segment: _,
        purpose: _,
        correction: _,
        translations: _,
    } = draft;
    *archive
}

/// Words and settings by the names that people know them by.
fn parts(project: &Project, edition: &Edition) -> Result<FrozenParts, Failure> {
    let mut parts = FrozenParts::default();
    let hashes = &mut parts.hashes;
    let mut add = |name: String, hash: String| hashes.insert(name, hash);
    add("the headline".to_owned(), hash(&edition.headline.text));
    add("the introduction".to_owned(), hash(&edition.introduction.text));
    add("the figures".to_owned(), hash(&edition.figures));
    for (language, words) in &edition.translations {
        add(format!("the headline in {language}"), hash(&words.headline.text));
        add(format!("the introduction in {language}"), hash(&words.introduction.text));
        add(format!("the figures in {language}"), hash(&words.figures));
        for (what, text) in [("subject", &words.subject), ("preheader", &words.preheader)] {
            parts.texts.insert(format!("the {what} in {language}"), text.text.clone());
        }
    }
    let settings = &project.settings;
    for (section, says) in approved_sections(settings) {
        add(format!("[{section}] in roundup.toml"), hash(&says));
    }
    for (language, text) in project.templates()?.words() {
        add(format!("templates/words/{language}"), hash(&text));
    }
    Ok(parts)
}

/// Who is mailed, counted, and by names that are of no use elsewhere.
fn people(
    project: &Project,
    chosen: &ChosenEdition,
    list: &Arc<List>,
    examples: bool,
) -> Result<(Audience, PeopleSample), Failure> {
    let keys = project.keys(system::random)?;
    let edition = chosen.name.clone();
    let portions = on_all_cores(list, move |list, portion| {
        let (mut audience, mut names) = (Audience::default(), Vec::new());
        for person in list.people(&portion, examples) {
            audience.count(&person);
            if let Person::Mailed(recipient) = person {
                names.push(keys.approval_name(&edition, &recipient.address.key()));
            }
        }
        (audience, names)
    });
    let (mut everybody, mut every_name) = (Audience::default(), Vec::new());
    for portion in portions {
        let (audience, names) = portion?;
        everybody = everybody.and(audience);
        every_name.extend(names);
    }
    Ok((everybody, PeopleSample::of(every_name)))
}

/// The segment, or the edition whose readers get a correction.
fn whom(chosen: &ChosenEdition) -> Option<String> {
    match &chosen.audience.correction {
        Some(correction) => Some(format!("those who got {}", correction.edition)),
        None => chosen.audience.segment.as_ref().map(filter_of),
    }
}

/// With the filter: another filter under the same name is another audience.
fn filter_of(segment: &Segment) -> String {
    let planned = segment.planned();
    match planned.name.as_str() {
        "" => planned.filter,
        name => format!("{name} ({})", planned.filter),
    }
}

/// Its name, or the filter where it has none.
fn typed(segment: &Segment) -> String {
    let planned = segment.planned();
    if planned.name.is_empty() { planned.filter } else { planned.name }
}

fn story(item: &Item) -> FrozenStory {
    let said = (&item.title, &item.summary, &item.link, &item.image, &item.date, &item.quote);
    let more =
        (&item.lines, &item.event, item.translations.values().map(words).collect::<Vec<_>>());
    FrozenStory { id: item.id.clone(), title: item.title.clone(), hash: hash(&(said, more)) }
}

fn words(item: &Item) -> (&String, &String, &Option<String>) {
    (&item.title, &item.summary, &item.link)
}
