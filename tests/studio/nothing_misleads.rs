//! The studio never says what is not so: whose email is shown, what is ignored, where a link goes, where a story will be.

use serde_json::{Value, json};

use crate::browser::{Browser, Studio};
use crate::{
    ask_to_ignore, charity, charity_with_a_link, do_to, in_browser, open, select, until_titles,
};

const SHOWN: [&str; 3] =
    ["shown Story of the 21", "shown Story of the 12", "shown Story of the 03"];

#[test]
fn an_address_that_is_not_mailed_is_named() {
    in_browser(false, async |browser| {
        let list = "email,first_name,basis,status\np0@example.org,Ann,consent,subscribed\np1@example.org,Ben,consent,unsubscribed\n";
        let charity = charity().file("subscribers/people.csv", list);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let whom = async |address: &str, keys: bool| {
            select(&browser, "as", "other").await;
            browser.until("return document.getElementById('person').open").await;
            browser.fill("#whom", address).await;
            if keys {
                browser.keys("#whom", "\u{E007}").await;
            } else {
                browser.click("#person-form [type=submit]").await;
            }
            browser.until("return !document.getElementById('person').open").await;
        };
        whom("nobody@example.org", true).await;
        browser.until_says("#not-theirs", "nobody@example.org is not on the list").await;
        whom("p1@example.org", false).await;
        browser
            .until_says(
                "#not-theirs",
                "p1@example.org is on the list and does not get this edition",
            )
            .await;
        whom("P0@example.org", true).await;
        browser.until("return document.getElementById('not-theirs').hidden").await;
        // A choice that is given up leaves everything as it was.
        for gives_up in [
            "document.getElementById('close-person').click()",
            "document.getElementById('person').close()",
        ] {
            select(&browser, "as", "other").await;
            browser.script(gives_up, Vec::new()).await;
            let shown = "return document.getElementById('as').selectedOptions[0].textContent";
            assert_eq!(browser.script(shown, Vec::new()).await, json!("P0@example.org"));
        }
    });
}

#[test]
fn a_check_is_ignored_where_somebody_wants_it_and_checked_again() {
    in_browser(false, async |browser| {
        let story = "---\ntitle: Story of the 21\ndate: 2020-12-21\n---\n\nWhat happened.\n";
        let charity = charity().file("news/2020-12-21-story.md", story);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let found = "return document.querySelectorAll('[data-rule=no-link] .one').length";
        for (place, wanted) in [
            ("story", "story = \"2020-12-21-story\""),
            ("edition", "edition = \"2020-12\""),
            ("always", "no-link = \"a border\""),
        ] {
            browser.until(&format!("{found} > 0")).await;
            let settings = charity.read("roundup.toml");
            ask_to_ignore(&browser, "no-link").await;
            browser.click(&format!("#ignore-where [value={place}]")).await;
            browser.fill("#ignore-why", "a border").await;
            browser.keys("#ignore-why", "\u{E007}").await;
            browser.until(&format!("{found} === 0")).await;
            browser.until_says("#said", "Ignored: no-link").await;
            let text = charity.read("roundup.toml");
            assert!(text.contains(wanted) && text.starts_with(&settings), "{place}: {text}");
            assert!(charity.run("check 2020-12 --offline").stdout.contains("ignored [no-link]"));
            browser.click("[data-hear=no-link]").await;
            browser.until(&format!("{found} > 0")).await;
            assert!(!charity.read("roundup.toml").contains("a border"));
        }
    });
}

#[test]
fn what_was_done_is_shown_and_announced() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let id = "2020-12-21-story";
        for (what, words) in [
            ("down", "Moved to 2 of 3"),
            ("end", "Moved to 3 of 3"),
            ("top", "Moved to 1 of 3"),
            ("up", "It is the first already"),
            ("pin", "Lead story: Story of the 21"),
            ("pin", "No longer the lead story"),
            ("out", "Left out: Story of the 21"),
            ("show", "Shown: Story of the 21"),
        ] {
            do_to(&browser, id, what).await;
            browser.until_says("#said", words).await;
        }
        let said = "const said = document.getElementById('said'); return [said.getAttribute('aria-live'), getComputedStyle(said).visibility]";
        assert_eq!(browser.script(said, Vec::new()).await, json!(["polite", "visible"]));
        // A link says where it goes, and opens nothing: any button, any key.
        let windows = browser.client.windows().await.unwrap().len();
        for event in [
            "new MouseEvent('click', { bubbles: true, cancelable: true })",
            "new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true })",
            "new MouseEvent('auxclick', { bubbles: true, cancelable: true, button: 1 })",
        ] {
            let press = format!(
                "const page = document.querySelector('#stage iframe:not(.coming)').contentDocument; const event = {event}; page.querySelector('a[href*=\"charity.example/\"]').dispatchEvent(event); return event.defaultPrevented"
            );
            assert_eq!(browser.script(&press, Vec::new()).await, json!(true), "{event}");
            browser.until_says("#said", "This link goes to https://charity.example/").await;
        }
        assert_eq!(browser.client.windows().await.unwrap().len(), windows);
    });
}

