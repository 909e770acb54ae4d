//! Pages as real websites write them, learnt and read: sites, and traps that look like news.
//! Pure: HTML in tables.

use chrono_tz::Europe::London;

use super::article::{self, Article, without_shared};
use super::learn::learn;
use super::*;
use crate::news::PartialDate;
use crate::news::source::DayPlace;

const ADDRESS: &str = "https://e.org/news";
const STORIES: [(&str, &str, &str); 4] = [
    (
        "Choir fills the hall",
        "2020-12-03",
        "The youth club choir filled the town hall on Saturday. More than two hundred neighbours came.",
    ),
    (
        "Clean water for Amber Hill",
        "2020-11-20",
        "A new well brings clean water to the village school. The summer fair paid for it.",
    ),
    (
        "The cost of a library",
        "2020-11-02",
        "What does it cost to keep a library open? We did the sums and publish them today.",
    ),
    (
        "Carers meet in the garden",
        "2020-10-09",
        "Forty carers met in the garden, and said what would help them most.",
    ),
];

/// Each story in a form: `{t}` its title, `{u}` its address, `{d}` its day in words, `{i}` in numbers, `{s}` its text, `{n}` its
/// number.
fn list(form: &str) -> String {
    list_of(form, &STORIES)
}

fn list_of(form: &str, stories: &[(&str, &str, &str)]) -> String {
    stories
        .iter()
        .enumerate()
        .map(|(n, (title, day, text))| {
            let long = PartialDate::parse(day, London).unwrap().long(London);
            form.replace("{t}", title)
                .replace("{u}", &format!("/news/s{n}"))
                .replace("{d}", &long)
                .replace("{i}", day)
                .replace("{s}", text)
                .replace("{n}", &n.to_string())
        })
        .collect()
}

/// What stands around a list on nearly every website.
fn page(content: &str) -> String {
    format!(
        r#"<!doctype html><html><head><title>News</title></head><body><header class="site-header"><a href="/">The club</a><p>Thursday 26 November 2026</p></header>
        <nav class="menu"><ul><li><a href="/about">About our work in the town</a></li><li><a href="/give">Ways to give to the club</a></li><li><a href="/join">Join us as a volunteer</a></li>
        <li><a href="/contact">Contact the office of the club</a></li></ul></nav>
        <main id="content"><h1>News</h1>{content}</main>
        <aside class="sidebar"><h3>Most read</h3><ul><li><a href="/news/old1">An old story that everybody reads</a></li><li><a href="/news/old2">Another old story of the club</a></li><li><a href="/news/old3">A third old story of the club</a></li></ul></aside>
        <footer><ul><li><a href="/privacy">How we keep your data safe</a></li><li><a href="/jobs">Jobs at the club this year</a></li><li><a href="/map">How to find the hall of the club</a></li></ul><p>© 2020</p></footer></body></html>"#
    )
}

fn learnt(html: &str) -> Vec<Item> {
    let guesses = learn(html, ADDRESS, London);
    let Some(best) = guesses.first() else { return Vec::new() };
    read("site", ADDRESS, html, &best.select, London, 1, 0).reading.items
}

fn told(items: &[Item]) -> Vec<(String, Option<String>, Option<String>, String)> {
    items
        .iter()
        .map(|item| {
            let link = item.link.as_ref().map(|link| link.replace("https://e.org", ""));
            let day = item.date.map(|date| date.days(London).0.to_string());
            (item.title.clone(), link, day, item.summary.clone())
        })
        .collect()
}

