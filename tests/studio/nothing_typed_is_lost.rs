//! What is typed stays whose it is: while another edition is opened, in forms that are not sent, and when a file goes away.

use std::fs;

use serde_json::{Value, json};

use crate::browser::{Browser, Studio};
use crate::support::Charity;
use crate::{charity, do_to, in_browser, open, open_words, until_settled, value};

const DECEMBER: &str = "editions/2020-12.md";
const NOVEMBER: &str = "editions/2020-11.md";
const STORY: &str = "2020-12-21-story";
const ALL: &str = "\u{E009}a\u{E000}";
const LEAVES: &str = "const leaving = new Event('beforeunload', { cancelable: true }); dispatchEvent(leaving); return leaving.defaultPrevented";

fn two_editions() -> Charity {
    let charity = charity().file(
        "news/autumn.md",
        "---\ntitle: Autumn\nlink: https://charity.example/autumn\ndate: 2020-11-05\n---\n\nLeaves.\n",
    );
    for month in ["2020-11", "2020-12"] {
        charity.run(&format!("draft --month {month}")).ends(0);
    }
    charity
}

async fn until_shown(browser: &Browser, edition: &str) {
    browser
        .until(&format!(
            "return document.body.dataset.edition === {edition:?} && !document.querySelector('[inert]')"
        ))
        .await;
}

/// Chooses a draft in the page, as somebody with a mouse does.
async fn choose(browser: &Browser, edition: &str) {
    browser.script("const kind = document.getElementById('kind'); kind.dispatchEvent(new PointerEvent('pointerdown')); kind.value = 'draft:' + arguments[0]; kind.dispatchEvent(new Event('change'))", vec![json!(edition)]).await;
    until_shown(browser, edition).await;
}

async fn open_look(browser: &Browser) {
    browser.click("#tab-look").await;
    let all = "for (const group of document.querySelectorAll('details.look')) group.open = true";
    browser.script(all, Vec::new()).await;
}

#[test]
fn words_typed_while_another_tab_opens_another_edition_stay_together() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let november = charity.read(NOVEMBER);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        for part in ["subject", "preheader", "headline", "introduction"] {
            browser.keys(&format!("#{part}"), "One").await;
            // Another tab chooses, in the middle of the sentence.
            let other = json!({"want": "choose", "edition": "2020-11"});
            assert_eq!(studio.post(&other).0, 200);
            browser.keys(&format!("#{part}"), " two").await;
            // Its words stay while it is hidden.
            browser.until("return !document.getElementById('held').hidden").await;
            browser.until_says("#held", "Another tab has opened November 2020").await;
            browser.keys(&format!("#{part}"), " three").await;
            browser.until_says("#saved", "Not saved").await;
            assert!(value(&browser, part).await.ends_with("One two three"), "{part}");
            assert_eq!(charity.read(NOVEMBER), november, "{part}");
            browser.click("#held [data-held=again]").await;
            until_settled(&browser).await;
            browser.until("return document.getElementById('held').hidden").await;
            assert!(charity.read(DECEMBER).contains("One two three"), "{part}");
        }
        // Or the other edition is shown, and the words are offered.
        browser.keys("#subject", "!").await;
        assert_eq!(studio.post(&json!({"want": "choose", "edition": "2020-11"})).0, 200);
        browser.keys("#subject", " Mine").await;
        // Its words stay while it is hidden.
        browser.until("return !document.getElementById('held').hidden").await;
        browser.until_says("#held", "Another tab has opened November 2020").await;
        browser.click("#held [data-held=other]").await;
        until_shown(&browser, "2020-11").await;
        browser.until_says("#unsaved", "! Mine").await;
        assert_eq!(charity.read(NOVEMBER), november);
        browser.click("#unsaved [data-offer=open]").await;
        until_shown(&browser, "2020-12").await;
        browser.click("#unsaved [data-offer=save]").await;
        browser.until("return document.getElementById('unsaved').hidden").await;
        assert!(charity.read(DECEMBER).contains("! Mine\""), "{}", charity.read(DECEMBER));
    });
}

#[test]
fn what_cannot_be_saved_is_offered_and_is_no_trouble_of_another_edition() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        browser.keys("#figures", "112").await;
        browser.until_says("#saved", "does not say what it counts").await;
        choose(&browser, "2020-11").await;
        browser
            .until("return !document.getElementById('saved').textContent.includes('Not saved')")
            .await;
        browser.until("return !document.getElementById('why-figures')").await;
        assert_eq!(value(&browser, "figures").await, "");
        browser.until_says("#unsaved", "112").await;
        browser.click("#unsaved [data-offer=open]").await;
        until_shown(&browser, "2020-12").await;
        browser.click("#unsaved [data-offer=discard]").await;
        // What every edition shares stays in its field.
        open_look(&browser).await;
        browser.keys("#look-theme-accent", &format!("{ALL}blue-green")).await;
        browser.until_says("#saved", "is not a colour").await;
        choose(&browser, "2020-11").await;
        assert_eq!(value(&browser, "look-theme-accent").await, "blue-green");
        browser.until_says("#saved", "is not a colour").await;
        browser.until("return document.getElementById('why-look-theme-accent')").await;
    });
}

