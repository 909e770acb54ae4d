//! The studio in a real browser: what editors do there, and what nobody can do to them through it.

#[path = "support/studio.rs"]
mod browser;
#[path = "studio/by_keyboard.rs"]
mod by_keyboard;
#[path = "studio/fields_tell_the_truth.rs"]
mod fields_tell_the_truth;
#[cfg(unix)]
#[path = "studio/first_edition.rs"]
mod first_edition;
#[path = "studio/fits_the_desk.rs"]
mod fits_the_desk;
#[path = "studio/for_everybody.rs"]
mod for_everybody;
#[path = "studio/keys.rs"]
mod keys;
#[path = "studio/no_dead_ends.rs"]
mod no_dead_ends;
#[path = "studio/no_false_choice.rs"]
mod no_false_choice;
#[path = "studio/nothing_misleads.rs"]
mod nothing_misleads;
#[path = "studio/nothing_typed_is_lost.rs"]
mod nothing_typed_is_lost;
#[path = "support/mod.rs"]
mod support;
#[path = "studio/the_introduction_is_a_field.rs"]
mod the_introduction_is_a_field;
#[path = "studio/what_became_of_it.rs"]
mod what_became_of_it;
#[path = "studio/with_the_mouse.rs"]
mod with_the_mouse;
#[path = "studio/without_a_mouse.rs"]
mod without_a_mouse;
#[path = "studio/words_are_kept.rs"]
mod words_are_kept;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use browser::{Browser, Studio};
use serde_json::{Value, json};
use support::Charity;

/// Runs a test in a browser, unless there is none.
fn in_browser<F: Future<Output = ()>>(dark: bool, test: impl FnOnce(std::rc::Rc<Browser>) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(browser) = Browser::open(dark).await else { return };
        let browser = std::rc::Rc::new(browser);
        test(std::rc::Rc::clone(&browser)).await;
        if let Ok(browser) = std::rc::Rc::try_unwrap(browser) {
            browser.close().await;
        }
    });
}

fn charity() -> Charity {
    Charity::new().people(3).file(
        "news/gala.md",
        "---\ntitle: The gala\nlink: https://charity.example/gala\n---\n\nNobody knows when.\n",
    )
}

/// A newsletter whose newest story leads to a page on this computer.
fn charity_with_a_link(page: &str) -> Charity {
    let story =
        format!("---\ntitle: Story of the 21\ndate: 2020-12-21\nlink: {page}\n---\n\nText.\n");
    charity().setting("[checks]\nallow_local = true\n").file("news/2020-12-21-story.md", story)
}

const TITLES: &str = "return [...document.querySelectorAll('#stories .story')].map((row) => row.dataset.state + ' ' + row.querySelector('.name').textContent)";

async fn titles(browser: &Browser) -> Vec<String> {
    serde_json::from_value(browser.script(TITLES, Vec::new()).await).unwrap()
}

async fn until_titles(browser: &Browser, wanted: &[&str]) {
    let wanted = serde_json::to_string(wanted).unwrap();
    browser
        .until(&format!(
            "return JSON.stringify((() => {{ {TITLES} }})()) === JSON.stringify({wanted})"
        ))
        .await;
}

async fn open(browser: &Browser, studio: &Studio) {
    browser.client.goto(&studio.address).await.unwrap();
    browser.until("return document.body.dataset.shown").await;
}

fn act(id: &str, act: &str) -> String {
    format!(".story[data-id=\"{id}\"] [data-act={act}]")
}

/// Does something to a story, as somebody with a mouse does: by its own button, or by its menu.
async fn do_to(browser: &Browser, id: &str, what: &str) {
    // What was done before may still be on its way to the page.
    let button = if matches!(what, "pin" | "show") { what } else { "more" };
    let is_there = format!(
        "const button = document.querySelector('{}'); button?.closest('details')?.setAttribute('open', ''); return Boolean(button?.checkVisibility())",
        act(id, button)
    );
    browser.until(&is_there).await;
    if matches!(what, "pin" | "show") {
        browser.click(&act(id, what)).await;
        return;
    }
    browser.click(&act(id, "more")).await;
    browser.click(&format!("#menu [data-act={what}]")).await;
}

