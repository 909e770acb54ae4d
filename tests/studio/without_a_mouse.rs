//! Every line of what the studio promises, done with the keyboard: words, ways out, what is shown, the look.

use std::fs;

use serde_json::{Value, json};

use crate::browser::{Browser, Studio};
use crate::keys::{
    ALT_DOWN, DOWN, END, ENTER, ESCAPE, SELECT_ALL, SPACE, TAB, UP, has_focus, open_tab, press,
    tab_to, until_focus,
};
use crate::{charity, in_browser, open, until_titles};

const DRAFT: &str = "editions/2020-12.md";
const DECEMBER: [&str; 3] =
    ["shown Story of the 21", "shown Story of the 12", "shown Story of the 03"];

async fn says(browser: &Browser, words: &str) {
    browser.until_says("#said", words).await;
}

#[test]
fn words_that_were_not_saved_and_two_versions_are_settled() {
    in_browser(false, async |browser| {
        let charity = charity();
        let mut studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_tab(&browser, "words").await;
        tab_to(&browser, "#introduction").await;
        press(&browser, "First.").await;
        browser.until_says("#saved", "Saved at ").await;
        studio.stop();
        press(&browser, " Mine.").await;
        browser.until_says("#saved", "Not saved: roundup has stopped, start it again").await;
        let text = charity.read(DRAFT);
        fs::write(charity.path(DRAFT), text.replace("First.", "First. Theirs.")).unwrap();
        let mut again = Studio::of(&charity, "2020-12");
        browser.until_says(".choice", "First. Theirs.").await;
        tab_to(&browser, ".choice [data-keep=both]").await;
        press(&browser, ENTER).await;
        browser.until("return !document.querySelector('.choice')").await;
        until_focus(&browser, "#introduction").await;
        browser.until_says("#saved", "Saved at ").await;
        let text = charity.read(DRAFT);
        assert!(text.contains("First. Theirs.") && text.contains("First. Mine."), "{text}");
        // The page is closed with words that were not saved; another one offers them.
        again.stop();
        press(&browser, " And more.").await;
        browser.until_says("#saved", "Not saved").await;
        browser.client.goto("about:blank").await.unwrap();
        let third = Studio::of(&charity, "2020-12");
        open(&browser, &third).await;
        browser.until_says("#unsaved", "And more.").await;
        // They are offered until somebody decides, whatever is typed meanwhile.
        browser.client.refresh().await.unwrap();
        browser.until("return document.body.dataset.shown").await;
        browser.until_says("#unsaved", "And more.").await;
        tab_to(&browser, "#introduction").await;
        press(&browser, "New. ").await;
        browser.until_says("#saved", "Saved at ").await;
        browser.until_says("#unsaved", "And more.").await;
        tab_to(&browser, "#unsaved [data-offer=save]").await;
        press(&browser, ENTER).await;
        browser.until_says("#unsaved", "Other words are in the file by now").await;
        tab_to(&browser, "#unsaved [data-keep=mine]").await;
        press(&browser, ENTER).await;
        browser.until("return document.getElementById('unsaved').hidden").await;
        until_focus(&browser, "#centre").await;
        assert!(charity.read(DRAFT).contains("And more."));
    });
}

#[test]
fn an_empty_window_a_fault_and_a_choice_are_left() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2019-02");
        browser.client.goto(&studio.address).await.unwrap();
        browser.until("return !document.getElementById('fault').hidden").await;
        // The list stays under the keys: every kind of window can be reached.
        tab_to(&browser, "#kind").await;
        for (kind, field) in [("month", "#w-month"), ("quarter", "#w-quarter"), ("year", "#w-year")]
        {
            press(&browser, DOWN).await;
            browser.until(&format!("return document.getElementById('kind').value === '{kind}' && document.querySelector('{field}')")).await;
            assert!(has_focus(&browser, "#kind").await, "{kind}");
        }
        press(&browser, UP).await;
        tab_to(&browser, "#w-quarter").await;
        press(&browser, &format!("{SELECT_ALL}2020-Q4{ENTER}")).await;
        until_titles(&browser, &DECEMBER).await;
        until_focus(&browser, "#kind").await;
        // What is not a window is refused; the message is closed, and the edition before is there.
        press(&browser, &format!("{DOWN}{DOWN}")).await;
        browser.until("return document.querySelector('#w-quarter')").await;
        tab_to(&browser, "#w-quarter").await;
        press(&browser, &format!("{SELECT_ALL}spring{ENTER}")).await;
        browser.until("return document.querySelector('#fault button')").await;
        tab_to(&browser, "#fault button").await;
        press(&browser, ENTER).await;
        browser.until("return document.getElementById('fault').hidden").await;
        until_titles(&browser, &DECEMBER).await;
        // Escape gives a choice up.
        tab_to(&browser, "#kind").await;
        press(&browser, DOWN).await;
        browser.until("return document.querySelector('#w-month')").await;
        press(&browser, ESCAPE).await;
        browser.until("return document.getElementById('kind').value === 'draft:2020-Q4'").await;
        // The story without a date gets one.
        tab_to(&browser, "#beside form input").await;
        press(&browser, &format!("24 December 2020{ENTER}")).await;
        browser.until("return document.querySelector('.story[data-id=gala]')").await;
    });
}

