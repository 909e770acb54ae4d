//! A mail in the light and in the dark: as it is designed, and as programs that know better force it.
//! Pure: HTML in, HTML out.
//!
//! Gmail's and Outlook's apps turn the colours of a mail around, and do not ask its own dark styles. How they do it is not
//! published; this is the turn that preview tools agree on: in CIE LCH, a ground lighter than the middle becomes as dark as
//! it was light, by three quarters, letters darker than the middle become light, and colours are a fifth weaker.

/// How somebody looks at a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Light {
    #[default]
    Light,
    /// As the mail defines it itself (Apple Mail, Outlook for Mac).
    Designed,
    /// As Gmail and Outlook force it.
    Forced,
}

impl Light {
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

/// The mail in this light, whatever the browser's own is.
pub fn seen(html: &str, light: Light) -> String {
    match light {
        Light::Light => with_style(
            &html.replace(ASKS_FOR_DARK, "@media not all"),
            ":root{color-scheme:only light}",
        ),
        Light::Designed => {
            with_style(&html.replace(ASKS_FOR_DARK, "@media all"), ":root{color-scheme:only dark}")
        }
        Light::Forced => {
            let html = turned(&html.replace(ASKS_FOR_DARK, "@media not all"));
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
fn turned(html: &str) -> String {
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
            out.push_str(&colour.turned(use_).hex());
            rest = &rest[at + 1 + digits..];
        } else {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Ground,
    Letters,
}

/// What a colour that follows this text is for: the name of the property or attribute before it. An entity (`&#39;`), an
/// address with a fragment and the like have none.
fn property(before: &str) -> Option<Use> {
    let before = before.get(before.len().saturating_sub(80)..).unwrap_or(before);
    let at = before.rfind([';', '{', '"', '\'', '<', '>']).map_or(0, |at| at + 1);
    let (name, value) = before[at..].split_once(':').unwrap_or(("", ""));
    let name = name.trim();
    if !value.contains(['&', '/']) {
        if name.starts_with("background") {
            return Some(Use::Ground);
        }
        if name == "color" || name.starts_with("border") {
            return Some(if name == "color" { Use::Letters } else { Use::Ground });
        }
    }
    (before.ends_with("bgcolor=\"") || before.ends_with("bgcolor='")).then_some(Use::Ground)
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Colour {
    red: f64,
    green: f64,
    blue: f64,
}

impl Colour {
    fn parse(hex: &str) -> Option<Self> {
        let whole: String = if hex.len() == 3 {
            hex.chars().flat_map(|c| [c, c]).collect()
        } else {
            hex.to_owned()
        };
        let part = |at: usize| u8::from_str_radix(whole.get(at..at + 2)?, 16).ok().map(f64::from);
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    fn hex(self) -> String {
        let byte = |value: f64| format!("{:02x}", rounded(value));
        format!("#{}{}{}", byte(self.red), byte(self.green), byte(self.blue))
    }

    /// Lightness, and the two axes of colour (CIE L*a*b*, D65).
    fn lab(self) -> [f64; 3] {
        let linear = |value: f64| {
            let value = value / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let rgb = [linear(self.red), linear(self.green), linear(self.blue)];
        let seen = |row: [f64; 3], white: f64| {
            let value = (row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]) / white;
            if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 }
        };
        let wide = seen([0.4124, 0.3576, 0.1805], 0.950_47);
        let bright = seen([0.2126, 0.7152, 0.0722], 1.0);
        let short = seen([0.0193, 0.1192, 0.9505], 1.088_83);
        [116.0 * bright - 16.0, 500.0 * (wide - bright), 200.0 * (bright - short)]
    }

    fn of_lab(lab: [f64; 3]) -> Self {
        let back = |value: f64, white: f64| {
            let cube = value.powi(3);
            white * if cube > 0.008_856 { cube } else { (value - 16.0 / 116.0) / 7.787 }
        };
        let bright = (lab[0] + 16.0) / 116.0;
        let xyz = [
            back(bright + lab[1] / 500.0, 0.950_47),
            back(bright, 1.0),
            back(bright - lab[2] / 200.0, 1.088_83),
        ];
        let gamma = |row: [f64; 3]| {
            let value = (row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]).clamp(0.0, 1.0);
            let value = if value <= 0.003_130_8 {
                value * 12.92
            } else {
                1.055 * value.powf(1.0 / 2.4) - 0.055
            };
            value * 255.0
        };
        Self {
            red: gamma([3.2406, -1.5372, -0.4986]),
            green: gamma([-0.9689, 1.8758, 0.0415]),
            blue: gamma([0.0557, -0.2040, 1.0570]),
        }
    }

    fn turned(self, use_: Use) -> Self {
        let [lightness, red_green, yellow_blue] = self.lab();
        let turns = match use_ {
            Use::Ground => lightness >= 50.0,
            Use::Letters => lightness < 50.0,
        };
        if !turns {
            return self;
        }
        Self::of_lab([50.0 - (lightness - 50.0) * 0.75, red_green * 0.8, yellow_blue * 0.8])
    }
}

fn rounded(value: f64) -> u8 {
    // The nearest of 256 values, without a cast that could cut.
    (0..=u8::MAX)
        .min_by(|one, other| {
            let from = |byte: &u8| (f64::from(*byte) - value).abs();
            from(one).total_cmp(&from(other))
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_there_and_back() {
        for hex in ["#000000", "#ffffff", "#0b5a6f", "#fdfdfc", "#a3172a"] {
            let colour = Colour::parse(&hex[1..]).unwrap();
            assert_eq!(Colour::of_lab(colour.lab()).hex(), hex);
        }
    }

    #[test]
    fn grounds_become_dark_and_letters_light() {
        let html = "<head></head><td bgcolor=\"#ffffff\" style=\"color:#1d2733;background-color:#fff;border-top:1px solid #dde3e7\">\
                    It&#39;s <a href=\"x#abc\">#123456</a></td>";
        let forced = seen(html, Light::Forced);
        for gone in ["#ffffff\"", "#1d2733", ":#fff;"] {
            assert!(!forced.contains(gone), "{gone}: {forced}");
        }
        // What is no colour stays.
        assert!(forced.contains("It&#39;s <a href=\"x#abc\">#123456</a>"), "{forced}");
        let white = Colour::parse("ffffff").unwrap().turned(Use::Ground).lab()[0];
        let ink = Colour::parse("1d2733").unwrap().turned(Use::Letters).lab()[0];
        assert!(white < 15.0 && ink > 75.0, "{white} {ink}");
        // A dark band with light letters is left as it is.
        let dark = Colour::parse("0b5a6f").unwrap();
        assert_eq!(dark.turned(Use::Ground), dark);
    }

    #[test]
    fn the_mails_own_dark_is_chosen_by_the_one_who_looks() {
        let html = format!("<head><style>{ASKS_FOR_DARK} {{ p {{ color: red }} }}</style></head>");
        assert!(seen(&html, Light::Light).contains("@media not all { p"));
        assert!(seen(&html, Light::Designed).contains("@media all { p"));
        assert!(seen(&html, Light::Forced).contains("@media not all { p"));
    }
}
