-- The types that people declare to SQLite, for `cargo xtask roundtrip`.
CREATE TABLE numbers (
  id INTEGER PRIMARY KEY,
  tiny TINYINT, small SMALLINT, medium MEDIUMINT, regular INT, big BIGINT, int2 INT2, int8 INT8, huge UNSIGNED BIG INT,
  flag BOOLEAN NOT NULL DEFAULT 1, flag_bool BOOL, flag_tiny TINYINT(1), flag_bit BIT,
  single FLOAT, full DOUBLE, full_precision DOUBLE PRECISION, real_one REAL,
  exact DECIMAL, exact_long DECIMAL(20,6), exact_numeric NUMERIC, exact_digits NUMERIC(10,2), cash MONEY
);
CREATE TABLE words (
  id TEXT NOT NULL PRIMARY KEY,
  fixed CHAR(3), fixed_long CHARACTER(20), variable VARCHAR(40) NOT NULL DEFAULT 'x', varying VARYING CHARACTER(255), national NVARCHAR(100),
  native NATIVE CHARACTER(70), clob CLOB, long TEXT COLLATE NOCASE, tiny TINYTEXT, full LONGTEXT,
  bytes BLOB, bytes_fixed BINARY(16), bytes_variable VARBINARY(32), anything, document JSON, document_binary JSONB, guid UUID, guid_text GUID,
  state TEXT CHECK (state IN ('open', 'closed')),
  UNIQUE (variable, fixed)
);
CREATE UNIQUE INDEX by_long ON words (long) WHERE fixed IS NOT NULL;
CREATE INDEX by_lower ON words (lower(variable));
CREATE TABLE times (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  day DATE, clock TIME, moment DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, stamp TIMESTAMP DEFAULT (datetime('now')), stamp_zone TIMESTAMPTZ,
  stamp_fine TIMESTAMP(3), next_id INTEGER GENERATED ALWAYS AS (id + 1) VIRTUAL,
  words_id TEXT REFERENCES words (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE keyed (a INTEGER, b TEXT, note TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE checked (id INT NOT NULL PRIMARY KEY, at TEXT NOT NULL, n ANY) STRICT;
