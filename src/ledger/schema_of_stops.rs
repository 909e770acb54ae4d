//! The statements on the stops of editions, which a file and a server understand alike.
//! Pure: text.
//!
//! `SQLite` numbers `$1` and `$2` in the order in which they appear: they stand in the order of their numbers here.

pub const ADD: &str = "INSERT INTO edition_stops (edition, at, kind, who, account, approvals)
    VALUES ($1, $2, $3, $4, $5, (SELECT count(*) FROM approvals WHERE edition = $6))";

pub const ALL: &str =
    "SELECT edition, at, kind, who, account, approvals FROM edition_stops ORDER BY id";

/// Of an edition; those of every edition are its own too.
pub const COUNT: &str = "SELECT count(*) FROM edition_stops WHERE edition IN ($1, '')";

pub const IS_PLANNED: &str = "SELECT count(*) FROM editions WHERE name = $1";
