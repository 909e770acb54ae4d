-- Version 5. How large pictures are whose sources do not say. Width and height are missing where the address has not said it.
CREATE TABLE picture_sizes (
    address TEXT PRIMARY KEY,
    width INTEGER,
    height INTEGER,
    asked INTEGER NOT NULL
) WITHOUT ROWID;
