//! What MJML may hold: each element with its places and its attributes. mrml checks nothing and drops what it does not know.
//! Pure: names in, an answer out.

use crate::problem::nearest;

/// One element of MJML 4 and 5 that mrml renders.
struct Element {
    name: &'static str,
    /// The elements it may stand in.
    within: &'static [&'static str],
    /// Those of its own; `None` where any is taken.
    attributes: Option<&'static [&'static str]>,
}

const fn element(
    name: &'static str,
    within: &'static [&'static str],
    attributes: &'static [&'static str],
) -> Element {
    Element { name, within, attributes: Some(attributes) }
}

const fn open(name: &'static str, within: &'static [&'static str]) -> Element {
    Element { name, within, attributes: None }
}

const HEAD: &[&str] = &["mj-head"];
const BODY: &[&str] = &["mj-body"];
/// Where words and pictures stand.
const CONTENT: &[&str] = &["mj-column", "mj-hero"];

/// Attributes that stand in groups: `padding` is also `padding-top` and its sisters.
const SIDED: [&str; 4] = ["padding", "border", "inner-border", "inner-padding"];
/// What every element of the body takes.
const COMMON: [&str; 2] = ["css-class", "mj-class"];

const SECTION: &[&str] = &[
    "background-color",
    "background-position",
    "background-position-x",
    "background-position-y",
    "background-repeat",
    "background-size",
    "background-url",
    "border",
    "border-radius",
    "direction",
    "full-width",
    "gap",
    "padding",
    "text-align",
    "text-padding",
];

const ELEMENTS: [Element; 34] = [
    element("mjml", &[""], &["lang", "dir", "owa", "version"]),
    element("mj-head", &["mjml"], &[]),
    element("mj-body", &["mjml"], &["background-color", "width", "id"]),
    element("mj-attributes", HEAD, &[]),
    open("mj-all", &["mj-attributes"]),
    open("mj-class", &["mj-attributes"]),
    element("mj-breakpoint", HEAD, &["width"]),
    element("mj-font", HEAD, &["name", "href"]),
    element("mj-preview", HEAD, &[]),
    element("mj-style", HEAD, &["inline"]),
    element("mj-title", HEAD, &[]),
    element("mj-wrapper", BODY, SECTION),
    element("mj-section", &["mj-body", "mj-wrapper"], SECTION),
    element(
        "mj-group",
        &["mj-section"],
        &["background-color", "direction", "vertical-align", "width"],
    ),
    element(
        "mj-column",
        &["mj-section", "mj-group"],
        &[
            "background-color",
            "border",
            "border-radius",
            "direction",
            "inner-background-color",
            "inner-border",
            "inner-border-radius",
            "padding",
            "vertical-align",
            "width",
        ],
    ),
    open("mj-hero", BODY),
    element(
        "mj-text",
        CONTENT,
        &[
            "align",
            "background-color",
            "color",
            "container-background-color",
            "font-family",
            "font-size",
            "font-style",
            "font-weight",
            "height",
            "letter-spacing",
            "line-height",
            "padding",
            "text-decoration",
            "text-transform",
            "vertical-align",
        ],
    ),
    element(
        "mj-button",
        CONTENT,
        &[
            "align",
            "background-color",
            "border",
            "border-radius",
            "color",
            "container-background-color",
            "font-family",
            "font-size",
            "font-style",
            "font-weight",
            "height",
            "href",
            "inner-padding",
            "letter-spacing",
            "line-height",
            "name",
            "padding",
            "rel",
            "target",
            "text-align",
            "text-decoration",
            "text-transform",
            "title",
            "vertical-align",
            "width",
        ],
    ),
    element(
        "mj-image",
        CONTENT,
        &[
            "align",
            "alt",
            "border",
            "border-radius",
            "container-background-color",
            "fluid-on-mobile",
            "font-size",
            "height",
            "href",
            "max-height",
            "name",
            "padding",
            "rel",
            "sizes",
            "src",
            "srcset",
            "target",
            "title",
            "usemap",
            "width",
        ],
    ),
    element(
        "mj-divider",
        CONTENT,
        &[
            "align",
            "border-color",
            "border-style",
            "border-width",
            "container-background-color",
            "padding",
            "width",
        ],
    ),
    element(
        "mj-spacer",
        CONTENT,
        &["border", "container-background-color", "height", "padding", "vertical-align", "width"],
    ),
    element(
        "mj-table",
        CONTENT,
        &[
            "align",
            "border",
            "cellpadding",
            "cellspacing",
            "color",
            "container-background-color",
            "font-family",
            "font-size",
            "font-style",
            "font-weight",
            "line-height",
            "padding",
            "role",
            "table-layout",
            "vertical-align",
            "width",
        ],
    ),
    element(
        "mj-raw",
        &["mj-head", "mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"],
        &["position"],
    ),
    open("mj-accordion", CONTENT),
    open("mj-accordion-element", &["mj-accordion"]),
    open("mj-accordion-title", &["mj-accordion-element"]),
    open("mj-accordion-text", &["mj-accordion-element"]),
    open("mj-carousel", CONTENT),
    open("mj-carousel-image", &["mj-carousel"]),
    open("mj-navbar", CONTENT),
    open("mj-navbar-link", &["mj-navbar"]),
    open("mj-social", CONTENT),
    open("mj-social-element", &["mj-social"]),
    // Known, and refused with a word of its own.
    open("mj-include", &[]),
];

/// What is wrong, and the cure.
pub type Wrong = (String, String);

/// Looks at an element where it stands. `within` is the element around it, or nothing for the outermost; `attributes` are
/// the names of its attributes.
///
/// # Errors
/// When there is no such element, it may not stand there, or it has not such an attribute.
pub fn look_at<'a>(
    name: &str,
    within: &str,
    attributes: impl Iterator<Item = &'a str>,
) -> Result<(), Wrong> {
    let Some(element) = ELEMENTS.iter().find(|element| element.name == name) else {
        let cure = match nearest(name, ELEMENTS.iter().map(|element| element.name)) {
            Some(near) => format!("did you mean <{near}>?"),
            None => "use an element of MJML, or HTML inside <mj-text>".to_owned(),
        };
        return Err((format!("<{name}> is not an MJML element"), cure));
    };
    // What stands in mj-attributes is nowhere: it sets what others begin with.
    if within != "mj-attributes" && !element.within.is_empty() && !element.within.contains(&within)
    {
        let place = if within.is_empty() {
            "at the beginning".to_owned()
        } else {
            format!("inside <{within}>")
        };
        let places: Vec<String> = element.within.iter().map(|name| format!("<{name}>")).collect();
        return Err((
            format!("<{name}> cannot stand {place}: it would be dropped or break the layout"),
            format!("put it inside {}", places.join(" or ")),
        ));
    }
    let Some(known) = element.attributes else { return Ok(()) };
    for attribute in attributes {
        let plain = ["-top", "-right", "-bottom", "-left"]
            .iter()
            .find_map(|side| attribute.strip_suffix(side).filter(|name| SIDED.contains(name)))
            .unwrap_or(attribute);
        if known.contains(&plain) || COMMON.contains(&attribute) {
            continue;
        }
        let cure = match nearest(attribute, known.iter().copied().chain(COMMON)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "it has none".to_owned(),
            None => format!("it has {}", known.join(", ")),
        };
        return Err((format!("<{name}> has no attribute `{attribute}`"), cure));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(name: &str, within: &str, attributes: &[&str]) -> Wrong {
        look_at(name, within, attributes.iter().copied()).unwrap_err()
    }

    #[test]
    fn elements_have_their_places_and_attributes() {
        let good: [(&str, &str, &[&str]); 5] = [
            ("mjml", "", &["lang", "dir"]),
            ("mj-text", "mj-column", &["padding", "padding-top", "css-class", "align"]),
            ("mj-text", "mj-attributes", &["color"]),
            ("mj-section", "mj-wrapper", &["border-left", "direction"]),
            ("mj-all", "mj-attributes", &["anything"]),
        ];
        for (name, within, attributes) in good {
            assert_eq!(look_at(name, within, attributes.iter().copied()), Ok(()), "{name}");
        }
        assert_eq!(wrong("mj-txt", "mj-column", &[]).1, "did you mean <mj-text>?");
        assert_eq!(wrong("mj-text", "mj-column", &["colour"]).1, "did you mean `color`?");
        assert_eq!(
            wrong("mj-text", "mj-column", &["font-size-top"]).0,
            "<mj-text> has no attribute `font-size-top`"
        );
        assert_eq!(wrong("mj-text", "mj-body", &[]).1, "put it inside <mj-column> or <mj-hero>");
        assert!(
            wrong("mj-section", "mj-column", &[]).0.contains("cannot stand inside <mj-column>")
        );
        assert!(wrong("mj-section", "", &[]).0.contains("at the beginning"));
    }
}
