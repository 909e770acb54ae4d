//! The introduction by its buttons and keys: undo and redo lose nothing, each button takes itself back, chips stay chips.

use serde_json::json;

use crate::browser::{Browser, Studio};
use crate::keys::{SELECT_ALL, press};
use crate::{charity, in_browser, open, open_words, until_settled};

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
            until_settled(&browser).await;
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
        until_settled(&browser).await;
        assert!(!charity.read("editions/2020-12.md").contains("(or friend)"));
    });
}

/// What a key does in a text area: the text and the place of the caret after it.
fn in_a_text_area(text: &[char], at: usize, key: &str) -> (Vec<char>, usize) {
    let line_start = text[..at].iter().rposition(|c| *c == '\n').map_or(0, |line_end| line_end + 1);
    let line_end = text[at..].iter().position(|c| *c == '\n').map_or(text.len(), |end| at + end);
    let without = |from: usize, to: usize| {
        let mut left = text.to_vec();
        left.drain(from..to);
        (left, from)
    };
    let to = |at: usize| (text.to_vec(), at);
    match key {
        "nothing" => to(at),
        "Home" => to(line_start),
        "End" => to(line_end),
        "Left" => to(at.saturating_sub(1)),
        "Right" => to((at + 1).min(text.len())),
        "Backspace" => without(at.saturating_sub(1), at),
        "Delete" => without(at, (at + 1).min(text.len())),
        "Enter" => {
            let mut more = text.to_vec();
            more.insert(at, '\n');
            (more, at + 1)
        }
        "all, Delete" => without(0, text.len()),
        other => panic!("{other}"),
    }
}

#[test]
fn every_key_does_what_it_does_in_a_text_area_beside_a_name_too() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        // A field of its own: nothing of it is saved.
        browser.script("import('./rich.js').then(({ richField }) => { const field = richField({ id: 'trial' }, 'Trial'); field.style = 'position: fixed; inset: 40px; z-index: 9'; document.body.append(field); })", Vec::new()).await;
        browser.until("return document.getElementById('trial')").await;
        let value = "const { value } = document.getElementById('trial'); return value";
        let all_delete = format!("{SELECT_ALL}\u{E017}");
        let keys = [
            ("nothing", ""),
            ("Home", "\u{E011}"),
            ("End", "\u{E010}"),
            ("Left", "\u{E012}"),
            ("Right", "\u{E014}"),
            ("Backspace", BACKSPACE),
            ("Delete", "\u{E017}"),
            ("Enter", "\u{E006}"),
            ("all, Delete", &all_delete),
        ];
        // Where `@` stands for a name.
        for text in ["Dear @", "@, hi", "one\n\n@", "a @\nb", "@\n@", "@@", "a@\n", "\n@\n\nb"] {
            let chars: Vec<char> = text.chars().collect();
            let written = |chars: &[char]| String::from_iter(chars).replace('@', NAME);
            for at in 0..=chars.len() {
                for (name, key) in keys {
                    let (mut wanted, place) = in_a_text_area(&chars, at, name);
                    wanted.insert(place, 'z');
                    let before = written(&chars[..at]).encode_utf16().count();
                    browser.script("const field = document.getElementById('trial'); field.focus(); field.value = arguments[0]; field.setSelectionRange(arguments[1], arguments[1])", vec![json!(written(&chars)), json!(before)]).await;
                    press(&browser, &format!("{key}z")).await;
                    let typed = browser.script(value, Vec::new()).await;
                    let typed = typed.as_str().unwrap().replace(NAME, "@");
                    let whole = String::from_iter(&wanted);
                    assert_eq!(typed, whole, "{text:?}, {name} at {at}");
                }
            }
        }
        // A click into the empty space below the text goes behind its last name.
        browser.script("const field = document.getElementById('trial'); field.value = arguments[0]; field.blur(); getSelection().removeAllRanges()", vec![json!(format!("Dear {NAME}"))]).await;
        browser.click("#trial").await;
        press(&browser, "z").await;
        assert_eq!(browser.script(value, Vec::new()).await, json!(format!("Dear {NAME}z")));
        // What stands in one word with a name does not take it along.
        browser.script("const field = document.getElementById('trial'); field.value = arguments[0]; field.setSelectionRange(0, 0)", vec![json!(format!("to{NAME}!"))]).await;
        press(&browser, "\u{E009}\u{E017}\u{E000}").await;
        assert_eq!(browser.script(value, Vec::new()).await, json!(format!("{NAME}!")));
    });
}

/// Drops words at a place in the text: those of the field itself, or those of another field that a mouse brings.
const DROPS: &str = "
    const [at, brought] = arguments;
    const field = document.getElementById('introduction');
    const data = new DataTransfer();
    const [from, to] = [field.selectionStart, field.selectionEnd];
    data.setData('text/plain', brought ?? field.value.slice(from, to));
    if (brought === null) field.dispatchEvent(new DragEvent('dragstart', { dataTransfer: data, bubbles: true }));
    const place = document.createRange();
    place.setStart(field.firstChild, at);
    place.setEnd(field.firstChild, at);
    const { left, top, height } = place.getBoundingClientRect();
    field.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, clientX: left, clientY: top + height / 2 }));";

#[test]
fn words_that_are_dragged_arrive_and_none_is_lost() {
    in_browser(false, async |browser| {
        let charity = charity();
        let studio = Studio::of(&charity, "2020-12");
        open(&browser, &studio).await;
        open_words(&browser).await;
        for (from, to, at, brought, after) in [
            (0, 4, 8, None, "two one three"),
            (8, 13, 0, None, "threeone two "),
            // Into itself, and to its own edge.
            (4, 7, 5, None, "one two three"),
            (4, 7, 7, None, "one two three"),
            (0, 3, 4, Some("new\r\n"), "one new\ntwo three"),
            // What came from elsewhere after a drag of its own.
            (0, 0, 13, Some("!"), "one two three!"),
        ] {
            begin(&browser, "one two three").await;
            select(&browser, from, to).await;
            browser.script(DROPS, vec![json!(at), json!(brought)]).await;
            let dropped = text(&browser).await;
            assert_eq!(dropped, after, "{from} {to} {at}");
            if dropped != "one two three" {
                press(&browser, UNDO).await;
                assert_eq!(text(&browser).await, "one two three");
            }
        }
        // By a real mouse, from another field: its words stay there.
        begin(&browser, "Dear all").await;
        browser.keys("#headline", "A headline that is quite as long as its field is wide").await;
        until_settled(&browser).await;
        browser.script("document.getElementById('headline').select()", Vec::new()).await;
        browser.mouse_drag("#headline", "#introduction", 0.5).await;
        browser.until("return document.getElementById('introduction').value.includes('A headline that is quite')").await;
        until_settled(&browser).await;
        assert!(charity.read("editions/2020-12.md").contains("Dear allA headline that is quite"));
    });
}
