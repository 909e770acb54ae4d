//! While no email can be made, fields show the files and nothing older; undo says what it did; what is refused says why.

use std::fs;

use serde_json::{Value, json};

use crate::browser::{Browser, Studio};
use crate::support::Charity;
use crate::{charity, do_to, in_browser, open, open_words, until_settled, until_titles, value};

const DRAFT: &str = "editions/2020-12.md";
const STORY: &str = "2020-12-21-story";
/// The template that every draft of a month has.
const TEMPLATE: &str = "templates/monthly.mjml.hbs";

/// What stops every email, without one file that the page writes being unreadable.
fn break_email(charity: &Charity, fault: &str) {
    match fault {
        "a template" => {
            fs::create_dir_all(charity.path("templates")).unwrap();
            fs::write(charity.path(TEMPLATE), "{{#if").unwrap();
        }
        "a word of the draft" => {
            let text = charity.read(DRAFT);
            fs::write(charity.path(DRAFT), format!("{text}\nHello {{{{first_name}}}}\n")).unwrap();
        }
        "a story that is gone" => {
            fs::remove_file(charity.path("news/2020-12-03-story.md")).unwrap();
        }
        other => panic!("{other}"),
    }
}

const FAULTS: [&str; 3] = ["a template", "a word of the draft", "a story that is gone"];

fn drafted() -> Charity {
    let charity = charity();
    charity.run("draft --month 2020-12").ends(0);
    charity
}

async fn open_look_groups(browser: &Browser) {
    let all = "for (const group of document.querySelectorAll('details.look')) group.open = true";
    browser.script(all, Vec::new()).await;
}

async fn until_broken(browser: &Browser) {
    browser.until("return document.body.classList.contains('broken')").await;
}

/// A page with other troubles does not say that this is saved.
async fn until_file_says(browser: &Browser, charity: &Charity, file: &str, words: &str) {
    let begin = std::time::Instant::now();
    while !charity.read(file).contains(words) {
        assert!(begin.elapsed().as_secs() < 20, "{file} never says {words}");
        browser.until("return true").await;
    }
}

#[test]
fn every_field_keeps_what_is_typed_whatever_is_wrong_with_the_email() {
    in_browser(false, async |browser| {
        for fault in FAULTS {
            let charity = drafted();
            let studio = Studio::of(&charity, "2020-12");
            open(&browser, &studio).await;
            do_to(&browser, STORY, "edit").await;
            break_email(&charity, fault);
            until_broken(&browser).await;
            let own = |part: &str| format!("own-{part}-{STORY}");
            let fields = [
                ("stories", own("title")),
                ("stories", own("summary")),
                ("words", "subject".to_owned()),
                ("words", "preheader".to_owned()),
                ("words", "headline".to_owned()),
                ("words", "introduction".to_owned()),
                ("look", "look-theme-tagline".to_owned()),
                ("look", "look-theme-footer".to_owned()),
                ("look", "look-organisation-name".to_owned()),
            ];
            for (number, (tab, id)) in fields.into_iter().enumerate() {
                browser.click(&format!("#tab-{tab}")).await;
                open_look_groups(&browser).await;
                for words in ["First words", " second words"] {
                    browser.keys(&format!("[id='{id}']"), words).await;
                    until_settled(&browser).await;
                }
                // What another tab changes is a new state here too.
                let elsewhere = json!({"want": "change", "change": {"do": "figures", "text": format!("{number}: seen")}});
                let (status, answer) = studio.post(&elsewhere);
                assert_eq!(status, 200, "{fault}, {id}: {answer}");
                browser
                    .until(&format!(
                        "return document.getElementById('figures').value.includes('{number}: seen')"
                    ))
                    .await;
                let shown = value(&browser, &id).await;
                assert!(shown.contains("First words second words"), "{fault}, {id}: {shown}");
                let conflicts = "return document.querySelectorAll('.choice').length";
                assert_eq!(browser.script(conflicts, Vec::new()).await, json!(0), "{fault}, {id}");
            }
            let words = charity.read(DRAFT) + &charity.read("roundup.toml");
            assert_eq!(words.matches("First words second words").count(), 9, "{fault}: {words}");
        }
    });
}

#[test]
fn a_draft_that_cannot_be_read_leaves_words_in_the_field_and_the_look_is_still_edited() {
    in_browser(false, async |browser| {
        let charity = drafted();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        let whole = charity.read(DRAFT);
        fs::write(charity.path(DRAFT), "no fences").unwrap();
        until_broken(&browser).await;
        browser.keys("#subject", " and mine").await;
        browser.until_says("#saved", "Not saved").await;
        assert!(value(&browser, "subject").await.ends_with(" and mine"));
        browser.click("#tab-look").await;
        open_look_groups(&browser).await;
        browser.keys("#look-theme-tagline", "For everybody").await;
        browser
            .until("return document.getElementById('look-theme-tagline').value === 'For everybody'")
            .await;
        until_file_says(&browser, &charity, "roundup.toml", "tagline = \"For everybody\"").await;
        fs::write(charity.path(DRAFT), whole).unwrap();
        until_settled(&browser).await;
        assert!(charity.read(DRAFT).contains(" and mine\""), "{}", charity.read(DRAFT));
        assert_eq!(value(&browser, "look-theme-tagline").await, "For everybody");
    });
}

