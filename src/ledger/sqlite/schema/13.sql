-- Version 13. People who have another address now: a link in an email to the old one still speaks for them.
CREATE TABLE moves (
    -- The address hash of the old address.
    person       TEXT PRIMARY KEY,
    -- That of the address they have now.
    moved_to     TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX moves_by_new ON moves (moved_to);
