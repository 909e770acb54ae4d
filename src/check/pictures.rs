//! Pictures: what they say to those who do not see them.
//! Pure: an edition in, findings out.

use super::{Finding, Known, Rule, Severity};
use crate::compose::Composition;

pub const RULES: [Rule; 1] = [Rule {
    id: "alt",
    title: "Has every picture a description?",
    why: "Screen readers read the description, and so does everybody whose mail program blocks pictures: about half of \
          all readers. Say what the picture shows, in one sentence; a file name or a second copy of the title says \
          nothing.",
    find: alt,
}];

fn alt(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    known
        .edition
        .shown()
        .filter_map(|item| {
            let alt = item.image.as_ref()?.alt.trim();
            let lower = alt.to_lowercase();
            let message = if alt.is_empty() {
                format!("the picture of \"{}\" has no description", item.title)
            } else if [".jpg", ".jpeg", ".png", ".gif", ".webp"]
                .iter()
                .any(|end| lower.ends_with(end))
            {
                format!("the description of the picture of \"{}\" is a file name", item.title)
            } else if lower == item.title.to_lowercase() {
                format!("the description of the picture repeats the title \"{}\"", item.title)
            } else {
                return None;
            };
            Some(Finding {
                rule: "alt",
                severity: Severity::Should,
                place: item.place.clone(),
                message,
                cure: "say in `alt:` what the picture shows".to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;

    #[test]
    fn pictures_that_say_nothing() {
        for (alt, said) in [
            ("", "has no description"),
            ("IMG_1.JPG", "is a file name"),
            ("Training for forty Nurses", "repeats the title"),
        ] {
            let mail = Mail::with(|mail| {
                mail.edition.items[0].image.as_mut().unwrap().alt = alt.to_owned();
            });
            let finding = mail.only_finding();
            assert!(finding.starts_with("alt: ") && finding.contains(said), "{finding}");
        }
    }
}