#[test]
fn the_state_has_what_the_files_say_whatever_is_wrong_with_the_email() {
    for fault in FAULTS {
        let charity = drafted();
        let studio = Studio::of(&charity, "2020-12");
        studio.state();
        break_email(&charity, fault);
        for part in ["subject", "preheader", "headline", "introduction"] {
            let change =
                json!({"want": "change", "change": {"do": part, "text": format!("My {part}")}});
            assert_eq!(studio.post(&change).0, 200, "{fault}, {part}");
            let state = studio.state();
            assert!(!state["fault"].is_null() || fault == "a word of the draft", "{fault}, {part}");
            assert_eq!(state["words"][part], json!(format!("My {part}")), "{fault}");
        }
        let own = json!({"want": "change", "change": {"do": "own", "id": STORY, "part": "title", "text": "My title"}});
        assert_eq!(studio.post(&own).0, 200);
        let tagline = json!({"want": "setting", "settings": [{"group": "theme", "name": "tagline", "text": "Mine"}]});
        assert_eq!(studio.post(&tagline).0, 200);
        let state = studio.state();
        let stories = state["stories"].as_array().unwrap();
        let story = stories.iter().find(|story| story["id"] == STORY).unwrap();
        assert_eq!(story["own"]["title"], "My title", "{fault}");
        let settings = state["look"]["words"].as_array().unwrap();
        let tagline = settings.iter().find(|setting| setting["name"] == "tagline").unwrap();
        assert_eq!(tagline["written"], "Mine", "{fault}");
        // A draft that cannot be read says nothing.
        fs::write(charity.path(DRAFT), "no fences").unwrap();
        let refused =
            studio.post(&json!({"want": "change", "change": {"do": "subject", "text": "x"}}));
        assert_eq!(refused.0, 422);
        studio.post(&json!({"want": "setting", "settings": [{"group": "theme", "name": "tagline", "text": "Ours"}]}));
        let state = studio.state();
        assert_eq!(state["words"], Value::Null, "{fault}");
        assert!(state["stories"][0]["own"].is_null() && state["look"].is_object(), "{fault}");
    }
}

#[test]
fn undo_takes_back_what_is_on_the_screen_and_says_no_more_than_it_did() {
    let charity = drafted();
    let studio = Studio::of(&charity, "2020-12");
    let post = |wanted: Value| studio.post(&wanted);
    let before = charity.read(DRAFT);
    let change =
        json!({"want": "change", "change": {"do": "introduction", "text": "December words"}});
    assert_eq!(post(change.clone()).0, 200);
    let typed = charity.read(DRAFT);
    // Another edition: its own steps only, and those of what all share.
    assert_eq!(post(json!({"want": "choose", "edition": "2020-Q4"})).0, 200);
    assert_eq!(studio.state()["steps"], json!({"undo": 0, "redo": 0}));
    let (status, answer) = post(json!({"want": "undo"}));
    assert_eq!(status, 422, "{answer}");
    assert!(answer["what"].as_str().unwrap().contains("nothing to undo"), "{answer}");
    assert_eq!(charity.read(DRAFT), typed);
    let tagline = json!({"want": "setting", "settings": [{"group": "theme", "name": "tagline", "text": "Mine"}]});
    assert_eq!(post(tagline).0, 200);
    // A page that shows another edition than the one that is open undoes nothing.
    assert_eq!(post(json!({"want": "undo", "edition": "2020-12"})).0, 422);
    assert_eq!(post(json!({"want": "choose", "edition": "2020-12"})).0, 200);
    assert_eq!(studio.state()["steps"], json!({"undo": 2, "redo": 0}));
    assert_eq!(post(json!({"want": "undo"})), (200, json!({"file": "roundup.toml"})));
    assert_eq!(post(json!({"want": "undo", "edition": "2020-12"})), (200, json!({"file": DRAFT})));
    assert_eq!(charity.read(DRAFT), before);
    assert_eq!(post(json!({"want": "redo"})).0, 200);
    assert_eq!(charity.read(DRAFT), typed);
    // Changed outside: refused, and a step no more.
    fs::write(charity.path(DRAFT), format!("{typed}\nOutside.\n")).unwrap();
    assert_eq!(post(json!({"want": "undo"})).0, 422);
    assert_eq!(studio.state()["steps"]["undo"], json!(0));
    assert!(charity.read(DRAFT).contains("Outside."));
}

