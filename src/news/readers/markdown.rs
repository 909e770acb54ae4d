//! Markdown files with front matter in YAML (`---`), TOML (`+++`) or JSON (`{`), as Hugo, Jekyll, Zola and people write them.
//! Pure: a file's text in, an item and problems out.

use crate::count::grouped;
use crate::news::readers::front_matter::MarkdownDocument;
use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::body;
use super::fields::{self, Origin};
use super::front_fields::{toml_fields, yaml_fields};
use super::pictures::is_picture_file;
use super::property_lines::{is_fenced_below, property_lines};
use super::static_site::{SitePage, script_fields};
use crate::date::PartialDate;
use crate::date::file_name::loose_day_length;
use crate::news::item::{Item, Reading, SkippedItem, web_address};
use crate::problem::{Place, Problem};
use crate::rfc::csv::simple;

/// What front matter is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrontLanguage {
    Yaml,
    Toml,
    /// JSON, or a program of Eleventy's (`---js`).
    Script,
}

/// Splits a text and reads its front matter. A text without any has no fields.
///
/// # Errors
/// Says at which line of `source` the front matter is wrong, and the cure.
pub fn document<'a>(source: &str, text: &'a str) -> Result<MarkdownDocument<'a>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body_only =
        MarkdownDocument { fields: BTreeMap::new(), body: text, first_field_line: 1, front: "" };
    let first = text.lines().next().unwrap_or("").trim_end();
    let below = text.find('\n').map_or(text.len(), |at| at + 1);
    let language = first.strip_prefix("---").map(str::trim);
    let (fence, language, start) = match (first, language) {
        ("---", _) | (_, Some("yaml")) => ("---", FrontLanguage::Yaml, below),
        ("+++", _) => ("+++", FrontLanguage::Toml, below),
        (_, Some("toml")) => ("---", FrontLanguage::Toml, below),
        (_, Some("json")) => ("---", FrontLanguage::Script, below),
        (_, Some("js" | "javascript" | "node")) => ("---", FrontLanguage::Script, below),
        _ if first.starts_with('{') => return json_document(source, text),
        _ if first == ";;;" || first.starts_with('"') => {
            return Ok(hexo_json(text).unwrap_or(body_only));
        }
        // Hexo needs no fence over the fields, only the one below them.
        _ if is_fenced_below(text) => ("---", FrontLanguage::Yaml, 0),
        _ => return Ok(property_lines(text).unwrap_or(body_only)),
    };
    let is_yaml = language == FrontLanguage::Yaml;
    let mut at = start;
    let mut end = None;
    for line in text[start..].split_inclusive('\n') {
        // YAML has a mark of its own for the end of a document.
        if line.trim_end() == fence || (is_yaml && line.trim_end() == "...") {
            end = Some((at, at + line.len()));
            break;
        }
        at += line.len();
    }
    let Some((front_end, body_start)) = end else {
        return Err(Problem::new(
            Place::line(source, 1),
            format!("the front matter is not closed: there is no second `{fence}` line"),
            format!("put a line `{fence}` between the fields and the text"),
        ));
    };
    let front = &text[start..front_end];
    let fields = match language {
        FrontLanguage::Yaml => yaml_fields(source, front)?,
        FrontLanguage::Toml => toml_fields(source, front)?,
        FrontLanguage::Script => script_fields(front),
    };
    let first_field_line = if start == 0 { 1 } else { 2 };
    Ok(MarkdownDocument { fields, body: &text[body_start..], first_field_line, front })
}

fn json_document<'a>(source: &str, text: &'a str) -> Result<MarkdownDocument<'a>, Problem> {
    let mut values =
        serde_json::Deserializer::from_str(text).into_iter::<BTreeMap<String, Value>>();
    match values.next() {
        Some(Ok(fields)) => {
            let end = values.byte_offset();
            Ok(MarkdownDocument {
                fields,
                body: &text[end..],
                first_field_line: 1,
                front: &text[..end],
            })
        }
        Some(Err(error)) => Err(Problem::new(
            Place::at(source, error.line(), error.column()),
            format!("the front matter is not JSON: {error}"),
            "close every brace and quotation mark",
        )),
        None => Ok(MarkdownDocument {
            fields: BTreeMap::new(),
            body: text,
            first_field_line: 1,
            front: "",
        }),
    }
}

/// Fields in JSON without its braces, over a line `;;;`, as Hexo has them too.
fn hexo_json(text: &str) -> Option<MarkdownDocument<'_>> {
    const FENCE: &str = ";;;";
    let start = text.strip_prefix(FENCE).map_or(0, |rest| text.len() - rest.len());
    let end = start + text[start..].find("\n;;;")? + 1;
    let front = &text[start..end];
    let fields =
        serde_json::from_str(&format!("{{{}}}", front.trim().trim_end_matches(','))).ok()?;
    let below = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let first_field_line = if start == 0 { 1 } else { 2 };
    Some(MarkdownDocument { fields, body: &text[below..], first_field_line, front })
}

