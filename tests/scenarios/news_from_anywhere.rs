//! News from websites: fetched, kept, held when they look unusual, and accounted for.

use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Charity, Ran};

/// A website that answers each path with the text it is given.
struct Website {
    runtime: tokio::runtime::Runtime,
    server: MockServer,
}

impl Website {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    /// From now on it answers this, and nothing it answered before.
    fn says(&self, at: &str, text: impl Into<String>) -> &Self {
        self.runtime.block_on(self.server.reset());
        self.also(at, text)
    }

    fn also(&self, at: &str, text: impl Into<String>) -> &Self {
        let answer = ResponseTemplate::new(200).set_body_string(text);
        let mock = Mock::given(method("GET")).and(path(at)).respond_with(answer);
        self.runtime.block_on(mock.mount(&self.server));
        self
    }

    fn fails(&self, at: &str, status: u16) -> &Self {
        self.runtime.block_on(self.server.reset());
        let mock = Mock::given(path(at)).respond_with(ResponseTemplate::new(status));
        self.runtime.block_on(mock.mount(&self.server));
        self
    }

    fn asked(&self) -> usize {
        self.runtime.block_on(self.server.received_requests()).map_or(0, |all| all.len())
    }
}

fn feed(items: &[(&str, &str, &str)]) -> String {
    let items: String = items
        .iter()
        .map(|(id, title, date)| {
            format!(
                "<item><guid>{id}</guid><title>{title}</title><link>https://e.org/{id}</link><pubDate>{date}</pubDate>\
                 <description>What happened: {title}.</description></item>"
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>N</title>{items}</channel></rss>")
}

/// A charity whose only news is a feed.
fn charity(website: &Website) -> Charity {
    let url = website.address("/feed");
    Charity::new().people(3).setting(&format!(
        "[[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"{url}\"\nallow_local = true\n"
    ))
}

fn titles(ran: &Ran, list: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    value[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect()
}

const TWO: [(&str, &str, &str); 2] = [
    ("b", "The fair was full", "Thu, 10 Dec 2020 09:00:00 GMT"),
    ("a", "A new well", "Thu, 03 Dec 2020 09:00:00 GMT"),
];

#[test]
fn a_story_that_the_feed_forgets_is_kept() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let charity = charity(&website);
    let ran = charity.run("news --month 2020-12 --json");
    assert_eq!(titles(&ran, "in"), ["The fair was full", "A new well"]);
    // A month later the feed has others.
    website.says("/feed", feed(&[("c", "Snow in the garden", "Mon, 04 Jan 2021 09:00:00 GMT")]));
    let synced = charity.run("news sync");
    assert_eq!(synced.code, 0, "{synced:?}");
    assert!(synced.stdout.contains("1 story: 1 new"), "{synced:?}");
    assert!(synced.stdout.contains("3 stories known in total"), "{synced:?}");
    let ran = charity.run("news --month 2020-12 --json");
    assert_eq!(titles(&ran, "in"), ["The fair was full", "A new well"]);
    // Nothing of the new answer was known: what lay between may be missing, and that is said.
    let ran = charity.run("news --month 2020-12");
    assert!(
        ran.stderr.contains("stories between 10 December 2020 and 4 January 2021 may be missing"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("it only goes back to 3 December 2020"), "{ran:?}");
}

#[test]
fn a_feed_that_says_it_is_complete_takes_away_what_it_no_longer_has() {
    let complete = |items: &[(&str, &str, &str)]| {
        feed(items).replace(
            "<title>N</title>",
            "<title>N</title><fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/>",
        )
    };
    for (says, left) in
        [(true, vec!["The fair was full"]), (false, vec!["The fair was full", "A new well"])]
    {
        let website = Website::new();
        let text = |items: &[(&str, &str, &str)]| if says { complete(items) } else { feed(items) };
        website.says("/feed", text(&TWO));
        let charity = charity(&website);
        let ran = charity.run("news --month 2020-12 --json");
        assert_eq!(titles(&ran, "in").len(), 2);
        website.says("/feed", text(&TWO[..1]));
        assert_eq!(charity.run("news sync").code, 0);
        assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in"), left, "{says}");
    }
}

#[test]
fn a_website_is_not_asked_again_at_once() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let charity = charity(&website);
    for _ in 0..3 {
        assert_eq!(charity.run("news --year 2020").code, 0);
    }
    assert_eq!(website.asked(), 1);
    assert_eq!(charity.run("news sync").code, 0);
    assert_eq!(website.asked(), 2);
}

#[test]
fn while_a_website_is_down_its_last_news_are_used_and_told_as_old() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let charity = charity(&website);
    assert_eq!(charity.run("news sync").code, 0);
    website.fails("/feed", 503);
    let ran = charity.run("news sync");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("answered 503; its stories are from"), "{ran:?}");
    // Commands that do not fetch report the trouble again; the window was over when the website last answered.
    let ran = charity.run("news --month 2020-12");
    assert!(
        ran.stderr.contains("answered 503") && ran.stdout.contains("The fair was full"),
        "{ran:?}"
    );
    assert_eq!(charity.run("send 2020-12 --confirm 3").code, 0);
}

#[test]
fn a_website_that_never_answered_holds_the_edition() {
    let website = Website::new();
    website.fails("/feed", 404);
    let url = website.address("/feed");
    let charity = Charity::new().people(3).setting(&format!(
        "[[news]]\nname = \"news\"\nkind = \"markdown\"\npath = \"news\"\n\
         [[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"{url}\"\nallow_local = true\n"
    ));
    for command in ["send 2020-12", "approve 2020-12 --as Amina"] {
        charity
            .run(&format!("{command} --confirm 3"))
            .ends(1)
            .says("nothing could be read from site: stories may be missing");
    }
}

#[test]
fn a_source_that_turns_strange_changes_nothing_and_holds_the_edition() {
    let website = Website::new();
    let long: Vec<(String, String)> =
        (0..12).map(|n| (format!("i{n}"), format!("Story number {n} of the club"))).collect();
    let items: Vec<(&str, &str, &str)> = long
        .iter()
        .map(|(id, title)| (id.as_str(), title.as_str(), "Thu, 03 Dec 2020 09:00:00 GMT"))
        .collect();
    website.says("/feed", feed(&items));
    let charity = charity(&website);
    assert_eq!(charity.run("news sync").code, 0);
    website.says("/feed", feed(&[]));
    let ran = charity.run("news sync");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("it has no stories now; it had 12"), "{ran:?}");
    assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in").len(), 12);
    let ran = charity.run("send 2020-12 --confirm 3");
    assert!(ran.code == 1 && ran.stderr.contains("nothing could be read from site"), "{ran:?}");
    // A page to log in instead of the feed.
    website.says("/feed", "<!doctype html><html><form><input type=\"password\"></form></html>");
    let ran = charity.run("news sync");
    assert!(ran.code == 1 && ran.stderr.contains("it has no stories now; it had 12"), "{ran:?}");
    // Somebody has looked, and it is right.
    website.says("/feed", feed(&TWO));
    let ran = charity.run("news sync --accept site");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(charity.run("send 2020-12 --confirm 3").code, 0);
    let ran = charity.run("news sync --accept sit");
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `site`?"), "{ran:?}");
}

