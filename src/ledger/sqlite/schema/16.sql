-- Version 16. Copies that are on their way to an address which their person has left meanwhile: where they go when they are given
-- back, or sent again.
CREATE TABLE copy_moves (
    delivery     INTEGER PRIMARY KEY,
    -- The new address, folded, its keyed hash, and the recipient as JSON.
    key          TEXT NOT NULL,
    person       TEXT NOT NULL,
    recipient    TEXT NOT NULL
) STRICT;

CREATE INDEX copy_moves_by_person ON copy_moves (person);
