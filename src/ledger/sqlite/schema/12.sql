-- Version 12. How often people want the email, where they have chosen.
CREATE TABLE frequencies (
    -- The person's address hash.
    person       TEXT PRIMARY KEY,
    -- `every` or `year`.
    frequency    TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