/// How websites write lists: the form of a story, what holds them, and whether it has a day and a text.
const SITES: &[(&str, &str, &str, bool, bool)] = &[
    (
        "WordPress, a block theme",
        "<li class='wp-block-post post-{n} post type-post'><figure class='wp-block-post-featured-image'><a href='{u}'><img src='/{n}.jpg' alt=''></a></figure><h2 class='wp-block-post-title'><a href='{u}'>{t}</a></h2><div class='wp-block-post-excerpt'><p class='wp-block-post-excerpt__excerpt'>{s}</p></div><div class='wp-block-post-date'><time datetime='{i}T10:00:00+00:00'>{d}</time></div></li>",
        "<ul class='wp-block-post-template'>*</ul>",
        true,
        true,
    ),
    (
        "WordPress, an older theme",
        "<article id='post-{n}' class='post-{n} post hentry'><header class='entry-header'><h2 class='entry-title'><a href='{u}' rel='bookmark'>{t}</a></h2><div class='entry-meta'><span class='posted-on'>Posted on <time class='entry-date published' datetime='{i}'>{d}</time></span> <span class='byline'>by <a href='/author/ann'>Ann Lee</a></span></div></header><div class='entry-summary'><p>{s} <a class='more-link' href='{u}'>Continue reading <span class='screen-reader-text'>{t}</span></a></p></div><footer class='entry-footer'><a href='/category/news' rel='category tag'>Club news</a></footer></article>",
        "*",
        true,
        true,
    ),
    (
        "Squarespace",
        "<article class='blog-item'><div class='image-wrapper'><a href='{u}'><img data-src='/{n}.jpg' src='data:x'></a></div><div class='blog-basic-grid--text'><div class='blog-meta-section'><span class='blog-meta-primary'><span class='blog-categories-list'><a class='blog-categories' href='/news/category/Events'>Events</a></span></span><span class='blog-meta-secondary'><time class='blog-date' pubdate>{d}</time></span></div><h1 class='blog-title'><a href='{u}'>{t}</a></h1><div class='blog-excerpt'><div class='blog-excerpt-wrapper'><p>{s}</p></div></div><a href='{u}' class='blog-more-link'>Read More</a></div></article>",
        "<div class='blog-basic-grid collection-content-wrapper'>*</div>",
        true,
        true,
    ),
    (
        "Wix",
        "<div class='gallery-item-container'><div class='item-link-wrapper'><a href='{u}'><div class='image-item' style='background-image:url(/{n}.jpg)'></div></a><div class='post-list-item-info'><ul><li><span class='time-ago'>{d}</span></li><li><span>2 min read</span></li></ul><a href='{u}'><h2 class='bD0vt9'><p>{t}</p></h2></a><div class='excerpt'>{s}</div></div></div></div>",
        "<div class='pro-gallery'>*</div>",
        true,
        true,
    ),
    (
        "Drupal, a view",
        "<div class='views-row views-row-{n}'><div class='views-field views-field-title'><span class='field-content'><a href='{u}'>{t}</a></span></div><div class='views-field views-field-created'><span class='field-content'>{d}</span></div><div class='views-field views-field-body'><div class='field-content'>{s}</div></div></div>",
        "<div class='view-content'>*</div>",
        true,
        true,
    ),
    (
        "Umbraco, plain",
        "<div class='row'><div class='col-md-3'><a href='{u}'><img src='/media/{n}.jpg'/></a></div><div class='col-md-9'><h3>{t}</h3><small>{d}</small><p>{s}</p><a class='btn' href='{u}'>Read more</a></div></div>",
        "<div class='container'>*</div>",
        true,
        true,
    ),
    (
        "gov.uk",
        "<li class='gem-c-document-list__item'><div class='gem-c-document-list__item-title'><a class='govuk-link' href='{u}'>{t}</a></div><p class='gem-c-document-list__item-description'>{s}</p><ul class='gem-c-document-list__item-metadata'><li class='gem-c-document-list__attribute'>Document type: News story</li><li class='gem-c-document-list__attribute'>Published: <time datetime='{i}'>{d}</time></li></ul></li>",
        "<ul class='gem-c-document-list'>*</ul>",
        true,
        true,
    ),
    (
        "Bootstrap cards",
        "<div class='col-md-4'><div class='card h-100'><img class='card-img-top' src='/{n}.jpg'><div class='card-body'><h5 class='card-title'>{t}</h5><p class='card-text'>{s}</p><a href='{u}' class='btn btn-primary'>Read more</a></div><div class='card-footer'><small class='text-muted'>{d}</small></div></div></div>",
        "<div class='row'>*</div>",
        true,
        true,
    ),
    (
        "whole cards that are links",
        "<a class='news-tile' href='{u}'><span class='news-tile__date'>{d}</span><strong class='news-tile__title'>{t}</strong><span class='news-tile__text'>{s}</span></a>",
        "<div>*</div>",
        true,
        true,
    ),
    (
        "a table",
        "<tr><td>{d}</td><td><a href='{u}'>{t}</a><br>{s}</td></tr>",
        "<table class='news'><tbody>*</tbody></table>",
        true,
        true,
    ),
    (
        "a definition list",
        "<dt><a href='{u}'>{t}</a></dt><dd class='when'>{d}</dd><dd>{s}</dd>",
        "<dl>*</dl>",
        true,
        true,
    ),
    (
        "headings and paragraphs in a row",
        "<h3><a href='{u}'>{t}</a></h3><p class='date'>{d}</p><p>{s}</p>",
        "<div id='list'>*</div>",
        true,
        true,
    ),
    (
        "a day, a heading, a paragraph in a row",
        "<p class='date'>{d}</p><h3><a href='{u}'>{t}</a></h3><p>{s}</p>",
        "*",
        true,
        true,
    ),
    (
        "headings between rules",
        "<h2><a href='{u}'>{t}</a></h2><p>{s}</p><p><a href='{u}'>More…</a></p><hr>",
        "*",
        false,
        true,
    ),
    ("links only", "<li><a href='{u}'>{t}</a></li>", "<ul class='newslist'>*</ul>", false, false),
    (
        "links with days",
        "<li><a href='{u}'>{t}</a> <span>{d}</span></li>",
        "<ul>*</ul>",
        true,
        false,
    ),
    (
        "a category before the title",
        "<article><a class='cat' href='/topic/t{n}'>Topic {n}</a><h2><a href='{u}'>{t}</a></h2><time datetime='{i}'>{d}</time><p>{s}</p></article>",
        "*",
        true,
        true,
    ),
    (
        "a category as a heading",
        "<div class='teaser'><h4 class='category'>Campaigns</h4><h3><a href='{u}'>{t}</a></h3><p>{s}</p><p class='meta'>By Ann Lee | {d} | Campaigns</p></div>",
        "<div>*</div>",
        true,
        true,
    ),
    (
        "a byline before the text",
        "<div class='c'><h3><a href='{u}'>{t}</a></h3><p class='meta'>By Ann Lee | {d} | News</p><p>{s}</p><p><a href='{u}'>Find out more</a></p></div>",
        "*",
        true,
        true,
    ),
    (
        "boxes without any class",
        "<div><div><h3><a href='{u}'>{t}</a></h3><div>{s}</div><div>{d}</div></div></div>",
        "<div><div>*</div></div>",
        true,
        true,
    ),
    (
        "a split day",
        "<div class='post'><div class='datebox'><span class='day'>{d}</span></div><h3><a href='{u}'>{t}</a></h3><div class='intro'>{s}</div></div>",
        "*",
        true,
        true,
    ),
    (
        "rows of cards",
        "<div class='row'><div class='cell'><h3><a href='{u}'>{t}</a></h3><p>{s}</p></div></div>",
        "<div class='grid'>*</div>",
        false,
        true,
    ),
    (
        "a form around everything",
        "<div class='item'><h3><a href='{u}'>{t}</a></h3><span class='date'>{d}</span><p>{s}</p></div>",
        "<form id='aspnetForm'><div class='items'>*</div></form>",
        true,
        true,
    ),
    (
        "an updated line beside the day",
        "<div class='item'><h3><a href='{u}'>{t}</a></h3><p>Updated 5 May 2021</p><p>Published {d}</p><p>{s}</p></div>",
        "*",
        true,
        true,
    ),
    (
        "titles in bold, a link at the end",
        "<div class='row'><div><img src='/{n}.jpg'></div><div><p><strong>{t}</strong></p><p>{d}</p><p>{s} <a href='{u}'>Read more</a></p></div></div>",
        "<div id='c'>*</div>",
        true,
        true,
    ),
    (
        "a day before its category",
        "<div class='post'><a class='img' href='{u}'><img src='/{n}.jpg'></a><div class='h'><a href='{u}'>{t}</a></div><div class='sub'>{s}</div><div class='info'>{d} in <a href='/cat'>News</a></div></div>",
        "*",
        true,
        true,
    ),
    (
        "press in other papers",
        "<li class='press'><h4><a href='https://paper{n}.example/a/{n}'>{t}</a></h4><p>{s}</p><em class='d'>{d}</em></li>",
        "<ul>*</ul>",
        true,
        true,
    ),
];

