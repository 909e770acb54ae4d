//! Every state has a way out: no stories, a broken draft, files that are gone, a choice that is given up, a website that is away.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Studio};
use crate::{charity, do_to, in_browser, open, until_titles};

async fn choose_month(browser: &Browser, month: &str) {
    browser.script("const kind = document.getElementById('kind'); kind.value = 'month'; kind.dispatchEvent(new Event('change'))", Vec::new()).await;
    browser
        .script("document.getElementById('w-month').value = arguments[0]", vec![json!(month)])
        .await;
    browser.click("#choose").await;
}

const DECEMBER: [&str; 3] =
    ["shown Story of the 21", "shown Story of the 12", "shown Story of the 03"];

#[test]
fn an_empty_window_offers_the_others() {
    in_browser(false, async |browser| {
        let charity = charity();
        // From the start, and chosen later.
        let studio = Studio::of(&charity, "2019-02");
        browser.client.goto(&studio.address).await.unwrap();
        browser.until("return !document.getElementById('fault').hidden").await;
        choose_month(&browser, "2020-12").await;
        until_titles(&browser, &DECEMBER).await;
        choose_month(&browser, "2018-01").await;
        browser.until("return document.body.classList.contains('empty') && document.getElementById('fault').innerText.length > 10").await;
        // News that comes makes an email of it.
        let charity = charity
            .file("news/old.md", "---\ntitle: An old story\ndate: 2018-01-05\n---\n\nText.\n");
        until_titles(&browser, &["shown An old story"]).await;
        choose_month(&browser, "2020-12").await;
        until_titles(&browser, &DECEMBER).await;
        drop(charity);
    });
}

#[test]
fn a_choice_can_be_given_up() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let kind = "return document.getElementById('kind').value";
        for (value, field) in [
            ("month", "#w-month"),
            ("quarter", "#w-quarter"),
            ("year", "#w-year"),
            ("days", "#w-since"),
        ] {
            for key in ["\u{E00C}", ""] {
                browser.script("const kind = document.getElementById('kind'); kind.value = arguments[0]; kind.dispatchEvent(new Event('change'))", vec![json!(value)]).await;
                if key.is_empty() {
                    browser.click("#cancel-choice").await;
                } else {
                    browser.keys(field, key).await;
                }
                assert_eq!(
                    browser.script(kind, Vec::new()).await,
                    json!("draft:2020-12"),
                    "{value}"
                );
                let left = "return document.getElementById('window-fields').children.length";
                assert_eq!(browser.script(left, Vec::new()).await, json!(0));
            }
        }
        // A name that is none is refused, and the edition before stays.
        browser.script("const kind = document.getElementById('kind'); kind.value = 'quarter'; kind.dispatchEvent(new Event('change')); document.getElementById('w-quarter').value = 'spring'", Vec::new()).await;
        browser.click("#choose").await;
        browser.until("return !document.getElementById('fault').hidden").await;
        browser.click("#fault button").await;
        browser.until("return document.getElementById('fault').hidden").await;
        until_titles(&browser, &DECEMBER).await;
    });
}

