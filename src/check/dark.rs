//! An email in the light and in dark mode: as it is designed, and as programs that know better force it.
//! Pure: HTML in, HTML out.
//!
//! Gmail's and Outlook's apps turn the colours of an email around, and ignore its own dark styles. How they do it is not
//! published; this is the turn that preview tools agree on: in CIE LCH, a ground lighter than the middle becomes as dark as
//! it was light, by three quarters, letters darker than the middle become light, and colours are a fifth weaker.

use super::colour::{Colour, ColourRole};

/// How somebody looks at an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourScheme {
    #[default]
    Light,
    /// As the email defines it itself (Apple Mail, Outlook for Mac).
    Designed,
    /// As Gmail and Outlook force it.
    Forced,
}

impl ColourScheme {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "light" => Some(Self::Light),
            "designed" => Some(Self::Designed),
            "forced" => Some(Self::Forced),
            _ => None,
        }
    }
}

const ASKS_FOR_DARK: &str = "@media (prefers-color-scheme: dark)";

/// The email in this light, whatever the browser's own is.
pub fn render_in(html: &str, light: ColourScheme) -> String {
    match light {
        ColourScheme::Light => with_style(
            &html.replace(ASKS_FOR_DARK, "@media not all"),
            ":root{color-scheme:only light}",
        ),
        ColourScheme::Designed => {
            with_style(&html.replace(ASKS_FOR_DARK, "@media all"), ":root{color-scheme:only dark}")
        }
        ColourScheme::Forced => {
            let html = invert_colours(&html.replace(ASKS_FOR_DARK, "@media not all"));
            with_style(&html, ":root{color-scheme:only light;background:#1c1c1c;color:#e3e3e3}")
        }
    }
}

fn with_style(html: &str, style: &str) -> String {
    match html.find("</head>") {
        Some(at) => format!("{}<style>{style}</style>{}", &html[..at], &html[at..]),
        None => format!("<style>{style}</style>{html}"),
    }
}

/// Every colour of styles and attributes turned around.
fn invert_colours(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find('#') {
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = !rest[at + 1 + digits..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
        let colour = (matches!(digits, 3 | 6) && ends)
            .then(|| Colour::parse(&rest[at + 1..at + 1 + digits]))
            .flatten();
        if let (Some(colour), Some(use_)) = (colour, property(&rest[..at])) {
            out.push_str(&rest[..at]);
            out.push_str(&colour.inverted(use_).hex());
            rest = &rest[at + 1 + digits..];
        } else {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// What a colour that follows this text is for: the name of the property or attribute before it. An entity (`&#39;`), an
/// address with a fragment and the like have none.
fn property(before: &str) -> Option<ColourRole> {
    let before = before.get(before.len().saturating_sub(80)..).unwrap_or(before);
    let at = before.rfind([';', '{', '"', '\'', '<', '>']).map_or(0, |at| at + 1);
    let (name, value) = before[at..].split_once(':').unwrap_or(("", ""));
    let name = name.trim();
    if !value.contains(['&', '/']) {
        if name.starts_with("background") {
            return Some(ColourRole::Ground);
        }
        if name == "color" || name.starts_with("border") {
            return Some(if name == "color" { ColourRole::Letters } else { ColourRole::Ground });
        }
    }
    (before.ends_with("bgcolor=\"") || before.ends_with("bgcolor='")).then_some(ColourRole::Ground)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_become_dark_and_letters_light() {
        let html = "<head></head><td bgcolor=\"#ffffff\" style=\"color:#1d2733;background-color:#fff;border-top:1px solid #dde3e7\">\
                    It&#39;s <a href=\"x#abc\">#123456</a></td>";
        let forced = render_in(html, ColourScheme::Forced);
        for gone in ["#ffffff\"", "#1d2733", ":#fff;"] {
            assert!(!forced.contains(gone), "{gone}: {forced}");
        }
        // What is not a colour stays.
        assert!(forced.contains("It&#39;s <a href=\"x#abc\">#123456</a>"), "{forced}");
    }

    #[test]
    fn the_mails_own_dark_is_chosen_by_the_one_who_looks() {
        let html = format!("<head><style>{ASKS_FOR_DARK} {{ p {{ color: red }} }}</style></head>");
        assert!(render_in(&html, ColourScheme::Light).contains("@media not all { p"));
        assert!(render_in(&html, ColourScheme::Designed).contains("@media all { p"));
        assert!(render_in(&html, ColourScheme::Forced).contains("@media not all { p"));
    }
}
