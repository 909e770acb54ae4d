//! Fetches what a drop box keeps, and says what is settled.
//! Shell: the network.

use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use super::DropEntry;
use crate::news::shown_address::without_password;
use crate::news::sources::fetch::{client, root_cause};
use crate::smtp::conversation::is_loopback;

/// A shared web host may be slow.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Our box gives at most half a megabyte at once.
const LONGEST_ANSWER_BYTES: usize = 4 * 1024 * 1024;
const SCHEMA: &str = "roundup.drop/1";

/// Why a drop box could not be read.
#[derive(Debug, Error)]
pub enum DropBoxError {
    #[error("`{0}` is not the address of a drop box")]
    NotAnAddress(String),
    #[error("the drop box at {host} cannot be reached: {what}")]
    Unreachable { host: String, what: String },
    #[error("the drop box at {host} does not accept this project")]
    Refused { host: String },
    #[error("the drop box at {host} answers {status}")]
    Status { host: String, status: u16 },
    #[error("no drop box answers at {host}, but something else: {what}")]
    NotADropBox { host: String, what: String },
    #[error("the drop box at {host} gives the same entries again and again")]
    Circle { host: String },
}

impl DropBoxError {
    /// What to do about it.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::NotAnAddress(_) => {
                "give the address where you put the kit, with `/drop` at its end and https before it, such as \
                 https://charity.example/news/drop"
            }
            Self::Unreachable { .. } => "check the name, its certificate and your connection",
            Self::Refused { .. } => {
                "make the kit again with `roundup serve --drop-kit DIR` in this project, and upload its index.php"
            }
            Self::Status { .. } => {
                "open the address in a browser, and ask your web host about the error"
            }
            Self::NotADropBox { .. } => {
                "check that the address ends in `/drop`; if it does, try the one with `/index.php/drop`"
            }
            Self::Circle { .. } => {
                "make the kit again with `roundup serve --drop-kit DIR`, and upload its index.php"
            }
        }
    }
}

/// What a box gives at once.
#[derive(Debug, Deserialize)]
struct DropAnswer {
    schema: String,
    /// One that cannot be read costs nobody else's.
    entries: Vec<serde_json::Value>,
    next: String,
    #[serde(default)]
    more: bool,
}

/// A box that is being read, from a place on.
#[derive(Debug)]
pub struct DropBox {
    client: Client,
    url: Url,
    host: String,
    reader: SecretString,
    place: String,
    has_more: bool,
}

impl DropBox {
    /// `place` is where the last reading ended; empty for everything.
    ///
    /// # Errors
    /// When the address is none of the web, or would show the word on the way.
    pub fn new(address: &str, reader: SecretString, place: &str) -> Result<Self, DropBoxError> {
        let refused = || DropBoxError::NotAnAddress(without_password(address));
        let url = Url::parse(address).map_err(|_| refused())?;
        let is_here = url.host_str().is_some_and(|host| is_loopback(host.trim_matches(['[', ']'])));
        // On this computer nobody else listens.
        if !(url.scheme() == "https" || (url.scheme() == "http" && is_here)) || !url.has_host() {
            return Err(refused());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let client = client(true, ANSWER_WITHIN).map_err(|error| DropBoxError::Unreachable {
            host: host.clone(),
            what: root_cause(&error),
        })?;
        Ok(Self { client, url, host, reader, place: place.to_owned(), has_more: true })
    }

    /// Where the reading stands: behind everything that was given.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The next entries, and how many cannot be read; `None` when there are no more.
    ///
    /// # Errors
    /// When the box does not answer, or not as a box does.
    pub async fn next(&mut self) -> Result<Option<(Vec<DropEntry>, usize)>, DropBoxError> {
        if !self.has_more {
            return Ok(None);
        }
        let mut url = self.url.clone();
        if !self.place.is_empty() {
            url.query_pairs_mut().append_pair("after", &self.place);
        }
        let answer = self.ask(Method::GET, url, String::new()).await?;
        let bytes = self.bytes(answer).await?;
        let answer: DropAnswer = serde_json::from_slice(&bytes)
            .map_err(|_| self.not_a_box("the answer is not that of a drop box"))?;
        if answer.schema != SCHEMA {
            return Err(self.not_a_box("the answer is of another version"));
        }
        if answer.more && answer.next == self.place {
            return Err(DropBoxError::Circle { host: self.host.clone() });
        }
        (self.place, self.has_more) = (answer.next, answer.more);
        let given = answer.entries.len();
        let entries: Vec<DropEntry> = answer
            .entries
            .into_iter()
            .filter_map(|entry| serde_json::from_value(entry).ok())
            .collect();
        let unreadable = given - entries.len();
        Ok(Some((entries, unreadable)))
    }

    /// Everything that was given is settled: the box may delete it.
    ///
    /// # Errors
    /// When the box does not answer. Then it gives some entries again, which changes nothing.
    pub async fn acknowledge(&self) -> Result<(), DropBoxError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("upto", &self.place)
            .finish();
        self.ask(Method::POST, self.url.clone(), body).await.map(drop)
    }

    async fn ask(&self, method: Method, url: Url, body: String) -> Result<Response, DropBoxError> {
        let word = self.reader.expose_secret();
        let mut request = self
            .client
            .request(method.clone(), url)
            .bearer_auth(word)
            .header("x-roundup-reader", word);
        if method == Method::POST {
            let form = "application/x-www-form-urlencoded";
            request = request.header("content-type", form).body(body);
        }
        let host = self.host.clone();
        let response = request.send().await.map_err(|error| DropBoxError::Unreachable {
            host: host.clone(),
            what: root_cause(&error.without_url()),
        })?;
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(DropBoxError::Refused { host }),
            status if status.is_success() => Ok(response),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                Err(self.not_a_box("the page does not exist"))
            }
            status if status.is_redirection() => Err(self.not_a_box("it leads to another address")),
            status => Err(DropBoxError::Status { host, status: status.as_u16() }),
        }
    }

    async fn bytes(&self, mut response: Response) -> Result<Vec<u8>, DropBoxError> {
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() > LONGEST_ANSWER_BYTES => {
                    return Err(self.not_a_box("the answer does not end"));
                }
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => return Ok(bytes),
                Err(error) => {
                    return Err(DropBoxError::Unreachable {
                        host: self.host.clone(),
                        what: root_cause(&error.without_url()),
                    });
                }
            }
        }
    }

    fn not_a_box(&self, what: &str) -> DropBoxError {
        DropBoxError::NotADropBox { host: self.host.clone(), what: what.to_owned() }
    }
}
