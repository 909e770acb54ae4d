-- Version 4. The ledger knows its secret by a check value, and whether it was retired; wishes are counted, so that whoever
-- lets an edition go on has seen everything that stopped it.
ALTER TABLE ledger ADD COLUMN secret_check TEXT;
ALTER TABLE ledger ADD COLUMN retired TEXT;
ALTER TABLE editions ADD COLUMN wish_number INTEGER NOT NULL DEFAULT 0;