#[test]
fn what_changes_after_the_draft_is_shown_and_not_slipped_in() {
    let website = Website::new();
    let feed = |items: &[_]| feed(items).replace("https://e.org/", &website.address("/"));
    website.says("/feed", feed(&TWO));
    let charity = charity(&website);
    assert_eq!(charity.run("draft --month 2020-12").code, 0);
    let draft = charity.read("editions/2020-12.md");
    assert!(draft.contains("as_of: \""), "{draft}");
    let changed = [TWO[0], ("a", "Two new wells", TWO[1].2)];
    website.says("/feed", feed(&changed));
    assert!(charity.run("news sync").stdout.contains("1 changed"));
    let ran = charity.run("check 2020-12 --offline");
    assert!(ran.stdout.contains("title: “A new well” is “Two new wells” now"), "{ran:?}");
    charity.run("preview 2020-12 --out out");
    let mail = charity.read("out/email.txt");
    assert!(mail.contains("A new well") && !mail.contains("Two new wells"), "{mail}");
    let ran = charity.run("draft 2020-12 --refresh");
    assert!(ran.stdout.contains("Updated 1 story"), "{ran:?}");
    charity.run("preview 2020-12 --out out");
    assert!(charity.read("out/email.txt").contains("Two new wells"));
    // A story whose own address says that it was taken away is not sent, whatever the draft says.
    website.says("/feed", feed(&[TWO[0], ("z", "Older", "Tue, 01 Dec 2020 09:00:00 GMT")]));
    assert!(charity.run("news sync").stdout.contains("1 gone"));
    let ran = charity.run("send 2020-12 --confirm 3");
    assert!(ran.code == 2 && ran.stderr.contains("removed the story `a`"), "{ran:?}");
    assert!(ran.stderr.contains("editions/2020-12.md:"), "{ran:?}");
}