/// Drags a story over another one and lets it fall there: in its upper half, in its lower half, or below all.
async fn drag(browser: &Browser, id: &str, onto: &str, part: f64) -> Value {
    let script = "const [id, onto, part] = arguments; const row = (id) => document.querySelector(`.story[data-id=\"${id}\"]`);
        const data = new DataTransfer(); const box = row(onto).getBoundingClientRect();
        const at = { bubbles: true, cancelable: true, dataTransfer: data, clientX: box.left + 9, clientY: box.top + box.height * part };
        row(id).querySelector('.grip').dispatchEvent(new DragEvent('dragstart', at));
        const over = part > 1 ? document.getElementById('shown') : row(onto);
        over.dispatchEvent(new DragEvent('dragover', at));
        const mark = document.querySelector('.story.before, .story.behind');
        const shown = mark && [mark.dataset.id, mark.className.includes('behind') ? 'behind' : 'before'];
        over.dispatchEvent(new DragEvent('drop', at));
        row(id).querySelector('.grip').dispatchEvent(new DragEvent('dragend', at));
        return shown;";
    browser.script(script, vec![json!(id), json!(onto), json!(part)]).await
}

#[test]
fn a_story_is_dropped_anywhere_and_the_place_is_shown() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        until_titles(&browser, &SHOWN).await;
        let id = |day: &str| format!("2020-12-{day}-story");
        for (day, onto, part, mark, order) in [
            ("21", "03", 0.9, "behind", ["12", "03", "21"]),
            ("21", "12", 0.2, "before", ["21", "12", "03"]),
            ("21", "12", 0.8, "behind", ["12", "21", "03"]),
            ("12", "03", 1.05, "behind", ["21", "03", "12"]),
            ("12", "21", 0.1, "before", ["12", "21", "03"]),
        ] {
            let shown = drag(&browser, &id(day), &id(onto), part).await;
            assert_eq!(shown, json!([id(onto), mark]), "{day} onto {onto}");
            until_titles(
                &browser,
                &order.map(|day| match day {
                    "21" => "shown Story of the 21",
                    "12" => "shown Story of the 12",
                    _ => "shown Story of the 03",
                }),
            )
            .await;
        }
    });
}

#[test]
fn the_command_that_sends_asks_for_the_number_and_needs_another_terminal() {
    let charity = charity().setting("[checks.silence]\nsample = \"x\"\n");
    let studio = Studio::of(&charity, "2020-12");
    assert_eq!(studio.state()["sending"]["command"], json!("roundup send 2020-12"));
    in_browser(false, async |browser| {
        open(&browser, &studio).await;
        browser.until_says("#send", "another terminal").await;
        browser.until_says("#send", "asks for the number of people (3)").await;
    });
}

#[test]
fn links_that_were_checked_say_when() {
    in_browser(false, async |browser| {
        let website = wiremock::MockServer::start().await;
        let charity = charity_with_a_link(&format!("{}/gone", website.uri()));
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.until_says("#link-age", "not checked yet").await;
        browser.click("#ask-links").await;
        browser.until_says("#link-age", "links checked, a moment ago").await;
        browser.until_says("#checks", "checked a moment ago").await;
    });
}

#[test]
fn who_has_approved_stands_beside_the_command_that_sends() {
    let charity = charity().setting("[approval]\npeople = 2").variable("USER", "office");
    let studio = Studio::of(&charity, "2020-12");
    let approval = || studio.state()["sending"]["approval"].as_str().unwrap().to_owned();
    let first = approval();
    assert!(first.starts_with("2 people must approve it before it is sent: "), "{first}");
    charity.run("approve 2020-12 --as Amina").ends(0);
    let second = approval();
    assert!(second.starts_with("Approved by Amina (account office) on "), "{second}");
    assert!(second.contains(". 1 more person must approve it "), "{second}");
    charity.run("approve 2020-12 --as Ben").ends(0);
    let both = approval();
    assert!(both.contains(" and by Ben ") && !both.contains("must approve"), "{both}");
}