/// Nothing is on its way, and the page shows the newest state.
async fn until_settled(browser: &Browser) {
    browser.until("return document.getElementById('saved').dataset.kind === 'good'").await;
}

async fn value(browser: &Browser, id: &str) -> String {
    let value = "return document.getElementById(arguments[0]).value";
    browser.script(value, vec![json!(id)]).await.as_str().unwrap().to_owned()
}

async fn open_words(browser: &Browser) {
    browser.click("#tab-words").await;
}

/// Chooses something of a list.
async fn select(browser: &Browser, id: &str, value: &str) {
    browser.script("const list = document.getElementById(arguments[0]); list.value = arguments[1]; list.dispatchEvent(new Event('change', { bubbles: true }))", vec![json!(id), json!(value)]).await;
}

#[test]
fn an_editor_makes_an_edition() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let story = |day: &str| format!("2020-12-{day}-story");
        until_titles(
            &browser,
            &["shown Story of the 21", "shown Story of the 12", "shown Story of the 03"],
        )
        .await;
        assert!(charity.files("editions").is_empty());

        // The first change makes the draft, and each one is in the file.
        do_to(&browser, &story("12"), "out").await;
        until_titles(
            &browser,
            &["shown Story of the 21", "shown Story of the 03", "left_out Story of the 12"],
        )
        .await;
        assert!(charity.read("editions/2020-12.md").contains("left_out: # ids"));
        do_to(&browser, &story("12"), "show").await;
        until_titles(
            &browser,
            &["shown Story of the 21", "shown Story of the 03", "shown Story of the 12"],
        )
        .await;

        // With only the keyboard: the row keeps the focus.
        browser
            .script(
                "document.querySelector(arguments[0]).focus()",
                vec![json!(act(&story("12"), "more"))],
            )
            .await;
        browser.script("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', altKey: true, bubbles: true }))", Vec::new()).await;
        until_titles(
            &browser,
            &["shown Story of the 21", "shown Story of the 12", "shown Story of the 03"],
        )
        .await;
        let focused = browser
            .script("return document.activeElement.closest('.story')?.dataset.id", Vec::new())
            .await;
        assert_eq!(focused, json!(story("12")));

        do_to(&browser, &story("03"), "pin").await;
        until_titles(
            &browser,
            &["lead Story of the 03", "shown Story of the 21", "shown Story of the 12"],
        )
        .await;

        // The editor's own words; the source stays.
        do_to(&browser, &story("21"), "edit").await;
        browser.fill(&format!("[id=\"own-title-{}\"]", story("21")), "A title of her own").await;
        until_titles(
            &browser,
            &["lead Story of the 03", "shown A title of her own", "shown Story of the 12"],
        )
        .await;
        assert!(charity.read("editions/2020-12.md").contains("title: \"A title of her own\""));
        assert!(charity.read("news/2020-12-21-story.md").contains("title: Story of the 21"));
        browser.until("return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('A title of her own')").await;

        open_words(&browser).await;
        browser.fill("#subject", "December, in three stories").await;
        browser.until("return document.getElementById('name').textContent === 'December, in three stories'").await;

        // Back, and forth.
        browser.click("#undo").await;
        browser.until("return document.getElementById('name').textContent !== 'December, in three stories'").await;
        browser.click("#redo").await;
        browser.until("return document.getElementById('name').textContent === 'December, in three stories'").await;

        // The story without a date.
        browser.click("#tab-stories").await;
        browser.until("return document.querySelector('#beside form input')").await;
        browser.fill("#beside form input", "24 December 2020").await;
        browser.click("#beside form button").await;
        browser.until("return document.querySelector('.story[data-id=gala]')").await;
        assert!(charity.read("news/dates.toml").contains("\"gala\" = \"2020-12-24\""));
        assert!(titles(&browser).await.contains(&"new The gala".to_owned()));

        // What the studio saved is what the command line sends.
        let ran = charity.run("preview 2020-12 --out out");
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(charity.read("out/email.txt").contains("A title of her own"));
    });
}

