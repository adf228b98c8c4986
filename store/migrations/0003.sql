-- Version 3. Applied in one transaction, after which user_version is 3.

-- Which cells the runs of several processes have at work, so that none is run
-- twice. A row counts while its run is alive (its lock file says so), and nothing
-- that reads numbers reads it.
CREATE TABLE claim (
    cell TEXT NOT NULL PRIMARY KEY REFERENCES cell (cell),
    run  INTEGER NOT NULL REFERENCES run (run)
) STRICT, WITHOUT ROWID;

-- SHA-256 of what a row and those that hang on it say, looked at when they are
-- read: SQLite itself does not notice a bit that has flipped in a number. NULL in
-- rows of older versions, which are not checked.
ALTER TABLE plan ADD COLUMN digest BLOB CHECK (length(digest) = 32);
ALTER TABLE plan ADD COLUMN members BLOB CHECK (length(members) = 32); -- of the plan's rows in member
ALTER TABLE cell ADD COLUMN digest BLOB CHECK (length(digest) = 32);
ALTER TABLE outcome ADD COLUMN digest BLOB CHECK (length(digest) = 32); -- of its points and the names of its vectors too
ALTER TABLE vector ADD COLUMN digest BLOB CHECK (length(digest) = 32);
