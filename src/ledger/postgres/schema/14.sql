-- Version 14. Copies that are on their way to an address which their person has left meanwhile: where they go when they are given
-- back, or sent again.
CREATE TABLE copy_moves (
    delivery     BIGINT PRIMARY KEY,
    -- The new address, folded, its keyed hash, and the recipient as JSON.
    key          TEXT NOT NULL,
    person       TEXT NOT NULL,
    recipient    TEXT NOT NULL
);

CREATE INDEX copy_moves_by_person ON copy_moves (person);
