//! Pictures: what they say to those who do not see them.
//! Pure: an email in, findings out.

use crate::check::expression::Expression;
use crate::check::link_shapes;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};

pub const RULES: [Rule; 4] = [
    Rule::new(
        "alt",
        "Does every picture have a description?",
        "Screen readers read out the description. Everybody whose mail program blocks pictures, \
         about half of all readers, sees it instead. Say what the picture shows, in one sentence; \
         a file name or the title again does not help.",
        alt,
    ),
    Rule::new(
        "picture-size",
        "Does every picture have a width and a height?",
        "Until a picture has loaded, or where pictures are blocked, a mail program leaves the \
         room that `width` and `height` give. Without them the text jumps, and Outlook shows the \
         picture at its full size.",
        picture_size,
    ),
    Rule::new(
        "local-picture",
        "Is every picture on the web?",
        "An email shows pictures by their web address; a file on your computer reaches nobody. \
         With `publish` and `base_url` under [pictures], roundup makes each picture ready (no \
         wider than 1,200 pixels, cut to the frames of the email, without the place that a camera \
         writes into it) and puts it into a folder for your website.",
        local_picture,
    ),
    Rule::new(
        "page-for-picture",
        "Does every picture's address open a picture?",
        "A page of Google Drive, Dropbox or Instagram shows a picture to people who look at it, but \
         an email can show only the picture's own file: .jpg, .png or .gif. Put the file on your \
         website.",
        page_for_picture,
    ),
];

fn page_for_picture(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let pictures = shown.variants.iter().flat_map(|variant| &variant.page.pictures);
    pictures
        .filter(|picture| {
            url::Url::parse(&picture.address)
                .is_ok_and(|url| link_shapes::is_page_of_a_picture(&url))
        })
        .map(|picture| {
            Finding::new(
                "page-for-picture",
                Severity::Should,
                known.place_of(&picture.address),
                format!("{} is a page, not a picture", picture.address),
                "write the address of the picture's own file",
            )
        })
        .collect()
}

fn local_picture(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let without = known.edition.shown().filter(|item| item.image.is_none());
    without
        .filter_map(|item| {
            let file = item.picture_file.as_ref()?;
            let (message, cure) = match &file.fault {
                Some(fault) => (
                    format!("the picture `{}` is not shown: {fault}", file.path),
                    "save it again as JPEG or PNG, or name another one",
                ),
                None => (
                    format!(
                        "the picture `{}` is not shown: it is only on this computer",
                        file.path
                    ),
                    "set `publish` and `base_url` under [pictures], or write its web address",
                ),
            };
            let place = item.place_of(item.lines.image);
            Some(Finding::new("local-picture", Severity::Should, place, message, cure))
        })
        .collect()
}

fn alt(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = known
        .edition
        .shown()
        .filter_map(|item| {
            let alt = item.image.as_ref()?.alt.trim();
            let message = if alt.is_empty() {
                format!("the picture of \"{}\" has no description", item.title)
            } else if is_file_name(alt) {
                format!("the description of the picture of \"{}\" is only a file name", item.title)
            } else if says_nothing(alt) || (names_its_kind(alt) && word_count(alt) <= FEW) {
                format!("\"{alt}\" does not say what the picture of \"{}\" shows", item.title)
            } else if names_its_kind(alt) {
                let place = item.place_of_alt();
                let message =
                    format!("\"{alt}\" says that it is a picture, as every screen reader does");
                let cure = "begin with what the picture shows";
                return Some(Finding::new("alt", Severity::Note, place, message, cure));
            } else if alt.to_lowercase() == item.title.to_lowercase() {
                format!("the description of the picture repeats the title \"{}\"", item.title)
            } else {
                return None;
            };
            let place = item.place_of_alt();
            let cure = "say in `alt:` what the picture shows";
            Some(Finding::new("alt", Severity::Should, place, message, cure))
        })
        .collect();
    // Pictures of templates: an empty `alt` says that a picture is an ornament, none at all says nothing.
    for picture in shown.variants.iter().flat_map(|variant| &variant.page.pictures) {
        let message = format!("the picture {} has no description", picture.address);
        if picture.alt.is_none() {
            findings.push(Finding::new(
                "alt",
                Severity::Should,
                known.place_of(&picture.address),
                message,
                "give it an `alt`, or an empty one if it is only decoration",
            ));
        }
    }
    findings
}

/// "Image of the hall" says little more than the title; with more words than these it describes something.
const FEW: usize = 6;

fn word_count(alt: &str) -> usize {
    alt.split_whitespace().count()
}

/// "Image of …": what everybody hears or sees without it. "Photo" and "drawing" say how it was made.
fn names_its_kind(alt: &str) -> bool {
    static KIND: Expression = Expression::new(
        r"^(?i:(?:this is )?(?:an? |the )?(?:image|picture|pic|graphic|img) (?:of|showing|shows|that shows)) ?\S",
    );
    static SHORT: Expression =
        Expression::new(r"^(?i:(?:an? |the )?(?:photo|photograph|snap) of)(?: \S+){1,2}$");
    KIND.is_match(alt) || SHORT.is_match(alt)
}

