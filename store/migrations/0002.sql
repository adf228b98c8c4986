-- Version 2. Applied in one transaction, after which user_version is 2.

-- What a cell at work needs to go on where it is: the last of it, as the runner
-- encodes it. It hangs on no outcome, for the cell has none yet; nothing that
-- reads numbers reads it. With a rowid: its rows are long.
CREATE TABLE checkpoint (
    cell TEXT NOT NULL PRIMARY KEY REFERENCES cell (cell),
    step INTEGER NOT NULL,
    bits BLOB NOT NULL
) STRICT;
