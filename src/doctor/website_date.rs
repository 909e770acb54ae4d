//! What time a website has it (RFC 9110 section 6.6.1).
//! Shell: the network.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::news::sources::fetch::{client, root_cause};

/// A website that takes longer says nothing about the time.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// The date of a website's answer, whatever the answer is.
///
/// # Errors
/// In words, when there is no answer with a date.
pub async fn website_date(url: &str) -> Result<DateTime<Utc>, String> {
    let client = client(true, ANSWER_WITHIN).map_err(|error| root_cause(&error))?;
    let answer = client.head(url).send().await;
    let answer = answer.map_err(|error| root_cause(&error.without_url()))?;
    let date = answer.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    date.map(|date| date.with_timezone(&Utc)).ok_or_else(|| "it gives no date".to_owned())
}
