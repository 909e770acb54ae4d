-- Version 4. A title that comes again each week is searched by its day as well.
DROP INDEX items_by_words;
CREATE INDEX items_by_title ON items (words, first_day);
