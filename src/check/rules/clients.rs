//! What mail programs make of the HTML: which of the things it uses each of them shows.
//! Pure: a page in, scores and findings out.
//!
//! The table is Can I email's, trimmed (`clients.tsv`, made by `scripts/clients`). A feature is recognised by marks:
//! `p:` a property, `v:` a property's value, `f:` a function, `u:` a unit, `t:` an at-rule, `m:` a feature of a media
//! query, `c:` a pseudo-class, `l:` a pseudo-element, `e:` an element, `a:` an attribute, `i:` a picture's format,
//! `x:` something else. Most of what a program does not show does no harm: a corner stays square, a colour stays light.
//! Rules speak of the rest.

use crate::check::client_lists::{LOSS, NO_LOSS};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cssparser::{ParseError, Parser, Token};
use scraper::Html;
use serde::Serialize;

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, template};

/// What one program family makes of an email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Score {
    /// As in "Outlook".
    pub family: &'static str,
    /// Of what the email uses, how much the family's programs show: 0 to 100.
    pub percent: u32,
    /// What at least one of them does not show, and how many of them do not.
    pub lacking: Vec<FeatureGap>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureGap {
    pub feature: &'static str,
    /// Programs of the family that do not show it.
    pub programs: Vec<&'static str>,
}

pub const RULES: [Rule; 1] = [Rule::new(
    "mail-programs",
    "Does every part of the email work in common mail programs?",
    "Nine out of ten emails in Britain are read in Gmail, Outlook, Apple Mail, Yahoo or Samsung \
        Email, and each ignores different parts of HTML. roundup has Can I email's table of what \
        each one shows (`roundup check --programs` prints it for this email). It does not report \
        what only looks plainer. It reports what is lost: forms, video, grids, pictures in \
        formats that are not shown.",
    mail_programs,
)];

/// The families whose readers are too many to lose.
const COMMON: [&str; 5] = ["Apple Mail", "Gmail", "Outlook", "Samsung Email", "Yahoo! Mail"];

/// A row of the table.
struct Feature {
    id: &'static str,
    name: &'static str,
    signs: Vec<&'static str>,
    /// A letter for each program, in their order.
    shown: &'static [u8],
}

struct Table {
    /// Family and platform.
    programs: Vec<(&'static str, &'static str)>,
    features: Vec<Feature>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut lines = include_str!("clients.tsv").lines().filter(|line| !line.starts_with('#'));
    let head = lines.next().unwrap_or_default();
    let programs = head.split('\t').skip(3).filter_map(|program| program.split_once('/')).collect();
    let features = lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some(Feature {
                id: cells.next()?,
                name: cells.next()?,
                signs: cells.next()?.split(' ').collect(),
                shown: cells.next()?.as_bytes(),
            })
        })
        .collect();
    Table { programs, features }
});

/// The day of the data, as the table's first line has it.
pub fn data_of() -> &'static str {
    include_str!("clients.tsv")
        .lines()
        .next()
        .and_then(|line| line.rsplit(' ').next())
        .unwrap_or_default()
        .trim_end_matches('.')
}

/// What every family makes of the variant of an email that uses most.
pub fn scores(shown: &RenderedEmail<'_>) -> Vec<Score> {
    let used = features_of(shown.signs());
    let mut families: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (index, (family, _)) in TABLE.programs.iter().enumerate() {
        families.entry(family).or_default().push(index);
    }
    let mut scores: Vec<Score> = families
        .into_iter()
        .map(|(family, programs)| {
            let mut points = 0;
            let mut known = 0;
            let mut lacking = Vec::new();
            for feature in &used {
                let mut without = Vec::new();
                for program in &programs {
                    match feature.shown.get(*program) {
                        Some(b'y') => points += 2,
                        Some(b'a') => points += 1,
                        Some(b'n') => without.push(TABLE.programs[*program].1),
                        _ => continue,
                    }
                    known += 2;
                }
                if !without.is_empty() {
                    lacking.push(FeatureGap { feature: feature.name, programs: without });
                }
            }
            let percent = u32::checked_div(points * 100, known).unwrap_or(100);
            Score { family, percent, lacking }
        })
        .collect();
    // What many people have stands first.
    scores.sort_by_key(|score| (!COMMON.contains(&score.family), score.family));
    scores
}

