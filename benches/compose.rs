//! How long the sample year takes: composed, checked, and previewed by the program from a cold start.
//!
//! `scripts/bench-compose` runs it beside npm mjml. Nothing here asserts: figures move with the machine.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::NaiveDate;
use criterion::{Criterion, criterion_group, criterion_main};
use roundup::audience::People;
use roundup::check::{
    self, CheckContext, CheckedEmail, CopyWarnings, RenderedEmail, Settings, check,
};
use roundup::compose::{Branding, Composition, Nonce, Templates, compose};
use roundup::edition::edit::{DraftChange, change as change_draft};
use roundup::edition::{Draft, Edition, edit};
use roundup::news::dates_file::StoryDates;
use roundup::news::gather::{FetchPolicy, GatherRequest, gather};
use roundup::news::store::{ItemQuery, Store};
use roundup::news::{Item, PartialDate};
use roundup::project::Project;
use roundup::window::{Window, select};

fn year(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    let project = Project::open(root, []).expect("the repository is a project");
    let settings = &project.settings;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut store = Store::in_memory(settings.time_zone).unwrap();
    let gathering = GatherRequest {
        project: &project.root,
        sources: &settings.sources(),
        answers: &StoryDates::default(),
        zone: settings.time_zone,
        now: "2021-01-04T09:00:00Z".parse().unwrap(),
        ask: FetchPolicy::Never,
        wanted: ItemQuery::default(),
        reported_days: None,
        contact: "",
    };
    let (reading, _) = runtime.block_on(gather(&gathering, &mut store)).unwrap();
    let window = Window::year("2020", settings.time_zone).unwrap();
    let today = "2021-01-04".parse().unwrap();
    let selection = select(reading.items, &window, today);
    let locale = project.locale().unwrap();
    let draft = Draft::propose(&window, &selection, None, &settings.organisation.name, &locale);
    let edition = edit(&draft, selection).unwrap();
    let (theme, templates) = (settings.theme(), project.templates().unwrap());
    let people = People { columns: vec!["first_name".to_owned()], segments: BTreeSet::new() };
    let composed = || compose(&edition, &theme, &templates, &people, Nonce::new([7; 16])).unwrap();

    criterion
        .bench_function("compose the sample year", |bench| bench.iter(|| black_box(composed())));

    let composition = composed();
    criterion.bench_function("ask every rule about it", |bench| {
        bench.iter(|| black_box(checked(&project, &edition, &theme, &templates, &composition)));
    });
}

/// What every rule says.
fn checked(
    project: &Project,
    edition: &Edition,
    theme: &Branding,
    templates: &Templates,
    composition: &Composition,
) -> CheckedEmail {
    let (doubts, answers) = (CopyWarnings::default(), check::LinkResults::new());
    let known = CheckContext {
        links_work: true,
        edition,
        is_translation: false,
        theme,
        templates,
        settings: &project.settings.text,
        today: "2021-01-04".parse().unwrap(),
        takes_examples: false,
        largest: None,
        doubts: &doubts,
        numbers: None,
        earlier: &[],
        messages: &[],
        answers: &answers,
        terms: &[],
        spam: None,
        list: roundup::audience::settings::ListPlace::Files,
    };
    check(&RenderedEmail::of(composition), &known, &Settings::default())
}

/// What a change in the studio costs beside reading the store: with fifty times the stories it should take little longer.
fn crowd(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    let project = Project::open(root, []).expect("the repository is a project");
    let (theme, templates) = (project.settings.theme(), project.templates().unwrap());
    let people = People::default();
    let zone = project.settings.time_zone;
    let window = Window::month("2020-12", zone).unwrap();
    let today = "2021-01-04".parse().unwrap();
    for stories in [100_u32, 1_000, 5_000] {
        let items: Vec<Item> = (0..stories).map(story).collect();
        let selection = select(items, &window, today);
        let locale = project.locale().unwrap();
        let draft = Draft::propose(&window, &selection, None, "Example Charity", &locale);
        let text = draft.write(&selection, &[]);
        let change = DraftChange::Subject { text: "Another subject".to_owned() };
        criterion.bench_function(&format!("change a draft of {stories} stories"), |bench| {
            let caption = |_: &str| None;
            bench.iter(|| {
                let changed = change_draft("x.md", &text, zone, &change, &caption).unwrap();
                black_box(changed)
            });
        });
        let draft = Draft::read("2020-12", "x.md", &text, zone).unwrap();
        criterion.bench_function(
            &format!("make and check an email of {stories} stories"),
            |bench| {
                bench.iter(|| {
                    let edition = edit(&draft, selection.clone()).unwrap();
                    let composed =
                        compose(&edition, &theme, &templates, &people, Nonce::new([7; 16]))
                            .unwrap();
                    black_box(checked(&project, &edition, &theme, &templates, &composed))
                });
            },
        );
    }
}

fn story(number: u32) -> Item {
    let day = NaiveDate::from_ymd_opt(2020, 12, 1 + number % 28);
    Item {
        id: format!("story-{number}"),
        title: format!("Story number {number} of a long month"),
        summary: "What happened on that day, in a sentence or two for those who were not there."
            .to_owned(),
        link: Some(format!("https://charity.example/{number}")),
        date: day.map(PartialDate::Day),
        source: "news".to_owned(),
        ..Item::default()
    }
}

fn preview(criterion: &mut Criterion) {
    let folder = std::env::temp_dir().join(format!("roundup-bench-{}", std::process::id()));
    criterion.bench_function("roundup preview --year 2020 --out", |bench| {
        bench.iter(|| {
            let ended = Command::new(env!("CARGO_BIN_EXE_roundup"))
                .args(["--quiet", "preview", "--year", "2020", "--out"])
                .arg(&folder)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(ended.success());
        });
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(20);
    targets = year, crowd, preview
}
criterion_main!(all);
