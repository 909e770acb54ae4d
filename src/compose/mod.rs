//! From an edition to an email: the same for everybody, with slots where people differ.
//! Pure: an edition, a theme, templates and a nonce in, a composition out.

#[cfg(test)]
mod any_text;
mod arrangement;
mod attributes;
mod balance;
mod branches;
#[cfg(test)]
mod cases;
mod comparison;
pub mod composition;
pub mod css_colour;
mod declarations;
mod draft_words;
pub mod explanation;
pub mod fault;
pub mod filler;
mod guard;
pub mod helper_names;
pub mod helper_state;
mod helpers;
pub mod html;
mod html_walk;
mod inlining;
mod introduction;
pub mod layout;
mod lookup;
mod made_values;
pub mod marker;
pub mod mjml_repair;
mod mjml_schema;
mod mjml_values;
pub mod model;
pub mod names;
mod other_script;
pub mod palette;
mod partial_depth;
mod partial_indent;
mod personal;
pub mod readings;
mod recipient_blocks;
mod render_limit;
mod rendering;
pub mod setting;
pub mod slot;
mod source_map;
mod strict;
pub mod structure;
mod syntax;
mod tag_text;
mod tags;
mod template_cache;
pub mod templates;
pub mod text;
mod text_page;
pub mod theme;
mod variants;
mod white_space;
mod whole_values;
pub mod words;

use crate::audience::{People, Values};
use crate::edition::Edition;
use crate::news::Item;
use crate::problem::Place;

pub use composition::{
    ComposeError, ComposedStory, Composition, TranslatedEmail, UnknownSegment, Variant,
};
pub use fault::TemplateFault;
pub use filler::Filler;
pub use layout::Density;
pub use marker::Nonce;
pub use slot::{Piece, Slot, SlotContext, SlotPlace};
pub use template_cache::Templates;
pub use theme::Branding;

use layout::HeldArrangement;
use rendering::compose_within;
use variants::MOST_VARIANTS;

/// Some pieces with their slots filled for one person.
pub fn filled(filler: &Filler, pieces: &[Piece], person: &Values, unsubscribe_url: &str) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot(place) => filler.fill(place, person, unsubscribe_url, &mut out),
        }
    }
    out
}

/// Composes an edition.
///
/// # Errors
/// When a template or the editor's words are wrong, with the place and the cure.
#[allow(clippy::needless_pass_by_value, reason = "a nonce is for one composition")]
pub fn compose(
    edition: &Edition,
    theme: &Branding,
    templates: &Templates,
    people: &People,
    nonce: Nonce,
) -> Result<Composition, ComposeError> {
    let mut translations = Vec::new();
    for language in theme.translations.keys() {
        let (edition, theme) = (edition.in_language(language), theme.in_language(language));
        translations.push(TranslatedEmail {
            language: language.clone(),
            composition: compose_within(&edition, &theme, templates, people, &nonce, None)?,
        });
    }
    let composition = compose_within(edition, theme, templates, people, &nonce, None)?;
    let composition = Composition { translations, ..composition };
    let translated = composition.translations.iter().map(|one| one.composition.variants.len());
    if composition.variants.len() + translated.sum::<usize>() > MOST_VARIANTS {
        return Err(ComposeError::Template(TemplateFault {
            place: Place::whole(Templates::shown(&format!("{}.mjml.hbs", edition.template))),
            what: format!(
                "the segments and languages of this edition make more than {MOST_VARIANTS} different emails"
            ),
            cure: "use fewer {{#for_segment}} blocks: each counts once in each language".to_owned(),
            line_text: None,
        }));
    }
    Ok(composition)
}

