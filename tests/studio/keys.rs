//! Somebody without a mouse: keys wherever the focus is, and Tab to come to another place.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::json;

use crate::browser::Browser;

pub const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";
pub const ESCAPE: &str = "\u{E00C}";
pub const SPACE: &str = " ";
pub const END: &str = "\u{E010}";
pub const UP: &str = "\u{E013}";
pub const RIGHT: &str = "\u{E014}";
pub const DOWN: &str = "\u{E015}";
pub const SELECT_ALL: &str = "\u{E009}a\u{E000}";
/// Alt is held until U+E000.
pub const ALT_DOWN: &str = "\u{E00A}\u{E015}\u{E000}";
pub const ALT_UP: &str = "\u{E00A}\u{E013}\u{E000}";
/// The page has fewer stops.
const MOST_TABS: usize = 200;

/// Presses keys wherever the focus is; Alt and Ctrl are held until U+E000.
pub async fn press(browser: &Browser, keys: &str) {
    let mut actions = KeyActions::new("keyboard".to_owned());
    let mut held = Vec::new();
    for value in keys.chars() {
        match value {
            '\u{E000}' => {
                for value in held.drain(..) {
                    actions = actions.then(KeyAction::Up { value });
                }
            }
            '\u{E009}' | '\u{E00A}' => {
                held.push(value);
                actions = actions.then(KeyAction::Down { value });
            }
            value => {
                actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
            }
        }
    }
    browser.client.perform_actions(actions).await.unwrap();
}

/// Presses Tab until what has the focus is this.
pub async fn tab_to(browser: &Browser, selector: &str) {
    for _ in 0..MOST_TABS {
        if has_focus(browser, selector).await {
            return;
        }
        press(browser, TAB).await;
    }
    panic!("Tab never comes to {selector}");
}

/// Whether an element of this kind has the focus.
pub async fn has_focus(browser: &Browser, selector: &str) -> bool {
    let is_there = "return document.activeElement.matches(arguments[0])";
    browser.script(is_there, vec![json!(selector)]).await == json!(true)
}

/// Waits until an element has the focus.
pub async fn until_focus(browser: &Browser, selector: &str) {
    browser.until(&format!("return document.activeElement.matches({selector:?})")).await;
}

/// Opens a tab of the left side, from wherever the focus is.
pub async fn open_tab(browser: &Browser, name: &str) {
    tab_to(browser, "[role=tab][tabindex='0'], [role=tab]:not([tabindex])").await;
    while !has_focus(browser, &format!("#tab-{name}")).await {
        press(browser, RIGHT).await;
    }
}
