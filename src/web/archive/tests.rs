//! Tests: The archive: pages without anybody, an index and a feed in order, and what is never let through.
//! Pure: compositions in, pages out.

use super::*;
use crate::compose::slot::{Piece, Slot, SlotContext, SlotPlace};
use crate::ledger::laws;

struct NoTokens;

impl TokenCheck for NoTokens {
    fn is_token(&self, _: &str) -> bool {
        false
    }
}

fn slot(index: usize, context: SlotContext) -> Piece {
    Piece::Slot(SlotPlace {
        index,
        context,
        before: String::new(),
        after: String::new(),
        is_paragraph: false,
    })
}

/// A greeting by `{first_name}` with a link of one's own below.
fn composition(words: &str) -> Composition {
    let mut composition = laws::plan("2020-12", &[]).edition.composition;
    composition.subject = vec![Piece::Text("December & more".to_owned())];
    composition.slots = vec![
        Slot::Field { name: "first_name".to_owned(), fallback: "friend".to_owned() },
        Slot::UnsubscribeUrl,
    ];
    composition.variants[0].html = vec![
        Piece::Text("<html><head><title>x</title></head><body style=\"a\"><p>Dear ".to_owned()),
        slot(0, SlotContext::HtmlText),
        Piece::Text(format!(",</p><p>{words}</p><p>Why<br /><a href=\"")),
        slot(1, SlotContext::HtmlAddress),
        Piece::Text("\">Unsubscribe</a></p></body></html>".to_owned()),
    ];
    composition
}

fn files(words: &str, settings: &Settings) -> Result<PublicFiles, PublicPageError> {
    let composition = composition(words);
    let edition = PublicEdition {
        name: "2020-12",
        title: "December 2020".to_owned(),
        composition: &composition,
        sent: NaiveDate::from_ymd_opt(2021, 1, 4).unwrap(),
        updated: laws::now(),
        correction: Some(CorrectionNote {
            on: "5 January 2021".to_owned(),
            words: "<3 May>, see [the *new* page](https://charity.example/may).".to_owned(),
        }),
    };
    let site = ArchiveSite {
        organisation: "A & B",
        language: "en",
        settings,
        url: "https://news.charity.example/archive",
    };
    let names =
        PublicNames::new(["ann@charity.example"], ["hello@own.example".to_owned()], &NoTokens);
    site.files(&[edition], &names)
}

#[test]
fn a_page_is_for_nobody_in_particular_and_says_what_was_wrong() {
    let files = files("News", &Settings::default()).unwrap();
    let page = &files["2020-12/index.html"];
    assert!(page.contains("Dear friend,") && page.contains("<p>Why</p>"), "{page}");
    assert!(
        !page.contains("Unsubscribe") && !page.contains("own-link") && !page.contains("noindex")
    );
    assert!(page.contains("<b>Corrected on 5 January 2021.</b> &lt;3 May&gt;"), "{page}");
    assert!(page.contains("href=\"https://charity.example/may\""), "{page}");
    assert!(page.contains("the <em>new</em> page</a>.") && !page.contains("]("), "{page}");
    assert!(page.contains("<title>December &amp; more · A &amp; B</title>"), "{page}");
    let feed = &files["feed.xml"];
    assert!(
        feed.contains("<link href=\"https://news.charity.example/archive/2020-12/\"/>"),
        "{feed}"
    );
    assert!(files["index.html"].contains("<a href=\"2020-12/\">"));
}

#[test]
fn somebody_of_the_list_stops_everything() {
    let found = files("Write to Ann &lt;ann&#64;charity.example&gt;", &Settings::default());
    assert_eq!(found, Err(PublicPageError::Address { page: "2020-12/index.html".to_owned() }));
    assert!(files("Write to hello@own.example", &Settings::default()).is_ok());
}

#[test]
fn a_withdrawn_picture_is_nowhere_and_search_engines_stay_away_where_asked() {
    let picture = "https://charity.example/ann.jpg";
    let settings = Settings {
        noindex: true,
        withdrawn_pictures: BTreeSet::from([picture.to_owned()]),
        ..Settings::default()
    };
    let page = files(&format!("<img alt=\"Ann\" src=\"{picture}\">"), &settings).unwrap();
    let page = &page["2020-12/index.html"];
    assert!(!page.contains("ann.jpg") && page.contains("content=\"noindex\""), "{page}");
    let background = files(&format!("<td background=\"{picture}\">"), &settings);
    assert_eq!(background, Err(PublicPageError::Picture { page: "2020-12/index.html".to_owned() }));
}
