/**
 * The tables of `index.db`, about 300 bytes a run.
 */

/** Creates the tables and indexes. */
export const INDEX_SCHEMA = `
CREATE TABLE job (id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (namespace, name));
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  run BLOB NOT NULL UNIQUE,
  job INTEGER NOT NULL,
  trace BLOB NOT NULL,
  workflow TEXT NOT NULL,
  type INTEGER NOT NULL,
  state INTEGER NOT NULL,
  started REAL NOT NULL,
  closed REAL NOT NULL,
  duration REAL NOT NULL,
  listed INTEGER NOT NULL,
  due REAL,
  waited REAL,
  trigger INTEGER,
  forced INTEGER,
  starter TEXT,
  reason TEXT,
  sampled INTEGER,
  sampling INTEGER,
  attempt INTEGER,
  error TEXT,
  schedule INTEGER,
  forgotten INTEGER
);
CREATE INDEX run_of_job ON run (job, started) WHERE listed = 1;
CREATE INDEX run_of_trace ON run (trace);
CREATE INDEX run_of_workflow ON run (workflow);
CREATE INDEX run_closed ON run (closed);
CREATE TABLE profile (
  job INTEGER NOT NULL,
  run BLOB NOT NULL,
  closed REAL NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (job, run)
) WITHOUT ROWID;
CREATE INDEX profile_closed ON profile (closed);
CREATE TABLE fill (namespace TEXT PRIMARY KEY, since REAL NOT NULL, until REAL NOT NULL, complete INTEGER NOT NULL);
`;
