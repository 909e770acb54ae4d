//! The text of the finished email as it is drawn: its colour, its ground and its size, in the light and in dark mode.
//! Pure: HTML in, runs of text out.
//!
//! Styles come from attributes and from style sheets, by the rules of CSS as far as emails use them.

use scraper::{ElementRef, Html, Node, Selector};

use super::colour::{Colour, ColourRole};
use crate::rfc::text::one_line;

/// How somebody looks at an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    Light,
    /// As the email's own dark styles have it.
    Dark,
    /// As an app inverts it that ignores them.
    Inverted,
}

/// Some text, drawn in one way.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub words: String,
    /// None where it is uncertain: half transparent, or over a picture.
    pub colour: Option<Colour>,
    pub ground: Option<Colour>,
    pub px: f64,
    pub line_px: f64,
    pub is_bold: bool,
    pub is_capitals: bool,
}

impl Run {
    /// WCAG 2.2, 1.4.3: large letters need less.
    pub fn needed_contrast(&self) -> f64 {
        let is_large = self.px >= 24.0 || (self.is_bold && self.px >= 18.66);
        if is_large { 3.0 } else { 4.5 }
    }
}

/// Deeper markup than an email has is not read.
const DEEPEST: usize = 200;

/// All text that is seen, in its order.
pub fn runs(html: &str, scheme: Scheme) -> Vec<Run> {
    let page = Html::parse_document(html);
    let sheet: String = page
        .root_element()
        .descendent_elements()
        .filter(|element| element.value().name() == "style")
        .flat_map(|style| style.text().collect::<Vec<_>>())
        .collect();
    let drawing = Drawing { rules: rules_of(&sheet, scheme == Scheme::Dark), scheme };
    let mut runs = Vec::new();
    // A program that reads in dark mode draws the page dark where the email says that it knows how.
    let ground = if scheme == Scheme::Light { Colour::WHITE } else { drawing.plain_ground() };
    let letters = if scheme == Scheme::Dark { Colour::WHITE } else { Colour::BLACK };
    let start = TextAppearance {
        colour: Some(drawing.letters(letters)),
        ground: Some(ground),
        px: 16.0,
        line: Line::Times(1.2),
        opacity: 1.0,
        is_bold: false,
        is_capitals: false,
        is_hidden: false,
    };
    drawing.visit(page.root_element(), start, 0, &mut runs);
    runs
}

#[derive(Clone, Copy)]
enum Line {
    Px(f64),
    Times(f64),
}

#[derive(Clone, Copy)]
struct TextAppearance {
    colour: Option<Colour>,
    ground: Option<Colour>,
    px: f64,
    line: Line,
    /// How much is seen of the letters.
    opacity: f64,
    is_bold: bool,
    is_capitals: bool,
    is_hidden: bool,
}

struct Drawing {
    rules: Vec<StyleRule>,
    scheme: Scheme,
}

/// One declaration, and how much it weighs.
struct StyleRule {
    selector: Selector,
    specificity: usize,
    declarations: Vec<(String, String, bool)>,
}

impl Drawing {
    fn plain_ground(&self) -> Colour {
        match self.scheme {
            Scheme::Light => Colour::WHITE,
            Scheme::Dark => Colour::BLACK,
            Scheme::Inverted => Colour::WHITE.inverted(ColourRole::Ground),
        }
    }

    fn letters(&self, colour: Colour) -> Colour {
        if self.scheme == Scheme::Inverted { colour.inverted(ColourRole::Letters) } else { colour }
    }

    fn ground(&self, colour: Colour) -> Colour {
        if self.scheme == Scheme::Inverted { colour.inverted(ColourRole::Ground) } else { colour }
    }

    /// A colour as it is seen over what lies below.
    fn seen(
        &self,
        css: &str,
        below: Option<Colour>,
        drawn: fn(&Self, Colour) -> Colour,
    ) -> Option<Colour> {
        let (colour, alpha) = Colour::of_css_with_alpha(css)?;
        let colour = drawn(self, colour);
        if alpha >= 1.0 { Some(colour) } else { below.map(|below| colour.over(below, alpha)) }
    }