#[test]
fn a_story_that_only_left_the_list_is_told_as_before() {
    let website = Website::new();
    let own = |items: &[_]| feed(items).replace("https://e.org/", &website.address("/"));
    let day = |n: u32| format!("{n:02} Dec 2020 09:00:00 GMT");
    let days: Vec<String> = (1..=9).map(day).collect();
    let story = |n: usize| (["1", "2", "3", "4", "5", "6"][n - 1], "Story", days[n - 1].as_str());
    // Five stories, and an old one that the feed has at its end for ever.
    let pinned = ("about", "About us", "Wed, 01 Jan 2020 09:00:00 GMT");
    website.says("/feed", own(&[story(3), story(2), story(1), pinned]));
    let charity = charity(&website);
    assert_eq!(charity.run("draft --month 2020-12").code, 0);
    website.says("/feed", own(&[story(5), story(4), story(3), pinned]));
    for n in 1..=2 {
        website.also(&format!("/{n}"), "still here");
    }
    let ran = charity.run("news sync --json");
    let synced: Value = serde_json::from_str(&ran.stdout).unwrap();
    let source = &synced["sources"][0];
    assert_eq!((&source["gone"], &source["unlisted"]), (&json!(0), &json!(2)), "{ran:?}");
    assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in").len(), 5);
    charity.run("check 2020-12 --offline");
    assert_eq!(charity.run("send 2020-12 --confirm 3").code, 0);
    // Those that had left are not looked for again.
    let before = website.asked();
    charity.run("news sync");
    assert_eq!(website.asked(), before + 1);
}

#[test]
fn an_atom_feed_in_the_order_of_changes_takes_nothing_away() {
    let website = Website::new();
    let entry = |id: u32, day: u32| {
        format!(
            "<entry><id>{id}</id><title>Story {id}</title><published>2020-12-{day:02}T09:00:00Z</published></entry>"
        )
    };
    let atom = |entries: &[String]| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>N</title>{}</feed>",
            entries.concat()
        )
    };
    website.says("/feed", atom(&[entry(3, 3), entry(2, 2), entry(1, 1)]));
    let charity = charity(&website);
    assert_eq!(charity.run("news sync").code, 0);
    website.says("/feed", atom(&[entry(1, 1), entry(4, 4), entry(3, 3)]));
    let ran = charity.run("news sync");
    assert!(!ran.stdout.contains("gone"), "{ran:?}");
    assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in").len(), 4);
}

