//! The studio fits the screens that people have, and edits everything that a newsletter is made of.

use serde_json::{Value, json};

use crate::browser::Studio;
use crate::support::Charity;
use crate::{
    axe_finds_nothing, charity, do_to, in_browser, open, open_words, select, until_titles,
};

/// What cannot be reached: wider than the window, or cut off.
const CUT: &str = "return [...document.querySelectorAll('header button, header select, #tabs button, #bottom button')].filter((element) => element.checkVisibility()).filter((element) => { const box = element.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1 || box.width < 20; }).map((element) => element.id || element.textContent)";

#[test]
fn a_laptop_shows_420_pixels_of_the_email_and_three_stories() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        // 1366 × 768 at 125 %, with the browser's own bars.
        browser.metrics(1093, 500, 1.0).await;
        open(&browser, &studio).await;
        let seen = "const panel = document.getElementById('stage').getBoundingClientRect(); const rows = [...document.querySelectorAll('#shown .story')].filter((row) => row.getBoundingClientRect().bottom <= innerHeight - 28); return [Math.min(panel.bottom, innerHeight) - panel.top, rows.length, document.querySelector('header').offsetHeight]";
        let seen = browser.script(seen, Vec::new()).await;
        assert!(seen[0].as_f64().unwrap() >= 420.0 && seen[1] == json!(3), "{seen}");
        assert_eq!(seen[2], json!(48));
        browser.picture("studio-laptop").await;
        // The checks open over the email, and give the focus back.
        browser.click("#open-checks").await;
        browser.until("return document.getElementById('right').checkVisibility()").await;
        browser.script("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))", Vec::new()).await;
        browser.until("return !document.getElementById('right').checkVisibility() && document.activeElement.id === 'open-checks'").await;
        // 200 % zoom is half the width; a tablet; the smallest laptop.
        for (width, height) in [
            (683, 384),
            (768, 1024),
            (546, 250),
            (899, 600),
            (900, 600),
            (1199, 700),
            (1200, 700),
            (1440, 820),
        ] {
            browser.metrics(width, height, 1.0).await;
            let cut = browser.script(CUT, Vec::new()).await;
            assert_eq!(cut, json!([]), "{width} × {height}");
            let wide = "return document.documentElement.scrollWidth <= innerWidth";
            assert_eq!(browser.script(wide, Vec::new()).await, json!(true), "{width} × {height}");
        }
        // One panel at a time, and what is saved is read whole.
        browser.metrics(768, 1024, 1.0).await;
        browser
            .script(
                "document.querySelector('#saved span').textContent = 'Saved at 14:02'",
                Vec::new(),
            )
            .await;
        let whole = "const saved = document.getElementById('saved'); return saved.scrollWidth <= saved.clientWidth";
        assert_eq!(browser.script(whole, Vec::new()).await, json!(true));
        for (panel, shown) in [("left", "#shown"), ("centre", "#stage"), ("right", "#checks")] {
            browser.click(&format!("#bottom [data-panel={panel}]")).await;
            browser
                .until(&format!("return document.querySelector('{shown}').checkVisibility()"))
                .await;
            browser.picture(&format!("studio-768-{panel}")).await;
        }
    });
}

#[test]
fn what_somebody_chose_to_see_is_remembered() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.click("[data-width='375']").await;
        select(&browser, "light", "designed").await;
        select(&browser, "as", "person-1").await;
        open_words(&browser).await;
        browser.click("#fold-left").await;
        select(&browser, "view", "text").await;
        browser.client.refresh().await.unwrap();
        browser
            .until("return document.getElementById('panel').innerText.includes('Story of the 21')")
            .await;
        let chosen = "return ['light', 'as', 'view'].map((id) => document.getElementById(id).value).concat([document.querySelector('#widths [aria-pressed=true]').dataset.width, document.body.classList.contains('folded'), document.body.dataset.tab])";
        let chosen = browser.script(chosen, Vec::new()).await;
        assert_eq!(chosen, json!(["designed", "person-1", "text", "375", true, "words"]));
    });
}