fn features_of(signs: &BTreeSet<String>) -> Vec<&'static Feature> {
    TABLE
        .features
        .iter()
        .filter(|feature| feature.signs.iter().any(|sign| signs.contains(*sign)))
        .collect()
}

fn mail_programs(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    features_of(shown.signs())
        .into_iter()
        .filter(|feature| {
            let is_plainer = NO_LOSS.iter().any(|family| feature.id.starts_with(family));
            LOSS.contains(&feature.id) || !is_plainer
        })
        .filter_map(|feature| {
            let mut without: Vec<&str> = TABLE
                .programs
                .iter()
                .zip(feature.shown)
                .filter(|((family, _), letter)| COMMON.contains(family) && **letter == b'n')
                .map(|((family, _), _)| *family)
                .collect();
            without.dedup();
            if without.is_empty() {
                return None;
            }
            let name = feature.name;
            // Where it was written, if a template or the draft has it word for word.
            let words = name.trim_end_matches(" element").trim_end_matches('>');
            let place = known
                .templates
                .place_of_words(&known.edition.template, words)
                .unwrap_or_else(|| place_by_sign(feature, shown, known));
            Some(Finding::new(
                "mail-programs",
                Severity::Should,
                place,
                format!("{name} is lost in {}", without.join(", ")),
                "use only what every program shows: tables, text, JPEG and PNG pictures",
            ))
        })
        .collect()
}

/// A picture's format is known by its address.
fn place_by_sign(
    feature: &Feature,
    shown: &RenderedEmail<'_>,
    known: &CheckContext<'_>,
) -> crate::problem::Place {
    shown
        .variants
        .iter()
        .flat_map(|variant| &variant.page.pictures)
        .find(|picture| {
            format_of(&picture.address).is_some_and(|sign| feature.signs.contains(&sign.as_str()))
        })
        .map_or_else(|| template(known), |picture| known.place_of(&picture.address))
}

/// Everything that a page uses, as marks.
pub fn signs_of(html: &str) -> BTreeSet<String> {
    let mut signs = BTreeSet::new();
    let tree = Html::parse_document(html);
    for element in tree.root_element().descendent_elements() {
        let value = element.value();
        let name = value.name();
        signs.insert(format!("e:{name}"));
        if let Some(kind) = value.attr("type").filter(|_| matches!(name, "input" | "button")) {
            signs.insert(format!("e:{name}[{}]", kind.to_lowercase()));
        } else if name == "input" {
            signs.insert("e:input[text]".to_owned());
        }
        for (attribute, text) in value.attrs() {
            signs.insert(format!("a:{attribute}"));
            match attribute {
                "style" => declarations(&mut Parser::new(text), &mut signs),
                "href" if text.starts_with("mailto:") => {
                    signs.insert("x:mailto".to_owned());
                }
                "href" if text.starts_with('#') => {
                    signs.insert("x:local-anchor".to_owned());
                }
                "src" if name == "img" => signs.extend(format_of(text)),
                "name" if name == "meta" && text == "color-scheme" => {
                    signs.insert("x:meta-color-scheme".to_owned());
                }
                _ => {}
            }
        }
        if name == "style" {
            let css: String = element.text().collect();
            rules(&mut Parser::new(&css), &mut signs);
        }
    }
    signs
}

/// The sign of a picture's format.
fn format_of(address: &str) -> Option<String> {
    if address.starts_with("data:") {
        return Some("i:data".to_owned());
    }
    let path = address.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(format!("i:{}", ending.to_lowercase()))
}

/// Deeper nesting no style sheet has; the library refuses it by itself.
type Nothing = Result<(), ParseError<()>>;

