//! From named fields to an item: the one table of the names that front matter, CSV columns and JSON keys go by.
//! Pure: values in, an item out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::field_values::{is_true, plain, words};
use super::pictures::is_picture_file;
use super::text::{self, shortened};
pub use super::text::{html_to_text, plain_text, tidy, without_more};
use crate::date::{Numeric, PartialDate};
use crate::news::item::{
    Consent, EventDetails, Image, ImageSize, Item, Lines, PictureFile, Quote, Reading, SkippedItem,
    slug, title_from, web_address,
};
use crate::problem::{Place, Problem, nearest};
use crate::rfc::csv::simple;
use crate::rfc::text::one_line;

const TITLE: &[&str] = &["title", "headline", "name"];
pub(super) const DATE: &[&str] = &[
    "date",
    "published",
    "publishdate",
    "pubdate",
    "pubdatetime",
    "publishedat",
    "datepublished",
    "createdat",
    "created",
];
const SUMMARY: &[&str] =
    &["summary", "description", "excerpt", "standfirst", "teaser", "customexcerpt"];
const CONTENT: &[&str] = &["content", "contenttext", "body", "text"];
const LINK: &[&str] = &["link", "url", "permalink", "canonical", "externalurl"];
pub(super) const IMAGE: &[&str] =
    &["image", "images", "cover", "thumbnail", "featuredimage", "featureimage", "hero"];
const ALT: &[&str] = &["alt", "imagealt", "featureimagealt"];
const IMAGE_SIZE: &[&str] = &["imagesize"];
const TOPICS: &[&str] = &["topics", "topic", "tags", "categories", "category"];
const ID: &[&str] = &["id", "guid", "slug"];
const ORDER: &[&str] = &["order", "weight"];
const DRAFT: &[&str] = &["draft", "isdraft"];
const MADE: &[&str] = &["titlemade"];
const CONSENT: &[&str] = &["consent"];
const CONSENT_UNTIL: &[&str] = &["consentuntil"];
const EVENT: &[&str] = &["event", "eventdate", "takesplace"];
const WHERE: &[&str] = &["where", "venue"];
const QUOTE: &[&str] = &["quote"];
const QUOTE_BY: &[&str] = &["quoteby", "quotedby"];
/// Known to other tools or to people, and of no use here: no warning.
const IGNORED: &[&str] = &[
    "layout",
    "author",
    "authors",
    "keywords",
    "datebasis",
    "lastmod",
    "updated",
    "modified",
    "aliases",
    "type",
    "lang",
    "params",
    "extra",
    "taxonomies",
    "source",
    "expirydate",
    "visibility",
    "status",
    "build",
    "cascade",
    "links",
    "menu",
    "moddatetime",
    "seo",
];

/// Of more names than people write by hand, the first are looked at for slips.
const MOST_NAMES: usize = 200;

/// Whether a field holds text, whatever it looks like: a title may be `No`, `2020` or `1.10`.
pub(super) fn is_text(name: &str) -> bool {
    let name = simple(name);
    [TITLE, DATE, SUMMARY, CONTENT, LINK, ALT, TOPICS, ID, WHERE, QUOTE, QUOTE_BY]
        .iter()
        .any(|names| names.contains(&name.as_str()))
        && name != "published"
}

/// Where the fields of one item come from.
pub struct Origin<'a> {
    pub source: &'a str,
    pub place: Place,
    pub zone: Tz,
    /// Used when the fields name none.
    pub id: Option<String>,
    pub date: Option<PartialDate>,
    /// What stands below the front matter, as plain text.
    pub body: Option<String>,
    /// The line on which each paragraph of the body begins, where the format has lines.
    pub body_lines: Vec<usize>,
    pub order: i64,
    /// The line of a field, where the format knows it.
    pub line_of: &'a dyn Fn(&str) -> Option<usize>,
    /// Whether a picture may be a file beside the page.
    pub has_files: bool,
}

impl<'a> Origin<'a> {
    /// Of an item of a list, by its index, of which nothing more is known.
    pub fn listed(source: &'a str, place: Place, zone: Tz, index: usize) -> Self {
        Self {
            source,
            place,
            zone,
            id: None,
            date: None,
            body: None,
            body_lines: Vec::new(),
            order: i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1),
            line_of: &|_| None,
            has_files: false,
        }
    }
}

