PRAGMA application_id = 1651401576;
PRAGMA user_version = 4;
CREATE TABLE run (
    run        INTEGER NOT NULL PRIMARY KEY,
    suite      TEXT NOT NULL,
    preset     TEXT NOT NULL,
    started    TEXT NOT NULL,                                  -- RFC 3339, UTC
    provenance TEXT NOT NULL CHECK (json_valid(provenance))
) STRICT;
CREATE TABLE plan (
    suite  TEXT NOT NULL CHECK (suite <> ''),
    preset TEXT NOT NULL CHECK (preset <> ''),
    run    INTEGER NOT NULL REFERENCES run (run),
    plan   TEXT NOT NULL CHECK (json_valid(plan)), digest BLOB CHECK (length(digest) = 32), members BLOB CHECK (length(members) = 32),
    PRIMARY KEY (suite, preset)
) STRICT;
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
, digest BLOB CHECK (length(digest) = 32)) STRICT, WITHOUT ROWID;
CREATE TABLE member (
    suite  TEXT NOT NULL,
    preset TEXT NOT NULL,
    grid   TEXT NOT NULL,
    cell   TEXT NOT NULL REFERENCES cell (cell),
    PRIMARY KEY (suite, preset, grid, cell),
    FOREIGN KEY (suite, preset) REFERENCES plan (suite, preset) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX member_cell ON member (cell);
CREATE TABLE outcome (
    cell    TEXT NOT NULL PRIMARY KEY REFERENCES cell (cell),
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'diverged', 'refused', 'failed', 'interrupted')),
    step    INTEGER NOT NULL,
    reason  TEXT NOT NULL,                                     -- empty when done
    stack   TEXT NOT NULL,                                     -- of a panic
    steps   INTEGER NOT NULL,
    evals   INTEGER NOT NULL
, digest BLOB CHECK (length(digest) = 32)) STRICT, WITHOUT ROWID;
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
CREATE TABLE vector (
    cell TEXT NOT NULL REFERENCES outcome (cell) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    step INTEGER NOT NULL,
    bits BLOB NOT NULL CHECK (length(bits) % 8 = 0), digest BLOB CHECK (length(digest) = 32),
    PRIMARY KEY (cell, name, step)
) STRICT;
CREATE TABLE cost (
    cell   TEXT NOT NULL PRIMARY KEY REFERENCES outcome (cell) ON DELETE CASCADE,
    run    INTEGER NOT NULL REFERENCES run (run),
    start  TEXT,                                               -- RFC 3339, UTC; NULL when unknown
    wall   INTEGER NOT NULL,                                   -- nanoseconds
    worker INTEGER NOT NULL
, laps BLOB) STRICT, WITHOUT ROWID;
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
CREATE TABLE checkpoint (
    cell TEXT NOT NULL PRIMARY KEY REFERENCES cell (cell),
    step INTEGER NOT NULL,
    bits BLOB NOT NULL
) STRICT;
CREATE TABLE claim (
    cell TEXT NOT NULL PRIMARY KEY REFERENCES cell (cell),
    run  INTEGER NOT NULL REFERENCES run (run)
) STRICT, WITHOUT ROWID;
