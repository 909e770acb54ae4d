//! Signing up on the public address, and confirming it.
//! Shell: the network.
//!
//! Everybody who signs up gets the same answer: nobody learns from the form who is on the list.

use std::net::IpAddr;
use std::sync::PoisonError;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, header};
use chrono::{DateTime, Utc};
use hyper::body::Incoming;
use tokio::sync::oneshot;

use super::join_pages::{FormFault, TRAP, TypedForm};
use super::responses::{html, plain, with};
use super::{
    OLDEST_NONCE, PublicCall, ServerState, YOUNGEST_NONCE, comes_from_our_page, read_body, request,
    unavailable, wrong_token,
};
use crate::audience::{ExclusionReason, never_mailed};
use crate::ledger::joining::{ConfirmStep, JoinStep};
use crate::rfc::address::EmailAddress;
use crate::rfc::text::one_line;

/// Nobody's first name is longer; a text that robots want to spread is.
const LONGEST_NAME_CHARACTERS: usize = 60;
/// Nobody's page word is another's: that of the form belongs to no person.
const FORM: &str = "join";

/// A request to join, or about one, that is passed on. An answer other than `None` means: it is on disk.
#[derive(Debug)]
pub enum JoinCall {
    Request {
        address: EmailAddress,
        first_name: String,
        answer: oneshot::Sender<Option<JoinStep>>,
    },
    /// What a confirmation would come to, changing nothing.
    Look {
        person: String,
        requested: DateTime<Utc>,
        answer: oneshot::Sender<Option<ConfirmStep>>,
    },
    Confirm {
        person: String,
        requested: DateTime<Utc>,
        answer: oneshot::Sender<Option<ConfirmStep>>,
    },
}

/// The form, where it is open.
pub(super) fn show(shared: &ServerState) -> Response<Body> {
    form(shared, StatusCode::OK, &TypedForm::default(), None)
}

fn form(
    shared: &ServerState,
    code: StatusCode,
    typed: &TypedForm,
    fault: Option<&FormFault>,
) -> Response<Body> {
    let setting = &shared.setting;
    let Some(form) = &setting.joining else {
        return html(StatusCode::NOT_FOUND, setting.text.wrong_address());
    };
    let nonce = setting.keys.page_nonce(FORM, (setting.clock)());
    let action = format!("{}/join", shared.prefix);
    html(code, setting.text.join_form(form, &action, &nonce, typed, fault))
}

/// The form as somebody filled it in.
pub(super) async fn join(shared: &ServerState, client: IpAddr, body: Incoming) -> Response<Body> {
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let setting = &shared.setting;
    if setting.joining.is_none() {
        return show(shared);
    }
    let field = |name: &str| request::field(&body, name).unwrap_or_default();
    let typed =
        TypedForm { email: cut(&field("email"), 254), first_name: name(&field("first_name")) };
    if !field(TRAP).is_empty() {
        return html(StatusCode::OK, setting.text.join_thanks());
    }
    // A form on another website arrives here too: its sender sees ours, filled in.
    if !is_of_a_person(shared, FORM, &field("nonce")) {
        return form(shared, StatusCode::OK, &typed, Some(&FormFault::PressAgain));
    }
    let Ok(address) = EmailAddress::parse(typed.email.trim()) else {
        return form(
            shared,
            StatusCode::UNPROCESSABLE_ENTITY,
            &typed,
            Some(&FormFault::NotAnAddress),
        );
    };
    let fault = never_mailed(&address).map(|why| match why {
        ExclusionReason::Mistyped(meant) => FormFault::Mistyped(meant),
        _ => FormFault::OfNobody,
    });
    if let Some(fault) = fault {
        return form(shared, StatusCode::UNPROCESSABLE_ENTITY, &typed, Some(&fault));
    }
    let is_flood = {
        let mut joining = shared.joining.lock().unwrap_or_else(PoisonError::into_inner);
        joining.is_one_too_many(client, shared.started.elapsed())
    };
    if is_flood {
        return html(StatusCode::OK, setting.text.join_thanks());
    }
    let (answer, answered) = oneshot::channel();
    let call = JoinCall::Request { address, first_name: typed.first_name, answer };
    match passed_on(shared, call, answered).await {
        None => unavailable(shared),
        Some(JoinStep::Busy) => {
            let response = html(StatusCode::SERVICE_UNAVAILABLE, setting.text.join_busy());
            with(response, header::RETRY_AFTER, "3600")
        }
        Some(_) => html(StatusCode::OK, setting.text.join_thanks()),
    }
}

