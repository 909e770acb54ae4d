//! The statements on the tables of people, which a file and a server understand alike.
//! Pure: text.
//!
//! `SQLite` numbers `$1` and `$2` in the order in which they appear: they stand in the order of their numbers here.

pub const VERSION: &str = "SELECT coalesce(max(id), 0) FROM list_changes";

pub const PEOPLE: &str = "SELECT key, address, state, fields FROM people ORDER BY key";

pub const KEYS_AFTER: &str = "SELECT key FROM people WHERE key > $1 ORDER BY key LIMIT 5000";

pub const BEGIN: &str =
    "INSERT INTO list_changes (at, kind, summary) VALUES ($1, $2, $3) RETURNING id";

/// What a person was before a change; a person who was not there has no address.
pub const KEEP_BEFORE: &str =
    "INSERT INTO people_before (change, key, address, state, fields, was_change)
    SELECT $1, k.key, p.address, p.state, p.fields, p.change
    FROM (SELECT CAST($2 AS TEXT) AS key) k LEFT JOIN people p ON p.key = k.key
    ON CONFLICT DO NOTHING";

pub const PUT: &str = "INSERT INTO people (key, address, state, fields, change)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (key) DO UPDATE SET address = excluded.address, state = excluded.state,
        fields = excluded.fields, change = excluded.change";

pub const REMOVE: &str = "DELETE FROM people WHERE key = $1";

/// Whoever had moved to the address that is left has moved on with it.
pub const MOVE_ON: &str = "UPDATE moves SET moved_to = $1 WHERE moved_to = $2";

pub const MOVE: &str = "INSERT INTO moves (person, moved_to, at) VALUES ($1, $2, $3)
    ON CONFLICT (person) DO UPDATE SET moved_to = excluded.moved_to, at = excluded.at";

/// Whoever is back at an address that they had left: it leads nowhere else.
pub const COME_BACK: &str = "DELETE FROM moves WHERE person = $1 AND moved_to = person";

/// Somebody else has the address now. What its old owner did by a link in an email is theirs all the same.
pub const TAKE: &str = "UPDATE moves SET taken = 1 WHERE person = $1";

/// Where an old address leads.
pub const MOVED_TO: &str = "SELECT moved_to FROM moves WHERE person = $1";

/// Every old address that leads to another.
pub const MOVES: &str = "SELECT person, moved_to, at, taken = 1 FROM moves ORDER BY person";

/// Whose address is somebody else's now.
pub const TAKEN: &str = "SELECT person FROM moves WHERE taken = 1";

/// Folded addresses that stood in a change with which somebody moved.
pub const MOVED_KEYS: &str =
    "SELECT DISTINCT b.key FROM people_before b JOIN list_changes c ON c.id = b.change
    WHERE c.kind = 'edit' AND c.at IN (SELECT at FROM moves) ORDER BY b.key";

pub const LAST_IMPORT: &str = "SELECT id, at, summary FROM list_changes
    WHERE kind = 'import' AND undone_at IS NULL ORDER BY id DESC LIMIT 1";

/// Imports that were not taken back, the latest first.
pub const IMPORTS: &str = "SELECT at, summary FROM list_changes
    WHERE kind = 'import' AND undone_at IS NULL ORDER BY id DESC LIMIT 100";

/// Of each person whom a change touched and who is on the list: whether nothing touched them since, and whether they were there
/// before.
pub const BEFORE: &str = "SELECT b.key, coalesce(p.change = b.change, FALSE), b.address IS NOT NULL
    FROM people_before b JOIN people p ON p.key = b.key WHERE b.change = $1 ORDER BY b.key";

/// As they were, and as the change that made them so: an import before this one can be taken back too.
pub const RESTORE: &str = "UPDATE people SET address = b.address, state = b.state, fields = b.fields,
        change = b.was_change
    FROM people_before b
    WHERE b.change = $1 AND b.key = people.key AND people.change = b.change AND b.address IS NOT NULL";

pub const TAKE_BACK: &str = "DELETE FROM people WHERE change = $1 AND EXISTS
    (SELECT 1 FROM people_before b WHERE b.change = $1 AND b.key = people.key AND b.address IS NULL)";

pub const MARK_UNDONE: &str = "UPDATE list_changes SET undone_at = $1 WHERE id = $2";

/// Where a copy goes that is on its way to an address which its person has left.
pub const FOLLOW_LATER: &str = "INSERT INTO copy_moves (delivery, key, person, recipient)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (delivery) DO UPDATE SET key = excluded.key, person = excluded.person,
        recipient = excluded.recipient";

/// Those of a person who moves once more.
pub const FOLLOWING: &str = "SELECT delivery, recipient FROM copy_moves WHERE person = $1";

/// Copies of an edition that were given back since: where they go from now on.
pub const GIVEN_BACK: &str =
    "SELECT m.delivery, m.key, m.person, m.recipient, d.key FROM copy_moves m
    JOIN deliveries d ON d.id = m.delivery
    WHERE d.edition = $1 AND d.status IN ('planned', 'deferred') ORDER BY m.delivery";

pub const FOLLOWED: &str = "DELETE FROM copy_moves WHERE delivery = $1";

pub const ERASE_FOLLOWING: &str = "DELETE FROM copy_moves WHERE person = $1
    OR delivery IN (SELECT id FROM deliveries WHERE person = $1)";

/// What takes the place of a recipient: the rows of old editions still add up.
pub const ERASED_RECIPIENT: &str =
    "{\"address\":\"erased@erased.invalid\",\"values\":{},\"segments\":[]}";

pub const ERASE_PERSON: &str = "DELETE FROM people WHERE key = $1";

/// What changes found of them: all, or those up to the moment at which they left the address.
pub const ERASE_BEFORE: &str = "DELETE FROM people_before WHERE key = $1
    AND change IN (SELECT id FROM list_changes WHERE at <= $2)";
pub const ERASE_LEFT_OUT: &str = "UPDATE left_out SET address = 'erased' WHERE lower(address) = $1
    AND edition IN (SELECT name FROM editions WHERE planned_at <= $2)";
pub const ERASE_EVENTS: &str = "UPDATE events SET detail = '' WHERE detail <> '' AND delivery IN
    (SELECT id FROM deliveries WHERE person = $1)";
pub const ERASE_NOTES: &str = "DELETE FROM no_mail_notes WHERE change IN
    (SELECT id FROM no_mail_changes WHERE person = $1)";
