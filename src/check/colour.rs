//! Colours: as CSS writes them, as they are seen, and as mail apps invert them in dark mode.
//! Pure: numbers.

use cssparser::color::parse_named_color;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourRole {
    Ground,
    Letters,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    red: f64,
    green: f64,
    blue: f64,
}

impl Colour {
    /// Three or six hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        let whole: String = if hex.len() == 3 {
            hex.chars().flat_map(|c| [c, c]).collect()
        } else {
            hex.to_owned()
        };
        let part = |at: usize| u8::from_str_radix(whole.get(at..at + 2)?, 16).ok().map(f64::from);
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    pub fn hex(self) -> String {
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

    /// As the apps of Gmail and Outlook show it in dark mode, which ignore an email's own styles. How they do it is not
    /// published; this is what preview tools agree on: in CIE LCH, a ground lighter than the middle becomes as dark as it
    /// was light, by three quarters, letters darker than the middle become light, and colours are a fifth weaker.
    #[must_use]
    pub fn inverted(self, use_: ColourRole) -> Self {
        let [lightness, red_green, yellow_blue] = self.lab();
        let turns = match use_ {
            ColourRole::Ground => lightness >= 50.0,
            ColourRole::Letters => lightness < 50.0,
        };
        if !turns {
            return self;
        }
        Self::of_lab([50.0 - (lightness - 50.0) * 0.75, red_green * 0.8, yellow_blue * 0.8])
    }
}

