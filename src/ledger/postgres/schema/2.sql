-- Version 2. The ledger knows its secret by a check value, and the server on which it was last known to be right; wishes are
-- counted, so that whoever lets an edition go on has seen everything that stopped it.
ALTER TABLE ledger ADD COLUMN secret_check TEXT;
ALTER TABLE ledger ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN wish_number BIGINT NOT NULL DEFAULT 0;