/// Adds the item that these fields describe to `reading`, or says why there is none.
pub fn add(reading: &mut Reading, fields: &BTreeMap<String, Value>, origin: Origin) {
    let given = FieldMap::new(fields, &origin);
    let (summary, paragraphs) = given.summary();
    let (title, title_made) = given.title(&summary);
    if title.is_empty() {
        reading.problems.push(Problem::new(
            origin.place,
            "this item has no title and no text: it was left out",
            "add a title",
        ));
        return;
    }
    if given.is_draft() {
        reading.skipped.push(SkippedItem {
            title,
            source: origin.source.to_owned(),
            place: origin.place,
            reason: "it is marked as a draft".to_owned(),
        });
        return;
    }
    let problems = &mut reading.problems;
    let (date, numeric) = given.date(problems);
    let link = given.address(LINK, problems);
    let size = ImageSize::given(given.text(IMAGE_SIZE), || given.place_of("image_size"), problems);
    let picture_file = given.picture_file();
    let named = if picture_file.is_some() { None } else { given.address(IMAGE, problems) };
    let image = named
        .filter(|address| text::is_picture_address(address))
        .map(|address| Image::given(address, given.text(ALT), size))
        .or_else(|| given.picture_in_text(link.as_deref()).filter(|_| picture_file.is_none()));
    let consent = given.consent(problems);
    let event = given.event(problems);
    let quote = given
        .text_line(QUOTE)
        .map(|words| Quote { words, by: given.text_line(QUOTE_BY).unwrap_or_default() });
    given.name_misspelt(problems);
    let id = given
        .text(ID)
        .map(|id| one_line(&id))
        .filter(|id| !id.is_empty())
        .or_else(|| origin.id.clone())
        .unwrap_or_else(|| slug(&title));
    let item = Item {
        id,
        title,
        title_made,
        summary,
        link,
        image,
        picture_file,
        topics: given.value(TOPICS).map(words).unwrap_or_default(),
        date,
        numeric,
        source: origin.source.to_owned(),
        order: given.value(ORDER).and_then(Value::as_i64).unwrap_or(origin.order),
        consent,
        event,
        quote,
        lines: given.lines(paragraphs),
        place: origin.place.clone(),
        ..Item::default()
    };
    reading.items.push(item);
}

/// The fields by their simple names, and where they stand.
struct FieldMap<'a> {
    named: BTreeMap<String, (&'a str, &'a Value)>,
    origin: &'a Origin<'a>,
}

impl<'a> FieldMap<'a> {
    fn new(fields: &'a BTreeMap<String, Value>, origin: &'a Origin<'a>) -> Self {
        let named =
            fields.iter().map(|(name, value)| (simple(name), (name.as_str(), value))).collect();
        Self { named, origin }
    }

    fn find(&self, names: &[&str]) -> Option<(&'a str, &'a Value)> {
        let found = names.iter().find_map(|name| self.named.get(*name)).copied();
        found.filter(|(_, value)| !value.is_null())
    }