fn rounded(value: f64) -> u8 {
    // The nearest of 256 values by halving, without a cast that could cut.
    let (mut low, mut high) = (0, u8::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if f64::from(middle) + 0.5 >= value {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

impl Colour {
    pub const WHITE: Self = Self { red: 255.0, green: 255.0, blue: 255.0 };
    pub const BLACK: Self = Self { red: 0.0, green: 0.0, blue: 0.0 };

    /// A colour as a style sheet writes it, and how much of it is seen: `#fff`, `rgb(1, 2, 3)`, `hsl(200, 50%, 40%)`, `white`.
    pub fn of_css_with_alpha(text: &str) -> Option<(Self, f64)> {
        let text = text.trim().to_lowercase();
        if let Some(digits) = text.strip_prefix('#') {
            return match digits.len() {
                3 | 6 => Some((Self::parse(digits)?, 1.0)),
                4 | 8 if digits.is_ascii() => {
                    let (colour, alpha) = digits.split_at(digits.len() / 4 * 3);
                    let most = if alpha.len() == 1 { 15.0 } else { 255.0 };
                    let alpha = u8::from_str_radix(alpha, 16).ok()?;
                    Some((Self::parse(colour)?, f64::from(alpha) / most))
                }
                _ => None,
            };
        }
        if let Ok((red, green, blue)) = parse_named_color(&text) {
            let [red, green, blue] = [red, green, blue].map(f64::from);
            return Some((Self { red, green, blue }, 1.0));
        }
        let (form, inner) = text.split_once('(')?;
        let parts: Vec<&str> = inner
            .trim_end_matches(')')
            .split([',', ' ', '/'])
            .filter(|part| !part.is_empty())
            .collect();
        let [one, two, three, rest @ ..] = parts.as_slice() else { return None };
        let alpha = rest.first().map_or(Some(1.0), |alpha| part_of(alpha, 1.0))?.clamp(0.0, 1.0);
        let colour = match form {
            "rgb" | "rgba" => Self {
                red: part_of(one, 255.0)?,
                green: part_of(two, 255.0)?,
                blue: part_of(three, 255.0)?,
            },
            "hsl" | "hsla" => {
                let hue: f64 = one.trim_end_matches("deg").parse().ok()?;
                Self::of_hue(hue, part_of(two, 1.0)?, part_of(three, 1.0)?)
            }
            _ => return None,
        };
        Some((colour, alpha))
    }

    /// The same where it can be seen through nowhere.
    pub fn of_css(text: &str) -> Option<Self> {
        Self::of_css_with_alpha(text).filter(|(_, alpha)| *alpha >= 1.0).map(|(colour, _)| colour)
    }

    /// The colour half way of a gradient: the words stand on all of it. None where it can be seen through.
    pub fn middle_of_gradient(value: &str) -> Option<Self> {
        let (_, stops) = value.split_once("gradient(")?;
        let mut colours = Vec::new();
        // A colour may have commas of its own: `rgb(1,2,3)`.
        let parts = stops.split_inclusive(')').flat_map(|part| {
            let function = part.find('(').map_or(part.len(), |open| {
                part[..open].rfind([',', ' ']).map_or(0, |before| before + 1)
            });
            let (plain, function) = part.split_at(function);
            plain.split([',', ' ', ')']).chain([function])
        });
        for part in parts {
            if let Some((colour, alpha)) = Self::of_css_with_alpha(part) {
                colours.push((alpha >= 1.0).then_some(colour)?);
            }
        }
        let (first, last) = (*colours.first()?, *colours.last()?);
        Some(first.over(last, 0.5))
    }

    /// What is seen where this colour lies over another.
    #[must_use]
    pub fn over(self, ground: Self, alpha: f64) -> Self {
        let mix = |above: f64, below: f64| above * alpha + below * (1.0 - alpha);
        Self {
            red: mix(self.red, ground.red),
            green: mix(self.green, ground.green),
            blue: mix(self.blue, ground.blue),
        }
    }

    /// Hue in degrees, saturation and lightness from 0 to 1 (CSS Color 4, section 7.1).
    fn of_hue(hue: f64, saturation: f64, lightness: f64) -> Self {
        let part = |from: f64| {
            let turn = (from + hue / 30.0).rem_euclid(12.0);
            let strength = saturation * lightness.min(1.0 - lightness);
            255.0 * (lightness - strength * (turn - 3.0).min(9.0 - turn).clamp(-1.0, 1.0))
        };
        Self { red: part(0.0), green: part(8.0), blue: part(4.0) }
    }
}

/// A number, or a part of `whole` in per cent.
fn part_of(text: &str, whole: f64) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => Some(percent.parse::<f64>().ok()? * whole / 100.0),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gradient_is_the_colour_in_its_middle() {
        let middle = |css: &str| Colour::middle_of_gradient(css).map(Colour::hex);
        for css in [
            "linear-gradient(#000000, #202020)",
            "radial-gradient(circle, rgb(0, 0, 0), rgb(32,32,32))",
            "linear-gradient(90deg, black 10%, #202020 90%)",
        ] {
            assert_eq!(middle(css).as_deref(), Some("#101010"), "{css}");
        }
        for css in ["#101010", "url(x.png)", "linear-gradient(rgba(0,0,0,.5), #fff)"] {
            assert_eq!(middle(css), None, "{css}");
        }
    }

    #[test]
    fn colours_go_there_and_back() {
        for hex in ["#000000", "#ffffff", "#0b5a6f", "#fdfdfc", "#a3172a"] {
            let colour = Colour::parse(&hex[1..]).unwrap();
            assert_eq!(Colour::of_lab(colour.lab()).hex(), hex);
        }
    }

    #[test]
    fn grounds_become_dark_and_letters_light() {
        let white = Colour::WHITE.inverted(ColourRole::Ground).lab()[0];
        let ink = Colour::of_css("#1d2733").unwrap().inverted(ColourRole::Letters).lab()[0];
        assert!(white < 15.0 && ink > 75.0, "{white} {ink}");
        // A dark band with light letters is left as it is.
        let dark = Colour::of_css("#0b5a6f").unwrap();
        assert_eq!(dark.inverted(ColourRole::Ground), dark);
    }

    #[test]
    fn colours_as_style_sheets_write_them() {
        for (text, hex) in [
            ("#fff", Some("#ffffff")),
            (" White ", Some("#ffffff")),
            ("rgb(11, 90, 111)", Some("#0b5a6f")),
            ("rgba(11,90,111,1)", Some("#0b5a6f")),
            ("rgba(0,0,0,.5)", None),
            ("rgb(0%, 20%, 100%)", Some("#0033ff")),
            ("hsl(0, 0%, 80%)", Some("#cccccc")),
            ("hsl(240deg 100% 50%)", Some("#0000ff")),
            ("hsla(120, 100%, 20%, 1)", Some("#006600")),
            ("#0b5a6fff", Some("#0b5a6f")),
            ("#0b5a6f80", None),
            ("lab(1 2 3)", None),
            ("transparent", None),
        ] {
            assert_eq!(Colour::of_css(text).map(Colour::hex).as_deref(), hex, "{text}");
        }
    }
}