    fn visit(
        &self,
        element: ElementRef<'_>,
        around: TextAppearance,
        depth: usize,
        runs: &mut Vec<Run>,
    ) {
        let name = element.value().name();
        if depth > DEEPEST || matches!(name, "head" | "style" | "script" | "template" | "title") {
            return;
        }
        let drawn = self.drawn(element, around);
        for child in element.children() {
            match child.value() {
                Node::Text(text) => {
                    let words = one_line(text);
                    if !drawn.is_hidden
                        && drawn.px > 0.0
                        && words.chars().any(char::is_alphanumeric)
                    {
                        let line_px = match drawn.line {
                            Line::Px(px) => px,
                            Line::Times(times) => times * drawn.px,
                        };
                        let TextAppearance { colour, ground, px, is_bold, is_capitals, .. } = drawn;
                        let colour = if drawn.opacity < 1.0 {
                            colour.zip(ground).map(|(one, below)| one.over(below, drawn.opacity))
                        } else {
                            colour
                        };
                        runs.push(Run { words, colour, ground, px, line_px, is_bold, is_capitals });
                    }
                }
                Node::Element(_) => {
                    if let Some(within) = ElementRef::wrap(child) {
                        self.visit(within, drawn, depth + 1, runs);
                    }
                }
                _ => {}
            }
        }
    }

    fn drawn(&self, element: ElementRef<'_>, around: TextAppearance) -> TextAppearance {
        let name = element.value().name();
        let mut drawn = around;
        match name {
            "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" => drawn.is_bold = true,
            "a" if element.attr("href").is_some() => {
                let blue = if self.scheme == Scheme::Dark { "9e9eff" } else { "0000ee" };
                drawn.colour = Colour::parse(blue).map(|blue| self.letters(blue));
            }
            "small" => drawn.px *= SMALLER,
            "big" => drawn.px /= SMALLER,
            "font" => {
                let size = element.attr("size").and_then(|size| size.trim().parse::<usize>().ok());
                if let Some(px) = size.and_then(|size| FONT_SIZES.get(size.saturating_sub(1))) {
                    drawn.px = *px;
                }
                if let Some(colour) = element.attr("color").and_then(Colour::of_css) {
                    drawn.colour = Some(self.letters(colour));
                }
            }
            _ => {}
        }
        if let Some(ground) = element.attr("bgcolor").and_then(Colour::of_css) {
            drawn.ground = Some(self.ground(ground));
        }
        if element.attr("background").is_some_and(|address| !address.is_empty()) {
            drawn.ground = None;
        }
        // Letters that can be seen through need their ground, and lines their size.
        let mut declared = self.declarations(element);
        declared.sort_by_key(|(name, _)| matches!(name.as_str(), "color" | "line-height"));
        for (name, value) in declared {
            self.apply(&name, &value, around, &mut drawn);
        }
        drawn
    }

