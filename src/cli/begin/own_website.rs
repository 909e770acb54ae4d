//! The website of a new newsletter: which one it is, and what news it offers.
//! Shell: the network, the terminal.

use chrono_tz::Tz;

use super::answers::AnswerSource;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, stories};
use crate::news::shown_address::without_password;
use crate::news::source::SourceKind;
use crate::news::sources::fetch::Web;
use crate::news::sources::fetch_error::FetchError;
use crate::news::sources::website::{Website, look_at};
use crate::news::trouble::fetch_cure;

/// What is typed for none.
pub const NONE: &str = "none";

/// The website, what news it offers, and whether it may be on this computer or its network. Somebody at a keyboard may try another
/// one, or say that this is what they want.
pub async fn website(
    typed: Option<&str>,
    (is_local_allowed, zone): (bool, Tz),
    answers: AnswerSource,
    screen: &Screen,
) -> Result<(Option<Website>, bool), Failure> {
    let text = |text: &str| {
        Ok(Some(text.trim().to_owned()).filter(|text| text != NONE && !text.is_empty()))
    };
    let mut named = typed.map(text).transpose()?.flatten();
    if typed.is_none() {
        if answers == AnswerSource::Terminal {
            screen
                .say("Welcome to roundup. Four short questions; Enter takes what is in brackets.");
        }
        named = answers.ask("Your website, with the news", NONE, text)?;
    }
    loop {
        let Some(address) = named else { return Ok((None, is_local_allowed)) };
        let mut allows_local = is_local_allowed;
        let mut found = look(&address, allows_local, zone).await;
        if let Err(LookFailure { failure, is_local: true }) = &found
            && answers == AnswerSource::Terminal
        {
            screen.say(&format!("  {}.", failure.what));
            allows_local = answers.ask("Read it all the same, yes or no", "no", yes_or_no)?;
            if !allows_local {
                named = answers.ask("Another address, or none", NONE, text)?;
                continue;
            }
            found = look(&address, allows_local, zone).await;
        }
        match found {
            Ok(website) => {
                tell_website(&website, screen);
                return Ok((Some(website), allows_local));
            }
            Err(LookFailure { failure, .. }) if answers == AnswerSource::Terminal => {
                screen.say(&format!("  {}: {}", failure.what, failure.help.unwrap_or_default()));
                named = answers.ask("Another address, or none", NONE, text)?;
            }
            Err(LookFailure { failure, .. }) => return Err(failure),
        }
    }
}

/// Why a website was not read.
struct LookFailure {
    failure: Failure,
    /// It is on this computer or its network, which nobody has allowed.
    is_local: bool,
}

impl From<Failure> for LookFailure {
    fn from(failure: Failure) -> Self {
        Self { failure, is_local: false }
    }
}

fn yes_or_no(text: &str) -> Result<bool, Failure> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => {
            Err(Failure::new(Exit::Usage, "that is neither yes nor no").help("type `yes` or `no`"))
        }
    }
}

async fn look(address: &str, allows_local: bool, zone: Tz) -> Result<Website, LookFailure> {
    let refused = |error: &FetchError| {
        let cure = match error {
            // There is no source yet.
            FetchError::Private(_) => "if this is intended, add --allow-local to the command",
            error => fetch_cure(error),
        };
        let what = format!("{}: {error}", without_password(address));
        let failure = Failure::new(Exit::Failed, what).help(cure);
        LookFailure { failure, is_local: matches!(error, FetchError::Private(_)) }
    };
    if !address.contains(['.', ':']) {
        return Err(Failure::new(
            Exit::Usage,
            format!("`{}` is not the address of a website", address.escape_debug()),
        )
        .help("write it whole, as in https://charity.org.uk, or `none`")
        .into());
    }
    let web = Web::new(allows_local, "").map_err(|error| refused(&error))?;
    look_at(&web, address, zone).await.map_err(|error| refused(&error))
}

fn tell_website(website: &Website, screen: &Screen) {
    let Some(news) = &website.news else {
        screen.say(
            "  No news was found there: the sample's stories are used. Later: `roundup news learn URL` with the page \
             that lists your news.",
        );
        return;
    };
    let kind = match news.kind {
        SourceKind::Feed => "a feed",
        SourceKind::Wordpress => "WordPress",
        _ => "a page that lists the news",
    };
    let newest = news
        .newest
        .map_or_else(String::new, |day| format!(", the newest of {}", day.format("%-d %B %Y")));
    screen.say(&format!("  Found {kind}, {}{newest}: {}", stories(news.stories), news.url));
    if news.kind == SourceKind::Page {
        screen.say("  `roundup news learn` with this address shows what was found, and other ways to read the page.");
    }
}