#[test]
fn the_introduction_has_buttons_and_names_are_chips() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        let lines = "const field = document.getElementById('introduction'); return field.clientHeight / parseFloat(getComputedStyle(field).lineHeight)";
        assert!(browser.script(lines, Vec::new()).await.as_f64().unwrap() >= 8.0);
        let tool = async |name: &str| {
            browser.click(&format!("#words [data-language=main] [data-tool={name}]")).await;
        };
        browser.keys("#introduction", "Dear ").await;
        tool("name").await;
        browser.until_says("#introduction .chip", "first name (or friend)").await;
        browser.script("const field = document.getElementById('introduction'); getSelection().selectAllChildren(field); getSelection().collapseToEnd()", Vec::new()).await;
        // What a button has made is selected, to be typed over: the next one stands behind it.
        for (name, made) in [("bold", "**bold words**"), ("link", "[words](https://)")] {
            tool(name).await;
            let until = format!(
                "const field = document.getElementById('introduction'); field.setSelectionRange(field.value.length, field.value.length); return field.value.endsWith({made:?})"
            );
            browser.until(&until).await;
        }
        browser.keys("#introduction", "\n").await;
        tool("list").await;
        browser
            .until("return document.getElementById('saved').textContent.startsWith('Saved')")
            .await;
        let text = charity.read("editions/2020-12.md");
        for wanted in [
            "Dear {{recipient \"first_name\" fallback=\"friend\"}}",
            "**bold words**",
            "[words](https://)",
            "- first\n- second",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        // With the keyboard: the field is a text box with a name, and Ctrl+B is bold.
        browser.script("document.getElementById('introduction').replaceChildren(); document.getElementById('introduction').focus()", Vec::new()).await;
        browser.keys("#introduction", "x\u{E009}b\u{E000}").await;
        browser
            .until("return document.getElementById('introduction').value === 'x**bold words**'")
            .await;
        // What a chip is made of stays as it is, whatever was written.
        for words in [
            "{{recipient \"town\"}}",
            "{{recipient  \"first_name\"  fallback=\"you\"}}!",
            "a\n\nb\n- c",
            "{{unsubscribe_url}}",
            "<b>x</b> & {{",
        ] {
            let same = "const field = document.getElementById('introduction'); field.value = arguments[0]; return field.value === arguments[0]";
            assert_eq!(browser.script(same, vec![json!(words)]).await, json!(true), "{words}");
        }
    });
}

#[test]
fn languages_stand_side_by_side_and_are_edited() {
    in_browser(false, async |browser| {
        let charity = charity().setting("[translations.cy]\nname = \"Elusen\"\n");
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        browser.until_says("#languages", "Welsh · not translated").await;
        browser.click("#languages [data-language=cy]").await;
        browser.until_says("[data-language=cy].column", "not translated yet").await;
        let beside = "const [one, other] = ['subject', 'subject-cy'].map((id) => document.getElementById(id).getBoundingClientRect()); return Math.abs(one.top - other.top) < 60 && other.left > one.right";
        assert_eq!(browser.script(beside, Vec::new()).await, json!(true));
        browser.fill("#subject-cy", "Rhagfyr").await;
        browser
            .until("return document.getElementById('languages').innerText.trim().endsWith('Welsh')")
            .await;
        assert!(charity.read("editions/2020-12.cy.md").contains("subject: \"Rhagfyr\""));
        assert!(charity.path("editions/2020-12.md").exists(), "the edition has a file of its own");
        assert!(!charity.read("editions/2020-12.md").contains("Rhagfyr"));
        browser.keys("#introduction-cy", "Annwyl gyfaill").await;
        browser
            .until("return document.getElementById('saved').textContent.startsWith('Saved')")
            .await;
        assert!(charity.read("editions/2020-12.cy.md").contains("Annwyl gyfaill"));
    });
}

/// A hundred and fifty stories of three topics, some with a picture.
fn many() -> Charity {
    let topics = ["Justice", "Schools", "Events"];
    let items: Vec<Value> = (0..150)
        .map(|n| {
            let mut item = json!({"id": format!("s-{n}"), "title": format!("Story number {n}"), "summary": "What happened.", "date": "2020-12-05", "order": n, "topics": [topics[n % 3]]});
            if n % 2 == 0 {
                item["image"] = json!(format!("https://charity.example/{n}.jpg"));
            }
            item
        })
        .collect();
    let source = "[[news]]\nname = \"list\"\nkind = \"json\"\npath = \"news.json\"\n[[news]]\nname = \"folder\"\nkind = \"markdown\"\npath = \"news\"\n";
    Charity::new().people(1).setting(source).file("news.json", json!(items).to_string())
}

