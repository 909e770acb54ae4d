-- Version 9. Who has approved an edition, and what exactly they saw. Rows are added, and never changed.
CREATE TABLE approvals (
    id           INTEGER PRIMARY KEY,
    edition      TEXT NOT NULL,
    at           INTEGER NOT NULL,
    who          TEXT NOT NULL,
    -- The computer's user.
    account      TEXT NOT NULL,
    -- 1 where the account had written the draft last.
    by_last_editor INTEGER NOT NULL,
    -- JSON: subject, stories, hashes, the question that the audience answers.
    frozen       TEXT NOT NULL
) STRICT;

CREATE TRIGGER approvals_stay BEFORE UPDATE ON approvals
BEGIN SELECT RAISE(ABORT, 'an approval is never changed'); END;
CREATE TRIGGER approvals_remain BEFORE DELETE ON approvals
BEGIN SELECT RAISE(ABORT, 'an approval is never deleted'); END;