/// The page behind the link of a confirmation.
pub(super) async fn show_confirmation(
    shared: &ServerState,
    client: IpAddr,
    token: &str,
) -> Response<Body> {
    let Some((person, requested)) = shared.setting.keys.request_of_confirmation_token(token) else {
        return wrong_token(shared, client);
    };
    look(shared, token, person, requested).await
}

async fn look(
    shared: &ServerState,
    token: &str,
    person: String,
    requested: DateTime<Utc>,
) -> Response<Body> {
    let (answer, answered) = oneshot::channel();
    let call = JoinCall::Look { person: person.clone(), requested, answer };
    match passed_on(shared, call, answered).await {
        Some(step) => confirmation(shared, token, &person, step, false),
        None => unavailable(shared),
    }
}

/// The button of that page. The token is the proof; a program that reads the page and sends its form at once is not a person.
pub(super) async fn confirm(
    shared: &ServerState,
    client: IpAddr,
    headers: &HeaderMap,
    body: Incoming,
    token: &str,
) -> Response<Body> {
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let Some((person, requested)) = shared.setting.keys.request_of_confirmation_token(token) else {
        return wrong_token(shared, client);
    };
    if !comes_from_our_page(shared, headers) {
        return plain(StatusCode::FORBIDDEN, "another website sent this form");
    }
    if let Some(nonce) = request::field(&body, "nonce")
        && !is_of_a_person(shared, &nonce_name(&person), &nonce)
    {
        return look(shared, token, person, requested).await;
    }
    let (answer, answered) = oneshot::channel();
    let call = JoinCall::Confirm { person: person.clone(), requested, answer };
    match passed_on(shared, call, answered).await {
        Some(step) => confirmation(shared, token, &person, step, true),
        None => unavailable(shared),
    }
}

fn confirmation(
    shared: &ServerState,
    token: &str,
    person: &str,
    step: ConfirmStep,
    is_done: bool,
) -> Response<Body> {
    let setting = &shared.setting;
    let code = match step {
        ConfirmStep::Join | ConfirmStep::Already => StatusCode::OK,
        ConfirmStep::TooLate | ConfirmStep::Void => StatusCode::GONE,
    };
    let nonce = setting.keys.page_nonce(&nonce_name(person), (setting.clock)());
    let base = format!("{}/c/{token}", shared.prefix);
    let again = setting.joining.as_ref().map(|_| format!("{}/join", shared.prefix));
    html(code, setting.text.confirmation(&base, &nonce, step, is_done, again.as_deref()))
}

fn nonce_name(person: &str) -> String {
    format!("confirm {person}")
}

fn is_of_a_person(shared: &ServerState, of: &str, nonce: &str) -> bool {
    let age = shared.setting.keys.page_nonce_age(of, nonce, (shared.setting.clock)());
    age.is_some_and(|age: Duration| (YOUNGEST_NONCE..OLDEST_NONCE).contains(&age))
}

/// Passes a call on, and waits until what it wants is on disk.
async fn passed_on<T>(
    shared: &ServerState,
    call: JoinCall,
    answered: oneshot::Receiver<Option<T>>,
) -> Option<T> {
    shared.calls.send(PublicCall::Joining(call)).await.ok()?;
    answered.await.ok().flatten()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A name as it was typed; a link or an address is not one.
fn name(text: &str) -> String {
    let line = one_line(text);
    let is_link = ["://", "www.", "@", "<", ">"].iter().any(|sign| line.contains(sign));
    if is_link || line.chars().count() > LONGEST_NAME_CHARACTERS { String::new() } else { line }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_first_name_is_no_advertisement() {
        for (typed, kept) in [
            ("Ann", "Ann"),
            ("  Ann\r\nBcc: x ", "Ann Bcc: x"),
            ("Mary-Jane O’Neill", "Mary-Jane O’Neill"),
            ("win at https://x.example", ""),
            ("www.x.example", ""),
            ("ann@example.org", ""),
            ("<b>Ann</b>", ""),
        ] {
            assert_eq!(name(typed), kept, "{typed}");
        }
        assert_eq!(name(&"a".repeat(61)), "");
    }
}
