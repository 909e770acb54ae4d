-- Version 3. For a million people: the rows of an edition stand together and are found without an index, and the one index
-- that is in no order of theirs (who has a copy of what) is a table of its own, which planning fills in its own order.
CREATE TABLE deliveries_3 (
    id           INTEGER PRIMARY KEY,
    edition      TEXT NOT NULL REFERENCES editions (name),
    -- The address in lower case.
    key          TEXT NOT NULL,
    -- The Recipient as JSON.
    recipient    TEXT NOT NULL,
    -- Her keyed name in `suppressions`.
    person       TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    status       TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    changed_at   INTEGER NOT NULL,
    next_at      INTEGER,
    detail       TEXT NOT NULL DEFAULT '',
    -- The sender that has the row in hand, or had it last.
    sender       INTEGER
) STRICT;

INSERT INTO deliveries_3
    SELECT id, edition, key, recipient, person, message_id, status, attempts, changed_at, next_at, detail, sender
    FROM deliveries ORDER BY id;
DROP TABLE deliveries;
ALTER TABLE deliveries_3 RENAME TO deliveries;

-- Of rows that are still to be done alone: what is done touches no index.
CREATE INDEX deliveries_planned ON deliveries (edition, id) WHERE status = 'planned';
CREATE INDEX deliveries_deferred ON deliveries (edition, next_at, id) WHERE status = 'deferred';
CREATE INDEX deliveries_in_hand ON deliveries (edition) WHERE status IN ('claimed', 'handing_over');

-- One person has one row an edition.
CREATE TABLE copies (
    key          TEXT NOT NULL,
    edition      TEXT NOT NULL REFERENCES editions (name),
    delivery     INTEGER NOT NULL,
    PRIMARY KEY (key, edition)
) STRICT, WITHOUT ROWID;

INSERT INTO copies SELECT key, edition, id FROM deliveries ORDER BY key, edition;

-- An edition is planned in one commit: its rows have the numbers from the first to the last.
ALTER TABLE editions ADD COLUMN first_row INTEGER NOT NULL DEFAULT 1;
ALTER TABLE editions ADD COLUMN last_row INTEGER NOT NULL DEFAULT 0;
ALTER TABLE editions ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;

UPDATE editions SET
    first_row = coalesce((SELECT min(id) FROM deliveries WHERE edition = editions.name), 1),
    last_row = coalesce((SELECT max(id) FROM deliveries WHERE edition = editions.name), 0),
    left_out = (SELECT count(*) FROM left_out WHERE edition = editions.name);

-- In the case of the list; it is looked for by its key.
DROP INDEX left_out_by_address;
CREATE INDEX left_out_by_address ON left_out (lower(address));