    fn value(&self, names: &[&str]) -> Option<&'a Value> {
        self.find(names).map(|(_, value)| value)
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        self.value(names).and_then(plain)
    }

    /// Plain text on one line, if there is any.
    fn text_line(&self, names: &[&str]) -> Option<String> {
        self.text(names).map(|text| text::title_text(&text)).filter(|text| !text.is_empty())
    }

    fn line(&self, names: &[&str]) -> Option<usize> {
        self.find(names).and_then(|(name, _)| (self.origin.line_of)(name))
    }

    fn place_of(&self, name: &str) -> Place {
        match (self.origin.line_of)(name) {
            Some(line) => Place::line(&self.origin.place.source, line),
            None => self.origin.place.clone(),
        }
    }

    /// The summary, and the lines of its paragraphs where they are known.
    fn summary(&self) -> (String, Vec<usize>) {
        let of_field = |names: &[&str], text: String| {
            (shortened(&plain_text(&text)), self.line(names).into_iter().collect())
        };
        if let Some(text) = self.text(SUMMARY) {
            of_field(SUMMARY, text)
        } else if let Some(body) = &self.origin.body {
            (shortened(body), self.origin.body_lines.clone())
        } else {
            of_field(CONTENT, self.text(CONTENT).unwrap_or_default())
        }
    }

    /// The title, and whether it was made of the summary.
    fn title(&self, summary: &str) -> (String, bool) {
        match self.text(TITLE).map(|title| text::title_text(&title)) {
            Some(title) if !title.is_empty() => (title, self.value(MADE).is_some_and(is_true)),
            _ => (title_from(summary), true),
        }
    }

    fn is_draft(&self) -> bool {
        let is_held = |status: &Value| {
            status.as_str().is_some_and(|status| {
                ["draft", "hidden", "private", "pending"]
                    .iter()
                    .any(|word| status.trim().eq_ignore_ascii_case(word))
            })
        };
        self.value(&["published"]) == Some(&Value::Bool(false))
            || self.value(DRAFT).is_some_and(is_true)
            || self.value(&["status"]).is_some_and(is_held)
    }

    /// The date, and what is written for it where the other dates of the source must say what it means.
    fn date(&self, problems: &mut Vec<Problem>) -> (Option<PartialDate>, Option<Numeric>) {
        let Some((name, value)) = self.find(DATE).filter(|(_, value)| !value.is_boolean()) else {
            return (self.origin.date, None);
        };
        let text = plain(value).unwrap_or_default();
        match PartialDate::read(&text, self.origin.zone) {
            Ok(written) => (written.date().or(self.origin.date), Numeric::of(&text, written, None)),
            Err(error) => {
                problems.push(Problem::new(
                    self.place_of(name),
                    format!("{error}: the item is listed without a date"),
                    "write the date as 2020-12-23, 2020-12 or 2020",
                ));
                (self.origin.date, None)
            }
        }
    }

    fn event(&self, problems: &mut Vec<Problem>) -> Option<EventDetails> {
        let (name, value) = self.find(EVENT)?;
        match PartialDate::parse(&plain(value)?, self.origin.zone) {
            Ok(date) => {
                Some(EventDetails { date, place: self.text_line(WHERE).unwrap_or_default() })
            }
            Err(error) => {
                problems.push(Problem::new(
                    self.place_of(name),
                    format!("{error}: the event is shown without its day"),
                    "write the day as 2021-01-15",
                ));
                None
            }
        }
    }

    fn address(&self, names: &[&str], problems: &mut Vec<Problem>) -> Option<String> {
        let (name, value) = self.find(names)?;
        let written = plain(value)?;
        let found = web_address(&written, None);
        // A path within the site is common in front matter, and cannot be mailed.
        if found.is_none() && !written.trim().is_empty() {
            problems.push(Problem::new(
                self.place_of(name),
                format!("`{}` is not a web address: it was left out", one_line(&written)),
                "write it whole, beginning with https://",
            ));
        }
        found
    }

    /// A picture that is named as a file, if there may be one.
    fn picture_file(&self) -> Option<PictureFile> {
        let (_, value) = self.find(IMAGE).filter(|_| self.origin.has_files)?;
        let path = plain(value)?.trim().to_owned();
        let is_file = web_address(&path, None).is_none() && is_picture_file(&path);
        let alt = one_line(&self.text(ALT).unwrap_or_default());
        is_file.then_some(PictureFile { path, alt, fault: None })
    }

    /// The first picture that stands in the text only.
    fn picture_in_text(&self, base: Option<&str>) -> Option<Image> {
        [CONTENT, SUMMARY].into_iter().find_map(|names| {
            let html = self
                .text(names)
                .filter(|html| html.contains("<img") || html.contains("<source"))?;
            text::read(&html).pictures.into_iter().find_map(|picture| {
                let address = web_address(&picture.address, base)?;
                Some(Image { address, alt: picture.alt, ..Image::default() })
            })
        })
    }

    fn consent(&self, problems: &mut Vec<Problem>) -> Option<Consent> {
        let zone = self.origin.zone;
        match consent(self.value(CONSENT), self.value(CONSENT_UNTIL), zone) {
            Ok(consent) => consent,
            Err(until) => {
                problems.push(Problem::new(
                    self.place_of("consent"),
                    format!(
                        "`{}` is not a date: it is unclear how long consent lasts",
                        one_line(&until)
                    ),
                    "write the last day as 2021-06-30",
                ));
                // Until somebody says how long, it has ended.
                Some(Consent { channels: Vec::new(), until: Some(NaiveDate::MIN) })
            }
        }
    }

    fn name_misspelt(&self, problems: &mut Vec<Problem>) {
        for (simple_name, (name, _)) in self.named.iter().take(MOST_NAMES) {
            if let Some(meant) = misspelt(simple_name) {
                problems.push(Problem::new(
                    self.place_of(name),
                    format!("`{name}` is not a known field"),
                    format!("did you mean `{meant}`?"),
                ));
            }
        }
    }

    fn lines(&self, paragraphs: Vec<usize>) -> Lines {
        Lines {
            title: self.line(TITLE).or_else(|| paragraphs.first().copied()),
            link: self.line(LINK),
            image: self.line(ALT).or_else(|| self.line(IMAGE)),
            consent: self.line(CONSENT_UNTIL).or_else(|| self.line(CONSENT)),
            event: self.line(EVENT),
            quote: self.line(QUOTE),
            paragraphs,
        }
    }
}