#[test]
fn a_form_keeps_what_is_typed_whatever_else_changes() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let fields = [
            ("new-appeal-title", "Give for the winter"),
            ("new-appeal-text", "A long paragraph"),
            ("new-link-name", "Instagram"),
            ("new-link-url", "https://i.example/"),
        ];
        let all_kept = async |when: &str| {
            for (id, words) in fields {
                assert_eq!(value(&browser, id).await, words, "{id}, {when}");
            }
        };
        open_look(&browser).await;
        for (id, words) in fields {
            browser.keys(&format!("#{id}"), words).await;
        }
        assert_eq!(browser.script(LEAVES, Vec::new()).await, json!(true));
        browser.keys("#look-theme-tagline", "For all").await;
        until_settled(&browser).await;
        all_kept("another field").await;
        let elsewhere = json!({"want": "setting", "settings": [{"group": "links", "name": "Shop", "text": "https://shop.example/"}]});
        assert_eq!(studio.post(&elsewhere).0, 200);
        browser.until("return document.getElementById('look-links-Shop')").await;
        all_kept("another tab").await;
        choose(&browser, "2020-11").await;
        all_kept("another edition").await;
        // A page that is closed all the same; and a second tab.
        browser.client.goto("about:blank").await.ok();
        browser.client.dismiss_alert().await.ok();
        browser.client.accept_alert().await.ok();
        open(&browser, &studio).await;
        open_look(&browser).await;
        all_kept("another page").await;
        // A name that is there already: both addresses are shown, and nothing is written over.
        browser.keys("#new-link-name", &format!("{ALL}Shop")).await;
        browser
            .script("document.getElementById('new-link-url').form.requestSubmit()", Vec::new())
            .await;
        browser.until_says("#pane-look form [role=alert]:has(code)", "https://shop.example/").await;
        assert!(charity.read("roundup.toml").contains("Shop = \"https://shop.example/\""));
        browser.click("#pane-look [data-keep=mine]").await;
        browser.until("return document.getElementById('new-link-url').value === ''").await;
        assert!(charity.read("roundup.toml").contains("Shop = \"https://i.example/\""));
        assert_eq!(value(&browser, "new-appeal-title").await, "Give for the winter");
    });
}

#[test]
fn a_test_has_the_words_on_the_screen_or_is_not_sent() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        browser.keys("#figures", "112").await;
        browser.until_says("#saved", "Not saved").await;
        browser.click("#open-test").await;
        browser.keys("#to", &format!("{ALL}me@charity.example")).await;
        browser.click("#test-form button[type=submit]").await;
        browser.until_says("#tested", "Nothing was sent").await;
        browser.until_says("#tested", "Figures").await;
        assert!(!charity.path("outbox").exists());
        browser.click("#close-test").await;
        browser.keys("#figures", ": young people").await;
        until_settled(&browser).await;
        browser.click("#open-test").await;
        browser.click("#test-form button[type=submit]").await;
        browser.until_says("#tested", "Accepted").await;
        // Another edition is open by now: the test would not be what is shown.
        let (status, answer) = studio.post(&json!({"want": "test", "to": "me@charity.example", "whose": "first", "edition": "2020-11"}));
        assert_eq!(status, 422, "{answer}");
    });
}

#[test]
fn words_that_were_saved_at_the_last_moment_are_not_offered() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        // What a page that is closed right after the last key leaves behind.
        let project = studio.state()["project"].clone();
        let own = json!({"change": {"do": "own", "id": STORY, "part": "title"}});
        let targets = [
            (
                "2020-12",
                json!({"change": {"do": "preheader"}}),
                json!({"want": "change", "change": {"do": "preheader", "text": "Saved"}}),
                "Saved",
            ),
            (
                "2020-12",
                json!({"change": {"do": "introduction"}}),
                json!({"want": "change", "change": {"do": "introduction", "text": "Saved "}}),
                "Saved ",
            ),
            (
                "2020-12",
                json!({"change": {"do": "figures"}}),
                json!({"want": "change", "change": {"do": "figures", "text": "112 people"}}),
                "112 people",
            ),
            (
                "2020-12",
                own,
                json!({"want": "change", "change": {"do": "own", "id": STORY, "part": "title", "text": "Saved"}}),
                "Saved",
            ),
            (
                "",
                json!({"want": "setting", "setting": {"group": "theme", "name": "tagline"}}),
                json!({"want": "setting", "settings": [{"group": "theme", "name": "tagline", "text": "Saved"}]}),
                "Saved",
            ),
        ];
        for (edition, target, request, text) in targets {
            let edition = if edition.is_empty() { Value::Null } else { json!(edition) };
            browser.script("const [project, edition, target, text] = arguments; localStorage.setItem('roundup unsaved ' + JSON.stringify([project, edition, target, 'a page']), JSON.stringify({ text, over: null, label: 'Words', at: Date.now() - 60000 }))", vec![project.clone(), edition, target.clone(), json!(text)]).await;
            // Not in the file yet: offered.
            browser.client.refresh().await.unwrap();
            browser.until("return document.body.dataset.shown").await;
            browser.until("return document.querySelector('#unsaved .offer')").await;
            assert_eq!(studio.post(&request).0, 200);
            browser.until("return document.getElementById('unsaved').hidden").await;
            assert_eq!(browser.script("return Object.keys(localStorage).filter((key) => key.startsWith('roundup unsaved')).length", Vec::new()).await, json!(0), "{target}");
        }
    });
}