#[test]
fn a_changed_setting_is_asked_at_once_and_a_key_is_not_kept() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    website.also("/other", feed(&[("c", "Snow in the garden", "Fri, 04 Dec 2020 09:00:00 GMT")]));
    let charity = charity(&website);
    assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in").len(), 2);
    let settings = charity.read("roundup.toml").replace("/feed\"", "/other?key=s3cret\"");
    let charity = charity.file("roundup.toml", settings);
    let ran = charity.run("news --month 2020-12 --json");
    assert!(titles(&ran, "in").contains(&"Snow in the garden".to_owned()), "{ran:?}");
    let before = website.asked();
    charity.run("news --month 2020-12");
    assert_eq!(website.asked(), before);
    website.fails("/other", 503);
    let ran = charity.run("news sync");
    assert!(!format!("{ran:?}").contains("s3cret"), "{ran:?}");
    let stored = std::fs::read(charity.path(".roundup/news.db")).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("s3cret"));
}

#[test]
fn what_may_be_missing_is_said_in_every_way_of_asking() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let charity = charity(&website);
    charity.run("news sync");
    website.says("/feed", feed(&[("c", "Snow", "Mon, 28 Dec 2020 09:00:00 GMT")]));
    charity.run("news sync");
    for ask in ["news --month 2020-12", "news --month 2020-12 -v"] {
        let ran = charity.run(ask);
        assert!(
            ran.stderr.contains("between 10 December 2020 and 28 December 2020 may be missing"),
            "{ran:?}"
        );
        assert!(ran.stderr.contains("it only goes back to 3 December 2020"), "{ran:?}");
    }
    let news: Value =
        serde_json::from_str(&charity.run("news --month 2020-12 --json").stdout).unwrap();
    let what = news["problems"].to_string();
    assert!(what.contains("it only goes back to") && what.contains("28 December 2020"), "{what}");
    let story = &news["in"][0];
    assert!(story["summary"].as_str().unwrap().starts_with("What happened"), "{story}");
    assert_eq!(
        (&story["image"], &story["why"]["date"]),
        (&Value::Null, &json!("the feed: its date of publication"))
    );
    let ran = charity.run("news --why well");
    assert!(
        ran.stdout.contains("A new well") && ran.stdout.contains("from the feed: its link"),
        "{ran:?}"
    );
    let ran = charity.run("news --why nothing");
    assert!(ran.code == 2 && ran.stderr.contains("no source has a story `nothing`"), "{ran:?}");
}

#[test]
fn a_late_story_is_offered_to_the_next_edition_and_everything_is_accounted_for() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let charity = charity(&website);
    assert_eq!(charity.run("send 2020-12 --confirm 3").code, 0);
    // After December's edition another story of December appears, and one of January.
    let later = [
        ("d", "Snow in the garden", "Mon, 04 Jan 2021 09:00:00 GMT"),
        ("c", "Carols in the hall", "Sun, 20 Dec 2020 09:00:00 GMT"),
        TWO[0],
        TWO[1],
    ];
    website.says("/feed", feed(&later));
    assert_eq!(charity.run("news sync").code, 0);
    let ran = charity.run("news --month 2021-01");
    assert!(
        ran.stdout.contains("Late: 1 story came after the edition for their day was planned"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("Carols in the hall  2020-12"), "{ran:?}");
    assert_eq!(charity.run("draft --month 2021-01").code, 0);
    let draft = charity.read("editions/2021-01.md");
    assert!(
        draft.contains("  # - \"c\" # 20 December 2020 · Carols in the hall (late:")
            || draft.contains("  # - c #"),
        "{draft}"
    );
    let told = draft.replace("  # - ", "  - ");
    let charity = charity.file("editions/2021-01.md", told);
    let ran = charity.run("news coverage --month 2020-12");
    assert!(ran.stdout.contains("never: it arrived after 2020-12 was planned"), "{ran:?}");
    assert_eq!(charity.run("send 2021-01 --confirm 3").code, 0);
    let ran = charity.run("news coverage --month 2020-12 --json");
    let coverage: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&coverage["once"], &coverage["never"]), (&json!(3), &json!(0)), "{coverage}");
    let carols = coverage["stories"].as_array().unwrap().iter().find(|s| s["id"] == "c").unwrap();
    assert_eq!(carols["editions"], json!(["2021-01"]));
    // Once an edition has it, it is offered no more.
    assert!(!charity.run("news --month 2021-02").stdout.contains("Late:"));
}

