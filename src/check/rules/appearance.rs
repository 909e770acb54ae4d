//! Size and colours: whether the email arrives whole and can be read.
//! Pure: numbers in, findings out.

use std::collections::BTreeSet;

use crate::check::rendering::{Scheme, runs};
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};
use crate::compose::palette::Panel;
use crate::compose::theme::contrast;

pub const RULES: [Rule; 2] = [
    Rule::new(
        "size",
        "Is the largest message smaller than 102 KB?",
        "Gmail cuts an email off after 102 KB and hides the rest, including the unsubscribe link, \
            behind \"view entire message\". roundup measures the largest of all the messages. \
            Leave stories out, or shorten summaries.",
        size,
    ),
    Rule::new(
        "contrast",
        "Can all text be read against its background?",
        "Text needs a contrast of 4.5 to 1 with its background (WCAG 2.2, 1.4.3), in light and in \
            dark mode. Choose a darker or a lighter colour under [theme].",
        colours,
    ),
];

/// Where Gmail cuts.
const CUT_BYTES: usize = 102 * 1024;
/// Near enough to say so: relays add header fields.
const NEAR_BYTES: usize = 95 * 1024;

fn size(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some((bytes, who)) = known.largest.filter(|(bytes, _)| *bytes > NEAR_BYTES) else {
        return Vec::new();
    };
    let kilobytes = bytes as f64 / 1024.0;
    let (severity, what) = if bytes > CUT_BYTES {
        (Severity::Must, "Gmail cuts it off after 102 KB")
    } else {
        (Severity::Should, "Gmail cuts emails off at 102 KB")
    };
    vec![Finding {
        rule: "size",
        severity,
        place: known.edition.introduction.place(),
        message: format!("the message to {who} is {kilobytes:.1} KB: {what}"),
        cure: "leave stories out, or shorten the longest summaries".to_owned(),
    }]
}

fn colours(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let look = &known.theme.look;
    let mut findings: Vec<Finding> = look
        .colours()
        .into_iter()
        .chain(look.tint.as_deref().map(|colour| ("tint", colour)))
        .chain(look.dark_tint.as_deref().map(|colour| ("dark_tint", colour)))
        .filter(|(_, colour)| contrast(colour, "#ffffff").is_none())
        .map(|(name, colour)| Finding {
            rule: "contrast",
            severity: Severity::Must,
            place: known.theme_place(name),
            message: format!("`{name} = \"{colour}\"` under [theme] is not a colour"),
            cure: "write six hexadecimal digits, as in #0b5a6f".to_owned(),
        })
        .collect();
    let mut said: BTreeSet<(String, String)> = BTreeSet::new();
    let pairs = [
        ("ink", &look.ink, "paper", &look.paper),
        ("muted", &look.muted, "paper", &look.paper),
        ("muted", &look.muted, "ground", &look.ground),
        ("accent", &look.accent, "paper", &look.paper),
        ("accent_ink", &look.accent_ink, "accent", &look.accent),
        ("dark_ink", &look.dark_ink, "dark_paper", &look.dark_paper),
        ("dark_muted", &look.dark_muted, "dark_paper", &look.dark_paper),
        ("dark_accent", &look.dark_accent, "dark_paper", &look.dark_paper),
    ];
    for (name, colour, on, ground) in pairs {
        if let Some(found) = contrast(colour, ground).filter(|found| *found < 4.5) {
            findings.push(Finding {
                rule: "contrast",
                severity: Severity::Should,
                place: known.theme_place(name),
                message: format!(
                    "`{name}` on `{on}` has a contrast of {found:.1} to 1; text needs 4.5"
                ),
                cure: format!("choose another `{name}` or `{on}` under [theme]"),
            });
            said.insert((colour.to_lowercase(), ground.to_lowercase()));
        }
    }
    findings.extend(panels(known, &mut said));
    findings.extend(drawn(shown, known, &mut said));
    findings
}