/// A credit, a note or the words of a search machine, and nothing of what is to be seen.
fn says_nothing(alt: &str) -> bool {
    static NOTHING: Expression = Expression::new(
        r"^\W*(?:(?i:(?:an? )?(?:image|photo|photograph|picture|pic) of(?: (?:an?|the))?|image result for\b.*|(?:an? )?(?:image|photo|photograph|picture|graphic)|unnamed|unknown|alt|alt text|caption|description|decorative|tbc|none|n/?a|no description|click to enlarge|(?:featured|header|main) image|stock (?:photo|image))|(?i:photo|picture|image|photograph)(?i: credit)?(?i: by|:| ©) ?\p{Lu}[\p{L}'’.-]+(?: \p{Lu}[\p{L}'’.-]*){0,3}|(?:©|\((?i:c)\)|(?i:copyright)) ?[\p{L}\d'’. /-]{2,40})\W*$",
    );
    static FILE: Expression = Expression::new(
        r"(?i)^[\p{L}\d]+(?:[_-][\p{L}\d]+)+(?:[_-]v?\d+|[_-](?:final|small|large|web|edit|crop|copy|new))$",
    );
    NOTHING.is_match(alt) || FILE.is_match(alt)
}

/// What cameras, phones and programs call a picture.
fn is_file_name(alt: &str) -> bool {
    const ENDINGS: [&str; 7] = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".svg"];
    const NAMES: [&str; 18] = [
        "image",
        "img",
        "dsc",
        "dscn",
        "dscf",
        "photo",
        "pic",
        "picture",
        "screenshot",
        "screen shot",
        "untitled",
        "pxl",
        "logo",
        "banner",
        "graphic",
        "image of",
        "photo of",
        "whatsapp image",
    ];
    let lower = alt.to_lowercase();
    let bare = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    // What a program calls a picture: "Screenshot 2026-11-03 at 10.12.44", "WhatsApp Image 2026-…", "IMG_20261103_WA".
    let first =
        lower.split(|c: char| c.is_ascii_digit() || c == '_').next().unwrap_or_default().trim();
    let is_numbered = lower.chars().filter(char::is_ascii_digit).count() >= 4;
    // The time at which it was taken: "20261103_101244".
    let is_a_time = is_numbered && !lower.chars().any(char::is_alphabetic);
    is_a_time
        || ENDINGS.iter().any(|end| lower.ends_with(end))
        || NAMES.contains(&bare)
        || (is_numbered && NAMES.contains(&first))
}

fn picture_size(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for picture in shown.variants.iter().flat_map(|variant| &variant.page.pictures) {
        let lacks = match (picture.has_width, picture.has_height) {
            (true, true) => continue,
            (false, true) => "width",
            (true, false) => "height",
            (false, false) => "width and no height",
        };
        let message = format!("the picture {} has no {lacks}", picture.address);
        findings.push(Finding::new(
            "picture-size",
            Severity::Should,
            known.place_of(&picture.address),
            message,
            "write both in the template, in pixels",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn pictures_that_say_nothing() {
        for (alt, said) in [
            ("", "has no description"),
            ("IMG_1.JPG", "is only a file name"),
            ("Screenshot 2020-12", "is only a file name"),
            ("image1", "is only a file name"),
            ("Training for forty Nurses", "repeats the title"),
            ("image of a", "does not say"),
            ("Photo by Jo Smith", "does not say"),
            ("©Getty", "does not say"),
            ("[alt]", "does not say"),
            ("unnamed", "does not say"),
            ("Image result for hall", "does not say"),
            ("hall_final_v2", "does not say"),
            ("image of a hall", "does not say"),
            ("A photo", "does not say"),
            ("20261103_101244", "is only a file name"),
            ("Photo of Jo", "does not say"),
            ("Image of a young woman who smiles beside a green door", "says that it is a picture"),
        ] {
            let mail = SampleEmail::with(|mail| {
                mail.edition.items[0].image.as_mut().unwrap().alt = alt.to_owned();
            });
            let finding = mail.only_finding();
            assert!(finding.starts_with("alt: ") && finding.contains(said), "{finding}");
        }
    }

    #[test]
    fn pictures_that_say_something() {
        for alt in [
            "Photo of the hall in 1921, with children on the steps",
            "Jo Smith at a desk; photo by Ann Lee",
            "Unknown people wave from a boat",
            "A sit-in at the hall",
            "Photo: children on the steps of the hall",
            "Picture by the sea",
            "A photo of two dogs in the snow",
            "Images of the moon on a wall",
        ] {
            assert!(!super::says_nothing(alt) && !super::names_its_kind(alt), "{alt}");
        }
    }

    #[test]
    fn pictures_of_a_template() {
        let own = crate::compose::Templates::with([]).file("monthly.mjml.hbs").unwrap().to_owned();
        let with = |picture: &str| {
            SampleEmail::with(|mail| {
                let text = own.replace(
                    "{{/layout}}",
                    &format!("<mj-text>{picture}</mj-text>{{{{/layout}}}}"),
                );
                assert_ne!(text, own);
                mail.templates.push(("monthly.mjml.hbs".to_owned(), text));
            })
        };
        let bare = with("<img src=\"https://charity.org.uk/x.png\" width=\"9\" height=\"9\"/>");
        assert!(bare.only_finding().starts_with("alt: the picture https://charity.org.uk/x.png"));
        let loose = with("<img src=\"https://charity.org.uk/x.png\" alt=\"\"/>");
        assert!(loose.only_finding().starts_with("picture-size: "), "{}", loose.only_finding());
    }
}
