//! What stands around an edition on its page, and the index: a line above, and nothing else that could distract.
//! Pure: words in, HTML out.

use super::{ArchiveSite, CorrectionNote, PublicEdition, subject_of};
use crate::compose::marker::escape_html;
use crate::compose::words::{MarkdownStyle, html_within_a_line};

const STYLE: &str = include_str!("archive.css");

/// The email itself, with a line above it that leads to the index.
pub(super) fn edition_page(
    site: &ArchiveSite<'_>,
    edition: &PublicEdition<'_>,
    html: &str,
) -> String {
    let subject = escape_html(&subject_of(edition.composition));
    let note = edition.correction.as_ref().map_or_else(String::new, correction);
    let bar = format!(
        "<div class=\"archive-bar\"><p><a href=\"../\">{}</a> <span>{}, sent on {}</span></p>{note}</div>",
        escape_html(site.organisation),
        escape_html(&edition.title),
        edition.sent.format("%-d %B %Y")
    );
    let head = format!(
        "{}<link rel=\"alternate\" type=\"application/atom+xml\" href=\"../feed.xml\">\n<style>{STYLE}</style>\n",
        robots(site)
    );
    let html = with_title(html, &format!("{subject} · {}", escape_html(site.organisation)));
    let html = insert_before(&html, "</head>", &head);
    insert_after_tag(&html, "<body", &bar)
}

/// The list of editions.
pub(super) fn index_page(site: &ArchiveSite<'_>, rows: &str) -> String {
    let organisation = escape_html(site.organisation);
    let list = if rows.is_empty() {
        "<p>No edition has been published yet.</p>".to_owned()
    } else {
        format!("<ul>\n{rows}</ul>")
    };
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{}<title>{organisation}</title>\n\
         <link rel=\"alternate\" type=\"application/atom+xml\" href=\"feed.xml\">\n<style>{STYLE}</style>\n</head>\n\
         <body class=\"archive-index\">\n<main>\n<h1>{organisation}</h1>\n<p class=\"lead\">All editions of our newsletter, the \
         latest first. <a href=\"feed.xml\">Follow them in a feed reader.</a></p>\n{list}\n</main>\n</body>\n</html>\n",
        escape_html(site.language),
        robots(site)
    )
}

fn robots(site: &ArchiveSite<'_>) -> &'static str {
    if site.settings.noindex { "<meta name=\"robots\" content=\"noindex\">\n" } else { "" }
}

fn correction(note: &CorrectionNote) -> String {
    let words = match note.words.as_str() {
        "" => String::new(),
        words => format!(" {}", html_within_a_line(words, &note_style())),
    };
    format!("<p class=\"archive-note\"><b>Corrected on {}.</b>{words}</p>", escape_html(&note.on))
}

/// The note is Markdown, as in the email: its links have the colour of the page's own.
fn note_style() -> MarkdownStyle {
    MarkdownStyle { accent: "inherit".to_owned(), start: "left".to_owned() }
}

fn insert_before(html: &str, mark: &str, inserted: &str) -> String {
    match html.find(mark) {
        Some(at) => format!("{}{inserted}{}", &html[..at], &html[at..]),
        None => format!("{inserted}{html}"),
    }
}

fn insert_after_tag(html: &str, tag: &str, inserted: &str) -> String {
    let end = html.find(tag).and_then(|at| Some(at + html[at..].find('>')? + 1));
    match end {
        Some(end) => format!("{}{inserted}{}", &html[..end], &html[end..]),
        None => format!("{inserted}{html}"),
    }
}

fn with_title(html: &str, title: &str) -> String {
    let begin = html.find("<title>").map(|at| at + "<title>".len());
    let end = begin.and_then(|begin| Some(begin + html[begin..].find("</title>")?));
    match (begin, end) {
        (Some(begin), Some(end)) => format!("{}{title}{}", &html[..begin], &html[end..]),
        _ => insert_before(html, "</head>", &format!("<title>{title}</title>\n")),
    }
}