#[test]
fn two_tabs_and_a_text_editor_stay_in_step() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let first = browser.client.window().await.unwrap();
        let second = browser.client.new_window(true).await.unwrap();
        browser.client.switch_to_window(second.handle.clone()).await.unwrap();
        open(&browser, &studio).await;
        do_to(&browser, "2020-12-12-story", "out").await;
        let wanted = ["shown Story of the 21", "shown Story of the 03", "left_out Story of the 12"];
        until_titles(&browser, &wanted).await;
        browser.client.switch_to_window(first).await.unwrap();
        until_titles(&browser, &wanted).await;
        // Somebody saves the file beside it.
        let text =
            charity.read("editions/2020-12.md").replace("2020-12-21-story", "2020-12-21-stor");
        let charity = charity.file(
            "editions/2020-12.md",
            text.replace("2020-12-21-stor", "2020-12-21-story")
                .replace("left_out:", "# by hand\nleft_out:"),
        );
        let frame =
            "document.querySelector('#stage iframe:not(.coming)').contentDocument.scrollingElement";
        browser.script(&format!("{frame}.scrollTop = 30"), Vec::new()).await;
        let title = "---\ntitle: Another title\ndate: 2020-12-03\n---\n\nText.\n";
        let begin = Instant::now();
        let charity = charity.file("news/2020-12-03-story.md", title);
        until_titles(
            &browser,
            &["shown Story of the 21", "shown Another title", "left_out Story of the 12"],
        )
        .await;
        browser.until("return document.querySelector('#stage iframe:not(.coming)').contentDocument.body.textContent.includes('Another title')").await;
        eprintln!(
            "from the save of a file to the mail in the browser: {} ms",
            begin.elapsed().as_millis()
        );
        assert!(charity.read("editions/2020-12.md").contains("# by hand"));
        let top = browser.script(&format!("return {frame}.scrollTop"), Vec::new()).await;
        assert_eq!(top, json!(30), "the mail stays where it was scrolled to");
        // There is no way back over somebody else's change.
        browser.click("#undo").await;
        browser.until("return !document.getElementById('fault').hidden").await;
        assert!(charity.read("editions/2020-12.md").contains("# by hand"));
    });
}

#[test]
fn a_broken_template_keeps_the_last_good_mail() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let charity =
            charity.file("templates/partials/headline.hbs", "{{#if title}}{{titel}}{{/if}}\n");
        fs::create_dir_all(charity.path("templates/partials")).unwrap();
        // The folder is new: the studio looks at what is there when something else is saved.
        let charity = charity.file("news/x.md", "---\ntitle: X\ndate: 2020-12-05\n---\n\nText.\n");
        browser.until("return document.body.classList.contains('broken')").await;
        let fault =
            browser.script("return document.getElementById('fault').innerText", Vec::new()).await;
        let fault = fault.as_str().unwrap();
        assert!(
            fault.contains("`titel` is not known here")
                && fault.contains("templates/partials/headline.hbs:1:"),
            "{fault}"
        );
        assert!(fault.contains('^') && fault.contains("did you mean `title`?"), "{fault}");
        let mail = browser
            .script(
                "return document.querySelector('#stage iframe').contentDocument.body.textContent",
                Vec::new(),
            )
            .await;
        assert!(mail.as_str().unwrap().contains("Story of the 21"));
        fs::remove_file(charity.path("templates/partials/headline.hbs")).unwrap();
        let _charity = charity.file("news/x.md", "---\ntitle: Y\ndate: 2020-12-05\n---\n\nText.\n");
        browser.until("return !document.body.classList.contains('broken')").await;
    });
}

