-- Version 2. Senders with numbers that only grow; what an operator wishes; moments of a rate; the ledger's own age.
CREATE TABLE senders (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    edition      TEXT NOT NULL REFERENCES editions (name),
    -- For people: computer and process.
    name         TEXT NOT NULL,
    entered_at   INTEGER NOT NULL,
    kept_at      INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;

CREATE INDEX senders_by_edition ON senders (edition);

-- The sender that has the row in hand, or had it last.
ALTER TABLE deliveries ADD COLUMN sender INTEGER;
-- What a sender that is gone left open is found by this, however many rows there are.
CREATE INDEX deliveries_in_hand ON deliveries (edition) WHERE status IN ('claimed', 'handing_over');

ALTER TABLE editions ADD COLUMN wish TEXT NOT NULL DEFAULT 'go';
ALTER TABLE editions ADD COLUMN wished_at INTEGER;
-- Microseconds since 1970: the next moment of the rate that nobody has taken.
ALTER TABLE editions ADD COLUMN next_moment INTEGER NOT NULL DEFAULT 0;

CREATE TABLE ledger (
    identity     TEXT NOT NULL,
    age          INTEGER NOT NULL
) STRICT;

INSERT INTO ledger VALUES (lower(hex(randomblob(16))), 0);
