//! The statements on the tables of schedules and notices, which a file and a server understand alike.
//! Pure: text.
//!
//! `SQLite` numbers `$1` and `$2` in the order in which they appear: they stand in the order of their numbers here.

pub const BEGIN: &str =
    "INSERT INTO schedules (schedule, begun_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
/// The last beginning of a schedule that is not in the future at $2. A schedule that was begun by a clock that was ahead is
/// begun again under the name of [`again`]: what a clock says that is behind then ends with that clock.
pub const BEGUN: &str = "SELECT max(begun_at) FROM schedules
    WHERE (schedule = $1 OR schedule LIKE $1 || ' since %') AND begun_at <= $2";

/// The name of a further beginning: no phrase of the settings can be that.
pub fn again(schedule: &str, millis: i64) -> String {
    format!("{schedule} since {millis}")
}

pub const NOTICED: &str = "SELECT at FROM operator_notices WHERE kind = $1";

pub const ALL: &str = "SELECT schedule, day, state, edition, opens_at, at, closed_at, author, why
    FROM occurrences ORDER BY day, schedule";

/// A missed row of a clock that was ahead (after $10) gives way, but never to another edition than it names: that one may have
/// begun.
pub const CLAIM: &str = "INSERT INTO occurrences
        (schedule, day, state, edition, opens_at, at, closed_at, author, why)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (schedule, day) DO UPDATE SET state = excluded.state, edition = excluded.edition,
        opens_at = excluded.opens_at, at = excluded.at, closed_at = excluded.closed_at,
        author = excluded.author, why = excluded.why
    WHERE occurrences.state = 'missed' AND occurrences.at > $10
        AND (occurrences.edition IS NULL OR occurrences.edition = excluded.edition)";

pub const STEP: &str =
    "UPDATE occurrences SET state = $1, at = $2, closed_at = $3, author = $4, why = $5
    WHERE schedule = $6 AND day = $7 AND state = $8";

pub const CANCEL_OTHERS: &str =
    "UPDATE occurrences SET state = 'cancelled', at = $1, closed_at = $1, author = $2,
        why = 'another time was set'
    WHERE schedule = $3 AND day <> $4 AND state = 'waiting'";

pub const IS_BEGUN: &str =
    "SELECT count(*) FROM occurrences WHERE schedule = $1 AND state = 'claimed'";

pub const SET_TIME: &str = "INSERT INTO occurrences
        (schedule, day, state, edition, opens_at, at, closed_at, author, why)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (schedule, day) DO UPDATE SET state = excluded.state, edition = excluded.edition,
        opens_at = excluded.opens_at, at = excluded.at, closed_at = excluded.closed_at,
        author = excluded.author, why = excluded.why
    WHERE occurrences.state IN ('waiting', 'missed', 'cancelled')";

/// The last one was before $3, or is of a clock that was ahead: after $4.
pub const NOTICE: &str = "INSERT INTO operator_notices (kind, at) VALUES ($1, $2)
    ON CONFLICT (kind) DO UPDATE SET at = excluded.at
    WHERE operator_notices.at <= $3 OR operator_notices.at > $4";

pub const RELEASE_NOTICE: &str = "DELETE FROM operator_notices WHERE kind = $1 AND at = $2";
