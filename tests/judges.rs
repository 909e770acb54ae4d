//! What others say of the email that roundup writes: html-validate, axe-core in Chromium, SpamAssassin, Can I email.
//! Each of them is installed by `scripts/test`; plain `cargo test` says which one is missing.

#[path = "judges/editions.rs"]
mod editions;
#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;
use support::{CHROMIUM, Charity, needed, sample, skip};

const TEMPLATES: [&str; 3] = ["monthly", "year", "announcement"];
const THEMES: [&str; 4] = ["harbour", "letter", "poster", "meadow"];

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of a Node package, or `None` with a word about it.
fn package(file: &str) -> Option<PathBuf> {
    let path = repository().join("target/judges/node_modules").join(file);
    if path.exists() {
        return Some(path);
    }
    skip(&format!("{file} is missing"));
    None
}

fn everything() -> impl Iterator<Item = (String, Charity)> {
    TEMPLATES.into_iter().flat_map(|template| {
        THEMES
            .into_iter()
            .map(move |theme| (format!("{template} in {theme}"), sample(template, theme)))
    })
}

/// What a page says after its scripts have run.
fn in_chromium(chromium: &Path, page: &Path, dark: bool) -> String {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(chromium);
    command.args(CHROMIUM).args([
        "--headless",
        "--hide-scrollbars",
        "--window-size=1280,1000",
        "--virtual-time-budget=20000",
        "--dump-dom",
    ]);
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    let output = command
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The JSON that a page's script left in `<pre id="result">`.
fn result(dom: &str) -> serde_json::Value {
    let (_, rest) =
        dom.split_once("<pre id=\"result\">").unwrap_or_else(|| panic!("no result in {dom:.2000}"));
    let text = rest.split("</pre>").next().unwrap();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:.500}"))
}

#[test]
fn html_validate_finds_nothing_but_what_mail_must_do() {
    let (Some(node), Some(judge)) =
        (needed("node"), package("html-validate/bin/html-validate.mjs"))
    else {
        return;
    };
    for (name, charity) in everything() {
        let report = charity.path("report.json");
        let ran = Command::new(&node)
            .arg(&judge)
            .arg("--config")
            .arg(repository().join("tests/judges/htmlvalidate.json"))
            .arg(format!("--formatter=json={}", report.display()))
            .arg(charity.path("shown/email.html"))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{name}: {}", charity.read("report.json"));
        assert!(report.is_file(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn axe_finds_no_barrier_in_light_and_dark() {
    let (Some(chromium), Some(axe)) = (needed("chromium"), package("axe-core/axe.min.js")) else {
        return;
    };
    let axe = fs::read_to_string(axe).unwrap();
    let script = |run: &str| format!("<script>{axe}</script><script>{run}</script></body>");
    // An email is an article within the page of a mail program, which has the landmarks.
    let run = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],\
        rules: {region: {enabled: false}, 'landmark-one-main': {enabled: false}}}).then(found => {\
        const result = document.createElement('pre'); result.id = 'result';\
        result.textContent = JSON.stringify({passes: found.passes.length, violations: found.violations.map(one =>\
        one.id + ': ' + one.nodes.map(node => node.target + ' ' + node.failureSummary).join(' | '))});\
        document.body.replaceChildren(result); })";
    for (name, charity) in everything() {
        let html = charity.read("shown/email.html");
        let page = charity.path("shown/axe.html");
        fs::write(&page, html.replace("</body>", &script(run))).unwrap();
        for dark in [false, true] {
            let found = result(&in_chromium(&chromium, &page, dark));
            assert!(found["passes"].as_u64().unwrap() > 10, "{name}: {found}");
            assert_eq!(found["violations"], serde_json::json!([]), "{name}, dark: {dark}");
        }
    }
}

/// What is wrong with emails in frames of several widths: each by its name, its HTML, its widths, and the theme of the design whose
/// measures it has to have.
fn wrong_in_frames(emails: &[serde_json::Value], dark: bool) -> Option<serde_json::Value> {
    let chromium = needed("chromium")?;
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("frames.html");
    let listed = serde_json::to_string(emails).unwrap().replace("</script", "<\\/script");
    let text = include_str!("judges/frames.html")
        .replace("LAWS", include_str!("judges/laws.js"))
        .replace("BOXES", include_str!("judges/boxes.js"))
        .replace("EMAILS", &listed);
    fs::write(&page, text).unwrap();
    let found = result(&in_chromium(&chromium, &page, dark));
    let frames: usize = emails.iter().map(|one| one["widths"].as_array().unwrap().len()).sum();
    assert_eq!(found["looked"], frames, "{found}");
    Some(found["found"].clone())
}

#[test]
fn nothing_sticks_out_on_any_screen_and_every_button_can_be_touched() {
    let emails: Vec<serde_json::Value> = editions::looks()
        .into_iter()
        .chain(editions::spotlights())
        .map(|look| json!({"name": look.name(), "html": editions::email(look), "widths": [320, 375, 700]}))
        .collect();
    for dark in [false, true] {
        let Some(found) = wrong_in_frames(&emails, dark) else { return };
        assert_eq!(found, json!([]), "dark: {dark}");
    }
}

/// The themes whose measures `judges/boxes.js` has.
const DESIGNED: [&str; 3] = ["harbour", "letter", "poster"];

fn without_style(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, style)) = rest.split_once("<style") {
        out.push_str(before);
        rest = style.split_once("</style>").map_or("", |(_, after)| after);
    }
    out + rest
}

