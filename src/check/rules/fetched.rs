//! What the finished email makes a program fetch when it is opened: pictures, and nothing else.
//! Pure: HTML in, findings out.

use regex::Captures;
use scraper::{ElementRef, Html, Node};

use crate::check::expression::Expression;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};

pub const RULES: [Rule; 1] = [Rule::new(
    "only-pictures",
    "Does opening the email load nothing but pictures?",
    "A font, style sheet, video or frame from another server tells that server who opened the \
        email, when and where, without their consent. A newsletter should load pictures only. Use \
        common fonts, and link to videos.",
    only_pictures,
)
.of_law()];

fn only_pictures(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for variant in &shown.variants {
        for (what, address) in fetched(&variant.html) {
            let message = if address.is_empty() {
                format!("the email has {what}")
            } else {
                format!("the email has {what}: {address}")
            };
            if findings.iter().all(|finding| finding.message != message) {
                let place = if address.is_empty() {
                    crate::check::template(known)
                } else {
                    known.place_of(&address)
                };
                let cure = "remove it from the template: link to it, or use a common font";
                findings.push(Finding::new("only-pictures", Severity::Must, place, message, cure));
            }
        }
    }
    findings
}

/// Comments within comments are not read deeper than this.
const DEEPEST: usize = 3;

/// What is fetched besides pictures: what it is, and its address.
pub fn fetched(html: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    read(html, &mut found, 0);
    found
}

fn read(html: &str, found: &mut Vec<(String, String)>, depth: usize) {
    let page = Html::parse_document(html);
    for node in page.tree.nodes() {
        match node.value() {
            Node::Element(_) => {
                if let Some(element) = ElementRef::wrap(node) {
                    element_fetches(element, found);
                }
            }
            // Outlook reads what stands in its comments.
            Node::Comment(comment)
                if depth < DEEPEST && comment.trim_start().starts_with("[if") =>
            {
                let inner = comment.split_once("]>").map_or("", |(_, inner)| inner);
                read(inner.trim_end_matches("<![endif]"), found, depth + 1);
            }
            _ => {}
        }
    }
}

fn element_fetches(element: ElementRef<'_>, found: &mut Vec<(String, String)>) {
    let value = element.value();
    let name = value.name();
    let of = |attribute: &str| value.attr(attribute).unwrap_or_default().trim().to_owned();
    let mut add = |what: &str, address: String| found.push((what.to_owned(), address));
    match name {
        "link" if !of("href").is_empty() => {
            let kind = of("rel").to_lowercase();
            // `canonical` and the like name a page, and nobody fetches it.
            let names = ["canonical", "alternate", "author", "license", "next", "prev", "help"];
            if !kind.split_whitespace().all(|word| names.contains(&word)) || kind.is_empty() {
                add("a style sheet or font from elsewhere (<link>)", of("href"));
            }
        }
        // Elements of SVG that take a file in.
        "use" | "feImage" | "feimage" => {
            let given = value.attrs().filter(|(name, _)| matches!(*name, "href" | "xlink:href"));
            for (_, address) in given.filter(|(_, address)| !address.trim().starts_with('#')) {
                add("a part of another file (<use>)", address.trim().to_owned());
            }
        }
        "script" => add("a program (<script>)", of("src")),
        "iframe" | "frame" | "portal" => add("a page within the page (<iframe>)", of("src")),
        "object" => add("an embedded file (<object>)", of("data")),
        "embed" | "applet" => add("an embedded file (<embed>)", of("src")),
        "video" | "audio" => add("a video or a sound", of("src")),
        "source" | "track" if is_within(element, &["video", "audio"]) => {
            add("a video or a sound", of("src"));
        }
        "meta" if of("http-equiv").eq_ignore_ascii_case("refresh") => {
            add("a page that opens automatically (<meta refresh>)", of("content"));
        }
        "base" if !of("href").is_empty() => {
            add("a different base address for every link and picture (<base>)", of("href"));
        }
        "style" => {
            for (what, address) in of_style(&element.text().collect::<String>()) {
                add(what, address);
            }
        }
        _ => {}
    }
    if let Some(style) = value.attr("style") {
        for (what, address) in of_declarations(style) {
            add(what, address);
        }
    }
    // Pictures too are fetched by nothing but the web's own schemes.
    for (attribute, text) in value.attrs() {
        let is_handler =
            attribute.starts_with("on") && attribute.len() > 3 && !text.trim().is_empty();
        if is_handler && attribute.chars().all(|c| c.is_ascii_lowercase()) {
            add("a program in an attribute", format!("{attribute}=\"{text}\""));
        }
    }
}

fn is_within(element: ElementRef<'_>, names: &[&str]) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|around| names.contains(&around.value().name()))
}

