-- Version 2. The first version took what a feed had forgotten for taken away. What was taken away is found again at once:
-- files are read each time, and every website is asked.

-- When the source was first found not to list it any more, which proves nothing.
ALTER TABLE items ADD COLUMN unlisted INTEGER;
-- What was asked: address, key and selectors, hashed. A changed setting is asked at once.
ALTER TABLE sources ADD COLUMN asked_of TEXT;
UPDATE items SET unlisted = gone, gone = NULL WHERE gone IS NOT NULL;
UPDATE sources SET asked = NULL, etag = NULL, last_modified = NULL;
