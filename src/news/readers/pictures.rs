//! The pictures of a text: which of a page's images belong to the story, and their addresses.
//! Pure: attributes in, pictures out.

use crate::rfc::text::one_line;

/// A picture in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub address: String,
    pub alt: String,
}

/// The picture that an element shows, if it is one of the story.
pub fn shown_by(name: &str, attribute: &dyn Fn(&str) -> Option<String>) -> Option<Picture> {
    let is_video = attribute("type").is_some_and(|kind| !kind.starts_with("image/"));
    let is_tiny = ["width", "height"].iter().any(|side| {
        attribute(side).is_some_and(|size| matches!(size.as_str(), "0" | "1" | "2" | "1px" | "0px"))
    });
    let is_hidden = attribute("style").is_some_and(|style| {
        let style = style.replace(' ', "").to_ascii_lowercase();
        style.contains("display:none") || style.contains("width:1px")
    });
    let is_smiley = attribute("class").is_some_and(|class| {
        ["emoji", "smiley", "avatar", "icon"].iter().any(|word| class.contains(word))
    });
    if is_tiny || is_hidden || is_smiley || (name == "source" && is_video) {
        return None;
    }
    let is_real = |text: &String| !text.starts_with("data:") && !text.starts_with("about:");
    // A page that loads its pictures late has an empty one in `src`.
    let address = ["data-src", "data-lazy-src", "data-original", "data-orig-file", "src"]
        .iter()
        .find_map(|name| attribute(name).filter(is_real))
        .or_else(|| {
            ["data-srcset", "data-lazy-srcset", "srcset"]
                .iter()
                .find_map(|name| largest_of(&attribute(name)?))
        })
        .filter(|address| is_picture_address(address))?;
    Some(Picture { address, alt: one_line(&attribute("alt").unwrap_or_default()) })
}

/// The picture of a `srcset` that is wide enough for an email and not much wider.
pub fn largest_of(srcset: &str) -> Option<String> {
    const WIDE_ENOUGH: f64 = 1600.0;
    let mut best: Option<(f64, &str)> = None;
    let mut words = srcset.split_whitespace().peekable();
    while let Some(address) = words.next() {
        let is_alone = address.ends_with(',');
        let size = match words.peek().filter(|_| !is_alone) {
            Some(size) if size.trim_end_matches(',').ends_with(['w', 'x', 'h']) => {
                let size = words.next().unwrap_or_default().trim_end_matches(',');
                let number: f64 = size.trim_end_matches(['w', 'x', 'h']).parse().unwrap_or(1.0);
                if size.ends_with('x') { number * 600.0 } else { number }
            }
            _ => 600.0,
        };
        let address = address.trim_end_matches(',');
        let is_better = best.is_none_or(|(other, _)| {
            if other > WIDE_ENOUGH { size < other } else { size > other && size <= WIDE_ENOUGH }
        });
        if is_better && !address.is_empty() && !address.starts_with("data:") {
            best = Some((size, address));
        }
    }
    best.map(|(_, address)| address.to_owned())
}

/// Whether an address can be a picture's: not a film's, a sound's or a document's, and not one that only counts readers.
pub fn is_picture_address(address: &str) -> bool {
    const OTHERS: [&str; 22] = [
        "mp4", "m4v", "mov", "webm", "avi", "mkv", "mpg", "mpeg", "wmv", "flv", "ogv", "mp3",
        "m4a", "ogg", "oga", "wav", "aac", "flac", "pdf", "zip", "doc", "docx",
    ];
    const COUNTERS: [&str; 9] = [
        "/~r/",
        "feeds.feedburner.com/~",
        "feeds.wordpress.com",
        "stats.wordpress.com",
        "pixel.wp.com",
        "doubleclick.net",
        "s.w.org/images/core/emoji",
        "gravatar.com/avatar",
        "google-analytics.com",
    ];
    // A word is not a file: such pictures are there to run a script when they fail.
    if !address.contains(['.', '/']) {
        return false;
    }
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let file = path.rsplit('/').next().unwrap_or(path);
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    !address.trim().is_empty()
        && !OTHERS.contains(&ending.as_str())
        && !COUNTERS.iter().any(|part| address.contains(part))
        && !file.to_ascii_lowercase().starts_with("pixel.")
}

/// Whether a text names a file that can be a picture.
pub fn is_picture_file(text: &str) -> bool {
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    !text.contains("://")
        && matches!(
            ending.as_str(),
            "jpg"
                | "jpeg"
                | "png"
                | "webp"
                | "gif"
                | "heic"
                | "heif"
                | "avif"
                | "tif"
                | "tiff"
                | "bmp"
                | "svg"
        )
}
