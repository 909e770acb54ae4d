//! Where the parts of a story were taken from, for sources whose reader does not say so itself.
//! Pure: an item and its source's settings in, words out.

use crate::date::PartialDate;
use crate::news::item::Item;
use crate::news::source::{Settings, SourceKind};

/// Adds what can be said by the kind of the source. What the reader said stands.
pub fn complete(item: &mut Item, settings: &Settings, given: Option<PartialDate>) {
    let whole = match settings.kind {
        SourceKind::Markdown
        | SourceKind::Hugo
        | SourceKind::Jekyll
        | SourceKind::Zola
        | SourceKind::Eleventy => "the file",
        SourceKind::Csv => "the table",
        SourceKind::Json => "the list",
        SourceKind::Feed => "the feed",
        SourceKind::Wordpress => "WordPress",
        SourceKind::Ghost => "Ghost",
        SourceKind::Page => "the page that lists it",
        SourceKind::Listing => "the pasted text",
    };
    let is_folder = settings.kind.is_folder();
    let evidence = &mut item.evidence;
    let put = |said: &mut Option<String>, is_there: bool, what: &str| {
        if !is_there {
            *said = None;
        } else if said.is_none() {
            *said = Some(what.to_owned());
        }
    };
    let of = |what: &str| format!("{whole}: {what}");
    if item.title_made && evidence.title.is_none() {
        evidence.title = Some("made from the first sentence of the text".to_owned());
    }
    put(&mut evidence.title, true, &of("its title"));
    let made = is_folder && settings.kind != SourceKind::Markdown && settings.site.is_some();
    let link =
        if made { "the address that the website's tool gives the file" } else { &of("its link") };
    put(&mut evidence.link, item.link.is_some(), link);
    let is_given = item.date.is_some() && item.date == given;
    let date = match (is_given, is_folder) {
        (true, _) => "`date` of the source in roundup.toml".to_owned(),
        (false, true) => of("its front matter, or else its name"),
        (false, false) => of("its date of publication"),
    };
    put(&mut evidence.date, item.date.is_some(), &date);
    put(&mut evidence.image, item.image.is_some(), &of("its picture"));
    put(&mut evidence.summary, !item.summary.is_empty(), &of("its text"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_that_is_there_has_a_word_and_no_other_has() {
        let settings = Settings::new("s", SourceKind::Feed);
        let mut item = Item { title: "T".to_owned(), title_made: true, ..Item::default() };
        item.evidence.link = Some("nothing any more".to_owned());
        complete(&mut item, &settings, None);
        let evidence = &item.evidence;
        assert_eq!(evidence.title.as_deref(), Some("made from the first sentence of the text"));
        assert_eq!((&evidence.link, &evidence.date, &evidence.image), (&None, &None, &None));
        item.date = Some(PartialDate::Year(2020));
        item.link = Some("https://e.org/a".to_owned());
        complete(&mut item, &settings, Some(PartialDate::Year(2020)));
        assert_eq!(item.evidence.link.as_deref(), Some("the feed: its link"));
        assert_eq!(item.evidence.date.as_deref(), Some("`date` of the source in roundup.toml"));
        item.evidence.date = Some("its own page".to_owned());
        complete(&mut item, &settings, None);
        assert_eq!(item.evidence.date.as_deref(), Some("its own page"));
    }
}
