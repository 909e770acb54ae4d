-- Version 14. An address that somebody has left may be somebody else's now; and an edition knows which noes its plan has seen.
-- 1 once somebody else has come to the address: a link in an email to the old owner speaks for the old owner all the same.
ALTER TABLE moves ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
-- The last row of `no_mail_changes` when it was planned.
ALTER TABLE editions ADD COLUMN last_no INTEGER NOT NULL DEFAULT 0;