#[test]
fn the_mail_is_seen_in_every_way() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let ground = "const page = document.querySelector('#stage iframe:not(.coming)').contentDocument; const at = page.querySelector('.paper') ?? page.body; return getComputedStyle(at).backgroundColor";
        let light = browser.script(ground, Vec::new()).await;
        for dark in ["designed", "forced"] {
            select(&browser, "light", dark).await;
            browser.until(&format!("return ((src) => src && src.includes('light={dark}'))(document.querySelector('#stage iframe:not(.coming)')?.getAttribute('src'))")).await;
            let color = browser.script(ground, Vec::new()).await;
            let channels: Vec<f64> = color
                .as_str()
                .unwrap()
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|n| n.parse().ok())
                .collect();
            assert!(channels[..3].iter().all(|c| *c < 90.0), "{dark}: {color} was {light}");
        }
        browser.click("[data-width='375']").await;
        let width =
            browser.script("return document.getElementById('stage').clientWidth", Vec::new()).await;
        assert!((370..=376).contains(&width.as_u64().unwrap()), "{width}");
        for (tab, words) in [
            ("text", "https://charity.example/21"),
            ("inbox", "Gmail on a phone"),
            ("headers", "List-Unsubscribe"),
            ("mjml", "<mjml"),
            ("source", "Content-Transfer-Encoding: quoted-printable"),
            ("reading", "heading 1"),
        ] {
            select(&browser, "view", tab).await;
            browser
                .until(&format!(
                    "return document.getElementById('panel').innerText.includes({words:?})"
                ))
                .await;
        }
        // Somebody without a name, and somebody of the list by their address.
        select(&browser, "view", "headers").await;
        browser.script("const select = document.getElementById('as'); select.value = 'person-1'; select.dispatchEvent(new Event('change'))", Vec::new()).await;
        browser
            .until("return document.getElementById('panel').innerText.includes('p1@example.org')")
            .await;
    });
}

/// Presses *Ignore…* beside the first finding of a rule.
async fn ask_to_ignore(browser: &Browser, rule: &str) {
    let button = format!(
        "[...document.querySelectorAll('[data-rule={rule}] button')].find((button) => button.textContent.startsWith('Ignore'))"
    );
    browser
        .until(&format!("const button = {button}; button?.click(); return Boolean(button)"))
        .await;
    browser.until("return document.getElementById('ignore').open").await;
}

#[test]
fn checks_lead_to_stories_and_can_be_silenced_with_a_reason() {
    in_browser(false, async |browser| {
        let charity = charity().file(
            "news/2020-12-21-story.md",
            "---\ntitle: Story of the 21\ndate: 2020-12-21\nimage: https://charity.example/a.jpg\n---\n\nWhat happened.\n",
        );
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let of_story = "[...document.querySelectorAll('.one')].find((one) => one.innerText.includes('news/2020-12-21-story.md'))";
        browser.until(&format!("return Boolean({of_story})")).await;
        browser.script(&format!("{of_story}.querySelector('button').click()"), Vec::new()).await;
        browser.until("return document.activeElement.closest('.story')?.dataset.id === '2020-12-21-story'").await;
        // Without a reason nothing is silent.
        ask_to_ignore(&browser, "one-click").await;
        browser.click("#ignore-where [value=always]").await;
        browser.click("#ignore-form [type=submit]").await;
        browser.fill("#ignore-why", " ").await;
        browser.click("#ignore-form [type=submit]").await;
        browser.until_says("#ignore-trouble", "ignoring a rule needs a reason").await;
        assert!(!charity.read("roundup.toml").contains("[checks"));
        browser.fill("#ignore-why", "we answer every mail").await;
        browser.click("#ignore-form [type=submit]").await;
        browser.until_says("#checks", "we answer every mail").await;
        assert!(charity.read("roundup.toml").contains("one-click = \"we answer every mail\""));
        // The rest of the settings is as it was, and the command line reads it.
        assert!(charity.read("roundup.toml").contains("legal_name = \"Example Charity Limited\""));
        assert!(charity.run("check 2020-12 --offline").stdout.contains("ignored [one-click]"));
    });
}

#[test]
fn a_test_goes_to_typed_addresses_and_never_to_the_list() {
    in_browser(false, async |browser| {
        let server = support::Server::good();
        let charity = charity().relay(&server);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let button = browser.script("return [...document.querySelectorAll('button')].map((b) => b.textContent.trim()).join('|')", Vec::new()).await;
        assert!(!button.as_str().unwrap().to_lowercase().contains("send to all"), "{button}");
        browser.click("#open-test").await;
        browser.fill("#to", "me@charity.org.uk").await;
        browser.click("#test-form button[type=submit]").await;
        browser.until("return document.getElementById('tested').innerText.includes('Accepted: me@charity.org.uk')").await;
        let eleven: Vec<String> = (0..11).map(|n| format!("p{n}@charity.org.uk")).collect();
        browser.fill("#to", &eleven.join(", ")).await;
        browser.click("#test-form button[type=submit]").await;
        browser.until("return document.getElementById('tested').innerText.includes('11 addresses are too many')").await;
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].recipient, "me@charity.org.uk");
        assert!(
            taken[0].bytes.contains("Subject: [TEST] ")
                && taken[0].bytes.contains("X-Roundup-Test: 1")
        );
        // The ledger knows nothing of it.
        assert!(!charity.path(".roundup/ledger.db").exists());
        // It is remembered for the next time.
        browser.client.refresh().await.unwrap();
        browser.until("return document.body.dataset.shown").await;
        browser.click("#open-test").await;
        assert_eq!(
            browser.script("return document.getElementById('to').value", Vec::new()).await,
            json!("me@charity.org.uk")
        );
    });
}