    /// What is declared of an element, the strongest last.
    fn declarations(&self, element: ElementRef<'_>) -> Vec<(String, String)> {
        let mut all: Vec<(usize, String, String)> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.selector.matches(&element)) {
            for (name, value, important) in &rule.declarations {
                let weight = rule.specificity + if *important { 20_000 } else { 0 };
                all.push((weight, name.clone(), value.clone()));
            }
        }
        for (name, value, important) in declarations(element.attr("style").unwrap_or_default()) {
            all.push((if important { 30_000 } else { 10_000 }, name, value));
        }
        all.sort_by_key(|(weight, ..)| *weight);
        all.into_iter().map(|(_, name, value)| (name, value)).collect()
    }

    fn apply(&self, name: &str, value: &str, around: TextAppearance, drawn: &mut TextAppearance) {
        match name {
            "color" => match value {
                "inherit" | "currentcolor" => drawn.colour = around.colour,
                "transparent" => drawn.is_hidden = true,
                _ => drawn.colour = self.seen(value, drawn.ground, Self::letters),
            },
            "background-color" | "background" | "background-image" => {
                let mut colours = value.split_inclusive(')').flat_map(|part| {
                    if part.contains('(') {
                        vec![part.trim()]
                    } else {
                        part.split_whitespace().collect()
                    }
                });
                let colour = colours.find(|part| Colour::of_css_with_alpha(part).is_some());
                if let Some(middle) = Colour::middle_of_gradient(value) {
                    drawn.ground = Some(self.ground(middle));
                } else if let Some(colour) = colour {
                    drawn.ground = self.seen(colour, around.ground, Self::ground);
                } else if value.contains("url(")
                    || value.contains("gradient")
                    || value.contains("rgba(")
                {
                    drawn.ground = None;
                }
            }
            "font-size" => {
                if let Some(px) = size(value, around.px) {
                    drawn.px = px;
                }
            }
            // "italic bold 12px/1.5 Georgia, serif"
            "font" => self.apply_font(value, around, drawn),
            "opacity" => {
                let seen = match value.strip_suffix('%') {
                    Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
                    None => value.parse(),
                };
                drawn.opacity = around.opacity * seen.map_or(1.0, |seen| seen.clamp(0.0, 1.0));
            }
            "text-transform" => drawn.is_capitals = value == "uppercase",
            "line-height" => {
                if let Ok(times) = value.parse::<f64>() {
                    drawn.line = Line::Times(times);
                } else if let Some(percent) =
                    value.strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok())
                {
                    drawn.line = Line::Px(drawn.px * percent / 100.0);
                } else if let Some(px) = length(value, drawn.px) {
                    drawn.line = Line::Px(px);
                } else if value == "normal" {
                    drawn.line = Line::Times(1.2);
                }
            }
            "font-weight" => {
                drawn.is_bold = matches!(value, "bold" | "bolder")
                    || value.parse::<u32>().is_ok_and(|weight| weight >= 600);
            }
            "display" if value.starts_with("none") => drawn.is_hidden = true,
            "visibility" if value == "hidden" => drawn.is_hidden = true,
            "mso-hide" if value == "all" => drawn.is_hidden = true,
            _ => {}
        }
    }
}

impl Drawing {
    /// All of a font at once: what it does not name is as it begins.
    fn apply_font(&self, value: &str, around: TextAppearance, drawn: &mut TextAppearance) {
        drawn.is_bold = false;
        drawn.line = Line::Times(1.2);
        for part in value.split_whitespace() {
            let (letters, line) = part.split_once('/').unwrap_or((part, ""));
            if let Some(px) = size(letters, around.px) {
                drawn.px = px;
                self.apply("line-height", line, around, drawn);
                break;
            }
            if part == "bold" || part.parse::<u32>().is_ok() {
                self.apply("font-weight", part, around, drawn);
            }
        }
    }
}

/// What `<small>` makes of a size.
const SMALLER: f64 = 5.0 / 6.0;
/// `<font size="1">` to `<font size="7">` in pixels.
const FONT_SIZES: [f64; 7] = [10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0];

/// A size of letters in pixels, which has names too.
fn size(value: &str, around: f64) -> Option<f64> {
    const NAMES: [(&str, f64); 7] = [
        ("xx-small", 9.0),
        ("x-small", 10.0),
        ("small", 13.0),
        ("medium", 16.0),
        ("large", 18.0),
        ("x-large", 24.0),
        ("xx-large", 32.0),
    ];
    match value {
        "smaller" => Some(around * SMALLER),
        "larger" => Some(around / SMALLER),
        _ => NAMES
            .iter()
            .find(|(name, _)| *name == value)
            .map(|(_, px)| *px)
            .or_else(|| length(value, around)),
    }
}