/// Where the day of a page was taken from that says only when it was changed.
const OF_CHANGE: &str = "the file: its last change (`lastmod`), which Hugo takes where there is no other day; it is not sure to be its \
     publication";

/// Reads one file that belongs to no website. `path` is its name below the project, for places; its last part gives the
/// id, and, last of all, a date.
pub fn read(source: &str, path: &str, text: &str, zone: Tz) -> Reading {
    read_page(source, path, text, zone, None)
}

/// Reads one file as the tool that makes a website of it would.
pub fn read_page(
    source: &str,
    path: &str,
    text: &str,
    zone: Tz,
    page: Option<&SitePage<'_>>,
) -> Reading {
    let mut reading = Reading::default();
    let document = match document(path, text) {
        Ok(document) => document,
        Err(problem) => {
            reading.problems.push(problem);
            return reading;
        }
    };
    let stem = stem(path);
    // The body is the end of the text, so its first line is known by what stands before it.
    let before = text.len() - document.body.len();
    let title = title_of(&document.fields);
    let first_line = text[..before].matches('\n').count() + 1;
    let is_mdx = path.to_ascii_lowercase().ends_with(".mdx");
    let end = page.and_then(|page| page.excerpt_end(&document.fields));
    let beginning = end.and_then(|end| document.body.split_once(end.as_str()));
    let text_of_body = beginning.map_or(document.body, |(beginning, _)| beginning);
    let body = body::read(text_of_body, first_line, title.as_deref(), is_mdx);
    note_removed(&mut reading, path, &body);
    let mut fields = document.fields.clone();
    put_title(&mut fields, body.heading.clone());
    put_inner_fields(&mut fields, &document.fields);
    let in_name = date_in_name(stem, zone)
        .or_else(|| date_in_folders(path, zone))
        .or_else(|| page?.day_of_folder(zone));
    put_title(&mut fields, page.and_then(SitePage::title_of_name));
    let mut is_of_change = false;
    if let Some(page) = page {
        page.complete(&mut fields);
        if let Some(reason) = page.held_back(&fields, zone) {
            let title = fields.get("title").and_then(Value::as_str).unwrap_or(stem).to_owned();
            let (source, place) = (source.to_owned(), Place::whole(path));
            reading.skipped.push(SkippedItem { title, source, place, reason });
            return reading;
        }
        note_computed(&mut reading, path, &page.computed(&fields));
        is_of_change = put_day_of_change(page, &mut fields, in_name);
        as_the_tool_means(page, &mut fields, in_name, zone);
    }
    put_picture(&mut fields, &body, page.is_some_and(SitePage::is_plain));
    let before = reading.items.len();
    fields::add(
        &mut reading,
        &fields,
        Origin {
            source,
            place: Place::whole(path),
            zone,
            id: Some(stem.to_owned()),
            date: in_name,
            body: (!body.text.is_empty()).then_some(body.text),
            body_lines: body.lines,
            order: 0,
            line_of: &|name| document.line_of(name),
            has_files: page.is_some(),
        },
    );
    if is_of_change {
        reading.items.iter_mut().skip(before).for_each(say_of_change);
    }
    reading
}

