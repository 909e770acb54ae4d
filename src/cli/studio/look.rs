//! What the studio's page gets about the newsletter's look: who it is from, its theme, its colours and how well they can be read.
//! Shell: the project's settings.

use serde_json::{Value, json};

use crate::cli::steps::settings_file::setting_now;
use crate::compose::theme::{Theme, built_in_names, contrast};
use crate::project::Settings;

/// Text needs this contrast with what is behind it (WCAG 2.2, 1.4.3).
const NEEDED: f64 = 4.5;

const ORGANISATION: [&str; 7] =
    ["name", "legal_name", "address", "charity", "website", "contact", "why"];
const WORDS: [&str; 4] = ["logo", "logo_width", "tagline", "footer"];
const APPEAL: [&str; 4] = ["title", "text", "button", "url"];

/// What the page shows. Each setting has what the file says (`written`), and what counts where it says nothing (`used`).
pub fn look(settings: &Settings) -> Value {
    let theme = &settings.theme;
    let setting = |group: &str, name: &str, used: &Value| {
        json!({
            "group": group,
            "name": name,
            "written": setting_now(&settings.text, group, name),
            "used": match used {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
        })
    };
    let group = |group: &str, names: &[&str], used: &Value| -> Vec<Value> {
        names.iter().map(|name| setting(group, name, &used[*name])).collect()
    };
    let organisation = json!(settings.organisation);
    let all = json!(theme);
    let appeal = settings.appeal.as_ref().map(|appeal| group("appeal", &APPEAL, &json!(appeal)));
    let colours: Vec<&str> = theme.colours().map(|(name, _)| name).to_vec();
    json!({
        "organisation": group("organisation", &ORGANISATION, &organisation),
        "theme": {
            "used": settings.theme_name().or(built_in_names().next()),
            "known": built_in_names().collect::<Vec<_>>(),
        },
        "colours": group("theme", &colours, &all),
        "contrasts": contrasts(theme),
        "words": group("theme", &WORDS, &all),
        "appeal": appeal,
        "links": settings.links.0,
    })
}

/// The pairs of colours that text is made of.
fn contrasts(look: &Theme) -> Vec<Value> {
    [
        ("Text", "ink", &look.ink, "paper", &look.paper),
        ("Small text", "muted", &look.muted, "paper", &look.paper),
        ("Text of the footer", "muted", &look.muted, "ground", &look.ground),
        ("Links", "accent", &look.accent, "paper", &look.paper),
        ("Text on buttons", "accent_ink", &look.accent_ink, "accent", &look.accent),
        ("Text, in dark mode", "dark_ink", &look.dark_ink, "dark_paper", &look.dark_paper),
        (
            "Small text, in dark mode",
            "dark_muted",
            &look.dark_muted,
            "dark_paper",
            &look.dark_paper,
        ),
        ("Links, in dark mode", "dark_accent", &look.dark_accent, "dark_paper", &look.dark_paper),
    ]
    .into_iter()
    .map(|(what, name, colour, on, ground)| {
        let ratio = contrast(colour, ground);
        json!({
            "what": what,
            "colours": [name, on],
            "ratio": ratio.map(|ratio| (ratio * 10.0).floor() / 10.0),
            "is_enough": ratio.is_some_and(|ratio| ratio >= NEEDED),
        })
    })
    .collect()
}
