//! Accessibility: what people need who hear an email, enlarge it, or touch it (WCAG 2.2).
//! Pure: pages in, findings out. Contrast is in `look.rs`, descriptions of pictures in `pictures.rs`.

use crate::check::html::HtmlPage;
use crate::check::rendering::{Scheme, runs};
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt, template};
use crate::count::counted;

pub const RULES: [Rule; 8] = [
    Rule::new(
        "language",
        "Does the email say its language and its title?",
        "A screen reader chooses its voice by the language that the email declares (WCAG 3.1.1), \
         and reads the title first (2.4.2). Templates that ship with roundup have both; one of \
         your own may not.",
        language,
    ),
    Rule::new(
        "heading-order",
        "Are the heading levels in order?",
        "People who use a screen reader jump from heading to heading. Use one heading of level 1, \
         then level 2, then level 3: a skipped level sounds like a missing part (WCAG 1.3.1).",
        heading_order,
    ),
    Rule::new(
        "layout-table",
        "Are layout tables marked as layout?",
        "Emails are laid out with tables. Without `role=\"presentation\"` a screen reader says \
         \"table with three rows\" before every story.",
        layout_table,
    ),
    Rule::new(
        "small-text",
        "Is every text at least 14 pixels high?",
        "Text under 14 pixels is hard to read on a phone; the phone may enlarge it and break the \
         layout. Capital letters may have 13.",
        small_text,
    ),
    Rule::new(
        "line-height",
        "Is there enough space between lines?",
        "Tight lines are hard to follow for people with dyslexia or low vision: the eye slips \
         into the next line. Give running text a line height of 1.5 times its size; roundup \
         reports less than 1.2.",
        line_height,
    ),
    Rule::new(
        "touch-target",
        "Is every button large enough for a thumb?",
        "Many people find a button of less than 44 pixels hard to tap (WCAG 2.5.5). Give it more \
         room above and below.",
        touch_target,
    ),
    Rule::new(
        "typed-bullets",
        "Is every list a real list?",
        "To a screen reader, lines that begin with a typed • are separate paragraphs: it does not \
         say \"list of five\". Write a list in Markdown, with - at the beginning of each line.",
        typed_bullets,
    ),
    Rule::new(
        "black-text",
        "Can the text be read in dark mode?",
        "Gmail and Outlook change some colours in dark mode. Text that stays black disappears \
         when its background turns dark. Leave the colour to the theme.",
        black_text,
    ),
];

