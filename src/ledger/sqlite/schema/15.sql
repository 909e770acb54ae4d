-- Version 15. Who has stopped an edition before it was planned, and what let it go on. Rows are added, and never changed.
CREATE TABLE edition_stops (
    id           INTEGER PRIMARY KEY,
    edition      TEXT NOT NULL,
    at           INTEGER NOT NULL,
    -- cancelled, paused, resumed or timed
    kind         TEXT NOT NULL,
    who          TEXT NOT NULL,
    -- The computer's user.
    account      TEXT NOT NULL,
    -- How many approvals the edition had by then.
    approvals    INTEGER NOT NULL
) STRICT;

CREATE TRIGGER edition_stops_stay BEFORE UPDATE ON edition_stops
BEGIN SELECT RAISE(ABORT, 'a stop is never changed'); END;
CREATE TRIGGER edition_stops_remain BEFORE DELETE ON edition_stops
BEGIN SELECT RAISE(ABORT, 'a stop is never deleted'); END;