#[test]
fn one_story_of_two_sources_is_told_once() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let url = website.address("/feed");
    let charity = Charity::new().setting(&format!(
        "[[news]]\nname = \"news\"\nkind = \"markdown\"\npath = \"news\"\n\
         [[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"{url}\"\nallow_local = true\n"
    ));
    let charity = charity.file(
        "news/well.md",
        "---\ntitle: A new well for all\ndate: 2020-12-02\nlink: https://www.e.org/a/?utm_source=x\n---\n\nOurs.\n",
    );
    let ran = charity.run("news --month 2020-12 --json");
    let news: Value = serde_json::from_str(&ran.stdout).unwrap();
    let well = news["in"].as_array().unwrap().iter().find(|item| item["id"] == "well").unwrap();
    assert_eq!(well["also_in"], json!(["site"]));
    assert!(!titles(&ran, "in").contains(&"A new well".to_owned()));
}

#[test]
fn a_draft_holds_although_a_story_goes_by_another_name_now() {
    let website = Website::new();
    website.says("/feed", feed(&TWO));
    let url = website.address("/feed");
    let charity = Charity::new().people(3).setting(&format!(
        "[[news]]\nname = \"news\"\nkind = \"markdown\"\npath = \"news\"\n\
         [[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"{url}\"\nallow_local = true\n"
    ));
    assert_eq!(charity.run("draft --month 2020-12").code, 0);
    // The same story as a file of the charity's own, which stands first from now on.
    let well =
        "---\ntitle: A new well for all\ndate: 2020-12-03\nlink: https://e.org/a\n---\n\nOurs.\n";
    let charity = charity.file("news/well.md", well);
    charity.run("preview 2020-12 --out out").ends(0);
    assert!(charity.read("out/email.txt").contains("A new well for all"));
    assert_eq!(charity.run("send 2020-12 --confirm 3").code, 0);
    // The file is renamed after it went out: the edition had the story all the same.
    std::fs::rename(charity.path("news/well.md"), charity.path("news/water.md")).unwrap();
    let ran = charity.run("news coverage --month 2020-12 --json");
    let coverage: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&coverage["once"], &coverage["never"]), (&json!(5), &json!(0)), "{coverage}");
    let ids: Vec<&str> = coverage["stories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|story| story["id"].as_str().unwrap())
        .collect();
    assert!(ids.contains(&"water") && !ids.contains(&"well"), "{ids:?}");
    // A file that cannot be read any more is reported as such.
    let charity = charity.file("news/water.md", "---\ntitle: A: b\n---\n");
    let draft = charity
        .read("editions/2020-12.md")
        .replace("- a ", "- water ")
        .replace("- \"a\" ", "- water ");
    let charity = charity.file("editions/2020-12.md", draft);
    let ran = charity.run("check 2020-12 --offline");
    assert!(ran.stderr.contains("the front matter cannot be read"), "{ran:?}");
}