#[test]
fn an_emptied_title_is_the_sources_again() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let before = charity.read(DECEMBER);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        do_to(&browser, STORY, "edit").await;
        let field = format!("[id='own-title-{STORY}']");
        browser.keys(&field, ", in full").await;
        until_settled(&browser).await;
        assert!(charity.read(DECEMBER).contains("title: \"Story of the 21, in full\""));
        let is_named = |title: &str| {
            format!(
                "return document.querySelector('.story[data-id=\"{STORY}\"] .name').textContent === '{title}'"
            )
        };
        browser.until(&is_named("Story of the 21, in full")).await;
        browser.keys(&field, &format!("{ALL}\u{E003}")).await;
        browser.until(&is_named("Story of the 21")).await;
        assert_eq!(charity.read(DECEMBER), before);
        // Once nobody types there, the field shows what counts.
        browser.script("document.activeElement.blur()", Vec::new()).await;
        browser
            .until(&format!("return document.querySelector({field:?}).value === 'Story of the 21'"))
            .await;
    });
}

#[test]
fn a_draft_that_is_taken_away_can_be_had_back() {
    in_browser(false, async |browser| {
        let charity = two_editions();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        browser.keys("#introduction", "Dear all, a long letter.").await;
        until_settled(&browser).await;
        let text = charity.read(DECEMBER);
        fs::remove_file(charity.path(DECEMBER)).unwrap();
        browser.until_says("#lost", "editions/2020-12.md is gone").await;
        // Nothing takes its place meanwhile, and undo says why it does nothing.
        let change = json!({"want": "change", "change": {"do": "headline", "text": "x"}});
        let (status, answer) = studio.post(&change);
        assert_eq!(status, 422, "{answer}");
        let (status, answer) = studio.post(&json!({"want": "undo"}));
        assert!(status == 422 && answer["what"].as_str().unwrap().contains("is gone"), "{answer}");
        assert!(!charity.path(DECEMBER).exists());
        browser.click("#lost [data-lost=restore]").await;
        browser.until("return document.getElementById('lost').hidden").await;
        assert_eq!(charity.read(DECEMBER), text);
        browser
            .until("return document.getElementById('introduction').value.includes('a long letter')")
            .await;
        // The way back is still there.
        assert_eq!(studio.post(&json!({"want": "undo"})).0, 200);
        assert!(!charity.read(DECEMBER).contains("a long letter"));
        // Or it went on purpose.
        fs::remove_file(charity.path(DECEMBER)).unwrap();
        browser.until("return !document.getElementById('lost').hidden").await;
        browser.click("#lost [data-lost=let_go]").await;
        browser.until("return document.getElementById('lost').hidden").await;
        assert_eq!(studio.post(&change).0, 200);
        assert!(charity.read(DECEMBER).contains("headline: \"x\""));
    });
}

#[test]
fn an_empty_window_opens_the_nearest_month() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2019-02");
        browser.client.goto(&studio.address).await.unwrap();
        browser.until("return document.querySelector('#fault [data-nearest=\"2020-12\"]')").await;
        browser.click("#fault [data-nearest]").await;
        until_shown(&browser, "2020-12").await;
        browser.until("return document.querySelectorAll('#shown .story').length === 3").await;
    });
}

#[test]
fn somebody_who_is_gone_is_not_remembered_as_somebody_else() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        for whose in ["segment:nosuch", "language:cy", "strange-99", "person-99"] {
            browser.script("localStorage.setItem('roundup layout', JSON.stringify({ whose: arguments[0] }))", vec![json!(whose)]).await;
            browser.client.refresh().await.unwrap();
            browser.until("return document.querySelector('#stage iframe:not(.coming)')?.src.includes('as=first&')").await;
            browser.until("return document.getElementById('as').selectedIndex === 0").await;
        }
    });
}
