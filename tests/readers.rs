//! Each reader on whatever comes: the sources of `tests/sources`, each given to every reader, whole and damaged at random.
//!
//! A reader may refuse what is none of its own; it may not fail, and what it gives must keep the laws of an item.

#[path = "readers/damaged.rs"]
mod damaged;

use std::fs;
use std::path::Path;

use chrono_tz::Europe::London;
use proptest::prelude::*;
use roundup::news::Reading;
use roundup::news::readers::by_kind::read_bytes;
use roundup::news::readers::decode::decode;
use roundup::news::readers::page;
use roundup::news::source::{Select, Settings, SourceContext, SourceKind};

const KINDS: [SourceKind; 7] = [
    SourceKind::Feed,
    SourceKind::Wordpress,
    SourceKind::Ghost,
    SourceKind::Json,
    SourceKind::Csv,
    SourceKind::Markdown,
    SourceKind::Listing,
];

fn corpus() -> Vec<Vec<u8>> {
    let mut names: Vec<_> = fs::read_dir(Path::new("tests/sources"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
        .collect();
    names.sort();
    names.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn keeps_the_laws(kind: SourceKind, reading: &Reading) {
    for item in &reading.items {
        assert!(!item.title.trim().is_empty() && !item.title.contains('\n'), "{item:?}");
        // In a text that people write, a mark that opens no element is text; it is escaped where it is shown.
        let is_text = matches!(kind, SourceKind::Markdown | SourceKind::Listing);
        let words = [&item.title, &item.summary];
        assert!(is_text || words.iter().all(|words| !words.contains("<script")), "{item:?}");
        assert!(item.summary.chars().count() <= 4001, "{item:?}");
        assert!(item.numeric.is_none(), "{item:?}");
        let addresses = item.link.iter().chain(item.image.iter().map(|image| &image.address));
        for address in addresses {
            assert!(address.starts_with("http://") || address.starts_with("https://"), "{item:?}");
        }
        if let Some(date) = item.date {
            let (first, last) = date.days(London);
            assert!(first <= last && first.to_string().as_str() >= "1989", "{item:?}");
        }
    }
    for problem in &reading.problems {
        assert!(!problem.what.is_empty() && !problem.cure.is_empty(), "{problem:?}");
    }
}

fn read_by(kind: SourceKind, bytes: &[u8]) {
    let settings = Settings::new("club", kind);
    let shown = "https://club.example/feed";
    let opened = SourceContext { settings: &settings, shown, zone: London, date: None };
    keeps_the_laws(kind, &read_bytes(&opened, bytes));
    if kind == SourceKind::Feed {
        let _ = roundup::news::readers::feed::next_page(shown, bytes, 1);
    }
}

fn page_of(bytes: &[u8]) {
    let html = decode(bytes, "text/html").text;
    let select = Select { item: "item, entry, li, p, article".to_owned(), ..Select::default() };
    let _ = page::read("club", "https://club.example/", &html, &select, London, 1, 0);
}

#[test]
fn every_reader_bears_every_source() {
    for bytes in corpus() {
        for kind in KINDS {
            read_by(kind, &bytes);
        }
        page_of(&bytes);
    }
}

/// Pieces that break readers: ends of markup, marks of encodings, half letters.
const PIECES: [&[u8]; 20] = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b"\xe2\x82",
    b"</item>",
    b"<item>",
    b"</channel>",
    b"---\n",
    b"{",
    b"\"",
    b"\n\n",
    b"<?xml encoding='utf-16'?>",
    b"&#x110000;",
];

/// What is repeated without end: for whom, before it, what, behind it. A reader whose work grows with the square of the
/// length would be busy for minutes.
const WITHOUT_END: [(&str, &str, &str, &str); 62] = [
    ("feed", "<rss><channel>", "<item><title>T</title>", ""),
    ("feed", "<rss><channel>", "<item>", ""),
    ("feed", "<feed>", "<entry><title>T</title>", ""),
    ("feed", "<rss><channel>", "<item><title>T</title><div>", ""),
    ("feed", "<rss><channel><item>", "<title>T", ""),
    ("feed", "<rss>", "<channel>", "<item><title>T</title></item>"),
    ("feed", "<rss><channel><item><title>T</title><description>", "<div>", ""),
    ("feed", "<rss><channel>", "</p>", "<item><title>T</title></item>"),
    ("feed", "<rss><channel><item", " a='1'", "><title>T</title></item>"),
    ("feed", "<rss><channel><item><title>T</title>", "<category>c{n}</category>", "</item>"),
    ("feed", "<rss><channel><item><title>", "<![CDATA[", ""),
    ("feed", "<rss><channel><item><title>T</title>", "<![CDATA[a]]>", "</item>"),
    ("feed", "<rss><channel><item><title>T</title></item>", "<!-- a ", ""),
    ("feed", "<rss><channel><item><title>T</title><description>", "&", "</description></item>"),
    ("feed", "<rss><channel><item><title>T</title><description>", "<", "</description></item>"),
    ("feed", "<rss><channel><item><title>T</title>", "<a b='", ""),
    ("feed", "<!DOCTYPE x [", "<!ENTITY a 'b'>", "]><rss><channel><item><title>T</title></item>"),
    (
        "feed",
        "<rss xml:base='https://e.org/",
        "a/",
        "'><channel><item><title>T</title><link>b</link></item>",
    ),
    ("feed", "<rss", " xmlns:a{n}='u'", "><channel><item><title>T</title></item></channel></rss>"),
    (
        "feed",
        "<rss><channel><item><title>T</title><description>",
        "&lt;table&gt;&lt;tr&gt;&lt;td&gt;",
        "x</description></item>",
    ),
    (
        "feed",
        "<rss><channel><item><title>T</title><description>",
        "&lt;ul&gt;&lt;li&gt;",
        "x</description></item>",
    ),
    (
        "feed",
        "<rss><channel><item><title>T</title><description>",
        "&lt;blockquote&gt;",
        "x</description></item>",
    ),
    (
        "feed",
        "<rss><channel><item><title>T</title><description>&lt;p",
        " a{n}",
        "&gt;x</description></item>",
    ),
    ("feed", "{\"items\":", "[", ""),
    ("feed", "{\"items\":[{\"title\":\"T\",\"tags\":[\"a\"", ",\"t{n}\"", "]}]}"),
    ("json", "", "[", ""),
    ("json", "", "{\"data\":", ""),
    ("json", "[{\"title\":\"T\"", ",\"k{n}\":1", "}]"),
    ("wordpress", "", "x [\n", ""),
    (
        "wordpress",
        "[{\"id\":1,\"title\":{\"rendered\":\"T\"},\"excerpt\":{\"rendered\":\"",
        "[caption",
        "\"}}]",
    ),
    ("csv", "title,date\n\"", "\"", ""),
    ("csv", "title,date\n", "\"a,b\n", ""),
    ("csv", "title", ",c{n}", "\nT\n"),
    ("markdown", "", ">", ""),
    ("markdown", "", "[", ""),
    ("markdown", "", "[a](", ""),
    ("markdown", "", "*a ", ""),
    ("markdown", "", "`a``", ""),
    ("markdown", "", "![", ""),
    ("markdown", "", "<div>\n", ""),
    ("markdown", "", "<p>a\n\n", ""),
    ("markdown", "", "<!--", ""),
    ("markdown", "", "# a\n", ""),
    ("markdown", "", "[^a]: x\n", ""),
    ("markdown", "", "{% comment ", ""),
    ("markdown", "", "{{ a ", ""),
    ("markdown", "---\ntitle: T\na: ", "[", "\n---\nx"),
    ("markdown", "---\ntitle: T\n", "k{n}: 1\n", "---\nx"),
    ("markdown", "+++\ntitle = 'T'\na = ", "[", "\n+++\nx"),
    ("markdown", "+++\ntitle = 'T'\n", "k{n} = 1\n", "+++\nx"),
    ("listing", "", "A title of a story {n}\n3 December 2020\nSome words about it.\n\n", ""),
    ("listing", "", "Title {n}\nIts text is here. Read more\n", ""),
    ("listing", "", "{n}. Some words. More words\n", ""),
    ("listing", "", "some words that go on\n", ""),
    ("page", "<body><main>", "<div>", ""),
    ("page", "<body><main>", "<article><h2>A story here</h2>", ""),
    ("page", "<body><main>", "<dl><dt>a<dd>b", ""),
    (
        "page",
        "<body><main>",
        "<div class='card'><h3><a href='/a/{n}'>Story number {n} here</a></h3></div>",
        "",
    ),
    ("page", "<body><main>", "<b></p>", ""),
    ("page", "<body><main>", "<time>3 December 2020</time>", ""),
    ("page", "<body><main><div", " a{n}=1", ">x</div>"),
    ("page", "<urlset>", "<url><loc>https://club.example/news/a", ""),
];
/// Enough that the square of it is felt, and the length is not.
const TIMES: usize = 1500;

#[test]
fn what_has_no_end_costs_its_length() {
    for (reader, before, unit, after) in WITHOUT_END {
        let mut text = before.to_owned();
        for number in 0..TIMES {
            text.push_str(&unit.replace("{n}", &number.to_string()));
        }
        text.push_str(after);
        let kind = match reader {
            "feed" => SourceKind::Feed,
            "json" => SourceKind::Json,
            "wordpress" => SourceKind::Wordpress,
            "csv" => SourceKind::Csv,
            "markdown" => SourceKind::Markdown,
            "listing" => SourceKind::Listing,
            _ => {
                page_of(text.as_bytes());
                let _ = page::learn::learn(&text, "https://club.example/news", London);
                let _ = page::article::read(&text, "https://club.example/news/a", London, "T");
                let _ = page::sitemap::stories("club", &text, "https://club.example/", London);
                continue;
            }
        };
        read_by(kind, text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_reader_bears_what_is_damaged(
        which in any::<prop::sample::Index>(),
        kind in prop::sample::select(KINDS.to_vec()),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..PIECES.len(), 0_usize..40), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let sources = corpus();
        let mut bytes = which.get(&sources).clone();
        for (place, piece, length) in wounds {
            if bytes.is_empty() {
                break;
            }
            let start = place.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, PIECES[piece].iter().copied());
        }
        if let Some(cut) = cut.filter(|_| !bytes.is_empty()) {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_by(kind, &bytes);
        page_of(&bytes);
    }
}
