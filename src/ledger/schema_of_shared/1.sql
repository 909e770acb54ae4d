-- Version 1. Whom no newsletter of the organisation may mail, by hashes of a key of the list's own.
CREATE TABLE shared_list (
    -- 32 random bytes, as text: each newsletter names people by it.
    hash_key     TEXT NOT NULL
) STRICT;

CREATE TABLE shared_no_mail (
    person       TEXT PRIMARY KEY,
    reason       TEXT NOT NULL,
    -- Milliseconds since 1970.
    at           INTEGER NOT NULL,
    -- The newsletter whose reader said it.
    newsletter   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Only ever added to.
CREATE TABLE shared_changes (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    person       TEXT NOT NULL,
    -- `add` or `lift`.
    step         TEXT NOT NULL,
    reason       TEXT,
    newsletter   TEXT NOT NULL
) STRICT;

CREATE TRIGGER shared_changes_stay BEFORE UPDATE ON shared_changes
    BEGIN SELECT raise(ABORT, 'the record of changes only grows'); END;
CREATE TRIGGER shared_changes_remain BEFORE DELETE ON shared_changes
    BEGIN SELECT raise(ABORT, 'the record of changes only grows'); END;