/// What `consent:` says: only channels, or a group of `channels:` and `until:`.
///
/// # Errors
/// The words that stand where the last day should.
fn consent(
    value: Option<&Value>,
    until: Option<&Value>,
    zone: Tz,
) -> Result<Option<Consent>, String> {
    let (channels, until) = match value {
        Some(Value::Object(group)) => (group.get("channels"), group.get("until").or(until)),
        Some(Value::Bool(_)) => (None, until),
        value => (value, until),
    };
    let channels: Vec<String> =
        channels.map(words).unwrap_or_default().iter().map(|word| word.to_lowercase()).collect();
    let until = match until.and_then(plain).filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            Some(PartialDate::parse(&text, zone).ok().map(|date| date.days(zone).1).ok_or(text)?)
        }
        None => None,
    };
    let says_nothing = channels.is_empty() && until.is_none();
    Ok((!says_nothing).then_some(Consent { channels, until }))
}

/// The known field that an unknown name looks like.
fn misspelt(simple_name: &str) -> Option<&'static str> {
    const KNOWN: [&[&str]; 19] = [
        TITLE,
        DATE,
        SUMMARY,
        CONTENT,
        LINK,
        IMAGE,
        ALT,
        TOPICS,
        ID,
        ORDER,
        DRAFT,
        MADE,
        CONSENT,
        CONSENT_UNTIL,
        EVENT,
        WHERE,
        QUOTE,
        QUOTE_BY,
        IGNORED,
    ];
    let mut names = KNOWN.iter().copied().flatten().copied();
    if names.clone().any(|known| known == simple_name) {
        return None;
    }
    names.find(|known| nearest(simple_name, [*known]).is_some())
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use serde_json::json;

    use super::*;

    fn read(fields: Value) -> Reading {
        let fields: BTreeMap<String, Value> = serde_json::from_value(fields).unwrap();
        let mut reading = Reading::default();
        add(
            &mut reading,
            &fields,
            Origin {
                source: "news",
                place: Place::whole("a.md"),
                zone: London,
                id: None,
                date: None,
                body: None,
                body_lines: Vec::new(),
                order: 0,
                line_of: &|_| None,
                has_files: false,
            },
        );
        reading
    }

    #[test]
    fn fields_go_by_many_names() {
        for fields in [
            json!({"title": "T", "date": "2020-12-23", "summary": "S", "link": "https://e.org/a"}),
            json!({"Headline": "T", "publishDate": "2020-12-23", "excerpt": "S", "permalink": "https://e.org/a"}),
            json!({"title": "T", "pubDate": "23 December 2020", "description": "<p>S</p>", "url": "https://e.org/a"}),
        ] {
            let item = read(fields).items.remove(0);
            assert_eq!(item.title, "T");
            assert_eq!(item.summary, "S");
            assert_eq!(item.date.unwrap().to_string(), "2020-12-23");
            assert_eq!(item.link.as_deref(), Some("https://e.org/a"));
        }
    }

    #[test]
    fn drafts_are_skipped_and_told() {
        for fields in [
            json!({"title": "T", "draft": true}),
            json!({"title": "T", "draft": "yes"}),
            json!({"title": "T", "published": false}),
        ] {
            let reading = read(fields);
            assert!(reading.items.is_empty());
            assert_eq!(reading.skipped.len(), 1);
        }
    }

    #[test]
    fn a_bad_date_leaves_an_undated_item_and_a_problem() {
        let reading = read(json!({"title": "T", "date": "soon"}));
        assert_eq!(reading.items[0].date, None);
        assert!(reading.problems[0].what.contains("`soon` is not a date"));
    }

    #[test]
    fn a_mistyped_field_is_told_and_a_foreign_one_is_not() {
        let reading = read(json!({"title": "T", "sumary": "S", "sitemap_priority": 1}));
        assert_eq!(reading.problems.len(), 1);
        assert_eq!(reading.problems[0].cure, "did you mean `summary`?");
    }

    #[test]
    fn hostile_markup_becomes_plain_text() {
        let reading = read(json!({
            "title": "<b>Fish &amp; chips</b><script>x()</script>",
            "summary": "<p onclick=x()>One</p><p>Two\u{202e}\u{92}s</p>",
            "link": "javascript:x()",
        }));
        let item = &reading.items[0];
        assert_eq!(item.title, "Fish & chips");
        assert_eq!(item.summary, "One\n\nTwo’s");
        assert_eq!(item.link, None);
        assert_eq!(reading.problems.len(), 1);
    }
}
