//! The tables of a ledger on a server, and the longer statements.
//! Pure: text.

use crate::database::Schema;

/// A step that has landed never changes: ledgers of every version are out there.
pub const SCHEMA: Schema = Schema {
    steps: &[
        include_str!("schema/1.sql"),
        include_str!("schema/2.sql"),
        include_str!("schema/3.sql"),
        include_str!("schema/4.sql"),
        include_str!("schema/5.sql"),
        include_str!("schema/6.sql"),
        include_str!("schema/7.sql"),
        include_str!("schema/8.sql"),
        include_str!("schema/9.sql"),
        include_str!("schema/10.sql"),
        include_str!("schema/11.sql"),
        include_str!("schema/12.sql"),
        include_str!("schema/13.sql"),
        include_str!("schema/14.sql"),
        include_str!("schema/15.sql"),
    ],
};

/// Runs whose lease holds. Nobody can end them before this transaction ends.
pub const FENCE: &str = "SELECT id, edition FROM senders WHERE id = ANY($1) AND ended_at IS NULL
    AND lease_until > clock_timestamp() FOR SHARE";

/// The columns of a copy, in the order of `Changes::take`, and why its person is suppressed: at the address that it goes to,
/// or at the one they have now.
pub const LOCK: &str =
    "SELECT d.id, d.status, d.sender, d.attempts, d.changed_at, d.next_at, d.detail,
    s.reason, c.origin, s.at, c.detail, n.text
    FROM deliveries d LEFT JOIN copy_moves m ON m.delivery = d.id
    LEFT JOIN do_not_mail s ON s.person = d.person OR s.person = m.person
    LEFT JOIN no_mail_changes c ON c.id = s.change LEFT JOIN no_mail_notes n ON n.change = s.change
    WHERE d.id = ANY($1) ORDER BY d.id FOR UPDATE OF d";

/// Copies of cancelled editions. Nobody can cancel one of the others before this transaction ends.
pub const OF_CANCELLED: &str =
    "SELECT d.id, e.wish FROM deliveries d JOIN editions e ON e.name = d.edition
    WHERE d.id = ANY($1) FOR SHARE OF e";

pub const WRITE_COPIES: &str = "UPDATE deliveries d SET status = u.status, sender = u.sender, attempts = u.attempts,
        changed_at = u.changed_at, next_at = u.next_at, detail = u.detail
    FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[], $7::text[])
        AS u (id, status, sender, attempts, changed_at, next_at, detail) WHERE d.id = u.id";

pub const WRITE_EVENTS: &str = "INSERT INTO events (delivery, at, event, detail)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])";

/// Rows in progress of runs that have ended.
pub const LEFT_OPEN: &str =
    "SELECT id, status, sender, attempts, changed_at, next_at, detail FROM deliveries d
    WHERE edition = $1 AND status IN ('claimed', 'handing_over')
        AND NOT EXISTS (SELECT 1 FROM senders s WHERE s.id = d.sender AND s.ended_at IS NULL)
    ORDER BY id FOR UPDATE";

pub const WAITING: &str =
    "SELECT id, status, sender, attempts, changed_at, next_at, detail FROM deliveries
    WHERE edition = $1 AND status IN ('planned', 'deferred') ORDER BY id FOR UPDATE";

/// Due retries first: they have waited.
pub const CLAIMABLE: [&str; 2] = [
    "SELECT d.id, d.status, d.sender, d.attempts, d.changed_at, d.next_at, d.detail, d.recipient,
     s.reason, c.origin, s.at, c.detail, n.text
     FROM deliveries d LEFT JOIN do_not_mail s USING (person) LEFT JOIN no_mail_changes c ON c.id = s.change
     LEFT JOIN no_mail_notes n ON n.change = s.change
     WHERE d.edition = $1 AND d.status = 'deferred' AND d.next_at <= $2
     ORDER BY d.next_at, d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED",
    "SELECT d.id, d.status, d.sender, d.attempts, d.changed_at, d.next_at, d.detail, d.recipient,
     s.reason, c.origin, s.at, c.detail, n.text
     FROM deliveries d LEFT JOIN do_not_mail s USING (person) LEFT JOIN no_mail_changes c ON c.id = s.change
     LEFT JOIN no_mail_notes n ON n.change = s.change
     WHERE d.edition = $1 AND d.status = 'planned' AND $2::bigint IS NOT NULL
     ORDER BY d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED",
];

pub const PLAN_COPIES: &str = "INSERT INTO deliveries (edition, key, address, recipient, person, message_id, status, changed_at)
    SELECT $1, u.key, u.address, u.recipient, u.person, u.message_id, 'planned', $2
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        WITH ORDINALITY AS u (key, address, recipient, person, message_id, position) ORDER BY u.position";

pub const PLAN_LEFT_OUT: &str =
    "INSERT INTO left_out (edition, address, why) SELECT $1, * FROM unnest($2::text[], $3::text[])";

pub const ENTER: &str = "INSERT INTO senders (edition, name, entered_at, kept_at, lease_until)
    VALUES ($1, $2, $3, $3, clock_timestamp() + $4::text::interval) RETURNING id";

pub const KEEP: &str = "UPDATE senders SET kept_at = $2, lease_until = clock_timestamp() + $3::text::interval WHERE id = $1";

pub const END_SILENT: &str =
    "UPDATE senders SET ended_at = $2 WHERE edition = $1 AND ended_at IS NULL
    AND lease_until <= clock_timestamp()";

pub const STANDING: &str = "SELECT wish, wished_at, greatest(planned_at, coalesce(
        (SELECT max(kept_at) FROM senders s WHERE s.edition = e.name), 0)),
        (SELECT count(*) FROM senders s WHERE s.edition = e.name AND ended_at IS NULL
         AND lease_until > clock_timestamp()), wish_number
    FROM editions e WHERE name = $1";

pub const PROGRESS: &str = "SELECT (SELECT count(*) FROM deliveries WHERE edition = $1),
        (SELECT count(*) FROM deliveries WHERE edition = $1 AND status = 'planned')
      + (SELECT count(*) FROM deliveries WHERE edition = $1 AND status = 'deferred')
      + (SELECT count(*) FROM deliveries WHERE edition = $1 AND status IN ('claimed', 'handing_over'))";

pub const NEXT_MOMENT: &str =
    "SELECT next_moment, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
    FROM editions WHERE name = $1 FOR UPDATE";

pub const ROW_COLUMNS: &str =
    "id, edition, address, status, attempts, changed_at, next_at, detail, message_id";

/// Which server and database this is: another one, or one that was brought back to an earlier moment, is another place.
/// The numbers are in the control file; a promoted replica and a recovered backup have a new timeline.
pub const PLACE: &str = "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/'
    || CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END || '/'
    || (SELECT oid FROM pg_database WHERE datname = current_database())::text";