#[test]
fn a_page_without_a_feed_is_learnt_dated_and_followed() {
    let website = Website::new();
    let story = |n: u32| {
        format!(
            "<li><h3><a href=\"/news/{n}\">Story {n} of our club</a></h3><p>A sentence that says what happened in it.Read more</p></li>"
        )
    };
    let list = |from: u32, to: u32| (from..=to).map(story).collect::<String>();
    let page = |list: &str, end: &str| {
        format!(
            "<html><body><nav><a href=\"/\">Home</a></nav><ul class=\"news\">{list}</ul>{end}</body></html>"
        )
    };
    website.says("/news", page(&list(1, 4), "<a rel=\"next\" href=\"/news-2\">Older</a>"));
    website.also("/news-2", page(&list(5, 6), ""));
    for n in 1..=5 {
        website.also(
            &format!("/news/{n}"),
            format!("<html><head><meta property=\"article:published_time\" content=\"2020-12-0{n}T10:00:00Z\"></head></html>"),
        );
    }
    website.also("/news/6", "<html><body><p>No day anywhere.</p></body></html>");
    let charity = Charity::new();
    let ran =
        charity.run(&format!("news learn {} --name club --allow-local", website.address("/news")));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("Found 4 stories on the page"), "{ran:?}");
    assert!(charity.read("roundup.toml").contains("item = \".news li\""));
    let ran = charity.run("news --month 2020-12 --json");
    let club: Vec<String> =
        titles(&ran, "in").into_iter().filter(|title| title.ends_with("club")).collect();
    assert_eq!(club.len(), 5, "{ran:?}");
    assert_eq!(titles(&ran, "undecided"), ["Story 6 of our club"]);
    // The folder that the project had without saying so is still there.
    assert_eq!(titles(&ran, "in").len(), 8);
    let ran = charity.run("news dates");
    assert!(
        ran.stdout.contains("1 story without a date") && ran.stdout.contains("Story 6"),
        "{ran:?}"
    );
    let news: Value = serde_json::from_str(&charity.run("news dates --json").stdout).unwrap();
    let id = news["undated"][0]["id"].as_str().unwrap().to_owned();
    let ran = charity.run(&format!("news dates --set {id}=2020-12-24"));
    assert!(ran.code == 0 && ran.stdout.contains("Every story has a date"), "{ran:?}");
    assert!(charity.read("news/dates.toml").contains("2020-12-24"));
    // The answer stays, however often the page is fetched.
    assert_eq!(charity.run("news sync").code, 0);
    assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in").len(), 9);
}

