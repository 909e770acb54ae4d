//! Messages to one person that belong to no edition: a confirmation, a reminder, a welcome.
//! Pure: the values, and what a database must do for them.
//!
//! A row is unique by person, purpose and occasion. It is given out to one program at a time, marked *handing over* before
//! the message's end leaves and *accepted* after the answer; what was left in between is uncertain, and never sent again.

/// What a message to one person is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinglePurpose {
    /// "Was it you who signed up?"
    Confirmation,
    /// The same, once more.
    Reminder,
    /// They signed up, and are on the list.
    Already,
    /// After they confirmed.
    Welcome,
}

impl SinglePurpose {
    pub const ALL: [Self; 4] = [Self::Confirmation, Self::Reminder, Self::Already, Self::Welcome];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Reminder => "reminder",
            Self::Already => "already",
            Self::Welcome => "welcome",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}
