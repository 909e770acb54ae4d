-- What every source has ever had. Days are counted from the first of the common era, in the zone of `about`.
CREATE TABLE about (zone TEXT NOT NULL) STRICT;

CREATE TABLE sources (
    name TEXT PRIMARY KEY,
    -- When it was asked last, and when it answered last, in milliseconds since 1970.
    asked INTEGER,
    answered INTEGER,
    etag TEXT,
    last_modified TEXT,
    -- Items of its last answer, and their language.
    items INTEGER NOT NULL DEFAULT 0,
    language TEXT,
    -- From this day on nothing is missing, as far as its answers go.
    reaches_back INTEGER,
    -- Why the last asking gave nothing, and whether a person must look at what it gave.
    trouble TEXT,
    cure TEXT,
    strange INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Spans of days of which a source's answers said nothing, because it forgets faster than it was asked.
CREATE TABLE gaps (source TEXT NOT NULL, after_day INTEGER NOT NULL, before_day INTEGER NOT NULL) STRICT;

CREATE TABLE items (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
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
    item TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;
CREATE INDEX items_by_link ON items (link) WHERE link IS NOT NULL;
CREATE INDEX items_by_words ON items (words);
CREATE INDEX items_by_story ON items (story);
CREATE INDEX items_by_day ON items (last_day, first_day);
-- For counting: each story once.
CREATE INDEX stories_by_day ON items (last_day, first_day, source) WHERE key = story AND gone IS NULL;
CREATE INDEX items_undated ON items (key) WHERE first_day IS NULL;
CREATE INDEX items_by_sight ON items (first_seen);

-- Earlier versions of items, each from when it was seen first.
CREATE TABLE versions (
    key INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (key, changed)
) STRICT, WITHOUT ROWID;
