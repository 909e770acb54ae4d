-- Version 1. The same tables as in a file, in a schema of their own. Times are milliseconds since 1970, UTC, but for the
-- lease: it is told by the server's clock alone, so that the clocks of the senders do not matter.
CREATE TABLE editions (
    name         TEXT PRIMARY KEY,
    planned_at   BIGINT NOT NULL,
    planned      TEXT NOT NULL,
    wish         TEXT NOT NULL DEFAULT 'go',
    wished_at    BIGINT,
    next_moment  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE senders (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition      TEXT NOT NULL REFERENCES editions (name),
    name         TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    kept_at      BIGINT NOT NULL,
    lease_until  TIMESTAMPTZ NOT NULL,
    ended_at     BIGINT
);

CREATE INDEX senders_by_edition ON senders (edition);

CREATE TABLE deliveries (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition      TEXT NOT NULL REFERENCES editions (name),
    key          TEXT NOT NULL,
    address      TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    person       TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    status       TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    changed_at   BIGINT NOT NULL,
    next_at      BIGINT,
    detail       TEXT NOT NULL DEFAULT '',
    sender       BIGINT,
    UNIQUE (edition, key)
);

CREATE INDEX deliveries_planned ON deliveries (edition, id) WHERE status = 'planned';
CREATE INDEX deliveries_deferred ON deliveries (edition, next_at, id) WHERE status = 'deferred';
CREATE INDEX deliveries_in_hand ON deliveries (edition) WHERE status IN ('claimed', 'handing_over');
CREATE INDEX deliveries_by_key ON deliveries (key);

CREATE TABLE events (
    delivery     BIGINT NOT NULL REFERENCES deliveries (id),
    at           BIGINT NOT NULL,
    event        TEXT NOT NULL,
    detail       TEXT NOT NULL
);

CREATE INDEX events_by_delivery ON events (delivery);

CREATE TABLE left_out (
    edition      TEXT NOT NULL REFERENCES editions (name),
    address      TEXT NOT NULL,
    why          TEXT NOT NULL
);

CREATE INDEX left_out_by_address ON left_out (lower(address));

CREATE TABLE suppressions (
    person       TEXT PRIMARY KEY,
    why          TEXT NOT NULL,
    at           BIGINT NOT NULL
);

CREATE TABLE ledger (
    identity     TEXT NOT NULL,
    age          BIGINT NOT NULL,
    version      BIGINT NOT NULL
);

INSERT INTO ledger VALUES (replace(gen_random_uuid()::text, '-', ''), 0, 1);
