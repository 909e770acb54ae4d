-- Version 9. What is due without anybody at the keyboard: one row a schedule and local date, claimed by its insertion. And when
-- the operator last got a notice of each kind.
CREATE TABLE schedules (
    -- The phrase, as `first Tuesday`.
    schedule     TEXT PRIMARY KEY,
    begun_at     BIGINT NOT NULL
);

CREATE TABLE occurrences (
    -- The phrase, or `once EDITION`.
    schedule     TEXT NOT NULL,
    -- The local date, as `2027-01-05`.
    day          TEXT NOT NULL,
    -- `waiting`, `claimed`, `done`, `missed` or `cancelled`.
    state        TEXT NOT NULL,
    edition      TEXT,
    opens_at     BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    -- What was approved before belongs to this occurrence, or to an earlier one.
    closed_at    BIGINT NOT NULL,
    -- The computer and process, or the person.
    author       TEXT NOT NULL,
    why          TEXT NOT NULL,
    PRIMARY KEY (schedule, day)
);

CREATE TABLE operator_notices (
    kind         TEXT PRIMARY KEY,
    at           BIGINT NOT NULL
);