/// A length in pixels; `of` is the size that `em` and `%` mean.
fn length(value: &str, of: f64) -> Option<f64> {
    let number = |unit: &str| value.strip_suffix(unit)?.trim().parse::<f64>().ok();
    if value == "0" {
        return Some(0.0);
    }
    number("px")
        .or_else(|| number("rem").map(|times| times * 16.0))
        .or_else(|| number("em").map(|times| times * of))
        .or_else(|| number("%").map(|percent| percent * of / 100.0))
        .or_else(|| number("pt").map(|points| points * 4.0 / 3.0))
}

/// The declarations of a style: name, value, whether it is important.
fn declarations(style: &str) -> Vec<(String, String, bool)> {
    style
        .split(';')
        .filter_map(|declaration| {
            let (name, value) = declaration.split_once(':')?;
            let value = value.trim().to_lowercase();
            let (value, important) = match value.split_once('!') {
                Some((value, "important")) => (value.trim().to_owned(), true),
                Some(_) => return None,
                None => (value, false),
            };
            Some((name.trim().to_lowercase(), value, important))
        })
        .collect()
}

/// The rules of a style sheet that hold everywhere, and those for the dark where they are wanted.
fn rules_of(sheet: &str, is_dark: bool) -> Vec<StyleRule> {
    let mut rules = Vec::new();
    for (condition, selectors, body) in blocks(sheet) {
        let condition = condition.replace(' ', "").to_lowercase();
        let holds =
            condition.is_empty() || (is_dark && condition.contains("prefers-color-scheme:dark"));
        if !holds {
            continue;
        }
        let declarations = declarations(&body);
        for selector in selectors.split(',') {
            // What stands under the pointer is not what is read.
            if selector.contains(":hover") || selector.contains("::") {
                continue;
            }
            if let Ok(parsed) = Selector::parse(selector.trim()) {
                let specificity = specificity(selector);
                rules.push(StyleRule {
                    selector: parsed,
                    specificity,
                    declarations: declarations.clone(),
                });
            }
        }
    }
    rules
}

/// Ids, classes and names, each weighing more than all of the next.
fn specificity(selector: &str) -> usize {
    let classes = selector.matches(['.', '[', ':']).count();
    let names = selector
        .split([' ', '>', '+', '~'])
        .filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
        .count();
    (selector.matches('#').count() * 1_000 + classes * 30 + names).min(9_000)
}

