//! An edition made without a mouse: Tab to it, and type.

use serde_json::json;

use crate::browser::{Browser, Studio};
use crate::keys::{ALT_UP, ENTER, ESCAPE, RIGHT, SELECT_ALL, TAB, press, tab_to};
use crate::support::Server;
use crate::{charity, in_browser, open};

async fn until_saved(browser: &Browser) {
    browser.until_says("#saved", "Saved at ").await;
}

#[test]
fn a_month_is_made_checked_and_tested() {
    in_browser(false, async |browser| {
        let server = Server::good();
        let charity = charity().relay(&server);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        // The first stop leads past everything, to the email.
        press(&browser, TAB).await;
        tab_to(&browser, ".skip").await;
        press(&browser, ENTER).await;
        browser.until("return document.activeElement.id === 'centre'").await;

        // The last story first, with Alt and an arrow.
        tab_to(&browser, ".story[data-id=\"2020-12-03-story\"] [data-act=more]").await;
        for _ in 0..2 {
            press(&browser, ALT_UP).await;
        }
        browser
            .until(
                "return document.querySelector('#shown .story').dataset.id === '2020-12-03-story'",
            )
            .await;

        // The words.
        tab_to(&browser, "[role=tab][tabindex='0'], [role=tab]:not([tabindex])").await;
        press(&browser, RIGHT).await;
        tab_to(&browser, "#subject").await;
        press(&browser, &format!("{SELECT_ALL}December, by hand")).await;
        tab_to(&browser, "#figures").await;
        press(&browser, "3: stories").await;
        until_saved(&browser).await;
        browser
            .until("return document.getElementById('name').textContent === 'December, by hand'")
            .await;

        // Who sends it.
        tab_to(&browser, "#tab-words").await;
        press(&browser, RIGHT).await;
        tab_to(&browser, "[data-title=Organisation] summary").await;
        press(&browser, ENTER).await;
        tab_to(&browser, "#look-organisation-address").await;
        press(&browser, &format!("{SELECT_ALL}4 Mill Lane, Leeds LS1 1AA")).await;
        browser.until("return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('4 Mill Lane')").await;

        // A check that is ignored, with a reason.
        tab_to(&browser, "[data-rule=one-click] summary, [data-rule=one-click] button").await;
        if browser
            .script(
                "return document.activeElement.matches('summary:not(details[open] > summary)')",
                Vec::new(),
            )
            .await
            == json!(true)
        {
            press(&browser, ENTER).await;
        }
        tab_to(&browser, "[data-rule=one-click] button[aria-haspopup], [data-rule=one-click] button:last-of-type").await;
        press(&browser, ENTER).await;
        browser.until("return document.getElementById('ignore').open").await;
        tab_to(&browser, "#ignore-why").await;
        press(&browser, "we answer every email").await;
        press(&browser, ENTER).await;
        browser.until("return !document.getElementById('ignore').open").await;
        browser.until_says("#checks", "we answer every email").await;

        // A test, and back to the page.
        tab_to(&browser, "#open-test").await;
        press(&browser, ENTER).await;
        tab_to(&browser, "#to").await;
        press(&browser, "me@charity.org.uk").await;
        press(&browser, ENTER).await;
        browser.until_says("#tested", "Accepted: me@charity.org.uk").await;
        press(&browser, ESCAPE).await;
        browser.until("return document.activeElement.id === 'open-test'").await;

        let draft = charity.read("editions/2020-12.md");
        assert!(
            draft.contains("subject: \"December, by hand\"")
                && draft.contains("label: \"stories\"")
        );
        assert!(charity.read("roundup.toml").contains("address = \"4 Mill Lane, Leeds LS1 1AA\""));
        assert!(server.taken()[0].bytes.contains("Subject: [TEST] December, by hand"));
    });
}
