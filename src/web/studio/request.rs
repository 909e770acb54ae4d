//! What the page requests of the studio, and what it gets.
//! Pure: plain data.

use serde::Deserialize;
use serde_json::Value;

use crate::edition::edit::DraftChange;

/// Whose copy is shown: `first`, `strange-2`, `segment:youth`, `language:cy`, `address:a@b.org`.
pub type Whose = String;

/// What the page requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StudioRequest {
    /// Everything beside the email.
    State {
        whose: Whose,
    },
    /// The email's HTML.
    Mail {
        whose: Whose,
        light: String,
    },
    /// The email's other forms: `text`, `mjml`, `source`, `headers`, `reading`.
    Part {
        whose: Whose,
        part: String,
    },
    /// The picture of a story, where its file is on this computer.
    Picture {
        id: String,
    },
    Do(StudioAction),
}

/// What changes something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "want", rename_all = "snake_case", deny_unknown_fields)]
pub enum StudioAction {
    /// One change of the draft.
    Change(DraftRequest),
    /// Settings of the newsletter's look.
    Setting(SettingRequest),
    /// Of the edition that the page shows: another one may be open by now.
    Undo {
        #[serde(default)]
        edition: Option<String>,
    },
    Redo {
        #[serde(default)]
        edition: Option<String>,
    },
    /// Another edition, by the name of its draft or its window.
    Choose { edition: String },
    /// When a story was published.
    Date { source: String, id: String, date: String },
    /// A rule that shall be silent, and why: always, in one edition, or for one story of it.
    Silence {
        rule: String,
        reason: String,
        #[serde(default)]
        edition: Option<String>,
        #[serde(default)]
        story: Option<String>,
    },
    /// A rule that shall not be silent any more.
    Hear {
        rule: String,
        #[serde(default)]
        edition: Option<String>,
        #[serde(default)]
        story: Option<String>,
    },
    /// A test to typed addresses, as somebody would see it.
    Test {
        to: String,
        whose: Whose,
        /// The edition that the page shows: another one may be open by now.
        #[serde(default)]
        edition: Option<String>,
    },
    /// The draft's file, which was taken away, is written again.
    Restore,
    /// The draft's file was taken away on purpose.
    LetGo,
    /// Fetch the news of the websites.
    Fetch,
    /// Check links.
    Check,
}

/// A change of a draft, and what the page knew when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    pub change: DraftChange,
    /// The edition that was open when the words were typed: another one may be open by now.
    #[serde(default)]
    pub edition: Option<String>,
    /// Words of another language of the edition, by its code.
    #[serde(default)]
    pub language: Option<String>,
    /// The words that were there before. Where others stand in the file by now, both are shown and nothing is written.
    #[serde(default)]
    pub written_over: Option<PreviousText>,
    /// More of the same typing: undo takes both back in one step.
    #[serde(default)]
    pub continues: bool,
}

/// One setting of `roundup.toml`, and what the page knew of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingRequest {
    /// Each with its group and name, and its new text; none takes it out.
    pub settings: Vec<SettingValue>,
    /// The text of the first one before.
    #[serde(default)]
    pub written_over: Option<PreviousText>,
    /// More of the same typing.
    #[serde(default)]
    pub continues: bool,
}

/// A setting's group, its name there (none: the whole group), and its text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingValue {
    pub group: String,
    #[serde(default)]
    pub name: Option<String>,
    pub text: Option<String>,
}

/// The words that a change replaces; none where the edition had no words of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousText {
    pub text: Option<String>,
}

/// The answer to a request of the page.
#[derive(Debug, Clone, PartialEq)]
pub enum StudioResponse {
    Json(Value),
    /// An email to show in its frame.
    Mail(String),
    Text(String),
    /// A picture's bytes, and their media type.
    Picture(Vec<u8>, &'static str),
    Refused {
        what: String,
        cure: Option<String>,
    },
    /// Other words stand in the file than those that the page wanted to replace.
    Conflict {
        theirs: Option<String>,
    },
    /// roundup itself is at fault.
    Broken,
}
