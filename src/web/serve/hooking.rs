//! What a mail service reports, from its request to its answer.
//! Shell: the network.

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Response, StatusCode};
use hyper::body::Incoming;

use super::hooks::{HookHeaders, HookRefusal};
use super::responses::plain;
use super::{BODY_PATIENCE, Intent, ServerState, pass_on, text, unavailable, wrong_token};

/// A batch of events has some hundred kilobytes.
const LONGEST_EVENTS_BYTES: usize = 2 * 1024 * 1024;

/// What a mail service reports: kept before it is answered. Without the secret nobody learns anything.
pub(super) async fn report(
    shared: &ServerState,
    client: IpAddr,
    headers: &HeaderMap,
    body: Incoming,
    (name, secret): (&str, &str),
) -> Response<Body> {
    let hook = shared.setting.hooks.iter().find(|hook| hook.name == name);
    let Some(hook) = hook.filter(|hook| hook.knows(secret)) else {
        return wrong_token(shared, client);
    };
    let body = match read_up_to(body, LONGEST_EVENTS_BYTES).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let signed = HookHeaders {
        signature: text(headers, "x-twilio-email-event-webhook-signature"),
        timestamp: text(headers, "x-twilio-email-event-webhook-timestamp"),
    };
    let accepted = match hook.accept(secret, signed, &body, (shared.setting.clock)()) {
        Ok(accepted) => accepted,
        Err(refusal) => return refused_hook(shared, client, refusal),
    };
    let events = Intent::Events { hook: hook.name.clone(), body };
    if pass_on(shared, String::new(), events).await.is_some() {
        return plain(StatusCode::OK, "ok");
    }
    // It will come again, and is as new then.
    hook.forget(&accepted);
    unavailable(shared)
}

/// With 406 a service does not send the same again.
fn refused_hook(shared: &ServerState, client: IpAddr, refusal: HookRefusal) -> Response<Body> {
    match refusal {
        HookRefusal::Secret => wrong_token(shared, client),
        HookRefusal::Signature => plain(StatusCode::FORBIDDEN, "the signature is wrong"),
        HookRefusal::Old => plain(StatusCode::NOT_ACCEPTABLE, "the signature is too old"),
        HookRefusal::Replayed => plain(StatusCode::NOT_ACCEPTABLE, "this came before"),
        HookRefusal::Shape => plain(StatusCode::BAD_REQUEST, "this is not JSON"),
    }
}

/// A body of at most this number of bytes, whole, or what to answer instead.
pub(super) async fn read_up_to(
    body: Incoming,
    most: usize,
) -> Result<Vec<u8>, Box<Response<Body>>> {
    let read = to_bytes(Body::new(body), most);
    match tokio::time::timeout(BODY_PATIENCE, read).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(Box::new(plain(StatusCode::PAYLOAD_TOO_LARGE, "that is too long"))),
        Err(_) => Err(Box::new(plain(StatusCode::REQUEST_TIMEOUT, "the request did not end"))),
    }
}
