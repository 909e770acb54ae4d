-- Version 6. The do-not-mail list says why, through whom and when, and a record of every change to it only grows. Neither holds an
-- address. Words that may name somebody stand in a table of their own, from which an erasure can delete them.
CREATE TABLE do_not_mail (
    -- The person's address hash.
    person       TEXT PRIMARY KEY,
    reason       TEXT NOT NULL,
    at           INTEGER NOT NULL,
    -- Its row in `no_mail_changes`.
    change       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE no_mail_changes (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    person       TEXT NOT NULL,
    -- `add` or `lift`.
    step         TEXT NOT NULL,
    -- Of an addition.
    reason       TEXT,
    origin       TEXT NOT NULL,
    -- A word of ours.
    detail       TEXT
) STRICT;

CREATE INDEX no_mail_changes_by_person ON no_mail_changes (person);

-- Free text.
CREATE TABLE no_mail_notes (
    change       INTEGER PRIMARY KEY,
    text         TEXT NOT NULL
) STRICT;

-- Emails that were settled, by a hash of their bytes.
CREATE TABLE notices (
    id           TEXT PRIMARY KEY,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE moved (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    person       TEXT NOT NULL,
    step         TEXT NOT NULL,
    why          TEXT NOT NULL
) STRICT;

INSERT INTO moved (at, person, step, why)
    SELECT suppressed_at, person, 'add', suppressed_for FROM lifts
    UNION ALL SELECT at, person, 'lift', why FROM lifts
    UNION ALL SELECT at, person, 'add', why FROM suppressions
    ORDER BY 1, 3;

INSERT INTO no_mail_changes (id, at, person, step, reason, origin)
    SELECT id, at, person, step,
        CASE
            WHEN step = 'lift' THEN NULL
            WHEN why GLOB '[45][0-9][0-9]*' THEN 'bounced'
            WHEN lower(why) LIKE '%eras%' OR lower(why) LIKE '%forgotten%' THEN 'erased'
            WHEN lower(why) LIKE '%complain%' OR lower(why) LIKE '%reported as spam%' OR lower(why) LIKE '%abuse%'
                OR lower(why) LIKE '%feedback loop%' THEN 'complained'
            WHEN lower(why) LIKE 'bounce%' OR lower(why) LIKE '%undeliverable%' OR lower(why) LIKE '%mailbox%' THEN 'bounced'
            WHEN lower(why) LIKE '%object%' THEN 'objected'
            ELSE 'unsubscribed'
        END,
        CASE
            WHEN step = 'lift' AND why = 'they came back themselves' THEN 'self:page'
            WHEN why LIKE 'unsubscribed by one click%' THEN 'self:one-click'
            WHEN why LIKE 'unsubscribed on the web page%' THEN 'self:page'
            WHEN why LIKE 'unsubscribed by email%' THEN 'self:email'
            WHEN why GLOB '[45][0-9][0-9]*' THEN 'relay'
            ELSE 'operator'
        END
    FROM moved;

INSERT INTO no_mail_notes
    SELECT id, why FROM moved
    WHERE why NOT IN ('they came back themselves', 'unsubscribed', '') AND why NOT LIKE 'unsubscribed by one click%'
        AND why NOT LIKE 'unsubscribed on the web page%' AND why NOT LIKE 'unsubscribed by email%';

INSERT INTO do_not_mail
    SELECT c.person, c.reason, c.at, c.id FROM no_mail_changes c JOIN suppressions s USING (person)
    WHERE c.id = (SELECT max(id) FROM no_mail_changes WHERE person = s.person AND step = 'add');

DROP TABLE moved;
DROP TABLE suppressions;
DROP TABLE lifts;

CREATE TRIGGER no_mail_changes_stay BEFORE UPDATE ON no_mail_changes
    BEGIN SELECT raise(ABORT, 'the record of changes only grows'); END;
CREATE TRIGGER no_mail_changes_remain BEFORE DELETE ON no_mail_changes
    BEGIN SELECT raise(ABORT, 'the record of changes only grows'); END;
