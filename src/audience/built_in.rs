//! The columns that a list in a database always has, before those that are the newsletter's own.
//! Pure: names.

/// In their order, as an export has them.
pub(super) const BUILT_IN: [&str; 14] = [
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
];

/// Whether a table with these titles is an export of such a list.
pub(super) fn is_own_export(titles: &[String]) -> bool {
    BUILT_IN.iter().all(|name| titles.iter().any(|title| title == name))
}
