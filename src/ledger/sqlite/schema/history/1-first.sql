-- Version 1. Times are milliseconds since 1970, UTC. A row of `deliveries` is one person's copy of one edition.
CREATE TABLE editions (
    name         TEXT PRIMARY KEY,
    planned_at   INTEGER NOT NULL,
    -- The whole PlannedEdition as JSON: what is sent is what stands here.
    planned      TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    edition      TEXT NOT NULL REFERENCES editions (name),
    -- The address in lower case: one person has one row an edition.
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
    UNIQUE (edition, key)
) STRICT;

CREATE INDEX deliveries_by_status ON deliveries (edition, status, next_at);
CREATE INDEX deliveries_by_key ON deliveries (key);

-- What happened besides the ordinary, for `roundup why`. Only ever added to.
CREATE TABLE events (
    delivery     INTEGER NOT NULL REFERENCES deliveries (id),
    at           INTEGER NOT NULL,
    event        TEXT NOT NULL,
    detail       TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_delivery ON events (delivery);

-- People of the list whom an edition left out, and why.
CREATE TABLE left_out (
    edition      TEXT NOT NULL REFERENCES editions (name),
    address      TEXT NOT NULL,
    why          TEXT NOT NULL
) STRICT;

CREATE INDEX left_out_by_address ON left_out (address);

-- People who must not be mailed again, by keyed name.
CREATE TABLE suppressions (
    person       TEXT PRIMARY KEY,
    why          TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
