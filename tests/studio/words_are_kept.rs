//! Nobody loses a word: words are saved as they are typed, and kept in the browser until they are.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::browser::{Browser, Studio};
use crate::{charity, do_to, in_browser, open, open_words};

const DRAFT: &str = "editions/2020-12.md";

async fn until_saved(browser: &Browser) {
    browser.until_says("#saved", "Saved at ").await;
}

async fn mail_says(browser: &Browser, words: &str) {
    browser
        .until(&format!(
            "return document.querySelector('#stage iframe:not(.coming)')?.contentDocument?.body?.textContent.includes({words:?})"
        ))
        .await;
}

#[test]
fn typing_saves_and_one_step_takes_it_back() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        // Nobody leaves the field.
        browser.keys("#introduction", "Dear all,").await;
        until_saved(&browser).await;
        assert!(charity.read(DRAFT).contains("Dear all,"));
        mail_says(&browser, "Dear all,").await;
        browser.keys("#introduction", " hello again. ").await;
        mail_says(&browser, "hello again.").await;
        until_saved(&browser).await;
        // What is typed is not touched by its own echo: the blank at the end stays.
        let typed = "return document.getElementById('introduction').value";
        let typed = browser.script(typed, Vec::new()).await;
        assert!(typed.as_str().unwrap().ends_with("hello again. "), "{typed}");
        assert_eq!(studio.state()["steps"]["undo"], json!(1), "typing in one field is one step");
        browser.click("#undo").await;
        browser
            .until("return !document.getElementById('introduction').value.includes('Dear all,')")
            .await;
        assert!(!charity.path(DRAFT).exists());
        // Leaving a field saves at once.
        browser.fill("#preheader", "What December brought").await;
        until_saved(&browser).await;
        browser.until("return !document.getElementById('undo').disabled").await;
        assert!(charity.read(DRAFT).contains("What December brought"));
    });
}

#[test]
fn a_studio_that_is_held_does_not_answer_and_has_not_stopped() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        studio.hold(true);
        browser.keys("#subject", " and more").await;
        browser.until_says("#saved", "Not saved: roundup does not answer").await;
        browser.until_says("#gone", "It may be held (Ctrl-Z): type fg where you started it").await;
        studio.hold(false);
        until_saved(&browser).await;
        assert!(charity.read(DRAFT).contains(" and more\""), "{}", charity.read(DRAFT));
        browser.until("return document.getElementById('gone').hidden").await;
    });
}

#[test]
fn what_cannot_be_saved_says_so_and_is_saved_when_roundup_is_back() {
    in_browser(false, async |browser| {
        let charity = charity();
        let mut studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        studio.stop();
        let begin = Instant::now();
        browser.until_says("#saved", "roundup has stopped, start it again").await;
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
        browser.keys("#subject", " and more").await;
        browser.until_says("#saved", "Not saved: roundup has stopped, start it again").await;
        browser.until_says("#gone", "roundup preview 2020-12").await;
        // The browser warns before the page is left.
        let leaves = "const leaving = new Event('beforeunload', { cancelable: true }); dispatchEvent(leaving); return leaving.defaultPrevented";
        assert_eq!(browser.script(leaves, Vec::new()).await, json!(true));
        // It comes back at the same address, and the words are saved without a click.
        let again = Studio::of(&charity, "2020-12");
        assert_eq!(again.address, studio.address);
        until_saved(&browser).await;
        assert!(charity.read(DRAFT).contains(" and more\""), "{}", charity.read(DRAFT));
        browser.until("return document.getElementById('gone').hidden").await;
        assert_eq!(browser.script(leaves, Vec::new()).await, json!(false));
    });
}