/// Things that ran elsewhere when they were shown: each sets a mark if it runs.
fn attacks() -> Vec<String> {
    let run = "window.top.ran=1;document.title='ran'";
    let mut attacks = Vec::new();
    for event in [
        "onerror",
        "onload",
        "onclick",
        "onmouseover",
        "onfocus",
        "onanimationstart",
        "ontoggle",
        "onbegin",
        "onpageshow",
        "onscroll",
        "onpointerenter",
        "onwheel",
        "oninput",
        "onbeforeprint",
        "onhashchange",
        "onmessage",
        "onloadstart",
        "oncanplay",
    ] {
        attacks.push(format!("<img src=x {event}=\"{run}\">"));
        attacks.push(format!("<svg {event}={run}>"));
        attacks.push(format!("<body {event}=\"{run}\">"));
        attacks.push(format!("<details open {event}=\"{run}\">x</details>"));
        attacks.push(format!("<input autofocus {event}='{run}'>"));
        attacks.push(format!("\" {event}=\"{run}\" x=\""));
        attacks.push(format!("' {event}='{run}' x='"));
        attacks.push(format!("<video src=x {event}={run}></video>"));
    }
    for tag in [
        "script",
        "ScRiPt",
        "script/x",
        "script\n",
        "svg><script",
        "math><script",
        "template><script",
        "noscript><script",
    ] {
        attacks.push(format!("<{tag}>{run}</script>"));
        attacks.push(format!("</textarea></title></style></pre></iframe><{tag}>{run}</script>"));
        attacks.push(format!("--><{tag}>{run}</script><!--"));
        attacks.push(format!("]]><{tag}>{run}</script>"));
    }
    for address in [
        "javascript:",
        "JaVaScRiPt:",
        "java\tscript:",
        " javascript:",
        "data:text/html,<script>",
        "vbscript:",
    ] {
        attacks.push(format!("<a href=\"{address}{run}\">x</a>"));
        attacks.push(format!("<iframe src=\"{address}{run}\"></iframe>"));
        attacks.push(format!("<form action=\"{address}{run}\"><button>x</button></form>"));
        attacks.push(format!("[x]({address}{run})"));
    }
    attacks.extend(
        [
            "{{constructor.constructor('window.top.ran=1')()}}",
            "${window.top.ran=1}",
            "<base href=\"https://evil.example/\">",
            "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
            "<link rel=stylesheet href=\"https://evil.example/x.css\">",
            "<style>@import 'https://evil.example/x.css'; * { background: url(https://evil.example/x) }</style>",
            "<object data=\"https://evil.example/x\"></object>",
            "<embed src=\"https://evil.example/x\">",
            "<svg><animate onbegin=window.top.ran=1 attributeName=x dur=1s>",
            "<svg><use href=\"data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>top.ran=1</script></svg>#x\"/>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.top.ran=1&gt;\">",
            "<xmp><img src=x onerror=window.top.ran=1></xmp>",
        ]
        .map(str::to_owned),
    );
    attacks
}