/// The HTML as Outlook reads it (`true`), with what is written for it only, or as everybody else does.
fn as_read(html: &str, by_outlook: bool) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, comment)) = rest.split_once("<!--") {
        out.push_str(before);
        let (inside, after) = comment.split_once("-->").expect("a comment ends");
        let inside = inside.trim_end_matches("<![endif]");
        if let Some((condition, hidden)) = inside.split_once(']')
            && condition.starts_with("[if")
            && !condition.contains('!')
            && by_outlook
        {
            out.push_str(hidden.strip_prefix('>').expect("a condition ends"));
        }
        // `<!--[if !mso]><!-->`: others read on, Outlook skips to `<!--<![endif]-->`.
        let skips = inside.starts_with("[if !") && by_outlook;
        let end = after.split_once("<!--<![endif]-->").filter(|_| skips);
        rest = end.map_or(after, |(_, later)| later);
    }
    out + rest
}

/// The first tag that does not close what is open, or stands where a table does not have it.
fn unbalanced(html: &str) -> Option<String> {
    const VOID: [&str; 6] = ["meta", "br", "img", "link", "hr", "o:PixelsPerInch"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| !c.is_whitespace() && *c != '/')
            .collect();
        let parent = open.last().map(String::as_str);
        if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&name.as_str()) {
            continue;
        }
        if tag.starts_with('/') {
            if parent != Some(name.as_str()) {
                return Some(format!("</{name}> within {open:?}"));
            }
            open.pop();
            continue;
        }
        let fits = match name.as_str() {
            "tr" => matches!(parent, Some("table" | "tbody")),
            "td" => parent == Some("tr"),
            "tbody" => parent == Some("table"),
            _ => !matches!(parent, Some("table" | "tbody" | "tr")),
        };
        if !fits {
            return Some(format!("<{name}> within {open:?}"));
        }
        // What stands in these is not read as tags.
        if matches!(name.as_str(), "style" | "xml" | "title") {
            rest = rest.split_once(&format!("</{name}>"))?.1;
            continue;
        }
        open.push(name);
    }
    (!open.is_empty()).then(|| format!("{open:?} never ends"))
}

#[test]
fn outlook_and_everybody_else_read_whole_tables() {
    assert!(unbalanced("<table><tr><td>x</tr></table>").is_some());
    assert!(unbalanced("<table><td>x</td></table>").is_some());
    assert!(
        unbalanced(&as_read("<div><!--[if mso]><table><tr><td><![endif]-->x</div>", true))
            .is_some()
    );
    let looks = editions::looks().into_iter().step_by(4).chain(editions::spotlights());
    let emails = looks.map(|look| (look.name(), editions::email(look)));
    let designs = DESIGNED.map(|theme| (theme.to_owned(), editions::design(theme)));
    for (name, html) in emails.chain(designs) {
        for by_outlook in [true, false] {
            let found = unbalanced(&as_read(&html, by_outlook));
            assert_eq!(found, None, "{name}, Outlook: {by_outlook}");
        }
    }
}