/// What a style sheet fetches: other sheets, fonts, and addresses in properties that draw no picture.
fn of_style(css: &str) -> Vec<(&'static str, String)> {
    static COMMENTS: Expression = Expression::new(r"(?s)/\*.*?\*/");
    static IMPORT: Expression =
        Expression::new(r#"(?i)@import\s*(?:url\(\s*["']?|["'])([^"'()\s;]+)"#);
    static FONT: Expression = Expression::new(r"(?is)@font-face\s*\{[^{}]*\}");
    let css = unescaped(css);
    let css = COMMENTS.replace(&css, |_| " ".to_owned());
    let mut found: Vec<(&'static str, String)> = IMPORT
        .captures_iter(&css)
        .filter_map(|captures| captures.get(1))
        .map(|address| ("a style sheet from elsewhere (@import)", address.as_str().to_owned()))
        .collect();
    for font in FONT.find_iter(&css) {
        let fonts = addresses_of(font.as_str()).into_iter().filter(|address| !is_inline(address));
        found.extend(fonts.map(|address| ("a font from elsewhere (@font-face)", address)));
    }
    let rest = FONT.replace(&css, |_| " ".to_owned());
    for block in rest.split(['{', '}']) {
        found.extend(of_declarations(block));
    }
    found
}

/// Addresses in declarations that draw no picture.
fn of_declarations(declarations: &str) -> Vec<(&'static str, String)> {
    const OF_PICTURES: &[&str] = &[
        "background",
        "background-image",
        "list-style",
        "list-style-image",
        "content",
        "border-image",
        "border-image-source",
        "mso-",
        "cursor",
    ];
    let declarations = unescaped(declarations);
    let mut found = Vec::new();
    for declaration in declarations.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let name = name.trim().to_lowercase();
        let is_picture =
            OF_PICTURES.iter().any(|known| name == *known) || name.starts_with("@import");
        if is_picture || !value.to_lowercase().contains("url(") {
            continue;
        }
        for address in addresses_of(value).into_iter().filter(|address| !is_inline(address)) {
            found.push(("a file that is not a picture, in a style", address));
        }
    }
    found
}

fn addresses_of(css: &str) -> Vec<String> {
    static ADDRESS: Expression = Expression::new(r#"(?i)url\(\s*["']?([^"')]*)["']?\s*\)?"#);
    ADDRESS
        .captures_iter(css)
        .filter_map(|captures| captures.get(1))
        .map(|address| address.as_str().trim().to_owned())
        .collect()
}

/// A file that stands in the email itself, or a part of it.
fn is_inline(address: &str) -> bool {
    address.is_empty() || address.starts_with('#') || address.to_lowercase().starts_with("data:")
}

/// CSS writes any letter as `\` and its number: `@\69mport` is an import.
fn unescaped(css: &str) -> String {
    static ESCAPE: Expression = Expression::new(r"(?s)\\(?:([0-9a-fA-F]{1,6})\s?|(.))");
    let letter = |captures: &Captures<'_>| {
        // CSS Syntax 3, section 4.3.7: any other character is itself.
        let Some(digits) = captures.get(1) else {
            return captures.get(2).map_or_else(String::new, |one| one.as_str().to_owned());
        };
        u32::from_str_radix(digits.as_str(), 16)
            .ok()
            .and_then(char::from_u32)
            .map_or_else(String::new, String::from)
    };
    ESCAPE.replace(css, letter).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_pictures_is_found() {
        for html in [
            "<link rel=stylesheet href=https://f.org/a.css>",
            "<link href=https://f.org/a rel=preload as=font>",
            "<link rel='dns-prefetch' href=https://f.org>",
            "<link rel=icon href=https://f.org/i.ico>",
            "<style>@import url(https://f.org/a.css);</style>",
            "<style>@import 'https://f.org/a.css';</style>",
            "<style>@\\69mport url(https://f.org/a.css);</style>",
            "<style>@im\\port url(https://f.org/a.css);</style>",
            "<style>@import\"https://f.org/a.css\";</style>",
            "<p style='filter:u\\rl(https://f.org/a.svg#x)'>x</p>",
            "<svg><use href=https://f.org/a.svg#x></use></svg>",
            "<svg><use xlink:href='https://f.org/a.svg#x'></use></svg>",
            "<style>/* x */ @IMPORT/**/ \"https://f.org/a.css\"</style>",
            "<style>@font-face{font-family:A;src:url(https://f.org/a.woff2)}</style>",
            "<style>@media screen{@font-face{src:url('https://f.org/a.woff')}}</style>",
            "<style>p{behavior:url(https://f.org/a.htc)}</style>",
            "<style>p{filter:url(https://f.org/a.svg#x)}</style>",
            "<p style='-moz-binding:url(https://f.org/x)'>x</p>",
            "<script>x</script>",
            "<iframe src=https://f.org></iframe>",
            "<object data=https://f.org/x.swf></object>",
            "<embed src=https://f.org/x>",
            "<video src=https://f.org/x.mp4></video>",
            "<video><source src=https://f.org/x.mp4></video>",
            "<audio src=https://f.org/x.mp3></audio>",
            "<meta http-equiv=refresh content='0;url=https://f.org'>",
            "<base href=https://f.org/>",
            "<img src=https://f.org/a.png onload='x()'>",
            "<!--[if mso]><link rel=stylesheet href=https://f.org/a.css><![endif]-->",
            "<!--[if !mso]><!--><style>@import url(https://f.org/a.css);</style><!--<![endif]-->",
        ] {
            assert!(!fetched(html).is_empty(), "{html}");
        }
        for html in [
            "<img src=https://f.org/a.png srcset='https://f.org/b.png 2x'>",
            "<table background=https://f.org/a.png><tr><td></td></tr></table>",
            "<td style=\"background:url('https://f.org/a.png') center\">x</td>",
            "<style>.x{background-image:url(https://f.org/a.png)} a{color:red}</style>",
            "<picture><source srcset=https://f.org/a.webp><img src=https://f.org/a.png></picture>",
            "<svg><g id=a></g><use href='#a'></use></svg>",
            "<a href=https://f.org/a.mp4>the film</a>",
            "<!--[if mso]><v:rect><v:fill type=frame src=https://f.org/a.png /></v:rect><![endif]-->",
            "<!-- <script>never read</script> -->",
            "<p>@import is a word, and so is <b>url(</b></p>",
        ] {
            assert_eq!(fetched(html), [], "{html}");
        }
    }
}
