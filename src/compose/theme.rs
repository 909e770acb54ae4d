//! How an organisation's mail looks and what its footer says.
//! Pure: settings.

use crate::count::counted;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::setting;

/// `[organisation]` of `roundup.toml`: what the law and courtesy want in every email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// As people call it.
    #[serde(deserialize_with = "setting::line")]
    pub name: String,
    /// As it is registered.
    #[serde(deserialize_with = "setting::line")]
    pub legal_name: String,
    /// Postal, on one line.
    #[serde(deserialize_with = "setting::line")]
    pub address: String,
    /// Such as "Registered charity in England and Wales no. 1234567".
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub charity: Option<String>,
    #[serde(deserialize_with = "setting::web_address")]
    pub website: String,
    /// Where answers and questions of people arrive.
    #[serde(deserialize_with = "setting::mail_address")]
    pub contact: String,
    /// Why people get this email.
    #[serde(default = "default_why", deserialize_with = "setting::paragraph")]
    pub why: String,
}

fn default_why() -> String {
    "You get this email because you asked for our news.".to_owned()
}

/// The themes that come with roundup, by name. The first is the one that is used when nobody names one.
const BUILT_IN: [(&str, &str); 4] = [
    ("harbour", include_str!("../../templates/themes/harbour.toml")),
    ("letter", include_str!("../../templates/themes/letter.toml")),
    ("poster", include_str!("../../templates/themes/poster.toml")),
    ("meadow", include_str!("../../templates/themes/meadow.toml")),
];

/// A theme file that comes with roundup.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The theme of settings that name none.
pub const fn usual() -> &'static str {
    BUILT_IN[0].0
}

/// The names of those that come with roundup.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// What stands at the top of the email.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Masthead {
    /// A bar in the accent, the name left and the edition right.
    #[default]
    Bar,
    /// The name in the middle, tagline and edition below it, over a thin line.
    Centred,
    /// The name on two lines and the edition right, over a thick line.
    Rule,
}

/// What is around the first story.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LeadFrame {
    #[default]
    Line,
    Ink,
    None,
}

/// What is behind the appeal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppealPanel {
    #[default]
    Tint,
    Accent,
}

/// `[theme]`, and a theme's file: colours, letters and logo. Colours are six hexadecimal digits: old Outlook reads no other form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// The theme that the other settings change: `harbour`, `letter`, `poster`, `meadow`, or a file of the project.
    #[serde(rename = "use")]
    pub base: Option<String>,
    /// `en`, `cy`, `fr`, …
    #[serde(deserialize_with = "setting::line")]
    pub language: String,
    /// Buttons, links and the band at the top.
    #[serde(deserialize_with = "setting::colour")]
    pub accent: String,
    /// Text on the accent.
    #[serde(deserialize_with = "setting::colour")]
    pub accent_ink: String,
    #[serde(deserialize_with = "setting::colour")]
    pub ink: String,
    /// Dates, topics, the footer.
    #[serde(deserialize_with = "setting::colour")]
    pub muted: String,
    /// Behind the text.
    #[serde(deserialize_with = "setting::colour")]
    pub paper: String,
    /// Around the paper.
    #[serde(deserialize_with = "setting::colour")]
    pub ground: String,
    /// Rules between stories, and the strip of numbers.
    #[serde(deserialize_with = "setting::colour")]
    pub line: String,
    /// The accent on a dark paper.
    #[serde(deserialize_with = "setting::colour")]
    pub dark_accent: String,
    #[serde(deserialize_with = "setting::colour")]
    pub dark_ink: String,
    #[serde(deserialize_with = "setting::colour")]
    pub dark_muted: String,
    #[serde(deserialize_with = "setting::colour")]
    pub dark_paper: String,
    #[serde(deserialize_with = "setting::colour")]
    pub dark_ground: String,
    #[serde(deserialize_with = "setting::colour")]
    pub dark_line: String,
    /// The ground of panels. Without it, the paper with a little of the accent.
    #[serde(default, deserialize_with = "setting::optional_colour")]
    pub tint: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_colour")]
    pub dark_tint: Option<String>,
    /// Fonts that are on people's machines: nothing is fetched.
    #[serde(deserialize_with = "setting::fonts")]
    pub font: String,
    #[serde(deserialize_with = "setting::fonts")]
    pub heading_font: String,
    /// Of headings: 400 is ordinary, 700 bold.
    #[serde(deserialize_with = "setting::within::<100, 900, _, _>")]
    pub heading_weight: u32,
    /// Of a button's corners, pixels.
    #[serde(deserialize_with = "setting::within::<0, 60, _, _>")]
    pub button_radius: u32,
    /// Of the corners of pictures, frames and panels, pixels.
    #[serde(deserialize_with = "setting::within::<0, 40, _, _>")]
    pub corner_radius: u32,
    pub masthead: Masthead,
    pub lead_frame: LeadFrame,
    pub appeal_panel: AppealPanel,
    /// https address of a picture at most 200 px high.
    #[serde(default, deserialize_with = "setting::optional_web_address")]
    pub logo: Option<String>,
    /// Width in the email, pixels.
    #[serde(deserialize_with = "setting::within::<16, 600, _, _>")]
    pub logo_width: u32,
    /// A line beside the name at the top.
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub tagline: Option<String>,
    /// A paragraph at the foot.
    #[serde(default, deserialize_with = "setting::optional_paragraph")]
    pub footer: Option<String>,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            base: None,
            language: "en".to_owned(),
            accent: "#0b5a6f".to_owned(),
            accent_ink: "#ffffff".to_owned(),
            ink: "#17212b".to_owned(),
            muted: "#55626e".to_owned(),
            paper: "#ffffff".to_owned(),
            ground: "#e9eef1".to_owned(),
            line: "#d5dde2".to_owned(),
            dark_accent: "#6fc3d6".to_owned(),
            dark_ink: "#eef3f5".to_owned(),
            dark_muted: "#a9b7c0".to_owned(),
            dark_paper: "#172026".to_owned(),
            dark_ground: "#0f1519".to_owned(),
            dark_line: "#34424c".to_owned(),
            tint: Some("#e6f1f3".to_owned()),
            dark_tint: Some("#1d2f36".to_owned()),
            font: "Helvetica, Arial, sans-serif".to_owned(),
            heading_font: "Helvetica, Arial, sans-serif".to_owned(),
            button_radius: 8,
            corner_radius: 8,
            masthead: Masthead::Bar,
            lead_frame: LeadFrame::Line,
            appeal_panel: AppealPanel::Tint,
            heading_weight: 700,
            logo: None,
            logo_width: 160,
            tagline: None,
            footer: None,
        }
    }
}

