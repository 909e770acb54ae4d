//! The columns that a list in a database always has, before those that are the newsletter's own.
//! Pure: names.

/// In their order, as an export has them.
pub(super) const BUILT_IN: [&str; 17] = [
    "email",
    "first_name",
    "last_name",
    "status",
    "basis",
    "obtained_at",
    "joined",
    "source",
    "wording",
    "language",
    "tags",
    "obtained_directly",
    "optout_offered",
    "met_through",
    STATE_SINCE,
    STATE_REASON,
    WAITS_FOR,
];

pub(super) const STATE_SINCE: &str = "state_since";
/// Why somebody is in their state, in the words that the list has for it.
pub(super) const STATE_REASON: &str = "state_reason";
/// For which kinds of clear words somebody waits.
pub(super) const WAITS_FOR: &str = "waits_for";

/// Columns that exports of earlier versions do not have. They are read in an export only.
const ADDED_LATER: [&str; 3] = [STATE_SINCE, STATE_REASON, WAITS_FOR];

/// Whether a table with these titles is an export of such a list.
pub(super) fn is_own_export(titles: &[String]) -> bool {
    let mut needed = BUILT_IN.iter().filter(|name| !ADDED_LATER.contains(name));
    needed.all(|name| titles.iter().any(|title| title == name))
}

/// Whether a column explains a state: what stands in it was never said by a person.
pub(super) fn explains_a_state(title: &str) -> bool {
    [STATE_REASON, WAITS_FOR].contains(&title)
}