#[test]
fn the_page_says_undone_only_when_something_is() {
    in_browser(false, async |browser| {
        let charity = drafted();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        browser.keys("#introduction", "December words").await;
        until_settled(&browser).await;
        browser.until("return !document.getElementById('undo').disabled").await;
        let typed = charity.read(DRAFT);
        fs::write(charity.path(DRAFT), typed.replace("December words", "December words, theirs"))
            .unwrap();
        browser
            .until("return document.getElementById('introduction').value.endsWith('theirs')")
            .await;
        browser.click("#undo").await;
        browser.until_says("#fault", "changed outside the studio").await;
        let said = "return document.getElementById('said').textContent";
        assert!(!browser.script(said, Vec::new()).await.as_str().unwrap().contains("Undone"));
        // The focus is not lost with the last step.
        browser.until("return document.getElementById('undo').disabled").await;
        browser.until("return document.activeElement !== document.body").await;
        browser.keys("#subject", "!").await;
        until_settled(&browser).await;
        browser.until("return !document.getElementById('undo').disabled").await;
        browser.click("#undo").await;
        browser.until_says("#said", "Undone").await;
        browser.until("return document.activeElement === document.getElementById('redo')").await;
    });
}

#[test]
fn each_field_says_itself_why_it_is_not_saved() {
    in_browser(false, async |browser| {
        let charity = drafted();
        let studio = Studio::of(&charity, "2020-12");
        browser.metrics(1093, 614, 1.25).await;
        open(&browser, &studio).await;
        open_words(&browser).await;
        let reason_of = async |id: &str, words: &str| {
            browser
                .until(&format!(
                    "const field = document.getElementById('{id}'); const why = document.getElementById(field.getAttribute('aria-describedby')); return field.getAttribute('aria-invalid') === 'true' && why?.checkVisibility() && why.textContent.includes({words:?})"
                ))
                .await;
        };
        browser.keys("#figures", "4").await;
        reason_of("figures", "does not say what it counts").await;
        // Whole in the header too: nothing of it is cut.
        browser.until("const said = document.querySelector('#saved span'); const box = said.getBoundingClientRect(); const at = document.elementFromPoint(box.right - 12, box.bottom - 6); return said.textContent.includes('young people supported') && said.scrollWidth <= Math.ceil(box.width) && box.right <= innerWidth && at === said").await;
        browser.click("#tab-look").await;
        open_look_groups(&browser).await;
        browser.keys("#look-organisation-name", "\u{E009}a\u{E000}\u{E003}").await;
        reason_of("look-organisation-name", "cannot be empty").await;
        let figures = "return document.getElementById('why-figures').textContent";
        let figures = browser.script(figures, Vec::new()).await;
        assert!(figures.as_str().unwrap().contains("does not say"), "each has its own: {figures}");
        browser.fill("#look-theme-accent", "0b5a6f").await;
        browser.until("return document.getElementById('look-theme-accent').getAttribute('aria-invalid') === null").await;
        until_file_says(&browser, &charity, "roundup.toml", "accent = \"#0b5a6f\"").await;
        // What can be saved has no reason any more.
        browser.keys("#look-organisation-name", "Our charity").await;
        browser.until("return !document.getElementById('why-look-organisation-name')").await;
    });
}

#[test]
fn a_story_that_is_dropped_below_the_list_is_the_last() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.script("window.marks = []; new MutationObserver(() => { const mark = document.querySelector('.story.before, .story.behind'); if (mark) window.marks.push(mark.dataset.id + (mark.classList.contains('behind') ? ' behind' : ' before')); }).observe(document.getElementById('shown'), { subtree: true, attributes: true, attributeFilter: ['class'] })", Vec::new()).await;
        browser.mouse_drag("#shown .story:first-child .grip", "#pane-stories", 0.97).await;
        until_titles(
            &browser,
            &["shown Story of the 12", "shown Story of the 03", "shown Story of the 21"],
        )
        .await;
        let marks = browser.script("return window.marks.at(-1)", Vec::new()).await;
        assert_eq!(marks, json!("2020-12-03-story behind"));
    });
}

#[test]
fn thumbnails_of_the_newsletters_own_pictures_are_pictures() {
    in_browser(false, async |browser| {
        let charity = Charity::new();
        charity.run("init own --yes").ends(0);
        let month = charity.files("own/news")[0][..7].to_owned();
        let studio = Studio::of(&charity, &format!("{month} --project own"));
        open(&browser, &studio).await;
        browser.click("#pictures").await;
        let seen = "const thumbs = [...document.querySelectorAll('#shown .thumb img')]; for (const one of thumbs) one.loading = 'eager'; return thumbs.length > 0 && thumbs.every((one) => one.complete && one.naturalWidth > 0)";
        browser.until(seen).await;
    });
}
