//! The tables of a ledger in a file, and the longer statements.
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
        include_str!("schema/16.sql"),
        include_str!("schema/17.sql"),
    ],
};

pub const COPY: &str =
    "SELECT status, sender, attempts, changed_at, next_at, detail FROM deliveries WHERE id = ?1";

pub const WISH_OF_COPY: &str =
    "SELECT wish FROM editions WHERE name = (SELECT edition FROM deliveries WHERE id = ?1)";

pub const WRITE_COPY: &str =
    "UPDATE deliveries SET status = ?2, sender = ?3, attempts = ?4, changed_at = ?5,
    next_at = ?6, detail = ?7 WHERE id = ?1";

pub const WRITE_EVENT: &str =
    "INSERT INTO events (delivery, at, event, detail) VALUES (?1, ?2, ?3, ?4)";

/// Due retries first: they have waited. The statuses stand in the SQL: with a parameter `SQLite` cannot see that the partial
/// index holds all of them.
pub const CLAIMABLE: [&str; 2] = [
    "SELECT d.id, d.recipient, d.attempts, s.reason, c.origin, s.at, c.detail, n.text
     FROM deliveries d LEFT JOIN do_not_mail s USING (person) LEFT JOIN no_mail_changes c ON c.id = s.change
     LEFT JOIN no_mail_notes n ON n.change = s.change
     WHERE d.edition = ?1 AND d.status = 'deferred' AND d.next_at <= ?2 ORDER BY d.next_at, d.id LIMIT ?3",
    "SELECT d.id, d.recipient, d.attempts, s.reason, c.origin, s.at, c.detail, n.text
     FROM deliveries d LEFT JOIN do_not_mail s USING (person) LEFT JOIN no_mail_changes c ON c.id = s.change
     LEFT JOIN no_mail_notes n ON n.change = s.change
     WHERE d.edition = ?1 AND d.status = 'planned' AND ?2 IS NOT NULL ORDER BY d.id LIMIT ?3",
];

pub const IN_HAND: &str =
    "SELECT id, status FROM deliveries WHERE edition = ?1 AND status IN ('claimed', 'handing_over')
    AND (?2 IS NULL OR sender = ?2)";

pub const WAITING: &str = "SELECT id FROM deliveries WHERE edition = ?1 AND status = 'planned'
    UNION ALL SELECT id FROM deliveries WHERE edition = ?1 AND status = 'deferred'";

/// In the order of the table that is filled: page after page, and none a second time.
pub const FILL_COPIES: &str = "INSERT INTO copies SELECT key, edition, id FROM deliveries
    WHERE id BETWEEN ?2 AND ?3 AND edition = ?1 ORDER BY key";

pub const STANDING: &str = "SELECT wish, wished_at, max(planned_at, coalesce(
        (SELECT max(kept_at) FROM senders WHERE edition = editions.name), 0)),
        (SELECT count(*) FROM senders WHERE edition = editions.name AND ended_at IS NULL), wish_number
    FROM editions WHERE name = ?1";

pub const COUNTS: &str = "SELECT status, count(*) FROM deliveries
    WHERE id BETWEEN (SELECT first_row FROM editions WHERE name = ?1)
        AND (SELECT last_row FROM editions WHERE name = ?1) GROUP BY status";

pub const PROGRESS: &str = "SELECT last_row - first_row + 1,
        (SELECT count(*) FROM deliveries WHERE edition = ?1 AND status = 'planned')
      + (SELECT count(*) FROM deliveries WHERE edition = ?1 AND status = 'deferred')
      + (SELECT count(*) FROM deliveries WHERE edition = ?1 AND status IN ('claimed', 'handing_over'))
    FROM editions WHERE name = ?1";

pub const ROW_COLUMNS: &str =
    "edition, json_extract(recipient, '$.address'), status, attempts, changed_at, next_at, detail,
    message_id";
