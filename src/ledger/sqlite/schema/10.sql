-- Version 10. People who sign up and have not confirmed, the record of what came of it, and messages to one person.
CREATE TABLE join_requests (
    -- The person's address hash: one request a person.
    person       TEXT PRIMARY KEY,
    requested_at INTEGER NOT NULL,
    -- Until then the link in the confirmation holds.
    confirm_until INTEGER NOT NULL,
    -- JSON: address, names, evidence.
    request      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX join_requests_by_age ON join_requests (requested_at);

-- Only ever added to. No address.
CREATE TABLE join_changes (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    person       TEXT NOT NULL,
    -- `requested`, `confirmed` or `expired`.
    event        TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    -- JSON: the wording they agreed to and where it stood.
    evidence     TEXT NOT NULL
) STRICT;

CREATE INDEX join_changes_by_person ON join_changes (person);

CREATE TRIGGER join_changes_stay BEFORE UPDATE ON join_changes
    BEGIN SELECT raise(ABORT, 'the record of changes only grows'); END;
CREATE TRIGGER join_changes_remain BEFORE DELETE ON join_changes
    BEGIN SELECT raise(ABORT, 'the record of changes only grows'); END;

CREATE TABLE single_messages (
    id           INTEGER PRIMARY KEY,
    person       TEXT NOT NULL,
    -- `confirmation`, `reminder`, `already` or `welcome`.
    purpose      TEXT NOT NULL,
    -- What made it due, as milliseconds since 1970: the request.
    occasion     INTEGER NOT NULL,
    made_at      INTEGER NOT NULL,
    -- JSON: the address; nothing once it was handed over or dropped.
    recipient    TEXT NOT NULL,
    status       TEXT NOT NULL,
    attempts     INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    -- Not tried before.
    next_at      INTEGER NOT NULL,
    -- Of a row in hand: until then it is in the hand of `holder`.
    held_until   INTEGER NOT NULL,
    holder       TEXT NOT NULL,
    detail       TEXT NOT NULL,
    UNIQUE (person, purpose, occasion)
) STRICT;

CREATE INDEX single_messages_open ON single_messages (next_at, id)
    WHERE status IN ('planned', 'deferred', 'claimed', 'handing_over');
CREATE INDEX single_messages_by_time ON single_messages (made_at);

-- Written by every request, whoever makes it: an answer takes as long for people on the list as for others.
CREATE TABLE join_hours (
    hour         INTEGER PRIMARY KEY,
    requests     INTEGER NOT NULL
) STRICT;