#[test]
fn nothing_that_a_source_says_runs() {
    in_browser(false, async |browser| {
        let attacks = attacks();
        assert!(attacks.len() >= 200, "{}", attacks.len());
        let items: Vec<Value> = attacks
            .iter()
            .enumerate()
            .map(|(n, attack)| {
                json!({"id": format!("{n}\"><img src=x onerror=window.top.ran=1>"), "title": format!("{attack} {n}"), "summary": format!("Before {attack} after."),
                    "date": "2020-12-05", "link": format!("https://charity.example/{n}?\"><script>window.top.ran=1</script>"), "image": format!("https://charity.example/{n}.jpg"),
                    "alt": attack, "topics": [attack]})
            })
            .collect();
        let source = "[[news]]\nname = \"<img src=x onerror=window.top.ran=1>\"\nkind = \"json\"\npath = \"news.json\"\n";
        let charity =
            Charity::new().people(1).setting(source).file("news.json", json!(items).to_string());
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let shown =
            browser.script("return document.querySelectorAll('.story').length", Vec::new()).await;
        assert_eq!(shown, json!(attacks.len()));
        for tab in ["text", "inbox", "headers", "mjml", "source", "reading", "mail"] {
            select(&browser, "view", tab).await;
            browser.until("return document.getElementById('panel').children.length > 0").await;
        }
        // Focus, hover and scroll wake some of them.
        browser.script("for (const row of [...document.querySelectorAll('.story')].slice(0, 40)) { row.querySelector('[data-act=more]').click(); document.querySelector('#menu [data-act=edit]').click(); row.dispatchEvent(new PointerEvent('pointerenter')); }", Vec::new()).await;
        browser.until("return Boolean(document.querySelector('#stage iframe:not(.coming)')?.contentDocument?.body)").await;
        let page =
            "const page = document.querySelector('#stage iframe:not(.coming)').contentDocument;";
        let ran = browser.script(&format!("{page} return [window.ran ?? 0, document.title, page.title, page.querySelectorAll('script, iframe, object, embed, form, base, [onerror], [onload], [onclick]').length, page.location.href]"), Vec::new()).await;
        assert_eq!(ran[0], json!(0), "{ran}");
        assert!(
            !ran[1].as_str().unwrap().starts_with("ran")
                && !ran[2].as_str().unwrap().starts_with("ran"),
            "{ran}"
        );
        assert_eq!(ran[3], json!(0), "{ran}");
        assert!(ran[4].as_str().unwrap().starts_with("http://127.0.0.1:"), "{ran}");
        // The studio's own page has only text.
        let own = browser.script("return document.querySelectorAll('#stories script, #stories img, #stories svg, #stories iframe, #checks img, #beside img').length", Vec::new()).await;
        assert_eq!(own, json!(0));
    });
}

