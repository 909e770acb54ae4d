-- Version 8. People who sign up and have not confirmed, the record of what came of it, and messages to one person.
CREATE TABLE join_requests (
    -- The person's address hash: one request a person.
    person       TEXT PRIMARY KEY,
    requested_at BIGINT NOT NULL,
    -- Until then the link in the confirmation holds.
    confirm_until BIGINT NOT NULL,
    -- JSON: address, names, evidence.
    request      TEXT NOT NULL
);

CREATE INDEX join_requests_by_age ON join_requests (requested_at);

-- Only ever added to. No address.
CREATE TABLE join_changes (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           BIGINT NOT NULL,
    person       TEXT NOT NULL,
    -- `requested`, `confirmed` or `expired`.
    event        TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    -- JSON: the wording they agreed to and where it stood.
    evidence     TEXT NOT NULL
);

CREATE INDEX join_changes_by_person ON join_changes (person);


CREATE TABLE single_messages (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person       TEXT NOT NULL,
    -- `confirmation`, `reminder`, `already` or `welcome`.
    purpose      TEXT NOT NULL,
    -- What made it due, as milliseconds since 1970: the request.
    occasion     BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    -- JSON: the address; nothing once it was handed over or dropped.
    recipient    TEXT NOT NULL,
    status       TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    -- Not tried before.
    next_at      BIGINT NOT NULL,
    -- Of a row in hand: until then it is in the hand of `holder`.
    held_until   BIGINT NOT NULL,
    holder       TEXT NOT NULL,
    detail       TEXT NOT NULL,
    UNIQUE (person, purpose, occasion)
);

CREATE INDEX single_messages_open ON single_messages (next_at, id)
    WHERE status IN ('planned', 'deferred', 'claimed', 'handing_over');
CREATE INDEX single_messages_by_time ON single_messages (made_at);

CREATE TRIGGER join_changes_stay BEFORE UPDATE OR DELETE ON join_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_no_mail_change();
CREATE TRIGGER join_changes_remain BEFORE TRUNCATE ON join_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_no_mail_change();

-- Written by every request, whoever makes it: an answer takes as long for people on the list as for others.
CREATE TABLE join_hours (
    hour         BIGINT PRIMARY KEY,
    requests     BIGINT NOT NULL
);