#[test]
fn wordpress_and_ghost_are_read_to_their_first_post() {
    let website = Website::new();
    let post = |n: usize| {
        json!({"id": n, "date": format!("20{:02}-05-03T10:00:00", 10 + n / 12), "link": format!("https://e.org/w{n}"),
               "title": {"rendered": format!("Post {n}")}, "excerpt": {"rendered": "x"}})
    };
    let page = |from: usize, to: usize| json!((from..to).rev().map(post).collect::<Vec<_>>());
    website.says("/nothing", "");
    for (number, posts) in [("1", page(20, 120)), ("2", page(0, 20))] {
        let mock = Mock::given(path("/wp-json/wp/v2/posts"))
            .and(query_param("page", number))
            .respond_with(ResponseTemplate::new(200).set_body_json(posts));
        website.runtime.block_on(mock.mount(&website.server));
    }
    let ghost = json!({"posts": [{"id": "g", "title": "Ghost post", "url": "https://g.org/g", "published_at": "2020-12-03T10:00:00.000+00:00",
        "excerpt": "x", "visibility": "public"}], "meta": {"pagination": {"next": null}}});
    let mock = Mock::given(path("/ghost/api/content/posts/"))
        .and(query_param("key", "k1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(ghost));
    website.runtime.block_on(mock.mount(&website.server));
    let url = website.address("");
    let charity = Charity::new().setting(&format!(
        "[[news]]\nname = \"wp\"\nkind = \"wordpress\"\nurl = \"{url}\"\nallow_local = true\n\
         [[news]]\nname = \"gh\"\nkind = \"ghost\"\nurl = \"{url}\"\nkey = \"k1\"\nallow_local = true\n"
    ));
    let ran = charity.run("news sync");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout.contains("wp  120 stories: 120 new")
            && ran.stdout.contains("gh  1 story: 1 new"),
        "{ran:?}"
    );
}

#[test]
fn the_folder_of_a_static_site_links_to_its_pages() {
    let charity = Charity::new().setting(
        "[[news]]\nname = \"blog\"\nkind = \"jekyll\"\npath = \"site/_posts\"\nsite = \"https://e.org\"\n",
    );
    let charity = charity
        .file(
            "site/_posts/2020-12-03-gala.md",
            "---\ntitle: Gala\ncategories: news club\nimage: /img/g.jpg\n---\nText.\n",
        )
        .file("site/_posts/_drafts/later.md", "---\ntitle: Later\ndate: 2020-12-04\n---\nText.\n");
    let ran = charity.run("news --month 2020-12 --json");
    let news: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(news["in"][0]["link"], "https://e.org/news/club/2020/12/03/gala.html");
    assert_eq!(news["in"][0]["topics"], json!(["news", "club"]));
    assert_eq!(news["skipped"][0]["reason"], "it is in the folder of drafts");
}

#[test]
fn a_year_is_made_of_its_editions() {
    let charity = Charity::new().people(3);
    let charity = (1..=9).fold(charity, |charity, n| {
        charity.file(
            &format!("news/2020-0{n}-10-x.md"),
            format!("---\ntitle: Event of month {n}\ndate: 2020-0{n}-10\ntopics: [topic{}]\nlink: https://e.org/{n}\n---\n\nIt was good.\n", n % 3),
        )
    });
    let charity = charity.file(
        "editions/2020-12.md",
        "---\nsubject: December\nwindow: 2020-12\npinned:\n  - 2020-12-12-story\nitems:\n  - 2020-12-03-story\n  - 2020-12-21-story\n\
         overrides:\n  2020-12-12-story:\n    title: Our story of the year\n---\n",
    );
    assert_eq!(charity.run("send 2020-12 --confirm 3").code, 0);
    let ran = charity.run("draft --year 2020 --top 5 --group topic");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("Wrote editions/2020.md with 5 stories."), "{ran:?}");
    assert!(ran.stdout.contains("7 more stories are listed under left_out"), "{ran:?}");
    let draft = charity.read("editions/2020.md");
    assert!(
        draft.contains("pinned: # ids") && draft.contains("title: \"Our story of the year\""),
        "{draft}"
    );
    charity.run("preview 2020 --out out");
    let mail = charity.read("out/email.txt");
    assert!(mail.contains("Our story of the year"), "{mail}");
    // Everything in, grouped by month.
    let ran = charity.run("draft --year 2020 --every --overwrite");
    assert!(ran.stdout.contains("with 12 stories"), "{ran:?}");
    let ran = charity.run("draft --year 2020 --every --top 3 --overwrite");
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn words_for_a_story_that_the_draft_does_not_name_are_a_mistake() {
    let charity = Charity::new().file(
        "editions/2020-12.md",
        "---\nsubject: December\nwindow: 2020-12\nitems:\n  - 2020-12-03-story\noverrides:\n  2020-12-04-story:\n    title: X\n---\n",
    );
    let ran = charity.run("check 2020-12 --offline");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("editions/2020-12.md:7")
            && ran.stderr.contains("did you mean `2020-12-03-story`?"),
        "{ran:?}"
    );
}

#[test]
fn a_page_leads_to_its_feed_and_a_feed_to_its_older_pages() {
    let website = Website::new();
    website.says("/", "<!doctype html><html><head><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed\"></head></html>");
    let page = |items: &[(&str, &str, &str)], next: &str| {
        let link = format!(
            "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"next\" href=\"{next}\"/><item>"
        );
        let feed = feed(items);
        if next.is_empty() { feed } else { feed.replacen("<item>", &link, 1) }
    };
    website.also("/feed", page(&TWO[..1], "/feed/2"));
    website.also("/feed/2", page(&TWO[1..], "/feed/3"));
    website.also("/feed/3", page(&[("old", "An old story", "Fri, 03 Jan 2020 09:00:00 GMT")], ""));
    let url = website.address("/");
    let charity = Charity::new().setting(&format!(
        "[[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"{url}\"\nallow_local = true\n"
    ));
    let ran = charity.run("news sync");
    assert!(ran.stdout.contains("3 stories: 3 new"), "{ran:?}");
    assert!(ran.stderr.contains("the feed that it names was read instead"), "{ran:?}");
    // Read to its first story, it goes back as far as anything.
    let ran = charity.run("news --year 2020");
    assert!(
        !ran.stderr.contains("may be missing") && ran.stdout.contains("An old story"),
        "{ran:?}"
    );
    // The next time one page is enough: its story is known.
    let before = website.asked();
    assert_eq!(charity.run("news sync").code, 0);
    assert_eq!(website.asked() - before, 2);
}