#[test]
fn many_stories_are_searched_and_filtered_and_findings_are_grouped() {
    in_browser(false, async |browser| {
        let charity = many();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let listed = "return [...document.querySelectorAll('#stories .story')].filter((row) => !row.hidden).length";
        for (words, filter, count) in [
            ("", "", 153),
            ("number 14", "", 12),
            ("STORY 21 of", "", 1),
            ("no such words", "", 0),
            ("", "topic:Schools", 50),
            ("number 1", "topic:Schools", 25),
            ("", "source:folder", 3),
            ("", "without:picture", 78),
        ] {
            select(&browser, "filter", filter).await;
            browser.script("const search = document.getElementById('search'); search.value = arguments[0]; search.dispatchEvent(new Event('input'))", vec![json!(words)]).await;
            assert_eq!(browser.script(listed, Vec::new()).await, json!(count), "{words} {filter}");
            if !(words.is_empty() && filter.is_empty()) {
                browser.until_says("#found", &format!("{count} of 153")).await;
            }
        }
        // One card a rule, with its count; three are shown, and the others when somebody wants them.
        let cards = "const cards = [...document.querySelectorAll('.finding')]; return cards.length === new Set(cards.map((card) => card.dataset.rule)).size && cards.some((card) => card.querySelectorAll('.one').length > 3)";
        assert_eq!(browser.script(cards, Vec::new()).await, json!(true));
        let big = "const card = [...document.querySelectorAll('.finding')].find((card) => card.querySelectorAll('.one').length > 3); const shown = () => [...card.querySelectorAll('.one')].filter((one) => !one.hidden).length; const before = shown(); card.querySelector('[aria-expanded]').click(); return [before, shown() === Number(card.querySelector('.tag').textContent)]";
        assert_eq!(browser.script(big, Vec::new()).await, json!([3, true]));
    });
}

#[test]
fn pictures_are_shown_when_somebody_wants_them_and_who_has_none() {
    in_browser(false, async |browser| {
        let charity = many();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        let pictures = "return [document.querySelectorAll('#stories img').length, document.querySelectorAll('.thumb.none').length]";
        assert_eq!(browser.script(pictures, Vec::new()).await, json!([0, 78]));
        browser.until_says("[data-id=s-1] .thumb", "no picture").await;
        browser.click("#pictures").await;
        assert_eq!(browser.script(pictures, Vec::new()).await, json!([75, 78]));
        browser.click("#pictures").await;
        assert_eq!(browser.script(pictures, Vec::new()).await, json!([0, 78]));
    });
}

#[test]
fn the_look_is_edited_and_the_file_keeps_its_comments() {
    in_browser(false, async |browser| {
        let charity =
            charity().setting("# The look.\n[theme] # ours\naccent = \"#0b5a6f\" # teal\n");
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        browser.click("#tab-look").await;
        browser.fill("#look-theme-accent", "#a8d5e2").await;
        browser.until("return [...document.querySelectorAll('#contrasts .bad')].some((pair) => pair.innerText.includes('needs 4.5'))").await;
        let settings = charity.read("roundup.toml");
        assert!(settings.contains("[theme] # ours\naccent = \"#a8d5e2\" # teal\n"), "{settings}");
        assert!(settings.contains("# The look."));
        // What is not allowed is not written, and the page says why.
        browser.fill("#look-theme-accent", "blue").await;
        browser.until_says("#saved", "Not saved").await;
        assert!(charity.read("roundup.toml").contains("#a8d5e2"));
        browser.fill("#look-theme-accent", "#7a1f3d").await;
        browser.until_says("#saved", "Saved at").await;
        // The theme's own colour again.
        browser.click("#pane-look [aria-label='Accent: the theme\\'s colour again']").await;
        browser
            .until("return document.getElementById('look-theme-accent').value === '#0b5a6f'")
            .await;
        assert!(!charity.read("roundup.toml").contains("accent ="));
        select(&browser, "theme", "poster").await;
        browser.until_says("#said", "Theme: poster").await;
        assert!(charity.read("roundup.toml").contains("use = \"poster\""));
        // Everything else of the look.
        browser
            .script(
                "document.querySelectorAll('details.look').forEach((group) => (group.open = true))",
                Vec::new(),
            )
            .await;
        for (field, words) in [
            ("theme-tagline", "News from us"),
            ("organisation-name", "Another Charity"),
            ("theme-logo", "https://charity.example/logo.png"),
            ("theme-footer", "Thank you."),
        ] {
            browser.fill(&format!("#look-{field}"), words).await;
            browser.until_says("#saved", "Saved at").await;
            browser.until(&format!("return !document.querySelector('#saved[data-kind=busy]') && document.getElementById('look-{field}').value === {words:?}")).await;
            assert!(charity.read("roundup.toml").contains(words), "{field}");
        }
        for (name, words) in [
            ("title", "Give"),
            ("text", "It helps."),
            ("button", "Give now"),
            ("url", "https://charity.example/give"),
        ] {
            browser.fill(&format!("#new-appeal-{name}"), words).await;
        }
        browser.keys("#new-appeal-url", "\u{E007}").await;
        browser
            .until("return document.getElementById('look-appeal-title')?.value === 'Give'")
            .await;
        browser.fill("#new-link-name", "Past editions").await;
        browser.fill("#new-link-url", "https://charity.example/past").await;
        browser.keys("#new-link-url", "\u{E007}").await;
        browser.until("return [...document.querySelectorAll('#pane-look label')].some((label) => label.textContent === 'Past editions')").await;
        let settings = charity.read("roundup.toml");
        assert!(
            settings.contains("[appeal]")
                && settings.contains("\"Past editions\" = \"https://charity.example/past\""),
            "{settings}"
        );
        assert_eq!(charity.run("check 2020-12 --offline").code % 3, 0, "the settings can be read");
    });
}

