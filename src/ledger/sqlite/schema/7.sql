-- Version 7. The people of a list that lives here, every change to it, and what each change found: an import can be taken back.
CREATE TABLE people (
    -- The address, folded.
    key          TEXT PRIMARY KEY,
    -- As written.
    address      TEXT NOT NULL,
    state        TEXT NOT NULL,
    -- JSON: names, tags, evidence.
    fields       TEXT NOT NULL,
    -- The last change that touched them.
    change       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE list_changes (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    -- `import`, `edit` or `undo`.
    kind         TEXT NOT NULL,
    -- JSON without any address.
    summary      TEXT NOT NULL,
    undone_at    INTEGER
) STRICT;

CREATE TABLE people_before (
    change       INTEGER NOT NULL,
    key          TEXT NOT NULL,
    -- NULL where the person was not on the list.
    address      TEXT,
    state        TEXT,
    fields       TEXT,
    was_change   INTEGER,
    PRIMARY KEY (change, key)
) STRICT, WITHOUT ROWID;
