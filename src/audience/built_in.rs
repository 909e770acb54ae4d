//! The columns that a list in a database always has, before those that are the newsletter's own.
//! Pure: names.

/// In their order, as an export has them.
pub(super) const BUILT_IN: [&str; 15] = [
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
    "state_since",
];

/// Columns that exports of earlier versions do not have.
const ADDED_LATER: [&str; 1] = ["state_since"];

/// Whether a table with these titles is an export of such a list.
pub(super) fn is_own_export(titles: &[String]) -> bool {
    let mut needed = BUILT_IN.iter().filter(|name| !ADDED_LATER.contains(name));
    needed.all(|name| titles.iter().any(|title| title == name))
}