#[test]
fn other_pages_and_other_hosts_get_nothing() {
    let charity = charity();
    let studio = Studio::of(&charity, "2020-12");
    let (port, path) = (studio.port(), studio.path());
    let get = |path: &str, fields: &str| {
        studio.raw(&format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{fields}\r\n"))
    };
    let own = format!("Host: 127.0.0.1:{port}\r\n");
    let page = get(&path, &own);
    assert!(page.starts_with("HTTP/1.1 200"), "{page:.200}");
    for field in [
        "content-security-policy: default-src 'none'; script-src 'self'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
    ] {
        assert!(page.contains(field), "{field}: {page:.1500}");
    }
    assert!(!page.to_lowercase().contains("access-control-allow"), "{page:.1500}");
    for fields in [
        "Host: evil.example\r\n".to_owned(),
        format!("Host: evil.example:{port}\r\n"),
        "Host: 127.0.0.1\r\n".to_owned(),
        format!("{own}Origin: https://evil.example\r\n"),
        format!("{own}Origin: null\r\n"),
        format!("{own}Sec-Fetch-Site: cross-site\r\n"),
    ] {
        let answer = get(&format!("{path}state"), &fields);
        assert!(answer.starts_with("HTTP/1.1 403"), "{fields}: {answer:.300}");
        assert!(!answer.contains("Story of the"), "{answer:.300}");
    }
    // Without the token there is nothing, and no path leads to a file.
    let token = path.trim_matches('/').to_owned();
    for below in [
        "/",
        "/state",
        "/studio.js",
        "//",
        "/x/state",
        "/../",
        "/etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/roundup.toml",
        "/.env",
    ] {
        let answer = get(below, &own);
        assert!(answer.starts_with("HTTP/1.1 403"), "{below}: {answer:.200}");
    }
    for below in [
        "../roundup.toml",
        "..%2froundup.toml",
        "%2e%2e/roundup.toml",
        "./../../etc/passwd",
        "....//roundup.toml",
        "..\\roundup.toml",
        "%5c..%5croundup.toml",
        "roundup.toml",
        ".env",
        ".roundup/secret",
        "editions/../roundup.toml",
        "part/../../roundup.toml",
        "part/..%2f..%2froundup.toml",
        "%00",
        "studio.js/../../roundup.toml",
        "//etc/passwd",
        "file:///etc/passwd",
        "index.html",
        "mail/../../.env",
        "part/%2e%2e",
    ] {
        let answer = get(&format!("/{token}/{below}"), &own);
        let status: u16 = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        assert!([400, 403, 404, 422].contains(&status), "{below}: {answer:.200}");
        assert!(
            !answer.contains("legal_name") && !answer.contains("root:"),
            "{below}: {answer:.400}"
        );
    }
}

#[test]
fn what_changes_something_comes_from_the_studios_own_page() {
    let charity = charity();
    let studio = Studio::of(&charity, "2020-12");
    let (port, path) = (studio.port(), studio.path());
    let own = format!("Host: 127.0.0.1:{port}\r\n");
    // Its own kind of body, within a limit.
    let post = |fields: &str, body: &str| {
        let length = body.len();
        studio.raw(&format!("POST {path}do HTTP/1.1\r\nConnection: close\r\n{own}{fields}Content-Length: {length}\r\n\r\n{body}"))
    };
    let body = r#"{"want":"change","change":{"do":"subject","text":"Taken over"}}"#;
    let origin = format!("Origin: http://127.0.0.1:{port}\r\n");
    let json = "Content-Type: application/json\r\n";
    for (fields, status) in [
        (json.to_owned(), 403),
        (format!("{json}Origin: https://evil.example\r\n"), 403),
        (format!("{json}{origin}Sec-Fetch-Site: cross-site\r\n"), 403),
        (format!("{origin}Content-Type: text/plain\r\n"), 415),
        (format!("{origin}Content-Type: application/x-www-form-urlencoded\r\n"), 415),
    ] {
        let answer = post(&fields, body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{fields}: {answer:.300}");
    }
    let long = format!(
        r#"{{"want":"change","change":{{"do":"subject","text":"{}"}}}}"#,
        "x".repeat(300 * 1024)
    );
    assert!(post(&format!("{json}{origin}"), &long).starts_with("HTTP/1.1 413"));
    assert!(
        post(&format!("{json}{origin}"), "{\"want\":\"everything\"}").starts_with("HTTP/1.1 400")
    );
    let name = r#"{"want":"choose","edition":"../../etc/passwd"}"#;
    assert!(post(&format!("{json}{origin}"), name).starts_with("HTTP/1.1 422"));
    assert!(charity.files("editions").is_empty(), "nothing was changed");
    assert!(post(&format!("{json}{origin}"), body).starts_with("HTTP/1.1 200"));
    assert!(charity.read("editions/2020-12.md").contains("Taken over"));
}

/// A file of a Node package, or `None` with a word about it.
fn axe() -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("target/judges/node_modules/axe-core/axe.min.js");
    if path.exists() {
        return Some(fs::read_to_string(path).unwrap());
    }
    support::skip("axe-core is missing");
    None
}

/// Nobody is kept out of the page as it is now.
async fn axe_finds_nothing(browser: &Browser, state: &str) {
    let Some(axe) = axe() else { return };
    browser.script(&axe, Vec::new()).await;
    let run = "const done = arguments[arguments.length - 1]; axe.run(document, { iframes: false }).then((found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | ')))).catch((error) => done([String(error)]));";
    let found = browser.client.execute_async(run, Vec::new()).await.unwrap();
    assert_eq!(found, json!([]), "{state}");
}

#[test]
fn a_test_that_fails_leaves_no_browser_behind() {
    let (tell, told) = std::sync::mpsc::channel();
    let failing = std::thread::spawn(move || {
        in_browser(false, async move |browser| {
            let profile = browser.profile();
            assert!(!browser::processes_of(&profile).is_empty(), "Chromium runs");
            tell.send(profile).unwrap();
            panic!("a test fails");
        });
    });
    let ended = failing.join();
    // Where there is no Chromium nothing was started.
    let Ok(profile) = told.recv() else { return };
    assert!(ended.is_err());
    assert_eq!(browser::processes_of(&profile), Vec::<String>::new());
}

/// `scripts/screenshots` takes the pictures of the documents: of this repository's own newsletter, on a laptop of
/// 1366 × 768 at 125 %, and on a tablet.
#[test]
#[ignore = "makes pictures for people"]
fn pictures_for_the_documents() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (dark, name) in [(false, "studio.png"), (true, "studio-dark.png")] {
        in_browser(dark, async |browser| {
            let picture = async |name: &str| {
                // Nothing has the focus, and nothing is said.
                browser.script("document.activeElement.blur(); document.getElementById('said').classList.remove('shown')", Vec::new()).await;
                fs::write(docs.join(name), browser.client.screenshot().await.unwrap()).unwrap();
            };
            let charity = support::sample("monthly", "harbour");
            let studio = Studio::of(&charity, "2020");
            browser.metrics(1093, 614, 1.25).await;
            open(&browser, &studio).await;
            let lead = "2020-03-25-free-webinars-professionals-working-from-home";
            do_to(&browser, lead, "pin").await;
            browser.until("return document.querySelector('.story.lead')").await;
            let light = if dark { "designed" } else { "light" };
            select(&browser, "light", light).await;
            browser.until(&format!("return document.querySelector('#stage iframe:not(.coming)')?.getAttribute('src').includes('light={light}') && !document.querySelector('iframe.coming')")).await;
            browser.until("return [...document.querySelectorAll('.cost')].some((cost) => cost.textContent)").await;
            picture(name).await;
            if !dark {
                browser.metrics(768, 1024, 1.0).await;
                browser.click("#bottom [data-panel=left]").await;
                picture("studio-tablet.png").await;
            }
        });
    }
}

