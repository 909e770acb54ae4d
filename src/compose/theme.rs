//! How an organisation's mail looks and what its footer says.
//! Pure: settings.

use serde::{Deserialize, Serialize};

/// `[organisation]` of `roundup.toml`: what the law and courtesy want in every mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// As people call it.
    pub name: String,
    /// As it is registered.
    pub legal_name: String,
    /// Postal, on one line.
    pub address: String,
    /// Such as "Registered charity in England and Wales no. 1234567".
    #[serde(default)]
    pub charity: Option<String>,
    pub website: String,
    /// Where people who answer or ask are heard.
    pub contact: String,
    /// Why people get this mail.
    #[serde(default = "default_why")]
    pub why: String,
}

fn default_why() -> String {
    "You get this email because you asked for our news.".to_owned()
}

/// `[theme]`: colours, letters and logo. Colours are six hexadecimal digits: old Outlook reads no other form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Look {
    /// `en`, `cy`, `fr`, …
    pub language: String,
    /// Buttons, links and the band at the top.
    pub accent: String,
    /// Text on the accent.
    pub accent_ink: String,
    pub ink: String,
    /// Dates, topics, the footer.
    pub muted: String,
    /// Behind the text.
    pub paper: String,
    /// Around the paper.
    pub ground: String,
    /// Rules between stories, and the strip of numbers.
    pub line: String,
    /// The accent on a dark paper.
    pub dark_accent: String,
    pub dark_ink: String,
    pub dark_muted: String,
    pub dark_paper: String,
    pub dark_ground: String,
    pub dark_line: String,
    /// Fonts that are on people's machines: nothing is fetched.
    pub font: String,
    /// https address of a picture at most 200 px high.
    pub logo: Option<String>,
    /// Width in the mail, pixels.
    pub logo_width: u32,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            language: "en".to_owned(),
            accent: "#0b5a6f".to_owned(),
            accent_ink: "#ffffff".to_owned(),
            ink: "#1d2733".to_owned(),
            muted: "#55626f".to_owned(),
            paper: "#fdfdfc".to_owned(),
            ground: "#eceff1".to_owned(),
            line: "#dde3e7".to_owned(),
            dark_accent: "#7fd3e6".to_owned(),
            dark_ink: "#eef2f5".to_owned(),
            dark_muted: "#b3bec8".to_owned(),
            dark_paper: "#1b2229".to_owned(),
            dark_ground: "#11161b".to_owned(),
            dark_line: "#3b4650".to_owned(),
            font: "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif".to_owned(),
            logo: None,
            logo_width: 160,
        }
    }
}

/// `[appeal]`: one thing the reader may do. Without it the mail has no appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    pub title: String,
    pub text: String,
    pub button: String,
    pub url: String,
}

/// All that composing needs to know of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub organisation: Organisation,
    pub look: Look,
    pub appeal: Option<Appeal>,
}

impl Look {
    /// The colours by name, for checking.
    pub fn colours(&self) -> [(&'static str, &str); 13] {
        [
            ("accent", &self.accent),
            ("accent_ink", &self.accent_ink),
            ("ink", &self.ink),
            ("muted", &self.muted),
            ("paper", &self.paper),
            ("ground", &self.ground),
            ("line", &self.line),
            ("dark_accent", &self.dark_accent),
            ("dark_ink", &self.dark_ink),
            ("dark_muted", &self.dark_muted),
            ("dark_paper", &self.dark_paper),
            ("dark_ground", &self.dark_ground),
            ("dark_line", &self.dark_line),
        ]
    }
}

/// The contrast of two colours (WCAG 2.2), 1 to 21; `None` when one is not `#rrggbb`.
pub fn contrast(one: &str, other: &str) -> Option<f64> {
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

fn luminance(colour: &str) -> Option<f64> {
    let digits =
        colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |from: usize| {
        u8::from_str_radix(&digits[from..from + 2], 16).ok().map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    };
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_colours_can_be_read_in_light_and_dark() {
        let look = Look::default();
        for (ink, paper) in [
            (&look.ink, &look.paper),
            (&look.muted, &look.paper),
            (&look.muted, &look.ground),
            (&look.accent, &look.paper),
            (&look.accent_ink, &look.accent),
            (&look.dark_ink, &look.dark_paper),
            (&look.dark_muted, &look.dark_paper),
            (&look.dark_muted, &look.dark_ground),
            (&look.dark_accent, &look.dark_paper),
            (&look.dark_paper, &look.dark_accent),
        ] {
            let contrast = contrast(ink, paper).unwrap();
            assert!(contrast >= 4.5, "{ink} on {paper}: {contrast:.2}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast("#000000", "#ffffff").unwrap() - 21.0).abs() < 0.01);
        assert!((contrast("#777777", "#ffffff").unwrap() - 4.48).abs() < 0.01);
        assert_eq!(contrast("red", "#ffffff"), None);
        assert_eq!(contrast("#fff", "#ffffff"), None);
    }
}