#[test]
fn sites_as_common_systems_write_them() {
    let mut wrong = Vec::new();
    for (name, form, holder, dated, texts) in SITES {
        let html = page(&holder.replace('*', &list(form)));
        let found = told(&learnt(&html));
        let wanted: Vec<(String, Option<String>, Option<String>, String)> = STORIES
            .iter()
            .enumerate()
            .map(|(n, (title, day, text))| {
                let link = if name.starts_with("press") {
                    format!("https://paper{n}.example/a/{n}")
                } else {
                    format!("/news/s{n}")
                };
                let text = if *texts { (*text).to_owned() } else { String::new() };
                ((*title).to_owned(), Some(link), dated.then(|| (*day).to_owned()), text)
            })
            .collect();
        if found != wanted {
            let guesses = learn(&html, ADDRESS, London);
            wrong.push(format!(
                "{name}: {:?}\n  {found:?}",
                guesses.first().map(|guess| &guess.select.item)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_hero_few_stories_and_lists_that_are_not_the_news() {
    let card = "<div class='card'><h3><a href='{u}'>{t}</a></h3><time datetime='{i}'>{d}</time><p>{s}</p></div>";
    let titles = |html: &str| -> Vec<String> {
        learnt(&page(html)).into_iter().map(|item| item.title).collect()
    };
    let all: Vec<&str> = STORIES.iter().map(|(title, _, _)| *title).collect();
    // A story in a box of its own above the others.
    let hero = list_of(
        "<section class='hero'><img src='/h.jpg'><h2><a href='/news/hero'>{t}</a></h2><p>{s}</p></section>",
        &STORIES[..1],
    );
    assert_eq!(
        titles(&format!("{hero}<div class='cards'>{}</div>", list_of(card, &STORIES[1..]))),
        all
    );
    // Two stories, and one.
    assert_eq!(titles(&list_of(card, &STORIES[..2])), all[..2]);
    assert_eq!(titles(&list_of(card, &STORIES[..1])), all[..1]);
    // A column of events beside the news, with days of its own.
    let event = "<div class='event'><h3><a href='/events/e{n}'>Meeting number {n} in the hall</a></h3><time datetime='2021-01-0{n}'></time><p>Come and bring a friend, there is tea for everybody.</p></div>";
    let events =
        format!("<div class='col events'><h2>Upcoming events</h2>{0}{0}</div>", list(event));
    assert_eq!(titles(&format!("<div class='col'>{}</div>{events}", list(card))), all);
    // Sections with headings of their own.
    let sections = format!(
        "<section><h2>Campaigns</h2>{}</section><section><h2>Youth club</h2>{}</section>",
        list_of(card, &STORIES[..2]),
        list_of(&card.replace("{u}", "/news/t{n}"), &STORIES[2..])
    );
    assert_eq!(titles(&sections), all);
    // Services, written as the news are.
    let services = list(
        "<div class='card'><h3><a href='/service{n}'>Our service number {n}</a></h3><p>We help people with the thing that is number {n}, every day.</p></div>",
    );
    assert_eq!(
        titles(&format!(
            "<section>{services}</section><section><h2>Latest news</h2>{}</section>",
            list(card)
        )),
        all
    );
    // A day in three boxes.
    let split = list(
        "<li class='it'><div class='db'><span class='a'>03</span><span class='b'>Dec</span><span class='c'>2020</span></div><h3><a href='{u}'>{t}</a></h3><p>{s}</p></li>",
    );
    let days: Vec<String> = learnt(&page(&format!("<ul>{split}</ul>")))
        .iter()
        .filter_map(|item| Some(item.date?.to_string()))
        .collect();
    assert_eq!(days, ["2020-12-03"; 4]);
    // Nothing but prose and menus.
    for html in ["<p>Welcome to the club. We meet on Mondays.</p>", ""] {
        assert_eq!(titles(html), [] as [&str; 0]);
    }
    let guesses = learn(&page(&list_of(card, &STORIES[..2])), ADDRESS, London);
    assert!(
        guesses[0].doubts.iter().any(|doubt| doubt.contains("fewer than three")),
        "{guesses:?}"
    );
}

#[test]
fn lists_for_programs_are_read_where_people_see_none() {
    let items: Vec<String> = STORIES
        .iter()
        .enumerate()
        .map(|(n, (title, day, text))| format!(r#"{{"@type":"ListItem","item":{{"@type":"NewsArticle","headline":"{title}","url":"/news/s{n}","datePublished":"{day}","description":"{text}"}}}}"#))
        .collect();
    let data = format!(
        r#"<div id="app"></div><script type="application/ld+json">{{"@type":"ItemList","itemListElement":[{}]}}</script>"#,
        items.join(",")
    );
    let found = told(&learnt(&page(&data)));
    assert_eq!(found.len(), 4);
    assert_eq!(
        found[0],
        (
            "Choir fills the hall".to_owned(),
            Some("/news/s0".to_owned()),
            Some("2020-12-03".to_owned()),
            STORIES[0].2.to_owned()
        )
    );
}

#[test]
fn the_next_page_wherever_it_is_named() {
    let card = "<div class='card'><h3><a href='{u}'>{t}</a></h3><p>{s}</p></div>";
    for (end, next) in [
        ("<a rel='next' href='/news/2'>2</a>", Some("https://e.org/news/2")),
        ("<a class='pager' href='?page=2'>Next</a>", Some("https://e.org/news?page=2")),
        ("<link rel='next' href='/news?p=2'>", Some("https://e.org/news?p=2")),
        ("<a href='?page=3'>3</a>", Some("https://e.org/news?page=2")),
        ("<a href='?Take=26'>All</a>", Some("https://e.org/news?Take=10")),
        ("", None),
    ] {
        let html = page(&format!("{}{end}", list(card)));
        let guess = &learn(&html, ADDRESS, London)[0];
        let listed = read("site", ADDRESS, &html, &guess.select, London, 1, 0);
        assert_eq!(listed.next.as_deref(), next, "{end}");
    }
    let html = page(&list(card))
        .replace("<head>", "<head><base href='https://cdn.example/x/'>")
        .replace("/news/s", "s");
    assert_eq!(learnt(&html)[0].link.as_deref(), Some("https://cdn.example/x/s0"));
}

#[test]
fn selectors_that_people_write_stand() {
    let html = page(&list(
        "<div class='n'><b class='k'>{t}</b><i>{d}</i><h3><a href='/x'>Other</a></h3><a class='go' href='{u}'>Go</a><p>{s}</p></div>",
    ));
    let select = Select {
        item: ".n".to_owned(),
        title: Some(".k".to_owned()),
        link: Some(".go".to_owned()),
        date: Some("i".to_owned()),
        ..Select::default()
    };
    let items = read("site", ADDRESS, &html, &select, London, 1, 0).reading.items;
    assert_eq!(told(&items)[1].0, "Clean water for Amber Hill");
    assert_eq!((items[1].link.as_deref(), items[1].order), (Some("https://e.org/news/s1"), 2));
    let wrong = Select { item: "..".to_owned(), ..Select::default() };
    let listed = read("site", ADDRESS, &html, &wrong, London, 1, 0);
    assert!(listed.reading.problems[0].what.contains("is not a CSS selector"));
    let gone = Select { item: ".gone".to_owned(), ..Select::default() };
    let listed = read("site", ADDRESS, &html, &gone, London, 1, 0);
    assert!(listed.reading.problems[0].what.contains("no part of the page"));
}

fn day(content: &str) -> Option<String> {
    let html = format!(
        "<!doctype html><html><head><title>T</title></head><body><header>Thursday 26 November 2026</header><nav><a href='/'>Home</a></nav>{content}<footer><p>Last updated 5 May 2021</p></footer></body></html>"
    );
    let mut found = [article::read(&html, "https://e.org/news/fair", London, "The spring fair")];
    without_shared(&mut found, "2026-11-26".parse().unwrap(), London);
    found[0].days.first().map(|day| day.value.likely().days(London).0.to_string())
}

#[test]
fn a_day_of_a_page_is_that_of_its_story_or_none() {
    let related = "<section class='related'><a href='/o'>Another</a> <time datetime='2021-05-05'>5 May 2021</time></section>";
    let text =
        "<p>The fair was full, and everybody who came there had a good day in the sun with us.</p>";
    for (content, expected) in [
        // Where it is.
        (
            "<main><h1>The spring fair</h1><p>Published 3 December 2020</p></main>",
            Some("2020-12-03"),
        ),
        ("<main><p>3 December 2020</p><h1>The spring fair</h1></main>", Some("2020-12-03")),
        (
            "<article><h1>The spring fair</h1><time datetime='2020-12-03'>Thursday</time></article>",
            Some("2020-12-03"),
        ),
        (
            "<article><h1>The spring fair</h1><p class='meta'>By Ann Lee | 3 December 2020 | News</p></article>",
            Some("2020-12-03"),
        ),
        (
            "<header><h1>The spring fair</h1><p>3 December 2020</p></header><main></main>",
            Some("2020-12-03"),
        ),
        (
            "<main><h1>The spring fair</h1><p>A</p></main><script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"datePublished\":\"2020-12-03\"}</script>",
            Some("2020-12-03"),
        ),
        (
            "<meta property='article:published_time' content='2020-12-03T10:00:00Z'><h1>The spring fair</h1>",
            Some("2020-12-03"),
        ),
        (
            "<main><h1>The spring fair</h1><span itemprop='dateModified'>1 Jan 2021</span><span itemprop='datePublished'>3 December 2020</span></main>",
            Some("2020-12-03"),
        ),
        (
            "<main><h1>The spring fair</h1><p>A</p><p>Posted on Thursday, 3rd December 2020 by Ann</p></main>",
            Some("2020-12-03"),
        ),
        // Where it is another's.
        (
            "<main><h1>The spring fair</h1><p>A</p></main><script type='application/ld+json'>{\"@type\":\"Event\",\"startDate\":\"2021-05-05\"}</script>",
            None,
        ),
        (
            "<main><h1>The spring fair</h1><p>A</p></main><script type='application/ld+json'>{\"@type\":\"WebPage\",\"datePublished\":\"2021-05-05\"}</script>",
            None,
        ),
        (
            "<main><h1>The spring fair</h1><p>A</p></main><script type='application/ld+json'>[{\"@type\":\"Article\",\"headline\":\"Other\",\"url\":\"/o\",\"datePublished\":\"2021-05-05\"}]</script>",
            None,
        ),
        ("<main><h1>The spring fair</h1><p>Last updated: 5 May 2021</p></main>", None),
        (
            "<main><h1>The spring fair</h1><p>Updated <time datetime='2021-05-05'>5 May 2021</time></p></main>",
            None,
        ),
        (
            "<main><h1>The spring fair</h1><dl><dt>Date</dt><dd>5 May 2021</dd><dt>Venue</dt><dd>Town hall</dd></dl></main>",
            None,
        ),
        (
            "<main><h1>The spring fair</h1><p>When: 5 May 2021</p><p>Where: Town hall</p></main>",
            None,
        ),
        ("<main><h1>The spring fair</h1><p>Saturday 5 June 2021, 10am–4pm</p></main>", None),
        (
            "<main><h1>The spring fair</h1><div class='event-details'><time datetime='2021-05-05'>5 May 2021</time></div></main>",
            None,
        ),
        ("<main><h1>The spring fair</h1><p>Join us on 5 May 2021 at the hall.</p></main>", None),
        (
            "<main><h1>The spring fair</h1></main><div class='comments'><time datetime='2021-05-05'>5 May 2021</time></div>",
            None,
        ),
        ("<main><h1>The spring fair</h1><p>3 December 2030</p></main>", None),
        (
            "<main><h1>The spring fair</h1></main><aside><time datetime='2021-05-05'>5 May 2021</time></aside>",
            None,
        ),
        (
            "<main><h1>The spring fair</h1><article><h2>Other</h2><time datetime='2021-05-05'>5 May 2021</time></article></main>",
            None,
        ),
        ("<p>no date at all</p>", None),
    ] {
        assert_eq!(day(content).as_deref(), expected, "{content}");
        let more = content.replace("</main>", &format!("{text}</main>{related}"));
        assert_eq!(day(&more).as_deref(), expected, "{more}");
    }
}

#[test]
fn what_most_stories_share_is_the_sites_and_no_storys() {
    let page = |n: usize, own: &str| {
        article::read(
            &format!(
                "<head><meta property='article:published_time' content='2021-05-05'><meta property='og:description' content='We help people.'><meta property='og:image' content='/logo.png'></head>\
              <main><h1>Story {n}</h1><p>{own}</p><p>What happened on that day {n}, in a sentence that is long enough to be a paragraph of it.</p></main>"
            ),
            &format!("https://e.org/{n}"),
            London,
            "",
        )
    };
    let mut articles: Vec<Article> = ["3 December 2020", "20 November 2020", "", "9 October 2020"]
        .into_iter()
        .enumerate()
        .map(|(n, own)| page(n, own))
        .collect();
    without_shared(&mut articles, "2021-06-01".parse().unwrap(), London);
    let days: Vec<Option<String>> = articles
        .iter()
        .map(|article| article.days.first().map(|day| day.value.likely().to_string()))
        .collect();
    assert_eq!(
        days,
        [
            Some("2020-12-03".to_owned()),
            Some("2020-11-20".to_owned()),
            None,
            Some("2020-10-09".to_owned())
        ]
    );
    assert!(articles.iter().all(|article| article.images.is_empty()));
    assert!(articles[0].summaries[0].value.starts_with("What happened on that day 0"));
}

#[test]
fn an_item_gets_what_it_lacks_and_keeps_what_it_has() {
    let html = r#"<html><head><meta property="og:description" content="A &lt;b&gt;full&lt;/b&gt; fair.">
        <meta property="og:image" content="/f.jpg"><meta property="og:image:alt" content="A table">
        <meta name="date" content="2020-12-03"></head><body><h1>The fair</h1></body></html>"#;
    let read = |title: &str| article::read(html, "https://e.org/fair", London, title);
    let mut item = Item { title: "Made".to_owned(), title_made: true, ..Item::default() };
    read("Made").complete(&mut item, London);
    assert_eq!((item.title.as_str(), item.summary.as_str()), ("The fair", "A full fair."));
    assert_eq!(item.image.as_ref().unwrap().address, "https://e.org/f.jpg");
    assert_eq!(item.date.unwrap().to_string(), "2020-12-03");
    assert_eq!(item.evidence.date.as_deref(), Some("its own page: `meta` date"));
    let listed = Item {
        title: "The fair".to_owned(),
        summary: "Text".to_owned(),
        date: PartialDate::parse("2020-12", London).ok(),
        ..Item::default()
    };
    let mut first = listed.clone();
    read("The fair").complete(&mut first, London);
    assert_eq!(
        (first.summary.as_str(), first.date.unwrap().to_string()),
        ("Text", "2020-12-03".to_owned())
    );
    // What its own page said holds when the listing says less again.
    let mut again = listed;
    Article::found_before(&first).complete(&mut again, London);
    assert_eq!(again, first);
}

#[test]
fn a_day_beside_something_else_is_not_the_articles() {
    let day = |before: &str, inside: &str, behind: &str| {
        let html = format!(
            "<html><body><main><article>{before}<h1>The fair</h1>{inside}<p>It was full.</p></article>{behind}</main></body></html>"
        );
        let article = article::read(&html, "https://e.org/news/fair", London, "The fair");
        article.days.first().map(|day| day.value.likely().days(London).0.to_string())
    };
    for other in [
        "<div class=x><h2>You may also like</h2><a href='/news/old'><h3>Older</h3><time datetime='2019-01-01'>1 January 2019</time></a></div>",
        "<div class=x><h2>Read next</h2><h3><a href='/news/old'>Older</a></h3><time>1 January 2019</time></div>",
        "<div class=x><a href='/news/old'><h4>Older</h4></a><span class=date>1 January 2019</span></div>",
        "<div class=x><h4><a href='/news/old'>Older</a></h4><span>Published 1 January 2019</span></div>",
        "<div class=x><a href='/news/old'>See also: an older story</a> <span class=date>1 January 2019</span></div>",
        "<ul><li><a href='/a.pdf'>Annual report</a> <span class=date>1 January 2019</span></li></ul>",
        "<figure><img src='/a.jpg'><figcaption>1 January 2019</figcaption></figure>",
        "<div><p>Next meeting</p><p><time>1 January 2019</time></p></div>",
        "<p>Bob Smith says:<br>1 January 2019 at 10:14 am</p><p>What a lovely thing.</p>",
        "<p class=meta>1 May 1932 – 1 January 2019</p>",
    ] {
        for (before, inside, behind) in [(other, "", ""), ("", other, ""), ("", "", other)] {
            assert_eq!(day(before, inside, behind), None, "{other}");
            let own = format!("<p class=date>3 December 2020</p>{inside}");
            assert_eq!(day(before, &own, behind).as_deref(), Some("2020-12-03"), "{other}");
        }
    }
    for own in [
        "<p class=meta>By <a href='/author/ann'>Ann Mary Lee</a> on <time>3 December 2020</time> in <a href='/category/x' rel=tag>What we do here</a></p>",
        "<p><a href='/news/fair'><time>3 December 2020</time></a></p>",
        "<div><a href='/news'>News</a> <span class=date>3 December 2020</span></div>",
        "<div><span class=day>03</span><span class=month>Dec</span><span class=year>2020</span></div>",
        "<div><div>DEC</div><div>3</div><div>2020</div></div>",
        "<div><span title='3 December 2020'>3 weeks ago</span></div>",
        "<div><span>Ann Lee</span><span>3 December 2020</span></div>",
        "<p><i class=icon></i> 3 December 2020 <i class=icon></i> Ann Lee</p>",
    ] {
        assert_eq!(day("", own, "").as_deref(), Some("2020-12-03"), "{own}");
    }
}

#[test]
fn a_label_in_an_element_of_its_own_says_what_a_day_is_of() {
    let day = |content: &str| {
        let html = format!(
            "<html><body><main><h1>The fair</h1>{content}<p>It was full.</p></main></body></html>"
        );
        let article = article::read(&html, "https://e.org/fair", London, "The fair");
        article.days.first().map(|day| day.value.likely().days(London).0.to_string())
    };
    for label in ["Deadline", "Last updated", "Closing date:", "Expires", "Last modified", "When"] {
        for form in [
            "<dl><dt>*</dt><dd>1 January 2019</dd></dl>",
            "<div>*</div><div>1 January 2019</div>",
            "<table><tr><th>*</th><td>1 January 2019</td></tr></table>",
            "<div>*</div><time>1 January 2019</time>",
        ] {
            assert_eq!(day(&form.replace('*', label)), None, "{label} {form}");
        }
        let both = format!(
            "<dl><dt>{label}</dt><dd>1 January 2019</dd><dt>Published</dt><dd>3 December 2020</dd></dl>"
        );
        assert_eq!(day(&both).as_deref(), Some("2020-12-03"), "{label}");
    }
    assert_eq!(day("<p>1 January 2019 – 9 June 2019</p>"), None);
    assert_eq!(day("<p>Published</p><p>3 December 2020</p>").as_deref(), Some("2020-12-03"));
}

#[test]
fn what_holds_a_day_or_stands_by_it_says_what_it_is_of() {
    let of_article = |content: &str| {
        let html = format!(
            "<html><body><main><h1>The fair</h1>{content}<p>It was full.</p></main></body></html>"
        );
        let article = article::read(&html, "https://e.org/fair", London, "The fair");
        article.days.first().map(|day| day.value.likely().days(London).0.to_string())
    };
    for (form, has_day) in [
        ("<p><time datetime='{i}'>{d}</time></p>", true),
        ("<p><time itemprop=datePublished datetime='{i}'>{d}</time></p>", true),
        ("<p><time class='entry-date published updated' datetime='{i}'>{d}</time></p>", true),
        ("<p><time itemprop=startDate datetime='{i}'>{d}</time></p>", false),
        ("<p><time itemprop=dateModified datetime='{i}'>{d}</time></p>", false),
        ("<p><time class=updated datetime='{i}'>{d}</time></p>", false),
        ("<div class=meta><span itemprop=dateModified>{d}</span></div>", false),
        ("<p>{d} @ 7:00 pm - 9:00 pm</p>", false),
        ("<p>{d}</p><p>Venue: Town hall</p><p>Tickets: £5</p>", false),
        ("<figure><img src=/a.jpg><figcaption>{d}</figcaption></figure>", false),
        ("<div><span>Published {d}</span><span>Updated 5 May 2021</span></div>", true),
        ("<div><span>Updated 5 May 2021</span><span>Published {d}</span></div>", true),
    ] {
        let own = form.replace("{i}", "2020-12-03").replace("{d}", "3 December 2020");
        let expected = has_day.then_some("2020-12-03");
        assert_eq!(of_article(&own).as_deref(), expected, "{own}");
        let card =
            format!("<article><h2><a href='{{u}}'>{{t}}</a></h2>{form}<p>{{s}}</p></article>");
        let items = learnt(&page(&list(&card)));
        assert!(items.iter().all(|item| item.date.is_some() == has_day), "{form} {items:?}");
    }
}

#[test]
fn months_of_unequal_size_lose_no_story() {
    for (sizes, wrap, form) in [
        ([1, 2, 1], "ul", "<li><a href='{u}'>{t}</a> – {d}</li>"),
        ([3, 1, 0], "ul", "<li><a href='{u}'>{t}</a> – {d}</li>"),
        ([1, 2, 1], "table", "<tr><td>{d}</td><td><a href='{u}'>{t}</a></td></tr>"),
        (
            [1, 2, 1],
            "section",
            "<div class=post><h3><a href='{u}'>{t}</a></h3><p class=date>{d}</p><p>{s}</p></div>",
        ),
    ] {
        let mut from = 0;
        let mut html = String::new();
        for (size, month) in sizes.iter().zip(["December 2020", "November 2020", "October 2020"]) {
            // Of equal addresses only one would count.
            let stories: String = (from..from + size)
                .map(|at| list_of(&form.replace("{u}", &format!("/news/m{at}")), &STORIES[at..=at]))
                .collect();
            html += &format!("<h2>{month}</h2><{wrap}>{stories}</{wrap}>");
            from += size;
        }
        let found: Vec<_> = learnt(&page(&html))
            .into_iter()
            .map(|item| (item.title, item.date.map(|date| date.to_string())))
            .collect();
        let wanted = STORIES.map(|(title, day, _)| (title.to_owned(), Some(day.to_owned())));
        assert_eq!(found, wanted, "{sizes:?} {wrap}");
    }
}

#[test]
fn a_story_that_stands_twice_keeps_its_title_and_its_link() {
    let form =
        "<article class=n><h3><a href='{u}'>{t}</a></h3><p class=d>{d}</p><p>{s}</p></article>";
    for query in ["", "?ref=featured", "?utm_source=hero"] {
        let featured = list_of(&form.replace("{u}", &format!("{{u}}{query}")), &STORIES[..2]);
        let html = format!(
            "<section><h2>Featured</h2>{featured}</section><section><h2>All</h2>{}</section>",
            list(form)
        );
        let items = learnt(&page(&html));
        for (title, day, _) in STORIES {
            let item = items
                .iter()
                .find(|item| item.title == title)
                .unwrap_or_else(|| panic!("{title} {query}"));
            assert!(
                item.link.is_some() && item.date.is_some_and(|date| date.to_string() == day),
                "{item:?}"
            );
        }
    }
}

#[test]
fn a_label_in_an_element_of_its_own_says_it_in_a_list_too() {
    for (form, has_day) in [
        ("<ul><li>Type: News</li><li>Updated: <time datetime='{d}'>{d}</time></li></ul>", false),
        ("<span class=lab>Updated</span> <time datetime='{d}'>{d}</time>", false),
        ("<dl><dt>Closing date</dt><dd>{d}</dd></dl>", false),
        ("<dl><dt>Review at:</dt><dd>{d}</dd></dl>", false),
        ("<p>1 May 1932 – {d}</p>", false),
        ("<dl><dt>Published</dt><dd>{d}</dd></dl>", true),
        ("<div class=meta><span title='{d}'>3 weeks ago</span></div>", true),
        ("<div class=meta>3 weeks ago</div>", false),
        ("<div class=meta>December 2020</div>", true),
        ("<dl><dt>Date:</dt><dd><time datetime='{d}'>{d}</time></dd></dl>", true),
    ] {
        let form =
            format!("<article><h2><a href='{{u}}'>{{t}}</a></h2>{form}<p>{{s}}</p></article>");
        let items = learnt(&page(&list(&form)));
        assert_eq!(items.len(), 4, "{form}");
        assert!(items.iter().all(|item| item.date.is_some() == has_day), "{form} {items:?}");
    }
}

#[test]
fn the_date_in_an_address() {
    for (address, expected) in [
        ("https://e.org/2020/12/03/fair", Some("2020-12-03")),
        ("https://e.org/news/2020-12-03-fair.html", Some("2020-12-03")),
        ("https://e.org/2020/12/fair", Some("2020-12")),
        ("https://e.org/2020/fair", None),
        ("https://e.org/1020/12/03", None),
        ("https://e.org/news/our-year-2019-10-highlights", None),
        ("https://e.org/news/fair-on-2021-06-01", None),
        ("https://e.org/news/id/2011/1", None),
        ("https://e.org/2020/13/03", None),
    ] {
        let found = article::date_in_address(address).map(|date| date.to_string());
        assert_eq!(found.as_deref(), expected, "{address}");
    }
}

/// The days of a list written in numbers, the month first or the day, once its source has settled them.
fn numeric_days(form: &str, days: &[&str], language: &str) -> Vec<Option<String>> {
    let stories: String = STORIES
        .iter()
        .zip(days)
        .enumerate()
        .map(|(n, ((title, day, text), written))| {
            form.replace("{t}", title)
                .replace("{u}", &format!("/news/s{n}"))
                .replace("{w}", written)
                .replace("{i}", day)
                .replace("{s}", text)
        })
        .collect();
    let html = page(&stories).replace("<html>", &format!("<html lang=\"{language}\">"));
    let select = Select { item: "article".to_owned(), ..Select::default() };
    let mut reading = read("site", ADDRESS, &html, &select, London, 1, 0).reading;
    crate::news::date_order::settle(&mut reading, "site", None);
    reading.items.iter().map(|item| item.date.map(|date| date.days(London).0.to_string())).collect()
}

#[test]
fn which_number_is_the_month_is_decided_over_the_whole_page_or_asked() {
    const BARE: &str =
        "<article><h2><a href='{u}'>{t}</a></h2><p class='date'>{w}</p><p>{s}</p></article>";
    const LABELLED: &str =
        "<article><p>Posted {w} by Ann Lee</p><h2><a href='{u}'>{t}</a></h2><p>{s}</p></article>";
    const TIME: &str = "<article><h2><a href='{u}'>{t}</a></h2><time datetime='{i}'>{w}</time><p>{s}</p></article>";
    let right: Vec<Option<String>> =
        STORIES.iter().map(|(_, day, _)| Some((*day).to_owned())).collect();
    let day_first = ["03/12/2020", "20/11/2020", "02/11/2020", "09/10/2020"];
    let month_first = ["12/03/2020", "11/20/2020", "11/02/2020", "10/09/2020"];
    // Of these nothing shows the order; the last one is of 2 November or 11 February.
    let open = [&month_first[..1], &month_first[2..]].concat();
    for form in [BARE, LABELLED] {
        // What systems say until somebody changes it says nothing.
        for language in ["en", "en-US"] {
            assert_eq!(numeric_days(form, &open, language), [None, None, None], "{form}");
            assert_eq!(numeric_days(form, &month_first, language), right, "{form}");
            assert_eq!(numeric_days(form, &day_first, language), right, "{form}");
        }
        let days: Vec<String> =
            numeric_days(form, &open, "en-GB").into_iter().map(Option::unwrap).collect();
        assert_eq!(days, ["2020-03-12", "2020-02-11", "2020-09-10"], "{form}");
    }
    // What programs are given settles what people see.
    assert_eq!(numeric_days(TIME, &month_first[..1], "en"), right[..1]);
}

#[test]
fn its_own_page_settles_which_day_a_story_is_of() {
    let own = |data: &str| {
        let html = format!(
            "<html lang=\"en\"><head>{data}</head><body><main><h1>The fair</h1><p>12/03/2020</p><p>It was full.</p></main></body></html>"
        );
        let mut item = Item { title: "The fair".to_owned(), ..Item::default() };
        article::read(&html, "https://e.org/fair", London, "The fair").complete(&mut item, London);
        let mut reading = Reading { items: vec![item], ..Reading::default() };
        crate::news::date_order::settle(&mut reading, "site", None);
        reading.items[0].date.map(|date| date.days(London).0.to_string())
    };
    assert_eq!(own(""), None);
    assert_eq!(own("<meta name='date' content='2020-12-03'>").as_deref(), Some("2020-12-03"));
    assert_eq!(own("<meta name='date' content='2020-03-12'>").as_deref(), Some("2020-03-12"));
}

/// The days of stories that were read, as their list has them.
fn days_of(items: &[Item]) -> Vec<Option<String>> {
    items.iter().map(|item| item.date.map(|date| date.days(London).0.to_string())).collect()
}

/// Lists whose days stand between the stories as siblings, and whether each is above its story.
const BETWEEN: &[(&str, bool)] = &[
    ("<p>{d}</p><p><a href='{u}'>{t}</a></p>", true),
    ("<p><a href='{u}'>{t}</a></p><p>{d}</p>", false),
    ("<span class='date'>{d}</span><a href='{u}'>{t}</a>", true),
    ("<a href='{u}'>{t}</a><span class='date'>{d}</span>", false),
    ("{d} <a href='{u}'>{t}</a>", true),
    ("<a href='{u}'>{t}</a> – {d}", false),
    ("<p>{d}</p><h3><a href='{u}'>{t}</a></h3><p>{s}</p>", true),
    ("<h3><a href='{u}'>{t}</a></h3><p>{s}</p><p>{d}</p>", false),
    ("<h3><a href='{u}'>{t}</a></h3><p>{d}</p>", false),
    ("<time datetime='{i}'>{d}</time><h3><a href='{u}'>{t}</a></h3>", true),
    (
        "<div class='day'>{d}</div><div class='entry'><h3><a href='{u}'>{t}</a></h3><p>{s}</p></div>",
        true,
    ),
    (
        "<div class='entry'><h3><a href='{u}'>{t}</a></h3><p>{s}</p></div><div class='day'>{d}</div>",
        false,
    ),
];

#[test]
fn days_between_stories_are_decided_by_both_ends_of_the_list() {
    let wanted: Vec<Option<String>> = STORIES.map(|(_, day, _)| Some(day.to_owned())).to_vec();
    for (form, _) in BETWEEN {
        let html = page(&list(form));
        let items = learnt(&html);
        let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, STORIES.map(|(title, _, _)| title), "{form}");
        assert_eq!(days_of(&items), wanted, "{form}");
    }
    for (box_, form) in [
        ("<dl>*</dl>", "<dt>{d}</dt><dd><a href='{u}'>{t}</a></dd>"),
        ("<ul>*</ul>", "<li>{d}</li><li><a href='{u}'>{t}</a></li>"),
    ] {
        let html = page(&box_.replace('*', &list(form)));
        assert_eq!(days_of(&learnt(&html)), wanted, "{form}");
    }
}

#[test]
fn lines_that_break_say_which_day_is_a_storys() {
    let wanted: Vec<Option<String>> = STORIES.map(|(_, day, _)| Some(day.to_owned())).to_vec();
    let day = "<p>1 January 2020</p>";
    for form in [
        "{d} <a href='{u}'>{t}</a><br>",
        "<a href='{u}'>{t}</a> {d}<br>",
        "<a href='{u}'>{t}</a><span>{d}</span><hr>",
    ] {
        for (before, behind) in [("", ""), (day, ""), ("", day)] {
            let html = page(&format!("{before}{}{behind}", list(form)));
            assert_eq!(days_of(&learnt(&html)), wanted, "{form} {before} {behind}");
        }
    }
}

#[test]
fn days_at_both_ends_or_at_neither_are_asked_for() {
    for (form, is_above) in BETWEEN {
        let whole = list(form);
        let both = if *is_above {
            format!(
                "{whole}{}",
                form.split("<a")
                    .next()
                    .unwrap_or_default()
                    .split("<h3")
                    .next()
                    .unwrap_or_default()
                    .replace("{d}", "1 January 2020")
                    .replace("{i}", "2020-01-01")
            )
        } else {
            format!("<p>1 January 2021</p>{whole}")
        };
        if form.contains("entry") {
            continue;
        }
        let html = page(&both);
        let guesses = learn(&html, ADDRESS, London);
        let places: Vec<Option<DayPlace>> =
            guesses.iter().take(2).map(|guess| guess.select.days).collect();
        assert_eq!(places, [Some(DayPlace::Above), Some(DayPlace::Below)], "{form}");
        assert!(guesses[0].doubts[0].contains("days stand between"), "{:?}", guesses[0].doubts);
        let days = |select: &Select| {
            let listed = read("site", ADDRESS, &html, select, London, 1, 0);
            (days_of(&listed.reading.items), listed.has_open_days, listed.reading.problems.len())
        };
        let right: Vec<Option<String>> = STORIES.map(|(_, day, _)| Some(day.to_owned())).to_vec();
        let way = usize::from(!*is_above);
        assert_eq!(days(&guesses[way].select).0, right, "{form}");
        assert_ne!(days(&guesses[1 - way].select).0, right, "{form}");
        // Until somebody has said, no story has a day.
        let open = Select { days: None, ..guesses[0].select.clone() };
        assert_eq!(days(&open), (vec![None; STORIES.len()], true, 1), "{form}");
    }
}

#[test]
fn a_title_that_stands_in_a_picture_only_is_found_and_the_own_page_is_better() {
    let html = page(&list(
        "<div class='card'><a href='{u}'><img src='/{n}.jpg' alt='{t}' width='600' height='400'></a><p>{s}</p></div>",
    ));
    let items = learnt(&html);
    let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, STORIES.map(|(title, _, _)| title));
    assert!(items.iter().all(|item| item.title_made));
    let why = items[0].evidence.title.as_deref().unwrap();
    assert!(why.contains("the words for the picture"), "{why}");
    // The words for a picture that stands at each of them are not a title.
    let html = page(&list(
        "<div class='card'><a href='{u}'><img src='/more.png' alt='Read this story'></a><p>{s}</p></div>",
    ));
    assert!(learnt(&html).iter().all(|item| item.title != "Read this story"));
}

#[test]
fn an_appeal_among_the_cards_is_left_out_and_named() {
    let card =
        "<div class='card'><h3><a href='{u}'>{t}</a></h3><p class='date'>{d}</p><p>{s}</p></div>";
    let appeal = "<div class='card'><h3><a href='/donate'>Donate today</a></h3><p>Help us to go on.</p></div>";
    let html = page(&format!("<div class='grid'>{}{appeal}</div>", list(card)));
    let guesses = learn(&html, ADDRESS, London);
    let reading = read("site", ADDRESS, &html, &guesses[0].select, London, 1, 0).reading;
    assert_eq!(reading.items.len(), STORIES.len());
    let skipped: Vec<&str> = reading.skipped.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(skipped, ["Donate today"]);
    assert!(guesses[0].doubts.iter().any(|doubt| doubt.contains("“Donate today”")));
}