/// What stories of the email take of its bytes, each by its place among those that the edition shows: the email without it is
/// so much smaller. A story that there is no room for takes none.
///
/// # Errors
/// As `compose`.
pub fn costs(
    edition: &Edition,
    theme: &Branding,
    templates: &Templates,
    people: &People,
    composition: &Composition,
    wanted: &[usize],
) -> Result<Vec<usize>, ComposeError> {
    let shown = composition.density.shows(edition.shown().count());
    // Only what the email shows: the story behind it would come in for the one that is taken out.
    let mut edition = edition.with_first(shown).into_owned();
    edition.unmentioned.clear();
    edition.undecided.clear();
    let size = |without: Option<&str>| -> Result<usize, ComposeError> {
        let (nonce, density) = (Nonce::new([0; 16]), composition.density);
        let held = Some(HeldArrangement { density, without });
        let composed = compose_within(&edition, theme, templates, people, &nonce, held)?;
        Ok(composed.variants.iter().map(Variant::bytes).max().unwrap_or(0))
    };
    let whole = size(None)?;
    each_on_all_cores(wanted, |index| {
        if *index >= shown {
            return Ok(0);
        }
        // Without its only story there is no email, and templates need not be ready for none.
        match edition.shown().nth(*index).filter(|_| shown > 1) {
            Some(item) => Ok(whole.saturating_sub(size(Some(&item.id))?)),
            None => Ok(whole),
        }
    })
}

/// The stories that take most of an email, by their places in it: those with the most to say. To measure all of a year means
/// to compose it a hundred times.
pub fn longest(edition: &Edition, composition: &Composition) -> Vec<usize> {
    /// What a word becomes in the email differs a little from story to story.
    const MOST: usize = 3;
    let shown = composition.density.shows(edition.shown().count());
    let length = |item: &Item| {
        let image = item.image.as_ref().map_or(0, |image| image.address.len() + image.alt.len());
        let quote = item.quote.as_ref().map_or(0, |quote| quote.words.len());
        let link = item.link.as_ref().map_or(0, String::len);
        item.title.len() + item.summary.len() + image + quote + link
    };
    let mut places: Vec<(usize, usize)> =
        edition.shown().take(shown).map(length).enumerate().collect();
    places.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
    places.into_iter().map(|(place, _)| place).take(MOST).collect()
}

