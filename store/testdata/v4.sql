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
INSERT INTO run VALUES (1, 'toy', 'quick', '2026-03-01T12:00:00.123456789Z', '{"started":"2026-03-01T12:00:00.123456789Z","command":"bench run toy","revision":"unknown","dirty":false,"go":"","os":"","arch":"","cpu":"","kernel":"","workers":2,"modules":{"gonum.org/v1/gonum":"v0.17.0"},"data":{"toy{n=8}":"ab12"}}');
INSERT INTO run VALUES (2, 'other', 'paper', '2026-03-01T12:00:00.123456789Z', '{"started":"2026-03-01T12:00:00.123456789Z","command":"bench run toy","revision":"unknown","dirty":false,"go":"","os":"","arch":"","cpu":"","kernel":"","workers":2,"modules":{"gonum.org/v1/gonum":"v0.17.0"},"data":{"toy{n=8}":"ab12"}}');
INSERT INTO plan VALUES ('other', 'paper', 2, '{"suite":"other","preset":"paper","text":"suite: other","file":"other.yaml","cells":[{"id":"c000","grid":"g","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":0,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":7,"column":0}],"claims":null}', X'FC139561B686E9CCD92DD1938DFF5973257FF64735DFD843CF8EB8D0672E2F64', X'A2F5E722128F19B7552C6C33DD327927FA7ECDD98D40F329C08B1E5A72DBAAF4');
INSERT INTO plan VALUES ('toy', 'quick', 1, '{"suite":"toy","preset":"quick","text":"suite: toy","file":"toy.yaml","cells":[{"id":"c000","grid":"g","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":0,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":7,"column":0},{"id":"c001","grid":"g","estimator":{"name":"iwae","params":{"m":4},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":1,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":7,"column":0},{"id":"c002","grid":"g","estimator":{"name":"iwae","version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":2,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":7,"column":0},{"id":"c003","grid":"g","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":3,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":7,"column":0},{"id":"c004","grid":"g","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":4,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":7,"column":0}],"claims":null}', X'A4C499418ABF84EF8E79E19095551E8350B22226D7F542CE959CE5942B87B449', X'1E84B66D0B2BEC7276BA977D2E0D1DF2535B569B4B5E37E411AD896726CFC941');
INSERT INTO cell VALUES ('c000', 'iwae', 'toy', 'bits', 0, 64, NULL, 'float64', '{"id":"c000","grid":"","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":0,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":0,"column":0}', X'79559712C5AB253953B6677D936F1FF5EF5BF5A5A819129910D3E9153C41527B');
INSERT INTO cell VALUES ('c001', 'iwae', 'toy', 'bits', 1, NULL, 4, 'float64', '{"id":"c001","grid":"","estimator":{"name":"iwae","params":{"m":4},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":1,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":0,"column":0}', X'AD15A8405004916AA63C40C3B623D61BA66A66650537A27183CE1D6DC0A8DA06');
INSERT INTO cell VALUES ('c002', 'iwae', 'toy', 'bits', 2, NULL, NULL, 'float64', '{"id":"c002","grid":"","estimator":{"name":"iwae","version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":2,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":0,"column":0}', X'F5A95EED936644EDFE7E4BA83143AE1D6D7460C0E627A1FA399BD5DE470E9826');
INSERT INTO cell VALUES ('c003', 'iwae', 'toy', 'bits', 3, 64, NULL, 'float64', '{"id":"c003","grid":"","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":3,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":0,"column":0}', X'AED00D3FDA3B284E89916DA091194EE9162F552F7C0DCB574BDD12E1641F2EA6');
INSERT INTO cell VALUES ('c004', 'iwae', 'toy', 'bits', 4, 64, NULL, 'float64', '{"id":"c004","grid":"","estimator":{"name":"iwae","params":{"k":64},"version":1},"model":{"name":"toy","version":1},"dataset":{"name":"bits","version":1},"seed":4,"precision":"float64","train":{"steps":0,"batch":0,"every":0},"metrics":null,"unfit":"","line":0,"column":0}', X'7ECBFC564B9FD3AA173CD7EB9E00C07CD6A5B01C6AE8FFD77352252477DD279D');
INSERT INTO member VALUES ('other', 'paper', 'g', 'c000');
INSERT INTO member VALUES ('toy', 'quick', 'g', 'c000');
INSERT INTO member VALUES ('toy', 'quick', 'g', 'c001');
INSERT INTO member VALUES ('toy', 'quick', 'g', 'c002');
INSERT INTO member VALUES ('toy', 'quick', 'g', 'c003');
INSERT INTO member VALUES ('toy', 'quick', 'g', 'c004');
INSERT INTO outcome VALUES ('c000', 'done', 20, '', '', 20, 1000, X'8C51AF9E565A631B9D610648A6ED52CA559C3C1F67AF1FA459050B3018F00463');
INSERT INTO outcome VALUES ('c001', 'diverged', 7, 'inf/b is NaN', '', 7, 70, X'12EC3B290140905734C9BF4376495AB50700B5ADFD343934A4FEB3CFAFAEF133');
INSERT INTO outcome VALUES ('c002', 'refused', 0, 'needs path; block "z", of "sbn"', '', 0, 0, X'98F5F66D6675790DBAE70C738C4124C149FDE4D68D2188BFD10E80F637041F97');
INSERT INTO outcome VALUES ('c003', 'failed', 2, 'panic: oh,
no', 'goroutine 1 [running]:
', 1, 0, X'BE7A8DBA561502C60E61CFE18BDC81EA27A09C53DBD9B83CC9862C66AC86004D');
INSERT INTO point VALUES ('c000', 'elbo', 0, -33.333333333333336, X'ABAAAAAAAAAA40C0', NULL, 0);
INSERT INTO point VALUES ('c000', 'elbo', 10, -23.333333333333336, X'56555555555537C0', NULL, 10);
INSERT INTO point VALUES ('c000', 'elbo', 20, -13.333333333333336, X'ACAAAAAAAAAA2AC0', NULL, 20);
INSERT INTO point VALUES ('c000', 'iwae@64', 0, -30.0, X'0000000000003EC0', NULL, 0);
INSERT INTO point VALUES ('c000', 'iwae@64', 10, -30.0, X'0000000000003EC0', NULL, 10);
INSERT INTO point VALUES ('c000', 'iwae@64', 20, -30.0, X'0000000000003EC0', NULL, 20);
INSERT INTO point VALUES ('c000', 'odd', -1, NULL, NULL, 'none', 0);
INSERT INTO point VALUES ('c000', 'odd', 0, NULL, X'010000000000F87F', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 1, 9.0e+999, X'000000000000F07F', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 10, 1.0e+21, X'50EFE2D6E41A4B44', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 11, 9007199254740992.0, X'0000000000004043', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 12, 0.33333333333333332, X'555555555555D53F', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 2, -9.0e+999, X'000000000000F0FF', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 3, 0.0, X'0000000000000080', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 4, 0.0, X'0000000000000000', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 5, 4.9406564584124654e-324, X'0100000000000000', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 6, -4.9406564584124654e-324, X'0100000000000080', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 7, 1.7976931348623157e+308, X'FFFFFFFFFFFFEF7F', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 8, 0.30000000000000004, X'343333333333D33F', NULL, 0);
INSERT INTO point VALUES ('c000', 'odd', 9, 1000000.0, X'0000000080842E41', NULL, 0);
INSERT INTO point VALUES ('c000', 'snr/inf', 20, NULL, NULL, 'signal below the noise floor', 0);
INSERT INTO vector VALUES ('c000', 'snr/inf/sum', 20, X'0000000000000000000000000000F0FF010000000000F87F', X'CCCEF2818427F1AA980D299AB0137ADEEF15828EDC561340ADA0E750326773B9');
INSERT INTO cost VALUES ('c000', 1, '2026-03-01T12:00:00.000000000Z', 0, 0, X'01000A80ADE2040A80ADE2042D288DB2');
INSERT INTO cost VALUES ('c001', 1, NULL, 0, 0, NULL);
INSERT INTO cost VALUES ('c002', 1, NULL, 0, 0, NULL);
INSERT INTO cost VALUES ('c003', 1, NULL, 0, 0, NULL);
INSERT INTO checkpoint VALUES ('c004', 12, X'68616C6620776179');
INSERT INTO claim VALUES ('c004', 1);