#[test]
fn everything_is_done_with_the_keyboard() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        // The tabs, by arrows.
        browser.script("document.getElementById('tab-stories').focus()", Vec::new()).await;
        for (key, tab) in [
            ("\u{E014}", "words"),
            ("\u{E014}", "look"),
            ("\u{E014}", "stories"),
            ("\u{E012}", "look"),
            ("\u{E011}", "stories"),
        ] {
            let at = browser.script("return document.activeElement.id", Vec::new()).await;
            browser.keys(&format!("#{}", at.as_str().unwrap()), key).await;
            browser.until(&format!("return document.activeElement.id === 'tab-{tab}' && !document.getElementById('pane-{tab}').hidden")).await;
        }
        // A story's menu: Enter opens it, arrows walk, Enter does it, Escape gives up.
        let more = ".story[data-id=\"2020-12-21-story\"] [data-act=more]";
        browser.keys(more, "\u{E007}").await;
        browser.until("return document.activeElement.dataset.act === 'out'").await;
        browser.keys("#menu [data-act=out]", "\u{E00C}").await;
        browser.until("return document.activeElement.dataset.act === 'more'").await;
        browser.keys(more, "\u{E007}").await;
        for (from, to) in [("out", "edit"), ("edit", "up"), ("up", "down")] {
            browser.keys(&format!("#menu [data-act={from}]"), "\u{E015}").await;
            browser.until(&format!("return document.activeElement.dataset.act === '{to}'")).await;
        }
        browser.keys("#menu [data-act=down]", "\u{E007}").await;
        until_titles(
            &browser,
            &["shown Story of the 12", "shown Story of the 21", "shown Story of the 03"],
        )
        .await;
        browser.until("return document.activeElement.closest('.story')?.dataset.id === '2020-12-21-story'").await;
        // Nothing of the page has a tab stop that cannot be seen.
        let lost = "return [...document.querySelectorAll('button, input, select, textarea, summary, [tabindex=\"0\"], [contenteditable]')].filter((one) => one.checkVisibility() && one.tabIndex >= 0 && !one.disabled && !one.closest('dialog, [popover]')).filter((one) => { const box = one.getBoundingClientRect(); return box.width === 0 || box.height === 0; }).map((one) => one.outerHTML)";
        assert_eq!(browser.script(lost, Vec::new()).await, json!([]));
    });
}

#[test]
fn forced_colours_show_what_is_chosen() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        let forced = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "forced-colors", "value": "active"}]}});
        browser.devtools(forced).await;
        open(&browser, &studio).await;
        do_to(&browser, "2020-12-21-story", "pin").await;
        browser.until("return document.querySelector('.story.lead')").await;
        let differs = "const look = (one) => { const { backgroundColor, outlineStyle } = getComputedStyle(one); return backgroundColor + outlineStyle; }; const differ = (one, other) => look(document.querySelector(one)) !== look(document.querySelector(other)); return [differ('#widths [aria-pressed=true]', '#widths [aria-pressed=false]'), differ('#tab-stories', '#tab-look'), differ('.story.lead', '.story:not(.lead)'), differ('#fill', '#meter')]";
        assert_eq!(browser.script(differs, Vec::new()).await, json!([true, true, true, true]));
        axe_finds_nothing(&browser, "forced colours").await;
    });
}