#[test]
fn a_thousand_stories_can_be_worked_with() {
    in_browser(false, async |browser| {
        let items: Vec<Value> = (0..1000)
            .map(|n| json!({"id": format!("s-{n}"), "title": format!("Story number {n}"), "summary": "What happened.", "date": "2020-12-05", "order": n}))
            .collect();
        let source = "[[news]]\nname = \"list\"\nkind = \"json\"\npath = \"news.json\"\n";
        let charity =
            Charity::new().people(1).setting(source).file("news.json", json!(items).to_string());
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let begin = Instant::now();
        do_to(&browser, "s-0", "out").await;
        browser.until("return document.querySelector('.story[data-id=\"s-0\"]')?.dataset.state === 'left_out'").await;
        eprintln!("one of a thousand stories left out: {} ms", begin.elapsed().as_millis());
        assert!(begin.elapsed() < Duration::from_secs(20));
        let rows =
            browser.script("return document.querySelectorAll('.story').length", Vec::new()).await;
        assert_eq!(rows, json!(1000));
    });
}

#[test]
fn websites_and_links_are_asked_when_somebody_wants_it() {
    in_browser(false, async |browser| {
        let website = wiremock::MockServer::start().await;
        let says = async |title: &str| {
            website.reset().await;
            let feed = format!(
                "<rss version=\"2.0\"><channel><title>N</title><item><guid>1</guid><title>{title}</title>\
                 <link>{}/story</link><pubDate>2020-12-03</pubDate></item></channel></rss>",
                website.uri()
            );
            let answer = wiremock::ResponseTemplate::new(200).set_body_string(feed);
            wiremock::Mock::given(wiremock::matchers::path("/feed"))
                .respond_with(answer)
                .mount(&website)
                .await;
        };
        says("As it was").await;
        let source = format!(
            "[[news]]\nname = \"site\"\nkind = \"feed\"\nurl = \"{}/feed\"\nallow_local = true\n[checks]\nallow_local = true\n",
            website.uri()
        );
        let charity = Charity::new().people(1).setting(&source);
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        until_titles(&browser, &["shown As it was"]).await;
        says("As it is now").await;
        browser.click("#fetch").await;
        until_titles(&browser, &["shown As it is now"]).await;
        // The story's page is not there: the checks say so once the links were fetched.
        browser.click("#ask-links").await;
        browser.until("return document.getElementById('checks').innerText.includes('404')").await;
        browser.until("return !document.getElementById('ask-links').disabled").await;
    });
}