/// Grounds of panels on which none of the theme's colours can be read: where one can, it is taken.
fn panels(known: &CheckContext<'_>, said: &mut BTreeSet<(String, String)>) -> Vec<Finding> {
    let look = &known.theme.look;
    let mut findings = Vec::new();
    for (name, panel) in [("tint", Panel::light(look)), ("dark_tint", Panel::dark(look))] {
        let best = [&panel.ink, &panel.muted, &panel.accent]
            .into_iter()
            .filter_map(|colour| Some((contrast(colour, &panel.ground)?, colour)))
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let Some((found, colour)) = best.filter(|(found, _)| *found < 4.5) else { continue };
        said.insert((colour.to_lowercase(), panel.ground.to_lowercase()));
        findings.push(Finding {
            rule: "contrast",
            severity: Severity::Should,
            place: known.theme_place(name),
            message: format!(
                "no colour of the theme can be read on `{name}`: the best has a contrast of {found:.1} to 1; text \
                 needs 4.5"
            ),
            cure: format!("choose another `{name}` under [theme], or leave it out"),
        });
    }
    findings
}

/// What apps make of an email when they invert it is nobody's design: only what can hardly be read at all is said.
const LEAST_INVERTED: f64 = 3.0;

/// Text of the finished email that can hardly be read, wherever its colours come from. Each pair of colours is said once.
fn drawn(
    shown: &RenderedEmail<'_>,
    known: &CheckContext<'_>,
    said: &mut BTreeSet<(String, String)>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut words_said: BTreeSet<String> = BTreeSet::new();
    for variant in &shown.variants {
        for (scheme, when) in [
            (Scheme::Light, ""),
            (Scheme::Dark, " in dark mode"),
            (Scheme::Inverted, " where an app inverts the colours"),
        ] {
            for run in runs(&variant.html, scheme) {
                let (Some(colour), Some(ground)) = (run.colour, run.ground) else { continue };
                let needed =
                    if scheme == Scheme::Inverted { LEAST_INVERTED } else { run.needed_contrast() };
                let (colour, ground) = (colour.hex(), ground.hex());
                let Some(found) = contrast(&colour, &ground).filter(|found| *found < needed) else {
                    continue;
                };
                let is_new = said.insert((colour.clone(), ground.clone()));
                // Words that are pale in the light are so in dark mode: one finding is enough.
                if !is_new || !words_said.insert(run.words.clone()) {
                    continue;
                }
                findings.push(Finding::new(
                    "contrast",
                    Severity::Should,
                    known.place_of(&run.words),
                    format!(
                        "\"{}\" is {colour} on {ground}{when}: a contrast of {found:.1} to 1; \
                            text needs {needed}",
                        excerpt(&run.words)
                    ),
                    "use the theme's colours, or a darker or a lighter one",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn messages_that_are_cut_off() {
        let near = SampleEmail::with(|mail| mail.largest = 98 * 1024);
        assert_eq!(
            near.only_finding(),
            "size: the message to ann@example.org is 98.0 KB: Gmail cuts emails off at 102 KB"
        );
        let over = SampleEmail::with(|mail| mail.largest = 103 * 1024);
        assert!(over.only_finding().contains("Gmail cuts it off after"));
    }

    #[test]
    fn our_own_themes_and_templates_can_be_read_in_every_light() {
        for theme in crate::compose::theme::built_in_names() {
            for template in ["monthly", "year", "announcement"] {
                let mail = SampleEmail::with(|mail| {
                    let text = crate::compose::theme::built_in(theme).unwrap();
                    mail.theme.look = toml::from_str(text).unwrap();
                    mail.edition.template = template.to_owned();
                });
                let found: Vec<String> = mail
                    .findings()
                    .into_iter()
                    .filter(|said| said.starts_with("contrast") || said.starts_with("line-height"))
                    .collect();
                assert_eq!(found, Vec::<String>::new(), "{theme}, {template}");
            }
        }
    }

    #[test]
    fn colours_that_cannot_be_read() {
        let pale = SampleEmail::with(|mail| mail.theme.look.muted = "#a0a0a0".to_owned());
        let findings = pale.findings();
        assert_eq!(findings.len(), 2);
        assert!(findings[0].starts_with("contrast: `muted` on `paper` has a contrast of 2.6 to 1"));
        let grey = SampleEmail::with(|mail| mail.theme.look.tint = Some("#777777".to_owned()));
        assert!(
            grey.findings()[0]
                .starts_with("contrast: no colour of the theme can be read on `tint`"),
            "{:?}",
            grey.findings()
        );
        let dark = SampleEmail::with(|mail| mail.theme.look.dark_tint = Some("#1d2f36".to_owned()));
        assert_eq!(dark.findings(), Vec::<String>::new());
        let none = SampleEmail::with(|mail| mail.theme.look.line = "grey".to_owned());
        assert_eq!(
            none.only_finding(),
            "contrast: `line = \"grey\"` under [theme] is not a colour"
        );
    }
}