#[test]
fn a_website_that_says_nothing_has_changed_is_believed() {
    let website = Website::new();
    let same = Mock::given(wiremock::matchers::header("if-none-match", "\"v1\""))
        .respond_with(ResponseTemplate::new(304));
    website.runtime.block_on(same.mount(&website.server));
    let first = Mock::given(path("/feed")).respond_with(
        ResponseTemplate::new(200).insert_header("etag", "\"v1\"").set_body_string(feed(&TWO)),
    );
    website.runtime.block_on(first.mount(&website.server));
    let charity = charity(&website);
    assert!(charity.run("news sync").stdout.contains("2 stories: 2 new"));
    let ran = charity.run("news sync");
    assert!(ran.stdout.contains("no change"), "{ran:?}");
    assert_eq!(titles(&charity.run("news --month 2020-12 --json"), "in").len(), 2);
}

#[test]
fn the_numbers_of_the_year_count_what_was_really_sent() {
    let server = crate::support::Server::good();
    let charity = Charity::new().people(3).relay(&server).file(
        "news/2020-11-10-x.md",
        "---\ntitle: Event of November\ndate: 2020-11-10\nlink: https://e.org/11\n---\n\nIt was good.\n",
    );
    for month in ["2020-11", "2020-12"] {
        assert_eq!(charity.run(&format!("send {month} --confirm 3")).code, 0);
    }
    charity.run("preview 2020 --out out").ends(0);
    let text = charity.read("out/email.html");
    for number in ["4 stories", "2 editions", "3 readers"] {
        assert!(text.contains(number), "{number}");
    }
    // What was practised is not counted: nobody was mailed.
    let practised = Charity::new().people(3);
    for month in ["2020-11", "2020-12"] {
        practised.run(&format!("send {month} --confirm 3"));
    }
    practised.run("preview 2020 --out out").ends(0);
    assert!(!practised.read("out/email.html").contains("editions"));
}

/// A picture of 1200 by 675 pixels, as its first bytes say, and a megabyte behind them.
fn large_picture() -> Vec<u8> {
    let beginning = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xb0\0\0\x02\xa3\x08\x02\0\0\0";
    [&beginning[..], &vec![0; 1024 * 1024]].concat()
}

#[test]
fn the_size_of_a_picture_is_asked_once() {
    let website = Website::new();
    let picture = website.address("/photo.png");
    let with_picture = feed(&[("a", "The gala", "Thu, 03 Dec 2020 10:00:00 GMT")]).replace(
        "</description>",
        &format!("</description><enclosure url=\"{picture}\" type=\"image/png\" length=\"1\"/>"),
    );
    website.says("/feed", with_picture);
    let answer = ResponseTemplate::new(206).set_body_bytes(large_picture());
    let mock = Mock::given(path("/photo.png")).respond_with(answer);
    website.runtime.block_on(mock.mount(&website.server));
    let charity = charity(&website);
    charity.run("preview 2020-12 --out pages").ends(0);
    let html = charity.read("pages/email.html");
    let shown = html.split("<img ").find(|part| part.contains("/photo.png")).unwrap();
    assert!(shown.contains("width=\"534\"") && shown.contains("height=\"300\""), "{shown}");
    let requests = website.runtime.block_on(website.server.received_requests()).unwrap();
    let asked: Vec<_> =
        requests.iter().filter(|request| request.url.path() == "/photo.png").collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].headers["range"], "bytes=0-65535");
    charity.run("preview 2020-12 --out pages").ends(0);
    charity.run("news sync").ends(0);
    let requests = website.runtime.block_on(website.server.received_requests()).unwrap();
    let asked = requests.iter().filter(|request| request.url.path() == "/photo.png").count();
    assert_eq!(asked, 1);
}
