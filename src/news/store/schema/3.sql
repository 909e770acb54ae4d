-- Version 3. Stores of versions 1 and 2 were written with and without the column `former`, and with other indexes: now all are alike.
CREATE TABLE items_3 (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Ids that it had before, as a JSON list: a file that was renamed.
    former TEXT NOT NULL DEFAULT '[]',
    -- Its own address, where no other item of the source has the same.
    link TEXT,
    -- The words of its title.
    words TEXT NOT NULL,
    -- The items of one story, in several sources, have the same number: the key of the first.
    story INTEGER NOT NULL,
    first_day INTEGER,
    last_day INTEGER,
    first_seen INTEGER NOT NULL,
    -- When this version of it was seen first.
    changed INTEGER NOT NULL,
    gone INTEGER,
    -- When the source was first found not to list it any more, which proves nothing.
    unlisted INTEGER,
    item TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;

-- Where `items` has no column `former`, the name means the one of `missing`.
INSERT INTO items_3
    SELECT o.key, o.source, o.id, (SELECT former FROM items i WHERE i.key = o.key), o.link, o.words, o.story,
        o.first_day, o.last_day, o.first_seen, o.changed, o.gone, o.unlisted, o.item
    FROM (SELECT '[]' AS former) missing CROSS JOIN
        (SELECT key, source, id, link, words, story, first_day, last_day, first_seen, changed, gone, unlisted, item
            FROM items) o
    ORDER BY o.key;
DROP TABLE items;
ALTER TABLE items_3 RENAME TO items;

CREATE INDEX items_by_link ON items (link) WHERE link IS NOT NULL;
CREATE INDEX items_by_words ON items (words);
CREATE INDEX items_by_id ON items (id);
CREATE INDEX items_by_story ON items (story);
CREATE INDEX items_by_day ON items (last_day, first_day);
-- For counting: each story once.
CREATE INDEX stories_by_day ON items (source, last_day, first_day) WHERE key = story AND gone IS NULL;
CREATE INDEX items_undated ON items (key) WHERE first_day IS NULL;
CREATE INDEX items_by_sight ON items (first_seen);
