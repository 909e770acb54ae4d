//! How long news takes: a window of 100,000 stored stories, a folder of 1,000 files, a feed of 2 MB, 20 websites at once.
//!
//! Figures move with the machine, so only one is held to a limit, with room to spare: a feed of 2 MB is read within 100 ms.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Europe::London;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use roundup::news::dates_file::StoryDates;
use roundup::news::gather::{FetchPolicy, GatherRequest, gather};
use roundup::news::readers::feed;
use roundup::news::source::{Settings, SourceKind};
use roundup::news::source_state::Validators;
use roundup::news::sources::folder;
use roundup::news::store::{ItemQuery, Scope, SourceQuery, SourceVisit, Store};
use roundup::news::{Item, PartialDate};
use roundup::window::{Window, select};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn now() -> DateTime<Utc> {
    "2021-01-04T09:00:00Z".parse().unwrap()
}

fn item(number: u64) -> Item {
    let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + Days::new(number % 7700);
    Item {
        id: format!("story-{number}"),
        title: format!("Story number {number} of the club"),
        summary: "What happened, in a sentence or two that say it for those who were not there. "
            .repeat(4),
        link: Some(format!("https://e.org/news/{number}")),
        topics: vec![format!("topic-{}", number % 9)],
        date: Some(PartialDate::Day(day)),
        source: "site".to_owned(),
        ..Item::default()
    }
}

/// How a website answers that gives all it has.
fn answered(validators: &Validators) -> SourceVisit<'_> {
    SourceVisit {
        at: now(),
        validators,
        language: None,
        to_the_end: true,
        ids_are_files: false,
        missing: &[],
        withdrawn: &[],
        unread: &[],
        asked_of: "",
    }
}

fn window(criterion: &mut Criterion) {
    let scratch = tempfile::tempdir().unwrap();
    let mut store = Store::open(&scratch.path().join("news.db"), London).unwrap();
    let validators = Validators::default();
    let answered = answered(&validators);
    store.take_in("site", (0..100_000).map(item).collect(), Scope::Whole, &answered).unwrap();
    let december = Window::month("2020-12", London).unwrap();
    let asked = [SourceQuery { name: "site", is_remote: true }];
    let wanted = ItemQuery { days: Some((december.start, december.end)), ..ItemQuery::default() };
    criterion.bench_function("a month of 100,000 stored stories", |bench| {
        bench.iter(|| {
            let found = store.find(&asked, &wanted).unwrap();
            black_box(select(found.items, &december, now().date_naive()))
        });
    });
}

fn markdown(criterion: &mut Criterion) {
    let scratch = tempfile::tempdir().unwrap();
    fs::create_dir(scratch.path().join("news")).unwrap();
    for number in 0..1000 {
        let text = format!(
            "---\ntitle: \"Story {number}\"\ndate: 2020-{:02}-{:02}\ntopics: [a, b]\nlink: https://e.org/{number}\n---\n\n{}\n",
            number % 12 + 1,
            number % 28 + 1,
            "What happened, in some *words*.\n\n".repeat(6)
        );
        fs::write(scratch.path().join(format!("news/story-{number}.md")), text).unwrap();
    }
    let settings = Settings::folder();
    criterion.bench_function("1,000 Markdown files", |bench| {
        bench.iter(|| {
            black_box(folder::read(scratch.path(), &settings, now().date_naive(), London))
        });
    });
}

fn large_feed() -> String {
    let items: String = (0..2000)
        .map(|number| {
            format!(
                "<item><guid>g{number}</guid><title>Story {number} &amp; more</title><link>https://e.org/{number}</link>\
                 <pubDate>Thu, 03 Dec 2020 09:00:00 GMT</pubDate><description><![CDATA[<p>{}</p>]]></description></item>",
                "What happened, in a sentence or two. ".repeat(22)
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>N</title>{items}</channel></rss>")
}

/// A feed of 2 MB is read within this: a source must never hold up an edition.
const READING_LIMIT: Duration = Duration::from_millis(100);

/// Fails where reading the feed takes longer. The quickest of ten counts: others may use the machine too.
fn reading_limit(_: &mut Criterion) {
    const TIMES: usize = 10;
    // Without optimisation it takes ten times as long.
    if cfg!(debug_assertions) {
        return;
    }
    let text = large_feed();
    let once = || {
        let begin = Instant::now();
        black_box(feed::read("site", "https://e.org/feed", text.as_bytes(), London));
        begin.elapsed()
    };
    let quickest = (0..TIMES).map(|_| once()).min().unwrap();
    println!("a feed of 2 MB, read: {} ms at the quickest", quickest.as_millis());
    assert!(quickest <= READING_LIMIT, "a feed of 2 MB took {quickest:?} to read");
}

fn feeds(criterion: &mut Criterion) {
    let text = large_feed();
    assert!((1_900_000..2_300_000).contains(&text.len()), "{}", text.len());
    let scratch = tempfile::tempdir().unwrap();
    let validators = Validators::default();
    let answered = answered(&validators);
    let mut number = 0;
    criterion.bench_function("a feed of 2 MB, parsed and stored", |bench| {
        bench.iter_batched(
            || {
                number += 1;
                Store::open(&scratch.path().join(format!("{number}.db")), London).unwrap()
            },
            |mut store| {
                let reading = feed::read("site", "https://e.org/feed", text.as_bytes(), London);
                store.take_in("site", reading.items, Scope::Part, &answered).unwrap();
                store
            },
            BatchSize::PerIteration,
        );
    });
}

fn websites(criterion: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let feed = "<rss version=\"2.0\"><channel><title>N</title><item><title>One</title></item></channel></rss>";
        let answer =
            ResponseTemplate::new(200).set_body_string(feed).set_delay(Duration::from_millis(100));
        Mock::given(path("/feed")).respond_with(answer).mount(&server).await;
        server
    });
    let sources: Vec<Settings> = (0..20)
        .map(|number| Settings {
            url: Some(format!("{}/feed", server.uri())),
            allow_local: true,
            ..Settings::new(format!("site {number}"), SourceKind::Feed)
        })
        .collect();
    criterion.bench_function("20 websites that take 100 ms each", |bench| {
        bench.iter(|| {
            let mut store = Store::in_memory(London).unwrap();
            let gathering = GatherRequest {
                project: Path::new("."),
                sources: &sources,
                answers: &StoryDates::default(),
                zone: London,
                now: now(),
                ask: FetchPolicy::InTime,
                wanted: ItemQuery::default(),
                reported_days: None,
                contact: "",
            };
            black_box(runtime.block_on(gather(&gathering, &mut store)).unwrap())
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = window, markdown, reading_limit, feeds, websites
}
criterion_main!(benches);
