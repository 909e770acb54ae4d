//! What became of an edition: the studio says it, and names a command that does something. And how old a link's answer is now.

use serde_json::{Value, json};

use crate::browser::Studio;
use crate::support::Charity;
use crate::{charity, charity_with_a_link, in_browser, open};

fn ready() -> Charity {
    let charity =
        charity().setting("[checks.silence]\nsample = \"x\"\n").variable("USER", "office");
    charity.run("draft --month 2020-12").ends(0);
    charity
}

/// How far it has come, and the command.
fn now(charity: &Charity) -> (String, String, Value) {
    let sending = Studio::of(charity, "2020-12").state()["sending"].clone();
    let word = |name: &str| sending[name].as_str().unwrap().to_owned();
    (word("phase"), word("command"), sending)
}

#[test]
fn the_command_beside_the_email_is_one_that_does_something() {
    let charity = ready();
    let is = |phase: &str, command: &str| {
        let (is_phase, is_command, sending) = now(&charity);
        assert_eq!((is_phase.as_str(), is_command.as_str()), (phase, command), "{sending}");
        sending
    };
    is("ready", "roundup send 2020-12");
    charity.run("pause 2020-12").ends(0);
    is("stopped", "roundup send 2020-12 --unpause");
    charity.run("cancel 2020-12").ends(0);
    // The command line goes the same way.
    let is_next = |command: &str, next: &str| {
        charity.run(command).ends(0).says(next);
    };
    is_next("send 2020-12 --dry-run", "then roundup approve 2020-12");
    is_next("test 2020-12 --to me@charity.org.uk", "Next: roundup approve 2020-12");
    let cancelled = is("stopped", "roundup approve 2020-12");
    assert!(cancelled["approval"].as_str().unwrap().contains("was cancelled by"), "{cancelled}");
    charity.run("approve 2020-12 --as Amina").ends(0);
    is("ready", "roundup send 2020-12");
    charity.run("send 2020-12 --confirm 3").ends(0);
    let sent = is("finished", "roundup report 2020-12");
    assert_eq!(sent["words"], json!("2020-12 is finished: 3 people = 3 accepted."));
    is_next("send 2020-12 --dry-run", "then roundup report 2020-12");
    is_next("test 2020-12 --to me@charity.org.uk", "2020-12 is finished: 3 people = 3 accepted.");
    is_next("test 2020-12 --to me@charity.org.uk", "Next: roundup report 2020-12");
}

#[test]
fn whoever_must_approve_comes_before_the_command_that_sends() {
    let charity = charity().setting("[approval]\npeople = 2").variable("USER", "office");
    charity.run("draft --month 2020-12").ends(0);
    assert_eq!(now(&charity).0, "waiting");
    assert_eq!(now(&charity).1, "roundup approve 2020-12");
    charity.run("approve 2020-12 --as Amina").ends(0);
    charity.run("approve 2020-12 --as Ben").ends(0);
    assert_eq!(now(&charity).1, "roundup send 2020-12");
}

#[test]
fn an_edition_that_was_sent_says_that_changes_reach_nobody() {
    in_browser(false, async |browser| {
        let charity = ready();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.until_says("#send-title", "Ready to send?").await;
        browser.until("return document.getElementById('begun').hidden").await;
        // While the page is open.
        charity.run("send 2020-12 --confirm 3").ends(0);
        browser.script("dispatchEvent(new Event('focus'))", Vec::new()).await;
        browser.until_says("#begun", "2020-12 is finished: 3 people = 3 accepted.").await;
        browser.until_says("#begun", "What you change here now reaches nobody.").await;
        browser.until_says("#send-title", "What became of it").await;
        browser.until_says("#send-after", "roundup send --correction 2020-12").await;
        browser.until_says("#command", "roundup report 2020-12").await;
    });
}

#[test]
fn the_age_of_a_link_grows_while_the_page_is_open() {
    in_browser(false, async |browser| {
        let website = wiremock::MockServer::start().await;
        let charity = charity_with_a_link(&format!("{}/gone", website.uri()));
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.click("#ask-links").await;
        browser.until_says("#link-age", "links checked, a moment ago").await;
        for (hours, words) in [(3, "3 hours ago"), (30, "30 hours ago"), (24 * 20, "20 days ago")] {
            let later = "window.began ??= Date.now(); Date.now = () => window.began + arguments[0] * 3600e3; document.dispatchEvent(new Event('visibilitychange'))";
            browser.script(later, vec![json!(hours)]).await;
            browser.until_says("#link-age", words).await;
            browser.until_says("#checks", &format!("checked {words}")).await;
        }
    });
}
