-- Version 3. A suppression that somebody lifted is remembered, with their reason.
CREATE TABLE lifts (
    person TEXT NOT NULL,
    suppressed_for TEXT NOT NULL,
    suppressed_at BIGINT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX lifts_by_person ON lifts (person);
