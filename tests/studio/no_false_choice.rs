//! The page offers a choice between two versions only where there are two, and what failed is tried again.

use std::fs;

use serde_json::json;

use crate::browser::{Browser, Studio};
use crate::support::Charity;
use crate::{charity, in_browser, open, open_words, until_settled, value};

const DRAFT: &str = "editions/2020-12.md";
const ALL: &str = "\u{E009}a\u{E000}";
/// The next save arrives, its answer does not, and nobody answers until `window.back` is set.
const LOSES_AN_ANSWER: &str =
    "const send = window.fetch; let cut = false; window.fetch = async (to, how) => {
    if (cut && !window.back) throw new TypeError('gone');
    const answer = await send(to, how);
    if (to === 'do' && !cut) { cut = window.cut = true; throw new TypeError('gone'); }
    return answer;
}";

/// A draft whose words are open. The studio ends when it is dropped.
async fn with_open_words(browser: &Browser) -> (Charity, Studio) {
    let charity = charity();
    charity.run("draft --month 2020-12").ends(0);
    let studio = Studio::of(&charity, "2020-12");
    open(browser, &studio).await;
    open_words(browser).await;
    (charity, studio)
}

async fn has_no_choice(browser: &Browser) {
    let choice = "return document.querySelector('.choice')?.textContent ?? null";
    assert!(browser.script(choice, Vec::new()).await.is_null());
}

#[test]
fn words_that_were_written_without_an_answer_are_ones_own() {
    in_browser(false, async |browser| {
        let charity = charity();
        charity.run("draft --month 2020-12").ends(0);
        for field in ["subject", "introduction"] {
            let mut studio = Studio::of(&charity, "2020-12");
            open(&browser, &studio).await;
            open_words(&browser).await;
            browser.script(LOSES_AN_ANSWER, Vec::new()).await;
            browser.keys(&format!("#{field}"), &format!("{ALL}One")).await;
            browser.until("return window.cut").await;
            studio.stop();
            browser.keys(&format!("#{field}"), " two").await;
            browser.until_says("#saved", "Not saved: roundup has stopped").await;
            assert!(charity.read(DRAFT).contains("One"), "the studio wrote it");
            studio = Studio::of(&charity, "2020-12");
            browser.script("window.back = true", Vec::new()).await;
            browser.until_says("#saved", "Saved at").await;
            until_settled(&browser).await;
            has_no_choice(&browser).await;
            assert!(charity.read(DRAFT).contains("One two"), "{}", charity.read(DRAFT));
            studio.stop();
        }
    });
}

#[test]
fn while_the_file_is_gone_there_is_nothing_to_choose() {
    in_browser(false, async |browser| {
        let (charity, _studio) = with_open_words(&browser).await;
        browser.keys("#preheader", &format!("{ALL}Before")).await;
        until_settled(&browser).await;
        let (here, away) = (charity.path(DRAFT), charity.path("away.md"));
        fs::rename(&here, &away).unwrap();
        browser.until("return !document.getElementById('lost').hidden").await;
        browser.keys("#preheader", " and after").await;
        browser.until_says("#saved", "is gone").await;
        has_no_choice(&browser).await;
        fs::rename(&away, &here).unwrap();
        until_settled(&browser).await;
        has_no_choice(&browser).await;
        assert_eq!(value(&browser, "preheader").await, "Before and after");
        assert!(charity.read(DRAFT).contains("Before and after"), "{}", charity.read(DRAFT));
    });
}

#[test]
fn a_choice_goes_when_the_other_version_does() {
    in_browser(false, async |browser| {
        let (charity, _studio) = with_open_words(&browser).await;
        browser.keys("#headline", "Mine").await;
        until_settled(&browser).await;
        let before = charity.read(DRAFT);
        // Somebody else writes while the next words are on their way.
        browser.script("const field = document.getElementById('headline'); field.value = 'Mine too'; window.typing = setInterval(() => field.dispatchEvent(new Event('input')), 50)", Vec::new()).await;
        fs::write(
            charity.path(DRAFT),
            before.replace("\"Mine\"", "\"Theirs\"").replace(": Mine\n", ": Theirs\n"),
        )
        .unwrap();
        browser.until_says(".choice", "Theirs").await;
        browser.script("clearInterval(window.typing)", Vec::new()).await;
        fs::write(charity.path(DRAFT), &before).unwrap();
        browser.until("return !document.querySelector('.choice')").await;
        until_settled(&browser).await;
        assert!(charity.read(DRAFT).contains("Mine too"), "{}", charity.read(DRAFT));
    });
}

#[test]
fn what_could_not_be_written_is_tried_again() {
    in_browser(false, async |browser| {
        let (charity, _studio) = with_open_words(&browser).await;
        // A disk that is full, as the page hears of it.
        let full =
            json!({"what": "editions/2020-12.md cannot be written: no space left"}).to_string();
        let fails = "const send = window.fetch; window.fetch = (to, how) => to === 'do' && !window.space ? Promise.resolve(new Response(arguments[0], { status: 422 })) : send(to, how)";
        browser.script(fails, vec![json!(full)]).await;
        browser.keys("#subject", &format!("{ALL}Kept")).await;
        browser.until_says("#saved", "Not saved: editions/2020-12.md cannot be written").await;
        browser.script("window.space = true", Vec::new()).await;
        // Nobody presses a key.
        browser.until_says("#saved", "Saved at").await;
        assert!(charity.read(DRAFT).contains("Kept"));
    });
}