#[test]
fn files_that_break_or_go_are_named_and_the_page_goes_on() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        do_to(&browser, "2020-12-12-story", "out").await;
        let changed =
            ["shown Story of the 21", "shown Story of the 03", "left_out Story of the 12"];
        until_titles(&browser, &changed).await;
        let draft = charity.read("editions/2020-12.md");
        let settings = charity.read("roundup.toml");
        let list = charity.read("subscribers/people.csv");
        let is_well = "return document.getElementById('fault').hidden";
        for (file, text, broken) in [
            ("editions/2020-12.md", &draft, "---\nsubject: x\nitms: []\n---\n"),
            ("editions/2020-12.md", &draft, "no fences"),
            ("roundup.toml", &settings, "[organisation\n"),
            ("subscribers/people.csv", &list, "name\nSomebody\n"),
        ] {
            fs::write(charity.path(file), broken).unwrap();
            browser.until("return !document.getElementById('fault').hidden").await;
            browser.until_says("#fault", file.rsplit('/').next().unwrap()).await;
            // What cannot be done is refused with a sentence, and the last good email stays.
            let (status, _) = studio.post(&json!({"want": "undo"}));
            assert!([200, 422].contains(&status), "{file}: {status}");
            browser.until("return document.querySelector('#stage iframe')").await;
            fs::write(charity.path(file), text).unwrap();
            browser.until(is_well).await;
        }
        // A draft that is gone is a proposal again; without its file the list is empty.
        fs::remove_file(charity.path("editions/2020-12.md")).unwrap();
        until_titles(&browser, &DECEMBER).await;
        fs::remove_file(charity.path("subscribers/people.csv")).unwrap();
        browser.until_says("#facts", "no list yet").await;
        fs::write(charity.path("subscribers/people.csv"), list).unwrap();
        browser.until_says("#facts", "3 people").await;
    });
}

#[test]
fn a_website_that_is_away_is_named() {
    in_browser(false, async |browser| {
        // A port at which nobody listens.
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let source = format!(
            "[[news]]\nname = \"folder\"\nkind = \"markdown\"\npath = \"news\"\n[[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"http://127.0.0.1:{closed}/feed\"\nallow_local = true\n"
        );
        let charity = charity().setting(&source);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.click("#fetch").await;
        browser.until("return !document.getElementById('fetch').disabled").await;
        browser.until_says("#fault", "Some news could not be fetched").await;
        browser.click("#fault button").await;
        do_to(&browser, "2020-12-12-story", "out").await;
        browser.until("return document.querySelector('.story[data-state=left_out]')").await;
    });
}

#[test]
fn a_picture_that_is_slow_keeps_nobody_waiting() {
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let picture = format!("http://127.0.0.1:{}/x.png", host.local_addr().unwrap().port());
    let source =
        "[[news]]\nname = \"folder\"\nkind = \"markdown\"\npath = \"news\"\nallow_local = true\n";
    let charity = charity().setting(source).file(
        "news/2020-12-05-seen.md",
        format!("---\ntitle: Seen\ndate: 2020-12-05\nimage: {picture}\n---\n\nWords.\n"),
    );
    let studio = Studio::of(&charity, "2020-12");
    // The host answers when the page has been seen, and no earlier: the email is made twice.
    let first = studio.state();
    assert_eq!(first["stories"].as_array().unwrap().len(), 4);
    let mut events = studio.events();
    let (mut stream, _) = host.accept().unwrap();
    // A connection that is closed before its request was read is reset, and the answer with it.
    let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
    while !request.next().unwrap().unwrap().is_empty() {}
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xb0\0\0\x02\xa3\x08\x02\0\0\0";
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", png.len())
        .unwrap();
    stream.write_all(png).unwrap();
    drop(stream);
    events.next();
    assert!(studio.state()["revision"].as_i64() > first["revision"].as_i64());
}

#[test]
fn connections_that_say_nothing_are_closed() {
    let charity = charity();
    let studio = Studio::of(&charity, "2020-12");
    let (port, path) = (studio.port(), studio.path());
    let begun = [
        "",
        "GET ",
        &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"),
        &format!(
            "POST {path}do HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{{"
        ),
    ];
    let streams: Vec<TcpStream> = begun
        .iter()
        .map(|begun| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
            stream.write_all(begun.as_bytes()).unwrap();
            stream
        })
        .collect();
    for (mut stream, begun) in streams.into_iter().zip(begun) {
        let mut answer = Vec::new();
        stream
            .read_to_end(&mut answer)
            .unwrap_or_else(|error| panic!("{begun:?} is held: {error}"));
    }
    assert_eq!(studio.state()["name"], json!("2020-12"));
}
