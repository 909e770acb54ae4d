-- Version 5. A suppression that somebody lifted is remembered, with their reason.
CREATE TABLE lifts (
    person TEXT NOT NULL,
    suppressed_for TEXT NOT NULL,
    suppressed_at INTEGER NOT NULL,
    why TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX lifts_by_person ON lifts (person);