/// Rules of a style sheet: what stands before a block, and the block.
fn rules(css: &mut Parser<'_>, signs: &mut BTreeSet<String>) {
    let mut at_rule: Option<String> = None;
    let mut colons = 0;
    while let Ok(token) = css.next().cloned() {
        let before = std::mem::take(&mut colons);
        match token {
            Token::AtKeyword(name) => {
                signs.insert(format!("t:{}", name.to_lowercase()));
                at_rule = Some(name.to_lowercase());
            }
            Token::Semicolon => at_rule = None,
            Token::Colon => colons = before + 1,
            Token::Ident(name) if before > 0 && at_rule.is_none() => {
                let kind = if before > 1 { "l" } else { "c" };
                signs.insert(format!("{kind}:{}", name.to_lowercase()));
            }
            Token::Function(name) if at_rule.is_none() => {
                signs.insert(format!("c:{}", name.to_lowercase()));
                skip(css);
            }
            Token::SquareBracketBlock => {
                signs.insert("x:attribute-selector".to_owned());
                skip(css);
            }
            Token::ParenthesisBlock if at_rule.as_deref() == Some("media") => {
                let _: Nothing = css.parse_nested_block(|inside| {
                    while let Ok(token) = inside.next() {
                        if let Token::Ident(name) = token {
                            signs.insert(format!("m:{}", name.to_lowercase()));
                        }
                    }
                    Ok(())
                });
            }
            Token::Function(_) | Token::ParenthesisBlock => skip(css),
            Token::CurlyBracketBlock => {
                let holds_rules =
                    matches!(at_rule.as_deref(), Some("media" | "supports" | "layer"));
                at_rule = None;
                let _: Nothing = css.parse_nested_block(|inside| {
                    if holds_rules {
                        rules(inside, signs);
                    } else {
                        declarations(inside, signs);
                    }
                    Ok(())
                });
            }
            _ => {}
        }
    }
}

fn skip(css: &mut Parser<'_>) {
    let _: Nothing = css.parse_nested_block(|inside| {
        while inside.next().is_ok() {}
        Ok(())
    });
}

/// The declarations of a block or of a `style` attribute.
fn declarations(css: &mut Parser<'_>, signs: &mut BTreeSet<String>) {
    let mut property: Option<String> = None;
    let mut in_value = false;
    while let Ok(token) = css.next().cloned() {
        match token {
            Token::Semicolon => {
                property = None;
                in_value = false;
            }
            Token::Colon if property.is_some() => in_value = true,
            Token::Ident(name) if !in_value => {
                let name = name.to_lowercase();
                let is_variable = name.starts_with("--");
                signs.insert(if is_variable {
                    "x:variable".to_owned()
                } else {
                    format!("p:{name}")
                });
                property = Some(name);
            }
            Token::CurlyBracketBlock => declarations_within(css, signs),
            other => {
                let name = property.clone().unwrap_or_default();
                value(&other, &name, css, signs);
            }
        }
    }
}

fn declarations_within(css: &mut Parser<'_>, signs: &mut BTreeSet<String>) {
    let _: Nothing = css.parse_nested_block(|inside| {
        declarations(inside, signs);
        Ok(())
    });
}

