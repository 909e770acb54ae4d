-- Version 8. What came back of editions, by kind, once for each notice and person. No address and no words of others.
CREATE TABLE returns (
    -- The hash of the email, or a provider's name of its event.
    notice       TEXT NOT NULL,
    -- The person's address hash.
    person       TEXT NOT NULL,
    -- NULL where only the person is known.
    edition      TEXT,
    kind         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    -- An enhanced status, or nothing.
    status       TEXT NOT NULL,
    PRIMARY KEY (notice, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX returns_by_person ON returns (person);
CREATE INDEX returns_by_edition ON returns (edition);