#[test]
fn nothing_misleads() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        // An address that is not on the list.
        tab_to(&browser, "#as").await;
        press(&browser, END).await;
        until_focus(&browser, "#whom").await;
        press(&browser, &format!("nobody@example.org{ENTER}")).await;
        browser.until_says("#not-theirs", "nobody@example.org is not on the list").await;
        until_focus(&browser, "#as").await;
        // A check is ignored in this edition, and checked again.
        let found = "return document.querySelectorAll('[data-rule=one-click] .one').length";
        tab_to(&browser, "[data-rule=one-click] [id$='-ignore']").await;
        press(&browser, ENTER).await;
        until_focus(&browser, "#ignore-why").await;
        press(&browser, &format!("we answer every email{ENTER}")).await;
        browser.until(&format!("{found} === 0")).await;
        says(&browser, "Ignored: one-click").await;
        until_focus(&browser, "#checks-title").await;
        tab_to(&browser, "[data-hear=one-click]").await;
        press(&browser, ENTER).await;
        browser.until(&format!("{found} > 0")).await;
        says(&browser, "one-click is checked again").await;
        until_focus(&browser, "#checks-title").await;
        // Where a story is now is said.
        tab_to(&browser, ".story[data-id=\"2020-12-21-story\"] [data-act=more]").await;
        press(&browser, ALT_DOWN).await;
        says(&browser, "Moved to 2 of 3").await;
        press(&browser, ALT_DOWN).await;
        says(&browser, "Moved to 3 of 3").await;
        press(&browser, ALT_DOWN).await;
        says(&browser, "It is the last already").await;
        // A link of the email says where it goes, and opens nothing.
        let windows = browser.client.windows().await.unwrap().len();
        tab_to(&browser, "#stage iframe").await;
        let link = "return document.querySelector('#stage iframe:not(.coming)').contentDocument.activeElement?.href ?? ''";
        while !browser.script(link, Vec::new()).await.as_str().unwrap().contains("/21") {
            press(&browser, TAB).await;
        }
        press(&browser, ENTER).await;
        says(&browser, "This link goes to https://charity.example/").await;
        assert_eq!(browser.client.windows().await.unwrap().len(), windows);
        // The command that sends is copied, or selected.
        tab_to(&browser, "#copy").await;
        press(&browser, ENTER).await;
        browser
            .until("return /Copied|press Ctrl/.test(document.getElementById('said').innerText)")
            .await;
    });
}

#[test]
fn what_is_shown_is_chosen() {
    in_browser(false, async |browser| {
        let charity = charity().setting("[translations.cy]\nname = \"Elusen\"\n");
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        tab_to(&browser, "[data-width='375']").await;
        press(&browser, SPACE).await;
        says(&browser, "Shown 375 pixels wide").await;
        tab_to(&browser, "#light").await;
        press(&browser, DOWN).await;
        browser.until("return document.querySelector('#stage iframe:not(.coming)')?.getAttribute('src').includes('light=designed')").await;
        tab_to(&browser, "#view").await;
        press(&browser, DOWN).await;
        browser.until_says("#panel pre", "https://charity.example/21").await;
        press(&browser, DOWN).await;
        browser.until_says("#panel", "Gmail on a phone").await;
        tab_to(&browser, "#pictures").await;
        press(&browser, ENTER).await;
        says(&browser, "Pictures are loaded from the web").await;
        // Stories are searched and filtered.
        tab_to(&browser, "#search").await;
        press(&browser, "of the 12").await;
        browser.until_says("#found", "1 of 3 stories").await;
        press(&browser, &format!("{SELECT_ALL}\u{E017}")).await;
        tab_to(&browser, "#filter").await;
        press(&browser, DOWN).await;
        browser.until_says("#found", "3 of 3 stories").await;
        // Panels fold.
        tab_to(&browser, "#fold-left").await;
        press(&browser, ENTER).await;
        browser.until("return document.body.classList.contains('folded')").await;
        press(&browser, ENTER).await;
        browser.until("return !document.body.classList.contains('folded')").await;
        // Languages side by side: the button keeps the focus.
        open_tab(&browser, "words").await;
        tab_to(&browser, "#languages [data-language=cy]").await;
        press(&browser, ENTER).await;
        until_focus(&browser, "#languages [data-language=cy]").await;
        tab_to(&browser, "#subject-cy").await;
        press(&browser, &format!("{SELECT_ALL}Rhagfyr")).await;
        browser.until_says("#saved", "Saved at").await;
        assert!(charity.read("editions/2020-12.cy.md").contains("subject: \"Rhagfyr\""));
        // The tools of the introduction.
        let tool = "#words [data-language=main] [data-tool=";
        tab_to(&browser, &format!("{tool}name]")).await;
        press(&browser, ENTER).await;
        browser.until_says("#introduction .chip", "first name (or friend)").await;
        tab_to(&browser, &format!("{tool}list]")).await;
        press(&browser, ENTER).await;
        browser
            .until(
                "return document.getElementById('introduction').value.startsWith('- {{recipient ')",
            )
            .await;
    });
}