/// Writes the emails of `editions::looks` to target/looks, light, dark and inverted, on a phone and on a computer, for a designer's eye.
#[test]
#[ignore = "makes pictures for people"]
fn pictures_of_many_editions() {
    let Some(chromium) = needed("chromium") else { return };
    let folder = repository().join("target/looks");
    fs::create_dir_all(&folder).unwrap();
    let looks = editions::looks().into_iter().chain(editions::spotlights());
    for (number, look) in looks.enumerate() {
        let html = editions::email(look);
        let light = ["light", "dark", "inverted"][(number + number / 3) % 3];
        let html = match light {
            "inverted" => {
                html.replace("<body ", "<body class=\"inverted\" ").replace("</head>", INVERTED)
            }
            _ => html,
        };
        let name = format!("{number:02}-{}-{light}", look.name());
        fs::write(folder.join(format!("{name}.html")), &html).unwrap();
        let width = if number % 2 == 0 { 700 } else { 375 };
        let frame = format!(
            "<body style=\"margin:0\"><iframe src=\"{name}.html\" style=\"width:{width}px;height:2400px;border:0\"></iframe>"
        );
        let page = folder.join("frame.html");
        fs::write(&page, frame).unwrap();
        let picture = folder.join(format!("{name}-{width}.png"));
        photograph(&chromium, &page, &picture, width, light == "dark");
    }
}

/// What mail programs do that turn an email's colours round by themselves.
const INVERTED: &str = "<style>html { background: #fff; filter: invert(1) hue-rotate(180deg); } img { filter: invert(1) \
                        hue-rotate(180deg); }</style></head>";

fn photograph(chromium: &Path, page: &Path, picture: &Path, width: usize, dark: bool) {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(chromium);
    command.args(CHROMIUM).args(["--headless", "--hide-scrollbars", "--virtual-time-budget=5000"]);
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    let output = command
        .arg(format!("--window-size={},2400", width.max(500)))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(picture.is_file(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_box_of_the_design_is_where_the_design_has_it() {
    let emails: Vec<serde_json::Value> = DESIGNED
        .into_iter()
        .flat_map(|theme| {
            let html = editions::design(theme);
            // As programs show it that take every style sheet out; the page around it is theirs.
            let bare = without_style(&html).replace("<body style=\"", "<body style=\"margin:0;");
            [
                json!({"name": theme, "html": html, "widths": [375, 700], "design": theme}),
                json!({"name": format!("{theme}, bare"), "html": bare, "widths": [700], "design": theme}),
                json!({"name": format!("{theme}, bare"), "html": bare, "widths": [320], "bare": true}),
            ]
        })
        .collect();
    for dark in [false, true] {
        let Some(found) = wrong_in_frames(&emails, dark) else { return };
        assert_eq!(found, json!([]), "dark: {dark}");
    }
}

#[test]
fn spamassassin_gives_no_point() {
    let Some(judge) = needed("spamassassin") else { return };
    for (name, charity) in everything() {
        let message = fs::File::open(charity.path("shown/message.eml")).unwrap();
        let home = charity.path(".spam");
        fs::create_dir_all(&home).unwrap();
        let ran = Command::new(&judge)
            .args(["--local", "--test-mode"])
            .env("HOME", &home)
            .stdin(message)
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&ran.stdout);
        let (_, table) = output.rsplit_once("Content analysis details:").expect("a report");
        let points: Vec<&str> = table
            .lines()
            .filter(|line| {
                line.split_whitespace()
                    .next()
                    .is_some_and(|w| w.parse::<f64>().is_ok_and(|p| p > 0.0))
            })
            .collect();
        assert_eq!(points, Vec::<&str>::new(), "{name}");
        assert!(table.contains("HTML_MESSAGE"), "{name}: the body was not looked at: {table}");
    }
}

#[test]
fn the_embedded_table_is_can_i_emails_own() {
    let (Some(python), Some(data)) = (needed("python3"), package("caniemail/data/caniemail.json"))
    else {
        return;
    };
    let ran = Command::new(python)
        .arg("scripts/clients")
        .arg(data)
        .arg("--compare")
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}
