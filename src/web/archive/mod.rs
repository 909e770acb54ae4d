//! The public archive: an edition as a page without anybody in it, the index of all, and an Atom feed (RFC 4287).
//! Pure: compositions in, pages out.

mod anonymous;
mod look;
mod person_search;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::compose::composition::Composition;
use crate::compose::marker::escape_html;
use crate::compose::setting;
use crate::rfc::text::cut_at_word;

pub use person_search::{PublicNames, TokenCheck};

/// `[archive]` of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the archive is reached, as in `https://news.charity.example/archive`.
    #[serde(deserialize_with = "setting::optional_web_address")]
    pub url: Option<String>,
    /// Whether each email links to its page: only once the archive can be reached.
    pub in_emails: bool,
    /// Wants search engines to leave it out.
    pub noindex: bool,
    /// Addresses of pictures that are not shown any more: somebody took their consent back.
    pub withdrawn_pictures: BTreeSet<String>,
}

impl Settings {
    /// Where the pages of editions are, for the link in each email.
    pub fn linked(&self) -> Option<&str> {
        let url = self.url.as_deref().map(|url| url.trim().trim_end_matches('/'));
        url.filter(|url| self.in_emails && !url.is_empty())
    }

    /// Whether a server at this address shows the archive.
    pub fn is_below(&self, public_url: &str) -> bool {
        let own = format!("{}/archive", public_url.trim_end_matches('/'));
        self.url.as_deref().is_some_and(|url| url.trim().trim_end_matches('/') == own)
    }
}

/// An edition that everybody may read.
#[derive(Debug, Clone)]
pub struct PublicEdition<'a> {
    /// The name of its page: `2020-12`.
    pub name: &'a str,
    /// "December 2020"
    pub title: String,
    pub composition: &'a Composition,
    /// The day it was sent.
    pub sent: NaiveDate,
    pub updated: DateTime<Utc>,
    /// When it was corrected, and what was wrong.
    pub correction: Option<CorrectionNote>,
}

/// What a page says of a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionNote {
    /// "3 May 2026"
    pub on: String,
    /// Empty where nobody wrote it down.
    pub words: String,
}

/// What is the same on every page.
#[derive(Debug, Clone)]
pub struct ArchiveSite<'a> {
    pub organisation: &'a str,
    pub language: &'a str,
    pub settings: &'a Settings,
    /// Where the archive is reached; empty where it is not known.
    pub url: &'a str,
}

/// What must never be public, and how it would be found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PublicPageError {
    #[error("{page} would show the address of a person on the list")]
    Address { page: String },
    #[error("{page} would show a person's own link")]
    Token { page: String },
    #[error("{page} would show a picture that was withdrawn")]
    Picture { page: String },
    #[error("the email of {edition} cannot be shown without a person: {what}")]
    Unreadable { edition: String, what: String },
}

/// Files by their paths below the archive.
pub type PublicFiles = BTreeMap<String, String>;

impl ArchiveSite<'_> {
    /// The whole archive, the latest edition first. Every file is searched for everybody in `names` before it is handed on.
    ///
    /// # Errors
    /// When a page would show anything about anybody. Nothing silences that.
    pub fn files(
        &self,
        editions: &[PublicEdition<'_>],
        names: &PublicNames<'_>,
    ) -> Result<PublicFiles, PublicPageError> {
        let mut files = PublicFiles::new();
        for edition in editions {
            files.insert(format!("{}/index.html", edition.name), self.page(edition)?);
        }
        files.insert("index.html".to_owned(), self.index(editions));
        files.insert("feed.xml".to_owned(), self.feed(editions));
        for (page, text) in &files {
            names.refuse(page, text)?;
            for picture in &self.settings.withdrawn_pictures {
                if text.contains(picture.as_str()) || text.contains(&escape_html(picture)) {
                    return Err(PublicPageError::Picture { page: page.clone() });
                }
            }
        }
        Ok(files)
    }

    fn page(&self, edition: &PublicEdition<'_>) -> Result<String, PublicPageError> {
        let unreadable =
            |what: String| PublicPageError::Unreadable { edition: edition.name.to_owned(), what };
        let html = anonymous::html(edition.composition).map_err(unreadable)?;
        let html = anonymous::without_pictures(&html, &self.settings.withdrawn_pictures);
        Ok(look::edition_page(self, edition, &html))
    }

    fn index(&self, editions: &[PublicEdition<'_>]) -> String {
        let mut rows = String::new();
        for edition in editions {
            let corrected = edition.correction.as_ref().map_or_else(String::new, |note| {
                format!(" <span class=\"note\">Corrected on {}</span>", escape_html(&note.on))
            });
            rows.push_str(&format!(
                "<li><a href=\"{}/\"><b>{}</b><span>{}</span></a>{corrected}</li>\n",
                escape_html(edition.name),
                escape_html(&subject_of(edition.composition)),
                escape_html(&edition.title)
            ));
        }
        look::index_page(self, &rows)
    }

    fn feed(&self, editions: &[PublicEdition<'_>]) -> String {
        let base = self.url.trim_end_matches('/');
        let updated = editions.iter().map(|edition| edition.updated).max();
        let updated = updated.unwrap_or(DateTime::<Utc>::UNIX_EPOCH).to_rfc3339();
        let organisation = escape_html(self.organisation);
        let mut entries = String::new();
        for edition in editions {
            let link = escape_html(&format!("{base}/{}/", edition.name));
            entries.push_str(&format!(
                "  <entry>\n    <id>{link}</id>\n    <title>{}</title>\n    <link href=\"{link}\"/>\n    <updated>{}</updated>\n    \
                 <summary>{}</summary>\n  </entry>\n",
                escape_html(&subject_of(edition.composition)),
                edition.updated.to_rfc3339(),
                escape_html(&cut_at_word(&edition.composition.preheader, LONGEST_SUMMARY_CHARS))
            ));
        }
        let id = escape_html(&format!("{base}/"));
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n  \
             <id>{id}</id>\n  <title>{organisation}</title>\n  <author><name>{organisation}</name></author>\n  \
             <link rel=\"self\" href=\"{id}feed.xml\"/>\n  <link href=\"{id}\"/>\n  <updated>{updated}</updated>\n{entries}</feed>\n",
            escape_html(self.language)
        )
    }
}

/// A summary in a feed reader is a line or two.
const LONGEST_SUMMARY_CHARS: usize = 300;

/// The subject as somebody without any columns reads it.
fn subject_of(composition: &Composition) -> String {
    anonymous::words(composition, &composition.subject).unwrap_or_default()
}

#[cfg(test)]
mod tests;