/// Zola keeps topics, and each tool keeps what it does not know itself, in a table of its own.
fn put_inner_fields(fields: &mut BTreeMap<String, Value>, outer: &BTreeMap<String, Value>) {
    for table in ["taxonomies", "extra", "params"] {
        if let Some(Value::Object(inner)) = outer.get(table) {
            for (name, value) in inner {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

fn title_of(fields: &BTreeMap<String, Value>) -> Option<String> {
    let title =
        fields.iter().find(|(name, _)| matches!(simple(name).as_str(), "title" | "headline"))?.1;
    title.as_str().map(str::to_owned)
}

/// Says once a file what is in it for the website's tool only.
fn note_removed(reading: &mut Reading, path: &str, body: &body::Body) {
    let Some((line, first)) = body.removed.first() else { return };
    let what = match body.removed.len() {
        1 => format!("`{first}` is for the website's tool: it was left out of the text"),
        count => format!(
            "`{first}` and {} more like it are for the website's tool: they were left out of the text",
            grouped(count - 1)
        ),
    };
    reading.problems.push(Problem::new(
        Place::line(path, *line),
        what,
        "check that the text still makes sense in the email",
    ));
}

/// Gives a page without a picture the first that stands in its text, where its whole address is known.
/// `has_files`: it may be a file beside the page.
fn put_picture(fields: &mut BTreeMap<String, Value>, body: &body::Body, has_files: bool) {
    if fields.keys().any(|name| fields::IMAGE.contains(&simple(name).as_str())) {
        return;
    }
    let link =
        fields.iter().find(|(name, _)| simple(name) == "link").and_then(|(_, link)| link.as_str());
    let found = body.pictures.iter().find_map(|picture| {
        let address = &picture.address;
        if has_files && !address.starts_with('/') && is_picture_file(address) {
            return Some((address.clone(), &picture.alt));
        }
        Some((web_address(address, link)?, &picture.alt))
    });
    if let Some((address, alt)) = found {
        let has_alt = fields.keys().any(|name| matches!(simple(name).as_str(), "alt" | "imagealt"));
        if !has_alt {
            fields.insert("image_alt".to_owned(), Value::String(alt.clone()));
        }
        fields.insert("image".to_owned(), Value::String(address));
    }
}

/// Gives a page a title, if it has none.
fn put_title(fields: &mut BTreeMap<String, Value>, title: Option<String>) {
    let has_title = fields.keys().any(|name| name.eq_ignore_ascii_case("title"));
    if let Some(title) = title.filter(|_| !has_title) {
        fields.insert("title".to_owned(), Value::String(title));
    }
}

/// Says of a story that its day is that of its last change.
fn say_of_change(item: &mut Item) {
    if item.date.is_some() {
        item.date_of_change = true;
        item.evidence.date = Some(OF_CHANGE.to_owned());
    }
}

/// Says what the website's tool works out itself, and roundup cannot.
fn note_computed(reading: &mut Reading, path: &str, names: &[String]) {
    if let Some(first) = names.first() {
        reading.problems.push(Problem::new(
            Place::whole(path),
            format!("the website's tool works out `{first}` of this page itself (eleventyComputed): it is not known here"),
            "check the title and the day of the story, or take the website's feed as a source",
        ));
    }
}

/// Puts the day of the last change where Hugo would: as the page's own day, if it has no other. Returns whether it did.
fn put_day_of_change(
    page: &SitePage<'_>,
    fields: &mut BTreeMap<String, Value>,
    in_name: Option<PartialDate>,
) -> bool {
    let has_day = fields.keys().any(|name| fields::DATE.contains(&simple(name).as_str()));
    if has_day || in_name.is_some() || !page.takes_days_of_changes() {
        return false;
    }
    let changed =
        fields.iter().find(|(name, _)| matches!(simple(name).as_str(), "lastmod" | "modified"));
    let Some((_, value)) = changed else { return false };
    let value = value.clone();
    fields.insert("date".to_owned(), value);
    true
}

/// Replaces what only the tool understands: a path by the whole address, topics between blanks by a list.
fn as_the_tool_means(
    page: &SitePage<'_>,
    fields: &mut BTreeMap<String, Value>,
    in_name: Option<PartialDate>,
    zone: Tz,
) {
    if page.is_plain() {
        return;
    }
    let is_path = |value: &Value| value.as_str().is_none_or(|text| !text.contains("://"));
    let date = page.names_of_day().iter().find_map(|wanted| {
        let (_, value) = fields.iter().find(|(name, _)| simple(name) == *wanted)?;
        PartialDate::parse(value.as_str()?, zone).ok()
    });
    let link = page.link(fields, date.or(in_name), zone);
    fields.retain(|name, value| {
        let is_address = matches!(simple(name).as_str(), "url" | "permalink" | "path" | "link");
        !(is_address && is_path(value))
    });
    let has_link = fields.keys().any(|name| simple(name) == "link");
    if let Some(link) = link.clone().filter(|_| !has_link) {
        fields.insert("link".to_owned(), Value::String(link));
    }
    for (name, value) in fields.iter_mut() {
        let name = simple(name);
        if let Value::String(text) = value {
            if fields::IMAGE.contains(&name.as_str())
                && let Some(address) = page.picture(text, link.as_deref())
            {
                *text = address;
            } else if matches!(name.as_str(), "tags" | "categories")
                && page.splits_topics_at_blanks()
                && !text.contains([',', ';'])
            {
                *value =
                    text.split_whitespace().map(|word| Value::String(word.to_owned())).collect();
            }
        }
    }
}

/// The file's name without its ending, or its folder's name for a page bundle (`gala/index.md`).
fn stem(path: &str) -> &str {
    let mut parts = path.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if matches!(stem, "index" | "_index") { parts.next().unwrap_or(stem) } else { stem }
}

/// Jekyll and Zola date a page by its name: `2020-12-23-title.md`.
fn date_in_name(stem: &str, zone: Tz) -> Option<PartialDate> {
    let (day, rest) = stem.split_at(loose_day_length(stem)?);
    (rest.is_empty() || rest.starts_with(['-', '_', ' ']))
        .then(|| PartialDate::parse(day, zone).ok())
        .flatten()
}

/// Some tools have a folder for each day: `blog/2020/12/23/title.md`.
fn date_in_folders(path: &str, zone: Tz) -> Option<PartialDate> {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    let is = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.windows(3).rev().find_map(|part| {
        let [year, month, day] = *part else { return None };
        (is(year, 4) && is(month, 2) && is(day, 2))
            .then(|| PartialDate::parse(&format!("{year}-{month}-{day}"), zone).ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn one(path: &str, text: &str) -> crate::news::item::Item {
        let mut reading = read("news", path, text, London);
        assert_eq!(reading.problems, []);
        reading.items.remove(0)
    }

    #[test]
    fn front_matter_of_every_tool() {
        for text in [
            "---\ntitle: \"A: b\"\ndate: 2020-12\ntopics: [x, z]\n---\n\nHello *you*.\n",
            "+++\ntitle = \"A: b\"\ndate = 2020-12-01\n[taxonomies]\ntags = [\"x\", \"z\"]\n+++\nHello you.\n",
            "{\"title\": \"A: b\", \"date\": \"2020-12\", \"tags\": \"x, z\"}\nHello you.\n",
            "\u{feff}---\r\ntitle: 'A: b'\r\ndate: 2020-12\r\ncategories: x;z\r\n---\r\nHello\r\nyou.\r\n",
        ] {
            let item = one("news/a.md", text);
            assert_eq!(item.title, "A: b");
            assert_eq!(item.summary, "Hello you.");
            assert_eq!(item.topics, ["x", "z"]);
            assert_eq!(item.id, "a");
            assert!(item.date.unwrap().to_string().starts_with("2020-12"));
        }
    }

    #[test]
    fn a_date_comes_from_the_name_last() {
        assert_eq!(
            one("news/2020-12-23-gala.md", "# Gala\n\nx").date.unwrap().to_string(),
            "2020-12-23"
        );
        assert_eq!(one("news/2020-12-gala.md", "# Gala\n\nx").date, None);
        let item = one("news/2020-12-23-gala.md", "---\ndate: 2020\n---\n# Gala\n");
        assert_eq!(item.date.unwrap().to_string(), "2020");
        assert_eq!(item.title, "Gala");
        assert_eq!(one("news/gala/index.md", "# Gala\n").id, "gala");
    }

    #[test]
    fn broken_front_matter_names_its_line_and_cure() {
        let problem = |text: &str| read("news", "a.md", text, London).problems.remove(0);
        let colon = problem("---\ndate: 2020\ntitle: Yes: but\n---\n");
        assert_eq!(colon.place, Place::line("a.md", 3));
        assert!(colon.cure.contains("quotation marks"));
        let open = problem("---\ntitle: x\n");
        assert!(open.what.contains("not closed"));
        let bad = problem("---\ntitle: [x\n---\n");
        assert_eq!(bad.place.source, "a.md");
        assert!(bad.place.line.is_some());
        let toml = problem("+++\ntitle = x\n+++\n");
        assert_eq!(toml.place, Place::line("a.md", 2));
    }

    #[test]
    fn each_part_knows_its_line() {
        let item = one(
            "news/a.md",
            "\u{feff}---\ntitle: A\nconsent:\n  channels: [Website, email]\n  until: 2021-06\n---\n\n# A\n\nOne\ntwo.\n\n\nThree.\n",
        );
        assert_eq!(item.summary, "One two.\n\nThree.");
        assert_eq!(item.lines.paragraphs, [10, 14]);
        assert_eq!(item.place_in_summary(12), Place::line("news/a.md", 14));
        assert_eq!((item.lines.title, item.lines.consent), (Some(2), Some(3)));
        let consent = item.consent.unwrap();
        assert_eq!(consent.channels, ["website", "email"]);
        assert_eq!(consent.until.unwrap().to_string(), "2021-06-30");
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let mut item = one("news/a.md", "---\ntitle: \"“A” & b\"\ndate: 2020\norder: 3\n---\nx");
        item.title_made = true;
        item.link = Some("https://example.org/?a=1&b=2".to_owned());
        item.topics = vec!["one, two".to_owned()];
        item.consent = Some(crate::news::item::Consent {
            channels: vec!["email".to_owned()],
            until: "2021-06-30".parse().ok(),
        });
        let date = PartialDate::parse("2021-01-15", London).unwrap();
        item.event = Some(crate::news::item::EventDetails {
            date,
            place: "Leeds: the “Hub”".to_owned(),
        });
        item.quote =
            Some(crate::news::item::Quote { words: "Yes.".to_owned(), by: "Ann".to_owned() });
        item.summary = "1. *not* a [list] & <b>\n\n# not a_heading_".to_owned();
        let mut again = one("news/a.md", &crate::news::readers::story_file::write(&item));
        again.lines = item.lines.clone();
        assert_eq!(again, item);
    }
}
