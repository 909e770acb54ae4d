//! The pages of the public archive, as they were searched for people before they came here.
//! Shell: the network.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use tokio::sync::watch;

use super::responses::{html, respond, status, with};
use super::{ServerState, address_of, unavailable};
use crate::web::archive::PublicFiles;

/// Pictures and fonts are where the email has them; nothing runs, and nothing is sent anywhere.
const POLICY: &str = "default-src 'none'; img-src https: data:; style-src 'unsafe-inline' https:; font-src https:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A correction is seen within a few minutes.
const KEPT: &str = "public, max-age=300";

/// The pages as they are now; none until they were made, and while something keeps them from being public.
pub type ArchivePages = watch::Receiver<Option<Arc<PublicFiles>>>;

/// Whether search engines may keep the pages.
#[derive(Debug, Clone)]
pub struct ServedArchive {
    pub pages: ArchivePages,
    pub noindex: bool,
}

pub(super) fn show(shared: &ServerState, file: &str) -> Response<Body> {
    let setting = &shared.setting;
    let Some(archive) = &setting.archive else {
        return html(StatusCode::NOT_FOUND, setting.text.wrong_address());
    };
    let Some(files) = archive.pages.borrow().clone() else { return unavailable(shared) };
    let Some(text) = files.get(file) else {
        return html(StatusCode::NOT_FOUND, setting.text.wrong_address());
    };
    let mut response = respond(StatusCode::OK, Body::from(text.clone()));
    let is_feed = std::path::Path::new(file).extension().is_some_and(|end| end == "xml");
    let kind = if is_feed { "application/atom+xml" } else { "text/html" };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    if !archive.noindex {
        headers.remove("x-robots-tag");
    }
    with(response, header::CONTENT_TYPE, &format!("{kind}; charset=utf-8"))
}

/// The links of a page are seen from its folder.
pub(super) fn to_folder(shared: &ServerState, name: &str) -> Response<Body> {
    let name = if name.is_empty() { String::new() } else { format!("{name}/") };
    let url = format!("{}/archive/{name}", address_of(shared));
    with(status(StatusCode::PERMANENT_REDIRECT), header::LOCATION, &url)
}