#[test]
fn words_of_a_page_that_was_closed_are_offered() {
    in_browser(false, async |browser| {
        for (button, is_saved) in [("save", true), ("discard", false)] {
            let charity = charity();
            let mut studio = Studio::of(&charity, "2020-12");
            open(&browser, &studio).await;
            do_to(&browser, "2020-12-21-story", "edit").await;
            studio.stop();
            browser.keys("[id=\"own-title-2020-12-21-story\"]", ", in full").await;
            browser.until_says("#saved", "Not saved").await;
            browser.client.goto("about:blank").await.unwrap();
            let again = Studio::of(&charity, "2020-12");
            open(&browser, &again).await;
            browser.until_says("#unsaved", "Story of the 21, in full").await;
            browser.click(&format!("#unsaved [data-offer={button}]")).await;
            browser.until("return document.getElementById('unsaved').hidden").await;
            assert_eq!(charity.path(DRAFT).exists(), is_saved, "{button}");
            if is_saved {
                assert!(charity.read(DRAFT).contains("title: \"Story of the 21, in full\""));
            }
            // It is offered once.
            browser.client.refresh().await.unwrap();
            browser.until("return document.body.dataset.shown").await;
            assert_eq!(browser.script("return Object.keys(localStorage).filter((key) => key.startsWith('roundup unsaved')).length", Vec::new()).await, json!(0));
        }
    });
}

/// Words that were typed while roundup was away, and others in the file when it is back.
async fn conflict(browser: &Browser, keep: &str) -> String {
    let charity = charity();
    let mut studio = Studio::of(&charity, "2020-12");
    open(browser, &studio).await;
    open_words(browser).await;
    browser.keys("#introduction", "First.").await;
    until_saved(browser).await;
    studio.stop();
    browser.keys("#introduction", " Mine.").await;
    browser.until_says("#saved", "Not saved").await;
    let text = charity.read(DRAFT);
    assert!(text.contains("First."));
    fs::write(charity.path(DRAFT), text.replace("First.", "First. Theirs.")).unwrap();
    let again = Studio::of(&charity, "2020-12");
    browser.until_says(".choice", "First. Theirs.").await;
    browser.until_says(".choice", "First. Mine.").await;
    // What else changes does not touch the buttons: one that is made again under a hand is pressed in vain.
    browser.script("document.querySelector('.choice').dataset.first = 'yes'", Vec::new()).await;
    let change = json!({"want": "change", "change": {"do": "headline", "text": "Elsewhere"}});
    assert_eq!(again.post(&change).0, 200);
    browser.until("return document.getElementById('headline').value === 'Elsewhere'").await;
    browser.until("return document.querySelector('.choice').dataset.first").await;
    browser.keys("#introduction", "!").await;
    browser.until_says(".choice", "First. Mine.!").await;
    browser.until_says("#saved", "choose which words to keep").await;
    assert!(charity.read(DRAFT).contains("First. Theirs."), "nothing is written over silently");
    browser.click(&format!(".choice [data-keep={keep}]")).await;
    browser.until("return !document.querySelector('.choice')").await;
    browser.until("return !document.getElementById('saved').textContent.startsWith('Not') && !document.getElementById('saved').textContent.startsWith('Saving')").await;
    charity.read(DRAFT)
}

#[test]
fn two_versions_are_shown_and_somebody_chooses() {
    in_browser(false, async |browser| {
        for (keep, mine, theirs) in
            [("mine", true, false), ("theirs", false, true), ("both", true, true)]
        {
            let text = conflict(&browser, keep).await;
            assert_eq!(text.contains("First. Mine.!"), mine, "{keep}: {text}");
            assert_eq!(text.contains("First. Theirs."), theirs, "{keep}: {text}");
        }
    });
}

#[test]
fn figures_are_typed_one_a_line() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        browser.keys("#figures", "112: young people supported\n1,340 professionals trained").await;
        browser.until("return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('professionals trained')").await;
        let draft = charity.read(DRAFT);
        assert!(draft.contains("  - value: \"1,340\"\n    label: \"professionals trained\"\n"));
        browser.until("return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('young people supported')").await;
        // A number that counts nothing yet is not saved, and the words stay.
        browser.keys("#figures", "\n4").await;
        browser.until_says("#saved", "does not say what it counts").await;
        browser.keys("#figures", " laws changed").await;
        browser.until("return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('laws changed')").await;
        assert!(charity.read(DRAFT).contains("label: \"laws changed\""));
        // Everything, and Backspace.
        browser.keys("#figures", "\u{E009}a\u{E000}\u{E003}").await;
        browser.until("return !document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('laws changed')").await;
        assert!(!charity.read(DRAFT).contains("figures:"));
    });
}