/// `[appeal]`: one thing the reader may do. Without it the email has no appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    #[serde(deserialize_with = "setting::line")]
    pub title: String,
    #[serde(deserialize_with = "setting::paragraph")]
    pub text: String,
    #[serde(deserialize_with = "setting::line")]
    pub button: String,
    #[serde(deserialize_with = "setting::web_address")]
    pub url: String,
}

/// `[links]`: where else the charity is, for the footer, in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FooterLinks(pub Vec<FooterLink>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FooterLink {
    /// Such as "Instagram" or "Past editions".
    pub name: String,
    pub url: String,
}

/// More are not a footer, but a menu.
const MOST_LINKS: usize = 8;
/// As long as a link may be that stands beside others.
const LONGEST_LINK: usize = 40;

impl<'de> Deserialize<'de> for FooterLinks {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut written: Vec<(Spanned<String>, LinkAddress)> =
            BTreeMap::deserialize(deserializer)?.into_iter().collect();
        written.sort_by_key(|(name, _): &(Spanned<String>, LinkAddress)| name.span().start);
        if written.len() > MOST_LINKS {
            return Err(setting::fault(
                &format!("[links] has {}", counted(written.len(), "link", "links")),
                &format!("keep at most {MOST_LINKS}"),
            ));
        }
        let mut links = Vec::new();
        for (name, LinkAddress(url)) in written {
            let name = name.into_inner();
            let length = name.chars().count();
            if name.trim().is_empty() || length > LONGEST_LINK || name.chars().any(char::is_control)
            {
                return Err(setting::fault(
                    &format!(
                        "the name of a link has {}, or a control character",
                        counted(length, "character", "characters")
                    ),
                    &format!("write a name of 1 to {LONGEST_LINK} characters"),
                ));
            }
            links.push(FooterLink { name, url });
        }
        Ok(Self(links))
    }
}

/// The address of a link of the footer.
#[derive(Deserialize)]
struct LinkAddress(#[serde(deserialize_with = "setting::web_address")] String);

/// All that composing needs to know of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branding {
    pub organisation: Organisation,
    pub look: Theme,
    pub appeal: Option<Appeal>,
    pub links: FooterLinks,
    /// Where the pages of editions are, where emails link to them.
    pub archive: Option<String>,
    /// What it says in other languages, by code. The email is composed in each of them.
    pub translations: BTreeMap<String, ThemeWords>,
}

/// `[translations.cy]`: the sender's own words in another language. What is not there stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThemeWords {
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub legal_name: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub address: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub charity: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_web_address")]
    pub website: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_paragraph")]
    pub why: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_line")]
    pub tagline: Option<String>,
    #[serde(default, deserialize_with = "setting::optional_paragraph")]
    pub footer: Option<String>,
    pub appeal: Option<Appeal>,
}

impl Branding {
    /// The theme in another language.
    #[must_use]
    pub fn in_language(&self, language: &str) -> Self {
        let mut theme = self.clone();
        language.clone_into(&mut theme.look.language);
        let Some(words) = self.translations.get(language) else { return theme };
        let organisation = &mut theme.organisation;
        for (there, own) in [
            (&mut organisation.name, &words.name),
            (&mut organisation.legal_name, &words.legal_name),
            (&mut organisation.address, &words.address),
            (&mut organisation.website, &words.website),
            (&mut organisation.why, &words.why),
        ] {
            if let Some(own) = own {
                own.clone_into(there);
            }
        }
        organisation.charity = words.charity.clone().or(organisation.charity.take());
        theme.look.tagline = words.tagline.clone().or(theme.look.tagline.take());
        theme.look.footer = words.footer.clone().or(theme.look.footer.take());
        theme.appeal = words.appeal.clone().or(theme.appeal.take());
        theme
    }
}

impl Theme {
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

    fn look(name: &str) -> Theme {
        toml::from_str(built_in(name).unwrap()).unwrap()
    }

    #[test]
    fn the_first_theme_is_the_default() {
        assert_eq!(look(built_in_names().next().unwrap()), Theme::default());
    }

    #[test]
    fn the_colours_of_every_theme_can_be_read_in_light_and_dark() {
        for name in built_in_names() {
            can_be_read(&look(name));
        }
    }

    fn can_be_read(look: &Theme) {
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
            (&look.dark_ground, &look.dark_accent),
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
