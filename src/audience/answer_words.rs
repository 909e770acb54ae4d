//! The words with which people say yes and no, in the languages of the lists we know.
//! Pure: tables.

/// What a yes looks like in a column whose title is one.
pub const YES_WORDS: &[&str] = &[
    "yes", "y", "true", "t", "1", "x", "✓", "✔", "on", "oui", "ja", "si", "sí", "tak", "ydy", "ie",
    "given", "granted", "explicit", "opt_in", "agreed", "accepted", "checked", "allowed", "ok",
];

/// Words with which a no begins that people write by hand: "No, but yes to post", "Not interested", "Unsubscribed 3 May".
pub const NO_BEGINNINGS: [&str; 13] = [
    "no",
    "not",
    "nope",
    "neither",
    "none",
    "never",
    "n",
    "don't",
    "dont",
    "stop",
    "withdrawn",
    "withdrew",
    "unsubscribed",
];

/// "No" in the languages of the lists we know: in a column that is a yes they are a no, and in one that is a no they say "not so".
pub const NEGATIONS: [&str; 8] = ["no", "non", "nein", "nee", "nie", "nej", "nei", "na"];

/// And a no. In `DOUBLE_OPT-IN` of Brevo, 2 is one.
pub const NO_WORDS: &[&str] = &[
    "no",
    "n",
    "false",
    "f",
    "0",
    "2",
    "-",
    "–",
    "off",
    "non",
    "nein",
    "nee",
    "nie",
    "nej",
    "nei",
    "na",
    "nac ydw",
    "no thanks",
    "no thank you",
    "✗",
    "✘",
    "not given",
    "denied",
    "declined",
    "never",
    "unchecked",
];