/// The results of some work, in the order of what it was done for.
fn each_on_all_cores<I: Sync, T: Send>(
    inputs: &[I],
    work: impl Fn(&I) -> Result<T, ComposeError> + Sync,
) -> Result<Vec<T>, ComposeError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let each = inputs.len().div_ceil(cores).max(1);
    let parts: Vec<Result<Vec<T>, ComposeError>> = std::thread::scope(|scope| {
        let work = &work;
        let parts: Vec<_> = inputs
            .chunks(each)
            .map(|part| scope.spawn(move || part.iter().map(work).collect()))
            .collect();
        let joined = parts.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    parts.into_iter().try_fold(Vec::new(), |mut all, part| {
        all.append(&mut part?);
        Ok(all)
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use std::collections::BTreeSet;

    use super::*;
    use crate::edition::Draft;
    use crate::locale::Locale;
    use crate::news::readers::markdown;
    use crate::problem::Place;
    use crate::window::{Window, select};

    fn theme() -> Branding {
        Branding {
            organisation: theme::Organisation {
                name: "Example Charity".to_owned(),
                legal_name: "Example Charity Ltd".to_owned(),
                address: "1 High Street, Example".to_owned(),
                charity: Some("Registered charity no. 1".to_owned()),
                website: "https://charity.example".to_owned(),
                contact: "news@charity.example".to_owned(),
                why: "You asked.".to_owned(),
            },
            look: theme::Theme::default(),
            appeal: None,
            archive: None,
            links: theme::FooterLinks::default(),
            translations: std::collections::BTreeMap::new(),
        }
    }

    fn edition(draft_text: &str) -> Edition {
        let items = (1..=3)
            .flat_map(|day| {
                let text = format!(
                    "---\ntitle: 'Story {day} {{{{x}}}} & b'\ndate: 2020-12-0{day}\ntopics: [a-b]\nlink: https://charity.example/{day}\n---\nWords of {day} & “more” > less.\n"
                );
                markdown::read("news", &format!("news/s{day}.md"), &text, London).items
            })
            .collect();
        let draft = Draft::read("2020-12", "editions/2020-12.md", draft_text, London).unwrap();
        let selection = select(items, &draft.window, "2026-01-01".parse().unwrap());
        crate::edition::edit(&draft, selection).unwrap()
    }

    const DRAFT: &str = "---\nsubject: \"News for {{recipient 'first_name' fallback='you'}}\"\nwindow: 2020-12\npinned: [s2]\nitems: [s3, s1]\n---\n\n{{#for_recipient}}{{#if first_name}}Dear {{first_name}},{{else}}Hello,{{/if}}{{/for_recipient}}\n\nGood *news*.\n";

    fn try_compose(
        draft: &str,
        own: &[(&str, &str)],
        people: &People,
    ) -> Result<Composition, ComposeError> {
        let templates =
            Templates::with(own.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())));
        compose(&edition(draft), &theme(), &templates, people, Nonce::new([3; 16]))
    }

    fn fault(draft: &str, own: &[(&str, &str)]) -> TemplateFault {
        match try_compose(draft, own, &People::default()) {
            Err(ComposeError::Template(fault)) => fault,
            other => panic!("no fault: {other:?}"),
        }
    }

    #[test]
    fn a_composition_has_every_story_in_both_parts_and_slots_for_the_person() {
        let composition = try_compose(DRAFT, &[], &People::default()).unwrap();
        let filler = Filler::new(&composition.slots).unwrap();
        let person: Values = [("first_name".to_owned(), "Zoë & Co".to_owned())].into();
        let variant = &composition.variants[0];
        let html = filled(&filler, &variant.html, &person, "https://charity.example/u/1");
        let text = filled(&filler, &variant.text, &person, "https://charity.example/u/1");
        for day in 1..=3 {
            assert!(html.contains(&format!("Story {day} {{{{x}}}} &amp; b")), "{html}");
            assert!(text.contains(&format!("Story {day} {{{{x}}}} & b")), "{text}");
            assert!(text.contains(&format!("\nhttps://charity.example/{day}\n")), "{text}");
            let kicker =
                if day == 2 { "a b · 2 December<" } else { &format!("a b · {day} Dec<") };
            assert!(html.contains(kicker), "{html}");
            assert!(text.contains(&format!("{day} December 2020 · a b")), "{text}");
        }
        assert!(html.contains("Words of 1 &amp; “more” &gt; less."));
        assert!(html.contains("Dear Zoë &amp; Co,"), "{html}");
        assert!(text.contains("Dear Zoë & Co,"), "{text}");
        assert!(html.contains("href=\"https://charity.example/u/1\""));
        assert_eq!(filled(&filler, &composition.subject, &person, ""), "News for Zoë & Co");
        assert!(!html.contains("n0000"), "a marker is left");
        assert!(!html.contains("fonts.googleapis"));
    }

    #[test]
    fn the_same_input_gives_the_same_composition_whatever_the_nonce() {
        let templates = Templates::with([]);
        let one =
            compose(&edition(DRAFT), &theme(), &templates, &People::default(), Nonce::new([1; 16]))
                .unwrap();
        let two =
            compose(&edition(DRAFT), &theme(), &templates, &People::default(), Nonce::new([2; 16]))
                .unwrap();
        assert_eq!(one, two);
        assert_eq!(one.hash(), two.hash());
        let stored: Composition =
            serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(stored.hash(), one.hash());
    }

    #[test]
    fn the_emails_of_all_languages_are_counted_together() {
        let names: Vec<String> = (0..20).map(|number| format!("s{number}")).collect();
        let blocks = |count: usize| -> String {
            names[..count]
                .iter()
                .map(|name| format!("{{{{#for_segment \"{name}\"}}}}{name}{{{{/for_segment}}}}"))
                .collect()
        };
        let segments = names.iter().map(|name| [name.clone()].into()).collect();
        let people = People { columns: vec![], segments };
        let mut theme = theme();
        let compose_with = |theme: &Branding, count: usize| {
            let layout = format!(
                "<mjml><mj-body><mj-section><mj-column><mj-text>{} <a href=\"{{{{unsubscribe_url}}}}\">x</a></mj-text></mj-column></mj-section></mj-body></mjml>",
                blocks(count)
            );
            let templates = Templates::with([("monthly.mjml.hbs".to_owned(), layout)]);
            compose(&edition(DRAFT), theme, &templates, &people, Nonce::new([3; 16]))
        };
        assert!(compose_with(&theme, 17).is_ok());
        theme.translations.insert("cy".to_owned(), theme::ThemeWords::default());
        assert!(compose_with(&theme, 15).is_ok());
        let Err(ComposeError::Template(fault)) = compose_with(&theme, 17) else {
            panic!("36 emails")
        };
        assert!(fault.what.contains("more than 32 different emails"), "{}", fault.what);
    }

    #[test]
    fn segments_make_variants_and_only_those_in_use() {
        let layout = "<mjml><mj-body><mj-section><mj-column><mj-text>{{#for_segment \"donors\"}}Thanks{{#for_segment \"local\"}} neighbour{{/for_segment}}{{else}}Join{{/for_segment}} <a href=\"{{unsubscribe_url}}\">x</a></mj-text></mj-column></mj-section></mj-body></mjml>";
        let set =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let people = People {
            columns: vec![],
            segments: [
                set(&[]),
                set(&["donors", "press"]),
                set(&["donors", "local"]),
                set(&["press"]),
            ]
            .into(),
        };
        let composition = try_compose(DRAFT, &[("monthly.mjml.hbs", layout)], &people).unwrap();
        assert_eq!(composition.variants.len(), 3);
        let html = |names: &[&str]| {
            composition.shown(&composition.variants[composition.variant(&set(names))].html)
        };
        assert!(html(&["press"]).contains("Join"));
        assert!(html(&["donors", "press"]).contains("Thanks "));
        assert!(html(&["donors", "local"]).contains("Thanks neighbour"));
    }

    #[test]
    fn a_template_that_writes_without_end_is_stopped() {
        let deep = "{{#each @root.sections}}{{#each items}}".repeat(14)
            + &"words ".repeat(40)
            + &"{{/each}}{{/each}}".repeat(14);
        let found = fault(DRAFT, &[("monthly.txt.hbs", deep.as_str())]);
        assert_eq!(found.what, "the template produces more than 2 MB");
        assert_eq!(found.place.source, "templates/monthly.txt.hbs");
    }

    /// What both parts of a template of one line say of the first story.
    fn said(line: &str) -> (String, String) {
        let html = format!(
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{{{#with first}}}}«{line}»{{{{/with}}}}</mj-text></mj-column></mj-section></mj-body></mjml>"
        );
        let text = format!("{{{{#with first}}}}«{line}»{{{{/with}}}}");
        let own = [("monthly.mjml.hbs", html.as_str()), ("monthly.txt.hbs", text.as_str())];
        let composition = try_compose(DRAFT, &own, &People::default()).unwrap();
        let variant = &composition.variants[0];
        let within = |shown: String| {
            let (_, rest) = shown.split_once('«').unwrap();
            rest.rsplit_once('»').unwrap().0.to_owned()
        };
        (within(composition.shown(&variant.html)), within(composition.shown(&variant.text)))
    }

    #[test]
    fn helpers_say_dates_and_markdown_in_each_part() {
        assert_eq!(said("{{date}}"), ("2 December 2020".to_owned(), "2 December 2020".to_owned()));
        assert_eq!(said("{{date this 'month'}}").0, "December 2020");
        assert_eq!(said("{{date this 'day'}}").1, "2 December");
        assert_eq!(said("{{date '2021-01' }}").0, "January 2021");
        assert_eq!(said("{{date event}}").0, "");
        let (html, text) = said("{{markdown '**bold** <b>x</b>'}}");
        assert!(html.contains("<strong>bold</strong>") && !html.contains("<b>"), "{html}");
        assert_eq!(text, "bold <b>x</b>");
        let wrong = fault(DRAFT, &[("monthly.txt.hbs", "{{date first 'loong'}}")]);
        assert_eq!(wrong.cure, "did you mean `long`?");
        let wrong = fault(DRAFT, &[("monthly.txt.hbs", "{{date 'soon'}}")]);
        assert!(wrong.what.contains("`soon` is neither"), "{wrong:?}");
    }

    #[test]
    fn events_and_quotes_are_in_both_parts() {
        let mut edition = edition(DRAFT);
        let date = crate::news::PartialDate::parse("2021-01-15", London).unwrap();
        for item in edition.items.iter_mut().chain(&mut edition.pinned) {
            item.event =
                Some(crate::news::item::EventDetails { date, place: "the Hub".to_owned() });
            item.quote = Some(crate::news::item::Quote {
                words: "We were heard".to_owned(),
                by: "Ann, 16".to_owned(),
            });
        }
        for template in ["monthly", "year", "announcement"] {
            edition.template = template.to_owned();
            let composition = compose(
                &edition,
                &theme(),
                &Templates::with([]),
                &People::default(),
                Nonce::new([7; 16]),
            )
            .unwrap();
            let variant = &composition.variants[0];
            for part in [&variant.html, &variant.text] {
                let shown = composition.shown(part);
                assert!(shown.contains("15 January 2021"), "{template}: {shown}");
                assert!(shown.contains("the Hub"), "{template}: {shown}");
                assert!(shown.contains("“We were heard”") && shown.contains("Ann, 16"), "{shown}");
            }
        }
    }

    #[test]
    fn both_parts_quote_the_same_people_and_say_the_same_of_events() {
        let mut edition = edition(DRAFT);
        let story = edition.shown().next().unwrap().clone();
        let date = crate::news::PartialDate::parse("2021-01-15", London).unwrap();
        edition.pinned.clear();
        edition.items = (0..8)
            .map(|number| {
                let mut item = story.clone();
                item.id = format!("s{number}");
                item.title = format!("Title {number}");
                item.summary = format!("Summary {number} of it.");
                item.quote = Some(crate::news::item::Quote {
                    words: format!("Voice {number}"),
                    by: "Ann, 16".to_owned(),
                });
                let place = "the Hub".to_owned();
                item.event =
                    (number % 2 == 1).then_some(crate::news::item::EventDetails { date, place });
                item
            })
            .collect();
        for template in ["monthly", "year", "announcement"] {
            edition.template = template.to_owned();
            let nonce = Nonce::new([7; 16]);
            let (templates, people) = (Templates::with([]), People::default());
            let composition = compose(&edition, &theme(), &templates, &people, nonce).unwrap();
            let variant = &composition.variants[0];
            let (html, text) = (composition.shown(&variant.html), composition.shown(&variant.text));
            for (number, item) in edition.items.iter().enumerate() {
                let voice = format!("Voice {number}");
                assert_eq!(html.contains(&voice), text.contains(&voice), "{template}: {voice}");
                if template == "monthly" && item.event.is_some() {
                    let summary = format!("Summary {number} ");
                    assert_eq!(html.contains(&summary), text.contains(&summary), "{summary}");
                }
            }
        }
    }

    #[test]
    fn a_headline_is_the_title_and_figures_stand_in_both_parts() {
        let front = "headline: \"A year for {{recipient 'first_name' fallback='all'}}\"\nfigures:\n  - value: 1,340\n    label: people <trained>\n";
        for template in ["monthly", "year", "announcement"] {
            let front = format!("template: {template}\n{front}window:");
            let composition =
                try_compose(&DRAFT.replace("window:", &front), &[], &People::default()).unwrap();
            let variant = &composition.variants[0];
            let (html, text) = (composition.shown(&variant.html), composition.shown(&variant.text));
            assert!(html.contains(">A year for {first_name}</h1>"), "{html}");
            assert!(text.starts_with("A year for {first_name}\n==="), "{text}");
            assert!(html.contains(">1,340</p>") && html.contains("people &lt;trained&gt;"));
            assert!(text.contains("1,340 people <trained>\n"), "{text}");
            assert!(html.contains("<title>News for {first_name}</title>"), "{html}");
        }
        let plain = try_compose(DRAFT, &[], &People::default()).unwrap();
        let html = plain.shown(&plain.variants[0].html);
        assert!(html.contains(">News for {first_name}</h1>"), "{html}");
        let wrong = fault(&DRAFT.replace("window:", "headline: \"{{x\"\nwindow:"), &[]);
        assert_eq!(
            wrong.place,
            Place { column: Some(12), ..Place::line("editions/2020-12.md", 3) }
        );
    }

    /// The templates and partials as they were before there were blocks, as projects have copied them.
    const EARLIER: [(&str, &str); 27] = [
        (
            "announcement.mjml.hbs",
            include_str!("../../tests/earlier/templates/announcement.mjml.hbs"),
        ),
        (
            "announcement.txt.hbs",
            include_str!("../../tests/earlier/templates/announcement.txt.hbs"),
        ),
        ("monthly.mjml.hbs", include_str!("../../tests/earlier/templates/monthly.mjml.hbs")),
        ("monthly.txt.hbs", include_str!("../../tests/earlier/templates/monthly.txt.hbs")),
        ("partials/appeal.hbs", include_str!("../../tests/earlier/templates/partials/appeal.hbs")),
        ("partials/byline.hbs", include_str!("../../tests/earlier/templates/partials/byline.hbs")),
        (
            "partials/contents.hbs",
            include_str!("../../tests/earlier/templates/partials/contents.hbs"),
        ),
        ("partials/event.hbs", include_str!("../../tests/earlier/templates/partials/event.hbs")),
        (
            "partials/event_text.hbs",
            include_str!("../../tests/earlier/templates/partials/event_text.hbs"),
        ),
        ("partials/footer.hbs", include_str!("../../tests/earlier/templates/partials/footer.hbs")),
        (
            "partials/footer_text.hbs",
            include_str!("../../tests/earlier/templates/partials/footer_text.hbs"),
        ),
        (
            "partials/headline.hbs",
            include_str!("../../tests/earlier/templates/partials/headline.hbs"),
        ),
        ("partials/layout.hbs", include_str!("../../tests/earlier/templates/partials/layout.hbs")),
        ("partials/lead.hbs", include_str!("../../tests/earlier/templates/partials/lead.hbs")),
        ("partials/line.hbs", include_str!("../../tests/earlier/templates/partials/line.hbs")),
        ("partials/more.hbs", include_str!("../../tests/earlier/templates/partials/more.hbs")),
        (
            "partials/numbers.hbs",
            include_str!("../../tests/earlier/templates/partials/numbers.hbs"),
        ),
        ("partials/quote.hbs", include_str!("../../tests/earlier/templates/partials/quote.hbs")),
        (
            "partials/quote_text.hbs",
            include_str!("../../tests/earlier/templates/partials/quote_text.hbs"),
        ),
        ("partials/row.hbs", include_str!("../../tests/earlier/templates/partials/row.hbs")),
        (
            "partials/sections.hbs",
            include_str!("../../tests/earlier/templates/partials/sections.hbs"),
        ),
        (
            "partials/stories.hbs",
            include_str!("../../tests/earlier/templates/partials/stories.hbs"),
        ),
        ("partials/story.hbs", include_str!("../../tests/earlier/templates/partials/story.hbs")),
        (
            "partials/story_text.hbs",
            include_str!("../../tests/earlier/templates/partials/story_text.hbs"),
        ),
        ("partials/style.hbs", include_str!("../../tests/earlier/templates/partials/style.hbs")),
        ("year.mjml.hbs", include_str!("../../tests/earlier/templates/year.mjml.hbs")),
        ("year.txt.hbs", include_str!("../../tests/earlier/templates/year.txt.hbs")),
    ];

    #[test]
    fn templates_that_projects_copied_before_there_were_blocks_show_every_story() {
        let each = EARLIER.iter().map(|one| vec![*one]).chain([EARLIER.to_vec()]);
        for own in each {
            for template in ["monthly", "year", "announcement"] {
                let draft = DRAFT
                    .replace("window:", &format!("template: {template}\nwindow:"))
                    .replace("pinned: [s2]\nitems: [", "items: [s2, ");
                let name = if own.len() == 1 { own[0].0 } else { "all of them" };
                let composition = try_compose(&draft, &own, &People::default())
                    .unwrap_or_else(|error| panic!("{name} with {template}: {error}"));
                let variant = &composition.variants[0];
                for part in [&variant.html, &variant.text] {
                    let shown = composition.shown(part);
                    for day in 1..=3 {
                        let title = format!("Story {day} ");
                        assert!(shown.contains(&title), "{name} with {template}: {shown}");
                    }
                    assert!(shown.contains("1 High Street"), "{name} with {template}: {shown}");
                }
            }
        }
    }

    #[test]
    fn mistakes_in_templates_name_their_place_and_cure() {
        let body = |text: &str| {
            format!(
                "<mjml><mj-body>\n<mj-section><mj-column><mj-text>\n{text}\n</mj-text></mj-column></mj-section>\n</mj-body></mjml>"
            )
        };
        let unknown = fault(DRAFT, &[("monthly.mjml.hbs", &body("{{organisaton.name}}"))]);
        assert_eq!(unknown.place, Place::at("templates/monthly.mjml.hbs", 3, 1));
        assert_eq!(unknown.cure, "did you mean `organisation`?");
        assert_eq!(unknown.line_text.as_deref(), Some("{{organisaton.name}}"));
        let helper = fault(DRAFT, &[("monthly.mjml.hbs", &body("x {{plurall count}}"))]);
        assert_eq!((helper.place.line, helper.cure.as_str()), (Some(3), "did you mean `plural`?"));
        let partial = fault(DRAFT, &[("monthly.mjml.hbs", &body("{{> stroy}}"))]);
        assert_eq!(partial.cure, "did you mean `story`?");
        let open = fault(DRAFT, &[("monthly.mjml.hbs", &body("{{#if count}}"))]);
        assert_eq!(open.what, "{{#if}} is never closed");
        let element = fault(
            DRAFT,
            &[(
                "monthly.mjml.hbs",
                "<mjml><mj-body>\n  <mj-sektion></mj-sektion>\n</mj-body></mjml>",
            )],
        );
        assert_eq!(element.place, Place::at("templates/monthly.mjml.hbs", 2, 3));
        assert_eq!(element.cure, "did you mean <mj-section>?");
        let unclosed = fault(
            DRAFT,
            &[("monthly.mjml.hbs", "<mjml>\n<mj-body>\n<mj-section>\n</mj-body></mjml>")],
        );
        assert_eq!(unclosed.place.line, Some(3));
        let raw_html = fault(DRAFT, &[("monthly.mjml.hbs", &body("<p>a<p>b"))]);
        assert_eq!(raw_html.what, "<p> is closed by </mj-text>");
        assert_eq!(raw_html.place, Place::at("templates/monthly.mjml.hbs", 3, 5));
    }

    #[test]
    fn mistakes_in_the_editors_words_name_the_drafts_line() {
        let fault_of = |old: &str, new: &str| fault(&DRAFT.replace(old, new), &[]);
        let column = fault_of("'first_name' fallback", "'frist_name' fallback");
        assert_eq!(column.place.line, Some(2));
        assert_eq!(column.cure, "did you mean `first_name`?");
        let fallback = fault_of(" fallback='you'", "");
        assert!(fallback.cure.contains("fallback="), "{fallback:?}");
        let block = fault_of("Dear {{first_name}}", "Dear {{town}}");
        assert_eq!(block.place, Place::at("editions/2020-12.md", 8, 42));
        assert_eq!(block.what, "the list has no column `town`");
        let open = fault_of("Good *news*", "{{#if count}}Good");
        assert_eq!(open.place.line, Some(10));
    }

    #[test]
    fn a_template_that_is_not_there_names_the_nearest() {
        let error = try_compose(
            &DRAFT.replace("window: 2020-12", "window: 2020-12\ntemplate: montly"),
            &[],
            &People::default(),
        );
        assert!(
            matches!(error, Err(ComposeError::NoTemplate { nearest: Some(near), .. }) if near == "monthly")
        );
    }

    /// The edition that takes everything of a window.
    fn proposed(window: &Window, items: Vec<crate::news::Item>) -> Edition {
        let selection = select(items, window, "2026-01-01".parse().unwrap());
        let locale = Locale::english();
        let draft = Draft::propose(window, &selection, None, "Example Charity", &locale);
        crate::edition::edit(&draft, selection).unwrap()
    }

    /// An edition of a year with a number of stories, each with a picture and some words.
    fn long_year(stories: usize) -> Edition {
        let window = Window::year("2020", London).unwrap();
        let items = (0..stories)
            .flat_map(|n| {
                let text = format!(
                    "---\ntitle: \"Story {n}: what children told the inquiry this year\"\ndate: 2020-{:02}-{:02}\n\
                     link: https://charity.example/news/what-children-told-{n}\ntopics: [policy]\n\
                     image: https://charity.example/images/news/story-{n}.jpg\n\
                     alt: \"Young people at a table, talking and drawing together\"\n---\n\n{}\n",
                    n % 12 + 1,
                    n % 28 + 1,
                    "Short courses of 45 minutes, open to anyone whose work may bring them to a child. ".repeat(2)
                );
                markdown::read("news", &format!("news/{n}.md"), &text, London).items
            })
            .collect();
        proposed(&window, items)
    }

    fn composed(stories: usize) -> (Composition, usize) {
        let templates = Templates::with([]);
        let people = People::default();
        let composition =
            compose(&long_year(stories), &theme(), &templates, &people, Nonce::new([7; 16]));
        let composition = composition.unwrap();
        let bytes = composition.variants[0].bytes();
        (composition, bytes)
    }

    #[test]
    fn a_mail_stays_small_and_gets_narrower_before_it_gets_large() {
        let (year, bytes) = composed(26);
        assert_eq!((year.density, year.more), (Density::Rows, 0));
        assert!(bytes < 50_000, "{bytes}");
        let (long, bytes) = composed(60);
        assert!(long.more == 0 && bytes < 95_000, "{bytes} {:?}", long.density);
        let (longer, bytes) = composed(120);
        assert!(longer.density >= Density::List && bytes < layout::MOST_BYTES, "{bytes}");
        let (longest, bytes) = composed(600);
        assert!(matches!(longest.density, Density::Top(shown) if longest.more == 600 - shown));
        assert!(bytes < layout::MOST_BYTES, "{bytes}");
        // People who do not find a story read where it is, in both parts.
        let variant = &longest.variants[0];
        for part in [&variant.html, &variant.text] {
            let part = longest.shown(part);
            assert!(part.contains(&format!("{} more stories are on our website", longest.more)));
        }
        assert_eq!(composed(6).0.density, Density::Cards);
    }

    #[test]
    fn what_stories_take_is_what_the_email_is_smaller_by() {
        let (theme, templates, people) = (theme(), Templates::with([]), People::default());
        for stories in [3, 26, 300] {
            let mut edition = long_year(stories);
            edition.items[2].summary = "A longer summary than the others have. ".repeat(6);
            let composed = |held| {
                compose_within(&edition, &theme, &templates, &people, &Nonce::new([0; 16]), held)
                    .unwrap()
            };
            let whole = composed(None);
            let all: Vec<usize> = (0..stories).collect();
            let costs = costs(&edition, &theme, &templates, &people, &whole, &all).unwrap();
            let shown = stories - whole.more;
            assert!(costs[..shown].iter().all(|bytes| *bytes > 100), "{costs:?}");
            assert!(costs[shown..].iter().all(|bytes| *bytes == 0), "{costs:?}");
            let longest = longest(&edition, &whole);
            let heaviest = costs.iter().max().unwrap();
            assert!(
                longest.iter().any(|place| costs[*place] == *heaviest),
                "{longest:?} {costs:?}"
            );
            if whole.more == 0 {
                let without = Some(edition.shown().nth(2).unwrap().id.as_str());
                let held = HeldArrangement { density: whole.density, without };
                let smaller = composed(Some(held)).variants[0].bytes();
                assert_eq!(costs[2], whole.variants[0].bytes() - smaller);
            }
        }
    }

    #[test]
    fn each_story_that_is_shown_takes_some_of_the_email() {
        let (theme, templates, people) = (theme(), Templates::with([]), People::default());
        for template in ["monthly", "year", "announcement"] {
            for (stories, pictured) in [(1, 1), (2, 0), (6, 6), (8, 3), (13, 5), (26, 5)] {
                let mut edition = Edition { template: template.to_owned(), ..long_year(stories) };
                edition.items.iter_mut().skip(pictured).for_each(|item| item.image = None);
                let composition =
                    compose(&edition, &theme, &templates, &people, Nonce::new([3; 16])).unwrap();
                let all: Vec<usize> = (0..stories).collect();
                let costs =
                    costs(&edition, &theme, &templates, &people, &composition, &all).unwrap();
                let least = costs.iter().min().unwrap();
                assert!(*least > 100, "{template} {stories} {pictured}: {costs:?}");
            }
        }
    }

    #[test]
    fn a_year_is_grouped_by_month() {
        let window = Window::year("2020", London).unwrap();
        let items: Vec<_> = ["2020-03-25", "2020-12", "2020-12-23", "2020"]
            .iter()
            .flat_map(|date| {
                markdown::read(
                    "news",
                    &format!("news/{date}x.md"),
                    &format!("---\ntitle: S\ndate: {date}\n---\n"),
                    London,
                )
                .items
            })
            .collect();
        let edition = proposed(&window, items);
        let data = model::of(
            &edition,
            &theme(),
            &Locale::of("en", &std::collections::BTreeMap::new()).unwrap(),
            &model::EditorWords {
                subject: String::new(),
                headline: String::new(),
                preheader: String::new(),
                introduction: String::new(),
            },
            (Density::Rows, None),
            model::NamesInUse { all: &BTreeSet::new(), html: &BTreeSet::new() },
        );
        let headings: Vec<&str> = data["contents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["heading"].as_str().unwrap())
            .collect();
        assert_eq!(headings, ["March", "December", "Through the year"]);
        assert_eq!(data["sections"][1]["items"][0]["date"], "23 December 2020");
    }
}
