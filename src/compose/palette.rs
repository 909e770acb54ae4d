//! The colours that follow from a theme's own: panels, and what is written on them.
//! Pure: colours in, colours out.

use super::theme::{Theme, contrast};

/// What text needs (WCAG 2.2, 1.4.3).
const READABLE: f64 = 4.5;
/// How much of the accent a panel has, in hundredths, from the most to the least: the first on which text can be read is taken.
const SHARES: [u32; 6] = [10, 8, 6, 4, 2, 0];

/// The colours of panels, for light or for dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    pub ground: String,
    pub ink: String,
    pub muted: String,
    pub accent: String,
}

impl Panel {
    pub fn light(theme: &Theme) -> Self {
        Self::of(
            theme.tint.as_deref(),
            [&theme.ink, &theme.muted, &theme.accent],
            [&theme.paper, &theme.accent_ink],
        )
    }

    pub fn dark(theme: &Theme) -> Self {
        Self::of(
            theme.dark_tint.as_deref(),
            [&theme.dark_ink, &theme.dark_muted, &theme.dark_accent],
            [&theme.dark_paper, &theme.dark_ground],
        )
    }

    /// A panel in a colour of its own, or in one that is mixed from accent and paper. Text keeps its colour where it can be
    /// read, and takes the best other one where it cannot.
    fn of(own: Option<&str>, [ink, muted, accent]: [&str; 3], others: [&str; 2]) -> Self {
        let ground = own.map_or_else(
            || {
                let mixed = SHARES.map(|share| mix(others[0], accent, share));
                let can_be_read =
                    |ground: &String| [ink, muted, accent].iter().all(|text| reads(text, ground));
                let found = mixed.iter().find(|ground| can_be_read(ground));
                found.cloned().unwrap_or_else(|| others[0].to_owned())
            },
            str::to_owned,
        );
        let best = best_of(&ground, [ink, others[0], others[1]]);
        let on = |text: &str| if reads(text, &ground) { text.to_owned() } else { best.clone() };
        Self { ink: on(ink), muted: on(muted), accent: on(accent), ground }
    }
}

/// What is written on a button that stands on the accent: its ground is the colour of text on the accent.
pub fn reverse_ink(theme: &Theme) -> &str {
    if reads(&theme.ink, &theme.accent_ink) { &theme.ink } else { &theme.accent }
}

/// The same in the dark, where text on the accent is the dark ground.
pub fn dark_reverse_ink(theme: &Theme) -> &str {
    if reads(&theme.dark_ink, &theme.dark_ground) { &theme.dark_ink } else { &theme.dark_accent }
}

fn reads(text: &str, ground: &str) -> bool {
    contrast(text, ground).is_none_or(|found| found >= READABLE)
}

/// The colour that is read best on a ground.
fn best_of(ground: &str, colours: [&str; 3]) -> String {
    let seen = |colour: &&str| contrast(colour, ground).unwrap_or(0.0);
    let best = colours.into_iter().max_by(|one, other| seen(one).total_cmp(&seen(other)));
    best.unwrap_or_default().to_owned()
}

/// A colour with some hundredths of another; the colour itself where one of them is not `#rrggbb`.
fn mix(colour: &str, other: &str, hundredths: u32) -> String {
    let parts = |text: &str| {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.is_ascii())?;
        u32::from_str_radix(digits, 16).ok().map(|n| [n >> 16, n >> 8 & 255, n & 255])
    };
    let (Some(one), Some(two)) = (parts(colour), parts(other)) else { return colour.to_owned() };
    let [red, green, blue] =
        [0, 1, 2].map(|at| (one[at] * (100 - hundredths) + two[at] * hundredths + 50) / 100);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_panel_has_a_little_of_the_accent() {
        assert_eq!(mix("#ffffff", "#000000", 10), "#e6e6e6");
        assert_eq!(mix("#ffffff", "#0b5a6f", 0), "#ffffff");
        assert_eq!(mix("white", "#0b5a6f", 50), "white");
        let theme = Theme { tint: Some("#111111".to_owned()), ..Theme::default() };
        let panel = Panel::light(&theme);
        assert_eq!((panel.ground.as_str(), panel.ink.as_str()), ("#111111", "#ffffff"));
    }

    proptest! {
        /// Whatever a theme made before panels there were has: what could be read on its paper can be read on its panels.
        #[test]
        fn what_reads_on_paper_reads_on_panels(
            paper in "#([e-f][0-9a-f]){3}",
            texts in proptest::array::uniform3("#([0-5][0-9a-f]){3}"),
        ) {
            let [ink, muted, accent] = texts;
            prop_assume!([&ink, &muted, &accent].iter().all(|text| reads(text, &paper)));
            let theme = Theme { paper, ink, muted, accent, tint: None, ..Theme::default() };
            let panel = Panel::light(&theme);
            for text in [&panel.ink, &panel.muted, &panel.accent] {
                prop_assert!(reads(text, &panel.ground), "{} on {}", text, panel.ground);
            }
        }
    }
}
