//! What is answered: pages, lines and header fields, all of them as strict as a public address needs.
//! Pure: words in, a response out.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};

pub(super) fn html(code: StatusCode, page: String) -> Response<Body> {
    let mut response = respond(code, Body::from(page));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

pub(super) fn plain(code: StatusCode, line: &str) -> Response<Body> {
    let mut response = respond(code, Body::from(format!("{line}\n")));
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

pub(super) fn status(code: StatusCode) -> Response<Body> {
    respond(code, Body::empty())
}

pub(super) fn with(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Nothing is kept, indexed, framed or passed on, no script runs, and no cookie is set.
pub(super) fn respond(code: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
