//! A real mouse: a story is dragged to the end, a middle click opens nothing, somebody chooses between two versions.

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use serde_json::{Value, json};

use crate::browser::{Browser, MOUSE_STEP, Studio};
use crate::{charity, in_browser, open, open_words, until_titles};

/// The middle of something, in the page's pixels.
async fn middle(browser: &Browser, script: &str) -> (f64, f64) {
    let at = format!(
        "const box = (() => {{ {script} }})(); return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round)"
    );
    let at = browser.script(&at, Vec::new()).await;
    (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
}

#[test]
fn a_story_is_dragged_to_the_end_and_to_the_top() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        // The place is shown while the story is in the air.
        browser.script("window.marks = []; new MutationObserver(() => { const mark = document.querySelector('.story.before, .story.behind'); if (mark) window.marks.push(mark.dataset.id + (mark.classList.contains('behind') ? ' behind' : ' before')); }).observe(document.getElementById('shown'), { subtree: true, attributes: true, attributeFilter: ['class'] })", Vec::new()).await;
        let last = "#shown .story:last-child";
        browser.mouse_drag("#shown .story:first-child .grip", last, 0.9).await;
        until_titles(
            &browser,
            &["shown Story of the 12", "shown Story of the 03", "shown Story of the 21"],
        )
        .await;
        browser.until_says("#said", "Moved to 3 of 3").await;
        let marks = browser.script("return window.marks.at(-1)", Vec::new()).await;
        assert_eq!(marks, json!("2020-12-03-story behind"));
        browser.mouse_drag(&format!("{last} .grip"), "#shown .story:first-child", 0.1).await;
        browser.until_says("#said", "Moved to 1 of 3").await;
        assert!(charity.read("editions/2020-12.md").contains("items:"));
    });
}

#[test]
fn a_middle_click_in_the_email_opens_nothing() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let windows = browser.client.windows().await.unwrap().len();
        let address = browser.client.current_url().await.unwrap();
        let link = "const frame = document.querySelector('#stage iframe:not(.coming)'); const link = frame.contentDocument.querySelector('a[href*=\"charity.example/\"]'); link.scrollIntoView({ block: 'center' }); const box = link.getBoundingClientRect(); const outer = frame.getBoundingClientRect(); return new DOMRect(outer.x + box.x, outer.y + box.y, box.width, box.height)";
        for button in [0, 1] {
            let (x, y) = middle(&browser, link).await;
            let mouse = MouseActions::new("mouse".to_owned())
                .then(PointerAction::MoveTo { duration: Some(MOUSE_STEP), x, y })
                .then(PointerAction::Down { button })
                .then(PointerAction::Up { button });
            browser.script("document.getElementById('said').textContent = ''", Vec::new()).await;
            browser.client.perform_actions(mouse).await.unwrap();
            browser.until_says("#said", "This link goes to https://charity.example/").await;
            assert_eq!(browser.client.windows().await.unwrap().len(), windows, "{button}");
        }
        assert_eq!(browser.client.current_url().await.unwrap(), address);
    });
}

#[test]
fn words_changed_in_another_tab_while_they_are_typed_here_are_shown_beside_them() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        // A number that counts nothing yet cannot be saved: it stands in this tab only.
        browser.keys("#figures", "4").await;
        browser.until_says("#saved", "does not say what it counts").await;
        let theirs = json!({"want": "change", "change": {"do": "figures", "text": "7: theirs"}});
        assert_eq!(studio.post(&theirs).0, 200);
        browser.until_says(".choice", "7: theirs").await;
        browser.until_says(".choice", "4").await;
        assert_eq!(
            browser.script("return document.getElementById('figures').value", Vec::new()).await,
            json!("4")
        );
        browser.click(".choice [data-keep=theirs]").await;
        browser.until("return document.getElementById('figures').value === '7: theirs'").await;
        browser.until("return !document.querySelector('.choice')").await;
        assert!(charity.read("editions/2020-12.md").contains("label: \"theirs\""));
        let kept = "return Object.keys(localStorage).filter((key) => key.startsWith('roundup unsaved')).length";
        assert_eq!(browser.script(kept, Vec::new()).await, Value::from(0));
    });
}
