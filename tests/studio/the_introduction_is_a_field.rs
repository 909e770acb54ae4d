//! The introduction by its buttons and keys: undo and redo lose nothing, each button takes itself back, chips stay chips.

use serde_json::json;

use crate::browser::{Browser, Studio};
use crate::keys::{SELECT_ALL, press};
use crate::{charity, in_browser, open, open_words};

const NAME: &str = "{{recipient \"first_name\" fallback=\"friend\"}}";
const UNDO: &str = "\u{E009}z\u{E000}";
const REDO: &str = "\u{E009}y\u{E000}";
const BACKSPACE: &str = "\u{E003}";
const MOST_STEPS: usize = 60;

async fn text(browser: &Browser) -> String {
    let value = "return document.getElementById('introduction').value";
    browser.script(value, Vec::new()).await.as_str().unwrap().to_owned()
}

async fn tool(browser: &Browser, name: &str) {
    browser.click(&format!("#words [data-language=main] [data-tool={name}]")).await;
}

async fn paste(browser: &Browser, words: &str) {
    browser.script("const data = new DataTransfer(); data.setData('text/plain', arguments[0]); document.getElementById('introduction').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))", vec![json!(words)]).await;
}

async fn select(browser: &Browser, from: usize, to: usize) {
    browser.script("const field = document.getElementById('introduction'); field.focus(); field.setSelectionRange(arguments[0], arguments[1])", vec![json!(from), json!(to)]).await;
}

async fn begin(browser: &Browser, words: &str) {
    browser
        .script("const field = document.getElementById('introduction'); field.focus()", Vec::new())
        .await;
    press(browser, &format!("{SELECT_ALL}{BACKSPACE}")).await;
    assert_eq!(text(browser).await, "");
    press(browser, words).await;
}

#[test]
fn undo_and_redo_go_through_every_word_whatever_made_it() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        for what in ["name", "bold", "link", "list", "paste", "cut"] {
            begin(&browser, "Dear all of").await;
            match what {
                "paste" => paste(&browser, &format!("two\r\nlines {NAME} and\n\n")).await,
                "cut" => {
                    select(&browser, 0, 5).await;
                    press(&browser, "\u{E009}x\u{E000}").await;
                }
                tool_name => tool(&browser, tool_name).await,
            }
            let middle = text(&browser).await;
            assert_ne!(middle, "Dear all of", "{what}");
            press(&browser, ", thank you for your help").await;
            let last = text(&browser).await;
            assert!(last.contains("thank you for your help"), "{what}: {last}");
            // Back to nothing, over the words before the button.
            let mut seen = vec![last.clone()];
            while !seen.last().unwrap().is_empty() {
                press(&browser, UNDO).await;
                seen.push(text(&browser).await);
                assert!(seen.len() < MOST_STEPS, "{what}: {seen:?}");
            }
            assert!(seen.contains(&"Dear all of".to_owned()), "{what}: {seen:?}");
            assert!(seen.contains(&middle), "{what}: {seen:?}");
            // And forth through the same.
            while let Some(wanted) = seen.pop() {
                assert_eq!(text(&browser).await, wanted, "{what}");
                press(&browser, REDO).await;
            }
            assert_eq!(text(&browser).await, last, "{what}");
            browser.until_says("#saved", "Saved at ").await;
            browser.until("return document.getElementById('saved').dataset.kind === 'good'").await;
        }
    });
}

#[test]
fn each_button_takes_itself_back() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        for (words, (from, to), name, marked) in [
            ("We need help now", (13, 16), "bold", "We need help **now**"),
            ("We need help now", (12, 16), "bold", "We need help **now**"),
            ("We need help ", (13, 13), "bold", "We need help **bold words**"),
            ("We need help now", (8, 12), "link", "We need [help](https://) now"),
            ("Look: ", (6, 6), "link", "Look: [words](https://)"),
            ("One day", (0, 7), "list", "- One day"),
            ("One day", (3, 3), "list", "- One day"),
        ] {
            begin(&browser, words).await;
            select(&browser, from, to).await;
            tool(&browser, name).await;
            assert_eq!(text(&browser).await, marked, "{name}");
            tool(&browser, name).await;
            assert_eq!(text(&browser).await, words, "{name} twice");
            tool(&browser, name).await;
            press(&browser, UNDO).await;
            assert_eq!(text(&browser).await, words, "{name}, and undone");
        }
        // By keys, and what is missing is selected: it is typed at once.
        begin(&browser, "See ").await;
        press(&browser, "\u{E009}k\u{E000}https://charity.example/gala").await;
        assert_eq!(text(&browser).await, "See [words](https://charity.example/gala)");
        begin(&browser, "help").await;
        press(&browser, &format!("{SELECT_ALL}\u{E009}b\u{E000}")).await;
        assert_eq!(text(&browser).await, "**help**");
    });
}

#[test]
fn a_name_that_is_cut_and_pasted_is_still_a_name() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        let chips = "return document.querySelectorAll('#introduction .chip').length";
        for (keys, count) in [("x", 1), ("c", 2)] {
            begin(&browser, "Dear ").await;
            tool(&browser, "name").await;
            press(&browser, ", hello. ").await;
            press(
                &browser,
                &format!("{SELECT_ALL}\u{E009}{keys}\u{E000}\u{E010}\u{E009}v\u{E000}"),
            )
            .await;
            assert_eq!(browser.script(chips, Vec::new()).await, json!(count), "{keys}");
            assert_eq!(
                text(&browser).await,
                format!("Dear {NAME}, hello. ").repeat(count),
                "{keys}"
            );
        }
        browser.until("return document.getElementById('saved').dataset.kind === 'good'").await;
        assert!(!charity.read("editions/2020-12.md").contains("(or friend)"));
    });
}