#[test]
fn a_field_in_which_nobody_types_follows_another_tab() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        // It has the focus, and nothing was typed.
        browser.script("document.getElementById('subject').focus()", Vec::new()).await;
        let subject =
            json!({"want": "change", "change": {"do": "subject", "text": "From elsewhere"}});
        assert_eq!(studio.post(&subject).0, 200);
        browser.until("return document.getElementById('subject').value === 'From elsewhere'").await;
        browser.keys("#subject", "!").await;
        until_saved(&browser).await;
        browser
            .until("return document.getElementById('name').textContent === 'From elsewhere!'")
            .await;
        assert!(charity.read(DRAFT).contains("subject: \"From elsewhere!\""));
    });
}

#[test]
fn a_write_names_the_words_it_replaces() {
    let charity = charity();
    let studio = Studio::of(&charity, "2020-12");
    let own = |part: &str| json!({"do": "own", "id": "2020-12-21-story", "part": part});
    let fields =
        ["subject", "preheader", "headline", "introduction"].map(|field| json!({"do": field}));
    for change in fields.into_iter().chain(["title", "summary", "alt"].map(own)) {
        let write = |text: &str, over: Option<&str>| {
            let mut change = change.clone();
            change["text"] = json!(text);
            studio.post(&json!({"want": "change", "change": change, "edition": "2020-12", "written_over": {"text": over}}))
        };
        let (status, answer) = write("One", Some("words that were never there"));
        assert_eq!(status, 409, "{change}: {answer}");
        let theirs = answer["conflict"]["theirs"].as_str().map(str::to_owned);
        let (status, answer) = write("One", theirs.as_deref());
        assert_eq!((status, &answer["text"]), (200, &json!("One")), "{change}");
        // The same words again are not a conflict, whatever the page knew.
        assert_eq!(write("One", Some("older")).0, 200, "{change}");
        let before = charity.read(DRAFT);
        let (status, answer) = write("Two", Some("older"));
        assert_eq!((status, &answer["conflict"]["theirs"]), (409, &json!("One")), "{change}");
        assert_eq!(charity.read(DRAFT), before);
        assert_eq!(write("Two", Some("One")).0, 200, "{change}");
    }
    // Words of an edition that is not open go nowhere.
    let before = charity.read(DRAFT);
    let elsewhere =
        json!({"want": "change", "change": {"do": "subject", "text": "x"}, "edition": "2020-11"});
    let (status, answer) = studio.post(&elsewhere);
    assert_eq!((status, answer["what"].as_str().unwrap().contains("`2020-11`")), (422, true));
    assert_eq!(charity.read(DRAFT), before);
}

#[test]
fn the_address_is_private_and_one_studio_has_it() {
    let charity = charity();
    let mut first = Studio::of(&charity, "2020-12");
    let file = charity.path(".roundup/studio-address.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The file is written when the studio has begun its work, which the first answer shows.
        first.state();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let second = Studio::of(&charity, "2020-12");
    assert_ne!(second.port(), first.port());
    assert_ne!(second.path(), first.path(), "the second has a token of its own");
    drop(second);
    first.stop();
    assert_eq!(Studio::of(&charity, "2020-12").address, first.address);
    for text in ["", "{}", "{\"port\":1,\"token\":\"../..\",\"until\":\"2999-01-01T00:00:00Z\"}"] {
        fs::write(&file, text).unwrap();
        let studio = Studio::of(&charity, "2020-12");
        assert_ne!(studio.path(), first.path(), "{text}");
        assert_eq!(studio.path().len(), first.path().len());
    }
    let _: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
}

#[test]
fn a_long_list_is_counted_again_when_nobody_types() {
    let charity = charity().people(2500);
    let studio = Studio::of(&charity, "2020-12");
    let first = studio.state();
    let words = "Dear all, ".repeat(100);
    let change = json!({"want": "change", "change": {"do": "introduction", "text": words}});
    let mut events = studio.events();
    let (status, answer) = studio.post(&change);
    assert_eq!(status, 200, "{answer}");
    let quick = studio.state();
    assert_eq!(quick["mailed"], json!(2500), "the people are those of the last count");
    assert!(quick["size"]["largest"].as_u64() > first["size"]["largest"].as_u64());
    // Everybody is looked at once more, without a request.
    while studio.state()["revision"].as_i64() <= answer["revision"].as_i64() {
        events.next();
    }
    let counted = studio.state();
    assert!(counted["revision"].as_i64() > answer["revision"].as_i64());
    assert_eq!(counted["mailed"], json!(2500));
    assert!(counted["size"]["largest"].as_u64() >= quick["size"]["largest"].as_u64());
}