/// One token of a value.
fn value(token: &Token<'_>, property: &str, css: &mut Parser<'_>, signs: &mut BTreeSet<String>) {
    match token {
        Token::Ident(word) => {
            let word = word.to_lowercase();
            match word.as_str() {
                "important" => signs.insert("x:important".to_owned()),
                "initial" => signs.insert("x:initial".to_owned()),
                _ => signs.insert(format!("v:{property}={word}")),
            };
        }
        Token::Dimension { unit, .. } => {
            signs.insert(format!("u:{}", unit.to_lowercase()));
        }
        Token::Percentage { .. } => {
            signs.insert("u:%".to_owned());
        }
        Token::Function(name) => {
            let name = name.to_lowercase();
            if name == "var" {
                signs.insert("x:variable".to_owned());
            }
            signs.insert(format!("f:{name}"));
            let _: Nothing = css.parse_nested_block(|inside| {
                while let Ok(token) = inside.next().cloned() {
                    value(&token, property, inside, signs);
                }
                Ok(())
            });
        }
        Token::ParenthesisBlock | Token::SquareBracketBlock => skip(css),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;
    use crate::compose::Templates;

    #[test]
    fn the_table_is_whole() {
        assert!(TABLE.features.len() > 300, "{}", TABLE.features.len());
        for feature in &TABLE.features {
            assert_eq!(feature.shown.len(), TABLE.programs.len(), "{}", feature.id);
            assert!(feature.shown.iter().all(|letter| b"yanu".contains(letter)), "{}", feature.id);
        }
        for id in LOSS {
            assert!(TABLE.features.iter().any(|feature| feature.id == id), "{id}");
        }
        for family in NO_LOSS {
            assert!(
                TABLE.features.iter().any(|feature| feature.id.starts_with(family)),
                "{family}"
            );
        }
        for family in COMMON {
            assert!(TABLE.programs.iter().any(|(known, _)| *known == family), "{family}");
        }
        assert_eq!(data_of().len(), 10, "{}", data_of());
    }

    #[test]
    fn what_a_page_uses() {
        let signs = signs_of(
            "<meta name=color-scheme content=x><style>@media (prefers-color-scheme:dark) and (min-width:480px){a:hover{\
             color:rgba(1,2,3,.5)!important}} [data-ogsc] .x::before{width:calc(100% - 2rem)}</style>\
             <p style='display: flex; --x: 1; font-family: system-ui, Arial'><img src='https://e.example/a.WEBP?b=c.png'>\
             <a href='mailto:a@b.c'>x</a><input type=text>",
        );
        for sign in [
            "x:meta-color-scheme",
            "t:media",
            "m:prefers-color-scheme",
            "m:min-width",
            "c:hover",
            "p:color",
            "f:rgba",
            "x:important",
            "x:attribute-selector",
            "l:before",
            "f:calc",
            "u:%",
            "u:rem",
            "v:display=flex",
            "x:variable",
            "v:font-family=system-ui",
            "i:webp",
            "x:mailto",
            "e:input[text]",
            "a:src",
        ] {
            assert!(signs.contains(sign), "{sign} {signs:?}");
        }
        assert!(!signs.contains("i:png") && !signs.contains("p:a"));
    }

    #[test]
    fn what_is_lost_is_named_and_what_looks_plainer_is_not() {
        let own = Templates::with([]).file("monthly.mjml.hbs").unwrap().to_owned();
        let with = |html: &str| {
            let text = own.replace(
                "{{/layout}}",
                &format!("<mj-text css-class=\"ink\" color=\"{{{{theme.ink}}}}\">{html}</mj-text>{{{{/layout}}}}"),
            );
            SampleEmail::with(|mail| mail.templates.push(("monthly.mjml.hbs".to_owned(), text)))
                .findings()
        };
        let grid = with("<div style=\"display:grid\">x</div>");
        assert_eq!(grid.len(), 1, "{grid:?}");
        assert!(grid[0].starts_with("mail-programs: display:grid is lost in "), "{grid:?}");
        assert!(with("<b style=\"border-radius:3px; letter-spacing:1px\">x</b>").is_empty());
        let webp = SampleEmail::with(|mail| {
            mail.edition.items[0].image.as_mut().unwrap().address =
                "https://charity.org.uk/nurses.tiff".to_owned();
        });
        assert!(webp.only_finding().starts_with("mail-programs: TIFF image format is lost in "));
    }

    #[test]
    fn every_family_has_a_score() {
        let mail = SampleEmail::good();
        let composition = mail.composition().unwrap();
        let scores = scores(&RenderedEmail::of(&composition));
        assert_eq!(scores[0].family, "Apple Mail");
        let of = |family: &str| scores.iter().find(|score| score.family == family).unwrap();
        assert!(of("Apple Mail").percent > of("Outlook").percent);
        assert!(of("Gmail").percent >= 75, "{:?}", of("Gmail"));
        assert!(of("Outlook").lacking.iter().any(|lacking| !lacking.programs.is_empty()));
    }
}