/// `(condition, selectors, declarations)` of each rule; the condition is of the `@media` around it.
fn blocks(sheet: &str) -> Vec<(String, String, String)> {
    let mut plain = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(start) = rest.find("/*") {
        plain.push_str(&rest[..start]);
        rest = rest[start + 2..].split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut found = Vec::new();
    collect(&plain, "", &mut found);
    found
}

fn collect(css: &str, condition: &str, found: &mut Vec<(String, String, String)>) {
    let mut rest = css;
    while let Some(start) = rest.find('{') {
        // A rule without a block, such as @import, ends before.
        let head = rest[..start].rsplit(';').next().unwrap_or_default().trim();
        let body = &rest[start + 1..];
        let end = end_of(body);
        if head.starts_with("@media") {
            // An `@media` in another is for programs that no email is written for.
            if condition.is_empty() {
                collect(&body[..end], head, found);
            }
        } else if !head.starts_with('@') {
            found.push((condition.to_owned(), head.to_owned(), body[..end].to_owned()));
        }
        rest = body.get(end + 1..).unwrap_or_default();
    }
}

/// Where a block ends that has just begun.
fn end_of(body: &str) -> usize {
    let mut depth = 0usize;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<html><head><style>.paper{color:#111111} .small{font-size:10px}\
        @media (max-width:480px){ p { color: #eeeeee } }\
        @media (prefers-color-scheme: dark) { .paper, .x { background-color: #1b2229 !important } .paper p { color: #eef2f5 !important } }\
        </style></head><body style='background:#eceff1'><div class=paper style='background-color:#fdfdfc;line-height:1.5'>\
        <p style='color:#1d2733'>ink <span style='color:#bbb'>pale</span></p><b class=small>tiny</b>\
        <div style='display:none'>hidden</div><p style='font-size:20px;background:url(x.png)'>over a picture</p></div></body></html>";

    fn of(words: &str, scheme: Scheme) -> Run {
        runs(PAGE, scheme).into_iter().find(|run| run.words == words).unwrap()
    }

    fn hex(colour: Option<Colour>) -> String {
        colour.map_or_else(String::new, Colour::hex)
    }

    #[test]
    fn text_is_read_as_it_is_drawn() {
        let ink = of("ink", Scheme::Light);
        assert_eq!(
            (hex(ink.colour), hex(ink.ground)),
            ("#1d2733".to_owned(), "#fdfdfc".to_owned())
        );
        assert!((ink.px - 16.0).abs() < 0.01 && (ink.line_px - 24.0).abs() < 0.01);
        assert_eq!(hex(of("pale", Scheme::Light).colour), "#bbbbbb");
        let tiny = of("tiny", Scheme::Light);
        assert!(tiny.is_bold && (tiny.px - 10.0).abs() < 0.01, "{tiny:?}");
        assert_eq!(hex(tiny.colour), "#111111");
        assert!(runs(PAGE, Scheme::Light).iter().all(|run| run.words != "hidden"));
        let picture = of("over a picture", Scheme::Light);
        assert_eq!((picture.ground, picture.line_px.round()), (None, 30.0));
    }

    #[test]
    fn sizes_and_colours_are_read_however_they_are_written() {
        for (markup, px) in [
            ("<p style='font-size:.7em'>x</p>", 11.2),
            ("<p style='font-size:75%'>x</p>", 12.0),
            ("<p style='font-size:9pt'>x</p>", 12.0),
            ("<p style='font-size:x-small'>x</p>", 10.0),
            ("<div style='font-size:20px'><p style='font-size:smaller'>x</p></div>", 16.67),
            ("<p style='font:italic 700 11px/1.5 Georgia, serif'>x</p>", 11.0),
            ("<small>x</small>", 13.33),
            ("<font size=1>x</font>", 10.0),
            ("<p class=fine>x</p>", 8.0),
        ] {
            let page = format!("<style>.fine{{font-size:8px}}</style>{markup}");
            let run = &runs(&page, Scheme::Light)[0];
            assert!((run.px - px).abs() < 0.01, "{markup}: {}", run.px);
        }
        for (markup, colour) in [
            ("<font color='#cccccc'>x</font>", "#cccccc"),
            ("<p style='color:hsl(0,0%,80%)'>x</p>", "#cccccc"),
            ("<p style='color:rgba(0,0,0,.2)'>x</p>", "#cccccc"),
            ("<p style='color:rgba(0,0,0,.2);background:#000'>x</p>", "#000000"),
            ("<p style='color:#00000033'>x</p>", "#cccccc"),
            ("<p style='color:#000;opacity:.2'>x</p>", "#cccccc"),
            ("<div style='opacity:40%'><p style='color:#000;opacity:.5'>x</p></div>", "#cccccc"),
        ] {
            assert_eq!(hex(runs(markup, Scheme::Light)[0].colour), colour, "{markup}");
        }
        let font = &runs("<p style='font:bold 20px/30px Arial'>x</p>", Scheme::Light)[0];
        assert!(font.is_bold && (font.line_px - 30.0).abs() < 0.01, "{font:?}");
    }

    #[test]
    fn the_dark_is_the_emails_own_or_the_apps() {
        let ink = of("ink", Scheme::Dark);
        assert_eq!(
            (hex(ink.colour), hex(ink.ground)),
            ("#eef2f5".to_owned(), "#1b2229".to_owned())
        );
        // What the email's dark styles forget keeps its colour.
        assert_eq!(hex(of("pale", Scheme::Dark).colour), "#bbbbbb");
        let inverted = of("ink", Scheme::Inverted);
        assert_ne!(hex(inverted.colour), "#1d2733");
        assert_ne!(hex(inverted.ground), "#fdfdfc");
    }
}
