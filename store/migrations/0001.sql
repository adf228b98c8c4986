-- Version 1. Applied in one transaction, after which user_version is 1.
--
-- Numbers are told apart from circumstances: cell, outcome, point and vector
-- hold what the same cell gives on any machine; run and cost say where, when
-- and how long, and nothing that compares or exports numbers reads them.
--
-- SQLite stores NaN as NULL and -0.0 as 0, so every number is kept as its eight
-- bytes, little-endian (bits); value beside it is for queries.

PRAGMA application_id = 1651401576; -- 0x626e6368, "bnch"

-- One start of the command.
CREATE TABLE run (
    run        INTEGER NOT NULL PRIMARY KEY,
    suite      TEXT NOT NULL,
    preset     TEXT NOT NULL,
    started    TEXT NOT NULL,                                  -- RFC 3339, UTC
    provenance TEXT NOT NULL CHECK (json_valid(provenance))
) STRICT;

-- The plan begun last under this name, whole, so that a report needs no suite
-- file. With a rowid: its rows are long.
CREATE TABLE plan (
    suite  TEXT NOT NULL CHECK (suite <> ''),
    preset TEXT NOT NULL CHECK (preset <> ''),
    run    INTEGER NOT NULL REFERENCES run (run),
    plan   TEXT NOT NULL CHECK (json_valid(plan)),
    PRIMARY KEY (suite, preset)
) STRICT;

-- What is run. The key is a hash of all that decides the cell's numbers; spec
-- is the whole of it as JSON, the other columns are the part one asks for.
CREATE TABLE cell (
    cell      TEXT NOT NULL PRIMARY KEY CHECK (cell <> ''),
    estimator TEXT NOT NULL,
    model     TEXT NOT NULL,
    dataset   TEXT NOT NULL,
    seed      INTEGER NOT NULL,
    k         INTEGER,                                         -- of the estimator; NULL when it has none
    m         INTEGER,
    precision TEXT NOT NULL,
    spec      TEXT NOT NULL CHECK (json_valid(spec))
) STRICT, WITHOUT ROWID;

-- Where a cell stands. It may stand in several plans and grids; a cell that
-- has an outcome and stands nowhere was in a plan since replaced.
CREATE TABLE member (
    suite  TEXT NOT NULL,
    preset TEXT NOT NULL,
    grid   TEXT NOT NULL,
    cell   TEXT NOT NULL REFERENCES cell (cell),
    PRIMARY KEY (suite, preset, grid, cell),
    FOREIGN KEY (suite, preset) REFERENCES plan (suite, preset) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX member_cell ON member (cell);

-- A cell has ended if and only if it has a row here. Its points, vectors and
-- cost hang on that row and go with it.
CREATE TABLE outcome (
    cell    TEXT NOT NULL PRIMARY KEY REFERENCES cell (cell),
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'diverged', 'refused', 'failed', 'interrupted')),
    step    INTEGER NOT NULL,
    reason  TEXT NOT NULL,                                     -- empty when done
    stack   TEXT NOT NULL,                                     -- of a panic
    steps   INTEGER NOT NULL,
    evals   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE point (
    cell   TEXT NOT NULL REFERENCES outcome (cell) ON DELETE CASCADE,
    metric TEXT NOT NULL CHECK (metric <> ''),
    step   INTEGER NOT NULL,
    value  REAL,                                               -- NULL when missing or NaN
    bits   BLOB CHECK (length(bits) = 8),                      -- NULL when missing
    reason TEXT CHECK (reason <> ''),                          -- NULL unless missing
    evals  INTEGER NOT NULL,
    PRIMARY KEY (cell, metric, step),
    CHECK ((bits IS NULL) = (reason IS NOT NULL)),
    CHECK (bits IS NOT NULL OR value IS NULL)
) STRICT, WITHOUT ROWID;

-- With a rowid: its rows are long.
CREATE TABLE vector (
    cell TEXT NOT NULL REFERENCES outcome (cell) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    step INTEGER NOT NULL,
    bits BLOB NOT NULL CHECK (length(bits) % 8 = 0),
    PRIMARY KEY (cell, name, step)
) STRICT;

CREATE TABLE cost (
    cell   TEXT NOT NULL PRIMARY KEY REFERENCES outcome (cell) ON DELETE CASCADE,
    run    INTEGER NOT NULL REFERENCES run (run),
    start  TEXT,                                               -- RFC 3339, UTC; NULL when unknown
    wall   INTEGER NOT NULL,                                   -- nanoseconds
    worker INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The view to query: a row for every point and every place its cell stands in.
-- suite, preset and grid are NULL for a cell that no plan names any more.
CREATE VIEW metrics (
    cell, suite, estimator, model, dataset, seed, k, m, step, metric, value,
    grid, preset, precision, reason, evals
) AS
SELECT
    point.cell, member.suite, cell.estimator, cell.model, cell.dataset, cell.seed, cell.k, cell.m,
    point.step, point.metric, point.value,
    member.grid, member.preset, cell.precision, point.reason, point.evals
FROM point
JOIN cell ON cell.cell = point.cell
LEFT JOIN member ON member.cell = point.cell;
