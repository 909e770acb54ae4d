//! Nobody is kept out: axe looks at every panel and dialog of the studio, in light, dark and forced colours.

use std::fs;

use serde_json::json;

use crate::browser::{Browser, Studio};
use crate::{
    ask_to_ignore, axe_finds_nothing, charity, do_to, in_browser, open, open_words, select,
};

/// How the page is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    Light,
    Dark,
    Forced,
}

async fn left_side(browser: &Browser, state: &dyn Fn(&str) -> String) {
    do_to(browser, "2020-12-21-story", "edit").await;
    do_to(browser, "2020-12-03-story", "out").await;
    browser.until("return !document.getElementById('group-left_out').hidden").await;
    browser
        .script("document.querySelectorAll('#pane-stories details').forEach((group) => (group.open = true))", Vec::new())
        .await;
    browser.keys("#search", "story").await;
    axe_finds_nothing(browser, &state("stories")).await;
    browser.click(".story [data-act=more]").await;
    axe_finds_nothing(browser, &state("a menu")).await;
    browser.script("document.getElementById('menu').hidePopover()", Vec::new()).await;
    open_words(browser).await;
    browser.click("#languages [data-language=cy]").await;
    axe_finds_nothing(browser, &state("words")).await;
    browser.click("#tab-look").await;
    browser
        .script("document.querySelectorAll('#pane-look details').forEach((group) => (group.open = true))", Vec::new())
        .await;
    axe_finds_nothing(browser, &state("look")).await;
    browser.click("#fold-left").await;
    axe_finds_nothing(browser, &state("folded")).await;
    browser.click("#fold-left").await;
    browser.click("#tab-stories").await;
}

async fn forms_of_the_email(browser: &Browser, state: &dyn Fn(&str) -> String) {
    for view in ["text", "inbox", "headers", "mjml", "source", "reading", "mail"] {
        select(browser, "view", view).await;
        browser.until("return document.getElementById('panel').children.length > 0").await;
        axe_finds_nothing(browser, &state(view)).await;
    }
}

async fn dialogs(browser: &Browser, state: &dyn Fn(&str) -> String) {
    ask_to_ignore(browser, "one-click").await;
    browser.fill("#ignore-why", " ").await;
    browser.click("#ignore-form [type=submit]").await;
    browser.until_says("#ignore-trouble", "needs a reason").await;
    axe_finds_nothing(browser, &state("ignoring")).await;
    browser.fill("#ignore-why", "we answer every email").await;
    browser.click("#ignore-form [type=submit]").await;
    browser.until("return document.querySelector('[data-hear=one-click]')").await;
    browser
        .script(
            "document.querySelectorAll('#right details').forEach((group) => (group.open = true))",
            Vec::new(),
        )
        .await;
    axe_finds_nothing(browser, &state("ignored")).await;
    browser.click("#open-test").await;
    browser.fill("#to", "me@charity.org.uk").await;
    browser.click("#test-form [type=submit]").await;
    browser.until_says("#tested", "Accepted").await;
    axe_finds_nothing(browser, &state("the test's dialog")).await;
    browser.click("#close-test").await;
    select(browser, "as", "other").await;
    browser.until("return document.getElementById('person').open").await;
    axe_finds_nothing(browser, &state("view as")).await;
    browser.fill("#whom", "nobody@example.org").await;
    browser.click("#person-form [type=submit]").await;
    browser.until("return !document.getElementById('not-theirs').hidden").await;
    axe_finds_nothing(browser, &state("not on the list")).await;
    for (kind, field) in
        [("month", "w-month"), ("quarter", "w-quarter"), ("year", "w-year"), ("days", "w-since")]
    {
        select(browser, "kind", kind).await;
        browser.until(&format!("return document.getElementById('{field}')")).await;
        axe_finds_nothing(browser, &state(kind)).await;
        browser.click("#cancel-choice").await;
    }
}

async fn small_windows(browser: &Browser, state: &dyn Fn(&str) -> String) {
    browser.metrics(1093, 614, 1.25).await;
    browser.click("#open-checks").await;
    axe_finds_nothing(browser, &state("the checks as a sheet")).await;
    browser.click("#close-checks").await;
    browser.metrics(768, 1024, 1.0).await;
    for panel in ["left", "right", "centre"] {
        browser.click(&format!("#bottom [data-panel={panel}]")).await;
        axe_finds_nothing(browser, &state(&format!("{panel} at 768 pixels"))).await;
    }
    browser.metrics(1440, 1000, 1.0).await;
}

fn every_panel_and_dialog(colours: Colours) {
    in_browser(colours == Colours::Dark, async |browser| {
        if colours == Colours::Forced {
            let forced = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "forced-colors", "value": "active"}]}});
            browser.devtools(forced).await;
        }
        let state = |what: &str| format!("{what}, {colours:?}");
        let charity = charity().setting("[translations.cy]\nname = \"Elusen\"\n");
        let mut studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        left_side(&browser, &state).await;
        forms_of_the_email(&browser, &state).await;
        dialogs(&browser, &state).await;
        small_windows(&browser, &state).await;
        // A draft that is broken, a studio that has stopped, two versions, words that are offered.
        let draft = charity.read("editions/2020-12.md");
        fs::write(charity.path("editions/2020-12.md"), "---\nsubject: x\nitms: []\n---\n").unwrap();
        browser.until("return document.body.classList.contains('broken')").await;
        axe_finds_nothing(&browser, &state("a fault")).await;
        fs::write(charity.path("editions/2020-12.md"), &draft).unwrap();
        browser.until("return !document.body.classList.contains('broken')").await;
        open_words(&browser).await;
        browser.keys("#introduction", "First.").await;
        browser.until_says("#saved", "Saved at").await;
        studio.stop();
        browser.keys("#introduction", " Mine.").await;
        browser.until_says("#saved", "Not saved").await;
        axe_finds_nothing(&browser, &state("roundup has stopped")).await;
        let text = charity.read("editions/2020-12.md");
        fs::write(charity.path("editions/2020-12.md"), text.replace("First.", "Theirs.")).unwrap();
        let mut again = Studio::of(&charity, "2020-12");
        browser.until_says(".choice", "Theirs.").await;
        axe_finds_nothing(&browser, &state("two versions")).await;
        again.stop();
        browser.client.goto("about:blank").await.unwrap();
        let third = Studio::of(&charity, "2020-12");
        open(&browser, &third).await;
        browser.until("return !document.getElementById('unsaved').hidden").await;
        axe_finds_nothing(&browser, &state("words that are offered")).await;
        // No story.
        let nobody = Studio::of(&charity, "2019-02");
        browser.client.goto(&nobody.address).await.unwrap();
        browser.until("return document.body.classList.contains('empty') && !document.getElementById('fault').hidden").await;
        axe_finds_nothing(&browser, &state("an empty window")).await;
    });
}

#[test]
fn axe_finds_no_barrier_in_light_colours() {
    every_panel_and_dialog(Colours::Light);
}

#[test]
fn axe_finds_no_barrier_in_dark_colours() {
    every_panel_and_dialog(Colours::Dark);
}

#[test]
fn axe_finds_no_barrier_in_forced_colours() {
    every_panel_and_dialog(Colours::Forced);
}
