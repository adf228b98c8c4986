-- Version 4. Applied in one transaction, after which user_version is 4.

-- The time that training alone had taken at each evaluated step, as laps.go lays
-- it out; a blob and not a row a point, for it is written with every cell. NULL
-- where nobody kept it: in rows of older versions, and of cells begun by them.
ALTER TABLE cost ADD COLUMN laps BLOB;