/// One finding for each thing that a page has, the same in every variant.
fn of_pages<T: PartialEq>(shown: &RenderedEmail<'_>, what: impl Fn(&HtmlPage) -> Vec<T>) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for variant in &shown.variants {
        for one in what(&variant.page) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

fn language(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let lacking = of_pages(shown, |page| {
        [("lang", page.language.trim().is_empty()), ("title", page.title.trim().is_empty())]
            .into_iter()
            .filter(|(_, lacks)| *lacks)
            .map(|(name, _)| name)
            .collect()
    });
    lacking
        .into_iter()
        .map(|name| {
            let (message, cure) = if name == "lang" {
                ("the email does not say its language", "write <mjml lang=\"…\"> in the template")
            } else {
                ("the email has no title", "write <mj-title> in the head of the template")
            };
            Finding::new("language", Severity::Should, template(known), message, cure)
        })
        .collect()
}

fn heading_order(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let wrong = of_pages(shown, |page| {
        let mut wrong = Vec::new();
        let mut last = 0;
        for heading in &page.headings {
            if heading.level > last + 1 {
                let what = if last == 0 {
                    format!("the first heading has level {}", heading.level)
                } else {
                    format!("level {} comes after level {last}", heading.level)
                };
                wrong.push((heading.words.clone(), what));
            }
            last = heading.level;
        }
        let firsts = page.headings.iter().filter(|heading| heading.level == 1).count();
        if firsts == 0 && page.headings.is_empty() {
            wrong.push((String::new(), "there is no heading at all".to_owned()));
        } else if firsts > 1 {
            wrong.push((String::new(), format!("there are {firsts} headings of level 1")));
        }
        wrong
    });
    wrong
        .into_iter()
        .map(|(words, what)| {
            let place = if words.is_empty() { template(known) } else { known.place_of(&words) };
            let message = if words.is_empty() { what } else { format!("{what}: \"{words}\"") };
            let cure = "use one h1, then h2, then h3; in Markdown, begin with ##";
            Finding::new("heading-order", Severity::Should, place, message, cure)
        })
        .collect()
}

fn layout_table(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let most = shown.variants.iter().map(|v| v.page.unmarked_tables).max().unwrap_or(0);
    if most == 0 {
        return Vec::new();
    }
    vec![Finding::new(
        "layout-table",
        Severity::Should,
        known
            .templates
            .place_of_element(&known.edition.template, "table", "role")
            .unwrap_or_else(|| template(known)),
        format!("{} not marked as layout", counted(most, "layout table is", "layout tables are")),
        "write <table role=\"presentation\">, or give a data table its <th> cells",
    )]
}

/// Smaller letters are hard to read for many people.
const SMALLEST_PX: u32 = 14;
/// Capitals are as high as small letters of a third more.
const SMALLEST_CAPITALS_PX: u32 = 13;

fn small_text(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut small: Vec<(f64, String)> = Vec::new();
    for run in shown.variants.iter().flat_map(|variant| runs(&variant.html, Scheme::Light)) {
        let smallest = if run.is_capitals { SMALLEST_CAPITALS_PX } else { SMALLEST_PX };
        // A tenth of a pixel less is a rounding.
        let is_small = run.px + 0.1 < f64::from(smallest);
        if is_small && small.iter().all(|(_, words)| *words != run.words) {
            small.push((run.px, run.words));
        }
    }
    small
        .into_iter()
        .map(|(px, words)| {
            let px = (px * 10.0).round() / 10.0;
            Finding::new(
                "small-text",
                Severity::Should,
                known.place_of(&words),
                format!("\"{}\" is {px} pixels high", excerpt(&words)),
                format!("make it {SMALLEST_PX} or more: font-size=\"{SMALLEST_PX}px\""),
            )
        })
        .collect()
}

fn line_height(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    /// The words beside the margins of a phone.
    const PHONE_PX: f64 = 300.0;
    /// A letter is half as wide as it is high.
    const LETTER: f64 = 0.5;
    const LEAST: f64 = 1.2;
    let mut findings: Vec<Finding> = Vec::new();
    for variant in &shown.variants {
        for run in runs(&variant.html, Scheme::Light) {
            // A tenth of a pixel less is a rounding, and no fault.
            let is_close = run.line_px + 0.1 < run.px * LEAST;
            // Shorter words stand on one line: a button, a date.
            let letters = u32::try_from(run.words.chars().count()).unwrap_or(u32::MAX);
            if !is_close || f64::from(letters) * run.px * LETTER < PHONE_PX {
                continue;
            }
            let message = format!(
                "\"{}\" has a line height of {:.0} pixels for text of {:.0} pixels",
                excerpt(&run.words),
                run.line_px,
                run.px
            );
            if findings.iter().all(|finding| finding.message != message) {
                let cure = "give it a line-height of 1.5 times its size";
                let place = known.place_of(&run.words);
                findings.push(Finding::new("line-height", Severity::Should, place, message, cure));
            }
        }
    }
    findings
}

fn touch_target(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const THUMB_PX: u32 = 44;
    of_pages(shown, |page| {
        let buttons = page.links.iter().filter_map(|link| Some((link.button_px?, &link.words)));
        buttons.filter(|(px, _)| *px < THUMB_PX).map(|(px, words)| (px, words.clone())).collect()
    })
    .into_iter()
    .map(|(px, words)| {
        Finding::new(
            "touch-target",
            Severity::Should,
            known.place_of(&words),
            format!("the button \"{}\" is {px} pixels high", excerpt(&words)),
            format!("give it more inner-padding, so that it is {THUMB_PX} pixels high"),
        )
    })
    .collect()
}

fn typed_bullets(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let lines = of_pages(shown, |page| page.typed_bullets.clone());
    let Some(first) = lines.first() else { return Vec::new() };
    vec![Finding::new(
        "typed-bullets",
        Severity::Should,
        known.place_of(first),
        format!("a typed bullet is at the beginning of \"{}\"", excerpt(first)),
        "write a list: - at the beginning of each line",
    )]
}

fn black_text(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    of_pages(shown, |page| page.black.clone())
        .into_iter()
        .map(|words| {
            Finding::new(
                "black-text",
                Severity::Should,
                known.place_of(&words),
                format!("\"{}\" is always black, also on a dark background", excerpt(&words)),
                "give it the theme's colour: color=\"{{theme.ink}}\" and css-class=\"ink\"",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;
    use crate::compose::Templates;

    /// An email whose own template has some MJML at its end.
    fn with(mjml: &str) -> Vec<String> {
        let own = Templates::with([]).file("monthly.mjml.hbs").unwrap().to_owned();
        let text = own.replace("{{/layout}}", &format!("{mjml}{{{{/layout}}}}"));
        assert_ne!(text, own);
        SampleEmail::with(|mail| mail.templates.push(("monthly.mjml.hbs".to_owned(), text)))
            .findings()
    }

    fn without(words: &str) -> Vec<String> {
        let own = Templates::with([]).file("partials/layout.hbs").unwrap().to_owned();
        assert!(own.contains(words), "{own}");
        let text = own.replacen(words, "", 1);
        SampleEmail::with(|mail| mail.templates.push(("partials/layout.hbs".to_owned(), text)))
            .findings()
    }

    #[test]
    fn a_mail_without_language_or_title() {
        assert_eq!(
            without("<mj-title>{{subject}}</mj-title>"),
            ["language: the email has no title"]
        );
    }

    #[test]
    fn headings_that_leave_a_level_out() {
        let findings = with(
            "<mj-text css-class=\"ink\" color=\"{{theme.ink}}\"><h5>Training for forty nurses</h5></mj-text>",
        );
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with("heading-order: level 5 comes after level "));
    }

    #[test]
    fn tables_that_read_as_data() {
        let table = "<mj-text css-class=\"ink\" color=\"{{theme.ink}}\"><table{}><tr><td>x</td></tr></table></mj-text>";
        let findings = with(&table.replace("{}", ""));
        assert_eq!(findings, ["layout-table: 1 layout table is not marked as layout"]);
        assert!(with(&table.replace("{}", " role=\"presentation\"")).is_empty());
    }

    #[test]
    fn letters_buttons_and_colours_of_an_own_template() {
        let small = with(
            "<mj-text css-class=\"ink\" font-size=\"11px\" color=\"{{theme.ink}}\">tiny</mj-text>",
        );
        assert_eq!(small, ["small-text: \"tiny\" is 11 pixels high"]);
        for (markup, expected) in [
            ("<small>print</small>", vec!["small-text: \"print\" is 13.3 pixels high"]),
            ("<font size=\"1\">print</font>", vec!["small-text: \"print\" is 10 pixels high"]),
            (
                "<b style=\"font:12px Arial\">print</b>",
                vec!["small-text: \"print\" is 12 pixels high"],
            ),
            ("<b style=\"font-size:13px;text-transform:uppercase\">print</b>", vec![]),
        ] {
            let text = format!(
                "<mj-text css-class=\"ink\" color=\"{{{{theme.ink}}}}\">{markup}</mj-text>"
            );
            assert_eq!(with(&text), expected, "{markup}");
        }
        let button = with(
            "<mj-button href=\"https://charity.org.uk/give\" inner-padding=\"4px 8px\" font-size=\"16px\" \
             css-class=\"button\" background-color=\"{{theme.accent}}\" color=\"{{theme.accent_ink}}\">Give</mj-button>",
        );
        assert_eq!(button, ["touch-target: the button \"Give\" is 28 pixels high"]);
        let black = with("<mj-text color=\"#000000\">ink</mj-text>");
        assert_eq!(black, ["black-text: \"ink\" is always black, also on a dark background"]);
    }

    #[test]
    fn bullets_that_somebody_typed() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.introduction.text = "Three things:\n\n• one\n\n• two".to_owned();
        });
        assert_eq!(
            mail.only_finding(),
            "typed-bullets: a typed bullet is at the beginning of \"• one\""
        );
    }
}