#[test]
fn small_windows_show_one_panel_and_the_checks_as_a_sheet() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        browser.metrics(1093, 614, 1.25).await;
        open(&browser, &studio).await;
        tab_to(&browser, "#open-checks").await;
        press(&browser, ENTER).await;
        until_focus(&browser, "#close-checks").await;
        press(&browser, ESCAPE).await;
        until_focus(&browser, "#open-checks").await;
        browser.metrics(768, 1024, 1.0).await;
        for (panel, shown) in [("left", "#shown"), ("right", "#checks"), ("centre", "#stage")] {
            tab_to(&browser, &format!("#bottom [data-panel={panel}]")).await;
            press(&browser, ENTER).await;
            browser
                .until(&format!("return document.querySelector('{shown}').checkVisibility()"))
                .await;
        }
    });
}

#[test]
fn the_look_is_changed() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_tab(&browser, "look").await;
        tab_to(&browser, "#theme").await;
        press(&browser, DOWN).await;
        says(&browser, "Theme: ").await;
        assert!(charity.read("roundup.toml").contains("use = \""));
        tab_to(&browser, "#look-theme-accent").await;
        press(&browser, &format!("{SELECT_ALL}#a8d5e2")).await;
        browser.until_says("#contrasts .bad", "needs 4.5").await;
        let reset = "[aria-label=\"Accent: the theme's colour again\"]";
        browser
            .until(&format!(
                "return document.querySelector('{}').checkVisibility()",
                reset.replace('\'', "\\'")
            ))
            .await;
        tab_to(&browser, reset).await;
        press(&browser, ENTER).await;
        browser.until("return !document.querySelector('#contrasts .bad')").await;
        // An appeal is written, and taken out: the group that it is in keeps the focus.
        tab_to(&browser, "[data-title=Appeal] > summary").await;
        press(&browser, ENTER).await;
        for (name, words) in [
            ("title", "Give"),
            ("text", "It helps."),
            ("button", "Give now"),
            ("url", "https://charity.example/give"),
        ] {
            tab_to(&browser, &format!("#new-appeal-{name}")).await;
            press(&browser, words).await;
        }
        press(&browser, ENTER).await;
        browser
            .until("return document.getElementById('look-appeal-title')?.value === 'Give'")
            .await;
        until_focus(&browser, "[data-title=Appeal] > summary").await;
        let out = "#pane-look [data-title=Appeal] button:last-of-type";
        tab_to(&browser, out).await;
        press(&browser, ENTER).await;
        browser.until("return document.getElementById('new-appeal-title')").await;
        until_focus(&browser, "[data-title=Appeal] > summary").await;
        // Undo brings it back.
        tab_to(&browser, "#undo").await;
        press(&browser, ENTER).await;
        browser
            .until("return document.getElementById('look-appeal-title')?.value === 'Give'")
            .await;
        let settings = charity.read("roundup.toml");
        assert!(
            settings.contains("title = \"Give\"") && !settings.contains("accent ="),
            "{settings}"
        );
        let value = "return document.getElementById('look-theme-accent').value";
        assert_ne!(browser.script(value, Vec::new()).await, Value::Null);
        assert_eq!(studio.state()["fault"], json!(null));
    });
}
